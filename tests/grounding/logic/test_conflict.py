import time
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.logic.conflict import conflicts, objection, reservation
from grounding.logic.facts import Facts
from grounding.logic.spec import Leaf
from grounding.logic.validate import validate
from grounding.skills import walk
from grounding.state import Proposition, holds, initial_state
from grounding.worldfile import load_world

from .specs import flat

WORLDS = {name: load_world(name) for name in ("office", "table", "cleanup")}
KITCHEN = ("G !at.any.kitchen", "never enter the kitchen")
GO = ("F at.self.kitchen", "go to the kitchen")


def words(spec, world="office", state=None):
    validate(spec, WORLDS[world])
    return set(conflicts(spec, WORLDS[world], state))


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("G !at.any.corridor", "broken from the start: robot 1 is in the corridor and robot 2 is in the corridor."),
        ("G at.robot_1.m1", "broken from the start: robot 1 is not in meeting room m1."),
        ("G at.any.m1", "broken from the start: no robot is in meeting room m1."),
        ("G !is.door_m1.open", "broken from the start: door m1 is open."),
        ("F G at.any.m6 & G !at.any.m6", "'the rule' contradicts itself."),
        ("G !at.any.kitchen", "'go to the kitchen' and 'the rule' cannot hold together."),
    ],
)
def test_objections_are_sentences_about_the_state(rule, sentence):
    assert objection(flat(GO, rules=[(rule, "the rule")]), WORLDS["office"]).endswith(sentence)
    assert not objection(flat(GO), WORLDS["office"])


def test_what_is_broken_from_the_start_depends_on_the_state():
    office = WORLDS["office"]
    spec = flat(GO, rules=[("G !at.any.m1", "never enter m1")])
    start = initial_state(office)
    within = replace(start, robots={**start.robots, "robot_3": replace(start.robots["robot_3"], cell=(2, 10))})
    assert objection(spec, office, start) == ""
    assert (
        objection(spec, office, within) == "'never enter m1' is broken from the start: robot 3 is in meeting room m1."
    )


@pytest.mark.parametrize(
    ("spec", "world", "expected"),
    [
        (flat(GO, rules=[KITCHEN]), "office", {"go to the kitchen", "never enter the kitchen"}),
        (flat(("F at.self.m1", "m1"), GO, rules=[("G !at.any.m2", "no m2"), KITCHEN]), "office",
         {"go to the kitchen", "never enter the kitchen"}),
        (flat(("F(at.self.m1 & at.self.m2)", "be in two rooms")), "office", {"be in two rooms"}),
        (flat(("F at.self.d9", "go to d9"), rules=[("G(at.any.d9 -> !at.any.north_office)", "not north")]), "office",
         {"go to d9", "not north"}),
        (flat(("F at.self.m1", "m1"), rules=[("G !at.any.meeting_room", "no meeting rooms")]), "office",
         {"m1", "no meeting rooms"}),
        (flat(Leaf("p0_1", GO[0], "robot 2: kitchen", ("robot_2",)), rules=[("G !at.robot_2.kitchen", "not you")]),
         "office", {"robot 2: kitchen", "not you"}),
        (flat(("F is.m1.photographed", "photo"), rules=[("G !is.m1.photographed", "no photo")]), "office",
         {"photo", "no photo"}),
        (flat(("F holding.self.document", "take it"), rules=[("G !holding.any.any", "hands off")]), "office",
         {"take it", "hands off"}),
        (flat(("F(holding.self.document & holding.self.parcel)", "take both")), "office", {"take both"}),
        (flat(("F in.bin.m1", "bin to m1")), "office", {"bin to m1"}),
        (flat(("F !is.south_door.open", "close the opening")), "office", {"close the opening"}),
        (flat(("F at.self.m1", "m1"), rules=[("G !at.any.corridor", "never the corridor")]), "office",
         {"never the corridor"}),
        (flat(("F(on.orange.red_plate & on.orange.blue_plate)", "both plates")), "table", {"both plates"}),
        (flat(("F in.chair.blue_room", "chair in"), rules=[("G !in.chair.blue_room", "chair out")]), "cleanup",
         {"chair in", "chair out"}),
        (flat(("F at.self.m1", "first m1"), ("F at.self.m2", "first m2"), before=[(1, 2), (2, 1)]), "office",
         {"first m1", "first m2"}),
        (flat(("F at.self.m1", "m1"), ("F at.self.m2", "m2"), rules=[("G(at.any.m1 -> G !at.any.m2)", "m1 shuts m2")],
              before=[(1, 2)]), "office", {"m1", "m2", "m1 shuts m2"}),
        (flat(GO, ("F at.self.m1", "m1"), rules=[KITCHEN, ("G !at.any.m1", "no m1")], root="F p0_1 | F p0_2"), "office",
         {"go to the kitchen", "never enter the kitchen", "m1", "no m1"}),
        (flat(("F at.self.m1", "m1"), rules=[("F G at.any.m6", "end in m6"), ("G !at.any.m6", "no m6")]), "office",
         {"end in m6", "no m6"}),
    ],
)  # fmt: skip
def test_clauses_that_exclude_each_other(spec, world, expected):
    assert words(spec, world) == expected


