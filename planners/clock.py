"""A time limit that searches ask inside their loops."""

from __future__ import annotations

import time


class OutOfTimeError(Exception):
    """The time limit was reached inside a search."""


class Clock:
    """A limit of wall clock.

    Args:
        seconds: How long from now; may be negative, then it is over already.
    """

    def __init__(self, seconds: float) -> None:
        self.started = time.perf_counter()
        self.deadline = self.started + seconds

    def check(self) -> None:
        """Raises :class:`OutOfTimeError` once the limit is reached."""
        if time.perf_counter() > self.deadline:
            raise OutOfTimeError

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.deadline - time.perf_counter()
