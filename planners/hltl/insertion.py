"""First routes at once, and better ones by moving tasks about."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from planners.hltl.routing import Floats, Ints, Routes, Routing, ordered
from planners.hltl.timing import makespan


def inserted(problem: Routing, routes: Sequence[Sequence[int]], waiting: Sequence[int]) -> Routes | None:
    """Puts tasks into routes, each time the one and there where it adds least.

    Returns:
        The routes; None where some task fits nowhere.
    """
    made = [list(route) for route in routes]
    arcs, robots = problem.arcs, problem.robots
    left = list(waiting)
    while left:
        before, after = gaps(made, robots)
        added = _added(arcs, robots, np.array(left), before, after)
        flat = np.argsort(added, axis=None)
        for at in flat[: 1 if not problem.before else None].tolist():
            row, gap = divmod(at, len(before))
            if not np.isfinite(added[row, gap]):
                return None
            robot, place = where(made, gap)
            made[robot].insert(place, left[row])
            if not problem.before or ordered(made, problem.before) is None:
                del left[row]
                break
            del made[robot][place]
        else:
            return None
    return tuple(tuple(route) for route in made)


def gaps(routes: Sequence[Sequence[int]], robots: int) -> tuple[Ints, Ints]:
    """Every place a task can be put: column of what comes before it, task after it or -1."""
    before, after = [], []
    for robot, route in enumerate(routes):
        before += [robot, *(robots + task for task in route)]
        after += [*route, -1]
    return np.array(before), np.array(after)


def where(routes: Sequence[Sequence[int]], gap: int) -> tuple[int, int]:
    """Robot and index in its route of one of the :func:`gaps`."""
    for robot, route in enumerate(routes):
        if gap <= len(route):
            return robot, gap
        gap -= len(route) + 1
    raise IndexError(gap)


def _added(arcs: Floats, robots: int, tasks: Ints, before: Ints, after: Ints) -> Floats:
    """``[tasks, gaps]``: what a task adds in a gap."""
    come = arcs[tasks[:, None], before[None, :]]
    inner = after >= 0
    go = np.zeros_like(come)
    go[:, inner] = arcs[after[inner][None, :], robots + tasks[:, None]]
    saved = np.zeros(len(before))
    saved[inner] = arcs[after[inner], before[inner]]
    # A gap between tasks that could not follow one another is never there: saved is finite.
    added: Floats = come + go - saved[None, :]
    return added


def improved(problem: Routing, routes: Routes, deadline: float) -> Routes:
    """Takes chains of up to three tasks out and puts them where they add less, while that helps.

    Args:
        problem: The problem; the sum over robots counts.
        routes: Valid routes.
        deadline: When to stop, on the clock of :func:`time.perf_counter`.
    """
    made = [list(route) for route in routes]
    arcs, robots = problem.arcs, problem.robots
    better = True
    while better and time.perf_counter() < deadline:
        better = False
        for length in (1, 2, 3):
            for task in range(problem.tasks):
                if _moved(problem, made, arcs, robots, task, length):
                    better = True
            if time.perf_counter() > deadline:
                break
        if not better and not problem.before:
            better = _tails(made, arcs, robots)
    return tuple(tuple(route) for route in made)


def _moved(problem: Routing, made: list[list[int]], arcs: Floats, robots: int, task: int, length: int) -> bool:
    """Moves the chain that begins with a task, if that helps."""
    robot = next((r for r, route in enumerate(made) if task in route), None)
    if robot is None:
        return False
    place = made[robot].index(task)
    chain = made[robot][place : place + length]
    if len(chain) < length:
        return False
    source = robots + made[robot][place - 1] if place else robot
    rest = made[robot][place + length :]
    gain = arcs[task, source]
    if rest:
        gain += arcs[rest[0], robots + chain[-1]] - arcs[rest[0], source]
    if not gain > 0:
        return False
    old = made[robot]
    made[robot] = old[:place] + rest
    before, after = gaps(made, robots)
    go = np.zeros(len(before))
    inner = after >= 0
    go[inner] = arcs[after[inner], robots + chain[-1]] - arcs[after[inner], before[inner]]
    added = arcs[task, before] + go
    for gap in np.argsort(added)[: 1 if not problem.before else 20].tolist():
        if not added[gap] < gain - 1e-9:
            break
        to, at = where(made, gap)
        made[to][at:at] = chain
        if not problem.before or ordered(made, problem.before) is None:
            return True
        del made[to][at : at + length]
    made[robot] = old
    return False


def _tails(made: list[list[int]], arcs: Floats, robots: int) -> bool:
    """Swaps the ends of two routes where that helps most."""
    before, after = gaps(made, robots)
    inner = after >= 0
    now = np.zeros(len(before))
    now[inner] = arcs[after[inner], before[inner]]
    link = np.zeros((len(before), len(before)))
    link[:, inner] = arcs[after[inner][None, :], before[:, None]]
    change = link + link.T - now[:, None] - now[None, :]
    owner = np.repeat(np.arange(len(made)), [len(route) + 1 for route in made])
    change[owner[:, None] == owner[None, :]] = np.inf
    best = int(change.argmin())
    one, other = divmod(best, len(before))
    if not change[one, other] < -1e-9:
        return False
    (r, i), (s, j) = where(made, one), where(made, other)
    made[r], made[s] = made[r][:i] + made[s][j:], made[s][:j] + made[r][i:]
    return True


def restored(problem: Routing, routes: Routes, before: Routes, *, worst: bool) -> Routes:
    """Gives robots back what they did before where that costs nothing.

    Args:
        problem: The problem.
        routes: Valid routes.
        before: For every robot the tasks it was to do.
        worst: Whether the time of the last finish counts, instead of the sum over robots.
    """

    def figure(made: Routes) -> float:
        return makespan(problem, made) if worst else sum(problem.route(r, own)[0] for r, own in enumerate(made))

    def alike(made: Routes) -> tuple[int, int]:
        pairs = list(zip(made, before, strict=True))
        return sum(a == b for a, b in pairs), sum(len(set(a) & set(b)) for a, b in pairs)

    limit = figure(routes)
    for robot, own in enumerate(before):
        if routes[robot] == own:
            continue
        trial = [tuple(task for task in route if task not in own) for route in routes]
        orphans, trial[robot] = trial[robot], own
        if problem.before and ordered(trial, problem.before) is not None:
            continue
        made = inserted(problem, trial, orphans)
        if made is not None and alike(made) > alike(routes) and figure(made) <= limit:
            routes = made
    return routes
