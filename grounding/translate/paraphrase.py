"""Task trees back to plain English that translates to the same tree."""

from __future__ import annotations

from grounding.mission.task import Relation, Task, TaskTree
from grounding.state import SELF
from grounding.translate import wording
from grounding.translate.nodes import closure
from grounding.translate.ordering import undo
from grounding.translate.references import capital
from grounding.translate.words import verb_forms
from grounding.world import World


def paraphrase(tree: TaskTree, world: World) -> str:
    """A task tree in plain English.

    Translating the result gives the same specification, so that an operator who agrees with the
    paraphrase agrees with the formulas.

    Args:
        tree: A task tree.
        world: The world it speaks of.
    """
    root = tree.root
    leaves = {task.id: task for task in root.walk() if task.is_leaf}
    writer = _Writer(world, leaves)
    sentences = writer.sentences(root)
    sentences += list(dict.fromkeys(capital(rule.text) + "." for rule in root.rules))
    return " ".join(sentences)


def describe(task: Task, world: World) -> str:
    """One node of a tree in English, complete in itself."""
    leaves = {t.id: t for t in task.walk() if t.is_leaf}
    return _Writer(world, leaves).task(task)


class _Writer:
    def __init__(self, world: World, leaves: dict[str, Task]) -> None:
        self.world, self.leaves = world, leaves
        self.before: Task | None = None

    def sentences(self, root: Task) -> list[str]:
        """The sentences for the root: one for each child, or one for all."""
        if root.relation is Relation.EITHER:
            return [capital(self.task(root)) + "."]
        closed = closure(root.order)
        n = len(root.children)
        first = n > 1 and all((0, j) in closed for j in range(1, n))
        done: list[str] = []
        for j, child in enumerate(root.children):
            before = [i for i in range(n) if (i, j) in closed]
            said = [i for i in before if (i, j) in root.order and not (first and i == 0)]
            said = [i for i in said if not undo(root.children[i], child, self.world)]
            opening = "first " if first and not j else ""
            if j and before == list(range(j)):
                opening = "then "
            else:
                self.before = root.children[said[-1]] if said else None
                opening = f"after {' and '.join(self.doing(root.children[i]) for i in said)}, " if said else opening
            done.append(capital(f"{opening}{self.task(child)}") + ".")
        return done

    def doing(self, task: Task) -> str:
        """The goals of a task as something done: "cleaning the kitchen table"."""
        orders = [wording.order(leaf.goal, self.world) for leaf in task.walk() if leaf.is_leaf]
        return " and ".join(verb_forms(order)["gerund"][0] for order in orders)

    def task(self, task: Task) -> str:
        """A task as one clause or one list of clauses."""
        if task.is_leaf:
            return self.leaf(task)
        parts = []
        for i, child in enumerate(task.children):
            if task.relation is Relation.EITHER and i:
                self.before = None
            parts.append(self.task(child))
        if len(parts) == 1:
            return parts[0]
        if task.relation is Relation.EITHER:
            pairs = zip(task.children, parts, strict=True)
            return "either " + " or ".join(f"first {text}" if _is_chain(child) else text for child, text in pairs)
        if _is_chain(task):
            return ", then ".join(parts)
        loose = any(child.relation is Relation.EITHER for child in task.children if child.children)
        return f"{', '.join(parts[:-1])}{',' if loose else ''} and {parts[-1]}"

    def leaf(self, task: Task) -> str:
        """An order to the robots that may do it."""
        order = wording.order(task.goal, self.world)
        text = f"{order} {' and '.join(rule.text for rule in task.rules)}".strip()
        before, self.before = self.before, task
        if task.same_robot_as in self.leaves:
            return f"the same robot must {text}"
        if task.robots:
            return f"{' or '.join(wording.name(r, self.world) for r in task.robots)} must {text}"
        if before is not None and (before.robots or before.same_robot_as or _about_robot(before) or _about_robot(task)):
            return f"a robot must {text}"
        return text


def _is_chain(task: Task) -> bool:
    """Whether one child comes after another; an order of only some of them goes without saying."""
    return bool(task.order) and set(task.order) == {(i, i + 1) for i in range(len(task.children) - 1)}


def _about_robot(task: Task) -> bool:
    return any(SELF in literal.proposition.args for literal in task.goal)
