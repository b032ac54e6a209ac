"""Commands with their meanings, read from line-aligned ``.en`` / ``.ml`` files and from fold tables.

The format is that of the data of Arumugam et al. 2017: line k of the ``.en`` file is a command, line
k of the ``.ml`` file its reward function. The notation of a reward function tells level 0 (``Room``,
``goNorth``) from the two others (``Region``), but not those from one another: there the level is what
the caller says, or what the names of the files say (``L1.ml``). Where neither says it, a command
counts as either of the two (:attr:`Command.also`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from grounding.errors import HeedError
from grounding.levels.reward import Level, Meaning, RewardError, parse_reward
from grounding.published import published_folder

LEFT_OVER = -1  # fold of the lines that are always training data


class DataError(HeedError):
    """A file of commands, labels or folds is missing, malformed or does not fit its partner."""


@dataclass(frozen=True)
class Command:
    """A command and what it means.

    Attributes:
        text: The words, as they were written.
        meaning: Level and lifted reward function (over ``room0``, ``block0``, ...).
        also: Further meanings that count as right.
    """

    text: str
    meaning: Meaning
    also: tuple[Meaning, ...] = ()

    def accepts(self, meaning: Meaning) -> bool:
        """Whether this meaning counts as right."""
        return meaning == self.meaning or meaning in self.also

    def accepts_level(self, level: Level) -> bool:
        """Whether this level counts as right."""
        return level is self.meaning.level or any(level is other.level for other in self.also)

    @property
    def sentence(self) -> str:
        """The words without differences of case and spacing: what makes two sentences identical."""
        return " ".join(self.text.lower().split())


@dataclass(frozen=True)
class Folds:
    """Commands dealt out for cross-validation.

    Attributes:
        commands: All commands.
        fold: For each command the fold in which it is tested, or -1 if it is always training data.
    """

    commands: tuple[Command, ...]
    fold: tuple[int, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The folds there are, in order."""
        return tuple(sorted(set(self.fold) - {LEFT_OVER}))

    def train(self, number: int) -> tuple[Command, ...]:
        """What a model may see that is tested on this fold."""
        return tuple(c for c, k in zip(self.commands, self.fold, strict=True) if k != number)

    def test(self, number: int) -> tuple[Command, ...]:
        """What it is tested on."""
        return tuple(c for c, k in zip(self.commands, self.fold, strict=True) if k == number)


def data_folder() -> Path:
    """Folder of the published commands: ``$HEED_DATA``, or ``../shared/data`` beside the repository.

    Raises:
        DataError: It is not there.
    """
    return published_folder("cleanup_commands", "commands", DataError)


def read_pair(commands: Path, labels: Path, level: Level | Sequence[Level] | None = None) -> tuple[Command, ...]:
    """Reads one line-aligned pair of files.

    Args:
        commands: File with one command a line (``.en``).
        labels: File with one reward function a line (``.ml``).
        level: Level of all lines, or of each line. Where it is not given, the notation decides for
            level 0 and the names of the files (``L1.en``, ``test_L2.ml``) for the two others.

    Raises:
        DataError: A file cannot be read, the files do not fit one another, or a line is wrong; the
            message has the number of the line and of the lines of both files.
    """
    texts, notes = _lines(commands), _lines(labels)
    counts = f"{commands} has {_count(texts)} and {labels} has {_count(notes)}."
    if len(texts) != len(notes):
        shorter = min(len(texts), len(notes))
        longer, other = (commands, "label") if len(texts) > len(notes) else (labels, "command")
        raise DataError(
            f"{longer}, line {shorter + 1}", f"has no {other}: {counts}", "Each command needs one label on its line."
        )
    if not texts:
        raise DataError(str(commands), f"holds no command: {counts}")
    if isinstance(level, Level) or level is None:
        given: Sequence[Level | None] = [level] * len(texts)
    elif len(level) == len(texts):
        given = level
    else:
        raise DataError("levels", f"are {len(level)}, but {counts}", "Give one level a line.")
    named = _level_in_names(commands, labels)
    found = []
    for number, (text, note, said) in enumerate(zip(texts, notes, given, strict=True), start=1):
        if not text:
            raise DataError(f"{commands}, line {number}", f"is empty. {counts}", "Each line holds one command.")
        try:
            found.append(labelled(text, note, said or named, certain=said is not None))
        except RewardError as error:
            raise DataError(
                f"{labels}, line {number}", f"{error.thing} {error.reason} {counts}", "Mend this line."
            ) from error
    return tuple(found)


