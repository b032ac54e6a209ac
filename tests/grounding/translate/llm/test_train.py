"""Training of the tiny language model: it learns, and an interrupted run goes on where it stopped."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from rich.progress import Progress

from grounding.translate.llm.bases import frame
from grounding.translate.llm.local import load
from grounding.translate.llm.train import CHECKPOINT, Recipe, Training, train

TINY = Recipe(steps=8, batch=2, vocabulary=400, width=32, layers=1, heads=2, context=512, examples=150)
BASES = tuple(filter(None, map(frame, ("Put a clean spoon in the drawer.", "Heat a mug and place it on the desk."))))


class Interrupted(Progress):
    """Stops the run after the first batches."""

    def update(self, *args: object, **fields: object) -> None:
        raise KeyboardInterrupt


def test_equal_seeds_give_equal_weights_even_when_interrupted(tmp_path: Path) -> None:
    train(TINY, tmp_path / "whole", bases=BASES)
    out = tmp_path / "parts"
    out.mkdir()
    with Interrupted(disable=True) as progress, pytest.raises(KeyboardInterrupt):
        Training(TINY, out, BASES).run(progress, every=4)
    assert (out / CHECKPOINT).is_file()
    assert Training(TINY, out, BASES).step == 4
    train(TINY, out, bases=BASES)
    assert not (out / CHECKPOINT).exists()
    for name in ("model.safetensors", "tokenizer.json"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_what_was_trained_can_be_loaded_and_keeps_the_form(tmp_path: Path) -> None:
    pytest.importorskip("llguidance", reason="constrained decoding needs llguidance: pip install 'heed[llm]'")
    train(TINY, tmp_path, bases=BASES)
    loaded = load(str(tmp_path))
    said = loaded.answer(loaded.prompt("Put the spoon in the drawer."), 60, 20)
    assert said.text.startswith('{"tasks":[')
    assert loaded.model.dtype == torch.float32


def test_it_learns(tmp_path: Path) -> None:
    training = Training(TINY, tmp_path, BASES)
    first = None
    with Progress(disable=True) as progress:
        training.run(progress)
    from grounding.translate.llm.train import batches, loss_of

    batch = batches(TINY, training.tokenizer, BASES, 0)[0]
    fresh = Training(TINY, tmp_path / "none", BASES)
    with torch.no_grad():
        first = float(loss_of(fresh.model, batch, fresh.tokenizer.pad_token_id))
        last = float(loss_of(training.model, batch, training.tokenizer.pad_token_id))
    assert last < first
