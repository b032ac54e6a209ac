from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

import sim
from grounding.world import Cell, World
from grounding.worldfile import load_world
from sim.faults import FaultPlan
from sim.protocol import Simulator, SkillCommand, SkillResult


class Rig:
    """A simulator with a short way to run one skill to its end."""

    def __init__(self, world: World, physics: str, faults: FaultPlan | None) -> None:
        self.world = world
        self.sim: Simulator = sim.make(world, physics, faults=faults)
        self.count = 0

    def begin(self, robot: str, skill: str, *args: str, path: tuple[Cell, ...] = ()) -> SkillResult | None:
        self.count += 1
        return self.sim.start(SkillCommand(f"c{self.count}", robot, skill, args, path))

    def finish(self, robot: str, seconds: float = 120.0) -> SkillResult:
        for _ in range(round(seconds / 0.1)):
            for result in self.sim.step(0.1):
                if result.command.robot == robot:
                    return result
        raise AssertionError(f"{robot} is not done after {seconds} s: {self.sim.progress(robot)}")

    def do(self, robot: str, skill: str, *args: str, path: tuple[Cell, ...] = ()) -> SkillResult:
        return self.begin(robot, skill, *args, path=path) or self.finish(robot)

    def cell(self, entity: str) -> Cell:
        state = self.sim.observe()
        return state.robots[entity].cell if entity in state.robots else state.things[entity].cell


Make = Callable[..., Rig]


@pytest.fixture
def rig() -> Iterator[Make]:
    """Makes rigs by world name (or world) and physics, and closes them."""
    made: list[Rig] = []

    def make(world: str | World, physics: str = "kinematic", faults: FaultPlan | None = None) -> Rig:
        made.append(Rig(load_world(world) if isinstance(world, str) else world, physics, faults))
        return made[-1]

    yield make
    for each in made:
        each.sim.close()
