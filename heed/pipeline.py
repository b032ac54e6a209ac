"""From words to a checked plan, without ROS: what the nodes and ``heed plan`` have in common."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from grounding.errors import HeedError, UnsatisfiableError
from grounding.levels.reward import Level
from grounding.levels.task import speaks_levels
from grounding.logic.conflict import objection, reservation
from grounding.logic.spec import HierarchicalSpec
from grounding.logic.validate import validate
from grounding.mission.specify import specify
from grounding.mission.task import TaskTree
from grounding.state import Proposition, WorldState, holds, initial_state
from grounding.world import World
from heed.dialogue import Question
from heed.interpret import InterpretationStatus, interpret
from heed.outcome import Outcome
from planners import hltl
from planners.amdp import plan_amdp
from planners.check import check
from planners.hltl.memory import Memory
from planners.plan import PlanResult, PlanStatus, TeamPlan
from planners.situation import Situation

#: What the answer of a planner means for the operator.
OUTCOME_OF_PLAN: Mapping[PlanStatus, Outcome] = {
    PlanStatus.OPTIMAL: Outcome.SUCCEEDED,
    PlanStatus.FEASIBLE: Outcome.SUCCEEDED,
    PlanStatus.UNSATISFIABLE: Outcome.UNSATISFIABLE,
    PlanStatus.TIMEOUT: Outcome.PLANNING_TIMEOUT,
    PlanStatus.UNSUPPORTED: Outcome.REJECTED,
    PlanStatus.INVALID: Outcome.INTERNAL_ERROR,
}


@dataclass(frozen=True)
class Understanding:
    """What became of the words of an instruction.

    Attributes:
        outcome: SUCCEEDED, REJECTED, UNSATISFIABLE or ASKED.
        message: One or two sentences.
        tree: The task tree, None where the words were not understood.
        spec: The formulas, None where there are none.
        timings_ms: ``translate`` and ``automata``, as far as it came.
        question: What has to be answered first where the outcome is ASKED.
        readings: What each option of the question means.
    """

    outcome: Outcome
    message: str
    tree: TaskTree | None = None
    spec: HierarchicalSpec | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    question: Question = field(default_factory=Question)
    readings: tuple[TaskTree, ...] = ()


def understand(text: str, world: World, state: WorldState | None = None) -> Understanding:
    """Reads an instruction and checks its formulas.

    Args:
        text: The words.
        world: The world they refer to.
        state: Where things are now; at the start of the world file where None.
    """
    started = time.perf_counter()
    found = interpret(text, world, state)
    timings = {"translate": _since(started)}
    if found.status is InterpretationStatus.ASK:
        options = tuple(reading.text for reading in found.readings)
        question = Question(f"meaning_{zlib.crc32(text.encode()):08x}", found.question, options)
        trees = tuple(reading.tree for reading in found.readings)
        return Understanding(Outcome.ASKED, found.question, timings_ms=timings, question=question, readings=trees)
    if found.tree is None:
        return Understanding(Outcome.REJECTED, found.message, timings_ms=timings)
    checked = accept(found.tree, world, state, found.message)
    spent = timings["translate"] + checked.timings_ms.get("translate", 0.0)
    return replace(checked, timings_ms={**checked.timings_ms, "translate": spent})


def accept(tree: TaskTree, world: World, state: WorldState | None = None, message: str = "") -> Understanding:
    """Checks the formulas of a tree that is meant, such as the reading that the operator has chosen.

    Args:
        tree: A task tree.
        world: The world it speaks of.
        state: Where things are now; at the start of the world file where None.
        message: What to say where nothing is wrong with it.
    """
    timings: dict[str, float] = {}
    started = time.perf_counter()
    spec: HierarchicalSpec | None = None
    try:
        spec = specify(tree, world)
        timings["translate"] = _since(started)
        started = time.perf_counter()
        validate(spec, world)
        conflict = objection(spec, world, state)
    except UnsatisfiableError as error:
        return Understanding(Outcome.UNSATISFIABLE, str(error), tree, spec, timings)
    except HeedError as error:
        return Understanding(Outcome.REJECTED, str(error), tree, spec, timings)
    timings["automata"] = _since(started)
    if conflict:
        return Understanding(Outcome.UNSATISFIABLE, conflict, tree, spec, timings)
    start = state or initial_state(world)
    noted = reservation(spec, world, lambda name: holds(Proposition.parse(name), world, start))
    return Understanding(Outcome.SUCCEEDED, f"{message} {noted}".strip(), tree, spec, timings)


def make_plan(
    spec: HierarchicalSpec,
    world: World,
    situation: Situation | None = None,
    *,
    previous: TeamPlan | None = None,
    reason: str = "",
    level: str = "",
    objective: str = "makespan",
    time_limit: float = 2.0,
    memory: Memory | None = None,
    pinned: Mapping[str, str] | None = None,
) -> PlanResult:
    """Plans; no plan is returned that the independent checker has not accepted.

    Args:
        spec: What is to be done.
        world: The world.
        situation: Where the mission stands; at its beginning where None.
        previous: The plan that is to be changed; None = there is none yet.
        reason: Why it is to be changed, one sentence.
        level: Level of abstraction of the instruction; commands below "L3" in worlds where robots only
            go and push are planned with abstract MDPs, at that level.
        objective: ``makespan`` or ``cost``.
        time_limit: Seconds for planning.
        memory: What earlier calls in the same world have worked out.
        pinned: Leaf -> robot that it is to stay with when a plan is changed.
    """
    keep: dict[str, Any] = {"pinned": pinned} if pinned else {}
    situation = situation or Situation.start(world)
    try:
        result = _by_levels(spec, world, situation, level, time_limit)
        if result is None and previous is None:
            result = hltl.plan(spec, world, situation, objective=objective, time_limit=time_limit, memory=memory)
        elif result is None:
            result = hltl.replan(
                previous, spec, world, situation, reason=reason, objective=objective, time_limit=time_limit,
                memory=memory, **keep,
            )  # fmt: skip
    except HeedError as error:
        return PlanResult(PlanStatus.INVALID, message=str(error))
    if result.plan is None:
        return result
    verdict = check(result.plan, spec, world, situation)
    if verdict.ok:
        return result
    message = f"The checker refused the plan: {' '.join(verdict.problems)}"
    return PlanResult(PlanStatus.INVALID, message=message, engine=result.engine)


def _by_levels(
    spec: HierarchicalSpec, world: World, situation: Situation, level: str, time_limit: float
) -> PlanResult | None:
    """The plan of the abstract MDPs, None where the mission is beyond them."""
    if level not in [one.value for one in Level] or not speaks_levels(world):
        return None
    result = plan_amdp(spec, world, situation, time_limit=time_limit, level=Level(level))
    return None if result.status is PlanStatus.UNSUPPORTED else result


def _since(started: float) -> float:
    return 1e3 * (time.perf_counter() - started)
