"""Turning language models on, and the way back to the built-in engine."""

from __future__ import annotations

import pytest

from grounding.errors import ConfigurationError
from grounding.translate.engine import Engine, Reading, Status
from grounding.translate.llm.choose import Off, WithFallback, language_model, reader
from grounding.translate.llm.local import LocalModel
from grounding.translate.llm.server import ServerModel
from grounding.translate.outline import Frame, Outline


def built_in(text: str) -> Reading:
    return Reading(Status.READ, "Read.", Outline((Frame(text, "go"),), notes=("mine",)))


def lost(text: str) -> Reading:
    return Reading(Status.UNREADABLE, "I do not understand.")


def test_off_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEED_LLM", raising=False)
    assert language_model() == Off() == language_model("off", {"HEED_LLM": "local:x"})
    assert isinstance(Off(), Engine)
    assert Off().read("Go.").status is Status.OFF
    assert reader(built_in).read("Go.") == built_in("Go.")


def test_settings_and_variables() -> None:
    assert language_model("local:some/model", {}) == LocalModel("some/model")
    variables = {"HEED_LLM": "local:a", "HEED_LLM_TIMEOUT": "2.5", "HEED_LLM_DOWNLOAD": "1"}
    assert language_model(None, variables) == LocalModel("a", download=True, time_limit=2.5)
    found = language_model("server:http://localhost:11434/v1#qwen:7b", {"HEED_LLM_API_KEY": "k"})
    assert found == ServerModel("http://localhost:11434/v1", "qwen:7b", api_key="k")


@pytest.mark.parametrize(
    "setting", ["on", "local:", "server:http://a/v1", "server:#m", "server:nowhere#m", "gpt", "server:http://a/v1#"]
)
def test_settings_that_name_nothing(setting: str) -> None:
    with pytest.raises(ConfigurationError):
        language_model(setting, {})


@pytest.mark.parametrize("seconds", ["soon", "0", "-1", "nan", "1e9"])
def test_times_that_are_none(seconds: str) -> None:
    with pytest.raises(ConfigurationError, match="HEED_LLM_TIMEOUT"):
        language_model("local:a", {"HEED_LLM_TIMEOUT": seconds})


def test_where_the_model_fails_the_built_in_engine_reads_and_says_so() -> None:
    both = WithFallback(LocalModel("heed-tests/no-such-model"), built_in)
    reading = both.read("Go.")
    assert reading.status is Status.READ
    assert reading.outline is not None
    assert reading.outline.notes[0] == "mine"
    assert reading.outline.notes[1].startswith(
        "The built-in engine read this. local:heed-tests/no-such-model: is no folder"
    )
    neither = WithFallback(LocalModel("heed-tests/no-such-model"), lost).read("Go.")
    assert neither.status is Status.UNREADABLE
    assert "no-such-model" in neither.message
    assert "I do not understand." in neither.message


def test_where_the_model_reads_the_built_in_engine_is_not_asked(model: str) -> None:
    def never(text: str) -> Reading:
        raise AssertionError(text)

    assert WithFallback(LocalModel(model), never).read("Put a book on the desk.").status is Status.READ


def test_a_reading_has_an_outline_exactly_where_it_was_read() -> None:
    with pytest.raises(ValueError, match="no outline"):
        Reading(Status.READ, "Read.")
    with pytest.raises(ValueError, match="has an outline"):
        Reading(Status.TIMEOUT, "Late.", Outline())
