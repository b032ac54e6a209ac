"""Sentences about the world for people."""

from __future__ import annotations

from grounding.skills import Atom
from grounding.world import World


def name(world: World, entity: str) -> str:
    """How to speak of an entity: "robot_1", "m1", "the red apple".

    Args:
        world: The static world.
        entity: Id of a robot, thing or zone.
    """
    if entity in world.robots:
        return entity
    short = entity not in world.things and entity not in world.kinds and entity[-1:].isdigit() and "_" not in entity
    return entity if short else f"the {entity.replace('_', ' ')}"


def explain(world: World, atom: Atom) -> str:
    """Why a condition is not met, as a clause: "robot_1 is not within reach of the document"."""
    words = [name(world, a) for a in atom.args]
    no = "not " if atom.positive else ""
    first = words[0]
    match atom.predicate:
        case "near":
            return f"{first} is {no or 'too '}{'within reach of' if no else 'near to'} {words[1]}"
        case "at":
            return f"{first} is {no or 'still '}in {words[1]}"
        case "free":
            return f"{first} already holds something" if atom.positive else f"{first} holds nothing"
        case "holding":
            return f"{first} {'does not hold' if atom.positive else 'still holds'} {words[1]}"
        case "on" | "in":
            return f"{first} is {no or 'still '}{atom.predicate} {words[1]}"
        case "here":
            return f"{first} does not rest where the robot stands"
        case _:
            return f"{first} is {no or 'already '}{atom.args[1].replace('_', ' ')}"
