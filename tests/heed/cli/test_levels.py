"""``heed train levels``, ``heed eval levels`` and ``heed ground``, with a model that is trained in a second."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from heed.cli.main import build

ROOMS = {"red": "room0", "green": "room1", "blue": "room2"}
KEYS = {
    "n", "level_accuracy", "joint_accuracy", "ece_level", "ece_joint", "accuracy_at_80_coverage", "per_level", "ci95",
    "assumed", "model", "protocol",
}  # fmt: skip
GROUND_KEYS = {"level", "reward", "probability", "alternatives", "grounded", "refused", "question"}


def heed(*arguments: str) -> Any:
    return CliRunner().invoke(build(arguments), list(arguments))


def answer(*arguments: str) -> dict[str, Any]:
    result = heed(*arguments, "--json")
    assert result.exit_code == 0, f"{result.output} {result.exception}"
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pairs of files of all levels, and a fold table of the same lines."""
    folder = tmp_path_factory.mktemp("data")
    rows: list[tuple[str, str, str]] = []
    for go in ("go", "move", "walk", "drive", "come", "head"):
        rows += [("L0", word, f"go{step}") for word, step in ((f"{go} up", "North"), (f"{go} down", "South"))]
        for colour, room in ROOMS.items():
            rows.append(("L1", f"{go} through the door into the {colour} room", f"agentInRegion agent0 {room}"))
            rows.append(("L2", f"{go} to the {colour} room", f"agentInRegion agent0 {room}"))
    for level in ("L0", "L1", "L2"):
        own = [row for row in rows if row[0] == level]
        (folder / f"{level}.en").write_text("".join(f"{text}\n" for _, text, _ in own), encoding="utf-8")
        (folder / f"{level}.ml").write_text("".join(f"{note}\n" for _, _, note in own), encoding="utf-8")
    table = [
        f"{number % 3 - (number == 0)}\t{level}\t{note}\t{text}" for number, (level, text, note) in enumerate(rows)
    ]
    (folder / "folds.tsv").write_text("\n".join(["fold\tlevel\tml\ten", *table]) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trained(data: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("model") / "ibm2"
    result = heed("train", "levels", "--model", "ibm2", "--data", str(data), "--out", str(out))
    assert result.exit_code == 0, f"{result.output} {result.exception}"
    card = json.loads((out / "card.json").read_text(encoding="utf-8"))
    assert {"data", "licence", "figures", "command", "sha256", "commands"} <= set(card)
    assert card["command"].startswith("heed train levels --model ibm2")
    return str(out)


def pair(data: Path, level: str) -> tuple[str, ...]:
    return "--commands", str(data / f"{level}.en"), "--labels", str(data / f"{level}.ml")


def test_a_trained_model_is_tested_on_all_levels(data: Path, trained: str, tmp_path: Path) -> None:
    out = tmp_path / "answers.jsonl"
    arguments = (*pair(data, "L0"), *pair(data, "L1"), *pair(data, "L2"), "--model", trained)
    found = answer("eval", "levels", *arguments, "--predictions", str(out))
    assert set(found) >= KEYS
    assert found["n"] == 48
    assert {level: row["n"] for level, row in found["per_level"].items()} == {"L0": 12, "L1": 18, "L2": 18}
    assert found["joint_accuracy"] > 0.8
    assert found["ci95"]["joint_accuracy"][0] <= found["joint_accuracy"] <= found["ci95"]["joint_accuracy"][1]
    assert "known" in found["assumed"]
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 48
    assert sum(line["right"] for line in lines) == pytest.approx(48 * found["joint_accuracy"])


def test_files_of_mixed_levels_say_what_was_assumed(data: Path, trained: str, tmp_path: Path) -> None:
    names = []
    for end, option in (("en", "--commands"), ("ml", "--labels")):
        path = tmp_path / f"mixed.{end}"
        path.write_text("".join((data / f"{level}.{end}").read_text() for level in ("L0", "L1", "L2")))
        names += [option, str(path)]
    found = answer("eval", "levels", *names, "--model", trained)
    assert "36 of 48" in found["assumed"]
    assert set(found["per_level"]) == {"L0", "L1 or L2"}
    levels = tmp_path / "levels.txt"
    levels.write_text("L0\n" * 12 + "L1\n" * 18 + "L2\n" * 18)
    sure = answer("eval", "levels", *names, "--level", str(levels), "--model", trained)
    assert set(sure["per_level"]) == {"L0", "L1", "L2"}
    assert sure["joint_accuracy"] <= found["joint_accuracy"]


def test_cross_validation_and_the_lines_that_count(data: Path) -> None:
    every = answer("eval", "levels", "--folds", str(data / "folds.tsv"), "--model", "ibm2")
    assert every["n"] == 47  # one line of the table is always training data
    assert "3-fold" in every["protocol"]
    one = answer("eval", "levels", *pair(data, "L2"), "--folds", str(data / "folds.tsv"), "--model", "ibm2")
    assert one["n"] == 18
    assert set(one["per_level"]) == {"L2"}
    assert one["per_level"]["L2"]["joint_accuracy"] == pytest.approx(every["per_level"]["L2"]["joint_accuracy"])


def test_people_get_a_table(data: Path, trained: str) -> None:
    result = heed("eval", "levels", *pair(data, "L1"), "--model", trained)
    assert result.exit_code == 0
    assert "level and reward function" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "nothing to test"),
        (["--commands", "L1.en"], "1 --commands and 0 --labels"),
        (["--commands", "L1.en", "--labels", "L0.ml"], "L1.en, line 13: has no label"),
        (["--commands", "L1.en", "--labels", "L1.ml", "--level", "L7"], "'L7'"),
        (["--commands", "L1.en", "--labels", "L1.ml", "--level", "L1", "--level", "L2"], "2 --level for 1 pairs"),
        (["--commands", "L1.en", "--labels", "L1.ml", "--model", "nope"], "nope"),
        (["--folds", "L1.en"], "L1.en, line 1"),
        (["--folds", "folds.tsv", "--model", "nope"], "cannot be trained"),
    ],
)
def test_wrong_use_is_one_sentence(data: Path, arguments: list[str], words: str) -> None:
    files = {path.name: str(path) for path in data.iterdir()}
    result = heed("eval", "levels", *(files.get(word, word) for word in arguments))
    assert result.exit_code != 0
    assert words in str(result.exception)


def test_ground(trained: str) -> None:
    found = answer("ground", "go to the red room", "--world", "cleanup", "--model", trained)
    assert set(found) >= GROUND_KEYS
    assert found["reward"] == "agentInRegion agent0 room0"
    assert found["grounded"] == {
        "agent": "red_room", "things": [], "steps": [], "reward": "agentInRegion agent0 red_room",
    }  # fmt: skip
    assert found["refused"] is None
    steps = answer("ground", "go north three times", "--model", trained)
    assert (steps["level"], steps["reward"]) == ("L0", "goNorth goNorth goNorth")


def test_what_is_refused_has_the_same_keys_and_exit_status_3(trained: str) -> None:
    result = heed("ground", "go to the yellow room", "--model", trained, "--json")
    assert result.exit_code == 3
    found = json.loads(result.stdout)
    assert set(found) >= GROUND_KEYS
    assert found["level"] is None
    assert "yellow room" in found["refused"]
    assert "the red room" in found["near"]
    plain = heed("ground", "go to the yellow room", "--model", trained)
    assert plain.stdout.startswith("Refused: ")
