"""The reader with a tagger trained in seconds."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.translate.engine import Engine, Reading, Status
from grounding.translate.free import AnswerStatus, answer_lifted
from grounding.translate.outline import Outline
from grounding.translate.reader.reader import Calibration, Reader, features

SEEN = "Open the drawer, then bring the crate to the dock."


def test_it_is_an_engine(reader: Reader) -> None:
    assert isinstance(reader, Engine)
    assert reader.describe().endswith(".")


def test_it_reads_what_is_like_what_it_has_seen(reader: Reader) -> None:
    reading = reader.read(SEEN)
    assert reading.status is Status.READ
    assert reading.outline is not None
    assert [frame.text for frame in reading.outline.frames] == ["open the drawer", "bring the crate to the dock"]
    assert reading.outline.order == ((0, 1),)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_without_words_there_is_nothing_to_read(reader: Reader, text: str) -> None:
    assert reader.outlines(text) == []
    assert reader.read(text).status is Status.UNREADABLE


def test_readings_differ_and_the_likeliest_comes_first(reader: Reader) -> None:
    for text in (SEEN, "Either wash it or go after that, finally mug", "a b c d e f"):
        found = reader.outlines(text)
        shares = [share for _, share in found]
        assert shares == sorted(shares, reverse=True)
        assert 0 < sum(shares) <= 1 + 1e-6
        keys = {(tuple(f.text for f in o.frames), o.order, o.either, tuple(r.text for r in o.rules)) for o, _ in found}
        assert len(keys) == len(found)


def test_it_always_reads_the_same(reader: Reader) -> None:
    assert reader.readings(SEEN) == reader.readings(SEEN)


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="abcdefghijklmnop ,.;!?-'_\"()[]{}<>0123456789éü\n", min_size=1, max_size=60))
def test_any_text_has_an_answer(reader: Reader, text: str) -> None:
    answer = answer_lifted(text, reader)
    assert answer.message or answer.question
    assert (answer.tree is None) is (answer.status is AnswerStatus.REJECTED)
    assert all(0 <= a <= b <= len(text) for a, b in answer.faults)


def test_a_reading_has_an_outline_if_and_only_if_it_was_read() -> None:
    with pytest.raises(ValueError, match="no outline"):
        Reading(Status.READ, "")
    with pytest.raises(ValueError, match="an outline"):
        Reading(Status.TIMEOUT, "", Outline())


@given(st.floats(0, 1), st.integers(0, 6))
def test_confidence_is_a_probability_that_grows_with_belief(share: float, unsure: int) -> None:
    outline = Outline(confidence=0.8**unsure)
    found = Calibration().confidence(features(share, outline))
    assert 0 < found < 1
    assert Calibration().confidence(features(min(1.0, share + 0.1), outline)) >= found
    assert Calibration().confidence(features(share, Outline(confidence=0.8 ** (unsure + 1)))) < found


def test_without_doubts_the_default_is_the_belief_itself() -> None:
    assert Calibration().confidence(features(0.7, Outline())) == pytest.approx(0.7)
    assert math.isclose(Calibration(offset=math.log(3), belief=0.0).confidence(features(0.2, Outline())), 0.75)
