"""A tagger trained in seconds on made-up instructions of a few forms."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from grounding.encoder import Encoder, installed
from grounding.translate.reader.reader import Calibration, Reader
from grounding.translate.reader.silver import Tagged
from grounding.translate.reader.tagger import Tagger
from grounding.translate.reader.train import Recipe, train

from . import notation

#: Much seen, little time.
QUICK = Recipe(epochs=10, batch=10, rate=1e-2, frequent=3, blank=0.1)


def made_instructions() -> list[Tagged]:
    """Sixty instructions of six forms."""
    tasks = [
        "put the mug on the desk", "wash the apple", "open the drawer", "bring the crate to the dock",
        "heat the potato", "put the fork in the sink", "go to the kitchen", "slice the bread",
        "move the box to the lab",
        "close the door",
    ]  # fmt: skip
    forms = [
        "[task: {a}] .",
        "[task: {a}] , [then: then] [task: {b}] .",
        "[task: {a}] . [then: Then] [task: {b}] . [last: Finally] , [task: {c}] .",
        "Please [task: {a}] and [task: {b}] .",
        "[either: Either] [task: {a}] [or: or] [task: {b}] .",
        "[task: {a}] . [rule: Never enter the office] . [after: After] [ref: that] , [task: {b}] .",
    ]
    found = []
    for i, a in enumerate(tasks):
        for j, form in enumerate(forms):
            marked = form.format(a=a, b=tasks[(i + j + 1) % 10], c=tasks[(i + j + 4) % 10])
            words, tags = notation.tagged(marked)
            found.append(Tagged(notation.plain(marked), tuple(tags)))
            assert len(words) == len(tags)
    return found


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Small networks are slower on several threads."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    return installed()


@pytest.fixture(scope="session")
def made() -> Sequence[Tagged]:
    return made_instructions()


@pytest.fixture(scope="session")
def tagger(made: Sequence[Tagged], encoder: Encoder) -> Tagger:
    return train(made, QUICK, encoder=encoder)


@pytest.fixture(scope="session")
def reader(tagger: Tagger, encoder: Encoder) -> Reader:
    return Reader(tagger, Calibration(), encoder)
