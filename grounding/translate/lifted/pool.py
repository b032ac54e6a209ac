"""Two judges of a sentence, the learned and the written, and how much each is to be believed.

The log-linear model ranks the formulas of the schemes that it knows; the reader of temporal English
(:mod:`grounding.translate.lifted.grammar`) proposes formulas of any kind. Their votes are added (a logarithmic opinion
pool), with weights found on sentences that neither training saw; so the probabilities are calibrated, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

#: Most that the first reading of the grammar counts. Its rules were corrected on the training sentences, so that it
#: looks better there than it is; this is the weight that its first draft, written before, earns there.
MOST_TRUST = 4.0


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
        known = np.where(np.isinf(learned), self.novel, learned)
        z = self.scale * known + self.first * (rank == 0) + self.other * (rank > 0)
        found: NDArray[np.float64] = z - np.logaddexp.reduce(z)
        return found


@dataclass(frozen=True)
class Ballot:
    """The candidates of a sentence that was held out, and which of them are right."""

    learned: NDArray[np.float64]
    rank: NDArray[np.int_]
    right: NDArray[np.bool_]
    weight: float = 1.0


def fit(ballots: Sequence[Ballot], most_trust: float = MOST_TRUST) -> Pool:
    """The weights that make the right candidates most probable; sentences without a right one do not count."""
    useful = [b for b in ballots if b.right.any() and not b.right.all()]
    if not useful:
        return Pool()

    def pool(x: NDArray[np.float64]) -> Pool:
        first = float(np.clip(x[1], 0.0, most_trust))
        return Pool(float(np.exp(np.clip(x[0], -2, 2))), first, float(np.clip(x[2], 0.0, first)), float(np.clip(x[3], -30, 0)))

    def loss(x: NDArray[np.float64]) -> float:
        candidate = pool(x)
        total = sum(b.weight * np.logaddexp.reduce(candidate.scores(b.learned, b.rank)[b.right]) for b in useful)
        return float(-total + 0.05 * np.square(x).sum())

    best = minimize(loss, np.array([0.0, 1.0, 0.5, -4.0]), method="Nelder-Mead", options={"maxiter": 300})
    return pool(best.x)
