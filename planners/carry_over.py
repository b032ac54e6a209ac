"""Planning anew while robots go on with what they have been told.

A command that a robot is carrying out is not taken back. The rest is planned from the situation in
which all such commands have succeeded (:func:`project`); the new plan then gets one step per busy
robot in front, which is what its command has left to do (:func:`with_carry_over`). So a dispatcher
orders everything new after everything that is under way, cell by cell, and nobody has to stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

from grounding.errors import HeedError
from grounding.logic.formula import accepts
from grounding.logic.history import joined, letter
from grounding.logic.spec import HierarchicalSpec
from grounding.state import WorldState
from grounding.world import Cell, World
from planners.check import duration, letters
from planners.plan import PlanStep, TeamPlan
from planners.situation import Situation


@dataclass(frozen=True)
class Outstanding:
    """A command that a robot is carrying out.

    Attributes:
        robot: Robot id.
        leaf: Leaf it works for, empty when the robot only makes way.
        skill: Skill name.
        args: What the skill is applied to.
        path: Motions: the cells still to pass, first = where the robot is; else empty.
        dispatch: Id of the command (:class:`planners.dispatch.Dispatch`).
        came: Motions: the cell that it has left for ``path[0]``, None where it has only begun.
    """

    robot: str
    leaf: str
    skill: str
    args: tuple[str, ...]
    path: tuple[Cell, ...]
    dispatch: str
    came: Cell | None = None

    def step(self, world: World) -> PlanStep:
        """What is left to do, as the first step of the robot; skills on the spot count in full."""
        ticks = len(self.path) - 1 if self.path else duration(world.skills[self.skill], world)
        return PlanStep(f"{self.robot}/0", self.robot, self.leaf, self.skill, self.args, 0, ticks, self.path)


def settled(state: WorldState, world: World, outstanding: Mapping[str, Outstanding]) -> WorldState:
    """The observation with robots on their way put into the cells that their paths say, and what they push ahead.

    A thing that is pushed crosses into its next cell together with the robot; one that is seen a
    moment late, in the robot's own cell, is put where it is about to be seen.
    """
    robots, things = dict(state.robots), dict(state.things)
    for command in outstanding.values():
        if not command.path:
            continue
        x, y = command.path[0]
        robots[command.robot] = replace(robots[command.robot], cell=(x, y))
        if world.skills[command.skill].behaviour == "push" and command.came is not None:
            thing = things[command.args[0]]
            if thing.cell == (x, y):
                beyond = (2 * x - command.came[0], 2 * y - command.came[1])
                things[command.args[0]] = replace(thing, cell=beyond)
    return replace(state, robots=robots, things=things)


def project(
    world: World, spec: HierarchicalSpec, situation: Situation, outstanding: Mapping[str, Outstanding]
) -> Situation:
    """The situation in which every outstanding command has succeeded.

    Args:
        world: The static world.
        spec: What is asked for now; rules and leaves under way read every moment in between by it.
        situation: Where the mission stands.
        outstanding: Robot -> what it is carrying out.

    Raises:
        HeedError: The commands cannot all succeed, so there is nothing to plan from but a stop.
    """
    if not outstanding:
        return situation
    start = settled(situation.state, world, outstanding)
    states, problems = letters(_alone(outstanding, world), world, start)
    if problems:
        raise HeedError("what the robots are doing", f"cannot all succeed: {problems[0]}", "Stop them first.")
    under_way = {leaf: robot for leaf, robot in situation.history.robots.items() if leaf in spec.leaves}
    history = situation.history
    for state in states:
        history = history.after(state, spec, world, under_way)
    return replace(situation, state=states[-1], history=history)


def with_carry_over(
    plan: TeamPlan,
    outstanding: Mapping[str, Outstanding],
    world: World,
    spec: HierarchicalSpec,
    situation: Situation,
) -> TeamPlan:
    """A plan from the projected situation, as a plan from the real one.

    Args:
        plan: The plan made from :func:`project`.
        outstanding: Robot -> what it is carrying out.
        world: The static world.
        spec: What the plan is for.
        situation: Where the mission stands, not projected.

    Returns:
        The plan, later by as long as the longest command takes, with what is outstanding in front.
        Steps of other robots wait for those commands of which they need the outcome, and for no others.
    """
    if not outstanding:
        return plan
    start = settled(situation.state, world, outstanding)
    ahead = {
        robot: replace(command.step(world), leaf=_leaf(command, plan, world, spec, replace(situation, state=start)))
        for robot, command in outstanding.items()
    }
    shift = max(step.end for step in ahead.values())
    steps: dict[str, tuple[PlanStep, ...]] = {}
    renamed: dict[str, str] = {}
    for robot, own in plan.steps.items():
        first = (ahead[robot],) if robot in ahead else ()
        later = []
        for number, step in enumerate(own, start=len(first)):
            renamed[step.id] = f"{robot}/{number}"
            later.append(replace(step, id=renamed[step.id], start=step.start + shift, end=step.end + shift))
        steps[robot] = (*first, *later)
    carried = {robot: steps[robot][0] for robot in ahead}
    after = {renamed[late]: tuple(renamed[one] for one in early) for late, early in plan.after.items()}
    for late, early in _waits(steps, carried, plan, world, spec, start):
        after[late] = (*after.get(late, ()), early)
    everything = [step for own in steps.values() for step in own]
    return replace(
        plan,
        steps=steps,
        windows={leaf: _window(leaf, window, everything, shift) for leaf, window in plan.windows.items()},
        after={late: tuple(dict.fromkeys(early)) for late, early in after.items()},
        cost=plan.cost + sum(_cost(step) for step in carried.values()),
        makespan=max(step.end for step in everything),
        carried=frozenset(step.id for step in carried.values()),
    )


def _alone(outstanding: Mapping[str, Outstanding], world: World) -> TeamPlan:
    """A plan of nothing but what is outstanding."""
    steps = {robot: (outstanding[robot].step(world),) if robot in outstanding else () for robot in world.robots}
    names = frozenset(step.id for own in steps.values() for step in own)
    last = max(step.end for own in steps.values() for step in own)
    return TeamPlan(steps, {}, {}, {}, world.tick_s, 0.0, last, carried=names)


def _leaf(command: Outstanding, plan: TeamPlan, world: World, spec: HierarchicalSpec, situation: Situation) -> str:
    """The leaf that a command works for in a plan: that of its robot, if the robot goes on with it at once.

    Where nothing but the command is left to do for it, the command itself must bring it about.
    """
    leaf, robot = command.leaf, command.robot
    if plan.assignment.get(leaf) != robot or leaf not in plan.resumed:
        return ""
    if any(b == leaf and a in plan.windows for a, b in spec.before):
        return ""
    if any(step.leaf == leaf for step in plan.steps[robot]):
        return leaf
    formula, trail = spec.leaves[leaf].formula, _trail(command.step(world), world, situation.state)
    read = (letter(formula, robot, world, state) for state in trail.states)
    return leaf if accepts(formula, joined(situation.history.begun(leaf, robot), read)) else ""


def _window(leaf: str, window: tuple[int, int], steps: Iterable[PlanStep], shift: int) -> tuple[int, int]:
    own = [step for step in steps if step.leaf == leaf]
    if not own:
        return window[0] + shift, window[1] + shift
    return min(step.start for step in own), max(step.end for step in own)


def _cost(step: PlanStep) -> int:
    return sum(a != b for a, b in pairwise(step.path)) if step.path else step.end - step.start


@dataclass(frozen=True)
class _Trail:
    """What a command changes and passes on its way, seen as if it were carried out alone."""

    states: tuple[WorldState, ...]
    entities: frozenset[str]
    passed: frozenset[Cell]
    changed: frozenset[Cell]


def _waits(
    steps: Mapping[str, tuple[PlanStep, ...]],
    carried: Mapping[str, PlanStep],
    plan: TeamPlan,
    world: World,
    spec: HierarchicalSpec,
    state: WorldState,
) -> Iterable[tuple[str, str]]:
    """Pairs (step, command) of different robots where the step relies on the outcome of the command."""
    for robot, command in carried.items():
        trail = _trail(command, world, state)
        closes = command.leaf and not any(step.leaf == command.leaf for step in steps[robot][1:])
        followers = {b for a, b in spec.before if a == command.leaf} if closes else set()
        minded = {leaf for leaf, who in plan.assignment.items() if _reads(spec.leaves[leaf].formula, who, trail, world)}
        ruled = any(_reads(rule.formula, "", trail, world) for rule in spec.rules.values())
        for other, own in steps.items():
            if other == robot:
                continue
            begun = {own[0].leaf} if other in carried else set()
            for number, step in enumerate(step for step in own if step is not carried.get(other)):
                first = step.leaf and step.leaf not in begun
                begun.add(step.leaf)
                if (
                    (ruled and number == 0)
                    or (first and step.leaf in followers)
                    or (step.leaf in minded)
                    or _relies(step, trail, world)
                ):
                    yield step.id, command.id


def _trail(command: PlanStep, world: World, state: WorldState) -> _Trail:
    idle: dict[str, tuple[PlanStep, ...]] = dict.fromkeys(world.robots, ())
    alone = {**idle, command.robot: (command,)}
    plan = TeamPlan(alone, {}, {}, {}, world.tick_s, 0.0, command.end, carried=frozenset({command.id}))
    states, _ = letters(plan, world, state)
    entities = set(_handled(command, world))
    changed: set[Cell] = set()
    for before, after in pairwise((state, *states)):
        flags = before.flags ^ after.flags
        entities |= {entity for entity, _ in flags}
        changed |= {cell for entity, _ in flags if entity in world.doors for cell in world.zones[entity].cells}
        for name, thing in after.things.items():
            was = before.things[name]
            if (was.cell, was.support, was.held_by) != (thing.cell, thing.support, thing.held_by):
                entities |= {e for e in (name, was.support, thing.support) if e is not None}
                changed |= {was.cell, thing.cell} if world.things[name].obstacle else set()
    return _Trail(states, frozenset(entities), frozenset(command.path), frozenset(changed))


def _handled(step: PlanStep, world: World) -> tuple[str, ...]:
    """Things and places that a step works on; where a drive leads is for people only."""
    match world.skills[step.skill].behaviour:
        case "drive":
            return ()
        case "push":
            return step.args[:1]
        case _:
            return step.args


def _reads(formula: str, robot: str, trail: _Trail, world: World) -> bool:
    """Whether a formula notes anything of what a command does."""
    return len({letter(formula, robot, world, state) for state in trail.states}) > 1


def _relies(step: PlanStep, trail: _Trail, world: World) -> bool:
    """Whether a step of another robot must not begin before a command has ended."""
    handled = _handled(step, world)
    swept = _swept(step, world)
    doors = {cell for name in handled if name in world.doors for cell in world.zones[name].cells}
    return bool(
        trail.entities.intersection(handled)
        or trail.changed.intersection(step.path, swept)
        or trail.passed & (doors | swept)
    )


def _swept(step: PlanStep, world: World) -> frozenset[Cell]:
    """Cells that a thing may be pushed into."""
    if world.skills[step.skill].behaviour != "push":
        return frozenset()
    return frozenset((2 * b[0] - a[0], 2 * b[1] - a[1]) for a, b in pairwise(step.path) if a != b)
