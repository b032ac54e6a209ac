"""Commands that name rooms, doors and things, walked through on the map of rooms.

"Go to the door, into the red room, push the chair through the other door" asks for the green room
without naming it. Like :mod:`grounding.levels.steps` for single steps, this reads what is mentioned in
order and keeps track of where agent and block are. The reading is crude on purpose: it is evidence for
a model that learned how people speak, and lets a reward function be reached that no training command had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grounding.levels.scene import Scene


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Words for the rooms of the published scene; a lifted command has no others.
ROOM_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("red", "pink", "orange", "peach", "rose", "salmon", "coral", "maroon"), "room0"),
    **dict.fromkeys(("green", "lime", "mint", "olive"), "room1"),
    **dict.fromkeys(("blue", "purple", "violet", "navy", "lavender", "lilac", "indigo"), "room2"),
}
THING_WORDS = _words(
    "chair block object thing item box bag backpack dog puppy toy animal robot duck chicken doll ball "
    "table cart crate package furniture seat stool basket bear pet"
)
_DOORS = _words("door doors doorway doorways opening entrance gate exit")
_THROUGH = _words("through thru threw throught into past across enter in pass exit cross")
_LEAVING = _words("from leave leaving exit exiting out vacate")
_NEXT = _words("other next another adjacent second third 2nd new large connecting neighbouring")
_HOME = _words("this original starting start started initial began were here home")
_HANDLING = _words(
    "push take bring get grab pick carry move pull put drag retrieve collect grasp pushing taking shove slide place "
    "fetch return deliver roll"
)
_BREAKS = _words("then and , . ; after")
_SMALL = _words("the a an to of your with 's my that its")
_WORD = re.compile(r"[a-z0-9]+|'s|[,.;]")


@dataclass
class Walk:
    """Where agent and block got to.

    Attributes:
        agent: Room the agent is in.
        block: Room the block is in, None if there is no block.
        carried: Whether the block has been spoken of.
        moved: Whether the block has changed rooms.
        after: Rooms the agent went to after the block had arrived.
        rooms: Rooms named as destinations, in order.
        doors: How many doors were mentioned.
        crossed: How many of them were gone through without naming the room behind.
    """

    agent: str
    block: str | None
    previous: str
    carried: bool = False
    moved: bool = False
    after: int = 0
    rooms: list[str] = field(default_factory=list)
    doors: int = 0
    crossed: int = 0

    @property
    def goal(self) -> tuple[str | None, str | None]:
        """(agent's room, block's room) as a wish: None where nothing is asked."""
        if not self.moved:
            return (self.agent, None) if self.rooms or self.crossed else (None, None)
        return (self.agent if self.after else None, self.block)

    def go(self, room: str) -> None:
        """The agent goes to a room, with the block if it has that in hand and has not yet delivered it."""
        self.rooms.append(room)
        if room == self.agent and not (self.carried and not self.moved):
            return
        self.previous, self.agent = self.agent, room
        if self.moved:
            self.after += 1
        elif self.carried and self.block is not None and room != self.block:
            self.block, self.moved = room, True


def neighbours(scene: Scene) -> dict[str, tuple[str, ...]]:
    """Room -> rooms behind its doors, by lifted names."""
    found: dict[str, list[str]] = {room: [] for room in scene.rooms}
    for name, cells in scene.regions.items():
        if name.startswith("door"):
            around = {(x + dx, y + dy) for x, y in cells for dx, dy in ((0, 1), (1, 0), (0, -1), (-1, 0))}
            joined = [room for room in scene.rooms if scene.regions[room] & around]
            for room in joined:
                found[room] += [other for other in joined if other != room]
    return {room: tuple(others) for room, others in found.items()}


def words(text: str) -> list[str]:
    """Lower-case words and stops of a text."""
    return _WORD.findall(text.lower())


def walk(text: str, scene: Scene, *, every_door: bool = False) -> Walk:
    """Follows the rooms, doors and things that a text mentions.

    Args:
        text: A lifted command.
        scene: Where agent and block start.
        every_door: Whether a door that is mentioned counts as gone through ("go to the door, go to
            the other door") or only one that the text goes through.

    >>> from grounding.levels.scene import PUBLISHED
    >>> walk("go to the red room, push the chair into the green room and go back to the red room", PUBLISHED).goal
    ('room0', 'room1')
    >>> walk("go through the door, push the bag through the other door", PUBLISHED).goal
    (None, 'room1')
    """
    said = words(text)
    home = scene.agent_region or scene.rooms[0]
    block = scene.block_region(min(scene.blocks)) if scene.blocks else None
    state = Walk(home, block, home)
    door = _Doors(state, neighbours(scene), every_door)
    for index, word in enumerate(said):
        before, after = _content_before(said, index), _content_after(said, index)
        if word in _BREAKS:
            door.pause(for_good=word in ("then", ".", ";"))
        elif word in ROOM_WORDS:
            if after in THING_WORDS or after == "wall" or _is_where(said, index) or _is_left(said, index):
                continue
            if _names_door(said, index):
                door.named = ROOM_WORDS[word]
            else:
                door.forget()
                state.go(ROOM_WORDS[word])
        elif word == "room" and before not in ROOM_WORDS:
            target = _room_meant(before, state, home, door.beyond, door.back)
            if target is not None and not _is_left(said, index):
                door.forget()
                state.go(target)
        elif word in THING_WORDS or (word == "it" and before in _HANDLING):
            door.pause(for_good=True)
            if not state.carried:
                state.carried = True
                if block is not None and state.agent != block:
                    state.previous, state.agent = state.agent, block
        elif word in _DOORS:
            door.mention()
        elif word in _THROUGH:
            door.through()
        elif word in ("back", "return", "same", "came", "previous"):
            door.back = True
        elif word in _HOME and word != "start" and before not in THING_WORDS and state.agent != home:
            door.forget()
            state.go(home)
    door.pause(for_good=True)
    return state


@dataclass
class _Doors:
    """The door spoken of last, until it is clear whether and where it is gone through."""

    state: Walk
    beyond: Mapping[str, tuple[str, ...]]
    every: bool
    open: bool = False  # a door was mentioned and not yet gone through
    passing: bool = False  # the text goes through the door that is or will be mentioned
    back: bool = False
    named: str | None = None

    def forget(self) -> None:
        """A room was named: the door led there."""
        self.open = self.passing = self.back = False
        self.named = None

    def mention(self) -> None:
        if self.open and self.every:
            self._cross()
        self.state.doors += 1
        self.open = True

    def through(self) -> None:
        if self.open and self.every and self.passing:
            self._cross()
        self.passing = True

    def pause(self, *, for_good: bool) -> None:
        """A clause ends."""
        if self.open and (self.passing or (self.every and for_good)):
            self._cross()
        elif not self.open:
            self.passing = False

    def _cross(self) -> None:
        """Goes through a door: to the room it is named after, else onwards unless the text says back."""
        state, ways = self.state, self.beyond.get(self.state.agent, ())
        onward = [room for room in ways if room != state.previous]
        if self.named in ways:
            target = self.named
        elif self.back and state.previous in ways:
            target = state.previous
        else:
            target = (onward or list(ways) or [state.agent])[0]
        self.forget()
        state.crossed += 1
        state.go(str(target))


def _is_where(said: Sequence[str], index: int) -> bool:
    """Whether the room at this place only tells where a thing is: "the chair in the red room"."""
    near = [word for word in said[max(0, index - 3) : index] if word != "the"]
    return len(near) > 1 and near[-1] == "in" and near[-2] in THING_WORDS


def _is_left(said: Sequence[str], index: int) -> bool:
    """Whether the room at this place is where something starts: "from the blue room"."""
    near = [word for word in said[max(0, index - 4) : index] if word not in _SMALL or word == "of"]
    return bool(near) and (near[-1] in _LEAVING or (near[-1] == "of" and "out" in near))


def _room_meant(before: str, state: Walk, home: str, beyond: Mapping[str, tuple[str, ...]], back: bool) -> str | None:
    if before in _HOME:
        return home
    if back and before not in _NEXT:
        return state.previous
    if before in _NEXT:
        ways = beyond.get(state.agent, ())
        return next((room for room in ways if room != state.previous), ways[0] if ways else None)
    return None


def _names_door(said: Sequence[str], index: int) -> bool:
    """Whether the colour at this place tells which door: "the red room 's door", "the door of the red room"."""
    ahead = [word for word in said[index + 1 : index + 5] if word not in ("room", "'s", "rooms")]
    behind = [word for word in said[max(0, index - 4) : index] if word not in ("the", "a")]
    return bool(ahead and ahead[0] in _DOORS) or (
        len(behind) > 1 and behind[-1] in ("of", "to") and behind[-2] in _DOORS and behind[-1] == "of"
    )


def _content_before(said: Sequence[str], index: int) -> str:
    for word in reversed(said[:index]):
        if word not in _SMALL or word == "of":
            return word
    return ""


def _content_after(said: Sequence[str], index: int) -> str:
    for word in said[index + 1 :]:
        if word not in _SMALL:
            return word
    return ""
