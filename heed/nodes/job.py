"""What the executive remembers of the mission it is busy with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from grounding.mission.task import TaskTree
from heed.conversions import outcome_to_msg, timings_to_fields, tree_to_msg
from heed.mission import Mission
from heed.outcome import Outcome
from heed.progress import MissionStatus, NodeProgress, Stage
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
        handle: The goal of the ``instruct`` action.
        mission: The mission once the instruction is understood.
        cancel: Why it is to be canceled, empty while it is not.
        tree: The task tree once it is understood.
        tree_msg: The tree with how far each node has come.
        told: The status that was published last.
    """

    name: str
    text: str
    handle: Any
    mission: Mission | None = None
    cancel: str = ""
    timings: dict[str, float] = field(default_factory=dict)
    tree: TaskTree | None = None
    tree_msg: TaskTreeMsg = field(default_factory=TaskTreeMsg)
    specification: Specification = field(default_factory=Specification)
    plan: PlanMsg = field(default_factory=PlanMsg)
    monitor: MonitorStateMsg = field(default_factory=MonitorStateMsg)
    episode: str = ""
    told: MissionStatus | None = None
    _progress: Mapping[str, NodeProgress] = field(default_factory=dict)

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
        if progress == self._progress:
            return False
        self._progress = progress
        self.tree_msg = tree_to_msg(self.tree, progress, mission=self.name, time=self.mission.state.time)
        return True

    def result(self, outcome: Outcome, message: str) -> Instruct.Result:
        """The answer to the operator."""
        return Instruct.Result(
            outcome=outcome_to_msg(outcome, message),
            mission=self.name,
            episode=self.episode,
            tree=self.tree_msg,
            specification=self.specification,
            plan=self.plan,
            monitor=self.monitor,
            **timings_to_fields(self.timings),
        )
