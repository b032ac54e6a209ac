"""The executive when others are missing, busy or silent; the life cycle all nodes share."""

from __future__ import annotations

import pytest
from action_msgs.msg import GoalStatus
from graph import Graph, until
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState
from rcl_interfaces.srv import DescribeParameters, ListParameters, SetParameters
from rclpy.parameter import Parameter
from rosgraph_msgs.msg import Clock

from grounding.errors import ConfigurationError
from grounding.state import initial_state
from grounding.worldfile import load_world
from heed.conversions import outcome_from_msg, state_to_msg
from heed.nodes import qos
from heed.nodes.executive import ExecutiveNode
from heed.nodes.grounding import GroundingNode
from heed.nodes.monitor import MonitorNode
from heed.nodes.planner import PlannerNode
from heed.nodes.recorder import RecorderNode
from heed.nodes.sim import SimNode
from heed.outcome import Outcome
from heed_interfaces.action import Instruct
from heed_interfaces.msg import MissionStatus, Specification, TaskTree, WorldState
from heed_interfaces.srv import Cancel, Episode, PlanInstruction

pytestmark = pytest.mark.ros
ALL = (SimNode, GroundingNode, PlannerNode, MonitorNode, RecorderNode, ExecutiveNode)


@pytest.mark.parametrize("missing", [GroundingNode, PlannerNode, MonitorNode, SimNode])
def test_a_node_that_is_not_up_is_named(missing):
    with Graph(*(n for n in ALL if n not in (missing, RecorderNode)), world="cleanup", answer_s=0.3) as graph:
        answer = graph.action(Instruct, "instruct").run(Instruct.Goal(text="go to the green room"))
        outcome, message = outcome_from_msg(answer.result.outcome)
        assert outcome is Outcome.INTERNAL_ERROR
        assert missing.node_name in message
        assert answer.status == GoalStatus.STATUS_ABORTED


def test_a_second_instruction_joins_the_mission_that_runs_and_shares_its_end():
    with Graph(*ALL, world="office", real_time_factor=1.0, episodes="") as graph:
        first, second = graph.action(Instruct, "instruct"), graph.action(Instruct, "instruct")
        handle = first.send(Instruct.Goal(text="robot one goes to the lobby"))
        until(first.feedback, lambda f: f.stage == "execute")
        second.send(Instruct.Goal(text="robot two goes to m1"))
        until(second.feedback, lambda f: len(f.tree.nodes) == 3)
        graph.do(handle.cancel_goal_async)
        answer, other = first.result.get(timeout=20.0), second.result.get(timeout=20.0)
        assert answer.status == GoalStatus.STATUS_CANCELED
        assert outcome_from_msg(answer.result.outcome)[0] is Outcome.CANCELED
        assert other.result.mission == answer.result.mission
        assert not graph.call(Cancel, "cancel", Cancel.Request()).canceled


def test_a_second_instruction_that_is_not_understood_leaves_the_first_alone():
    with Graph(*ALL, world="office", real_time_factor=4.0, episodes="") as graph:
        first = graph.action(Instruct, "instruct")
        first.send(Instruct.Goal(text="robot one goes to the lobby"))
        until(first.feedback, lambda f: f.stage == "execute")
        second = graph.action(Instruct, "instruct").run(Instruct.Goal(text="robot two frobnicates m1"))
        outcome, message = outcome_from_msg(second.result.outcome)
        assert outcome is Outcome.REJECTED
        assert "frobnicates" in message
        assert outcome_from_msg(first.result.get(timeout=60.0).result.outcome)[0] is Outcome.SUCCEEDED


def test_who_joins_late_still_hears_of_the_mission():
    with Graph(*ALL, world="cleanup", episodes="") as graph:
        answer = graph.action(Instruct, "instruct").run(Instruct.Goal(text="go to the green room"))
        assert outcome_from_msg(answer.result.outcome)[0] is Outcome.SUCCEEDED
        tree = graph.listen(TaskTree, "task_tree", qos.LATCHED).get(timeout=10.0)
        assert tree.mission == answer.result.mission
        assert {node.state for node in tree.nodes} == {2}
        assert graph.listen(Specification, "specification", qos.LATCHED).get(timeout=10.0).mission == tree.mission
        until(graph.listen(MissionStatus, "mission_status", qos.EVENTS), lambda s: s.stage == "done")
        plan = graph.call(PlanInstruction, "plan_instruction", PlanInstruction.Request(text="go to the red room"))
        assert plan.plan.steps


def test_a_silent_simulation_ends_the_mission():
    with Graph(*ALL, world="office", real_time_factor=1.0, episodes="", silence_s=1.0) as graph:
        asked = graph.action(Instruct, "instruct")
        asked.send(Instruct.Goal(text="robot one goes to the lobby"))
        until(asked.feedback, lambda f: f.stage == "execute")
        graph.do(lambda: graph.nodes["sim_node"].trigger_deactivate() and None)
        outcome, message = outcome_from_msg(asked.result.get(timeout=30.0).result.outcome)
        assert outcome is Outcome.EXECUTION_FAILED
        assert "sim_node" in message or "robot_1" in message


