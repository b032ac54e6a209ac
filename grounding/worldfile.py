"""Reads and validates world files (YAML) into :class:`grounding.world.World`."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grounding.errors import SkillError, WorldFileError
from grounding.skills import parse_atom
from grounding.world import PROPERTIES, Cell, Door, Robot, RobotType, Skill, Thing, World, Zone

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
CellList = Annotated[list[int], Field(min_length=2, max_length=2)]
Rectangle = Annotated[list[int], Field(min_length=4, max_length=4)]

#: Parameter types of skills besides object classes.
ZONE_SORTS = ("room", "door", "place", "zone", "thing")
BEHAVIOURS = ("drive", "push", "pick", "place", "guide", "release", "photograph", "operate", "wait")
RESERVED = ("self", "any", "here")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Grid(_Entry):
    cell_size: float = Field(1.0, gt=0, description="metres a cell")
    tick_s: float = Field(1.0, gt=0, description="seconds a robot takes for one cell")


class _Room(_Entry):
    id: Identifier
    kind: Identifier = "room"
    area: list[Rectangle] = Field(min_length=1, description="rectangles [x0, y0, x1, y1], inclusive")
    names: list[str] = []
    colour: str = ""
    tags: list[Identifier] = []


class _Door(_Entry):
    id: Identifier
    joins: Annotated[list[Identifier], Field(min_length=2, max_length=2)]
    cells: list[CellList] = Field(min_length=1)
    closable: bool = False
    open: bool = True
    names: list[str] = []
    colour: str = ""


class _Place(_Entry):
    id: Identifier
    kind: Identifier = "place"
    cells: list[CellList] = Field(min_length=1)
    names: list[str] = []
    colour: str = ""
    tags: list[Identifier] = []


class _Class(_Entry):
    properties: list[str] = []
    obstacle: bool = False
    size: Annotated[list[float], Field(min_length=3, max_length=3)] = [0.2, 0.2, 0.2]
    mass: float = Field(0.3, gt=0)
    states: list[Identifier] = []
    names: list[str] = []


class _Thing(_Entry):
    id: Identifier
    class_: Identifier = Field(alias="class")
    colour: str = ""
    names: list[str] = []
    adjectives: list[str] = []
    at: CellList | Identifier | None = None
    on: Identifier | None = None
    in_: Identifier | None = Field(None, alias="in")
    states: list[Identifier] = []


class _Skill(_Entry):
    behaviour: str
    parameters: dict[Identifier, str] = {}
    pre: list[str] = []
    effects: list[str] = []
    during: list[str] = []
    seconds: float = Field(1.0, gt=0)
    description: str = ""


class _RobotType(_Entry):
    body: str
    skills: list[Identifier] = Field(min_length=1)
    reach: int = Field(1, ge=0)
    clearance: int = Field(1, ge=1)
    radius: float = Field(0.3, gt=0)


class _Robot(_Entry):
    id: Identifier
    type: Identifier
    start: CellList
    names: list[str] = []
    base: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    reach_m: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None


class _WorldFile(_Entry):
    name: Identifier
    description: str = ""
    grid: _Grid = Field(default_factory=lambda: _Grid(cell_size=1.0, tick_s=1.0))
    rooms: list[_Room] = Field(min_length=1)
    doors: list[_Door] = []
    places: list[_Place] = []
    classes: dict[Identifier, _Class] = {}
    things: list[_Thing] = []
    skills: dict[Identifier, _Skill] = Field(min_length=1)
    robot_types: dict[Identifier, _RobotType] = Field(min_length=1)
    robots: list[_Robot] = Field(min_length=1)


def worlds_folder() -> Path:
    """The folder with the shipped world files, in a checkout or an installed ROS package."""
    here = Path(__file__).resolve()
    for base in here.parents:
        for folder in (base / "worlds", base / "share" / "heed" / "worlds"):
            if folder.is_dir():
                return folder
    raise WorldFileError("worlds/", "the folder with world files was not found.", "Reinstall Heed.")


def shipped_worlds() -> tuple[str, ...]:
    """Names of the shipped worlds."""
    return tuple(sorted(p.stem for p in worlds_folder().glob("*.yaml")))


def load_world(world: str | Path) -> World:
    """Reads a world by name ("office") or path.

    Raises:
        WorldFileError: The file is missing or wrong; the message has the path, the line, what was
            expected and, where there is one, a suggestion.
    """
    path = Path(world)
    if path.suffix not in (".yaml", ".yml"):
        path = worlds_folder() / f"{world}.yaml"
        if not path.is_file():
            names = shipped_worlds()
            near = difflib.get_close_matches(str(world), names, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Shipped worlds: {', '.join(names)}."
            raise WorldFileError(f"world {str(world)!r}", "there is no such world.", hint)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorldFileError(str(path), f"cannot be read ({error}).", "Give the path of a world file.") from error
    return parse_world(text, source=str(path))


def parse_world(text: str, source: str = "<text>") -> World:
    """Builds a world from the text of a world file; see :func:`load_world` for errors."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{source}, line {mark.line + 1}" if mark else source
        problem = getattr(error, "problem", None) or "is not YAML"
        raise WorldFileError(where, f"not valid YAML: {problem}.", "Check the indentation and brackets.") from error
    if not isinstance(data, dict):
        raise WorldFileError(source, "a world file is a mapping with name, rooms, skills and robots.")
    try:
        file = _WorldFile.model_validate(data)
    except ValidationError as error:
        raise _explain(error, node, source) from error
    return _Builder(file, node, source).build()


