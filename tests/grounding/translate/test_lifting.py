from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.logic.formula import atoms, parse
from grounding.translate.lifting import goal, lift, name, paraphrase
from grounding.translate.outline import Frame, Outline, Rule
from grounding.translate.reader.frames import frames
from grounding.translate.reader.pronouns import Context
from grounding.translate.reader.tags import words_of


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("the Red mug's lid", "red_mugs_lid"),
        ("t-shirt", "t_shirt"),
        ("2 pens", "n2_pens"),
        ("and", "nand"),
        ("True", "ntrue"),
        ("crème brûlée", "creme_brulee"),
        ("my x/y box", "x_y_box"),
        ("the", ""),
        ("!!", ""),
    ],
)
def test_names(words: str, expected: str) -> None:
    assert name(words) == expected


@given(st.text(max_size=90))
def test_names_are_empty_or_atoms_of_formulas(words: str) -> None:
    found = name(words)
    assert found == "" or atoms(found) == {found}


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        ("put the mug in the sink", "in.mug.sink"),
        ("put the mug onto the desk", "on.mug.desk"),
        ("put the mug next to the laptop", "at.mug.laptop"),
        ("put the mug on top of the fridge", "on.mug.fridge"),
        ("put the mug in front of the fridge", "at.mug.fridge"),
        ("put the mug away", "is.mug.away"),
        ("put a clean mug in the sink", "in.mug.sink & is.mug.clean"),
        ("rinse the mug and put it on the shelf", "on.mug.shelf & is.mug.clean"),
        ("wash the mug", "is.mug.clean"),
        ("heat the mug", "is.mug.hot"),
        ("pick up the mug", "holding.self.mug"),
        ("grab the mug on the table", "holding.self.mug"),
        ("go to the kitchen", "at.self.kitchen"),
        ("come back", "at.self.there"),
        ("turn on the lamp", "is.lamp.on"),
        ("turn off the lamp", "!is.lamp.on"),
        ("open the door", "is.door.open"),
        ("close the door", "!is.door.open"),
        ("examine the book under the lamp", "is.book.examined"),
        ("use the drill", "is.drill.use_done"),
    ],
)
def test_goals(task: str, expected: str) -> None:
    (frame,) = frames(words_of(task), Context())
    assert " & ".join(map(str, goal(frame))) == expected


def test_a_thing_is_never_taken_for_the_robot() -> None:
    assert "self" not in str(goal(Frame("wash the Ø", "clean", "Ø"))[0])


ANY = st.text(max_size=20)


@given(ANY, ANY, st.one_of(st.just(""), ANY.map("in {}".format)), st.sampled_from(("put", "clean", "go", "pick up")))
def test_any_frame_has_formulas_that_can_be_read(text: str, thing: str, where: str, predicate: str) -> None:
    frame = Frame(text or "x", predicate, thing, where, ("clean",))
    lifted = lift(text, Outline((frame, frame), ((0, 1),), rules=(Rule(text or "x"),)))
    assert all(parse(formula) for level in lifted.spec.levels for formula in level.values())


WASH, OPEN, REST = (
    Frame("wash the mug", "clean", "mug"),
    Frame("open the door", "open", "door"),
    Frame("go to the lab", "go", "", "the lab"),
)


@pytest.mark.parametrize(
    ("outline", "said"),
    [
        (Outline((WASH,)), "Wash the mug."),
        (Outline((WASH, OPEN)), "Wash the mug. Open the door."),
        (Outline((WASH, OPEN), ((0, 1),)), "First wash the mug. Then open the door."),
        (Outline((WASH, OPEN), ((1, 0),)), "First open the door. Then wash the mug."),
        (
            Outline((WASH, OPEN, REST), ((0, 2), (1, 2))),
            "First wash the mug and open the door in any order. Then go to the lab.",
        ),
        (Outline((WASH, OPEN), either=(((0,), (1,)),)), "Either wash the mug or open the door."),
        (Outline((WASH,), rules=(Rule("never run."),)), "Wash the mug. Never run."),
    ],
)
def test_paraphrases(outline: Outline, said: str) -> None:
    assert paraphrase(lift("text", outline).tree) == said


def test_what_is_known_of_frames_is_in_the_tree() -> None:
    named = Frame("open the door", "open", "door", robot="robot 1")
    lifted = lift("the words", Outline((WASH, named), ((0, 1),), rules=(Rule("never enter the lab"),)))
    first, second = lifted.tree.root.children
    assert (first.text, second.robots) == ("wash the mug", ("robot 1",))
    assert lifted.tree.instruction == "the words"
    assert [rule.text for rule in lifted.tree.root.rules] == ["never enter the lab"]
    assert {leaf.text for leaf in lifted.spec.leaves.values()} == {"wash the mug", "open the door"}
    assert lift("x", Outline((WASH,))).tree.level == "L2"
    assert lifted.tree.level == "L3"
