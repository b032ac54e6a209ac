"""Steps read from words and followed on the map of the published world."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.levels.reward import Direction, Reward
from grounding.levels.scene import PUBLISHED
from grounding.levels.steps import Frame, Move, Way, evidence, headings, parse_steps, single_steps

N, S, E, W = Direction.NORTH, Direction.SOUTH, Direction.EAST, Direction.WEST


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("go north three times", [(Way.NORTH, 3)]),
        ("two steps west then one up", [(Way.WEST, 2), (Way.NORTH, 1)]),
        ("go down five right five up one", [(Way.SOUTH, 5), (Way.RIGHT, 5), (Way.NORTH, 1)]),
        ("down, down, down, left", [(Way.SOUTH, None)] * 3 + [(Way.LEFT, None)]),
        ("move 3 spaces to the left", [(Way.LEFT, 3)]),
        ("go forward three then turn right and go four", [(Way.AHEAD, 3), (Way.RIGHT, None), (Way.AHEAD, 4)]),
        ("Go South once; go east twice.", [(Way.SOUTH, 1), (Way.EAST, 2)]),
    ],
)
def test_moves_and_numbers(text: str, moves: list[tuple[Way, int | None]]) -> None:
    steps = parse_steps(text)
    assert [(move.way, move.count) for move in steps.moves] == moves
    assert steps.literal


@pytest.mark.parametrize(
    "text", ["", "take the chair to the blue room", "go to the left side of the room", "😀", "geh nach oben", "." * 99]
)
def test_other_texts_are_not_steps(text: str) -> None:
    assert not parse_steps(text).literal


def test_left_and_right_depend_on_whose_they_are() -> None:
    turn = (Move(Way.LEFT, turn=True), Move(Way.AHEAD, 1))
    assert headings(turn, S, Frame.MAP) == (W, W)
    assert headings(turn, S, Frame.TURNS) == headings(turn, S, Frame.ROBOT) == (E, E)
    assert headings((Move(Way.LEFT),), S, Frame.TURNS) == (W,)
    assert headings((Move(Way.LEFT),), S, Frame.ROBOT) == (E,)
    assert headings((Move(Way.BACK),), S, Frame.MAP) == (N,)


def test_steps_spelled_out() -> None:
    assert single_steps(parse_steps("go north three times").moves, PUBLISHED) == (N, N, N)
    assert single_steps(parse_steps("turn left").moves, PUBLISHED) == (E,)
    assert single_steps(parse_steps("turn left and go two steps").moves, PUBLISHED) == (E, E)
    assert single_steps(parse_steps("go down to the wall, then left").moves, PUBLISHED) == (S,) * 5 + (W,)


@pytest.mark.parametrize(
    ("text", "reward"),
    [
        ("down three", Reward("room0")),
        ("down three, left four, up two", Reward("room1")),
        ("south 3, west 1, south 1, west 2, south 1, west 1, north 3", Reward(things=(("block0", "room1"),))),
        ("go right", Reward(steps=(E,))),
        ("turn around and take one step", Reward(steps=(N,))),
        (
            "south 3, west 1, south 1, west 2, south 1, west 1, north 3, south 1, east 4, north 2",
            Reward("room2", (("block0", "room1"),)),
        ),
    ],
)
def test_where_steps_lead_taken_at_their_word(text: str, reward: Reward) -> None:
    assert evidence(text, PUBLISHED).least[reward] == 0.0


def test_miscounted_steps_still_speak_for_the_room_they_nearly_reach() -> None:
    least = evidence("down two, left four, up two", PUBLISHED).least
    assert 0.0 < least[Reward("room1")] <= 1.0


def test_without_numbers_any_number_will_do() -> None:
    assert Reward("room1") in evidence("go down, then left, then up", PUBLISHED).least


@given(st.lists(st.sampled_from(["up", "down", "left", "right"]), min_size=1, max_size=12))
def test_single_steps_agree_with_walking(words: list[str]) -> None:
    """What is followed word by word ends where the scene itself says."""
    scene = PUBLISHED
    way = {"up": N, "down": S, "left": W, "right": E}
    for word in words:
        scene = scene.step(way[word])
    assert single_steps(parse_steps(" ".join(words)).moves, PUBLISHED) == tuple(way[word] for word in words)
    room = scene.agent_region
    found = evidence(" ".join(f"{word} one" for word in words), PUBLISHED).least
    if scene.blocks == PUBLISHED.blocks and room in ("room0", "room1"):
        assert found[Reward(room)] == 0.0


@given(st.text(max_size=200))
def test_any_text_is_survived(text: str) -> None:
    evidence(text, PUBLISHED)


def test_pushing_and_pulling() -> None:
    scene = PUBLISHED
    for step in [S] * 3 + [W] * 3:
        scene = scene.step(step)
    assert scene.blocks["block0"] == (2, 2)
    scene = scene.step(S).step(W)  # the block gives way until it meets the wall
    assert (scene.agent, scene.blocks["block0"]) == ((2, 2), (1, 2))
    assert scene.step(W).agent == (2, 2)
    pulled = scene.pull()
    assert (pulled.agent, pulled.blocks["block0"]) == ((1, 2), (2, 2))
