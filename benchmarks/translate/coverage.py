"""How many base tasks of the published compositions stand for something in the household world, and why others do not.

Run as ``python -m benchmarks.translate.coverage [--run N]``; writes ``docs/results/household.md``. Every wording counts
once. ``--run`` also plans N of the distinct sentences that they become, and carries them out with the whole team.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.translate.end_to_end import Run, run
from grounding.levels.calibrate import wilson
from grounding.state import initial_state
from grounding.translate.frames import Grounded, GroundingStatus, ground
from grounding.translate.household import compositions
from grounding.translate.reader.frames import frames
from grounding.translate.reader.pronouns import Context
from grounding.translate.reader.tags import words_of
from grounding.world import World
from grounding.worldfile import load_world
from heed.pipeline import understand

REPORT = Path(__file__).parents[2] / "docs" / "results" / "household.md"
SEED = 0
_READING = "taken apart wrongly"
#: What the first sentence of a refusal begins with or has -> cause.
CAUSES = (
    (r"^There is no (?:it|one|slice|the|up|then|put it|is|how|be|as|rinsed?|cooled|newly|prepare)\b", _READING),
    (r"as well as|I do not know what|names more than one|I miss a verb|stands for", _READING),
    (r"^There is no", "no such thing in the flat"),
    (r"no robot here|No robot here", "no robot can do it"),
    (r"too many things", "too vague"),
    (r"I do not know where", "no place said"),
)  # fmt: skip


@dataclass(frozen=True)
class Tried:
    """One base task and what its frames stand for."""

    text: str
    found: tuple[Grounded, ...]

    @property
    def good(self) -> bool:
        """Whether all of it stands for something."""
        return bool(self.found) and all(one.status is GroundingStatus.GROUNDED for one in self.found)

    @property
    def cause(self) -> str:
        """Why it stands for nothing."""
        message = next((one.message for one in self.found if one.status is GroundingStatus.REJECTED), "I miss a verb")
        return next((cause for pattern, cause in CAUSES if re.search(pattern, message)), "other")


def tried(texts: Iterable[str], world: World) -> list[Tried]:
    """Base tasks grounded one by one."""
    state = initial_state(world)
    return [
        Tried(text, tuple(ground(f, world, state) for f in frames(words_of(text.strip().rstrip(".!?, ")), Context())))
        for text in texts
    ]


def played(rows: Sequence[Tried], world: World, count: int) -> list[Run]:
    """Distinct sentences planned and carried out."""
    sentences = sorted({one.sentence for row in rows for one in row.found if one.node is not None})
    random.Random(SEED).shuffle(sentences)
    return [run({"id": text}, world, understand(text, world)) for text in sentences[:count]]


def main() -> None:
    """Measures and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=int, default=0, metavar="N", help="plan and carry out N distinct sentences")
    given = parser.parse_args()
    world = load_world("household")
    parts: dict[str, set[str]] = {"development (floor plan % 5 in 2, 3, 4)": set(), "measured only (% 5 = 1)": set()}
    for row in compositions():
        parts[list(parts)[row.is_dev]].update(row.base_tasks)
    lines = [
        "# Household tasks grounded", "", "Written by `python -m benchmarks.translate.coverage`.", "",
        "| base tasks | distinct | grounded, % [95 % interval] | refused, by cause |", "|---|---|---|---|",
    ]  # fmt: skip
    found = {name: tried(sorted(texts), world) for name, texts in parts.items()}
    for name, rows in found.items():
        good = sum(row.good for row in rows)
        low, high = wilson(good, len(rows))
        causes = Counter(row.cause for row in rows if not row.good).most_common()
        lines.append(
            f"| {name} | {len(rows)} | {100 * good / len(rows):.1f} [{100 * low:.1f}, {100 * high:.1f}] | "
            f"{', '.join(f'{cause} {n}' for cause, n in causes)} |"
        )
    if given.run:
        runs = played(next(iter(found.values())), world, given.run)
        done = sum(row.outcome == "done" for row in runs)
        low, high = wilson(done, len(runs))
        lines += [
            "", f"{len(runs)} of the distinct development sentences (seed {SEED}) were planned and carried out by the "
            f"team in the kinematic twin: {100 * done / len(runs):.1f} % [{100 * low:.1f}, {100 * high:.1f}] done by "
            f"the monitor's word; the slowest plan took {max(row.plan_cpu_s for row in runs):.2f} CPU s.",
            *(f"- {row.id}: {row.message}" for row in runs if row.outcome != "done"),
        ]  # fmt: skip
    REPORT.write_text("\n".join([*lines, ""]), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
