"""Episodes: what is written is read back, also after a crash, and nothing is overwritten."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from grounding.errors import HeedError
from grounding.worldfile import load_world
from heed.episodes import EpisodeWriter, read_episode
from heed.episodes.types import typestore

WORLD = load_world("office")


def cell(x: int, y: int):
    return typestore().types["heed_interfaces/msg/Cell"](x=x, y=y)


def write(writer: EpisodeWriter, topic: str, message: object, stamp: int) -> None:
    writer.write(topic, message.__msgtype__, bytes(typestore().serialize_cdr(message, message.__msgtype__)), stamp)


def outcome(code: int, text: str):
    return typestore().types["heed_interfaces/msg/Outcome"](code=code, message=text)


def test_what_is_written_is_read_back_in_time_order(tmp_path):
    with EpisodeWriter(tmp_path, WORLD, {"mission": "mission_1", "instruction": "go to m1", "seed": 7}) as writer:
        write(writer, "/heed/world_state", cell(1, 2), 10)
        write(writer, "/heed/outcome", outcome(1, "Döne."), 20)
        write(writer, "/heed/world_state", cell(-3, 4), 15)  # late: raised to 20
        writer.close("SUCCEEDED", "All done.", cost=3.0)
    episode = read_episode(writer.path)
    assert episode.complete
    assert [(m.topic, round(m.time * 1e9)) for m in episode.messages] == [
        ("/heed/world_state", 10),
        ("/heed/outcome", 20),
        ("/heed/world_state", 20),
    ]
    assert [(m.data.x, m.data.y) for m in episode.on("world_state")] == [(1, 2), (-3, 4)]
    assert next(episode.on("/heed/outcome")).data.message == "Döne."
    assert episode.topics == {"/heed/world_state": 2, "/heed/outcome": 1}
    assert {key: episode.metadata[key] for key in ("mission", "instruction", "seed", "outcome", "message", "cost")} == {
        "mission": "mission_1",
        "instruction": "go to m1",
        "seed": 7,
        "outcome": "SUCCEEDED",
        "message": "All done.",
        "cost": 3.0,
    }
    assert episode.metadata["versions"]["python"] == sys.version.split()[0]


def test_layout_is_a_rosbag2_with_its_world(tmp_path):
    with EpisodeWriter(tmp_path, WORLD, {"mission": "a/b c"}) as writer:
        write(writer, "/heed/x", cell(0, 0), 1)
    assert writer.path.name.endswith("-office-a_b_c")
    assert sorted(p.name for p in writer.path.iterdir()) == [
        f"{writer.path.name}.mcap",
        "episode.json",
        "metadata.yaml",
        "world.yaml",
    ]
    episode = read_episode(writer.path)
    copied = hashlib.sha256((writer.path / "world.yaml").read_bytes()).hexdigest()
    assert episode.metadata["world"]["sha256"] == copied
    assert episode.load_world().robots == WORLD.robots


def test_real_ros_messages_survive(tmp_path):
    os.environ.setdefault("AMENT_PREFIX_PATH", sys.prefix)
    from rclpy.serialization import serialize_message

    from heed_interfaces.msg import Cell, WorldState
    from heed_interfaces.msg import RobotState as RobotMsg

    message = WorldState(world="office", robots=[RobotMsg(id="robot_1", cell=Cell(x=7, y=-1), alive=True)])
    message.robots[0].pose.theta = 0.25
    message.header.stamp.sec = 12
    with EpisodeWriter(tmp_path, WORLD, {"mission": "m"}) as writer:
        writer.write("/heed/world_state", "heed_interfaces/msg/WorldState", serialize_message(message), 5)
    state = read_episode(writer.path).messages[0].data
    assert state.header.stamp.sec == 12
    assert (state.world, state.robots[0].id, state.robots[0].cell.x, state.robots[0].cell.y) == (
        "office", "robot_1", 7, -1,
    )  # fmt: skip
    assert state.robots[0].pose.theta == 0.25


def test_no_episode_is_ever_overwritten(tmp_path):
    writers = [EpisodeWriter(tmp_path, WORLD, {"mission": "same"}) for _ in range(4)]
    for number, writer in enumerate(writers):
        write(writer, "/heed/x", cell(number, 0), 1)
        assert writer.close() == writer.close()
    assert len({writer.path for writer in writers}) == 4
    assert [read_episode(w.path).messages[0].data.x for w in writers] == [0, 1, 2, 3]


def test_an_episode_without_messages_is_readable(tmp_path):
    with EpisodeWriter(tmp_path, WORLD, {"mission": "m"}) as writer:
        pass
    assert read_episode(writer.path).messages == ()


CRASH = """
import os, sys
from grounding.worldfile import load_world
from heed.episodes import EpisodeWriter
from heed.episodes.types import typestore
store = typestore()
writer = EpisodeWriter(sys.argv[1], load_world("office"), {"mission": "crash"})
for number in range(50):
    cell = store.types["heed_interfaces/msg/Cell"](x=number, y=0)
    writer.write("/heed/x", cell.__msgtype__, bytes(store.serialize_cdr(cell, cell.__msgtype__)), number)
writer.flush()
for number in range(50, 60):
    writer.write("/heed/x", cell.__msgtype__, b"", number)
print(writer.path, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_killed_run_keeps_what_was_flushed(tmp_path):
    done = subprocess.run([sys.executable, "-c", CRASH, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    folder = Path(done.stdout.strip())
    episode = read_episode(folder)
    assert not episode.complete
    assert [m.data.x for m in episode.messages] == list(range(50))
    assert episode.metadata["finished"] is False
    bag = next(folder.glob("*.mcap"))
    bag.write_bytes(bag.read_bytes() + b"\x06\xff\xff")  # and half a record at the end
    assert len(read_episode(folder).messages) == 50


@pytest.mark.parametrize("damage", ["no folder", "no json", "bad json", "no bag", "not mcap"])
def test_a_bad_folder_is_named_with_the_reason(tmp_path, damage):
    with EpisodeWriter(tmp_path, WORLD, {"mission": "m"}) as writer:
        write(writer, "/heed/x", cell(0, 0), 1)
    folder, bag = writer.path, next(writer.path.glob("*.mcap"))
    if damage == "no folder":
        folder = tmp_path / "nowhere"
    elif damage == "no json":
        (folder / "episode.json").unlink()
    elif damage == "bad json":
        (folder / "episode.json").write_text("{")
    elif damage == "no bag":
        bag.unlink()
    else:
        bag.write_bytes(b"hello" * 100)
    with pytest.raises(HeedError) as caught:
        read_episode(folder)
    assert str(folder) in str(caught.value)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(HeedError, match="no episode can be recorded there"):
        EpisodeWriter(blocker / "episodes", WORLD, {"mission": "m"})


def test_writing_after_the_end_and_unknown_types_are_refused(tmp_path):
    writer = EpisodeWriter(tmp_path, WORLD, {"mission": "m"})
    with pytest.raises(HeedError, match="definition is unknown"):
        writer.write("/heed/x", "nowhere/msg/Thing", b"", 1)
    writer.close()
    with pytest.raises(HeedError, match="closed"):
        writer.write("/heed/x", "heed_interfaces/msg/Cell", b"", 1)


def test_a_broken_run_says_so(tmp_path):
    with pytest.raises(RuntimeError), EpisodeWriter(tmp_path, WORLD, {"mission": "m"}) as writer:
        raise RuntimeError("the lights went out")
    record = json.loads((writer.path / "episode.json").read_text())
    assert record["outcome"] is None
    assert "the lights went out" in record["message"]
