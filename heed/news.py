"""What a commander hears: news of a mission while it runs, how it ended, and what a fleet is doing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from grounding.logic.monitor import FormulaVerdict
from grounding.logic.spec import HierarchicalSpec
from grounding.mission.task import TaskTree
from grounding.state import WorldState
from heed.dialogue import Question, SessionState, Spoken
from heed.outcome import Outcome
from heed.progress import MissionStatus, NodeProgress
from planners.plan import PlanResult, TeamPlan


@dataclass(frozen=True)
class Exchange:
    """Something that was said to a fleet, with one act that was understood by it.

    Attributes:
        text: The words.
        speaker: Who said it, empty = not known.
        spoken: The act, and what became of it.
    """

    text: str
    speaker: str
    spoken: Spoken


@dataclass(frozen=True)
class Feedback:
    """All that is known about a mission at one moment.

    Attributes:
        stage: ``ground``, ``ask``, ``plan``, ``execute``, ``verify`` or ``done``; empty before the first news.
        fraction: How much is done, 0 to 1.
        sentence: What goes on.
        tree: The task tree, None until the instruction is understood.
        progress: Node id -> how far it has come.
        monitor: Formula name -> verdict so far.
        state: The last observation, None before the first.
        question: What has to be answered before anything moves, at stage ``ask``.
        session: Who decides what each robot does, the open question and the rules of the fleet.
        said: What was said to the fleet last, None before anything was.
    """

    stage: str = ""
    fraction: float = 0.0
    sentence: str = ""
    tree: TaskTree | None = None
    progress: Mapping[str, NodeProgress] = field(default_factory=dict)
    monitor: Mapping[str, FormulaVerdict] = field(default_factory=dict)
    state: WorldState | None = None
    question: Question = field(default_factory=Question)
    session: SessionState = field(default_factory=SessionState)
    said: Exchange | None = None


@dataclass(frozen=True)
class Status:
    """What a fleet is doing at one moment, whoever told it to.

    Attributes:
        session: Who decides what each robot does, the open question, the rules in force.
        mission: How far the running mission is, or how the last one ended; None before the first.
        tree: The task tree of the running mission, None where nothing runs or it is not understood yet.
        progress: Node id -> how far it has come.
        state: The last observation, None where nobody observes.
        world: Name of the world, empty where nobody observes.
        said: What was said last, None before anything was.
    """

    session: SessionState
    mission: MissionStatus | None = None
    tree: TaskTree | None = None
    progress: Mapping[str, NodeProgress] = field(default_factory=dict)
    state: WorldState | None = None
    world: str = ""
    said: Exchange | None = None

    @property
    def running(self) -> bool:
        """Whether a mission is under way."""
        return bool(self.session.mission)


@dataclass(frozen=True)
class Canceled:
    """What became of the wish to cancel; true where a mission was canceled and its robots stand.

    Attributes:
        canceled: Whether a mission was canceled.
        message: What happened, or why nothing did.
        holding: Robot id -> what it holds now.
    """

    canceled: bool
    message: str = ""
    holding: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.canceled


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
        question: The question that was left open, where the outcome is ASKED.
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
    question: Question = field(default_factory=Question)

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
