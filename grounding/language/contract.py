"""The written form of corrections: acts and contexts as JSON, and when two of them are the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from grounding.language.act import Act, ActKind
from grounding.language.context import Context, Doing, Heard, Hearing
from grounding.language.corrections import hear
from grounding.language.settle import contract_skill
from grounding.language.tokens import NUMBERS, wordset
from grounding.mission.task import TreeRule
from grounding.translate.nouns import nouns_of
from grounding.world import World

#: Fields of an expected act, in order.
FIELDS = (
    "act", "robots", "skill", "object", "destination", "direction", "amount", "persistence", "polarity",
)  # fmt: skip
#: Acts whose slots are not scored.
SLOTLESS = frozenset({"question", "praise_or_noise", "instruction"})
#: Acts that leave all slots but the robots null.
_BARE = frozenset({"instruction", "question", "praise_or_noise", "stop", "pause", "resume"})
_SKILLS = wordset(
    "pick_up put_in put_on put_down push_to go_to open close wipe pour hand_over wait hold release photograph guide"
)
_ARTICLES = re.compile(r"\b(?:the|a|an|my|your|our|his|her|its|their)\b ?")
_UNITS = {
    "centimetres": "cm", "centimetre": "cm", "centimeters": "cm", "centimeter": "cm", "metres": "m", "metre": "m",
    "meters": "m", "meter": "m", "cell": "cells", "degree": "degrees", "millimetres": "mm", "millimeters": "mm",
}  # fmt: skip


def to_contract(hearing: Hearing, context: Context) -> dict[str, Any] | list[dict[str, Any]]:
    """What was heard in the form of the contract; a list where it is several acts.

    A question that has to be asked first, or words left over, give the act that was understood so far.
    """
    acts = [_written(heard, context) for heard in hearing.heard]
    if not acts:
        return _written(Heard(Act(ActKind.PRAISE_OR_NOISE, persistence=None)), context)
    return acts[0] if len(acts) == 1 else acts


def _written(heard: Heard, context: Context) -> dict[str, Any]:
    act = heard.act
    kind = act.kind.value
    written: dict[str, Any] = {"act": kind, "robots": list(act.robots)}
    bare = kind in _BARE
    skill = contract_skill(act.skill)
    written["skill"] = None if bare or skill not in _SKILLS else skill
    for slot in ("object", "destination"):
        value = getattr(act, slot)
        written[slot] = None if bare or value is None else _phrase(value, context.world)
    written["direction"], written["amount"] = act.direction, act.amount
    written["persistence"] = act.persistence
    if act.polarity is not None:
        written["polarity"] = act.polarity
    return written


def _phrase(value: str, world: World) -> str:
    """An id as a short noun phrase; a robot keeps its name."""
    return value if value in world.robots else re.sub(r"^(?:the|an?) ", "", value.replace("_", " "))


def from_contract(written: Mapping[str, Any], world: World) -> Context:
    """A context of the contract. Besides its fields, ``waiting``, ``rules``, ``options`` and ``held`` are read.

    Args:
        written: The context.
        world: The world it speaks of.
    """
    current = {
        robot: _doing(job, world, f"t{i}", robot)
        for i, (robot, job) in enumerate((written.get("current") or {}).items())
        if job and job.get("skill") is not None
    }  # fmt: skip
    last = written.get("last_finished")
    rules = []
    for i, text in enumerate(written.get("rules") or ()):
        rules.append(TreeRule(_formula(text, world), text, f"r{i + 1}"))
    return Context(
        world=world,
        robots=tuple(written["robots"]),
        addressed=written.get("addressed"),
        current=current,
        waiting=tuple(_doing(job, world, f"w{i}") for i, job in enumerate(written.get("waiting") or ())),
        finished=(_doing(last, world, "f0", last.get("robot")),) if last else (),
        rules=tuple(rules),
        held=written.get("held") or {},
        options=tuple(written.get("options") or ()),
    )


def _doing(job: Mapping[str, Any], world: World, task: str, robot: str | None = None) -> Doing:
    def named(phrase: str | None) -> str | None:
        if phrase is None:
            return None
        words = tuple(NUMBERS.get(w, w) for w in re.findall(r"[a-z]+|\d+", phrase.lower()))
        noun = nouns_of(world).nouns.get(words)
        return noun.own[0] if noun is not None and noun.own else phrase.replace(" ", "_")

    return Doing(job["skill"], named(job.get("object")), named(job.get("destination")), task, robot=robot)


def _formula(text: str, world: World) -> str:
    """The ids that the text of a rule names, enough to find it again."""
    hearing = hear(text, Context(world, tuple(world.robots)))
    ids = [i for h in hearing.heard for i in (h.act.object, h.act.destination) if i]
    return " ".join(f".{i}" for i in ids)


def same(field: str, expected: Mapping[str, Any], given: Mapping[str, Any], addressed: str | None) -> bool:
    """Whether a field of two acts is the same under the rules of the contract."""
    a, b = expected.get(field), given.get(field)
    if field == "robots":
        return _robots(a, addressed) == _robots(b, addressed)
    if field == "amount" and expected.get("act") == "motion":
        a, b = a or "default", b or "default"
    return _plain(a) == _plain(b)


def _robots(robots: Sequence[str] | None, addressed: str | None) -> frozenset[str]:
    named = frozenset(robots or ())
    return named or frozenset({addressed} if addressed else ())


def _plain(value: Any) -> str:
    """Lower case, without articles and possessives, number words as digits, units short."""
    if value is None:
        return ""
    words = _ARTICLES.sub("", str(value).lower().replace("_", " ")).split()
    words = [w.removesuffix("'s") for w in words]
    return " ".join(_UNITS.get(w, NUMBERS.get(w, w)) for w in words)


def judged(expected: Any, given: Any, addressed: str | None) -> dict[str, bool]:
    """Which fields are right; ``exact`` where all are that count. Two acts are compared one by one.

    A scorer that expects one act takes the first of those given.
    """
    if isinstance(expected, list):
        given = given if isinstance(given, list) else [given]
        each = [judged(e, g, addressed) for e, g in zip(expected, given, strict=False)]
        return {f: all(j.get(f, True) for j in each) and len(given) == len(expected) for f in (*FIELDS, "exact")}
    given = given[0] if isinstance(given, list) else given
    counted: tuple[str, ...] = ("act",) if expected["act"] in SLOTLESS else FIELDS
    if "polarity" not in expected:
        counted = tuple(f for f in counted if f != "polarity")
    fields = {f: same(f, expected, given, addressed) for f in counted}
    fields["exact"] = all(fields.values())
    return fields
