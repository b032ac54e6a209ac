"""Frames of free English in a world: what they stand for, and what is said where they stand for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from grounding.state import initial_state
from grounding.translate.controlled import translate
from grounding.translate.frames import GroundingStatus, ground
from grounding.translate.mentions import Finder
from grounding.translate.outline import Frame
from grounding.translate.paraphrase import paraphrase
from grounding.translate.references import RejectionError
from grounding.world import World
from grounding.worldfile import load_world

TABLE = Path(__file__).parent / "household_frames.txt"
ROWS = [
    [field.strip() for field in line.split(" |")]
    for line in TABLE.read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.fixture(scope="module")
def household() -> World:
    return load_world("household")


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_household_frames_are_grounded(household: World, row: list[str]) -> None:
    text, predicate, thing, destination, states, wanted = row
    found = ground(Frame(text, predicate, thing, destination, tuple(states.split())), household)
    if wanted.startswith("! "):
        assert (found.status, found.message, found.node) == (GroundingStatus.REJECTED, wanted.removeprefix("! "), None)
        return
    assert (found.status, found.sentence) == (GroundingStatus.GROUNDED, wanted)
    assert found.node is not None
    tree = translate(wanted, household).tree
    assert tree is not None
    again = translate(paraphrase(tree, household), household).tree
    assert again is not None
    assert again.root == tree.root


def test_what_is_passed_over_is_said(household: World) -> None:
    cases = {
        Frame("put keys back", "put", "keys", "back"): "I take back to mean the armchair.",
        Frame("put two pens on the bed", "put", "two pens", "on the bed"): "Of 'two pens' there is only the pen here.",
        Frame("put a cup by the coffee machine", "put", "cup", "by the coffee machine"): (
            "By the coffee machine I take to be the island."
        ),
        Frame("put a pot filled with water on the stove", "put", "pot filled with water", "on the stove"): (
            "Robots here cannot fill things, so 'water' is passed over."
        ),
    }
    for frame, note in cases.items():
        assert ground(frame, household).message == note


def test_colours_count_where_things_differ_by_them() -> None:
    table = load_world("table")
    found = ground(Frame("put the shiny red apple on the big blue plate", "put", "shiny red apple",
                         "on the big blue plate"), table)  # fmt: skip
    assert found.sentence == "put the red apple on the blue plate"
    purple = ground(Frame("put the lemon on the purple plate", "put", "lemon", "on the purple plate"), table)
    assert purple.status is GroundingStatus.REJECTED
    assert purple.message.startswith("There is no purple plate here; there is")


def test_any_of_a_kind_is_a_choice(household: World) -> None:
    found = ground(Frame("put a book in a cabinet", "put", "book", "in a cabinet"), household)
    assert found.sentence == "put the book in a cabinet"
    assert found.node is not None
    assert len(found.node.children) == 3
    under = ground(Frame("", "put", "book", "in the cabinet under the bathroom sink"), household)
    assert under.sentence == "put the book in the bathroom cabinet"


def test_robots_are_named_as_the_world_names_them(household: World) -> None:
    found = ground(Frame("", "put", "book", "on the bed", robot="robot two"), household)
    assert found.sentence == "robot 2 must put the book on the bed"
    unknown = ground(Frame("", "put", "book", "on the bed", robot="the drone"), household)
    assert unknown.message == "There is no drone here; the robots are robot 1, robot 2, robot 3 and robot 4."
    unable = ground(Frame("", "slice", "tomato", states=("sliced",), robot="robot 2"), household)
    assert unable.message == "Robot 2 cannot slice the tomato: it does not have the skill slice; robot 1 can."


@pytest.mark.parametrize(
    ("phrase", "ids"),
    [
        ("floral armchair", {"armchair"}), ("top large desk drawer", {"desk_drawer"}), ("sell phones", {"phone"}),
        ("center of the sofa", {"sofa"}), ("head of chilled lettuce", {"lettuce"}), ("wash cloth", {"cloth"}),
        ("cabinet under the bathroom sink", {"bathroom_cabinet"}), ("lap top", {"laptop"}), ("cubbard", {"cabinet"}),
        ("toilet cistern", {"toilet"}), ("drawer of the desk", {"desk_drawer"}), ("salt mills", {"salt_shaker"}),
    ],
)  # fmt: skip
def test_nouns_are_found_whatever_they_are_called(household: World, phrase: str, ids: set[str]) -> None:
    finder = Finder(household, initial_state(household))
    assert set(finder.mention(phrase).ids) == ids


@pytest.mark.parametrize("phrase", ["mantle", "nail polish", "golden dog", "pony", "swimming pool", "piano"])
def test_nouns_that_the_world_lacks_are_refused(household: World, phrase: str) -> None:
    with pytest.raises(RejectionError, match=f"There is no {phrase} in the household world"):
        Finder(household, initial_state(household)).mention(phrase)
