from __future__ import annotations

from collections import Counter

import pytest

from grounding.logic.formula import parse
from grounding.logic.infinite import equivalent
from grounding.translate.lifted.answer import LiftedStatus, placeholders, translate
from grounding.translate.lifted.describe import describe
from grounding.translate.lifted.filler import Filler
from grounding.translate.lifted.reading import MOST_PLACES
from grounding.translate.lifted.witness import holds


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("visit a, then b, and never c", "F(a & F b) & G !c"),
        ("Go to p1 and p2 in any order", "F p1 & F p2"),
        ("keep visiting room_1 forever", "G F room_1"),
        ("once you see q you must go to r at the next time step", "G(q -> X r)"),
    ],
)
def test_sentences_about_placeholders(text: str, formula: str) -> None:
    answer = translate(text)
    assert answer.status is not LiftedStatus.REJECTED
    assert equivalent(answer.formula, formula), answer
    assert 0 < answer.confidence <= 1
    assert answer.message


def test_twenty_places_are_all_kept() -> None:
    names = [f"p{i}" for i in range(20)]
    answer = translate(f"visit {', '.join(names[:-1])} and {names[-1]} in any order")
    assert set(parse(answer.formula).atoms) == set(names)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("visit " + " and ".join(f"p{i}" for i in range(MOST_PLACES + 1)), "at most 24"),
        ("visit a at least 30 times", "at most 10 times"),
        ("visit a at least twenty times", "says twenty"),
        ("go to b " * 300, "words"),
        ("hello there", "mentions none"),
        ("visit b, F(a) & G !a", "in words"),
        ("", "mentions none"),
    ],
)
def test_what_is_too_much_is_said(text: str, reason: str) -> None:
    answer = translate(text)
    assert answer.status is LiftedStatus.REJECTED
    assert not answer.formula
    assert reason in answer.message


def test_below_the_threshold_it_asks() -> None:
    answer = translate("go to a then b", sure=1.0)
    assert answer.status is LiftedStatus.UNSURE
    assert "?" in answer.message
    assert answer.alternatives


@pytest.mark.parametrize(
    ("text", "names"), [("take a walk to b", ["b"]), ("I see a", ["a"]), ("b, a and c2", ["b", "a", "c2"]), ("", [])]
)
def test_placeholders_are_found(text: str, names: list[str]) -> None:
    assert placeholders(text) == names


def test_what_is_said_of_one_colour_holds_for_another() -> None:
    colours = {"red": "r", "green": "c", "blue": "b"}
    texts = [f"{start} {colour}" for start in ("skip the", "no", "all but the") for colour in colours]
    rows = [(text.split(), Counter[str]()) for text in [*texts, "take green and blue , not red"]]
    filler = Filler.fit(rows, [*list(colours.values()) * 3, "r"])
    assert filler.signs == colours
    scores = filler.scores(["take", "red", "and", "blue", ",", "not", "green"], Counter())
    assert max(scores, key=scores.__getitem__) == "c"


@pytest.mark.parametrize("formula", ["a U b", "G(a -> X b)", "F(a & X b) | G !c", "!(a <-> b)", "a M (b | X a)"])
def test_words_and_descriptions_of_other_formulas(formula: str) -> None:
    node = parse(formula)
    assert describe(node)
    word = ([frozenset("a"), frozenset("ab"), frozenset()], 1)
    assert holds(node, word) != holds(parse(f"!({formula})"), word)
