"""Missions that are changed while robots carry them out, played through with the kinematic twin."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from random import Random

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from missions import random_world
from playing import OFFICE, Play

from grounding.logic.formula import accepts
from grounding.logic.history import joined, letter
from grounding.mission.specify import formula_name, specify
from grounding.mission.task import Literal, NodeState, Task, TaskTree, TreeRule
from grounding.state import Proposition
from grounding.worldfile import load_world
from heed.mission import Limits, Phase
from heed.pipeline import make_plan
from heed.progress import LeafState
from sim.faults import FaultPlan
from sim.protocol import SkillResult, SkillStatus

TABLE = load_world("table")


def task(number, goal, robots=()):
    literal = Literal(Proposition.parse(goal.lstrip("!")), not goal.startswith("!"))
    return Task(str(number), goal, (literal,), robots=tuple(robots))


def tree_of(tasks, order=(), rules=(), revision=0):
    """A tree of tasks in any order but where pairs of their ids say otherwise."""
    at = {one.id: place for place, one in enumerate(tasks)}
    pairs = tuple(sorted((at[a], at[b]) for a, b in order if a in at and b in at))
    return TaskTree("test", "L1", Task("0", "test", children=tuple(tasks), order=pairs, rules=tuple(rules)), revision)


def goals_of(world):
    """What can be asked for in a world."""
    rooms, doors = list(world.rooms), [d.id for d in world.doors.values() if d.closable]
    goals = [f"at.self.{room}" for room in rooms]
    if world.capable("photograph"):
        goals += [f"is.{room}.photographed" for room in rooms]
    goals += [f"is.{door}.open" for door in doors]
    goals += [f"in.{thing.id}.{room}" for thing in world.things.values() for room in rooms
              if {"pushable", "portable"} & set(thing.properties)]  # fmt: skip
    if not rooms:
        plates = [t.id for t in world.things.values() if t.kind == "plate"]
        goals += [f"on.{t.id}.{plate}" for t in world.things.values() if "portable" in t.properties for plate in plates]
    return goals


def rules_of(world):
    """Rules that a team may have to keep."""
    rooms = list(world.rooms)
    rules = [f"G !at.any.{room}" for room in rooms]
    if world.capable("photograph"):
        rules += [f"G(is.any.camera_on -> !at.any.{room})" for room in rooms]
    return rules


@st.composite
def changes(draw):
    """A world, a mission, and what it is changed to, when, and how long that takes."""
    kind = draw(st.sampled_from(["office", "table", "small", "small"]))
    random = Random(draw(st.integers(0, 10**9)))
    world = {"office": OFFICE, "table": TABLE}.get(kind) or random_world(random)
    goals = goals_of(world)
    count = random.randint(2, 5)
    chosen = random.sample(goals, min(count + 2, len(goals)))
    names = list(world.robots)
    tasks = [
        task(i, goal, random.sample(names, 1) if random.random() < 0.3 else ()) for i, goal in enumerate(chosen, 1)
    ]
    order = [(a.id, b.id) for a, b in combinations(tasks, 2) if random.random() < 0.2]
    rules = rules_of(world) if random.random() < 0.4 else []
    rules = [TreeRule(rule, rule, "rule_1") for rule in random.sample(rules, min(1, len(rules)))]
    return world, tasks, order, rules, random


def amended_tree(mission, extra, order, rules, random):
    """The tree with one task dropped and one more, in front or behind."""
    tasks = list(mission.tree.root.children)
    open_ = [one for one in tasks if formula_name(one.id) not in mission.done]
    if open_ and random.random() < 0.6:
        tasks.remove(random.choice(open_))
    if not tasks or random.random() < 0.7:
        tasks.insert(random.choice([0, len(tasks)]), extra)
    if extra in tasks and random.random() < 0.3 and len(tasks) > 1:
        order = [*order, (extra.id, random.choice([t.id for t in tasks if t is not extra]))]
    if rules and random.random() < 0.3:
        rules = []
    return tree_of(tasks, order, rules, mission.tree.revision + 1)


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck), derandomize=True)
@given(changes())
def test_a_mission_changed_at_any_moment_is_carried_out_without_a_stop(case) -> None:
    world, tasks, order, rules, random = case
    play = Play("", world=world, tree=tree_of(tasks[:-2], order, rules))
    mission = play.mission
    assume(mission.phase is Phase.RUNNING)
    play.late_halts = random.choice([0, 0, 1, 3])
    interrupted: set[str] = set()
    before: dict[str, str] = {}
    for extra in tasks[-2:]:
        for _ in range(random.randint(0, 120)):
            if mission.phase is Phase.RUNNING:
                play.turn()
        assume(mission.phase is Phase.RUNNING)
        before = dict(mission.done)
        sent, busy = len(play.commands), sorted(mission.running)
        interrupt = random.sample(busy, 1) if busy and random.random() < 0.5 else []
        interrupted |= set(interrupt)
        play.amend(amended_tree(mission, extra, order, rules, random), interrupt, random.choice([0, 1, 3, 10]))
        assert mission.phase is Phase.RUNNING, mission.reason
    while mission.phase not in (Phase.FINISHED, Phase.FAILED):
        assert mission.phase is Phase.RUNNING, mission.reason
        assert mission.state.time < 900, "the mission does not end"
        play.turn()
    assert mission.phase is Phase.FINISHED, mission.reason
    finished = {leaf for leaf, progress in mission.status().leaves.items() if progress.state is LeafState.FINISHED}
    assert finished == set(mission.spec.leaves)
    assert before.items() <= mission.done.items() | {(a, b) for a, b in before.items() if a not in finished}
    assert not {command.leaf for command in play.commands[sent:]} & set(before)
    assert set(play.halted) <= interrupted
    broken = [r for r in play.results if r.status is not SkillStatus.SUCCESS]
    assert {r.command.robot for r in broken if r.status is SkillStatus.CANCELED} <= interrupted
    assert not [r for r in broken if r.status is not SkillStatus.CANCELED]
    for seen in play.observations:
        for a, b in combinations(world.robots, 2):
            assert not world.conflict(a, seen.robots[a].cell, b, seen.robots[b].cell)
    for rule in mission.spec.rules.values():
        assert accepts(rule.formula, joined((), (letter(rule.formula, "", world, s) for s in play.observations)))


def test_who_is_not_concerned_does_not_notice() -> None:
    tasks = [task(1, "at.self.m1", ["robot_1"]), task(2, "at.self.m6", ["robot_2"])]
    alone = Play("", tree=tree_of(tasks))
    alone.run()
    for moment in range(2, 60, 7):
        play = Play("", tree=tree_of(tasks))
        for _ in range(moment):
            play.turn()
        kept = [replace(tasks[1], goal=task(2, "at.self.kitchen").goal), tasks[0]]
        assert play.amend(tree_of(kept), ["robot_2"])
        play.run()
        way = [(s.time, s.robots["robot_1"].pose) for s in play.observations]
        assert way[: len(alone.observations)] == [
            (s.time, s.robots["robot_1"].pose) for s in alone.observations[: len(way)]
        ]


def two_ways(limits=None):
    """Two robots on their way for a while."""
    tasks = [task(1, "at.self.m1", ["robot_1"]), task(2, "at.self.m6", ["robot_2"])]
    play = Play("", tree=tree_of(tasks), limits=limits)
    while len(play.mission.running) < 2:
        play.turn()
    for _ in range(20):
        play.turn()
    return play, tasks


def test_a_robot_that_is_paused_stands_and_the_others_go_on() -> None:
    play, _ = two_ways(Limits(stall_s=20.0))
    mission = play.mission
    mission.hold(["robot_2"])
    play.halt(["robot_2"])
    for _ in range(700):  # longer than any mission without progress is waited for
        play.turn()
    assert mission.phase is Phase.RUNNING
    assert set(mission.done.values()) == {"robot_1"}
    assert mission.sentence == "robot_2 is paused"
    assert mission.nodes()["2"].sentence == "robot_2 is paused"
    assert not mission.needs_plan
    mission.free(["robot_2"])
    assert mission.needs_plan == "robot_2 goes on"
    assert play.run().phase is Phase.FINISHED
    assert play.halted == ["robot_2"]


def test_a_robot_that_is_paused_without_a_halt_finishes_what_it_does() -> None:
    play, _ = two_ways()
    mission = play.mission
    mission.hold(["robot_2"])
    sent = len(play.commands)
    while "robot_2" in mission.running:
        play.turn()
    assert all(result.status is SkillStatus.SUCCESS for result in play.results)
    assert "robot_2" not in {command.robot for command in play.commands[sent:]}
    mission.free(["robot_2"])
    assert not mission.needs_plan
    assert play.run().phase is Phase.FINISHED
    assert play.plans == 1


def test_who_waits_for_a_paused_robot_says_so() -> None:
    play = Play("robot one takes a photo in m1, then robot two takes a photo in m2")
    mission = play.mission
    while "robot_1" not in mission.running:
        play.turn()
    mission.hold(["robot_1"])
    play.halt(["robot_1"])
    for _ in range(400):
        play.turn()
    second = mission.nodes()["2"]
    assert second.sentence == "robot_2 waits for robot_1, which is paused"
    assert mission.nodes()["1"].sentence == "robot_1 is paused"
    mission.free(["robot_1"])
    assert play.run().phase is Phase.FINISHED


def test_a_late_result_of_an_interrupted_command_does_no_harm() -> None:
    play, tasks = two_ways()
    mission = play.mission
    old = mission.running["robot_2"]
    tree = tree_of([*tasks[:1], task(3, "at.self.m4", ["robot_2"])], revision=1)
    orders = mission.amend(tree, specify(tree, OFFICE), interrupt=["robot_2"])
    assert orders.stop == ("robot_2",)
    assert mission.status().revision == 0  # nobody hears of a change before there is a plan for it
    situation, outstanding = mission.live_situation()
    assert set(outstanding) == {"robot_1"}
    result = make_plan(mission.spec, OFFICE, situation, previous=mission.plan)
    assert mission.adopt(result.plan, outstanding)
    assert mission.status().revision == 1
    for _ in range(3):
        assert "robot_2" not in {command.robot for command in mission.advance().start}
        assert mission.advance().stop == ("robot_2",)
    play.halt(["robot_2"])
    play.turn()
    mission.ended(SkillResult(old, SkillStatus.EXECUTION_FAILURE, "late", mission.state.time))
    assert play.run().phase is Phase.FINISHED
    assert list(mission.done) == ["p0_1", "p0_3"] or list(mission.done) == ["p0_3", "p0_1"]


def test_a_plan_made_before_things_changed_again_is_not_taken() -> None:
    play, tasks = two_ways()
    mission = play.mission
    tree = tree_of(tasks[:1])
    mission.amend(tree, specify(tree, OFFICE))
    situation, outstanding = mission.live_situation()
    result = make_plan(mission.spec, OFFICE, situation, previous=mission.plan)
    tree = tree_of([*tasks[:1], task(3, "at.self.m4")])
    mission.amend(tree, specify(tree, OFFICE))
    assert not mission.adopt(result.plan, outstanding)
    assert mission.needs_plan
    assert play.run().phase is Phase.FINISHED
    assert set(mission.done) == {"p0_1", "p0_3"}


def test_a_change_for_which_there_is_no_plan_is_taken_back() -> None:
    play, tasks = two_ways()
    mission = play.mission
    before = mission.status().leaves
    tree = tree_of([*tasks, task(3, "at.self.m4")], rules=[TreeRule("G !at.any.m4", "never m4", "rule_1")], revision=1)
    assert not play.amend(tree, ["robot_2"])
    assert mission.tree.revision == 0
    assert mission.status().leaves == before
    assert play.run().phase is Phase.FINISHED
    assert set(mission.done) == {"p0_1", "p0_2"}


def test_a_robot_lost_while_the_plan_is_made_is_replaced() -> None:
    tasks = [task(1, "is.m1.photographed"), task(2, "at.self.m6", ["robot_2"])]
    play = Play("", FaultPlan(lose_robot=("robot_1", 3.0)), tree=tree_of(tasks))
    while play.mission.state.time < 2.8:
        play.turn()
    assert play.mission.running["robot_1"]
    play.amend(tree_of([*tasks, task(3, "is.m2.photographed")]), turns=5)
    mission = play.run()
    assert mission.phase is Phase.FINISHED
    assert "robot_1" not in mission.done.values()


def test_a_skill_that_fails_while_the_plan_is_made_is_tried_again() -> None:
    tasks = [task(1, "is.m1.photographed", ["robot_1"]), task(2, "at.self.m6", ["robot_2"])]
    fail = FaultPlan(scripted=(("photograph", 1, SkillStatus.EXECUTION_FAILURE),))
    play = Play("", fail, tree=tree_of(tasks))
    while "photograph" not in {command.skill for command in play.mission.running.values()}:
        play.turn()
    assert play.amend(tree_of([*tasks, task(3, "at.self.m4")]), turns=60)
    assert [r.status for r in play.results if r.command.skill == "photograph"] == [SkillStatus.EXECUTION_FAILURE]
    mission = play.run()
    assert mission.phase is Phase.FINISHED
    assert [command.skill for command in play.commands].count("photograph") == 2


def test_what_is_done_is_neither_lost_nor_done_again() -> None:
    tasks = [task(1, "at.self.m1", ["robot_1"]), task(2, "is.m1.photographed", ["robot_1"])]
    play = Play("", tree=tree_of(tasks, [("1", "2")]))
    mission = play.mission
    while "p0_1" not in mission.done:
        play.turn()
    sent = len(play.commands)
    front = [task(3, "at.self.corridor", ["robot_1"]), *tasks]
    assert play.amend(tree_of(front, [("1", "2"), ("3", "2")]))
    assert mission.nodes()["1"].state is NodeState.DONE
    assert play.run().phase is Phase.FINISHED
    assert "p0_1" not in {command.leaf for command in play.commands[sent:]}
    assert list(mission.done) == ["p0_1", "p0_3", "p0_2"]
