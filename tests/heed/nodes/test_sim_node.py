"""The simulation as a node: time, observations, one skill per robot, and stopping."""

from __future__ import annotations

import itertools
import json

import pytest
from action_msgs.msg import GoalStatus
from graph import Graph, until
from rosgraph_msgs.msg import Clock

from heed.conversions import state_from_msg, time_from_msg
from heed.nodes import qos
from heed.nodes.sim import SimNode
from heed_interfaces.action import ExecuteSkill
from heed_interfaces.msg import Halt, SkillStatus, WorldState

pytestmark = pytest.mark.ros


@pytest.fixture
def graph():
    with Graph(SimNode, world="office", seed=1) as graph:
        yield graph


def goal(skill, *args, command="c1"):
    return ExecuteSkill.Goal(command=command, skill=skill, args=list(args))


def test_a_skill_is_carried_out_and_seen(graph):
    heard = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
    clock = graph.listen(Clock, "clock", qos.CLOCK)
    robot = graph.action(ExecuteSkill, "robot_1/execute_skill")
    answer = robot.run(goal("go_to", "m1"))
    assert answer.status == GoalStatus.STATUS_SUCCEEDED
    assert answer.result.status.code == SkillStatus.SUCCESS
    seen = state_from_msg(until(heard, lambda m: time_from_msg(m.header.stamp) >= answer.result.time - 1e-6))
    assert "m1" in graph.nodes["sim_node"].world.zones_at(seen.robots["robot_1"].cell)
    assert time_from_msg(until(clock, lambda m: time_from_msg(m.clock) >= answer.result.time - 1e-6).clock) > 0.0
    feedback = robot.feedback.get(timeout=5.0)
    assert 0.0 <= feedback.fraction <= 1.0
    assert feedback.sentence


def test_every_change_is_published_in_order_of_time(graph):
    heard = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
    answer = graph.action(ExecuteSkill, "robot_1/execute_skill").run(goal("go_to", "m1"))
    until(heard, lambda m: time_from_msg(m.header.stamp) >= answer.result.time - 1e-6)
    cells, stamps = [], []
    with heard.mutex:
        rest = list(heard.queue)
    for message in rest:
        stamps.append(time_from_msg(message.header.stamp))
        cells.append(state_from_msg(message).robots["robot_1"].cell)
    assert stamps == sorted(stamps)
    assert all(abs(a[0] - b[0]) + abs(a[1] - b[1]) <= 1 for a, b in itertools.pairwise(cells))


@pytest.mark.parametrize(
    ("skill", "args", "code"),
    [
        ("photograph", ("m2",), SkillStatus.PRECONDITION_FAILURE),
        ("fly", (), SkillStatus.INVALID),
        ("go_to", ("nowhere",), SkillStatus.INVALID),
        ("pick_up", ("document",), SkillStatus.INVALID),
    ],
)
def test_what_cannot_be_done_is_answered_with_a_sentence(graph, skill, args, code):
    answer = graph.action(ExecuteSkill, "robot_1/execute_skill").run(goal(skill, *args))
    assert answer.status == GoalStatus.STATUS_ABORTED
    assert answer.result.status.code == code
    assert answer.result.status.message.endswith(".")


def test_a_busy_robot_takes_no_second_order():
    with Graph(SimNode, world="office", real_time_factor=1.0) as graph:
        first = graph.action(ExecuteSkill, "robot_1/execute_skill")
        handle = first.send(goal("go_to", "kitchen"))
        answer = graph.action(ExecuteSkill, "robot_1/execute_skill").run(goal("go_to", "m1", command="c2"))
        assert answer.result.status.code == SkillStatus.INVALID
        assert "busy" in answer.result.status.message
        graph.do(handle.cancel_goal_async)
        assert first.result.get(timeout=10.0).result.status.code == SkillStatus.CANCELED


def test_cancel_stops_the_robot_for_good():
    with Graph(SimNode, world="office", real_time_factor=5.0) as graph:
        heard = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
        robot = graph.action(ExecuteSkill, "robot_1/execute_skill")
        handle = robot.send(goal("go_to", "kitchen"))
        start = graph.nodes["sim_node"].world.robots["robot_1"].start
        until(heard, lambda m: state_from_msg(m).robots["robot_1"].cell != start)
        graph.do(handle.cancel_goal_async)
        answer = robot.result.get(timeout=10.0)
        assert answer.status == GoalStatus.STATUS_CANCELED
        assert answer.result.status.code == SkillStatus.CANCELED
        stopped = state_from_msg(until(heard, lambda m: time_from_msg(m.header.stamp) > answer.result.time + 2.0))
        later = state_from_msg(until(heard, lambda m: time_from_msg(m.header.stamp) > stopped.time + 1.0))
        assert later.robots["robot_1"].pose == stopped.robots["robot_1"].pose
        assert stopped.robots["robot_1"].skill == ""


def test_failures_are_injected_as_asked_for():
    faults = json.dumps({"scripted": [["go_to", 1, "EXECUTION_FAILURE"]]})
    with Graph(SimNode, world="office", faults=faults) as graph:
        robot = graph.action(ExecuteSkill, "robot_1/execute_skill")
        assert robot.run(goal("go_to", "m1")).result.status.code == SkillStatus.EXECUTION_FAILURE
        assert robot.run(goal("go_to", "m1", command="c2")).result.status.code == SkillStatus.SUCCESS


