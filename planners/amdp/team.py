"""From one task of a mission to a plan of one robot, by way of the abstract levels.

This planner reaches only as far as Cleanup World does: one leaf ``F(at.self.Z & in.thing.Z2 ...)``,
no rules, open doors, nobody else moving. What lies beyond is answered with UNSUPPORTED and a
sentence, so that a caller can ask the team planner instead.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from itertools import pairwise

from grounding.errors import HeedError
from grounding.levels.reward import Level, Reward
from grounding.logic.formula import Node, parse
from grounding.logic.spec import HierarchicalSpec, Leaf
from grounding.state import SELF, Proposition, WorldState
from grounding.world import Cell, Skill, World
from planners.amdp.bounds import Bound
from planners.amdp.domain import Domain, pushes
from planners.amdp.planner import solve
from planners.amdp.result import Solution
from planners.hltl.actions import fitting
from planners.plan import PlanResult, PlanStatus, PlanStep, TeamPlan
from planners.situation import Situation

ENGINE = "amdp"


class _UnsupportedError(Exception):
    """The mission lies outside this planner's reach."""


def plan_amdp(
    spec: HierarchicalSpec,
    world: World,
    situation: Situation | None = None,
    *,
    time_limit: float = 2.0,
    level: Level = Level.GOAL,
) -> PlanResult:
    """Plans a mission of one task for the robot that does it cheapest; the others stand still.

    Args:
        spec: What is asked for.
        world: The static world.
        situation: Where the mission stands; None = at its beginning.
        time_limit: Seconds of wall clock.
        level: Level of the command: L0 is planned over cells, L1 and L2 top-down.

    Returns:
        A plan that :func:`planners.check.check` accepts, or a status and a sentence. UNSUPPORTED
        means that another planner may still find a plan; UNSATISFIABLE that none can.
    """
    started = time.perf_counter()
    situation = situation or Situation.start(world)
    now = situation.state
    try:
        leaf = _leaf(spec, situation.done)
        if leaf is None:
            return PlanResult(PlanStatus.OPTIMAL, _team({}, None, world), "Nothing is left to do.", engine=ENGINE)
        result = _best(leaf, _reward(leaf, world), world, now, time_limit, level)
    except _UnsupportedError as error:
        result = PlanResult(PlanStatus.UNSUPPORTED, message=str(error))
    except HeedError as error:
        result = PlanResult(PlanStatus.INVALID, message=str(error))
    timings = {**result.timings_ms, "total": round(1e3 * (time.perf_counter() - started), 3)}
    return PlanResult(result.status, result.plan, result.message, result.conflict, result.lower_bound, ENGINE, timings)


def _leaf(spec: HierarchicalSpec, done: Mapping[str, str]) -> Leaf | None:
    """The one task there is, None where it is done."""
    if spec.rules:
        raise _UnsupportedError("Abstract MDPs know no rules.")
    if len(spec.leaves) != 1:
        raise _UnsupportedError(f"Abstract MDPs plan one task, not {len(spec.leaves)}.")
    ((name, leaf),) = spec.leaves.items()
    if spec.root != name and any(parse(f) != parse(f"F {kid}") for f, kid in _chain(spec, name)):
        raise _UnsupportedError("Abstract MDPs plan a task that is to be done once, without conditions.")
    return None if name in done else leaf


def _chain(spec: HierarchicalSpec, leaf: str) -> list[tuple[str, str]]:
    """The formulas above a leaf, each with the name below it."""
    found, name = [], leaf
    while (parent := spec.parent(name)) is not None:
        found.append((spec.formulas[parent], name))
        name = parent
    return found


