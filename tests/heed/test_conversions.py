"""Messages carry our types without loss, whatever is in them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grounding.logic.history import History
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.mission.task import Literal, NodeState, Relation, Task, TaskTree, TreeRule
from grounding.state import PREDICATES, Proposition, RobotState, ThingState, WorldState, initial_state
from grounding.worldfile import load_world, shipped_worlds
from heed import conversions as to
from heed.outcome import Outcome
from heed.progress import LeafProgress, LeafState, MissionStatus, NodeProgress, Stage
from planners.plan import PlanResult, PlanStatus, PlanStep, TeamPlan
from planners.situation import Situation
from sim.protocol import SkillCommand, SkillResult, SkillStatus

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
TEXTS = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=30)
CELLS = st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000))
FLOATS = st.floats(-1e6, 1e6)
TIMES = st.integers(0, 10**14).map(lambda nanoseconds: nanoseconds / 1e9)
TICKS = st.integers(0, 10**6)
ROBOTS = ("robot_1", "robot_2", "left_arm")

literals = st.builds(
    Literal,
    st.builds(Proposition, st.sampled_from(sorted(PREDICATES)), st.tuples(NAMES, NAMES)),
    st.booleans(),
)
rules = st.builds(TreeRule, TEXTS, TEXTS)


@st.composite
def tasks(draw, id_="0", depth=0):
    children = ()
    if depth < 3:
        count = draw(st.integers(0, 3))
        children = tuple(draw(tasks(f"{id_}.{i}" if depth else str(i + 1), depth + 1)) for i in range(count))
    indices = st.integers(0, max(len(children) - 1, 0))
    return Task(
        id=id_,
        text=draw(TEXTS),
        goal=() if children else tuple(draw(st.lists(literals, max_size=3))),
        children=children,
        relation=draw(st.sampled_from(Relation)),
        order=tuple(draw(st.lists(st.tuples(indices, indices), max_size=3))) if children else (),
        rules=tuple(draw(st.lists(rules, max_size=2))),
        robots=tuple(draw(st.lists(NAMES, max_size=2))),
        same_robot_as=draw(st.none() | NAMES),
    )


trees = st.builds(TaskTree, TEXTS, st.sampled_from(("L0", "L1", "L2", "L3")), tasks())
node_progress = st.builds(NodeProgress, st.sampled_from(NodeState), TEXTS, st.sampled_from(("", *ROBOTS)))
commands = st.builds(
    SkillCommand,
    NAMES,
    st.sampled_from(ROBOTS),
    NAMES,
    st.lists(NAMES, max_size=3).map(tuple),
    st.lists(CELLS, max_size=5).map(tuple),
    NAMES,
)
states = st.builds(
    WorldState,
    TIMES,
    st.dictionaries(
        NAMES,
        st.builds(RobotState, CELLS, st.tuples(FLOATS, FLOATS, FLOATS), st.none() | NAMES, TEXTS, st.booleans()),
        max_size=3,
    ),
    st.dictionaries(
        NAMES,
        st.builds(ThingState, CELLS, st.tuples(FLOATS, FLOATS, FLOATS), st.none() | NAMES, st.none() | NAMES),
        max_size=3,
    ),
    st.frozensets(st.tuples(NAMES, NAMES), max_size=4),
)


@st.composite
def specs(draw):
    """Two to four leaves under a group and the root, with rules and an order."""
    count = draw(st.integers(2, 4))
    names = [f"p0_{i + 1}" for i in range(count)]
    nested = names[:1]
    leaves = {
        name: Leaf(
            name,
            draw(TEXTS),
            draw(TEXTS),
            tuple(draw(st.lists(st.sampled_from(ROBOTS), unique=True))),
            draw(st.none() | st.sampled_from(names)),
            draw(NAMES),
        )
        for name in names
    }
    rule_names = [f"rule_{i}" for i in range(draw(st.integers(0, 2)))]
    spec_rules = {name: Rule(name, draw(TEXTS), draw(TEXTS)) for name in rule_names}
    levels = (
        {"p0": draw(TEXTS), **{name: rule.formula for name, rule in spec_rules.items()}},
        {"p0_9": draw(TEXTS), **{name: leaves[name].formula for name in names[1:]}},
        {name: leaves[name].formula for name in nested},
    )
    children = {"p0": ("p0_9", *names[1:]), "p0_9": tuple(nested)}
    texts = {"p0": draw(TEXTS), **{n: leaf.text for n, leaf in leaves.items()}}
    texts |= {n: rule.text for n, rule in spec_rules.items()}
    pairs = draw(st.frozensets(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=3))
    return HierarchicalSpec(levels, children, leaves, spec_rules, {n: t for n, t in texts.items() if t}, pairs)


@st.composite
def plans(draw):
    steps = {}
    for robot in ROBOTS:
        count = draw(st.integers(0, 3))
        steps[robot] = tuple(
            PlanStep(
                f"{robot}/{i}",
                robot,
                draw(st.sampled_from(("", "p0_1", "p0_2"))),
                draw(NAMES),
                tuple(draw(st.lists(NAMES, max_size=2))),
                draw(TICKS),
                draw(TICKS),
                tuple(draw(st.lists(CELLS, max_size=4))),
            )
            for i in range(count)
        )
    ids = [step.id for own in steps.values() for step in own]
    after = draw(st.dictionaries(st.sampled_from(ids), st.tuples(st.sampled_from(ids)), max_size=2)) if ids else {}
    assignment = draw(st.dictionaries(st.sampled_from(("p0_1", "p0_2")), st.sampled_from(ROBOTS)))
    windows = {leaf: (draw(TICKS), draw(TICKS)) for leaf in assignment}
    cost, tick_s = draw(st.floats(0, 1e6)), draw(st.floats(0.01, 10))
    resumed = draw(st.frozensets(st.sampled_from(("p0_1", "p0_2"))))
    return TeamPlan(steps, assignment, windows, after, tick_s, cost, draw(TICKS), resumed)


@given(trees, st.lists(node_progress, min_size=40, max_size=40), NAMES, TIMES)
def test_task_trees(tree, progress, mission, time):
    given_progress = dict(zip([task.id for task in tree.root.walk()], progress, strict=False))
    msg = to.tree_to_msg(tree, given_progress, mission=mission, time=time)
    assert (msg.mission, to.time_from_msg(msg.stamp)) == (mission, time)
    back, back_progress = to.tree_from_msg(msg)
    assert back == tree
    assert {i: p for i, p in back_progress.items() if i in given_progress} == given_progress


@given(specs())
def test_specifications(spec):
    back = to.specification_from_msg(to.specification_to_msg(spec))
    assert back == spec
    assert list(back.leaves) == list(spec.leaves_under(spec.root))
    assert list(back.formulas) == list(spec.formulas)


@given(
    st.sampled_from(PlanStatus),
    plans(),
    TEXTS,
    st.lists(TEXTS, max_size=2).map(tuple),
    st.none() | st.floats(0, 1e6),
    st.dictionaries(NAMES, st.floats(0, 1e6), max_size=3),
    st.lists(TEXTS, max_size=2).map(tuple),
)
def test_plans(status, plan, message, conflict, bound, timings, changes):
    has_plan = status in (PlanStatus.OPTIMAL, PlanStatus.FEASIBLE)
    result = PlanResult(status, plan if has_plan else None, message, conflict, bound, "an engine", timings, changes)
    assert to.plan_from_msg(to.plan_to_msg(result), ROBOTS) == result


@given(
    states,
    st.dictionaries(NAMES, st.sampled_from(ROBOTS), max_size=3),
    st.dictionaries(NAMES, st.lists(st.frozensets(NAMES, max_size=2), max_size=3).map(tuple), max_size=3),
    st.frozensets(st.tuples(NAMES, st.sampled_from(ROBOTS)), max_size=3),
    st.data(),
)
def test_situations(state, done, read, barred, data):
    robots = {name: data.draw(st.sampled_from(ROBOTS)) for name in read if data.draw(st.booleans())}
    situation = Situation(state, done, History(read, robots), barred)
    assert to.situation_from_msg(to.situation_to_msg(situation, "office")) == situation


@given(states)
def test_world_states(state):
    assert to.state_from_msg(to.state_to_msg(state, "office")) == state


def test_the_states_in_which_our_worlds_start():
    for name in shipped_worlds():
        state = initial_state(load_world(name))
        assert to.state_from_msg(to.state_to_msg(state, name)) == state


@given(commands, st.sampled_from(SkillStatus), TEXTS, TIMES)
def test_commands_and_results(command, status, message, time):
    assert to.command_from_goal(to.command_to_goal(command), command.robot) == command
    result = SkillResult(command, status, message, time)
    assert to.result_from_msg(to.result_to_msg(result), command) == result
    assert to.event_from_msg(to.event_to_msg(command)) == (command, None)
    assert to.event_from_msg(to.event_to_msg(command, result, time=time)) == (command, result)


@given(
    NAMES,
    st.sampled_from(Stage),
    st.integers(0, 64).map(lambda n: n / 64),
    TEXTS,
    st.dictionaries(NAMES, st.builds(LeafProgress, st.sampled_from(LeafState), st.sampled_from(ROBOTS)), max_size=3),
    TIMES,
)
def test_mission_states(mission, stage, fraction, sentence, leaves, time):
    status = MissionStatus(mission, stage, fraction, sentence, leaves, time)
    assert to.status_from_msg(to.status_to_msg(status)) == status


@given(st.sampled_from(Outcome), TEXTS)
def test_outcomes(outcome, message):
    assert to.outcome_from_msg(to.outcome_to_msg(outcome, message)) == (outcome, message)


def test_codes_are_those_of_the_messages():
    from heed_interfaces.msg import LeafState as LeafStateMsg
    from heed_interfaces.msg import Outcome as OutcomeMsg
    from heed_interfaces.msg import SkillStatus as SkillStatusMsg
    from heed_interfaces.msg import TaskNode

    for ours, msg in ((Outcome, OutcomeMsg), (SkillStatus, SkillStatusMsg), (LeafState, LeafStateMsg)):
        theirs = getattr(type(msg), f"_{type(msg).__name__}__constants")
        assert {name: int(code) for name, code in ours.__members__.items()} == theirs
    assert [getattr(TaskNode, state.name) for state in NodeState] == list(range(len(NodeState)))
