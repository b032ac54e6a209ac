"""A handle on the badly behaved server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


class Misbehaving:
    """The process of misbehaving.py."""

    def __init__(self, upstream: str = "") -> None:
        script = Path(__file__).with_name("misbehaving.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script), upstream], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.port = int(self.line())

    def line(self) -> str:
        """The next thing it prints."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def url(self, way: str) -> str:
        """Base URL under which it behaves badly in one way."""
        return f"http://127.0.0.1:{self.port}/{way}/v1"

    def kill(self) -> None:
        """Ends it at once."""
        self.process.kill()
        self.process.wait()
