"""Measures how well free instructions are understood, how sure that is, and how long it takes.

Run as ``python -m benchmarks.translate.run [--calibrate]``; writes ``benchmarks/results/translate.json`` and
``docs/results/translate.md``. ``--calibrate`` fits the confidence anew on the household dev set and puts it into
the card of the model; the calibration error in the results is that of parts of the dev set not fitted on.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import machine
from benchmarks.translate.gold import joined
from benchmarks.translate.missions import judged
from benchmarks.translate.page import page
from grounding.levels.calibrate import calibration_error, wilson
from grounding.translate.cases import Case, Prediction
from grounding.translate.cases import case as case_of
from grounding.translate.reader.files import recalibrate, shipped
from grounding.translate.reader.reader import Calibration, Reader, features, shipped_reader
from grounding.translate.score import Judged, figures, judge
from grounding.worldfile import load_world
from heed.pipeline import understand

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "translate.json"
#: Missions of our own; those spoken were written later, by other writers.
MISSIONS = (
    ("tabletop", "dev"), ("tabletop", "test"), ("spoken", "second"), ("spoken", "third"), ("spoken", "fourth"),
    ("paragraphs", "dev"), ("paragraphs", "test"),
)  # fmt: skip
PARTS = 5  # of the dev set, for the calibration error


def main() -> None:
    """Runs everything and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calibrate", action="store_true", help="fit the confidence anew")
    options = parser.parse_args()
    reader = shipped_reader()
    cases = [case_of(row) for row in joined()]
    rows = [_one(case, reader) for case in cases]
    both = np.array([judgement.both for judgement, _ in rows], dtype=float)
    seen = np.array([own for _, own in rows])
    if options.calibrate:
        recalibrate(shipped(), fitted(seen, both))
    found: dict[str, Any] = {"machine": machine(), "household": figures([judgement for judgement, _ in rows])}
    found["household"]["grouped"] = {"5-9": _shares([j for j, _ in rows if j.case.n >= 5])}
    found["household"]["ece_held_out"] = held_out(seen, both)
    for name, split in MISSIONS:
        found[f"{name}_{split}"] = _missions(list(judged(name, split)))
    found["times"] = times([case for case in cases if case.n == 4])
    end = ROOT / "benchmarks" / "results" / "translate_end_to_end.json"
    found["end_to_end"] = json.loads(end.read_text(encoding="utf-8")) if end.is_file() else None
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (ROOT / "docs" / "results" / "translate.md").write_text(page(found), encoding="utf-8")


def _one(case: Case, reader: Reader) -> tuple[Judged, tuple[float, ...]]:
    readings = reader.outlines(case.instruction)
    if not readings:
        return judge(case, Prediction()), (1.0, 0.0, 0.0, 0.0)
    outline, share = readings[0]
    seen = features(share, outline)
    answer = Prediction(outline.frames, frozenset(outline.order), reader.calibration.confidence(seen))
    return judge(case, answer), seen


def _shares(judged: Sequence[Judged]) -> dict[str, Any]:
    whole = figures(judged)
    return {key: whole[key] for key in ("n", "task_set", "order", "both", "ci95")}


def fitted(seen: np.ndarray, right: np.ndarray) -> Calibration:
    """A logistic curve by penalised likelihood (Newton steps).

    Args:
        seen: (answers, features).
        right: (answers,) 1 for right answers, else 0.
    """
    weights = np.array([0.0, 1.0, -1.0, 0.0])
    prior, strength = weights.copy(), np.diag([0.05, 0.2, 0.2, 0.2])
    for _ in range(50):
        p = 1 / (1 + np.exp(-seen @ weights))
        gradient = seen.T @ (right - p) - strength @ (weights - prior)
        curvature = (seen * (p * (1 - p))[:, None]).T @ seen + strength
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-9:
            break
    return Calibration(*(round(float(w), 6) for w in weights))


def held_out(seen: np.ndarray, right: np.ndarray) -> float:
    """Calibration error where each part of the answers is judged by a curve fitted on the other parts."""
    part = np.random.default_rng(0).permutation(len(right)) % PARTS
    sure = np.zeros(len(right))
    for k in range(PARTS):
        curve = fitted(seen[part != k], right[part != k])
        sure[part == k] = [curve.confidence(row) for row in seen[part == k]]
    return float(calibration_error(list(sure), [bool(r) for r in right]))


def _missions(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    right = sum(row["right"] for row in rows)
    spent = [row["cpu_s"] for row in rows]
    return {
        "n": len(rows),
        "right": right / len(rows),
        "ci95": wilson(right, len(rows)),
        "asked": sum(row["asked"] for row in rows),
        "refused": sum(row["outcome"] == "refused" for row in rows),
        "cpu_s_p50": float(np.percentile(spent, 50)),
        "cpu_s_max": max(spent),
        "wrong": [{key: row[key] for key in ("id", "outcome", "differs")} for row in rows if not row["right"]],
    }


def times(cases: Sequence[Case]) -> dict[str, Any]:
    """From an instruction of four base tasks to its checked specification, in the household world."""
    world = load_world("household")
    understand(cases[0].instruction, world)
    rows = list(_timed(cases, world))
    wall, cpu = [r[0] for r in rows], [r[1] for r in rows]
    return {
        "n": len(rows),
        "understood": sum(r[2] for r in rows),
        **{f"wall_p{q}": float(np.percentile(wall, q)) for q in (50, 95)},
        **{f"cpu_p{q}": float(np.percentile(cpu, q)) for q in (50, 95)},
    }


def _timed(cases: Sequence[Case], world: Any) -> Iterator[tuple[float, float, bool]]:
    for case in cases:
        wall, cpu = time.perf_counter(), time.process_time()
        meaning = understand(case.instruction, world)
        yield time.perf_counter() - wall, time.process_time() - cpu, meaning.spec is not None


if __name__ == "__main__":
    main()
