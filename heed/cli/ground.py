"""``heed ground``: at which level a command speaks, what it asks for, and whether to ask back."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from grounding.levels.ground import Grounding, Reading, infer
from grounding.levels.model import DEFAULT_MODEL, MODELS
from grounding.levels.reward import Meaning
from grounding.levels.train import load_named
from grounding.worldfile import load_world
from heed.cli.answer import EXIT_CODES, print_json, read_text
from heed.outcome import Outcome


def ground(
    text: Annotated[str, typer.Argument(help="The command; - reads it from standard input.")],
    world: Annotated[str, typer.Option(help="Name or file of the world.")] = "cleanup",
    model: Annotated[
        str, typer.Option(help=f"Which model: {', '.join(MODELS)}, or the folder of a trained one.")
    ] = DEFAULT_MODEL,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Says at which level a command speaks and what it asks for in a world; nothing moves.

    Exit status: 0 understood (perhaps with a question to be answered first), 2 wrong usage, 3 refused.
    """
    found = infer(read_text(text), load_world(world), model=load_named(model))
    if as_json:
        print_json(as_object(found), sys.stdout)
    else:
        print("\n".join(_lines(found)))
    raise typer.Exit(EXIT_CODES[Outcome.REJECTED] if found.refused else 0)


def as_object(found: Grounding) -> dict[str, Any]:
    """What ``--json`` prints; every key is there for every answer.

    Returns:
        ``level`` (L0, L1, L2), ``reward`` (lifted, in the notation of the published data),
        ``probability, alternatives`` (level, reward, probability, grounded, sentence), ``grounded``
        (``agent, things, steps, reward`` over ids of the world), ``sentence, steps`` (directions
        that the command spells out), ``refused`` (a sentence), ``near`` (names that may have been
        meant), ``question`` (``text`` and ``options``), ``names`` (lifted name -> id); null or empty
        where there is nothing to say.
    """
    best = found.best
    return {
        "text": found.text,
        **(_reading(best) if best else dict.fromkeys(("level", "reward", "probability", "grounded", "sentence"))),
        "steps": [step.value for step in found.steps],
        "alternatives": [_reading(other) for other in found.alternatives],
        "refused": found.refused or None,
        "near": list(found.near),
        "question": (
            {"text": found.question.text, "options": [_reading(option) for option in found.question.options]}
            if found.question
            else None
        ),
        "names": dict(found.names or {}),
    }


def _reading(reading: Reading) -> dict[str, Any]:
    reward = reading.reward
    return {
        "level": reading.level.value,
        "reward": Meaning(reading.level, reading.lifted).notation,
        "probability": round(reading.probability, 6),
        "grounded": {
            "agent": reward.agent,
            "things": [{"thing": thing, "region": region} for thing, region in reward.things],
            "steps": [step.value for step in reward.steps],
            "reward": str(reward),
        },
        "sentence": reading.sentence,
    }


def _lines(found: Grounding) -> list[str]:
    """The answer for people."""
    if found.best is None:
        return [f"Refused: {found.refused}"]
    lines = [f"{found.best.level.value} ({found.best.probability:.0%}): {found.best.sentence}"]
    if found.steps:
        lines.append(f"step by step: {' '.join(step.value for step in found.steps)}")
    lines += [f"or {other.level.value} ({other.probability:.0%}): {other.sentence}" for other in found.alternatives]
    return [*lines, *([found.question.text] if found.question else [])]
