"""Physics: the same world in pybullet, with bodies that have mass and touch one another."""

from __future__ import annotations

import math

from grounding.world import World
from sim.arm import Arm
from sim.bullet import Bullet, body
from sim.camera import Image, on_board, overview, png, portrait, shoot, spread
from sim.geometry import footprint, riders, start_positions
from sim.looks import COLOURS, colour_of, thing_parts, tint
from sim.mobile import MobileRobot
from sim.scenery import ARM, CARRIED, FURNITURE, HEAVY, ITEM, PERSON, ROBOT, build_door, build_scenery, join
from sim.stage import Point, Pose

#: Longest tick between two references, and the time step of the solver, seconds.
TICK, STEP = 0.05, 1 / 240
#: How far a held thing may be pulled from the gripper before it counts as dropped (metres), and
#: the force of a grasp (N).
SLIP, GRIP = 0.08, 150.0
#: How near a person must be to be taken along, in cells.
CALL = 2.5
#: Slower than this a thing counts as at rest (m/s).
STILL = 0.02


class PhysicsStage:
    """A :class:`sim.stage.Stage` in pybullet.

    Attributes:
        photos: Robot id -> the last picture its camera took.
    """

    def __init__(self, world: World, gui: bool = False) -> None:
        self.world = world
        self.tick = world.tick_s / max(1, math.ceil(world.tick_s / TICK - 1e-9))
        self._steps = max(1, round(self.tick / STEP))
        self._bullet = Bullet(gui)
        self.photos: dict[str, Image] = {}

    def reset(self, seed: int) -> None:
        """Builds the world anew; pybullet itself draws no random numbers."""
        bullet, world = self._bullet, self.world
        bullet.resetSimulation()
        bullet.setGravity(0, 0, -9.81)
        bullet.setPhysicsEngineParameter(
            fixedTimeStep=self.tick / self._steps, numSolverIterations=20, deterministicOverlappingPairs=1
        )
        bullet.configureDebugVisualizer(bullet.COV_ENABLE_RENDERING, 0)
        build_scenery(bullet, world)
        self._doors = {d.id: build_door(bullet, world, d.id) for d in world.doors.values() if d.closable}
        self._leaf_goal = {door: float(world.doors[door].open) for door in self._doors}
        for door, leaves in self._doors.items():
            for leaf in leaves:
                bullet.resetJointState(leaf, 0, self._leaf_goal[door] * math.pi / 2)
        self._things = {}
        for thing, at in start_positions(world).items():
            self._things[thing] = self._build_thing(thing, at)
        self._robots: dict[str, MobileRobot | Arm] = {}
        for robot in world.robots.values():
            built = MobileRobot(bullet, world, robot) if robot.base is None else Arm(bullet, world, robot)
            join(bullet, built.number, ROBOT if robot.base is None else ARM)
            self._robots[robot.id] = built
        self._held: dict[str, tuple[str, int]] = {}
        self._riding: dict[str, list[tuple[str, int]]] = {}
        self._ties: dict[int, tuple[float, float, float]] = {}
        self._pushed: dict[str, str] = {}
        self.photos.clear()
        bullet.configureDebugVisualizer(bullet.COV_ENABLE_RENDERING, 1)

    def advance(self) -> None:
        """Steps the physics through one tick."""
        for robot in self._robots.values():
            robot.drive(self.tick)
        for door, leaves in self._doors.items():
            self._drive_door(leaves, self._leaf_goal[door])
        for _ in range(self._steps):
            for name, thing in self._pushed.items():
                self._keep_on_line(name, thing)
            self._bullet.stepSimulation()
        self._check_grips()

    def base(self, robot: str) -> Pose:
        """Where a robot stands."""
        return self._robots[robot].base()

    def tip(self, robot: str) -> Point:
        """Where the tip of a robot's gripper is."""
        return self._robots[robot].tip()

    def set_base(self, robot: str, pose: Pose) -> None:
        """Reference of a base."""
        self._robots[robot].set_base(pose)

    def set_tip(self, robot: str, point: Point | None) -> None:
        """Reference of a gripper; an empty one that is tucked in opens for the next thing."""
        body_ = self._robots[robot]
        body_.set_tip(point)
        if point is None and robot not in self._held and isinstance(body_, Arm):
            body_.spread()

    def halt(self, robot: str) -> None:
        """Velocity zero at once, for what it carries and pushes too."""
        self._robots[robot].halt()
        moved = [self._held[robot], *self._riding.get(robot, ())] if robot in self._held else []
        for thing in [thing for thing, tie in moved if tie >= 0] + [*filter(None, [self._pushed.get(robot)])]:
            self._bullet.resetBaseVelocity(self._things[thing], (0, 0, 0), (0, 0, 0))

    def attach(self, robot: str, thing: str) -> bool:
        """Grasps a thing that the gripper really touches; takes along a person who is near.

        What lies on or in the thing comes along. What a mobile robot carries meets nothing until it is let
        go: its path is as wide as the robot, which itself drives over and around things that are not obstacles.
        """
        if robot in self._held or any(held == thing for held, _ in self._held.values()):
            return False
        number, what, body_ = self._things[thing], self.world.things[thing], self._robots[robot]
        if "guidable" in what.properties:
            at, base = self.position(thing), self.base(robot)
            near = math.dist((at.x, at.y), (base.x, base.y)) <= CALL * self.world.cell_size
            if near:
                self._held[robot] = (thing, -1)
            return near
        if not body_.at(number, what.size):
            return False
        positions = {other: self.position(other) for other in self._things}
        self._riding[robot] = [
            (rider, self._fix(body_, self._things[rider])) for rider in riders(self.world, thing, positions)
        ]
        self._held[robot] = (thing, self._fix(body_, number))
        if isinstance(body_, MobileRobot):
            for carried in (thing, *(rider for rider, _ in self._riding[robot])):
                join(self._bullet, self._things[carried], CARRIED)
        for other in self._things:
            self._wake(other)
        return True

    def detach(self, robot: str) -> None:
        """Lets go; gravity does the rest."""
        held = self._held.pop(robot, None)
        if held is not None and held[1] >= 0:
            self._robots[robot].release()
            for thing, tie in (held, *self._riding.pop(robot, ())):
                self._bullet.removeConstraint(tie)
                del self._ties[tie]
                join(self._bullet, self._things[thing], ITEM)
                self._wake(thing)

    def held(self, robot: str) -> str | None:
        """Id of what the robot holds."""
        held = self._held.get(robot)
        return None if held is None else held[0]

    def engage(self, robot: str, thing: str | None) -> None:
        """Lets the gripper collide with a thing so as to push it."""
        hand = self._robots[robot]
        before = self._pushed.pop(robot, None)
        if before is not None:
            self._bullet.setCollisionFilterPair(hand.number, self._things[before], hand.hand, -1, 0)
        if thing is not None:
            self._pushed[robot] = thing
            self._bullet.setCollisionFilterPair(hand.number, self._things[thing], hand.hand, -1, 1)
            self._wake(thing)

    def position(self, thing: str) -> Point:
        """Centre of a thing."""
        return Point(*self._bullet.getBasePositionAndOrientation(self._things[thing])[0])

    def moving(self, thing: str) -> bool:
        """Whether a thing still falls or rolls."""
        return math.hypot(*self._bullet.getBaseVelocity(self._things[thing])[0]) > STILL

    def walk(self, person: str, x: float, y: float) -> None:
        """A person takes a step."""
        height = self.world.things[person].size[2] / 2
        self._bullet.resetBasePositionAndOrientation(self._things[person], (x, y, height), (0, 0, 0, 1))

    def leaf(self, door: str) -> float:
        """How far a door stands open, 0 to 1: the leaf that stands open least."""
        if door not in self._doors:
            return 1.0
        return min(float(self._bullet.getJointState(leaf, 0)[0]) for leaf in self._doors[door]) / (math.pi / 2)

    def set_leaf(self, door: str, opening: float) -> None:
        """Reference of a door."""
        if door in self._doors:
            self._leaf_goal[door] = opening

    def show(self, entity: str, flag: str, value: bool) -> None:
        """Lights up a machine that is switched on, brightens what is clean."""
        if entity not in self._things:
            return
        colour = colour_of(self.world.things[entity])
        if value:
            colour = COLOURS["yellow"] if flag == "switched_on" else tint(colour, 1.25)
        self._bullet.changeVisualShape(self._things[entity], -1, rgbaColor=colour)

    def photograph(self, robot: str) -> bool:
        """Takes a small picture with the robot's camera; whether it shows anything."""
        image = shoot(self._bullet, on_board(self.base(robot)), 96, 72)
        self.photos[robot] = image
        return bool(image.std() > 1.0)

    def picture(self, width: int, height: int) -> bytes | None:
        """A PNG of the whole world."""
        return png(portrait(self._bullet, overview(self.world, width / height), spread(self.world), width, height))

    def close(self) -> None:
        """Ends the connection to pybullet."""
        self._bullet.disconnect()

    def _build_thing(self, thing: str, at: Point) -> int:
        bullet, what = self._bullet, self.world.things[thing]
        person = "guidable" in what.properties
        number = bullet.load(body(thing, thing_parts(what), 0.0 if person else what.mass), at, fixed=person)
        if person:
            join(bullet, number, PERSON)
        elif "portable" in what.properties:
            join(bullet, number, ITEM)
        else:
            join(bullet, number, HEAVY if what.obstacle else FURNITURE)
        bullet.changeDynamics(
            number, -1, lateralFriction=0.7, rollingFriction=0.002, spinningFriction=0.002,
            linearDamping=0.1, angularDamping=0.6, ccdSweptSphereRadius=min(footprint(self.world, what)) / 2,
        )  # fmt: skip
        for other, its in self._things.items():
            if "container" in self.world.things[other].properties or "container" in what.properties:
                bullet.setCollisionFilterPair(number, its, -1, -1, 0)
        return number

    def _fix(self, robot: MobileRobot | Arm, number: int) -> int:
        """Ties a thing to the gripper where it is now."""
        bullet = self._bullet
        state = bullet.getLinkState(robot.number, robot.hand, computeForwardKinematics=1)
        inverse = bullet.invertTransform(state[0], state[1])
        at, turned = bullet.multiplyTransforms(*inverse, *bullet.getBasePositionAndOrientation(number))
        tie = int(
            bullet.createConstraint(
                robot.number,
                robot.hand,
                number,
                -1,
                bullet.JOINT_FIXED,
                jointAxis=(0, 0, 0),
                parentFramePosition=at,
                childFramePosition=(0, 0, 0),
                parentFrameOrientation=turned,
            )
        )
        bullet.changeConstraint(tie, maxForce=GRIP)
        self._ties[tie] = at
        return tie

    def _check_grips(self) -> None:
        """A thing that was torn away from the gripper is not held any more."""
        for robot, (thing, tie) in list(self._held.items()):
            if tie < 0:
                continue
            hand = self._robots[robot]
            state = self._bullet.getLinkState(hand.number, hand.hand, computeForwardKinematics=1)
            expected = self._bullet.multiplyTransforms(state[0], state[1], self._ties[tie], (0, 0, 0, 1))[0]
            if math.dist(expected, self.position(thing)) > SLIP:
                self.detach(robot)

    def _drive_door(self, leaves: list[int], goal: float) -> None:
        for leaf in leaves:
            gap = goal * math.pi / 2 - self._bullet.getJointState(leaf, 0)[0]
            self._bullet.setJointMotorControl2(
                leaf, 0, self._bullet.VELOCITY_CONTROL, targetVelocity=max(-3.0, min(3.0, gap / self.tick)), force=400.0
            )

    def _keep_on_line(self, robot: str, thing: str) -> None:
        """Steers a pushed thing like a trolley: along the line of the push, never ahead of the bumper."""
        bullet, number = self._bullet, self._things[thing]
        base, tip = self.base(robot), self.tip(robot)
        at = self.position(thing)
        velocity, spin = bullet.getBaseVelocity(number)
        along = 0 if abs(tip.x - base.x) > abs(tip.y - base.y) else 1
        across = 1 - along
        limit = abs(self._robots[robot].velocity()[along])
        gap = (base.x, base.y)[across] - at[across]
        steered = [0.0, 0.0, velocity[2]]
        steered[along] = max(-limit, min(limit, velocity[along]))
        steered[across] = max(-0.8, min(0.8, 8.0 * gap))
        bullet.resetBaseVelocity(number, steered, (spin[0], spin[1], 0.0))

    def _wake(self, thing: str) -> None:
        self._bullet.changeDynamics(
            self._things[thing], -1, activationState=self._bullet.ACTIVATION_STATE_WAKE_UP
        )  # fmt: skip
