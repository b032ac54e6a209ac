"""Random missions, how far they may have come, and random edits of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import count
from random import Random

from grounding.mission.edits import (
    AddRule,
    AddTask,
    DropRule,
    DropTask,
    Edit,
    Place,
    Reassign,
    Reorder,
    Repeat,
    ReplaceGoal,
    Undo,
)
from grounding.mission.progress import Progress
from grounding.mission.task import Literal, Relation, Task, TaskTree, TreeRule
from grounding.state import Proposition


@dataclass(frozen=True)
class Matter:
    """What random missions are made of.

    Attributes:
        goals: Propositions that can be asked for.
        rules: Formulas that can be forbidden or demanded.
        robots: Ids of the robots.
    """

    goals: tuple[str, ...]
    rules: tuple[str, ...]
    robots: tuple[str, ...]


def random_tree(random: Random, matter: Matter, most: int = 6, rules: bool = True) -> TaskTree:
    """A mission of up to so many leaves, as a translation could give it."""
    leaves = count()
    size = random.randint(1, most)

    def grow(name: str, budget: int, choice: bool) -> Task:
        if budget == 1 or (name != "0" and random.random() < 0.4):
            return leaf(name)
        sizes = []
        while budget > 0 and len(sizes) < 4:
            sizes.append(random.randint(1, max(1, budget - (not sizes))))
            budget -= sizes[-1]
        kind = Relation.EITHER if not choice and len(sizes) > 1 and random.random() < 0.2 else Relation.ALL
        prefix = "" if name == "0" else f"{name}."
        kids = tuple(grow(f"{prefix}{i}", n, kind is Relation.EITHER) for i, n in enumerate(sizes, 1))
        if len(kids) == 1 and name != "0":
            return replace(kids[0], id=name)
        chain = random.random() < 0.5
        order = [(i, i + 1) for i in range(len(kids) - 1) if chain or random.random() < 0.4]
        return Task(name, "", children=kids, relation=kind, order=tuple(order) if kind is Relation.ALL else ())

    def leaf(name: str) -> Task:
        goal = (Literal(Proposition.parse(random.choice(matter.goals))),)
        robots = (random.choice(matter.robots),) if random.random() < 0.15 else ()
        return Task(name, f"task {next(leaves)}: {goal[0]}", goal, robots=robots)

    root = grow("0", max(size, 2), False)
    if root.is_leaf:
        root = Task("0", root.text, children=(replace(root, id="1"),))
    if size > 1 and random.random() < 0.3:
        root = _tied(random, root)
    bound = [random.choice(matter.rules)] if rules and matter.rules and random.random() < 0.3 else []
    said = tuple(TreeRule(formula, f"rule {formula}", f"rule_{i}") for i, formula in enumerate(bound, 1))
    return TaskTree("random", "L3", replace(root, rules=said))


def _tied(random: Random, root: Task) -> Task:
    """Has one leaf be done by the robot of an earlier one."""
    leaves = [task.id for task in root.walk() if task.is_leaf]
    if len(leaves) < 2:
        return root
    earlier, later = sorted(random.sample(range(len(leaves)), 2))

    def build(task: Task) -> Task:
        tie = leaves[earlier] if task.id == leaves[later] else task.same_robot_as
        own = task.robots if task.id not in (leaves[earlier], leaves[later]) else ()
        return replace(task, children=tuple(map(build, task.children)), same_robot_as=tie, robots=own)

    return build(root)


def random_progress(random: Random, tree: TaskTree, robots: Sequence[str], before: Progress | None = None) -> Progress:
    """A mission some way further on: leaves finished in a possible order by robots that may do them."""
    finished = dict(before.finished) if before else {}
    for _ in range(random.randint(0, 3)):
        ready = [leaf for leaf in startable(tree, finished) if leaf.id not in finished]
        if not ready:
            break
        leaf = random.choice(ready)
        finished[leaf.id] = _doer(random, leaf, tree, finished, robots)
    ready = startable(tree, finished)
    active = {leaf.id: _doer(random, leaf, tree, finished, robots) for leaf in ready[:1] if random.random() < 0.5}
    return Progress(finished, active)


def _doer(random: Random, leaf: Task, tree: TaskTree, finished: dict[str, str], robots: Sequence[str]) -> str:
    ties = {task.id: task.same_robot_as for task in tree.root.walk()}
    tied = [robot for other, robot in finished.items() if leaf.id == ties.get(other) or ties[leaf.id] == other]
    return random.choice(tied or list(leaf.robots) or list(robots))


def startable(tree: TaskTree, finished: Collection[str]) -> list[Task]:
    """Leaves that are not done, may be begun and are needed; of a choice those of the alternative begun."""

    def begun(task: Task) -> bool:
        return any(leaf.id in finished for leaf in task.walk())

    def ready(task: Task) -> list[Task]:
        if task.is_leaf:
            return [] if task.id in finished else [task]
        if task.relation is Relation.EITHER:
            if done(task, finished):
                return []
            chosen = [child for child in task.children if begun(child)] or list(task.children)
            return [leaf for child in chosen for leaf in ready(child)]
        late = {b for a, b in task.order if not done(task.children[a], finished)}
        return [leaf for i, child in enumerate(task.children) if i not in late for leaf in ready(child)]

    return ready(tree.root)


def done(task: Task, finished: Collection[str]) -> bool:
    """Whether a task is done."""
    if task.is_leaf:
        return task.id in finished
    enough = any if task.relation is Relation.EITHER else all
    return enough(done(child, finished) for child in task.children)


def random_edit(random: Random, tree: TaskTree, progress: Progress, matter: Matter) -> Edit:
    """An edit of any kind, sensible or not, but for places on the map."""
    ids = [task.id for task in tree.root.walk() if task is not tree.root]
    rules = [rule.id for rule in tree.root.rules]
    one, other = random.choice(ids), random.choice(ids)
    place = random.choice(list(Place))
    anchored = place in (Place.BEFORE, Place.AFTER)
    kinds: list[Callable[[], Edit]] = [
        lambda: AddTask(random_tree(random, matter, 3), place, (one,) if anchored else ()),
        lambda: DropTask(one),
        lambda: ReplaceGoal(one, random_tree(random, matter, random.choice((1, 1, 3)), rules=False)),
        lambda: Reassign(one, tuple(random.sample(matter.robots, random.choice((0, 1, 1))))),
        lambda: Reorder(one, other),
        lambda: Repeat(one, random.choice((1, 1, 2))),
        lambda: Undo(one, (Literal(Proposition.parse(random.choice(matter.goals)), False),), f"take {one} back"),
    ]
    if matter.rules:
        formula = random.choice(matter.rules)
        kinds.append(lambda: AddRule(TreeRule(formula, f"rule {formula}")))
    if rules:
        kinds.append(lambda: DropRule(random.choice(rules)))
    return random.choice(kinds)()
