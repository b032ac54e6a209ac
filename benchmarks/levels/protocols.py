"""The tests of the models of levels: what is trained on what, and what is asked afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.levels.noise import NOISES, noisy
from grounding.levels.data import Command, Folds, grouped_folds, meanings_of, read_pair
from grounding.levels.reward import Level, parse_reward

SEEDS = (0, 1, 2)
NOISE_SEED = 2017  # of the noise: every model meets the same
GROUPING_SEED = 0
OUT_OF_DOMAIN = Path(__file__).parent / "out_of_domain.tsv"
#: 150 lines of the published data, drawn by chance, with the meanings that we accept besides the label.
ACCEPTABLE = Path(__file__).parent / "acceptable.tsv"


@dataclass(frozen=True)
class Trial:
    """One training and what follows.

    Attributes:
        protocol: Key of :data:`PROTOCOLS`.
        seed: Of training.
        part: Which fold, level or meaning.
        train: Training data.
        tests: Name of a condition -> commands; "clean" and noises of the same commands.
        strange: Sentences that are no commands, or none.
    """

    protocol: str
    seed: int
    part: str
    train: tuple[Command, ...]
    tests: Mapping[str, tuple[Command, ...]]
    strange: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the file of its answers."""
        return f"{self.protocol}-{self.seed}-{self.part}"


def paper(folds: Folds, seeds: Sequence[int] = SEEDS) -> Iterator[Trial]:
    """The paper's folds, clean and noisy, and the sentences from elsewhere."""
    strange = tuple(text for _, _, text in out_of_domain())
    for seed in seeds:
        for number in folds.numbers:
            clean = folds.test(number)
            tests = {"clean": clean, **{kind: _noisy(clean, kind, number) for kind in NOISES}}
            yield Trial("paper", seed, str(number), folds.train(number), tests, strange)


def grouped(folds: Folds, seeds: Sequence[int] = SEEDS) -> Iterator[Trial]:
    """Ten folds that do not part identical sentences."""
    other = grouped_folds(folds.commands, 10, GROUPING_SEED)
    for seed in seeds:
        for number in other.numbers:
            yield Trial("grouped", seed, str(number), other.train(number), {"clean": other.test(number)})


def across(folds: Folds, seeds: Sequence[int] = SEEDS) -> Iterator[Trial]:
    """Trained on one level, tested on the held-out fold of that level and on all of the others.

    The seed is also the number of the fold that is held out.
    """
    for seed in seeds:
        for level in Level:
            train = tuple(c for c in folds.train(seed) if c.meaning.level is level)
            tests = {
                other.value: tuple(
                    c for c in (folds.test(seed) if other is level else folds.commands) if c.meaning.level is other
                )
                for other in Level
            }
            yield Trial("across", seed, level.value, train, tests)


def unseen(folds: Folds, seeds: Sequence[int] = SEEDS) -> Iterator[Trial]:
    """Each meaning of levels 1 and 2 left out of training, and tested."""
    for seed in seeds:
        for number, meaning in enumerate(meanings_of(folds.commands)):
            if meaning.level is not Level.MOTION:
                train = tuple(c for c in folds.commands if c.meaning != meaning)
                left_out = tuple(c for c in folds.commands if c.meaning == meaning)
                yield Trial("unseen", seed, f"{meaning.level.value}.{number}", train, {"clean": left_out})


PROTOCOLS = {"paper": paper, "grouped": grouped, "across": across, "unseen": unseen}


def out_of_domain() -> list[tuple[str, str, str]]:
    """(half, kind, text) of sentences that are no commands for this robot; half is ``dev`` or ``test``."""
    lines = OUT_OF_DOMAIN.read_text(encoding="utf-8").splitlines()[1:]
    return [(half, kind, text) for half, kind, text in (line.split("\t") for line in lines)]


def acceptable(folder: Path) -> dict[tuple[str, str, str], frozenset[tuple[str, str]]]:
    """(level, text, reward) of lines that were read again -> (level, reward) that are right besides the label.

    Args:
        folder: Of the published data.
    """
    lines = {
        level.value: read_pair(folder / f"{level.value}.en", folder / f"{level.value}.ml", level) for level in Level
    }
    found = {}
    for row in ACCEPTABLE.read_text(encoding="utf-8").splitlines()[1:]:
        level, number, *also = row.split("\t")
        command = lines[level][int(number) - 1]
        others = [note.split(" ", 1) for note in also[0].split(" | ")] if also else []
        more = frozenset((name, str(parse_reward(note))) for name, note in others)
        found[(level, command.text, str(command.meaning.reward))] = more
    return found


def _noisy(commands: Sequence[Command], kind: str, fold: int) -> tuple[Command, ...]:
    texts = noisy([c.text for c in commands], kind, NOISE_SEED + fold)
    return tuple(Command(text, c.meaning, c.also) for text, c in zip(texts, commands, strict=True))
