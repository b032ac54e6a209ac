"""Words of tasks: which carry meaning, which states they speak of, where they stand in a text."""

from __future__ import annotations

import re

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")

#: Words that a task may use although the instruction does not: they name nothing of the world.
LIGHT = frozenset(
    """a an the this that these those some any one of and or to from in into inside on onto at by with under below above
    over behind near next beside between for off out up down back away it its them their then is are be been being so
    still which who robot please""".split()  # noqa: SIM905
)

#: Verbs that a task may use although the instruction does not: "get rid of the cup" is a way to say "throw".
VERBS = frozenset(
    """put place move bring take carry get fetch pick set lay leave go drive walk look examine inspect turn switch open
    close clean wash rinse heat warm cook cool chill slice cut fill empty throw return find hold clear push pull
    guide""".split()  # noqa: SIM905
)

#: State at the end -> words that speak of it, each for all its forms.
STATES = {
    "clean": "clean wash rinse wipe scrub spotless",
    "dirty": "dirty dirt soil stain",
    "hot": "hot heat warm cook microwave bake boil toast reheat",
    "cold": "cold cool chill refrigerate fridge freeze frozen ice",
    "sliced": "slice cut chop piece dice",
    "filled": "fill full",
    "empty": "empty drain clear",
    "open": "open",
    "closed": "close shut",
    "on": "on",
    "off": "off",
    "locked": "lock",
    "unlocked": "unlock",
    "dry": "dry",
    "wet": "wet",
}  # fmt: skip


def words(text: str) -> tuple[str, ...]:
    """The words of a text in lower case.

    >>> words("Put the CD's down, please.")
    ('put', 'the', "cd's", 'down', 'please')
    """
    return tuple(match.group().lower() for match in WORD.finditer(text))


def stem(word: str) -> str:
    """A key that the forms of one word share.

    >>> {stem(w) for w in ("slice", "slices", "sliced", "slicing")}, stem("knives") == stem("knife")
    ({'slic'}, True)
    """
    word = re.sub(r"['’]s?$", "", word.lower())
    for ending, left in (("ing", 3), ("ied", 2), ("ies", 2), ("ed", 3), ("ves", 2), ("es", 3), ("s", 3)):
        if word.endswith(ending) and not word.endswith("ss") and len(word) - len(ending) >= left:
            word = word.removesuffix(ending) + {"ied": "y", "ies": "y", "ves": "f"}.get(ending, "")
            break
    word = re.sub(r"f?e$|(?<=l)f$", "f" if word.endswith("fe") else "", word) if len(word) > 3 else word
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou" else word


def content(text: str) -> tuple[str, ...]:
    """Stems of the words that name something, in order."""
    return tuple(stem(word) for word in words(text) if word not in LIGHT)


def speaks_of(state: str, text: str) -> bool:
    """Whether a text has a word for a state: its name, or one that brings it about.

    >>> speaks_of("clean", "Rinse the cup."), speaks_of("clean", "Take the cup.")
    (True, False)
    """
    wanted = [stem(word) for word in STATES.get(state, state).split()]
    found = {stem(word) for word in words(text)}
    return any(w == f or (len(w) > 3 and f.startswith(w)) for w in wanted for f in found)


def span(task: str, text: str) -> tuple[int, int]:
    """Offsets of the shortest stretch of a text that has the most words of a task; (-1, -1) where none.

    >>> span("put a clean cup in the sink", "Open the door. Then put a clean cup in the sink.")
    (20, 47)
    """
    wanted = {stem(word) for word in words(task)}
    heavy = set(content(task)) or wanted
    marks = [(m.start(), m.end(), stem(m.group())) for m in WORD.finditer(text)]
    marks = [mark for mark in marks if mark[2] in wanted]
    best, found = 0.0, (-1, -1)
    for i, (start, _, first) in enumerate(marks):
        seen: set[str] = set()
        for _, end, key in marks[i:]:
            seen.add(key)
            worth = sum(2.0 if k in heavy else 0.5 for k in seen) - 0.02 * (end - start)
            if worth > best and first in seen:
                best, found = worth, (start, end)
    return found
