"""Commands from the grammar: every meaning, and plans that do what they say."""

from __future__ import annotations

import pytest

from grounding.levels.reward import Level, Meaning, parse_reward
from grounding.levels.scene import PUBLISHED
from grounding.levels.steps import evidence
from grounding.levels.synthetic import compose, rewards

PUBLISHED_REWARDS = [
    "agentInRoom agent0 room0",
    "agentInRoom agent0 room1",
    "blockInRoom block0 room1",
    "blockInRoom block0 room2",
    "agentInRoom agent0 room1 blockInRoom block0 room2",
    "agentInRoom agent0 room2 blockInRoom block0 room1",
]


def test_rewards_are_all_pairs_and_four_steps() -> None:
    assert len(rewards(PUBLISHED)) == 4 * 4 - 1 + 4


def test_same_seed_same_commands() -> None:
    assert compose(PUBLISHED, 3, 7) == compose(PUBLISHED, 3, 7)
    assert compose(PUBLISHED, 3, 7) != compose(PUBLISHED, 3, 8)


@pytest.mark.parametrize("level", [Level.SUBGOAL, Level.GOAL])
def test_every_reward_over_rooms_is_asked_for(level: Level) -> None:
    found = {c.meaning.reward for c in compose(PUBLISHED, 1, 0) if c.meaning.level is level}
    assert found == {reward for reward in rewards(PUBLISHED) if not reward.steps}


@pytest.mark.parametrize("reward", PUBLISHED_REWARDS)
def test_steps_lead_where_they_are_meant_to(reward: str) -> None:
    """Plans of the grammar, followed by the reader of steps."""
    commands = [c for c in compose(PUBLISHED, 12, 3) if c.meaning == Meaning(Level.MOTION, parse_reward(reward))]
    led = [c.meaning.reward in evidence(c.text, PUBLISHED).least for c in commands]
    assert sum(led) > 0.7 * len(led)
