"""A local language model as an engine: any causal model of Hugging Face, decoded within the grammar of the answer.

Nothing is downloaded unless asked for. At each step only tokens are allowed that can still lead to
an answer of the right form (llguidance), so that even a weak model cannot answer with something
else; what it says is then checked like any other answer.
"""

from __future__ import annotations

import json
import math
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grounding.translate.engine import Reading, Status
from grounding.translate.llm.prompt import messages, plain
from grounding.translate.llm.reply import ABILITIES, EngineError, one_line, refused, understood
from grounding.translate.llm.schema import json_schema
from grounding.translate.llm.words import words

if TYPE_CHECKING:
    import torch

_INSTALL = "Install what it needs: pip install 'heed[llm,learn]'."


@dataclass(frozen=True)
class LocalModel:
    """Reads with a causal language model on this machine.

    Attributes:
        model: Folder, or name of a model on the Hugging Face hub that lies in its cache.
        download: Whether the model may be fetched from the hub.
        time_limit: Longest time for the answer in seconds; the first reading also loads the model.
        max_tokens: Longest answer in tokens.
        device: ``cpu``, ``cuda``, ...; empty for the GPU where there is one.
    """

    model: str
    download: bool = False
    time_limit: float = 30.0
    max_tokens: int = 1024
    device: str = ""

    @property
    def name(self) -> str:
        """``local:`` and the model."""
        return f"local:{self.model}"

    def describe(self) -> str:
        """What it supports, as one sentence."""
        return f"The language model {self.model} on this machine: {ABILITIES}."

    def read(self, text: str) -> Reading:
        """Takes a text apart; failures are statuses, not exceptions."""
        if refusal := refused(text):
            return refusal
        try:
            loaded = load(self.model, self.download, self.device)
        except EngineError as error:
            return Reading(Status.UNREACHABLE, str(error))
        prompt = loaded.prompt(text)
        room = loaded.context - len(prompt)
        if room < 32:
            return Reading(
                Status.UNREADABLE,
                f"{self.name}: the rules and the instruction take {len(prompt)} tokens, of which it can read "
                f"{loaded.context}: say less at a time, or choose another model.",
            )
        enough = 120 + 24 * len(words(text))  # a weak model may go round in circles
        said = loaded.answer(prompt, min(self.max_tokens, room, enough), self.time_limit)
        if not said.complete:
            if said.late:
                why = f"did not finish within {self.time_limit:g} s: allow more time or say less at a time."
                return Reading(Status.TIMEOUT, f"{self.name} {why}")
            why = f"was cut off after {said.tokens} tokens before its answer was complete: say less at a time."
            return Reading(Status.UNREADABLE, f"{self.name} {why}")
        return understood(said.text, text, self.name, said.confidence, said.of_tasks)


@dataclass(frozen=True)
class Said:
    """What a model wrote.

    Attributes:
        text: Its answer.
        pieces: The answer token by token.
        log_probabilities: Of each token among those that the grammar allowed.
        complete: Whether it came to an end.
        late: Whether the time ran out.
    """

    text: str
    pieces: tuple[str, ...]
    log_probabilities: tuple[float, ...]
    complete: bool
    late: bool

    @property
    def tokens(self) -> int:
        """Number of tokens."""
        return len(self.pieces)

    @property
    def confidence(self) -> float:
        """Probability of the whole answer."""
        return math.exp(min(0.0, sum(self.log_probabilities)))

    def of_tasks(self, count: int) -> tuple[float, ...]:
        """Probability of the part of the answer that makes up each task."""
        sums, written = [0.0] * count, ""
        for piece, value in zip(self.pieces, self.log_probabilities, strict=True):
            task = written.count('{"text":') - 1  # inside a string the quotes would be escaped
            if 0 <= task < count and '],"order":' not in written:
                sums[task] += value
            written += piece
        return tuple(math.exp(min(0.0, total)) for total in sums)


class Loaded:
    """A model in memory."""

    def __init__(self, model: Any, tokenizer: Any, grammar: Any) -> None:
        self.model, self.tokenizer, self.grammar = model, tokenizer, grammar
        config = model.config.get_text_config()
        self.context = int(getattr(config, "max_position_embeddings", 0) or 2048)

    def prompt(self, text: str) -> list[int]:
        """The conversation as tokens."""
        written = plain(text) if not self.tokenizer.chat_template else self._chat(messages(text))
        special = not self.tokenizer.chat_template
        tokens: list[int] = self.tokenizer(written, add_special_tokens=special)["input_ids"]
        return tokens

    def _chat(self, told: list[dict[str, str]]) -> str:
        from jinja2 import TemplateError

        try:
            return str(self.tokenizer.apply_chat_template(told, tokenize=False, add_generation_prompt=True))
        except TemplateError:  # models that know no system role
            first = {"role": "user", "content": f"{told[0]['content']}\n\n{told[1]['content']}"}
            return str(
                self.tokenizer.apply_chat_template([first, *told[2:]], tokenize=False, add_generation_prompt=True)
            )

    def answer(self, prompt: list[int], most: int, seconds: float) -> Said:
        """Writes the likeliest answer token by token."""
        import torch
        from transformers import GenerationConfig, MaxTimeCriteria, StoppingCriteriaList

        guide = _Guide(self.grammar, len(prompt))
        ids = torch.tensor([prompt], device=self.model.device)
        start = time.monotonic()
        with torch.inference_mode():
            output = self.model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                generation_config=GenerationConfig(  # type: ignore[no-untyped-call]
                    max_new_tokens=most, do_sample=False, num_beams=1,
                    eos_token_id=self.model.generation_config.eos_token_id or self.tokenizer.eos_token_id,
                    pad_token_id=self.tokenizer.pad_token_id or 0,
                ),
                logits_processor=[guide],
                stopping_criteria=StoppingCriteriaList([MaxTimeCriteria(seconds), guide.stop()]),
            )  # fmt: skip
        written = guide.finish(output[0, len(prompt) :].tolist())
        return Said(
            "".join(self._pieces(written)), self._pieces(written), tuple(guide.log_probabilities[: len(written)]),
            guide.complete, time.monotonic() - start >= seconds,
        )  # fmt: skip

    def _pieces(self, tokens: list[int]) -> tuple[str, ...]:
        """Texts of tokens that, joined, are the text of all of them, even where a letter spans several tokens."""
        texts = [self.tokenizer.decode(tokens[: i + 1], skip_special_tokens=True) for i in range(len(tokens))]
        ends = [len(text.rstrip("\ufffd")) for text in texts]
        last = texts[-1] if texts else ""
        ends = [*ends[:-1], len(last)] if ends else ends
        return tuple(last[a:b] for a, b in zip([0, *ends], ends, strict=False))


