"""The fixed part of a world in pybullet: floor, walls, doors with a leaf, or a table under arms."""

from __future__ import annotations

import math
from collections.abc import Iterable

from grounding.world import NEIGHBOURS, Cell, World, Zone
from sim.bullet import Bullet, Joint, Part, body, chain
from sim.looks import COLOURS, room_colour, tint

WALL_HEIGHT = 0.55
#: Collision groups: which kinds of bodies there are.
GROUND, WALL, ROBOT, ITEM, HEAVY, FURNITURE, PERSON, ARM, CARRIED = (1 << i for i in range(9))
#: Which kinds each kind collides with; pybullet wants the table symmetric. Robots drive over or
#: around small things and past people; what they hold and push is moved by contact and grasp.
MEETS = {
    GROUND: ITEM | HEAVY | FURNITURE,
    WALL: ROBOT | HEAVY | ITEM,
    ROBOT: WALL | ROBOT | HEAVY,
    ITEM: GROUND | WALL | ITEM | HEAVY | FURNITURE | ARM,
    HEAVY: GROUND | WALL | ROBOT | ITEM | HEAVY | FURNITURE,
    FURNITURE: GROUND | ITEM | HEAVY | FURNITURE | ARM,
    PERSON: 0,
    CARRIED: 0,
    ARM: ITEM | FURNITURE | ARM,
}
Box = tuple[int, int, int, int]


def tabletop(world: World) -> bool:
    """Whether the world is a table: only arms, whose gripper hovers over the cells."""
    return all(robot.base is not None for robot in world.robots.values())


def boxes(cells: Iterable[Cell]) -> list[Box]:
    """Covers cells with few rectangles ``(x0, y0, x1, y1)``, inclusive: runs along x, then stacked."""
    left = set(cells)
    runs: list[Box] = []
    for x, y in sorted(left, key=lambda c: (c[1], c[0])):
        if runs and runs[-1][1] == y and runs[-1][2] == x - 1:
            runs[-1] = (runs[-1][0], y, x, y)
        else:
            runs.append((x, y, x, y))
    merged: dict[tuple[int, int], Box] = {}
    done: list[Box] = []
    for x0, y0, x1, y1 in runs:
        below = merged.get((x0, x1))
        if below is not None and below[3] == y0 - 1:
            merged[x0, x1] = (x0, below[1], x1, y1)
        else:
            if below is not None:
                done.append(below)
            merged[x0, x1] = (x0, y0, x1, y1)
    return done + list(merged.values())


def join(bullet: Bullet, number: int, group: int) -> None:
    """Puts all links of a body in a collision group."""
    for index in range(-1, bullet.getNumJoints(number)):
        bullet.setCollisionFilterGroupMask(number, index, group, MEETS[group])


def build_scenery(bullet: Bullet, world: World) -> None:
    """Adds all that never moves."""
    x0, y0, x1, y1 = world.bounds
    size = world.cell_size
    width, depth = (x1 - x0 + 1) * size, (y1 - y0 + 1) * size
    middle = ((x0 + x1) / 2 * size, (y0 + y1) / 2 * size)
    if tabletop(world):
        _table(bullet, world, width, depth, middle)
        return
    edge = 60.0
    slab = Part("box", (width + edge, depth + edge, 0.5), (0, 0, -0.252), (0.66, 0.69, 0.70, 1), solid=True)
    join(bullet, bullet.load(body("ground", [slab], 0), (*middle, 0), fixed=True), GROUND)
    for zone in (*world.rooms.values(), *world.door_zones.values()):
        _floor(bullet, world, zone)
    for box in boxes(_wall_cells(world)):
        _wall(bullet, world, box)


