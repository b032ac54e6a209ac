"""Cost against makespan: all plans of a case none of which is beaten in both.

The front is a staircase: the least cost of a plan finished by a time, for every time. Plans found
are its upper side; its lower side is proven at the right end of every step, by the assignment
relaxation over arcs that can be kept in time or, where that does not reach, by OR-tools CP-SAT
(epsilon constraint, Haimes et al. 1971). Where the two meet on every step, the front is complete.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from planners.hltl.assignment import CostSearch
from planners.hltl.balance import MakespanSearch
from planners.hltl.caseplan import CasePlanner, CaseResult, Point
from planners.hltl.cases import Case
from planners.hltl.demands import Way
from planners.hltl.easing import eased
from planners.hltl.leafgraph import leaf_graph
from planners.hltl.pair import Pair
from planners.hltl.routing import Routes
from planners.hltl.situation import Situation
from planners.hltl.stints import CasePlan
from planners.hltl.team import Team
from planners.plan import PlanStatus

#: Most tasks for which steps of the front are handed to the constraint solver.
_MOST_PROVABLE = 25
#: Share of the time for the two ends of the front, and steps tried between them on large cases.
_SHARE = 0.4
_STEPS = 16
#: Less time than this is not worth asking the constraint solver, or loading it at all.
_LEAST_S = 0.05
_LOAD_S = 1.0


@dataclass(frozen=True)
class _Found:
    """A plan before its steps: options in order for every robot, of one way."""

    cost: float
    makespan: float
    way: Way
    options: Routes


class FrontPlanner(CasePlanner):
    """Plans the Pareto front of a case.

    Args:
        case, now, time_limit, blocking: As for :class:`~planners.hltl.caseplan.CasePlanner`.
    """

    def __init__(self, case: Case, now: Situation, *, time_limit: float, blocking: bool) -> None:
        super().__init__(case, now, objective="cost", time_limit=time_limit, blocking=blocking)
        self.orders = (False, True)
        self.found: list[_Found] = []
        self.engines: set[str] = set()

    def _search(self, team: Team, found: Sequence[Way]) -> CaseResult:
        quick = {}
        for leaf in team.graphs:
            self.check_time()
            quick[leaf] = leaf_graph(leaf, self.hierarchy.formulas[leaf], self.grid, quick=True)
        self.pairs = {way: Pair.of(team, quick, way) for way in found}
        low_cost, low_time = self._ends()
        if not self.found:
            return super()._search(team, found)
        self._between()
        bounds = self._proven(low_cost)
        return self._told(team, bounds, low_time)

    def _ends(self) -> tuple[float, float]:
        """The cheapest and the quickest plans; their proven bounds."""
        low_cost = low_time = np.inf
        until = self._until(_SHARE)
        for way, pair in self.pairs.items():
            if not self.found:
                self.check_time()
            cheap = CostSearch(pair.costs)
            cheap.first()
            outcome = cheap.run(until)
            low_cost = min(low_cost, outcome.bound)
            self._keep(way, outcome.routes, np.inf)
            short = MakespanSearch(pair.times)
            short.first()
            if outcome.routes is not None:
                short.offer(outcome.routes)
            outcome = short.run(until)
            low_time = min(low_time, outcome.bound)
            self._keep(way, outcome.routes, outcome.value)
            self.engines |= {cheap.engine, short.engine}
        return low_cost, low_time

    def _keep(self, way: Way, routes: Routes | None, limit: float, options: Routes | None = None) -> bool:
        """Takes a plan into the front unless it is beaten; True where it is new."""
        if routes is None:
            return False
        options = options or self.pairs[way].options(routes, limit)
        if options is None:
            return False
        cost, span = self.pairs[way].figures(options)
        if any(f.cost <= cost and f.makespan <= span for f in self.found):
            return False
        self.found = [f for f in self.found if f.cost < cost or f.makespan < span]
        self.found = sorted([*self.found, _Found(cost, span, way, options)], key=lambda f: f.makespan)
        self._seen((), cost)
        return True

    def _between(self) -> None:
        """Plans between the ends: cheaper and cheaper ones within times that are kept."""
        until = self._until(_SHARE)
        ends = self.found[0].makespan, self.found[-1].makespan
        for limit in np.unique(np.linspace(*ends, _STEPS).astype(int)).tolist():
            for start in [f for f in self.found if f.makespan <= limit]:
                if time.perf_counter() > until:
                    return
                pair = self.pairs[start.way]
                routes = eased(pair.costs, pair.times, pair.tasks(start.options), limit, until)
                self._keep(start.way, routes, limit)

    def _proven(self, low_cost: float) -> dict[float, float]:
        """Makespan of each plan -> least cost of any plan finished before the next slower one."""
        bounds: dict[float, float] = {}
        at = len(self.found) - 1
        while at >= 0:
            here, slower = self.found[at], self.found[at + 1 :]
            limit = slower[0].makespan - 1 if slower else np.inf
            bound = low_cost
            if slower:
                until = self._until(1 / (at + 1))
                bound = max(low_cost, min(self._bound(way, limit, here.cost, until) for way in self.pairs))
            at = max(i for i, f in enumerate(self.found) if f.makespan <= limit)
            if self.found[at] is here:
                bounds[here.makespan] = min(bound, here.cost)
                at -= 1
        return bounds

    def _bound(self, way: Way, limit: float, known: float, until: float) -> float:
        """Least cost of a way within a time, as far as it is below the cost known; better plans are kept."""
        pair = self.pairs[way]
        low = pair.bound(limit)
        now = time.perf_counter()
        short = until - now < _LEAST_S or self.deadline - now < _LOAD_S
        if low >= known or pair.costs.tasks > _MOST_PROVABLE or short:
            return low
        try:
            from planners.hltl import cpsat  # OR-tools is an extra, and slow to import
        except ImportError:
            return low
        self.engines.add("cp-sat")
        hint = next((pair.tasks(f.options) for f in self.found if f.cost == known and f.way == way), None)
        outcome = cpsat.solve(
            pair.times, costs=pair.costs, hint=hint, low=low, most=known - 1, high=limit, deadline=until
        )  # fmt: skip
        self._keep(way, outcome.routes, limit, outcome.options)
        return outcome.bound

    def _told(self, team: Team, bounds: dict[float, float], low_time: float) -> CaseResult:
        """The front with its plans, and what is proven about it."""
        points = [Point(self._plan_of(f), bounds[f.makespan]) for f in self.found]
        if self.blocking:
            points = list(self._untangled(team, points))
            self.engines.add("space-time")
            if not points:
                message = "No way past one another was found."
                return CaseResult(PlanStatus.TIMEOUT, None, engine=self.engine, message=message)
        exact = all(pair.exact for pair in self.pairs.values()) and points[0].plan.makespan <= low_time
        complete = exact and all(point.plan.cost <= point.cost_bound for point in points)
        worst = max(1 - point.cost_bound / max(point.plan.cost, 1) for point in points)
        count = f"{len(points)} plan{'s' * (len(points) > 1)}"
        what = "none of which can be beaten, and there are no others" if complete else (
            f"at most {100 * max(0.0, worst):.1f} % above the least cost for their time, "
            f"no plan is done before {low_time:g}"
        )  # fmt: skip
        status = PlanStatus.OPTIMAL if complete else PlanStatus.FEASIBLE
        low = min(point.cost_bound for point in points)
        return CaseResult(status, points[-1].plan, low, self.engine, message=f"{count}, {what}.", front=tuple(points))

    @property
    def engine(self) -> str:
        """What found and proved the front."""
        return ", ".join(sorted(self.engines))

    def _plan_of(self, found: _Found) -> CasePlan:
        stints = self.pairs[found.way].stints(found.options, self.hierarchy)
        return CasePlan({robot.id: own for robot, own in zip(self.now.robots, stints, strict=True)})

    def _untangled(self, team: Team, points: Sequence[Point]) -> Iterator[Point]:
        """The plans made free of collisions; bounds stay those of the model without."""
        made: list[CasePlan] = []
        for found in self.found:
            for self.objective, self.quick in (("makespan", True), ("cost", False)):
                plan = self._untangle(team, found.way, self.pairs[found.way].tasks(found.options))
                made += [plan] if plan is not None else []
        made.sort(key=lambda plan: (plan.makespan, plan.cost))
        kept = [p for i, p in enumerate(made) if all(p.cost < other.cost for other in made[:i])]
        for place, plan in enumerate(kept):
            slower = kept[place + 1] if place + 1 < len(kept) else None
            before = [p.cost_bound for p in points if slower is None or p.plan.makespan < slower.makespan]
            yield Point(plan, before[-1])
