"""``heed translate``: an instruction as task tree and hierarchical LTL, with confidence; nothing moves."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated, Any

import typer

from grounding.mission.specify import specify
from grounding.translate.free import Answer, AnswerStatus, rejected
from grounding.translate.ground import outlined
from grounding.translate.outline import Frame, Outline
from grounding.world import World
from grounding.worldfile import load_world
from heed.cli.answer import EXIT_CODES, print_json, read_text, task_as_json
from heed.interpret import Interpretation, InterpretationStatus, interpret
from heed.outcome import Outcome
from heed.translation import translation

_SHOWN = {AnswerStatus.UNDERSTOOD: "UNDERSTOOD", AnswerStatus.QUESTION: "QUESTION", AnswerStatus.REJECTED: "REJECTED"}


def translate(
    text: Annotated[str, typer.Argument(help="The instruction, one sentence or several; - reads standard input.")],
    world: Annotated[
        str | None, typer.Option(help="Name or file of the world; without one, words stand for themselves.")
    ] = None,
    engine: Annotated[
        str | None,
        typer.Option(metavar="ENGINE", help="built-in, or a language model: local:FOLDER or server:URL#MODEL."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Shows what an instruction means: tasks, their order, rules, formulas, and how sure that is.

    Exit status: 0 understood (perhaps with a question to be answered first), 2 wrong usage, 3 refused.
    """
    with suppress(AttributeError):
        sys.stdout.reconfigure(errors="replace")  # type: ignore[union-attr]  # what a terminal cannot show is no error
    words = read_text(text)
    answer, options = read(words, load_world(world) if world else None, engine)
    if as_json:
        print_json(as_object(words, answer, options), sys.stdout)
    else:
        print("\n".join(_lines(words, answer, options)))
    raise typer.Exit(EXIT_CODES[Outcome.REJECTED] if answer.status is AnswerStatus.REJECTED else 0)


def read(text: str, world: World | None, engine: str | None = None) -> tuple[Answer, tuple[str, ...]]:
    """What an instruction means, and the answers to choose from where a question has to be answered first.

    In a world it is what ``heed plan`` and ``heed run`` act on; without one, what the words say by themselves.
    """
    if world is None:
        return translation(text, None, engine=engine), ()
    found = interpret(text, world, engine=engine)
    return _answer(found, world), tuple(reading.text for reading in found.readings if found.question)


def _answer(found: Interpretation, world: World) -> Answer:
    """An interpretation with its first reading taken apart."""
    if found.status is InterpretationStatus.REFUSED:
        return rejected(found.message, found.faults, found.near)
    first = found.readings[0]
    free = found.free if found.free is not None and found.free.tree is first.tree else None
    outline, ids = (free.outline, free.ids) if free is not None and free.outline else outlined(first.tree, world)
    asked = found.status is InterpretationStatus.ASK
    return Answer(
        AnswerStatus.QUESTION if asked else AnswerStatus.UNDERSTOOD, found.message, found.confidence, found.question,
        outline, first.tree, specify(first.tree, world), ids, first.text, free.alternatives if free else (),
    )  # fmt: skip


def as_object(text: str, answer: Answer, options: tuple[str, ...] = ()) -> dict[str, Any]:
    """What ``--json`` prints; every key is there for every answer.

    Returns:
        ``outcome`` (UNDERSTOOD, QUESTION, REJECTED), ``message, confidence, question``, ``options`` (answers to
        it, numbered from 1), ``paraphrase, tree``,
        ``leaves`` (in reading order: ``id, text, predicate, object, destination, states, robot, confidence,
        start, end``), ``order`` (pairs of positions in leaves, transitively closed), ``either`` (choices
        between sets of leaves), ``together``, ``rules, spec, alternatives, notes, near, at_fault``.
    """
    outline = answer.outline
    return {
        "instruction": text,
        "outcome": _SHOWN[answer.status],
        "message": answer.message,
        "confidence": round(answer.confidence, 4),
        "question": answer.question or None,
        "options": list(options),
        "paraphrase": answer.paraphrase or None,
        "tree": task_as_json(answer.tree.root) if answer.tree else None,
        "leaves": leaves(outline.frames, answer.ids) if outline else [],
        "order": [list(pair) for pair in outline.order] if outline else [],
        "either": [[list(own) for own in options] for options in outline.either] if outline else [],
        "together": [list(own) for own in outline.together] if outline else [],
        "rules": [rule.text for rule in outline.rules] if outline else [],
        "spec": [dict(level) for level in answer.spec.levels] if answer.spec else [],
        "alternatives": [_alternative(other) for other in answer.alternatives],
        "notes": list(outline.notes) if outline else [],
        "near": list(answer.near),
        "at_fault": [{"start": a, "end": b, "text": text[a:b]} for a, b in answer.faults],
    }


def leaves(frames: tuple[Frame, ...], ids: tuple[str, ...]) -> list[dict[str, Any]]:
    """Frames as JSON objects, with the tasks of the tree that they stand for."""
    return [
        {
            "id": task, "text": frame.text, "predicate": frame.predicate, "object": frame.object,
            "destination": frame.destination, "states": list(frame.states), "robot": frame.robot or None,
            "confidence": frame.confidence, "start": frame.start, "end": frame.end,
        }
        for frame, task in zip(frames, ids or [""] * len(frames), strict=True)
    ]  # fmt: skip


def _alternative(outline: Outline) -> dict[str, Any]:
    return {
        "confidence": round(outline.confidence, 4),
        "leaves": [frame.text for frame in outline.frames],
        "order": [list(pair) for pair in outline.order],
    }


def _lines(text: str, answer: Answer, options: tuple[str, ...] = ()) -> list[str]:
    """The answer for people."""
    if answer.status is AnswerStatus.REJECTED or answer.outline is None:
        near = [f"Near: {', '.join(answer.near)}."] if answer.near else []
        return [f"Refused: {answer.message}", *underlined(text, answer.faults), *near]
    lines = [f"{answer.message} ({min(answer.confidence, 0.99):.0%} sure)" if not answer.question else answer.question]
    lines += [f"  {number}. {option}" for number, option in enumerate(options, 1)] if len(options) > 1 else []
    lines.append(f"I take it as: {answer.paraphrase}")
    for position, frame in enumerate(answer.outline.frames):
        before = [i + 1 for i, j in answer.outline.order if j == position]
        after = f"  after {', '.join(map(str, before))}" if before else ""
        robot = f"  by {frame.robot}" if frame.robot else ""
        lines.append(f"  {position + 1}. {frame.text}{robot}{after}")
    lines += [f"  rule: {rule.text}" for rule in answer.outline.rules]
    if answer.spec:
        lines += [f"  {name} = {formula}" for level in answer.spec.levels for name, formula in level.items()]
    return lines


def underlined(text: str, faults: tuple[tuple[int, int], ...], width: int = 100) -> list[str]:
    """The words at fault with marks under them, lines of some width."""
    if not faults:
        return []
    marks = [" "] * len(text)
    for start, end in faults:
        for i in range(start, min(end, len(text))):
            marks[i] = "^"
    plain = "".join(" " if c in "\n\t\r" else c for c in text)
    found = []
    for first in range(0, len(plain), width):
        under = "".join(marks[first : first + width]).rstrip()
        if under:
            found += [f"  {plain[first : first + width]}", f"  {under}"]
    return found
