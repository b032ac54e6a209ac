"""Whether a command can begin: arguments, preconditions, and a path to follow."""

from __future__ import annotations

from itertools import pairwise

from grounding.builtin import BUILT_IN, skill_of
from grounding.errors import SkillError
from grounding.nudge import resolve
from grounding.skills import unmet
from grounding.state import WorldState
from grounding.world import Cell, Skill, World
from sim.protocol import SkillCommand, SkillStatus
from sim.skills.context import SkillFailure
from sim.skills.routes import Path, push_route, route
from sim.traffic import Traffic
from sim.wording import explain, name


def check_command(world: World, command: SkillCommand) -> Skill:
    """The skill of a command.

    Raises:
        SkillFailure: INVALID: unknown robot, skill or argument, or a robot that lacks the skill.
    """
    robot = world.robots.get(command.robot)
    if robot is None:
        raise _invalid(f"there is no robot called {command.robot!r}; there are {', '.join(world.robots)}.")
    skill = skill_of(world, robot.id, command.skill)
    if skill is None and command.skill not in world.skills:
        known = ", ".join(dict.fromkeys((*world.skills, *BUILT_IN)))
        raise _invalid(f"there is no skill called {command.skill!r}; there are {known}.")
    if skill is None:
        known = ", ".join(dict.fromkeys((*robot.type.skills, *BUILT_IN)))
        raise _invalid(f"{robot.id} cannot {command.skill}; it can {known}.")
    if len(command.args) != len(skill.parameters):
        wanted = ", ".join(skill.parameters) or "no arguments"
        raise _invalid(f"{skill.name} takes {wanted}, not {', '.join(command.args) or 'nothing'}.")
    if skill.behaviour == "nudge":
        _check_nudge(world, command)
        return skill
    for (parameter, kind), arg in zip(skill.parameters.items(), command.args, strict=True):
        if arg not in world.things and arg not in world.zones:
            raise _invalid(f"there is nothing called {arg!r} for {skill.name} to work on.")
        anywhere = skill.behaviour in ("drive", "push") and parameter == list(skill.parameters)[-1]
        if not anywhere and not any(_fits(world, option, arg) for option in kind.split("|")):
            raise _invalid(f"{skill.name} needs {kind.replace('|', ' or ')} as its {parameter}, which {arg} is not.")
    return skill


def _check_nudge(world: World, command: SkillCommand) -> None:
    direction, amount = command.args
    try:
        resolve(direction, amount, world.robots[command.robot].type, world)
    except SkillError as error:
        raise _invalid(f"{command.robot} cannot {error}") from error


def check_ready(world: World, state: WorldState, command: SkillCommand, skill: Skill) -> None:
    """Tests the preconditions of a skill.

    Raises:
        SkillFailure: PRECONDITION_FAILURE naming the first condition that does not hold.
    """
    atom = unmet(world, state, command.robot, skill, command.args)
    if atom is not None:
        raise SkillFailure(SkillStatus.PRECONDITION_FAILURE, f"{explain(world, atom)}.")


def find_path(world: World, state: WorldState, traffic: Traffic, command: SkillCommand, skill: Skill) -> Path:
    """The cells of a motion: the given ones if they can be passed, else a shortest way.

    Raises:
        SkillFailure: PLANNING_FAILURE when the given path is broken or there is none.
    """
    here = state.robots[command.robot].cell
    if command.path:
        _check_given(world, command, here)
        return command.path
    target = command.args[-1]
    pushed = command.args[0] if skill.behaviour == "push" else ""
    goals = _goals(world, state, command.robot, target)
    taken = {c for other in world.robots if other != command.robot for c in traffic.taken(other)}

    def free(cell: Cell) -> bool:
        return not traffic.barrier(command.robot, cell, ignore=pushed)

    def clear(cell: Cell) -> bool:
        return cell not in taken and free(cell)

    for enterable in (clear, free):
        if pushed:
            path = push_route(here, state.things[pushed].cell, goals, enterable)
        else:
            path = route(here, goals, enterable)
        if path is not None:
            return path
    if pushed:
        raise _no_way(f"{command.robot} finds no way to push {name(world, pushed)} to {name(world, target)}.")
    raise _no_way(f"{command.robot} finds no way to {name(world, target)}.")


def _check_given(world: World, command: SkillCommand, here: Cell) -> None:
    path = command.path
    if path[0] != here:
        raise _no_way(f"the path starts at {path[0]}, but {command.robot} is at {here}.")
    for before, after in pairwise(path):
        if abs(before[0] - after[0]) + abs(before[1] - after[1]) > 1:
            raise _no_way(f"the path jumps from {before} to {after}.")
    for cell in path:
        if cell not in world.robots[command.robot].cells:
            raise _no_way(f"the path leads through {cell}, where {command.robot} cannot be.")


def _goals(world: World, state: WorldState, robot: str, target: str) -> frozenset[Cell]:
    """Cells that count as having reached a zone or a thing."""
    if target in world.zones:
        return world.zones[target].cells
    cell = state.things[target].cell
    if not world.things[target].obstacle or world.robots[robot].base is not None:
        return frozenset({cell})
    return frozenset(world.neighbours(cell))


def _fits(world: World, kind: str, entity: str) -> bool:
    """Whether an entity may stand for a parameter of this kind."""
    match kind:
        case "thing":
            return entity in world.things
        case "zone":
            return entity in world.zones
        case "room":
            return entity in world.rooms
        case "door":
            return entity in world.doors
        case "place":
            return entity in world.places
    thing = world.things.get(entity)
    return thing is not None and (kind == thing.kind or kind in thing.properties)


def _invalid(message: str) -> SkillFailure:
    return SkillFailure(SkillStatus.INVALID, message)


def _no_way(message: str) -> SkillFailure:
    return SkillFailure(SkillStatus.PLANNING_FAILURE, message)
