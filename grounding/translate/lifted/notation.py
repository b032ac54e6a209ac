"""Formulas of data files: prefix (``U ! a b``) or infix (``~ ( a ) U ( b )``), into one form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from grounding.errors import FormulaError
from grounding.logic.formula import MAX_DEPTH, MAX_LENGTH, Node, parse

_UNARY = {"!": "!", "~": "!", "F": "F", "G": "G", "X": "X"}
_BINARY = {"&": "&", "|": "|", "i": "->", "e": "<->", "U": "U", "W": "W", "M": "M"}
_BINARY |= {"->": "->", "<->": "<->"}
#: Operators whose operands may change places.
_COMMUTE = ("&", "|", "<->", "xor")


@lru_cache(maxsize=8192)
def read_formula(text: str) -> Node:
    """Reads a formula in either notation; names of propositions become lower case.

    Prefix notation has one token between spaces, ``i`` for "implies" and ``e`` for "if and only if";
    in it ``R`` is a name. Everything that does not fit it is read as infix
    (:mod:`grounding.logic.formula`).

    Raises:
        FormulaError: It is a formula in neither.

    >>> str(read_formula("G & U S ! Y F Y"))
    'G((s U !y) & F y)'
    >>> str(read_formula("~ ( purple_room ) U ( third_floor )"))
    '!purple_room U third_floor'
    """
    if len(text) <= MAX_LENGTH:
        tokens = text.split()
        try:
            node, end = _prefix(tokens, 0, 0)
            if end == len(tokens):
                return node
        except _NotPrefixError:
            pass
    return parse(text)


class _NotPrefixError(Exception):
    pass


def _prefix(tokens: Sequence[str], at: int, depth: int) -> tuple[Node, int]:
    if at >= len(tokens) or depth > 2 * MAX_DEPTH:
        raise _NotPrefixError
    token = tokens[at]
    if token in _UNARY:
        child, end = _prefix(tokens, at + 1, depth + 1)
        return Node(_UNARY[token], (child,)), end
    if token in _BINARY:
        one, middle = _prefix(tokens, at + 1, depth + 1)
        other, end = _prefix(tokens, middle, depth + 1)
        return joined(_BINARY[token], (one, other)), end
    if not token.isidentifier() or not token.isascii():
        raise _NotPrefixError
    return Node("atom", atom=token.lower()), at + 1


def joined(op: str, parts: Sequence[Node]) -> Node:
    """A node of an operator; ``&`` in ``&`` and ``|`` in ``|`` become one."""
    if op in ("&", "|"):
        parts = [inner for part in parts for inner in (part.children if part.op == op else (part,))]
    return Node(op, tuple(parts))


def canonical(node: Node) -> str:
    """One text for formulas that differ only in the order or repetition of operands.

    >>> canonical(read_formula("& F b F a")) == canonical(read_formula("F a & F b & F a"))
    True
    """
    return str(_sorted(node))


def _sorted(node: Node) -> Node:
    children = tuple(_sorted(child) for child in node.children)
    if node.op in _COMMUTE:
        children = tuple(sorted(children, key=str))
    if node.op in ("&", "|"):
        children = tuple(dict.fromkeys(children))
        if len(children) == 1:
            return children[0]
    return Node(node.op, children, node.atom)


def renamed(node: Node, name: Callable[[str], str]) -> Node:
    """The formula with its propositions named otherwise."""
    if node.op == "atom":
        return Node("atom", atom=name(node.atom))
    return Node(node.op, tuple(renamed(child, name) for child in node.children))


def to_prefix(node: Node) -> str:
    """The formula in prefix notation, as data files have it.

    >>> to_prefix(read_formula("F a & F b & F c"))
    '& F a & F b F c'
    """
    if node.op == "atom":
        return node.atom
    spelled = {"->": "i", "<->": "e"}.get(node.op, node.op)
    if spelled not in _UNARY and spelled not in _BINARY:
        raise FormulaError(f"formula {node}", f"has {node.op!r}, which prefix notation lacks.")
    parts = [to_prefix(child) for child in node.children]
    while len(parts) > 2:
        parts[-2:] = [f"{spelled} {parts[-2]} {parts[-1]}"]
    return " ".join([spelled, *parts])
