"""One routing problem in both figures at once: what options cost and how long they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from planners.hltl.demands import Way
from planners.hltl.leafgraph import LeafGraph
from planners.hltl.parts import Hierarchy
from planners.hltl.routing import Floats, Ints, Routes, Routing
from planners.hltl.stints import Move, Stint
from planners.hltl.team import Team, worth
from planners.hltl.timing import earliest, scheduled

_FORBIDDEN = 1e9


@dataclass(frozen=True, eq=False)
class Pair:
    """The problem of one way in cost and in time, over the same options.

    Attributes:
        costs, times: The two problems.
        leaves: Task -> its leaf.
        starts: Number of the cell each robot starts in.
        graphs: Option -> the graph it comes from, cost first or time first.
        exits: Option -> its exit in that graph.
        exact: Whether no leaf leaves a choice between its cheapest and its quickest steps.
    """

    costs: Routing
    times: Routing
    leaves: Sequence[str]
    starts: Ints
    graphs: Sequence[LeafGraph]
    exits: Sequence[int]
    exact: bool

    @classmethod
    def of(cls, team: Team, quick: Mapping[str, LeafGraph], way: Way) -> Pair:
        """The pair of a way; leaves whose quickest steps are not their cheapest have both as options.

        Args:
            team: The team, its graphs cost first.
            quick: Leaf -> its graph, time first.
            way: The way.
        """
        leaves = team.leaves(way)
        graphs: list[LeafGraph] = []
        task: list[int] = []
        exits: list[int] = []
        exact = True
        for i, leaf in enumerate(leaves):
            modes = [team.graphs[leaf]]
            if not _alike(team.graphs[leaf], quick[leaf]):
                modes.append(quick[leaf])
                exact &= _no_middle(*modes)
            graphs += [mode for mode in modes for _ in mode.exits]
            exits += [n for mode in modes for n in range(len(mode.exits))]
            task += [i for mode in modes for _ in mode.exits]
        index = {leaf: i for i, leaf in enumerate(leaves)}
        before = frozenset((index[a], index[b]) for a, b in way.before)
        place = np.array([graph.exits[e] for graph, e in zip(graphs, exits, strict=True)], dtype=np.int64)
        tasks = np.array(task, dtype=np.int64)
        cost = [graph.cost[:, e] for graph, e in zip(graphs, exits, strict=True)]
        steps = [graph.steps[:, e] for graph, e in zip(graphs, exits, strict=True)]
        costs = _problem(tasks, cost, team.starts, place, before)
        times = _problem(tasks, steps, team.starts, place, before)
        return cls(costs, times, leaves, team.starts, graphs, exits, exact)

    def bound(self, limit: float) -> float:
        """Least cost of any routes that are done by a time, by the assignment relaxation."""
        if not self.times.tasks:
            return 0.0
        matrix = np.where(self._soon + self.times.arcs > limit, _FORBIDDEN, self.costs.arcs)
        matrix[~np.isfinite(matrix)] = _FORBIDDEN
        rows, columns = linear_sum_assignment(matrix)
        total = float(matrix[rows, columns].sum())
        return np.inf if total >= _FORBIDDEN else total

    @cached_property
    def _soon(self) -> Floats:
        return np.concatenate([np.zeros(self.times.robots), earliest(self.times)])[None, :]

    def tasks(self, options: Routes) -> Routes:
        """The tasks of options."""
        return tuple(tuple(int(self.costs.task[option]) for option in own) for own in options)

    def options(self, routes: Routes, limit: float) -> Routes | None:
        """The cheapest options by which every robot is done by a time, waiting left aside; None without."""
        found = []
        for robot, route in enumerate(routes):
            labels = [(0.0, 0.0, ())] if not route else self._labels(robot, route)
            fits = [label for label in labels if label[1] <= limit]
            if not fits:
                return None
            found.append(min(fits)[2])
        return tuple(found)

    def _labels(self, robot: int, route: Sequence[int]) -> list[tuple[float, float, tuple[int, ...]]]:
        """(Cost, time, options) of a route, none of which is beaten in both."""
        at: dict[int, list[tuple[float, float, tuple[int, ...]]]] = {
            o: [(float(self.costs.start[robot, o]), float(self.times.start[robot, o]), (o,))]
            for o in self.costs.options[route[0]]
        }  # fmt: skip
        for task in route[1:]:
            at = {
                o: _unbeaten([
                    (c + float(self.costs.follow[p, o]), t + float(self.times.follow[p, o]), (*trail, o))
                    for p, own in at.items() for c, t, trail in own
                ])
                for o in self.costs.options[task]
            }  # fmt: skip
        return _unbeaten([label for own in at.values() for label in own if np.isfinite(label[0])])

    def figures(self, options: Routes) -> tuple[float, float]:
        """Cost and makespan of options."""
        cost = sum(
            float(self.costs.start[robot, own[0]]) + sum(float(self.costs.follow[a, b]) for a, b in pairwise(own))
            for robot, own in enumerate(options) if own
        )  # fmt: skip
        return cost, max(self._done(options).values(), default=0.0)

    def _done(self, options: Routes) -> dict[int, float]:
        takes: dict[int, float] = {}
        for robot, own in enumerate(options):
            for i, option in enumerate(own):
                figure = self.times.follow[own[i - 1], option] if i else self.times.start[robot, option]
                takes[int(self.times.task[option])] = float(figure)
        return scheduled(self.tasks(options), takes, self.times.before)

    def stints(self, options: Routes, hierarchy: Hierarchy) -> list[tuple[Stint, ...]]:
        """The steps behind options, robot by robot."""
        done = self._done(options)
        found = []
        for robot, own in enumerate(options):
            cell, stints = int(self.starts[robot]), []
            for option in own:
                graph, task = self.graphs[option], int(self.times.task[option])
                moves: tuple[Move, ...] = graph.path(cell, self.exits[option])
                cost, steps = worth(graph.grid.world.cells[cell], moves)
                leaf, part = hierarchy.pieces[self.leaves[task]]
                stints.append(Stint(leaf, int(done[task]) - steps, moves, cost, steps, part))
                cell = int(graph.exits[self.exits[option]])
            found.append(tuple(stints))
        return found


def _problem(
    task: Ints, columns: Sequence[Floats], starts: Ints, place: Ints, before: frozenset[tuple[int, int]]
) -> Routing:
    figures = np.stack(columns, axis=1) if columns else np.empty((0, 0))
    if not len(task):
        return Routing(task, np.empty((len(starts), 0)), figures)
    follow = figures[place]
    follow[task[:, None] == task[None, :]] = np.inf
    return Routing(task, figures[starts], follow, before)


def _alike(one: LeafGraph, other: LeafGraph) -> bool:
    return np.array_equal(one.cost, other.cost) and np.array_equal(one.steps, other.steps)


def _no_middle(cheap: LeafGraph, quick: LeafGraph) -> bool:
    """Whether nothing fits between the cheapest and the quickest steps: they differ by one at most in one figure."""
    known = np.isfinite(cheap.cost)
    slower: NDArray[np.bool_] = (cheap.steps - quick.steps)[known] <= 1
    dearer: NDArray[np.bool_] = (quick.cost - cheap.cost)[known] <= 1
    return bool((slower | dearer).all())


def _unbeaten(labels: list[tuple[float, float, tuple[int, ...]]]) -> list[tuple[float, float, tuple[int, ...]]]:
    """Labels that no other one beats in cost and time."""
    kept: list[tuple[float, float, tuple[int, ...]]] = []
    for label in sorted(labels):
        if not kept or label[1] < kept[-1][1]:
            kept.append(label)
    return kept
