"""Text to words: offsets, contractions, number words, and the inflection of English words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

NUMBERS: Mapping[str, str] = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14",
    "fifteen": "15", "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20",
}  # fmt: skip

_CONTRACTIONS: Mapping[str, tuple[str, ...]] = {
    "can't": ("can", "not"), "cannot": ("can", "not"), "won't": ("will", "not"), "shan't": ("shall", "not"),
    "let's": ("let", "us"), "dont": ("do", "not"), "doesnt": ("does", "not"), "mustnt": ("must", "not"),
}  # fmt: skip
_SUFFIXES: Mapping[str, str] = {"'d": "would", "'ll": "will", "'re": "are", "'ve": "have", "'m": "am"}

#: "it's" is short for "it is"; after other words "'s" marks the owner ("m1's door").
_IS_BEFORE_S = frozenset({"it", "that", "there", "he", "she", "what", "who"})

_TOKEN = re.compile(r"[^\W\d_]+(?:'[a-z]+)?|\d+(?:'s)?|\n\s*\n|\n(?=\s*(?:[-*•]|\d+[.)])\s)|[^\w\s]", re.IGNORECASE)
_STEP_NUMBER = re.compile(r"(?:step|task)\s*\d+\s*[.:)]\s*|\d+[.)]\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Word:
    """One word or punctuation mark.

    Attributes:
        text: Lower case, contractions written out.
        start: Offset of its first character in the instruction.
        end: Offset after its last character.
    """

    text: str
    start: int
    end: int


def split_words(text: str) -> tuple[Word, ...]:
    """Words and punctuation of a text with their offsets.

    A number that counts the steps of a list becomes the word ``#``; hyphens and underscores
    separate words; an empty line ends a sentence.

    >>> [w.text for w in split_words("Don't open door_m4, Robot-2's door!")]
    ['do', 'not', 'open', 'door', 'm', '4', ',', 'robot', '2', "'s", 'door', '!']
    """
    plain = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u2013", "-").replace("\u2014", ";")
    words: list[Word] = []
    counted = 0
    position = 0
    while position < len(plain):
        number = _STEP_NUMBER.match(plain, position)
        if number and _starts_step(plain, position, words, counted, number.group()):
            words.append(Word("#", position, number.end()))
            counted += 1
            position = number.end()
            continue
        match = _TOKEN.match(plain, position)
        if match is None:
            position += 1
            continue
        words.extend(_expand(match.group(), match.start(), match.end(), words))
        position = match.end()
    return tuple(_idioms(words))


#: Words that say what others say more plainly.
_IDIOMS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("take", "no"): ("do", "not", "take"), ("no", "photos"): ("do", "not", "take", "photos"),
    ("no", "pictures"): ("do", "not", "take", "pictures"), ("no", "photography"): ("do", "not", "take", "photos"),
    ("robot", "number"): ("robot",), ("and", "/", "or"): ("or",), ("and", "/"): ("and",),
}  # fmt: skip


def _idioms(words: list[Word]) -> Iterator[Word]:
    i = 0
    while i < len(words):
        for said, meant in _IDIOMS.items():
            if tuple(w.text for w in words[i : i + len(said)]) == said:
                yield from (Word(text, words[i].start, words[i + len(said) - 1].end) for text in meant)
                i += len(said)
                break
        else:
            yield words[i]
            i += 1


def _starts_step(text: str, position: int, words: list[Word], counted: int, label: str) -> bool:
    fresh = not words or words[-1].text in ".!?;:\n" or text[:position].rstrip(" \t").endswith("\n")
    if position and text[position - 1].isalnum():
        return False
    value = int(re.findall(r"\d+", label)[0])
    return value == counted + 1 and (fresh or counted > 0)


def _expand(token: str, start: int, end: int, before: list[Word]) -> Iterator[Word]:
    lower = token.lower()
    if lower.isspace():
        yield Word(".", start, end)
    elif lower in _CONTRACTIONS:
        for part in _CONTRACTIONS[lower]:
            yield Word(part, start, end)
    elif lower.endswith("n't"):
        yield Word(lower[:-3], start, end)
        yield Word("not", start, end)
    elif "'" in lower and lower != "'":
        stem, _, suffix = lower.partition("'")
        tail = _SUFFIXES.get("'" + suffix, "is" if stem in _IS_BEFORE_S else "'" + suffix)
        yield Word(stem, start, start + len(stem))
        yield Word(tail, start + len(stem), end)
    elif lower == "'" or lower in {'"', "-", "*", "•", "\u201c", "\u201d", "`"}:
        if lower in {"-", "*", "•"} and (not before or before[-1].text == "."):
            return
    else:
        yield Word(lower, start, end)


_DOUBLING = frozenset(
    {"put", "set", "get", "shut", "grab", "drop", "stop", "step", "skip", "run", "snap", "hit", "cut", "chop", "scrub"}
)
_IRREGULAR: Mapping[str, tuple[str, ...]] = {
    "go": ("gone", "went", "been"), "put": ("put",), "set": ("set",), "bring": ("brought",), "take": ("taken", "took"),
    "drive": ("driven", "drove"), "come": ("came",), "shut": ("shut",), "hold": ("held",), "lead": ("led",),
    "show": ("shown",), "get": ("got", "gotten"), "lay": ("laid",), "leave": ("left",), "keep": ("kept",),
    "throw": ("thrown", "threw"), "run": ("ran",), "make": ("made",), "shoot": ("shot",), "slide": ("slid",),
    "cut": ("cut",),
}  # fmt: skip
_PLURALS: Mapping[str, str] = {
    "person": "people",
    "shelf": "shelves",
    "man": "men",
    "woman": "women",
    "child": "children",
}


def plural(noun: str) -> str:
    """The plural of an English noun.

    >>> plural("box"), plural("lobby"), plural("person"), plural("mug")
    ('boxes', 'lobbies', 'people', 'mugs')
    """
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith(("s", "x", "ch", "sh", "to")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return noun[:-1] + "ies"
    return noun + "s"


def verb_forms(verb: str) -> dict[str, tuple[str, ...]]:
    """Forms of a verb whose first word is inflected: base, third, gerund and past.

    >>> verb_forms("pick up")["gerund"], verb_forms("close")["past"], verb_forms("put")["gerund"]
    (('picking up',), ('closed',), ('putting',))
    """
    head, _, tail = verb.partition(" ")
    stem = head[:-1] if head.endswith("e") and not head.endswith(("ee", "oe")) else head
    if head in _DOUBLING:
        stem = head + head[-1]
    third = head + "es" if head.endswith(("s", "x", "ch", "sh", "o")) else plural(head)
    past_stem = head[:-1] + "i" if head.endswith("y") and head[-2:-1] not in "aeiou" else stem
    past = _IRREGULAR.get(head, (past_stem + "ed",))
    forms = {"base": (head,), "third": (third,), "gerund": (stem + "ing",), "past": past}
    return {name: tuple(f"{form} {tail}".strip() for form in values) for name, values in forms.items()}
