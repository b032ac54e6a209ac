"""Text to tokens for everything that is said to a running fleet: quick, total, with offsets."""

from __future__ import annotations

import re
from typing import NamedTuple

_TOKEN = re.compile(
    r"[^\W\d_]+?(?=n't\b)|n't\b|'[a-z]+|[^\W\d_]+|\d+(?:\.\d+)?|\n|[.,;:!?\u2026()\u2013\u2014]|(?<=\s)-(?=\s)"
)
_WRITTEN_OUT = {
    "n't": "not", "'re": "are", "'ll": "will", "'ve": "have", "'d": "would", "'m": "am", "dont": "not", "cannot": "not",
    "cant": "not", "doesnt": "not", "mustnt": "not", "shouldnt": "not", "wont": "not", "\n": ".", "\u2026": ".",
    "\u2013": ",", "\u2014": ",", "-": ",", "(": ",", ")": ",",
}  # fmt: skip
_COUNTED = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
#: Number words; "to", "too" and "for" are never read as numbers.
NUMBERS = {word: str(value) for value, word in enumerate(_COUNTED.split())}
#: Sentences end at these, clauses at a comma as well.
SENTENCE_END = frozenset(".;!?")
PUNCTUATION = SENTENCE_END | {",", ":"}


def wordset(words: str) -> frozenset[str]:
    """The words of a string as a set."""
    return frozenset(words.split())


#: "It's" is short for "it is"; after other words "'s" marks the owner.
_IS_BEFORE_S = wordset("it that there he she what who where how this here everything")


class Token(NamedTuple):
    """A word, number or mark: lower case, contractions written out, and where it stands in the text."""

    text: str
    start: int
    end: int

    @property
    def number(self) -> str:
        """Its digits where it is a number or a number word, else the text."""
        return NUMBERS.get(self.text, self.text)


def tokenise(text: str) -> list[Token]:
    """The tokens of a text.

    >>> [t.text for t in tokenise("Robot_2, DON'T stop!")]
    ['robot', '2', ',', 'do', 'not', 'stop', '!']
    """
    lower = text.replace("\u2019", "'").replace("\u2018", "'").lower()
    if len(lower) != len(text):  # a few letters grow when lowered; offsets must stay true
        lower = "".join(low if len(low := c.lower()) == 1 else c for c in text.replace("\u2019", "'"))
    tokens: list[Token] = []
    for match in _TOKEN.finditer(lower):
        word = match[0]
        is_verb = word == "'s" and tokens and tokens[-1].text in _IS_BEFORE_S
        tokens.append(Token("is" if is_verb else _WRITTEN_OUT.get(word, word), match.start(), match.end()))
    return tokens
