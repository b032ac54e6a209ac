"""The benchmark of levels: its noise, its folds, and its figures."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.levels.noise import CONFUSED, NOISES, misheard, noisy, typos
from benchmarks.levels.protocols import PROTOCOLS, out_of_domain
from benchmarks.levels.report import write_report
from benchmarks.levels.run import attempt
from benchmarks.levels.summary import summary
from grounding.levels.data import Command, Folds, labelled
from grounding.levels.reward import Level

WORDS = st.lists(
    st.sampled_from(["go", "to", "the", "red", "room", ",", "then", "push", "chair", "up", "3"]),
    min_size=1,
    max_size=12,
)


@given(WORDS, st.integers(0, 1000))
def test_typos_are_two_at_most_one_a_word_and_small(words: list[str], seed: int) -> None:
    changed = typos(" ".join(words), np.random.default_rng(seed)).split()
    assert len(changed) == len(words)
    different = [(a, b) for a, b in zip(words, changed, strict=True) if a != b]
    able = sum(len(word) >= 2 for word in words if word.isalpha())
    assert len(different) == 2 if able >= 2 else len(different) <= able
    assert all(abs(len(a) - len(b)) <= (1 if able >= 2 else 2) for a, b in different)


@given(WORDS, st.integers(0, 1000))
def test_mishearing_keeps_known_words_or_what_sounds_like_them(words: list[str], seed: int) -> None:
    heard = misheard(" ".join(words), np.random.default_rng(seed))
    possible = {part for word in words for other in (word, *CONFUSED.get(word, ())) for part in other.split()}
    assert set(heard.split()) <= possible
    assert "," not in heard


def test_noise_is_repeatable_and_differs_by_seed() -> None:
    texts = ["go to the red room and push the chair into the blue room"] * 5
    for kind in NOISES:
        assert noisy(texts, kind, 1) == noisy(texts, kind, 1)
        assert noisy(texts, kind, 1) != noisy(texts, kind, 2)
        assert all(noise != text for noise, text in zip(noisy(texts, kind, 1), texts, strict=True))


def test_sentences_from_elsewhere() -> None:
    rows = out_of_domain()
    assert len(rows) >= 150
    assert {half for half, _, _ in rows} == {"dev", "test"}
    assert abs(sum(half == "dev" for half, _, _ in rows) - len(rows) / 2) <= 6
    assert len({text for _, _, text in rows}) == len(rows)
    assert len({kind for _, kind, _ in rows}) >= 8


@pytest.fixture(scope="module")
def folds() -> Folds:
    """Made commands of all levels in ten folds."""
    commands: list[Command] = []
    rooms = {"red": "room0", "green": "room1", "blue": "room2"}
    for go, (colour, room), end in product(("go", "move", "walk"), rooms.items(), ("", " now", " please")):
        commands.append(labelled(f"{go} to the {colour} room{end}", f"agentInRegion agent0 {room}", Level.GOAL))
        commands.append(
            labelled(f"{go} through the door to the {colour} room{end}", f"agentInRegion agent0 {room}", Level.SUBGOAL)
        )
        commands.append(labelled(f"{go} up{end}", "goNorth"))
    return Folds(tuple(commands), tuple(number % 10 for number in range(len(commands))))


def test_no_test_line_is_trained_on(folds: Folds) -> None:
    for name, protocol in PROTOCOLS.items():
        for trial in protocol(folds, [0]):
            seen = {id(command) for command in trial.train}
            for condition, commands in trial.tests.items():
                assert commands, f"{name} {condition}"
                assert not seen & {id(command) for command in commands}, f"{name} {condition}"
    for trial in PROTOCOLS["grouped"](folds, [0]):
        assert not {c.sentence for c in trial.train} & {c.sentence for c in trial.tests["clean"]}
    for trial in PROTOCOLS["unseen"](folds, [0]):
        assert not {c.meaning for c in trial.train} & {c.meaning for c in trial.tests["clean"]}


def test_figures_and_page_of_a_model(folds: Folds, tmp_path: Path) -> None:
    attempts = [
        json.loads(json.dumps(attempt("ibm2", trial)))
        for name in ("paper", "across", "unseen")
        for number, trial in enumerate(PROTOCOLS[name](folds, [0]))
        if name != "paper" or number < 4
    ]
    found = summary(attempts)
    paper = found["paper"]
    rows = [row for a in attempts if a["protocol"] == "paper" for row in a["tests"]["clean"]]
    assert paper["clean"]["n"] == len(rows)
    assert paper["clean"]["joint_accuracy"] == pytest.approx(np.mean([row["true"] == row["best"] for row in rows]))
    assert paper["typos"]["joint_accuracy"] <= paper["clean"]["joint_accuracy"]
    assert found["unseen"]["L1"]["mean"] == 0.0  # a model of known meanings cannot do it
    assert 0 <= found["out_of_domain"]["cross_fitted"]["caught"] <= 1
    assert found["latency_ms"]["p95"] >= found["latency_ms"]["p50"]
    record = {
        "model": "ibm2",
        "summary": "A model.",
        "machine": {"cpu": "x", "cores": 1, "load_average": [0.0], "date": "2026-01-01"},
    }
    (tmp_path / "ibm2.json").write_text(json.dumps({**record, **found}), encoding="utf-8")
    page = tmp_path / "docs" / "levels.md"
    write_report(tmp_path, page)
    text = page.read_text(encoding="utf-8")
    assert "27.26" in text
    assert f"{100 * paper['clean']['joint_accuracy']:.2f}" in text
