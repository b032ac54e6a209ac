"""From poses to symbols: what an observer of the simulated world would say holds now."""

from __future__ import annotations

from collections.abc import Mapping

from grounding.state import RobotState, ThingState, WorldState
from grounding.world import Cell, World
from sim.geometry import support_of
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


def observe(
    stage: Stage,
    time: float,
    flags: frozenset[tuple[str, str]],
    doing: Mapping[str, str],
    lost: frozenset[str] = frozenset(),
) -> WorldState:
    """The symbolic state: cells from positions, holding from attachment, support from geometry.

    Args:
        stage: The moving bodies.
        time: Simulated seconds.
        flags: Flags that are not seen from poses (cleaned, photographed, camera on).
        doing: Robot id -> what it is doing, for people.
        lost: Robots that no longer answer.
    """
    world = stage.world
    robots: dict[str, RobotState] = {}
    holder: dict[str, str] = {}
    for robot in world.robots:
        base = stage.base(robot)
        held = stage.held(robot)
        if held is not None:
            holder[held] = robot
        robots[robot] = RobotState(
            world.cell_at(base.x, base.y), (base.x, base.y, base.heading), held, doing.get(robot, ""), robot not in lost
        )
    positions = {thing: stage.position(thing) for thing in world.things}
    things: dict[str, ThingState] = {}
    for thing in world.things:
        _see(world, thing, positions, holder, robots, things)
    doors = {(door, "open") for door in world.doors if door_open(stage, door)}
    return WorldState(time, robots, things, flags | doors)


def _see(
    world: World,
    thing: str,
    positions: Mapping[str, Point],
    holder: Mapping[str, str],
    robots: Mapping[str, RobotState],
    things: dict[str, ThingState],
) -> ThingState:
    """Judges one thing after what it lies on."""
    if thing in things:
        return things[thing]
    point = positions[thing]
    if thing in holder:
        state = ThingState(robots[holder[thing]].cell, (point.x, point.y, point.z), None, holder[thing])
    else:
        support = support_of(world, thing, positions)
        if support is None:
            cell = world.cell_at(point.x, point.y)
        else:
            cell = _see(world, support, positions, holder, robots, things).cell
        state = ThingState(cell, (point.x, point.y, point.z), support, None)
    things[thing] = state
    return state
