"""The team planner: right plans, honest statuses, in time."""

from __future__ import annotations

import time
from dataclasses import replace
from random import Random

import pytest
from brute import least_ticks
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from missions import EVERYTHING, make_spec, make_world, missions, random_spec, random_world

from grounding.logic.spec import HierarchicalSpec
from grounding.mission.specify import specify
from grounding.state import WorldState, initial_state
from grounding.translate.controlled import translate
from grounding.world import World
from grounding.worldfile import load_world
from planners.check import check
from planners.hltl import plan
from planners.plan import PlanResult, PlanStatus, TeamPlan
from planners.situation import Situation

PLANNED = (PlanStatus.OPTIMAL, PlanStatus.FEASIBLE)
CAMERA = "G(!at.self.meeting_room -> !is.self.camera_on)"
relaxed = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@pytest.fixture(scope="module")
def office() -> World:
    return load_world("office")


@pytest.fixture(scope="module")
def table() -> World:
    return load_world("table")


def office_mission() -> HierarchicalSpec:
    photos = [f"F is.{room}.photographed & {CAMERA}" for room in ("m1", "m4", "m6")]
    deliver = "F in.document.d3 & G(holding.self.document -> !at.self.public)"
    return make_spec([*photos, deliver, "F in.visitor.m6"])


def table_mission() -> HierarchicalSpec:
    first = ["F on.green_apple.yellow_plate", "F on.orange.yellow_plate"]
    then = ["F on.carrot.blue_plate", "F on.red_apple.blue_plate"]
    return make_spec([*first, *then], before=[(a, b) for a in (1, 2) for b in (3, 4)])


def planned(
    spec: HierarchicalSpec, world: World, situation: Situation | None = None, *, time_limit: float = 2.0
) -> TeamPlan:
    result = plan(spec, world, situation, time_limit=time_limit)
    assert result.status in PLANNED, result.message
    assert result.plan is not None
    verdict = check(result.plan, spec, world, situation)
    assert verdict.ok, verdict.problems
    return result.plan


def refused(spec: HierarchicalSpec, world: World, status: PlanStatus) -> PlanResult:
    result = plan(spec, world)
    assert (result.status, result.plan) == (status, None), result.message
    assert result.message.endswith((".", "?"))
    return result


def test_the_office_mission_of_the_literature(office: World) -> None:
    team = planned(office_mission(), office)
    assert set(team.assignment) == {f"p0_{i}" for i in range(1, 6)}
    assert {team.assignment["p0_1"], team.assignment["p0_5"]} <= {"robot_1", "robot_2"}
    assert team.assignment["p0_4"] in ("robot_3", "robot_4")
    assert team.makespan <= 28


def test_two_arms_fill_plates_in_order_without_crossing(table: World) -> None:
    team = planned(table_mission(), table)
    assert max(team.windows[f"p0_{i}"][1] for i in (1, 2)) <= min(team.windows[f"p0_{i}"][0] for i in (3, 4))
    assert len(set(team.assignment.values())) == 2


def test_the_chair_is_pushed_and_the_same_robot_comes_back() -> None:
    spec = make_spec(["F in.chair.blue_room", "F at.self.red_room"], before=[(1, 2)], same=[None, 1])
    team = planned(spec, load_world("cleanup"))
    assert [s.args[0] for s in team.steps["robot_1"] if s.skill == "push_to"] == ["chair", "chair"]
    assert team.makespan == 19


@pytest.mark.parametrize(
    ("name", "text", "most_ticks"),
    [
        (
            "office",
            "Take a photo in meeting rooms m1, m4 and m6; keep the camera off outside meeting rooms. "
            "Deliver a document from desk d5 to desk d3 without passing public areas while carrying it. "
            "Guide the person waiting at desk d11 to meeting room m6.",
            28,
        ),
        (
            "table",
            "First put the green apple and the orange on the yellow plate in any order, "
            "then put the carrot and the red apple on the blue plate.",
            44,
        ),
        ("cleanup", "put the chair in the blue room and come back to the red room", 19),
    ],
)
def test_the_missions_as_said_in_english(name: str, text: str, most_ticks: int) -> None:
    world = load_world(name)
    tree = translate(text, world).tree
    assert tree is not None
    assert planned(specify(tree, world), world).makespan <= most_ticks


