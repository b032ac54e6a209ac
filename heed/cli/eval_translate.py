"""``heed eval translate``: measures how well free instructions are understood."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from grounding.errors import ConfigurationError
from grounding.translate.cases import Case, CaseError, Prediction, read_cases, read_predictions
from grounding.translate.engine import Engine
from grounding.translate.score import MEASURES, Judged, figures, judge
from heed.cli.answer import write_rows

TITLES = {"task_set": "all tasks right", "order": "order right", "both": "both"}


def translate(
    cases: Annotated[
        Path,
        typer.Argument(
            metavar="F.jsonl", help="Lines {id, instruction, base_tasks, mentioned, order_closure}, perhaps n."
        ),
    ],
    engine: Annotated[str | None, typer.Option(help="Engine that reads; the built-in choice by default.")] = None,
    given: Annotated[
        Path | None,
        typer.Option(
            "--from-predictions",
            metavar="PRED.jsonl",
            help="Judge these answers instead: lines {id, leaves: [{text, object, destination, states}], order, "
            "confidence}.",
        ),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(metavar="OUT.jsonl", help="File for every answer, one JSON object a line.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Measures how well free instructions are understood.

    The tasks are right if groups of neighbouring leaves match the mentioned base tasks one to one in their content
    words, with nothing left over; the order is right if it is the transitive closure of the file. An answer without
    leaves (a refusal, a question) is wrong.
    """
    if given is not None and engine is not None:
        raise ConfigurationError("--engine", "has nothing to do with --from-predictions.", "Leave out one of them.")
    read = read_cases(cases)
    if given is not None:
        answers = _given(given, read)
    else:
        reader = _engine(engine)
        answers = {case.id: _read(case, reader) for case in read}
    judged = [judge(case, answers.get(case.id, Prediction(outcome="no answer"))) for case in read]
    answer = figures(judged)
    if predictions is not None:
        _write(predictions, judged)
    if as_json:
        json.dump(answer, sys.stdout, indent=1)
        print()
    else:
        _show(answer)


def _given(path: Path, cases: Sequence[Case]) -> dict[str, Prediction]:
    answers = read_predictions(path)
    if not answers.keys() & {case.id for case in cases}:
        raise CaseError(str(path), "answers none of the instructions.", "Give the answers to this file, by id.")
    return answers


def _engine(name: str | None) -> Engine:
    # Torch is slow to load and not needed to judge answers that are given.
    from heed.translation import engine_of

    return engine_of(name)


def _read(case: Case, engine: Engine) -> Prediction:
    """What an engine makes of an instruction; where there is no outline, there are no leaves."""
    reading = engine.read(case.instruction)
    if reading.outline is None:
        return Prediction(outcome=f"{reading.status.value}: {reading.message}")
    outline = reading.outline
    return Prediction(outline.frames, frozenset(outline.order), outline.confidence, reading.status.value)


def _write(path: Path, judged: Sequence[Judged]) -> None:
    rows = [
        {
            "id": one.case.id,
            "instruction": one.case.instruction,
            "leaves": [
                {"text": leaf.text, "predicate": leaf.predicate, "object": leaf.object,
                 "destination": leaf.destination, "states": list(leaf.states)}
                for leaf in one.predicted.leaves
            ],
            "order": sorted(map(list, one.predicted.order)),
            "confidence": one.predicted.confidence,
            "outcome": one.predicted.outcome,
            "task_set": one.task_set,
            "order_right": one.order,
            "both": one.both,
            "matched": {str(task): list(range(*group)) for task, group in sorted(one.groups.items())},
            "missed": [one.case.base_tasks[task] for task in one.case.mentioned if task not in one.groups],
            "order_closure": sorted(map(list, one.case.order)),
        }
        for one in judged
    ]  # fmt: skip
    write_rows(path, rows)


def _show(answer: Mapping[str, Any]) -> None:
    print(f"{answer['n']} instructions, {answer['refused']} refused or asked about")
    for name in MEASURES:
        low, high = answer["ci95"][name]
        print(f"{TITLES[name]:20}{100 * answer[name]:6.1f} %  95 % interval {100 * low:.1f} to {100 * high:.1f}")
    for n, row in answer["by_n"].items():
        shares = "".join(f"{100 * row[name]:9.1f} %" for name in MEASURES)
        print(f"  {n:>2} base tasks{shares}  ({row['n']})")
    if answer["ece"] is not None:
        print(f"expected calibration error of the confidence: {answer['ece']:.3f}")
