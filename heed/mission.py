"""One mission from plan to verdict, without ROS: what to start, what to stop, what to say.

The executive feeds a :class:`Mission` with observations and results of skills, and carries out
the :class:`Orders` it answers. A skill that fails is tried again; then the rest of the mission is
planned anew; then the mission has failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from grounding.logic.history import History
from grounding.logic.spec import HierarchicalSpec
from grounding.mission.task import TaskTree
from grounding.state import WorldState, holds
from grounding.world import Cell, World
from heed.progress import LeafProgress, LeafState, MissionStatus, NodeProgress, Stage, tree_progress
from planners.dispatch import Dispatch, Dispatcher
from planners.plan import TeamPlan
from planners.situation import Situation
from sim.protocol import SkillCommand, SkillResult, SkillStatus

#: Stamps that differ by less are the same moment (ROS time counts nanoseconds).
SAME_MOMENT = 1e-6

#: Failures that may go away when the same thing is tried again.
WORTH_A_RETRY = (SkillStatus.EXECUTION_FAILURE, SkillStatus.POSTCONDITION_FAILURE)


class Phase(str, Enum):
    """What a mission needs next."""

    PLANNING = "planning"  # a plan, see Mission.adopt
    RUNNING = "running"  # observations and results
    STOPPING = "stopping"  # the results of the skills that are being stopped
    FINISHED = "finished"  # nothing: every leaf is done
    FAILED = "failed"  # nothing: Mission.reason says why


@dataclass(frozen=True)
class Limits:
    """When to give up.

    Attributes:
        retries: How often one step is tried again.
        replans: How often the rest of a mission is planned anew.
        stall_s: Simulated seconds without any progress after which the mission is planned anew.
    """

    retries: int = 2
    replans: int = 3
    stall_s: float = 60.0


@dataclass(frozen=True)
class Orders:
    """What the robots are to do now: commands to give and robots to halt."""

    start: tuple[SkillCommand, ...] = ()
    stop: tuple[str, ...] = ()


class Mission:
    """One instruction being carried out.

    Args:
        name: Id of the mission, unique in the run.
        tree: The instruction as a tree.
        spec: The instruction as formulas.
        world: The static world.
        limits: When to give up.

    Attributes:
        phase: What it needs next.
        reason: Why it failed or is planned anew, one sentence; empty before that.
        done: Leaf name -> robot that has finished it, in the order in which they were finished.
        plan: The plan being carried out, None before the first.
        history: What rules and leaves under way have read.
        started: Simulated second of its first observation.
    """

    def __init__(
        self, name: str, tree: TaskTree, spec: HierarchicalSpec, world: World, limits: Limits | None = None
    ) -> None:
        self.name, self.tree, self.spec, self.world = name, tree, spec, world
        self.limits = limits or Limits()
        self.phase = Phase.PLANNING
        self.reason = ""
        self.done: dict[str, str] = {}
        self.plan: TeamPlan | None = None
        self.history = History()
        self._barred: set[tuple[str, str]] = set()  # leaves at which a robot has failed
        self.started = 0.0
        self._leaves = {leaf: LeafProgress() for leaf in spec.leaves}
        self._sentences = dict.fromkeys(spec.leaves, "waits for a plan")
        self._goals = {task.id: task.goal for task in tree.root.walk()}
        self._state: WorldState | None = None
        self._results: list[SkillResult] = []
        self._running: dict[str, tuple[Dispatch, SkillCommand]] = {}  # by robot
        self._tries: dict[str, int] = {}  # by step
        self._plans = 0
        self._dispatcher: Dispatcher | None = None
        self._after_stop = Phase.FAILED
        self._progressed = 0.0  # simulated second of the last progress
        self._earlier = 0.0  # fraction that was done under plans before this one

    @property
    def state(self) -> WorldState:
        """The latest observation."""
        assert self._state is not None, "observe() comes first"
        return self._state

    @property
    def running(self) -> Mapping[str, SkillCommand]:
        """What each busy robot has been told."""
        return {robot: command for robot, (_, command) in self._running.items()}

    def observe(self, state: WorldState) -> None:
        """Takes in an observation."""
        before = self._state
        if before is None:
            self.started = self._progressed = state.time
        elif _places(state) != _places(before):
            self._progressed = state.time
        self._state = state
        self._read()

    @property
    def situation(self) -> Situation:
        """Where the mission stands, for planning."""
        return Situation(self.state, dict(self.done), self.history, frozenset(self._barred))

    def adopt(self, plan: TeamPlan) -> None:
        """Takes a plan for everything that is not done yet; tell the status before what comes next."""
        self._earlier = self.fraction
        self.phase = Phase.RUNNING
        self.plan = plan
        self._plans += 1
        self._dispatcher = Dispatcher(plan, self.spec, self.world)
        self._tries.clear()
        self._progressed = self.state.time
        for leaf in self.spec.leaves:
            if leaf in plan.assignment and leaf not in self.done:
                state = LeafState.ACTIVE if leaf in plan.resumed else LeafState.PENDING
                self._leaves[leaf] = LeafProgress(state, plan.assignment[leaf])
            elif leaf not in self.done:
                self._leaves[leaf] = LeafProgress(LeafState.SKIPPED)
                self._sentences[leaf] = "the other alternative was chosen"
        self._read()

    def ended(self, result: SkillResult) -> None:
        """Takes in how a skill ended; it counts once an observation from after that is in."""
        self._results.append(result)

    def doing(self, robot: str, sentence: str) -> None:
        """Takes in what a robot says that it is doing."""
        if sentence and robot in self._running and self._running[robot][0].leaf:
            self._sentences[self._running[robot][0].leaf] = sentence.rstrip(".")

    def advance(self) -> Orders:
        """What to do now. Call it after every observation and result."""
        self._take_results()
        start: tuple[SkillCommand, ...] = ()
        if self.phase is Phase.RUNNING:
            self._look_for_trouble()
        if self.phase is Phase.RUNNING:
            self._close_leaves()
        if self.phase is Phase.RUNNING:
            start = self._start_steps()
            self._close_leaves()
        if self.phase is Phase.RUNNING and not self._running:
            self._conclude()
        if self.phase is Phase.STOPPING and not self._running:
            self.phase = self._after_stop
        return Orders(start, tuple(self._running) if self.phase is Phase.STOPPING else ())

    def abandon(self, reason: str) -> None:
        """Gives the mission up: every robot is to stop; it has failed once all have."""
        if self.phase in (Phase.FINISHED, Phase.FAILED):
            return
        self.reason = reason
        self.phase, self._after_stop = Phase.STOPPING, Phase.FAILED
        for leaf, progress in self._leaves.items():
            if progress.state is LeafState.ACTIVE:
                self._set(leaf, LeafState.FAILED, reason)

    def give_up(self, reason: str) -> None:
        """Fails while no robot is busy: there is no plan for what is not done."""
        self.reason, self.phase = reason, Phase.FAILED
        for leaf in self.spec.leaves:
            if leaf not in self.done:
                self._set(leaf, LeafState.FAILED, reason)

    def reopen(self) -> None:
        """Marks what is not done as open again, before it is planned anew; what is under way stays so."""
        under_way = self._under_way
        for leaf, progress in self._leaves.items():
            if leaf not in self.done:
                self._leaves[leaf] = progress if leaf in under_way else LeafProgress()
                self._sentences[leaf] = f"waits for a new plan: {self.reason}"
        self._read()

    def status(self, stage: Stage = Stage.EXECUTE) -> MissionStatus:
        """What goes on, true for the latest observation."""
        return MissionStatus(self.name, stage, self.fraction, self.sentence, dict(self._leaves), self.state.time)

    def nodes(self) -> dict[str, NodeProgress]:
        """How far every node of the task tree has come."""
        sentences = dict(self._sentences)
        for leaf, progress in self._leaves.items():
            if progress.state is LeafState.PENDING and self.phase is not Phase.PLANNING:
                sentences[leaf] = self._why_pending(leaf) if self.phase is Phase.RUNNING else "was not begun"
        return tree_progress(self.tree, self.spec, self._leaves, sentences)

    @property
    def fraction(self) -> float:
        """How much of the work is done, 0 to 1; never runs backwards."""
        if self.phase is Phase.FINISHED:
            return 1.0
        under_plan = self._dispatcher.fraction if self._dispatcher else 0.0
        return self._earlier + (1.0 - self._earlier) * under_plan

    @property
    def sentence(self) -> str:
        """What goes on, one sentence for people."""
        if self.phase is Phase.STOPPING:
            return f"stops the robots: {self.reason}"
        if self.phase is Phase.FAILED:
            return self.reason
        if self.phase is Phase.FINISHED:
            return "every task is done"
        if self.phase is Phase.PLANNING:
            return f"plans again: {self.reason}" if self.reason else "waits for a plan"
        busy = [leaf for leaf in self.spec.leaves if any(d.leaf == leaf for d, _ in self._running.values())]
        if not busy:
            return "the robots make way" if self._running else "the robots wait"
        return "; ".join(self._sentences[leaf] for leaf in busy)

    def _take_results(self) -> None:
        """Counts the skills that have ended up to the latest observation."""
        due = [r for r in self._results if r.time <= self.state.time + SAME_MOMENT]
        self._results = [r for r in self._results if r not in due]
        for result in due:
            dispatch, command = self._running.get(result.command.robot, (None, None))
            if dispatch is None or self._dispatcher is None or command != result.command:
                continue
            del self._running[result.command.robot]
            self._progressed = self.state.time
            succeeded = result.status is SkillStatus.SUCCESS
            self._dispatcher.finished(dispatch.id, succeeded)
            if not succeeded and self.phase is Phase.RUNNING:
                self._take_failure(dispatch, result)

    def _take_failure(self, dispatch: Dispatch, result: SkillResult) -> None:
        """Has a failed step tried again, or the rest planned anew."""
        tries = self._tries[dispatch.step] = self._tries.get(dispatch.step, 0) + 1
        alive = self.state.robots[dispatch.robot].alive
        if result.status not in WORTH_A_RETRY or tries > self.limits.retries or not alive:
            if dispatch.leaf:
                self._barred.add((dispatch.leaf, dispatch.robot))
            self._set_back(result.message, dispatch.leaf)

    def _set_back(self, reason: str, leaf: str = "") -> None:
        """Stops the robots, then has the rest planned anew as long as that is allowed."""
        if self._plans > self.limits.replans:
            if leaf:
                self._set(leaf, LeafState.FAILED, reason)
            tried = self.limits.replans
            vain = f"; {tried} new plan{'s' if tried > 1 else ''} did not help" if tried else ""
            self.abandon(reason.rstrip(".") + vain)
        else:
            self.reason = reason
            self.phase, self._after_stop = Phase.STOPPING, Phase.PLANNING

    def _look_for_trouble(self) -> None:
        """Robots that are lost, and missions that do not move."""
        for leaf, progress in self._leaves.items():
            if self._open(leaf) and not self.state.robots[progress.robot].alive:
                self._running.pop(progress.robot, None)
                self._set_back(f"{progress.robot} is lost.", leaf)
                return
        if self.state.time - self._progressed > self.limits.stall_s:
            self._set_back(f"Nothing has moved for {self.limits.stall_s:g} simulated seconds.")

    def _close_leaves(self) -> None:
        """Marks leaves as finished whose steps are done and whose goal is seen to hold."""
        assert self._dispatcher is not None
        steps = self._dispatcher.leaf_states()
        changed = True
        while changed:  # a leaf without steps may wait for one that is closed only now
            changed = False
            for leaf, progress in self._leaves.items():
                if not self._open(leaf) or steps[leaf].state != "finished" or self._waits_for(leaf):
                    continue
                if self._achieved(leaf, progress.robot):
                    self.done[leaf] = progress.robot
                    self._set(leaf, LeafState.FINISHED, f"done by {progress.robot} at {self.state.time:.1f} s")
                    changed = True
                elif progress.state is LeafState.ACTIVE:
                    text = self.spec.leaves[leaf].text
                    self._set_back(f"{progress.robot} has done its part, but {text!r} is not seen to be done.", leaf)
                    return

    def _achieved(self, leaf: str, robot: str) -> bool:
        goal = self._goals.get(self.spec.leaves[leaf].task, ())
        return all(holds(g.proposition.bind(robot), self.world, self.state) is g.positive for g in goal)

    def _open(self, leaf: str) -> bool:
        return self._leaves[leaf].state in (LeafState.PENDING, LeafState.ACTIVE)

    def _waits_for(self, leaf: str) -> str:
        """The first leaf that must be done before, empty when there is none."""
        return next((a for a, b in sorted(self.spec.before) if b == leaf and self._open(a)), "")

    def _start_steps(self) -> tuple[SkillCommand, ...]:
        """Gives out the steps whose turn has come."""
        assert self._dispatcher is not None
        commands = []
        for d in self._dispatcher.ready(self.state):
            command = SkillCommand(f"{self.name}/{self._plans}/{d.id}", d.robot, d.skill, d.args, d.path, d.leaf)
            self._running[d.robot] = (d, command)
            if d.leaf:
                self._leaves[d.leaf] = LeafProgress(LeafState.ACTIVE, d.robot)
                again = " tries again" if d.step in self._tries else ""
                self._sentences[d.leaf] = f"{d.robot}{again}: {' '.join((d.skill.replace('_', ' '), *d.args))}"
            commands.append(command)
        self._read()
        return tuple(commands)

    @property
    def _under_way(self) -> dict[str, str]:
        """Leaves that are being worked on -> the robot that does."""
        return {
            leaf: progress.robot for leaf, progress in self._leaves.items()
            if progress.state is LeafState.ACTIVE and self.state.robots[progress.robot].alive
        }  # fmt: skip

    def _read(self) -> None:
        """Has rules and leaves under way read the latest observation."""
        self.history = self.history.after(self.state, self.spec, self.world, self._under_way)

    def _conclude(self) -> None:
        """Ends the mission when nothing is left to do, or asks for a new plan when goals are not met."""
        assert self._dispatcher is not None
        unmet = [leaf for leaf in self._leaves if self._open(leaf)]
        if not unmet:
            self.phase = Phase.FINISHED
        elif self._dispatcher.done:
            text = self.spec.leaves[unmet[0]].text
            self._set_back(f"Every step was carried out, but {text!r} is not seen to be done.", unmet[0])

    def _set(self, leaf: str, state: LeafState, sentence: str) -> None:
        self._leaves[leaf] = replace(self._leaves[leaf], state=state)
        self._sentences[leaf] = sentence

    def _why_pending(self, leaf: str) -> str:
        first = self._waits_for(leaf)
        if first:
            return f"waits until {self.spec.leaves[first].text!r} is done"
        robot = self._leaves[leaf].robot
        running = self._running.get(robot)
        if running is not None and running[0].leaf not in ("", leaf):
            return f"waits until {robot} has done {self.spec.leaves[running[0].leaf].text!r}"
        return f"{robot} is to do it"


def _places(state: WorldState) -> list[tuple[Cell, str | None]]:
    return [(robot.cell, robot.holding) for robot in state.robots.values()]
