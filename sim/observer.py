"""From poses to symbols: what an observer of the simulated world would say holds now."""

from __future__ import annotations

from collections.abc import Mapping

from grounding.state import RobotState, ThingState, WorldState
from grounding.world import Cell
from sim.geometry import support_of, supports
from sim.stage import Point, Stage

#: A door leaf counts as open from this opening on; below it bars the way.
OPEN = 0.9


def robot_cell(stage: Stage, robot: str) -> Cell:
    """The cell a robot is in."""
    base = stage.base(robot)
    return stage.world.cell_at(base.x, base.y)


def door_open(stage: Stage, door: str) -> bool:
    """Whether a robot can pass the door."""
    return stage.leaf(door) >= OPEN


class Observer:
    """Looks at a stage and says what holds: cells from positions, holding from attachment, support
    from geometry.

    Args:
        stage: The moving bodies.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._supports = supports(stage.world)

    def look(
        self,
        time: float,
        flags: frozenset[tuple[str, str]],
        doing: Mapping[str, str],
        lost: frozenset[str],
        halted: frozenset[str],
    ) -> WorldState:
        """The symbolic state.

        Args:
            time: Simulated seconds.
            flags: Flags that are not seen from poses (cleaned, photographed, camera on).
            doing: Robot id -> what it is doing, for people.
            lost: Robots that no longer answer.
            halted: Robots that were told to stand still.
        """
        stage, world = self.stage, self.stage.world
        robots: dict[str, RobotState] = {}
        holder: dict[str, str] = {}
        for robot in world.robots:
            base = stage.base(robot)
            held = stage.held(robot)
            if held is not None:
                holder[held] = robot
            pose = (base.x, base.y, base.heading)
            robots[robot] = RobotState(
                world.cell_at(base.x, base.y), pose, held, doing.get(robot, ""), robot not in lost, robot in halted
            )
        positions = {thing: stage.position(thing) for thing in world.things}
        things: dict[str, ThingState] = {}
        for thing in world.things:
            if thing in holder:
                point = positions[thing]
                things[thing] = ThingState(robots[holder[thing]].cell, (point.x, point.y, point.z), None, holder[thing])
        for thing in world.things:
            self._judge(thing, positions, things)
        doors = {(door, "open") for door in world.doors if door_open(stage, door)}
        return WorldState(time, robots, things, flags | doors)

    def _judge(self, thing: str, positions: Mapping[str, Point], things: dict[str, ThingState]) -> ThingState:
        """Judges one thing that nobody holds, after what it lies on."""
        if thing in things:
            return things[thing]
        world, point = self.stage.world, positions[thing]
        support = support_of(world, thing, positions, self._supports)
        cell = world.cell_at(point.x, point.y) if support is None else self._judge(support, positions, things).cell
        things[thing] = ThingState(cell, (point.x, point.y, point.z), support, None)
        return things[thing]
