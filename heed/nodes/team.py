"""All nodes of a fleet in one process: one context, one executor, one background thread."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import rclpy
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.parameter import Parameter

from heed.nodes.base import HeedNode, spin


class Composition:
    """Nodes that share a context, an executor and a background thread.

    Args:
        log_level: What nodes print: ``debug``, ``info``, ``warn``, ``error`` or ``fatal``.
        private: Whether to keep to ourselves: two compositions on one machine then never hear
            each other. Ignored where ``ROS_DOMAIN_ID`` is set, so that other tools can look in.
    """

    def __init__(self, *, log_level: str = "warn", private: bool = False) -> None:
        self.context = Context()
        with _discovery("OFF" if private and not os.environ.get("ROS_DOMAIN_ID") else None):
            rclpy.init(args=["--ros-args", "--log-level", log_level], context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self._nodes: list[Node] = []
        self._thread = threading.Thread(target=self._spin, name="heed", daemon=True)
        self._errors = rclpy.logging.get_logger("heed")

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
        node = node_class(
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


@contextmanager
def _discovery(automatic_range: str | None) -> Any:
    """Sets how far nodes look for each other while a context is being made."""
    name = "ROS_AUTOMATIC_DISCOVERY_RANGE"
    before = os.environ.get(name)
    if automatic_range is not None:
        os.environ[name] = automatic_range
    try:
        yield
    finally:
        if before is not None:
            os.environ[name] = before
        elif automatic_range is not None:
            del os.environ[name]
