"""The team planner for hierarchical LTL: leaf plans, a sequence, a schedule, a check."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from itertools import islice
from typing import TypeVar

from grounding.errors import HeedError, UnsatisfiableError
from grounding.logic.conflict import conflicts
from grounding.logic.formula import parse
from grounding.logic.spec import HierarchicalSpec
from grounding.logic.validate import validate
from grounding.state import WorldState, initial_state
from grounding.world import World
from planners.check import check
from planners.hltl.explain import Question, contradiction, disprove, explain
from planners.hltl.grid import Grid
from planners.hltl.guide import guided
from planners.hltl.leaf import Clock, LeafProblem, OutOfTimeError
from planners.hltl.mission import Composites, ordered, robots_of
from planners.hltl.schedule import Schedule
from planners.hltl.sequence import Node, Sequencer
from planners.plan import PlanResult, PlanStatus, TeamPlan

OBJECTIVES = ("makespan", "cost")
ENGINE = "hltl"

#: How many sequences local search looks at, and how many choices among alternatives are dived into.
_ROUNDS = 120
_SELECTIONS = 6
#: Extensions of sequences tried before asking whether the mission is impossible, and after.
_GLANCE, _EFFORT = 150, 500

_Answer = TypeVar("_Answer", PlanResult, PlanResult | None)


def plan(
    spec: HierarchicalSpec,
    world: World,
    *,
    state: WorldState | None = None,
    done: Mapping[str, str] | None = None,
    objective: str = "makespan",
    time_limit: float = 2.0,
) -> PlanResult:
    """Plans a mission for the whole team; never raises for a bad specification.

    Args:
        spec: What is asked for.
        world: The static world.
        state: Where everything is; None = the state in which the world file starts.
        done: Leaf -> robot that has finished it already, for re-planning.
        objective: ``makespan`` (ticks until the last robot is done) or ``cost`` (moves plus ticks
            of stationary skills, over all robots).
        time_limit: Seconds of wall clock that planning may take.

    Returns:
        A plan that :func:`planners.check.check` accepts, or a status and a sentence that say why
        there is none. OPTIMAL is claimed only where proven, among plans in which every leaf is
        worked on by its own robot alone and other robots at most make way.
    """
    planner = _Planner(spec, world, state or initial_state(world), done or {}, objective, time_limit)
    try:
        result = planner.run()
    except OutOfTimeError:
        result = planner.late()
    except HeedError as error:
        result = PlanResult(PlanStatus.INVALID, message=str(error))
    return PlanResult(
        result.status, result.plan, result.message, result.conflict, result.lower_bound, ENGINE, planner.timings()
    )


class _Planner:
    """One call of :func:`plan`."""

    def __init__(
        self,
        spec: HierarchicalSpec,
        world: World,
        state: WorldState,
        done: Mapping[str, str],
        objective: str,
        time_limit: float,
    ) -> None:
        self.spec, self.world, self.state, self.done = spec, world, state, done
        self.objective, self.time_limit = objective, time_limit
        self.clock = Clock(time_limit)
        self.best: TeamPlan | None = None
        self.rejected = ""
        self.shove = self.jammed = False
        self.spent: dict[str, float] = {}
        self._problems: dict[tuple[str, str], LeafProblem] = {}

    def timings(self) -> dict[str, float]:
        """Milliseconds by stage."""
        total = (time.perf_counter() - self.clock.started) * 1e3
        return {**{name: round(seconds * 1e3, 3) for name, seconds in self.spent.items()}, "total": round(total, 3)}

    def run(self) -> PlanResult:
        """Plans; may raise OutOfTimeError and HeedError."""
        started = time.perf_counter()
        refused = self._refuse()
        self._spend("validate", started)
        if refused is not None:
            return refused
        started = time.perf_counter()
        self.grid = Grid(self.world)
        self.composites = Composites(self.spec)
        self._spend("automata", started)
        progress = self.composites.start(tuple(ordered([n for n in self.spec.leaves if n in self.done], self.spec)))
        if progress is None:
            return PlanResult(PlanStatus.UNSATISFIABLE, message="What is done already rules out the rest.")
        robots = tuple(name for name in self.world.robots if self.state.robots[name].alive)
        self.sequencer = Sequencer(
            self.spec, self.composites, self.problem, robots, self.done, self.objective, self.clock
        )
        self.root = Node(self.state, None, progress, dict.fromkeys(self.world.robots, 0), {}, 0, ())
        self._search(_GLANCE, careful=True)
        if self.best is None:
            answer = self._ask(disprove, quick=True)
            if answer is not None:
                return answer
            self._search(_EFFORT, careful=False)
        if self.best is None and any(problem.shovable for problem in self._problems.values()):
            self.shove = True
            self._problems.clear()
            self.root.following.clear()
            self._search(_EFFORT, careful=False)
        if self.best is None:
            return self._ask(explain, quick=False)
        return self._answer(self.best)

    def late(self) -> PlanResult:
        """The answer when time is up."""
        if self.best is not None:
            return self._answer(self.best)
        return PlanResult(
            PlanStatus.TIMEOUT, message=f"No valid plan was found within the time limit of {self.time_limit:g} s."
        )

    def problem(self, leaf: str, robot: str) -> LeafProblem:
        """The problem of one leaf for one robot."""
        key = (leaf, robot)
        if key not in self._problems:
            started = time.perf_counter()
            self._problems[key] = LeafProblem(
                self.grid, self.spec.leaves[leaf], robot, self.spec.rules.values(), self.lost(), self.shove
            )
            self._spend("automata", started)
        return self._problems[key]

    def lost(self) -> frozenset[int]:
        """Cells of robots that are lost: nobody can ask them to make way."""
        lost = (r.cell for r in self.state.robots.values() if not r.alive)
        return frozenset(self.grid.index[cell] for cell in lost if cell in self.grid.index)

    def _ask(self, answer: Callable[[Question], _Answer], quick: bool) -> _Answer:
        """Why there is no plan."""
        started = time.perf_counter()
        alive = tuple(name for name in self.world.robots if self.state.robots[name].alive)
        question = Question(
            spec=self.spec, grid=self.grid, state=self.state,
            robots={leaf: robots_of(self.spec, leaf, alive, self.done) for leaf in self.spec.leaves},
            selections=self._left(), lost=self.lost(), rejected=self.rejected, jammed=self.jammed,
            quick=quick, clock=self.clock,
        )  # fmt: skip
        try:
            return answer(question)
        finally:
            self._spend("explain", started)

    def _left(self) -> list[frozenset[str]]:
        """Sets of leaves that are still to be done, one of which is enough."""
        return [frozenset(s - set(self.done)) for s in self.composites.selections]

    def _spend(self, stage: str, started: float) -> None:
        self.spent[stage] = self.spent.get(stage, 0.0) + time.perf_counter() - started

    def _refuse(self) -> PlanResult | None:
        """An answer for what cannot be planned whatever the world, None where planning makes sense."""
        if self.objective not in OBJECTIVES:
            known = " or ".join(OBJECTIVES)
            return PlanResult(PlanStatus.UNSUPPORTED, message=f"Objective {self.objective!r} is unknown; use {known}.")
        try:
            validate(self.spec, self.world)
        except UnsatisfiableError as error:
            clauses = conflicts(self.spec, self.world, self.state)
            return contradiction(clauses) if clauses else PlanResult(PlanStatus.UNSATISFIABLE, message=str(error))
        for name in self.done:
            if name not in self.spec.leaves:
                return PlanResult(PlanStatus.INVALID, message=f"{name!r} is said to be done, but is no leaf.")
        for name, robot in self.world.robots.items():
            here = self.state.robots.get(name)
            if here is None or (here.alive and here.cell not in robot.cells):
                where = "not in the state" if here is None else f"in cell {here.cell}, where it cannot be"
                return PlanResult(PlanStatus.INVALID, message=f"{name} is {where}.")
        for name, formula in self.spec.formulas.items():
            if {"X", "X[!]"} & _operators(formula):
                return PlanResult(
                    PlanStatus.UNSUPPORTED, message=f"Formula {name} uses X, but real time knows no next moment."
                )
        return None

    def _search(self, budget: int, careful: bool) -> None:
        """Schedules the quickest sequence found at first, then a better one if there is one."""
        started = time.perf_counter()
        left = self._left()
        found: list[Node] = []
        for leaves in left[:_SELECTIONS]:
            first = next(self.sequencer.dives(self.root, leaves, budget, careful), None)
            if first is not None:
                found.append(first)
        found.sort(key=lambda node: (self.sequencer.value(node), node.sequence))
        self._spend("search", started)
        for node in found:
            if self._schedule(node):
                break
        else:
            self._persist(left, budget)
        if found:
            started = time.perf_counter()
            proposed = guided(self.sequencer, self.root, frozenset(pair[0] for pair in found[0].sequence))
            if proposed is not None and self.sequencer.value(proposed) < self.sequencer.value(found[0]):
                self._schedule(proposed)
                found[0] = proposed
            better = self.sequencer.improve(self.root, found[0], _ROUNDS)
            self._spend("search", started)
            if better is not found[0]:
                self._schedule(better)

    def _persist(self, left: list[frozenset[str]], budget: int) -> None:
        """Other orders and choices, when none of the first could be laid out in time and space."""
        for leaves in left:
            for node in islice(self.sequencer.dives(self.root, leaves, budget), 1, 30):
                if self._schedule(node):
                    return

    def _schedule(self, node: Node) -> bool:
        """Lays a sequence out in time and space, overlapping if that works, else leaf after leaf."""
        started = time.perf_counter()
        try:
            return (self.composites.plain and self._lay(node, serial=False)) or self._lay(node, serial=True)
        finally:
            self._spend("schedule", started)

    def _lay(self, node: Node, serial: bool) -> bool:
        schedule = Schedule(self.spec, self.grid, self.problem, self.state, self.clock, serial)
        if not all(schedule.add(leaf, robot) for leaf, robot in node.sequence):
            self.jammed = True
            return False
        candidate = schedule.plan()
        verdict = check(candidate, self.spec, self.world, state=self.state, done=self.done)
        if not verdict.ok:
            self.rejected = verdict.problems[0]
            return False
        if self.best is None or self._value(candidate) < self._value(self.best):
            self.best = candidate
        return True

    def _value(self, candidate: TeamPlan) -> tuple[float, float]:
        pair = (float(candidate.makespan), candidate.cost)
        return pair if self.objective == "makespan" else pair[::-1]

    def _answer(self, best: TeamPlan) -> PlanResult:
        try:
            bound = self._bound()
        except OutOfTimeError:  # time was up before the bound was known; the plan stands all the same
            bound = None
        value = self._value(best)[0]
        status = PlanStatus.OPTIMAL if bound is not None and value <= bound else PlanStatus.FEASIBLE
        count = len(best.assignment)
        workers = len(set(best.assignment.values()))
        tasks = "1 task" if count == 1 else f"{count} tasks"
        team = "1 robot" if workers == 1 else f"{workers} robots"
        message = f"{tasks} for {team} in {best.makespan * best.tick_s:g} s."
        return PlanResult(status, best, message if count else "Nothing is left to do.", lower_bound=bound)

    def _bound(self) -> float | None:
        """A proven lower bound of the objective: known where one leaf at most is left to do."""
        left = self._left()
        if any(len(leaves) > 1 for leaves in left):
            return None
        return float(min(self._least(leaf) for leaves in left for leaf in leaves or {""}))

    def _least(self, leaf: str) -> int:
        """Ticks that the quickest robot needs for a leaf if no other robot is in its way."""
        if not leaf:
            return 0
        least = []
        for robot in robots_of(self.spec, leaf, self.sequencer.robots, self.done):
            problem = self.problem(leaf, robot)
            plan = problem.solve(self.state, None, self.clock)
            optimistic = problem.estimate(self.state, None) if plan is None else plan.cost
            if problem.shovable and plan is not None:
                cell, layer, q = problem.start(self.state, None)
                optimistic = problem.bounds.bound(layer, q)[cell]
            least.append(optimistic)
        return min(least)


def _operators(formula: str) -> set[str]:
    found: set[str] = set()
    queue = [parse(formula)]
    for node in queue:
        found.add(node.op)
        queue += node.children
    return found