def test_an_idle_world_keeps_time_but_does_not_race(graph):
    heard = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
    first = time_from_msg(heard.get(timeout=5.0).header.stamp)
    stamps = [time_from_msg(heard.get(timeout=5.0).header.stamp) for _ in range(5)]
    assert first < stamps[-1] < first + 3.0


def halt(*robots, halted=True):
    return Halt(robots=list(robots), halted=halted, sender="a test")


def robots_in(message):
    return state_from_msg(message).robots


def test_anybody_may_halt_a_robot_and_let_it_go_on():
    with Graph(SimNode, world="office", real_time_factor=1.0) as graph:
        heard = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
        halts = graph.publisher(Halt, "halt", qos.HALT)
        robot = graph.action(ExecuteSkill, "robot_1/execute_skill")
        robot.send(goal("go_to", "kitchen"))
        start = graph.nodes["sim_node"].world.robots["robot_1"].start
        until(heard, lambda m: robots_in(m)["robot_1"].cell != start)
        graph.do(lambda: halts.publish(halt("robot_1")))
        answer = robot.result.get(timeout=10.0)
        assert answer.result.status.code == SkillStatus.CANCELED
        assert answer.result.status.message == "robot_1 was told to stop."
        told = until(heard, lambda m: robots_in(m)["robot_1"].halted)
        later = until(heard, lambda m: time_from_msg(m.header.stamp) > time_from_msg(told.header.stamp) + 0.5)
        assert robots_in(later)["robot_1"].pose == robots_in(told)["robot_1"].pose
        assert not robots_in(later)["robot_2"].halted
        refused = graph.action(ExecuteSkill, "robot_1/execute_skill").run(goal("go_to", "m1", command="c2"))
        assert refused.result.status.code == SkillStatus.INVALID
        graph.do(lambda: halts.publish(halt("robot_1", halted=False)))
        until(heard, lambda m: not robots_in(m)["robot_1"].halted)
        again = graph.action(ExecuteSkill, "robot_1/execute_skill")
        again.send(goal("go_to", "kitchen", command="c3"))
        moving = until(heard, lambda m: robots_in(m)["robot_1"].skill == "go_to kitchen")
        until(heard, lambda m: robots_in(m)["robot_1"].pose != robots_in(moving)["robot_1"].pose)


def test_no_name_halts_every_robot_and_a_wrong_name_none(graph):
    heard = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
    halts = graph.publisher(Halt, "halt", qos.HALT)
    graph.do(lambda: halts.publish(halt("robot_9")))
    graph.do(lambda: halts.publish(halt("robot_2")))
    seen = robots_in(until(heard, lambda m: any(r.halted for r in robots_in(m).values())))
    assert [name for name, robot in seen.items() if robot.halted] == ["robot_2"]
    graph.do(lambda: halts.publish(halt()))
    until(heard, lambda m: all(r.halted for r in robots_in(m).values()))
    graph.do(lambda: halts.publish(halt(halted=False)))
    until(heard, lambda m: not any(r.halted for r in robots_in(m).values()))


def test_an_order_given_while_a_robot_settles_takes_over():
    with Graph(SimNode, world="office", real_time_factor=1.0) as graph:
        heard = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
        robot = graph.action(ExecuteSkill, "robot_1/execute_skill")
        handle = robot.send(goal("go_to", "kitchen"))
        start = graph.nodes["sim_node"].world.robots["robot_1"].start
        until(heard, lambda m: robots_in(m)["robot_1"].cell != start)
        graph.do(handle.cancel_goal_async)
        second = graph.action(ExecuteSkill, "robot_1/execute_skill")
        second.send(goal("go_to", "m1", command="c2"))
        first = robot.result.get(timeout=10.0).result
        assert first.status.code == SkillStatus.CANCELED
        seen = until(heard, lambda m: robots_in(m)["robot_1"].skill == "go_to m1")
        assert time_from_msg(seen.header.stamp) <= first.time + 0.2


def test_a_canceled_order_is_answered_when_the_robot_stands():
    with Graph(SimNode, world="office", real_time_factor=1.0) as graph:
        heard = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
        robot = graph.action(ExecuteSkill, "robot_1/execute_skill")
        handle = robot.send(goal("go_to", "kitchen"))
        start = graph.nodes["sim_node"].world.robots["robot_1"].start
        until(heard, lambda m: robots_in(m)["robot_1"].cell != start)
        graph.do(handle.cancel_goal_async)
        until(heard, lambda m: robots_in(m)["robot_1"].skill == "settles")
        result = robot.result.get(timeout=10.0).result
        stands = until(heard, lambda m: time_from_msg(m.header.stamp) >= result.time - 1e-6)
        later = until(heard, lambda m: time_from_msg(m.header.stamp) > result.time + 0.5)
        assert robots_in(later)["robot_1"].pose == robots_in(stands)["robot_1"].pose


def test_a_nudge_is_an_order_like_any_other(graph):
    robot = graph.action(ExecuteSkill, "robot_1/execute_skill")
    done = robot.run(goal("nudge", "left", "0.10 m")).result.status
    assert (done.code, done.message) == (SkillStatus.SUCCESS, "robot_1 has moved 0.10 m left.")
    refused = robot.run(goal("nudge", "tighter", "default", command="c2")).result.status
    assert (refused.code, refused.message) == (
        SkillStatus.INVALID, "robot_1 cannot grip tighter: grippers here only grasp or let go."
    )  # fmt: skip
