"""From words to robots that have done it: household compositions, planned and carried out by teams of one to four.

Run as ``python -m benchmarks.translate.end_to_end [--from tasks]``; writes
``benchmarks/results/translate_end_to_end.json``. An instruction is read (``words``), or its base tasks are
grounded one by one and done in any order (``tasks``: what remains when reading is perfect). The plan runs in the
kinematic twin; success is the last word of the monitor of the running system over all formulas.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import sim
from benchmarks.measure import machine
from benchmarks.translate.gold import joined
from grounding.levels.calibrate import wilson
from grounding.mission.specify import specify
from grounding.state import WorldState, initial_state
from grounding.translate.free import Answer
from grounding.translate.ground import place
from grounding.translate.outline import Frame, Outline
from grounding.translate.reader.frames import frames
from grounding.translate.reader.pronouns import Context
from grounding.translate.reader.tags import words_of
from grounding.world import World
from grounding.worldfile import load_world
from heed.mission import Mission, Phase
from heed.outcome import Outcome
from heed.pipeline import Understanding, make_plan, understand
from heed.progress import Stage
from heed.watch import Watch
from planners.hltl.memory import Memory

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "translate_end_to_end.json"
SEED, COUNT, TASKS = 3, 50, 4
#: Simulated seconds between two observations, and after which a mission counts as failed.
STEP_S, PATIENCE_S = 0.2, 1200.0
#: Wall seconds that a plan may take: enough for a busy machine, as processor seconds are what is reported.
LIMIT_S = 15.0

Case = Mapping[str, Any]


@dataclass(frozen=True)
class Run:
    """One composition done by one team.

    Attributes:
        id: Which composition.
        robots: Size of the team.
        outcome: ``done``, or where it ended: ``words``, ``plan``, ``robots`` (the monitor's verdict).
        message: Why it is not done.
        plan_cpu_s: Processor seconds for the first plan, in a world not planned in before.
        planned_cost: Cost of that plan: moves and ticks of skills over all robots.
        travel: Cells that robots have driven.
        seconds: Simulated seconds until the mission was over.
        replans: New plans on the way.
    """

    id: str
    robots: int
    outcome: str
    message: str = ""
    plan_cpu_s: float = 0.0
    planned_cost: float = 0.0
    travel: int = 0
    seconds: float = 0.0
    replans: int = 0


def from_words(case: Case, world: World) -> Understanding:
    """The instruction as the running system reads it."""
    return understand(case["instruction"], world)


def from_tasks(case: Case, world: World) -> Understanding:
    """The base tasks of an instruction, taken apart by the grammar of orders and grounded, with the gold order."""
    found: list[Frame] = []
    groups: list[range] = []
    for text in case["base_tasks"]:
        begun = len(found)
        found += frames(words_of(text.strip().rstrip(".!?, ")), Context())
        groups.append(range(begun, len(found)))
    inner = {(i, i + 1) for group in groups for i in group[:-1]}
    order = {(i, j) for a, b in case["order_closure"] for i in groups[a] for j in groups[b]}
    outline = Outline(tuple(found), tuple(sorted(inner | order)))
    placed = place(case["instruction"], outline, world, initial_state(world))
    if isinstance(placed, Answer):
        return Understanding(Outcome.REJECTED, placed.message)
    return Understanding(Outcome.SUCCEEDED, "", placed.tree, specify(placed.tree, world))


def drawn(count: int = COUNT) -> list[Case]:
    """Dev compositions of four base tasks, by a fixed seed."""
    own = [case for case in joined() if case["n"] == TASKS]
    return random.Random(SEED).sample(own, min(count, len(own)))


def run(case: Case, world: World, meaning: Understanding) -> Run:
    """Plans a mission and carries it out.

    Args:
        case: The composition.
        world: The world with its team.
        meaning: What it was taken to mean.
    """
    start = Run(case["id"], len(world.robots), "words", meaning.message)
    if meaning.spec is None or meaning.tree is None or meaning.outcome is not Outcome.SUCCEEDED:
        return start
    memory, simulator = Memory(world), sim.make(world)
    mission = Mission("mission", meaning.tree, meaning.spec, world)
    watch, state = Watch(meaning.spec, world), simulator.reset(SEED)
    mission.observe(state)
    watch.observe(state)
    began = time.process_time()
    result = make_plan(meaning.spec, world, mission.situation, memory=memory, time_limit=LIMIT_S)
    start = replace(start, plan_cpu_s=time.process_time() - began)
    if result.plan is None:
        return replace(start, outcome="plan", message=result.message)
    mission.adopt(result.plan)
    start = replace(start, planned_cost=result.plan.cost)
    travel = replans = 0
    while mission.phase not in (Phase.FINISHED, Phase.FAILED) and state.time < PATIENCE_S:
        _turn(mission, simulator)
        if mission.phase is Phase.PLANNING:
            replans += 1
            _plan_anew(mission, world, memory)
        before, state = state, simulator.observe()
        travel += _driven(before, state)
        mission.observe(state)
        watch.observe(state)
        watch.follow(mission.status())
    simulator.close()
    verdict = watch.follow(mission.status(Stage.DONE))
    kept = verdict is not None and verdict.all_satisfied
    message = "" if kept else mission.status().sentence
    return replace(start, outcome="done" if kept else "robots", message=message, travel=travel,
                   seconds=round(state.time, 1), replans=replans)  # fmt: skip


def _turn(mission: Mission, simulator: Any) -> None:
    """What the executive does at every piece of news, then one step of the world."""
    orders = mission.advance()
    for robot in orders.stop:
        simulator.cancel(robot)
    answers = [simulator.start(command) for command in orders.start]
    for answer in [*answers, *simulator.step(STEP_S)]:
        if answer is not None:
            mission.ended(answer)


def _plan_anew(mission: Mission, world: World, memory: Memory) -> None:
    mission.reopen()
    result = make_plan(
        mission.spec, world, mission.situation, previous=mission.plan, reason=mission.reason, memory=memory,
        time_limit=LIMIT_S,
    )  # fmt: skip
    if result.plan is None:
        mission.give_up(result.message)
    else:
        mission.adopt(result.plan)


def _driven(before: WorldState, now: WorldState) -> int:
    """Cells driven between two observations."""
    pairs = ((robot.cell, now.robots[name].cell) for name, robot in before.robots.items())
    return sum(abs(a[0] - b[0]) + abs(a[1] - b[1]) for a, b in pairs)


def runs(cases: Sequence[Case], read: Callable[[Case, World], Understanding]) -> Iterator[Run]:
    """Every composition with teams of one to four robots."""
    world = load_world("household")
    for size in range(1, len(world.robots) + 1):
        team = replace(world, robots=dict(list(world.robots.items())[:size]))
        for case in cases:
            yield run(case, team, read(case, team))


def figures(rows: Sequence[Run]) -> list[dict[str, Any]]:
    """Success, cost and time by the size of the team."""
    found = []
    for size in sorted({row.robots for row in rows}):
        own = [row for row in rows if row.robots == size]
        done = [row for row in own if row.outcome == "done"]
        read = [row for row in own if row.outcome != "words"]
        found.append({
            "robots": size, "n": len(own), "read": len(read), "done": len(done),
            "success": len(done) / len(own), "ci95": wilson(len(done), len(own)),
            **{f"mean_{name}": float(np.mean([getattr(row, name) for row in done])) if done else None
               for name in ("planned_cost", "travel", "seconds")},
            "replans": sum(row.replans for row in own),
            **{f"plan_cpu_p{q}": float(np.percentile([row.plan_cpu_s for row in read], q)) if read else None
               for q in (50, 95)},
        })  # fmt: skip
    return found


def section(found: Mapping[str, Any]) -> list[str]:
    """The figures as a part of ``docs/results/translate.md``."""
    how = {
        "words": "The instructions are read as the running system reads them.",
        "tasks": "The base tasks are grounded one by one, with the gold order: what remains when reading is perfect.",
    }
    lines = [
        "", "## Done by robots", "",
        f"{COUNT} dev compositions of {TASKS} base tasks (seed {found['seed']}), planned and carried out in the "
        "household world by the kinematic twin. Success is the monitor's last word on every formula. "
        f"{how[found['from']]} Travel is what robots have driven, time is simulated; both over the missions that were "
        "done. Processor seconds of the first plan include all that is worked out once in a world.", "",
        "| robots | understood | success, % [95 % interval] | travel, cells | cost of the plan | time, s | "
        "planning p50 / p95, CPU s |", "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for row in found["figures"]:
        low, high = row["ci95"]
        numbers = [row["mean_travel"], row["mean_planned_cost"], row["mean_seconds"]]
        means = " | ".join("-" if value is None else f"{value:.0f}" for value in numbers)
        spent = " / ".join("-" if row[f"plan_cpu_p{q}"] is None else f"{row[f'plan_cpu_p{q}']:.2f}" for q in (50, 95))
        lines.append(
            f"| {row['robots']} | {row['read']} of {row['n']} | {100 * row['success']:.0f} [{100 * low:.0f}, "
            f"{100 * high:.0f}] | {means} | {spent} |"
        )
    lost = sorted({(row["id"], row["outcome"], row["message"]) for row in found["not_done"]})
    if lost:
        lines += ["", "Not done, and why:", "", *(f"- `{name}` ({where}): {why}" for name, where, why in lost)]
    return [*lines, ""]


def main() -> None:
    """Runs everything and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", choices=("words", "tasks"), default="words", help="what is read")
    parser.add_argument("--count", type=int, default=COUNT, help=f"compositions, {COUNT} by default")
    given = parser.parse_args()
    rows = list(runs(drawn(given.count), {"words": from_words, "tasks": from_tasks}[given.source]))
    found = {
        "machine": machine(), "seed": SEED, "from": given.source, "figures": figures(rows),
        "not_done": [asdict(row) for row in rows if row.outcome != "done"],
    }  # fmt: skip
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print("\n".join(section(found)))


if __name__ == "__main__":
    main()
