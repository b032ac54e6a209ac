"""The words of free noun phrases that name nothing themselves: articles, parts, places beside things, colours."""

from __future__ import annotations

import re

from grounding.translate.lexemes import OPERATE, STATES, Flag

ARTICLES = frozenset([
    "a", "an", "the", "some", "any", "this", "that", "these", "those", "my", "your", "our", "his", "her", "its",
    "their", "each", "every", "another", "same", "more",
])  # fmt: skip
MANY = frozenset(["all", "both", "several", "few", "couple", "pair", "pairs", "many"])
#: Words for a part of a thing, which stand for the thing: "the back of the toilet", "the toilet lid".
PARTS = frozenset([
    "top", "tops", "bottom", "side", "sides", "end", "ends", "edge", "edges", "corner", "corners", "middle",
    "center", "centre", "back", "front", "left", "right", "surface", "inside", "part", "parts", "lid", "seat",
    "area", "section", "rim", "base", "half", "spot", "place", "space", "hand", "tank", "leaf", "leaves",
    "wall", "floor", "rest", "set", "rear", "far", "head",
])  # fmt: skip
PORTIONS = frozenset([
    "slice", "slices", "piece", "pieces", "chunk", "chunks", "wedge", "wedges", "section", "sections",
    "segment", "segments",
])  # fmt: skip
#: Particles that belong to the verb: "put the cup down on the table".
TRAILING = frozenset([
    "up", "down", "away", "back", "over", "off", "out", "together", "aside", "inside", "again", "too", "well",
])  # fmt: skip
#: What robots cannot fill things with.
WATER = frozenset(["water", "liquid", "coffee", "tea"])
COLOURS = frozenset([
    "red", "green", "blue", "yellow", "white", "black", "orange", "pink", "purple", "brown", "grey", "gray",
    "silver", "gold", "golden", "tan", "beige",
])  # fmt: skip
#: Adjectives and numbers by which nothing here differs.
VAGUE = frozenset([
    "small", "large", "big", "little", "long", "old", "new", "empty", "full", "used", "dirty", "other", "far",
    "near", "first", "second", "third", "last", "upper", "lower",
])  # fmt: skip
#: Nouns that name nearly everything.
ANYTHING = frozenset(["thing", "object", "item"])
#: Where a thing is that is beside another one, and where it is that is on, in or from it.
NEAR = (
    "next to", "beside", "near", "by", "in front of", "to the left of", "to the right of", "to the side of",
    "on the left of", "on the right of", "on the side of", "at the side of", "left of", "right of", "under",
    "underneath", "below", "beneath", "behind", "above", "over", "across from", "across", "between", "against",
    "closest to", "nearest", "around", "along", "about", "close to", "where", "to the left side of",
    "to the right side of", "on the left side of", "on the right side of", "on the other side of", "from behind",
    "from under", "from beside",
)  # fmt: skip
AT = (
    "on top of", "inside of", "inside", "into", "onto", "on to", "in", "on", "at", "from", "out of", "off of",
    "off", "to", "atop", "upon", "within",
)  # fmt: skip
UNDER = frozenset(["under", "underneath", "below", "beneath", "from under"])

CONTENTS = re.compile(r" (?:with|containing|holding|contains|full of|filled with|that has|which has|carrying) ")
IN_IT = re.compile(r"(?: (?:in|on|inside|inside of|on top of|within)(?: it| them| of it)?| on top| that is in it)$")
#: What follows these says why or how, not what.
ASIDE = re.compile(r" (?:while|using|so|in order|because|for|when|via|afterwards|that you) .*$")
PREPOSITION = re.compile(
    rf" (?:(?:that|which) (?:is|are|was|sits|stands|lies|goes) )?(?:(?:sitting|lying|located|standing|found) )?"
    rf"({'|'.join(sorted((*NEAR, *AT), key=len, reverse=True))}) "
)

_MORE = {
    "clean": ("soaked", "damp"), "heated": ("toasted", "baked", "fried", "toast"), "chilled": ("frozen", "chill"),
    "sliced": ("diced", "halved"),
}  # fmt: skip
#: Adjectives that ask for a state.
ADJECTIVES: dict[Flag, frozenset[str]] = {
    flag: frozenset((*words, *_MORE[flag[0]]))
    for flag, words in STATES.items()
    if flag[1] and flag in OPERATE and flag[0] in _MORE
}
