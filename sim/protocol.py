"""What every simulated world offers, whatever moves inside (DESIGN: one protocol)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from grounding.state import WorldState
from grounding.world import Cell, World


class SkillStatus(IntEnum):
    """How a skill ended; mirrored one to one in ``heed_interfaces/msg/SkillStatus.msg``."""

    UNKNOWN = 0
    SUCCESS = 1
    PRECONDITION_FAILURE = 2
    PLANNING_FAILURE = 3
    EXECUTION_FAILURE = 4
    POSTCONDITION_FAILURE = 5
    INVALID = 6
    CANCELED = 7


@dataclass(frozen=True)
class SkillCommand:
    """An order to one robot.

    Attributes:
        id: Unique in the run.
        robot: Robot id.
        skill: Skill name of the world file.
        args: Ids it is applied to.
        path: ``drive`` and ``push``: cells to pass, first = the robot's cell; may be empty, then
            the simulator finds a way to ``args[-1]`` itself.
        leaf: Leaf it works for, for the records.
    """

    id: str
    robot: str
    skill: str
    args: tuple[str, ...] = ()
    path: tuple[Cell, ...] = ()
    leaf: str = ""


@dataclass(frozen=True)
class SkillResult:
    """How a command ended.

    Attributes:
        command: The command.
        status: Status code.
        message: One sentence: what happened and why.
        time: Simulated second at which it ended.
    """

    command: SkillCommand
    status: SkillStatus
    message: str
    time: float


class Simulator(Protocol):
    """A world that moves. One object is one run; not thread safe.

    A robot can be stopped in two ways (docs/decisions/0012-what-cancel-and-stop-mean.md):

    - :meth:`cancel` ends a skill in order: the robot stops, settles in the middle of its nearest cell, and
      only then, when it stands, does a :meth:`step` hand out the CANCELED result. Until then its state
      says that it "settles". It may be given a new command all the while: the next step (``step(0.0)``
      will do) hands out the CANCELED result at once, and the new skill begins by settling.
    - :meth:`halt` stops it dead: it stands still from the next tick on, wherever it is, and takes no
      command until :meth:`release`.

    What a robot holds it keeps in either case.
    """

    world: World

    def reset(self, seed: int = 0) -> WorldState:
        """Puts everything back to the start of the world file and seeds every random choice."""
        ...

    def start(self, command: SkillCommand) -> SkillResult | None:
        """Begins a skill; answers at once (INVALID, PRECONDITION, PLANNING) when it cannot."""
        ...

    def cancel(self, robot: str) -> bool:
        """Ends what a robot does, in order; whether a CANCELED result will follow (see above)."""
        ...

    def halt(self, robot: str) -> SkillResult | None:
        """Has a robot stand still now; the CANCELED result of what it did, None when it was idle."""
        ...

    def release(self, robot: str) -> None:
        """Lets a halted robot move again; one that was halted on its way settles in its nearest cell."""
        ...

    def progress(self, robot: str) -> tuple[float, str]:
        """Fraction done (0..1) and a sentence about what a robot is doing."""
        ...

    def step(self, seconds: float) -> Sequence[SkillResult]:
        """Advances simulated time; returns the skills that ended, in order of time.

        ``step(0.0)`` lets no time pass: it hands out what has ended since the last step.
        """
        ...

    def observe(self) -> WorldState:
        """What holds now, as seen from the poses in the simulated world."""
        ...

    def picture(self, width: int = 640, height: int = 480) -> bytes | None:
        """A PNG of the scene, None where there is no camera."""
        ...

    def close(self) -> None:
        """Frees everything; safe to call twice."""
        ...
