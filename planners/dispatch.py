"""Sends the steps of a plan while reality takes its own time.

An action dependency graph (Hoenig et al. 2019, "Persistent and robust execution of MAPF
schedules"): what the plan orders is kept, its times are not. A robot may enter a cell as soon as
every robot that the plan has there (or too near) earlier has really moved on; a step may start as
soon as the steps it must wait for are finished. Plans leave one tick between robots at a cell, so
every dependency points back in planned time and no cycle, hence no deadlock, can arise.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from grounding.errors import HeedError
from grounding.logic.spec import HierarchicalSpec
from grounding.state import WorldState
from grounding.world import Cell, World
from planners.plan import PlanStep, TeamPlan

#: A robot has arrived in a cell when this near to its centre, in cells.
_ARRIVED = 0.3


@dataclass(frozen=True)
class Dispatch:
    """A command that may be sent now.

    Attributes:
        id: Unique in the run.
        step: Id of the plan step it belongs to.
        robot: Robot id.
        leaf: Leaf it works for, empty when the robot only makes way.
        skill: Skill name.
        args: What the skill is applied to.
        path: Motions: the cells to pass, first = where the robot is.
    """

    id: str
    step: str
    robot: str
    leaf: str
    skill: str
    args: tuple[str, ...]
    path: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class LeafProgress:
    """How far a leaf is.

    Attributes:
        state: ``pending``, ``active`` or ``finished``.
        robot: Robot that does it.
    """

    state: str
    robot: str


@dataclass(frozen=True)
class _Visit:
    """A stay of a robot in one cell, in planned order.

    Attributes:
        cell: The cell.
        arrive: Planned tick of arrival.
        leave: Planned tick of arrival in the next cell, None for the last.
        step: Index of the step whose motion leads here, -1 at the start.
    """

    cell: Cell
    arrive: int
    leave: int | None
    step: int


class _Agent:
    """One robot's steps, the cells they lead through, and how far it has really come."""

    def __init__(self, steps: tuple[PlanStep, ...], start: Cell) -> None:
        self.steps = steps
        self.next = 0
        self.here = 0
        self.sent: Dispatch | None = None
        self.goal = 0
        self.astray = False  # a command has failed: where it has left the robot is not known yet
        self.visits = _visits(steps, start)
        self.last_of = {visit.step: i for i, visit in enumerate(self.visits)}

    def last_visit(self, step: int) -> int:
        """Index of the visit at which a step leaves the robot."""
        while step >= 0 and step not in self.last_of:
            step -= 1
        return self.last_of[step]


def _visits(steps: tuple[PlanStep, ...], start: Cell) -> list[_Visit]:
    entries: list[tuple[Cell, int, int]] = [(start, 0, -1)]
    for index, step in enumerate(steps):
        for i, cell in enumerate(step.path):
            if cell != entries[-1][0]:
                entries.append((cell, step.start + i, index))
    leaves: list[int | None] = [arrive for _, arrive, _ in entries[1:]]
    return [
        _Visit(cell, arrive, leave, step) for (cell, arrive, step), leave in zip(entries, [*leaves, None], strict=True)
    ]


