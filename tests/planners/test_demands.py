"""What a hierarchy asks of its leaves."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grounding.errors import FormulaError
from grounding.logic.formula import accepts
from planners.hltl.demands import demands, ways

KIDS = ("a", "b", "c")
FORMULAS = st.recursive(
    st.sampled_from(KIDS),
    lambda inner: st.one_of(
        inner.map(lambda x: f"F({x})"),
        inner.map(lambda x: f"!({x})"),
        inner.map(lambda x: f"G({x})"),
        *(st.tuples(inner, inner).map(lambda p, op=op: f"({p[0]}) {op} ({p[1]})") for op in ("&", "|", "->", "U")),
    ),
    max_leaves=6,
)


def accepted(formula: str, word: tuple[str, ...]) -> bool:
    trace: list[set[str]] = [set()]
    for kid in word:
        trace += [{kid}, set()]
    return accepts(formula, trace[:-1] if word else trace)


@given(FORMULAS)
@example("F a & F(G b)")
@example("F a & F b & (!b U a)")
def test_ways_are_the_accepted_orders(formula: str) -> None:
    found = ways(formula, "p")
    words = [word for count in range(len(KIDS) + 1) for word in permutations(KIDS, count)]
    for word in words:
        covered = any(
            way.done == set(word) and all(word.index(a) < word.index(b) for a, b in way.before) for way in found
        )
        if covered:
            assert accepted(formula, word)
        elif accepted(formula, word):
            assert any(
                way.done <= set(word) and all(word.index(a) < word.index(b) for a, b in way.before) for way in found
            ), f"{word} is accepted, and no way is a part of it"


def test_a_hundred_things_are_one_way() -> None:
    kids = [f"p{i}" for i in range(100)]
    (way,) = demands("root", {"root": " & ".join(f"F {kid}" for kid in kids)}, {"root": kids})
    assert way.done == set(kids)
    assert not way.before


def test_a_group_is_finished_with_its_last_member() -> None:
    formulas = {"p0": "F(x & F y)", "x": "F a & F b", "y": "F c & F d"}
    found = demands("p0", formulas, {"p0": ("x", "y"), "x": ("a", "b"), "y": ("c", "d")})
    assert {way.before for way in found} == {
        frozenset({("a", "c"), ("b", "c"), ("d", "c")}),
        frozenset({("a", "d"), ("b", "d"), ("c", "d")}),
    }


def test_a_contradiction_has_no_way() -> None:
    assert ways("F a & G !a", "p0") == ()
    assert demands("p0", {"p0": "F a & F b & (!b U a) & (!a U b)"}, {"p0": ("a", "b")}) == ()


def test_too_much_at_once_is_refused_by_name() -> None:
    tied = " & ".join(f"F(p{i} & F p{i + 1})" for i in range(9))
    with pytest.raises(FormulaError, match="'p0'"):
        ways(f"F({tied})", "p0")
