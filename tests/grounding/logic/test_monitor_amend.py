"""A mission that is edited is watched as if it had been the edited one all along."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.corrections.random_missions import Matter, random_edit, random_progress, random_tree
from grounding.errors import EditError, FormulaError
from grounding.logic.monitor import Monitor, Truth
from grounding.logic.spec import HierarchicalSpec
from grounding.mission.amend import amend
from grounding.mission.edits import AddRule, AddTask, DropRule, Place, ReplaceGoal
from grounding.mission.progress import Progress
from grounding.mission.specify import specify
from grounding.mission.task import TaskTree, TreeRule
from grounding.skills import walk
from grounding.state import WorldState, initial_state
from grounding.translate.controlled import translate
from grounding.worldfile import load_world

OFFICE = load_world("office")
START = initial_state(OFFICE)
MATTER = Matter(
    ("at.self.m1", "at.self.kitchen", "at.self.lobby", "is.m1.photographed"),
    ("G(!at.any.kitchen)", "G(!at.any.m3)", "F(at.any.lobby)"),
    ("robot_1", "robot_2"),
)
CELLS = {room: min(OFFICE.rooms[room].cells) for room in ("m1", "kitchen", "lobby", "corridor")}


def said(text: str) -> TaskTree:
    tree = translate(text, OFFICE).tree
    assert tree is not None
    return tree


def at(room: str, time: float, robot: str = "robot_1", state: WorldState = START) -> WorldState:
    return replace(walk(state, robot, CELLS[room], (0.0, 0.0, 0.0)), time=time)


def verdicts(monitor: Monitor) -> dict[str, Truth]:
    return {name: line.verdict for name, line in monitor.report().formulas.items()}


class Run:
    """A random run of a mission: robots wander, begin on leaves and end."""

    def __init__(self, random: Random) -> None:
        self.random, self.state = random, START

    def step(self, monitors: list[tuple[Monitor, set[str]]]) -> None:
        """One observation, and perhaps a leaf that is begun or ended; monitors are told of leaves they are to know."""
        random = self.random
        leaves = sorted(set().union(*(known for _, known in monitors)))
        for leaf in leaves:
            begins, robot, ends = random.random() < 0.3, random.choice(MATTER.robots), random.random() < 0.1
            for monitor, known in monitors:
                if leaf in known and begins:
                    monitor.start(leaf, robot)
                if leaf in known and ends:
                    monitor.finish(leaf)
        room, robot = random.choice(list(CELLS)), random.choice(MATTER.robots)
        self.state = at(room, self.state.time + 1.0, robot, self.state)
        if random.random() < 0.2:
            self.state = self.state.with_flag("m1", "photographed", random.random() < 0.7)
        for monitor, _ in monitors:
            monitor.observe(self.state)


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False))
def test_an_edited_mission_is_watched_as_if_it_had_always_been_that(random: Random) -> None:
    tree = random_tree(random, MATTER)
    progress = random_progress(random, tree, MATTER.robots)
    edits = [random_edit(random, tree, progress, MATTER) for _ in range(3)]
    try:
        after = amend(tree, edits, progress, OFFICE).tree
    except EditError:
        return
    old, new = specify(tree, OFFICE), specify(after, OFFICE, progress.finished)
    same = {name for name, formula in new.formulas.items() if old.formulas.get(name) == formula}
    amended, fresh = Monitor(old, OFFICE), Monitor(new, OFFICE)
    run = Run(random)
    for _ in range(random.randint(0, 8)):
        run.step([(amended, set(old.leaves)), (fresh, set(new.leaves) & same)])
    amended.amend(new)
    assert_equal(amended, fresh, new, same)
    for _ in range(random.randint(0, 8)):
        run.step([(amended, set(new.leaves)), (fresh, set(new.leaves))])
        assert_equal(amended, fresh, new, same)
    amended.close()
    fresh.close()
    assert_equal(amended, fresh, new, same)


def assert_equal(amended: Monitor, fresh: Monitor, spec: HierarchicalSpec, same: set[str]) -> None:
    """New rules are left out: the one read them from the edit on, the other from the start."""
    known = [name for name in spec.formulas if name not in spec.rules or name in same]
    one, other = amended.report().formulas, fresh.report().formulas
    assert one.keys() == other.keys()
    assert {name: one[name] for name in known} == {name: other[name] for name in known}


def test_the_mug_that_was_washed_stays_washed_and_the_towel_is_waited_for() -> None:
    tree = said("Go to m1, then go to the lobby.")
    monitor = Monitor(specify(tree, OFFICE), OFFICE)
    monitor.start("p0_1", "robot_1")
    monitor.observe(at("m1", 1.0))
    progress = Progress({"1": "robot_1"})
    after = amend(tree, [AddTask(said("Go to the kitchen."), Place.FIRST)], progress, OFFICE).tree
    monitor.amend(specify(after, OFFICE, progress.finished))
    assert verdicts(monitor) == {
        "p0": Truth.PENDING, "p0_1": Truth.SATISFIED, "p0_3": Truth.PENDING, "p0_2": Truth.PENDING
    }  # fmt: skip
    monitor.start("p0_3", "robot_1")
    monitor.observe(at("kitchen", 2.0))
    monitor.start("p0_2", "robot_1")
    monitor.observe(at("lobby", 3.0))
    assert monitor.close().all_satisfied


def test_a_mission_that_was_done_is_pending_again_with_a_new_task() -> None:
    tree = said("Go to m1.")
    monitor = Monitor(specify(tree, OFFICE), OFFICE)
    monitor.start("p0_1", "robot_1")
    assert monitor.observe(at("m1", 1.0)).all_satisfied
    after = amend(tree, [AddTask(said("Go to the kitchen."))], Progress({"1": "robot_1"})).tree
    monitor.amend(specify(after, OFFICE))
    assert verdicts(monitor)["p0"] is Truth.PENDING
    monitor.start("p0_2", "robot_2")
    report = monitor.observe(at("kitchen", 2.0, "robot_2"))
    assert report.formulas["p0"].reason == "Done at 2.0 s."


def test_a_new_rule_begins_with_the_next_observation_and_one_that_lives_on_remembers() -> None:
    tree = said("Go to the lobby. Never enter the kitchen.")
    monitor = Monitor(specify(tree, OFFICE), OFFICE)
    monitor.observe(at("m1", 1.0))
    monitor.observe(at("kitchen", 2.0))
    rule = TreeRule("G(!at.any.m1)", "never enter m1")
    after = amend(tree, [AddRule(rule)], Progress()).tree
    monitor.amend(specify(after, OFFICE))
    monitor.observe(at("corridor", 3.0))
    assert verdicts(monitor)["rule_1"] is Truth.VIOLATED
    assert verdicts(monitor)["rule_2"] is Truth.PENDING
    monitor.observe(at("m1", 4.0))
    assert verdicts(monitor)["rule_2"] is Truth.VIOLATED
    gone = amend(after, [DropRule("rule_1"), DropRule("rule_2")], Progress()).tree
    monitor.amend(specify(gone, OFFICE))
    assert monitor.report().formulas.keys() == {"p0", "p0_1"}


def test_a_leaf_under_way_goes_on_and_one_with_another_goal_begins_anew() -> None:
    tree = said("Go to the lobby. Go to the kitchen.")
    monitor = Monitor(specify(tree, OFFICE), OFFICE)
    monitor.start("p0_1", "robot_1")
    monitor.start("p0_2", "robot_2")
    monitor.observe(at("corridor", 1.0))
    after = amend(tree, [ReplaceGoal("2", said("Go to m1."))], Progress(active={"2": "robot_2"})).tree
    monitor.amend(specify(after, OFFICE))
    monitor.observe(at("m1", 2.0, "robot_2", at("lobby", 2.0)))
    assert verdicts(monitor)["p0_1"] is Truth.SATISFIED
    assert monitor.report().formulas["p0_2"].reason == "Not started."


def test_a_mission_that_is_over_cannot_be_changed() -> None:
    spec = specify(said("Go to the lobby."), OFFICE)
    monitor = Monitor(spec, OFFICE)
    monitor.close()
    with pytest.raises(FormulaError, match="is over"):
        monitor.amend(spec)
