"""The other nodes as the executive sees them: what it asks of grounding, planner and recorder."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from heed.conversions import plan_from_msg, situation_to_msg, timings_from_fields
from heed.nodes import qos
from heed.nodes.base import HeedNode
from heed.nodes.job import Over
from heed.nodes.waiting import News
from heed.outcome import Outcome
from heed_interfaces.msg import Plan, Specification
from heed_interfaces.srv import Episode, MakePlan, Translate
from planners.plan import PlanResult
from planners.situation import Situation

#: A mission goes on without a recorder that is not up after so long (wall seconds).
RECORDER_S = 3.0


class Peers:
    """Clients of the services of other nodes.

    Args:
        node: The node that asks; its parameters ``answer_s``, ``objective`` and ``time_limit`` count.
        news: Wakes whoever waits.
    """

    def __init__(self, node: HeedNode, news: News) -> None:
        self._node, self._news = node, news
        self._translate = node.add_client(Translate, "translate")
        self._make_plan = node.add_client(MakePlan, "make_plan")
        self._episode = node.add_client(Episode, "episode")

    async def understand(self, text: str, mission: str, timings: dict[str, float]) -> Translate.Response:
        """What an instruction means; adds to the timings."""
        started = time.perf_counter()
        answer = await self._ask(self._translate, Translate.Request(text=text, mission=mission), "grounding_node")
        timings["ground"] = 1e3 * (time.perf_counter() - started)
        timings.update(timings_from_fields(answer))
        return answer

    async def plan(
        self,
        specification: Specification,
        situation: Situation,
        timings: dict[str, float],
        level: str = "",
        previous: Plan | None = None,
        reason: str = "",
        pinned: Mapping[str, str] | None = None,
    ) -> PlanResult:
        """A plan for what is not done, as close as may be to the one there was; adds to the timings.

        Args:
            specification: What is asked for.
            situation: Where the mission stands.
            timings: What took how long, in milliseconds.
            level: Level of abstraction of the instruction.
            previous: The plan there was.
            reason: Why it is planned anew.
            pinned: Leaf -> robot that it stays with, if there is a plan so.
        """
        limit = self._node.settings["time_limit"]
        request = MakePlan.Request(
            specification=specification,
            situation=situation_to_msg(situation, self._node.world.name),
            previous=previous or Plan(),
            reason=reason,
            pinned=list(pinned or {}),
            pinned_robots=list((pinned or {}).values()),
            level=level,
            objective=self._node.settings["objective"],
            time_limit=limit,
        )
        started = time.perf_counter()
        again = limit + qos.ASK_AGAIN_S
        answer = await self._ask(self._make_plan, request, "planner_node", 4 * again, again)
        result = plan_from_msg(answer.plan, self._node.world.robots)
        timings["plan"] = timings.get("plan", 0.0) + 1e3 * (time.perf_counter() - started)
        timings["automata"] = timings.get("automata", 0.0) + result.timings_ms.get("automata", 0.0)
        return result

    async def start_episode(self, mission: str, text: str) -> str:
        """Has the recorder start; the folder, empty where nothing is recorded."""
        log = self._node.get_logger()
        if not await self._news.until(self._episode.service_is_ready, RECORDER_S):
            log.warning("recorder_node is not up: this mission is not recorded.")
            return ""
        metadata = json.dumps({"instruction": text})
        request = Episode.Request(start=True, mission=mission, metadata_json=metadata)
        answer = await self._ask(self._episode, request, "recorder_node")
        if not answer.ok and answer.message:
            log.info(answer.message)
        return answer.path

    async def finish_episode(
        self, mission: str, outcome: Outcome, message: str, timings_ms: Mapping[str, float]
    ) -> None:
        """Has the recorder close the episode of a mission."""
        metadata = {"outcome": outcome.name, "message": message, "timings_ms": dict(timings_ms)}
        request = Episode.Request(mission=mission, metadata_json=json.dumps(metadata))
        await self._ask(self._episode, request, "recorder_node")

    async def _ask(
        self, client: Any, request: Any, node: str, seconds: float = 60.0, again: float = qos.ASK_AGAIN_S
    ) -> Any:
        """Calls a service, a second time where the first is not answered.

        Raises:
            Over: The node is not up, or does not answer.
        """
        patience = self._node.settings["answer_s"]
        if not await self._news.until(client.service_is_ready, patience):
            message = f"{node} is not up: nobody offers {client.service_name} after {patience:g} s."
            raise Over(Outcome.INTERNAL_ERROR, message)
        for limit in (again, seconds - again):
            future = client.call_async(request)
            future.add_done_callback(self._news.tell)
            if await self._news.until(future.done, limit):
                return future.result()
            client.remove_pending_request(future)
        raise Over(Outcome.INTERNAL_ERROR, f"{node} did not answer within {seconds:g} s.")
