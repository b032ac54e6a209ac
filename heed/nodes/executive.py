"""The executive: runs missions, and is the one to talk to.

It takes an instruction through understanding, planning, execution and verification
(:class:`heed.nodes.runner.Runner`), and answers everything that is said meanwhile
(:class:`heed.nodes.conversation.Conversation`).
"""

from __future__ import annotations

import time
import uuid
from contextlib import suppress
from typing import Any

from rclpy.action import ActionServer, CancelResponse

from grounding.mission.task import TaskTree
from heed import conversions as to
from heed.dialogue import Reply, ReplyStatus, Utterance
from heed.gate import Guard
from heed.nodes import qos
from heed.nodes.base import HeedNode, Option, run_node
from heed.nodes.conversation import Conversation
from heed.nodes.fleet import HALT_S, Fleet
from heed.nodes.job import Job, Over
from heed.nodes.peers import Peers
from heed.nodes.runner import Runner
from heed.nodes.voice import Voice
from heed.nodes.waiting import News
from heed.outcome import Outcome
from heed.pipeline import OUTCOME_OF_PLAN
from heed.session import Session
from heed_interfaces.action import Instruct
from heed_interfaces.msg import Halt
from heed_interfaces.msg import MonitorState as MonitorStateMsg
from heed_interfaces.msg import WorldState as WorldStateMsg
from heed_interfaces.srv import Cancel, PlanInstruction, Say
from planners.situation import Situation
from sim.protocol import SkillResult

#: How often time limits are looked at (wall seconds).
PULSE_S = 0.1


