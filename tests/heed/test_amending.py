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
from grounding.mission.specify import formula_name
from grounding.mission.task import Literal, Task, TaskTree, TreeRule
from grounding.state import Proposition
from grounding.worldfile import load_world
from heed.mission import Phase
from heed.progress import LeafState
from sim.protocol import SkillStatus

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
    goals += [f"{sign}is.{door}.open" for door in doors for sign in ("", "!")]
    goals += [f"in.{thing.id}.{room}" for thing in world.things.values() for room in rooms
              if {"pushable", "portable"} & set(thing.properties)]  # fmt: skip
    if not rooms:
        plates = [t.id for t in world.things.values() if t.kind == "plate"]
        goals += [f"on.{t.id}.{plate}" for t in world.things.values() if "portable" in t.properties for plate in plates]
    return goals


def rules_of(world):
    """Rules that a team may have to keep."""
    rooms = list(world.rooms)
    rules = [f"G(at.any.{a} -> !at.any.{b})" for a, b in combinations(rooms, 2)]
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
    chosen = random.sample(goals, min(count + 1, len(goals)))
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


@settings(deadline=None, max_examples=80, suppress_health_check=list(HealthCheck), derandomize=True)
@given(changes())
def test_a_mission_changed_at_any_moment_is_carried_out_without_a_stop(case) -> None:
    world, tasks, order, rules, random = case
    play = Play("", world=world, tree=tree_of(tasks[:-1], order, rules))
    mission = play.mission
    assume(mission.phase is Phase.RUNNING)
    play.late_halts = random.choice([0, 0, 1, 3])
    for _ in range(random.randint(0, 120)):
        play.turn()
        if mission.phase is not Phase.RUNNING:
            break
    assume(mission.phase is Phase.RUNNING)
    assume(not play.results or all(r.status is SkillStatus.SUCCESS for r in play.results))
    before, busy = dict(mission.done), set(mission.running)
    interrupt = set(random.sample(sorted(busy), 1)) if busy and random.random() < 0.5 else set()
    sent = len(play.commands)
    play.amend(amended_tree(mission, tasks[-1], order, rules, random), interrupt, random.choice([0, 1, 3, 10]))
    while mission.phase not in (Phase.FINISHED, Phase.FAILED):
        assert mission.phase is Phase.RUNNING, mission.reason
        assert mission.state.time < 900, "the mission does not end"
        play.turn()
    assert mission.phase is Phase.FINISHED, mission.reason
    finished = {leaf for leaf, progress in mission.status().leaves.items() if progress.state is LeafState.FINISHED}
    assert finished == set(mission.spec.leaves)
    assert before.items() <= mission.done.items() | {(a, b) for a, b in before.items() if a not in finished}
    assert not {command.leaf for command in play.commands[sent:]} & set(before)
    assert set(play.halted) <= interrupt
    broken = [r for r in play.results if r.status is not SkillStatus.SUCCESS]
    assert {r.command.robot for r in broken if r.status is SkillStatus.CANCELED} <= interrupt
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
