"""Carries out edits of a running mission.

What is finished stays as it is and is never asked for again. Tasks and rules that live on keep
their ids; new ones get numbers that none has had before. An edit that cannot be carried out
raises, and then nothing is changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grounding.errors import EditError
from grounding.logic.formula import parse
from grounding.mission.draft import Draft, Node, content, renamed
from grounding.mission.edits import (
    AddRule,
    AddTask,
    AddZone,
    DropRule,
    DropTask,
    DropZone,
    Edit,
    Place,
    Reassign,
    Reorder,
    Repeat,
    ReplaceGoal,
    Undo,
)
from grounding.mission.progress import Progress
from grounding.mission.task import Task, TaskTree, TreeRule
from grounding.state import Proposition
from grounding.world import World

_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")
#: So many finished tasks are named in an account.
_NAMED = 3


@dataclass(frozen=True)
class Amended:
    """A mission after edits.

    Attributes:
        tree: The mission; its revision is one higher.
        kept: Ids of tasks and rules that are what they were.
        new: Ids of tasks and rules that are new.
        changed: Ids of tasks that live on but ask for something else, of other robots or in another order.
        gone: Ids of tasks and rules that are no longer part of the mission.
        account: What is different, in sentences.
        world: The world with the places that were drawn; None where none was given.
    """

    tree: TaskTree
    kept: tuple[str, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    account: tuple[str, ...]
    world: World | None = None


def amend(tree: TaskTree, edits: Sequence[Edit], progress: Progress, world: World | None = None) -> Amended:
    """Carries out edits, one after another, all of them or none.

    Args:
        tree: The mission.
        edits: The edits.
        progress: What is done and being done.
        world: The world, with places drawn so far; needed to add and drop places.

    Raises:
        EditError: An edit speaks of what is not there, changes what is done, or makes an order that
            cannot be kept.

    >>> from grounding.mission.task import Task
    >>> wash, lamp = Task("1", "wash a mug"), Task("2", "turn on the lamp")
    >>> mission = TaskTree("", "L3", Task("0", "", children=(wash, lamp), order=((0, 1),)))
    >>> towel = TaskTree("", "L2", Task("0", "", children=(Task("1", "fold the towel"),)))
    >>> found = amend(mission, [AddTask(towel, Place.FIRST)], Progress(finished={"1": "robot_1"}))
    >>> found.account
    ('New: fold the towel, before everything else.', 'Done already: wash a mug.')
    >>> found.new, found.kept, [task.id for task in found.tree.root.children]
    (('3',), ('1', '2'), ['1', '3', '2'])
    """
    work = _Work(tree, progress, world)
    for edit in edits:
        _HOW[type(edit)](work, edit)
    after = work.draft.tree(tree)
    kept, new, changed, gone = _compared(tree, after)
    return Amended(after, kept, new, changed, gone, (*work.account, *_done_already(after, progress)), work.world)


def _done_already(tree: TaskTree, progress: Progress) -> Iterator[str]:
    texts = [task.text for task in tree.root.walk() if task.is_leaf and task.id in progress.finished]
    if texts:
        said = "; ".join(texts) if len(texts) <= _NAMED else f"{len(texts)} tasks"
        yield f"Done already: {said}."


def _compared(before: TaskTree, after: TaskTree) -> tuple[tuple[str, ...], ...]:
    """Ids that are kept, new, changed and gone; the root is the mission itself and not listed."""
    old, now = _parts(before), _parts(after)
    kept = tuple(name for name, part in now.items() if name in old and part == old[name])
    return (
        kept,
        tuple(name for name in now if name not in old),
        tuple(name for name in now if name in old and name not in kept),
        tuple(name for name in old if name not in now),
    )


def _parts(tree: TaskTree) -> dict[str, object]:
    """Tasks and rules by id; of a group which tasks are in it, and their order."""
    found: dict[str, object] = {}
    for task in tree.root.walk():
        ids = [child.id for child in task.children]
        order = frozenset((ids[a], ids[b]) for a, b in task.order)
        found[task.id] = (replace(task, children=(), order=()), frozenset(ids), order)
    del found[tree.root.id]
    return {**found, **{rule.id or f"rule_{i}": rule.formula for i, rule in enumerate(tree.root.rules, 1)}}


class _Work:
    """A mission while edits are carried out on it."""

    def __init__(self, tree: TaskTree, progress: Progress, world: World | None) -> None:
        self.draft = Draft(tree, progress.finished)
        self.progress, self.world = progress, world
        self.account: list[str] = []

    def say(self, sentence: str) -> None:
        self.account.append(f"{sentence}.")

    def open(self, task: str, verb: str) -> Node:
        """The node of a task that is not done.

        Raises:
            EditError: There is no such task, or it is done.
        """
        node = self.draft.find(task)
        if self.draft.done(node):
            reason = f"is done already and cannot be {verb}."
            raise EditError(f"task {task} ({node.words()!r})", reason, "Undo it or repeat it.")
        return node

    def left(self, node: Node) -> list[Node]:
        """The leaves at or below a node that are not done."""
        return [leaf for leaf in node.leaves() if not self.draft.done(leaf)]

    def busy(self, leaves: Iterable[Node]) -> str:
        """Who is working on some leaves, for the end of a sentence."""
        active = self.progress.active
        robots = list(dict.fromkeys(active[leaf.id] for leaf in leaves if leaf.id in active))
        verb = "has" if len(robots) == 1 else "have"
        return f"; {_listed(robots)} {verb} begun it" if robots else ""

    def add(self, tree: TaskTree, name: str = "") -> Node:
        """The tasks and rules of a tree as a new task.

        Args:
            tree: The tree.
            name: Its id; a new number where it is empty.
        """
        task, rules = content(tree)
        node = self.draft.add(renamed(task, name or str(self.draft.number())))
        for rule in rules:
            self.bind(rule)
        return node

    def bind(self, rule: TreeRule) -> None:
        """A rule more."""
        if any(replace(rule, id=other.id) == other for other in self.draft.rules):
            self.say(f"In force already: {rule.text}")
            return
        parse(rule.formula)
        self.draft.rules.append(replace(rule, id=f"rule_{self.draft.number()}"))
        whom = f" for {_listed(rule.robots)}" if rule.robots else ""
        until = f", until {rule.until:g} s" if rule.until else ""
        self.say(f"New rule{whom}: {rule.text}{until}")


def _add_task(work: _Work, edit: AddTask) -> None:
    draft = work.draft
    if (not edit.anchors) is (edit.place in (Place.BEFORE, Place.AFTER)):
        named = f"and names task {_listed(edit.anchors)}" if edit.anchors else "no task"
        reason = f"is put {edit.place.value} {named}."
        raise EditError("a new task", reason, "Name the tasks that it is put before or after, and only then.")
    anchors = [draft.find(anchor) for anchor in edit.anchors]
    draft.make_room()
    rest = [child for child in draft.root.children if not draft.done(child)]
    at = len(work.account)
    node = work.add(edit.tree)
    where = ""
    match edit.place:
        case Place.FIRST:
            for other in rest:
                draft.precede(node, other)
            where = ", before everything else" if rest else ""
        case Place.LAST:
            for other in rest:
                draft.precede(other, node)
            where = ", after everything else" if rest else ""
        case Place.BEFORE:
            for anchor in anchors:
                draft.precede(node, anchor)
            where = f", before {_listed([repr(anchor.words()) for anchor in anchors])}"
        case Place.AFTER:
            for anchor in anchors:
                draft.precede(anchor, node)
            where = f", after {_listed([repr(anchor.words()) for anchor in anchors])}"
        case _:
            pass
    work.account.insert(at, f"New: {node.words()}{where}.")


def _drop_task(work: _Work, edit: DropTask) -> None:
    node = work.open(edit.task, "dropped")
    draft, left = work.draft, work.left(node)
    if node is draft.root or left == list(draft.root.leaves()):
        raise EditError(f"task {edit.task}", "is all there is to do.", "Cancel the mission instead.")
    whole = left == list(node.leaves())
    said = node.words() if whole else "; ".join(leaf.words() for leaf in left)
    work.say(f"Dropped: {said}{work.busy(left)}")
    if node.parent is not None and node.parent.choice:
        for leaf in [leaf for leaf in node.leaves() if draft.done(leaf)]:
            draft.set_aside(leaf)  # half an alternative must not pass for the choice
        whole = True
    for gone in [node] if whole else left:
        draft.remove(gone)


def _replace_goal(work: _Work, edit: ReplaceGoal) -> None:
    node = work.open(edit.task, "replaced")
    left = work.left(node)
    said, who = "; ".join(leaf.words() for leaf in left), work.busy(left)
    task, rules = content(edit.tree)
    named = _inheriting(renamed(task, str(work.draft.number())), [leaf.task for leaf in left])
    new = work.draft.substitute(node, named)
    work.say(f"Changed: {said!r} is now {new.words()!r}{who}")
    for rule in rules:
        work.bind(rule)


def _inheriting(new: Task, old: Sequence[Task]) -> Task:
    """A task that takes over what was said of all tasks before it and is not said of it anew."""
    if new.children:
        return replace(new, children=tuple(_inheriting(child, old) for child in new.children))
    first = old[0]
    rules = tuple(rule for rule in first.rules if all(rule in task.rules for task in old) and rule not in new.rules)
    new = replace(new, rules=(*new.rules, *rules))
    if new.robots or new.same_robot_as:
        return new
    alike = all((task.robots, task.same_robot_as) == (first.robots, first.same_robot_as) for task in old)
    return replace(new, robots=first.robots, same_robot_as=first.same_robot_as) if alike else new


def _reassign(work: _Work, edit: Reassign) -> None:
    node = work.open(edit.task, "given to another robot")
    known = work.world.robots if work.world is not None else edit.robots
    for robot in edit.robots:
        if robot not in known:
            raise EditError(f"robot {robot!r}", "does not exist.", f"There are {_listed(list(known))}.")
    left = work.left(node)
    scope = {leaf.id for leaf in left}
    for leaf in left:
        tie = leaf.task.same_robot_as
        tied = tie is not None and (tie in scope or work.progress.finished.get(tie, "") in edit.robots)
        leaf.task = replace(leaf.task, robots=edit.robots, same_robot_as=tie if tied else None)
    who = f"{_listed(edit.robots, 'or')} is" if edit.robots else "any robot is"
    said = "; ".join(leaf.words() for leaf in left) if len(left) < len(list(node.leaves())) else node.words()
    work.say(f"Changed: {who} to {said}{work.busy(left)}")


def _reorder(work: _Work, edit: Reorder) -> None:
    first, then = work.draft.find(edit.first), work.draft.find(edit.then)
    one, other = first.words(), then.words()
    if work.draft.done(first):
        work.say(f"{one!r} is done, so it comes before {other!r} anyway")
        return
    contrary = work.draft.precede(first, then)
    work.say(f"Order: first {one!r}, then {other!r}{', not the other way round any more' if contrary else ''}")


def _add_rule(work: _Work, edit: AddRule) -> None:
    work.bind(edit.rule)


def _drop_rule(work: _Work, edit: DropRule) -> None:
    rules = work.draft.rules
    gone = next((rule for rule in rules if rule.id == edit.rule), None)
    if gone is None:
        known = "; ".join(f"{rule.id} ({rule.text})" for rule in rules)
        raise EditError(f"rule {edit.rule!r}", "is not in force.", f"Rules in force: {known or 'none'}.")
    rules.remove(gone)
    work.say(f"No longer a rule: {gone.text}")


def _add_zone(work: _Work, edit: AddZone) -> None:
    world, thing = _world(work, edit.id), f"place {edit.id!r}"
    if not _NAME.match(edit.id):
        raise EditError(thing, "is no usable name.", "Use small letters, digits and underscores, a letter first.")
    if edit.id in world.zones or edit.id in world.things or edit.id in world.robots:
        raise EditError(thing, "is the name of something else in this world.", "Choose another name.")
    walls = sorted(edit.cells - world.free_cells)
    if walls or not edit.cells:
        reason = f"lies in the wall at {walls[0]}." if walls else "has no cells."
        raise EditError(thing, reason, "Draw it over free cells.")
    work.world = world.with_zone(edit.id, edit.cells)
    count = len(edit.cells)
    work.say(f"New place: {_spoken(edit.id)}, {count} cell{'s' * (count > 1)}")


def _drop_zone(work: _Work, edit: DropZone) -> None:
    world, thing = _world(work, edit.id), f"place {edit.id!r}"
    drawn = [zone.id for zone in world.places.values() if zone.sort == "drawn"]
    if edit.id not in drawn:
        reason = "belongs to the world." if edit.id in world.zones else "does not exist."
        raise EditError(thing, reason, f"Places that were drawn: {', '.join(drawn) or 'none'}.")
    user = next(_speakers(work, edit.id), None)
    if user is not None:
        raise EditError(thing, f"is still spoken of: {user}.", "Drop that first.")
    work.world = world.without_zone(edit.id)
    work.say(f"Forgotten: the place {_spoken(edit.id)}")


def _world(work: _Work, name: str) -> World:
    if work.world is None:
        raise EditError(f"place {name!r}", "cannot be drawn without a world.", "Give the world along with the edit.")
    return work.world


def _speakers(work: _Work, zone: str) -> Iterator[str]:
    """What speaks of a place and is not done."""
    nodes = work.left(work.draft.root)
    goals = ((leaf.words(), [literal.proposition for literal in leaf.task.goal]) for leaf in nodes)
    rules = [*work.draft.rules, *(rule for leaf in nodes for rule in leaf.task.rules)]
    told = ((rule.text, map(Proposition.parse, parse(rule.formula).atoms)) for rule in rules)
    for text, propositions in (*goals, *told):
        if any(zone in proposition.args for proposition in propositions):
            yield text


def _repeat(work: _Work, edit: Repeat) -> None:
    if edit.times < 1:
        raise EditError(f"{edit.times} times", "is not how often something can be done again.", "Say at least once.")
    draft = work.draft
    node = draft.find(edit.task)
    said, task = node.words(), replace(draft.task(node), rules=() if node is draft.root else node.task.rules)
    draft.make_room()
    before = list(draft.root.children) if node is draft.root else [node]
    for _ in range(edit.times):
        again = draft.add(renamed(task, str(draft.number()), draft.nodes))
        for earlier in before:
            draft.precede(earlier, again)
        before = [again]
    times = {1: "", 2: " twice"}.get(edit.times, f" {edit.times} times")
    work.say(f"New: {said}, again{times}")


def _undo(work: _Work, edit: Undo) -> None:
    node = work.draft.find(edit.task)
    thing = f"task {edit.task} ({node.words()!r})"
    if not work.draft.done(node):
        raise EditError(thing, "is not done, so there is nothing to undo.", "Drop it instead.")
    if not edit.goal:
        raise EditError(thing, "cannot be undone: nothing was said that holds again afterwards.", "Say a new task.")
    work.draft.add(Task(str(work.draft.number()), edit.text, edit.goal, robots=edit.robots))
    work.say(f"New: {edit.text}, which undoes {node.words()!r}")


_HOW: Mapping[type, Callable[[_Work, Any], None]] = {
    AddTask: _add_task, DropTask: _drop_task, ReplaceGoal: _replace_goal, Reassign: _reassign, Reorder: _reorder,
    AddRule: _add_rule, DropRule: _drop_rule, AddZone: _add_zone, DropZone: _drop_zone, Repeat: _repeat, Undo: _undo,
}  # fmt: skip


def _spoken(name: str) -> str:
    return name.replace("_", " ")


def _listed(names: Sequence[str], word: str = "and") -> str:
    return f"{', '.join(names[:-1])} {word} {names[-1]}" if len(names) > 1 else "".join(names)
