"""A mobile robot in pybullet: a planar base, a mast and a telescopic boom, all driven by velocity."""

from __future__ import annotations

import math

from grounding.world import Robot, World
from sim.bullet import Bullet, Joint, chain
from sim.geometry import mount_heading, tuck
from sim.looks import robot_colour, robot_parts
from sim.stage import Point, Pose, glob, local

#: Joint numbers of the chain.
X, Y, YAW, LIFT, BOOM, TIP = range(6)
#: Largest force (N) or torque (Nm) of each joint, and largest speed (m/s, rad/s).
FORCE = (500.0, 500.0, 200.0, 300.0, 200.0, 200.0)
SPEED = (2.5, 2.5, 8.0, 3.0, 3.0, 3.0)
#: Distance of the tip ahead of the axis when the boom is drawn in, metres.
DRAWN_IN = 0.2


class MobileRobot:
    """One mobile robot; references are reached as far as its motors and contacts allow.

    Attributes:
        number: Body number in pybullet.
        hand: Link number of the gripper.
    """

    def __init__(self, bullet: Bullet, world: World, robot: Robot) -> None:
        self._bullet, self._world, self._robot = bullet, world, robot
        parts = robot_parts(robot, robot_colour(world, robot))
        far = 1.5 * world.cell_size
        text = chain(
            robot.id,
            (),
            (
                ("x", Joint("prismatic", (1, 0, 0)), (), 0.5),
                ("y", Joint("prismatic", (0, 1, 0)), (), 0.5),
                ("body", Joint("continuous", (0, 0, 1)), parts["body"], 18.0),
                ("lift", Joint("prismatic", (0, 0, 1), -0.1, 1.5), parts["lift"], 1.0),
                ("boom", Joint("prismatic", (1, 0, 0), -0.1, far), parts["boom"], 0.6),
                ("tip", Joint("prismatic", (1, 0, 0), -0.1, far), parts["tip"], 0.5),
            ),
        )
        self.number = bullet.load(text, fixed=True)
        self.hand = TIP
        self._goal = Pose(*world.centre(robot.start), mount_heading(world, robot))
        self._tip: Point | None = None
        for joint, value in enumerate(self._joints()):
            bullet.resetJointState(self.number, joint, value)
            bullet.changeDynamics(self.number, joint, lateralFriction=0.3, linearDamping=0.0, angularDamping=0.0)

    def base(self) -> Pose:
        """Where it stands."""
        states = self._bullet.getJointStates(self.number, (X, Y, YAW))
        return Pose(states[0][0], states[1][0], states[2][0])

    def velocity(self) -> tuple[float, float]:
        """How fast it drives, along x and y in m/s."""
        states = self._bullet.getJointStates(self.number, (X, Y))
        return states[0][1], states[1][1]

    def tip(self) -> Point:
        """The bottom of the gripper."""
        q = [state[0] for state in self._bullet.getJointStates(self.number, range(6))]
        return glob(Pose(q[X], q[Y], q[YAW]), Point(DRAWN_IN + q[BOOM] + q[TIP], 0.0, q[LIFT]))

    def set_base(self, pose: Pose) -> None:
        """Reference of the base."""
        self._goal = pose

    def set_tip(self, point: Point | None) -> None:
        """Reference of the tip, kept in the robot's frame from now on."""
        self._tip = None if point is None else local(self._goal, point)

    def halt(self) -> None:
        """Stops at once: the references become what is now, velocities zero."""
        self._goal = self.base()
        self._tip = local(self._goal, self.tip())
        for joint, state in enumerate(self._bullet.getJointStates(self.number, range(6))):
            self._bullet.resetJointState(self.number, joint, state[0], 0.0)
        self.drive(1.0)

    def drive(self, tick: float) -> None:
        """Sets the motor velocities that reach the references within a tick."""
        states = self._bullet.getJointStates(self.number, range(6))
        goals = self._joints()
        speeds = []
        for joint, (goal, state) in enumerate(zip(goals, states, strict=True)):
            gap = goal - state[0]
            if joint == YAW:
                gap = math.atan2(math.sin(gap), math.cos(gap))
            speeds.append(max(-SPEED[joint], min(SPEED[joint], gap / tick)))
        self._bullet.setJointMotorControlArray(
            self.number, range(6), self._bullet.VELOCITY_CONTROL, targetVelocities=speeds, forces=FORCE
        )

    def release(self) -> None:
        """Opens the gripper: nothing to move, suction ends."""

    def at(self, thing: int, size: tuple[float, float, float]) -> bool:
        """Whether the gripper touches a body."""
        return bool(self._bullet.getClosestPoints(self.number, thing, 0.03, linkIndexA=self.hand))

    def _joints(self) -> tuple[float, ...]:
        tip = self._tip or local(self._goal, tuck(self._world, self._robot, self._goal))
        half = (tip.x - DRAWN_IN) / 2
        return (self._goal.x, self._goal.y, self._goal.heading, tip.z, half, half)