def test_observations_of_another_world_are_not_believed():
    office = load_world("office")
    with Graph(GroundingNode, PlannerNode, MonitorNode, ExecutiveNode, world="cleanup", answer_s=0.5) as graph:
        states = graph.publisher(WorldState, "world_state", qos.OBSERVATIONS)
        asked = graph.action(Instruct, "instruct")
        states.publish(state_to_msg(initial_state(office), office.name))
        outcome, message = outcome_from_msg(asked.run(Instruct.Goal(text="go to the green room")).result.outcome)
        assert outcome is Outcome.INTERNAL_ERROR
        assert "No observation of world 'cleanup'" in message


def test_the_recorder_refuses_what_it_cannot_write(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    with Graph(*ALL, world="cleanup", episodes=str(blocked)) as graph:
        answer = graph.call(Episode, "episode", Episode.Request(start=True, mission="m"))
        assert not answer.ok
        assert str(blocked) in answer.message
        result = graph.action(Instruct, "instruct").run(Instruct.Goal(text="go to the green room")).result
        assert outcome_from_msg(result.outcome)[0] is Outcome.SUCCEEDED
        assert result.episode == ""


def test_deactivating_the_executive_ends_its_mission_and_it_can_start_afresh():
    with Graph(*ALL, world="office", real_time_factor=1.0, episodes="") as graph:
        executive = graph.nodes["executive_node"]
        cut_off = graph.action(Instruct, "instruct")
        cut_off.send(Instruct.Goal(text="robot one goes to the lobby"))
        until(cut_off.feedback, lambda f: f.stage == "execute")
        graph.do(lambda: executive.trigger_deactivate() and None)
        answer = cut_off.result.get(timeout=10.0)
        assert outcome_from_msg(answer.result.outcome)[0] is Outcome.CANCELED
        assert "deactivated" in answer.result.outcome.message
        states = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
        until(states, lambda s: not any(robot.skill for robot in s.robots))
        graph.do(lambda: executive.trigger_activate() and None)
        again = graph.action(Instruct, "instruct").run(Instruct.Goal(text="robot three goes to desk d2"))
        assert outcome_from_msg(again.result.outcome)[0] is Outcome.SUCCEEDED


@pytest.mark.parametrize("node_class", ALL)
def test_the_life_cycle_can_be_managed_from_outside(node_class):
    with Graph(node_class, world="cleanup", autostart=False, episodes="") as graph:
        name = node_class.node_name

        def change(transition):
            return graph.call(
                ChangeState, f"{name}/change_state", ChangeState.Request(transition=Transition(id=transition))
            ).success

        def state():
            return graph.call(GetState, f"{name}/get_state", GetState.Request()).current_state.id

        assert state() == State.PRIMARY_STATE_UNCONFIGURED
        for _ in range(2):
            assert change(Transition.TRANSITION_CONFIGURE)
            assert change(Transition.TRANSITION_ACTIVATE)
            assert state() == State.PRIMARY_STATE_ACTIVE
            assert change(Transition.TRANSITION_DEACTIVATE)
            assert change(Transition.TRANSITION_CLEANUP)
        assert state() == State.PRIMARY_STATE_UNCONFIGURED


@pytest.mark.parametrize("node_class", ALL)
def test_every_parameter_is_described_and_fixed(node_class):
    with Graph(node_class, world="cleanup", episodes="") as graph:
        name = node_class.node_name
        listed = graph.call(ListParameters, f"{name}/list_parameters", ListParameters.Request()).result.names
        ours = [option.name for option in node_class.options] + ["world", "autostart"]
        assert set(ours) <= set(listed)
        described = graph.call(
            DescribeParameters, f"{name}/describe_parameters", DescribeParameters.Request(names=ours)
        ).descriptors
        assert all(d.description for d in described)
        change = SetParameters.Request(parameters=[Parameter("world", value="office").to_parameter_msg()])
        assert not graph.call(SetParameters, f"{name}/set_parameters", change).results[0].successful


def test_a_second_node_of_the_same_name_is_refused_until_the_first_has_ended():
    with Graph(SimNode, world="cleanup") as graph:
        with pytest.raises(ConfigurationError, match=r"/heed/sim_node: is up already"):
            Graph(SimNode, world="cleanup")
        with Graph(SimNode, namespace="/other", world="cleanup"):
            pass
        heard = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
        assert heard.get(timeout=10.0).sequence
    with Graph(SimNode, world="cleanup"):
        pass


def test_each_fleet_keeps_its_own_time():
    with Graph(SimNode, namespace="/one", world="cleanup"), Graph(SimNode, namespace="/two", world="cleanup") as two:
        clock = two.listen(Clock, "clock", qos.CLOCK)
        clock.get(timeout=10.0)
        assert two.do(lambda: two.tester.count_publishers("clock")) == 1
        assert not two.do(lambda: two.tester.count_publishers("/clock"))


def test_a_planner_that_is_late_costs_time_and_nothing_else():
    with Graph(*ALL, world="cleanup", episodes="") as graph:
        planner = graph.nodes["planner_node"]
        graph.do(lambda: planner.trigger_deactivate() and None)
        asked = graph.action(Instruct, "instruct")
        asked.send(Instruct.Goal(text="go to the green room"))
        told = until(asked.feedback, lambda f: "waits for" in f.sentence)
        assert told.sentence == "waits for planner_node"
        graph.do(lambda: planner.trigger_activate() and None)
        outcome, message = outcome_from_msg(asked.result.get(timeout=30.0).result.outcome)
        assert outcome is Outcome.SUCCEEDED, message
