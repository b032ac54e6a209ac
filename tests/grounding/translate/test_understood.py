"""What sentences mean: the table understood.txt, and the missions of the literature in full."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from grounding.mission.task import Task
from grounding.translate.controlled import TranslationStatus, translate
from grounding.world import World

_ROW = re.compile(r"^(\w+) (L\d): (.*)\n    (.*)$", re.MULTILINE)
_ROWS = _ROW.findall((Path(__file__).parent / "understood.txt").read_text(encoding="utf-8"))


def test_the_table_is_large() -> None:
    assert len(_ROWS) >= 200
    assert {row[0] for row in _ROWS} == {"office", "cleanup", "table", "household"}


@pytest.mark.parametrize(("name", "level", "sentence", "tree"), _ROWS, ids=[f"{r[0]}: {r[2][:60]}" for r in _ROWS])
def test_sentence(
    worlds: Mapping[str, World], shape: Callable[[Task], str], name: str, level: str, sentence: str, tree: str
) -> None:
    answer = translate(sentence, worlds[name])
    assert answer.tree is not None, answer.message
    assert answer.status is TranslationStatus.UNDERSTOOD
    assert shape(answer.tree.root) == tree
    assert answer.tree.level == level
    assert answer.tree.instruction == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "bring the parcel to desk d9",
        "Bring the parcel to d9!",
        "please bring the parcel to desk 9.",
        "Could you deliver the parcel to desk nine?",
        "I'd like you to take the parcel to D9, please",
        "carry the parcel over to desk-9",
        "the parcel should be at desk d9",
        "make sure that the parcel is at desk 9",
        "move the parcel from the lobby to desk d9",
        "put the parcel that is in the lobby on desk d9",
        "drop the parcel off at desk d9",
        "transport the   parcel\tto DESK_D9",
        "someone should bring the parcel to desk d9",
    ],
)
def test_ways_to_say_the_same(office: World, shape: Callable[[Task], str], sentence: str) -> None:
    answer = translate(sentence, office)
    assert answer.tree is not None, answer.message
    assert shape(answer.tree.root) == "(in.parcel.d9)"


def test_office_mission(office: World) -> None:
    answer = translate(
        "Take a photo in meeting rooms m1, m4 and m6; keep the camera off outside meeting rooms. "
        "Deliver a document from desk d5 to desk d3 without passing public areas while carrying it. "
        "Guide the person waiting at desk d11 to meeting room m6.",
        office,
    )
    assert answer.tree is not None
    photos, deliver, guide = answer.tree.root.children
    assert [str(c.goal[0]) for c in photos.children] == [
        "is.m1.photographed",
        "is.m4.photographed",
        "is.m6.photographed",
    ]
    assert photos.order == ()
    assert [str(g) for g in deliver.goal] == ["in.document.d3"]
    assert [r.formula for r in deliver.rules] == ["G(holding.self.document -> !at.self.public)"]
    assert [str(g) for g in guide.goal] == ["in.visitor.m6"]
    assert {r.formula for r in answer.tree.root.rules} == {
        f"G(is.{robot}.camera_on -> at.{robot}.meeting_room)" for robot in ("robot_1", "robot_2")
    }
    assert answer.tree.root.order == ()


def test_text_of_tasks_is_complete_in_itself(office: World) -> None:
    answer = translate("Go to m4, take a photo there and bring the parcel to it", office)
    assert answer.tree is not None
    assert [c.text for c in answer.tree.root.children] == [
        "go to meeting room m4",
        "take a photo in meeting room m4",
        "bring the parcel to meeting room m4",
    ]


def test_a_second_world_of_the_same_kind_has_its_own_names(worlds: Mapping[str, World]) -> None:
    assert translate("go to the kitchen", worlds["office"]).tree is not None
    assert translate("go to the kitchen", worlds["cleanup"]).tree is None


def test_verbs_come_from_the_skills_of_the_world() -> None:
    from grounding.worldfile import parse_world

    world = parse_world(
        """
name: garden
rooms: [{id: garden, area: [[0, 0, 4, 4]]}]
classes: {plant: {states: [watered]}}
things: [{id: rose, class: plant, at: [1, 1]}]
skills:
  go_to: {behaviour: drive, parameters: {target: zone}}
  water: {behaviour: operate, parameters: {target: plant}, effects: ["is(target, watered)"]}
robot_types: {gardener: {body: mobile, skills: [go_to, water]}}
robots: [{id: robot_1, type: gardener, start: [0, 0]}]
"""
    )
    for sentence in ("water the rose", "Robot 1 waters the rose.", "the rose should be watered"):
        answer = translate(sentence, world)
        assert answer.tree is not None, answer.message
        assert [str(g) for g in answer.tree.root.children[0].goal] == ["is.rose.watered"]
    assert translate("open the rose", world).status is TranslationStatus.REJECTED
