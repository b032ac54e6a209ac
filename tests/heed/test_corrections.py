"""Corrections of running missions, with every node: from the words to what robots do and what is told."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor

import pytest

from grounding.mission.task import NodeState
from heed import Commander, Outcome
from heed.dialogue import Mode, ReplyStatus
from heed.episodes import read_episode
from heed_interfaces.msg import SkillEvent

pytestmark = pytest.mark.ros

PATIENCE = 90.0
NUMBERS = itertools.count(1)


def fleet(world="office", factor=4.0, **settings):
    return Commander(f"/talk_{next(NUMBERS)}", in_process=True, world=world, real_time_factor=factor, **settings)


@pytest.fixture
def office():
    with fleet() as heed:
        yield heed
        heed.cancel()


def until(heed, condition):
    """Waits for news until something is so; fails where the mission ends before."""
    while not condition(heed.feedback()):
        assert not heed.done(), heed.result().message
    return heed.feedback()


def state_of(feedback, text):
    """How far the task of these words is, None where there is none."""
    tasks = feedback.tree.root.walk() if feedback.tree is not None else ()
    return next((feedback.progress[t.id].state for t in tasks if text in t.text and t.goal), None)


def moving(feedback, robot):
    return feedback.state is not None and feedback.state.robots[robot].skill.startswith("go_to")


def skills(result, name):
    """How often a skill was begun in the recorded mission."""
    events = [m.data for m in read_episode(result.episode).messages if m.type.endswith("/SkillEvent")]
    return sum(event.skill == name and event.phase == SkillEvent.STARTED for event in events)


def test_a_towel_put_in_front_is_done_and_the_washed_mug_is_not_washed_again(tmp_path):
    with fleet("household", episodes=str(tmp_path)) as heed:
        heed.send("wash a mug, then turn on the desk lamp")
        until(heed, lambda f: state_of(f, "mug") is NodeState.DONE)
        reply = heed.say("first put the towel in the laundry basket")
        assert reply.accepted, reply.sentence
        assert "towel" in reply.understood
        result = heed.result(PATIENCE)
        assert result.outcome is Outcome.SUCCEEDED, result.message
        assert all(node.state is NodeState.DONE for node in result.progress.values())
        assert len([task for task in result.tree.root.walk() if task.goal]) == 3
        assert skills(result, "rinse") == 1


def test_a_stopped_robot_stands_until_it_is_told_to_go_on_and_the_others_do_not_wait(office):
    office.send("robot 1 goes to m1; robot 2 goes to m6")
    until(office, lambda f: moving(f, "robot_1"))
    assert office.say("robot one, stop").accepted
    until(office, lambda f: f.state.robots["robot_1"].halted)
    where = office.feedback().state.robots["robot_1"].pose
    assert office.status().session.robots["robot_1"].mode is Mode.PAUSED
    feedback = until(office, lambda f: state_of(f, "m6") is NodeState.DONE)
    assert feedback.state.robots["robot_1"].pose == where
    assert office.say("why did you stop?", robot="robot_1").sentence == "robot_1 was told to stop."
    assert office.say("robot one, go on").accepted
    assert office.result(PATIENCE).outcome is Outcome.SUCCEEDED
    assert office.status().session.robots["robot_1"].mode is Mode.AUTONOMOUS


def test_a_robot_is_sent_elsewhere_and_only_that_robot(office):
    office.send("robot 1 goes to m1; robot 2 goes to m6")
    until(office, lambda f: moving(f, "robot_1") and moving(f, "robot_2"))
    reply = office.say("go to m2 instead", robot="robot_1")
    assert reply.accepted, reply.sentence
    assert reply.robots == ("robot_1",)
    result = office.result(PATIENCE)
    assert result.outcome is Outcome.SUCCEEDED, result.message
    texts = [task.text for task in result.tree.root.walk() if task.goal]
    assert texts == ["go to meeting room m2", "go to meeting room m6"]


def test_an_impossible_rule_is_refused_with_the_clauses_and_the_mission_goes_on(office):
    office.send("robot 1 goes to m1, then robot 1 goes to m4")
    until(office, lambda f: moving(f, "robot_1"))
    reply = office.say("never enter m4")
    assert reply.status is ReplyStatus.REFUSED
    assert "never enter meeting room m4" in reply.sentence
    assert "goes on as it was" in reply.sentence
    assert office.result(PATIENCE).outcome is Outcome.SUCCEEDED


def test_a_rule_from_now_on_is_kept_verified_and_lifted(office):
    office.send("robot 1 goes to m1, then robot 1 goes to m4")
    until(office, lambda f: moving(f, "robot_1"))
    assert office.say("never enter the kitchen").accepted
    assert [rule.text for rule in office.status().session.rules] == ["never enter the kitchen"]
    assert office.say("which rules are there?").sentence == "Never enter the kitchen."
    refused = office.say("go to the kitchen", robot="robot_1")
    assert refused.status is ReplyStatus.REFUSED
    assert office.say("you may enter the kitchen again").accepted
    assert office.say("go to the kitchen", robot="robot_1").accepted
    result = office.result(PATIENCE)
    assert result.outcome is Outcome.SUCCEEDED, result.message
    assert office.say("what is left?").sentence == "No mission is running."


def test_a_nudge_moves_one_robot_and_its_task_goes_on_by_itself(office):
    office.send("robot 1 goes to m1; robot 2 goes to m6")
    until(office, lambda f: moving(f, "robot_1"))
    reply = office.say("robot one, back a little")
    assert reply.accepted, reply.sentence
    assert office.result(PATIENCE).outcome is Outcome.SUCCEEDED


def test_a_task_is_handed_to_another_robot(office):
    office.send("go to m1 and take a photo in m1")
    feedback = until(office, lambda f: moving(f, "robot_1") or moving(f, "robot_2"))
    first = "robot_1" if moving(feedback, "robot_1") else "robot_2"
    other = "robot_2" if first == "robot_1" else "robot_1"
    reply = office.say(f"let {other.replace('_', ' ')} do that")
    if reply.status is ReplyStatus.ASKED:
        reply = office.answer(1)
    assert reply.accepted, reply.sentence
    assert office.result(PATIENCE).outcome is Outcome.SUCCEEDED


def test_a_question_of_a_mission_not_begun_is_answered_and_the_mission_runs(office):
    office.send("Robot 1, go to m1. Actually, go to m2.")
    feedback = until(office, lambda f: bool(f.question))
    assert len(feedback.question.options) == 2
    assert office.status().mission.stage.value == "ask"
    reply = office.answer(2)
    assert reply.accepted, reply.sentence
    result = office.result(PATIENCE)
    assert result.outcome is Outcome.SUCCEEDED, result.message
    assert not office.question()


def test_a_question_that_nobody_answers_ends_asked_and_nothing_moves():
    with fleet(parameters={"executive_node": {"question_s": 0.3}}) as heed:
        heed.send("Robot 1, go to m1. Actually, go to m2.")
        result = heed.result(PATIENCE)
        assert result.outcome is Outcome.ASKED
        assert "nothing was done" in result.message


def test_an_instruction_to_an_idle_fleet_begins_a_mission_and_a_further_one_joins_it(office):
    reply = office.say("robot 1 goes to m1, then robot 1 goes to m4")
    assert reply.accepted, reply.sentence
    assert reply.mission
    office.send("robot 2 goes to m6")
    result = office.result(PATIENCE)
    assert result.outcome is Outcome.SUCCEEDED
    assert result.mission == reply.mission
    assert len([task for task in result.tree.root.walk() if task.goal]) == 3


def test_cancel_goes_by_id_and_leaves_what_is_held_to_be_put_down(office):
    mission = office.say("bring the parcel to d9").mission
    assert "is running" in office.cancel(mission="mission_0").message
    while "parcel" not in {robot.holding for robot in office.status().state.robots.values()}:
        office.done()
    canceled = office.cancel(mission=mission)
    assert canceled
    (robot,) = canceled.holding
    reply = office.say("put it down here", robot=robot)
    assert reply.accepted, reply.sentence
    while office.status().state.things["parcel"].held_by is not None:
        office.done()


@pytest.mark.parametrize(
    ("text", "robot", "words"),
    [
        ("undo that", None, "Nothing is running"),
        ("go on", None, "No robot is paused"),
        ("go to m1", "robot_9", "There is no robot 'robot_9' here"),
        ("xyzzy", None, "xyzzy"),
        ("", None, "Nothing was said"),
        ("do that again", None, "Nothing is running"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(office, text, robot, words):
    reply = office.say(text, robot=robot)
    assert reply.status is ReplyStatus.REFUSED
    assert words in reply.sentence


def test_a_stop_is_obeyed_and_said_although_the_rest_is_not_understood(office):
    reply = office.say("robot one, stop, the gizmo is leaking")
    assert reply.accepted
    assert reply.sentence.startswith("robot_1 stands still.")
    assert "gizmo" in reply.sentence
    while not office.status().state.robots["robot_1"].halted:
        office.done()


def test_many_speakers_at_once_are_all_answered_in_order(office):
    office.send("robot 1 goes to m1, then robot 1 goes to m4")
    until(office, lambda f: moving(f, "robot_1"))
    texts = ["what is left?", "robot 2, stop", "robot 2, go on", "xyzzy", "robot 1, what are you doing?"] * 20
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(lambda text: office.say(text, speaker=text), texts))
    assert len(replies) == len(texts)
    assert all(reply.sentence for reply in replies)
    assert all(r.accepted for r, text in zip(replies, texts, strict=True) if text in ("robot 2, stop",))
    office.say("go on")
    assert office.result(PATIENCE).outcome is Outcome.SUCCEEDED
