from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.translate.reader.tags import MOST_WORDS, NUMBER, TAGS, allowed, segments, sentences_of, words_of

from . import notation

TEXTS = st.text(alphabet="abcXYZ 019.,;!?'’-_()\n\t\"éßñ", max_size=80)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("  \n ", ""),
        ("Put it down, then rest.", "Put|it|down|,|then|rest|."),
        ("Anna's mug", "Anna's|mug"),
        ("robot_2 to d11", "robot|_|2|to|d|11"),
        ("a t-shirt (red)", "a|t|-|shirt|(|red|)"),
        ("wash it\r\nrest  \ngo.\nstop", "wash|it|.|rest|.|go|.|stop"),
        ("Café crème", "Café|crème"),
        ("well... go", "well|,|go"),
    ],
)
def test_words(text: str, words: str) -> None:
    assert "|".join(word.text for word in words_of(text)) == words


@given(TEXTS)
def test_words_are_where_they_say_and_nothing_but_space_is_lost(text: str) -> None:
    text = re.sub(r"\.{2,}|…", ",", text)  # pauses have their own test
    words = words_of(text)
    for word in words:
        assert text[word.start : word.end] == word.text or (text[word.start : word.end], word.text) == ("\n", ".")
    assert "".join(text[word.start : word.end].strip() for word in words) == "".join(text.split())
    assert all(a.end <= b.start for a, b in pairwise(words))


def test_endless_texts_are_cut() -> None:
    assert len(words_of("mug " * 3 * MOST_WORDS)) == MOST_WORDS


@given(TEXTS | st.integers(0, 300).map(lambda n: "mug " * n + "."))
def test_sentences_cover_all_words_and_are_short(text: str) -> None:
    words = words_of(text)
    found = sentences_of(words)
    assert [i for a, b in found for i in range(a, b)] == list(range(len(words)))
    assert all(0 < b - a <= 60 for a, b in found)


@given(st.lists(st.sampled_from(TAGS), max_size=30))
def test_segments_cover_all_tags(tags: list[str]) -> None:
    found = segments(tags)
    assert [i for s in found for i in range(s.first, s.last)] == list(range(len(tags)))
    for segment in found:
        own = tags[segment.first : segment.last]
        assert {tag.partition("-")[2] or tag for tag in own} == {segment.kind}
        assert not any(tag.startswith("B-") for tag in own[1:])
        assert segment.opens is not own[0].startswith("I-")


@pytest.mark.parametrize(
    ("before", "tag", "may"),
    [
        (None, "B-task", True),
        (None, "I-task", False),
        ("B-task", "I-task", True),
        ("I-task", "I-task", True),
        ("B-ref", "I-task", False),
        ("O", "I-task", False),
        ("I-back", "I-task", True),
        ("I-back", "I-ref", False),
        ("then", "B-task", True),
        ("I-task", "then", True),
    ],
)
def test_which_tag_may_follow(before: str | None, tag: str, may: bool) -> None:
    assert allowed(before, tag) is may


def test_every_tag_has_its_own_number() -> None:
    assert [TAGS[NUMBER[tag]] for tag in TAGS] == list(TAGS)
    assert len(NUMBER) == len(TAGS)


def test_the_notation_of_these_tests() -> None:
    words, tags = notation.tagged("[task: Put it] , [then: then] [task: on the] [back: red] [+task: one] .")
    assert " ".join(f"{w.text}/{t}" for w, t in zip(words, tags, strict=True)) == (
        "Put/B-task it/I-task ,/O then/then on/B-task the/I-task red/B-back one/I-task ./O"
    )
