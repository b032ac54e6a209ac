"""The checker: accepts what is right, names what is wrong."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from missions import EVERYTHING, make_spec, make_world, random_spec, random_world

from grounding.logic.spec import HierarchicalSpec
from grounding.world import Cell, World
from planners.check import check
from planners.hltl import plan
from planners.plan import PlanStep, TeamPlan

Steps = dict[str, tuple[PlanStep, ...]]


def team_plan(steps: Steps, assignment: dict[str, str], **changes: object) -> TeamPlan:
    """A plan with windows, cost and makespan worked out from its steps."""
    every = [s for own in steps.values() for s in own]
    windows = {
        leaf: (min(s.start for s in every if s.leaf == leaf), max(s.end for s in every if s.leaf == leaf))
        for leaf in assignment
    }
    cost = sum(
        sum(a != b for a, b in zip(s.path, s.path[1:], strict=False)) if s.path else s.end - s.start for s in every
    )
    made = TeamPlan(steps, assignment, windows, {}, 1.0, float(cost), max((s.end for s in every), default=0))
    return replace(made, **changes)  # type: ignore[arg-type]


def drive(robot: str, number: int, start: int, *path: Cell, leaf: str = "p0_1") -> PlanStep:
    return PlanStep(f"{robot}/{number}", robot, leaf, "go_to", ("hall",), start, start + len(path) - 1, path)


def act(robot: str, number: int, start: int, skill: str, arg: str, ticks: int, leaf: str = "p0_1") -> PlanStep:
    return PlanStep(f"{robot}/{number}", robot, leaf, skill, (arg,), start, start + ticks)


@pytest.fixture
def world() -> World:
    robots = [((0, 0), EVERYTHING), ((6, 0), [s for s in EVERYTHING if s != "pick_up"])]
    return make_world((3, 3), shut=[1], robots=robots, boxes=[(2, 0)], carts=[(2, 1)])


def judge(world: World, spec: HierarchicalSpec, own: list[PlanStep], other: list[PlanStep] | None = None) -> str:
    steps = {"robot_0": tuple(own), "robot_1": tuple(other or ())}
    assignment = {s.leaf: s.robot for s in (*own, *(other or ())) if s.leaf}
    return " ".join(check(team_plan(steps, assignment), spec, world).problems)


def test_a_right_plan_is_accepted(world: World) -> None:
    spec = make_spec(["F holding.self.box0"])
    own = [drive("robot_0", 0, 0, (0, 0), (1, 0)), act("robot_0", 1, 1, "pick_up", "box0", 2)]
    assert judge(world, spec, own) == ""


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        (((0, 0), (2, 0)), "jumps from cell (0, 0) to cell (2, 0)"),
        (((1, 0), (1, 1)), "starts in cell (1, 0), but robot_0 is in (0, 0)"),
        (((0, 0), (0, 1), (0, 2)), "enters cell (0, 2)"),
        (((0, 0), (1, 0), (2, 0), (2, 1)), "enters cell (2, 1) at tick 3, which is blocked"),
        (((0, 0), (0, -1)), "which robot_0 cannot be in"),
    ],
)
def test_impossible_paths_are_named(world: World, path: tuple[Cell, ...], problem: str) -> None:
    assert problem in judge(world, make_spec(["F at.self.hall"]), [drive("robot_0", 0, 0, *path)])


def test_a_shut_door_is_named(world: World) -> None:
    path = [(6, 0), (5, 0), (5, 1), (5, 2)]
    found = judge(world, make_spec(["F at.self.door1"]), [], [drive("robot_1", 0, 0, *path)])
    assert "enters cell (5, 2) at tick 3, which is blocked" in found


def test_skills_without_ground_are_named(world: World) -> None:
    spec = make_spec(["F holding.self.box0"])
    assert "near(robot_0, box0) does not hold" in judge(world, spec, [act("robot_0", 0, 0, "pick_up", "box0", 2)])
    assert "has no skill 'pick_up'" in judge(world, spec, [], [act("robot_1", 0, 0, "pick_up", "box0", 2)])
    assert "'cart0' is no portable" in judge(world, spec, [act("robot_0", 0, 0, "pick_up", "cart0", 2)])
    own = [drive("robot_0", 0, 0, (0, 0), (1, 0)), act("robot_0", 1, 1, "pick_up", "box0", 1)]
    assert "takes 1 ticks, it needs 2" in judge(world, spec, own)


def test_robots_that_touch_or_change_places_are_named(world: World) -> None:
    spec = make_spec(["F at.self.hall", "F at.self.hall"])
    own = drive("robot_0", 0, 0, (0, 0), (1, 0), (2, 0), (3, 0))
    meet = drive("robot_1", 0, 0, (6, 0), (5, 0), (4, 0), (3, 0), leaf="p0_2")
    swap = drive("robot_1", 0, 0, (6, 0), (5, 0), (4, 0), (3, 0), (2, 0), leaf="p0_2")
    assert "touch at tick 3" in judge(world, spec, [own], [meet])
    longer = replace(own, path=(*own.path, (4, 0)), end=4)
    assert "touch" in judge(world, spec, [longer], [swap])
    early = drive("robot_0", 0, 0, (0, 0), (1, 0), (2, 0), (2, 0), (3, 0))
    late = drive("robot_1", 0, 0, (6, 0), (5, 0), (4, 0), (3, 0), (2, 0), leaf="p0_2")
    assert "pass through each other at tick 4" in judge(world, spec, [early], [late])


def test_a_push_needs_room_behind() -> None:
    world = make_world((3, 3), robots=[((0, 0), EVERYTHING), ((2, 0), EVERYTHING)], carts=[(1, 0)])
    push = PlanStep("robot_0/0", "robot_0", "p0_1", "push_to", ("cart0", "hall"), 0, 1, ((0, 0), (1, 0)))
    assert "into cell (2, 0), which is not free" in judge(world, make_spec(["F at.self.hall"]), [push])


def test_leaves_must_be_satisfied_inside_their_windows(world: World) -> None:
    spec = make_spec(["F at.self.r0 & G !at.self.door0"])
    path = [(0, 0), (1, 0), (1, 1), (1, 2), (1, 3)]
    assert "does not satisfy F at.self.r0 & G !at.self.door0" in judge(world, spec, [drive("robot_0", 0, 0, *path)])


def test_rules_bind_also_outside_of_leaves(world: World) -> None:
    spec = make_spec(["F at.self.hall"], rules=["G !at.any.door0"])
    steps = [drive("robot_0", 0, 0, (0, 0)), drive("robot_0", 1, 0, (0, 0), (1, 0), (1, 1), (1, 2), leaf="")]
    assert "Rule rule_1 ('law 1') is broken" in judge(world, spec, steps)


def test_what_holds_while_a_skill_runs_is_seen(world: World) -> None:
    spec = make_spec(["F is.hall.photographed & G !is.self.camera_on"])
    assert "does not satisfy" in judge(world, spec, [act("robot_0", 0, 0, "photograph", "hall", 2)])


def test_order_assignment_and_bookkeeping_are_checked(world: World) -> None:
    spec = make_spec(["F at.self.hall", "F at.self.hall"], before=[(1, 2)], robots=[["robot_1"], []], same=[None, 1])
    first = drive("robot_0", 0, 0, (0, 0), (1, 0))
    second = drive("robot_1", 0, 0, (6, 0), (5, 0), leaf="p0_2")
    found = judge(world, spec, [first], [second])
    assert "only robot_1 may do it" in found
    assert "must be done by the robot of p0_1 (robot_0), not by robot_1" in found
    assert "Leaf p0_2 starts at tick 0, before p0_1" in found
    steps: Steps = {"robot_0": (first,), "robot_1": (second,)}
    both = {"p0_1": "robot_0", "p0_2": "robot_1"}
    loose = make_spec(["F at.self.hall", "F at.self.hall"])

    def problems(**changes: object) -> str:
        return " ".join(check(team_plan(steps, both, **changes), loose, world).problems)

    assert problems() == ""
    assert "must wait for robot_1/0, which ends at tick 1" in problems(after={"robot_0/0": ("robot_1/0",)})
    assert "has no such steps" in problems(after={"robot_0/0": ("robot_1/9",)})
    assert "its steps cost 2" in problems(cost=7.0)
    assert "its last step ends at tick 1" in problems(makespan=3)
    assert "its steps last from 0 to 1" in problems(windows={"p0_1": (0, 4), "p0_2": (0, 1)})
    short = replace(team_plan(steps, both), steps={"robot_0": (first,)})
    assert "does not list every robot" in " ".join(check(short, loose, world).problems)


def test_a_missing_task_is_noticed(world: World) -> None:
    spec = make_spec(["F at.self.hall", "F at.self.r0"])
    assert "do not satisfy the root formula" in judge(world, spec, [drive("robot_0", 0, 0, (0, 0))])


def test_a_thing_in_another_hand_cannot_be_taken() -> None:
    world = make_world((3, 3), robots=[((1, 0), EVERYTHING), ((3, 0), EVERYTHING)], boxes=[(2, 0)])
    spec = make_spec(["F holding.self.box0", "F holding.self.box0"])
    own = [act("robot_0", 0, 0, "pick_up", "box0", 2)]
    assert "robot_0 holds" in judge(world, spec, own, [act("robot_1", 0, 2, "pick_up", "box0", 2, leaf="p0_2")])
    at_once = judge(world, spec, own, [act("robot_1", 0, 1, "pick_up", "box0", 2, leaf="p0_2")])
    assert "near(robot_1, box0) no longer holds" in at_once


FAULTS = ("teleport", "early", "other robot", "drop", "wrong skill", "short")


def faulty(plan_: TeamPlan, fault: str, random: Random, world: World) -> TeamPlan | None:
    """The plan with one thing made wrong, None where it has nothing that can go wrong in this way."""
    steps = {name: list(own) for name, own in plan_.steps.items()}
    places = [(name, i) for name, own in steps.items() for i in range(len(own))]
    random.shuffle(places)
    for name, i in places:
        step = steps[name][i]
        match fault:
            case "teleport" if len(step.path) > 2:
                steps[name][i] = replace(step, path=(step.path[0], *reversed(step.path[1:])))
            case "early" if i and step.start == steps[name][i - 1].end > steps[name][i - 1].start:
                steps[name][i] = replace(step, start=step.start - 1, end=step.end - 1)
            case "other robot" if step.leaf and len(world.robots) > 1:
                others = [r for r in world.robots if r != name]
                return replace(plan_, assignment={**plan_.assignment, step.leaf: random.choice(others)})
            case "drop" if step.leaf:
                del steps[name][i]
            case "wrong skill":
                steps[name][i] = replace(step, skill="sing")
            case "short" if not step.path:
                steps[name][i] = replace(step, end=step.end - 1)
            case _:
                continue
        return replace(plan_, steps={n: tuple(own) for n, own in steps.items()})
    return None


@pytest.mark.parametrize("fault", FAULTS)
def test_spoilt_plans_are_turned_down(fault: str) -> None:
    spoilt = 0
    for seed in range(60):
        random = Random(seed)
        world = random_world(random)
        spec = random_spec(random, world)
        made = plan(spec, world).plan
        wrong = None if made is None else faulty(made, fault, random, world)
        if wrong is not None:
            spoilt += 1
            assert not check(wrong, spec, world).ok, (seed, wrong)
    assert spoilt >= 5
