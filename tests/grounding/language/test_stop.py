"""Stop is recognised before anything else reads a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.language.stop import halts, stop_request

TEAM = ("robot_1", "robot_2", "robot_3")
ALL = TEAM

STOPS: dict[str, tuple[str, ...]] = {
    "stop": (), "Stop!": (), "STOP NOW": (), "halt": (), "freeze": (), "whoa": (), "Whoaaa!": (), "stop moving": (),
    "please stop": (), "stop, please": (), "stoooop": (), "stop stop stop": (), "no stop": (), "no, stop!": (),
    "stop right there": (), "stop it": (), "stop that": (), "stop at once": (), "emergency stop": (), "e-stop": (),
    "stand still": (), "don't move": (), "stop what you're doing": (), "just stop": (), "can you stop": (),
    "could you please stop?": (), "will you stop!": (), "I said stop": (), "you need to stop": (), "stop the robot": (),
    "I want you to stop now": (), "stop, that's the wrong room": (), "stop that's the wrong room": (),
    "the wrong room, stop": (), "that is wrong stop": (), "stop, and leave the crate here": (),
    "stop you're too close": (),
    "what are you doing stop": (), "no not there stop": (), "don't touch it, stop": (), "watch out, stop": (),
    "stop before you hit the wall": (), "stop for a moment": (), "stop immediately and put it down": (),
    "hey, stop driving": (), "stop because the floor is wet": (), "wait stop": (), "abort": (), "stop. go to m1": (),
    "robot two stop": ("robot_2",), "robot 2, stop": ("robot_2",), "stop robot 2": ("robot_2",),
    "stop, robot two": ("robot_2",), "robot one, halt right there": ("robot_1",), "robot_3 freeze": ("robot_3",),
    "robots 1 and 3, stop": ("robot_1", "robot_3"), "stop robot 1 and robot 3": ("robot_1", "robot_3"),
    "robot one stop and robot two go to m1": ("robot_1",), "robot two go to m1 and robot one stop": ("robot_1",),
    "robot 2 stops": ("robot_2",), "tell robot two to stop": ("robot_2",), "make robot 2 stop": ("robot_2",),
    "robot two, please stop now": ("robot_2",), "no robot two stop": ("robot_2",), "robot number 2 stop": ("robot_2",),
    "everybody stop": ALL, "all stop": (), "all robots freeze": ALL, "stop everything": (), "everyone stop now": ALL,
    "stop all robots": ALL, "all of you stop": ALL, "stop, everybody": ALL, "stop everybody": ALL, "nobody move": ALL,
    "robot 7, stop": ALL, "everybody stop except robot two": ("robot_1", "robot_3"), "you two stop": ALL,
    "the others stop": ALL, "robots 1, 2 and 3 stop": ALL,
}  # fmt: skip

NO_STOPS = (
    "", "go to m1", "stop at the door", "don't stop", "do not stop", "never stop there", "stop using door 4",
    "stop the music", "why did you stop", "why did you stop?", "after the next stop", "when did robot two stop?",
    "what made you stop", "you don't have to stop", "no need to stop", "go to the next stop", "please don't stop",
    "robot two, don't stop", "go on, don't stop", "nobody stops", "no robot stops", "without a stop", "if I say stop",
    "if you see a person, stop", "when you get to the door, stop", "go to the kitchen, then stop",
    "stop in the kitchen",
    "stop if the door is closed", "stop entering the kitchen", "stop wiping the table", "did you stop?",
    "press the stop button", "move to m1", "don't move the mug", "stop when you reach m1", "you must never stop",
    "who told you to stop?", "why do you stop", "before you stop, open the door", "always stop at the door",
    "robot 2 must not stop", "the bus stop", "carry on and do not stop", "stay where the mug is",
)  # fmt: skip


@pytest.mark.parametrize(("text", "robots"), STOPS.items())
def test_a_stop_is_a_stop(text: str, robots: tuple[str, ...]) -> None:
    found = stop_request(text, TEAM)
    if text in ("all stop", "stop everything", "nobody move"):
        assert found == ALL
    else:
        assert found == robots


@pytest.mark.parametrize("text", NO_STOPS)
def test_what_is_no_stop_stops_nobody(text: str) -> None:
    assert stop_request(text, TEAM) is None


def test_names_of_arms_count() -> None:
    arms, names = ("left_arm", "right_arm"), {"left_arm": ("robot one",)}
    assert stop_request("left arm, stop", arms, names) == ("left_arm",)
    assert stop_request("stop the left arm", arms, names) == ("left_arm",)
    assert stop_request("robot one stop", arms, names) == ("left_arm",)


def test_the_words_of_a_stop_are_told_from_the_rest() -> None:
    text = "stop, and leave the crate here"
    (halt,) = halts(text, TEAM)
    assert text[halt.start : halt.end] == "stop"


@given(st.text(max_size=60))
def test_no_text_hides_a_stop_in_a_sentence_of_its_own(text: str) -> None:
    assert stop_request(f"stop! {text}", TEAM) is not None
    assert stop_request(f"{text}. Stop!", TEAM) is not None
    assert stop_request(text, TEAM) is None or isinstance(stop_request(text, TEAM), tuple)
