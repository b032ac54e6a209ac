"""This instead of that: a job under way with another thing or place, and what to do with what is held."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from grounding.language.act import Act, ActKind
from grounding.language.context import Doing, Heard
from grounding.language.patterns import Bound, Row
from grounding.language.referring import AskError, Deed, Phrase, Scope
from grounding.language.settle import NoReadingError, antecedent, candidates, contract_skill, kin, settle, told


def act_of(kind: ActKind, scope: Scope, robots: tuple[str, ...] | None = None, **slot: Any) -> Act:
    """An act for the robots named, unless others are given."""
    return Act(kind, scope.robots if robots is None else robots, **slot)


def ids_of(doings: tuple[Doing, ...]) -> tuple[str, ...]:
    """Ids of tasks in the tree, each once."""
    return tuple(dict.fromkeys(d.task for d in doings if d.task is not None))


def in_hand(scope: Scope) -> str | None:
    """What the robot spoken of holds or handles."""
    focus, job = scope.focus(), scope.job()
    held = scope.context.held.get(focus or "")
    return held or (job.object if job else None)


def is_in_hand(bound: Bound, scope: Scope) -> bool:
    """Whether "drop" is said of what the robot holds or handles."""
    thing = in_hand(scope)
    deed: Deed | None = bound.get("tasks")
    if deed is None or deed.object is None:
        return thing is not None and bound.get("thatjob", "it") in ("it", "that", "this")
    return thing in candidates(deed.object, scope)


def replaced(row: Row, bound: Bound, scope: Scope) -> Heard:
    """A job with another thing or place, or something to be done with what is held.

    Raises:
        NoReadingError: Nothing is under way that the words could change.
        AskError: Several things can be meant.
    """
    job = scope.job()
    place = row["place"]
    if row["skill"] == "hand_over":
        return _handed(row, bound, scope)
    if row["skill"]:
        phrase = bound.get("held")
        if phrase is None and scope.focus() is None and len(scope.context.held) != 1 and scope.context.current:
            robots = tuple(scope.context.held) or scope.context.robots
            raise AskError("Which robot do you mean?", robots, "robots", robots)
        thing = settle(phrase, scope, "held") if phrase is not None else in_hand(scope)
        if thing is None and row["skill"] == "put_down" and not scope.context.current:
            raise NoReadingError
        act = act_of(ActKind.SKILL, scope, skill=row["skill"], object=thing)
        return Heard(act, place=place, anchor=job.task if job else None)
    job = job or _only_job(scope)
    if job is None:
        raise NoReadingError
    new: Phrase = bound.get("new") or _by_colour(bound, scope)
    prep = bound.get("prep2") if "prep2" in bound else bound.get("prep")
    changed = _changed(job, settle(new, scope, "new"), prep, scope)
    act = act_of(
        ActKind.SKILL, scope, skill=contract_skill(changed.skill), object=changed.object,
        destination=changed.destination,
    )  # fmt: skip
    if not scope.robots and job.robot not in (None, scope.context.addressed):
        act = replace(act, robots=(str(job.robot),))
    return Heard(act, told(changed, scope.world), place=place, anchor=job.task, tasks=ids_of((job,)))


def _handed(row: Row, bound: Bound, scope: Scope) -> Heard:
    """Something held is to be given to another robot; what nobody holds is a job to be given away."""
    thing = settle(bound["held"], scope, "held") if "held" in bound else antecedent(scope)
    holder = next((r for r, held in scope.context.held.items() if held == thing), None)
    if thing is None or holder is None or len(bound["robots"]) != 1 or holder in bound["robots"]:
        raise NoReadingError
    robots = scope.robots or ((holder,) if holder != scope.context.addressed else ())
    act = Act(ActKind.SKILL, robots, skill="hand_over", object=thing, destination=bound["robots"][0])
    return Heard(act, place=row["place"])


def _only_job(scope: Scope) -> Doing | None:
    jobs = [replace(d, robot=r) for r, d in scope.context.current.items()]
    return jobs[0] if len(jobs) == 1 and scope.context.addressed is None else None


def _by_colour(bound: Bound, scope: Scope) -> Phrase:
    found: Phrase = bound["colour2"]
    return found


def _changed(job: Doing, new: str, prep: str | None, scope: Scope) -> Doing:
    """A job with its object or its destination changed, whichever the new thing is like."""
    world = scope.world
    is_zone = new in world.zones
    takes = {"put_on": "surface", "put_in": "container"}.get(contract_skill(job.skill) or "", "")
    holds = new in world.things and bool(world.things[new].properties & {"surface", "container"})
    if prep is not None and prep != "from":
        if prep == "on" and is_zone:
            raise NoReadingError
        if job.destination is None and job.object is not None and job.skill == "photograph":
            return replace(job, object=new, text="")
        skill = job.skill
        if job.object is not None and holds:
            skill = "put_in" if "container" in world.things[new].properties and prep != "on" else "put_on"
        elif job.object is not None and is_zone and contract_skill(skill) in ("put_on", "put_in", "pick_up"):
            skill = "put_down"
        return replace(job, destination=new, skill=skill, text="")
    if job.object is not None and new in kin(job.object, world):
        return replace(job, object=new, text="")
    if job.destination is not None and (
        new in kin(job.destination, world) or (is_zone and job.destination in world.zones)
    ):
        return replace(job, destination=new, text="")
    if job.object is not None and not is_zone and job.object not in world.zones and not (holds and takes):
        movable = {"portable", "pushable", "guidable"}
        if (world.things[new].properties if new in world.things else frozenset()) & movable:
            return replace(job, object=new, text="")
    if job.object is not None and is_zone and job.object in world.zones:
        return replace(job, object=new, text="")
    raise NoReadingError
