from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from grounding.encoder import Encoder
from grounding.translate.reader.silver import Tagged
from grounding.translate.reader.tagger import Tagger
from grounding.translate.reader.train import Recipe, train

SHORT = Recipe(epochs=2, batch=6, frequent=3)


class StoppedError(Exception):
    pass


def equal(one: Tagger, other: Tagger) -> bool:
    mine, theirs = one.state_dict(), other.state_dict()
    return mine.keys() == theirs.keys() and all(torch.equal(mine[name], theirs[name]) for name in mine)


@pytest.fixture(scope="module")
def few(made: Sequence[Tagged]) -> Sequence[Tagged]:
    return made[:16]


@pytest.fixture(scope="module")
def whole(few: Sequence[Tagged], encoder: Encoder) -> Tagger:
    return train(few, SHORT, encoder=encoder)


def test_equal_seeds_give_equal_weights(few: Sequence[Tagged], whole: Tagger, encoder: Encoder) -> None:
    assert equal(train(few, SHORT, encoder=encoder), whole)
    assert not equal(train(few, replace(SHORT, seed=1), encoder=encoder), whole)


def test_interrupted_training_comes_to_the_same_weights(
    few: Sequence[Tagged], whole: Tagger, encoder: Encoder, tmp_path: Path
) -> None:
    checkpoint = tmp_path / "deep" / "training.part"

    def stop_in_the_last_epoch(what: str, done: int, total: int) -> None:
        if what == "epoch 2 of 2" and done == 2:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(few, SHORT, checkpoint=checkpoint, report=stop_in_the_last_epoch, encoder=encoder)
    seen: list[str] = []
    resumed = train(few, SHORT, checkpoint=checkpoint, report=lambda what, *_: seen.append(what), encoder=encoder)
    assert {what for what in seen if what.startswith("epoch")} == {"epoch 2 of 2"}
    assert equal(resumed, whole)
    assert not resumed.training


@pytest.mark.parametrize("kept", ["another recipe", "other examples", "rubbish", "empty"])
def test_checkpoints_of_another_training_are_not_taken_over(
    few: Sequence[Tagged], whole: Tagger, encoder: Encoder, tmp_path: Path, kept: str
) -> None:
    checkpoint = tmp_path / "training.part"
    if kept == "another recipe":
        train(few, replace(SHORT, seed=1), checkpoint=checkpoint, encoder=encoder)
    elif kept == "other examples":
        train(
            [replace(e, weight=0.25) for e in few[:12]] + list(few[12:]), SHORT, checkpoint=checkpoint, encoder=encoder
        )
    else:
        checkpoint.write_bytes(b"rubbish" if kept == "rubbish" else b"")
    assert equal(train(few, SHORT, checkpoint=checkpoint, encoder=encoder), whole)


def test_progress_is_told(few: Sequence[Tagged], encoder: Encoder) -> None:
    seen: list[tuple[str, int, int]] = []
    train(few, replace(SHORT, epochs=1), report=lambda *what: seen.append(what), encoder=encoder)
    assert seen[0] == ("encode", 16, 16)
    assert seen[1:] == [("epoch 1 of 1", number, 3) for number in (1, 2, 3)]
