"""From a correction that is said to the robot's new command, on a running fleet at real-time factor 1.

A fleet of 3 or 10 robots, every node in a process of its own, works on missions of ten tasks, recording on, while
corrections of many kinds are
said to one robot after the other. Measured are the wall seconds from the call of ``say`` to the first
command that the robot spoken to is given (for halts: to the end of what it did), and what happened to the
robots outside the scope: a command of theirs that was cancelled, or a task that another robot got or that
changed its place among their tasks, is an effect.

Usage: ``python -m benchmarks.corrections.latency [--count 100] [--robots 3 10] [--worlds office table]``.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corrections.processes import NODES, Nodes
from benchmarks.corrections.stop import write_team
from benchmarks.measure import SEED, cpu_seconds, machine

RESULT = Path(__file__).resolve().parents[1] / "results" / "corrections_latency.json"
#: ROS domain of the fleet.
DOMAIN = 88
#: How long a robot may take for its new command, and how long the others are watched (wall seconds).
PATIENCE_S, WATCH_S = 3.0, 0.5
#: What is to be reached, wall seconds: p50 and p99 with 3 robots.
TARGET_S = (0.05, 0.3)

#: A new mission is begun after so many corrections.
FRESH_AFTER = 30

#: Kinds of corrections -> what is said; ``halt`` kinds end a command, ``none`` kinds start none.
OFFICE = {
    "skill now": "{robot}, go to {place} now",
    "skill instead": "{robot}, go to {place} instead",
    "motion": "{robot}, back a little",
    "pause": "{robot}, pause",
    "resume": "{robot}, go on",
    "stop": "{robot}, stop",
    "resume after stop": "{robot}, go on",
    "order": "{robot}, first go to {place}",
    "repeat": "{robot}, do that again",
    "undo": "{robot}, undo that",
    "veto": "{robot}, forget that",
    "constraint": "from now on, {robot} must never enter {forbidden}",
    "lift": "forget the rule about {forbidden}",
    "question": "{robot}, what are you doing?",
    "instruction": "{robot}, go to {place}",
}
TABLE = {
    "skill now": "{robot}, put {thing} on {plate} now",
    "motion": "{robot}, up a little",
    "pause": "{robot}, pause",
    "resume": "{robot}, go on",
    "stop": "{robot}, stop",
    "resume after stop": "{robot}, go on",
    "repeat": "{robot}, do that again",
    "undo": "{robot}, undo that",
    "question": "{robot}, what are you doing?",
}
#: Kinds that end what a robot does; the end of that is measured, standing still for a pause.
HALTS = ("pause", "stop")
#: Kinds that need no new command: only the reply is measured.
SILENT = ("constraint", "lift", "question", "instruction", "repeat", "undo", "order")


@dataclass
class _Seen:
    """What was seen after something was said."""

    started: list[tuple[float, str]] = field(default_factory=list)  # wall second, robot
    ended: list[tuple[float, str, bool]] = field(default_factory=list)  # wall second, robot, whether canceled


class Drill:
    """A fleet with somebody who corrects it and somebody who watches.

    Args:
        world: Name or path of the world.
        physics: ``kinematic`` or ``pybullet``.
        folder: Where it is recorded.
    """

    def __init__(self, world: str, physics: str, folder: str) -> None:
        from heed.commander import Commander
        from heed.nodes import qos
        from heed_interfaces.msg import Plan, SkillEvent

        os.environ.update(ROS_DOMAIN_ID=str(DOMAIN), ROS_AUTOMATIC_DISCOVERY_RANGE="LOCALHOST")
        common = {"world": world}
        self.nodes = Nodes(
            DOMAIN,
            {
                **dict.fromkeys(NODES, common),
                "sim": {**common, "physics": physics, "real_time_factor": 1.0},
                "recorder": {**common, "episodes": folder},
            },
        )
        self.commander = Commander(wait_s=60.0)
        node = self.commander._link._node
        node.create_subscription(SkillEvent, "skill_events", self._on_event, qos.EVENTS)
        node.create_subscription(Plan, "plan", self._on_plan, qos.LATCHED)
        self.seen = _Seen()
        self.plan: Any = None
        self.lock = threading.Lock()

    def close(self) -> None:
        """Ends everything."""
        self.commander.close()
        self.nodes.close()

    def _on_event(self, msg: Any) -> None:
        now = time.perf_counter()
        with self.lock:
            if msg.phase == msg.STARTED:
                self.seen.started.append((now, msg.robot))
            else:
                self.seen.ended.append((now, msg.robot, msg.status.code == msg.status.CANCELED))

    def _on_plan(self, msg: Any) -> None:
        with self.lock:
            self.plan = msg

    def windows(self) -> dict[str, dict[str, int]]:
        """Robot -> its leaves with the tick at which each begins, by the newest plan."""
        with self.lock:
            plan = self.plan
        found: dict[str, dict[str, int]] = {}
        for start, leaf, robot in zip(plan.window_start, plan.leaves, plan.assigned, strict=True) if plan else ():
            found.setdefault(robot, {})[leaf] = start
        return found

    def correct(self, kind: str, text: str, robot: str) -> dict[str, Any]:
        """Says something and watches what comes of it."""
        before, mission = self.windows(), self.plan.mission if self.plan else ""
        with self.lock:
            self.seen = _Seen()
        began = time.perf_counter()
        reply = self.commander.say(text)
        replied = time.perf_counter() - began
        if kind not in SILENT and reply.accepted:
            self._wait(lambda: self._moment(kind, robot) is not None, began + PATIENCE_S)
        else:
            time.sleep(WATCH_S)
        moment = self._moment(kind, robot)
        with self.lock:
            canceled = {other for _, other, was in self.seen.ended if was}
        scope = {robot, *reply.robots}
        after = self.windows()
        before = before if self.plan and self.plan.mission == mission else {}
        moved = [
            other
            for other, leaves in before.items()
            if other not in scope and not _kept(leaves, after.get(other, {}), after)
        ]
        return {
            "kind": kind,
            "text": text,
            "status": reply.status.name,
            "sentence": reply.sentence,
            "reply_s": replied,
            "command_s": None if moment is None else moment - began,
            "effects": sorted({*(canceled - scope), *moved}),
            "canceled": sorted(canceled - scope),
            "stages_ms": dict(reply.timings_ms),
        }

    def _wait(self, done: Any, until: float) -> None:
        while not done() and time.perf_counter() < until:
            time.sleep(0.002)

    def _moment(self, kind: str, robot: str) -> float | None:
        with self.lock:
            if kind in HALTS:
                return next((when for when, other, _ in self.seen.ended if other == robot), None)
            return next((when for when, other in self.seen.started if other == robot), None)


def _kept(before: dict[str, int], after: dict[str, int], everything: dict[str, dict[str, int]]) -> bool:
    """Whether a robot still has the tasks it had that are not done, in the same order."""
    left = {leaf for leaves in everything.values() for leaf in leaves}
    mine = [leaf for leaf in before if leaf in left]
    if any(leaf not in after for leaf in mine):
        return False
    return not any(before[a] < before[b] and after[a] > after[b] for a in mine for b in mine)


def _sayings(world: Any, rng: np.random.Generator, arms: bool) -> Iterator[tuple[str, str, str]]:
    """Kind, words and robot of one correction after another, without end."""
    robots = list(world.robots)
    places = [room for room in ("m1", "m2", "m3", "m4", "m5", "m6") if room in world.rooms]
    things, plates = ["the lemon", "the orange", "the banana", "the tomato"], ["the white plate", "the blue plate"]
    while True:
        robot = robots[int(rng.integers(len(robots)))]
        forbidden = "the kitchen"
        for kind, row in (TABLE if arms else OFFICE).items():
            words = {
                "robot": robot.replace("_", " "),
                "place": places[int(rng.integers(len(places)))] if places else "",
                "forbidden": forbidden,
                "thing": things[int(rng.integers(len(things)))],
                "plate": plates[int(rng.integers(len(plates)))],
            }
            yield kind, row.format(**words), robot


def _mission(world: Any, rng: np.random.Generator, arms: bool) -> str:
    """Ten tasks, shared out among all robots."""
    if arms:
        return (
            "put the green apple on the yellow plate; put the carrot on the blue plate; put the red apple on the "
            "white plate; put the cucumber on the yellow plate"
        )
    robots, places = list(world.robots), ["m1", "m2", "m3", "m4", "m5", "m6", "the corridor", "the lobby"]
    tasks = []
    for i in range(10):
        robot = robots[i % len(robots)].replace("_", " ")
        tasks.append(f"{robot} goes to {places[int(rng.integers(len(places)))]}")
    return "; ".join(tasks)


def run(world_name: str, robots: int, count: int, physics: str) -> dict[str, Any]:
    """Corrections said to one fleet.

    Args:
        world_name: ``office`` or ``table``.
        robots: How many robots; 0 = as in the world file.
        count: How many corrections.
        physics: ``kinematic`` or ``pybullet``.
    """
    from grounding.worldfile import load_world

    rng = np.random.default_rng(SEED + robots)
    with tempfile.TemporaryDirectory() as folder:
        path = write_team(robots, folder) if robots else world_name
        world = load_world(path)
        arms = any(robot.type.body == "arm" for robot in world.robots.values())
        drill = Drill(path, physics, folder)
        rows, missions = [], []
        began = cpu_seconds()
        try:
            for kind, text, robot in _sayings(world, rng, arms):
                if len(rows) >= count:
                    break
                if rows and len(rows) % FRESH_AFTER == 0:  # corrections add tasks: it is to stay a mission of about ten
                    drill.commander.cancel()
                    drill.commander.result(60.0)
                if drill.commander.done(0.0):
                    if missions:
                        missions[-1]["outcome"] = drill.commander.result().outcome.name
                        missions[-1]["message"] = drill.commander.result().message
                    mission = _mission(world, rng, arms)
                    drill.commander.send(mission)
                    missions.append({"text": mission})
                    while drill.commander.feedback().stage != "execute" and not drill.commander.done(0.1):
                        pass
                    time.sleep(0.5)
                rows.append(drill.correct(kind, text, robot))
            drill.commander.cancel()
        finally:
            drill.close()
    return {**_summary(rows), "missions": missions, "cpu_s": cpu_seconds() - began, "rows": rows}


def _summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    kinds = list(dict.fromkeys(row["kind"] for row in rows))
    accepted = [row for row in rows if row["status"] == "ACCEPTED"]
    commanded = [row for row in accepted if row["kind"] not in SILENT + HALTS and row["command_s"] is not None]
    return {
        "corrections": len(rows),
        "accepted": len(accepted),
        "command_s": _quantiles([row["command_s"] for row in commanded]),
        "reply_s": _quantiles([row["reply_s"] for row in rows]),
        "no_command": sum(row["command_s"] is None for row in accepted if row["kind"] not in SILENT + HALTS),
        "effects_outside_scope": sum(bool(row["effects"]) for row in rows),
        "by_kind": {
            kind: {
                "n": sum(row["kind"] == kind for row in rows),
                "accepted": sum(row["kind"] == kind for row in accepted),
                "command_s": _quantiles(
                    [row["command_s"] for row in accepted if row["kind"] == kind and row["command_s"] is not None]
                ),
                "reply_s": _quantiles([row["reply_s"] for row in rows if row["kind"] == kind]),
            }
            for kind in kinds
        },
    }


def _quantiles(values: Sequence[float]) -> dict[str, float] | None:
    if not values:
        return None
    p50, p90, p99 = (float(x) for x in np.percentile(values, [50, 90, 99]))
    return {"n": len(values), "p50": p50, "p90": p90, "p99": p99, "max": max(values)}


def main() -> None:
    """Measures and writes the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=100, help="corrections for each fleet")
    parser.add_argument("--robots", type=int, nargs="*", default=[3, 10], help="sizes of the teams in the office")
    parser.add_argument("--worlds", nargs="*", default=["office", "table"], help="office, table")
    parser.add_argument("--physics", default="kinematic", choices=("kinematic", "pybullet"))
    arguments = parser.parse_args()
    sys.setswitchinterval(0.001)
    known = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else {}
    figures: dict[str, Any] = dict(known.get("fleets", {}))  # of fleets that are not measured again
    fleets = [("office", size) for size in arguments.robots if "office" in arguments.worlds]
    fleets += [("table", 0)] if "table" in arguments.worlds else []
    for world, size in fleets:
        name = f"{world}, {size or 2} robots, {arguments.physics}"
        figures[name] = run(world, size, arguments.count, arguments.physics)
        print(name, json.dumps({k: v for k, v in figures[name].items() if k not in ("rows", "missions", "by_kind")}))
        RESULT.write_text(
            json.dumps({"machine": machine(), "seed": SEED, "target_s": TARGET_S, "fleets": figures}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
