"""The only place where our types meet ROS messages: one pair of functions per type.

``<type>_to_msg`` and ``<type>_from_msg`` are inverses of each other, up to the resolution of ROS
time (nanoseconds) and the float width of the message.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Pose2D
from std_msgs.msg import Header

from grounding.language.act import Act, ActKind
from grounding.logic.history import History
from grounding.logic.monitor import FormulaVerdict, MonitorReport, Truth
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.mission.task import Literal, NodeState, Relation, Task, TaskTree, TreeRule
from grounding.state import Proposition, RobotState, ThingState, WorldState
from grounding.world import Cell
from heed.dialogue import Mode, Question, Reply, ReplyStatus, RobotMode, SessionState, Spoken, Utterance
from heed.outcome import Outcome
from heed.progress import LeafProgress, LeafState, MissionStatus, NodeProgress, Stage
from heed_interfaces.action import ExecuteSkill
from heed_interfaces.msg import Cell as CellMsg
from heed_interfaces.msg import Correction as CorrectionMsg
from heed_interfaces.msg import Formula as FormulaMsg
from heed_interfaces.msg import FormulaHistory
from heed_interfaces.msg import FormulaState as FormulaStateMsg
from heed_interfaces.msg import LeafState as LeafStateMsg
from heed_interfaces.msg import Literal as LiteralMsg
from heed_interfaces.msg import MissionStatus as MissionStatusMsg
from heed_interfaces.msg import MonitorState as MonitorStateMsg
from heed_interfaces.msg import Outcome as OutcomeMsg
from heed_interfaces.msg import Plan as PlanMsg
from heed_interfaces.msg import PlanStep as PlanStepMsg
from heed_interfaces.msg import Question as QuestionMsg
from heed_interfaces.msg import Reply as ReplyMsg
from heed_interfaces.msg import RobotMode as RobotModeMsg
from heed_interfaces.msg import RobotState as RobotStateMsg
from heed_interfaces.msg import SessionState as SessionStateMsg
from heed_interfaces.msg import Situation as SituationMsg
from heed_interfaces.msg import SkillEvent as SkillEventMsg
from heed_interfaces.msg import SkillStatus as SkillStatusMsg
from heed_interfaces.msg import Specification as SpecificationMsg
from heed_interfaces.msg import TaskNode as TaskNodeMsg
from heed_interfaces.msg import TaskRule as TaskRuleMsg
from heed_interfaces.msg import TaskTree as TaskTreeMsg
from heed_interfaces.msg import ThingState as ThingStateMsg
from heed_interfaces.msg import WorldState as WorldStateMsg
from heed_interfaces.srv import Say
from planners.plan import PlanResult, PlanStatus, PlanStep, TeamPlan
from planners.situation import Situation
from sim.protocol import SkillCommand, SkillResult, SkillStatus

FRAME = "world"

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


def time_to_msg(seconds: float) -> Time:
    """Seconds since the start of the simulation as a stamp; rounded to nanoseconds."""
    nanoseconds = round(seconds * 1e9)
    return Time(sec=nanoseconds // 10**9, nanosec=nanoseconds % 10**9)


def time_from_msg(msg: Time) -> float:
    """A stamp as seconds."""
    return (msg.sec * 10**9 + msg.nanosec) / 1e9


def timings_to_fields(timings_ms: Mapping[str, float]) -> dict[str, list[str] | list[float]]:
    """Timings as the two parallel fields that several messages carry."""
    return {"timing_names": list(timings_ms), "timing_ms": [float(ms) for ms in timings_ms.values()]}


def timings_from_fields(msg: object) -> dict[str, float]:
    """The inverse of :func:`timings_to_fields`, for any message with these fields."""
    return dict(zip(msg.timing_names, msg.timing_ms, strict=True))  # type: ignore[attr-defined]


def outcome_to_msg(outcome: Outcome, message: str) -> OutcomeMsg:
    """An outcome with its sentence."""
    return OutcomeMsg(code=int(outcome), message=message)


def outcome_from_msg(msg: OutcomeMsg) -> tuple[Outcome, str]:
    """Outcome and sentence."""
    return Outcome(msg.code), msg.message


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


def cells_to_msg(cells: Iterable[Cell]) -> list[CellMsg]:
    """Cells of a path."""
    return [CellMsg(x=x, y=y) for x, y in cells]


def cells_from_msg(msgs: Iterable[CellMsg]) -> tuple[Cell, ...]:
    """Cells of a path."""
    return tuple((cell.x, cell.y) for cell in msgs)


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


def state_to_msg(state: WorldState, world: str = "") -> WorldStateMsg:
    """One observation of the world named ``world``."""
    flags = sorted(state.flags)
    return WorldStateMsg(
        header=Header(stamp=time_to_msg(state.time), frame_id=FRAME),
        world=world,
        run=state.run,
        sequence=state.sequence,
        robots=[_robot_to_msg(name, robot) for name, robot in state.robots.items()],
        things=[_thing_to_msg(name, thing) for name, thing in state.things.items()],
        flag_entities=[entity for entity, _ in flags],
        flag_names=[flag for _, flag in flags],
    )


def _robot_to_msg(name: str, robot: RobotState) -> RobotStateMsg:
    x, y, theta = map(float, robot.pose)
    return RobotStateMsg(
        id=name,
        cell=CellMsg(x=robot.cell[0], y=robot.cell[1]),
        pose=Pose2D(x=x, y=y, theta=theta),
        holding=robot.holding or "",
        skill=robot.skill,
        alive=robot.alive,
        halted=robot.halted,
    )


def _thing_to_msg(name: str, thing: ThingState) -> ThingStateMsg:
    x, y, z = map(float, thing.position)
    return ThingStateMsg(
        id=name,
        cell=CellMsg(x=thing.cell[0], y=thing.cell[1]),
        position=Point(x=x, y=y, z=z),
        support=thing.support or "",
        held_by=thing.held_by or "",
    )


def state_from_msg(msg: WorldStateMsg) -> WorldState:
    """One observation."""
    robots = {
        r.id: RobotState(
            (r.cell.x, r.cell.y), (r.pose.x, r.pose.y, r.pose.theta), r.holding or None, r.skill, r.alive, r.halted
        )
        for r in msg.robots
    }
    things = {
        t.id: ThingState(
            (t.cell.x, t.cell.y), (t.position.x, t.position.y, t.position.z), t.support or None, t.held_by or None
        )
        for t in msg.things
    }
    flags = frozenset(zip(msg.flag_entities, msg.flag_names, strict=True))
    return WorldState(time_from_msg(msg.header.stamp), robots, things, flags, msg.sequence, msg.run)


def command_to_goal(command: SkillCommand) -> ExecuteSkill.Goal:
    """An order to one robot, as a goal of its action."""
    return ExecuteSkill.Goal(
        command=command.id,
        leaf=command.leaf,
        skill=command.skill,
        args=list(command.args),
        path=cells_to_msg(command.path),
    )


def command_from_goal(goal: ExecuteSkill.Goal, robot: str) -> SkillCommand:
    """A goal of a robot's action as an order to it."""
    return SkillCommand(goal.command, robot, goal.skill, tuple(goal.args), cells_from_msg(goal.path), goal.leaf)


