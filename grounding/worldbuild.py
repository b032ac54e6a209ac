"""Turns the entries of a world file into a world, checking every reference on the way."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from grounding.world import NEIGHBOURS, PROPERTIES, Cell, Door, Robot, RobotType, Thing, World, Zone
from grounding.worldschema import Location, RobotEntry, Source, ThingEntry
from grounding.worldskills import build_skills

RESERVED = ("self", "any", "here")
MAX_CELLS = 250_000
#: Cells of the rectangle around everything: displays and planners lay out all of it.
MAX_EXTENT = 4_000_000


class Builder:
    """Builds one world from one file.

    Args:
        source: The file.
    """

    def __init__(self, source: Source) -> None:
        self.source, self.file = source, source.entry
        self.seen: dict[str, str] = {}

    def build(self) -> World:
        """The world.

        Raises:
            WorldFileError: The file contradicts itself or the rules of world files.
        """
        file = self.file
        rooms = self._rooms()
        door_zones, doors = self._doors(rooms)
        free = {cell: zone.id for zone in (*rooms.values(), *door_zones.values()) for cell in zone.cells}
        self._extent(free)
        places = self._places(free)
        kinds = self._kinds([*rooms.values(), *door_zones.values(), *places.values()])
        zones = {**kinds, **rooms, **door_zones, **places}
        things = self._things(zones, free)
        entities = {**dict.fromkeys(zones, "zone"), **dict.fromkeys(things, "thing")}
        skills = build_skills(self.source, entities)
        types = self._types(skills.keys(), {name: skill.behaviour for name, skill in skills.items()})
        world = World(
            name=file.name, description=file.description, cell_size=file.grid.cell_size,
            tick_s=file.grid.tick_s, rooms=rooms, doors=doors, door_zones=door_zones,
            places=places, kinds=kinds, things=things, skills=skills,
            robots=self._robots(types, free), source=self.source.name,
        )  # fmt: skip
        self._starts(world)
        return replace(world, warnings=tuple(_doubts(world)))

    def _unique(self, name: str, location: Location, what: str) -> None:
        if name in RESERVED:
            raise self.source.fail(location, f"{name!r} is a reserved word.", "Choose another id.")
        if name in self.seen:
            raise self.source.fail(
                location, f"{name!r} is already the id of a {self.seen[name]}.", "Ids are unique in a world."
            )
        self.seen[name] = what

    def _rooms(self) -> dict[str, Zone]:
        rooms: dict[str, Zone] = {}
        owner: dict[Cell, str] = {}
        for i, room in enumerate(self.file.rooms):
            self._unique(room.id, ["rooms", i, "id"], "room")
            cells: set[Cell] = set()
            for j, (x0, y0, x1, y1) in enumerate(room.area):
                place: Location = ["rooms", i, "area", j]
                if x1 < x0 or y1 < y0:
                    raise self.source.fail(
                        place, f"[{x0}, {y0}, {x1}, {y1}] is empty.", "Write [x0, y0, x1, y1], x0 <= x1 and y0 <= y1."
                    )
                if len(owner) + (x1 - x0 + 1) * (y1 - y0 + 1) > MAX_CELLS:
                    raise self.source.fail(
                        place, f"the world has more than {MAX_CELLS:,} cells.", "Use a larger cell_size."
                    )
                cells |= {(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)}
            shared = min((cell for cell in cells if cell in owner), default=None)
            if shared is not None:
                raise self.source.fail(
                    ["rooms", i, "area"], f"cell {list(shared)} already belongs to room {owner[shared]!r}.",
                    "Rooms may not overlap.",
                )  # fmt: skip
            owner.update(dict.fromkeys(cells, room.id))
            rooms[room.id] = Zone(
                room.id, "room", room.kind, frozenset(cells), tuple(room.names), room.colour, frozenset(room.tags)
            )
        return rooms

    def _extent(self, free: Iterable[Cell]) -> None:
        xs, ys = zip(*free, strict=True)
        width, height = max(xs) - min(xs) + 1, max(ys) - min(ys) + 1
        if width * height > MAX_EXTENT:
            raise self.source.fail(
                ["rooms"], f"the rooms spread over {width:,} x {height:,} cells.", "Move them closer together."
            )

    def _doors(self, rooms: Mapping[str, Zone]) -> tuple[dict[str, Zone], dict[str, Door]]:
        zones: dict[str, Zone] = {}
        doors: dict[str, Door] = {}
        owner = {cell: room.id for room in rooms.values() for cell in room.cells}
        for i, door in enumerate(self.file.doors):
            place: Location = ["doors", i]
            self._unique(door.id, [*place, "id"], "door")
            for j, room in enumerate(door.joins):
                self.source.reference(room, rooms, [*place, "joins", j], "room")
            if door.joins[0] == door.joins[1]:
                raise self.source.fail([*place, "joins"], f"joins {door.joins[0]!r} to itself.", "Name two rooms.")
            cells: frozenset[Cell] = frozenset((x, y) for x, y in door.cells)
            taken = min((cell for cell in cells if cell in owner), default=None)
            if taken is not None:
                raise self.source.fail(
                    [*place, "cells"], f"cell {list(taken)} belongs to {owner[taken]!r}.",
                    "A door lies in the wall between two rooms.",
                )  # fmt: skip
            around = {(x + dx, y + dy) for x, y in cells for dx, dy in NEIGHBOURS}
            for room in door.joins:
                if not around & rooms[room].cells:
                    raise self.source.fail(
                        [*place, "cells"], f"the door does not touch room {room!r}.",
                        "Move it next to both rooms it joins.",
                    )  # fmt: skip
            if not door.closable and not door.open:
                raise self.source.fail(
                    [*place, "open"], "a door that is not closable cannot be shut.", "Add 'closable: true'."
                )
            owner.update(dict.fromkeys(cells, door.id))
            zones[door.id] = Zone(door.id, "door", "door", cells, tuple(door.names), door.colour)
            doors[door.id] = Door(door.id, (door.joins[0], door.joins[1]), door.closable, door.open)
        return zones, doors

    def _places(self, free: Mapping[Cell, str]) -> dict[str, Zone]:
        places: dict[str, Zone] = {}
        for i, place in enumerate(self.file.places):
            self._unique(place.id, ["places", i, "id"], "place")
            for j, (x, y) in enumerate(place.cells):
                self._on_floor((x, y), free, ["places", i, "cells", j])
            cells: frozenset[Cell] = frozenset((x, y) for x, y in place.cells)
            places[place.id] = Zone(
                place.id, "place", place.kind, cells, tuple(place.names), place.colour, frozenset(place.tags)
            )
        return places

    def _on_floor(self, cell: Cell, free: Mapping[Cell, str], location: Location) -> None:
        if cell not in free:
            raise self.source.fail(location, f"cell {list(cell)} is in a wall.", "Choose a cell inside a room.")

    def _kinds(self, zones: Sequence[Zone]) -> dict[str, Zone]:
        members: dict[str, list[Zone]] = {}
        for zone in zones:
            for kind in dict.fromkeys((zone.kind, *sorted(zone.tags))):
                members.setdefault(kind, []).append(zone)
        kinds: dict[str, Zone] = {}
        for kind, united in members.items():
            if kind in self.seen:
                if [zone.id for zone in united] == [kind]:
                    continue
                raise self.source.fail(
                    self._place_of(next(zone.id for zone in united if zone.id != kind)),
                    f"{kind!r} is both the id of a {self.seen[kind]} and a kind or tag of other zones.",
                    "Rename one of them.",
                )
            self._unique(kind, self._place_of(united[0].id), "kind of zone")
            cells = frozenset(cell for zone in united for cell in zone.cells)
            kinds[kind] = Zone(kind, "kind", kind, cells, members=tuple(zone.id for zone in united))
        return kinds

    def _place_of(self, zone: str) -> Location:
        """Where in the file a zone is described."""
        for part in ("rooms", "doors", "places"):
            for i, entry in enumerate(getattr(self.file, part)):
                if entry.id == zone:
                    return [part, i]
        return []

    def _things(self, zones: Mapping[str, Zone], free: Mapping[Cell, str]) -> dict[str, Thing]:
        things: dict[str, Thing] = {}
        for name, cls in self.file.classes.items():
            for j, prop in enumerate(cls.properties):
                self.source.reference(prop, PROPERTIES, ["classes", name, "properties", j], "property")
        for i, thing in enumerate(self.file.things):
            here: Location = ["things", i]
            self._unique(thing.id, [*here, "id"], "thing")
            self.source.reference(thing.class_, self.file.classes, [*here, "class"], "class")
            cls = self.file.classes[thing.class_]
            cell, support = self._spot(thing, here, zones, free, things)
            for j, flag in enumerate(thing.states):
                what = f"state of class {thing.class_!r} called"
                self.source.reference(flag, cls.states, [*here, "states", j], what)
            other = next((o for o in things.values() if cls.obstacle and o.obstacle and o.cell == cell), None)
            if other is not None:
                raise self.source.fail(
                    here, f"cell {list(cell)} is already taken by {other.id!r}.", "Move one of them."
                )
            things[thing.id] = Thing(
                id=thing.id, kind=thing.class_, cell=cell, colour=thing.colour,
                names=(*thing.names, *cls.names), adjectives=tuple(thing.adjectives), support=support,
                properties=frozenset(cls.properties), obstacle=cls.obstacle,
                flags=frozenset(thing.states), possible_flags=frozenset(cls.states),
                size=(cls.size[0], cls.size[1], cls.size[2]), mass=cls.mass,
            )  # fmt: skip
        return things

    def _spot(
        self, thing: ThingEntry, here: Location, zones: Mapping[str, Zone], free: Mapping[Cell, str],
        things: Mapping[str, Thing],
    ) -> tuple[Cell, str | None]:  # fmt: skip
        """The cell of a thing, and what it lies on or in."""
        if sum(place is not None for place in (thing.at, thing.on, thing.in_)) != 1:
            raise self.source.fail(here, f"{thing.id!r} needs exactly one of 'at', 'on' and 'in'.", "Say where it is.")
        if isinstance(thing.at, list):
            cell = (thing.at[0], thing.at[1])
            self._on_floor(cell, free, [*here, "at"])
            return cell, None
        if thing.at is not None:
            self.source.reference(thing.at, zones, [*here, "at"], "zone")
            return min(zones[thing.at].cells), None
        key, support, needed = ("on", thing.on, "surface") if thing.on else ("in", thing.in_ or "", "container")
        assert support is not None
        self.source.reference(support, things, [*here, key], "thing listed before it called")
        if needed not in things[support].properties:
            raise self.source.fail(
                [*here, key], f"{support!r} is not a {needed}.", f"Add the property {needed!r} to its class."
            )
        return things[support].cell, support

    def _types(self, skills: Iterable[str], behaviours: Mapping[str, str]) -> dict[str, RobotType]:
        types: dict[str, RobotType] = {}
        names = list(skills)
        for name, kind in self.file.robot_types.items():
            here: Location = ["robot_types", name]
            self.source.reference(kind.body, ("mobile", "arm"), [*here, "body"], "body")
            for j, skill in enumerate(kind.skills):
                self.source.reference(skill, names, [*here, "skills", j], "skill")
                if kind.body == "arm" and behaviours[skill] in ("push", "guide"):
                    raise self.source.fail(
                        [*here, "skills", j], f"an arm cannot {behaviours[skill]}.", "Drop the skill."
                    )
            if "drive" not in (behaviours[skill] for skill in kind.skills):
                moving = ", ".join(skill for skill in names if behaviours[skill] == "drive") or "none in this file"
                raise self.source.fail(
                    [*here, "skills"], "there is no skill among them with the behaviour 'drive', so it cannot move.",
                    f"Add one (such skills: {moving}).",
                )  # fmt: skip
            types[name] = RobotType(
                name, kind.body, tuple(dict.fromkeys(kind.skills)), kind.reach, kind.clearance, kind.radius
            )
        return types

    def _robots(self, types: Mapping[str, RobotType], free: Mapping[Cell, str]) -> dict[str, Robot]:
        robots: dict[str, Robot] = {}
        for i, entry in enumerate(self.file.robots):
            here: Location = ["robots", i]
            self._unique(entry.id, [*here, "id"], "robot")
            self.source.reference(entry.type, types, [*here, "type"], "robot type")
            kind = types[entry.type]
            cells, base = frozenset(free), None
            if kind.body == "arm":
                cells, base = self._workspace(entry, here, cells)
            elif entry.base is not None or entry.reach_m is not None:
                raise self.source.fail(
                    here, f"{entry.id!r} is mobile; only arms have 'base' and 'reach_m'.", "Drop them."
                )
            start = (entry.start[0], entry.start[1])
            self._on_floor(start, free, [*here, "start"])
            if start not in cells:
                raise self.source.fail(
                    [*here, "start"], f"cell {list(start)} is out of the arm's reach.", "Choose a nearer cell."
                )
            robots[entry.id] = Robot(entry.id, kind, start, tuple(entry.names), cells, base)
        return robots

    def _workspace(
        self, entry: RobotEntry, here: Location, free: frozenset[Cell]
    ) -> tuple[frozenset[Cell], tuple[float, float]]:
        """The cells under the reach of an arm, and its base."""
        if entry.base is None or entry.reach_m is None:
            raise self.source.fail(
                here, f"arm {entry.id!r} needs 'base' and 'reach_m'.",
                "Give metres: base: [x, y], reach_m: [nearest, farthest].",
            )  # fmt: skip
        (x, y), (near, far), size = entry.base, entry.reach_m, self.file.grid.cell_size
        if not 0 <= near < far:
            raise self.source.fail(
                [*here, "reach_m"], f"[{near}, {far}] is no range.", "Write [nearest, farthest] in metres."
            )
        return frozenset(c for c in free if near <= math.hypot(c[0] * size - x, c[1] * size - y) <= far), (x, y)

    def _starts(self, world: World) -> None:
        """Nobody starts inside something else."""
        robots = list(world.robots.values())
        for i, robot in enumerate(robots):
            here: Location = ["robots", i, "start"]
            blocking = next((t for t in world.things.values() if t.obstacle and t.cell == robot.start), None)
            if blocking is not None and robot.base is None:
                raise self.source.fail(
                    here, f"{blocking.id!r} stands in cell {list(robot.start)}.", "Move one of them."
                )
            door = world.door_at.get(robot.start)
            if door is not None and not world.doors[door].open:
                raise self.source.fail(here, f"cell {list(robot.start)} is in the closed door {door!r}.", "Move it.")
            for other in robots[:i]:
                if world.conflict(robot.id, robot.start, other.id, other.start):
                    raise self.source.fail(
                        here, f"cell {list(robot.start)} is too close to the start of {other.id!r}.",
                        "Robots start apart, as far as their clearance asks for.",
                    )  # fmt: skip


def _doubts(world: World) -> Iterator[str]:
    """What is allowed but probably a mistake, one sentence each."""
    reached: set[Cell] = set()
    for robot in world.robots.values():
        queue = [] if robot.start in reached else [robot.start]
        reached.update(queue)
        for cell in queue:
            new = [c for c in world.neighbours(cell, robot.cells) if c not in reached]
            reached.update(new)
            queue.extend(new)
    for room in world.rooms.values():
        if not room.cells & reached:
            yield f"No robot can get into room {room.id!r}: no door leads there."
    reach = max(robot.type.reach for robot in world.robots.values())
    for thing in world.things.values():
        x, y = thing.cell
        near = (
            (x + dx, y + dy) for dx in range(-reach, reach + 1) for dy in range(abs(dx) - reach, reach - abs(dx) + 1)
        )
        if not reached.intersection(near):
            yield f"No robot can get near {thing.id!r}."
