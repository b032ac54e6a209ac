"""The top-down planner: every action of a level is a goal of the level below.

Each abstract level is searched with A* over abstract actions. What an action really costs and where
it ends is only known once the level below has carried it out, so that is left until the action is
the most promising one (lazy A*, Cohen et al. 2014). An action that the level below cannot carry out
from the state it is to start in is dropped there and then, and the search goes on without it: that
is how the abstraction is checked for reachability. All levels are guided by the same estimate of
what is left for the whole command, so that a subgoal ends where the rest is cheapest.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from math import inf

from grounding.levels.reward import Level
from planners.amdp.abstraction import AbstractAction, Abstraction, Regions
from planners.amdp.bounds import Bound, Estimate, blind
from planners.amdp.domain import Domain, Goal, State
from planners.amdp.result import Stretch
from planners.amdp.solve import Effort, OutOfEffortError, astar
from planners.clock import Clock

#: What the search for one subgoal may spend: with an eye on what comes after it, then for itself alone.
#: At level 0 counted in nodes, above in abstract actions tried out.
_GLANCE = {Level.MOTION: 60, Level.SUBGOAL: 8}
_EFFORT = {Level.MOTION: 5_000, Level.SUBGOAL: 40}
#: Abstract actions the search for the whole goal may try out, and nodes of level 0 it may spend on
#: them, before level 0 is asked instead.
_TRIES, _NODES = 300, 50_000

_BELOW = {Level.GOAL: Level.SUBGOAL, Level.SUBGOAL: Level.MOTION}


class _TooHardError(Exception):
    """The whole search has spent what it may."""


class Hierarchy:
    """Plans one goal top-down.

    Args:
        domain: The level-0 domain.
        goal: The goal.
        bound: Lower bound for the goal that guides all searches; without, they take the nearest first.
        clock: The time limit.

    Attributes:
        effort: Level -> nodes expanded.
    """

    def __init__(self, domain: Domain, goal: Goal, bound: Bound | None, clock: Clock) -> None:
        self.domain, self.goal, self.clock = domain, goal, clock
        self.view = None if bound is None else Estimate(bound, clock)
        self.regions = Regions(domain)
        self.effort = {level: Effort() for level in Level}
        self._views: dict[Goal, Estimate] = {}
        self._known: dict[tuple[Level, State, Goal], Stretch | None] = {}
        self._levels = {level: Abstraction(self.regions, level) for level in _BELOW}

    def plan(self, level: Level) -> Stretch | None:
        """The whole plan, None where none was found by way of the abstraction (there may still be one)."""
        try:
            return self._search(level, self.domain.start, self.goal, self.view, _TRIES, top=True)
        except (OutOfEffortError, _TooHardError):
            return None

    def _realise(
        self, abstraction: Abstraction, state: State, action: AbstractAction, view: Estimate | None
    ) -> Stretch | None:
        """Carries an abstract action out at the level below, None where it cannot be done."""
        if action is _FINISH:
            below, aim = Level.MOTION, self.goal
        else:
            below, aim = _BELOW[abstraction.level], abstraction.aim(state, action)
        key = (below, state, aim)
        if key in self._known:
            return self._known[key]
        try:
            return self._achieve(below, state, aim, view, inf if view is None else _GLANCE[below])
        except OutOfEffortError:
            self._known[key] = self._alone(below, state, aim, aim if action is _FINISH else abstraction.core(action))
        return self._known[key]

    def _alone(self, level: Level, state: State, aim: Goal, core: Goal) -> Stretch | None:
        """Reaches a subgoal as if nothing came after it."""
        if core not in self._views:
            self._views[core] = Estimate(Bound(self.domain, core, self.clock), self.clock)
        try:
            return self._achieve(level, state, aim, self._views[core], _EFFORT[level])
        except OutOfEffortError:
            return None

    def _achieve(self, level: Level, start: State, goal: Goal, view: Estimate | None, limit: float) -> Stretch | None:
        if level != Level.MOTION:
            return self._search(level, start, goal, view, limit)
        bound = blind if view is None else view
        path = astar(start, self.domain.successors, goal.met, bound, self.clock, self.effort[level], limit)
        return None if path is None else Stretch(path.actions, path.states, path.cost)

    def _search(
        self, level: Level, start: State, goal: Goal, view: Estimate | None, limit: float, top: bool = False
    ) -> Stretch | None:
        """Reaches a goal from a state with actions of an abstract level: lazy A* over states at level 0."""
        abstraction = self._levels[level]
        guide = blind if view is None else view
        best: dict[State, float] = {start: 0.0}
        came: dict[State, tuple[State, str, Stretch]] = {}
        closed: set[State] = set()
        tries = tie = 0
        # Entries without an action are states reached, those with one are actions not yet tried out.
        heap: list[tuple[float, float, int, State, AbstractAction | None]] = [(0.0, 0.0, 0, start, None)]
        while heap:
            _, _, _, state, action = heappop(heap)
            self.clock.check()
            if action is None:
                if goal.met(state):
                    return _joined(level, start, state, came)
                if state in closed:
                    continue
                closed.add(state)
                self.effort[level].expanded += 1
                for left, option in self._options(abstraction, state, view, top):
                    tie += 1
                    heappush(heap, (best[state] + left, left, tie, state, option))
                continue
            if tries >= limit:
                raise OutOfEffortError
            if view is not None and self.effort[Level.MOTION].expanded > _NODES:
                raise _TooHardError
            tries += 1
            stretch = self._realise(abstraction, state, action, view)
            if stretch is None:
                continue
            after, cost = stretch.states[-1], best[state] + stretch.cost
            left = guide(after)
            if cost < best.get(after, inf) and left < inf:
                best[after] = cost
                came[after] = (state, action.name, stretch)
                closed.discard(after)
                tie += 1
                heappush(heap, (cost + left, left, tie, after, None))
        return None

    def _options(
        self, abstraction: Abstraction, state: State, view: Estimate | None, top: bool
    ) -> Iterator[tuple[float, AbstractAction]]:
        """What can be tried from a state, with an estimate of the cost left if it is done first."""
        gates = self.regions.gates
        for action in abstraction.actions(state):
            left = 0.0 if view is None else view.through(state, action.thing or 0, gates[action.target])
            if left < inf:
                yield left, action
        if top and self._near(state):
            yield 0.0 if view is None else view(state), _FINISH

    def _near(self, state: State) -> bool:
        """Whether everything is in or next to a region of the goal: what is left is no matter of regions."""
        at, adjacent = self.regions.at, self.regions.adjacent
        for cell, wanted in zip((state[0], *state[2:]), (self.goal.agent, *self.goal.things), strict=True):
            if wanted is not None and not {at[c] for c in wanted} & {at[cell], *adjacent[at[cell]]}:
                return False
        return True


#: What is left once everything is in the right region: a goal that is only part of a region.
_FINISH = AbstractAction(None, -1, "reachGoal")


def _joined(level: Level, start: State, end: State, came: dict[State, tuple[State, str, Stretch]]) -> Stretch:
    """The stretches that lead to a state, one after the other."""
    parts: list[tuple[str, Stretch]] = []
    while end != start:
        end, name, stretch = came[end]
        parts.append((name, stretch))
    actions: list[int] = []
    states = [start]
    trace: list[tuple[Level, str, int, int]] = []
    cost = 0.0
    for name, part in reversed(parts):
        offset = len(actions)
        actions += part.actions
        states += part.states[1:]
        cost += part.cost
        trace.append((level, name, offset, len(actions)))
        trace += [(lower, text, a + offset, b + offset) for lower, text, a, b in part.trace]
    return Stretch(tuple(actions), tuple(states), cost, tuple(trace))
