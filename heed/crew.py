"""The robots of a mission: who does what, who was told to stop, who is held."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from grounding.logic.spec import HierarchicalSpec
from grounding.state import WorldState
from grounding.world import Cell, World
from heed.ledger import Ledger
from heed.live import Live
from planners.carry_over import Outstanding
from planners.dispatch import Dispatch, Dispatcher
from planners.plan import TeamPlan
from planners.situation import Situation
from sim.protocol import SkillCommand, SkillResult, SkillStatus


class Crew:
    """What every robot has been told, under one plan after another.

    Args:
        world: The static world.

    Attributes:
        running: Busy robot -> what it was told.
        held: Robots that get no commands until they are freed.
        stopping: Robot -> the command that it was told to break off and of which no result is in.
        cut: Robots whose command was broken off after the plan was made.
        worked: Leaves that the plan has steps for; others hold already or come about by the way.
        dispatcher: Who gives out the steps of the plan, None before the first plan.
        live: What a plan is being made from while robots go on, None while none is.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.running: dict[str, tuple[Dispatch, SkillCommand]] = {}
        self.held: set[str] = set()
        self.stopping: dict[str, SkillCommand] = {}
        self.cut: set[str] = set()
        self.worked: set[str] = set()
        self.dispatcher: Dispatcher | None = None
        self.live: Live | None = None
        self._excused: set[str] = set()  # commands of robots that were held while they carried them out
        self._rolling: dict[str, tuple[Cell, ...]] = {}  # robots that are stopping -> where they may come to rest
        self._since: dict[str, int] = {}  # robots that are stopping -> observation at which they were told to
        self._planned_from: dict[str, object] = {}  # robots that are stopping -> what was seen of it

    @property
    def doing(self) -> dict[str, str]:
        """Busy robot -> the leaf it works for, empty where it only makes way."""
        return {robot: dispatch.leaf for robot, (dispatch, _) in self.running.items()}

    @property
    def still(self) -> bool:
        """Whether nobody is busy and all that were to stop have stopped."""
        return not self.running and not self.stopping

    @property
    def only_held(self) -> bool:
        """Whether some robots are held and no other is busy."""
        return bool(self.held) and self.held.issuperset(self.running)

    @property
    def fraction(self) -> float:
        """Share of the work of the plan that is done, 0 to 1."""
        return self.dispatcher.fraction if self.dispatcher else 0.0

    @property
    def through(self) -> set[str]:
        """Leaves for which the plan has no steps left."""
        states = self.dispatcher.leaf_states() if self.dispatcher else {}
        return {leaf for leaf, progress in states.items() if progress.state == "finished"}

    def look(self, situation: Situation) -> Live:
        """Takes down what busy robots have left to do, and where those stand that are stopping."""
        assert self.dispatcher is not None, "the first plan comes first"
        outstanding = {}
        for robot, (d, _) in self.running.items():
            came, path = self.dispatcher.still_to_pass(robot, situation.state)
            outstanding[robot] = Outstanding(robot, d.leaf, d.skill, d.args, path, d.id, came)
        self._planned_from = {robot: _traces(c, situation.state) for robot, c in self.stopping.items()}
        self.live = Live(situation, outstanding)
        return self.live

    def rest(self, robot: str, state: WorldState) -> SkillCommand:
        """What a busy robot has still to do of what it was told."""
        assert self.dispatcher is not None, "the first plan comes first"
        return replace(self.running[robot][1], path=self.dispatcher.still_to_pass(robot, state)[1])

    def adopt(self, plan: TeamPlan, spec: HierarchicalSpec, live: Live) -> dict[str, str]:
        """Goes on with another plan.

        Args:
            plan: The plan, with what was outstanding in front.
            spec: What it is for.
            live: What it was made from.

        Returns:
            Step under which a robot was told what it is doing -> its step in this plan.
        """
        carried = live.dispatches(plan)
        self.dispatcher = Dispatcher(plan, spec, self.world, carried)
        self.worked = {step.leaf for steps in plan.steps.values() for step in steps}
        renamed = {}
        for robot, dispatch in carried.items():
            if dispatch.id in live.ended:
                self.dispatcher.finished(dispatch.id, live.ended[dispatch.id])
            else:
                before, command = self.running[robot]
                self.running[robot] = (dispatch, command)
                renamed[before.step] = dispatch.step
        self.cut &= carried.keys()
        self.live = None
        return renamed

    def start(self, state: WorldState, name: str) -> list[tuple[Dispatch, SkillCommand]]:
        """The commands to give now; their ids begin with a name."""
        assert self.dispatcher is not None
        found = []
        idle = self.held | self.stopping.keys()
        for d in self.dispatcher.ready(state, held=idle, claimed=self._rolling):
            command = SkillCommand(f"{name}/{d.id}", d.robot, d.skill, d.args, d.path, d.leaf)
            self.running[d.robot] = (d, command)
            found.append((d, command))
        return found

    def ended(self, result: SkillResult) -> Dispatch | None:
        """Notes how a command has ended; None where it is not one that is outstanding."""
        robot = result.command.robot
        dispatch, command = self.running.get(robot, (None, None))
        if dispatch is None or command != result.command or self.dispatcher is None:
            return None
        del self.running[robot]
        succeeded = result.status is SkillStatus.SUCCESS
        self.dispatcher.finished(dispatch.id, succeeded)
        if self.live is not None:
            self.live.ended[dispatch.id] = succeeded
        if self.halted(result):
            self.cut.add(robot)
        return dispatch

    def halted(self, result: SkillResult) -> bool:
        """Whether a command did not succeed because its robot was held meanwhile, which is no failure."""
        excused = result.command.robot in self.held or result.command.id in self._excused
        return result.status is not SkillStatus.SUCCESS and excused

    def interrupt(self, robots: Collection[str], state: WorldState) -> None:
        """Forgets what robots are doing; they are to stop."""
        for robot in [robot for robot in robots if robot in self.running]:
            assert self.dispatcher is not None
            dispatch, self.stopping[robot] = self.running.pop(robot)
            self._since[robot] = state.sequence
            self._rolling[robot] = self.dispatcher.still_to_pass(robot, state)[1]
            self.dispatcher.finished(dispatch.id, False)
            self.cut.add(robot)

    def broke_off(self, state: WorldState) -> list[str]:
        """Takes in an observation; robots that are seen to have broken off, but not where they were planned from."""
        elsewhere = []
        for robot, command in list(self.stopping.items()):
            if state.robots[robot].broke_off and state.sequence > self._since[robot]:
                self._forget(robot)
                planned_from = self._planned_from.pop(robot, None)
                if planned_from is not None and planned_from != _traces(command, state):
                    elsewhere.append(robot)
        return elsewhere

    def stopped(self, result: SkillResult, state: WorldState) -> bool:
        """Notes that a robot has stopped; whether the place it was planned from still fits."""
        robot = result.command.robot
        self._forget(robot)
        planned_from = self._planned_from.pop(robot, None)
        finished = result.status is SkillStatus.SUCCESS and not result.command.path
        return planned_from is None or (planned_from == _traces(result.command, state) and not finished)

    def lose(self, state: WorldState) -> None:
        """Expects no more word from robots that were to stop and are lost."""
        for robot in [robot for robot in self.stopping if not state.robots[robot].alive]:
            self._forget(robot)

    def hold(self, robots: Collection[str]) -> None:
        """Gives robots no new commands until they are freed."""
        self.held |= set(robots)
        self._excused |= {command.id for robot, (_, command) in self.running.items() if robot in self.held}

    def free(self, robots: Collection[str], state: WorldState) -> list[str]:
        """Lets robots go on; those of them that are not where the plan has them."""
        freed = sorted(self.held & set(robots))
        self.held.difference_update(freed)
        return [robot for robot in freed if robot in self.cut or self._moved(robot, state)]

    def paused(self, robot: str) -> str:
        """Why an idle robot waits, where that is because one is held; else empty."""
        if robot in self.held:
            return f"{robot} is paused"
        queue, seen = [robot] if self.held else [], {robot}
        while queue and self.dispatcher is not None:
            for other in sorted(self.dispatcher.waits_for(queue.pop()) - seen):
                if other in self.held:
                    return f"{robot} waits for {other}, which is paused"
                seen.add(other)
                queue.append(other)
        return ""

    def why_idle(self, leaf: str, ledger: Ledger) -> str:
        """Why an open leaf is as it is, one sentence."""
        robot = ledger.leaves[leaf].robot
        if not robot:
            return ledger.sentences[leaf]
        return self.paused(robot) or ledger.why_waits(leaf, self.doing)

    def _moved(self, robot: str, state: WorldState) -> bool:
        if robot in self.running or self.dispatcher is None:
            return False
        return self.dispatcher.place(robot) != state.robots[robot].cell

    def _forget(self, robot: str) -> None:
        del self.stopping[robot], self._rolling[robot], self._since[robot]


def _traces(command: SkillCommand, state: WorldState) -> object:
    """What is seen of a command that was broken off: its robot, and what it was applied to."""
    robot = state.robots[command.robot]
    things = [(t.cell, t.support, t.held_by) for name in command.args if (t := state.things.get(name))]
    flags = {flag for flag in state.flags if flag[0] in command.args}
    return robot.cell, robot.holding, things, flags
