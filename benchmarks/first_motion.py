"""Text to first motion: from ``send`` to the first observation in which a robot acts, kinematic, in one process.

Every command gets a system of its own that has been brought up before the clock starts, and with
empty caches of automata, so that no command profits from the one before.
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks.commands import MISSIONS, SHORT
from benchmarks.measure import SEED, spread
from grounding.state import WorldState
from heed.commander import Commander, Result

REPEATS = 3
PATIENCE_S = 30.0


def run() -> dict[str, Any]:
    """Seconds to first motion over all commands, milliseconds of each stage, and what did not move."""
    seconds: dict[str, list[float]] = {"three missions": [], "thirty short commands": []}
    stages: dict[str, list[float]] = {}
    carriage: list[float] = []
    still: dict[str, str] = {}
    for name, commands in (("three missions", MISSIONS), ("thirty short commands", SHORT)):
        for repeat in range(REPEATS):
            for world, text in commands:
                elapsed, result = measure(world, text, SEED + repeat)
                if elapsed is None:
                    still[text] = f"{result.outcome.name}: {result.message}"
                    continue
                seconds[name].append(elapsed)
                for stage in ("ground", "translate", "automata", "plan"):
                    if stage in result.timings_ms:
                        stages.setdefault(stage, []).append(result.timings_ms[stage])
                carriage.append(1e3 * elapsed - result.timings_ms["ground"] - result.timings_ms["plan"])
    every = [value for values in seconds.values() for value in values]
    return {
        "seconds": {name: spread(values) for name, values in {"all": every, **seconds}.items() if values},
        "stage_ms": {stage: spread(values) for stage, values in stages.items()},
        "outside_stages_ms": spread(carriage),
        "nothing_moved": still,
    }


def measure(world: str, text: str, seed: int) -> tuple[float | None, Result]:
    """Seconds to the first motion (None where nothing moved), and how the instruction ended."""
    _forget()
    with Commander(in_process=True, world=world, seed=seed) as commander:
        start = _first_state(commander)
        moved: float | None = None
        began = time.perf_counter()
        commander.send(text)
        while not commander.done(1.0) and time.perf_counter() - began < PATIENCE_S:
            if _acts(start, commander.feedback().state):
                moved = time.perf_counter() - began
                break
        commander.cancel("measured")
        return moved, commander.result(PATIENCE_S)


def _first_state(commander: Commander) -> WorldState:
    """The first observation: the system is up."""
    deadline = time.monotonic() + PATIENCE_S
    while commander.feedback().state is None:
        if time.monotonic() > deadline:
            raise TimeoutError("no observation")
        time.sleep(0.005)
    state = commander.feedback().state
    assert state is not None
    return state


def _acts(before: WorldState, now: WorldState | None) -> bool:
    return now is not None and any(
        robot.skill or robot.pose != before.robots[name].pose for name, robot in now.robots.items()
    )


def _forget() -> None:
    """Empties the caches of automata."""
    from grounding.logic.automaton import automaton

    automaton.cache_clear()
