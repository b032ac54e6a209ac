"""The kinematic twin: bodies that are exactly where they are told to be, fast enough for tests."""

from __future__ import annotations

import math

from grounding.world import World
from sim.geometry import grasp_point, mount_heading, riders, start_positions, tuck
from sim.stage import Point, Pose, glob, local

#: Longest tick in seconds; a robot's time for a cell is a whole number of ticks.
TICK = 0.1
#: How near the tip must be to a thing to grasp it, and a person to be taken along (metres).
GRASP, CALL = 0.04, 2.5


class KinematicStage:
    """A :class:`sim.stage.Stage` without forces: references are reached at once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.tick = world.tick_s / max(1, math.ceil(world.tick_s / TICK - 1e-9))
        self.reset(0)

    def reset(self, seed: int) -> None:
        """Puts every body back to the start of the world file."""
        self._base: dict[str, Pose] = {}
        self._tip: dict[str, Point | None] = {}
        self._next_base: dict[str, Pose] = {}
        self._next_tip: dict[str, Point | None] = {}
        self._held: dict[str, str | None] = {}
        self._offset: dict[str, float] = {}
        self._riders: dict[str, tuple[str, Point]] = {}
        self._pushed: dict[str, str] = {}
        self._leaf = {door.id: float(door.open) for door in self.world.doors.values()}
        self._position = start_positions(self.world)
        for robot in self.world.robots.values():
            self._base[robot.id] = Pose(*self.world.centre(robot.start), mount_heading(self.world, robot))
            self._tip[robot.id] = None
            self._held[robot.id] = None

    def advance(self) -> None:
        """Puts every body where it was told to be."""
        self._base.update(self._next_base)
        self._tip.update(self._next_tip)
        self._next_base.clear()
        self._next_tip.clear()
        for robot in self._pushed:
            self._push(robot)

    def base(self, robot: str) -> Pose:
        """Where a robot stands."""
        return self._base[robot]

    def tip(self, robot: str) -> Point:
        """Where the tip of a robot's gripper is."""
        base, at, kind = self._base[robot], self._tip[robot], self.world.robots[robot]
        if at is None:
            return tuck(self.world, kind, base)
        return at if kind.base is not None else glob(base, at)

    def set_base(self, robot: str, pose: Pose) -> None:
        """Moves a robot, with its gripper and what it pushes, in the next tick."""
        self._next_base[robot] = pose

    def set_tip(self, robot: str, point: Point | None) -> None:
        """Moves the gripper tip; it then keeps its place in the robot's own frame."""
        if point is None:
            self._next_tip[robot] = None
            return
        base = self._next_base.get(robot, self._base[robot])
        if self.world.robots[robot].base is not None:
            self._next_base[robot] = Pose(point.x, point.y, base.heading)
            self._next_tip[robot] = point
        else:
            self._next_tip[robot] = local(base, point)

    def halt(self, robot: str) -> None:
        """Forgets where the robot was about to go."""
        self._next_base.pop(robot, None)
        self._next_tip.pop(robot, None)

    def attach(self, robot: str, thing: str) -> bool:
        """Grasps a thing when the tip is at it; calls a person when they are near."""
        kind, what, at = self.world.robots[robot], self.world.things[thing], self._position[thing]
        base = self._base[robot]
        if thing in self._held.values():
            return False
        if "guidable" in what.properties:
            if math.dist((at.x, at.y), (base.x, base.y)) > CALL * self.world.cell_size:
                return False
        elif math.dist(self.tip(robot), grasp_point(kind, what, at)) > GRASP:
            return False
        positions = {other: self.position(other) for other in self.world.things}
        for rider in riders(self.world, thing, positions):
            there = positions[rider]
            self._riders[rider] = (thing, Point(there.x - at.x, there.y - at.y, there.z - at.z))
        self._held[robot] = thing
        self._offset[thing] = at.z - self.tip(robot).z
        return True

    def detach(self, robot: str) -> None:
        """Lets go; the thing stays where the gripper held it."""
        thing = self._held[robot]
        if thing is not None:
            self._position[thing] = self.position(thing)
            for rider in [r for r, (carrier, _) in self._riders.items() if carrier == thing]:
                self._position[rider] = self.position(rider)
                del self._riders[rider]
            self._held[robot] = None

    def held(self, robot: str) -> str | None:
        """Id of what the robot holds."""
        return self._held[robot]

    def engage(self, robot: str, thing: str | None) -> None:
        """Lets the gripper tip push this thing."""
        if thing is None:
            self._pushed.pop(robot, None)
        else:
            self._pushed[robot] = thing

    def position(self, thing: str) -> Point:
        """Centre of a thing; a carried one hangs from the gripper, with what lies on or in it."""
        if thing in self._riders:
            carrier, offset = self._riders[thing]
            at = self.position(carrier)
            return Point(at.x + offset.x, at.y + offset.y, at.z + offset.z)
        for robot, held in self._held.items():
            if held == thing and "guidable" not in self.world.things[thing].properties:
                tip = self.tip(robot)
                return Point(tip.x, tip.y, tip.z + self._offset[thing])
        return self._position[thing]

    def moving(self, thing: str) -> bool:
        """Never: things rest as soon as they are let go."""
        return False

    def walk(self, person: str, x: float, y: float) -> None:
        """A person takes a step."""
        self._position[person] = Point(x, y, self._position[person].z)

    def leaf(self, door: str) -> float:
        """How far a door stands open."""
        return self._leaf[door]

    def set_leaf(self, door: str, opening: float) -> None:
        """Moves the leaf of a door."""
        self._leaf[door] = opening

    def show(self, entity: str, flag: str, value: bool) -> None:
        """Nothing to see here."""

    def photograph(self, robot: str) -> bool:
        """The twin's camera always works."""
        return True

    def picture(self, width: int, height: int) -> bytes | None:
        """The twin has no camera for people."""
        return None

    def close(self) -> None:
        """Nothing to free."""

    def _push(self, robot: str) -> None:
        """Keeps a pushed thing in front of the tip and on the line of the push."""
        base, tip = self._base[robot], self.tip(robot)
        thing = self._pushed[robot]
        at, size = self._position[thing], self.world.things[thing].size
        dx, dy = tip.x - base.x, tip.y - base.y
        if abs(dx) > abs(dy):
            sign = math.copysign(1.0, dx)
            contact = tip.x + sign * size[0] / 2
            if sign * (contact - at.x) > 0:
                self._position[thing] = Point(contact, base.y, at.z)
        else:
            sign = math.copysign(1.0, dy)
            contact = tip.y + sign * size[1] / 2
            if sign * (contact - at.y) > 0:
                self._position[thing] = Point(base.x, contact, at.z)
