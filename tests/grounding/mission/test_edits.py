"""What single edits do to a mission, and what they refuse."""

from __future__ import annotations

import pytest

from grounding.errors import EditError
from grounding.logic.validate import validate
from grounding.mission.amend import Amended, amend
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
from grounding.mission.specify import formula_name, specify
from grounding.mission.task import Literal, TaskTree, TreeRule
from grounding.state import Proposition
from grounding.translate.controlled import translate
from grounding.world import World
from grounding.worldfile import load_world

HOUSEHOLD, OFFICE = load_world("household"), load_world("office")
NOTHING = Progress()


def said(text: str, world: World = OFFICE) -> TaskTree:
    tree = translate(text, world).tree
    assert tree is not None, text
    return tree


def edited(tree: TaskTree, *edits: Edit, done: str = "", world: World = OFFICE) -> Amended:
    """The mission after edits, some tasks of which were done by robot_1; its formulas are usable."""
    progress = Progress(dict.fromkeys(done.split(), "robot_1"))
    found = amend(tree, edits, progress, world)
    assert found.tree.revision == tree.revision + 1
    spec = specify(found.tree, found.world or world, progress.finished)
    validate(spec, found.world or world, [formula_name(task) for task in progress.finished])
    return found


def leaves(tree: TaskTree) -> dict[str, str]:
    return {task.id: task.text for task in tree.root.walk() if task.is_leaf}


def before(found: Amended, done: str = "") -> set[tuple[str, str]]:
    spec = specify(found.tree, found.world or OFFICE, done.split())
    return {(spec.leaves[a].task, spec.leaves[b].task) for a, b in spec.before}


KITCHEN, LOBBY, M1 = "go to the kitchen", "go to the lobby", "go to meeting room m1"
THEN = said("Go to the kitchen, then go to the lobby, then go to m1.")


def test_a_task_put_in_front_is_done_and_what_is_done_is_not_done_again():
    tree = said("wash a mug, then turn on the desk lamp", HOUSEHOLD)
    towel = said("put the towel in the laundry basket", HOUSEHOLD)
    found = edited(tree, AddTask(towel, Place.FIRST), done="1", world=HOUSEHOLD)
    assert found.account == (
        "New: put the towel in the laundry basket, before everything else.",
        "Done already: clean the mug.",
    )
    assert (found.new, found.kept, found.changed, found.gone) == (("3",), ("1", "2"), (), ())
    assert leaves(found.tree) == {
        "1": "clean the mug", "3": "put the towel in the laundry basket", "2": "switch on the desk lamp"
    }  # fmt: skip
    spec = specify(found.tree, HOUSEHOLD, ["1"])
    assert ("p0_3", "p0_2") in spec.before
    assert not any(b == "p0_1" for _, b in spec.before)


@pytest.mark.parametrize(
    ("place", "anchor", "words", "pairs"),
    [
        (Place.ANY, None, "", set()),
        (Place.FIRST, None, ", before everything else", {("4", "1"), ("4", "2"), ("4", "3")}),
        (Place.LAST, None, ", after everything else", {("1", "4"), ("2", "4"), ("3", "4")}),
        (Place.BEFORE, "2", f", before '{LOBBY}'", {("4", "2"), ("4", "3")}),
        (Place.AFTER, "2", f", after '{LOBBY}'", {("1", "4"), ("2", "4")}),
    ],
)
def test_a_new_task_stands_where_it_was_put(place, anchor, words, pairs):
    found = edited(THEN, AddTask(said("Take a photo in m2."), place, (anchor,) if anchor else ()))
    assert found.account == (f"New: take a photo in meeting room m2{words}.",)
    assert before(found) == {("1", "2"), ("1", "3"), ("2", "3")} | pairs


def test_several_new_tasks_keep_their_order_ties_and_rules():
    more = said("Pick up the parcel and come back to the lobby. Never enter m3.")
    found = edited(THEN, AddTask(more))
    assert leaves(found.tree).keys() == {"1", "2", "3", "4.1", "4.2"}
    task = next(task for task in found.tree.root.walk() if task.id == "4.2")
    assert task.same_robot_as == "4.1"
    assert ("4.1", "4.2") in before(found)
    assert [rule.id for rule in found.tree.root.rules] == ["rule_5"]
    assert found.account[1].startswith("New rule: ")


def test_tasks_can_stand_beside_a_mission_that_was_a_choice():
    tree = said("Go to m1 or go to m2.")
    found = edited(tree, AddTask(said("Go to the lobby."), Place.FIRST))
    assert leaves(found.tree).keys() == {"1", "2", "4"} or leaves(found.tree).keys() == {"1", "2", "3"}
    assert len(before(found)) == 2
    spec = specify(found.tree, OFFICE)
    assert " | " not in spec.formulas["p0"]


def test_what_waited_for_a_dropped_task_waits_for_what_was_before_it():
    found = edited(THEN, DropTask("2"))
    assert found.account == (f"Dropped: {LOBBY}.",)
    assert before(found) == {("1", "3")}
    assert found.gone == ("2",)


