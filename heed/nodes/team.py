"""All nodes of a fleet in one process: one context, one executor, one background thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from heed.nodes.base import HeedNode, spin

#: Variables through which a context would find others, or be found, beside the range of discovery.
WAYS_OUT = (
    "ROS_STATIC_PEERS", "ROS_DISCOVERY_SERVER", "ROS_SUPER_CLIENT", "FASTDDS_DEFAULT_PROFILES_FILE",
    "FASTRTPS_DEFAULT_PROFILES_FILE", "CYCLONEDDS_URI",
)  # fmt: skip


class Composition:
    """Nodes that share a context, an executor and a background thread.

    Args:
        log_level: What nodes print: ``debug``, ``info``, ``warn``, ``error`` or ``fatal``.
        private: Whether to keep to ourselves, whatever the environment says: nothing leaves this
            context, and nothing comes in.

    Attributes:
        private: Whether it keeps to itself.
    """

    def __init__(self, *, log_level: str = "warn", private: bool = False) -> None:
        self.context = Context()
        self.private = private
        with self.surroundings():
            rclpy.init(args=["--ros-args", "--log-level", log_level], context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self._nodes: list[Node] = []
        self._thread = threading.Thread(target=self._spin, name="heed", daemon=True)
        self._errors = rclpy.logging.get_logger("heed")

    @contextmanager
    def surroundings(self) -> Iterator[None]:
        """What the middleware is to find in the environment while the context and its first node are made."""
        wanted = dict.fromkeys(WAYS_OUT) | {"ROS_AUTOMATIC_DISCOVERY_RANGE": "OFF"} if self.private else {}
        before = {name: os.environ.get(name) for name in wanted}
        _set(wanted)
        try:
            yield
        finally:
            _set(before)

    def add(self, node: Node) -> None:
        """Takes in a node; life-cycle nodes are started."""
        self._nodes.append(node)
        self.executor.add_node(node)
        if isinstance(node, HeedNode):
            node.autostart()

    def start(self) -> None:
        """Begins to run callbacks."""
        self._thread.start()

    def close(self) -> None:
        """Ends the thread, then the nodes, then the context; safe to call twice."""
        if not self.context.ok():
            return
        self.executor.shutdown(timeout_sec=2.0)
        if self._thread.is_alive():
            self._thread.join(timeout=5.0)
        for node in reversed(self._nodes):
            node.destroy_node()
        self._nodes.clear()
        self.context.try_shutdown()

    def _spin(self) -> None:
        spin(self.executor, lambda error: self._errors.error(f"{type(error).__name__}: {error}"))


def compose(
    composition: Composition, world: str, namespace: str, parameters: Mapping[str, Mapping[str, Any]]
) -> Sequence[HeedNode]:
    """Adds every node of a fleet to a composition.

    Args:
        composition: Where to add them.
        world: Name or path of the world.
        namespace: Namespace of the fleet.
        parameters: Node name -> parameter -> value, over the defaults.

    Raises:
        HeedError: The world or a parameter is not usable.
    """
    nodes: list[HeedNode] = []
    for node_class in _node_classes():
        values = {"world": world, **parameters.get(node_class.node_name, {})}
        with composition.surroundings():
            node = node_class(
                unique=not composition.private,
                context=composition.context,
                namespace=namespace,
                parameter_overrides=[Parameter(name, value=value) for name, value in values.items()],
                start_parameter_services=False,
                enable_communication_interface=False,
            )
        composition.add(node)
        nodes.append(node)
    return nodes


def _node_classes() -> tuple[type[HeedNode], ...]:
    """The six nodes, the simulation first so that the others find a world to look at."""
    from heed.nodes.executive import ExecutiveNode
    from heed.nodes.grounding import GroundingNode
    from heed.nodes.monitor import MonitorNode
    from heed.nodes.planner import PlannerNode
    from heed.nodes.recorder import RecorderNode
    from heed.nodes.sim import SimNode

    return SimNode, GroundingNode, PlannerNode, MonitorNode, RecorderNode, ExecutiveNode


def _set(variables: Mapping[str, str | None]) -> None:
    """Sets variables of the environment, and takes away those without a value."""
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
