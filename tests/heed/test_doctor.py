"""``heed doctor``: what is well is called well, and what is broken is named with its remedy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from heed.cli import doctor
from heed.cli.doctor import MISSING, OK, WRONG, Finding, examine, package


def test_this_machine_is_ready() -> None:
    answer = subprocess.run(
        [str(Path(sys.executable).parent / "heed"), "doctor", "--json"], capture_output=True, text=True, check=False
    )
    report = json.loads(answer.stdout)
    broken = [finding for finding in report["findings"] if finding["required"] and finding["state"] != OK]
    assert broken == []
    assert report["ok"] is True
    assert answer.returncode == 0
    found = {finding["what"] for finding in report["findings"]}
    assert {"Python", "heed_interfaces", "spottl", "pybullet", "worlds", "messages between nodes"} <= found


def test_a_missing_package_is_missing_and_mendable() -> None:
    finding = package("no_such_module", "no-such-distribution", "pip install it")()
    assert finding == Finding("no-such-distribution", MISSING, "not installed", "pip install it")


def test_a_package_that_breaks_on_import_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_part.py").write_text("raise OSError('libsomething.so is missing')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    finding = package("broken_part", "broken-part", "mend it", required=False)()
    assert (finding.state, finding.mend, finding.required) == (WRONG, "mend it", False)
    assert "libsomething.so is missing" in finding.detail


def test_a_check_that_fails_itself_is_a_finding() -> None:
    def odd_thing() -> Finding:
        raise RuntimeError("out of luck")

    (finding,) = examine([odd_thing])
    assert (finding.what, finding.state) == ("odd thing", WRONG)
    assert "out of luck" in finding.detail


def test_only_required_things_decide(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(required: bool) -> Finding:
        return Finding("thing", MISSING, "not there", "fetch it", required)

    monkeypatch.setattr(doctor, "CHECKS", (lambda: absent(False),))
    with pytest.raises(doctor.typer.Exit) as caught:
        doctor.doctor()
    assert caught.value.exit_code == 0
    assert "missing (optional)" in capsys.readouterr().out
    monkeypatch.setattr(doctor, "CHECKS", (lambda: absent(True),))
    with pytest.raises(doctor.typer.Exit) as caught:
        doctor.doctor()
    assert caught.value.exit_code == 1
    assert "fetch it" in capsys.readouterr().out
