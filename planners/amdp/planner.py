"""A reward function planned at its level: L0 flat, L1 and L2 top-down."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import inf

from grounding.levels.reward import Direction, Level, Reward
from planners.amdp.bounds import Bound, blind
from planners.amdp.domain import ACTIONS, DIRECTIONS, Domain, Goal, GoalError, State
from planners.amdp.hierarchy import Hierarchy
from planners.amdp.result import Solution, Stretch, Subgoal
from planners.amdp.solve import Effort, astar
from planners.clock import Clock, OutOfTimeError
from planners.plan import PlanStatus


def solve(
    domain: Domain,
    reward: Reward,
    level: Level = Level.GOAL,
    *,
    flat: bool = False,
    informed: bool = True,
    time_limit: float = 2.0,
) -> Solution:
    """Plans a reward function for the agent of a domain; never raises for a bad one.

    Args:
        domain: The agent, the things and where everything is.
        reward: What is asked for.
        level: Level of the command. L0 is planned flat, over primitive actions; L1 and L2 top-down.
        flat: Plan over primitive actions whatever the level.
        informed: Guide searches with distances; without, they are blind (for comparison).
        time_limit: Seconds of wall clock.

    Returns:
        A plan, or a status and a sentence that say why there is none. Flat plans are optimal. A
        plan made top-down is called OPTIMAL where it costs no more than a proven lower bound; else
        ``cost / lower_bound`` says how much longer than necessary it may be at most. Where the
        abstraction yields no plan, level 0 is asked, so UNSATISFIABLE is always proven.
    """
    if reward.steps:
        return _follow(domain, reward.steps)
    try:
        goal = domain.goal(reward)
    except GoalError as error:
        return Solution(PlanStatus.INVALID, str(error), level)
    return _Run(domain, reward, goal, Level.MOTION if flat else level, informed, time_limit).solution()


class _Run:
    """One call of :func:`solve`."""

    def __init__(
        self, domain: Domain, reward: Reward, goal: Goal, level: Level, informed: bool, time_limit: float
    ) -> None:
        self.domain, self.reward, self.goal, self.level, self.informed = domain, reward, goal, level, informed
        self.time_limit, self.clock = time_limit, Clock(time_limit)
        self.effort = {level: Effort() for level in Level}
        self.spent: dict[str, float] = {}
        self.least: float | None = None

    def solution(self) -> Solution:
        """Plans."""
        try:
            return self._plan()
        except OutOfTimeError:
            return self._none(PlanStatus.TIMEOUT, f"No plan was found within the time limit of {self.time_limit:g} s.")

    def _plan(self) -> Solution:
        if not self.goal.fits:
            return self._none(
                PlanStatus.UNSATISFIABLE, f"{self._wanted()} cannot hold at once: not everything finds a cell."
            )
        started = time.perf_counter()
        bound = Bound(self.domain, self.goal, self.clock) if self.informed else None
        if bound is not None:
            self.least = bound(self.domain.start)
        self._spend("distances", started)
        if bound is not None and self.least == inf:
            self.least = None
            return self._none(PlanStatus.UNSATISFIABLE, self._why(bound.stuck(self.domain.start)))
        if self.level != Level.MOTION:
            started = time.perf_counter()
            hierarchy = Hierarchy(self.domain, self.goal, bound, self.clock)
            self.effort = hierarchy.effort
            stretch = hierarchy.plan(self.level)
            self._spend("hierarchy", started)
            if stretch is not None:
                proven = self.least is not None and stretch.cost <= self.least + 1e-9
                return self._found(stretch, PlanStatus.OPTIMAL if proven else PlanStatus.FEASIBLE, "hierarchy")
        started = time.perf_counter()
        guide = blind if bound is None else bound
        effort = self.effort[Level.MOTION]
        path = astar(self.domain.start, self.domain.successors, self.goal.met, guide, self.clock, effort)
        self._spend("search", started)
        if path is None:
            return self._none(
                PlanStatus.UNSATISFIABLE,
                f"{self._wanted()} cannot be reached: things are in one another's way, "
                f"and all {effort.expanded} states that matter were looked at.",
            )
        self.least = path.cost
        return self._found(Stretch(path.actions, path.states, path.cost), PlanStatus.OPTIMAL, "flat")

    def _found(self, stretch: Stretch, status: PlanStatus, engine: str) -> Solution:
        count = len(stretch.actions)
        message = f"{count} {'step' if count == 1 else 'steps'}." if count else "Nothing is left to do."
        return _solution(
            self.domain, stretch, status, message, self.level, lower_bound=self.least, expanded=self._expanded(),
            timings=self.spent, engine=engine,
        )  # fmt: skip

    def _none(self, status: PlanStatus, message: str) -> Solution:
        return Solution(
            status, message, self.level, lower_bound=self.least, expanded=self._expanded(), timings_ms=self.spent
        )

    def _expanded(self) -> dict[str, int]:
        return {level.value: effort.expanded for level, effort in self.effort.items() if effort.expanded}

    def _spend(self, stage: str, started: float) -> None:
        self.spent[stage] = 1e3 * (time.perf_counter() - started)

    def _why(self, stuck: str | None) -> str:
        robot = self.domain.robot
        if stuck is None:
            return f"{self._wanted()} cannot hold at the same moment, or {robot} cannot get to both."
        if stuck == "":
            return f"{robot} cannot get to {self.reward.agent}: no way leads there."
        regions = " and ".join(region for thing, region in self.reward.things if thing == stuck)
        return f"{stuck} cannot be brought to {regions} from where it is: it can only be pushed, or no way leads there."

    def _wanted(self) -> str:
        parts = [f"{self.domain.robot} in {self.reward.agent}"] if self.reward.agent else []
        return " with ".join([*parts, *(f"{thing} in {region}" for thing, region in self.reward.things)])


def _follow(domain: Domain, steps: Sequence[Direction]) -> Solution:
    """Single steps as they were said; a blocked one only turns the agent."""
    actions = tuple(DIRECTIONS.index(step) for step in steps)
    states = [domain.start]
    for action in actions:
        states.append(domain.step(states[-1], action))
    stretch = Stretch(actions, tuple(states), float(len(actions)))
    blocked = sum(a[0] == b[0] for a, b in pairwise(states))
    message = f"{len(actions)} {'step' if len(actions) == 1 else 'steps'} as said"
    message += f", {blocked} of them blocked." if blocked else "."
    return _solution(domain, stretch, PlanStatus.OPTIMAL, message, Level.MOTION, engine="steps")


def _solution(
    domain: Domain,
    stretch: Stretch,
    status: PlanStatus,
    message: str,
    level: Level,
    *,
    lower_bound: float | None = None,
    expanded: Mapping[str, int] | None = None,
    timings: Mapping[str, float] | None = None,
    engine: str = "",
) -> Solution:
    def things(state: State) -> Mapping[str, tuple[int, int]]:
        return {name: domain.cells[cell] for name, cell in zip(domain.things, state[2:], strict=True)}

    return Solution(
        status=status, message=message, level=level,
        actions=tuple(ACTIONS[a] for a in stretch.actions),
        cells=tuple(domain.cells[state[0]] for state in stretch.states),
        things=tuple(things(state) for state in stretch.states),
        cost=stretch.cost, lower_bound=lower_bound,
        trace=tuple(Subgoal(*entry) for entry in stretch.trace),
        expanded=expanded or {}, timings_ms=timings or {}, engine=engine,
    )  # fmt: skip
