"""Rooms, doors and things followed on the map."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.levels.reward import Level
from grounding.levels.routes import ROOM_WORDS, neighbours, walk
from grounding.levels.scene import PUBLISHED
from grounding.levels.synthetic import compose

BOTH, ALL_DOORS = False, True


@pytest.mark.parametrize(
    ("text", "every_door", "goal"),
    [
        ("go to the red room", BOTH, ("room0", None)),
        ("leave the blue room and walk to the pink room", BOTH, ("room0", None)),
        ("bring the chair in the red room to the blue room", BOTH, (None, "room2")),
        ("push the block from the red room into the green room then go to the purple room", BOTH, ("room2", "room1")),
        ("go through the door", BOTH, ("room0", None)),
        ("go through the door , go through the next door", BOTH, ("room1", None)),
        ("go to the door , go to the other door", ALL_DOORS, ("room1", None)),
        ("go through the door , get the bag , go back through the same door", BOTH, (None, "room2")),
        ("go down three steps", BOTH, (None, None)),
        ("", BOTH, (None, None)),
    ],
)
def test_goal(text: str, every_door: bool, goal: tuple[str | None, str | None]) -> None:
    assert walk(text, PUBLISHED, every_door=every_door).goal == goal


def test_neighbours_follow_the_doors() -> None:
    assert neighbours(PUBLISHED) == {"room0": ("room2", "room1"), "room1": ("room0",), "room2": ("room0",)}


def test_most_composed_commands_end_where_they_are_meant_to() -> None:
    """The two readings check one another: what the grammar writes, walking understands."""
    published = {
        ("room0", None),
        ("room1", None),
        (None, "room1"),
        (None, "room2"),
        ("room1", "room2"),
        ("room2", "room1"),
    }
    right = []
    for command in compose(PUBLISHED, 12, 1):
        goal = (command.meaning.reward.agent, dict(command.meaning.reward.things).get("block0"))
        if command.meaning.level is Level.GOAL and goal in published:
            right.append(walk(command.text, PUBLISHED).goal == goal)
    assert sum(right) > 0.85 * len(right)


@given(st.lists(st.sampled_from([*ROOM_WORDS, "room", "door", "through", "back", "chair", "push", "then", "other"])))
def test_any_words_end_in_a_room(said: list[str]) -> None:
    state = walk(" ".join(said), PUBLISHED, every_door=True)
    assert state.agent in PUBLISHED.rooms
    assert state.block in PUBLISHED.rooms
