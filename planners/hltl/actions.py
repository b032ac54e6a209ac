"""Skills applied to things: what a robot can do besides moving, and which of it matters to a goal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from grounding.skills import Atom, parse_atom
from grounding.state import ANY, Proposition
from grounding.world import Skill, World

#: ``("is", entity, flag, "+" or "-")``, ``("where", thing)`` or, for one support, ``("where", thing, support)``,
#: ``("held", thing)`` or ``("free",)``.
Fact = tuple[str, ...]

#: Behaviours that move a robot from cell to cell.
MOTIONS = ("drive", "push")


@dataclass(frozen=True)
class Action:
    """A stationary skill of one robot with its arguments; what it takes and changes is worked out when asked for.

    Attributes:
        skill: The skill.
        args: Ids it is applied to.
        robot: Who does it.
        world: The static world.
    """

    skill: Skill
    args: tuple[str, ...]
    robot: str
    world: World = field(compare=False, repr=False)

    def _bound(self, texts: Iterable[str]) -> list[Atom]:
        binding = dict(zip(("self", *self.skill.parameters), (self.robot, *self.args), strict=True))
        return [parse_atom(text).bind(binding) for text in texts]

    @cached_property
    def _pre(self) -> list[Atom]:
        return self._bound(self.skill.pre)

    @cached_property
    def _effects(self) -> list[Atom]:
        return self._bound(self.skill.effects)

    @cached_property
    def ticks(self) -> int:
        """How long it takes."""
        return ticks(self.skill, self.world)

    @cached_property
    def positional(self) -> tuple[Atom, ...]:
        """Conditions on the robot's own cell (``near``, ``at``)."""
        return tuple(a for a in self._pre if a.predicate in ("near", "at"))

    @cached_property
    def conditions(self) -> tuple[Atom, ...]:
        """All other conditions."""
        return tuple(a for a in self._pre if a.predicate not in ("near", "at"))

    @cached_property
    def during(self) -> tuple[Atom, ...]:
        """Atoms that hold while it runs."""
        return tuple(self._bound(self.skill.during))

    @cached_property
    def local(self) -> bool:
        """Whether what it leaves behind depends on the cell it is done in."""
        return _local(self._effects, self.world)

    @cached_property
    def takes(self) -> tuple[str, ...]:
        """Things it makes the robot hold."""
        return tuple([a.args[1] for a in self._effects if a.predicate == "holding" and a.positive])

    @cached_property
    def achieves(self) -> frozenset[Fact]:
        """Facts it can change."""
        return frozenset([f for a in (*self._effects, *self.during) for f in _facts(a, self.world, effect=True)])

    @cached_property
    def needs(self) -> frozenset[Fact]:
        """Facts its conditions speak of, save those that it ends itself and nothing else."""
        ends = {(e.predicate, e.args) for e in self._effects} if len(self._effects) == 1 else ()
        return frozenset([
            f for a in self._pre if (a.predicate, a.args) not in ends for f in _facts(a, self.world, effect=False)
        ])  # fmt: skip

    @cached_property
    def reads(self) -> frozenset[str]:
        """Names of things and ``entity.flag`` states it relies on."""
        atoms = (*self._pre, *self._effects)
        return frozenset(r for a in atoms for r in resources(a, self.world, self.robot))

    @cached_property
    def writes(self) -> frozenset[str]:
        """The same for what it changes."""
        return frozenset(r for a in self._effects for r in resources(a, self.world, self.robot)[:1])


def ticks(skill: Skill, world: World) -> int:
    """Ticks a stationary skill takes: its seconds, rounded up."""
    return max(1, math.ceil(skill.seconds / world.tick_s - 1e-9))


def actions(world: World, robot: str) -> list[Action]:
    """Every stationary skill of a robot with every choice of arguments."""
    found = []
    for name in world.robots[robot].type.skills:
        skill = world.skills[name]
        if skill.behaviour in MOTIONS:
            continue
        options = [tuple(fitting(kind, world)) for kind in skill.parameters.values()]
        found += [Action(skill, args, robot, world) for args in product(*options)]
    return found


