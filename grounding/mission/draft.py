"""A task tree while it is edited: its tasks by id, with the order between them as pairs of ids.

An order between tasks of different groups can be written down only between siblings. So a group
that stands in the way is dissolved: its tasks take its place, and what was before or after the
group is before or after each of them. A choice cannot be dissolved; an order with one of its
alternatives is an order with the choice.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from grounding.errors import EditError
from grounding.mission.task import Relation, Task, TaskTree, TreeRule
from grounding.translate.nodes import closure, reduction

#: Later than any end of a finished task.
_NEVER = 1 << 30
_RULE = re.compile(r"rule_(\d+)\Z")


@dataclass(eq=False)
class Node:
    """A task with its place.

    Attributes:
        task: The task; its children and their order are those of the node.
        parent: The group it belongs to, None for the root.
        children: Groups: the tasks in it.
        order: Groups: pairs (a, b) of ids of children, a before b; transitively closed at the beginning, so
            that of "a, then b, then c" the outer pair is left when b is dropped or moved.
    """

    task: Task
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)
    order: set[tuple[str, str]] = field(default_factory=set)

    @property
    def id(self) -> str:
        """Id of the task."""
        return self.task.id

    @property
    def choice(self) -> bool:
        """Whether only one of its children has to be done."""
        return bool(self.children) and self.task.relation is Relation.EITHER

    def leaves(self) -> Iterator[Node]:
        """The leaves at or below it, in reading order."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def walk(self) -> Iterator[Node]:
        """The node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()

    def words(self) -> str:
        """The task in English.

        A group lists its tasks in the order in which they stand.
        """
        if not self.children:
            return self.task.text or " and ".join(map(str, self.task.goal))
        parts = [child.words() for child in self.children]
        if self.choice and len(parts) > 1:
            return f"either {' or '.join(parts)}"
        chain = all((a.id, b.id) in self.order for a, b in zip(self.children, self.children[1:], strict=False))
        return (", then " if chain else " and ").join(parts)


class Draft:
    """A task tree being edited.

    Args:
        tree: The tree.
        finished: Ids of leaves that are done, in the order of finishing.

    Attributes:
        nodes: Every task by id.
        rules: The rules of the mission, each with an id.
        born: The highest number given so far.
    """

    def __init__(self, tree: TaskTree, finished: Collection[str]) -> None:
        self._finished = {task: i for i, task in enumerate(finished)}
        self.nodes: dict[str, Node] = {}
        self.root = self._adopt(tree.root, None)
        self.rules = [replace(rule, id=rule.id or f"rule_{i}") for i, rule in enumerate(tree.root.rules, 1)]
        numbers = [int(name.split(".")[0]) for name in self.nodes]
        numbers += [int(match[1]) for rule in self.rules if (match := _RULE.match(rule.id))]
        self.born = max(tree.born, *numbers)

    def _adopt(self, task: Task, parent: Node | None) -> Node:
        """The nodes of a task and of all below it."""
        node = Node(task, parent)
        node.children = [self._adopt(child, node) for child in task.children]
        ids = [child.id for child in node.children]
        node.order = set(closure((ids[a], ids[b]) for a, b in task.order))
        self.nodes[task.id] = node
        return node

    def find(self, task: str) -> Node:
        """The node of a task.

        Raises:
            EditError: There is none of that id.
        """
        if task not in self.nodes:
            known = "; ".join(f"{node.id} ({node.words()})" for node in self.root.walk() if node is not self.root)
            raise EditError(f"task {task!r}", "is not part of the mission.", f"Its tasks: {known}.")
        return self.nodes[task]

    def done(self, node: Node) -> bool:
        """Whether a task is done: of a choice one alternative, of any other group all of it."""
        return self._when(node) < _NEVER

    def _when(self, node: Node) -> int:
        """Place of the end of a task among those of all finished tasks."""
        if not node.children:
            return self._finished.get(node.id, _NEVER)
        ends = [self._when(child) for child in node.children]
        return min(ends) if node.choice else max(ends)

    def _too_late(self, first: Node, then: Node) -> bool:
        """Whether a task was done before another one that was put before it later, or made smaller."""
        return self._when(then) < self._when(first)

    def number(self) -> int:
        """A number that no task and no rule has had before."""
        self.born += 1
        return self.born

    def add(self, task: Task) -> Node:
        """A task as a further child of the root; its ids are taken as they are."""
        self.make_room()
        node = self._adopt(task, self.root)
        self.root.children.append(node)
        return node

    def make_room(self) -> None:
        """Puts the alternatives of a root that is a choice into a group, so that other tasks can stand beside it."""
        root = self.root
        if not root.choice:
            return
        name = str(self.number())
        group = Node(Task(name, "", relation=Relation.EITHER), root, root.children, root.order)
        for child in group.children:
            child.parent = group
        self.nodes[name] = group
        root.task = replace(root.task, relation=Relation.ALL)
        root.children, root.order = [group], set()

    def precede(self, first: Node, then: Node) -> bool:
        """Puts a task before another; whether the contrary was said, which no longer holds.

        Raises:
            EditError: They cannot be ordered, or the later one is done.
        """
        if self.done(first):
            return False
        above = set(_line(first))
        common = next(node for node in _line(then) if node in above)
        thing = f"the order of {first.words()!r} before {then.words()!r}"
        if common in (first, then):
            raise EditError(thing, "one is part of the other.", "Name two separate tasks.")
        if common.choice:
            raise EditError(thing, "only one of them will be done.", "Drop the one that is not wanted.")
        a, b = self._surface(first, common), self._surface(then, common)
        if self.done(b):
            reason = f"{then.words()!r} is done already." if self.done(then) else "another alternative is done already."
            raise EditError(thing, reason, "Undo it or repeat it, or say the new task without an order.")
        contrary = (b.id, a.id) in reduction_of(common)
        common.order.discard((b.id, a.id))
        common.order.add((a.id, b.id))
        return contrary

    def _surface(self, node: Node, group: Node) -> Node:
        """The child of a group that stands for a task below it, after dissolving the groups between."""
        while node.parent is not None and node.parent is not group:
            line = list(_line(node))
            top = line[line.index(group) - 1]
            if top.choice:
                return top
            self._dissolve(top)
        return node

    def _dissolve(self, group: Node) -> None:
        """Puts the tasks of a group in its place."""
        parent = group.parent
        assert parent is not None, "the root has no place"
        own = {child.id: child for child in group.children}
        order = {pair for pair in parent.order if group.id not in pair} | group.order
        for a, b in parent.order:
            if b == group.id:
                order |= {(a, kid) for kid, child in own.items() if not self._too_late(self.nodes[a], child)}
            elif a == group.id:
                order |= {(kid, b) for kid in own}
        parent.order = order
        at = parent.children.index(group)
        parent.children[at : at + 1] = group.children
        for child in group.children:
            child.parent = parent
        del self.nodes[group.id]

    def remove(self, node: Node) -> None:
        """Takes a task out, with groups that are empty without it; ties to it go over to what it was tied to."""
        parent = node.parent
        assert parent is not None, "the root cannot be taken out"
        for gone in node.walk():
            del self.nodes[gone.id]
        parent.children.remove(node)
        parent.order = {pair for pair in closure(parent.order) if node.id not in pair}
        for leaf in node.leaves():
            self._untie(leaf.task)
        if not parent.children and parent.parent is not None:
            self.remove(parent)

    def set_aside(self, node: Node) -> None:
        """Puts a finished task below the root, so that it no longer counts for the group it belonged to."""
        self.make_room()
        parent = node.parent
        assert parent is not None, "the root cannot be set aside"
        parent.children.remove(node)
        parent.order = {pair for pair in closure(parent.order) if node.id not in pair}
        node.parent = self.root
        self.root.children.append(node)

    def _untie(self, gone: Task) -> None:
        """Has those who were to be done by the robot of a task that is gone be done by one robot all the same."""
        heir = gone.same_robot_as if gone.same_robot_as in self.nodes else None
        for node in [node for node in self.nodes.values() if node.task.same_robot_as == gone.id]:
            robots = node.task.robots or gone.robots
            node.task = replace(node.task, same_robot_as=heir, robots=robots)
            heir = heir or node.id

    def substitute(self, node: Node, task: Task) -> Node:
        """Puts a task in the place of what is not done of another one, whose id it takes.

        Returns:
            The node of the new task: that of the old one, or where some of it is done, a further child of it.
        """
        finished = [leaf for leaf in node.leaves() if self.done(leaf)]
        gone = [leaf.id for leaf in node.leaves() if leaf not in finished]
        for below in [below for below in node.walk() if below is not node and below not in finished]:
            del self.nodes[below.id]
        if finished or node is self.root:
            node.task = replace(node.task, relation=Relation.ALL)
            new = self._adopt(task, node)
            node.children, node.order = [*finished, new], set()
            for leaf in finished:
                leaf.parent = node
        else:
            parent, new = node.parent, node
            built = self._adopt(replace(task, id=node.id), parent)
            node.task, node.children, node.order = built.task, built.children, built.order
            for child in node.children:
                child.parent = node
            self.nodes[node.id] = node
        last = list(new.leaves())[-1].id
        for other in self.nodes.values():
            if other.task.same_robot_as in gone and other.id != last:
                other.task = replace(other.task, same_robot_as=last)
        return new

    def task(self, node: Node) -> Task:
        """A node as a task, its children in a possible order of doing.

        Raises:
            EditError: Tasks are to be done before themselves.
        """
        ids = [child.id for child in node.children]
        order = {(a, b) for a, b in node.order if not self._too_late(self.nodes[a], self.nodes[b])}
        closed = closure(order)
        circle = [name for name in ids if (name, name) in closed]
        if circle:
            listed = " and ".join(repr(self.nodes[name].words()) for name in circle)
            raise EditError(f"the order of {listed}", "goes round in a circle.", "Say the whole order anew.")
        place = {name: i for i, name in enumerate(_sorted(ids, closed))}
        children = sorted(node.children, key=lambda child: place[child.id])
        pairs = reduction({(place[a], place[b]) for a, b in order})
        return replace(node.task, children=tuple(map(self.task, children)), order=tuple(sorted(pairs)))

    def tree(self, before: TaskTree) -> TaskTree:
        """The edited tree.

        Args:
            before: The tree it was.

        Raises:
            EditError: Tasks are to be done before themselves.
        """
        root = replace(self.task(self.root), rules=tuple(self.rules))
        return replace(before, root=root, revision=before.revision + 1, born=self.born)


def reduction_of(group: Node) -> set[tuple[str, str]]:
    """The fewest pairs that say the order of a group; all of them while it goes round in a circle."""
    names = [child.id for child in group.children]
    closed = closure(group.order)
    if any((name, name) in closed for name in names):
        return set(group.order)
    pairs = reduction({(names.index(a), names.index(b)) for a, b in closed})
    return {(names[a], names[b]) for a, b in pairs}


def renamed(task: Task, name: str, known: Collection[str] = ()) -> Task:
    """A task whose id, and those of all below it, are names of its place below a new one.

    Args:
        task: The task.
        name: Its new id.
        known: Ids of tasks outside that it may be tied to.

    >>> renamed(Task("0", "", children=(Task("1", "a"), Task("2", "b", same_robot_as="1"))), "7").children[1]
    Task(id='7.2', text='b', goal=(), children=(), relation=<Relation.ALL: 'all'>, order=(), rules=(), robots=(), \
same_robot_as='7.1')
    """
    ids: dict[str, str] = {}

    def number(one: Task, new: str) -> None:
        ids[one.id] = new
        for i, child in enumerate(one.children, 1):
            number(child, f"{new}.{i}")

    def build(one: Task) -> Task:
        tie = one.same_robot_as
        tied = ids.get(tie, tie if tie in known else None) if tie is not None else None
        return replace(one, id=ids[one.id], children=tuple(map(build, one.children)), same_robot_as=tied)

    number(task, name)
    return build(task)


def content(tree: TaskTree) -> tuple[Task, tuple[TreeRule, ...]]:
    """What an instruction asks for: its task, or one group of all, and its rules."""
    root = tree.root
    task = root.children[0] if len(root.children) == 1 else replace(root, rules=())
    return task, root.rules


def _line(node: Node) -> Iterator[Node]:
    """A node and what is above it."""
    above: Node | None = node
    while above is not None:
        yield above
        above = above.parent


def _sorted(ids: list[str], before: set[tuple[str, str]]) -> list[str]:
    """Ids in the first possible order of doing, as they stand wherever the order is silent."""
    rest, done = list(ids), []
    while rest:
        ready = next(name for name in rest if not any((other, name) in before for other in rest))
        rest.remove(ready)
        done.append(ready)
    return done
