"""The ROS side of :class:`heed.Commander`: one client node, with or without a fleet in its process."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep, time
from typing import Any

from rclpy.action import ActionClient
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import InvalidNamespaceException
from rclpy.node import Node
from rclpy.task import Future
from rclpy.validate_namespace import validate_namespace
from unique_identifier_msgs.msg import UUID

from grounding.errors import ConfigurationError, HeedError
from grounding.language.stop import stop_request
from heed import conversions as to
from heed.dialogue import Question, Reply, Utterance
from heed.news import Canceled, Listener, Result, Status
from heed.nodes import qos
from heed.nodes.claim import LEFTOVER_S
from heed.nodes.overview import Overview
from heed.nodes.team import Composition, compose
from heed.nodes.waiting import Listening
from heed.outcome import Outcome
from heed_interfaces.action import Instruct
from heed_interfaces.msg import Halt, MonitorState, WorldState
from heed_interfaces.srv import Cancel, PlanInstruction, Say

#: How long an observation is waited for where a fleet is up, in seconds.
SEEN_S = 5.0
#: Longest time a plan, a reply or the end of all motion is waited for, in seconds.
ANSWER_S = 120.0
#: How often the executive is looked after, and how long it may be gone, in seconds. A process that is
#: stopped for half a minute is given up by the others after 20 s, and found again when it goes on.
LOOK_S, GONE_S = 0.5, 40.0
#: How often somebody who can halt is looked for before there is one, in seconds.
SEEK_S = 0.01


@dataclass
class _Asked:
    """An instruction that has not ended yet."""

    text: str
    id: UUID
    sent: float  # wall second
    away: Listening = field(default_factory=Listening)  # how long the executive has not been there
    again: bool = False
    awaited: float = 0.0  # wall second at which its result was asked for
    goal: Any = None  # handle of the action, once accepted


class Link:
    """Carries the words of a commander to the executive and the news back.

    Args:
        namespace: Namespace of the fleet.
        world: World of a fleet to bring up.
        parameters: Parameters of a fleet to bring up in this process; None = it is up elsewhere.
        listener: Whom to tell the news.
        wait_s: How long to wait for the fleet to be up.
        log_level: What the nodes print.
    """

    def __init__(
        self,
        namespace: str,
        world: str,
        parameters: Mapping[str, Mapping[str, Any]] | None,
        listener: Listener,
        *,
        wait_s: float,
        log_level: str,
    ) -> None:
        try:
            validate_namespace(f"/{namespace.strip('/')}")
        except InvalidNamespaceException as error:
            raise ConfigurationError(
                f"namespace {namespace!r}", "is not one of ROS.", "Write it as /floor_2/team."
            ) from error
        self._listener, self._wait_s, self._namespace = listener, wait_s, namespace
        self._asked: _Asked | None = None
        self._composition = Composition(log_level=log_level, private=parameters is not None)
        try:
            nodes = () if parameters is None else compose(self._composition, world, namespace, parameters)
            self._simulation: Any = next((node for node in nodes if node.node_name == "sim_node"), None)
            self._node = node = Node(
                "commander",
                namespace=namespace,
                context=self._composition.context,
                start_parameter_services=False,
            )
            group = ReentrantCallbackGroup()
            self._instruct = ActionClient(node, Instruct, "instruct", callback_group=group)
            self._plan = node.create_client(PlanInstruction, "plan_instruction", callback_group=group)
            self._cancel = node.create_client(Cancel, "cancel", callback_group=group)
            self._say = node.create_client(Say, "say", qos_profile=qos.SPEECH, callback_group=group)
            self._halt = node.create_publisher(Halt, "halt", qos.HALT)
            self._overview = Overview(node, group, listener)
            node.create_subscription(WorldState, "world_state", self._on_state, qos.OBSERVATIONS, callback_group=group)
            node.create_subscription(MonitorState, "monitor_state", self._on_monitor, qos.EVENTS, callback_group=group)
            clock = Clock(clock_type=ClockType.STEADY_TIME)
            node.create_timer(LOOK_S, self._look_after, callback_group=group, clock=clock)
            self._composition.add(node)
            self._composition.start()
        except BaseException:
            self._composition.close()
            raise

    def send(self, text: str) -> None:
        """Sends an instruction; the commander hears of its end in any case."""
        if not self._instruct.server_is_ready():
            self._listener.on_news(sentence="waits for executive_node")
        if not self._instruct.wait_for_server(timeout_sec=self._wait_s):
            self._listener.on_result(Result(Outcome.INTERNAL_ERROR, self._not_up(), text))
            return
        if not self._one_fleet():
            message = (
                f"More than one fleet is up in namespace {self._namespace}, and they would answer for each other. "
                "Give each a namespace or a ROS_DOMAIN_ID of its own."
            )
            self._listener.on_result(Result(Outcome.INTERNAL_ERROR, message, text))
            return
        self._asked = asked = _Asked(text, UUID(uuid=list(uuid.uuid4().bytes)), monotonic())
        self._in_executor(lambda: self._ask(asked))

    def _one_fleet(self) -> bool:
        """Whether only one simulation is up; what has crashed stays in the graph for a while."""
        deadline = monotonic() + LEFTOVER_S
        while self._node.count_publishers("world_state") > 1:
            if monotonic() > deadline:
                return False
            self._listener.on_news(sentence="waits for what is left of an earlier fleet to fade")
            sleep(LOOK_S)
        return True

    def plan(self, text: str) -> Result:
        """Plans an instruction without moving anything."""
        answer = self._call(self._plan, PlanInstruction.Request(text=text))
        if answer is None:
            return Result(Outcome.INTERNAL_ERROR, self._not_up(), text)
        return _result(answer, text)

    def cancel(self, reason: str, mission: str) -> Canceled:
        """Stops the mission of this id, or the running one where it is empty."""
        answer = self._call(self._cancel, Cancel.Request(reason=reason, mission=mission))
        if answer is None:
            return Canceled(False, self._not_up())
        return Canceled(bool(answer.canceled), answer.message, self._overview.holding(SEEN_S))

    def say(self, utterance: Utterance) -> Reply:
        """Carries words to the session of the fleet and the reply back; a stop goes ahead by the shortest way.

        Raises:
            HeedError: No fleet is up, or it did not reply.
        """
        deadline = monotonic() + self._wait_s
        robots = to_stop(utterance, self._overview.robots(self._wait_s))
        told = 0 if robots is None else self._order_halt(robots, deadline)
        self._require_session(deadline)
        if robots is not None and self._halt.get_subscription_count() > told:
            self._order_halt(robots, deadline)  # somebody has come to hear it meanwhile
        answer = self._call(self._say, to.utterance_to_request(utterance))
        if answer is None:
            stand = " The robots were told directly to stand still." if told else ""
            raise HeedError(repr(utterance.text), f"executive_node did not reply within {ANSWER_S:g} s.{stand}")
        return to.reply_from_msg(answer.reply)

    def _order_halt(self, robots: tuple[str, ...], deadline: float) -> int:
        """Tells whoever moves robots to have them stand still; how many were told."""
        while not (listeners := self._halt.get_subscription_count()) and monotonic() < deadline:
            sleep(SEEK_S)
        stamp = to.time_to_msg(time())
        self._halt.publish(Halt(stamp=stamp, robots=list(robots), halted=True, sender=self._node.get_name()))
        return listeners

    def status(self) -> Status:
        """What the fleet is doing.

        Raises:
            HeedError: No fleet is up.
        """
        self._require_session(monotonic() + self._wait_s)
        status = self._overview.status(self._wait_s)
        if status is None:
            raise HeedError("status", f"executive_node told nothing for {self._wait_s:g} s.", "Is it overloaded?")
        return status

    def _require_session(self, deadline: float) -> None:
        """Waits for somebody to talk to, until a second of the monotonic clock.

        Raises:
            HeedError: There is nobody.
        """
        if not self._say.wait_for_service(timeout_sec=max(deadline - monotonic(), 0.0)):
            what = f"no fleet is up there: nobody answered for {self._wait_s:g} s."
            raise HeedError(f"namespace {self._namespace}", what, "Start one with heed launch, or name another.")

    def picture(self) -> bytes | None:
        """A picture of the scene, taken by the thread that moves it; None where there is no camera here."""
        if self._simulation is None:
            return None
        simulator, taken = self._simulation.simulator, threading.Event()
        pictures: list[bytes | None] = []

        def take() -> None:
            try:
                pictures.append(simulator.picture())
            finally:
                taken.set()

        self._in_executor(take)
        return pictures[0] if taken.wait(ANSWER_S) and pictures else None

    def close(self) -> None:
        """Ends the client, and the fleet where it is in this process."""
        self._composition.close()

    def _call(self, client: Any, request: Any) -> Any:
        """Calls a service from outside the executor's thread; None when nobody answers."""
        if not client.wait_for_service(timeout_sec=self._wait_s):
            return None
        answered = threading.Event()
        answers: list[Any] = []

        def take(future: Future) -> None:
            answers.append(future.result())
            answered.set()

        self._in_executor(lambda: client.call_async(request).add_done_callback(take))
        return answers[0] if answered.wait(ANSWER_S) else None

    def _in_executor(self, work: Callable[[], object]) -> None:
        """Runs something in the thread of the executor: clients are not safe to use from two threads."""
        self._composition.executor.create_task(work)

    def _ask(self, asked: _Asked) -> None:
        future = self._instruct.send_goal_async(
            Instruct.Goal(text=asked.text), feedback_callback=self._on_feedback, goal_uuid=asked.id
        )
        future.add_done_callback(lambda done: self._accepted(asked, done))

    def _accepted(self, asked: _Asked, future: Future) -> None:
        goal = future.result()
        if asked is not self._asked or asked.goal is not None:
            return
        asked.goal = goal
        if not goal.accepted and not asked.again:  # a second question is refused when the first was heard
            self._end(Result(Outcome.REJECTED, "The executive refused the instruction.", asked.text))
            return
        self._await_result(asked)

    def _await_result(self, asked: _Asked) -> None:
        asked.awaited = monotonic()

        def take(done: Future) -> None:
            if asked is self._asked:
                self._end(_result(done.result().result, asked.text))

        asked.goal.get_result_async().add_done_callback(take)

    def _look_after(self) -> None:
        """Asks again where nobody has answered, and notices when the executive is gone."""
        asked, now = self._asked, monotonic()
        if asked is None:
            return
        asked.away.listen(present=self._instruct.server_is_ready())
        if asked.goal is not None and now - asked.awaited > qos.RESULT_AGAIN_S:
            self._await_result(asked)
        if asked.away.absent > GONE_S:
            message = f"executive_node is gone from namespace {self._namespace}; the robots may still be moving."
            self._end(Result(Outcome.INTERNAL_ERROR, message, asked.text))
        if asked.goal is None and not asked.again and now - asked.sent > qos.ASK_AGAIN_S:
            asked.again = True
            self._ask(asked)

    def _end(self, result: Result) -> None:
        self._asked = None
        self._listener.on_result(result)

    def _on_feedback(self, msg: Any) -> None:
        feedback = msg.feedback
        news: dict[str, Any] = {
            "stage": feedback.stage,
            "fraction": feedback.fraction,
            "sentence": feedback.sentence,
            "question": to.question_from_msg(feedback.question),
        }
        if feedback.tree.nodes:
            news["tree"], news["progress"] = to.tree_from_msg(feedback.tree)
        self._listener.on_news(**news)

    def _on_state(self, msg: WorldState) -> None:
        state = to.state_from_msg(msg)
        self._overview.observe(msg.world, state)
        self._listener.on_news(state=state)

    def _on_monitor(self, msg: MonitorState) -> None:
        self._listener.on_news(monitor=to.report_from_msg(msg).formulas)

    def _not_up(self) -> str:
        return f"executive_node is not up in namespace {self._namespace}: nobody answered for {self._wait_s:g} s."


