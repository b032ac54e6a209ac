"""A monitor that is not there all the time does not vouch for what it has not seen."""

from __future__ import annotations

import pytest
from graph import Graph, until

from heed.conversions import outcome_from_msg, report_from_msg, time_from_msg
from heed.nodes import qos
from heed.nodes.executive import ExecutiveNode
from heed.nodes.grounding import GroundingNode
from heed.nodes.monitor import MonitorNode
from heed.nodes.planner import PlannerNode
from heed.nodes.recorder import RecorderNode
from heed.nodes.sim import SimNode
from heed.outcome import Outcome
from heed_interfaces.action import ExecuteSkill, Instruct
from heed_interfaces.msg import FormulaState, SkillStatus, WorldState

pytestmark = pytest.mark.ros
ALL = (SimNode, GroundingNode, PlannerNode, MonitorNode, RecorderNode, ExecutiveNode)
LONG = "Robot one goes to m1, then robot one goes to m2, then robot one goes to m1, then robot one goes to m2."


def fleet():
    return Graph(*ALL, world="office", real_time_factor=10.0, episodes="")


def begun(graph, text):
    """The mission once robots move."""
    asked = graph.action(Instruct, "instruct")
    asked.send(Instruct.Goal(text=text))
    until(asked.feedback, lambda f: f.stage == "execute")
    return asked


def off(graph, meanwhile):
    """Something happens while the monitor is off."""
    monitor = graph.nodes["monitor_node"]
    graph.do(lambda: monitor.trigger_deactivate() and None)
    meanwhile()
    graph.do(lambda: monitor.trigger_activate() and None)


def ended(asked):
    result = asked.result.get(timeout=60.0).result
    return (*outcome_from_msg(result.outcome), result.monitor)


def test_a_rule_broken_unseen_is_not_vouched_for():
    with fleet() as graph:
        asked = begun(graph, f"{LONG[:-1]}; never enter the kitchen.")
        other = graph.action(ExecuteSkill, "robot_4/execute_skill")

        def trespass():
            for place in ("kitchen", "north_office"):
                answer = other.run(ExecuteSkill.Goal(command=place, skill="go_to", args=[place]))
                assert answer.result.status.code == SkillStatus.SUCCESS, answer.result.status.message

        off(graph, trespass)
        outcome, message, monitor = ended(asked)
    assert outcome is Outcome.UNVERIFIED, message
    assert "never enter the kitchen" in message
    assert "Not observed between" in message
    assert len(monitor.gap_start) == 1
    broken = [f for f in monitor.formulas if f.verdict == FormulaState.VIOLATED]
    assert not broken


def test_a_mission_without_rules_is_vouched_for_by_what_is_seen_after_the_gap():
    with fleet() as graph:
        asked = begun(graph, "Robot one goes to the lobby.")
        states = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
        now = time_from_msg(states.get(timeout=10.0).header.stamp)
        off(graph, lambda: until(states, lambda s: time_from_msg(s.header.stamp) > now + 2.0))
        outcome, message, monitor = ended(asked)
    assert outcome is Outcome.SUCCEEDED, message
    assert report_from_msg(monitor).gaps
    assert report_from_msg(monitor).all_satisfied


def test_a_monitor_that_was_not_there_at_the_beginning_says_so():
    with fleet() as graph:
        asked = begun(graph, f"{LONG[:-1]}; never enter the kitchen.")
        monitor = graph.nodes["monitor_node"]
        states = graph.listen(WorldState, "world_state", qos.OBSERVATIONS)
        now = time_from_msg(states.get(timeout=10.0).header.stamp)

        def anew():
            """As if its process had been killed and started again."""
            graph.do(lambda: monitor.trigger_cleanup() and None)
            until(states, lambda s: time_from_msg(s.header.stamp) > now + 2.0)
            graph.do(lambda: monitor.trigger_configure() and None)

        off(graph, anew)
        outcome, message, _ = ended(asked)
    assert outcome is Outcome.UNVERIFIED, message
    assert "Not observed between" in message


def test_a_world_that_is_started_anew_is_not_taken_for_the_same():
    with fleet() as graph:
        asked = begun(graph, f"{LONG[:-1]}; never enter the kitchen.")
        simulation = graph.nodes["sim_node"]
        for transition in ("deactivate", "cleanup", "configure", "activate"):
            graph.do(lambda t=transition: getattr(simulation, f"trigger_{t}")() and None)
        outcome, message, monitor = ended(asked)
    assert outcome is not Outcome.SUCCEEDED, message
    rules = [f for f in monitor.formulas if f.name.startswith("rule")]
    assert all("started anew" in f.reason for f in rules), rules
