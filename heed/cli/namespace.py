"""The namespace of a fleet, as commands are given it."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from grounding.errors import ConfigurationError

#: Namespace of a fleet that is not given one.
DEFAULT = "/heed"
_NAME = re.compile(r"(/[A-Za-z_][A-Za-z0-9_]*)+")

#: The option of every command that speaks to a fleet or brings one up.
Namespace = Annotated[str, typer.Option("--namespace", help="Namespace of the fleet.")]


def checked(namespace: str) -> str:
    """A namespace as ROS writes it.

    Raises:
        ConfigurationError: ROS does not know such names.

    >>> checked("floor_2/team")
    '/floor_2/team'
    """
    full = "/" + namespace.strip("/")
    if not _NAME.fullmatch(full) or "__" in full:
        raise ConfigurationError(
            f"--namespace {namespace!r}", "is not a ROS namespace.", "Use letters, digits and _, such as /floor_2/team."
        )
    return full
