"""Large neighbourhood search for the makespan: take some tasks out, put them back better."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from planners.hltl.insertion import gaps, where
from planners.hltl.routing import Floats, Routes, Routing, ordered
from planners.hltl.timing import makespan

_COOLING = 0.999
_MOST_OUT = 8


class Shaker:
    """Ruin and recreate (Schrimpf et al. 2000) around the route that ends last.

    Args:
        problem: The problem in time.
        routes: Where to begin.
        offer: Called with every solution that looks better than the best so far.
        heat: How much worse a solution may be to be gone on from, at first.
    """

    def __init__(self, problem: Routing, routes: Routes, offer: Callable[[Routes], None], heat: float) -> None:
        self.problem, self.offer = problem, offer
        self.rng = np.random.default_rng(0)
        self.routes = [list(route) for route in routes]
        self.lengths = np.array([self._length(r, route) for r, route in enumerate(self.routes)])
        self.value = self._value(self.routes, self.lengths)
        self.best = self.value[0]
        self.heat = heat

    def run(self, low: float, deadline: float, patience: float = np.inf) -> None:
        """Shakes until a bound is met, time is up, or nothing better came in a number of rounds."""
        quiet = 0
        while self.best > low and quiet < patience and time.perf_counter() < deadline:
            quiet = 0 if self._round() else quiet + 1
            self.heat *= _COOLING

    def _round(self) -> bool:
        """One ruin and recreate; True when it led to a new best."""
        made, lengths = [list(route) for route in self.routes], self.lengths.copy()
        out = self._ruin(made, lengths)
        if not self._recreate(made, lengths, out):
            return False
        value = self._value(made, lengths)
        worse = value[0] - self.value[0] + 1e-3 * (value[1] - self.value[1])
        if worse <= 0 or self.rng.random() < np.exp(-worse / max(self.heat, 1e-9)):
            self.routes, self.lengths, self.value = made, lengths, value
        if value[0] < self.best:
            self.best = value[0]
            self.offer(tuple(tuple(route) for route in made))
            return True
        return False

    def _value(self, made: list[list[int]], lengths: Floats) -> tuple[float, float]:
        """Makespan, and how unbalanced and long the routes are."""
        spread = float(np.sqrt((lengths**2).mean())) if len(lengths) else 0.0
        if not self.problem.before:
            return float(lengths.max(initial=0.0)), spread
        if ordered(made, self.problem.before) is not None:
            return np.inf, spread
        return makespan(self.problem, tuple(tuple(route) for route in made)), spread

    def _length(self, robot: int, route: list[int]) -> float:
        arcs, robots = self.problem.arcs, self.problem.robots
        columns = [robot, *(robots + task for task in route)]
        return float(sum(arcs[task, column] for task, column in zip(route, columns)))  # noqa: B905

    def _ruin(self, made: list[list[int]], lengths: Floats) -> list[int]:
        """Takes chains out of the longest route and of routes that pass near its tasks."""
        rng, problem = self.rng, self.problem
        late = int(lengths.argmax()) if rng.random() < 0.8 else int(rng.integers(len(made)))
        if not made[late]:
            return []
        centre = made[late][int(rng.integers(len(made[late])))]
        robots = problem.robots
        near = np.minimum(problem.arcs[:, robots + centre], problem.arcs[centre, robots:])
        close = np.argsort(near * (0.5 + rng.random(len(near))))
        count = int(rng.integers(1, min(_MOST_OUT, problem.tasks) + 1))
        out = [centre, *(int(t) for t in close[: count - 1] if t != centre)]
        gone = set(out)
        for robot, route in enumerate(made):
            kept = [task for task in route if task not in gone]
            if len(kept) < len(route):
                made[robot] = kept
                lengths[robot] = self._length(robot, kept)
        rng.shuffle(out)
        return out

    def _recreate(self, made: list[list[int]], lengths: Floats, out: list[int]) -> bool:
        """Puts tasks back, each where its route stays shortest; sometimes the second best place."""
        arcs, robots = self.problem.arcs, self.problem.robots
        for task in out:
            before, after = gaps(made, robots)
            owner = np.repeat(np.arange(robots), [len(route) + 1 for route in made])
            added = arcs[task, before]
            inner = after >= 0
            added = added.copy()
            added[inner] += arcs[after[inner], robots + task] - arcs[after[inner], before[inner]]
            key = np.maximum(lengths[owner] + added, 0.9 * self.value[0]) + added
            if self.rng.random() < 0.1:
                key = key * (0.9 + 0.2 * self.rng.random(len(key)))
            gap = int(key.argmin())
            if not np.isfinite(added[gap]):
                return False
            robot, place = where(made, gap)
            made[robot].insert(place, task)
            lengths[robot] += added[gap]
        return True
