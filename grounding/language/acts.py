"""From a row of the lexicon that fits a clause to the act that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from grounding.language.act import Act, ActKind
from grounding.language.clauses import expiry, loosely
from grounding.language.context import Doing, Heard
from grounding.language.patterns import Bound, Row
from grounding.language.referring import AskError, Deed, Phrase, Scope
from grounding.language.replacing import act_of, ids_of, is_in_hand, replaced
from grounding.language.settle import (
    NoReadingError,
    candidates,
    contract_skill,
    meant,
    same_skill,
    settle,
    slots,
    told,
)
from grounding.language.tokens import PUNCTUATION, tokenise


@dataclass(frozen=True)
class Cues:
    """What was said around a clause and peeled off it.

    Attributes:
        contrary: It began with "no" or the like.
        instead: "Instead", "rather".
        now: "Now", "at once".
        lone: Robots were addressed by name.
    """

    contrary: bool = False
    instead: bool = False
    now: bool = False
    lone: bool = False


def heard(row: Row, bound: Bound, scope: Scope, cues: Cues) -> Heard:
    """The act of a row.

    Raises:
        NoReadingError: The row does not fit what is going on.
        AskError: Something has to be asked first.
    """
    if row["lone"] and not cues.lone:
        raise NoReadingError
    if row["needs"] == "cue" and not (cues.contrary or cues.instead or "instead" in bound or "thatjob" in bound):
        raise NoReadingError
    if row["only"] and not any(w in scope.words for w in _listed(row.extra["only"])):
        raise NoReadingError
    return _HANDLERS[row.act](row, bound, scope)


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list) else [str(value)]


def _doers(doings: tuple[Doing, ...], scope: Scope) -> tuple[str, ...]:
    """The robots named, else those at work on tasks where they are not the one addressed."""
    if scope.robots:
        return scope.robots
    doers = tuple(dict.fromkeys(d.robot for d in doings if d.robot is not None))
    return () if doers == (scope.context.addressed,) else doers


def _working(row: Row, bound: Bound, scope: Scope) -> Heard:
    """Pause and resume, of robots or of a task."""
    kind = ActKind(row.act)
    if "rest" in bound:
        _, until = expiry(scope)
        if until is None:
            raise NoReadingError
        return Heard(act_of(kind, scope), until=until)
    if "tasks" not in bound:
        return Heard(act_of(kind, scope))
    what = meant(bound["tasks"], scope, "tasks")
    if not what.doings:
        raise NoReadingError
    return Heard(act_of(kind, scope, _doers(what.doings, scope)), tasks=ids_of(what.doings))


def _motion(row: Row, bound: Bound, scope: Scope) -> Heard:
    if bound.get("move") == "come" and scope.words[-1] == "back":
        raise NoReadingError  # "come back" asks for a place
    direction = bound.get("direction") or bound.get("raise") or row["direction"]
    amount = bound.get("amount2") or bound.get("amount") or row["amount"]
    if not amount:
        amount = "default"
        if {"more", "further", "farther"} & set(scope.words):
            amount = "small"
    if scope.focus() is None and len(scope.robots) < 1:
        raise AskError("Which robot do you mean?", scope.context.robots, "robots", scope.context.robots)
    turn = bool(row["turn"]) and direction in ("left", "right", "clockwise", "counterclockwise", "back")
    if row["turn"] and not turn:
        raise NoReadingError
    return Heard(act_of(ActKind.MOTION, scope, direction=direction, amount=amount), turn=turn)


def _last(scope: Scope) -> Doing | None:
    """The finished task that "again" and "undo" speak of: the robot's own latest, else the latest."""
    focus = scope.focus()
    own = [d for d in scope.context.finished if focus is not None and d.robot == focus]
    every = own or list(scope.context.finished)
    return every[-1] if every else None


def _repeat(row: Row, bound: Bound, scope: Scope) -> Heard:
    amount = bound.get("number") or row["amount"] or None
    if row["amount"] == "small":
        return Heard(act_of(ActKind.REPEAT, scope, amount=amount))
    if "done" in bound:
        what = meant(bound["done"], scope, "done", among=[*scope.context.finished, *scope.doings()])
        if not what.doings:
            raise NoReadingError
        return Heard(
            act_of(ActKind.REPEAT, scope, skill=what.skill, object=what.object, destination=what.destination),
            tasks=ids_of(what.doings),
        )
    job = scope.job()
    last = _last(scope) if job is None or "deed" not in bound else job
    last = last or job
    if last is None:
        return Heard(act_of(ActKind.REPEAT, scope, amount=amount, skill=contract_skill(bound.get("deed"))))
    skill = contract_skill(bound.get("deed") or last.skill)
    return Heard(
        act_of(ActKind.REPEAT, scope, skill=skill, object=last.object, destination=last.destination, amount=amount),
        tasks=ids_of((last,)),
    )


