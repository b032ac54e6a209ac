"""One node of a name: a second fleet in the same place is refused before it offers anything.

A node binds an abstract Unix socket that is named after it. Such names are shared by all processes that
share the network of this machine, as the nodes' messages are; binding one takes no time, also on a busy
machine; and the kernel frees it the moment the process ends, so what crashed never stands in the way.
Nodes of other machines are found in the ROS graph, where those machines can be reached.
"""

from __future__ import annotations

import errno
import os
import socket
import sys
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING

from grounding.errors import ConfigurationError

if TYPE_CHECKING:  # who starts nodes in other processes needs no ROS here
    from rclpy.node import Node

#: Nodes elsewhere are looked for so long; those of a machine that crashed stay in the graph for 20 s.
LOOK_S, LEFTOVER_S = 2.0, 25.0


def claim(full_name: str, domain: int) -> socket.socket | None:
    """Takes the name of a node on this machine; None where the system has no such names.

    Args:
        full_name: Namespace and name of the node.
        domain: ROS domain.

    Returns:
        What holds the name until it is closed.

    Raises:
        ConfigurationError: A node of that name is up.
    """
    if sys.platform != "linux":
        return None
    holder = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    try:
        holder.bind(f"\0heed/{domain}{full_name}"[:100])
    except OSError as error:
        holder.close()
        if error.errno == errno.EADDRINUSE:
            raise taken(full_name) from None
        return None  # without such sockets, as in some sandboxes, the graph has to do
    return holder


def require_free(full_names: Iterable[str], domain: int) -> None:
    """Makes sure that no node of these names is up on this machine, before any of them is started.

    Raises:
        ConfigurationError: One is up.
    """
    for full_name in full_names:
        holder = claim(full_name, domain)
        if holder is not None:
            holder.close()


def taken(full_name: str) -> ConfigurationError:
    """The error for a name that another node has."""
    namespace = full_name.rsplit("/", 1)[0]
    return ConfigurationError(
        full_name,
        f"is up already: a fleet runs in namespace {namespace}, and two would answer for each other.",
        "Stop that one, or give this one a namespace or a ROS_DOMAIN_ID of its own.",
    )


def look_elsewhere(node: Node, full_name: str) -> None:
    """Makes sure that no other machine has a node of this name.

    Raises:
        ConfigurationError: One has, and it stays.
    """
    if os.environ.get("ROS_AUTOMATIC_DISCOVERY_RANGE") in ("LOCALHOST", "OFF") and sys.platform == "linux":
        return
    begun = time.monotonic()
    while (waited := time.monotonic() - begun) < LEFTOVER_S:
        namespace, _, name = full_name.rpartition("/")
        same = node.get_node_names_and_namespaces().count((name, namespace or "/"))
        if same < 2 and waited > LOOK_S:
            return
        time.sleep(0.1)
    raise taken(full_name)
