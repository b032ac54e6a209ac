"""Reward functions: what a command asks for, and at which level of abstraction (Arumugam et al. 2017, section III).

A reward function pays once its condition holds. It speaks of the agent (whichever robot carries
the command out), of things, and of regions: rooms at every level, doors at L1 too. At L0 a command
may also be a sequence of single steps, which asks for the cell the steps lead to.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from grounding.errors import HeedError
from grounding.world import Cell


class Level(str, Enum):
    """Level of abstraction of a command: what its words speak of."""

    MOTION = "L0"  # cells and directions
    SUBGOAL = "L1"  # rooms, doors, one object
    GOAL = "L2"  # rooms and what is in them


class Direction(str, Enum):
    """One step on the grid, y up."""

    NORTH = "north"
    SOUTH = "south"
    EAST = "east"
    WEST = "west"

    @property
    def offset(self) -> Cell:
        """The step as (dx, dy)."""
        return _OFFSETS[self]


_OFFSETS = {
    Direction.NORTH: (0, 1), Direction.SOUTH: (0, -1), Direction.EAST: (1, 0), Direction.WEST: (-1, 0),
}  # fmt: skip


class RewardError(HeedError):
    """A text is not a reward function."""


@dataclass(frozen=True)
class Reward:
    """A reward function, over names of regions and things ("room0", "blue_room", "chair").

    Attributes:
        agent: Region in which the agent shall be, or None.
        things: (thing, region) pairs that shall hold at the same moment, sorted.
        steps: L0 only: single steps one after the other; excludes ``agent`` and ``things``.
    """

    agent: str | None = None
    things: tuple[tuple[str, str], ...] = ()
    steps: tuple[Direction, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.steps) == bool(self.agent or self.things):
            raise RewardError("a reward function", "asks either for regions or for steps.")
        if tuple(sorted(self.things)) != self.things:
            object.__setattr__(self, "things", tuple(sorted(self.things)))

    def __str__(self) -> str:
        if self.steps:
            return " ".join(f"go{step.value.capitalize()}" for step in self.steps)
        atoms = [f"agentInRegion agent0 {self.agent}"] if self.agent else []
        return " ".join([*atoms, *(f"blockInRegion {thing} {region}" for thing, region in self.things)])


@dataclass(frozen=True)
class Meaning:
    """A level together with a reward function: what grounding infers."""

    level: Level
    reward: Reward

    @property
    def notation(self) -> str:
        """The reward function as the published data writes it: regions are called rooms at level 0.

        >>> Meaning(Level.MOTION, Reward("room0")).notation
        'agentInRoom agent0 room0'
        """
        text = str(self.reward)
        return text.replace("InRegion ", "InRoom ") if self.level is Level.MOTION else text


def parse_reward(text: str) -> Reward:
    """Reads a reward function in the notation of the published data.

    Args:
        text: ``agentInRoom agent0 room1 blockInRoom block0 room2``, the same with ``Region``, or
            ``goNorth`` (one or several). The order of atoms does not matter.

    Raises:
        RewardError: It is none.

    >>> print(parse_reward("blockInRoom block0 room2 agentInRoom agent0 room1"))
    agentInRegion agent0 room1 blockInRegion block0 room2
    >>> parse_reward("goNorth").steps
    (<Direction.NORTH: 'north'>,)
    """
    words = text.split()
    names = {f"go{d.value.capitalize()}": d for d in Direction}
    if words and all(word in names for word in words):
        return Reward(steps=tuple(names[word] for word in words))
    agent: str | None = None
    things: list[tuple[str, str]] = []
    for predicate, subject, region in zip(words[::3], words[1::3], words[2::3], strict=False):
        if predicate in ("agentInRoom", "agentInRegion") and agent is None:
            agent = region
        elif predicate in ("blockInRoom", "blockInRegion"):
            things.append((subject, region))
        else:
            raise RewardError(f"reward function {text!r}", f"has an unknown or repeated atom {predicate!r}.")
    if not words or len(words) % 3:
        raise RewardError(f"reward function {text!r}", "is not made of atoms such as 'agentInRoom agent0 room0'.")
    return Reward(agent, tuple(things))
