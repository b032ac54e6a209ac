"""Level 0: cells, the way the agent faces, and things that can be pushed (Arumugam et al. 2017, section V).

Moving turns the agent and takes it one cell on. A thing in the way is pushed if the cell behind it
is free; else, and before a wall, the agent only turns. ``pull``, where it is allowed, swaps the
agent with the thing it faces; it then faces the thing again.

A state is a tuple of small integers ``(agent cell, facing, cell of each thing)``. Facing matters
only to a pull, so it is kept only while the agent faces a thing and is :data:`AWAY` otherwise:
states that differ in nothing that matters are one state.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from grounding.errors import HeedError
from grounding.levels.reward import Direction, Reward
from grounding.state import WorldState
from grounding.world import Cell, Thing, World

#: ``(agent cell, facing, cell of each thing ...)``, cells as numbers.
State = tuple[int, ...]
#: ``(action, next state, cost)``.
Step = tuple[int, State, float]

#: Primitive actions: the first four are also the ways one can face.
DIRECTIONS: tuple[Direction, ...] = (Direction.NORTH, Direction.SOUTH, Direction.EAST, Direction.WEST)
PULL = 4
ACTIONS: tuple[str, ...] = (*(d.value for d in DIRECTIONS), "pull")
#: Index of the opposite direction.
OPPOSITE = (1, 0, 3, 2)
#: Facing nothing that could be pulled.
AWAY = -1
#: No such cell.
WALL = -1


class GoalError(HeedError):
    """A reward function speaks of what the world does not have or the agent cannot move."""


@dataclass(frozen=True)
class Goal:
    """A condition on states, over numbers of cells.

    Attributes:
        agent: Cells the agent shall be in, None where it may be anywhere.
        things: For each thing of the domain the cells it shall be in, or None.
    """

    agent: frozenset[int] | None
    things: tuple[frozenset[int] | None, ...]

    def met(self, state: State) -> bool:
        """Whether the condition holds."""
        if self.agent is not None and state[0] not in self.agent:
            return False
        return all(cells is None or state[2 + i] in cells for i, cells in enumerate(self.things))

    @cached_property
    def fits(self) -> bool:
        """Whether everything has a cell of its own to be in (Hall's condition)."""
        wanted = [cells for cells in (self.agent, *self.things) if cells is not None]
        groups = (group for size in range(1, len(wanted) + 1) for group in combinations(wanted, size))
        return all(len(frozenset().union(*group)) >= len(group) for group in groups)


class Domain:
    """The deterministic level-0 world of one agent.

    Args:
        world: The static world.
        state: Where everything is; closed doors, obstacles that cannot be pushed and other robots
            count as wall.
        robot: Which robot is the agent.
        pull: Whether it can pull.
        pull_cost: Cost of a pull; every other action costs 1. (The published code lets a pull cost
            1e-4; with 1 the cost of a plan is its number of actions.)
        facing: The way the agent faces, by default the quarter turn nearest to its heading.
        alone: Leave other robots out.

    Attributes:
        cells: Cell by number; ``index`` is the inverse.
        things: Ids of the things the agent can push, in the order of the state.
        ahead: Direction -> cell number -> number of the next cell, or :data:`WALL`.
        enter: Cell number -> whether the agent can be there (things may be kept nearer to robots).
        start: The state things are in.
        ways: ``(thing, cell)`` -> steps around a thing, kept for :mod:`planners.amdp.distances`.
    """

    def __init__(
        self,
        world: World,
        state: WorldState,
        robot: str,
        *,
        pull: bool = False,
        pull_cost: float = 1.0,
        facing: Direction | None = None,
        alone: bool = False,
    ) -> None:
        self.world, self.robot, self.pull, self.pull_cost = world, robot, pull, pull_cost
        loose = [t.id for t in world.things.values() if self._loose(t, state)]
        others = [] if alone else [name for name in world.robots if name != robot]
        obstacles = {
            state.things[t.id].cell
            for t in world.things.values()
            if t.obstacle and state.things[t.id].held_by is None and t.id not in loose
        }
        shut = {cell for cell, door in world.door_at.items() if (door, "open") not in state.flags}
        walls = obstacles | shut | {state.robots[name].cell for name in others}
        self.cells: tuple[Cell, ...] = tuple(sorted(world.free_cells - walls))
        self.index: dict[Cell, int] = {cell: i for i, cell in enumerate(self.cells)}
        self.things: tuple[str, ...] = tuple(t for t in loose if state.things[t].cell in self.index)
        self._resting = {name: thing.cell for name, thing in state.things.items() if name not in self.things}
        own = world.robots[robot].cells
        self.enter: tuple[bool, ...] = tuple(
            c in own and not any(world.conflict(robot, c, other, state.robots[other].cell) for other in others)
            for c in self.cells
        )
        self.ahead: tuple[tuple[int, ...], ...] = tuple(
            tuple(self.index.get((x + d.offset[0], y + d.offset[1]), WALL) for x, y in self.cells) for d in DIRECTIONS
        )
        self.neighbours: tuple[tuple[int, ...], ...] = tuple(
            tuple(n for d in range(4) if (n := self.ahead[d][c]) != WALL and self.enter[n])
            for c in range(len(self.cells))
        )
        self.ways: dict[tuple[int, int], dict[int, float]] = {}
        here = self.index.get(state.robots[robot].cell)
        if here is None:
            raise GoalError(robot, f"is in cell {state.robots[robot].cell}, where it cannot be.")
        heading = nearest(state.robots[robot].pose[2]) if facing is None else DIRECTIONS.index(facing)
        self.start = self.state(here, heading, [self.index[state.things[t].cell] for t in self.things])

    def _loose(self, thing: Thing, state: WorldState) -> bool:
        """Whether the agent can push a thing as it is now."""
        now = state.things[thing.id]
        return thing.obstacle and now.held_by is None and now.support is None and pushes(self.world, self.robot, thing)

    def state(self, agent: int, facing: int, things: Sequence[int]) -> State:
        """The state with a facing only where it matters."""
        if not self.pull or facing == AWAY or self.ahead[facing][agent] not in things:
            facing = AWAY
        return (agent, facing, *things)

    def step(self, state: State, action: int) -> State:
        """The state after an action; one that is blocked only turns the agent."""
        agent, facing, *things = state
        if action == PULL:
            if facing == AWAY:
                return state
            target = self.ahead[facing][agent]
            things[things.index(target)] = agent
            return self.state(target, OPPOSITE[facing], things)
        target = self.ahead[action][agent]
        if target == WALL or not self.enter[target]:
            return self.state(agent, action, things)
        if target in things:
            behind = self.ahead[action][target]
            if behind == WALL or behind in things:
                return self.state(agent, action, things)
            things[things.index(target)] = behind
        return self.state(target, action, things)

    def successors(self, state: State) -> list[Step]:
        """Every action that changes the state."""
        found: list[Step] = []
        for action in range(5 if self.pull and state[1] != AWAY else 4):
            after = self.step(state, action)
            if after != state:
                found.append((action, after, self.pull_cost if action == PULL else 1.0))
        return found

    def zone(self, name: str) -> frozenset[int]:
        """Numbers of the cells of a zone.

        Raises:
            GoalError: The world has no such zone; near matches are named.
        """
        if name not in self.world.zones:
            near = difflib.get_close_matches(name, self.world.zones, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"Regions here: {', '.join(self.world.zones)}."
            raise GoalError(f"region {name!r}", f"is not in world {self.world.name!r}.", hint)
        return frozenset(self.index[c] for c in self.world.zones[name].cells if c in self.index)

    def goal(self, reward: Reward) -> Goal:
        """The condition under which a reward function over regions pays.

        Raises:
            GoalError: It speaks of regions or things that the world does not have, or of a thing
                that the agent cannot push.
        """
        wanted: dict[str, frozenset[int]] = {}
        for thing, region in reward.things:
            cells = self.zone(region)
            if thing not in self.things:
                if self.lies(thing, region):
                    continue
                raise self._unmovable(thing)
            wanted[thing] = cells & wanted.get(thing, cells)
        agent = None if reward.agent is None else self.zone(reward.agent)
        return Goal(agent, tuple(wanted.get(thing) for thing in self.things))

    def lies(self, thing: str, region: str) -> bool:
        """Whether a thing that stays where it is is in a region anyway."""
        return thing in self._resting and self._resting[thing] in self.world.zones[region].cells

    def _unmovable(self, thing: str) -> GoalError:
        if thing in self.world.things:
            pushable = f"Things it can push: {', '.join(self.things) or 'none'}."
            return GoalError(f"thing {thing!r}", f"cannot be pushed by {self.robot}.", pushable)
        near = difflib.get_close_matches(thing, self.world.things, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Things here: {', '.join(self.world.things) or 'none'}."
        return GoalError(f"thing {thing!r}", f"is not in world {self.world.name!r}.", hint)


def nearest(heading: float) -> int:
    """Index in :data:`DIRECTIONS` of the quarter turn nearest to a heading in radians."""
    quarter = round(heading / (math.pi / 2)) % 4
    return (2, 0, 3, 1)[quarter]


def pushes(world: World, robot: str, thing: Thing) -> bool:
    """Whether a robot has a skill to push a thing."""
    if "pushable" not in thing.properties:
        return False
    for name in world.robots[robot].type.skills:
        skill = world.skills[name]
        if skill.behaviour == "push":
            kinds = next(iter(skill.parameters.values())).split("|")
            if any(kind == "thing" or kind == thing.kind or kind in thing.properties for kind in kinds):
                return True
    return False
