"""The operator executable as a client of a fleet in another process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from heed.nodes.team import Composition, compose

pytestmark = pytest.mark.ros


@pytest.fixture(scope="module")
def fleet() -> Iterator[str]:
    """A running fleet; its namespace."""
    composition = Composition(log_level="fatal")
    compose(composition, "office", "/fleet", {"recorder_node": {"episodes": ""}})
    composition.start()
    yield "/fleet"
    composition.close()


def operator(namespace: str, **parameters: object) -> subprocess.CompletedProcess[str]:
    given = [part for name, value in parameters.items() for part in ("-p", f"{name}:={value}")]
    command = [sys.executable, "-m", "heed.cli.operator", "--ros-args", "-r", f"__ns:={namespace}", *given]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, env=dict(os.environ), check=False)


def test_it_follows_a_mission_of_a_fleet_elsewhere(fleet):
    done = operator(fleet, instruction="'Take a photo in m2.'", json="true")
    answer = json.loads(done.stdout)
    assert (answer["outcome"], done.returncode) == ("SUCCEEDED", 0), answer["message"]
    assert set(answer["monitor"].values()) == {"satisfied"}
    assert answer["episode"] is None


def test_it_shows_progress_and_passes_on_the_status(fleet):
    done = operator(fleet, instruction="'Bring the piano to m2.'")
    assert done.returncode == 3
    assert "REJECTED" in done.stdout
    assert "piano" in done.stdout
    assert "Traceback" not in done.stderr


def test_a_second_launch_of_a_fleet_is_refused_and_the_first_goes_on(fleet, tmp_path):
    command = [sys.executable, "-m", "heed.cli.main", "launch", "sim.launch.yaml", "--namespace", fleet]
    environment = {**os.environ, "ROS_LOG_DIR": str(tmp_path)}
    given = [*command, "instruction:=Go to m1.", "episodes:="]
    done = subprocess.run(given, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.returncode == 2, done.stderr
    assert "is up already" in done.stderr
    assert "Traceback" not in done.stderr
    done = operator(fleet, instruction="'Take a photo in m3.'", json="true")
    assert json.loads(done.stdout)["outcome"] == "SUCCEEDED"


def test_without_a_fleet_it_says_who_is_missing():
    done = operator("/nowhere", instruction="'Go to m1.'", json="true", wait="0.3")
    answer = json.loads(done.stdout)
    assert (answer["outcome"], done.returncode) == ("INTERNAL_ERROR", 1)
    assert "executive_node is not up" in answer["message"]


def test_a_parameter_that_cannot_be_used_is_named():
    done = operator("/nowhere", instruction="'Go to m1.'", world="moonbase")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "moonbase" in done.stderr
    assert "Traceback" not in done.stderr
