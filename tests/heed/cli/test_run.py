"""``heed run`` and ``heed plan`` as people and programs meet them: real processes, real outcomes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from heed.episodes import read_episode

from .terminal import HEED, Terminal

pytestmark = pytest.mark.ros

KEYS = [
    "outcome",
    "message",
    "instruction",
    "level",
    "tree",
    "spec",
    "plan",
    "cost",
    "makespan",
    "monitor",
    "episode",
    "timings_ms",
    "question",
    "options",
]
#: What ``heed plan`` says besides.
PLAN_KEYS = ["planner", "files"]
TIMINGS = ["ground", "translate", "automata", "plan", "execute"]
ENVIRONMENT = {**os.environ, "AMENT_PREFIX_PATH": os.environ.get("AMENT_PREFIX_PATH", sys.prefix), "COLUMNS": "80"}


def heed(*args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*HEED, *args], capture_output=True, text=True, input=stdin, timeout=100, env=ENVIRONMENT, check=False
    )


def answer_of(done: subprocess.CompletedProcess[str]) -> dict:
    """The one JSON object on standard output; anything else there is an error."""
    assert "Traceback" not in done.stderr
    answer = json.loads(done.stdout)
    assert list(answer) == KEYS + (PLAN_KEYS if done.args[len(HEED)] == "plan" else [])
    assert list(answer["timings_ms"]) == TIMINGS
    return answer


def test_a_run_that_succeeds(tmp_path):
    done = heed("run", "Go to the kitchen, then take a photo in m1.", "--json", "--episodes", str(tmp_path))
    answer = answer_of(done)
    assert (answer["outcome"], done.returncode) == ("SUCCEEDED", 0), answer["message"]
    assert answer["level"] == "L3"
    assert [task["id"] for task in answer["tree"]["children"]] == ["1", "2"]
    assert len(answer["spec"]) == 2
    assert set(answer["monitor"]) == {name for level in answer["spec"] for name in level}
    assert set(answer["monitor"].values()) == {"satisfied"}
    steps = [step for own in answer["plan"].values() for step in own]
    assert list(answer["plan"]) == ["robot_1", "robot_2", "robot_3", "robot_4"]
    assert "photograph" in [step["skill"] for step in steps]
    assert all(set(step) == {"skill", "args", "start", "end"} and step["start"] < step["end"] for step in steps)
    assert answer["makespan"] == max(step["end"] for step in steps)
    assert answer["cost"] > 0
    assert all(milliseconds >= 0 for milliseconds in answer["timings_ms"].values())
    assert Path(answer["episode"]).parent == tmp_path
    episode = read_episode(answer["episode"])
    assert episode.complete
    assert episode.metadata["outcome"] == "SUCCEEDED"
    assert episode.metadata["instruction"] == answer["instruction"]
    assert {topic.rsplit("/", 1)[-1] for topic in episode.topics} == {
        "world_state",
        "task_tree",
        "specification",
        "plan",
        "mission_status",
        "monitor_state",
        "skill_events",
    }
    ended = [event.data for event in episode.on("skill_events") if event.data.phase == 1]
    assert len(ended) == len(steps)
    assert list(episode.on("monitor_state"))[-1].data.final


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize(
    ("text", "outcome", "status", "words"),
    [
        ("", "REJECTED", 3, ("empty",)),
        ("go " * 10_000, "REJECTED", 3, ("too long",)),
        ("Geh bitte in die Küche", "REJECTED", 3, ()),
        ("厨房へ行ってください", "REJECTED", 3, ()),
        ("Bring the stapler to the kitchen.", "REJECTED", 3, ("stapler",)),
        ("Never enter the kitchen; go to the kitchen.", "UNSATISFIABLE", 4, ("never enter", "go to the")),
    ],
    ids=["empty", "long", "german", "japanese", "unknown", "contradiction"],
)  # fmt: skip
def test_bad_instructions_end_in_an_outcome_and_a_sentence(tmp_path, command, text, outcome, status, words):
    extra = ("--episodes", str(tmp_path)) if command == "run" else ()
    done = heed(command, "-", "--json", *extra, stdin=text)
    answer = answer_of(done)
    assert (answer["outcome"], done.returncode) == (outcome, status), answer["message"]
    for word in words:
        assert word in answer["message"].lower()
    assert answer["plan"] == {}
    assert answer["makespan"] is None


@pytest.mark.parametrize(
    "args",
    [
        ("run", "go to m1", "--world", "moonbase"),
        ("plan", "go to m1", "--world", "moonbase"),
        ("run", "go to m1", "--physics", "magic"),
        ("run", "go to m1", "--episodes", "/proc/episodes"),
        ("run", "go to m1", "--fail", "fly=0.5"),
        ("run", "go to m1", "--fail", "pick_up=often"),
        ("plan", "go to m1", "--gantt", "/tmp/plan.jpg"),
        ("plan", "go to m1", "--gantt", "/proc/plan.png"),
        ("plan", "go to m1", "--automata", "/proc/automata"),
    ],
    ids=lambda args: " ".join(args[2:]),
)
def test_wrong_usage_has_its_own_status_and_says_what_is_wrong(args):
    done = heed(*args, "--json")
    answer = answer_of(done)
    assert (answer["outcome"], done.returncode) == ("REJECTED", 2)
    assert args[-1].split("=")[0] in answer["message"]
    assert answer["instruction"] == "go to m1"
    plain = heed(*args)
    assert plain.returncode == 2
    assert plain.stdout == ""
    assert answer["message"] in plain.stderr


def test_physics_libraries_do_not_reach_standard_output():
    done = heed("run", "Go to the red room.", "--world", "cleanup", "--physics", "pybullet", "--json", "--no-record")
    answer = answer_of(done)
    assert answer["outcome"] == "SUCCEEDED", answer["message"]
    assert answer["episode"] is None


def test_a_window_without_a_screen_is_refused_with_the_reason():
    environment = {name: value for name, value in ENVIRONMENT.items() if name != "DISPLAY"}
    command = [*HEED, "run", "Go to m1.", "--gui", "--physics", "pybullet", "--json", "--no-record"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment, check=False)
    answer = answer_of(done)
    assert (answer["outcome"], done.returncode) == ("INTERNAL_ERROR", 1)
    assert "no screen" in answer["message"]


def test_a_skill_that_always_fails_is_reported():
    done = heed("run", "Take a photo in m2.", "--fail", "photograph=1", "--seed", "3", "--json", "--no-record")
    answer = answer_of(done)
    assert (answer["outcome"], done.returncode) == ("EXECUTION_FAILED", 6)
    assert "photograph" in answer["message"] or "camera" in answer["message"]


def test_progress_without_a_terminal_is_plain_lines(tmp_path):
    done = heed("run", "Go to the kitchen.", "--episodes", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    assert "SUCCEEDED" in done.stdout
    assert str(tmp_path) in done.stdout.replace("\n", "").replace("│", "").replace(" ", "")
    assert len(done.stdout.splitlines()) < 25


def test_an_interrupt_stops_the_robots_and_says_canceled(tmp_path):
    command = [*HEED, "run", "Go to the lobby.", "--speed", "1", "--episodes", str(tmp_path)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**ENVIRONMENT, "PYTHONUNBUFFERED": "1"}
    )
    assert process.stdout is not None
    for line in process.stdout:
        if "go to the lobby: " in line:
            break
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=30)
    assert process.returncode == 130, error
    assert "CANCELED" in out
    assert "Traceback" not in error
    episode = read_episode(next(tmp_path.iterdir()))
    assert episode.metadata["outcome"] == "CANCELED"
    assert not any(robot.skill for robot in list(episode.on("world_state"))[-1].data.robots)


def test_a_time_limit_cancels():
    began = time.monotonic()
    done = heed("run", "Go to the lobby.", "--speed", "0.5", "--timeout", "2", "--json", "--no-record")
    answer = answer_of(done)
    assert (answer["outcome"], done.returncode) == ("CANCELED", 130)
    assert "2 s" in answer["message"]
    assert time.monotonic() - began < 20


def test_a_goal_that_holds_already_succeeds_without_a_step():
    done = heed("run", "robot_3 goes to the south office.", "--json", "--no-record")
    answer = answer_of(done)
    assert (answer["outcome"], done.returncode) == ("SUCCEEDED", 0), answer["message"]
    assert all(steps == [] for steps in answer["plan"].values())


def test_plan_shows_everything_before_anything_moves():
    done = heed("plan", "Take a photo in m1, then guide the visitor to m6; never enter the kitchen.")
    assert done.returncode == 0, done.stderr
    flat = " ".join(done.stdout.split())
    for words in ("rule: ", "level 0 p0", "rule_1", "level 1 p0_1", "robot_", "photograph m1", "Makespan"):
        assert words in flat
    assert all(len(line) <= 80 for line in done.stdout.splitlines())


def test_plan_as_json_has_the_same_keys_and_no_run():
    done = heed("plan", "Take a photo in m1.", "--json", "--objective", "cost")
    answer = answer_of(done)
    assert (answer["outcome"], done.returncode) == ("SUCCEEDED", 0), answer["message"]
    assert answer["cost"] > 0
    assert answer["episode"] is None
    assert answer["monitor"] == {}
    assert answer["timings_ms"]["execute"] is None
    assert answer["timings_ms"]["plan"] > 0


def test_a_plan_is_drawn(tmp_path):
    chart, folder = tmp_path / "plan.png", tmp_path / "automata"
    command = ("plan", "Take a photo in m1.", "--gantt", str(chart), "--automata", str(folder))
    done = heed(*command, "--json")
    answer = answer_of(done)
    assert done.returncode == 0, answer["message"]
    names = [name for level in answer["spec"] for name in level]
    assert answer["files"] == {"gantt": str(chart), "automata": {name: str(folder / f"{name}.svg") for name in names}}
    assert chart.read_bytes().startswith(b"\x89PNG")
    assert all((folder / f"{name}.svg").read_text().startswith("<svg") for name in names)
    planner = answer["planner"]
    assert planner["engine"]
    assert (planner["status"], planner["objective"], planner["gap"]) == ("optimal", "makespan", 0.0)
    assert planner["lower_bound"] == answer["makespan"]
    told = heed(*command)
    flat = told.stdout.replace("\n", "").replace(" ", "")
    assert all(str(path) in flat for path in (chart, *folder.iterdir()))
    assert "provenoptimal,lowerbound" in flat


def test_without_a_plan_no_chart_is_promised(tmp_path):
    chart, folder = tmp_path / "plan.png", tmp_path / "automata"
    text = "Never enter the kitchen; go to the kitchen."
    command = ("plan", text, "--gantt", str(chart), "--automata", str(folder))
    answer = answer_of(heed(*command, "--json"))
    assert answer["outcome"] == "UNSATISFIABLE"
    assert answer["files"]["gantt"] is None
    assert set(answer["files"]["automata"]) == {path.stem for path in folder.iterdir()} == {"p0", "p0_1", "rule_1"}
    assert not chart.exists()
    assert "there is no plan" in heed(*command).stdout


def test_exit_statuses_are_documented():
    text = " ".join(heed("run", "--help").stdout.replace("│", " ").split())
    for words in ("0 SUCCEEDED", "3 REJECTED", "4 UNSATISFIABLE", "130 CANCELED"):
        assert words in text


def test_worlds_are_listed_and_described():
    listed = heed("worlds").stdout
    assert all(name in listed for name in ("office", "cleanup", "table"))
    office = heed("worlds", "office")
    assert office.returncode == 0, office.stderr
    for words in ("kitchen_door", "visitor", "robot_4", "photograph", "heed run"):
        assert words in office.stdout
    unknown = heed("worlds", "moonbase")
    assert unknown.returncode == 2
    assert "moonbase" in unknown.stderr


AMBIGUOUS = ("run", "go to the left room", "--world", "cleanup", "--no-record")


def test_an_ambiguous_instruction_without_a_terminal_ends_with_its_question():
    done = heed(*AMBIGUOUS, "--json")
    answer = answer_of(done)
    assert (answer["outcome"], done.returncode) == ("ASKED", 7)
    assert answer["message"] == answer["question"]
    assert len(answer["options"]) == 2
    told = heed(*AMBIGUOUS)
    assert told.returncode == 7
    assert all(option in told.stdout for option in answer["options"])


def test_an_ambiguous_instruction_on_a_terminal_is_asked_about_and_carried_out():
    terminal = Terminal(*AMBIGUOUS)
    terminal.until("Answer (number or words): ")
    terminal.type("7\n")
    terminal.until("Answer (number or words): ")
    terminal.type("1\n")
    terminal.until("SUCCEEDED")
    assert terminal.status() == 0
