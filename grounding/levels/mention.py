"""Which words of a command speak of which room or thing of a world, and which speak of none."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from grounding.errors import HeedError
from grounding.levels.lexicon import (
    ANY_THING,
    CARRYING,
    DETERMINERS,
    GOING,
    LOOSE_COLOURS,
    NOT_THINGS,
    PLACE_NOUNS,
    ROOM_ADJECTIVES,
    ROOM_NOUNS,
    SOME_THING,
    THING_ADJECTIVES,
    THING_NOUNS,
)
from grounding.world import Thing, World, Zone

ROOM_WORDS = ("room", "rooms")
_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[^\w\s]|_")


class UnknownReferenceError(HeedError):
    """A command speaks of a room or thing that the world lacks, or of several that it does not tell apart."""

    def __init__(self, thing: str, reason: str, near: Sequence[str] = ()) -> None:
        hint = f"Did you mean {_either(near)}?" if 0 < len(near) < 3 else ""
        super().__init__(thing, reason, hint)
        self.near = tuple(near)


@dataclass(frozen=True)
class Mention:
    """Words of a command that speak of a room or thing.

    Attributes:
        start, stop: The words, as a range of indices.
        id: What they speak of.
        loose: Whether they are no name of it in the world file, only near one.
    """

    start: int
    stop: int
    id: str
    loose: bool = False


def tokens(text: str) -> list[str]:
    """Words and signs of a text, lower case."""
    return _TOKEN.findall(text.lower())


class Reader:
    """Finds what the words of one command speak of."""

    def __init__(self, world: World, words: Sequence[str]) -> None:
        self.world, self.words = world, words

    def rooms(self) -> list[Mention]:
        """Mentions of rooms, in order."""
        return self._mentions(self._room_at)

    def things(self) -> list[Mention]:
        """Mentions of things, in order."""
        return self._mentions(self._thing_at)

    def _mentions(self, at: Callable[[int], Mention | None]) -> list[Mention]:
        found = []
        index = 0
        while index < len(self.words):
            mention = at(index)
            if mention is not None:
                found.append(mention)
            index = mention.stop if mention else index + 1
        return found

    @cached_property
    def _room_phrases(self) -> dict[tuple[str, ...], list[str]]:
        return _phrases({room.id: _room_names(room, self.world) for room in self.world.rooms.values()})

    @cached_property
    def _place_phrases(self) -> dict[tuple[str, ...], list[str]]:
        places = self.world.places.values()
        return _phrases({p.id: [_words(p.id), *(_words(name) for name in p.names)] for p in places})

    @cached_property
    def _thing_phrases(self) -> dict[tuple[str, ...], list[str]]:
        return _phrases({thing.id: _thing_names(thing) for thing in self.world.things.values()})

    def _room_at(self, index: int) -> Mention | None:
        stop, ids = _longest(self.words, index, self._room_phrases)
        if ids:
            return Mention(index, stop, self._told_apart(self.words[index:stop], ids))
        stop, places = _longest(self.words, index, self._place_phrases)
        if places:
            room = next((r for r in self.world.rooms.values() if self.world.places[places[0]].cells <= r.cells), None)
            raise UnknownReferenceError(
                f"“{' '.join(self.words[index:stop])}”",
                "is a spot within a room; at these levels commands speak of rooms, doors and things.",
                [called(self.world, room.id)] if room else (),
            )
        word = self.words[index]
        following = self.words[index + 1] if index + 1 < len(self.words) else ""
        if word in LOOSE_COLOURS:
            return None if self._adjective_of_a_thing(index) else self._coloured_room(index, word, following)
        if word in ROOM_NOUNS:
            raise self._no_room(word)
        if following == "room" and word.isalpha() and word not in ROOM_ADJECTIVES | GOING | CARRYING | SOME_THING:
            colour = difflib.get_close_matches(word, LOOSE_COLOURS, n=1, cutoff=0.65)
            if colour:
                return self._coloured_room(index, colour[0], following)
            if len(word) > 2 and not _slip(word, ROOM_ADJECTIVES | GOING | CARRYING):
                raise self._no_room(f"{word} room")
        return None

    def _coloured_room(self, index: int, colour: str, following: str) -> Mention | None:
        stop = index + (2 if following in ROOM_WORDS else 1)
        for candidate in (colour, *LOOSE_COLOURS[colour]):
            ids = [room.id for room in self.world.rooms.values() if room.colour == candidate]
            if ids:
                return Mention(index, stop, self._told_apart([candidate, "room"], ids), loose=candidate != colour)
        if following in ROOM_WORDS:
            raise self._no_room(f"{colour} room")
        return None

    @property
    def _colours(self) -> list[str]:
        return [room.colour for room in self.world.rooms.values() if room.colour]

    def _adjective_of_a_thing(self, index: int) -> bool:
        after = list(self.words[index + 1 : index + 4])
        while after and (after[0] in LOOSE_COLOURS or after[0] in THING_ADJECTIVES):
            after.pop(0)
        return bool(after) and (after[0] in SOME_THING or (after[0],) in self._thing_phrases)

    def _thing_at(self, index: int) -> Mention | None:
        stop, ids = _longest(self.words, index, self._thing_phrases)
        if ids:
            return Mention(index, stop, self._told_apart(self.words[index:stop], ids, index))
        word = self.words[index]
        if word in SOME_THING and self._passes_for_a_thing(word):
            return Mention(index, index + 1, self._movable[0], loose=True)
        if word in ANY_THING and self._movable:
            return Mention(index, index + 1, self._told_apart([word], self._movable, index), loose=True)
        if word in CARRYING and (noun := self._noun_after(index + (self.words[index + 1 : index + 2] == ["up"]))):
            raise self._no_thing(noun)
        if word in GOING and (noun := self._noun_after(self._preposition_after(index))):
            raise self._no_room(noun)
        return None

    @cached_property
    def _movable(self) -> list[str]:
        """Ids of the things that can be pushed, or of all where none can."""
        things = self.world.things.values()
        return [thing.id for thing in things if "pushable" in thing.properties] or list(self.world.things)

    def _passes_for_a_thing(self, word: str) -> bool:
        """Whether a loose name can only mean the one thing there is: "dog" for the chair, "box" for the block."""
        if len(self._movable) != 1:
            return False
        names = _flat(_thing_names(self.world.things[self._movable[0]]))
        return word in ANY_THING or bool(SOME_THING & names)

    def _preposition_after(self, verb: int) -> int:
        """Index of "to" in "go back to the pool", or of the end of the words."""
        index = verb + 1
        while index < len(self.words) and self.words[index] in ("back", "over", "all", "the", "way", "straight"):
            index += 1
        return index if index < len(self.words) and self.words[index] in ("to", "into", "inside") else len(self.words)

    def _noun_after(self, index: int) -> str | None:
        """The noun after "push" or "go to" if it names nothing that is here; slips of finger and ear are let pass."""
        index += 1
        if index >= len(self.words) or self.words[index] not in DETERMINERS:
            return None
        before = index
        while index < len(self.words) and self.words[index] in (DETERMINERS | THING_ADJECTIVES | set(LOOSE_COLOURS)):
            index += 1
        word = self.words[index] if index < len(self.words) else ""
        if not word.isalpha() or set(self.words[before:index]) & set(self._colours):
            return None  # "the green broom" is a room: its colour says so
        named = {w for phrase in (*self._thing_phrases, *self._room_phrases) for w in phrase}
        if word in SOME_THING:
            return None if self._passes_for_a_thing(word) or word in named | ANY_THING else word
        if word in (PLACE_NOUNS | THING_NOUNS) - named:
            return word
        known = named | NOT_THINGS | ROOM_ADJECTIVES | CARRYING | GOING | set(LOOSE_COLOURS)
        return None if word in known or _slip(word, known | SOME_THING) or "room" in word or "door" in word else word

    def _told_apart(self, words: Sequence[str], ids: Sequence[str], index: int | None = None) -> str:
        """The one of several that fits; a colour before the words may tell things apart."""
        if len(ids) > 1 and index is not None:
            before = self.words[max(0, index - 2) : index]
            fitting = [i for i in ids if self.world.things[i].colour in before and self.world.things[i].colour]
            ids = fitting or ids
        if len(ids) == 1:
            return ids[0]
        raise UnknownReferenceError(
            f"“{' '.join(words)}”", f"may be any of {len(ids)} here.", [called(self.world, i) for i in ids]
        )

    def _no_room(self, said: str) -> UnknownReferenceError:
        names = [called(self.world, room) for room in self.world.rooms]
        near = _near(said, names)
        return UnknownReferenceError(f"“{said}”", f"There is no such room here. Rooms are: {', '.join(names)}.", near)

    def _no_thing(self, said: str) -> UnknownReferenceError:
        names = [called(self.world, thing) for thing in self.world.things]
        listed = f"Things are: {', '.join(names)}." if names else "There are no things."
        return UnknownReferenceError(f"“{said}”", f"There is no such thing here. {listed}", _near(said, names))


def _slip(word: str, known: Iterable[str]) -> bool:
    """Whether a word may be another one, misspelt or misheard."""
    cutoff = 0.6 if len(word) < 5 else 0.7
    return bool(difflib.get_close_matches(word, [other for other in known if len(other) > 2], n=1, cutoff=cutoff))


def _near(said: str, names: Sequence[str]) -> list[str]:
    """Names like the one that was said; all of them where there are few."""
    bare = {name: name.removeprefix("the ") for name in names}
    close = difflib.get_close_matches(said, list(bare.values()), n=2, cutoff=0.7)
    return [name for name, short in bare.items() if short in close] or list(names[:3])


def _phrases(names: Mapping[str, Iterable[tuple[str, ...]]]) -> dict[tuple[str, ...], list[str]]:
    found: dict[tuple[str, ...], list[str]] = {}
    for world_id, phrases in names.items():
        for phrase in phrases:
            ids = found.setdefault(phrase, [])
            if world_id not in ids:
                ids.append(world_id)
    return found


def _longest(words: Sequence[str], index: int, phrases: Mapping[tuple[str, ...], list[str]]) -> tuple[int, list[str]]:
    for length in range(min(6, len(words) - index), 0, -1):
        ids = phrases.get(tuple(words[index : index + length]))
        if ids:
            return index + length, ids
    return index, []


def _words(name: str) -> tuple[str, ...]:
    return tuple(tokens(name.replace("_", " ")))


def _room_names(room: Zone, world: World) -> list[tuple[str, ...]]:
    """All names of a room; its kind alone if no other room is of that kind."""
    kind = _words(room.kind)
    names = [_words(room.id), *(_words(name) for name in room.names)]
    if room.colour:
        names += [(room.colour, *kind), (room.colour, "room")]
    if kind not in ((), ("room",)):
        names.append(kind)
    return names


def _thing_names(thing: Thing) -> list[tuple[str, ...]]:
    kind = _words(thing.kind)
    names = [_words(thing.id), kind, *(_words(name) for name in thing.names)]
    names += [(*_words(adjective), *kind) for adjective in (*thing.adjectives, thing.colour) if adjective]
    return names


def _flat(phrases: Iterable[tuple[str, ...]]) -> set[str]:
    return {word for phrase in phrases for word in phrase}


def called(world: World, world_id: str) -> str:
    """What people call a room, door or thing."""
    if world_id in world.doors:
        one, other = (called(world, room) for room in world.doors[world_id].joins)
        return f"the door between {one} and {other}"
    if world_id in world.rooms:
        room = world.rooms[world_id]
        if room.colour and room.kind == "room":
            return f"the {room.colour} room"
        return _with_article(room.names[0] if room.names else room.id.replace("_", " "))
    thing = world.things[world_id]
    same = [other for other in world.things.values() if other.kind == thing.kind]
    if len(same) > 1:
        return _with_article(thing.names[0] if thing.names else thing.id.replace("_", " "))
    return f"the {thing.kind.replace('_', ' ')}"


def _with_article(name: str) -> str:
    """The kitchen, but m2."""
    return name if any(c.isdigit() for c in name) else f"the {name}"


def _either(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
