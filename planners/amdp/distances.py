"""Exact distances on the grid: walking, and pushing one thing when nothing else is in the way.

They are the bounds that every search here is guided by. Leaving the other things out only makes
walking and pushing easier, so what is found never exceeds the real cost.
"""

from __future__ import annotations

from collections.abc import Iterable
from heapq import heapify, heappop, heappush
from math import inf

from planners.amdp.domain import AWAY, OPPOSITE, WALL, Domain
from planners.clock import Clock

#: One side of a thing, as one number: its cell times 8, plus twice the direction in which the agent
#: beside it would push, plus 1 if the agent faces the thing (kept apart only where it can pull).
Side = int
_NOWHERE = -1


class WalkField:
    """Steps from every cell to the nearest of some cells, and which one that is.

    Args:
        domain: The domain.
        targets: Cells to walk to.
    """

    def __init__(self, domain: Domain, targets: Iterable[int]) -> None:
        count = len(domain.cells)
        self.steps: list[float] = [inf] * count
        self.end: list[int] = [WALL] * count
        queue = sorted(targets)
        for cell in queue:
            self.steps[cell], self.end[cell] = 0.0, cell
        for cell in queue:
            if not domain.enter[cell]:
                continue
            for direction in range(4):
                other = domain.ahead[direction][cell]
                if other != WALL and self.steps[other] == inf:
                    self.steps[other], self.end[other] = self.steps[cell] + 1, self.end[cell]
                    queue.append(other)


