"""Answers to questions: by number, by telling words, both, none; what tells nothing is not guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.language.answers import choose

MUGS = ("Wash the red mug.", "Wash the blue mug.")
ORDERS = ("First go to the lobby. Then go to the kitchen.", "First go to the kitchen. Then go to the lobby.")
THREE = ("Put the cup on the shelf.", "Put the cup in the sink.", "Wash the cup.")


@pytest.mark.parametrize(
    ("text", "options", "chosen"),
    [
        ("2", MUGS, (1,)),
        ("1.", MUGS, (0,)),
        ("two", MUGS, (1,)),
        ("option two", MUGS, (1,)),
        ("number 1 please", MUGS, (0,)),
        ("option one", MUGS, (0,)),
        ("the second one", MUGS, (1,)),
        ("the first", MUGS, (0,)),
        ("I mean the 2nd", MUGS, (1,)),
        ("the last one", THREE, (2,)),
        ("third", THREE, (2,)),
        ("the red one", MUGS, (0,)),
        ("Blue!", MUGS, (1,)),
        ("the red mug, please", MUGS, (0,)),
        ("wash the blue mug", MUGS, (1,)),
        ("the lobby first", ORDERS, (0,)),
        ("kitchen first", ORDERS, (1,)),
        ("the lobby last", ORDERS, (1,)),
        ("in the sink", THREE, (1,)),
        ("wash it", THREE, (2,)),
        ("both", MUGS, (0, 1)),
        ("no, both", MUGS, (0, 1)),
        ("both of them", MUGS, (0, 1)),
        ("neither", MUGS, ()),
        ("none of them", MUGS, ()),
        ("no", ("Clean the bowl.",), ()),
        ("yes", ("Clean the bowl.",), (0,)),
        ("that is right", ("Clean the bowl.",), (0,)),
    ],
)
def test_an_answer_picks(text: str, options: tuple[str, ...], chosen: tuple[int, ...]) -> None:
    found = choose(text, options)
    assert found.resolved, found.reason
    assert found.chosen == chosen


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        ("the mug", MUGS, "Several answers"),
        ("the cup", THREE, "Several answers"),
        ("the green one", MUGS, "'green'"),
        ("red and blue", MUGS, "Several answers"),
        ("3", MUGS, "only 2"),
        ("the third one", MUGS, "only 2"),
        ("yes", MUGS, "more than one"),
        ("", MUGS, "1 or 2"),
        ("?!", MUGS, "1 or 2"),
        ("go to the moon", ORDERS, "'moon'"),
        ("2", (), "which one"),
    ],
)
def test_what_does_not_tell_options_apart_is_not_guessed(text: str, options: tuple[str, ...], reason: str) -> None:
    found = choose(text, options)
    assert not found.resolved
    assert found.chosen == ()
    assert reason in found.reason
    assert found.reason.endswith(".")


_WORDS = st.sampled_from(["wash", "the", "red", "blue", "mug", "first", "then", "go", "lobby", "two", "no", "last"])
_OPTIONS = st.lists(st.lists(_WORDS, min_size=1, max_size=6).map(" ".join), min_size=1, max_size=4, unique=True)


@given(st.text(max_size=40) | st.lists(_WORDS, max_size=6).map(" ".join), _OPTIONS)
def test_any_answer_picks_options_that_are_there_or_says_why_not(text: str, options: list[str]) -> None:
    found = choose(text, options)
    assert all(0 <= i < len(options) for i in found.chosen)
    assert found.resolved is not bool(found.reason)
    assert found.resolved or not found.chosen


@given(_OPTIONS, st.data())
def test_a_number_picks_its_option_whatever_the_options_say(options: list[str], data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(options) - 1))
    if str(i + 1) not in options:
        assert choose(str(i + 1), options).chosen == (i,)


def test_the_same_answer_means_the_same_when_options_change_places() -> None:
    for text in ("the red one", "blue", "the red mug"):
        one, other = choose(text, MUGS), choose(text, MUGS[::-1])
        assert MUGS[one.chosen[0]] == MUGS[::-1][other.chosen[0]]
