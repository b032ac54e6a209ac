"""What formulas have read, observation by observation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grounding.logic.history import History, joined, letter
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.state import WorldState, initial_state
from grounding.world import World
from grounding.worldfile import load_world

LEAF = Leaf("p0", "F(at.self.red_room & !at.self.blue_room)", "go to the red room")
RULE = Rule("rule_1", "G !at.any.green_room", "never enter the green room")
SPEC = HierarchicalSpec(({"p0": LEAF.formula, "rule_1": RULE.formula},), {}, {"p0": LEAF}, {"rule_1": RULE})


@pytest.fixture(scope="module")
def world() -> World:
    return load_world("cleanup")


def at(world: World, cell: tuple[int, int]) -> WorldState:
    state = initial_state(world)
    return replace(state, robots={"robot_1": replace(state.robots["robot_1"], cell=cell)})


def test_letters_keep_the_names_of_the_formula(world: World) -> None:
    assert letter(LEAF.formula, "robot_1", world, at(world, (6, 6))) == {"at.self.blue_room"}
    assert letter(RULE.formula, "", world, at(world, (2, 6))) == {"at.any.green_room"}


def test_what_repeats_is_kept_once(world: World) -> None:
    history = History()
    for cell in ((6, 6), (6, 5), (6, 4), (6, 3), (6, 2)):
        history = history.after(at(world, cell), SPEC, world, {"p0": "robot_1"})
    assert history.begun("p0", "robot_1") == ({"at.self.blue_room"}, set(), {"at.self.red_room"})
    assert history.read["rule_1"] == (set(),)


def test_a_leaf_reads_only_while_it_is_under_way_and_anew_with_another_robot(world: World) -> None:
    history = History().after(at(world, (6, 6)), SPEC, world, {"p0": "robot_1"})
    assert history.begun("p0", "robot_2") == ()
    idle = history.after(at(world, (6, 4)), SPEC, world, {})
    assert "p0" not in idle.read
    again = idle.after(at(world, (6, 3)), SPEC, world, {"p0": "robot_1"})
    assert again.begun("p0", "robot_1") == ({"at.self.red_room"},)


def test_a_rule_that_is_new_begins_to_read_now(world: World) -> None:
    bare = replace(SPEC, rules={}, levels=({"p0": LEAF.formula},))
    history = History().after(at(world, (2, 6)), bare, world, {})
    assert history.read == {}
    assert history.after(at(world, (2, 4)), SPEC, world, {}).read["rule_1"] == (set(),)


def test_joining_traces() -> None:
    a, b = frozenset("a"), frozenset("b")
    assert joined((a, b), (b, b, a)) == [a, b, a]
