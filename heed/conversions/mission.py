"""What is to be done: task trees, specifications, plans, situations, progress and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grounding.logic.history import History
from grounding.logic.monitor import FormulaVerdict, MonitorReport, Truth
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.mission.task import Literal, NodeState, Relation, Task, TaskTree, TreeRule
from grounding.state import Proposition
from heed.conversions.common import time_from_msg, time_to_msg, timings_from_fields, timings_to_fields
from heed.conversions.fleet import cells_from_msg, cells_to_msg, state_from_msg, state_to_msg
from heed.progress import LeafProgress, LeafState, MissionStatus, NodeProgress, Stage
from heed_interfaces.msg import Formula as FormulaMsg
from heed_interfaces.msg import FormulaHistory
from heed_interfaces.msg import FormulaState as FormulaStateMsg
from heed_interfaces.msg import LeafState as LeafStateMsg
from heed_interfaces.msg import Literal as LiteralMsg
from heed_interfaces.msg import MissionStatus as MissionStatusMsg
from heed_interfaces.msg import MonitorState as MonitorStateMsg
from heed_interfaces.msg import Plan as PlanMsg
from heed_interfaces.msg import PlanStep as PlanStepMsg
from heed_interfaces.msg import Situation as SituationMsg
from heed_interfaces.msg import Specification as SpecificationMsg
from heed_interfaces.msg import TaskNode as TaskNodeMsg
from heed_interfaces.msg import TaskRule as TaskRuleMsg
from heed_interfaces.msg import TaskTree as TaskTreeMsg
from planners.plan import PlanResult, PlanStatus, PlanStep, TeamPlan
from planners.situation import Situation

_NODE_STATE: Mapping[NodeState, int] = {
    NodeState.PENDING: TaskNodeMsg.PENDING,
    NodeState.RUNNING: TaskNodeMsg.RUNNING,
    NodeState.DONE: TaskNodeMsg.DONE,
    NodeState.FAILED: TaskNodeMsg.FAILED,
    NodeState.SKIPPED: TaskNodeMsg.SKIPPED,
}
_VERDICT: Mapping[Truth, int] = {
    Truth.PENDING: FormulaStateMsg.PENDING,
    Truth.SATISFIED: FormulaStateMsg.SATISFIED,
    Truth.VIOLATED: FormulaStateMsg.VIOLATED,
    Truth.UNOBSERVED: FormulaStateMsg.UNOBSERVED,
}
_VERDICT_OF = {code: verdict for verdict, code in _VERDICT.items()}
_NODE_STATE_OF = {code: state for state, code in _NODE_STATE.items()}


def tree_to_msg(
    tree: TaskTree, progress: Mapping[str, NodeProgress] | None = None, *, mission: str = "", time: float = 0.0
) -> TaskTreeMsg:
    """A task tree, with how far each node has come (by node id; pending where absent)."""
    parents = {child.id: task.id for task in tree.root.walk() for child in task.children}
    nodes = [_task_to_msg(task, parents.get(task.id, ""), (progress or {}).get(task.id)) for task in tree.root.walk()]
    return TaskTreeMsg(
        stamp=time_to_msg(time),
        mission=mission,
        revision=tree.revision,
        born=tree.born,
        instruction=tree.instruction,
        level=tree.level,
        nodes=nodes,
    )


def _task_to_msg(task: Task, parent: str, progress: NodeProgress | None) -> TaskNodeMsg:
    progress = progress or NodeProgress()
    return TaskNodeMsg(
        id=task.id,
        parent=parent,
        text=task.text,
        relation=task.relation.value,
        goal=[LiteralMsg(proposition=g.proposition.name, positive=g.positive) for g in task.goal],
        rules=[rule_to_msg(rule) for rule in task.rules],
        robots=list(task.robots),
        same_robot_as=task.same_robot_as or "",
        order_first=[first for first, _ in task.order],
        order_then=[then for _, then in task.order],
        state=_NODE_STATE[progress.state],
        sentence=progress.sentence,
        robot=progress.robot,
    )


def tree_from_msg(msg: TaskTreeMsg) -> tuple[TaskTree, dict[str, NodeProgress]]:
    """A task tree and how far each node has come.

    Raises:
        ValueError: The message holds no nodes.
    """
    if not msg.nodes:
        raise ValueError("a task tree without nodes")
    children: dict[str, list[TaskNodeMsg]] = {}
    for node in msg.nodes:
        children.setdefault(node.parent, []).append(node)
    root = _task_from_msg(msg.nodes[0], children)
    tree = TaskTree(msg.instruction, msg.level, root, msg.revision, msg.born)
    progress = {n.id: NodeProgress(_NODE_STATE_OF[n.state], n.sentence, n.robot) for n in msg.nodes}
    return tree, progress


def _task_from_msg(node: TaskNodeMsg, children: Mapping[str, list[TaskNodeMsg]]) -> Task:
    return Task(
        id=node.id,
        text=node.text,
        goal=tuple(Literal(Proposition.parse(g.proposition), g.positive) for g in node.goal),
        children=tuple(_task_from_msg(child, children) for child in children.get(node.id, ())),
        relation=Relation(node.relation),
        order=tuple(zip(node.order_first, node.order_then, strict=True)),
        rules=tuple(rule_from_msg(rule) for rule in node.rules),
        robots=tuple(node.robots),
        same_robot_as=node.same_robot_as or None,
    )


def rule_to_msg(rule: TreeRule) -> TaskRuleMsg:
    """A rule said along with a task or for the whole mission."""
    return TaskRuleMsg(
        id=rule.id,
        formula=rule.formula,
        text=rule.text,
        robots=list(rule.robots),
        until=rule.until,
        ends_with=rule.ends_with,
    )


def rule_from_msg(msg: TaskRuleMsg) -> TreeRule:
    """A rule said along with a task or for the whole mission."""
    return TreeRule(msg.formula, msg.text, msg.id, tuple(msg.robots), msg.until, msg.ends_with)


def specification_to_msg(
    spec: HierarchicalSpec, *, mission: str = "", time: float = 0.0, revision: int = 0
) -> SpecificationMsg:
    """A hierarchical specification, level by level."""
    formulas = [
        _formula_to_msg(spec, name, formula, level)
        for level, named in enumerate(spec.levels)
        for name, formula in named.items()
    ]
    before = sorted(spec.before)
    return SpecificationMsg(
        stamp=time_to_msg(time),
        mission=mission,
        revision=revision,
        formulas=formulas,
        before_first=[first for first, _ in before],
        before_then=[then for _, then in before],
    )


def _formula_to_msg(spec: HierarchicalSpec, name: str, formula: str, level: int) -> FormulaMsg:
    msg = FormulaMsg(name=name, formula=formula, level=level, text=spec.text.get(name, ""))
    if name in spec.rules:
        msg.kind, msg.text = FormulaMsg.RULE, spec.rules[name].text
    elif name in spec.leaves:
        leaf = spec.leaves[name]
        msg.kind, msg.text, msg.robots = FormulaMsg.LEAF, leaf.text, list(leaf.robots)
        msg.same_robot_as, msg.task = leaf.same_robot_as or "", leaf.task
    else:
        msg.kind, msg.children = FormulaMsg.COMPOSITE, list(spec.children.get(name, ()))
    return msg


def specification_from_msg(msg: SpecificationMsg) -> HierarchicalSpec:
    """A hierarchical specification; leaves come back in reading order."""
    levels: list[dict[str, str]] = [{} for _ in range(max((f.level + 1 for f in msg.formulas), default=0))]
    for formula in msg.formulas:
        levels[formula.level][formula.name] = formula.formula
    kinds = {kind: [f for f in msg.formulas if f.kind == kind] for kind in (0, 1, 2)}
    leaves = {
        f.name: Leaf(f.name, f.formula, f.text, tuple(f.robots), f.same_robot_as or None, f.task)
        for f in kinds[FormulaMsg.LEAF]
    }
    spec = HierarchicalSpec(
        levels=tuple(levels),
        children={f.name: tuple(f.children) for f in kinds[FormulaMsg.COMPOSITE]},
        leaves=leaves,
        rules={f.name: Rule(f.name, f.formula, f.text) for f in kinds[FormulaMsg.RULE]},
        text={f.name: f.text for f in msg.formulas if f.text},
        before=frozenset(zip(msg.before_first, msg.before_then, strict=True)),
    )
    reading_order = spec.leaves_under(spec.root) if levels else ()
    return HierarchicalSpec(
        spec.levels, spec.children, {n: leaves[n] for n in reading_order}, spec.rules, spec.text, spec.before
    )


def plan_to_msg(result: PlanResult, *, mission: str = "", time: float = 0.0, revision: int = 0) -> PlanMsg:
    """What a planner answered."""
    msg = PlanMsg(
        stamp=time_to_msg(time),
        mission=mission,
        revision=revision,
        status=result.status.value,
        message=result.message,
        engine=result.engine,
        conflict=list(result.conflict),
        changes=list(result.changes),
        lower_bound=-1.0 if result.lower_bound is None else float(result.lower_bound),
        **timings_to_fields(result.timings_ms),
    )
    plan = result.plan
    if plan is not None:
        msg.steps = [_step_to_msg(step, plan.after.get(step.id, ())) for steps in plan.steps.values() for step in steps]
        msg.leaves, msg.assigned = list(plan.assignment), list(plan.assignment.values())
        windows = [plan.windows.get(leaf, (0, 0)) for leaf in msg.leaves]
        msg.window_start, msg.window_end = [a for a, _ in windows], [b for _, b in windows]
        msg.tick_s, msg.cost, msg.makespan = float(plan.tick_s), float(plan.cost), plan.makespan
        msg.resumed = sorted(plan.resumed)
    return msg


def _step_to_msg(step: PlanStep, after: Iterable[str]) -> PlanStepMsg:
    return PlanStepMsg(
        id=step.id,
        robot=step.robot,
        leaf=step.leaf,
        skill=step.skill,
        args=list(step.args),
        path=cells_to_msg(step.path),
        start=step.start,
        end=step.end,
        after=list(after),
    )


def plan_from_msg(msg: PlanMsg, robots: Iterable[str] = ()) -> PlanResult:
    """What a planner answered.

    Args:
        msg: The message.
        robots: Ids of robots that get an entry in the plan's steps also when they do nothing.
    """
    status = PlanStatus(msg.status)
    plan = None
    if status in (PlanStatus.OPTIMAL, PlanStatus.FEASIBLE):
        steps: dict[str, list[PlanStep]] = {robot: [] for robot in robots}
        for step in msg.steps:
            path = cells_from_msg(step.path)
            steps.setdefault(step.robot, []).append(
                PlanStep(step.id, step.robot, step.leaf, step.skill, tuple(step.args), step.start, step.end, path)
            )
        plan = TeamPlan(
            steps={robot: tuple(own) for robot, own in steps.items()},
            assignment=dict(zip(msg.leaves, msg.assigned, strict=True)),
            windows={
                leaf: (start, end)
                for leaf, start, end in zip(msg.leaves, msg.window_start, msg.window_end, strict=True)
            },
            after={step.id: tuple(step.after) for step in msg.steps if step.after},
            tick_s=msg.tick_s,
            cost=msg.cost,
            makespan=msg.makespan,
            resumed=frozenset(msg.resumed),
        )
    lower_bound = None if msg.lower_bound < 0 else msg.lower_bound
    return PlanResult(
        status, plan, msg.message, tuple(msg.conflict), lower_bound, msg.engine, timings_from_fields(msg),
        tuple(msg.changes),
    )  # fmt: skip


def situation_to_msg(situation: Situation, world: str = "") -> SituationMsg:
    """Where a mission in the world named ``world`` stands."""
    barred = sorted(situation.barred)
    history = situation.history
    return SituationMsg(
        state=state_to_msg(situation.state, world),
        done=list(situation.done),
        done_robots=list(situation.done.values()),
        history=[
            FormulaHistory(
                formula=name,
                robot=history.robots.get(name, ""),
                letters=[" ".join(sorted(letter)) for letter in letters],
            )
            for name, letters in history.read.items()
        ],
        barred=[leaf for leaf, _ in barred],
        barred_robots=[robot for _, robot in barred],
    )


def situation_from_msg(msg: SituationMsg) -> Situation:
    """Where a mission stands."""
    read = {one.formula: tuple(frozenset(letter.split()) for letter in one.letters) for one in msg.history}
    robots = {one.formula: one.robot for one in msg.history if one.robot}
    return Situation(
        state_from_msg(msg.state),
        dict(zip(msg.done, msg.done_robots, strict=True)),
        History(read, robots),
        frozenset(zip(msg.barred, msg.barred_robots, strict=True)),
    )


def status_to_msg(status: MissionStatus) -> MissionStatusMsg:
    """What the executive is doing."""
    return MissionStatusMsg(
        stamp=time_to_msg(status.time),
        mission=status.mission,
        revision=status.revision,
        stage=status.stage.value,
        fraction=float(status.fraction),
        sentence=status.sentence,
        leaves=[
            LeafStateMsg(leaf=name, robot=leaf.robot, state=int(leaf.state)) for name, leaf in status.leaves.items()
        ],
    )


def status_from_msg(msg: MissionStatusMsg) -> MissionStatus:
    """What the executive is doing."""
    leaves = {leaf.leaf: LeafProgress(LeafState(leaf.state), leaf.robot) for leaf in msg.leaves}
    return MissionStatus(
        msg.mission, Stage(msg.stage), msg.fraction, msg.sentence, leaves, time_from_msg(msg.stamp), msg.revision
    )


def report_to_msg(report: MonitorReport, *, mission: str = "") -> MonitorStateMsg:
    """The verdicts on every formula of a mission."""
    return MonitorStateMsg(
        stamp=time_to_msg(report.time),
        mission=mission,
        final=report.final,
        formulas=[
            FormulaStateMsg(name=line.name, formula=line.formula, verdict=_VERDICT[line.verdict], reason=line.reason)
            for line in report.formulas.values()
        ],
        gap_start=[start for start, _ in report.gaps],
        gap_end=[end for _, end in report.gaps],
    )


def report_from_msg(msg: MonitorStateMsg) -> MonitorReport:
    """The verdicts on every formula of a mission."""
    lines = {
        line.name: FormulaVerdict(line.name, line.formula, _VERDICT_OF[line.verdict], line.reason)
        for line in msg.formulas
    }
    gaps = tuple(zip(msg.gap_start, msg.gap_end, strict=True))
    return MonitorReport(time_from_msg(msg.stamp), lines, msg.final, gaps)
