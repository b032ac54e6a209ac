"""What is learned from: published compositions with tags found by alignment, and made-up instructions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grounding.errors import HeedError
from grounding.published import published_folder
from grounding.translate.household import Composition, compositions
from grounding.translate.reader.assemble import assemble
from grounding.translate.reader.corpus import CorpusError, corpus
from grounding.translate.reader.silver import explained, silver
from grounding.translate.reader.tags import words_of

from . import notation

MUG, BREAD, LAMP = "Put a chilled mug in the sink.", "Slice the bread", "turn on the lamp"
EXPLAINED = [
    ("[task: Put a chilled mug in the sink] . [then: Then] , [task: slice the bread] .", (MUG, BREAD)),
    ("[task: Slice the bread] and [task: turn on the lamp] [free: at any time] .", (BREAD, LAMP)),
    ("[task: Slice the bread] . [free: Simultaneously] , [task: turn on the lamp] .", (LAMP, BREAD)),
    ("[task: Slice the bread] . [after: After] [ref: slicing it] , [task: turn on the lamp] .", (BREAD, LAMP)),
    ("[first: First] , [task: turn on the lamp] , [then: followed by] [task: slicing the bread] .", (BREAD, LAMP)),
    ("[task: Slice the bread] . [last: Finally] , [task: put the chilled mug in the sink] .", (MUG, BREAD)),
    ("[task: Turn on the lamp] [before: before] [ref: the bread] .", (LAMP,)),
]


@pytest.mark.parametrize(("marked", "tasks"), EXPLAINED)
def test_compositions_are_explained(marked: str, tasks: tuple[str, ...]) -> None:
    words, tags = notation.tagged(marked)
    found = silver(Composition("FloorPlan1", tasks, notation.plain(marked)))
    assert found is not None
    assert [f"{w.text}/{t}" for w, t in zip(words, found.tags, strict=True)] == [
        f"{w.text}/{t}" for w, t in zip(words, tags, strict=True)
    ]


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("", (BREAD,)),
        ("Sing a song.", (BREAD,)),
        ("Slice the bread, purple elephants.", (BREAD,)),
        ("Slice.", ("Slice the bread with the sharp knife",)),
        ("Slice the bread.", ()),
    ],
)
def test_what_is_not_explained_is_left_out(text: str, tasks: tuple[str, ...]) -> None:
    assert silver(Composition("FloorPlan1", tasks, text)) is None
    assert list(explained([Composition("FloorPlan1", tasks, text)])) == []


def row(floor: int, text: str, *tasks: str) -> str:
    return json.dumps({"id": f"FloorPlan{floor}-1", "base_tasks": tasks, "instruction": text})


GOAL = json.dumps({"scene": "FloorPlan7", "annotations": [{"goal": "Place a warm towel in the tub."}]})


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    household, alfred = tmp_path / "household.jsonl", tmp_path / "alfred.jsonl"
    rows = [
        row(2, "Slice the bread. Then turn on the lamp.", BREAD, LAMP),
        row(6, "Turn on the lamp. Then slice the bread.", LAMP, BREAD),  # for development
        row(3, "Open the secret door.", "Open the secret door"),
        row(11, "Open the secret door!", "Open the door"),  # for development
        row(4, "Nobody explains this.", BREAD),
    ]
    household.write_text("\n".join(rows), encoding="utf-8")
    alfred.write_text(GOAL, encoding="utf-8")
    return household, alfred


def test_development_floors_and_their_wordings_are_never_learned_from(files: tuple[Path, Path]) -> None:
    with pytest.raises(CorpusError, match="no instruction"):
        corpus(0, 0, *files)
    files[0].write_text(row(2, "Slice the bread. Then turn on the lamp.", BREAD, LAMP), encoding="utf-8")
    assert [example.text for example in corpus(0, 0, *files)] == ["Slice the bread. Then turn on the lamp."]


def test_made_up_instructions_quote_people_and_are_seeded(files: tuple[Path, Path]) -> None:
    found = corpus(60, 3, *files)
    assert len(found) == 60
    assert found == corpus(60, 3, *files)
    assert found != corpus(60, 4, *files)
    assert any("warm towel" in example.text.lower() for example in found)
    assert all(len(words_of(example.text)) == len(example.tags) for example in found)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"{", "line 1"),
        (b"\xff\xfe", "cannot be read"),
        (b"[]", "line 1"),
        (b'{"id": "FloorPlan2"}', "base_tasks"),
        (b'{"id": "kitchen", "base_tasks": ["a"], "instruction": "a"}', "floor plan"),
        (b'{"id": "FloorPlan2", "base_tasks": "abc", "instruction": "a"}', "no texts"),
        (b'{"id": "FloorPlan2", "base_tasks": [1], "instruction": "a"}', "no texts"),
        (b'{"id": 2, "base_tasks": [], "instruction": "a"}', "line 1"),
    ],
)
def test_damaged_compositions_are_named(files: tuple[Path, Path], content: bytes, reason: str) -> None:
    files[0].write_bytes(content)
    with pytest.raises(HeedError, match=reason) as caught:
        corpus(1, 0, *files)
    assert str(files[0]) in str(caught.value)


@pytest.mark.parametrize("content", [b"{", b"\xff\xfe", b"[]", b'{"scene": "FloorPlan2"}', b'{"scene": 2}'])
def test_damaged_goals_are_named(files: tuple[Path, Path], content: bytes) -> None:
    files[1].write_bytes(content)
    with pytest.raises(CorpusError, match="cannot be read") as caught:
        corpus(1, 0, *files)
    assert str(files[1]) in str(caught.value)


def test_missing_files_are_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    for pair in ((tmp_path / "nowhere", files[1]), (files[0], tmp_path / "nowhere")):
        with pytest.raises(HeedError, match="nowhere"):
            corpus(1, 0, *pair)


def test_published_compositions_are_read_as_they_were_composed() -> None:
    try:
        folder = published_folder("household_instructions", "household compositions", CorpusError)
    except CorpusError:
        pytest.skip("the published household compositions are not on this machine (HEED_DATA)")
    rows = compositions(folder / "train.jsonl")[::40]
    found = [(row, made) for row in rows if (made := silver(row)) is not None]
    assert len(found) > 0.4 * len(rows)
    outlines = [assemble(words_of(made.text), made.tags) for _, made in found]
    assert sum(len(o.frames) >= len(row.base_tasks) for o, (row, _) in zip(outlines, found, strict=True)) > 0.7 * len(
        found
    )
    unknown = sum(frame.predicate == "unknown" for o in outlines for frame in o.frames)
    assert unknown < 0.03 * sum(len(o.frames) for o in outlines)
