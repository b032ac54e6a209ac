"""Repairs inside a text: "wash the mug. Actually, wash the bowl instead." takes the mug back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from grounding.translate.outline import Outline

#: Words that take something back, whatever else is said.
_PLAIN = (
    r"instead(?! of)|scratch that|strike that|no,? wait|wait,? no|make (?:that|it)(?= the| a)|correction"
    r"|never ?mind(?: that)?|forget (?:that|it)|on second thoughts?|i (?:mean|meant)(?! to| it)|change of plans?"
)
#: Words that may do so, and may as well only open a sentence.
_HINT = r"no(?=,)|actually|or rather|sorry|oops|hang on|hold on|wait"
_CUE = re.compile(rf"\b(?P<plain>{_PLAIN})\b|(?:^|(?<=[.!?;,-] ))(?P<hint>{_HINT})\b", flags=re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?;]\s+")


@dataclass(frozen=True)
class Repair:
    """A task of an outline that later words take back.

    Attributes:
        outline: The outline without it.
        sure: Whether the words leave no doubt that it is taken back.
    """

    outline: Outline
    sure: bool


def cue(text: str) -> str:
    """The first words that may take something back; empty where there are none.

    >>> cue("Wash the mug. Actually, wash the bowl instead.")
    'instead'
    >>> cue("Put it in the fridge instead of on the table.")
    ''
    """
    found = _cue(text)
    return found[0] if found else ""


def repaired(text: str, outline: Outline) -> Repair | None:
    """The outline without the task that is taken back; None where nothing is, or it has been left out already.

    Args:
        text: The instruction.
        outline: A reading of it, with the places of its frames.
    """
    found = _cue(text)
    if found is None or any(frame.start < found.start() < frame.end for frame in outline.frames):
        return None  # a task goes round the words: its reader has heard them
    if any(frame.start < found.start() and _says_later_words(frame.text, text, found) for frame in outline.frames):
        return None  # so it has where a task said before has words said only after
    border = next((m.end() for m in reversed(list(_SENTENCE.finditer(text, 0, found.start())))), 0)
    if border == 0:
        border = max((frame.start for frame in outline.frames if frame.end <= found.start()), default=0)
    later = [i for i, frame in enumerate(outline.frames) if frame.start >= border]
    before = [i for i, frame in enumerate(outline.frames) if 0 <= frame.start < border]
    if not later or not before:
        return None
    verb = outline.frames[later[0]].predicate
    alike = [i for i in before if outline.frames[i].predicate == verb]
    if not alike and found["plain"] is None:
        return None
    sure = found["plain"] is not None and alike[-1:] == before[-1:] and len(later) == 1
    return Repair(_without(outline, alike[-1] if alike else before[-1]), sure)


def _says_later_words(task: str, text: str, found: re.Match[str]) -> bool:
    before, after = (set(part.lower().split()) for part in (text[: found.start()], text[found.end() :]))
    return bool(set(task.lower().split()) & (after - before))


def _cue(text: str) -> re.Match[str] | None:
    """The first plain cue, else the first hint."""
    cues = list(_CUE.finditer(text))
    return next((one for one in cues if one["plain"]), cues[0] if cues else None)


def _without(outline: Outline, gone: int) -> Outline:
    """An outline without one of its frames."""

    def place(i: int) -> int:
        return i - (i > gone)

    return replace(
        outline,
        frames=tuple(frame for i, frame in enumerate(outline.frames) if i != gone),
        order=tuple((place(a), place(b)) for a, b in outline.order if gone not in (a, b)),
        either=tuple(
            tuple(tuple(place(i) for i in option if i != gone) for option in options)
            for options in outline.either
            if not any(gone in option for option in options)
        ),
        together=tuple(tuple(place(i) for i in own if i != gone) for own in outline.together),
    )
