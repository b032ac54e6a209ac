"""What is not understood, and whether the message helps."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.translate.controlled import TranslationStatus, translate
from grounding.translate.lexemes import language
from grounding.translate.sample import sample
from grounding.world import World
from grounding.worldfile import load_world

_OFFICE = load_world("office")


@pytest.mark.parametrize(
    ("name", "sentence", "words", "near"),
    [
        ("office", "", "empty", ""),
        ("office", "  \n ", "empty", ""),
        ("office", "...", "no words", ""),
        ("office", "go to m1 " * 5000, "too long", ""),
        ("office", "go to\x00 m1", "control character", ""),
        ("office", "ve a la cocina", "English", ""),
        ("office", "gehe in die Küche", "English", ""),
        ("office", "allez dans la cuisine", "English", ""),
        ("office", "打开门", "English", ""),
        ("office", "открой дверь", "English", ""),
        ("office", "go to m1 🙂", "English", ""),
        ("office", "go", "where to go", ""),
        ("office", "go to", "after 'go to' I expected the name", ""),
        ("office", "go to m1 and", "too early", ""),
        ("office", "robot 2", "too early", ""),
        ("office", "gp to m1", "'gp'", "go"),
        ("office", "claen the table", "'claen'", "clean"),
        ("office", "go too m1", "after 'go'", ""),
        ("office", "swap the mugs", "'swap': no robot here can do that", ""),
        ("office", "go to m1x", "'m1x'", ""),
        ("office", "robot 1 d2", "'d2' after 'robot 1'", ""),
        ("office", "go to m1 3 times", "'3 times'", ""),
        ("office", "go to m1 unless the door is closed", "without a condition", ""),
        ("office", "wait for robot 1", "say what comes first", ""),
        ("office", "go to the nearest meeting room to the kitchen", "distances between places", ""),
        ("office", "bring alice the blue mug", "hand things to people. Alice is at desk d2", ""),
        ("office", "robot 1, bring the parcel to m1", "the skills pick up and put down", ""),
        ("office", "photograph the room with the mug", "the kitchen or the north office", "the kitchen"),
        ("cleanup", "go through the door", "between the red room and the green room", ""),
        ("table", "put the fruit of the same colour on the red plate", "compare things by colour", ""),
        ("office", "go to m1 adn m2", "after 'go to m1'", "and"),
        ("office", "wash the mug", "No robot here can clean the red mug", "the kitchen table"),
        ("office", "bake a cake", "'bake'", ""),
        ("office", "F(at.self.m1)", "'F'", ""),
        ("office", "go to the kichen", "no kichen", "the kitchen"),
        ("office", "go to m9", "no m9", "meeting room m6"),
        ("office", "go to desk 99", "no desk 99", "desk d9"),
        ("office", "robot 9, go to m1", "no robot 9", "robot 4"),
        ("office", "bring the unicorn to m1", "no unicorn", ""),
        ("office", "bring the purple mug to m1", "no purple mug", "the red mug"),
        ("office", "bring the mug to m1", "red mug or the blue mug", "the red mug"),
        ("office", "open the door", "door m1", "door m1"),
        ("office", "go to the office", "south office or the north office", "the south office"),
        ("office", "the scout goes to m1", "robot 1 or robot 2", "robot 2"),
        ("office", "two robots should go to m1", "which robots", "robot 1"),
        ("office", "bring the red mug", "where to bring", ""),
        ("office", "bring me the red mug", "where you are", ""),
        ("office", "bring the report to robot 2", "is a robot", ""),
        ("office", "bring the report to alice", "desk d2", ""),
        ("office", "put the report on the chair", "Nothing can be put", ""),
        ("office", "put it in m1", "'it'", ""),
        ("office", "go there", "'there'", ""),
        ("office", "visit the other meeting rooms", "other than", ""),
        ("office", "put both mugs in m1 and bring it to m2", "red mug or the blue mug", ""),
        ("office", "go to the printer", "south office", ""),
        ("office", "clean the chair", "No robot here can clean the chair", "the kitchen table"),
        ("office", "open the lamp", "No robot here can open", "door m1"),
        ("office", "open the south door", "No robot here can open the south door", "door m1"),
        ("office", "take a photo of desk d1", "No robot here can take a photo in desk d1", ""),
        ("office", "robot 1, clean the kitchen table", "robot 3 and robot 4", "robot_3"),
        ("office", "a scout should pick up the parcel", "pick up", "robot_3"),
        ("office", "push the parcel to m1", "cannot be pushed", "bring"),
        ("office", "guide the parcel to m1", "cannot be guided", "bring"),
        ("office", "never enter the kitchen", "only says what not to do", ""),
        ("office", "hello", "no task", ""),
        ("office", "if the table is dirty, clean it", "'if'", ""),
        ("office", "go to m1 twice", "'twice'", ""),
        ("office", "what is your name?", "questions", ""),
        ("office", "visit every desk, " * 9, "at most 100", ""),
        ("office", "go to m4, take a photo there and come back", "come back to", ""),
        ("office", "switch the printer on, then off", "off'", ""),
        ("office", "bring the red mug to m1 while carrying the report", "only along with a rule", ""),
        ("office", "go to m1 until the table is clean", "only rules can last", ""),
        ("office", "keep the chair in m1. go to m1", "not in", ""),
        ("office", "bring the parcel from m1 to m2", "the parcel is at", "the parcel"),
        ("cleanup", "pick up the chair", "No robot here can pick up", ""),
        ("cleanup", "take a photo of the red room", "No robot here can", ""),
        ("cleanup", "go to the yellow room", "no yellow room", "the red room"),
        ("cleanup", "go into the green room without pushing the chair", "cannot watch", ""),
        ("table", "put the apple on the blue plate", "green apple or the red apple", "the red apple"),
        ("table", "put the banan on the blue plate", "no banan", "the banana"),
        ("table", "put the carrot on the carrot", "on itself", ""),
        ("table", "put a fruit on a plate", "25 possibilities", ""),
        ("table", "don't touch the lemon", "only says what not to do", ""),
        ("table", "go to the red apple", "not a room or place", ""),
    ],
)
def test_message(worlds: Mapping[str, World], name: str, sentence: str, words: str, near: str) -> None:
    answer = translate(sentence, worlds[name])
    assert answer.status is TranslationStatus.REJECTED
    assert answer.tree is None
    assert words in answer.message
    assert near in (*answer.near, "")
    assert answer.message.endswith((".", "?"))
    assert answer.stopped_at is None or 0 <= answer.stopped_at <= len(sentence)


def test_stops_at_the_word(office: World) -> None:
    sentence = "go to the kitchen and then frobnicate the table"
    answer = translate(sentence, office)
    assert answer.stopped_at == sentence.index("frobnicate")
    assert "'frobnicate' after 'the kitchen and then'" in answer.message


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text: str) -> None:
    assert translate(text, _OFFICE).message


@pytest.mark.parametrize("seed", range(2))
def test_any_words_get_an_answer(worlds: Mapping[str, World], seed: int) -> None:
    vocabulary = sorted({word for words in language() for word in words})
    vocabulary += [
        "the",
        "a",
        "all",
        "m1",
        "desk",
        "door",
        "mug",
        "apple",
        "robot 2",
        ",",
        ".",
        ";",
        "it",
        "there",
        "(",
        "'",
    ]
    chooser = random.Random(seed)
    for name, world in worlds.items():
        for i in range(15):
            words = sample(world, np.random.default_rng(1000 * seed + i), 3).split()
            for _ in range(chooser.randint(1, 4)):
                words[chooser.randrange(len(words))] = chooser.choice(vocabulary)
            answer = translate(" ".join(words), world)
            assert answer.message, name
            assert (answer.tree is None) is (answer.status is TranslationStatus.REJECTED)


@pytest.mark.parametrize(
    "sentence",
    [
        "word " * 10_000,
        "x" * 200_000,
        "open door m4 then " * 90 + "go to m1",
        "bring a mug to m1 and put it in m2, then " * 30 + "go to m1",
        "either put a mug in m1" + " and put a mug in m2" * 20 + " or go to m1",
        "visit all desks then " * 90 + "go to m1",
        "go to m1 before " * 90 + "going to m2",
    ],
)
def test_long_input_is_answered_soon(office: World, sentence: str) -> None:
    begin = time.perf_counter()
    translate(sentence, office)
    assert time.perf_counter() - begin < 5.0
