"""What the executive remembers of the mission it is busy with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from grounding.logic.monitor import FormulaVerdict
from grounding.mission.progress import Progress
from grounding.mission.specify import formula_name
from grounding.mission.task import TaskTree
from grounding.state import WorldState
from heed.conversions import outcome_to_msg, question_to_msg, report_from_msg, timings_to_fields, tree_to_msg
from heed.dialogue import Question
from heed.mission import Mission
from heed.outcome import Outcome
from heed.progress import LeafState, MissionStatus, NodeProgress, Stage
from heed.scene import Footprint
from heed_interfaces.action import Instruct
from heed_interfaces.msg import FormulaState as FormulaStateMsg
from heed_interfaces.msg import MonitorState as MonitorStateMsg
from heed_interfaces.msg import Plan as PlanMsg
from heed_interfaces.msg import Specification
from heed_interfaces.msg import TaskTree as TaskTreeMsg


class Over(Exception):  # noqa: N818 - not an error: how a stage ends a mission early
    """The mission is over with this outcome."""

    def __init__(self, outcome: Outcome, message: str) -> None:
        super().__init__(message)
        self.outcome, self.message = outcome, message


@dataclass
class Job:
    """One instruction on its way through the stages.

    Attributes:
        name: Id of the mission.
        text: The instruction.
        tree: The task tree once it is understood.
        handles: The goals of the ``instruct`` action that wait for its end.
        mission: The mission once the instruction is understood.
        cancel: Why it is to be canceled, empty while it is not.
        question: The question that has to be answered before anything moves.
        tree_msg: The tree with how far each node has come.
        told: The status that was published last.
        footprints: Finished task -> the world before and after it.
        changes: What the last change of plan changed.
        moved: Whether any robot was given anything to do.
        outcome: How it ended, None while it runs.
        message: The sentence about its end.
    """

    name: str
    text: str
    tree: TaskTree | None = None
    handles: list[Any] = field(default_factory=list)
    mission: Mission | None = None
    cancel: str = ""
    question: Question = field(default_factory=Question)
    timings: dict[str, float] = field(default_factory=dict)
    tree_msg: TaskTreeMsg = field(default_factory=TaskTreeMsg)
    specification: Specification = field(default_factory=Specification)
    plan: PlanMsg = field(default_factory=PlanMsg)
    monitor: MonitorStateMsg = field(default_factory=MonitorStateMsg)
    episode: str = ""
    told: MissionStatus | None = None
    footprints: dict[str, Footprint] = field(default_factory=dict)
    changes: tuple[str, ...] = ()
    moved: bool = False
    outcome: Outcome | None = None
    message: str = ""
    _progress: Mapping[str, NodeProgress] = field(default_factory=dict)
    _begun: dict[str, WorldState] = field(default_factory=dict)

    @property
    def violation(self) -> str:
        """Why the mission cannot be verified any more, empty while it can."""
        broken = [f for f in self.monitor.formulas if f.verdict == FormulaStateMsg.VIOLATED]
        return f"{broken[0].name} is violated: {broken[0].reason}" if broken else ""

    @property
    def unobserved(self) -> str:
        """What nobody can vouch for and why, empty when everything was seen."""
        lines = [f for f in self.monitor.formulas if f.verdict == FormulaStateMsg.UNOBSERVED]
        words = {f.name: f.text for f in self.specification.formulas}
        quoted = dict.fromkeys(repr(words.get(f.name) or f.name) for f in lines)
        return f"{' and '.join(quoted)}: {lines[0].reason}" if lines else ""

    @property
    def unproven(self) -> str:
        """What the monitor has not confirmed and why, empty when it has confirmed everything."""
        return " ".join(
            f"{f.name}: {f.reason}" for f in self.monitor.formulas if f.verdict != FormulaStateMsg.SATISFIED
        )

    @property
    def verdicts(self) -> Mapping[str, FormulaVerdict]:
        """What the monitor says about each formula."""
        return report_from_msg(self.monitor).formulas

    @property
    def nodes(self) -> Mapping[str, NodeProgress]:
        """How far every node of the tree has come."""
        return self._progress

    @property
    def progress(self) -> Progress:
        """Which tasks are finished, in that order, and which are being worked on."""
        if self.mission is None or self.tree is None:
            return Progress()
        names = {formula_name(task.id): task.id for task in self.tree.root.walk()}
        finished = {names[leaf]: robot for leaf, robot in self.mission.done.items() if leaf in names}
        active = {
            names[leaf]: progress.robot
            for leaf, progress in self.mission.status().leaves.items()
            if progress.state is LeafState.ACTIVE and leaf in names
        }
        return Progress(finished, active)

    @property
    def planned(self) -> dict[str, str]:
        """Tasks of the plan that are not finished -> their robot, in planned order."""
        if self.mission is None or self.mission.plan is None or self.tree is None:
            return {}
        plan, names = self.mission.plan, {formula_name(task.id): task.id for task in self.tree.root.walk()}
        order = sorted(plan.assignment, key=lambda leaf: plan.windows.get(leaf, (0, 0)))
        return {names[leaf]: plan.assignment[leaf] for leaf in order if leaf in names and leaf not in self.mission.done}

    def status(self, stage: Stage, sentence: str, now: float) -> MissionStatus:
        """What goes on; ``now`` is the time of the latest observation."""
        if self.mission is None:
            return MissionStatus(self.name, stage, 0.0, sentence, {}, now)
        status = self.mission.status(stage)
        return replace(status, sentence=sentence) if sentence else status

    def refresh_tree(self) -> bool:
        """Brings the tree up to date; whether anything in it has changed."""
        if self.mission is None or self.tree is None:
            return False
        progress = self.mission.nodes()
        if progress == self._progress and self.tree_msg.revision == self.tree.revision and self.tree_msg.nodes:
            return False
        self._progress = progress
        self.tree_msg = tree_to_msg(self.tree, progress, mission=self.name, time=self.mission.state.time)
        self._leave_footprints(self.mission)
        return True

    def _leave_footprints(self, mission: Mission) -> None:
        """Remembers the world before and after every task, so that it can be undone."""
        names = {formula_name(task.id): task.id for task in self.tree.root.walk()} if self.tree else {}
        for leaf, progress in mission.status().leaves.items():
            task = names.get(leaf, "")
            if progress.state is LeafState.ACTIVE:
                self._begun.setdefault(task, mission.state)
            elif progress.state is LeafState.FINISHED and task not in self.footprints:
                self.footprints[task] = Footprint(self._begun.pop(task, mission.state), mission.state)
            elif progress.state is LeafState.PENDING:
                self._begun.pop(task, None)

    def result(self) -> Instruct.Result:
        """The answer to the operator, once it is over."""
        assert self.outcome is not None, "the mission is not over"
        return Instruct.Result(
            outcome=outcome_to_msg(self.outcome, self.message),
            mission=self.name,
            episode=self.episode,
            tree=self.tree_msg,
            specification=self.specification,
            plan=self.plan,
            monitor=self.monitor,
            question=question_to_msg(self.question),
            **timings_to_fields(self.timings),
        )
