"""``heed eval levels``: measures how well level and reward function of commands are inferred."""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from grounding.errors import ConfigurationError
from grounding.levels.data import Command, DataError, Folds, parse_level, read_folds, read_levels, read_pair
from grounding.levels.model import DEFAULT_MODEL, MODELS, ModelError, Posterior, Workshop
from grounding.levels.reward import Level
from grounding.levels.score import figures, judge
from grounding.levels.train import cross_validate, load_named
from heed.cli.answer import write_rows

NAMES = {
    "level_accuracy": "level accuracy",
    "joint_accuracy": "level and reward function",
    "accuracy_at_80_coverage": "the same, surest 80 %",
    "ece_level": "calibration error, level",
    "ece_joint": "calibration error, both",
}


def levels(
    commands: Annotated[
        list[Path] | None, typer.Option(metavar="F.en", help="Commands, one a line; repeatable.")
    ] = None,
    labels: Annotated[
        list[Path] | None,
        typer.Option(metavar="F.ml", help="Their reward functions, one a line; one file for each F.en."),
    ] = None,
    level: Annotated[
        list[str] | None,
        typer.Option(
            metavar="L0|L1|L2|FILE",
            help="Level of all lines of a pair, or a file with one a line; one for all pairs or for each. Without it, "
            "the names of the files (L1.en) and the notation of the labels say it.",
        ),
    ] = None,
    folds: Annotated[
        Path | None,
        typer.Option(
            metavar="folds.tsv", help="Cross-validate on this table instead: one model is trained for each fold."
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(help=f"Which model: {', '.join(MODELS)}, or the folder of a trained one.")
    ] = DEFAULT_MODEL,
    seed: Annotated[int, typer.Option(help="Of training (with --folds).")] = 0,
    predictions: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="File for every answer, one JSON object a line.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measures how well level and reward function of commands are inferred.

    With --folds every model is trained on the other folds of the table; --commands then choose which
    lines count. Otherwise the trained model that comes with Heed is tested on the pairs.

    Level 1 and level 2 labels look the same. Where nothing says which of them a line is, either counts
    as right, and "assumed" in the answer says for how many lines.
    """
    given = _pairs(commands or [], labels or [], level or [])
    if folds is None:
        if not given:
            raise ConfigurationError(
                "heed eval levels", "has nothing to test.", "Give --commands and --labels, or --folds."
            )
        tested, fold_of = given, [None] * len(given)
        posteriors = load_named(model).posterior([command.text for command in given])
    else:
        tested, fold_of, posteriors = _cross_validated(model, read_folds(folds), given, seed)
    answer: dict[str, Any] = {
        "model": model,
        "protocol": "trained model" if folds is None else f"{len(set(fold_of))}-fold cross-validation, seed {seed}",
        **figures([judge(command, posterior) for command, posterior in zip(tested, posteriors, strict=True)]),
        "assumed": _assumed(tested),
    }
    if predictions is not None:
        _write(predictions, tested, fold_of, posteriors)
    if as_json:
        json.dump(answer, sys.stdout, indent=1)
        print()
    else:
        _show(answer)


def _pairs(commands: Sequence[Path], labels: Sequence[Path], levels: Sequence[str]) -> list[Command]:
    """All commands of all pairs."""
    if len(commands) != len(labels):
        raise ConfigurationError(
            "heed eval levels",
            f"was given {len(commands)} --commands and {len(labels)} --labels.",
            "Give them in pairs.",
        )
    if levels and len(levels) not in (1, len(commands)):
        raise ConfigurationError(
            "heed eval levels",
            f"was given {len(levels)} --level for {len(commands)} pairs.",
            "Give one, or one a pair.",
        )
    said = [_said(value) for value in levels] * (len(commands) if len(levels) == 1 else 1) or [None] * len(commands)
    read = [read_pair(*pair) for pair in zip(commands, labels, said, strict=True)]
    return [command for pair in read for command in pair]


def _said(value: str) -> Level | Sequence[Level]:
    path = Path(value).expanduser()
    return read_levels(path) if path.is_file() else parse_level(value, "--level")


def _cross_validated(
    model: str, table: Folds, given: Sequence[Command], seed: int
) -> tuple[list[Command], list[int | None], list[Posterior]]:
    """The commands that count, their folds, and what a model believes of them that has not seen them."""
    if model not in MODELS:
        raise ModelError(f"model {model!r}", "cannot be trained.", f"With --folds use one of: {', '.join(MODELS)}.")
    wanted = _wanted(table, given) if given else None
    tested: list[Command] = []
    fold_of: list[int | None] = []
    posteriors: list[Posterior] = []
    with progress() as workshop:
        for number, found in cross_validate(model, table, seed=seed, workshop=workshop):
            for command, posterior in zip(table.test(number), found, strict=True):
                if wanted is not None:
                    if not wanted[_key(command)]:
                        continue
                    wanted[_key(command)] -= 1
                tested.append(command)
                fold_of.append(number)
                posteriors.append(posterior)
    if not tested:
        raise DataError("--commands", "are all among the lines of the fold table that are never tested.")
    return tested, fold_of, posteriors


def _wanted(table: Folds, given: Sequence[Command]) -> Counter[tuple[str, str, Level]]:
    """How often each line of the table counts; lines whose level is not known take that of the table."""
    known: dict[tuple[str, str], Counter[Level]] = defaultdict(Counter)
    for command in table.commands:
        known[(command.sentence, str(command.meaning.reward))][command.meaning.level] += 1
    wanted: Counter[tuple[str, str, Level]] = Counter()
    for number, command in enumerate(given, start=1):
        rows = known[(command.sentence, str(command.meaning.reward))]
        level = next((one for one in rows if rows[one] > 0 and command.accepts_level(one)), None)
        if level is None:
            raise DataError(
                f"command {number} ({command.text!r})",
                "is not in the fold table with this label and level, or not that often.",
                "Leave out --folds to test a trained model on new commands.",
            )
        rows[level] -= 1
        wanted[(command.sentence, str(command.meaning.reward), level)] += 1
    return wanted


def _key(command: Command) -> tuple[str, str, Level]:
    return command.sentence, str(command.meaning.reward), command.meaning.level


def _assumed(commands: Sequence[Command]) -> str:
    """What was taken for granted about levels."""
    unknown = sum(bool(command.also) for command in commands)
    if not unknown:
        return "The level of every line is known."
    return (
        f"The level of {unknown} of {len(commands)} lines is L1 or L2; neither notation nor file name says "
        "which, so either counts as right and their probabilities are added. --level says it."
    )


def _write(
    path: Path, commands: Sequence[Command], folds: Sequence[int | None], posteriors: Sequence[Posterior]
) -> None:
    rows = []
    for command, fold, posterior in zip(commands, folds, posteriors, strict=True):
        best = posterior.best
        rows.append(
            {
                "text": command.text,
                "fold": fold,
                "true_level": command.meaning.level.value,
                "also": [other.level.value for other in command.also],
                "true_reward": command.meaning.notation,
                "level": best.level.value,
                "reward": best.notation,
                "probability": posterior.probability,
                "level_probability": posterior.levels[best.level],
                "strangeness": posterior.strangeness,
                "right": command.accepts(best),
                "alternatives": [[m.level.value, m.notation, p] for m, p in posterior.ranked[1:4]],
            }
        )
    write_rows(path, rows)


def _show(answer: Mapping[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(f"{answer['model']}, {answer['protocol']}, {answer['n']} commands", highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("figure", "value", "95 % interval"):
        table.add_column(title)
    for name, title in NAMES.items():
        table.add_row(title, _number(name, answer[name]), " to ".join(_number(name, x) for x in answer["ci95"][name]))
    for level, row in answer["per_level"].items():
        for name in ("level_accuracy", "joint_accuracy"):
            interval = " to ".join(_number(name, x) for x in row["ci95"][name])
            table.add_row(f"{level} ({row['n']}): {NAMES[name]}", _number(name, row[name]), interval)
    console.print(table, highlight=False)
    console.print(answer["assumed"], highlight=False)


def _number(name: str, value: float) -> str:
    return f"{value:.4f}" if name.startswith("ece") else f"{100 * value:.2f} %"


def progress() -> AbstractContextManager[Workshop]:
    """A progress bar on standard error, as the workshop of a training."""
    return _Bar()


class _Bar(AbstractContextManager[Workshop]):
    def __enter__(self) -> Workshop:
        from rich.console import Console
        from rich.progress import Progress

        self._bars = Progress(console=Console(stderr=True), transient=True)
        self._task = self._bars.add_task("training", total=None)
        self._bars.start()
        return replace(Workshop(), report=self._report)

    def _report(self, what: str, done: int, total: int) -> None:
        self._bars.update(self._task, description=what, completed=done, total=total)

    def __exit__(self, *error: object) -> None:
        self._bars.stop()
