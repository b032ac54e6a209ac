"""Commands about any world, put into the words of the published one, and answers put back.

A learned model knows three rooms (red, green, blue), two doors and one block. A world has rooms and
things of its own. So names are exchanged before the model reads a command: each room that matters gets
one of the three known names, by the part it plays in the scene as it is now:

- ``room2`` (blue): where the robot is;
- ``room0`` (red): where the thing is, or else the room next door that is spoken of;
- ``room1`` (green): another one, of those that the command speaks of if there is any.

In the published world itself this changes nothing.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from grounding.errors import HeedError
from grounding.levels.lexicon import (
    ANY_THING,
    CARRYING,
    DETERMINERS,
    LOOSE_COLOURS,
    NOT_THINGS,
    ROOM_ADJECTIVES,
    ROOM_NOUNS,
    SOME_THING,
    THING_ADJECTIVES,
)
from grounding.levels.reward import Direction, Reward
from grounding.levels.scene import Scene
from grounding.state import WorldState
from grounding.world import Thing, World, Zone

#: Colour by which the model knows each room, and the name by which it knows the thing.
SLOTS: Mapping[str, str] = {"room0": "red", "room1": "green", "room2": "blue"}
THING_WORD = "chair"
_ROOM_WORDS = ("room", "rooms")
_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[^\w\s]|_")


class UnknownReferenceError(HeedError):
    """A command speaks of a room or thing that the world lacks, or of several that it does not tell apart."""

    def __init__(self, thing: str, reason: str, near: Sequence[str] = ()) -> None:
        hint = f"Did you mean {_either(near)}?" if near else ""
        super().__init__(thing, reason, hint)
        self.near = tuple(near)


@dataclass(frozen=True)
class Lifted:
    """A command in the words of the published world.

    Attributes:
        text: The command with names exchanged.
        scene: The scene in lifted names.
        names: Lifted name -> id in the world.
    """

    text: str
    scene: Scene
    names: Mapping[str, str]

    def ground(self, reward: Reward) -> Reward | None:
        """A lifted reward function over ids of the world, None if the world has no such room or thing."""
        if reward.steps:
            return reward
        wanted = {*(room for _, room in reward.things), *(thing for thing, _ in reward.things)}
        wanted |= {reward.agent} if reward.agent else set()
        if not wanted <= set(self.names):
            return None
        things = tuple((self.names[thing], self.names[room]) for thing, room in reward.things)
        return Reward(self.names[reward.agent] if reward.agent else None, things)


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


def lift(text: str, world: World, state: WorldState, robot: str) -> Lifted:
    """Puts a command into the words of the published world.

    Args:
        text: The command.
        world: The world it was given in.
        state: Where everything is now.
        robot: Id of the robot it was given to.

    Raises:
        UnknownReferenceError: It speaks of a room or thing that is not there or not told apart.
    """
    words = _TOKEN.findall(text.lower())
    reader = _Reader(world, words)
    rooms, things = reader.rooms(), reader.things()
    thing = _one_thing(things, world, state, robot)
    names = _assign([mention.id for mention in rooms], thing, world, state, robot)
    slot_of = {world_id: slot for slot, world_id in names.items()}
    same = all(world.rooms[names[slot]].colour == colour for slot, colour in SLOTS.items() if slot in names)
    new: list[str | None] = list(words)
    for mention in rooms:
        if (
            not same
            or mention.stop - mention.start > 2
            or not (set(words[mention.start : mention.stop]) & set(LOOSE_COLOURS))
        ):
            named = words[mention.stop - 1] in _ROOM_WORDS or words[mention.start] not in LOOSE_COLOURS
            _put(new, mention, f"{SLOTS.get(slot_of[mention.id], 'other')}{' room' if named else ''}")
    for mention in things:
        if not set(words[mention.start : mention.stop]) <= SOME_THING | set(LOOSE_COLOURS):
            _put(new, mention, THING_WORD)
    doors = _doors(slot_of, world)
    scene = _scene({**names, **doors}, thing, world, state, robot)
    every = {**names, **doors, **({"block0": thing} if thing else {})}
    return Lifted(" ".join(word for word in new if word is not None), scene, every)


def _put(words: list[str | None], mention: Mention, new: str) -> None:
    words[mention.start : mention.stop] = [new, *[None] * (mention.stop - mention.start - 1)]


class _Reader:
    """Finds what the words of one command speak of."""

    def __init__(self, world: World, words: Sequence[str]) -> None:
        self.world, self.words = world, words

    def rooms(self) -> list[Mention]:
        """Mentions of rooms, in order."""
        found = []
        index = 0
        while index < len(self.words):
            mention = self._room_at(index)
            if mention is not None:
                found.append(mention)
            index = mention.stop if mention else index + 1
        return found

    def things(self) -> list[Mention]:
        """Mentions of things, in order."""
        found = []
        index = 0
        while index < len(self.words):
            mention = self._thing_at(index)
            if mention is not None:
                found.append(mention)
            index = mention.stop if mention else index + 1
        return found

    @cached_property
    def _room_phrases(self) -> dict[tuple[str, ...], list[str]]:
        return _phrases({room.id: _room_names(room, self.world) for room in self.world.rooms.values()})

    @cached_property
    def _thing_phrases(self) -> dict[tuple[str, ...], list[str]]:
        return _phrases({thing.id: _thing_names(thing) for thing in self.world.things.values()})

    def _room_at(self, index: int) -> Mention | None:
        stop, ids = _longest(self.words, index, self._room_phrases)
        if ids:
            return Mention(index, stop, self._told_apart(self.words[index:stop], ids))
        word = self.words[index]
        following = self.words[index + 1] if index + 1 < len(self.words) else ""
        if word in LOOSE_COLOURS:
            return None if self._adjective_of_a_thing(index) else self._coloured_room(index, word, following)
        if word in ROOM_NOUNS:
            raise self._no_room(word)
        if following == "room" and word.isalpha() and word not in ROOM_ADJECTIVES:
            near = difflib.get_close_matches(word, self._colours, n=1, cutoff=0.6)
            if near and abs(len(near[0]) - len(word)) <= 2:
                return self._coloured_room(index, near[0], following)
            if len(word) > 2 and word not in _verbs():
                raise self._no_room(f"{word} room")
        return None

    def _coloured_room(self, index: int, colour: str, following: str) -> Mention | None:
        stop = index + (2 if following in _ROOM_WORDS else 1)
        for candidate in (colour, *LOOSE_COLOURS[colour]):
            ids = [room.id for room in self.world.rooms.values() if room.colour == candidate]
            if ids:
                return Mention(index, stop, self._told_apart([candidate, "room"], ids), loose=candidate != colour)
        if following in _ROOM_WORDS:
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
        movable = [thing.id for thing in self.world.things.values() if "pushable" in thing.properties] or list(
            self.world.things
        )
        if word in SOME_THING:
            passing = [
                i for i in movable if word in ANY_THING or SOME_THING & _flat(_thing_names(self.world.things[i]))
            ]
            if len(movable) == 1 and passing:
                return Mention(index, index + 1, movable[0], loose=True)
            if word in ANY_THING and movable:
                return Mention(index, index + 1, self._told_apart([word], movable, index), loose=True)
        if word in CARRYING:
            self._check_object(index)
        return None

    def _check_object(self, verb: int) -> None:
        """Raises where the object of a verb such as "push" is none of the things here."""
        index = verb + 1 + (self.words[verb + 1 : verb + 2] == ["up"])
        if index >= len(self.words) or self.words[index] not in DETERMINERS:
            return
        while index < len(self.words) and self.words[index] in (DETERMINERS | THING_ADJECTIVES | set(LOOSE_COLOURS)):
            index += 1
        if index >= len(self.words):
            return
        word = self.words[index]
        known = {w for phrase in (*self._thing_phrases, *self._room_phrases) for w in phrase}
        if not word.isalpha() or word in NOT_THINGS | ROOM_ADJECTIVES | known | CARRYING | ANY_THING:
            return
        if word in SOME_THING and any(SOME_THING & _flat(_thing_names(t)) for t in self.world.things.values()):
            return
        if difflib.get_close_matches(word, known | SOME_THING | {"room", "door"}, n=1, cutoff=0.75):
            return  # a slip of the finger: the model has seen such
        raise self._no_thing(word)

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


def _near(said: str, names: Sequence[str]) -> list[str]:
    """Names like the one that was said; all of them where there are few."""
    bare = {name: name.removeprefix("the ") for name in names}
    close = difflib.get_close_matches(said, list(bare.values()), n=2, cutoff=0.7)
    return [name for name, short in bare.items() if short in close] or list(names[:3])


def _verbs() -> frozenset[str]:
    return CARRYING | {"go", "move", "walk", "enter", "leave", "exit", "turn", "return", "get", "find", "stop", "come"}


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
    return tuple(_TOKEN.findall(name.lower().replace("_", " ")))


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
        return f"the {room.names[0] if room.names else room.id.replace('_', ' ')}"
    thing = world.things[world_id]
    same = [other for other in world.things.values() if other.kind == thing.kind]
    if len(same) > 1:
        return f"the {thing.names[0] if thing.names else thing.id.replace('_', ' ')}"
    return f"the {thing.kind.replace('_', ' ')}"


def _either(names: Sequence[str]) -> str:
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _one_thing(mentions: Sequence[Mention], world: World, state: WorldState, robot: str) -> str | None:
    """The thing that a command is about: the one it names, or else the nearest that can be pushed."""
    ids = list(dict.fromkeys(mention.id for mention in mentions))
    if len(ids) > 1:
        raise UnknownReferenceError(
            "the command", "speaks of several things; say one at a time.", [called(world, i) for i in ids]
        )
    if ids:
        return ids[0]
    x, y = state.robots[robot].cell
    movable = [thing.id for thing in world.things.values() if "pushable" in thing.properties]
    return min(movable, key=lambda i: math.dist((x, y), state.things[i].cell), default=None)


def _assign(spoken_of: Sequence[str], thing: str | None, world: World, state: WorldState, robot: str) -> dict[str, str]:
    """Lifted name -> room, by the parts that rooms play now."""
    here = world.room_of(state.robots[robot].cell) or next(iter(world.rooms))
    there = world.room_of(state.things[thing].cell) if thing else None
    last_first = list(dict.fromkeys(reversed(spoken_of)))
    beside = {room for door in world.doors.values() if here in door.joins for room in door.joins} - {here}
    found = {"room2": here}
    candidates = [there, *(r for r in last_first if r in beside), *sorted(beside), *last_first, *world.rooms]
    found["room0"] = next((room for room in candidates if room and room != here), "")
    left = [
        room for room in (*last_first, *_by_doors(found["room0"], world), *world.rooms) if room not in found.values()
    ]
    for number, room in enumerate(dict.fromkeys(left)):
        found["room1" if number == 0 else f"room{number + 2}"] = room
    return {slot: room for slot, room in sorted(found.items()) if room}


def _by_doors(room: str, world: World) -> list[str]:
    return [other for door in world.doors.values() if room in door.joins for other in door.joins if other != room]


def _doors(slot_of: Mapping[str, str], world: World) -> dict[str, str]:
    """Lifted name -> door: door0 joins room2 and room0, door1 joins room0 and room1, then the others."""
    order = {frozenset({"room0", "room2"}): 0, frozenset({"room0", "room1"}): 1}
    doors = sorted(
        world.doors.values(), key=lambda d: (order.get(frozenset(slot_of[room] for room in d.joins), 2), d.id)
    )
    return {f"door{number}": door.id for number, door in enumerate(doors)}


def _scene(names: Mapping[str, str], thing: str | None, world: World, state: WorldState, robot: str) -> Scene:
    regions = {slot: world.zones[world_id].cells for slot, world_id in names.items()}
    closed = {
        cell for door, zone in world.door_zones.items() if (door, "open") not in state.flags for cell in zone.cells
    } | {state.things[other.id].cell for other in world.things.values() if other.obstacle and other.id != thing}
    blocks = {"block0": state.things[thing].cell} if thing else {}
    robot_state = state.robots[robot]
    return Scene(
        regions, robot_state.cell, blocks, _facing(robot_state.pose[2], moved=state.time > 0), frozenset(closed)
    )


def _facing(heading: float, *, moved: bool) -> Direction:
    """The direction nearest to a heading in radians; as in the published world, robots look south at first."""
    if not moved:
        return Direction.SOUTH
    quarter = round(heading / (math.pi / 2)) % 4
    return (Direction.EAST, Direction.NORTH, Direction.WEST, Direction.SOUTH)[quarter]