def _undo(row: Row, bound: Bound, scope: Scope) -> Heard:
    if "done" in bound:
        done = scope.context.finished
        what = meant(bound["done"], scope, "done", among=done)
        last = what.doings[-1] if what.doings else None
        thing = what.object
    else:
        last = _last(scope)
        thing = last.object if last else None
    place = settle(bound["place"], scope, "place") if "place" in bound else None
    robots = scope.robots
    if last is not None and not robots and last.robot not in (None, scope.context.addressed):
        robots = (str(last.robot),)
    skill = contract_skill(last.skill) if last else None
    if thing is None and last is not None:
        thing = last.destination
    return Heard(
        Act(ActKind.UNDO, robots, skill=skill, object=thing, destination=place), tasks=ids_of((last,)) if last else ()
    )


def _reassign(row: Row, bound: Bound, scope: Scope) -> Heard:
    new: tuple[str, ...] = bound.get("doers") or bound.get("robots") or scope.robots
    if not new or (row["needs"] and scope.words[-1] == "one"):
        raise NoReadingError
    if "tasks" in bound:
        what = meant(bound["tasks"], scope, "tasks")
        doings = what.doings
        if not doings:
            raise NoReadingError
    else:
        doings = (_handed_over(new, scope),)
    job = doings[0]
    return Heard(
        Act(
            ActKind.REASSIGN, new, skill=contract_skill(job.skill), object=job.object, destination=job.destination
        ),
        tasks=ids_of(doings),
    )  # fmt: skip


def _handed_over(new: tuple[str, ...], scope: Scope) -> Doing:
    """The job that others take over: that of the robot addressed, else the only one under way."""
    current = {r: replace(d, robot=r) for r, d in scope.context.current.items() if r not in new}
    addressed = scope.context.addressed
    if addressed in current:
        return current[addressed]
    if len(current) == 1:
        return next(iter(current.values()))
    if not current:
        raise NoReadingError
    if "job" in scope.chosen:
        return list(current.values())[int(scope.chosen["job"])]
    texts = [d.text or told(d, scope.world) for d in current.values()]
    raise AskError("Which job is to be taken over?", range(len(current)), "job", texts)


def _order(row: Row, bound: Bound, scope: Scope) -> Heard:
    what = meant(bound["tasks"], scope, "tasks")
    direction, anchor, place = row["direction"], None, None
    if "others" in bound:
        reference = meant(bound["others"], scope, "others")
        if not (reference.doings and what.doings):
            raise NoReadingError
        anchor, place = reference.doings[0].task, _topic(bound["others"], reference.doings[0], scope)
    elif not what.doings and (bound["tasks"].named or _is_place(bound["tasks"], scope)):
        raise NoReadingError  # a new task, to be done first or last
    topic = _topic(bound["tasks"], what.doings[0], scope) if what.doings else what.object or what.destination
    skill = what.skill if bound["tasks"].named else None
    return Heard(
        act_of(ActKind.ORDER, scope, skill=skill, object=topic, destination=place, direction=direction),
        place=direction, anchor=anchor, tasks=ids_of(what.doings),
    )  # fmt: skip


def _is_place(deed: Deed, scope: Scope) -> bool:
    return deed.object is not None and all(i in scope.world.zones for i in deed.object.ids) and bool(deed.object.ids)


def _topic(deed: Deed, doing: Doing, scope: Scope) -> str | None:
    """What of a task the words named: its object or where it goes."""
    said = set(candidates(deed.object, scope)) if deed.object is not None else set()
    return next((i for i in (doing.object, doing.destination) if i in said), doing.object or doing.destination)


def _lift(row: Row, bound: Bound, scope: Scope) -> Heard:
    rules = scope.context.rules
    if row["all"]:
        return Heard(act_of(ActKind.LIFT, scope), rule="*")
    slot: dict[str, Any] = {}
    if "number" in bound:
        at = int(bound["number"])
        found = [rules[at - 1]] if 1 <= at <= len(rules) else []
    elif "thing" in bound or "action" in bound:
        if "action" in bound:
            what = slots(bound["action"], scope, "action")
            slot = {"skill": what.skill, "object": what.object, "destination": what.destination, "polarity": "never"}
            ids = [i for i in (what.object, what.destination) if i]
        else:
            ids = list(candidates(bound["thing"], scope))
        found = [r for r in rules if any(_speaks_of(r.formula, r.text, i, scope) for i in ids)]
        if "action" in bound and not found and "anymore" not in bound:
            raise NoReadingError
        slot = slot or _rule_slots(ids, scope)
    else:
        found = list(rules[-1:])
    rule = _one_rule(found, scope)
    if rule is not None and not slot:
        slot = _said_by(rule.text, scope)
    robots = bound.get("robots")
    return Heard(act_of(ActKind.LIFT, scope, robots, **slot), rule=None if rule is None else rule.id or rule.text)


