"""What every model of levels offers: fit, a ranked posterior, save and load.

A model sees lifted commands only (:mod:`grounding.levels.scene`). Add one by writing a subclass of
:class:`LevelModel` in a module of its own and a line in :data:`MODELS`.
"""

from __future__ import annotations

import hashlib
import importlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from grounding.errors import HeedError
from grounding.levels.data import Command
from grounding.levels.reward import Level, Meaning, parse_reward
from grounding.levels.scene import PUBLISHED, Scene
from grounding.shipped import shipped_file

#: Name -> module and class. A module is imported only when its model is asked for.
MODELS: Mapping[str, tuple[str, str]] = {
    "heed": ("grounding.levels.ensemble", "Ensemble"),
    "single-rnn": ("grounding.levels.single_rnn", "SingleRNN"),
    "multi-rnn": ("grounding.levels.multi_rnn", "MultiRNN"),
    "multi-nn": ("grounding.levels.multi_nn", "MultiNN"),
    "ibm2": ("grounding.levels.ibm2", "IBM2"),
}
DEFAULT_MODEL = "heed"
WEIGHTS, CARD = "model.safetensors", "card.json"


class ModelError(HeedError):
    """A trained model is missing, damaged, or of another kind than asked for."""


@dataclass(frozen=True)
class Posterior:
    """What a model believes of one command.

    Attributes:
        ranked: (meaning, probability), most probable first; the probabilities sum to 1.
        strangeness: How unlike a command the text is, higher = stranger; comparable only within one
            model. What lies above :attr:`Thresholds.refuse_above` is refused.
    """

    ranked: tuple[tuple[Meaning, float], ...]
    strangeness: float = 0.0

    @staticmethod
    def of(pairs: Iterable[tuple[Meaning, float]], strangeness: float | None = None) -> Posterior:
        """Ranks (meaning, weight) pairs and makes the weights sum to 1.

        Args:
            pairs: Meanings with weights of at least 0; not all 0.
            strangeness: By default one minus the probability of the best.
        """
        found = sorted(pairs, key=lambda pair: -pair[1])
        total = sum(weight for _, weight in found)
        ranked = tuple((meaning, weight / total) for meaning, weight in found)
        return Posterior(ranked, 1.0 - ranked[0][1] if strangeness is None else strangeness)

    @property
    def best(self) -> Meaning:
        """The most probable meaning."""
        return self.ranked[0][0]

    @property
    def probability(self) -> float:
        """Probability of the best meaning."""
        return self.ranked[0][1]

    @property
    def levels(self) -> dict[Level, float]:
        """Probability of each level, summed over its reward functions."""
        found = dict.fromkeys(Level, 0.0)
        for meaning, probability in self.ranked:
            found[meaning.level] += probability
        return found

    def at(self, meaning: Meaning) -> float:
        """Probability of one meaning, 0 for one that the model does not know."""
        return next((p for m, p in self.ranked if m == meaning), 0.0)


@dataclass(frozen=True)
class Thresholds:
    """When an answer is held back; set on validation data, never on test data.

    Attributes:
        refuse_above: Strangeness above which a text counts as no command for this robot; None: never.
        ask_below: Probability ratio of best to second below which both are offered as a question.
    """

    refuse_above: float | None = None
    ask_below: float = 1.5


@dataclass(frozen=True)
class State:
    """A trained model taken apart, for files: arrays by name, and settings that JSON can hold."""

    arrays: Mapping[str, NDArray[Any]]
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Workshop:
    """What training uses besides data.

    Attributes:
        checkpoint: File in which interrupted training finds what it had done, or None for none.
        report: Told ``(what, done, total)`` as training goes on.
    """

    checkpoint: Path | None = None
    report: Callable[[str, int, int], None] = field(default=lambda what, done, total: None)


