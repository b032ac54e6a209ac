"""The motions behind skills, of world files and built in, written once for every back end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sim.skills.context import Context, Motion
from sim.skills.drive import drive, push
from sim.skills.hands import pick, place
from sim.skills.nudge import nudge
from sim.skills.people import guide, release
from sim.skills.still import operate, photograph, wait

#: Behaviour name of the world file -> what carries it out.
BEHAVIOURS: Mapping[str, Callable[[Context], Motion]] = {
    "drive": drive,
    "push": push,
    "pick": pick,
    "place": place,
    "guide": guide,
    "release": release,
    "photograph": photograph,
    "operate": operate,
    "wait": wait,
    "nudge": nudge,
}
