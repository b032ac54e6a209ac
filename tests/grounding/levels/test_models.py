"""All models behind one interface: they learn, are kept in files that are verified, and go on after an interruption."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grounding.levels import neural
from grounding.levels.data import Command, grouped_folds
from grounding.levels.model import CARD, MODELS, WEIGHTS, LevelModel, ModelError, Workshop, load, model_class, save
from grounding.levels.reward import Level
from grounding.levels.train import cross_validate, load_named, train

Small = Callable[..., type[LevelModel]]
BASELINES = ("single-rnn", "multi-rnn", "multi-nn", "ibm2")
#: Share of commands made from patterns that each model must get right; the last two ignore most of the order.
LEARNED = {"single-rnn": 0.9, "multi-rnn": 0.9, "multi-nn": 0.75, "ibm2": 0.4}


@pytest.fixture(scope="module", params=BASELINES)
def trained(request: pytest.FixtureRequest, made: list[Command], small: Small) -> LevelModel:
    return small(request.param).fit(made, seed=3)


def test_they_learn(trained: LevelModel, made: list[Command]) -> None:
    answers = trained.posterior([command.text for command in made])
    right = sum(command.accepts(answer.best) for command, answer in zip(made, answers, strict=True))
    assert right / len(made) >= LEARNED[trained.name]
    for answer in answers[:20]:
        assert sum(answer.levels.values()) == pytest.approx(1.0)
        assert [p for _, p in answer.ranked] == sorted((p for _, p in answer.ranked), reverse=True)


def test_files_give_back_the_same_model(trained: LevelModel, made: list[Command], tmp_path: Path) -> None:
    save(trained, tmp_path, {"data": "made"})
    texts = [command.text for command in made[:30]]
    other = load(tmp_path, trained.name)
    for one, two in zip(trained.posterior(texts), other.posterior(texts), strict=True):
        assert [m for m, _ in one.ranked][:3] == [m for m, _ in two.ranked][:3]
        assert one.probability == pytest.approx(two.probability, abs=1e-5)
    card = json.loads((tmp_path / CARD).read_text(encoding="utf-8"))
    assert card["data"] == "made"
    assert len(card["sha256"]) == 64


def test_damaged_and_foreign_files_are_refused(model: LevelModel, tmp_path: Path) -> None:
    save(model, tmp_path, {})
    with pytest.raises(ModelError, match="holds the model 'single-rnn'"):
        load(tmp_path, "ibm2")
    weights = tmp_path / WEIGHTS
    weights.write_bytes(weights.read_bytes()[:-1] + b"?")
    with pytest.raises(ModelError, match="SHA-256"):
        load(tmp_path)
    (tmp_path / CARD).write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match="lacks"):
        load(tmp_path)
    with pytest.raises(ModelError, match="cannot be read"):
        load(tmp_path / "nowhere")


def test_unknown_models_are_named() -> None:
    with pytest.raises(ModelError, match=r"'gpt'.*single-rnn"):
        model_class("gpt")
    with pytest.raises(ModelError):
        load_named("no-such-model")


class StoppedError(Exception):
    pass


def test_training_goes_on_where_it_was_interrupted(made: list[Command], tmp_path: Path) -> None:
    whole = model_class("multi-nn").fit(made, seed=5)
    seen: list[int] = []

    def stop_after_five(what: str, done: int, total: int) -> None:
        seen.append(done)
        if done == 5:
            raise StoppedError

    with pytest.raises(StoppedError):
        train("multi-nn", made, tmp_path, seed=5, workshop=Workshop(report=stop_after_five))
    seen.clear()
    resumed = train("multi-nn", made, tmp_path, seed=5, workshop=Workshop(report=lambda w, d, t: seen.append(d)))
    assert seen[0] == 5
    assert not list(tmp_path.glob("*.part"))
    for text in ("go to the red room", "move up"):
        assert resumed.posterior([text])[0].probability == pytest.approx(
            whole.posterior([text])[0].probability, abs=1e-6
        )


def test_checkpoints_of_another_training_are_not_taken_over(made: list[Command], small: Small, tmp_path: Path) -> None:
    checkpoint = tmp_path / "training.part"
    small("multi-nn", epochs=2).fit(made, seed=5, workshop=Workshop(checkpoint))
    seen: list[int] = []
    small("multi-nn", epochs=2).fit(made, seed=6, workshop=Workshop(checkpoint, lambda w, d, t: seen.append(d)))
    assert seen[0] == 0
    checkpoint.write_bytes(b"rubbish")
    seen.clear()
    small("multi-nn", epochs=2).fit(made, seed=6, workshop=Workshop(checkpoint, lambda w, d, t: seen.append(d)))
    assert seen[0] == 0


def test_equal_seeds_give_equal_models(made: list[Command], small: Small) -> None:
    one, two, other = (small("multi-nn", epochs=2).fit(made, seed=s).posterior(["push it left"])[0] for s in (1, 1, 2))
    assert one.probability == two.probability
    assert one.probability != other.probability


def test_cross_validation_tests_what_was_not_seen(made: list[Command]) -> None:
    folds = grouped_folds(made, 3, 0)
    found = dict(cross_validate("ibm2", folds, seed=0))
    assert {k: len(v) for k, v in found.items()} == {k: len(folds.test(k)) for k in folds.numbers}


def test_one_level_is_enough_to_train_on(made: list[Command], small: Small) -> None:
    goals = [command for command in made if command.meaning.level is Level.GOAL]
    for name in BASELINES:
        answer = small(name, epochs=2).fit(goals, seed=0).posterior(["go to the red room"])[0]
        assert answer.levels[Level.GOAL] == pytest.approx(1.0)


def test_every_model_says_what_it_is() -> None:
    for name in BASELINES:
        assert model_class(name).name == name
        assert name in MODELS
        assert model_class(name).summary.endswith(".")


def test_batches_hold_every_command_once() -> None:
    lengths = [3, 1, 4, 1, 5, 9, 2, 6] * 20
    drawn = [i for batch in neural._batches(lengths, 16, np.random.default_rng(0)) for i in batch]
    assert sorted(drawn) == list(range(len(lengths)))
