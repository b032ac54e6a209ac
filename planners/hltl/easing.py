"""Makes routes cheaper without letting anybody be late."""

from __future__ import annotations

import time

import numpy as np

from planners.hltl.insertion import gaps, where
from planners.hltl.routing import Routes, Routing, ordered
from planners.hltl.timing import makespan

_MOST_TRIED = 12


def eased(costs: Routing, times: Routing, routes: Routes, limit: float, deadline: float) -> Routes:
    """Moves tasks to where they cost less, one by one, while all is done by a time.

    Args:
        costs, times: The problem in both figures, over the same options.
        routes: Valid routes, done by the limit.
        limit: The time.
        deadline: When to stop, on the clock of :func:`time.perf_counter`.
    """
    made = routes
    better = True
    while better and time.perf_counter() < deadline:
        better = False
        for task in range(costs.tasks):
            found = _moved(costs, times, made, task, limit)
            if found is not None:
                made, better = found, True
            if time.perf_counter() > deadline:
                break
    return made


def _moved(costs: Routing, times: Routing, made: Routes, task: int, limit: float) -> Routes | None:
    """Routes with a task in a cheaper place, None where there is none."""
    robots, arcs, ticks = costs.robots, costs.arcs, times.arcs
    robot = next(r for r, route in enumerate(made) if task in route)
    place = made[robot].index(task)
    source = robots + made[robot][place - 1] if place else robot
    gain = arcs[task, source]
    if place + 1 < len(made[robot]):
        following = made[robot][place + 1]
        gain += arcs[following, robots + task] - arcs[following, source]
    rest = [tuple(t for t in route if t != task) for route in made]
    before, after = gaps(rest, robots)
    inner = after >= 0
    added, later = arcs[task, before].copy(), ticks[task, before].copy()
    # Two tasks that only the one taken out kept apart may not be able to follow one another.
    inner &= np.isfinite(arcs[after, before])
    added[(after >= 0) & ~inner] = np.inf
    for figures, total in ((arcs, added), (ticks, later)):
        total[inner] += figures[after[inner], robots + task] - figures[after[inner], before[inner]]
    lengths = np.array([times.route(r, route)[0] for r, route in enumerate(rest)])
    owner = np.repeat(np.arange(robots), [len(route) + 1 for route in rest])
    added[lengths[owner] + later > limit] = np.inf
    for gap in np.argsort(added)[:_MOST_TRIED].tolist():
        if not added[gap] < gain - 1e-9:
            return None
        to, at = where(rest, gap)
        new = list(rest)
        new[to] = (*rest[to][:at], task, *rest[to][at:])
        if times.before and ordered(new, times.before) is not None:
            continue
        if makespan(times, tuple(new)) <= limit:
            return tuple(new)
    return None
