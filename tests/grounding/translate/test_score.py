"""Judging answers to free instructions, and the files they come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.translate.cases import Case, CaseError, Prediction, read_cases, read_predictions
from grounding.translate.nodes import closure
from grounding.translate.outline import Frame
from grounding.translate.score import figures, judge

TASKS = ("Put a clean mug in the cabinet.", "Throw the egg away.", "Slice the bread, put a slice in the fridge.")


def case(mentioned: tuple[int, ...] = (0, 1, 2), order: set[tuple[int, int]] | None = None) -> Case:
    return Case("a", "...", TASKS, mentioned, frozenset(order or ()), len(TASKS))


def answer(*texts: str, order: set[tuple[int, int]] | None = None, confidence: float | None = None) -> Prediction:
    return Prediction(tuple(Frame(text, "put") for text in texts), frozenset(order or ()), confidence)


ALL = (
    "wash the mug",
    "put the mug in the cabinet",
    "put the egg in the bin",
    "slice the bread",
    "put it in the fridge",
)


def test_groups_of_neighbouring_leaves() -> None:
    judged = judge(case(), answer(*ALL))
    assert judged.both
    assert judged.groups == {0: (0, 2), 1: (2, 3), 2: (3, 5)}


@pytest.mark.parametrize(
    "texts",
    [
        ALL[1:],
        ALL[:-1],
        (*ALL, "put the fork in the sink"),
        (ALL[1], ALL[2], ALL[0], *ALL[3:]),
        ("put a hot mug in the cabinet", *ALL[2:]),
        (),
    ],
    ids=["state missing", "place missing", "left over", "not neighbours", "other state", "nothing"],
)
def test_task_sets_that_are_wrong(texts: tuple[str, ...]) -> None:
    assert not judge(case(), answer(*texts)).task_set


def test_fields_must_not_contradict_the_text() -> None:
    right = Frame("put the clean mug in the cabinet", "put", "mug", "in the cabinet", ("clean",))
    wrong = Frame("put the clean mug in the cabinet", "put", "mug", "in the cabinet", ("hot",))
    assert judge(case((0,)), Prediction((right,))).task_set
    assert not judge(case((0,)), Prediction((wrong,))).task_set


def test_order_is_that_of_whole_groups_and_closed() -> None:
    gold = case(order={(0, 1), (1, 2), (0, 2)})
    chain = {(0, 1), (1, 2), (2, 3), (3, 4)}
    assert judge(gold, answer(*ALL, order=chain)).both
    assert not judge(gold, answer(*ALL, order=chain - {(1, 2)})).order
    assert not judge(case(), answer(*ALL, order=chain)).order
    # One leaf of the bread before the egg and one not: neither order is stated.
    assert judge(case(), answer(*ALL, order={(3, 2)})).both


def test_order_where_a_task_is_not_found() -> None:
    found = answer(
        "put the clean mug in the cabinet", "put the egg in the bin", "put the bread in the oven", order={(0, 1)}
    )
    free = judge(case(order={(0, 1)}), found)
    assert (free.task_set, free.order, free.both) == (False, True, False)
    assert not judge(case(order={(0, 1), (0, 2)}), found).order


def test_tasks_that_are_alike_are_matched_so_that_the_order_fits() -> None:
    twins = Case("a", "...", ("Put the fork in the sink", "Place the fork in the sink"), (0, 1), frozenset({(1, 0)}), 2)
    assert judge(twins, answer("put the fork in the sink", "put the fork in the sink", order={(0, 1)})).both


def test_figures() -> None:
    rows = [
        judge(case(), answer(*ALL, confidence=0.9)),
        judge(case(), answer(confidence=0.1)),
        judge(case(), Prediction()),
    ]
    found = figures(rows)
    assert found["n"] == 3
    assert found["both"] == pytest.approx(1 / 3)
    assert found["refused"] == 2
    assert found["ece"] == pytest.approx(0.1)
    assert found["by_n"]["3"]["n"] == 3
    low, high = found["ci95"]["both"]
    assert low < 1 / 3 < high
    assert figures(rows[2:])["ece"] is None


@given(st.frozensets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_closure_is_closed(pairs: frozenset[tuple[int, int]]) -> None:
    closed = closure(pairs)
    assert pairs <= closed
    assert closure(closed) == closed


GOOD: dict[str, Any] = {
    "id": "a", "instruction": "Do.", "base_tasks": ["Put a in b", "Put c in d"], "mentioned": [0, 1],
    "order_closure": [[0, 1]],
}  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "is not JSON"),
        ("[1]", "is list, not an object"),
        (json.dumps({k: v for k, v in GOOD.items() if k != "mentioned"}), "has no 'mentioned'"),
        (json.dumps({**GOOD, "mentioned": [2]}), "has mentioned [2]"),
        (json.dumps({**GOOD, "mentioned": [0]}), "orders tasks that are not mentioned: [1]"),
        (json.dumps({**GOOD, "order_closure": [[0, 1], [1, 0]]}), "round in a circle"),
        (json.dumps({**GOOD, "order_closure": [[0]]}), "has order_closure [[0]]"),
        (json.dumps({**GOOD, "base_tasks": "Put a in b"}), "'base_tasks' that is str"),
        (json.dumps(GOOD) + "\n" + json.dumps(GOOD), "has the id 'a' twice"),
        ("", "has no lines"),
    ],
)
def test_bad_gold_files(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(line)
    with pytest.raises(CaseError) as caught:
        read_cases(path)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"leaves": []}, "has no 'id'"),
        ({"id": "a"}, "has no 'leaves'"),
        ({"id": "a", "leaves": ["x"]}, "a leaf that is no object"),
        ({"id": "a", "leaves": [{"text": 1}]}, "a leaf whose text is not text"),
        ({"id": "a", "leaves": [{"text": "x"}], "order": [[0, 1]]}, "indices below 1"),
        ({"id": "a", "leaves": [], "confidence": 2}, "the confidence 2"),
    ],
)
def test_bad_answers_are_named_with_their_line(tmp_path: Path, row: dict[str, Any], reason: str) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text("\n" + json.dumps(row))
    with pytest.raises(CaseError) as caught:
        read_predictions(path)
    assert "line 2" in str(caught.value)
    assert reason in str(caught.value)