class LevelModel(ABC):
    """A model that infers level and reward function of a command.

    Attributes:
        name: Key in :data:`MODELS`.
        summary: What it is, in one sentence, with its source.
        thresholds: When its answers are held back.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    thresholds: Thresholds = Thresholds()

    @classmethod
    @abstractmethod
    def fit(
        cls,
        commands: Sequence[Command],
        *,
        seed: int,
        validation: Sequence[Command] = (),
        workshop: Workshop | None = None,
    ) -> LevelModel:
        """Trains a model.

        Args:
            commands: Training data; a model that needs validation data and is given none holds out
                some of these.
            seed: Of everything random; equal seeds give equal models on one machine.
            validation: For stopping, temperature and thresholds; never test data.
            workshop: Checkpoint and progress.
        """

    @abstractmethod
    def posterior(self, texts: Sequence[str], scene: Scene = PUBLISHED) -> list[Posterior]:
        """What the model believes of each text.

        Args:
            texts: Lifted commands, any text at all.
            scene: Where the agent and the blocks are, for models that look.
        """

    @abstractmethod
    def state(self) -> State:
        """Everything that :meth:`restore` needs."""

    @classmethod
    @abstractmethod
    def restore(cls, state: State) -> LevelModel:
        """The model that :meth:`state` took apart."""


def model_class(name: str) -> type[LevelModel]:
    """The class of a model by its name.

    Raises:
        ModelError: There is no model of this name, or what it runs on is not installed.
    """
    if name not in MODELS:
        raise ModelError(f"model {name!r}", "is not known.", f"Use one of: {', '.join(MODELS)}.")
    module, attribute = MODELS[name]
    try:
        found: type[LevelModel] = getattr(importlib.import_module(module), attribute)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"model {name!r}", f"needs the Python package {error.name}, which is not installed.", "Run: make setup"
        ) from error
    return found


def save(model: LevelModel, folder: Path, card: Mapping[str, Any]) -> None:
    """Writes a trained model: weights (safetensors) and a card (JSON) with their SHA-256.

    Args:
        model: The model.
        folder: Where to; made if it is not there.
        card: What people should know: data, licence, figures, command to train it again.
    """
    from safetensors.numpy import save as pack

    state = model.state()
    weights = pack({name: np.ascontiguousarray(array) for name, array in state.arrays.items()})
    folder.mkdir(parents=True, exist_ok=True)
    whole = {
        "model": model.name,
        "summary": model.summary,
        **card,
        "thresholds": asdict(model.thresholds),
        "settings": dict(state.settings),
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    # The card goes last: a folder whose writing was interrupted does not pass for a model.
    (folder / CARD).unlink(missing_ok=True)
    (folder / WEIGHTS).write_bytes(weights)
    (folder / CARD).write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(folder: Path, name: str | None = None) -> LevelModel:
    """Reads a trained model and makes sure that it is the one its card speaks of.

    Args:
        folder: Where :func:`save` put it.
        name: Which model it must be, where that matters.

    Raises:
        ModelError: It is missing, damaged or another model.
    """
    from safetensors.numpy import load as unpack

    card = read_card(folder)
    if name not in (None, card["model"]):
        raise ModelError(str(folder), f"holds the model {card['model']!r} and not {name!r}.")
    try:
        weights = (folder / WEIGHTS).read_bytes()
    except OSError as error:
        raise ModelError(str(folder / WEIGHTS), f"cannot be read ({error}).", "Run: heed train levels") from error
    if hashlib.sha256(weights).hexdigest() != card["sha256"]:
        raise ModelError(
            str(folder / WEIGHTS),
            "is not the file that its card speaks of (SHA-256 differs).",
            "Fetch or train it again.",
        )
    model = model_class(card["model"]).restore(State(unpack(weights), card["settings"]))
    model.thresholds = Thresholds(**card["thresholds"])
    return model


def read_card(folder: Path) -> dict[str, Any]:
    """The card of a trained model.

    Raises:
        ModelError: There is none, or it lacks what loading needs.
    """
    path = folder / CARD
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        missing = {"model", "settings", "thresholds", "sha256"} - set(card)
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"model card {path}", f"cannot be read ({error}).", "Run: heed train levels") from error
    if missing:
        raise ModelError(f"model card {path}", f"lacks {', '.join(sorted(missing))}.", "Fetch or train it again.")
    return card


def shipped(name: str = DEFAULT_MODEL) -> Path:
    """Folder of a trained model that comes with Heed, in a checkout or an installed ROS package.

    Raises:
        ModelError: There is none of this name.
    """
    card = shipped_file(f"models/levels/{name}/{CARD}")
    if card is not None:
        return card.parent
    raise ModelError(
        f"model {name!r}", "comes without trained weights here.", f"Train it: heed train levels --model {name}"
    )


def meaning_to_json(meaning: Meaning) -> list[str]:
    """A meaning as settings hold it: level and reward function."""
    return [meaning.level.value, str(meaning.reward)]


def meaning_from_json(value: Sequence[str]) -> Meaning:
    """The inverse of :func:`meaning_to_json`."""
    return Meaning(Level(value[0]), parse_reward(value[1]))
