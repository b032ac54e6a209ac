"""Task trees to hierarchical LTL (see :mod:`grounding.logic.spec` for how it is read)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.translate.nodes import closure
from grounding.translate.paraphrase import describe
from grounding.translate.tree import Relation, Task, TaskTree
from grounding.world import World


def specify(tree: TaskTree, world: World | Callable[[Task], str]) -> HierarchicalSpec:
    """The hierarchical specification of a task tree.

    The root is ``p0``, its children are ``p0_1``, ``p0_2`` and so on downwards; rules of the root
    become ``rule_1``, ``rule_2``. A composite asks for all its children (``F p0_1 & F p0_2``) or
    for one of them (``F p0_1 | F p0_2``); an order between two children adds ``!p0_2 U p0_1``.

    Args:
        tree: A task tree, such as :func:`grounding.translate.controlled.translate` gives.
        world: The world it speaks of; without one, what says a task in English.
    """
    told = partial(describe, world=world) if isinstance(world, World) else world
    names = _names(tree.root)
    levels: list[dict[str, str]] = []
    children: dict[str, tuple[str, ...]] = {}
    leaves: dict[str, Leaf] = {}
    text: dict[str, str] = {}
    level = [tree.root]
    while level:
        formulas: dict[str, str] = {}
        for task in level:
            name = names[task.id]
            text[name] = told(task)
            if task.is_leaf:
                leaf = _leaf(task, names, text[name])
                leaves[name] = leaf
                formulas[name] = leaf.formula
            else:
                children[name] = tuple(names[child.id] for child in task.children)
                formulas[name] = _composite(task, names)
        levels.append(formulas)
        level = [child for task in level for child in task.children]
    rules = {f"rule_{i}": Rule(f"rule_{i}", rule.formula, rule.text) for i, rule in enumerate(tree.root.rules, 1)}
    levels[0].update({rule.name: rule.formula for rule in rules.values()})
    text.update({rule.name: rule.text for rule in rules.values()})
    ordered = {names[task.id]: leaves[names[task.id]] for task in tree.root.walk() if task.is_leaf}
    return HierarchicalSpec(tuple(levels), children, ordered, rules, text, _before(tree.root, names))


def _names(root: Task) -> dict[str, str]:
    names = {root.id: "p0"}
    for task in root.walk():
        for i, child in enumerate(task.children, 1):
            names[child.id] = f"{names[task.id]}_{i}"
    return names


def _leaf(task: Task, names: dict[str, str], text: str) -> Leaf:
    goal = " & ".join(str(literal) for literal in task.goal)
    parts = [f"F({goal})", *(f"({r.formula})" if " W " in r.formula else r.formula for r in task.rules)]
    same = names[task.same_robot_as] if task.same_robot_as is not None else None
    return Leaf(names[task.id], " & ".join(parts), text, task.robots, same, task.id)


def _composite(task: Task, names: dict[str, str]) -> str:
    kids = [names[child.id] for child in task.children]
    if task.relation is Relation.EITHER:
        return " | ".join(f"F {kid}" for kid in kids)
    return " & ".join([*(f"F {kid}" for kid in kids), *(f"(!{kids[b]} U {kids[a]})" for a, b in task.order)])


def _before(root: Task, names: dict[str, str]) -> frozenset[tuple[str, str]]:
    """Which leaves must be finished before which are started, transitively closed."""
    pairs = {
        (names[a.id], names[b.id])
        for task in root.walk()
        for i, j in task.order
        for a in task.children[i].walk() if a.is_leaf
        for b in task.children[j].walk() if b.is_leaf
    }  # fmt: skip
    return frozenset(closure(pairs))
