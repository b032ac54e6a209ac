"""What follows from one act of something said."""

from __future__ import annotations

import pytest
from scenes import OFFICE, TABLE, heard, idle, meaning, paused, scene, with_holding

from grounding.language.act import Act, ActKind
from grounding.language.context import Heard
from grounding.mission.edits import AddRule, AddTask, DropRule, DropTask, Place, Reassign, Reorder, Repeat, ReplaceGoal
from grounding.mission.edits import Undo as UndoEdit
from grounding.state import initial_state
from heed.decision import RefusedError, decide

MISSION = "robot 1 goes to m1, then robot 1 goes to m4; robot 2 goes to m6"


def running():
    return scene(MISSION, active={"1.1": "robot_1", "2": "robot_2"}, plan={"1.2": "robot_1"})


def decided(text, now, robot="", world=OFFICE):
    (one,) = heard(text, now, robot)
    tree = (
        meaning(one.clause, world)
        if one.clause and one.act.kind.value in ("skill", "instruction", "constraint")
        else None
    )
    return decide(one, now, robot, tree)


def test_a_stop_without_a_name_is_for_everybody():
    assert decided("stop", running()).halt == tuple(OFFICE.robots)


def test_a_stop_said_to_one_robot_is_for_that_robot():
    assert decided("stop", running(), "robot_2").halt == ("robot_2",)
    assert decided("robot 3, stop", running(), "robot_2").halt == ("robot_3",)


def test_a_robot_that_is_not_paused_cannot_go_on():
    with pytest.raises(RefusedError, match="robot_1 is not paused"):
        decided("robot 1, go on", running())
    with pytest.raises(RefusedError, match="No robot is paused"):
        decided("go on", running())


def test_only_paused_robots_go_on():
    now = scene(MISSION, active={"1.1": "robot_1"}, modes=paused("robot_2"))
    assert decided("go on", now).free == ("robot_2",)


def test_a_nudge_goes_to_one_robot_and_says_how_far():
    decision = decided("robot 2, back a little", running())
    assert decision.orders == {"robot_2": ("nudge", ("back", "small"))}
    assert decision.understood == "robot_2 is to move 0.05 m back."


def test_a_nudge_for_nobody_in_particular_asks_for_a_name():
    nudge = Heard(Act(ActKind.MOTION, direction="back"))
    with pytest.raises(RefusedError, match="Which robot do you mean"):
        decide(nudge, running())


def test_turning_left_turns_the_body():
    assert decided("robot 1, turn left", running()).orders["robot_1"] == ("nudge", ("counterclockwise", "90 deg"))


def test_what_a_body_cannot_do_is_refused_with_the_reason():
    with pytest.raises(RefusedError, match="robot_1 cannot move up"):
        decided("robot 1, up a little", running())


def test_instead_replaces_what_the_robot_is_doing_and_interrupts_it():
    decision = decided("robot 2, go to m3 instead", running())
    (edit,) = decision.edits
    assert isinstance(edit, ReplaceGoal)
    assert edit.task == "2"
    assert edit.tree.root.children[0].robots == ("robot_2",)
    assert decision.interrupt == ("robot_2",)


def test_now_puts_a_task_before_all_that_the_robot_has_left():
    decision = decided("robot 1, go to m3 now", running())
    assert decision.edits == (AddTask(decision.edits[0].tree, Place.BEFORE, ("1.1", "1.2")),)
    assert decision.interrupt == ("robot_1",)


def test_a_new_task_is_added_without_interrupting_anybody():
    decision = decided("take a photo in m2", running())
    assert decision.edits[0].place is Place.ANY
    assert decision.interrupt == ()


def test_words_said_to_a_robot_are_for_that_robot():
    tree = decided("take a photo in m2", running(), "robot_2").edits[0].tree
    assert tree.root.children[0].robots == ("robot_2",)


def test_a_task_said_to_an_idle_fleet_begins_a_mission():
    assert decided("take a photo in m2", idle()).begin is not None


def test_a_vetoed_task_is_dropped_and_its_robot_interrupted():
    decision = decided("skip m6", running())
    assert decision.edits == (DropTask("2"),)
    assert decision.interrupt == ("robot_2",)


def test_a_vetoed_thing_is_asked_about():
    now = scene("put the lemon on the white plate", TABLE, active={"1": "right_arm"})
    decision = decided("not that one", now, world=TABLE)
    assert decision.edits == (DropTask("1"),)
    assert decision.question == "What instead of 'put the lemon on the white plate'?"
    words = [option for option, _ in decision.options]
    assert "the lemon" not in words
    assert words[-1] == "nothing"
    assert all(tree is not None for _, tree in decision.options[:-1])