def test_of_a_group_that_is_dropped_what_is_done_stays():
    tree = said("Go to m1 and go to m2, then go to the lobby. Go to the kitchen.")
    group = next(task for task in tree.root.walk() if task.children and task.id != "0")
    done = next(task.id for task in group.walk() if task.is_leaf)
    found = edited(tree, DropTask(group.id), done=done)
    assert done in leaves(found.tree)
    assert len(leaves(found.tree)) == 2


def test_ties_to_a_dropped_task_hold_among_those_that_are_left():
    tree = said("Robot 2 goes to the kitchen and comes back to the lobby.")
    found = edited(tree, DropTask("1"))
    task = next(task for task in found.tree.root.walk() if task.id == "2")
    assert (task.robots, task.same_robot_as) == (("robot_2",), None)


def test_a_replaced_goal_keeps_id_order_and_robots():
    tree = said("Robot 2 goes to the kitchen, then go to the lobby.")
    found = edited(tree, ReplaceGoal("1", said("Go to m1.")))
    assert found.account == (f"Changed: '{KITCHEN}' is now '{M1}'.",)
    assert found.changed == ("1",)
    task = next(task for task in found.tree.root.walk() if task.id == "1")
    assert task.robots == ("robot_2",)
    assert before(found) == {("1", "2")}


def test_a_goal_replaced_by_several_becomes_a_group_there():
    found = edited(THEN, ReplaceGoal("2", said("Go to m2, then go to m3.")))
    assert leaves(found.tree).keys() == {"1", "3", "4.1", "4.2"}
    assert {("1", "4.1"), ("4.1", "4.2"), ("4.2", "3")} <= before(found)
    again = amend(found.tree, [ReplaceGoal("2", said("Go to m5, then go to m6."))], NOTHING, OFFICE)
    assert leaves(again.tree).keys() == {"1", "3", "5.1", "5.2"}


def test_a_group_is_given_to_a_robot_but_for_what_is_done():
    found = edited(THEN, Reassign("0", ("robot_2",)), done="1")
    robots = {task.id: task.robots for task in found.tree.root.walk() if task.is_leaf}
    assert robots == {"1": (), "2": ("robot_2",), "3": ("robot_2",)}
    assert found.account[0] == f"Changed: robot_2 is to {LOBBY}; {M1}."


def test_a_task_that_is_reassigned_is_no_longer_tied_to_another_robot():
    tree = said("Go to the kitchen and come back to the lobby.")
    found = edited(tree, Reassign("2", ("robot_2",)), done="1")
    task = next(task for task in found.tree.root.walk() if task.id == "2")
    assert (task.robots, task.same_robot_as) == (("robot_2",), None)
    kept = edited(tree, Reassign("2", ("robot_1",)), done="1")
    assert next(task for task in kept.tree.root.walk() if task.id == "2").same_robot_as == "1"


def test_what_is_said_last_about_the_order_holds():
    tree = said("Go to the kitchen, then go to the lobby.")
    found = edited(tree, Reorder("2", "1"))
    assert found.account == (f"Order: first '{LOBBY}', then '{KITCHEN}', not the other way round any more.",)
    assert before(found) == {("2", "1")}
    assert list(leaves(found.tree)) == ["2", "1"]


def test_the_last_of_three_can_be_put_first():
    found = edited(THEN, Reorder("3", "1"), Reorder("3", "2"))
    assert before(found) == {("3", "1"), ("3", "2"), ("1", "2")}


def test_an_order_between_groups_is_one_between_the_tasks_meant():
    tree = said("Go to m1, then go to m2. Take a photo in m3, then go to the lobby.")
    names = {text: name for name, text in leaves(tree).items()}
    first, then = names["go to the lobby"], names["go to meeting room m2"]
    assert "." in first
    assert "." in then
    found = edited(tree, Reorder(first, then))
    assert (first, then) in before(found)
    assert (first, names["go to meeting room m1"]) not in before(found)


def test_a_new_task_before_a_group_that_is_half_done_can_be_done():
    tree = said("Go to m1 and go to m2, then go to the lobby. Go to the kitchen.")
    group = next(task for task in tree.root.walk() if task.children and task.id != "0")
    done, left, *_ = (task.id for task in group.walk() if task.is_leaf)
    found = edited(tree, AddTask(said("Go to m3."), Place.BEFORE, (group.id,)), done=done)
    new = found.new[0]
    assert (new, left) in before(found, done)
    assert (new, done) not in before(found, done)
    # An order inside the group dissolves it, and must not put the new task before what is done.
    again = edited(found.tree, AddTask(said("Go to m4."), Place.BEFORE, (left,)), done=done)
    assert (new, done) not in before(again, done)