@relaxed
@given(missions())
def test_every_plan_passes_the_checker_and_every_answer_has_a_sentence(case: tuple[World, HierarchicalSpec]) -> None:
    world, spec = case
    result = plan(spec, world)
    assert (result.plan is not None) == (result.status in PLANNED)
    assert result.message
    if result.plan is not None:
        assert check(result.plan, spec, world).ok
    if result.status is PlanStatus.UNSATISFIABLE:
        assert result.conflict


@relaxed
@given(missions(most_robots=1, most_leaves=1))
def test_single_tasks_agree_with_brute_force(case: tuple[World, HierarchicalSpec]) -> None:
    world, spec = case
    result = plan(spec, world, time_limit=10.0)
    try:
        best = least_ticks(spec, world, "p0_1", "robot_0")
    except MemoryError:
        assume(False)
    if result.plan is None:
        assert best is None, result.message
        assert result.status is PlanStatus.UNSATISFIABLE
    else:
        assert best is not None
        assert result.plan.makespan >= best
        if result.status is PlanStatus.OPTIMAL:
            assert result.plan.makespan == best == result.lower_bound


@relaxed
@given(missions(most_robots=3, most_leaves=1), st.sampled_from(["makespan", "cost"]))
def test_optimal_is_claimed_only_for_the_quickest_robot(case: tuple[World, HierarchicalSpec], objective: str) -> None:
    world, spec = case
    result = plan(spec, world, objective=objective)
    assume(result.status is PlanStatus.OPTIMAL)
    assert result.plan is not None
    allowed = spec.leaves["p0_1"].robots or tuple(world.robots)
    try:
        found = [least_ticks(spec, world, "p0_1", robot) for robot in allowed]
    except MemoryError:
        assume(False)
    value = result.plan.makespan if objective == "makespan" else result.plan.cost
    assert value == min(ticks for ticks in found if ticks is not None)


def test_the_same_question_gets_the_same_answer(office: World) -> None:
    first, second = (plan(office_mission(), office) for _ in range(2))
    assert first.plan == second.plan


