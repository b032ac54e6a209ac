"""Makes a case plan executable for robots that block one another.

Prioritised planning in space and time (Silver 2005): leaf by leaf, in the order in which they were
to be taken up, a robot's steps are searched anew among the robots settled so far. A robot that
rests in the way steps aside. No two robots are in one cell at a time, none change places; a robot
may follow another into the cell it leaves. Every step takes one tick, waiting included.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from grounding.world import Cell
from planners.hltl.leafgraph import IDLE, Grid, LeafGraph
from planners.hltl.stints import CasePlan, Move, Stint

#: Ticks added for driving over the cell of a robot that must step aside.
_BOTHER = 4
#: How many of the nearest robots are tried for a leaf.
_TRIED = 4


class _Line:
    """Where a robot is, tick by tick; after the last it rests there."""

    def __init__(self, cells: list[int]) -> None:
        self.cells = cells

    @property
    def end(self) -> int:
        return len(self.cells) - 1


@dataclass(frozen=True)
class Task:
    """One leaf, or part of one, to be laid into time.

    Attributes:
        key: Its name.
        piece: The leaf of the case, and the formula of its part.
        graph: Its graph.
        robot: Who does it.
        after: Names of what must be finished before.
        live: Robots that have it under way -> the entry at which they go on.
    """

    key: str
    piece: tuple[str, str]
    graph: LeafGraph
    robot: str
    after: frozenset[str]
    live: Mapping[str, int] = field(default_factory=dict)


def untangled(tasks: Sequence[Task], starts: Mapping[str, Cell], grid: Grid, deadline: float) -> CasePlan | None:
    """Lays leaves into time, in the given order.

    Args:
        tasks: The leaves, in the order in which they are settled.
        starts: Robot -> its first cell.
        grid: The cells.
        deadline: When to give up, on the clock of :func:`time.perf_counter`.

    Returns:
        A plan in which no robot is in another's way; None where this order leads nowhere.
    """
    schedule = _Schedule(starts, grid, deadline)
    return schedule.plan if all(schedule.add(task) for task in tasks) else None


def reallocated(
    tasks: Sequence[Task], starts: Mapping[str, Cell], grid: Grid, deadline: float, *, quick: bool
) -> CasePlan | None:
    """As :func:`untangled`, but every leaf goes to the robot among the nearest that does it best.

    Best is for least in all, or ``quick``, so that all is done earliest.
    """

    def figures(schedule: _Schedule) -> tuple[int, int]:
        plan = schedule.plan
        return (plan.makespan, plan.cost) if quick else (plan.cost, plan.makespan)

    schedule = _Schedule(starts, grid, deadline)
    for task in tasks:
        best: _Schedule | None = None
        near = sorted(starts, key=lambda robot: task.graph.left[task.graph.start(schedule.lines[robot].cells[-1])])
        for robot in near:
            trial = schedule.copy()
            if trial.add(replace(task, robot=robot)) and (best is None or figures(trial) < figures(best)):
                best = trial
            if robot == near[min(_TRIED, len(near)) - 1] and best is not None:
                break
            if time.perf_counter() > deadline:
                return None
        if best is None:
            return None
        schedule = best
    return schedule.plan


class _Schedule:
    def __init__(self, starts: Mapping[str, Cell], grid: Grid, deadline: float) -> None:
        self.grid, self.deadline = grid, deadline
        self.lines = {robot: _Line([grid.index[cell]]) for robot, cell in starts.items()}
        # Who is where at a tick, who rests in a cell, and when each robot was in a cell last.
        self.places: list[dict[int, str]] = [{}]
        self.resting: dict[int, set[str]] = {}
        self.visits: dict[int, dict[str, int]] = {}
        for robot, line in self.lines.items():
            self._note(robot, line.cells[0], 0)
        self.stints: dict[str, list[Stint]] = {robot: [] for robot in starts}
        self.finished: dict[str, int] = {}
        near: list[list[int]] = [[] for _ in grid.world.cells]
        for a, b in zip(grid.source.tolist(), grid.target.tolist(), strict=True):
            near[a].append(b)
        self.near = near

    @property
    def plan(self) -> CasePlan:
        """What is settled."""
        return CasePlan({robot: tuple(own) for robot, own in self.stints.items()})

    def copy(self) -> _Schedule:
        """An independent copy."""
        other = copy(self)
        other.lines = {robot: _Line(list(line.cells)) for robot, line in self.lines.items()}
        other.places = [dict(at) for at in self.places]
        other.resting = {cell: set(own) for cell, own in self.resting.items()}
        other.visits = {cell: dict(own) for cell, own in self.visits.items()}
        other.stints = {robot: list(own) for robot, own in self.stints.items()}
        other.finished = dict(self.finished)
        return other

    def add(self, task: Task) -> bool:
        """Settles one more task; False where there is no way or time is up."""
        found = self._way(task) if time.perf_counter() < self.deadline else None
        if found is None:
            return False
        self._settle(task, found)
        return self._make_way()

    def _go(self, robot: str, cell: int) -> None:
        """A robot's next tick is settled."""
        line = self.lines[robot]
        self.resting[line.cells[-1]].discard(robot)
        line.cells.append(cell)
        self._note(robot, cell, line.end)

    def _note(self, robot: str, cell: int, tick: int) -> None:
        if tick == len(self.places):
            self.places.append({})
        self.places[tick][cell] = robot
        self.resting.setdefault(cell, set()).add(robot)
        self.visits.setdefault(cell, {})[robot] = tick

    def _blocked(self, robot: str, cell: int, target: int, tick: int) -> bool:
        """Whether somebody settled is met on the step that ends at a tick."""
        if tick >= len(self.places):
            return False
        now = self.places[tick]
        before = self.places[tick - 1].get(target, robot)
        return now.get(target, robot) != robot or (before != robot and now.get(cell) == before)

    def _rests(self, robot: str, cell: int, tick: int) -> bool:
        return any(self.lines[name].end < tick for name in self.resting.get(cell, ()) if name != robot)

    def _last_use(self, robot: str, cell: int) -> int:
        """Last tick at which another robot is settled to be in a cell, resting left aside."""
        return max((tick for name, tick in self.visits.get(cell, {}).items() if name != robot), default=-1)

    def _way(self, task: Task) -> list[tuple[int, Move | None]] | None:
        """Steps (cell, move; None while the leaf is not taken up yet) that finish a leaf at the earliest."""
        graph, line, cells = task.graph, self.lines[task.robot], len(self.near)
        ready = max((self.finished[key] for key in task.after), default=0)
        begin = (graph.nodes + line.cells[-1], line.end)
        if self._resumes(task):
            begin = (graph.start(task.live[task.robot]), 0)
        costs: dict[tuple[int, int], float] = {begin: 0.0}
        parents: dict[tuple[int, int], tuple[tuple[int, int], Move | None]] = {}
        horizon = max(ready, *(other.end for other in self.lines.values())) + 4 * cells
        heap = [(graph.left[begin[0] if begin[0] < graph.nodes else graph.start(line.cells[-1])], begin)]
        closed: set[tuple[int, int]] = set()
        while heap:
            _, state = heappop(heap)
            if state in closed:
                continue
            closed.add(state)
            if len(closed) % 256 == 0 and time.perf_counter() > self.deadline:
                return None
            node, tick = state
            if node < graph.nodes and graph.done[node] and tick >= ready:
                return _trail(begin, state, parents, cells)
            if tick > horizon:
                continue
            here = node % cells if node < graph.nodes else node - graph.nodes
            for after, ticks, cost, move in self._steps(graph, node, here):
                there = after % cells if after < graph.nodes else after - graph.nodes
                child = (after, tick + ticks)
                if ticks and self._blocked(task.robot, here, there, tick + 1):
                    continue
                left = graph.left[after if after < graph.nodes else graph.start(there)]
                if child in closed or left == float("inf"):
                    continue
                bother = _BOTHER if there != here and self._rests(task.robot, there, tick + 1) else 0
                total = costs[state] + cost + ticks + bother
                if total < costs.get(child, float("inf")):
                    costs[child] = total
                    parents[child] = (state, move)
                    heappush(heap, (total + left, child))
        return None

    def _resumes(self, task: Task) -> bool:
        """Whether a robot goes on with what it has under way: it has done nothing else since."""
        return task.robot in task.live and not self.stints[task.robot] and not self.lines[task.robot].end

    def _steps(self, graph: LeafGraph, node: int, here: int) -> Iterable[tuple[int, int, float, Move | None]]:
        """What can be done next: node after it, ticks, cost, and the move if the leaf is taken up."""
        if node >= graph.nodes:
            yield graph.start(here), 0, 0.0, None
            for there in self.near[here]:
                yield graph.nodes + there, 1, 2.0 * (there != here), None
        elif not graph.done[node]:
            for after, cost, action in graph.edges(node):
                yield after, 1, cost, Move(self.grid.world.cells[after % len(self.near)], action)

    def _settle(self, task: Task, found: Sequence[tuple[int, Move | None]]) -> None:
        line, resumed = self.lines[task.robot], self._resumes(task)
        idle = [cell for cell, move in found if move is None]
        self._idle(task.robot, idle)
        moves = [(cell, move) for cell, move in found if move is not None]
        start, cell = line.end, line.cells[-1]
        cost = 0
        for target, move in moves:
            cost += (target != cell) + (move.action != IDLE)
            cell = target
            self._go(task.robot, target)
        leaf, part = task.piece
        steps = tuple(m for _, m in moves)
        self.stints[task.robot].append(Stint(leaf, start, steps, cost, len(moves), part, resumed))
        self.finished[task.key] = line.end

    def _idle(self, robot: str, cells: Sequence[int]) -> None:
        """A robot moves or waits without working on a leaf."""
        if not cells:
            return
        line = self.lines[robot]
        start, cell, cost = line.end, line.cells[-1], 0
        for target in cells:
            cost += target != cell
            cell = target
            self._go(robot, target)
        if cost:
            moves = tuple(Move(self.grid.world.cells[target], IDLE) for target in cells)
            self.stints[robot].append(Stint("", start, moves, cost, len(cells)))

    def _make_way(self) -> bool:
        """Has robots that rest where others are going to pass step aside; False where one cannot."""
        for _ in range(4 * len(self.lines)):
            if time.perf_counter() > self.deadline:
                return False
            for robot, line in self.lines.items():
                if self._last_use(robot, line.cells[-1]) > line.end:
                    aside = self._aside(robot)
                    if aside is None:
                        return False
                    self._idle(robot, aside)
                    break
            else:
                return True
        return False

    def _aside(self, robot: str) -> list[int] | None:
        """Fewest moves into a cell that nobody needs any more."""
        line = self.lines[robot]
        begin = (line.cells[-1], line.end)
        parents: dict[tuple[int, int], tuple[int, int]] = {}
        costs = {begin: 0}
        heap = [(0, line.end, line.cells[-1])]
        closed: set[tuple[int, int]] = set()
        horizon = max(other.end for other in self.lines.values()) + len(self.near)
        while heap:
            cost, tick, here = heappop(heap)
            state = (here, tick)
            if state in closed:
                continue
            closed.add(state)
            if self._last_use(robot, here) < tick and not self._rests(robot, here, 1 << 30):
                trail = []
                while state != begin:
                    trail.append(state[0])
                    state = parents[state]
                return trail[::-1]
            if tick > horizon or time.perf_counter() > self.deadline:
                return None
            for there in self.near[here]:
                child = (there, tick + 1)
                total = cost + (there != here) + _BOTHER * (there != here and self._rests(robot, there, tick + 1))
                if not self._blocked(robot, here, there, tick + 1) and total < costs.get(child, 1 << 30):
                    costs[child] = total
                    parents[child] = state
                    heappush(heap, (total, tick + 1, there))
        return None


def _trail(
    begin: tuple[int, int],
    state: tuple[int, int],
    parents: Mapping[tuple[int, int], tuple[tuple[int, int], Move | None]],
    cells: int,
) -> list[tuple[int, Move | None]]:
    found: list[tuple[int, Move | None]] = []
    while state != begin:
        before, move = parents[state]
        if before[1] < state[1]:
            found.append((state[0] % cells, move))
        state = before
    return found[::-1]