class _Guide:
    """Allows only tokens that lead to a well-formed answer, and keeps how likely the chosen ones were."""

    def __init__(self, grammar: Any, start: int) -> None:
        self.matcher = grammar()
        self.start = start
        self.seen = start
        self.log_probabilities: list[float] = []
        self._scores: torch.Tensor | None = None

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        import numpy
        import torch

        self._take(ids[0, self.seen :].tolist())
        bits = numpy.frombuffer(self.matcher.compute_bitmask(), dtype=numpy.uint8)
        allowed = numpy.unpackbits(bits, bitorder="little")[: scores.shape[1]].astype(bool)
        mask = torch.zeros(scores.shape[1], dtype=torch.bool)
        mask[: len(allowed)] = torch.from_numpy(allowed)
        masked = scores.masked_fill(~mask.to(scores.device), -math.inf)
        self._scores = torch.log_softmax(masked[0].float(), dim=-1)
        return masked

    def _take(self, tokens: list[int]) -> None:
        for token in tokens:
            if self._scores is not None:
                self.log_probabilities.append(float(self._scores[token]))
            self.matcher.consume_token(token)
            self.seen += 1

    def stop(self) -> Any:
        """Ends the answer where the grammar has nothing more to say."""
        from transformers import StoppingCriteria

        guide = self

        class Complete(StoppingCriteria):
            def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
                import torch

                guide._take(input_ids[0, guide.seen :].tolist())
                return torch.full((1,), guide.matcher.is_stopped(), device=input_ids.device)

        return Complete()

    def finish(self, tokens: list[int]) -> list[int]:
        """The tokens that were written."""
        self._take(tokens[self.seen - self.start :])
        return tokens

    @property
    def complete(self) -> bool:
        """Whether the answer is whole."""
        return bool(not self.matcher.is_error() and (self.matcher.is_stopped() or self.matcher.is_accepting()))


@lru_cache(maxsize=2)
def load(model: str, download: bool = False, device: str = "") -> Loaded:
    """Loads a model with the grammar of the answer over its tokens.

    Raises:
        EngineError: It is not there, is no causal model, or the packages are missing.
    """
    try:
        import llguidance
        import llguidance.hf
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedTokenizerFast
        from transformers.utils import logging as transformers_logging
    except ImportError as error:
        raise EngineError(f"local:{model}", f"the package {error.name} is missing.", _INSTALL) from error
    place = device or ("cuda" if torch.cuda.is_available() else "cpu")
    bars = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        tokenizer = AutoTokenizer.from_pretrained(model, local_files_only=not download)
        weights: Any = AutoModelForCausalLM.from_pretrained(model, local_files_only=not download)
        weights = (weights.float() if place == "cpu" else weights).to(place).eval()  # half is slow on most CPUs
    except Exception as error:  # what lies in a stranger's folder can break loading in any way
        raise _absent(model, download, error) from error
    finally:
        if bars:
            transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    if not isinstance(tokenizer, PreTrainedTokenizerFast):
        raise EngineError(f"local:{model}", "has no fast tokenizer, which the grammar needs.", "Choose another model.")
    size = weights.get_output_embeddings().weight.shape[0]
    tokens = llguidance.hf.from_tokenizer(tokenizer, n_vocab=max(size, len(tokenizer)))
    grammar = llguidance.LLMatcher.grammar_from_json_schema(
        json.dumps({**json_schema(), "x-guidance": {"whitespace_flexible": False}})
    )
    return Loaded(weights, tokenizer, lambda: llguidance.LLMatcher(tokens, grammar))


def _absent(model: str, download: bool, error: Exception) -> EngineError:
    if download:
        reason, step = f"could not be fetched or loaded ({one_line(error)}).", "Check the name and the connection."
    else:
        why = one_line(error, 80)
        reason = f"is no folder with a causal language model and does not lie in the cache of the hub ({why})."
        step = "Give a folder, or allow the download with HEED_LLM_DOWNLOAD=1."
    return EngineError(f"local:{model}", reason, step)
