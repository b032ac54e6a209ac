from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.inverse import Inverse, changed, inverse
from grounding.skills import apply, candidates, unmet
from grounding.state import ThingState, holds, initial_state
from grounding.worldfile import load_world

WORLDS = {name: load_world(name) for name in ("office", "table", "household")}


def at(world, state, robot, cell):
    """The state with a robot, and what it holds, in another cell."""
    held = state.robots[robot].holding
    things = dict(state.things)
    if held is not None:
        things[held] = replace(things[held], cell=cell)
    return replace(state, robots={**state.robots, robot: replace(state.robots[robot], cell=cell)}, things=things)


def do(world, state, robot, skill, *args):
    """The state after a robot has gone where it needs to be and used a skill."""
    for arg in reversed(args):
        if arg in world.things and state.things[arg].held_by is None:
            state = at(world, state, robot, state.things[arg].cell)
            break
    assert unmet(world, state, robot, world.skills[skill], args) is None
    return apply(world, state, robot, world.skills[skill], args)


def told(world_name, *steps, only=None):
    world = WORLDS[world_name]
    before = after = initial_state(world)
    for robot, skill, *args in steps:
        after = at(world, after, robot, args[0]) if skill == "at" else do(world, after, robot, skill, *args)
    return inverse(before, after, world, only)


@pytest.mark.parametrize(
    ("world", "steps", "goal", "cannot"),
    [
        pytest.param(
            "office",
            (("robot_3", "pick_up", "document"), ("robot_3", "at", (5, 1)), ("robot_3", "put_down", "document")),
            ["in.document.d5"], (), id="a thing goes back to its desk",
        ),
        pytest.param(
            "office", (("robot_4", "pick_up", "blue_mug"), ("robot_4", "put_in", "blue_mug", "bin")),
            ["on.blue_mug.kitchen_table"], (), id="a mug goes back on its table",
        ),
        pytest.param(
            "office", (("robot_3", "pick_up", "document"),), ["in.document.d5"], (),
            id="a thing that is held goes back",
        ),
        pytest.param(
            "office", (("robot_4", "switch_on", "desk_lamp"),), ["!is.desk_lamp.switched_on"], (), id="a lamp goes off",
        ),
        pytest.param(
            "office", (("robot_1", "at", (12, 6)), ("robot_1", "open", "door_m4")), ["!is.door_m4.open"], (),
            id="a door is closed again",
        ),
        pytest.param(
            "office", (("robot_1", "at", (2, 7)), ("robot_1", "close", "door_m1")), ["is.door_m1.open"], (),
            id="a door is opened again",
        ),
        pytest.param(
            "office", (("robot_2", "guide", "visitor"), ("robot_2", "at", (20, 3)), ("robot_2", "release", "visitor")),
            ["in.visitor.d11"], (), id="a person is guided back",
        ),
        pytest.param(
            "office", (("robot_1", "at", (2, 10)), ("robot_1", "photograph", "m1")), [],
            ("meeting room m1 stays photographed: no robot here can undo that.",), id="a photo was taken",
        ),
        pytest.param(
            "office", (("robot_4", "clean", "kitchen_table"),), [],
            ("The kitchen table stays clean: no robot here can undo that.",), id="a table was cleaned",
        ),
        pytest.param("office", (("robot_1", "at", (2, 10)),), [], (), id="only the robot moved"),
        pytest.param("office", (), [], (), id="nothing was done"),
        pytest.param(
            "table",
            (("left_arm", "pick_up", "orange"), ("left_arm", "put_on", "orange", "red_plate")),
            ["in.orange.cell_2_3"], (), id="a fruit goes back to its spot on the table",
        ),
        pytest.param(
            "household", (("robot_1", "pick_up", "knife"), ("robot_1", "slice", "bread", "knife")),
            ["on.knife.counter"], ("The bread stays sliced: no robot here can undo that.",),
            id="bread was sliced and the knife is still held",
        ),
        pytest.param(
            "household", (("robot_2", "pick_up", "mug"), ("robot_2", "rinse", "sink", "mug")),
            ["on.mug.coffee_machine"], ("The mug stays clean: no robot here can undo that.",), id="a mug was rinsed",
        ),
        pytest.param(
            "household", (("robot_2", "pick_up", "egg"), ("robot_2", "heat", "stove", "egg")),
            ["on.egg.island"], ("The egg stays heated: undoing that would leave it chilled.",), id="an egg was heated",
        ),
        pytest.param(
            "household", (("robot_2", "pick_up", "sponge"), ("robot_2", "put_on", "sponge", "counter")),
            ["in.sponge.sink"], (), id="a sponge goes back into the sink",
        ),
        pytest.param(
            "household", (("robot_2", "open", "fridge"), ("robot_2", "close", "fridge")), [], (),
            id="what was undone already",
        ),
        pytest.param(
            "household",
            (("robot_1", "pick_up", "spoon"), ("robot_1", "put_in", "spoon", "mug"), ("robot_1", "pick_up", "mug"),
             ("robot_1", "put_on", "mug", "island")),
            ["on.mug.coffee_machine", "on.spoon.table"], (), id="a spoon in a mug, both somewhere else",
        ),
    ],
)  # fmt: skip
def test_a_finished_task_is_taken_back_as_far_as_robots_can(world, steps, goal, cannot):
    found = told(world, *steps)
    assert [str(literal) for literal in found.goal] == goal
    assert found.cannot == cannot


