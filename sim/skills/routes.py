"""Ways over the grid for commands that come without one."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from itertools import pairwise

from grounding.world import NEIGHBOURS, Cell

Path = tuple[Cell, ...]


def route(start: Cell, goals: Iterable[Cell], free: Callable[[Cell], bool]) -> Path | None:
    """A shortest way from a cell to any of the goals (breadth first), start included.

    Args:
        start: Where it begins; need not be free.
        goals: Where it may end.
        free: Whether a cell can be entered.

    Returns:
        The cells, or None when no goal can be reached.
    """
    wanted = frozenset(goals)
    came: dict[Cell, Cell] = {start: start}
    queue = deque([start])
    while queue:
        cell = queue.popleft()
        if cell in wanted:
            path = [cell]
            while path[-1] != start:
                path.append(came[path[-1]])
            return tuple(reversed(path))
        for dx, dy in NEIGHBOURS:
            other = (cell[0] + dx, cell[1] + dy)
            if other not in came and free(other):
                came[other] = cell
                queue.append(other)
    return None


def push_route(start: Cell, item: Cell, goals: Iterable[Cell], free: Callable[[Cell], bool]) -> Path | None:
    """A shortest way of a robot that pushes an item into any of the goals.

    The robot moves the item one cell on by driving against it, as in the game of Sokoban.

    Args:
        start: Cell of the robot.
        item: Cell of the item.
        goals: Where the item may end.
        free: Whether a cell is free of all but the item.

    Returns:
        The cells of the robot, or None when there is no way.
    """
    wanted = frozenset(goals)
    first = (start, item)
    came: dict[tuple[Cell, Cell], tuple[Cell, Cell]] = {first: first}
    queue = deque([first])
    while queue:
        state = queue.popleft()
        robot, thing = state
        if thing in wanted:
            path = [state]
            while path[-1] != first:
                path.append(came[path[-1]])
            return tuple(cell for cell, _ in reversed(path))
        for dx, dy in NEIGHBOURS:
            cell = (robot[0] + dx, robot[1] + dy)
            moved = (thing[0] + dx, thing[1] + dy) if cell == thing else thing
            other = (cell, moved)
            if other not in came and free(cell) and (moved == thing or free(moved)):
                came[other] = state
                queue.append(other)
    return None


def pushed_to(path: Path, item: Cell) -> Cell:
    """Where an item ends that a robot on this path pushes along."""
    for before, after in pairwise(path):
        if after == item:
            item = (item[0] + after[0] - before[0], item[1] + after[1] - before[1])
    return item
