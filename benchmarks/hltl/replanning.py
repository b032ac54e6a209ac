"""Random changes in the middle of plans, and how well plans are made anew.

Run as ``python -m benchmarks.hltl.replanning [COUNT]`` to print the figures that
``benchmarks.hltl.run`` writes down.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.hltl import PUBLISHED
from benchmarks.hltl.family import member
from grounding.logic.automaton import automaton
from planners.check_cases import Past, check_case
from planners.hltl.casechange import Change
from planners.hltl.caseplan import CasePlanner, plan_case
from planners.hltl.casereplan import replan_case
from planners.hltl.cases import Case, Instance, load_case
from planners.hltl.situation import situation
from planners.hltl.stints import CasePlan

#: Seconds of wall time that a plan may take to be made anew.
LIMIT = 0.3
KINDS = ("lost", "failed", "added", "changed", "order", "blocked", "moved")


def random_change(
    rng: np.random.Generator, case: Case, instance: Instance, plan: CasePlan, tick: int, blocking: bool = False
) -> Change:
    """A change that speaks of what there is, which does not mean that it can be coped with."""
    now = situation(case, case, instance, plan, tick, failed=frozenset(), blocking=blocking)
    kind = str(rng.choice(KINDS))
    free = [leaf for leaf in case.leaves if leaf not in now.finished[0]]
    stand = {robot.start for robot in now.robots}
    cells = [cell for cell in case.world.cells if cell not in stand and cell not in case.world.region_at]
    busy = [robot.id for robot in now.robots if now.ahead.get(robot.id)]
    regions = sorted(name for name, own in case.world.regions.items() if len(own) == 1)
    if kind == "lost" and len(now.robots) > 1:
        return Change(lost=frozenset({str(rng.choice(busy or [robot.id for robot in now.robots]))}))
    if kind == "failed" and now.underway:
        return Change(failed=frozenset({str(rng.choice(sorted(leaf for (leaf, _), _ in now.underway.values())))}))
    if kind == "changed" and free:
        leaf, atom = str(rng.choice(free)), str(rng.choice(regions))
        return Change(formulas={leaf: f"({case.formulas[leaf]}) & {rng.choice(['G !', 'F '])}{atom}"})
    if kind == "order" and len(free) > 1 and set(free) <= set(case.children.get(case.root, ())):
        a, b = rng.choice(free, 2, replace=False).tolist()
        return Change(formulas={case.root: f"({case.formulas[case.root]}) & (!{b} U {a})"})
    if kind == "blocked" and cells:
        return Change(blocked=frozenset(cells[i] for i in rng.integers(len(cells), size=int(rng.integers(1, 4)))))
    if kind == "moved" and cells:
        return Change(regions={str(rng.choice(regions)): (cells[int(rng.integers(len(cells)))],)})
    new = next(name for name in (f"new{i}" for i in range(9)) if name not in case.formulas)
    goal = ("F {a}", "F({a} & (carry U ({b} & X[!] !carry)))")[int(rng.integers(2))]
    a, b = rng.choice(regions, 2, replace=len(regions) < 2).tolist()
    return Change(added={new: goal.format(a=a, b=b)})


def changes(
    seed: int, case: Case, objective: str, model: str = "no-blocking", limit: float = 10.0
) -> Iterator[dict[str, Any]]:
    """Up to three random changes one after the other, each judged and set beside planning from scratch.

    From scratch means from the same situation, but without regard to the plan there was, and with
    ten seconds instead of ``limit``.
    """
    rng = np.random.default_rng(seed)
    instance = case.instances[int(rng.integers(len(case.instances)))]
    blocking = model == "blocking"
    plan = plan_case(case, instance, objective=objective, model=model, time_limit=10).plan
    tick = 0
    for _ in range(3):
        if plan is None or plan.makespan <= tick:
            return
        tick = int(rng.integers(tick, plan.makespan))
        change = random_change(rng, case, instance, plan, tick, blocking)
        automaton.cache_clear()
        result = replan_case(case, instance, plan, tick, change, objective=objective, model=model, time_limit=limit)
        found = {
            "case": case.id, "seed": seed, "robots": len(instance.robots), "leaves": len(case.leaves),
            "objective": objective, "model": model, "tick": tick, "status": result.status.name,
            "kind": next((kind for kind, value in vars(change).items() if value), "none"),
            "cpu_s": result.total_cpu_s, "message": result.message, "changes": list(result.changes),
        }  # fmt: skip
        if result.plan is None or result.case is None:
            yield found
            return
        after = result.case
        judged = check_case(result.plan, after, instance, model=model, past=Past(plan, case, tick, change.lost))
        before = replace(plan, lost=plan.lost | change.lost)
        now = situation(case, after, instance, before, tick, failed=change.failed, blocking=blocking)
        scratch = CasePlanner(
            after, replace(now, ahead={}, steps={}), objective=objective, time_limit=10, blocking=blocking
        ).run()  # fmt: skip
        assert scratch.plan is not None
        sunk = now.past.cost if objective == "cost" else tick
        yield {
            **found,
            "ok": judged.ok, "problems": list(judged.problems),
            "left": getattr(result.plan, objective) - sunk, "left_bound": (result.lower_bound or 0.0) - sunk,
            "left_scratch": getattr(scratch.plan, objective) - sunk,
            "same": _same(result.plan, plan), "same_scratch": _same(scratch.plan, plan),
        }  # fmt: skip
        case, plan = after, result.plan


def _same(new: CasePlan, old: CasePlan) -> int:
    """How many robots do the same as before."""

    def steps(plan: CasePlan, robot: str) -> list[Any]:
        return [move for stint in plan.stints[robot] if stint.leaf for move in stint.moves]

    return sum(steps(new, robot) == steps(old, robot) for robot in old.stints)


def team(seed: int) -> Case:
    """A member of the scaling family with at most ten leaves."""
    rng = np.random.default_rng(seed)
    return member(int(rng.integers(2, 13)), int(rng.integers(2, 11)), seed, orders=int(rng.integers(0, 3)))


def run(count: int = 60) -> list[dict[str, Any]]:
    """Changes on every published case and on as many members of the family, for both objectives."""
    published = [load_case(path) for path in sorted(PUBLISHED.glob("bosch_case*.json"))]
    cases = [published[i % len(published)] if published and i % 2 else team(i) for i in range(count)]
    return [
        row for seed, case in enumerate(cases) for objective in ("cost", "makespan")
        for row in changes(seed, case, objective, limit=LIMIT)
    ]  # fmt: skip


def section(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The lines of the report."""
    lines = [
        "## Changed in the middle",
        "",
        f"{len(rows)} random changes, up to three after one another, on published cases and on members of the family",
        f"below with at most ten leaves; {1000 * LIMIT:.0f} ms each. *From scratch* is the same planner from the same",
        "situation, blind to the plan there was, with 10 s. Figures are of what is left to do.",
        "",
        "| objective | changes | impossible | CPU ms p50 | p99 | most | proven best | within 2 % of from scratch | "
        "mean above it | most | robots that keep their steps | from scratch | checker |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for objective in ("cost", "makespan"):
        own = [row for row in rows if row["objective"] == objective]
        planned = [row for row in own if "ok" in row]
        spent = 1000 * np.percentile([row["cpu_s"] for row in own], [50, 99, 100])
        above = [100 * (row["left"] / row["left_scratch"] - 1) if row["left_scratch"] else 0.0 for row in planned]
        robots = sum(row["robots"] for row in planned)
        lines.append(
            f"| {objective} | {len(own)} | {sum(row['status'] == 'UNSATISFIABLE' for row in own)} | {spent[0]:.0f} | "
            f"{spent[1]:.0f} | {spent[2]:.0f} | {sum(row['status'] == 'OPTIMAL' for row in own)} | "
            f"{sum(a <= 2 for a in above)} of {len(own) - sum(row['status'] == 'UNSATISFIABLE' for row in own)} | "
            f"{np.mean(above):.2f} % | {max(above):.1f} % | "
            f"{100 * sum(row['same'] for row in planned) / robots:.1f} % | "
            f"{100 * sum(row['same_scratch'] for row in planned) / robots:.1f} % | "
            f"{'ok' if all(row['ok'] for row in planned) else 'WRONG'} |"
        )
    return [*lines, ""]


if __name__ == "__main__":
    print("\n".join(section(run(*map(int, sys.argv[1:])))))
