import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.errors import FormulaError
from grounding.logic.automaton import MAX_SECONDS, automaton, equivalent, satisfiable
from grounding.logic.formula import accepts

from .test_formula import NAMES, nodes

TRACES = st.lists(st.frozensets(st.sampled_from(NAMES)), min_size=1, max_size=7)


def holds_all_along(node, trace):
    """LTLf by structural recursion over suffixes, straight from the definition."""
    kids = node.children
    now = [holds_all_along(kid, trace) for kid in kids] if node.op not in ("X", "X[!]", "F", "G") else []
    rest = trace[1:]
    match node.op:
        case "atom":
            return node.atom in trace[0]
        case "1" | "0":
            return node.op == "1"
        case "!":
            return not now[0]
        case "&":
            return all(now)
        case "|":
            return any(now)
        case "->":
            return not now[0] or now[1]
        case "<->":
            return now[0] == now[1]
        case "xor":
            return now[0] != now[1]
        case "X":
            return not rest or holds_all_along(kids[0], rest)
        case "X[!]":
            return bool(rest) and holds_all_along(kids[0], rest)
        case "F":
            return any(holds_all_along(kids[0], trace[i:]) for i in range(len(trace)))
        case "G":
            return all(holds_all_along(kids[0], trace[i:]) for i in range(len(trace)))
        case "U":
            return now[1] or (now[0] and bool(rest) and holds_all_along(node, rest))
        case "W":
            return now[1] or (now[0] and (not rest or holds_all_along(node, rest)))
        case "R":
            return now[1] and (now[0] or not rest or holds_all_along(node, rest))
    assert node.op == "M"
    return now[1] and (now[0] or (bool(rest) and holds_all_along(node, rest)))


@settings(max_examples=300, deadline=None)
@given(nodes(leaves=5).filter(lambda node: node.temporal <= 6), TRACES)
def test_automaton_and_evaluator_agree_with_the_definition(node, trace):
    expected = holds_all_along(node, trace)
    built = automaton(str(node))
    state = built.run(map(built.letter, trace))
    assert (state in built.accepting) == expected
    assert accepts(str(node), trace) == expected


@settings(max_examples=100, deadline=None)
@given(nodes(leaves=4).filter(lambda node: node.temporal <= 5), TRACES)
def test_dead_and_settled_states_tell_the_future(node, trace):
    built = automaton(str(node))
    verdicts = [built.run(map(built.letter, trace[: i + 1])) for i in range(len(trace))]
    for i, state in enumerate(verdicts):
        if state in built.dead:
            assert not any(later in built.accepting for later in verdicts[i:])
        if state in built.settled:
            assert all(later in built.accepting for later in verdicts[i:])


@settings(max_examples=100, deadline=None)
@given(nodes(leaves=4).filter(lambda node: node.temporal <= 5))
def test_it_is_complete_and_minimal(node):
    built = automaton(str(node))
    letters = range(1 << len(built.atoms))
    reached = {built.initial}
    for state in (queue := [built.initial]):
        for letter in letters:
            fitting = [target for mask, value, target in built.edges[state] if letter & mask == value]
            assert fitting == [built.step(state, letter)]
            if fitting[0] not in reached:
                reached.add(fitting[0])
                queue.append(fitting[0])
    block = {state: state in built.accepting for state in reached}
    for _ in reached:
        signature = {s: (block[s], *(block[built.step(s, letter)] for letter in letters)) for s in reached}
        numbers = {value: i for i, value in enumerate(dict.fromkeys(signature.values()))}
        block = {s: numbers[signature[s]] for s in reached}
    assert len(set(block.values())) == len(reached) == built.states


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("F a & G !a", False),
        ("a & !a", False),
        ("X[!] a & X !a", False),
        ("X a & X !a", True),
        ("G a", True),
        ("0", False),
    ],
)
def test_satisfiable(formula, expected):
    assert satisfiable(formula) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("!F a", "G !a", True), ("a W b", "(a U b) | G a", True), ("F G a", "G F a", True), ("X a", "X[!] a", False)],
)
def test_equivalent(one, other, expected):
    assert equivalent(one, other) is expected


def test_large_alphabets_have_no_table_and_still_step():
    names = [f"p{i}" for i in range(20)]
    built = automaton(f"G({' | '.join(names)})")
    assert not built.table
    assert built.run([built.letter({name}) for name in names]) in built.accepting
    assert built.run([1, 0, 1]) in built.dead


def test_a_large_conjunction_is_satisfiable_without_a_translation():
    assert satisfiable(" & ".join(f"F p{i} & G !q{i}" for i in range(40)))


def test_a_large_partial_order_is_satisfiable_without_a_translation():
    order = [(7, 2), (3, 1), (19, 7), (11, 0), (2, 11)]
    goals = [f"F p{i}" for i in range(20)]
    assert satisfiable(" & ".join([*goals, *(f"(!p{b} U p{a})" for a, b in order)]))


def test_an_exploding_formula_is_cut_off_in_time():
    text = " & ".join(f"F(p{i} & X F q{i})" for i in range(14))
    start = time.monotonic()
    with pytest.raises(FormulaError, match=r"temporal operators|automaton of") as caught:
        automaton(text)
    assert time.monotonic() - start < MAX_SECONDS + 5
    assert "Split it" in str(caught.value)


def test_too_many_propositions_are_refused():
    with pytest.raises(FormulaError, match="100 propositions"):
        automaton(" & ".join(f"p{i}" for i in range(100)))


def test_automata_are_cached():
    assert automaton("F a & G b") is automaton("F a & G b")
