"""Picking things up and setting them down, with a telescopic boom or an arm."""

from __future__ import annotations

import math

from grounding.skills import parse_atom
from grounding.world import NEIGHBOURS, Cell
from sim.geometry import grasp_point, spot_on, spot_on_floor, tuck
from sim.protocol import SkillStatus
from sim.skills.context import Context, Motion
from sim.stage import Point, Pose

#: Seconds a thing gets to come to rest after it was let go.
SETTLE = 1.5
#: How far from its middle a mobile robot leans out of its cell's middle, in cells, at most.
LEAN = 0.16
#: How far it backs off from a thing in its own cell, in cells, where there is room behind it.
BACK_OFF = 0.4


#: How far above a thing a mobile robot swings its gripper in and out, metres.
LIFT = 0.08


def pick(context: Context) -> Motion:
    """Brings the gripper to the thing, grasps it and lifts it."""
    item = context.args[0]
    thing = context.world.things[item]
    stage, seconds = context.stage, context.skill.seconds
    context.report(0.0, f"{context.id} reaches for {context.name(item)}.")
    point = grasp_point(context.robot, thing, stage.position(item))
    yield from approach(context, point, 0.5 * seconds)
    context.rehearse()
    grasped = yield from context.until(lambda: stage.attach(context.id, item), 0.5)
    if not grasped:
        raise context.fail(f"the gripper of {context.id} closed beside {context.name(item)}.")
    context.load = item
    context.report(0.5, f"{context.id} lifts {context.name(item)}.")
    yield from retreat(context, 0.5 * seconds)
    context.keep_hold()


def place(context: Context) -> Motion:
    """Brings the held thing to a free spot on its target, or on the floor of the cell, and lets go."""
    item = context.args[0]
    stage, seconds = context.stage, context.skill.seconds
    spot = _spot(context)
    context.report(0.0, f"{context.id} sets {context.name(item)} down.")
    point = grasp_point(context.robot, context.world.things[item], spot)
    yield from approach(context, point, 0.5 * seconds)
    context.keep_hold()
    context.rehearse()
    stage.detach(context.id)
    context.load = None
    context.report(0.5, f"{context.id} draws its gripper back.")
    yield from retreat(context, 0.5 * seconds)
    yield from context.until(lambda: not stage.moving(item), SETTLE)


def approach(context: Context, point: Point, seconds: float) -> Motion:
    """Turns and leans a mobile robot towards a point and brings the tip there, in a given time."""
    if context.robot.base is not None:
        above = Point(point.x, point.y, context.stage.tip(context.id).z)
        if math.dist(above, context.stage.tip(context.id)) > 0.01:
            yield from context.reach(above, 0.3 * seconds)
        yield from context.reach(point, 0.7 * seconds)
        return
    yield from context.glide(_stand(context, point), 0.4 * seconds, gently=True)
    tip = context.stage.tip(context.id)
    high = max(point.z + LIFT, tip.z)
    yield from context.reach(tip._replace(z=high), 0.25 * seconds)
    yield from context.reach(point._replace(z=high), 0.2 * seconds)
    yield from context.reach(point, 0.15 * seconds)


def retreat(context: Context, seconds: float) -> Motion:
    """Draws the tip in and brings a mobile robot back to the middle of its cell."""
    if context.robot.base is not None:
        tip = context.stage.tip(context.id)
        yield from context.reach(tip._replace(z=context.above().z), 0.7 * seconds)
        yield from context.tuck(0.3 * seconds)
        return
    tip, tucked = context.stage.tip(context.id), tuck(context.world, context.robot, context.stage.base(context.id))
    high = max(tip.z + LIFT, tucked.z)
    yield from context.reach(tip._replace(z=high), 0.2 * seconds)
    yield from context.reach(tucked._replace(z=high), 0.25 * seconds)
    yield from context.tuck(0.15 * seconds)
    yield from context.glide(context.pose_at(context.cell), 0.4 * seconds, gently=True)
    context.traffic.release(context.id)


def _spot(context: Context) -> Point:
    """Where the held thing shall come to rest, by what the skill is meant to bring about."""
    world, stage, item = context.world, context.stage, context.args[0]
    thing = world.things[item]
    positions = {t: stage.position(t) for t in world.things if t != item}
    names = dict(zip(context.skill.parameters, context.args, strict=True))
    for text in context.skill.effects:
        atom = parse_atom(text).bind(names)
        if atom.positive and atom.predicate in ("on", "in") and atom.args[1] in world.things:
            support = world.things[atom.args[1]]
            spot = spot_on(world, thing, support, positions)
            if spot is None:
                raise context.fail(
                    f"there is no room left {atom.predicate} {context.name(support.id)} for {context.name(item)}.",
                    SkillStatus.PLANNING_FAILURE,
                )
            return spot
    cell = context.cell
    x, y = world.centre(cell)
    heading = stage.base(context.id).heading
    ahead = (x, y) if context.robot.base is not None else (x + math.cos(heading), y + 0.9 * math.sin(heading))
    return spot_on_floor(world, context.robot, thing, cell, ahead, positions)


def _stand(context: Context, point: Point) -> Pose:
    """Where a mobile robot stands, inside its cell, to handle a thing at a point."""
    size = context.world.cell_size
    x, y = context.world.centre(context.cell)
    dx, dy = point.x - x, point.y - y
    away = math.hypot(dx, dy)
    if away > 0.6 * size:
        lean = min(LEAN * size, away - 0.6 * size)
        return Pose(x + lean * dx / away, y + lean * dy / away, math.atan2(dy, dx))
    heading = math.atan2(dy, dx) if away > 0.1 * size else context.stage.base(context.id).heading
    back_x, back_y, behind = -math.cos(heading), -math.sin(heading), LEAN * size
    room = _room_behind(context, (back_x, back_y))
    if away <= 0.1 * size and room is not None:
        back_x, back_y, behind = float(room[0]), float(room[1]), BACK_OFF * size
        heading = math.atan2(-back_y, -back_x)
        here = context.cell
        context.traffic.claim(context.id, here, (here[0] + room[0], here[1] + room[1]))
    return Pose(x + behind * back_x, y + behind * back_y, heading)


def _room_behind(context: Context, towards: tuple[float, float]) -> Cell | None:
    """The free direction closest to the wanted one, None when every neighbour cell is taken."""
    here = context.cell
    free = [
        (dx, dy) for dx, dy in NEIGHBOURS if not context.traffic.obstruction(context.id, (here[0] + dx, here[1] + dy))
    ]
    return max(free, key=lambda d: d[0] * towards[0] + d[1] * towards[1], default=None)
