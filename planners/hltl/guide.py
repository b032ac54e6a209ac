"""A good sequence from the routing engine: who does which leaf and in which order, all at once.

Every leaf is costed for every robot from the start and after every other leaf of the same robot,
each with its exact leaf plan. What one robot changes for another (a door opened, a thing handed on)
is not in these figures, so the sequence found is replayed in full before it is used, and proves
nothing.
"""

from __future__ import annotations

import time

import numpy as np

from planners.hltl.assignment import CostSearch
from planners.hltl.balance import MakespanSearch
from planners.hltl.routing import Routing
from planners.hltl.sequence import Node, Sequencer
from planners.hltl.timing import scheduled

#: Most leaf plans that are made for the figures, and the most seconds for them and the search.
_MOST_PLANS = 400
_SECONDS = 0.3


def guided(sequencer: Sequencer, root: Node, leaves: frozenset[str]) -> Node | None:
    """The node after the sequence that the routing engine proposes.

    Returns:
        None where there are too many leaves and robots to cost, or the sequence does not work.
    """
    names = sorted(leaves)
    pairs = [
        (i, robot) for i, leaf in enumerate(names)
        for robot in sequencer.allowed(leaf, sequencer.done)
    ]  # fmt: skip
    each = {robot: [i for i, name in pairs if name == robot] for robot in sequencer.robots}
    if len(names) < 2 or sum(len(own) ** 2 for own in each.values()) > _MOST_PLANS:
        return None
    deadline = time.perf_counter() + min(_SECONDS, 0.3 * sequencer.clock.left)
    problem = _figures(sequencer, root, names, pairs, deadline)
    if problem is None:
        return None
    search = CostSearch(problem) if sequencer.objective == "cost" else MakespanSearch(problem)
    search.first()
    routes = search.run(deadline).routes
    if routes is None:
        return None
    takes: dict[int, float] = {}
    for robot, route in enumerate(routes):
        _, options = problem.route(robot, route)
        for place, (task, option) in enumerate(zip(route, options, strict=True)):
            takes[task] = float(problem.follow[options[place - 1], option] if place else problem.start[robot, option])
    done = scheduled(routes, takes, problem.before)
    doer = {task: sequencer.robots[robot] for robot, route in enumerate(routes) for task in route}
    order = sorted(done, key=lambda task: (done[task], sum(b == task for _, b in problem.before)))
    return sequencer.complete(root, leaves, tuple((names[task], doer[task]) for task in order))


def _figures(
    sequencer: Sequencer, root: Node, names: list[str], pairs: list[tuple[int, str]], deadline: float
) -> Routing | None:
    """The routing problem: an option for every leaf and robot; None when time is up or a leaf cannot be first."""
    count = len(pairs)
    start = np.full((len(sequencer.robots), count), np.inf)
    follow = np.full((count, count), np.inf)
    for one, (i, robot) in enumerate(pairs):
        node = sequencer.extend(root, (names[i], robot))
        if node is None:
            continue
        start[sequencer.robots.index(robot), one] = node.cost - root.cost
        for other, (j, same) in enumerate(pairs):
            if time.perf_counter() > deadline:
                return None
            if same == robot and i != j and (names[j], names[i]) not in sequencer.spec.before:
                after = sequencer.extend(node, (names[j], robot))
                if after is not None:
                    follow[one, other] = after.cost - node.cost
    index = {name: i for i, name in enumerate(names)}
    before = frozenset((index[a], index[b]) for a, b in sequencer.spec.before if a in index and b in index)
    task = np.array([i for i, _ in pairs], dtype=np.int64)
    if len(set(task.tolist())) < len(names):
        return None
    return Routing(task, start, follow, before)
