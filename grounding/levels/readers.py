"""Several small bidirectional GRUs that read the same commands side by side.

They differ by their first weights and by what is dropped in training; their mean is surer of what is
clear and less sure of what is not than any of them. All of them are trained in one go, as batched matrix
products, and the recurrence has a hand-written gradient: on one thread that is five times as fast as
training the library's GRU as often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Size:
    """Sizes of the readers.

    Attributes:
        members: How many readers.
        state: Numbers of an encoder state that comes in.
        pieces: Size of the table of word pieces.
        clues: Numbers of clues.
        projected: Size to which states are reduced.
        hidden: Size of each direction of the GRU.
        clue_hidden: Size to which clues are reduced.
        dropout: Share of numbers dropped in training, the same ones for a whole sentence.
        word_dropout: Share of words dropped from the states in training.
        piece_dropout: Share of words dropped from the table in training.
    """

    members: int
    state: int
    pieces: int
    clues: int
    projected: int = 96
    hidden: int = 64
    clue_hidden: int = 48
    dropout: float = 0.35
    word_dropout: float = 0.1
    piece_dropout: float = 0.2


@dataclass(frozen=True)
class Batch:
    """Sentences side by side.

    Attributes:
        states: (longest, batch, state) encoder states, zero after the end of a sentence.
        pieces: (longest, batch) numbers of word pieces.
        lengths: (batch,) lengths of the sentences.
        clues: (batch, clues).
    """

    states: Tensor
    pieces: Tensor
    lengths: Tensor
    clues: Tensor


class Readers(nn.Module):
    """The networks: states and word pieces -> GRU -> attention, maximum and ends -> scores of meanings.

    The score of a meaning is the sum of one for itself and one for each of its parts, so that what is
    learned of a reward function at one level serves at the others.

    Args:
        size: Sizes.
        factors: For each part of a meaning (its level, its reward function, ...) the number of that
            part for each meaning.
    """

    def __init__(self, size: Size, factors: Sequence[Sequence[int]]) -> None:
        super().__init__()
        self.size = size
        self._factors = [torch.tensor(numbers) for numbers in factors]
        meanings = len(factors[0])
        m, p, h = size.members, size.projected, size.hidden
        self.project = nn.Linear(size.state, m * p)
        self.table = nn.Embedding(size.pieces, m * p, padding_idx=0)  # 0: a piece never met
        nn.init.normal_(self.table.weight, std=0.3)
        self.table.weight.data[0] = 0.0
        self.gain, self.shift = nn.Parameter(torch.ones(m, 1, 1, p)), nn.Parameter(torch.zeros(m, 1, 1, p))
        # Both directions of all readers are one stack of 2 * members GRUs.
        self.into, self.into_bias = _uniform(h**-0.5, 2 * m, p, 3 * h), _uniform(h**-0.5, 2 * m, 1, 3 * h)
        self.again, self.again_bias = _uniform(h**-0.5, 2 * m, h, 3 * h), _uniform(h**-0.5, 2 * m, 1, 3 * h)
        self.look = _uniform(0.1, m, 1, 2 * h, 1)
        self.hint, self.hint_bias = (
            _uniform(size.clues**-0.5, m, size.clues, size.clue_hidden),
            nn.Parameter(torch.zeros(m, 1, size.clue_hidden)),
        )
        wide = 6 * h + size.clue_hidden
        self.joint, self.bias = _uniform(wide**-0.5, m, wide, meanings), nn.Parameter(torch.zeros(m, 1, meanings))
        self.parts = nn.ParameterList(_uniform(wide**-0.5, m, wide, max(numbers) + 1) for numbers in factors)

    def forward(self, batch: Batch) -> Tensor:
        """(members, batch, meanings) scores."""
        read, mask = self._read(batch)
        members, _, count, width = read.shape
        focus = (read @ self.look)[..., 0].masked_fill(~mask, -1e9).softmax(1)
        seen = (focus[..., None] * read).sum(1)
        most = read.masked_fill(~mask[..., None], -1e9).amax(1)
        forward_end = read[:, batch.lengths - 1, torch.arange(count), : width // 2]
        backward_end = read[:, 0, :, width // 2 :]
        summary = self._drop(torch.cat([seen, most, forward_end, backward_end], -1), self.size.dropout)
        hints = functional.gelu(torch.baddbmm(self.hint_bias, batch.clues.expand(members, -1, -1), self.hint))
        whole = torch.cat([summary, self._drop(hints, 0.2)], -1)
        scores = torch.baddbmm(self.bias, whole, self.joint)
        for part, numbers in zip(self.parts, self._factors, strict=True):
            scores = scores + torch.bmm(whole, part)[..., numbers]
        return scores

    def _read(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """(members, longest, batch, 2 * hidden) states of both directions, and (longest, batch) what is sentence."""
        longest, count, _ = batch.states.shape
        m, p, h = self.size.members, self.size.projected, self.size.hidden
        time = torch.arange(longest)[:, None]
        mask = time < batch.lengths[None]
        x = self._blank(self.project(batch.states), self.size.word_dropout)
        x = x + self._blank(self.table(batch.pieces), self.size.piece_dropout)
        x = functional.layer_norm(x.view(longest, count, m, p).permute(2, 0, 1, 3), (p,))
        x = functional.gelu(x * self.gain + self.shift)
        if self.training:
            x = x * _kept(self.size.dropout, m, 1, count, p)
        turned, row = torch.where(mask, batch.lengths[None] - 1 - time, time), torch.arange(count)[None]
        both = torch.cat([x, x[:, turned, row]]).reshape(2 * m, longest * count, p)
        gates = torch.baddbmm(self.into_bias, both, self.into).view(2 * m, longest, count, 3 * h).transpose(0, 1)
        out = _recur(gates.contiguous(), self.again, self.again_bias, mask[:, None, :, None].float()).transpose(0, 1)
        return torch.cat([out[:m], out[m:][:, turned, row]], -1), mask

    def _blank(self, x: Tensor, rate: float) -> Tensor:
        """Whole words left out, in training."""
        return x * (torch.rand(*x.shape[:2], 1) >= rate) if self.training else x

    def _drop(self, x: Tensor, rate: float) -> Tensor:
        return x * _kept(rate, *x.shape) if self.training else x


def _uniform(bound: float, *shape: int) -> nn.Parameter:
    return nn.Parameter(torch.empty(*shape).uniform_(-bound, bound))


def _kept(rate: float, *shape: int) -> Tensor:
    return (torch.rand(*shape) >= rate).float() / (1 - rate)


def _recur(gates: Tensor, again: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
    if not torch.is_grad_enabled():
        return _recur_plainly(gates, again, bias, mask)
    out: Tensor = _Recurrence.apply(gates, again, bias, mask)  # type: ignore[no-untyped-call]
    return out


def _recur_plainly(gates: Tensor, again: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
    """The same, with nothing kept for a gradient."""
    size = again.shape[1]
    state = gates.new_zeros(gates.shape[1], gates.shape[2], size)
    whole = bool(mask.all())
    states = []
    for t, step in enumerate(gates.unbind()):
        own = torch.baddbmm(bias, state, again)
        open_ = torch.sigmoid_(step[..., : 2 * size] + own[..., : 2 * size])
        new = torch.tanh_(torch.addcmul(step[..., 2 * size :], open_[..., :size], own[..., 2 * size :]))
        after = torch.lerp(new, state, open_[..., size:])
        state = after if whole else torch.lerp(state, after, mask[t])
        states.append(state)
    return torch.stack(states)


class _Recurrence(torch.autograd.Function):
    """A stack of GRUs (Cho et al. 2014, with torch's gates) over given inputs to the gates.

    ``gates`` (time, stack, batch, 3 * hidden) in the order reset, update, new; ``again`` (stack, hidden,
    3 * hidden); ``mask`` (time, 1, batch, 1): where 0, the state stays. Returns (time, stack, batch, hidden).
    """

    @staticmethod
    def forward(ctx, gates, again, bias, mask):  # type: ignore[no-untyped-def]
        time, stack, count, triple = gates.shape
        size = triple // 3
        state = gates.new_zeros(stack, count, size)
        out, new = gates.new_empty(time, stack, count, size), gates.new_empty(time, stack, count, size)
        inner, open_ = gates.new_empty(time, stack, count, size), gates.new_empty(time, stack, count, 2 * size)
        for t in range(time):
            own = torch.baddbmm(bias, state, again)
            open_[t] = torch.sigmoid(gates[t, ..., : 2 * size] + own[..., : 2 * size])
            inner[t] = own[..., 2 * size :]
            new[t] = torch.tanh(torch.addcmul(gates[t, ..., 2 * size :], open_[t, ..., :size], inner[t]))
            state = torch.lerp(state, torch.lerp(new[t], state, open_[t, ..., size:]), mask[t])
            out[t] = state
        ctx.save_for_backward(out, open_, new, inner, again, mask)
        return out

    @staticmethod
    def backward(ctx, wish):  # type: ignore[no-untyped-def]
        out, open_, new, inner, again, mask = ctx.saved_tensors
        time, stack, count, size = out.shape
        to_gates, to_inner = out.new_empty(time, stack, count, 3 * size), torch.empty_like(out)
        start, back = torch.zeros_like(out[0]), again.transpose(1, 2)
        to_state, to_own = torch.zeros_like(out[0]), out.new_empty(stack, count, 3 * size)
        for t in range(time - 1, -1, -1):
            to_state = to_state + wish[t]
            before = out[t - 1] if t else start
            update, fresh = open_[t, ..., size:], new[t]
            moved = to_state * mask[t]
            passed = torch.addcmul(to_state - moved, moved, update)
            to_new = (moved - moved * update) * (1 - fresh * fresh)
            grad = to_gates[t]
            grad[..., :size] = to_new * inner[t]
            grad[..., size : 2 * size] = moved * (before - fresh)
            grad[..., : 2 * size] *= open_[t] * (1 - open_[t])
            grad[..., 2 * size :] = to_new
            to_own[..., : 2 * size] = grad[..., : 2 * size]
            to_own[..., 2 * size :] = to_inner[t] = to_new * open_[t, ..., :size]
            to_state = torch.baddbmm(passed, to_own, back)
        states = torch.cat([start[None], out[:-1]]).transpose(0, 1).reshape(stack, time * count, size)
        grads = torch.cat([to_gates[..., : 2 * size], to_inner], -1).transpose(0, 1).reshape(stack, time * count, -1)
        return to_gates, torch.bmm(states.transpose(1, 2), grads), grads.sum(1, keepdim=True), None
