"""Household missions carried out by the kinematic twin, with the whole team and with one robot."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grounding.state import holds
from grounding.worldfile import load_world
from heed.mission import Phase

from .playing import Play

TEAM = load_world("household")
ALONE = replace(TEAM, robots={"robot_1": TEAM.robots["robot_1"]})


@pytest.mark.parametrize("world", [TEAM, ALONE], ids=["four robots", "one robot"])
@pytest.mark.parametrize(
    "sentence",
    [
        "put a rinsed spoon in the drawer",
        "heat the potato and put it on the counter",
        "slice the tomato, then put it in the fridge",
        "put the mug in the cabinet and the kettle on the shelf",
        "put a spoon in the washed mug, then switch on the floor lamp",
        "put the heated egg on the plate and the washed lettuce in the fridge",
        "put the mug with the pen in it on the dresser",
        "put the plate with the knife and the sliced tomato on it in the fridge",
        "examine the watch under the floor lamp",
    ],
)
def test_household_missions_are_done(sentence, world):
    play = Play(sentence, world=world)
    assert play.run().phase is Phase.FINISHED, play.mission.status().sentence
    final = play.observations[-1]
    for task in play.mission.tree.root.walk():
        for goal in task.goal:
            assert holds(goal.proposition, world, final) is goal.positive, str(goal)
