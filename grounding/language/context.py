"""What a text is heard against, and what is heard: the values that hearing takes and gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grounding.language.act import Act
from grounding.mission.task import TreeRule
from grounding.world import World


@dataclass(frozen=True)
class Doing:
    """A task under way, waiting or finished, as far as words can refer to it.

    Attributes:
        skill: Name of the skill, or None.
        object: Id of what is handled, or None.
        destination: Id of where it goes, or None.
        task: Its id in the task tree, or None.
        text: The task in English.
        robot: Id of the robot that does or did it, or None.
    """

    skill: str | None = None
    object: str | None = None
    destination: str | None = None
    task: str | None = None
    text: str = ""
    robot: str | None = None


@dataclass(frozen=True)
class Context:
    """What a text can refer to.

    Attributes:
        world: The static world.
        robots: Ids of the robots present.
        addressed: Id of the robot that the operator is watching, or None.
        current: What each busy robot is doing; idle robots are missing.
        waiting: Unfinished tasks not yet begun, in the order of doing.
        finished: Finished tasks, the latest last.
        rules: Rules in force, the latest last.
        held: What robots hold: robot id -> thing id.
        options: Options of the open question; empty when nothing was asked.
        salient: Ids spoken of lately, the latest first.
    """

    world: World
    robots: tuple[str, ...]
    addressed: str | None = None
    current: Mapping[str, Doing] = field(default_factory=dict)
    waiting: tuple[Doing, ...] = ()
    finished: tuple[Doing, ...] = ()
    rules: tuple[TreeRule, ...] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    salient: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heard:
    """One act heard, as far as the context settles it.

    Attributes:
        act: The act with its slots; ids of the world where they were resolved.
        clause: What is to be read as an instruction or a rule, in controlled English, complete in itself
            (instruction, skill, constraint). Empty for what the act says alone: to put down or release
            what is held. Questions: their words.
        place: Where a new task goes: ``any``, ``first``, ``last``, ``now``, ``instead``, ``before`` or ``after``.
        anchor: Id of the task that ``before``, ``after`` and ``instead`` speak of, or None.
        tasks: Ids of the tasks it applies to (veto, reassign, undo, repeat, order, pause, resume).
        rule: Id of the rule that is lifted, or its text where it has no id; ``*`` = all of them.
        until: When a rule ends: seconds from now, the id of a task, or None.
        about: Questions: ``why``, ``doing``, ``left``, ``where``, ``rules``, ``holding``, ``who`` or ``other``.
            Vetoes: ``object`` where what is handled is wrong, and not that it is handled.
        turn: Motion: the body turns instead of moving along.
    """

    act: Act
    clause: str = ""
    place: str = "any"
    anchor: str | None = None
    tasks: tuple[str, ...] = ()
    rule: str | None = None
    until: float | str | None = None
    about: str = ""
    turn: bool = False


@dataclass(frozen=True)
class Hearing:
    """What was heard.

    Attributes:
        heard: The acts in order.
        unread: Content words that no act accounts for; where there are any, nothing but a stop may be acted on.
        question: What has to be asked before anything is done, or empty.
        options: The answers that the question offers.
        alternatives: What is heard with each of the options.
    """

    heard: tuple[Heard, ...] = ()
    unread: tuple[str, ...] = ()
    question: str = ""
    options: tuple[str, ...] = ()
    alternatives: tuple[tuple[Heard, ...], ...] = ()
