"""How far a thing must be pushed, counting the ways around it."""

from __future__ import annotations

from heapq import heappop, heappush

from planners.hltl.grid import FAR, Grid

Push = tuple[int, int]


class PushField:
    """Exact moves to push one thing into a set of cells when nothing else is in the way.

    A state is the thing's cell and the neighbouring cell from which it is pushed; one Dijkstra
    search backwards from the goal gives the moves from every state.

    Args:
        grid: The grid.
        robot: Who pushes.
        goal: Cells the thing should come to.
        avoid: Cells that are never free.
    """

    def __init__(self, grid: Grid, robot: str, goal: frozenset[int], avoid: frozenset[int]) -> None:
        self.grid, self.avoid = grid, avoid
        self.neighbours = grid.neighbours(robot)
        self._sides: dict[int, dict[Push, int]] = {}
        self._fields: dict[int, list[int]] = {}
        self._left = self._solve(goal)

    def _solve(self, goal: frozenset[int]) -> dict[Push, int]:
        """Moves left from every (thing, side)."""
        left: dict[Push, int] = {}
        heap = [(0, box, side) for box in sorted(goal) for side in self.neighbours[box]]
        best = {(box, side): 0 for _, box, side in heap}
        while heap:
            cost, box, side = heappop(heap)
            if (box, side) in left:
                continue
            left[box, side] = cost
            before = [(self._between(box, other, side), other) for other in self.neighbours[box] if other != side]
            sources = [(cost + way, box, other) for way, other in before]
            # The push that ends here: the robot is now where the thing was, and came from behind it.
            behind = self.grid.beyond(box, side)
            if behind is not None and behind in self.neighbours[side]:
                sources.append((cost + 1, side, behind))
            for total, thing, place in sources:
                free = thing not in self.avoid and place not in self.avoid
                if free and total < best.get((thing, place), FAR):
                    best[thing, place] = total
                    heappush(heap, (total, thing, place))
        return left

    def _between(self, box: int, start: int, end: int) -> int:
        """Steps from one side of a thing to another, around it."""
        ways = self._sides.setdefault(box, {})
        if (start, end) not in ways:
            for place, steps in self._around(box, start).items():
                ways[start, place] = steps
        return ways[start, end]

    def _around(self, box: int, start: int) -> dict[int, int]:
        sides = set(self.neighbours[box]) - self.avoid
        found = dict.fromkeys(self.neighbours[box], FAR)
        steps = {start: 0}
        queue = [start]
        for cell in queue:
            if cell in sides:
                found[cell] = steps[cell]
                sides.discard(cell)
                if not sides:
                    break
            for other in self.neighbours[cell]:
                if other not in steps and other != box and other not in self.avoid:
                    steps[other] = steps[cell] + 1
                    queue.append(other)
        return found

    def field(self, box: int) -> list[int]:
        """For every cell of the robot the moves left with the thing in a cell."""
        if box not in self._fields:
            found = [FAR] * len(self.grid.cells)
            heap = [(self._left.get((box, side), FAR), side) for side in self.neighbours[box]]
            heap = sorted(entry for entry in heap if entry[0] < FAR)
            while heap:
                cost, cell = heappop(heap)
                if cost >= found[cell]:
                    continue
                found[cell] = cost
                for other in self.neighbours[cell]:
                    if other != box and other not in self.avoid and found[other] > cost + 1:
                        heappush(heap, (cost + 1, other))
            self._fields[box] = found
        return self._fields[box]
