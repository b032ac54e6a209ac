"""Tasks while they are being put together, and their canonical form as a task tree."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TypeVar

from grounding.mission.task import Literal, Relation, Task, TreeRule

Item = TypeVar("Item", bound=Hashable)

#: Alternatives that hold choices of their own are spelled out up to this many.
_MOST_SPELLED_OUT = 64


@dataclass(eq=False)
class Node:
    """A task under construction; see :class:`grounding.mission.task.Task` for the fields.

    Attributes:
        tie: The leaf whose robot must do this one too.
        reference: Whether it only points at a task said elsewhere ("before cleaning the table").
        implied: Whether only a rule needs it ("keep the kitchen door closed" while it is open).
    """

    goal: tuple[Literal, ...] = ()
    text: str = ""
    children: list[Node] = field(default_factory=list)
    relation: Relation = Relation.ALL
    order: set[tuple[int, int]] = field(default_factory=set)
    rules: list[TreeRule] = field(default_factory=list)
    robots: tuple[str, ...] = ()
    tie: Node | None = None
    reference: bool = False
    implied: bool = False

    @property
    def is_leaf(self) -> bool:
        """Whether it has a goal of its own."""
        return not self.children

    def leaves(self) -> Iterator[Node]:
        """The leaves at or below it in reading order."""
        if self.is_leaf:
            yield self
        for child in self.children:
            yield from child.leaves()


def every(nodes: list[Node], order: set[tuple[int, int]] | None = None) -> Node:
    """All of some tasks; a single one stays as it is."""
    return nodes[0] if len(nodes) == 1 else Node(children=nodes, order=order or set())


def either(nodes: list[Node]) -> Node:
    """Exactly one of some tasks."""
    return nodes[0] if len(nodes) == 1 else Node(children=nodes, relation=Relation.EITHER)


def sequence(nodes: list[Node]) -> Node:
    """Tasks one after another."""
    return every(nodes, {(i, i + 1) for i in range(len(nodes) - 1)})


def closure(pairs: Iterable[tuple[Item, Item]]) -> set[tuple[Item, Item]]:
    """The transitive closure of an order.

    >>> sorted(closure([(0, 1), (1, 2)]))
    [(0, 1), (0, 2), (1, 2)]
    """
    after: dict[Item, list[Item]] = {}
    for a, b in pairs:
        after.setdefault(a, []).append(b)
    closed: set[tuple[Item, Item]] = set()
    for a in after:
        todo = list(after[a])
        while todo:
            b = todo.pop()
            if (a, b) not in closed:
                closed.add((a, b))
                todo.extend(after.get(b, ()))
    return closed


def reduction(pairs: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The fewest pairs with the same closure."""
    closed = closure(pairs)
    inner = {b for pair in closed for b in pair}
    return {(a, d) for a, d in closed if not any((a, b) in closed and (b, d) in closed for b in inner)}


def _is_chain(node: Node) -> bool:
    n = len(node.children)
    return len(closure(node.order)) == n * (n - 1) // 2


def canonical(node: Node, *, top: bool = True) -> Node:
    """The same tasks with needless groups dissolved and children in a possible order of doing.

    Args:
        node: A task.
        top: Whether it is the mission itself, whose sentences stay together as groups.
    """
    if node.is_leaf:
        return node
    node.children = [canonical(child, top=False) for child in node.children]
    if len(node.children) == 1:
        return node.children[0]
    changed = True
    while changed:
        changed = False
        for i, child in enumerate(node.children):
            if not child.is_leaf and _dissolves(node, i, child, top):
                _dissolve(node, i)
                changed = True
                break
    _sort(node)
    while top and (tangle := _tangled(node)) is not None:
        _dissolve(node, tangle)
        _sort(node)
    return _spread_choices(node) if node.relation is Relation.EITHER else node


def _tangled(node: Node) -> int | None:
    """A group below the root that others wait for though not all of them do.

    Only single tasks can be named in "after cleaning the table, ...", so such a group is dissolved.
    """
    if node.relation is Relation.EITHER:
        return None
    n, closed = len(node.children), closure(node.order)
    for a, b in sorted(node.order):
        then = all((i, b) in closed for i in range(b))
        first = a == 0 and all((0, j) in closed for j in range(1, n))
        group = node.children[a]
        if not then and not first and not group.is_leaf and group.relation is Relation.ALL:
            return a
    return None


