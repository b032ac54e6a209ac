"""Small judgements about words and frames that putting an outline together needs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from grounding.translate.outline import UNKNOWN, Frame
from grounding.translate.reader.refer import Said, content
from grounding.translate.reader.stems import stem
from grounding.translate.reader.tags import Word, words_of


def noun_of(back: Sequence[Word]) -> Word | None:
    """What was named in words taken back: "blue plate" in "blue plate, no, the"."""
    noun = None
    for word in back:
        if not word.text.isalnum():
            break
        noun = word
    return noun


def before_slip(own: Sequence[Word], back: Sequence[Word]) -> list[Word]:
    """A task up to the article after which something else was said than was meant."""
    article = bool(back) and back[-1].lower in ("the", "a", "an", "my")
    if not article or not own or own[-1].lower in ("the", "a", "an", "my"):
        return list(own)
    last = max((i for i, word in enumerate(own) if word.lower in ("the", "a", "an", "my")), default=len(own) - 1)
    return list(own[: last + 1])


def in_turn(made: Sequence[Frame], first: int) -> set[tuple[int, int]]:
    """Orders of clauses joined by "then"; what is listed in one clause stays without order."""
    blocks: list[list[int]] = []
    for i, frame in enumerate(made):
        alike = bool(blocks) and (made[i - 1].predicate, made[i - 1].destination) == (
            frame.predicate,
            frame.destination,
        )
        if alike:
            blocks[-1].append(first + i)
        else:
            blocks.append([first + i])
    return {(a, b) for one, two in pairwise(blocks) for a in one for b in two}


def speaks_of(made: Sequence[Frame], named: Sequence[str]) -> bool:
    """Whether frames are about the things that were named before them."""
    plain = {phrase.removeprefix("the ").removeprefix("a ").removeprefix("an ") for phrase in named}
    return bool(made) and all(frame.object in plain for frame in made)


def said_of(own: Sequence[Word], made: Sequence[Frame]) -> Said:
    """What later words can point at in a task."""
    words = [word.lower for word in own] or [word for frame in made for word in frame.text.split()]
    states = {f"={state}" for frame in made for state in frame.states}
    heads = {stem(words_of(frame.object)[-1].lower) for frame in made if frame.object}
    objects = {s for frame in made for s in content([word.lower for word in words_of(frame.object)])}
    return Said(
        frozenset(content(words)) | states | objects, frozenset(heads), frozenset(frame.predicate for frame in made),
        frozenset(stem(word) for word in words[:1]),
    )  # fmt: skip


def spoken_of(short: Frame, full: Frame) -> bool:
    """Whether a reference ("opening the drawer") may have meant a task ("open the top drawer")."""
    return (
        short.predicate == full.predicate != UNKNOWN
        and set(short.object.split()) <= set(full.object.split())
        and short.destination in ("", full.destination)
        and set(short.states) <= set(full.states)
    )


def same_thing(a: Frame, b: Frame) -> bool:
    """Whether two frames are about one thing."""
    return bool(a.object) and a.object == b.object


def contrary(made: Sequence[Frame], order: set[tuple[int, int]], taken: set[int]) -> list[str]:
    """What is to be done about tasks that undo each other in no stated order."""
    found = []
    for j, late in enumerate(made):
        for i, early in enumerate(made[:j]):
            if {i, j} & taken or (i, j) in order or (j, i) in order or not early.object or early.object != late.object:
                continue
            moved = (
                early.predicate == late.predicate == "put"
                and "" != early.destination != late.destination != ""
                and f"the {late.object}" in late.text
            )
            turned = {early.predicate, late.predicate} in ({"open", "close"}, {"switch on", "switch off"})
            if moved or turned:
                found.append(f"'{early.text}' and '{late.text}' undo each other: say which comes last if it matters.")
    return found


def repeated(made: Sequence[Frame], taken: set[int]) -> list[tuple[int, int]]:
    """Pairs of frames that ask for the same."""
    seen: dict[tuple[str, ...], int] = {}
    found = []
    for i, frame in enumerate(made):
        key = (frame.predicate, frame.object, frame.destination, *frame.states)
        if key in seen and i not in taken:
            found.append((seen[key], i))
        seen.setdefault(key, i)
    return found
