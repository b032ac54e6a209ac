"""Training of the tagger; can be interrupted and goes on where it was."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from grounding.encoder import Encoder, installed
from grounding.translate.reader.silver import Tagged
from grounding.translate.reader.tagger import Sheet, Tagger
from grounding.translate.reader.tags import words_of


@dataclass(frozen=True)
class Recipe:
    """How the tagger is trained."""

    epochs: int = 4
    batch: int = 48
    rate: float = 4e-3
    frequent: int = 60  # times that a word must occur to have a vector of its own
    blank: float = 0.1  # share of those vectors left out in training
    seed: int = 0


def train(
    examples: Sequence[Tagged], recipe: Recipe = Recipe(), *,
    checkpoint: Path | None = None, report: Callable[[str, int, int], None] = lambda *_: None,
    encoder: Encoder | None = None,
) -> Tagger:  # fmt: skip
    """Trains a tagger.

    Args:
        examples: Tagged instructions.
        recipe: How.
        checkpoint: File in which unfinished training is kept.
        report: Called with what is being done, how far it is, and of how much.
        encoder: The frozen encoder.
    """
    torch.manual_seed(recipe.seed)
    encoder = encoder or installed()
    texts = [words_of(example.text) for example in examples]
    counts = Counter(word.lower for words in texts for word in words)
    vocabulary = sorted(word for word, n in counts.items() if n >= recipe.frequent)
    tagger = Tagger(vocabulary, encoder.width)
    sheets: list[Sheet] = []
    for first in range(0, len(texts), 256):
        sheets += tagger.sheets(texts[first : first + 256], encoder)
        report("encode", len(sheets), len(texts))
    optimizer = torch.optim.AdamW(tagger.parameters(), lr=recipe.rate, weight_decay=0.01)
    steps = recipe.epochs * -(-len(sheets) // recipe.batch)
    rise = max(0.1, 2 / (steps + 1))  # at least one step
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=steps + 1, pct_start=rise)
    parts = (tagger, optimizer, schedule)
    key = hashlib.sha256(repr((recipe, examples)).encode()).hexdigest()
    done = _resume(checkpoint, key, parts)
    tagger.train()
    for epoch in range(done, recipe.epochs):
        torch.manual_seed(1000 * recipe.seed + epoch)
        batches = _batches(sheets, recipe.batch, random.Random(1000 * recipe.seed + epoch))
        for number, rows in enumerate(batches, 1):
            own = [_blanked(sheets[i], recipe.blank, epoch + i) for i in rows]
            weights = torch.tensor([examples[i].weight for i in rows])
            loss = (tagger.loss(own, [examples[i].tags for i in rows]) * weights).sum() / weights.sum()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(tagger.parameters(), 5.0)
            optimizer.step()
            schedule.step()
            report(f"epoch {epoch + 1} of {recipe.epochs}", number, len(batches))
        _keep(checkpoint, key, epoch + 1, parts)
    return tagger.eval()


def _blanked(sheet: Sheet, share: float, seed: int) -> Sheet:
    """A copy in which some words have no vector of their own."""
    kept = np.random.default_rng(seed).random(len(sheet.numbers)) >= share
    return Sheet(sheet.states, sheet.numbers * kept, sheet.marks)


def _batches(sheets: Sequence[Sheet], size: int, draw: random.Random) -> list[list[int]]:
    """Rows of similar length together, in random order."""
    order = sorted(range(len(sheets)), key=lambda i: len(sheets[i].numbers) + draw.random() * 6)
    batches = [order[first : first + size] for first in range(0, len(order), size)]
    draw.shuffle(batches)
    return batches


def _keep(path: Path | None, key: str, epoch: int, parts: Sequence[object]) -> None:
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    torch.save({"key": key, "epoch": epoch, "parts": [part.state_dict() for part in parts]}, fresh)  # type: ignore[attr-defined]
    fresh.replace(path)


def _resume(path: Path | None, key: str, parts: Sequence[object]) -> int:
    """Takes up interrupted training; how many epochs it had done."""
    if path is None or not path.is_file():
        return 0
    try:
        kept = torch.load(path, weights_only=True)
        if kept["key"] != key:
            return 0  # that of another training
        for part, state in zip(parts, kept["parts"], strict=True):
            part.load_state_dict(state)  # type: ignore[attr-defined]
    except Exception:  # what is damaged makes the unpickler raise anything
        return 0
    return int(kept["epoch"])
