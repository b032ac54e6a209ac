"""Rules from now on: their clause, what they speak of, whom they bind and when they end."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grounding.language.act import Act, ActKind
from grounding.language.acts import Cues, heard
from grounding.language.clauses import clause_text, expiry, id_or_words, loosely
from grounding.language.context import Heard
from grounding.language.patterns import Bound, Row, every, match, rows
from grounding.language.referring import Scope, verbs
from grounding.language.settle import called, settle
from grounding.language.tokens import wordset

_MODALS = wordset("must may should shall can ever never always not be to do does robot robots is are allowed let")
_STATIVE = wordset("keep keeps leave stay stays remain remains avoid avoids be is are kept")


def rule_of(found: Heard, row: Row | None, bound: Bound, scope: Scope) -> Heard:
    """A rule with its clause, its slots and when it ends."""
    if row is not None and row.say.startswith("<rulestart>"):
        return _from_now_on(bound["clause"][0], scope)
    end, until = expiry(scope)
    act = found.act
    if row is not None and row.say.startswith(("nobody", "no robot")):
        act = replace(act, robots=scope.context.robots)
    if row is not None and row["rest"]:
        act = replace(act, robots=tuple(r for r in scope.context.robots if r not in bound["robots"]))
    text, _ = _rule_text(scope, row, bound, end)
    slots = _rule_slots(row, bound, scope)
    return replace(found, act=replace(act, **slots), clause=text, until=until)


def _rule_text(scope: Scope, row: Row | None, bound: Bound, end: int) -> tuple[str, set[str]]:
    if row is not None and row["tell"]:
        robots = tuple(r for r in scope.context.robots if r not in bound["robots"]) if row["rest"] else bound["robots"]
        rest, referred = clause_text(scope, scope.text, bound["clause"][0], end)
        return f"{' and '.join(r.replace('_', ' ') for r in robots)} {row['tell']} {rest}", referred
    if row is not None and row["retell"]:
        thing = settle(bound["thing"], scope, "thing")
        rest, referred = clause_text(scope, scope.text, bound["rest"][0], end) if "rest" in bound else ("", set())
        text = f"{row['retell']} {called(thing, scope.world)} {rest}".strip()
        referred = {*referred, thing}
    else:
        text, referred = clause_text(scope, scope.text, 0, end)
    if scope.robots and not bound.get("robots") and scope.robots != scope.context.robots:
        text = f"{' and '.join(r.replace('_', ' ') for r in scope.robots)} must {_finite(text)}"
    return text, referred


def _finite(text: str) -> str:
    """An order as what follows "must"."""
    return text.removeprefix("do ") if text.startswith("do not ") else text


def _from_now_on(at: int, scope: Scope) -> Heard:
    """ "From now on ...": what follows as a rule of its own, or as what is always to be done."""
    inner = Scope(scope.tokens[at:], scope.context, scope.team, scope.robots, scope.chosen, scope.text)
    for row in rows():
        if row.act != "constraint" or row.say.startswith("<rulestart>"):
            continue
        for bound in match(row.parts, inner.words, inner.slot):
            return rule_of(heard(row, bound, inner, Cues()), row, bound, inner)
    never = "not" in inner.words or "never" in inner.words
    start = 2 if inner.words[:2] == ["do", "not"] else 0
    act = Act(ActKind.CONSTRAINT, scope.robots, persistence="always", polarity="never" if never else "always")
    end, until = expiry(inner)
    slots = _rule_slots(None, {"clause": (start, end)}, inner)
    text, _ = clause_text(inner, scope.text, 0, end)
    robots = f"{' and '.join(r.replace('_', ' ') for r in scope.robots)}, " if scope.robots else ""
    clause = f"{robots}{text}" if never else f"{robots}always {text}"
    return Heard(replace(act, **slots), clause, until=until)


def _rule_slots(row: Row | None, bound: Bound, scope: Scope) -> dict[str, Any]:
    """Skill, object and destination that a rule speaks of."""
    if row is not None and "thing" in bound:
        thing = id_or_words(bound["thing"], scope)
        if row["verb"] == "go_to":
            return {"skill": "go_to", "destination": thing}
        return {"skill": "open" if "open" in scope.words else "close", "object": thing}
    at = bound["clause"][0]
    if row is not None and row["verb"] == "go_to" and not list(every(verbs(), scope.words, at)):
        phrase = next(iter(scope.phrases(at)), None)
        return {"skill": "go_to", "destination": id_or_words(phrase, scope)}
    while at < len(scope.words) and scope.words[at] in _MODALS:
        at += 1
    skill, thing, place = loosely(scope, at) if at < len(scope.words) else (None, None, None)
    return {"skill": skill, "object": thing, "destination": place}


def is_lasting(heard: Heard) -> bool:
    """Whether a rule says what is to hold all the time, or forbids; "always close the door" is no such rule.

    What is to be done again and again, whenever something happens, no formula of the controlled parser says.
    """
    words = heard.clause.lower().split()
    if heard.act.kind is not ActKind.CONSTRAINT or "always" not in words:
        return True
    return bool(_STATIVE & set(words[words.index("always") + 1 :][:1]))
