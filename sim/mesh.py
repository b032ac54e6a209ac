"""Smooth round shapes for pictures: solids of revolution written as OBJ files."""

from __future__ import annotations

import atexit
import math
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

#: Radius, height, and the outward normal (radial, along z) of a point of an outline.
Corner = tuple[float, float, float, float]
SEGMENTS = 36


def outline(shape: str, size: tuple[float, ...]) -> list[list[Corner]]:
    """Half the outline of a solid around z, in strips that each look smooth.

    Args:
        shape: ``cylinder``, ``sphere``, ``capsule`` or ``dish`` (a plate with a raised rim).
        size: Radius and, but for a sphere, length in metres; that of a capsule is between its caps.
    """
    r, h = size[0], size[1] / 2 if len(size) > 1 else 0.0
    if shape in ("capsule", "sphere"):
        steps = [math.pi / 2 * i / 10 for i in range(11)]
        low = [(r * math.sin(a), -h - r * math.cos(a), math.sin(a), -math.cos(a)) for a in steps]
        return [low + [(x, -z, nx, -nz) for x, z, nx, nz in reversed(low)]]
    bottom: list[Corner] = [(0.0, -h, 0.0, -1.0), (r, -h, 0.0, -1.0)]
    side: list[Corner] = [(r, -h, 1.0, 0.0), (r, h, 1.0, 0.0)]
    if shape == "dish":
        floor = h - 0.35 * size[1]
        return [
            [(0.0, -h, 0.0, -1.0), (0.7 * r, -h, 0.0, -1.0)],
            [(0.7 * r, -h, 0.6, -0.8), (r, h, 0.6, -0.8)],
            [(r, h, 0.0, 1.0), (0.94 * r, h, 0.0, 1.0)],
            [(0.94 * r, h, -0.5, 0.87), (0.78 * r, floor, -0.5, 0.87)],
            [(0.78 * r, floor, 0.0, 1.0), (0.0, floor, 0.0, 1.0)],
        ]
    return [bottom, side, [(r, h, 0.0, 1.0), (0.0, h, 0.0, 1.0)]]


def lathe(strips: list[list[Corner]]) -> str:
    """Text of an OBJ file: outlines turned around z."""
    points: list[str] = []
    normals: list[str] = []
    faces: list[str] = []
    for strip in strips:
        start = len(points) + 1
        for r, z, nr, nz in strip:
            for k in range(SEGMENTS):
                c, s = math.cos(2 * math.pi * k / SEGMENTS), math.sin(2 * math.pi * k / SEGMENTS)
                points.append(f"v {r * c:.6f} {r * s:.6f} {z:.6f}")
                normals.append(f"vn {nr * c:.4f} {nr * s:.4f} {nz:.4f}")
        for i in range(len(strip) - 1):
            for k in range(SEGMENTS):
                a, b = start + i * SEGMENTS + k, start + i * SEGMENTS + (k + 1) % SEGMENTS
                d, c_ = a + SEGMENTS, b + SEGMENTS
                faces.append(f"f {a}//{a} {b}//{b} {c_}//{c_}")
                faces.append(f"f {a}//{a} {c_}//{c_} {d}//{d}")
    return "\n".join([*points, *normals, *faces, ""])


@lru_cache(maxsize=1)
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="heed-shapes-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@lru_cache(maxsize=256)
def mesh_file(shape: str, size: tuple[float, ...]) -> str:
    """Path of an OBJ file with the shape, kept until the process ends."""
    path = _folder() / f"{shape}-{'-'.join(f'{v:.4f}' for v in size)}.obj"
    path.write_text(lathe(outline(shape, size)), encoding="ascii")
    return str(path)
