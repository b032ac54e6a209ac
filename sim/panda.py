"""Kinematics of the Franka Panda: where its gripper is, and which joint positions bring it somewhere.

Denavit-Hartenberg parameters (Craig's convention) from the manufacturer's documentation.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]

#: a (m), d (m) and alpha (rad) of the seven joints and the flange.
_DH = np.array(
    [
        (0.0, 0.333, 0.0),
        (0.0, 0.0, -np.pi / 2),
        (0.0, 0.316, np.pi / 2),
        (0.0825, 0.0, np.pi / 2),
        (-0.0825, 0.384, -np.pi / 2),
        (0.0, 0.0, np.pi / 2),
        (0.088, 0.0, np.pi / 2),
    ]
)
#: Distance of the point between the finger tips from the last joint, along its axis (m), and the
#: turn of the hand about it (rad).
_TOOL, _TURN = 0.107 + 0.105, -np.pi / 4
LOWER = np.array([-2.9, -1.76, -2.9, -3.07, -2.9, -0.01, -2.9])
UPPER = np.array([2.9, 1.76, 2.9, -0.07, 2.9, 3.75, 2.9])
#: A comfortable posture with the gripper down.
REST = np.array([0.0, -0.4, 0.0, -2.4, 0.0, 2.0, 0.785])


def forward(joints: Vector) -> tuple[Vector, Vector, Vector]:
    """Where the gripper is in the frame of the base.

    Args:
        joints: Seven positions in radians.

    Returns:
        Tip (3,) in metres, rotation of the hand (3, 3), and the Jacobian (6, 7) of tip and
        rotation.
    """
    frame = np.eye(4)
    axes, origins = np.empty((7, 3)), np.empty((7, 3))
    cos, sin = np.cos(joints), np.sin(joints)
    for i, (a, d, alpha) in enumerate(_DH):
        ca, sa = np.cos(alpha), np.sin(alpha)
        frame = frame @ np.array(
            [
                (cos[i], -sin[i], 0.0, a),
                (sin[i] * ca, cos[i] * ca, -sa, -d * sa),
                (sin[i] * sa, cos[i] * sa, ca, d * ca),
                (0.0, 0.0, 0.0, 1.0),
            ]
        )
        axes[i], origins[i] = frame[:3, 2], frame[:3, 3]
    tip = frame[:3, 3] + _TOOL * frame[:3, 2]
    c, s = np.cos(_TURN), np.sin(_TURN)
    hand = frame[:3, :3] @ np.array([(c, -s, 0.0), (s, c, 0.0), (0.0, 0.0, 1.0)])
    jacobian = np.vstack([np.cross(axes, tip - origins).T, axes.T])
    return tip, hand, jacobian


def inverse(tip: Vector, joints: Vector, iterations: int = 4) -> Vector:
    """Joint positions that bring the tip to a point with the gripper straight down.

    Damped least squares from the present positions, with a pull towards :data:`REST` in the
    directions that do not move the gripper.

    Args:
        tip: Point (3,) in the frame of the base, metres.
        joints: Positions to start from.
        iterations: Number of steps at most.
    """
    down = np.diag([1.0, -1.0, -1.0])
    q = np.array(joints, float)
    for _ in range(iterations):
        at, hand, jacobian = forward(q)
        turn = 0.5 * sum(np.cross(hand[:, k], down[:, k]) for k in range(3))
        gap = np.concatenate([tip - at, turn])
        pull = 0.05 * (REST - q)
        if np.abs(gap).max() < 1e-4:
            break
        square = jacobian @ jacobian.T + 1e-5 * np.eye(6)
        step = jacobian.T @ np.linalg.solve(square, gap - jacobian @ pull) + pull
        q = np.clip(q + np.clip(step, -0.3, 0.3), LOWER, UPPER)
    return q
