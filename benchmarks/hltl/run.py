"""Measures the case planner: published cases beside the peer's figures, and our scaling family.

Run as ``python -m benchmarks.hltl.run``; writes ``benchmarks/results/hltl.json``,
``docs/results/hltl.md`` and ``docs/results/hltl_scaling.svg``.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.hltl import PUBLISHED, limits, replanning
from benchmarks.hltl.bruteforce import optimum, random_case
from benchmarks.hltl.family import member
from benchmarks.measure import machine
from grounding.logic.automaton import automaton
from heed.cli.eval import row
from planners.hltl.caseplan import plan_case
from planners.hltl.cases import Case, Instance, load_case
from planners.hltl.leafgraph import Grid

ROOT = Path(__file__).parents[2]
#: CPU seconds, search and automata, of the peer (two shared cores of this kind, seed 0): case, robots.
PEER = {
    (12, 2): 7.75, (12, 6): 4.16, (12, 10): 4.74, (12, 20): 6.07, (12, 30): 5.28, (13, 6): 7.69, (14, 6): 61.93,
    (26, 6): 16.25, (27, 6): 8.73,
}  # fmt: skip
TEAMS = (3, 10, 30, 100, 300)
LEAVES = (2, 5, 10, 20, 50, 100)


def main() -> None:
    """Runs everything and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path, nargs="?", default=PUBLISHED, help="Folder of the published cases.")
    parser.add_argument("--time-limit", type=float, default=10.0)
    parser.add_argument("--random", type=int, default=1000, help="Random cases compared with brute force.")
    options = parser.parse_args()
    found: dict[str, Any] = {"machine": machine(), "time_limit": options.time_limit}
    found["published"] = list(published(options.cases))
    found["fronts"] = list(fronts(options.cases, options.time_limit))
    found["scaling"] = list(scaling(options.time_limit))
    found["limits"] = list(limits.run())
    found["replanning"] = replanning.run()
    found["brute_force"] = brute_force(options.random)
    found["peak_memory_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (ROOT / "benchmarks/results").mkdir(exist_ok=True)
    (ROOT / "benchmarks/results/hltl.json").write_text(json.dumps(found, indent=1) + "\n")
    (ROOT / "docs/results").mkdir(exist_ok=True)
    (ROOT / "docs/results/hltl_scaling.svg").write_text(_plot(found["scaling"]))
    (ROOT / "docs/results/hltl.md").write_text(_page(found))


def published(folder: Path) -> Iterator[dict[str, Any]]:
    """Each instance of each published case, five times with cold automata; the median counts."""
    for path in sorted(folder.glob("bosch_case*.json")):
        case = load_case(path)
        for instance in case.instances:
            for model in ("no-blocking", "blocking"):
                for objective in ("cost", "makespan"):
                    rows = []
                    for _ in range(5):
                        automaton.cache_clear()
                        rows.append(row(case, instance, objective=objective, time_limit=60.0, model=model))
                    middle = sorted(rows, key=lambda r: r["total_cpu_s"])[2]
                    known = instance.optimum_cost if objective == "cost" else instance.optimum_makespan
                    peer = instance.peer_cost if objective == "cost" else instance.peer_makespan
                    number = int("".join(c for c in case.id if c.isdigit()))
                    yield {
                        **middle,
                        **(in_the_way(case, instance, objective) if model == "blocking" else {}),
                        "optimum": known,
                        "peer_figure": peer,
                        "peer_cpu_s": PEER.get((number, len(instance.robots))),
                    }


def in_the_way(case: Case, instance: Instance, objective: str) -> dict[str, int]:
    """Robots that stand on the paths taken, their moves, and the fewest that take them off these paths.

    The fewest is a matching of all robots without a leaf to the cells off the paths.
    """
    plan = plan_case(case, instance, objective=objective, model="blocking").plan
    if plan is None:
        return {}
    grid = Grid.of(case.world)
    count = len(case.world.cells)
    steps = csr_array((grid.moved, (grid.source, grid.target)), shape=(count, count))
    working = {robot.id for robot in instance.robots if any(stint.leaf for stint in plan.stints[robot.id])}
    paths = {grid.index[robot.start] for robot in instance.robots if robot.id in working}
    paths |= {grid.index[m.cell] for own in plan.stints.values() for s in own if s.leaf for m in s.moves}
    idle = [grid.index[robot.start] for robot in instance.robots if robot.id not in working]
    away = dijkstra(steps, unweighted=True)[np.ix_(idle, [cell for cell in range(count) if cell not in paths])]
    return {
        "in_the_way": sum(cell in paths for cell in idle),
        "making_way": sum(s.cost for own in plan.stints.values() for s in own if not s.leaf),
        "making_way_least": int(away[linear_sum_assignment(away)].sum()),
    }


def scaling(limit: float) -> Iterator[dict[str, Any]]:
    """The family: teams of every size with ten and fifty leaves, every number of leaves with ten robots."""
    shapes = (
        {(r, 10) for r in TEAMS} | {(r, 50) for r in TEAMS} | {(10, n) for n in LEAVES} | {(100, n) for n in LEAVES}
    )
    for robots, leaves in sorted(shapes):
        case = member(robots, leaves, 1)
        for objective in ("cost", "makespan"):
            automaton.cache_clear()
            yield _measured(case, objective, limit)


def fronts(folder: Path, limit: float) -> Iterator[dict[str, Any]]:
    """Pareto fronts of every published instance and of a few members of the family."""
    cases = [load_case(path) for path in sorted(folder.glob("bosch_case*.json"))]
    cases += [member(robots, leaves, 1) for robots, leaves in ((3, 10), (10, 10), (5, 20), (10, 20), (10, 50))]
    for case in cases:
        for instance in case.instances:
            automaton.cache_clear()
            yield row(case, instance, objective="pareto", time_limit=limit, model="no-blocking")


def _measured(case: Case, objective: str, limit: float) -> dict[str, Any]:
    began = time.perf_counter()
    found = row(case, case.instances[0], objective=objective, time_limit=limit, model="no-blocking")
    return {**found, "cells": len(case.world.cells), "wall_s": time.perf_counter() - began}


def brute_force(count: int) -> dict[str, int]:
    """How many random cases (both objectives) agree with brute force."""
    agreed = 0
    for seed in range(count):
        case = random_case(seed)
        for objective in ("cost", "makespan"):
            found = row(case, case.instances[0], objective=objective, time_limit=20.0, model="no-blocking")
            judged = found["checker"] is None or found["checker"]["ok"]
            agreed += found[objective] == optimum(case, objective) and judged
    return {"compared": 2 * count, "agreed": agreed}


def _exponent(rows: Sequence[dict[str, Any]], over: str) -> float:
    x = np.log([r[over] for r in rows])
    y = np.log([r["first_plan_cpu_s"] for r in rows])
    return float(np.polyfit(x, y, 1)[0])


def _series(rows: Sequence[dict[str, Any]]) -> dict[str, tuple[str, list[dict[str, Any]]]]:
    costs = [r for r in rows if r["objective"] == "cost"]
    return {
        "robots, 10 leaves": ("robots", [r for r in costs if r["leaves"] == 10]),
        "robots, 50 leaves": ("robots", [r for r in costs if r["leaves"] == 50]),
        "leaves, 10 robots": ("leaves", [r for r in costs if r["robots"] == 10]),
        "leaves, 100 robots": ("leaves", [r for r in costs if r["robots"] == 100]),
    }


def _plot(rows: Sequence[dict[str, Any]]) -> str:
    """CPU seconds to the first plan and to the end against robots and leaves, both axes logarithmic."""
    colours = ("#1b6ca8", "#c2571a", "#3c8d40", "#7a4b9a")

    def place(x: float, y: float) -> tuple[float, float]:
        return 60 + 180 * np.log10(x), 330 - 75 * (np.log10(max(y, 1e-3)) + 3)

    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="380" font-family="sans-serif" font-size="12">'
    ]
    for power in range(-3, 2):
        y = place(1, 10.0**power)[1]
        parts.append(f'<path d="M60 {y:.0f}H530" stroke="#ddd"/><text x="8" y="{y + 4:.0f}">{10.0**power:g} s</text>')
    for count in (2, 10, 30, 100, 300):
        parts.append(f'<text x="{place(count, 1)[0]:.0f}" y="350">{count}</text>')
    parts.append('<text x="200" y="370">robots or leaves; CPU seconds until the optimum is proven</text>')
    for colour, (name, (over, own)) in zip(colours, _series(rows).items(), strict=True):
        points = [place(r[over], r["total_cpu_s"]) for r in sorted(own, key=lambda r: r[over])]
        parts.append(
            f'<polyline fill="none" stroke="{colour}" points="{" ".join(f"{x:.0f},{y:.0f}" for x, y in points)}"/>'
        )
        parts.append(f'<text x="540" y="{40 + 20 * colours.index(colour)}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _page(found: dict[str, Any]) -> str:
    where = found["machine"]
    lines = [
        "# The planner on published cases and beyond",
        "",
        f"Machine: {where['cpu']}, {where['cores']} cores, load {where['load_average'][0]}, {where['date']}. "
        "CPU seconds,",
        "start-up and reading files left out, automata included (caches emptied before every run), median of five.",
        "Written by `python -m benchmarks.hltl.run`. Semantics: [hltl.md](../hltl.md).",
        "",
        "## Published cases, robots pass through one another (the peer's model)",
        "",
        "| case | robots | objective | peer CPU s | first plan | proven | figure | optimum known | peer's figure |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for r in found["published"]:
        if r["model"] == "no-blocking":
            lines.append(
                f"| {r['case'].removeprefix('bosch_case')} | {r['robots']} | {r['objective']} | {r['peer_cpu_s']} | "
                f"{r['first_plan_cpu_s']:.4f} | {_proof(r)} | {r[r['objective']]} | {r['optimum'] or '-'} | "
                f"{r['peer_figure'] or '-'} |"
            )
    lines += [
        "",
        "## The same, robots block one another",
        "",
        "Every step takes a tick, waiting included. The bound is that of the model above, so gaps are upper limits.",
        "*In the way*: robots without a leaf that stand on the paths taken; their moves; and the fewest that take",
        "them all off these paths (a matching to the cells off them).",
        "",
        "| case | robots | objective | plan CPU s | figure | gap | in the way | moves | fewest | checker |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in found["published"]:
        if r["model"] == "blocking":
            gap = "-" if r["gap"] is None else f"{100 * r['gap']:.1f} %"
            judged = "-" if r["checker"] is None else "ok" if r["checker"]["ok"] else "WRONG"
            lines.append(
                f"| {r['case'].removeprefix('bosch_case')} | {r['robots']} | {r['objective']} | "
                f"{r['total_cpu_s']:.3f} | {r[r['objective']] or '-'} | {gap} | {r.get('in_the_way', '-')} | "
                f"{r.get('making_way', '-')} | {r.get('making_way_least', '-')} | {judged} |"
            )
    lines += [
        "",
        *_fronts(found["fronts"]),
        *replanning.section(found["replanning"]),
        "## Growth (our own family, offices of growing size)",
        "",
        f"Limit: {found['time_limit']:g} s of wall time, of which other processes on the machine take their share.",
        "",
        "![CPU seconds](hltl_scaling.svg)",
        "",
        "| robots | leaves | cells | objective | status | first plan CPU s | all CPU s | gap | engine | checker |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for r in found["scaling"]:
        lines.append(
            f"| {r['robots']} | {r['leaves']} | {r['cells']} | {r['objective']} | {r['status']} | "
            f"{r['first_plan_cpu_s']:.3f} | {r['total_cpu_s']:.3f} | {100 * r['gap']:.1f} % | {r['engine']} | "
            f"{'ok' if r['checker']['ok'] else 'WRONG'} |"
        )
    lines += ["", "Time to the first plan grows with"]
    for name, (over, own) in _series(found["scaling"]).items():
        lines.append(f"- {name}: exponent {_exponent(own, over):.2f}")
    force = found["brute_force"]
    lines += [
        "",
        "(With the leaves the office grows, and so does every leaf's own graph.)",
        "",
        *limits.section(found["limits"]),
        f"Random cases agreeing with brute force: {force['agreed']} of {force['compared']}. "
        f"Peak memory of the whole run: {found['peak_memory_mib']:.0f} MiB.",
        "",
    ]
    return "\n".join(lines)


def _fronts(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The section on Pareto fronts."""
    lines = [
        "## Cost against makespan",
        "",
        "`--objective pareto`: all plans none of which is beaten in both. *Complete*: proven that there are no others.",
        "Else the gap is the most by which a plan costs more than is proven necessary for its time.",
        "",
        "| case | robots | leaves | CPU s | cost/makespan | proven | engine | checker |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        points = ", ".join(f"{point['cost']}/{point['makespan']}" for point in r["front"])
        proven = "complete" if r["status"] == "OPTIMAL" else f"gap {100 * r['gap']:.1f} %"
        judged = all(point["checker"]["ok"] for point in r["front"])
        lines.append(
            f"| {r['case'].removeprefix('bosch_case')} | {r['robots']} | {r['leaves']} | {r['total_cpu_s']:.2f} | "
            f"{points} | {proven} | {r['engine']} | {'ok' if judged else 'WRONG'} |"
        )
    return [*lines, ""]


def _proof(r: dict[str, Any]) -> str:
    return f"{r['total_cpu_s']:.4f}" if r["status"] == "OPTIMAL" else f"gap {100 * r['gap']:.1f} %"


if __name__ == "__main__":
    main()
