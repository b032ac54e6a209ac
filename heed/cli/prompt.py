"""Questions on a terminal: shows the options, reads a line, sends it as the answer."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Callable, Iterator
from typing import TextIO

from heed.commander import Commander
from heed.dialogue import Question, Reply, ReplyStatus

PROMPT = "Answer (number or words): "
#: How often it is looked whether a question is still open while a line is waited for, in seconds.
LOOK_S = 0.2


def can_ask(out: TextIO) -> bool:
    """Whether a person is there to answer: both ends are a terminal."""
    return sys.stdin.isatty() and out.isatty()


def lines_of(question: Question) -> Iterator[str]:
    """A question with its numbered options, line by line.

    >>> print(*lines_of(Question("1", "Which apple?", ("the red one", "the green one"))), sep="\\n")
    Which apple?
      1. the red one
      2. the green one
    """
    yield question.text
    for number, option in enumerate(question.options, 1):
        yield f"  {number}. {option}"


def lines_of_reply(reply: Reply) -> Iterator[str]:
    """What was understood and what will be done, line by line; the question is left to the caller."""
    if reply.understood:
        yield f"Understood: {reply.understood}"
    if reply.sentence and reply.sentence not in (reply.understood, reply.question.text):
        yield reply.sentence


def ask(
    commander: Commander, question: Question, out: TextIO, *, going_on: Callable[[], bool] = lambda: True
) -> Reply | None:
    """Asks until there is an answer that the fleet takes.

    Args:
        commander: Carries the answers.
        question: What is asked.
        out: The terminal.
        going_on: Whether there is still somebody to answer to.

    Returns:
        The reply to the answer; None where the question closed by itself.

    Raises:
        EOFError: Nobody wants to answer (the end of input).
        HeedError: The fleet is gone.
    """
    _write(out, *lines_of(question))
    is_open = _OpenUntilGone(commander, question, going_on)
    while True:
        line = _read_line(out, is_open)
        if line is None:
            _write(out, "", "The question is closed: nobody answered in time, or somebody else did.")
            return None
        reply = commander.answer(line)
        _write(out, *lines_of_reply(reply))
        if reply.status is ReplyStatus.ASKED:
            return ask(commander, reply.question, out, going_on=going_on)
        if reply.status is ReplyStatus.ACCEPTED or not is_open():
            return reply


class _OpenUntilGone:
    """Whether a question is open; one that is not heard of yet is, since the reply may come before the news."""

    def __init__(self, commander: Commander, question: Question, going_on: Callable[[], bool]) -> None:
        self._commander, self._question, self._going_on = commander, question, going_on
        self._expires = time.monotonic() + (question.expires_s or float("inf"))
        self._seen = self._is_open()

    def __call__(self) -> bool:
        is_open = self._is_open()
        self._seen = self._seen or is_open
        return self._going_on() and (is_open or not self._seen) and time.monotonic() <= self._expires

    def _is_open(self) -> bool:
        return self._commander.question().id == self._question.id


def _read_line(out: TextIO, open_still: Callable[[], bool]) -> str | None:
    """A line that says something; None where nobody waits for it any more."""
    while True:
        out.write(PROMPT)
        out.flush()
        while not select.select([sys.stdin], [], [], LOOK_S)[0]:
            if not open_still():
                return None
        line = sys.stdin.readline()
        if not line:
            out.write("\n")
            raise EOFError
        if line.strip():
            return line.strip()


def _write(out: TextIO, *lines: str) -> None:
    out.writelines(f"{line}\n" for line in lines)
    out.flush()
