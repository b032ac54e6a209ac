"""Plans made while robots go on: what is outstanding is carried over, whatever time it takes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from missions import EVERYTHING, make_spec, make_world, missions
from test_dispatch import Stage

from grounding.errors import HeedError
from grounding.logic.formula import accepts
from grounding.logic.history import History, Letter, letter
from grounding.logic.spec import HierarchicalSpec
from grounding.state import initial_state
from grounding.world import World
from grounding.worldfile import load_world
from planners.carry_over import Outstanding, project, settled, with_carry_over
from planners.check import check
from planners.dispatch import Dispatch, Dispatcher
from planners.hltl import plan
from planners.hltl.replan import replan
from planners.plan import TeamPlan
from planners.situation import Situation


class Run:
    """A mission carried out with random delays, and planned anew on the way while robots go on."""

    def __init__(self, team: TeamPlan, spec: HierarchicalSpec, world: World, seed: int, failures: float = 0.0) -> None:
        self.world, self.spec, self.team = world, spec, team
        self.stage = Stage(world, seed, failures)
        self.dispatcher = Dispatcher(team, spec, world)
        self.busy: dict[str, Dispatch] = {}
        self.done: dict[str, str] = {}
        self.begun: set[str] = set()
        self.history = History()
        self.traces: dict[str, list[Letter]] = {}

    def read(self) -> None:
        """Formulas read what is seen; leaves whose steps are done are over."""
        states = self.dispatcher.leaf_states()
        active = {leaf: p.robot for leaf, p in states.items() if leaf not in self.done and leaf in self.begun}
        self.history = self.history.after(self.stage.state, self.spec, self.world, active)
        for leaf, robot in active.items():
            formula = self.spec.leaves[leaf].formula
            self.traces.setdefault(leaf, []).append(letter(formula, robot, self.world, self.stage.state))
        for rule in self.spec.rules.values():
            found = letter(rule.formula, "", self.world, self.stage.state)
            self.traces.setdefault(rule.name, []).append(found)
        for leaf, progress in states.items():
            if progress.state == "finished" and leaf not in self.done and self._may_close(leaf):
                if leaf not in self.begun:  # nothing had to be done for it
                    formula = self.spec.leaves[leaf].formula
                    self.traces[leaf] = [letter(formula, progress.robot, self.world, self.stage.state)]
                self.done[leaf] = progress.robot

    def _may_close(self, leaf: str) -> bool:
        return all(a in self.done for a, b in self.spec.before if b == leaf and a in self.team.assignment)

    def start(self) -> None:
        for dispatch in self.dispatcher.ready(self.stage.state):
            self.busy[dispatch.robot] = dispatch
            if dispatch.leaf:
                self.begun.add(dispatch.leaf)
            self.stage.start(dispatch)
        self.read()

    def event(self) -> tuple[Dispatch, bool] | None:
        """Lets the next thing happen; what has ended is no longer outstanding."""
        ended = self.stage.next()
        if ended is not None:
            del self.busy[ended[0].robot]
        return ended

    def go(self, events: int) -> bool:
        """Carries on for some events; whether something is left to do."""
        for _ in range(events):
            self.start()
            if self.dispatcher.done:
                return False
            assert self.stage.events, "nothing moves, but the plan is not done"
            ended = self.event()
            if ended is not None:
                self.dispatcher.finished(ended[0].id, ended[1])
            self.read()
        return not self.dispatcher.done

    def change(self, spec: HierarchicalSpec, meanwhile: int) -> bool:
        """Plans anew for another specification while some more events happen; whether there is a plan."""
        situation = Situation(self.stage.state, dict(self.done), self.history)
        outstanding = {}
        for robot, d in self.busy.items():
            came, path = self.dispatcher.still_to_pass(robot, self.stage.state)
            outstanding[robot] = Outstanding(robot, d.leaf, d.skill, d.args, path, d.id, came)
        result = replan(self.team, spec, self.world, project(self.world, spec, situation, outstanding))
        if result.plan is None:
            return False
        joined = with_carry_over(result.plan, outstanding, self.world, spec, situation)
        start = replace(situation, state=settled(situation.state, self.world, outstanding))
        verdict = check(joined, spec, self.world, start)
        assert verdict.ok, verdict.problems
        ended = []
        for _ in range(min(meanwhile, len(self.stage.events))):
            found = self.event()
            ended += [found] if found is not None else []
            self.read()
        first = {robot: joined.steps[robot][0] for robot in outstanding}
        carried = {
            r: Dispatch(outstanding[r].dispatch, s.id, r, s.leaf, s.skill, s.args, s.path) for r, s in first.items()
        }
        self.team, self.spec = joined, spec
        self.dispatcher = Dispatcher(joined, spec, self.world, carried)
        for dispatch, ok in ended:
            self.dispatcher.finished(dispatch.id, ok)
        self.begun = set(joined.resumed)
        self.traces = {n: t for n, t in self.traces.items() if n in (*self.begun, *self.done, *spec.rules)}
        return True


def without(spec: HierarchicalSpec, leaf: str) -> HierarchicalSpec:
    """The specification with a leaf fewer."""
    names = [name for name in spec.leaves if name != leaf]
    pairs = [(a, b) for a, b in spec.before if leaf not in (a, b)]
    either = " | " in spec.formulas[spec.root] and "!" not in spec.formulas[spec.root]
    root = (" | " if either else " & ").join(
        [*(f"F {n}" for n in names), *([] if either else [f"(!{b} U {a})" for a, b in pairs])]
    )
    leaves = {
        name: replace(spec.leaves[name], same_robot_as=None)
        if spec.leaves[name].same_robot_as == leaf
        else spec.leaves[name]
        for name in names
    }
    rules = {name: rule.formula for name, rule in spec.rules.items()}
    levels = ({spec.root: root, **rules}, {name: one.formula for name, one in leaves.items()})
    return replace(spec, levels=levels, children={spec.root: tuple(names)}, leaves=leaves, before=frozenset(pairs))


@pytest.mark.parametrize("failures", [0.0, 0.15])
@settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck), derandomize=True)
@given(case=missions(), seed=st.integers(0, 10**6))
def test_changed_on_the_way_robots_go_on_apart_and_get_all_done(
    failures: float, case: tuple[World, HierarchicalSpec], seed: int
) -> None:
    world, spec = case
    result = plan(spec, world)
    assume(result.plan is not None)
    assert result.plan is not None
    random = Random(seed)
    run = Run(result.plan, spec, world, seed, failures)
    assume(run.go(random.randint(1, 25)))
    open_ = [leaf for leaf in spec.leaves if leaf not in run.done]
    changed = spec
    if len(spec.leaves) > 1 and open_ and random.random() < 0.7:
        changed = without(spec, random.choice(open_))
    assume(run.change(changed, random.randint(0, 3)))
    while run.go(50):
        pass
    assert all(progress.state == "finished" for progress in run.dispatcher.leaf_states().values())
    for name, trace in run.traces.items():
        if name in (*run.team.assignment, *changed.rules):
            assert accepts(changed.formulas[name], trace), (name, changed.formulas[name], trace)


def office_drive() -> tuple[World, HierarchicalSpec, Dispatcher, Dispatch]:
    world = make_world((3, 3), robots=[((0, 0), EVERYTHING), ((4, 0), EVERYTHING)])
    spec = make_spec(["F at.self.r1", "F at.self.r0"], robots=[["robot_0"], ["robot_1"]])
    result = plan(spec, world)
    assert result.plan is not None
    dispatcher = Dispatcher(result.plan, spec, world)
    sent = {d.robot: d for d in dispatcher.ready(initial_state(world))}
    return world, spec, dispatcher, sent["robot_0"]


def test_what_is_outstanding_is_read_as_done() -> None:
    world, spec, _, drive = office_drive()
    command = Outstanding("robot_0", "p0_1", drive.skill, drive.args, drive.path, drive.id)
    history = History({"p0_1": (frozenset(),)}, {"p0_1": "robot_0"})
    projected = project(world, spec, Situation(initial_state(world), history=history), {"robot_0": command})
    assert projected.state.robots["robot_0"].cell == drive.path[-1]
    assert projected.state.robots["robot_1"].cell == world.robots["robot_1"].start
    assert projected.done == {}


def test_nothing_outstanding_changes_nothing() -> None:
    world, spec, _, _ = office_drive()
    situation = Situation.start(world)
    assert project(world, spec, situation, {}) is situation


def test_what_cannot_succeed_is_not_planned_from() -> None:
    world = make_world((3, 3), shut=[0])
    spec = make_spec(["F at.self.r0"])
    door = next(iter(world.zones["door0"].cells))
    path = ((door[0], door[1] - 1), door)
    state = initial_state(world)
    robot = replace(state.robots["robot_0"], cell=path[0])
    situation = Situation(replace(state, robots={"robot_0": robot}))
    command = Outstanding("robot_0", "", "go_to", ("r0",), path, "d")
    with pytest.raises(HeedError, match="cannot all succeed"):
        project(world, spec, situation, {"robot_0": command})


def test_a_thing_seen_late_is_put_ahead_of_the_robot_that_pushes_it() -> None:
    world = make_world((3, 3), carts=[(2, 0)])
    state = initial_state(world)
    robots = {"robot_0": replace(state.robots["robot_0"], cell=(2, 0))}
    command = Outstanding("robot_0", "", "push_to", ("cart0", "hall"), ((2, 0),), "d", came=(1, 0))
    seen = settled(replace(state, robots=robots), world, {"robot_0": command})
    assert seen.things["cart0"].cell == (3, 0)


def test_a_picture_half_taken_keeps_others_out_until_it_is_taken() -> None:
    robots = [((0, 3), EVERYTHING), ((4, 0), EVERYTHING)]
    world = make_world((3, 3), robots=robots)
    rule = "G(is.any.camera_on -> !at.any.r1)"
    spec = make_spec(["F is.r0.photographed", "F at.self.r1"], robots=[["robot_0"], ["robot_1"]], rules=[rule])
    state = initial_state(world).with_flag("robot_0", "camera_on")
    history = History({"p0_1": (frozenset(),)}, {"p0_1": "robot_0"})
    situation = Situation(state, history=history)
    command = Outstanding("robot_0", "p0_1", "photograph", ("r0",), (), "d")
    projected = project(world, spec, situation, {"robot_0": command})
    assert ("r0", "photographed") in projected.state.flags
    assert ("robot_0", "camera_on") not in projected.state.flags
    result = plan(spec, world, projected)
    assert result.plan is not None
    joined = with_carry_over(result.plan, {"robot_0": command}, world, spec, situation)
    assert check(joined, spec, world, situation).ok
    assert joined.steps["robot_0"][0].leaf == "p0_1"
    assert joined.windows["p0_1"] == (0, 2)
    first = joined.steps["robot_1"][0]
    assert joined.after[first.id] == (joined.steps["robot_0"][0].id,)
    sent = Dispatch("d", "robot_0/0", "robot_0", "p0_1", "photograph", ("r0",))
    dispatcher = Dispatcher(joined, spec, world, {"robot_0": sent})
    assert dispatcher.ready(state) == []
    assert dispatcher.waits_for("robot_1") == {"robot_0"}
    dispatcher.finished("d", True)
    assert [d.robot for d in dispatcher.ready(projected.state)] == ["robot_1"]


def test_half_of_what_a_skill_brings_about_may_be_there_already() -> None:
    world = load_world("table")
    state = initial_state(world)
    arm = next(iter(world.robots))
    item = next(t.id for t in world.things.values() if "portable" in t.properties)
    pick = next(s for s in world.skills.values() if s.behaviour == "pick" and s.name in world.robots[arm].type.skills)
    things = {**state.things, item: replace(state.things[item], held_by=arm, support=None)}
    cell = state.things[item].cell
    robots = {**state.robots, arm: replace(state.robots[arm], cell=cell, holding=item)}
    command = Outstanding(arm, "", pick.name, (item,), (), "d")
    situation = Situation(replace(state, robots=robots, things=things))
    projected = project(world, make_spec([f"F holding.self.{item}"]), situation, {arm: command})
    assert projected.state.robots[arm].holding == item
    assert projected.state.things[item].held_by == arm


def test_a_command_that_ended_before_it_was_carried_over_counts_at_once() -> None:
    world, spec, dispatcher, drive = office_drive()
    state = initial_state(world)
    _, path = dispatcher.still_to_pass("robot_0", state)
    outstanding = {"robot_0": Outstanding("robot_0", "p0_1", drive.skill, drive.args, path, drive.id)}
    situation = Situation(state)
    result = plan(spec, world, project(world, spec, situation, outstanding))
    assert result.plan is not None
    joined = with_carry_over(result.plan, outstanding, world, spec, situation)
    first = joined.steps["robot_0"][0]
    sent = Dispatch(drive.id, first.id, "robot_0", first.leaf, first.skill, first.args, first.path)
    again = Dispatcher(joined, spec, world, {"robot_0": sent})
    again.finished(drive.id, True)
    assert again.place("robot_0") == drive.path[-1]
    with pytest.raises(HeedError, match="not outstanding"):
        again.finished(drive.id, True)


def test_a_command_that_failed_before_it_was_carried_over_is_given_again_from_where_it_led() -> None:
    world, spec, dispatcher, drive = office_drive()
    _, path = dispatcher.still_to_pass("robot_0", initial_state(world))
    command = Outstanding("robot_0", "p0_1", drive.skill, drive.args, path, drive.id)
    situation = Situation.start(world)
    result = plan(spec, world, project(world, spec, situation, {"robot_0": command}))
    assert result.plan is not None
    joined = with_carry_over(result.plan, {"robot_0": command}, world, spec, situation)
    first = joined.steps["robot_0"][0]
    sent = Dispatch(drive.id, first.id, "robot_0", first.leaf, first.skill, first.args, first.path)
    again = Dispatcher(joined, spec, world, {"robot_0": sent})
    again.finished(drive.id, False)
    state = initial_state(world)
    there = replace(state.robots["robot_0"], cell=path[1], pose=(*world.centre(path[1]), 0.0))
    seen = replace(state, robots={**state.robots, "robot_0": there})
    (offer,) = [d for d in again.ready(seen) if d.robot == "robot_0"]
    assert offer.path == path[1:]
