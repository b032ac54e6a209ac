"""The dispatcher: whatever time things take, robots keep apart and all gets done."""

from __future__ import annotations

from dataclasses import replace
from heapq import heappop, heappush
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from missions import EVERYTHING, make_spec, make_world, missions

from grounding.errors import HeedError
from grounding.logic.formula import accepts, atoms
from grounding.logic.spec import HierarchicalSpec
from grounding.skills import apply, unmet, walk
from grounding.state import Proposition, holds, initial_state, passable
from grounding.world import Cell, World
from grounding.worldfile import load_world
from planners.dispatch import Dispatch, Dispatcher
from planners.hltl import plan
from planners.plan import TeamPlan


class Stage:
    """Robots that take random times; a robot on its way between two cells is in both."""

    def __init__(self, world: World, seed: int, failures: float = 0.0) -> None:
        self.world, self.random, self.failures = world, Random(seed), failures
        self.state = initial_state(world)
        self.between: dict[str, Cell] = {}
        self.events: list[tuple[float, int, str, Dispatch, int]] = []
        self.time, self.count = 0.0, 0

    def push(self, kind: str, dispatch: Dispatch, index: int) -> None:
        self.count += 1
        delay = self.random.choice([0.1, 1.0, self.random.uniform(0.1, 9.0)])
        heappush(self.events, (self.time + delay, self.count, kind, dispatch, index))

    def start(self, dispatch: Dispatch) -> None:
        if dispatch.path:
            assert dispatch.path[0] == self.state.robots[dispatch.robot].cell
            self.depart(dispatch, 0)
        else:
            skill = self.world.skills[dispatch.skill]
            assert unmet(self.world, self.state, dispatch.robot, skill, dispatch.args) is None
            self.push("done", dispatch, 0)

    def depart(self, dispatch: Dispatch, index: int) -> None:
        robot, target = dispatch.robot, dispatch.path[index + 1]
        here = self.state.robots[robot].cell
        behaviour = self.world.skills[dispatch.skill].behaviour
        if behaviour == "push" and self.state.things[dispatch.args[0]].cell == target:
            behind = (2 * target[0] - here[0], 2 * target[1] - here[1])
            assert passable(self.world, self.state, behind)
            assert all(behind not in (r.cell, self.between.get(n)) for n, r in self.state.robots.items() if n != robot)
            thing = replace(self.state.things[dispatch.args[0]], cell=behind)
            self.state = replace(self.state, things={**self.state.things, dispatch.args[0]: thing})
        assert passable(self.world, self.state, target)
        self.between[robot] = target
        x0, y0, x1, y1 = *self.world.centre(here), *self.world.centre(target)
        moving = replace(self.state.robots[robot], pose=((x0 + x1) / 2, (y0 + y1) / 2, 0.0))
        self.state = replace(self.state, robots={**self.state.robots, robot: moving})
        self.apart()
        self.push("arrive", dispatch, index + 1)

    def apart(self) -> None:
        """No two robots could touch, wherever they are between their cells."""
        spans = {n: {r.cell, self.between.get(n, r.cell)} for n, r in self.state.robots.items()}
        names = list(spans)
        for i, a in enumerate(names):
            for b in names[i + 1 :]:
                assert not any(self.world.conflict(a, x, b, y) for x in spans[a] for y in spans[b]), (a, b, spans)

    def next(self) -> tuple[Dispatch, bool] | None:
        """Lets the next thing happen; a command and whether it went well, where one ended."""
        self.time, _, kind, dispatch, index = heappop(self.events)
        if kind == "done":
            if self.random.random() < self.failures:
                return dispatch, False
            skill = self.world.skills[dispatch.skill]
            self.state = apply(self.world, self.state, dispatch.robot, skill, dispatch.args)
            return dispatch, True
        cell = dispatch.path[index]
        self.between.pop(dispatch.robot)
        self.state = walk(self.state, dispatch.robot, cell, (*self.world.centre(cell), 0.0))
        if index == len(dispatch.path) - 1:
            return dispatch, True
        if self.random.random() < self.failures:
            return dispatch, False
        self.depart(dispatch, index)
        return None


def perform(team: TeamPlan, spec: HierarchicalSpec, world: World, seed: int, failures: float = 0.0) -> None:
    """Carries a plan out with random delays; asserts that it ends and that leaves and rules hold."""
    stage = Stage(world, seed, failures)
    dispatcher = Dispatcher(team, spec, world)
    traces: dict[str, list[frozenset[str]]] = {name: [] for name in (*team.assignment, *spec.rules)}
    fraction = -1.0
    while True:
        for dispatch in dispatcher.ready(stage.state):
            stage.start(dispatch)
        observe(traces, dispatcher, spec, stage, world)
        assert fraction <= dispatcher.fraction <= 1.0
        fraction = dispatcher.fraction
        if dispatcher.done:
            break
        assert stage.events, "nothing moves, but the plan is not done"
        ended = stage.next()
        if ended is not None:
            before = dispatcher.leaf_states()
            dispatcher.finished(ended[0].id, ended[1])
            closing = [n for n, p in dispatcher.leaf_states().items() if before[n] != p and p.state == "finished"]
            observe(traces, dispatcher, spec, stage, world, closing)
    assert dispatcher.fraction == 1.0
    assert all(progress.state == "finished" for progress in dispatcher.leaf_states().values())
    for name, trace in traces.items():
        assert not trace or accepts(spec.formulas[name], trace), (name, spec.formulas[name], trace)


