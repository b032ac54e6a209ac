"""Nudges: a little to the left, two cells back, half a turn; never out of free space, never against anything."""

from __future__ import annotations

import math
from dataclasses import dataclass

from grounding.nudge import BEARINGS, HEIGHTS, Nudge, resolve
from grounding.world import Cell
from sim.geometry import WITHIN, footprint, hover, riders, tuck
from sim.protocol import SkillStatus
from sim.skills.context import LAG, Context, Motion, SkillFailure
from sim.stage import Point, Pose

#: Gap that is kept to whatever stands in the way, metres: for bodies on the floor and for grippers.
MARGIN, FINE_MARGIN = 0.01, 0.005
#: How finely a course is looked at, in metres and at most in so many steps; a shorter course than this is none.
STEP, STEPS = 0.01, 100
#: How near to its goal a nudge ends, metres.
NEAR = 0.002
#: How far above its travelling height an arm may raise its gripper, and how far its fingers reach below the tip.
RAISE, FINGERTIP = 0.10, 0.01


@dataclass(frozen=True)
class _Course:
    """How far a nudge can go: the pose and the tip it ends at, the cells it passes, and what ends it early."""

    goal: Pose
    tip: Point
    metres: float
    cells: frozenset[Cell]
    end: str = ""


def nudge(context: Context) -> Motion:
    """Moves or turns as told and stays there."""
    wish = _wish(context)
    context.report(0.0, f"{context.id} moves {wish}.")
    context.rehearse()
    if wish.radians:
        yield from context.spin(wish.radians)
        context.outcome = f"{context.id} has turned {wish}."
    elif wish.cells:
        yield from _step(context, wish)
    else:
        yield from _slide(context, wish)


def begins_anywhere(context: Context) -> bool:
    """Whether a skill is a nudge that begins where the robot stands, not in the middle of a cell."""
    return context.skill.behaviour == "nudge" and not _wish(context).cells


def check_way(context: Context, centred: bool) -> None:
    """Tests whether a nudge can begin.

    Args:
        context: The nudge.
        centred: Whether the robot is about to settle in the middle of its cell first.

    Raises:
        SkillFailure: PRECONDITION_FAILURE naming what is in the way.
    """
    wish = _wish(context)
    if wish.cells:
        _cells(context, wish)
    elif wish.metres:
        base = context.stage.base(context.id)
        start = context.pose_at(context.cell, base.heading) if centred else base
        tip = tuck(context.world, context.robot, start) if centred else context.stage.tip(context.id)
        _course(context, wish, start, tip)


def _wish(context: Context) -> Nudge:
    direction, amount = context.args
    return resolve(direction, amount, context.robot.type, context.world)


def _blocked(context: Context, wish: Nudge, what: str) -> SkillFailure:
    message = f"{context.id} cannot move {wish}: {what} is in its way."
    return SkillFailure(SkillStatus.PRECONDITION_FAILURE, message)


def _cells(context: Context, wish: Nudge) -> tuple[Cell, ...]:
    """The cells of a nudge that is counted in cells, along the axis of the grid nearest to its direction."""
    angle = context.stage.base(context.id).heading + BEARINGS[wish.direction]
    dx, dy = ((1, 0), (0, 1), (-1, 0), (0, -1))[round(angle / (math.pi / 2)) % 4]
    x, y = context.cell
    path = tuple((x + i * dx, y + i * dy) for i in range(1, wish.cells + 1))
    for cell in path:
        what = context.traffic.obstruction(context.id, cell)
        if what:
            raise _blocked(context, wish, what)
    return path


def _step(context: Context, wish: Nudge) -> Motion:
    """Passes cells without turning."""
    path = _cells(context, wish)
    if context.robot.base is not None:
        yield from context.tuck(0.2)  # a gripper that was nudged aside goes from the middle of its cell
    for index, cell in enumerate(path):
        context.report(index / len(path), f"{context.id} moves {wish}.")
        yield from context.wait_for_way(cell)
        context.traffic.claim(context.id, cell)
        yield from context.glide(context.pose_at(cell), context.world.tick_s, into=(cell,))
    context.traffic.release(context.id)
    context.outcome = f"{context.id} has moved {wish}."


def _slide(context: Context, wish: Nudge) -> Motion:
    """Moves on a straight line, as far as the way is free."""
    stage, size = context.stage, context.world.cell_size
    course = _course(context, wish, stage.base(context.id), stage.tip(context.id))
    context.traffic.claim(context.id, *course.cells)
    seconds = max(0.2, 1.5 * course.metres / size * context.world.tick_s)
    arm = context.robot.base is not None
    yield from context.reach(course.tip, seconds) if arm else context.glide(course.goal, seconds, gently=True)

    def arrived() -> bool:
        base = stage.base(context.id)
        return (math.dist(stage.tip(context.id), course.tip) if arm else math.dist(base[:2], course.goal[:2])) < NEAR

    if not (yield from context.until(arrived, LAG)):
        raise context.fail(f"{context.id} is stuck: something it cannot push aside is in its way.")
    context.traffic.cover(context.id)
    context.displaced = True
    context.outcome = f"{context.id} has moved {course.metres:.2f} m {wish.direction}."
    if course.end:
        context.outcome = f"{context.outcome[:-1]}; {course.end} is in its way beyond."


