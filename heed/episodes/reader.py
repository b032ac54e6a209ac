"""Reads an episode back, also one whose recording was cut off, also without ROS."""

from __future__ import annotations

import json
import struct
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rosbags.rosbag2 import Reader, ReaderError
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from rosbags.typesys.store import Typestore

from grounding.errors import HeedError
from grounding.world import World
from grounding.worldfile import load_world

MAGIC = b"\x89MCAP0\r\n"
#: A footer that says "there is no summary", so that a reader looks through the data itself.
FOOTER = b"\x02" + struct.pack("<QQQI", 20, 0, 0, 0) + MAGIC


class EpisodeError(HeedError):
    """An episode folder is missing or damaged."""


@dataclass(frozen=True)
class Message:
    """One recorded message.

    Attributes:
        time: When it was received, seconds since the epoch.
        topic: Full topic name.
        type: Type name ("heed_interfaces/msg/WorldState").
        data: The message; fields as in the .msg file, arrays of numbers as numpy arrays.
    """

    time: float
    topic: str
    type: str
    data: Any


@dataclass(frozen=True)
class Episode:
    """One recorded run.

    Attributes:
        folder: Where it lies.
        metadata: The content of ``episode.json``.
        messages: Every message, in order of time.
        complete: False when the recording was cut off.
    """

    folder: Path
    metadata: Mapping[str, Any]
    messages: tuple[Message, ...]
    complete: bool = True

    @property
    def topics(self) -> Mapping[str, int]:
        """Number of messages by topic."""
        counts: dict[str, int] = {}
        for message in self.messages:
            counts[message.topic] = counts.get(message.topic, 0) + 1
        return counts

    def on(self, topic: str) -> Iterator[Message]:
        """The messages of one topic, named in full or by its last part ("world_state")."""
        for message in self.messages:
            if topic in (message.topic, message.topic.rsplit("/", 1)[-1]):
                yield message

    def load_world(self) -> World:
        """The world of the run, from the copy beside the bag.

        Raises:
            EpisodeError: The run had no world file of its own.
            WorldFileError: The copy does not fit this version of Heed.
        """
        name = (self.metadata.get("world") or {}).get("file")
        if not name or not (self.folder / name).is_file():
            raise EpisodeError(str(self.folder), "it holds no copy of its world file.")
        return load_world(self.folder / name)


def read_episode(folder: str | Path) -> Episode:
    """Reads an episode.

    Args:
        folder: Folder made by :class:`heed.episodes.EpisodeWriter`.

    Raises:
        EpisodeError: It is no episode, or too damaged to read.
    """
    folder = Path(folder)
    try:
        metadata = json.loads((folder / "episode.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise EpisodeError(
            str(folder),
            f"this is no episode: its episode.json cannot be read ({error.strerror}).",
            "Name the folder that 'heed run' printed at its end.",
        ) from error
    except ValueError as error:
        raise EpisodeError(str(folder / "episode.json"), f"this is not JSON: {error}.") from error
    bags = sorted(folder.glob("*.mcap"))
    if len(bags) != 1 or not isinstance(metadata, dict):
        raise EpisodeError(str(folder), f"this is no episode: it holds {len(bags)} .mcap files instead of one.")
    try:
        messages, complete = _read_bag(bags[0])
    except (ReaderError, OSError, ValueError, KeyError, IndexError, AssertionError, struct.error) as error:
        raise EpisodeError(str(bags[0]), f"the recording is damaged: {error or type(error).__name__}.") from error
    return Episode(folder, metadata, messages, complete and bool(metadata.get("finished")))


def _read_bag(path: Path) -> tuple[tuple[Message, ...], bool]:
    """All messages of an MCAP file, and whether it was finished."""
    content = path.read_bytes()
    if len(content) > 2 * len(MAGIC) and content.endswith(MAGIC):
        return _read_messages(path), True
    end = _whole_records(content)
    with tempfile.TemporaryDirectory() as scratch:
        mended = Path(scratch) / path.name
        mended.write_bytes(content[:end] + FOOTER)
        return _read_messages(mended), False


def _whole_records(content: bytes) -> int:
    """Length of the data up to the last record that was written completely."""
    if not content.startswith(MAGIC):
        raise ReaderError("it does not start like an MCAP file")
    end = len(MAGIC)
    while end + 9 <= len(content):
        opcode, size = struct.unpack_from("<BQ", content, end)
        if opcode == 0x0F or end + 9 + size > len(content):
            break
        end += 9 + size
    return end


def _read_messages(path: Path) -> tuple[Message, ...]:
    with Reader(path) as reader:
        store = _types_of(reader)
        return tuple(
            Message(stamp / 1e9, connection.topic, connection.msgtype, store.deserialize_cdr(data, connection.msgtype))
            for connection, stamp, data in reader.messages()
        )


def _types_of(reader: Reader) -> Typestore:
    """The types as the file itself defines them: episodes stay readable when ours change."""
    store = get_typestore(Stores.EMPTY)
    types = {}
    for connection in reader.connections:
        types.update(get_types_from_msg(connection.msgdef.data, connection.msgtype))
    store.register(types)
    return store
