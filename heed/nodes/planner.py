"""The team planner as a service; no plan leaves it that the independent checker has not accepted."""

from __future__ import annotations

from heed.conversions import plan_from_msg, plan_to_msg, situation_from_msg, specification_from_msg
from heed.nodes.base import HeedNode, Option, run_node
from heed.pipeline import make_plan
from heed_interfaces.srv import MakePlan
from planners.collector import uncollected
from planners.hltl.memory import Memory
from planners.plan import PlanResult, PlanStatus


class PlannerNode(HeedNode):
    """Answers ``make_plan``. Who asked decides what to do with the plan and publishes it."""

    node_name = "planner_node"
    options = (Option("time_limit", 2.0, "Time for one plan where the request names none.", "s", low=0.05, high=600.0),)

    def on_start(self) -> None:
        """Offers the service."""
        self._memory = Memory(self.world)
        self.add_service(MakePlan, "make_plan", self._make_plan)

    @uncollected()
    def _make_plan(self, request: MakePlan.Request, response: MakePlan.Response) -> MakePlan.Response:
        try:
            result = self._plan(request)
        except Exception as error:
            result = PlanResult(PlanStatus.INVALID, message=self.log_unexpected(error))
        if result.status is PlanStatus.INVALID:
            self.get_logger().error(result.message)
        response.plan = plan_to_msg(result, mission=request.specification.mission)
        return response

    def _plan(self, request: MakePlan.Request) -> PlanResult:
        begun = bool(request.situation.state.robots)
        return make_plan(
            specification_from_msg(request.specification),
            self.world,
            situation_from_msg(request.situation) if begun else None,
            previous=plan_from_msg(request.previous, self.world.robots).plan if request.previous.status else None,
            reason=request.reason,
            level=request.level,
            pinned=dict(zip(request.pinned, request.pinned_robots, strict=True)),
            objective=request.objective or "makespan",
            time_limit=request.time_limit or self.settings["time_limit"],
            memory=self._memory,
        )


def main() -> None:
    """Runs the node."""
    run_node(PlannerNode)
