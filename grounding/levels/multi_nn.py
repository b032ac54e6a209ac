"""Multi-NN: a bag of words, hidden layers, one output layer for each level (Arumugam et al. 2017)."""

from __future__ import annotations

from typing import ClassVar

from grounding.levels.multi_rnn import MultiRNN
from grounding.levels.neural import Recipe


class MultiNN(MultiRNN):
    """Like Multi-RNN, but blind to the order of words."""

    name: ClassVar[str] = "multi-nn"
    summary: ClassVar[str] = "Bag of words with an output layer for each level (Arumugam et al. 2017)."
    recipe: ClassVar[Recipe] = Recipe(encoder="bag")
