"""What the neural baselines share: words to numbers, a small network, and training that can be resumed.

Sizes as in the authors' code: word vectors of 30, GRU of 50, hidden layers of 60 and 50, dropout 0.5,
Adam. What that code does besides (batches of 16, rate 0.001, 10 epochs, first weights of deviation 0.5)
gave 68 % joint accuracy on the published folds instead of the 80 % of the paper; batch, rate, epochs and
deviation were therefore chosen on held-out parts of training folds.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from grounding.levels.data import Command, meanings_of
from grounding.levels.model import LevelModel, Posterior, State, Workshop, meaning_from_json, meaning_to_json
from grounding.levels.reward import Meaning
from grounding.levels.scene import PUBLISHED, Scene

PAD, UNKNOWN = 0, 1
_MOST_WORDS = 200  # of longer texts the rest is not read
_POOL = 20  # batches that are sorted by length together, so that little is padded


@dataclass(frozen=True)
class Recipe:
    """Sizes and training of a network.

    Attributes:
        encoder: ``gru`` (reads the words in order) or ``bag`` (sums their vectors).
        embedding: Numbers that stand for a word.
        state: Size of the GRU's state.
        hidden: Sizes of the two layers above it.
        dropout: Share of numbers dropped in training, at the words and at the last hidden layer.
        batch: Commands a step.
        epochs: How often the training data is seen.
        rate: Learning rate of Adam.
        spread: Standard deviation of the first weights.
        rare: Words seen fewer times than this share one vector.
    """

    encoder: str = "gru"
    embedding: int = 30
    state: int = 50
    hidden: tuple[int, int] = (60, 50)
    dropout: float = 0.5
    batch: int = 64
    epochs: int = 40
    rate: float = 8e-3
    spread: float = 0.1
    rare: int = 2


def words_of(text: str) -> list[str]:
    """The words of a text, lower case; punctuation counts as words.

    >>> words_of("Go up, then left.")
    ['go', 'up', ',', 'then', 'left', '.']
    """
    return re.findall(r"[\w'/]+|[^\w\s]", text.lower())[:_MOST_WORDS]


class Vocabulary:
    """Numbers for words.

    Args:
        words: The known words, in the order of their numbers from 2 on.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = tuple(words)
        self._numbers = {word: number for number, word in enumerate(self.words, start=UNKNOWN + 1)}

    @staticmethod
    def of(texts: Sequence[str], rare: int) -> Vocabulary:
        """The words that occur at least ``rare`` times."""
        counts = Counter(word for text in texts for word in words_of(text))
        return Vocabulary(sorted(word for word, count in counts.items() if count >= rare))

    def __len__(self) -> int:
        return len(self.words) + UNKNOWN + 1

    def numbers(self, text: str) -> list[int]:
        """A text as numbers; an empty one is one unknown word."""
        return [self._numbers.get(word, UNKNOWN) for word in words_of(text)] or [UNKNOWN]


class Network(nn.Module):
    """Words to scores: word vectors, GRU or sum, two hidden layers, one or more output layers.

    Args:
        recipe: Sizes.
        words: Size of the vocabulary.
        outputs: Size of each output layer.
    """

    def __init__(self, recipe: Recipe, words: int, outputs: Sequence[int]) -> None:
        super().__init__()
        self.embedding = nn.Embedding(words, recipe.embedding, padding_idx=PAD)
        bag = recipe.encoder == "bag"
        self.gru = None if bag else nn.GRU(recipe.embedding, recipe.state, batch_first=True)
        first, second = recipe.hidden
        self.first = nn.Linear(recipe.embedding if bag else recipe.state, first)
        self.second = nn.Linear(first, second)
        self.heads = nn.ModuleList(nn.Linear(second, size) for size in outputs)
        self.dropout = nn.Dropout(recipe.dropout)
        for name, parameter in self.named_parameters():
            if name.startswith("gru"):
                continue  # as in the authors' code, the GRU keeps its library's own start
            with torch.no_grad():
                if parameter.dim() > 1:
                    nn.init.trunc_normal_(parameter, std=recipe.spread, a=-2 * recipe.spread, b=2 * recipe.spread)
                else:
                    parameter.zero_()
        with torch.no_grad():
            self.embedding.weight[PAD].zero_()

    def forward(self, tokens: Tensor, lengths: Tensor) -> list[Tensor]:
        """Scores of each output layer.

        Args:
            tokens: (batch, longest) numbers of words, padded with 0 at the end.
            lengths: (batch,) numbers of words.
        """
        vectors = self.dropout(self.embedding(tokens))
        if self.gru is None:
            summary = vectors.sum(dim=1)
        else:
            states, _ = self.gru(vectors)
            summary = states[torch.arange(len(tokens)), lengths - 1]
        hidden = self.dropout(torch.relu(self.second(torch.relu(self.first(summary)))))
        return [head(hidden) for head in self.heads]


