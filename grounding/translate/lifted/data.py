"""Pairs of a lifted utterance and its formula, from tab-separated files."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grounding import published
from grounding.errors import FormulaError, HeedError
from grounding.logic.formula import Node
from grounding.translate.lifted.notation import read_formula

MOST_ROWS = 200_000


class LiftedDataError(HeedError):
    """A file of utterances and formulas cannot be used."""


@dataclass(frozen=True)
class Pair:
    """One line of a file.

    Attributes:
        utterance: The sentence, as it stands there.
        formula: What it means.
        written: The formula as it stands there.
        kind: What the file calls its type, "" if nothing.
        weight: How often it counts.
        split: The part of the data it belongs to, "" if none.
    """

    utterance: str
    formula: Node
    written: str
    kind: str = ""
    weight: float = 1.0
    split: str = ""


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """Reads a file with a header line; columns ``utterance, formula``, and perhaps ``type, weight, split``.

    ``copies`` counts as ``weight`` where there is no such column. Lines without text are left out.

    Raises:
        LiftedDataError: The file cannot be read, lacks a column, or a line is wrong; the message has its number.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise LiftedDataError(str(path), f"cannot be read ({error}).", "Give a tab-separated UTF-8 file.") from error
    rows = list(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    header = [name.strip().lower() for name in rows[0]] if rows else []
    for name in ("utterance", "formula"):
        if name not in header:
            raise LiftedDataError(
                str(path),
                f"has no column {name!r}; its columns are {', '.join(header) or 'none'}.",
                "The first line names the columns, with tabs between them.",
            )
    if len(rows) > MOST_ROWS:
        raise LiftedDataError(str(path), f"has {len(rows):,} lines, at most {MOST_ROWS:,} are read.", "Split it.")
    pairs = [_pair(path, number, header, row) for number, row in enumerate(rows[1:], start=2) if any(row)]
    if not pairs:
        raise LiftedDataError(str(path), "has no line below its header.")
    return tuple(pairs)


def _pair(path: Path, number: int, header: Sequence[str], row: Sequence[str]) -> Pair:
    where = f"{path}, line {number}"
    if len(row) != len(header):
        raise LiftedDataError(where, f"has {len(row)} columns and the header {len(header)}.", "Put tabs between them.")
    cells = dict(zip(header, (cell.strip() for cell in row), strict=True))
    if not cells["utterance"]:
        raise LiftedDataError(where, "has no utterance.")
    try:
        formula = read_formula(cells["formula"])
    except FormulaError as error:
        raise LiftedDataError(where, f"has no readable formula: {error}") from error
    weight = cells.get("weight") or cells.get("copies") or "1"
    try:
        counted = float(weight)
    except ValueError:
        counted = -1.0
    if not 0 < counted < float("inf"):
        raise LiftedDataError(where, f"has the weight {weight!r}.", "Write a number above 0.")
    return Pair(
        cells["utterance"], formula, cells["formula"], cells.get("type", ""), counted, cells.get("split", "")
    )  # fmt: skip


def published_folder() -> Path:
    """Folder of the published pairs: ``$HEED_DATA``, or ``../shared/data`` beside the repository.

    Raises:
        LiftedDataError: It is not there.
    """
    return published.published_folder("lifted_ltl", "pairs", LiftedDataError)
