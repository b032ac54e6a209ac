"""Python's garbage collector, kept from interrupting a plan.

A planner with the memory of many missions holds millions of objects; one full collection of them
takes longer than most plans. What a single plan leaves behind can wait until it is made.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_waiting = 0  # how many have asked for quiet
_enabled = True  # whether the collector was on before the first of them


@contextmanager
def uncollected() -> Iterator[None]:
    """Nothing is collected meanwhile, in any thread; several may overlap.

    >>> with uncollected():
    ...     gc.isenabled()
    False
    """
    global _waiting, _enabled
    with _lock:
        if not _waiting:
            _enabled = gc.isenabled()
            gc.disable()
        _waiting += 1
    try:
        yield
    finally:
        with _lock:
            _waiting -= 1
            if not _waiting and _enabled:
                gc.enable()
