"""Solvers: A* for deterministic problems, value iteration and bounded RTDP for stochastic ones.

All of them look for the least expected cost until the process is done (stochastic shortest path).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from typing import Generic, Protocol, TypeVar

import numpy as np

from planners.clock import Clock

S = TypeVar("S", bound=Hashable)
A = TypeVar("A", bound=Hashable)

#: ``(probability, next state)``.
Outcome = tuple[float, S]


class OutOfEffortError(Exception):
    """A search has expanded as many nodes as it may."""


@dataclass(frozen=True)
class Path(Generic[S, A]):
    """A way to a goal.

    Attributes:
        actions: What to do.
        states: The states passed, one more than actions.
        cost: Sum of costs.
    """

    actions: tuple[A, ...]
    states: tuple[S, ...]
    cost: float


@dataclass
class Effort:
    """Counts expanded nodes."""

    expanded: int = 0


def astar(
    start: S,
    successors: Callable[[S], Iterable[tuple[A, S, float]]],
    done: Callable[[S], bool],
    bound: Callable[[S], float],
    clock: Clock,
    effort: Effort,
    limit: float = inf,
) -> Path[S, A] | None:
    """A cheapest way to a goal (Hart et al. 1968); bounds may be inconsistent but not too high.

    Among equal estimates the node nearest to the goal goes first.

    Args:
        start: Where to begin.
        successors: ``(action, next state, cost)`` of a state.
        done: Whether a state is a goal.
        bound: Lower bound on the cost left; infinite for dead ends.
        clock: The time limit.
        effort: Counts the nodes expanded.
        limit: Most nodes to expand.

    Returns:
        The path, None where the goal cannot be reached.

    Raises:
        OutOfTimeError: The time limit was reached first.
        OutOfEffortError: So was the limit of nodes.
    """
    cost = {start: 0.0}
    came: dict[S, tuple[S, A]] = {}
    left = bound(start)
    tie = 0
    heap: list[tuple[float, float, int, S]] = [(left, left, tie, start)] if left < inf else []
    used = 0
    while heap:
        total, left, _, state = heappop(heap)
        here = cost[state]
        if total - left > here + 1e-9:
            continue
        if done(state):
            return _path(start, state, here, came)
        if used >= limit:
            raise OutOfEffortError
        used += 1
        effort.expanded += 1
        clock.check()
        for action, after, price in successors(state):
            reached = here + price
            if reached < cost.get(after, inf):
                cost[after] = reached
                came[after] = (state, action)
                left = bound(after)
                if left < inf:
                    tie -= 1
                    heappush(heap, (reached + left, left, tie, after))
    return None


def _path(start: S, state: S, cost: float, came: dict[S, tuple[S, A]]) -> Path[S, A]:
    actions: list[A] = []
    states = [state]
    while state != start:
        state, action = came[state]
        actions.append(action)
        states.append(state)
    return Path(tuple(reversed(actions)), tuple(reversed(states)), cost)


class MDP(Protocol[S, A]):
    """A Markov decision process with costs and an end."""

    def actions(self, state: S) -> Sequence[A]:
        """What can be done in a state."""

    def outcomes(self, state: S, action: A) -> Sequence[Outcome[S]]:
        """What may come of an action; probabilities add up to 1."""

    def cost(self, state: S, action: A) -> float:
        """Cost of an action, positive."""

    def done(self, state: S) -> bool:
        """Whether the process ends in a state."""


def value_iteration(
    mdp: MDP[S, A], start: S, *, give_up: float = 1e4, precision: float = 1e-6, clock: Clock | None = None
) -> dict[S, float]:
    """Least expected costs from every state that can be reached, by Gauss-Seidel sweeps.

    Giving up is always possible at a fixed price, so that dead ends have a finite value (Kolobov et
    al. 2012).

    Raises:
        OutOfTimeError: The time limit was reached.
    """
    order = [start]
    seen = {start}
    backups: list[tuple[S, list[tuple[float, Sequence[Outcome[S]]]]]] = []
    for state in order:
        options = []
        for action in () if mdp.done(state) else mdp.actions(state):
            outcomes = mdp.outcomes(state, action)
            options.append((mdp.cost(state, action), outcomes))
            for _, after in outcomes:
                if after not in seen:
                    seen.add(after)
                    order.append(after)
        backups.append((state, options))
        if clock is not None:
            clock.check()
    value = {state: 0.0 if mdp.done(state) else give_up for state in order}
    change = inf
    while change > precision:
        change = 0.0
        for state, options in reversed(backups):
            if options:
                best = min(c + sum(p * value[after] for p, after in outcomes) for c, outcomes in options)
                change = max(change, abs(value[state] - min(best, give_up)))
                value[state] = min(best, give_up)
        if clock is not None:
            clock.check()
    return value


@dataclass(frozen=True)
class Bounds(Generic[S]):
    """What bounded RTDP knows at the end.

    Attributes:
        lower, upper: Bounds on the least expected cost from the start.
        policy_value: Upper bounds of all states met; acting greedily on them keeps to ``upper``.
        backups: Number of states backed up.
    """

    lower: float
    upper: float
    policy_value: dict[S, float]
    backups: int


def bounded_rtdp(
    mdp: MDP[S, A],
    start: S,
    bound: Callable[[S], float],
    *,
    clock: Clock,
    seed: int = 0,
    give_up: float = 1e4,
    precision: float = 0.01,
    shrink: float = 10.0,
) -> Bounds[S]:
    """Bounded real-time dynamic programming (McMahan, Likhachev and Gordon 2005).

    Trials follow the action that looks best from below and go on where the bounds are farthest
    apart, weighted by probability; they end where the gap is small against that at the start.

    Args:
        mdp: The process.
        start: Where trials begin.
        bound: Lower bound on the expected cost left.
        clock: The time limit.
        seed: Of the random choices.
        give_up: Price of giving up: the upper bound to begin with.
        precision: Gap at the start at which to stop.
        shrink: A trial goes on while the gap ahead exceeds that at the start divided by this.

    Raises:
        OutOfTimeError: The time limit was reached first.
    """
    rng = np.random.default_rng(seed)
    low: dict[S, float] = {}
    high: dict[S, float] = {}
    backups = 0

    def lower(state: S) -> float:
        if state not in low:
            low[state] = 0.0 if mdp.done(state) else min(bound(state), give_up)
            high[state] = 0.0 if mdp.done(state) else give_up
        return low[state]

    def gap(state: S) -> float:
        lower(state)
        return high[state] - low[state]

    def backup(state: S) -> Sequence[Outcome[S]]:
        """Improves both bounds of a state; returns the outcomes of the action best from below."""
        nonlocal backups
        backups += 1
        best: Sequence[Outcome[S]] = ()
        least_low, least_high = give_up, give_up
        for action in mdp.actions(state):
            price, outcomes = mdp.cost(state, action), mdp.outcomes(state, action)
            below = price + sum(p * lower(after) for p, after in outcomes)
            least_high = min(least_high, price + sum(p * high[after] for p, after in outcomes))
            if below < least_low:
                least_low, best = below, outcomes
        low[state], high[state] = max(low[state], least_low), min(high[state], least_high)
        return best

    while gap(start) > precision:
        trail = []
        state = start
        wanted = gap(start) / shrink
        while not mdp.done(state):
            clock.check()
            trail.append(state)
            outcomes = backup(state)
            weights = np.array([p * gap(after) for p, after in outcomes])
            total = float(weights.sum())
            if not outcomes or total < wanted:
                break
            state = outcomes[int(rng.choice(len(outcomes), p=weights / total))][1]
        for state in reversed(trail):
            backup(state)
    return Bounds(low[start], high[start], high, backups)
