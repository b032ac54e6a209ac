"""What things, robots and rooms look like: colours and parts by class noun."""

from __future__ import annotations

import math
from collections.abc import Mapping

from grounding.world import Robot, Thing, World
from sim.bullet import Colour, Part

COLOURS: Mapping[str, Colour] = {
    "red": (0.86, 0.17, 0.15, 1), "green": (0.42, 0.74, 0.22, 1), "blue": (0.18, 0.42, 0.85, 1),
    "yellow": (0.97, 0.81, 0.18, 1), "orange": (0.98, 0.55, 0.10, 1), "white": (0.96, 0.96, 0.94, 1),
    "black": (0.12, 0.12, 0.13, 1), "grey": (0.55, 0.56, 0.58, 1), "brown": (0.55, 0.36, 0.20, 1),
    "pink": (0.95, 0.60, 0.70, 1), "purple": (0.52, 0.32, 0.70, 1), "cyan": (0.25, 0.75, 0.80, 1),
}  # fmt: skip

#: One colour a robot, so that they can be told apart in pictures.
TEAM: tuple[Colour, ...] = (
    (0.90, 0.36, 0.14, 1), (0.12, 0.47, 0.71, 1), (0.17, 0.63, 0.35, 1), (0.58, 0.34, 0.74, 1),
    (0.86, 0.65, 0.10, 1), (0.10, 0.66, 0.70, 1), (0.84, 0.22, 0.44, 1), (0.45, 0.50, 0.20, 1),
)  # fmt: skip

_ROOMS: Mapping[str, Colour] = {
    "corridor": (0.90, 0.89, 0.86, 1), "lobby": (0.93, 0.88, 0.78, 1), "meeting_room": (0.74, 0.84, 0.90, 1),
    "kitchen": (0.95, 0.84, 0.72, 1), "office": (0.80, 0.88, 0.77, 1), "room": (0.86, 0.86, 0.86, 1),
}  # fmt: skip
_KINDS: Mapping[str, Colour] = {
    "apple": COLOURS["red"], "orange": COLOURS["orange"], "lemon": COLOURS["yellow"], "banana": COLOURS["yellow"],
    "carrot": (0.95, 0.48, 0.10, 1), "tomato": COLOURS["red"], "cucumber": (0.25, 0.55, 0.18, 1),
    "potato": (0.72, 0.56, 0.36, 1), "document": COLOURS["white"], "parcel": (0.76, 0.58, 0.38, 1),
    "chair": (0.20, 0.42, 0.66, 1), "cart": (0.45, 0.48, 0.52, 1), "table": (0.70, 0.52, 0.34, 1),
    "bin": (0.35, 0.38, 0.40, 1), "machine": (0.25, 0.27, 0.30, 1), "lamp": (0.85, 0.80, 0.70, 1),
}  # fmt: skip
_ROUND = ("apple", "orange", "lemon", "tomato", "ball")
_LONG = ("banana", "carrot", "cucumber")
_METAL: Colour = (0.32, 0.34, 0.37, 1)
_SKIN: Colour = (0.93, 0.76, 0.62, 1)


def colour_of(thing: Thing) -> Colour:
    """Colour of a thing: its own, else that of its class."""
    return COLOURS.get(thing.colour) or _KINDS.get(thing.kind) or COLOURS["grey"]


def room_colour(kind: str, colour: str) -> Colour:
    """Colour of the floor of a room."""
    if colour in COLOURS:
        r, g, b, _ = COLOURS[colour]
        return (0.45 * r + 0.5, 0.45 * g + 0.5, 0.45 * b + 0.5, 1)
    return _ROOMS.get(kind, _ROOMS["room"])


def tint(colour: Colour, factor: float) -> Colour:
    """A darker (below 1) or lighter shade."""
    return (min(1.0, colour[0] * factor), min(1.0, colour[1] * factor), min(1.0, colour[2] * factor), colour[3])


