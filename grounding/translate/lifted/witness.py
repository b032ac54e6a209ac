"""Formulas shown to be satisfiable by a word that satisfies them, where automata would take too long.

An automaton of "visit these twelve places" has thousands of states. Whether one word, "one place after the
other", satisfies the formula is found in a moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grounding.logic.formula import Node
from grounding.logic.infinite import satisfiable

#: With more propositions automata may take too long; what no word shows to be satisfiable counts as not so.
MOST_BY_AUTOMATA = 8
_VISITS = 12

Word = tuple[Sequence[frozenset[str]], int]
"""Moments, and the index of the one that follows the last."""


def shown_satisfiable(formula: Node) -> bool:
    """Whether a word is known that satisfies a formula; a small formula is asked by automata.

    >>> from grounding.logic.formula import parse
    >>> shown_satisfiable(parse(" & ".join(f"F p{i}" for i in range(30)))), shown_satisfiable(parse("a & G !a"))
    (True, False)
    """
    if any(holds(formula, word) for word in _words(formula.atoms)):
        return True
    return len(formula.atoms) <= MOST_BY_AUTOMATA and satisfiable(str(formula))


def holds(formula: Node, word: Word) -> bool:
    """Whether an infinite word, the last part of which comes again and again, satisfies a formula.

    >>> from grounding.logic.formula import parse
    >>> word = [frozenset("a"), frozenset()]
    >>> holds(parse("G F a"), (word, 0)), holds(parse("G F a"), (word, 1))
    (True, False)
    """
    return _truth(formula, *word)[0]


def _words(atoms: Sequence[str]) -> Iterator[Word]:
    empty: frozenset[str] = frozenset()
    single = [frozenset((name,)) for name in atoms]
    for run in (single, single[::-1]):
        yield [*run, empty], len(run)
        yield run or [empty], 0
    yield [empty], 0
    yield [frozenset(atoms), empty], 1
    for one in single:
        rest = [other for other in single if other != one]
        for times in range(2, _VISITS):
            yield [*[moment for _ in range(times) for moment in (one, empty)], *rest, empty], 2 * times + len(rest)


def _truth(node: Node, moments: Sequence[frozenset[str]], back: int) -> list[bool]:
    """Whether the formula holds at each moment."""
    size = len(moments)
    if node.op == "atom":
        return [node.atom in moment for moment in moments]
    if node.op in ("0", "1"):
        return [node.op == "1"] * size
    parts = [_truth(child, moments, back) for child in node.children]
    one, other = parts[0], parts[-1]
    follow = [*range(1, size), back]
    if node.op == "&":
        return [all(values) for values in zip(*parts, strict=True)]
    if node.op == "|":
        return [any(values) for values in zip(*parts, strict=True)]
    if node.op == "!":
        return [not value for value in one]
    if node.op == "->":
        return [not a or b for a, b in zip(one, other, strict=True)]
    if node.op in ("<->", "xor"):
        return [(a == b) == (node.op == "<->") for a, b in zip(one, other, strict=True)]
    if node.op in ("X", "X[!]"):
        return [one[i] for i in follow]
    always, yes = [True] * size, [False] * size
    both = [a and b for a, b in zip(one, other, strict=True)]
    now, ahead = {
        "F": (one, always), "U": (other, one), "M": (both, other),
        "G": (yes, one), "W": (other, one), "R": (both, other),
    }[node.op]  # fmt: skip
    value = yes if node.op in ("F", "U", "M") else always
    for _ in range(2):
        value = list(value)
        for i in reversed(range(size)):
            value[i] = now[i] or (ahead[i] and value[follow[i]])
    return value
