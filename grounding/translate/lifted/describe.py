"""Lifted formulas as short plain English, for questions and for reading a translation back.

The inverse of :mod:`grounding.translate.lifted.senses`; what was not composed of those is said operator by operator.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from grounding.logic.formula import Node
from grounding.logic.infinite import equivalent
from grounding.translate.lifted import senses
from grounding.translate.lifted.notation import canonical

_MOST_TIMES = 6
_TIMES = ("never", "once", "twice", "three times", "four times", "five times", "six times")


def describe(node: Node) -> str:
    """What a formula demands.

    >>> from grounding.logic.formula import parse
    >>> describe(parse("F(a & F b)")), describe(parse("(!b U a) & F b"))
    ('visit a, then b', 'visit a, then b, and b not before a')
    >>> describe(parse("G(a -> X b)")), describe(parse("G !a & G F b"))
    ('whenever a, b at the next step', 'never a; and visit b again and again')
    """
    parts = list(node.children) if node.op == "&" else [node]
    whole = _counted(node) or _ordered(parts) or _alike(parts)
    return whole or "; and ".join(describe(part) if len(parts) > 1 else _single(part) for part in parts)


def _counted(node: Node) -> str:
    if len(node.atoms) != 1 or len(str(node)) < len("F a & F a"):
        return ""
    x, text = senses.atom(node.atoms[0]), canonical(node)
    for times in range(1, _MOST_TIMES + 1):
        for write, words in ((senses.at_least, "at least"), (senses.at_most, "at most"), (senses.exactly, "exactly")):
            if equivalent(text, canonical(write(x, times))):
                return f"visit {x.atom} {words} {_TIMES[times]}"
    return ""


def _ordered(parts: Sequence[Node]) -> str:
    """A chain of places, however strictly their order is meant."""
    before = {
        part.children[0].children[0].atom: part.children[1].atom
        for part in parts
        if part.op == "U" and part.children[0].op == "!" and part.children[1].op == "atom"
        and part.children[0].children[0].op == "atom"
    }  # fmt: skip
    last = next((part.children[0].atom for part in parts if part.op == "F" and part.children[0].op == "atom"), "")
    chain = [last]
    while chain[0] in before and before[chain[0]] not in chain:
        chain.insert(0, before[chain[0]])
    whole = canonical(parts[0]) if len(parts) == 1 else canonical(senses.all_of(parts))
    if last and len(chain) > 1 and whole == canonical(senses.in_order(chain)):
        return f"visit {', then '.join(chain)}, and {_not_before(chain)}"
    if last and len(chain) > 1 and whole == canonical(senses.in_order_once(chain)):
        return f"visit {', then '.join(chain)}, {_not_before(chain)}, and come back to none on the way"
    names = parts[0].atoms
    if len(parts) == 1 and len(names) > 1 and whole == canonical(senses.in_turn([senses.atom(name) for name in names])):
        return f"visit {', then '.join(names)}"
    return ""


def _not_before(chain: Sequence[str]) -> str:
    return ", ".join(f"{later} not before {earlier}" for earlier, later in pairwise(chain))


def _alike(parts: Sequence[Node]) -> str:
    """The same of several propositions."""
    names = [part.atoms[0] for part in parts if len(part.atoms) == 1]
    if len(names) != len(parts) or len(names) < 2:
        return ""
    for write, words, link, after in (
        (senses.eventually, "visit", "and", " in any order"),
        (senses.again_and_again, "visit", "and", " again and again"),
        (senses.never, "never", "or", ""),
    ):
        if list(parts) == [write(senses.atom(name)) for name in names]:
            return f"{words} {', '.join(names[:-1])} {link} {names[-1]}{after}"
    return ""


def _single(node: Node) -> str:
    one, other = (node.children[0], node.children[-1]) if node.children else (node, node)
    if node.op == "atom":
        return node.atom
    if node.op == "!":
        return f"no {one.atom}" if one.op == "atom" else f"not: {_single(one)}"
    if node.op == "F":
        literal = one.op == "atom" or (one.op == "|" and all(child.op == "atom" for child in one.children))
        return f"visit {_single(one)}" if literal else f"some time {_single(one)}"
    if node.op == "X":
        return f"{_single(one)} at the next step"
    if node.op == "G":
        return _always(one)
    if node.op in ("U", "W"):
        if one.op == "!" and one.children[0].op == "atom":
            return f"no {one.children[0].atom} before {_single(other)}"
        return f"{_single(one)} until {_single(other)}"
    if node.op in ("&", "|"):
        return {"&": " and ", "|": " or "}[node.op].join(_single(child) for child in node.children)
    return str(node)


def _always(node: Node) -> str:
    one, other = (node.children[0], node.children[-1]) if node.children else (node, node)
    if node.op == "!" and one.op == "atom":
        return f"never {one.atom}"
    if node.op == "F" and one.op == "atom":
        return f"visit {one.atom} again and again"
    if node.op == "->":
        consequence = f"{other.children[0].atom} later" if other.op == "F" and other.atoms else _single(other)
        if other.op == "X" and other.children[0].op == "G":
            consequence = f"{_single(other.children[0])} after that"
        return f"whenever {_single(one)}, {consequence}"
    if node.op == "<->":
        return f"{_single(other)} if and only if {_single(one)}"
    return f"always {_single(node)}"