def _said_by(text: str, scope: Scope) -> dict[str, Any]:
    """What the words of a rule speak of."""
    inner = Scope([t for t in tokenise(text) if t.text not in PUNCTUATION], scope.context, scope.team)
    for at in range(len(inner.words)):
        skill, thing, place = loosely(inner, at)
        if skill is not None:
            return {"skill": skill, "object": thing, "destination": place, "polarity": "never"}
    return {}


def _rule_slots(ids: list[str], scope: Scope) -> dict[str, Any]:
    if len(ids) != 1:
        return {}
    zone = ids[0] in scope.world.zones
    return {"skill": "go_to" if zone else None, "object": None if zone else ids[0],
            "destination": ids[0] if zone else None, "polarity": "never"}  # fmt: skip


def _speaks_of(formula: str, text: str, entity: str, scope: Scope) -> bool:
    return f".{entity}" in formula or entity.replace("_", " ") in text.lower()


def _one_rule(found: list[Any], scope: Scope) -> Any:
    if len(found) > 1:
        if "rule" not in scope.chosen:
            raise AskError("Which rule do you mean?", range(len(found)), "rule", [r.text for r in found])
        return found[int(scope.chosen["rule"])]
    return found[0] if found else None


def _veto(row: Row, bound: Bound, scope: Scope) -> Heard:
    if bound.get("drop") == "drop" and is_in_hand(bound, scope):
        raise NoReadingError
    if row["all"]:
        every = tuple(scope.doings())
        return Heard(act_of(ActKind.VETO, scope, _doers(every, scope)), tasks=ids_of(every))
    if "tasks" in bound:
        deed: Deed = bound["tasks"]
        if "leave" in bound.get("drop", "") and deed.object is not None and deed.object.ids and deed.destination:
            raise NoReadingError
        what = meant(deed, scope, "tasks")
        if not what.doings and (row["deed"] or deed.named):
            raise NoReadingError
        doings, skill, thing = what.doings, what.skill, what.object
        place = what.destination if not what.doings or what.object is None else None
        if len(doings) > 1:
            thing = place = None
            skill = skill if all(same_skill(skill, d.skill) for d in doings) else None
    else:
        job = scope.job()
        if job is None:
            others = [d for d in scope.doings() if d.robot]
            if len(others) != 1:
                texts = [d.text or told(d, scope.world) for d in others]
                if "job" not in scope.chosen and others:
                    raise AskError("What do you not want?", range(len(others)), "job", texts)
                job = others[int(scope.chosen["job"])] if others else None
            else:
                job = others[0]
        else:
            job = replace(job, robot=scope.focus())
        doings = (job,) if job else ()
        skill = contract_skill(job.skill) if job else None
        thing = job.object if job else None
        place = job.destination if job and job.object is None else None
    return Heard(
        act_of(ActKind.VETO, scope, _doers(doings, scope), skill=skill, object=thing, destination=place),
        tasks=ids_of(doings),
        about=row["about"] or "",
    )


def _question(row: Row, bound: Bound, scope: Scope) -> Heard:
    robots = bound.get("robots")
    if row["asked"] and scope.robots and "?" not in scope.text:
        raise NoReadingError  # "robot two is in the way" asks nothing
    thing: Phrase | None = bound.get("thing")
    ids = candidates(thing, scope) if thing is not None else ()
    act = Act(ActKind.QUESTION, robots or scope.robots, object=ids[0] if len(ids) == 1 else None, persistence=None)
    return Heard(act, " ".join(scope.words), about=row["about"])


def _praise(row: Row, bound: Bound, scope: Scope) -> Heard:
    return Heard(Act(ActKind.PRAISE_OR_NOISE, scope.robots, persistence=None))


def _rule(row: Row, bound: Bound, scope: Scope) -> Heard:
    """A rule; its clause and what it says are filled in by the caller."""
    if scope.words[0] == "no" and scope.tokens[2].number.isdigit():
        raise NoReadingError  # "no, robot two"
    return Heard(
        Act(ActKind.CONSTRAINT, bound.get("robots") or scope.robots, persistence="always",
            polarity=row["polarity"] or None)
    )  # fmt: skip


_HANDLERS: Mapping[str, Callable[[Row, Bound, Scope], Heard]] = {
    "pause": _working, "resume": _working, "motion": _motion, "repeat": _repeat, "undo": _undo,
    "reassign": _reassign, "order": _order, "lift": _lift, "veto": _veto, "skill": replaced,
    "question": _question, "praise_or_noise": _praise, "constraint": _rule,
}  # fmt: skip
