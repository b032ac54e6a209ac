"""What the reader learns from: published compositions, and made-up instructions with people's phrases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from grounding.errors import HeedError
from grounding.published import published_folder
from grounding.translate.household import compositions, is_dev, training
from grounding.translate.reader.silver import Tagged, explained
from grounding.translate.reader.synthetic import Writer, human_phrases


class CorpusError(HeedError):
    """Training data is missing or damaged."""


def corpus(made: int, seed: int, household: Path | None = None, alfred: Path | None = None) -> list[Tagged]:
    """Tagged instructions to train with; floor plans kept for development are left out.

    Args:
        made: How many to make up.
        seed: Of what is drawn.
        household, alfred: Files of published instructions; the published ones by default.

    Raises:
        HeedError: A file is missing or damaged.
    """
    kept = training(compositions(household))
    tasks = (task for row in kept for task in row.base_tasks)
    human = human_phrases([*tasks, *_goals(alfred or published_folder("alfred", "goals", CorpusError) / "train.jsonl")])
    found = [*explained(kept), *Writer(human, seed).instructions(made)]
    if not found:
        raise CorpusError(
            "the training data", "holds no instruction that can be learned from.", "Make some up (--made)."
        )
    return found


def _goals(path: Path) -> Iterator[str]:
    """What annotators of ALFRED called the goals of its trials."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise CorpusError(str(path), f"cannot be read ({error}).", "Give another file.") from error
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
            if not is_dev(re.sub(r"\D", "", row["scene"])):
                yield from (str(annotation["goal"]) for annotation in row["annotations"])
        except (ValueError, KeyError, TypeError) as error:
            raise CorpusError(f"{path}, line {number}", f"cannot be read ({error}).", "Give another file.") from error
