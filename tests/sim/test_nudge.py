"""Small motions on request: as far as was said, never out of free space, never against anything."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from grounding.worldfile import load_world
from sim.faults import FaultPlan
from sim.protocol import SkillCommand, SkillStatus

S = SkillStatus
OFFICE, TABLE = load_world("office"), load_world("table")
BOTH = ("kinematic", pytest.param("pybullet", marks=pytest.mark.physics))


def pose(r, robot):
    return r.sim.observe().robots[robot].pose


@pytest.mark.parametrize("physics", BOTH)
@pytest.mark.parametrize(
    ("direction", "amount", "moved", "turned"),
    [
        ("left", "0.10 m", (0.0, 0.10), 0.0),
        ("right", "default", (0.0, -0.10), 0.0),
        ("back", "small", (-0.05, 0.0), 0.0),
        ("forward", "large", (0.25, 0.0), 0.0),
        ("forward", "1.3 m", (1.3, 0.0), 0.0),
        ("back", "2 cells", (-2.0, 0.0), 0.0),
        ("counterclockwise", "90 deg", (0.0, 0.0), math.pi / 2),
        ("clockwise", "180 deg", (0.0, 0.0), math.pi),
        ("clockwise", "270 deg", (0.0, 0.0), math.pi / 2),
    ],
)
def test_a_mobile_robot_moves_in_its_own_frame_as_far_as_it_was_told(rig, physics, direction, amount, moved, turned):
    r = rig("office", physics)
    x, y, heading = pose(r, "robot_1")
    result = r.do("robot_1", "nudge", direction, amount)
    assert result.status is S.SUCCESS
    r.sim.step(0.5)
    now = pose(r, "robot_1")
    assert now[:2] == pytest.approx((x + moved[0], y + moved[1]), abs=0.005)
    assert math.cos(now[2] - heading - turned) == pytest.approx(1.0, abs=0.005)
    assert result.message.startswith("robot_1 has ")


@pytest.mark.parametrize("physics", BOTH)
@pytest.mark.parametrize(
    ("robot", "direction", "moved"),
    [
        ("left_arm", "forward", (0.05, 0.0, 0.0)),
        ("left_arm", "left", (0.0, 0.05, 0.0)),
        ("left_arm", "down", (0.0, 0.0, -0.05)),
        ("right_arm", "forward", (-0.05, 0.0, 0.0)),
        ("right_arm", "left", (0.0, -0.05, 0.0)),
        ("right_arm", "up", (0.0, 0.0, 0.05)),
    ],
)
def test_an_arm_moves_as_seen_from_its_mount(rig, physics, robot, direction, moved):
    r = rig("table", physics)
    before = r.sim.stage.tip(robot)
    assert r.do(robot, "nudge", direction, "default").status is S.SUCCESS
    r.sim.step(0.5)
    after = r.sim.stage.tip(robot)
    assert [b - a for a, b in zip(before, after, strict=True)] == pytest.approx(moved, abs=0.003)


@pytest.mark.parametrize("physics", BOTH)
def test_a_nudged_robot_stays_there_until_its_next_command(rig, physics):
    r = rig("office", physics)
    start = pose(r, "robot_1")
    assert r.do("robot_1", "nudge", "right", "0.15 m").status is S.SUCCESS
    assert r.do("robot_1", "nudge", "right", "0.15 m").status is S.SUCCESS
    assert list(r.sim.step(5.0)) == []
    assert start[1] - pose(r, "robot_1")[1] == pytest.approx(0.3, abs=0.005)
    assert r.do("robot_1", "go_to", "corridor", path=((7, 7), (8, 7))).status is S.SUCCESS
    r.sim.step(0.5)
    assert pose(r, "robot_1")[:2] == pytest.approx((8.0, 7.0), abs=0.01)


def test_a_nudge_counted_in_cells_begins_in_the_middle_of_a_cell(rig):
    r = rig("office")
    r.do("robot_1", "nudge", "right", "0.3 m")
    assert r.do("robot_1", "nudge", "forward", "1 cell").status is S.SUCCESS
    assert pose(r, "robot_1")[:2] == pytest.approx((8.0, 7.0))


def test_directions_turn_with_the_robot(rig):
    r = rig("office")
    r.do("robot_1", "nudge", "clockwise", "90 deg")
    r.do("robot_1", "nudge", "forward", "1 cell")
    assert r.cell("robot_1") == (7, 6)
    r.do("robot_1", "nudge", "left", "2 cells")
    assert r.cell("robot_1") == (9, 6)


def test_a_nudge_takes_over_from_what_the_robot_was_doing(rig):
    r = rig("office")
    assert r.begin("robot_1", "go_to", "m1") is None
    r.sim.step(1.4)
    assert r.sim.cancel("robot_1")
    cell = r.cell("robot_1")
    assert r.begin("robot_1", "nudge", "forward", "default") is None
    assert [result.status for result in r.sim.step(0.0)] == [S.CANCELED]
    assert r.finish("robot_1").status is S.SUCCESS
    assert math.dist(pose(r, "robot_1")[:2], r.world.centre(cell)) == pytest.approx(0.1, abs=1e-6)


@pytest.mark.parametrize("physics", BOTH)
@pytest.mark.parametrize(
    ("world", "robot", "before", "direction", "amount", "words"),
    [
        ("office", "robot_1", (), "left", "0.4 m", "robot_1 cannot move 0.40 m left: a wall is in its way."),
        ("office", "robot_1", (), "left", "1 cell", "a wall is in its way"),
        ("office", "robot_4", (), "forward", "4 cells", "the cart is in its way"),
        ("office", "robot_4", (), "forward", "4 m", "the cart is in its way"),
        ("office", "robot_1", (("nudge", "forward", "5 cells"), ("nudge", "right", "1 cell")), "right", "1 cell",
         "the door m4, which is closed, is in its way"),
        ("office", "robot_1", (("nudge", "right", "1 cell"),), "forward", "11 cells", "robot_2 is in its way"),
        ("office", "robot_3", (("go_to", "d4"), ), "forward", "1.6 m", "the document is in its way"),
        ("table", "left_arm", (), "back", "10 cm", "the end of its reach is in its way"),
        ("table", "left_arm", (), "forward", "5 cells", "right_arm is in its way"),
        ("table", "left_arm", (("go_to", "green_plate"),), "down", "0.3 m", "the green plate is in its way"),
        ("table", "right_arm", (), "up", "0.3 m", "the end of its reach is in its way"),
    ],
)  # fmt: skip
def test_what_is_in_the_way_is_named_and_nothing_moves(rig, physics, world, robot, before, direction, amount, words):
    r = rig(world, physics)
    for skill, *args in before:
        assert r.do(robot, skill, *args).status is S.SUCCESS
    r.sim.step(0.5)
    if robot == "robot_3":  # turns to look along the desks
        r.do(robot, "nudge", "clockwise", f"{math.degrees(pose(r, robot)[2]) % 360:.3f} deg")
    at = pose(r, robot)
    result = r.begin(robot, "nudge", direction, amount)
    assert result is not None
    assert result.status is S.PRECONDITION_FAILURE
    assert words in result.message
    r.sim.step(1.0)
    assert pose(r, robot) == pytest.approx(at, abs=0.003)


def test_a_little_ends_where_free_space_ends_and_says_so(rig):
    r = rig("office")
    result = r.do("robot_1", "nudge", "left", "large")
    assert (result.status, result.message) == (
        S.SUCCESS, "robot_1 has moved 0.21 m left; a wall is in its way beyond."
    )  # fmt: skip
    again = r.do("robot_1", "nudge", "left", "small")
    assert (again.status, again.message) == (
        S.PRECONDITION_FAILURE, "robot_1 cannot move 0.05 m left: a wall is in its way."
    )  # fmt: skip
    assert r.do("robot_1", "nudge", "right", "small").status is S.SUCCESS


def test_an_arm_does_not_lower_what_it_holds_into_the_table(rig):
    r = rig("table")
    r.do("left_arm", "go_to", "orange")
    assert r.do("left_arm", "pick_up", "orange").status is S.SUCCESS
    for _ in range(5):
        r.do("left_arm", "nudge", "down", "large")
    low = r.sim.observe().things["orange"].position[2] - 0.03
    assert 0.0 < low < 0.02
    assert r.do("left_arm", "nudge", "up", "small").status is S.SUCCESS


def test_others_keep_out_of_the_cells_that_a_nudged_robot_reaches_into(rig):
    r = rig("office")
    r.do("robot_1", "nudge", "right", "0.3 m")  # half in (7, 6)
    assert r.begin("robot_2", "go_to", "corridor", path=tuple((x, 6) for x in range(18, 5, -1))) is None
    r.sim.step(20.0)
    assert r.cell("robot_2") == (8, 6)
    assert "robot_1 is in its way" in r.sim.progress("robot_2")[1]


@pytest.mark.parametrize("physics", BOTH)
def test_a_halt_ends_a_nudge(rig, physics):
    r = rig("office", physics)
    assert r.begin("robot_1", "nudge", "forward", "3 m") is None
    r.sim.step(1.0)
    ended = r.sim.halt("robot_1")
    assert (ended.command.skill, ended.status) == ("nudge", S.CANCELED)
    at = pose(r, "robot_1")
    r.sim.step(1.0)
    assert pose(r, "robot_1") == pytest.approx(at, abs=0.001)


def test_nudges_can_be_rehearsed_to_fail(rig):
    r = rig("office", faults=FaultPlan(scripted=(("nudge", 1, S.EXECUTION_FAILURE),)))
    result = r.do("robot_1", "nudge", "left", "default")
    assert (result.status, result.message) == (S.EXECUTION_FAILURE, "robot_1: it got stuck (rehearsed failure).")


@pytest.mark.parametrize("physics", BOTH)
@pytest.mark.parametrize(
    ("world", "robot", "before", "item"),
    [
        ("office", "robot_3", (("go_to", "d5"), ("pick_up", "document"), ("go_to", "d3")), "document"),
        ("table", "left_arm", (("go_to", "orange"), ("pick_up", "orange"), ("go_to", "carrot")), "orange"),
    ],
)
def test_put_it_down_here_works_without_an_entry_in_the_world_file(rig, physics, world, robot, before, item):
    full = load_world(world)
    bare = {
        name: replace(r, type=replace(r.type, skills=tuple(s for s in r.type.skills if s != "put_down")))
        for name, r in full.robots.items()
    }
    r = rig(replace(full, robots=bare, skills={k: s for k, s in full.skills.items() if k != "put_down"}), physics)
    for skill, *args in before:
        assert r.do(robot, skill, *args).status is S.SUCCESS
    assert r.do(robot, "put_down", item).status is S.SUCCESS
    thing = r.sim.observe().things[item]
    assert (thing.cell, thing.held_by, thing.support) == (r.cell(robot), None, None)
    assert r.do(robot, "put_down", item).status is S.PRECONDITION_FAILURE


def test_a_person_is_not_put_down(rig):
    r = rig("office")
    result = r.begin("robot_1", "put_down", "visitor")
    assert (result.status, result.message) == (
        S.INVALID, "put_down needs portable as its item, which visitor is not."
    )  # fmt: skip


def crowd(count):
    """The office with more robots of its types, standing in the corridor."""
    kinds = [robot.type for robot in OFFICE.robots.values()]
    robots = {
        f"robot_{i + 1}": replace(
            OFFICE.robots["robot_1"], id=f"robot_{i + 1}", type=kinds[i % 4], start=(2 + 2 * (i % 11), 6 + i // 11)
        )
        for i in range(count)
    }
    return replace(OFFICE, robots=robots)


CROWD = crowd(5)
ORDERS = st.one_of(
    st.tuples(
        st.just("nudge"),
        st.sampled_from(("forward", "back", "left", "right")),
        st.sampled_from(("small", "default", "large", "0.3 m", "0.5 cells", "1 cell", "2 cells", "1.7 m")),
    ),
    st.tuples(
        st.just("nudge"), st.sampled_from(("clockwise", "counterclockwise")), st.sampled_from(("90 deg", "37 deg"))
    ),
    st.tuples(st.just("go_to"), st.sampled_from(("corridor", "m1", "m2", "kitchen", "south_office"))),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(orders=st.lists(st.tuples(st.integers(1, 5), ORDERS, st.booleans()), min_size=5, max_size=30))
def test_whatever_is_nudged_no_body_leaves_free_space_or_touches_another(orders):
    world, simulator = CROWD, sim.make(CROWD)
    shut = {cell for door in ("door_m4", "door_m6") for cell in world.door_zones[door].cells}
    for i, (number, (skill, *args), cancel) in enumerate(orders):
        robot = f"robot_{number}"
        if cancel:
            simulator.cancel(robot)
        simulator.start(SkillCommand(str(i), robot, skill, tuple(args)))
        for _ in range(9):
            simulator.step(0.1)
            poses = {name: state.pose for name, state in simulator.observe().robots.items()}
            for name, (x, y, _heading) in poses.items():
                assert not blocked_near(world, shut, x, y, world.robots[name].type.radius)
            for a, b in combinations(poses, 2):
                reach = world.robots[a].type.radius + world.robots[b].type.radius
                assert math.dist(poses[a][:2], poses[b][:2]) > reach


def blocked_near(world, shut, x, y, radius):
    """Cells of walls, shut doors or obstacles that a round body overlaps."""
    obstacles = {thing.cell for thing in world.things.values() if thing.obstacle}
    found = []
    for cx in range(math.floor(x - 0.5), math.ceil(x + 0.5) + 1):
        for cy in range(math.floor(y - 0.5), math.ceil(y + 0.5) + 1):
            away = math.hypot(max(0.0, abs(x - cx) - 0.5), max(0.0, abs(y - cy) - 0.5))
            if away < radius - 1e-9 and ((cx, cy) not in world.free_cells or (cx, cy) in shut | obstacles):
                found.append((cx, cy))
    return found


@settings(max_examples=25, deadline=None)
@given(
    orders=st.lists(
        st.tuples(
            st.sampled_from(("left_arm", "right_arm")),
            st.sampled_from(("forward", "back", "left", "right", "up", "down")),
            st.sampled_from(("small", "default", "large", "7 cm", "1 cell")),
        ),
        min_size=5,
        max_size=40,
    )
)
def test_whatever_is_nudged_no_gripper_enters_a_thing_the_table_or_the_other_arm(orders):
    simulator = sim.make(TABLE)
    for i, (robot, direction, amount) in enumerate(orders):
        simulator.start(SkillCommand(str(i), robot, "nudge", (direction, amount)))
        for _ in range(12):
            simulator.step(0.1)
            state = simulator.observe()
            cells = {name: robot_state.cell for name, robot_state in state.robots.items()}
            assert not TABLE.conflict("left_arm", cells["left_arm"], "right_arm", cells["right_arm"])
            for name in TABLE.robots:
                assert cells[name] in TABLE.robots[name].cells
                tip = simulator.stage.tip(name)
                assert tip.z >= 0.01
                for thing, at in state.things.items():
                    size = TABLE.things[thing].size
                    away = [max(0.0, abs(tip[k] - at.position[k]) - size[k] / 2) for k in range(3)]
                    assert math.hypot(*away) > 0.0, f"{name} is in {thing}"


@pytest.mark.physics
def test_bodies_never_touch_in_a_crowd_that_is_nudged_halted_and_sent_about():
    random = Random(7)
    simulator = sim.make(CROWD, "pybullet")
    moved = []
    for i in range(250):
        robot = random.choice(list(CROWD.robots))
        verb = random.choice(("go", "nudge", "nudge", "cancel", "halt", "release", "release"))
        if verb in ("cancel", "halt", "release"):
            getattr(simulator, verb)(robot)
        else:
            direction = random.choice(("forward", "back", "left", "right"))
            amount = random.choice(("large", "0.4 m", "1 cell"))
            room = ("corridor", "m1", "kitchen")[i % 3]
            order = ("go_to", room) if verb == "go" else ("nudge", direction, amount)
            simulator.start(SkillCommand(str(i), robot, order[0], order[1:]))
        for _ in range(3):
            moved += [r for r in simulator.step(0.1) if r.command.skill == "nudge" and r.status is S.SUCCESS]
            poses = {name: state.pose for name, state in simulator.observe().robots.items()}
            for a, b in combinations(poses, 2):
                reach = CROWD.robots[a].type.radius + CROWD.robots[b].type.radius
                assert math.dist(poses[a][:2], poses[b][:2]) > reach
            for name, (x, y, _heading) in poses.items():
                assert not blocked_near(CROWD, set(), x, y, CROWD.robots[name].type.radius)
    simulator.close()
    assert len(moved) > 10
