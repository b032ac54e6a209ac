"""What a mission needs next, and what it has robots do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sim.protocol import SkillCommand


class Phase(str, Enum):
    """What a mission needs next."""

    PLANNING = "planning"  # a plan, see Mission.adopt
    RUNNING = "running"  # observations and results; and a plan too while Mission.needs_plan
    STOPPING = "stopping"  # the results of the skills that are being stopped
    FINISHED = "finished"  # nothing: every leaf is done
    FAILED = "failed"  # nothing: Mission.reason says why


@dataclass(frozen=True)
class Orders:
    """What the robots are to do now: commands to give and robots to halt.

    A robot stays in ``stop`` until the result of what it was doing is in; no other robot is to halt.
    """

    start: tuple[SkillCommand, ...] = ()
    stop: tuple[str, ...] = ()
