"""Which skills bring about a goal, and which robots have them."""

from __future__ import annotations

from collections.abc import Iterable

from grounding.mission.task import Literal
from grounding.skills import candidates, parse_atom
from grounding.state import Proposition
from grounding.world import Skill, World


def fits(world: World, option: str, entity: str) -> bool:
    """Whether an entity can be an argument whose type is ``option`` ("machine|lamp", "door", "portable")."""
    if "|" in option:
        return any(fits(world, part, entity) for part in option.split("|"))
    if entity in world.things:
        thing = world.things[entity]
        return option in ("thing", thing.kind) or option in thing.properties
    if entity in world.kinds:
        return option == "zone" or all(fits(world, option, member) for member in world.kinds[entity].members)
    return entity in world.zones and option in ("zone", world.zones[entity].sort)


def _with(world: World, behaviour: str, entity: str, effect: str = "") -> list[Skill]:
    """Skills of a behaviour whose first argument can be the entity and that have an effect."""
    return [
        s for s in world.skills.values()
        if s.behaviour == behaviour and s.parameters and fits(world, next(iter(s.parameters.values())), entity)
        and (not effect or any(parse_atom(e).predicate == effect and parse_atom(e).positive for e in s.effects))
    ]  # fmt: skip


def ways(literal: Literal, world: World) -> list[frozenset[str]]:
    """Sets of skills, each of which lets one robot bring the literal about.

    Args:
        literal: A goal of a leaf.
        world: The static world.
    """
    proposition = literal.proposition
    subject, value = proposition.args
    match proposition.predicate:
        case "at":
            return [frozenset({s.name}) for s in _with(world, "drive", value)]
        case "holding":
            return [frozenset({s.name}) for b in ("pick", "guide") for s in _with(world, b, value)]
        case "on":
            return _pick_and_place(world, subject, value, "on")
        case "in" if value in world.things:
            return _pick_and_place(world, subject, value, "in")
        case "in" | "inside":
            pushes = [frozenset({s.name}) for s in _with(world, "push", subject)]
            guides = [
                frozenset({g.name, r.name})
                for g in _with(world, "guide", subject)
                for r in _with(world, "release", subject)
            ]
            return [*_pick_and_place(world, subject, None, "here"), *guides, *pushes]
        case "is":
            return [
                frozenset({s.name}) for s in world.skills.values()
                if _changes(s, literal, world) and not _lacks(s, world)
            ]  # fmt: skip
    return []


def lacking(literal: Literal, world: World) -> tuple[str, ...]:
    """Kinds of things that a skill for a flag works with and that the world does not have ("sink", "bathtub")."""
    skills = [s for s in world.skills.values() if literal.proposition.predicate == "is" and _changes(s, literal, world)]
    return tuple(dict.fromkeys(kind for s in skills for kind in _lacks(s, world)))


def _lacks(skill: Skill, world: World) -> tuple[str, ...]:
    missing = (kind for kind in skill.parameters.values() if not candidates(world, kind))
    return tuple(option for kind in missing for option in kind.split("|"))


def _changes(skill: Skill, literal: Literal, world: World) -> bool:
    entity, flag = literal.proposition.args
    for text in skill.effects:
        atom = parse_atom(text)
        if atom.predicate == "is" and atom.args[1] == flag and atom.positive is literal.positive:
            option = skill.parameters.get(atom.args[0])
            closable = entity not in world.doors or world.doors[entity].closable
            return closable and (atom.args[0] == entity or (option is not None and fits(world, option, entity)))
    return False


def _pick_and_place(world: World, thing: str, target: str | None, effect: str) -> list[frozenset[str]]:
    found = []
    for pick in _with(world, "pick", thing):
        for place in _with(world, "place", thing, effect):
            options = list(place.parameters.values())
            if target is None or (len(options) > 1 and fits(world, options[1], target)):
                found.append(frozenset({pick.name, place.name}))
    return found


def able(literal: Literal, world: World) -> tuple[str, ...]:
    """Ids of the robots that have the skills for a goal, in file order."""
    sets = ways(literal, world)
    return tuple(r.id for r in world.robots.values() if any(w <= set(r.type.skills) for w in sets))


def able_all(literals: Iterable[Literal], world: World) -> tuple[str, ...]:
    """Ids of the robots that have the skills for each of several goals."""
    sets = [set(able(literal, world)) for literal in literals]
    return tuple(r for r in world.robots if all(r in able for able in sets))


def missing(literal: Literal, world: World, robot: str) -> tuple[str, ...]:
    """The fewest skills that a robot would have to have in addition."""
    skills = set(world.robots[robot].type.skills)
    gaps: list[frozenset[str]] = [way - skills for way in ways(literal, world)]
    return min((tuple(sorted(gap)) for gap in gaps), key=len, default=())


def devices(world: World) -> dict[str, tuple[str, ...]]:
    """Flag of a robot that is on while a skill runs ("camera_on") -> robots that have the skill."""
    found: dict[str, tuple[str, ...]] = {}
    for skill in world.skills.values():
        for text in skill.during:
            atom = parse_atom(text)
            if atom.predicate == "is" and atom.args[0] == "self":
                found[atom.args[1]] = tuple(dict.fromkeys((*found.get(atom.args[1], ()), *world.capable(skill.name))))
    return found


def device_for(flag: str, world: World) -> str | None:
    """The flag of a robot that is on while it brings about a flag ("photographed" -> "camera_on")."""
    for skill in world.skills.values():
        for text in skill.effects:
            atom = parse_atom(text)
            if atom.predicate == "is" and atom.args[1] == flag and atom.positive:
                for during in map(parse_atom, skill.during):
                    if during.predicate == "is" and during.args[0] == "self":
                        return during.args[1]
    return None


def literal(predicate: str, *args: str, positive: bool = True) -> Literal:
    """Short for a literal.

    >>> str(literal("is", "door_m4", "open", positive=False))
    '!is.door_m4.open'
    """
    return Literal(Proposition(predicate, args), positive)
