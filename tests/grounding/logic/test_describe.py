import pytest

from grounding.logic.describe import describe, explain, happening
from grounding.state import Proposition
from grounding.worldfile import load_world

OFFICE, TABLE = load_world("office"), load_world("table")


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("at.robot_1.m1", "robot 1 is in meeting room m1", "robot 1 is not in meeting room m1"),
        ("at.self.d3", "the robot is at desk d3", "the robot is not at desk d3"),
        ("at.any.kitchen", "a robot is in the kitchen", "no robot is in the kitchen"),
        ("at.robot_1.public", "robot 1 is in a public area", "robot 1 is not in a public area"),
        ("at.robot_1.meeting_room", "robot 1 is in a meeting room", "robot 1 is not in a meeting room"),
        ("at.robot_1.desk", "robot 1 is at a desk", "robot 1 is not at a desk"),
        ("at.robot_1.door_m1", "robot 1 is in door m1", "robot 1 is not in door m1"),
        ("holding.robot_3.parcel", "robot 3 is holding the parcel", "robot 3 is not holding the parcel"),
        ("holding.robot_1.visitor", "robot 1 is guiding the visitor", "robot 1 is not guiding the visitor"),
        ("holding.robot_3.any", "robot 3 holds something", "robot 3 holds nothing"),
        ("holding.any.any", "a robot holds something", "no robot holds something"),
        ("in.document.d3", "the document is at desk d3", "the document is not at desk d3"),
        ("in.document.bin", "the document is in the bin", "the document is not in the bin"),
        ("on.red_mug.kitchen_table", "the red mug is on the kitchen table", "the red mug is not on the kitchen table"),
        (
            "is.m4.photographed",
            "a photo of meeting room m4 has been taken",
            "no photo of meeting room m4 has been taken",
        ),
        ("is.door_m4.open", "door m4 is open", "door m4 is closed"),
        ("is.robot_1.camera_on", "the camera of robot 1 is on", "the camera of robot 1 is off"),
        ("is.any.camera_on", "the camera of a robot is on", "no camera is on"),
        ("is.desk_lamp.switched_on", "the desk lamp is switched on", "the desk lamp is switched off"),
        ("is.kitchen_table.clean", "the kitchen table is clean", "the kitchen table is not clean"),
    ],
)
def test_propositions_in_english(name, yes, no):
    assert describe(Proposition.parse(name), OFFICE) == yes
    assert describe(Proposition.parse(name), OFFICE, positive=False) == no


@pytest.mark.parametrize(
    ("name", "became", "lost"),
    [
        ("at.robot_2.kitchen", "robot 2 entered the kitchen", "robot 2 left the kitchen"),
        ("at.robot_2.d3", "robot 2 came to desk d3", "robot 2 left desk d3"),
        ("holding.robot_3.parcel", "robot 3 took the parcel", "robot 3 let go of the parcel"),
        ("holding.robot_1.alice", "robot 1 began guiding Alice", "robot 1 stopped guiding Alice"),
        ("on.red_mug.kitchen_table", "the red mug was put on the kitchen table",
         "the red mug was taken off the kitchen table"),
        ("is.door_m4.open", "door m4 was opened", "door m4 was closed"),
        ("is.robot_1.camera_on", "the camera of robot 1 was switched on", "the camera of robot 1 was switched off"),
        ("is.desk_lamp.switched_on", "the desk lamp was switched on", "the desk lamp was switched off"),
        ("is.kitchen_table.clean", "the kitchen table became clean", "the kitchen table became not clean"),
    ],
)  # fmt: skip
def test_changes_in_english(name, became, lost):
    assert happening(Proposition.parse(name), OFFICE, True) == became
    assert happening(Proposition.parse(name), OFFICE, False) == lost


def test_formulas_in_english():
    text = explain("F(on.green_apple.yellow_plate & !holding.self.any)", TABLE, "left_arm")
    assert text == "at some moment the green apple is on the yellow plate and the left arm holds nothing"
    text = explain("!at.self.m1 U is.door_m1.open", OFFICE, "robot_2")
    assert text == "robot 2 is not in meeting room m1 until door m1 is open"
