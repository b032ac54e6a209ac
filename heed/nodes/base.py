"""What all nodes have in common: parameters, the world, the life cycle, and a clean end."""

from __future__ import annotations

import gc
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from socket import socket
from types import FrameType
from typing import Any, ClassVar

import rclpy
from rcl_interfaces.msg import FloatingPointRange, IntegerRange, ParameterDescriptor
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.clock import Clock, ClockType
from rclpy.exceptions import ParameterException
from rclpy.executors import Executor, ExternalShutdownException, SingleThreadedExecutor
from rclpy.lifecycle import LifecycleNode, LifecycleState, TransitionCallbackReturn

from grounding.errors import ConfigurationError, HeedError
from grounding.world import World
from grounding.worldfile import load_world
from heed.nodes.claim import claim, look_elsewhere

EXIT_BAD_CONFIGURATION = 2


@dataclass(frozen=True)
class Option:
    """A parameter of a node, all of which are fixed once the node runs.

    Attributes:
        name: Parameter name.
        default: Default; its type is the type of the parameter.
        description: One sentence.
        unit: Unit of numbers, empty for none.
        low, high: Smallest and largest allowed number.
        choices: Allowed words, empty for any.
    """

    name: str
    default: bool | int | float | str
    description: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def descriptor(self) -> ParameterDescriptor:
        """The option as ROS tools show it."""
        text = f"{self.description} [{self.unit}]" if self.unit else self.description
        constraint = f"One of: {', '.join(self.choices)}." if self.choices else ""
        descriptor = ParameterDescriptor(description=text, additional_constraints=constraint, read_only=True)
        if self.low is not None and self.high is not None:
            if isinstance(self.default, float):
                descriptor.floating_point_range = [FloatingPointRange(from_value=self.low, to_value=self.high)]
            else:
                descriptor.integer_range = [IntegerRange(from_value=int(self.low), to_value=int(self.high))]
        return descriptor


COMMON = (
    Option("world", "office", "Name of a world that ships with Heed, or path of a world file."),
    Option("autostart", True, "Whether the node configures and activates itself; false: a life-cycle manager does."),
)