def result_to_msg(result: SkillResult) -> ExecuteSkill.Result:
    """How a command ended."""
    return ExecuteSkill.Result(
        status=SkillStatusMsg(code=int(result.status), message=result.message), time=float(result.time)
    )


def result_from_msg(msg: ExecuteSkill.Result, command: SkillCommand) -> SkillResult:
    """How ``command`` ended."""
    return SkillResult(command, SkillStatus(msg.status.code), msg.status.message, msg.time)


def event_to_msg(
    command: SkillCommand, result: SkillResult | None = None, *, mission: str = "", time: float = 0.0
) -> SkillEventMsg:
    """A command that was given (``result`` None) or has ended."""
    msg = SkillEventMsg(
        stamp=time_to_msg(time),
        mission=mission,
        phase=SkillEventMsg.STARTED if result is None else SkillEventMsg.ENDED,
        command=command.id,
        robot=command.robot,
        leaf=command.leaf,
        skill=command.skill,
        args=list(command.args),
        path=cells_to_msg(command.path),
    )
    if result is not None:
        msg.status = SkillStatusMsg(code=int(result.status), message=result.message)
    return msg


def event_from_msg(msg: SkillEventMsg) -> tuple[SkillCommand, SkillResult | None]:
    """The command, and how it ended where it has."""
    command = SkillCommand(msg.command, msg.robot, msg.skill, tuple(msg.args), cells_from_msg(msg.path), msg.leaf)
    if msg.phase == SkillEventMsg.STARTED:
        return command, None
    return command, SkillResult(command, SkillStatus(msg.status.code), msg.status.message, time_from_msg(msg.stamp))


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