class PushField:
    """Exact cost to bring one thing to some cells and the agent to others, from every state of the two.

    One Dijkstra search backwards over the cell of the thing and the side the agent touches it from.

    Args:
        domain: The domain.
        goal: Cells the thing shall come to.
        agent: Cells the agent shall be in when it has, None for anywhere.
        clock: The time limit; building a field of a large world takes a while.

    Raises:
        OutOfTimeError: The time limit was reached.
    """

    def __init__(
        self,
        domain: Domain,
        goal: frozenset[int],
        agent: frozenset[int] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.domain, self.goal, self.agent, self.clock = domain, goal, agent, clock
        self._after = None if agent is None else WalkField(domain, agent)
        self._fields: dict[int, tuple[list[float], list[Side]]] = {}
        self._end: dict[Side, tuple[int, int]] = {}
        self._left = self._solve()

    def cost(self, agent: int, thing: int, facing: int = AWAY) -> float:
        """Cost from a state; infinite where there is no way."""
        if thing not in self._fields:
            self._fields[thing] = self._field(thing)
        walk = self._fields[thing][0][agent]
        if facing != AWAY and self.domain.ahead[facing][agent] == thing:
            return min(walk, self._left.get(_side(thing, facing, True), inf))
        return walk

    def end(self, agent: int, thing: int) -> tuple[int, int]:
        """Cells of agent and thing once the thing is there (before the agent goes on); the cost must be finite."""
        if thing in self.goal:
            return agent, thing
        self.cost(agent, thing)
        return self._end[self._fields[thing][1][agent]]

    def beside(self, thing: int, direction: int) -> float:
        """Cost left just after the thing was moved to a cell in a direction: the agent is behind, or has pulled."""
        sides = [_side(thing, direction, self.domain.pull)]
        if self.domain.pull:
            sides.append(_side(thing, OPPOSITE[direction], True))
        return min(self._left.get(side, inf) for side in sides)

    def _solve(self) -> dict[Side, float]:
        """Cost left from every side."""
        left: dict[Side, float] = {}
        heap: list[tuple[float, Side]] = []
        for thing in self.goal:
            for direction in range(4):
                beside = self._beside(thing, direction)
                if beside != WALL:
                    cost = 0.0 if self._after is None else _walk_past(self.domain, self._after, beside, thing)
                    if cost < inf:
                        heap.append((cost, _side(thing, direction)))
                        self._end[_side(thing, direction)] = beside, thing
        best = {side: cost for cost, side in heap}
        heapify(heap)
        while heap:
            cost, side = heappop(heap)
            if side in left:
                continue
            left[side] = cost
            if self.clock is not None:
                self.clock.check()
            for price, before in self._before(side):
                total = cost + price
                if total < best.get(before, inf):
                    best[before] = total
                    self._end[before] = self._end[side]
                    heappush(heap, (total, before))
        return left

    def _before(self, side: Side) -> list[tuple[float, Side]]:
        """What can come just before the agent touches the thing from a side."""
        domain = self.domain
        thing, direction, facing = side // 8, side // 2 % 4, bool(side % 2)
        beside = self._beside(thing, direction)
        came = self._beside(beside, direction)
        found: list[tuple[float, Side]] = []
        if came != WALL and (facing or not domain.pull):
            found.append((1.0, _side(beside, direction)))  # it has pushed the thing to where it is
        if not facing:
            ways = ways_around(domain, thing, beside)
            found += [(steps, _side(thing, other)) for other, steps in ways.items() if other != direction]
            return [*found, (0.0, side + 1)] if domain.pull else found
        if domain.enter[thing]:
            found.append((domain.pull_cost, _side(beside, OPPOSITE[direction], True)))
        if len(domain.things) > 1 or domain.ahead[direction][thing] == WALL or not domain.enter[thing]:
            found.append((1.0, _side(thing, direction)))  # it has bumped into the thing
        if came != WALL:  # it has walked up to the thing
            found += [(steps + 1, _side(thing, other)) for other, steps in ways_around(domain, thing, came).items()]
        return found

    def _beside(self, thing: int, direction: int) -> int:
        """The cell from which a thing is pushed, where the agent can be in it."""
        cell = self.domain.ahead[OPPOSITE[direction]][thing]
        return cell if cell != WALL and self.domain.enter[cell] else WALL

    def _field(self, thing: int) -> tuple[list[float], list[Side]]:
        """For every cell of the agent the cost with the thing in a cell, and the side it goes to first."""
        domain = self.domain
        count = len(domain.cells)
        cost: list[float] = [inf] * count
        first: list[Side] = [_NOWHERE] * count
        heap: list[tuple[float, int, Side]] = []
        if thing in self.goal:
            heap += [(0.0, cell, _NOWHERE) for cell in (range(count) if self.agent is None else self.agent)]
        for direction in range(4):
            beside = self._beside(thing, direction)
            if beside == WALL:
                continue
            side, run_up = _side(thing, direction), domain.ahead[OPPOSITE[direction]][beside]
            if side in self._left:
                heap.append((self._left[side], beside, side))
            if domain.pull and run_up != WALL and side + 1 in self._left:
                heap.append((self._left[side + 1] + 1, run_up, side + 1))
        heapify(heap)
        while heap:
            total, cell, side = heappop(heap)
            if total >= cost[cell] or cell == thing:
                continue
            cost[cell], first[cell] = total, side
            if domain.enter[cell]:
                for direction in range(4):
                    other = domain.ahead[direction][cell]
                    if other not in (WALL, thing) and cost[other] > total + 1:
                        heappush(heap, (total + 1, other, side))
        return cost, first


def _side(thing: int, direction: int, facing: bool = False) -> Side:
    return 8 * thing + 2 * direction + facing


def pushes_left(domain: Domain, goal: frozenset[int]) -> list[float]:
    """Least number of times a thing must be moved to come from each cell to a goal, wherever the agent is."""
    left: list[float] = [inf] * len(domain.cells)
    queue = sorted(goal)
    for cell in queue:
        left[cell] = 0.0
    for cell in queue:
        for direction in range(4):
            before = domain.ahead[OPPOSITE[direction]][cell]
            if before == WALL or left[before] < inf:
                continue
            behind = domain.ahead[OPPOSITE[direction]][before]
            pushed = behind != WALL and domain.enter[behind] and domain.enter[before]
            if pushed or (domain.pull and domain.enter[cell]):
                left[before] = left[cell] + 1
                queue.append(before)
    return left


def ways_around(domain: Domain, thing: int, cell: int) -> dict[int, float]:
    """Steps to a cell from each side of a thing (named by the direction of the push), past the thing.

    Kept in the domain: all fields ask for the same ways again and again.
    """
    key = (thing, cell)
    if key not in domain.ways:
        sides = {}
        for direction in range(4):
            beside = domain.ahead[OPPOSITE[direction]][thing]
            if beside != WALL and domain.enter[beside]:
                sides[beside] = direction
        domain.ways[key] = _flood(domain, cell, thing, sides)
    return domain.ways[key]


def _flood(domain: Domain, cell: int, thing: int, sides: dict[int, int]) -> dict[int, float]:
    found: dict[int, float] = {}
    steps = {cell: 0}
    queue = [cell]
    for here in queue:
        if here in sides:
            found[sides[here]] = float(steps[here])
            if len(found) == len(sides):
                break
        for other in domain.neighbours[here]:
            if other != thing and other not in steps:
                steps[other] = steps[here] + 1
                queue.append(other)
    return found


def _walk_past(domain: Domain, field: WalkField, start: int, thing: int) -> float:
    """Steps from a cell to the targets of a field when a thing stands in one cell.

    The thing is in the way only where every shortest way leads through it; then the way around ends
    at the first cell no farther off than the thing, because from there on distances only fall.
    """
    limit = field.steps[thing]
    if field.steps[start] <= limit or start == thing:
        return field.steps[start]
    if any(n != thing and field.steps[n] < field.steps[start] for n in domain.neighbours[start]):
        return field.steps[start]
    steps = {start: 0}
    queue = [start]
    for here in queue:
        if field.steps[here] <= limit:
            return steps[here] + field.steps[here]
        for other in domain.neighbours[here]:
            if other != thing and other not in steps:
                steps[other] = steps[here] + 1
                queue.append(other)
    return inf
