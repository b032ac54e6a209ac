"""Fronts of cost and makespan: complete where they say so, and nothing in them is beaten."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.hltl import PUBLISHED
from benchmarks.hltl.bruteforce import front, random_case
from benchmarks.hltl.family import member
from heed.cli.eval import row
from planners.check_cases import check_case
from planners.hltl.caseplan import plan_case
from planners.hltl.cases import load_case
from planners.plan import PlanStatus

CASES = sorted(PUBLISHED.glob("bosch_case*.json"))


def test_brute_force_finds_the_same_fronts() -> None:
    several = 0
    for seed in range(60):
        case = random_case(seed)
        result = plan_case(case, case.instances[0], objective="pareto", time_limit=20)
        known = front(case)
        if not known:
            assert result.status is PlanStatus.UNSATISFIABLE, seed
            continue
        assert result.status is PlanStatus.OPTIMAL, seed
        assert [(p.plan.cost, p.plan.makespan) for p in reversed(result.front)] == known, seed
        for point in result.front:
            assert check_case(point.plan, case, case.instances[0]).problems == (), seed
        several += len(known) > 1
    assert several > 1


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_fronts_of_published_cases_end_in_their_optima(path: Path) -> None:
    case = load_case(path)
    for instance in case.instances[:2]:
        found = row(case, instance, objective="pareto", time_limit=30, model="no-blocking")
        assert found["status"] == "OPTIMAL"
        assert found["front"][-1]["cost"] == found["cost"] == instance.optimum_cost
        assert instance.optimum_makespan in (None, found["front"][0]["makespan"], found["makespan"])
        assert all(point["checker"]["ok"] and point["cost_bound"] == point["cost"] for point in found["front"])


@pytest.mark.usefixtures("quiet_memory")
@pytest.mark.parametrize("model", ["no-blocking", "blocking"])
def test_large_fronts_come_in_time_with_their_gap(model: str) -> None:
    case = member(10, 30, 1, orders=3) if model == "no-blocking" else member(4, 8, 1)
    began = time.process_time()
    result = plan_case(case, case.instances[0], objective="pareto", time_limit=4, model=model)
    assert time.process_time() - began < 5
    assert result.front
    for quick, slow in pairwise(result.front):
        assert quick.plan.makespan < slow.plan.makespan
        assert quick.plan.cost > slow.plan.cost
    for point in result.front:
        assert point.cost_bound <= point.plan.cost
        assert check_case(point.plan, case, case.instances[0], model=model).ok


def test_a_front_of_nothing_says_why() -> None:
    case = random_case(0)
    result = plan_case(case, case.instances[0], objective="pareto", time_limit=0.001)
    assert result.status is PlanStatus.TIMEOUT
    assert result.message
