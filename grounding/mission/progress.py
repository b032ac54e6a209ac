"""How far a mission has come when it is edited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Progress:
    """Which tasks are done and which are being worked on; nothing is known of the others.

    Attributes:
        finished: Id of a leaf that is done -> id of the robot that did it, in the order of finishing.
        active: Id of a leaf that is being worked on -> id of the robot that does.

    >>> Progress(finished={"1": "robot_1"}).active
    {}
    """

    finished: Mapping[str, str] = field(default_factory=dict)
    active: Mapping[str, str] = field(default_factory=dict)
