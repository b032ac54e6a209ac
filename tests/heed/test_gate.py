"""The gate between everybody who wants a robot to move and the robot."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scenes import OFFICE, meaning, paused

from grounding.mission.specify import specify
from grounding.state import initial_state
from heed.gate import Allowed, Guard, Refused, Sender, allow
from sim.protocol import SkillCommand

STATE = initial_state(OFFICE)
HERE = STATE.robots["robot_1"].cell


def guard(state=STATE, **fields):
    return Guard(OFFICE, state, **fields)


def with_robot(**fields):
    return replace(STATE, robots={**STATE.robots, "robot_1": replace(STATE.robots["robot_1"], **fields)})


DRIVE = SkillCommand("1", "robot_1", "go_to", ("m1",))


def test_a_command_of_the_plan_passes():
    assert allow(DRIVE, Sender.PLANNER, guard()) == Allowed()


@pytest.mark.parametrize(
    ("command", "known", "rule"),
    [
        (SkillCommand("1", "robot_9", "go_to", ("m1",)), guard(), "robot"),
        (DRIVE, guard(with_robot(alive=False)), "lost"),
        (DRIVE, guard(with_robot(halted=True)), "halted"),
        (DRIVE, guard(modes=paused("robot_1")), "paused"),
        (SkillCommand("1", "robot_1", "pick_up", ("parcel",)), guard(), "skill"),
    ],
)
def test_what_may_not_pass_is_refused_with_its_reason(command, known, rule):
    answer = allow(command, Sender.PLANNER, known)
    assert isinstance(answer, Refused)
    assert answer.rule == rule
    assert answer.sentence.endswith(".")


def test_an_operator_may_move_a_robot_that_is_paused():
    nudge = SkillCommand("1", "robot_1", "nudge", ("back", "small"))
    assert allow(nudge, Sender.OPERATOR, guard(modes=paused("robot_1"))) == Allowed()


def test_nobody_drives_a_robot_into_what_a_rule_forbids():
    spec = specify(meaning("go to m1; robot 1 must never enter m1"), OFFICE)
    inside = min(OFFICE.rooms["m1"].cells)
    command = replace(DRIVE, path=(HERE, inside))
    answer = allow(command, Sender.OPERATOR, guard(spec=spec))
    assert isinstance(answer, Refused)
    assert answer.rule == "rule_1"
    assert "never enter meeting room m1" in answer.sentence
    assert allow(replace(command, path=(HERE,)), Sender.OPERATOR, guard(spec=spec)) == Allowed()
