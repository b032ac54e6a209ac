"""Propositions and formulas as plain English, for reasons, messages and displays."""

from __future__ import annotations

import re

from grounding.logic.formula import Node, parse
from grounding.state import ANY, SELF, Proposition
from grounding.world import World


def entity(name: str, world: World) -> str:
    """What people call a robot, thing or zone.

    >>> from grounding.worldfile import load_world
    >>> office = load_world("office")
    >>> entity("d3", office), entity("public", office), entity("coffee_machine", office)
    ('desk d3', 'a public area', 'the coffee machine')
    """
    words = name.replace("_", " ")
    numbered = re.search(r"\d", name) is not None
    if name == SELF:
        return "the robot"
    if name == ANY:
        return "a robot"
    if name in world.kinds:
        tag = any(name in world.zones[member].tags for member in world.kinds[name].members)
        article = "an" if words[0] in "aeiou" else "a"
        return f"{article} {words} area" if tag else f"{article} {words}"
    if name in world.zones and numbered:
        if world.zones[name].sort == "cell":
            return world.zones[name].names[0]
        kind = world.zones[name].kind.replace("_", " ")
        return words if kind.split()[-1] in words.split() else f"{kind} {words}"
    if numbered and name in world.robots:
        return words
    thing = world.things.get(name)
    if thing and "guidable" in thing.properties and words.split()[-1] not in (thing.kind, *thing.names):
        return words.title()  # a person who is called by name
    return f"the {words}"


def _located(name: str, world: World) -> str:
    """A place with its preposition: "in the kitchen", "at desk d3", "in the bin"."""
    zone = world.zones.get(name)
    sorts = {world.zones[m].sort for m in zone.members} or {zone.sort} if zone else {"container"}
    return f"{'at' if sorts == {'place'} else 'in'} {entity(name, world)}"


def describe(proposition: Proposition, world: World, positive: bool = True) -> str:
    """A proposition, or its negation, as a clause in the present tense.

    >>> from grounding.worldfile import load_world
    >>> office = load_world("office")
    >>> describe(Proposition.parse("at.robot_1.m1"), office)
    'robot 1 is in meeting room m1'
    >>> describe(Proposition.parse("is.m4.photographed"), office, positive=False)
    'no photo of meeting room m4 has been taken'
    """
    subject, value = proposition.args
    who = entity(subject, world) if positive or subject != ANY else "no robot"
    negation = " not" if not positive and subject != ANY else ""
    match proposition.predicate:
        case "at":
            return f"{who} is{negation} {_located(value, world)}"
        case "holding":
            if value == ANY:
                return f"{who} holds {'something' if positive or subject == ANY else 'nothing'}"
            verb = "is guiding" if value in world.things and _guided(value, world) else "is holding"
            return f"{who} {verb.replace('is', f'is{negation}', 1)} {entity(value, world)}"
        case "in" | "inside":
            return f"{who} is{negation} {_located(value, world)}"
        case "on":
            return f"{who} is{negation} on {entity(value, world)}"
    return _flag(proposition, world, positive)


def _guided(thing: str, world: World) -> bool:
    return "guidable" in world.things[thing].properties


def _flag(proposition: Proposition, world: World, positive: bool) -> str:
    subject, flag = proposition.args
    who = entity(subject, world)
    words = flag.replace("_", " ")
    if flag == "photographed":
        return f"{'a' if positive else 'no'} photo of {who} has been taken"
    if flag == "open":
        return f"{who} is {'open' if positive else 'closed'}"
    if flag == "switched_on":
        return f"{who} is switched {'on' if positive else 'off'}"
    if flag.endswith("_on"):
        device = words[: -len(" on")]
        if subject == ANY and not positive:
            return f"no {device} is on"
        return f"the {device} of {who} is {'on' if positive else 'off'}"
    if subject == ANY and not positive:
        return f"no robot is {words}"
    return f"{who} is {'' if positive else 'not '}{words}"


def happening(proposition: Proposition, world: World, became: bool) -> str:
    """What happened when a proposition became true or false, as a clause in the past tense.

    >>> from grounding.worldfile import load_world
    >>> office = load_world("office")
    >>> happening(Proposition.parse("at.robot_2.kitchen"), office, True)
    'robot 2 entered the kitchen'
    """
    subject, value = proposition.args
    who = entity(subject, world)
    other = "" if proposition.predicate == "is" else entity(value, world) if value != ANY else "a thing"
    match proposition.predicate:
        case "at" if became and _located(value, world).startswith("at"):
            return f"{who} came to {other}"
        case "at":
            return f"{who} {'entered' if became else 'left'} {other}"
        case "holding" if value in world.things and _guided(value, world):
            return f"{who} {'began' if became else 'stopped'} guiding {other}"
        case "holding":
            return f"{who} {'took' if became else 'let go of'} {other}"
        case "in" | "inside" if became:
            return f"{who} got to be {_located(value, world)}"
        case "in" | "inside":
            return f"{who} was taken out of {other}"
        case "on":
            return f"{who} was {'put on' if became else 'taken off'} {other}"
    match value:
        case "photographed" if became:
            return f"a photo of {who} was taken"
        case "open":
            return f"{who} was {'opened' if became else 'closed'}"
        case _ if value.endswith("_on") and value != "switched_on":
            return f"the {value[:-3].replace('_', ' ')} of {who} was switched {'on' if became else 'off'}"
        case "switched_on":
            return f"{who} was switched {'on' if became else 'off'}"
    return f"{who} became {'' if became else 'not '}{value.replace('_', ' ')}"


def explain(formula: str | Node, world: World, robot: str = SELF) -> str:
    """A formula over propositions as an English clause.

    Args:
        formula: A leaf formula or rule.
        world: The world its propositions speak of.
        robot: Whom ``self`` stands for.

    >>> from grounding.worldfile import load_world
    >>> explain("G(holding.any.document -> !at.any.public)", load_world("office"))
    'always: if a robot is holding the document then no robot is in a public area'
    """
    node = parse(formula) if isinstance(formula, str) else formula
    parts = [explain(child, world, robot) for child in node.children]
    match node.op:
        case "atom":
            return describe(Proposition.parse(node.atom).bind(robot), world)
        case "!" if node.children[0].op == "atom":
            return describe(Proposition.parse(node.children[0].atom).bind(robot), world, positive=False)
        case "!":
            return f"it is not so that {parts[0]}"
        case "&":
            return " and ".join(parts)
        case "|":
            return " or ".join(parts)
        case "xor":
            return f"either {parts[0]} or {parts[1]}"
        case "->":
            return f"if {parts[0]} then {parts[1]}"
        case "<->":
            return f"{parts[0]} exactly when {parts[1]}"
        case "F":
            return f"at some moment {parts[0]}"
        case "G":
            return f"always: {parts[0]}"
        case "X" | "X[!]":
            return f"at the next moment {parts[0]}"
        case "U" | "W":
            return f"{parts[0]} until {parts[1]}"
        case "R" | "M":
            return f"{parts[1]} until and while {parts[0]}"
    return "nothing is asked" if node.op == "1" else "the impossible is asked"
