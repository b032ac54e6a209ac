"""``heed train ltl`` and ``heed eval ltl``, on a file of a few lines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from grounding.errors import HeedError
from heed.cli.main import build

KEYS = {"n", "exact", "equivalent", "equivalent_weighted", "by_type", "ci95", "refused", "protocol"}
KEYS |= {"ece", "at_coverage_80"}
LINES = [
    *(f"{go} a\tF a\tvisit\t1" for go in ("visit", "go to", "reach")),
    *(f"{go} a and b\t& F a F b\tvisit\t3" for go in ("visit", "go to", "reach")),
    *(f"{avoid} {x}\tG ! {x}\tavoid\t1" for avoid in ("avoid", "never visit") for x in "ab"),
]


def heed(*arguments: str) -> Any:
    return CliRunner().invoke(build(arguments), list(arguments))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ltl") / "pairs.tsv"
    path.write_text("\n".join(["utterance\tformula\ttype\tweight", *LINES]) + "\n")
    return path


def test_train_then_eval(data: Path, tmp_path: Path) -> None:
    assert heed("train", "ltl", "--data", str(data), "--out", str(tmp_path / "model")).exit_code == 0
    out = tmp_path / "answers.jsonl"
    result = heed("eval", "ltl", str(data), "--model", str(tmp_path / "model"), "--predictions", str(out), "--json")
    found = json.loads(result.stdout)
    assert set(found) == KEYS
    assert found["n"] == len(LINES)
    assert found["equivalent"] == found["exact"] == found["equivalent_weighted"] == 1.0
    assert set(found["by_type"]) == {"visit", "avoid"}
    answers = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(answers) == len(LINES)
    assert all(answer["equivalent"] for answer in answers)


def test_cross_validation_by_formulas(data: Path) -> None:
    found = json.loads(heed("eval", "ltl", str(data), "--folds", "2", "--holdout", "formulas", "--json").stdout)
    assert found["n"] == len(LINES)
    assert "2 folds" in found["protocol"]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--split", "dev"], "is the split of no line"),
        (["--holdout", "words"], "is not known"),
        (["--folds", "50"], "there are 10 utterances"),
    ],
)
def test_wrong_options_are_named(data: Path, options: list[str], reason: str) -> None:
    result = heed("eval", "ltl", str(data), *options)
    assert isinstance(result.exception, HeedError)
    assert reason in str(result.exception)
