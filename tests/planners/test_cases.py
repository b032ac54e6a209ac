"""Published cases are read, and what is wrong with a file is said by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.hltl.family import member, write
from grounding.errors import HeedError
from planners.hltl.cases import load_case

WORLD = {
    "name": "row",
    "free_cells": [[1, 1], [2, 1], [3, 1]],
    "regions": {"a": [[1, 1]], "b": [[3, 1]]},
    "action_model": {
        "initial": "x",
        "edges": [{"from": "x", "to": "x", "label": "default"}, {"from": "x", "to": "x", "label": "wave"}],
        "preconditions": {"default": [[]], "wave": [["b"]]},
    },
}
CASE = {
    "id": "row1",
    "world": "row.json",
    "hierarchy": [{"p0": "<> p1 && <> p2"}, {"p1": "<> a", "p2": "<> (b && X wave)"}],
    "children": {"p0": ["p1", "p2"], "p1": [], "p2": []},
    "leaves": ["p1", "p2"],
    "instances": [{"seed": 0, "robots": [{"id": "r1", "type": 1, "start": [2, 1]}], "reference_optimum": None}],
}


def saved(folder: Path, case: dict[str, Any], world: dict[str, Any] = WORLD) -> Path:
    (folder / "row.json").write_text(json.dumps(world))
    (folder / "case.json").write_text(json.dumps(case))
    return folder / "case.json"


def changed(value: Any, **paths: Any) -> Any:
    """A copy of nested JSON with some places (``a__0__b``) changed."""
    value = json.loads(json.dumps(value))
    for path, new in paths.items():
        *way, last = (int(part) if part.isdigit() else part for part in path.split("__"))
        at = value
        for part in way:
            at = at[part]
        at[last] = new
    return value


def test_a_case_is_read(tmp_path: Path) -> None:
    case = load_case(saved(tmp_path, CASE))
    assert case.root == "p0"
    assert case.leaves == ("p1", "p2")
    assert case.formulas["p2"] == "F(b & X[!] wave)", "there is no next moment after the last one"
    wave = next(edge for edge in case.world.actions if edge.label == "wave")
    assert wave.regions == {"b"}
    assert case.instances[0].robots[0].start == (2, 1)


def test_one_closing_bracket_too_many_is_forgiven(tmp_path: Path) -> None:
    case = load_case(saved(tmp_path, changed(CASE, hierarchy__1__p1="<> (a) )")))
    assert case.formulas["p1"] == "F a"


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    case = member(3, 4, 7, orders=1)
    again = load_case(write(case, tmp_path))
    assert again.formulas == {name: again.formulas[name] for name in case.formulas}
    assert again.world.cells == case.world.cells
    assert again.instances[0].robots == case.instances[0].robots


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"children__p1": ["p0"]}, "'p0'"),
        ({"hierarchy": [{"p0": "<> p1"}, {"p1": "<> p2", "p2": "<> p1"}],
          "children": {"p0": [], "p1": ["p2"], "p2": ["p1"]}, "leaves": ["p0"]}, "cycle"),
        ({"children__p2": ["p1"]}, "'p1': is used by both"),
        ({"children__p2": ["p1"], "children__p0": ["p2"]}, "'p0'"),
        ({"hierarchy__0__p0": "<> p1"}, "'p2'"),
        ({"hierarchy__1__p1": "<> nowhere"}, "'nowhere'"),
        ({"hierarchy__1__p1": "<> p2"}, "'p2', which is another formula"),
        ({"hierarchy__1__p1": "<> (a &&"}, "formula 'p1'"),
        ({"hierarchy__0__p0": "<> p1 && X p2"}, "X"),
        ({"hierarchy__0__p9": "<> a"}, "root must stand alone"),
        ({"leaves": ["p1"]}, "'p2'"),
        ({"leaves": ["p1", "p2", "p3"]}, "'p3'"),
        ({"leaves": ["p1", "p1", "p2"]}, "'p1'"),
        ({"instances__0__robots__0": {"id": "r1", "type": 1}}, "'r1'"),
        ({"instances__0__robots__0__start": [9, 9]}, "'r1'"),
        ({"instances__0__robots__0__start": "here"}, "start"),
        ({"instances__0__robots": []}, "robots"),
        ({"world": "gone.json"}, "gone.json"),
    ],
)  # fmt: skip
def test_the_guilty_part_is_named(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    with pytest.raises(HeedError) as error:
        load_case(saved(tmp_path, changed(CASE, **change)))
    assert named in str(error.value)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"regions__b": [[1, 1]]}, "'b'"),
        ({"regions__b": [[7, 7]]}, "'b'"),
        ({"regions__b": []}, "'b'"),
        ({"action_model__preconditions__wave": [["moon"]]}, "'moon'"),
        ({"action_model__initial": "z"}, "'z'"),
        ({"free_cells": []}, "free_cells"),
    ],
)
def test_worlds_too(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    with pytest.raises(HeedError) as error:
        load_case(saved(tmp_path, CASE, changed(WORLD, **change)))
    assert named in str(error.value)


def test_what_is_not_json_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, CASE)
    path.write_text("{")
    with pytest.raises(HeedError, match="not JSON"):
        load_case(path)
