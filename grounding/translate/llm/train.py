"""Trains Heed's tiny language model from scratch: ``python -m grounding.translate.llm.train``.

A Llama of about three million weights learns to write the outline of an instruction as JSON. It is
there so that everything around language models runs and is tested offline; it is no rival to a
model of billions of weights. One thread; equal seeds give equal weights on one machine; what an
interrupted run has done is taken over.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress, TimeElapsedColumn
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from grounding.translate.llm.bases import frames
from grounding.translate.llm.compose import Composer
from grounding.translate.llm.prompt import ask
from grounding.translate.llm.schema import from_outline
from grounding.translate.outline import Frame

CHECKPOINT = "training.part"
END = "<end>"
#: Only the last message is read: the form of the answer is in the weights.
CHAT_TEMPLATE = "{{ messages[-1]['content'] + '\\n' }}"
_KEYS = "tasks|text|predicate|object|destination|states|robot|order|either|together|rules|instruction"
#: Words with the space before them; runs of JSON between two values, keys and all, as one.
_SPLIT = rf'"(?:[{{}}\[\]:, "]|(?:{_KEYS})")*| ?[^\W\d_]+|\d| ?[^\w\s"]+|\s+'


@dataclass(frozen=True)
class Recipe:
    """How the model is made.

    Attributes:
        seed: Of everything random.
        steps: Batches.
        early: The first of these, in which instructions have one task or two.
        batch: Instructions in a batch.
        vocabulary: Number of tokens.
        width: Width of the model.
        layers: Number of layers.
        heads: Number of attention heads.
        context: Longest text in tokens.
        rate: Highest learning rate.
        examples: Instructions from which the tokens are learnt.
    """

    seed: int = 5
    steps: int = 1200
    early: int = 250
    batch: int = 12
    vocabulary: int = 2048
    width: int = 256
    layers: int = 3
    heads: int = 8
    context: int = 1024
    rate: float = 0.002
    examples: int = 12000


def text_of(instruction: str, answer: str) -> tuple[str, str]:
    """What the model reads and what it shall write."""
    return f"{ask(instruction)}\n", answer + END


def make_tokenizer(recipe: Recipe, bases: tuple[Frame, ...]) -> PreTrainedTokenizerFast:
    """Byte-level BPE (Sennrich et al. 2016), learnt from composed instructions."""
    composer = Composer(random.Random(f"{recipe.seed} tokens"), bases)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=recipe.vocabulary, special_tokens=[END], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )  # fmt: skip
    texts = (("".join(text_of(t, from_outline(o))).removesuffix(END)) for t, o in _examples(composer, recipe.examples))
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer, eos_token=END, pad_token=END, chat_template=CHAT_TEMPLATE,
        model_max_length=recipe.context, clean_up_tokenization_spaces=False,
    )  # fmt: skip


def _examples(composer: Composer, count: int) -> Iterator[tuple[str, Any]]:
    return (composer.example() for _ in range(count))


def make_model(recipe: Recipe, tokenizer: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """A fresh model. Forms of one word ("cup", " cup", " Cup") start from like vectors, which makes copying easy."""
    torch.manual_seed(recipe.seed)
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=recipe.width, intermediate_size=recipe.width * 8 // 3 // 32 * 32,
        num_hidden_layers=recipe.layers, num_attention_heads=recipe.heads, num_key_value_heads=recipe.heads,
        max_position_embeddings=recipe.context, tie_word_embeddings=True, bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip
    model = LlamaForCausalLM(config)
    table = model.model.embed_tokens.weight.data
    first: dict[str, int] = {}
    for token, index in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1]):
        other = first.setdefault(token.lstrip("Ġ").lower(), index)
        table[index] = 0.9 * table[other] + 0.43 * table[index] if other != index else table[index]
    return model


def batches(recipe: Recipe, tokenizer: PreTrainedTokenizerFast, bases: tuple[Frame, ...], step: int) -> list[list[Any]]:
    """Four batches of token lists from step on, of like lengths each; short instructions first in training."""
    composer = Composer(random.Random(f"{recipe.seed} {step}"), bases)
    found = []
    for _ in range(4 * recipe.batch):
        instruction, outline = composer.example(composer.random.randint(1, 2) if step < recipe.early else None)
        before, after = text_of(instruction, from_outline(outline))
        asked, answered = (tokenizer.encode(text, add_special_tokens=False) for text in (before, after))
        if len(asked) + len(answered) <= recipe.context:
            found.append((asked, answered))
    found.sort(key=lambda pair: len(pair[0]) + len(pair[1]))
    parts = [found[i : i + recipe.batch] for i in range(0, len(found), recipe.batch)]
    composer.random.shuffle(parts)
    return parts


def loss_of(model: LlamaForCausalLM, batch: list[Any], padding: int) -> torch.Tensor:
    """Mean loss over the tokens of the answers. Padding stands last, where causal attention does not see it."""
    longest = max(len(a) + len(b) for a, b in batch)
    ids = torch.full((len(batch), longest), padding)
    wanted = torch.zeros((len(batch), longest), dtype=torch.bool)
    for row, (asked, answered) in enumerate(batch):
        ids[row, : len(asked) + len(answered)] = torch.tensor(asked + answered)
        wanted[row, len(asked) : len(asked) + len(answered)] = True
    hidden = model.model(input_ids=ids[:, :-1]).last_hidden_state[wanted[:, 1:]]
    return torch.nn.functional.cross_entropy(model.lm_head(hidden), ids[:, 1:][wanted[:, 1:]])


class Training:
    """A run that can be stopped and taken up again."""

    def __init__(self, recipe: Recipe, out: Path, bases: tuple[Frame, ...]) -> None:
        self.recipe, self.out, self.bases = recipe, out, bases
        self.tokenizer = make_tokenizer(recipe, bases)
        self.model = make_model(recipe, self.tokenizer)
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=recipe.rate, weight_decay=0.05, betas=(0.9, 0.98), fused=True
        )
        self.step, self.seconds = 0, 0.0
        self._resume()

    def _resume(self) -> None:
        path = self.out / CHECKPOINT
        if not path.is_file():
            return
        kept = torch.load(path, weights_only=True)
        if kept["recipe"] != asdict(self.recipe):
            return
        self.model.load_state_dict(kept["model"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.step, self.seconds = kept["step"], kept["seconds"]

    def _keep(self) -> None:
        kept = {
            "recipe": asdict(self.recipe), "model": self.model.state_dict(), "step": self.step, "seconds": self.seconds,
            "optimizer": self.optimizer.state_dict(),
        }  # fmt: skip
        part = self.out / f"{CHECKPOINT}.new"
        torch.save(kept, part)
        part.replace(self.out / CHECKPOINT)

    def run(self, progress: Progress, *, every: int = 200) -> None:
        """Trains to the end.

        Args:
            progress: Where to show how far it is.
            every: Steps between checkpoints.
        """
        bar = progress.add_task("training", total=self.recipe.steps, completed=self.step)
        while self.step < self.recipe.steps:
            start = time.process_time()
            for batch in batches(self.recipe, self.tokenizer, self.bases, self.step):
                loss = self._learn(batch)
            self.seconds += time.process_time() - start
            if self.step % every < 4:
                self._keep()
            if self.step % 100 < 4:
                progress.console.print(f"step {self.step}: loss {loss:.4f}, {self.seconds:.0f} CPU s")
            progress.update(bar, completed=self.step, description=f"loss {loss:.3f}")

    def _learn(self, batch: list[Any]) -> float:
        done = self.step / self.recipe.steps
        pace = min(1.0, (self.step + 1) / 100, 2 * (1 - done) + 0.005)
        loss = loss_of(self.model, batch, self.tokenizer.pad_token_id)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        for group in self.optimizer.param_groups:
            group["lr"] = self.recipe.rate * pace
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        return float(loss.detach())

    def save(self) -> None:
        """Weights in 16 bits, tokenizer and card."""
        count = sum(p.numel() for p in self.model.parameters())
        weights: Any = self.model
        weights.half().save_pretrained(self.out)
        self.tokenizer.save_pretrained(self.out)
        card = {
            "summary": "A tiny Llama that writes the outline of an instruction as JSON.",
            "parameters": count, "recipe": asdict(self.recipe), "cpu_seconds": round(self.seconds),
            "data": f"Instructions composed by rules (grounding/translate/llm/compose.py), with {len(self.bases)} base "
            "tasks of the Nl2Hltl2Plan household instructions (floor plans whose number modulo 5 is 2, 3 or 4; ALFRED "
            "annotations, Shridhar et al., CVPR 2020); not in the repository.",
            "licence": "Weights: Apache-2.0, as Heed. The published data is under the MIT licence.",
            "figures": "docs/llm.md", "command": "python -m grounding.translate.llm.train",
        }  # fmt: skip
        (self.out / "card.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
        (self.out / CHECKPOINT).unlink(missing_ok=True)


def train(recipe: Recipe, out: Path, *, bases: tuple[Frame, ...]) -> None:
    """Trains a model and writes it to a folder.

    Args:
        recipe: How.
        out: Folder for weights, tokenizer and card.
        bases: Real tasks to compose from; may be empty.
    """
    out.mkdir(parents=True, exist_ok=True)
    with Progress(*Progress.get_default_columns(), TimeElapsedColumn()) as progress:
        training = Training(recipe, out, bases)
        training.run(progress)
    training.save()


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Trains Heed's tiny language model from scratch.")
    parser.add_argument("--out", type=Path, default=Path("models/llm"), help="folder for the model (%(default)s)")
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    given = parser.parse_args(arguments)
    torch.set_num_threads(1)
    train(replace(Recipe(), seed=given.seed, steps=given.steps), given.out, bases=frames())


if __name__ == "__main__":
    main()