class ExecutiveNode(HeedNode):
    """Has one mission at a time carried out, and listens to what is said about it."""

    node_name = "executive_node"
    options = (
        Option("retries", 2, "How often a failed skill is tried again.", low=0, high=20),
        Option("replans", 3, "How often the rest of a mission is planned anew.", low=0, high=20),
        Option("stall_s", 60.0, "No progress for so long: plan anew.", "simulated s", low=1.0, high=3600.0),
        Option("silence_s", 30.0, "A node that has left for so long is given up.", "s", low=0.5, high=600.0),
        Option("answer_s", 180.0, "How long a node that is slow or not up is waited for.", "s", low=0.1, high=3600.0),
        Option(
            "question_s", 120.0, "How long a question waits for its answer; 0 = for ever.", "s", low=0.0, high=86400.0
        ),
        Option("objective", "makespan", "What plans minimise.", choices=("makespan", "cost")),
        Option("time_limit", 2.0, "Time for one plan.", "s", low=0.05, high=600.0),
    )

    def prepare(self) -> None:
        """Starts with nothing to do; builds the reader of corrections, so that no operator waits for it."""
        self._count = 0
        self._begun: Job | None = None  # the last mission that was said
        self._session = Session(self.world)
        self._session.warm_up()

    def on_start(self) -> None:
        """Offers the action and the services."""
        self._news = News()
        voice = Voice(self)
        peers = Peers(self, self._news)
        self._fleet = Fleet(self, self._on_result, self._on_doing, self._guard)
        self._peers, self._runner = peers, Runner(self, self._news, peers, self._fleet, voice, self._session)
        self._conversation = Conversation(
            self, self._news, peers, self._fleet, voice, self._session, self._runner, self._begin
        )
        self.add_subscription(WorldStateMsg, "world_state", self._on_state, qos.OBSERVATIONS)
        self.add_subscription(MonitorStateMsg, "monitor_state", self._on_monitor, qos.EVENTS)
        self.add_subscription(Halt, "halt", self._on_halt, qos.HALT)
        self.add_service(PlanInstruction, "plan_instruction", self._plan_instruction)
        self.add_service(Cancel, "cancel", self._cancel_service)
        self.add_service(Say, "say", self._say_service, qos_profile=qos.SPEECH)
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
        self.add_timer(PULSE_S, self._pulse)

    def on_stop(self) -> None:
        """Ends what the robots of a mission that is cut off do, and ends it."""
        if hasattr(self, "_runner") and self._runner.job is not None:
            self._fleet.cancel()
        if hasattr(self, "_news"):
            self._news.close("The mission was cut off: executive_node was deactivated.")

    # What comes in

    def _on_state(self, msg: WorldStateMsg) -> None:
        if not self.knows(msg.world):
            return
        runner = self._runner
        first = runner.state is None
        runner.state = state = to.state_from_msg(msg)
        if first:
            runner.tell_session()
        runner.seen = time.monotonic()
        self._conversation.observe(state)
        if runner.job is not None and runner.job.mission is not None:
            runner.job.mission.observe(state)
        self._news.tell()

    def _on_monitor(self, msg: MonitorStateMsg) -> None:
        job = self._runner.job
        if job is not None and msg.mission == job.name:
            job.monitor = msg
            self._news.tell()

    def _on_result(self, result: SkillResult, said: bool) -> None:
        if said:
            self._conversation.ended(result)
        elif self._runner.job is not None and self._runner.job.mission is not None:
            self._runner.job.mission.ended(result)
        self._news.tell()

    def _on_doing(self, robot: str, sentence: str) -> None:
        if self._runner.job is not None and self._runner.job.mission is not None:
            self._runner.job.mission.doing(robot, sentence)

    def _guard(self) -> Guard:
        """What the gate knows at this moment."""
        runner = self._runner
        assert runner.state is not None, "no order goes out before the first observation"
        mission = runner.job.mission if runner.job is not None else None
        if mission is None:
            return Guard(self.world, runner.state, self._session.modes)
        return Guard(self.world, runner.state, self._session.modes, mission.spec, mission.history)

    def _on_halt(self, msg: Halt) -> None:
        if msg.sender != self.node_name:
            self._conversation.on_halt(msg.robots, msg.halted, msg.sender)

    async def _pulse(self) -> None:
        self._news.tell()
        await self._conversation.expire()

    # Talking

    async def _say_service(self, request: Say.Request, response: Say.Response) -> Say.Response:
        utterance = to.utterance_from_request(request)
        now = self._runner.state.time if self._runner.state is not None else 0.0
        try:
            reply = await self._conversation.say(utterance)
        except Over as over:  # deactivated meanwhile
            reply = Reply(ReplyStatus.REFUSED, sentence=over.message)
        response.reply = to.reply_to_msg(reply, utterance=utterance, time=now)
        return response

    async def _cancel_service(self, request: Cancel.Request, response: Cancel.Response) -> Cancel.Response:
        job = self._runner.job
        if job is None:
            response.message = "Nothing is running."
            return response
        if request.mission and request.mission != job.name:
            response.message = f"There is no mission {request.mission!r}; {job.name} is running."
            return response
        job.cancel = request.reason or "canceled by the operator"
        self._news.tell()
        with suppress(Over):  # deactivated meanwhile: the mission ends by itself
            response.canceled = await self._news.until(lambda: job.outcome is not None, 4 * HALT_S)
        stand = "The robots have stopped." if response.canceled else "The robots have not stopped yet."
        if response.canceled and job.outcome is not Outcome.CANCELED:
            response.canceled, stand = False, f"It was over already: {job.message}"
        response.message = " ".join([stand, *self._runner.held()])
        return response

    def _cancel_action(self, handle: Any) -> CancelResponse:
        job = self._runner.job
        if job is not None and handle in job.handles[1:]:
            return CancelResponse.REJECT  # the mission is somebody else's
        if job is not None and handle in job.handles:
            job.cancel = "canceled by the operator"
            self._news.tell()
        return CancelResponse.ACCEPT

    # Missions

    def _new_job(self, text: str, tree: TaskTree | None = None) -> Job:
        self._count += 1
        return Job(
            f"mission_{self._count}_{uuid.uuid4().hex[:4]}", text, tree
        )  # unique also after a restart of this node

    def _begin(self, text: str, tree: TaskTree) -> Job:
        """Starts a mission that was said."""
        self._runner.job = self._begun = job = self._new_job(text, tree)
        assert self.executor is not None
        self.executor.create_task(self._runner.run, job)
        return job

    async def _instruct(self, handle: Any) -> Instruct.Result:
        """A mission that was sent; while another one runs, it joins that."""
        request, job = handle.request, self._runner.job
        if job is None:
            job = self._runner.job = self._new_job(request.text)
            job.handles.append(handle)
            await self._runner.run(job)
        else:
            joined = await self._join(job, handle, Utterance(request.text, speaker=request.speaker))
            if isinstance(joined, Instruct.Result):
                handle.abort()
                return joined
            job = joined
        if job.outcome is Outcome.SUCCEEDED:
            handle.succeed()
        elif handle.is_cancel_requested:
            handle.canceled()
        else:
            handle.abort()
        return job.result()

    async def _join(self, job: Job, handle: Any, utterance: Utterance) -> Instruct.Result | Job:
        """Adds an instruction to the running mission and follows that to its end; the answer where it cannot."""
        reply = await self._conversation.say(utterance)
        outcome = {ReplyStatus.REFUSED: Outcome.REJECTED, ReplyStatus.ASKED: Outcome.ASKED}.get(reply.status)
        if outcome is not None:
            question = to.question_to_msg(reply.question)
            return Instruct.Result(
                outcome=to.outcome_to_msg(outcome, reply.sentence), mission=job.name, question=question
            )
        if job.outcome is not None and self._begun is not None and self._begun.name != job.name:
            job = self._begun  # the mission ended meanwhile, so this began one
        job.handles.append(handle)
        with suppress(Over):
            while job.outcome is None:
                await self._news.next()
        if job.outcome is None:
            job.outcome, job.message = Outcome.CANCELED, self._news.closed
        return job

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
            situation = Situation(await self._runner.current_state())
            result = await self._peers.plan(answer.specification, situation, timings, answer.tree.level)
            response.plan = to.plan_to_msg(result)
            if result.plan is None:
                return OUTCOME_OF_PLAN[result.status], result.message
            return Outcome.SUCCEEDED, result.message

        response.outcome = to.outcome_to_msg(*await self._runner.guarded(work))
        fields = to.timings_to_fields(timings)
        response.timing_names, response.timing_ms = fields["timing_names"], fields["timing_ms"]
        return response


def main() -> None:
    """Runs the node."""
    run_node(ExecutiveNode)