def _reward(leaf: Leaf, world: World) -> Reward:
    """The reward function of a leaf ``F(at.self.Z & in.thing.Z2 ...)``."""
    node = parse(leaf.formula)
    if node.op != "F":
        raise _UnsupportedError(f"Abstract MDPs reach goals; {leaf.formula} is no goal of the form F(...).")
    agents: set[str] = set()
    things: list[tuple[str, str]] = []
    for part in _conjuncts(node.children[0]):
        fact = Proposition.parse(part.atom) if part.op == "atom" else None
        if fact is not None and fact.predicate == "at" and fact.args[0] == SELF:
            agents.add(fact.args[1])
        elif fact is not None and fact.predicate in ("in", "inside") and fact.args[1] not in world.things:
            things.append((fact.args[0], fact.args[1]))
        else:
            raise _UnsupportedError(f"Abstract MDPs know where the agent and things are, but not {part}.")
    if len(agents) > 1:
        raise _UnsupportedError(f"Abstract MDPs bring the agent to one region, not to {', '.join(sorted(agents))}.")
    return Reward(next(iter(agents), None), tuple(things))


def _conjuncts(node: Node) -> list[Node]:
    return [part for child in node.children for part in _conjuncts(child)] if node.op == "&" else [node]


def _best(leaf: Leaf, reward: Reward, world: World, state: WorldState, time_limit: float, level: Level) -> PlanResult:
    """The cheapest plan over the robots that can do it."""
    deadline = time.perf_counter() + time_limit
    found: dict[str, Solution] = {}
    robots = _able(leaf, reward, world, state)
    for robot in robots:
        left = max(0.0, deadline - time.perf_counter())
        found[robot] = solve(Domain(world, state, robot), reward, level, time_limit=left)
    plans = {robot: s for robot, s in found.items() if s.ok}
    if not plans:
        return _failed(leaf, reward, found, world, state, time_limit)
    robot = min(plans, key=lambda name: plans[name].cost)
    best = plans[robot]
    bound = _lower_bound(found, reward, world, state)
    status = PlanStatus.OPTIMAL if bound is not None and best.cost <= bound else PlanStatus.FEASIBLE
    message = f"1 task for {robot} in {best.cost * world.tick_s:g} s"
    goals = [goal.action for goal in best.trace if goal.level == level]
    message += f": {', '.join(goals)}." if goals else "."
    timings = {stage: round(ms, 3) for stage, ms in best.timings_ms.items()}
    steps = {robot: _steps(best, leaf, reward, robot, world)}
    return PlanResult(
        status, _team(steps, (leaf.name, robot), world), message if best.actions else "Nothing is left to do.",
        lower_bound=bound, timings_ms=timings,
    )  # fmt: skip


def _able(leaf: Leaf, reward: Reward, world: World, state: WorldState) -> list[str]:
    """Robots that may and can do the task."""
    able = []
    reason = "No robot that may do it drives and pushes what is to be moved."
    for name in leaf.robots or tuple(world.robots):
        robot, now = world.robots[name], state.robots[name]
        drives = any(world.skills[s].behaviour == "drive" for s in robot.type.skills)
        moved = (world.things.get(thing) for thing, _ in reward.things)
        if robot.type.body != "mobile" or not drives or not now.alive:
            continue
        if any(thing is not None and not pushes(world, name, thing) for thing in moved):
            continue
        if now.holding is not None:
            reason = f"{name} holds {now.holding}; abstract MDPs plan for empty hands."
            continue
        able.append(name)
    if not able:
        raise _UnsupportedError(reason)
    return able


def _failed(
    leaf: Leaf, reward: Reward, found: Mapping[str, Solution], world: World, state: WorldState, time_limit: float
) -> PlanResult:
    statuses = {solution.status for solution in found.values()}
    if PlanStatus.TIMEOUT in statuses:
        return PlanResult(
            PlanStatus.TIMEOUT, message=f"No valid plan was found within the time limit of {time_limit:g} s."
        )
    message = next(iter(found.values())).message
    if statuses == {PlanStatus.INVALID}:
        known = all(thing in world.things and region in world.zones for thing, region in reward.things)
        known &= reward.agent is None or reward.agent in world.zones
        return PlanResult(PlanStatus.UNSUPPORTED if known else PlanStatus.INVALID, message=message)
    beyond = _beyond(world, state)
    if beyond:
        return PlanResult(PlanStatus.UNSUPPORTED, message=f"{message} Abstract MDPs {beyond}.")
    return PlanResult(PlanStatus.UNSATISFIABLE, message=message, conflict=(leaf.text or leaf.formula,))


