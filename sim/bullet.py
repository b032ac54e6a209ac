"""The one door to pybullet: a connection, and bodies described by parts."""

from __future__ import annotations

import ctypes
import math
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from sim.mesh import mesh_file

Colour = tuple[float, float, float, float]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keeps native code from writing to the terminal (pybullet announces itself there)."""
    sys.stdout.flush()
    sys.stderr.flush()
    saved, null = (os.dup(1), os.dup(2)), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 1)
        os.dup2(null, 2)
        yield
    finally:
        ctypes.CDLL(None).fflush(None)
        for number, before in zip((1, 2), saved, strict=True):
            os.dup2(before, number)
            os.close(before)
        os.close(null)


class Bullet:
    """A physics world of pybullet; its functions are methods here.

    Args:
        gui: Whether to open a window.
    """

    def __init__(self, gui: bool = False) -> None:
        with _quiet():
            import pybullet

            self._module = pybullet
            self._id: int | None = pybullet.connect(pybullet.GUI if gui else pybullet.DIRECT)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        return partial(value, physicsClientId=self._id) if callable(value) else value

    def disconnect(self) -> None:
        """Ends the connection; safe to call twice."""
        if self._id is not None:
            self._module.disconnect(physicsClientId=self._id)
            self._id = None

    def load(self, urdf: str, position: Sequence[float] = (0, 0, 0), yaw: float = 0.0, fixed: bool = False) -> int:
        """Adds a body from the text of a URDF; its number. Bodies that are not fixed may fall asleep."""
        flags = self._module.URDF_USE_INERTIA_FROM_FILE
        if not fixed:
            flags |= self._module.URDF_ENABLE_SLEEPING
        with tempfile.NamedTemporaryFile("w", suffix=".urdf", delete=False) as file:
            file.write(urdf)
        try:
            return int(
                self.loadURDF(
                    file.name,
                    list(position),
                    self._module.getQuaternionFromEuler([0, 0, yaw]),
                    useFixedBase=fixed,
                    flags=flags,
                )
            )
        finally:
            os.unlink(file.name)


@dataclass(frozen=True)
class Part:
    """A simple solid of a link.

    Attributes:
        shape: ``box``, ``cylinder``, ``sphere``, ``capsule`` or ``dish`` (the round ones along z).
        size: Box: width, depth, height; sphere: radius; the others: radius, length.
        at: Centre in the frame of the link, metres.
        colour: Red, green, blue, opacity, 0 to 1.
        rpy: Roll, pitch and yaw in radians.
        solid: Whether it collides; otherwise it is only seen.
        seen: Whether it is drawn.
    """

    shape: str
    size: tuple[float, ...]
    at: tuple[float, float, float] = (0.0, 0.0, 0.0)
    colour: Colour = (0.7, 0.7, 0.7, 1.0)
    rpy: tuple[float, float, float] = (0.0, 0.0, 0.0)
    solid: bool = False
    seen: bool = True


@dataclass(frozen=True)
class Joint:
    """A joint of a link to the link before it.

    Attributes:
        kind: ``prismatic``, ``revolute`` or ``continuous``.
        axis: Direction in the frame of the link before it.
        lower, upper: Limits in metres or radians.
    """

    kind: str
    axis: tuple[int, int, int]
    lower: float = -1000.0
    upper: float = 1000.0


def link(name: str, parts: Sequence[Part], mass: float) -> str:
    """URDF text of a link."""
    half = max((_extent(part) for part in parts if part.solid), default=0.1)
    inertia = max(1e-5, 0.4 * mass * half * half)
    lines = [f'<link name="{name}">']
    lines.append(
        f'<inertial><mass value="{mass}"/><inertia ixx="{inertia}" ixy="0" ixz="0" '
        f'iyy="{inertia}" iyz="0" izz="{inertia}"/></inertial>'
    )
    for index, part in enumerate(parts):
        origin = f"<origin xyz='{_row(part.at)}' rpy='{_row(part.rpy)}'/>"
        if part.seen:
            colour = f"<material name='{name}{index}'><color rgba='{_row(part.colour)}'/></material>"
            lines.append(f"<visual>{origin}<geometry>{_look(part)}</geometry>{colour}</visual>")
        if part.solid:
            lines.append(f"<collision>{origin}<geometry>{_shape(part)}</geometry></collision>")
    lines.append("</link>")
    return "\n".join(lines)


def body(name: str, parts: Sequence[Part], mass: float) -> str:
    """URDF text of a body with one link."""
    return f'<robot name="{name}">{link("body", parts, mass)}</robot>'


def chain(name: str, base: Sequence[Part], links: Sequence[tuple[str, Joint, Sequence[Part], float]]) -> str:
    """URDF text of a chain of links: name, joint to the link before, parts and mass of each."""
    text = [f'<robot name="{name}">', link("root", base, 0.0)]
    before = "root"
    for label, joint, parts, mass in links:
        text.append(link(label, parts, mass))
        text.append(
            f'<joint name="{label}_joint" type="{joint.kind}"><parent link="{before}"/><child link="{label}"/>'
            f'<axis xyz="{_row(joint.axis)}"/>'
            f'<limit lower="{joint.lower}" upper="{joint.upper}" effort="1000" velocity="10"/></joint>'
        )
        before = label
    return "\n".join([*text, "</robot>"])


def _row(values: Sequence[float]) -> str:
    return " ".join(f"{v:.5g}" for v in values)


def _shape(part: Part) -> str:
    match part.shape:
        case "box":
            return f"<box size='{_row(part.size)}'/>"
        case "sphere":
            return f"<sphere radius='{part.size[0]:.5g}'/>"
        case "dish":
            return f"<cylinder radius='{part.size[0]:.5g}' length='{part.size[1]:.5g}'/>"
        case kind:
            return f"<{kind} radius='{part.size[0]:.5g}' length='{part.size[1]:.5g}'/>"


def _look(part: Part) -> str:
    """What is drawn: round shapes as finer meshes than pybullet's own."""
    if part.shape == "box":
        return _shape(part)
    return f"<mesh filename='{mesh_file(part.shape, part.size)}'/>"


def _extent(part: Part) -> float:
    return max(part.size) / 2 + math.hypot(*part.at)
