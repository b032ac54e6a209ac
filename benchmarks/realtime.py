"""How much faster than real time the simulated worlds run, with 3 and with 10 robots."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from typing import Any

import numpy as np

import sim
from benchmarks.commands import MISSIONS
from benchmarks.measure import SEED, spread
from grounding.world import Robot, World
from grounding.worldfile import load_world
from heed.commander import Commander
from sim.protocol import SkillCommand

#: Physics -> simulated seconds a repeat.
SECONDS = {"kinematic": 300.0, "pybullet": 20.0}
REPEATS = 5
STEP_S = 0.1


def team_of(count: int) -> World:
    """The office with a team of another size: robots are left out or added, types in turn."""
    world = load_world("office")
    robots = dict(list(world.robots.items())[:count])
    taken = {robot.start for robot in robots.values()} | {thing.cell for thing in world.things.values()}
    free = sorted(
        cell
        for room in ("corridor", "south_office", "north_office")
        for cell in world.rooms[room].cells - taken
        if not any(cell in place.cells for place in world.places.values())
    )
    models = list(world.robots.values())
    for number in range(len(robots), count):
        model = models[number % len(models)]
        start = free[(number * 7) % len(free)]
        free.remove(start)
        robots[f"robot_{number + 1}"] = Robot(f"robot_{number + 1}", model.type, start, (), model.cells)
    return replace(world, robots=robots)


def run() -> dict[str, Any]:
    """The simulators alone, every robot driving to one room after the other, and a mission through all nodes."""
    figures = {
        f"{physics}, {count} robots": spread([_one(physics, count, SEED + repeat) for repeat in range(REPEATS)])
        for physics in SECONDS
        for count in (3, 10)
    }
    for physics in SECONDS:
        figures[f"{physics}, office mission through all nodes"] = spread(
            [_mission(physics, SEED + repeat) for repeat in range(REPEATS)]
        )
    return figures


def _mission(physics: str, seed: int) -> float:
    """Simulated seconds a wall second while the three-part mission is carried out, recording included."""
    world, text = MISSIONS[0]
    with (
        tempfile.TemporaryDirectory() as folder,
        Commander(in_process=True, world=world, physics=physics, seed=seed, episodes=folder) as commander,
    ):
        began = _simulated(commander)
        result = commander.run(text, 300.0)
        if not result.ok:
            raise RuntimeError(f"{physics}: {result.outcome.name}: {result.message}")
        return (_simulated(commander) - began) / (result.timings_ms["execute"] / 1e3)


def _simulated(commander: Commander) -> float:
    state = commander.feedback().state
    return state.time if state else 0.0


def _one(physics: str, count: int, seed: int) -> float:
    """Simulated seconds a wall second."""
    world = team_of(count)
    simulator = sim.make(world, physics=physics)
    try:
        simulator.reset(seed)
        rng = np.random.default_rng(seed)
        rooms = sorted(world.rooms)
        busy: set[str] = set()
        orders = 0
        began = time.perf_counter()
        for _ in range(round(SECONDS[physics] / STEP_S)):
            for robot in world.robots:
                if robot not in busy:
                    orders += 1
                    target = rooms[int(rng.integers(len(rooms)))]
                    if simulator.start(SkillCommand(str(orders), robot, "go_to", (target,))) is None:
                        busy.add(robot)
            busy -= {result.command.robot for result in simulator.step(STEP_S)}
            simulator.observe()
        return SECONDS[physics] / (time.perf_counter() - began)
    finally:
        simulator.close()
