"""Task trees: what was asked for, as a hierarchy of tasks (Nl2Hltl2Plan 2024, section IV-A)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from grounding.state import Proposition


class Relation(str, Enum):
    """How the children of a task belong together."""

    ALL = "all"  # every child, in the order of ``order`` (any order where it is silent)
    EITHER = "either"  # exactly one child needs to be done; the planner chooses


class NodeState(str, Enum):
    """How far a task has come."""

    PENDING = "pending"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Literal:
    """A proposition or its negation."""

    proposition: Proposition
    positive: bool = True

    def __str__(self) -> str:
        return ("" if self.positive else "!") + self.proposition.name


@dataclass(frozen=True)
class TreeRule:
    """A rule said along with a task or for the whole mission.

    Attributes:
        formula: LTL over proposition names, e.g. ``G(holding.self.document -> !at.self.public)``.
        text: The words.
        id: Name of its formula, given once and kept by every edit; empty for rules of a single task.
        robots: Ids of the robots it binds; empty = the whole team.
        until: Simulated second at which it ends, 0 = with the mission.
        ends_with: Id of the task with whose end it ends too, or empty.
    """

    formula: str
    text: str
    id: str = ""
    robots: tuple[str, ...] = ()
    until: float = 0.0
    ends_with: str = ""


@dataclass(frozen=True)
class Task:
    """A node of the tree: a leaf with a goal, or a group of tasks.

    Attributes:
        id: Its name, given once at birth and kept by every edit; the root is "0". At birth it is the dotted
            position ("1.2"); after edits it says nothing about the place.
        text: The task in English, complete in itself (pronouns resolved).
        goal: Leaves: literals that must hold at one moment; groups: empty.
        children: Groups: the sub-tasks in the order they were said.
        relation: Groups: how the children belong together.
        order: Groups: pairs (i, j) of child indices, i before j.
        rules: Rules that bind while this task is carried out; on the root: the whole team and
            mission.
        robots: Ids of the robots named for it; empty = any.
        same_robot_as: Id of the leaf whose robot must also do this one, or None.
    """

    id: str
    text: str
    goal: tuple[Literal, ...] = ()
    children: tuple[Task, ...] = ()
    relation: Relation = Relation.ALL
    order: tuple[tuple[int, int], ...] = ()
    rules: tuple[TreeRule, ...] = ()
    robots: tuple[str, ...] = ()
    same_robot_as: str | None = None

    @property
    def is_leaf(self) -> bool:
        """Whether it has a goal of its own rather than sub-tasks."""
        return not self.children

    def walk(self) -> Iterator[Task]:
        """This task and all below it, parents first, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class TaskTree:
    """An instruction as a tree.

    Attributes:
        instruction: The words of the operator.
        level: Level of abstraction of the instruction, "L0" to "L3".
        root: The root task, id "0".
        revision: How often it was edited since the instruction was given.
        born: Highest number in the name of a task or rule that an edit has made so far, also of one that is gone.
    """

    instruction: str
    level: str
    root: Task
    revision: int = 0
    born: int = 0
