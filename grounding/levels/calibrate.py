"""Whether probabilities can be believed, and how to make them so.

Temperature scaling and the expected calibration error are those of Guo et al. 2017 ("On calibration of
modern neural networks"), except that bins hold equal numbers of answers: answers crowd near 1, and bins
of equal width would leave most of them in one bin.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grounding.levels.data import Command
from grounding.levels.model import Posterior

BINS = 15
_LEAST = 1e-12  # probability of a meaning that the model does not know


def temper(posterior: Posterior, temperature: float) -> Posterior:
    """A posterior with probabilities raised to 1 / temperature: above 1 it grows less certain."""
    ranked = [(meaning, max(p, _LEAST) ** (1 / temperature)) for meaning, p in posterior.ranked]
    return Posterior.of(ranked, posterior.strangeness)


def fit_temperature(posteriors: Sequence[Posterior], commands: Sequence[Command]) -> float:
    """The temperature that makes the right meanings most probable.

    Args:
        posteriors: What a model believes of commands that it was not trained on.
        commands: Those commands.

    Returns:
        A temperature from 0.2 to 10; 1 without commands.
    """
    if not commands:
        return 1.0
    rows = [
        (np.log([max(p, _LEAST) for _, p in q.ranked]), _index(q, c)) for q, c in zip(posteriors, commands, strict=True)
    ]
    known = [(logs, right) for logs, right in rows if right is not None]
    if not known:
        return 1.0

    def loss(log_temperature: float) -> float:
        scaled = [(logs / math.exp(log_temperature), right) for logs, right in known]
        return sum(float(np.logaddexp.reduce(logs) - logs[right]) for logs, right in scaled)

    return math.exp(_least(loss, math.log(0.2), math.log(10.0)))


def _index(posterior: Posterior, command: Command) -> int | None:
    return next((i for i, (meaning, _) in enumerate(posterior.ranked) if meaning == command.meaning), None)


def _least(function: Callable[[float], float], low: float, high: float, rounds: int = 40) -> float:
    """Where a function with one valley is least: golden section."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    at_left, at_right = function(left), function(right)
    for _ in range(rounds):
        if at_left < at_right:
            high, right, at_right = right, left, at_left
            left = high - ratio * (high - low)
            at_left = function(left)
        else:
            low, left, at_left = left, right, at_right
            right = low + ratio * (high - low)
            at_right = function(right)
    return (low + high) / 2


def calibration_error(confidence: ArrayLike, right: ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error: mean distance of confidence and accuracy over bins of equal numbers.

    Args:
        confidence: Probability of each answer.
        right: Whether it was right.
        bins: How many bins; fewer where there are not that many answers.

    >>> calibration_error([0.75] * 4, [True, True, True, False], bins=1)
    0.0
    """
    order = np.argsort(np.asarray(confidence, dtype=float), kind="stable")
    sure, hits = np.asarray(confidence, dtype=float)[order], np.asarray(right, dtype=float)[order]
    parts = [part for part in np.array_split(np.arange(len(order)), min(bins, max(1, len(order)))) if len(part)]
    return sum(len(part) * abs(float(sure[part].mean() - hits[part].mean())) for part in parts) / max(1, len(order))


def accuracy_at_coverage(confidence: ArrayLike, right: ArrayLike, coverage: float = 0.8) -> float:
    """Accuracy on the share of answers that the model is surest of.

    >>> accuracy_at_coverage([0.9, 0.8, 0.7, 0.6, 0.5], [True, True, True, True, False])
    1.0
    """
    order = np.argsort(-np.asarray(confidence, dtype=float), kind="stable")
    kept = order[: max(1, round(coverage * len(order)))]
    return float(np.asarray(right, dtype=float)[kept].mean())


def wilson(right: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927): of ``right`` out of ``n``.

    >>> low, high = wilson(9, 10)
    >>> round(low, 3), round(high, 3)
    (0.596, 0.982)
    """
    if n == 0:
        return 0.0, 1.0
    share, extra = right / n, z * z / n
    middle = (share + extra / 2) / (1 + extra)
    half = z * math.sqrt(share * (1 - share) / n + extra / (4 * n)) / (1 + extra)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def bootstrap(
    values: ArrayLike, statistic: Callable[[NDArray[np.float64]], float], *, seed: int = 0, rounds: int = 1000
) -> tuple[float, float]:
    """95 % interval of a statistic, by drawing rows again and again.

    Args:
        values: (n,) or (n, columns); rows are drawn together.
        statistic: Of as many rows.
        seed: Of the draws.
        rounds: How many draws.
    """
    rows = np.asarray(values, dtype=float)
    draws = np.random.default_rng(seed).integers(0, len(rows), size=(rounds, len(rows)))
    low, high = np.percentile([statistic(rows[draw]) for draw in draws], [2.5, 97.5])
    return float(low), float(high)


def refusal_threshold(strangeness: ArrayLike, refused: float = 0.05) -> float:
    """The strangeness that this share of (validation) commands exceeds, at most."""
    values = np.sort(np.asarray(strangeness, dtype=float))
    return float(values[min(len(values) - 1, math.ceil((1 - refused) * len(values)) - 1)])
