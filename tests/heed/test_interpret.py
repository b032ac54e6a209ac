"""Which engine reads an instruction, and what task it makes of a command of any level."""

from __future__ import annotations

import pytest

from grounding.worldfile import load_world
from heed.interpret import interpret
from heed.pipeline import make_plan, understand
from planners.amdp import ENGINE
from planners.plan import PlanStatus

CLEANUP = load_world("cleanup")


def goal(text, world=CLEANUP):
    tree = interpret(text, world).tree
    assert tree is not None, interpret(text, world).message
    leaves = [task for task in tree.root.walk() if task.is_leaf]
    assert len(leaves) == 1
    return tree.level, {str(literal) for literal in leaves[0].goal}


@pytest.mark.parametrize(
    ("text", "level", "literals"),
    [
        ("go south three times", "L0", {"at.self.cell_6_3"}),
        ("go north three times", "L0", {"at.self.cell_6_7"}),  # then there is a wall
        ("down down down left left left left down", "L0", {"at.self.cell_2_2", "in.chair.cell_2_1"}),
        ("take the chair to the blue room", "L2", {"in.chair.blue_room"}),
        ("go to the red room", "L2", {"at.self.red_room"}),
    ],
)
def test_commands_below_missions(text, level, literals):
    assert goal(text) == (level, literals)


def test_doors_are_spoken_of_at_level_1():
    level, literals = goal("go out the door and then go to the green room")
    assert (level, literals) == ("L1", {"at.self.green_room"})


def test_missions_of_several_tasks_stay_with_controlled_english():
    found = interpret("put the chair in the blue room and come back to the red room", CLEANUP)
    assert found.tree.level == "L3"
    assert [task.id for task in found.tree.root.walk() if task.is_leaf] == ["1", "2"]


@pytest.mark.parametrize(
    "text", ["", "what is the weather like today", "ve a la habitación roja", "go to the yellow room"]
)
def test_what_is_no_command_here_is_refused_with_a_sentence(text):
    found = interpret(text, CLEANUP)
    assert found.tree is None
    assert found.message.endswith((".", "?"))


def test_worlds_with_other_skills_are_read_as_before():
    found = interpret("go north three times", load_world("office"))
    assert found.tree is None
    assert "north" in found.message


@pytest.mark.parametrize("text", ["go south three times", "take the chair to the blue room", "go to the green room"])
def test_commands_are_planned_with_abstract_mdps_at_their_level(text):
    meaning = understand(text, CLEANUP)
    result = make_plan(meaning.spec, CLEANUP, level=meaning.tree.level)
    assert (result.engine, result.status) == (ENGINE, PlanStatus.OPTIMAL)


def test_what_abstract_mdps_cannot_do_goes_to_the_team_planner():
    meaning = understand("go to the green room; never enter the red room", CLEANUP)
    if meaning.spec is not None:
        assert make_plan(meaning.spec, CLEANUP, level="L2").engine != ENGINE
