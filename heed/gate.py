"""The gate between everybody who wants a robot to move and the robot.

Planner, operator, policy, console, replay: all commands pass :func:`allow`. A halt always passes; it
is not a command and does not come here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from grounding.builtin import BUILT_IN
from grounding.logic.automaton import automaton
from grounding.logic.history import History, Letter, letter
from grounding.logic.spec import HierarchicalSpec, Rule
from grounding.skills import walk
from grounding.state import WorldState
from grounding.world import World
from heed.dialogue import Mode, RobotMode
from sim.protocol import SkillCommand


class Sender(str, Enum):
    """Who wants a robot to move."""

    PLANNER = "planner"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Guard:
    """What the gate knows of a fleet.

    Attributes:
        world: The static world.
        state: The latest observation.
        modes: Robot id -> who decides what it does.
        spec: The running mission, None where there is none.
        history: What its rules have read.
    """

    world: World
    state: WorldState
    modes: Mapping[str, RobotMode] = field(default_factory=dict)
    spec: HierarchicalSpec | None = None
    history: History = field(default_factory=History)


@dataclass(frozen=True)
class Allowed:
    """The command may be sent."""


@dataclass(frozen=True)
class Refused:
    """The command must not be sent.

    Attributes:
        rule: What forbids it: ``robot``, ``lost``, ``halted``, ``paused``, ``skill``, or the name of a rule.
        sentence: Why, for people.
    """

    rule: str
    sentence: str


def allow(command: SkillCommand, sender: Sender, guard: Guard) -> Allowed | Refused:
    """Whether a command may go to its robot.

    Args:
        command: The command.
        sender: Who wants it.
        guard: What is known of the fleet.
    """
    robot = guard.world.robots.get(command.robot)
    if robot is None:
        return Refused("robot", f"There is no robot {command.robot!r} here.")
    state = guard.state.robots[command.robot]
    if not state.alive:
        return Refused("lost", f"{command.robot} does not answer any more.")
    if state.halted:
        return Refused("halted", f"{command.robot} was told to stand still. Say 'go on' first.")
    mode = guard.modes.get(command.robot, RobotMode()).mode
    if sender is Sender.PLANNER and mode is not Mode.AUTONOMOUS:
        why = "is paused" if mode is Mode.PAUSED else "follows a correction"
        return Refused("paused", f"{command.robot} {why}.")
    if command.skill not in robot.type.skills and command.skill not in BUILT_IN:
        return Refused("skill", f"{command.robot} cannot {command.skill.replace('_', ' ')}.")
    broken = next(_broken(command, guard), None)
    if broken is not None:
        return Refused(broken.name, f"That would break a rule: {broken.text}.")
    return Allowed()


def _broken(command: SkillCommand, guard: Guard) -> Iterator[Rule]:
    """Rules that the cells of a command would break for good."""
    if guard.spec is None or len(command.path) < 2:
        return
    states, state = [], guard.state
    for cell in command.path[1:]:
        state = walk(state, command.robot, cell, (*guard.world.centre(cell), 0.0))
        states.append(state)
    for rule in guard.spec.rules.values():
        ahead = (letter(rule.formula, "", guard.world, passed) for passed in states)
        if _dead(rule.formula, (*guard.history.read.get(rule.name, ()), *ahead)) and not _dead(
            rule.formula, guard.history.read.get(rule.name, ())
        ):
            yield rule


def _dead(formula: str, letters: tuple[Letter, ...]) -> bool:
    """Whether nothing that follows can make a formula true any more."""
    machine = automaton(formula)
    return machine.run(machine.letter(one) for one in letters) in machine.dead
