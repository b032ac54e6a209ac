"""What a session sees of the fleet at one moment: the mission, how far it is, and who does what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grounding.logic.monitor import FormulaVerdict
from grounding.mission.progress import Progress
from grounding.mission.task import Literal, NodeState, Task, TaskTree, TreeRule
from grounding.skills import parse_atom
from grounding.state import SELF, WorldState
from grounding.world import World
from heed.dialogue import RobotMode
from heed.progress import NodeProgress
from sim.protocol import SkillCommand

#: Predicate of a goal -> skill that the contract of corrections names it by.
_SKILLS = {"at": "go_to", "holding": "pick_up", "in": "put_in", "on": "put_on"}


@dataclass(frozen=True)
class Footprint:
    """The world just before and just after a task was carried out."""

    before: WorldState
    after: WorldState


@dataclass(frozen=True)
class Scene:
    """A fleet and its mission at one moment.

    Attributes:
        world: The world with its places.
        state: The latest observation.
        modes: Robot id -> who decides what it does.
        mission: Id of the running mission, empty = none.
        tree: Its task tree, None while there is none.
        progress: Which of its tasks are finished and which are being worked on.
        nodes: Task id -> how far it has come.
        plan: Task ids that are not finished -> robot that is to do them, in planned order.
        commands: Robot -> what it has been told.
        footprints: Finished task -> the world before and after it.
        verdicts: Formula name -> what the monitor says.
        sentence: What goes on, for people.
        changes: What the last change of plan changed.
        orders: Robot -> skill and arguments of the last order that it was given by word.
    """

    world: World
    state: WorldState
    modes: Mapping[str, RobotMode] = field(default_factory=dict)
    mission: str = ""
    tree: TaskTree | None = None
    progress: Progress = field(default_factory=Progress)
    nodes: Mapping[str, NodeProgress] = field(default_factory=dict)
    plan: Mapping[str, str] = field(default_factory=dict)
    commands: Mapping[str, SkillCommand] = field(default_factory=dict)
    footprints: Mapping[str, Footprint] = field(default_factory=dict)
    verdicts: Mapping[str, FormulaVerdict] = field(default_factory=dict)
    sentence: str = ""
    changes: tuple[str, ...] = ()
    orders: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def tasks(self) -> dict[str, Task]:
        """Every task of the mission by id, groups included."""
        return {task.id: task for task in self.tree.root.walk()} if self.tree is not None else {}

    @property
    def leaves(self) -> dict[str, Task]:
        """Every task with a goal of its own, by id, in reading order."""
        return {name: task for name, task in self.tasks.items() if task.goal}

    @property
    def rules(self) -> tuple[TreeRule, ...]:
        """The rules in force for the whole mission."""
        return self.tree.root.rules if self.tree is not None else ()

    @property
    def left(self) -> tuple[str, ...]:
        """Ids of the tasks that are still to be done, those under way first, then in planned order."""
        chosen = [name for name in self.leaves if self.state_of(name) in (NodeState.PENDING, NodeState.RUNNING)]
        order = list(self.plan)
        return tuple(
            sorted(
                chosen,
                key=lambda name: (
                    name not in self.progress.active,
                    order.index(name) if name in order else len(order),
                ),
            )
        )

    def state_of(self, task: str) -> NodeState:
        """How far a task has come."""
        return self.nodes.get(task, NodeProgress()).state

    def busy_with(self, robot: str) -> str | None:
        """Id of the task that a robot is working on, None where there is none."""
        return next((task for task, who in self.progress.active.items() if who == robot), None)

    def doer(self, task: str) -> str | None:
        """The robot that works, worked or is to work on a task."""
        return self.progress.active.get(task) or self.progress.finished.get(task) or self.plan.get(task)


def act_of(goal: Literal, world: World) -> tuple[str | None, str | None, str | None]:
    """Skill, object and destination by which the contract of corrections names a goal.

    Args:
        goal: What is to hold.
        world: The static world.
    """
    subject, value = goal.proposition.args
    predicate = goal.proposition.predicate
    if predicate == "at":
        return "go_to", None, value
    if predicate == "holding":
        return "pick_up", value, None
    if predicate in ("in", "on"):
        thing = world.things.get(subject)
        properties = thing.properties if thing is not None else frozenset()
        skill = "push_to" if "pushable" in properties else "guide" if "guidable" in properties else _SKILLS[predicate]
        return skill, subject, value
    return _switching(subject, value, goal.positive, world), subject if subject != SELF else None, None


def _switching(subject: str, flag: str, positive: bool, world: World) -> str | None:
    """The skill that sets or clears a flag."""
    for skill in world.skills.values():
        for atom in map(parse_atom, skill.effects):
            if atom.predicate == "is" and atom.args[1] == flag and atom.positive is positive:
                return skill.name
    return None
