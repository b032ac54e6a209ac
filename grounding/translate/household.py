"""The published household compositions, and which of them may be trained on."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grounding.errors import HeedError
from grounding.published import published_folder


class CompositionError(HeedError):
    """The file of household compositions is missing or malformed."""


@dataclass(frozen=True)
class Composition:
    """Base tasks and one wording of them.

    Attributes:
        id: Name, which begins with the floor plan.
        base_tasks: What was to be worded; the wording may leave some out or change them.
        instruction: The wording.
    """

    id: str
    base_tasks: tuple[str, ...]
    instruction: str

    @property
    def is_dev(self) -> bool:
        """Whether its floor plan is kept for development: its number leaves 1 when divided by 5."""
        return is_dev(re.findall(r"\d+", self.id)[0])

    @property
    def tasks(self) -> frozenset[str]:
        """The base tasks as a set, spelling aside."""
        return frozenset(_plain(task) for task in self.base_tasks)


def is_dev(floor: str) -> bool:
    """Whether a floor plan of that number is kept for development."""
    return int(floor or 0) % 5 == 1


def compositions(path: Path | None = None) -> tuple[Composition, ...]:
    """All that are published, sorted by id.

    Args:
        path: Another file of the same form.

    Raises:
        CompositionError: They are not there, or a line cannot be read.
    """
    path = (
        path or published_folder("household_instructions", "household compositions", CompositionError) / "train.jsonl"
    )
    found = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise CompositionError(str(path), f"cannot be read ({error}).", "Give another file.") from error
    for number, line in enumerate(lines, start=1):
        try:
            found.append(_composition(json.loads(line)))
        except (ValueError, KeyError, TypeError) as error:
            raise CompositionError(f"{path}, line {number}", f"cannot be read ({error}).") from error
    return tuple(sorted(found, key=lambda c: c.id))


def _composition(row: Mapping[str, Any]) -> Composition:
    """A row of the file; raises ValueError, KeyError or TypeError where it is none."""
    found = Composition(row["id"], tuple(row["base_tasks"]), row["instruction"])
    if not re.search(r"\d", found.id):
        raise ValueError(f"the id {found.id!r} names no floor plan")
    if isinstance(row["base_tasks"], str) or not all(
        isinstance(t, str) for t in (*found.base_tasks, found.instruction)
    ):
        raise ValueError("base tasks or instruction are no texts")
    return found


def training(rows: Sequence[Composition]) -> tuple[Composition, ...]:
    """Those that may be trained on: no floor plan, wording or set of base tasks of the development part."""
    dev = [row for row in rows if row.is_dev]
    wordings = {_plain(row.instruction) for row in dev}
    sets = {row.tasks for row in dev}
    return tuple(
        row for row in rows if not row.is_dev and _plain(row.instruction) not in wordings and row.tasks not in sets
    )


def _plain(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", text.lower()))
