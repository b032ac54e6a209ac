from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.errors import FormulaError
from grounding.logic.formula import accepts
from grounding.logic.monitor import Monitor, Truth
from grounding.logic.spec import HierarchicalSpec, Leaf
from grounding.skills import walk
from grounding.state import Proposition, holds, initial_state
from grounding.worldfile import load_world

from .specs import flat

OFFICE = load_world("office")
START = initial_state(OFFICE)
PHOTO = ("F is.m1.photographed & G(is.self.camera_on -> at.self.meeting_room)", "take a photo in m1")
LOBBY = ("F at.self.lobby", "go to the lobby")
KITCHEN = ("G !at.any.kitchen", "never enter the kitchen")


def moved(state, robot, cell, time):
    return replace(walk(state, robot, cell, (0.0, 0.0, 0.0)), time=time)


def verdict(report, name):
    return report.formulas[name].verdict, report.formulas[name].reason


def mission():
    return Monitor(flat(PHOTO, LOBBY, rules=[KITCHEN], before=[(1, 2)]), OFFICE)


def test_a_mission_that_goes_well():
    monitor = mission()
    report = monitor.observe(START)
    assert {line.verdict for line in report.formulas.values()} == {Truth.PENDING}
    assert verdict(report, "p0_2")[1] == "Waits until 'take a photo in m1' is done."
    assert verdict(report, "rule_1")[1] == "Kept so far."
    monitor.start("p0_1", "robot_1")
    report = monitor.observe(START)
    assert verdict(report, "p0_1") == (Truth.PENDING, "Waiting for: a photo of meeting room m1 has been taken.")
    state = moved(START, "robot_1", (2, 9), 4.0).with_flag("m1", "photographed")
    report = monitor.observe(state)
    assert verdict(report, "p0_1") == (Truth.SATISFIED, "A photo of meeting room m1 has been taken (4.0 s).")
    assert verdict(report, "p0") == (Truth.PENDING, "Waiting for: go to the lobby.")
    monitor.finish("p0_1")
    monitor.start("p0_2", "robot_2")
    report = monitor.observe(moved(state, "robot_2", (23, 1), 9.5))
    assert verdict(report, "p0_2") == (Truth.SATISFIED, "Robot 2 is in the lobby (9.5 s).")
    assert verdict(report, "p0") == (Truth.SATISFIED, "Done at 9.5 s.")
    assert not report.all_satisfied
    final = monitor.close()
    assert final.final
    assert final.all_satisfied
    assert monitor.close() == final


def test_a_broken_rule_names_robot_time_and_words():
    monitor = mission()
    monitor.observe(START)
    state = moved(START, "robot_4", (14, 10), 12.4)
    report = monitor.observe(state)
    assert verdict(report, "rule_1") == (
        Truth.VIOLATED, "Robot 4 entered the kitchen at 12.4 s, against: never enter the kitchen.",
    )  # fmt: skip
    monitor.observe(moved(state, "robot_4", (19, 10), 20.0))
    assert verdict(monitor.close(), "rule_1")[0] is Truth.VIOLATED


def test_a_constraint_of_a_leaf_binds_its_own_robot_only_while_it_works():
    state = START.with_flag("robot_2", "camera_on").with_flag("robot_1", "camera_on")
    monitor = mission()
    monitor.observe(state)
    monitor.start("p0_1", "robot_1")
    report = monitor.observe(replace(START, time=1.0).with_flag("robot_2", "camera_on"))
    assert verdict(report, "p0_1")[0] is Truth.PENDING
    report = monitor.observe(replace(state, time=2.0))
    assert verdict(report, "p0_1") == (
        Truth.VIOLATED, "The camera of robot 1 was switched on at 2.0 s, against: take a photo in m1.",
    )  # fmt: skip
    monitor.start("p0_1", "robot_2")
    assert verdict(monitor.observe(START), "p0_1")[0] is Truth.VIOLATED


def test_a_leaf_handed_to_another_robot_starts_anew():
    monitor = Monitor(flat(LOBBY), OFFICE)
    monitor.observe(START)
    monitor.start("p0_1", "robot_1")
    monitor.observe(START)
    monitor.start("p0_1", "robot_2")
    assert verdict(monitor.observe(moved(START, "robot_1", (23, 1), 1.0)), "p0_1")[0] is Truth.PENDING
    assert verdict(monitor.observe(moved(START, "robot_2", (23, 1), 2.0)), "p0_1")[0] is Truth.SATISFIED
    monitor.start("p0_1", "robot_3")
    assert verdict(monitor.observe(START), "p0_1") == (Truth.SATISFIED, "Robot 2 is in the lobby (2.0 s).")


def test_work_that_ends_short_of_its_goal_can_be_taken_up_again():
    monitor = Monitor(flat(LOBBY), OFFICE)
    monitor.observe(START)
    monitor.start("p0_1", "robot_1")
    monitor.finish("p0_1")
    report = monitor.observe(replace(START, time=3.0))
    assert verdict(report, "p0_1") == (
        Truth.VIOLATED, "Robot 1 finished at 3.0 s, still waiting for: robot 1 is in the lobby.",
    )  # fmt: skip
    monitor.start("p0_1", "robot_1")
    assert verdict(monitor.observe(moved(START, "robot_1", (23, 1), 9.0)), "p0_1")[0] is Truth.SATISFIED