def fitting(kind: str, world: World) -> Iterator[str]:
    """Ids that a skill parameter of a kind (``machine|lamp``) may stand for."""
    for option in kind.split("|"):
        if option == "zone":
            yield from world.zones
        elif option in ("room", "door", "place"):
            yield from (z.id for z in world.zones.values() if z.sort == option)
        else:
            for thing in world.things.values():
                if option == "thing" or option == thing.kind or option in thing.properties:
                    yield thing.id


def _facts(atom: Atom, world: World, effect: bool) -> Iterable[Fact]:
    match atom.predicate:
        case "is":
            return (("is", *atom.args, "+" if atom.positive else "-"),)
        case "holding":
            held: Fact = ("held", atom.args[1])
            return (held, ("where", atom.args[1]), ("free",)) if effect else (held,)
        case "free":
            return (("free",),)
        case "on" | "in" | "here":
            where: Fact = ("where", atom.args[0])
            if atom.args[-1] not in world.things or atom.predicate == "here":
                return (where,)
            there = (*where, atom.args[1])
            return (where, there) if effect or not atom.positive else (there, ("held", atom.args[0]))
    return ()


def resources(atom: Atom, world: World, robot: str) -> tuple[str, ...]:
    """Names under which an atom's facts are shared between robots, what it is about first.

    A robot's own state is not shared.
    """
    match atom.predicate:
        case "is":
            return () if atom.args[0] == robot else (".".join(atom.args),)
        case "holding":
            return (atom.args[1],)
        case "near" | "in" | "on" | "here":
            return tuple(a for a in atom.args if a in world.things)
    return ()


def _local(effects: Sequence[Atom], world: World) -> bool:
    """Whether some thing ends up at the robot's cell rather than at a place of its own."""
    final: dict[str, bool] = {}
    for atom in effects:
        if atom.predicate == "holding":
            final[atom.args[1]] = not atom.positive
        elif atom.predicate in ("here", "in", "on"):
            final[atom.args[0]] = atom.args[-1] not in world.things or atom.predicate == "here"
    return any(final.values())


def wanted(propositions: Iterable[Proposition], world: World, robot: str) -> set[Fact]:
    """Facts that propositions speak of (bound to a robot)."""
    found: set[Fact] = set()
    for proposition in propositions:
        subject, value = proposition.args
        match proposition.predicate:
            case "is":
                found |= {("is", robot if subject == ANY else subject, value, sign) for sign in "+-"}
            case "holding":
                things = world.things if value == ANY else (value,)
                found |= {("held", thing) for thing in things} | {("free",)}
            case "in" | "on" if value in world.things:
                found |= {("where", subject, value), ("held", subject)}
            case "in" | "on" | "inside":
                found.add(("where", subject))
    return found


def relevant(candidates: Sequence[Action], facts: set[Fact], world: World) -> list[Action]:
    """The actions that can help to change any of the facts, directly or by way of others.

    Opening doors always can. Letting go of a thing does too, so that a hand can be freed; setting
    it somewhere special counts only where that place matters or nothing simpler will do.
    """
    facts = {*facts, *(("is", door.id, "open", "+") for door in world.doors.values() if door.closable)}
    simple = any(_releases(a) and len(a.args) == 1 for a in candidates)
    chosen: set[int] = set()
    grown = True
    while grown:
        grown = False
        for i, action in enumerate(candidates):
            if i not in chosen and (action.achieves - {("free",)}) & facts:
                chosen.add(i)
                facts |= action.needs
                grown = True
    # A hand can only be freed of what is in it: nothing is taken up just to be let go of.
    chosen |= {i for i, a in enumerate(candidates) if _releases(a) and (len(a.args) == 1 or not simple)}
    return [candidates[i] for i in sorted(chosen)]


def _releases(action: Action) -> bool:
    return ("free",) in action.achieves and not action.takes
