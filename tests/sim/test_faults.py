from __future__ import annotations

import pytest

from grounding.errors import ConfigurationError
from sim.faults import FaultPlan
from sim.protocol import SkillStatus

S = SkillStatus


def test_a_scripted_failure_happens_once(rig):
    r = rig("office", faults=FaultPlan(scripted=(("pick_up", 1, S.EXECUTION_FAILURE),)))
    r.do("robot_3", "go_to", "d5")
    where = r.sim.observe().things["document"]
    failed = r.do("robot_3", "pick_up", "document")
    assert failed.status is S.EXECUTION_FAILURE
    assert "the gripper slipped (rehearsed failure)" in failed.message
    assert r.sim.observe().things["document"] == where
    r.sim.step(3.0)
    assert r.do("robot_3", "pick_up", "document").status is S.SUCCESS


def test_a_failed_place_keeps_the_thing_held(rig):
    r = rig("table", faults=FaultPlan(scripted=(("put_on", 1, S.EXECUTION_FAILURE),)))
    r.do("left_arm", "go_to", "orange")
    r.do("left_arm", "pick_up", "orange")
    r.do("left_arm", "go_to", "red_plate")
    assert r.do("left_arm", "put_on", "orange", "red_plate").status is S.EXECUTION_FAILURE
    assert r.sim.observe().robots["left_arm"].holding == "orange"
    assert r.do("left_arm", "put_on", "orange", "red_plate").status is S.SUCCESS


def test_a_failed_drive_stops_in_a_cell_on_the_way(rig):
    r = rig("office", faults=FaultPlan(probability={"drive": 1.0}, seed=5))
    path = tuple((x, 7) for x in range(7, 20))
    result = r.do("robot_1", "go_to", "corridor", path=path)
    assert result.status is S.EXECUTION_FAILURE
    state = r.sim.observe().robots["robot_1"]
    assert state.cell in path[:-1]
    assert state.pose[:2] == pytest.approx(r.world.centre(state.cell))


@pytest.mark.parametrize(
    ("skill", "args", "status"),
    [
        ("photograph", ("corridor",), S.EXECUTION_FAILURE),
        ("photograph", ("corridor",), S.POSTCONDITION_FAILURE),
        ("go_to", ("m1",), S.PLANNING_FAILURE),
    ],
)
def test_any_status_can_be_rehearsed_and_leaves_no_effect(rig, skill, args, status):
    r = rig("office", faults=FaultPlan(scripted=((skill, 1, status),)))
    assert r.do("robot_1", skill, *args).status is status
    flags = r.sim.observe().flags
    assert ("corridor", "photographed") not in flags
    assert ("robot_1", "camera_on") not in flags


def outcomes(r, seed):
    r.sim.reset(seed)
    ends = []
    for _ in range(12):
        result = r.do("robot_1", "photograph", "corridor")
        ends.append(result.status)
        r.sim.step(1.0)
    return ends


def test_failures_are_the_same_for_the_same_seed(rig):
    r = rig("office", faults=FaultPlan(probability={"photograph": 0.5}, seed=1))
    first = outcomes(r, 7)
    assert outcomes(r, 7) == first
    assert {S.SUCCESS, S.EXECUTION_FAILURE} == set(first)
    assert any(outcomes(r, seed) != first for seed in (8, 9, 10))


def test_a_lost_robot_stops_and_answers_no_more(rig):
    r = rig("office", faults=FaultPlan(lose_robot=("robot_1", 2.5)))
    assert r.begin("robot_1", "go_to", "m1") is None
    result = r.finish("robot_1")
    assert result.status is S.EXECUTION_FAILURE
    assert "does not answer any more" in result.message
    assert result.time == pytest.approx(2.5, abs=0.11)
    where = r.sim.observe().robots["robot_1"]
    assert not where.alive
    r.sim.step(5.0)
    assert r.sim.observe().robots["robot_1"].pose == where.pose
    again = r.begin("robot_1", "go_to", "m1")
    assert again is not None
    assert again.status is S.INVALID


@pytest.mark.parametrize(
    "plan",
    [
        FaultPlan(probability={"juggle": 0.1}),
        FaultPlan(scripted=(("juggle", 1, S.EXECUTION_FAILURE),)),
        FaultPlan(lose_robot=("robot_9", 1.0)),
    ],
)
def test_plans_about_what_is_not_there_are_refused(rig, plan):
    with pytest.raises(ConfigurationError, match="of this world"):
        rig("office", faults=plan)


def test_impossible_plans_are_refused():
    with pytest.raises(ConfigurationError, match="not between 0 and 1"):
        FaultPlan(probability={"pick_up": 1.5})
    with pytest.raises(ConfigurationError, match="needs n >= 1"):
        FaultPlan(scripted=(("pick_up", 0, S.EXECUTION_FAILURE),))
