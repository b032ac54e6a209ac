"""Formulas of missions, and paraphrases that translate back to them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from grounding.logic.spec import HierarchicalSpec
from grounding.logic.validate import validate
from grounding.mission.specify import specify
from grounding.translate.controlled import translate
from grounding.translate.paraphrase import paraphrase
from grounding.translate.sample import sample
from grounding.world import World


def _spec(sentence: str, world: World) -> HierarchicalSpec:
    answer = translate(sentence, world)
    assert answer.tree is not None, f"{sentence}: {answer.message}"
    return specify(answer.tree, world)


def _meaning(spec: HierarchicalSpec) -> object:
    leaves = {name: (leaf.formula, leaf.robots, leaf.same_robot_as) for name, leaf in spec.leaves.items()}
    return spec.levels, spec.children, leaves, spec.before


def test_groups_in_order(worlds: Mapping[str, World]) -> None:
    spec = _spec(
        "First put the green apple and the orange on the yellow plate in any order, "
        "then put the carrot and the red apple on the blue plate.",
        worlds["table"],
    )
    assert [dict(level) for level in spec.levels] == [
        {"p0": "F p0_1 & F p0_2 & (!p0_2 U p0_1)"},
        {"p0_1": "F p0_1_1 & F p0_1_2", "p0_2": "F p0_2_1 & F p0_2_2"},
        {
            "p0_1_1": "F(on.green_apple.yellow_plate)",
            "p0_1_2": "F(on.orange.yellow_plate)",
            "p0_2_1": "F(on.carrot.blue_plate)",
            "p0_2_2": "F(on.red_apple.blue_plate)",
        },
    ]
    assert spec.before == {(f"p0_1_{i}", f"p0_2_{j}") for i in (1, 2) for j in (1, 2)}


def test_single_task_has_a_root_above_it(office: World) -> None:
    spec = _spec("go to the kitchen", office)
    assert [dict(level) for level in spec.levels] == [{"p0": "F p0_1"}, {"p0_1": "F(at.self.kitchen)"}]
    assert spec.root == "p0"
    assert spec.text["p0_1"] == "go to the kitchen"


def test_either_or(office: World) -> None:
    spec = _spec("either open door m4 or door m6", office)
    assert spec.levels[0]["p0"] == "F p0_1 | F p0_2"


def test_coming_back_is_the_same_robot_afterwards(worlds: Mapping[str, World]) -> None:
    spec = _spec("put the chair in the blue room and come back to the red room", worlds["cleanup"])
    assert spec.leaves["p0_2"].same_robot_as == "p0_1"
    assert spec.before == {("p0_1", "p0_2")}


def test_rules_stand_beside_the_root(office: World) -> None:
    spec = _spec("never enter the kitchen; go to the kitchen", office)
    assert spec.levels[0] == {"p0": "F p0_1", "rule_1": "G(!at.any.kitchen)"}
    assert spec.rules["rule_1"].text == "never enter the kitchen"
    assert spec.root == "p0"


def test_rules_of_a_task_bind_its_robot(office: World) -> None:
    spec = _spec("robot 3, bring the parcel to desk d9 without passing the lobby", office)
    assert spec.leaves["p0_1"].formula == "F(in.parcel.d9) & G(!at.self.lobby)"
    assert spec.leaves["p0_1"].robots == ("robot_3",)


def test_order_is_transitive(office: World) -> None:
    spec = _spec("open door m4, then photograph m4, then close door m4", office)
    assert spec.levels[0]["p0"] == "F p0_1 & F p0_2 & F p0_3 & (!p0_2 U p0_1) & (!p0_3 U p0_2)"
    assert spec.before == {("p0_1", "p0_2"), ("p0_1", "p0_3"), ("p0_2", "p0_3")}


@pytest.mark.parametrize("name", ["office", "cleanup", "table"])
def test_samples_are_understood_and_paraphrases_translate_back(worlds: Mapping[str, World], name: str) -> None:
    world = worlds[name]
    for seed in range(150):
        sentence = sample(world, np.random.default_rng(seed), 1 + seed % 6)
        spec = _spec(sentence, world)
        tree = translate(sentence, world).tree
        assert tree is not None
        said = paraphrase(tree, world)
        assert _meaning(_spec(said, world)) == _meaning(spec), f"{sentence} => {said}"


@pytest.mark.parametrize("name", ["office", "cleanup", "table"])
def test_specifications_are_consistent(worlds: Mapping[str, World], name: str) -> None:
    world = worlds[name]
    for seed in range(40):
        sentence = sample(world, np.random.default_rng(seed + 500), 4)
        spec = _spec(sentence, world)
        assert tuple(spec.leaves_under(spec.root)) == tuple(spec.leaves)
        assert set(spec.formulas) == {*spec.walk(), *spec.rules}
        assert all((b, a) not in spec.before for a, b in spec.before), sentence
        assert all(spec.text[formula] for formula in spec.formulas)
        order = list(spec.leaves)
        for leaf in spec.leaves.values():
            assert leaf.same_robot_as is None or order.index(leaf.same_robot_as) < order.index(leaf.name)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("office", "Take a photo in meeting rooms m1, m4 and m6; keep the camera off outside meeting rooms."),
        ("office", "do not open door_m4 until you have been in m1. Open door m4. Go to m1."),
        ("office", "keep the kitchen door closed. go to m1"),
        ("office", "deliver the document to d3 without passing public areas while carrying it"),
        ("table", "put an apple on the blue plate, then put the lemon on it"),
        ("cleanup", "put the chair in the blue room and come back to the red room"),
    ],
)
def test_logic_accepts_the_specification(worlds: Mapping[str, World], name: str, sentence: str) -> None:
    validate(_spec(sentence, worlds[name]), worlds[name])


def test_sampling_is_reproducible(office: World) -> None:
    first = [sample(office, np.random.default_rng(7), 4) for _ in range(2)]
    assert first[0] == first[1]
    assert len({sample(office, np.random.default_rng(seed), 4) for seed in range(50)}) > 45