def test_rules_come_and_go():
    rule = TreeRule("G(!at.any.kitchen)", "never enter the kitchen")
    found = edited(THEN, AddRule(rule))
    assert found.account == ("New rule: never enter the kitchen.",)
    assert found.new == ("rule_4",)
    twice = edited(found.tree, AddRule(rule))
    assert twice.account == ("In force already: never enter the kitchen.",)
    gone = edited(twice.tree, DropRule("rule_4"))
    assert gone.account == ("No longer a rule: never enter the kitchen.",)
    assert gone.gone == ("rule_4",)
    back = edited(gone.tree, AddRule(TreeRule(rule.formula, rule.text, robots=("robot_2",), until=30.0)))
    assert back.account == ("New rule for robot_2: never enter the kitchen, until 30 s.",)
    assert back.new == ("rule_5",)


def test_a_place_can_be_drawn_and_rules_can_speak_of_it():
    cells = frozenset(sorted(OFFICE.rooms["lobby"].cells)[:3])
    rule = TreeRule("G(!at.any.spill)", "stay out of the spill")
    found = edited(THEN, AddZone("spill", cells), AddRule(rule))
    assert found.account == ("New place: spill, 3 cells.", "New rule: stay out of the spill.")
    assert found.world is not None
    assert found.world.zones["spill"].cells == cells
    with pytest.raises(EditError, match="still spoken of: stay out of the spill"):
        amend(found.tree, [DropZone("spill")], NOTHING, found.world)
    gone = amend(found.tree, [DropRule("rule_4"), DropZone("spill")], NOTHING, found.world)
    assert gone.world is not None
    assert "spill" not in gone.world.zones


def test_a_task_is_repeated_after_itself():
    found = edited(THEN, Repeat("1", 2))
    assert found.account == (f"New: {KITCHEN}, again twice.",)
    assert found.new == ("4", "5")
    assert {("1", "4"), ("4", "5"), ("1", "5")} <= before(found)
    done = edited(THEN, Repeat("1"), done="1")
    assert leaves(done.tree)["4"] == KITCHEN
    assert ("1", "4") not in before(done)


def test_what_is_undone_stays_finished_and_a_new_task_takes_it_back():
    goal = (Literal(Proposition.parse("is.printer.switched_on"), False),)
    tree = said("Switch on the printer. Go to the lobby.")
    found = edited(tree, Undo("1", goal, "switch off the printer"), done="1")
    assert found.account[0] == "New: switch off the printer, which undoes 'switch on the printer'."
    assert leaves(found.tree).keys() == {"1", "2", "3"}


MUG = said("wash a mug, then turn on the desk lamp", HOUSEHOLD)
WALL = frozenset({(-5, -5)})


@pytest.mark.parametrize(
    ("edit", "done", "message"),
    [
        (DropTask("7"), "", "'7': is not part of the mission. Its tasks: 1 (go to the kitchen)"),
        (DropTask("1"), "1", "done already and cannot be dropped. Undo it or repeat it."),
        (ReplaceGoal("1", MUG), "1", "done already and cannot be replaced"),
        (Reassign("1", ("robot_2",)), "1", "done already and cannot be given to another robot"),
        (Reassign("1", ("robot_9",)), "", "'robot_9': does not exist"),
        (AddTask(MUG, Place.BEFORE, ("1",)), "1", "is done already"),
        (AddTask(MUG, Place.BEFORE), "", "is put before no task"),
        (Reorder("2", "1"), "1", "is done already"),
        (Reorder("3", "1"), "", "goes round in a circle"),
        (Reorder("1", "1"), "", "one is part of the other"),
        (DropRule("rule_7"), "", "'rule_7': is not in force. Rules in force: rule_4 (never enter m6)."),
        (AddZone("kitchen", frozenset({(1, 1)})), "", "is the name of something else"),
        (AddZone("No go", frozenset({(1, 1)})), "", "is no usable name"),
        (AddZone("nowhere", WALL), "", "lies in the wall"),
        (AddZone("nothing", frozenset()), "", "has no cells"),
        (DropZone("kitchen"), "", "belongs to the world"),
        (DropZone("spill"), "", "does not exist"),
        (Repeat("1", 0), "", "is not how often"),
        (Undo("1", (), "nothing"), "", "is not done, so there is nothing to undo"),
        (Undo("1", (), "nothing"), "1", "cannot be undone"),
        (DropTask("0"), "", "is all there is to do. Cancel the mission instead."),
    ],
)
def test_what_cannot_be_changed_is_refused_with_a_reason_and_changes_nothing(edit, done, message):
    with pytest.raises(EditError) as refused:
        amend(THEN, [AddRule(TreeRule("G(!at.any.m6)", "never enter m6")), edit],
              Progress(dict.fromkeys(done.split(), "robot_1")), OFFICE)  # fmt: skip
    assert message in str(refused.value)
    assert THEN.root.rules == ()


def test_an_order_between_alternatives_is_refused():
    tree = said("Go to m1 or go to m2. Go to the lobby.")
    one, other = (task.id for task in next(t for t in tree.root.walk() if t.relation.value == "either").children)
    with pytest.raises(EditError, match="only one of them will be done"):
        amend(tree, [Reorder(one, other)], NOTHING)


def test_places_cannot_be_drawn_without_a_world():
    with pytest.raises(EditError, match="without a world"):
        amend(THEN, [AddZone("spill", frozenset({(1, 1)}))], NOTHING)
