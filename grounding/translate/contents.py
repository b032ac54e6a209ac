"""Content words of a task: what two wordings must share to ask for the same thing.

A task counts as its objects, places and states. Dropped are articles, most prepositions, politeness, words of
sequence, and verbs that only carry ("put", "take", "gather": what counts is where the thing ends). Words that say
the same state are one (washed, rinsed, clean), so are fridge and refrigerator, and the words for a rubbish bin with
the verbs that throw away. Spelling may be off by a letter in words of five or more, and compounds may be split
("night stand"). Agreement is two-sided: a colour, number, state, object or place more or less on either side is
another task.

Tolerated are words that carry no goal: where the thing is taken from (but two different sources make two tasks),
"away", "back", "side" and the like, the "bar" of soap and the "light" of the lamp under which a thing is examined.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True)
class Contents:
    """Content words of a task.

    Attributes:
        needed: Words that the other wording must have.
        source: Words of where things are taken from.
        spare: Words that the other wording may have or not.
    """

    needed: frozenset[str]
    source: frozenset[str] = frozenset()
    spare: frozenset[str] = frozenset()

    def __or__(self, other: Contents) -> Contents:
        return Contents(self.needed | other.needed, self.source | other.source, self.spare | other.spare)


_LIGHT = """
    put place move take set lay bring get got grab pick carry return replace store collect gather fetch find locate
    transfer retrieve hold remove leave keep relocate arrange organize organise drop pull go deposit stow position
    secure prepare sit fill contain pair come belong reuse search obtain"""
_FUNCTION = """
    a an the this that these those it itself its them they their there which who whose some all both each every one any
    of on in into onto inside within upon at to for by with without using use via as well plus and or also so but
    is are be been being was were has have had do does did done can could should would will must may might need want
    please kindly robot you your i me my we us let make made ready sure task tasks how now just same thing respectively
    away back side up down over out off along around together across from through where s t re d ll ve k"""
_SEQUENCE = """
    time simultaneously meanwhile meantime concurrently currently then next first firstly finally lastly last after
    afterwards afterward before once while when subsequently order"""
_DROPPED = frozenset(f"{_LIGHT} {_FUNCTION} {_SEQUENCE}".split())
#: Phrases that become one word or nothing before the words are looked at one by one.
_PHRASES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rf"\b{pattern}\b"), said)
    for pattern, said in (
        (r"(?:garbage|trash|waste|rubbish)[ -]?(?:paper )?(?:can|bin|basket|container)", "trash"),
        (r"(?:turn|switch)(?:ed|ing|es|s)?((?: (?!on\b)\w+){0,5}) off", r"\1 turnoff"),
        (r"in (?:your |the )?hands?", ""),
        (r"(?:by|under|in|with|using|at|near) (?:the |a )?(?:light|glow) (?:of|from)", "with"),
        (r"(?:(?:on|to|onto|at) (?:the )?top of|atop)", "on"),
        (r"(?:clean|pick|gather)(?:s|ing|ed)? up", "take"),
        (r"(?:tidy|tidies|tidying|tidied) up", "take"),
        (r"wash cloth", "washcloth"),
        (r"(?:cutting|chopping) board", "cuttingboard"),
        (r"(?:a )?couple of", "two"),
        (r"(?:set|pair) of", ""),
        (r"(put|place|move|find|take|get) to(?= (?:\w+ )?\w+[^s\W]e?s\b)", r"\1 two"),
        (r"in front of", "front"),
        (r"microwave oven", "the microwave"),
        (r"ice (?:cold|cooled)", "cold"),
    )
)
_SYNONYMS: Mapping[str, str] = {
    word: group.split()[0]
    for group in (
        "clean wash rinse cleanse",
        "hot heat warm cook toast reheat",
        "cold chill cool refrigerate frozen freeze ice",
        "sliced slice cut chop piece",
        "examine inspect look view check observe",
        "trash garbage bin trashcan rubbish dispose discard throw toss wastebasket",
        "fridge refrigerator",
        "tv television",
        "turn switch lit illuminate",
        "grey gray",
        "under below beneath underneath underside",
        "near beside",
        "two 2", "three 3", "four 4", "five 5", "six 6",
    )
    for word in group.split()
}  # fmt: skip
_IRREGULAR: Mapping[str, str] = {
    "knives": "knife", "shelves": "shelf", "loaves": "loaf", "leaves": "leaf", "taken": "take", "took": "take",
    "brought": "bring", "held": "hold", "found": "find", "made": "make", "kept": "keep", "left": "left",
    "thrown": "throw", "threw": "throw", "cd's": "cd", "froze": "freeze", "leaving": "leave", "chosen": "choose",
    "glasses": "glass", "put": "put", "laid": "lay", "shelving": "shelving", "dining": "dining", "living": "living",
    "watering": "watering", "used": "use", "lying": "lie", "lies": "lie", "tissue": "tissue", "was": "was",
    "self": "shelf", "tale": "table", "bowel": "bowl",
    "this": "this", "its": "its", "is": "is", "has": "has", "does": "does", "as": "as", "news": "news",
}  # fmt: skip
_LONG = tuple(word for word in _SYNONYMS if len(word) > 8)
_SPARE = frozenset({"bar", "head", "roll"})
_SOURCE = re.compile(
    r"\b(?:from|out of|off of)\b((?: (?!to\b|on\b|onto\b|into\b|in\b|and\b|then\b|put|plac|mov|plus\b|as\b|set\b"
    r"|turn|with\b|wash|while\b|by\b|tak)[^ ,.;]+)+)"
)
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+")


def contents(text: str) -> Contents:
    """Content words of a task or part of one.

    >>> sorted(contents("Put a rinsed spoon in the drawer.").needed)
    ['clean', 'drawer', 'spoon']
    >>> sorted(contents("move a disc from the desk to the shelf").source)
    ['desk']
    """
    plain = f" {text.lower().replace(chr(0x2019), chr(39))} "
    for pattern, said in _PHRASES:
        plain = pattern.sub(said, plain)
    plain = re.sub(r"\s+", " ", re.sub(r"\bfrom (?:the )?(?:inside|in|on|under|off)\b", "from", plain))
    taken = " ".join(found.group(1) for found in _SOURCE.finditer(plain))
    source = frozenset(_words(taken))
    needed = frozenset(_words(_SOURCE.sub(" ", plain)))
    spare = _SPARE | {"light"} if "examine" in needed else _SPARE
    return Contents(needed - spare, source - spare, needed & spare)


def agree(one: Contents, other: Contents) -> bool:
    """Whether two wordings ask for the same.

    >>> agree(contents("wash the mug, put it in the sink"), contents("Put a clean mug in a sink."))
    True
    >>> agree(contents("Put a mug in the sink."), contents("Put a clean mug in a sink."))
    False
    """
    if one.source and other.source and not _common(one.source, other.source):
        return False
    left = _without(one.needed, other.needed | other.source)
    right = _without(other.needed, one.needed | one.source)
    return not _unjoined(left, right | other.source) and not _unjoined(right, left | one.source)


def same_word(one: str, other: str) -> bool:
    """Whether two words are one but for a letter, not the first, that is wrong, missing, too many or swapped.

    >>> same_word("refrigerate", "refirgerate"), same_word("cup", "cap")
    (True, False)
    """
    if one == other:
        return True
    if min(len(one), len(other)) < 5 or abs(len(one) - len(other)) > 1 or one[0] != other[0]:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[2:] == b[2:] and a[:2] == b[1::-1])


def _common(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(_unjoined(_without(one, other), other)) < len(one)


def _without(words: frozenset[str], given: frozenset[str]) -> frozenset[str]:
    return frozenset(w for w in words - given if not any(same_word(w, g) for g in given))


def _unjoined(words: frozenset[str], given: frozenset[str]) -> frozenset[str]:
    """Words that are neither a compound of two given ones nor half of a given one."""
    pairs = {a + b for a in given for b in given}
    halves = {half for g in given for a in words for b in words if same_word(a + b, g) for half in (a, b)}
    return frozenset(w for w in words if w not in halves and not any(same_word(w, p) for p in pairs))


def _words(plain: str) -> list[str]:
    found: list[str] = []
    tokens = _WORD.findall(plain)
    for before, token in zip(["", *tokens], tokens, strict=False):
        word = "fridge" if token == "refrigerator" else lemma(token)
        if token == "microwave":
            # Before its noun or as a verb it is a state; after an article it is a place.
            verb = before in ("", "and", "then", "to", "please", "s") or before in _DROPPED - _BEFORE_PLACES
            word = "hot" if verb else "microwave"
        elif word.startswith("microwav"):
            word = "hot"
        if word not in _DROPPED:
            found.append(word)
    return found


_BEFORE_PLACES = frozenset({"the", "a", "an", "in", "into", "inside", "on", "of", "by", "at", "from", "with", "within"})


@lru_cache(maxsize=20_000)
def lemma(token: str) -> str:
    """The base form that stands for a word and its synonyms.

    >>> [lemma(w) for w in ("rinsed", "potatoes", "slicing", "shelves", "chilled", "putting")]
    ['clean', 'potato', 'sliced', 'shelf', 'cold', 'put']
    """
    token = _IRREGULAR.get(token, token)
    if token in _DROPPED or token in _SYNONYMS:
        return _SYNONYMS.get(token, token)
    token = re.sub(r"'s?$", "", token)
    for form in _bases(token):
        if form in _SYNONYMS or form in _DROPPED:
            return _SYNONYMS.get(form, form)
        for word in _LONG:
            if same_word(form, word):
                return _SYNONYMS[word]
    return _bases(token)[-1]


def _bases(token: str) -> list[str]:
    """Forms that may be the base of a word, the likeliest last."""
    if token in _IRREGULAR.values():
        return [token]
    if len(token) > 4 and token.endswith("ies"):
        token = token[:-3] + "y"
    elif token.endswith(("sses", "xes", "ches", "shes", "oes")):
        token = token[:-2]
    elif len(token) > 3 and token.endswith("s") and not token.endswith(("ss", "us", "is")):
        token = token[:-1]
    for ending in ("ing", "ed"):
        stem = token[: -len(ending)]
        if len(token) > 4 and token.endswith(ending) and re.search("[aeiouy]", stem):
            if len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "lsz":
                return [stem[:-1]]
            return [stem + "e", stem[:-1], stem] if stem[-1] == stem[-2] else [stem + "e", stem]
    return [token]
