"""Worlds that move: pybullet physics and a fast kinematic twin behind one protocol."""

from __future__ import annotations

import importlib.util
import os
import sys

from grounding.errors import ConfigurationError
from grounding.world import World
from sim.faults import FaultPlan
from sim.protocol import Simulator

__all__ = ["PHYSICS", "FaultPlan", "make"]

#: What :func:`make` can build.
PHYSICS = ("kinematic", "pybullet")


def make(world: World, physics: str = "kinematic", *, faults: FaultPlan | None = None, gui: bool = False) -> Simulator:
    """Builds a simulator of a world.

    Args:
        world: The world to put in motion.
        physics: ``kinematic`` (fast, no forces) or ``pybullet`` (bodies with mass and contact).
        faults: Failures to rehearse.
        gui: Whether to open a window; ``pybullet`` only.

    Raises:
        ConfigurationError: There is no such physics, pybullet is not installed, or there is no screen
            for a window.
    """
    from sim.simulation import Simulation

    if physics == "kinematic":
        if gui:
            raise ConfigurationError("gui", "the kinematic twin has no window.", "Use physics 'pybullet'.")
        from sim.kinematic import KinematicStage

        return Simulation(KinematicStage(world), faults)
    if physics != "pybullet":
        raise ConfigurationError(f"physics {physics!r}", "is not known.", f"Use one of: {', '.join(PHYSICS)}.")
    if importlib.util.find_spec("pybullet") is None:
        raise ConfigurationError(
            "physics 'pybullet'", "pybullet is not installed.", "Run: pip install pybullet, or use physics 'kinematic'."
        )
    if gui and sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        raise ConfigurationError(  # pybullet would end the whole process
            "gui", "there is no screen: DISPLAY is not set.", "Run without a window, or from a desktop."
        )
    from sim.physics import PhysicsStage

    return Simulation(PhysicsStage(world, gui=gui), faults)
