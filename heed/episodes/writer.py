"""Writes one run to a folder in rosbag2 layout.

Layout of ``20261122-231500-office-m1/``::

    metadata.yaml, 20261122-231500-office-m1.mcap   the bag: `ros2 bag play` and `ros2 bag info` read it
    episode.json                                    what was asked, how it ended, seeds, versions
    world.yaml                                      the world file as it was

``episode.json`` exists from the first moment (``"finished": false``) and is replaced as a whole at
the end. Messages reach the disk at least once a second, so that a run that is killed keeps all
but its last moments: :func:`heed.episodes.read_episode` reads such a bag too.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from importlib import metadata as packages
from pathlib import Path
from types import TracebackType
from typing import Any

from rosbags.interfaces import Connection
from rosbags.rosbag2 import StoragePlugin, Writer

from grounding.errors import ConfigurationError
from grounding.world import World
from heed.episodes.types import typestore

FLUSH_EVERY_S = 1.0

#: What is recorded of the software -> name of the distribution that carries it.
SOFTWARE: Mapping[str, str] = {
    "heed": "heed",
    "rclpy": "ros-rclpy",
    "spot": "spottl",
    "pybullet": "pybullet",
    "rosbags": "rosbags",
    "numpy": "numpy",
}


class EpisodeWriter:
    """One episode being written. Use it as a context manager or call :meth:`close`.

    Args:
        folder: Where episodes are kept; the episode gets a new folder in it.
        world: World of the run; its file is copied beside the bag.
        metadata: What else to keep in ``episode.json``: at least ``mission`` and ``instruction``;
            also seeds, physics, namespace. Values must be JSON.

    Raises:
        ConfigurationError: The folder cannot be written.

    Attributes:
        path: Folder of the episode.
    """

    def __init__(self, folder: str | Path, world: World, metadata: Mapping[str, Any]) -> None:
        started = datetime.now().astimezone()
        name = "-".join(
            part for part in (f"{started:%Y%m%d-%H%M%S}", world.name, _slug(str(metadata.get("mission", "")))) if part
        )
        self._bag = _open_bag(Path(folder).expanduser().resolve(), name)
        self.path = self._bag.path
        self._connections: dict[str, Connection] = {}
        self._last_stamp = 0
        self._flushed = time.monotonic()
        self._record: dict[str, Any] = {
            "format": 1,
            "finished": False,
            "outcome": None,
            "message": "",
            "started": started.isoformat(timespec="milliseconds"),
            "ended": None,
            **metadata,
            "world": _keep_world(world, self.path),
            "versions": versions(),
            "command_line": list(sys.argv),
            "working_directory": os.getcwd(),
        }
        self._save()

    @property
    def closed(self) -> bool:
        """Whether the episode is finished."""
        return self._bag.storage is None

    def write(self, topic: str, msgtype: str, data: bytes, stamp_ns: int | None = None) -> None:
        """Records one message.

        Args:
            topic: Full topic name ("/heed/world_state").
            msgtype: Type name ("heed_interfaces/msg/WorldState").
            data: The message in CDR, as it came over the wire.
            stamp_ns: When it was received, nanoseconds; now where None. Stamps never run
                backwards in an episode: an earlier one is raised to the latest.

        Raises:
            ConfigurationError: The episode is closed, or the type is unknown.
        """
        if self.closed:
            raise ConfigurationError(str(self.path), "the episode is closed.", "Start a new one.")
        if topic not in self._connections:
            self._connections[topic] = self._connect(topic, msgtype)
        self._last_stamp = max(self._last_stamp, time.time_ns() if stamp_ns is None else stamp_ns)
        self._bag.write(self._connections[topic], self._last_stamp, data)
        if time.monotonic() - self._flushed > FLUSH_EVERY_S:
            self.flush()

    def flush(self) -> None:
        """Brings everything written so far to the disk."""
        storage: Any = self._bag.storage
        if storage is not None and storage.chunk.msgs:
            storage.close_chunk()
            storage.bio.flush()
        self._flushed = time.monotonic()

    def note(self, **entries: Any) -> None:
        """Adds entries to ``episode.json`` (JSON values)."""
        self._record.update(entries)
        self._save()

    def close(self, outcome: str | None = None, message: str = "", **entries: Any) -> Path:
        """Finishes the episode; safe to call twice.

        Args:
            outcome: Name of the outcome, None where the run broke off.
            message: One sentence about it.
            **entries: Further entries of ``episode.json``.

        Returns:
            The folder of the episode.
        """
        if not self.closed:
            self._bag.close()
            ended = datetime.now().astimezone().isoformat(timespec="milliseconds")
            self.note(outcome=outcome, message=message, ended=ended, finished=True, **entries)
        return self.path

    def __enter__(self) -> EpisodeWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(message=f"The run broke off: {error}" if error else "")

    def _connect(self, topic: str, msgtype: str) -> Connection:
        if msgtype not in typestore().types:
            raise ConfigurationError(msgtype, f"its definition is unknown, so {topic} cannot be recorded.")
        return self._bag.add_connection(topic, msgtype, typestore=typestore())

    def _save(self) -> None:
        temporary = self.path / ".episode.json"
        temporary.write_text(json.dumps(self._record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        temporary.replace(self.path / "episode.json")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a run depends on, as far as installed."""
    found = {"python": platform.python_version(), "platform": platform.platform()}
    for name, distribution in SOFTWARE.items():
        try:
            found[name] = packages.version(distribution)
        except packages.PackageNotFoundError:
            continue
    return found


def _open_bag(folder: Path, name: str) -> Writer:
    """A new bag; a number is added to the name where it is taken, so nothing is overwritten."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 1000):
            path = folder / (name if number == 1 else f"{name}-{number}")
            if not path.exists():
                bag = Writer(path, version=9, storage_plugin=StoragePlugin.MCAP)
                bag.open()
                return bag
    except OSError as error:
        raise ConfigurationError(
            str(folder), f"no episode can be recorded there: {error.strerror}.", "Name another folder for episodes."
        ) from error
    raise ConfigurationError(str(folder), f"it already holds 999 episodes named {name}.", "Name another folder.")


def _keep_world(world: World, folder: Path) -> dict[str, Any]:
    """Copies the world file; says which world it was."""
    source = Path(world.source)
    if not world.source or not source.is_file():
        return {"name": world.name, "source": world.source, "sha256": None, "file": None}
    content = source.read_bytes()
    (folder / "world.yaml").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return {"name": world.name, "source": str(source.resolve()), "sha256": digest, "file": "world.yaml"}


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_")[:40]
