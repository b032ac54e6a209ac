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
from grounding.translate.lexemes import Flag
from grounding.translate.nouns import Noun, nouns_of
from grounding.translate.phrases import listed
from grounding.translate.phrasewords import (
    ADJECTIVES,
    ANYTHING,
    ARTICLES,
    ASIDE,
    COLOURS,
    CONTENTS,
    IN_IT,
    MANY,
    NEAR,
    PARTS,
    PORTIONS,
    PREPOSITION,
    TRAILING,
    UNDER,
    VAGUE,
    WATER,
)
from grounding.translate.references import RejectionError
from grounding.translate.words import NUMBERS
from grounding.world import MOVABLE, Cell, World

Want = Callable[[str], bool]

#: Up to how many things a noun that names nearly everything may leave open.
_MOST_OPEN = 3
#: From this area on (square metres) furniture is a place to set things down beside others.
_BROAD = 0.35


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
        text = ASIDE.sub("", plain(phrase))
        if (split := self._contents_of(text)) is not None:
            return self._holding(*split, want)
        left, preposition, right = self.apart(text)
        if preposition:
            among = self._noun(left, want, own=False)
            found = self.narrowed(among, preposition, right)
            return replace(self._noun(left, want), notes=found.notes) if found.ids == among.ids else found
        if right:
            return self.mention(right, want)
        return self._noun(text, want)

    def apart(self, text: str) -> tuple[str, str, str]:
        """ "The pan on the table" as pan, "on" and table; without preposition where only a part is named first.

        Both others are empty where the text is one noun phrase.
        """
        place = PREPOSITION.search(f" {text}") if self._whole(text) is None else None
        if place is None:
            return text, "", ""
        left, right = text[: max(0, place.start() - 1)], text[place.end() - 1 :].removesuffix(" is")
        part = all(w in PARTS or w in ARTICLES or w in VAGUE for w in left.split())
        return left, "" if part else place[1], right

    def _contents_of(self, text: str) -> tuple[str, str] | None:
        split = CONTENTS.search(text)
        return None if split is None or not text[: split.start()] else (text[: split.start()], text[split.end() :])

    def _holding(self, outer: str, inner: str, want: Want) -> Mention:
        """ "A mug with a pen in it": something to carry and what it is to hold; "the desk with the lamp": which one."""
        holder = self.mention(outer, want)
        after = re.search(r" (?:in|on|inside|on top of) (?:it|them)\b(.*)$", inner)
        inner = inner[: after.start()] if after else IN_IT.sub("", inner)
        inner = re.sub(r" with (?=an? |the )", " and ", inner)  # "a tray with a tomato with a knife on it"
        things = self.world.things
        if set(inner.split()) & WATER and self._whole(inner) is None:
            note = f"Robots here cannot fill things, so {plain(inner)!r} is passed over."
            return replace(holder, notes=(*holder.notes, note))
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
        nobody = " ".join(w for w in found.text.split() if w not in ARTICLES)
        note = f"No {nobody} is {preposition} {wording.name(spot.ids[0], self.world)} here; I take one all the same."
        return replace(found, notes=(*found.notes, note))

    def is_movable(self, entity: str) -> bool:
        """Whether robots can carry it."""
        thing = self.world.things.get(entity)
        return thing is not None and bool(thing.properties & MOVABLE)

    def _holds(self, entity: str) -> bool:
        return bool(self.world.things[entity].properties & {"surface", "container"})

    def _whole(self, text: str) -> Noun | None:
        words = [w for w in text.split() if w not in ARTICLES]
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

    def _noun(self, text: str, want: Want, *, own: bool = True) -> Mention:
        """A noun with its adjectives; with ``own``, "the drawer" is the one whose very name that is."""
        words = text.split()
        while len(words) > 1 and words[-1] in TRAILING and self._whole(" ".join(words)) is None:
            words.pop()
        if len(words) > 1 and words[0] == "together":
            words.pop(0)
        definite = not (words and words[0] in ("a", "an", "any", "some"))
        count = next((int(NUMBERS.get(w, w)) for w in words if NUMBERS.get(w, w).isdigit()), 1)
        many = count > 1 or any(w in MANY for w in words[:2])
        words = [w for w in words if w not in ARTICLES and w not in MANY and not NUMBERS.get(w, w).isdigit()]
        whole = self._table(words)
        states: list[Flag] = []
        if whole is None:
            states = [flag for w in words if (flag := self._state(w)) is not None]
            words = [w for w in words if self._state(w) is None] or words
        if "and" in words[1:] and whole is None and self._names(" ".join(words[: words.index("and")])):
            raise RejectionError(f"{text!r} names more than one thing where I expect one. Say them one after another.")
        noun, modifiers = self._matched(words, text)
        ids = [*noun.own, *(i for i in noun.kind if i not in noun.own)]
        if own and definite and noun.own and not modifiers and not (noun.plural or many):
            ids = list(noun.own)
        wanted = [i for i in ids if want(i)] or ids
        if words[-1] in ANYTHING and len(wanted) > _MOST_OPEN and not noun.plural:
            raise RejectionError(f"{text!r} could be too many things here. Say what it is.")
        found = Mention(text, self.nouns.sorted(wanted), noun.plural or many, tuple(dict.fromkeys(states)))
        found = self._chosen(found, modifiers)
        if count > len(found.ids):
            has = listed([wording.name(i, self.world) for i in found.ids])
            found = replace(found, notes=(*found.notes, f"Of {text!r} there is only {has} here."))
        return found

    def _state(self, word: str) -> Flag | None:
        """What an adjective asks a thing to be made."""
        if word in PORTIONS:
            return ("sliced", True) if "sliced" in self._makings else None
        return next((flag for flag, words in ADJECTIVES.items() if word in words and flag[0] in self._makings), None)

    @cached_property
    def _makings(self) -> frozenset[str]:
        return frozenset(flag[0] for flag, _ in self.nouns.makings.values())

    def _matched(self, words: list[str], text: str) -> tuple[Noun, list[str]]:
        """The noun of a phrase, and the words before it that may tell it apart."""
        if "of" in words:
            at = words.index("of")
            left, right = words[:at], words[at + 1 :]
            if self._table(words) is None and right:
                if all(w in PARTS or w in VAGUE for w in left):
                    return self._matched(right, text)
                found = self._longest(words)
                if found is not None and len(found[1]) <= at:  # "a full roll of toilet paper"
                    return found
                found = self._longest(left)
                return (found[0], [*found[1], *right]) if found is not None else self._matched(right, text)
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
        end, best = len(words), None
        while end:
            for start in range(end):
                noun = self._table(words[start:end])
                if noun is not None and (noun.own or noun.kind):
                    if best is None or end - start > best[2]:
                        best = noun, list(words[:start]), end - start
                    break
            if words[end - 1] not in PARTS:
                break
            end -= 1
        return None if best is None else best[:2]

    def _respelled(self, words: Sequence[str]) -> Iterable[list[str]]:
        """The words with slips of the keyboard mended, and with words joined that belong together."""
        for i in range(len(words) - 1):
            yield [*words[:i], words[i] + words[i + 1], *words[i + 2 :]]
        mended = likeness.mended(words, self.nouns)
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
        if fits is None and word in COLOURS:
            coloured = [i for i in found.ids if i in self.world.things and self.world.things[i].colour]
            fits = set(found.ids) - set(coloured) if coloured else None
        if fits is None:
            return found
        chosen = tuple(i for i in found.ids if i in fits)
        if not chosen and any(i in other for i in found.ids for other in self.nouns.modifiers.values()):
            there = [wording.name(i, self.world) for i in found.ids]
            name = " ".join(w for w in found.text.split() if w not in ARTICLES)
            raise RejectionError(f"There is no {name} here; there is {listed(there[:6])}.", None, there)
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

        Below something a cupboard or drawer counts before a table; appliances count last.
        """
        support = self.state.things[entity].support if entity in self.world.things else None
        if support is not None:
            return (support,)
        closed = [i for name in ("cabinet", "cupboard", "drawer") if (noun := self._table([name])) for i in noun.kind]
        surfaces = [
            t for t in self.world.things.values()
            if "surface" in t.properties and not self.is_movable(t.id) and t.support is None
        ]  # fmt: skip
        plain_ones = [t.id for t in surfaces if not t.possible_flags and t.size[0] * t.size[1] >= _BROAD]
        for ids in (closed if preposition in UNDER else [], plain_ones, [t.id for t in surfaces]):
            found = self._nearest(ids, [entity])
            if found:
                return found
        return ()


def _distance(a: Cell, b: Cell) -> int:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])
