"""``heed eval``: measures a part of Heed on published cases."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from grounding.errors import ConfigurationError
from heed.cli.eval_corrections import corrections
from heed.cli.eval_levels import levels
from heed.cli.eval_ltl import ltl
from heed.cli.eval_translate import translate
from planners.check_cases import check_case
from planners.hltl.caseplan import CaseResult, plan_case
from planners.hltl.cases import Case, Instance, load_case
from planners.hltl.stints import CasePlan

OBJECTIVES = ("cost", "makespan", "pareto")
MODELS = ("no-blocking", "blocking")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Measures a part of Heed on published cases.")


@app.callback()
def _group() -> None:
    pass


app.command()(corrections)
app.command()(levels)
app.command()(ltl)
app.command()(translate)


@app.command()
def planner(
    cases: Annotated[list[Path], typer.Argument(metavar="CASE.json...", help="Planning cases, worlds beside them.")],
    objective: Annotated[
        str, typer.Option(help="What plans minimise: cost, makespan, or pareto for both at once.")
    ] = "cost",
    time_limit: Annotated[float, typer.Option(min=0.001, help="Seconds for each instance.")] = 60.0,
    model: Annotated[
        str, typer.Option(help="no-blocking: robots pass through one another; blocking: they do not.")
    ] = "no-blocking",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list and nothing else.")] = False,
) -> None:
    """Plans every instance of published hierarchical-LTL cases and judges the plans.

    CPU times leave out starting up and reading files, and take in everything else, automata too.
    """
    for name, value, known in (("--objective", objective, OBJECTIVES), ("--model", model, MODELS)):
        if value not in known:
            raise ConfigurationError(f"{name} {value}", "is not known.", f"Use one of: {', '.join(known)}.")
    loaded = [load_case(path) for path in cases]
    rows = _rows(loaded, objective, time_limit, model)
    if as_json:
        json.dump(list(rows), sys.stdout, indent=1)
        print()
        return
    head = f"{'case':24}{'robots':>7}{'leaves':>7}  {'status':14}{'cost':>6}{'span':>6}{'gap %':>7}"
    print(f"{head}{'first s':>9}{'all s':>8}")
    for row in rows:
        gap = "-" if row["gap"] is None else f"{100 * row['gap']:.1f}"
        first = "-" if row["first_plan_cpu_s"] is None else f"{row['first_plan_cpu_s']:.3f}"
        print(
            f"{row['case']:24}{row['robots']:7}{row['leaves']:7}  {row['status']:14}{row['cost'] or '-':>6}"
            f"{row['makespan'] or '-':>6}{gap:>7}{first:>9}{row['total_cpu_s']:8.3f}  {row['message']}"
        )
        if row["conflict"]:
            print("  these cannot hold together:", "; ".join(row["conflict"]))
        if row.get("front"):
            print("  cost/makespan", *(f"{point['cost']}/{point['makespan']}" for point in row["front"]))


def _rows(cases: list[Case], objective: str, time_limit: float, model: str) -> Iterator[dict[str, Any]]:
    for case in cases:
        for instance in case.instances:
            yield row(case, instance, objective=objective, time_limit=time_limit, model=model)


def row(case: Case, instance: Instance, *, objective: str, time_limit: float, model: str) -> dict[str, Any]:
    """What is said about one instance.

    Returns:
        ``case, seed, robots, leaves, objective, model, status, cost, makespan, lower_bound, gap``
        (of the objective, relative to the plan), ``first_plan_cpu_s, total_cpu_s, engine,
        checker`` (``ok`` and ``problems``, None without a plan), ``conflict, message``. For
        ``pareto`` also ``front``: ``cost, makespan, cost_bound`` (no plan finished before the next
        slower one costs less) and ``checker`` of each plan, the quickest first; cost is then the
        least of them, makespan the least of them, gap the largest of their costs' gaps, and status
        ``OPTIMAL`` where the front is proven complete.
    """
    result = plan_case(case, instance, objective=objective, time_limit=time_limit, model=model)
    plan = result.plan
    front = [
        {"cost": p.plan.cost, "makespan": p.plan.makespan, "cost_bound": p.cost_bound,
         "checker": _judged(p.plan, case, instance, model)}
        for p in result.front
    ]  # fmt: skip
    return {
        "case": case.id,
        "seed": instance.seed,
        "robots": len(instance.robots),
        "leaves": len(case.leaves),
        "objective": objective,
        "model": model,
        "status": result.status.name,
        "cost": None if plan is None else plan.cost,
        "makespan": None if plan is None else min([plan.makespan, *(p["makespan"] for p in front)]),
        "lower_bound": result.lower_bound,
        "gap": _gap(result, objective),
        "first_plan_cpu_s": result.first_plan_cpu_s,
        "total_cpu_s": result.total_cpu_s,
        "engine": result.engine,
        "checker": None if plan is None else _judged(plan, case, instance, model),
        "conflict": list(result.conflict),
        "message": result.message,
        **({"front": front} if objective == "pareto" else {}),
    }


def _judged(plan: CasePlan, case: Case, instance: Instance, model: str) -> dict[str, Any]:
    judged = check_case(plan, case, instance, model=model)
    return {"ok": judged.ok, "problems": list(judged.problems)}


def _gap(result: CaseResult, objective: str) -> float | None:
    """Share of the plan's figure that is not yet proven necessary."""
    if result.plan is None or result.lower_bound is None:
        return None
    if objective == "pareto":
        return max((1 - p.cost_bound / p.plan.cost for p in result.front if p.plan.cost), default=0.0)
    value = result.plan.cost if objective == "cost" else result.plan.makespan
    return 0.0 if value == 0 else max(0.0, (value - result.lower_bound) / value)
