"""What skills need and change: the small STRIPS-like language of world files.

Atoms, over ``self`` (the robot), parameter names and world ids:

==================  =====================================================================
``near(self, x)``   the robot stands within its reach of thing, door or zone x
``at(self, z)``     the robot stands in zone z
``free(self)``      the robot holds nothing
``holding(self,t)`` the robot holds thing t
``in(t, z)``        thing t rests in zone or container z; as an effect: it rests at the robot's
                    cell (zone) or inside the container
``on(t, s)``        thing t rests on thing s
``is(e, flag)``     flag of an entity holds
``here(t)``         effect only: thing t rests on the floor of the robot's cell
==================  =====================================================================

Each may be negated with a leading ``not``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from grounding.errors import SkillError
from grounding.state import ThingState, WorldState
from grounding.world import Cell, Skill, World

_ATOM = re.compile(r"^(not\s+)?([a-z]+)\(\s*([a-z][a-z0-9_]*(?:\s*,\s*[a-z][a-z0-9_]*)*)\s*\)$")

#: Predicate -> number of arguments, for conditions and effects.
ARITY: Mapping[str, int] = {
    "near": 2, "at": 2, "free": 1, "holding": 2, "in": 2, "on": 2, "is": 2, "here": 1,
}  # fmt: skip


@dataclass(frozen=True)
class Atom:
    """One condition or effect of a skill: a possibly negated predicate over names."""

    predicate: str
    args: tuple[str, ...]
    positive: bool = True

    def bind(self, binding: Mapping[str, str]) -> Atom:
        """The atom with parameter names and ``self`` replaced by ids."""
        return Atom(self.predicate, tuple([binding.get(a, a) for a in self.args]), self.positive)

    def __str__(self) -> str:
        return f"{'' if self.positive else 'not '}{self.predicate}({', '.join(self.args)})"


@lru_cache(maxsize=4096)
def parse_atom(text: str) -> Atom:
    """Reads an atom such as ``not holding(self, item)``.

    Raises:
        SkillError: The text is not an atom of the language.
    """
    match = _ATOM.match(text.strip())
    if match is None or match[2] not in ARITY:
        known = ", ".join(sorted(ARITY))
        raise SkillError(f"condition {text!r}", "is not an atom of the skill language.", f"Use one of: {known}.")
    args = tuple(a.strip() for a in match[3].split(","))
    if len(args) != ARITY[match[2]]:
        raise SkillError(f"condition {text!r}", f"takes {ARITY[match[2]]} arguments, not {len(args)}.")
    return Atom(match[2], args, match[1] is None)


@lru_cache(maxsize=65536)
def _bound(atoms: tuple[str, ...], binding: tuple[tuple[str, str], ...]) -> tuple[Atom, ...]:
    table = dict(binding)
    return tuple(parse_atom(text).bind(table) for text in atoms)


def bind(skill: Skill, robot: str, args: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Pairs (name, id) for ``self`` and every parameter of a skill, hashable."""
    return (("self", robot), *zip(skill.parameters, args, strict=True))


def _within_reach(world: World, robot: str, cell: Cell, target: str, state: WorldState) -> bool:
    reach = world.robots[robot].type.reach
    if target in state.things:
        cells: frozenset[Cell] = frozenset({state.things[target].cell})
    else:
        cells = world.zones[target].cells
    return any(abs(cell[0] - x) + abs(cell[1] - y) <= reach for x, y in cells)


def atom_holds(atom: Atom, world: World, state: WorldState) -> bool:
    """Whether a bound atom holds in a state."""
    args = atom.args
    match atom.predicate:
        case "near":
            value = _within_reach(world, args[0], state.robots[args[0]].cell, args[1], state)
        case "at":
            value = state.robots[args[0]].cell in world.zones[args[1]].cells
        case "free":
            value = state.robots[args[0]].holding is None
        case "holding":
            value = state.robots[args[0]].holding == args[1]
        case "on":
            value = state.things[args[0]].support == args[1]
        case "in":
            thing = state.things[args[0]]
            value = thing.held_by is None and (
                thing.support == args[1] if args[1] in state.things else thing.cell in world.zones[args[1]].cells
            )
        case "is":
            value = (args[0], args[1]) in state.flags
        case _:
            raise SkillError(f"condition {atom}", "can only be an effect.")
    return value is atom.positive


