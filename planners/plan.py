"""Plans and what a planner answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from grounding.world import Cell


class PlanStatus(str, Enum):
    """How planning ended."""

    OPTIMAL = "optimal"  # valid and proven best for the objective
    FEASIBLE = "feasible"  # valid, a better one may exist
    UNSATISFIABLE = "unsatisfiable"  # proven impossible; ``conflict`` names the clauses
    TIMEOUT = "timeout"  # gave up without a valid plan
    UNSUPPORTED = "unsupported"  # outside what this planner handles
    INVALID = "invalid"  # the specification itself is not usable


@dataclass(frozen=True)
class PlanStep:
    """One skill of one robot, with its place in time.

    Attributes:
        id: Unique in the plan ("robot_1/3"): robot and index in its list.
        robot: Robot id.
        leaf: Leaf it works for; empty for a robot that only makes way.
        skill: Skill name.
        args: Ids the skill is applied to. ``drive`` skills take the zone or thing headed for (for
            people); ``push`` skills the thing pushed, then the zone.
        path: ``drive`` and ``push``: the cells passed, first = where it starts, one tick each
            (the same cell twice = wait one tick); other skills: empty.
        start: First tick.
        end: Tick at which it is done; for motions ``start + len(path) - 1``.
    """

    id: str
    robot: str
    leaf: str
    skill: str
    args: tuple[str, ...]
    start: int
    end: int
    path: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class TeamPlan:
    """What every robot does, when.

    Attributes:
        steps: Robot id -> its steps in order of time (every robot of the world has an entry).
        assignment: Leaf name -> robot that does it; leaves not chosen of an either-or are absent.
        windows: Leaf name -> (first tick, last tick) in which it is active.
        after: Step id -> ids of steps of other robots that must be finished before it may start
            (order of tasks, things handed on, doors opened); order at single cells follows from
            the paths and is kept by the dispatcher.
        tick_s: Seconds a tick.
        cost: Total cost: moves plus ticks spent in stationary skills, over all robots.
        makespan: Last tick.
        resumed: Leaves under way that their robot goes on with, from what they have read so far;
            every other leaf begins to read anew.
        carried: Steps that were under way already when the plan was made, one at most for a robot
            and the first in its list: they have begun, and what they need was there then.
    """

    steps: Mapping[str, tuple[PlanStep, ...]]
    assignment: Mapping[str, str]
    windows: Mapping[str, tuple[int, int]]
    after: Mapping[str, tuple[str, ...]]
    tick_s: float
    cost: float
    makespan: int
    resumed: frozenset[str] = frozenset()
    carried: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PlanResult:
    """What a planner answers; never None.

    Attributes:
        status: How planning ended.
        plan: The plan for OPTIMAL and FEASIBLE, else None.
        message: One sentence for people.
        conflict: UNSATISFIABLE: the clauses (texts of leaves and rules) that cannot hold together,
            as few as could be found.
        lower_bound: Proven lower bound of the objective, or None.
        engine: Which engine made the plan.
        timings_ms: Stage name -> milliseconds ("automata", "search", "schedule", ...).
        changes: Re-planning: what is different from the plan before and why, one sentence each.
    """

    status: PlanStatus
    plan: TeamPlan | None = None
    message: str = ""
    conflict: tuple[str, ...] = ()
    lower_bound: float | None = None
    engine: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    changes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether there is a plan."""
        return self.plan is not None
