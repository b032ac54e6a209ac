"""What is being talked about with a fleet: who is in control, what was asked, what words refer to.

A :class:`Session` outlives missions. It is told what happens and says how the next words are to be
read; it moves nothing and knows no ROS.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from grounding.language.answers import choose
from grounding.language.context import Context, Doing, Heard, Hearing
from grounding.language.corrections import hear
from grounding.mission.task import TaskTree
from grounding.state import SELF, initial_state
from grounding.translate.controlled import translate
from grounding.translate.paraphrase import describe
from grounding.world import World
from heed.decision import Decision, RefusedError
from heed.dialogue import Mode, Question, RobotMode, SessionState, Utterance
from heed.scene import Scene, act_of

#: Things spoken of that words such as "it" may refer to.
MOST_SALIENT = 8
#: Utterances of different speakers to the same robot within so many wall seconds are compared.
CONTRADICTION_S = 1.0


#: What an answer to a question stands for.
Meaning: TypeAlias = TaskTree | tuple[Heard, ...] | None


@dataclass(frozen=True)
class OpenQuestion:
    """A question that waits for its answer, with all that was understood so far.

    Attributes:
        question: What was asked.
        meanings: What each option stands for: a task, acts, or None where nothing is to be done.
        heard: The act that goes on with the task chosen; None = the instruction of a mission not begun.
        utterance: What was said.
        deadline: Wall second at which it expires, on the caller's clock.
    """

    question: Question
    meanings: tuple[Meaning, ...]
    utterance: Utterance
    heard: Heard | None = None
    deadline: float = float("inf")


@dataclass(frozen=True)
class Answered:
    """What an answer chose.

    Attributes:
        open: The question.
        tasks: The tasks chosen.
        acts: The acts chosen.
        words: The options chosen, in words.
    """

    open: OpenQuestion
    tasks: tuple[TaskTree, ...]
    acts: tuple[Heard, ...]
    words: tuple[str, ...]


class Session:
    """The conversation with one fleet.

    Args:
        world: The world of the fleet.

    Attributes:
        modes: Robot id -> who decides what it does.
        names: Robot id -> further names it goes by.
        orders: Robot -> skill and arguments of the last order that it was given by word.
        open: The open question, None where there is none.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.modes = {robot: RobotMode() for robot in world.robots}
        self.names = {robot.id: robot.names for robot in world.robots.values()}
        self.orders: dict[str, tuple[str, tuple[str, ...]]] = {}
        self.open: OpenQuestion | None = None
        self._salient: deque[str] = deque(maxlen=MOST_SALIENT)
        self._said: deque[tuple[float, Utterance, Decision]] = deque(maxlen=50)
        self._numbers = itertools.count(1)

    def warm_up(self) -> None:
        """Builds the readers of this world, so that nobody waits for them when it matters."""
        self.hear(Utterance("wait"), Scene(self.world, initial_state(self.world)))
        translate("never stop", self.world, rules_alone=True)

    def hear(self, utterance: Utterance, scene: Scene) -> Hearing:
        """How words are to be read at this moment.

        Raises:
            RefusedError: The robot spoken to is not of this fleet.
        """
        if utterance.robot and utterance.robot not in self.world.robots:
            known = ", ".join(self.world.robots)
            raise RefusedError(f"There is no robot {utterance.robot!r} here. There are: {known}.")
        return _narrowed(hear(utterance.text, self.context(utterance, scene), always=utterance.always), scene)

    def context(self, utterance: Utterance, scene: Scene) -> Context:
        """What words can refer to at this moment."""
        finished = [_doing(task, scene, who) for task, who in scene.progress.finished.items() if task in scene.leaves]
        current = {
            robot: _doing(task, scene, robot)
            for robot in self.world.robots
            if (task := scene.busy_with(robot)) is not None
        }
        return Context(
            world=scene.world,
            robots=tuple(self.world.robots),
            addressed=utterance.robot or None,
            current=current,
            waiting=tuple(
                _doing(task, scene, scene.plan.get(task, ""))
                for task in scene.left
                if task not in scene.progress.active
            ),
            finished=tuple(finished),
            rules=scene.rules,
            held={r: s.holding for r, s in scene.state.robots.items() if s.holding is not None},
            options=self.open.question.options if self.open is not None else (),
            salient=tuple(self._salient),
        )

    def ask(
        self,
        text: str,
        options: Sequence[tuple[str, Meaning]],
        utterance: Utterance,
        *,
        heard: Heard | None = None,
        now: float = 0.0,
        patience_s: float = 0.0,
    ) -> Question:
        """Opens a question; one that was open before is dropped.

        Args:
            text: The question.
            options: Answers with what they stand for.
            utterance: What was said.
            heard: The act that waits for the answer.
            now: Wall second.
            patience_s: Wall seconds until it expires, 0 = never.
        """
        words = tuple(option for option, _ in options)
        question = Question(f"question_{next(self._numbers)}", text, words, patience_s)
        deadline = now + patience_s if patience_s else float("inf")
        self.open = OpenQuestion(question, tuple(meaning for _, meaning in options), utterance, heard, deadline)
        return question

    def answer(self, text: str) -> Answered:
        """Takes an answer to the open question, which is then closed.

        Raises:
            RefusedError: Nothing was asked, or the answer does not say which option is meant.
        """
        if self.open is None:
            raise RefusedError("Nothing was asked, so I don't know what that answers.")
        choice = choose(text, self.open.question.options)
        if choice.reason:
            numbered = " ".join(f"{i}: {option}." for i, option in enumerate(self.open.question.options, 1))
            raise RefusedError(f"{choice.reason} {numbered}")
        asked, self.open = self.open, None
        chosen = [asked.meanings[i] for i in choice.chosen]
        words = tuple(asked.question.options[i] for i in choice.chosen)
        tasks = tuple(meaning for meaning in chosen if isinstance(meaning, TaskTree))
        acts = tuple(heard for meaning in chosen if isinstance(meaning, tuple) for heard in meaning)
        return Answered(asked, tasks, acts, words)

    def withdraw(self, question: Question) -> None:
        """Closes a question that nobody wants to be answered any more."""
        if self.open is not None and self.open.question == question:
            self.open = None

    def expire(self, now: float) -> OpenQuestion | None:
        """Closes the open question where its time is over, and returns it."""
        if self.open is None or now < self.open.deadline:
            return None
        expired, self.open = self.open, None
        return expired

    def set_mode(self, robots: Iterable[str], mode: Mode, sentence: str = "") -> None:
        """Says who decides what robots do from now on."""
        for robot in robots:
            self.modes[robot] = RobotMode(mode, sentence)

    def of_mode(self, mode: Mode) -> tuple[str, ...]:
        """The robots in a mode."""
        return tuple(robot for robot, own in self.modes.items() if own.mode is mode)

    def remember(self, utterance: Utterance, decision: Decision, trees: Iterable[TaskTree], now: float) -> str:
        """Takes in what was said and decided; what it overrides of another speaker, one sentence or empty."""
        for tree in trees:
            for task in tree.root.walk():
                for goal in task.goal:
                    self._mention(arg for arg in goal.proposition.args if arg != SELF)
        overridden = self._overridden(utterance, decision, now)
        self._said.append((now, utterance, decision))
        return overridden

    def _mention(self, names: Iterable[str]) -> None:
        for name in names:
            if name in self.world.things or name in self.world.zones:
                if name in self._salient:
                    self._salient.remove(name)
                self._salient.appendleft(name)

    def _overridden(self, utterance: Utterance, decision: Decision, now: float) -> str:
        """Tells the second of two speakers that the first has just been overridden."""
        everybody = tuple(self.world.robots)
        for then, said, before in reversed(self._said):
            if now - then > CONTRADICTION_S:
                break
            same = set(decision.robots or everybody) & set(before.robots or everybody)
            if said.speaker != utterance.speaker and same and _opposed(before, decision):
                who = said.speaker or "another operator"
                return f"This overrides what {who} said {now - then:.1f} s ago: {said.text!r}."
        return ""

    def state(self, scene: Scene) -> SessionState:
        """What displays are told."""
        question = self.open.question if self.open is not None else Question()
        return SessionState(scene.mission, dict(self.modes), question, scene.rules)


