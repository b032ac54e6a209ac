"""Planning the rest of a mission anew: what is done stays done, what need not change does not."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from missions import EVERYTHING, make_spec, make_world, random_spec, random_world

from benchmarks.replanning import stopped
from grounding.logic.history import History
from grounding.logic.spec import HierarchicalSpec, Rule
from grounding.state import initial_state
from grounding.world import World
from grounding.worldfile import load_world
from planners.check import check, replay
from planners.hltl import plan, replan
from planners.hltl.memory import Memory
from planners.plan import PlanResult, PlanStatus, TeamPlan
from planners.situation import Situation


@pytest.fixture(scope="module")
def office() -> World:
    return load_world("office")


def first(spec: HierarchicalSpec, world: World) -> TeamPlan:
    result = plan(spec, world)
    assert result.plan is not None, result.message
    return result.plan


def sound(result: PlanResult, spec: HierarchicalSpec, world: World, situation: Situation) -> TeamPlan:
    assert result.plan is not None, result.message
    verdict = check(result.plan, spec, world, situation)
    assert verdict.ok, verdict.problems
    assert not set(result.plan.assignment) & set(situation.done)
    return result.plan


def lose(situation: Situation, robot: str) -> Situation:
    robots = situation.state.robots
    state = replace(situation.state, robots={**robots, robot: replace(robots[robot], alive=False)})
    return replace(situation, state=state)


def test_a_lost_robot_is_replaced_and_nobody_else_is_disturbed(office: World) -> None:
    tied = [["robot_1"], ["robot_2", "robot_4"], ["robot_3"]]
    spec = make_spec(["F at.self.m1", "F at.self.lobby", "F at.self.kitchen"], robots=tied)
    team = first(spec, office)
    gone = team.assignment["p0_2"]
    situation = lose(stopped(spec, office, team, 1), gone)
    result = replan(team, spec, office, situation, reason=f"{gone} is lost.")
    again = sound(result, spec, office, situation)
    assert (again.assignment["p0_1"], again.assignment["p0_3"]) == ("robot_1", "robot_3")
    assert again.assignment["p0_2"] != gone
    assert result.changes[0] == f"{gone} is lost."
    assert f"{again.assignment['p0_2']} takes over 'task 2' from {gone}: {gone} is lost." in result.changes
    assert result.changes[-1] == "robot_1 and robot_3 keep to their plans."


def test_nothing_changes_where_nothing_has_changed(office: World) -> None:
    spec = make_spec([f"F is.m{i}.photographed" for i in range(1, 7)])
    memory = Memory(office)
    team = plan(spec, office, memory=memory).plan
    assert team is not None
    situation = stopped(spec, office, team, team.makespan // 2)
    again = sound(replan(team, spec, office, situation, memory=memory), spec, office, situation)
    assert again.makespan <= team.makespan - team.makespan // 2 + 1
    stay = [team.assignment[leaf] == robot for leaf, robot in again.assignment.items()]
    assert sum(stay) >= len(stay) - 1


def test_a_leaf_under_way_goes_on_from_what_it_has_read() -> None:
    world = make_world((2, 2, 2), robots=[((0, 0), EVERYTHING)])
    spec = make_spec(["F at.self.r0 & F at.self.r2"])
    team = first(spec, world)
    inside = next(t for t, s in enumerate(replay(team, world)) if s.robots["robot_0"].cell in world.zones["r0"].cells)
    situation = stopped(spec, world, team, inside + 1)
    result = replan(team, spec, world, situation)
    again = sound(result, spec, world, situation)
    assert again.resumed == {"p0_1"}
    assert again.makespan == team.makespan - inside - 1
    anew = replace(situation, history=History())
    assert sound(replan(team, spec, world, anew), spec, world, anew).makespan >= again.makespan
    # Said to go on without a history, the same plan is wrong.
    assert "has not begun it" in " ".join(check(again, spec, world, anew).problems)


def test_a_rule_that_has_come_true_no_longer_binds() -> None:
    world = make_world((2, 2), robots=[((0, 0), EVERYTHING)])
    spec = make_spec(["F at.self.r0", "F at.self.r1", "F at.self.hall"], rules=["!at.any.r1 U at.any.r0"])
    team = first(spec, world)
    assert team.windows["p0_1"] < team.windows["p0_2"]
    situation = stopped(spec, world, team, team.windows["p0_1"][1])
    assert next(iter(situation.done)) in ("p0_1", "p0_3")
    again = sound(replan(team, spec, world, situation), spec, world, situation)
    assert again.makespan < team.makespan
    states = replay(again, world, situation.state)
    assert states[-1].robots["robot_0"].cell not in world.zones["r0"].cells


def test_a_rule_that_was_broken_on_the_way_is_named() -> None:
    world = make_world((2, 2), robots=[((0, 0), EVERYTHING)])
    spec = make_spec(["F at.self.r0"])
    team = first(spec, world)
    rule = Rule("rule_1", "G !at.any.hall", "stay out of the hall")
    strict = replace(
        spec, rules={"rule_1": rule}, levels=({**spec.levels[0], "rule_1": rule.formula}, *spec.levels[1:])
    )
    situation = stopped(strict, world, team, team.makespan - 1)
    result = replan(team, strict, world, situation)
    assert (result.status, result.conflict) == (PlanStatus.UNSATISFIABLE, ("stay out of the hall",))


def test_who_has_failed_is_used_only_where_nobody_else_can() -> None:
    world = make_world((3, 3), robots=[((0, 0), EVERYTHING), ((6, 0), EVERYTHING)])
    spec = make_spec(["F at.self.r0"])
    team = first(spec, world)
    assert team.assignment["p0_1"] == "robot_0"
    barred = replace(Situation.start(world), barred=frozenset({("p0_1", "robot_0")}))
    result = replan(team, spec, world, barred, reason="robot_0 cannot get in.")
    assert sound(result, spec, world, barred).assignment["p0_1"] == "robot_1"
    assert "robot_1 takes over 'task 1' from robot_0: robot_0 has failed at it." in result.changes
    alone = lose(barred, "robot_1")
    assert sound(replan(team, spec, world, alone), spec, world, alone).assignment["p0_1"] == "robot_0"


def test_new_tasks_and_new_rules_are_taken_in(office: World) -> None:
    old = make_spec(["F at.self.m1", "F at.self.kitchen"])
    team = first(old, office)
    new = make_spec(["F at.self.m1", "F at.self.kitchen", "F at.self.m6"], rules=["G !at.any.m3"])
    situation = stopped(old, office, team, 3)
    result = replan(team, new, office, situation, reason="New task: go to m6.")
    again = sound(result, new, office, situation)
    assert f"New: {again.assignment['p0_3']} will task 3." in result.changes
    assert {leaf: again.assignment[leaf] for leaf in ("p0_1", "p0_2")} == team.assignment


def test_an_alternative_whose_robot_is_lost_is_left_alone() -> None:
    world = make_world((3, 3), robots=[((0, 0), EVERYTHING), ((6, 0), EVERYTHING)])
    spec = make_spec(["F at.self.r0", "F at.self.r1"], root="F p0_1 | F p0_2", robots=[["robot_0"], ["robot_1"]])
    situation = lose(Situation.start(world), "robot_1")
    result = plan(spec, world, situation)
    assert sound(result, spec, world, situation).assignment == {"p0_1": "robot_0"}
    assert result.status is PlanStatus.OPTIMAL


@pytest.mark.parametrize("objective", ["makespan", "cost"])
def test_a_choice_of_several_tasks_whose_robot_is_lost_does_not_count_for_the_bound(objective: str) -> None:
    world = make_world((3, 3, 3), robots=[((0, 0), EVERYTHING), ((6, 0), EVERYTHING)])
    root = "F p0_1 & F p0_2 | F p0_1 & F p0_3 & F p0_2"
    formulas = ["F at.self.r0", "F at.self.r1", "F at.self.r2"]
    spec = make_spec(formulas, root=root.replace("F p0_2 |", "F p0_3 |"), robots=[[], ["robot_1"], []])
    situation = lose(Situation.start(world), "robot_1")
    result = plan(spec, world, situation, objective=objective)
    assert sound(result, spec, world, situation).assignment.keys() == {"p0_1", "p0_3"}


def test_who_is_pinned_keeps_tasks_and_their_order(office: World) -> None:
    rooms = ["m1", "m6", "kitchen", "lobby", "m3"]
    old = make_spec([f"F at.self.{room}" for room in rooms])
    team = first(old, office)
    new = make_spec([*(f"F at.self.{room}" for room in rooms), "F at.self.m2"])
    situation = stopped(old, office, team, 2)
    pinned = {leaf: robot for leaf, robot in team.assignment.items() if leaf not in situation.done}
    result = replan(team, new, office, situation, pinned=pinned)
    again = sound(result, new, office, situation)
    assert {leaf: again.assignment[leaf] for leaf in pinned} == pinned
    for robot in office.robots:
        was, now = ([leaf for leaf in sorted(p.windows, key=p.windows.__getitem__) if pinned.get(leaf) == robot]
                    for p in (team, again))  # fmt: skip
        assert was == now
    assert not any("keeps their tasks" in change for change in result.changes)


def test_pins_that_leave_no_plan_are_given_up_and_that_is_said() -> None:
    world = make_world((3, 3), robots=[((0, 0), EVERYTHING), ((6, 0), EVERYTHING)])
    spec = make_spec(["F at.self.r0", "F at.self.r1"])
    team = first(spec, world)
    situation = lose(Situation.start(world), "robot_0")
    result = replan(team, spec, world, situation, pinned=dict(team.assignment))
    again = sound(result, spec, world, situation)
    assert set(again.assignment.values()) == {"robot_1"}
    assert "No plan was found in which everybody keeps their tasks." in result.changes


def test_what_is_asked_for_comes_before_the_order_of_pinned_tasks(office: World) -> None:
    old = make_spec(["F at.self.m1", "F at.self.m2"], robots=[["robot_1"], ["robot_1"]])
    team = first(old, office)
    a, b = sorted(team.windows, key=team.windows.__getitem__)
    pair = (int(b[-1]), int(a[-1]))
    new = make_spec(["F at.self.m1", "F at.self.m2"], robots=[["robot_1"], ["robot_1"]], before=[pair])
    result = replan(team, new, office, Situation.start(office), pinned=dict(team.assignment))
    again = sound(result, new, office, Situation.start(office))
    assert again.windows[b] < again.windows[a]
    assert not any("keeps their tasks" in change for change in result.changes)


def test_a_conflict_with_a_new_rule_is_named(office: World) -> None:
    old = make_spec(["F at.self.kitchen"])
    team = first(old, office)
    new = make_spec(["F at.self.kitchen"], rules=["G !at.any.kitchen"])
    result = replan(team, new, office, stopped(old, office, team, 1))
    assert (result.status, result.conflict) == (PlanStatus.UNSATISFIABLE, ("task 1", "law 1"))


@pytest.mark.parametrize("seed", range(60))
def test_random_missions_cut_off_anywhere(seed: int) -> None:
    """The rest of any plan can be planned anew, soundly, and no worse than going on would be by much."""
    random = Random(seed)
    world = random_world(random)
    spec = random_spec(random, world)
    made = plan(spec, world, time_limit=5.0)
    if made.plan is None or made.plan.makespan == 0:
        return
    tick = random.randrange(made.plan.makespan)
    situation = stopped(spec, world, made.plan, tick)
    result = replan(made.plan, spec, world, situation, time_limit=5.0)
    again = sound(result, spec, world, situation)
    if result.lower_bound is not None:
        assert result.lower_bound <= again.makespan
    assert initial_state(world).robots.keys() == again.steps.keys()


@pytest.mark.parametrize("objective", ["makespan", "cost"])
@pytest.mark.parametrize("seed", range(40))
def test_no_plan_is_below_the_bound(seed: int, objective: str) -> None:
    random = Random(1000 + seed)
    world = random_world(random)
    spec = random_spec(random, world)
    results = [plan(spec, world, objective=o, time_limit=5.0) for o in ("makespan", "cost")]
    bound = plan(spec, world, objective=objective, time_limit=5.0).lower_bound
    for result in results:
        if result.plan is not None and bound is not None:
            assert bound <= (result.plan.makespan if objective == "makespan" else result.plan.cost)
