"""What the benchmarks ask for: the three missions of the literature and thirty short commands."""

from __future__ import annotations

from heed.cli.worlds import EXAMPLES

#: (world, instruction): long ones, with several robots.
MISSIONS: tuple[tuple[str, str], ...] = tuple((world, EXAMPLES[world][0]) for world in ("office", "table", "cleanup"))

#: (world, instruction): one to a dozen words.
SHORT: tuple[tuple[str, str], ...] = (
    ("office", "Go to the kitchen."),
    ("office", "Go to m2."),
    ("office", "Go to desk d4."),
    ("office", "robot_1, go to the lobby."),
    ("office", "robot_3 goes to the north office."),
    ("office", "Take a photo in m1."),
    ("office", "Take a photo in meeting rooms m2 and m3."),
    ("office", "Open door_m4."),
    ("office", "Close the kitchen door."),
    ("office", "Switch on the printer."),
    ("office", "Switch on the coffee machine."),
    ("office", "Pick up the parcel."),
    ("office", "Bring the report to desk d1."),
    ("office", "Put the red mug on the kitchen table."),
    ("office", "Put the blue mug in the bin."),
    ("office", "Push the chair to m3."),
    ("office", "Guide the visitor to the lobby."),
    ("office", "Clean the kitchen table."),
    ("office", "Go to m1 and then go to m2."),
    ("office", "Go to m3 or go to the kitchen."),
    ("office", "Go to m5; never enter the lobby."),
    ("office", "Before going to the lobby, go to m5."),
    ("office", "Take a photo in each meeting room."),
    ("table", "Put the lemon on the white plate."),
    ("table", "Pick up the banana."),
    ("table", "Put the tomato and the potato on the blue plate."),
    ("table", "Put the carrot on the red plate, then put the orange on the green plate."),
    ("cleanup", "Go to the green room."),
    ("cleanup", "Put the chair in the blue room."),
    ("cleanup", "Go to the red room, then go to the green room."),
)
