"""Engines of free English put together: which one reads, and what becomes of its answer."""

from __future__ import annotations

from dataclasses import dataclass

from grounding.errors import HeedError
from grounding.state import WorldState
from grounding.translate.engine import Engine
from grounding.translate.free import Answer, Reads, answer_lifted
from grounding.translate.ground import answer_grounded
from grounding.translate.outline import Outline
from grounding.world import World

BUILT_IN = "built-in"


@dataclass(frozen=True)
class _One:
    """An engine that has one reading of a text."""

    engine: Engine

    def readings(self, text: str) -> list[Outline]:
        """Its reading, if it has any."""
        outline = self.engine.read(text).outline
        return [] if outline is None else [outline]


def engine_of(name: str | None = None) -> Engine:
    """The engine that reads free English.

    Args:
        name: ``built-in``, ``local:FOLDER`` or ``server:URL#MODEL``; what ``HEED_LLM`` says where None.

    Raises:
        HeedError: The name is not understood, or the built-in reader is not installed.
    """
    from grounding.translate.llm.choose import Off, WithFallback, language_model
    from grounding.translate.reader.reader import shipped_reader  # torch takes seconds to load

    chosen = language_model("off" if name == BUILT_IN else name)
    reader = shipped_reader()
    return reader if isinstance(chosen, Off) else WithFallback(chosen, reader.read)


def warm_up() -> bool:
    """Loads what reads free English; False where it is not installed."""
    try:
        engine_of(BUILT_IN).read("put it there")
    except (HeedError, ModuleNotFoundError):
        return False
    return True


def translation(
    text: str,
    world: World | None,
    state: WorldState | None = None,
    *,
    engine: str | None = None,
) -> Answer:
    """What free English means; in a world :func:`heed.interpret.interpret` has the last word.

    Args:
        text: The instruction.
        world: The world it speaks of; without one, words stand for themselves.
        state: Where things are now; at the start of the world file where None.
        engine: As for :func:`engine_of`.

    Raises:
        HeedError: As :func:`engine_of`.
    """
    chosen = engine_of(engine)
    reader: Reads = chosen if isinstance(chosen, Reads) else _One(chosen)
    return answer_lifted(text, reader) if world is None else answer_grounded(text, world, state, reader)
