"""Skills applied to things: what a robot can do besides moving, and which of it matters to a goal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

from grounding.skills import Atom, parse_atom
from grounding.state import ANY, Proposition
from grounding.world import Skill, World

#: ``("is", entity, flag, "+" or "-")``, ``("where", thing)`` or, for one support, ``("where", thing, support)``,
#: ``("held", thing)``, ``("dropped", thing)`` or ``("free",)``.
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
            held: Fact = ("held" if atom.positive else "dropped", atom.args[1])
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
                found |= {(sign, thing) for thing in things for sign in ("held", "dropped")} | {("free",)}
            case "in" | "on" if value in world.things:
                found |= {("where", subject, value), ("held", subject)}
            case "in" | "on" | "inside":
                found.add(("where", subject))
    return found


class Catalogue:
    """The stationary skills of one robot, bound to arguments only where a fact asks for it.

    Args:
        world: The static world.
        robot: Who has the skills.
    """

    def __init__(self, world: World, robot: str) -> None:
        self.world, self.robot = world, robot
        names = world.robots[robot].type.skills
        self._skills = [world.skills[name] for name in names if world.skills[name].behaviour not in MOTIONS]
        self._options = [
            {name: tuple(fitting(kind, world)) for name, kind in skill.parameters.items()} for skill in self._skills
        ]
        self._known: dict[tuple[int, tuple[int, ...]], Action] = {}
        self._found: dict[Fact, list[tuple[int, tuple[int, ...]]]] = {}

    def relevant(self, facts: Iterable[Fact], ruled: bool = False) -> list[Action]:
        """The actions that can help to change any of the facts, directly or by way of others.

        Opening doors always can. Letting go of a thing does too where a hand must be free for something
        else; setting it somewhere special counts only where that place matters or nothing simpler will do.

        Args:
            facts: What is to change.
            ruled: Whether there are rules, which may ask for a free hand at any time.
        """
        queue = [*facts, *(("is", door.id, "open", "+") for door in self.world.doors.values() if door.closable)]
        met = set(queue)
        chosen: dict[tuple[int, tuple[int, ...]], None] = {}
        for fact in queue:
            for key in self._achievers(fact) if fact != ("free",) else ():
                chosen[key] = None
                new = self._known[key].needs - met
                met |= new
                queue += new
        # A hand can only be freed of what is in it: nothing is taken up just to be let go of.
        hands = {self._known[key].takes for key in chosen if ("free",) in self._known[key].needs}
        chosen |= dict.fromkeys(key for key, held in self._releases if ruled or hands - {held})
        return [self._known[key] for key in sorted(chosen)]

    @cached_property
    def _releases(self) -> list[tuple[tuple[int, tuple[int, ...]], tuple[str, ...]]]:
        """Keys of actions that let go of something, the simplest where there are such, and of what they let go."""
        letting = [
            i for i, skill in enumerate(self._skills)
            if any(a.predicate == "holding" and not a.positive for a in map(parse_atom, skill.effects))
        ]  # fmt: skip
        simple = [i for i in letting if len(self._skills[i].parameters) == 1]
        found = [key for i in simple or letting for key in self._bind(i, {})]
        held = {key: tuple(f[1] for f in self._known[key].achieves if f[0] == "dropped") for key in found}
        return [(key, held[key]) for key in found if _releases(self._known[key])]

    def _achievers(self, fact: Fact) -> list[tuple[int, tuple[int, ...]]]:
        """Keys of the actions that can change a fact."""
        if fact not in self._found:
            keys: dict[tuple[int, tuple[int, ...]], None] = {}
            for i, skill in enumerate(self._skills):
                for atom in map(parse_atom, (*skill.effects, *skill.during)):
                    pairs = _unified(atom, fact)
                    if pairs is not None:
                        keys.update(dict.fromkeys(self._bind(i, pairs)))
            self._found[fact] = [key for key in keys if fact in self._known[key].achieves]
        return self._found[fact]

    def _bind(self, i: int, pairs: Mapping[str, str]) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Keys of the actions of a skill in which some parameters stand for given ids."""
        ranges = []
        for name, options in self._options[i].items():
            wanted = pairs.get(name)
            ranges.append([k for k, option in enumerate(options) if wanted in (None, option)])
        for places in product(*ranges):
            key = (i, places)
            if key not in self._known:
                args = tuple(options[k] for options, k in zip(self._options[i].values(), places, strict=True))
                self._known[key] = Action(self._skills[i], args, self.robot, self.world)
            yield key


def _unified(atom: Atom, fact: Fact) -> dict[str, str] | None:
    """What the names in an effect must stand for so that it can change a fact, None where it cannot."""
    match atom.predicate:
        case "is" if fact[0] == "is" and fact[2] == atom.args[1]:
            return {atom.args[0]: fact[1]}
        case "holding" if fact[0] in ("held", "dropped", "where") and len(fact) == 2:
            return {atom.args[1]: fact[1]}
        case "on" | "in" | "here" if fact[0] == "where":
            return dict(zip(atom.args, fact[1:], strict=False))
    return None


def _releases(action: Action) -> bool:
    return ("free",) in action.achieves and not action.takes