def _beyond(world: World, state: WorldState) -> str:
    """What could still help, but is not planned here."""
    if any((door, "open") not in state.flags for door in world.doors):
        return "open no doors"
    if len(world.robots) > 1:
        return "leave the other robots where they are"
    behaviours = {world.skills[s].behaviour for robot in world.robots.values() for s in robot.type.skills}
    return "" if behaviours <= {"drive", "push", "wait", "photograph"} else "only drive and push"


def _lower_bound(found: Mapping[str, Solution], reward: Reward, world: World, state: WorldState) -> float | None:
    """Least cost for any robot if the others were not there, None where doors might be opened."""
    if any((door, "open") not in state.flags for door in world.doors):
        return None
    if len(world.robots) == 1:
        return next(iter(found.values())).lower_bound
    least = []
    for robot in found:
        domain = Domain(world, state, robot, alone=True)
        least.append(Bound(domain, domain.goal(reward))(domain.start))
    return min(least)


def _steps(solution: Solution, leaf: Leaf, reward: Reward, robot: str, world: World) -> tuple[PlanStep, ...]:
    """Runs of moves as steps: driving, or pushing one thing."""
    runs: list[tuple[str | None, list[Cell], Cell]] = []
    for (here, there), (before, after) in zip(pairwise(solution.cells), pairwise(solution.things), strict=True):
        if here == there:
            continue
        pushed = next((thing for thing in after if after[thing] != before[thing]), None)
        final = there if pushed is None else after[pushed]
        if runs and runs[-1][0] == pushed:
            runs[-1] = (pushed, [*runs[-1][1], there], final)
        else:
            runs.append((pushed, [here, there], final))
    steps: list[PlanStep] = []
    for pushed, path, final in runs:
        start = steps[-1].end if steps else 0
        skill, args = _skill(pushed, final, reward, robot, world)
        name, end = f"{robot}/{len(steps)}", start + len(path) - 1
        steps.append(PlanStep(name, robot, leaf.name, skill.name, args, start, end, tuple(path)))
    return tuple(steps)


def _skill(pushed: str | None, final: Cell, reward: Reward, robot: str, world: World) -> tuple[Skill, tuple[str, ...]]:
    """The skill for a run of moves and what it heads for."""
    behaviour = "drive" if pushed is None else "push"
    head = () if pushed is None else (pushed,)
    for skill in (world.skills[name] for name in world.robots[robot].type.skills):
        kinds = list(skill.parameters.values())
        if skill.behaviour == behaviour and all(a in fitting(k, world) for a, k in zip(head, kinds, strict=False)):
            return skill, (*head, *(_target(kind, pushed, final, reward, world) for kind in kinds[len(head) :]))
    raise _UnsupportedError(f"{robot} has no skill to {behaviour} {pushed or ''}".rstrip() + ".")


def _target(kind: str, pushed: str | None, final: Cell, reward: Reward, world: World) -> str:
    """What a run of moves heads for: a region of the goal it ends in, else the smallest zone there or nearest."""
    wanted = [reward.agent] if pushed is None else [region for thing, region in reward.things if thing == pushed]
    for region in wanted:
        if region is not None and "zone" in kind.split("|") and final in world.zones[region].cells:
            return region

    def rank(name: str) -> tuple[int, int, str]:
        cells = world.zones[name].cells if name in world.zones else frozenset({world.things[name].cell})
        return min(abs(final[0] - x) + abs(final[1] - y) for x, y in cells), len(cells), name

    return min(fitting(kind, world), key=rank, default="")


def _team(steps: Mapping[str, tuple[PlanStep, ...]], assigned: tuple[str, str] | None, world: World) -> TeamPlan:
    everybody = {robot: steps.get(robot, ()) for robot in world.robots}
    end = max((own[-1].end for own in everybody.values() if own), default=0)
    return TeamPlan(
        steps=everybody,
        assignment={} if assigned is None else {assigned[0]: assigned[1]},
        windows={} if assigned is None else {assigned[0]: (0, end)},
        after={}, tick_s=world.tick_s, cost=float(end), makespan=end,
    )  # fmt: skip
