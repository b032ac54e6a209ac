"""The one door for everything said to a fleet: instructions, answers and corrections.

Words come in, a reply goes out; in between the session reads them, :mod:`heed.decision` says what
follows, and this carries it out. A stop is obeyed before anything else is looked at.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from grounding.errors import HeedError
from grounding.language.act import Act, ActKind
from grounding.language.context import Heard
from grounding.language.stop import stop_request
from grounding.mission.amend import amend
from grounding.mission.edits import AddTask, DropRule, Edit
from grounding.mission.progress import Progress
from grounding.mission.task import TaskTree
from grounding.state import WorldState
from grounding.translate.controlled import translate
from heed import conversions as to
from heed.decision import Decision, RefusedError, decide
from heed.dialogue import Mode, Question, Reply, ReplyStatus, Spoken, Utterance
from heed.mission import Mission, Phase
from heed.nodes.base import HeedNode
from heed.nodes.fleet import Fleet
from heed.nodes.job import Job, Over
from heed.nodes.peers import Peers
from heed.nodes.runner import Runner, sentence
from heed.nodes.turnstile import Turnstile
from heed.nodes.voice import Voice
from heed.nodes.waiting import News
from heed.outcome import Outcome
from heed.session import Meaning, Session
from heed_interfaces.msg import Halt
from planners.plan import PlanResult, PlanStatus
from sim.protocol import SkillCommand, SkillResult, SkillStatus

#: Acts whose clause is an instruction or a rule.
TRANSLATED = (ActKind.INSTRUCTION, ActKind.SKILL, ActKind.CONSTRAINT)
#: Utterances that may wait for their turn; more are refused, so that nobody waits for ever.
MOST_WAITING = 32
#: A rule that is over and could not be dropped is tried again after so many wall seconds.
RETRY_S = 5.0
#: A robot that was made to stand still is seen to do so within so many wall seconds, unless it is lost.
SEEN_S = 2.0
#: Wall seconds that a robot has to take an order that was given by word.
ORDER_S = 30.0


class Conversation:
    """Answers what is said.

    Args:
        node: The node it belongs to.
        news: Wakes whoever waits.
        peers: The other nodes.
        fleet: The robots.
        voice: Tells everybody what goes on.
        session: Who is in control, and what was asked.
        runner: Runs the mission.
        begin: Starts a mission that was said and not sent.
    """

    def __init__(
        self,
        node: HeedNode,
        news: News,
        peers: Peers,
        fleet: Fleet,
        voice: Voice,
        session: Session,
        runner: Runner,
        begin: Callable[[str, TaskTree], Job],
    ) -> None:
        self._node, self._news, self._peers, self._fleet = node, news, peers, fleet
        self._voice, self._session, self._runner, self._begin = voice, session, runner, begin
        self._turn = Turnstile(news)
        self._orders = itertools.count(1)
        self._results: dict[str, SkillResult] = {}
        self._stops: Counter[str] = Counter()  # robot -> how often it was made to stand still
        self._correcting: dict[str, tuple[str, bool]] = {}  # robot -> order by word, and whether it is to pause then
        self._retry = 0.0  # wall second before which rules that are over are not tried to be dropped again
        self._unseen: set[str] = set()  # robots that were made to stand still and have not been seen to

    async def say(self, utterance: Utterance) -> Reply:
        """What becomes of something said."""
        started = time.perf_counter()
        stopped = self._stop_at_once(utterance)
        if self._turn.waiting >= MOST_WAITING and not stopped:
            busy = f"{MOST_WAITING} others are waiting for an answer. Say it again in a moment."
            return Reply(ReplyStatus.REFUSED, sentence=busy)
        async with self._turn:
            if stopped and utterance.robot and utterance.robot not in self._node.world.robots:
                reply = await self._guarded(replace(utterance, robot=""))
                reply = replace(reply, sentence=f"There is no robot {utterance.robot!r} here. {reply.sentence}")
            else:
                reply = await self._guarded(utterance)
        if stopped and reply.status is ReplyStatus.REFUSED:
            still = f"{' and '.join(stopped)} {'stands' if len(stopped) == 1 else 'stand'} still."
            reply = replace(reply, status=ReplyStatus.ACCEPTED, robots=stopped, sentence=f"{still} {reply.sentence}")
        reply = replace(reply, timings_ms={**reply.timings_ms, "say": 1e3 * (time.perf_counter() - started)})
        self._voice.correction(reply, utterance, self._runner.state.time if self._runner.state else 0.0)
        self._runner.tell_session()
        return reply

    def ended(self, result: SkillResult) -> None:
        """Takes in the end of an order that was given by word."""
        self._results[result.command.id] = result
        self._news.tell()

    def observe(self, state: WorldState) -> None:
        """Takes in an observation: a robot that is let go before it is seen to be halted would be halted after it."""
        self._unseen -= {robot for robot in self._unseen if state.robots[robot].halted}

    def on_halt(self, robots: Collection[str], halted: bool, sender: str) -> None:
        """Takes in that somebody, here or elsewhere, has had robots stand still or has let them go."""
        known = tuple(self._node.world.robots)
        robots = tuple(robot for robot in robots if robot in known) if robots else known
        if halted:
            self._stops.update(robots)
            self._unseen |= set(robots)
            self._hold(robots, f"was stopped by {sender}" if sender else "was stopped")
        else:
            self._free([robot for robot in robots if robot in self._session.of_mode(Mode.PAUSED)])
        self._runner.tell_session()
        self._news.tell()

    # Stop

    def _stop_at_once(self, utterance: Utterance) -> tuple[str, ...]:
        """Has robots stand still if that is what is said; those robots."""
        scope = stop_request(utterance.text, tuple(self._node.world.robots), self._session.names)
        if scope is None:
            return ()
        known = utterance.robot in self._node.world.robots
        robots = scope or ((utterance.robot,) if known else tuple(self._node.world.robots))
        self._halt(robots)
        return robots

    def _halt(self, robots: tuple[str, ...]) -> None:
        self._voice.halt(Halt(robots=list(robots), halted=True, sender=self._node.node_name))
        self._stops.update(robots)
        self._unseen |= set(robots)
        self._hold(robots, "was told to stop")

    def _hold(self, robots: Collection[str], why: str) -> None:
        """Nobody but an operator moves these robots from now on."""
        self._session.set_mode(robots, Mode.PAUSED, why)
        if self._mission is not None:
            self._mission.hold(robots)

    def _free(self, robots: Collection[str]) -> None:
        self._session.set_mode(robots, Mode.AUTONOMOUS)
        if self._mission is not None:
            self._mission.free(robots)

    @property
    def _mission(self) -> Mission | None:
        return self._runner.job.mission if self._runner.job is not None else None

    # One utterance

    async def _guarded(self, utterance: Utterance) -> Reply:
        """An answer in any case."""
        try:
            return await self._answer(utterance)
        except RefusedError as refusal:
            return Reply(ReplyStatus.REFUSED, sentence=str(refusal))
        except Over as over:
            return Reply(ReplyStatus.REFUSED, sentence=over.message)
        except HeedError as error:
            return Reply(ReplyStatus.REFUSED, sentence=f"{error.reason} {error.next_step}".strip())
        except Exception as error:
            return Reply(ReplyStatus.REFUSED, sentence=self._node.log_unexpected(error))

    async def _answer(self, utterance: Utterance) -> Reply:
        if not utterance.text.strip():
            raise RefusedError("Nothing was said.")
        await self._planned()
        state = await self._runner.current_state()
        hearing = self._session.hear(utterance, self._runner.scene(state))
        if hearing.unread:
            words = ", ".join(repr(word) for word in hearing.unread)
            raise RefusedError(f"I don't understand {words} here, so nothing was changed. Say it in other words.")
        replies = [await self._act(heard, utterance) for heard in hearing.heard if hearing.question]
        if hearing.question:
            meanings = list(zip(hearing.options, hearing.alternatives, strict=True)) if hearing.alternatives else []
            question = self._ask(hearing.question, meanings, utterance, None)
            asked = Reply(ReplyStatus.ASKED, question=question, sentence=hearing.question)
            return _joined([*replies, asked])
        return await self._acts(hearing.heard, utterance)

    async def _acts(self, acts: Sequence[Heard], utterance: Utterance) -> Reply:
        """Several acts in a row, up to the first that is not accepted."""
        replies: list[Reply] = []
        for heard in acts:
            replies.append(await self._act(heard, utterance))
            if replies[-1].status is not ReplyStatus.ACCEPTED:
                break
        return _joined(replies)

    async def _act(self, heard: Heard, utterance: Utterance) -> Reply:
        """One act, from what was heard to what is done."""
        if heard.act.kind is ActKind.ANSWER:
            return await self._answered(utterance)
        timings: dict[str, float] = {}
        tree: TaskTree | Reply | None = None
        job = self._runner.job
        if heard.act.kind in TRANSLATED and job is not None and job.question:
            raise RefusedError(f"Answer the question first: {job.question.text}")
        if heard.act.kind in TRANSLATED and heard.clause and heard.act.skill != "put_down":
            tree = await self._translated(heard, utterance, timings)
            if isinstance(tree, Reply):
                return tree
        return await self._decided(heard, utterance, tree, timings)

    async def _decided(
        self, heard: Heard, utterance: Utterance, tree: TaskTree | None, timings: dict[str, float]
    ) -> Reply:
        state = await self._runner.current_state()
        try:
            decision = decide(heard, self._runner.scene(state), utterance.robot, tree)
            told = await self._carry_out(decision, utterance, timings)
        except RefusedError as refusal:
            return self._reply(ReplyStatus.REFUSED, heard.act, Decision(""), str(refusal), timings)
        trees = [tree] if tree is not None else []
        overridden = self._session.remember(utterance, decision, trees, time.monotonic())
        text = " ".join(part for part in (decision.sentence, told, overridden) if part)
        if decision.question:
            question = self._ask(decision.question, decision.options, utterance, replace(heard, about=""))
            reply = self._reply(ReplyStatus.ASKED, heard.act, decision, text, timings)
            return replace(reply, question=question)
        return self._reply(ReplyStatus.ACCEPTED, heard.act, decision, text, timings)

    def _reply(self, status: ReplyStatus, act: Act, decision: Decision, text: str, timings: dict[str, float]) -> Reply:
        robots = decision.robots or act.robots
        spoken = Spoken(replace(act, robots=robots), status is not ReplyStatus.REFUSED, text)
        mission = self._runner.job.name if self._runner.job is not None else ""
        return Reply(status, (spoken,), robots, decision.understood, text, mission=mission, timings_ms=timings)

    # Words

    async def _translated(self, heard: Heard, utterance: Utterance, timings: dict[str, float]) -> TaskTree | Reply:
        """What a clause means; a reply where that has to be asked."""
        if heard.act.kind is ActKind.CONSTRAINT:
            found = translate(heard.clause, self._node.world, self._runner.state, rules_alone=True)
            if found.tree is None:
                raise RefusedError(found.message)
            return found.tree
        job = self._runner.job
        answer = await self._peers.understand(heard.clause, job.name if job is not None else "", timings)
        outcome, message = to.outcome_from_msg(answer.outcome)
        if outcome is Outcome.ASKED:
            trees = [to.tree_from_msg(tree)[0] for tree in answer.readings]
            options = list(zip(answer.question.options, trees, strict=True))
            question = self._ask(answer.question.text, options, utterance, heard)
            return replace(
                self._reply(ReplyStatus.ASKED, heard.act, Decision(""), question.text, timings), question=question
            )
        if outcome is not Outcome.SUCCEEDED:
            raise RefusedError(message)
        return to.tree_from_msg(answer.tree)[0]

    def _ask(
        self, text: str, options: Sequence[tuple[str, Meaning]], utterance: Utterance, heard: Heard | None
    ) -> Question:
        patience_s = self._node.settings["question_s"]
        return self._session.ask(text, options, utterance, heard=heard, now=time.monotonic(), patience_s=patience_s)

    async def _answered(self, utterance: Utterance) -> Reply:
        """An answer to the open question: what was understood before goes on with it."""
        answered = self._session.answer(utterance.text)
        asked, said = answered.open, " and ".join(answered.words) or "none of them"
        act, understood = Act(ActKind.ANSWER, object=said), f"Your answer: {said}."
        job = self._runner.job
        waiting = asked.heard is None and job is not None and job.question == asked.question
        if answered.acts:
            reply = await self._acts(answered.acts, asked.utterance)
        elif not answered.tasks:
            if waiting and job is not None:
                job.cancel = "none of the meanings was meant"
            reply = self._reply(ReplyStatus.ACCEPTED, act, Decision(understood), "Nothing else is done.", {})
        elif waiting and job is not None:
            job.tree = _together(answered.tasks)
            reply = self._reply(ReplyStatus.ACCEPTED, act, Decision(understood), "The mission begins.", {})
        else:
            heard = asked.heard or Heard(Act(ActKind.INSTRUCTION))
            if heard.act.kind is ActKind.VETO:  # the task that was vetoed is gone, another one comes in its place
                heard = Heard(Act(ActKind.INSTRUCTION, robots=heard.act.robots))
            reply = await self._decided(heard, asked.utterance, _together(answered.tasks), {})
        self._news.tell()
        return replace(reply, understood=" ".join(dict.fromkeys((understood, reply.understood))))

    # Deeds

    async def _carry_out(self, decision: Decision, utterance: Utterance, timings: dict[str, float]) -> str:
        """Does what was decided; what has changed in the plan, in sentences."""
        told = ""
        if decision.halt:
            self._halt(decision.halt)
        if decision.pause:
            self._hold(decision.pause, "was told to pause")
            self._fleet.cancel(decision.pause)
        if decision.free:
            await self._release(decision.free)
            self._free(decision.free)
        if decision.begin is not None:
            told = await self._started(utterance.text, decision.begin)
        if decision.edits:
            told = await self.edit(decision.edits, decision.interrupt, decision.understood, timings)
        for robot, (skill, args) in decision.orders.items():
            told = await self._ordered(robot, skill, args)
        self._news.tell()
        return told

    async def edit(
        self, edits: Collection[Edit], interrupt: Collection[str], reason: str, timings: dict[str, float] | None = None
    ) -> str:
        """Changes the running mission; what that changes, in sentences.

        Raises:
            RefusedError: It cannot be changed so; it goes on as it was.
        """
        job = await self._changeable()
        async with self._runner.planning:
            if job.mission is None or job.tree is None or job.outcome is not None:
                raise RefusedError("The mission is over.")
            started = time.perf_counter()
            amended = amend(job.tree, tuple(edits), job.progress, self._node.world)
            result = await self._runner.replan(job, reason, amended.tree, interrupt)
            if timings is not None:
                timings["edit"] = 1e3 * (time.perf_counter() - started)
        if result.plan is None and job.tree is not amended.tree:
            raise RefusedError(_impossible(result))
        if result.plan is None:
            return " ".join((*amended.account, "The robots stop first, then the rest is planned."))
        return " ".join(
            change for change in (*amended.account, *result.changes) if change.rstrip(".") != reason.rstrip(".")
        )

    async def _planned(self) -> None:
        """Waits until a mission that has just been sent has its first plan, or asks something."""
        while self._session.open is None and (job := self._runner.job) is not None:
            if job.mission is not None and job.mission.plan is not None:
                return
            await self._news.next()

    async def _changeable(self) -> Job:
        """The running mission once its first plan is there and it is not stopping."""
        while True:
            job = self._runner.job
            if job is None:
                raise RefusedError("The mission is over.")
            if job.mission is not None and job.mission.phase is Phase.RUNNING:
                return job
            if self._session.open is not None and job.mission is None:
                raise RefusedError(f"Answer the question first: {self._session.open.question.text}")
            await self._news.next()

    async def _started(self, text: str, tree: TaskTree) -> str:
        """Begins a mission and waits for its first plan."""
        if self._runner.job is not None:
            raise RefusedError(f"{self._runner.job.name} has just begun. Say it again.")
        job = self._begin(text, tree)
        while job.outcome is None and (job.mission is None or job.mission.phase is Phase.PLANNING):
            await self._news.next()
        if job.outcome not in (None, Outcome.SUCCEEDED):
            raise RefusedError(job.message)
        return f"{job.name} begins." if job.outcome is None else job.message

    async def _ordered(self, robot: str, skill: str, args: tuple[str, ...]) -> str:
        """Has a robot carry out a skill at once; answers when it moves, or why it does not."""
        mode = self._session.modes[robot].mode
        paused = mode is Mode.PAUSED or (mode is Mode.CORRECTING and self._correcting.get(robot, ("", False))[1])
        command = SkillCommand(f"operator/{next(self._orders)}", robot, skill, args)
        if mode is Mode.PAUSED:
            await self._release([robot])
        self._correcting[robot] = (command.id, paused)
        self._fleet.cancel([robot])
        self._session.orders[robot] = (skill, args)
        self._session.set_mode([robot], Mode.CORRECTING, f"follows a correction: {' '.join((skill, *args))}")
        if self._mission is not None:
            self._mission.hold([robot])
        now = self._runner.state.time if self._runner.state is not None else 0.0
        self._fleet.send(command, mission=self._runner.job.name if self._runner.job else "", time=now, said=True)
        self._node.executor.create_task(self._back_to_work(command, paused))
        if await self._news.until(lambda: command.id in self._results or self._fleet.accepted(command), ORDER_S):
            result = self._results.get(command.id)
            if result is not None and result.status is not SkillStatus.SUCCESS:
                raise RefusedError(result.message)
            return f"{robot} does so."
        self._fleet.cancel([robot])
        raise RefusedError(f"{robot} does not answer.")

    async def _release(self, robots: Collection[str]) -> None:
        """Lets robots that were made to stand still take orders again."""
        stops = {robot: self._stops[robot] for robot in robots}
        await self._news.until(lambda: not self._unseen & set(robots), SEEN_S)
        self._refuse_if_stopped(stops)
        self._voice.halt(Halt(robots=list(robots), halted=False, sender=self._node.node_name))

        def released() -> bool:
            state = self._runner.state
            return state is not None and not any(state.robots[robot].halted for robot in robots)

        if not await self._news.until(released, ORDER_S):
            self._refuse_if_stopped(stops)
            raise RefusedError(f"{', '.join(robots)} cannot be released: sim_node does not answer.")
        self._refuse_if_stopped(stops)

    def _refuse_if_stopped(self, stops: Mapping[str, int]) -> None:
        """A stop that came meanwhile has the last word."""
        stopped = [robot for robot, count in stops.items() if self._stops[robot] != count]
        if stopped:
            raise RefusedError(f"{' and '.join(stopped)} {'was' if len(stopped) == 1 else 'were'} stopped meanwhile.")

    async def _back_to_work(self, command: SkillCommand, paused: bool) -> None:
        """Gives a robot back to the plan, or lets it wait on, once it has done what was said."""
        try:
            await self._news.until(lambda: command.id in self._results, 10 * ORDER_S)
        except Over:
            return
        self._results.pop(command.id, None)
        overtaken = self._correcting.get(command.robot, ("", False))[0] != command.id
        if overtaken or self._session.modes[command.robot].mode is not Mode.CORRECTING:
            return  # another order, or a stop, came meanwhile
        if paused:
            self._hold([command.robot], "was told to pause")
        else:
            self._free([command.robot])
        self._runner.tell_session()
        self._news.tell()

    async def expire(self) -> None:
        """Ends rules and questions whose time is over."""
        if self._session.expire(time.monotonic()) is not None:
            self._runner.tell_session()
            self._news.tell()
        job, state = self._runner.job, self._runner.state
        if job is None or job.mission is None or job.tree is None or state is None:
            return
        finished = job.progress.finished
        over = [r for r in job.tree.root.rules if 0.0 < r.until <= state.time or r.ends_with in finished]
        now = time.monotonic()
        if over and now > self._retry and job.mission.phase is Phase.RUNNING and not self._runner.planning.waiting:
            self._retry = now + RETRY_S
            texts = "; ".join(rule.text for rule in over)
            with suppress(Over):
                try:
                    await self.edit([DropRule(rule.id) for rule in over], (), f"The time of a rule is over: {texts}.")
                except HeedError as error:
                    self._node.get_logger().warning(f"The rule {texts!r} could not be dropped: {error}")


def _impossible(result: PlanResult) -> str:
    """Why a change is refused, with the clauses that do not go together."""
    if result.status is PlanStatus.UNSATISFIABLE and result.conflict:
        clauses = "; ".join(result.conflict)
        return f"That cannot be done together with the rest: {clauses}. The mission goes on as it was."
    return f"{sentence(result.message)} The mission goes on as it was."


def _together(trees: tuple[TaskTree, ...]) -> TaskTree:
    """Several readings that are all wanted, as one instruction."""
    first, *rest = trees
    return amend(first, tuple(AddTask(tree) for tree in rest), Progress()).tree if rest else first


def _joined(replies: list[Reply]) -> Reply:
    """One reply for several acts."""
    if len(replies) == 1:
        return replies[0]
    last = replies[-1]
    return replace(
        last,
        acts=tuple(spoken for reply in replies for spoken in reply.acts),
        robots=tuple(dict.fromkeys(robot for reply in replies for robot in reply.robots)),
        understood=" ".join(reply.understood for reply in replies if reply.understood),
        sentence=" ".join(reply.sentence for reply in replies if reply.sentence),
    )