def candidates(world: World, kind: str) -> tuple[str, ...]:
    """Ids of everything a skill parameter of a kind ("portable", "machine|lamp", "room") may be."""
    zones = {
        "room": (*world.rooms,), "door": (*world.doors,), "place": (*world.places,),
        "zone": (*world.rooms, *world.doors, *world.places), "thing": (*world.things,),
    }  # fmt: skip
    found: list[str] = []
    for option in kind.split("|"):
        things = (t.id for t in world.things.values() if option == t.kind or option in t.properties)
        found.extend(zones.get(option, things))
    return tuple(dict.fromkeys(found))


def changeable_flags(world: World) -> dict[str, frozenset[str]]:
    """Flags that skills can set or clear, by entity: doors that open, rooms photographed, ..."""
    flags: dict[str, set[str]] = {}
    for skill in world.skills.values():
        for atom in map(parse_atom, (*skill.effects, *skill.during)):
            if atom.predicate != "is":
                continue
            subject, flag = atom.args
            if subject in skill.parameters:
                entities = candidates(world, skill.parameters[subject])
            else:
                entities = world.capable(skill.name) if subject == "self" else (subject,)
            for entity in entities:
                door = world.doors.get(entity)
                if door is None or door.closable or flag != "open":
                    flags.setdefault(entity, set()).add(flag)
    return {entity: frozenset(names) for entity, names in flags.items()}


def unmet(world: World, state: WorldState, robot: str, skill: Skill, args: tuple[str, ...]) -> Atom | None:
    """The first precondition that does not hold, None when the skill can start."""
    for atom in _bound(skill.pre, bind(skill, robot, args)):
        if not atom_holds(atom, world, state):
            return atom
    return None


def apply(world: World, state: WorldState, robot: str, skill: Skill, args: tuple[str, ...]) -> WorldState:
    """The state after a stationary skill has succeeded (preconditions are not tested here).

    A thing that is put somewhere takes along whatever rests on or in it.
    """
    robots, things, flags = dict(state.robots), dict(state.things), set(state.flags)
    here = robots[robot].cell
    for atom in _bound(skill.effects, bind(skill, robot, args)):
        match atom.predicate, atom.positive:
            case "holding", True:
                _move(things, atom.args[1], here, None, robot)
                robots[robot] = replace(robots[robot], holding=atom.args[1])
            case "holding", False:
                robots[robot] = replace(robots[robot], holding=None)
                _move(things, atom.args[1], here, None, None)
            case "here", True:
                _move(things, atom.args[0], here, None, None)
            case (("on" | "in"), True) if atom.args[1] in things:
                _move(things, atom.args[0], things[atom.args[1]].cell, atom.args[1], None)
            case "in", True:
                _move(things, atom.args[0], here, None, None)
            case "is", positive:
                (flags.add if positive else flags.discard)((atom.args[0], atom.args[1]))
            case _:
                raise SkillError(f"effect {atom} of {skill.name}", "cannot be an effect.")
    return WorldState(state.time, robots, things, frozenset(flags))


def _move(things: dict[str, ThingState], thing: str, cell: Cell, support: str | None, held_by: str | None) -> None:
    things[thing] = replace(things[thing], cell=cell, support=support, held_by=held_by)
    for other, other_state in list(things.items()):
        if other_state.support == thing and other_state.cell != cell:
            _move(things, other, cell, thing, None)


def walk(state: WorldState, robot: str, cell: Cell, pose: tuple[float, float, float]) -> WorldState:
    """The state after a robot stepped into a cell, with whatever it holds."""
    robot_state = state.robots[robot]
    robots = {**state.robots, robot: replace(robot_state, cell=cell, pose=pose)}
    if robot_state.holding is None:
        return replace(state, robots=robots)
    things = dict(state.things)
    _move(things, robot_state.holding, cell, None, robot)
    return replace(state, robots=robots, things=things)
