"""The one exception family of Heed."""

from __future__ import annotations


class HeedError(Exception):
    """Something a person gave Heed cannot be used, and Heed says how to mend it.

    Args:
        thing: What is wrong, named as the person would name it ("worlds/office.yaml, line 12").
        reason: Why it cannot be used, as one sentence.
        next_step: What to do about it, as one sentence; empty when there is nothing to do.
    """

    def __init__(self, thing: str, reason: str, next_step: str = "") -> None:
        super().__init__(thing, reason, next_step)
        self.thing = thing
        self.reason = reason
        self.next_step = next_step

    def __str__(self) -> str:
        text = f"{self.thing}: {self.reason}"
        return f"{text} {self.next_step}" if self.next_step else text


class WorldFileError(HeedError):
    """A world file is missing, malformed or inconsistent."""


class FormulaError(HeedError):
    """A temporal-logic formula is ill-formed, unknown to the world or too large."""


class UnsatisfiableError(FormulaError):
    """A formula is well-formed, but nothing that could ever happen satisfies it."""


class EditError(HeedError):
    """A change of a running mission speaks of what is not there, or asks for what cannot be changed any more."""


class SkillError(HeedError):
    """A skill was asked for that the world, the robot or the simulator does not offer."""


class ConfigurationError(HeedError):
    """A launch file, parameter or environment is not usable."""
