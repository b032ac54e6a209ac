"""Driving from cell to cell, and pushing things by driving against them."""

from __future__ import annotations

import math

from grounding.world import Cell
from sim.protocol import SkillStatus
from sim.skills.context import Context, Motion
from sim.skills.routes import pushed_to
from sim.stage import Point


def drive(context: Context) -> Motion:
    """Passes the cells of the path, one a tick of the world; waits while the next one is taken."""
    target = context.name(context.args[-1]) if context.args else "its spot"
    if len(context.path) < 2:
        context.rehearse()
    for index, cell in enumerate(context.path[1:], start=1):
        _maybe_stop(context, index)
        context.report((index - 1) / (len(context.path) - 1), f"{context.id} drives to {target}.")
        yield from _move(context, cell)
    context.traffic.release(context.id)


def push(context: Context) -> Motion:
    """Drives around and against an item until it is where the path brings it."""
    item = context.args[0]
    stage, world = context.stage, context.world
    goal = pushed_to(context.path, _cell_of(context, item))
    pushing = False
    for index, cell in enumerate(context.path[1:], start=1):
        _maybe_stop(context, index)
        context.report((index - 1) / (len(context.path) - 1), f"{context.id} pushes {context.name(item)}.")
        here = context.cell
        against = cell == _cell_of(context, item) and cell != here
        if pushing and (not against or _heading(here, cell) != _heading_of_tip(context)):
            yield from _let_go(context)
            pushing = False
        if not against:
            yield from _move(context, cell)
            continue
        beyond = (2 * cell[0] - here[0], 2 * cell[1] - here[1])
        yield from context.wait_for_way(cell, ignore=item)
        yield from context.wait_for_way(beyond, ignore=item)
        context.traffic.claim(context.id, cell, beyond)
        if not pushing:
            yield from _touch(context, here, cell)
            pushing = True
        pose = context.pose_at(cell, _heading(here, cell))
        yield from context.glide(pose, world.tick_s, into=(cell, beyond))
    if pushing:
        yield from _let_go(context)
    context.traffic.release(context.id)
    at = stage.position(item)
    if world.cell_at(at.x, at.y) != goal:
        raise context.fail(
            f"{context.name(item)} is not where {context.id} meant to push it.", SkillStatus.POSTCONDITION_FAILURE
        )


def _move(context: Context, cell: Cell) -> Motion:
    here = context.cell
    if cell == here:
        yield from context.pause(context.world.tick_s)
        return
    yield from context.wait_for_way(cell)
    context.traffic.claim(context.id, cell)
    yield from context.glide(context.pose_at(cell, _heading(here, cell)), context.world.tick_s, into=(cell,))


def _maybe_stop(context: Context, index: int) -> None:
    """Rehearsed failures stop a motion in a cell on the way."""
    if context.fault is not None and index > context.fault.fraction * (len(context.path) - 1):
        context.rehearse()


def _touch(context: Context, here: Cell, cell: Cell) -> Motion:
    """Turns to the item and puts the bumper against it, one cell ahead less half the item."""
    thing = context.world.things[context.args[0]]
    heading = _heading(here, cell)
    yield from context.turn(heading, 0.3)
    along = thing.size[0] if abs(math.cos(heading)) > 0.5 else thing.size[1]
    ahead = context.world.cell_size - along / 2
    x, y = context.world.centre(here)
    context.stage.engage(context.id, thing.id)
    goal = Point(x + ahead * math.cos(heading), y + ahead * math.sin(heading), 0.45 * thing.size[2])
    yield from context.reach(goal, 0.4)


def _let_go(context: Context) -> Motion:
    """Stays until the item has come to rest against the bumper, then draws that back."""
    yield from context.pause(0.1)
    context.stage.engage(context.id, None)
    yield from context.tuck(0.2)


def _cell_of(context: Context, thing: str) -> Cell:
    at = context.stage.position(thing)
    return context.world.cell_at(at.x, at.y)


def _heading(here: Cell, there: Cell) -> float:
    return math.atan2(there[1] - here[1], there[0] - here[0])


def _heading_of_tip(context: Context) -> float:
    """Direction of the bumper, to the nearest quarter turn."""
    base, tip = context.stage.base(context.id), context.stage.tip(context.id)
    quarter = round(math.atan2(tip.y - base.y, tip.x - base.x) / (math.pi / 2))
    return (math.pi, -math.pi / 2, 0.0, math.pi / 2)[(quarter + 2) % 4]
