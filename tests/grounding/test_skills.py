from dataclasses import replace

import pytest

from grounding.errors import SkillError
from grounding.skills import Atom, apply, atom_holds, candidates, changeable_flags, parse_atom, unmet, walk
from grounding.state import initial_state
from grounding.worldfile import load_world

OFFICE = load_world("office")
START = initial_state(OFFICE)


def at(robot, cell, state=START):
    return walk(state, robot, cell, (*OFFICE.centre(cell), 0.0))


def does(state, robot, skill, *args):
    assert unmet(OFFICE, state, robot, OFFICE.skills[skill], args) is None
    return apply(OFFICE, state, robot, OFFICE.skills[skill], args)


@pytest.mark.parametrize("text", ["near(self, item)", "not is(door_m1, open)", "free(self)"])
def test_atoms_read_back(text):
    assert str(parse_atom(text)) == text


@pytest.mark.parametrize("text", ["", "near", "near()", "near(self)", "near(self, a, b)", "Near(self, a)", "fly(self)"])
def test_other_text_is_no_atom(text):
    with pytest.raises(SkillError):
        parse_atom(text)


def test_the_first_unmet_condition_is_told():
    pick = OFFICE.skills["pick_up"]
    assert str(unmet(OFFICE, START, "robot_3", pick, ("document",))) == "near(robot_3, document)"
    state = at("robot_3", (8, 1))
    assert unmet(OFFICE, state, "robot_3", pick, ("document",)) is None
    state = does(state, "robot_3", "pick_up", "document")
    assert str(unmet(OFFICE, state, "robot_3", pick, ("document",))) == "free(robot_3)"


def test_carrying_and_putting_into_a_container():
    state = does(at("robot_3", (9, 1)), "robot_3", "pick_up", "document")
    assert state.things["document"].held_by == "robot_3"
    state = at("robot_3", (16, 11), state)
    assert state.things["document"].cell == (16, 11)
    state = does(state, "robot_3", "put_in", "document", "bin")
    assert state.robots["robot_3"].holding is None
    thing = state.things["document"]
    assert (thing.cell, thing.support, thing.held_by) == ((16, 12), "bin", None)


def test_what_lies_on_a_carried_thing_comes_along():
    stacked = {**START.things, "red_mug": replace(START.things["red_mug"], cell=(25, 1), support="parcel")}
    state = does(at("robot_4", (25, 2), replace(START, things=stacked)), "robot_4", "pick_up", "parcel")
    assert state.things["red_mug"].cell == (25, 2)
    state = at("robot_4", (25, 3), state)
    assert state.things["red_mug"].cell == (25, 3)
    assert state.things["red_mug"].support == "parcel"


def test_putting_on_takes_the_cell_of_the_support():
    table = load_world("table")
    state = walk(initial_state(table), "left_arm", (2, 3), (0.2, 0.3, 0.0))
    state = apply(table, state, "left_arm", table.skills["pick_up"], ("orange",))
    state = walk(state, "left_arm", (4, 0), (0.4, 0.0, 0.0))
    state = apply(table, state, "left_arm", table.skills["put_on"], ("orange", "yellow_plate"))
    assert (state.things["orange"].cell, state.things["orange"].support) == ((4, 0), "yellow_plate")


def test_guiding_takes_the_person_along():
    state = does(at("robot_2", (22, 11)), "robot_2", "guide", "visitor")
    state = at("robot_2", (20, 3), state)
    assert state.things["visitor"].cell == (20, 3)
    state = does(state, "robot_2", "release", "visitor")
    assert state.things["visitor"].held_by is None
    assert OFFICE.room_of(state.things["visitor"].cell) == "m6"


def test_flags_are_set_and_cleared():
    state = does(at("robot_1", (12, 6)), "robot_1", "open", "door_m4")
    assert ("door_m4", "open") in state.flags
    state = does(state, "robot_1", "close", "door_m4")
    assert ("door_m4", "open") not in state.flags


def test_a_robot_in_the_doorway_cannot_close_it():
    blocked = unmet(OFFICE, at("robot_1", (2, 8)), "robot_1", OFFICE.skills["close"], ("door_m1",))
    assert str(blocked) == "not at(robot_1, door_m1)"


def test_an_effect_is_no_condition_and_a_condition_no_effect():
    with pytest.raises(SkillError, match="only be an effect"):
        atom_holds(Atom("here", ("document",)), OFFICE, START)


def test_candidates_of_parameters():
    assert candidates(OFFICE, "machine|lamp") == ("coffee_machine", "printer", "desk_lamp")
    assert candidates(OFFICE, "room") == tuple(OFFICE.rooms)
    assert set(candidates(OFFICE, "guidable")) == {"visitor", "alice"}
    assert set(candidates(OFFICE, "thing")) == set(OFFICE.things)


def test_flags_that_skills_can_change():
    flags = changeable_flags(OFFICE)
    assert flags["m1"] == {"photographed"}
    assert flags["robot_1"] == {"camera_on"}
    assert "robot_3" not in flags
    assert flags["door_m1"] == {"open"}
    assert "south_door" not in flags
    assert flags["coffee_machine"] == {"switched_on"}
    assert flags["kitchen_table"] == {"clean"}
    assert "red_mug" not in flags
