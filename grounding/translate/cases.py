"""Free instructions with their gold answers, and answers to them, from files of one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grounding.errors import HeedError
from grounding.translate.nodes import closure
from grounding.translate.outline import Frame


class CaseError(HeedError):
    """A file of gold or predicted answers cannot be used."""


@dataclass(frozen=True)
class Case:
    """An instruction and what it states.

    Attributes:
        id: Its name.
        instruction: The words.
        base_tasks: Tasks of which it may speak, in plain English.
        mentioned: Indices of those that it states.
        order: Pairs (i, j) of indices, i before j, closed transitively.
        n: Number of base tasks.
    """

    id: str
    instruction: str
    base_tasks: tuple[str, ...]
    mentioned: tuple[int, ...]
    order: frozenset[tuple[int, int]]
    n: int


@dataclass(frozen=True)
class Prediction:
    """What an engine makes of an instruction.

    Attributes:
        leaves: The tasks in reading order; none where it refused or asked.
        order: Pairs (i, j) of leaf indices, i before j.
        confidence: Probability that all is right; None where it was not said.
        outcome: What it said of itself.
    """

    leaves: tuple[Frame, ...] = ()
    order: frozenset[tuple[int, int]] = frozenset()
    confidence: float | None = None
    outcome: str = ""


def read_cases(path: Path) -> tuple[Case, ...]:
    """Reads gold answers: ``id, instruction, base_tasks, mentioned, order_closure``, perhaps ``n``.

    Raises:
        CaseError: The file cannot be read, or a line lacks something; the message has its number.
    """
    cases = tuple(case(row, where) for where, row in _rows(path))
    if not cases:
        raise CaseError(str(path), "has no lines.", "Write one JSON object a line.")
    seen: set[str] = set()
    for one in cases:
        if one.id in seen:
            raise CaseError(str(path), f"has the id {one.id!r} twice.", "Give every line an id of its own.")
        seen.add(one.id)
    return cases


def read_predictions(path: Path) -> dict[str, Prediction]:
    """Reads answers by id: ``id, leaves, order``, perhaps ``confidence, outcome``.

    A leaf has a ``text``, and perhaps ``predicate, object, destination, states``.

    Raises:
        CaseError: The file cannot be read, or a line lacks something; the message has its number.
    """
    answers: dict[str, Prediction] = {}
    for where, row in _rows(path):
        name = str(_get(where, row, "id", (str, int)))
        if name in answers:
            raise CaseError(where, f"has the id {name!r}, which a line before has.", "Prediction every id once.")
        answers[name] = _prediction(where, row)
    return answers


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CaseError(str(path), f"cannot be read ({error}).", "Give a UTF-8 file of JSON lines.") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"{path}, line {number}"
            try:
                row = json.loads(line)
            except ValueError as error:
                raise CaseError(where, f"is not JSON ({error}).", "Write one JSON object a line.") from error
            if not isinstance(row, dict):
                raise CaseError(where, f"is {type(row).__name__}, not an object.", "Write one JSON object a line.")
            yield where, row


def case(row: Mapping[str, Any], where: str = "gold answer") -> Case:
    """A gold answer from a JSON object.

    Args:
        row: The object.
        where: What to call it in errors.

    Raises:
        CaseError: It lacks something.
    """
    base_tasks = tuple(_get(where, row, "base_tasks", list))
    if not all(isinstance(task, str) for task in base_tasks):
        raise CaseError(where, "has base_tasks that are not all text.", "Write them as plain English.")
    count = len(base_tasks)
    mentioned = _get(where, row, "mentioned", list)
    if any(type(i) is not int or not 0 <= i < count for i in mentioned) or len(set(mentioned)) != len(mentioned):
        raise CaseError(where, f"has mentioned {mentioned}.", f"Write different indices of the {count} base_tasks.")
    order = frozenset(closure(_pairs(where, "order_closure", _get(where, row, "order_closure", list), count)))
    strangers = sorted({i for pair in order for i in pair} - set(mentioned))
    if strangers:
        raise CaseError(where, f"orders tasks that are not mentioned: {strangers}.", "Order what is mentioned.")
    if any(i == j for i, j in order):
        raise CaseError(where, "has an order_closure that goes round in a circle.", "No task comes before itself.")
    return Case(
        str(_get(where, row, "id", (str, int))), _get(where, row, "instruction", str), base_tasks, tuple(mentioned),
        order, _get(where, {"n": count, **row}, "n", int),
    )  # fmt: skip


def _prediction(where: str, row: Mapping[str, Any]) -> Prediction:
    leaves = []
    for leaf in _get(where, row, "leaves", list):
        if not isinstance(leaf, dict):
            raise CaseError(where, "has a leaf that is no object.", 'Write {"text": ...}.')
        states = leaf.get("states") or ()
        words = {name: leaf.get(name) or "" for name in ("text", "predicate", "object", "destination")}
        wrong = [name for name, value in words.items() if not isinstance(value, str)]
        if wrong or not isinstance(states, list | tuple) or not all(isinstance(state, str) for state in states):
            raise CaseError(where, f"has a leaf whose {(wrong or ['states'])[0]} is not text.", "Write words.")
        leaves.append(Frame(words["text"], words["predicate"], words["object"], words["destination"], tuple(states)))
    confidence = row.get("confidence")
    if confidence is not None and (type(confidence) not in (int, float) or not 0 <= confidence <= 1):
        raise CaseError(where, f"has the confidence {confidence!r}.", "Write a probability from 0 to 1.")
    order = _pairs(where, "order", row.get("order") or [], len(leaves))
    return Prediction(tuple(leaves), order, confidence, str(row.get("outcome") or ""))


def _pairs(where: str, name: str, value: Any, count: int) -> frozenset[tuple[int, int]]:
    if not isinstance(value, Sequence) or not all(
        isinstance(pair, list) and len(pair) == 2 and all(type(i) is int and 0 <= i < count for i in pair)
        for pair in value
    ):
        raise CaseError(where, f"has {name} {value}.", f"Write pairs [i, j] of indices below {count}.")
    return frozenset((i, j) for i, j in value)


def _get(where: str, row: Mapping[str, Any], name: str, kind: type | tuple[type, ...]) -> Any:
    if name not in row:
        raise CaseError(where, f"has no {name!r}.", "Every line needs it; see `heed eval translate --help`.")
    if not isinstance(row[name], kind) or isinstance(row[name], bool):
        raise CaseError(
            where, f"has a {name!r} that is {type(row[name]).__name__}.", "See `heed eval translate --help`."
        )
    return row[name]
