"""Commands grounded in worlds, asked back, and refused; with a small model that is really trained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.levels.ground import Grounding, infer, unreadable
from grounding.levels.model import LevelModel, Posterior, Thresholds
from grounding.levels.reward import Direction, Level, Reward
from grounding.world import World
from grounding.worldfile import load_world

CLEANUP = load_world("cleanup")


def best(found: Grounding) -> tuple[Level, Reward]:
    assert found.best is not None, found.refused
    return found.best.level, found.best.reward


@pytest.mark.parametrize(
    ("text", "level", "reward"),
    [
        ("go to the red room", Level.GOAL, Reward("red_room")),
        ("take the chair to the blue room", Level.GOAL, Reward(things=(("chair", "blue_room"),))),
        ("go through the door then go to the green room", Level.SUBGOAL, Reward("green_room")),
        (
            "push the chair to the green room and go to the blue room",
            Level.GOAL,
            Reward("blue_room", (("chair", "green_room"),)),
        ),
        ("go up", Level.MOTION, Reward(steps=(Direction.NORTH,))),
    ],
)
def test_commands_of_each_level(model: LevelModel, text: str, level: Level, reward: Reward) -> None:
    assert best(infer(text, CLEANUP, model=model)) == (level, reward)


@pytest.mark.parametrize(
    ("text", "level", "reward"),
    [
        ("go to the orange room", Level.GOAL, Reward("orange_room")),
        ("go to the yellow room", Level.GOAL, Reward("yellow_room")),
        ("go to the kitchen", Level.GOAL, Reward("kitchen")),
        ("push the box to the kitchen", Level.GOAL, Reward(things=(("box", "kitchen"),))),
        ("take rex to the snug", Level.GOAL, Reward(things=(("rex", "den"),))),
        ("push the box to the den and go to the kitchen", Level.GOAL, Reward("kitchen", (("box", "den"),))),
    ],
)
def test_a_layout_the_model_has_never_seen(
    model: LevelModel, house: World, text: str, level: Level, reward: Reward
) -> None:
    assert best(infer(text, house, model=model)) == (level, reward)


def test_steps_are_taken_at_their_word(model: LevelModel) -> None:
    found = infer("go north three times", CLEANUP, model=model)
    assert best(found) == (Level.MOTION, Reward(steps=(Direction.NORTH,) * 3))
    assert found.steps == (Direction.NORTH,) * 3
    assert found.best is not None
    assert found.best.sentence == "go north 3 times"


def test_steps_that_lead_to_a_room_ask_for_the_room_and_are_kept(model: LevelModel) -> None:
    found = infer("go down three steps", CLEANUP, model=model)
    assert best(found) == (Level.MOTION, Reward("red_room"))
    assert found.steps == (Direction.SOUTH,) * 3


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no command"),
        (" \n\t", "no command"),
        ("go to the red room " * 40, "too long"),
        ("x" * 5000, "too long"),
        ("geh bitte in die küche", "another language"),
        ("va dans la chambre rouge et pousse la chaise", "another language"),
        ("иди в красную комнату", "Latin alphabet"),
        ("去红色的房间", "Latin alphabet"),
        ("go north 😀", "grinning face"),
        ("go\x00 north", "U+0000"),
        ("12345 !!", "no words"),
        ("go to the kitchen", "no such room"),
        ("push the piano to the red room", "no such thing"),
    ],
)
def test_bad_input_is_refused_with_a_reason(model: LevelModel, text: str, reason: str) -> None:
    found = infer(text, CLEANUP, model=model)
    assert found.best is None
    assert reason in found.refused
    assert found.refused.endswith((".", "?"))


def test_a_refusal_offers_what_is_there(model: LevelModel) -> None:
    assert (
        "the red room" in infer("go to the redd rom", CLEANUP, model=model).near
        or not infer("go to the redd rom", CLEANUP, model=model).refused
    )
    assert "the chair" in infer("take the piano to the red room", CLEANUP, model=model).near


def test_a_strange_text_is_refused_and_an_even_one_is_asked_back(model: LevelModel) -> None:
    posterior = model.posterior(["go to the red room"])[0]
    strict = type(model).restore(model.state())
    strict.thresholds = Thresholds(refuse_above=posterior.strangeness - 1e-6, ask_below=1.5)
    assert "does not look like a command" in infer("go to the red room", CLEANUP, model=strict).refused
    strict.thresholds = Thresholds(refuse_above=None, ask_below=1e9)
    asked = infer("take the chair to the blue room", CLEANUP, model=strict).question
    assert asked is not None
    assert asked.text.startswith("Shall I bring the chair to the blue room, or ")
    assert len({option.reward for option in asked.options}) == 2


def test_levels_that_ask_for_the_same_are_no_reason_to_ask(model: LevelModel) -> None:
    found = infer("go to the red room", CLEANUP, model=model)
    assert found.question is None
    total = sum(r.probability for r in (found.best, *found.alternatives) if r is not None)
    assert total <= 1.0 + 1e-9


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(model: LevelModel, text: str) -> None:
    found = infer(text, CLEANUP, model=model)
    assert (found.best is None) == bool(found.refused)


@given(st.text(alphabet=st.characters(max_codepoint=127), min_size=1, max_size=40))
def test_posteriors_sum_to_one(model: LevelModel, text: str) -> None:
    found: Posterior = model.posterior([text])[0]
    assert sum(p for _, p in found.ranked) == pytest.approx(1.0, abs=1e-6)


def test_plain_english_is_readable() -> None:
    for text in ("go north", "push the chair to the red room, then stop!", "go to door a1; wait"):
        assert unreadable(text) == ""
