"""Slips of the keyboard that are mended, and words that are left alone."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.levels.augment import losses, mishearings, noisy, typos
from grounding.levels.spelling import Speller, _slips

SPELLER = Speller(
    {"go": 50, "to": 50, "the": 90, "green": 20, "room": 60, "through": 9, "door": 30}, {"kitchen", "poor"}
)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("go to teh gren room", "go to the green room"),
        ("goto thegreen roomm", "go to the green room"),
        ("thruogh the doro", "through the door"),
        ("go to the kitchen", "go to the kitchen"),
        ("the poor room", "the poor room"),
        ("xyzzy", "xyzzy"),
        ("GO, x5!", "go , x 5 !"),
        ("", ""),
    ],
)
def test_mend(text: str, mended: str) -> None:
    assert SPELLER.mend(text) == mended


@given(st.text(max_size=40))
def test_mending_twice_is_mending_once(text: str) -> None:
    once = SPELLER.mend(text)
    assert SPELLER.mend(once) == once


def test_slips_count_swapped_neighbours_once() -> None:
    assert [_slips("teh", "the"), _slips("gren", "green"), _slips("room", "room"), _slips("", "go")] == [1, 1, 0, 2]


@given(st.integers(0, 500))
def test_noise_keeps_something_to_read(seed: int) -> None:
    text = "go to the red room then push the chair into the green room"
    assert noisy(text, Random(seed)).strip()
    assert len(typos(text, Random(seed)).split()) == len(text.split())
    assert set(losses(text, Random(seed)).split()) <= set(text.split())
    assert len(mishearings(text, Random(seed)).split()) == len(text.split())
