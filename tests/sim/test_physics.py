"""The skills in pybullet, and that both back ends tell the same story about the same commands."""

from __future__ import annotations

import math

import pytest

import sim
from grounding.errors import ConfigurationError
from grounding.worldfile import load_world
from sim.faults import FaultPlan
from sim.protocol import SkillStatus
from sim.stage import Pose

pytestmark = pytest.mark.physics
S = SkillStatus

DELIVER = (
    ("robot_3", "pick_up", "document"),
    ("robot_3", "go_to", "d5"),
    ("robot_3", "pick_up", "document"),
    ("robot_3", "go_to", "d3"),
    ("robot_3", "put_down", "document"),
)
GUIDE = (
    ("robot_2", "go_to", "d10"),
    ("robot_2", "go_to", "d11", (20, 12), (21, 12)),
    ("robot_2", "guide", "visitor"),
    ("robot_2", "go_to", "north_door"),
    ("robot_2", "go_to", "corridor", (21, 8), (21, 7), (20, 7), (20, 6)),
    ("robot_2", "open", "door_m6"),
    ("robot_2", "go_to", "m6"),
    ("robot_2", "release", "visitor"),
)
PHOTO = (
    ("robot_1", "go_to", "corridor", *((x, 7) for x in range(7, 13)), (12, 6)),
    ("robot_1", "go_to", "m4"),
    ("robot_1", "open", "door_m4"),
    ("robot_1", "go_to", "m4"),
    ("robot_1", "photograph", "m4"),
    ("robot_1", "close", "door_m4"),
    ("robot_1", "go_to", "corridor"),
)
KITCHEN = (
    ("robot_4", "push_to", "cart", "north_door"),
    ("robot_4", "go_to", "d10"),
    ("robot_4", "pick_up", "red_mug"),
    ("robot_4", "go_to", "kitchen"),
    ("robot_4", "go_to", "kitchen", (15, 9), (14, 9), (13, 9), (13, 10), (13, 11)),
    ("robot_4", "put_on", "red_mug", "kitchen_table"),
    ("robot_4", "clean", "kitchen_table"),
    ("robot_4", "pick_up", "blue_mug"),
    ("robot_4", "go_to", "kitchen", (13, 11), (14, 11), (15, 11), (16, 11)),
    ("robot_4", "put_in", "blue_mug", "bin"),
)
CHAIR = (("robot_1", "push_to", "chair", "blue_room"), ("robot_1", "go_to", "red_room"))


def serve(arm, food, plate):
    return ((arm, "go_to", food), (arm, "pick_up", food), (arm, "go_to", plate), (arm, "put_on", food, plate))


FRUIT = (
    *serve("left_arm", "green_apple", "yellow_plate"),
    *serve("left_arm", "orange", "yellow_plate"),
    *serve("left_arm", "carrot", "blue_plate"),
    ("left_arm", "go_to", "cucumber"),
    *serve("right_arm", "red_apple", "blue_plate"),
)


def tell(r, commands):
    """Runs commands one after another; results, and how each entity and the flags changed in order."""
    story: dict[str, list[object]] = {}

    def look():
        state = r.sim.observe()
        seen = {k: (s.cell, s.holding, s.skill) for k, s in state.robots.items()}
        seen |= {k: (s.cell, s.support, s.held_by) for k, s in state.things.items()}
        seen["flags"] = state.flags
        for key, value in seen.items():
            entries = story.setdefault(key, [])
            if not entries or entries[-1] != value:
                entries.append(value)

    results = []
    look()
    for robot, skill, *rest in commands:
        args = [a for a in rest if isinstance(a, str)]
        path = tuple(a for a in rest if not isinstance(a, str))
        result = r.begin(robot, skill, *args, path=path)
        look()
        while result is None:
            result = next(iter(r.sim.step(0.1)), None)
            look()
        results.append((skill, result.status, result.message))
    return results, story


@pytest.mark.parametrize(
    ("world", "commands"),
    [
        pytest.param("office", DELIVER, id="deliver"),
        pytest.param("office", GUIDE, id="guide"),
        pytest.param("office", PHOTO, id="photo"),
        pytest.param("office", KITCHEN, id="kitchen"),
        pytest.param("cleanup", CHAIR, id="chair"),
        pytest.param("table", FRUIT, id="fruit"),
    ],
)
def test_both_back_ends_tell_the_same_story(rig, world, commands):
    twin, twin_story = tell(rig(world, "kinematic"), commands)
    real, real_story = tell(rig(world, "pybullet"), commands)
    assert real == twin
    assert real_story == twin_story
    assert [status for skill, status, _ in real].count(S.SUCCESS) >= len(commands) - 2


