"""The words of a language as data."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

Words = tuple[str, ...]


@lru_cache(maxsize=4)
def lexicon(language: str = "en") -> Any:
    """The word classes and pattern rows of a language, every scalar a string ("no" is a word here)."""
    text = files("grounding.language").joinpath("lexicon", f"{language}.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    return yaml.load(text, Loader=loader)  # the base loader makes nothing but strings


def phrases(table: Any) -> dict[Words, str]:
    """Phrases of a list or of lists by value -> what they stand for (themselves, or the value)."""
    if isinstance(table, dict):
        return {tuple(p.split()): value for value, listed in table.items() for p in listed}
    return {tuple(p.split()): p for p in table}
