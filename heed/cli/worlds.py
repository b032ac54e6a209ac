"""``heed worlds``: which worlds there are and what can be spoken of in them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from grounding.errors import HeedError
from grounding.world import Cell, World, Zone
from grounding.worldfile import load_world, shipped_worlds
from heed.cli.answer import USAGE_ERROR

#: World -> instructions to begin with; the first one is what the demonstrations use.
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "office": (
        "Take a photo in meeting rooms m1, m4 and m6; keep the camera off outside meeting rooms. "
        "Deliver a document from desk d5 to desk d3 without passing public areas while carrying it. "
        "Guide the person waiting at desk d11 to meeting room m6.",
        "Go to the kitchen.",
        "Put the red mug on the kitchen table, then switch on the coffee machine.",
        "Push the chair to m3 and close door_m2.",
    ),
    "cleanup": (
        "Put the chair in the blue room and come back to the red room.",
        "Go to the green room.",
    ),
    "cleanup_large": ("Put the chair in the blue room and come back to the red room.", "Go to the green room."),
    "cleanup_four_rooms": (
        "Put the orange chair in the blue room and the purple box in the red room.",
        "Go to the yellow room.",
    ),
    "table": (
        "First put the green apple and the orange on the yellow plate in any order, "
        "then put the carrot and the red apple on the blue plate.",
        "Put the lemon on the white plate.",
    ),
}


def worlds(
    world: Annotated[str | None, typer.Argument(help="Name or file of one world to describe.")] = None,
) -> None:
    """Lists the worlds, or describes one: map, rooms, things, robots and example instructions."""
    console = Console()
    try:
        if world is None:
            console.print(_list(), highlight=False)
        else:
            describe(console, load_world(world))
    except HeedError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(USAGE_ERROR) from None


def _list() -> Table:
    table = _table("world", "robots", "what it is")
    for name in shipped_worlds():
        world = load_world(name)
        table.add_row(name, str(len(world.robots)), world.description)
    return table


def describe(console: Console, world: World) -> None:
    """Prints everything that an instruction can speak of."""
    from grounding.map import ascii_map

    console.print(Text.assemble((world.name, "bold"), f": {world.description}"))
    console.print()
    console.print(ascii_map(world), markup=False, highlight=False, no_wrap=True, crop=False)
    console.print()
    console.print(_zones(world), highlight=False)
    console.print()
    console.print(_things(world), highlight=False)
    console.print()
    console.print(_robots(world), highlight=False)
    examples = EXAMPLES.get(Path(world.source).stem, ()) if world.source else ()
    if examples:
        console.print("\nTry:")
    for example in examples:
        console.print(f'  heed run "{example}" --world {world.name}', markup=False, highlight=False, soft_wrap=True)


def _zones(world: World) -> Table:
    """Rooms, doors and places; those of one kind that have no other names share a row."""
    table = _table("rooms, doors, places", "kind", "also called")
    groups: dict[tuple[str, str], list[str]] = {}
    for zone in (*world.rooms.values(), *world.door_zones.values(), *world.places.values()):
        names = ", ".join(zone.names)
        groups.setdefault((_kind(world, zone), names), []).append(zone.id)
    for (kind, names), ids in groups.items():
        table.add_row(", ".join(ids), kind, names)
    return table


def _kind(world: World, zone: Zone) -> str:
    closed = zone.id in world.doors and not world.doors[zone.id].open
    words = (zone.colour, zone.kind, *(f"({tag})" for tag in sorted(zone.tags)), "(closed)" if closed else "")
    return " ".join(word for word in words if word).replace("_", " ")


def _things(world: World) -> Table:
    table = _table("things", "kind", "where", "also called")
    for thing in world.things.values():
        kind = " ".join(filter(None, (*thing.adjectives, thing.colour, thing.kind)))
        where = f"on {thing.support}" if thing.support else _at(world, thing.cell)
        table.add_row(thing.id, kind, where, ", ".join(thing.names))
    return table


def _robots(world: World) -> Table:
    table = _table("robots", "type", "at", "can")
    for robot in world.robots.values():
        table.add_row(robot.id, robot.type.name, _at(world, robot.start), ", ".join(robot.type.skills))
    return table


def _at(world: World, cell: Cell) -> str:
    zone = world.room_of(cell) or world.door_at.get(cell) or "?"
    return f"{zone} ({cell[0]},{cell[1]})"


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for index, title in enumerate(titles):
        table.add_column(title, no_wrap=index == 0 and title != "rooms, doors, places", overflow="fold")
    return table
