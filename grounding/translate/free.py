"""Free English to an answer: read, checked, with its confidence, and a question where two readings are close.

Without a world the answer is lifted: its names are the words of the person. With a world it is grounded,
see :mod:`grounding.translate.ground`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Protocol, runtime_checkable

from grounding.logic.spec import HierarchicalSpec
from grounding.mission.task import TaskTree
from grounding.translate import reject
from grounding.translate.compose import contradiction
from grounding.translate.lifting import lift, paraphrase
from grounding.translate.outline import UNKNOWN, Frame, Outline
from grounding.translate.repair import repaired

#: Below this confidence a question is asked if there is a rival reading.
ASK_BELOW = 0.5
#: Most tasks in one instruction.
MOST_TASKS = 100
#: Objects of frames that name nothing, and predicates that need none.
_OPEN = frozenset(["", "it", "them", "that", "this", "these", "those", "they", "one", "that one", "there"])
_ALONE = frozenset([UNKNOWN, "go", "find", "use"])


@runtime_checkable
class Reads(Protocol):
    """Gives the readings of a text."""

    def readings(self, text: str) -> list[Outline]:
        """Different readings with calibrated confidence, the best first."""


class AnswerStatus(str, Enum):
    """What became of an instruction."""

    UNDERSTOOD = "understood"
    QUESTION = "question"  # two readings are close, or something is unclear
    REJECTED = "rejected"


@dataclass(frozen=True)
class Answer:
    """What an instruction was taken to mean.

    Attributes:
        status: Whether it can be acted on.
        message: One or two sentences for people.
        confidence: Calibrated probability that tasks and order are right, 0 where rejected.
        question: What to ask where status is QUESTION.
        outline: The best reading, also behind a question; None where there is none.
        tree, spec: The best reading as tree and formulas.
        ids: Task id of every frame of the outline; "" where it stands for several.
        paraphrase: The best reading said back.
        alternatives: Other readings with their confidence, the likeliest first.
        rivals: What else it could mean in the world, where a question has to be asked.
        faults: Offsets (start, end) of the words that the message is about.
        near: What could have been meant.
    """

    status: AnswerStatus
    message: str
    confidence: float = 0.0
    question: str = ""
    outline: Outline | None = None
    tree: TaskTree | None = None
    spec: HierarchicalSpec | None = None
    ids: tuple[str, ...] = ()
    paraphrase: str = ""
    alternatives: tuple[Outline, ...] = ()
    faults: tuple[tuple[int, int], ...] = ()
    near: tuple[str, ...] = ()
    rivals: tuple[TaskTree, ...] = ()


def rejected(message: str, faults: Sequence[tuple[int, int]] = (), near: Sequence[str] = ()) -> Answer:
    """An answer that says why there is none."""
    return Answer(AnswerStatus.REJECTED, message, faults=tuple(faults), near=tuple(near))


def outlines(text: str, reader: Reads) -> Answer | list[Outline]:
    """The readings of a text, the best first; or why there is none."""
    unreadable = reject.unreadable(text)
    if unreadable is not None:
        spans = [(unreadable.offset, len(text))] if unreadable.offset is not None else []
        return rejected(unreadable.message, spans)
    found = with_leaf_confidence(reader.readings(text))
    if not found or not (found[0].frames or found[0].rules):
        return rejected(
            "I find no task in that. Say what is to be done, such as 'put the mug on the shelf'.", [(0, len(text))]
        )
    best = found[0]
    if not best.frames:
        return rejected("That only says what not to do. Add a task, such as 'put the mug on the shelf'.",
                        [(rule.start, rule.end) for rule in best.rules])  # fmt: skip
    if len(best.frames) > MOST_TASKS:
        return rejected(f"That makes {len(best.frames)} tasks; I take at most {MOST_TASKS} at once. Send it in parts.")
    loop = contradiction(best)
    if loop is not None:
        one, two = best.frames[loop.first], best.frames[loop.second]
        return rejected(
            f"The order contradicts itself: '{one.text}' comes both before and after '{two.text}'. Say which is first.",
            [(one.start, one.end), (two.start, two.end)],
        )  # fmt: skip
    unclear = [frame for frame in best.frames if frame.object in _OPEN and frame.predicate not in _ALONE]
    if unclear:
        frame = unclear[0]
        return rejected(f"I do not know what is meant in '{frame.text}'. Name the thing.",
                        [(f.start, f.end) for f in unclear])  # fmt: skip
    unknown = [frame for frame in best.frames if frame.predicate == UNKNOWN]
    if unknown:
        frame = unknown[0]
        return rejected(f"I do not know what to do in '{frame.text}'. Use a verb such as put, bring, wash or go to.",
                        [(f.start, f.end) for f in unknown])  # fmt: skip
    return _heard(text, [outline for outline in found if contradiction(outline) is None])


def _heard(text: str, found: list[Outline]) -> list[Outline]:
    """Readings without what the text takes back; both where it is not clear whether it does."""
    repair = repaired(text, found[0])
    if repair is None:
        return found
    if repair.sure:
        return [repair.outline, *found[1:]]
    half = found[0].confidence * ASK_BELOW * 0.99
    return [replace(repair.outline, confidence=half), replace(found[0], confidence=half), *found[1:]]


def answer_lifted(text: str, reader: Reads) -> Answer:
    """Reads an instruction without a world.

    Args:
        text: The instruction.
        reader: What reads.
    """
    found = outlines(text, reader)
    if isinstance(found, Answer):
        return found
    best = found[0]
    lifted = lift(text, best)
    question = separating(found)
    status = AnswerStatus.QUESTION if question else AnswerStatus.UNDERSTOOD
    return Answer(
        status, question or understood(best), best.confidence, question, best, lifted.tree, lifted.spec, lifted.ids,
        paraphrase(lifted.tree), tuple(found[1:4]),
    )  # fmt: skip


def understood(outline: Outline) -> str:
    """What was understood, in a sentence, and what was noticed."""
    count, rules = len(outline.frames), len(outline.rules)
    words = "one task" if count == 1 else f"{count} tasks"
    more = f" and {rules} rule{'s' * (rules > 1)}" if rules else ""
    return " ".join([f"Understood: {words}{more}.", *outline.notes])


def with_leaf_confidence(found: Sequence[Outline]) -> list[Outline]:
    """Readings whose frames say how sure they are: the share of readings that have them, by confidence."""
    whole = sum(outline.confidence for outline in found) or 1.0
    shares: dict[str, float] = {}
    for outline in found:
        for text in {frame.text for frame in outline.frames}:
            shares[text] = shares.get(text, 0.0) + outline.confidence / whole

    def sure(frame: Frame, outline: Outline) -> Frame:
        return replace(frame, confidence=round(max(outline.confidence, shares[frame.text]), 4))

    return [replace(outline, frames=tuple(sure(f, outline) for f in outline.frames)) for outline in found]


def separating(found: Sequence[Outline]) -> str:
    """A short question that separates the two best readings; empty where the best one is sure enough."""
    best = found[0]
    if best.confidence >= ASK_BELOW or len(found) < 2:
        return ""
    other = found[1]
    mine, theirs = [f.text for f in best.frames], [f.text for f in other.frames]
    only_mine = [text for text in mine if text not in theirs]
    only_theirs = [text for text in theirs if text not in mine]
    if only_mine or only_theirs:
        if not only_theirs:
            return f"Shall I also {only_mine[0]}?"
        if not only_mine:
            return f"Shall I also {only_theirs[0]}?"
        return f"Do you mean '{', and '.join(only_mine)}', or '{', and '.join(only_theirs)}'?"
    differ = sorted(set(best.order) ^ set(other.order))
    if differ and len(mine) == len(theirs):
        a, b = differ[0]
        return f"Must I finish '{mine[a]}' before I begin '{mine[b]}'?"
    return f"Is it right that I should {'; '.join(mine)}?"
