"""A world as commands see it: lifted names (``room0``, ``door1``, ``block0``), and where things are.

Learned models only ever meet these names; :mod:`grounding.levels.lift` ties them to the names of a
world. The scene also says what single steps lead to, so that "down three, left four, up two" can be
understood from where it ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from grounding.levels.reward import Direction
from grounding.world import Cell


@dataclass(frozen=True)
class Scene:
    """Where the agent and the blocks are, on a map of cells with y up.

    Attributes:
        regions: Lifted name -> cells, rooms ("room0") and doors ("door0").
        agent: Cell of the agent.
        blocks: Lifted name -> cell ("block0").
        facing: Where the agent looks; words such as "forward" and "turn left" start from there.
        closed: Free cells that cannot be entered now (closed doors, things in the way).
    """

    regions: Mapping[str, frozenset[Cell]]
    agent: Cell
    blocks: Mapping[str, Cell] = field(default_factory=dict)
    facing: Direction = Direction.SOUTH
    closed: frozenset[Cell] = frozenset()

    @cached_property
    def free(self) -> frozenset[Cell]:
        """Cells that can be stood on."""
        return frozenset(c for cells in self.regions.values() for c in cells) - self.closed

    @property
    def rooms(self) -> tuple[str, ...]:
        """Lifted names of the rooms, in order."""
        return tuple(sorted(name for name in self.regions if name.startswith("room")))

    def region(self, cell: Cell) -> str | None:
        """Lifted name of the region that holds the cell, None in a wall."""
        return next((name for name, cells in self.regions.items() if cell in cells), None)

    @property
    def agent_region(self) -> str | None:
        """The region the agent is in."""
        return self.region(self.agent)

    def block_region(self, block: str) -> str | None:
        """The region a block is in."""
        return self.region(self.blocks[block])

    def step(self, direction: Direction) -> Scene:
        """The scene after one step: turn that way and go, pushing a block if the cell behind it is free.

        A wall, or a block that cannot be pushed, leaves the agent where it is (turned).
        """
        dx, dy = direction.offset
        target = (self.agent[0] + dx, self.agent[1] + dy)
        turned = self if self.facing is direction else replace(self, facing=direction)
        if target not in self.free:
            return turned
        pushed = next((name for name, cell in self.blocks.items() if cell == target), None)
        if pushed is None:
            return replace(turned, agent=target)
        behind = (target[0] + dx, target[1] + dy)
        if behind not in self.free or behind in self.blocks.values():
            return turned
        return replace(turned, agent=target, blocks={**self.blocks, pushed: behind})

    def pull(self) -> Scene:
        """The scene after the agent changed places with the block in front of it, if there is one."""
        dx, dy = self.facing.offset
        target = (self.agent[0] + dx, self.agent[1] + dy)
        pulled = next((name for name, cell in self.blocks.items() if cell == target), None)
        if pulled is None:
            return self
        return replace(self, agent=target, blocks={**self.blocks, pulled: self.agent})


def _box(left: int, bottom: int, right: int, top: int) -> frozenset[Cell]:
    return frozenset((x, y) for x in range(left, right + 1) for y in range(bottom, top + 1))


#: The world in which the published commands were given (Arumugam et al. 2017, section V; authors' code).
PUBLISHED = Scene(
    regions={
        "room0": _box(1, 1, 7, 3), "room1": _box(1, 5, 3, 7), "room2": _box(5, 5, 7, 7),
        "door0": _box(6, 4, 6, 4), "door1": _box(2, 4, 2, 4),
    },
    agent=(6, 6),
    blocks={"block0": (2, 2)},
)  # fmt: skip
