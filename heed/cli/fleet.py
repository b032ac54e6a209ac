"""What the commands that talk to a running fleet have in common."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TextIO

import typer

from grounding.errors import HeedError
from heed.cli.answer import ASKED, EXIT_CODES, USAGE_ERROR, print_json, unexpected
from heed.dialogue import ReplyStatus
from heed.outcome import Outcome

Wait = Annotated[float, typer.Option(min=0.0, help="Seconds to wait for the fleet to be up.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]

#: Exit status that goes with a reply; the same numbers as for the outcome of a run.
REPLY_CODES: Mapping[ReplyStatus, int] = {
    ReplyStatus.ACCEPTED: 0,
    ReplyStatus.ASKED: ASKED,
    ReplyStatus.REFUSED: EXIT_CODES[Outcome.REJECTED],
}
#: For a fleet that does not do what it is told.
REFUSED = REPLY_CODES[ReplyStatus.REFUSED]


def talking(work: Callable[[], int], out: TextIO, *, as_json: bool) -> int:
    """Does the work of a command; whatever goes wrong is said in one sentence.

    Args:
        work: Does everything, prints to ``out`` and returns the exit status.
        out: The real standard output.
        as_json: Whether to print errors as a JSON object with the one key ``error``.

    Returns:
        The exit status: 2 where no fleet is up or the command is used wrongly, 1 after an error of
        Heed's own, 130 after Ctrl-C.
    """
    try:
        return work()
    except HeedError as error:
        sentence, status = str(error), USAGE_ERROR
    except BrokenPipeError:  # who read the output is gone, so there is nobody to tell
        return EXIT_CODES[Outcome.INTERNAL_ERROR]
    except Exception as error:
        sentence, status = unexpected(error), EXIT_CODES[Outcome.INTERNAL_ERROR]
    except KeyboardInterrupt:
        sentence, status = "Interrupted; the fleet goes on as it is.", EXIT_CODES[Outcome.CANCELED]
    complain(sentence, out, as_json=as_json)
    return status


def complain(sentence: str, out: TextIO, *, as_json: bool, also: Mapping[str, Any] | None = None) -> None:
    """Says what is wrong: on standard error, or as a JSON object."""
    if as_json:
        print_json({"error": sentence, **(also or {})}, out)
    else:
        print(sentence, file=sys.stderr)
