"""Which wordings ask for the same thing."""

from __future__ import annotations

from itertools import combinations

import pytest

from grounding.translate.contents import agree, contents, same_word
from grounding.translate.household import Composition, CompositionError, compositions

SAME = [
    ("Put a rinsed spoon in the drawer.", "wash the spoon, then put it into the drawer"),
    ("move the towels from the rack to the tub", "Place towels in the tub"),
    ("Put the mug in the microwave.", "put the mug inside the microwave oven"),
    ("microwave a potato slice and place it on the table", "Put a slice of hot potato on the table."),
    ("Throw away a chilled egg", "put the cold egg in the trash can"),
    ("Inspect the clock by lamp light", "examine the clock by the light of the lamp"),
    ("put two forks on the night stand", "Place 2 forks on the nightstand."),
    ("put to forks on the nightstand", "put two forks on the nightstand"),
    ("refirgerate the lettuce", "Refrigerate the lettuce."),
    ("put the bar of soap on the counter", "place the soap on the counter, please"),
    ("Gather up pens and put them away in a drawer", "put the pens in the drawer"),
]
DIFFERENT = [
    ("Put a clean spoon in the drawer.", "Put a spoon in the drawer."),
    ("Put a clean spoon in the drawer.", "Put a clean fork in the drawer."),
    ("Put a clean spoon in the drawer.", "Put a clean spoon in the sink."),
    ("Put a hot potato in the fridge.", "Put a cold potato in the fridge."),
    ("Put the red mug on the table.", "Put the blue mug on the table."),
    ("put the mug left of the sink", "put the mug right of the sink"),
    ("put the towel under the sink", "put the towel in the sink"),
    ("put two cups on the shelf", "put the cup on the shelf"),
    ("move the box from the bed to the desk", "move the box from the sofa to the desk"),
    ("put the egg in the microwave", "microwave the egg"),
    ("turn on the lamp", "turn off the lamp"),
    ("turn on the lamp at night", "turn on the lamp at right"),
    ("put a cup with a spoon in the sink", "put a cup in the sink"),
    ("put the empty roll on the holder", "put the full roll on the holder"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_in_other_words(one: str, other: str) -> None:
    assert agree(contents(one), contents(other))
    assert agree(contents(other), contents(one))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_task(one: str, other: str) -> None:
    assert not agree(contents(one), contents(other))
    assert not agree(contents(other), contents(one))


def test_spelling_mistakes() -> None:
    assert same_word("lettuce", "letuce")
    assert same_word("kitchen", "ktichen")
    assert not same_word("night", "right")
    assert not same_word("tub", "cub")


@pytest.fixture(scope="module")
def published() -> tuple[Composition, ...]:
    try:
        return compositions()
    except CompositionError as error:
        pytest.skip(str(error))


def test_no_two_base_tasks_of_a_composition_are_one(published: tuple[Composition, ...]) -> None:
    pairs = {pair for row in published for pair in combinations(row.base_tasks, 2)}
    assert len(pairs) > 5000
    assert not [pair for pair in pairs if agree(contents(pair[0]), contents(pair[1]))]
