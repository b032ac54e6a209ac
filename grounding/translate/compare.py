"""Whether two task trees ask for the same, or one for all that the other asks for and more."""

from __future__ import annotations

from dataclasses import dataclass

from grounding.logic.formula import parse
from grounding.mission.task import Relation, Task, TaskTree
from grounding.translate.nodes import closure
from grounding.world import World

#: What one leaf asks for: its goals, and the robots that are to do it.
Wish = tuple[str, ...]


@dataclass(frozen=True)
class Demand:
    """What a tree asks for, whatever it looks like.

    Attributes:
        wishes: What its leaves ask for, sorted.
        order: Pairs of wishes, the first before the second; transitively closed.
        choices: Alternatives, each the wishes of one.
        rules: Formulas that must hold, whoever they bind.
    """

    wishes: tuple[Wish, ...]
    order: frozenset[tuple[Wish, Wish]]
    choices: tuple[tuple[tuple[Wish, ...], ...], ...]
    rules: frozenset[str]


def same(one: TaskTree, other: TaskTree) -> bool:
    """Whether two trees ask for the same: goals, robots, orders between them, choices and rules."""
    return demand(one) == demand(other)


def stronger(one: TaskTree, other: TaskTree) -> bool:
    """Whether whoever does the first has done the second as well: the same tasks, with more orders or rules."""
    a, b = demand(one), demand(other)
    alike = a.wishes == b.wishes and a.choices == b.choices
    return alike and a.order >= b.order and a.rules >= b.rules


def entities(tree: TaskTree, world: World) -> frozenset[str]:
    """Ids of all things, zones, kinds and robots that a tree speaks of."""
    known = world.things.keys() | world.zones.keys() | world.kinds.keys() | world.robots.keys()
    found: set[str] = set()
    for task in tree.root.walk():
        found |= {name for literal in task.goal for name in literal.proposition.args}
        found |= {name for rule in task.rules for atom in parse(rule.formula).atoms for name in atom.split(".")}
        found |= set(task.robots)
    return frozenset(found & known)


def only_taken(tree: TaskTree) -> frozenset[str]:
    """Ids of leaves that take up something for a later task: "grab the orange and drop it on the plate"."""
    leaves = _leaves(tree.root)
    joined = _steps_joined(leaves, closure(_pairs(tree.root)))
    return frozenset(i for i in joined if all(g.proposition.predicate == "holding" for g in leaves[i].goal))


def demand(tree: TaskTree) -> Demand:
    """What a tree asks for."""
    root = tree.root
    leaves, pairs = _leaves(root), _pairs(root)
    joined = _steps_joined(leaves, closure(pairs))
    goals: dict[str, set[str]] = {}
    for leaf in leaves.values():
        kept = {str(goal) for goal in leaf.goal if leaf.id not in joined or goal.proposition.predicate != "holding"}
        kept |= {f"@{robot}" for robot in leaf.robots}
        goals.setdefault(joined.get(leaf.id, leaf.id), set()).update(kept)
    wishes = {leaf: tuple(sorted(goals[joined.get(leaf, leaf)])) for leaf in leaves}
    between = {(joined.get(a, a), joined.get(b, b)) for a, b in pairs}
    order = {(wishes[a], wishes[b]) for a, b in closure((a, b) for a, b in between if a != b)}
    choices = sorted(
        tuple(sorted(tuple(sorted({wishes[i] for i in _leaf_ids(child)})) for child in task.children))
        for task in root.walk()
        if task.relation is Relation.EITHER and task.children
    )
    rules = frozenset(rule.formula.replace(".self.", ".any.") for task in root.walk() for rule in task.rules)
    return Demand(tuple(sorted(wishes[i] for i in goals)), frozenset(order), tuple(choices), rules)


def _leaves(root: Task) -> dict[str, Task]:
    return {leaf.id: leaf for leaf in root.walk() if leaf.is_leaf}


def _pairs(root: Task) -> set[tuple[str, str]]:
    return {
        (a, b)
        for task in root.walk()
        for i, j in task.order
        for a in _leaf_ids(task.children[i])
        for b in _leaf_ids(task.children[j])
    }


def _steps_joined(leaves: dict[str, Task], pairs: set[tuple[str, str]]) -> dict[str, str]:
    """Leaves that are only a step of a later one: "wash the mug, then put it away" is "put the washed mug away".

    Args:
        leaves: Task id -> leaf.
        pairs: Their order, closed.

    Returns:
        Id of the step -> id of the task that it belongs to.
    """
    joined: dict[str, str] = {}
    for a, leaf in leaves.items():
        held = {goal.proposition.args[1] for goal in leaf.goal if goal.proposition.predicate == "holding"}
        made = {goal.proposition.args[0] for goal in leaf.goal}
        things = held or made
        if len(things) != 1 or any(goal.proposition.predicate not in ("is", "holding") for goal in leaf.goal):
            continue
        later = (b for b, other in leaves.items() if (a, b) in pairs and _speaks_of(other, things))
        target = next(later, None)
        if target is not None:
            joined[a] = target
    for a in list(joined):
        while joined[a] in joined:
            joined[a] = joined[joined[a]]
    return joined


def _speaks_of(leaf: Task, things: set[str]) -> bool:
    return any(goal.proposition.args[0] in things for goal in leaf.goal)


def _leaf_ids(task: Task) -> list[str]:
    return [leaf.id for leaf in task.walk() if leaf.is_leaf]
