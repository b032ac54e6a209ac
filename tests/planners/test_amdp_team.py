from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sim
from benchmarks.amdp.worlds import random_reward, random_world
from grounding.levels.reward import Level
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.state import initial_state
from grounding.world import World
from grounding.worldfile import load_world, parse_world
from planners import hltl
from planners.amdp import ENGINE, plan_amdp
from planners.check import check
from planners.plan import PlanStatus
from planners.situation import Situation
from sim.protocol import SkillCommand, SkillStatus

#: Two pushers, a closed door, something to carry and a shelf that stays where it is.
DEPOT = """
name: depot
rooms:
  - {id: hall, area: [[0, 0, 4, 2]]}
  - {id: store, area: [[6, 0, 8, 2]]}
  - {id: closet, area: [[0, 4, 2, 5]]}
doors:
  - {id: opening, joins: [hall, store], cells: [[5, 1]]}
  - {id: hatch, joins: [hall, closet], cells: [[1, 3]], closable: true, open: false}
classes:
  crate: {properties: [pushable], obstacle: true}
  apple: {properties: [portable]}
  bin: {properties: [container], obstacle: true}
things:
  - {id: crate, class: crate, at: [3, 1]}
  - {id: apple, class: apple, at: [0, 0]}
  - {id: bin, class: bin, at: [8, 2]}
skills:
  go_to: {behaviour: drive, parameters: {target: zone}}
  push_to: {behaviour: push, parameters: {item: pushable, target: zone}}
  pick_up: {behaviour: pick, parameters: {item: portable}, pre: ["near(self, item)", "free(self)"],
            effects: ["holding(self, item)"]}
robot_types:
  pusher: {body: mobile, skills: [go_to, push_to, pick_up]}
  scout: {body: mobile, skills: [go_to]}
robots:
  - {id: near, type: pusher, start: [2, 0]}
  - {id: far, type: pusher, start: [0, 2]}
  - {id: scout, type: scout, start: [7, 0]}
"""


def spec(formula: str, rules: tuple[str, ...] = (), **leaf) -> HierarchicalSpec:
    named = {f"rule_{i}": Rule(f"rule_{i}", text, text) for i, text in enumerate(rules)}
    return HierarchicalSpec(
        levels=({"p0": "F p0_1", **{r.name: r.formula for r in named.values()}}, {"p0_1": formula}),
        children={"p0": ("p0_1",)}, leaves={"p0_1": Leaf("p0_1", formula, formula, **leaf)}, rules=named,
    )  # fmt: skip


def formula_of(reward) -> str:
    atoms = [f"at.self.{reward.agent}"] if reward.agent else []
    return f"F({' & '.join([*atoms, *(f'in.{thing}.{zone}' for thing, zone in reward.things)])})"


def carried_out(world: World, plan) -> dict[str, tuple[int, int]]:
    """Cells of robots and things after the simulator has carried a plan of one robot out."""
    simulator = sim.make(world, "kinematic")
    for steps in plan.steps.values():
        for step in steps:
            result = simulator.start(SkillCommand(step.id, step.robot, step.skill, step.args, step.path))
            while result is None:
                result = next(iter(simulator.step(0.1)), None)
            assert result.status is SkillStatus.SUCCESS, result.message
    state = simulator.observe()
    simulator.close()
    return {name: entity.cell for name, entity in (*state.robots.items(), *state.things.items())}


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("world", ["cleanup", "cleanup_large", "cleanup_four_rooms"])
def test_plans_pass_the_checker_and_are_carried_out(world, level):
    mission, place = spec("F(at.self.green_room & in.chair.blue_room)"), load_world(world)
    result = plan_amdp(mission, place, level=level)
    assert result.status is PlanStatus.OPTIMAL
    assert result.engine == ENGINE
    assert check(result.plan, mission, place).problems == ()
    assert result.plan.makespan == {"cleanup": 25, "cleanup_large": 43, "cleanup_four_rooms": 31}[world]
    cells = carried_out(place, result.plan)
    assert cells["chair"] in place.rooms["blue_room"].cells
    assert cells["robot_1"] in place.rooms["green_room"].cells


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10**6), things=st.integers(1, 2), level=st.sampled_from(Level))
def test_plans_in_random_worlds_pass_the_checker(seed, things, level):
    world = random_world(seed, things)
    mission = spec(formula_of(random_reward(seed, world)))
    result = plan_amdp(mission, world, level=level, time_limit=60.0)
    if result.plan is None:
        assert result.status is PlanStatus.UNSATISFIABLE
        assert result.conflict
        return
    assert check(result.plan, mission, world).problems == ()
    other = hltl.plan(mission, world, time_limit=10.0)
    if result.status is PlanStatus.OPTIMAL and other.plan is not None:
        assert result.plan.makespan <= other.plan.makespan


