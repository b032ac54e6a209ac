"""One mission from plan to verdict, without ROS: what to start, what to stop, what to say.

The executive feeds a :class:`Mission` with observations and results of skills, and carries out
the :class:`Orders` it answers. A skill that fails is tried again; then the rest of the mission is
planned anew; then the mission has failed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

from planners.dispatch import Dispatcher

from grounding.logic.spec import HierarchicalSpec
from grounding.state import WorldState, holds
from grounding.translate.tree import TaskTree
from grounding.world import World
from heed.progress import LeafProgress, LeafState, MissionStatus, NodeProgress, Stage, tree_progress
from planners.plan import PlanStep, TeamPlan
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
        done: Leaf name -> robot that has finished it.
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
        self.started = 0.0
        self._leaves = {leaf: LeafProgress() for leaf in spec.leaves}
        self._sentences = dict.fromkeys(spec.leaves, "waits for a plan")
        self._goals = {task.id: task.goal for task in tree.root.walk()}
        self._state: WorldState | None = None
        self._results: list[SkillResult] = []
        self._running: dict[str, tuple[PlanStep, SkillCommand]] = {}  # by robot
        self._tries: dict[str, int] = {}  # by step
        self._replans = 0
        self._commands = 0
        self._after_stop = Phase.FAILED
        self._progressed = 0.0  # simulated second of the last progress
        self._fraction = 0.0
        self._work_done = 0

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
        if self._state is None:
            self.started = state.time
        if self._state is None or any(
            (r.cell, r.holding) != (self._state.robots[name].cell, self._state.robots[name].holding)
            for name, r in state.robots.items()
        ):
            self._progressed = state.time
        self._state = state

    def adopt(self, plan: TeamPlan) -> None:
        """Takes a plan for everything that is not done yet."""
        self.phase = Phase.RUNNING
        self._plan = plan
        self._dispatcher = Dispatcher(plan, self.world)
        self._tries.clear()
        self._progressed = self.state.time
        self._left = {
            leaf: {s.id for steps in plan.steps.values() for s in steps if s.leaf == leaf} for leaf in plan.assignment
        }
        for leaf in self.spec.leaves:
            if leaf in self.done:
                continue
            chosen = leaf in plan.assignment
            self._leaves[leaf] = LeafProgress(
                LeafState.PENDING if chosen else LeafState.SKIPPED, plan.assignment.get(leaf, "")
            )
            self._sentences[leaf] = "" if chosen else "the other alternative was chosen"

    def ended(self, result: SkillResult) -> None:
        """Takes in how a skill ended; it counts once an observation from after that is in."""
        self._results.append(result)

    def doing(self, robot: str, sentence: str) -> None:
        """Takes in what a robot says that it is doing."""
        if robot in self._running:
            self._sentences[self._running[robot][0].leaf] = f"{robot} {sentence}"

    def advance(self) -> Orders:
        """What to do now. Call it after every observation and result."""
        self._take_results()
        if self.phase is Phase.RUNNING:
            self._look_for_trouble()
        if self.phase is Phase.RUNNING:
            self._close_leaves()
        start = self._start_steps() if self.phase is Phase.RUNNING else ()
        if self.phase is Phase.RUNNING and not self._running:
            self._conclude()
        if self.phase is Phase.STOPPING and not self._running:
            self.phase = self._after_stop
        stop = tuple(self._running) if self.phase is Phase.STOPPING else ()
        return Orders(start, stop)

    def abandon(self, reason: str) -> None:
        """Gives the mission up: every robot is to stop; it has failed once all have."""
        if self.phase in (Phase.FINISHED, Phase.FAILED):
            return
        self.reason = reason
        self.phase, self._after_stop = Phase.STOPPING, Phase.FAILED
        for leaf, progress in self._leaves.items():
            if progress.state is LeafState.ACTIVE:
                self._set(leaf, LeafState.FAILED, reason)

    def status(self, stage: Stage = Stage.EXECUTE) -> MissionStatus:
        """What goes on, true for the latest observation."""
        return MissionStatus(self.name, stage, self.fraction, self.sentence, dict(self._leaves), self.state.time)

    def nodes(self) -> dict[str, NodeProgress]:
        """How far every node of the task tree has come."""
        sentences = dict(self._sentences)
        for leaf, progress in self._leaves.items():
            if progress.state is LeafState.PENDING and self.phase is Phase.RUNNING:
                sentences[leaf] = self._why_pending(leaf)
        return tree_progress(self.tree, self.spec, self._leaves, sentences)

    @property
    def fraction(self) -> float:
        """How much of the work is done, 0 to 1; never runs backwards."""
        if self.phase is Phase.FINISHED:
            return 1.0
        left = 0
        if self._replans or self.phase is not Phase.PLANNING:
            open_steps = {step for steps in self._left.values() for step in steps}
            left = sum(s.end - s.start for steps in self._plan.steps.values() for s in steps if s.id in open_steps)
        total = self._work_done + left
        self._fraction = max(self._fraction, self._work_done / total if total else 0.0)
        return self._fraction

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
        busy = sorted({step.leaf for step, _ in self._running.values() if step.leaf})
        if not busy:
            return "the robots make way" if self._running else "the robots wait"
        return "; ".join(self._sentences[leaf] for leaf in busy)

    def _take_results(self) -> None:
        """Counts the skills that have ended up to the latest observation."""
        due = [r for r in self._results if r.time <= self.state.time + SAME_MOMENT]
        self._results = [r for r in self._results if r not in due]
        for result in due:
            step, command = self._running.get(result.command.robot, (None, None))
            if step is None or command != result.command:
                continue
            del self._running[result.command.robot]
            self._progressed = self.state.time
            if result.status is SkillStatus.SUCCESS:
                self._dispatcher.finished(step.id)
                self._work_done += step.end - step.start
                self._left.get(step.leaf, set()).discard(step.id)
            elif self.phase is Phase.RUNNING:
                self._take_failure(step, result)

    def _take_failure(self, step: PlanStep, result: SkillResult) -> None:
        """Tries a failed step again, or has the rest planned anew."""
        tries = self._tries[step.id] = self._tries.get(step.id, 0) + 1
        if result.status in WORTH_A_RETRY and tries <= self.limits.retries and self.state.robots[step.robot].alive:
            self._sentences[step.leaf] = f"{step.robot} tries again: {result.message}"
            self._dispatcher.retry(step.id)
        else:
            self._set_back(result.message, step.leaf)

    def _set_back(self, reason: str, leaf: str = "") -> None:
        """Stops the robots, then has the rest planned anew as long as that is allowed."""
        if self._replans >= self.limits.replans:
            if leaf:
                self._set(leaf, LeafState.FAILED, reason)
            self.abandon(reason)
            return
        self._replans += 1
        self.reason = reason
        self.phase, self._after_stop = Phase.STOPPING, Phase.PLANNING

    def replan(self) -> None:
        """Marks what is not done as open again, before planning anew."""
        for leaf, progress in self._leaves.items():
            if progress.state is not LeafState.FINISHED:
                self._leaves[leaf] = LeafProgress()
                self._sentences[leaf] = f"waits for a new plan: {self.reason}"

    def _look_for_trouble(self) -> None:
        """Robots that are lost, and missions that do not move."""
        for robot, steps in self._plan.steps.items():
            needed = any(step.id in self._left.get(step.leaf, ()) for step in steps)
            if needed and not self.state.robots[robot].alive:
                self._running.pop(robot, None)
                self._set_back(f"{robot} is lost.")
                return
        if self.state.time - self._progressed > self.limits.stall_s:
            self._set_back(f"nothing has moved for {self.limits.stall_s:g} simulated seconds.")

    def _close_leaves(self) -> None:
        """Marks leaves as finished whose steps are done and whose goal is seen to hold."""
        changed = True
        while changed:
            changed = False
            for leaf, progress in self._leaves.items():
                if progress.state in (LeafState.PENDING, LeafState.ACTIVE) and self._complete(leaf, progress.robot):
                    self.done[leaf] = progress.robot
                    self._set(leaf, LeafState.FINISHED, f"done by {progress.robot} at {self.state.time:.1f} s")
                    changed = True

    def _complete(self, leaf: str, robot: str) -> bool:
        if self._left.get(leaf) or any(self._open(first) for first, then in self.spec.before if then == leaf):
            return False
        goal = self._goals.get(self.spec.leaves[leaf].task, ())
        return all(holds(g.proposition.bind(robot), self.world, self.state) is g.positive for g in goal)

    def _open(self, leaf: str) -> bool:
        return self._leaves[leaf].state not in (LeafState.FINISHED, LeafState.SKIPPED)

    def _start_steps(self) -> tuple[SkillCommand, ...]:
        """Gives out the steps whose turn has come."""
        commands = []
        for command in self._dispatcher.ready(self.state):
            commands.append(command)
        return tuple(commands)

    def _conclude(self) -> None:
        """Ends the mission when nothing is left to do, or asks for a new plan when goals are not met."""
        unmet = [leaf for leaf in self._leaves if self._open(leaf)]
        if not unmet:
            self.phase = Phase.FINISHED
        elif not any(self._left.values()):
            text = self.spec.leaves[unmet[0]].text
            self._set_back(f"every step was carried out, but {text!r} is not seen to be done.", unmet[0])

    def _set(self, leaf: str, state: LeafState, sentence: str) -> None:
        self._leaves[leaf] = replace(self._leaves[leaf], state=state)
        self._sentences[leaf] = sentence

    def _why_pending(self, leaf: str) -> str:
        for first, then in sorted(self.spec.before):
            if then == leaf and self._open(first):
                return f"waits until {self.spec.leaves[first].text!r} is done"
        robot = self._leaves[leaf].robot
        running = self._running.get(robot)
        if running is not None and running[0].leaf and running[0].leaf != leaf:
            return f"waits until {robot} has done {self.spec.leaves[running[0].leaf].text!r}"
        return f"{robot} is about to start"
