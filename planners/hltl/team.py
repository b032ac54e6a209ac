"""From leaf graphs to a routing problem, and from routes back to steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from grounding.world import Cell
from planners.hltl.cases import CaseRobot
from planners.hltl.caseschedule import Task
from planners.hltl.demands import Way
from planners.hltl.leafgraph import IDLE, LeafGraph
from planners.hltl.parts import Hierarchy
from planners.hltl.routing import Ints, Routes, Routing, without_needless
from planners.hltl.stints import CasePlan, Move, Stint
from planners.hltl.timing import scheduled


class Team:
    """The routing problem of a team over leaf graphs.

    Args:
        graphs: Leaf -> its graph.
        starts: Number of the cell each robot starts in.
        live: Robot (by number) and leaf that it has under way -> the entry at which it goes on.
    """

    def __init__(
        self, graphs: Mapping[str, LeafGraph], starts: Ints, live: Mapping[tuple[int, str], int] | None = None
    ) -> None:
        self.graphs, self.starts, self.live = graphs, starts, live or {}
        self._kept: dict[Way, Ints] = {}

    def problem(self, way: Way, *, quick: bool) -> Routing:
        """The problem of one way to satisfy the hierarchy, in steps (``quick``) or cost."""
        leaves = self.leaves(way)
        if not leaves:
            empty = np.empty((0, 0))
            return Routing(np.empty(0, dtype=np.int64), np.empty((len(self.starts), 0)), empty)
        task = np.concatenate([np.full(len(self.graphs[leaf].exits), i) for i, leaf in enumerate(leaves)])
        exits = np.concatenate([np.arange(len(self.graphs[leaf].exits)) for leaf in leaves])
        place = np.concatenate([self.graphs[leaf].exits for leaf in leaves])
        figures = [self.graphs[leaf].steps if quick else self.graphs[leaf].cost for leaf in leaves]
        follow = np.hstack([own[place] for own in figures])
        start = np.hstack([own[self.starts] for own in figures])
        for (robot, leaf), entry in self.live.items():
            if leaf in leaves:
                own = figures[leaves.index(leaf)][entry]
                start[robot, task == leaves.index(leaf)] = np.minimum(start[robot, task == leaves.index(leaf)], own)
        follow[task[:, None] == task[None, :]] = np.inf
        index = {leaf: i for i, leaf in enumerate(leaves)}
        before = frozenset((index[a], index[b]) for a, b in way.before)
        whole = Routing(task, start, follow, before)
        keep = np.flatnonzero(without_needless(whole))
        self._kept[way] = exits[keep]
        return Routing(task[keep], whole.start[:, keep], follow[np.ix_(keep, keep)], before)

    def leaves(self, way: Way) -> list[str]:
        """The leaves of a way; task ``i`` of its problem is the ``i``-th."""
        return [leaf for leaf in self.graphs if leaf in way.done]

    def _entry(self, robot: int, leaf: str, exit_: int, quick: bool) -> int:
        """Where a robot enters its first leaf: anew, or where it was left if that is as good."""
        graph, start = self.graphs[leaf], int(self.starts[robot])
        entry = self.live.get((robot, leaf), start)
        figures = graph.steps if quick else graph.cost
        return entry if figures[entry, exit_] <= figures[start, exit_] else start

    def plan(
        self, way: Way, routes: Routes, robots: Sequence[CaseRobot], hierarchy: Hierarchy, *, quick: bool
    ) -> CasePlan:
        """The steps behind routes."""
        problem = self.problem(way, quick=quick)
        if not problem.tasks:
            return CasePlan({robot.id: () for robot in robots})
        leaves, exits = self.leaves(way), self._kept[way]
        moves: dict[int, tuple[Move, ...]] = {}
        spent: dict[int, tuple[int, int]] = {}
        resumed: set[int] = set()
        for robot, route in enumerate(routes):
            _, options = problem.route(robot, route)
            cell = int(self.starts[robot])
            for place, (task, option) in enumerate(zip(route, options, strict=True)):
                graph = self.graphs[leaves[task]]
                entry = cell if place else self._entry(robot, leaves[task], int(exits[option]), quick)
                if entry != cell:
                    resumed.add(task)
                moves[task] = graph.path(entry, int(exits[option]))
                spent[task] = worth(graph.grid.world.cells[cell], moves[task])
                cell = int(graph.exits[exits[option]])
        done = scheduled(routes, {task: float(steps) for task, (_, steps) in spent.items()}, problem.before)
        stints: dict[str, tuple[Stint, ...]] = {}
        for person, route in zip(robots, routes, strict=True):
            stints[person.id] = tuple(
                Stint(
                    hierarchy.pieces[leaves[t]][0], int(done[t]) - spent[t][1], moves[t], *spent[t],
                    hierarchy.pieces[leaves[t]][1], t in resumed,
                )
                for t in route
            )  # fmt: skip
        return CasePlan(stints)

    def tasks(
        self, way: Way, routes: Routes, robots: Sequence[str], hierarchy: Hierarchy, *, quick: bool
    ) -> Iterator[list[Task]]:
        """The leaves of routes in orders that agree with them: by end, by start, longest first."""
        problem = self.problem(way, quick=quick)
        if not problem.tasks:
            yield []
            return
        leaves = self.leaves(way)
        takes: dict[int, float] = {}
        robot_of: dict[int, str] = {}
        for robot, route in enumerate(routes):
            _, options = problem.route(robot, route)
            for place, (task, option) in enumerate(zip(route, options, strict=True)):
                takes[task] = float(
                    problem.follow[options[place - 1], option] if place else problem.start[robot, option]
                )
                robot_of[task] = robots[robot]
        done = scheduled(routes, takes, problem.before)
        ahead = {*problem.before, *((a, b) for route in routes for a, b in pairwise(route))}
        made = {
            task: Task(
                leaves[task], hierarchy.pieces[leaves[task]], self.graphs[leaves[task]], robot_of[task],
                frozenset(leaves[a] for a, b in problem.before if b == task),
                {robots[robot]: entry for (robot, leaf), entry in self.live.items() if leaf == leaves[task]},
            )
            for task in done
        }  # fmt: skip
        for key in (done, {t: done[t] - takes[t] for t in done}, {t: -takes[t] for t in done}):
            waiting = [task for _, task in sorted((when, task) for task, when in key.items())]
            order: list[Task] = []
            while waiting:
                task = next(t for t in waiting if not any((a, t) in ahead for a in waiting))
                waiting.remove(task)
                order.append(made[task])
            yield order


def worth(cell: Cell, moves: Sequence[Move]) -> tuple[int, int]:
    """Cost and steps of a robot's moves from a cell."""
    cost = steps = 0
    for move in moves:
        moved, acted = move.cell != cell, move.action != IDLE
        cost += moved + acted
        steps += moved or acted
        cell = move.cell
    return cost, steps
