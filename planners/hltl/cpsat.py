"""The general engine: routes, times and order as one constraint program (OR-tools CP-SAT)."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import pairwise

import numpy as np
from ortools.sat.python import cp_model

from planners.hltl.assignment import Outcome
from planners.hltl.routing import Routes, Routing


def solve(
    times: Routing,
    *,
    hint: Routes | None,
    low: float,
    high: float,
    deadline: float,
    costs: Routing | None = None,
    most: float = np.inf,
) -> Outcome:
    """Least makespan, or least cost within a makespan.

    Args:
        times: The problem in time.
        hint: Routes to start from.
        low: Proven lower bound of what is minimised.
        high: Latest time at which all must be done.
        deadline: When to stop, on the clock of :func:`time.perf_counter`.
        costs: The same problem (same options) in cost: cost is minimised instead of makespan.
        most: Only costs up to it are of interest.
    """
    if low > (high if costs is None else most):
        return Outcome(None, np.inf, np.inf)
    model = _Model(times, costs, low, high, most)
    if hint is not None:
        model.hint(hint)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds = max(0.01, 0.97 * (deadline - time.perf_counter()))
    # More than one thread crashes natively on these models (OR-tools 9.15): a heap is overrun.
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = 2
    solver.parameters.random_seed = 0
    status = solver.solve(model.model)
    if status == cp_model.INFEASIBLE:
        return Outcome(None, np.inf, np.inf)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return Outcome(None, np.inf, low)
    bound = max(low, float(np.ceil(solver.best_objective_bound - 1e-6)))
    options = model.routes(solver.boolean_value)
    routes = tuple(tuple(int(times.task[option]) for option in own) for own in options)
    return Outcome(routes, float(solver.objective_value), bound, options)


class _Model:
    """Variables: one literal for each arc, one time for each task."""

    def __init__(self, times: Routing, costs: Routing | None, low: float, high: float, most: float) -> None:
        self.times = times
        self.model = model = cp_model.CpModel()
        horizon = int(high)
        self.done = [model.new_int_var(0, horizon, f"done{t}") for t in range(times.tasks)]
        self.first: dict[tuple[int, int], cp_model.IntVar] = {}
        self.then: dict[tuple[int, int], cp_model.IntVar] = {}
        arcs: list[tuple[int, int, cp_model.LiteralT]] = []
        for robot in range(times.robots):
            own = []
            for option in np.flatnonzero(times.start[robot] <= horizon).tolist():
                literal = self.first[robot, option] = model.new_bool_var(f"first{robot}_{option}")
                arcs.append((0, option + 1, literal))
                own.append(literal)
                when = self.done[int(times.task[option])]
                model.add(when >= int(times.start[robot, option])).only_enforce_if(literal)
            model.add_at_most_one(own)
        for a, b in np.argwhere(times.follow <= horizon).tolist():
            literal = self.then[a, b] = model.new_bool_var(f"then{a}_{b}")
            arcs.append((a + 1, b + 1, literal))
            one, other = self.done[int(times.task[a])], self.done[int(times.task[b])]
            model.add(other >= one + int(times.follow[a, b])).only_enforce_if(literal)
        for own_options in times.options:
            used = []
            for option in own_options:
                arcs.append((option + 1, 0, model.new_bool_var(f"last{option}")))
                used.append(model.new_bool_var(f"used{option}"))
                arcs.append((option + 1, option + 1, used[-1].negated()))
            model.add_exactly_one(used)
        model.add_multiple_circuit(arcs)
        for a, b in times.before:
            model.add(self.done[b] >= self.done[a])
        if times.before:
            self._rank()
        if costs is None:
            goal = model.new_int_var(int(low), horizon, "makespan")
            model.add_max_equality(goal, self.done)
            # Implied, and what keeps the linear relaxation honest: nobody can be busy for longer.
            busy = [int(times.start[key]) * literal for key, literal in self.first.items()]
            busy += [int(times.follow[key]) * literal for key, literal in self.then.items()]
            model.add(sum(busy) <= times.robots * goal)
            model.minimize(goal)
        else:
            terms = [int(costs.start[key]) * literal for key, literal in self.first.items()]
            terms += [int(costs.follow[key]) * literal for key, literal in self.then.items()]
            model.add(sum(terms) >= int(low))
            if np.isfinite(most):
                model.add(sum(terms) <= int(most))
            model.minimize(sum(terms))

    def _rank(self) -> None:
        """One order of finishing that routes and hierarchy agree on, also among tasks that take no time."""
        times, model = self.times, self.model
        rank = [model.new_int_var(0, times.tasks - 1, f"rank{t}") for t in range(times.tasks)]
        for a, b in times.before:
            model.add(rank[b] >= rank[a] + 1)
        for (a, b), literal in self.then.items():
            if times.follow[a, b] == 0:
                model.add(rank[int(times.task[b])] >= rank[int(times.task[a])] + 1).only_enforce_if(literal)

    def hint(self, routes: Routes) -> None:
        """Tells the solver where to begin."""
        chosen: set[tuple[int, int]] = set()
        first: set[tuple[int, int]] = set()
        for robot, route in enumerate(routes):
            _, options = self.times.route(robot, route)
            if options:
                first.add((robot, options[0]))
            chosen.update(pairwise(options))
        for key, literal in self.first.items():
            self.model.add_hint(literal, key in first)
        for key, literal in self.then.items():
            self.model.add_hint(literal, key in chosen)

    def routes(self, value: Callable[[cp_model.IntVar], bool]) -> Routes:
        """The routes of a solution, as options."""
        after = {a: b for (a, b), literal in self.then.items() if value(literal)}
        found = []
        for robot in range(self.times.robots):
            at = next((o for (r, o), literal in self.first.items() if r == robot and value(literal)), None)
            route: list[int] = []
            while at is not None:
                route.append(at)
                at = after.get(at)
            found.append(tuple(route))
        return tuple(found)