def _spread_choices(node: Node) -> Node:
    """An alternative that leaves a choice open within itself becomes one alternative for each."""
    options: list[Node] = []
    for child in node.children:
        inner = next((i for i, c in enumerate(child.children) if c.relation is Relation.EITHER and c.children), None)
        if inner is None:
            options.append(child)
            continue
        for choice in child.children[inner].children:
            copy = _copy(child)
            copy.children[inner] = _copy(choice)
            options.append(canonical(copy, top=False))
    if len(options) == len(node.children) or len(options) > _MOST_SPELLED_OUT:
        return node
    node.children = options
    return canonical(node, top=False)


def _copy(node: Node) -> Node:
    """A copy of a task whose ties point inside the copy."""
    copies: dict[int, Node] = {}

    def build(part: Node) -> Node:
        new = replace(part, children=[build(c) for c in part.children], order=set(part.order), rules=list(part.rules))
        copies[id(part)] = new
        return new

    root = build(node)
    for new in root.leaves():
        if new.tie is not None:
            new.tie = copies.get(id(new.tie), new.tie)
    return root


def _dissolves(node: Node, i: int, child: Node, top: bool) -> bool:
    if node.relation is not child.relation:
        return False
    if node.relation is Relation.EITHER:
        return True
    if _is_chain(node) and len(node.children) > 1:
        return _is_chain(child)
    return not top and not any(i in pair for pair in node.order)


def _dissolve(node: Node, i: int) -> None:
    child = node.children[i]
    n = len(child.children)

    def spread(k: int) -> range:
        return range(i, i + n) if k == i else range(k, k + 1) if k < i else range(k + n - 1, k + n)

    order = {(a, b) for x, y in node.order for a in spread(x) for b in spread(y)}
    order |= {(a + i, b + i) for a, b in child.order}
    node.children[i : i + 1] = child.children
    node.order = reduction(order)


def hoist(node: Node, i: int) -> None:
    """Replaces the group at position ``i`` by its members, keeping every order that was said."""
    _dissolve(node, i)


def _sort(node: Node) -> None:
    """Puts children into the first possible order of doing, as said wherever the order is silent."""
    before = closure(node.order)
    rest = list(range(len(node.children)))
    done: list[int] = []
    while rest:
        ready = next((k for k in rest if not any((j, k) in before for j in rest)), rest[0])
        rest.remove(ready)
        done.append(ready)
    place = {k: position for position, k in enumerate(done)}
    node.children = [node.children[k] for k in done]
    node.order = {(place[a], place[b]) for a, b in reduction(node.order)}


def cyclic(node: Node) -> bool:
    """Whether an order asks for something before itself."""
    return any(a == b for a, b in closure(node.order)) or any(cyclic(child) for child in node.children)


def _turn_ties(leaves: list[Node]) -> None:
    """Makes every tie point at a leaf that stands earlier."""
    place = {id(leaf): i for i, leaf in enumerate(leaves)}
    for i, leaf in enumerate(leaves):
        if leaf.tie is not None and place.get(id(leaf.tie), -1) > i:
            if leaf.tie.tie is None:
                leaf.tie.tie = leaf
            leaf.tie = None


def tasks(root: Node, rules: tuple[TreeRule, ...]) -> Task:
    """The finished task tree below "0"; a mission of one task still has a root above it."""
    if root.is_leaf:
        root = Node(children=[root])
    ids: dict[int, str] = {}
    named = tuple(replace(rule, id=f"rule_{i}") for i, rule in enumerate(rules, 1))

    def number(node: Node, name: str) -> None:
        ids[id(node)] = name
        for i, child in enumerate(node.children, 1):
            number(child, str(i) if name == "0" else f"{name}.{i}")

    def build(node: Node) -> Task:
        return Task(
            id=ids[id(node)], text=node.text, goal=node.goal, children=tuple(build(child) for child in node.children),
            relation=node.relation, order=tuple(sorted(node.order)),
            rules=named if node is root else tuple(node.rules), robots=node.robots,
            same_robot_as=ids[id(node.tie)] if node.tie is not None and id(node.tie) in ids else None,
        )  # fmt: skip

    number(root, "0")
    _turn_ties(list(root.leaves()))
    return build(root)