def thing_parts(thing: Thing) -> list[Part]:
    """The solids of a thing around its centre; what collides is simple, what is seen may be finer."""
    w, d, h = thing.size
    colour = colour_of(thing)
    if thing.kind in _ROUND:
        stem = Part("cylinder", (0.003, 0.02), (0, 0, h / 2 + 0.004), (0.3, 0.2, 0.1, 1))
        return [Part("sphere", (h / 2,), colour=colour, solid=True), *([stem] if thing.kind == "apple" else [])]
    if thing.kind in _LONG:
        radius = h / 2
        return [Part("capsule", (radius, w - 2 * radius), rpy=(0, math.pi / 2, 0), colour=colour, solid=True)]
    if thing.kind == "plate":
        return [Part("dish", (w / 2, h), colour=colour, solid=True)]
    if thing.kind == "person":
        return _person(thing)
    if thing.kind == "table":
        legs = [
            Part("box", (0.05, 0.05, h - 0.05), (sx * (w / 2 - 0.04), sy * (d / 2 - 0.04), -0.025), tint(colour, 0.7))
            for sx in (-1, 1)
            for sy in (-1, 1)
        ]
        return [Part("box", (w, d, 0.05), (0, 0, h / 2 - 0.025), colour), _hull(thing), *legs]
    if thing.kind == "chair":
        seat = Part("box", (w, d, 0.08), (0, 0, -0.02), colour)
        back = Part("box", (w, 0.07, h / 2), (0, d / 2 - 0.035, h / 4), tint(colour, 0.85))
        foot = Part("cylinder", (0.05, h / 2 - 0.06), (0, 0, -h / 4 - 0.03), _METAL)
        return [seat, back, foot, Part("cylinder", (0.2, 0.05), (0, 0, -h / 2 + 0.025), _METAL), _hull(thing)]
    if thing.kind in ("mug", "bin", "lamp"):
        return [Part("cylinder", (min(w, d) / 2, h), colour=colour, solid=True)]
    return [Part("box", (w, d, h), colour=colour, solid=True)]


def _hull(thing: Thing) -> Part:
    return Part("box", thing.size, solid=True, seen=False)


def _person(thing: Thing) -> list[Part]:
    w, _, h = thing.size
    shirt = COLOURS["purple"] if sum(map(ord, thing.id)) % 2 else (0.20, 0.55, 0.55, 1)
    return [
        Part("capsule", (0.30 * w, 0.30 * h), (0, 0, -0.22 * h), (0.22, 0.25, 0.35, 1)),
        Part("capsule", (0.42 * w, 0.22 * h), (0, 0, 0.12 * h), shirt),
        Part("sphere", (0.075 * h,), (0, 0, 0.42 * h), _SKIN),
    ]


def robot_colour(world: World, robot: Robot) -> Colour:
    """The colour of a robot in pictures."""
    return TEAM[list(world.robots).index(robot.id) % len(TEAM)]


def robot_parts(robot: Robot, colour: Colour) -> dict[str, list[Part]]:
    """The solids of a mobile robot by link: body, mast carriage and the two stages of its boom.

    A white mark on the front shows the heading; a halo on the floor makes it easy to find.
    """
    r = robot.type.radius
    halo: Colour = (0.5 + 0.5 * colour[0], 0.5 + 0.5 * colour[1], 0.5 + 0.5 * colour[2], 1)
    return {
        "body": [
            Part("cylinder", (0.46, 0.004), (0, 0, 0.006), halo),
            Part("cylinder", (r, 0.20), (0, 0, 0.12), colour, solid=True),
            Part("cylinder", (0.8 * r, 0.04), (0, 0, 0.015), _METAL),
            Part("cylinder", (0.86 * r, 0.012), (0, 0, 0.225), tint(colour, 0.72)),
            Part("box", (0.5 * r, 0.10, 0.02), (0.62 * r, 0, 0.235), COLOURS["white"]),
            Part("box", (0.06, 0.36 * r, 0.08), (0.95 * r, 0, 0.15), COLOURS["black"]),
            Part("box", (0.07, 0.09, 0.95), (-0.55 * r, 0, 0.70), _METAL),
            Part("sphere", (0.05,), (-0.55 * r, 0, 1.2), tint(colour, 1.2)),
        ],
        "lift": [Part("box", (0.10, 0.13, 0.09), (-0.55 * r, 0, 0.25), tint(colour, 0.72))],
        "boom": [Part("box", (0.5, 0.045, 0.045), (-0.05, 0, 0.25), (0.75, 0.76, 0.78, 1))],
        "tip": [
            Part("box", (0.5, 0.03, 0.03), (-0.05, 0, 0.25), (0.88, 0.88, 0.90, 1)),
            Part("cylinder", (0.014, 0.20), (0.185, 0, 0.15), _METAL),
            Part("box", (0.03, 0.22, 0.06), (0.185, 0, 0.03), COLOURS["black"], solid=True),
        ],
    }
