from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.errors import FormulaError
from grounding.logic.formula import Node
from grounding.logic.infinite import equivalent, satisfiable
from grounding.translate.lifted.notation import canonical, joined, read_formula, to_prefix

ATOMS = st.sampled_from("abcdh").map(lambda name: Node("atom", atom=name))


def _grown(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    unary = st.builds(lambda op, x: Node(op, (x,)), st.sampled_from("!FGX"), inner)
    binary = st.builds(
        lambda op, x, y: joined(op, (x, y)), st.sampled_from(["&", "|", "U", "W", "M", "->"]), inner, inner
    )
    return unary | binary


FORMULAS = st.recursive(ATOMS, _grown, max_leaves=8)


@given(FORMULAS)
def test_either_notation_is_read_as_written(node: Node) -> None:
    assert read_formula(to_prefix(node)) == node
    assert canonical(read_formula(str(node))) == canonical(node)


@given(st.recursive(ATOMS, _grown, max_leaves=4))
def test_the_canonical_form_means_the_same(node: Node) -> None:
    assert equivalent(str(node), canonical(node))


@pytest.mark.parametrize("text", ["", "& F a", "F a F b", "U ! a", "(a", "F a & & b", "F " * 500 + "a"])
def test_what_is_no_formula_is_refused(text: str) -> None:
    with pytest.raises(FormulaError):
        read_formula(text)


def test_infinite_words_tell_apart_what_finite_traces_do_not() -> None:
    assert not equivalent("G F a & G F b", "G F(a & b)")
    assert equivalent("!a W b", "!(!b U (a & !b))")
    assert satisfiable("G F a")
    assert not satisfiable("F a & G !a")