def labelled(text: str, note: str, level: Level | None = None, *, certain: bool = True) -> Command:
    """A command with the label of its reward function.

    Args:
        text: The command.
        note: Its reward function in the notation of the data.
        level: Its level, where it is known.
        certain: Whether the level was said by somebody; if not, level-0 notation overrules it.

    Raises:
        RewardError: The label is none, or single steps are labelled with another level than 0.
    """
    reward = parse_reward(note)
    if reward.steps and certain and level not in (None, Level.MOTION):
        raise RewardError(f"reward function {note!r}", f"speaks of single steps, which level {level.value} lacks.")
    if reward.steps or (level is None and "Room " in note):
        return Command(text, Meaning(Level.MOTION, reward))
    if level is not None:
        return Command(text, Meaning(level, reward))
    return Command(text, Meaning(Level.SUBGOAL, reward), also=(Meaning(Level.GOAL, reward),))


def read_levels(path: Path) -> tuple[Level, ...]:
    """Reads a file with one level a line (``L0``, ``L1`` or ``L2``).

    Raises:
        DataError: It cannot be read, or a line is none of the three.
    """
    found = []
    for number, line in enumerate(_lines(path), start=1):
        found.append(parse_level(line, f"{path}, line {number}"))
    return tuple(found)


def parse_level(text: str, where: str = "level") -> Level:
    """The level of this name (``L1``, ``l1``, ``1``).

    Raises:
        DataError: There is none.
    """
    name = text.strip().upper()
    for level in Level:
        if name in (level.value, level.value[1]):
            return level
    raise DataError(f"{where}: {text!r}", "is no level.", f"Use one of: {', '.join(level.value for level in Level)}.")


def read_folds(path: Path) -> Folds:
    """Reads a table of folds: tab-separated, with a head line ``fold level ml en``.

    Raises:
        DataError: It cannot be read, or a line is wrong.
    """
    lines = _lines(path)
    if not lines or lines[0].split("\t") != ["fold", "level", "ml", "en"]:
        raise DataError(f"{path}, line 1", "is not the head of a fold table.", "It must be: fold, level, ml, en.")
    commands, folds = [], []
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        where = f"{path}, line {number}"
        if len(cells) != 4 or not re.fullmatch(r"-?\d+", cells[0]):
            raise DataError(
                where, f"has {len(cells)} columns or no number of a fold.", "It needs: fold, level, ml, en."
            )
        try:
            commands.append(labelled(cells[3], cells[2], parse_level(cells[1], where)))
        except RewardError as error:
            raise DataError(where, f"{error.thing} {error.reason}") from error
        folds.append(int(cells[0]))
    return Folds(tuple(commands), tuple(folds))


def grouped_folds(commands: Sequence[Command], count: int = 10, seed: int = 0) -> Folds:
    """Folds in which identical sentences are never parted, with equal shares of each meaning.

    Args:
        commands: What to deal out.
        count: How many folds.
        seed: Of the order in which sentences are dealt.
    """
    groups: dict[str, list[int]] = defaultdict(list)
    for index, command in enumerate(commands):
        groups[command.sentence].append(index)
    order = [groups[sentence] for sentence in sorted(groups)]
    shuffled = [order[i] for i in np.random.default_rng(seed).permutation(len(order))]
    shares: list[Counter[Meaning]] = [Counter() for _ in range(count)]
    sizes = [0] * count
    fold = [0] * len(commands)
    for group in sorted(shuffled, key=len, reverse=True):  # the large ones first: the small ones fill the gaps
        meanings = Counter(commands[i].meaning for i in group)
        main = min(meanings, key=lambda m: (-meanings[m], str(m)))
        best = min(range(count), key=lambda k: (shares[k][main], sizes[k], k))
        shares[best].update(meanings)
        sizes[best] += len(group)
        for index in group:
            fold[index] = best
    return Folds(tuple(commands), tuple(fold))


def hold_out(
    commands: Sequence[Command], share: float = 0.1, seed: int = 0
) -> tuple[tuple[Command, ...], tuple[Command, ...]]:
    """Splits training data into (training, validation), identical sentences together."""
    folds = grouped_folds(commands, max(2, round(1 / share)), seed)
    return folds.train(0), folds.test(0)


def meanings_of(commands: Iterable[Command]) -> tuple[Meaning, ...]:
    """The meanings that occur, in a fixed order."""
    return tuple(sorted({c.meaning for c in commands}, key=lambda m: (m.level.value, str(m.reward))))


def _level_in_names(*paths: Path) -> Level | None:
    """The one level that file names such as ``L1.en`` or ``cleanup-L1-test.ml`` speak of."""
    named = {name for path in paths for name in re.findall(r"(?<![a-zA-Z0-9])[lL]([012])(?![a-zA-Z0-9])", path.stem)}
    return Level(f"L{named.pop()}") if len(named) == 1 else None


def _lines(path: Path) -> list[str]:
    """Stripped lines of a file, without empty ones at its end."""
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").split("\n")]
    except (OSError, ValueError) as error:
        raise DataError(str(path), f"cannot be read ({error}).", "Give the path of a text file in UTF-8.") from error
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _count(lines: Sequence[str]) -> str:
    return "1 line" if len(lines) == 1 else f"{len(lines)} lines"
