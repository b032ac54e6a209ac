"""What both kinds of engines do with a text before a model sees it and with an answer after."""

from __future__ import annotations

from collections.abc import Callable

from grounding.errors import HeedError
from grounding.translate.engine import Reading, Status
from grounding.translate.llm.schema import MAX_INSTRUCTION, AnswerError, parse, to_outline

#: What both engines support.
ABILITIES = (
    "free English of up to 24 tasks with order, choices, things done at the same time and rules; "
    "names only what the instruction names"
)


class EngineError(HeedError):
    """An engine cannot be used as it was asked for."""


def refused(text: str) -> Reading | None:
    """Why a text is not given to a model at all, or None."""
    if not any(character.isalpha() for character in text):
        return Reading(Status.UNREADABLE, "The instruction has no words: say what is to be done.")
    if len(text) > MAX_INSTRUCTION:
        return Reading(
            Status.UNREADABLE,
            f"The instruction has {len(text)} characters, and language models are given at most {MAX_INSTRUCTION}: "
            "split it up.",
        )
    return None


def understood(
    answer: str, instruction: str, name: str, confidence: float,
    confidences: Callable[[int], tuple[float, ...]] = lambda count: (),
) -> Reading:  # fmt: skip
    """The reading of a complete answer.

    Args:
        answer: What the model wrote.
        instruction: The words of the person.
        name: Name of the engine.
        confidence: Probability that all of it is right.
        confidences: The same of each task, given their number; empty where not known.
    """
    try:
        found = parse(answer, instruction)
    except AnswerError as error:
        return Reading(Status.UNREADABLE, f"{name}: {error.thing} {error.reason} {error.next_step}")
    each = confidences(len(found.tasks))
    outline = to_outline(found, instruction, confidence=confidence, confidences=each)
    count = len(outline.frames)
    return Reading(Status.READ, f"Read by {name} as {count} task{'' if count == 1 else 's'}.", outline)


def one_line(text: object, most: int = 160) -> str:
    """Foreign text for use inside a sentence."""
    line = " ".join(str(text).split())
    return line if len(line) <= most else f"{line[: most - 3]}..."
