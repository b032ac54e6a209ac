"""An independent judge of plans for published cases, in their no-blocking model.

Shares no code with the planner: formulas are judged by the definition of LTLf on the traces that
the plan produces, the world is walked step by step, and all figures are added up anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby, permutations

from grounding.logic.formula import accepts
from planners.check import Verdict
from planners.hltl.cases import Case, CaseRobot, CaseWorld, Instance
from planners.hltl.stints import CasePlan, Stint

#: Leaves finished at one moment whose order is tried in every way; more are taken as listed.
_MOST_TIED = 5


#: When what was shown for a leaf was over, and the letters.
_Shown = tuple[int, list[frozenset[str]]]


@dataclass(frozen=True)
class Past:
    """What a plan made in the middle of another one has to keep.

    Attributes:
        plan: The plan before.
        case: The case before, in whose world it was carried out.
        tick: How far it was carried out.
        lost: Robots lost then.
    """

    plan: CasePlan
    case: Case
    tick: int
    lost: frozenset[str] = frozenset()


def check_case(
    plan: CasePlan, case: Case, instance: Instance, *, model: str = "no-blocking", past: Past | None = None
) -> Verdict:
    """Judges a plan against a case.

    Args:
        plan: The plan.
        case: Its case.
        instance: Its team.
        model: ``no-blocking``, or ``blocking``: every step takes one tick, no two robots are in one
            cell at a tick or change places, and a stint without a leaf is a robot that makes way.
        past: The plan that this one took over from, None for a plan made at the beginning.

    Returns:
        Whether all steps are possible, every leaf is satisfied exactly when it is said to be
        finished, the root is accepted, and cost and times are what the steps add up to; with a
        past, also whether nothing of it is different, no finished leaf is done again and no lost
        robot does anything.
    """
    problems: list[str] = []
    if set(plan.stints) != {robot.id for robot in instance.robots}:
        problems.append("The plan does not list exactly the robots of the team.")
    blocking = model == "blocking"
    names = {stint.leaf for own in plan.stints.values() for stint in own if not stint.dropped}
    names -= {""} if blocking else set()
    problems += [f"There is no leaf {name!r}." for name in sorted(names - set(case.leaves))]
    if problems:
        return Verdict(False, tuple(problems))
    if past is not None:
        problems += _kept(plan, case, instance, past, blocking)
    elif plan.worlds or plan.lost:
        problems.append("The plan speaks of a past.")
    traces: dict[str, list[_Shown]] = {}
    for robot in instance.robots:
        problems += _robot(plan, robot, case, traces, blocking)
    for leaf, shown in sorted(traces.items()):
        problems += _leaf(leaf, case.formulas[leaf], [trace for _, trace in sorted(shown, key=lambda s: s[0])])
    if blocking and not problems:
        problems += _crowd(plan, instance)
    problems += _mission(plan, case)
    return Verdict(not problems, tuple(problems))


def _kept(plan: CasePlan, case: Case, instance: Instance, past: Past, blocking: bool) -> Iterator[str]:
    """Whether a plan keeps what was done before it was made."""
    changed = case.world != past.case.world and past.tick > 0
    if plan.worlds != (*past.plan.worlds, *([(past.tick, past.case.world)] if changed else [])):
        yield "The worlds of the past are not those it happened in."
    if plan.lost != past.plan.lost | past.lost:
        yield "The lost robots are not those that were lost."
    for robot in instance.robots:
        steps = _steps(plan.stints[robot.id], robot, blocking)
        was = [s for s in _steps(past.plan.stints[robot.id], robot, blocking) if s[0] <= past.tick and s[1] < past.tick]
        same = [s for s in steps if s[0] <= past.tick and s[1] < past.tick]
        if same[: len(was)] != was:
            yield f"{robot.id} did something else up to tick {past.tick}."
        if robot.id in plan.lost and any(end > past.tick for end, *_ in steps):
            yield f"{robot.id} is lost but goes on."
    old = [stint for own in past.plan.stints.values() for stint in own if stint.leaf and not stint.dropped]
    finished = {stint.leaf for stint in old} - {s.leaf for s in old if s.end > past.tick or s.start >= past.tick}
    for own in plan.stints.values():
        for stint in own:
            if stint.leaf in finished and (stint.start >= past.tick):
                yield f"Leaf {stint.leaf!r} was finished and is done again."


def _steps(own: Sequence[Stint], robot: CaseRobot, blocking: bool) -> list[tuple[int, int, str, tuple[int, int], str]]:
    """(End, start of its stint, leaf, cell, action) of every step; stints resumed count as one."""
    found = []
    cell, begin = robot.start, 0
    for stint in own:
        clock = stint.start
        begin = begin if stint.resumed else stint.start
        for move in stint.moves:
            clock += blocking or move.cell != cell or move.action != "default"
            cell = move.cell
            found.append((clock, begin, stint.leaf, cell, move.action))
    return found


def _robot(
    plan: CasePlan, robot: CaseRobot, case: Case, traces: dict[str, list[_Shown]], blocking: bool
) -> Iterator[str]:
    """Walks a robot's steps and notes what it shows while it works on each leaf."""
    cell, clock = robot.start, 0
    state, trace, doing, counts = case.world.initial, list[frozenset[str]](), "", False
    own = plan.stints[robot.id]
    for place, stint in enumerate(own):
        name = f"{robot.id}, leaf {stint.leaf!r}"
        if stint.start < clock:
            yield f"{name}: starts at {stint.start}, while the robot is busy until {clock}."
        world = next((world for until, world in plan.worlds if stint.start < until), case.world)
        if not stint.resumed:
            state, trace, doing, counts = world.initial, [_shown(world, cell, "default")], stint.leaf, not stint.dropped
        elif (doing, counts) != (stint.leaf, not stint.dropped):
            yield f"{name}: is resumed after {doing!r}, or does not count while what it goes on with does."
        cost = steps = 0
        for move in stint.moves:
            apart = abs(move.cell[0] - cell[0]) + abs(move.cell[1] - cell[1])
            if apart > 1 or move.cell not in world.cells:
                yield f"{name}: cannot step from {cell} to {move.cell}."
            edges = [e for e in world.actions if e.source == state and e.label == move.action]
            edges = [e for e in edges if not e.regions or world.region_at.get(cell) in e.regions]
            if not edges:
                yield f"{name}: cannot {move.action!r} in {cell} (action state {state!r})."
                return
            state = edges[0].target
            cost += apart + (move.action != "default")
            steps += blocking or apart > 0 or move.action != "default"
            cell = move.cell
            trace.append(_shown(world, cell, move.action))
        if (cost, steps) != (stint.cost, stint.duration):
            yield f"{name}: costs {cost} and takes {steps}, not {stint.cost} and {stint.duration}."
        clock = stint.start + steps
        last = place + 1 == len(own) or not own[place + 1].resumed
        if stint.leaf and last and counts:
            traces.setdefault(stint.leaf, []).append((clock, trace))


