"""Heed: robots that listen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from heed.commander import Commander
    from heed.dialogue import Question, Reply
    from heed.news import Feedback, Result, Status
    from heed.outcome import Outcome

__all__ = ["Commander", "Feedback", "Outcome", "Question", "Reply", "Result", "Status"]


def __getattr__(name: str) -> Any:
    """Loads the public names when they are first used, so that ``import heed`` stays quick."""
    if name not in __all__:
        raise AttributeError(f"module 'heed' has no attribute {name!r}")
    from heed import commander

    return getattr(commander, name)
