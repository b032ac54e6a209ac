"""How well a translator translates: the same string, and the same meaning by automata."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from grounding.levels.calibrate import BINS, accuracy_at_coverage, calibration_error, wilson
from grounding.logic.infinite import equivalent
from grounding.translate.lifted.data import LiftedDataError, Pair
from grounding.translate.lifted.model import Candidate, TranslationError, Translator
from grounding.translate.lifted.notation import canonical
from grounding.translate.lifted.reading import Names

#: Answers that a bin of the calibration error has at least.
_LEAST_IN_BIN = 20
HOLDOUTS = ("utterances", "formulas")


@dataclass(frozen=True)
class Judged:
    """One answer beside the truth.

    Attributes:
        pair: The line.
        candidates: What the translator answered, best first; empty where it had no answer.
        exact: Whether the best is the same formula but for the order of operands.
        right: Whether the best is satisfied by the same infinite words.
    """

    pair: Pair
    candidates: tuple[Candidate, ...]
    exact: bool
    right: bool


def judge_all(translator: Translator, pairs: Sequence[Pair], names: Names | None = None) -> list[Judged]:
    """Has every utterance translated and judges the answers."""
    return [_judge(translator, pair, names) for pair in pairs]


def _judge(translator: Translator, pair: Pair, names: Names | None) -> Judged:
    try:
        candidates = tuple(translator.translate(pair.utterance, names=names))
    except TranslationError:
        return Judged(pair, (), False, False)
    best = candidates[0].formula
    exact = canonical(best) == canonical(pair.formula)
    return Judged(pair, candidates, exact, exact or equivalent(canonical(best), canonical(pair.formula)))


def folds(pairs: Sequence[Pair], count: int, holdout: str, seed: int) -> Iterator[tuple[list[Pair], list[Pair]]]:
    """Parts to train and to test on, such that no utterance, or no formula, is in both.

    Args:
        pairs: The data; lines of the split ``dev`` are never trained on.
        count: How many folds.
        holdout: ``utterances`` or ``formulas``.
        seed: Of the partition.

    Raises:
        LiftedDataError: There are fewer utterances or formulas than folds.
    """
    keys = [pair.utterance if holdout == "utterances" else canonical(pair.formula) for pair in pairs]
    order = sorted(set(keys))
    if not 2 <= count <= len(order):
        raise LiftedDataError(
            "--folds", f"is {count}; there are {len(order)} {holdout}.", "Choose 2 or more, not more."
        )
    random.Random(seed).shuffle(order)
    for number in range(count):
        held = set(order[number::count])
        train = [p for p, key in zip(pairs, keys, strict=True) if key not in held and p.split != "dev"]
        yield train, [p for p, key in zip(pairs, keys, strict=True) if key in held]


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """All figures of a test.

    An utterance counts once however many lines it has; where they differ, it counts by the share of them
    that is right.

    Returns:
        ``ece`` (expected calibration error of the probability of the best formula, over lines), ``at_coverage_80``
        (share of the surest four fifths of the lines that is right), ``n`` (distinct utterances), ``exact, equivalent,
        equivalent_weighted`` (shares of 1), ``ci95`` (the first
        two; Wilson), ``refused`` (utterances without an answer), ``by_type`` (type -> n, exact, equivalent).
    """
    kinds: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        kinds[one.pair.kind].append(one)
    n, exact, right = _shares(judged)
    weight = sum(one.pair.weight for one in judged)
    sure = [one.candidates[0].probability if one.candidates else 0.0 for one in judged]
    hits = [one.right for one in judged]
    return {
        "n": n,
        "exact": exact / n,
        "equivalent": right / n,
        "equivalent_weighted": sum(one.pair.weight for one in judged if one.right) / weight,
        "ci95": {"exact": list(wilson(exact, n)), "equivalent": list(wilson(right, n))},
        "ece": calibration_error(sure, hits, bins=max(1, min(BINS, len(judged) // _LEAST_IN_BIN))),
        "at_coverage_80": accuracy_at_coverage(sure, hits, 0.8),
        "refused": len({one.pair.utterance for one in judged if not one.candidates}),
        "by_type": {kind: _row(own) for kind, own in sorted(kinds.items())},
    }


def _row(judged: Sequence[Judged]) -> dict[str, Any]:
    n, exact, right = _shares(judged)
    return {"n": n, "exact": exact / n, "equivalent": right / n}


def _shares(judged: Sequence[Judged]) -> tuple[int, float, float]:
    own: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        own[one.pair.utterance].append(one)
    exact = sum(sum(one.exact for one in lines) / len(lines) for lines in own.values())
    right = sum(sum(one.right for one in lines) / len(lines) for lines in own.values())
    return len(own), exact, right