def to_stop(utterance: Utterance, robots: Sequence[str]) -> tuple[str, ...] | None:
    """Who is told to stand still: ids, empty = all; None where the words are no stop.

    Args:
        utterance: What is said.
        robots: Ids of the robots that there are; empty = not known, and then a stop is for all.

    >>> to_stop(Utterance("stop", robot="robot_2"), ["robot_1", "robot_2"])
    ('robot_2',)
    >>> to_stop(Utterance("everybody stop!", robot="robot_2"), ["robot_1", "robot_2"])
    ('robot_1', 'robot_2')
    >>> to_stop(Utterance("go on"), ["robot_1", "robot_2"]) is None
    True
    """
    named = stop_request(utterance.text, robots)
    if named is None or not robots:
        return None if named is None else ()
    return named or ((utterance.robot,) if utterance.robot in robots else ())


def _result(msg: Any, text: str) -> Result:
    """What the executive answered, from the result of its action or of its planning service."""
    outcome, message = to.outcome_from_msg(msg.outcome)
    tree, progress = to.tree_from_msg(msg.tree) if msg.tree.nodes else (None, {})
    return Result(
        outcome=outcome,
        message=message,
        instruction=text,
        mission=getattr(msg, "mission", ""),
        tree=tree,
        progress=progress,
        spec=to.specification_from_msg(msg.specification) if msg.specification.formulas else None,
        planning=to.plan_from_msg(msg.plan) if msg.plan.status else None,
        monitor=to.report_from_msg(msg.monitor).formulas if hasattr(msg, "monitor") else {},
        episode=getattr(msg, "episode", ""),
        timings_ms=to.timings_from_fields(msg),
        question=to.question_from_msg(msg.question) if hasattr(msg, "question") else Question(),
    )
