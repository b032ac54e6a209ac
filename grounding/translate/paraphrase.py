"""Task trees back to plain English that translates to the same tree."""

from __future__ import annotations

from grounding.translate import wording
from grounding.translate.tree import Relation, Task, TaskTree
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
    sentences += list(dict.fromkeys(_capital(rule.text) + "." for rule in root.rules))
    return " ".join(sentences)


def describe(task: Task, world: World) -> str:
    """One node of a tree in English, complete in itself."""
    leaves = {t.id: t for t in task.walk() if t.is_leaf}
    return _Writer(world, leaves).task(task)


class _Writer:
    def __init__(self, world: World, leaves: dict[str, Task]) -> None:
        self.world, self.leaves = world, leaves

    def sentences(self, root: Task) -> list[str]:
        """The sentences for the root: one for each child, or one for all."""
        n = len(root.children)
        closed = _closure(root.order)
        chain = len(closed) == n * (n - 1) // 2
        if root.relation is Relation.EITHER or (chain and n > 1):
            return [_capital(self.task(root)) + "."]
        done = []
        late: list[str] = []
        for j, child in enumerate(root.children):
            before = [i for i in range(n) if (i, j) in closed]
            then = bool(j) and before == list(range(j))
            done.append(_capital(f"{'then ' if then else ''}{self.task(child)}") + ".")
            if not then:
                late.extend(
                    f"{_capital(self.task(child))} after {self.task(root.children[i])}."
                    for i in before if (i, j) in root.order
                )  # fmt: skip
        return done + late

    def task(self, task: Task, *, nested: bool = False) -> str:
        """A task as one clause or one list of clauses."""
        if task.is_leaf:
            return self.leaf(task)
        parts = [self.task(child, nested=True) for child in task.children]
        if task.relation is Relation.EITHER:
            options = [
                f"first {text}" if child.order else text for child, text in zip(task.children, parts, strict=True)
            ]
            return "either " + " or ".join(options)
        if task.order:
            return ", then ".join(parts)
        return f"{', '.join(parts[:-1])} and {parts[-1]}"

    def leaf(self, task: Task) -> str:
        """An order to the robots that may do it."""
        order = " and ".join(wording.goal(literal, self.world) for literal in task.goal)
        rules = " and ".join(rule.text for rule in task.rules)
        text = f"{order} {rules}".strip()
        if task.same_robot_as in self.leaves:
            return f"the same robot must {text}"
        if task.robots:
            return f"{' or '.join(wording.name(r, self.world) for r in task.robots)} must {text}"
        return text


def _closure(pairs: tuple[tuple[int, int], ...]) -> set[tuple[int, int]]:
    closed = set(pairs)
    while True:
        new = {(a, d) for a, b in closed for c, d in closed if b == c} - closed
        if not new:
            return closed
        closed |= new


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