class Dispatcher:
    """Turns a plan into commands, one outstanding per robot. A pure object: no clock, no messages.

    Args:
        plan: A plan that the checker accepts.
        spec: What it is for.
        world: The static world.
        outstanding: Robot -> the command it is carrying out already, which is the first step the plan
            has for it (:mod:`planners.carry_over`). It counts as sent, and may have ended by now.
    """

    def __init__(
        self,
        plan: TeamPlan,
        spec: HierarchicalSpec,
        world: World,
        outstanding: Mapping[str, Dispatch] | None = None,
    ) -> None:
        self.plan, self.spec, self.world = plan, spec, world
        starts = {r.id: r.start for r in world.robots.values()}
        first = {name: next((s.path[0] for s in steps if s.path), None) for name, steps in plan.steps.items()}
        self._agents: dict[str, _Agent] = {}
        for name in world.robots:
            cell = first.get(name)
            self._agents[name] = _Agent(plan.steps.get(name, ()), starts[name] if cell is None else cell)
        self._known_start = {name: first.get(name) is not None for name in world.robots}
        types = [robot.type for robot in world.robots.values()]
        self._clearance = max((t.clearance for t in types), default=1)
        self._arms = any(t.body == "arm" for t in types)
        self._finished: set[str] = set()
        self._sent = 0
        self._waits: dict[tuple[str, int], tuple[tuple[str, int], ...]] | None = None
        self._robot_of = {step.id: step.robot for steps in plan.steps.values() for step in steps}
        self._taken: dict[str, tuple[Cell, ...]] = {}
        for name, dispatch in (outstanding or {}).items():
            agent = self._agents[name]
            agent.sent, agent.goal = dispatch, agent.last_visit(0) if dispatch.path else 0

    @property
    def done(self) -> bool:
        """Whether every step is finished."""
        return all(agent.next == len(agent.steps) for agent in self._agents.values())

    @property
    def fraction(self) -> float:
        """Share of the planned work that is finished, 0..1."""
        total = sum(max(1, s.end - s.start) for a in self._agents.values() for s in a.steps)
        over = sum(max(1, s.end - s.start) for a in self._agents.values() for s in a.steps if s.id in self._finished)
        return over / total if total else 1.0

    def leaf_states(self) -> Mapping[str, LeafProgress]:
        """Progress of every leaf of the plan; leaves without steps are finished from the start."""
        found: dict[str, LeafProgress] = {}
        for leaf, robot in self.plan.assignment.items():
            own = [s for s in self._agents[robot].steps if s.leaf == leaf]
            begun = [s for s in own if s.id in self._finished]
            sent = self._agents[robot].sent
            if len(begun) == len(own):
                state = "finished"
            elif begun or (sent is not None and sent.leaf == leaf):
                state = "active"
            else:
                state = "pending"
            found[leaf] = LeafProgress(state, robot)
        return found

    def ready(
        self,
        state: WorldState,
        *,
        held: Collection[str] = (),
        claimed: Mapping[str, Collection[Cell]] | None = None,
    ) -> list[Dispatch]:
        """The commands that may be sent now; each counts as sent.

        Args:
            state: What is observed now. Robots are followed along their planned paths.
            held: Robots that get no command.
            claimed: Robot -> cells that it may still roll into besides the one it is seen in, because
                it was told to stop; nobody else is sent there.
        """
        self._taken = {
            name: (*self._leaning(name, state), *(claimed or {}).get(name, ())) for name in self._agents
        }  # fmt: skip
        if self._waits is None:
            self._begin(state)
        for name, agent in self._agents.items():
            self._follow(name, agent, state)
        while any(self._settle(agent) for agent in self._agents.values()):
            pass
        found = []
        for name, agent in self._agents.items():
            dispatch = None if agent.sent is not None or name in held else self._next(name, agent)
            if dispatch is not None:
                agent.sent = dispatch
                found.append(dispatch)
        return found

    def waits_for(self, name: str) -> frozenset[str]:
        """Robots that one without a command waits for before it can get its next one.

        What is observed is what the last call of :meth:`ready` was told.
        """
        agent = self._agents[name]
        if agent.sent is not None or agent.next == len(agent.steps) or self._waits is None:
            return frozenset()
        step = agent.steps[agent.next]
        late = {self._robot_of[other] for other in self.plan.after.get(step.id, ()) if other not in self._finished}
        if not late and step.path and agent.here < agent.last_visit(agent.next):
            late = self._ahead(name, agent.here + 1)
        return frozenset(late - {name})

    def still_to_pass(self, name: str, state: WorldState) -> tuple[Cell | None, tuple[Cell, ...]]:
        """What is left of a robot's outstanding motion: the cell it comes from, and its path from where it is.

        The path is empty where no motion is outstanding; None comes first where it has only begun.
        """
        agent = self._agents[name]
        if agent.sent is None or not agent.sent.path:
            return None, ()
        ahead = range(agent.here, agent.goal + 1)
        here = next((i for i in ahead if agent.visits[i].cell == state.robots[name].cell), agent.here)
        came = agent.visits[here - 1].cell if here else None
        return came, tuple(visit.cell for visit in agent.visits[here : agent.goal + 1])

    def place(self, name: str) -> Cell:
        """The cell that a robot was last seen to arrive in on its planned path."""
        agent = self._agents[name]
        return agent.visits[agent.here].cell

    def finished(self, dispatch_id: str, ok: bool) -> None:
        """Notes that a command has ended; one that failed will be offered again by :meth:`ready`.

        Raises:
            HeedError: No such command is outstanding.
        """
        for agent in self._agents.values():
            if agent.sent is not None and agent.sent.id == dispatch_id:
                agent.sent = None
                agent.astray = not ok
                if ok and agent.steps[agent.next].path:
                    agent.here = max(agent.here, agent.goal)
                    self._settle(agent)
                elif ok:
                    self._close(agent)
                return
        raise HeedError(f"command {dispatch_id!r}", "is not outstanding.", "Report only commands that were sent.")

    def _begin(self, state: WorldState) -> None:
        """Works out who must have left which cell before whom."""
        for name, agent in self._agents.items():
            if not self._known_start[name]:
                agent.visits[0] = _Visit(state.robots[name].cell, 0, None, -1)
        self._waits = {}
        for name, agent in self._agents.items():
            for i, visit in enumerate(agent.visits):
                waits = {}
                for other, rival in self._agents.items():
                    if other != name:
                        last = self._last_before(name, visit, other, rival)
                        if last is not None:
                            waits[other] = last + 1
                if i and waits:
                    self._waits[name, i] = tuple(waits.items())

    def _last_before(self, name: str, visit: _Visit, other: str, rival: _Agent) -> int | None:
        """The last stay of another robot that must be over before a robot comes to a cell."""
        for j in range(len(rival.visits) - 2, -1, -1):
            theirs = rival.visits[j]
            if theirs.leave is not None and theirs.leave <= visit.arrive:
                gap = max(abs(theirs.cell[0] - visit.cell[0]), abs(theirs.cell[1] - visit.cell[1]))
                close = gap < self._clearance or self._arms
                if close and self.world.conflict(name, visit.cell, other, theirs.cell):
                    return j
        return None

    def _follow(self, name: str, agent: _Agent, state: WorldState) -> None:
        """Moves a robot's index along its path to the cell it is seen to have arrived in."""
        robot = state.robots[name]
        x, y = self.world.centre(robot.cell)
        near = math.hypot(robot.pose[0] - x, robot.pose[1] - y) <= _ARRIVED * self.world.cell_size
        if not near:
            return
        found = next((i for i in range(agent.here, agent.goal + 1) if agent.visits[i].cell == robot.cell), None)
        if found is not None:
            agent.here, agent.astray = found, False

    def _next(self, name: str, agent: _Agent) -> Dispatch | None:
        """The command a robot may begin now, None when it must wait or has nothing left."""
        if agent.next == len(agent.steps) or agent.astray or not self._may_start(agent):
            return None
        step = agent.steps[agent.next]
        last = agent.last_visit(agent.next)
        if step.path:
            goal = agent.here
            while goal < last and self._released(name, goal + 1):
                goal += 1
            if goal == agent.here:
                return None
            agent.goal = goal
            path = tuple(visit.cell for visit in agent.visits[agent.here : goal + 1])
        else:
            agent.goal = agent.here
            path = ()
        self._sent += 1
        return Dispatch(f"{step.id}#{self._sent}", step.id, name, step.leaf, step.skill, step.args, path)

    def _released(self, name: str, visit: int) -> bool:
        assert self._waits is not None  # set by the first call of ready
        return not self._ahead(name, visit)

    def _ahead(self, name: str, visit: int) -> set[str]:
        """Robots that keep a robot from a stay in a cell: they must leave first, or have not settled yet."""
        assert self._waits is not None  # set by the first call of ready
        found = {other for other, index in self._waits.get((name, visit), ()) if self._agents[other].here < index}
        cell = self._agents[name].visits[visit].cell
        for other, cells in self._taken.items():
            if other != name and any(self.world.conflict(name, cell, other, theirs) for theirs in cells):
                found.add(other)
        return found

    def _leaning(self, name: str, state: WorldState) -> tuple[Cell, ...]:
        """Cells besides its own that a robot is partly in."""
        robot, size = state.robots[name], self.world.cell_size
        x, y = self.world.centre(robot.cell)
        dx, dy = (robot.pose[0] - x) / size, (robot.pose[1] - y) / size
        found = []
        if abs(dx) > _ARRIVED:
            found.append((robot.cell[0] + (1 if dx > 0 else -1), robot.cell[1]))
        if abs(dy) > _ARRIVED:
            found.append((robot.cell[0], robot.cell[1] + (1 if dy > 0 else -1)))
        return tuple(found)

    def _may_start(self, agent: _Agent) -> bool:
        return all(other in self._finished for other in self.plan.after.get(agent.steps[agent.next].id, ()))

    def _settle(self, agent: _Agent) -> bool:
        """Closes the next step if it is a motion that has led all the way; True where it did."""
        if agent.sent is not None or agent.next == len(agent.steps):
            return False
        if not agent.steps[agent.next].path or agent.here < agent.last_visit(agent.next):
            return False
        if not self._may_start(agent):
            return False
        self._close(agent)
        return True

    def _close(self, agent: _Agent) -> None:
        self._finished.add(agent.steps[agent.next].id)
        agent.next += 1
