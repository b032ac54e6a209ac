"""Commands about any world, put into the words of the published one, and answers put back.

A learned model knows three rooms (red, green, blue), two doors and one block. A world has rooms and
things of its own. So names are exchanged before the model reads a command: each room that matters gets
one of the three known names, by the part it plays in the scene as it is now:

- ``room2`` (blue): where the robot is;
- ``room0`` (red): where the thing is that the command names, or else a room next door;
- ``room1`` (green): another one, of those that the command speaks of if there is any.

In the published world itself this changes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grounding.levels.lexicon import (
    ANY_THING,
    DETERMINERS,
    LOOSE_COLOURS,
    PREPOSITIONS,
    ROOM_ADJECTIVES,
    SEEN_COLOURS,
    SOME_THING,
)
from grounding.levels.mention import ROOM_WORDS, Mention, Reader, UnknownReferenceError, called, tokens
from grounding.levels.reward import Direction, Reward
from grounding.levels.scene import Scene
from grounding.state import WorldState
from grounding.world import World

#: Colour by which the model knows each room, and the name by which it knows the thing.
SLOTS: Mapping[str, str] = {"room0": "red", "room1": "green", "room2": "blue"}
THING_WORD = "chair"


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
    words = tokens(text)
    reader = Reader(world, words)
    rooms, things = reader.rooms(), reader.things()
    thing = _one_thing(things, world, state, robot)
    names = _assign([mention.id for mention in rooms], thing if things else None, world, state, robot)
    slot_of = {world_id: slot for slot, world_id in names.items()}
    same = all(world.rooms[names[slot]].colour == colour for slot, colour in SLOTS.items() if slot in names)
    new: list[str | None] = list(words)
    for mention in rooms:
        said = words[mention.start : mention.stop]
        if not (same and set(said) <= SEEN_COLOURS | {"room", "rooms"}):
            named = said[-1] in ROOM_WORDS or said[0] not in LOOSE_COLOURS
            _put(new, mention, f"{SLOTS.get(slot_of[mention.id], 'other')}{' room' if named else ''}")
    for mention in things:
        if not set(words[mention.start : mention.stop]) <= (SOME_THING if same else ANY_THING):
            _put(new, mention, THING_WORD)
    doors = _doors(slot_of, world)
    scene = _scene({**names, **doors}, thing, world, state, robot)
    every = {**names, **doors, **({"block0": thing} if thing else {})}
    return Lifted(" ".join(word for word in new if word is not None), scene, every)


def _put(words: list[str | None], mention: Mention, new: str) -> None:
    before = words[mention.start - 1] if mention.start else None
    if new.endswith(" room") and before not in DETERMINERS | ROOM_ADJECTIVES - PREPOSITIONS:
        new = f"the {new}"
    words[mention.start : mention.stop] = [new, *[None] * (mention.stop - mention.start - 1)]


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
