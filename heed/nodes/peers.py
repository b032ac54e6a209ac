"""The other nodes as the executive sees them: what it asks of grounding, planner and recorder."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from heed.conversions import plan_from_msg, situation_to_msg, timings_from_fields
from heed.nodes import qos
from heed.nodes.base import HeedNode
from heed.nodes.fleet import Fleet
from heed.nodes.job import Over
from heed.nodes.waiting import Listening, News
from heed.outcome import Outcome
from heed_interfaces.msg import Plan, Specification
from heed_interfaces.srv import Episode, MakePlan, Translate
from planners.plan import PlanResult
from planners.situation import Situation

#: A mission goes on without a recorder that is not up after so long (wall seconds).
RECORDER_S = 20.0
#: The end of an episode is waited for so long (wall seconds): nobody is to wait long for a recorder that died.
EPISODE_S = 60.0
#: So long without an observation is nothing to speak of (wall seconds).
QUIET_S = 5.0


class Peers:
    """Clients of the services of other nodes.

    Args:
        node: The node that asks; its parameters ``answer_s``, ``silence_s``, ``objective`` and ``time_limit`` count.
        news: Wakes whoever waits.
    """

    def __init__(self, node: HeedNode, news: News) -> None:
        self._node, self._news = node, news
        self._translate = node.add_client(Translate, "translate")
        self._make_plan = node.add_client(MakePlan, "make_plan")
        self._episode = node.add_client(Episode, "episode")
        self._recorder_s = min(RECORDER_S, node.settings["answer_s"])
        self._quiet = Listening()

    async def ready(self, fleet: Fleet, observed: Callable[[], bool], tell: Callable[[str], None]) -> None:
        """Waits until everybody whom a mission needs is up, and tells whom it waits for.

        Args:
            fleet: The robots.
            observed: Whether the world was observed.
            tell: Takes what goes on; may end the waiting with :class:`Over`.

        Raises:
            Over: After ``answer_s`` somebody is still missing; the message says who and how that shows.
        """
        waited, patience = Listening(), self._node.settings["answer_s"]
        while missing := self._missing(fleet, observed()):
            if waited.seconds > patience:
                problems = " ".join(missing.values())
                raise Over(Outcome.INTERNAL_ERROR, f"The fleet is not complete after {patience:g} s. {problems}")
            tell(f"waits for {' and '.join(missing)}")
            await self._news.next()
            waited.listen()

    def _missing(self, fleet: Fleet, observed: bool) -> dict[str, str]:
        """Node that a mission needs and that is not ready -> how that shows."""
        node = self._node
        missing: dict[str, str] = {}
        for name, client in (("grounding_node", self._translate), ("planner_node", self._make_plan)):
            if not client.service_is_ready():
                missing[name] = f"{name} is not up: nobody offers {client.service_name}."
        if not observed:
            missing["sim_node"] = f"No observation of world {node.world.name!r} has come: sim_node is not up."
        elif absent := fleet.absent:
            missing["sim_node"] = f"sim_node is not ready: {' and '.join(absent)} cannot be given orders."
        if not node.count_publishers("monitor_state"):
            up = ("monitor_node", node.get_namespace()) in node.get_node_names_and_namespaces()
            if observed and up:
                missing["monitor_node"] = "monitor_node is up, but has observed nothing yet."
            elif not up:
                missing["monitor_node"] = "monitor_node is not up: nobody watches."
        return missing

    def silence(self, seen: float) -> str:
        """What is to be said about the time since the last observation, empty as long as it is short.

        Args:
            seen: Wall second (monotonic) of the last observation.

        Raises:
            Over: The simulation is gone, or has been silent for longer than anybody waits.
        """
        if time.monotonic() - seen < QUIET_S:
            self._quiet = Listening()
            return ""
        self._quiet.listen(present=self._node.count_publishers("world_state") > 0)
        silence, patience = self._node.settings["silence_s"], self._node.settings["answer_s"]
        if self._quiet.absent > silence:
            message = f"sim_node is gone: nobody has offered observations for {silence:g} s."
            raise Over(Outcome.EXECUTION_FAILED, message)
        if self._quiet.seconds > patience:
            raise Over(Outcome.EXECUTION_FAILED, f"sim_node is up, but has told nothing for {patience:g} s.")
        return "waits for sim_node, which tells nothing"

    async def last_word(self, final: Callable[[], bool], seconds: float | None = None) -> bool:
        """Waits for the last verdicts of the monitor, as long as there is one; whether they have come.

        Args:
            final: Whether they have come.
            seconds: How long to wait at most, in wall seconds; the parameter ``answer_s`` where None.
        """
        waited = Listening()
        patience = self._node.settings["answer_s"] if seconds is None else seconds
        while not final():
            waited.listen(present=self._node.count_publishers("monitor_state") > 0)
            if waited.seconds > patience or waited.absent > self._node.settings["silence_s"]:
                return False
            await self._news.next()
        return True

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
        answer = await self._ask(self._make_plan, request, "planner_node", again=limit + qos.ASK_AGAIN_S)
        result = plan_from_msg(answer.plan, self._node.world.robots)
        timings["plan"] = timings.get("plan", 0.0) + 1e3 * (time.perf_counter() - started)
        timings["automata"] = timings.get("automata", 0.0) + result.timings_ms.get("automata", 0.0)
        return result

    async def start_episode(self, mission: str, text: str) -> str:
        """Has the recorder start; the folder, empty where nothing is recorded."""
        log = self._node.get_logger()
        if not await self._news.until(self._episode.service_is_ready, self._recorder_s):
            self._recorder_s = 0.0  # it is not part of this fleet: no mission waits for it again
            log.warning("recorder_node is not up: this mission is not recorded.")
            return ""
        metadata = json.dumps({"instruction": text})
        request = Episode.Request(start=True, mission=mission, metadata_json=metadata)
        answer = await self._ask(self._episode, request, "recorder_node", EPISODE_S)
        if not answer.ok and answer.message:
            log.info(answer.message)
        return answer.path

    async def finish_episode(
        self, mission: str, outcome: Outcome, message: str, timings_ms: Mapping[str, float]
    ) -> None:
        """Has the recorder close the episode of a mission."""
        metadata = {"outcome": outcome.name, "message": message, "timings_ms": dict(timings_ms)}
        request = Episode.Request(mission=mission, metadata_json=json.dumps(metadata))
        await self._ask(self._episode, request, "recorder_node", EPISODE_S)

    async def _ask(
        self, client: Any, request: Any, node: str, patience: float | None = None, again: float = qos.ASK_AGAIN_S
    ) -> Any:
        """Calls a service, and again after ever longer times where it is not answered.

        Args:
            client: Client of the service.
            request: The question; asking it twice does no harm.
            node: Who answers.
            patience: How long to wait altogether, in wall seconds; the parameter ``answer_s`` where None.
            again: Wall seconds after which it is asked for the second time.

        Raises:
            Over: The node is not up, or does not answer.
        """
        patience = self._node.settings["answer_s"] if patience is None else patience
        end = time.monotonic() + patience
        asked: list[Any] = []

        def answered() -> bool:
            return any(future.done() for future in asked)

        try:
            while (left := end - time.monotonic()) > 0:
                if not await self._news.until(lambda: client.service_is_ready() or answered(), left):
                    break
                if not answered():
                    asked.append(client.call_async(request))
                    asked[-1].add_done_callback(self._news.tell)
                if await self._news.until(answered, min(again, max(end - time.monotonic(), 0.0))):
                    return next(future.result() for future in asked if future.done())
                again *= 2
        finally:
            for future in asked:
                client.remove_pending_request(future)
        if client.service_is_ready():
            raise Over(Outcome.INTERNAL_ERROR, f"{node} did not answer within {patience:g} s.")
        message = f"{node} is not up: nobody offers {client.service_name} after {patience:g} s."
        raise Over(Outcome.INTERNAL_ERROR, message)
