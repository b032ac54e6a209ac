"""Does it help to read the best formulas back in English and compare them with the sentence?

The best candidates of sentences that were held out (within the training part) are described
(:mod:`grounding.translate.lifted.describe`); the cosine between the MiniLM states of sentence and description,
with a weight fitted on other sentences, is added to the logarithm of each candidate's probability. Run as
``python -m benchmarks.ltl.roundtrip``; needs the package transformers. It writes nothing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from grounding.levels.encoder import PACKAGE
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from grounding.logic.infinite import equivalent
from grounding.translate.lifted.data import published_folder, read_pairs
from grounding.translate.lifted.describe import describe
from grounding.translate.lifted.model import Translator
from grounding.translate.lifted.notation import canonical

SEED, PARTS, BEST, DRAWS = 7, 3, 5, 2000


@dataclass(frozen=True)
class Vote:
    """The candidates of one sentence."""

    logs: NDArray[np.float64]
    likeness: NDArray[np.float64]
    right: NDArray[np.bool_]

    def chosen(self, weight: float) -> bool:
        """Whether the best candidate is right when likeness has a weight."""
        return bool(self.right[int((self.logs + weight * self.likeness).argmax())])

    def loss(self, weight: float) -> float:
        """How improbable the right candidates are."""
        z = self.logs + weight * self.likeness
        return float(np.logaddexp.reduce(z) - np.logaddexp.reduce(z[self.right]))


def main() -> None:
    """Prints the shares of right answers without and with the comparison, and the gain with its 95 % interval."""
    votes = _votes(_Encoder())
    part = np.random.default_rng(SEED).integers(0, 5, len(votes))
    before, after = np.zeros(len(votes)), np.zeros(len(votes))
    for held in range(5):
        useful = [vote for vote, own in zip(votes, part, strict=True) if own != held and vote.right.any()]
        weight = _fitted(useful)
        for i, vote in enumerate(votes):
            if part[i] == held:
                before[i], after[i] = vote.chosen(0.0), vote.chosen(weight)
    gain = after - before
    rng = np.random.default_rng(SEED)
    low, high = np.percentile([rng.choice(gain, len(gain)).mean() for _ in range(DRAWS)], [2.5, 97.5])
    print(f"n {len(votes)}, best {BEST}: right {100 * before.mean():.1f} %, compared {100 * after.mean():.1f} %")
    print(f"gain {100 * gain.mean():.2f} points, 95 % interval {100 * low:.2f} to {100 * high:.2f}")
    print(f"the likest description alone: {100 * np.mean([v.right[int(v.likeness.argmax())] for v in votes]):.1f} %")


def _fitted(votes: Sequence[Vote]) -> float:
    return float(minimize_scalar(lambda w: sum(vote.loss(w) for vote in votes), bounds=(-5, 5), method="bounded").x)


class _Encoder:
    """Mean of the last states of MiniLM, of length one."""

    def __init__(self) -> None:
        import importlib.util
        from pathlib import Path

        from transformers import AutoModel, AutoTokenizer

        spec = importlib.util.find_spec(PACKAGE)
        assert spec is not None
        assert spec.origin is not None
        folder = next(Path(spec.origin).parent.rglob("tokenizer.json")).parent
        torch.set_num_threads(1)
        self._tokenizer, self._model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
        self._known: dict[str, NDArray[np.float32]] = {}

    @torch.no_grad()
    def __call__(self, text: str) -> NDArray[np.float32]:
        if text not in self._known:
            states = self._model(**self._tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0)
            self._known[text] = (states / states.norm()).numpy()
        return self._known[text]


def _votes(encode: _Encoder) -> Sequence[Vote]:
    pairs = [pair for pair in read_pairs(published_folder() / "lang2ltl.tsv") if pair.split == "train"]
    texts = sorted({pair.utterance for pair in pairs})
    random.Random(SEED).shuffle(texts)
    votes = []
    for number in range(PARTS):
        held = set(texts[number::PARTS])
        translator = Translator.fit([pair for pair in pairs if pair.utterance not in held])
        for pair in pairs:
            if pair.utterance in held:
                own = translator.translate(pair.utterance, most=BEST)
                sentence, truth = encode(pair.utterance), canonical(pair.formula)
                votes.append(
                    Vote(
                        np.log([c.probability + 1e-30 for c in own]),
                        np.array([float(encode(describe(c.formula)) @ sentence) for c in own]),
                        np.array([equivalent(canonical(c.formula), truth) for c in own]),
                    )
                )
    return votes


if __name__ == "__main__":
    main()
