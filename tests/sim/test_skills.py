from __future__ import annotations

import pytest

from grounding.state import initial_state, passable
from grounding.worldfile import load_world, shipped_worlds
from sim.protocol import SkillStatus

S = SkillStatus


@pytest.mark.parametrize("name", shipped_worlds())
def test_observation_at_the_start_is_that_of_the_world_file(rig, name):
    world = load_world(name)
    expected, seen = initial_state(world), rig(world).sim.observe()
    assert {r: (s.cell, s.holding, s.alive) for r, s in seen.robots.items()} == {
        r: (s.cell, s.holding, s.alive) for r, s in expected.robots.items()
    }
    assert {t: (s.cell, s.support, s.held_by) for t, s in seen.things.items()} == {
        t: (s.cell, s.support, s.held_by) for t, s in expected.things.items()
    }
    assert seen.flags == expected.flags


def test_a_robot_drives_one_cell_a_tick_along_the_given_path(rig):
    r = rig("office")
    path = ((7, 7), (8, 7), (9, 7), (9, 6), (9, 6), (10, 6))
    assert r.begin("robot_1", "go_to", "corridor", path=path) is None
    seen = [r.cell("robot_1")]
    result = None
    while result is None:
        result = next(iter(r.sim.step(0.1)), None)
        if r.cell("robot_1") != seen[-1]:
            seen.append(r.cell("robot_1"))
    assert result.status is S.SUCCESS
    assert result.time == pytest.approx((len(path) - 1) * r.world.tick_s)
    assert seen == [(7, 7), (8, 7), (9, 7), (9, 6), (10, 6)]


def test_pick_carry_and_put_down(rig):
    r = rig("office")
    assert r.do("robot_3", "go_to", "d5").status is S.SUCCESS
    assert r.do("robot_3", "pick_up", "document").status is S.SUCCESS
    held = r.sim.observe()
    assert held.robots["robot_3"].holding == "document"
    assert held.things["document"].held_by == "robot_3"
    assert r.do("robot_3", "go_to", "d3").status is S.SUCCESS
    assert r.sim.observe().things["document"].cell == r.cell("robot_3")
    assert r.do("robot_3", "put_down", "document").status is S.SUCCESS
    state = r.sim.observe()
    assert (state.things["document"].cell, state.things["document"].held_by) == ((5, 1), None)
    assert state.robots["robot_3"].holding is None


def test_things_are_set_on_and_in_others(rig):
    r = rig("office")
    r.do("robot_4", "go_to", "d10")
    assert r.do("robot_4", "pick_up", "red_mug").status is S.SUCCESS
    r.do("robot_4", "go_to", "kitchen")
    r.do("robot_4", "go_to", "kitchen", path=tuple((x, 9) for x in (15, 14, 13)))
    r.do("robot_4", "go_to", "kitchen", path=((13, 9), (13, 10), (13, 11)))
    assert r.do("robot_4", "put_on", "red_mug", "kitchen_table").status is S.SUCCESS
    state = r.sim.observe().things
    assert state["red_mug"].support == state["blue_mug"].support == "kitchen_table"
    apart = [abs(a - b) for a, b in zip(state["red_mug"].position, state["blue_mug"].position, strict=True)]
    assert max(apart[:2]) > 0.09
    assert r.do("robot_4", "pick_up", "blue_mug").status is S.SUCCESS
    r.do("robot_4", "go_to", "kitchen", path=((13, 11), (14, 11), (15, 11), (16, 11)))
    assert r.do("robot_4", "put_in", "blue_mug", "bin").status is S.SUCCESS
    assert r.sim.observe().things["blue_mug"].support == "bin"
    assert r.cell("blue_mug") == r.cell("bin")


def test_a_door_is_opened_passed_and_closed(rig):
    r = rig("office")
    assert r.do("robot_1", "go_to", "m4").status is S.PLANNING_FAILURE
    r.do("robot_1", "go_to", "corridor", path=tuple((x, 7) for x in range(7, 13)))
    r.do("robot_1", "go_to", "corridor", path=((12, 7), (12, 6)))
    assert r.do("robot_1", "open", "door_m4").status is S.SUCCESS
    assert ("door_m4", "open") in r.sim.observe().flags
    assert r.do("robot_1", "open", "door_m4").status is S.PRECONDITION_FAILURE
    assert r.do("robot_1", "go_to", "m4").status is S.SUCCESS
    assert r.do("robot_1", "close", "door_m4").status is S.SUCCESS
    assert ("door_m4", "open") not in r.sim.observe().flags
    assert r.do("robot_1", "go_to", "corridor").status is S.PLANNING_FAILURE


