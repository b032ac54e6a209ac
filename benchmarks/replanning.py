"""How long it takes to plan the rest of a mission anew, and how good that is, after random changes.

A mission of up to ten leaves is planned, carried out tick by tick up to a random moment, and then
something changes. The rest is planned anew from there, with the memory of the planner that made
the first plan (as in the running planner node), and beside it from scratch with nothing known.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.commands import MISSIONS
from benchmarks.measure import SEED, spread
from grounding.logic.history import History
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.state import passable
from grounding.world import MOVABLE, World
from grounding.worldfile import load_world
from heed.pipeline import understand
from planners.check import check, replay
from planners.hltl import plan, replan
from planners.hltl.memory import Memory
from planners.plan import PlanResult, TeamPlan
from planners.situation import Situation

LONG = (
    *MISSIONS,
    (
        "office",
        "Take a photo in m1, m2, m3, m4, m5 and m6. robot 1 goes to d1. robot 2 goes to d2. "
        "Deliver a document from desk d5 to desk d3. Guide the person waiting at desk d11 to m6.",
    ),
    ("office", "Bring the report to desk d1, then go to the lobby. Take a photo in each meeting room."),
    ("office", "Push the chair to m3. Put the red mug on the kitchen table. Take a photo in m2 or take a photo in m5."),
)
#: How often each mission is cut off by each kind of change.
ROUNDS = 12
#: Seconds that planning from scratch may take.
SCRATCH_S = 10.0


@dataclass(frozen=True)
class Change:
    """What has happened.

    Attributes:
        kind: In a word.
        reason: In a sentence.
        spec: What is asked for now.
        situation: Where the mission stands now.
    """

    kind: str
    reason: str
    spec: HierarchicalSpec
    situation: Situation


def run() -> dict[str, Any]:
    """Re-plans after every kind of change."""
    random = np.random.default_rng(SEED)
    rows: list[dict[str, Any]] = []
    for world_name, text in LONG:
        world = load_world(world_name)
        spec = understand(text, world).spec
        assert spec is not None, text
        memory = Memory(world)
        first = plan(spec, world, memory=memory, time_limit=SCRATCH_S).plan
        assert first is not None, text
        for _ in range(ROUNDS):
            for change in changes(spec, world, first, random):
                row = measure(first, change, world, memory)
                if row is not None:
                    rows.append({"mission": f"{world_name}: {text}", **row})
    kinds = sorted({row["kind"] for row in rows})
    return {
        "rows": rows,
        "cpu_s": spread([row["cpu_s"] for row in rows]),
        "scratch_cpu_s": spread([row["scratch_cpu_s"] for row in rows]),
        "ratio": spread([row["ratio"] for row in rows]),
        "mean_ratio": float(np.mean([row["ratio"] for row in rows])),
        "by_kind": {
            kind: {
                "n": len(own := [row for row in rows if row["kind"] == kind]),
                "cpu_s_p50": float(np.median([row["cpu_s"] for row in own])),
                "cpu_s_max": max(row["cpu_s"] for row in own),
                "mean_ratio": float(np.mean([row["ratio"] for row in own])),
                "robots_kept": float(np.mean([row["kept"] for row in own])),
            }
            for kind in kinds
        },
        "unsolved": [row for row in rows if not row["solved"]],
    }


def changes(spec: HierarchicalSpec, world: World, first: TeamPlan, random: np.random.Generator) -> Iterator[Change]:
    """One change of each kind that makes sense at a random moment of a plan."""
    tick = int(random.integers(1, max(2, first.makespan)))
    situation = stopped(spec, world, first, tick)
    open_leaves = [leaf for leaf in first.assignment if leaf not in situation.done]
    if not open_leaves:
        return
    leaf = str(random.choice(open_leaves))
    robot = first.assignment[leaf]
    state = situation.state
    yield Change("delay", "The robots were held up", spec, situation)
    lost = replace(state, robots={**state.robots, robot: replace(state.robots[robot], alive=False)})
    history = History(situation.history.read, {k: r for k, r in situation.history.robots.items() if r != robot})
    yield Change("lost robot", f"{robot} is lost", spec, replace(situation, state=lost, history=history))
    barred = replace(situation, barred=frozenset({(leaf, robot)}))
    yield Change("failed skill", f"{robot} has failed", spec, barred)
    rooms = sorted(world.rooms)
    room = str(random.choice(rooms))
    rule = Rule("rule_new", f"G !at.any.{room}", f"never enter {room}")
    yield Change("new rule", f"New rule: {rule.text}", with_rule(spec, rule), situation)
    goal = str(random.choice(rooms))
    name = f"{spec.root}_new"
    extra = Leaf(name, f"F at.self.{goal}", f"go to {goal}")
    if spec.root not in spec.leaves:
        yield Change("new task", f"New task: {extra.text}", with_leaf(spec, extra), situation)
    moved = elsewhere(world, situation, random)
    if moved is not None:
        yield Change("moved object", "Somebody has moved something", spec, moved)


def stopped(spec: HierarchicalSpec, world: World, first: TeamPlan, tick: int) -> Situation:
    """Where a mission stands when its plan is cut off at a tick."""
    history = History()
    states = replay(first, world)[: tick + 1]
    for now, state in enumerate(states):
        busy = {leaf: first.assignment[leaf] for leaf, (a, b) in first.windows.items() if a <= now < b}
        history = history.after(state, spec, world, busy)
    ended = sorted((b, leaf) for leaf, (_, b) in first.windows.items() if b <= tick)
    return Situation(states[-1], {leaf: first.assignment[leaf] for _, leaf in ended}, history)


def with_rule(spec: HierarchicalSpec, rule: Rule) -> HierarchicalSpec:
    """A mission with one more rule."""
    levels = ({**spec.levels[0], rule.name: rule.formula}, *spec.levels[1:])
    return replace(spec, levels=levels, rules={**spec.rules, rule.name: rule})


def with_leaf(spec: HierarchicalSpec, leaf: Leaf) -> HierarchicalSpec:
    """A mission with one more task right below the root."""
    top = {**spec.levels[0], spec.root: f"({spec.levels[0][spec.root]}) & F {leaf.name}"}
    levels = (top, {**spec.levels[1], leaf.name: leaf.formula}, *spec.levels[2:])
    children = {**spec.children, spec.root: (*spec.children[spec.root], leaf.name)}
    return replace(spec, levels=levels, children=children, leaves={**spec.leaves, leaf.name: leaf})


def elsewhere(world: World, situation: Situation, random: np.random.Generator) -> Situation | None:
    """The situation with a thing that nobody holds in another free cell of the floor."""
    state = situation.state
    loose = [
        name for name, thing in world.things.items()
        if thing.properties & MOVABLE and not state.things[name].held_by and not state.things[name].support
    ]  # fmt: skip
    taken = {robot.cell for robot in state.robots.values()} | {thing.cell for thing in state.things.values()}
    free = [cell for room in world.rooms.values() for cell in sorted(room.cells) if passable(world, state, cell)]
    cells = [cell for cell in free if cell not in taken]
    if not loose or not cells:
        return None
    thing, cell = str(random.choice(loose)), cells[int(random.integers(len(cells)))]
    things = {**state.things, thing: replace(state.things[thing], cell=cell)}
    return replace(situation, state=replace(state, things=things))


def measure(first: TeamPlan, change: Change, world: World, memory: Memory) -> dict[str, Any] | None:
    """CPU seconds and makespans of both ways; None where planning from scratch finds nothing either."""
    situation = change.situation
    again, cpu = timed(lambda: replan(first, change.spec, world, situation, reason=change.reason, memory=memory))
    scratch, scratch_cpu = timed(lambda: plan(change.spec, world, situation, time_limit=SCRATCH_S))
    if scratch.plan is None:
        return None
    solved = again.plan is not None
    if again.plan is not None:
        verdict = check(again.plan, change.spec, world, situation)
        assert verdict.ok, verdict.problems
    spans = [result.plan.makespan if result.plan else np.inf for result in (again, scratch)]
    return {
        "kind": change.kind,
        "leaves": len(scratch.plan.assignment),
        "cpu_s": cpu,
        "scratch_cpu_s": scratch_cpu,
        "ratio": (spans[0] + 1) / (spans[1] + 1) if solved else 9.0,
        "solved": solved,
        "kept": kept(first, again.plan) if again.plan else 0.0,
    }


def kept(first: TeamPlan, again: TeamPlan) -> float:
    """Share of the leaves that are left which stay with their robot."""
    stay = [first.assignment.get(leaf) == robot for leaf, robot in again.assignment.items()]
    return float(np.mean(stay)) if stay else 1.0


def timed(work: Any) -> tuple[PlanResult, float]:
    """What some work answers, and the CPU seconds it took."""
    began = time.process_time()
    result = work()
    return result, time.process_time() - began
