"""What the formulas of a mission have read so far, so that whoever plans the rest can go on from there.

Kept as letters rather than as states of automata: a planner runs its automata over them, a checker
evaluates formulas on them, and neither has to know the other's numbering. Real time knows no next
moment, so a letter that repeats is kept once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from grounding.logic.formula import atoms
from grounding.logic.spec import HierarchicalSpec
from grounding.state import Proposition, WorldState, holds
from grounding.world import World

#: The propositions of one formula that hold at a moment, as the formula names them (``self`` stays).
Letter = frozenset[str]


@dataclass(frozen=True)
class History:
    """How far the formulas of a mission have read.

    Attributes:
        read: Name of a rule, or of a leaf under way, -> its letters, oldest first. A rule that is
            missing binds from now on.
        robots: Leaf under way -> robot that works on it.
    """

    read: Mapping[str, tuple[Letter, ...]] = field(default_factory=lambda: MappingProxyType({}))
    robots: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def after(self, state: WorldState, spec: HierarchicalSpec, world: World, under_way: Mapping[str, str]) -> History:
        """The history after one more observation.

        Args:
            state: The observation.
            spec: The mission; rules that are not in it any more are forgotten.
            world: The static world.
            under_way: Leaf -> robot that works on it at this moment. A leaf that is new here, or
                has a new robot, begins to read with this observation.
        """
        read: dict[str, tuple[Letter, ...]] = {}
        for rule in spec.rules.values():
            read[rule.name] = _extended(self.read.get(rule.name, ()), letter(rule.formula, "", world, state))
        for leaf, robot in under_way.items():
            past = self.read.get(leaf, ()) if self.robots.get(leaf) == robot else ()
            read[leaf] = _extended(past, letter(spec.leaves[leaf].formula, robot, world, state))
        return History(read, dict(under_way))

    def begun(self, leaf: str, robot: str) -> tuple[Letter, ...]:
        """What a leaf has read with this robot, empty where it would begin anew."""
        return self.read.get(leaf, ()) if self.robots.get(leaf) == robot else ()


def letter(formula: str, robot: str, world: World, state: WorldState) -> Letter:
    """The propositions of a formula that hold in a state; ``self`` stands for the robot."""
    names = atoms(formula)
    return frozenset(name for name in names if holds(Proposition.parse(name).bind(robot), world, state))


def _extended(past: tuple[Letter, ...], now: Letter) -> tuple[Letter, ...]:
    return past if past and past[-1] == now else (*past, now)


def joined(past: Iterable[Letter], now: Iterable[Letter]) -> list[Letter]:
    """One trace of two, a letter that repeats kept once."""
    found: list[Letter] = []
    for one in (*past, *now):
        if not found or found[-1] != one:
            found.append(one)
    return found
