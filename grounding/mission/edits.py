"""Changes of a mission, as values: what an operator can ask to be different while it runs.

Tasks and rules are named by their ids (see :class:`grounding.mission.task.Task`), robots by theirs.
:func:`grounding.mission.amend.amend` carries edits out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from grounding.mission.task import Literal, TaskTree, TreeRule
from grounding.world import Cell


class Place(str, Enum):
    """Where a new task stands in the order of doing."""

    ANY = "any"  # no order
    FIRST = "first"  # before all that is unfinished
    LAST = "last"  # after all that there is
    BEFORE = "before"  # before the anchors
    AFTER = "after"  # after the anchors


@dataclass(frozen=True)
class AddTask:
    """A further task, or several.

    Attributes:
        tree: What is to be done, as the translation of an instruction gives it; rules on its root
            become rules of the mission.
        place: Where it stands in the order of doing.
        anchors: Ids of the tasks it is put before or after; empty for other places.
    """

    tree: TaskTree
    place: Place = Place.ANY
    anchors: tuple[str, ...] = ()


@dataclass(frozen=True)
class DropTask:
    """A task is not to be done. Of a group, what is finished stays.

    Attributes:
        task: Its id.
    """

    task: str


@dataclass(frozen=True)
class ReplaceGoal:
    """Something else is to be done in the place of a task, which keeps its id, order and robots.

    Attributes:
        task: Its id.
        tree: What is to be done instead; several tasks become a group.
    """

    task: str
    tree: TaskTree


@dataclass(frozen=True)
class Reassign:
    """Other robots are to do a task, or everything that is unfinished in a group.

    Attributes:
        task: Its id.
        robots: Ids of the robots that may do it; empty = any.
    """

    task: str
    robots: tuple[str, ...]


@dataclass(frozen=True)
class Reorder:
    """One task is to be finished before another is begun, wherever they stand.

    A direct order that says the contrary goes: what is said last holds.

    Attributes:
        first: Id of the earlier task.
        then: Id of the later one.
    """

    first: str
    then: str


@dataclass(frozen=True)
class AddRule:
    """A rule from now on; it gets an id of its own.

    Attributes:
        rule: The rule.
    """

    rule: TreeRule


@dataclass(frozen=True)
class DropRule:
    """A rule no longer binds.

    Attributes:
        rule: Its id.
    """

    rule: str


@dataclass(frozen=True)
class AddZone:
    """A place drawn on the map, which rules and tasks may speak of from now on.

    Attributes:
        id: Its id, ``[a-z][a-z0-9_]*``, new in the world.
        cells: Its cells, none of them wall.
    """

    id: str
    cells: frozenset[Cell]


@dataclass(frozen=True)
class DropZone:
    """A place that was drawn on the map is forgotten.

    Attributes:
        id: Its id.
    """

    id: str


@dataclass(frozen=True)
class Repeat:
    """A task is to be done again, once it is done; every time is a task of its own.

    Attributes:
        task: Its id.
        times: How often.
    """

    task: str
    times: int = 1


@dataclass(frozen=True)
class Undo:
    """What a finished task has brought about is to be taken back, by a new task.

    Attributes:
        task: Id of the finished task, which stays finished.
        goal: What holds again when it is taken back.
        text: The new task in English.
        robots: Ids of the robots that are to do it; empty = any.
    """

    task: str
    goal: tuple[Literal, ...]
    text: str
    robots: tuple[str, ...] = ()


Edit: TypeAlias = (
    AddTask | DropTask | ReplaceGoal | Reassign | Reorder | AddRule | DropRule | AddZone | DropZone | Repeat | Undo
)
