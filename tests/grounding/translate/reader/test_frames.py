"""Tasks in free words to frames, written ``predicate|object|destination|states|robot`` without empty ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.translate.outline import UNKNOWN, Frame
from grounding.translate.reader.frames import frames
from grounding.translate.reader.pronouns import Context
from grounding.translate.reader.tags import words_of
from grounding.translate.reader.verbs import VERBS, verb_at

PLAIN = [
    ("put the mug on the desk", "put|mug|on the desk"),
    ("Place a red mug inside the drawer", "put|red mug|inside the drawer"),
    ("put the mug in front of the laptop", "put|mug|in front of the laptop"),
    ("put the mug on top of the fridge", "put|mug|on top of the fridge"),
    ("put the mug next to the laptop", "put|mug|next to the laptop"),
    ("move the box to the left of the lamp", "put|box|to the left of the lamp"),
    ("put the mug on the desk, not on the shelf", "put|mug|on the desk"),
    ("put the mug and not the cup on the desk", "put|mug|on the desk"),
    ("throw the bottle into the bin", "put|bottle|into the bin"),
    ("load the pallet onto the truck", "put|pallet|onto the truck"),
    ("give the book to Anna", "put|book|to anna"),
    ("put Anna's mug on the desk", "put|anna's mug|on the desk"),
    ("put the mug away", "put|mug"),
    ("put away the mug", "put|mug"),
    ("throw away the box", "put|box"),
    ("get rid of the box", "put|box"),
    ("wash the mug", "clean|mug||clean"),
    ("wipe the mug off", "clean|mug||clean"),
    ("heat the potato in the microwave", "heat|potato||hot"),
    ("slice the bread", "slice|bread||sliced"),
    ("chill the bottle", "cool|bottle||cold"),
    ("pick up the fork", "pick up|fork"),
    ("pick the fork up", "pick up|fork"),
    ("take the apple", "pick up|apple"),
    ("take the mug off the table", "pick up|mug"),
    ("bring me the book", "pick up|book"),
    ("bring us the crate from the dock", "pick up|crate"),
    ("go to the kitchen", "go||the kitchen"),
    ("turn on the lamp", "switch on|lamp"),
    ("turn the lamp on", "switch on|lamp"),
    ("switch off the light", "switch off|light"),
    ("examine the book under the lamp", "examine|book"),
    ("look at the pen by the light of the lamp", "examine|pen"),
    ("open the drawer", "open|drawer"),
    ("close the fridge door", "close|fridge door"),
    ("find the keys", "find|keys"),
    ("fill the kettle", "fill|kettle"),
    ("photograph the pallet", "photograph|pallet"),
]
OTHER_FORMS = [
    ("putting the mug in the sink", "put|mug|in the sink"),
    ("the mug should be put on the desk", "put|mug|on the desk"),
    ("the mug must be washed", "clean|mug||clean"),
    ("the cup has to be cleaned", "clean|cup||clean"),
    ("the bread needs to be sliced", "slice|bread||sliced"),
    ("the mug is to be washed", "clean|mug||clean"),
    ("the mug should be washed and put on the desk", "put|mug|on the desk|clean"),
    ("both mugs should be on the desk", "put|mugs|on the desk"),
    ("the apple must be cold", "cool|apple||cold"),
    ("the mug goes in the sink", "put|mug|in the sink"),
    ("the parcels belong on the pallet", "put|parcels|on the pallet"),
    ("the wooden box ought to go under the table", "put|wooden box|under the table"),
    ("the mug on the desk", "put|mug|on the desk"),
    ("in the sink put the mug", "put|mug|in the sink"),
    ("place on the shelf the green vase", "put|green vase|on the shelf"),
    ("I want the mug on the desk", "put|mug|on the desk"),
    ("I want you to put the mug on the desk", "put|mug|on the desk"),
    ("could you please put the mug on the desk", "put|mug|on the desk"),
    ("you wash the mug", "clean|mug||clean"),
    ("make sure the mug is in the sink", "put|mug|in the sink"),
    ("please make sure that the mug is clean", "clean|mug||clean"),
    ("don't forget to put the mug away", "put|mug"),
    ("get the mug onto the desk", "put|mug|onto the desk"),
]
THINGS = [
    ("put a cold slice of tomato in the sink", "put|tomato|in the sink|cold sliced"),
    ("put the washed fork in the drawer", "put|fork|in the drawer|clean"),
    ("put a clean and cold tomato on the plate", "put|tomato|on the plate|clean cold"),
    ("put a clean, chilled tomato on the plate", "put|tomato|on the plate|clean cold"),
    ("put the hot mug of coffee on the coaster", "put|mug of coffee|on the coaster|hot"),
    ("put a mug with a pen in it on the desk", "put|mug with a pen in it|on the desk"),
    ("place the box with the red lid on the shelf", "put|box with the red lid|on the shelf"),
    ("put the book that is on the desk in the box", "put|book that is on the desk|in the box"),
    ("put the t-shirt in the box", "put|t-shirt|in the box"),
    ("take the cable to desk d11", "put|cable|to desk d11"),
    ("take the pen from the box to the desk", "put|pen|to the desk"),
    ("move the pallet from the dock to the storage room", "put|pallet|to the storage room"),
    ("bring the mug from the office to the desk in the lab", "put|mug|to the desk in the lab"),
    ('"put" the (mug) on [the] desk.', "put|mug|on the desk"),
]
ROBOTS = [
    ("robot 1 should put the mug on the desk", "put|mug|on the desk||robot 1"),
    ("let the drone photograph the pallet", "photograph|pallet|||drone"),
    ("have robot_2 bring the parcel to the lobby", "put|parcel|to the lobby||robot_2"),
    ("tell the arm to lift the crate", "pick up|crate|||arm"),
    ("ask robot 3 to clean the table", "clean|table||clean|robot 3"),
    ("robot 2, go to the kitchen", "go||the kitchen||robot 2"),
    ("put the mug on the desk with robot 1", "put|mug|on the desk||robot 1"),
    ("put the mug on the robot", "put|mug|on the robot"),
]
SEVERAL = [
    ("put the fork and the spoon in the drawer", "put|fork|in the drawer; put|spoon|in the drawer"),
    ("wash the fork, the spoon and a knife", "clean|fork||clean; clean|spoon||clean; clean|knife||clean"),
    ("put the lemon on the red plate and the pear on the blue one",
     "put|lemon|on the red plate; put|pear|on the blue plate"),
    ("the fork in the drawer and the spoon in the sink", "put|fork|in the drawer; put|spoon|in the sink"),
    (
        "put the mug in the sink, the fork in the drawer and the pen on the desk",
        "put|mug|in the sink; put|fork|in the drawer; put|pen|on the desk",
    ),
    ("put the mug in the sink and then put it on the desk", "put|mug|in the sink; put|mug|on the desk"),
    ("turn on the lamp and open the drawer", "switch on|lamp; open|drawer"),
]  # fmt: skip
ONE_AFTER_ALL = [
    ("rinse the mug and put it on the shelf", "put|mug|on the shelf|clean"),
    ("pick up the fork and put it in the drawer", "put|fork|in the drawer"),
    ("take the pen out of the box and put it in the drawer", "put|pen|in the drawer"),
    ("grab the mug, rinse it, and put it in the cupboard", "put|mug|in the cupboard|clean"),
    ("cut the apple, wash it and put it in the fridge", "put|apple|in the fridge|sliced clean"),
    ("find and move the mug to the desk", "find|mug; put|mug|to the desk"),
    ("take a candle and place on the shelf", "put|candle|on the shelf"),
]
POINTING_BACK = [
    ("put the mug on the desk / wash it", "clean|mug||clean"),
    ("wash the apple and the pear / put them in the fridge", "put|apple|in the fridge; put|pear|in the fridge"),
    ("put both apples in the fridge / slice them", "slice|apples||sliced"),
    ("open the drawer / put the pen in it", "put|pen|in the drawer"),
    ("put the mug in the box / put the fork there", "put|fork|in the box"),
    ("put the mug on the red plate / put the fork on the blue one", "put|fork|on the blue plate"),
    ("put the mug on the red plate / put the fork on the same plate", "put|fork|on the red plate"),
    ("put the apple on the plate / the pear in the bowl", "put|pear|in the bowl"),
    ("put the mug on the plate / the pear too", "put|pear|on the plate"),
    ("put the mug on the plate / the pear could join it", "put|pear|on the plate"),
    ("put the mug on the red plate / the pear to white", "put|pear|to white plate"),
    ("put the mug on the red plate / potato, same plate", "put|potato|on the red plate"),
    ("heat the soup / bring it to the table", "put|soup|to the table"),
]
NO_TASK = [
    "too", "the too", "also", "as well", "join it", "the pear too", "dance",
    "sing", "the", "it", "and", "to", "please to", "a slice of", "robot 1", "be delivered under it",
    "do not put the mug on the desk", "never put the mug on the desk", "the mug must not be put on the desk",
    "the mug should not be hot", "let the drone not enter the lab", "the mug is not to be moved",
    "you mustn't wash the mug",
]  # fmt: skip


def shown(found: list[Frame]) -> str:
    lines = ["|".join((f.predicate, f.object, f.destination, " ".join(f.states), f.robot)).rstrip("|") for f in found]
    return "; ".join(lines)


def read(text: str) -> list[Frame]:
    """The frames of the last of some tasks, parted by slashes."""
    context, found = Context(), list[Frame]()
    for part in text.split(" / "):
        found = frames(words_of(part), context)
    return found


@pytest.mark.parametrize(
    ("text", "expected"), [*PLAIN, *OTHER_FORMS, *THINGS, *ROBOTS, *SEVERAL, *ONE_AFTER_ALL, *POINTING_BACK]
)
def test_frames(text: str, expected: str) -> None:
    assert shown(read(text)) == expected


@pytest.mark.parametrize("text", NO_TASK)
def test_what_is_no_task_or_a_ban_is_not_made_into_one(text: str) -> None:
    assert [frame.predicate for frame in read(text)] == [UNKNOWN]


@pytest.mark.parametrize("text", ["", "...", ', - "'])
def test_without_words_there_is_nothing(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("wash it and put it away", "wash it and put it away"),
        ("the mug should be put on the desk", "put the mug on the desk"),
        ("washing the mug", "wash the mug"),
        ("let the drone photograph the pallet", "photograph the pallet"),
        ("wash the mug / put it in the sink", "put the mug in the sink"),
        ("take the pen from the box to the desk", "take the pen from the box to the desk"),
        ("turn the lamp on", "turn on the lamp"),
    ],
)
def test_text_is_an_imperative_complete_in_itself(text: str, sentence: str) -> None:
    assert [frame.text for frame in read(text)] == [sentence]


def test_frames_know_where_they_were_said() -> None:
    text = "Please put the fork and the spoon away"
    (fork, spoon) = frames(words_of(text), Context())
    assert text[fork.start : fork.end] == text[spoon.start : spoon.end] == text


@pytest.mark.parametrize("verb", sorted({verb for verbs in VERBS.values() for verb in verbs.split()}))
def test_every_verb_is_understood_as_an_order(verb: str) -> None:
    words = verb.replace("_", " ").split()
    found = verb_at([*words, "the", "mug"], 0)
    assert found is not None
    assert found[0] == len(words)
    (frame,) = read(f"{' '.join(words)} the mug")
    assert frame.predicate != UNKNOWN
    assert "mug" in (frame.object, frame.destination.removeprefix("the "), frame.destination.removeprefix("to the "))


WORDS = (
    "put wash it them the a mug fork and , then in on to from with that is should be washed there robot 1 not first go"
    " too also as well join red"
    " pick up down turn off slice of one same it's - . blue"
)


@given(st.lists(st.sampled_from(WORDS.split()), max_size=14), st.lists(st.sampled_from(WORDS.split()), max_size=6))
def test_any_words_give_complete_frames(before: list[str], words: list[str]) -> None:
    context = Context()
    frames(words_of(" ".join(before)), context)
    text = " ".join(words)
    for frame in frames(words_of(text), context):
        assert frame.text
        assert frame.predicate
        assert 0 <= frame.start < frame.end <= len(text)
        assert len(set(frame.states)) == len(frame.states)
