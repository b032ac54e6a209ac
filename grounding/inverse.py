"""What "undo that" asks for: the goal that restores what a finished task changed, and what stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from grounding.mission.task import Literal
from grounding.skills import Atom, candidates, parse_atom
from grounding.state import Proposition, WorldState
from grounding.translate.abilities import able, fits
from grounding.translate.wording import name
from grounding.world import Cell, Skill, World, cell_zone


@dataclass(frozen=True)
class Inverse:
    """How to take back what was done.

    Attributes:
        goal: What must hold at one moment for things to be as they were, as far as robots can bring it about;
            empty when nothing changed or nothing can be taken back.
        cannot: One sentence for everything that cannot be taken back.
    """

    goal: tuple[Literal, ...] = ()
    cannot: tuple[str, ...] = ()


def changed(before: WorldState, after: WorldState) -> frozenset[str]:
    """Ids of things that have been moved and of entities whose flags have changed; robots' places do not count."""
    moved = {thing for thing in before.things if _moved(before, after, thing)}
    return frozenset(moved | {entity for entity, _ in before.flags ^ after.flags})


def inverse(before: WorldState, after: WorldState, world: World, only: Collection[str] | None = None) -> Inverse:
    """The goal that restores an earlier state.

    Args:
        before: How things stood when the task was begun.
        after: How they stand now.
        world: The static world.
        only: Ids of what the task's robots changed, where others changed things meanwhile; None = all of
            :func:`changed`. A robot named here shall also go back to where it was.
    """
    wanted = changed(before, after) if only is None else frozenset(only)
    goal: list[Literal] = []
    cannot: list[str] = []
    for thing in (t for t in world.things if t in wanted and _moved(before, after, t)):
        literal = _back(before, world, thing)
        if literal is None:
            cannot.append(_sentence(f"{name(thing, world)} stays where it is: no robot here can put it back."))
        else:
            goal.append(literal)
    for entity, flag in sorted(pair for pair in before.flags ^ after.flags if pair[0] in wanted):
        literal = Literal(Proposition("is", (entity, flag)), (entity, flag) in before.flags)
        reason = _irreversible(literal, before, world)
        if reason:
            cannot.append(reason)
        else:
            goal.append(literal)
    for robot in (r for r in world.robots if r in wanted and before.robots[r].cell != after.robots[r].cell):
        goal.append(Literal(Proposition("at", (robot, _zone(world, before.robots[robot].cell)))))
    return Inverse(tuple(goal), tuple(cannot))


def _moved(before: WorldState, after: WorldState, thing: str) -> bool:
    """Whether a thing is somewhere else; what lies where it lay, on or in something that was moved, is not."""
    was, now = before.things[thing], after.things[thing]
    if was.held_by != now.held_by or was.support != now.support:
        return True
    return was.support is None and was.held_by is None and was.cell != now.cell


def _back(before: WorldState, world: World, thing: str) -> Literal | None:
    """The literal that brings a thing back to where it was, None when no robot can."""
    was = before.things[thing]
    if was.held_by is not None:
        options = [Proposition("holding", (was.held_by, thing))]
    elif was.support is not None:
        options = [Proposition("on", (thing, was.support)), Proposition("in", (thing, was.support))]
    else:
        options = [Proposition("in", (thing, _zone(world, was.cell)))]
    for literal in map(Literal, options):
        robots = [was.held_by] if was.held_by is not None else [*world.robots]
        if any(robot in able(literal, world) and _reaches(world, robot, was.cell) for robot in robots):
            return literal
    return None


def _zone(world: World, cell: Cell) -> str:
    """The place that is just this cell ("d5"), else the cell itself ("cell_6_3")."""
    return next((place.id for place in world.places.values() if place.cells == {cell}), cell_zone(cell))


def _reaches(world: World, robot: str, cell: Cell) -> bool:
    """Whether a robot can handle what is in a cell; arms reach only a part of a table."""
    body = world.robots[robot]
    return any(abs(cell[0] - x) + abs(cell[1] - y) <= body.type.reach for x, y in body.cells)


def _irreversible(literal: Literal, before: WorldState, world: World) -> str:
    """Why a flag cannot be brought back, as a sentence; empty when it can."""
    entity, flag = literal.proposition.args
    word = flag.replace("_", " ")
    said = f"{name(entity, world)} {'is not' if literal.positive else 'stays'} {word}"
    if not able(literal, world):
        return _sentence(f"{said}{' any more' if literal.positive else ''}: no robot here can undo that.")
    spoils = [_spoiled(skill, atom, entity, before) for skill, atom in _means(literal, world)]
    spoiled = next(iter(spoils), None)
    if spoiled is not None and None not in spoils:
        other = ("" if spoiled.positive else "not ") + spoiled.args[1].replace("_", " ")
        return _sentence(f"{said}{' any more' if literal.positive else ''}: undoing that would leave it {other}.")
    return ""


def _means(literal: Literal, world: World) -> Iterator[tuple[Skill, Atom]]:
    """Skills that bring a flag about, each with the effect that does."""
    entity, flag = literal.proposition.args
    for skill in world.skills.values():
        if not world.capable(skill.name) or not all(candidates(world, kind) for kind in skill.parameters.values()):
            continue
        for atom in map(parse_atom, skill.effects):
            kind = skill.parameters.get(atom.args[0])
            meant = atom.args[0] == entity or (kind is not None and fits(world, kind, entity))
            if meant and (atom.predicate, atom.args[1:], atom.positive) == ("is", (flag,), literal.positive):
                yield skill, atom


def _spoiled(skill: Skill, effect: Atom, entity: str, before: WorldState) -> Atom | None:
    """Another effect of a skill on the same entity that would make it different from before."""
    for atom in map(parse_atom, skill.effects):
        same = atom.predicate == "is" and atom.args[0] == effect.args[0] and atom != effect
        if same and ((entity, atom.args[1]) in before.flags) is not atom.positive:
            return atom
    return None


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] if text.startswith("the ") else text
