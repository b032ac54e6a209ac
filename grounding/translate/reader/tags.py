"""What a word does in a free instruction: it belongs to a task, points back at one, links, or rules.

A reading is one tag per word. Spans (tasks, references to tasks, rules, words taken back) have a first
word and words inside, the links between them are single tags.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

#: What spans and links are called in data and models; the order is that of the model's outputs.
SPANS = ("task", "ref", "rule", "back")
LINKS = ("after", "before", "then", "last", "first", "free", "chain", "either", "or")
TAGS = ("O", *(f"{edge}-{span}" for span in SPANS for edge in "BI"), *LINKS)
NUMBER = {tag: number for number, tag in enumerate(TAGS)}

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[^\w\s]|_")
#: Words of an instruction that are read; see the limit of instructions, which is below it.
MOST_WORDS = 700
#: Marks that end a sentence.
STOPS = frozenset(".!?;")
_LONG = 60  # words after which a sentence is parted, so that the encoder sees all of it


@dataclass(frozen=True)
class Word:
    """A word or a punctuation mark, and where it stands.

    Attributes:
        text: As written.
        start, end: Offsets in the instruction.
    """

    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        """In lower case."""
        return self.text.lower()


@dataclass(frozen=True)
class Segment:
    """Neighbouring words that do one thing.

    Attributes:
        kind: One of :data:`SPANS` or :data:`LINKS`, or "O".
        first, last: Positions of its words, the last one not included.
        opens: Whether a span begins here; otherwise it goes on after words taken back.
    """

    kind: str
    first: int
    last: int
    opens: bool = True


def words_of(text: str) -> list[Word]:
    """The words of a text; hyphens part words.

    >>> [word.text for word in words_of("Put it down, then rest.")]
    ['Put', 'it', 'down', ',', 'then', 'rest', '.']
    """
    return [Word(m.group(), m.start(), m.end()) for m in _WORD.finditer(_one_line(text))][:MOST_WORDS]


def _one_line(text: str) -> str:
    """Lines that end without a mark end with a full stop; every character keeps its place."""
    text = re.sub(r"\.{2,}|…", lambda m: ",".ljust(len(m.group())), text)  # a pause is no end
    return re.sub(r"(?<=[^\s.!?;:,])[ \t]*\r?\n", lambda m: ".".rjust(len(m.group())), text)


def sentences_of(words: Sequence[Word]) -> list[tuple[int, int]]:
    """Where sentences begin and end, as positions of words; long ones are parted.

    >>> sentences_of(words_of("Go there. Come back"))
    [(0, 3), (3, 5)]
    """
    found: list[tuple[int, int]] = []
    first = 0
    for i, word in enumerate(words, 1):
        long = i - first >= _LONG // 2 and word.text == ","
        if word.text in STOPS or long or i - first == _LONG or i == len(words):
            found.append((first, i))
            first = i
    return found


def segments(tags: Sequence[str]) -> list[Segment]:
    """Tags as segments, in order.

    >>> [(s.kind, s.first, s.last) for s in segments(["after", "B-ref", "I-ref", "O", "B-task"])]
    [('after', 0, 1), ('ref', 1, 3), ('O', 3, 4), ('task', 4, 5)]
    """
    found: list[Segment] = []
    for i, tag in enumerate(tags):
        kind = tag.partition("-")[2] or tag
        if tag.startswith("B-") or not found or found[-1].kind != kind:
            found.append(Segment(kind, i, i + 1, not tag.startswith("I-")))
        else:
            found[-1] = Segment(kind, found[-1].first, i + 1, found[-1].opens)
    return found


def allowed(before: str | None, tag: str) -> bool:
    """Whether a tag may follow another one: a span goes on where it was, or after words taken back."""
    if not tag.startswith("I-"):
        return True
    span = "" if before is None else before.partition("-")[2]
    return span == tag[2:] or (span == "back" and tag == "I-task")
