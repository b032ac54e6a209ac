"""What a back end must offer so that the skills, written once, can move bodies in it."""

from __future__ import annotations

import math
from typing import NamedTuple, Protocol

from grounding.world import World


class Point(NamedTuple):
    """A point in metres in the world frame, z up from the floor (or table top)."""

    x: float
    y: float
    z: float


class Pose(NamedTuple):
    """Where a body stands: metres in the world frame, heading in radians from the x axis."""

    x: float
    y: float
    heading: float


def local(base: Pose, point: Point) -> Point:
    """A point of the world seen from a robot: x ahead, y to its left."""
    cos, sin = math.cos(base.heading), math.sin(base.heading)
    dx, dy = point.x - base.x, point.y - base.y
    return Point(cos * dx + sin * dy, cos * dy - sin * dx, point.z)


def glob(base: Pose, point: Point) -> Point:
    """The inverse of :func:`local`."""
    cos, sin = math.cos(base.heading), math.sin(base.heading)
    return Point(base.x + cos * point.x - sin * point.y, base.y + sin * point.x + cos * point.y, point.z)


class Stage(Protocol):
    """Bodies with poses, moved by references once a tick; nothing here knows about symbols.

    For an arm the base pose is that of its gripper: x, y of the tip and the yaw of its mount.
    Attributes:
        world: The static world.
        tick: Seconds between two references.
    """

    world: World
    tick: float

    def reset(self, seed: int) -> None:
        """Puts every body back to the start of the world file."""
        ...

    def advance(self) -> None:
        """Lets one tick of time pass, in which bodies move to their references."""
        ...

    def base(self, robot: str) -> Pose:
        """Where a robot stands now."""
        ...

    def tip(self, robot: str) -> Point:
        """Where the tip of a robot's gripper is now."""
        ...

    def set_base(self, robot: str, pose: Pose) -> None:
        """Reference for the end of the next tick."""
        ...

    def set_tip(self, robot: str, point: Point | None) -> None:
        """Reference of the gripper tip for the end of the next tick; None carries it tucked in.

        The tip of a mobile robot then keeps its place in the robot's own frame when that moves.
        """
        ...

    def halt(self, robot: str) -> None:
        """Velocity zero at once; the robot stays where it is."""
        ...

    def attach(self, robot: str, thing: str) -> bool:
        """Grasps a thing (or takes a person along); False when the gripper is not at it."""
        ...

    def detach(self, robot: str) -> None:
        """Lets go of what the robot holds."""
        ...

    def held(self, robot: str) -> str | None:
        """Id of what the robot really holds now."""
        ...

    def engage(self, robot: str, thing: str | None) -> None:
        """From now on the gripper tip pushes this thing when it touches it; None ends that."""
        ...

    def position(self, thing: str) -> Point:
        """Centre of a thing."""
        ...

    def moving(self, thing: str) -> bool:
        """Whether a thing has not come to rest yet."""
        ...

    def walk(self, person: str, x: float, y: float) -> None:
        """A person takes a step to this point."""
        ...

    def leaf(self, door: str) -> float:
        """How far a door stands open: 0 (closed) to 1."""
        ...

    def set_leaf(self, door: str, opening: float) -> None:
        """Reference of a door for the end of the next tick, 0 to 1."""
        ...

    def show(self, entity: str, flag: str, value: bool) -> None:
        """Makes a flag visible where there is something to see (a lamp that is lit)."""
        ...

    def photograph(self, robot: str) -> bool:
        """Takes a picture from the robot's camera; whether there is one."""
        ...

    def picture(self, width: int, height: int) -> bytes | None:
        """A PNG of the scene from above, None where there is no camera."""
        ...

    def close(self) -> None:
        """Frees everything; safe to call twice."""
        ...
