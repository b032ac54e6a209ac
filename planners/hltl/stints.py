"""Plans for published cases: what every robot does, leaf by leaf, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from grounding.world import Cell
from planners.hltl.cases import CaseWorld


@dataclass(frozen=True)
class Move:
    """One step of a robot in a leaf.

    Attributes:
        cell: Where it ends; the cell before or a neighbour of it.
        action: The action taken, whose effect shows in ``cell``.
    """

    cell: Cell
    action: str


@dataclass(frozen=True)
class Stint:
    """One leaf carried out by one robot.

    Attributes:
        leaf: Name of the leaf.
        start: Time at which it is taken up.
        moves: Its steps; those that neither move nor act take no time.
        cost: Moves plus steps with an action.
        duration: Steps that take time.
        part: Formula of the part of a shared leaf that it carries out; empty: the whole leaf.
        resumed: Whether it goes on where the robot's stint before it left off, after re-planning.
        dropped: Whether what it showed does not count: it was broken off, and the leaf begun anew.
    """

    leaf: str
    start: int
    moves: tuple[Move, ...]
    cost: int
    duration: int
    part: str = ""
    resumed: bool = False
    dropped: bool = False

    @property
    def end(self) -> int:
        """Time at which it is finished."""
        return self.start + self.duration


@dataclass(frozen=True)
class CasePlan:
    """What a team does.

    Attributes:
        stints: Robot id -> what it does, in order; every robot of the instance has an entry.
        worlds: Worlds of the past, each with the tick up to which it held, earliest first: stints
            taken up before that tick were carried out in it. Empty for a plan never changed.
        lost: Robots that were lost on the way.
    """

    stints: Mapping[str, tuple[Stint, ...]]
    worlds: tuple[tuple[int, CaseWorld], ...] = ()
    lost: frozenset[str] = frozenset()

    @cached_property
    def cost(self) -> int:
        """Total cost over all robots."""
        return sum(stint.cost for own in self.stints.values() for stint in own)

    @cached_property
    def makespan(self) -> int:
        """Time at which the last leaf is finished."""
        return max((stint.end for own in self.stints.values() for stint in own), default=0)
