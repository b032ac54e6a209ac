"""Every node in a process of its own: a mission, an interrupt, and what is not usable."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from heed import Commander, Outcome
from heed.environment import child_environment
from heed.episodes import read_episode

pytestmark = pytest.mark.ros
NODES = ("sim", "grounding", "planner", "monitor", "recorder", "executive")


def start(node, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", f"from heed.nodes.{node} import main; main()", "--ros-args", *arguments],
        env=child_environment(os.environ),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def stop(processes):
    """Interrupts every process twice; what each exits with and has said."""
    for _ in range(2):
        for process in processes.values():
            process.send_signal(signal.SIGINT)
    try:
        ends = {name: (process.communicate(timeout=20.0)[1], process.returncode) for name, process in processes.items()}
    finally:
        for process in processes.values():
            process.kill()
    return ends


def test_a_mission_across_processes_and_a_clean_end(tmp_path):
    common = ("-r", "__ns:=/apart", "-p", "world:=cleanup", "-p", "use_sim_time:=true", "-r", "/clock:=clock")
    special = {"recorder": ("-p", f"episodes:={tmp_path}"), "sim": ("-p", "seed:=5")}
    processes = {node: start(node, *common, *special.get(node, ())) for node in NODES}
    try:
        with Commander("/apart", wait_s=60.0) as heed:
            result = heed.run("put the chair in the blue room and come back to the red room", 120.0)
            assert result.outcome is Outcome.SUCCEEDED, result.message
            assert read_episode(result.episode).metadata["outcome"] == "SUCCEEDED"
            assert heed.run("go to the moon", 60.0).outcome is Outcome.REJECTED
            assert heed.plan("go to the green room").outcome is Outcome.SUCCEEDED
    finally:
        ends = stop(processes)
    for node, (said, status) in ends.items():
        assert "Traceback" not in said, (node, said)
        assert status == 0, (node, said)


@pytest.mark.parametrize(
    ("node", "arguments", "words"),
    [
        ("sim", ("-p", "world:=atlantis"), "atlantis"),
        ("sim", ("-p", "real_time_factor:=-2.0"), "real_time_factor"),
        ("sim", ("-p", "faults:='{'"), "faults"),
        ("executive", ("-p", "retries:=many"), "retries"),
    ],
)
def test_what_is_not_usable_ends_a_node_with_a_sentence(node, arguments, words):
    process = start(node, *arguments)
    said = process.communicate(timeout=60.0)[1]
    assert process.returncode == 2, said
    assert words in said
    assert "Traceback" not in said


def test_an_executive_that_goes_away_is_noticed(monkeypatch):
    monkeypatch.setattr("heed.nodes.link.GONE_S", 3.0)
    common = ("-r", "__ns:=/leaving", "-p", "world:=cleanup", "-p", "answer_s:=60.0")
    executive = start("executive", *common)
    try:
        with Commander("/leaving", wait_s=60.0) as heed:
            heed.send("go to the green room")  # waits for a grounding node that never comes
            while not heed.feedback().stage:
                assert not heed.done()
            executive.send_signal(signal.SIGINT)
            result = heed.result(60.0)
    finally:
        executive.kill()
        executive.communicate()
    assert result.outcome is Outcome.INTERNAL_ERROR
    assert "executive_node" in result.message
