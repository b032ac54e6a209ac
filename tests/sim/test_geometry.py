from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.worldfile import load_world
from sim.geometry import OVERLAP, footprint, riders, spot_on, spot_on_floor, start_positions, support_of, supports
from sim.scenery import boxes
from sim.stage import Point, Pose, glob, local

TABLE, OFFICE = load_world("table"), load_world("office")
FOOD = [t.id for t in TABLE.things.values() if "portable" in t.properties]


@given(order=st.permutations(FOOD).map(lambda foods: foods[:4]))
def test_four_things_set_on_a_plate_lie_on_it_and_not_in_one_another(order):
    positions = start_positions(TABLE)
    plate = TABLE.things["green_plate"]
    for food in order:
        spot = spot_on(TABLE, TABLE.things[food], plate, positions)
        assert spot is not None
        positions[food] = spot
        assert support_of(TABLE, food, positions, supports(TABLE)) == plate.id
        assert TABLE.cell_at(spot.x, spot.y) == plate.cell
    for i, a in enumerate(order):
        for b in order[i + 1 :]:
            (ax, ay), (bx, by) = footprint(TABLE, TABLE.things[a]), footprint(TABLE, TABLE.things[b])
            pa, pb = positions[a], positions[b]
            height = (TABLE.things[a].size[2] + TABLE.things[b].size[2]) / 2
            gaps = (abs(pa.x - pb.x) - ax - bx, abs(pa.y - pb.y) - ay - by, abs(pa.z - pb.z) - height)
            assert max(gaps) >= -OVERLAP - 1e-9


def test_a_plate_or_bin_that_is_full_has_no_spot():
    positions = start_positions(OFFICE)
    parcel = OFFICE.things["parcel"]
    world = replace(
        OFFICE, things={**OFFICE.things, **{f"parcel_{i}": replace(parcel, id=f"parcel_{i}") for i in range(9)}}
    )
    found = []
    for i in range(9):
        spot = spot_on(world, world.things[f"parcel_{i}"], world.things["bin"], positions)
        found.append(spot is not None)
        if spot is not None:
            positions[f"parcel_{i}"] = spot
    assert found == [True, True, *[False] * 7]


@pytest.mark.parametrize("heading", [0.0, 1.0, 2.5, -2.0])
def test_things_set_down_stay_in_the_cell_beside_the_robot(heading):
    robot, positions = OFFICE.robots["robot_3"], start_positions(OFFICE)
    for name in ("document", "red_mug", "parcel", "report"):
        ahead = (3 + math.cos(heading), 3 + math.sin(heading))
        spot = spot_on_floor(OFFICE, robot, OFFICE.things[name], (3, 3), ahead, positions)
        assert OFFICE.cell_at(spot.x, spot.y) == (3, 3)
        assert math.dist((spot.x, spot.y), (3, 3)) > robot.type.radius
        assert spot.z == pytest.approx(OFFICE.things[name].size[2] / 2)
        positions[name] = spot


@given(
    base=st.builds(Pose, st.floats(-9, 9), st.floats(-9, 9), st.floats(-4, 4)),
    point=st.builds(Point, st.floats(-9, 9), st.floats(-9, 9), st.floats(0, 2)),
)
def test_local_and_global_points_are_inverse(base, point):
    assert glob(base, local(base, point)) == pytest.approx(point, abs=1e-9)


@settings(max_examples=60)
@given(cells=st.frozensets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=40))
def test_boxes_cover_each_cell_once(cells):
    covered = [(x, y) for x0, y0, x1, y1 in boxes(cells) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1)]
    assert sorted(covered) == sorted(cells)


def test_everything_people_carry_has_room_on_all_furniture_of_the_household():
    world = load_world("household")
    at = start_positions(world)
    crowded = {
        (holder.id, thing.id)
        for holder in world.things.values()
        if holder.properties & {"surface", "container"} and "portable" not in holder.properties
        for thing in world.things.values()
        if "portable" in thing.properties and thing.support != holder.id
        and spot_on(world, thing, holder, {k: p for k, p in at.items() if k != thing.id}) is None
    }  # fmt: skip
    assert crowded == {("toilet", "baseball_bat")}


def test_a_box_does_not_lie_on_the_plate_inside_it():
    world = load_world("household")
    at = start_positions(world)
    box = at["box"]
    at["plate"] = Point(box.x, box.y, box.z - 0.12 + 0.01)
    assert support_of(world, "plate", at, supports(world)) == "box"
    assert support_of(world, "box", at, supports(world)) is None
    assert riders(world, "box", at) == ("plate",)
