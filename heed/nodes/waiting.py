"""Waiting inside coroutine callbacks of a single-threaded executor."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from rclpy.task import Future

from heed.nodes.job import Over
from heed.outcome import Outcome

#: More wall seconds between two turns of an executor mean that the process was stopped.
PAUSE_S = 1.0


class Listening:
    """Time spent on waiting for somebody, without pauses of this process, in which nobody can be heard.

    Attributes:
        seconds: Wall seconds since it began.
        absent: Wall seconds in which whoever is waited for was not there, at a stretch, up to now.
    """

    def __init__(self) -> None:
        self.seconds = self.absent = 0.0
        self._last = time.monotonic()

    def listen(self, *, present: bool = True) -> None:
        """Counts the time since the last call.

        Args:
            present: Whether who is waited for is there now.
        """
        now = time.monotonic()
        passed, self._last = min(now - self._last, PAUSE_S), now
        self.seconds += passed
        self.absent = 0.0 if present else self.absent + passed


class News:
    """Lets coroutines of one executor wait until something has come true.

    Whoever changes anything calls :meth:`tell`; a timer of the node calls it too, so that time
    limits are kept. After :meth:`close` whoever waits hears that it is over.

    Attributes:
        closed: Why there will be no more news, empty while there may be.
    """

    def __init__(self) -> None:
        self._next: Future = Future()
        self.closed = ""

    def close(self, reason: str) -> None:
        """Ends all waiting, now and later, with a sentence."""
        self.closed = reason
        self.tell()

    def tell(self, _: Any = None) -> None:
        """Wakes every waiting coroutine; usable as a done callback."""
        told, self._next = self._next, Future()
        told.set_result(None)

    async def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Waits for a condition; False when it has not come true in ``seconds`` of wall time.

        Raises:
            Over: There will be no more news.
        """
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() >= deadline:
                return False
            await self.next()
        return True

    async def next(self) -> None:
        """Waits for the next news.

        Raises:
            Over: There will be no more news.
        """
        if not self.closed:
            await self._next
        if self.closed:
            raise Over(Outcome.CANCELED, self.closed)
