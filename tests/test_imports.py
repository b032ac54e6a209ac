"""Who may import whom, and that what is imported is asked for in the package metadata."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("grounding", "planners", "sim", "heed")
MAY_IMPORT = {
    "grounding": {"grounding"},
    "planners": {"planners", "grounding"},
    "sim": {"sim", "grounding"},
    "heed": set(ROOMS),
}
#: Package -> the only places that may import it.
DOORS = {
    "spot": ("grounding/logic/",),
    "lark": ("grounding/translate/",),
    "pybullet": ("sim/",),
    "pybullet_data": ("sim/",),
    "llguidance": ("grounding/translate/llm/",),
    "openai": ("grounding/translate/llm/",),
}
#: Package -> name it is installed by, where that differs.
DISTRIBUTIONS = {"spot": "spottl", "yaml": "pyyaml", "pybullet_data": "pybullet"}
ROS_DOORS = ("heed/nodes/", "heed/conversions/")


def tracked() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip
    return sorted(Path(name) for name in listing if (ROOT / name).is_file())


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that a file imports, at the top or inside functions."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 or path.parts[0] == "tests", f"{path}:{node.lineno} imports relatively"
            if node.level == 0:
                yield node.lineno, node.module or ""


FILES = tracked()
IN_ROOMS = [path for path in FILES if path.parts[0] in ROOMS]
MODULES = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in IN_ROOMS]


def ros_packages() -> set[str]:
    """The ROS packages that Heed's package.xml asks for, heed_interfaces among them."""
    depends = ElementTree.parse(ROOT / "package.xml").getroot().findall("exec_depend")
    return {name for element in depends if (name := element.text or "") and not name.startswith("python3-")}


def allowed(path: Path, module: str) -> bool:
    top = module.partition(".")[0]
    name = path.as_posix()
    if top in ROOMS:
        return top in MAY_IMPORT[path.parts[0]]
    doors = ROS_DOORS if top in ros_packages() else DOORS.get(top)
    return doors is None or name.startswith(doors)


def test_there_is_something_to_look_at() -> None:
    assert {path.parts[0] for path in IN_ROOMS} == set(ROOMS)


@pytest.mark.parametrize("path", IN_ROOMS, ids=str)
def test_rooms_import_only_what_they_may(path: Path) -> None:
    assert [f"{path}:{line} {module}" for line, module in imports(path) if not allowed(path, module)] == []


@pytest.mark.parametrize(
    ("path", "module", "verdict"),
    [
        ("grounding/logic/spec.py", "spot", True),
        ("grounding/world.py", "spot", False),
        ("grounding/world.py", "planners.plan", False),
        ("planners/check.py", "sim.protocol", False),
        ("planners/check.py", "rclpy.node", False),
        ("sim/kinematic.py", "heed.outcome", False),
        ("heed/conversions/fleet.py", "geometry_msgs.msg", True),
        ("heed/cli/run.py", "heed_interfaces.msg", False),
        ("heed/cli/run.py", "pybullet", False),
        ("grounding/translate/llm/server.py", "openai", True),
        ("grounding/mission/specify.py", "openai", False),
    ],
)
def test_the_rules_themselves(path: str, module: str, verdict: bool) -> None:
    assert allowed(Path(path), module) is verdict


def test_every_imported_package_is_asked_for() -> None:
    asked = {re.split(r"[\[<>=!; ]", line)[0].lower() for line in requires("heed") or ()}
    ours = {*ROOMS, "benchmarks", "setuptools", *(path.stem for path in FILES if path.parts[0] == "tests")}
    missing = {}
    for path in FILES:
        for line, module in imports(path):
            top = module.partition(".")[0]
            if top in ours or top in sys.stdlib_module_names or top in ros_packages():
                continue
            if DISTRIBUTIONS.get(top, top) not in asked:
                missing[f"{path}:{line}"] = top
    assert missing == {}


def test_everything_but_nodes_imports_without_ros() -> None:
    names = [name for name in MODULES if not name.startswith(("heed.nodes", "heed.conversions"))]
    code = (
        "import importlib, sys\n"
        f"sys.modules.update(dict.fromkeys({sorted(ros_packages())!r}))\n"  # None = cannot be imported
        f"for name in {names!r}: importlib.import_module(name)\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr


def test_help_and_launch_import_nothing_heavy() -> None:
    code = (
        "import sys; sys.argv = ['heed', '--help']\n"
        "from heed.cli.main import build\n"
        "import heed.cli.launch\n"
        "build(['--help'])\n"
        "print(sorted({'rclpy', 'pybullet', 'spot', 'torch', 'lark', 'pydantic', 'numpy'} & set(sys.modules)))\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
