"""A stand-in for the executive, made of real ROS parts: it replies as it is told and keeps what it hears."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from dataclasses import replace

from rclpy.duration import Duration
from rclpy.node import Node

from grounding.mission.task import TaskTree
from grounding.state import WorldState, initial_state
from grounding.worldfile import load_world
from heed import conversions as to
from heed.dialogue import Question, Reply, ReplyStatus, RobotMode, SessionState, Spoken, Utterance
from heed.nodes import qos
from heed.nodes.team import Composition
from heed.progress import MissionStatus, NodeProgress, Stage
from heed_interfaces.msg import Correction, Halt
from heed_interfaces.msg import MissionStatus as MissionStatusMsg
from heed_interfaces.msg import SessionState as SessionStateMsg
from heed_interfaces.msg import TaskTree as TaskTreeMsg
from heed_interfaces.msg import WorldState as WorldStateMsg
from heed_interfaces.srv import Cancel, Say

PATIENCE = 20.0
TEAM = ("robot_1", "robot_2")
IDLE = SessionState(robots={robot: RobotMode() for robot in TEAM})
STATE = initial_state(load_world("office"))
STATE = replace(STATE, robots={robot: STATE.robots[robot] for robot in TEAM})


class Desk:
    """Somebody to talk to in a namespace.

    Args:
        namespace: Where.
        answer: What it replies; None = it offers no service ``say``.
        running: Id of the mission that it can cancel.
    """

    def __init__(
        self, namespace: str, answer: Callable[[Utterance], Reply] | None = None, *, running: str = ""
    ) -> None:
        self.composition = Composition(log_level="fatal")
        self.node = node = Node("executive_node", context=self.composition.context, namespace=namespace)
        self.heard: queue.Queue[Utterance] = queue.Queue()
        self.halts: queue.Queue[tuple[str, ...]] = queue.Queue()
        self._answer, self._running = answer, running
        self._session = node.create_publisher(SessionStateMsg, "session", qos.LATCHED)
        self._mission = node.create_publisher(MissionStatusMsg, "mission_status", qos.EVENTS)
        self._tree = node.create_publisher(TaskTreeMsg, "task_tree", qos.LATCHED)
        self._said = node.create_publisher(Correction, "correction", qos.EVENTS)
        self._world = node.create_publisher(WorldStateMsg, "world_state", qos.OBSERVATIONS)
        self._state = STATE
        node.create_timer(0.05, lambda: self._world.publish(to.state_to_msg(self._state, "office")))
        node.create_subscription(Halt, "halt", lambda msg: self.halts.put(tuple(msg.robots)), qos.HALT)
        if answer is not None:
            node.create_service(Say, "say", self._on_say)
            node.create_service(Cancel, "cancel", self._on_cancel)
        self.composition.add(node)
        self.composition.start()
        self.session(IDLE)

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.composition.close()

    def heard_by_somebody(self) -> None:
        """Waits until somebody listens to the session."""
        while not self._session.get_subscription_count():
            self.node.get_clock().sleep_for(Duration(seconds=0.01))

    def session(self, session: SessionState) -> None:
        self._session.publish(to.session_to_msg(session))

    def observe(self, state: WorldState) -> None:
        self._state = state

    def mission(self, name: str, tree: TaskTree, progress: Mapping[str, NodeProgress]) -> None:
        self._mission.publish(to.status_to_msg(MissionStatus(name, Stage.EXECUTE, 0.5, "robot_1 drives to m1.")))
        self._tree.publish(to.tree_to_msg(tree, progress, mission=name))

    def tell(self, spoken: Spoken, text: str) -> None:
        self._said.publish(to.spoken_to_msg(spoken, text=text))

    def _on_say(self, request: Say.Request, response: Say.Response) -> Say.Response:
        utterance = to.utterance_from_request(request)
        self.heard.put(utterance)
        assert self._answer is not None
        response.reply = to.reply_to_msg(self._answer(utterance), utterance=utterance)
        return response

    def _on_cancel(self, request: Cancel.Request, response: Cancel.Response) -> Cancel.Response:
        if not self._running:
            response.message = "Nothing is running."
        elif request.mission not in ("", self._running):
            response.message = f"There is no mission {request.mission!r}; {self._running} is running."
        else:
            response.canceled, response.message, self._running = True, "The robots have stopped.", ""
        return response


APPLES = Question("question_1", "Which apple?", ("the red apple", "the green apple"))


def obliging(utterance: Utterance) -> Reply:
    """Asks about apples, refuses the moon and a third apple, does everything else."""
    if utterance.text in ("3", "the moon"):
        return Reply(ReplyStatus.REFUSED, sentence="There is no such thing here.")
    if utterance.text == "bring the apple":
        return Reply(ReplyStatus.ASKED, sentence=APPLES.text, question=APPLES)
    return Reply(
        ReplyStatus.ACCEPTED, robots=("robot_1",), understood=f"You say {utterance.text}.", sentence="So be it."
    )
