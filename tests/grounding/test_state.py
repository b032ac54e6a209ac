from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grounding.skills import apply, walk
from grounding.state import PREDICATES, Proposition, holds, initial_state, passable
from grounding.worldfile import load_world

OFFICE = load_world("office")
TABLE = load_world("table")
START = initial_state(OFFICE)


def true_in(state, name, world=OFFICE):
    return holds(Proposition.parse(name), world, state)


@given(st.sampled_from(sorted(PREDICATES)), st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), max_size=3))
def test_names_read_back(predicate, args):
    proposition = Proposition(predicate, tuple(args))
    assert Proposition.parse(proposition.name) == proposition


def test_bind_replaces_self_only():
    assert Proposition.parse("holding.self.any").bind("robot_1").name == "holding.robot_1.any"
    assert Proposition.parse("at.any.m1").bind("robot_1").name == "at.any.m1"


def test_the_state_at_the_start():
    assert START.time == 0.0
    assert START.robots["robot_1"].cell == (7, 7)
    assert START.robots["robot_1"].pose == (7.0, 7.0, 0.0)
    assert START.things["blue_mug"].support == "kitchen_table"
    assert START.things["document"].cell == (9, 1)
    assert ("door_m1", "open") in START.flags
    assert ("door_m4", "open") not in START.flags
    assert START.with_flag("door_m4", "open").with_flag("door_m4", "open", False) == START


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("at.robot_1.corridor", True), ("at.robot_1.public", True), ("at.robot_1.m1", False),
        ("at.any.south_office", True), ("at.any.kitchen", False), ("at.any.meeting_room", False),
        ("holding.any.any", False), ("in.document.d5", True), ("in.document.south_office", True),
        ("inside.document.d5", True), ("in.blue_mug.kitchen", True), ("in.blue_mug.bin", False),
        ("on.blue_mug.kitchen_table", True), ("on.red_mug.kitchen_table", False), ("is.door_m1.open", True),
        ("is.door_m4.open", False), ("is.m1.photographed", False), ("is.any.camera_on", False),
    ],
)  # fmt: skip
def test_what_holds_at_the_start(name, expected):
    assert true_in(START, name) is expected


def test_what_is_held_is_inside_but_does_not_rest():
    state = walk(START, "robot_3", (9, 1), (9.0, 1.0, 0.0))
    state = apply(OFFICE, state, "robot_3", OFFICE.skills["pick_up"], ("document",))
    assert true_in(state, "holding.robot_3.document")
    assert true_in(state, "holding.any.document")
    assert true_in(state, "holding.robot_3.any")
    assert not true_in(state, "holding.robot_4.any")
    assert not true_in(state, "in.document.d5")
    assert true_in(state, "inside.document.d5")
    state = walk(state, "robot_3", (5, 1), (5.0, 1.0, 0.0))
    assert true_in(state, "inside.document.d3")
    state = apply(OFFICE, state, "robot_3", OFFICE.skills["put_down"], ("document",))
    assert true_in(state, "in.document.d3")


def test_flags_of_any_robot():
    assert true_in(START.with_flag("robot_2", "camera_on"), "is.any.camera_on")
    assert not true_in(START.with_flag("m1", "camera_on"), "is.any.camera_on")


def test_an_unknown_predicate_is_an_error():
    with pytest.raises(ValueError, match="'above'"):
        true_in(START, "above.robot_1.m1")


def test_walls_closed_doors_and_obstacles_are_in_the_way():
    assert passable(OFFICE, START, (7, 7))
    assert not passable(OFFICE, START, (0, 0))
    assert not passable(OFFICE, START, (12, 5))
    assert passable(OFFICE, START.with_flag("door_m4", "open"), (12, 5))
    assert not passable(OFFICE, START, (6, 11))
    away = replace(START.things["chair"], cell=(5, 9))
    assert passable(OFFICE, replace(START, things={**START.things, "chair": away}), (6, 11))


def test_kind_zones_are_the_union_of_their_members():
    for zone in OFFICE.kinds.values():
        members = [OFFICE.zones[m] for m in zone.members]
        assert zone.cells == frozenset().union(*(m.cells for m in members))
        for cell in zone.cells:
            assert zone.id in OFFICE.zones_at(cell)


@given(st.sampled_from(sorted(OFFICE.free_cells)))
def test_a_cell_is_in_one_room_or_door(cell):
    sorts = [OFFICE.zones[z].sort for z in OFFICE.zones_at(cell)]
    assert sorts.count("room") + sorts.count("door") == 1
    assert (OFFICE.room_of(cell) is None) == ("door" in sorts)
    assert OFFICE.cell_at(*OFFICE.centre(cell)) == cell


@given(st.tuples(st.integers(0, 9), st.integers(0, 8)), st.tuples(st.integers(0, 9), st.integers(0, 8)))
def test_arms_may_not_reach_past_each_other(a, b):
    expected = b[0] - a[0] < 2
    assert TABLE.conflict("left_arm", a, "right_arm", b) is expected
    assert TABLE.conflict("right_arm", b, "left_arm", a) is expected


def test_mobile_robots_conflict_in_the_same_cell_only():
    assert OFFICE.conflict("robot_1", (3, 3), "robot_2", (3, 3))
    assert not OFFICE.conflict("robot_1", (3, 3), "robot_2", (3, 4))
