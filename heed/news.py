"""What a commander hears: news of a mission while it runs, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from grounding.logic.monitor import FormulaVerdict
from grounding.logic.spec import HierarchicalSpec
from grounding.mission.task import TaskTree
from grounding.state import WorldState
from heed.outcome import Outcome
from heed.progress import NodeProgress
from planners.plan import PlanResult, TeamPlan


@dataclass(frozen=True)
class Feedback:
    """All that is known about a mission at one moment.

    Attributes:
        stage: ``ground``, ``plan``, ``execute``, ``verify`` or ``done``; empty before the first news.
        fraction: How much is done, 0 to 1.
        sentence: What goes on.
        tree: The task tree, None until the instruction is understood.
        progress: Node id -> how far it has come.
        monitor: Formula name -> verdict so far.
        state: The last observation, None before the first.
    """

    stage: str = ""
    fraction: float = 0.0
    sentence: str = ""
    tree: TaskTree | None = None
    progress: Mapping[str, NodeProgress] = field(default_factory=dict)
    monitor: Mapping[str, FormulaVerdict] = field(default_factory=dict)
    state: WorldState | None = None


@dataclass(frozen=True)
class Result:
    """How an instruction ended, also when it could not be carried out.

    Attributes:
        outcome: How it ended.
        message: One sentence about it.
        instruction: The words.
        mission: Id of the mission, empty when there was none.
        tree: The task tree, None where the words were not understood.
        progress: Node id -> how far it came.
        spec: The formulas, None where there are none.
        planning: What the planner answered last, None where it was not asked.
        monitor: Formula name -> verdict.
        episode: Folder of the recorded episode, empty where none was recorded.
        timings_ms: Stage (ground, translate, automata, plan, execute) -> milliseconds.
    """

    outcome: Outcome
    message: str
    instruction: str = ""
    mission: str = ""
    tree: TaskTree | None = None
    progress: Mapping[str, NodeProgress] = field(default_factory=dict)
    spec: HierarchicalSpec | None = None
    planning: PlanResult | None = None
    monitor: Mapping[str, FormulaVerdict] = field(default_factory=dict)
    episode: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.outcome is Outcome.SUCCEEDED

    @property
    def plan(self) -> TeamPlan | None:
        """The last plan, None where there is none."""
        return self.planning.plan if self.planning else None


class Listener(Protocol):
    """Who is told, from the thread of the link."""

    def on_news(self, **changes: Any) -> None:
        """Takes in changed fields of the feedback."""

    def on_result(self, result: Result) -> None:
        """Takes in the end of the instruction."""
