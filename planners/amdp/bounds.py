"""What is left to do at level 0: a lower bound, and an estimate that follows an order of things."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import permutations
from math import inf

from planners.amdp.distances import PushField, WalkField, pushes_left
from planners.amdp.domain import AWAY, Domain, Goal, State
from planners.clock import Clock

#: With more things than this to be brought somewhere, orders are no longer compared.
_ORDERED = 4


class Bound:
    """Lower bound on the cost from a state to a goal; exact while things are not in each other's way.

    For each thing of the goal: bringing it there, then going where the agent shall be, as if it were
    the only thing. Over all things: every push moves one thing, so pushes add up, and the agent must
    first walk to one that is not where it shall be.

    Args:
        domain: The domain.
        goal: The goal.
        clock: The time limit.

    Attributes:
        walk: Steps to where the agent shall be, None where it may be anywhere.
        pushed: (place in the state, distances) of each thing of the goal.
    """

    def __init__(self, domain: Domain, goal: Goal, clock: Clock | None = None) -> None:
        self.domain, self.goal = domain, goal
        self.walk = None if goal.agent is None else WalkField(domain, goal.agent)
        wanted = [(2 + i, cells) for i, cells in enumerate(goal.things) if cells is not None]
        self.pushed = [(i, PushField(domain, cells, goal.agent, clock)) for i, cells in wanted]
        self._pushes = [(i, cells, pushes_left(domain, cells)) for i, cells in wanted] if len(wanted) > 1 else []
        # A pull of another thing moves the agent for less than a step does.
        self._scale = min(1.0, domain.pull_cost) if domain.pull and len(domain.things) > 1 else 1.0

    def __call__(self, state: State) -> float:
        """The bound; infinite only where the goal cannot be reached."""
        agent, facing = state[0], state[1]
        least = 0.0 if self.walk is None else self.walk.steps[agent]
        for i, field in self.pushed:
            least = max(least, field.cost(agent, state[i], facing))
        if self._pushes:
            least = max(least, self._together(state))
        return self._scale * least

    def _together(self, state: State) -> float:
        x, y = self.domain.cells[state[0]]
        total, nearest = 0.0, inf
        for i, cells, left in self._pushes:
            if state[i] not in cells:
                total += left[state[i]]
                u, v = self.domain.cells[state[i]]
                nearest = min(nearest, abs(x - u) + abs(y - v) - 1)
        return total + nearest if total else 0.0

    def stuck(self, state: State) -> str | None:
        """Why the bound is infinite: the id of the thing that cannot be brought there, "" for the agent."""
        if self.walk is not None and self.walk.steps[state[0]] == inf:
            return ""
        alone = ((i, PushField(self.domain, field.goal)) for i, field in self.pushed)
        return next((self.domain.things[i - 2] for i, f in alone if f.cost(state[0], state[i], state[1]) == inf), None)


class Estimate:
    """A guess at the cost left that is close but may be too high: one thing after the other, in the best order.

    With at most one thing to bring somewhere it is the lower bound.

    Args:
        bound: The lower bound.
        clock: The time limit.
    """

    def __init__(self, bound: Bound, clock: Clock | None = None) -> None:
        self.bound = bound
        self._last = dict(bound.pushed)
        self._first: dict[int, PushField] = {}
        if 1 < len(bound.pushed) <= _ORDERED:
            self._first = {i: PushField(bound.domain, field.goal, None, clock) for i, field in bound.pushed}

    def __call__(self, state: State) -> float:
        """The estimate."""
        least = self.bound(state)
        if not self._first or least == inf:
            return least
        waiting = [i for i, field in self._last.items() if state[i] not in field.goal]
        if len(waiting) < 2:
            return least
        return max(least, min(self._in_order(state, order) for order in permutations(waiting)))

    def _in_order(self, state: State, order: tuple[int, ...]) -> float:
        agent, total = state[0], 0.0
        for i in order[:-1]:
            cost = self._first[i].cost(agent, state[i])
            if cost == inf:
                return inf
            total += cost
            agent = self._first[i].end(agent, state[i])[0]
        return total + self._last[order[-1]].cost(agent, state[order[-1]])

    def through(self, state: State, piece: int, gates: Iterable[tuple[int, int]]) -> float:
        """The estimate if the agent (piece 0) or a thing (its place in the state) first comes through some gate.

        Args:
            state: The state.
            piece: Who comes through.
            gates: ``(cell, direction)``: cells to come to, and the way one comes to them.
        """
        grid = self.bound.domain.cells
        x, y = grid[state[piece]]
        steps = [(c, d, abs(x - grid[c][0]) + abs(y - grid[c][1])) for c, d in gates]
        now = self(state)
        if piece == 0:
            return max(
                now, min((n + self((c, AWAY, *state[2:])) for c, _, n in steps if c not in state[2:]), default=now)
            )
        field = self._last.get(piece)
        if field is None:
            return now + min(n for _, _, n in steps)
        rest = min(n + field.beside(c, d) for c, d, n in steps)
        return max(now, now - field.cost(state[0], state[piece], state[1]) + rest)


def blind(state: State) -> float:
    """No bound at all."""
    return 0.0
