"""Multi-RNN: one GRU, one output layer for each level (Arumugam et al. 2017).

Each output layer is a softmax over the reward functions of its level and "none of this level". A
meaning is as probable as its own layer's reward function and the other layers' "none" are together.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, log_softmax
from torch.nn.functional import cross_entropy

from grounding.levels.neural import NeuralModel
from grounding.levels.reward import Level


class MultiRNN(NeuralModel):
    """Levels share the reader of the words and have an output layer each."""

    name: ClassVar[str] = "multi-rnn"
    summary: ClassVar[str] = "GRU with an output layer for each level (Arumugam et al. 2017)."

    def outputs(self) -> list[int]:
        """For each level that occurs: its reward functions, and one more for none of them."""
        return [len(members) + 1 for members in self._members()]

    def loss(self, scores: list[Tensor], targets: Tensor) -> Tensor:
        """Sum of the cross entropies of the layers."""
        total = torch.zeros(())
        for members, score in zip(self._members(), scores, strict=True):
            local = torch.full((len(self.meanings),), len(members))
            local[members] = torch.arange(len(members))
            total = total + cross_entropy(score, local[targets])
        return total

    def log_probabilities(self, scores: list[Tensor]) -> Tensor:
        """Log of the layer's reward function times "none" of all other layers."""
        logs = [log_softmax(score, dim=1) for score in scores]
        none = torch.stack([log[:, -1] for log in logs]).sum(dim=0)
        found = torch.empty(len(none), len(self.meanings))
        for members, log in zip(self._members(), logs, strict=True):
            found[:, members] = log[:, :-1] + (none - log[:, -1])[:, None]
        return found

    def _members(self) -> list[list[int]]:
        """For each level that occurs: the indices of its meanings."""
        found = [[i for i, meaning in enumerate(self.meanings) if meaning.level is level] for level in Level]
        return [members for members in found if members]
