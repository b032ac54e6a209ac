"""Finds where a wording states which of its known base tasks.

The base tasks are known here, so that this is a search for near-copies, by local alignment of words, and no
understanding. It shares nothing with the engines that are measured.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

from grounding.translate.contents import agree, contents, lemma, same_word

#: Share of the words of a base task that a span must have to be taken for a (changed) statement of it.
ENOUGH = 0.5
IN_FULL = 0.8
_TOKEN = re.compile(r"[A-Za-z]+(?:['’][a-z]+)?|\d+|[.,;:!?]")
_REFERENCE = re.compile(
    r"\b(?:after|once|when|upon|following|before)\b(?! that\b| any\b| all\b)[^.;]*?"
    r"(?:,(?! (?:and |the (?!robot)|a |an |or |\w+,))|[.;]|$)",
    re.IGNORECASE,
)
#: Words that belong to the links between tasks, never to the edge of a task.
_LINKS = """
    after afterwards afterward once when while before first firstly then next finally lastly last simultaneously
    meanwhile concurrently subsequently following followed upon and at any time in order by until or during same
    done completed completing finishing finished complete also later but prior plus as well is are be should can
    initially proceed immediately start begin"""
LINKS = frozenset(_LINKS.split())


@dataclass(frozen=True)
class Token:
    """A word or mark of the wording.

    Attributes:
        text: Lower case.
        key: Base form, for comparison.
        start, end: Offsets.
        worth: What a match of it counts.
    """

    text: str
    key: str
    start: int
    end: int
    worth: float


@dataclass(frozen=True)
class Statement:
    """A stretch of a wording that states a base task.

    Attributes:
        task: Index of the base task.
        start, end: Offsets of the stretch.
        same: Whether it asks for the same thing, in the same place, with the same states.
    """

    task: int
    start: int
    end: int
    same: bool


def tokens_of(text: str, whole: Set[str] = frozenset()) -> list[Token]:
    """Words and marks of a text; two words become one where that is one of ``whole`` ("night stand")."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text):
        word, start = match.group().lower().replace("’", "'"), match.start()
        if found and found[-1].text + word in whole:
            before = found.pop()
            word, start = before.text + word, before.start
        full = contents(word)
        worth = 0.0 if not word[0].isalnum() else 2.0 if full.needed | full.spare else 0.3
        found.append(Token(word, lemma(word), start, match.end(), worth))
    return found


def statements(instruction: str, base_tasks: Sequence[str]) -> list[Statement]:
    """Where the base tasks are stated, in reading order; those that are not stated are left out."""
    whole = {token.text for text in (instruction, *base_tasks) for token in tokens_of(text) if len(token.text) > 5}
    words = tokens_of(instruction, whole)
    referring = [False] * len(words)
    for match in _REFERENCE.finditer(instruction):
        for i, word in enumerate(words):
            referring[i] |= match.start() <= word.start < match.end()
    free = [True] * len(words)
    wanted = {i: tokens_of(task, whole) for i, task in enumerate(base_tasks)}
    found: list[Statement] = []
    # A task that is only spoken of in "after ..." is stated there, if it is there in full.
    for spoken_of, enough in ((referring, ENOUGH), ([False] * len(words), IN_FULL)):
        while wanted:
            best = max((_best(words, free, spoken_of, task), -i) for i, task in wanted.items())
            (share, first, last), index = best[0], -best[1]
            if share < enough:
                break
            del wanted[index]
            first, last = _edges(words, free, first, last)
            free[first : last + 1] = [False] * (last + 1 - first)
            start, end = words[first].start, words[last].end
            same = agree(contents(instruction[start:end]), contents(base_tasks[index]))
            found.append(Statement(index, start, end, same))
    return sorted(found, key=lambda s: s.start)


def _best(
    words: Sequence[Token], free: Sequence[bool], referring: Sequence[bool], task: Sequence[Token]
) -> tuple[float, int, int]:
    """Share of the task that is matched, and first and last word, of the best local alignment."""
    most = sum(t.worth for t in task) or 1.0
    previous = [(0.0, -1, -1)] * (len(task) + 1)
    best = (0.0, -1, -1)
    for i, word in enumerate(words):
        row = [(0.0, -1, -1)]
        if not free[i]:
            previous = [(0.0, -1, -1)] * (len(task) + 1)
            continue
        for j, other in enumerate(task):
            options = [(0.0, -1, -1)]
            score, start, _ = previous[j]
            if word.worth and (word.key == other.key or same_word(word.key, other.key)):
                worth = other.worth * (0.45 if referring[i] else 1.0)
                options.append((score + worth, start if start >= 0 else i, i))
            skipped = 1.5 if word.text in ".;" else 0.25 * word.worth
            for earlier, cost in ((previous[j + 1], skipped), (row[j], 0.1 * other.worth)):
                options.append((earlier[0] - cost, earlier[1], earlier[2]))
            top = max(options)
            row.append(top if top[0] > 0 else (0.0, -1, -1))
            best = max(best, (row[-1][0] / most, row[-1][1], row[-1][2]))
        previous = row
    return best


def _edges(words: Sequence[Token], free: Sequence[bool], first: int, last: int) -> tuple[int, int]:
    """Takes in verbs and articles before a span, and what trails behind it up to a mark or link."""

    def belongs(i: int) -> bool:
        return free[i] and words[i].text[0].isalnum() and words[i].text not in LINKS - {"in", "at"}

    while first and belongs(first - 1):
        first -= 1
    while last + 1 < len(words) and belongs(last + 1) and not _opens_link(words, last + 1):
        last += 1
    return first, last


def _opens_link(words: Sequence[Token], i: int) -> bool:
    return " ".join(w.text for w in words[i : i + 2]) in ("at any", "in any", "at the", "in order", "at last")
