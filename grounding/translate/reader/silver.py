"""Tags for published compositions, of which only the tasks that went in are known.

Each base task is aligned with the words of the composition (local alignment, Smith and Waterman 1981,
over word stems); what lies between the tasks is read with a short list of linking words. Compositions in
which anything stays unexplained are left out, so that what is left can be learned from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grounding.translate.household import Composition
from grounding.translate.reader.stems import LIGHT, stem
from grounding.translate.reader.tags import Word, words_of

_GAP = 0.5
_MISMATCH = 0.8
_SAME = 2.0
_SAME_LIGHT = 0.6
_FULL = 0.8  # share of a base task's words that the composition must have,
_NONE = 0.45  # and below which it is not there at all
_STOP = frozenset(".;!?")

#: Linking words between tasks; tried from the longest on.
PHRASES: Mapping[str, tuple[str, ...]] = {
    "free": (
        "at any time", "at the same time", "simultaneously", "simultanously", "concurrently", "meanwhile",
        "in the meantime", "in any order", "together", "at any time simultaneously", "in parallel", "whenever",
    ),
    "then": (
        "then", "next", "afterwards", "afterward", "subsequently", "followed by", "later", "thereafter",
        "following this",
        "continue by", "continue with", "proceed to",
    ),
    "last": (
        "finally", "lastly", "last", "to finish", "finish by", "conclusively", "at the end", "in the end", "eventually",
        "to complete the tasks", "complete the composition by", "to conclude", "conclude by", "end by",
    ),
    "first": ("first", "firstly", "initially", "to start", "to begin", "start by", "begin by", "to begin with"),
    "before": ("before", "prior to"),
    "after": ("after", "once", "when", "following", "as soon as"),
}  # fmt: skip
_LINKS = sorted(((tuple(p.split()), kind) for kind, own in PHRASES.items() for p in own), key=lambda x: -len(x[0]))
_FILLER = frozenset([
    "and",
    ",",
    ".",
    ";",
    ":",
    "!",
    "-",
    "you",
    "can",
    "may",
    "also",
    "please",
    "should",
    "be",
    "done",
    "it",
    "is",
    "this",
    "the",
    "while",
    "with",
    "however",
    "in",
    "order",
    "to",
    "performed",
])  # fmt: skip


@dataclass(frozen=True)
class Tagged:
    """An instruction with the tags of its words.

    Attributes:
        text: The instruction.
        tags: One for each word of :func:`grounding.translate.reader.tags.words_of`.
        weight: How much it counts in training.
    """

    text: str
    tags: tuple[str, ...]
    weight: float = 1.0


def silver(row: Composition) -> Tagged | None:
    """The tags of a published composition, None where it cannot be explained."""
    words = words_of(row.instruction)
    spans = aligned(row.base_tasks, words)
    if spans is None:
        return None
    tags = ["O"] * len(words)
    inside = [False] * len(words)
    for first, last in spans:
        tags[first:last] = ["B-task", *["I-task"] * (last - first - 1)]
        inside[first:last] = [True] * (last - first)
    starts = {first for first, _ in spans}
    at = 0
    while at < len(words):
        if inside[at]:
            at += 1
            continue
        end = at
        while end < len(words) and not inside[end]:
            end += 1
        if not _linked(words, at, end, tags, before_task=end in starts):
            return None
        at = end
    return Tagged(row.instruction, tuple(tags))


def aligned(tasks: Sequence[str], words: Sequence[Word]) -> list[tuple[int, int]] | None:
    """Where the tasks stand that are there at all; None where one is there in part only."""
    stems = [stem(word.lower) for word in words]
    free = [word.text not in _STOP for word in words]
    open_tasks = [[stem(word.lower) for word in words_of(task) if word.text.isalnum()] for task in tasks]
    spans: list[tuple[int, int]] = []
    while open_tasks:
        tried = [(*_align(task, stems, free), task) for task in open_tasks]
        share, first, last, best = max(tried, key=lambda one: one[0])
        if share < _NONE:
            break
        if share < _FULL:
            return None
        for i in range(first, last):
            free[i] = False
        spans.append(_grown(first, last, words, free))
        open_tasks.remove(best)
    return sorted(spans) or None


def _grown(first: int, last: int, words: Sequence[Word], free: list[bool]) -> tuple[int, int]:
    """A span with the article or the verb particle that the alignment left at its edges."""
    while first and free[first - 1] and words[first - 1].lower in ("a", "an", "the", "to"):
        first -= 1
        free[first] = False
    return first, last


def _align(task: Sequence[str], stems: Sequence[str], free: Sequence[bool]) -> tuple[float, int, int]:
    """Share of a task's words found, and where."""
    n, m = len(task), len(stems)
    score = [[0.0] * (m + 1) for _ in range(n + 1)]
    best, bi, bj = 0.0, 0, 0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            if not free[j - 1]:
                continue
            value = max(
                0.0,
                score[i - 1][j - 1] + _similar(task[i - 1], stems[j - 1]),
                score[i - 1][j] - _GAP,
                score[i][j - 1] - _GAP,
            )
            score[i][j] = value
            if value > best:
                best, bi, bj = value, i, j
    i, j, first = bi, bj, bj
    found = 0.0
    while i and j and score[i][j] > 0:
        similar = _similar(task[i - 1], stems[j - 1])
        if abs(score[i][j] - score[i - 1][j - 1] - similar) < 1e-9:
            i, j = i - 1, j - 1
            if similar > 0:
                found += similar
                first = j
        elif abs(score[i][j] - score[i - 1][j] + _GAP) < 1e-9:
            i -= 1
        else:
            j -= 1
    whole = sum(_SAME_LIGHT if word in LIGHT else _SAME for word in task)
    return (found / whole if whole else 0.0), first, bj


def _similar(a: str, b: str) -> float:
    if a != b:
        return -_MISMATCH
    return _SAME_LIGHT if a in LIGHT else _SAME


def _linked(words: Sequence[Word], at: int, end: int, tags: list[str], *, before_task: bool) -> bool:
    """Tags the words between two tasks; False where some of them are not understood."""
    while at < end:
        link = _link(words, at, end)
        if link is not None:
            length, kind = link
            tags[at : at + length] = [kind] * length
            at += length
            if kind in ("after", "before"):
                at = _reference(words, at, end, tags)
            continue
        if words[at].lower not in _FILLER:
            return False
        at += 1
    return True


def _link(words: Sequence[Word], at: int, end: int) -> tuple[int, str] | None:
    for phrase, kind in _LINKS:
        if tuple(word.lower for word in words[at : min(end, at + len(phrase))]) == phrase:
            return len(phrase), kind
    return None


def _reference(words: Sequence[Word], at: int, end: int, tags: list[str]) -> int:
    """Tags what follows "after": up to the comma that no "and" follows, or the end of the sentence."""
    last = at
    while last < end and words[last].text not in _STOP:
        listed = any(w.lower == "and" for w in words[last + 1 : end]) or _more(words, last, end)
        if words[last].text == "," and not listed:
            break
        last += 1
    if last > at:
        tags[at:last] = ["B-ref", *["I-ref"] * (last - at - 1)]
    return last


def _more(words: Sequence[Word], comma: int, end: int) -> bool:
    return any(word.text == "," for word in words[comma + 1 : end])


def explained(rows: Sequence[Composition]) -> Iterator[Tagged]:
    """The compositions that can be explained."""
    for row in rows:
        tagged = silver(row)
        if tagged is not None:
            yield tagged
