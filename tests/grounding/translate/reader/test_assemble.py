"""Tagged instructions to outlines; see notation.py for how they are written."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.logic.formula import parse
from grounding.translate.compose import contradiction
from grounding.translate.lifting import lift, order_of, paraphrase
from grounding.translate.outline import Outline
from grounding.translate.reader.assemble import assemble
from grounding.translate.reader.synthetic import Writer
from grounding.translate.reader.tags import TAGS, allowed, words_of

from . import notation

POOL = "put wash it the mug . , after that and then not 1 - done both robot in"
A, B, C = "[task: Wash the mug]", "[task: put the pen in the box]", "[task: open the door]"
LINKED = [
    (f"{A} .", ""),
    (f"{A} , {B} and {C} .", ""),
    (f"{A} . {B} . {C} .", ""),
    (f"{A} , [then: then] {B} .", "1<2"),
    (f"{A} . [then: Then] {B} . [then: Next] , {C} .", "1<2 1<3 2<3"),
    (f"{A} and {B} . [then: Then] {C} .", "1<3 2<3"),
    (f"{A} . [last: Finally] , {B} .", "1<2"),
    (f"{A} . {B} . [last: Finally] , {C} .", "1<3 2<3"),
    (f"{A} . {B} . {C} [last: at the end] .", "1<3 2<3"),
    (f"[first: First] , {A} . {B} . {C} .", "1<2 1<3"),
    (f"{A} [first: first] . {B} . {C} .", "1<2 1<3"),
    ("[first: Start by] [task: washing the mug] , [then: followed by] [task: opening the door] .", "1<2"),
    (f"{A} , {B} and {C} , [chain: in that order] .", "1<2 1<3 2<3"),
    ("[task: Wash the mug, the fork and the pan] [chain: in that order] .", "1<2 1<3 2<3"),
    (f"do the following [chain: in order] : {A} , {B} , {C} .", "1<2 1<3 2<3"),
    (f"{A} . [free: At any time] , {B} .", ""),
    (f"{A} . [then: Then] {B} . [free: Whenever you like] , {C} .", "1<2"),
    (f"{A} . [before: Before that] , {B} .", "2<1"),
    (f"[then: Then] {A} .", ""),
    (f"[last: Finally] , {A} .", ""),
]
REFERRING = [
    (f"{A} . {B} . [after: After] [ref: washing the mug] , {C} .", "1<3"),
    (f"{A} . {B} . {C} [after: after] [ref: washing the mug] .", "1<3"),
    (f"{A} . {B} . [after: After] [ref: that] , {C} .", "2<3"),
    (f"{A} . {B} . [after: Once] [ref: that is done] , {C} .", "2<3"),
    (f"{A} . {B} . [after: Once] [ref: both are done] , {C} .", "1<3 2<3"),
    (f"{A} . {B} . [after: After] [ref: completing these tasks] , {C} .", "1<3 2<3"),
    (f"{A} . {B} . [after: After] [ref: the mug and the pen] , {C} .", "1<3 2<3"),
    (f"{A} . {B} . [after: When] [ref: the mug is clean] , {C} .", "1<3"),
    (f"{A} . {B} . [before: Before] [ref: washing the mug] , {C} .", "3<1"),
    (f"{A} . [after: After] [ref: washing the mug] , {B} and {C} .", "1<2 1<3"),
    (f"{C} . {B} [after: after] [ref: the door is open] .", "1<2"),
    ("[task: Heat the potato] . [task: Slice the bread] . [after: Once] [ref: the potato is hot] , "
     "[task: put the bread on it] .", "1<3"),
]  # fmt: skip
SAID_IN_A_REFERENCE = [
    (f"{A} [after: after] [ref: opening the drawer] .", "2<1"),
    (f"{A} [before: before] [ref: opening the drawer] .", "1<2"),
    (f"{A} [before: before] [ref: you open the drawer] .", "1<2"),
    (f"[after: After] [task: opening the drawer] , {A} .", "1<2"),
    (f"[before: Before] [task: opening the drawer] , {A} .", "2<1"),
    (f"{A} [before: before] [task: opening the drawer] .", "1<2"),
    (f"{A} [after: after] [task: opening the drawer] .", "2<1"),
    (f"{A} [after: after] [ref: opening the drawer] . [task: Open the top drawer] .", "2<1"),
    (f"[before: Before] [ref: opening the drawer] , {A} . [task: Open the drawer] . [then: Then] {B} .", "1<3 2<1 2<3"),
]
REPAIRED = [
    ("[back: Put the mug in the box , scratch that ,] [task: open the door] .", ["open the door"]),
    ("[task: Put the mug on the] [back: red plate , no , the] [+task: blue plate] .",
     ["put the mug on the blue plate"]),
    ("[task: Put the mug on the] [back: desk , er , the] [+task: shelf] [then: then] [task: wash it] .",
     ["put the mug on the shelf", "wash the mug"]),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "order"), [*LINKED, *REFERRING, *SAID_IN_A_REFERENCE])
def test_order(marked: str, order: str) -> None:
    assert notation.order(marked) == order


@pytest.mark.parametrize(("marked", "_"), SAID_IN_A_REFERENCE)
def test_what_a_reference_speaks_of_is_one_task(marked: str, _: str) -> None:
    texts = [frame.text for frame in notation.read(marked).frames]
    assert len(set(texts)) == len(texts) == (3 if B in marked else 2)


@pytest.mark.parametrize(("marked", "texts"), REPAIRED)
def test_what_was_taken_back_is_gone(marked: str, texts: list[str]) -> None:
    assert [frame.text for frame in notation.read(marked).frames] == texts


def test_choices() -> None:
    for marked in (f"[either: Either] {A} [or: or] {B} .", f"{A} [or: or] {B} , your choice ."):
        outline = notation.read(marked)
        assert outline.either == (((0,), (1,)),)
        assert outline.order == ()
    outline = notation.read(f"[either: Either] {A} [or: or] {B} . [then: Then] {C} .")
    assert outline.either == (((0,), (1,)),)
    assert outline.order == ((0, 2), (1, 2))
    outline = notation.read(f"[either: Either] {A} and [then: then] {B} , [or: or] {C} .")
    assert outline.either == (((0, 1), (2,)),)
    assert outline.order == ((0, 1),)
    outline = notation.read("[either: Either] [task: wash the mug] [or: or] [task: put the mug away] .")
    assert outline.order == ()
    assert notation.read(f"{A} [or: or] .").either == ()


def test_partners_have_no_order_between_them_and_are_both_waited_for() -> None:
    outline = notation.read(f"{A} . [free: Meanwhile] , {B} . [then: Then] {C} .")
    assert outline.together == ((0, 1),)
    assert outline.order == ((0, 2), (1, 2))


def test_rules() -> None:
    text = f"[rule: Never enter Anna's lab] . {A} . [rule: Keep the t-shirt dry] ."
    outline = notation.read(text)
    assert [rule.text for rule in outline.rules] == ["Never enter Anna's lab", "Keep the t-shirt dry"]
    assert len(outline.frames) == 1
    assert outline.order == ()


def test_offsets_are_those_of_the_text() -> None:
    words, tags = notation.tagged(f"Hi , [rule: never run] ; {A} and {B} .")
    text = "Hi , never run ; Wash the mug and put the pen in the box ."
    outline = assemble(words, tags)
    assert [text[part.start : part.end] for part in (*outline.rules, *outline.frames)] == [
        "never run", "Wash the mug", "put the pen in the box",
    ]  # fmt: skip


def test_a_reference_that_could_mean_two_tasks_is_less_sure() -> None:
    cups = "[task: Wash the red cup] . [task: Wash the blue cup] ."
    assert notation.read(f"{cups} [after: After] [ref: washing the red cup] , {C} .").confidence == 1.0
    assert notation.read(f"{cups} [after: After] [ref: washing the cup] , {C} .").confidence < 1.0


def test_repetitions_are_noticed() -> None:
    outline = notation.read(f"{A} . {B} . [then: Then] [task: wash the mug] .")
    assert len(outline.frames) == 3
    assert any("wash the mug" in note for note in outline.notes)
    assert notation.read(f"{A} . {B} .").notes == ()


@pytest.mark.parametrize(
    "marked",
    [
        f"{A} [before: before] [ref: opening the door] . {C} [before: before] [ref: washing the mug] .",
        f"{A} [after: after] [ref: opening the door] . {C} [after: after] [ref: washing the mug] .",
    ],
)
def test_circles_are_reported(marked: str) -> None:
    outline = notation.read(marked)
    loop = contradiction(outline)
    assert loop is not None
    assert loop.first != loop.second
    assert {(loop.first, loop.second), (loop.second, loop.first)} <= set(outline.order)


def sound(text: str, outline: Outline) -> None:
    """Everything that whoever takes an outline relies on."""
    number = len(outline.frames)
    indices = {i for pair in outline.order for i in pair}
    indices |= {i for options in outline.either for option in options for i in option}
    indices |= {i for own in outline.together for i in own}
    assert all(0 <= i < number for i in indices)
    assert all(0 <= part.start < part.end <= len(text) for part in (*outline.frames, *outline.rules))
    assert 0 < outline.confidence <= 1
    for options in outline.either:
        assert len(options) > 1
        chosen = [i for option in options for i in option]
        assert len(set(chosen)) == len(chosen)
    closed = set(outline.order)
    assert {(a, d) for a, b in closed for c, d in closed if b == c} <= closed
    loop = contradiction(outline)
    if loop is None and number:
        lifted = lift(text, outline)
        told = set(order_of(lifted.ids, lifted.tree))
        assert told == closed if not outline.either else told >= closed
        assert all(parse(formula) for level in lifted.spec.levels for formula in level.values())
        assert paraphrase(lifted.tree)
    assert (loop is None) or any((b, a) in closed for a, b in closed) or outline.either


@given(st.integers(0, 10**6), st.floats(0, 1))
def test_whatever_the_tags_an_outline_is_sound(seed: int, wrong: float) -> None:
    draw = random.Random(seed)
    made = Writer([], seed).instruction()
    words, tags = words_of(made.text), list(made.tags)
    for i in range(len(tags)):
        before = tags[i - 1] if i else None
        if draw.random() < wrong or not allowed(before, tags[i]):
            tags[i] = draw.choice([tag for tag in TAGS if allowed(before, tag)])
    sound(made.text, assemble(words, tags))


@given(st.lists(st.sampled_from(TAGS), min_size=1, max_size=24), st.integers(0, 1000))
def test_even_tags_that_are_not_allowed_are_put_up_with(tags: list[str], seed: int) -> None:
    draw = random.Random(seed)
    text = " ".join(draw.choice(POOL.split()) for _ in tags)
    sound(text, assemble(words_of(text), tags))
