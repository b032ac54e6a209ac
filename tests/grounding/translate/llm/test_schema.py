"""The form of answers: what is refused, and that nothing is lost on the way to an outline."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.translate.llm.compose import Composer
from grounding.translate.llm.prompt import EXAMPLES, ask, messages, plain
from grounding.translate.llm.schema import AnswerError, from_outline, json_schema, parse, to_outline
from grounding.translate.llm.words import span
from grounding.translate.outline import Outline

TEXT = "Put the red cup in the sink. Then wash the plate, and never open the door."


def task(**changed: Any) -> dict[str, Any]:
    whole = {"text": "put the red cup in the sink", "predicate": "put", "object": "red cup",
             "destination": "in the sink", "states": [], "robot": ""}  # fmt: skip
    return {**whole, **changed}


def answer(**changed: Any) -> str:
    wash = task(text="wash the plate", predicate="wash", object="plate", destination="", states=["clean"])
    whole = {"tasks": [task(), wash], "order": [[0, 1]], "either": [], "together": [], "rules": ["never open the door"]}
    return json.dumps({**whole, **changed})


def test_a_good_answer_becomes_an_outline() -> None:
    outline = to_outline(parse(answer(), TEXT), TEXT, confidence=0.7, confidences=(0.8, 0.9))
    assert [f.object for f in outline.frames] == ["red cup", "plate"]
    assert [TEXT[f.start : f.end] for f in outline.frames] == ["Put the red cup in the sink", "wash the plate"]
    assert [f.confidence for f in outline.frames] == [0.8, 0.9]
    assert (outline.order, outline.frames[1].states, outline.confidence) == (((0, 1),), ("clean",), 0.7)
    assert TEXT[outline.rules[0].start : outline.rules[0].end] == "never open the door"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("", "not an outline"),
        ("no JSON at all", "not an outline"),
        ("[1, 2]", "not an outline"),
        (answer()[:-20], "not an outline"),
        (answer(tasks=[], rules=[]), "neither tasks nor rules"),
        (answer(order=[[0, 2]]), "speaks of task 2"),
        (answer(order=[[0, 1], [1, 0]]), "circle"),
        (answer(order=[[1, 1]]), "circle"),
        (answer(order=[[0]]), "order.0"),
        (answer(order=[[0, -1]]), "order.0.1"),
        (answer(together=[[5]]), "speaks of task 5"),
        (answer(either=[[[0], [0]]]), "two alternatives"),
        (answer(either=[[[0]]]), "either.0"),
        (answer(tasks=[task()] * 25, order=[]), "tasks"),
        (answer(tasks=[task(text="")], order=[]), "tasks.0.text"),
        (answer(tasks=[task(text="put it there")], order=[]), '"there"'),
        (answer(tasks=[task(text="it")], order=[]), "without content"),
        (answer(tasks=[task(states=["clean"] * 7)], order=[]), "states"),
        (answer(tasks=[task(object="it")], order=[]), 'leaves open what "it" is'),
        (answer(tasks=[task(destination="on them")], order=[]), "leaves open"),
        (answer(tasks=[task(object="knife")], order=[]), '"knife"'),
        (answer(tasks=[task(destination="in the oven")], order=[]), '"oven"'),
        (answer(tasks=[task(text="put the red cup in the oven")], order=[]), '"oven"'),
        (answer(tasks=[task(robot="robot nine")], order=[]), '"nine"'),
        (answer(tasks=[task(states=["hot"])], order=[]), '"hot"'),
        (answer(tasks=[task(x="y")], order=[]), "tasks.0.x"),
        (answer(tasks=[task(object=7)], order=[]), "tasks.0.object"),
        (answer(rules=["exterminate"]), "rule"),
        (answer(extra=1), "extra"),
    ],
)
def test_bad_answers_are_refused_with_the_reason(bad: str, why: str) -> None:
    with pytest.raises(AnswerError, match=r".") as caught:
        parse(bad, TEXT)
    assert why in str(caught.value)
    assert "\n" not in str(caught.value)


def test_words_around_the_answer_are_forgiven() -> None:
    assert parse(f"Here you are:\n```json\n{answer()}\n```\nAnything else?", TEXT) == parse(answer(), TEXT)
    assert parse(f"<think>Say {{red}}?</think>\n{answer()}", TEXT) == parse(answer(), TEXT)


def test_a_verb_may_be_replaced_but_not_a_name() -> None:
    said = "Get rid of the cup and give the plate a rinse."
    good = [task(text="throw away the cup", predicate="throw", object="cup", destination="")]
    assert parse(answer(tasks=good, order=[], rules=[]), said)
    washed = [task(text="wash the plate", predicate="wash", object="plate", destination="", states=["clean"])]
    assert parse(answer(tasks=washed, order=[], rules=[]), said)


def test_repeated_tasks_are_noted() -> None:
    outline = to_outline(parse(answer(tasks=[task(), task()], order=[]), TEXT), TEXT, confidence=1.0)
    assert outline.notes == ('The task "put the red cup in the sink" is said twice.',)


def test_the_schema_stands_by_itself_and_asks_for_every_key() -> None:
    text = json.dumps(json_schema())
    assert "$ref" not in text
    assert "$defs" not in text
    items = json_schema()["properties"]["tasks"]["items"]
    assert list(items["properties"]) == items["required"] == list(task())
    assert json_schema()["required"] == ["tasks", "order", "either", "together", "rules"]
    assert items["additionalProperties"] is json_schema()["additionalProperties"] is False


@given(st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_composed_instructions_are_good_answers_and_come_back_whole(seed: int) -> None:
    text, outline = Composer(random.Random(seed)).example()
    back = to_outline(parse(from_outline(outline), text), text, confidence=1.0)

    def key(o: Outline) -> object:
        frames = [(f.text, f.predicate, f.object, f.destination, f.states, f.robot) for f in o.frames]
        return frames, o.order, o.either, o.together, [rule.text for rule in o.rules]

    assert key(back) == key(outline)
    assert all(0 <= f.start < f.end <= len(text) for f in back.frames)
    assert Composer(random.Random(seed)).example() == (text, outline)


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=100, deadline=None)
def test_no_answer_and_no_instruction_breaks_the_checks(said: str, instruction: str) -> None:
    start, end = span(said, instruction)
    assert (start, end) == (-1, -1) or 0 <= start < end <= len(instruction)
    with pytest.raises(AnswerError, match="answer"):
        parse(said, instruction)


@pytest.mark.parametrize("form", [lambda text: messages(text)[-1]["content"], ask])
@given(text=st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_an_instruction_cannot_leave_its_string(form: Callable[[str], str], text: str) -> None:
    assert json.loads(form(text)) == {"instruction": text}


def test_the_prompt_shows_good_examples() -> None:
    for text, outline in EXAMPLES:
        assert parse(from_outline(outline), text)
        assert from_outline(outline) in plain("Go.")
    assert [m["role"] for m in messages("Go.")] == ["system", *["user", "assistant"] * len(EXAMPLES), "user"]