def test_what_lies_in_a_thing_that_was_moved_comes_back_with_it():
    world = WORLDS["household"]
    start = initial_state(world)
    before = replace(
        start, things={**start.things, "spoon": replace(start.things["spoon"], support="mug", cell=(7, 14))}
    )
    after = do(world, do(world, before, "robot_1", "pick_up", "mug"), "robot_1", "put_on", "mug", "island")
    assert after.things["spoon"].cell != before.things["spoon"].cell
    assert [str(literal) for literal in inverse(before, after, world).goal] == ["on.mug.coffee_machine"]


def test_a_pushed_cart_goes_back_to_its_cell():
    world = WORLDS["office"]
    before = initial_state(world)
    after = replace(before, things={**before.things, "cart": ThingState((21, 10))})
    assert [str(literal) for literal in inverse(before, after, world).goal] == ["in.cart.cell_23_10"]


def test_only_what_was_done_by_the_robots_named_is_taken_back():
    world = WORLDS["office"]
    before = initial_state(world)
    mine = do(world, before, "robot_4", "switch_on", "desk_lamp")
    after = do(world, at(world, mine, "robot_1", (2, 7)), "robot_1", "close", "door_m1")
    only = inverse(before, after, world, changed(before, mine))
    assert [str(literal) for literal in only.goal] == ["!is.desk_lamp.switched_on"]
    assert inverse(before, after, world, ()) == Inverse()


def test_a_robot_that_is_named_goes_back_to_where_it_was():
    found = told("office", ("robot_1", "at", (2, 10)), only={"robot_1"})
    assert [str(literal) for literal in found.goal] == ["at.robot_1.cell_7_7"]


def test_what_no_robot_can_carry_stays():
    world = WORLDS["office"]
    before = initial_state(world)
    after = replace(before, things={**before.things, "printer": replace(before.things["printer"], cell=(2, 2))})
    found = inverse(before, after, world)
    assert found == Inverse((), ("The printer stays where it is: no robot here can put it back.",))


@settings(max_examples=60, deadline=None)
@given(data=st.data(), name=st.sampled_from(sorted(WORLDS)))
def test_the_goal_held_before_and_everything_that_changed_is_in_it_or_said(data, name):
    world = WORLDS[name]
    before = after = initial_state(world)
    for _ in range(data.draw(st.integers(1, 6))):
        robot = data.draw(st.sampled_from(sorted(world.robots)))
        names = [s for s in world.robots[robot].type.skills if world.skills[s].behaviour not in ("drive", "push")]
        skill = world.skills[data.draw(st.sampled_from(names))]
        args = tuple(data.draw(st.sampled_from(candidates(world, kind))) for kind in skill.parameters.values())
        places = [after.things[a].cell for a in args if a in world.things] or [*world.zones[args[0]].cells]
        moved = at(world, after, robot, data.draw(st.sampled_from(sorted(places))))
        if unmet(world, moved, robot, skill, args) is None:
            after = apply(world, moved, robot, skill, args)
    found = inverse(before, after, world)
    for literal in found.goal:
        assert holds(literal.proposition, world, before) is literal.positive
        assert holds(literal.proposition, world, after) is not literal.positive
    assert len(found.goal) + len(found.cannot) == sum(
        (before.things[e].support, before.things[e].held_by) != (after.things[e].support, after.things[e].held_by)
        or (before.things[e].support is None and before.things[e].held_by is None
            and before.things[e].cell != after.things[e].cell)
        for e in world.things
    ) + len(before.flags ^ after.flags)  # fmt: skip
    assert bool(changed(before, after)) is bool(found.goal or found.cannot)
