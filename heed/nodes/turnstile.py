"""One after another: a queue for coroutines of one executor, in the order in which they came."""

from __future__ import annotations

from types import TracebackType

from heed.nodes.waiting import News


class Turnstile:
    """Lets one coroutine through at a time, first come first served.

    Use it as ``async with turnstile:``.

    Args:
        news: Wakes whoever waits.
    """

    def __init__(self, news: News) -> None:
        self._news = news
        self._next = 0  # ticket of the next to come
        self._serving = 0

    @property
    def waiting(self) -> int:
        """How many are inside or wait."""
        return self._next - self._serving

    async def __aenter__(self) -> Turnstile:
        ticket, self._next = self._next, self._next + 1
        try:
            while ticket != self._serving:
                await self._news.next()
        except BaseException:
            self._serving += 1
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._serving += 1
        self._news.tell()
