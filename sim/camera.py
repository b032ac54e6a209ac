"""Cameras: where to look from to see a whole world, what a robot sees, and PNG files."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grounding.world import World
from sim.bullet import Bullet
from sim.scenery import tabletop
from sim.stage import Point, Pose

Image = NDArray[np.uint8]
Depth = NDArray[np.floating[Any]]

#: Direction to the sun, unit length; largest side of the shadow map in pixels, and how much deeper (in the
#: units of its depth) a point must lie to be in shadow.
SUN = (-0.33, -0.42, 0.845)
SHADOW_MAP, SHADOW_BIAS = 2048, 0.003


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
    near: float = 0.05


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
    view = 26.0
    if tabletop(world):
        mounts = [abs(robot.base[0] - x) for robot in world.robots.values() if robot.base is not None]
        width, depth, angle = 2 * max(mounts, default=0) + 0.35, depth + 0.35, math.radians(40.0)
    tall = depth * math.sin(angle)
    half = math.tan(math.radians(view / 2))
    distance = max(width / aspect, tall) / (2 * half) + 0.5 * depth * math.cos(angle)
    lift = 0.18 if tabletop(world) else 0.0
    target = Point(x, y - 0.02 * depth, lift)
    eye = Point(x, target.y - distance * math.cos(angle), lift + distance * math.sin(angle))
    return Camera(eye, target, view, 3 * distance + 10, near=0.3 * distance)


def spread(world: World) -> float:
    """Metres around the middle of a world within which everything lies."""
    x0, y0, x1, y1 = world.bounds
    around = 1.3 if tabletop(world) else 0.5
    return around * math.hypot(x1 - x0 + 3, y1 - y0 + 3) * world.cell_size


def on_board(base: Pose) -> Camera:
    """The camera of a mobile robot: on its mast, looking ahead and a little down."""
    cos, sin = math.cos(base.heading), math.sin(base.heading)
    eye = Point(base.x + 0.3 * cos, base.y + 0.3 * sin, 0.6)
    return Camera(eye, Point(eye.x + cos, eye.y + sin, 0.5), 75.0, 30.0)


def shoot(bullet: Bullet, camera: Camera, width: int, height: int) -> Image:
    """Takes a quick picture with the software renderer, without shadows.

    Args:
        bullet: The physics world.
        camera: Where from.
        width: Pixels across.
        height: Pixels down.

    Returns:
        Array of shape (height, width, 3), 0 to 255.
    """
    view = bullet.computeViewMatrix(camera.eye, camera.target, (0, 0, 1))
    lens = bullet.computeProjectionMatrixFOV(camera.field_of_view, width / height, camera.near, camera.far)
    return _render(bullet, view, lens, width, height)[0]


def portrait(bullet: Bullet, camera: Camera, radius: float, width: int, height: int) -> Image:
    """Takes a picture for people: smooth edges and soft shadows.

    The shadows are found by rendering depth from the sun and comparing (shadow mapping); those of
    the renderer itself cover only a fixed patch around the origin.

    Args:
        bullet: The physics world.
        camera: Where from.
        radius: Metres around the target in which there are things that cast shadows.
        width: Pixels across.
        height: Pixels down.

    Returns:
        Array of shape (height, width, 3), 0 to 255.
    """
    view = bullet.computeViewMatrix(camera.eye, camera.target, (0, 0, 1))
    lens = bullet.computeProjectionMatrixFOV(camera.field_of_view, width / height, camera.near, camera.far)
    pixels, depth = _render(bullet, view, lens, 2 * width, 2 * height)
    # The sun is a far lamp, so that the same lens with perspective serves for it.
    angle = math.degrees(2 * math.atan2(radius, 40 * radius))
    lamp = np.array(camera.target) + 40 * radius * np.array(SUN)
    sun_view = bullet.computeViewMatrix(lamp.tolist(), camera.target, (0, 1, 0))
    sun_lens = bullet.computeProjectionMatrixFOV(angle, 1.0, 39 * radius, 41 * radius)
    side = min(SHADOW_MAP, 2 * max(width, height))
    reach = _render(bullet, sun_view, sun_lens, side, side)[1]
    light = _lit(depth, _matrix(sun_lens) @ _matrix(sun_view), np.linalg.inv(_matrix(lens) @ _matrix(view)), reach)
    shaded = pixels * (0.62 + 0.38 * light)[:, :, None]
    blocks = shaded.reshape(height, 2, width, 2, 3)
    smooth: Image = blocks.mean(axis=(1, 3)).astype(np.uint8)
    return smooth


def _render(
    bullet: Bullet, view: Sequence[float], lens: Sequence[float], width: int, height: int
) -> tuple[Image, Depth]:
    """Colours (height, width, 3) and depth (height, width), -1 to 1 as OpenGL has it."""
    _, _, colour, depth, _ = bullet.getCameraImage(
        width,
        height,
        viewMatrix=view,
        projectionMatrix=lens,
        renderer=bullet.ER_TINY_RENDERER,
        shadow=0,
        lightDirection=SUN,
        lightAmbientCoeff=0.6,
        lightDiffuseCoeff=0.45,
        lightSpecularCoeff=0.04,
        flags=bullet.ER_NO_SEGMENTATION_MASK,
    )
    pixels = np.asarray(colour, np.uint8).reshape(height, width, 4)[:, :, :3]
    return pixels, 2.0 * np.asarray(depth, np.float64).reshape(height, width) - 1.0


def _matrix(columns: Sequence[float]) -> Depth:
    return np.array(columns, np.float64).reshape(4, 4).T


def _lit(depth: Depth, to_sun: Depth, from_lens: Depth, reach: Depth) -> Depth:
    """How much sun each pixel gets, 0 to 1: the share of nearby rays that nothing stops."""
    height, width = depth.shape
    x = (np.arange(width) + 0.5) / width * 2 - 1
    y = 1 - (np.arange(height) + 0.5) / height * 2
    clip = np.stack([*np.broadcast_arrays(x[None, :], y[:, None]), depth, np.ones_like(depth)], axis=-1)
    world = clip @ from_lens.T
    seen = (world / world[..., 3:]) @ to_sun.T
    seen = seen[..., :3] / seen[..., 3:]
    size = reach.shape[0]
    column, row = (seen[..., 0] + 1) / 2 * size, (1 - seen[..., 1]) / 2 * size
    total = np.zeros_like(depth)
    offsets = [(a, b) for a in (-1.0, 0.0, 1.0) for b in (-1.0, 0.0, 1.0)]
    for a, b in offsets:
        i = np.clip((row + a).astype(int), 0, size - 1)
        j = np.clip((column + b).astype(int), 0, size - 1)
        total += seen[..., 2] < reach[i, j] + SHADOW_BIAS
    outside = (np.abs(seen) > 0.99).any(axis=-1) | (depth > 0.9999)
    return np.where(outside, 1.0, total / len(offsets))


def png(image: Image) -> bytes:
    """A PNG file of an image of shape (height, width, 3)."""
    height, width, _ = image.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), image.reshape(height, width * 3)], axis=1)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), 6)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
