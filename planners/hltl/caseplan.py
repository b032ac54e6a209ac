"""Plans a team for a hierarchical case in the published no-blocking model, with a proof or a gap.

The published model (Luo and Liu 2024): every robot moves freely through the others, a leaf is
carried out by one robot without a break, cost is moves plus steps with an action, and a step in
which a robot neither moves nor acts takes no time. Orders bind the moments at which leaves are
finished. See ``docs/hltl.md``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from grounding.errors import FormulaError
from grounding.logic.automaton import patience
from grounding.logic.formula import conjuncts, parse
from planners.hltl.assignment import CostSearch
from planners.hltl.balance import MakespanSearch
from planners.hltl.cases import Case, Instance
from planners.hltl.caseschedule import Task, reallocated, untangled
from planners.hltl.demands import Way, demands, finishes, ways
from planners.hltl.insertion import inserted, restored
from planners.hltl.leafgraph import Grid, LeafGraph, leaf_graph
from planners.hltl.parts import taken_apart
from planners.hltl.routing import Routes, Routing, ordered
from planners.hltl.situation import Situation
from planners.hltl.stints import CasePlan
from planners.hltl.team import Team
from planners.plan import PlanStatus


@dataclass(frozen=True)
class Point:
    """One plan of a Pareto front.

    Attributes:
        plan: The plan.
        cost_bound: Proven: no plan costs less that is finished before the next slower one is (for
            the slowest: no plan at all).
    """

    plan: CasePlan
    cost_bound: float


@dataclass(frozen=True)
class CaseResult:
    """What planning a case gave.

    Attributes:
        status: How it ended.
        plan: The best plan found, None without one.
        lower_bound: Proven lower bound of the objective, None where nothing is known.
        engine: What found and proved it.
        first_plan_cpu_s: CPU seconds until the first valid plan, automata included.
        total_cpu_s: CPU seconds in all.
        message: One sentence for people.
        conflict: UNSATISFIABLE: the clauses that cannot hold together, none of which can be spared.
        changes: After re-planning: what is different now and why, one sentence each.
        case: After re-planning: the case from now on.
        front: Objective ``pareto``: plans none of which is beaten in cost and makespan, the
            quickest first. ``plan`` is the cheapest; OPTIMAL says that the front is complete.
    """

    status: PlanStatus
    plan: CasePlan | None = None
    lower_bound: float | None = None
    engine: str = ""
    first_plan_cpu_s: float | None = None
    total_cpu_s: float = 0.0
    message: str = ""
    conflict: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    case: Case | None = None
    front: tuple[Point, ...] = ()


def plan_case(
    case: Case,
    instance: Instance,
    *,
    objective: str = "cost",
    time_limit: float = 60.0,
    model: str = "no-blocking",
) -> CaseResult:
    """Plans one team for a case.

    Args:
        case: The case.
        instance: The team.
        objective: ``cost``, ``makespan``, or ``pareto`` for all plans none of which is beaten in both.
        time_limit: Seconds after which the best plan so far is returned with its gap.
        model: ``no-blocking`` (robots pass through one another, as published) or ``blocking``.

    Returns:
        The plan and what is proven about it; never None.
    """
    now = Situation.beginning(instance)
    if objective == "pareto":
        from planners.hltl.pareto import FrontPlanner  # which builds on this module

        return FrontPlanner(case, now, time_limit=time_limit, blocking=model == "blocking").run()
    return CasePlanner(case, now, objective=objective, time_limit=time_limit, blocking=model == "blocking").run()


class _OutOfTimeError(Exception):
    """The time limit has come before there was a plan."""


class CasePlanner:
    """Plans a team from where it stands.

    Args:
        case: The case.
        now: Where the team stands.
        objective: ``cost`` or ``makespan``.
        time_limit: Seconds after which the best plan so far is returned.
        blocking: Whether robots block one another.
    """

    def __init__(self, case: Case, now: Situation, *, objective: str, time_limit: float, blocking: bool) -> None:
        self.blocking = blocking
        self.case, self.now, self.objective, self.quick = case, now, objective, objective == "makespan"
        self.orders: tuple[bool, ...] = (self.quick,)
        self.began = time.process_time()
        # Writing down and laying out what was found takes some tens of milliseconds more.
        self.deadline = time.perf_counter() + time_limit - min(0.1 * time_limit, 0.1)
        self.limit = time_limit
        self.first: float | None = None
        self.grid = Grid.of(case.world)
        self.starts = np.array([self.grid.index[robot.start] for robot in now.robots], dtype=np.int64)
        self.graphs: dict[str, LeafGraph] = {}

    def run(self) -> CaseResult:
        """Plans; every way out is a result."""
        try:
            with patience(self.deadline - time.perf_counter()):
                result = self._plan()
        except FormulaError as error:
            result = CaseResult(PlanStatus.INVALID, message=str(error))
        except _OutOfTimeError:
            result = CaseResult(PlanStatus.TIMEOUT, message=f"No plan was found within {self.limit:g} s.")
        return replace(result, first_plan_cpu_s=self.first, total_cpu_s=time.process_time() - self.began)

    def _plan(self) -> CaseResult:
        crowded = [r.id for r in self.now.robots if [o.start for o in self.now.robots].count(r.start) > 1]
        if self.blocking and crowded:
            message = f"Robots {', '.join(crowded)} start in a cell with another one, which blocks it."
            return CaseResult(PlanStatus.INVALID, message=message)
        whole = {leaf for (leaf, part), _ in self.now.underway.values() if not part}
        self.hierarchy = hierarchy = taken_apart(
            self.case, self.grid, orders=self.orders, done=self.now.done, begun=whole
        )  # fmt: skip
        found = self._ways()
        if not found:
            return self._contradiction()
        needed = {leaf for way in found for leaf in way.done}
        live: dict[tuple[int, str], int] = {}
        for leaf in hierarchy.pieces:
            self.check_time()
            if leaf in needed:
                self.graphs[leaf] = self._graph(leaf, live)
        doable = [way for way in found if all(np.isfinite(self.graphs[leaf].cost).any() for leaf in way.done)]
        if not doable:
            lost = [leaf for leaf in found[0].done if not np.isfinite(self.graphs[leaf].cost).any()]
            return self._impossible(hierarchy.pieces[min(lost)][0])
        return self._search(Team(self.graphs, self.starts, live), doable)

    def check_time(self) -> None:
        """Ends planning without a plan when the time limit has come."""
        if time.perf_counter() > self.deadline:
            raise _OutOfTimeError

    def _ways(self) -> list[Way]:
        """Ways to go on from what is finished."""
        formulas, children = self.hierarchy.formulas, self.hierarchy.children
        found: dict[Way, None] = {}
        for word in self.now.finished:
            if self.case.root in word:
                return [Way(frozenset())]
            past = finishes(formulas, children, word)
            found |= dict.fromkeys(demands(self.case.root, formulas, children, past))
        return list(found)

    def _graph(self, leaf: str, live: dict[tuple[int, str], int]) -> LeafGraph:
        """A leaf's graph, in which robots that have it under way have an entry of their own."""
        going = [
            (i, self.now.underway[robot.id][1]) for i, robot in enumerate(self.now.robots)
            if robot.id in self.now.underway and self.now.underway[robot.id][0] == self.hierarchy.pieces[leaf]
        ]  # fmt: skip
        for n, (robot, _) in enumerate(going):
            live[robot, leaf] = len(self.grid.world.cells) + n
        formula = self.hierarchy.formulas[leaf]
        return leaf_graph(leaf, formula, self.grid, quick=self.quick, live=[left for _, left in going])

    def _search(self, team: Team, found: Sequence[Way]) -> CaseResult:
        searches = []
        for way in found:
            problem = team.problem(way, quick=self.quick)
            report = None if self.blocking else self._seen
            search = CostSearch(problem, report) if self.objective == "cost" else MakespanSearch(problem, report)
            search.first()
            if self.now.ahead:
                intended = self._intended(team.leaves(way), problem)
                if intended is not None:
                    search.offer(intended)
            searches.append((way, search))
        searches.sort(key=lambda pair: pair[1].value)
        best, low, engines = None, np.inf, set[str]()
        for way, search in searches:
            outcome = search.run(self._until())
            low = min(low, outcome.bound)
            engines.add(search.engine)
            if outcome.routes is not None and (best is None or outcome.value < best[2]):
                best = (way, outcome.routes, outcome.value)
        engine = ", ".join(sorted(engines))
        if best is None:
            if np.isfinite(low):
                return CaseResult(PlanStatus.TIMEOUT, None, low, engine, message=f"No plan within {self.limit:g} s.")
            return self._stranded(team, found[0])
        way, routes, value = best
        routes = self._steady(team, way, routes)
        plan = team.plan(way, routes, self.now.robots, self.hierarchy, quick=self.quick)
        if self.blocking:
            untangled = self._untangle(team, way, routes)
            if untangled is None:
                return CaseResult(PlanStatus.TIMEOUT, None, low, engine, message="No way past one another was found.")
            plan, engine = untangled, f"{engine}, space-time"
            self._seen(routes, value)
        pieces = self.hierarchy.pieces
        before = [(pieces[a], pieces[b]) for a, b in way.before]
        return self._judged(self.now.kept(plan, self.case, before, blocking=self.blocking), low, engine)

    def _until(self, share: float = 1.0) -> float:
        """The end of a share of the time left to search, of which laying plans into time gets half."""
        now = time.perf_counter()
        return now + share * (0.5 if self.blocking else 1.0) * (self.deadline - now)

    def _judged(self, plan: CasePlan, low: float, engine: str) -> CaseResult:
        """The result of a plan from here on, of which a lower bound is known."""
        value = float(plan.cost if self.objective == "cost" else plan.makespan)
        proven = low >= value - 1e-6
        status = PlanStatus.OPTIMAL if proven else PlanStatus.FEASIBLE
        what = "proven best" if proven else f"at most {100 * (value - low) / value:.1f} % above the best"
        whole = self.now.joined(plan)
        figure = float(whole.cost if self.objective == "cost" else whole.makespan)
        message = f"{self.objective} {figure:g}, {what}{' from here on' if self.now.tick else ''}."
        return CaseResult(status, whole, figure - max(0.0, value - low), engine, message=message)

    def _intended(self, leaves: Sequence[str], problem: Routing) -> Routes | None:
        """What robots were to do, with what is new put where it adds least."""
        before = self._ahead(leaves)
        known = {task for route in before for task in route}
        if ordered(before, problem.before) is not None:
            return None
        return inserted(problem, before, [task for task in range(problem.tasks) if task not in known])

    def _ahead(self, leaves: Sequence[str]) -> Routes:
        """What robots that go on were to do, as far as it is among some leaves."""
        place = {leaf: task for task, leaf in enumerate(leaves)}
        names = self.hierarchy.names
        return tuple(
            tuple(place[names[p]] for p in self.now.ahead.get(robot.id, ()) if p in names and names[p] in place)
            for robot in self.now.robots
        )

    def _steady(self, team: Team, way: Way, routes: Routes) -> Routes:
        """Routes as good as the given ones in which more robots do what they were to do."""
        if not self.now.ahead:
            return routes
        problem = team.problem(way, quick=self.quick)
        return restored(problem, routes, self._ahead(team.leaves(way)), worst=self.quick)

    def _untangle(self, team: Team, way: Way, routes: Routes) -> CasePlan | None:
        """The best of a few orders in which leaves are laid into time so that nobody is in the way."""
        robots = {robot.id: robot.start for robot in self.now.robots}
        best: CasePlan | None = None
        tasks: list[Task] = []
        for tasks in team.tasks(way, routes, list(robots), self.hierarchy, quick=self.quick):
            if time.perf_counter() > self.deadline:
                return best
            found = untangled(tasks, robots, self.grid, self.deadline)
            if found is not None and (best is None or self._figures(found) < self._figures(best)):
                best = found
        if best is None:
            best = reallocated(tasks, robots, self.grid, self.deadline, quick=self.quick)
        return best

    def _figures(self, plan: CasePlan) -> tuple[int, int]:
        return (plan.cost, plan.makespan) if self.objective == "cost" else (plan.makespan, plan.cost)

    def _seen(self, routes: Routes, value: float) -> None:
        if self.first is None:
            self.first = time.process_time() - self.began

    def _contradiction(self) -> CaseResult:
        """No order of finishing leaves satisfies the composites: which clauses are to blame."""
        past = finishes(self.case.formulas, self.case.children, self.now.finished[0])
        for name in self.case.children:
            done = tuple(past.get(name, ()))
            if not ways(self.case.formulas[name], name, done):
                parts = _minimal(conjuncts(self.case.formulas[name]), partial(_never, name, done))
                after = f" once {', '.join(done)} {'is' if len(done) == 1 else 'are'} finished" if done else ""
                return _unsatisfiable(tuple(f"{name}: {part}" for part in parts), f"{name} contradicts itself{after}.")
        return _unsatisfiable((f"{self.case.root}: {self.case.formulas[self.case.root]}",), "The orders form a circle.")

    def _impossible(self, leaf: str) -> CaseResult:
        """A leaf that no robot can finish: which of its clauses cannot hold together here."""

        def fails(parts: Sequence[str]) -> bool:
            return not self._feasible(" & ".join(_bracket(parts)), leaf)

        parts = _minimal(conjuncts(self.case.formulas[leaf]), fails)
        lost = sorted(name for part in parts for name in parse(part).atoms if self._unreachable(name))
        why = f"region {lost[0]!r} cannot be reached by any robot." if lost else "no robot can do it in this world."
        return _unsatisfiable(tuple(f"{leaf}: {part}" for part in parts), f"Leaf {leaf!r}: {why}")

    def _feasible(self, formula: str, leaf: str) -> bool:
        self.check_time()
        graph = leaf_graph(leaf, formula, self.grid)
        return bool(np.isfinite(graph.cost[self.starts]).any())

    def _unreachable(self, name: str) -> bool:
        return name in self.case.world.regions and not self._feasible(f"F {name}", name)

    def _stranded(self, team: Team, way: Way) -> CaseResult:
        """Leaves that can be done one by one but not all: a smallest set that cannot."""

        def fails(leaves: Sequence[str]) -> bool:
            keep = frozenset(leaves)
            part = Way(keep, frozenset((a, b) for a, b in way.before if a in keep and b in keep))
            search = CostSearch(team.problem(part, quick=False))
            search.first()
            return search.best is None and not np.isfinite(search.run(self.deadline).bound)

        leaves = _minimal(sorted(way.done), fails)
        if len(leaves) == 1:
            return self._impossible(self.hierarchy.pieces[leaves[0]][0])
        clauses = tuple(f"{leaf}: {self.hierarchy.formulas[leaf]}" for leaf in leaves)
        return _unsatisfiable(clauses, f"No team of these robots can do {', '.join(leaves)}.")


def _unsatisfiable(clauses: tuple[str, ...], message: str) -> CaseResult:
    return CaseResult(PlanStatus.UNSATISFIABLE, message=message, conflict=clauses)


def _never(name: str, done: tuple[str, ...], parts: Sequence[str]) -> bool:
    return not ways(" & ".join(_bracket(parts)), name, done)


def _bracket(parts: Sequence[str]) -> list[str]:
    return [f"({part})" for part in parts]


def _minimal(parts: Sequence[str], fails: Callable[[Sequence[str]], bool]) -> list[str]:
    """Parts none of which can be left out without the rest becoming possible."""
    kept = list(parts)
    for part in parts:
        rest = [p for p in kept if p != part]
        if rest and fails(rest):
            kept = rest
    return kept
