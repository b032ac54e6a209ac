"""The simulated world as a node: it moves, is observed, and carries out one skill per robot."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import replace
from functools import partial
from typing import Any

from rclpy.action import ActionServer, CancelResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.task import Future
from rosgraph_msgs.msg import Clock

import sim
from grounding.errors import ConfigurationError
from grounding.state import WorldState
from heed.conversions import command_from_goal, result_to_msg, state_to_msg, time_to_msg
from heed.nodes import qos
from heed.nodes.base import HeedNode, Option, run_node
from heed_interfaces.action import ExecuteSkill
from heed_interfaces.msg import Halt
from heed_interfaces.msg import WorldState as WorldStateMsg
from sim.faults import FaultPlan
from sim.protocol import Simulator, SkillCommand, SkillResult, SkillStatus

#: Wall seconds that one turn may step the simulation before others in the process get theirs.
TURN_S = 0.005
#: A simulation that falls behind its pace by more than this gives the lost time up (wall seconds).
MOST_BEHIND_S = 0.25


class SimNode(HeedNode):
    """Steps a simulated world in simulated time, as fast as asked for.

    While robots move, time runs at ``real_time_factor``, or as fast as the machine allows (0).
    While they are idle it runs at real time at most, so that an idle system rests.
    """

    node_name = "sim_node"
    options = (
        Option("physics", "kinematic", "What moves the world.", choices=("kinematic", "pybullet")),
        Option("headless", True, "Whether to run without a window (pybullet)."),
        Option("seed", 0, "Seed of every random choice.", low=0, high=2**31 - 1),
        Option("real_time_factor", 0.0, "Simulated per real seconds; 0 = as fast as possible.", low=0.0, high=1000.0),
        Option("step_s", 0.1, "How finely the world is observed.", "simulated s", low=0.005, high=1.0),
        Option("heartbeat_s", 0.1, "How often the state is published when nothing changes.", "s", low=0.02, high=5.0),
        Option(
            "settle_s",
            0.02,
            "How long simulated time waits for the next order after a skill has ended, at real_time_factor 0.",
            "s",
            low=0.0,
            high=1.0,
        ),
        Option("faults", "", "Failures to inject, as JSON: the fields of sim.faults.FaultPlan."),
    )

    def prepare(self) -> None:
        """Builds the world."""
        gui = not self.settings["headless"]
        faults = _faults(self.settings["faults"])
        self.simulator: Simulator = sim.make(self.world, physics=self.settings["physics"], faults=faults, gui=gui)
        self._state: WorldState = self.simulator.reset(self.settings["seed"])
        self._running: dict[str, tuple[SkillCommand, ServerGoalHandle, Future]] = {}
        self._run, self._count = uuid.uuid4().hex, 0  # whoever observes can tell that it has missed something

    def release(self) -> None:
        """Takes the world down."""
        simulator = getattr(self, "simulator", None)
        if simulator is not None:
            simulator.close()

    def on_start(self) -> None:
        """Lets time run and takes orders."""
        self._state_pub = self.add_publisher(WorldStateMsg, "world_state", qos.OBSERVATIONS)
        self._clock_pub = self.add_publisher(Clock, "clock", qos.CLOCK)
        self.add_subscription(Halt, "halt", self._on_halt, qos.HALT)
        for robot in self.world.robots:
            self.add_action(
                ActionServer(
                    self,
                    ExecuteSkill,
                    f"{robot}/execute_skill",
                    partial(self._execute, robot),
                    callback_group=self.group,
                    cancel_callback=partial(self._cancel, robot),
                    result_timeout=qos.RESULT_TIMEOUT_S,
                )
            )
        self._turned = time.monotonic()
        self._owed = 0.0  # simulated seconds not yet stepped
        self._hold_until = 0.0
        self._published = 0.0
        self._fast = self.add_timer(0.001, self._turn)
        self._fast.cancel()
        self._slow = self.add_timer(self.settings["heartbeat_s"], self._heartbeat)

    def on_stop(self) -> None:
        """Stops every robot, so that no order is left without an answer."""
        for robot in list(getattr(self, "_running", {})):
            self._finish(self.simulator.halt(robot))
            self.simulator.release(robot)

    async def _execute(self, robot: str, handle: ServerGoalHandle) -> ExecuteSkill.Result:
        """Carries out one order; answers when it has ended."""
        command = command_from_goal(handle.request, robot)
        result = self._taken_back(command, handle) or self.simulator.start(command)
        if result is None:
            for overtaken in self.simulator.step(0.0):
                self._finish(overtaken)
            ended: Future = Future()
            self._running[robot] = (command, handle, ended)
            self._wake()
            result = await ended
        else:
            self.get_logger().info(f"{robot}: {result.message}")
            self._publish()
        if result.status is SkillStatus.SUCCESS:
            handle.succeed()
        elif handle.is_cancel_requested:
            handle.canceled()
        else:
            handle.abort()
        return result_to_msg(result)

    def _taken_back(self, command: SkillCommand, handle: ServerGoalHandle) -> SkillResult | None:
        """A goal may be canceled before its turn to be carried out has come."""
        if not handle.is_cancel_requested:
            return None
        message = f"{command.robot} was told to stop before it began."
        return SkillResult(command, SkillStatus.CANCELED, message, self._state.time)

    def _cancel(self, robot: str, handle: ServerGoalHandle) -> CancelResponse:
        """Begins to stop a robot; its result comes when it stands, or when another order takes over."""
        running = self._running.get(robot)
        if running is not None and running[1] is handle:
            self.simulator.cancel(robot)
            self._publish()
        return CancelResponse.ACCEPT

    def _on_halt(self, msg: Halt) -> None:
        """Has robots stand still, or lets them move again, whoever says so and whatever goes on."""
        for robot in msg.robots or self.world.robots:
            if robot not in self.world.robots:
                self.get_logger().warning(f"{msg.sender or 'somebody'} halts {robot!r}, which is no robot here.")
            elif msg.halted:
                self._finish(self.simulator.halt(robot))
            else:
                self.simulator.release(robot)
        self._publish()

    def _finish(self, result: SkillResult | None) -> None:
        """Answers whoever waits for the end of a skill."""
        running = None if result is None else self._running.get(result.command.robot)
        if running is not None and running[0] is result.command:
            del self._running[result.command.robot]
            self._hold_until = time.monotonic() + self.settings["settle_s"]
            running[2].set_result(result)

    def _wake(self) -> None:
        """Starts the fast turns, from now on."""
        if self._fast.is_canceled():
            self._turned, self._owed = time.monotonic(), 0.0
            self._fast.reset()

    def _turn(self) -> None:
        """Advances the world while robots move."""
        now = time.monotonic()
        if not self._running:
            if now >= self._hold_until:
                self._fast.cancel()
                self._turned = now
            return
        factor = self.settings["real_time_factor"]
        if factor == 0.0:
            if now >= self._hold_until:
                while not self._advance() and time.monotonic() < now + TURN_S:
                    pass
        else:
            self._owed = min(
                self._owed + (now - self._turned) * factor, MOST_BEHIND_S * factor + self.settings["step_s"]
            )
            while self._owed >= self.settings["step_s"] and time.monotonic() < now + 4 * TURN_S:
                self._owed -= self.settings["step_s"]
                self._advance()
        self._turned = now
        if now - self._published > self.settings["heartbeat_s"]:
            self._publish()

    def _heartbeat(self) -> None:
        """Lets time pass while all robots are idle."""
        now = time.monotonic()
        if self._running or now < self._hold_until:
            return
        factor = min(self.settings["real_time_factor"] or 1.0, 1.0)
        self._owed += min(now - self._turned, MOST_BEHIND_S) * factor
        self._turned = now
        while self._owed >= self.settings["step_s"]:
            self._owed -= self.settings["step_s"]
            self._advance()
        self._publish()

    def _advance(self) -> bool:
        """One step of the world; whether anything worth telling has changed."""
        results = self.simulator.step(self.settings["step_s"])
        state = self.simulator.observe()
        changed = bool(results) or _symbols(state) != _symbols(self._state)
        self._state = state
        if changed:
            self._publish(state)
        for result in results:
            self._finish(result)
        for robot, (_, handle, _) in self._running.items():
            if changed:
                fraction, sentence = self.simulator.progress(robot)
                handle.publish_feedback(ExecuteSkill.Feedback(fraction=float(fraction), sentence=sentence))
        return changed

    def _publish(self, state: WorldState | None = None) -> None:
        self._state = state or self.simulator.observe()
        self._published = time.monotonic()
        self._clock_pub.publish(Clock(clock=time_to_msg(self._state.time)))
        self._count += 1
        self._state_pub.publish(
            state_to_msg(replace(self._state, run=self._run, sequence=self._count), self.world.name)
        )


def _symbols(state: WorldState) -> tuple[Any, ...]:
    """The part of a state that propositions and displays speak of: everything but poses and time."""
    robots = tuple((r.cell, r.holding, r.skill, r.alive, r.halted) for r in state.robots.values())
    things = tuple((t.cell, t.support, t.held_by) for t in state.things.values())
    return robots, things, state.flags


def _faults(text: str) -> FaultPlan | None:
    """The failures to inject that a parameter describes, None for none."""
    if not text.strip():
        return None
    try:
        fields = json.loads(text)
        scripted = tuple((skill, n, SkillStatus[status]) for skill, n, status in fields.pop("scripted", ()))
        lost = fields.pop("lose_robot", None)
        return FaultPlan(scripted=scripted, lose_robot=lost and (lost[0], lost[1]), **fields)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise ConfigurationError(
            "sim_node, parameter faults",
            f"is not usable ({type(error).__name__}: {error}).",
            'Write JSON such as {"scripted": [["go_to", 1, "EXECUTION_FAILURE"]], "lose_robot": ["robot_1", 5.0]}.',
        ) from error


def main() -> None:
    """Runs the node."""
    run_node(SimNode)
