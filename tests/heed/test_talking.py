"""What a commander says to a fleet and hears from it, at the level of services and topics."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import pytest
from desk import APPLES, IDLE, PATIENCE, STATE, TEAM, Desk, obliging

from grounding.errors import ConfigurationError, HeedError
from grounding.language.act import Act, ActKind
from grounding.mission.task import Literal, NodeState, Task, TaskTree, TreeRule
from grounding.state import Proposition
from heed import Commander, Question
from heed.dialogue import Mode, ReplyStatus, RobotMode, SessionState, Spoken
from heed.progress import NodeProgress

pytestmark = pytest.mark.ros

NUMBERS = itertools.count(1)
TREE = TaskTree("go to m1", "L2", Task("0", "go to m1", (Literal(Proposition.parse("at.any.m1"), True),)))


@pytest.fixture
def desk():
    with Desk(f"/desk_{next(NUMBERS)}", obliging, running="mission_1") as one:
        yield one


@pytest.fixture
def heed(desk):
    with Commander(desk.node.get_namespace(), wait_s=PATIENCE) as commander:
        yield commander


def test_words_arrive_as_they_were_said_and_the_reply_comes_back(desk, heed):
    before = time.time()
    reply = heed.say("a bit to the left", robot="robot_2", speaker="Ada", always=True)
    heard = desk.heard.get(timeout=PATIENCE)
    assert (heard.text, heard.robot, heard.speaker, heard.always) == ("a bit to the left", "robot_2", "Ada", True)
    assert before <= heard.said <= time.time()
    assert reply.accepted
    assert reply.understood == "You say a bit to the left."
    assert reply.robots == ("robot_1",)
    assert desk.halts.empty()


@pytest.mark.parametrize(
    ("text", "robot", "scope"),
    [
        ("stop", None, ()),
        ("freeze!", "robot_2", ("robot_2",)),
        ("robot two, stop", None, ("robot_2",)),
        ("everybody stop", "robot_2", TEAM),
        ("stop", "robot_9", ()),
    ],
)
def test_a_stop_reaches_the_robots_without_the_session(desk, heed, text, robot, scope):
    assert heed.say(text, robot=robot).accepted
    assert desk.halts.get(timeout=PATIENCE) == scope
    assert desk.heard.get(timeout=PATIENCE).text == text


def test_a_stop_reaches_the_robots_when_nobody_replies():
    with Desk("/mute") as desk, Commander("/mute", wait_s=2.0) as heed:
        with pytest.raises(HeedError, match="/mute"):
            heed.say("robot two, stop")
        assert desk.halts.get(timeout=PATIENCE) == ("robot_2",)


def test_a_question_is_answered_by_number_and_in_words(desk, heed):
    reply = heed.say("bring the apple")
    assert reply.status is ReplyStatus.ASKED
    assert reply.question == APPLES
    desk.session(replace(IDLE, question=APPLES))
    while not heed.question():
        heed.done()
    assert heed.question().options == APPLES.options
    assert heed.answer(3).status is ReplyStatus.REFUSED
    assert heed.answer(2).accepted
    assert heed.answer("the green apple").accepted
    assert [desk.heard.get(timeout=PATIENCE).text for _ in range(4)] == ["bring the apple", "3", "2", "the green apple"]
    desk.session(IDLE)
    while heed.question():
        heed.done()
    assert heed.question() == Question()


def test_the_status_of_an_idle_fleet(heed):
    status = heed.status()
    assert not status.running
    assert status.tree is None
    assert status.world == "office"
    assert tuple(status.session.robots) == TEAM
    assert status.state.robots["robot_1"].cell == STATE.robots["robot_1"].cell


def test_the_status_tells_of_a_mission_that_somebody_else_sent(desk, heed):
    rule = TreeRule("G !at.any.kitchen", "never enter the kitchen", "rule_1")
    paused = {"robot_1": RobotMode(Mode.PAUSED, "was told to stop"), "robot_2": RobotMode()}
    desk.mission("mission_1", TREE, {"0": NodeProgress(NodeState.RUNNING, "", "robot_1")})
    desk.tell(Spoken(Act(ActKind.STOP), True, "robot_1 stands still."), "robot one, stop")
    desk.session(SessionState("mission_1", paused, Question(), (rule,)))
    while not (status := heed.status()).running:
        heed.done()
    assert status.mission.sentence == "robot_1 drives to m1."
    assert status.tree == TREE
    assert status.progress["0"].state is NodeState.RUNNING
    assert status.session.robots == paused
    assert status.session.rules == (rule,)
    while heed.status().said is None:
        heed.done()
    assert heed.status().said.text == "robot one, stop"
    desk.session(IDLE)
    while heed.status().running:
        heed.done()
    assert heed.status().tree is None


def test_cancel_goes_by_the_id_of_the_mission_and_tells_what_is_held(desk, heed):
    robot = replace(STATE.robots["robot_1"], holding="parcel")
    desk.observe(replace(STATE, robots={**STATE.robots, "robot_1": robot}))
    while heed.feedback().state is None or not heed.feedback().state.robots["robot_1"].holding:
        heed.done()
    wrong = heed.cancel(mission="mission_7")
    assert not wrong
    assert "mission_1 is running" in wrong.message
    right = heed.cancel(mission="mission_1")
    assert right
    assert right.holding == {"robot_1": "parcel"}
    assert not heed.cancel()


def test_without_a_fleet_whoever_speaks_is_told():
    with Commander("/nobody", wait_s=0.2) as heed:
        for attempt in (heed.status, lambda: heed.say("go to m1"), lambda: heed.say("stop"), lambda: heed.answer(1)):
            with pytest.raises(HeedError, match="no fleet is up"):
                attempt()
        assert not heed.question()


def test_a_namespace_that_is_none_is_named():
    with pytest.raises(ConfigurationError, match="no good"):
        Commander("/no good", wait_s=0.2)
