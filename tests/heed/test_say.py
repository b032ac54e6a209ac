"""Talking to a whole fleet while it works: corrections, questions and answers, with every node."""

from __future__ import annotations

import itertools

import pytest

from grounding.mission.task import NodeState
from heed import Commander, Outcome
from heed.dialogue import Mode, ReplyStatus

pytestmark = pytest.mark.ros

PATIENCE = 60.0
#: From where the robot starts in Cleanup World this can be either of two rooms.
AMBIGUOUS = "go to the left room"
NUMBERS = itertools.count(1)


@pytest.fixture
def office():
    with Commander(f"/say_{next(NUMBERS)}", in_process=True, world="office", real_time_factor=4.0) as heed:
        yield heed


@pytest.fixture
def cleanup():
    with Commander(f"/say_{next(NUMBERS)}", in_process=True, world="cleanup") as heed:
        yield heed


def modes(heed):
    return {name: robot.mode for name, robot in heed.status().session.robots.items()}


def under_way(heed, text):
    """Sends an instruction and waits until it is carried out."""
    heed.send(text)
    while heed.feedback().stage != "execute":
        assert not heed.done()


def test_the_status_of_a_fleet_that_has_nothing_to_do(office):
    status = office.status()
    assert not status.running
    assert set(modes(office).values()) == {Mode.AUTONOMOUS}
    assert not office.question()


def test_a_robot_is_stopped_and_goes_on_while_the_mission_runs(office):
    under_way(office, "robot one goes to the lobby and robot two goes to m1")
    reply = office.say("robot one, stop")
    assert reply.accepted
    assert reply.robots == ("robot_1",)
    assert [spoken.act.kind.value for spoken in reply.acts] == ["stop"]
    status = office.status()
    assert status.running
    assert {name for name, robot in status.session.robots.items() if robot.mode is Mode.PAUSED} == {"robot_1"}
    assert status.tree is not None
    assert "stop" in status.said.text
    while not office.feedback().state.robots["robot_1"].halted:
        assert not office.done()
    there = office.feedback().state.robots["robot_1"].pose
    while "robot_2" in {node.robot for node in office.feedback().progress.values() if node.state is NodeState.RUNNING}:
        assert not office.done()  # the other one finishes what it does
    assert office.feedback().state.robots["robot_1"].pose == there
    assert office.say("go on").accepted
    assert modes(office)["robot_1"] is Mode.AUTONOMOUS
    result = office.result(PATIENCE)
    assert result.outcome is Outcome.SUCCEEDED, result.message


def test_everybody_stops_and_what_is_left_is_told(office):
    under_way(office, "robot one goes to the lobby and robot two goes to m1")
    assert office.say("everybody stop").accepted
    assert set(modes(office).values()) == {Mode.PAUSED}
    left = office.say("what is left?")
    assert left.accepted
    assert "lobby" in left.sentence
    assert office.cancel(mission=office.status().session.mission)
    assert office.result(PATIENCE).outcome is Outcome.CANCELED


def test_another_mission_is_not_canceled_by_a_wrong_id(office):
    under_way(office, "robot one goes to the lobby")
    running = office.status().session.mission
    wrong = office.cancel(mission="mission_77")
    assert not wrong
    assert running in wrong.message
    assert office.cancel(mission=running)
    assert office.result(PATIENCE).outcome is Outcome.CANCELED


def test_nonsense_changes_nothing(office):
    reply = office.say("fly to the moon")
    assert reply.status is ReplyStatus.REFUSED
    assert reply.sentence
    assert not office.status().running


@pytest.mark.parametrize("in_words", [False, True])
def test_an_ambiguous_instruction_is_asked_about_and_its_answer_carried_out(cleanup, in_words):
    cleanup.send(AMBIGUOUS)
    while not (question := cleanup.question()):
        assert not cleanup.done()
    assert cleanup.feedback().stage in ("", "ground", "ask")
    assert len(question.options) == 2
    refused = cleanup.answer(7)
    assert refused.status is ReplyStatus.REFUSED
    assert cleanup.question() == question
    green = next(i for i, option in enumerate(question.options, 1) if "green" in option)
    assert cleanup.answer("the green one" if in_words else green).accepted
    result = cleanup.result(PATIENCE)
    assert result.outcome is Outcome.SUCCEEDED, result.message
    assert "green" in result.tree.root.text or "green" in str(result.tree.root.goal)
    assert not cleanup.question()


def test_where_nobody_can_answer_the_question_is_the_end(cleanup):
    result = cleanup.run(AMBIGUOUS, PATIENCE)
    assert result.outcome is Outcome.ASKED
    assert len(result.question.options) == 2
    assert result.message == result.question.text == cleanup.last_error
    status = cleanup.status()
    assert not status.running
    assert not status.session.question


def test_a_question_that_nobody_answers_expires():
    settings = {"executive_node": {"question_s": 0.5}}
    with Commander(f"/say_{next(NUMBERS)}", in_process=True, world="cleanup", parameters=settings) as heed:
        heed.send(AMBIGUOUS)
        result = heed.result(PATIENCE)
    assert result.outcome is Outcome.ASKED
    assert "Nobody answered" in result.message
