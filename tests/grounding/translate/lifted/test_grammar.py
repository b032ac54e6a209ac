from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.logic.infinite import equivalent
from grounding.translate.lifted import senses
from grounding.translate.lifted.describe import describe
from grounding.translate.lifted.grammar import propose
from grounding.translate.lifted.notation import canonical
from grounding.translate.lifted.reading import Names
from grounding.translate.lifted.senses import atom
from grounding.translate.lifted.thesaurus import words_in
from grounding.translate.lifted.witness import shown_satisfiable

NAMES = Names.placeholders("abcd")


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("go past a", "F a"),
        ("visit a or b", "F(a | b)"),
        ("never enter d", "G !d"),
        ("stay in c", "G c"),
        ("please do not stop visiting d", "G F d"),
        ("tour a and b in whatever order", "F a & F b"),
        ("first a, then either b or c", "F(a & F(b | c))"),
        ("d may only be entered after c has been seen", "!d U c"),
        ("until c has been reached, keep away from a", "!a U c"),
        ("remain at d until c", "d U c"),
        ("every time you pass d, go to c directly after that", "G(d -> X c)"),
        ("whenever c is seen, d must be reached some time later", "G(c -> F d)"),
        ("once c has been visited never go to d", "G(c -> X G !d)"),
        ("visit d when and only when you saw c, at the next step", "G(c <-> X d)"),
        ("go to c, then d, but come back to c on no account", "F(c & F d)"),
        ("reach c while avoiding d, then go to d", "(!d U c) & F d"),
        ("patrol a and c, and never visit b", "G F a & G F c & G !b"),
        ("visit a then b, never c", "F(a & F b) & G !c"),
    ],
)
def test_sentences_of_nobody(text: str, formula: str) -> None:
    assert any(equivalent(canonical(p.formula), formula) for p in propose(text, NAMES)[:4]), propose(text, NAMES)


@pytest.mark.parametrize("text", ["", "hello there", "?!", "and or not until"])
def test_nothing_mentioned_nothing_meant(text: str) -> None:
    assert propose(text, NAMES) == []


@pytest.mark.parametrize("times", range(1, 5))
def test_counts_exclude_one_another(times: int) -> None:
    x = atom("a")
    most, least = senses.at_most(x, times), senses.at_least(x, times + 1)
    assert not shown_satisfiable(senses.all_of([most, least]))
    both = senses.all_of([senses.at_least(x, times), senses.at_most(x, times)])
    assert equivalent(str(both), str(senses.exactly(x, times)))


def test_stricter_orders_imply_weaker_ones() -> None:
    turn, order, once = senses.in_turn([*map(atom, "abc")]), senses.in_order("abc"), senses.in_order_once("abc")
    for strict, weak in ((once, order), (order, turn)):
        assert equivalent(f"({strict}) & ({weak})", str(strict))
        assert not equivalent(str(strict), str(weak))


WORDS = sorted(
    words_in("a b c d visit not never until after once then only before without at least three times and or if , must")
)


@given(st.lists(st.sampled_from(WORDS), max_size=12))
def test_any_words_give_formulas_over_what_they_mention(words: list[str]) -> None:
    for proposal in propose(" ".join(words), NAMES):
        assert set(proposal.formula.atoms) <= set(words)
        assert describe(proposal.formula)
