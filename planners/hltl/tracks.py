"""Who is where at which tick: the space-time reservations of a team.

Plans keep one tick between robots at every cell: a robot enters a cell only when nobody was in it
the tick before, and nobody enters a cell at the tick it is left. That rules out robots changing
places, and makes the order in which cells are passed free of cycles, so that it can be kept when
reality takes its own time (k-robust plans with k = 1; Atzmon et al. 2020).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from planners.hltl.grid import Grid

_FOREVER = 10**9


class Track:
    """The cells of one robot, tick by tick; after the last it rests there.

    Attributes:
        cells: Cell at every tick from 0 on.
        pushed: Tick -> cell of the thing that the robot pushes at that tick.
    """

    def __init__(self, cell: int) -> None:
        self.cells = [cell]
        self.pushed: dict[int, int] = {}
        self._uses: dict[str, tuple[int, dict[int, int]]] = {}  # observer -> ticks read, cell -> last tick taken

    def uses(self, name: str, observer: str, grid: Grid) -> Mapping[int, int]:
        """Cell -> the last tick at which it is taken for another robot, this one's rest aside.

        Args:
            name: Robot of this track.
            observer: The other robot.
            grid: The grid.
        """
        known, found = self._uses.get(observer, (0, {}))
        if known < len(self.cells):
            # What is pushed away from a rest is noted at the last tick of that rest, which was read already.
            for tick in range(max(0, known - 1), len(self.cells)):
                here = self.cells[tick]
                found.update(dict.fromkeys(grid.conflicts(observer, name, here), tick + 1))
                if tick in self.pushed:
                    found[self.pushed[tick]] = tick + 1
            self._uses[observer] = len(self.cells), found
        return found

    @property
    def end(self) -> int:
        """Last tick that is settled."""
        return len(self.cells) - 1

    @property
    def rest(self) -> int:
        """The cell it rests in after :attr:`end`."""
        return self.cells[-1]

    def wait(self, tick: int) -> None:
        """Settles that the robot stays where it is up to a tick."""
        self.cells += [self.rest] * (tick - self.end)


class Traffic:
    """What the other robots' tracks mean for one robot; valid until a track changes.

    Args:
        grid: The grid.
        robot: The robot that looks for a way.
        tracks: Tracks of the whole team.
        fixed: Robots that cannot get out of the way.
    """

    def __init__(self, grid: Grid, robot: str, tracks: Mapping[str, Track], fixed: frozenset[str]) -> None:
        self.grid, self.robot = grid, robot
        self.others = [(name, track) for name, track in tracks.items() if name != robot]
        self.fixed = fixed
        self.horizon = max((track.end for _, track in self.others), default=0) + 2
        self._taken: dict[int, frozenset[int]] = {}
        rests = [(track.end, grid.conflicts(robot, name, track.rest), name) for name, track in self.others]
        self._rests = [(end, cells) for end, cells, name in rests if name not in fixed]
        self.walls = frozenset(cell for _, cells, name in rests if name in fixed for cell in cells)

    def taken(self, tick: int) -> frozenset[int]:
        """Cells that cannot be used at a tick because someone is, was just or will at once be there."""
        found = self._taken.get(tick)
        if found is None:
            cells: set[int] = set(self.walls)
            for name, track in self.others:
                for i in range(max(0, tick - 1), min(tick + 1, track.end) + 1):
                    cells |= self.grid.conflicts(self.robot, name, track.cells[i])
                    if i in track.pushed:
                        cells.add(track.pushed[i])
            found = self._taken[tick] = frozenset(cells)
        return found

    def resting(self, cell: int, tick: int) -> bool:
        """Whether someone who could get out of the way rests near a cell at a tick."""
        return any(cell in cells and tick > end for end, cells in self._rests)

    def last_use(self, cell: int) -> int:
        """The last tick at which a cell is taken, -1 for never."""
        if cell in self.walls:
            return _FOREVER
        return max((track.uses(name, self.robot, self.grid).get(cell, -1) for name, track in self.others), default=-1)

    def stays_free(self, cells: Iterable[int], tick: int) -> bool:
        """Whether cells are never taken from a tick on."""
        return all(self.last_use(cell) < tick for cell in cells)
