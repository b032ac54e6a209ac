"""What a client knows of a fleet it did not start: everything that is told to late joiners."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from rclpy.callback_groups import CallbackGroup
from rclpy.node import Node

from grounding.state import WorldState
from heed import conversions as to
from heed.dialogue import SessionState
from heed.news import Exchange, Listener, Status
from heed.nodes import qos
from heed.progress import MissionStatus, Stage
from heed_interfaces.msg import Correction
from heed_interfaces.msg import MissionStatus as MissionStatusMsg
from heed_interfaces.msg import SessionState as SessionStateMsg
from heed_interfaces.msg import TaskTree as TaskTreeMsg

#: From these stages on there is a task tree.
_UNDERSTOOD = (Stage.EXECUTE, Stage.VERIFY)


class Overview:
    """Keeps the latest of what a fleet tells everybody.

    Args:
        node: The client node.
        group: Callback group of the subscriptions.
        listener: Is told the session and what was said.
    """

    def __init__(self, node: Node, group: CallbackGroup, listener: Listener) -> None:
        self._listener = listener
        self._heard = threading.Condition()
        self._session: SessionState | None = None
        self._mission: MissionStatus | None = None
        self._tree: TaskTreeMsg | None = None
        self._state: WorldState | None = None
        self._world = ""
        self._said: Exchange | None = None
        node.create_subscription(SessionStateMsg, "session", self._on_session, qos.LATCHED, callback_group=group)
        node.create_subscription(MissionStatusMsg, "mission_status", self._on_mission, qos.EVENTS, callback_group=group)
        node.create_subscription(TaskTreeMsg, "task_tree", self._on_tree, qos.LATCHED, callback_group=group)
        node.create_subscription(Correction, "correction", self._on_correction, qos.EVENTS, callback_group=group)

    def robots(self, wait_s: float) -> tuple[str, ...]:
        """Ids of the robots; waits for at most ``wait_s`` wall seconds to hear of them."""
        with self._heard:
            self._heard.wait_for(lambda: self._session is not None or self._state is not None, wait_s)
            if self._session is not None and self._session.robots:
                return tuple(self._session.robots)
            return tuple(self._state.robots) if self._state is not None else ()

    def holding(self, wait_s: float) -> Mapping[str, str]:
        """Robot id -> what it holds; waits for at most ``wait_s`` wall seconds for a first observation."""
        with self._heard:
            self._heard.wait_for(lambda: self._state is not None, wait_s)
            robots = self._state.robots if self._state is not None else {}
        return {name: robot.holding for name, robot in robots.items() if robot.holding}

    def status(self, wait_s: float) -> Status | None:
        """What the fleet is doing; None where nothing was heard of it for ``wait_s`` wall seconds."""
        with self._heard:
            self._heard.wait_for(self._complete, wait_s)
            session, tree = self._session, self._tree
            if session is None:
                return None
            status = Status(session, self._mission, state=self._state, world=self._world, said=self._said)
        if tree is None or not tree.nodes or tree.mission != session.mission:
            return status
        known, progress = to.tree_from_msg(tree)
        return replace(status, tree=known, progress=progress)

    def _complete(self) -> bool:
        """Whether all that there is to be told has arrived; topics are heard one after the other."""
        session, mission = self._session, self._mission
        if session is None or self._state is None:
            return False
        if not session.mission:
            return True
        if mission is None or mission.mission != session.mission:
            return False
        known = self._tree is not None and self._tree.mission == session.mission
        return known or mission.stage not in _UNDERSTOOD

    def observe(self, world: str, state: WorldState) -> None:
        """Takes in an observation."""
        with self._heard:
            self._world, self._state = world, state
            self._heard.notify_all()

    def _on_session(self, msg: SessionStateMsg) -> None:
        with self._heard:
            self._session = session = to.session_from_msg(msg)
            self._heard.notify_all()
        self._listener.on_news(session=session)

    def _on_mission(self, msg: MissionStatusMsg) -> None:
        with self._heard:
            self._mission = to.status_from_msg(msg)
            self._heard.notify_all()

    def _on_tree(self, msg: TaskTreeMsg) -> None:
        with self._heard:
            self._tree = msg
            self._heard.notify_all()

    def _on_correction(self, msg: Correction) -> None:
        with self._heard:
            self._said = said = Exchange(msg.text, msg.speaker, to.spoken_from_msg(msg))
        self._listener.on_news(said=said)