def test_the_camera_is_on_only_while_a_photo_is_taken(rig):
    r = rig("office")
    r.do("robot_1", "go_to", "m1")
    assert r.begin("robot_1", "photograph", "m1") is None
    r.sim.step(0.5)
    flags = r.sim.observe().flags
    assert ("robot_1", "camera_on") in flags
    assert ("m1", "photographed") not in flags
    assert r.finish("robot_1").status is S.SUCCESS
    flags = r.sim.observe().flags
    assert ("robot_1", "camera_on") not in flags
    assert ("m1", "photographed") in flags


def test_a_person_follows_at_a_distance_and_arrives(rig):
    r = rig("office")
    r.do("robot_2", "go_to", "d10")
    r.do("robot_2", "go_to", "d11", path=((20, 12), (21, 12)))
    assert r.do("robot_2", "guide", "visitor").status is S.SUCCESS
    assert r.begin("robot_2", "go_to", "corridor") is None
    r.sim.step(4.0)
    state = r.sim.observe()
    robot, person = state.robots["robot_2"], state.things["visitor"]
    gap = ((robot.pose[0] - person.position[0]) ** 2 + (robot.pose[1] - person.position[1]) ** 2) ** 0.5
    assert 0.4 < gap < 1.3
    assert person.held_by == "robot_2"
    assert r.finish("robot_2").status is S.SUCCESS
    assert r.do("robot_2", "release", "visitor").status is S.SUCCESS
    state = r.sim.observe()
    assert state.things["visitor"].held_by is None
    assert state.things["visitor"].cell == state.robots["robot_2"].cell


def test_machines_are_switched_and_tables_cleaned(rig):
    r = rig("office")
    r.do("robot_4", "go_to", "d12")
    assert r.do("robot_4", "switch_on", "desk_lamp").status is S.SUCCESS
    assert ("desk_lamp", "switched_on") in r.sim.observe().flags
    assert r.do("robot_4", "switch_off", "desk_lamp").status is S.SUCCESS
    assert ("desk_lamp", "switched_on") not in r.sim.observe().flags


def test_a_chair_is_pushed_around_a_corner_into_the_blue_room(rig):
    r = rig("cleanup")
    assert r.do("robot_1", "push_to", "chair", "blue_room").status is S.SUCCESS
    assert r.cell("chair") in r.world.rooms["blue_room"].cells


def test_arms_fill_a_plate_without_overlap(rig):
    r = rig("table")
    for fruit in ("green_apple", "orange", "cucumber"):
        assert r.do("left_arm", "go_to", fruit).status is S.SUCCESS
        assert r.do("left_arm", "pick_up", fruit).status is S.SUCCESS
        assert r.do("left_arm", "go_to", "yellow_plate").status is S.SUCCESS
        assert r.do("left_arm", "put_on", fruit, "yellow_plate").status is S.SUCCESS
    things = r.sim.observe().things
    on_plate = [t for t, s in things.items() if s.support == "yellow_plate"]
    assert sorted(on_plate) == ["cucumber", "green_apple", "orange"]
    assert {things[t].cell for t in on_plate} == {(4, 0)}


def test_an_arm_waits_for_the_other_one(rig):
    r = rig("table")
    assert r.begin("right_arm", "go_to", "blue_plate") is None
    assert r.begin("left_arm", "go_to", "red_plate") is None
    r.sim.step(8.0)
    a, b = r.cell("left_arm"), r.cell("right_arm")
    assert not r.world.conflict("left_arm", a, "right_arm", b)
    assert "waits" in r.sim.progress("left_arm")[1]


