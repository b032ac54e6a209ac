"""Least makespan: bounds, first routes, moves off the longest route, then an exact engine."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from planners.hltl.assignment import CostSearch, Outcome
from planners.hltl.insertion import inserted
from planners.hltl.routing import Routes, Routing, ordered
from planners.hltl.shake import Shaker
from planners.hltl.subsets import MOST_TASKS, best_split
from planners.hltl.timing import bound, earliest, makespan

#: Seconds it takes to hand one arc to the constraint solver.
_BUILD_S = 50e-6
#: Less time than this is not worth loading OR-tools, which alone takes a third of a second.
_PROGRAM_S = 1.0
_MOST_SETS = 40_000
#: Most tasks for which the constraint solver is worth waiting for, and the share of time before it.
_MOST_PROVABLE = 25
_SHARE = 0.3
#: Share of that time for routes of least total time.
_TOTAL_SHARE = 0.15
#: Share of what is left of it for trying each start, and how much worse routes may get at first.
_TRIAL_SHARE = 0.2
_HEAT = 0.02


class MakespanSearch:
    """Anytime search for routes that are finished as early as possible.

    Args:
        problem: The problem in time.
        report: Called with every better solution.
    """

    def __init__(self, problem: Routing, report: Callable[[Routes, float], None] | None = None) -> None:
        self.problem = problem
        self.report = report
        self.best: Routes | None = None
        self.value = np.inf
        self.engine = "search"

    def first(self) -> None:
        """The first routes, at once: the farthest task is placed first, each where it ends soonest."""
        problem = self.problem
        made: list[list[int]] = [[] for _ in range(problem.robots)]
        soon = earliest(problem)
        for task in sorted(range(problem.tasks), key=lambda t: (-soon[t], t)):
            if not self._place(made, task):
                routes = inserted(problem, [()] * problem.robots, range(problem.tasks))
                if routes is not None:
                    self.offer(routes)
                return
        self.offer(tuple(tuple(route) for route in made))

    def _place(self, made: list[list[int]], task: int) -> bool:
        """Puts a task where the route it comes to lie in stays shortest."""
        problem, arcs, robots = self.problem, self.problem.arcs, self.problem.robots
        lengths = [problem.route(robot, route)[0] for robot, route in enumerate(made)]
        options = []
        for robot, route in enumerate(made):
            for place in range(len(route) + 1):
                source = robots + route[place - 1] if place else robot
                added = arcs[task, source]
                if place < len(route):
                    added += arcs[route[place], robots + task] - arcs[route[place], source]
                options.append((lengths[robot] + added, added, robot, place))
        for length, _, robot, place in sorted(options):
            if not np.isfinite(length):
                return False
            made[robot].insert(place, task)
            if not problem.before or ordered(made, problem.before) is None:
                return True
            del made[robot][place]
        return False

    def offer(self, routes: Routes) -> None:
        """Keeps routes if they are better."""
        if self.problem.before and ordered(routes, self.problem.before) is not None:
            return
        value = makespan(self.problem, routes)
        if value < self.value:
            self.best, self.value = routes, value
            if self.report is not None:
                self.report(routes, value)

    def run(self, deadline: float) -> Outcome:
        """Searches until the optimum is proven or the deadline (``time.perf_counter``) has come."""
        problem = self.problem
        if problem.tasks == 0:
            return Outcome(((),) * problem.robots, 0.0, 0.0)
        low, met = bound(problem)
        for routes in met:
            self.offer(routes)
        if not np.isfinite(low):
            return Outcome(None, np.inf, np.inf)
        if self.value > low and not problem.before:
            self._improve(low, deadline)
        few = problem.tasks <= MOST_TASKS and problem.robots << problem.tasks <= _MOST_SETS
        if self.value > low and not problem.before and few:
            self.engine = "subsets"
            found = best_split(problem, self.value, deadline)
            if found is not None:
                if found[0] is not None:
                    self.offer(found[0])
                return Outcome(self.best, self.value, self.value)
        if self.value > low and time.perf_counter() < deadline:
            low = self._shake(low, deadline)
        if self.value > low and time.perf_counter() < deadline:
            low = self._program(low, deadline)
        return Outcome(self.best, self.value, min(low, self.value))

    def _shake(self, low: float, deadline: float) -> float:
        """Large neighbourhood search: all the time there is, save where the optimum can be proven.

        Large problems begin at the best routes, and at those of least total time, which are short
        but hard to balance; the start that leads further gets most of the time. The total shared
        by all robots is a bound, which is returned if it is better.
        """
        if self.best is None:
            return low
        problem, provable = self.problem, self.problem.tasks <= _MOST_PROVABLE
        self.engine = "neighbourhoods"
        now = time.perf_counter()
        end = now + (_SHARE if provable else 1.0) * (deadline - now)
        if provable:
            Shaker(problem, self.best, self.offer, _HEAT * self.value).run(low, end, 60 * problem.tasks)
            return low
        total = CostSearch(problem)
        total.first()
        shortest = total.run(now + _TOTAL_SHARE * (end - now))
        low = max(low, float(np.ceil(shortest.bound / problem.robots - 1e-6)))
        starts = [self.best, *([shortest.routes] if shortest.routes is not None else [])]
        shakers = [Shaker(problem, routes, self.offer, _HEAT * self.value) for routes in starts]
        for shaker in shakers:
            now = time.perf_counter()
            shaker.run(low, now + _TRIAL_SHARE * (end - now))
        min(shakers, key=lambda shaker: shaker.best).run(low, end)
        return low

    def _program(self, low: float, deadline: float) -> float:
        problem = self.problem
        limit = self.value - 1 if np.isfinite(self.value) else _horizon(problem)
        arcs = int((problem.follow <= limit).sum() + (problem.start <= limit).sum())
        left = deadline - time.perf_counter()
        if left < _PROGRAM_S or arcs * _BUILD_S > 0.2 * left:
            return low
        try:
            from planners.hltl import cpsat  # OR-tools is an extra, and slow to import
        except ImportError:  # absent, or built for another numpy
            return low
        self.engine = "cp-sat"
        horizon = self.value if np.isfinite(self.value) else _horizon(problem)
        outcome = cpsat.solve(problem, hint=self.best, low=low, high=horizon, deadline=deadline)
        if outcome.routes is not None:
            self.offer(outcome.routes)
        return outcome.bound

    def _improve(self, low: float, deadline: float) -> None:
        """Moves tasks off the route that ends last, while that helps."""
        while self.best is not None and self.value > low and time.perf_counter() < deadline:
            before = self.value
            self._relieve(low, deadline)
            if not self.value < before:
                return

    def _relieve(self, low: float, deadline: float) -> None:
        """One improvement: a task goes to another place, or two tasks change places."""
        problem, routes = self.problem, self.best
        assert routes is not None
        lengths = [problem.route(robot, route)[0] for robot, route in enumerate(routes)]
        late = int(np.argmax(lengths))
        for task in routes[late]:
            rest = tuple(t for t in routes[late] if t != task)
            for robot in np.argsort(lengths).tolist():
                own = rest if robot == late else routes[robot]
                for place in range(len(own) + 1):
                    new = list(routes)
                    new[late] = rest
                    new[robot] = (*own[:place], task, *own[place:])
                    if self._try(tuple(new), late, robot) or time.perf_counter() > deadline:
                        return
        for task in routes[late]:
            for robot, route in enumerate(routes):
                for other in route if robot != late else ():
                    new = list(routes)
                    new[late] = tuple(other if t == task else t for t in routes[late])
                    new[robot] = tuple(task if t == other else t for t in route)
                    if self._try(tuple(new), late, robot) or time.perf_counter() > deadline:
                        return

    def _try(self, routes: Routes, late: int, robot: int) -> bool:
        problem = self.problem
        if max(problem.route(r, routes[r])[0] for r in (late, robot)) >= self.value:
            return False
        before = self.value
        self.offer(routes)
        return self.value < before


def _horizon(problem: Routing) -> float:
    """A time by which any routes worth having are finished."""
    finite = np.where(np.isfinite(problem.arcs), problem.arcs, 0)
    return float(finite.max(axis=1).sum())
