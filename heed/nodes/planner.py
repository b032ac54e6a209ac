"""The team planner as a service; no plan leaves it that the independent checker has not accepted."""

from __future__ import annotations

from grounding.errors import HeedError
from heed.conversions import plan_to_msg, specification_from_msg, state_from_msg
from heed.nodes.base import HeedNode, Option, run_node
from heed_interfaces.srv import MakePlan
from planners import hltl
from planners.check import check
from planners.plan import PlanResult, PlanStatus


class PlannerNode(HeedNode):
    """Answers ``make_plan``. Who asked decides what to do with the plan and publishes it."""

    node_name = "planner_node"
    options = (Option("time_limit", 2.0, "Time for one plan where the request names none.", "s", low=0.05, high=600.0),)

    def on_start(self) -> None:
        """Offers the service."""
        self.add_service(MakePlan, "make_plan", self._make_plan)

    def _make_plan(self, request: MakePlan.Request, response: MakePlan.Response) -> MakePlan.Response:
        try:
            result = self._plan(request)
        except HeedError as error:
            result = PlanResult(PlanStatus.INVALID, message=str(error))
        except Exception as error:
            result = PlanResult(PlanStatus.INVALID, message=self.log_unexpected(error))
        response.plan = plan_to_msg(result, mission=request.specification.mission)
        return response

    def _plan(self, request: MakePlan.Request) -> PlanResult:
        spec = specification_from_msg(request.specification)
        state = state_from_msg(request.state) if request.state.robots else None
        done = dict(zip(request.done, request.done_robots, strict=True))
        result = hltl.plan(
            spec,
            self.world,
            state=state,
            done=done,
            objective=request.objective or "makespan",
            time_limit=request.time_limit or self.settings["time_limit"],
        )
        if result.plan is None:
            return result
        verdict = check(result.plan, spec, self.world, state=state, done=done)
        if verdict.ok:
            return result
        problems = " ".join(verdict.problems)
        self.get_logger().error(f"The checker refused a plan of {result.engine or 'the planner'}: {problems}")
        return PlanResult(PlanStatus.INVALID, message=f"The checker refused the plan: {problems}", engine=result.engine)


def main() -> None:
    """Runs the node."""
    run_node(PlannerNode)
