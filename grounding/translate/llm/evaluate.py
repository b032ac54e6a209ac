"""How often an engine is right: ``python -m grounding.translate.llm.evaluate``.

Two sets: instructions composed by the rules of training from tasks that training has not seen, and
wordings of the published household instructions (development floor plans), whose base tasks say
only how many tasks there should be: for three and more, many wordings leave some out.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterable
from typing import Any

from grounding.levels.calibrate import wilson
from grounding.translate.engine import Engine, Reading
from grounding.translate.llm.bases import DEVELOPMENT, TRAINING, floor_plan, frames, rows
from grounding.translate.llm.choose import language_model
from grounding.translate.llm.compose import Composer
from grounding.translate.llm.words import content
from grounding.translate.outline import Outline

SEED = 77


def share(right: int, n: int) -> dict[str, Any]:
    """A share with its 95 % interval."""
    return {"share": round(right / n, 3) if n else None, "ci95": [round(x, 3) for x in wilson(right, n)] if n else None}


def same_tasks(a: Outline, b: Outline) -> bool:
    """Whether all tasks agree in every field but where they stand."""

    def key(outline: Outline) -> list[object]:
        return [(f.text, f.predicate, f.object, f.destination, f.states, f.robot) for f in outline.frames]

    return key(a) == key(b)


def same(a: Outline, b: Outline) -> bool:
    """Whether two outlines say the same."""
    rest = [(set(o.order), set(o.either), set(o.together), [rule.text for rule in o.rules]) for o in (a, b)]
    return same_tasks(a, b) and rest[0] == rest[1]


def score_composed(read: Callable[[str], Reading], count: int) -> dict[str, Any]:
    """Composed instructions of one to six tasks, half of them from real tasks that were not used in training."""
    seen = {frame.text for frame in frames(TRAINING)}
    fresh = tuple(frame for frame in frames(DEVELOPMENT) if frame.text not in seen)
    composer = Composer(random.Random(f"{SEED} held out"), fresh)
    right = tasks = unread = 0
    for _ in range(count):
        text, wanted = composer.example()
        found = read(text).outline
        unread += found is None
        tasks += found is not None and same_tasks(found, wanted)
        right += found is not None and same(found, wanted)
    return {"n": count, "exact": share(right, count), "tasks": share(tasks, count), "unread": share(unread, count)}


def score_household(read: Callable[[str], Reading], count: int) -> dict[str, Any]:
    """Published wordings: as many tasks as base tasks, and each base task found by its content words."""
    pool = [row for row in rows() if floor_plan(row) % 5 in DEVELOPMENT]
    by_n: dict[str, dict[str, Any]] = {}
    table = []
    for row in random.Random(SEED).sample(pool, min(count, len(pool))):
        found = read(row["instruction"]).outline
        texts = [] if found is None else [set(content(frame.text)) for frame in found.frames]
        matched = found is not None and _covered(row["base_tasks"], texts)
        table.append((row["n"], found is None, len(texts) == row["n"], matched))
    for n in sorted({entry[0] for entry in table}):
        by_n[str(n)] = _counts(entry for entry in table if entry[0] == n)
    return {**_counts(table), "by_n": by_n}


def _counts(table: Iterable[tuple[int, bool, bool, bool]]) -> dict[str, Any]:
    entries = list(table)
    n = len(entries)
    names = ("unread", "count", "all_base_tasks")
    return {"n": n, **{name: share(sum(e[i + 1] for e in entries), n) for i, name in enumerate(names)}}


def _covered(base_tasks: list[str], texts: list[set[str]]) -> bool:
    """Whether base tasks and texts match one to one, four of five content words in common."""
    left = list(texts)
    for task in base_tasks:
        words = set(content(task))
        best = max(left, key=lambda t: len(words & t) / max(1, len(words | t)), default=None)
        if best is None or len(words & best) < 0.8 * len(words | best):
            return False
        left.remove(best)
    return not left


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="How often a language model reads instructions right.")
    parser.add_argument("--engine", default="local:models/llm", help="as HEED_LLM (%(default)s)")
    parser.add_argument("--composed", type=int, default=200, help="number of composed instructions (%(default)s)")
    parser.add_argument("--household", type=int, default=300, help="number of published wordings (%(default)s)")
    given = parser.parse_args(arguments)
    engine: Engine = language_model(given.engine)
    times: list[float] = []

    def read(text: str) -> Reading:
        start = time.process_time()
        reading = engine.read(text)
        times.append(time.process_time() - start)
        return reading

    read("Put a cup on the table.")  # loads
    times.clear()
    figures = {"engine": engine.name, "seed": SEED, "composed": score_composed(read, given.composed)}
    figures["household"] = score_household(read, given.household)
    times.sort()
    figures["cpu_seconds"] = {
        "median": round(times[len(times) // 2], 3),
        "p95": round(times[int(0.95 * len(times))], 3),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
