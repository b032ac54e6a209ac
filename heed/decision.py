"""What follows from one act of something said: edits of the mission, orders to robots, an answer.

One function for each kind of act, all of the same form: from what was heard, the scene and the
translated words (where there are any) to a :class:`Decision`. Nothing here moves anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grounding.builtin import put_down
from grounding.errors import HeedError, SkillError
from grounding.inverse import changed, inverse
from grounding.language.act import ActKind
from grounding.language.context import Heard
from grounding.mission.edits import (
    AddRule,
    AddTask,
    DropRule,
    DropTask,
    Edit,
    Place,
    Reassign,
    Reorder,
    Repeat,
    ReplaceGoal,
    Undo,
)  # fmt: skip
from grounding.mission.task import Literal, NodeState, Task, TaskTree, TreeRule
from grounding.nudge import resolve
from grounding.skills import candidates
from grounding.state import ANY, SELF, Proposition, holds
from grounding.translate import wording
from grounding.translate.paraphrase import describe
from grounding.translate.phrases import listed
from heed.dialogue import Mode, RobotMode
from heed.inquiry import answer_inquiry
from heed.scene import Scene, act_of

#: Where a body turns to when it is to turn left or right.
_TURNS = {"left": "counterclockwise", "right": "clockwise"}
#: Behaviours that make sense once more although what they bring about holds.
REPEATABLE = ("photograph",)
#: Most things offered as answers to "not that one".
MOST_OPTIONS = 6


class RefusedError(HeedError):
    """Something said cannot be done; nothing was changed."""

    def __init__(self, sentence: str) -> None:
        super().__init__("say", sentence)

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class Decision:
    """What is to happen because of one act.

    Attributes:
        understood: What was understood, one sentence.
        sentence: What will be done, or the answer; what changes in the plan is added later.
        robots: Ids of the robots it applies to.
        halt: Robots to stand still at once.
        pause: Robots to stop in their cell and wait.
        free: Robots to go on.
        edits: Edits of the running mission, in order.
        interrupt: Robots whose present work ends now.
        orders: Robot -> skill and arguments to carry out at once.
        begin: A new mission, where none is running.
        question: What to ask; empty = nothing.
        options: Answers to the question, each with the task it stands for (None = nothing to do).
    """

    understood: str
    sentence: str = ""
    robots: tuple[str, ...] = ()
    halt: tuple[str, ...] = ()
    pause: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    interrupt: tuple[str, ...] = ()
    orders: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    begin: TaskTree | None = None
    question: str = ""
    options: tuple[tuple[str, TaskTree | None], ...] = ()


def decide(heard: Heard, scene: Scene, addressed: str = "", tree: TaskTree | None = None) -> Decision:
    """What follows from one act.

    Args:
        heard: The act.
        scene: The fleet and its mission.
        addressed: Id of the robot spoken to, empty = the team.
        tree: What ``heard.clause`` means, where it has one.

    Raises:
        RefusedError: It cannot be done; the sentence says why.
    """
    return _DECIDERS[heard.act.kind](_Case(heard, scene, addressed, tree))


@dataclass(frozen=True)
class _Case:
    """One act with all that its decision depends on."""

    heard: Heard
    scene: Scene
    addressed: str
    tree: TaskTree | None

    @property
    def named(self) -> tuple[str, ...]:
        """The robots it applies to by name or because they are spoken to; empty = the team."""
        return self.heard.act.robots or ((self.addressed,) if self.addressed else ())

    @property
    def everybody(self) -> tuple[str, ...]:
        """The robots it applies to; all where none is named."""
        return self.named or tuple(self.scene.world.robots)

    def name(self, entity: str) -> str:
        """What to call a robot, thing or zone."""
        return entity if entity in self.scene.world.robots else wording.name(entity, self.scene.world)

    def task(self, task: str) -> str:
        """A task in English, in quotes."""
        return repr(self.text(task))

    def text(self, task: str) -> str:
        """A task in English."""
        found = self.scene.tasks[task]
        return found.text or describe(found, self.scene.world)

    def robots(self, robots: Sequence[str]) -> str:
        """Several robots in English; "all robots" for the whole team."""
        whole = len(robots) > 1 and set(robots) == set(self.scene.world.robots)
        return "all robots" if whole else listed(list(robots))

    def one_robot(self) -> str:
        """The only robot it can apply to.

        Raises:
            RefusedError: It is not clear which.
        """
        robots = self.named or tuple(self.scene.world.robots)
        if len(robots) == 1:
            return robots[0]
        busy = [robot for robot in robots if robot in self.scene.commands]
        if len(busy) == 1 and not self.named:
            return busy[0]
        raise RefusedError(f"Which robot do you mean? Say its name first: {listed(list(robots), 'or')}.")

    def doing(self) -> str:
        """Id of the task that is meant where none is named: what the robot spoken to does or does next.

        Raises:
            RefusedError: There is none, or several could be meant.
        """
        tasks = [task for task in self.heard.tasks if task in self.scene.leaves]
        if tasks:
            return tasks[0]
        own = [t for t in self.scene.left if not self.named or self.scene.doer(t) in self.named]
        active = [task for task in own if task in self.scene.progress.active]
        if len(active) == 1 or (active and self.named):
            return active[0]
        if len(active) > 1:
            raise RefusedError(f"Which task do you mean: {listed([self.task(t) for t in active], 'or')}?")
        if not own:
            who = self.robots(self.named) if self.named else "anybody"
            raise RefusedError(f"There is nothing left for {who} to do.")
        return own[0]

    def doers(self, tasks: Sequence[str]) -> tuple[str, ...]:
        """The robots that are working on tasks right now."""
        active = self.scene.progress.active
        return tuple(dict.fromkeys(active[task] for task in tasks if task in active))

    def running(self, what: str) -> None:
        """Makes sure that there is a mission.

        Raises:
            RefusedError: Nothing is running.
        """
        if not self.scene.mission or self.scene.tree is None:
            raise RefusedError(f"Nothing is running, so there is nothing to {what}.")


def _halt(case: _Case) -> Decision:
    who = case.everybody
    sentence = f"{_capital(case.robots(who))} {_stand(who)} still. Say 'go on' to continue."
    return Decision(f"Stop: {case.robots(who)}.", sentence, who, halt=who)


def _pause(case: _Case) -> Decision:
    who = case.everybody
    plural = len(who) > 1
    sentence = f"{_capital(case.robots(who))} pause{'' if plural else 's'}. Say 'go on' to continue."
    return Decision(f"Pause: {case.robots(who)}.", sentence, who, pause=who)


def _resume(case: _Case) -> Decision:
    waiting = tuple(r for r in case.everybody if case.scene.modes.get(r, RobotMode()).mode is Mode.PAUSED)
    if not waiting:
        who = case.robots(case.named) if case.named else "No robot"
        verb = "are" if len(case.named) > 1 else "is"
        raise RefusedError(f"{_capital(who)} {verb} {'not ' if case.named else ''}paused.")
    plural = len(waiting) > 1
    sentence = f"{_capital(case.robots(waiting))} go{'' if plural else 'es'} on."
    return Decision(f"Go on: {case.robots(waiting)}.", sentence, waiting, free=waiting)


def _motion(case: _Case) -> Decision:
    robot, act = case.one_robot(), case.heard.act
    direction, amount = act.direction or "forward", act.amount or "default"
    if case.heard.turn:
        direction = _TURNS.get(direction, direction)
        amount = "90 deg" if amount == "default" else amount
    try:
        nudge = resolve(direction, amount, case.scene.world.robots[robot].type, case.scene.world)
    except SkillError as error:
        raise RefusedError(f"{robot} cannot {error.thing}: {error.reason}") from None
    understood = f"{robot} is to {'turn' if nudge.radians else 'move'} {nudge}."
    return Decision(understood, "", (robot,), interrupt=(robot,), orders={robot: ("nudge", (direction, amount))})


def _skill(case: _Case) -> Decision:
    if case.tree is None:
        return _direct(case)
    tree = _for(case.tree, case.named)
    if not case.scene.mission or case.scene.tree is None:
        return Decision(f"New mission: {_words(tree, case)}.", "", case.named, begin=tree)
    if case.heard.place == "instead":
        task = case.doing()
        understood = f"Instead of {case.task(task)}: {_words(tree, case)}."
        doers = case.doers([task])
        return Decision(understood, "", doers, edits=(ReplaceGoal(task, tree),), interrupt=doers)
    return _add(case, tree)


def _direct(case: _Case) -> Decision:
    """A skill that is carried out on the spot, such as putting down what is held."""
    robot, act = case.one_robot(), case.heard.act
    held = case.scene.state.robots[robot].holding
    if act.skill != "put_down":
        raise RefusedError(f"I can't {(act.skill or 'do that').replace('_', ' ')} without knowing what or where.")
    if held is None:
        raise RefusedError(f"{robot} holds nothing.")
    understood = f"{robot} is to put {case.name(held)} down here."
    skill = put_down(case.scene.world, robot).name
    return Decision(understood, "", (robot,), interrupt=(robot,), orders={robot: (skill, (held,))})


def _instruction(case: _Case) -> Decision:
    assert case.tree is not None, "an instruction is translated first"
    tree = _for(case.tree, case.named)
    if not case.scene.mission or case.scene.tree is None:
        return Decision(f"New mission: {_words(tree, case)}.", "", case.named, begin=tree)
    return _add(case, tree)


def _add(case: _Case, tree: TaskTree) -> Decision:
    """A new task in its place among those that are left."""
    place, anchors, interrupt = _place(case)
    edit = AddTask(tree, place, anchors)
    return Decision(
        f"New: {_words(tree, case)}{_where(case, place, anchors)}.", "", case.named, edits=(edit,), interrupt=interrupt
    )


def _place(case: _Case) -> tuple[Place, tuple[str, ...], tuple[str, ...]]:
    """Where a new task goes, beside which tasks, and the robots that leave what they do for it."""
    scene, heard = case.scene, case.heard
    own = tuple(t for t in scene.left if not case.named or scene.doer(t) in case.named)
    waiting = tuple(t for t in own if t not in scene.progress.active)
    anchor = (heard.anchor,) if heard.anchor else ()
    match heard.place:
        case "now" | "first" if case.named and own:
            return Place.BEFORE, own, case.doers(own)
        case "now" | "first" if waiting:
            return Place.BEFORE, waiting, ()
        case "last":
            return Place.LAST, (), ()
        case "before" if anchor:
            return Place.BEFORE, anchor, case.doers(anchor)
        case "after" if anchor:
            return Place.AFTER, anchor, ()
    return Place.ANY, (), ()


def _where(case: _Case, place: Place, anchors: Sequence[str]) -> str:
    if case.heard.place in ("now", "first") and anchors:
        return f", before anything else {case.robots(case.named)} does" if case.named else ", before everything else"
    if place is Place.LAST:
        return ", after everything else"
    return f", {place.value} {listed([case.task(task) for task in anchors])}" if anchors else ""


def _veto(case: _Case) -> Decision:
    case.running("leave out")
    tasks = [task for task in case.heard.tasks if task in case.scene.tasks] or [case.doing()]
    doers = case.doers([leaf.id for task in tasks for leaf in case.scene.tasks[task].walk()])
    named = case.heard.act.robots
    if named and doers and not set(doers) & set(named):
        verbs = ["are" if len(who) > 1 else "is" for who in (named, doers)]
        raise RefusedError(f"{case.robots(named)} {verbs[0]} not doing that: {case.robots(doers)} {verbs[1]}.")
    understood = f"Leave out {listed([case.task(task) for task in tasks])}."
    options = _others(case, tasks[0]) if case.heard.about == "object" and len(tasks) == 1 else ()
    edits = tuple(DropTask(task) for task in tasks)
    question = f"What instead of {case.task(tasks[0])}?" if options else ""
    return Decision(understood, "", doers, edits=edits, interrupt=doers, question=question, options=options)


def _others(case: _Case, task: str) -> tuple[tuple[str, TaskTree | None], ...]:
    """The same task with another thing of the same use, for each such thing."""
    leaf, world, state = case.scene.tasks[task], case.scene.world, case.scene.state
    things = [g.proposition.args[0] for g in leaf.goal if g.proposition.args[0] in world.things]
    if not things:
        return ()
    taken, use = things[0], _use(world.things[things[0]].properties)
    rivals = [t for t in candidates(world, use) if t != taken and state.things[t].held_by is None] if use else []
    options: list[tuple[str, TaskTree | None]] = []
    for other in rivals[:MOST_OPTIONS]:
        goal = tuple(_with(g, taken, other) for g in leaf.goal)
        if any(g.proposition.args[0] == g.proposition.args[-1] for g in goal):
            continue
        new = replace(leaf, id="1", goal=goal, text="", same_robot_as=None)
        new = replace(new, text=describe(new, world))
        options.append((case.name(other), TaskTree(new.text, "L2", Task("0", "", children=(new,)))))
    return (*options, ("nothing", None)) if options else ()


def _use(properties: frozenset[str]) -> str:
    """What a thing is good for as the object of a task, empty for nothing."""
    return next((p for p in ("portable", "pushable", "guidable") if p in properties), "")


def _with(goal: Literal, old: str, new: str) -> Literal:
    args = tuple(new if arg == old else arg for arg in goal.proposition.args)
    return Literal(Proposition(goal.proposition.predicate, (args[0], args[1])), goal.positive)


def _constraint(case: _Case) -> Decision:
    assert case.tree is not None, "a rule is translated first"
    rules = case.tree.root.rules
    if not rules:
        raise RefusedError(f"I find no rule in {case.heard.clause!r}. Say 'never ...' or 'always ...'.")
    if case.addressed and not case.heard.act.robots:
        rules = tuple(_bound_to(rule, case.addressed) for rule in rules)
    texts = listed(list(dict.fromkeys(rule.text for rule in rules)))
    if not case.scene.mission or case.scene.tree is None:
        raise RefusedError(f"Nothing is running. Say the rule together with a task: '...; {rules[0].text}'.")
    until, now = case.heard.until, case.scene.state.time
    last = now + until if isinstance(until, (int, float)) else 0.0
    ends_with = until if isinstance(until, str) else ""
    bound = [replace(r, robots=case.heard.act.robots, until=last, ends_with=ends_with) for r in rules]
    edits: list[Edit] = [AddRule(rule) for rule in bound]
    if case.tree.root.children:
        edits.append(AddTask(replace(case.tree, root=replace(case.tree.root, rules=()))))
    return Decision(f"From now on: {texts}.", "", case.named, edits=tuple(edits))


def _bound_to(rule: TreeRule, robot: str) -> TreeRule:
    """A rule for the team as one for the robot spoken to."""
    formula = rule.formula.replace(f".{ANY}.", f".{robot}.")
    return rule if formula == rule.formula else replace(rule, formula=formula, text=f"{robot}: {rule.text}")


def _lift(case: _Case) -> Decision:
    case.running("lift")
    wanted = case.heard.rule
    lifted = [rule for rule in case.scene.rules if wanted in (rule.id, rule.text, "*")]
    texts_lifted = {rule.text for rule in lifted}
    lifted = [rule for rule in case.scene.rules if rule.text in texts_lifted]
    if not lifted:
        known = listed([repr(text) for text in dict.fromkeys(rule.text for rule in case.scene.rules)], "or")
        raise RefusedError(f"Which rule do you mean: {known}?" if known else "There is no rule to lift.")
    texts = listed(list(dict.fromkeys(repr(rule.text) for rule in lifted)))
    return Decision(f"No longer: {texts}.", "", case.named, edits=tuple(DropRule(rule.id) for rule in lifted))


def _reassign(case: _Case) -> Decision:
    case.running("hand over")
    robots = case.heard.act.robots or ((case.addressed,) if case.addressed else ())
    if not robots:
        raise RefusedError("Which robot is to take over? Say its name.")
    tasks = [task for task in case.heard.tasks if task in case.scene.tasks]
    if not tasks:
        tasks = [t for t in case.scene.left if t in case.scene.progress.active and case.scene.doer(t) not in robots]
    if len(tasks) > 1 and not case.heard.tasks:
        raise RefusedError(f"Which task do you mean: {listed([case.task(t) for t in tasks], 'or')}?")
    if not tasks:
        raise RefusedError(f"There is nothing for {case.robots(robots)} to take over.")
    doers = tuple(r for r in case.doers(tasks) if r not in robots)
    take, what = "take" if len(robots) > 1 else "takes", listed([case.task(task) for task in tasks])
    understood = f"{_capital(case.robots(robots))} {take} over {what}."
    edits = tuple(Reassign(task, robots) for task in tasks)
    return Decision(understood, "", tuple(dict.fromkeys((*robots, *doers))), edits=edits, interrupt=doers)


def _undo(case: _Case) -> Decision:
    case.running("undo")
    finished = case.scene.progress.finished
    own = [task for task, who in finished.items() if not case.named or who in case.named]
    tasks = [task for task in case.heard.tasks if task in own] or own[-1:]
    if not tasks or tasks[0] not in case.scene.footprints:
        nobody = (
            f"{case.robots(case.named)} {'have' if len(case.named) > 1 else 'has'} finished nothing"
            if case.named
            else "Nothing is finished yet"
        )
        raise RefusedError(f"{nobody}, so there is nothing to undo.")
    task = tasks[0]
    steps = case.scene.footprints[task]
    touched = {arg for g in case.scene.tasks[task].goal for arg in g.proposition.args}
    only = changed(steps.before, steps.after) & touched
    if any(g.proposition.predicate == "at" for g in case.scene.tasks[task].goal):
        only |= {finished[task]}
    back = inverse(steps.before, steps.after, case.scene.world, only)
    if not back.goal:
        why = " ".join(map(_capital, back.cannot)) or "It changed nothing that could be put back."
        raise RefusedError(f"{case.task(task)} cannot be undone. {why}")
    robot = finished[task]
    goal = tuple(_with(literal, robot, SELF) for literal in back.goal)
    undo = Undo(task, goal, wording.order(goal, case.scene.world), (robot,) if goal != back.goal else ())
    return Decision(f"Undo {case.task(task)}.", " ".join(back.cannot), case.named or (robot,), edits=(undo,))


def _repeat(case: _Case) -> Decision:
    finished = case.scene.progress.finished
    tasks = [task for task in case.heard.tasks if task in case.scene.tasks]
    tasks = tasks or [t for t, who in finished.items() if not case.named or who in case.named][-1:]
    ordered = [robot for robot in case.everybody if robot in case.scene.orders]
    if len(ordered) == 1 and (case.heard.act.amount == "small" or not tasks):
        robot, order = ordered[0], case.scene.orders[ordered[0]]
        understood = f"{robot} is to {order[0].replace('_', ' ')} {' '.join(order[1])} again."
        return Decision(understood, "", (robot,), interrupt=(robot,), orders={robot: order})
    case.running("repeat")
    if not tasks:
        raise RefusedError("Nothing has been finished yet, so there is nothing to repeat.")
    task = tasks[0]
    done = task in finished and all(_holds(goal, finished[task], case) for goal in case.scene.tasks[task].goal)
    if done:
        return _on_the_spot(case, task, finished[task])
    return Decision(f"Again: {case.task(task)}.", "", case.heard.act.robots, edits=(Repeat(task),))


def _on_the_spot(case: _Case, task: str, robot: str) -> Decision:
    """A task whose goal still holds can be repeated where one skill does it, such as taking a photo."""
    skill, thing, _ = act_of(case.scene.tasks[task].goal[0], case.scene.world)
    known = case.scene.world.skills.get(skill or "")
    if known is None or thing is None or known.behaviour not in REPEATABLE:
        raise RefusedError(f"Nothing to do: {case.task(task)} still holds.")
    return Decision(
        f"Again: {case.task(task)}.", "", (robot,), interrupt=(robot,), orders={robot: (known.name, (thing,))}
    )


def _holds(goal: Literal, robot: str, case: _Case) -> bool:
    return holds(goal.proposition.bind(robot), case.scene.world, case.scene.state) is goal.positive


def _order(case: _Case) -> Decision:
    case.running("reorder")
    tasks = [task for task in case.heard.tasks if task in case.scene.tasks]
    if not tasks:
        raise RefusedError("Which task do you mean? Name what it is about.")
    done = [task for task in tasks if case.scene.state_of(task) is NodeState.DONE]
    if done:
        raise RefusedError(f"{_capital(case.task(done[0]))} is done already.")
    own = [leaf.id for task in tasks for leaf in case.scene.tasks[task].walk() if leaf.goal]
    rest = [t for t in case.scene.left if t not in own and (not case.named or case.scene.doer(t) in case.named)]
    anchor = case.heard.anchor
    match case.heard.place:
        case "first":
            later, pairs = (
                "before everything else",
                [(o, t) for o in own for t in rest if t not in case.scene.progress.active],
            )
        case "last":
            later, pairs = "after everything else", [(t, o) for o in own for t in rest]
        case "before" if anchor:
            later, pairs = f"before {case.task(anchor)}", [(o, anchor) for o in own]
        case "after" if anchor:
            later, pairs = f"after {case.task(anchor)}", [(anchor, o) for o in own]
        case _:
            raise RefusedError("Before or after what? Name the other task.")
    interrupt = case.doers([then for _, then in pairs])
    edits = tuple(Reorder(first, then) for first, then in pairs)
    return Decision(f"{_capital(case.text(own[0]))} comes {later}.", "", (), edits=edits, interrupt=interrupt)


def _question(case: _Case) -> Decision:
    answer = answer_inquiry(case.heard.about, case.scene, case.named, case.heard.act.object or "")
    return Decision("You ask about the mission.", answer, case.named)


def _noise(case: _Case) -> Decision:
    return Decision("That asks for nothing.", "Nothing changes.")


def _answer(case: _Case) -> Decision:
    raise RefusedError("Nothing was asked, so I don't know what that answers.")


_DECIDERS: Mapping[ActKind, Callable[[_Case], Decision]] = {
    ActKind.STOP: _halt,
    ActKind.PAUSE: _pause,
    ActKind.RESUME: _resume,
    ActKind.MOTION: _motion,
    ActKind.SKILL: _skill,
    ActKind.VETO: _veto,
    ActKind.CONSTRAINT: _constraint,
    ActKind.REASSIGN: _reassign,
    ActKind.UNDO: _undo,
    ActKind.REPEAT: _repeat,
    ActKind.ORDER: _order,
    ActKind.QUESTION: _question,
    ActKind.PRAISE_OR_NOISE: _noise,
    ActKind.INSTRUCTION: _instruction,
    ActKind.LIFT: _lift,
    ActKind.ANSWER: _answer,
}


def _for(tree: TaskTree, robots: tuple[str, ...]) -> TaskTree:
    """A tree whose tasks go to the robots spoken to, where it names none itself."""

    def given(task: Task) -> Task:
        children = tuple(given(child) for child in task.children)
        own = robots if task.goal and not task.robots and not task.same_robot_as else task.robots
        return replace(task, children=children, robots=own)

    return replace(tree, root=given(tree.root)) if robots else tree


def _words(tree: TaskTree, case: _Case) -> str:
    """What a tree asks for, in a few words."""
    tasks = [task.text or describe(task, case.scene.world) for task in tree.root.walk() if task.goal]
    rules = list(dict.fromkeys(rule.text for rule in tree.root.rules))
    return listed([*tasks, *rules])


def _stand(robots: Sequence[str]) -> str:
    return "stand" if len(robots) > 1 else "stands"


def _capital(sentence: str) -> str:
    """A sentence with a capital letter; ids such as robot_1 stay as they are."""
    first = sentence.split(" ", 1)[0]
    return sentence if "_" in first else sentence[:1].upper() + sentence[1:]
