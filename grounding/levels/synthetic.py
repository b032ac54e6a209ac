"""Commands made from a small grammar, for every level and every reward function of a scene.

A model trained with them beside real commands has met every (level, reward function) at least in this
plain style, so that those that no person happened to ask for stay within reach. L0 commands are shortest
plans spelled out; L1 commands go from door to door; L2 commands name rooms only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from random import Random

from grounding.levels.data import Command
from grounding.levels.reward import Direction, Level, Meaning, Reward
from grounding.levels.routes import neighbours
from grounding.levels.scene import Scene
from grounding.world import Cell

#: What people call the rooms of the published scene; the first is the most common.
_ROOMS = {"room0": ("red", "red", "pink", "orange"), "room1": ("green",), "room2": ("blue", "blue", "purple")}
_THINGS = (
    "chair", "chair", "red chair", "object", "yellow object", "block", "box", "bag", "dog", "toy", "yellow thing",
    "item", "backpack",
)  # fmt: skip
_GO = ("go", "go", "move", "walk", "head", "proceed", "travel")
_PUSH = ("push", "push", "move", "take", "bring", "carry", "drag")
_THEN = (" then ", " and then ", " , then ", " and ", " , ", " . ", " ")
_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_WAYS = {
    Direction.NORTH: ("north", "up"), Direction.SOUTH: ("south", "down"),
    Direction.EAST: ("east", "right"), Direction.WEST: ("west", "left"),
}  # fmt: skip


def rewards(scene: Scene) -> tuple[Reward, ...]:
    """Every reward function over the rooms of a scene with at most one block, single steps last."""
    rooms: tuple[str | None, ...] = (None, *scene.rooms)
    blocks = sorted(scene.blocks)[:1]
    found = [
        Reward(agent, tuple((block, room) for block in blocks if room))
        for agent in rooms
        for room in (rooms if blocks else (None,))
        if agent or (blocks and room)
    ]
    return (*found, *(Reward(steps=(direction,)) for direction in Direction))


def compose(scene: Scene, each: int, seed: int) -> tuple[Command, ...]:
    """Commands for every level and reward function.

    Args:
        scene: A scene with the rooms of the published one.
        each: How many of each (level, reward function); those said in one way only come several times.
        seed: Of the random choices.

    >>> from grounding.levels.scene import PUBLISHED
    >>> len({command.meaning for command in compose(PUBLISHED, 1, 0)})
    46
    """
    random = Random(seed)
    writer = _Writer(scene, random)
    found = []
    for reward in rewards(scene):
        for level in (Level.MOTION,) if reward.steps else tuple(Level):
            texts = [writer.write(level, reward) for _ in range(each)]
            found += [Command(text, Meaning(level, reward)) for text in texts if text]
    return tuple(found)


class _Writer:
    """Writes one command after the other."""

    def __init__(self, scene: Scene, random: Random) -> None:
        self.scene, self.random = scene, random
        self.beyond = neighbours(scene)
        self.home = scene.agent_region or scene.rooms[0]
        self.store = scene.block_region(min(scene.blocks)) if scene.blocks else None

    def write(self, level: Level, reward: Reward) -> str:
        self.thing = self.random.choice(_THINGS)
        self.colour = {room: self.random.choice(names) for room, names in _ROOMS.items()}
        if reward.steps:
            return self._single(reward.steps[0])
        if level is Level.MOTION:
            return self._steps(reward)
        clauses = self._goal(reward) if level is Level.GOAL else self._subgoals(reward)
        polite = self.random.choice(("please ", "", "", "", "", ""))
        return polite + self._join(clauses)

    def _join(self, clauses: Sequence[str]) -> str:
        glue = self.random.choice(_THEN)
        text = clauses[0]
        for clause in clauses[1:]:
            text += (glue if self.random.random() < 0.7 else self.random.choice(_THEN)) + clause
        return " ".join(text.split())

    def _room(self, room: str) -> str:
        return f"{self.random.choice(('the ', 'the ', 'the ', ''))}{self.colour[room]} room"

    def _to(self, room: str) -> str:
        verb = self.random.choice(_GO)
        back = self.random.choice(("", "", "back "))
        return self.random.choice(
            (
                f"{verb} {back}to {self._room(room)}",
                f"{verb} {back}into {self._room(room)}",
                f"enter {self._room(room)}",
            )
        )

    def _push(self, room: str) -> str:
        verb = self.random.choice(_PUSH)
        where = self.random.choice(("to", "into", "into", "in"))
        back = self.random.choice(("", "", "back ")) if room == self.home else ""
        return f"{verb} the {self.thing} {back}{where} {self._room(room)}"

    # L2: rooms

    def _goal(self, reward: Reward) -> list[str]:
        clauses = []
        wish = dict(reward.things).get(min(self.scene.blocks)) if reward.things else None
        if wish:
            fetch = self.random.random()
            if fetch < 0.4 and self.store:
                clauses.append(self._to(self.store))
                if fetch < 0.15:
                    clauses.append(f"{self.random.choice(('get', 'grab', 'go to', 'find'))} the {self.thing}")
            clauses.append(self._push(wish) if fetch >= 0.05 else self._to(wish))
        if reward.agent:
            here = (self.store if wish else self.home) or self.home
            clauses += [self._to(room) for room in self._way(here, reward.agent)]
        return clauses

    def _way(self, start: str, goal: str) -> list[str]:
        rooms = _path(self.beyond, start, goal)[1:] or [goal]
        return rooms if self.random.random() < 0.5 else rooms[-1:]

    # L1: doors and rooms

    def _subgoals(self, reward: Reward) -> list[str]:
        clauses: list[str] = []
        wish = dict(reward.things).get(min(self.scene.blocks)) if reward.things else None
        here = self.home
        style = self.random.random()
        if wish and self.store:
            clauses += self._doors(here, self.store, style)
            if self.random.random() < 0.7:
                clauses.append(f"{self.random.choice(('go to', 'get', 'find', 'get behind'))} the {self.thing}")
            path = _path(self.beyond, self.store, wish)
            for room in path[1:] or [wish]:
                if self.random.random() < 0.6:
                    first, second = self.random.choice(_PUSH), self.random.choice(_PUSH)
                    it = self.random.choice(("it", f"the {self.thing}"))
                    clauses += [
                        f"{first} the {self.thing} to {self._door(room)}",
                        f"{second} {it} into {self._room(room)}",
                    ]
                else:
                    back = "back " if room == self.home else ""
                    clauses.append(f"push the {self.thing} {back}through {self._door(room)} into {self._room(room)}")
            here = path[-2] if len(path) > 1 else self.store
        if reward.agent:
            clauses += self._doors(here, reward.agent, style) or [self._to(reward.agent)]
        return clauses

    def _door(self, room: str) -> str:
        return self.random.choice(
            (
                "the door",
                "the door",
                "door",
                f"the door of {self._room(room)}",
                f"{self._room(room)} door",
                f"the {self.colour[room]} door",
            )
        )

    def _doors(self, start: str, goal: str, style: float) -> list[str]:
        clauses = []
        verb = self.random.choice(_GO)
        for room in _path(self.beyond, start, goal)[1:]:
            if style < 0.4:
                clauses += [f"{verb} to {self._door(room)}", self._to(room)]
            elif style < 0.7:
                clauses.append(
                    f"{verb} through {self._door(room)} {self.random.choice(('into', 'to'))} {self._room(room)}"
                )
            elif style < 0.85:
                clauses += [
                    f"{verb} to {self._door(room)}",
                    f"{verb} {self.random.choice(('into', 'through'))} {self._room(room)}",
                ]
            else:
                clauses.append(f"{verb} through {self._door(room)}")
        return clauses

    # L0: steps

    def _single(self, direction: Direction) -> str:
        way = self.random.choice(_WAYS[direction])
        unit = self.random.choice(("step", "space", "square", "pace", "spot"))
        verb = self.random.choice(("go", "move", "walk", "step", "head"))
        return self.random.choice(
            (
                f"{verb} {way}", f"{verb} {way}", f"{verb} one {unit} {way}", f"{verb} {way} one {unit}",
                f"{verb} {way} once", f"take a step {way}", f"take one {unit} to the {way}",
                f"face {way} and take one step", f"turn {way}",
            )
        )  # fmt: skip

    def _steps(self, reward: Reward) -> str:
        plan = _plan(self.scene, reward, self.random)
        if not plan:
            return ""
        runs: list[tuple[Direction, int]] = []
        for step in plan:
            runs = [*runs[:-1], (step, runs[-1][1] + 1)] if runs and runs[-1][0] is step else [*runs, (step, 1)]
        cardinal = self.random.random() < 0.4
        unit = self.random.choice(("", "", " steps", " spaces", " times", " squares", " paces"))
        verb = self.random.choice(("", "", "go ", "move ", "take "))
        glue = self.random.choice((" ", " , ", " , then ", " and ", " then "))
        style = self.random.random()
        parts = []
        for direction, count in runs:
            way = _WAYS[direction][0 if cardinal else 1]
            if style < 0.6:
                parts.append(f"{verb}{way} {_NUMBERS[count]}{unit if count > 1 else unit.rstrip('s')}")
            elif style < 0.75:
                parts.append(f"{verb}{_NUMBERS[count]}{unit if count > 1 else unit.rstrip('s')} {way}")
            elif style < 0.9:
                parts.append(" ".join([verb + way] * count))
            else:
                parts.append(f"{verb or 'go '}{way}")
        return " ".join(glue.join(parts).split())


def _path(beyond: dict[str, tuple[str, ...]], start: str, goal: str) -> list[str]:
    """Rooms from start to goal, both included; empty if there is no way."""
    paths = deque([[start]])
    seen = {start}
    while paths:
        path = paths.popleft()
        if path[-1] == goal:
            return path
        for room in beyond.get(path[-1], ()):
            if room not in seen:
                seen.add(room)
                paths.append([*path, room])
    return []


def _plan(scene: Scene, reward: Reward, random: Random) -> list[Direction]:
    """A shortest plan for a reward function, one of several at random; empty if there is none."""
    block = min(scene.blocks) if scene.blocks else None
    wish = dict(reward.things)
    order = list(Direction)
    random.shuffle(order)
    start: tuple[Cell, Cell | None] = (scene.agent, scene.blocks[block] if block else None)
    came: dict[tuple[Cell, Cell | None], tuple[tuple[Cell, Cell | None], Direction] | None] = {start: None}
    queue = deque([start])
    while queue:
        agent, thing = here = queue.popleft()
        placed = all(thing is not None and thing in scene.regions[room] for room in wish.values())
        if placed and (reward.agent is None or agent in scene.regions[reward.agent]):
            steps = []
            while (link := came[here]) is not None:
                here, step = link
                steps.append(step)
            return steps[::-1]
        for direction in order:
            dx, dy = direction.offset
            target, behind = (agent[0] + dx, agent[1] + dy), (agent[0] + 2 * dx, agent[1] + 2 * dy)
            if target not in scene.free or (target == thing and behind not in scene.free):
                continue
            after = (target, behind if target == thing else thing)
            if after not in came:
                came[after] = (here, direction)
                queue.append(after)
    return []
