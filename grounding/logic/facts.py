"""What a world allows to be true at the same moment.

A robot is in one cell and so in the zones that hold that cell; a thing lies in one place or is
held by one robot and then is where the robot is; a fixed thing stays where it is; a state that no
skill changes keeps its value. Every possible letter over a few propositions is put together from
what each robot and each thing can contribute to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import product

from grounding.skills import changeable_flags
from grounding.state import ANY, Proposition, WorldState, holds
from grounding.world import MOVABLE, Cell, World

#: Sets of letters beyond this size are not worked out.
MAX_LETTERS = 4096


class Facts:
    """The letters that are possible in a world.

    Args:
        world: The static world.
        state: The state at the start of the mission.
    """

    def __init__(self, world: World, state: WorldState) -> None:
        self.world, self.state = world, state
        self._changeable = changeable_flags(world)
        self._patterns: dict[tuple[frozenset[Cell], tuple[str, ...]], frozenset[frozenset[str]]] = {}
        self._letters: dict[tuple[str, ...], tuple[int, ...] | None] = {}

    def first(self, names: tuple[str, ...]) -> int:
        """The letter of the state at the start; bit i stands for ``names[i]``."""
        return sum(
            1 << i for i, name in enumerate(names) if holds(Proposition.parse(name), self.world, self.state)
        )  # fmt: skip

    def letters(self, names: tuple[str, ...]) -> tuple[int, ...] | None:
        """Every possible letter over propositions without ``self``; None when there are too many."""
        if names not in self._letters:
            self._letters[names] = self._build(names)
        return self._letters[names]

    def _build(self, names: tuple[str, ...]) -> tuple[int, ...] | None:
        bits = {Proposition.parse(name): 1 << i for i, name in enumerate(names)}
        found: set[int] = set()
        for holders in self._holders(bits):
            parts = [self._flag_part(p, bit) for p, bit in bits.items() if self._is_flag(p)]
            parts += [self._robot_part(robot, holders, bits) for robot in self.world.robots]
            parts += [self._thing_part(thing, bits) for thing, holder in holders.items() if holder is None]
            letters = reduce(_joined, parts, {0})
            found |= letters
            if len(found) > MAX_LETTERS:
                return None
        return tuple(sorted(found))

    def _holders(self, bits: dict[Proposition, int]) -> Iterator[dict[str, str | None]]:
        """Ways in which robots can hold the things that are spoken of; a robot holds one thing."""
        things = dict.fromkeys(
            arg for p in bits if p.predicate != "at" for arg in p.args if arg in self.world.things
        )  # fmt: skip
        # Who holds a thing matters only where some proposition looks at robots.
        robots = list(self.world.robots)
        if not any(p.predicate in ("at", "holding", "is") for p in bits):
            robots = robots[:1]
        options = [
            (None, *robots) if self.world.things[t].properties & {"portable", "guidable"} else (None,) for t in things
        ]
        for choice in product(*options):
            held = [robot for robot in choice if robot is not None]
            if len(held) == len(set(held)):
                yield dict(zip(things, choice, strict=True))

    def _where(self, cells: frozenset[Cell], bits: Iterable[Proposition]) -> frozenset[frozenset[str]]:
        """The combinations of zones spoken of that one cell can lie in."""
        zones = tuple(dict.fromkeys(p.args[1] for p in bits if p.args[1] in self.world.zones))
        key = (cells, zones)
        if key not in self._patterns:
            self._patterns[key] = frozenset(
                frozenset(name for name in zones if c in self.world.zones[name].cells) for c in cells
            )
        return self._patterns[key]

    def _is_flag(self, p: Proposition) -> bool:
        return p.predicate == "is" and p.args[0] not in self.world.robots and p.args[0] != ANY

    def _flag_part(self, p: Proposition, bit: int) -> set[int]:
        entity, flag = p.args
        if flag in self._changeable.get(entity, ()):
            return {0, bit}
        return {bit} if p.args in self.state.flags else {0}

    def _robot_part(self, robot: str, holders: dict[str, str | None], bits: dict[Proposition, int]) -> set[int]:
        """What one robot can contribute: where it is, what it holds, its own states."""

        def bit(predicate: str, value: str) -> int:
            return sum(bits.get(Proposition(predicate, (who, value)), 0) for who in (robot, ANY))

        held = next((thing for thing, holder in holders.items() if holder == robot), None)
        places = set()
        for zones in self._where(self.world.robots[robot].cells, bits):
            letter = sum(bit("at", zone) for zone in zones)
            if held is not None:
                letter |= bit("holding", held)
                letter |= sum(bits.get(Proposition("inside", (held, zone)), 0) for zone in zones)
            places.add(letter)
        something = bit("holding", ANY)
        parts = [places, {something} if held else {0, something}]
        flags = dict.fromkeys(p.args[1] for p in bits if p.predicate == "is" and p.args[0] in (robot, ANY))
        for flag in flags:
            can_change = flag in self._changeable.get(robot, ())
            value = (robot, flag) in self.state.flags
            parts.append({0, bit("is", flag)} if can_change else {bit("is", flag) if value else 0})
        return reduce(_joined, parts)

    def _thing_part(self, thing: str, bits: dict[Proposition, int]) -> set[int]:
        """What a thing that nobody holds can contribute: where and on what it lies."""
        own = self.world.things[thing]
        now = self.state.things[thing]
        movable = bool(own.properties & MOVABLE)
        cells = self.world.free_cells if movable else frozenset({now.cell})
        supports = [p.args[1] for p in bits if p.args[0] == thing and p.args[1] in self.world.things]
        found = set()
        for support in (None, *dict.fromkeys(supports)) if movable else (now.support,):
            fixed = support is not None and not self.world.things[support].properties & MOVABLE
            spots = frozenset({self.state.things[support].cell}) if support and fixed else cells
            for zones in self._where(spots, bits):
                values = [*zones, *([support] if support else [])]
                found.add(sum(bits.get(Proposition(p, (thing, v)), 0) for p in ("in", "inside", "on") for v in values))
        return found


def _joined(one: set[int], other: set[int]) -> set[int]:
    """Letters to which both contribute; cut off once there are far too many."""
    if len(one) > MAX_LETTERS:
        return one
    return {a | b for a in one for b in other}