@pytest.mark.parametrize(
    ("spec", "world"),
    [
        (flat(GO), "office"),
        (flat(GO, rules=[("G !at.robot_2.kitchen", "not robot 2")]), "office"),
        (flat(GO, ("F at.self.m1", "m1"), rules=[KITCHEN], root="F p0_1 | F p0_2"), "office"),
        (flat(("F in.document.d3 & G(holding.self.document -> !at.self.public)", "deliver")), "office"),
        (flat(("F in.document.kitchen", "deliver"), rules=[KITCHEN]), "office"),
        (flat(("F at.self.m1", "m1"), ("F at.self.m2", "m2"), rules=[("G(at.any.m1 -> G !at.any.m2)", "")]), "office"),
        (flat(("F at.self.m1", "m1"), rules=[("F at.any.m6", "m6"), ("!at.any.m1 U at.any.m6", "6")]), "office"),
        (flat(("F(on.orange.red_plate)", "a"), ("F on.orange.blue_plate", "b"), before=[(1, 2)]), "table"),
        (flat(("F(on.green_apple.yellow_plate & on.orange.yellow_plate)", "a")), "table"),
        (flat(("F in.chair.blue_room", "a"), Leaf("p0_2", "F at.self.red_room", "b", (), "p0_1"), before=[(1, 2)]),
         "cleanup"),
    ],
)  # fmt: skip
def test_no_logical_objection(spec, world):
    assert words(spec, world) == set()


def test_the_state_at_the_start_counts():
    office = WORLDS["office"]
    inside = walk(initial_state(office), "robot_4", (14, 10), (14.0, 10.0, 0.0))
    spec = flat(("F at.self.m1", "go to m1"), rules=[KITCHEN])
    assert words(spec) == set()
    assert words(spec, state=inside) == {"never enter the kitchen"}


def test_many_clauses_are_fast():
    rules = [
        KITCHEN, ("G !at.any.m3", "no m3"), ("G(holding.any.document -> !at.any.public)", "carry"),
        ("G(is.any.camera_on -> at.any.meeting_room)", "camera"), ("!at.any.d2 U at.any.d3", "d3 first"),
    ]  # fmt: skip
    spec = flat(*((f"F at.self.d{i}", f"desk {i}") for i in range(1, 13)), rules=rules)
    words(spec)
    start = time.perf_counter()
    assert words(spec) == set()
    assert time.perf_counter() - start < 2.0  # tens of milliseconds on an idle machine


CLAUSES = {
    "leaf": ["at.self.m1", "at.self.m4", "at.self.meeting_room", "at.self.kitchen", "at.self.d3"],
    "rule": [
        "G !at.any.m1",
        "G !at.any.kitchen",
        "G !at.any.south_office",
        "G !at.robot_1.meeting_room",
        "F at.any.m4",
    ],
}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(CLAUSES["leaf"]), min_size=1, max_size=3, unique=True),
       st.lists(st.sampled_from(CLAUSES["rule"]), max_size=3, unique=True))  # fmt: skip
def test_a_conflict_is_minimal(goals, rules):
    def found(some_goals, some_rules):
        spec = flat(
            *((f"F {g}", g) for g in some_goals), rules=[(r, r) for r in some_rules], root=None if some_goals else "1"
        )
        return set(conflicts(spec, WORLDS["office"]))

    clash = found(goals, rules)
    assert clash <= {*goals, *rules}
    for clause in clash:
        rest = clash - {clause}
        assert not found([g for g in goals if g in rest], [r for r in rules if r in rest])


@pytest.mark.parametrize(
    "names",
    [
        ("at.robot_1.m1", "at.any.m1", "at.any.meeting_room", "at.robot_1.kitchen"),
        ("holding.robot_3.document", "inside.document.d5", "in.document.d5", "at.robot_3.d5"),
        ("in.red_mug.bin", "on.red_mug.kitchen_table", "in.red_mug.kitchen", "holding.any.any"),
        ("is.door_m1.open", "is.south_door.open", "is.any.camera_on", "is.robot_1.camera_on"),
    ],
)
def test_every_reachable_state_has_a_possible_letter(names):
    """Letters of states made by moving, holding and putting down are among the possible ones."""
    office = WORLDS["office"]
    start = initial_state(office)
    possible = set(Facts(office, start).letters(names))
    propositions = [Proposition.parse(name) for name in names]
    seen = set()
    cells = [(2, 10), (14, 10), (9, 1), (18, 6), (13, 12)]
    for (robot, cell), flag in product(product(("robot_1", "robot_3"), cells), ((), ("robot_1", "camera_on"))):
        state = walk(start, robot, cell, (0.0, 0.0, 0.0))
        state = state.with_flag(*flag) if flag else state
        seen.add(sum(1 << i for i, p in enumerate(propositions) if holds(p, office, state)))
    assert seen <= possible


def test_a_composite_that_contradicts_itself_names_its_leaves():
    spec = flat(("F at.self.m1", "m1"), ("F at.self.m2", "m2"), root="F p0_1 & F p0_2 & G !p0_2")
    assert conflicts(spec, WORLDS["office"]) == ("m1", "m2")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (
            "at.robot_1.corridor W G !at.robot_1.corridor",
            "Robot 1 is in the corridor now, so 'the rule' holds only once that is over.",
        ),
        ("at.robot_3.corridor W G !at.robot_3.corridor", ""),  # it is elsewhere
        ("at.robot_1.corridor W G !at.robot_1.m1", ""),  # forbids another place
        ("G !at.robot_3.corridor", ""),
    ],
)
def test_who_begins_inside_what_is_forbidden_is_named(rule, said):
    office = WORLDS["office"]
    start = initial_state(office)
    spec = flat(GO, rules=[(rule, "the rule")])
    assert reservation(spec, office, lambda name: holds(Proposition.parse(name), office, start)) == said
