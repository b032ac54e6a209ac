"""A language model behind an OpenAI-compatible server as an engine: vLLM, llama.cpp, Ollama, ``transformers serve``.

Whatever the server does, a reading comes back within the time limit: the request runs beside the
caller, who waits for it no longer than that.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

from grounding.errors import ConfigurationError
from grounding.translate.engine import Reading, Status
from grounding.translate.llm.prompt import messages
from grounding.translate.llm.reply import ABILITIES, one_line, refused, understood
from grounding.translate.llm.schema import json_schema

#: Answers that say "later, perhaps".
_PASSING = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
#: Answers of servers that do not take a response_format.
_FORMAT = frozenset({400, 404, 415, 422, 500, 501})


class Form(str, Enum):
    """How a server is asked for JSON."""

    SCHEMA = "json_schema"  # it decodes within our schema
    PLAIN = "plain"  # it knows no schemas: the prompt alone must do


@dataclass
class Memory:
    """What an engine has learnt about its server.

    Attributes:
        form: What it takes.
        requests: How many requests were sent.
    """

    form: Form = Form.SCHEMA
    requests: int = 0


@dataclass(frozen=True)
class ServerModel:
    """Reads with a model behind an OpenAI-compatible server.

    Attributes:
        url: Base URL of its interface, mostly with ``/v1`` at the end.
        model: Name of the model as the server knows it.
        api_key: Key where the server wants one.
        time_limit: Longest time for a reading in seconds, all tries together.
        retries: How often a request that failed for the moment is sent again.
        backoff: Wait before the first retry in seconds; doubles each time.
        max_tokens: Longest answer in tokens.
        confidence: Confidence of its outlines; servers do not say how sure their model is.
        memory: What was learnt about the server.
    """

    url: str
    model: str
    api_key: str = field(default="", repr=False)
    time_limit: float = 30.0
    retries: int = 2
    backoff: float = 0.25
    max_tokens: int = 1024
    confidence: float = 0.5
    memory: Memory = field(default_factory=Memory, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good:
            raise ConfigurationError(f'server "{self.url}"', "is no http address.", "Write http://HOST:PORT/v1.")

    @property
    def name(self) -> str:
        """``server:``, the address and the model."""
        return f"server:{self.url}#{self.model}"

    def describe(self) -> str:
        """What it supports, as one sentence."""
        return f"The language model {self.model} of the server {self.url}: {ABILITIES}."

    def read(self, text: str) -> Reading:
        """Takes a text apart; failures are statuses, not exceptions."""
        if refusal := refused(text):
            return refusal
        try:
            import openai
        except ImportError:
            return self._unreachable("the package openai is missing: pip install 'heed[llm]'")
        deadline = time.monotonic() + self.time_limit
        tries = 0
        while True:
            said = self._ask(openai, text, deadline)
            if isinstance(said, str):
                return understood(said, text, self.name, self.confidence)
            if not said.passing or tries == self.retries:
                return said.reading
            wait = self.backoff * 2**tries
            if time.monotonic() + wait >= deadline:
                return said.reading
            time.sleep(wait)
            tries += 1

    def _ask(self, openai: Any, text: str, deadline: float) -> str | _Failure:
        """One try; a server that does not take the schema is asked again without it."""
        form = self.memory.form
        said = self._send(openai, text, form, deadline)
        if form is Form.SCHEMA and isinstance(said, _Failure) and said.code in _FORMAT:
            plain = self._send(openai, text, Form.PLAIN, deadline)
            if isinstance(plain, str):
                self.memory.form = Form.PLAIN
            return plain
        return said

    def _send(self, openai: Any, text: str, form: Form, deadline: float) -> str | _Failure:
        """One request."""
        left = deadline - time.monotonic()
        if left <= 0:
            return self._late()
        client = openai.OpenAI(base_url=self.url, api_key=self.api_key or "none", timeout=left, max_retries=0)
        extra = {"response_format": _RESPONSE_FORMAT} if form is Form.SCHEMA else {}

        def request() -> Any:
            return client.chat.completions.create(
                model=self.model, messages=messages(text), temperature=0, max_tokens=self.max_tokens, **extra
            )

        self.memory.requests += 1
        try:
            return self._content(_within(request, left))
        except (TimeoutError, openai.APITimeoutError):
            return self._late()
        except openai.APIStatusError as error:
            code = error.status_code
            return self._status(code, one_line(error.message.removeprefix(f"Error code: {code} - ").rstrip(".")))
        except openai.APIConnectionError as error:
            why = one_line(error.__cause__ or error, 80)
            reading = self._unreachable(f"it does not answer ({why}): start it, or correct the address in HEED_LLM")
            return _Failure(reading, passing=True)
        except Exception as error:  # what a stranger's server sends can break its client in any way
            return _Failure(
                self._unreadable(f"sent no chat completion ({one_line(error, 80)}): is it OpenAI-compatible?")
            )
        finally:
            threading.Thread(target=client.close, daemon=True).start()

    def _content(self, completion: Any) -> str | _Failure:
        choice = completion.choices[0]
        content = choice.message.content
        if choice.finish_reason == "length":
            return _Failure(self._unreadable("stopped before its answer was complete: say less at a time."))
        if not isinstance(content, str) or not content.strip():
            return _Failure(self._unreadable("gave an empty answer: choose another model."))
        return content

    def _status(self, code: int, message: str) -> _Failure:
        if code in (401, 403):
            why = f"it refuses the key ({code}): set HEED_LLM_API_KEY"
        elif code == 404:
            listed = f"{self.url.rstrip('/')}/models"
            why = f"it does not know the model {self.model} or the address (404): compare with {listed}"
        elif code in _PASSING:
            why = f"it is not able to answer ({code}: {message}): look at its log, or try again later"
        else:
            why = f"it refuses the request ({code}: {message}): look at its log"
        return _Failure(self._unreachable(why), code, code in _PASSING)

    def _late(self) -> _Failure:
        why = f"did not answer within {self.time_limit:g} s: allow more time, or use a smaller model."
        return _Failure(Reading(Status.TIMEOUT, f"The server {self.url} {why}"))

    def _unreachable(self, why: str) -> Reading:
        return Reading(Status.UNREACHABLE, f"The server {self.url} cannot be used: {why}.")

    def _unreadable(self, why: str) -> Reading:
        return Reading(Status.UNREADABLE, f"The server {self.url} {why}")


@dataclass(frozen=True)
class _Failure:
    """Why a request brought nothing; ``passing`` where another try may bring something."""

    reading: Reading
    code: int = 0
    passing: bool = False


_RESPONSE_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "outline", "strict": True, "schema": json_schema()},
}


def _within(work: Callable[[], Any], seconds: float) -> Any:
    """The result of some work; TimeoutError where it takes longer, whatever it hangs on (names, sockets, trickles)."""
    done: queue.Queue[tuple[bool, Any]] = queue.Queue()

    def run() -> None:
        try:
            done.put((True, work()))
        except BaseException as error:
            done.put((False, error))

    threading.Thread(target=run, name="heed language model", daemon=True).start()
    try:
        good, result = done.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError from None
    if not good:
        raise result
    return result
