"""A log-linear model: scores of classes that share parts, from counted features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

PENALTY = 0.05
_STEPS = 150


class LogLinear:
    """Scores of classes; a class is the sum of its parts.

    Args:
        vocabulary: Feature -> column.
        parts: What each class is made of.
        weights: (features + 1, distinct parts); the last row is for no feature at all.
    """

    def __init__(
        self, vocabulary: Mapping[str, int], parts: Sequence[tuple[str, ...]], weights: NDArray[np.float64]
    ) -> None:
        self.vocabulary = dict(vocabulary)
        self.parts = tuple(parts)
        self.weights = weights
        self._members = _members(self.parts)

    @classmethod
    def fit(
        cls,
        rows: Sequence[Counter[str]],
        labels: Sequence[set[int]],
        parts: Sequence[tuple[str, ...]],
        row_weights: Sequence[float] | None = None,
        *,
        seed: int = 0,
        penalty: float = PENALTY,
        rare: int = 1,
    ) -> LogLinear:
        """Maximises the probability that one of the right classes of each row is chosen.

        Args:
            rows: Features of each row.
            labels: The classes that are right for each row, at least one.
            parts: What each class is made of.
            row_weights: How often each row counts, 1 by default.
            seed: Kept for models with chance in them; this one has none.
            penalty: Of the squared weights.
            rare: Features of fewer rows are left out.
        """
        counts = Counter(feature for row in rows for feature in row)
        vocabulary = {f: i for i, f in enumerate(sorted(f for f, n in counts.items() if n >= rare))}
        model = cls(vocabulary, parts, np.zeros((len(vocabulary) + 1, len(set().union(*parts)))))
        x = model._matrix(rows)
        right = np.zeros((len(rows), len(parts)), dtype=bool)
        for i, own in enumerate(labels):
            right[i, list(own)] = True
        counted = np.ones(len(rows)) if row_weights is None else np.asarray(row_weights, dtype=float)
        shape = model.weights.shape

        def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            w = flat.reshape(shape)
            z = (x @ w) @ model._members.T
            z -= z.max(axis=1, keepdims=True)
            e = np.exp(z)
            p = e / e.sum(axis=1, keepdims=True)
            chosen = np.where(right, p, 0.0)
            mass = chosen.sum(axis=1, keepdims=True) + 1e-300
            slope = (p - chosen / mass) * counted[:, None]
            gradient = x.T @ (slope @ model._members) + penalty * w
            return float(-(counted * np.log(mass[:, 0])).sum() + penalty / 2 * (w * w).sum()), gradient.ravel()

        model.weights = minimize(
            loss, model.weights.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}
        ).x.reshape(shape)
        return model

    def scores(self, rows: Sequence[Counter[str]]) -> NDArray[np.float64]:
        """Logarithms of the probabilities of all classes, (rows, classes)."""
        z = (self._matrix(rows) @ self.weights) @ self._members.T
        found: NDArray[np.float64] = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
        return found

    def _matrix(self, rows: Sequence[Counter[str]]) -> csr_matrix:
        columns = [sorted(self.vocabulary[f] for f in row if f in self.vocabulary) for row in rows]
        values = [np.full(len(own) + 1, 1.0 / np.sqrt(len(own) + 1.0)) * _SCALE for own in columns]
        flat = [c for own in columns for c in (*own, len(self.vocabulary))]
        ends = np.cumsum([0, *(len(own) + 1 for own in columns)])
        return csr_matrix(
            (np.concatenate(values) if values else np.zeros(0), flat, ends), shape=(len(rows), len(self.vocabulary) + 1)
        )


#: Length of a row of features, so that long and short sentences weigh the same.
_SCALE = 4.0


def _members(parts: Sequence[tuple[str, ...]]) -> NDArray[np.float64]:
    """(classes, distinct parts): which parts each class has."""
    distinct = {part: i for i, part in enumerate(dict.fromkeys(p for own in parts for p in own))}
    members = np.zeros((len(parts), len(distinct)))
    for row, own in enumerate(parts):
        members[row, [distinct[part] for part in own]] = 1.0
    return members