def test_a_goal_that_already_holds_counts_even_without_another_observation():
    monitor = Monitor(flat(("F in.document.d5", "leave the document at d5")), OFFICE)
    monitor.observe(START)
    monitor.start("p0_1", "robot_3")
    monitor.finish("p0_1")
    assert monitor.close().all_satisfied


def test_the_wrong_order_is_a_violation_of_the_composite():
    monitor = mission()
    monitor.observe(START)
    monitor.start("p0_2", "robot_2")
    report = monitor.observe(moved(START, "robot_2", (23, 1), 5.0))
    assert verdict(report, "p0") == (
        Truth.VIOLATED, "'go to the lobby' was done before 'take a photo in m1' (5.0 s).",
    )  # fmt: skip


@pytest.mark.parametrize("said", [True, False])
def test_alternatives_that_were_not_chosen_are_not_needed(said):
    monitor = Monitor(flat(PHOTO, LOBBY, root="F p0_1 | F p0_2"), OFFICE)
    monitor.observe(START)
    if said:
        monitor.skip("p0_1")
    monitor.start("p0_2", "robot_2")
    monitor.observe(moved(START, "robot_2", (23, 1), 5.0))
    final = monitor.close()
    assert final.all_satisfied
    assert verdict(final, "p0_1")[1] == "Not needed: another alternative was chosen."


def test_a_mission_that_ends_early_leaves_nothing_pending():
    monitor = Monitor(flat(PHOTO, LOBBY, rules=[("F at.any.m6", "visit m6")], before=[(1, 2)]), OFFICE)
    monitor.observe(START)
    monitor.start("p0_1", "robot_1")
    monitor.observe(START)
    final = monitor.close()
    assert {line.verdict for line in final.formulas.values()} == {Truth.VIOLATED}
    assert "a robot is in meeting room m6" in verdict(final, "rule_1")[1]
    assert "a photo of meeting room m1" in verdict(final, "p0_1")[1]


def test_closing_before_any_observation():
    final = mission().close()
    assert final.final
    assert verdict(final, "p0")[0] is Truth.VIOLATED


def test_levels_drive_each_other():
    """A group inside a group is done at the observation at which its last leaf is."""
    leaves = {
        n: Leaf(n, f, n)
        for n, f in (("p0_1_1", "F at.self.m1"), ("p0_1_2", "F at.self.m2"), ("p0_2", "F at.self.lobby"))
    }
    spec = HierarchicalSpec(
        levels=(
            {"p0": "F p0_1 & F p0_2 & (!p0_2 U p0_1)"},
            {"p0_1": "F p0_1_1 & F p0_1_2", "p0_2": "F at.self.lobby"},
            {"p0_1_1": "F at.self.m1", "p0_1_2": "F at.self.m2"},
        ),
        children={"p0": ("p0_1", "p0_2"), "p0_1": ("p0_1_1", "p0_1_2")},
        leaves=leaves,
        before=frozenset({("p0_1_1", "p0_2"), ("p0_1_2", "p0_2")}),
    )  # fmt: skip
    monitor = Monitor(spec, OFFICE)
    state = START
    for leaf, cell in (("p0_1_2", (6, 10)), ("p0_1_1", (2, 10)), ("p0_2", (23, 1))):
        monitor.start(leaf, "robot_1")
        state = moved(state, "robot_1", cell, state.time + 1)
        report = monitor.observe(state)
        assert verdict(report, leaf)[0] is Truth.SATISFIED
    assert verdict(report, "p0_1") == (Truth.SATISFIED, "Done at 2.0 s.")
    assert verdict(report, "p0") == (Truth.SATISFIED, "Done at 3.0 s.")


def test_an_unknown_leaf_is_refused():
    with pytest.raises(FormulaError, match="'p9'"):
        mission().start("p9", "robot_1")


RULES = ("G !at.any.kitchen", "F at.any.m1", "!at.any.m1 W at.any.kitchen", "G(at.robot_1.m1 -> F at.robot_1.kitchen)")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(RULES), st.lists(st.sampled_from([(2, 10), (14, 10), (7, 7)]), min_size=1, max_size=6))
def test_final_verdicts_on_rules_equal_the_definition(rule, cells):
    monitor = Monitor(flat("F at.self.lobby", rules=[(rule, "the rule")]), OFFICE)
    states = [moved(START, "robot_1", cell, float(i)) for i, cell in enumerate(cells)]
    reports = [monitor.observe(state) for state in states]
    names = ("at.any.kitchen", "at.any.m1", "at.robot_1.m1", "at.robot_1.kitchen")
    trace = [{n for n in names if holds(Proposition.parse(n), OFFICE, state)} for state in states]
    expected = Truth.SATISFIED if accepts(rule, trace) else Truth.VIOLATED
    assert verdict(monitor.close(), "rule_1")[0] is expected
    early = {verdict(report, "rule_1")[0] for report in reports} - {Truth.PENDING}
    assert early <= {expected}
