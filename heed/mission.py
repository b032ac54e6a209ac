"""One mission from plan to verdict, without ROS: what to start, what to stop, what to say.

The executive feeds a :class:`Mission` with observations and results of skills, and carries out
the :class:`Orders` it answers. A skill that fails is tried again; then the robots are stopped and
the rest of the mission is planned anew; then the mission has failed. A mission that is amended, or
in which a robot was held, is planned anew while everybody else goes on (:meth:`Mission.amend`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from grounding.errors import HeedError
from grounding.logic.history import History
from grounding.logic.spec import HierarchicalSpec
from grounding.mission.task import TaskTree
from grounding.state import WorldState
from grounding.world import Cell, World
from heed.crew import Crew
from heed.ledger import Ledger
from heed.live import Live
from heed.patience import Limits, Patience
from heed.phase import Orders, Phase
from heed.progress import LeafState, MissionStatus, NodeProgress, Stage
from planners.carry_over import Outstanding
from planners.dispatch import Dispatch
from planners.plan import TeamPlan
from planners.situation import Situation
from sim.protocol import SkillCommand, SkillResult, SkillStatus

__all__ = ["Limits", "Mission", "Orders", "Phase"]

#: Stamps that differ by less are the same moment (ROS time counts nanoseconds).
SAME_MOMENT = 1e-6


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
        needs_plan: Why a plan is needed while robots go on, empty while none is. No robot is given
            a new command until :meth:`adopt` has one (:meth:`live_situation`).
        plan: The plan being carried out, None before the first.
        started: Simulated second of its first observation.
    """

    def __init__(
        self, name: str, tree: TaskTree, spec: HierarchicalSpec, world: World, limits: Limits | None = None
    ) -> None:
        self.name, self.world = name, world
        self._patience = Patience(limits or Limits())
        self.phase = Phase.PLANNING
        self.reason = ""
        self.needs_plan = ""
        self.plan: TeamPlan | None = None
        self.started = 0.0
        self._ledger = Ledger(tree, spec, world)
        self._before: Ledger | None = None  # of a mission that was amended and has no plan for it yet
        self._barred: set[tuple[str, str]] = set()  # leaves at which a robot has failed
        self._state: WorldState | None = None
        self._results: list[SkillResult] = []
        self._crew = Crew(world)
        self._plans = 0
        self._after_stop = Phase.FAILED
        self._progressed = 0.0  # simulated second of the last progress
        self._earlier = 0.0  # fraction that was done under plans before this one

    @property
    def tree(self) -> TaskTree:
        """The instruction as a tree, as amended."""
        return self._ledger.tree

    @property
    def spec(self) -> HierarchicalSpec:
        """The instruction as formulas, as amended."""
        return self._ledger.spec

    @property
    def done(self) -> Mapping[str, str]:
        """Leaf name -> robot that has finished it, in the order in which they were finished."""
        return self._ledger.done

    @property
    def history(self) -> History:
        """What rules and leaves under way have read."""
        return self._ledger.history

    @property
    def state(self) -> WorldState:
        """The latest observation."""
        assert self._state is not None, "observe() comes first"
        return self._state

    @property
    def running(self) -> Mapping[str, SkillCommand]:
        """What each busy robot has been told."""
        return {robot: command for robot, (_, command) in self._crew.running.items()}

    @property
    def situation(self) -> Situation:
        """Where the mission stands now, for planning while no robot is busy."""
        barred = frozenset(pair for pair in self._barred if pair[0] in self.spec.leaves)
        return Situation(self.state, dict(self.done), self.history, barred)

    @property
    def stopping(self) -> tuple[str, ...]:
        """Robots that were told to break off what they are doing and have not been seen to do so."""
        return tuple(self._crew.stopping)

    @property
    def ahead(self) -> Mapping[str, SkillCommand]:
        """What each busy robot has still to do of what it was told."""
        return {robot: self._crew.rest(robot, self.state) for robot in self._crew.running}

    def observe(self, state: WorldState) -> None:
        """Takes in an observation."""
        before = self._state
        if before is None:
            self.started = self._progressed = state.time
        elif _places(state) != _places(before) or self._crew.only_held:
            self._progressed = state.time  # robots that wait for one that is held are not stuck
        self._state = state
        for robot in self._crew.broke_off(state):
            self.ask_for_plan(self.needs_plan or f"{robot} has not stopped where it was expected to")
        self._ledger.read(state)
        if self._before is not None:
            self._before.read(state)

    def ended(self, result: SkillResult) -> None:
        """Takes in how a skill ended; it counts once an observation from after that is in."""
        self._results.append(result)

    def doing(self, robot: str, sentence: str) -> None:
        """Takes in what a robot says that it is doing."""
        leaf = self._crew.doing.get(robot, "")
        for ledger in (self._ledger, self._told):
            if sentence and leaf in ledger.leaves:
                ledger.sentences[leaf] = sentence.rstrip(".")

    def adopt(self, plan: TeamPlan, outstanding: Mapping[str, Outstanding] | None = None) -> bool:
        """Takes a plan for everything that is not done yet; tell the status before what comes next.

        Args:
            plan: The plan.
            outstanding: What :meth:`live_situation` gave along with the situation it was made from;
                None for a plan made from :attr:`situation` while no robot is busy.

        Returns:
            Whether the plan was taken. It is not where things have changed too much since; then
            :attr:`needs_plan` or :attr:`phase` says what is needed.
        """
        live = Live(self.situation, {}) if outstanding is None else self._crew.live
        if live is None or (outstanding is not None and live.outstanding is not outstanding):
            return False
        if outstanding is not None and self.phase is not Phase.RUNNING:
            return False
        try:
            plan = live.joined(plan, self.spec, self.world) if live.outstanding else plan
        except HeedError as error:
            self._stop(f"{self.needs_plan}; {error.reason}", Phase.PLANNING)
            return False
        self._earlier = self.fraction
        self.phase, self.plan, self.needs_plan = Phase.RUNNING, plan, ""
        self._plans += 1
        self._patience.go_on(self._crew.adopt(plan, self.spec, live))
        self._ledger.planned(plan)
        self._before = None
        self._progressed = self.state.time
        self._ledger.read(self.state)
        return True

    def amend(self, tree: TaskTree, spec: HierarchicalSpec, *, interrupt: Collection[str] = ()) -> Orders:
        """Changes what is asked for while robots go on; then make a plan from :meth:`live_situation`.

        Args:
            tree: The mission as it is to be from now on. Leaves are the same where they have the
                same name: what is done stays done, what is under way goes on.
            spec: The same as formulas.
            interrupt: Robots that are not to finish what they are doing.

        Returns:
            The robots to halt at once. What is told stays as it was until :meth:`adopt` has a plan;
            :meth:`retract` takes everything back but the halts.
        """
        ledger = self._ledger.amended(tree, spec, "waits for a plan")
        self._before, self._ledger = self._before or self._ledger, ledger
        ledger.read(self.state)
        self.ask_for_plan("the mission was changed")
        if self.phase is Phase.RUNNING:
            self._crew.interrupt(interrupt, self.state)
        return Orders(stop=tuple(self._crew.stopping))

    def retract(self) -> bool:
        """Takes amendments back for which there is no plan; the mission goes on as it was.

        Returns:
            Whether there were any. Where not, there is no plan for the mission as it is.
        """
        if self._before is None:
            return False
        self._ledger, self._before, self._crew.live = self._before, None, None
        self.needs_plan = "the robots that were stopped go on" if self._crew.cut - self._crew.held else ""
        return True

    def ask_for_plan(self, reason: str) -> None:
        """Has the rest planned anew, from where things stand, while robots go on."""
        if self.phase is Phase.RUNNING:
            self.needs_plan, self._crew.live = reason, None

    def live_situation(self) -> tuple[Situation, Mapping[str, Outstanding]] | None:
        """What to make a plan from while robots go on, and what goes with it to :meth:`adopt`.

        Returns:
            The situation in which busy robots have finished what they are doing and all others
            stand in their nearest cell; None where only stopping helps, which is then begun.
        """
        live = self._crew.look(self.situation)
        try:
            return live.projected(self.spec, self.world), live.outstanding
        except HeedError as error:
            if self._crew.running:  # they are in one another's way: all break off, and then see
                self._crew.interrupt(list(self._crew.running), self.state)
                return None
            self._stop(f"{self.needs_plan}; {error.reason}", Phase.PLANNING)
            return None

    def hold(self, robots: Collection[str]) -> None:
        """Gives robots no new commands until they are freed; what they are doing they finish unless halted."""
        self._crew.hold(robots)

    def free(self, robots: Collection[str]) -> None:
        """Lets robots go on; where one was halted or moved meanwhile, :attr:`needs_plan` says so."""
        self._progressed = self.state.time
        elsewhere = self._crew.free(robots, self.state)
        if elsewhere:
            self.ask_for_plan(f"{' and '.join(elsewhere)} {'goes' if len(elsewhere) == 1 else 'go'} on")

    def advance(self) -> Orders:
        """What to do now. Call it after every observation and result."""
        self._take_results()
        self._crew.lose(self.state)
        start: tuple[SkillCommand, ...] = ()
        if self.phase is Phase.RUNNING:
            self._look_for_trouble()
        if self.phase is Phase.RUNNING and not self.needs_plan:
            self._close_leaves()
        if self.phase is Phase.RUNNING and not self.needs_plan:
            start = self._start_steps()
            self._close_leaves()
        if self.phase is Phase.RUNNING and not self.needs_plan and self._crew.still:
            self._conclude()
        if self.phase is Phase.STOPPING and self._crew.still:
            self.phase = self._after_stop
        running = tuple(self._crew.running) if self.phase is Phase.STOPPING else ()
        return Orders(start, (*running, *self._crew.stopping))

    def abandon(self, reason: str) -> None:
        """Gives the mission up: every robot is to stop; it has failed once all have."""
        if self.phase in (Phase.FINISHED, Phase.FAILED):
            return
        self._stop(reason, Phase.FAILED)
        for leaf, progress in self._ledger.leaves.items():
            if progress.state is LeafState.ACTIVE:
                self._ledger.set(leaf, LeafState.FAILED, reason)

    def give_up(self, reason: str) -> None:
        """Fails while no robot is busy: there is no plan for what is not done."""
        self.reason, self.phase = reason, Phase.FAILED
        for leaf in self.spec.leaves:
            if leaf not in self.done:
                self._ledger.set(leaf, LeafState.FAILED, reason)

    def reopen(self) -> None:
        """Marks what is not done as open again, before it is planned anew; what is under way stays so."""
        self._ledger.reopen(self.reason, self.state)
        self._ledger.read(self.state)

    @property
    def _told(self) -> Ledger:
        """The mission as it is told: without amendments for which there is no plan yet."""
        return self._before if self._before is not None and self.phase is Phase.RUNNING else self._ledger

    def status(self, stage: Stage = Stage.EXECUTE) -> MissionStatus:
        """What goes on, true for the latest observation."""
        leaves, time, revision = dict(self._told.leaves), self.state.time, self._told.tree.revision
        return MissionStatus(self.name, stage, self.fraction, self.sentence, leaves, time, revision)

    def nodes(self) -> dict[str, NodeProgress]:
        """How far every node of the task tree has come."""
        told = self._told
        if self.phase is Phase.RUNNING:
            return told.nodes({leaf: self._crew.why_idle(leaf, told) for leaf in told.leaves if told.is_open(leaf)})
        pending = [leaf for leaf, progress in told.leaves.items() if progress.state is LeafState.PENDING]
        return told.nodes({} if self.phase is Phase.PLANNING else dict.fromkeys(pending, "was not begun"))

    @property
    def fraction(self) -> float:
        """How much of the work is done, 0 to 1; never runs backwards."""
        if self.phase is Phase.FINISHED:
            return 1.0
        return self._earlier + (1.0 - self._earlier) * self._crew.fraction

    @property
    def sentence(self) -> str:
        """What goes on, one sentence for people."""
        over = {Phase.FAILED: self.reason, Phase.FINISHED: "every task is done"}
        if self.phase in over:
            return over[self.phase]
        if self.phase is Phase.STOPPING:
            return f"stops the robots: {self.reason}"
        if self.phase is Phase.PLANNING:
            return f"plans again: {self.reason}" if self.reason else "waits for a plan"
        busy = [leaf for leaf in self._told.leaves if leaf in self._crew.doing.values()]
        if busy:
            return "; ".join(self._told.sentences[leaf] for leaf in busy)
        if self.needs_plan:
            return f"plans again: {self.needs_plan}"
        if self._crew.running:
            return "the robots make way"
        return next((text for robot in self.world.robots if (text := self._crew.paused(robot))), "the robots wait")

    def _take_results(self) -> None:
        """Counts the skills that have ended up to the latest observation."""
        due = [r for r in self._results if r.time <= self.state.time + SAME_MOMENT]
        self._results = [r for r in self._results if r not in due]
        for result in due:
            if self._crew.stopping.get(result.command.robot) == result.command:
                if not self._crew.stopped(result, self.state):
                    reason = f"{result.command.robot} has not stopped where it was expected to"
                    self.ask_for_plan(self.needs_plan or reason)
                continue
            dispatch = self._crew.ended(result)
            if dispatch is not None:
                if self._crew.halted(result) and dispatch.robot not in self._crew.held:
                    self.ask_for_plan(f"{dispatch.robot} goes on")  # it was freed before its halt was heard of
                self._progressed = self.state.time
                failed = result.status is not SkillStatus.SUCCESS and not self._crew.halted(result)
                if failed and self.phase is Phase.RUNNING:
                    self._take_failure(dispatch, result)

    def _take_failure(self, dispatch: Dispatch, result: SkillResult) -> None:
        """Has a failed step tried again, or the rest planned anew."""
        if not self._patience.again(dispatch.step, result, self.state.robots[dispatch.robot].alive):
            if dispatch.leaf:
                self._barred.add((dispatch.leaf, dispatch.robot))
            self._set_back(result.message, dispatch.leaf)

    def _stop(self, reason: str, then: Phase) -> None:
        self.reason, self.phase, self._after_stop = reason, Phase.STOPPING, then
        self.needs_plan, self._crew.live = "", None

    def _set_back(self, reason: str, leaf: str = "") -> None:
        """Stops the robots, then has the rest planned anew as long as that is allowed."""
        if self._patience.plan_again():
            self._stop(reason, Phase.PLANNING)
            return
        if leaf:
            self._ledger.set(leaf, LeafState.FAILED, reason)
        self.abandon(reason.rstrip(".") + self._patience.vain)

    def _look_for_trouble(self) -> None:
        """Robots that are lost, and missions that do not move."""
        for leaf, progress in self._ledger.leaves.items():
            robot = progress.robot
            if self._ledger.is_open(leaf) and robot and not self.state.robots[robot].alive:
                self._crew.running.pop(robot, None)
                self._set_back(f"{robot} is lost.", leaf)
                return
        stall_s = self._patience.limits.stall_s
        if self.state.time - self._progressed > stall_s:
            self._set_back(f"Nothing has moved for {stall_s:g} simulated seconds.")

    def _close_leaves(self) -> None:
        """Marks leaves as finished whose steps are done and whose goal is seen to hold."""
        missed = self._ledger.close(self._crew.through, self._crew.worked, self.state)
        if missed:
            robot, text = self._ledger.leaves[missed].robot, self.spec.leaves[missed].text
            self._set_back(f"{robot} has done its part, but {text!r} is not seen to be done.", missed)

    def _start_steps(self) -> tuple[SkillCommand, ...]:
        """Gives out the steps whose turn has come."""
        commands = []
        for d, command in self._crew.start(self.state, f"{self.name}/{self._plans}"):
            if d.leaf:
                again = " tries again" if d.step in self._patience.tries else ""
                doing = " ".join((d.skill.replace("_", " "), *d.args))
                self._ledger.begin(d.leaf, d.robot, f"{d.robot}{again}: {doing}")
            commands.append(command)
        self._ledger.read(self.state)
        return tuple(commands)

    def _conclude(self) -> None:
        """Ends the mission when nothing is left to do, or asks for a new plan when goals are not met."""
        assert self._crew.dispatcher is not None
        unmet = [leaf for leaf in self.spec.leaves if self._ledger.is_open(leaf)]
        if not unmet:
            self.phase = Phase.FINISHED
        elif self._crew.dispatcher.done:
            text = self.spec.leaves[unmet[0]].text
            self._set_back(f"Every step was carried out, but {text!r} is not seen to be done.", unmet[0])


def _places(state: WorldState) -> list[tuple[Cell, str | None]]:
    return [(robot.cell, robot.holding) for robot in state.robots.values()]
