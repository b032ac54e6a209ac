"""Goals, facts and names in English, in words that translate back to the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grounding.mission.task import Literal
from grounding.skills import parse_atom
from grounding.translate import means
from grounding.translate.lexemes import OPERATE, STATES
from grounding.translate.nouns import nouns_of
from grounding.translate.words import plural
from grounding.world import World


def name(entity: str, world: World, *, many: bool = False) -> str:
    """What to call an entity: "meeting room m1", "the red mug", "a meeting room" (a kind of zone).

    Args:
        entity: Id of a zone, thing or robot.
        world: The static world.
        many: Kinds of zones: speak of all of them ("meeting rooms").
    """
    if entity in world.zones and world.zones[entity].sort == "cell":
        return world.zones[entity].names[0]
    words = nouns_of(world).describe[entity]
    if entity not in world.kinds:
        return words
    if many:
        head, _, last = words.rpartition(" ")
        return f"{head} {plural(last)}".strip()
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def verb_for(flag: str, value: bool, world: World) -> str:
    """The verb that brings a flag about ("open", "take a photo in"), empty where there is none."""
    if flag == "photographed" and value:
        return "take a photo in"
    if (flag, value) in OPERATE:
        return OPERATE[flag, value][0]
    for skill in world.skills.values():
        for text in skill.effects:
            atom = parse_atom(text)
            if atom.predicate == "is" and atom.args[-1] == flag and atom.positive is value:
                return skill.name.replace("_", " ")
    return ""


def goal(literal: Literal, world: World, call: Callable[[str], str] | None = None) -> str:
    """A goal as an order: "go to desk d3", "put the red mug on the kitchen table".

    Args:
        literal: The goal.
        world: The static world.
        call: What to call things; :func:`name` where None.
    """
    subject, value = literal.proposition.args
    call = call or (lambda entity: name(entity, world))
    match literal.proposition.predicate:
        case "at":
            return f"{'go to' if literal.positive else 'leave'} {call(value)}"
        case "holding":
            return f"pick up {call(value)}"
        case "on":
            return f"put {call(subject)} on {call(value)}"
        case "in" if value in world.things:
            return f"put {call(subject)} in {call(value)}"
        case "in" | "inside":
            properties = world.things[subject].properties
            verb = "guide" if "guidable" in properties else "push" if "pushable" in properties else "bring"
            return f"{verb} {call(subject)} to {call(value)}"
        case _:
            verb = verb_for(value, literal.positive, world)
            return f"{verb} {call(subject)}" if verb else f"make {fact(literal, world).replace(' is ', ' ')}"


def order(goals: Sequence[Literal], world: World) -> str:
    """Goals of one leaf as one order.

    What is to be made of a thing is said of it: "put the clean mug in the box". What must hold of
    something worked with goes without saying: "examine the watch under the lamp".
    """
    first, *rest = goals
    made: dict[str, list[str]] = {}
    under = ""
    for literal in rest:
        predicate, (subject, value) = literal.proposition.predicate, literal.proposition.args
        if literal in _needed(first, subject, world):
            under = f" under {name(subject, world)}"
        elif predicate == "is" and (value, literal.positive) in STATES:
            made.setdefault(subject, []).append(state(value, literal.positive))
        else:
            return " and ".join(goal(one, world) for one in goals)

    def call(entity: str) -> str:
        words = name(entity, world)
        return f"the {' '.join(made[entity])} {words.removeprefix('the ')}" if entity in made else words

    return goal(first, world, call) + under


def _needed(first: Literal, tool: str, world: World) -> tuple[Literal, ...]:
    """What the skill that brings a goal about needs of something it works with."""
    if first.proposition.predicate != "is":
        return ()
    return means.conditions(tool, (first.proposition.args[1], first.positive), world)


def fact(literal: Literal, world: World) -> str:
    """A fact: "the kitchen table is clean", "a robot is in the lobby", "robot 1 is holding the parcel"."""
    subject, value = literal.proposition.args
    no = "" if literal.positive else "not "
    match literal.proposition.predicate:
        case "at":
            return f"{_robot(subject, world)} is {no}in {name(value, world)}"
        case "holding":
            held = "anything" if value == "any" else name(value, world)
            return f"{_robot(subject, world)} is {no}holding {held}"
        case "on":
            return f"{name(subject, world)} is {no}on {name(value, world)}"
        case "in" | "inside":
            return f"{name(subject, world)} is {no}in {name(value, world)}"
        case _:
            return f"{name(subject, world)} is {state(value, literal.positive)}"


def state(flag: str, value: bool) -> str:
    """The adjective for a flag: "open", "closed", "switched off"."""
    if (flag, value) in STATES:
        return STATES[flag, value][0]
    return ("" if value else "not ") + flag.replace("_", " ")


def _robot(robot: str, world: World) -> str:
    return "a robot" if robot in ("any", "self") else name(robot, world)
