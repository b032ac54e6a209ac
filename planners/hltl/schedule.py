"""Leaves, one after another, laid into one collision-free team plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from grounding.logic.history import History
from grounding.logic.spec import HierarchicalSpec
from grounding.state import ANY, SELF, Proposition, WorldState, holds, passable
from grounding.world import World
from planners.clock import Clock
from planners.hltl.actions import Action, fitting
from planners.hltl.automata import DEAD, Product
from planners.hltl.grid import Grid
from planners.hltl.layers import stand
from planners.hltl.leaf import LeafPlan, LeafProblem, Move
from planners.hltl.mission import resumption
from planners.hltl.timed import Limits, Timed, evade, fit
from planners.hltl.tracks import Track, Traffic
from planners.plan import PlanStep, TeamPlan

#: Group of leaves that may overlap with none.
_ALL = "*"

Problems = Callable[[str, str], LeafProblem]


@dataclass(frozen=True)
class _Use:
    """A step that relies on something or changes it, until its last tick."""

    step: str
    robot: str
    end: int
    writes: bool


@dataclass
class _Segment:
    """A plan step in the making."""

    leaf: str
    skill: str
    args: tuple[str, ...]
    start: int
    path: list[int]
    end: int
    action: Action | None = None
    pushed: str | None = None
    aims: tuple[str, ...] = ()
    after: set[str] = field(default_factory=set)


class Schedule:
    """A team plan that grows leaf by leaf (prioritised planning, in the order of a mission sequence).

    Every leaf is planned in the state in which all leaves ahead of it in the sequence are done;
    where it relies on what another robot changes, it waits for that change.

    Args:
        spec: The specification.
        grid: The grid.
        problems: (leaf, robot) -> its problem.
        state: Where the team starts.
        clock: The time limit.
        serial: Whether leaves may not overlap in time.
        rules: States of the rules, which have read the state already; None = they begin with it.
        past: Leaves under way and what they have read.
    """

    def __init__(
        self,
        spec: HierarchicalSpec,
        grid: Grid,
        problems: Problems,
        state: WorldState,
        clock: Clock,
        serial: bool,
        rules: tuple[int, ...] | None,
        past: History,
    ) -> None:
        self.spec, self.grid, self.problems, self.state = spec, grid, problems, state
        self.world: World = grid.world
        self.clock, self.serial = clock, serial
        self.rules, self.past = rules, past
        self.resumed: set[str] = set()
        self.tracks = {name: Track(grid.index[state.robots[name].cell]) for name in self.world.robots}
        drives = {n for n, r in self.world.robots.items() if any(
            self.world.skills[s].behaviour == "drive" for s in r.type.skills)}  # fmt: skip
        self.fixed = frozenset(n for n in self.world.robots if n not in drives or not state.robots[n].alive)
        self.steps: dict[str, list[PlanStep]] = {name: [] for name in self.world.robots}
        self.after: dict[str, tuple[str, ...]] = {}
        self.assignment: dict[str, str] = {}
        self.windows: dict[str, tuple[int, int]] = {}
        self.closing: dict[str, frozenset[str]] = {}
        self.grouped: dict[str, set[str]] = {}
        self.uses: dict[str, list[_Use]] = {}
        self.cell_uses: dict[int, list[_Use]] = {}
        self.entries: dict[int, _Use] = {}
        watch = Product([], [rule.formula for rule in spec.rules.values()])
        self.watch = watch
        self.watched = {bit: Proposition.parse(name) for name, bit in watch.bits.items()}

    def add(self, leaf: str, robot: str) -> bool:
        """Lays one more leaf into the plan; False where it cannot be done from here on."""
        problem = self.problems(leaf, robot)
        past = resumption(self.past, self.assignment.items(), leaf, robot)
        plan = problem.solve(self.state, self.rules, self.clock, past)
        if plan is None:
            return False
        if past:
            self.resumed.add(leaf)
        track = self.tracks[robot]
        self.assignment[leaf] = robot
        if not plan.moves:
            lower, waits = self._earliest(leaf, robot, self._groups(problem, plan, ()))
            start = max(track.end, lower)
            track.wait(start)
            own = {self.steps[robot][-1].id} if self.steps[robot] else set()
            self._finish(leaf, (start, start), frozenset(waits | own), set())
            self.rules = plan.rules
            return True
        if not self._clear(robot, plan):
            return False
        traffic = Traffic(self.grid, robot, self.tracks, self.fixed)
        groups: set[str] = set()
        while True:
            lower, waits = self._earliest(leaf, robot, groups)
            start = max(track.end, lower)
            trail = fit(problem, plan, start, traffic, self._limits(robot), self.clock)
            if trail is None:
                return False
            met = groups | self._groups(problem, plan, (timed.move for timed in trail if timed.move is not None))
            if met == groups:
                break
            groups = met
        self._commit(leaf, robot, start, trail, waits)
        self._settle_leaf(leaf, robot, problem, plan, groups)
        return self._make_way()

    def _groups(self, problem: LeafProblem, plan: LeafPlan, moves: Iterable[Move]) -> set[str]:
        """Formulas about several robots at once on which a leaf bears: such leaves may not overlap in time."""
        found: set[str] = set()
        letters = list(problem.letters(plan, moves))
        for part in problem.product.rules:
            if part.coupled and len({letter & part.mask for letter in letters}) > 1:
                found.add(part.text)
        names = {name for part in problem.product.goals for name in part.automaton.atoms}
        subjects = {Proposition.parse(name).args[0] for name in names}
        if self.serial or subjects & ({ANY, *self.world.robots} - {problem.robot}):
            found.add(_ALL)
        return found

    def _earliest(self, leaf: str, robot: str, groups: set[str]) -> tuple[int, set[str]]:
        """First tick at which a leaf may start, and the steps of others it must wait for."""
        lower = 0
        waits: set[str] = set()
        for a, b in self.spec.before:
            if b == leaf and a in self.windows:
                lower = max(lower, self.windows[a][1])
                waits |= self.closing[a]
        for name in self._concerns(leaf, robot):
            for use in self.uses.get(name, ()):
                if use.writes and use.robot != robot:
                    lower = max(lower, use.end)
                    waits.add(use.step)
        for other, theirs in self.grouped.items():
            if theirs & groups or _ALL in groups or _ALL in theirs:
                lower = max(lower, self.windows[other][1])
                waits |= self.closing[other]
        return lower, waits

    def _concerns(self, leaf: str, robot: str) -> set[str]:
        """Names of the things and states that a leaf's formula speaks of."""
        found: set[str] = set()
        for part in self.problems(leaf, robot).product.goals:
            for name in part.automaton.atoms:
                p = Proposition.parse(name)
                if p.predicate == "is":
                    found |= {".".join(p.args)} if p.args[0] != SELF else set()
                elif p.predicate != "at":
                    found |= {a for a in p.args if a in self.world.things}
        return found

    def _limits(self, robot: str) -> Limits:
        def enter(cell: int) -> int:
            use = self.entries.get(cell)
            return use.end if use is not None and use.robot != robot else 0

        def act(action: Action) -> int:
            return max((u.end for u in self._relied(action, robot)), default=0)

        def push_to(cell: int) -> int:
            return max((u.end for u in self.cell_uses.get(cell, ()) if u.robot != robot), default=0)

        return Limits(enter, act, push_to)

    def _relied(self, action: Action, robot: str) -> Iterable[_Use]:
        """Steps of others that must be over before an action starts."""
        for name in action.reads | action.writes:
            for use in self.uses.get(name, ()):
                if use.robot != robot and (use.writes or name in action.writes):
                    yield use

    def _commit(self, leaf: str, robot: str, start: int, trail: list[Timed], waits: set[str]) -> None:
        """Reserves the cells of a trail and turns it into steps."""
        track = self.tracks[robot]
        track.wait(start)
        for timed in trail:
            track.cells += [timed.source] * (timed.end - timed.start - 1) + [timed.cell]
            if timed.move is not None and timed.move.pushed is not None:
                behind = self.grid.beyond(timed.source, timed.cell)
                assert behind is not None  # only pushed with room behind
                track.pushed[timed.start], track.pushed[timed.end] = timed.cell, behind
        first = True
        segments = self._segments(leaf, robot, trail)
        for segment, following in zip(segments, [*segments[1:], None], strict=True):
            segment.aims = following.args if following is not None and following.action is not None else ()
            if segment.leaf and first:
                segment.after |= waits
                first = False
            self._record(robot, segment)

    def _segments(self, leaf: str, robot: str, trail: list[Timed]) -> list[_Segment]:
        """Cuts a trail into steps: one a skill, one a run of moves, cut where another robot must be waited for."""
        segments: list[_Segment] = []
        current: _Segment | None = None
        for timed in trail:
            name = leaf if timed.working else ""
            move = timed.move
            if move is not None and move.action is not None:
                action = move.action
                current = _Segment(name, action.skill.name, action.args, timed.start, [], timed.end, action)
                current.after |= {u.step for u in self._relied(action, robot)}
                segments.append(current)
                continue
            if timed.cell == timed.source:
                continue
            pushed = None if move is None else move.pushed
            needed = self._needed(robot, timed, pushed)
            same = current is not None and current.path and (current.leaf, current.pushed) == (name, pushed)
            late = current is not None and any(use.end > current.start for use in needed)
            if current is None or not same or late:
                current = _Segment(name, "", (), timed.start, [timed.source], timed.start, pushed=pushed)
                segments.append(current)
            current.path += [timed.source] * (timed.start - current.end) + [timed.cell]
            current.end = timed.end
            current.after |= {use.step for use in needed}
        return segments

    def _needed(self, robot: str, timed: Timed, pushed: str | None) -> list[_Use]:
        """Steps of other robots that must be over before a robot sets out for a cell."""
        found = []
        use = self.entries.get(timed.cell)
        if use is not None and use.robot != robot:
            found.append(use)
        if pushed is not None:
            behind = self.grid.beyond(timed.source, timed.cell)
            found += [u for u in self.cell_uses.get(-1 if behind is None else behind, ()) if u.robot != robot]
        return found

    def _record(self, robot: str, segment: _Segment) -> None:
        """Makes a segment a step and notes what it uses."""
        own = self.steps[robot]
        name = f"{robot}/{len(own)}"
        skill, args = segment.skill, segment.args
        if segment.path:
            skill, args = self._motion(robot, segment)
        path = tuple(self.grid.cells[c] for c in segment.path)
        step = PlanStep(name, robot, segment.leaf, skill, args, segment.start, segment.end, path)
        own.append(step)
        others = {s for s in segment.after if not s.startswith(robot + "/")}
        if others:
            self.after[name] = tuple(sorted(others, key=_by_number))
        self._note(step, segment)

    def _note(self, step: PlanStep, segment: _Segment) -> None:
        action = segment.action
        if action is not None:
            for thing in action.reads | action.writes:
                self._use(thing, step, thing in action.writes)
            for atom in action.skill.effects:
                if step.args and atom.startswith("is(") and atom.endswith("open)"):
                    for cell in self._door_cells(step):
                        self.entries[cell] = _Use(step.id, step.robot, step.end, True)
            return
        for cell in set(segment.path):
            use = _Use(step.id, step.robot, step.end, False)
            self.cell_uses.setdefault(cell, []).append(use)
            door = self.world.door_at.get(self.grid.cells[cell])
            if door is not None:
                self._use(f"{door}.open", step, False)
        if segment.pushed is not None:
            self._use(segment.pushed, step, True)
            for a, b in zip(segment.path, segment.path[1:]):  # noqa: B905
                behind = self.grid.beyond(a, b) if a != b else None
                for swept in (b, behind):
                    if swept is not None:
                        self.entries[swept] = _Use(step.id, step.robot, step.end, True)

    def _door_cells(self, step: PlanStep) -> frozenset[int]:
        doors = [a for a in step.args if a in self.world.doors]
        return frozenset(cell for door in doors for cell in self.grid.zone(door))

    def _use(self, name: str, step: PlanStep, writes: bool) -> None:
        self.uses.setdefault(name, []).append(_Use(step.id, step.robot, step.end, writes))

    def _motion(self, robot: str, segment: _Segment) -> tuple[str, tuple[str, ...]]:
        """Skill and arguments of a run of moves: what it heads for, for people."""
        behaviour = "drive" if segment.pushed is None else "push"
        skills = (self.world.skills[s] for s in self.world.robots[robot].type.skills)
        skill = next(s for s in skills if s.behaviour == behaviour and self._can_push(s.parameters, segment.pushed))
        final = segment.path[-1]
        if segment.pushed is not None:
            final = self.grid.beyond(segment.path[-2], final) or final
        kinds = list(skill.parameters.values())
        head = () if segment.pushed is None else (segment.pushed,)
        return skill.name, (*head, *(self._goal(kind, final, segment.aims) for kind in kinds[len(head) :]))

    def _can_push(self, parameters: Mapping[str, str], thing: str | None) -> bool:
        return thing is None or thing in fitting(next(iter(parameters.values())), self.world)

    def _goal(self, kind: str, cell: int, aims: tuple[str, ...]) -> str:
        """What of a kind lies at a cell or nearest to it: first what is done next, then the smallest zone."""
        x, y = self.grid.cells[cell]
        order = ("place", "door", "room", "kind")
        best: tuple[int, bool, int, str] | None = None
        for name in fitting(kind, self.world):
            if name in self.world.zones:
                zone = self.world.zones[name]
                if zone.sort not in order:
                    continue  # drawn on the map, which robots need not know
                cells: Iterable[tuple[int, int]] = zone.cells
                rank = order.index(zone.sort)
            else:
                cells, rank = (self.state.things[name].cell,), 0
            key = (min(abs(x - a) + abs(y - b) for a, b in cells), name not in aims, rank, name)
            if best is None or key < best:
                best = key
        return best[3] if best is not None else ""

    def _finish(self, leaf: str, window: tuple[int, int], closing: frozenset[str], groups: set[str]) -> None:
        self.windows[leaf], self.closing[leaf], self.grouped[leaf] = window, closing, groups

    def _settle_leaf(self, leaf: str, robot: str, problem: LeafProblem, plan: LeafPlan, groups: set[str]) -> None:
        """Moves the sequential state past a leaf and notes when it was done."""
        working = [step for step in self.steps[robot] if step.leaf == leaf]
        self._finish(leaf, (working[0].start, working[-1].end), frozenset({working[-1].id}), groups)
        for name in self._concerns(leaf, robot):
            self._use(name, working[-1], False)
        self.state = problem.after(self.state, plan)
        self.state = stand(self.state, robot, self.grid.cells[self.tracks[robot].rest], self.world)
        self.rules = plan.rules

    def _clear(self, robot: str, plan: LeafPlan) -> bool:
        """Sends resting robots away from where things will be pushed; False where one cannot leave."""
        cell = plan.cell
        swept: set[int] = set()
        for move in plan.moves:
            if move.pushed is not None:
                behind = self.grid.beyond(cell, move.cell)
                swept |= {move.cell} if behind is None else {move.cell, behind}
            cell = move.cell
        for name, track in self.tracks.items():
            if name != robot and track.rest in swept and not self._evade(name, frozenset(swept)):
                return False
        return self._make_way() if swept else True

    def _make_way(self) -> bool:
        """Moves every resting robot out of the way of what was settled last; False where one cannot."""
        for _ in range(4 * len(self.tracks)):
            blocking = self._blocking()
            if blocking is None:
                return True
            if not self._evade(blocking):
                return False
        return False

    def _blocking(self) -> str | None:
        """A robot that rests where it may not stay, the one that must leave first."""
        found: list[tuple[int, str]] = []
        for name, track in self.tracks.items():
            if name in self.fixed:
                continue
            traffic = Traffic(self.grid, name, self.tracks, self.fixed)
            last = traffic.last_use(track.rest)
            if last > track.end or not self._standable(name, track.rest):
                first = next((t for t in range(track.end + 1, last + 1) if track.rest in traffic.taken(t)), last)
                found.append((first, name))
        return min(found)[1] if found else None

    def _standable(self, robot: str, cell: int) -> bool:
        place = self.grid.cells[cell]
        return passable(self.world, self.state, place)

    def _evade(self, robot: str, clear: frozenset[int] = frozenset()) -> bool:
        """Moves a resting robot out of everybody's way, and out of some cells altogether."""
        if robot in self.fixed:
            return False
        track = self.tracks[robot]
        traffic = Traffic(self.grid, robot, self.tracks, self.fixed)
        harmless = self._harmless(robot)
        late = next((t for t in range(track.end, traffic.horizon) if track.rest in traffic.taken(t)), track.end)
        for start in sorted({max(track.end, late - 16), track.end}, reverse=True):
            trail = evade(
                track.rest,
                start,
                self.grid.neighbours(robot),
                harmless,
                clear,
                traffic,
                self._limits(robot),
                self.clock,
            )
            if trail is not None:
                self._commit("", robot, start, trail, set())
                self.state = stand(self.state, robot, self.grid.cells[track.rest], self.world)
                return True
        return False

    def _harmless(self, robot: str) -> Callable[[int], bool]:
        """Whether a robot may enter a cell without need: it is free, and no rule takes note."""
        known: dict[int, bool] = {}
        now = self._watched(self.state)

        def allowed(cell: int) -> bool:
            if cell not in known:
                place = self.grid.cells[cell]
                known[cell] = place in self.world.robots[robot].cells and self._standable(robot, cell)
                if known[cell] and self.rules:
                    state = stand(self.state, robot, place, self.world)
                    letter = self._watched(state)
                    states = zip(self.watch.rules, self.rules, strict=True)
                    known[cell] = all(part.step(q, letter) == q != DEAD for part, q in states) and not any(
                        part.coupled and (letter ^ now) & part.mask for part in self.watch.rules
                    )
            return known[cell]

        return allowed

    def _watched(self, state: WorldState) -> int:
        return sum(1 << bit for bit, p in self.watched.items() if holds(p, self.world, state))

    def plan(self) -> TeamPlan:
        """The team plan laid so far."""
        steps = [step for own in self.steps.values() for step in own]
        cost = sum(_cost(step) for step in steps)
        return TeamPlan(
            steps={robot: tuple(own) for robot, own in self.steps.items()},
            assignment=dict(self.assignment),
            windows=dict(self.windows),
            after=dict(self.after),
            tick_s=self.world.tick_s,
            cost=float(cost),
            makespan=max((step.end for step in steps), default=0),
            resumed=frozenset(self.resumed),
        )


def _by_number(step: str) -> tuple[str, int]:
    robot, number = step.rsplit("/", 1)
    return robot, int(number)


def _cost(step: PlanStep) -> int:
    if not step.path:
        return step.end - step.start
    return sum(a != b for a, b in zip(step.path, step.path[1:]))  # noqa: B905
