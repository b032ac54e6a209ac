from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
import pytest
import torch

from grounding.encoder import Encoder
from grounding.translate.reader.silver import Tagged
from grounding.translate.reader.tagger import MARKS, Sheet, Sizes, Tagger
from grounding.translate.reader.tags import TAGS, allowed, words_of

WIDTH = 8


def sheet(length: int, seed: int = 0) -> Sheet:
    draw = np.random.default_rng(seed)
    return Sheet(
        draw.normal(size=(length, WIDTH)).astype(np.float16),
        draw.integers(0, 3, length),
        draw.integers(0, 2, (length, MARKS)).astype(np.float32),
    )


@pytest.fixture
def untrained() -> Tagger:
    """A network whose scores differ widely, so that readings do."""
    torch.manual_seed(4)
    found = Tagger(["the", "then"], WIDTH, Sizes(4, 6, 6)).eval()
    with torch.no_grad():
        for name, value in found.named_parameters():
            if name in ("follow", "begin", "out.weight"):
                value.normal_(std=1.5)
    return found


def every_path(tagger: Tagger, own: Sheet) -> dict[tuple[str, ...], float]:
    """All allowed readings with their scores, one by one."""
    with torch.no_grad():
        scores = tagger.scores([own])[0][0].tolist()
    follow, begin = tagger.follow.tolist(), tagger.begin.tolist()
    found = {}
    for path in product(range(len(TAGS)), repeat=len(scores)):
        names = tuple(TAGS[i] for i in path)
        if all(allowed(a, b) for a, b in pairwise((None, *names))):  # type: ignore[arg-type]
            steps = sum(follow[a][b] for a, b in pairwise(path))
            found[names] = begin[path[0]] + steps + sum(row[i] for row, i in zip(scores, path, strict=True))
    return found


@pytest.mark.parametrize("length", [1, 2, 3])
def test_readings_are_those_found_by_trying_all(untrained: Tagger, length: int) -> None:
    own = sheet(length)
    paths = every_path(untrained, own)
    whole = math.log(sum(math.exp(score) for score in paths.values()))
    ranked = sorted(paths, key=lambda path: -paths[path])[:10]
    found = untrained.best(own, 10)
    assert [tuple(tags) for tags, _ in found] == ranked
    assert [p for _, p in found] == pytest.approx([math.exp(paths[path] - whole) for path in ranked], rel=1e-3)


def test_probabilities_of_all_readings_sum_to_one(untrained: Tagger) -> None:
    for length in (1, 2):
        found = untrained.best(sheet(length), 1000)
        assert len(found) == len(every_path(untrained, sheet(length)))
        assert sum(p for _, p in found) == pytest.approx(1.0, abs=1e-4)


def test_loss_is_minus_the_logarithm_of_the_probability(untrained: Tagger) -> None:
    sheets = [sheet(length, seed=length) for length in (3, 1, 5)]
    best = [untrained.best(own)[0] for own in sheets]
    loss = untrained.loss(sheets, [tags for tags, _ in best]).tolist()
    assert loss == pytest.approx([-math.log(p) for _, p in best], abs=1e-3)


@pytest.mark.parametrize("length", [1, 4, 40])
def test_readings_are_distinct_sorted_and_allowed(untrained: Tagger, length: int) -> None:
    found = untrained.best(sheet(length, seed=length), 12)
    assert len({tuple(tags) for tags, _ in found}) == len(found) == 12
    assert [p for _, p in found] == sorted((p for _, p in found), reverse=True)
    for tags, p in found:
        assert 0 <= p <= 1
        assert len(tags) == length
        assert all(allowed(a, b) for a, b in pairwise((None, *tags)))  # type: ignore[arg-type]


def test_long_instructions_have_a_reading_however_low_their_scores(untrained: Tagger) -> None:
    with torch.no_grad():
        untrained.out.bias -= 40.0
    found = untrained.best(sheet(400), 3)
    assert len(found) == 3
    assert all(len(tags) == 400 for tags, _ in found)


def test_a_batch_is_scored_like_its_members(untrained: Tagger) -> None:
    sheets = [sheet(length, seed=length) for length in (2, 7, 4)]
    tags = [untrained.best(own)[0][0] for own in sheets]
    alone = [untrained.loss([own], [t]).item() for own, t in zip(sheets, tags, strict=True)]
    assert untrained.loss(sheets, tags).tolist() == pytest.approx(alone, abs=1e-3)


def test_it_learns(tagger: Tagger, made: Sequence[Tagged], encoder: Encoder) -> None:
    sheets = tagger.sheets([words_of(example.text) for example in made], encoder)
    right = sum(tagger.best(own)[0][0] == list(example.tags) for own, example in zip(sheets, made, strict=True))
    assert right >= 0.9 * len(made)


def test_sheets_do_not_depend_on_their_neighbours(tagger: Tagger, encoder: Encoder) -> None:
    texts = [words_of(text) for text in ("Wash the mug.", "Put 2 pens away. Then rest, my friend!", "Go.")]
    for own, words in zip(tagger.sheets(texts, encoder), texts, strict=True):
        (alone,) = tagger.sheets([words], encoder)
        assert own.numbers.tolist() == alone.numbers.tolist()
        assert own.marks.tolist() == alone.marks.tolist()
        assert np.abs(own.states - alone.states).max() < 0.02
        assert len(own.states) == len(words)
