"""The moving part of a world, and when a proposition holds in it.

A proposition is written ``predicate.arg.arg`` so that its name is a valid Spot identifier:

======================  ===========================================================
``at.R.Z``              robot R stands in zone Z
``holding.R.T``         robot R holds (carries or guides) thing T
``in.T.Z``              thing T rests in zone or container Z (and nobody holds it)
``inside.T.Z``          thing T is in zone Z, held or not
``on.T.S``              thing T rests on thing S
``is.E.F``              flag F of entity E holds ("is.m1.photographed")
======================  ===========================================================

R may be a robot id, ``self`` (the robot that carries out the leaf) or ``any`` (some robot of the
team); T of ``holding`` may be ``any`` too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from grounding.world import Cell, World

SELF = "self"
ANY = "any"

PREDICATES: Mapping[str, int] = {"at": 2, "holding": 2, "in": 2, "inside": 2, "on": 2, "is": 2}


@dataclass(frozen=True, order=True)
class Proposition:
    """One fact about the world that can be observed.

    Attributes:
        predicate: A key of :data:`PREDICATES`.
        args: Ids of the entities it speaks of.
    """

    predicate: str
    args: tuple[str, ...]

    @property
    def name(self) -> str:
        """The identifier used in formulas.

        >>> Proposition("at", ("self", "m1")).name
        'at.self.m1'
        """
        return ".".join((self.predicate, *self.args))

    @staticmethod
    def parse(name: str) -> Proposition:
        """The inverse of :attr:`name`.

        >>> Proposition.parse("at.self.m1").args
        ('self', 'm1')
        """
        predicate, *args = name.split(".")
        return Proposition(predicate, tuple(args))

    def bind(self, robot: str) -> Proposition:
        """The proposition with ``self`` replaced by a robot id."""
        if SELF not in self.args:
            return self
        return Proposition(self.predicate, tuple(robot if a == SELF else a for a in self.args))


#: What a robot does that was told to break off, until it stands in the middle of its nearest cell.
SETTLES = "settles"


@dataclass(frozen=True)
class RobotState:
    """Where one robot is and what it does.

    Attributes:
        cell: The cell it is in.
        pose: x, y in metres and heading in radians, world frame (arms: gripper x, y, base yaw).
        holding: Id of the thing it carries or guides, or None.
        skill: What it is doing right now ("go_to m1"), empty when idle.
        alive: False once the robot is lost.
        halted: Whether it was told to stand still and takes no orders until it is released.
    """

    cell: Cell
    pose: tuple[float, float, float] = (0.0, 0.0, 0.0)
    holding: str | None = None
    skill: str = ""
    alive: bool = True
    halted: bool = False

    @property
    def broke_off(self) -> bool:
        """Whether it has broken off what it was doing and comes to rest in the cell it is seen in, or rests there."""
        return self.halted or self.skill == SETTLES


@dataclass(frozen=True)
class ThingState:
    """Where one object or person is.

    Attributes:
        cell: The cell it is in (that of its holder or support where it has one).
        position: x, y, z of its centre in metres, world frame.
        support: Id of the thing it lies on or in, or None.
        held_by: Id of the robot that holds it, or None.
    """

    cell: Cell
    position: tuple[float, float, float] = (0.0, 0.0, 0.0)
    support: str | None = None
    held_by: str | None = None


@dataclass(frozen=True)
class WorldState:
    """One observation of the world.

    Attributes:
        time: Seconds since the start of the simulation.
        robots: By robot id.
        things: By thing id.
        flags: ``(entity, flag)`` pairs that hold, such as ``("door_m1", "open")``,
            ``("m1", "photographed")`` or ``("robot_1", "camera_on")``.
        sequence: Counts the observations of a run from 1, so that a lost one is noticed; 0 = not counted.
        run: Id of the run of whoever observes, empty = not known.
    """

    time: float
    robots: Mapping[str, RobotState]
    things: Mapping[str, ThingState]
    flags: frozenset[tuple[str, str]] = field(default_factory=frozenset)
    sequence: int = 0
    run: str = ""

    def with_flag(self, entity: str, flag: str, value: bool = True) -> WorldState:
        """A copy in which a flag is set or cleared."""
        pair = frozenset({(entity, flag)})
        return replace(self, flags=self.flags | pair if value else self.flags - pair)


def initial_state(world: World) -> WorldState:
    """The state in which a world file starts."""
    robots = {r.id: RobotState(r.start, (*world.centre(r.start), 0.0)) for r in world.robots.values()}
    things = {
        t.id: ThingState(t.cell, (*world.centre(t.cell), t.size[2] / 2), t.support) for t in world.things.values()
    }
    flags = {(t.id, flag) for t in world.things.values() for flag in t.flags}
    flags |= {(d.id, "open") for d in world.doors.values() if d.open}
    return WorldState(0.0, robots, things, frozenset(flags))


def passable(world: World, state: WorldState, cell: Cell) -> bool:
    """Whether nothing but perhaps a robot is in the way: no wall, closed door or obstacle."""
    if cell not in world.free_cells:
        return False
    door = world.door_at.get(cell)
    if door is not None and (door, "open") not in state.flags:
        return False
    return not any(
        thing.obstacle and state.things[thing.id].cell == cell and not state.things[thing.id].held_by
        for thing in world.things.values()
    )


def holds(proposition: Proposition, world: World, state: WorldState) -> bool:
    """Whether a proposition holds in an observed state.

    Args:
        proposition: A proposition without ``self`` (see :meth:`Proposition.bind`).
        world: The static world.
        state: The observation.
    """
    subject, value = proposition.args
    match proposition.predicate:
        case "at":
            robots = state.robots.values() if subject == ANY else (state.robots[subject],)
            return any(r.cell in world.zones[value].cells for r in robots)
        case "holding":
            robots = state.robots.values() if subject == ANY else (state.robots[subject],)
            if value == ANY:
                return any(r.holding is not None for r in robots)
            return any(r.holding == value for r in robots)
        case "in":
            thing = state.things[subject]
            if thing.held_by is not None:
                return False
            if value in world.things:
                return thing.support == value
            return thing.cell in world.zones[value].cells
        case "inside":
            return state.things[subject].cell in world.zones[value].cells
        case "on":
            return state.things[subject].support == value
        case "is" if subject == ANY:
            return any((robot, value) in state.flags for robot in state.robots)
        case "is":
            return (subject, value) in state.flags
    raise ValueError(f"unknown predicate {proposition.predicate!r}")
