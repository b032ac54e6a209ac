"""What the ``operator`` executable is told through ROS parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import rclpy
from rclpy.context import Context

from grounding.world import World
from heed.nodes.base import HeedNode, Option


@dataclass(frozen=True)
class ClientSettings:
    """What to do, for whom.

    Attributes:
        namespace: Namespace of the fleet.
        world: World of the fleet.
        instruction: The instruction.
        timeout: Wall seconds after which it is canceled, None = never.
        as_json: Whether to print one JSON object instead of progress.
        wait_s: How long to wait for the fleet to be up, in seconds.
    """

    namespace: str
    world: World
    instruction: str
    timeout: float | None
    as_json: bool
    wait_s: float


class ClientNode(HeedNode):
    """Declares the parameters of the operator, so that ROS reads, checks and describes them."""

    node_name = "operator"
    options = (
        Option("instruction", "", "What the team is to do, in English."),
        Option("timeout", 0.0, "Cancel after so long; 0 = never.", "s", low=0.0, high=86400.0),
        Option("json", False, "Print one JSON object instead of progress."),
        Option("wait", 180.0, "How long to wait for the fleet to be up.", "s", low=0.0, high=600.0),
    )


def client_settings(args: Sequence[str] | None = None) -> ClientSettings:
    """Reads the parameters from the command line (``--ros-args -p instruction:=...``).

    Args:
        args: Command line, ``sys.argv`` where None.

    Raises:
        HeedError: A parameter or the world is not usable.
    """
    context = Context()
    rclpy.init(args=None if args is None else list(args), context=context)
    try:
        node = ClientNode(
            unique=False, context=context, start_parameter_services=False, enable_communication_interface=False
        )
        values = node.settings
        settings = ClientSettings(
            namespace=node.get_namespace(),
            world=node.world,
            instruction=values["instruction"],
            timeout=values["timeout"] or None,
            as_json=values["json"],
            wait_s=values["wait"],
        )
        node.destroy_node()
        return settings
    finally:
        context.try_shutdown()
