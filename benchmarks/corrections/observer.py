"""A client that sees everything, and that can drive a robot where nobody asked it to go."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any

from rclpy.action import ActionClient
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node

from grounding.world import World
from grounding.worldfile import load_world
from heed.conversions import specification_from_msg, state_from_msg, time_from_msg
from heed.nodes import qos
from heed.nodes.team import Composition
from heed.progress import Stage
from heed_interfaces.action import ExecuteSkill
from heed_interfaces.msg import MissionStatus, MonitorState, Specification, WorldState

#: How long one drive may take, in wall seconds.
DRIVE_S = 60.0


class Observer:
    """Sees when a room is entered, when missions begin and end, and what the monitor has missed.

    Args:
        room: The room.
        world: Name of the world.
    """

    def __init__(self, room: str, world: str = "office") -> None:
        self._world: World = load_world(world)
        self._cells = self._world.zones[room].cells
        self._entries: list[tuple[str, float]] = []  # run and time of every observation with a robot in the room
        self._began: dict[str, float] = {}
        self._ended: dict[str, float] = {}
        self._gaps: dict[str, list[tuple[float, float]]] = {}
        self._stop = threading.Event()
        self._composition = Composition(log_level="fatal")
        self._node = node = Node("observer", namespace="/heed", context=self._composition.context)
        self._group = group = ReentrantCallbackGroup()
        node.create_subscription(WorldState, "world_state", self._on_state, qos.OBSERVATIONS, callback_group=group)
        node.create_subscription(MissionStatus, "mission_status", self._on_status, qos.EVENTS, callback_group=group)
        node.create_subscription(MonitorState, "monitor_state", self._on_monitor, qos.EVENTS, callback_group=group)
        node.create_subscription(Specification, "specification", self._on_spec, qos.LATCHED, callback_group=group)
        self._composition.add(node)
        self._composition.start()

    def __enter__(self) -> Observer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._composition.close()

    def entered(self, mission: str) -> bool:
        """Whether a robot was in the room between the beginning and the end of a mission."""
        begin = self._began.get(mission)
        end = self._ended.get(mission, float("inf"))
        return begin is not None and any(begin <= time <= end for _, time in self._entries)

    def gaps(self, mission: str) -> list[tuple[float, float]]:
        """What the monitor has missed of a mission."""
        return self._gaps.get(mission, [])

    def stop(self) -> None:
        """Ends the driving."""
        self._stop.set()

    def drive(self, robot: str, *places: str) -> None:
        """Drives a robot to one place after the other, past the executive."""
        client: Any = ActionClient(self._node, ExecuteSkill, f"{robot}/execute_skill", callback_group=self._group)
        if not client.wait_for_server(timeout_sec=DRIVE_S):
            return
        for number, place in enumerate(places):
            ended = threading.Event()
            goal = ExecuteSkill.Goal(command=f"trespass_{number}", skill="go_to", args=[place])
            self._composition.executor.create_task(lambda goal=goal, ended=ended: self._send(client, goal, ended))
            while not (ended.wait(0.1) or self._stop.is_set()):
                pass
            if self._stop.is_set():
                return

    def _send(self, client: Any, goal: Any, ended: threading.Event) -> None:
        def accepted(future: Any) -> None:
            if future.result().accepted:
                future.result().get_result_async().add_done_callback(lambda _: ended.set())
            else:
                ended.set()

        client.send_goal_async(goal).add_done_callback(accepted)

    def _on_state(self, msg: WorldState) -> None:
        state = state_from_msg(msg)
        if any(robot.cell in self._cells for robot in state.robots.values()):
            self._entries.append((state.run, state.time))

    def _on_spec(self, msg: Specification) -> None:
        if specification_from_msg(msg).rules:
            self._began.setdefault(msg.mission, time_from_msg(msg.stamp))

    def _on_status(self, msg: MissionStatus) -> None:
        if msg.stage in (Stage.VERIFY.value, Stage.DONE.value):
            self._ended.setdefault(msg.mission, time_from_msg(msg.stamp))

    def _on_monitor(self, msg: MonitorState) -> None:
        self._gaps[msg.mission] = list(zip(msg.gap_start, msg.gap_end, strict=True))
