"""``heed eval translate`` on files of a few lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from grounding.errors import HeedError
from heed.cli.main import build

CASES = [
    {
        "id": "a",
        "instruction": "Wash the cup and put it in the sink, then throw the egg away.",
        "base_tasks": ["Put a clean cup in the sink", "Throw away the egg"],
        "mentioned": [0, 1],
        "order_closure": [[0, 1]],
    },
    {
        "id": "b",
        "instruction": "Put the fork on the table.",
        "base_tasks": ["Put the fork on the table", "Slice the egg"],
        "mentioned": [0],
        "order_closure": [],
        "n": 7,
    },
]
ANSWERS = [
    {
        "id": "a",
        "leaves": [{"text": "wash the cup"}, {"text": "put the cup in the sink"}, {"text": "put the egg in the bin"}],
        "order": [[0, 1], [1, 2]],
        "confidence": 0.8,
    },
    {"id": "b", "leaves": [{"text": "put the fork on the chair"}], "order": [], "confidence": 0.4},
]


def heed(*arguments: str) -> Any:
    return CliRunner().invoke(build(arguments), list(arguments))


def lines(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def test_figures_and_predictions(tmp_path: Path) -> None:
    cases, answers = lines(tmp_path / "f.jsonl", CASES), lines(tmp_path / "pred.jsonl", ANSWERS)
    out = tmp_path / "out.jsonl"
    result = heed("eval", "translate", cases, "--from-predictions", answers, "--predictions", str(out), "--json")
    found = json.loads(result.stdout)
    assert {"n", "task_set", "order", "both", "by_n", "ci95", "ece", "refused"} == found.keys()
    assert (found["n"], found["task_set"], found["order"], found["both"]) == (2, 0.5, 1.0, 0.5)
    assert set(found["by_n"]) == {"2", "7"}
    first, second = (json.loads(line) for line in out.read_text().splitlines())
    assert first["matched"] == {"0": [0, 1], "1": [2]}
    assert second["missed"] == ["Put the fork on the table"]


def test_what_is_not_answered_is_wrong(tmp_path: Path) -> None:
    cases, answers = lines(tmp_path / "f.jsonl", CASES), lines(tmp_path / "pred.jsonl", ANSWERS[:1])
    result = heed("eval", "translate", cases, "--from-predictions", answers)
    assert "1 refused" in result.stdout
    assert "50.0 %" in result.stdout


@pytest.mark.parametrize(
    ("rows", "options", "reason"),
    [
        (ANSWERS, ["--engine", "x"], "has nothing to do with --from-predictions"),
        ([{"id": "z", "leaves": []}], [], "answers none of the instructions"),
    ],
)
def test_wrong_use_is_named(tmp_path: Path, rows: list[dict[str, Any]], options: list[str], reason: str) -> None:
    cases, answers = lines(tmp_path / "f.jsonl", CASES), lines(tmp_path / "pred.jsonl", rows)
    result = heed("eval", "translate", cases, "--from-predictions", answers, *options)
    assert isinstance(result.exception, HeedError)
    assert reason in str(result.exception)