def utterance_to_request(utterance: Utterance) -> Say.Request:
    """Something said, as a request of the service ``say``."""
    return Say.Request(
        text=utterance.text,
        robot=utterance.robot,
        speaker=utterance.speaker,
        always=utterance.always,
        stamp=time_to_msg(utterance.said),
    )


def utterance_from_request(request: Say.Request) -> Utterance:
    """Something said, from a request of the service ``say``."""
    return Utterance(request.text, request.robot, request.speaker, request.always, time_from_msg(request.stamp))


def question_to_msg(question: Question) -> QuestionMsg:
    """A question to the operator."""
    return QuestionMsg(
        id=question.id, text=question.text, options=list(question.options), expires_s=float(question.expires_s)
    )


def question_from_msg(msg: QuestionMsg) -> Question:
    """A question to the operator."""
    return Question(msg.id, msg.text, tuple(msg.options), msg.expires_s)


def spoken_to_msg(spoken: Spoken, *, text: str = "", speaker: str = "", time: float = 0.0) -> CorrectionMsg:
    """One act of something said, with what became of it."""
    act = spoken.act
    slots = ("skill", "object", "destination", "direction", "amount", "persistence", "polarity")
    return CorrectionMsg(
        stamp=time_to_msg(time),
        text=text,
        speaker=speaker,
        act=act.kind.value,
        robots=list(act.robots),
        accepted=spoken.accepted,
        sentence=spoken.sentence,
        **{slot: getattr(act, slot) or "" for slot in slots},
    )


def spoken_from_msg(msg: CorrectionMsg) -> Spoken:
    """One act of something said, with what became of it."""
    act = Act(
        kind=ActKind(msg.act),
        robots=tuple(msg.robots),
        skill=msg.skill or None,
        object=msg.object or None,
        destination=msg.destination or None,
        direction=msg.direction or None,
        amount=msg.amount or None,
        persistence=msg.persistence or None,
        polarity=msg.polarity or None,
    )
    return Spoken(act, msg.accepted, msg.sentence)


def reply_to_msg(reply: Reply, *, utterance: Utterance | None = None, time: float = 0.0) -> ReplyMsg:
    """What became of something said."""
    said = utterance or Utterance("")
    return ReplyMsg(
        status=int(reply.status),
        acts=[spoken_to_msg(spoken, text=said.text, speaker=said.speaker, time=time) for spoken in reply.acts],
        robots=list(reply.robots),
        understood=reply.understood,
        sentence=reply.sentence,
        question=question_to_msg(reply.question),
        mission=reply.mission,
        **timings_to_fields(reply.timings_ms),
    )


def reply_from_msg(msg: ReplyMsg) -> Reply:
    """What became of something said."""
    return Reply(
        ReplyStatus(msg.status),
        tuple(spoken_from_msg(act) for act in msg.acts),
        tuple(msg.robots),
        msg.understood,
        msg.sentence,
        question_from_msg(msg.question),
        msg.mission,
        timings_from_fields(msg),
    )


def session_to_msg(session: SessionState, *, time: float = 0.0) -> SessionStateMsg:
    """What operators and the fleet are talking about."""
    return SessionStateMsg(
        stamp=time_to_msg(time),
        mission=session.mission,
        robots=[
            RobotModeMsg(robot=name, mode=int(mode.mode), sentence=mode.sentence)
            for name, mode in session.robots.items()
        ],
        question=question_to_msg(session.question),
        rules=[rule_to_msg(rule) for rule in session.rules],
    )


def session_from_msg(msg: SessionStateMsg) -> SessionState:
    """What operators and the fleet are talking about."""
    robots = {one.robot: RobotMode(Mode(one.mode), one.sentence) for one in msg.robots}
    rules = tuple(rule_from_msg(rule) for rule in msg.rules)
    return SessionState(msg.mission, robots, question_from_msg(msg.question), rules)
