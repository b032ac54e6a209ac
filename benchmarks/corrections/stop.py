"""How long it takes from "stop" to no motion: ten robots, all nodes, simulated time at the pace of the clock.

Every stop is said ("everybody stop", a call of ``Commander.say``) while the robots drive about. Motion counts as ended
with the first observation after it in which every robot is halted and whose poses no later observation changes.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from benchmarks.measure import SEED, cpu_seconds, machine
from benchmarks.realtime import team_of
from grounding.state import WorldState
from grounding.worldfile import load_world

RESULT = Path(__file__).resolve().parents[1] / "results" / "corrections_stop.json"
#: How long robots drive before a stop, how long they are watched once all say that they are halted, and how long
#: that is waited for at most, wall seconds.
DRIVE_S, WATCH_S, PATIENCE_S = (0.2, 0.6), 0.25, 5.0
#: A pose that changes by more than this is motion (metres, radians).
STILL = 1e-3
#: What is to be reached, wall seconds.
LIMIT_S = 0.2


@dataclass
class _Stop:
    """One stop: when it was said, how many robots moved just before it, and what was seen from then on."""

    said: float
    moving: int
    load: float  # average number of processes that wanted to run in the minute before
    last: float  # simulated second of the last observation before it
    seen: list[tuple[float, WorldState]] = field(default_factory=list)


def write_team(count: int, folder: str) -> str:
    """Writes a world file of the office with so many robots; its path."""
    world = team_of(count)
    entry = yaml.safe_load(Path(load_world("office").source).read_text(encoding="utf-8"))
    entry["robots"] = [{"id": r.id, "type": r.type.name, "start": list(r.start)} for r in world.robots.values()]
    path = Path(folder) / f"office_{count}.yaml"
    path.write_text(yaml.safe_dump(entry, sort_keys=False), encoding="utf-8")
    return str(path)


class _Drill:
    """A fleet in this process, and a client that keeps its robots on the move and stops them."""

    def __init__(self, world: str, physics: str, namespace: str) -> None:
        from rclpy.action import ActionClient
        from rclpy.callback_groups import ReentrantCallbackGroup
        from rclpy.node import Node

        from heed.commander import Commander
        from heed.nodes import qos
        from heed.nodes.team import Composition, compose
        from heed_interfaces.action import ExecuteSkill
        from heed_interfaces.msg import Halt
        from heed_interfaces.msg import WorldState as WorldStateMsg

        self.world = load_world(world)
        self.fleet, self.client = Composition(), Composition()
        compose(self.fleet, world, namespace, {"sim_node": {"physics": physics, "real_time_factor": 1.0}})
        node, group = Node("drill", namespace=namespace, context=self.client.context), ReentrantCallbackGroup()
        self.halts = node.create_publisher(Halt, "halt", qos.HALT)
        node.create_subscription(WorldStateMsg, "world_state", self._see, qos.OBSERVATIONS, callback_group=group)
        self.actions = {
            robot: ActionClient(node, ExecuteSkill, f"{robot}/execute_skill", callback_group=group)
            for robot in self.world.robots
        }
        self.client.add(node)
        self.rng = np.random.default_rng(SEED)
        self.lock = threading.Lock()
        self.stop: _Stop | None = None
        self.recent: list[WorldState] = []
        self.orders = 0
        self.fleet.start()
        self.client.start()
        self.commander = Commander(namespace, wait_s=60.0)
        if not all(action.wait_for_server(timeout_sec=20.0) for action in self.actions.values()):
            raise RuntimeError("sim_node is not up.")

    def _see(self, msg: Any) -> None:
        from heed.conversions import state_from_msg

        now, state = time.perf_counter(), state_from_msg(msg)
        with self.lock:
            self.recent = [*(old for old in self.recent if old.time > state.time - 0.35), state]
            if self.stop is not None:
                self.stop.seen.append((now, state))

    def run(self) -> _Stop:
        """Has every robot drive somewhere, stops all of them, and watches."""
        self._halt(False)
        self._wait(lambda: bool(self.recent) and not _halted(self.recent[-1]))
        self.client.executor.create_task(self._drive)
        time.sleep(float(self.rng.uniform(*DRIVE_S)))
        with self.lock:
            moving = len(_moving(self.recent[0], self.recent[-1])) if self.recent else 0
            self.stop = stop = _Stop(
                time.perf_counter(), moving, os.getloadavg()[0], self.recent[-1].time if self.recent else 0.0
            )
        self._halt(True)
        self._wait(lambda: bool(stop.seen) and _halted(stop.seen[-1][1]))
        time.sleep(WATCH_S)
        with self.lock:
            self.stop = None
        return stop

    def _wait(self, condition: Callable[[], bool]) -> None:
        """Waits until something was observed, or patience ends."""
        end = time.perf_counter() + PATIENCE_S
        while time.perf_counter() < end:
            with self.lock:
                if condition():
                    return
            time.sleep(0.01)

    def _halt(self, halted: bool) -> None:
        from heed_interfaces.msg import Halt

        if halted:
            self.commander.say("everybody stop")
        else:
            self.halts.publish(Halt(halted=False, sender="drill"))

    def _drive(self) -> None:
        from heed_interfaces.action import ExecuteSkill

        rooms = sorted(self.world.rooms)
        for action in self.actions.values():
            self.orders += 1
            room = rooms[int(self.rng.integers(len(rooms)))]
            action.send_goal_async(ExecuteSkill.Goal(command=str(self.orders), skill="go_to", args=[room]))

    def close(self) -> None:
        """Ends client and fleet."""
        self.commander.close()
        self.client.close()
        self.fleet.close()


def _halted(state: WorldState) -> bool:
    return all(robot.halted for robot in state.robots.values())


def _moving(before: WorldState, after: WorldState) -> list[str]:
    """Robots whose pose differs between two observations."""
    return [
        robot
        for robot, state in after.robots.items()
        if max(abs(a - b) for a, b in zip(state.pose, before.robots[robot].pose, strict=True)) > STILL
    ]


def _ended(stop: _Stop) -> tuple[float, float] | None:
    """Wall and simulated seconds from a stop to the end of all motion, None when it did not end."""
    still: tuple[float, float] | None = None
    for when, state in reversed(stop.seen):
        if _moving(state, stop.seen[-1][1]) or not _halted(state):
            break
        still = (when - stop.said, state.time - stop.last)
    return still


def _figures(stops: list[_Stop]) -> dict[str, Any]:
    ends = [_ended(stop) for stop in stops]
    wall = np.array([end[0] for end in ends if end is not None])
    simulated = np.array([end[1] for end in ends if end is not None])

    def spread(values: np.ndarray) -> dict[str, float]:
        return {
            "p50": float(np.percentile(values, 50)),
            "p99": float(np.percentile(values, 99)),
            "max": float(values.max()),
        }

    return {
        "stops": len(stops),
        "obeyed": len(wall),
        f"no motion within {LIMIT_S:g} s": int((wall <= LIMIT_S).sum()),
        "said to no motion, wall s": spread(wall),
        "last observation before to no motion, simulated s": spread(simulated),
        "load average of the machine": spread(np.array([stop.load for stop in stops])),
        "robots moving when stopped, mean": float(np.mean([stop.moving for stop in stops])),
    }


def main() -> None:
    """Runs the drill and writes its figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corrections.stop", description=__doc__)
    parser.add_argument("--stops", type=int, default=1000, help="how many stops")
    parser.add_argument("--robots", type=int, default=10, help="how many robots")
    parser.add_argument("--physics", default="kinematic", help="kinematic or pybullet")
    options = parser.parse_args()
    os.environ.setdefault("AMENT_PREFIX_PATH", sys.prefix)
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    began, used = time.perf_counter(), cpu_seconds()
    with tempfile.TemporaryDirectory() as folder:
        drill = _Drill(write_team(options.robots, folder), options.physics, f"/stop_{os.getpid()}")
        try:
            drill.run()  # the first one warms up
            stops = [drill.run() for _ in range(options.stops)]
        finally:
            drill.close()
    record = {
        "benchmark": "corrections_stop",
        "machine": machine(),
        "seed": SEED,
        "wall_seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(cpu_seconds() - used, 1),
        "command": "python -m benchmarks.corrections.stop " + " ".join(sys.argv[1:]),
        "robots": options.robots,
        "physics": options.physics,
        "figures": _figures(stops),
    }
    known = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else {}
    RESULT.write_text(json.dumps({**known, options.physics: record}, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record["figures"], indent=2))


if __name__ == "__main__":
    main()
