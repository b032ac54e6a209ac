"""Makes the gold answers of the household dev set, and joins them with the published wordings.

``python -m benchmarks.translate.gold make`` writes ``household_gold.jsonl`` (ids and gold fields only: the published
texts stay where they are); ``python -m benchmarks.translate.gold join build/translate/dev.jsonl`` writes what
``heed eval translate`` reads. How the answers come about is told in ``docs/translate_gold.md``.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.translate.align import Statement, statements
from benchmarks.translate.order import order_of, skeleton
from grounding.translate.contents import contents
from grounding.translate.household import Composition, compositions

FOLDER = Path(__file__).parent
GOLD = FOLDER / "household_gold.jsonl"
SEED, PER_STRATUM = 7, 80
#: Numbers of base tasks; each gives as many wordings to the dev set.
STRATA: tuple[tuple[int, ...], ...] = ((2,), (3,), (4,), (5, 6, 7, 8, 9))


def draw(rows: Sequence[Composition]) -> list[Composition]:
    """Dev wordings in the order of a fixed shuffle, no wording twice, stratum by stratum, until each is full.

    Wordings that change a base task have no gold answer among the base tasks: they are drawn too, but do not fill
    the stratum.
    """
    drawn: list[Composition] = []
    for stratum in STRATA:
        own = [row for row in rows if row.is_dev and len(row.base_tasks) in stratum]
        random.Random(SEED).shuffle(own)
        wordings: set[str] = set()
        full = 0
        for row in own:
            if full < PER_STRATUM and row.instruction not in wordings:
                wordings.add(row.instruction)
                drawn.append(row)
                full += "altered" not in answer(row)
    return drawn


def answer(row: Composition) -> dict[str, Any]:
    """Gold answer by the rules: ``id, mentioned, order_closure``, and ``altered`` where a task was changed."""
    found = statements(row.instruction, row.base_tasks)
    order, _ = order_of(row.instruction, row.base_tasks, found)
    changed = sorted(one.task for one in found if not one.same)
    kept = {one.task for one in found if one.same}
    gold: dict[str, Any] = {
        "id": row.id,
        "mentioned": sorted(kept),
        "order_closure": [[i, j] for i, j in order if i in kept and j in kept],
    }
    return {**gold, "altered": changed} if changed or leftover(row.instruction, found) else gold


def leftover(instruction: str, found: Sequence[Statement]) -> frozenset[str]:
    """Content words outside the stated tasks and what refers to them: something that is no base task is asked for."""
    text = re.sub(
        r"\b(?:after|once|upon|before|following|prior to|when) [^<,.]*(?:, [^<.]*(?=,))?",
        " ",
        skeleton(instruction, found),
    )
    words = contents(re.sub(r"<\d+>", " ", text)).needed
    return frozenset(w for w in words if not _LINKING.match(w))


_LINKING = re.compile(
    r"(?:finish|start|begin|complet|immediat|anything|else|perform|during|process|follow|proceed|prior|initial|concurrent"
    r"|meantime|same|hour|remaining|proce|end$)"
)


def joined(*, altered: bool = False) -> Iterator[dict[str, Any]]:
    """Gold answers with the published texts beside them.

    Args:
        altered: Also those whose wording asks for something that is no base task.
    """
    rows = {row.id: row for row in compositions()}
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        row = rows[gold["id"]]
        if altered or "altered" not in gold:
            yield {"id": row.id, "n": len(row.base_tasks), "instruction": row.instruction,
                   "base_tasks": list(row.base_tasks), **gold}  # fmt: skip


def main() -> None:
    """Makes or joins."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.translate.gold", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("make", help="write the gold answers by the rules")
    join = commands.add_parser("join", help="write gold answers and published texts into one file")
    join.add_argument("out", type=Path)
    join.add_argument("--altered", action="store_true", help="also wordings that change a base task")
    given = parser.parse_args()
    if given.command == "make":
        _write(GOLD, (answer(row) for row in draw(compositions())))
    else:
        _write(given.out, joined(altered=given.altered))


def _write(path: Path, rows: Iterator[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{path}: {len(lines)} wordings")


if __name__ == "__main__":
    main()
