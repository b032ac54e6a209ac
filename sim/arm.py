"""An arm in pybullet: the Franka Panda of pybullet_data, moved in joint space by inverse kinematics."""

from __future__ import annotations

import math
import os

import numpy as np

from grounding.world import Robot, World
from sim.bullet import Bullet
from sim.geometry import mount_heading, tuck
from sim.looks import robot_colour
from sim.panda import REST, Vector, inverse
from sim.stage import Point, Pose

#: Largest torque of each joint (Nm) and speed (rad/s).
FORCE = (200.0, 200.0, 200.0, 200.0, 60.0, 60.0, 60.0)
SPEED = 4.0
FINGERS = (9, 10)
#: How far each finger stands off a thing before it is grasped, metres.
CLEAR = 0.008
#: Half the opening between the fingers when they are wide open, metres.
OPEN = 0.04


class Arm:
    """One arm; its base pose is that of its gripper.

    Attributes:
        number: Body number in pybullet.
        hand: Link number of the point between the fingers.
    """

    def __init__(self, bullet: Bullet, world: World, robot: Robot) -> None:
        import pybullet_data

        assert robot.base is not None
        self._bullet, self._world, self._robot = bullet, world, robot
        self._yaw = mount_heading(world, robot)
        self.number = int(
            bullet.loadURDF(
                os.path.join(pybullet_data.getDataPath(), "franka_panda", "panda.urdf"),
                [*robot.base, 0.0],
                bullet.getQuaternionFromEuler([0, 0, self._yaw]),
                useFixedBase=True,
            )
        )
        self.hand = 11
        self._tip = tuck(world, robot, Pose(*world.centre(robot.start), self._yaw))
        self._opening = OPEN
        self._halted = False
        self._joints = self._solve(REST, 200)
        for joint, value in enumerate(self._joints):
            bullet.resetJointState(self.number, joint, value)
        for finger in FINGERS:
            bullet.resetJointState(self.number, finger, OPEN)
            bullet.changeDynamics(self.number, finger, lateralFriction=1.0)
        colour = robot_colour(world, robot)
        for part in (0, 2, 4):
            bullet.changeVisualShape(self.number, part, rgbaColor=colour)

    def base(self) -> Pose:
        """Where the gripper is, and the yaw of the mount."""
        tip = self.tip()
        return Pose(tip.x, tip.y, self._yaw)

    def velocity(self) -> tuple[float, float]:
        """How fast the gripper moves, along x and y in m/s."""
        velocity = self._bullet.getLinkState(self.number, self.hand, computeLinkVelocity=1)[6]
        return velocity[0], velocity[1]

    def tip(self) -> Point:
        """The point between the finger tips."""
        return Point(*self._bullet.getLinkState(self.number, self.hand, computeForwardKinematics=1)[4])

    def set_base(self, pose: Pose) -> None:
        """Reference of the gripper at travel height."""
        self._tip, self._halted = tuck(self._world, self._robot, pose), False

    def set_tip(self, point: Point | None) -> None:
        """Reference of the gripper."""
        if point is not None:
            self._tip, self._halted = point, False

    def halt(self) -> None:
        """Stops at once: the reference becomes what is now, velocities zero; no joint turns any more."""
        self._tip, self._halted = self.tip(), True
        states = self._bullet.getJointStates(self.number, range(7))
        self._joints = np.array([state[0] for state in states])
        for joint, value in enumerate(self._joints):
            self._bullet.resetJointState(self.number, joint, value, 0.0)
        self.drive(1.0)

    def drive(self, tick: float) -> None:
        """Sets the joint velocities that reach the reference within a tick, and the fingers."""
        if not self._halted:
            self._joints = self._solve(self._joints)
        states = self._bullet.getJointStates(self.number, range(7))
        speeds = [
            max(-SPEED, min(SPEED, (goal - state[0]) / tick))
            for goal, state in zip(self._joints, states, strict=True)
        ]  # fmt: skip
        self._bullet.setJointMotorControlArray(
            self.number, range(7), self._bullet.VELOCITY_CONTROL, targetVelocities=speeds, forces=FORCE
        )
        self._bullet.setJointMotorControlArray(
            self.number,
            FINGERS,
            self._bullet.POSITION_CONTROL,
            targetPositions=(self._opening, self._opening),
            forces=(20.0, 20.0),
        )

    def release(self) -> None:
        """Opens the fingers a little."""
        self._opening = min(OPEN, self._opening + CLEAR)

    def at(self, thing: int, size: tuple[float, float, float]) -> bool:
        """Closes the fingers on a body; whether both touch it."""
        self._opening = min(OPEN, size[1] / 2)
        return all(self._bullet.getClosestPoints(self.number, thing, 0.006, linkIndexA=f) for f in FINGERS)

    def spread(self) -> None:
        """Opens the fingers wide, ready for the next thing."""
        self._opening = OPEN

    def _solve(self, joints: Vector, iterations: int = 4) -> Vector:
        """Joint positions near the given ones that bring the tip to its reference, gripper down."""
        assert self._robot.base is not None
        x, y = self._tip.x - self._robot.base[0], self._tip.y - self._robot.base[1]
        cos, sin = math.cos(self._yaw), math.sin(self._yaw)
        return inverse(np.array([cos * x + sin * y, cos * y - sin * x, self._tip.z]), joints, iterations)
