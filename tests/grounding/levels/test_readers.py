"""The readers' recurrence against torch's own GRU, and what padding may not change."""

from __future__ import annotations

import numpy as np
import torch

from grounding.levels.readers import Batch, Readers, Size, _recur

FACTORS = [[0, 0, 1], [0, 1, 1]]


def _batch(lengths: list[int], seed: int = 0) -> Batch:
    random = np.random.default_rng(seed)
    states = torch.zeros(max(lengths), len(lengths), 6)
    pieces = torch.zeros(max(lengths), len(lengths), dtype=torch.long)
    for row, length in enumerate(lengths):
        states[:length, row] = torch.from_numpy(random.normal(size=(length, 6)).astype(np.float32))
        pieces[:length, row] = torch.from_numpy(random.integers(1, 5, length))
    return Batch(states, pieces, torch.tensor(lengths), torch.from_numpy(random.random((len(lengths), 4), np.float32)))


def _readers() -> Readers:
    torch.manual_seed(0)
    return Readers(Size(members=2, state=6, pieces=5, clues=4, projected=8, hidden=5, clue_hidden=3), FACTORS).eval()


def test_gradient_of_the_recurrence_is_right() -> None:
    torch.manual_seed(0)
    gates, again, bias = (
        torch.randn(*shape, dtype=torch.float64, requires_grad=True) for shape in ((4, 2, 3, 9), (2, 3, 9), (2, 1, 9))
    )
    mask = (torch.rand(4, 1, 3, 1) > 0.3).double()
    assert torch.autograd.gradcheck(lambda g, a, b: _recur(g, a, b, mask), (gates, again, bias))


def test_recurrence_is_that_of_torch() -> None:
    torch.manual_seed(0)
    gru = torch.nn.GRU(4, 3)
    x = torch.randn(5, 2, 4)
    gates = (x @ gru.weight_ih_l0.T + gru.bias_ih_l0)[:, None]
    ours = _recur(gates, gru.weight_hh_l0.T[None].contiguous(), gru.bias_hh_l0[None, None], torch.ones(5, 1, 2, 1))
    assert torch.allclose(ours[:, 0], gru(x)[0], atol=1e-6)


def test_without_gradient_the_recurrence_is_the_same() -> None:
    torch.manual_seed(0)
    gates, again, bias = torch.randn(6, 2, 3, 12), torch.randn(2, 4, 12), torch.randn(2, 1, 12)
    for mask in (torch.ones(6, 1, 3, 1), (torch.rand(6, 1, 3, 1) > 0.4).float()):
        with torch.no_grad():
            plain = _recur(gates, again, bias, mask)
        assert torch.allclose(plain, _recur(gates, again, bias, mask), atol=1e-6)


def test_neighbours_in_a_batch_change_nothing() -> None:
    readers, batch = _readers(), _batch([3, 7, 5])
    together = readers(batch)
    for row, length in enumerate([3, 7, 5]):
        alone = Batch(
            batch.states[:length, row : row + 1], batch.pieces[:length, row : row + 1], batch.lengths[row : row + 1],
            batch.clues[row : row + 1],
        )  # fmt: skip
        assert torch.allclose(readers(alone)[:, 0], together[:, row], atol=1e-5)


def test_members_differ() -> None:
    scores = _readers()(_batch([4]))
    assert scores.shape == (2, 1, 3)
    assert not torch.allclose(scores[0], scores[1])
