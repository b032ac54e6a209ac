"""The robots as the executive sees them: orders go out, results come back, and all can be stopped."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from rclpy.action import ActionClient
from rclpy.task import Future
from unique_identifier_msgs.msg import UUID

from heed.conversions import command_to_goal, event_to_msg, result_from_msg
from heed.gate import Guard, Refused, Sender, allow
from heed.nodes import qos
from heed.nodes.base import HeedNode
from heed_interfaces.action import ExecuteSkill
from heed_interfaces.msg import SkillEvent
from sim.protocol import SkillCommand, SkillResult, SkillStatus

#: How long a robot gets to confirm that it has stopped (wall seconds).
HALT_S = 5.0


@dataclass
class _Order:
    """A command that has no result yet."""

    command: SkillCommand
    mission: str
    said: bool  # an operator's word, not a step of the plan
    id: UUID
    sent: float  # wall second
    asked_again: bool = False
    goal: Any = None  # handle of the action, once accepted
    awaited: float = 0.0  # wall second at which its result was asked for
    halted: float | None = None  # wall second at which it was told to end it
    heard: bool = False  # the robot has heard that


class Fleet:
    """Carries orders to the robots of a world.

    Args:
        node: The node that speaks to them.
        on_result: Called with every result, and whether its order was an operator's word.
        on_feedback: Called with robot and sentence.
        guard: What the gate knows at this moment.
    """

    def __init__(
        self,
        node: HeedNode,
        on_result: Callable[[SkillResult, bool], None],
        on_feedback: Callable[[str, str], None],
        guard: Callable[[], Guard],
    ) -> None:
        self._on_result, self._on_feedback, self._guard = on_result, on_feedback, guard
        self._events = node.add_publisher(SkillEvent, "skill_events", qos.EVENTS)
        self._clients = {
            robot: node.add_action(
                ActionClient(node, ExecuteSkill, f"{robot}/execute_skill", callback_group=node.group)
            )
            for robot in node.world.robots
        }
        self._orders: dict[str, _Order] = {}  # by command id
        self._next: dict[str, _Order] = {}  # robot -> order that goes out once it has heard to end the one before

    @property
    def busy(self) -> tuple[str, ...]:
        """Robots whose order has no result yet."""
        return tuple(order.command.robot for order in self._orders.values())

    @property
    def absent(self) -> tuple[str, ...]:
        """Robots that nobody speaks for (yet)."""
        return tuple(robot for robot, client in self._clients.items() if not client.server_is_ready())

    def send(self, command: SkillCommand, *, mission: str, time: float, said: bool = False) -> None:
        """Gives an order at simulated second ``time``, if the gate lets it pass.

        Args:
            command: The order.
            mission: Id of the mission, empty = none.
            time: Simulated second.
            said: Whether it is an operator's word and not a step of the plan.
        """
        order = _Order(command, mission, said, UUID(uuid=list(uuid.uuid4().bytes)), monotonic())
        self._orders[command.id] = order
        answer = allow(command, Sender.OPERATOR if said else Sender.PLANNER, self._guard())
        if isinstance(answer, Refused):
            self._ended(order, SkillResult(command, SkillStatus.INVALID, answer.sentence, time))
            return
        self._events.publish(event_to_msg(command, mission=mission, time=time))
        if self._ending(command.robot):
            self._next[command.robot] = order
        else:
            self._ask(order)

    def accepted(self, command: SkillCommand) -> bool:
        """Whether a robot has taken an order that has no result yet."""
        order = self._orders.get(command.id)
        return order is not None and order.goal is not None and order.goal.accepted

    def remind(self) -> None:
        """Asks again where a robot has not said that it takes an order; it takes each only once.

        A result is asked for again now and then: one that was sent while robot and node had lost each
        other, as when a process was stopped for long, has not come.
        """
        for order in self._orders.values():
            if order.goal is not None and monotonic() - order.awaited > qos.RESULT_AGAIN_S:
                self._await_result(order)
        for order in self._orders.values():
            if order in self._next.values():
                continue
            if order.goal is None and not order.asked_again and monotonic() - order.sent > qos.ASK_AGAIN_S:
                order.asked_again = True
                self._ask(order)

    def _ask(self, order: _Order) -> None:
        robot = order.command.robot
        future = self._clients[robot].send_goal_async(
            command_to_goal(order.command),
            feedback_callback=lambda msg: self._on_feedback(robot, msg.feedback.sentence),
            goal_uuid=order.id,
        )
        future.add_done_callback(partial(self._accepted, order))

    def cancel(self, robots: Collection[str] | None = None) -> None:
        """Has robots end what they do; all where None. Those that do not confirm it in time count as failed."""
        now = monotonic()
        for order in list(self._orders.values()):
            if robots is not None and order.command.robot not in robots:
                continue
            if self._next.get(order.command.robot) is order:
                del self._next[order.command.robot]
                message = f"{order.command.robot} was told to stop before it began."
                self._ended(order, SkillResult(order.command, SkillStatus.CANCELED, message, 0.0))
            elif order.halted is None:
                order.halted = now
                if order.goal is not None:
                    self._end(order)
            elif now - order.halted > HALT_S:
                del self._orders[order.command.id]
                self._heard(order)
                message = f"{order.command.robot} does not confirm that it has stopped."
                self._on_result(SkillResult(order.command, SkillStatus.EXECUTION_FAILURE, message, 0.0), order.said)

    def _ending(self, robot: str) -> bool:
        """Whether a robot has been told to end what it does and has not said that it has heard that."""
        return any(o.command.robot == robot and o.halted and not o.heard for o in self._orders.values())

    def _end(self, order: _Order) -> None:
        """Has a robot end what it does; what comes next is sent once it has heard that."""
        order.goal.cancel_goal_async().add_done_callback(lambda _: self._heard(order))

    def _heard(self, order: _Order) -> None:
        order.heard = True
        if not self._ending(order.command.robot):
            waiting = self._next.pop(order.command.robot, None)
            if waiting is not None and waiting.command.id in self._orders:
                self._ask(waiting)

    def _accepted(self, order: _Order, future: Future) -> None:
        goal = future.result()
        if order.goal is not None:
            return
        order.goal = goal
        if not goal.accepted and not order.asked_again:  # a second question is refused when the first was heard
            message = f"{order.command.robot} refused {order.command.skill}."
            self._ended(order, SkillResult(order.command, SkillStatus.INVALID, message, 0.0))
            return
        self._await_result(order)
        if order.halted is not None:
            self._end(order)

    def _await_result(self, order: _Order) -> None:
        order.awaited = monotonic()
        order.goal.get_result_async().add_done_callback(
            lambda done: self._ended(order, result_from_msg(done.result().result, order.command))
        )

    def _ended(self, order: _Order, result: SkillResult) -> None:
        if self._orders.pop(order.command.id, None) is not None:
            self._heard(order)
            self._events.publish(event_to_msg(order.command, result, mission=order.mission, time=result.time))
            self._on_result(result, order.said)
