"""A world as a map of characters, for terminals and logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from grounding.state import WorldState, initial_state
from grounding.world import Cell, World

WALL, FLOOR, OPEN_DOOR, CLOSED_DOOR = "#", ".", "/", "+"

#: Characters for robots and for things and places, in the order in which they are given out.
_ROBOTS = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_THINGS = "abcdefghijklmnopqrstuvwxyz"
_MORE = "?"


def ascii_map(world: World, state: WorldState | None = None) -> str:
    """The rooms, doors, things and robots of a world as text, one character a cell, y upwards.

    Robots hide things, things hide places. A thing that is held is drawn as its robot.

    Args:
        world: The static world.
        state: Where everything is; the start of the world file where it is not given.

    Returns:
        Lines of the map, an empty line, and the legend.
    """
    state = state or initial_state(world)
    signs = _floor(world, state)
    legend: list[tuple[str, str]] = []
    signs.update({cell: ":" for place in world.places.values() for cell in place.cells})
    lying = [name for name, thing in state.things.items() if thing.held_by is None and thing.support is None]
    for sign, name in zip(_signs(_THINGS, len(lying)), lying, strict=True):
        signs[state.things[name].cell] = sign
        legend.append((sign, _with_load(name, (other for other, t in state.things.items() if t.support == name))))
    for sign, (name, robot) in zip(_signs(_ROBOTS, len(state.robots)), state.robots.items(), strict=True):
        signs[robot.cell] = sign
        legend.append((sign, f"{name} (holds {robot.holding})" if robot.holding else name))
    rows = [*_rows(world, signs), ""]
    rows += [f"{WALL} wall  {OPEN_DOOR} open door  {CLOSED_DOOR} closed door  : place"]
    rows += [f"{sign} {text}" for sign, text in legend]
    rows += [f"{room.id}: {_extent(room.cells)}" for room in world.rooms.values()]
    return "\n".join(rows)


def _floor(world: World, state: WorldState) -> dict[Cell, str]:
    signs = dict.fromkeys(world.free_cells, FLOOR)
    for door, zone in world.door_zones.items():
        signs.update(dict.fromkeys(zone.cells, OPEN_DOOR if (door, "open") in state.flags else CLOSED_DOOR))
    return signs


def _rows(world: World, signs: dict[Cell, str]) -> Iterator[str]:
    """Rows from top to bottom, with a wall wherever there is floor next to it."""
    x0, y0, x1, y1 = world.bounds
    for y in range(y1 + 1, y0 - 2, -1):
        row = (signs.get((x, y)) or (WALL if _beside_floor(world, (x, y)) else " ") for x in range(x0 - 1, x1 + 2))
        yield "".join(row).rstrip()


def _beside_floor(world: World, cell: Cell) -> bool:
    return any((cell[0] + dx, cell[1] + dy) in world.free_cells for dx in (-1, 0, 1) for dy in (-1, 0, 1))


def _signs(alphabet: str, count: int) -> list[str]:
    return [alphabet[i] if i < len(alphabet) else _MORE for i in range(count)]


def _with_load(name: str, load: Iterable[str]) -> str:
    carried = ", ".join(load)
    return f"{name} (with {carried})" if carried else name


def _extent(cells: frozenset[Cell]) -> str:
    xs, ys = [x for x, _ in cells], [y for _, y in cells]
    return f"x {min(xs)} to {max(xs)}, y {min(ys)} to {max(ys)}"
