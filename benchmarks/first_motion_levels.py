"""Text to first motion for published commands of every level, in Cleanup World; as in ``first_motion``."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import Any

from benchmarks.first_motion import measure
from benchmarks.measure import SEED, spread
from grounding.levels.data import data_folder, read_pair
from grounding.levels.reward import Level
from heed.outcome import Outcome

#: Commands drawn by chance of each level.
EACH = 25


def run() -> dict[str, Any]:
    """Seconds to first motion, and how many commands led to none, by reason. Commands are not kept."""
    folder = data_folder()
    seconds: dict[str, list[float]] = {level.value: [] for level in Level}
    still: Counter[str] = Counter()
    for level in Level:
        pair = read_pair(folder / f"{level.value}.en", folder / f"{level.value}.ml", level)
        for command in Random(SEED).sample(sorted({c.text for c in pair}), EACH):
            elapsed, result = measure("cleanup", command, SEED)
            if elapsed is not None:
                seconds[level.value].append(elapsed)
            elif result.outcome is Outcome.REJECTED:
                still["asked back" if result.message.startswith("Shall I") else "refused"] += 1
            else:
                still["so already" if result.outcome is Outcome.SUCCEEDED else result.outcome.name.lower()] += 1
    every = [value for values in seconds.values() for value in values]
    return {
        "seconds": {name: spread(values) for name, values in {"all levels": every, **seconds}.items() if values},
        "within_1_s": sum(value < 1.0 for value in every) / len(every),
        "drawn": EACH * len(Level),
        "nothing_moved": dict(still),
    }
