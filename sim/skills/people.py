"""Guiding people: they are asked to follow, follow on the robot's trail, and are left at the goal."""

from __future__ import annotations

import math
from collections import deque

from sim.geometry import spot_on_floor
from sim.skills.context import Context, Motion
from sim.stage import Stage

#: Metres a person keeps behind the robot that guides them, and how fast they walk at most (m/s).
DISTANCE = 0.8
WALK = 1.6


class Escort:
    """Makes a person follow a robot on the way the robot took."""

    def __init__(self, stage: Stage, robot: str, person: str) -> None:
        self.stage, self.robot, self.person = stage, robot, person
        at, base = stage.position(person), stage.base(robot)
        self._trail: deque[tuple[float, float]] = deque([(at.x, at.y), (base.x, base.y)])

    def follow(self) -> None:
        """One tick: walks along the trail until the robot is no farther than the usual distance."""
        base = self.stage.base(self.robot)
        if math.dist(self._trail[-1], (base.x, base.y)) > 0.05:
            self._trail.append((base.x, base.y))
        at = self.stage.position(self.person)
        x, y = at.x, at.y
        step = WALK * self.stage.tick
        while step > 0 and len(self._trail) > 1 and math.dist((x, y), (base.x, base.y)) > DISTANCE:
            goal = self._trail[0]
            gap = math.dist((x, y), goal)
            if gap <= step:
                x, y = goal
                self._trail.popleft()
                step -= gap
            else:
                x, y = x + (goal[0] - x) * step / gap, y + (goal[1] - y) * step / gap
                step = 0.0
        self.stage.walk(self.person, x, y)


def guide(context: Context) -> Motion:
    """Turns to a person and asks them to follow."""
    person = context.args[0]
    at, here = context.stage.position(person), context.stage.base(context.id)
    context.report(0.0, f"{context.id} asks {context.name(person)} to follow.")
    if math.dist((at.x, at.y), (here.x, here.y)) > 0.05:
        yield from context.turn(math.atan2(at.y - here.y, at.x - here.x), 0.4 * context.skill.seconds)
    yield from context.pause(0.3 * context.skill.seconds)
    context.rehearse()
    if not context.stage.attach(context.id, person):
        raise context.fail(f"{context.name(person)} is too far away to follow {context.id}.")
    context.load = person
    yield from context.pause(0.3 * context.skill.seconds)


def release(context: Context) -> Motion:
    """Tells a person that they have arrived; they step into the robot's cell."""
    person = context.args[0]
    stage, world = context.stage, context.world
    context.report(0.0, f"{context.id} tells {context.name(person)} that they have arrived.")
    yield from context.pause(0.2 * context.skill.seconds)
    context.rehearse()
    at = stage.position(person)
    others = {t: stage.position(t) for t in world.things if t != person}
    spot = spot_on_floor(world, context.robot, world.things[person], context.cell, (at.x, at.y), others)
    stage.detach(context.id)
    context.load = None
    count = context.ticks(max(0.8 * context.skill.seconds, math.dist((at.x, at.y), (spot.x, spot.y)) / WALK))
    for i in range(1, count + 1):
        stage.walk(person, at.x + (spot.x - at.x) * i / count, at.y + (spot.y - at.y) * i / count)
        yield
