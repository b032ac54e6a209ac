"""The ``operator`` executable: gives one instruction to a fleet that runs elsewhere and follows it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from grounding.errors import HeedError
from heed.cli.answer import EXIT_CODES, USAGE_ERROR, own_stdout, refuse
from heed.outcome import Outcome


def main(args: Sequence[str] | None = None) -> None:
    """Sends the instruction of the parameters, shows progress, exits with the status of ``heed run``."""
    with own_stdout() as out:
        code = _operate(out, args)
    sys.exit(code)


def _operate(out: TextIO, args: Sequence[str] | None) -> int:
    from heed.cli.follow import carry_out
    from heed.commander import Commander
    from heed.nodes.client import client_settings

    try:
        wanted = client_settings(args)
    except HeedError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    except KeyboardInterrupt:
        return EXIT_CODES[Outcome.CANCELED]
    try:
        with Commander(wanted.namespace, wait_s=wanted.wait_s) as commander:
            outcome = carry_out(
                commander, wanted.world, wanted.instruction, out, as_json=wanted.as_json, timeout=wanted.timeout
            )
    except HeedError as error:
        outcome = Outcome.INTERNAL_ERROR
        refuse(out, wanted.instruction, outcome, str(error), as_json=wanted.as_json)
    except KeyboardInterrupt:
        outcome = Outcome.CANCELED
        refuse(out, wanted.instruction, outcome, "Interrupted.", as_json=wanted.as_json)
    return EXIT_CODES[outcome]


if __name__ == "__main__":
    main()
