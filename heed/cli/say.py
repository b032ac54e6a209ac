"""``heed say``: says something to a fleet that is up, and answers its questions."""

from __future__ import annotations

from typing import Annotated, Any, TextIO

import typer

from heed.cli.answer import ASKED, own_stdout, print_json, question_as_json, read_text
from heed.cli.fleet import REFUSED, REPLY_CODES, AsJson, Wait, talking
from heed.cli.namespace import DEFAULT, Namespace, checked
from heed.dialogue import Reply, ReplyStatus


def say(
    text: Annotated[str, typer.Argument(help="The words; - reads them from standard input.")],
    robot: Annotated[str, typer.Option(help="Id of the robot that you are looking at.")] = "",
    always: Annotated[bool, typer.Option("--always", help="It is meant from now on, not just this once.")] = False,
    speaker: Annotated[str, typer.Option(help="Who speaks, for the records.")] = "",
    as_json: AsJson = False,
    namespace: Namespace = DEFAULT,
    wait: Wait = 10.0,
) -> None:
    """Says something to a fleet that is up: an instruction, a correction, a question or an answer."""
    with own_stdout() as out:
        code = talking(
            lambda: _say(
                out, read_text(text), robot, always=always, speaker=speaker, as_json=as_json, namespace=namespace,
                wait_s=wait,
            ),
            out,
            as_json=as_json,
        )  # fmt: skip
    raise typer.Exit(code)


say.__doc__ = (
    f"{say.__doc__}\n\nA stop stops the robots before anything else is looked at. On a terminal a question is asked "
    "until it is answered.\n\n"
    f"Exit status: 0 accepted or answered, {REFUSED} refused, {ASKED} a question is open, "
    "2 wrong usage or no fleet is up, 1 an internal error, 130 Ctrl-C."
)


def _say(
    out: TextIO,
    text: str,
    robot: str,
    *,
    always: bool,
    speaker: str,
    as_json: bool,
    namespace: str,
    wait_s: float,
) -> int:
    from heed.cli.prompt import ask, can_ask, lines_of, lines_of_reply
    from heed.commander import Commander

    with Commander(checked(namespace), wait_s=wait_s, log_level="error") as commander:
        reply = commander.say(text, robot=robot or None, speaker=speaker, always=always)
        if as_json:
            print_json({"text": text, **reply_as_json(reply)}, out)
            return REPLY_CODES[reply.status]
        out.writelines(f"{line}\n" for line in lines_of_reply(reply))
        if reply.status is ReplyStatus.ASKED and can_ask(out):
            try:
                return _status_of(ask(commander, reply.question, out))
            except EOFError:
                out.write("The question stays open; answer it with heed say.\n")
        elif reply.status is ReplyStatus.ASKED:
            out.writelines(f"{line}\n" for line in lines_of(reply.question))
            out.write("Answer with heed say, by number or in words.\n")
        return REPLY_CODES[reply.status]


def _status_of(reply: Reply | None) -> int:
    return ASKED if reply is None else REPLY_CODES[reply.status]


def reply_as_json(reply: Reply) -> dict[str, Any]:
    """A reply with what was understood, act by act."""
    return {
        "status": reply.status.name,
        "understood": reply.understood,
        "sentence": reply.sentence,
        "robots": list(reply.robots),
        "acts": [
            {
                **vars(spoken.act),
                "kind": spoken.act.kind.value,
                "robots": list(spoken.act.robots),
                "accepted": spoken.accepted,
                "sentence": spoken.sentence,
            }
            for spoken in reply.acts
        ],
        **question_as_json(reply.question),
        "mission": reply.mission or None,
        "timings_ms": dict(reply.timings_ms),
    }
