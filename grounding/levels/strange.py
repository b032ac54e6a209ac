"""How unlike any command a text is.

Two signs are added: the distance of its mean encoder state to the nearest commands known (their noisy
copies count as known, so that a slip of the keyboard is not taken for another subject), and how rare its
words are in commands. What is stranger than nearly all known commands are to one another is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NEAREST = 3
_RARITY = 0.27  # weight of rare words; on development sentences of other subjects 0.2 to 1 did as well
_REFUSED = 0.01  # share of known commands that may count as strange
_SAMPLE = 800  # known commands that set the limit


@dataclass(frozen=True)
class Familiar:
    """The known commands.

    Attributes:
        known: (n, width) directions of the mean states of commands and their copies.
        counts: Word -> number of commands with it.
        limit: Strangeness above which a text is refused.
    """

    known: NDArray[np.float16]
    counts: Mapping[str, int]
    limit: float

    @staticmethod
    def of(
        groups: Sequence[Sequence[NDArray[np.float32]]],
        others: Sequence[NDArray[np.float32]],
        texts: Sequence[str],
        counts: Mapping[str, int],
    ) -> Familiar:
        """What is familiar after training.

        Args:
            groups: Mean states of each command and of its noisy copies.
            others: Mean states of commands from the grammar.
            texts: The commands of the groups.
            counts: See :class:`Familiar`.
        """
        known = _directions(np.array([state for group in groups for state in group] + list(others)))
        owner = np.concatenate([np.repeat(np.arange(len(groups)), [len(g) for g in groups]), np.full(len(others), -1)])
        fresh = Familiar(known.astype(np.float16), counts, math.inf)
        sample = np.random.default_rng(0).permutation(len(groups))[:_SAMPLE]
        first = np.concatenate([[0], np.cumsum([len(g) for g in groups])[:-1]]).astype(int)
        likeness = known[first[sample]] @ known.T
        likeness[owner[None, :] == sample[:, None]] = -1.0  # a command is not its own neighbour
        far = 1 - np.sort(likeness, axis=1)[:, -_NEAREST:].mean(axis=1)
        rare = np.array([fresh.rarity(texts[i], leave_out=1) for i in sample])
        return Familiar(fresh.known, counts, float(np.quantile(far + _RARITY * rare, 1 - _REFUSED)))

    def strangeness(self, text: str, state: NDArray[np.float32]) -> float:
        """How strange a text is.

        Args:
            text: The mended text.
            state: (width,) its mean state.
        """
        likeness = self._known @ _directions(state[None])[0]
        return float(1 - np.partition(likeness, -_NEAREST)[-_NEAREST:].mean() + _RARITY * self.rarity(text))

    @cached_property
    def _known(self) -> NDArray[np.float32]:
        return self.known.astype(np.float32)

    def rarity(self, text: str, leave_out: int = 0) -> float:
        """Mean rarity of the words of a text: 1 for one never met; ``leave_out`` times each word is not counted."""
        words = [word for word in text.split() if any(letter.isalpha() for letter in word)]
        if not words:
            return 1.0
        return sum(1 / math.sqrt(1 + max(0, self.counts.get(word, 0) - leave_out)) for word in words) / len(words)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Arrays for a file."""
        return {"familiar.known": self.known}

    def settings(self) -> dict[str, Any]:
        """Settings for a file."""
        return {"counts": dict(self.counts), "limit": self.limit}

    @staticmethod
    def restore(arrays: Mapping[str, NDArray[Any]], settings: Mapping[str, Any]) -> Familiar:
        """The inverse of :meth:`arrays` and :meth:`settings`."""
        return Familiar(arrays["familiar.known"], settings["counts"], settings["limit"])


def _directions(states: NDArray[np.float32]) -> NDArray[np.float32]:
    unit: NDArray[np.float32] = states / np.maximum(np.linalg.norm(states, axis=1, keepdims=True), 1e-9)
    return unit