def _narrowed(hearing: Hearing, scene: Scene) -> Hearing:
    """Without a question where only one of its answers is about the robots spoken to."""
    own = [acts for acts in hearing.alternatives if _own(acts, scene)]
    return Hearing((*hearing.heard, *own[0])) if len(own) == 1 and not hearing.unread else hearing


def _own(acts: Sequence[Heard], scene: Scene) -> bool:
    tasks = [(task, heard.act.robots) for heard in acts for task in heard.tasks]
    return bool(tasks) and all(scene.doer(task) in robots for task, robots in tasks)


def _doing(task: str, scene: Scene, robot: str) -> Doing:
    """A task in the words of the contract of corrections."""
    found = scene.leaves[task]
    skill, thing, destination = act_of(found.goal[0], scene.world)
    text = found.text or describe(found, scene.world)
    return Doing(skill=skill, object=thing, destination=destination, task=task, text=text, robot=robot)


def _opposed(one: Decision, other: Decision) -> bool:
    """Whether two decisions about the same robots cannot both have their way."""
    moves = [bool(d.free or d.orders or d.edits) for d in (one, other)]
    stills = [bool(d.halt or d.pause) for d in (one, other)]
    return (moves[0] and stills[1]) or (stills[0] and moves[1]) or bool(one.orders and other.orders)