def _course(context: Context, wish: Nudge, start: Pose, tip: Point) -> _Course:
    """Looks along a straight line for what the robot would come too near to; moving away is always free.

    Raises:
        SkillFailure: PRECONDITION_FAILURE: something is in the way, and the distance was named or is nothing.
    """
    rise = HEIGHTS.get(wish.direction, 0.0)
    angle = start.heading + BEARINGS.get(wish.direction, 0.0)
    along = (0.0, 0.0, rise) if rise else (math.cos(angle), math.sin(angle), 0.0)
    count = min(STEPS, max(1, math.ceil(wish.metres / STEP - 1e-9)))
    surroundings = _Surroundings(context)
    before = surroundings.near(start, tip)
    best = _Course(start, tip, 0.0, context.traffic.covered(context.id, start))
    for i in range(1, count + 1):
        far = wish.metres * i / count
        dx, dy, dz = (far * part for part in along)
        goal = start._replace(x=start.x + dx, y=start.y + dy)
        point = Point(tip.x + dx, tip.y + dy, tip.z + dz)
        found = surroundings.near(goal, point)
        ends = [what for key, (gap, what) in found.items() if key not in before or gap < before[key][0] - 1e-6]
        if ends and (wish.exact or best.metres < STEP - 1e-9):
            raise _blocked(context, wish, ends[0])
        if ends:
            return _Course(best.goal, best.tip, best.metres, best.cells, ends[0])
        best = _Course(goal, point, far, best.cells | context.traffic.covered(context.id, goal))
    return best


class _Surroundings:
    """What a robot is too near to at a pose: walls, shut doors, robots and things."""

    def __init__(self, context: Context) -> None:
        self._context, world, stage = context, context.world, context.stage
        self._arm = context.robot.base is not None
        held = stage.held(context.id)
        portable = held is not None and "portable" in world.things[held].properties
        positions = {thing: stage.position(thing) for thing in world.things}
        load = (held, *riders(world, held, positions)) if held is not None and portable else ()
        carried = {thing for robot in world.robots if (thing := stage.held(robot)) is not None}
        self._things = {
            thing: at
            for thing, at in positions.items()
            if thing not in load and not (thing in carried and "portable" in world.things[thing].properties)
        }
        self._radius, self._below = context.robot.type.radius + MARGIN, FINGERTIP
        if self._arm and load:
            tip = stage.tip(context.id)
            self._radius = max(self._radius, *(math.hypot(*footprint(world, world.things[t])) for t in load))
            self._below = max(tip.z - positions[t].z + world.things[t].size[2] / 2 for t in load)
        self._cells: dict[Cell, str] = {}

    def near(self, pose: Pose, tip: Point) -> dict[Cell | str, tuple[float, str]]:
        """What the robot is too near to: cell or thing -> the gap in metres and a phrase for what is there."""
        context, world = self._context, self._context.world
        found: dict[Cell | str, tuple[float, str]] = {}
        reach = min(context.robot.type.radius + MARGIN, WITHIN * world.cell_size)
        for cell in sorted(context.traffic.covered(context.id, pose, MARGIN)):
            x, y = world.centre(cell)
            gap = max(abs(pose.x - x), abs(pose.y - y)) - world.cell_size / 2
            if gap < reach and self._obstruction(cell):
                found[cell] = (gap, self._obstruction(cell))
        bottom = tip.z - self._below - FINE_MARGIN if self._arm else 0.0
        top = hover(world) + RAISE - tip.z
        if self._arm and bottom < -1e-9:
            found["below"] = (bottom, "the table")
        if self._arm and top < -1e-9:
            found["above"] = (top, "the end of its reach")
        for thing in self._things:
            gap = self._gap(thing, pose, bottom)
            if gap < self._radius:
                found[thing] = (gap, context.name(thing))
        return found

    def _obstruction(self, cell: Cell) -> str:
        if cell not in self._cells:
            self._cells[cell] = self._context.traffic.obstruction(self._context.id, cell)
        return self._cells[cell]

    def _gap(self, thing: str, pose: Pose, bottom: float) -> float:
        """From the middle of the robot to a thing on the floor plan, metres, less how deep a gripper is beside it.

        A gripper that comes down beside or over a thing so comes nearer to it.
        """
        at, what = self._things[thing], self._context.world.things[thing]
        top = at.z + what.size[2] / 2
        if self._arm and top < bottom:
            return math.inf
        half_x, half_y = footprint(self._context.world, what)
        away = math.hypot(max(0.0, abs(at.x - pose.x) - half_x), max(0.0, abs(at.y - pose.y) - half_y))
        return away - (top - bottom if self._arm else 0.0)
