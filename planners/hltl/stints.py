"""Plans for published cases: what every robot does, leaf by leaf, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grounding.world import Cell


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
    """

    leaf: str
    start: int
    moves: tuple[Move, ...]
    cost: int
    duration: int

    @property
    def end(self) -> int:
        """Time at which it is finished."""
        return self.start + self.duration


@dataclass(frozen=True)
class CasePlan:
    """Robot id -> what it does, in order; every robot of the instance has an entry."""

    stints: Mapping[str, tuple[Stint, ...]]

    @property
    def cost(self) -> int:
        """Total cost over all robots."""
        return sum(stint.cost for own in self.stints.values() for stint in own)

    @property
    def makespan(self) -> int:
        """Time at which the last leaf is finished."""
        return max((stint.end for own in self.stints.values() for stint in own), default=0)
