from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.translate.reader.phrases import FRUIT, HOME, KITCHEN, PUT, STATE_VERBS, TOYS, WORK
from grounding.translate.reader.stems import stem
from grounding.translate.words import plural, verb_forms

NOUNS = sorted({*f"{FRUIT} {KITCHEN} {HOME} {WORK} {TOYS}".split()})


@pytest.mark.parametrize(
    "forms",
    [
        "place places placed placing",
        "rinse rinses rinsed rinsing",
        "drop drops dropped dropping",
        "wash washes washed washing",
        "put puts putting",
        "take takes took taken taking",
        "bring brings brought bringing",
        "carry carries",
        "slice slices sliced slicing",
        "box boxes",
        "knife knives",
        "tomato tomatoes",
        "glass glasses",
        "mug mugs mug's mug’s Mug",
        "shelf shelves",
    ],
)
def test_forms_of_one_word_share_their_stem(forms: str) -> None:
    assert len({stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize("pair", ["bread bred", "red read", "ring rin", "thing th", "bed b", "glass glas", "bus bu"])
def test_different_words_keep_different_stems(pair: str) -> None:
    one, other = pair.split()
    assert stem(one) != stem(other)


@pytest.mark.parametrize("noun", NOUNS)
def test_plurals_are_known(noun: str) -> None:
    assert stem(plural(noun)) == stem(noun)


@pytest.mark.parametrize("verb", sorted({*f"{PUT} {STATE_VERBS}".split()} - {"leave"}))
def test_participles_are_known(verb: str) -> None:
    assert stem(verb_forms(verb)["gerund"][0]) == stem(verb)


@given(st.from_regex(r"[b-df-z][a-z]{0,11}", fullmatch=True))
def test_any_word_has_a_stem_whatever_its_case(word: str) -> None:
    assert 0 < len(stem(word)) <= len(word) + 1
    assert stem(word) == stem(word.upper()) == stem(f"{word}'s")


def test_stems_of_nouns_stay_as_they_are() -> None:
    assert [noun for noun in NOUNS if stem(stem(noun)) != stem(noun)] == []
