"""A small ROS graph in this process, for tests: nodes of ours and one tester that talks to them."""

from __future__ import annotations

import queue
import threading

from rclpy.action import ActionClient
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node
from rclpy.parameter import Parameter

from heed.nodes.team import Composition

PATIENCE = 20.0


class Graph:
    """Nodes under test and a tester, run by one background thread."""

    def __init__(self, *node_classes, namespace="/heed", **parameters):
        self.composition = Composition(log_level="fatal")
        self.nodes = {}
        for node_class in node_classes:
            known = {option.name for option in node_class.options} | {"world", "autostart"}
            values = [Parameter(name, value=value) for name, value in parameters.items() if name in known]
            node = node_class(context=self.composition.context, namespace=namespace, parameter_overrides=values)
            self.nodes[node_class.node_name] = node
            self.composition.add(node)
        self.tester = Node("tester", context=self.composition.context, namespace=namespace)
        self._group = ReentrantCallbackGroup()
        self.composition.add(self.tester)
        self.composition.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.composition.close()

    def do(self, work):
        """Runs something in the thread of the executor; its answer, or the future of its answer."""
        answers = queue.Queue()

        def begin():
            future = work()
            if hasattr(future, "add_done_callback"):
                future.add_done_callback(lambda done: answers.put(done.result()))
            else:
                answers.put(future)

        self.composition.executor.create_task(begin)
        return answers.get(timeout=PATIENCE)

    def listen(self, message, topic, qos):
        """A queue of what is said on a topic from now on."""
        heard = queue.Queue()
        self.do(lambda: self.tester.create_subscription(message, topic, heard.put, qos, callback_group=self._group))
        return heard

    def publisher(self, message, topic, qos):
        return self.do(lambda: self.tester.create_publisher(message, topic, qos))

    def call(self, service, name, request):
        """What a service answers."""
        client = self.do(lambda: self.tester.create_client(service, name, callback_group=self._group))
        assert client.wait_for_service(timeout_sec=PATIENCE)
        return self.do(lambda: client.call_async(request))

    def action(self, action, name):
        client = self.do(lambda: ActionClient(self.tester, action, name, callback_group=self._group))
        assert client.wait_for_server(timeout_sec=PATIENCE)
        return Asked(self, client)


class Asked:
    """One action of a node under test."""

    def __init__(self, graph, client):
        self.graph, self.client = graph, client
        self.feedback = queue.Queue()
        self.result = None

    def send(self, goal):
        """Sends a goal; returns its handle. The result comes into ``self.result``, a queue."""
        self.result = queue.Queue()
        results = self.result
        put = self.feedback.put
        handle = self.graph.do(lambda: self.client.send_goal_async(goal, feedback_callback=lambda f: put(f.feedback)))
        self.graph.do(
            lambda: handle.get_result_async().add_done_callback(lambda done: results.put(done.result())) or True
        )
        return handle

    def run(self, goal):
        """Sends a goal and waits for its result."""
        self.send(goal)
        return self.result.get(timeout=PATIENCE)


def until(heard: queue.Queue, condition):
    """The first message for which something holds."""
    deadline = threading.Event()
    timer = threading.Timer(PATIENCE, deadline.set)
    timer.start()
    try:
        while not deadline.is_set():
            message = heard.get(timeout=PATIENCE)
            if condition(message):
                return message
    finally:
        timer.cancel()
    raise AssertionError("it was never said")