@pytest.mark.parametrize("number", range(2, 11, 4))
def test_a_fleet_in_the_office_gets_a_plan_within_a_second(office: World, number: int) -> None:
    starts = sorted(office.rooms["corridor"].cells)[:: 50 // number][:number]
    kinds = [office.robots["robot_1"].type, office.robots["robot_3"].type]
    fleet = {
        f"robot_{i}": replace(office.robots["robot_1"], id=f"robot_{i}", type=kinds[i % 2], start=cell)
        for i, cell in enumerate(starts)
    }
    world = replace(office, robots=fleet)
    goals = [f"F is.m{i}.photographed" for i in range(1, 7)]
    goals += [f"F in.{thing}.bin" for thing in ("document", "red_mug", "report", "parcel")]
    spec = make_spec(goals)
    begun = time.process_time()
    planned(spec, world, time_limit=1.0)
    assert time.process_time() - begun < 3.0


@pytest.mark.usefixtures("quiet_memory")
@pytest.mark.parametrize("limit", [0.02, 0.3])
def test_the_time_limit_is_kept(office: World, limit: float) -> None:
    goals = [f"F is.m{i}.photographed" for i in range(1, 7)] + [f"F at.self.d{i}" for i in range(1, 16)]
    begun = time.process_time()
    result = plan(make_spec(goals), office, time_limit=limit)
    assert time.process_time() - begun < limit + 0.5
    assert result.status in (*PLANNED, PlanStatus.TIMEOUT)


def test_contradictory_clauses_are_named(office: World) -> None:
    spec = make_spec(["F at.self.kitchen"], rules=["G !at.any.kitchen"])
    result = refused(spec, office, PlanStatus.UNSATISFIABLE)
    assert result.conflict == ("task 1", "law 1")


def test_only_the_rules_that_matter_are_named(office: World) -> None:
    rules = ["G !at.any.lobby", "G !at.any.door_m1", "G !at.any.m5"]
    result = refused(make_spec(["F is.m1.photographed", "F at.self.m2"], rules=rules), office, PlanStatus.UNSATISFIABLE)
    assert result.conflict == ("task 1", "law 2")


def test_a_robot_without_the_skill_is_named(office: World) -> None:
    spec = make_spec(["F is.kitchen_table.clean"], robots=[["robot_1"]])
    result = refused(spec, office, PlanStatus.UNSATISFIABLE)
    assert "robot_1 has no skill to bring about that the kitchen table is clean" in result.message
    assert result.conflict == ("task 1",)


def test_out_of_reach_is_said(table: World) -> None:
    spec = make_spec(["F on.red_apple.blue_plate"], robots=[["left_arm"]])
    assert "no way for left_arm" in refused(spec, table, PlanStatus.UNSATISFIABLE).message


@pytest.mark.parametrize(
    ("name", "text", "clauses"),
    [
        ("office", "Photograph the kitchen while keeping the camera off.", 1),
        ("office", "Never open door m6. Go to m6.", 2),
        ("table", "Right arm, pick up the orange.", 1),
    ],
)
def test_the_impossible_is_proven_within_the_time_limit(name: str, text: str, clauses: int) -> None:
    world = load_world(name)
    tree = translate(text, world).tree
    assert tree is not None
    result = plan(specify(tree, world), world)
    assert result.status is PlanStatus.UNSATISFIABLE, result.message
    assert len(result.conflict) == clauses


def test_a_thing_only_one_arm_reaches_is_picked_up_by_that_arm(table: World) -> None:
    team = planned(make_spec(["F holding.self.banana"]), table)
    assert set(team.assignment.values()) == {"right_arm"}


def test_a_circle_in_the_order_is_said(office: World) -> None:
    spec = make_spec(["F at.self.m1", "F at.self.m2"], before=[(1, 2), (2, 1)])
    assert set(refused(spec, office, PlanStatus.UNSATISFIABLE).conflict) == {"task 1", "task 2"}


@pytest.mark.parametrize(
    ("formula", "status"),
    [
        ("F at.self.nowhere", PlanStatus.INVALID),
        ("F at.self.m1 &", PlanStatus.INVALID),
        ("F flies.self.m1", PlanStatus.INVALID),
        ("F X at.self.m1", PlanStatus.UNSUPPORTED),
        ("F at.self.m1 & G !at.self.m1", PlanStatus.UNSATISFIABLE),
    ],
)
def test_bad_formulas_get_a_status_and_never_raise(office: World, formula: str, status: PlanStatus) -> None:
    refused(make_spec([formula]), office, status)


def test_a_state_in_which_a_robot_stands_in_a_wall_is_invalid(office: World) -> None:
    state = initial_state(office)
    odd = replace(state, robots={**state.robots, "robot_2": replace(state.robots["robot_2"], cell=(0, 0))})
    result = plan(office_mission(), office, Situation(odd))
    assert (result.status, result.message) == (
        PlanStatus.INVALID,
        "robot_2 is in cell (0, 0), where it cannot be.",
    )


def test_an_unknown_objective_is_unsupported(office: World) -> None:
    assert plan(office_mission(), office, objective="beauty").status is PlanStatus.UNSUPPORTED


def test_a_robot_that_needs_help_with_a_door_is_said_to() -> None:
    helper = ((4, 0), EVERYTHING)
    world = make_world((3, 3), shut=[0], robots=[((0, 0), ["go_to"]), helper])
    spec = make_spec(["F at.self.r0"], robots=[["robot_0"]])
    assert "open doors for one another" in refused(spec, world, PlanStatus.UNSUPPORTED).message


def test_a_door_that_another_task_opens_can_be_used() -> None:
    helper = ((4, 0), EVERYTHING)
    world = make_world((3, 3), shut=[0], robots=[((0, 0), ["go_to"]), helper])
    team = planned(make_spec(["F at.self.r0", "F is.door0.open"], robots=[["robot_0"], []]), world)
    opening = next(s for s in team.steps["robot_1"] if s.skill == "open")
    crossing = next(s for s in team.steps["robot_0"] if (1, 2) in s.path[1:])
    assert crossing.start >= opening.end
    assert opening.id in team.after[crossing.id]


def test_a_thing_is_handed_on_from_one_task_to_the_next() -> None:
    carriers = [((0, 0), [s for s in EVERYTHING if s != "photograph"]), ((6, 0), EVERYTHING)]
    world = make_world((3, 3), robots=carriers, boxes=[(2, 0)])
    spec = make_spec(["F in.box0.r0", "F in.box0.r1"], before=[(1, 2)], robots=[["robot_0"], ["robot_1"]])
    team = planned(spec, world)
    taken = next(s for s in team.steps["robot_1"] if s.skill == "pick_up")
    put = next(s for s in team.steps["robot_0"] if s.skill == "put_down")
    assert taken.start >= put.end


def test_a_task_that_only_another_one_makes_possible_is_done_after_it() -> None:
    world = make_world((3, 3), robots=[((0, 0), EVERYTHING)])
    inside = "F is.r0.photographed & G !at.self.hall"
    team = planned(make_spec([inside, "F at.self.r0"]), world)
    assert team.windows["p0_1"][0] >= team.windows["p0_2"][1]
    refused(make_spec([inside]), world, PlanStatus.UNSATISFIABLE)


def test_a_state_that_another_task_brings_about_counts() -> None:
    robots = [((0, 0), ["go_to"]), ((6, 0), EVERYTHING)]
    world = make_world((3, 3), robots=robots)
    spec = make_spec(["F is.r1.photographed", "F is.r1.photographed"], robots=[["robot_0"], ["robot_1"]])
    team = planned(spec, world)
    assert team.windows["p0_1"] == (team.windows["p0_2"][1],) * 2


def test_an_idle_robot_makes_way_in_a_narrow_hall() -> None:
    world = make_world((1, 1, 1), height=1, lanes=1, robots=[((0, 0), ["go_to"]), ((2, 0), ["go_to"])])
    team = planned(make_spec(["F at.self.r2"], robots=[["robot_0"]]), world)
    assert all(step.leaf == "" for step in team.steps["robot_1"])
    assert team.steps["robot_1"]


def test_a_cart_in_the_way_is_pushed_aside() -> None:
    world = make_world((3,), height=3, lanes=1, robots=[((1, 0), EVERYTHING)], carts=[(1, 2)])
    team = planned(make_spec(["F at.self.r0"]), world)
    assert [s.skill for s in team.steps["robot_0"]] == ["go_to", "push_to"]


def test_a_resting_robot_leaves_before_a_cart_is_pushed_over_its_cell() -> None:
    world = make_world((3, 3), robots=[((0, 1), EVERYTHING), ((3, 1), ["go_to"])], carts=[(1, 1)])
    team = planned(make_spec(["F in.cart0.r1"], robots=[["robot_0"]]), world)
    away = team.steps["robot_1"][0]
    push = next(s for s in team.steps["robot_0"] if s.skill == "push_to" and (2, 1) in s.path)
    assert away.leaf == ""
    assert push.start >= away.end
    assert away.id in team.after[push.id]


def test_leaves_under_a_rule_about_several_robots_do_not_overlap() -> None:
    world = make_world((3, 3), robots=[((0, 0), EVERYTHING), ((5, 0), EVERYTHING)])
    rooms = [
        "F(at.self.r0) & F(at.self.hall & is.r0.photographed)",
        "F(at.self.r1) & F(at.self.hall & is.r1.photographed)",
    ]
    rule = "G(at.any.r0 -> !at.any.r1)"
    free, bound = (planned(make_spec(rooms, rules=rules), world) for rules in ([], [rule]))
    assert bound.makespan >= free.makespan
    (_, end), (start, _) = sorted(bound.windows.values())
    assert start >= end


def test_exactly_one_alternative_is_done(office: World) -> None:
    team = planned(make_spec(["F at.self.lobby", "F at.self.m3"], root="F p0_1 | F p0_2"), office)
    assert len(team.assignment) == 1


def test_nested_alternatives_and_order() -> None:
    world = make_world((3, 3, 3), robots=[((0, 0), EVERYTHING), ((8, 0), EVERYTHING)])
    flat = make_spec([f"F is.r{i}.photographed" for i in range(3)])
    levels = (
        {"p0": "F p1 & F p2 & (!p2 U p1)"},
        {"p1": "F p0_1 | F p0_2", "p2": "F p0_3"},
        {name: leaf.formula for name, leaf in flat.leaves.items()},
    )
    children = {"p0": ("p1", "p2"), "p1": ("p0_1", "p0_2"), "p2": ("p0_3",)}
    before = frozenset({("p0_1", "p0_3"), ("p0_2", "p0_3")})
    spec = HierarchicalSpec(levels, children, flat.leaves, {}, {}, before)
    team = planned(spec, world)
    assert len(team.assignment) == 2
    first = next(name for name in team.windows if name != "p0_3")
    assert team.windows["p0_3"][0] >= team.windows[first][1]


@pytest.mark.parametrize(
    "root", ["F p0_1 & F p0_2 & (!p0_2 W p0_1)", "F(p0_1 & F p0_2)", "F p0_1 & (p0_1 R !p0_2) & F p0_2"]
)
def test_other_formulas_above_the_leaves_fix_the_order_too(office: World, root: str) -> None:
    spec = make_spec(["F at.self.m1", "F at.self.corridor"], root=root)
    team = planned(spec, office)
    assert team.windows["p0_1"][1] <= team.windows["p0_2"][1]


def test_a_goal_already_true_needs_no_steps(office: World) -> None:
    result = plan(make_spec(["F at.self.corridor"]), office)
    assert result.status is PlanStatus.OPTIMAL
    assert result.plan is not None
    assert result.plan.makespan == 0
    assert not any(result.plan.steps.values())


def test_replanning_leaves_out_what_is_done(office: World) -> None:
    spec = office_mission()
    state = initial_state(office).with_flag("m1", "photographed")
    team = planned(spec, office, Situation(state, {"p0_1": "robot_1", "p0_4": "robot_3"}))
    assert set(team.assignment) == {"p0_2", "p0_3", "p0_5"}


def test_replanning_keeps_to_the_robot_of_a_finished_leaf() -> None:
    world = make_world((3, 3), robots=[((0, 0), EVERYTHING), ((6, 0), EVERYTHING)])
    spec = make_spec(["F at.self.r0", "F at.self.hall & F at.self.r1"], before=[(1, 2)], same=[None, 1])
    assert planned(spec, world, Situation(initial_state(world), {"p0_1": "robot_0"})).assignment == {"p0_2": "robot_0"}


def test_nothing_left_to_do_is_said(office: World) -> None:
    spec = make_spec(["F at.self.m1"])
    result = plan(spec, office, Situation(initial_state(office), {"p0_1": "robot_2"}))
    assert (result.status, result.message) == (PlanStatus.OPTIMAL, "Nothing is left to do.")


def test_a_lost_robot_is_not_used_and_not_driven_through() -> None:
    world = make_world((3, 3), lanes=2, robots=[((0, 0), EVERYTHING), ((1, 1), EVERYTHING)])
    state = initial_state(world)
    lost = replace(state, robots={**state.robots, "robot_1": replace(state.robots["robot_1"], alive=False)})
    team = planned(make_spec(["F at.self.r1"]), world, Situation(lost))
    assert not team.steps["robot_1"]
    result = plan(make_spec(["F at.self.r0"]), world, Situation(lost))
    assert result.status is PlanStatus.UNSATISFIABLE


def resumed(world: World, team: TeamPlan, tick: int) -> WorldState:
    """The state of a plan of drives only at some tick."""
    state = initial_state(world)
    robots = dict(state.robots)
    for name, steps in team.steps.items():
        cells = [c for s in steps if s.start <= tick for c in s.path[: tick - s.start + 1]]
        if cells:
            robots[name] = replace(robots[name], cell=cells[-1])
    return replace(state, robots=robots)


@pytest.mark.parametrize("seed", range(5))
def test_a_mission_can_be_replanned_from_anywhere_on_the_way(seed: int) -> None:
    world = make_world((2, 2, 2), robots=[((2 * i, i % 2), ["go_to"]) for i in range(4)])
    spec = make_spec(["F at.self.r0", "F at.self.r1", "F at.self.r2"], robots=[["robot_3"], ["robot_0"], ["robot_1"]])
    team = planned(spec, world)
    planned(spec, world, Situation(resumed(world, team, seed)))


@pytest.mark.parametrize("seed", range(300, 340))
def test_seeded_missions_are_answered_in_time(seed: int) -> None:
    random = Random(seed)
    world = random_world(random)
    result = plan(random_spec(random, world), world, time_limit=5.0)
    assert result.status is not PlanStatus.TIMEOUT, result.message
