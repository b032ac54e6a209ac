"""Single-RNN: one GRU, one softmax over all pairs of level and reward function (Arumugam et al. 2017)."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, log_softmax
from torch.nn.functional import cross_entropy

from grounding.levels.neural import NeuralModel


class SingleRNN(NeuralModel):
    """The best model of the paper: level and reward function are one class."""

    name: ClassVar[str] = "single-rnn"
    summary: ClassVar[str] = "GRU with one softmax over all pairs of level and reward function (Arumugam et al. 2017)."

    def outputs(self) -> list[int]:
        """One output a meaning."""
        return [len(self.meanings)]

    def loss(self, scores: list[Tensor], targets: Tensor) -> Tensor:
        """Cross entropy."""
        return cross_entropy(scores[0], targets)

    def log_probabilities(self, scores: list[Tensor]) -> Tensor:
        """The softmax itself."""
        return log_softmax(scores[0], dim=1)
