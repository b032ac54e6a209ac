"""How long an edit of a running mission takes to become a checked plan, and whether finished work is ever done again.

``python -m benchmarks.corrections.edits`` writes ``benchmarks/results/corrections_edits.json``.

Missions of ten tasks are planned, carried out tick by tick up to a random moment, and edited there
in every way. Measured is the processor time of all that follows the words: amend, specify, replan
(with its validation) and check, with the memory of the planner that made the first plan, and with
Python's collector held back until the answer is there, as in the planner node. Robots that an edit
does not speak of are pinned to their tasks.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from benchmarks.corrections.random_missions import Matter, random_edit, random_progress, random_tree
from benchmarks.measure import SEED, machine
from benchmarks.replanning import stopped
from grounding.errors import EditError
from grounding.mission.amend import Amended, amend
from grounding.mission.edits import (
    AddRule,
    AddTask,
    AddZone,
    DropRule,
    DropTask,
    DropZone,
    Edit,
    Place,
    Reassign,
    Reorder,
    Repeat,
    ReplaceGoal,
    Undo,
)
from grounding.mission.progress import Progress
from grounding.mission.specify import formula_name, specify
from grounding.mission.task import Literal, Task, TaskTree, TreeRule
from grounding.state import Proposition
from grounding.translate.controlled import translate
from grounding.world import World
from grounding.worldfile import load_world
from planners.check import check
from planners.collector import uncollected
from planners.hltl import plan, replan
from planners.hltl.memory import Memory
from planners.plan import PlanResult, TeamPlan
from planners.situation import Situation

RESULT = Path(__file__).resolve().parents[1] / "results" / "corrections_edits.json"
#: How often each mission is cut off and edited in every way, and how many random edits follow one another.
ROUNDS, RANDOM_EDITS = 6, 2000
#: Wall seconds for the first plan, and for each plan after an edit.
FIRST_S, AGAIN_S = 20.0, 2.0

MISSIONS: Mapping[str, tuple[str, ...]] = {
    "office": (
        "Take a photo in m1, m2, m3, m4, m5 and m6. Robot 1 goes to d1. Robot 2 goes to d2. "
        "Deliver a document from desk d5 to desk d3. Guide the person waiting at desk d11 to m6.",
        "Take a photo in each meeting room, then go to the lobby. Bring the report to desk d1, then go to the kitchen. "
        "Put the red mug on the kitchen table.",
        "Go to m1, then go to m2, then go to m3. Take a photo in m4 or take a photo in m5. Switch on the printer. "
        "Put the blue mug in the bin. Push the chair to m3. Go to the kitchen, then go to the lobby.",
    ),
    "table": (
        "First put the green apple and the orange on the yellow plate in any order, "
        "then put the carrot and the red apple on the blue plate. Put the lemon on the white plate. "
        "Put the banana and the tomato on the red plate. Put the potato and the cucumber on the green plate. "
        "Pick up the lemon.",
        "Put the lemon on the white plate, then put the banana on the red plate, then put the tomato on the green "
        "plate. Put the potato on the blue plate. Put the carrot on the blue plate. Put the cucumber on the yellow "
        "plate. Put the orange on the red plate. Put the green apple on the white plate. Put the red apple on the "
        "green plate. Pick up the banana.",
    ),
    "household": (
        "Wash the mug, then turn on the desk lamp. Put the towel in the laundry basket. Put the book on the bed. "
        "Put the apple in the fridge. Put the newspaper on the coffee table. Turn on the television. "
        "Put the keys on the side table. Put the pillow on the sofa. Put the candle on the bathroom counter.",
        "Go to the kitchen, then go to the hall. Put the fork on the table. Put the knife on the table. "
        "Put the spoon on the table. Put the plate on the table, then put the bread on the table. "
        "Turn on the toaster. Turn on the floor lamp. Put the laptop on the desk.",
    ),
}
#: What is said to the running mission.
MORE: Mapping[str, tuple[str, ...]] = {
    "office": ("Take a photo in m2.", "Go to desk d4.", "Bring the parcel to the lobby.", "Close the kitchen door."),
    "table": ("Put the cucumber on the red plate.", "Put the orange on the white plate.", "Pick up the tomato."),
    "household": ("Put the towel in the laundry basket.", "Turn on the stove.", "Put the pen on the desk."),
}


@dataclass(frozen=True)
class Running:
    """A mission that is under way.

    Attributes:
        world: The world, with places drawn so far.
        tree: The mission.
        plan: Its plan.
        situation: Where it stands.
        progress: The same by task.
        memory: Of the planner.
    """

    world: World
    tree: TaskTree
    plan: TeamPlan
    situation: Situation
    progress: Progress
    memory: Memory

    @property
    def leaves(self) -> dict[str, Task]:
        """Tasks that are not done, by id."""
        return {t.id: t for t in self.tree.root.walk() if t.is_leaf and t.id not in self.progress.finished}


def run() -> dict[str, Any]:
    """Both measurements."""
    rows = list(edits())
    slowest = sorted(rows, key=lambda row: -float(row["cpu_s"]))[:20]
    return {"edits": summary(rows), "again": again(), "slowest": slowest}


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Processor seconds of all edits, by kind and by world."""
    groups: dict[str, list[dict[str, Any]]] = {"all": rows}
    for row in rows:
        for key in ("kind", "world"):
            groups.setdefault(f"{key}: {row[key]}", []).append(row)
    stages = [key for key in rows[0] if key.endswith("_s") and key != "cpu_s"]
    return {
        name: {
            "n": len(own),
            "cpu_s_p50": float(np.percentile([row["cpu_s"] for row in own], 50)),
            "cpu_s_p99": float(np.percentile([row["cpu_s"] for row in own], 99)),
            "cpu_s_max": max(row["cpu_s"] for row in own),
            "stages_p50": {stage: float(np.percentile([row[stage] for row in own], 50)) for stage in stages},
            "status": dict(Counter(row["status"] for row in own)),
            "pins_kept": float(np.mean([row["pins_kept"] for row in own])),
        }
        for name, own in groups.items()
    }


