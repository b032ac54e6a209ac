"""Step-by-step commands ("down three, left four, up two"): read as moves, and followed on the map.

Where the steps lead tells what they are for: a command that ends in the green room asks for the green
room, even though it never names it. People miscount, leave numbers out, and mix the directions of a
map (left = west) with those of the robot (left of where it looks). So a command is followed in each
:class:`Frame`, and every end that can be had by bending the numbers a little gets a cost: by how much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from grounding.levels.reward import Direction, Reward
from grounding.levels.scene import Scene
from grounding.world import Cell


class Frame(str, Enum):
    """Whose left and right are meant."""

    MAP = "map"  # as on a screen with north at the top: left is west, always
    TURNS = "turns"  # "go left" as on the map, but "turn left" as the robot sees it
    ROBOT = "robot"  # left and right of where the robot looks


class Way(str, Enum):
    """A direction as it is said."""

    NORTH = "north"
    SOUTH = "south"
    EAST = "east"
    WEST = "west"
    LEFT = "left"
    RIGHT = "right"
    AHEAD = "ahead"
    BACK = "back"


@dataclass(frozen=True)
class Move:
    """One stretch of the way.

    Attributes:
        way: Where to.
        count: How many steps, or None if it is not said.
        turn: Whether only a turn is said ("turn left"): it may, but need not, go on that way.
        far: Whether it goes on as far as there is room ("to the wall").
    """

    way: Way
    count: int | None = None
    turn: bool = False
    far: bool = False


@dataclass(frozen=True)
class Steps:
    """A text read as moves.

    Attributes:
        moves: The moves, in order; empty if the text speaks of none.
        coverage: Share of the words that this reading accounts for.
    """

    moves: tuple[Move, ...]
    coverage: float

    @property
    def literal(self) -> bool:
        """Whether the text says nothing but single steps."""
        return bool(self.moves) and self.coverage == 1.0


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_NUMBERS = _words(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
)
_COUNTS = {
    **{word: number for number, word in enumerate(_NUMBERS)},
    "once": 1, "twice": 2, "thrice": 3, "single": 1, "couple": 2, "half": 1,
}  # fmt: skip
_WAYS = {
    **dict.fromkeys(("north", "northward", "northwards", "up", "upward", "upwards"), Way.NORTH),
    **dict.fromkeys(("south", "southward", "southwards", "down", "downward", "downwards"), Way.SOUTH),
    **dict.fromkeys(("east", "eastward", "eastwards"), Way.EAST),
    **dict.fromkeys(("west", "westward", "westwards"), Way.WEST),
    **dict.fromkeys(("left", "leftward", "leftwards"), Way.LEFT),
    **dict.fromkeys(("right", "rightward", "rightwards"), Way.RIGHT),
    **dict.fromkeys(("forward", "forwards", "ahead", "straight", "onward", "onwards"), Way.AHEAD),
    **dict.fromkeys(("back", "backward", "backwards", "around"), Way.BACK),
}
_TURNS = frozenset(_words("turn turns turning face facing rotate pivot"))
_UNITS = frozenset(
    _words(
        "step steps time times space spaces spot spots square squares cell cells tile tiles unit units pace paces foot "
        "feet ft block blocks box boxes place places field fields x more"
    )
)
_GO = frozenset(_words("go goes going move moves moving walk walks walking drive step take travel proceed head run"))
_BREAKS = frozenset(_words("then and , ; . next after afterwards finally"))
#: Words that add nothing to a move.
_FILLERS = frozenset(
    _words(
        "a an the to your you my robot please now just only in direction by for over of i want will can could would "
        "should it it's its keep continue again first second third slide slides shift make stop wait and"
    )
)
#: After a direction, these make it the name of a place: "the left side", "the right door".
_PLACES = frozenset(_words("side of door doors most room corner wall edge hand part end portion"))
_WORD = re.compile(r"[a-z']+|\d+|[,;.]")
#: More steps than any map is wide: what is said beyond is a slip or a joke.
_MOST_STEPS = 50
_FARTHEST = 12
_MOST_MOVES = 60  # longer texts are no commands; following them would only take time
_BEAM = 100
_ALIKE = 24  # spots of the beam with the blocks in the same places
_BENT = 0.5  # cost of reading more than one step where no number was said


def parse_steps(text: str) -> Steps:
    """Reads a text as moves (the first 60); anything else in it lowers the coverage.

    >>> parse_steps("go down three steps, then left twice").moves == (Move(Way.SOUTH, 3), Move(Way.LEFT, 2))
    True
    >>> [move.count for move in parse_steps("two steps west then one up").moves]
    [2, 1]
    >>> parse_steps("take the chair to the blue room").literal
    False
    """
    words = _WORD.findall(text.lower())
    reader = _Reader()
    for index, word in enumerate(words):
        reader.read(word, words[index + 1] if index + 1 < len(words) else "")
    reader.close()
    spoken = sum(word not in ",;." for word in words)
    return Steps(tuple(reader.moves[:_MOST_MOVES]), reader.known / spoken if spoken else 0.0)


class _Reader:
    """Reads word by word; a number belongs to the direction before it in its clause, or else to the next one."""

    def __init__(self) -> None:
        self.moves: list[Move] = []
        self.known = 0
        self._number: int | None = None  # said, but not yet given to a direction
        self._open = False  # whether the last move may still be given a number
        self._turning = False
        self._going = False

    def read(self, word: str, following: str) -> None:
        if word in _BREAKS:
            self.close()
            self.known += word not in ",;."
            return
        known = True
        if word in _TURNS:
            self.close()
            self._turning = True
        elif word in _WAYS and following not in _PLACES:
            self._go(_WAYS[word])
        elif (count := _number(word)) is not None:
            self._count(count)
        elif word in _GO:
            if not self._turning and word not in ("step", "steps"):
                self.close()
            self._going = True
        elif word == "wall" and self.moves:
            self.moves[-1] = Move(self.moves[-1].way, None, far=True)
        elif word not in _UNITS and word not in _FILLERS:
            known = False
        self.known += known

    def close(self) -> None:
        """Ends a clause: "go four" without a direction goes on ahead."""
        if self._number is not None and self._going:
            self.moves.append(Move(Way.AHEAD, self._number))
        self._number, self._open, self._turning, self._going = None, False, False, False

    def _go(self, way: Way) -> None:
        turn = self._turning and self._number is None
        self.moves.append(Move(way, self._number, turn))
        self._open = self._number is None
        self._number, self._going = None, False

    def _count(self, count: int) -> None:
        if self._open:
            self.moves[-1] = Move(self.moves[-1].way, count)
            self._open = False
        else:
            self._number = count


def _number(word: str) -> int | None:
    if word.isdigit():
        return min(int(word), _MOST_STEPS) if len(word) < 4 else _MOST_STEPS
    return _COUNTS.get(word)


def headings(moves: Sequence[Move], facing: Direction, frame: Frame) -> tuple[Direction, ...]:
    """The compass direction of each move, for a robot that looks ``facing`` at first."""
    found = []
    for move in moves:
        facing = _heading(move, facing, frame)
        found.append(facing)
    return tuple(found)


_CLOCKWISE = (Direction.NORTH, Direction.EAST, Direction.SOUTH, Direction.WEST)
_QUARTERS = {Way.AHEAD: 0, Way.RIGHT: 1, Way.BACK: 2, Way.LEFT: 3}


def _heading(move: Move, facing: Direction, frame: Frame) -> Direction:
    if move.way not in _QUARTERS:
        return Direction(move.way.value)
    sideways = move.way in (Way.LEFT, Way.RIGHT)
    if sideways and (frame is Frame.MAP or (frame is Frame.TURNS and not move.turn)):
        return Direction.WEST if move.way is Way.LEFT else Direction.EAST
    return _CLOCKWISE[(_CLOCKWISE.index(facing) + _QUARTERS[move.way]) % 4]


def single_steps(moves: Sequence[Move], scene: Scene, frame: Frame = Frame.TURNS) -> tuple[Direction, ...]:
    """The moves spelled out step by step, taken at their word; no number means one step, a turn none.

    A last turn counts as a step: "turn left" alone is a command to go left.
    """
    return _spelled(moves, headings(moves, scene.facing, frame), scene)


def _spelled(moves: Sequence[Move], way: Sequence[Direction], scene: Scene) -> tuple[Direction, ...]:
    found: list[Direction] = []
    for index, (move, heading) in enumerate(zip(moves, way, strict=True)):
        if move.far:
            count = _room(scene, found, heading)
        elif move.count is None:
            count = int(not move.turn or index == len(moves) - 1)
        else:
            count = move.count
        found += [heading] * count
    return tuple(found)


def _room(scene: Scene, before: Sequence[Direction], heading: Direction) -> int:
    """How many steps that way are possible after these."""
    for step in before:
        scene = scene.step(step)
    count = 0
    while count < _MOST_STEPS and (after := scene.step(heading)).agent != scene.agent:
        scene, count = after, count + 1
    return count


@dataclass(frozen=True)
class Evidence:
    """What the steps in a text speak for.

    Attributes:
        steps: The text read as moves.
        costs: For each frame the reward functions that the moves can lead to, with the least number
            of steps by which the numbers must be bent; 0 = taken at their word.
    """

    steps: Steps
    costs: Mapping[Frame, Mapping[Reward, float]]

    @cached_property
    def least(self) -> Mapping[Reward, float]:
        """Least cost over the frames."""
        found: dict[Reward, float] = {}
        for costs in self.costs.values():
            for reward, cost in costs.items():
                found[reward] = min(cost, found.get(reward, cost))
        return found


def evidence(text: str, scene: Scene) -> Evidence:
    """Reads a text as steps and follows them on the map, in every frame that makes a difference."""
    steps = parse_steps(text)
    by_way: dict[tuple[Direction, ...], Mapping[Reward, float]] = {}
    costs = {}
    for frame in Frame:
        way = headings(steps.moves, scene.facing, frame)
        if way not in by_way:
            by_way[way] = _ends(steps.moves, way, scene)
        costs[frame] = by_way[way]
    return Evidence(steps, costs)


_Spot = tuple[Cell, tuple[Cell, ...]]  # agent, blocks in the order of their names


def _ends(moves: Sequence[Move], way: Sequence[Direction], scene: Scene) -> dict[Reward, float]:
    """Least cost of each reward function at the end of the moves: a search with a beam."""
    if not moves:
        return {}
    names = tuple(sorted(scene.blocks))
    start: _Spot = (scene.agent, tuple(scene.blocks[name] for name in names))
    beam: dict[_Spot, float] = {start: 0.0}
    for move, heading in zip(moves, way, strict=True):
        further: dict[_Spot, float] = {}
        for spot, spent in beam.items():
            for after, cost in _stretch(spot, heading, move, scene.free):
                if spent + cost < further.get(after, float("inf")):
                    further[after] = spent + cost
        beam = _varied(further)
    found: dict[Reward, float] = {}
    for spot, cost in beam.items():
        reward = _aim(start, spot, names, scene)
        if reward is not None and cost < found.get(reward, float("inf")):
            found[reward] = cost
    single = _spelled(moves, way, scene)
    if len(single) == 1:
        found[Reward(steps=single)] = 0.0
    return found


def _varied(spots: Mapping[_Spot, float]) -> dict[_Spot, float]:
    """The cheapest spots, but only a few with the blocks in the same places: it is rare to move one."""
    kept: dict[_Spot, float] = {}
    alike: dict[tuple[Cell, ...], int] = {}
    for spot, cost in sorted(spots.items(), key=lambda item: item[1]):
        alike[spot[1]] = alike.get(spot[1], 0) + 1
        if alike[spot[1]] <= _ALIKE and len(kept) < _BEAM:
            kept[spot] = cost
    return kept


def _stretch(spot: _Spot, heading: Direction, move: Move, free: frozenset[Cell]) -> Iterator[tuple[_Spot, float]]:
    """Where a move can end, and how far that is from what was said."""
    line = [spot]
    while len(line) <= _FARTHEST and (after := _pushed(line[-1], heading, free)) is not None:
        line.append(after)
    room = len(line) - 1
    if move.count is None:
        literal = room if move.far else min(room, int(not move.turn))
        yield from ((other, 0.0 if taken == literal else _BENT) for taken, other in enumerate(line))
    else:
        literal = min(move.count, room)
        yield from ((other, float(abs(taken - literal))) for taken, other in enumerate(line))


def _pushed(spot: _Spot, heading: Direction, free: frozenset[Cell]) -> _Spot | None:
    """One step, pushing a block if there is one; None where it is not possible."""
    (x, y), blocks = spot
    dx, dy = heading.offset
    target = (x + dx, y + dy)
    if target not in free:
        return None
    if target not in blocks:
        return target, blocks
    behind = (x + 2 * dx, y + 2 * dy)
    if behind not in free or behind in blocks:
        return None
    return target, tuple(behind if block == target else block for block in blocks)


def _aim(start: _Spot, end: _Spot, names: Sequence[str], scene: Scene) -> Reward | None:
    """What somebody wanted whose steps end here: the rooms that blocks and agent have changed to."""
    things, left = [], set()
    for name, before, after in zip(names, start[1], end[1], strict=True):
        room = scene.region(after)
        if room != scene.region(before) and room is not None and room.startswith("room"):
            things.append((name, room))
            left.add(scene.region(before))
    agent = scene.region(end[0])
    here = agent is not None and agent.startswith("room")
    if things:
        # Who has pushed a block through a door stands behind it; only further on is it a wish of its own.
        wished = here and agent not in left and agent not in {room for _, room in things}
        return Reward(agent if wished else None, tuple(things))
    return Reward(agent) if here and agent != scene.region(start[0]) else None
