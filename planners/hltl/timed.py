"""Moves in space and time: a leaf plan fitted among other robots, and getting out of their way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple

from planners.clock import Clock
from planners.hltl.actions import Action
from planners.hltl.grid import FAR
from planners.hltl.leaf import LeafPlan, LeafProblem, Move
from planners.hltl.tracks import Traffic

#: What passing a robot that must be asked to make way costs, in ticks.
_BOTHER = 3
#: Most skeletons that are kept for one leaf and robot.
_MOST = 32


class Timed(NamedTuple):
    """A move with its time; a wait where ``move`` is None.

    Attributes:
        start: First tick.
        end: Last tick.
        source: Cell before.
        cell: Cell after.
        move: The move, None for a wait or a step out of the way.
        working: Whether it belongs to the leaf (else the robot only makes way).
    """

    start: int
    end: int
    source: int
    cell: int
    move: Move | None
    working: bool = True


@dataclass(frozen=True)
class Limits:
    """From when on something may be used, because of what other robots do with it.

    Attributes:
        enter: Tick before which nobody may set out for a cell.
        act: Tick before which an action may not start.
        push_to: Tick before which nothing may be pushed into a cell.
    """

    enter: Callable[[int], int]
    act: Callable[[Action], int]
    push_to: Callable[[int], int]


class Skeleton:
    """A leaf plan without its times: the sequence of modes it goes through, and what is left from each.

    A robot that follows it may take any cells, as long as the symbolic state and the automata go
    through the same modes in the same order.
    """

    def __init__(self, problem: LeafProblem, plan: LeafPlan) -> None:
        self.problem = problem
        self.modes = [plan.mode]
        self.actions: list[int | None] = []
        self.places: list[int] = []
        cell = plan.cell
        for move in plan.moves:
            if move.mode != self.modes[-1]:
                self.modes.append(move.mode)
                action = None if move.action is None else problem.actions.index(move.action)
                self.actions.append(action)
                self.places.append(cell)
            cell = move.cell
        self._steps: dict[tuple[int, int, int], tuple[int, str | None] | None] = {}
        self.left = self._remaining()
        self._steps.clear()  # of all these, few are asked for again

    def step(self, k: int, cell: int, target: int) -> tuple[int, str | None] | None:
        """Index of the mode after a step and the thing pushed, None where the step leaves the sequence."""
        key = (k, cell, target)
        if key not in self._steps:
            layer, q = self.modes[k]
            after = self.problem.step(cell, layer, q, target)
            found: tuple[int, str | None] | None = None
            if after is not None:
                if after[:2] == self.modes[k]:
                    found = (k, after[2])
                elif k + 1 < len(self.modes) and after[:2] == self.modes[k + 1]:
                    found = (k + 1, after[2])
            self._steps[key] = found
        return self._steps[key]

    def acts(self, k: int, cell: int) -> Action | None:
        """The action that leads from mode ``k`` to the next, where it can be done in a cell."""
        if k + 1 >= len(self.modes) or self.actions[k] is None:
            return None
        index = self.actions[k]
        assert index is not None
        action = self.problem.actions[index]
        layer, q = self.modes[k]
        if cell != self.places[k] and action.local:
            return None
        if index not in self.problem.doable(layer).get(cell, ()):
            return None
        return action if self.problem.act(cell, layer, q, index) == self.modes[k + 1] else None

    def _remaining(self) -> list[list[int]]:
        """Ticks to the end from every mode and cell, if nobody were in the way."""
        size = len(self.problem.grid.cells)
        left = [[0] * size]
        for k in range(len(self.modes) - 2, -1, -1):
            left.append(self._one_mode(k, left[-1]))
        return left[::-1]

    def _one_mode(self, k: int, following: list[int]) -> list[int]:
        """Shortest ways through one mode into the next: Dijkstra backwards, in buckets of equal cost."""
        size = len(following)
        best = [FAR] * size
        buckets: dict[int, list[int]] = {}

        def reach(cell: int, cost: int) -> None:
            if cost < best[cell]:
                best[cell] = cost
                buckets.setdefault(cost, []).append(cell)

        by_action = self.actions[k] is not None
        for cell in range(size):
            if by_action:
                action = self.acts(k, cell)
                if action is not None:
                    reach(cell, action.ticks + following[cell])
                continue
            for target in self.problem.neighbours[cell]:
                after = self.step(k, cell, target)
                if after is not None and after[0] == k + 1:
                    reach(cell, 1 + following[target])
        while buckets:
            cost = min(buckets)
            for cell in buckets.pop(cost):
                if best[cell] == cost:
                    for source in self.problem.neighbours[cell]:
                        if best[source] > cost + 1 and self.step(k, source, cell) == (k, None):
                            reach(source, cost + 1)
        return best


def _skeleton(problem: LeafProblem, plan: LeafPlan) -> Skeleton:
    """The skeleton of a plan; a problem has one plan from each beginning, so it is worked out once."""
    key = (plan.cell, plan.mode)
    found = problem.skeletons.get(key)
    if found is None:
        if len(problem.skeletons) >= _MOST:
            problem.skeletons.clear()
        found = problem.skeletons[key] = Skeleton(problem, plan)
    return found


def fit(
    problem: LeafProblem, plan: LeafPlan, start: int, traffic: Traffic, limits: Limits, clock: Clock
) -> list[Timed] | None:
    """Fits a leaf plan into the traffic, at the earliest.

    The last moves may be steps out of the way, when the cell in which the leaf is finished is
    needed by others later.

    Returns:
        Moves and waits from ``start`` on, None where there is no way past the others.
    """
    skeleton = _skeleton(problem, plan)
    last = len(skeleton.modes) - 1
    horizon = max(traffic.horizon, start) + plan.cost + 60
    first = (0, plan.cell, start)
    parents: dict[tuple[int, int, int], tuple[tuple[int, int, int], Timed]] = {}
    costs = {first: 0}
    estimate = skeleton.left[0][plan.cell]
    heap = [(start + estimate, estimate, first)]
    closed: set[tuple[int, int, int]] = set()
    while heap:
        _, _, node = heappop(heap)
        if node in closed:
            continue
        closed.add(node)
        if len(closed) % 128 == 0:
            clock.check()
        k, cell, tick = node
        if k == last and traffic.last_use(cell) < tick:
            return _trail(first, node, parents)
        if tick > horizon:
            continue
        for k_after, timed in _successors(skeleton, k, cell, tick, traffic, limits):
            child = (k_after, timed.cell, timed.end)
            bother = _BOTHER if timed.cell != cell and traffic.resting(timed.cell, timed.end) else 0
            cost = costs[node] + timed.end - timed.start + bother
            left = skeleton.left[k_after][timed.cell]
            if left < FAR and cost < costs.get(child, FAR):
                costs[child] = cost
                parents[child] = (node, timed)
                heappush(heap, (start + cost + left, left, child))
    return None


def _successors(
    skeleton: Skeleton, k: int, cell: int, tick: int, traffic: Traffic, limits: Limits
) -> list[tuple[int, Timed]]:
    problem = skeleton.problem
    last = len(skeleton.modes) - 1
    found: list[tuple[int, Timed]] = []
    taken = traffic.taken(tick + 1)
    for target in problem.neighbours[cell]:
        if target in taken or limits.enter(target) > tick:
            continue
        after = skeleton.step(k, cell, target)
        if after is None:
            continue
        if after[1] is not None and not _room_behind(problem, cell, target, tick, traffic, limits):
            continue
        layer, q = skeleton.modes[after[0]]
        move = Move(target, (layer, q), 1, pushed=after[1])
        found.append((after[0], Timed(tick, tick + 1, cell, target, move, k < last)))
    if cell not in taken:
        found.append((k, Timed(tick, tick + 1, cell, cell, None, k < last)))
    action = skeleton.acts(k, cell)
    if action is not None and limits.act(action) <= tick:
        end = tick + action.ticks
        if all(cell not in traffic.taken(t) for t in range(tick, end + 1)):
            found.append((k + 1, Timed(tick, end, cell, cell, Move(cell, skeleton.modes[k + 1], action.ticks, action))))
    return found


def _room_behind(problem: LeafProblem, cell: int, target: int, tick: int, traffic: Traffic, limits: Limits) -> bool:
    behind = problem.grid.beyond(cell, target)
    if behind is None or limits.push_to(behind) > tick:
        return False
    return traffic.last_use(behind) < tick and not traffic.resting(behind, tick + 1)


def _trail(
    first: tuple[int, int, int],
    node: tuple[int, int, int],
    parents: Mapping[tuple[int, int, int], tuple[tuple[int, int, int], Timed]],
) -> list[Timed]:
    found: list[Timed] = []
    while node != first:
        node, timed = parents[node]
        found.append(timed)
    return found[::-1]


def evade(
    cell: int,
    start: int,
    neighbours: list[tuple[int, ...]],
    allowed: Callable[[int], bool],
    clear: frozenset[int],
    traffic: Traffic,
    limits: Limits,
    clock: Clock,
) -> list[Timed] | None:
    """The fewest steps out of everybody's way, into a cell that stays free.

    Args:
        cell: Where the robot rests.
        start: From when on it may move.
        neighbours: The cells it can step to.
        allowed: Whether it may enter a cell at all (passable, no rule against it).
        clear: Cells it may pass but not stay in.
        traffic: The others.
        limits: From when on cells may be entered.
        clock: The time limit.
    """
    first = (cell, start)
    parents: dict[tuple[int, int], tuple[tuple[int, int], Timed]] = {}
    costs = {first: 0}
    heap = [(0, start, cell)]
    closed: set[tuple[int, int]] = set()
    while heap:
        cost, tick, here = heappop(heap)
        node = (here, tick)
        if node in closed:
            continue
        closed.add(node)
        if len(closed) % 128 == 0:
            clock.check()
        if traffic.last_use(here) < tick and here not in clear and allowed(here):
            trail: list[Timed] = []
            while node != first:
                node, timed = parents[node]
                trail.append(timed)
            return trail[::-1]
        if tick > traffic.horizon + 60:
            continue
        taken = traffic.taken(tick + 1)
        for target in (here, *neighbours[here]):
            if target in taken:
                continue
            if target != here and not (limits.enter(target) <= tick and allowed(target)):
                continue
            bother = 2 * _BOTHER if target != here and traffic.resting(target, tick + 1) else 0
            child = (target, tick + 1)
            total = cost + (target != here) + bother
            if total < costs.get(child, FAR):
                costs[child] = total
                parents[child] = (node, Timed(tick, tick + 1, here, target, None, False))
                heappush(heap, (total, tick + 1, target))
    return None
