"""What operators and a fleet say to each other: utterances, replies, questions, and who is in control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from grounding.language.act import Act
from grounding.mission.task import TreeRule


@dataclass(frozen=True)
class Utterance:
    """Something said to the fleet.

    Attributes:
        text: The words.
        robot: Id of the robot the speaker is looking at, empty = the team.
        speaker: Who speaks, empty = not known.
        always: Whether it is meant from now on, not just this once.
        said: Wall-clock second at which it was said, 0 = not known.
    """

    text: str
    robot: str = ""
    speaker: str = ""
    always: bool = False
    said: float = 0.0


@dataclass(frozen=True)
class Question:
    """A question to the operator.

    Attributes:
        id: Id, unique in the run; empty = no question.
        text: The question in English.
        options: Answers to choose from, numbered from 1; empty = free words.
        expires_s: Wall seconds until it expires, 0 = it does not.
    """

    id: str = ""
    text: str = ""
    options: tuple[str, ...] = ()
    expires_s: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.id)


class ReplyStatus(IntEnum):
    """What became of something said; mirrored one to one in ``heed_interfaces/msg/Reply.msg``."""

    ACCEPTED = 0  # it is being done, or answered
    ASKED = 1  # a question has to be answered first
    REFUSED = 2  # nothing was changed; the sentence says why


@dataclass(frozen=True)
class Spoken:
    """One act of an utterance and what became of it.

    Attributes:
        act: What was understood.
        accepted: Whether it is carried out.
        sentence: What was done, or why it was not.
    """

    act: Act
    accepted: bool = True
    sentence: str = ""


@dataclass(frozen=True)
class Reply:
    """What became of something said.

    Attributes:
        status: Accepted, asked or refused.
        acts: What was understood, in order.
        robots: Ids of the robots it applies to.
        understood: What was understood, one sentence.
        sentence: What will be done, the answer to a question, or why not.
        question: What has to be answered where the status is ASKED.
        mission: Id of the mission it belongs to, empty = none.
        timings_ms: Stage name -> milliseconds.
    """

    status: ReplyStatus
    acts: tuple[Spoken, ...] = ()
    robots: tuple[str, ...] = ()
    understood: str = ""
    sentence: str = ""
    question: Question = Question()
    mission: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    @property
    def accepted(self) -> bool:
        """Whether it is being done, or was answered."""
        return self.status is ReplyStatus.ACCEPTED


class Mode(IntEnum):
    """Who decides what a robot does; mirrored one to one in ``heed_interfaces/msg/RobotMode.msg``."""

    AUTONOMOUS = 0  # the plan
    PAUSED = 1  # nobody: it stands still until it is told to go on
    CORRECTING = 2  # an operator's correction is being carried out


@dataclass(frozen=True)
class RobotMode:
    """Who decides what a robot does, and why."""

    mode: Mode = Mode.AUTONOMOUS
    sentence: str = ""


@dataclass(frozen=True)
class SessionState:
    """What operators and the fleet are talking about.

    Attributes:
        mission: Id of the running mission, empty = none.
        robots: Robot id -> who decides what it does.
        question: The open question, if any.
        rules: Rules in force.
    """

    mission: str = ""
    robots: Mapping[str, RobotMode] = field(default_factory=dict)
    question: Question = Question()
    rules: tuple[TreeRule, ...] = ()
