"""Reads hierarchical planning cases: a gridded world, a hierarchy of formulas, robots and starts.

The format is that of the published office cases (Luo and Liu 2024). Everything from outside is
checked here, once; what leaves this module is consistent. Formulas are kept in our notation, with
``X`` read as the strong next: at the last moment of a finite trace there is no next moment.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from grounding.errors import FormulaError, HeedError
from grounding.logic.formula import Node, parse
from grounding.world import NEIGHBOURS, Cell

_MOST_BYTES = 16 * 1024**2
_MOST_CELLS = 250_000
_MOST_ROBOTS = 5_000
_MOST_LEAVES = 1_000


class CaseError(HeedError):
    """A planning case or its world file is not usable."""


@dataclass(frozen=True)
class ActionEdge:
    """One edge of the automaton of actions: the effect of taking it labels the next cell.

    Attributes:
        source, target: States of the automaton.
        label: Name of the action and of its effect; ``default`` costs nothing.
        regions: Regions one of which the robot must stand in when it starts; empty = anywhere.
    """

    source: str
    target: str
    label: str
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CaseWorld:
    """A gridded world in which robots of one kind move and act.

    Attributes:
        name: Its name.
        cells: Free cells in file order.
        regions: Region -> its cells; no cell lies in two.
        region_at: Cell -> its region.
        initial: State of the action automaton at the start of every leaf.
        actions: Edges of the action automaton.
    """

    name: str
    cells: tuple[Cell, ...]
    regions: Mapping[str, tuple[Cell, ...]]
    region_at: Mapping[Cell, str]
    initial: str
    actions: tuple[ActionEdge, ...]

    @property
    def atoms(self) -> frozenset[str]:
        """Names leaves may speak of: regions and effects of actions."""
        return frozenset(self.regions) | {edge.label for edge in self.actions}

    def neighbours(self, cell: Cell) -> Iterator[Cell]:
        """Free cells beside a cell."""
        for dx, dy in NEIGHBOURS:
            if (cell[0] + dx, cell[1] + dy) in self._free:
                yield cell[0] + dx, cell[1] + dy

    def __post_init__(self) -> None:
        object.__setattr__(self, "_free", frozenset(self.cells))

    _free: frozenset[Cell] = frozenset()


@dataclass(frozen=True)
class CaseRobot:
    """A robot of an instance: its id, type number and first cell."""

    id: str
    type: int
    start: Cell


@dataclass(frozen=True)
class Instance:
    """One team on a case.

    Attributes:
        seed: Seed its starts were drawn with.
        robots: The team.
        optimum_cost, optimum_makespan: Published reference optima, None where unknown.
        peer_cost, peer_makespan: Best the peer found for its cost objective, None where unknown.
    """

    seed: int
    robots: tuple[CaseRobot, ...]
    optimum_cost: int | None = None
    optimum_makespan: int | None = None
    peer_cost: float | None = None
    peer_makespan: float | None = None


@dataclass(frozen=True)
class Case:
    """A hierarchy of formulas over a world, and the teams to plan it for.

    Attributes:
        id: Name of the case.
        world: Its world.
        root: Name of the root formula.
        formulas: Name -> formula, level by level.
        children: Composite -> names of its children.
        leaves: Names of the leaves, in file order.
        instances: The teams.
    """

    id: str
    world: CaseWorld
    root: str
    formulas: Mapping[str, str]
    children: Mapping[str, tuple[str, ...]]
    leaves: tuple[str, ...]
    instances: tuple[Instance, ...]


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


def _pair(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


_Cell = Annotated[tuple[int, int], BeforeValidator(_pair)]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=80)]


class _Edge(_Model):
    source: str = Field(alias="from")
    target: str = Field(alias="to")
    label: str


class _Actions(_Model):
    initial: str
    edges: list[_Edge] = Field(min_length=1)
    preconditions: dict[str, list[list[str]]] = {}


class _World(_Model):
    name: str
    free_cells: list[_Cell] = Field(min_length=1, max_length=_MOST_CELLS)
    regions: dict[_Name, list[_Cell]]
    action_model: _Actions


class _Robot(_Model):
    id: str
    type: int = 1
    start: _Cell | None = None


class _Optimum(_Model):
    total_cost: int | None = None
    makespan_steps: int | None = None


class _Peer(_Model):
    cost_type: str
    ok: bool
    cost: float | None = None
    makespan: float | None = None


class _Instance(_Model):
    seed: int = 0
    robots: list[_Robot] = Field(min_length=1, max_length=_MOST_ROBOTS)
    reference_optimum: _Optimum | None = None
    peer_measured: list[_Peer] = []


class _Case(_Model):
    id: str
    world: str
    hierarchy: list[dict[_Name, str]] = Field(min_length=1)
    children: dict[str, list[str]]
    leaves: list[str] = Field(min_length=1, max_length=_MOST_LEAVES)
    instances: list[_Instance] = Field(min_length=1)


_Read = TypeVar("_Read", bound=BaseModel)


def load_case(path: str | Path) -> Case:
    """Reads a case and the world file it names, which lies beside it.

    Raises:
        CaseError: A file is missing, too large, not JSON, or breaks the format; or the hierarchy,
            the robots or the world contradict themselves. The message names the guilty part.
        FormulaError: A formula is ill-formed; the message names it.
    """
    path = Path(path)
    raw = _read(path, _Case)
    world = load_case_world(path.parent / raw.world)
    case = _case(raw, world, str(path))
    validate(case, [set(level) for level in raw.hierarchy], str(path))
    return case


def load_case_world(path: str | Path) -> CaseWorld:
    """Reads the world of a case.

    Raises:
        CaseError: See :func:`load_case`.
    """
    path = Path(path)
    raw = _read(path, _World)
    cells = tuple(dict.fromkeys(raw.free_cells))
    free = set(cells)
    region_at: dict[Cell, str] = {}
    for name, members in raw.regions.items():
        for cell in members:
            if cell not in free:
                raise CaseError(f"{path}, region {name!r}", f"its cell {list(cell)} is not free.")
            if cell in region_at:
                raise CaseError(f"{path}, region {name!r}", f"shares cell {list(cell)} with {region_at[cell]!r}.")
            region_at[cell] = name
    if not all(members for members in raw.regions.values()):
        name = next(name for name, members in raw.regions.items() if not members)
        raise CaseError(f"{path}, region {name!r}", "has no cells.")
    model = raw.action_model
    allowed: dict[str, frozenset[str]] = {}
    for label, options in model.preconditions.items():
        unknown = {name for option in options for name in option} - set(raw.regions)
        if unknown:
            raise CaseError(f"{path}, precondition of {label!r}", f"names the unknown region {min(unknown)!r}.")
        if any(len(option) > 1 for option in options):
            raise CaseError(f"{path}, precondition of {label!r}", "asks for two regions at once, cells lie in one.")
        allowed[label] = frozenset(name for option in options for name in option) if all(options) else frozenset()
    actions = tuple(ActionEdge(e.source, e.target, e.label, allowed.get(e.label, frozenset())) for e in model.edges)
    if model.initial not in {edge.source for edge in actions}:
        raise CaseError(f"{path}, action_model", f"no edge leaves the initial state {model.initial!r}.")
    clash = {edge.label for edge in actions} & set(raw.regions)
    if clash:
        raise CaseError(f"{path}", f"{min(clash)!r} is both a region and an action.")
    regions = {name: tuple(members) for name, members in raw.regions.items()}
    return CaseWorld(raw.name, cells, regions, region_at, model.initial, actions)


def _read(path: Path, model: type[_Read]) -> _Read:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise CaseError(str(path), f"is larger than {_MOST_BYTES // 1024**2} MiB.")
        return model.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise CaseError(str(path), f"cannot be read ({error.strerror}).", "Check the path.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise CaseError(str(path), f"is not JSON ({error}).") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise CaseError(f"{path}, {where}", f"{first['msg']}.") from error


def _case(raw: _Case, world: CaseWorld, path: str) -> Case:
    formulas: dict[str, str] = {}
    for level in raw.hierarchy:
        for name, text in level.items():
            if name in formulas:
                raise CaseError(f"{path}, formula {name!r}", "is defined twice.", "Give it one place.")
            formulas[name] = read_formula(name, text)
    if len(raw.hierarchy[0]) != 1:
        raise CaseError(f"{path}, hierarchy[0]", f"has {len(raw.hierarchy[0])} formulas, the root must stand alone.")
    children = {name: tuple(kids) for name, kids in raw.children.items() if kids}
    instances = tuple(_instance(i, world, f"{path}, instances[{n}]") for n, i in enumerate(raw.instances))
    return Case(raw.id, world, next(iter(raw.hierarchy[0])), formulas, children, tuple(raw.leaves), instances)


def read_formula(name: str, text: str) -> str:
    """The formula in our notation, ``X`` made strong; atoms are as in the file.

    Published case 27 closes one bracket too many; brackets left over at the very end are ignored.

    Raises:
        FormulaError: It is ill-formed; the message names it.
    """
    while text.rstrip().endswith(")") and text.count(")") > text.count("("):
        text = text.rstrip()[:-1]
    try:
        return str(_strong(parse(text)))
    except FormulaError as error:
        raise FormulaError(f"formula {name!r}: {error.thing}", error.reason, error.next_step) from error


def _strong(node: Node) -> Node:
    children = tuple(_strong(child) for child in node.children)
    return Node("X[!]" if node.op == "X" else node.op, children, node.atom)


def _instance(raw: _Instance, world: CaseWorld, where: str) -> Instance:
    free = set(world.cells)
    robots = []
    for robot in raw.robots:
        if robot.start is None:
            raise CaseError(f"{where}, robot {robot.id!r}", "has no start cell.", 'Give it "start": [x, y].')
        if robot.start not in free:
            raise CaseError(f"{where}, robot {robot.id!r}", f"starts in {list(robot.start)}, which is not free.")
        robots.append(CaseRobot(robot.id, robot.type, robot.start))
    twice = _twice(robot.id for robot in robots)
    if twice is not None:
        raise CaseError(f"{where}, robot {twice!r}", "is listed twice.")
    found = [p for p in raw.peer_measured if p.ok and p.cost_type == "min" and p.cost is not None]
    best = min(found, key=lambda p: p.cost or 0.0, default=None)
    known = raw.reference_optimum or _Optimum()
    return Instance(
        raw.seed, tuple(robots), known.total_cost, known.makespan_steps,
        best.cost if best else None, best.makespan if best else None,
    )  # fmt: skip


def _twice(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def validate(case: Case, levels: Sequence[Collection[str]], path: str) -> None:
    """The validity conditions of a hierarchy, each reported with the offending name.

    Args:
        case: The case.
        levels: Names of its formulas, level by level.
        path: Where it is from, for messages.

    Raises:
        CaseError: A condition is broken.
    """
    parents: dict[str, str] = {}
    for parent, kids in case.children.items():
        if parent not in case.formulas:
            raise CaseError(f"{path}, children of {parent!r}", "there is no formula of that name.")
        for kid in kids:
            if kid not in case.formulas:
                raise CaseError(f"{path}, children of {parent!r}", f"{kid!r} has no formula.")
            if kid in parents:
                raise CaseError(f"{path}, formula {kid!r}", f"is used by both {parents[kid]!r} and {parent!r}.")
            parents[kid] = parent
    for name in case.formulas:
        _rooted(name, case.root, parents, path)
    depth = {name: i for i, level in enumerate(levels) for name in level}
    regions = case.world.atoms
    for name, text in case.formulas.items():
        atoms = set(parse(text).atoms)
        below = set(case.children.get(name, ()))
        if below:
            if name in case.leaves:
                raise CaseError(f"{path}, leaf {name!r}", "has children.")
            for atom in sorted(atoms ^ below):
                reason = f"speaks of {atom!r}, which is not its child." if atom in atoms else f"never uses {atom!r}."
                raise CaseError(f"{path}, formula {name!r}", reason)
            for kid in sorted(below):
                if depth[kid] != depth[name] + 1:
                    raise CaseError(f"{path}, formula {kid!r}", f"does not stand on the level below {name!r}.")
            _stutters(name, parse(text), path)
        else:
            if name not in case.leaves:
                raise CaseError(f"{path}, formula {name!r}", "has no children but is not listed as a leaf.")
            for atom in sorted(atoms - regions):
                what = "is another formula" if atom in case.formulas else "is neither a region nor an action"
                raise CaseError(f"{path}, leaf {name!r}", f"speaks of {atom!r}, which {what}.")
    for leaf in case.leaves:
        if leaf not in case.formulas:
            raise CaseError(f"{path}, leaf {leaf!r}", "has no formula.")
    twice = _twice(case.leaves)
    if twice is not None:
        raise CaseError(f"{path}, leaf {twice!r}", "is listed twice.")


def _rooted(name: str, root: str, parents: Mapping[str, str], path: str) -> None:
    seen = {name}
    while name != root:
        if name not in parents:
            raise CaseError(f"{path}, formula {name!r}", f"does not hang below the root {root!r}.")
        name = parents[name]
        if name in seen:
            raise CaseError(f"{path}, formula {name!r}", "is its own ancestor: the composites form a cycle.")
        seen.add(name)
    if root in parents:
        raise CaseError(f"{path}, formula {root!r}", "is its own ancestor: the composites form a cycle.")


def _stutters(name: str, node: Node, path: str) -> None:
    """Composites speak of moments far apart: a next moment has no meaning among them."""
    if node.op in ("X", "X[!]"):
        raise CaseError(f"{path}, formula {name!r}", "uses X, which has no meaning between composites.", "Use F or U.")
    for child in node.children:
        _stutters(name, child, path)
