"""What the readers get to see of a command: reduced encoder states, word pieces, clues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from grounding.encoder import Encoder
from grounding.levels.clues import clues, published_clues
from grounding.levels.readers import Batch
from grounding.levels.scene import PUBLISHED, Scene

_SAMPLE = 40_000  # words from which the principal components are found


@dataclass(frozen=True)
class Sheet:
    """One command.

    Attributes:
        states: (length, reduced) encoder states on their principal components.
        pieces: (length,) numbers of word pieces, 0 for unknown ones.
        clues: (n,) clues from the map.
        mean: (width,) mean encoder state of its words.
    """

    states: NDArray[np.float32]
    pieces: NDArray[np.int64]
    clues: NDArray[np.float32]
    mean: NDArray[np.float32]

    @property
    def length(self) -> int:
        """Number of word pieces."""
        return len(self.pieces)


@dataclass(frozen=True)
class Frame:
    """How texts become sheets.

    Attributes:
        mean: (width,) mean of encoder states.
        axes: (width, reduced) principal components.
        pieces: Encoder's number of a word piece -> ours, from 1.
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    pieces: Mapping[int, int]

    @staticmethod
    def of(encoder: Encoder, texts: Sequence[str], typical: Sequence[str], reduced: int) -> Frame:
        """A frame for these texts, with the principal components of the typical ones."""
        states = np.concatenate([states for _, states in encoder.encode(typical, remember=True)])
        states = states[:: 1 + len(states) // _SAMPLE].astype(np.float64)
        mean = states.mean(0)
        values, vectors = np.linalg.eigh(np.cov((states - mean).T))
        axes = vectors[:, ::-1][:, :reduced]
        axes *= np.sign(
            axes[np.abs(axes).argmax(0), np.arange(axes.shape[1])]
        )  # eigenvectors have no sign of their own
        scale = np.sqrt(values[::-1][:reduced].mean())
        pieces = sorted({int(piece) for numbers, _ in encoder.encode(texts, remember=True) for piece in numbers})
        return Frame(
            mean.astype(np.float32), (axes / scale).astype(np.float32), {p: n for n, p in enumerate(pieces, start=1)}
        )

    def sheets(self, encoder: Encoder, texts: Sequence[str], scene: Scene, *, remember: bool = False) -> list[Sheet]:
        """Sheets of these texts; see :meth:`Encoder.encode`."""
        return [
            Sheet(
                np.asarray((states - self.mean) @ self.axes, dtype=np.float32),
                np.array([self.pieces.get(int(piece), 0) for piece in pieces], dtype=np.int64),
                published_clues(text) if remember and scene is PUBLISHED else clues(text, scene),
                np.asarray(
                    (states[1:-1] if len(states) > 2 else states).mean(0), dtype=np.float32
                ),  # without the marks of start and end
            )
            for text, (pieces, states) in zip(texts, encoder.encode(texts, remember=remember), strict=True)
        ]


def together(sheets: Sequence[Sheet]) -> Batch:
    """Sheets side by side."""
    longest = max(sheet.length for sheet in sheets)
    states = np.zeros((longest, len(sheets), sheets[0].states.shape[1]), np.float32)
    pieces = np.zeros((longest, len(sheets)), np.int64)
    for row, sheet in enumerate(sheets):
        states[: sheet.length, row], pieces[: sheet.length, row] = sheet.states, sheet.pieces
    lengths = torch.tensor([sheet.length for sheet in sheets])
    return Batch(
        torch.from_numpy(states),
        torch.from_numpy(pieces),
        lengths,
        torch.from_numpy(np.stack([s.clues for s in sheets])),
    )
