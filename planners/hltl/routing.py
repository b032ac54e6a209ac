"""Who does which tasks in which order, as a routing problem, and what a solution is worth.

A task can be done in several ways (``options``: it ends in another place). Arcs carry all figures:
``start[r, o]`` is what robot r pays for doing option o first, ``follow[p, o]`` what doing option o
costs after option p. Figures are exact integers held in floats; infinite where impossible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Pair = tuple[int, int]

#: For every robot its tasks in order.
Routes = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, eq=False)
class Routing:
    """A routing problem in one figure (cost or time).

    Attributes:
        task: Option -> the task it does; options of a task stand together, tasks ascending.
        start: ``[robots, options]``.
        follow: ``[options, options]``, from the row's option to the column's.
        before: Pairs (a, b) of tasks: a is finished no later than b; transitively closed.
    """

    task: Ints
    start: Floats
    follow: Floats
    before: frozenset[Pair] = frozenset()

    @property
    def robots(self) -> int:
        """Number of robots."""
        return int(self.start.shape[0])

    @cached_property
    def tasks(self) -> int:
        """Number of tasks."""
        return int(self.task[-1]) + 1 if len(self.task) else 0

    @cached_property
    def options(self) -> tuple[tuple[int, ...], ...]:
        """Task -> its options."""
        found: list[list[int]] = [[] for _ in range(self.tasks)]
        for option, task in enumerate(self.task.tolist()):
            found[task].append(option)
        return tuple(tuple(own) for own in found)

    @cached_property
    def heads(self) -> Ints:
        """Task -> its first option."""
        return np.searchsorted(self.task, np.arange(self.tasks))

    @cached_property
    def arcs(self) -> Floats:
        """``[tasks, robots + tasks]``: least figure of a task after a robot's start or another task."""
        return self.relaxed(np.ones(len(self.task), dtype=bool))

    def relaxed(self, allowed: NDArray[np.bool_]) -> Floats:
        """As :attr:`arcs`, with only some options allowed; no task follows itself."""
        follow = np.where(allowed[:, None] & allowed[None, :], self.follow, np.inf)
        start = np.where(allowed[None, :], self.start, np.inf)
        by_task = np.minimum.reduceat(np.minimum.reduceat(follow, self.heads, axis=0), self.heads, axis=1)
        np.fill_diagonal(by_task, np.inf)
        return np.hstack([np.minimum.reduceat(start, self.heads, axis=1).T, by_task.T])

    def route(
        self, robot: int, tasks: Sequence[int], ruled_out: frozenset[int] = frozenset()
    ) -> tuple[float, tuple[int, ...]]:
        """Least figure of a robot's tasks in order, and the options that reach it."""
        if not tasks:
            return 0.0, ()
        own = [o for o in self.options[tasks[0]] if o not in ruled_out]
        value = self.start[robot, own]
        choices: list[tuple[list[int], Ints]] = [(own, np.zeros(len(own), dtype=np.int64))]
        for task in tasks[1:]:
            following = [o for o in self.options[task] if o not in ruled_out]
            total = value[:, None] + self.follow[np.ix_(own, following)]
            best = total.argmin(axis=0)
            value = total[best, np.arange(len(following))]
            own = following
            choices.append((own, best))
        at = int(value.argmin())
        figure, picked = float(value[at]), []
        for own, best in reversed(choices):
            picked.append(own[at])
            at = int(best[at])
        return figure, tuple(reversed(picked))

    def only(self, tasks: Sequence[int]) -> Routing:
        """The problem over some of the tasks, numbered anew in the given (ascending) order."""
        new = {old: i for i, old in enumerate(tasks)}
        keep = np.flatnonzero(np.isin(self.task, list(tasks)))
        task = np.array([new[t] for t in self.task[keep].tolist()], dtype=np.int64)
        before = frozenset((new[a], new[b]) for a, b in self.before if a in new and b in new)
        return Routing(task, self.start[:, keep], self.follow[np.ix_(keep, keep)], before)


def without_needless(problem: Routing) -> NDArray[np.bool_]:
    """Which options are worth keeping.

    An option goes when, wherever the robot comes from and whatever follows, another option of the
    task is at least as good.
    """
    start, follow = problem.start, problem.follow
    count = len(problem.task)
    keep = np.ones(count, dtype=bool)
    into = np.vstack([start, follow])
    onward = np.hstack([np.zeros((count, 1)), follow])
    for own in problem.options:
        alive = list(own)
        for option in sorted(own, key=lambda o: -float(np.nan_to_num(into[:, o], posinf=1e12).sum())):
            others = [o for o in alive if o != option]
            if not others:
                break
            used = np.flatnonzero(np.isfinite(into[:, option]))
            mine = into[used, option][:, None] + onward[option][None, :]
            best = np.min([into[used, o][:, None] + onward[o][None, :] for o in others], axis=0)
            if (best <= mine).all():
                alive = others
                keep[option] = False
    return keep


def ordered(routes: Iterable[Sequence[int]], before: Iterable[Pair]) -> list[Pair] | None:
    """None when routes and order agree; else the route arcs of a cycle that they form."""
    after: dict[int, list[tuple[int, bool]]] = {}
    for a, b in before:
        after.setdefault(a, []).append((b, False))
    for route in routes:
        for a, b in pairwise(route):
            after.setdefault(a, []).append((b, True))
    state: dict[int, int] = {}
    for root in after:
        if state.get(root):
            continue
        state[root] = 1
        path = [(root, iter(after[root]))]
        trail: list[tuple[int, int, bool]] = []
        while path:
            node, rest = path[-1]
            step = next(rest, None)
            if step is None:
                state[node] = 2
                path.pop()
                if trail:
                    trail.pop()
                continue
            other, real = step
            if state.get(other) == 1:
                trail.append((node, other, real))
                first = next(i for i, (a, _, _) in enumerate(trail) if a == other)
                return [(a, b) for a, b, real in trail[first:] if real]
            if not state.get(other):
                state[other] = 1
                trail.append((node, other, real))
                path.append((other, iter(after.get(other, ()))))
    return None
