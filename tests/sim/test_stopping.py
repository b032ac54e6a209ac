"""Standing still now, and stopping in order: in both back ends, whatever a robot is doing."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from grounding.worldfile import load_world
from sim.protocol import SkillCommand, SkillStatus

S = SkillStatus
OFFICE = load_world("office")
BOTH = ("kinematic", pytest.param("pybullet", marks=pytest.mark.physics))

#: World, robot, what it has done before, and what it is doing when it is told to stop.
DOING = (
    pytest.param("office", "robot_1", (), ("go_to", "m1"), id="drives"),
    pytest.param("office", "robot_3", (("go_to", "d5"), ("pick_up", "document")), ("go_to", "d3"), id="carries"),
    pytest.param("office", "robot_3", (("go_to", "d5"),), ("pick_up", "document"), id="picks up"),
    pytest.param("office", "robot_4", (), ("push_to", "cart", "north_door"), id="pushes"),
    pytest.param("table", "left_arm", (), ("go_to", "green_apple"), id="moves its gripper"),
    pytest.param("table", "left_arm", (("go_to", "orange"),), ("pick_up", "orange"), id="lowers its gripper"),
    pytest.param(
        "table", "left_arm", (("go_to", "orange"), ("pick_up", "orange"), ("go_to", "red_plate")),
        ("put_on", "orange", "red_plate"), id="sets a fruit down",
    ),
)  # fmt: skip


def where(r, robot):
    """Everything that moves with a robot: base, heading, gripper and what it holds."""
    stage = r.sim.stage
    held = stage.held(robot)
    return (*stage.base(robot), *stage.tip(robot), *(stage.position(held) if held else ()))


def farthest(a, b):
    return max(abs(x - y) for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("physics", BOTH)
@pytest.mark.parametrize(("world", "robot", "before", "order"), DOING)
@pytest.mark.parametrize("after", [0.3, 0.8, 1.1, 1.4])
def test_a_halted_robot_stands_still_from_the_next_tick_on(rig, physics, world, robot, before, order, after):
    r = rig(world, physics)
    for skill, *args in before:
        assert r.do(robot, skill, *args).status is S.SUCCESS
    assert r.begin(robot, *order) is None
    r.sim.step(after)
    held = r.sim.stage.held(robot)
    told = where(r, robot)
    ended = r.sim.halt(robot)
    assert ended is not None
    assert (ended.command.skill, ended.status) == (order[0], S.CANCELED)
    r.sim.step(0.2)
    stopped = where(r, robot)
    assert farthest(told, stopped) < 0.01
    for _ in range(50):
        assert list(r.sim.step(0.1)) == []
        assert farthest(stopped, where(r, robot)) < (1e-9 if physics == "kinematic" else 1e-3)
    state = r.sim.observe().robots[robot]
    assert (state.halted, state.holding, state.skill) == (True, held, "")


@pytest.mark.parametrize("physics", BOTH)
def test_a_person_stops_with_the_robot_that_guides_them(rig, physics):
    r = rig("office", physics)
    r.do("robot_2", "go_to", "d10")
    r.do("robot_2", "go_to", "d11", path=((20, 12), (21, 12)))
    assert r.do("robot_2", "guide", "visitor").status is S.SUCCESS
    assert r.begin("robot_2", "go_to", "corridor") is None
    r.sim.step(4.3)
    ended = r.sim.halt("robot_2")
    assert ended.message == "robot_2 was told to stop; it still guides the visitor."
    at = r.sim.stage.position("visitor")
    r.sim.step(3.0)
    assert r.sim.stage.position("visitor") == at


@pytest.mark.parametrize("physics", BOTH)
def test_a_cart_that_is_pushed_stops_with_the_robot(rig, physics):
    r = rig("office", physics)
    assert r.begin("robot_4", "push_to", "cart", "north_door") is None
    at = r.sim.stage.position("cart")
    while math.dist(at, r.sim.stage.position("cart")) < 0.3:
        r.sim.step(0.1)
    r.sim.halt("robot_4")
    at = r.sim.stage.position("cart")
    r.sim.step(2.0)
    assert math.dist(at, r.sim.stage.position("cart")) < 0.01


def test_a_halted_robot_takes_no_orders_until_it_is_released(rig):
    r = rig("office")
    assert r.sim.halt("robot_1") is None
    assert r.sim.halt("robot_1") is None
    refused = r.begin("robot_1", "go_to", "m1")
    assert (refused.status, refused.message) == (S.INVALID, "robot_1 is halted; tell it to go on first.")
    assert "stands still" in r.sim.progress("robot_1")[1]
    r.sim.release("robot_1")
    r.sim.release("robot_1")
    assert not r.sim.observe().robots["robot_1"].halted
    assert r.do("robot_1", "go_to", "m1").status is S.SUCCESS


def test_a_released_robot_settles_where_it_stood_and_then_obeys(rig):
    r = rig("office")
    assert r.begin("robot_1", "go_to", "m1") is None
    r.sim.step(1.4)
    r.sim.halt("robot_1")
    cell, pose = r.cell("robot_1"), r.sim.observe().robots["robot_1"].pose
    assert math.dist(pose[:2], r.world.centre(cell)) > 0.3
    r.sim.release("robot_1")
    assert r.sim.observe().robots["robot_1"].skill == "settles"
    assert list(r.sim.step(2.0)) == []
    state = r.sim.observe().robots["robot_1"]
    assert (state.cell, state.skill) == (cell, "")
    assert state.pose[:2] == pytest.approx(r.world.centre(cell))


def test_others_wait_for_a_robot_that_was_halted_between_two_cells(rig):
    r = rig("office")
    assert r.begin("robot_1", "go_to", "corridor", path=((7, 7), (7, 6), *((x, 6) for x in range(8, 14)))) is None
    r.sim.step(2.6)  # half of it has left (8, 6)
    r.sim.halt("robot_1")
    assert r.begin("robot_2", "go_to", "corridor", path=tuple((x, 6) for x in range(18, 6, -1))) is None
    for _ in range(150):
        r.sim.step(0.1)
        a, b = (r.sim.observe().robots[robot].pose for robot in ("robot_1", "robot_2"))
        assert math.dist(a[:2], b[:2]) >= 1.0
    assert "robot_1 is in its way" in r.sim.progress("robot_2")[1]


def test_who_follows_a_robot_stops_behind_it(rig):
    r = rig("office")
    row = tuple((x, 6) for x in range(18, 2, -1))
    assert r.do("robot_1", "go_to", "corridor", path=((7, 7), *((x, 7) for x in range(8, 18)), (17, 6))) is not None
    assert r.begin("robot_1", "go_to", "corridor", path=row[1:]) is None
    assert r.begin("robot_2", "go_to", "corridor", path=row) is None
    r.sim.step(4.7)
    r.sim.halt("robot_1")
    for _ in range(50):
        r.sim.step(0.1)
        a, b = (r.sim.observe().robots[robot].pose for robot in ("robot_1", "robot_2"))
        assert math.dist(a[:2], b[:2]) >= 1.0
    assert "robot_1 is in its way" in r.sim.progress("robot_2")[1]
    r.sim.release("robot_1")
    assert r.begin("robot_1", "go_to", "m1") is None
    assert r.finish("robot_2").status is S.SUCCESS


@pytest.mark.parametrize("physics", BOTH)
@pytest.mark.parametrize(("world", "robot", "before", "order"), DOING)
def test_a_canceled_result_comes_when_the_robot_stands(rig, physics, world, robot, before, order):
    r = rig(world, physics)
    for skill, *args in before:
        assert r.do(robot, skill, *args).status is S.SUCCESS
    assert r.begin(robot, *order) is None
    r.sim.step(0.8)
    assert r.sim.cancel(robot)
    ended = r.finish(robot)
    assert ended.status is S.CANCELED
    at = where(r, robot)
    assert r.sim.observe().robots[robot].pose[:2] == pytest.approx(
        r.world.centre(r.cell(robot)), abs=0.02 * r.world.cell_size
    )
    r.sim.step(3.0)
    assert farthest(at, where(r, robot)) < 0.01


def test_canceling_an_idle_robot_promises_nothing(rig):
    r = rig("office")
    assert not r.sim.cancel("robot_1")
    assert list(r.sim.step(1.0)) == []


def test_canceling_twice_gives_one_result(rig):
    r = rig("office")
    assert r.begin("robot_1", "go_to", "m1") is None
    r.sim.step(1.4)
    assert r.sim.cancel("robot_1")
    assert r.sim.cancel("robot_1")
    assert [result.status for result in r.sim.step(5.0)] == [S.CANCELED]


def test_a_refused_command_does_not_take_over(rig):
    r = rig("office")
    assert r.begin("robot_1", "go_to", "m1") is None
    r.sim.step(1.4)
    assert r.sim.cancel("robot_1")
    assert r.begin("robot_1", "go_to", "nowhere") is not None
    assert list(r.sim.step(0.0)) == []
    assert r.finish("robot_1").status is S.CANCELED


def test_a_robot_halted_while_it_settles_stands_where_it_is(rig):
    r = rig("office")
    assert r.begin("robot_1", "go_to", "m1") is None
    r.sim.step(1.4)
    assert r.sim.cancel("robot_1")
    at = r.sim.observe().robots["robot_1"].pose
    ended = r.sim.halt("robot_1")
    assert (ended.command.skill, ended.status) == ("go_to", S.CANCELED)
    assert list(r.sim.step(2.0)) == []
    assert r.sim.observe().robots["robot_1"].pose == at


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
ROOMS = ("corridor", "m1", "m2", "m5", "kitchen", "south_office", "north_office", "lobby")


@settings(max_examples=25, deadline=None)
@given(
    orders=st.lists(
        st.tuples(st.integers(1, 5), st.sampled_from(("go", "halt", "release", "cancel")), st.sampled_from(ROOMS)),
        min_size=5,
        max_size=40,
    )
)
def test_whatever_is_said_nobody_halted_moves_nobody_touches_and_every_order_is_answered_once(orders):
    simulator = sim.make(CROWD)
    open_orders, ended = {}, []
    for i, (number, verb, room) in enumerate(orders):
        robot = f"robot_{number}"
        command = SkillCommand(str(i), robot, "go_to", (room,))
        if verb == "go" and simulator.start(command) is None:
            open_orders[command.id] = command
        elif verb == "halt":
            ended += filter(None, [simulator.halt(robot)])
        elif verb == "release":
            simulator.release(robot)
        elif verb == "cancel":
            simulator.cancel(robot)
        for _ in range(7):
            before = simulator.observe().robots
            ended += simulator.step(0.1)
            now = simulator.observe().robots
            assert all(now[name].pose == before[name].pose for name in now if before[name].halted)
            for a, b in combinations(now, 2):
                reach = CROWD.robots[a].type.radius + CROWD.robots[b].type.radius
                assert math.dist(now[a].pose[:2], now[b].pose[:2]) > reach
    for robot in CROWD.robots:
        ended += filter(None, [simulator.halt(robot)])
    ended += simulator.step(0.0)
    assert sorted(result.command.id for result in ended) == sorted(open_orders)
