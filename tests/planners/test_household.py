"""Cooking and washing up: leaves in which things are made into something, against plain search."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from brute import least_ticks
from missions import SKILLS, make_spec

from grounding.mission.specify import specify
from grounding.state import initial_state
from grounding.translate.controlled import translate
from grounding.world import World
from grounding.worldfile import load_world, parse_world
from planners.clock import Clock
from planners.hltl import plan
from planners.hltl.grid import Grid
from planners.hltl.leaf import LeafProblem
from planners.plan import PlanStatus

HANDLING = ["not holding(self, item)"]
KITCHEN_SKILLS = {
    **{name: SKILLS[name] for name in ("go_to", "pick_up", "put_down", "open")},
    "put_on": {
        "behaviour": "place", "parameters": {"item": "portable", "target": "surface"},
        "pre": ["holding(self, item)", "near(self, target)"], "effects": [*HANDLING, "on(item, target)"],
    },
    "put_in": {
        "behaviour": "place", "parameters": {"item": "portable", "target": "fridge"},
        "pre": ["holding(self, item)", "near(self, target)", "is(target, open)"],
        "effects": [*HANDLING, "in(item, target)"],
    },
    "open": {
        "behaviour": "operate", "parameters": {"target": "fridge"},
        "pre": ["near(self, target)", "not is(target, open)"], "effects": ["is(target, open)"],
    },
    "heat": {
        "behaviour": "operate", "parameters": {"target": "stove", "item": "food"},
        "pre": ["near(self, target)", "holding(self, item)"],
        "effects": ["is(item, heated)", "not is(item, chilled)"], "seconds": 3,
    },
    "chill": {
        "behaviour": "operate", "parameters": {"target": "fridge", "item": "food"},
        "pre": ["near(self, target)", "holding(self, item)"],
        "effects": ["is(item, chilled)", "not is(item, heated)"], "seconds": 2,
    },
    "slice": {
        "behaviour": "operate", "parameters": {"item": "food", "tool": "knife"},
        "pre": ["near(self, item)", "holding(self, tool)"], "effects": ["is(item, sliced)"], "seconds": 2,
    },
}  # fmt: skip


def kitchen(random: Random) -> World:
    """Four by two cells with a plate to carry, something to eat and a knife; furniture stands in the way."""
    cells = [(x, y) for x in range(4) for y in range(2)]
    random.shuffle(cells)
    start, fridge, stove, *rest = cells
    return parse_world(json.dumps({
        "name": "tiny",
        "rooms": [{"id": "kitchen", "area": [[0, 0, 3, 1]]}],
        "classes": {
            "fridge": {"properties": ["container"], "states": ["open"], "obstacle": random.random() < 0.5},
            "stove": {"properties": ["surface"]},
            "plate": {"properties": ["portable", "surface"]},
            "food": {"properties": ["portable"], "states": ["heated", "chilled", "sliced"]},
            "knife": {"properties": ["portable"]},
        },
        "things": [
            {"id": "fridge", "class": "fridge", "at": list(fridge)},
            {"id": "stove", "class": "stove", "at": list(stove)},
            {"id": "plate", "class": "plate", "at": list(rest[0])},
            {"id": "potato", "class": "food", **random.choice([{"on": "plate"}, {"at": list(rest[1])}]),
             "states": random.choice([[], ["chilled"], ["heated"]])},
            {"id": "knife", "class": "knife", "at": list(rest[2])},
        ],
        "skills": KITCHEN_SKILLS,
        "robot_types": {"cook": {"body": "mobile", "skills": list(KITCHEN_SKILLS)}},
        "robots": [{"id": "robot_0", "type": "cook", "start": list(start)}],
    }))  # fmt: skip


@pytest.mark.parametrize("formula", [
    "F(is.potato.heated)",
    "F(on.potato.plate & is.potato.heated)",
    "F(in.potato.fridge & is.potato.sliced)",
    "F(on.potato.stove & on.plate.stove)",
    "F(is.potato.sliced & is.potato.chilled & on.potato.stove)",
    "F(is.potato.heated & F is.potato.chilled)",
    "F(!on.potato.plate & in.plate.fridge)",
    "F(holding.self.potato & is.potato.heated)",
    "F(is.potato.sliced) & G(!in.knife.kitchen | !is.potato.sliced)",
])  # fmt: skip
@pytest.mark.parametrize("seed", range(3))
def test_leaves_are_done_in_the_least_time(formula: str, seed: int) -> None:
    world = kitchen(Random(seed))
    spec = make_spec([formula])
    try:
        best = least_ticks(spec, world, "p0_1", "robot_0", most_states=12_000)
    except MemoryError:
        pytest.skip("too many states for plain search")
    problem = LeafProblem(Grid(world), spec.leaves["p0_1"], "robot_0", ())
    start = initial_state(world)
    found = problem.solve(start, None, Clock(60.0))
    assert (None if found is None else found.cost) == best
    if best is not None:
        assert problem.estimate(start, None) <= best


@pytest.fixture(scope="module")
def household() -> World:
    return load_world("household")


def skills(world: World, sentence: str) -> dict[str, list[str]]:
    """What each robot does besides driving."""
    tree = translate(sentence, world).tree
    assert tree is not None
    result = plan(specify(tree, world), world, time_limit=20.0)
    assert result.plan is not None, result.message
    steps = {
        r: [" ".join((c.skill, *c.args)) for c in own if c.skill != "go_to"] for r, own in result.plan.steps.items()
    }
    return {robot: own for robot, own in steps.items() if own}


def test_a_rinsed_spoon_is_rinsed_on_its_way(household: World) -> None:
    (steps,) = skills(household, "put a rinsed spoon in the drawer").values()
    assert steps == ["pick_up spoon", "rinse sink spoon", "open drawer", "store spoon drawer"]


def test_a_world_without_a_sink_says_so(household: World) -> None:
    sinks = {"sink", "bathroom_sink", "bathtub", "sponge"}
    dry = replace(household, things={k: t for k, t in household.things.items() if k not in sinks})
    for sentence in ("put a rinsed spoon in the drawer", "rinse the spoon"):
        answer = translate(sentence, dry)
        assert answer.tree is None
        assert answer.message == (
            "No robot here can clean the spoon. There is no sink, bathroom sink or bathtub in the household world."
        )


def test_only_who_can_slice_slices(household: World) -> None:
    found = skills(household, "slice the tomato, then put it in the fridge")
    who = [robot for robot, steps in found.items() if any(s.startswith("slice tomato") for s in steps)]
    assert who == ["robot_1"]
    helper = replace(household, robots={"robot_2": household.robots["robot_2"]})
    answer = translate("slice the tomato", helper)
    assert answer.tree is None
    assert "No robot here can slice the tomato" in answer.message


def test_everything_is_within_reach(household: World) -> None:
    state = initial_state(household)
    solid = {t.cell for t in household.things.values() if t.obstacle}
    queue = [household.robots["robot_1"].start]
    for cell in queue:
        queue += [c for c in household.neighbours(cell) if c not in solid and c not in queue]
    for thing, where in state.things.items():
        assert {where.cell, *household.neighbours(where.cell)} & set(queue), thing


def test_all_leaves_of_a_large_mission_are_planned(household: World) -> None:
    sentence = (
        "put the credit card in the safe, the watch on the dresser, the newspaper on the sofa, "
        "the cloth in the bathroom sink and a chilled tomato on the plate"
    )
    tree = translate(sentence, household).tree
    assert tree is not None
    for robots in (("robot_1",), tuple(household.robots)):
        team = replace(household, robots={r: household.robots[r] for r in robots})
        result = plan(specify(tree, team), team, time_limit=20.0)
        assert result.status in (PlanStatus.OPTIMAL, PlanStatus.FEASIBLE), result.message
