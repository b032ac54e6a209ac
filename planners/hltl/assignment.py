"""Least total cost, proven: branch and bound over the assignment relaxation.

Every task has one predecessor, a robot's start or another task, and every start and task is
followed by one task at most: without more conditions that is a linear assignment problem, solved
exactly in well under a millisecond. What it may get wrong is branched on (Carpaneto and Toth 1980):
tasks that follow one another in a circle, orders that contradict the hierarchy, and a task entered
as one of its options but left as another.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from scipy.optimize import linear_sum_assignment

from planners.hltl.insertion import improved, inserted
from planners.hltl.routing import Floats, Pair, Routes, Routing, ordered

_FORBIDDEN = 1e9


@dataclass(frozen=True)
class Outcome:
    """What a search found.

    Attributes:
        routes: Best routes, None where there are none (or none was found in time).
        value: Their figure; infinite without routes.
        bound: Proven lower bound; infinite when it is proven that there are no routes.
        options: For every robot the options of its tasks, where the search chose them.
    """

    routes: Routes | None
    value: float
    bound: float
    options: Routes | None = None

    @property
    def proven(self) -> bool:
        """Whether the search is finished."""
        return self.bound >= self.value - 1e-6


@dataclass(order=True)
class _Node:
    bound: float
    tie: int
    arcs: frozenset[Pair] = field(compare=False)
    options: frozenset[int] = field(compare=False)
    answer: Floats = field(compare=False)


class CostSearch:
    """Anytime search for routes of least total cost.

    Args:
        problem: The problem.
        report: Called with every better solution.
    """

    def __init__(self, problem: Routing, report: Callable[[Routes, float], None] | None = None) -> None:
        self.problem = problem
        self.report = report
        self.best: Routes | None = None
        self.value = np.inf
        self.engine = "assignment"
        self._ties = count()

    def first(self) -> None:
        """The first routes, at once."""
        routes = inserted(self.problem, [()] * self.problem.robots, range(self.problem.tasks))
        if routes is not None:
            self.offer(routes)

    def offer(self, routes: Routes) -> None:
        """Keeps routes if they are better."""
        value = sum(self.problem.route(robot, route)[0] for robot, route in enumerate(routes))
        if value < self.value - 1e-9:
            self.best, self.value = routes, value
            if self.report is not None:
                self.report(routes, value)

    def run(self, deadline: float) -> Outcome:
        """Searches until the optimum is proven or the deadline (``time.perf_counter``) has come."""
        if self.problem.tasks == 0:
            return Outcome(((),) * self.problem.robots, 0.0, 0.0)
        if self.best is not None:
            self.offer(improved(self.problem, self.best, deadline))
        root = self._node(frozenset(), frozenset())
        queue = [root] if root is not None else []
        while queue and time.perf_counter() < deadline:
            node = heapq.heappop(queue)
            if node.bound >= self.value - 1e-6:
                queue = []
                break
            for arcs, options in self._children(node, deadline):
                child = self._node(arcs, options)
                if child is not None and child.bound < self.value - 1e-6:
                    heapq.heappush(queue, child)
        bound = min((node.bound for node in queue), default=np.inf)
        return Outcome(self.best, self.value, float(np.ceil(min(bound, self.value) - 1e-6)) + 0.0)

    def _node(self, arcs: frozenset[Pair], options: frozenset[int]) -> _Node | None:
        """Solves the relaxation with some arcs (column, task) and options ruled out."""
        matrix = self._matrix(arcs, options)
        finite = np.where(np.isfinite(matrix), matrix, _FORBIDDEN)
        rows, columns = linear_sum_assignment(finite)
        bound = float(finite[rows, columns].sum())
        if bound >= _FORBIDDEN:
            return None
        return _Node(bound, next(self._ties), arcs, options, columns)

    def _matrix(self, arcs: frozenset[Pair], options: frozenset[int]) -> Floats:
        if options:
            allowed = np.ones(len(self.problem.task), dtype=bool)
            allowed[list(options)] = False
            matrix = self.problem.relaxed(allowed)
        else:
            matrix = self.problem.arcs.copy()
        for column, task in arcs:
            matrix[task, column] = np.inf
        return matrix

    def _children(self, node: _Node, deadline: float) -> list[tuple[frozenset[Pair], frozenset[int]]]:
        """The parts into which a node is split; none when its relaxation is a solution."""
        robots = self.problem.robots
        follower = {int(column): task for task, column in enumerate(node.answer)}
        routes, seen = [], set[int]()
        for robot in range(robots):
            route: list[int] = []
            at = follower.get(robot)
            while at is not None:
                route.append(at)
                at = follower.get(robots + at)
            routes.append(tuple(route))
            seen.update(route)
        circle = self._circle(follower, seen)
        if circle is None:
            circle = ordered(routes, self.problem.before)
        else:
            self._repair(routes, seen, deadline)
        if circle is not None:
            return self._split(node, circle)
        self.offer(tuple(routes))
        return self._split_options(node, routes)

    def _circle(self, follower: dict[int, int], seen: set[int]) -> list[Pair] | None:
        """Arcs of the shortest circle of tasks."""
        found: list[list[Pair]] = []
        done = set(seen)
        for task in range(self.problem.tasks):
            if task in done:
                continue
            arcs = []
            at = task
            while at not in done:
                done.add(at)
                arcs.append((at, follower[self.problem.robots + at]))
                at = arcs[-1][1]
            found.append(arcs)
        return min(found, key=len, default=None)

    def _repair(self, routes: list[tuple[int, ...]], seen: set[int], deadline: float) -> None:
        if self.problem.before and ordered(routes, self.problem.before) is not None:
            return
        made = inserted(self.problem, routes, [t for t in range(self.problem.tasks) if t not in seen])
        if made is not None:
            self.offer(improved(self.problem, made, deadline))

    def _split(self, node: _Node, circle: list[Pair]) -> list[tuple[frozenset[Pair], frozenset[int]]]:
        """One child for each arc of the circle: it goes, the ones before it stay."""
        robots, tasks = self.problem.robots, self.problem.tasks
        kept: set[Pair] = set()
        children = []
        for a, b in circle:
            arc = (robots + a, b)
            children.append((node.arcs | kept | {arc}, node.options))
            kept |= {(column, b) for column in range(robots + tasks) if column != robots + a}
        return children

    def _split_options(
        self, node: _Node, routes: list[tuple[int, ...]]
    ) -> list[tuple[frozenset[Pair], frozenset[int]]]:
        """Where a route costs more than the relaxation thought, one task's options are told apart."""
        matrix = self._matrix(node.arcs, node.options)
        for robot, route in enumerate(routes):
            columns = [robot, *(self.problem.robots + task for task in route)][: len(route)]
            thought = sum(float(matrix[task, column]) for task, column in zip(route, columns, strict=True))
            if self.problem.route(robot, route, node.options)[0] > thought + 1e-6:
                for task in route:
                    left = frozenset(self.problem.options[task]) - node.options
                    if len(left) > 1:
                        return [(node.arcs, node.options | (left - {option})) for option in left]
        return []
