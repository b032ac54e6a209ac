"""The gold answers: what wordings state, and the files written by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.translate import gold
from benchmarks.translate.align import statements
from benchmarks.translate.order import order_of
from grounding.translate.cases import read_cases
from grounding.translate.household import CompositionError, compositions, training

FOLDER = Path(gold.__file__).parent
TASKS = ("Put a clean cup in the sink.", "Throw away the egg.", "Move a pen to the desk.", "Put soap in the tub.")
CUP, EGG, PEN, SOAP = (
    "put a clean cup in the sink",
    "throw away the egg",
    "move a pen to the desk",
    "put soap in the tub",
)


@pytest.mark.parametrize(
    ("wording", "order"),
    [
        (f"{CUP}. {EGG}. {PEN}.", []),
        (f"{CUP} at any time. Simultaneously, {EGG}. {PEN} in any order.", []),
        (f"{CUP}. Simultaneously, {EGG}. After placing the cup, {PEN}.", [(0, 2)]),
        (f"{CUP}. Simultaneously, {EGG}. After placing the cup and the egg, {PEN}.", [(0, 2), (1, 2)]),
        (f"{CUP}. Simultaneously, {EGG}. After completing these tasks, {PEN}.", [(0, 2), (1, 2)]),
        (f"{CUP}. Simultaneously, {EGG}. After that, {PEN}.", [(0, 2), (1, 2)]),
        (f"{CUP}. {EGG}. After that, {PEN}.", [(1, 2)]),
        (f"{CUP}. {EGG}. Finally, {PEN}.", [(0, 2), (1, 2)]),
        (f"{CUP} first. {EGG}. {PEN}.", [(0, 1), (0, 2)]),
        (f"{CUP} first. Simultaneously, {EGG}. Then, {PEN}.", [(0, 2), (1, 2)]),
        (f"{CUP}, then {EGG}. At any time, {PEN}.", [(0, 1)]),
        (f"{CUP} followed by throwing away the egg.", [(0, 1)]),
        (f"{CUP} before throwing away the egg.", [(0, 1)]),
        (f"{CUP} after throwing away the egg.", [(1, 0)]),
        (f"Before throwing away the egg, {CUP}. {EGG}.", [(0, 1)]),
        (f"{CUP} before doing anything else. {EGG}. {PEN}.", [(0, 1), (0, 2)]),
        (f"{CUP}. Then, {EGG}. Next, {PEN}. Lastly, {SOAP}.", [(i, j) for i in range(4) for j in range(i + 1, 4)]),
        (f"{CUP}. {EGG}. Once both are done, {PEN}. Meanwhile, {SOAP}.", [(0, 2), (1, 2)]),
    ],
)
def test_order_that_words_state(wording: str, order: list[tuple[int, int]]) -> None:
    found = statements(wording, TASKS)
    assert all(one.same for one in found)
    assert order_of(wording, TASKS, found) == (order, [])


def test_what_is_left_out_or_changed() -> None:
    found = statements("Put a cup in the sink. Simultaneously, move a pen to the desk.", TASKS)
    assert [(one.task, one.same) for one in found] == [(0, False), (2, True)]


@pytest.mark.parametrize(("name", "count"), [("tabletop", 60), ("paragraphs", 30)])
def test_files_written_by_hand(name: str, count: int) -> None:
    path = FOLDER / f"{name}.jsonl"
    assert len(read_cases(path)) == count
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [row["split"] for row in rows].count("dev") == count // 2
    assert len({row["instruction"] for row in rows}) == count
    for row in rows:
        for choice in row.get("either", []):
            assert sorted(i for option in choice for i in option) != []
            assert all(i in row["mentioned"] for option in choice for i in option)


def test_gold_answers_are_made_as_they_stand() -> None:
    try:
        rows = compositions()
    except CompositionError as error:
        pytest.skip(str(error))
    kept = [json.loads(line) for line in gold.GOLD.read_text(encoding="utf-8").splitlines()]
    assert sum("altered" not in row for row in kept) == 4 * gold.PER_STRATUM
    by_id = {row.id: row for row in rows}
    assert all(by_id[row["id"]].is_dev for row in kept)
    assert all(gold.answer(by_id[row["id"]]) == row for row in kept[::10])
    assert not any(row.is_dev for row in training(rows))
