"""An independent judge of plans: replays them tick by tick and says what is wrong.

Shares no code with the planner. Reading of time: at every tick things settle first (robots have
arrived, finished skills take effect: one letter of the trace), then skills start; where a started
skill makes something hold while it runs, that is one more letter of the same tick.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grounding.errors import FormulaError, HeedError
from grounding.logic.formula import accepts
from grounding.logic.history import Letter, joined, letter
from grounding.logic.spec import HierarchicalSpec
from grounding.skills import apply, parse_atom, unmet, walk
from grounding.state import WorldState, initial_state, passable
from grounding.world import Cell, Skill, World
from planners.plan import PlanStep, TeamPlan
from planners.situation import Situation

_MOTIONS = ("drive", "push")


@dataclass(frozen=True)
class Verdict:
    """What the checker found.

    Attributes:
        ok: Whether the plan is right in every respect.
        problems: One sentence per fault, in the order found; empty when ``ok``.
    """

    ok: bool
    problems: tuple[str, ...] = ()


def check(plan: TeamPlan, spec: HierarchicalSpec, world: World, situation: Situation | None = None) -> Verdict:
    """Judges a plan against a specification.

    Args:
        plan: The plan.
        spec: What was asked for.
        world: The static world.
        situation: Where the mission stands when the plan starts; None = at its beginning.

    Returns:
        Whether every step can be carried out without robots touching one another, every leaf and
        rule is satisfied and the root is accepted; else the problems, as sentences.
    """
    situation = situation or Situation.start(world)
    problems = list(_structure(plan, spec, world, situation.done))
    if problems:
        return Verdict(False, tuple(problems))
    replay = _Replay(plan, world, situation.state)
    problems += replay.run()
    if not problems:
        try:
            problems += _formulas(plan, spec, world, replay.trace, situation)
        except HeedError as error:
            problems.append(str(error))
    return Verdict(not problems, tuple(problems))


def replay(plan: TeamPlan, world: World, state: WorldState | None = None) -> tuple[WorldState, ...]:
    """The states a plan passes through, one a tick; fewer where it stops making sense.

    Args:
        plan: The plan.
        world: The static world.
        state: Where it starts; None = the state in which the world file starts.
    """
    played = _Replay(plan, world, state or initial_state(world))
    played.run()
    return tuple(moment.state for moment in played.trace if not moment.started)


def letters(plan: TeamPlan, world: World, state: WorldState) -> tuple[tuple[WorldState, ...], tuple[str, ...]]:
    """Every state that formulas read while a plan is carried out, and what is wrong with it.

    Args:
        plan: The plan; only its steps count.
        world: The static world.
        state: Where it starts.

    Returns:
        The states, two for a tick in which a skill starts that makes something hold while it runs;
        and the problems, empty where every step can be carried out.
    """
    played = _Replay(plan, world, state)
    problems = played.run()
    return tuple(moment.state for moment in played.trace), tuple(problems)


def duration(skill: Skill, world: World) -> int:
    """Ticks a stationary skill takes."""
    return max(1, math.ceil(skill.seconds / world.tick_s - 1e-9))


def _structure(plan: TeamPlan, spec: HierarchicalSpec, world: World, done: Mapping[str, str]) -> Iterable[str]:
    """Everything that can be judged without moving: ids, lists, windows, order, assignment."""
    steps: dict[str, PlanStep] = {}
    for robot, own in plan.steps.items():
        if robot not in world.robots:
            yield f"The plan has steps for {robot!r}, which is no robot of this world."
            continue
        clock = 0
        for step in own:
            if step.id in steps:
                yield f"Two steps are called {step.id}."
            steps[step.id] = step
            yield from _step(step, robot, clock, world)
            if step.id in plan.carried and step is not own[0]:
                yield f"Step {step.id} is said to be under way, but {robot} has another one ahead of it."
            clock = step.end
    if set(plan.steps) != set(world.robots):
        yield "The plan does not list every robot of the world."
    yield from _order(plan, steps)
    yield from _assignment(plan, spec, world, done)
    yield from _windows(plan, spec, steps)
    last = max((s.end for s in steps.values()), default=0)
    if plan.makespan != last:
        yield f"The plan says it takes {plan.makespan} ticks, its last step ends at tick {last}."
    cost = sum(_cost(step) for step in steps.values())
    if plan.cost != cost:
        yield f"The plan says it costs {plan.cost:g}, its steps cost {cost}."


def _cost(step: PlanStep) -> int:
    if step.path:
        return sum(a != b for a, b in zip(step.path, step.path[1:]))  # noqa: B905
    return step.end - step.start


def _step(step: PlanStep, robot: str, clock: int, world: World) -> Iterable[str]:
    name = f"Step {step.id} ({step.skill} of {robot})"
    if step.robot != robot:
        yield f"{name} stands in the list of {robot} but belongs to {step.robot}."
    if step.start < clock:
        yield f"{name} starts at tick {step.start}, before the step ahead of it ends at tick {clock}."
    skill = world.skills.get(step.skill)
    if skill is None or step.skill not in world.robots[robot].type.skills:
        yield f"{name}: {robot} has no skill {step.skill!r}."
        return
    if len(step.args) != len(skill.parameters):
        yield f"{name} has {len(step.args)} arguments, {step.skill} takes {len(skill.parameters)}."
        return
    for arg, kind in zip(step.args, skill.parameters.values(), strict=True):
        if not any(_fits(arg, option, world) for option in kind.split("|")):
            yield f"{name}: {arg!r} is no {kind} of this world."
    if skill.behaviour in _MOTIONS:
        if not step.path or step.end - step.start != len(step.path) - 1:
            yield f"{name} passes {len(step.path)} cells between ticks {step.start} and {step.end}."
    elif step.path:
        yield f"{name} has a path, but {step.skill} is carried out on the spot."
    elif step.end - step.start < duration(skill, world):
        yield f"{name} takes {step.end - step.start} ticks, it needs {duration(skill, world)}."


def _fits(arg: str, kind: str, world: World) -> bool:
    if kind == "zone":
        return arg in world.zones
    if kind in ("room", "door", "place"):
        return arg in world.zones and world.zones[arg].sort == kind
    thing = world.things.get(arg)
    return thing is not None and (kind == "thing" or kind == thing.kind or kind in thing.properties)


def _order(plan: TeamPlan, steps: Mapping[str, PlanStep]) -> Iterable[str]:
    for later, earlier in plan.after.items():
        for name in earlier:
            if later not in steps or name not in steps:
                yield f"The plan orders {later} after {name}, but has no such steps."
            elif steps[later].start < steps[name].end:
                yield (
                    f"Step {later} starts at tick {steps[later].start}, but must wait for {name}, "
                    f"which ends at tick {steps[name].end}."
                )


def _assignment(plan: TeamPlan, spec: HierarchicalSpec, world: World, done: Mapping[str, str]) -> Iterable[str]:
    doer = {**done, **plan.assignment}
    for leaf, robot in plan.assignment.items():
        if leaf not in spec.leaves or robot not in world.robots:
            yield f"The plan gives {leaf!r} to {robot!r}, but there is no such leaf or robot."
            continue
        if leaf in done:
            yield f"Leaf {leaf} is planned again although {done[leaf]} has finished it."
        allowed = spec.leaves[leaf].robots
        if allowed and robot not in allowed:
            yield f"Leaf {leaf} is given to {robot}, but only {', '.join(allowed)} may do it."
        same = spec.leaves[leaf].same_robot_as
        if same is not None and same in doer and doer[same] != robot:
            yield f"Leaf {leaf} must be done by the robot of {same} ({doer[same]}), not by {robot}."


def _windows(plan: TeamPlan, spec: HierarchicalSpec, steps: Mapping[str, PlanStep]) -> Iterable[str]:
    if set(plan.windows) != set(plan.assignment):
        yield "The plan does not say for the same leaves who does them and when."
        return
    used: dict[str, list[PlanStep]] = {}
    for step in steps.values():
        if step.leaf:
            used.setdefault(step.leaf, []).append(step)
            if plan.assignment.get(step.leaf) != step.robot:
                yield f"Step {step.id} works for leaf {step.leaf}, which is not given to {step.robot}."
    for leaf, (start, end) in plan.windows.items():
        own = used.get(leaf)
        want = (min(s.start for s in own), max(s.end for s in own)) if own else (start, start)
        if (start, end) != want or start < 0:
            yield f"Leaf {leaf} is said to last from tick {start} to {end}, its steps last from {want[0]} to {want[1]}."
    for a, b in sorted(spec.before):
        if a in plan.windows and b in plan.windows and plan.windows[b][0] < plan.windows[a][1]:
            yield (
                f"Leaf {b} starts at tick {plan.windows[b][0]}, before {a}, which must come first, "
                f"ends at tick {plan.windows[a][1]}."
            )


@dataclass(frozen=True)
class _Moment:
    """One letter of the trace: a tick, whether skills have started in it already, the state."""

    tick: int
    started: bool
    state: WorldState


class _Replay:
    """Plays a plan and keeps every state it passes through."""

    def __init__(self, plan: TeamPlan, world: World, state: WorldState) -> None:
        self.plan, self.world, self.state = plan, world, state
        self.trace: list[_Moment] = []
        self.problems: list[str] = []
        self.running: dict[str, PlanStep] = {}
        self.starting: dict[int, list[PlanStep]] = {}
        for steps in plan.steps.values():
            for step in steps:
                self.starting.setdefault(step.start, []).append(step)

    def run(self) -> list[str]:
        """Plays until the end or the first tick with a problem; returns the problems."""
        for tick in range(self.plan.makespan + 1):
            before = self.state
            self._arrive(tick, before)
            self._finish(tick)
            self._apart(tick, before)
            self.trace.append(_Moment(tick, False, self.state))
            if self._start(tick):
                self.trace.append(_Moment(tick, True, self.state))
            if self.problems:
                break
        return self.problems

    def _arrive(self, tick: int, before: WorldState) -> None:
        moves = [s for s in self.running.values() if s.path]
        for step in moves:
            source, target = step.path[tick - step.start - 1], step.path[tick - step.start]
            pushed = self._push(step, source, target, tick) if target != source else False
            if target != source and not pushed and not passable(self.world, before, target):
                self.problems.append(f"Step {step.id} enters cell {target} at tick {tick}, which is blocked.")
            self.state = walk(self.state, step.robot, target, (*self.world.centre(target), 0.0))
        for step in moves:
            if not passable(self.world, self.state, self.state.robots[step.robot].cell):
                cell = self.state.robots[step.robot].cell
                self.problems.append(f"Step {step.id} is in cell {cell} at tick {tick}, which is blocked.")

    def _push(self, step: PlanStep, source: Cell, target: Cell, tick: int) -> bool:
        """Moves the thing a push step drives against; False where nothing is pushed."""
        if self.world.skills[step.skill].behaviour != "push":
            return False
        item = step.args[0]
        thing = self.state.things[item]
        if thing.cell != target or thing.held_by is not None:
            return False
        behind = (2 * target[0] - source[0], 2 * target[1] - source[1])
        here = {r.cell for r in self.state.robots.values()}
        if "pushable" not in self.world.things[item].properties:
            self.problems.append(f"Step {step.id} pushes {item}, which cannot be pushed.")
        if not passable(self.world, self.state, behind) or behind in here:
            self.problems.append(f"Step {step.id} pushes {item} at tick {tick} into cell {behind}, which is not free.")
        things = dict(self.state.things)
        moved = {item}
        while moved:
            for name in moved:
                things[name] = replace(things[name], cell=behind)
            moved = {n for n, t in things.items() if t.support in moved and t.cell != behind}
        self.state = replace(self.state, things=things)
        return True

    def _finish(self, tick: int) -> None:
        for step in [s for s in self.running.values() if s.end == tick]:
            del self.running[step.robot]
            if step.path:
                continue
            skill = self.world.skills[step.skill]
            self.state = self._with_during(step, False)
            failed = unmet(self.world, self.state, step.robot, skill, step.args)
            if failed is not None and step.id not in self.plan.carried:
                self.problems.append(f"Step {step.id} ends at tick {tick}, but {failed} no longer holds.")
                continue
            self.state = apply(self.world, self.state, step.robot, skill, step.args)

    def _start(self, tick: int) -> bool:
        """Starts the skills of a tick; True where one of them makes something hold while it runs."""
        lit = False
        for step in self.starting.get(tick, ()):
            robot = self.state.robots[step.robot]
            if not robot.alive:
                self.problems.append(f"Step {step.id} is given to {step.robot}, which is lost.")
            if step.path:
                self._start_motion(step, robot.cell)
            else:
                self._start_skill(step, tick)
                lit |= bool(self.world.skills[step.skill].during)
            if step.end > step.start:
                self.running[step.robot] = step
        for step in self.starting.get(tick, ()):
            if not step.path:
                self.state = self._with_during(step, True)
        return lit

    def _start_motion(self, step: PlanStep, cell: Cell) -> None:
        if step.path[0] != cell:
            self.problems.append(f"Step {step.id} starts in cell {step.path[0]}, but {step.robot} is in {cell}.")
        for a, b in zip(step.path, step.path[1:]):  # noqa: B905
            if abs(a[0] - b[0]) + abs(a[1] - b[1]) > 1:
                self.problems.append(f"Step {step.id} jumps from cell {a} to cell {b}.")
            if b not in self.world.robots[step.robot].cells:
                self.problems.append(f"Step {step.id} enters cell {b}, which {step.robot} cannot be in.")

    def _start_skill(self, step: PlanStep, tick: int) -> None:
        if step.id in self.plan.carried:
            return  # what it needs was there when it began; half of what it brings about may be there now
        skill = self.world.skills[step.skill]
        failed = unmet(self.world, self.state, step.robot, skill, step.args)
        if failed is not None:
            self.problems.append(f"Step {step.id} starts at tick {tick}, but {failed} does not hold.")
        for text in skill.effects:
            atom = parse_atom(text).bind(dict(zip(skill.parameters, step.args, strict=True)))
            if atom.predicate == "holding" and atom.positive:
                holder = self.state.things[atom.args[1]].held_by
                if holder not in (None, step.robot):
                    self.problems.append(f"Step {step.id} takes {atom.args[1]} at tick {tick}, which {holder} holds.")

    def _with_during(self, step: PlanStep, value: bool) -> WorldState:
        skill = self.world.skills[step.skill]
        state = self.state
        binding = {"self": step.robot, **dict(zip(skill.parameters, step.args, strict=True))}
        for text in skill.during:
            atom = parse_atom(text).bind(binding)
            state = state.with_flag(atom.args[0], atom.args[1], value is atom.positive)
        return state

    def _apart(self, tick: int, before: WorldState) -> None:
        """No two robots touch, swap cells or stand where an obstacle stands."""
        robots = list(self.state.robots)
        for i, a in enumerate(robots):
            cell_a, from_a = self.state.robots[a].cell, before.robots[a].cell
            for b in robots[i + 1 :]:
                cell_b, from_b = self.state.robots[b].cell, before.robots[b].cell
                if self.world.conflict(a, cell_a, b, cell_b):
                    self.problems.append(f"{a} in cell {cell_a} and {b} in cell {cell_b} touch at tick {tick}.")
                elif (
                    cell_a != from_a
                    and self.world.conflict(a, cell_a, b, from_b)
                    and (self.world.conflict(b, cell_b, a, from_a))
                ):
                    self.problems.append(f"{a} and {b} pass through each other at tick {tick} near cell {cell_a}.")


def _formulas(
    plan: TeamPlan, spec: HierarchicalSpec, world: World, trace: list[_Moment], situation: Situation
) -> Iterable[str]:
    """Leaves within their windows, rules over everything, composites over completions."""
    history = situation.history
    for leaf, (start, end) in plan.windows.items():
        robot = plan.assignment[leaf]
        past = history.begun(leaf, robot) if leaf in plan.resumed else ()
        if leaf in plan.resumed and not past:
            yield f"Leaf {leaf} is said to go on with {robot}, which has not begun it."
        first = 0 if past else start
        moments = [m.state for m in trace if first <= m.tick < end or (m.tick == end and not m.started)]
        if not _satisfied(spec.leaves[leaf].formula, world, moments, robot, past):
            yield (
                f"Leaf {leaf} ({spec.leaves[leaf].text!r}), done by {robot} from tick {start} to {end}, "
                f"does not satisfy {spec.leaves[leaf].formula}."
            )
    states = [m.state for m in trace]
    for rule in spec.rules.values():
        if not _satisfied(rule.formula, world, states, "", history.read.get(rule.name, ())):
            yield f"Rule {rule.name} ({rule.text!r}) is broken: the plan does not satisfy {rule.formula}."
    if not _root_accepted(plan, spec, situation.done):
        yield f"The leaves done, in their order, do not satisfy the root formula {spec.formulas[spec.root]}."


def _satisfied(text: str, world: World, states: list[WorldState], robot: str, past: Sequence[Letter]) -> bool:
    try:
        trace = joined(past, (letter(text, robot, world, state) for state in states))
    except (KeyError, ValueError) as error:
        raise FormulaError(f"formula {text!r}", f"speaks of {error}, which this world does not know.") from error
    return accepts(text, trace)


def _root_accepted(plan: TeamPlan, spec: HierarchicalSpec, done: Mapping[str, str]) -> bool:
    """Whether the root is accepted over the moments at which formulas below it are first accepted.

    Moments: one for each leaf done beforehand, in the given order, then the ticks at which leaves end.
    """
    ticks = sorted({end for _, end in plan.windows.values()})
    earlier = [leaf for leaf in done if leaf in spec.leaves]
    moment = {leaf: i for i, leaf in enumerate(earlier)}
    moment |= {leaf: len(earlier) + 1 + ticks.index(end) for leaf, (_, end) in plan.windows.items()}
    count = len(earlier) + 1 + len(ticks)

    def trace(name: str) -> list[frozenset[str]]:
        times = {kid: at(kid) for kid in spec.children.get(name, ())}
        return [frozenset(kid for kid, time in times.items() if time == i) for i in range(count)]

    def at(name: str) -> int | None:
        if name in spec.leaves:
            return moment.get(name)
        letters = trace(name)
        return next((i for i in range(count) if accepts(spec.formulas[name], letters[: i + 1])), None)

    if spec.root in spec.leaves:
        return spec.root in moment
    return accepts(spec.formulas[spec.root], trace(spec.root))
