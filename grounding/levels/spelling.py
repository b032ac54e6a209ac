"""Mends slips of the keyboard, towards words that commands are made of.

Only a word that is no word gets changed: neither one of the commands learned from, nor one that the
encoder knows whole. "Go to teh gren room" becomes "go to the green room"; "go to the kitchen" stays.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

_WORD = re.compile(r"[a-z]+|\d+|'[a-z]+|[^\sa-z\d]")
_SHORTEST = 3  # letters of a word that may be mended
_LONG = 7  # from this length on two slips are allowed
_GLUED = 4  # letters of two words written together


class Speller:
    """Mends words.

    Args:
        counts: Words of commands, with how often they were seen.
        known: Other words that exist, and are left alone.
    """

    def __init__(self, counts: Mapping[str, int], known: Iterable[str] = ()) -> None:
        self.counts = dict(counts)
        self._known = frozenset(known) | frozenset(counts)
        self._without: dict[str, list[str]] = defaultdict(list)
        for word in counts:
            for shorter in _shortened(word, 2 if len(word) >= _LONG else 1):
                self._without[shorter].append(word)
        self._mended: dict[str, str] = {}

    def words(self, text: str) -> list[str]:
        """Lower-case words and signs of a text, as they stand.

        >>> Speller({"go": 3}).words("Go to X5!")
        ['go', 'to', 'x', '5', '!']
        """
        return _WORD.findall(text.lower())

    def mend(self, text: str) -> str:
        """The text with its slips mended, words and signs set apart by spaces.

        >>> Speller({"the": 9, "green": 5, "room": 9}, {"kitchen"}).mend("teh gren room, thegreen kitchen")
        'the green room , the green kitchen'
        """
        return " ".join(self._word(word) for word in self.words(text))

    def is_known(self, word: str) -> bool:
        """Whether commands that were learned from had this word."""
        return word in self.counts or not word.isalpha()

    def _word(self, word: str) -> str:
        if word in self._known or len(word) < _SHORTEST or not word.isalpha():
            return word
        if word not in self._mended:
            self._mended[word] = self._nearest(word) or self._split(word) or word
        return self._mended[word]

    def _nearest(self, word: str) -> str | None:
        most = 2 if len(word) >= _LONG else 1
        candidates = {c for shorter in _shortened(word, most) for c in self._without.get(shorter, ())}
        ranked = sorted((_slips(word, c), -self.counts[c], c) for c in candidates)
        return ranked[0][2] if ranked and ranked[0][0] <= most else None

    def _split(self, word: str) -> str | None:
        if len(word) < _GLUED:
            return None
        halves = [(word[:at], word[at:]) for at in range(2, len(word) - 1)]
        found = [
            (-min(self.counts[a], self.counts[b]), a, b) for a, b in halves if a in self.counts and b in self.counts
        ]
        return " ".join(min(found)[1:]) if found else None


def _shortened(word: str, most: int) -> set[str]:
    """The word with up to so many letters left out."""
    found = last = {word}
    for _ in range(most):
        last = {w[:i] + w[i + 1 :] for w in last for i in range(len(w))}
        found = found | last
    return found


def _slips(a: str, b: str) -> int:
    """Letters left out, added, changed, or swapped with a neighbour, between two words."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        older, before, row = before, row, [i]
        for j, y in enumerate(b, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]
