"""Reward functions in the notation of the published data."""

from __future__ import annotations

import pytest

from grounding.levels.reward import Direction, Reward, RewardError, parse_reward


def test_the_order_of_atoms_and_the_word_for_regions_do_not_matter() -> None:
    one = parse_reward("agentInRoom agent0 room1 blockInRoom block0 room2")
    other = parse_reward("blockInRegion block0 room2 agentInRegion agent0 room1")
    assert one == other == Reward("room1", (("block0", "room2"),))
    assert parse_reward(str(one)) == one


def test_steps() -> None:
    reward = parse_reward("goNorth goEast")
    assert reward.steps == (Direction.NORTH, Direction.EAST)
    assert str(reward) == "goNorth goEast"


@pytest.mark.parametrize("text", ["", "goUp", "agentInRoom agent0", "agentInRoom agent0 a agentInRoom agent0 b"])
def test_what_is_none_is_refused_by_name(text: str) -> None:
    with pytest.raises(RewardError, match=r"reward function"):
        parse_reward(text)


def test_regions_and_steps_exclude_each_other() -> None:
    with pytest.raises(RewardError):
        Reward("room1", steps=(Direction.NORTH,))
