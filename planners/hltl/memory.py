"""What planning in one world can be kept from one call to the next.

A mission is planned again and again while it is carried out; the grid, its distances and the
problems of single leaves with all that was solved of them stay the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from grounding.logic.formula import atoms
from grounding.logic.spec import Leaf, Rule
from grounding.world import World
from planners.hltl.grid import Grid
from planners.hltl.leaf import LeafProblem

#: Most leaf problems that are kept; a hundred kilobytes each is usual.
_MOST = 256


@dataclass(frozen=True)
class _Key:
    formula: str
    robot: str
    rules: tuple[str, ...]
    lost: frozenset[int]
    shove: bool
    ghosts: frozenset[str]

    def speaks_of(self, places: Collection[str]) -> bool:
        """Whether a formula has a proposition about one of some places."""
        names = (name for text in (self.formula, *self.rules) for name in atoms(text))
        return any(place in name.split(".") for name in names for place in places)


class Memory:
    """The grid of a world and the leaf problems met in it, the oldest forgotten first."""

    def __init__(self, world: World) -> None:
        self.world, self.grid = world, Grid(world)
        self._problems: dict[_Key, LeafProblem] = {}

    def moved(self, world: World) -> Memory:
        """What holds as well in the same world with other places drawn; itself where there are none.

        Args:
            world: The world; it may differ in the places that were drawn, and in nothing else.
        """
        places = {name for name in {**self.world.places, **world.places}
                  if self.world.places.get(name) != world.places.get(name)}  # fmt: skip
        if not places:
            return self
        memory = Memory.__new__(Memory)
        memory.world, memory.grid = world, self.grid.moved(world, places)
        memory._problems = {key: problem for key, problem in self._problems.items() if not key.speaks_of(places)}
        return memory

    def problem(
        self,
        leaf: Leaf,
        robot: str,
        rules: Iterable[Rule] = (),
        lost: frozenset[int] = frozenset(),
        shove: bool = False,
        ghosts: frozenset[str] = frozenset(),
    ) -> LeafProblem:
        """The problem of a leaf for a robot; see :class:`planners.hltl.layers.LeafModel`."""
        rules = tuple(rules)
        key = _Key(leaf.formula, robot, tuple(rule.formula for rule in rules), lost, shove, ghosts)
        found = self._problems.pop(key, None) or LeafProblem(self.grid, leaf, robot, rules, lost, shove, ghosts)
        self._problems[key] = found
        while len(self._problems) > _MOST:
            del self._problems[next(iter(self._problems))]
        return found
