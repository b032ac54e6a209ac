import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.errors import FormulaError
from grounding.logic.formula import (
    BINARY,
    MAX_LENGTH,
    UNARY,
    Node,
    accepts,
    atoms,
    conjuncts,
    parse,
    rename,
)

NAMES = ("a", "on.self.x", "is.any.camera_on")


def nodes(names=NAMES, leaves=4):
    base = st.sampled_from([Node("atom", atom=name) for name in names] + [Node("1"), Node("0")])
    return st.recursive(base, _grown, max_leaves=leaves)


def _grown(inner):
    many = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        st.builds(lambda op, a: Node(op, (a,)), st.sampled_from(UNARY), inner),
        st.builds(lambda op, a, b: Node(op, (a, b)), st.sampled_from(BINARY), inner, inner),
        st.builds(lambda op, kids: Node(op, _flat(op, kids)), st.sampled_from(("&", "|")), many),
    )


def _flat(op, kids):
    return tuple(c for kid in kids for c in (kid.children if kid.op == op else (kid,)))


@given(nodes(leaves=12))
def test_text_reads_back(node):
    assert parse(str(node)) == node


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<>a && []!b", "F a & G !b"),
        ("Fon.x", "F on.x"),
        ("GFa", "G F a"),
        ("not a or b and c", "(!a) | (b & c)"),
        ("a -> b -> c", "a -> (b -> c)"),
        ("a U b U c", "a U (b U c)"),
        ("!p2 U p1", "(!p2) U p1"),
        ("F a U b", "(F a) U b"),
        ("a & b U c | d", "(a & (b U c)) | d"),
        ("a ^ b xor c", "a xor (b xor c)"),
        ("a /\\ b \\/ ~c", "(a & b) | !c"),
        ("a => b <=> c", "a -> (b <-> c)"),
        ("X[!]a", "X[!] a"),
        ("true & false", "1 & 0"),
    ],
)
def test_spellings_and_precedence(one, other):
    assert parse(one) == parse(other)


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("", "the end", "a name, '('"),
        ("   ", "the end", "a name, '('"),
        ("F(at.self.m1", "the end", "')' was expected, for the '(' at character 2"),
        ("a b", "'b' at character 3", "an operator such as '&' or the end"),
        ("a &", "the end", "a name, '('"),
        ("(a))", "')' at character 4", "or the end was expected"),
        ("at.self.", "'.' at character 8", "neither an operator nor a name"),
        ("Q a", "'Q' at character 1", "neither an operator nor a name"),
        ("a U & b", "'&' at character 5", "a name, '('"),
        ("a == b", "'==' at character 3", "neither"),
        ("go to the kitchen", "'to' at character 4", "an operator"),
        ("(" * 300 + "a" + ")" * 300, "at character 102", "nested deeper than 100"),
        ("!" * 5000 + "a", "at character", "nested deeper than 100"),
        ("a -> " * 2000 + "a", "at character", "nested deeper than 100"),
        ("(a U " * 2000 + "a", "at character", "nested deeper than 100"),
        ("a & " * MAX_LENGTH, "", "is too long"),
    ],
)
def test_errors_say_where_and_what(text, position, expected):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert position in str(caught.value)
    assert expected in str(caught.value)
    assert len(str(caught.value)) < 400


@given(st.text(alphabet="aFGXU!&|()<>[].-01 m", max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        node = parse(text)
    except FormulaError:
        return
    assert parse(str(node)) == node


def test_atoms_rename_conjuncts():
    text = "F(on.a.b & !on.a.c) & G(holding.self.a -> !at.self.hall)"
    assert atoms(text) == {"on.a.b", "on.a.c", "holding.self.a", "at.self.hall"}
    assert rename(text, {"at.self.hall": "at.robot_1.hall"}).endswith("!at.robot_1.hall)")
    assert conjuncts(text) == ("F(on.a.b & !on.a.c)", "G(holding.self.a -> !at.self.hall)")
    assert conjuncts("a | b") == ("a | b",)


@pytest.mark.parametrize(
    ("formula", "trace", "expected"),
    [
        ("G a", "a a a", True),
        ("G a", "a - a", False),
        ("F b", "a a b", True),
        ("X a", "a", True),
        ("X[!] a", "a", False),
        ("X[!] a", "- a", True),
        ("a U b", "a a b", True),
        ("a U b", "a a a", False),
        ("a W b", "a a a", True),
        ("b R a", "a ab -", True),
        ("b M a", "a a a", False),
        ("b M a", "a ab", True),
        ("a xor b", "ab", False),
        ("1", "-", True),
        ("F 0", "- -", False),
    ],
)
def test_meaning_on_finite_traces(formula, trace, expected):
    letters = [set(letter) - {"-"} for letter in trace.split()]
    assert accepts(formula, letters) is expected


def test_the_empty_trace_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        accepts("a", [])
