"""Grounding and planner nodes: whatever is asked is answered with an outcome and a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from graph import Graph

from grounding.state import initial_state
from heed.conversions import plan_from_msg, situation_to_msg, specification_from_msg, tree_from_msg
from heed.nodes.grounding import GroundingNode
from heed.nodes.planner import PlannerNode
from heed.outcome import Outcome
from heed_interfaces.msg import Formula, Specification
from heed_interfaces.srv import MakePlan, Translate
from planners.plan import PlanStatus
from planners.situation import Situation

pytestmark = pytest.mark.ros


@pytest.fixture(scope="module")
def graph():
    with Graph(GroundingNode, PlannerNode, world="office") as graph:
        yield graph


def translate(graph, text):
    return graph.call(Translate, "translate", Translate.Request(text=text, mission="mission_7"))


def test_an_instruction_becomes_tree_specification_and_plan(graph):
    answer = translate(graph, "robot one goes to m1, then robot two goes to m2")
    assert Outcome(answer.outcome.code) is Outcome.SUCCEEDED
    assert answer.specification.mission == answer.tree.mission == "mission_7"
    tree, _ = tree_from_msg(answer.tree)
    spec = specification_from_msg(answer.specification)
    assert {leaf.task for leaf in spec.leaves.values()} <= {task.id for task in tree.root.walk()}
    assert set(answer.timing_names) == {"translate", "automata"}
    world = graph.nodes["planner_node"].world
    situation = situation_to_msg(Situation.start(world))
    request = MakePlan.Request(specification=answer.specification, situation=situation)
    result = plan_from_msg(graph.call(MakePlan, "make_plan", request).plan, world.robots)
    assert result.status in (PlanStatus.OPTIMAL, PlanStatus.FEASIBLE)
    assert set(result.plan.assignment) == set(spec.leaves)
    assert result.plan.windows["p0_1"][1] <= result.plan.windows["p0_2"][0]


def test_what_is_done_is_not_planned_again(graph):
    answer = translate(graph, "robot one goes to m1, then robot two goes to m2")
    world = graph.nodes["planner_node"].world
    request = MakePlan.Request(
        specification=answer.specification,
        situation=situation_to_msg(Situation(initial_state(world), {"p0_1": "robot_1"})),
    )
    plan = plan_from_msg(graph.call(MakePlan, "make_plan", request).plan, world.robots).plan
    assert {step.leaf for steps in plan.steps.values() for step in steps} <= {"p0_2", ""}


def test_a_plan_is_changed_and_the_answer_says_how(graph):
    answer = translate(graph, "take a photo in m1 and m6; go to the kitchen")
    world = graph.nodes["planner_node"].world
    first = graph.call(MakePlan, "make_plan", MakePlan.Request(specification=answer.specification)).plan
    robot = first.assigned[0]
    start = initial_state(world)
    lost = replace(start, robots={**start.robots, robot: replace(start.robots[robot], alive=False)})
    request = MakePlan.Request(
        specification=answer.specification,
        situation=situation_to_msg(Situation(lost)),
        previous=first,
        reason=f"{robot} is lost.",
    )
    result = plan_from_msg(graph.call(MakePlan, "make_plan", request).plan, world.robots)
    assert result.plan.assignment.keys() == set(first.leaves)
    assert robot not in result.plan.assignment.values()
    assert result.changes[0] == f"{robot} is lost."
    assert any(f"from {robot}: " in change for change in result.changes)


@pytest.mark.parametrize(
    ("text", "outcome", "words"),
    [
        ("", Outcome.REJECTED, ()),
        ("go to the moon", Outcome.REJECTED, ("moon",)),
        ("never enter the kitchen; go to the kitchen", Outcome.UNSATISFIABLE, ("never enter", "go to the kitchen")),
        ("robot one picks up the parcel", Outcome.REJECTED, ("parcel",)),
        ("ve a la cocina y limpia la mesa", Outcome.REJECTED, ()),
        ("word " * 10_000, Outcome.REJECTED, ()),
    ],
)
def test_bad_instructions_get_an_outcome_and_a_sentence(graph, text, outcome, words):
    answer = translate(graph, text)
    assert Outcome(answer.outcome.code) is outcome
    assert answer.outcome.message.endswith((".", "?"))
    assert "Traceback" not in answer.outcome.message
    assert all(word in answer.outcome.message for word in words)


def test_a_broken_specification_does_not_break_the_planner(graph):
    broken = Specification(formulas=[Formula(name="p0", formula="F at.self.nowhere &", kind=Formula.LEAF)])
    answer = graph.call(MakePlan, "make_plan", MakePlan.Request(specification=broken))
    assert answer.plan.status == "invalid"
    assert answer.plan.message
    empty = graph.call(MakePlan, "make_plan", MakePlan.Request())
    assert empty.plan.status == "invalid"
    assert translate(graph, "go to m1").outcome.code == Outcome.SUCCEEDED