@pytest.mark.parametrize(
    ("robot", "skill", "args", "path", "status", "words"),
    [
        ("robot_9", "go_to", ("m1",), (), S.INVALID, "no robot called 'robot_9'"),
        ("robot_1", "fly", ("m1",), (), S.INVALID, "no skill called 'fly'"),
        ("robot_1", "pick_up", ("document",), (), S.INVALID, "robot_1 cannot pick_up"),
        ("robot_3", "pick_up", (), (), S.INVALID, "takes item"),
        ("robot_3", "pick_up", ("unicorn",), (), S.INVALID, "nothing called 'unicorn'"),
        ("robot_3", "pick_up", ("chair",), (), S.INVALID, "needs portable as its item"),
        ("robot_3", "pick_up", ("document",), (), S.PRECONDITION_FAILURE, "not within reach of the document"),
        ("robot_1", "photograph", ("m1",), (), S.PRECONDITION_FAILURE, "robot_1 is not in m1"),
        ("robot_3", "put_down", ("document",), (), S.PRECONDITION_FAILURE, "does not hold the document"),
        ("robot_2", "open", ("door_m1",), (), S.PRECONDITION_FAILURE, "not within reach of the door m1"),
        ("robot_1", "go_to", ("m4",), (), S.PLANNING_FAILURE, "finds no way to m4"),
        ("robot_1", "go_to", ("m1",), ((6, 7), (7, 7)), S.PLANNING_FAILURE, "the path starts at (6, 7)"),
        ("robot_1", "go_to", ("m1",), ((7, 7), (9, 7)), S.PLANNING_FAILURE, "jumps from (7, 7) to (9, 7)"),
        ("robot_1", "go_to", ("m1",), ((7, 7), (7, 8)), S.PLANNING_FAILURE, "leads through (7, 8)"),
    ],
)
def test_what_cannot_begin_is_refused_with_a_reason_and_nothing_moves(rig, robot, skill, args, path, status, words):
    r = rig("office")
    before = r.sim.observe()
    result = r.begin(robot, skill, *args, path=path)
    assert result is not None
    assert result.status is status
    assert words.lower() in result.message.lower()
    assert list(r.sim.step(1.0)) == []
    after = r.sim.observe()
    assert (after.robots, after.things, after.flags) == (before.robots, before.things, before.flags)


def test_a_busy_robot_takes_no_second_command(rig):
    r = rig("office")
    assert r.begin("robot_1", "go_to", "m1") is None
    second = r.begin("robot_1", "go_to", "m2")
    assert second is not None
    assert second.status is S.INVALID
    assert "busy" in second.message
    assert r.finish("robot_1").status is S.SUCCESS


def test_a_robot_waits_for_another_and_gives_up_in_the_end(rig):
    r = rig("office")
    r.do("robot_2", "go_to", "corridor", path=((18, 6), (17, 6), (16, 6)))
    result = r.do("robot_1", "go_to", "corridor", path=((7, 7), (7, 6), *((x, 6) for x in range(8, 18))))
    assert result.status is S.EXECUTION_FAILURE
    assert "robot_2 is in its way" in result.message
    assert r.cell("robot_1") == (15, 6)


def test_a_waiting_robot_goes_on_when_the_way_is_free(rig):
    r = rig("office")
    r.do("robot_2", "go_to", "corridor", path=((18, 6), (17, 6), (16, 6)))
    assert r.begin("robot_1", "go_to", "corridor", path=((7, 7), (7, 6), *((x, 6) for x in range(8, 18)))) is None
    r.sim.step(12.0)
    assert "waits" in r.sim.progress("robot_1")[1]
    assert r.begin("robot_2", "go_to", "corridor", path=((16, 6), (16, 7))) is None
    assert r.finish("robot_1").status is S.SUCCESS


def test_cancel_stops_and_settles_in_the_nearest_cell(rig):
    r = rig("office")
    r.do("robot_3", "go_to", "d5")
    r.do("robot_3", "pick_up", "document")
    assert r.begin("robot_3", "go_to", "d3") is None
    r.sim.step(1.3)
    assert r.sim.cancel("robot_3")
    assert r.sim.observe().robots["robot_3"].skill == "settles"
    canceled = r.finish("robot_3")
    assert canceled.status is S.CANCELED
    assert canceled.message == "robot_3 was told to stop; it still holds the document."
    assert not r.sim.cancel("robot_3")
    state = r.sim.observe().robots["robot_3"]
    assert state.skill == ""
    assert state.pose[:2] == pytest.approx(r.world.centre(state.cell), abs=1e-6)
    assert state.holding == "document"
    assert list(r.sim.step(5.0)) == []
    assert r.cell("robot_3") == state.cell
    assert r.do("robot_3", "go_to", "d3").status is S.SUCCESS


