"""Temporal formulas as text and as trees, read over finite traces (LTLf).

Syntax and precedence are Spot's (Duret-Lutz et al. 2022), with the classic spellings beside it:

================  =============================  ======================================
operator          also written                   holds at a moment of the trace when
================  =============================  ======================================
``!a``            ``~a`` ``not a``               a does not hold
``X a``                                          there is no next moment, or a holds then
``X[!] a``                                       there is a next moment and a holds then
``F a``           ``<>a``                        a holds now or later
``G a``           ``[]a``                        a holds from now to the end
``a U b``                                        b holds now or later, a until then
``a W b``                                        ``a U b`` or ``G a``
``a R b``                                        b holds up to and with a, or to the end
``a M b``                                        b holds up to and with a, and a comes
``a & b``         ``&&`` ``/\\`` ``and``          both hold
``a | b``         ``||`` ``\\/`` ``or``           one of them holds
``a xor b``       ``^``                          exactly one of them holds
``a -> b``        ``=>``                         b holds if a does
``a <-> b``       ``<=>``                        both hold or neither
``1`` ``0``       ``true`` ``false``             always, never
================  =============================  ======================================

Atoms are dotted lower-case names (``at.self.m1``); operator letters are upper case, so ``Fa`` is
``F a`` and printed formulas can always be read again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from grounding.errors import FormulaError

UNARY = ("!", "X", "X[!]", "F", "G")
BINARY = ("U", "W", "R", "M", "->", "<->", "xor")

#: Longest formula that is read, in characters; a mission's root formula has a few hundred.
MAX_LENGTH = 20_000
MAX_DEPTH = 100

_TOKEN = re.compile(
    r"\s*(?:(?P<atom>[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*)|"
    r"(?P<operator><->|<=>|->|=>|<>|\[\]|&&|&|/\\|\|\||\||\\/|\^|!|~|\(|\)|X\[!\]|[XFGUWRM]|[01](?![A-Za-z0-9_.])))"
)
_SPELLING = {
    "<=>": "<->", "=>": "->", "<>": "F", "[]": "G", "&&": "&", "/\\": "&", "and": "&", "||": "|", "\\/": "|",
    "or": "|", "^": "xor", "xor": "xor", "~": "!", "not": "!", "true": "1", "false": "0",
}  # fmt: skip

#: Binary operators, loosest first; those of the first and last level group to the right.
_LEVELS = (("->", "<->"), ("xor",), ("|",), ("&",), ("U", "W", "R", "M"))


@dataclass(frozen=True)
class Node:
    """A formula as a tree.

    Attributes:
        op: ``atom``, ``1``, ``0``, one of :data:`UNARY` or :data:`BINARY`, ``&`` or ``|``.
        children: Operands: one, two, or two and more for ``&`` and ``|``.
        atom: Name of the proposition for ``atom``, else empty.
    """

    op: str
    children: tuple[Node, ...] = ()
    atom: str = ""

    @cached_property
    def atoms(self) -> tuple[str, ...]:
        """Names of the propositions in order of appearance."""
        if self.op == "atom":
            return (self.atom,)
        return tuple(dict.fromkeys(name for child in self.children for name in child.atoms))

    @cached_property
    def temporal(self) -> int:
        """Number of temporal operators, a measure of how hard the formula is."""
        own = self.op in ("X", "X[!]", "F", "G", "U", "W", "R", "M")
        return own + sum(child.temporal for child in self.children)

    def __str__(self) -> str:
        if self.op == "atom":
            return self.atom
        if not self.children:
            return self.op
        parts = [f"({c})" if c.children and c.op not in UNARY else str(c) for c in self.children]
        if self.op == "!":
            return f"!{parts[0]}"
        if self.op in UNARY:
            return f"{self.op}{parts[0]}" if parts[0].startswith("(") else f"{self.op} {parts[0]}"
        return f" {self.op} ".join(parts)


def parse(text: str) -> Node:
    """Reads a formula.

    Raises:
        FormulaError: The text is not a formula; the message has the position and what was
            expected there.

    >>> str(parse("[](carry -> !at.self.hall) && <>at.self.m1"))
    'G(carry -> !at.self.hall) & F at.self.m1'
    >>> parse("Fon.x").children[0].atom
    'on.x'
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(
            f"formula {_shorten(text)}",
            f"is too long ({len(text):,} characters, at most {MAX_LENGTH:,} are read).",
            "Split it into several formulas.",
        )
    return _parse(text)


@lru_cache(maxsize=4096)
def _parse(text: str) -> Node:
    return _Parser(text).formula()


def _shorten(text: str, width: int = 80) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= width else text[: width - 3] + "...")


