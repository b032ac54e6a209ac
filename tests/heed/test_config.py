"""config/heed.yaml and the launch file against the parameters that the nodes really declare."""

from __future__ import annotations

import importlib
import pkgutil
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest
import yaml

import heed.nodes
from heed.environment import ROOT
from heed.launching.reader import read_launch
from heed.nodes.base import COMMON, HeedNode, Option

CONFIG: dict[str, Any] = yaml.safe_load((ROOT / "config" / "heed.yaml").read_text())
TEXT = (ROOT / "config" / "heed.yaml").read_text().splitlines()


def node_classes() -> dict[str, type[HeedNode]]:
    for module in pkgutil.iter_modules(heed.nodes.__path__):
        importlib.import_module(f"heed.nodes.{module.name}")
    return {cls.node_name: cls for cls in HeedNode.__subclasses__() if cls.__module__.startswith("heed.nodes.")}


NODES = node_classes()
OWN = [(name, option) for name, cls in NODES.items() for option in cls.options]


def configured(node: str) -> dict[str, Any]:
    section = CONFIG.get(f"/**/{node}" if node else "/**", {})
    parameters: dict[str, Any] = section.get("ros__parameters", {})
    return parameters


def test_the_nodes_are_the_six_and_the_operator() -> None:
    rooms = ("grounding", "planner", "executive", "sim", "monitor", "recorder")
    assert set(NODES) == {*(f"{room}_node" for room in rooms), "operator"}


@pytest.mark.parametrize(("node", "option"), OWN, ids=[f"{node}.{option.name}" for node, option in OWN])
def test_every_parameter_is_in_the_file_with_its_default_and_range(node: str, option: Option) -> None:
    assert option.name in configured(node)
    value = configured(node)[option.name]
    assert value == option.default
    assert type(value) is type(option.default)
    section = TEXT.index(f"/**/{node}:")
    line = next(line for line in TEXT[section:] if line.strip().startswith(f"{option.name}:"))
    assert "# " in line
    for word in (*option.choices, option.unit):
        assert word in line
    if option.low is not None and option.high is not None:
        assert f"{option.low:.10g} to {option.high:.10g}" in line


def test_common_parameters_are_there() -> None:
    assert configured("") == {**{option.name: option.default for option in COMMON}, "use_sim_time": False}


def test_the_file_has_nothing_that_no_node_declares() -> None:
    unknown = []
    for section, content in CONFIG.items():
        if section == "/**":
            continue
        node = section.removeprefix("/**/")
        declared = {option.name for option in NODES[node].options} if node in NODES else set()
        unknown += [f"{section} {name}" for name in content["ros__parameters"] if name not in declared]
    assert unknown == []


def test_the_launch_sets_only_declared_parameters() -> None:
    common = {*(option.name for option in COMMON), "use_sim_time"}
    for spec in read_launch(ROOT / "launch" / "sim.launch.yaml", {"instruction": "go"}):
        options = {option.name: option for option in (*COMMON, *NODES[spec.name].options)}
        assert spec.parameters[0] == ROOT / "config" / "heed.yaml"
        for part in spec.parameters[1:]:
            assert not isinstance(part, Path)
            for name, value in part.items():
                assert name in common | set(options), f"{spec.name} has no parameter {name}"
                if name in options:
                    assert type(value) is type(options[name].default), f"{spec.name}, {name}"


def test_every_executable_is_an_entry_point_of_its_node() -> None:
    scripts = {script.name: script for script in entry_points(group="console_scripts") if script.module[:5] == "heed."}
    for spec in read_launch(ROOT / "launch" / "sim.launch.yaml", {"instruction": "go"}):
        assert callable(scripts[spec.executable].load())
