"""An edited mission is planned from where things stand, with what is done done."""

from __future__ import annotations

from random import Random

import pytest
from missions import random_world

from benchmarks.corrections.random_missions import Matter, random_edit, random_tree
from benchmarks.replanning import stopped
from grounding.errors import EditError
from grounding.logic.spec import HierarchicalSpec
from grounding.mission.amend import amend
from grounding.mission.edits import AddRule, AddTask, AddZone, Place
from grounding.mission.progress import Progress
from grounding.mission.specify import formula_name, specify
from grounding.mission.task import Task, TaskTree, TreeRule
from grounding.translate.controlled import translate
from grounding.world import World
from grounding.worldfile import load_world
from planners.check import check, replay
from planners.hltl import plan, replan
from planners.hltl.memory import Memory
from planners.plan import PlanResult, PlanStatus, TeamPlan
from planners.situation import Situation

PLANNED = (PlanStatus.OPTIMAL, PlanStatus.FEASIBLE)


def told(task: Task) -> str:
    return task.text


def where(tree: TaskTree, world: World, team: TeamPlan, tick: int) -> tuple[Situation, Progress]:
    spec = specify(tree, told)
    situation = stopped(spec, world, team, tick)
    tasks = {name: leaf.task for name, leaf in spec.leaves.items()}
    finished = {tasks[leaf]: robot for leaf, robot in situation.done.items()}
    return situation, Progress(finished, {tasks[leaf]: robot for leaf, robot in situation.history.robots.items()})


def test_the_towel_is_put_away_and_the_mug_is_not_washed_again() -> None:
    world = load_world("household")
    tree = translate("wash a mug, then turn on the desk lamp", world).tree
    towel = translate("put the towel in the laundry basket", world).tree
    assert tree is not None
    assert towel is not None
    memory = Memory(world)
    team = plan(specify(tree, world), world, memory=memory).plan
    assert team is not None
    situation, progress = where(tree, world, team, team.windows["p0_1"][1])
    assert progress.finished.keys() == {"1"}
    found = amend(tree, [AddTask(towel, Place.FIRST)], progress, world)
    spec = specify(found.tree, world, progress.finished)
    pinned = {leaf: robot for leaf, robot in team.assignment.items() if leaf != "p0_1"}
    result = replan(team, spec, world, situation, reason=found.account[0], pinned=pinned, memory=memory)
    assert result.plan is not None, result.message
    assert check(result.plan, spec, world, situation).ok
    assert result.plan.assignment.keys() == {"p0_3", "p0_2"}
    assert result.plan.windows["p0_3"][1] <= result.plan.windows["p0_2"][0]
    end = replay(result.plan, world, situation.state)[-1]
    assert end.things["towel"].support == "laundry_basket"
    doer = result.plan.assignment["p0_3"]
    assert result.changes[:2] == (
        "New: put the towel in the laundry basket, before everything else.",
        f"New: {doer} will put the towel in the laundry basket.",
    )


@pytest.mark.parametrize("seed", range(80))
def test_amending_and_planning_is_planning_the_amended_mission_from_where_things_stand(seed: int) -> None:
    random = Random(seed)
    world = random_world(random)
    rooms = list(world.rooms)
    goals = [f"at.self.{room}" for room in rooms] + [f"in.{thing}.{room}" for thing in world.things for room in rooms]
    goals += [f"is.{room}.photographed" for room in rooms]
    matter = Matter(tuple(goals), tuple(f"G(!at.any.{room})" for room in rooms), tuple(world.robots))
    tree = random_tree(random, matter, 4)
    team = plan(specify(tree, told), world, time_limit=5.0).plan
    if team is None:
        return
    situation, progress = where(tree, world, team, random.randint(0, team.makespan))
    try:
        amended = amend(tree, [random_edit(random, tree, progress, matter)], progress, world)
    except EditError:
        return
    spec = specify(amended.tree, told, progress.finished)
    pinned = {
        leaf: robot for leaf, robot in team.assignment.items()
        if leaf in map(formula_name, amended.kept) and leaf not in situation.done and random.random() < 0.7
    }  # fmt: skip
    fresh = plan(spec, world, situation, time_limit=5.0)
    again = replan(team, spec, world, situation, pinned=pinned, time_limit=5.0)
    assert (again.status in PLANNED) == (fresh.status in PLANNED), (again.message, fresh.message)
    for result in (fresh, again):
        sound(result, spec, world, situation)
    if again.plan is not None and "No plan was found in which everybody keeps their tasks." not in again.changes:
        assert {leaf: again.plan.assignment.get(leaf) for leaf in pinned} == pinned


def sound(result: PlanResult, spec: HierarchicalSpec, world: World, situation: Situation) -> None:
    if result.plan is None:
        return
    verdict = check(result.plan, spec, world, situation)
    assert verdict.ok, verdict.problems
    worked = {step.leaf for steps in result.plan.steps.values() for step in steps}
    assert not (worked | result.plan.assignment.keys()) & situation.done.keys()


def test_a_place_that_is_drawn_is_planned_around_with_the_memory_of_the_world_without_it() -> None:
    world = load_world("office")
    tree = translate("Go to the lobby. Take a photo in m1.", world).tree
    assert tree is not None
    memory = Memory(world)
    team = plan(specify(tree, world), world, memory=memory).plan
    assert team is not None
    start = Situation.start(world)
    free = {robot.cell for robot in start.state.robots.values()}
    way = [cell for steps in team.steps.values() for step in steps for cell in step.path if cell not in free]
    spill = frozenset({way[len(way) // 2]})
    rule = TreeRule("G(!at.any.spill)", "stay out of the spill")
    amended = amend(tree, [AddZone("spill", spill), AddRule(rule)], Progress(), world)
    drawn = amended.world
    assert drawn is not None
    spec = specify(amended.tree, drawn)
    moved = memory.moved(drawn)
    assert moved is not memory
    assert memory.moved(world) is memory
    result = replan(team, spec, drawn, start, memory=moved)
    assert result.plan is not None, result.message
    cells = {cell for steps in result.plan.steps.values() for step in steps for cell in step.path}
    assert not cells & spill
    assert {arg for steps in result.plan.steps.values() for step in steps for arg in step.args} <= world.zones.keys()
    wiped = plan(specify(tree, world), world, memory=moved.moved(world)).plan
    assert wiped is not None
    assert wiped.makespan == team.makespan
