"""Small motions that an operator asks for in passing: "back a little", "two cells forward", "turn around".

The one place where the words for directions and sizes become metres, cells and radians.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from grounding.errors import SkillError
from grounding.world import RobotType, World

#: Direction -> angle against the heading, radians. Mobile robots: their own heading; arms: out from the mount.
BEARINGS: Mapping[str, float] = {"forward": 0.0, "left": math.pi / 2, "back": math.pi, "right": -math.pi / 2}
#: Direction -> sign of the height (arms only).
HEIGHTS: Mapping[str, float] = {"up": 1.0, "down": -1.0}
#: Direction -> sign of the turn (mobile robots only).
TURNS: Mapping[str, float] = {"clockwise": -1.0, "counterclockwise": 1.0}
DIRECTIONS = (*BEARINGS, *HEIGHTS, *TURNS)

#: What the words for sizes mean: metres by kind of body, and degrees of a turn.
METRES: Mapping[str, Mapping[str, float]] = {
    "mobile": {"small": 0.05, "default": 0.10, "large": 0.25},
    "arm": {"small": 0.02, "default": 0.05, "large": 0.10},
}
DEGREES: Mapping[str, float] = {"small": 15.0, "default": 45.0, "large": 90.0}

#: The most that is taken for a nudge, and the least that can be told from standing still.
MOST_M, MOST_CELLS, MOST_DEGREES = 10.0, 20, 360.0
LEAST_M, LEAST_DEGREES = 0.001, 1.0

#: Directions that the robots of Heed's worlds cannot take: what they cannot do, and why.
_IMPOSSIBLE: Mapping[str, tuple[str, str]] = {
    "open_wider": ("open wider", "grippers here only grasp or let go."),
    "tighter": ("grip tighter", "grippers here only grasp or let go."),
    "looser": ("grip looser", "grippers here only grasp or let go."),
    "slower": ("move slower", "robots here move at one speed, that of their world."),
    "faster": ("move faster", "robots here move at one speed, that of their world."),
}
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*([a-z°]+)")
#: Unit -> what it measures and how much of metres, cells or degrees it is.
_UNITS: Mapping[str, tuple[str, float]] = {
    **dict.fromkeys(("m", "metre", "metres", "meter", "meters"), ("metres", 1.0)),
    **dict.fromkeys(("cm", "centimetre", "centimetres", "centimeter", "centimeters"), ("metres", 0.01)),
    **dict.fromkeys(("mm", "millimetre", "millimetres", "millimeter", "millimeters"), ("metres", 0.001)),
    **dict.fromkeys(("cell", "cells"), ("cells", 1.0)),
    **dict.fromkeys(("deg", "degree", "degrees", "°"), ("degrees", 1.0)),
}


@dataclass(frozen=True)
class Nudge:
    """A small motion in the frame of a robot; one of the three amounts is not zero.

    Attributes:
        direction: One of :data:`DIRECTIONS`.
        metres: How far, on a straight line.
        cells: How many cells, from the middle of one to the middle of another.
        radians: How far to turn, counterclockwise positive.
        exact: Whether the amount was given as a number. One that was not may end where free space ends.
    """

    direction: str
    metres: float = 0.0
    cells: int = 0
    radians: float = 0.0
    exact: bool = True

    def __str__(self) -> str:
        """The motion in words.

        >>> str(Nudge("back", metres=0.1)), str(Nudge("left", cells=1))
        ('0.10 m back', '1 cell left')
        """
        if self.radians:
            return f"{math.degrees(abs(self.radians)):.0f} degrees {self.direction}"
        if self.cells:
            return f"{self.cells} cell{'s' if self.cells > 1 else ''} {self.direction}"
        return f"{self.metres:.2f} m {self.direction}"


def resolve(direction: str, amount: str, kind: RobotType, world: World) -> Nudge:
    """What a direction and an amount mean for a kind of robot.

    Args:
        direction: One of :data:`DIRECTIONS`.
        amount: A number with a unit ("0.10 m", "5 cm", "2 cells", "90 deg"), or ``small``, ``default`` or
            ``large`` (:data:`METRES`, :data:`DEGREES`). A broken number of cells is a distance: "0.5 cells".
        kind: The type of the robot.
        world: The world it is in, for the size of its cells.

    Raises:
        SkillError: The robot cannot move so, the amount cannot be read, or it is too much. ``thing`` is what it
            cannot do, as an infinitive ("open wider").
    """
    if direction in _IMPOSSIBLE:
        raise SkillError(*_IMPOSSIBLE[direction])
    if direction not in DIRECTIONS:
        raise SkillError(f"move {direction!r}", "that is no direction.", f"Use one of: {', '.join(DIRECTIONS)}.")
    if direction in HEIGHTS and kind.body != "arm":
        raise SkillError(f"move {direction}", "it drives on the floor.")
    if direction in TURNS and kind.body == "arm":
        raise SkillError(f"turn {direction}", "arms here keep the direction of their gripper.")
    if amount in DEGREES:
        if direction in TURNS:
            return Nudge(direction, radians=TURNS[direction] * math.radians(DEGREES[amount]), exact=False)
        return Nudge(direction, metres=METRES[kind.body][amount], exact=False)
    value, measure = _measure(amount)
    if measure == "cells" and value != round(value):
        value, measure = value * world.cell_size, "metres"
    _check(direction, amount, value, measure)
    if measure == "degrees":
        return Nudge(direction, radians=TURNS[direction] * math.radians(value))
    return Nudge(direction, cells=round(value)) if measure == "cells" else Nudge(direction, metres=value)


def _measure(amount: str) -> tuple[float, str]:
    """The number of an amount, and whether it counts metres, cells or degrees."""
    match = _AMOUNT.fullmatch(amount.strip().lower())
    unit = _UNITS.get(match[2]) if match else None
    if match is None or unit is None:
        raise SkillError(
            f"move by {amount!r}",
            "that is no amount.",
            "Give a number with a unit, such as 0.10 m, 2 cells or 90 deg, or say small, default or large.",
        )
    return float(match[1]) * unit[1], unit[0]


def _check(direction: str, amount: str, value: float, measure: str) -> None:
    """Refuses amounts that do not suit the direction, and those that are no nudge."""
    thing = f"{'turn' if direction in TURNS else 'move'} {amount} {direction}"
    wanted = ("degrees",) if direction in TURNS else ("metres",) if direction in HEIGHTS else ("metres", "cells")
    if measure not in wanted:
        raise SkillError(thing, f"that is measured in {' or '.join(wanted)}.")
    most = {"metres": MOST_M, "cells": MOST_CELLS, "degrees": MOST_DEGREES}[measure]
    if value > most:
        raise SkillError(thing, f"that is more than {most:g} {measure}.", "Name a place to go to instead.")
    if value < {"metres": LEAST_M, "cells": 1, "degrees": LEAST_DEGREES}[measure]:
        raise SkillError(thing, "that is too little to be seen.")
