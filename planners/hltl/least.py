"""What a mission takes at least: the routing problem with figures that no plan can beat.

Every leaf is reduced to the literals without which it cannot be accepted and on which no other
leaf bears; doors, things in the way, rules and other robots are taken not to hinder. What remains
is a lower bound on the ticks from wherever a robot is to the end of the leaf, also from the cells
in which another leaf can have been finished. The engine for published cases proves how good a
division of the leaves can be at best with these figures, and so how good a plan can be.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from grounding.logic.spec import HierarchicalSpec, Leaf
from grounding.state import Proposition, WorldState
from grounding.world import MOVABLE, World
from planners.clock import Clock
from planners.hltl.assignment import CostSearch
from planners.hltl.automata import Product
from planners.hltl.balance import MakespanSearch
from planners.hltl.grid import FAR
from planners.hltl.leaf import LeafProblem
from planners.hltl.memory import Memory
from planners.hltl.routing import Ints, Routing

#: Seconds that closing the gap by search may take; without it the bound is quick and a little lower.
_SECONDS = 0.03


@dataclass(frozen=True)
class _Option:
    """A leaf done by one robot: ticks from every cell at least, and the cells it can end in."""

    task: int
    robot: int
    left: Ints
    ends: Ints


def least(
    spec: HierarchicalSpec,
    memory: Memory,
    state: WorldState,
    robots: Mapping[str, Collection[str]],
    selections: Iterable[frozenset[str]],
    objective: str,
    deadline: float,
) -> float:
    """A proven lower bound of the objective, in ticks.

    Args:
        spec: The mission.
        memory: Of its world.
        state: Where everything is.
        robots: Leaf -> robots that may do it.
        selections: Sets of leaves one of which is to be done.
        objective: ``makespan`` or ``cost``.
        deadline: Moment (``time.perf_counter``) at which it gives up.

    Returns:
        The bound.

    Raises:
        OutOfTimeError: Time was up first.
    """
    clock = Clock(deadline - time.perf_counter())
    # Sets with a leaf that no robot is left for are not what a plan can choose.
    possible = [sorted(s) for s in selections if all(robots[leaf] for leaf in s)]
    return min((_selection(spec, memory, state, robots, s, objective, clock) for s in possible), default=0.0)


def _selection(
    spec: HierarchicalSpec,
    memory: Memory,
    state: WorldState,
    robots: Mapping[str, Collection[str]],
    leaves: list[str],
    objective: str,
    clock: Clock,
) -> float:
    """The bound for one set of leaves, all of which are to be done."""
    if not leaves:
        return 0.0
    team = sorted({robot for leaf in leaves for robot in robots[leaf]})
    options: list[_Option] = []
    for task, leaf in enumerate(leaves):
        others = [spec.leaves[other].formula for other in leaves if other != leaf]
        bare = _bare(spec.leaves[leaf], others, memory.world)
        clock.check()
        options += [_option(memory, state, bare, task, team.index(robot), robot) for robot in robots[leaf]]
    cells = [memory.grid.index[state.robots[robot].cell] for robot in team]
    start = np.full((len(team), len(options)), np.inf)
    follow = np.full((len(options), len(options)), np.inf)
    for j, option in enumerate(options):
        clock.check()
        start[option.robot, j] = option.left[cells[option.robot]]
        for i, earlier in enumerate(options):
            if earlier.robot == option.robot and earlier.task != option.task:
                follow[i, j] = option.left[earlier.ends].min()
    start[start >= FAR], follow[follow >= FAR] = np.inf, np.inf
    index = {leaf: i for i, leaf in enumerate(leaves)}
    before = frozenset((index[a], index[b]) for a, b in spec.before if a in index and b in index)
    problem = Routing(np.array([option.task for option in options], dtype=np.int64), start, follow, before)
    if problem.tasks < len(leaves) or not np.isfinite(problem.arcs.min(axis=1)).all():
        return 0.0
    search = CostSearch(problem) if objective == "cost" else MakespanSearch(problem)
    search.first()
    bound = search.run(min(clock.deadline, time.perf_counter() + _SECONDS)).bound
    return max(0.0, float(np.ceil(bound - 1e-6))) if np.isfinite(bound) else 0.0


def _bare(leaf: Leaf, others: Iterable[str], world: World) -> Leaf:
    """A leaf that asks only for what it must bring about by itself, at one moment or another."""
    touched = {fact for text in others for name in Product([text]).bits for fact in _facts(name, world)}
    product = Product([leaf.formula])
    literals: dict[str, bool] = {}
    for i, part in enumerate(product.goals):
        if not part.safe:
            literals |= product.needs(i)
    own = {name: value for name, value in literals.items() if not _facts(name, world) & touched}
    formula = " & ".join(f"F {name if value else '!' + name}" for name, value in sorted(own.items())) or "1"
    return Leaf(leaf.name, formula, leaf.text)


def _facts(name: str, world: World) -> set[str]:
    """What a proposition speaks of that one leaf may change for another: a state, or where a thing is."""
    p = Proposition.parse(name)
    if p.predicate == "is":
        return {name}
    return {arg for arg in p.args if arg in world.things and world.things[arg].properties & MOVABLE}


def _option(memory: Memory, state: WorldState, leaf: Leaf, task: int, place: int, robot: str) -> _Option:
    world = memory.world
    ghosts = frozenset(world.doors) | {t for t, thing in world.things.items() if thing.properties or thing.obstacle}
    problem = memory.problem(leaf, robot, ghosts=ghosts)
    _, layer, q = problem.start(state, None)
    left = problem.bounds.bound(layer, q)
    ends = sorted(_ends(problem, state)) or range(len(left))
    return _Option(task, place, np.array(left, dtype=np.int64), np.array(ends, dtype=np.int64))


def _ends(problem: LeafProblem, state: WorldState) -> frozenset[int]:
    """The cells in which a robot can have finished a leaf; empty where that is not known."""
    if len(problem.product.goals) != 1:
        return frozenset()
    ((name, value),) = problem.product.needs(0).items() if len(problem.product.needs(0)) == 1 else (("", True),)
    if not name:
        return frozenset()
    p = Proposition.parse(name)
    if p.predicate == "at" and value:
        return problem.grid.zone(p.args[1])
    if p.predicate == "is":
        ways = [a for a in problem.actions if ("is", *p.args, "+" if value else "-") in a.achieves]
        if any(atom.args[1] in state.things for action in ways for atom in action.positional):
            return frozenset()
        return frozenset().union(*(problem.cells(action.positional, state) for action in ways))
    return frozenset()
