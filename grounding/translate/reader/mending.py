"""Slips of the tagger that words give away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grounding.translate.reader.tags import Segment, Word
from grounding.translate.reader.verbs import verb_at
from grounding.translate.reader.wordlists import PLACE, PRONOUNS

#: Without one of these nothing is taken back.
_CUES = frozenset([
    "no", "nope", "wait", "sorry", "mean", "meant", "actually", "scratch", "rather", "er", "uh", "um", "oops",
    "instead",    "correction", "not", "strike", "forget", "hang", "hold",
])  # fmt: skip


def mended(words: Sequence[Word], found: Sequence[Segment]) -> list[Segment]:
    """Segments without what cannot be.

    Words are taken back only where something says so; "followed by" and "before putting ..." part two tasks.

    Args:
        words: All words.
        found: The tagger's segments.
    """
    whole = _begun(words, _whole_choices(words, _kept(words, found)))
    return [part for segment in whole for part in _parted(words, segment)]


def _begun(words: Sequence[Word], found: Sequence[Segment]) -> list[Segment]:
    """ "Before you | put A, put B": what comes first of the two is only referred to."""
    kept: list[Segment] = []
    for segment in found:
        led = bool(kept) and kept[-1].kind in ("before", "after") and segment.kind == "task"
        own = [word.lower for word in words[segment.first : segment.last]]
        cut = next((i for i in range(2, len(own) - 1) if own[i] == "," and verb_at(own, i + 1)), 0) if led else 0
        if cut:
            at = segment.first + cut
            kept += [Segment("ref", segment.first, at), Segment("O", at, at + 1), Segment("task", at + 1, segment.last)]
        else:
            kept.append(segment)
    return kept


def _whole_choices(words: Sequence[Word], found: Sequence[Segment]) -> list[Segment]:
    """ "Put | either | the pear | or | the apple on the plate" as one task, which leaves the choice."""
    kept: list[Segment] = []
    i = 0
    while i < len(found):
        kinds = [segment.kind for segment in found[i : i + 5]]
        verb = found[i].kind == "task" and found[i].last - found[i].first == 1
        shared = kinds[:3] == ["task", "or", "task"] and _shared(words, found[i], found[i + 2])
        if shared:
            kept.append(replace(found[i], last=found[i + 2].last))
            i += 3
        elif verb and kinds == ["task", "either", "task", "or", "task"]:
            kept.append(replace(found[i], last=found[i + 4].last))
            i += 5
        else:
            kept.append(found[i])
            i += 1
    return kept


def _shared(words: Sequence[Word], one: Segment, other: Segment) -> bool:
    """Whether two alternatives share verb and place: "put the pear | or | the apple on the plate"."""
    first = [word.lower for word in words[one.first : one.last]]
    second = [word.lower for word in words[other.first : other.last]]
    lacks = not any(word in PLACE for word in first) and verb_at(first, 0) is not None
    return lacks and verb_at(second, 0) is None and any(word in PLACE for word in second)


def _kept(words: Sequence[Word], found: Sequence[Segment]) -> list[Segment]:
    """Spans said to be taken back although nothing says so go on as tasks."""
    kept: list[Segment] = []
    for i, segment in enumerate(found):
        if segment.kind == "back" and not _cued(words, found, i):
            before = kept[-1] if kept else None
            segment = replace(segment, kind="task", opens=before is None or before.kind != "task")
        if kept and segment.kind == "task" == kept[-1].kind and not segment.opens:
            kept[-1] = replace(kept[-1], last=segment.last)
        else:
            kept.append(segment)
    return kept


def _cued(words: Sequence[Word], found: Sequence[Segment], place: int) -> bool:
    """Whether words taken back, or those next to them, say that something is taken back."""
    near = [s for s in found[max(0, place - 1) : place + 2] if s.kind in ("back", "O")]
    more = [s for s in found[place + 2 : place + 3] if s.kind == "back"]
    return any(word.lower in _CUES for s in (*near, *more) for word in words[s.first : s.last])


def _bare(words: Sequence[Word]) -> bool:
    """Whether words are a task without a verb: "potato on the blue plate"."""
    own = [word.lower for word in words]
    return len(own) > 2 and verb_at(own, 0) is None and own[0] not in PRONOUNS and _placed(words[1:])


def _placed(words: Sequence[Word]) -> bool:
    return any(word.lower in PLACE for word in words)


def _parted(words: Sequence[Word], segment: Segment) -> list[Segment]:
    """A task with "followed by" in it is two tasks, one with "before washing it" a task and a reference."""
    if segment.kind != "task":
        return [segment]
    for i in range(segment.first + 1, segment.last - 2):
        if words[i].lower == "followed" and words[i + 1].lower == "by":
            rest = Segment("task", i + 2, segment.last)
            return [replace(segment, last=i), Segment("then", i, i + 2), *_parted(words, rest)]
        link = words[i].lower
        if link == "then" and _bare(words[i + 1 : segment.last]) and _placed(words[segment.first : i]):
            rest = Segment("task", i + 1, segment.last)
            return [replace(segment, last=i), Segment("then", i, i + 1), *_parted(words, rest)]
        if (
            link == "while"
            and words[i + 1].lower in ("the", "another", "you", "somebody", "someone")
            and _placed(words[i:])
        ):
            return [
                replace(segment, last=i),
                Segment("free", i, i + 1),
                *_parted(words, Segment("task", i + 1, segment.last)),
            ]
        if link == "or" and words[i + 1].lower in PLACE and any(w.lower == "either" for w in words[segment.first : i]):
            rest = Segment("task", i + 1, segment.last)
            return [
                Segment("either", segment.first, segment.first),
                replace(segment, last=i),
                Segment("or", i, i + 1),
                rest,
            ]
        said = [word.lower for word in words[i + 1 : segment.last]]
        if said[:4] == ["do", "the", "same", "with"]:
            return [replace(segment, last=i), Segment("task", i + 1, segment.last)]
        if link in ("before", "after") and verb_at(said, 0, forms=("gerund",)):
            return [replace(segment, last=i), Segment(link, i, i + 1), Segment("ref", i + 1, segment.last)]
    return [segment]
