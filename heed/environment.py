"""Where ROS finds its packages: in the virtual environment of the wheels, or in a sourced ROS install."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

#: Set by the ROS wheels once the library path is right; true only for the environment that set it.
WHEELS_FLAG = "_ROS_WHEELS_BOOTSTRAP_COMPLETE"
ROOT = Path(__file__).resolve().parent.parent


def from_wheels() -> bool:
    """Whether this Python has ROS from wheels rather than from an install."""
    return _has_ros(Path(sys.prefix))


def prepare() -> None:
    """Makes this process ready to import rclpy; call it before anything else.

    When the library path comes from another virtual environment, the process starts itself anew,
    as the wheels do.
    """
    if not from_wheels():
        return
    os.environ["AMENT_PREFIX_PATH"] = _package_path(os.environ)
    libraries = os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep)
    if os.environ.get(WHEELS_FLAG) and os.path.join(sys.prefix, "lib") not in libraries:
        os.execve(sys.executable, sys.orig_argv, child_environment(os.environ))


def child_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for processes that start a Python of their own."""
    environment = {name: value for name, value in environ.items() if name != WHEELS_FLAG}
    if from_wheels():
        environment["AMENT_PREFIX_PATH"] = _package_path(environ)
    return environment


def _has_ros(prefix: Path) -> bool:
    return (prefix / "share" / "ament_index" / "resource_index" / "packages" / "rclpy").exists()


def _package_path(environ: Mapping[str, str]) -> str:
    """The wheels below a person's own packages; without other ROS installs, whose messages differ."""
    own = [str(prefix) for prefix in prefixes(environ) if not _has_ros(prefix)]
    return os.pathsep.join([*own, sys.prefix])


def checkout() -> Path | None:
    """The source tree that Heed runs from, None when it is installed without one."""
    return ROOT if (ROOT / "package.xml").is_file() else None


def prefixes(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The folders in which ROS packages are installed, nearest first."""
    return tuple(Path(part) for part in environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep) if part)


def package_share(package: str, environ: Mapping[str, str]) -> Path | None:
    """The folder with the launch files, parameters and worlds of a ROS package, None where it is not installed."""
    if package == "heed" and checkout() is not None:
        return checkout()
    shares = (prefix / "share" / package for prefix in prefixes(environ))
    return next((share for share in shares if share.is_dir()), None)


def find_executable(package: str, name: str, environ: Mapping[str, str]) -> Path | None:
    """The file of a node, None where there is none."""
    places = [prefix / "lib" / package for prefix in prefixes(environ)]
    if package == "heed":
        places.append(Path(sys.executable).parent)
    return next((place / name for place in places if os.access(place / name, os.X_OK)), None)


def log_folder(environ: Mapping[str, str]) -> Path:
    """Where ROS keeps its logs."""
    if environ.get("ROS_LOG_DIR"):
        return Path(environ["ROS_LOG_DIR"]).expanduser()
    return Path(environ.get("ROS_HOME") or "~/.ros").expanduser() / "log"