def test_a_new_command_right_after_cancel_starts_from_the_nearest_cell(rig):
    r = rig("office")
    assert r.begin("robot_1", "go_to", "m1") is None
    r.sim.step(1.6)
    assert r.sim.cancel("robot_1")
    here = r.cell("robot_1")
    assert r.begin("robot_1", "go_to", "corridor", path=(here, (here[0], here[1]))) is None
    (overtaken,) = r.sim.step(0.0)
    assert (overtaken.command.args, overtaken.status) == (("m1",), S.CANCELED)
    assert r.finish("robot_1").status is S.SUCCESS
    assert r.cell("robot_1") == here


def test_a_door_that_should_close_waits_for_who_stands_in_it(rig):
    r = rig("office")
    r.do("robot_2", "go_to", "corridor", path=tuple((x, 6) for x in range(18, 2, -1)))
    r.do("robot_2", "go_to", "corridor", path=((3, 6), (3, 7)))
    r.do("robot_1", "go_to", "door_m1")
    r.do("robot_2", "go_to", "corridor", path=((3, 7), (2, 7)))
    assert r.begin("robot_2", "close", "door_m1") is None
    r.sim.step(4.0)
    assert ("door_m1", "open") in r.sim.observe().flags
    assert r.begin("robot_1", "go_to", "m1") is None
    assert r.finish("robot_2").status is S.SUCCESS
    assert ("door_m1", "open") not in r.sim.observe().flags
    assert r.cell("robot_1") in r.world.rooms["m1"].cells


def test_reset_brings_back_the_start(rig):
    r = rig("cleanup")
    first = r.sim.observe()
    r.do("robot_1", "push_to", "chair", "blue_room")
    again = r.sim.reset(3)
    assert (again.time, again.robots, again.things) == (first.time, first.robots, first.things)


@pytest.mark.parametrize(
    ("physics", "thing", "skill"),
    [
        ("kinematic", "mug", "put_in"),
        ("kinematic", "plate", "put_on"),
        pytest.param("pybullet", "mug", "put_in", marks=pytest.mark.physics),
    ],
)
def test_what_lies_in_or_on_a_thing_comes_along(rig, physics, thing, skill):
    r = rig("household", physics)
    r.do("robot_1", "go_to", "kitchen", path=_way(r, "robot_1", "spoon"))
    assert r.do("robot_1", "pick_up", "spoon").status is S.SUCCESS
    r.do("robot_1", "go_to", "kitchen", path=_way(r, "robot_1", thing))
    assert r.do("robot_1", skill, "spoon", thing).status is S.SUCCESS
    assert r.do("robot_1", "pick_up", thing).status is S.SUCCESS
    r.do("robot_1", "go_to", "kitchen", path=_way(r, "robot_1", "counter"))
    held = r.sim.observe().things["spoon"]
    assert (held.support, held.held_by, held.cell) == (thing, None, r.cell("robot_1"))
    assert r.do("robot_1", "put_down", thing).status is S.SUCCESS
    state = r.sim.observe().things
    assert (state["spoon"].support, state["spoon"].cell) == (thing, state[thing].cell)


def _way(r, robot, thing):
    """A shortest way to a cell beside a thing."""
    state = r.sim.observe()
    goal = set(r.world.neighbours(state.things[thing].cell))
    before = {r.cell(robot): None}
    queue = list(before)
    for cell in queue:
        if cell in goal:
            way = [cell]
            while before[way[-1]] is not None:
                way.append(before[way[-1]])
            return tuple(reversed(way))
        for other in r.world.neighbours(cell):
            if other not in before and passable(r.world, state, other):
                before[other] = cell
                queue.append(other)
    raise AssertionError(f"no way to {thing}")
