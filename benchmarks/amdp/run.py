"""Measures planning with abstract MDPs: top-down and flat, guided and blind, beside the published times.

Run as ``python -m benchmarks.amdp.run [planning_times.tsv]``; writes ``benchmarks/results/amdp.json``
and ``docs/results/amdp.md``.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.amdp.report import page
from benchmarks.amdp.worlds import random_reward, random_world
from benchmarks.measure import SEED, cpu_seconds, machine
from grounding.levels.reward import Direction, Level, Reward, parse_reward
from grounding.state import initial_state
from grounding.world import World
from grounding.worldfile import load_world
from planners.amdp import solve
from planners.amdp.bounds import Bound
from planners.amdp.domain import Domain
from planners.amdp.result import Solution
from planners.amdp.slip import Slippery
from planners.amdp.solve import bounded_rtdp
from planners.clock import Clock, OutOfTimeError

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("HEED_DATA", ROOT.parent / "shared/data"))
WORLDS = {"cleanup": "regular", "cleanup_large": "large", "cleanup_four_rooms": ""}
NAMES = {"room0": "red_room", "room1": "green_room", "room2": "blue_room", "block0": "chair"}
#: Level and goal pairs that occur in the data.
GOALS = (
    "agentInRoom agent0 room0", "agentInRoom agent0 room1", "agentInRoom agent0 room1 blockInRoom block0 room2",
    "agentInRoom agent0 room2 blockInRoom block0 room1", "blockInRoom block0 room1", "blockInRoom block0 room2",
)  # fmt: skip
PAIRS = (
    *((Level.MOTION, goal) for goal in (*GOALS, "goEast", "goNorth", "goSouth", "goWest")),
    *((level, goal.replace("Room ", "Region ")) for level in (Level.SUBGOAL, Level.GOAL) for goal in GOALS),
)
#: Goals beyond the data: several things in the world with four rooms.
BEYOND = (
    "blockInRegion box red_room blockInRegion chair blue_room",
    "blockInRegion basket green_room blockInRegion chair yellow_room",
    "agentInRegion agent0 green_room blockInRegion basket blue_room blockInRegion box red_room",
    "agentInRegion agent0 red_room blockInRegion basket green_room blockInRegion box yellow_room "
    "blockInRegion chair blue_room",
)
#: Way of planning -> (flat, guided, runs, time limit in seconds).
WAYS: Mapping[str, tuple[bool, bool, int, float]] = {
    "levels": (False, True, 9, 60.0),
    "flat": (True, True, 9, 60.0),
    "levels_blind": (False, False, 1, 10.0),
    "flat_blind": (True, False, 1, 10.0),
}


def main() -> None:
    """Runs everything and writes the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.amdp.run", description=__doc__)
    parser.add_argument(
        "times", type=Path, nargs="?", default=DATA / "cleanup_commands/planning_times.tsv", help="published times"
    )
    parser.add_argument("--random", type=int, default=300, help="random worlds for each number of things")
    options = parser.parse_args()
    began = cpu_seconds()
    published = read_times(options.times)
    found: dict[str, Any] = {"machine": machine(), "seed": SEED, "command": "python -m benchmarks.amdp.run"}
    found["goals"] = [row(world, *pair, published) for world in WORLDS for pair in PAIRS]
    found["beyond"] = [row("cleanup_four_rooms", level, goal, {}, blind=False) for goal in BEYOND for level in Level]
    found["random"] = list(random_worlds(options.random))
    found["bounded_rtdp"] = list(stochastic())
    found["cpu_seconds"] = round(cpu_seconds() - began, 1)
    (ROOT / "benchmarks/results").mkdir(exist_ok=True)
    (ROOT / "benchmarks/results/amdp.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    (ROOT / "docs/results").mkdir(exist_ok=True)
    (ROOT / "docs/results/amdp.md").write_text(page(found), encoding="utf-8")


def read_times(path: Path) -> dict[str, dict[str, str]]:
    """The published times by level and goal; empty where the file is not there."""
    if not path.is_file():
        print(f"{path}: not there, published times are left out")
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {entry["rf"]: entry for entry in csv.DictReader(file, delimiter="\t")}


def row(
    world: str, level: Level, goal: str, published: Mapping[str, Mapping[str, str]], blind: bool = True
) -> dict[str, Any]:
    """One goal planned in every way, with and without pull."""
    entry = published.get(f"{level.value} {goal}", {})
    times = {
        way: float(value)
        for way in ("amdp", "amdp_no_heuristic", "flat")
        if (value := entry.get(f"{WORLDS[world]}_{way}_mean_ms"))
    }
    print(world, level.value, goal, flush=True)
    reward = renamed(parse_reward(goal))
    return {
        "world": world, "level": level.value, "goal": goal, "published_ms": times,
        "pull": measured(load_world(world), reward, level, True, blind),
        "push": measured(load_world(world), reward, level, False, False),
    }  # fmt: skip


def renamed(reward: Reward) -> Reward:
    """The reward function with the names of our world files."""
    agent = NAMES.get(reward.agent, reward.agent) if reward.agent else None
    things = tuple((NAMES.get(t, t), NAMES.get(r, r)) for t, r in reward.things)
    return Reward(agent, things, reward.steps)


def measured(world: World, reward: Reward, level: Level, pull: bool, blind: bool) -> dict[str, Any]:
    """CPU milliseconds (median), steps and nodes of every way of planning."""
    found: dict[str, Any] = {}
    for way, (flat, guided, runs, limit) in WAYS.items():
        if (reward.steps and way != "levels") or (not guided and not blind):
            continue
        milliseconds, solution = [], None
        for _ in range(runs):
            began = time.process_time()
            solution = planned(world, reward, level, pull, flat, guided, limit)
            milliseconds.append(1e3 * (time.process_time() - began))
            if sum(milliseconds) > 5_000:
                break
        assert solution is not None
        found[way] = {
            "cpu_ms": round(statistics.median(milliseconds), 3),
            "status": solution.status.value,
            "steps": len(solution.actions) if solution.ok else None,
            "lower_bound": solution.lower_bound,
            "expanded": dict(solution.expanded),
        }
    return found


def planned(world: World, reward: Reward, level: Level, pull: bool, flat: bool, guided: bool, limit: float) -> Solution:
    """One plan from the start of a world, the agent facing south as in the data."""
    domain = Domain(world, initial_state(world), "robot_1", pull=pull, facing=Direction.SOUTH)
    return solve(domain, reward, level, flat=flat, informed=guided, time_limit=limit)


def random_worlds(count: int) -> Iterator[dict[str, Any]]:
    """How much longer than the optimum plans made top-down are in random small worlds."""
    for things in (1, 2):
        for pull in (True, False):
            cases = [(random_world(seed, things), seed) for seed in range(count)]
            best = [planned(w, random_reward(s, w), Level.MOTION, pull, True, True, 60.0) for w, s in cases]
            for level in (Level.SUBGOAL, Level.GOAL):
                made = [planned(w, random_reward(s, w), level, pull, False, True, 60.0) for w, s in cases]
                yield {"things": things, "pull": pull, "level": level.value, **compared(best, made)}


def compared(best: Sequence[Solution], made: Sequence[Solution]) -> dict[str, Any]:
    """Plans beside optimal ones."""
    pairs = [(b.cost, m.cost) for b, m in zip(best, made, strict=True) if b.ok and m.ok]
    ratios = [m / b if b else 1.0 for b, m in pairs]
    return {
        "worlds": len(best),
        "solvable": sum(b.ok for b in best),
        "same_answer": sum(b.ok == m.ok for b, m in zip(best, made, strict=True)),
        "optimal": sum(b == m for b, m in pairs),
        "proven": sum(m.status.value == "optimal" for m in made),
        "ratio_mean": round(statistics.fmean(ratios), 4),
        "ratio_max": round(max(ratios), 3),
    }


def stochastic(precision: float = 0.1, limit: float = 20.0) -> Iterator[dict[str, Any]]:
    """The paper's own solver, bounded RTDP, on level 0 of the paper's world, steps failing with some probability."""
    world = load_world("cleanup")
    for goal in (*GOALS[:3], GOALS[5]):
        for slip in (0.0, 0.1):
            domain = Domain(world, initial_state(world), "robot_1", pull=True, facing=Direction.SOUTH)
            wanted = domain.goal(renamed(parse_reward(goal)))
            for guided in (True, False):
                bound = Bound(domain, wanted) if guided else (lambda _: 0.0)
                began = time.process_time()
                try:
                    answer = bounded_rtdp(
                        Slippery(domain, wanted, slip), domain.start, bound, clock=Clock(limit), seed=SEED,
                        give_up=500.0, precision=precision,
                    )  # fmt: skip
                except OutOfTimeError:
                    answer = None
                yield {
                    "goal": goal, "slip": slip, "guided": guided,
                    "cpu_ms": round(1e3 * (time.process_time() - began), 1),
                    "lower": None if answer is None else round(answer.lower, 2),
                    "upper": None if answer is None else round(answer.upper, 2),
                    "backups": None if answer is None else answer.backups,
                }  # fmt: skip


if __name__ == "__main__":
    main()
