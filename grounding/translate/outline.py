"""Outlines: what a free instruction asks for before any world is looked at.

Every engine that reads free English (the learned reader, language models) answers with an outline:
tasks as frames in the words of the person, and how they belong together. Grounding turns it into a
task tree of a world; without a world it is lifted as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, field

#: Predicate of frames whose verb is not known.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Frame:
    """One task in the words of the person, complete in itself (pronouns resolved).

    Attributes:
        text: The task as an English imperative: ``put a rinsed spoon in the drawer``.
        predicate: What is done: ``put``, ``clean``, ``heat``, ``cool``, ``slice``, ``go``, ``switch on``...
        object: What it is done to, without articles and states: ``spoon``; "" where there is none.
        destination: Where to, with its preposition: ``in the drawer``; "" where there is none.
        states: States that the object must have at the end: ``clean``, ``hot``, ``cold``, ``sliced``...
        robot: Who is to do it, "" for any.
        start: Offset of the first character that speaks of it, -1 where unknown.
        end: Offset after the last one.
        confidence: Probability that this frame is right, 0 to 1.
    """

    text: str
    predicate: str
    object: str = ""
    destination: str = ""
    states: tuple[str, ...] = ()
    robot: str = ""
    start: int = -1
    end: int = -1
    confidence: float = 1.0


@dataclass(frozen=True)
class Rule:
    """Something that binds throughout: ``never enter the kitchen while carrying it``.

    Attributes:
        text: The rule as one sentence.
        start: Offset of its first character, -1 where unknown.
        end: Offset after its last one.
    """

    text: str
    start: int = -1
    end: int = -1


@dataclass(frozen=True)
class Outline:
    """A free instruction, taken apart.

    Attributes:
        frames: The tasks in reading order.
        order: Pairs (i, j) of frame indices, i before j, as far as the words say so.
        either: Choices: each a tuple of alternatives, each alternative a tuple of frame indices.
        together: Frames that the words want done at the same time; states no order.
        rules: Rules that hold throughout.
        notes: What was noticed, for people: repeated tasks, a pronoun that could mean two things.
        confidence: Probability that the whole outline is right, 0 to 1.
    """

    frames: tuple[Frame, ...] = ()
    order: tuple[tuple[int, int], ...] = ()
    either: tuple[tuple[tuple[int, ...], ...], ...] = ()
    together: tuple[tuple[int, ...], ...] = ()
    rules: tuple[Rule, ...] = ()
    notes: tuple[str, ...] = field(default=())
    confidence: float = 1.0
