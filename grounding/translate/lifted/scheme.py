"""Schemes: formulas of any size in one pattern, found in a few examples of it.

``F & a F & b F c`` and ``F & a F b`` are one thing done twice and once: a context, ``F & x _``, put
into itself for one proposition after the other, around a last part ``F x``. :func:`induce` finds such
repetitions in the formulas of the training data and keeps as few schemes as explain them all; a scheme
then also writes the formulas of sizes that were never seen. Nothing is told about the formulas beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

from grounding.logic.formula import Node
from grounding.translate.lifted.notation import joined

#: An index of a slot, a constant name, or (operator, operand, ...). ``&`` and ``|`` group to the right.
#: In schemes also ``("end", k)``, the k-th slot from the end, and ``("repeat", number)``.
Tree: TypeAlias = Any

_HOLE = ("hole",)
_LONGEST_PATH = 8
_MOST_ANCHORED = 6
LARGEST = 12


@dataclass(frozen=True)
class Repeat:
    """A context put into itself.

    Attributes:
        context: A tree with a hole; its slots count from the slot at which the repetition is.
        step: By how much that slot moves on each time, 0 or 1.
        offset: How many times more than the size of the formula.
        base: What fills the last hole.
    """

    context: Tree
    step: int
    offset: int
    base: Tree


@dataclass(frozen=True)
class Scheme:
    """A pattern of formulas.

    Attributes:
        body: A tree in which :class:`Repeat` may stand.
        slots: Number of propositions, or None where it is the size.
        fixed: Whether there is but one size.
    """

    body: Tree
    slots: int | None
    fixed: bool

    @property
    def counts(self) -> bool:
        """Whether its size is a number of times and not of propositions."""
        return not self.fixed and self.slots is not None

    def arity(self, size: int) -> int:
        """Number of propositions of its formula of some size."""
        return size if self.slots is None else self.slots

    def expand(self, size: int) -> Tree | None:
        """Its formula of some size, or None if there is none."""
        try:
            return _expand(self.body, size, self.arity(size))
        except _NoSuchSizeError:
            return None


class _NoSuchSizeError(Exception):
    pass


def _expand(tree: Tree, size: int, slots: int) -> Tree:
    if isinstance(tree, Repeat):
        times = size + tree.offset
        if times < 0:
            raise _NoSuchSizeError
        result = _expand(tree.base, size, slots)
        for i in reversed(range(times)):
            result = _fill(_shift(tree.context, i * tree.step), result)
        return result
    if isinstance(tree, int):
        if not 0 <= tree < slots:
            raise _NoSuchSizeError
        return tree
    if isinstance(tree, str):
        return tree
    if tree[0] == "end":
        return _expand(slots - 1 - tree[1], size, slots)
    return (tree[0], *(_expand(part, size, slots) for part in tree[1:]))


def _fill(context: Tree, content: Tree) -> Tree:
    if context == _HOLE:
        return content
    if isinstance(context, tuple):
        return (context[0], *(_fill(part, content) for part in context[1:]))
    return context


def _shift(tree: Tree, by: int) -> Tree:
    if isinstance(tree, int):
        return tree + by
    if isinstance(tree, tuple):
        return (tree[0], *(_shift(part, by) for part in tree[1:]))
    return tree


def _indices(tree: Tree) -> Iterator[int]:
    if isinstance(tree, int):
        yield tree
    elif isinstance(tree, tuple):
        for part in tree[1:]:
            yield from _indices(part)


def _size(tree: Tree) -> int:
    if isinstance(tree, Repeat):
        return 1 + _size(tree.context) + _size(tree.base)
    return 1 + sum(_size(part) for part in tree[1:]) if isinstance(tree, tuple) else 1


def tree_of(node: Node, slots: Mapping[str, int]) -> Tree:
    """A formula as a tree; names that are no slots stay as constants."""
    if node.op == "atom":
        return slots.get(node.atom, node.atom)
    parts = [tree_of(child, slots) for child in node.children]
    while len(parts) > 2:
        parts[-2:] = [(node.op, parts[-2], parts[-1])]
    return (node.op, *parts)


def node_of(tree: Tree, names: Sequence[str]) -> Node:
    """The inverse of :func:`tree_of`."""
    if isinstance(tree, int):
        return Node("atom", atom=names[tree])
    if isinstance(tree, str):
        return Node("atom", atom=tree)
    return joined(tree[0], [node_of(part, names) for part in tree[1:]])


def induce(trees: Iterable[Tree]) -> list[Scheme]:
    """As few schemes as explain all formulas, the most general first.

    Args:
        trees: Distinct formulas, slots numbered in order of appearance.
    """
    wanted = dict.fromkeys(trees)
    explained: dict[Scheme, dict[Tree, None]] = {}
    for tree in wanted:
        for scheme in _schemes(tree):
            if scheme not in explained:
                sizes = [0] if scheme.fixed else range(LARGEST)
                found = [scheme.expand(size) for size in sizes]
                if tree in found:
                    explained[scheme] = dict.fromkeys(t for t in found if t in wanted)
    chosen: list[Scheme] = []
    while wanted:
        best = max(explained, key=lambda s: (sum(t in wanted for t in explained[s]), len(explained[s]), -_size(s.body)))
        chosen.append(best)
        for tree in explained.pop(best):
            wanted.pop(tree, None)
    return chosen


def _schemes(tree: Tree) -> Iterator[Scheme]:
    """Every scheme that one formula may be an example of."""
    slots = len(set(_indices(tree)))
    yield Scheme(tree, slots, True)
    folded, times = _fold(tree)
    if not times:
        return
    moving = any(step for _, step in times)
    size = slots if moving else max(count for count, _ in times)
    body, loose = _relative(folded, size)
    for anchors in product((False, True), repeat=min(loose, _MOST_ANCHORED)) if moving else [()]:
        yield Scheme(_anchored(body, list(anchors), slots), None if moving else slots, False)


def _fold(tree: Tree) -> tuple[Tree, list[tuple[int, int]]]:
    """The tree with its repetitions folded (``offset`` still holds the number of times), and those numbers."""
    if not isinstance(tree, tuple):
        return tree, []
    best = None
    path = tree
    context: list[int] = []
    for _ in range(_LONGEST_PATH):
        if not isinstance(path, tuple):
            break
        context.append(len(path) - 1)
        path = path[-1]
        hollow = _hollow(tree, len(context))
        for step in (0, 1):
            count, rest = 1, path
            while (inner := _unwrap(rest, _shift(hollow, step * count))) is not None:
                count, rest = count + 1, inner
            saved = (count - 1) * _size(hollow)
            if count > 1 and (step or len(set(_indices(hollow))) < 2) and (best is None or saved > best[0]):
                best = saved, hollow, step, count, rest
    if best is not None:
        _, hollow, step, count, rest = best
        base, inner_times = _fold(rest)
        return Repeat(hollow, step, count, base), [(count, step), *inner_times]
    parts, times = [], []
    for part in tree[1:]:
        folded, found = _fold(part)
        parts.append(folded)
        times += found
    return (tree[0], *parts), times


def _hollow(tree: Tree, depth: int) -> Tree:
    """The tree with a hole where ``depth`` steps to the last operand lead."""
    return _HOLE if depth == 0 else (*tree[:-1], _hollow(tree[-1], depth - 1))


def _unwrap(tree: Tree, context: Tree) -> Tree | None:
    """What fills the hole of the context in a tree, None if the tree is not of that form."""
    if context == _HOLE:
        return tree
    if not isinstance(tree, tuple) or tree[:-1] != context[:-1] or len(tree) != len(context):
        return None
    return _unwrap(tree[-1], context[-1])


def _relative(tree: Tree, size: int) -> tuple[Tree, int]:
    """Makes numbers of times relative to a size; also counts the slots outside repetitions."""
    if isinstance(tree, Repeat):
        base, loose = _relative(tree.base, size)
        return Repeat(tree.context, tree.step, tree.offset - size, base), loose
    if isinstance(tree, int):
        return tree, 1
    if isinstance(tree, str):
        return tree, 0
    parts = [_relative(part, size) for part in tree[1:]]
    return (tree[0], *(part for part, _ in parts)), sum(loose for _, loose in parts)


def _anchored(tree: Tree, anchors: list[bool], slots: int) -> Tree:
    """Counts slots outside repetitions from the end where ``anchors``, used up from the front, say so."""
    if isinstance(tree, Repeat):
        return Repeat(tree.context, tree.step, tree.offset, _anchored(tree.base, anchors, slots))
    if isinstance(tree, int):
        return ("end", slots - 1 - tree) if anchors and anchors.pop(0) else tree
    if isinstance(tree, str):
        return tree
    return (tree[0], *(_anchored(part, anchors, slots) for part in tree[1:]))