class _Parser:
    """Recursive descent with one level per precedence."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        position = 0
        while text[position:].strip():
            match = _TOKEN.match(text, position)
            if match is None:
                start = position + len(text[position:]) - len(text[position:].lstrip())
                raise self.error(start, "is neither an operator nor a name (names are dotted lower-case words)")
            spelled = match["atom"] or match["operator"]
            word = _SPELLING.get(spelled, spelled)
            is_atom = match["atom"] is not None and spelled not in _SPELLING
            self.tokens.append(("atom" if is_atom else word, word, match.end() - len(spelled)))
            position = match.end()
        self.next = 0
        self.depth = 0

    def error(self, position: int, problem: str) -> FormulaError:
        found = self.text[position : position + 12].split()
        what = f"{found[0]!r} at character {position + 1}" if found else "the end of the formula"
        hint = "Write for example F(at.self.kitchen) & G(!at.any.lobby)."
        return FormulaError(f"formula {_shorten(self.text)}", f"{what} {problem}.", hint)

    def peek(self) -> str:
        return self.tokens[self.next][0] if self.next < len(self.tokens) else ""

    def here(self) -> int:
        return self.tokens[self.next][2] if self.next < len(self.tokens) else len(self.text)

    def formula(self) -> Node:
        node = self.binary(0)
        if self.peek():
            raise self.error(self.here(), "comes where an operator such as '&' or the end was expected")
        return node

    def binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self.unary()
        operators = _LEVELS[level]
        parts = [self.binary(level + 1)]
        found: list[str] = []
        while self.peek() in operators:
            found.append(self.peek())
            self.next += 1
            self.depth += operators[0] not in ("&", "|")
            parts.append(self.binary(level + 1))
        if not found:
            return parts[0]
        if operators[0] in ("&", "|"):
            flat = [c for part in parts for c in (part.children if part.op == operators[0] else (part,))]
            return Node(operators[0], tuple(flat))
        self.depth -= len(found)
        node = parts.pop()
        while parts:
            node = Node(found.pop(), (parts.pop(), node))
        return node

    def unary(self) -> Node:
        if self.depth > MAX_DEPTH:
            raise self.error(self.here(), f"is nested deeper than {MAX_DEPTH} levels")
        kind, position = self.peek(), self.here()
        if not kind:
            raise self.error(position, "comes where a name, '(' or an operator such as F or ! was expected")
        self.next += 1
        if kind == "atom":
            return Node("atom", atom=self.tokens[self.next - 1][1])
        if kind in ("1", "0"):
            return Node(kind)
        self.depth += 1
        if kind in UNARY:
            node = Node(kind, (self.unary(),))
        elif kind == "(":
            node = self.binary(0)
            if self.peek() != ")":
                raise self.error(self.here(), f"comes where ')' was expected, for the '(' at character {position + 1}")
            self.next += 1
        else:
            raise self.error(position, "comes where a name, '(' or an operator such as F or ! was expected")
        self.depth -= 1
        return node


def atoms(text: str) -> frozenset[str]:
    """Names of the propositions a formula speaks of."""
    return frozenset(parse(text).atoms)


def rename(text: str, mapping: Mapping[str, str]) -> str:
    """The formula with some propositions named otherwise.

    >>> rename("F on.a.b & G !c", {"on.a.b": "on.a.d"})
    'F on.a.d & G !c'
    """

    def renamed(node: Node) -> Node:
        if node.op == "atom":
            return Node("atom", atom=mapping.get(node.atom, node.atom))
        return Node(node.op, tuple(renamed(child) for child in node.children))

    return str(renamed(parse(text)))


def conjuncts(text: str) -> tuple[str, ...]:
    """The formulas that must all hold for this one to hold; itself when it is no conjunction.

    >>> conjuncts("F a & G(b -> c)")
    ('F a', 'G(b -> c)')
    """
    node = parse(text)
    return tuple(str(child) for child in node.children) if node.op == "&" else (str(node),)


def accepts(text: str, trace: Sequence[Collection[str]]) -> bool:
    """Whether a complete finite trace satisfies a formula, by the definition of LTLf.

    Computed backwards over the trace (De Giacomo and Vardi 2013, section 2), independent of any
    automaton.

    Args:
        text: The formula.
        trace: What holds at each moment: at least one set of proposition names.

    >>> accepts("F b & G a", [{"a"}, {"a", "b"}])
    True
    """
    if not trace:
        raise ValueError("a trace has at least one moment")
    return _values(parse(text), trace)[0]


def _values(node: Node, trace: Sequence[Collection[str]]) -> list[bool]:
    """Truth of a formula at every moment of the trace."""
    if node.op == "atom":
        return [node.atom in letter for letter in trace]
    if not node.children:
        return [node.op == "1"] * len(trace)
    columns = [_values(child, trace) for child in node.children]
    first, last = columns[0], columns[-1]
    match node.op:
        case "!":
            return [not value for value in first]
        case "&":
            return [all(row) for row in zip(*columns, strict=True)]
        case "|":
            return [any(row) for row in zip(*columns, strict=True)]
        case "->":
            return [not a or b for a, b in zip(first, last, strict=True)]
        case "<->":
            return [a is b for a, b in zip(first, last, strict=True)]
        case "xor":
            return [a is not b for a, b in zip(first, last, strict=True)]
        case "X" | "X[!]":
            return [*first[1:], node.op == "X"]
        case "F":
            return _backwards([True] * len(trace), first, end=False)
        case "G":
            return _backwards(first, [False] * len(trace), end=True)
        case "U" | "W":
            return _backwards(first, last, end=node.op == "W")
    both = [a and b for a, b in zip(first, last, strict=True)]
    return _backwards(last, both, end=node.op == "R")


def _backwards(stay: Sequence[bool], stop: Sequence[bool], *, end: bool) -> list[bool]:
    """Truth of "stay until stop" at every moment; ``end`` is its value after the last one."""
    values = [False] * len(stay)
    for i in range(len(stay) - 1, -1, -1):
        end = values[i] = stop[i] or (stay[i] and end)
    return values
