"""The logic of a mission, played through with the kinematic twin and without ROS."""

from __future__ import annotations

import pytest
from playing import OFFICE, Play

from grounding.mission.task import NodeState
from heed.mission import Limits, Phase
from heed.progress import LeafState
from sim.faults import FaultPlan
from sim.protocol import SkillStatus

FAIL = SkillStatus.EXECUTION_FAILURE


def states(mission):
    return {name: leaf.state for name, leaf in mission.status().leaves.items()}


def test_every_leaf_is_finished_once_its_goal_is_seen():
    play = Play("robot one goes to m1, then robot two goes to m2")
    assert play.mission.fraction == 0.0
    nodes = play.mission.nodes()
    assert nodes["1"].state is NodeState.PENDING
    assert nodes["2"].sentence.startswith("waits until")
    mission = play.run()
    assert mission.phase is Phase.FINISHED
    assert set(states(mission).values()) == {LeafState.FINISHED}
    assert mission.done == {"p0_1": "robot_1", "p0_2": "robot_2"}
    assert mission.nodes()["0"].state is NodeState.DONE
    assert "m1" in {command.args[0] for command in play.commands}
    assert play.mission.state.robots["robot_1"].cell in OFFICE.zones["m1"].cells


def test_order_is_kept_in_what_is_told():
    play = Play("robot one goes to m1, then robot two goes to m2")
    play.run()
    for status in play.statuses:
        first, then = status.leaves["p0_1"].state, status.leaves["p0_2"].state
        assert then is LeafState.PENDING or first is LeafState.FINISHED
    fractions = [status.fraction for status in play.statuses]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0


def test_what_is_so_already_is_done_at_once():
    play = Play("robot one goes to the corridor")
    assert play.mission.state.robots["robot_1"].cell in OFFICE.zones["corridor"].cells
    mission = play.run()
    assert mission.phase is Phase.FINISHED
    assert play.commands == []
    assert mission.state.time <= 0.2


def test_the_other_alternative_is_skipped():
    mission = Play("robot one goes to m1 or to m6").run()
    assert mission.phase is Phase.FINISHED
    assert sorted(states(mission).values()) == [LeafState.FINISHED, LeafState.SKIPPED]
    assert {node.state for node in mission.nodes().values()} == {NodeState.DONE, NodeState.SKIPPED}


def test_a_failed_skill_is_tried_again():
    play = Play("take a photo in m1", FaultPlan(scripted=(("photograph", 1, FAIL), ("photograph", 2, FAIL))))
    assert play.run().phase is Phase.FINISHED
    assert [c.skill for c in play.commands].count("photograph") == 3
    assert play.plans == 1
    assert len({c.id for c in play.commands}) == len(play.commands)


def test_a_drive_that_fails_goes_on_from_where_the_robot_is():
    play = Play("robot one goes to m6", FaultPlan(scripted=(("go_to", 1, FAIL),)))
    assert play.run().phase is Phase.FINISHED
    drives = [c for c in play.commands if c.skill == "go_to"]
    assert drives[0].path[0] == OFFICE.robots["robot_1"].start
    assert drives[1].path[0] != drives[0].path[0]
    assert drives[1].path[0] in drives[0].path


def test_what_fails_again_and_again_is_planned_anew_then_given_up():
    play = Play("take a photo in m1", FaultPlan(probability={"photograph": 1.0}), Limits(retries=1, replans=2))
    mission = play.run()
    assert mission.phase is Phase.FAILED
    assert play.plans == 3
    assert [c.skill for c in play.commands].count("photograph") == 6
    assert "camera" in mission.reason
    assert "2 new plans did not help" in mission.reason
    assert mission.nodes()["0"].state is NodeState.FAILED
    assert mission.nodes()["0"].sentence


def test_a_precondition_that_does_not_hold_is_planned_anew_at_once():
    precondition = SkillStatus.PRECONDITION_FAILURE
    play = Play("take a photo in m1", FaultPlan(scripted=(("photograph", 1, precondition),)))
    assert play.run().phase is Phase.FINISHED
    assert play.plans == 2


def test_another_robot_takes_over_from_one_that_is_lost():
    play = Play("take a photo in m1", FaultPlan(lose_robot=("robot_1", 3.0)))
    mission = play.run()
    assert mission.phase is Phase.FINISHED
    assert mission.done == {"p0": "robot_2"} or set(mission.done.values()) == {"robot_2"}
    assert play.plans == 2


def test_a_lost_robot_that_nobody_can_replace_fails_the_mission():
    mission = Play("robot one takes a photo in m1", FaultPlan(lose_robot=("robot_1", 3.0))).run()
    assert mission.phase is Phase.FAILED
    assert "robot_1" in mission.reason


def test_finished_leaves_stay_finished_when_the_rest_is_planned_anew():
    faults = FaultPlan(scripted=(("photograph", 2, SkillStatus.PLANNING_FAILURE),))
    play = Play("robot one takes a photo in m1, then robot one takes a photo in m2", faults)
    assert play.run().phase is Phase.FINISHED
    assert play.plans == 2
    assert [c.args for c in play.commands if c.skill == "photograph"] == [("m1",), ("m2",), ("m2",)]
    fractions = [status.fraction for status in play.statuses]
    assert fractions == sorted(fractions)


def test_abandoning_stops_every_robot_and_fails_what_was_begun():
    play = Play("robot one goes to m1 and robot two goes to m6")
    for _ in range(30):
        play.turn()
    assert len(play.mission.running) == 2
    play.mission.abandon("canceled by the operator")
    orders = play.mission.advance()
    assert sorted(orders.stop) == ["robot_1", "robot_2"]
    assert not orders.start
    assert play.mission.phase is Phase.STOPPING
    assert play.run().phase is Phase.FAILED
    assert play.mission.reason == "canceled by the operator"
    assert set(states(play.mission).values()) == {LeafState.FAILED}


def test_results_count_only_with_an_observation_from_after_them():
    play = Play("robot one goes to m1")
    while not play.mission.running:
        play.turn()
    before = play.mission.state
    while play.mission.phase is Phase.RUNNING:
        play.turn()
    finished = next(o for o in play.observations if o.robots["robot_1"].cell in OFFICE.zones["m1"].cells)
    told = next(s for s in play.statuses if LeafState.FINISHED in {leaf.state for leaf in s.leaves.values()})
    assert before.time < finished.time <= told.time


def test_a_mission_in_which_nothing_moves_is_not_waited_for_for_ever():
    play = Play("robot one goes to m1", limits=Limits(replans=1, stall_s=5.0))
    while not play.mission.running:
        play.turn()
    for command in play.mission.running.values():
        play.simulator.cancel(command.robot)  # and nobody tells the mission
    for _ in range(30):
        play.simulator.step(0.1)
    with pytest.raises(AssertionError, match="does not end"):
        play.run(seconds=30.0)
    assert play.mission.phase is Phase.STOPPING
    assert "Nothing has moved" in play.mission.reason
