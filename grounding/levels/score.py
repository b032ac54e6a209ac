"""How well a model understands labelled commands: the figures of the papers, and calibration beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grounding.levels.calibrate import accuracy_at_coverage, bootstrap, calibration_error, wilson
from grounding.levels.data import Command
from grounding.levels.model import Posterior
from grounding.levels.reward import Level

Table = NDArray[np.float64]  # columns: level right, joint right, level confidence, joint confidence

#: Name -> figure of a table of judgements.
STATISTICS: Mapping[str, Callable[[Table], float]] = {
    "level_accuracy": lambda t: float(t[:, 0].mean()),
    "joint_accuracy": lambda t: float(t[:, 1].mean()),
    "ece_level": lambda t: calibration_error(t[:, 2], t[:, 0]),
    "ece_joint": lambda t: calibration_error(t[:, 3], t[:, 1]),
    "accuracy_at_80_coverage": lambda t: accuracy_at_coverage(t[:, 3], t[:, 1], 0.8),
}


@dataclass(frozen=True)
class Judgement:
    """One answer beside the truth.

    Attributes:
        level: The true level, None where the data does not say it.
        level_right: Whether the level of the best meaning is right.
        joint_right: Whether level and reward function of the best meaning are right.
        level_confidence: Probability of that level.
        joint_confidence: Probability of that meaning.
        strangeness: See :class:`grounding.levels.model.Posterior`.
    """

    level: Level | None
    level_right: bool
    joint_right: bool
    level_confidence: float
    joint_confidence: float
    strangeness: float


def judge(command: Command, posterior: Posterior) -> Judgement:
    """Judges the best meaning of a posterior.

    Where a command counts as either of two levels, the two are one: their probabilities are added.
    """
    best = posterior.best
    either = {command.meaning.level, *(other.level for other in command.also)}
    alike = either if best.level in either else {best.level}
    return Judgement(
        level=command.meaning.level if len(either) == 1 else None,
        level_right=command.accepts_level(best.level),
        joint_right=command.accepts(best),
        level_confidence=sum(p for level, p in posterior.levels.items() if level in alike),
        joint_confidence=sum(p for m, p in posterior.ranked if m.level in alike and m.reward == best.reward),
        strangeness=posterior.strangeness,
    )


def figures(judgements: Sequence[Judgement], *, seed: int = 0) -> dict[str, Any]:
    """All figures of a test.

    Args:
        judgements: At least one.
        seed: Of the bootstrap.

    Returns:
        ``n, level_accuracy, joint_accuracy, ece_level, ece_joint, accuracy_at_80_coverage`` (shares
        of 1), ``ci95`` (the same names -> [low, high]; Wilson for the accuracies, bootstrap for the
        others) and ``per_level`` (level -> n and accuracies with intervals).
    """
    table = _table(judgements)
    found: dict[str, Any] = {"n": len(judgements), **{name: of(table) for name, of in STATISTICS.items()}}
    found["ci95"] = {
        name: list(
            wilson(found[name] * len(table), len(table))
            if name in ("level_accuracy", "joint_accuracy")
            else bootstrap(table, of, seed=seed)
        )
        for name, of in STATISTICS.items()
    }
    groups: dict[str, list[Judgement]] = {}
    for judgement in judgements:
        groups.setdefault(judgement.level.value if judgement.level else "L1 or L2", []).append(judgement)
    found["per_level"] = {name: _row(groups[name]) for name in sorted(groups)}
    return found


def _row(group: Sequence[Judgement]) -> Mapping[str, Any]:
    n = len(group)
    level, joint = sum(j.level_right for j in group), sum(j.joint_right for j in group)
    return {
        "n": n,
        "level_accuracy": level / n,
        "joint_accuracy": joint / n,
        "ci95": {"level_accuracy": list(wilson(level, n)), "joint_accuracy": list(wilson(joint, n))},
    }


def _table(judgements: Sequence[Judgement]) -> Table:
    rows = [(j.level_right, j.joint_right, j.level_confidence, j.joint_confidence) for j in judgements]
    return np.array(rows, dtype=float)
