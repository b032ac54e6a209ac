"""Controlled English to task trees: the exact, explainable way from words to meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from grounding.mission.task import Task, TaskTree
from grounding.state import WorldState, initial_state
from grounding.translate import reject
from grounding.translate.clauses import Statement, statements
from grounding.translate.nodes import canonical, cyclic, tasks
from grounding.translate.nouns import nouns_of
from grounding.translate.ordering import keep_reading_order
from grounding.translate.parsing import Reader, Stop
from grounding.translate.references import RejectionError
from grounding.translate.structure import Composer, Mission
from grounding.world import World

#: Most tasks in one instruction.
MOST_TASKS = 100


class TranslationStatus(str, Enum):
    """Whether an instruction was understood."""

    UNDERSTOOD = "understood"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Translation:
    """What became of an instruction.

    Attributes:
        status: Whether it was understood.
        message: One or two sentences for people.
        tree: The task tree, None when rejected.
        stopped_at: Offset of the character where understanding stopped, or None.
        near: What could have been meant instead, nearest first.
        tangled: Whether its words of order could be tied to each other in another way.
    """

    status: TranslationStatus
    message: str
    tree: TaskTree | None = None
    stopped_at: int | None = None
    near: tuple[str, ...] = ()
    tangled: bool = False


def translate(text: str, world: World, state: WorldState | None = None, *, rules_alone: bool = False) -> Translation:
    """Reads an instruction in controlled English.

    Args:
        text: What the operator said, one sentence or several, at most 400 words.
        world: The world that the words refer to.
        state: Where things are now; at the start of the world file where None.
        rules_alone: Whether rules without any task will do, as they do for a mission that is under way;
            the tree then is a root without tasks.

    Returns:
        The task tree, or why there is none. Never raises for what a person can type.
    """
    try:
        mission = mission_of(text, world, state)
        if rules_alone and mission.root is None and mission.rules:
            named = tuple(replace(rule, id=f"rule_{i}") for i, rule in enumerate(mission.rules, 1))
            tree = TaskTree(text, "L3", Task("0", "", rules=named))
        else:
            tree = _tree(text, mission, world)
    except RejectionError as rejection:
        return _rejected(rejection)
    count = sum(1 for task in tree.root.walk() if task.goal)
    words = "no task" if count == 0 else "one task" if count == 1 else f"{count} tasks"
    said = len({rule.text for rule in mission.rules})
    rules = f" and {said} rule{'s' * (said > 1)}" if said else ""
    message = f"Understood: {words}{rules}."
    return Translation(TranslationStatus.UNDERSTOOD, message, tree, tangled=mission.tangled)


def mission_of(text: str, world: World, state: WorldState | None = None) -> Mission:
    """The tasks and rules of an instruction, not yet in canonical form; arguments as for :func:`translate`.

    Raises:
        RejectionError: It is not understood.
    """
    unreadable = reject.unreadable(text)
    if unreadable is not None:
        raise unreadable
    nouns = nouns_of(world)
    state = state or initial_state(world)
    reader = Reader(text, nouns, state)
    parsed = reader.parse()
    if isinstance(parsed, Stop):
        raise reject.explain(reader, parsed)
    said = statements(parsed)
    return replace(Composer(world, nouns, state).mission(said), tangled=_tangled(said))


def _tangled(said: Sequence[Statement]) -> bool:
    """Whether more than one word of order is said, and not only "first" and "then"."""
    links = [set(element.links) for statement in said for element in statement.elements]
    subordinate = sum(bool(own & {"BEFORE", "AFTER", "EARLIER", "UNTIL"}) for own in links)
    following = sum(bool(own & {"THEN", "FIRST"}) for own in links)
    return subordinate > 0 and subordinate + following > 1


def _tree(text: str, mission: Mission, world: World) -> TaskTree:
    if mission.root is None:
        if mission.rules:
            raise RejectionError("That only says what not to do. Add a task, such as 'go to ...'.", 0)
        raise RejectionError("I find no task in that. Say what is to be done, such as 'go to ...'.", 0)
    if cyclic(mission.root):
        raise RejectionError("The order you ask for goes round in a circle. Say what comes first.", 0)
    count = sum(1 for _ in mission.root.leaves())
    if count > MOST_TASKS:
        raise RejectionError(f"That makes {count} tasks; I take at most {MOST_TASKS} at once. Send it in parts.", 0)
    node = canonical(mission.root)
    if keep_reading_order(node, world):
        node = canonical(node)
    root = tasks(node, tuple(mission.rules))
    return TaskTree(text, level(root, world), root)


def level(root: Task, world: World) -> str:
    """Level of abstraction of a tree: "L3" for missions, "L2" for rooms and states, else "L1"."""
    leaves = [task for task in root.walk() if task.is_leaf]
    if len(leaves) > 1 or root.rules or leaves[0].rules or len(leaves[0].goal) > 1:
        return "L3"
    proposition = leaves[0].goal[0].proposition
    value = proposition.args[1]
    match proposition.predicate:
        case "at":
            kind = world.kinds.get(value)
            ids = kind.members if kind is not None else (value,)
            return "L2" if all(i in world.rooms for i in ids) else "L1"
        case "holding":
            return "L1"
        case "is":
            return "L1" if proposition.args[0] in world.doors else "L2"
    return "L2"


def _rejected(rejection: RejectionError) -> Translation:
    return Translation(
        TranslationStatus.REJECTED, rejection.message, None, rejection.offset, tuple(dict.fromkeys(rejection.near))
    )
