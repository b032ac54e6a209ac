"""Orders as trees: what is put together keeps exactly the order that was said."""

from __future__ import annotations

from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.mission.task import Relation
from grounding.translate.compose import Contradiction, composed, contradiction
from grounding.translate.lifting import lift, order_of
from grounding.translate.nodes import Node, closure
from grounding.translate.outline import Frame, Outline

Pairs = set[tuple[int, int]]


def outline(number: int, order: Pairs, either: tuple[tuple[tuple[int, ...], ...], ...] = ()) -> Outline:
    frames = tuple(Frame(f"wash the thing {i}", "clean", f"thing {i}") for i in range(number))
    return Outline(frames, tuple(sorted(closure(order))), either)


@st.composite
def orders(draw: st.DrawFn, most: int = 8) -> tuple[int, Pairs]:
    """A number of tasks, and a partial order of them that need not follow the order in which they were said."""
    number = draw(st.integers(1, most))
    place = draw(st.permutations(range(number)))
    pairs = [(place[a], place[b]) for a, b in combinations(range(number), 2)]
    return number, draw(st.sets(st.sampled_from(pairs))) if pairs else set()


@given(orders())
def test_trees_keep_exactly_the_order(case: tuple[int, Pairs]) -> None:
    number, order = case
    said = outline(number, order)
    assert contradiction(said) is None
    lifted = lift("text", said)
    assert set(order_of(lifted.ids, lifted.tree)) == closure(order)
    assert sorted(lifted.ids) == sorted(task.id for task in lifted.tree.root.walk() if task.is_leaf)


@given(orders())
def test_so_do_formulas(case: tuple[int, Pairs]) -> None:
    number, order = case
    lifted = lift("text", outline(number, order))
    of_task = {leaf.task: name for name, leaf in lifted.spec.leaves.items()}
    names = [of_task[task] for task in lifted.ids]
    assert lifted.spec.before == {(names[a], names[b]) for a, b in closure(order)}


def series_parallel(order: str, number: int) -> Node:
    pairs = {(int(a), int(b)) for a, b in (pair.split("<") for pair in order.split())}
    return composed(outline(number, pairs), [Node(text=str(i)) for i in range(number)])


def shape(node: Node) -> str:
    if node.is_leaf:
        return node.text
    if node.order:
        chain = node.order == {(i, i + 1) for i in range(len(node.children) - 1)}
        return f"{'' if chain else '~'}[{' '.join(map(shape, node.children))}]"
    return f"{'either' if node.relation is Relation.EITHER else ''}({' '.join(map(shape, node.children))})"


@pytest.mark.parametrize(
    ("order", "number", "tree"),
    [
        ("", 1, "0"),
        ("", 3, "(0 1 2)"),
        ("0<1 1<2", 3, "[0 1 2]"),
        ("2<1 1<0", 3, "[2 1 0]"),
        ("0<2 1<2", 3, "[(0 1) 2]"),
        ("0<1 2<3", 4, "([0 1] [2 3])"),
        ("0<2 0<3 1<2 1<3", 4, "[(0 1) (2 3)]"),
        ("0<1", 3, "([0 1] 2)"),
        ("0<2 1<2 1<3", 4, "~[0 1 2 3]"),  # neither series nor parallel
    ],
)
def test_series_and_parallel_groups(order: str, number: int, tree: str) -> None:
    assert shape(series_parallel(order, number)) == tree


def test_a_chain_of_groups_is_ordered_by_few_pairs() -> None:
    order = {(a, b) for a, b in combinations(range(60), 2) if a // 3 < b // 3}
    node = composed(outline(60, order), [Node(text=str(i)) for i in range(60)])
    assert len(node.children) == 20
    assert node.order == {(i, i + 1) for i in range(19)}


@pytest.mark.parametrize("number", [1, 2, 3, 5])
def test_circles_are_found_wherever_they_begin(number: int) -> None:
    for order in permutations(range(number)) if number < 4 else [tuple(range(number))]:
        circle = {(a, b) for a, b in zip(order, (*order[1:], order[0]), strict=True)}
        assert contradiction(outline(number + 1, circle)) == Contradiction(0, min(1, number - 1))
        assert contradiction(outline(number + 1, circle | {(number, 0)})) is not None


def test_choices() -> None:
    nodes = [Node(text=str(i)) for i in range(4)]
    said = outline(4, {(0, 3), (1, 3)}, (((0,), (1, 2)),))
    assert contradiction(said) is None
    assert shape(composed(said, nodes)) == "[either(0 (1 2)) 3]"
    said = outline(3, {(0, 1)}, (((0, 1), (2,)),))
    assert shape(composed(said, nodes[:3])) == "either([0 1] 2)"


def test_what_binds_one_option_binds_its_choice() -> None:
    nodes = [Node(text=str(i)) for i in range(3)]
    assert shape(composed(outline(3, {(0, 2)}, (((0,), (1,)),)), nodes)) == "[either(0 1) 2]"
    assert contradiction(outline(3, {(0, 1), (1, 2)}, (((0,), (2,)),))) is not None


@given(orders(6), st.data())
def test_choices_keep_every_order_or_are_contradictions(case: tuple[int, Pairs], data: st.DataObject) -> None:
    number, order = case
    chosen = data.draw(st.lists(st.integers(0, number - 1), unique=True, min_size=min(2, number), max_size=3))
    apart = {(a, b) for a in chosen for b in chosen}
    said = outline(number, order - apart, (tuple((i,) for i in chosen),) if len(chosen) > 1 else ())
    lone = Outline(said.frames, said.order)
    assert contradiction(lone) is None
    if contradiction(said) is None:
        lifted = lift("text", said)
        assert set(order_of(lifted.ids, lifted.tree)) >= set(said.order)
        assert sum(task.relation is Relation.EITHER for task in lifted.tree.root.walk()) == len(said.either)
