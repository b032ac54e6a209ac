"""What following a command on the map suggests, as numbers for a network.

Two readings are followed: its single steps (:mod:`grounding.levels.steps`) and the rooms, doors and
things it names (:mod:`grounding.levels.routes`).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from grounding.levels.reward import Reward
from grounding.levels.routes import walk
from grounding.levels.scene import PUBLISHED, Scene
from grounding.levels.steps import Frame, evidence
from grounding.levels.synthetic import rewards

_MOST_MOVES = 40  # longer sequences lead anywhere


def clues(text: str, scene: Scene) -> NDArray[np.float32]:
    """Clues of one text.

    Args:
        text: A lifted command.
        scene: A scene with the rooms of the published one.

    Returns:
        (n,) numbers, most of them from 0 to 1; n depends on the rooms of the scene alone.
    """
    return np.concatenate([_step_clues(text, scene), *(_route_clues(text, scene, every) for every in (False, True))])


@lru_cache(maxsize=30_000)
def published_clues(text: str) -> NDArray[np.float32]:
    """Clues in the published scene, remembered: training meets the same texts again and again."""
    return clues(text, PUBLISHED)


def _step_clues(text: str, scene: Scene) -> NDArray[np.float32]:
    found = evidence(text, scene)
    moves = found.steps.moves
    known = _rewards(scene.rooms, min(scene.blocks, default=None))
    frames = [found.costs[frame] for frame in Frame] if len(moves) <= _MOST_MOVES else [{} for _ in Frame]
    ends = [math.exp(-costs[r]) if r in costs else 0.0 for costs in (*frames, found.least) for r in known]
    size = [
        found.steps.coverage, found.steps.literal, min(len(moves), 12) / 6, *(len(moves) == n for n in range(4)),
        min(sum(move.count or 1 for move in moves), 60) / 20,
    ]  # fmt: skip
    return np.array([*ends, *size], dtype=np.float32)


def _route_clues(text: str, scene: Scene, every_door: bool) -> NDArray[np.float32]:
    state = walk(text, scene, every_door=every_door)
    agent, block = state.goal
    places = (None, *scene.rooms)
    return np.array(
        [
            *(agent == room for room in places), *(block == room for room in places), state.carried, state.moved,
            min(state.after, 3) / 2, min(len(state.rooms), 5) / 3, state.doors == 0, min(state.doors, 5) / 3,
            min(state.crossed, 4) / 2, *(state.rooms[-1:] == [room] for room in scene.rooms),
        ],
        dtype=np.float32,
    )  # fmt: skip


@lru_cache(maxsize=8)
def _rewards(rooms: tuple[str, ...], block: str | None) -> tuple[Reward, ...]:
    shape = Scene({room: frozenset() for room in rooms}, (0, 0), {block: (0, 0)} if block else {})
    return rewards(shape)
