"""Whether nodes can talk to each other here: a message from one process to another and back."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from std_msgs.msg import String

from grounding.errors import ConfigurationError

NAMESPACE = "/heed_selftest"
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
ANSWER_S = 15.0
ECHO = "from heed.nodes.selftest import echo; echo()"


def exchange() -> float:
    """Sends a message to a node in another process and waits for its answer.

    Returns:
        Seconds between the last question and its answer, both nodes being up.

    Raises:
        ConfigurationError: No answer came.
    """
    answers: list[float] = []
    sent = 0.0
    with subprocess.Popen([sys.executable, "-c", ECHO], stdin=subprocess.PIPE) as other:
        try:
            with _Node("asker") as node:
                question = node.create_publisher(String, "question", LATCHED)
                sent = time.monotonic()
                node.create_subscription(String, "answer", lambda _: answers.append(time.monotonic() - sent), LATCHED)
                question.publish(String(data="first"))
                _spin(node, lambda: bool(answers))
                answers.clear()
                sent = time.monotonic()
                question.publish(String(data="second"))
                _spin(node, lambda: bool(answers))
        finally:
            other.kill()
    if not answers:
        raise ConfigurationError("messages between nodes", f"no answer came within {ANSWER_S:.0f} s.")
    return answers[0]


def main() -> None:
    """Prints the milliseconds of a message there and back."""
    try:
        print(f"{exchange() * 1000:.1f}")
    except ConfigurationError as error:
        sys.exit(str(error))


def echo() -> None:
    """Answers the questions of :func:`exchange` until it is killed."""
    with _Node("answerer") as node:
        answer = node.create_publisher(String, "answer", LATCHED)
        node.create_subscription(String, "question", answer.publish, LATCHED)
        _spin(node, lambda: False)


class _Node:
    """A node for a ``with`` block."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> Node:
        rclpy.init(args=[])
        self._node = Node(self._name, namespace=NAMESPACE, start_parameter_services=False)
        return self._node

    def __exit__(self, *_: object) -> None:
        self._node.destroy_node()
        rclpy.try_shutdown()


def _spin(node: Node, done: Callable[[], bool]) -> None:
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    end = time.monotonic() + ANSWER_S
    while not done() and time.monotonic() < end:
        executor.spin_once(timeout_sec=0.1)
    executor.remove_node(node)
    executor.shutdown()
