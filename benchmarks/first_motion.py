"""Text to first motion: from ``send`` to the first observation in which a robot acts; kinematic, one process, recorded.

Every command gets a system of its own that has been brought up before the clock starts, and with
empty caches of automata, so that no command profits from the one before.
"""

from __future__ import annotations

import tempfile
import time
from typing import Any

from benchmarks.commands import MISSIONS, SHORT
from benchmarks.measure import SEED, spread
from grounding.logic.automaton import automaton
from grounding.state import WorldState
from grounding.worldfile import load_world
from heed.commander import Commander
from heed.news import Result
from heed.pipeline import make_plan, understand

REPEATS = 3
PATIENCE_S = 30.0


def run() -> dict[str, Any]:
    """Seconds to first motion over all commands, milliseconds of each stage, and what did not move."""
    seconds: dict[str, list[float]] = {"three missions": [], "thirty short commands": []}
    stages: dict[str, list[float]] = {}
    carriage: list[float] = []
    direct: list[float] = []
    still: dict[str, str] = {}
    slowest = (0.0, "")
    for name, commands in (("three missions", MISSIONS), ("thirty short commands", SHORT)):
        for repeat in range(REPEATS):
            for world, text in commands:
                elapsed, result = measure(world, text, SEED + repeat)
                slowest = max(slowest, (elapsed or 0.0, text))
                if elapsed is None:
                    still[text] = f"{result.outcome.name}: {result.message}"
                    continue
                seconds[name].append(elapsed)
                for stage in ("ground", "translate", "automata", "plan"):
                    if stage in result.timings_ms:
                        stages.setdefault(stage, []).append(result.timings_ms[stage])
                direct.append(1e3 * without_ros(world, text))
                carriage.append(1e3 * elapsed - result.timings_ms["ground"] - result.timings_ms["plan"])
    every = [value for values in seconds.values() for value in values]
    return {
        "seconds": {name: spread(values) for name, values in {"all": every, **seconds}.items() if values},
        "stage_ms": {stage: spread(values) for stage, values in stages.items()},
        "outside_stages_ms": spread(carriage),
        "without_ros_ms": spread(direct),
        "slowest": slowest[1],
        "nothing_moved": still,
    }


def without_ros(world_name: str, text: str) -> float:
    """Seconds to understand, check and plan the same command by plain function calls."""
    world = load_world(world_name)
    automaton.cache_clear()
    began = time.perf_counter()
    meaning = understand(text, world)
    if meaning.spec is not None:
        make_plan(meaning.spec, world)
    return time.perf_counter() - began


class Stopwatch(Commander):
    """A commander that notes when the first robot acts."""

    before: WorldState | None = None
    moved_at: float | None = None

    def on_news(self, **changes: Any) -> None:
        """Takes in news, in the thread that hears them."""
        now: WorldState | None = changes.get("state")
        if now is not None and self.before is not None and self.moved_at is None and _acts(self.before, now):
            self.moved_at = time.perf_counter()
        super().on_news(**changes)


def measure(world: str, text: str, seed: int) -> tuple[float | None, Result]:
    """Seconds to the first motion (None where nothing moved), and how the instruction ended."""
    automaton.cache_clear()
    with (
        tempfile.TemporaryDirectory() as folder,
        Stopwatch(in_process=True, world=world, seed=seed, episodes=folder) as commander,
    ):
        up = time.monotonic() + PATIENCE_S
        while commander.feedback().state is None and time.monotonic() < up:
            time.sleep(0.005)
        commander.before = commander.feedback().state
        began = time.perf_counter()
        commander.send(text)
        while not commander.done(0.1) and commander.moved_at is None and time.perf_counter() - began < PATIENCE_S:
            pass
        commander.cancel("measured")
        result = commander.result(PATIENCE_S)
        return None if commander.moved_at is None else commander.moved_at - began, result


def _acts(before: WorldState, now: WorldState) -> bool:
    return any(robot.skill or robot.pose != before.robots[name].pose for name, robot in now.robots.items())
