"""Turning language models on: off by default, by options or by the environment, never without a way back.

- ``HEED_LLM=local:PATH_OR_NAME`` or ``HEED_LLM=server:URL#MODEL`` chooses one, ``off`` or nothing none;
- ``HEED_LLM_API_KEY``, ``HEED_LLM_TIMEOUT`` (seconds) and ``HEED_LLM_DOWNLOAD=1`` go with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from grounding.errors import ConfigurationError
from grounding.translate.engine import Engine, Reading, Status
from grounding.translate.llm.local import LocalModel
from grounding.translate.llm.server import ServerModel

SETTING = "HEED_LLM"
_FORMS = "Write local:FOLDER_OR_NAME, server:http://HOST:PORT/v1#MODEL, or off."


@dataclass(frozen=True)
class Off:
    """No language model."""

    @property
    def name(self) -> str:
        """``off``."""
        return "off"

    def describe(self) -> str:
        """What it supports, as one sentence."""
        return f"No language model is turned on; {SETTING} would choose one."

    def read(self, text: str) -> Reading:
        """Says that it is off."""
        return Reading(Status.OFF, self.describe())


@dataclass(frozen=True)
class WithFallback:
    """A language model, and what reads where it fails.

    Attributes:
        engine: The language model.
        fallback: The built-in engine's ``read``.
    """

    engine: Engine
    fallback: Callable[[str], Reading]

    @property
    def name(self) -> str:
        """The name of the language model."""
        return self.engine.name

    def describe(self) -> str:
        """What it supports, as one sentence."""
        return f"{self.engine.describe().rstrip('.')}; where it fails, the built-in engine reads."

    def read(self, text: str) -> Reading:
        """Takes a text apart; a reading of the built-in engine notes why the language model was not used."""
        first = self.engine.read(text)
        if first.status is Status.READ:
            return first
        second = self.fallback(text)
        if first.status is Status.OFF:
            return second
        if second.outline is None:
            return Reading(second.status, f"{first.message} {second.message}")
        note = f"The built-in engine read this. {first.message}"
        return replace(second, outline=replace(second.outline, notes=(*second.outline.notes, note)))


def language_model(setting: str | None = None, environment: Mapping[str, str] | None = None) -> Engine:
    """The language model that is turned on; :class:`Off` where none is.

    Args:
        setting: As ``HEED_LLM``; goes before it.
        environment: Variables; those of the process where not given.

    Raises:
        ConfigurationError: The setting cannot be understood.

    >>> language_model("local:models/llm", {}).name, language_model(None, {}).name
    ('local:models/llm', 'off')
    """
    variables = os.environ if environment is None else environment
    chosen = (variables.get(SETTING, "") if setting is None else setting).strip()
    kind, _, rest = chosen.partition(":")
    if chosen in ("", "off"):
        return Off()
    seconds = _seconds(variables.get(f"{SETTING}_TIMEOUT", ""))
    if kind == "local" and rest:
        return LocalModel(rest, download=variables.get(f"{SETTING}_DOWNLOAD", "") == "1", time_limit=seconds)
    url, _, model = rest.partition("#")
    if kind == "server" and model:
        return ServerModel(url, model, api_key=variables.get(f"{SETTING}_API_KEY", ""), time_limit=seconds)
    raise ConfigurationError(f'{SETTING} "{chosen}"', "names no language model.", _FORMS)


def reader(fallback: Callable[[str], Reading], setting: str | None = None) -> WithFallback:
    """The language model that is turned on, with the built-in engine behind it.

    Args:
        fallback: ``read`` of the built-in engine.
        setting: As ``HEED_LLM``; goes before it.

    Raises:
        ConfigurationError: The setting cannot be understood.
    """
    return WithFallback(language_model(setting), fallback)


def _seconds(text: str) -> float:
    try:
        seconds = float(text or 30)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise ConfigurationError(
            f'{SETTING}_TIMEOUT "{text}"', "is no time.", "Give seconds, more than 0 and up to 3600."
        )
    return seconds