def test_a_veto_to_a_robot_that_does_something_else_is_refused():
    with pytest.raises(RefusedError, match="robot_1 is not doing that: robot_2 is"):
        decided("robot 1, not that one", scene("robot 2 goes to m6", active={"1": "robot_2"}))


def test_a_rule_from_now_on_is_added():
    (edit,) = decided("never enter the kitchen", running()).edits
    assert isinstance(edit, AddRule)
    assert edit.rule.formula == "G(!at.any.kitchen)"


def test_a_rule_said_to_a_robot_binds_that_robot():
    (edit,) = decided("never enter the kitchen", running(), "robot_2").edits
    assert edit.rule.formula == "G(!at.robot_2.kitchen)"
    assert "robot_2" in edit.rule.text


def test_a_rule_for_some_minutes_ends_by_itself():
    (edit,) = decided("never enter the kitchen for the next five minutes", running()).edits
    assert edit.rule.until == pytest.approx(running().state.time + 300.0)


def test_a_rule_is_lifted_by_what_it_is_about():
    now = scene(f"{MISSION}. never enter the kitchen", active={"1.1": "robot_1"})
    assert decided("you may enter the kitchen again", now).edits == (DropRule("rule_1"),)


def test_there_is_no_rule_to_lift():
    with pytest.raises(RefusedError, match="There is no rule to lift"):
        decided("forget all rules", running())


def test_another_robot_takes_over_and_the_first_is_interrupted():
    decision = decided("let robot 3 do that", scene("robot 2 goes to m6", active={"1": "robot_2"}))
    assert decision.edits == (Reassign("1", ("robot_3",)),)
    assert decision.interrupt == ("robot_2",)


def test_undo_restores_what_was_before_the_task():
    before = initial_state(TABLE)
    after = with_holding(scene("put the lemon on the white plate", TABLE), "right_arm", "lemon").state
    now = scene(
        "put the lemon on the white plate, then put the orange on the white plate", TABLE,
        done={"1": "right_arm"}, state=after, footprints={"1": (before, after)},
    )  # fmt: skip
    (edit,) = decided("undo that", now, world=TABLE).edits
    assert isinstance(edit, UndoEdit)
    assert edit.task == "1"
    assert str(edit.goal[0]).startswith("in.lemon.")


def test_what_cannot_be_undone_is_said():
    before = initial_state(OFFICE)
    after = before.with_flag("m1", "photographed")
    now = scene("take a photo in m1", done={"1": "robot_1"}, state=after, footprints={"1": (before, after)})
    with pytest.raises(RefusedError, match=r"cannot be undone\. Meeting room m1 stays photographed"):
        decided("undo that", now)


def test_nothing_is_undone_or_repeated_before_something_is_finished():
    with pytest.raises(RefusedError, match="nothing to undo"):
        decided("undo that", running())


def test_again_repeats_the_last_finished_task():
    now = scene(MISSION, done={"2": "robot_2"})
    assert decided("do that again", now, "robot_2").edits == (Repeat("2"),)


def test_a_task_comes_first_among_those_not_begun():
    now = scene("go to m1; go to m2; go to m3", active={"1": "robot_1"}, plan={"2": "robot_2", "3": "robot_3"})
    assert decided("do m3 first", now).edits == (Reorder("3", "2"),)


def test_a_finished_task_cannot_be_reordered():
    now = scene("go to m1; go to m2; go to m3", done={"3": "robot_1"}, plan={"1": "robot_1", "2": "robot_2"})
    with pytest.raises(RefusedError, match="'go to meeting room m3' is done already"):
        decide(Heard(Act(ActKind.ORDER, direction="first"), place="first", tasks=("3",)), now)


def test_what_is_held_is_put_down_here():
    now = with_holding(idle(), "robot_3", "parcel")
    assert decided("put it down here", now, "robot_3").orders == {"robot_3": ("put_down", ("parcel",))}


def test_an_empty_gripper_puts_nothing_down():
    with pytest.raises(RefusedError, match="robot_3 holds nothing"):
        decide(Heard(Act(ActKind.SKILL, ("robot_3",), skill="put_down")), idle())


@pytest.mark.parametrize("text", ["undo that", "never enter the kitchen", "do that again"])
def test_a_correction_when_nothing_runs_says_so(text):
    with pytest.raises(RefusedError, match="Nothing is running"):
        decided(text, idle(), "robot_1")


def test_an_answer_when_nothing_was_asked_says_so():
    with pytest.raises(RefusedError, match="Nothing was asked"):
        decide(Heard(Act(ActKind.ANSWER, object="2")), idle())
