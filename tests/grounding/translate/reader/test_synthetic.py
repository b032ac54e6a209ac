from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.translate.reader.assemble import assemble
from grounding.translate.reader.phrases import Grammar, of_person
from grounding.translate.reader.synthetic import Writer, human_phrases
from grounding.translate.reader.tags import LINKS, MOST_WORDS, SPANS, TAGS, allowed, segments, words_of

PEOPLE = [
    "Put a chilled tomato in the sink.",
    "wash the mug and put it on the shelf",
    "Go!",
    "Find two pens. Drop them.",
]


@given(st.integers(0, 10**9), st.booleans())
def test_tags_fit_the_words(seed: int, human: bool) -> None:
    made = Writer(human_phrases(PEOPLE) if human else [], seed).instruction()
    words = words_of(made.text)
    assert 0 < len(words) == len(made.tags) <= MOST_WORDS
    assert set(made.tags) <= set(TAGS)
    assert all(allowed(a, b) for a, b in pairwise((None, *made.tags)))  # type: ignore[arg-type]
    for segment in segments(made.tags):
        if segment.kind in (*SPANS, *LINKS) and segment.kind != "back":
            assert any(word.text[0].isalnum() for word in words[segment.first : segment.last])


def test_equal_seeds_write_the_same() -> None:
    one, same, other = (list(Writer(human_phrases(PEOPLE), seed).instructions(20)) for seed in (1, 1, 2))
    assert one == same
    assert one != other


def test_all_tags_are_written() -> None:
    written = {tag for made in Writer(human_phrases(PEOPLE), 0).instructions(800) for tag in made.tags}
    assert written == set(TAGS)


def test_what_is_written_has_tasks_that_are_understood() -> None:
    texts = Writer([], 5).instructions(120)
    frames = [frame for made in texts for frame in assemble(words_of(made.text), made.tags).frames]
    known = sum(frame.predicate != "unknown" for frame in frames)
    assert known > 0.8 * len(frames)


def test_people_are_quoted_as_they_speak() -> None:
    found = human_phrases([*PEOPLE, PEOPLE[0]])
    assert [phrase.text for phrase in found] == [
        "put a chilled tomato in the sink", "wash the mug and put it on the shelf",
    ]  # fmt: skip
    assert found[0].gerund == "putting a chilled tomato in the sink"
    assert "the chilled tomato is in the sink" in found[0].done
    assert human_phrases([]) == []


@pytest.mark.parametrize("text", ["", "wash", "Wash it. Dry it.", "go; stop here now", "word " * 30, " . "])
def test_what_is_no_plain_phrase_is_left_out(text: str) -> None:
    assert of_person(text) is None


@settings(max_examples=30, deadline=None)
@given(st.randoms(use_true_random=False))
def test_phrases_are_single_clauses_of_plain_words(draw: object) -> None:
    grammar = Grammar(draw)  # type: ignore[arg-type]
    for _ in range(5):
        phrase = grammar.phrase(grammar.theme())
        for text in (phrase.text, *phrase.short, *phrase.done):
            assert text == " ".join(text.split())
            assert not set(text) & set(".;!?[]{}")
