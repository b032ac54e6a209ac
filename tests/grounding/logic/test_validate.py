from dataclasses import replace

import pytest

from grounding.errors import FormulaError, UnsatisfiableError
from grounding.logic.conflict import conflicts
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.logic.validate import validate
from grounding.worldfile import load_world

from .specs import flat

OFFICE = load_world("office")
GOOD = flat("F is.m1.photographed & G(is.self.camera_on -> at.self.meeting_room)", "F in.document.d3",
            rules=[("G !at.any.kitchen", "keep out of the kitchen")], before=[(1, 2)])  # fmt: skip


def test_a_good_specification_passes():
    validate(GOOD, OFFICE)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("F at.self.m9", ("p0_1", "'at.self.m9'", "no zone 'm9'", "Did you mean 'm6'")),
        ("F at.robot_7.m1", ("no robot 'robot_7'", "'robot_2'")),
        ("F att.self.m1", ("no predicate 'att'", "'at'")),
        ("F at.self", ("takes 2 arguments, not 1", "at.self.kitchen")),
        ("F at.self.m1.m2", ("takes 2 arguments, not 3",)),
        ("F holding.self.docment", ("no thing 'docment'", "'document'")),
        ("F in.document.kitchen_table", ("not a container", "bin")),
        ("F on.document.bin", ("not a surface", "kitchen_table")),
        ("F on.document.m1", ("no surface 'm1'",)),
        ("F inside.document.bin", ("no zone 'bin'",)),
        ("F is.m1.clean", ("'m1' has no state 'clean'", "photographed")),
        ("F is.robot_3.camera_on", ("'robot_3' has no state 'camera_on'",)),
        ("F is.nothing.open", ("no entity 'nothing'",)),
        ("F p0_2", ("no predicate 'p0_2'",)),
        ("F(at.self.m1", ("p0_1", "')' was expected")),
        ("F(at.self.m1 & !at.self.m1)", ("contradicts itself",)),
    ],
)
def test_bad_leaf_formulas_are_named(formula, expected):
    with pytest.raises(FormulaError) as caught:
        validate(flat(formula), OFFICE)
    for part in expected:
        assert part in str(caught.value)


def test_a_contradiction_is_an_error_of_its_own():
    with pytest.raises(UnsatisfiableError, match="go nowhere"):
        validate(flat(("F at.self.m1 & G !at.self.m1", "go nowhere")), OFFICE)


def broken(**changes):
    return replace(GOOD, **changes)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (flat("F at.self.m1", rules=[("G !at.self.m2", "")]), "cannot speak of 'self'"),
        (flat("F at.self.m1", "F at.self.m2", root="F p0_1"), "does not speak of its child 'p0_2'"),
        (flat("F at.self.m1", root="F p0_1 & F p0_9"), "speaks of 'p0_9'"),
        (flat(Leaf("p0_1", "F at.self.m1", "", ("robot_9",))), "'robot_9', which does not exist"),
        (flat(Leaf("p0_1", "F at.self.m1", "", (), "p0_8")), "'p0_8', which is no leaf"),
        (flat(Leaf("p0_1", "F at.self.m1", "", (), "p0_1")), "in a circle"),
        (broken(before=frozenset()), "'before' lacks that pair"),
        (broken(before=frozenset({("p0_1", "p0_2"), ("p0_1", "x")})), "'x' is no leaf"),
        (broken(children={"p0": ("p0_1", "p0_2", "p0_1")}), "more than one parent"),
        (broken(children={"p0": ("p0_1", "p0_2"), "p0_1": ("p0",)}), "not a composite formula"),
        (broken(children={}), "is used by no other formula"),
        (broken(children={"p0": ("p0_1", "p0_3")}), "'p0_3', which is no task"),
        (broken(levels=()), "exactly one root"),
        (broken(levels=({"p0": "F p0_1", "p1": "F p0_2", "rule_1": "G !at.any.kitchen"}, GOOD.levels[1])),
         "found p0, p1"),
        (broken(levels=(*GOOD.levels, {"p0_1": "F at.self.m2"})), "more than one formula"),
        (broken(rules={"rule_1": Rule("rule_1", "G !at.any.m1", "")}), "the levels say otherwise"),
    ],
)  # fmt: skip
def test_broken_hierarchies_are_named(spec, expected):
    with pytest.raises(FormulaError) as caught:
        validate(spec, OFFICE)
    assert expected in str(caught.value)


def test_a_circle_of_composites_is_found():
    spec = HierarchicalSpec(
        levels=({"p0": "F p1"}, {"p1": "F p2"}, {"p2": "F p1"}),
        children={"p0": ("p1",), "p1": ("p2",), "p2": ("p1",)},
        leaves={},
    )
    with pytest.raises(FormulaError, match="contains itself"):
        validate(spec, OFFICE)


def test_a_root_that_is_a_leaf_needs_no_composite():
    leaf = Leaf("p0", "F at.self.m1", "go to m1")
    validate(HierarchicalSpec(levels=({"p0": leaf.formula},), children={}, leaves={"p0": leaf}), OFFICE)


def test_thirty_tasks_in_any_order_are_validated_at_once():
    validate(flat(*(f"F at.self.d{1 + i % 15}" for i in range(30)), before=[(9, 3), (17, 1)]), OFFICE)


def test_an_alternative_that_contradicts_itself_is_no_reason_to_refuse_the_others():
    spec = flat("F(at.self.m1 & !at.self.m1)", "F at.self.m2", root="F p0_1 | F p0_2")
    validate(spec, OFFICE)
    assert conflicts(spec, OFFICE) == ()
