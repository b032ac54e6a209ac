"""Who is where: keeps robots out of cells that are taken, and says what is in the way."""

from __future__ import annotations

from grounding.world import Cell
from sim.geometry import WITHIN
from sim.observer import door_open, robot_cell
from sim.stage import Pose, Stage
from sim.wording import name


class Traffic:
    """Cells that robots occupy or have claimed for their next move."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.claims: dict[str, frozenset[Cell]] = {}
        self._standing: set[str] = set()
        self._obstacles = [thing.id for thing in stage.world.things.values() if thing.obstacle]

    def taken(self, robot: str) -> frozenset[Cell]:
        """Cells a robot is in or on its way to."""
        return self.claims.get(robot, frozenset()) | {robot_cell(self.stage, robot)}

    def claim(self, robot: str, *cells: Cell) -> None:
        """Reserves cells for a robot in place of those it had."""
        self._standing.discard(robot)
        self.claims[robot] = frozenset(cells)

    def release(self, robot: str) -> None:
        """Gives back what a robot had claimed."""
        self._standing.discard(robot)
        self.claims.pop(robot, None)

    def covered(self, robot: str, pose: Pose, margin: float = 0.0) -> frozenset[Cell]:
        """Cells that the body of a robot reaches into when it stands at a pose, its own included.

        In the middle of a cell it reaches into no other, however wide its gripper.

        Args:
            robot: Whose body.
            pose: Where it stands.
            margin: Metres that are added around the body.
        """
        world = self.stage.world
        reach = min(world.robots[robot].type.radius + margin, WITHIN * world.cell_size)
        corners = [(pose.x + dx, pose.y + dy) for dx in (-reach, reach) for dy in (-reach, reach)]
        return frozenset(world.cell_at(x, y) for x, y in corners) | {world.cell_at(pose.x, pose.y)}

    def cover(self, robot: str) -> None:
        """Reserves the cells that a robot's body reaches into, for one that stands between cells."""
        self.claim(robot, *self.covered(robot, self.stage.base(robot)))
        self._standing.add(robot)

    def bystander(self, robot: str, *cells: Cell) -> str:
        """Id of a robot that stands between cells and that this one would touch in any of these, or empty.

        Who follows another drives into a cell that the other has half left; when that one stops there, it must too.
        """
        world = self.stage.world
        for other in sorted(self._standing - {robot}):
            if any(world.conflict(robot, cell, other, its) for cell in cells for its in self.claims[other]):
                return other
        return ""

    def barrier(self, robot: str, cell: Cell, ignore: str = "") -> str:
        """What other than a robot keeps a robot out of a cell, as a phrase; empty when nothing does.

        Args:
            robot: Who wants to go there.
            cell: Where.
            ignore: A thing that does not count (the one being pushed).
        """
        world, stage = self.stage.world, self.stage
        if cell not in world.robots[robot].cells:
            return "a wall" if cell not in world.free_cells else "the end of its reach"
        if world.robots[robot].base is not None:
            return ""
        door = world.door_at.get(cell)
        if door is not None and not door_open(stage, door):
            return f"{name(world, door)}, which is closed,"
        for thing in self._obstacles:
            if thing != ignore:
                at = stage.position(thing)
                if world.cell_at(at.x, at.y) == cell:
                    return name(world, thing)
        return ""

    def neighbour(self, robot: str, cell: Cell) -> str:
        """Id of a robot that would touch this one in the cell, empty when there is none."""
        world = self.stage.world
        for other in world.robots:
            if other != robot and any(world.conflict(robot, cell, other, c) for c in self.taken(other)):
                return other
        return ""

    def obstruction(self, robot: str, cell: Cell, ignore: str = "") -> str:
        """Phrase for whatever keeps a robot out of a cell right now; empty when it is free."""
        return self.barrier(robot, cell, ignore) or self.neighbour(robot, cell)
