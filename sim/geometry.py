"""Shapes and places: where things are grasped, where there is room for them, what lies on what.

Both back ends use these, so that the same command ends in the same symbolic state in each.
Metres, world frame.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from grounding.world import Cell, Robot, Thing, World
from sim.stage import Point, Pose

#: The bottom of a thing may be so far below and above the top of a surface to count as resting on
#: it, directly or piled on other things.
SINK, PILE = 0.04, 0.15
#: Gap left between things set down next to one another.
GAP = 0.005
#: How far the boxes around two things may overlap: round things are narrower than their boxes.
OVERLAP = 0.003
#: Largest distance from the middle of a cell, in cells, at which something still is safely in it.
WITHIN = 0.45

Positions = Mapping[str, Point]


def hover(world: World) -> float:
    """Height at which the gripper of an arm travels, clear of everything on the table."""
    return 0.14 + max((thing.size[2] for thing in world.things.values()), default=0.1)


def tuck(world: World, robot: Robot, base: Pose) -> Point:
    """Where the gripper tip is while a robot travels."""
    if robot.base is not None:
        return Point(base.x, base.y, hover(world))
    return Point(base.x + 0.2 * math.cos(base.heading), base.y + 0.2 * math.sin(base.heading), 0.45)


def mount_heading(world: World, robot: Robot) -> float:
    """Yaw at the start: arms look towards the cells they reach, mobile robots along x."""
    if robot.base is None or not robot.cells:
        return 0.0
    x = sum(c[0] for c in robot.cells) / len(robot.cells) * world.cell_size - robot.base[0]
    y = sum(c[1] for c in robot.cells) / len(robot.cells) * world.cell_size - robot.base[1]
    return math.atan2(y, x)


def grasp_point(robot: Robot, thing: Thing, at: Point) -> Point:
    """Where the tip must be to hold a thing: fingers around its centre, suction on its top."""
    if robot.base is not None:
        return Point(at.x, at.y, max(at.z, 0.015))
    return Point(at.x, at.y, at.z + thing.size[2] / 2)


def footprint(world: World, thing: Thing) -> tuple[float, float]:
    """Half width and half depth of the room a thing needs.

    Arms keep the orientation of things; mobile robots carry them around in any direction, so
    that there the longer side counts both ways.
    """
    if any(robot.base is not None for robot in world.robots.values()):
        return thing.size[0] / 2, thing.size[1] / 2
    half = max(thing.size[0], thing.size[1]) / 2
    return half, half


def start_positions(world: World) -> dict[str, Point]:
    """Centres of all things at the start; what lies on or in something is placed there."""
    placed: dict[str, Point] = {}
    for thing in world.things.values():
        x, y = world.centre(thing.cell)
        z = thing.size[2] / 2
        if thing.support is not None:
            support = world.things[thing.support]
            top = placed[support.id].z + support.size[2] / 2
            spot = spot_on(world, thing, support, placed)
            x, y, z = spot if spot is not None else (x, y, top + thing.size[2] / 2)
        placed[thing.id] = Point(x, y, z)
    return placed


def spot_on(world: World, thing: Thing, support: Thing, positions: Positions) -> Point | None:
    """Centre of a thing set on a surface or into a container.

    Returns:
        On a surface the free spot farthest from what is there already, in the middle on top of
        the others where none is free; in a container on top of what is in it. None when the pile
        would be too high.
    """
    base = positions[support.id]
    top = base.z + support.size[2] / 2
    neighbours = {t: p for t, p in positions.items() if t != thing.id and _rests(world, t, positions, support)}
    if "container" in support.properties:
        z = base.z - support.size[2] / 2 + sum(world.things[t].size[2] for t in neighbours) + thing.size[2] / 2
        return Point(base.x, base.y, z) if z < top else None
    limit = WITHIN * world.cell_size
    half_x, half_y = footprint(world, thing)
    reach_x, reach_y = min(limit, support.size[0] / 2 - half_x), min(limit, support.size[1] / 2 - half_y)
    for fine in (1, 3):
        spots = [
            (base.x + dx, base.y + dy) for dy in _row(reach_y, half_y / fine) for dx in _row(reach_x, half_x / fine)
        ]
        best = _roomiest(world, thing, spots, neighbours)
        if best is not None:
            return Point(*best, top + thing.size[2] / 2)
    pile = max(p.z + world.things[t].size[2] / 2 for t, p in neighbours.items()) if neighbours else top
    return Point(base.x, base.y, pile + thing.size[2] / 2) if pile - top < PILE else None


def spot_on_floor(
    world: World, robot: Robot, thing: Thing, cell: Cell, prefer: tuple[float, float], positions: Positions
) -> Point:
    """Centre of a thing set down in a cell.

    Mobile robots stand in the middle of the cell themselves and use its corners; arms use the
    middle. Where nothing is free the thing goes on top of what is there.

    Args:
        world: The static world.
        robot: Who sets it down.
        thing: What is set down.
        cell: Where.
        prefer: A point that the spot should be near to.
        positions: Where all other things are.
    """
    x, y = world.centre(cell)
    limit = WITHIN * world.cell_size
    near = {
        t: p
        for t, p in positions.items()
        if t != thing.id and abs(p.x - x) < 2 * world.cell_size and abs(p.y - y) < 2 * world.cell_size
    }
    if robot.base is not None:
        offsets = [(0.0, 0.0), *((a * limit, b * limit) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b)]
    else:
        out = min(0.35, 0.5 - max(footprint(world, thing))) * world.cell_size
        offsets = [(a * out, b * out) for a in (-1, 1) for b in (-1, 1)]
    candidates = [(x + dx, y + dy) for dx, dy in offsets]
    candidates.sort(key=lambda c: round(math.hypot(c[0] - prefer[0], c[1] - prefer[1]), 3))
    free = [c for c in candidates if not any(_overlap(world, thing, c, t, p) for t, p in near.items())]
    px, py = free[0] if free else candidates[0]
    below = [p.z + world.things[t].size[2] / 2 for t, p in near.items() if _overlap(world, thing, (px, py), t, p)]
    reachable = [z for z in below if robot.base is not None or z < 0.5]
    return Point(px, py, max(reachable, default=0.0) + thing.size[2] / 2)


def supports(world: World) -> tuple[Thing, ...]:
    """The things that others can lie on or in."""
    return tuple(t for t in world.things.values() if t.properties & {"surface", "container"})


def support_of(world: World, thing: str, positions: Positions, among: Sequence[Thing]) -> str | None:
    """Id of the surface or container a thing lies on or in, judged by where it is.

    A spoon in a mug on a table is in the mug: of several the smallest counts.

    Args:
        world: The static world.
        thing: What lies somewhere.
        positions: Where things are.
        among: The surfaces and containers to look at.
    """
    point = positions[thing]
    found: Thing | None = None
    bottom = point.z - world.things[thing].size[2] / 2
    for other in among:
        if other.id == thing:
            continue
        at = positions[other.id]
        if abs(point.x - at.x) > other.size[0] / 2 or abs(point.y - at.y) > other.size[1] / 2:
            continue
        top = at.z + other.size[2] / 2
        within = _inside(world.things[thing], point, other, at)
        above = "surface" in other.properties and -SINK < bottom - top < PILE
        above = above and not _inside(other, at, world.things[thing], point)
        if (within or above) and (found is None or _area(other.size) < _area(found.size)):
            found = other
    return found.id if found else None


def _inside(thing: Thing, at: Point, holder: Thing, there: Point) -> bool:
    """Whether a thing is in a container, both known to be at the same spot of the floor plan."""
    floor, top = there.z - holder.size[2] / 2 - SINK, there.z + holder.size[2] / 2
    return "container" in holder.properties and floor < at.z < top and _area(holder.size) > _area(thing.size)


def riders(world: World, thing: str, positions: Positions) -> tuple[str, ...]:
    """Ids of what lies on or in a thing, on what lies on it, and so on: what comes along when it is carried."""
    if not world.things[thing].properties & {"surface", "container"}:
        return ()
    among = supports(world)
    below = {other: support_of(world, other, positions, among) for other in world.things if other != thing}
    found = [thing]
    for holder in found:
        found += [other for other, support in below.items() if support == holder and other not in found]
    return tuple(found[1:])


def _area(size: tuple[float, float, float]) -> float:
    return size[0] * size[1]


def _rests(world: World, thing: str, positions: Positions, support: Thing) -> bool:
    return thing != support.id and support_of(world, thing, positions, (support,)) is not None


def _row(reach: float, half: float) -> list[float]:
    """Evenly spread offsets in ``[-reach, reach]`` for things of this half width."""
    if reach <= 0:
        return [0.0]
    count = 1 + int(2 * reach / (2 * half + GAP))
    return [0.0] if count == 1 else [-reach + 2 * reach * i / (count - 1) for i in range(count)]


def _overlap(world: World, thing: Thing, at: tuple[float, float], other: str, there: Point) -> bool:
    ax, ay = footprint(world, thing)
    bx, by = footprint(world, world.things[other])
    return abs(at[0] - there.x) < ax + bx - OVERLAP and abs(at[1] - there.y) < ay + by - OVERLAP


def _roomiest(
    world: World, thing: Thing, candidates: Iterable[tuple[float, float]], neighbours: Positions
) -> tuple[float, float] | None:
    best, best_gap = None, -1.0
    for at in candidates:
        if any(_overlap(world, thing, at, t, p) for t, p in neighbours.items()):
            continue
        gap = min((math.hypot(at[0] - p.x, at[1] - p.y) for p in neighbours.values()), default=1e9)
        if gap > best_gap + 1e-3:
            best, best_gap = at, gap
    return best
