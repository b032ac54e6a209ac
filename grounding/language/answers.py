"""Answers to a question with options: by number, by words that tell one option from the others, both or none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBER = {**{word: i for i, word in enumerate(_NUMBERS)}, **{str(i + 1): i for i in range(10)}}
_ORDINAL = {
    **{word: i for i, word in enumerate(_ORDINALS)},
    **{f"{i + 1}{['st', 'nd', 'rd'][i] if i < 3 else 'th'}": i for i in range(10)},
}
#: Words around a number that leave it a number.
_AROUND = frozenset(
    [
        "the",
        "a",
        "please",
        "option",
        "number",
        "answer",
        "choice",
        "one",
        "reading",
        "meaning",
        "i",
        "mean",
        "meant",
        "want",
        "take",
        "do",
        "it",
        "that",
        "is",
    ]
)
_NONE = frozenset(["none", "neither", "no", "nope", "nothing", "none of them", "neither of them", "none of these",
                   "neither one", "something else", "no thanks", "none of those"])  # fmt: skip
_YES = frozenset(["yes", "yeah", "yep", "yes please", "right", "correct", "exactly", "that is right", "sure", "ok",
                  "okay", "go ahead", "do it", "do that", "that one", "yes that is right"])  # fmt: skip
_BOTH = re.compile(r"^(?:no )?(?:i want |do |take )?(?:both|all)(?: of (?:them|these|those)| three)?(?: please)?$")
#: Words that tell no option from another.
_EMPTY = frozenset(
    [
        "the",
        "a",
        "an",
        "please",
        "i",
        "mean",
        "meant",
        "want",
        "to",
        "of",
        "it",
        "that",
        "this",
        "is",
        "one",
        "ones",
        "option",
        "and",
        "then",
        "no",
        "not",
        "but",
        "do",
        "you",
        "just",
        "in",
        "on",
        "at",
        "with",
        "my",
        "your",
        "would",
        "like",
        "should",
        "must",
        "can",
        "be",
        "thing",
    ]
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+(?:st|nd|rd|th)?")


@dataclass(frozen=True)
class Choice:
    """What an answer picks.

    Attributes:
        chosen: Positions of the options picked, from 0; all of them for "both", none for "neither".
        resolved: Whether it answers the question at all.
        reason: Why it does not, one sentence; empty where it does.
    """

    chosen: tuple[int, ...] = ()
    resolved: bool = True
    reason: str = ""


def choose(text: str, options: Sequence[str]) -> Choice:
    """Which options an answer picks.

    Args:
        text: The answer.
        options: What there was to choose from.

    Returns:
        The positions picked. An answer that fits several options, or none, is not resolved and says why.

    >>> choose("the second one", ["Wash the red mug.", "Wash the blue mug."]).chosen
    (1,)
    >>> choose("the red one", ["Wash the red mug.", "Wash the blue mug."]).chosen
    (0,)
    >>> choose("no, both", ["Wash the red mug.", "Wash the blue mug."]).chosen
    (0, 1)
    >>> choose("the mug", ["Wash the red mug.", "Wash the blue mug."]).resolved
    False
    """
    words = _words(text)
    plain = " ".join(words)
    if not options or not words:
        return Choice(resolved=False, reason=f"Say which one you mean: {_range(options)}.")
    if _BOTH.match(plain):
        return Choice(tuple(range(len(options))))
    exact = [i for i, option in enumerate(options) if " ".join(_words(option)) == plain]
    if len(exact) == 1:
        return Choice((exact[0],))
    if plain in _NONE:
        return Choice(())
    if plain in _YES:
        if len(options) == 1:
            return Choice((0,))
        return Choice(resolved=False, reason=f"There is more than one to choose from. Say {_range(options)}.")
    number = _numbered(words, len(options))
    if number is not None:
        if number < len(options):
            return Choice((number,))
        return Choice(resolved=False, reason=f"There are only {len(options)} answers. Say {_range(options)}.")
    return _by_words(words, options)


def _numbered(words: Sequence[str], count: int) -> int | None:
    """The position that a number names; None where the words say something else as well."""
    rest = [word for word in words if word not in _AROUND]
    ordinal = [word for word in rest if word in _ORDINAL]
    if len(rest) == 1 and ordinal:
        return _ORDINAL[rest[0]]
    if len(rest) == 1 and rest[0] in _NUMBER:
        return _NUMBER[rest[0]]
    if rest == ["last"]:
        return count - 1
    if not rest and words[-1] == "one" and (len(words) == 1 or words[-2] in ("option", "number", "answer", "choice")):
        return 0
    return None


def _by_words(words: Sequence[str], options: Sequence[str]) -> Choice:
    """The one option that has the words of the answer, in their order where the words alone do not tell."""
    kept = [word for word in words if word not in _EMPTY]
    said = [_words(option) for option in options]
    known = [word for word in kept if any(word in own for own in said)]
    strange = [word for word in kept if word not in known and word not in _ORDINAL and word != "last"]
    telling = [word for word in known if not all(word in own for own in said)]
    if strange:
        return Choice(resolved=False, reason=f"None of the answers says {strange[0]!r}. Say {_range(options)}.")
    fitting = [i for i, own in enumerate(said) if all(word in own for word in telling)] if telling else []
    if len(fitting) == 1:
        return Choice((fitting[0],))
    ranked = _by_place(kept, said, fitting or list(range(len(options))))
    if ranked is not None:
        return Choice((ranked,))
    few = "fit" if telling else "all fit"
    return Choice(resolved=False, reason=f"Several answers {few} that. Say {_range(options)}.")


def _by_place(kept: Sequence[str], said: Sequence[Sequence[str]], among: Sequence[int]) -> int | None:
    """The one option in which a thing comes first or last: "the lobby first"."""
    rank = [word for word in kept if word in ("first", "last")]
    things = [word for word in kept if word not in ("first", "last")]
    if len(rank) != 1 or not things:
        return None
    places = {i: [said[i].index(word) for word in things if word in said[i]] for i in among}
    if any(len(own) != len(things) for own in places.values()):
        return None
    best = (
        min(places, key=lambda i: max(places[i])) if rank[0] == "first" else max(places, key=lambda i: min(places[i]))
    )
    value = max(places[best]) if rank[0] == "first" else min(places[best])
    rivals = [i for i in among if (max(places[i]) if rank[0] == "first" else min(places[i])) == value]
    return best if len(rivals) == 1 else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'"))


def _range(options: Sequence[str]) -> str:
    """The numbers to choose from, in words for people."""
    if len(options) < 2:
        return "yes or no"
    return f"{', '.join(str(i + 1) for i in range(len(options) - 1))} or {len(options)}"
