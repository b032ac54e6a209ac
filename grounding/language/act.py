"""What somebody does by saying something to a running fleet: one act with its slots.

The slots are those of the contract between the understanding of corrections and everything that
acts on them; ``heed_interfaces/msg/Correction.msg`` carries them one to one.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class ActKind(str, Enum):
    """The kinds of acts."""

    STOP = "stop"  # stand still now
    PAUSE = "pause"
    RESUME = "resume"
    MOTION = "motion"  # a nudge
    SKILL = "skill"  # do this now, or instead
    VETO = "veto"  # not that
    CONSTRAINT = "constraint"  # a rule from now on
    REASSIGN = "reassign"  # another robot takes over
    UNDO = "undo"  # take the last finished thing back
    REPEAT = "repeat"
    ORDER = "order"  # earlier, later
    QUESTION = "question"
    PRAISE_OR_NOISE = "praise_or_noise"
    INSTRUCTION = "instruction"  # a new task
    LIFT = "lift"  # a rule no longer holds
    ANSWER = "answer"  # to a question of the robots


@dataclass(frozen=True)
class Act:
    """One act.

    Attributes:
        kind: What is done by saying it.
        robots: Ids of the robots it applies to; empty = the robot addressed.
        skill: Skill named by a verb or verbal noun, or None.
        object: What it is about: an id of the world where it was resolved, else a short noun phrase.
        destination: Where to, in the same form.
        direction: ``left``, ``right``, ``forward``, ``back``, ``up``, ``down``, ``open_wider``, ``tighter``,
            ``looser``, ``clockwise``, ``counterclockwise``, ``slower``, ``faster``, ``first``, ``last``,
            ``before`` or ``after``.
        amount: ``small``, ``default``, ``large``, or a number with its unit ("5 cm", "2 cells").
        persistence: ``once`` or ``always``; None for questions and praise.
        polarity: Constraints: ``never`` or ``always``.

    >>> Act(ActKind.MOTION, robots=("robot_2",), direction="back", amount="small").kind.value
    'motion'
    """

    kind: ActKind
    robots: tuple[str, ...] = ()
    skill: str | None = None
    object: str | None = None
    destination: str | None = None
    direction: str | None = None
    amount: str | None = None
    persistence: str | None = "once"
    polarity: str | None = None
