"""Cameras: where to look from to see a whole world, what a robot sees, and PNG files."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grounding.world import World
from sim.bullet import Bullet
from sim.scenery import tabletop
from sim.stage import Point, Pose

Image = NDArray[np.uint8]


@dataclass(frozen=True)
class Camera:
    """Where a picture is taken from.

    Attributes:
        eye, target: Metres, world frame.
        field_of_view: Vertical angle in degrees.
        far: Metres beyond which nothing is drawn.
    """

    eye: Point
    target: Point
    field_of_view: float
    far: float


def overview(world: World, aspect: float) -> Camera:
    """A camera that sees the whole world from the south, from above.

    Args:
        world: The world to look at.
        aspect: Width of the picture by its height.
    """
    x0, y0, x1, y1 = world.bounds
    size = world.cell_size
    width, depth = (x1 - x0 + 3) * size, (y1 - y0 + 3) * size
    x, y = (x0 + x1) / 2 * size, (y0 + y1) / 2 * size
    angle = math.radians(60.0)
    view = 32.0
    if tabletop(world):
        mounts = [abs(robot.base[0] - x) for robot in world.robots.values() if robot.base is not None]
        width, depth, angle = 2 * max(mounts, default=0) + 0.35, depth + 0.35, math.radians(40.0)
    tall = depth * math.sin(angle)
    half = math.tan(math.radians(view / 2))
    distance = max(width / aspect, tall) / (2 * half) + 0.5 * depth * math.cos(angle)
    lift = 0.18 if tabletop(world) else 0.0
    target = Point(x, y - 0.02 * depth, lift)
    eye = Point(x, target.y - distance * math.cos(angle), lift + distance * math.sin(angle))
    return Camera(eye, target, view, 3 * distance + 10)


def on_board(base: Pose) -> Camera:
    """The camera of a mobile robot: on its mast, looking ahead and a little down."""
    cos, sin = math.cos(base.heading), math.sin(base.heading)
    eye = Point(base.x + 0.3 * cos, base.y + 0.3 * sin, 0.6)
    return Camera(eye, Point(eye.x + cos, eye.y + sin, 0.5), 75.0, 30.0)


def shoot(bullet: Bullet, camera: Camera, width: int, height: int, fine: bool = False) -> Image:
    """Takes a picture with the software renderer.

    Args:
        bullet: The physics world.
        camera: Where from.
        width: Pixels across.
        height: Pixels down.
        fine: Whether to cast shadows and smooth edges (four times the work).

    Returns:
        Array of shape (height, width, 3), 0 to 255.
    """
    scale = 2 if fine else 1
    image = bullet.getCameraImage(
        width * scale,
        height * scale,
        viewMatrix=bullet.computeViewMatrix(camera.eye, camera.target, (0, 0, 1)),
        projectionMatrix=bullet.computeProjectionMatrixFOV(camera.field_of_view, width / height, 0.05, camera.far),
        renderer=bullet.ER_TINY_RENDERER,
        shadow=int(fine),
        lightDirection=(-3, -5, 9),
        lightAmbientCoeff=0.55,
        lightDiffuseCoeff=0.5,
        lightSpecularCoeff=0.05,
        flags=bullet.ER_NO_SEGMENTATION_MASK,
    )[2]
    pixels = np.asarray(image, np.uint8).reshape(height * scale, width * scale, 4)[:, :, :3]
    if not fine:
        return pixels
    blocks = pixels.reshape(height, 2, width, 2, 3).astype(np.uint16)
    smooth: Image = (blocks.sum(axis=(1, 3)) // 4).astype(np.uint8)
    return smooth


def png(image: Image) -> bytes:
    """A PNG file of an image of shape (height, width, 3)."""
    height, width, _ = image.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), image.reshape(height, width * 3)], axis=1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 6)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
