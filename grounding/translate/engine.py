"""Engines: whatever reads free English, behind one small contract.

The built-in learned reader, a local language model and a model behind a server all answer a text
with a ``Reading``: an outline, or one sentence that says why there is none. They never raise for
what a person wrote or for a server that is down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from grounding.translate.outline import Outline


class Status(str, Enum):
    """What became of a text."""

    READ = "read"  # there is an outline
    UNREADABLE = "unreadable"  # the engine answered, but with nothing that can be used
    UNREACHABLE = "unreachable"  # the model is not there: no server, no weights, refused
    TIMEOUT = "timeout"  # no answer within the time limit
    OFF = "off"  # the engine is not turned on


@dataclass(frozen=True)
class Reading:
    """What an engine made of a text.

    Attributes:
        status: What became of it.
        message: One sentence for people; what to do next where it failed.
        outline: The outline where ``status`` is ``READ``, else None.
    """

    status: Status
    message: str
    outline: Outline | None = None

    def __post_init__(self) -> None:
        if (self.outline is not None) is not (self.status is Status.READ):
            raise ValueError(f"a reading that is {self.status.value} has {'an' if self.outline else 'no'} outline")


@runtime_checkable
class Engine(Protocol):
    """Reads free English."""

    @property
    def name(self) -> str:
        """Short and unique: ``built-in``, ``local:models/llm``."""

    def describe(self) -> str:
        """What it supports, as one sentence."""

    def read(self, text: str) -> Reading:
        """Takes a text apart; failures are statuses, not exceptions."""
