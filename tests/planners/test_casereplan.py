"""Plans changed in the middle: valid by an independent check, and as good as brute force finds."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from rows import row

from benchmarks.hltl import PUBLISHED
from benchmarks.hltl.bruteforce import Begun, optimum, random_case
from benchmarks.hltl.family import member
from benchmarks.hltl.replanning import changes, random_change, team
from grounding.mission.edits import DropTask, Reorder
from planners.check_cases import Past, check_case
from planners.hltl.casechange import Change, amended
from planners.hltl.caseplan import CaseResult, plan_case
from planners.hltl.casereplan import replan_case
from planners.hltl.cases import Case, CaseWorld, load_case
from planners.hltl.parts import parts
from planners.hltl.stints import CasePlan, Stint
from planners.plan import PlanStatus

CASES = sorted(PUBLISHED.glob("bosch_case*.json"))


@pytest.mark.parametrize("model", ["no-blocking", "blocking"])
@pytest.mark.parametrize("objective", ["cost", "makespan"])
def test_whatever_changes_the_new_plan_is_valid_and_as_good_as_from_scratch(objective: str, model: str) -> None:
    met = 0
    for seed in range(15):
        for case in (random_case(seed), *([team(seed)] if seed % 5 == 0 else [])):
            for found in changes(seed, case, objective, model):
                assert found["status"] != "INVALID", found
                if "ok" in found:
                    assert found["problems"] == [], found
                    assert found["left"] == found["left_scratch"] or model == "blocking", found
                    met += 1
    assert met > 15


@pytest.mark.parametrize("objective", ["cost", "makespan"])
def test_brute_force_finds_nothing_better_from_there(objective: str) -> None:
    compared = 0
    for seed in range(80):
        case = random_case(seed)
        instance = case.instances[0]
        plan = plan_case(case, instance, objective=objective).plan
        if plan is None or not plan.makespan or any(len(parts(case.formulas[leaf])) > 1 for leaf in case.leaves):
            continue
        rng = np.random.default_rng(seed)
        tick = int(rng.integers(1, plan.makespan)) if plan.makespan > 1 else 0
        change = random_change(rng, case, instance, plan, tick)
        if any(" & F " in text for text in change.formulas.values()):
            continue
        result = replan_case(case, instance, plan, tick, change, objective=objective)
        assert result.case is not None
        sunk = sum(s.cost for s in _past(plan, case, tick)) if objective == "cost" else tick
        best = optimum(result.case, objective, _begun(case, plan, tick, change))
        if best is None:
            assert result.status is PlanStatus.UNSATISFIABLE, seed
            continue
        assert result.plan is not None, seed
        assert max(getattr(result.plan, objective), sunk) - sunk == best, seed
        compared += 1
    assert compared >= 30


def _past(plan: CasePlan, case: Case, tick: int) -> list[Stint]:
    """Stints cut at a tick, step by step."""
    found = []
    for robot in case.instances[0].robots:
        cell = robot.start
        for stint in plan.stints[robot.id]:
            clock, moves, cost = stint.start, [], 0
            for move in stint.moves if stint.start < tick else ():
                takes = move.cell != cell or move.action != "default"
                if clock + takes > tick:
                    break
                cost += (move.cell != cell) + (move.action != "default")
                clock, cell = clock + takes, move.cell
                moves.append(move)
            found.append(dataclasses.replace(stint, moves=tuple(moves), cost=cost, duration=clock - stint.start))
    return found


def _begun(case: Case, plan: CasePlan, tick: int, change: Change) -> Begun:
    """Where brute force begins, read off a plan that nothing has changed before."""
    past = iter(_past(plan, case, tick))
    cells, leaf, shown, action = [], {}, {}, {}
    ends: list[tuple[int, int, str]] = []
    for robot in case.instances[0].robots:
        cell, n = robot.start, len(cells)
        for place, stint in enumerate(plan.stints[robot.id]):
            cut = next(past)
            trace, state = [_letter(case.world, cell, "default")], case.world.initial
            for move in cut.moves:
                edges = [e for e in case.world.actions if (e.source, e.label) == (state, move.action)]
                state, cell = edges[0].target, move.cell
                trace.append(_letter(case.world, cell, move.action))
            if stint.start < tick and len(cut.moves) == len(stint.moves):
                ends.append((stint.end, place, stint.leaf))
            elif stint.start < tick and robot.id not in change.lost and stint.leaf not in change.failed:
                leaf[n], shown[n], action[n] = stint.leaf, trace, state
        if robot.id not in change.lost:
            cells.append(cell)
    return Begun(tuple(cells), tuple(name for *_, name in sorted(ends)), leaf, shown, action)


def _letter(world: CaseWorld, cell: tuple[int, int], action: str) -> frozenset[str]:
    return frozenset({world.region_at.get(cell, ""), action})


def replanned(case: Case, tick: int, change: Change, **options: str) -> tuple[CasePlan, CaseResult]:
    """A plan and the one after a change, which the checker accepts."""
    instance = case.instances[0]
    plan = plan_case(case, instance, **options).plan  # type: ignore[arg-type]
    assert plan is not None
    result = replan_case(case, instance, plan, tick, change, **options)  # type: ignore[arg-type]
    if result.plan is not None and result.case is not None:
        past = Past(plan, case, tick, change.lost)
        model = options.get("model", "no-blocking")
        assert check_case(result.plan, result.case, instance, model=model, past=past).problems == ()
    return plan, result


def pair(case: Case) -> Case:
    """A case with a second robot at the other end of the row."""
    (first,) = case.instances[0].robots
    both = (first, dataclasses.replace(first, id="r9", start=(3, 1)))
    return dataclasses.replace(case, instances=(dataclasses.replace(case.instances[0], robots=both),))


def test_a_leaf_under_way_goes_on_from_where_it_is() -> None:
    case = row(p="F x", x="F(a & F(b & F a))")
    _, result = replanned(case, 3, Change(added={"y": "F a"}))
    assert result.plan is not None
    assert result.plan.cost == 4, "going on costs one step, beginning anew would cost five"
    assert [(s.leaf, s.start, s.resumed) for s in result.plan.stints["r0"][:2]] == [("x", 0, False), ("x", 3, True)]


def test_what_a_lost_robot_had_under_way_begins_anew_and_finished_leaves_stay() -> None:
    case = pair(row(p="F x & F y", x="F(a & F(b & F a))", y="F(b & photo)"))
    before, result = replanned(case, 3, Change(lost=frozenset({"r0"})))
    assert before.stints["r9"][0].end == 2
    assert result.plan is not None
    assert result.plan.stints["r0"][-1].dropped
    assert [s.leaf for s in result.plan.stints["r9"]] == ["y", "x"]
    assert result.changes == (
        "r0 is lost.",
        "x goes to r9, as r0 is lost. r0 had it under way; it is begun anew.",
    )  # fmt: skip
    _, alone = replanned(row(p="F x", x="F b"), 1, Change(lost=frozenset({"r0"})))
    assert alone.status is PlanStatus.UNSATISFIABLE


def test_nothing_changes_where_nothing_has_to() -> None:
    case = member(4, 8, 3)
    for objective in ("cost", "makespan"):
        plan, result = replanned(case, 9, Change(), objective=objective)
        assert result.plan is not None
        for robot, own in plan.stints.items():
            steps = [move for stint in result.plan.stints[robot] for move in stint.moves]
            assert steps == [move for stint in own for move in stint.moves]
        assert len(result.changes) == 1
        assert result.changes[0].endswith(("keep their plans.", "keeps its plan."))


def test_a_new_order_makes_a_leaf_under_way_wait() -> None:
    case = pair(row(p="F x & F y", x="F(mid & F a)", y="F(b & F(mid & F b))"))
    _, result = replanned(case, 1, Change(formulas={"p": "F x & F y & (!x U y)"}), objective="makespan")
    assert result.plan is not None
    ends = {stint.leaf: stint.end for own in result.plan.stints.values() for stint in own}
    assert ends["x"] >= ends["y"] == 2


def test_a_case_is_edited_like_a_mission() -> None:
    case = pair(row(p="F x & F y & F z & (!y U x) & (!z U y)", x="F(mid & F a)", y="F(mid & photo)", z="F b"))
    assert amended(case, Change(edits=(DropTask("y"),))).formulas["p"] == "F x & F z & (!z U x)"
    assert amended(case, Change(edits=(Reorder("y", "x"),))).formulas["p"] == "F x & F y & F z & (!z U y) & (!x U y)"
    _, result = replanned(case, 1, Change(edits=(DropTask("y"), Reorder("z", "x"))), objective="makespan")
    assert result.plan is not None
    done = [s for own in result.plan.stints.values() for s in own if s.leaf and not s.dropped]
    assert {stint.leaf for stint in done} == {"x", "z"}
    ends = {stint.leaf: stint.end for stint in done}
    assert ends["z"] <= ends["x"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(edits=(DropTask("x"),)), "'x': is finished"),
        (Change(edits=(Reorder("y", "x"),)), "'x': is finished"),
        (Change(edits=(DropTask("z"),)), "'z': there is no such formula"),
        (Change(edits=(DropTask("p"),)), "'p': is all that is asked for"),
        (Change(edits=(Reorder("p", "y"),)), "'y': stands beside x, y, not beside 'p'"),
        (Change(lost=frozenset({"r7"})), "'r7'"),
        (Change(failed=frozenset({"z"})), "'z'"),
        (Change(formulas={"x": "F b"}), "'x': is finished"),
        (Change(failed=frozenset({"x"})), "'x': is finished"),
        (Change(formulas={"q": "F b"}), "'q'"),
        (Change(formulas={"y": "F nowhere"}), "'nowhere'"),
        (Change(formulas={"y": "F ("}), "'y'"),
        (Change(added={"y": "F a"}), "'y'"),
        (Change(blocked=frozenset({(1, 1)})), "stands in the blocked cell [1, 1]"),
        (Change(regions={"a": ((3, 1),)}), "'b'"),
        (Change(regions={"z": ((2, 1),)}), "'z'"),
        (Change(regions={"a": ((7, 7),)}), "[7, 7]"),
        (Change(children={"p": ("x", "y", "p")}, formulas={"p": "F x & F y & F p"}), "'p'"),
    ],
)
def test_a_change_that_does_not_fit_is_refused_by_name(change: Change, said: str) -> None:
    case = row(p="F x & F y & (!y U x)", x="F(mid & F a)", y="F(b & F a)")
    _, result = replanned(case, 2, change)
    assert result.status is PlanStatus.INVALID
    assert said in result.message


def test_what_can_no_longer_be_done_is_named() -> None:
    _, result = replanned(row(p="F x", x="F b"), 1, Change(regions={"b": ((9, 9),), "far": ((3, 1),)}))
    assert result.status is PlanStatus.UNSATISFIABLE
    assert result.conflict == ("x: F b",)
    _, result = replanned(
        row(p="F x & F y", x="F mid", y="F b"), 1, Change(formulas={"p": "F x & F y & (!x U y)"})
    )  # fmt: skip
    assert result.status is PlanStatus.UNSATISFIABLE
    assert "once x is finished" in result.message


def test_the_checker_sees_a_past_rewritten() -> None:
    case = pair(row(p="F x & F y", x="F(a & F(b & F a))", y="F(b & photo)"))
    instance, change = case.instances[0], Change(lost=frozenset({"r0"}))
    plan, result = replanned(case, 3, change)
    assert result.plan is not None
    new, past = result.plan, Past(plan, case, 3, change.lost)
    again = dataclasses.replace(new.stints["r9"][0], start=new.stints["r9"][-1].end)
    own = new.stints["r0"]
    for wrong in (
        {"r0": plan.stints["r0"]},
        {"r0": (dataclasses.replace(own[0], cost=2),)},
        {"r0": ()},
        {"r9": (*new.stints["r9"], again)},
        {"r9": new.stints["r9"][1:]},
    ):
        bad: dict[str, Sequence[Stint]] = {**new.stints, **wrong}  # type: ignore[dict-item]
        assert not check_case(dataclasses.replace(new, stints=bad), case, instance, past=past).ok  # type: ignore[arg-type]
    assert not check_case(dataclasses.replace(new, lost=frozenset()), case, instance, past=past).ok
    assert not check_case(new, case, instance).ok


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_published_cases_are_replanned_at_once(path: Path) -> None:
    case = load_case(path)
    for seed in range(3):
        for found in changes(seed, case, "cost"):
            assert found["cpu_s"] < 0.3
            if "ok" in found:
                assert found["problems"] == []
                assert found["left"] <= 1.02 * found["left_scratch"]


def test_the_example_in_the_docs_runs(capsys: pytest.CaptureFixture[str]) -> None:
    text = (Path(__file__).parents[2] / "docs/hltl.md").read_text(encoding="utf-8")
    exec(text.split("```python\n")[1].split("```")[0], {})
    said = capsys.readouterr().out
    assert "proven best from here on." in said
    assert "r3 is lost." in said
    assert "extra, which is new." in said
