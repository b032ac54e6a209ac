"""Outlines to task trees: tasks in groups whose members are free of each other or follow each other.

The order of an outline is taken apart into series and parallel groups (Valdes, Tarjan and Lawler 1982),
which gives a hierarchy with few orders between siblings, and so small automata. What is neither stays
one group with its orders.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from grounding.translate.nodes import Node, closure, either, every, reduction
from grounding.translate.outline import Outline

Pairs = set[tuple[int, int]]


@dataclass(frozen=True)
class Contradiction:
    """Two tasks each of which is to come before the other.

    Attributes:
        first, second: Their frame indices.
    """

    first: int
    second: int


def contradiction(outline: Outline) -> Contradiction | None:
    """Tasks whose order goes round in a circle, None without; what binds one option binds its whole choice."""
    choice = {i: unit for unit, options in enumerate(outline.either) for option in options for i in option}
    whole = {i: {j for j, other in choice.items() if other == unit} for i, unit in choice.items()}
    said = set(outline.order)
    bound = {
        (x, y)
        for a, b in said
        for x in whole.get(a, {a})
        for y in whole.get(b, {b})
        if choice.get(x, -1) != choice.get(y, -2)
    }
    closed = closure(said | bound)
    circles = [(a, b) for a, b in closed if (b, a) in closed]
    return Contradiction(*min(circles, key=lambda pair: (pair[0] >= pair[1], pair))) if circles else None


def composed(outline: Outline, nodes: Sequence[Node]) -> Node:
    """The tree of an outline.

    Args:
        outline: Tasks and how they belong together, without contradiction.
        nodes: What each frame stands for.

    Returns:
        The root; frames of one choice that others are ordered against bind the whole choice.
    """
    closed = set(closure(outline.order))
    units: list[tuple[int, ...]] = []
    built: list[Node] = []
    chosen: dict[int, int] = {}
    for options in outline.either:
        unit = tuple(sorted({i for option in options for i in option}))
        if any(i in chosen for i in unit):
            continue  # a choice within a choice is not made up by any engine
        chosen |= {i: len(units) for i in unit}
        units.append(unit)
        built.append(either([_group(option, closed, nodes) for option in options]))
    for i, node in enumerate(nodes):
        if i not in chosen:
            chosen[i] = len(units)
            units.append((i,))
            built.append(node)
    order = {(chosen[a], chosen[b]) for a, b in closed if chosen[a] != chosen[b]}
    place = {unit: min(members) for unit, members in enumerate(units)}
    return decomposed(sorted(range(len(units)), key=place.__getitem__), set(closure(order)), dict(enumerate(built)))


def _group(option: Sequence[int], closed: Pairs, nodes: Sequence[Node]) -> Node:
    return decomposed(list(option), {(a, b) for a, b in closed if a in option and b in option}, dict(enumerate(nodes)))


def decomposed(items: Sequence[int], closed: Pairs, nodes: Mapping[int, Node]) -> Node:
    """Items in series and parallel groups.

    Args:
        items: In reading order.
        closed: Transitively closed order of them.
        nodes: What each stands for.
    """
    if len(items) == 1:
        return nodes[items[0]]
    parts = _components(items, lambda a, b: (a, b) in closed or (b, a) in closed)
    if len(parts) > 1:
        return every([decomposed(part, closed, nodes) for part in parts])
    parts = _components(items, lambda a, b: (a, b) not in closed and (b, a) not in closed)
    if len(parts) > 1:
        parts.sort(key=lambda part: sum((other, part[0]) in closed for other in items))
        return every([decomposed(part, closed, nodes) for part in parts], {(i, i + 1) for i in range(len(parts) - 1)})
    place = {item: i for i, item in enumerate(items)}
    own = {(place[a], place[b]) for a, b in closed if a in place and b in place}
    return every([nodes[item] for item in items], reduction(own))


def _components(items: Sequence[int], joined: Callable[[int, int], bool]) -> list[list[int]]:
    """Connected parts of a relation, each in reading order."""
    left, found = list(items), []
    while left:
        part = [left.pop(0)]
        for item in part:
            near = [other for other in left if joined(item, other)]
            left = [other for other in left if other not in near]
            part += near
        found.append(sorted(part, key=items.index))
    return found
