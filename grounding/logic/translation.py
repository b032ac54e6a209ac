"""Spot's translation of a finite-trace formula, and the same in a process of its own.

Run as ``python -m grounding.logic.translation`` it reads a formula and prints an automaton in the
HOA format, so that a formula that explodes can be cut off in time and memory.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import spot

#: Name of the proposition that is true while the trace goes on; no atom of ours has capitals.
_ALIVE = "ALIVE"
_MEMORY = 2 * 1024**3


def translate(quoted: str) -> spot.twa_graph:
    """A deterministic automaton over finite words (Spot's LTLf encoding, De Giacomo and Vardi 2013).

    Args:
        quoted: A formula whose atoms stand in double quotes.
    """
    formula = spot.from_ltlf(spot.formula(quoted), _ALIVE)
    infinite = spot.translate(formula, "deterministic", "buchi", "sbacc")
    if not spot.is_deterministic(infinite):
        # Finite words, padded, are a safety property and a guarantee together: always minimisable.
        infinite = spot.minimize_wdba(infinite)
    return spot.to_finite(infinite, _ALIVE)


def translate_bounded(quoted: str, seconds: float) -> spot.twa_graph:
    """The same in a process of its own.

    Raises:
        TimeoutError: It took longer than ``seconds`` or more memory than a laptop can spare.
    """
    root = str(Path(__file__).resolve().parents[2])
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])}
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__],
            input=quoted, capture_output=True, text=True, timeout=seconds, env=environment, check=True,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        raise TimeoutError(str(error)) from error
    return spot.automaton(done.stdout)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    print(translate(sys.stdin.read()).to_str("hoa"))
