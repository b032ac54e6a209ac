"""Where a mission stands at the moment at which it, or what is left of it, is planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from grounding.logic.history import History
from grounding.state import WorldState, initial_state
from grounding.world import World


@dataclass(frozen=True)
class Situation:
    """What planning starts from.

    Attributes:
        state: Where everything is.
        done: Leaf -> robot that has finished it, in the order in which they were finished.
        history: What rules and leaves under way have read so far.
        barred: (leaf, robot) pairs that are not to be tried again.
    """

    state: WorldState
    done: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    history: History = field(default_factory=History)
    barred: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def start(cls, world: World) -> Situation:
        """The beginning: everything as the world file has it, nothing done."""
        return cls(initial_state(world))
