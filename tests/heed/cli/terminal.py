"""The ``heed`` command with a terminal on both ends, for tests of what is asked and answered."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys

HEED = (sys.executable, "-m", "heed.cli.main")
PATIENCE = 60.0


class Terminal:
    """A command with a terminal on both ends."""

    def __init__(self, *args: str) -> None:
        self._ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            [*HEED, *args], stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "COLUMNS": "80"}
        )
        os.close(theirs)
        self.shown, self._read = "", 0

    def until(self, words: str) -> None:
        """Reads on to some words, and past them."""
        while (found := self.shown.find(words, self._read)) < 0:
            assert select.select([self._ours], [], [], PATIENCE)[0], f"{words!r} never came after {self.shown!r}"
            self.shown += os.read(self._ours, 4096).decode(errors="replace")
        self._read = found + len(words)

    def type(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def status(self) -> int:
        status = self.process.wait(timeout=60)
        os.close(self._ours)
        return status