def build_door(bullet: Bullet, world: World, door: str) -> list[int]:
    """Adds the leaves of a door, one a cell; each turns on a hinge inside its doorway.

    Returns:
        Body numbers; joint 0 is the hinge, 0 = closed, a quarter turn = open.
    """
    size = world.cell_size
    leaves = []
    for cell in sorted(world.door_zones[door].cells):
        x, y = world.centre(cell)
        along_x = (cell[0] + 1, cell[1]) in world.free_cells and world.door_at.get((cell[0] + 1, cell[1])) != door
        length, thick = 0.94 * size, 0.05
        wood = Part("box", (length, thick, 0.95 * WALL_HEIGHT), (length / 2, 0, WALL_HEIGHT / 2), solid=True,
                    colour=(0.62, 0.42, 0.25, 1))  # fmt: skip
        handle = Part("sphere", (0.04,), (0.9 * length, 0, 0.35), COLOURS["yellow"])
        axis = (0, 0, -1) if along_x else (0, 0, 1)
        text = chain(door, (), [("leaf", Joint("revolute", axis, 0.0, math.pi / 2), [wood, handle], 6.0)])
        corner = (x - 0.47 * size, y - 0.47 * size, 0.0)
        number = bullet.load(text, corner, yaw=math.pi / 2 if along_x else 0.0, fixed=True)
        join(bullet, number, WALL)
        leaves.append(number)
    return leaves


def _wall_cells(world: World) -> set[Cell]:
    free = world.free_cells
    around = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
    return {(x + dx, y + dy) for x, y in free for dx, dy in around} - free


def _wall(bullet: Bullet, world: World, box: Box) -> None:
    size = world.cell_size
    x0, y0, x1, y1 = box
    w, d = (x1 - x0 + 1) * size, (y1 - y0 + 1) * size
    wall = Part("box", (w, d, WALL_HEIGHT), (0, 0, WALL_HEIGHT / 2), (0.93, 0.93, 0.95, 1), solid=True)
    at = ((x0 + x1) / 2 * size, (y0 + y1) / 2 * size, 0)
    join(bullet, bullet.load(body("wall", [wall], 0), at, fixed=True), WALL)


def _floor(bullet: Bullet, world: World, zone: Zone) -> None:
    """Paints the floor of a zone, with faint joints between cells."""
    size = world.cell_size
    colour = room_colour(zone.kind, zone.colour)
    if zone.sort == "door":
        colour = (0.72, 0.66, 0.58, 1)
    parts = []
    for x0, y0, x1, y1 in boxes(zone.cells):
        at = ((x0 + x1) / 2 * size, (y0 + y1) / 2 * size, 0.001)
        parts.append(Part("box", ((x1 - x0 + 1) * size, (y1 - y0 + 1) * size, 0.002), at, colour))
    for x, y in sorted(zone.cells):
        for dx, dy in NEIGHBOURS[:2]:
            if (x + dx, y + dy) in zone.cells:
                flat = (0.015, size, 0.002) if dx else (size, 0.015, 0.002)
                at = ((x + dx / 2) * size, (y + dy / 2) * size, 0.002)
                parts.append(Part("box", flat, at, tint(colour, 0.93)))
    for start in range(0, len(parts), 60):
        bullet.load(body("floor", parts[start : start + 60], 0), fixed=True)


def _table(bullet: Bullet, world: World, width: float, depth: float, middle: tuple[float, float]) -> None:
    """A table with its top at height zero, large enough for the mounts of the arms, on a floor."""
    reach = [abs(robot.base[0] - middle[0]) for robot in world.robots.values() if robot.base is not None]
    across = [abs(robot.base[1] - middle[1]) for robot in world.robots.values() if robot.base is not None]
    w = max(width, 2 * max(reach) + 0.4)
    d = max(depth, 2 * max(across) + 0.4) + 0.15
    wood = (0.76, 0.60, 0.43, 1.0)
    top = [
        Part("box", (w, d, 0.06), (0, 0, -0.03), wood, solid=True),
        Part("box", (width, depth, 0.002), (0, 0, 0.0), tint(wood, 1.12)),
        *(
            Part("box", (0.07, 0.07, 0.7), (sx * (w / 2 - 0.06), sy * (d / 2 - 0.06), -0.4), tint(wood, 0.6))
            for sx in (-1, 1)
            for sy in (-1, 1)
        ),
    ]
    join(bullet, bullet.load(body("table_top", top, 0), (*middle, 0), fixed=True), GROUND)
    ground = Part("box", (20, 20, 0.1), (0, 0, -0.8), (0.80, 0.82, 0.84, 1))
    bullet.load(body("ground", [ground], 0), (*middle, 0), fixed=True)
