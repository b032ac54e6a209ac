"""The network that tags the words of an instruction.

Frozen MiniLM states of the words and vectors of frequent words go through a GRU in both directions over
the whole instruction; a linear-chain conditional random field (Lafferty et al. 2001) on top knows which
tag may follow which, gives the best tags and the probability of each reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

from grounding.encoder import Encoder
from grounding.translate.reader.tags import NUMBER, TAGS, Word, allowed, sentences_of

_NEVER = -1e4
MARKS = 4  # numbers besides word states: upper case, punctuation, first of a sentence, digit


@dataclass(frozen=True)
class Sizes:
    """Sizes of the network."""

    words: int = 32
    states: int = 96
    hidden: int = 96
    dropout: float = 0.3


@dataclass(frozen=True)
class Sheet:
    """An instruction as numbers.

    Attributes:
        states: (words, encoder width), half precision.
        numbers: (words,) numbers of frequent words, 0 for others.
        marks: (words, MARKS).
    """

    states: NDArray[np.float16]
    numbers: NDArray[np.int64]
    marks: NDArray[np.float32]


class Tagger(nn.Module):
    """Words to tags.

    Args:
        vocabulary: Frequent words that have a vector of their own.
        width: Of the encoder's states.
        sizes: Of the layers.
    """

    def __init__(self, vocabulary: Sequence[str], width: int, sizes: Sizes = Sizes()) -> None:
        super().__init__()
        self.vocabulary = tuple(vocabulary)
        self.numbers = {word: number for number, word in enumerate(self.vocabulary, 1)}
        self.sizes = sizes
        self.embedding = nn.Embedding(len(self.vocabulary) + 1, sizes.words)
        self.narrow = nn.Linear(width, sizes.states)
        self.gru = nn.GRU(sizes.states + sizes.words + MARKS, sizes.hidden, batch_first=True, bidirectional=True,
        num_layers=2,
                          dropout=sizes.dropout)  # fmt: skip
        self.dropout = nn.Dropout(sizes.dropout)
        self.out = nn.Linear(2 * sizes.hidden, len(TAGS))
        self.follow = nn.Parameter(torch.zeros(len(TAGS), len(TAGS)))
        self.begin = nn.Parameter(torch.zeros(len(TAGS)))
        forbidden = [[0.0 if allowed(a, b) else _NEVER for b in TAGS] for a in TAGS]
        self.register_buffer("forbidden", torch.tensor(forbidden), persistent=False)
        self.register_buffer(
            "unopened", torch.tensor([0.0 if allowed(None, b) else _NEVER for b in TAGS]), persistent=False
        )
        self.forbidden: Tensor
        self.unopened: Tensor

    def sheets(self, texts: Sequence[Sequence[Word]], encoder: Encoder) -> list[Sheet]:
        """Instructions as numbers; the encoder sees one sentence at a time."""
        parts = [[words[a:b] for a, b in sentences_of(words)] for words in texts]
        flat = [[word.lower for word in part] for own in parts for part in own]
        states = iter(encoder.encode_words(flat))
        sheets = []
        for words, own in zip(texts, parts, strict=True):
            rows = [next(states) for _ in own]
            firsts = {a for a, _ in sentences_of(words)}
            marks = np.array(
                [
                    [w.text[0].isupper(), not w.text[0].isalnum(), i in firsts, w.text.isdigit()]
                    for i, w in enumerate(words)
                ],
                dtype=np.float32,
            )
            numbers = np.array([self.numbers.get(word.lower, 0) for word in words], dtype=np.int64)
            sheets.append(Sheet(np.concatenate(rows).astype(np.float16), numbers, marks))
        return sheets

    def scores(self, sheets: Sequence[Sheet]) -> tuple[Tensor, Tensor]:
        """Scores of tags, (instructions, words, tags), and lengths."""
        lengths = torch.tensor([len(sheet.numbers) for sheet in sheets])
        states = pad_sequence([torch.from_numpy(s.states.astype(np.float32)) for s in sheets], batch_first=True)
        numbers = pad_sequence([torch.from_numpy(s.numbers) for s in sheets], batch_first=True)
        marks = pad_sequence([torch.from_numpy(s.marks) for s in sheets], batch_first=True)
        seen = torch.cat(
            [self.dropout(torch.tanh(self.narrow(states))), self.dropout(self.embedding(numbers)), marks], -1
        )
        packed = pack_padded_sequence(seen, lengths, batch_first=True, enforce_sorted=False)
        hidden, _ = pad_packed_sequence(self.gru(packed)[0], batch_first=True)
        return self.out(self.dropout(hidden)), lengths

    def loss(self, sheets: Sequence[Sheet], tags: Sequence[Sequence[str]]) -> Tensor:
        """Negative log likelihood of the given tags, one number for each instruction."""
        scores, lengths = self.scores(sheets)
        truth = pad_sequence([torch.tensor([NUMBER[t] for t in own]) for own in tags], batch_first=True)
        return self._total(scores, lengths) - self._path(scores, lengths, truth)

    @torch.no_grad()
    def best(self, sheet: Sheet, number: int = 1) -> list[tuple[list[str], float]]:
        """The most probable readings of one instruction, with their probabilities.

        Args:
            sheet: The instruction.
            number: How many.
        """
        scores, lengths = self.scores([sheet])
        total = float(self._total(scores, lengths))
        paths = _best_paths(scores[0].numpy(), self._follow().numpy(), (self.begin + self.unopened).numpy(), number)
        return [([TAGS[i] for i in path], float(np.exp(min(0.0, value - total)))) for path, value in paths]

    def _follow(self) -> Tensor:
        return (self.follow + self.forbidden).detach() if not torch.is_grad_enabled() else self.follow + self.forbidden

    def _total(self, scores: Tensor, lengths: Tensor) -> Tensor:
        follow = self._follow()
        alpha = self.begin + self.unopened + scores[:, 0]
        for t in range(1, scores.shape[1]):
            fresh = torch.logsumexp(alpha[:, :, None] + follow, 1) + scores[:, t]
            alpha = torch.where((t < lengths)[:, None], fresh, alpha)
        return torch.logsumexp(alpha, -1)

    def _path(self, scores: Tensor, lengths: Tensor, truth: Tensor) -> Tensor:
        follow = self._follow()
        mask = torch.arange(scores.shape[1]) < lengths[:, None]
        own = scores.gather(2, truth[:, :, None]).squeeze(2) * mask
        steps = follow[truth[:, :-1], truth[:, 1:]] * mask[:, 1:]
        return own.sum(1) + steps.sum(1) + (self.begin + self.unopened)[truth[:, 0]]


def _best_paths(
    scores: NDArray[np.float32], follow: NDArray[np.float32], begin: NDArray[np.float32], number: int
) -> list[tuple[list[int], float]]:
    """The best paths through a lattice (Viterbi, keeping several at every tag)."""
    length, tags = scores.shape
    value = np.full((tags, number), -np.inf)
    value[:, 0] = begin + scores[0]
    came: list[NDArray[np.int64]] = []
    for t in range(1, length):
        # every (tag before, rank before) for every tag now
        joint = value[:, :, None] + follow[:, None, :]
        flat = joint.reshape(tags * number, tags)
        order = np.argsort(-flat, axis=0, kind="stable")[:number]
        value = np.take_along_axis(flat, order, axis=0).T + scores[t][:, None]
        came.append(order.T)
    ends = np.argsort(-value, axis=None, kind="stable")[:number]
    found = []
    for end in ends:
        tag, rank = divmod(int(end), number)
        total = float(value[tag, rank])
        if total < value.max() + _NEVER / 2:
            continue  # it takes a forbidden step
        path = [tag]
        for order in reversed(came):
            tag, rank = divmod(int(order[tag, rank]), number)
            path.append(tag)
        found.append((path[::-1], total))
    return found
