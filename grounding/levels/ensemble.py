"""Heed's own model: readers over a frozen encoder, with clues from the map and commands from a grammar.

A command is mended (:mod:`grounding.levels.spelling`), its words become states of MiniLM
(:mod:`grounding.encoder`), what it leads to on the map becomes clues
(:mod:`grounding.levels.clues`), and several small networks (:mod:`grounding.levels.readers`) infer level
and reward function from both. Training adds noisy copies of the commands
(:mod:`grounding.levels.augment`) and commands made by a grammar (:mod:`grounding.levels.synthetic`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray

from grounding.encoder import Encoder, installed
from grounding.levels.augment import noisy
from grounding.levels.data import Command
from grounding.levels.model import LevelModel, Posterior, State, Thresholds, Workshop
from grounding.levels.readers import Readers, Size
from grounding.levels.reward import Level, Meaning
from grounding.levels.scene import PUBLISHED, Scene
from grounding.levels.sheets import Frame, Sheet, together
from grounding.levels.spelling import Speller
from grounding.levels.strange import Familiar
from grounding.levels.synthetic import compose, rewards
from grounding.levels.training import Examples, Recipe, train
from grounding.world import Cell


def _numbered(parts: Sequence[Hashable]) -> tuple[int, ...]:
    """Numbers for parts, equal ones for equal parts."""
    numbers = {part: number for number, part in enumerate(dict.fromkeys(parts))}
    return tuple(numbers[part] for part in parts)


#: Everything the model can answer: every reward function over rooms at every level, single steps at L0.
MEANINGS: tuple[Meaning, ...] = tuple(
    Meaning(level, reward)
    for level in Level
    for reward in rewards(PUBLISHED)
    if level is Level.MOTION or not reward.steps
)
_NUMBER = {meaning: number for number, meaning in enumerate(MEANINGS)}
#: What meanings have in common.
_FACTORS = (_numbered([m.level for m in MEANINGS]), _numbered([m.reward for m in MEANINGS]))
_BATCH = 64


@dataclass(frozen=True)
class Making:
    """How the model is made; chosen on held-out parts of training data.

    Attributes:
        members: How many readers.
        reduced: Size to which encoder states are reduced by principal components.
        copies: Noisy copies of each command.
        composed: Commands from the grammar for each meaning.
        lacking: The same for a meaning that no command has, though its reward function was asked for at
            another level: what is asked for at one level will be asked for at the others.
        common: How often a word must occur to be one that others are mended to.
        temperature: Of the posterior.
    """

    members: int = 3
    reduced: int = 160
    copies: int = 2
    composed: int = 28
    lacking: int = 120
    common: int = 4
    temperature: float = 0.9


class Ensemble(LevelModel):
    """See the module. Made by :meth:`fit` or :meth:`restore`."""

    name: ClassVar[str] = "heed"
    summary: ClassVar[str] = (
        "Three GRUs side by side over frozen MiniLM states and clues from the map, trained with noisy copies "
        "and commands from a grammar."
    )
    making: ClassVar[Making] = Making()
    recipe: ClassVar[Recipe] = Recipe()

    def __init__(
        self, readers: Readers, frame: Frame, speller: Speller, familiar: Familiar, temperature: float, encoder: Encoder
    ) -> None:
        self._readers = readers.eval()
        self._frame, self._speller, self._familiar = frame, speller, familiar
        self._temperature, self._encoder = temperature, encoder
        self.thresholds = Thresholds(refuse_above=familiar.limit)

    @classmethod
    def fit(
        cls,
        commands: Sequence[Command],
        *,
        seed: int,
        validation: Sequence[Command] = (),
        workshop: Workshop | None = None,
    ) -> Ensemble:
        """See :meth:`grounding.levels.model.LevelModel.fit`; validation data is not needed."""
        encoder, making, workshop = installed(), cls.making, workshop or Workshop()
        speller = Speller(_common(commands, making.common), encoder.words)
        real = _grouped(commands, speller)
        made = _grouped(compose(PUBLISHED, making.composed, 0), speller)
        more = _grouped(compose(PUBLISHED, making.lacking, 1, _lacking(commands), loose=True), speller)
        more = {text: counts for text, counts in more.items() if text not in made}
        made |= more
        copies = [
            [speller.mend(noisy(text, Random(f"{copy} {text}"))) for copy in range(making.copies)] for text in real
        ]
        texts = list(dict.fromkeys([*real, *made, *(text for row in copies for text in row)]))
        frame = Frame.of(encoder, texts, list(real), making.reduced)
        sheets = dict(zip(texts, frame.sheets(encoder, texts, PUBLISHED, remember=True), strict=True))
        variants = [[sheets[text] for text in (own, *row)] for own, row in zip(real, copies, strict=True)]
        composed = [sheets[text] for text in made]
        targets = np.stack([*real.values(), *made.values()])
        examples = Examples([*variants, *([sheet] for sheet in composed)], targets, len(real), len(more))
        torch.manual_seed(seed)
        size = Size(making.members, making.reduced, len(frame.pieces) + 1, len(composed[0].clues))
        readers = train(Readers(size, _FACTORS), examples, cls.recipe, seed, workshop)
        counts = Counter(word for text in (*real, *made) for word in set(text.split()))
        familiar = Familiar.of(
            [[sheet.mean for sheet in row] for row in variants],
            [sheet.mean for sheet in composed],
            list(real),
            counts,
        )
        return cls(readers, frame, speller, familiar, making.temperature, encoder)

    def posterior(self, texts: Sequence[str], scene: Scene = PUBLISHED) -> list[Posterior]:
        """See :meth:`grounding.levels.model.LevelModel.posterior`."""
        scene = _three_rooms(scene)
        mended = [self._speller.mend(text) for text in texts]
        sheets = self._frame.sheets(self._encoder, mended, scene)
        order = sorted(range(len(texts)), key=lambda i: sheets[i].length)
        found: dict[int, Posterior] = {}
        for first in range(0, len(order), _BATCH):
            rows = order[first : first + _BATCH]
            for i, chances in zip(rows, self._chances([sheets[i] for i in rows]), strict=True):
                strangeness = self._familiar.strangeness(mended[i], sheets[i].mean)
                found[i] = Posterior.of(zip(MEANINGS, chances.tolist(), strict=True), strangeness)
        return [found[i] for i in range(len(texts))]

    @torch.no_grad()
    def _chances(self, sheets: Sequence[Sheet]) -> NDArray[np.float64]:
        chances = self._readers(together(sheets)).softmax(-1).mean(0).double() ** (1 / self._temperature)
        found: NDArray[np.float64] = (chances / chances.sum(-1, keepdim=True)).numpy()
        return found

    def state(self) -> State:
        """See :meth:`grounding.levels.model.LevelModel.state`."""
        arrays = {f"readers.{name}": value.numpy() for name, value in self._readers.state_dict().items()}
        arrays |= {"frame.mean": self._frame.mean, "frame.axes": self._frame.axes, **self._familiar.arrays()}
        settings = {
            "size": asdict(self._readers.size),
            "pieces": list(self._frame.pieces),
            "words": self._speller.counts,
            "temperature": self._temperature,
            "familiar": self._familiar.settings(),
        }
        return State(arrays, settings)

    @classmethod
    def restore(cls, state: State) -> Ensemble:
        """See :meth:`grounding.levels.model.LevelModel.restore`."""
        encoder, settings = installed(), state.settings
        readers = Readers(Size(**settings["size"]), _FACTORS)
        prefix = "readers."
        readers.load_state_dict(
            {
                n.removeprefix(prefix): torch.from_numpy(a.copy())
                for n, a in state.arrays.items()
                if n.startswith(prefix)
            }
        )
        pieces = {int(piece): number for number, piece in enumerate(settings["pieces"], start=1)}
        frame = Frame(state.arrays["frame.mean"], state.arrays["frame.axes"], pieces)
        speller = Speller(settings["words"], encoder.words)
        familiar = Familiar.restore(state.arrays, settings["familiar"])
        return cls(readers, frame, speller, familiar, settings["temperature"], encoder)


def _lacking(commands: Sequence[Command]) -> frozenset[Meaning]:
    """Meanings that no command has, but whose reward function some command asks for at another level."""
    asked = {command.meaning for command in commands}
    rewards_asked = {meaning.reward for meaning in asked}
    return frozenset(meaning for meaning in MEANINGS if meaning.reward in rewards_asked) - asked


def _common(commands: Sequence[Command], least: int) -> dict[str, int]:
    """Words that occur so often, with how often."""
    counts = Counter(word for command in commands for word in Speller({}).words(command.text) if word.isalpha())
    return {word: count for word, count in counts.items() if count >= least}


def _grouped(commands: Sequence[Command], speller: Speller) -> dict[str, NDArray[np.float32]]:
    """Mended text -> how often it had each meaning."""
    found: dict[str, NDArray[np.float32]] = {}
    for command in commands:
        counts = found.setdefault(speller.mend(command.text), np.zeros(len(MEANINGS), np.float32))
        counts[_NUMBER[command.meaning]] += 1
    return found


def _three_rooms(scene: Scene) -> Scene:
    """The part of a scene that the readers know: three rooms, the doors, one block."""
    regions = {
        name: cells for name, cells in scene.regions.items() if name in PUBLISHED.rooms or name.startswith("door")
    }
    missing = {room: frozenset[Cell]() for room in PUBLISHED.rooms if room not in regions}
    blocks = {name: cell for name, cell in scene.blocks.items() if name in PUBLISHED.blocks}
    return replace(scene, regions={**regions, **missing}, blocks=blocks or PUBLISHED.blocks)
