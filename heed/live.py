"""What a plan is made from while robots go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from grounding.errors import HeedError
from grounding.logic.spec import HierarchicalSpec
from grounding.world import World
from planners.carry_over import Outstanding, project, settled, with_carry_over
from planners.check import check
from planners.dispatch import Dispatch
from planners.plan import TeamPlan
from planners.situation import Situation


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
