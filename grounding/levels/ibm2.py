"""IBM Model 2: commands translated word by word into reward functions (Brown et al. 1993; Arumugam et al. 2017).

A meaning is a sentence of its own: level, predicates and regions ("L1 agent room1 block room2"). Each
of its tokens stems from one word of the command, by a table of translations ``t(token | word)`` and a
table of alignments ``a(place of word | place of token, lengths)``. Both are learned by expectation
maximisation, the translations first with uniform alignments (Model 1). All known meanings are scored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from grounding.levels.data import Command, meanings_of
from grounding.levels.model import LevelModel, Posterior, State, Workshop, meaning_from_json, meaning_to_json
from grounding.levels.reward import Meaning
from grounding.levels.scene import PUBLISHED, Scene

_ROUNDS = (5, 10)  # of Model 1, then of Model 2
_PLACES = 60  # words beyond this place are not read
_FLOOR = 1e-6  # probability of what was never seen
_NOTHING, _UNKNOWN = 0, 1  # numbers of the empty word and of unknown words

Array = NDArray[np.float64]


class IBM2(LevelModel):
    """The translation model of the paper."""

    name: ClassVar[str] = "ibm2"
    summary: ClassVar[str] = "IBM Model 2, commands translated into reward functions (Arumugam et al. 2017)."

    def __init__(
        self, words: Sequence[str], meanings: Sequence[Meaning], table: Array, places: Array, lengths: Array
    ) -> None:
        self.words, self.meanings = tuple(words), tuple(meanings)
        self.tokens = tuple(sorted({token for meaning in meanings for token in tokens_of(meaning)}))
        self.table = table  # (tokens, words): t(token | word)
        self.places = places  # (longest meaning, words in the command, places): a(place | token's place, words)
        self.lengths = lengths  # (longest meaning + 1,): share of meanings of this length
        self._numbers = {word: number for number, word in enumerate(self.words, start=_UNKNOWN + 1)}
        index = {token: number for number, token in enumerate(self.tokens)}
        self._sentences = [np.array([index[token] for token in tokens_of(meaning)]) for meaning in self.meanings]

    @classmethod
    def fit(
        cls,
        commands: Sequence[Command],
        *,
        seed: int,
        validation: Sequence[Command] = (),
        workshop: Workshop | None = None,
    ) -> LevelModel:
        """See :meth:`LevelModel.fit`; nothing is random here, and nothing to be stopped early."""
        report = (workshop or Workshop()).report
        counts = Counter(word for command in commands for word in command.text.lower().split())
        words = sorted(word for word, count in counts.items() if count > 1)
        meanings = meanings_of(commands)
        longest = max(len(tokens_of(meaning)) for meaning in meanings)
        tokens = {token for meaning in meanings for token in tokens_of(meaning)}
        lengths = np.zeros(longest + 1)
        for command in commands:
            lengths[len(tokens_of(command.meaning))] += 1 / len(commands)
        size = len(words) + _UNKNOWN + 1
        places = np.ones((longest, _PLACES + 1, _PLACES + 1))
        model = cls(words, meanings, np.full((len(tokens), size), 1 / len(tokens)), places, lengths)
        pairs = Counter((model._read(command.text), meanings.index(command.meaning)) for command in commands)
        total = sum(_ROUNDS)
        for done in range(total):
            report(f"training {cls.name}", done, total)
            model._improve(pairs, aligned=done >= _ROUNDS[0])
        report(f"training {cls.name}", total, total)
        return model

    def posterior(self, texts: Sequence[str], scene: Scene = PUBLISHED) -> list[Posterior]:
        """See :meth:`LevelModel.posterior`; the scene is not looked at."""
        found = []
        for text in texts:
            words = np.array(self._read(text))
            scores = np.array([self._score(words, sentence) for sentence in self._sentences])
            weights = np.exp(scores - scores.max())
            found.append(Posterior.of(zip(self.meanings, weights.tolist(), strict=True)))
        return found

    def state(self) -> State:
        """See :meth:`LevelModel.state`."""
        arrays = {"table": self.table, "places": self.places, "lengths": self.lengths}
        return State(arrays, {"words": list(self.words), "meanings": [meaning_to_json(m) for m in self.meanings]})

    @classmethod
    def restore(cls, state: State) -> LevelModel:
        """See :meth:`LevelModel.restore`."""
        meanings = [meaning_from_json(value) for value in state.settings["meanings"]]
        arrays = state.arrays
        return cls(state.settings["words"], meanings, arrays["table"], arrays["places"], arrays["lengths"])

    def _read(self, text: str) -> tuple[int, ...]:
        """Numbers of the words, the empty word before them."""
        words = text.lower().split()[:_PLACES]
        return (_NOTHING, *(self._numbers.get(word, _UNKNOWN) for word in words))

    def _joint(self, words: NDArray[np.int64], sentence: NDArray[np.int64]) -> Array:
        """(tokens, words): probability that a token is said and stems from this word."""
        places = self.places[: len(sentence), len(words) - 1, : len(words)]
        aligned: Array = self.table[np.ix_(sentence, words)] * places / places.sum(axis=1, keepdims=True)
        return aligned

    def _score(self, words: NDArray[np.int64], sentence: NDArray[np.int64]) -> float:
        logs = np.log(self._joint(words, sentence).sum(axis=1) + _FLOOR)
        return float(logs.sum() + np.log(self.lengths[len(sentence)] + _FLOOR))

    def _improve(self, pairs: Counter[tuple[tuple[int, ...], int]], *, aligned: bool) -> None:
        """One round of expectation maximisation."""
        table = np.zeros_like(self.table)
        counts = np.full_like(self.places, 0.01)  # places never seen keep a little
        for (read, meaning), times in pairs.items():
            words, sentence = np.array(read), self._sentences[meaning]
            joint = self._joint(words, sentence)
            share = times * joint / (joint.sum(axis=1, keepdims=True) + _FLOOR)
            np.add.at(table, np.ix_(sentence, words), share)
            counts[: len(sentence), len(words) - 1, : len(words)] += share
        self.table = table / (table.sum(axis=0, keepdims=True) + _FLOOR)
        if aligned:
            self.places = counts


def tokens_of(meaning: Meaning) -> tuple[str, ...]:
    """A meaning as a sentence: its level, then its atoms or steps.

    >>> from grounding.levels.reward import Level, Meaning, Reward
    >>> tokens_of(Meaning(Level.GOAL, Reward("room1", (("block0", "room2"),))))
    ('L2', 'agent', 'room1', 'block0', 'room2')
    """
    reward = meaning.reward
    atoms = ["agent", reward.agent] if reward.agent else []
    things = [token for pair in reward.things for token in pair]
    return (meaning.level.value, *atoms, *things, *(step.value for step in reward.steps))
