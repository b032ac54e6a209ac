"""Follows an instruction to its end: shows it, asks back, stops it on Ctrl-C or when its time is up."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TextIO

from rich.console import Console

from grounding.world import World
from heed.cli.answer import answer, print_json
from heed.cli.display import Display, outcome_panel
from heed.cli.prompt import ask, can_ask, lines_of
from heed.commander import Commander
from heed.dialogue import Question
from heed.news import Result
from heed.outcome import Outcome


def follow(
    commander: Commander,
    text: str,
    *,
    display: Display | None = None,
    timeout: float | None = None,
    terminal: TextIO | None = None,
) -> Result:
    """Sends an instruction and stays with it until it is over.

    The first Ctrl-C cancels the mission, so that every robot stops; a second one does not wait
    for that.

    Args:
        commander: A commander that has nothing else to do.
        text: The instruction.
        display: Where to show progress, None for nowhere.
        timeout: Wall seconds after which the mission is canceled, None = never.
        terminal: Where to ask what has to be asked; None = nobody is there, so that the
            instruction is taken back and ends as ASKED.
    """
    began = time.monotonic()

    def time_left() -> bool:
        return timeout is None or time.monotonic() - began <= timeout

    asked = ""
    try:
        try:
            commander.send(text)
            while not commander.done(0.1):
                feedback = commander.feedback()
                if display is not None:
                    display.update(feedback)
                if feedback.question and feedback.question.id != asked:
                    asked = feedback.question.id
                    if not _answered(commander, feedback.question, display, terminal, time_left):
                        commander.withdraw()
                        break
                if not time_left():
                    commander.cancel(f"it was not done within {timeout:g} s")
                    break
        except KeyboardInterrupt:
            commander.cancel("canceled by the operator")
        result = commander.result()
    except KeyboardInterrupt:
        return Result(Outcome.CANCELED, "Interrupted twice: left without waiting for the robots.", text)
    if display is not None:
        display.update(commander.feedback())
    return result


def _answered(
    commander: Commander,
    question: Question,
    display: Display | None,
    terminal: TextIO | None,
    time_left: Callable[[], bool],
) -> bool:
    """Asks on the terminal; whether that made sense: False where nobody is there, or wants, to answer."""
    if terminal is None:
        return False
    with display.aside() if display is not None else nullcontext():
        try:
            ask(commander, question, terminal, going_on=time_left)
        except EOFError:
            return False
    return True


def carry_out(
    commander: Commander, world: World, text: str, out: TextIO, *, as_json: bool, timeout: float | None
) -> Result:
    """Has an instruction carried out, showing its progress on ``out`` unless JSON is wanted."""
    if as_json:
        return follow(commander, text, timeout=timeout)
    with Display(Console(file=out), world, text) as display:
        return follow(commander, text, display=display, timeout=timeout, terminal=out if can_ask(out) else None)


def tell(result: Result, world: World, text: str, out: TextIO, *, as_json: bool) -> Outcome:
    """Tells ``out`` how an instruction ended: the JSON object, or outcome and episode for people."""
    if as_json:
        print_json(result_as_json(result, text, world), out)
    else:
        message = "\n".join(lines_of(result.question)) if result.question else result.message
        Console(file=out).print(outcome_panel(result.outcome.name, message, result.episode))
    return result.outcome


def result_as_json(result: Result, instruction: str, world: World) -> dict[str, Any]:
    """The JSON object of a result, see :func:`heed.cli.answer.answer`."""
    return answer(
        instruction,
        result.outcome,
        result.message,
        tree=result.tree,
        spec=result.spec,
        plan=result.plan,
        robots=world.robots,
        monitor={name: line.verdict.value for name, line in result.monitor.items()},
        episode=result.episode,
        timings_ms=result.timings_ms,
        question=result.question,
    )
