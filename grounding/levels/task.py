"""A grounded command as a task tree of one leaf, for the rest of the system."""

from __future__ import annotations

from collections.abc import Sequence

from grounding.levels.ground import Grounding, describe, driver
from grounding.levels.lift import lift
from grounding.levels.reward import Direction, Reward
from grounding.mission.task import Literal, Task, TaskTree
from grounding.state import SELF, Proposition, WorldState, initial_state
from grounding.world import World, cell_zone

#: What robots of a world may do at most for its commands to be read by level and reward function.
_BEHAVIOURS = frozenset({"drive", "push"})


def speaks_levels(world: World) -> bool:
    """Whether commands in a world are of the kind the models of levels have learned: to go and to push.

    >>> from grounding.worldfile import load_world
    >>> speaks_levels(load_world("cleanup")), speaks_levels(load_world("office"))
    (True, False)
    """
    skills = (world.skills[name] for robot in world.robots.values() for name in robot.type.skills)
    return bool(world.robots) and bool(world.rooms) and {skill.behaviour for skill in skills} <= _BEHAVIOURS


def task_tree(found: Grounding, world: World, state: WorldState | None = None, robot: str | None = None) -> TaskTree:
    """The task that a grounded command sets.

    A command that spells out single steps sets the cell in which they end as a goal, and the cells to
    which they push things; any other the regions of its reward function.

    Args:
        found: A command that was not refused.
        world: The world.
        state: Where everything is; the start of the world file where it is not given.
        robot: Id of the robot it was given to; the first that can drive where it is not given.
    """
    assert found.best is not None, "refused commands set no task"
    named = robot or driver(world)
    assert named is not None, "grounding has found a robot that drives"
    if found.steps:
        goal = _where_steps_lead(found.text, found.steps, world, state or initial_state(world), named)
        text = describe(Reward(steps=found.steps), world)
    else:
        goal, text = _regions(found.best.reward), found.best.sentence
    task = Task("1", text, goal, robots=(named,) if robot or found.steps else ())
    return TaskTree(found.text, found.best.level.value, Task("0", task.text, children=(task,)))


def _regions(reward: Reward) -> tuple[Literal, ...]:
    things = [Proposition("in", pair) for pair in reward.things]
    agent = [Proposition("at", (SELF, reward.agent))] if reward.agent else []
    return tuple(Literal(proposition) for proposition in (*things, *agent))


def _where_steps_lead(
    text: str, steps: Sequence[Direction], world: World, state: WorldState, robot: str
) -> tuple[Literal, ...]:
    lifted = lift(text, world, state, robot)
    scene = lifted.scene
    for step in steps:
        scene = scene.step(step)
    moved = [(lifted.names[name], cell) for name, cell in scene.blocks.items() if cell != lifted.scene.blocks[name]]
    goal = [Proposition("in", (thing, cell_zone(cell))) for thing, cell in moved]
    return tuple(Literal(proposition) for proposition in (*goal, Proposition("at", (SELF, cell_zone(scene.agent)))))
