"""A small mission made by hand, for tests of displays."""

from __future__ import annotations

from dataclasses import replace

from grounding.logic.monitor import FormulaVerdict, Truth
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.mission.task import Literal, NodeState, Task, TaskTree, TreeRule
from grounding.state import Proposition, initial_state
from grounding.worldfile import load_world
from heed.news import Feedback
from heed.progress import NodeProgress
from planners.plan import PlanResult, PlanStatus, PlanStep, TeamPlan

WORLD = load_world("office")
INSTRUCTION = (
    "Take a photo in meeting room m1, then guide the person waiting at desk d11 to meeting room m6; "
    "never enter the kitchen."
)


def goal(*names: str) -> tuple[Literal, ...]:
    return tuple(Literal(Proposition.parse(name)) for name in names)


TREE = TaskTree(
    INSTRUCTION,
    "L3",
    Task(
        "0",
        "do the two tasks in order",
        children=(
            Task("1", "take a photo in meeting room m1", goal("is.m1.photographed")),
            Task("2", "guide the visitor to meeting room m6", goal("in.visitor.m6"), robots=("robot_2",)),
        ),
        order=((0, 1),),
        rules=(TreeRule("G !at.any.kitchen", "never enter the kitchen"),),
    ),
)
SPEC = HierarchicalSpec(
    levels=(
        {"p0": "F p0_1 & F p0_2 & (!p0_2 U p0_1)", "rule_1": "G !at.any.kitchen"},
        {"p0_1": "F is.m1.photographed", "p0_2": "F in.visitor.m6"},
    ),
    children={"p0": ("p0_1", "p0_2")},
    leaves={
        "p0_1": Leaf("p0_1", "F is.m1.photographed", "take a photo in meeting room m1", task="1"),
        "p0_2": Leaf("p0_2", "F in.visitor.m6", "guide the visitor to meeting room m6", ("robot_2",), task="2"),
    },
    rules={"rule_1": Rule("rule_1", "G !at.any.kitchen", "never enter the kitchen")},
    before=frozenset({("p0_1", "p0_2")}),
)


def steps(robot: str, leaf: str, *parts: tuple[str, tuple[str, ...], int, int]) -> tuple[PlanStep, ...]:
    return tuple(
        PlanStep(
            f"{robot}/{number}",
            robot,
            leaf,
            skill,
            args,
            start,
            end,
            tuple((x, 7) for x in range(end - start + 1)) if skill == "go_to" else (),
        )
        for number, (skill, args, start, end) in enumerate(parts)
    )


PLAN = TeamPlan(
    steps={
        "robot_1": steps("robot_1", "p0_1", ("go_to", ("m1",), 0, 9), ("photograph", ("m1",), 9, 11)),
        "robot_2": steps(
            "robot_2",
            "p0_2",
            ("go_to", ("d11",), 11, 24),
            ("guide", ("visitor",), 24, 26),
            ("go_to", ("m6",), 26, 47),
            ("release", ("visitor",), 47, 48),
        ),
        "robot_3": (),
        "robot_4": (),
    },
    assignment={"p0_1": "robot_1", "p0_2": "robot_2"},
    windows={"p0_1": (0, 11), "p0_2": (11, 48)},
    after={"robot_2/0": ("robot_1/1",)},
    tick_s=1.0,
    cost=48.0,
    makespan=48,
)
RESULT = PlanResult(PlanStatus.FEASIBLE, PLAN, "A plan was found.", engine="hltl")

_START = initial_state(WORLD)
BEGIN = Feedback("execute", 0.1, "robot_1 drives to m1.", TREE, {"1": NodeProgress(NodeState.RUNNING)}, {}, _START)
MIDDLE = Feedback(
    "execute",
    0.6,
    "robot_2 guides the visitor to m6.",
    TREE,
    {
        "0": NodeProgress(NodeState.RUNNING, "One of two tasks is done."),
        "1": NodeProgress(NodeState.DONE, "m1 has been photographed since 11 s.", "robot_1"),
        "2": NodeProgress(NodeState.RUNNING, "The visitor follows robot_2 and is not in m6 yet.", "robot_2"),
    },
    {
        "p0": FormulaVerdict(
            "p0", "F p0_1 & F p0_2 & (!p0_2 U p0_1)", Truth.PENDING, "p0_2 has not been accepted yet."
        ),
        "rule_1": FormulaVerdict("rule_1", "G !at.any.kitchen", Truth.PENDING, "No robot has been in the kitchen."),
        "p0_1": FormulaVerdict("p0_1", "F is.m1.photographed", Truth.SATISFIED, "m1 was photographed at 11 s."),
        "p0_2": FormulaVerdict("p0_2", "F in.visitor.m6", Truth.PENDING, "The visitor is not in m6."),
    },
    replace(
        _START,
        time=27.0,
        robots={
            **_START.robots,
            "robot_2": replace(_START.robots["robot_2"], cell=(22, 11), holding="visitor", skill="go_to m6"),
        },
    ),
)
