"""Takes one instruction through understanding, planning, execution and verification.

What to start, try again, plan anew or give up is decided by :class:`heed.mission.Mission`; this
carries its orders to the robots, and changes its plan while it runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from grounding.errors import HeedError
from grounding.logic.conflict import reservation
from grounding.logic.spec import HierarchicalSpec
from grounding.mission.specify import specify
from grounding.mission.task import TaskTree
from grounding.state import WorldState
from heed import conversions as to
from heed.dialogue import Mode, Utterance
from heed.gate import Guard, Refused, Sender, allow
from heed.mission import Mission, Phase
from heed.nodes.base import HeedNode
from heed.nodes.fleet import HALT_S, Fleet
from heed.nodes.job import Job, Over
from heed.nodes.peers import Peers
from heed.nodes.turnstile import Turnstile
from heed.nodes.voice import Voice
from heed.nodes.waiting import News
from heed.outcome import Outcome
from heed.patience import Limits
from heed.pipeline import OUTCOME_OF_PLAN
from heed.progress import Stage
from heed.scene import Scene
from heed.session import Session
from planners.plan import PlanResult, PlanStatus

#: Robots in the middle of a cell that have not moved for so long (simulated seconds) stand still.
STILL_S = 0.15
#: How long a mission that has failed waits for the last word of the monitor (wall seconds).
LAST_WORD_S = 5.0
#: How long robots that are interrupted are waited for before the plan is made (wall seconds).
BREAK_OFF_S = 0.25
#: How often a plan is made anew because too much happened while it was being made.
MOST_TRIES = 3


class Runner:
    """Runs missions, one at a time.

    Args:
        node: The node it belongs to.
        news: Wakes whoever waits.
        peers: The other nodes.
        fleet: The robots.
        voice: Tells everybody what goes on.
        session: Who is in control, and what was asked.

    Attributes:
        job: The mission under way, None where there is none.
        state: The latest observation, None before the first.
        seen: Wall second of that.
        planning: Lets one plan be made at a time.
    """

    def __init__(self, node: HeedNode, news: News, peers: Peers, fleet: Fleet, voice: Voice, session: Session) -> None:
        self._node, self._news, self._peers, self._fleet = node, news, peers, fleet
        self._voice, self._session = voice, session
        self.job: Job | None = None
        self.state: WorldState | None = None
        self.seen = 0.0
        self.planning = Turnstile(news)

    # The stages

    async def run(self, job: Job) -> None:
        """Carries out a mission; its outcome and message are in the job at the end."""
        self.job = job
        outcome, message = await self.guarded(self._carry_out, job)
        try:
            if not self._news.closed:
                outcome, message = await self.guarded(self._wind_up, job, outcome, message)
        finally:
            job.outcome, job.message = outcome, message
            self.job = None
            self._session.open = None  # what was asked spoke of tasks that are over
            self.tell_session()
            self._news.tell()

    async def guarded(self, work: Callable[..., Any], *args: Any) -> tuple[Outcome, str]:
        """Runs a part of a mission; whatever goes wrong becomes an outcome with a sentence."""
        try:
            return await work(*args)  # type: ignore[no-any-return]
        except Over as over:
            return over.outcome, over.message
        except HeedError as error:
            return Outcome.INTERNAL_ERROR, str(error)
        except Exception as error:
            return Outcome.INTERNAL_ERROR, self._node.log_unexpected(error)

    async def _carry_out(self, job: Job) -> tuple[Outcome, str]:
        """The whole way from words to verdicts."""
        self._node.get_logger().info(f"{job.name}: {job.text!r}")
        self.tell_session()
        await self._peers.ready(
            self._fleet, lambda: self.state is not None, lambda text: self._stage(job, Stage.GROUND, text)
        )
        job.episode = await self._peers.start_episode(job.name, job.text)
        if job.tree is None:
            await self._ground(job)
        else:
            self._specify(job, job.tree)
        assert job.tree is not None
        self._stage(job, Stage.PLAN, "looks for a plan")
        mission = self._mission(job, job.tree, await self.current_state())
        job.mission = mission
        mission.hold((*self._session.of_mode(Mode.PAUSED), *self._session.of_mode(Mode.CORRECTING)))
        job.specification.stamp = to.time_to_msg(mission.started)  # from then on it is watched
        self._voice.specification(job)
        self._tell(job, Stage.PLAN)
        async with self.planning:
            await self._find_plan(job, mission)
        started = time.perf_counter()
        try:
            await self._execute(job, mission)
        finally:
            await self._stop(job)
            job.timings["execute"] = 1e3 * (time.perf_counter() - started)
            await self._verify(job)
        return self._verdict(job, mission)

    def _mission(self, job: Job, tree: TaskTree, state: WorldState) -> Mission:
        settings = self._node.settings
        limits = Limits(settings["retries"], settings["replans"], settings["stall_s"])
        mission = Mission(job.name, tree, to.specification_from_msg(job.specification), self._node.world, limits)
        mission.observe(state)
        return mission

    async def _ground(self, job: Job) -> None:
        """Words to tree and specification; asks where they have several meanings."""
        self._stage(job, Stage.GROUND, "reads the instruction")
        answer = await self._peers.understand(job.text, job.name, job.timings)
        outcome, message = to.outcome_from_msg(answer.outcome)
        job.tree_msg, job.specification = answer.tree, answer.specification
        if outcome is Outcome.ASKED:
            options = [
                (o, to.tree_from_msg(t)[0]) for o, t in zip(answer.question.options, answer.readings, strict=True)
            ]
            self._specify(job, await self._asked(job, answer.question.text, options))
            return
        if outcome is not Outcome.SUCCEEDED:
            raise Over(outcome, message)
        job.tree, _ = to.tree_from_msg(answer.tree)

    async def _asked(self, job: Job, text: str, options: Sequence[tuple[str, TaskTree]]) -> TaskTree:
        """Asks what an instruction means and waits for the answer."""
        job.question = self._session.ask(
            text, options, Utterance(job.text), now=time.monotonic(), patience_s=self._node.settings["question_s"]
        )
        self.tell_session()
        self._stage(job, Stage.ASK, text)
        while job.tree is None:
            if job.cancel:
                self._session.withdraw(job.question)
                self.tell_session()
            self._refuse_if_canceled(job)
            if self._session.open is None or self._session.open.question != job.question:
                if job.tree is None:
                    raise Over(Outcome.ASKED, f"Nobody answered, so nothing was done. The question was: {text}")
                break
            await self._news.next()
        job.question = type(job.question)()
        self.tell_session()
        return job.tree

    def _specify(self, job: Job, tree: TaskTree) -> None:
        """Takes a tree that was understood already."""
        job.tree = tree
        job.tree_msg = to.tree_to_msg(tree, mission=job.name)
        job.specification = to.specification_to_msg(specify(tree, self._node.world), mission=job.name)

    async def _find_plan(self, job: Job, mission: Mission) -> None:
        """A plan for everything that is not done yet, while no robot moves."""
        self._refuse_if_canceled(job)
        previous = job.plan if mission.plan is not None else None
        result = await self._peers.plan(
            job.specification, mission.situation, job.timings, mission.tree.level, previous, sentence(mission.reason)
        )  # fmt: skip
        self._publish_plan(job, result)
        if result.plan is None:
            outcome, message = OUTCOME_OF_PLAN[result.status], result.message
            if mission.reason:
                outcome, message = Outcome.EXECUTION_FAILED, f"{mission.reason} No other plan was found: {message}"
            mission.give_up(message)
            raise Over(outcome, message)
        self._refuse_if_canceled(job)
        mission.adopt(result.plan)
        self._log_changes(job, result)
        # The monitor must hear which leaves are begun anew before they are.
        self._tell(job, Stage.PLAN, " ".join(result.changes) or result.message)

    async def _execute(self, job: Job, mission: Mission) -> None:
        """Carries out orders until every leaf is done or the mission has failed."""
        self.seen = time.monotonic()
        while True:
            if job.cancel or job.violation:
                mission.abandon(job.cancel or job.violation)
                self._fleet.cancel()
            if not self.planning.waiting:
                async with self.planning:
                    if await self._advance(job, mission):
                        return
            await self._news.next()
            self._fleet.remind()

    async def _advance(self, job: Job, mission: Mission) -> bool:
        """One turn; True when every leaf is done."""
        orders = mission.advance()
        # The monitor must hear of a leaf before its first skill starts.
        self._tell(job, Stage.EXECUTE, self._peers.silence(self.seen))
        if orders.stop:
            self._fleet.cancel(orders.stop)
        for command in orders.start:
            job.moved = True
            self._fleet.send(command, mission=job.name, time=mission.state.time)
        if mission.phase is Phase.FINISHED:
            return True
        if mission.phase in (Phase.FAILED, Phase.PLANNING):
            await self._stillness()
        if mission.phase is Phase.FAILED:
            raise Over(Outcome.CANCELED if job.cancel else Outcome.EXECUTION_FAILED, sentence(mission.reason))
        if mission.phase is Phase.PLANNING:
            self._node.get_logger().info(f"{job.name}: plans again: {mission.reason}")
            mission.reopen()
            self._tell(job, Stage.PLAN)
            await self._find_plan(job, mission)
        elif mission.needs_plan:
            await self.replan(job, mission.needs_plan)
        return False

    # Changing the plan while robots move

    async def replan(
        self, job: Job, reason: str, tree: TaskTree | None = None, interrupt: Collection[str] = ()
    ) -> PlanResult:
        """Plans what is left while robots go on; the mission stays as it was where there is no plan.

        Call it inside :attr:`planning`.

        Args:
            job: The mission.
            reason: Why, one sentence.
            tree: The mission as it is to be from now on; as it is where None.
            interrupt: Robots whose present work ends now.
        """
        mission = job.mission
        assert mission is not None, "there is a plan to change"
        assert job.tree is not None, "a mission has a tree"
        new = tree or job.tree
        spec = specify(new, self._node.world, frozenset(job.progress.finished))
        before = job.plan
        interrupt = {*interrupt, *self._breaking(mission, spec)}
        if tree is not None:
            mission.amend(tree, spec, interrupt=interrupt)
            await self._break_off(mission)
        msg = to.specification_to_msg(spec, mission=job.name, time=mission.state.time, revision=new.revision)
        result, taken = PlanResult(PlanStatus.TIMEOUT), False
        for _ in range(MOST_TRIES):
            if job.cancel or job.violation or mission.phase is not Phase.RUNNING:
                break
            live = mission.live_situation()
            if live is None and mission.phase is not Phase.RUNNING:
                break  # only a stop helps; the plan is made once the robots stand
            if live is None:
                await self._break_off(mission)
                continue
            situation, outstanding = live
            pinned = self._pinned(mission, spec, interrupt)
            result = await self._peers.plan(msg, situation, job.timings, "L3", before, sentence(reason), pinned)
            if result.plan is None:
                if not mission.retract():
                    mission.abandon(result.message)
                return result
            if taken := mission.adopt(result.plan, outstanding):
                break
        if tree is not None:
            job.tree, job.specification = tree, msg
            self._voice.specification(job)
        if taken:
            self._publish_plan(job, result)
            self._log_changes(job, result)
            await self._advance(job, mission)
        self._news.tell()
        return result

    async def _break_off(self, mission: Mission) -> None:
        """Has robots break off what they are doing, and waits until it is seen where they will come to rest."""
        if mission.stopping:
            self._fleet.cancel(mission.stopping)
            await self._news.until(lambda: not mission.stopping, BREAK_OFF_S)

    def _breaking(self, mission: Mission, spec: HierarchicalSpec) -> list[str]:
        """Robots that would break a rule by finishing what they are doing."""
        guard = Guard(self._node.world, mission.state, {}, spec, mission.history)
        commands = mission.ahead.items()
        return [robot for robot, command in commands if isinstance(allow(command, Sender.OPERATOR, guard), Refused)]

    def _pinned(self, mission: Mission, spec: HierarchicalSpec, interrupt: Collection[str]) -> dict[str, str]:
        """Leaves that stay with their robots because a change does not concern them."""
        planned = mission.plan.assignment if mission.plan is not None else {}
        return {
            leaf: robot
            for leaf, robot in planned.items()
            if leaf in spec.leaves and leaf not in mission.done and robot not in interrupt
            and mission.state.robots[robot].alive and robot in (spec.leaves[leaf].robots or (robot,))
        }  # fmt: skip

    def _publish_plan(self, job: Job, result: PlanResult) -> None:
        revision = job.tree.revision if job.tree is not None else 0
        time_ = self.state.time if self.state is not None else 0.0
        job.plan = to.plan_to_msg(result, mission=job.name, time=time_, revision=revision)
        self._voice.plan(job)

    def _log_changes(self, job: Job, result: PlanResult) -> None:
        job.changes = result.changes
        for change in result.changes:
            self._node.get_logger().info(f"{job.name}: {change}")

    # The end

    async def _verify(self, job: Job) -> None:
        """Waits for the last word of the monitor."""
        self._tell(job, Stage.VERIFY)
        finished = job.mission is not None and job.mission.phase is Phase.FINISHED
        await self._peers.last_word(lambda: job.monitor.final, None if finished else LAST_WORD_S)

    def _verdict(self, job: Job, mission: Mission) -> tuple[Outcome, str]:
        """What the monitor says about a mission all of whose leaves were carried out."""
        if not job.monitor.final:
            silent = "monitor_node has not said its last word"
            return Outcome.UNVERIFIED, f"Everything was carried out, but {silent}, so nobody can vouch for it."
        if not job.violation and job.unobserved:
            return Outcome.UNVERIFIED, f"Everything was carried out, but nobody can vouch for {job.unobserved}"
        if job.unproven:
            message = f"Everything was carried out, but the monitor did not confirm it. {job.unproven}"
            return Outcome.EXECUTION_FAILED, message
        if not job.moved:
            return Outcome.SUCCEEDED, "Nothing to do: the goal already holds."
        seconds = mission.state.time - mission.started
        begun = {name for letters in mission.history.read.values() for name in letters[0]}
        noted = reservation(mission.spec, self._node.world, begun.__contains__)
        return Outcome.SUCCEEDED, f"Done and verified after {seconds:.0f} simulated seconds. {noted}".strip()

    async def _wind_up(self, job: Job, outcome: Outcome, message: str) -> tuple[Outcome, str]:
        """Tells everybody that the mission is over and closes its episode."""
        if outcome is Outcome.CANCELED:
            message = " ".join([message, *self.held()])
        self._tell(job, Stage.DONE, message)
        if job.episode:
            await self._peers.finish_episode(job.name, outcome, message, job.timings)
        self._node.get_logger().info(f"{job.name}: {outcome.name}. {message}")
        return outcome, message

    def held(self) -> list[str]:
        """What is in grippers, one sentence for each robot that holds something."""
        robots = self.state.robots.items() if self.state is not None else ()
        return [f"{name} holds {r.holding}: say 'put it down here' to {name}." for name, r in robots if r.holding]

    async def _stop(self, job: Job) -> None:
        """Ends what every robot does and waits until they stand still."""
        if not self._fleet.busy:
            return
        deadline = time.monotonic() + HALT_S + 1.0
        while self._fleet.busy and time.monotonic() < deadline:
            self._fleet.cancel()
            await self._news.next()
        await self._stillness()

    async def _stillness(self) -> None:
        """Waits until robots that were stopped on their way stand still in the middle of a cell."""
        since = await self.current_state()
        deadline = time.monotonic() + HALT_S
        while time.monotonic() < deadline:
            await self._news.next()
            now = await self.current_state()
            if _poses(now) != _poses(since):
                since = now
            elif now.time - since.time > (STILL_S if self._centred(now) else 1.0):
                return

    def _centred(self, state: WorldState) -> bool:
        """Whether every robot that can move is in the middle of its cell."""
        for robot in state.robots.values():
            x, y = self._node.world.centre(robot.cell)
            off = max(abs(robot.pose[0] - x), abs(robot.pose[1] - y))
            if robot.alive and not robot.halted and off > 0.1 * self._node.world.cell_size:
                return False
        return True

    # Small helpers

    def _stage(self, job: Job, stage: Stage, text: str) -> None:
        self._refuse_if_canceled(job)
        self._tell(job, stage, text)

    def _tell(self, job: Job, stage: Stage, text: str = "") -> None:
        self._voice.tell(job, stage, text, self.state.time if self.state else 0.0)

    def tell_session(self) -> None:
        """Tells everybody who is in control and what was asked."""
        if self.state is not None:
            self._voice.session(self._session.state(self.scene(self.state)), self.state.time)

    def scene(self, state: WorldState) -> Scene:
        """The fleet and its mission as a session sees them."""
        job = self.job
        if job is None or job.mission is None:
            return Scene(self._node.world, state, dict(self._session.modes), orders=dict(self._session.orders))
        return Scene(
            world=self._node.world,
            state=state,
            modes=dict(self._session.modes),
            mission=job.name,
            tree=job.tree,
            progress=job.progress,
            nodes=job.nodes,
            plan=job.planned,
            commands=job.mission.running,
            footprints=dict(job.footprints),
            verdicts=job.verdicts,
            sentence=job.mission.sentence,
            changes=job.changes,
            orders=dict(self._session.orders),
        )

    def _refuse_if_canceled(self, job: Job) -> None:
        if job.cancel:
            raise Over(Outcome.CANCELED, sentence(job.cancel))

    async def current_state(self) -> WorldState:
        """The latest observation; waits for the first one."""
        if not await self._news.until(lambda: self.state is not None, self._node.settings["answer_s"]):
            raise Over(
                Outcome.INTERNAL_ERROR, f"No observation of world {self._node.world.name!r}: sim_node is not up."
            )
        assert self.state is not None
        return self.state


def _poses(state: WorldState) -> list[tuple[float, ...]]:
    return [tuple(round(value, 3) for value in robot.pose) for robot in state.robots.values()]


def sentence(text: str) -> str:
    """A clause as a sentence; ids such as robot_1 stay as they are."""
    first = text.split(" ", 1)[0].rstrip(":,")
    capital = text[:1].upper() + text[1:] if first.isalpha() else text
    return capital + ("" if not text or text.endswith((".", "!", "?")) else ".")
