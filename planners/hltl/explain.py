"""Why there is no plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planners.plan import PlanResult, PlanStatus

if TYPE_CHECKING:
    from planners.hltl.planner import _Planner


def explain(planner: _Planner, rejected: str) -> PlanResult:
    """The answer for a mission without a plan."""
    return PlanResult(PlanStatus.TIMEOUT, message=f"No valid plan was found. {rejected}".strip())
