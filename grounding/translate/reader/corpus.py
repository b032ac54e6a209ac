"""What the reader learns from: published compositions, and made-up instructions with people's phrases."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grounding.errors import HeedError
from grounding.published import published_folder
from grounding.translate.reader.silver import Tagged, compositions, floor
from grounding.translate.reader.synthetic import Writer, human_phrases

#: Floor plans whose number leaves this rest by five are for development and never trained on.
DEV_REST = 1


class CorpusError(HeedError):
    """Training data is missing or damaged."""


def is_dev(row: dict[str, Any]) -> bool:
    """Whether a row of the household data is for development."""
    return floor(row) % 5 == DEV_REST


def corpus(made: int, seed: int, household: Path | None = None, alfred: Path | None = None) -> list[Tagged]:
    """Tagged instructions to train with.

    Args:
        made: How many to make up.
        seed: Of what is drawn.
        household, alfred: Files of published instructions; the published ones by default.

    Raises:
        CorpusError: A file is missing or damaged.
    """
    household = (
        household or published_folder("household_instructions", "household instructions", CorpusError) / "train.jsonl"
    )
    alfred = alfred or published_folder("alfred", "goals of ALFRED", CorpusError) / "train.jsonl"
    rows = _rows(household, ("id", "base_tasks", "instruction"))
    dev = {row["instruction"] for row in rows if is_dev(row)}
    kept = [row for row in rows if not is_dev(row) and row["instruction"] not in dev]
    goals = [
        annotation["goal"]
        for row in _rows(alfred, ("scene", "annotations"))
        if int(re.sub(r"\D", "", row["scene"]) or 0) % 5 != DEV_REST
        for annotation in row["annotations"]
    ]
    human = human_phrases([*(task for row in kept for task in row["base_tasks"]), *goals])
    return [*compositions(kept), *Writer(human, seed).instructions(made)]


def _rows(path: Path, keys: Sequence[str]) -> list[dict[str, Any]]:
    found = []
    try:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            row = json.loads(line)
            lacking = [key for key in keys if key not in row]
            if lacking:
                raise CorpusError(
                    f"{path}, line {number}", f"has no {lacking[0]!r}.", "See the format in docs/translate.md."
                )
            found.append(row)
    except (OSError, ValueError) as error:
        raise CorpusError(str(path), f"cannot be read ({error}).", "Give another file.") from error
    return found