def test_the_nearest_robot_that_can_does_it_and_the_others_stand_still():
    world, mission = parse_world(DEPOT), spec("F in.crate.store")
    result = plan_amdp(mission, world)
    assert result.plan.assignment == {"p0_1": "near"}
    assert not result.plan.steps["far"]
    assert check(result.plan, mission, world).ok
    only = plan_amdp(spec("F in.crate.store", robots=("far",)), world)
    assert only.plan.assignment == {"p0_1": "far"}
    assert only.plan.makespan > result.plan.makespan


@pytest.mark.parametrize(
    ("mission", "words"),
    [
        (spec("F at.self.store", rules=("G !at.any.closet",)), "no rules"),
        (spec("F at.self.store & F at.self.hall"), "no goal of the form"),
        (spec("F(at.self.store & holding.self.apple)"), "but not holding.self.apple"),
        (spec("F in.apple.store"), "drives and pushes"),
        (spec("F in.crate.bin"), "but not in.crate.bin"),
        (spec("F(at.self.store & at.self.hall)"), "one region"),
        (spec("F at.self.closet"), "open no doors"),
        (spec("F(at.self.store | at.self.hall)"), "but not"),
        (replace(spec("F at.self.store"), leaves={}), "one task, not 0"),
    ],
)
def test_what_lies_beyond_is_unsupported_with_a_sentence(mission, words):
    result = plan_amdp(mission, parse_world(DEPOT))
    assert (result.status, result.plan) == (PlanStatus.UNSUPPORTED, None)
    assert words in result.message


def test_unknown_names_are_invalid_with_near_matches():
    result = plan_amdp(spec("F at.self.green_rom"), load_world("cleanup"))
    assert result.status is PlanStatus.INVALID
    assert "Did you mean 'green_room'?" in result.message


def test_a_thing_in_another_robots_hands_is_unsupported():
    world = parse_world(DEPOT)
    state = initial_state(world)
    held = {**state.things, "crate": replace(state.things["crate"], held_by="far", cell=(0, 2))}
    result = plan_amdp(spec("F in.crate.store"), world, Situation(replace(state, things=held)))
    assert result.status is PlanStatus.UNSUPPORTED
    assert "'crate': cannot be pushed by near" in result.message


def test_a_robot_with_full_hands_is_left_alone():
    world = parse_world(DEPOT)
    state = initial_state(world)
    robots = {**state.robots, "near": replace(state.robots["near"], holding="apple")}
    things = {**state.things, "apple": replace(state.things["apple"], held_by="near", cell=(2, 0))}
    busy = replace(state, robots=robots, things=things)
    assert plan_amdp(spec("F in.crate.store"), world, Situation(busy)).plan.assignment == {"p0_1": "far"}
    result = plan_amdp(spec("F in.crate.store", robots=("near",)), world, Situation(busy))
    assert "near holds apple" in result.message


def test_what_is_done_or_holds_already_needs_no_steps():
    world = load_world("cleanup")
    for mission, done in ((spec("F at.self.green_room"), {"p0_1": "robot_1"}), (spec("F at.self.blue_room"), {})):
        result = plan_amdp(mission, world, Situation(initial_state(world), done))
        assert result.message == "Nothing is left to do."
        assert result.plan.makespan == 0
        assert check(result.plan, mission, world, Situation(initial_state(world), done)).ok


def test_impossible_missions_name_the_task():
    world = load_world("cleanup")
    state = initial_state(world)
    cornered = replace(state, things={"chair": replace(state.things["chair"], cell=(7, 1))})
    result = plan_amdp(spec("F in.chair.green_room"), world, Situation(cornered))
    assert result.status is PlanStatus.UNSATISFIABLE
    assert result.conflict == ("F in.chair.green_room",)


def test_the_time_limit_ends_planning():
    goal = "F(in.basket.blue_room & in.box.yellow_room & in.chair.blue_room & at.self.yellow_room)"
    result = plan_amdp(spec(goal), load_world("cleanup_four_rooms"), time_limit=0.01, level=Level.MOTION)
    assert result.status is PlanStatus.TIMEOUT
    assert "0.01 s" in result.message
