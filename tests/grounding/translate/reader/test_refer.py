from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.translate.reader.frames import frames
from grounding.translate.reader.judging import said_of
from grounding.translate.reader.pronouns import Context
from grounding.translate.reader.refer import Said, refer
from grounding.translate.reader.tags import words_of


def said(*tasks: str) -> list[Said]:
    context = Context()
    return [said_of(words_of(task), frames(words_of(task), context)) for task in tasks]


def pointed(words: str, tasks: list[Said], recent: list[int]) -> tuple[int, ...]:
    return refer([word.lower for word in words_of(words)], tasks, recent).tasks


KITCHEN = said("put the mug in the sink", "wash the red apple", "put a slice of bread on the plate", "heat the potato")


@pytest.mark.parametrize(
    ("words", "tasks"),
    [
        ("putting the mug in the sink", "0"),
        ("the mug", "0"),
        ("the mug is there", "0"),
        ("washing the apple", "1"),
        ("the apple has been washed", "1"),
        ("the apple is clean", "1"),
        ("placing the bread", "2"),
        ("the bread is on the plate", "2"),
        ("the hot potato", "3"),
        ("the potato is hot", "3"),
        ("the mug and the potato", "0 3"),
        ("washing the apple, heating the potato and placing the mug", "0 1 3"),
        ("that", "3"),
        ("you are done", "3"),
        ("both", "2 3"),
        ("all of that", "0 1 2 3"),
        ("these tasks", "0 1 2 3"),
        ("everything is done", "0 1 2 3"),
        ("completing the previous tasks", "0 1 2 3"),
        ("opening the door", ""),
    ],
)
def test_what_is_pointed_at(words: str, tasks: str) -> None:
    assert " ".join(map(str, pointed(words, KITCHEN, [3]))) == tasks


def test_recent_tasks_are_pointed_at_together() -> None:
    assert refer(["that"], KITCHEN, [1, 2]).tasks == (1, 2)


def test_without_tasks_nothing_is_pointed_at() -> None:
    assert refer(["that"], [], []).tasks == ()


def test_colours_tell_things_apart() -> None:
    cups = said("wash the red cup", "wash the blue cup")
    assert pointed("the red cup", cups, [1]) == (0,)
    assert pointed("the blue cup", cups, [1]) == (1,)
    assert refer(["the", "red", "cup"], cups, [1]).sure
    assert not refer(["the", "cup"], cups, [1]).sure


WORDS = st.lists(st.sampled_from(["the", "mug", "both", "that", "washing", "and", ",", "all", "slice", "x", "."]))


@given(WORDS, st.lists(st.sampled_from(["wash the mug", "put x away", "go", "sing"]), max_size=4))
def test_any_words_point_at_tasks_that_are_there(words: list[str], tasks: list[str]) -> None:
    found = refer(words, said(*tasks), [len(tasks) - 1] if tasks else [])
    assert list(found.tasks) == sorted(set(found.tasks))
    assert all(0 <= i < len(tasks) for i in found.tasks)
