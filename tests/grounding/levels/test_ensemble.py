"""The model as a whole, trained for seconds on commands of the grammar."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grounding.levels.data import Command
from grounding.levels.ensemble import MEANINGS, Ensemble, Making
from grounding.levels.model import Workshop, load, save
from grounding.levels.reward import Level
from grounding.levels.scene import PUBLISHED, Scene
from grounding.levels.synthetic import compose
from grounding.levels.training import Recipe

COMMANDS = compose(PUBLISHED, 4, 5, {meaning for meaning in MEANINGS if meaning.level is Level.GOAL})


class Small(Ensemble):
    """A model that is trained in a moment."""

    making = Making(members=1, reduced=24, copies=1, composed=1, lacking=1, common=2)
    recipe = Recipe(epochs=2, batch=32, made=10)


def _small(commands: tuple[Command, ...] = COMMANDS, seed: int = 0, workshop: Workshop | None = None) -> Small:
    model = Small.fit(commands, seed=seed, workshop=workshop)
    assert isinstance(model, Small)
    return model


@pytest.fixture(scope="module")
def model() -> Small:
    return _small()


def test_posterior_is_one(model: Small) -> None:
    texts = ["go to the red room", "", "\U0001f916", "go " * 400, "иди в красную комнату", "\x00\x1b"]
    for posterior in model.posterior(texts):
        assert {meaning for meaning, _ in posterior.ranked} == set(MEANINGS)
        assert sum(p for _, p in posterior.ranked) == pytest.approx(1.0)
        assert np.isfinite(posterior.strangeness)


def test_order_and_company_of_texts_change_nothing(model: Small) -> None:
    texts = [c.text for c in COMMANDS[:8]]
    alone = [model.posterior([text])[0].probability for text in texts]
    assert [p.probability for p in model.posterior(texts[::-1])][::-1] == pytest.approx(alone, abs=1e-5)


def test_same_seed_same_model(model: Small) -> None:
    again, other = _small(), _small(seed=1)
    text = ["move the chair to the green room"]
    assert again.posterior(text)[0].ranked == model.posterior(text)[0].ranked
    assert other.posterior(text)[0].ranked != model.posterior(text)[0].ranked


def test_saved_and_loaded_it_says_the_same(model: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grounding.levels.model.model_class", lambda name: Small)
    save(model, tmp_path, {})
    found = load(tmp_path)
    texts = ["push the bag into the blue room", "what is the weather like"]
    for ours, theirs in zip(model.posterior(texts), found.posterior(texts), strict=True):
        assert theirs.ranked[0][0] == ours.ranked[0][0]
        assert theirs.probability == pytest.approx(ours.probability, abs=1e-6)
        assert theirs.strangeness == pytest.approx(ours.strangeness, abs=1e-6)
    assert found.thresholds == model.thresholds


class _StopError(Exception):
    pass


def test_interrupted_training_goes_on(model: Small, tmp_path: Path) -> None:
    """Stopped after one epoch and started again, it ends as if it had never been stopped."""
    checkpoint = tmp_path / "training.part"

    def stop(what: str, done: int, total: int) -> None:
        raise _StopError

    with pytest.raises(_StopError):
        _small(workshop=Workshop(checkpoint, stop))
    told: list[tuple[str, int, int]] = []
    resumed = _small(workshop=Workshop(checkpoint, lambda *step: told.append(step)))
    assert told == [("epoch", 2, 2)]
    text = ["move the chair to the green room"]
    assert resumed.posterior(text)[0].ranked == model.posterior(text)[0].ranked


def test_damaged_checkpoint_is_not_used(model: Small, tmp_path: Path) -> None:
    checkpoint = tmp_path / "training.part"
    checkpoint.write_bytes(b"no checkpoint")
    text = ["move the chair to the green room"]
    assert _small(workshop=Workshop(checkpoint)).posterior(text)[0].ranked == model.posterior(text)[0].ranked


def test_sentence_from_elsewhere_is_stranger_than_a_command(model: Small) -> None:
    known, other = model.posterior([COMMANDS[0].text, "book me a flight to lisbon on tuesday"])
    assert other.strangeness > known.strangeness
    assert model.thresholds.refuse_above is not None
    assert other.strangeness > model.thresholds.refuse_above


def test_scene_with_other_rooms_is_read(model: Small) -> None:
    """Fewer rooms, more rooms, no block: the clues keep their places."""
    hall = Scene({"room2": frozenset({(0, 0), (1, 0)})}, agent=(0, 0))
    large = replace(PUBLISHED, regions={**PUBLISHED.regions, "room3": frozenset({(20, 20)})})
    for scene in (hall, large):
        assert len(model.posterior(["go to the green room"], scene)[0].ranked) == len(MEANINGS)
