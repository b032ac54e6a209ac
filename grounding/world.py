"""What words can refer to: the static part of a world, read once from a world file.

Units: cells are integer ``(x, y)`` with y up; one cell is ``cell_size`` metres wide; the centre
of cell ``(x, y)`` lies at ``(x * cell_size, y * cell_size)`` in the world frame. Time is seconds
unless a name says ticks (one tick is the time a robot needs for one cell, ``tick_s`` seconds).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

Cell = tuple[int, int]

_CELL = re.compile(r"cell_(-?\d+)_(-?\d+)\Z")

#: The four moves of a robot on the grid, in a fixed order so that plans are reproducible.
NEIGHBOURS: tuple[Cell, ...] = ((1, 0), (0, 1), (-1, 0), (0, -1))

#: What an argument of a skill may be restricted to besides an object class.
PROPERTIES = ("portable", "pushable", "guidable", "surface", "container")

#: Properties of things that some skill can bring from place to place.
MOVABLE = frozenset({"portable", "pushable", "guidable"})


@dataclass(frozen=True)
class Zone:
    """A named set of cells that a robot or an object can be in.

    Attributes:
        id: Identifier, ``[a-z][a-z0-9_]*``, unique in the world.
        sort: ``room``, ``door``, ``place`` (a named spot inside a room, such as a desk),
            ``kind`` (the union of all zones of one kind or tag, such as ``public``), ``cell``, or
            ``drawn`` (made while a mission runs, see :meth:`World.with_zone`).
        kind: What people call such a zone ("meeting_room", "desk", "corridor").
        cells: The cells of the zone.
        names: Other names people use, lower case, without articles.
        colour: Colour word, or empty.
        tags: Properties that rules speak of ("public").
        members: For ``kind`` zones, the ids of the zones united.
    """

    id: str
    sort: str
    kind: str
    cells: frozenset[Cell]
    names: tuple[str, ...] = ()
    colour: str = ""
    tags: frozenset[str] = frozenset()
    members: tuple[str, ...] = ()


def cell_zone(cell: Cell) -> str:
    """Name of the zone that is one cell.

    >>> cell_zone((6, 3))
    'cell_6_3'
    """
    return f"cell_{cell[0]}_{cell[1]}"


class Zones(dict[str, Zone]):
    """The named zones of a world. Its free cells are found by name as well, but not listed.

    A command such as "go north twice" asks for a cell; so formulas can speak of it as of any zone.
    """

    def __init__(self, named: Mapping[str, Zone], free: frozenset[Cell]) -> None:
        super().__init__(named)
        self._free = free

    def _cell(self, name: object) -> Cell | None:
        match = _CELL.match(name) if isinstance(name, str) else None
        cell = (int(match[1]), int(match[2])) if match else None
        return cell if cell in self._free else None

    def __missing__(self, name: str) -> Zone:
        cell = self._cell(name)
        if cell is None:
            raise KeyError(name)
        return Zone(name, "cell", "cell", frozenset({cell}), names=(f"cell ({cell[0]}, {cell[1]})",))

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or self._cell(name) is not None

    def get(self, name: str, default: Any = None) -> Any:
        """The zone of a name, or what is given instead."""
        return self[name] if name in self else default  # noqa: SIM401 - this is get


@dataclass(frozen=True)
class Door:
    """A door: one zone of cells that can be closed.

    Attributes:
        id: Identifier; a zone with the same id holds the door's cells.
        joins: Ids of the two rooms it joins.
        closable: Whether it has a leaf that can be open or closed.
        open: Whether it is open at the start (True for an opening without a leaf).
    """

    id: str
    joins: tuple[str, str]
    closable: bool = False
    open: bool = True


@dataclass(frozen=True)
class Thing:
    """An object or a person of the world.

    Attributes:
        id: Identifier, unique in the world.
        kind: Class noun ("apple", "chair", "person").
        colour: Colour word, or empty.
        names: Other names people use, lower case, without articles.
        adjectives: Further words that tell it apart ("small", "waiting").
        cell: Cell at the start (that of its support where it has one).
        support: Id of the thing it lies on or in at the start, or None.
        properties: Subset of :data:`PROPERTIES`.
        obstacle: Whether it keeps robots out of its cell.
        flags: States that hold at the start ("clean", "on").
        possible_flags: All states it can have.
        size: Width, depth and height in metres.
        mass: Kilograms.
    """

    id: str
    kind: str
    cell: Cell
    colour: str = ""
    names: tuple[str, ...] = ()
    adjectives: tuple[str, ...] = ()
    support: str | None = None
    properties: frozenset[str] = frozenset()
    obstacle: bool = False
    flags: frozenset[str] = frozenset()
    possible_flags: frozenset[str] = frozenset()
    size: tuple[float, float, float] = (0.2, 0.2, 0.2)
    mass: float = 0.3


@dataclass(frozen=True)
class Skill:
    """Something robots can do, with STRIPS-like conditions over its arguments.

    Conditions and effects are atoms ``predicate(arg, ...)`` or ``not predicate(arg, ...)`` whose
    arguments are ``self``, a parameter name, or a world id; see :mod:`grounding.skills`.

    Attributes:
        name: Verb, such as ``pick_up``.
        behaviour: Which built-in motion carries it out: ``drive``, ``push``, ``pick``, ``place``,
            ``guide``, ``release``, ``photograph``, ``operate`` or ``wait``; ``nudge`` is built in.
        parameters: Parameter name -> what it may be (object class, property, ``door``, ``room``,
            ``place``, ``zone`` or ``thing``), in order.
        pre: Conditions that must hold when it starts.
        effects: What holds when it has succeeded.
        during: Atoms that hold only while it runs (``is(self, camera_on)``).
        seconds: Nominal duration; ``drive`` and ``push`` take one tick a cell instead.
        description: One sentence for people.
    """

    name: str
    behaviour: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    pre: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    during: tuple[str, ...] = ()
    seconds: float = 1.0
    description: str = ""


@dataclass(frozen=True)
class RobotType:
    """A kind of robot.

    Attributes:
        name: Type name ("scout").
        body: ``mobile`` (drives from cell to cell) or ``arm`` (its gripper hovers over cells).
        skills: Names of the skills it has: its capabilities.
        reach: How many cells away it can handle things (0 = only in its own cell).
        clearance: How many cells two such bodies keep apart (1 = never in the same cell).
        radius: Body radius in metres (mobile) or gripper radius (arm).
    """

    name: str
    body: str
    skills: tuple[str, ...]
    reach: int = 1
    clearance: int = 1
    radius: float = 0.3


@dataclass(frozen=True)
class Robot:
    """One robot of the team.

    Attributes:
        id: Identifier, unique in the world ("robot_1").
        type: Its type.
        start: Cell at the start.
        names: Other names people use.
        cells: Cells it can ever be in: all free cells for a mobile robot, the cells under its
            reach for an arm.
        base: Arms: position of the base (x, y) in metres; mobile robots: None.
    """

    id: str
    type: RobotType
    start: Cell
    names: tuple[str, ...] = ()
    cells: frozenset[Cell] = frozenset()
    base: tuple[float, float] | None = None


@dataclass(frozen=True)
class World:
    """The static world. Build it with :func:`grounding.worldfile.load_world`.

    Attributes:
        name: Short name ("office").
        description: One sentence.
        cell_size: Metres a cell.
        tick_s: Seconds a robot takes for one cell.
        rooms, doors, places: Zones by sort; ``doors`` also carries what a door is, places those that were drawn.
        kinds: Zones that unite all zones of a kind or tag.
        things: Objects and people by id.
        skills: Skills by name.
        robots: Robots by id, in file order.
        source: Path of the file it was read from.
        warnings: What is allowed but probably a mistake in the file, one sentence each.
    """

    name: str
    description: str
    cell_size: float
    tick_s: float
    rooms: Mapping[str, Zone]
    doors: Mapping[str, Door]
    door_zones: Mapping[str, Zone]
    places: Mapping[str, Zone]
    kinds: Mapping[str, Zone]
    things: Mapping[str, Thing]
    skills: Mapping[str, Skill]
    robots: Mapping[str, Robot]
    source: str = ""
    warnings: tuple[str, ...] = ()

    @cached_property
    def zones(self) -> Mapping[str, Zone]:
        """Every zone by id: rooms, doors, places, kinds; and, by name alone, every free cell (``cell_6_3``)."""
        return Zones({**self.kinds, **self.rooms, **self.door_zones, **self.places}, self.free_cells)

    @cached_property
    def free_cells(self) -> frozenset[Cell]:
        """Cells that are not wall: those of rooms and doors."""
        return frozenset(cell for zone in (*self.rooms.values(), *self.door_zones.values()) for cell in zone.cells)

    @cached_property
    def bounds(self) -> tuple[int, int, int, int]:
        """Smallest and largest free coordinates: ``(x0, y0, x1, y1)``."""
        xs = [x for x, _ in self.free_cells]
        ys = [y for _, y in self.free_cells]
        return min(xs), min(ys), max(xs), max(ys)

    @cached_property
    def door_at(self) -> Mapping[Cell, str]:
        """Door id by cell, closable or not."""
        return {cell: zone.id for zone in self.door_zones.values() for cell in zone.cells}

    def with_zone(self, name: str, cells: frozenset[Cell]) -> World:
        """The world with one more place, or with another one of that name.

        Args:
            name: Id of the place, ``[a-z][a-z0-9_]*``.
            cells: Its cells.

        >>> from grounding.worldfile import load_world
        >>> "spill" in load_world("office").with_zone("spill", frozenset({(3, 3)})).zones
        True
        """
        zone = Zone(name, "drawn", "area", cells, names=(name.replace("_", " "),))
        return replace(self, places={**self.places, name: zone})

    def without_zone(self, name: str) -> World:
        """The world without a place."""
        return replace(self, places={other: zone for other, zone in self.places.items() if other != name})

    def room_of(self, cell: Cell) -> str | None:
        """Id of the room that holds the cell, None on a door or wall."""
        return next((room.id for room in self.rooms.values() if cell in room.cells), None)

    def zones_at(self, cell: Cell) -> tuple[str, ...]:
        """Ids of all zones that hold the cell."""
        return self._zones_by_cell.get(cell, ())

    @cached_property
    def _zones_by_cell(self) -> Mapping[Cell, tuple[str, ...]]:
        table: dict[Cell, list[str]] = {}
        for zone in self.zones.values():
            for cell in zone.cells:
                table.setdefault(cell, []).append(zone.id)
        return {cell: tuple(ids) for cell, ids in table.items()}

    def capable(self, skill: str) -> tuple[str, ...]:
        """Ids of the robots that have the skill."""
        return tuple(r.id for r in self.robots.values() if skill in r.type.skills)

    def neighbours(self, cell: Cell, within: frozenset[Cell] | None = None) -> Iterator[Cell]:
        """Free cells one step from ``cell`` (inside ``within`` where given)."""
        cells = self.free_cells if within is None else within
        for dx, dy in NEIGHBOURS:
            other = (cell[0] + dx, cell[1] + dy)
            if other in cells:
                yield other

    def conflict(self, robot_a: str, cell_a: Cell, robot_b: str, cell_b: Cell) -> bool:
        """Whether two robots in these cells at the same moment would touch.

        Mobile robots conflict when fewer than ``clearance`` cells apart. Two arms face each other
        along the line between their bases: they also conflict when one reaches past the other.
        """
        a, b = self.robots[robot_a], self.robots[robot_b]
        if a.type.body != b.type.body:
            return False
        gap = max(a.type.clearance, b.type.clearance)
        if a.base is None or b.base is None:
            return max(abs(cell_a[0] - cell_b[0]), abs(cell_a[1] - cell_b[1])) < gap
        axis = 0 if abs(a.base[0] - b.base[0]) >= abs(a.base[1] - b.base[1]) else 1
        sign = 1 if a.base[axis] <= b.base[axis] else -1
        return sign * (cell_b[axis] - cell_a[axis]) < gap

    def centre(self, cell: Cell) -> tuple[float, float]:
        """Centre of a cell in metres in the world frame."""
        return cell[0] * self.cell_size, cell[1] * self.cell_size

    def cell_at(self, x: float, y: float) -> Cell:
        """The cell under a point in metres in the world frame."""
        return round(x / self.cell_size), round(y / self.cell_size)
