"""The shape of world files: which keys there are, of what type, and on which line they stand."""

from __future__ import annotations

import difflib
import reprlib
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from grounding.errors import WorldFileError

#: Files beyond this size are not world files.
MAX_CHARACTERS = 2_000_000

Location = list[int | str]

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
#: A name people say: kept in lower case.
Name = Annotated[str, Field(min_length=1, max_length=60), AfterValidator(lambda name: " ".join(name.lower().split()))]
Coordinate = Annotated[int, Field(ge=-10_000, le=10_000)]
CellList = Annotated[list[Coordinate], Field(min_length=2, max_length=2)]
Rectangle = Annotated[list[Coordinate], Field(min_length=4, max_length=4)]
Pair = Annotated[list[float], Field(min_length=2, max_length=2)]
Length = Annotated[float, Field(gt=0, le=1000)]


class Entry(BaseModel):
    """What all parts of a world file have in common: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class GridEntry(Entry):
    """``grid``: metres a cell, and seconds a robot takes for one cell."""

    cell_size: float = Field(1.0, gt=0, le=100)
    tick_s: float = Field(1.0, gt=0, le=100)


class RoomEntry(Entry):
    """``rooms``: rectangles ``[x0, y0, x1, y1]``, inclusive, in cells."""

    id: Identifier
    kind: Identifier = "room"
    area: list[Rectangle] = Field(min_length=1)
    names: list[Name] = []
    colour: str = ""
    tags: list[Identifier] = []


class DoorEntry(Entry):
    """``doors``: cells in the wall between two rooms."""

    id: Identifier
    joins: Annotated[list[Identifier], Field(min_length=2, max_length=2)]
    cells: list[CellList] = Field(min_length=1)
    closable: bool = False
    open: bool = True
    names: list[Name] = []
    colour: str = ""


class PlaceEntry(Entry):
    """``places``: named spots inside rooms."""

    id: Identifier
    kind: Identifier = "place"
    cells: list[CellList] = Field(min_length=1)
    names: list[Name] = []
    colour: str = ""
    tags: list[Identifier] = []


class ClassEntry(Entry):
    """``classes``: what things of a class have in common; metres and kilograms."""

    properties: list[str] = []
    obstacle: bool = False
    size: Annotated[list[Length], Field(min_length=3, max_length=3)] = [0.2, 0.2, 0.2]
    mass: float = Field(0.3, gt=0, le=10_000)
    states: list[Identifier] = []
    names: list[Name] = []


class ThingEntry(Entry):
    """``things``: objects and people, each ``at`` a cell or zone, ``on`` or ``in`` another thing."""

    id: Identifier
    class_: Identifier = Field(alias="class")
    colour: str = ""
    names: list[Name] = []
    adjectives: list[Name] = []
    at: CellList | Identifier | None = None
    on: Identifier | None = None
    in_: Identifier | None = Field(None, alias="in")
    states: list[Identifier] = []


class SkillEntry(Entry):
    """``skills``: what robots can do; see :mod:`grounding.skills`."""

    behaviour: str
    parameters: dict[Identifier, str] = {}
    pre: list[str] = []
    effects: list[str] = []
    during: list[str] = []
    seconds: float = Field(1.0, gt=0, le=3600)
    description: str = ""


class RobotTypeEntry(Entry):
    """``robot_types``: bodies and capabilities; radius in metres, reach and clearance in cells."""

    body: str
    skills: list[Identifier] = Field(min_length=1)
    reach: int = Field(1, ge=0, le=100)
    clearance: int = Field(1, ge=1, le=100)
    radius: Length = 0.3


class RobotEntry(Entry):
    """``robots``: the team; arms also give ``base`` and ``reach_m`` in metres."""

    id: Identifier
    type: Identifier
    start: CellList
    names: list[Name] = []
    base: Pair | None = None
    reach_m: Pair | None = None


class WorldEntry(Entry):
    """A whole world file."""

    name: Identifier
    description: str = ""
    grid: GridEntry = Field(default_factory=lambda: GridEntry(cell_size=1.0, tick_s=1.0))
    rooms: list[RoomEntry] = Field(min_length=1)
    doors: list[DoorEntry] = []
    places: list[PlaceEntry] = []
    classes: dict[Identifier, ClassEntry] = {}
    things: list[ThingEntry] = []
    skills: dict[Identifier, SkillEntry] = Field(min_length=1)
    robot_types: dict[Identifier, RobotTypeEntry] = Field(min_length=1)
    robots: list[RobotEntry] = Field(min_length=1)


_PARTS: dict[str, type[Entry]] = {
    "grid": GridEntry, "rooms": RoomEntry, "doors": DoorEntry, "places": PlaceEntry, "classes": ClassEntry,
    "things": ThingEntry, "skills": SkillEntry, "robot_types": RobotTypeEntry, "robots": RobotEntry,
}  # fmt: skip


_DATES = ("tag:yaml.org,2002:timestamp",)
_PLAIN = dict.fromkeys("oOyYnN", (*_DATES, "tag:yaml.org,2002:bool"))


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML in which only true and false are truth values, so that ``on:`` is a key like any other."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        letter: [(tag, pattern) for tag, pattern in rules if tag not in _PLAIN.get(letter, _DATES)]
        for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Source:
    """The text of a world file, to find lines in.

    Args:
        text: The text.
        name: Path of the file, for messages.

    Attributes:
        entry: Its content, of the right shape but not checked for sense.

    Raises:
        WorldFileError: The text is not YAML or not of the shape of a world file.
    """

    def __init__(self, text: str, name: str) -> None:
        self.name = name
        if len(text) > MAX_CHARACTERS:
            raise WorldFileError(name, f"is too large for a world file ({len(text):,} characters).")
        self.node, data = self._read(text)
        if not isinstance(data, dict):
            raise WorldFileError(
                name, "a world file is a mapping with name, rooms, skills, robot_types and robots.",
                "See the shipped worlds/office.yaml for an example.",
            )  # fmt: skip
        try:
            self.entry = WorldEntry.model_validate(data)
        except ValidationError as error:
            raise self._explained(error) from error

    def _read(self, text: str) -> tuple[Any, Any]:
        try:
            loader = _Loader(text)
            node = loader.get_single_node()
            self._refuse_repeated_keys(node)
            return node, loader.construct_document(node) if node is not None else None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            where = f"{self.name}, line {mark.line + 1}" if mark else self.name
            problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be parsed"
            raise WorldFileError(where, f"not valid YAML: {problem}.", "Check the indentation and brackets.") from error
        except (ValueError, OverflowError, RecursionError) as error:
            raise WorldFileError(self.name, f"not valid YAML: {error}.", "Check numbers and nesting.") from error

    def _refuse_repeated_keys(self, root: Any) -> None:
        """YAML lets the last of two equal keys win without a word."""
        met: set[int] = set()
        queue = [root]
        for node in queue:
            if id(node) in met or not isinstance(node, yaml.CollectionNode):
                continue
            met.add(id(node))
            if isinstance(node, yaml.SequenceNode):
                queue.extend(node.value)
                continue
            keys: set[str] = set()
            for key, value in node.value:
                if str(key.value) in keys:
                    where = f"{self.name}, line {key.start_mark.line + 1}"
                    raise WorldFileError(where, f"the key {str(key.value)!r} stands here twice.", "Keep one of them.")
                keys.add(str(key.value))
                queue.append(value)

    def fail(self, location: Location, reason: str, hint: str = "") -> WorldFileError:
        """An error about one place of the file."""
        where = f"{self.name}, line {_line(self.node, location)}"
        return WorldFileError(f"{where}, {'.'.join(map(str, location))}" if location else where, reason, hint)

    def reference(self, name: str, known: Iterable[str], location: Location, what: str) -> str:
        """The name, when it is known.

        Raises:
            WorldFileError: It is not; the message has a near match.
        """
        names = list(known)
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(names[:20]) or 'none'}."
            raise self.fail(location, f"there is no {what} {name!r}.", hint)
        return name

    def _explained(self, error: ValidationError) -> WorldFileError:
        first = error.errors()[0]
        location = _in_file(self.node, first["loc"])
        kind = str(first["type"])
        if kind == "extra_forbidden":
            known = list(_keys(location))
            near = difflib.get_close_matches(str(location[-1]), known, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Known keys: {', '.join(known)}."
            return self.fail(location, "there is no such key.", hint)
        if kind == "missing":
            return self.fail([*location, str(first["loc"][-1])], "this key is missing.", "Add it.")
        if kind == "string_pattern_mismatch":
            return self.fail(
                location, f"{reprlib.repr(first.get('input'))} is not an id.",
                "Ids are lower-case letters, digits and underscores, with a letter first.",
            )  # fmt: skip
        reason = str(first["msg"]).removeprefix("Input ")
        return self.fail(location, f"{reason}, got {reprlib.repr(first.get('input'))}.")


def _keys(location: Location) -> Iterator[str]:
    model = _PARTS.get(str(location[0]), WorldEntry) if len(location) > 1 else WorldEntry
    for name, field in model.model_fields.items():
        yield field.alias or name


def _child(node: Any, part: int | str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((v for k, v in node.value if k.value == str(part)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part]
    return None


def _in_file(node: Any, location: Iterable[int | str]) -> Location:
    """The part of a validator's location that exists in the file (it also names union members)."""
    found: Location = []
    for part in location:
        child = _child(node, part)
        if child is None:
            break
        found.append(part)
        node = child
    return found


def _line(node: Any, location: Iterable[int | str]) -> int:
    """1-based line of an entry, or of the deepest part of its location that exists."""
    line = 0 if node is None else node.start_mark.line
    for part in location:
        child = _child(node, part)
        if child is None:
            break
        keys = node.value if isinstance(node, yaml.MappingNode) else ()
        line = next((key.start_mark.line for key, value in keys if value is child), child.start_mark.line)
        node = child
    return int(line) + 1
