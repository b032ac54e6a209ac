"""Goals in the words of the contract of corrections."""

from __future__ import annotations

import pytest
from scenes import OFFICE, TABLE, meaning, scene

from heed.scene import act_of


@pytest.mark.parametrize(
    ("text", "world", "act"),
    [
        ("go to m1", OFFICE, ("go_to", None, "m1")),
        ("put the lemon on the white plate", TABLE, ("put_on", "lemon", "white_plate")),
        ("bring the parcel to d9", OFFICE, ("put_in", "parcel", "d9")),
        ("take a photo in m1", OFFICE, ("photograph", "m1", None)),
        ("close the kitchen door", OFFICE, ("close", "kitchen_door", None)),
        ("push the cart to the kitchen", OFFICE, ("push_to", "cart", "kitchen")),
    ],
)
def test_a_goal_is_named_by_skill_object_and_destination(text, world, act):
    tree = meaning(text, world)
    goal = next(task.goal[0] for task in tree.root.walk() if task.goal)
    assert act_of(goal, world) == act


def test_what_is_left_begins_with_what_is_under_way_and_goes_on_in_planned_order():
    now = scene("go to m1; go to m2; go to m3", active={"3": "robot_1"}, plan={"2": "robot_2", "1": "robot_1"})
    assert now.left == ("3", "2", "1")
    assert now.doer("2") == "robot_2"
    assert now.busy_with("robot_1") == "3"
