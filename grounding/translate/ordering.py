"""The order in which things were said, where it must be meant: goals that cannot hold together."""

from __future__ import annotations

from itertools import combinations, product

from grounding.mission.task import Literal, Relation, Task
from grounding.translate.nodes import Node, closure, reduction
from grounding.world import Cell, World


def keep_reading_order(node: Node, world: World) -> bool:
    """Orders tasks whose goals undo each other as they were said ("close the door and open it again").

    Args:
        node: Tasks in canonical form.
        world: The static world.

    Returns:
        Whether any order was added.
    """
    added = [keep_reading_order(child, world) for child in node.children]
    if node.relation is Relation.EITHER:
        return any(added)
    closed, found = closure(node.order), False
    for i, j in combinations(range(len(node.children)), 2):
        if (i, j) not in closed and (j, i) not in closed and undo(node.children[i], node.children[j], world):
            closed, found = closure(closed | {(i, j)}), True
    if found:
        node.order = reduction(closed)
    return any(added) or found


def undo(a: Node | Task, b: Node | Task, world: World) -> bool:
    """Whether some goal of one task excludes some goal of the other, whichever alternatives are chosen."""
    for task, other in ((a, b), (b, a)):
        if task.children:
            found = (undo(child, other, world) for child in task.children)
            return all(found) if task.relation is Relation.EITHER else any(found)
    return any(_exclude(x, y, world) for x, y in product(a.goal, b.goal))


def _exclude(a: Literal, b: Literal, world: World) -> bool:
    """Whether two goals are about the same thing and cannot hold at the same moment."""
    if a.proposition == b.proposition:
        return a.positive is not b.positive
    things = [_moved(goal) for goal in (a, b)]
    if _made(a) in things[1:] or _made(b) in things[:1]:
        return True  # what is done to a thing takes it from where it has been put
    if things[0] != things[1] or not things[0]:
        return False
    held = [goal.proposition.predicate == "holding" for goal in (a, b)]
    if any(held):
        return not all(held)
    one, other = (goal.proposition.args[1] for goal in (a, b))
    if one in world.things and other in world.things:
        return one != other
    return not _cells(one, world) & _cells(other, world)


def _moved(goal: Literal) -> str:
    """The thing whose place a goal decides, or empty."""
    predicate, (subject, value) = goal.proposition.predicate, goal.proposition.args
    if not goal.positive:
        return ""
    return subject if predicate in ("in", "inside", "on") else value if predicate == "holding" else ""


def _made(goal: Literal) -> str:
    """The thing that a goal wants something made of, or a name that no thing has."""
    return goal.proposition.args[0] if goal.proposition.predicate == "is" else "-"


def _cells(place: str, world: World) -> frozenset[Cell]:
    return world.zones[place].cells if place in world.zones else frozenset({world.things[place].cell})
