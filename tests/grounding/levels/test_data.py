"""Pairs of files, fold tables, and which level a line is taken to have."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from grounding.levels.data import Command, DataError, data_folder, grouped_folds, hold_out, read_folds, read_pair
from grounding.levels.reward import Level, Meaning, Reward

RED = "agentInRegion agent0 room0"


def pair(folder: Path, texts: str, labels: str, stem: str = "test") -> tuple[Path, Path]:
    one, other = folder / f"{stem}.en", folder / f"{stem}.ml"
    one.write_text(texts, encoding="utf-8")
    other.write_text(labels, encoding="utf-8")
    return one, other


def test_the_name_of_a_file_or_the_caller_says_the_level(tmp_path: Path) -> None:
    files = pair(tmp_path, "go there\n", f"{RED}\n", "held-out_L2")
    assert read_pair(*files)[0].meaning.level is Level.GOAL
    assert read_pair(*files, Level.SUBGOAL)[0].meaning.level is Level.SUBGOAL


def test_without_a_level_the_notation_decides_and_the_rest_is_either(tmp_path: Path) -> None:
    files = pair(tmp_path, "up\ndown\nred room\n", f"goNorth\nagentInRoom agent0 room0\n{RED}\n")
    up, down, red = read_pair(*files)
    assert up.meaning.level is down.meaning.level is Level.MOTION
    assert not down.accepts_level(Level.GOAL)
    for level in (Level.SUBGOAL, Level.GOAL):
        assert red.accepts(Meaning(level, Reward("room0")))
        assert not red.accepts(Meaning(level, Reward("room1")))
    assert not red.accepts_level(Level.MOTION)


def test_each_line_may_have_a_level_of_its_own(tmp_path: Path) -> None:
    files = pair(tmp_path, "a\nb\n", f"{RED}\n{RED}\n")
    levels = [c.meaning.level for c in read_pair(*files, [Level.GOAL, Level.SUBGOAL])]
    assert levels == [Level.GOAL, Level.SUBGOAL]


@pytest.mark.parametrize(
    ("texts", "labels", "line"),
    [
        ("a\nb\nc\n", f"{RED}\n{RED}\n", r"test\.en, line 3: has no label.*3 lines.*2 lines"),
        ("a\n", f"{RED}\n{RED}\n", r"test\.ml, line 2: has no command.*1 line and .*2 lines"),
        ("a\n\nc\n", f"{RED}\n{RED}\n{RED}\n", r"test\.en, line 2: is empty.*3 lines"),
        ("a\nb\n", f"{RED}\ngoUp\n", r"test\.ml, line 2: .*goUp.*2 lines"),
        ("a\nb\n", f"\n{RED}\n", r"test\.ml, line 1: .*2 lines"),
        ("", "", r"holds no command"),
    ],
)
def test_misaligned_files_name_the_line_and_both_counts(tmp_path: Path, texts: str, labels: str, line: str) -> None:
    with pytest.raises(DataError, match=line):
        read_pair(*pair(tmp_path, texts, labels))


def test_missing_and_binary_files_are_named(tmp_path: Path) -> None:
    one, other = pair(tmp_path, "a\n", f"{RED}\n")
    with pytest.raises(DataError, match=r"nope\.en"):
        read_pair(tmp_path / "nope.en", other)
    one.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DataError, match=r"test\.en.*UTF-8"):
        read_pair(one, other)


def test_single_steps_cannot_be_of_another_level(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 1.*single steps"):
        read_pair(*pair(tmp_path, "up\n", "goNorth\n"), Level.GOAL)


def test_grouped_folds_keep_identical_sentences_together_and_shares_equal() -> None:
    meanings = [Meaning(level, Reward(f"room{k}")) for level in Level for k in range(3)]
    commands = [Command(f"sentence {i % 40} {m}", m) for i in range(120) for m in meanings]
    folds = grouped_folds(commands, 10, seed=3)
    where: dict[str, set[int]] = {}
    for command, fold in zip(folds.commands, folds.fold, strict=True):
        where.setdefault(command.sentence, set()).add(fold)
    assert all(len(found) == 1 for found in where.values())
    for number in folds.numbers:
        shares = Counter(c.meaning for c in folds.test(number))
        assert set(shares.values()) == {12}
    assert grouped_folds(commands, 10, seed=3) == folds
    assert grouped_folds(commands, 10, seed=4).fold != folds.fold


def test_hold_out_parts_the_data() -> None:
    commands = [Command(f"sentence {i}", Meaning(Level.GOAL, Reward("room0"))) for i in range(50)]
    train, validation = hold_out(commands, 0.1, seed=1)
    assert len(validation) == 5
    assert sorted(c.text for c in (*train, *validation)) == sorted(c.text for c in commands)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("fold\tlevel\n", "line 1"),
        ("fold\tlevel\tml\ten\n0\tL3\tgoNorth\tup\n", "line 2.*'L3'"),
        ("fold\tlevel\tml\ten\n0\tL0\tup\n", "line 2.*3 columns"),
        ("fold\tlevel\tml\ten\n0\tL0\tgoUp\tup\n", "line 2.*goUp"),
    ],
)
def test_bad_fold_tables_name_the_line(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "folds.tsv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=problem):
        read_folds(path)


def published() -> Path:
    try:
        return data_folder()
    except DataError as error:
        pytest.skip(str(error))


def test_the_published_data_is_read_whole() -> None:
    folder = published()
    pairs = [read_pair(folder / f"{level.value}.en", folder / f"{level.value}.ml") for level in Level]
    assert [len(commands) for commands in pairs] == [1309, 872, 866]
    folds = read_folds(folder / "folds.tsv")
    assert folds.numbers == tuple(range(10))
    assert {len(folds.test(k)) for k in folds.numbers} == {303}
    key = lambda c: (c.text, str(c.meaning))  # noqa: E731
    assert sorted(map(key, folds.commands)) == sorted(key(c) for commands in pairs for c in commands)
