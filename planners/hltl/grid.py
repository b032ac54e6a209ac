"""The cells of a world as small integers, distances between them, and what can be done there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from copy import copy

from grounding.world import NEIGHBOURS, Cell, World
from planners.hltl.actions import Action, Catalogue, actions

FAR = 10**6


class Grid:
    """Cells numbered in reading order, with neighbours and cached distances.

    Attributes:
        cells: Cell by number.
        index: Number by cell.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.cells: tuple[Cell, ...] = tuple(sorted(world.free_cells))
        self.index: dict[Cell, int] = {cell: i for i, cell in enumerate(self.cells)}
        self._catalogues: dict[str, Catalogue] = {}
        self._actions: dict[str, list[Action]] = {}
        self._moved: dict[str, frozenset[str]] = {}
        self._neighbours: dict[frozenset[Cell], list[tuple[int, ...]]] = {}
        self._fields: dict[tuple[frozenset[Cell], frozenset[int], frozenset[int]], list[int]] = {}
        self._near: dict[tuple[frozenset[Cell], int], frozenset[int]] = {}
        self._masks: dict[str, frozenset[int]] = {}
        self._conflicts: dict[tuple[str, str, int], frozenset[int]] = {}

    def moved(self, world: World, places: Collection[str]) -> Grid:
        """The grid of the same world with some places drawn otherwise; all else that is known is shared."""
        grid = copy(self)
        grid.world = world
        grid._masks = {name: cells for name, cells in self._masks.items() if name not in places}
        return grid

    def catalogue(self, robot: str) -> Catalogue:
        """What a robot can do besides moving."""
        if robot not in self._catalogues:
            self._catalogues[robot] = Catalogue(self.world, robot)
        return self._catalogues[robot]

    def actions(self, robot: str) -> list[Action]:
        """Every stationary skill of a robot with every choice of arguments."""
        if robot not in self._actions:
            self._actions[robot] = actions(self.world, robot)
        return self._actions[robot]

    def moved_by(self, robot: str) -> frozenset[str]:
        """Doors and things that a robot can open or move."""
        if robot not in self._moved:
            found: set[str] = set()
            for action in self.actions(robot):
                found |= {fact[1] for fact in action.achieves if fact[0] == "is" and fact[2:] == ("open", "+")}
                found |= set(action.takes)
            if any(self.world.skills[s].behaviour == "push" for s in self.world.robots[robot].type.skills):
                found |= {t.id for t in self.world.things.values() if "pushable" in t.properties}
            self._moved[robot] = frozenset(found)
        return self._moved[robot]

    def neighbours(self, robot: str) -> list[tuple[int, ...]]:
        """For every cell, the cells a robot can step to, in a fixed order."""
        within = self.world.robots[robot].cells
        if within not in self._neighbours:
            table = []
            for x, y in self.cells:
                around = ((x + dx, y + dy) for dx, dy in NEIGHBOURS)
                table.append(tuple(self.index[c] for c in around if c in within and c in self.index))
            self._neighbours[within] = table
        return self._neighbours[within]

    def beyond(self, source: int, target: int) -> int | None:
        """The cell behind ``target`` as seen from its neighbour ``source``."""
        (x0, y0), (x1, y1) = self.cells[source], self.cells[target]
        return self.index.get((2 * x1 - x0, 2 * y1 - y0))

    def zone(self, name: str) -> frozenset[int]:
        """Numbers of a zone's cells."""
        if name not in self._masks:
            self._masks[name] = frozenset(self.index[c] for c in self.world.zones[name].cells if c in self.index)
        return self._masks[name]

    def near(self, cells: frozenset[Cell], reach: int) -> frozenset[int]:
        """Numbers of the cells at most ``reach`` steps (ignoring walls) from any of ``cells``."""
        key = (cells, reach)
        if key not in self._near:
            span = range(-reach, reach + 1)
            offsets = [(dx, dy) for dx in span for dy in span if abs(dx) + abs(dy) <= reach]
            around = {(x + dx, y + dy) for x, y in cells for dx, dy in offsets}
            self._near[key] = frozenset(self.index[c] for c in around if c in self.index)
        return self._near[key]

    def field(self, robot: str, targets: frozenset[int], avoid: frozenset[int]) -> list[int]:
        """Steps from every cell to the nearest target past no avoided cell; :data:`FAR` where there is no way."""
        key = (self.world.robots[robot].cells, targets, avoid)
        if key not in self._fields:
            self._fields[key] = flood(self.neighbours(robot), targets, avoid)
        return self._fields[key]

    def conflicts(self, robot: str, other: str, cell: int) -> frozenset[int]:
        """Cells in which ``robot`` would touch ``other`` standing in ``cell``."""
        key = (robot, other, cell)
        if key not in self._conflicts:
            a, b = self.world.robots[robot].type, self.world.robots[other].type
            if a.body == b.body == "mobile" and a.clearance == b.clearance == 1:
                found = frozenset({cell})
            else:
                place, touch = self.cells[cell], self.world.conflict
                found = frozenset(i for i, c in enumerate(self.cells) if touch(robot, c, other, place))
            self._conflicts[key] = found
        return self._conflicts[key]


def flood(neighbours: list[tuple[int, ...]], targets: Iterable[int], avoid: frozenset[int]) -> list[int]:
    """Breadth-first distances to the nearest of ``targets``."""
    distance = [FAR] * len(neighbours)
    frontier = [t for t in targets if t not in avoid]
    for cell in frontier:
        distance[cell] = 0
    for cell in frontier:
        step = distance[cell] + 1
        for other in neighbours[cell]:
            if distance[other] > step and other not in avoid:
                distance[other] = step
                frontier.append(other)
    return distance
