"""The monitor as a node: verdicts on every formula of the mission, from what is observed."""

from __future__ import annotations

from collections import deque

from grounding.errors import HeedError
from grounding.logic.monitor import MonitorReport
from grounding.state import WorldState
from heed.conversions import report_to_msg, specification_from_msg, state_from_msg, status_from_msg
from heed.nodes import qos
from heed.nodes.base import HeedNode, run_node
from heed.progress import MissionStatus
from heed.watch import Watch
from heed_interfaces.msg import MissionStatus as MissionStatusMsg
from heed_interfaces.msg import MonitorState as MonitorStateMsg
from heed_interfaces.msg import Specification
from heed_interfaces.msg import WorldState as WorldStateMsg

#: How many observations a specification that arrives late may reach back.
PAST = 200


class MonitorNode(HeedNode):
    """Watches the mission whose specification was published last."""

    node_name = "monitor_node"

    def prepare(self) -> None:
        """Starts with nothing to watch."""
        self._watch: Watch | None = None
        self._mission = ""
        self._early: list[MissionStatus] = []  # of a mission whose specification is still on its way
        self._past: deque[WorldState] = deque(maxlen=PAST)
        self._told: MonitorStateMsg | None = None

    def on_start(self) -> None:
        """Listens to the executive and the simulation."""
        self._publisher = self.add_publisher(MonitorStateMsg, "monitor_state", qos.EVENTS)
        self.add_subscription(Specification, "specification", self._on_specification, qos.LATCHED)
        self.add_subscription(MissionStatusMsg, "mission_status", self._on_status, qos.EVENTS)
        self.add_subscription(WorldStateMsg, "world_state", self._on_state, qos.OBSERVATIONS)

    def _on_specification(self, msg: Specification) -> None:
        try:
            if self._watch is not None and msg.mission == self._mission and msg.revision > 0:
                self._tell(self._watch.amend(specification_from_msg(msg), msg.revision))
                return
            self._mission, self._told = msg.mission, None
            self._watch = Watch(specification_from_msg(msg), self.world, self._past, msg.revision)
        except HeedError as error:
            self._watch = None
            self.get_logger().error(f"{msg.mission} cannot be watched: {error}")
            return
        early, self._early = self._early, []
        for status in early:
            self._follow(status)

    def _on_status(self, msg: MissionStatusMsg) -> None:
        status = status_from_msg(msg)
        if not status.leaves:
            return  # not planned yet: nothing to watch
        if status.mission == self._mission:
            self._follow(status)
        else:
            self._early = [s for s in self._early if s.mission == status.mission] + [status]

    def _follow(self, status: MissionStatus) -> None:
        if self._watch is not None and status.mission == self._mission:
            self._tell(self._watch.follow(status))

    def _on_state(self, msg: WorldStateMsg) -> None:
        if not self.knows(msg.world):
            return
        state = state_from_msg(msg)
        self._past.append(state)
        if self._watch is not None and not self._watch.over:
            self._tell(self._watch.observe(state))

    def _tell(self, report: MonitorReport | None) -> None:
        """Publishes verdicts that have changed."""
        if report is None:
            return
        msg = report_to_msg(report, mission=self._mission)
        if self._told is None or (msg.final, msg.formulas) != (self._told.final, self._told.formulas):
            self._publisher.publish(msg)
            self._told = msg


def main() -> None:
    """Runs the node."""
    run_node(MonitorNode)
