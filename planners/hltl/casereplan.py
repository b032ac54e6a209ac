"""Changes a team's mind in the middle of a plan for a case.

What is finished stays finished. What is under way goes on from where it is, or is begun anew where
that is better or there is no other way. Among plans equally good, the one in which more robots do
what they were to do is taken. See ``docs/hltl.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from grounding.errors import FormulaError
from planners.hltl.casechange import Change, amended
from planners.hltl.caseplan import CasePlanner, CaseResult
from planners.hltl.cases import Case, CaseError, Instance
from planners.hltl.situation import Piece, Situation, situation
from planners.hltl.stints import CasePlan, Stint
from planners.plan import PlanStatus


def replan_case(
    case: Case,
    instance: Instance,
    plan: CasePlan,
    tick: int,
    change: Change,
    *,
    objective: str = "cost",
    time_limit: float = 60.0,
    model: str = "no-blocking",
) -> CaseResult:
    """Plans anew from where a plan stands at a tick.

    Args:
        case: The case up to now.
        instance: The team with which the plan began.
        plan: The plan so far, carried out up to the tick.
        tick: When the change comes.
        change: What is different from now on.
        objective: ``cost`` or ``makespan``, of the whole plan.
        time_limit: Seconds after which the best plan so far is returned with its gap.
        model: ``no-blocking`` or ``blocking``, where a lost robot stands in the way for good.

    Returns:
        The whole plan, past included; in ``changes`` what is different and why, in ``case`` the
        case from now on. With both, a plan that has come about in this way can be changed again.
    """
    blocking = model == "blocking"
    try:
        now, after = _now(case, instance, plan, tick, change, blocking)
    except (CaseError, FormulaError) as error:
        return CaseResult(PlanStatus.INVALID, message=str(error))
    if not now.robots:
        return CaseResult(PlanStatus.UNSATISFIABLE, message="No robot is left.", case=after)
    planner = CasePlanner(after, now, objective=objective, time_limit=time_limit, blocking=blocking)
    result = planner.run()
    if result.plan is None:
        return replace(result, case=after)
    better = "costs less" if objective == "cost" else "is done earlier"
    told = tuple(_Teller(now, result.plan, change, plan, better).sentences())
    return replace(result, changes=told, case=after)


def _now(
    case: Case, instance: Instance, plan: CasePlan, tick: int, change: Change, blocking: bool
) -> tuple[Situation, Case]:
    """The situation under a change, and the case from now on.

    Raises:
        CaseError: The change does not fit the case, the team or what is finished.
    """
    known = {robot.id for robot in instance.robots}
    for name in sorted(change.lost - known):
        raise CaseError(f"change, lost robot {name!r}", "is not in the team.", f"It has {', '.join(sorted(known))}.")
    for leaf in sorted(change.failed - set(case.leaves)):
        raise CaseError(f"change, failed leaf {leaf!r}", "there is no leaf of that name.")
    if tick < 0:
        raise CaseError(f"tick {tick}", "is before the beginning.", "Ticks count from 0.")
    before = situation(case, case, instance, plan, tick, failed=frozenset(), blocking=blocking)
    for leaf in before.finished[0]:
        if leaf in change.failed or leaf in change.touched:
            what = "it cannot fail any more" if leaf in change.failed else "its formula can no longer change"
            raise CaseError(f"change, leaf {leaf!r}", f"is finished at tick {tick}: {what}.", "Add a new leaf.")
    plan = replace(plan, lost=plan.lost | change.lost)
    if blocking:
        change = replace(change, blocked=change.blocked | {r.start for r in before.robots if r.id in change.lost})
    after = amended(case, change)
    for robot in before.robots:
        if robot.start in change.blocked and robot.id not in plan.lost:
            reason = f"stands in the blocked cell {list(robot.start)} at tick {tick}."
            raise CaseError(f"robot {robot.id!r}", reason, "List it as lost, or leave its cell free.")
    return situation(case, after, instance, plan, tick, failed=change.failed, blocking=blocking), after


class _Teller:
    """Says what is different in a new plan, and why."""

    def __init__(self, now: Situation, plan: CasePlan, change: Change, before: CasePlan, better: str) -> None:
        self.now, self.change, self.better = now, change, better
        self.new: Mapping[str, list[Stint]] = {
            robot: [s for s in own[len(now.past.stints[robot]) :] if s.leaf] for robot, own in plan.stints.items()
        }
        self.doer: dict[Piece, str] = {(s.leaf, s.part): robot for robot, own in self.new.items() for s in own}
        self.did = {piece: robot for robot, own in now.ahead.items() for piece in own}
        self.broken: dict[Piece, str] = {}
        for robot, own in plan.stints.items():
            count = len(now.past.stints[robot])
            if count and own[count - 1].dropped and not before.stints[robot][count - 1].dropped:
                self.broken[own[count - 1].leaf, own[count - 1].part] = robot

    def sentences(self) -> Iterator[str]:
        """One for each difference, then who keeps to the plan."""
        for robot in sorted(self.change.lost):
            yield f"{robot} is lost."
        for piece, robot in self.doer.items():
            sentence = self._piece(piece, robot)
            if sentence:
                yield sentence
        for piece in self.did.keys() - self.doer.keys():
            yield f"{_name(piece)} is no longer done: nothing asks for it now."
        kept = []
        for robot, own in self.new.items():
            pieces, old = [(s.leaf, s.part) for s in own], list(self.now.ahead.get(robot, ()))
            if pieces == old and robot not in self.change.lost:
                was = [s for s in self.now.steps.get(robot, ()) if s.leaf]
                if [s.moves for s in own] == [s.moves for s in was]:
                    kept += [robot] if own else []
                else:
                    costs = sum(s.cost for s in was), sum(s.cost for s in own)
                    yield f"{robot} does the same in other steps, at a cost of {costs[1]} instead of {costs[0]}."
            elif sorted(pieces) == sorted(old) and robot not in self.change.lost:
                order = ", ".join(_name(piece) for piece in pieces)
                yield f"{robot} does the same in another order, {order}: that {self.better}."
        if kept:
            yield f"{', '.join(kept)} {'keeps its' if len(kept) == 1 else 'keep their'} plan{'s' * (len(kept) > 1)}."

    def _piece(self, piece: Piece, robot: str) -> str:
        """What is new about who does a piece; empty where nothing is."""
        leaf, name = piece[0], _name(piece)
        old, broke = self.did.get(piece), self.broken.get(piece)
        anew = f" {broke} had it under way; it is begun anew." if broke else ""
        if old is None and broke is None:
            why = "is new" if leaf in self.change.added else "is asked for now"
            return f"{robot} does {name}, which {why}."
        if old in self.change.lost or broke in self.change.lost:
            return f"{name} goes to {robot}, as {old or broke} is lost.{anew}"
        if leaf in self.change.failed:
            return f"{name} failed: {robot} begins it anew."
        if old is not None and old != robot:
            return f"{name} goes from {old} to {robot}: that {self.better}.{anew}"
        return f"{robot} begins {name} anew: it cannot go on from where it was, or that {self.better}." if broke else ""


def _name(piece: Piece) -> str:
    return f"{piece[0]} ({piece[1]})" if piece[1] else piece[0]
