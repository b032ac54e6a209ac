"""Settles what phrases and deeds stand for: one id, one task, or a question."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grounding.language.context import Doing
from grounding.language.referring import HANDLING, AskError, Deed, Meant, Phrase, Scope
from grounding.translate import wording
from grounding.world import World

#: Skills of worlds under the names that the contract has for them.
CONTRACT_SKILLS = {"clean": "wipe", "wash": "wipe", "push": "push_to", "pick": "pick_up", "place": "put_down"}


class NoReadingError(Exception):
    """A row fits the words but not what is going on."""


def called(entity: str, world: World) -> str:
    """What to call an id in a question or a clause."""
    try:
        return wording.name(entity, world)
    except KeyError:
        return entity.replace("_", " ")


def kin(entity: str, world: World) -> list[str]:
    """Ids of the same kind as one, itself among them."""
    if entity in world.things:
        kind = world.things[entity].kind
        return [t.id for t in world.things.values() if t.kind == kind]
    if entity in world.doors:
        return list(world.doors)
    if entity in world.rooms or entity in world.places:
        kind = world.zones[entity].kind
        return [z.id for z in (*world.rooms.values(), *world.places.values()) if z.kind == kind]
    return [r for r in world.robots if entity in world.robots]


def antecedent(scope: Scope) -> str | None:
    """What "it" is: what the robot holds or handles, else what was spoken of last."""
    context, focus, job = scope.context, scope.focus(), scope.job()
    held = context.held.get(focus or "")
    things = [s for s in context.salient if s in context.world.things]
    last = context.finished[-1].object if context.finished else None
    only = next(iter(context.held.values())) if len(context.held) == 1 and focus is None else None
    candidates = (job.object if job else None, held, only, *things[:1], last, job.destination if job else None)
    return next((c for c in candidates if c is not None), None)


def settle(phrase: Phrase, scope: Scope, key: str, *, prefer: Sequence[str] = ()) -> str:
    """The one id that a phrase stands for.

    Args:
        phrase: The phrase.
        scope: Its clause.
        key: Name of what is open if it has to be asked.
        prefer: Ids that count first where several fit.

    Raises:
        AskError: Several fit.
        NoReadingError: None fits.
    """
    if key in scope.chosen:
        return str(scope.chosen[key])
    ids = list(candidates(phrase, scope))
    preferred = [i for i in ids if i in prefer]
    if len(preferred) == 1:
        return preferred[0]
    if len(ids) == 1 and not (phrase.how == "one" and ids[0] not in _likely(scope)):
        return ids[0]
    if not ids:
        raise NoReadingError
    names = [called(i, scope.world) for i in ids]
    listed = f"{', '.join(names[:-1])} or {names[-1]}" if len(names) > 1 else names[0]
    raise AskError(f"Do you mean {listed}?", ids, key, names)


def _likely(scope: Scope) -> set[str]:
    """Ids of the kinds that the work under way speaks of."""
    job = scope.job()
    known = [i for i in (job.object, job.destination) if i] if job else list(scope.context.salient[:1])
    return {k for i in known for k in kin(i, scope.world)}


def candidates(phrase: Phrase, scope: Scope) -> tuple[str, ...]:
    """The ids that a phrase can stand for."""
    if phrase.how == "named":
        return phrase.ids
    if phrase.how == "it":
        found = antecedent(scope)
        return () if found is None else (found,)
    job = scope.job()
    anchors = [i for i in (job.object, job.destination) if i] if job else list(scope.context.salient[:1])
    if phrase.how == "other":
        return tuple(k for anchor in anchors[:1] for k in kin(anchor, scope.world) if k not in anchors)
    modifiers = scope.nouns.modifiers
    fits = [i for i in scope.nouns.order if all(i in modifiers[t] for t in phrase.traits)]
    for anchor in anchors:
        alike = [k for k in kin(anchor, scope.world) if k in fits and k not in anchors]
        if alike:
            return tuple(alike)
    things = scope.world.things
    movable = [i for i in fits if i in things and things[i].properties & {"portable", "pushable"}]
    return tuple(i for i in movable or fits if i not in anchors)


def skill_of(deed: Deed, thing: str | None, place: str | None, world: World) -> str | None:
    """The contract's name for what is done with a thing at a place."""
    skill = deed.skill
    properties = world.things[thing].properties if thing is not None and thing in world.things else frozenset()
    if skill == "push_to" and thing is not None and "pushable" not in properties:
        skill = "carry"
    if skill == "push_to" and thing is None:
        return "go_to"
    if skill in ("put", "carry", "put_down"):
        if deed.to_robot:
            return "hand_over"
        if skill == "carry" and "guidable" in properties:
            return "guide"
        if skill == "carry" and "pushable" in properties:
            return "push_to"
        if place is not None:
            there = world.things[place].properties if place in world.things else frozenset()
            return "put_in" if "container" in there and deed.prep != "on" else "put_on" if there else "put_down"
        return "pick_up" if skill == "carry" else "put_down"
    return skill