def _leaf(leaf: str, formula: str, traces: Sequence[Sequence[frozenset[str]]]) -> Iterator[str]:
    """Whether what was shown for a leaf satisfies it, and not before the end.

    A leaf may be shared where it is the same which of the parts comes first.
    """
    for order in permutations(traces) if len(traces) <= _MOST_TIED else [traces]:
        if not accepts(formula, [letter for trace in order for letter in trace]):
            yield f"Leaf {leaf!r}: {formula} is not satisfied."
            return
    if len(traces) > 1:
        return
    trace = traces[0]
    first = next(i for i in range(len(trace)) if accepts(formula, trace[: i + 1]))
    if first < len(trace) - 1:
        yield f"Leaf {leaf!r}: {formula} is satisfied {len(trace) - 1 - first} steps before it is left."


def _crowd(plan: CasePlan, instance: Instance) -> Iterator[str]:
    """Robots that meet."""
    where: dict[str, list[tuple[int, int]]] = {}
    for robot in instance.robots:
        cells = [robot.start]
        for stint in plan.stints[robot.id]:
            cells += [cells[-1]] * (stint.start - len(cells) + 1)
            cells += [move.cell for move in stint.moves]
        where[robot.id] = cells
    last = max(map(len, where.values()))
    paths = {name: [*cells, *[cells[-1]] * (last - len(cells))] for name, cells in where.items()}
    for (a, one), (b, other) in combinations(paths.items(), 2):
        for tick in range(last):
            if one[tick] == other[tick]:
                yield f"{a} and {b} are both in {one[tick]} at tick {tick}."
                break
            if tick and one[tick] == other[tick - 1] and other[tick] == one[tick - 1]:
                yield f"{a} and {b} change places at tick {tick}."
                break


def _shown(world: CaseWorld, cell: tuple[int, int], action: str) -> frozenset[str]:
    return frozenset({world.region_at.get(cell, ""), action})


def _mission(plan: CasePlan, case: Case) -> Iterator[str]:
    """Whether finishing the leaves when they are finished satisfies the root.

    Leaves finished at the same moment may count in any order that keeps the order of each robot.
    """
    last: dict[str, tuple[int, int]] = {}
    for own in plan.stints.values():
        for place, stint in enumerate(own):
            if stint.leaf and not stint.dropped:
                last[stint.leaf] = max(last.get(stint.leaf, (0, 0)), (stint.end, place))
    ends = sorted((*when, leaf) for leaf, when in last.items())
    groups = [[leaf for _, _, leaf in group] for _, group in groupby(ends, key=lambda end: end[0])]
    if not any(_accepted(case, word) for word in _words(groups)):
        order = ", ".join(leaf for group in groups for leaf in group)
        yield f"Finishing the leaves in the order {order} does not satisfy the root."


def _words(groups: Sequence[Sequence[str]]) -> Iterator[tuple[str, ...]]:
    if not groups:
        yield ()
        return
    for rest in _words(groups[1:]):
        yield (*groups[0], *rest)
    if 1 < len(groups[0]) <= _MOST_TIED:
        for order in permutations(groups[0]):
            for rest in _words(groups[1:]):
                yield (*order, *rest)


def _accepted(case: Case, word: Sequence[str]) -> bool:
    """Plays the moments at which leaves are finished against the composites."""
    if case.root in case.leaves:
        return case.root in word
    parent = {kid: name for name, kids in case.children.items() for kid in kids}
    traces: dict[str, list[frozenset[str]]] = {name: [frozenset()] for name in case.children}
    fired: set[str] = set()
    for leaf in word:
        events = {leaf}
        at: str | None = leaf
        letters = {name: frozenset[str]() for name in case.children}
        while at is not None and at in events and at in parent:
            up = parent[at]
            letters[up] = frozenset({at})
            if up not in fired and up != case.root and accepts(case.formulas[up], [*traces[up], letters[up]]):
                fired.add(up)
                events.add(up)
            at = up
        for name, letter in letters.items():
            traces[name] += [letter, frozenset()]
    trace = traces[case.root]
    return accepts(case.formulas[case.root], trace[:-1] if word else trace)
