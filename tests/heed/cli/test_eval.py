"""``heed eval planner``: one row for every instance."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from benchmarks.hltl.family import member, write
from heed.cli.main import build

KEYS = {
    "case", "seed", "robots", "leaves", "status", "cost", "makespan", "lower_bound", "gap", "first_plan_cpu_s",
    "total_cpu_s", "checker",
}  # fmt: skip


def test_rows_are_complete_and_judged(tmp_path: Path) -> None:
    paths = [str(write(member(robots, 4, 2), tmp_path)) for robots in (2, 5)]
    arguments = ["eval", "planner", *paths, "--objective", "makespan", "--json"]
    result = CliRunner().invoke(build(arguments), arguments)
    assert result.exit_code == 0, result.output
    rows = json.loads(result.output)
    assert [row["robots"] for row in rows] == [2, 5]
    for row in rows:
        assert set(row) >= KEYS
        assert row["status"] == "OPTIMAL"
        assert row["gap"] == 0
        assert row["makespan"] == row["lower_bound"]
        assert row["checker"] == {"ok": True, "problems": []}
        assert 0 < row["first_plan_cpu_s"] <= row["total_cpu_s"]


def test_people_get_a_table(tmp_path: Path) -> None:
    arguments = ["eval", "planner", str(write(member(2, 3, 2), tmp_path)), "--model", "blocking"]
    result = CliRunner().invoke(build(arguments), arguments)
    assert result.exit_code == 0, result.output
    assert "office_r2_l3" in result.output


def test_unknown_choices_are_refused(tmp_path: Path) -> None:
    arguments = ["eval", "planner", str(write(member(2, 3, 2), tmp_path)), "--objective", "beauty"]
    result = CliRunner().invoke(build(arguments), arguments)
    assert result.exit_code != 0
    assert "beauty" in str(result.exception)
