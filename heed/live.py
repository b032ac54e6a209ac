"""Planning anew while robots go on: what a plan is made from, and who does not simply carry on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from grounding.errors import HeedError
from grounding.logic.spec import HierarchicalSpec
from grounding.state import WorldState
from grounding.world import Cell, World
from planners.carry_over import Outstanding, project, settled, with_carry_over
from planners.check import check
from planners.dispatch import Dispatch, Dispatcher
from planners.plan import TeamPlan
from planners.situation import Situation
from sim.protocol import SkillCommand, SkillResult, SkillStatus


@dataclass(frozen=True)
class Live:
    """Where a mission stands while a plan is made for it.

    Attributes:
        situation: Where it stands.
        outstanding: Robot -> what it is carrying out.
        ended: Id of a command that has ended since -> whether it went well.
    """

    situation: Situation
    outstanding: Mapping[str, Outstanding]
    ended: dict[str, bool] = field(default_factory=dict)

    @classmethod
    def look(cls, situation: Situation, running: Mapping[str, Dispatch], dispatcher: Dispatcher) -> Live:
        """Takes down what busy robots have left to do.

        Args:
            situation: Where the mission stands.
            running: Robot -> its command.
            dispatcher: Who has sent the commands.
        """
        outstanding = {}
        for robot, d in running.items():
            came, path = dispatcher.still_to_pass(robot, situation.state)
            outstanding[robot] = Outstanding(robot, d.leaf, d.skill, d.args, path, d.id, came)
        return cls(situation, outstanding)

    def projected(self, spec: HierarchicalSpec, world: World) -> Situation:
        """What to plan from.

        Raises:
            HeedError: What is outstanding cannot all succeed.
        """
        return project(world, spec, self.situation, self.outstanding)

    def joined(self, plan: TeamPlan, spec: HierarchicalSpec, world: World) -> TeamPlan:
        """A plan made from the projected situation with what is outstanding in front, checked.

        Raises:
            HeedError: The checker does not accept it.
        """
        found = with_carry_over(plan, self.outstanding, world, spec, self.situation)
        start = replace(self.situation, state=settled(self.situation.state, world, self.outstanding))
        verdict = check(found, spec, world, start)
        if not verdict.ok:
            raise HeedError("the plan", f"does not go together with what robots are doing: {verdict.problems[0]}")
        return found

    def dispatches(self, plan: TeamPlan) -> dict[str, Dispatch]:
        """The commands as first steps of a joined plan."""
        first = {robot: plan.steps[robot][0] for robot in self.outstanding}
        return {
            robot: Dispatch(self.outstanding[robot].dispatch, s.id, robot, s.leaf, s.skill, s.args, s.path)
            for robot, s in first.items()
        }


@dataclass
class Halts:
    """Robots that do not simply carry on.

    Attributes:
        held: Robots that get no commands until they are freed.
        stopping: Robot -> the command that it was told to break off and of which no result is in.
        rolling: Robot that is stopping -> cells in which it may come to rest.
        cut: Robots whose command was broken off after the plan was made.
    """

    held: set[str] = field(default_factory=set)
    stopping: dict[str, SkillCommand] = field(default_factory=dict)
    rolling: dict[str, tuple[Cell, ...]] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    _planned_from: dict[str, tuple[Cell, str | None]] = field(default_factory=dict)

    @property
    def idle(self) -> set[str]:
        """Robots that get no commands now."""
        return self.held | self.stopping.keys()

    def stop(self, robot: str, command: SkillCommand, path: tuple[Cell, ...]) -> None:
        """Notes that a robot is to break off its command, with the cells still ahead of it."""
        self.stopping[robot], self.rolling[robot] = command, path
        self.cut.add(robot)

    def look(self, state: WorldState) -> None:
        """Notes from where those that are stopping are planned for."""
        self._planned_from = {robot: _place(robot, state) for robot in self.stopping}

    def stopped(self, result: SkillResult, state: WorldState) -> bool:
        """Notes that a robot has stopped; whether where it was planned from still fits."""
        robot = result.command.robot
        del self.stopping[robot], self.rolling[robot]
        planned_from = self._planned_from.pop(robot, None)
        finished = result.status is SkillStatus.SUCCESS and not result.command.path
        return planned_from is None or (planned_from == _place(robot, state) and not finished)

    def lost(self, robot: str) -> None:
        """Notes that no result will come from a robot."""
        self.stopping.pop(robot, None)
        self.rolling.pop(robot, None)

    def planned(self, outstanding: Mapping[str, Outstanding]) -> None:
        """Notes that there is a plan for all but what was outstanding."""
        self.cut &= outstanding.keys()


def _place(robot: str, state: WorldState) -> tuple[Cell, str | None]:
    return state.robots[robot].cell, state.robots[robot].holding
