"""Free noun phrases to things of a world: "the floral armchair", "top large desk drawer", "a mug with a pen in it".

A noun is looked for under its own names, then with spelling mended, then by likeness. Words before it that name
something of the world, or tell things of the world apart, choose among what the noun names; other adjectives do not
count, as nothing here differs by them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from grounding.state import WorldState
from grounding.translate import likeness, wording
from grounding.translate.lexemes import OPERATE, STATES, Flag
from grounding.translate.nouns import Noun, nouns_of
from grounding.translate.phrases import listed
from grounding.translate.references import RejectionError
from grounding.translate.words import NUMBERS
from grounding.world import MOVABLE, Cell, World

Want = Callable[[str], bool]

_ARTICLES = frozenset(
    "a an the some any this that these those my your our his her its their each every another same more".split()
)
_MANY = frozenset({"all", "both", "several", "few", "couple", "pair", "pairs", "many"})
#: Words for a part of a thing, which stand for the thing: "the back of the toilet", "the toilet lid".
_PARTS = frozenset(
    """top tops bottom side sides end ends edge edges corner corners middle center centre back front left right surface
    inside part parts lid seat area section rim base half spot place space hand tank leaf leaves wall floor rest set
    rear far head""".split()
)
_PORTIONS = frozenset("slice slices piece pieces chunk chunks wedge wedges section sections segment segments".split())
_CONTENTS = re.compile(r" (?:with|containing|holding|contains|full of|filled with|that has|which has|carrying) ")
_IN_IT = re.compile(r"(?: (?:in|on|inside|inside of|on top of|within)(?: it| them| of it)?| on top| that is in it)$")
_ASIDE = re.compile(r" (?:while|using|so that|in order|because|for|when|via|then|afterwards) .*$")
NEAR = ("next to", "beside", "near", "by", "in front of", "to the left of", "to the right of", "to the side of",
         "on the left of", "on the right of", "on the side of", "at the side of", "left of", "right of", "under", "underneath",
         "below", "beneath", "behind", "above", "over", "across from", "across", "between", "against", "closest to",
         "nearest", "around", "along", "to the left side of", "to the right side of", "on the left side of",
         "on the right side of", "on the other side of", "from behind", "from under", "from beside")  # fmt: skip
AT = ("on top of", "inside of", "inside", "into", "onto", "on to", "in", "on", "at", "from", "out of", "off of", "off",
       "to", "atop", "upon", "within")  # fmt: skip
_PREPOSITION = re.compile(
    rf" (?:(?:that|which) (?:is|are|was|sits|stands) )?(?:(?:sitting|lying|located|standing) )?"
    rf"({'|'.join(sorted((*NEAR, *AT), key=len, reverse=True))}) "
)
_UNDER = frozenset({"under", "underneath", "below", "beneath", "from under"})


@dataclass(frozen=True)
class Mention:
    """What a noun phrase stands for.

    Attributes:
        text: The words.
        ids: Things or zones that fit, in the order of the world file; any one of them, or every one.
        every: Whether all of them are meant.
        states: What they are to be made.
        contents: What is to be in or on it.
        notes: What was passed over, one sentence each.
    """

    text: str
    ids: tuple[str, ...]
    every: bool = False
    states: tuple[Flag, ...] = ()
    contents: tuple[Mention, ...] = ()
    notes: tuple[str, ...] = ()


def plain(phrase: str) -> str:
    """A phrase in lower case with single spaces and without punctuation.

    >>> plain("The chef's  knife, night-stand.")
    'the chef knife night stand'
    """
    text = phrase.lower().replace("\u2019", "'")
    text = re.sub(r"'s\b|s'(?= |$)", lambda m: "s" if m[0] == "s'" else "", text)
    return " ".join(re.sub(r"[^a-z0-9 ]+", " ", text.replace("&", " and ")).split())


class Finder:
    """Finds what noun phrases stand for in one world.

    Args:
        world: The world.
        state: Where things are now.
    """

    def __init__(self, world: World, state: WorldState) -> None:
        self.world, self.state, self.nouns = world, state, nouns_of(world)

    def every(self, phrase: str, want: Want) -> list[Mention]:
        """The things of a list: "a knife and a slice of tomato"."""
        text = plain(re.sub(r",", " and ", phrase))
        whole = self._contents_of(text)
        if whole is None and " and " in text and self._whole(text) is None:
            parts = [part for part in re.split(r"(?: and)+(?: then)? ", f"{text} ") if part.strip()]
            if all(self._names(part) for part in parts):
                return [self.mention(part, want) for part in parts]
        return [self.mention(text, want)]

    def mention(self, phrase: str, want: Want = lambda _: True) -> Mention:
        """What one noun phrase stands for.

        Args:
            phrase: The words, with or without article.
            want: Which things can be meant; others count only where none of these fits.

        Raises:
            RejectionError: The world has no such thing.
        """
        text = _ASIDE.sub("", plain(phrase))
        if (split := self._contents_of(text)) is not None:
            return self._holding(*split, want)
        if self._whole(text) is None and (place := _PREPOSITION.search(text)):
            found = self.mention(text[: place.start()], want)
            return self.narrowed(found, place[1], text[place.end() :])
        return self._noun(text, want)

    def _contents_of(self, text: str) -> tuple[str, str] | None:
        split = _CONTENTS.search(text)
        return None if split is None or not text[: split.start()] else (text[: split.start()], text[split.end() :])

    def _holding(self, outer: str, inner: str, want: Want) -> Mention:
        """ "A mug with a pen in it": something to carry and what it is to hold; "the desk with the lamp": which one."""
        holder = self.mention(outer, want)
        after = re.search(r" (?:in|on|inside|on top of) (?:it|them)\b(.*)$", inner)
        inner = inner[: after.start()] if after else _IN_IT.sub("", inner)
        things = self.world.things
        carried = all(i in things and things[i].properties & MOVABLE and self._holds(i) for i in holder.ids)
        if carried:
            inside = self.every(inner, self.is_movable)
            if all(self.is_movable(i) for m in inside for i in m.ids):
                return replace(holder, contents=(*holder.contents, *inside))
            return holder
        return self.narrowed(holder, "with", inner)

    def narrowed(self, found: Mention, preposition: str, where: str) -> Mention:
        """Those of some things that are somewhere; all of them, with a note, where none is."""
        try:
            spot = self.mention(where)
        except RejectionError:
            return found
        there = tuple(i for i in found.ids if any(self._is_at(i, other, preposition) for other in spot.ids))
        if not there and preposition in NEAR and all(not self.is_movable(i) for i in found.ids):
            there = self._nearest(found.ids, spot.ids)
        if there:
            return replace(found, ids=there)
        if len(found.ids) == 1 or preposition in AT:
            names = listed([wording.name(i, self.world) for i in found.ids[:3]], "or")
            note = f"I take {found.text!r} to be {names}: none is {preposition} {wording.name(spot.ids[0], self.world)}."
            return replace(found, notes=(*found.notes, note))
        return found

    def is_movable(self, entity: str) -> bool:
        """Whether robots can carry it."""
        thing = self.world.things.get(entity)
        return thing is not None and bool(thing.properties & MOVABLE)

    def _holds(self, entity: str) -> bool:
        return bool(self.world.things[entity].properties & {"surface", "container"})

    def _whole(self, text: str) -> Noun | None:
        words = [w for w in text.split() if w not in _ARTICLES]
        return self._table(words)

    def _names(self, text: str) -> bool:
        """Whether a phrase names something of the world."""
        try:
            self.mention(text)
        except RejectionError:
            return False
        return True

    def _table(self, words: Sequence[str]) -> Noun | None:
        return self.nouns.nouns.get(tuple(NUMBERS.get(w, w) for w in words))

    def _noun(self, text: str, want: Want) -> Mention:
        words = text.split()
        definite = not (words and words[0] in ("a", "an", "any", "some"))
        count = next((int(NUMBERS.get(w, w)) for w in words if NUMBERS.get(w, w).isdigit()), 1)
        many = count > 1 or any(w in _MANY for w in words[:2])
        words = [w for w in words if w not in _ARTICLES and w not in _MANY and not NUMBERS.get(w, w).isdigit()]
        whole = self._table(words)
        states: list[Flag] = []
        if whole is None:
            states = [flag for w in words if (flag := self._state(w)) is not None]
            words = [w for w in words if self._state(w) is None] or words
        noun, modifiers = self._matched(words, text)
        ids = [*noun.own, *(i for i in noun.kind if i not in noun.own)]
        if definite and noun.own and not modifiers and not (noun.plural or many):
            ids = list(noun.own)
        wanted = [i for i in ids if want(i)] or ids
        found = Mention(text, self.nouns.sorted(wanted), noun.plural or many, tuple(dict.fromkeys(states)))
        found = self._chosen(found, modifiers)
        if count > len(found.ids):
            has = listed([wording.name(i, self.world) for i in found.ids])
            found = replace(found, notes=(*found.notes, f"Of {text!r} there is only {has} here."))
        return found

    def _state(self, word: str) -> Flag | None:
        """What an adjective asks a thing to be made."""
        if word in _PORTIONS:
            return ("sliced", True) if "sliced" in self._makings else None
        return next((flag for flag, words in _ADJECTIVES.items() if word in words and flag[0] in self._makings), None)

    @cached_property
    def _makings(self) -> frozenset[str]:
        return frozenset(flag[0] for flag, _ in self.nouns.makings.values())

    def _matched(self, words: list[str], text: str) -> tuple[Noun, list[str]]:
        """The noun of a phrase, and the words before it that may tell it apart."""
        if "of" in words:
            at = words.index("of")
            left, right = words[:at], words[at + 1 :]
            if self._table(words) is None and right:
                if all(w in _PARTS or w in _VAGUE for w in left):
                    return self._matched(right, text)
                found = self._longest(words) or self._longest(left)
                return found if found is not None else self._matched(right, text)
        found = self._longest(words)
        if found is not None:
            return found
        for other in self._respelled(words):
            found = self._longest(other)
            if found is not None:
                return found
        alike = likeness.nearest(" ".join(words), self.nouns) if words else None
        if alike is not None:
            return self.nouns.nouns[alike], []
        name = " ".join(words) or text
        near = self.nouns.near(name)
        hint = f" Did you mean {listed(near, 'or')}?" if near else ""
        raise RejectionError(f"There is no {name} in the {self.world.name} world.{hint}", None, near)

    def _longest(self, words: Sequence[str]) -> tuple[Noun, list[str]] | None:
        """The longest name that a phrase ends with, parts of things aside, and the words before it."""
        end = len(words)
        while end:
            for start in range(end):
                noun = self._table(words[start:end])
                if noun is not None and (noun.own or noun.kind):
                    return noun, list(words[:start])
            if words[end - 1] not in _PARTS:
                return None
            end -= 1
        return None

    def _respelled(self, words: Sequence[str]) -> Iterable[list[str]]:
        """The words with slips of the keyboard mended, and with words joined that belong together."""
        for i in range(len(words) - 1):
            yield [*words[:i], words[i] + words[i + 1], *words[i + 2 :]]
        mended = likeness.speller(self.nouns).mend(" ".join(words)).split()
        if mended != list(words):
            yield mended

    def _chosen(self, found: Mention, modifiers: Sequence[str]) -> Mention:
        """Those of some things that the words before their noun speak of."""
        left = list(modifiers)
        while left:
            named = self._longest(left)
            if named is not None:
                there = [*named[0].own, *named[0].kind]
                chosen = tuple(i for i in found.ids if any(self._is_at(i, other, "near") for other in there))
                chosen = chosen or (self._nearest(found.ids, there) if not self.is_movable(found.ids[0]) else ())
                found, left = replace(found, ids=chosen or found.ids), named[1]
                continue
            found = self._told_apart(found, left.pop())
        return found

    def _told_apart(self, found: Mention, word: str) -> Mention:
        fits = self.nouns.modifiers.get(word)
        if fits is None and word in _COLOURS:
            coloured = [i for i in found.ids if i in self.world.things and self.world.things[i].colour]
            fits = set(found.ids) - set(coloured) if coloured else None
        if fits is None:
            return found
        chosen = tuple(i for i in found.ids if i in fits)
        if not chosen and any(i in other for i in found.ids for other in self.nouns.modifiers.values()):
            there = [wording.name(i, self.world) for i in found.ids]
            raise RejectionError(f"There is no {found.text} here; there is {listed(there[:6])}.", None, there)
        return replace(found, ids=chosen or found.ids)

    def _is_at(self, entity: str, spot: str, preposition: str) -> bool:
        """Whether something is where words say: in a room, on or in a thing, beside it, or with a thing on it."""
        if entity == spot or entity not in self.world.things:
            return False
        thing = self.state.things[entity]
        if spot in self.world.zones:
            return thing.cell in self.world.zones[spot].cells
        if spot not in self.world.things:
            return False
        if preposition == "with":
            return self.state.things[spot].support == entity
        return thing.support == spot or (thing.support is not None and thing.support == self.state.things[spot].support)

    def _nearest(self, ids: Iterable[str], spots: Iterable[str]) -> tuple[str, ...]:
        """The one among some things that stands nearest to others in the same room."""
        things, state = self.world.things, self.state.things
        pairs = [
            (_distance(state[i].cell, state[s].cell), self.nouns.order[i], i)
            for i in ids for s in spots
            if i in things and s in things and i != s
            and self.world.room_of(state[i].cell) == self.world.room_of(state[s].cell)
        ]  # fmt: skip
        return (min(pairs)[2],) if pairs else ()

    def beside(self, entity: str, preposition: str = "") -> tuple[str, ...]:
        """Where things go that are to be put next to something: what that lies on, else the nearest place for things.

        Below something a cupboard or the like counts before a table.
        """
        support = self.state.things[entity].support if entity in self.world.things else None
        if support is not None:
            return (support,)
        fixed = [t.id for t in self.world.things.values() if not self.is_movable(t.id) and t.support is None]
        surfaces = [i for i in fixed if "surface" in self.world.things[i].properties]
        closed = [i for i in fixed if {"container"} <= self.world.things[i].properties
                  and "open" in self.world.things[i].possible_flags]  # fmt: skip
        return self._nearest(closed if preposition in _UNDER else surfaces, [entity])


def _distance(a: Cell, b: Cell) -> int:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


#: Adjectives that ask for a state, with the participles of the verbs that bring it about.
_ADJECTIVES: dict[Flag, frozenset[str]] = {
    flag: frozenset((*words, *_MORE.get(flag[0], ())))
    for _MORE in ({"clean": ("soaked", "damp"), "heated": ("toasted", "baked", "fried", "toast"),
                   "chilled": ("frozen", "chill", "cooler"), "sliced": ("diced", "halved")},)
    for flag, words in STATES.items()
    if flag[1] and flag in OPERATE and flag[0] in ("clean", "heated", "chilled", "sliced")
}  # fmt: skip
_COLOURS = frozenset(
    "red green blue yellow white black orange pink purple brown grey gray silver gold golden tan beige".split()
)
_VAGUE = frozenset("small large big little long old new empty full used dirty the an a other far near".split())
