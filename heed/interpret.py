"""Which engine reads an instruction: controlled English, the learned model of levels, or the reader of free English.

Controlled English is exact where it understands, and alone knows missions of several tasks, orders and
rules. In worlds where robots go and push, the model of levels reads freely worded commands and says at
which level of abstraction a command was given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from grounding.errors import HeedError
from grounding.levels.ground import Grounding, infer
from grounding.levels.task import speaks_levels, task_tree
from grounding.mission.task import TaskTree
from grounding.state import WorldState
from grounding.translate.controlled import Translation, translate
from grounding.translate.free import AnswerStatus
from grounding.world import World

#: Words from which on a refusal by the reader of free English says more than one by the exact parser.
_LONG = 15


@dataclass(frozen=True)
class Interpretation:
    """What an instruction was taken to mean.

    Attributes:
        tree: The task tree, None where it is refused.
        message: Why it is refused, or what is to be asked first, or what was noticed.
    """

    tree: TaskTree | None
    message: str


def interpret(text: str, world: World, state: WorldState | None = None) -> Interpretation:
    """Reads an instruction with the engine that fits.

    Args:
        text: The words.
        world: The world they refer to.
        state: Where things are now; at the start of the world file where None.
    """
    controlled = translate(text, world, state)
    if controlled.tree is not None and _mission(controlled.tree):
        return Interpretation(controlled.tree, controlled.message)
    found = _by_levels(text, world, state)
    if controlled.tree is not None:
        return Interpretation(_with_level(controlled.tree, found), controlled.message)
    if found is None:
        return _freely(text, world, state, controlled) or Interpretation(None, controlled.message)
    if found.best is None:
        return Interpretation(None, found.refused if found.near or not controlled.message else controlled.message)
    if found.question is not None:
        return Interpretation(None, found.question.text)
    return Interpretation(task_tree(found, world, state), "")


def _freely(text: str, world: World, state: WorldState | None, exact: Translation) -> Interpretation | None:
    """What the reader of free English makes of it; None where it refuses a short text or is not installed."""
    try:
        from heed.translation import translation

        answer = translation(text, world, state, exact=exact)
    except (HeedError, ModuleNotFoundError):
        return None
    if answer.status is AnswerStatus.UNDERSTOOD:
        return Interpretation(answer.tree, answer.message)
    # Of a short text the exact parser knows better where it stops.
    short = answer.status is AnswerStatus.REJECTED and len(text.split()) < _LONG
    return None if short else Interpretation(None, answer.message)


def _mission(tree: TaskTree) -> bool:
    """Whether it takes more than one reward function: several tasks, or rules."""
    tasks = list(tree.root.walk())
    return sum(task.is_leaf for task in tasks) > 1 or any(task.rules for task in tasks)


def _by_levels(text: str, world: World, state: WorldState | None) -> Grounding | None:
    """What the model of levels makes of it; None where it does not apply or is not installed."""
    if not speaks_levels(world):
        return None
    try:
        return infer(text, world, state)
    except (HeedError, ModuleNotFoundError):
        return None


def _with_level(tree: TaskTree, found: Grounding | None) -> TaskTree:
    """A tree of one task with the level at which its words speak."""
    if found is None or found.best is None:
        return tree
    return replace(tree, level=found.best.level.value)