class NeuralModel(LevelModel):
    """A model whose network is trained on pairs of words and meanings.

    Attributes:
        recipe: Sizes and training of this kind of model.
    """

    recipe: ClassVar[Recipe] = Recipe()

    def __init__(self, recipe: Recipe, vocabulary: Vocabulary, meanings: Sequence[Meaning]) -> None:
        self.used = recipe
        self.vocabulary = vocabulary
        self.meanings = tuple(meanings)
        self.network = Network(recipe, len(vocabulary), self.outputs())

    @abstractmethod
    def outputs(self) -> list[int]:
        """Sizes of the output layers for ``self.meanings``."""

    @abstractmethod
    def loss(self, scores: list[Tensor], targets: Tensor) -> Tensor:
        """What training makes small.

        Args:
            scores: One (batch, size) tensor for each output layer.
            targets: (batch,) indices into ``self.meanings``.
        """

    @abstractmethod
    def log_probabilities(self, scores: list[Tensor]) -> Tensor:
        """(batch, meanings) logarithms of probabilities, up to a constant of each row."""

    @classmethod
    def fit(
        cls,
        commands: Sequence[Command],
        *,
        seed: int,
        validation: Sequence[Command] = (),
        workshop: Workshop | None = None,
    ) -> LevelModel:
        """See :meth:`LevelModel.fit`; the recipe is fixed, so validation data is not looked at."""
        workshop = workshop or Workshop()
        torch.manual_seed(seed)
        vocabulary = Vocabulary.of([command.text for command in commands], cls.recipe.rare)
        model = cls(cls.recipe, vocabulary, meanings_of(commands))
        _train(model, commands, seed, workshop)
        return model

    def posterior(self, texts: Sequence[str], scene: Scene = PUBLISHED) -> list[Posterior]:
        """See :meth:`LevelModel.posterior`; the scene is not looked at."""
        self.network.eval()
        found = []
        with torch.inference_mode():
            for start in range(0, len(texts), 128):
                tokens, lengths = pad([self.vocabulary.numbers(text) for text in texts[start : start + 128]])
                found.append(torch.softmax(self.log_probabilities(self.network(tokens, lengths)), dim=1))
        return [Posterior.of(zip(self.meanings, row.tolist(), strict=True)) for rows in found for row in rows]

    def state(self) -> State:
        """See :meth:`LevelModel.state`."""
        arrays = {name: tensor.detach().numpy() for name, tensor in self.network.state_dict().items()}
        settings = {
            "recipe": asdict(self.used),
            "words": list(self.vocabulary.words),
            "meanings": [meaning_to_json(meaning) for meaning in self.meanings],
        }
        return State(arrays, settings)

    @classmethod
    def restore(cls, state: State) -> LevelModel:
        """See :meth:`LevelModel.restore`."""
        recipe = Recipe(**{**state.settings["recipe"], "hidden": tuple(state.settings["recipe"]["hidden"])})
        meanings = [meaning_from_json(value) for value in state.settings["meanings"]]
        model = cls(recipe, Vocabulary(state.settings["words"]), meanings)
        model.network.load_state_dict({name: torch.from_numpy(array) for name, array in state.arrays.items()})
        return model


def pad(rows: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """(tokens, lengths) of lists of numbers, padded at the end."""
    lengths = torch.tensor([len(row) for row in rows])
    tokens = torch.full((len(rows), int(lengths.max())), PAD)
    for index, row in enumerate(rows):
        tokens[index, : len(row)] = torch.tensor(row)
    return tokens, lengths


def _train(model: NeuralModel, commands: Sequence[Command], seed: int, workshop: Workshop) -> None:
    """Trains the network; what an interrupted training has done is taken over from its checkpoint."""
    recipe, numbers = model.used, [model.vocabulary.numbers(command.text) for command in commands]
    index = {meaning: i for i, meaning in enumerate(model.meanings)}
    targets = torch.tensor([index[command.meaning] for command in commands])
    optimiser = torch.optim.Adam(model.network.parameters(), lr=recipe.rate)
    # Equal data and seed make equal training: only then is a checkpoint one of this training.
    mark = {"seed": seed, "commands": len(commands), "words": len(model.vocabulary), "epochs": recipe.epochs}
    done = _resume(workshop.checkpoint, model.network, optimiser, mark)
    for epoch in range(done, recipe.epochs):
        workshop.report(f"training {model.name}", epoch, recipe.epochs)
        torch.manual_seed(seed * 1000 + epoch)
        model.network.train()
        for batch in _batches([len(row) for row in numbers], recipe.batch, np.random.default_rng([seed, epoch])):
            scores = model.network(*pad([numbers[i] for i in batch]))
            loss = model.loss(scores, targets[batch])
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        _keep(workshop.checkpoint, model.network, optimiser, mark, epoch + 1)
    workshop.report(f"training {model.name}", recipe.epochs, recipe.epochs)


def _batches(lengths: Sequence[int], size: int, rng: np.random.Generator) -> Iterator[list[int]]:
    """All indices in random batches of about the same length."""
    order = rng.permutation(len(lengths))
    batches = []
    for start in range(0, len(order), size * _POOL):
        pool = sorted(order[start : start + size * _POOL].tolist(), key=lambda i: lengths[i])
        batches += [pool[i : i + size] for i in range(0, len(pool), size)]
    for number in rng.permutation(len(batches)):
        yield batches[number]


def _keep(
    path: Path | None, network: Network, optimiser: torch.optim.Adam, mark: Mapping[str, Any], epochs: int
) -> None:
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    torch.save(
        {"mark": dict(mark), "epochs": epochs, "network": network.state_dict(), "adam": optimiser.state_dict()}, fresh
    )
    fresh.replace(path)


def _resume(path: Path | None, network: Network, optimiser: torch.optim.Adam, mark: Mapping[str, Any]) -> int:
    """Epochs that are done already."""
    if path is None or not path.is_file():
        return 0
    try:
        kept = torch.load(path, weights_only=True)
    except Exception:  # a checkpoint that cannot be read is as good as none
        return 0
    if kept.get("mark") != mark:
        return 0
    network.load_state_dict(kept["network"])
    optimiser.load_state_dict(kept["adam"])
    return int(kept["epochs"])
