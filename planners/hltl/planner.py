"""The team planner for hierarchical LTL: leaf plans, a sequence, a schedule, a check."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from grounding.errors import HeedError, UnsatisfiableError
from grounding.logic.conflict import conflicts
from grounding.logic.formula import parse
from grounding.logic.history import History
from grounding.logic.spec import HierarchicalSpec
from grounding.logic.validate import validate
from grounding.world import World
from planners.check import check
from planners.clock import Clock, OutOfTimeError
from planners.collector import uncollected
from planners.hltl.explain import Question, contradiction, disprove, explain
from planners.hltl.grid import FAR
from planners.hltl.guide import guided
from planners.hltl.leaf import LeafProblem
from planners.hltl.least import least
from planners.hltl.memory import Memory
from planners.hltl.mission import Composites, Progress, robots_of
from planners.hltl.rules import standing
from planners.hltl.schedule import Schedule
from planners.hltl.sequence import Node, Sequencer
from planners.plan import PlanResult, PlanStatus, TeamPlan
from planners.situation import Situation

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
    situation: Situation | None = None,
    *,
    objective: str = "makespan",
    time_limit: float = 2.0,
    memory: Memory | None = None,
) -> PlanResult:
    """Plans a mission for the whole team; never raises for a bad specification.

    Args:
        spec: What is asked for.
        world: The static world.
        situation: Where the mission stands; None = at its beginning, as the world file starts.
        objective: ``makespan`` (ticks until the last robot is done) or ``cost`` (moves plus ticks
            of stationary skills, over all robots).
        time_limit: Seconds of wall clock that planning may take.
        memory: What earlier calls in the same world have worked out; makes later ones quicker.

    Returns:
        A plan that :func:`planners.check.check` accepts, or a status and a sentence that say why
        there is none. OPTIMAL is claimed only where proven, among plans in which every leaf is
        worked on by its own robot alone and other robots at most make way.
    """
    return Planner(spec, memory or Memory(world), situation or Situation.start(world), objective, time_limit).answer()


class Planner:
    """One mission planned once.

    Args:
        spec: What is asked for.
        memory: Of its world.
        situation: Where the mission stands.
        objective: ``makespan`` or ``cost``.
        time_limit: Seconds.
    """

    def __init__(
        self, spec: HierarchicalSpec, memory: Memory, situation: Situation, objective: str, time_limit: float
    ) -> None:
        self.asked, self.spec, self.memory, self.situation = spec, spec, memory, situation
        self.world, self.grid = memory.world, memory.grid
        self.state, self.done, self.past = situation.state, situation.done, situation.history
        self.objective, self.time_limit = objective, time_limit
        self.clock = Clock(time_limit)
        self.best: TeamPlan | None = None
        self.rejected = ""
        self.shove = self.jammed = False
        self.doubtful = False  # whether to ask first whether it is impossible
        self.spent: dict[str, float] = {}
        self._used: dict[tuple[str, str], LeafProblem] = {}

    def answer(self) -> PlanResult:
        """Plans; every way out is a result."""
        try:
            with uncollected():
                result = self._run()
        except OutOfTimeError:
            result = self._late()
        except HeedError as error:
            result = PlanResult(PlanStatus.INVALID, message=str(error))
        return replace(result, engine=ENGINE, timings_ms=self.timings())

    def timings(self) -> dict[str, float]:
        """Milliseconds by stage."""
        total = (time.perf_counter() - self.clock.started) * 1e3
        return {**{name: round(seconds * 1e3, 3) for name, seconds in self.spent.items()}, "total": round(total, 3)}

    def _run(self) -> PlanResult:
        """Plans; may raise OutOfTimeError and HeedError."""
        started = time.perf_counter()
        refused = self._refuse()
        self._spend("validate", started)
        if refused is not None:
            return refused
        started = time.perf_counter()
        rules = standing(self.asked, self.world, self.situation)
        if rules.broken:
            message = f"The rule {rules.broken!r} is broken already as things are now."
            return PlanResult(PlanStatus.UNSATISFIABLE, message=message, conflict=(rules.broken,))
        self.spec, self.rules = self.ordered(rules.spec), rules.states
        self.composites = Composites(self.spec)
        self._spend("automata", started)
        progress = self.composites.start(tuple(self.done))
        if progress is None:
            return PlanResult(PlanStatus.UNSATISFIABLE, message="What is done already rules out the rest.")
        self._begin(progress)
        if self.doubtful:
            answer = self._ask(disprove, quick=True)
            if answer is not None:
                return answer
        self._search(_GLANCE, careful=True)
        if self.best is None and self.past.robots:
            # Where a leaf under way cannot go on, it may still be begun anew.
            self.past = History()
            self._begin(progress)
            self._search(_GLANCE, careful=True)
        if self.best is None:
            answer = None if self.doubtful else self._ask(disprove, quick=True)
            if answer is not None:
                return answer
            self._search(_EFFORT, careful=False)
        if self.best is None and any(problem.shovable for problem in self._used.values()):
            self.shove = True
            self._used.clear()
            self.root.following.clear()
            self._search(_EFFORT, careful=False)
        if self.best is None:
            return self._ask(explain, quick=False)
        return self._answer(self.best)

    def _begin(self, progress: Progress) -> None:
        """The root of the search over sequences."""
        robots = tuple(name for name in self.world.robots if self.state.robots[name].alive)
        self.sequencer = Sequencer(
            self.spec, self.composites, self.problem, self.robots_of, robots, self.done, self.objective, self.clock,
            self.past,
        )  # fmt: skip
        ready = dict.fromkeys(self.world.robots, 0)
        self.root = Node(self.state, self.rules, progress, ready, {}, 0, ())

    def _late(self) -> PlanResult:
        """The answer when time is up."""
        if self.best is not None:
            return self._answer(self.best)
        return PlanResult(
            PlanStatus.TIMEOUT, message=f"No valid plan was found within the time limit of {self.time_limit:g} s."
        )

    def robots_of(self, leaf: str, taken: Mapping[str, str]) -> tuple[str, ...]:
        """Robots that may do a leaf, given who does which other leaves."""
        alive = tuple(name for name in self.world.robots if self.state.robots[name].alive)
        found = robots_of(self.spec, leaf, alive, taken)
        return tuple(robot for robot in found if (leaf, robot) not in self.situation.barred)

    def ordered(self, spec: HierarchicalSpec) -> HierarchicalSpec:
        """The mission with whatever order between leaves is wanted beside what is asked for."""
        return spec

    def problem(self, leaf: str, robot: str) -> LeafProblem:
        """The problem of one leaf for one robot."""
        key = (leaf, robot)
        if key not in self._used:
            started = time.perf_counter()
            rules = self.spec.rules.values()
            self._used[key] = self.memory.problem(self.spec.leaves[leaf], robot, rules, self.lost(), self.shove)
            self._spend("automata", started)
        return self._used[key]

    def lost(self) -> frozenset[int]:
        """Cells of robots that are lost: nobody can ask them to make way."""
        lost = (r.cell for r in self.state.robots.values() if not r.alive)
        return frozenset(self.grid.index[cell] for cell in lost if cell in self.grid.index)

    def _ask(self, answer: Callable[[Question], _Answer], quick: bool) -> _Answer:
        """Why there is no plan."""
        started = time.perf_counter()
        question = Question(
            spec=self.spec, grid=self.grid, state=self.state,
            robots={leaf: self.robots_of(leaf, self.done) for leaf in self.spec.leaves},
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
            validate(self.asked, self.world, self.done)
        except UnsatisfiableError as error:
            clauses = conflicts(self.asked, self.world, self.state)
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
        schedule = Schedule(
            self.spec, self.grid, self.problem, self.state, self.clock, serial, self.rules, self.past
        )  # fmt: skip
        if not all(schedule.add(leaf, robot) for leaf, robot in node.sequence):
            self.jammed = True
            return False
        candidate = schedule.plan()
        verdict = check(candidate, self.asked, self.world, self.situation)
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
        started = time.perf_counter()
        try:
            bound = self._bound()
        except OutOfTimeError:  # time was up before the bound was known; the plan stands all the same
            bound = None
        self._spend("bound", started)
        value = self._value(best)[0]
        status = PlanStatus.OPTIMAL if bound is not None and value <= bound else PlanStatus.FEASIBLE
        count = len(best.assignment)
        workers = len(set(best.assignment.values()))
        tasks = "1 task" if count == 1 else f"{count} tasks"
        team = "1 robot" if workers == 1 else f"{workers} robots"
        message = f"{tasks} for {team} in {best.makespan * best.tick_s:g} s."
        return PlanResult(status, best, message if count else "Nothing is left to do.", lower_bound=bound)

    def _bound(self) -> float | None:
        """A proven lower bound of the objective; None where it took too long, or things are pushed out of the way."""
        left = self._left()
        if all(len(leaves) <= 1 for leaves in left):
            return float(min(self._least(leaf) for leaves in left for leaf in leaves or {""}))
        if self.shove or len(left) > _SELECTIONS:
            return None
        robots = {leaf: self.robots_of(leaf, self.done) for leaves in left for leaf in leaves}
        return least(self.spec, self.memory, self.state, robots, left, self.objective, self.clock.deadline)

    def _least(self, leaf: str) -> int:
        """Ticks that the quickest robot needs for a leaf if no other robot is in its way."""
        if not leaf:
            return 0
        found = []
        for robot in self.robots_of(leaf, self.done):
            problem = self.problem(leaf, robot)
            past = self.past.begun(leaf, robot)
            plan = problem.solve(self.state, self.rules, self.clock, past)
            optimistic = problem.estimate(self.state, self.rules, past) if plan is None else plan.cost
            if problem.shovable and plan is not None:
                cell, layer, q = problem.start(self.state, self.rules, past)
                optimistic = problem.bounds.bound(layer, q)[cell]
            found.append(optimistic)
        return min(found, default=FAR)  # an alternative that no robot is left for


def _operators(formula: str) -> set[str]:
    found: set[str] = set()
    queue = [parse(formula)]
    for node in queue:
        found.add(node.op)
        queue += node.children
    return found
