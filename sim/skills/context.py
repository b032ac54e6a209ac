"""What a running skill sees of the world, and the motions that skills are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator

from grounding.world import Cell, Robot, Skill, World
from sim.faults import Fault
from sim.geometry import mount_heading, tuck
from sim.observer import robot_cell
from sim.protocol import SkillCommand, SkillStatus
from sim.stage import Point, Pose, Stage
from sim.traffic import Traffic
from sim.wording import name

#: A skill is a generator that yields once a tick, after it has set the references of that tick.
Motion = Generator[None, None, None]

#: Seconds a robot waits for its way to become free before it gives up.
PATIENCE = 30.0
#: Seconds a body may lag behind its reference before a motion is given up.
LAG = 3.0
#: How near to where it travels a gripper counts as tucked in, metres.
TUCKED = 0.02
#: How fast a robot turns on the spot when told to, radians a second.
SPIN = math.pi / 2


class SkillFailure(Exception):  # noqa: N818 - it ends a skill, it is not an error of the program
    """Ends a skill without success.

    Args:
        status: How it ended.
        message: One sentence: what happened and why.
    """

    def __init__(self, status: SkillStatus, message: str) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message


class Context:
    """One command being carried out by one robot.

    Attributes:
        world, stage, traffic: Where it happens.
        robot: Who does it.
        skill: What is done.
        args: Ids it is applied to.
        path: Cells to pass, for motions.
        fault: The failure to rehearse, or None.
        fraction, sentence: Progress for people.
        outcome: What was done, as a sentence, where there is more to say than the name of the skill.
        displaced: Whether the robot was left somewhere else than in the middle of a cell.
    """

    def __init__(
        self, stage: Stage, traffic: Traffic, command: SkillCommand, skill: Skill, path: tuple[Cell, ...] = ()
    ) -> None:
        self.stage = stage
        self.world: World = stage.world
        self.traffic = traffic
        self.robot: Robot = self.world.robots[command.robot]
        self.skill = skill
        self.args = command.args
        self.path = path
        self.fault: Fault | None = None
        self.fraction = 0.0
        self.sentence = ""
        self.outcome = ""
        self.displaced = False
        self.load = stage.held(command.robot)

    @property
    def id(self) -> str:
        """Id of the robot."""
        return self.robot.id

    @property
    def cell(self) -> Cell:
        """The cell the robot is in."""
        return robot_cell(self.stage, self.id)

    def name(self, entity: str) -> str:
        """How to speak of an entity."""
        return name(self.world, entity)

    def report(self, fraction: float, sentence: str) -> None:
        """Notes progress."""
        self.fraction, self.sentence = fraction, sentence

    def fail(self, message: str, status: SkillStatus = SkillStatus.EXECUTION_FAILURE) -> SkillFailure:
        """The exception that ends this skill with a sentence."""
        return SkillFailure(status, message)

    def rehearse(self) -> None:
        """Fails here when a failure is to be rehearsed."""
        if self.fault is not None:
            raise SkillFailure(self.fault.status, f"{self.id}: {self.fault.story} (rehearsed failure).")

    def ticks(self, seconds: float) -> int:
        """Number of ticks of a duration, at least one."""
        return max(1, round(seconds / self.stage.tick))

    def pause(self, seconds: float) -> Motion:
        """Does nothing for a while."""
        for _ in range(self.ticks(seconds)):
            yield

    def until(self, done: Callable[[], bool], seconds: float) -> Generator[None, None, bool]:
        """Waits for something to become true; whether it did in time."""
        for _ in range(self.ticks(seconds)):
            if done():
                return True
            yield
        return done()

    def glide(self, goal: Pose, seconds: float, gently: bool = False, into: tuple[Cell, ...] = ()) -> Motion:
        """Moves the base to a pose in a given time, turning on the way; fails when it is held up.

        Args:
            goal: Where to.
            seconds: Time it takes.
            gently: Whether to start and stop smoothly rather than at full speed.
            into: Cells it enters; it waits on the way while a robot that was stopped stands in them.
        """
        start = self.stage.base(self.id)
        turn = wrap(goal.heading - start.heading)
        count = self.ticks(seconds)
        for i in range(1, count + 1):
            part = i / count
            turned = min(1.0, 2.5 * part)
            part = part * part * (3 - 2 * part) if gently else part
            if into:
                yield from self._wait(lambda: self.traffic.bystander(self.id, *into))
            self.stage.set_base(
                self.id,
                Pose(
                    start.x + (goal.x - start.x) * part,
                    start.y + (goal.y - start.y) * part,
                    start.heading + turn * turned,
                ),
            )
            yield
            self.keep_hold()
        near = 0.06 * self.world.cell_size

        def arrived() -> bool:
            at = self.stage.base(self.id)
            return (
                abs(at.x - goal.x) < near and abs(at.y - goal.y) < near and abs(wrap(at.heading - goal.heading)) < 0.1
            )

        if not (yield from self.until(arrived, LAG)):
            raise self.fail(f"{self.id} is stuck: something it cannot push aside is in its way.")

    def keep_hold(self) -> None:
        """Fails when the robot has lost what it held."""
        if self.load is not None and self.stage.held(self.id) != self.load:
            raise self.fail(f"{self.id} dropped {self.name(self.load)}.")

    def turn(self, heading: float, seconds: float) -> Motion:
        """Turns on the spot."""
        here = self.stage.base(self.id)
        if abs(wrap(heading - here.heading)) > 0.02:
            yield from self.glide(Pose(here.x, here.y, heading), seconds)

    def spin(self, angle: float) -> Motion:
        """Turns on the spot by an angle in radians, also by half a turn and more, no faster than when driving."""
        here = self.stage.base(self.id)
        count = self.ticks(max(0.3, abs(angle) / SPIN))
        for i in range(1, count + 1):
            self.stage.set_base(self.id, here._replace(heading=wrap(here.heading + angle * i / count)))
            yield
            self.keep_hold()

        def arrived() -> bool:
            return abs(wrap(self.stage.base(self.id).heading - here.heading - angle)) < 0.02

        if not (yield from self.until(arrived, LAG)):
            raise self.fail(f"{self.id} is stuck: it cannot turn any further.")

    def reach(self, goal: Point, seconds: float) -> Motion:
        """Moves the gripper tip to a point; fails when it does not get there."""
        start = self.stage.tip(self.id)
        count = self.ticks(seconds)
        for i in range(1, count + 1):
            part = i / count
            self.stage.set_tip(self.id, Point(*(a + (b - a) * part for a, b in zip(start, goal, strict=True))))
            yield
        if not (yield from self.until(lambda: math.dist(self.stage.tip(self.id), goal) < 0.03, LAG)):
            raise self.fail(f"the gripper of {self.id} cannot get there: something is in its way.")

    def tuck(self, seconds: float) -> Motion:
        """Brings the gripper back to where it travels."""
        start = self.stage.tip(self.id)
        count = self.ticks(seconds)
        for i in range(1, count + 1):
            goal = tuck(self.world, self.robot, self.stage.base(self.id)) if self.robot.base is None else self.above()
            part = i / count
            self.stage.set_tip(self.id, Point(*(a + (b - a) * part for a, b in zip(start, goal, strict=True))))
            yield
        self.stage.set_tip(self.id, None)
        if self.robot.base is not None:
            self.stage.set_base(self.id, Pose(*self.world.centre(self.cell), self.stage.base(self.id).heading))

    def above(self) -> Point:
        """Arms: the point at travel height over the middle of the cell."""
        return tuck(self.world, self.robot, Pose(*self.world.centre(self.cell), 0.0))

    def pose_at(self, cell: Cell, heading: float | None = None) -> Pose:
        """The pose in the middle of a cell."""
        if self.robot.base is not None:
            heading = mount_heading(self.world, self.robot)
        return Pose(*self.world.centre(cell), self.stage.base(self.id).heading if heading is None else heading)

    def wait_for_way(self, cell: Cell, ignore: str = "") -> Motion:
        """Waits until a cell is free; fails after :data:`PATIENCE` seconds."""
        yield from self._wait(lambda: self.traffic.obstruction(self.id, cell, ignore))

    def _wait(self, obstacle: Callable[[], str]) -> Motion:
        """Waits until nothing is in the way; fails after :data:`PATIENCE` seconds."""
        sentence, what = self.sentence, obstacle()
        for _ in range(self.ticks(PATIENCE)):
            if not what:
                self.sentence = sentence
                return
            self.sentence = f"{self.id} waits: {what} is in its way."
            yield
            self.keep_hold()
            what = obstacle()
        if what:
            raise self.fail(f"{self.id} was blocked for more than {PATIENCE:g} seconds: {what} is in its way.")
        self.sentence = sentence


def wrap(angle: float) -> float:
    """An angle in radians brought to (-pi, pi]."""
    return math.atan2(math.sin(angle), math.cos(angle))


def settle(context: Context) -> Motion:
    """Brings a robot that was stopped to the middle of its nearest cell, gripper tucked in."""
    context.load = None
    cell = context.cell
    context.traffic.cover(context.id)
    tip = context.stage.tip(context.id)
    high = context.above().z
    if context.robot.base is not None and tip.z < high - 0.01:  # straight up first: things lie around it
        yield from context.reach(tip._replace(z=high), 0.3)
    tucked = tuck(context.world, context.robot, context.stage.base(context.id))
    if math.dist(context.stage.tip(context.id), tucked) > TUCKED:
        yield from context.tuck(0.5)
    here, goal = context.stage.base(context.id), context.pose_at(cell)
    distance = math.hypot(goal.x - here.x, goal.y - here.y)
    if distance > 0.01 * context.world.cell_size:
        yield from context.glide(goal, 1.5 * distance / context.world.cell_size * context.world.tick_s, gently=True)
    context.traffic.release(context.id)