def edits() -> Iterator[dict[str, Any]]:
    """Every mission edited in every way at random moments."""
    for world_name, texts in MISSIONS.items():
        world = load_world(world_name)
        more = [understood(text, world) for text in MORE[world_name]]
        memory = Memory(world)
        for text in texts:
            tree = understood(text, world)
            first = plan(specify(tree, world), world, memory=memory, time_limit=FIRST_S).plan
            assert first is not None, text
            for seed in range(ROUNDS):
                random = Random(f"{SEED}/{text}/{seed}")
                running = cut_off(world, tree, first, random, memory)
                for kind, make in KINDS.items():
                    row = measured(kind, make, running, more, random)
                    if row is not None:
                        yield {"world": world_name, "mission": text, "seed": seed, **row}


def understood(text: str, world: World) -> TaskTree:
    """The task tree of an instruction."""
    found = translate(text, world)
    assert found.tree is not None, found.message
    return found.tree


def cut_off(world: World, tree: TaskTree, first: TeamPlan, random: Random, memory: Memory) -> Running:
    """A mission at a random moment of its plan, in its first three quarters."""
    spec = specify(tree, world)
    situation = stopped(spec, world, first, random.randrange(1, max(2, 3 * first.makespan // 4)))
    finished = {spec.leaves[leaf].task: robot for leaf, robot in situation.done.items()}
    active = {spec.leaves[leaf].task: robot for leaf, robot in situation.history.robots.items()}
    return Running(world, tree, first, situation, Progress(finished, active), memory)


Make = Callable[[Running, list[TaskTree], Random], list[Edit] | None]


def measured(kind: str, make: Make, running: Running, more: list[TaskTree], random: Random) -> dict[str, Any] | None:
    """One edit carried out and planned; None where it makes no sense here."""
    if kind.startswith(("drop rule", "drop zone")):
        before = KINDS["add rule" if kind == "drop rule" else "add zone and rule"](running, more, random)
        assert before is not None
        running = applied(running, before)
    changes = make(running, more, random)
    if changes is None:
        return None
    try:
        amended, result, pinned, times = answered(running, changes)
    except EditError:
        return None
    kept = result.plan is None or all(result.plan.assignment.get(leaf) == robot for leaf, robot in pinned.items())
    return {
        "kind": kind, "status": result.status.value, "message": result.message, "pins_kept": kept,
        "leaves": len(result.plan.assignment) if result.plan else 0, "account": amended.account, **times,
    }  # fmt: skip


def applied(running: Running, changes: list[Edit]) -> Running:
    """The mission after edits that are not measured; its plan stays."""
    amended = amend(running.tree, changes, running.progress, running.world)
    assert amended.world is not None
    memory = running.memory.moved(amended.world)
    return replace(running, tree=amended.tree, world=amended.world, memory=memory)


@uncollected()
def answered(running: Running, changes: list[Edit]) -> tuple[Amended, PlanResult, dict[str, str], dict[str, float]]:
    """What edits lead to: the mission, its new plan, the pins, and processor seconds by stage."""
    situation, progress = running.situation, running.progress
    marks = [time.process_time()]
    amended = amend(running.tree, changes, progress, running.world)
    marks.append(time.process_time())
    assert amended.world is not None
    spec = specify(amended.tree, amended.world, progress.finished)
    marks.append(time.process_time())
    concerned = {formula_name(task) for task in (*amended.changed, *amended.gone)}
    named = [getattr(edit, field, None) for edit in changes for field in ("task", "first", "then")]
    concerned |= {formula_name(task) for task in named if task is not None}
    pinned = {
        leaf: robot for leaf, robot in running.plan.assignment.items()
        if leaf in spec.leaves and leaf not in situation.done and leaf not in concerned
    }  # fmt: skip
    memory = running.memory.moved(amended.world)
    result = replan(
        running.plan, spec, amended.world, situation, pinned=pinned, memory=memory, time_limit=AGAIN_S,
        reason=" ".join(amended.account),
    )  # fmt: skip
    marks.append(time.process_time())
    if result.plan is not None:
        verdict = check(result.plan, spec, amended.world, situation)
        assert verdict.ok, verdict.problems
    marks.append(time.process_time())
    stages = {stage: marks[i + 1] - marks[i] for i, stage in enumerate(("amend_s", "specify_s", "replan_s", "check_s"))}
    return amended, result, pinned, {"cpu_s": marks[-1] - marks[0], **stages}


def _added(place: Place) -> Make:
    def make(running: Running, more: list[TaskTree], random: Random) -> list[Edit] | None:
        anchors = [name for name in running.leaves if name not in running.progress.active]
        anchored = place in (Place.BEFORE, Place.AFTER)
        if anchored and not anchors:
            return None
        return [AddTask(random.choice(more), place, random.choice(anchors) if anchored else None)]

    return make


def _leaf(make: Callable[[Running, str, list[TaskTree], Random], Edit | None]) -> Make:
    """An edit of one task that is not done."""

    def edit(running: Running, more: list[TaskTree], random: Random) -> list[Edit] | None:
        if len(running.leaves) < 2:
            return None
        made = make(running, random.choice(list(running.leaves)), more, random)
        return None if made is None else [made]

    return edit


def _reassigned(running: Running, task: str, more: list[TaskTree], random: Random) -> Edit | None:
    others = [robot for robot in running.world.robots if robot != running.plan.assignment.get(formula_name(task))]
    return Reassign(task, (random.choice(others),))


def _reordered(running: Running, task: str, more: list[TaskTree], random: Random) -> Edit | None:
    others = [name for name in running.leaves if name != task and name not in running.progress.active]
    return Reorder(task, random.choice(others)) if others else None


def _ruled(running: Running, more: list[TaskTree], random: Random) -> list[Edit] | None:
    return [AddRule(_rule(running, random))]


def _rule(running: Running, random: Random) -> TreeRule:
    """A rule of the kind that people say."""
    world, state = running.world, running.situation.state
    robot = random.choice(list(world.robots))
    there = [room for room in world.rooms if not any(r.cell in world.rooms[room].cells for r in state.robots.values())]
    if there and random.random() < 0.7:
        room = random.choice(there)
        return TreeRule(f"G(!at.any.{room})", f"never enter {room}")
    held = [thing.id for thing in world.things.values() if "portable" in thing.properties]
    thing = random.choice([name for name in held if state.things[name].held_by != robot])
    return TreeRule(f"G(!holding.{robot}.{thing})", f"{robot} never takes {thing}")


def _zoned(running: Running, more: list[TaskTree], random: Random) -> list[Edit] | None:
    world = running.world
    taken = {robot.cell for robot in running.situation.state.robots.values()}
    x, y = random.choice(sorted(world.free_cells))
    cells = {(x + dx, y + dy) for dx in (0, 1) for dy in (0, 1)} & world.free_cells - taken
    if not cells:
        return _zoned(running, more, random)
    return [AddZone("spill", frozenset(cells)), AddRule(TreeRule("G(!at.any.spill)", "stay out of the spill"))]


def _undone(running: Running, more: list[TaskTree], random: Random) -> list[Edit] | None:
    """Takes back what was moved or switched."""
    tasks = {task.id: task for task in running.tree.root.walk() if task.id in running.progress.finished}
    found: list[Edit] = []
    for name, task in tasks.items():
        (first, *_) = task.goal
        predicate, (subject, value) = first.proposition.predicate, first.proposition.args
        if predicate in ("in", "on", "inside"):
            thing = running.world.things[subject]
            back = running.world.room_of(thing.cell) if thing.support is None else None
            surface = thing.support is not None and "surface" in running.world.things[thing.support].properties
            goal = ("in", back) if back else ("on" if surface else "in", thing.support or "table")
            literal = Literal(Proposition(goal[0], (subject, str(goal[1]))))
            found.append(Undo(name, (literal,), f"put {subject} back"))
        elif predicate == "is" and value == "switched_on":
            found.append(Undo(name, (replace(first, positive=False),), f"switch {subject} off"))
    return [random.choice(found)] if found else None


KINDS: Mapping[str, Make] = {
    "add task": _added(Place.ANY),
    "add task first": _added(Place.FIRST),
    "add task last": _added(Place.LAST),
    "add task before": _added(Place.BEFORE),
    "add task after": _added(Place.AFTER),
    "drop task": _leaf(lambda running, task, more, random: DropTask(task)),
    "replace goal": _leaf(lambda running, task, more, random: ReplaceGoal(task, random.choice(more))),
    "reassign": _leaf(_reassigned),
    "reorder": _leaf(_reordered),
    "add rule": _ruled,
    "drop rule": lambda running, more, random: [DropRule(running.tree.root.rules[-1].id)],
    "add zone and rule": _zoned,
    "drop zone and rule": lambda running, more, random: [
        DropRule(running.tree.root.rules[-1].id), DropZone("spill")
    ],
    "repeat": _leaf(lambda running, task, more, random: Repeat(task)),
    "undo": _undone,
}  # fmt: skip


def again() -> dict[str, Any]:
    """Random edits one after another, each planned from where things stand: is anything done twice?"""
    world = load_world("office")
    goals = [f"at.self.{room}" for room in world.rooms] + [f"is.m{i}.photographed" for i in range(1, 7)]
    matter = Matter(tuple(goals), (), tuple(world.robots))
    memory = Memory(world)
    made = refused = twice = missing = unplanned = 0
    seed = 0
    while made < RANDOM_EDITS:
        random = Random(f"{SEED}/again/{seed}")
        seed += 1
        tree, progress, known = random_tree(random, matter), Progress(), set[str]()
        previous: TeamPlan | None = None
        for _ in range(8):
            progress = random_progress(random, tree, matter.robots, progress)
            try:
                found = amend(tree, [random_edit(random, tree, progress, matter)], progress, world)
            except EditError:
                refused += 1
                continue
            made += 1
            tree = found.tree
            known |= set(found.new)
            spec = specify(tree, world, progress.finished)
            done = {formula_name(task): robot for task, robot in progress.finished.items()}
            missing += sum(leaf not in spec.leaves for leaf in done)
            situation = replace(Situation.start(world), done=done)
            if previous is None:
                result = plan(spec, world, situation, memory=memory)
            else:
                result = replan(previous, spec, world, situation, memory=memory)
            if result.plan is None:
                unplanned += 1
                continue
            previous = result.plan
            steps = {step.leaf for own in previous.steps.values() for step in own}
            twice += len((steps | previous.assignment.keys()) & done.keys())
    return {
        "edits": made, "refused": refused, "without_a_plan": unplanned,
        "finished_tasks_planned_again": twice, "finished_tasks_forgotten": missing,
    }  # fmt: skip


def main() -> None:
    """Measures and writes the record."""
    began = time.process_time()
    figures = run()
    record = {
        "benchmark": "corrections_edits", "machine": machine(), "seed": SEED,
        "cpu_seconds": round(time.process_time() - began, 1),
        "command": "python -m benchmarks.corrections.edits", "figures": figures,
    }  # fmt: skip
    RESULT.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    for name, own in figures["edits"].items():
        print(f"{name:30} n={own['n']:4} p50 {own['cpu_s_p50']:.4f} p99 {own['cpu_s_p99']:.4f} s  {own['status']}")
    print(figures["again"])
    print(RESULT)


if __name__ == "__main__":
    main()
