"""The ``operator`` executable: gives one instruction to a fleet that runs elsewhere and follows it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TextIO

from grounding.errors import HeedError
from heed.cli.answer import USAGE_ERROR, guarded, own_stdout
from heed.outcome import Outcome


def main(args: Sequence[str] | None = None) -> None:
    """Sends the instruction of the parameters, shows progress, exits with the status of ``heed run``."""
    with own_stdout() as out:
        code = _operate(out, args)
    sys.exit(code)


def _operate(out: TextIO, args: Sequence[str] | None) -> int:
    from heed.cli.follow import carry_out, tell
    from heed.commander import Commander
    from heed.nodes.client import client_settings

    try:
        wanted = client_settings(args)
    except HeedError as error:
        print(error, file=sys.stderr)
        return USAGE_ERROR
    text, as_json = wanted.instruction, wanted.as_json

    def work() -> Outcome:
        with Commander(wanted.namespace, wait_s=wanted.wait_s) as commander:
            result = carry_out(commander, wanted.world, text, out, as_json=as_json, timeout=wanted.timeout)
        return tell(result, wanted.world, text, out, as_json=as_json)

    return guarded(work, out, text, as_json=as_json)


if __name__ == "__main__":
    main()