class HeedNode(LifecycleNode):
    """A life-cycle node that knows its world.

    Subclasses say what they offer in :meth:`on_start`, through the ``add_*`` methods, so that all
    of it is gone when the node is deactivated. What is expensive to build goes to :meth:`prepare`.

    Args:
        unique: Whether to refuse to be the second of this name, as where others can be heard.
        **kwargs: As for ``rclpy.lifecycle.LifecycleNode``.

    Raises:
        HeedError: A parameter or the world file is not usable, or a node of this name is up already.
    """

    node_name: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = ()

    def __init__(self, *, unique: bool = True, **kwargs: Any) -> None:
        super().__init__(self.node_name, **kwargs)
        self._unique = unique
        self._claim: socket | None = None  # holds the name of this node
        self._undo: list[Callable[[], object]] = []
        self._trouble = ""  # why the last transition failed
        self._ends = False  # no callback will run any more
        self.group = ReentrantCallbackGroup()  # coroutine callbacks must not block the others while they wait
        self._steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.settings: dict[str, Any] = {}
        for option in (*COMMON, *self.options):
            self.settings[option.name] = self._declare(option)
        self.world: World = load_world(self.settings["world"])
        if unique:
            self._claim = claim(self.get_fully_qualified_name(), self.context.get_domain_id())

    def _declare(self, option: Option) -> bool | int | float | str:
        try:
            value = self.declare_parameter(option.name, option.default, option.descriptor()).value
        except ParameterException as error:
            raise ConfigurationError(f"{self.node_name}, parameter {option.name}", f"is not usable: {error}.") from None
        if option.choices and value not in option.choices:
            raise ConfigurationError(
                f"{self.node_name}, parameter {option.name}",
                f"{value!r} is not known.",
                f"Use one of: {', '.join(option.choices)}.",
            )
        return value

    def prepare(self) -> None:
        """Builds what the node needs; called when it is configured."""

    def on_start(self) -> None:
        """Creates what the node offers; called when it is activated."""

    def on_stop(self) -> None:
        """Ends what is going on; called before what the node offers goes away."""

    def release(self) -> None:
        """Frees what :meth:`prepare` built."""

    def autostart(self) -> None:
        """Configures and activates the node unless a life-cycle manager is to do it.

        Raises:
            ConfigurationError: The node could not start; the message says why.
        """
        if not self.settings["autostart"]:
            return
        if self._unique:
            look_elsewhere(self, self.get_fully_qualified_name())
        for transition in (self.trigger_configure, self.trigger_activate):
            if transition() != TransitionCallbackReturn.SUCCESS:
                raise ConfigurationError(self.node_name, "could not start.", self._trouble)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Life cycle: configure."""
        return self._transition(self.prepare)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Life cycle: activate."""
        super().on_activate(state)
        return self._transition(self.on_start)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Life cycle: deactivate."""
        result = self._transition(self.stop)
        super().on_deactivate(state)
        return result

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Life cycle: clean up."""
        return self._transition(self.release)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Life cycle: shut down."""
        self._transition(self.stop)
        return self._transition(self.release)

    def _transition(self, work: Callable[[], object]) -> TransitionCallbackReturn:
        try:
            work()
        except HeedError as error:
            self._trouble = str(error)
            self.get_logger().fatal(self._trouble)
            return TransitionCallbackReturn.FAILURE
        except Exception as error:
            self._trouble = self.log_unexpected(error)
            return TransitionCallbackReturn.FAILURE
        return TransitionCallbackReturn.SUCCESS

    def stop(self) -> None:
        """Ends what is going on and takes back everything that was offered; safe to call twice."""
        self.on_stop()
        while self._undo:
            self._undo.pop()()

    def knows(self, world: str) -> bool:
        """Whether an observation is of the world of this node; one of another world is logged as an error."""
        if world != self.world.name:
            self.get_logger().error(
                f"world_state tells of world {world!r}, and this node was started for {self.world.name!r}. "
                "Is another fleet up in this namespace? Give each a namespace or a ROS_DOMAIN_ID of its own.",
                throttle_duration_sec=10.0,
            )
        return bool(world == self.world.name)

    def log_unexpected(self, error: Exception) -> str:
        """Logs an error that should not happen; returns the sentence for people.

        The stack trace goes to a file beside the logs of ROS, not to the screen.
        """
        path = Path(rclpy.logging.get_logging_directory()) / "heed_errors.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now().isoformat()} {self.get_fully_qualified_name()}\n")
            traceback.print_exception(error, file=file)
        sentence = f"{self.node_name} ran into an internal error ({type(error).__name__}: {error}), see {path}."
        self.get_logger().error(sentence)
        return sentence

    def add_publisher(self, message: type, topic: str, qos: Any) -> Any:
        """A publisher that lives while the node is active."""
        publisher = self.create_publisher(message, topic, qos)
        self._undo.append(lambda: self.destroy_publisher(publisher))
        return publisher

    def add_subscription(self, message: type, topic: str, callback: Callable[..., Any], qos: Any, **kwargs: Any) -> Any:
        """A subscription that lives while the node is active."""
        subscription = self.create_subscription(message, topic, callback, qos, callback_group=self.group, **kwargs)
        self._undo.append(lambda: self.destroy_subscription(subscription))
        return subscription

    def add_service(self, service: type, name: str, callback: Callable[..., Any], **kwargs: Any) -> Any:
        """A service that lives while the node is active."""
        server = self.create_service(service, name, callback, callback_group=self.group, **kwargs)
        self._undo.append(lambda: self.destroy_service(server))
        return server

    def add_client(self, service: type, name: str, **kwargs: Any) -> Any:
        """A service client that lives while the node is active."""
        client = self.create_client(service, name, callback_group=self.group, **kwargs)
        self._undo.append(lambda: self.destroy_client(client))
        return client

    def add_timer(self, seconds: float, callback: Callable[[], Any]) -> Any:
        """A timer on the wall's clock (never the simulated one) that lives while the node is active."""
        timer = self.create_timer(seconds, callback, callback_group=self.group, clock=self._steady)
        self._undo.append(lambda: self.destroy_timer(timer))
        return timer

    def add_action(self, action: Any) -> Any:
        """Has an action server or client destroyed when the node is deactivated.

        It stays for two turns of the executor: in the first the coroutines that :meth:`on_stop` woke
        end, in the second their results go out.
        """
        self._undo.append(lambda: self._later(lambda: self._later(action.destroy)))
        return action

    def _later(self, work: Callable[[], object]) -> None:
        """Does something in the next turn of the executor, or at once when there will be none."""
        if self._ends or self.executor is None:
            work()
        else:
            self.executor.create_task(work)

    def destroy_node(self) -> None:
        """Stops and frees everything, then destroys the node."""
        self._ends = True
        self._transition(self.stop)
        self._transition(self.release)
        super().destroy_node()
        if self._claim is not None:
            self._claim.close()


def spin(executor: Executor, log: Callable[[Exception], object]) -> None:
    """Runs callbacks until the executor or its context is shut down.

    An error in one callback is logged and does not end the node.
    """
    while executor.context.ok():
        try:
            executor.spin()
            return
        except ExternalShutdownException:
            return
        except Exception as error:
            if executor.context.ok():
                log(error)


def spin_main(node_class: type[HeedNode], args: Sequence[str] | None = None) -> int:
    """Runs one node in this process until it is interrupted.

    Args:
        node_class: Class of the node.
        args: Command line, ``sys.argv`` where None.

    Returns:
        Exit status: 0 after an interrupt, 2 when parameters or world cannot be used.
    """
    signal.signal(signal.SIGINT, _interrupt_once)
    node: HeedNode | None = None
    executor: SingleThreadedExecutor | None = None
    status = 0
    try:
        rclpy.init(args=None if args is None else list(args))
        executor = SingleThreadedExecutor()
        node = node_class()
        executor.add_node(node)
        node.autostart()
        gc.collect()
        gc.freeze()  # what is there now stays: a full collection of it would hold up orders by a tenth of a second
        spin(executor, node.log_unexpected)
    except HeedError as error:
        rclpy.logging.get_logger(node_class.node_name).fatal(str(error))
        status = EXIT_BAD_CONFIGURATION
    except (KeyboardInterrupt, ExternalShutdownException):
        pass
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if executor is not None:
            executor.shutdown(timeout_sec=1.0)
        if node is not None:
            node.destroy_node()
        rclpy.try_shutdown()
    return status


def _interrupt_once(number: int, frame: FrameType | None) -> None:
    """Ends the node at the first interrupt; further ones must not break the clean end."""
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def run_node(node_class: type[HeedNode]) -> None:
    """:func:`spin_main` as the end of a process."""
    sys.exit(spin_main(node_class))
