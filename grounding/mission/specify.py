"""Task trees to hierarchical LTL (see :mod:`grounding.logic.spec` for how it is read)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from grounding.logic.composite import asked, ordered
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.mission.task import Relation, Task, TaskTree
from grounding.translate.nodes import closure
from grounding.translate.paraphrase import describe
from grounding.world import World


def specify(tree: TaskTree, world: World | Callable[[Task], str], finished: Collection[str] = ()) -> HierarchicalSpec:
    """The hierarchical specification of a task tree.

    Formulas are named by the ids of their tasks, never by their places: the root is ``p0``, task
    "1.2" is ``p0_1_2``; rules of the root have names of their own (``rule_1``). A composite asks for
    all its children (``F p0_1 & F p0_2``) or for one of them (``F p0_1 | F p0_2``); an order between
    two children adds ``!p0_2 U p0_1``.

    Args:
        tree: A task tree, such as :func:`grounding.translate.controlled.translate` gives.
        world: The world it speaks of; without one, what says a task in English.
        finished: Ids of leaves that are done: no other leaf has to be done before them any more.
    """
    told = partial(describe, world=world) if isinstance(world, World) else world
    names = {task.id: formula_name(task.id) for task in tree.root.walk()}
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
    named = {rule.id or f"rule_{i}": rule for i, rule in enumerate(tree.root.rules, 1)}
    rules = {name: Rule(name, rule.formula, rule.text) for name, rule in named.items()}
    levels[0].update({rule.name: rule.formula for rule in rules.values()})
    text.update({rule.name: rule.text for rule in rules.values()})
    read = {names[task.id]: leaves[names[task.id]] for task in tree.root.walk() if task.is_leaf}
    return HierarchicalSpec(tuple(levels), children, read, rules, text, _before(tree.root, names, finished))


def formula_name(task: str) -> str:
    """The name of the formula of a task.

    >>> formula_name("0"), formula_name("1.2")
    ('p0', 'p0_1_2')
    """
    return "p0" if task == "0" else f"p0_{task.replace('.', '_')}"


def _leaf(task: Task, names: dict[str, str], text: str) -> Leaf:
    goal = " & ".join(str(literal) for literal in task.goal)
    parts = [f"F({goal})", *(f"({r.formula})" if " W " in r.formula else r.formula for r in task.rules)]
    same = names[task.same_robot_as] if task.same_robot_as is not None else None
    return Leaf(names[task.id], " & ".join(parts), text, task.robots, same, task.id)


def _composite(task: Task, names: dict[str, str]) -> str:
    kids = [names[child.id] for child in task.children]
    if task.relation is Relation.EITHER:
        return " | ".join(map(asked, kids))
    return " & ".join([*map(asked, kids), *(ordered(kids[a], kids[b]) for a, b in task.order)])


def _before(root: Task, names: dict[str, str], finished: Collection[str]) -> frozenset[tuple[str, str]]:
    """Which leaves must be finished before which are started, transitively closed."""
    pairs = {
        (names[a.id], names[b.id])
        for task in root.walk()
        for i, j in task.order
        for a in task.children[i].walk() if a.is_leaf
        for b in task.children[j].walk() if b.is_leaf
    }  # fmt: skip
    over = {names[task] for task in finished if task in names}
    return frozenset(closure((a, b) for a, b in pairs if b not in over))
