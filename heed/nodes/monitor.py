"""The monitor as a node: verdicts on every formula of the mission, from what is observed."""

from __future__ import annotations

from collections import deque
from typing import Any

from grounding.errors import HeedError
from grounding.logic.monitor import MonitorReport
from grounding.state import WorldState
from heed.conversions import report_to_msg, specification_from_msg, state_from_msg, status_from_msg, time_from_msg
from heed.nodes import qos
from heed.nodes.base import HeedNode, run_node
from heed.progress import MissionStatus
from heed.watch import Watch
from heed_interfaces.msg import MissionStatus as MissionStatusMsg
from heed_interfaces.msg import MonitorState as MonitorStateMsg
from heed_interfaces.msg import Specification
from heed_interfaces.msg import WorldState as WorldStateMsg

#: How many observations a specification that arrives late may reach back.
PAST = 1000
#: The end of a mission is waited for in the observations while any come, and for so many wall seconds more.
PATIENCE_S, LOOK_S = 5.0, 0.5


class MonitorNode(HeedNode):
    """Watches the mission whose specification was published last."""

    node_name = "monitor_node"

    def prepare(self) -> None:
        """Starts with nothing to watch."""
        self._watch: Watch | None = None
        self._mission = ""
        self._early: list[tuple[MissionStatus, bool]] = []  # of a mission whose specification is still on its way
        self._latest: tuple[Any, int] = (None, 0)  # publisher of the latest status, and how it counts it
        self._specification: Specification | None = None
        self._silent = 0  # how often nothing was observed between two looks
        self._past: deque[WorldState] = deque(maxlen=PAST)
        self._told: MonitorStateMsg | None = None

    def on_start(self) -> None:
        """Listens to the executive and the simulation; verdicts are offered once something is seen."""
        self._publisher: Any = None
        self.add_subscription(Specification, "specification", self._on_specification, qos.LATCHED)
        self.add_subscription(MissionStatusMsg, "mission_status", self._on_status, qos.EVENTS)
        self.add_subscription(WorldStateMsg, "world_state", self._on_state, qos.OBSERVATIONS)
        self.add_timer(LOOK_S, self._look)

    def _on_specification(self, msg: Specification) -> None:
        if msg == self._specification:
            return  # told again, as after a long pause of this process
        edited = self._watch is not None and msg.mission == self._mission and msg.revision > 0
        self._specification, self._mission = msg, msg.mission
        try:
            if edited and self._watch is not None:
                self._tell(self._watch.amend(specification_from_msg(msg), msg.revision))
                return
            self._told = None
            since = time_from_msg(msg.stamp) if msg.revision == 0 else 0.0  # an edit does not say when it all began
            self._watch = Watch(specification_from_msg(msg), self.world, self._past, since, msg.revision)
        except HeedError as error:
            self._watch = None
            self.get_logger().error(f"{msg.mission} cannot be watched: {error}")
            return
        early, self._early = self._early, []
        for status, missed in early:
            self._follow(status, missed)

    def _on_status(self, msg: MissionStatusMsg, info: dict[str, Any]) -> None:
        publisher, number = info.get("publisher_gid"), info.get("publication_sequence_number") or 0
        before = self._latest[1] if self._latest[0] == publisher else 0
        if 0 < number <= before:
            return  # told again
        self._latest = publisher, number
        missed = 0 < before < number - 1  # never so where the middleware does not count
        status = status_from_msg(msg)
        if not status.leaves:
            return  # not planned yet: nothing to watch
        if status.mission == self._mission:
            self._follow(status, missed)
        else:
            self._early = [(s, m) for s, m in self._early if s.mission == status.mission] + [(status, missed)]

    def _follow(self, status: MissionStatus, missed: bool) -> None:
        if self._watch is not None and status.mission == self._mission:
            self._tell(self._watch.follow(status, missed=missed))

    def _on_state(self, msg: WorldStateMsg) -> None:
        if not self.knows(msg.world):
            return
        state = state_from_msg(msg)
        if self._publisher is None:
            # Who is to be watched waits for this: a monitor without eyes must not look as if it were ready.
            self._publisher = self.add_publisher(MonitorStateMsg, "monitor_state", qos.EVENTS)
        if self._past and self._past[-1].run != state.run:
            self._past.clear()
        self._past.append(state)
        self._silent = 0
        if self._watch is not None and not self._watch.over:
            self._tell(self._watch.observe(state))

    def _look(self) -> None:
        """Closes a mission whose end was not observed; after a pause of this process, waiting messages come first."""
        self._silent += 1
        if self._silent > PATIENCE_S / LOOK_S and self._watch is not None and self._watch.waits:
            self._tell(self._watch.give_up())

    def _tell(self, report: MonitorReport | None) -> None:
        """Publishes verdicts that have changed."""
        if report is None or self._publisher is None:
            return
        msg = report_to_msg(report, mission=self._mission)
        if self._told is None or (msg.final, msg.formulas) != (self._told.final, self._told.formulas):
            self._publisher.publish(msg)
            self._told = msg


def main() -> None:
    """Runs the node."""
    run_node(MonitorNode)
