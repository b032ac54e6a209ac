"""Two judges of a sentence, the learned and the written, and how much each is to be believed.

The log-linear model ranks the formulas of the schemes that it knows; the reader of temporal English
(:mod:`grounding.translate.lifted.grammar`) proposes formulas of any kind. Their votes are added (a logarithmic opinion
pool), with weights found on sentences that neither training saw; so the probabilities are calibrated, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

#: How often the grammar is taken to err where it did not. Its rules were corrected on the training sentences and look
#: better there than they are: the first draft of them, written before, was wrong on 10 % of these, the present on 2 %.
#: With this share the weights are those that the first draft earns.
DOUBT = 0.06
_PENALTY = 0.05


@dataclass(frozen=True)
class Pool:
    """Weights of the two judges.

    Attributes:
        scale: Of the logarithms of the model's probabilities.
        first: What the first reading of the grammar adds.
        other: What its other readings add.
        novel: Logarithm of the probability that the model is taken to give formulas that it does not know.
    """

    scale: float = 1.0
    first: float = 0.0
    other: float = 0.0
    novel: float = -30.0

    def scores(self, learned: NDArray[np.float64], rank: NDArray[np.int_]) -> NDArray[np.float64]:
        """Logarithms of the probabilities of the candidates of one sentence.

        Args:
            learned: The model's; -inf for those that it does not know.
            rank: Which reading of the grammar each is: 0 the first, -1 none.
        """
        z = self.votes(learned, rank)
        found: NDArray[np.float64] = z - np.logaddexp.reduce(z)
        return found

    def votes(self, learned: NDArray[np.float64], rank: NDArray[np.int_]) -> NDArray[np.float64]:
        """The sums of the votes, of any shape."""
        known = np.where(np.isinf(learned), self.novel, learned)
        found: NDArray[np.float64] = self.scale * known + self.first * (rank == 0) + self.other * (rank > 0)
        return found


@dataclass(frozen=True)
class Ballot:
    """The candidates of a sentence that was held out, and which of them are right."""

    learned: NDArray[np.float64]
    rank: NDArray[np.int_]
    right: NDArray[np.bool_]
    weight: float = 1.0


def fit(ballots: Sequence[Ballot]) -> Pool:
    """The weights that make the right candidates most probable; sentences without a right one do not count."""
    useful = [twin for b in ballots if b.right.any() and not b.right.all() for twin in _doubted(b)]
    if not useful:
        return Pool()
    width = max(len(b.rank) for b in useful)
    learned = np.stack([np.pad(b.learned, (0, width - len(b.rank))) for b in useful])
    rank = np.stack([np.pad(b.rank, (0, width - len(b.rank)), constant_values=-1) for b in useful])
    right = np.stack([np.pad(b.right, (0, width - len(b.rank))) for b in useful])
    there = np.stack([np.arange(width) < len(b.rank) for b in useful])
    weight = np.array([b.weight for b in useful])

    def pool(x: NDArray[np.float64]) -> Pool:
        scale, first, other, novel = np.clip(x, [-2.0, 0.0, 0.0, -30.0], [2.0, 50.0, 50.0, 0.0])
        return Pool(float(np.exp(scale)), float(first), float(min(other, first)), float(novel))

    def loss(x: NDArray[np.float64]) -> float:
        z = np.where(there, pool(x).votes(learned, rank), -np.inf)
        lost = np.logaddexp.reduce(z, axis=1) - np.logaddexp.reduce(np.where(right, z, -np.inf), axis=1)
        return float((weight * lost).sum() + _PENALTY * np.square(x).sum())

    best = minimize(loss, np.array([0.0, 1.0, 0.5, -4.0]), method="Nelder-Mead", options={"maxiter": 400})
    return pool(best.x)


def _doubted(ballot: Ballot) -> list[Ballot]:
    """A ballot, and with a small weight one in which the grammar is wrong: see :data:`DOUBT`."""
    first = ballot.rank == 0
    if not ballot.right[first].any():
        return [ballot]
    wrong = np.where(ballot.right | first, -np.inf, ballot.learned)
    rank = np.where(first, -1, ballot.rank)
    rank[int(wrong.argmax())] = 0
    return [
        replace(ballot, weight=ballot.weight * (1 - DOUBT)),
        replace(ballot, rank=rank, weight=ballot.weight * DOUBT),
    ]
