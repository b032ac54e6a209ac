"""Time limits: how much longer than allowed planning takes.

Part of ``python -m benchmarks.hltl.run``.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.hltl.family import member
from planners.hltl.caseplan import plan_case

LIMITS = (0.05, 0.5, 2.0)
TEAMS = ((3, 60), (100, 20), (10, 60), (10, 100))
MODES = (
    ("cost", "no-blocking"), ("makespan", "no-blocking"), ("pareto", "no-blocking"),
    ("cost", "blocking"), ("makespan", "blocking"),
)  # fmt: skip


def run(repeats: int = 3) -> Iterator[dict[str, Any]]:
    """CPU seconds of planning under each limit, as shares of the limit: the mean and the worst."""
    for (objective, model), limit in itertools.product(MODES, LIMITS):
        spent = [_spent(team, objective, model, limit) / limit for team in TEAMS for _ in range(repeats)]
        yield {"objective": objective, "model": model, "limit_s": limit, "n": len(spent), **_figures(spent)}


def _figures(spent: Sequence[float]) -> dict[str, float]:
    return {"mean_share": round(sum(spent) / len(spent), 3), "worst_share": round(max(spent), 3)}


def _spent(team: tuple[int, int], objective: str, model: str, limit: float) -> float:
    case = member(*team, 1)
    began = time.process_time()
    plan_case(case, case.instances[0], objective=objective, time_limit=limit, model=model)
    return time.process_time() - began


def section(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The section on time limits of the page of results."""
    teams = ", ".join(f"{robots} robots with {leaves} leaves" for robots, leaves in TEAMS)
    lines = [
        "## Time limits",
        "",
        f"CPU seconds spent, as a share of the limit ({teams}; three times each).",
        "",
        "| objective | model | limit s | mean | worst |",
        "|---|---|---|---|---|",
    ]
    for r in rows:
        lines.append(
            f"| {r['objective']} | {r['model']} | {r['limit_s']:g} | {100 * r['mean_share']:.0f} % | "
            f"{100 * r['worst_share']:.0f} % |"
        )
    return [*lines, ""]
