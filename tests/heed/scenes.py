"""Scenes of a mission at one moment, built from words, for tests of what is said about it."""

from __future__ import annotations

from dataclasses import replace

from grounding.mission.progress import Progress
from grounding.mission.task import NodeState
from grounding.state import initial_state
from grounding.translate.controlled import translate
from grounding.worldfile import load_world
from heed.dialogue import Mode, RobotMode, Utterance
from heed.progress import NodeProgress
from heed.scene import Footprint, Scene
from heed.session import Session

OFFICE = load_world("office")
TABLE = load_world("table")


def scene(text, world=OFFICE, *, done=None, active=None, plan=None, modes=None, state=None, footprints=None):
    """A mission of these words; ``done``, ``active`` and ``plan`` give task id -> robot."""
    tree = translate(text, world).tree
    assert tree is not None
    done, active, plan = done or {}, active or {}, plan or {}
    nodes = {task: NodeProgress(NodeState.DONE, "done", robot) for task, robot in done.items()}
    nodes |= {task: NodeProgress(NodeState.RUNNING, f"{robot} drives", robot) for task, robot in active.items()}
    state = state or initial_state(world)
    return Scene(
        world, state, {r: RobotMode() for r in world.robots} | (modes or {}), "mission_1", tree,
        Progress(done, active), nodes, {**active, **plan},
        footprints={t: Footprint(*states) for t, states in (footprints or {}).items()},
    )  # fmt: skip


def idle(world=OFFICE, **modes):
    """A fleet without a mission."""
    return Scene(world, initial_state(world), {r: RobotMode() for r in world.robots} | modes)


def paused(robot):
    return {robot: RobotMode(Mode.PAUSED, "was told to pause")}


def heard(text, now, robot=""):
    """The acts that are heard in a scene."""
    hearing = Session(now.world).hear(Utterance(text, robot), now)
    assert not hearing.unread, hearing.unread
    assert not hearing.question, hearing.question
    return hearing.heard


def meaning(text, world=OFFICE):
    """The tree of a clause, rules alone included."""
    found = translate(text, world, rules_alone=True)
    assert found.tree is not None, found.message
    return found.tree


def with_holding(now, robot, thing):
    """The scene with something in a gripper."""
    robots = {**now.state.robots, robot: replace(now.state.robots[robot], holding=thing)}
    things = {**now.state.things, thing: replace(now.state.things[thing], held_by=robot)}
    return replace(now, state=replace(now.state, robots=robots, things=things))
