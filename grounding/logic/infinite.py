"""Formulas read over infinite words (LTL), as published data sets mean them.

Missions read formulas over finite traces (:mod:`grounding.logic.automaton`). Whether a translation is
right is asked here: over finite traces ``G F a`` says no more than "a holds at the end".
"""

from __future__ import annotations

from functools import lru_cache

import spot

from grounding.logic.automaton import quoted
from grounding.logic.formula import parse


@lru_cache(maxsize=16384)
def equivalent(one: str, other: str) -> bool:
    """Whether two formulas are satisfied by the same infinite words.

    Raises:
        FormulaError: One of them is ill-formed.

    >>> equivalent("!F a", "G !a"), equivalent("G F a & G F b", "G F(a & b)")
    (True, False)
    """
    if one == other:
        return True
    return bool(spot.are_equivalent(_built(one), _built(other)))


@lru_cache(maxsize=16384)
def satisfiable(formula: str) -> bool:
    """Whether some infinite word satisfies a formula.

    Raises:
        FormulaError: It is ill-formed.

    >>> satisfiable("F a & G !a")
    False
    """
    # A small automaton takes long to find and is not needed: any will do.
    return not spot.translate(spot.formula(quoted(parse(formula))), "any", "low").is_empty()


@lru_cache(maxsize=4096)
def _built(formula: str) -> spot.twa_graph:
    return spot.translate(spot.formula(quoted(parse(formula))), "small")
