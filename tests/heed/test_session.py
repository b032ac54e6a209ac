"""The conversation with a fleet, without ROS."""

from __future__ import annotations

import pytest
from scenes import OFFICE, idle, meaning, scene

from grounding.language.act import ActKind
from heed.decision import Decision, RefusedError, decide
from heed.dialogue import Mode, Utterance
from heed.session import Session

OPTIONS = [("Go to meeting room m1.", meaning("go to m1")), ("Go to meeting room m2.", meaning("go to m2"))]


def test_a_question_is_answered_by_number_or_words():
    for words in ("2", "the second", "m2"):
        session = Session(OFFICE)
        session.ask("Which room?", OPTIONS, Utterance("go there"))
        answered = session.answer(words)
        assert answered.tasks == (OPTIONS[1][1],)
        assert session.open is None


def test_both_answers_may_be_chosen():
    session = Session(OFFICE)
    session.ask("Which room?", OPTIONS, Utterance("go there"))
    assert len(session.answer("both").tasks) == 2


def test_an_answer_that_fits_nothing_keeps_the_question_open_and_lists_the_options():
    session = Session(OFFICE)
    session.ask("Which room?", OPTIONS, Utterance("go there"))
    with pytest.raises(RefusedError, match=r"1: Go to meeting room m1\.. 2: Go to meeting room m2"):
        session.answer("the parcel")
    assert session.open is not None


def test_an_answer_to_nothing_is_refused():
    with pytest.raises(RefusedError, match="Nothing was asked"):
        Session(OFFICE).answer("2")


def test_a_question_expires():
    session = Session(OFFICE)
    session.ask("Which room?", OPTIONS, Utterance("go there"), now=10.0, patience_s=5.0)
    assert session.expire(14.9) is None
    assert session.expire(15.0) is not None
    assert session.open is None


def test_an_unknown_robot_is_named_with_those_there_are():
    with pytest.raises(RefusedError, match=r"There is no robot 'robot_9' here\. There are: robot_1"):
        Session(OFFICE).hear(Utterance("go on", "robot_9"), idle())


def test_it_refers_to_what_was_spoken_of_last():
    session, now = Session(OFFICE), scene("go to m1", active={"1": "robot_1"})
    session.remember(Utterance("pick up the parcel"), Decision(""), [meaning("pick up the parcel")], 0.0)
    hearing = session.hear(Utterance("put it on d9"), now)
    assert "parcel" in hearing.heard[0].clause


def said(session, now, text, speaker, when):
    utterance = Utterance(text, speaker=speaker)
    decision = decide(session.hear(utterance, now).heard[0], now)
    return session.remember(utterance, decision, [], when)


def test_the_second_of_two_speakers_who_contradict_each_other_is_told():
    session, now = Session(OFFICE), idle()
    session.set_mode(["robot_1"], Mode.PAUSED)
    now = idle(robot_1=session.modes["robot_1"])
    assert said(session, now, "robot 1, go on", "alice", 5.0) == ""
    assert (
        said(session, now, "robot 1, stop", "bob", 5.1) == "This overrides what alice said 0.1 s ago: 'robot 1, go on'."
    )
    assert said(session, now, "robot 1, stop", "bob", 9.0) == ""


def test_modes_are_told_with_the_question():
    session = Session(OFFICE)
    session.set_mode(["robot_2"], Mode.PAUSED, "was told to pause")
    question = session.ask("Which room?", OPTIONS, Utterance("go there"))
    state = session.state(idle())
    assert state.robots["robot_2"].mode is Mode.PAUSED
    assert state.question == question


def test_every_act_has_a_decision():
    from heed.decision import _DECIDERS

    assert set(_DECIDERS) == set(ActKind)
