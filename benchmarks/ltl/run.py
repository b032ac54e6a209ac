"""Tests the translator of lifted sentences as the papers do, beside the nearest sentence of the training part.

Run as ``python -m benchmarks.ltl.run [TEST ...]``; with tests named (utterances, formulas, pick, drone), the others
keep their results. Writes ``benchmarks/results/ltl.json`` and ``docs/results/ltl.md``.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.ltl.report import report
from benchmarks.measure import machine
from grounding.levels.calibrate import wilson
from grounding.logic.infinite import equivalent, satisfiable
from grounding.translate.lifted.data import Pair, published_folder, read_pairs
from grounding.translate.lifted.grammar import propose
from grounding.translate.lifted.model import Translator
from grounding.translate.lifted.notation import canonical
from grounding.translate.lifted.reading import Names, features
from grounding.translate.lifted.score import Judged, figures, folds, judge_all

ROOT = Path(__file__).parents[2]
RESULTS, REPORT = ROOT / "benchmarks" / "results" / "ltl.json", ROOT / "docs" / "results" / "ltl.md"
SEED, FOLDS = 0, 5

Part = tuple[Sequence[Pair], Sequence[Pair]]


def main(chosen: Sequence[str] = ()) -> None:
    """Runs everything, or the tests chosen, and writes the results."""
    folder = published_folder()
    lifted = read_pairs(folder / "lang2ltl.tsv")
    train = [p for p in lifted if p.split == "train"]
    tests: dict[str, list[Part]] = {
        "utterances": [(train, [p for p in lifted if p.split == "dev"])],
        "formulas": list(folds(lifted, FOLDS, "formulas", SEED)),
        "pick": list(folds(read_pairs(folder / "pick_and_place.tsv"), FOLDS, "utterances", SEED)),
        "drone": list(folds(read_pairs(folder / "drone_planning.tsv"), FOLDS, "utterances", SEED)),
    }
    kept = json.loads(RESULTS.read_text(encoding="utf-8"))["tests"] if chosen else {}
    found: dict[str, Any] = {"machine": machine(), "seed": SEED, "tests": kept}
    for name, parts in tests.items():
        if chosen and name not in chosen:
            continue
        found["tests"][name] = _attempt(name, parts, nearest=name != "drone")
        print(name, found["tests"][name]["equivalent"], flush=True)
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    REPORT.write_text(report(found), encoding="utf-8")


def _attempt(name: str, parts: Sequence[Part], *, nearest: bool) -> dict[str, Any]:
    judged: list[Judged] = []
    ruled: list[bool] = []
    trained = answered = 0.0
    copied = 0
    for train, test in parts:
        began = time.process_time()
        translator = Translator.fit(train)
        middle = time.process_time()
        print(name, translator.pool, flush=True)
        judged += judge_all(translator, test)
        trained, answered = trained + middle - began, answered + time.process_time() - middle
        ruled += [_ruled(one) for one in judged[-len(test) :]]
        copied += sum(_nearest(train, test)) if nearest else 0
    labels: dict[str, set[str]] = {}
    for one in judged:
        labels.setdefault(one.pair.utterance, set()).add(canonical(one.pair.formula))
    every = [str(candidate.formula) for one in judged for candidate in one.candidates]
    unread = [one for one in judged if one.pair.split == "dev"]
    return {
        **figures(judged),
        "unread": {k: v for k, v in figures(unread).items() if k in ("n", "equivalent", "ci95")} if unread else None,
        "grammar": sum(ruled) / len(judged),
        "nearest": [copied / len(judged), *wilson(copied, len(judged))] if nearest else None,
        "best_possible": sum(1 / len(own) for own in labels.values()) / len(labels),
        "candidates": len(every),
        "unsatisfiable": sum(not satisfiable(formula) for formula in set(every)),
        "training_cpu_s": trained / len(parts),
        "answer_cpu_ms": 1000 * answered / len(judged),
    }


def _ruled(one: Judged) -> bool:
    """Whether the first reading of the grammar, with nothing learned, is right."""
    found = propose(one.pair.utterance, Names.placeholders(one.pair.formula.atoms))
    return bool(found) and equivalent(canonical(found[0].formula), canonical(one.pair.formula))


def _nearest(train: Sequence[Pair], test: Sequence[Pair]) -> list[bool]:
    """Whether the formula of the most similar training sentence, as it stands there, is right."""
    names = Names.learn(train)
    known = [(set(features(names.read(pair.utterance))), pair) for pair in train]
    right = []
    for pair in test:
        own = set(features(names.read(pair.utterance)))
        best = max(known, key=lambda item: len(own & item[0]) / len(own | item[0]))[1]
        right.append(equivalent(canonical(best.formula), canonical(pair.formula)))
    return right


if __name__ == "__main__":
    main(sys.argv[1:])