def _line(node: Any, location: Iterable[int | str]) -> int:
    """1-based line of a value, or of the deepest part of its location that exists."""
    for part in location:
        child = None
        if isinstance(node, yaml.MappingNode):
            child = next((v for k, v in node.value if k.value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
        if child is None:
            break
        node = child
    return int(node.start_mark.line) + 1


def _explain(error: ValidationError, node: Any, source: str) -> WorldFileError:
    first = error.errors()[0]
    location = [
        p for p in first["loc"] if not (isinstance(p, str) and p.startswith(("list[", "function-", "constrained")))
    ]
    where = f"{source}, line {_line(node, location)}, {'.'.join(map(str, location))}"
    if first["type"] == "extra_forbidden":
        known = _known_keys(location)
        near = difflib.get_close_matches(str(location[-1]), known, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(known)}."
        return WorldFileError(where, "there is no such key.", hint)
    if first["type"] == "missing":
        return WorldFileError(where, "this key is missing.", "Add it.")
    reason = first["msg"].removeprefix("Input ")
    got = first.get("input")
    return WorldFileError(where, f"{reason}, got {got!r}.")


def _known_keys(location: list[int | str]) -> list[str]:
    tables: dict[str, type[BaseModel]] = {
        "grid": _Grid, "rooms": _Room, "doors": _Door, "places": _Place, "classes": _Class,
        "things": _Thing, "skills": _Skill, "robot_types": _RobotType, "robots": _Robot,
    }  # fmt: skip
    model = tables.get(str(location[0]), _WorldFile) if len(location) > 1 else _WorldFile
    return [f.alias or name for name, f in model.model_fields.items()]


class _Builder:
    """Turns a validated file into a world, checking every reference on the way."""

    def __init__(self, file: _WorldFile, node: Any, source: str) -> None:
        self.file, self.node, self.source = file, node, source
        self.seen: dict[str, str] = {}

    def fail(self, location: list[int | str], reason: str, hint: str = "") -> WorldFileError:
        where = f"{self.source}, line {_line(self.node, location)}, {'.'.join(map(str, location))}"
        return WorldFileError(where, reason, hint)

    def reference(self, name: str, known: Iterable[str], location: list[int | str], what: str) -> str:
        names = list(known)
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(names) or 'none'}."
            raise self.fail(location, f"there is no {what} {name!r}.", hint)
        return name

    def unique(self, name: str, location: list[int | str], what: str) -> None:
        if name in RESERVED:
            raise self.fail(location, f"{name!r} is a reserved word.", "Choose another id.")
        if name in self.seen:
            raise self.fail(
                location, f"{name!r} is already the id of a {self.seen[name]}.", "Ids are unique in a world."
            )
        self.seen[name] = what

    def build(self) -> World:
        file = self.file
        rooms = self.rooms()
        free = {cell: room.id for room in rooms.values() for cell in room.cells}
        door_zones, doors = self.doors(rooms, free)
        free |= {cell: zone.id for zone in door_zones.values() for cell in zone.cells}
        places = self.places(free)
        kinds = self.kinds([*rooms.values(), *door_zones.values(), *places.values()])
        things = self.things({**rooms, **door_zones, **places}, free)
        skills = self.skills(set(things))
        robots = self.robots(skills, free, file.grid.cell_size)
        return World(
            name=file.name, description=file.description, cell_size=file.grid.cell_size,
            tick_s=file.grid.tick_s, rooms=rooms, doors=doors, door_zones=door_zones,
            places=places, kinds=kinds, things=things, skills=skills, robots=robots,
            source=self.source,
        )  # fmt: skip

    def rooms(self) -> dict[str, Zone]:
        rooms: dict[str, Zone] = {}
        owner: dict[Cell, str] = {}
        for i, room in enumerate(self.file.rooms):
            self.unique(room.id, ["rooms", i, "id"], "room")
            cells: set[Cell] = set()
            for j, (x0, y0, x1, y1) in enumerate(room.area):
                if x1 < x0 or y1 < y0:
                    raise self.fail(
                        ["rooms", i, "area", j],
                        f"[{x0}, {y0}, {x1}, {y1}] is empty.",
                        "Write [x0, y0, x1, y1] with x0 <= x1 and y0 <= y1.",
                    )
                if (x1 - x0 + 1) * (y1 - y0 + 1) > 250_000:
                    raise self.fail(["rooms", i, "area", j], "is larger than 250,000 cells.", "Use a larger cell_size.")
                cells |= {(x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)}
            for cell in sorted(cells):
                if cell in owner:
                    raise self.fail(
                        ["rooms", i, "area"],
                        f"cell {list(cell)} already belongs to room {owner[cell]!r}.",
                        "Rooms may not overlap.",
                    )
                owner[cell] = room.id
            rooms[room.id] = Zone(
                room.id, "room", room.kind, frozenset(cells), tuple(room.names), room.colour, frozenset(room.tags)
            )
        return rooms

    def doors(self, rooms: dict[str, Zone], free: dict[Cell, str]) -> tuple[dict[str, Zone], dict[str, Door]]:
        zones: dict[str, Zone] = {}
        doors: dict[str, Door] = {}
        for i, door in enumerate(self.file.doors):
            self.unique(door.id, ["doors", i, "id"], "door")
            for j, room in enumerate(door.joins):
                self.reference(room, rooms, ["doors", i, "joins", j], "room")
            cells: frozenset[Cell] = frozenset((x, y) for x, y in door.cells)
            for j, cell in enumerate(sorted(cells)):
                if cell in free:
                    raise self.fail(
                        ["doors", i, "cells", j],
                        f"cell {list(cell)} belongs to room {free[cell]!r}.",
                        "A door lies in the wall between two rooms.",
                    )
            around = {(x + dx, y + dy) for x, y in cells for dx, dy in ((1, 0), (0, 1), (-1, 0), (0, -1))}
            for room in door.joins:
                if not around & rooms[room].cells:
                    raise self.fail(
                        ["doors", i, "cells"],
                        f"the door does not touch room {room!r}.",
                        "Move it next to both rooms it joins.",
                    )
            if not door.closable and not door.open:
                raise self.fail(
                    ["doors", i, "open"], "a door that is not closable cannot be shut.", "Add 'closable: true'."
                )
            zones[door.id] = Zone(door.id, "door", "door", cells, tuple(door.names), door.colour)
            doors[door.id] = Door(door.id, (door.joins[0], door.joins[1]), door.closable, door.open)
        return zones, doors

    def places(self, free: dict[Cell, str]) -> dict[str, Zone]:
        places: dict[str, Zone] = {}
        for i, place in enumerate(self.file.places):
            self.unique(place.id, ["places", i, "id"], "place")
            cells: frozenset[Cell] = frozenset((x, y) for x, y in place.cells)
            for j, cell in enumerate(sorted(cells)):
                self.on_floor(cell, free, ["places", i, "cells", j])
            places[place.id] = Zone(
                place.id, "place", place.kind, cells, tuple(place.names), place.colour, frozenset(place.tags)
            )
        return places

    def on_floor(self, cell: Cell, free: dict[Cell, str], location: list[int | str]) -> None:
        if cell not in free:
            raise self.fail(location, f"cell {list(cell)} is in a wall.", "Choose a cell inside a room.")

    def kinds(self, zones: list[Zone]) -> dict[str, Zone]:
        members: dict[str, list[Zone]] = {}
        for zone in zones:
            for kind in dict.fromkeys((zone.kind, *sorted(zone.tags))):
                members.setdefault(kind, []).append(zone)
        kinds: dict[str, Zone] = {}
        for kind, united in members.items():
            if kind in self.seen:
                if [z.id for z in united] != [kind]:
                    raise self.fail(
                        [],
                        f"{kind!r} is both the id of a {self.seen[kind]} and a kind of other zones.",
                        "Rename one of them.",
                    )
                continue
            cells = frozenset(cell for zone in united for cell in zone.cells)
            kinds[kind] = Zone(kind, "kind", kind, cells, members=tuple(z.id for z in united))
        return kinds

    def things(self, zones: dict[str, Zone], free: dict[Cell, str]) -> dict[str, Thing]:
        file = self.file
        things: dict[str, Thing] = {}
        for name, cls in file.classes.items():
            for j, prop in enumerate(cls.properties):
                self.reference(prop, PROPERTIES, ["classes", name, "properties", j], "property")
        for i, thing in enumerate(file.things):
            here: list[int | str] = ["things", i]
            self.unique(thing.id, [*here, "id"], "thing")
            self.reference(thing.class_, file.classes, [*here, "class"], "class")
            cls = file.classes[thing.class_]
            places = [p for p in (thing.at, thing.on, thing.in_) if p is not None]
            if len(places) != 1:
                raise self.fail(here, f"{thing.id!r} needs exactly one of 'at', 'on' and 'in'.", "Say where it is.")
            support = thing.on or thing.in_
            if isinstance(thing.at, list):
                cell: Cell = (thing.at[0], thing.at[1])
                self.on_floor(cell, free, [*here, "at"])
            elif isinstance(thing.at, str):
                self.reference(thing.at, zones, [*here, "at"], "zone")
                cell = min(zones[thing.at].cells)
            else:
                assert support is not None
                key = "on" if thing.on else "in"
                self.reference(support, things, [*here, key], "thing listed before it called")
                needed = "surface" if thing.on else "container"
                if needed not in things[support].properties:
                    raise self.fail(
                        [*here, key], f"{support!r} is not a {needed}.", f"Add the property {needed!r} to its class."
                    )
                cell = things[support].cell
            for j, flag in enumerate(thing.states):
                self.reference(flag, cls.states, [*here, "states", j], f"state of class {thing.class_!r} called")
            things[thing.id] = Thing(
                id=thing.id, kind=thing.class_, cell=cell, colour=thing.colour,
                names=(*thing.names, *cls.names), adjectives=tuple(thing.adjectives), support=support,
                properties=frozenset(cls.properties), obstacle=cls.obstacle,
                flags=frozenset(thing.states), possible_flags=frozenset(cls.states),
                size=(cls.size[0], cls.size[1], cls.size[2]), mass=cls.mass,
            )  # fmt: skip
        return things

    def skills(self, things: set[str]) -> dict[str, Skill]:
        file = self.file
        kinds = {*ZONE_SORTS, *PROPERTIES, *file.classes}
        skills: dict[str, Skill] = {}
        for name, skill in file.skills.items():
            here: list[int | str] = ["skills", name]
            self.reference(skill.behaviour, BEHAVIOURS, [*here, "behaviour"], "behaviour")
            for parameter, kind in skill.parameters.items():
                for option in kind.split("|"):
                    self.reference(option, kinds, [*here, "parameters", parameter], "class or property")
            names = {"self", *skill.parameters, *self.seen}
            for key in ("pre", "effects", "during"):
                for j, text in enumerate(getattr(skill, key)):
                    try:
                        atom = parse_atom(text)
                    except SkillError as error:
                        raise self.fail([*here, key, j], error.reason, error.next_step) from error
                    arguments = atom.args[:1] if atom.predicate == "is" else atom.args
                    for arg in arguments:
                        self.reference(arg, names, [*here, key, j], "parameter or id")
            skills[name] = Skill(
                name, skill.behaviour, dict(skill.parameters), tuple(skill.pre), tuple(skill.effects),
                tuple(skill.during), skill.seconds, skill.description,
            )  # fmt: skip
        return skills

    def robots(self, skills: dict[str, Skill], free: dict[Cell, str], cell_size: float) -> dict[str, Robot]:
        file = self.file
        types: dict[str, RobotType] = {}
        for name, kind in file.robot_types.items():
            self.reference(kind.body, ("mobile", "arm"), ["robot_types", name, "body"], "body")
            for j, skill in enumerate(kind.skills):
                self.reference(skill, skills, ["robot_types", name, "skills", j], "skill")
            types[name] = RobotType(name, kind.body, tuple(kind.skills), kind.reach, kind.clearance, kind.radius)
        robots: dict[str, Robot] = {}
        for i, robot in enumerate(file.robots):
            here: list[int | str] = ["robots", i]
            self.unique(robot.id, [*here, "id"], "robot")
            self.reference(robot.type, types, [*here, "type"], "robot type")
            kind_ = types[robot.type]
            start: Cell = (robot.start[0], robot.start[1])
            cells = frozenset(free)
            base: tuple[float, float] | None = None
            if kind_.body == "arm":
                if robot.base is None or robot.reach_m is None:
                    raise self.fail(
                        here,
                        f"arm {robot.id!r} needs 'base' and 'reach_m'.",
                        "Give metres: base: [x, y], reach_m: [nearest, farthest].",
                    )
                base = (robot.base[0], robot.base[1])
                near, far = robot.reach_m
                cells = frozenset(
                    c for c in free
                    if near <= math.hypot(c[0] * cell_size - base[0], c[1] * cell_size - base[1]) <= far
                )  # fmt: skip
            self.on_floor(start, free, [*here, "start"])
            if start not in cells:
                raise self.fail(
                    [*here, "start"], f"cell {list(start)} is out of the arm's reach.", "Choose a nearer cell."
                )
            for other in robots.values():
                if other.start == start:
                    raise self.fail(
                        [*here, "start"],
                        f"cell {list(start)} is already the start of {other.id!r}.",
                        "Robots start in cells of their own.",
                    )
            robots[robot.id] = Robot(robot.id, kind_, start, tuple(robot.names), cells, base)
        return robots
