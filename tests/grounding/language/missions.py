"""An office and a table with a mission under way."""

from __future__ import annotations

from grounding.language.corrections import Context, Doing
from grounding.mission.task import TreeRule
from grounding.worldfile import load_world

OFFICE = Context(
    world=load_world("office"),
    robots=("robot_1", "robot_2", "robot_3", "robot_4"),
    addressed="robot_3",
    current={
        "robot_1": Doing("go_to", None, "lobby", "1", "go to the lobby"),
        "robot_3": Doing("put_down", "parcel", "d9", "2", "bring the parcel to desk d9"),
    },
    waiting=(
        Doing("clean", "kitchen_table", None, "3", "clean the kitchen table"),
        Doing("pick_up", "document", None, "4", "pick up the document"),
        Doing("photograph", "kitchen", None, "5", "take a photo in the kitchen"),
    ),
    finished=(
        Doing("put_on", "blue_mug", "kitchen_table", "6", "put the blue mug on the kitchen table", "robot_3"),
        Doing("close", "kitchen_door", None, "7", "close the kitchen door", "robot_2"),
    ),
    rules=(TreeRule("G(!at.any.kitchen)", "never enter the kitchen", "r1"),),
    held={"robot_3": "parcel"},
)

TABLE = Context(
    world=load_world("table"),
    robots=("left_arm", "right_arm"),
    addressed="left_arm",
    current={
        "left_arm": Doing("pick_up", "red_apple", None, "1", "pick up the red apple"),
        "right_arm": Doing("put_on", "lemon", "white_plate", "2", "put the lemon on the white plate"),
    },
    waiting=(Doing("put_on", "carrot", "green_plate", "3", "put the carrot on the green plate"),),
    finished=(Doing("put_on", "orange", "red_plate", "4", "put the orange on the red plate", "left_arm"),),
)
