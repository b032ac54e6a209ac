"""The ``heed`` command as a person meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grounding.errors import ConfigurationError
from heed.cli.launch import find_launch_file, parse_values
from heed.cli.main import COMMANDS

HEED = Path(sys.executable).parent / "heed"


def heed(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(HEED), *arguments],
        cwd="/",
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_help_names_every_command() -> None:
    answer = heed("--help")
    assert answer.returncode == 0
    assert [name for name in COMMANDS if name not in answer.stdout] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    answer = heed(command, "--help")
    assert answer.returncode == 0, answer.stderr
    assert "Usage: heed " + command in answer.stdout.replace("\n", " ")


def test_version() -> None:
    assert heed("--version").stdout == "heed 0.1.0\n"


def test_a_typing_error_gets_a_near_match() -> None:
    answer = heed("lunch")
    assert answer.returncode == 2
    assert "launch" in answer.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["launch", "nope"], "launch file nope: was not found"),
        (["launch", "sim", "world=office"], "is not of the form name:=value"),
        (["launch", "sim", "wrold:=office"], "Did you mean world:="),
        (["launch", "sim", "world:=a", "world:=b"], "given twice"),
        (["launch", "sim", "physics:=real"], "Choose from: kinematic, pybullet"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_status_2(arguments: list[str], words: str) -> None:
    answer = heed(*arguments)
    assert answer.returncode == 2
    assert words in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert answer.stdout == ""


def test_it_works_from_inside_another_virtual_environment_of_the_wheels() -> None:
    answer = heed("doctor", "--help", _ROS_WHEELS_BOOTSTRAP_COMPLETE="1", LD_LIBRARY_PATH="/nowhere")
    assert answer.returncode == 0


def test_show_args() -> None:
    answer = heed("launch", "sim", "--show-args", COLUMNS="200")
    assert "real_time_factor" in answer.stdout
    assert "One of: kinematic, pybullet." in answer.stdout


def test_launch_files_are_found_by_name_and_by_path() -> None:
    path = find_launch_file("sim")
    assert find_launch_file("sim.launch.yaml") == path
    assert find_launch_file(str(path)) == path


def test_values_may_hold_anything() -> None:
    assert parse_values(["a:=b:=c", "empty:="]) == {"a": "b:=c", "empty": ""}
    with pytest.raises(ConfigurationError):
        parse_values([":=b"])
