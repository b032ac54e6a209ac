"""Random small Cleanup Worlds, and the rules of the game written down a second time, for tests and benchmark."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from grounding.levels.reward import Reward
from grounding.world import Cell, World
from grounding.worldfile import parse_world

OFFSETS = {"north": (0, 1), "south": (0, -1), "east": (1, 0), "west": (-1, 0)}
BACK = {"north": "south", "south": "north", "east": "west", "west": "east"}

#: Cell and facing of the agent, cells of the things.
Position = tuple[Cell, str, tuple[Cell, ...]]

HEAD = """
name: random_cleanup
classes:
  chair: {properties: [pushable], obstacle: true}
  shelf: {obstacle: true}
skills:
  go_to: {behaviour: drive, parameters: {target: zone}}
  push_to: {behaviour: push, parameters: {item: pushable, target: zone}}
robot_types:
  pusher: {body: mobile, skills: [go_to, push_to]}
"""


def random_world(seed: int, things: int = 1) -> World:
    """Two to four rooms in a row or a ring, doors one or two cells wide, sometimes a shelf in the way."""
    rng = np.random.default_rng(seed)
    columns, rows = (2, 2) if rng.random() < 0.5 else (int(rng.integers(2, 4)), 1)
    wide, high = int(rng.integers(2, 4)), int(rng.integers(2, 5))
    rooms = [(c, r) for r in range(rows) for c in range(columns)]
    corner = {(c, r): (c * (wide + 1), r * (high + 1)) for c, r in rooms}
    lines = [HEAD, "rooms:"]
    for c, r in rooms:
        x, y = corner[c, r]
        lines.append(f"  - {{id: room_{c}{r}, area: [[{x}, {y}, {x + wide - 1}, {y + high - 1}]]}}")
    lines.append("doors:")
    for c, r in rooms:
        x, y = corner[c, r]
        if c + 1 < columns:
            at = int(rng.integers(high))
            cells = [[x + wide, y + at], *([[x + wide, y + at + 1]] if at + 1 < high and rng.random() < 0.3 else [])]
            lines.append(f"  - {{id: door_e{c}{r}, joins: [room_{c}{r}, room_{c + 1}{r}], cells: {cells}}}")
        if r + 1 < rows and rng.random() < 0.8:
            at = int(rng.integers(wide))
            lines.append(
                f"  - {{id: door_n{c}{r}, joins: [room_{c}{r}, room_{c}{r + 1}], cells: [[{x + at}, {y + high}]]}}"
            )
    inside = [(corner[room][0] + i, corner[room][1] + j) for room in rooms for i in range(wide) for j in range(high)]
    spots = [inside[i] for i in rng.permutation(len(inside))[: things + 2]]
    lines.append("places:\n  - {id: spot, cells: [" + str(list(spots[-1])) + "]}")
    lines.append("things:")
    lines += [f"  - {{id: chair_{i}, class: chair, at: {list(spots[i])}}}" for i in range(things)]
    if rng.random() < 0.3:
        shelf = next(cell for cell in inside if cell not in spots)
        lines.append(f"  - {{id: shelf, class: shelf, at: {list(shelf)}}}")
    lines.append(f"robots:\n  - {{id: robot_1, type: pusher, start: {list(spots[things])}}}")
    return parse_world("\n".join(lines))


def random_reward(seed: int, world: World) -> Reward:
    """Some of agent and things in some zone."""
    rng = np.random.default_rng(seed)
    zones = [*world.rooms, *world.rooms, *world.doors, *world.places]
    chairs = [t for t in world.things if t.startswith("chair")]
    moved = [t for t in chairs if rng.random() < 0.7]
    agent = str(rng.choice(zones)) if not moved or rng.random() < 0.5 else None
    return Reward(agent, tuple((t, str(rng.choice(zones))) for t in moved))


def floor(world: World) -> frozenset[Cell]:
    """Cells that nothing fixed stands in."""
    return world.free_cells - {t.cell for t in world.things.values() if not t.properties}


def step(free: frozenset[Cell], position: Position, action: str) -> Position:
    """The rules, written independently of the planner."""
    (x, y), facing, things = position
    if action == "pull":
        target = (x + OFFSETS[facing][0], y + OFFSETS[facing][1])
        if target not in things:
            return position
        return target, BACK[facing], tuple((x, y) if t == target else t for t in things)
    dx, dy = OFFSETS[action]
    target, behind = (x + dx, y + dy), (x + 2 * dx, y + 2 * dy)
    if target not in free:
        return (x, y), action, things
    if target in things:
        if behind not in free or behind in things:
            return (x, y), action, things
        return target, action, tuple(behind if t == target else t for t in things)
    return target, action, things


def optimum(world: World, reward: Reward, start: Position, names: Sequence[str], pull: bool) -> int | None:
    """Fewest actions, by breadth-first search; None where the goal cannot be reached."""
    free, actions = floor(world), [*OFFSETS, *(["pull"] if pull else [])]
    depth = {start: 0}
    queue = deque([start])
    while queue:
        position = queue.popleft()
        if met(world, reward, position, names):
            return depth[position]
        for action in actions:
            after = step(free, position, action)
            if after not in depth:
                depth[after] = depth[position] + 1
                queue.append(after)
    return None


def met(world: World, reward: Reward, position: Position, names: Sequence[str]) -> bool:
    at = dict(zip(names, position[2], strict=True))
    agent = reward.agent is None or position[0] in world.zones[reward.agent].cells
    return agent and all(at[thing] in world.zones[zone].cells for thing, zone in reward.things)


def replay(world: World, start: Position, actions: Sequence[str]) -> Iterator[Position]:
    """The positions a plan leads through."""
    yield start
    for action in actions:
        start = step(floor(world), start, action)
        yield start


def as_position(cell: Cell, facing: str, things: Mapping[str, Cell]) -> Position:
    return cell, facing, tuple(things.values())
