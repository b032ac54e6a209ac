"""``heed say``, ``heed status`` and ``heed cancel`` as people and programs meet them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace

import pytest
from desk import APPLES, IDLE, PATIENCE, STATE, Desk, obliging

from grounding.mission.task import NodeState, TreeRule
from heed.cli.answer import EXIT_CODES
from heed.dialogue import Mode, RobotMode, SessionState
from heed.outcome import Outcome
from heed.progress import NodeProgress

from .made import TREE
from .terminal import HEED, Terminal

pytestmark = pytest.mark.ros

ENVIRONMENT = {**os.environ, "COLUMNS": "80"}
RULE = TreeRule("G !at.any.kitchen", "never enter the kitchen", "rule_1")
PAUSED = {"robot_1": RobotMode(Mode.PAUSED, "was told to stop"), "robot_2": RobotMode()}
BUSY = SessionState("mission_1", PAUSED, APPLES, (RULE,))


@pytest.fixture
def desk() -> Iterator[Desk]:
    with Desk("/desk", obliging, running="mission_1") as one:
        yield one


def heed(*args: str, namespace: str = "/desk", wait: float = PATIENCE) -> subprocess.CompletedProcess[str]:
    command = [*HEED, *args, "--namespace", namespace, "--wait", str(wait)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=ENVIRONMENT, check=False)


def test_what_is_said_is_replied_to_with_a_sentence_and_a_status(desk):
    done = heed("say", "robot one, stop", "--robot", "robot_1", "--always", "--speaker", "Ada")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == ["Understood: You say robot one, stop.", "So be it."]
    heard = desk.heard.get(timeout=PATIENCE)
    assert (heard.robot, heard.speaker, heard.always) == ("robot_1", "Ada", True)
    assert desk.halts.get(timeout=PATIENCE) == ("robot_1",)
    refused = heed("say", "the moon", "--json")
    value = json.loads(refused.stdout)
    assert (value["status"], refused.returncode) == ("REFUSED", EXIT_CODES[Outcome.REJECTED])
    assert value["sentence"] == "There is no such thing here."
    assert (value["text"], value["question"], value["options"]) == ("the moon", None, [])


def test_a_question_without_a_terminal_is_shown_and_has_a_status_of_its_own(desk):
    told = heed("say", "bring the apple")
    assert told.returncode == EXIT_CODES[Outcome.ASKED]
    assert told.stdout.splitlines()[:3] == ["Which apple?", "  1. the red apple", "  2. the green apple"]
    asked = heed("say", "bring the apple", "--json")
    value = json.loads(asked.stdout)
    assert (value["status"], asked.returncode) == ("ASKED", EXIT_CODES[Outcome.ASKED])
    assert (value["question"], value["options"]) == (APPLES.text, list(APPLES.options))


def test_a_question_on_a_terminal_is_asked_until_the_answer_is_taken(desk):
    terminal = Terminal("say", "bring the apple", "--namespace", "/desk")
    terminal.until("Answer (number or words): ")
    assert "  2. the green apple" in terminal.shown
    desk.session(replace(IDLE, question=APPLES))
    terminal.type("\n")
    terminal.until("Answer (number or words): ")
    terminal.type("3\n")
    terminal.until("There is no such thing here.")
    terminal.until("Answer (number or words): ")
    terminal.type("2\n")
    terminal.until("So be it.")
    assert terminal.status() == 0
    assert [desk.heard.get(timeout=PATIENCE).text for _ in range(3)] == ["bring the apple", "3", "2"]


def test_a_question_that_closes_meanwhile_is_given_up(desk):
    desk.session(replace(IDLE, question=APPLES))
    terminal = Terminal("say", "bring the apple", "--namespace", "/desk")
    terminal.until("Answer (number or words): ")
    desk.heard_by_somebody()
    desk.session(IDLE)
    terminal.until("The question is closed")
    assert terminal.status() == EXIT_CODES[Outcome.ASKED]


def test_the_end_of_input_leaves_the_question_open(desk):
    terminal = Terminal("say", "bring the apple", "--namespace", "/desk")
    terminal.until("Answer (number or words): ")
    terminal.type("\x04")
    terminal.until("The question stays open")
    assert terminal.status() == EXIT_CODES[Outcome.ASKED]


def test_the_status_is_one_screen(desk):
    idle = heed("status")
    assert (idle.returncode, idle.stderr) == (0, "")
    assert "Nothing is running." in idle.stdout
    assert "robot_2" in idle.stdout
    desk.mission("mission_1", TREE, {"1": NodeProgress(NodeState.DONE, "done", "robot_1")})
    desk.session(BUSY)
    busy = heed("status")
    flat = " ".join(busy.stdout.replace("│", " ").split())
    for words in (
        "mission_1 50% carrying out: robot_1 drives to m1.",
        "✔ take a photo in meeting room m1",
        "○ guide the visitor",
        "PAUSED: was told to stop",
        "never enter the kitchen",
        "asks: Which apple? 1: the red apple. 2: the green apple.",
    ):
        assert words in flat
    assert all(len(line) <= 80 for line in busy.stdout.splitlines())


def test_the_status_as_json_has_every_key_whatever_goes_on(desk):
    idle = json.loads(heed("status", "--json").stdout)
    assert (idle["running"], idle["tree"], idle["question"], idle["rules"]) == (None, None, None, [])
    assert idle["robots"]["robot_1"]["mode"] == "AUTONOMOUS"
    assert idle["robots"]["robot_1"]["cell"] == list(STATE.robots["robot_1"].cell)
    desk.mission("mission_1", TREE, {"1": NodeProgress(NodeState.DONE, "done", "robot_1")})
    desk.session(BUSY)
    busy = json.loads(heed("status", "--json").stdout)
    assert list(busy) == list(idle)
    assert (busy["running"], busy["stage"], busy["world"]) == ("mission_1", "execute", "office")
    assert busy["robots"]["robot_1"]["mode"] == "PAUSED"
    assert busy["robots"]["robot_1"]["why"] == "was told to stop"
    assert busy["progress"]["1"] == {"state": "done", "robot": "robot_1", "sentence": "done"}
    assert [rule["text"] for rule in busy["rules"]] == ["never enter the kitchen"]
    assert busy["options"] == list(APPLES.options)


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_watching_tells_every_change_until_it_is_interrupted(desk, form):
    process = subprocess.Popen(
        [*HEED, "status", "--watch", "--namespace", "/desk", *form],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    assert process.stdout is not None
    told = process.stdout.readline()
    assert "PAUSED" not in told
    desk.session(replace(IDLE, robots=PAUSED))
    while "PAUSED" not in told:
        told = process.stdout.readline()
    if form:
        assert json.loads(told)["robots"]["robot_1"]["why"] == "was told to stop"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")


def test_cancel_ends_the_mission_of_an_id_and_says_what_is_held(desk):
    robot = replace(STATE.robots["robot_1"], holding="parcel")
    desk.observe(replace(STATE, robots={**STATE.robots, "robot_1": robot}))
    wrong = heed("cancel", "mission_9")
    assert wrong.returncode == EXIT_CODES[Outcome.REJECTED]
    assert wrong.stderr == "There is no mission 'mission_9'; mission_1 is running.\n"
    right = heed("cancel", "mission_1")
    assert (right.returncode, right.stdout) == (0, "The robots have stopped. robot_1 holds the parcel.\n")
    nothing = heed("cancel", "--json")
    assert nothing.returncode == EXIT_CODES[Outcome.REJECTED]
    assert json.loads(nothing.stdout)["message"] == "Nothing is running."


@pytest.mark.parametrize("command", [("say", "go to m1"), ("say", "stop"), ("status",), ("cancel",)])
def test_without_a_fleet_one_sentence_says_so(command):
    told = heed(*command, namespace="/nowhere", wait=0.2)
    assert (told.returncode, told.stdout) == (2, "")
    assert len(told.stderr.splitlines()) == 1
    assert "/nowhere: no fleet is up there" in told.stderr
    value = json.loads(heed(*command, "--json", namespace="/nowhere", wait=0.2).stdout)
    assert value["error"] == told.stderr.strip()
