from __future__ import annotations

import math

import pytest

from grounding.builtin import BUILT_IN, PUT_DOWN, put_down, skill_of
from grounding.errors import SkillError, WorldFileError
from grounding.nudge import DIRECTIONS, METRES, MOST_M, Nudge, resolve
from grounding.skills import apply
from grounding.state import initial_state
from grounding.worldfile import load_world

OFFICE, TABLE = load_world("office"), load_world("table")
PORTER, ARM = OFFICE.robots["robot_3"].type, TABLE.robots["left_arm"].type


def meant(direction, amount, kind=PORTER, world=OFFICE):
    return resolve(direction, amount, kind, world)


@pytest.mark.parametrize(
    ("direction", "amount", "nudge"),
    [
        ("left", "0.10 m", Nudge("left", metres=0.1)),
        ("right", "5 cm", Nudge("right", metres=0.05)),
        ("forward", "1.5 metres", Nudge("forward", metres=1.5)),
        ("back", "20mm", Nudge("back", metres=0.02)),
        ("back", "2 cells", Nudge("back", cells=2)),
        ("left", "1 cell", Nudge("left", cells=1)),
        ("left", "0.5 cells", Nudge("left", metres=0.5)),
        ("clockwise", "180 deg", Nudge("clockwise", radians=-math.pi)),
        ("counterclockwise", "90 degrees", Nudge("counterclockwise", radians=math.pi / 2)),
        ("left", "small", Nudge("left", metres=0.05, exact=False)),
        ("left", "default", Nudge("left", metres=0.1, exact=False)),
        ("left", "large", Nudge("left", metres=0.25, exact=False)),
        ("clockwise", "default", Nudge("clockwise", radians=-math.pi / 4, exact=False)),
    ],
)
def test_words_become_metres_cells_and_radians(direction, amount, nudge):
    assert meant(direction, amount) == nudge


def test_a_cell_and_a_little_are_smaller_on_a_table():
    assert meant("left", "0.5 cells", ARM, TABLE).metres == pytest.approx(0.05)
    assert all(meant("up", size, ARM, TABLE).metres == METRES["arm"][size] for size in ("small", "default", "large"))
    assert all(METRES["arm"][size] < METRES["mobile"][size] for size in METRES["arm"])


@pytest.mark.parametrize(
    ("direction", "amount", "kind", "words"),
    [
        ("up", "default", PORTER, "move up: it drives on the floor."),
        ("clockwise", "default", ARM, "turn clockwise: arms here keep the direction of their gripper."),
        ("open_wider", "default", ARM, "open wider: grippers here only grasp or let go."),
        ("tighter", "large", PORTER, "grip tighter: grippers here only grasp or let go."),
        ("looser", "small", PORTER, "grip looser: grippers here only grasp or let go."),
        ("slower", "default", PORTER, "move slower: robots here move at one speed"),
        ("faster", "default", ARM, "move faster: robots here move at one speed"),
        ("sideways", "default", PORTER, "move 'sideways': that is no direction. Use one of: forward"),
        ("left", "a lot", PORTER, "move by 'a lot': that is no amount. Give a number with a unit"),
        ("left", "3", PORTER, "that is no amount"),
        ("left", "-3 m", PORTER, "that is no amount"),
        ("left", "nan m", PORTER, "that is no amount"),
        ("left", "3 parsecs", PORTER, "that is no amount"),
        ("left", "", PORTER, "that is no amount"),
        ("left", "0 m", PORTER, "move 0 m left: that is too little"),
        ("left", "0 cells", PORTER, "that is too little"),
        ("left", "10.5 m", PORTER, "that is more than 10 metres. Name a place"),
        ("left", "21 cells", PORTER, "that is more than 20 cells"),
        ("clockwise", "361 deg", PORTER, "that is more than 360 degrees"),
        ("left", "90 deg", PORTER, "that is measured in metres or cells"),
        ("clockwise", "1 m", PORTER, "turn 1 m clockwise: that is measured in degrees"),
        ("up", "2 cells", ARM, "that is measured in metres."),
        ("left", "9" * 400 + " m", PORTER, "that is more than 10 metres"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_true_reason(direction, amount, kind, words):
    with pytest.raises(SkillError) as refused:
        meant(direction, amount, kind)
    assert words in str(refused.value)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_every_direction_means_something_to_some_robot(direction):
    found = []
    for kind, world in ((PORTER, OFFICE), (ARM, TABLE)):
        try:
            found.append(resolve(direction, "default", kind, world))
        except SkillError:
            continue
    assert found
    assert all(0 < nudge.metres <= MOST_M or nudge.radians for nudge in found)


def test_every_robot_has_the_built_in_skills():
    for world in (OFFICE, TABLE, load_world("cleanup"), load_world("household")):
        for robot in world.robots:
            assert {skill_of(world, robot, name).name for name in BUILT_IN} == set(BUILT_IN)
    assert skill_of(OFFICE, "robot_1", "pick_up") is None


def test_a_robot_puts_things_down_with_its_own_skill_where_it_has_one():
    assert put_down(OFFICE, "robot_3") is OFFICE.skills["put_down"]
    assert put_down(load_world("cleanup"), "robot_1") is PUT_DOWN


def test_planners_know_where_a_thing_lies_that_was_put_down():
    state = initial_state(OFFICE)
    held = apply(OFFICE, state, "robot_3", OFFICE.skills["pick_up"], ("document",))
    after = apply(OFFICE, held, "robot_3", PUT_DOWN, ("document",))
    assert after.things["document"].cell == OFFICE.robots["robot_3"].start
    assert (after.things["document"].held_by, after.robots["robot_3"].holding) == (None, None)


def test_a_world_file_cannot_mean_something_else_by_nudge(tmp_path):
    text = (
        "name: w\ndescription: d\ngrid: {cell_size: 1.0, tick_s: 1.0}\n"
        "rooms:\n  - {id: a, kind: room, area: [[0, 0, 2, 2]]}\n"
        "skills:\n  nudge: {behaviour: drive, parameters: {target: zone}, description: Goes.}\n"
        "robot_types:\n  t: {body: mobile, skills: [nudge]}\n"
        "robots:\n  - {id: robot_1, type: t, start: [0, 0]}\n"
    )
    path = tmp_path / "w.yaml"
    path.write_text(text)
    with pytest.raises(WorldFileError, match="'nudge' is built in"):
        load_world(str(path))