def observe(
    traces: dict[str, list[frozenset[str]]],
    dispatcher: Dispatcher,
    spec: HierarchicalSpec,
    stage: Stage,
    world: World,
    closing: list[str] | None = None,
) -> None:
    states = dispatcher.leaf_states()
    for name, trace in traces.items():
        active = name in spec.rules or states[name].state == "active" or name in (closing or [])
        if active:
            robot = states[name].robot if name in states else ""
            bound = {n: Proposition.parse(n).bind(robot) for n in atoms(spec.formulas[name])}
            trace.append(frozenset(n for n, p in bound.items() if holds(p, world, stage.state)))


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), derandomize=True)
@given(missions(), st.integers(0, 10**6))
def test_random_delays_never_bring_robots_together_nor_to_a_halt(
    case: tuple[World, HierarchicalSpec], seed: int
) -> None:
    world, spec = case
    result = plan(spec, world)
    assume(result.plan is not None)
    assert result.plan is not None
    perform(result.plan, spec, world, seed)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("failures", [0.0, 0.2])
def test_two_arms_keep_apart_whatever_time_they_take(seed: int, failures: float) -> None:
    table = load_world("table")
    goals = [
        ("green_apple", "yellow_plate"),
        ("carrot", "blue_plate"),
        ("red_apple", "blue_plate"),
        ("lemon", "red_plate"),
    ]
    spec = make_spec([f"F on.{thing}.{plate}" for thing, plate in goals], before=[(1, 2), (1, 3)])
    result = plan(spec, table)
    assert result.plan is not None
    perform(result.plan, spec, table, seed, failures)


@pytest.mark.parametrize("seed", range(6))
def test_a_crowd_gets_through_one_narrow_hall(seed: int) -> None:
    robots = [((x, 0), ["go_to"]) for x in (0, 1, 3, 5, 6)]
    world = make_world((1, 1, 1, 1), height=2, lanes=1, robots=robots)
    spec = make_spec([f"F at.self.r{3 - i}" for i in range(4)], robots=[[f"robot_{i}"] for i in range(4)])
    result = plan(spec, world)
    assert result.plan is not None, result.message
    perform(result.plan, spec, world, seed)


def test_at_most_one_command_is_outstanding_for_a_robot() -> None:
    world = make_world((3, 3), robots=[((0, 0), EVERYTHING)])
    spec = make_spec(["F is.r0.photographed"])
    result = plan(spec, world)
    assert result.plan is not None
    dispatcher = Dispatcher(result.plan, spec, world)
    state = initial_state(world)
    first = dispatcher.ready(state)
    assert [d.skill for d in first] == ["go_to"]
    assert dispatcher.ready(state) == []
    assert dispatcher.leaf_states()["p0_1"].state == "active"


def test_a_failed_command_is_offered_again_from_where_the_robot_is() -> None:
    world = make_world((3, 3), robots=[((0, 0), EVERYTHING)])
    spec = make_spec(["F at.self.r0"])
    result = plan(spec, world)
    assert result.plan is not None
    dispatcher = Dispatcher(result.plan, spec, world)
    state = initial_state(world)
    (first,) = dispatcher.ready(state)
    there = first.path[1]
    dispatcher.finished(first.id, False)
    (again,) = dispatcher.ready(walk(state, "robot_0", there, (*world.centre(there), 0.0)))
    assert again.path == first.path[1:]
    assert again.id != first.id


def test_an_unknown_command_is_refused() -> None:
    world = make_world()
    spec = make_spec(["F at.self.r0"])
    result = plan(spec, world)
    assert result.plan is not None
    with pytest.raises(HeedError, match="not outstanding"):
        Dispatcher(result.plan, spec, world).finished("robot_0/0#7", True)


def test_a_plan_without_steps_is_done_at_once() -> None:
    world = make_world()
    spec = make_spec(["F at.self.hall"])
    result = plan(spec, world)
    assert result.plan is not None
    dispatcher = Dispatcher(result.plan, spec, world)
    assert dispatcher.ready(initial_state(world)) == []
    assert dispatcher.done
    assert dispatcher.fraction == 1.0
    assert dispatcher.leaf_states()["p0_1"].state == "finished"
