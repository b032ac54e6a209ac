"""Least makespan of few tasks, exactly: every set of tasks for every robot, then the best split."""

from __future__ import annotations

import time

import numpy as np

from planners.hltl.routing import Floats, Ints, Routes, Routing

#: Most tasks for which all sets are looked at.
MOST_TASKS = 10


def best_split(problem: Routing, limit: float, deadline: float) -> tuple[Routes | None, float] | None:
    """Routes with the least longest one, among those shorter than a limit.

    Args:
        problem: Without an order among tasks, at most :data:`MOST_TASKS` tasks.
        limit: Only makespans below it are of interest.
        deadline: When to give up, on the clock of :func:`time.perf_counter`.

    Returns:
        Routes and their makespan (None and infinite: nothing is below the limit); None when the
        time was up.
    """
    tasks, robots = problem.tasks, problem.robots
    full = 1 << tasks
    reach = _reach(problem, limit, deadline)
    if reach is None:
        return None
    shortest = reach.min(axis=1)
    best = np.full(full, np.inf)
    best[0] = 0.0
    chosen = np.zeros((robots, full), dtype=np.int64)
    everything = np.arange(full)
    for robot in range(robots):
        new, pick = best.copy(), np.zeros(full, dtype=np.int64)
        for own in np.flatnonzero(shortest[:, robot] < limit).tolist():
            if own == 0:
                continue
            if time.perf_counter() > deadline:
                return None
            rest = everything[(everything & own) == 0]
            value = np.maximum(best[rest], shortest[own, robot])
            better = value < new[rest | own]
            where = (rest | own)[better]
            new[where] = value[better]
            pick[where] = own
        best, chosen[robot] = new, pick
    value = float(best[-1])
    if not value < limit:
        return None, np.inf
    routes: list[tuple[int, ...]] = []
    left = full - 1
    for robot in range(robots - 1, -1, -1):
        own = int(chosen[robot, left])
        routes.append(_walk(problem, reach, own, robot))
        left ^= own
    return tuple(reversed(routes)), value


def _reach(problem: Routing, limit: float, deadline: float) -> Floats | None:
    """``[sets, options, robots]``: least time to do a set of tasks, ending in an option (Held-Karp)."""
    full = 1 << problem.tasks
    reach = np.full((full, len(problem.task), problem.robots), np.inf)
    bits: Ints = np.left_shift(1, problem.task)
    reach[0] = np.inf
    for option, bit in enumerate(bits.tolist()):
        reach[bit, option] = problem.start[:, option]
    for own in range(1, full):
        if time.perf_counter() > deadline:
            return None
        here = reach[own]
        ends = np.flatnonzero(np.isfinite(here).any(axis=1))
        free = np.flatnonzero((bits & own) == 0)
        if not len(ends) or not len(free):
            continue
        value = (here[ends][:, None, :] + problem.follow[np.ix_(ends, free)][:, :, None]).min(axis=0)
        value[value >= limit] = np.inf
        for option, times in zip(free.tolist(), value, strict=True):
            cell = reach[own | int(bits[option]), option]
            np.minimum(cell, times, out=cell)
    reach[0] = 0.0
    return reach


def _walk(problem: Routing, reach: Floats, own: int, robot: int) -> tuple[int, ...]:
    """The order behind one figure of :func:`_reach`."""
    found: list[int] = []
    option = int(reach[own, :, robot].argmin())
    while own:
        task = int(problem.task[option])
        found.append(task)
        value, own = reach[own, option, robot], own & ~(1 << task)
        if own:
            option = int(np.abs(reach[own, :, robot] + problem.follow[:, option] - value).argmin())
    return tuple(reversed(found))
