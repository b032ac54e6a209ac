"""Skills for which a robot stays where it is: taking photos, operating doors and machines, waiting."""

from __future__ import annotations

import math

from grounding.skills import parse_atom
from sim.skills.context import PATIENCE, Context, Motion
from sim.skills.hands import approach, retreat
from sim.stage import Point


def photograph(context: Context) -> Motion:
    """Turns to the middle of the zone and takes a picture."""
    zone = context.world.zones[context.args[0]]
    context.report(0.0, f"{context.id} takes a photo in {context.name(zone.id)}.")
    x = sum(c[0] for c in zone.cells) / len(zone.cells) * context.world.cell_size
    y = sum(c[1] for c in zone.cells) / len(zone.cells) * context.world.cell_size
    here = context.stage.base(context.id)
    heading = math.atan2(y - here.y, x - here.x) if math.dist((x, y), (here.x, here.y)) > 0.1 else here.heading
    yield from context.turn(heading, 0.3 * context.skill.seconds)
    context.rehearse()
    if not context.stage.photograph(context.id):
        raise context.fail(f"the camera of {context.id} gave no picture.")
    yield from context.pause(0.7 * context.skill.seconds)


def operate(context: Context) -> Motion:
    """Reaches for a door or a machine and brings about the state that the skill promises."""
    target = context.args[0]
    context.report(0.0, f"{context.id} reaches for {context.name(target)}.")
    if target in context.world.doors:
        yield from _swing(context, target)
        return
    seconds = context.skill.seconds
    if target in context.world.things:
        at = context.stage.position(target)
        top = Point(at.x, at.y, at.z + context.world.things[target].size[2] / 2)
        yield from approach(context, top, 0.4 * seconds)
        context.rehearse()
        context.report(0.4, f"{context.id} works on {context.name(target)}.")
        yield from context.pause(0.2 * seconds)
        yield from retreat(context, 0.4 * seconds)
    else:
        yield from context.pause(0.5 * seconds)
        context.rehearse()
        yield from context.pause(0.5 * seconds)


def wait(context: Context) -> Motion:
    """Stays for the nominal time."""
    context.report(0.0, f"{context.id} waits.")
    yield from context.pause(0.5 * context.skill.seconds)
    context.rehearse()
    yield from context.pause(0.5 * context.skill.seconds)


def _swing(context: Context, door: str) -> Motion:
    """Turns to a door, takes hold of its leaf and moves it."""
    stage, world, seconds = context.stage, context.world, context.skill.seconds
    names = dict(zip(context.skill.parameters, context.args, strict=True))
    effects = [parse_atom(text).bind(names) for text in context.skill.effects]
    opening = any(a.positive for a in effects if a.predicate == "is" and a.args == (door, "open"))
    here = stage.base(context.id)
    mine = context.cell
    near = min(world.zones[door].cells, key=lambda c: (abs(c[0] - mine[0]) + abs(c[1] - mine[1]), c))
    x, y = world.centre(near)
    if math.dist((x, y), (here.x, here.y)) > 0.1:
        yield from context.turn(math.atan2(y - here.y, x - here.x), 0.3 * seconds)
    context.rehearse()
    context.report(0.3, f"{context.id} {'opens' if opening else 'closes'} {context.name(door)}.")
    if not opening:
        yield from _clear_doorway(context, door)
    start, goal = stage.leaf(door), 1.0 if opening else 0.0
    count = context.ticks(0.7 * seconds)
    for i in range(1, count + 1):
        stage.set_leaf(door, start + (goal - start) * i / count)
        yield
    if not (yield from context.until(lambda: abs(stage.leaf(door) - goal) < 0.08, 2.0)):
        stage.set_leaf(door, start)
        raise context.fail(f"{context.name(door)} does not move: something is in its way.")
    context.traffic.release(context.id)


def _clear_doorway(context: Context, door: str) -> Motion:
    """Waits until nobody and nothing stands in the doorway, then keeps it for itself."""
    cells = context.world.zones[door].cells
    for cell in sorted(cells):
        for _ in range(context.ticks(PATIENCE)):
            if not context.traffic.obstruction(context.id, cell):
                break
            context.sentence = f"{context.id} waits until the doorway of {context.name(door)} is free."
            yield
        else:
            what = context.traffic.obstruction(context.id, cell)
            raise context.fail(f"{context.id} cannot close {context.name(door)}: {what} is in the doorway.")
    context.traffic.claim(context.id, context.cell, *cells)
