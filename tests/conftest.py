"""What tests of all rooms share."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture
def quiet_memory() -> Iterator[None]:
    """For tests of time limits: thousands of tests leave a heap whose collection alone takes a third of a second."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
