"""``heed doctor``: what Heed needs, whether it is there, and the command that mends it."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grounding.errors import HeedError
from heed.environment import checkout, from_wheels, package_share

OK, MISSING, WRONG = "OK", "missing", "wrong"
STYLES = {OK: "green", MISSING: "yellow", WRONG: "red"}
SOURCE = checkout()
SETUP = f"make -C {SOURCE} setup" if SOURCE else "make setup   (in a checkout of Heed)"
RESTORE = f"git -C {SOURCE or '.'} checkout worlds launch config"
LEARN = f"{sys.executable} -m pip install -c {SOURCE or '.'}/constraints.txt -e '{SOURCE or '.'}[learn]'"
PLOTS = f"{sys.executable} -m pip install -c {SOURCE or '.'}/constraints.txt -e '{SOURCE or '.'}[plots]'"
#: In a process of its own, so that a broken middleware takes nothing else down.
SELF_TEST = "from heed.environment import prepare; prepare(); from heed.nodes.selftest import main; main()"
SELF_TEST_S = 60.0


@dataclass(frozen=True)
class Finding:
    """The state of one thing that Heed needs.

    Attributes:
        what: The thing.
        state: ``OK``, ``missing`` or ``wrong``.
        detail: Version, place, or what is wrong.
        mend: Command that mends it, empty where nothing has to be done.
        required: Whether Heed works without it.
    """

    what: str
    state: str
    detail: str
    mend: str = ""
    required: bool = True


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False) -> None:
    """Says what is installed, what is missing and the command that mends it.

    Exit status: 0 when everything that Heed needs is there, 1 otherwise.
    """
    findings = examine()
    healthy = all(finding.state == OK for finding in findings if finding.required)
    if as_json:
        print(json.dumps({"ok": healthy, "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        _show(findings, healthy)
    raise typer.Exit(0 if healthy else 1)


def examine(checks: Sequence[Callable[[], Finding]] | None = None) -> tuple[Finding, ...]:
    """Runs the checks; one that fails unexpectedly is itself a finding."""
    return tuple(_run(check) for check in (CHECKS if checks is None else checks))


def _run(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except Exception as error:
        name = check.__name__.strip("_").replace("_", " ")
        return Finding(name, WRONG, f"{type(error).__name__}: {error}", SETUP)


def python() -> Finding:
    """The interpreter."""
    detail = f"{sys.version.split()[0]}, {sys.executable}"
    if (3, 10) <= sys.version_info < (3, 14):
        return Finding("Python", OK, detail)
    return Finding(
        "Python", WRONG, f"{detail}; 3.10 to 3.13 is needed", f"sudo apt install python3 && rm -rf .venv && {SETUP}"
    )


def ros() -> Finding:
    """rclpy, and whose it is."""
    if importlib.util.find_spec("rclpy") is None:
        return Finding("ROS 2 (rclpy)", MISSING, "cannot be imported", SETUP)
    where = importlib.import_module("rclpy").__file__ or ""
    distro = os.environ.get("ROS_DISTRO", "unknown distribution")
    if not from_wheels():
        return Finding("ROS 2 (rclpy)", OK, f"{distro}, {where}")
    if not where.startswith(sys.prefix):
        # A sourced ROS puts itself before the virtual environment.
        return Finding("ROS 2 (rclpy)", WRONG, f"comes from {where}, not from {sys.prefix}", "unset PYTHONPATH")
    return Finding("ROS 2 (rclpy)", OK, f"Kilted wheels, rclpy {version('ros-rclpy')}")


def interfaces() -> Finding:
    """heed_interfaces, and whether it is built from the files that lie here."""
    what = "heed_interfaces"
    mend = SETUP if from_wheels() else "colcon build --base-paths . heed_interfaces"
    if importlib.util.find_spec("heed_interfaces") is None:
        return Finding(what, MISSING, "cannot be imported", mend)
    module = importlib.import_module("heed_interfaces.action")
    place = os.path.dirname(os.path.dirname(module.__file__ or ""))
    bootstrap = SOURCE / "tools" / "bootstrap.py" if SOURCE else None
    if not (from_wheels() and bootstrap and bootstrap.is_file()):
        return Finding(what, OK, place)
    answer = subprocess.run([sys.executable, str(bootstrap), "--check"], capture_output=True, text=True, check=False)
    if answer.returncode == 0:
        return Finding(what, OK, f"built from {SOURCE}/heed_interfaces")
    steps = ", ".join(answer.stdout.split()) or answer.stderr.strip()
    return Finding(what, WRONG, f"older than its sources or packages (out of date: {steps})", mend)


def package(module: str, distribution: str, mend: str = SETUP, *, required: bool = True) -> Callable[[], Finding]:
    """A check that a Python package is there and can be imported."""

    def check() -> Finding:
        if importlib.util.find_spec(module) is None:
            return Finding(distribution, MISSING, "not installed", mend, required)
        try:
            # In a process of its own: some write to standard output, and a broken one may crash.
            code = f"from heed.environment import prepare; prepare(); import {module}"
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
        except subprocess.CalledProcessError as error:
            reason = (error.stderr.strip().splitlines() or [f"exit status {error.returncode}"])[-1]
            return Finding(distribution, WRONG, f"cannot be imported: {reason}", mend, required)
        try:
            return Finding(distribution, OK, version(distribution), required=required)
        except PackageNotFoundError:
            return Finding(distribution, OK, "version unknown", required=required)

    check.__name__ = distribution
    return check


def worlds() -> Finding:
    """The world files that ship with Heed."""
    from grounding.worldfile import load_world, shipped_worlds

    try:
        names = [load_world(name).name for name in shipped_worlds()]
    except HeedError as error:
        return Finding("worlds", WRONG, str(error), RESTORE)
    return Finding("worlds", OK, ", ".join(names)) if names else Finding("worlds", MISSING, "none", RESTORE)


def launch_files() -> Finding:
    """The launch file that ships with Heed."""
    from heed.launching.reader import read_launch

    share = package_share("heed", os.environ)
    if share is None:
        return Finding("launch files", MISSING, "the share folder of heed was not found", SETUP)
    try:
        processes = read_launch(share / "launch" / "sim.launch.yaml")
    except HeedError as error:
        return Finding("launch files", WRONG, str(error), RESTORE)
    return Finding("launch files", OK, f"{share}/launch, {len(processes)} nodes")


def messages() -> Finding:
    """Two nodes in processes of their own exchange a message, over the middleware that is set."""
    what = "messages between nodes"
    mend = "ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST heed doctor   (then: sudo ip link set lo up)"
    try:
        answer = subprocess.run(
            [sys.executable, "-c", SELF_TEST], capture_output=True, text=True, check=False, timeout=SELF_TEST_S
        )
    except subprocess.TimeoutExpired:
        return Finding(what, WRONG, f"no message arrived within {SELF_TEST_S:.0f} s", mend)
    if answer.returncode != 0:
        reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        return Finding(what, WRONG, reason, mend)
    return Finding(what, OK, f"a message went there and back in {float(answer.stdout.split()[-1]):.1f} ms")


CHECKS: tuple[Callable[[], Finding], ...] = (
    python,
    ros,
    interfaces,
    package("spot", "spottl"),
    package("pybullet", "pybullet"),
    package("lark", "lark"),
    package("rosbags", "rosbags"),
    package("matplotlib", "matplotlib", PLOTS, required=False),
    package("torch", "torch", LEARN, required=False),
    worlds,
    launch_files,
    messages,
)


def _show(findings: Sequence[Finding], healthy: bool) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("what", "state", "detail"):
        table.add_column(title, overflow="fold", no_wrap=title != "detail")
    for finding in findings:
        state = finding.state if finding.required or finding.state == OK else f"{finding.state} (optional)"
        table.add_row(finding.what, Text(state, STYLES[finding.state]), Text(finding.detail))
    console = Console()
    console.print(table, highlight=False)
    for finding in findings:
        if finding.mend:
            console.print(Text(f"\n{finding.what}: mend it with\n  {finding.mend}"), soft_wrap=True)
    console.print("\nHeed is ready." if healthy else "\nHeed is not ready.", highlight=False)
