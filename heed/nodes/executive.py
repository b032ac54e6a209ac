"""The executive: takes an instruction through understanding, planning, execution and verification.

What to start, try again, plan anew or give up is decided by :class:`heed.mission.Mission`; this
node carries its orders to the robots and what is seen back to it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from rclpy.action import ActionServer, CancelResponse

from grounding.errors import HeedError
from grounding.state import WorldState
from heed import conversions as to
from heed.mission import Limits, Mission, Phase
from heed.nodes import qos
from heed.nodes.base import HeedNode, Option, run_node
from heed.nodes.fleet import HALT_S, Fleet
from heed.nodes.job import Job, Over
from heed.nodes.peers import Peers
from heed.nodes.waiting import News
from heed.outcome import Outcome
from heed.pipeline import OUTCOME_OF_PLAN
from heed.progress import MissionStatus, Stage
from heed_interfaces.action import Instruct
from heed_interfaces.msg import MissionStatus as MissionStatusMsg
from heed_interfaces.msg import MonitorState as MonitorStateMsg
from heed_interfaces.msg import Plan as PlanMsg
from heed_interfaces.msg import Specification, TaskTree
from heed_interfaces.msg import WorldState as WorldStateMsg
from heed_interfaces.srv import Cancel, PlanInstruction
from planners.situation import Situation
from sim.protocol import SkillResult

#: How often time limits are looked at (wall seconds).
PULSE_S = 0.1
#: Robots in the middle of a cell that have not moved for so long (simulated seconds) stand still.
STILL_S = 0.15


class ExecutiveNode(HeedNode):
    """Has one instruction at a time carried out."""

    node_name = "executive_node"
    options = (
        Option("retries", 2, "How often a failed skill is tried again.", low=0, high=20),
        Option("replans", 3, "How often the rest of a mission is planned anew.", low=0, high=20),
        Option("stall_s", 60.0, "No progress for so long: plan anew.", "simulated s", low=1.0, high=3600.0),
        Option("silence_s", 10.0, "No news of the robots for so long: give up.", "s", low=0.5, high=600.0),
        Option("answer_s", 5.0, "How long a node that is not up is waited for.", "s", low=0.1, high=60.0),
        Option("objective", "makespan", "What plans minimise.", choices=("makespan", "cost")),
        Option("time_limit", 2.0, "Time for one plan.", "s", low=0.05, high=600.0),
    )

    def prepare(self) -> None:
        """Starts with nothing to do."""
        self._job: Job | None = None
        self._count = 0
        self._state: WorldState | None = None
        self._seen = 0.0  # wall second of the last observation

    def on_start(self) -> None:
        """Offers the action and the services."""
        self._news = News()
        self._tree_pub = self.add_publisher(TaskTree, "task_tree", qos.LATCHED)
        self._spec_pub = self.add_publisher(Specification, "specification", qos.LATCHED)
        self._plan_pub = self.add_publisher(PlanMsg, "plan", qos.LATCHED)
        self._status_pub = self.add_publisher(MissionStatusMsg, "mission_status", qos.EVENTS)
        self.add_subscription(WorldStateMsg, "world_state", self._on_state, qos.OBSERVATIONS)
        self.add_subscription(MonitorStateMsg, "monitor_state", self._on_monitor, qos.EVENTS)
        self._peers = Peers(self, self._news)
        self._fleet = Fleet(self, self._on_result, self._on_doing)
        self.add_service(PlanInstruction, "plan_instruction", self._plan_instruction)
        self.add_service(Cancel, "cancel", self._cancel_service)
        self.add_action(
            ActionServer(
                self,
                Instruct,
                "instruct",
                self._instruct,
                callback_group=self.group,
                cancel_callback=self._cancel_action,
                result_timeout=qos.RESULT_TIMEOUT_S,
            )
        )
        self.add_timer(PULSE_S, self._news.tell)

    def on_stop(self) -> None:
        """Halts the robots of a mission that is cut off, and ends it."""
        if getattr(self, "_job", None) is not None:
            self._fleet.halt()
        if hasattr(self, "_news"):
            self._news.close("The mission was cut off: executive_node was deactivated.")

    # What comes in

    def _on_state(self, msg: WorldStateMsg) -> None:
        if not self.knows(msg.world):
            return
        self._state = to.state_from_msg(msg)
        self._seen = time.monotonic()
        if self._job is not None and self._job.mission is not None:
            self._job.mission.observe(self._state)
        self._news.tell()

    def _on_monitor(self, msg: MonitorStateMsg) -> None:
        if self._job is not None and msg.mission == self._job.name:
            self._job.monitor = msg
            self._news.tell()

    def _on_result(self, result: SkillResult) -> None:
        if self._job is not None and self._job.mission is not None:
            self._job.mission.ended(result)
        self._news.tell()

    def _on_doing(self, robot: str, sentence: str) -> None:
        if self._job is not None and self._job.mission is not None:
            self._job.mission.doing(robot, sentence)

    def _cancel_action(self, handle: Any) -> CancelResponse:
        if self._job is not None and self._job.handle is handle:
            self._job.cancel = "canceled by the operator"
            self._news.tell()
        return CancelResponse.ACCEPT

    async def _cancel_service(self, request: Cancel.Request, response: Cancel.Response) -> Cancel.Response:
        job = self._job
        if job is None:
            response.message = "Nothing is running."
            return response
        job.cancel = request.reason or "canceled by the operator"
        self._news.tell()
        with suppress(Over):  # deactivated meanwhile: the mission ends by itself
            response.canceled = await self._news.until(lambda: self._job is not job, 2 * HALT_S)
        response.message = "The robots have stopped." if response.canceled else "The robots have not stopped yet."
        return response

    # One mission

    async def _instruct(self, handle: Any) -> Instruct.Result:
        if self._job is not None:
            handle.abort()
            message = f"Busy with {self._job.text!r}; cancel that first."
            return Instruct.Result(outcome=to.outcome_to_msg(Outcome.REJECTED, message))
        self._count += 1
        name = f"mission_{self._count}_{uuid.uuid4().hex[:4]}"  # unique also after a restart of this node
        job = self._job = Job(name, handle.request.text, handle)
        try:
            outcome, message = await self._guarded(self._carry_out, job)
            if not self._news.closed:
                await self._guarded(self._wind_up, job, outcome, message)
        finally:
            self._job = None
            self._news.tell()
        if outcome is Outcome.SUCCEEDED:
            handle.succeed()
        elif handle.is_cancel_requested:
            handle.canceled()
        else:
            handle.abort()
        return job.result(outcome, message)

    async def _guarded(self, work: Callable[..., Any], *args: Any) -> tuple[Outcome, str]:
        """Runs a part of a mission; whatever goes wrong becomes an outcome with a sentence."""
        try:
            return await work(*args)
        except Over as over:
            return over.outcome, over.message
        except HeedError as error:
            return Outcome.INTERNAL_ERROR, str(error)
        except Exception as error:
            return Outcome.INTERNAL_ERROR, self.log_unexpected(error)

    async def _carry_out(self, job: Job) -> tuple[Outcome, str]:
        """The whole way from words to verdicts."""
        self.get_logger().info(f"{job.name}: {job.text!r}")
        job.episode = await self._peers.start_episode(job.name, job.text)
        await self._ground(job)
        await self._stage(job, Stage.PLAN, "looks for a plan")
        spec = to.specification_from_msg(job.specification)
        job.tree, _ = to.tree_from_msg(job.tree_msg)
        limits = Limits(self.settings["retries"], self.settings["replans"], self.settings["stall_s"])
        mission = Mission(job.name, job.tree, spec, self.world, limits)
        mission.observe(await self._current_state())
        job.mission = mission
        self._spec_pub.publish(job.specification)
        self._tell(job, Stage.PLAN)
        await self._find_plan(job, mission)
        started = time.perf_counter()
        try:
            await self._execute(job, mission)
        finally:
            await self._halt()
            job.timings["execute"] = 1e3 * (time.perf_counter() - started)
            await self._verify(job, mission)
        return self._verdict(job, mission)

    async def _ground(self, job: Job) -> None:
        """Words to tree and specification."""
        await self._stage(job, Stage.GROUND, "reads the instruction")
        answer = await self._peers.understand(job.text, job.name, job.timings)
        job.tree_msg, job.specification = answer.tree, answer.specification
        outcome, message = to.outcome_from_msg(answer.outcome)
        if outcome is not Outcome.SUCCEEDED:
            raise Over(outcome, message)

    async def _find_plan(self, job: Job, mission: Mission) -> None:
        """A plan for everything that is not done yet, from where things are now."""
        self._refuse_if_canceled(job)
        previous = job.plan if mission.plan is not None else None
        result = await self._peers.plan(
            job.specification, mission.situation, job.timings, mission.tree.level, previous, _sentence(mission.reason)
        )  # fmt: skip
        job.plan = to.plan_to_msg(result, mission=job.name, time=mission.state.time)
        self._plan_pub.publish(job.plan)
        if result.plan is None:
            outcome, message = OUTCOME_OF_PLAN[result.status], result.message
            if mission.reason:
                outcome, message = Outcome.EXECUTION_FAILED, f"{mission.reason} No other plan was found: {message}"
            mission.give_up(message)
            raise Over(outcome, message)
        self._refuse_if_canceled(job)
        mission.adopt(result.plan)
        for change in result.changes:
            self.get_logger().info(f"{job.name}: {change}")
        # The monitor must hear which leaves are begun anew before they are.
        self._tell(job, Stage.PLAN, " ".join(result.changes) or result.message)

    async def _execute(self, job: Job, mission: Mission) -> None:
        """Carries out orders until every leaf is done or the mission has failed."""
        self._seen = time.monotonic()
        while True:
            if job.cancel or job.violation:
                mission.abandon(job.cancel or job.violation)
            orders = mission.advance()
            self._tell(job, Stage.EXECUTE)  # the monitor must hear of a leaf before its first skill starts
            if orders.stop:
                self._fleet.halt()
            for command in orders.start:
                self._fleet.send(command, mission=job.name, time=mission.state.time)
            if mission.phase is Phase.FINISHED:
                return
            if mission.phase in (Phase.FAILED, Phase.PLANNING):
                await self._stillness()
            if mission.phase is Phase.FAILED:
                raise Over(Outcome.CANCELED if job.cancel else Outcome.EXECUTION_FAILED, _sentence(mission.reason))
            if mission.phase is Phase.PLANNING:
                self.get_logger().info(f"{job.name}: plans again: {mission.reason}")
                mission.reopen()
                self._tell(job, Stage.PLAN)
                await self._find_plan(job, mission)
                continue
            await self._news.next()
            self._fleet.remind()
            if time.monotonic() - self._seen > self.settings["silence_s"]:
                raise Over(
                    Outcome.EXECUTION_FAILED,
                    f"No observation for {self.settings['silence_s']:g} s: sim_node is not up or not running.",
                )

    async def _verify(self, job: Job, mission: Mission) -> None:
        """Waits for the last word of the monitor."""
        self._tell(job, Stage.VERIFY)
        await self._news.until(lambda: job.monitor.final, self.settings["answer_s"])

    def _verdict(self, job: Job, mission: Mission) -> tuple[Outcome, str]:
        """What the monitor says about a mission all of whose leaves were carried out."""
        if not job.monitor.final:
            return Outcome.INTERNAL_ERROR, "The mission could not be verified: monitor_node is not up."
        if job.unproven:
            message = f"Everything was carried out, but the monitor did not confirm it. {job.unproven}"
            return Outcome.EXECUTION_FAILED, message
        if not job.plan.steps:
            return Outcome.SUCCEEDED, "It was so already: nothing had to move."
        seconds = mission.state.time - mission.started
        return Outcome.SUCCEEDED, f"Done and verified after {seconds:.0f} simulated seconds."

    async def _wind_up(self, job: Job, outcome: Outcome, message: str) -> None:
        """Tells everybody that the mission is over and closes its episode."""
        self._tell(job, Stage.DONE, message)
        if job.episode:
            await self._peers.finish_episode(job.name, outcome, message, job.timings)
        self.get_logger().info(f"{job.name}: {outcome.name}. {message}")

    async def _halt(self) -> None:
        """Stops every robot and waits until they stand still."""
        if not self._fleet.busy:
            return
        deadline = time.monotonic() + HALT_S + 1.0
        while self._fleet.busy and time.monotonic() < deadline:
            self._fleet.halt()
            await self._news.next()
        await self._stillness()

    async def _stillness(self) -> None:
        """Waits until robots that were stopped on their way stand still in the middle of a cell."""
        since = await self._current_state()
        deadline = time.monotonic() + HALT_S
        while time.monotonic() < deadline:
            await self._news.next()
            now = await self._current_state()
            if _poses(now) != _poses(since):
                since = now
            elif now.time - since.time > (STILL_S if self._centred(now) else 1.0):
                return

    def _centred(self, state: WorldState) -> bool:
        """Whether every robot that can move is in the middle of its cell."""
        for robot in state.robots.values():
            x, y = self.world.centre(robot.cell)
            off = max(abs(robot.pose[0] - x), abs(robot.pose[1] - y))
            if robot.alive and off > 0.1 * self.world.cell_size:
                return False
        return True

    # What goes out

    async def _stage(self, job: Job, stage: Stage, sentence: str) -> None:
        self._refuse_if_canceled(job)
        self._tell(job, stage, sentence)

    def _tell(self, job: Job, stage: Stage, sentence: str = "") -> None:
        """Publishes status and tree where they have changed, and gives feedback to the operator."""
        status = job.status(stage, sentence, self._state.time if self._state else 0.0)
        changed = job.refresh_tree()
        if changed:
            self._tree_pub.publish(job.tree_msg)
        before, job.told = job.told, status
        if status != before:
            self._status_pub.publish(to.status_to_msg(status))
        if changed or before is None or status != replace(before, time=status.time, leaves=status.leaves):
            self._feed_back(job, status)

    def _feed_back(self, job: Job, status: MissionStatus) -> None:
        if job.handle.is_active:
            feedback = Instruct.Feedback(stage=status.stage.value, fraction=status.fraction, sentence=status.sentence)
            feedback.tree = job.tree_msg
            job.handle.publish_feedback(feedback)

    # Small helpers

    def _refuse_if_canceled(self, job: Job) -> None:
        if job.cancel:
            raise Over(Outcome.CANCELED, _sentence(job.cancel))

    async def _current_state(self) -> WorldState:
        """The latest observation; waits for the first one."""
        if not await self._news.until(lambda: self._state is not None, self.settings["answer_s"]):
            raise Over(Outcome.INTERNAL_ERROR, f"No observation of world {self.world.name!r}: sim_node is not up.")
        assert self._state is not None
        return self._state

    async def _plan_instruction(
        self, request: PlanInstruction.Request, response: PlanInstruction.Response
    ) -> PlanInstruction.Response:
        """Understands and plans, from where things are now, without moving anything."""
        timings: dict[str, float] = {}

        async def work() -> tuple[Outcome, str]:
            answer = await self._peers.understand(request.text, "", timings)
            response.tree, response.specification = answer.tree, answer.specification
            outcome, message = to.outcome_from_msg(answer.outcome)
            if outcome is not Outcome.SUCCEEDED:
                return outcome, message
            situation = Situation(await self._current_state())
            result = await self._peers.plan(answer.specification, situation, timings, answer.tree.level)
            response.plan = to.plan_to_msg(result)
            if result.plan is None:
                return OUTCOME_OF_PLAN[result.status], result.message
            return Outcome.SUCCEEDED, result.message

        response.outcome = to.outcome_to_msg(*await self._guarded(work))
        fields = to.timings_to_fields(timings)
        response.timing_names, response.timing_ms = fields["timing_names"], fields["timing_ms"]
        return response


def _poses(state: WorldState) -> list[tuple[float, ...]]:
    return [tuple(round(value, 3) for value in robot.pose) for robot in state.robots.values()]


def _sentence(text: str) -> str:
    """A clause as a sentence; ids such as robot_1 stay as they are."""
    first = text.split(" ", 1)[0].rstrip(":,")
    capital = text[:1].upper() + text[1:] if first.isalpha() else text
    return capital + ("" if text.endswith((".", "!", "?")) else ".")


def main() -> None:
    """Runs the node."""
    run_node(ExecutiveNode)
