"""Displays: what they show, that they fit 80 columns, and that pipes get one line a change."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from grounding.language.act import Act, ActKind
from grounding.logic.monitor import FormulaVerdict, Truth
from grounding.mission.task import NodeState, Task, TaskTree
from heed.cli.display import Display, draw, outcome_panel
from heed.cli.preview import show_plan
from heed.dialogue import Mode, Question, RobotMode, SessionState, Spoken
from heed.news import Exchange, Feedback
from heed.progress import NodeProgress
from planners.plan import PlanResult, PlanStatus

from .made import BEGIN, INSTRUCTION, MIDDLE, PLAN, RESULT, SPEC, TREE, WORLD


def rendered(*things: object, width: int = 80) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width)
    for thing in things:
        console.print(thing)
    return stream.getvalue()


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_picture_fits_and_says_it_all(width):
    text = rendered(draw(WORLD, INSTRUCTION, MIDDLE, elapsed=1.2, width=width), width=width)
    assert all(len(line) <= width for line in text.splitlines())
    flat = " ".join(text.replace("│", " ").split())
    for words in ("photo", "robot_4", "p0_1", "rule_1", "60%"):
        assert words in flat
    if width >= 80:
        assert "✔ take a photo in meeting room m1" in flat
        assert "▶ guide the visitor to meeting room m6" in flat
        assert "robot_2 scout north_office (22,11) visitor go_to m6" in flat
        assert "✔ p0_1 F is.m1.photographed" in flat
        assert "simulated 27 s elapsed 1.2 s" in flat
    if width >= 120:
        assert "No robot has been in the kitchen." in flat


def test_a_violated_formula_says_why_in_80_columns():
    broken = {
        "rule_1": FormulaVerdict("rule_1", "G !at.any.kitchen", Truth.VIOLATED, "robot_3 entered the kitchen at 4 s.")
    }
    text = rendered(draw(WORLD, INSTRUCTION, replace(MIDDLE, monitor=broken), elapsed=0, width=80))
    assert "✘ rule_1" in text
    assert "robot_3 entered the kitchen at 4 s." in text


@pytest.mark.parametrize("height", [24, 30, 50])
def test_a_long_mission_is_folded_to_the_height_of_the_terminal(height):
    leaves = tuple(Task(str(i), f"task number {i}") for i in range(1, 41))
    tree = TaskTree("x", "L3", Task("0", "forty tasks", children=leaves))
    progress = {str(i): NodeProgress(NodeState.DONE) for i in range(1, 38)}
    progress["38"] = NodeProgress(NodeState.RUNNING)
    formulas = {
        f"p0_{i}": FormulaVerdict(f"p0_{i}", "F a", Truth.SATISFIED if i < 38 else Truth.PENDING, "")
        for i in range(1, 41)
    }
    feedback = replace(MIDDLE, tree=tree, progress=progress, monitor=formulas)
    text = rendered(draw(WORLD, INSTRUCTION, feedback, elapsed=0, width=80, height=height))
    assert len(text.splitlines()) <= height
    assert "▶ task number 38" in text
    assert "p0_38" in text
    assert "more" in text


def test_without_a_terminal_each_change_is_told_once():
    stream = io.StringIO()
    with Display(Console(file=stream, width=80), WORLD, INSTRUCTION) as display:
        for feedback in (BEGIN, BEGIN, MIDDLE, MIDDLE):
            display.update(feedback)
    lines = stream.getvalue().splitlines()
    assert sum("▶ take a photo in meeting room m1: running" in line for line in lines) == 1
    assert sum("✔ take a photo in meeting room m1: m1 has been photographed since 11 s." in line for line in lines) == 1
    assert sum("formula p0_1 satisfied" in line for line in lines) == 1
    assert not any("\x1b" in line for line in lines)
    assert len(lines) < 9


PAUSED = SessionState(
    "mission_1",
    {"robot_1": RobotMode(Mode.PAUSED, "was told to stop"), "robot_2": RobotMode()},
    Question("question_1", "Which apple?", ("the red apple", "the green apple")),
)
SAID = Exchange("robot one, stop", "Ada", Spoken(Act(ActKind.STOP), True, "robot_1 stands still."))


@pytest.mark.parametrize("height", [None, 24])
def test_who_decides_what_was_said_and_what_is_asked_are_shown(height):
    feedback = replace(MIDDLE, session=PAUSED, said=SAID)
    text = rendered(draw(WORLD, INSTRUCTION, feedback, elapsed=0, width=120, height=height), width=120)
    assert height is None or len(text.splitlines()) <= height
    rows = [" ".join(row.replace("│", " ").split()) for row in text.splitlines()]
    assert any(row.startswith("robot_1 ") and row.endswith("– PAUSED: was told to stop") for row in rows)
    assert "Ada: “robot one, stop” robot_1 stands still." in rows
    assert "asks: Which apple? 1: the red apple. 2: the green apple." in rows
    assert not any("AUTONOMOUS" in row for row in rows)


def test_without_a_terminal_corrections_are_told_once():
    stream = io.StringIO()
    with Display(Console(file=stream, width=80), WORLD, INSTRUCTION) as display:
        stopped = replace(MIDDLE, session=PAUSED, said=SAID)
        for feedback in (MIDDLE, stopped, stopped, replace(stopped, session=SessionState("mission_1"))):
            display.update(feedback)
    told = stream.getvalue()
    for words in ("robot_1 PAUSED: was told to stop", "Ada: “robot one, stop”", "asks: Which apple? 1: the red apple."):
        assert told.count(words) == 1


def test_a_terminal_keeps_the_last_picture():
    stream = io.StringIO()
    with Display(Console(file=stream, width=80, height=40, force_terminal=True), WORLD, INSTRUCTION) as display:
        display.update(MIDDLE)
    assert "simulated 27 s" in stream.getvalue().split("\x1b[?25h")[-1]


def test_the_last_word_names_outcome_reason_and_episode():
    text = rendered(outcome_panel("EXECUTION_FAILED", "robot_1 is lost.", "/tmp/episodes/one"))
    assert "✘ EXECUTION_FAILED" in text
    assert "robot_1 is lost." in text
    assert "/tmp/episodes/one" in text
    assert "✔ SUCCEEDED" in rendered(outcome_panel("SUCCEEDED", ""))


def shown(result: PlanResult, width: int = 80, **options: object) -> str:
    stream = io.StringIO()
    show_plan(Console(file=stream, width=width), WORLD, TREE, SPEC, result, **options)
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 120])
def test_a_plan_is_shown_with_tree_formulas_allocation_and_timing(width):
    text = shown(RESULT, width, checked="Checked.")
    assert all(len(line) <= width for line in text.splitlines())
    flat = " ".join(text.split())
    assert "order: 1 before 2" in flat
    assert "rule: never enter the kitchen" in flat
    assert "level 0 p0 F p0_1 & F p0_2 & (!p0_2 U p0_1) rule_1" in flat
    assert "b robot_2 11.0 s 48.0 s guide the visitor" in flat
    assert "go_to d11 after robot_1/1" in flat
    assert "Makespan 48 s, cost 48 (a better plan may exist). Checked." in flat
    assert "Planner hltl, minimising makespan: valid, not proven optimal, no lower bound is known." in flat


def test_how_good_a_plan_is_proven_to_be_is_said():
    half = replace(RESULT, plan=replace(PLAN, tick_s=0.5), lower_bound=36.0)
    flat = " ".join(shown(half, 120).split())
    assert "Planner hltl, minimising makespan: valid, not proven optimal, lower bound 18 s, gap 25.0%." in flat
    best = replace(RESULT, status=PlanStatus.OPTIMAL, lower_bound=48.0)
    flat = " ".join(shown(best, 120, objective="cost").split())
    assert "Planner hltl, minimising cost: proven optimal, lower bound 48, gap 0.0%." in flat


def test_the_chart_draws_every_robot_to_scale():
    lines = shown(RESULT, steps=False).splitlines()
    chart = {robot: next(line[8:] for line in lines if line.startswith(f"{robot} ")) for robot in PLAN.steps}
    columns = 80 - 7 - 3
    assert chart["robot_3"].strip() == ""
    assert abs(chart["robot_2"].index("b") - columns * 11 / 48) <= 1
    assert chart["robot_1"].index("▪") > chart["robot_1"].index("━") > chart["robot_1"].index("a") == 0
    assert "▪" in chart["robot_2"][-3:]


def test_no_plan_says_why():
    assert "No plan: m6 cannot be reached." in shown(
        PlanResult(PlanStatus.UNSATISFIABLE, message="m6 cannot be reached.")
    )


def test_nothing_known_yet_can_be_drawn():
    assert "starting" in rendered(draw(WORLD, INSTRUCTION, Feedback(), elapsed=0, width=80))
