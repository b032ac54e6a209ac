"""Training of the readers, which can be interrupted and goes on where it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from grounding.levels.model import Workshop
from grounding.levels.readers import Readers
from grounding.levels.sheets import Sheet, together

_SPREAD = 3.0  # word pieces by which lengths are blurred before sentences are sorted into batches


@dataclass(frozen=True)
class Recipe:
    """How the readers are trained; chosen on held-out parts of training data.

    Attributes:
        epochs: How often every real command is seen.
        batch: Sentences of a step.
        rate: Highest learning rate of AdamW; it rises, then falls (Smith and Topin 2018).
        decay: Weight decay.
        smoothing: Share of certainty taken from a label and spread over all labels that occur.
        noisy: How often a noisy copy takes the place of a command.
        made: Commands from the grammar that join in an epoch.
        made_weight: Weight of one of them beside one real command.
        lacking_weight: The same where people asked for its reward function, but at no time at its level.
    """

    epochs: int = 10
    batch: int = 64
    rate: float = 4e-3
    decay: float = 0.02
    smoothing: float = 0.05
    noisy: float = 0.4
    made: int = 500
    made_weight: float = 0.6
    lacking_weight: float = 5.0


@dataclass(frozen=True)
class Examples:
    """What is trained with.

    Attributes:
        variants: For each sentence itself and its noisy copies, if it has any.
        targets: (sentences, meanings) how often each sentence had each meaning.
        real: How many of them, from the first on, people said; the others were made by a grammar.
        rewards: (meanings,) number of the reward function of each meaning.
    """

    variants: Sequence[Sequence[Sheet]]
    targets: NDArray[np.float32]
    real: int
    rewards: NDArray[np.int64]


def train(readers: Readers, examples: Examples, recipe: Recipe, seed: int, workshop: Workshop) -> Readers:
    """Trains the readers.

    Args:
        readers: Fresh ones.
        examples: At least one real sentence.
        recipe: How.
        seed: Of what is drawn; torch's own generator is seeded anew for every epoch.
        workshop: Checkpoint and progress.
    """
    optimizer = torch.optim.AdamW(
        readers.parameters(), lr=recipe.rate, weight_decay=recipe.decay, betas=(0.9, 0.98), fused=True
    )
    steps = recipe.epochs * len(_batches(examples, recipe, np.random.default_rng(0)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=steps + 1, pct_start=0.15)
    targets, weights = _softened(examples, recipe)
    parts = (readers, optimizer, schedule)
    done = _resume(workshop.checkpoint, seed, parts)
    readers.train()
    for epoch in range(done, recipe.epochs):
        torch.manual_seed(1000 * seed + epoch)
        for rows, sheets in _batches(examples, recipe, np.random.default_rng((seed, epoch))):
            scores = readers(together(sheets)).log_softmax(-1)
            # Readers learn independently: the sum over them, the mean over sentences.
            loss = -((scores * targets[rows]).sum(-1) * weights[rows]).mean(1).sum()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(readers.parameters(), 2.0)
            optimizer.step()
            schedule.step()
        _keep(workshop.checkpoint, seed, epoch + 1, parts)
        workshop.report("epoch", epoch + 1, recipe.epochs)
    return readers.eval()


def _softened(examples: Examples, recipe: Recipe) -> tuple[Tensor, Tensor]:
    """Smoothed targets, and the weight of each sentence."""
    said = examples.targets.sum(1)
    occurring = (examples.targets.sum(0) > 0).astype(np.float32)
    targets = (1 - recipe.smoothing) * examples.targets / said[:, None]
    targets = targets + recipe.smoothing * occurring / occurring.sum()
    met = examples.targets[: examples.real].sum(0) > 0
    lacking = np.isin(examples.rewards, examples.rewards[met]) & ~met
    made = np.where(examples.targets @ lacking > 0, recipe.lacking_weight, recipe.made_weight)
    weights = said * np.where(np.arange(len(said)) < examples.real, 1.0, made)
    return torch.from_numpy(targets), torch.from_numpy((weights / said[: examples.real].mean()).astype(np.float32))


def _batches(
    examples: Examples, recipe: Recipe, random: np.random.Generator
) -> list[tuple[NDArray[np.int64], list[Sheet]]]:
    """The batches of one epoch: sentences of similar length together, in random order."""
    made = len(examples.variants) - examples.real
    joining = examples.real + random.permutation(made)[: recipe.made]
    rows = random.permutation(np.concatenate([np.arange(examples.real), joining]))
    draws = random.random(len(rows))
    chosen: list[Sheet] = []
    for row, draw in zip(rows, draws, strict=True):
        own = examples.variants[row]
        copy = len(own) > 1 and draw < recipe.noisy
        chosen.append(own[1 + int(draw / recipe.noisy * (len(own) - 1))] if copy else own[0])
    lengths = np.array([sheet.length for sheet in chosen]) + random.uniform(0, _SPREAD, len(rows))
    order = np.argsort(lengths, kind="stable")
    batches = [order[first : first + recipe.batch] for first in range(0, len(order), recipe.batch)]
    return [(rows[batches[i]], [chosen[j] for j in batches[i]]) for i in random.permutation(len(batches))]


def _keep(path: Path | None, seed: int, epoch: int, parts: Sequence[Any]) -> None:
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    torch.save({"seed": seed, "epoch": epoch, "parts": [part.state_dict() for part in parts]}, fresh)
    fresh.replace(path)


def _resume(path: Path | None, seed: int, parts: Sequence[Any]) -> int:
    """Takes up interrupted training; how many epochs it had done."""
    if path is None or not path.is_file():
        return 0
    try:
        kept = torch.load(path, weights_only=True)
        own, states = kept["seed"] == seed, kept["parts"]
    except (OSError, RuntimeError, KeyError, EOFError, UnpicklingError):
        return 0  # a damaged checkpoint: training starts anew
    if not own or {n: v.shape for n, v in states[0].items()} != {n: v.shape for n, v in parts[0].state_dict().items()}:
        return 0  # that of another training
    for part, state in zip(parts, states, strict=True):
        part.load_state_dict(state)
    return int(kept["epoch"])
