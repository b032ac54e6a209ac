"""Engines of free English put together: which one reads, and what becomes of its answer."""

from __future__ import annotations

from grounding.errors import HeedError
from grounding.state import WorldState
from grounding.translate.free import Answer, answer_lifted
from grounding.translate.ground import answer_grounded
from grounding.world import World


def warm_up() -> bool:
    """Loads what reads free English; False where it is not installed."""
    try:
        from grounding.translate.reader.reader import shipped_reader

        shipped_reader().read("put it there")
    except (HeedError, ModuleNotFoundError):
        return False
    return True


def translation(
    text: str, world: World | None, state: WorldState | None = None, *, engine: str | None = None
) -> Answer:
    """What an instruction means.

    Args:
        text: The instruction.
        world: The world it speaks of; without one, words stand for themselves.
        state: Where things are now; at the start of the world file where None.
        engine: Which engine reads; the built-in one by default.
    """
    from grounding.translate.reader.reader import shipped_reader  # torch takes seconds to load

    reader = shipped_reader()
    return answer_lifted(text, reader) if world is None else answer_grounded(text, world, state, reader)
