"""Levels 1 and 2: regions instead of cells (Arumugam et al. 2017, section V; Gopalan et al. 2017).

At L1 the agent and every thing are in a region, a room or a door; at L2 in a room (a door counts as
itself while something stands in it). An abstract action moves the agent, or a thing with the
agent's help, into an adjacent region; each is a goal of the level below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from grounding.levels.reward import Level
from planners.amdp.domain import WALL, Domain, Goal, State


@dataclass(frozen=True)
class AbstractAction:
    """Bring the agent or a thing into a region.

    Attributes:
        thing: Place of the thing in the state, None for the agent.
        target: Number of the region.
        name: ``agentToDoor door_1``, ``blockToRoom chair red_room``, as in the papers.
    """

    thing: int | None
    target: int
    name: str


class Regions:
    """Rooms and doors as a graph.

    Args:
        domain: The level-0 domain.

    Attributes:
        names: Id by number.
        cells: Cells by number.
        at: Region number of each cell.
        doors: Numbers of doors.
    """

    def __init__(self, domain: Domain) -> None:
        self.domain = domain
        world = domain.world
        zones = [*world.door_zones.values(), *world.rooms.values()]
        self.at: list[int] = [WALL] * len(domain.cells)
        self.names: list[str] = []
        self.cells: list[frozenset[int]] = []
        for zone in zones:
            free = [c for c in sorted(domain.zone(zone.id)) if self.at[c] == WALL]
            for cell in free:
                self.at[cell] = len(self.names)
            if free:
                self.names.append(zone.id)
                self.cells.append(frozenset(free))
        self.doors = frozenset(i for i, name in enumerate(self.names) if name in world.doors)

    @cached_property
    def adjacent(self) -> tuple[frozenset[int], ...]:
        """For every region those that touch it: what one action of L1 can reach."""
        touching: list[set[int]] = [set() for _ in self.names]
        for row in self.domain.ahead:
            for cell, other in enumerate(row):
                if other != WALL and self.at[cell] != self.at[other]:
                    touching[self.at[cell]].add(self.at[other])
        return tuple(frozenset(found) for found in touching)

    @cached_property
    def gates(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For every region ``(cell, direction)``: where what comes in comes in, and which way it then moves."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.names]
        for direction, row in enumerate(self.domain.ahead):
            for cell, other in enumerate(row):
                if other != WALL and self.at[cell] != self.at[other]:
                    found[self.at[other]].append((other, direction))
        return tuple(tuple(sorted(gates)) for gates in found)

    @cached_property
    def rooms_next(self) -> tuple[frozenset[int], ...]:
        """For every region the rooms that touch it or share a door with it: what one action of L2 can reach."""
        found = []
        for region, touching in enumerate(self.adjacent):
            through = {room for door in touching & self.doors for room in self.adjacent[door]}
            found.append(frozenset((touching | through) - self.doors - {region}))
        return tuple(found)


class Abstraction:
    """One abstract level: its states, actions, and what each action asks of the level below.

    Args:
        regions: The graph.
        level: L1 or L2.
    """

    def __init__(self, regions: Regions, level: Level) -> None:
        self.regions, self.level = regions, level
        self._next = regions.adjacent if level == Level.SUBGOAL else regions.rooms_next
        self._things = regions.domain.things

    def state(self, state: State) -> tuple[int, ...]:
        """The abstract state: the region of the agent and of each thing."""
        at = self.regions.at
        return (at[state[0]], *(at[cell] for cell in state[2:]))

    def actions(self, state: State) -> Iterator[AbstractAction]:
        """Abstract actions whose conditions hold.

        A region that things fill cannot be entered. A thing is moved by an agent in its region or in
        an adjacent one.
        """
        regions = self.regions
        here, *there = self.state(state)
        taken = frozenset(state[2:])
        open_ = [r for r, cells in enumerate(regions.cells) if not cells <= taken]
        near = {here, *self._next[here]}
        for target in open_:
            if target in self._next[here]:
                yield AbstractAction(None, target, self._name("agent", target))
        for i, region in enumerate(there):
            if region in near or here in self._next[region]:
                for target in open_:
                    if target in self._next[region]:
                        yield AbstractAction(2 + i, target, self._name(f"block {self._things[i]}", target))

    def aim(self, state: State, action: AbstractAction) -> Goal:
        """The goal of the level below: all things stay in their regions, save the one that is moved."""
        cells, at = self.regions.cells, self.regions.at
        things = [cells[at[cell]] for cell in state[2:]]
        if action.thing is None:
            return Goal(cells[action.target], tuple(things))
        things[action.thing - 2] = cells[action.target]
        return Goal(None, tuple(things))

    def core(self, action: AbstractAction) -> Goal:
        """The part of the goal that takes work, for bounds."""
        cells = self.regions.cells[action.target]
        things: list[frozenset[int] | None] = [None] * len(self._things)
        if action.thing is None:
            return Goal(cells, tuple(things))
        things[action.thing - 2] = cells
        return Goal(None, tuple(things))

    def _name(self, who: str, target: int) -> str:
        kind, _, thing = who.partition(" ")
        sort = "Door" if target in self.regions.doors else "Room"
        return " ".join(filter(None, [f"{kind}To{sort}", thing, self.regions.names[target]]))