def same_skill(a: str | None, b: str | None) -> bool:
    """Whether two names can be of one piece of work."""
    a, b = CONTRACT_SKILLS.get(a or "", a), CONTRACT_SKILLS.get(b or "", b)
    return a == b or (a in HANDLING and b in HANDLING)


def fits(deed: Deed, doing: Doing, scope: Scope) -> bool:
    """Whether a deed can be a task."""
    if (
        deed.named
        and not same_skill(deed.skill, doing.skill)
        and not (deed.skill == "go_to" and deed.object is None and doing.skill in ("photograph", "guide"))
    ):
        return False
    about = {i for i in (doing.object, doing.destination) if i}
    for phrase in (deed.object, *deed.more):
        if phrase is not None and not about & set(candidates(phrase, scope)):
            continue
        if phrase is not None or deed.named:
            break
    else:
        return False
    if deed.destination is None:
        return True
    there = set(candidates(deed.destination, scope))
    return bool(there & about) if doing.destination is None else doing.destination in there


def meant(deed: Deed, scope: Scope, key: str, *, among: Sequence[Doing] | None = None) -> Meant:
    """What a deed speaks of: its tasks where there are any, and its slots.

    Raises:
        AskError: Several tasks fit, and the words do not speak of several.
    """
    doings = [d for d in (scope.doings() if among is None else among) if fits(deed, d, scope)]
    job = scope.job()
    if deed.object is not None and deed.object.how == "it":
        doings = [d for d in doings if d.task == job.task] if job is not None else doings[:1]
    if deed.object is None and job is not None and any(d.task == job.task for d in doings):
        doings = [d for d in doings if d.task == job.task]
    several = bool(deed.more) or (deed.object is not None and deed.object.many)
    if len(doings) > 1 and not several:
        first = [d for d in doings if deed.object is not None and d.object in deed.object.ids]
        doings = first or doings
    if len(doings) > 1 and not several:
        if key in scope.chosen:
            doings = [doings[int(scope.chosen[key])]]
        else:
            texts = [d.text or told(d, scope.world) for d in doings]
            raise AskError("Which one do you mean?", range(len(doings)), key, texts)
    if doings:
        first_one = doings[0]
        return Meant(contract_skill(first_one.skill), first_one.object, first_one.destination, tuple(doings))
    return slots(deed, scope, key)


def slots(deed: Deed, scope: Scope, key: str) -> Meant:
    """The slots of a deed that is no task yet."""
    thing = None if deed.object is None else settle(deed.object, scope, f"{key}.object")
    place = None if deed.destination is None else settle(deed.destination, scope, f"{key}.destination")
    if deed.to_robot:
        place = deed.to_robot[0]
    skill = skill_of(deed, thing, place, scope.world)
    if skill == "go_to" and place is None:
        thing, place = None, thing
    return Meant(skill, thing, place)


def contract_skill(skill: str | None) -> str | None:
    """The contract's name of a skill."""
    return CONTRACT_SKILLS.get(skill or "", skill)


_TELL: dict[str, Callable[[str], str]] = {
    "go_to": lambda where: f"go to {where}", "photograph": lambda it: f"take a photo in {it}",
}  # fmt: skip


def told(doing: Doing, world: World) -> str:
    """A task in controlled English, made from its slots."""
    skill = contract_skill(doing.skill) or ""
    thing = called(doing.object, world) if doing.object else ""
    place = called(doing.destination, world) if doing.destination else ""
    if skill in _TELL:
        return _TELL[skill](place or thing)
    verb = {
        "pick_up": "pick up", "wipe": "clean", "put_on": "put", "put_in": "put", "put_down": "bring",
        "push_to": "push", "switch_on": "switch on", "switch_off": "switch off",
    }.get(skill, skill.replace("_", " "))  # fmt: skip
    prep = {"put_on": "on", "put_in": "in"}.get(skill, "to")
    if skill == "put_down" and not place:
        return f"put {thing} down"
    return " ".join(w for w in (verb, thing, f"{prep} {place}" if place else "") if w)
