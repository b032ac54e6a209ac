"""Questions which meaning is meant, answered on the command line or on a terminal."""

from __future__ import annotations

import sys
from dataclasses import replace

from grounding.language.answers import choose
from grounding.state import WorldState
from grounding.world import World
from heed.dialogue import Question
from heed.outcome import Outcome
from heed.pipeline import Understanding, accept


def numbered(question: Question) -> str:
    """The options of a question, one a line."""
    return "\n".join(f"  {number}. {option}" for number, option in enumerate(question.options, 1))


def settled(
    meaning: Understanding, world: World, answer: str | None, *, ask: bool, state: WorldState | None = None
) -> Understanding:
    """What is meant after the question, if there is one, has been answered.

    Args:
        meaning: What became of the words.
        world: The world they refer to.
        answer: The answer given beforehand, None = none.
        ask: Whether to ask on the terminal where none was given; without a terminal nothing is asked.
        state: Where things are now; at the start of the world file where None.
    """
    if meaning.outcome is not Outcome.ASKED:
        return meaning
    while True:
        if answer is None:
            if not (ask and sys.stdin.isatty() and sys.stderr.isatty()):
                return meaning
            print(f"{meaning.question.text}\n{numbered(meaning.question)}\n> ", end="", file=sys.stderr, flush=True)
            answer = sys.stdin.readline()
            if not answer:
                return meaning
        choice = choose(answer, meaning.question.options)
        if choice.resolved and len(choice.chosen) == 1:
            chosen = accept(meaning.readings[choice.chosen[0]], world, state)
            return replace(chosen, timings_ms={**chosen.timings_ms, **meaning.timings_ms})
        if choice.resolved and not choice.chosen:
            return Understanding(
                Outcome.REJECTED, "None of the meanings was meant. Say it in other words.",
                timings_ms=meaning.timings_ms,
            )  # fmt: skip
        reason = choice.reason or "Only one of the meanings can be carried out. Name one."
        if not (ask and sys.stdin.isatty() and sys.stderr.isatty()):
            return replace(meaning, message=f"{reason} {meaning.question.text}")
        print(reason, file=sys.stderr)
        answer = None
