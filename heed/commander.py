"""Giving instructions from Python: *send; while not done: feedback; result*. Meanwhile: *say, answer, status*.

with Commander(in_process=True, world="office") as heed:
    heed.send("robot one goes to m1")
    while not heed.done():
        if question := heed.question():
            heed.answer(input(f"{question.text} {question.options} "))
        print(heed.feedback().sentence)
    print(heed.result().outcome.name)
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any

from grounding.errors import HeedError
from heed.dialogue import Question, Reply, Utterance
from heed.news import Canceled, Feedback, Result, Status
from heed.outcome import Outcome

__all__ = ["Commander", "Feedback", "Outcome", "Question", "Reply", "Result", "Status"]


class Commander:
    """Sends instructions to a fleet and follows them.

    Args:
        namespace: Namespace of the fleet.
        in_process: True: brings up a whole fleet inside this process, from the arguments below.
            False: speaks to one that is up already (``heed launch``); the rest is ignored.
        world: Name or path of the world.
        physics: ``kinematic`` or ``pybullet``.
        headless: Whether to run without a window.
        seed: Seed of every random choice.
        real_time_factor: Simulated per real seconds; 0 = as fast as possible.
        episodes: Folder for episodes; empty = record nothing.
        faults: Failures to inject, see the parameter of the sim node.
        log_level: What the nodes print.
        parameters: Node name -> parameter -> value, over everything else.
        wait_s: How long to wait for a fleet to be up, in seconds.

    Raises:
        HeedError: The world or a parameter is not usable.

    Attributes:
        namespace: Namespace of the fleet.
        last_error: Message of the last instruction that did not succeed, else empty.
    """

    def __init__(
        self,
        namespace: str = "/heed",
        *,
        in_process: bool = False,
        world: str = "office",
        physics: str = "kinematic",
        headless: bool = True,
        seed: int = 0,
        real_time_factor: float = 0.0,
        episodes: str = "",
        faults: str = "",
        log_level: str = "warn",
        parameters: Mapping[str, Mapping[str, Any]] | None = None,
        wait_s: float = 60.0,
    ) -> None:
        from heed.nodes.link import Link

        settings: dict[str, dict[str, Any]] | None = None
        if in_process:
            simulation = {"physics": physics, "seed": seed, "real_time_factor": real_time_factor, "faults": faults}
            settings = {
                "sim_node": {**simulation, "headless": headless},
                "recorder_node": {"episodes": str(episodes), "notes": json.dumps(simulation)},
            }
            for node, values in (parameters or {}).items():
                settings[node] = {**settings.get(node, {}), **values}
        self.namespace = namespace
        self.last_error = ""
        self._news = threading.Condition()
        self._feedback = Feedback()
        self._fresh = False
        self._result: Result | None = None
        self._busy = False
        self._link = Link(namespace, world, settings, self, wait_s=wait_s, log_level=log_level)

    def send(self, text: str) -> None:
        """Begins an instruction; where the fleet is busy with a mission of somebody else, it joins that one.

        Raises:
            HeedError: The one before is not finished; :meth:`say` is the way to add to it or to change it.
        """
        with self._news:
            if self._busy:
                raise HeedError(
                    "send", "the instruction before is not finished.", "Wait for result(), cancel(), or say() it."
                )
            self._busy, self._result = True, None
            last = self._feedback
            self._feedback = Feedback(state=last.state, session=last.session, said=last.said)
        self._link.send(text)

    def say(self, text: str, *, robot: str | None = None, speaker: str = "", always: bool = False) -> Reply:
        """Says something to the fleet, whoever's mission it is busy with, and waits for the reply.

        Everything that can be said goes through this door: corrections ("robot two, back a little"),
        rules ("from now on nobody enters the kitchen"), answers, questions ("what is left?") and
        further instructions, which join the running mission or begin one. Words that mean *stop*
        have the robots stand still before they are sent on, so that nobody else has to be up for it.

        Args:
            text: The words.
            robot: Id of the robot that is looked at, None = the team.
            speaker: Who speaks.
            always: Whether it is meant from now on, not just this once.

        Returns:
            What was understood, what will be done, or the question that has to be answered first.

        Raises:
            HeedError: No fleet is up, or it did not reply.

        Example::

            reply = heed.say("robot one, stop")
            print(reply.sentence)
            heed.say("a bit to the left", robot="robot_1")
            heed.say("go on")
        """
        return self._link.say(Utterance(text, robot or "", speaker, always, time.time()))

    def answer(self, choice: int | str) -> Reply:
        """Answers the open question by the number of an option (from 1) or in words.

        Raises:
            HeedError: No fleet is up, or it did not reply.
        """
        return self.say(str(choice))

    def question(self) -> Question:
        """The question that waits for an answer; false where there is none."""
        feedback = self.feedback()
        return feedback.question or feedback.session.question

    def status(self) -> Status:
        """What the fleet is doing, whoever told it to, also while nothing runs.

        Raises:
            HeedError: No fleet is up.
        """
        return self._link.status()

    def done(self, timeout: float = 0.1) -> bool:
        """Whether the instruction has ended. Waits for news for at most ``timeout`` seconds."""
        with self._news:
            self._news.wait_for(lambda: self._fresh or not self._busy, timeout)
            self._fresh = False
            return not self._busy

    def feedback(self) -> Feedback:
        """The latest news."""
        with self._news:
            return self._feedback

    def result(self, timeout: float | None = None) -> Result:
        """How the instruction ended; waits for the end.

        Args:
            timeout: Seconds to wait, None = for as long as it takes.

        Returns:
            The result; INTERNAL_ERROR with a sentence where nothing was sent or it is not over.
        """
        with self._news:
            if self._result is None and not self._busy:
                return Result(Outcome.INTERNAL_ERROR, "No instruction was sent.")
            if not self._news.wait_for(lambda: self._result is not None, timeout):
                return Result(Outcome.INTERNAL_ERROR, f"Not over after {timeout:g} s.")
            assert self._result is not None
            return self._result

    def run(self, text: str, timeout: float | None = None) -> Result:
        """Sends an instruction and waits for its end.

        While this waits nobody can answer, so an instruction that has to be asked about is taken back
        and ends as ASKED, with the question; :meth:`send` and :meth:`answer` are the way to talk about it.
        """
        self.send(text)
        with self._news:
            self._news.wait_for(lambda: not self._busy or bool(self._feedback.question), timeout)
            asked = self._busy and bool(self._feedback.question)
            late = self._busy and not asked
        if asked:
            return self.withdraw()
        return Result(Outcome.INTERNAL_ERROR, f"Not over after {timeout:g} s.") if late else self.result()

    def withdraw(self) -> Result:
        """Takes back the instruction, because nobody is going to answer the question about it.

        Returns:
            The end of it: ASKED with the question, unless it was over already.
        """
        question = self.feedback().question
        self.cancel("nobody answered the question")
        result = self.result()
        if not question or result.outcome is not Outcome.CANCELED:
            return result
        with self._news:
            self._result = self._remember(replace(result, outcome=Outcome.ASKED, message=question.text))
            self._result = replace(self._result, question=question)
            return self._result

    def plan(self, text: str) -> Result:
        """Understands and plans an instruction from where things are now; nothing moves."""
        return self._remember(self._link.plan(text))

    def cancel(self, reason: str = "canceled by the operator", *, mission: str = "") -> Canceled:
        """Ends a mission and has every robot stop; returns once they stand. What they hold they keep.

        Args:
            reason: Why, for the records.
            mission: Id of the mission, empty = the one that is running.

        Returns:
            What became of it; false where nothing was running or another mission is.
        """
        while not (answer := self._link.cancel(reason, mission)):
            with self._news:
                if mission or not self._busy:
                    return answer
                # Sent, but not yet with the executive, or over, but the result is still on its way.
                self._news.wait(0.05)
        return answer

    def picture(self) -> bytes | None:
        """A PNG of the scene; None where the world has no camera or the fleet is not in this process."""
        return self._link.picture()

    def close(self) -> None:
        """Ends everything that was brought up; safe to call twice."""
        self._link.close()

    def __enter__(self) -> Commander:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Called by the link, from its thread

    def on_news(self, **changes: Any) -> None:
        """Takes in changed fields of the feedback."""
        with self._news:
            self._feedback = Feedback(**{**vars(self._feedback), **changes})
            self._fresh = True
            self._news.notify_all()

    def on_result(self, result: Result) -> None:
        """Takes in the end of the instruction."""
        with self._news:
            self._result, self._busy = self._remember(result), False
            self._feedback = replace(self._feedback, question=Question())
            self._news.notify_all()

    def _remember(self, result: Result) -> Result:
        self.last_error = "" if result.ok else result.message
        return result
