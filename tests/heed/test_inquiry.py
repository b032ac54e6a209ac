"""Answers to questions about a running mission."""

from __future__ import annotations

import pytest
from scenes import OFFICE, idle, paused, scene, with_holding

from grounding.logic.monitor import FormulaVerdict, Truth
from heed.inquiry import answer_inquiry

NOW = scene(
    "robot 1 goes to m1; robot 2 goes to m6; go to m2",
    done={"3": "robot_3"},
    active={"1": "robot_1"},
    plan={"2": "robot_2"},
)


@pytest.mark.parametrize(
    ("about", "robots", "answer"),
    [
        ("left", (), "Left: go to meeting room m1 (robot_1); go to meeting room m6 (robot_2)."),
        ("left", ("robot_2",), "Left: go to meeting room m6 (robot_2)."),
        ("left", ("robot_4",), "Nothing is left to do."),
        ("why", ("robot_2",), "robot_2 waits to go to meeting room m6: it is planned."),
        ("why", ("robot_4",), "robot_4 has nothing left to do."),
        ("rules", (), "There are no rules."),
        ("holding", ("robot_3",), "robot_3 holds nothing."),
    ],
)
def test_questions_are_answered_from_plan_and_progress(about, robots, answer):
    assert answer_inquiry(about, NOW, robots) == answer


def test_a_paused_robot_says_why_it_stands():
    now = scene("robot 1 goes to m1", active={"1": "robot_1"}, modes=paused("robot_1"))
    assert answer_inquiry("why", now, ("robot_1",)) == "robot_1 was told to pause."


def test_a_broken_formula_is_the_first_reason():
    from dataclasses import replace

    verdict = FormulaVerdict("rule_1", "G(!at.any.m1)", Truth.VIOLATED, "Robot 1 entered meeting room m1 at 3.0 s.")
    assert answer_inquiry("why", replace(NOW, verdicts={"rule_1": verdict}), ("robot_1",)).startswith(verdict.reason)


def test_a_thing_is_where_it_is_seen_or_held():
    now = with_holding(idle(), "robot_3", "parcel")
    assert answer_inquiry("where", now, thing="parcel") == "robot_3 has the parcel."
    assert answer_inquiry("where", idle(), thing="parcel").startswith("The parcel is ")


def test_an_idle_fleet_says_that_nothing_runs():
    assert answer_inquiry("left", idle()) == "No mission is running."
    assert answer_inquiry("doing", idle(), ("robot_1",)) == "robot_1 is idle: no mission is running."


def test_rules_in_force_are_listed():
    assert answer_inquiry("rules", scene("go to m1; never enter the kitchen")) == "Never enter the kitchen."
    assert set(OFFICE.robots) == set(NOW.modes)