def test_a_closed_door_really_bars_the_way(rig):
    r = rig("office", "pybullet")
    stage = r.sim.stage
    x, y = stage.world.centre((12, 5))
    stage.set_base("robot_1", Pose(x, y + 1.0, -math.pi / 2))
    for _ in range(400):
        stage.advance()
        stage.set_base("robot_1", Pose(x, max(y - 2.0, stage.base("robot_1").y - 0.3), -math.pi / 2))
        if stage.base("robot_1").y < y - 1:
            break
    assert stage.base("robot_1").y > y - 0.5


def test_the_chair_moves_only_by_being_pushed(rig):
    r = rig("cleanup", "pybullet")
    assert r.begin("robot_1", "push_to", "chair", "red_room", path=((6, 6), (6, 5), (6, 4), (6, 3), (5, 3))) is None
    assert r.finish("robot_1").status is S.SUCCESS
    assert r.sim.observe().things["chair"].position[:2] == pytest.approx((2.0, 2.0), abs=0.01)


def test_a_thing_torn_from_the_gripper_ends_the_drive(rig):
    r = rig("office", "pybullet")
    r.do("robot_3", "go_to", "d5")
    assert r.do("robot_3", "pick_up", "document").status is S.SUCCESS
    assert r.begin("robot_3", "go_to", "d3") is None
    r.sim.step(0.5)
    stage = r.sim.stage
    number = stage._things["document"]
    result = None
    while result is None:
        at = stage.position("document")
        stage._bullet.applyExternalForce(number, -1, (0, 0, 4000.0), at, stage._bullet.WORLD_FRAME)
        result = next(iter(r.sim.step(0.05)), None)
    assert result.status is S.EXECUTION_FAILURE
    assert "dropped the document" in result.message
    assert r.sim.observe().robots["robot_3"].holding is None


def test_cancel_stops_a_robot_and_an_arm_at_once(rig):
    for world, robot, goal in (("office", "robot_1", "m1"), ("table", "left_arm", "green_apple")):
        r = rig(world, "pybullet")
        assert r.begin(robot, "go_to", goal) is None
        r.sim.step(1.3 * r.world.tick_s)
        r.sim.cancel(robot)
        here = r.cell(robot)
        r.sim.step(2.0)
        state = r.sim.observe().robots[robot]
        assert state.cell == here
        assert state.pose[:2] == pytest.approx(r.world.centre(here), abs=0.01 * r.world.cell_size + 0.002)


def test_a_rehearsed_failure_leaves_the_thing_where_it_was(rig):
    r = rig("table", "pybullet", FaultPlan(scripted=(("pick_up", 1, S.EXECUTION_FAILURE),)))
    r.do("left_arm", "go_to", "orange")
    assert r.do("left_arm", "pick_up", "orange").status is S.EXECUTION_FAILURE
    r.sim.step(1.0)
    assert r.cell("orange") == (2, 3)
    assert r.do("left_arm", "pick_up", "orange").status is S.SUCCESS


def test_an_arm_opens_wide_again_after_a_narrow_thing(rig):
    r = rig("table", "pybullet")
    for robot, skill, *args in serve("left_arm", "carrot", "green_plate"):
        assert r.do(robot, skill, *args).status is S.SUCCESS
    r.sim.step(0.5)
    hand, bullet = r.sim.stage._robots["left_arm"], r.sim.stage._bullet
    assert min(state[0] for state in bullet.getJointStates(hand.number, (9, 10))) > 0.035
    for robot, skill, *args in serve("left_arm", "orange", "green_plate"):
        assert r.do(robot, skill, *args).status is S.SUCCESS


def test_the_camera_takes_a_real_picture(rig):
    r = rig("office", "pybullet")
    assert r.do("robot_1", "photograph", "corridor").status is S.SUCCESS
    assert r.sim.stage.photos["robot_1"].std() > 5


def test_a_picture_of_the_world_is_a_png_with_many_colours(rig):
    picture = rig("cleanup", "pybullet").sim.picture(160, 120)
    assert picture is not None
    assert picture.startswith(b"\x89PNG\r\n")
    assert len(picture) > 2000


def test_unknown_physics_is_refused_with_the_choices():
    with pytest.raises(ConfigurationError, match="kinematic, pybullet"):
        sim.make(load_world("cleanup"), "gazebo")


def test_a_missing_pybullet_is_named_with_the_command(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match="pip install pybullet"):
        sim.make(load_world("cleanup"), "pybullet")
