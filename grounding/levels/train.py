"""Trains models of levels: one for keeps, or one for each fold of a test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grounding.levels.data import Command, DataError, Folds, data_folder, read_pair
from grounding.levels.model import MODELS, LevelModel, ModelError, Posterior, Workshop, load, model_class, save, shipped
from grounding.levels.reward import Level

CHECKPOINT = "training.part"


def published(folder: Path | None = None) -> tuple[Command, ...]:
    """All commands of a folder with ``L0.en``, ``L0.ml``, ... (by default the published ones).

    Raises:
        DataError: A file is missing or wrong.
    """
    folder = folder or data_folder()
    pairs = [(folder / f"{level.value}.en", folder / f"{level.value}.ml", level) for level in Level]
    found = [read_pair(*pair) for pair in pairs if pair[0].exists() or pair[1].exists()]
    if not found:
        raise DataError(str(folder), "has no file L0.en, L1.en or L2.en.", "Give the folder of .en and .ml files.")
    return tuple(command for commands in found for command in commands)


def train(
    name: str,
    commands: Sequence[Command],
    out: Path,
    *,
    seed: int,
    workshop: Workshop | None = None,
    card: dict[str, Any] | None = None,
) -> LevelModel:
    """Trains a model on all of the commands and writes it to a folder.

    What an interrupted training of the same model with the same data and seed has done is found in
    the folder and taken over.

    Args:
        name: Which model.
        commands: Training data.
        out: Folder for weights and card.
        seed: Of everything random.
        workshop: Progress; its checkpoint is set here.
        card: What the card shall say besides what training knows.

    Raises:
        ModelError: There is no such model, or the folder cannot be written.
    """
    kind = model_class(name)
    checkpoint = out / CHECKPOINT
    try:
        out.mkdir(parents=True, exist_ok=True)
        model = kind.fit(commands, seed=seed, workshop=replace(workshop or Workshop(), checkpoint=checkpoint))
        save(model, out, {**(card or {}), "commands": len(commands), "seed": seed})
        checkpoint.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(str(out), f"cannot be written ({error}).", "Choose another folder with --out.") from error
    return model


def cross_validate(
    name: str, folds: Folds, *, seed: int, only: Sequence[int] | None = None, workshop: Workshop | None = None
) -> Iterator[tuple[int, list[Posterior]]]:
    """One model for each fold, trained on the others; yields the fold and its posteriors, one by one.

    Args:
        name: Which model.
        folds: Commands and the folds they are tested in.
        seed: Of everything random.
        only: The folds to do; all where not given.
        workshop: Progress.
    """
    for number in folds.numbers if only is None else only:
        model = model_class(name).fit(folds.train(number), seed=seed, workshop=workshop)
        yield number, model.posterior([command.text for command in folds.test(number)])


def load_named(name_or_folder: str) -> LevelModel:
    """A trained model by the name of one that comes with Heed, or by its folder.

    Raises:
        ModelError: It is missing or damaged.
    """
    if name_or_folder in MODELS:
        return load(shipped(name_or_folder), name_or_folder)
    return load(Path(name_or_folder).expanduser())
