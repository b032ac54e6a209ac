from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grounding.translate.lifted.reading import Names, features
from grounding.translate.lifted.thesaurus import grouped, stem

LETTERS = Names.placeholders("abcdh")


def test_the_article_is_no_place() -> None:
    assert LETTERS.read("make a single visit to b and then a").mentions == ("b", "a")
    assert LETTERS.read("visit a").mentions == ("a",)


def test_clauses_read_the_same_in_either_order() -> None:
    assert LETTERS.read("after you visit a go to b").mentions == LETTERS.read("go to b after you visit a").mentions


def test_chains_are_read_in_the_order_of_time() -> None:
    assert LETTERS.read("visit b after a visit c after b").mentions == ("a", "b", "c")
    assert LETTERS.read("do not go to c until b and do not go to b until a").mentions == ("a", "b", "c")
    assert LETTERS.read("c after b b after a a after c").mentions == ("c", "b", "a")  # impossible: as mentioned


def test_numbers_and_once() -> None:
    assert LETTERS.read("visit a no more than five times").number == 5
    assert LETTERS.read("visit a exactly once").number == 1
    assert LETTERS.read("once you visit a go to b").number is None


def test_names_of_several_words() -> None:
    names = Names.placeholders(["red_room", "landmark_1", "landmark_2"])
    assert names.read("go from landmark one to the Red Room").mentions == ("landmark_1", "red_room")


@given(st.text(max_size=300))
def test_any_text_is_read(text: str) -> None:
    reading = LETTERS.read(text)
    assert set(reading.mentions) <= set("abcdh")
    assert features(reading)


def test_words_of_one_meaning_are_one() -> None:
    one = LETTERS.read("keep on visiting b without stopping")
    other = LETTERS.read("continue to visit b forever")
    assert grouped(one.tokens) == grouped(other.tokens)
    assert stem("visiting") == stem("visited") == stem("visits")
