"""What is installed, and what setting up says when something is missing."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from importlib.metadata import requires, version
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


bootstrap = load("bootstrap")


def _sorted_specifier(requirement: str) -> str:
    """``lark>=1.1,<2`` and ``lark<2,>=1.1`` as the same words."""
    match = re.fullmatch(r"([A-Za-z0-9_.\-]+)(\[.*\])?([^;]*).*", requirement)
    assert match is not None
    name, _, specifier = match.groups()
    return name + ",".join(sorted(specifier.strip().split(",")))


class TestInstalledFiles:
    def test_every_module_and_grammar_is_installed(self, tmp_path: Path) -> None:
        subprocess.run(
            [sys.executable, "setup.py", "--quiet", "build", "--build-base", str(tmp_path)],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        built = {str(path.relative_to(tmp_path / "lib")) for path in (tmp_path / "lib").rglob("*") if path.is_file()}
        rooms = ("grounding", "planners", "sim", "heed")
        listing = ["git", "ls-files", *rooms]
        tracked = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
        assert [name for name in tracked if (ROOT / name).is_file() and name not in built] == []

    def test_package_xml_agrees_with_setup(self) -> None:
        package = ElementTree.parse(ROOT / "package.xml").getroot()
        assert package.findtext("name") == "heed"
        assert package.findtext("version") == version("heed")
        assert package.findtext("license") == "Apache-2.0"
        assert "Apache License" in (ROOT / "LICENSE").read_text()
        assert "GPL" in (ROOT / "NOTICE").read_text()
        assert (ROOT / "resource" / "heed").is_file()

    def test_requirements_of_a_ros_install_agree_with_setup(self) -> None:
        asked = {re.split(r"[<>=]", line)[0]: line for line in map(_sorted_specifier, requires("heed") or [])}
        lines = [line.split("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
        listed = {re.split(r"[<>=]", line)[0]: _sorted_specifier(line) for line in lines if line}
        assert listed.pop("numpy") == "numpy<2,>=1.26"  # that of ROS, within what setup.py allows
        assert {name: asked[name] for name in listed} == listed

    def test_every_constraint_is_exact_and_torch_is_there(self) -> None:
        lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if line and line[0] != "#"]
        pattern = r'[A-Za-z0-9_.\-]+==[0-9][0-9a-z.]*(; python_version (<|>=|==) "3\.1[0-9]")?'
        assert [line for line in lines if not re.fullmatch(pattern, line)] == []
        assert "torch==2.13.0" in lines


class TestSettingUp:
    @pytest.fixture
    def path(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """A machine with nothing on PATH but what a test puts there."""
        monkeypatch.setenv("PATH", str(tmp_path))
        for name in ("PYTHON", "CC", "CXX"):
            monkeypatch.delenv(name, raising=False)
        return tmp_path

    def fake(self, folder: Path, name: str, output: str = "") -> None:
        script = folder / name
        script.write_text(f"#!/bin/sh\necho '{output}'\n")
        script.chmod(0o755)

    def fake_python(self, folder: Path, name: str, minor: int, venv: bool = True, headers: bool = True) -> None:
        facts = f'{{"executable": "/fake/{name}", "version": [3, {minor}], "venv": {venv}, "headers": {headers}}}'
        self.fake(folder, name, facts.replace("True", "true").replace("False", "false"))

    def refusal(self, check: str) -> str:
        with pytest.raises(bootstrap.SetupError) as caught:
            getattr(bootstrap, check)()
        return str(caught.value)

    def test_no_compiler(self, path: Path) -> None:
        assert "sudo apt install build-essential" in self.refusal("check_compiler")
        self.fake(path, "gcc")
        assert "CXX" in self.refusal("check_compiler")
        self.fake(path, "g++")
        bootstrap.check_compiler()

    def test_no_python(self, path: Path) -> None:
        assert "found on PATH: none" in self.refusal("find_python")

    def test_unsupported_python(self, path: Path) -> None:
        self.fake_python(path, "python3", 9)
        assert "3.10 to 3.13" in self.refusal("find_python")
        assert "found on PATH: 3.9" in self.refusal("find_python")

    def test_python_without_venv_or_headers(self, path: Path) -> None:
        self.fake_python(path, "python3.12", 12, venv=False, headers=False)
        message = self.refusal("find_python")
        assert message.endswith("sudo apt install python3.12-venv python3.12-dev")
        self.fake_python(path, "python3.12", 12, headers=False)
        assert self.refusal("find_python").endswith("sudo apt install python3.12-dev")

    def test_the_best_complete_python_is_taken(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.fake_python(path, "python3.11", 11, headers=False)
        self.fake_python(path, "python3.13", 13)
        self.fake_python(path, "python3", 9)
        assert bootstrap.find_python() == "/fake/python3.13"
        self.fake_python(path, "python3.10", 10)
        assert bootstrap.find_python() == "/fake/python3.10"
        monkeypatch.setenv("PYTHON", "python3.13")
        assert bootstrap.find_python() == "/fake/python3.13"

    def test_a_python_that_does_not_start_is_passed_over(self, path: Path) -> None:
        script = path / "python3.11"
        script.write_text("#!/bin/sh\nexit 127\n")
        script.chmod(0o755)
        self.fake_python(path, "python3", 12)
        assert bootstrap.find_python() == "/fake/python3"

    def test_a_step_is_done_until_its_inputs_change(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        interfaces = tmp_path / "heed_interfaces"
        (interfaces / "msg").mkdir(parents=True)
        (interfaces / "msg" / "A.msg").write_text("int32 a\n")
        monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
        monkeypatch.setattr(bootstrap, "INTERFACES", interfaces)
        monkeypatch.setattr(bootstrap, "STAMPS", tmp_path / "stamps")
        before = bootstrap.interfaces_fingerprint()
        assert not bootstrap.is_done("interfaces", before)
        (tmp_path / "stamps").mkdir()
        (tmp_path / "stamps" / "interfaces").write_text(before)
        assert bootstrap.is_done("interfaces", bootstrap.interfaces_fingerprint())
        (interfaces / "msg" / "A.msg").write_text("int64 a\n")
        assert not bootstrap.is_done("interfaces", bootstrap.interfaces_fingerprint())

    def test_make_says_how_to_get_python(self, path: Path) -> None:
        answer = subprocess.run(
            ["/usr/bin/make", "setup", "SHELL=/bin/sh"], cwd=ROOT, capture_output=True, text=True, check=False,
            env={"PATH": str(path), "HOME": os.environ.get("HOME", "/")},
        )  # fmt: skip
        assert answer.returncode != 0
        assert "sudo apt install python3" in answer.stderr
