"""``heed cancel``: ends a mission of a fleet that is up; the robots stand when it returns."""

from __future__ import annotations

import sys
from typing import Annotated, TextIO

import typer

from heed.cli.answer import own_stdout, print_json
from heed.cli.fleet import REFUSED, AsJson, Wait, talking
from heed.cli.namespace import DEFAULT, Namespace, checked
from heed.news import Canceled


def cancel(
    mission: Annotated[str, typer.Argument(metavar="[ID]", help="Id of the mission; none = the running one.")] = "",
    reason: Annotated[str, typer.Option(help="Why, for the records.")] = "canceled by the operator",
    as_json: AsJson = False,
    namespace: Namespace = DEFAULT,
    wait: Wait = 10.0,
) -> None:
    """Ends a mission of a fleet that is up, and returns when its robots stand; what they hold they keep."""
    with own_stdout() as out:
        code = talking(lambda: _cancel(out, mission, reason, as_json, namespace, wait), out, as_json=as_json)
    raise typer.Exit(code)


cancel.__doc__ = (
    f"{cancel.__doc__}\n\nExit status: 0 canceled, {REFUSED} nothing was running or another mission is, "
    "2 wrong usage or no fleet is up, 1 an internal error, 130 Ctrl-C."
)


def _cancel(out: TextIO, mission: str, reason: str, as_json: bool, namespace: str, wait_s: float) -> int:
    from heed.commander import Commander

    with Commander(checked(namespace), wait_s=wait_s, log_level="error") as commander:
        canceled = commander.cancel(reason, mission=mission)
        if not canceled:
            commander.status()  # says so where no fleet is up
    if as_json:
        print_json({**vars(canceled), "holding": dict(canceled.holding)}, out)
    else:
        print(sentence_of(canceled), file=out if canceled else sys.stderr)
    return 0 if canceled else REFUSED


def sentence_of(canceled: Canceled) -> str:
    """What happened, and what robots hold where the fleet has not said so.

    >>> sentence_of(Canceled(True, "The robots have stopped.", {"robot_1": "lemon"}))
    'The robots have stopped. robot_1 holds the lemon.'
    """
    held = (
        f"{robot} holds the {thing.replace('_', ' ')}."
        for robot, thing in canceled.holding.items()
        if canceled and robot not in canceled.message
    )
    return " ".join([canceled.message, *held])
