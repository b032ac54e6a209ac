"""What operators and a fleet say to each other: utterances, replies, questions, the session."""

from __future__ import annotations

from grounding.language.act import Act, ActKind
from heed.conversions.common import time_from_msg, time_to_msg, timings_from_fields, timings_to_fields
from heed.conversions.mission import rule_from_msg, rule_to_msg
from heed.dialogue import Mode, Question, Reply, ReplyStatus, RobotMode, SessionState, Spoken, Utterance
from heed_interfaces.msg import Correction as CorrectionMsg
from heed_interfaces.msg import Question as QuestionMsg
from heed_interfaces.msg import Reply as ReplyMsg
from heed_interfaces.msg import RobotMode as RobotModeMsg
from heed_interfaces.msg import SessionState as SessionStateMsg
from heed_interfaces.srv import Say


def utterance_to_request(utterance: Utterance) -> Say.Request:
    """Something said, as a request of the service ``say``."""
    return Say.Request(
        text=utterance.text,
        robot=utterance.robot,
        speaker=utterance.speaker,
        always=utterance.always,
        stamp=time_to_msg(utterance.said),
    )


def utterance_from_request(request: Say.Request) -> Utterance:
    """Something said, from a request of the service ``say``."""
    return Utterance(request.text, request.robot, request.speaker, request.always, time_from_msg(request.stamp))


def question_to_msg(question: Question) -> QuestionMsg:
    """A question to the operator."""
    return QuestionMsg(
        id=question.id, text=question.text, options=list(question.options), expires_s=float(question.expires_s)
    )


def question_from_msg(msg: QuestionMsg) -> Question:
    """A question to the operator."""
    return Question(msg.id, msg.text, tuple(msg.options), msg.expires_s)


def spoken_to_msg(spoken: Spoken, *, text: str = "", speaker: str = "", time: float = 0.0) -> CorrectionMsg:
    """One act of something said, with what became of it."""
    act = spoken.act
    slots = ("skill", "object", "destination", "direction", "amount", "persistence", "polarity")
    return CorrectionMsg(
        stamp=time_to_msg(time),
        text=text,
        speaker=speaker,
        act=act.kind.value,
        robots=list(act.robots),
        accepted=spoken.accepted,
        sentence=spoken.sentence,
        **{slot: getattr(act, slot) or "" for slot in slots},
    )


def spoken_from_msg(msg: CorrectionMsg) -> Spoken:
    """One act of something said, with what became of it."""
    act = Act(
        kind=ActKind(msg.act),
        robots=tuple(msg.robots),
        skill=msg.skill or None,
        object=msg.object or None,
        destination=msg.destination or None,
        direction=msg.direction or None,
        amount=msg.amount or None,
        persistence=msg.persistence or None,
        polarity=msg.polarity or None,
    )
    return Spoken(act, msg.accepted, msg.sentence)


def reply_to_msg(reply: Reply, *, utterance: Utterance | None = None, time: float = 0.0) -> ReplyMsg:
    """What became of something said."""
    said = utterance or Utterance("")
    return ReplyMsg(
        status=int(reply.status),
        acts=[spoken_to_msg(spoken, text=said.text, speaker=said.speaker, time=time) for spoken in reply.acts],
        robots=list(reply.robots),
        understood=reply.understood,
        sentence=reply.sentence,
        question=question_to_msg(reply.question),
        mission=reply.mission,
        **timings_to_fields(reply.timings_ms),
    )


def reply_from_msg(msg: ReplyMsg) -> Reply:
    """What became of something said."""
    return Reply(
        ReplyStatus(msg.status),
        tuple(spoken_from_msg(act) for act in msg.acts),
        tuple(msg.robots),
        msg.understood,
        msg.sentence,
        question_from_msg(msg.question),
        msg.mission,
        timings_from_fields(msg),
    )


def session_to_msg(session: SessionState, *, time: float = 0.0) -> SessionStateMsg:
    """What operators and the fleet are talking about."""
    return SessionStateMsg(
        stamp=time_to_msg(time),
        mission=session.mission,
        robots=[
            RobotModeMsg(robot=name, mode=int(mode.mode), sentence=mode.sentence)
            for name, mode in session.robots.items()
        ],
        question=question_to_msg(session.question),
        rules=[rule_to_msg(rule) for rule in session.rules],
    )


def session_from_msg(msg: SessionStateMsg) -> SessionState:
    """What operators and the fleet are talking about."""
    robots = {one.robot: RobotMode(Mode(one.mode), one.sentence) for one in msg.robots}
    rules = tuple(rule_from_msg(rule) for rule in msg.rules)
    return SessionState(msg.mission, robots, question_from_msg(msg.question), rules)
