"""What the planners for abstract MDPs answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grounding.levels.reward import Level
from grounding.world import Cell
from planners.amdp.domain import State
from planners.plan import PlanStatus


@dataclass(frozen=True)
class Stretch:
    """A way at level 0 with the subgoals it was made of.

    Attributes:
        actions: Primitive actions.
        states: The states passed, one more than actions.
        cost: Sum of costs.
        trace: ``(level, name, first action, past the last)`` of each subgoal, relative to the stretch.
    """

    actions: tuple[int, ...]
    states: tuple[State, ...]
    cost: float
    trace: tuple[tuple[Level, str, int, int], ...] = ()


@dataclass(frozen=True)
class Subgoal:
    """One abstract action of a plan and the primitive actions that carry it out.

    Attributes:
        level: Level of the abstract action.
        action: Its name, such as ``blockToDoor chair door_1``.
        start: Index of its first primitive action.
        end: Index past its last one.
    """

    level: Level
    action: str
    start: int
    end: int


@dataclass(frozen=True)
class Solution:
    """A plan of one agent for one reward function, or why there is none.

    Attributes:
        status: OPTIMAL where nothing cheaper exists, FEASIBLE where that is not proven.
        message: One sentence for people.
        level: Level at which it was planned.
        actions: Primitive actions: a direction or ``pull``.
        cells: Cells of the agent, one more than actions.
        things: For every entry of ``cells`` the cells of all things, by id.
        cost: Sum of the costs of the actions.
        lower_bound: Proven lower bound of the cost, None where there is none.
        trace: Subgoals, those of a higher level ahead of their parts.
        expanded: Level -> nodes expanded in searches of that level.
        timings_ms: Stage -> milliseconds of wall clock.
        engine: Who made it.
    """

    status: PlanStatus
    message: str
    level: Level
    actions: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    things: tuple[Mapping[str, Cell], ...] = ()
    cost: float = 0.0
    lower_bound: float | None = None
    trace: tuple[Subgoal, ...] = ()
    expanded: Mapping[str, int] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    engine: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is a plan."""
        return self.status in (PlanStatus.OPTIMAL, PlanStatus.FEASIBLE)
