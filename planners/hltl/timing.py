"""When tasks are finished, and how early a team can be done at the very least."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy.optimize import linear_sum_assignment

from planners.hltl.routing import Floats, Pair, Routes, Routing

_FORBIDDEN = 1e9


def finished(problem: Routing, routes: Sequence[Sequence[int]]) -> Floats:
    """``[tasks]``: when each task is finished when everybody goes on as soon as possible.

    A task that must not be finished ahead of another one waits before it is started. Tasks in no
    route are infinite.

    Args:
        problem: Figures are times.
        routes: Routes that agree with the order.
    """
    takes: dict[int, float] = {}
    for robot, route in enumerate(routes):
        _, options = problem.route(robot, route)
        for place, (task, option) in enumerate(zip(route, options, strict=True)):
            takes[task] = float(problem.follow[options[place - 1], option] if place else problem.start[robot, option])
    done = np.full(problem.tasks, np.inf)
    for task, when in scheduled(routes, takes, problem.before).items():
        done[task] = when
    return done


def scheduled(routes: Sequence[Sequence[int]], takes: Mapping[int, float], before: Iterable[Pair]) -> dict[int, float]:
    """Task -> when it is finished, given how long each takes."""
    ahead = {b: a for route in routes for a, b in pairwise(route)}
    earlier: dict[int, list[int]] = {}
    for a, b in before:
        if a in takes:
            earlier.setdefault(b, []).append(a)
    done: dict[int, float] = {}
    stack = list(takes)
    while stack:
        task = stack[-1]
        needed = [*earlier.get(task, ()), *([ahead[task]] if task in ahead else [])]
        missing = [other for other in needed if other not in done]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        ready = done[ahead[task]] if task in ahead else 0.0
        done[task] = max([ready + takes[task], *(done[a] for a in earlier.get(task, ()))])
    return done


def makespan(problem: Routing, routes: Routes) -> float:
    """Time at which the last task is finished."""
    if not problem.before:
        return max((problem.route(robot, route)[0] for robot, route in enumerate(routes)), default=0.0)
    done = finished(problem, routes)
    return float(max((done[task] for route in routes for task in route), default=0.0))


def earliest(problem: Routing) -> Floats:
    """``[tasks]``: a time before which a task cannot be finished, whoever does it."""
    arcs, robots = problem.arcs, problem.robots
    best = arcs[:, :robots].min(axis=1) if robots else np.full(problem.tasks, np.inf)
    for _ in range(problem.tasks):
        through = (arcs[:, robots:] + best[None, :]).min(axis=1) if problem.tasks else best
        found = np.minimum(best, through)
        if (found == best).all():
            break
        best = found
    for a, b in sorted(problem.before, key=lambda pair: best[pair[0]]):
        best[b] = max(best[b], best[a])
    return best


def within(problem: Routing, soon: Floats, limit: float) -> tuple[float, Routes | None]:
    """Relaxed total time when all must be done by a limit, and the chains that reach it.

    Returns:
        The least total (infinite where it is proven that the limit cannot be kept), and the routes
        of the relaxation where they are routes at all.
    """
    matrix = problem.arcs.copy()
    robots = problem.robots
    matrix[:, robots:][soon[None, :] + matrix[:, robots:] > limit] = np.inf
    matrix[:, :robots][matrix[:, :robots] > limit] = np.inf
    finite = np.where(np.isfinite(matrix), matrix, _FORBIDDEN)
    rows, columns = linear_sum_assignment(finite)
    total = float(finite[rows, columns].sum())
    if total >= _FORBIDDEN or total > limit * robots:
        return np.inf, None
    follower = {int(column): task for task, column in enumerate(columns)}
    routes = []
    for robot in range(robots):
        route: list[int] = []
        at = follower.get(robot)
        while at is not None:
            route.append(at)
            at = follower.get(robots + at)
        routes.append(tuple(route))
    whole = sum(map(len, routes)) == problem.tasks
    return total, tuple(routes) if whole else None


def bound(problem: Routing) -> tuple[float, list[Routes]]:
    """A proven lower bound of the makespan, and routes met on the way.

    Bisects for the least time in which the assignment relaxation can be done at all.
    """
    if problem.tasks == 0:
        return 0.0, []
    soon = earliest(problem)
    if not np.isfinite(soon).all():
        return np.inf, []
    if not np.isfinite(within(problem, soon, np.inf)[0]):
        return np.inf, []  # no time is long enough: some tasks can neither be first nor follow another
    low = high = float(soon.max())
    met: list[Routes] = []
    step = 1.0
    while True:
        total, routes = within(problem, soon, high)
        if routes is not None:
            met.append(routes)
        if np.isfinite(total):
            break
        low, high, step = high + 1, high + step, step * 2
    while low < high:
        middle = (low + high) // 2
        total, routes = within(problem, soon, middle)
        if routes is not None:
            met.append(routes)
        low, high = (low, middle) if np.isfinite(total) else (middle + 1, high)
    return high, met
