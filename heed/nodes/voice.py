"""What the executive tells everybody: tree, formulas, plan, status, and what is talked about."""

from __future__ import annotations

from dataclasses import replace

from heed import conversions as to
from heed.dialogue import Reply, SessionState, Utterance
from heed.nodes import qos
from heed.nodes.base import HeedNode
from heed.nodes.job import Job
from heed.progress import MissionStatus, Stage
from heed_interfaces.action import Instruct
from heed_interfaces.msg import Correction, Halt, Specification, TaskTree
from heed_interfaces.msg import MissionStatus as MissionStatusMsg
from heed_interfaces.msg import Plan as PlanMsg
from heed_interfaces.msg import SessionState as SessionStateMsg


class Voice:
    """Publishes what has changed.

    Args:
        node: The node that speaks.
    """

    def __init__(self, node: HeedNode) -> None:
        self._tree = node.add_publisher(TaskTree, "task_tree", qos.LATCHED)
        self._specification = node.add_publisher(Specification, "specification", qos.LATCHED)
        self._plan = node.add_publisher(PlanMsg, "plan", qos.LATCHED)
        self._status = node.add_publisher(MissionStatusMsg, "mission_status", qos.EVENTS)
        self._session = node.add_publisher(SessionStateMsg, "session", qos.LATCHED)
        self._correction = node.add_publisher(Correction, "correction", qos.EVENTS)
        self._halt = node.add_publisher(Halt, "halt", qos.HALT)
        self._told: SessionState | None = None

    def halt(self, msg: Halt) -> None:
        """Has robots stand still at once, or lets them go."""
        self._halt.publish(msg)

    def specification(self, job: Job) -> None:
        """Publishes the formulas of a mission."""
        self._specification.publish(job.specification)

    def plan(self, job: Job) -> None:
        """Publishes the plan of a mission."""
        self._plan.publish(job.plan)

    def tell(self, job: Job, stage: Stage, sentence: str = "", now: float = 0.0) -> None:
        """Publishes status and tree where they have changed, and gives feedback to the operator."""
        status = job.status(stage, sentence, now)
        changed = job.refresh_tree()
        if changed:
            self._tree.publish(job.tree_msg)
        before, job.told = job.told, status
        if status != before:
            self._status.publish(to.status_to_msg(status))
        if changed or before is None or status != replace(before, time=status.time, leaves=status.leaves):
            self._feed_back(job, status)

    def _feed_back(self, job: Job, status: MissionStatus) -> None:
        feedback = Instruct.Feedback(
            stage=status.stage.value,
            fraction=status.fraction,
            sentence=status.sentence,
            tree=job.tree_msg,
            question=to.question_to_msg(job.question),
        )
        for handle in job.handles:
            if handle.is_active:
                handle.publish_feedback(feedback)

    def session(self, state: SessionState, now: float) -> None:
        """Publishes who is in control and what was asked, where it has changed."""
        if state != self._told:
            self._told = state
            self._session.publish(to.session_to_msg(state, time=now))

    def correction(self, reply: Reply, utterance: Utterance, now: float) -> None:
        """Publishes every act of something said, for the records."""
        for spoken in reply.acts:
            self._correction.publish(to.spoken_to_msg(spoken, text=utterance.text, speaker=utterance.speaker, time=now))
