"""What temporal connectives of English mean, composed of the general operators of LTL.

Formulas of any size from a few functions: nothing here knows the formulas of a data set.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from grounding.logic.formula import Node
from grounding.translate.lifted.notation import joined


def atom(name: str) -> Node:
    """A proposition."""
    return Node("atom", atom=name)


def not_(x: Node) -> Node:
    """The contrary."""
    return Node("!", (x,))


def eventually(x: Node) -> Node:
    """Some time."""
    return Node("F", (x,))


def always(x: Node) -> Node:
    """At all times."""
    return Node("G", (x,))


def next_(x: Node) -> Node:
    """One step later."""
    return Node("X", (x,))


def until(x: Node, y: Node) -> Node:
    """The one holds until the other does, which it does some time."""
    return Node("U", (x, y))


def all_of(parts: Sequence[Node]) -> Node:
    """Every part; a single one is itself.

    >>> str(all_of([eventually(atom("a")), always(atom("b"))]))
    'F a & G b'
    """
    return parts[0] if len(parts) == 1 else joined("&", parts)


def any_of(parts: Sequence[Node]) -> Node:
    """One of the parts at least."""
    return parts[0] if len(parts) == 1 else joined("|", parts)


def never(x: Node) -> Node:
    """At no time."""
    return always(not_(x))


def again_and_again(x: Node) -> Node:
    """Infinitely often."""
    return always(eventually(x))


def at_least(x: Node, times: int) -> Node:
    """That many visits, with an absence between any two; 0 is no demand at all.

    >>> str(at_least(atom("a"), 2))
    'F(a & (a U (!a & (!a U F a))))'
    """
    if times <= 0:
        return any_of([x, not_(x)])
    found = eventually(x)
    for _ in range(times - 1):
        found = eventually(all_of([x, until(x, all_of([not_(x), until(not_(x), found)]))]))
    return found


def at_most(x: Node, times: int) -> Node:
    """Not one visit more."""
    return not_(at_least(x, times + 1)) if times else never(x)


def exactly(x: Node, times: int) -> Node:
    """That many visits, neither more nor fewer."""
    return all_of([at_least(x, times), at_most(x, times)]) if times else never(x)


def in_turn(things: Sequence[Node]) -> Node:
    """One after the other; what comes later may also have come before.

    >>> str(in_turn([atom("a"), atom("b")]))
    'F(a & F b)'
    """
    found = eventually(things[-1])
    for thing in reversed(things[:-1]):
        found = eventually(all_of([thing, found]))
    return found


def in_order(names: Sequence[str]) -> Node:
    """One after the other, and none before the one ahead of it.

    >>> str(in_order("abc"))
    '(!b U a) & (!c U b) & F c'
    """
    return all_of([*(not_before(y, x) for x, y in pairwise(names)), eventually(atom(names[-1]))])


def in_order_once(names: Sequence[str]) -> Node:
    """As :func:`in_order`, and none is left and come back to before the next."""
    single = [until(not_(atom(x)), until(atom(x), until(not_(atom(x)), atom(y)))) for x, y in pairwise(names)]
    return all_of([in_order(names), *single])


def not_before(name: str, other: str) -> Node:
    """The one not before the other, which comes some time."""
    return until(not_(atom(name)), atom(other))


def response(trigger: Node, consequence: Node, *, both_ways: bool = False) -> Node:
    """Whenever the one, then the other; ``both_ways``: and then only.

    >>> str(response(atom("a"), next_(atom("b"))))
    'G(a -> X b)'
    """
    return always(Node("<->" if both_ways else "->", (trigger, consequence)))
