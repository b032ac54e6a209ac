"""From readings to answers: what is asked, what is refused, with which words underlined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from grounding.translate.free import MOST_TASKS, Answer, AnswerStatus, answer_lifted, outlines, with_leaf_confidence
from grounding.translate.outline import Frame, Outline, Rule

from .reader import notation

WASH, REST = "[task: Wash the mug]", "[task: go to the lab]"


class Told:
    """Stands for a trained reader: gives the readings that it was told."""

    def __init__(self, *readings: Outline) -> None:
        self.own = list(readings)

    def readings(self, text: str) -> list[Outline]:
        return self.own


def answer(*marked: tuple[str, float]) -> Answer:
    """The answer to readings in the notation of the tests of the reader, each with its confidence."""
    found = [replace(notation.read(text), confidence=sure) for text, sure in marked]
    return answer_lifted(notation.plain(marked[0][0]), Told(*found))  # type: ignore[arg-type]


def words(text: str, faults: Sequence[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in faults]


def test_a_sure_reading_is_understood() -> None:
    found = answer((f"{WASH} . [then: Then] {REST} .", 0.9), (f"{WASH} .", 0.05))
    assert found.status is AnswerStatus.UNDERSTOOD
    assert found.message == "Understood: 2 tasks."
    assert found.confidence == 0.9
    assert found.question == ""
    assert found.paraphrase == "First wash the mug. Then go to the lab."
    assert len(found.ids) == 2
    assert [len(other.frames) for other in found.alternatives] == [1]


@pytest.mark.parametrize(
    ("best", "second", "question"),
    [
        (f"{WASH} and {REST} .", f"{WASH} .", "Shall I also go to the lab?"),
        (f"{WASH} .", f"{WASH} and {REST} .", "Shall I also go to the lab?"),
        (f"{WASH} .", f"{REST} .", "Do you mean 'wash the mug', or 'go to the lab'?"),
        (f"{WASH} . [then: Then] {REST} .", f"{WASH} . Then {REST} .",
         "Must I finish 'wash the mug' before I begin 'go to the lab'?"),
    ],
)  # fmt: skip
def test_close_readings_are_told_apart_by_a_question(best: str, second: str, question: str) -> None:
    found = answer((best, 0.4), (second, 0.3))
    assert found.status is AnswerStatus.QUESTION
    assert found.question == question
    assert found.tree is not None
    assert found.spec is not None
    assert answer((best, 0.6), (second, 0.3)).status is AnswerStatus.UNDERSTOOD
    assert answer((best, 0.4)).status is AnswerStatus.UNDERSTOOD


def test_contradictions_are_refused_and_their_words_marked() -> None:
    marked = (
        f"{WASH} [before: before] [ref: opening the door] . [task: Open the door] [before: before] [ref: washing it] ."
    )
    found = answer((marked, 0.9))
    assert found.status is AnswerStatus.REJECTED
    assert "contradicts itself: 'wash the mug' comes both before and after 'open the door'" in found.message
    assert words(notation.plain(marked), found.faults) == ["Wash the mug", "Open the door"]
    assert found.tree is None
    assert found.confidence == 0


@pytest.mark.parametrize(
    ("marked", "message", "at_fault"),
    [
        ("hello there", "no task", ["hello there"]),
        ("[rule: Never enter the lab] .", "only says what not to do", ["Never enter the lab"]),
        ("[task: Dance wildly] .", "I do not know what to do in 'dance wildly'", ["Dance wildly"]),
        (f"[task: Do not wash the mug] , {REST} .", "'do not wash the mug'", ["Do not wash the mug"]),
    ],
)
def test_refusals_say_why_and_where(marked: str, message: str, at_fault: list[str]) -> None:
    found = answer((marked, 0.9))
    assert found.status is AnswerStatus.REJECTED
    assert message in found.message
    assert words(notation.plain(marked), found.faults) == at_fault


@pytest.mark.parametrize("text", ["", " \n", "?!", "洗杯子", "wash 🙂", "wash\x00it", "mug " * 10_000])
def test_what_is_no_english_never_reaches_the_reader(text: str) -> None:
    found = answer_lifted(text, None)  # type: ignore[arg-type]
    assert found.status is AnswerStatus.REJECTED
    assert found.message.endswith(".")
    assert all(0 <= a <= b <= len(text) for a, b in found.faults)


def test_without_readings_there_is_no_task() -> None:
    assert answer_lifted("wash it", Told()).status is AnswerStatus.REJECTED  # type: ignore[arg-type]


def test_endless_missions_are_refused_and_long_ones_are_not() -> None:
    many = tuple(Frame(f"wash the thing {i}", "clean", f"thing {i}") for i in range(MOST_TASKS + 1))
    found = answer_lifted("wash all", Told(Outline(many)))  # type: ignore[arg-type]
    assert found.status is AnswerStatus.REJECTED
    assert f"{MOST_TASKS + 1} tasks" in found.message
    chain = tuple((i, j) for i in range(MOST_TASKS) for j in range(i + 1, MOST_TASKS))
    for order in ((), chain):
        found = answer_lifted("wash all", Told(Outline(many[:-1], order)))  # type: ignore[arg-type]
        assert found.status is AnswerStatus.UNDERSTOOD
        assert len(found.ids) == MOST_TASKS


def test_readings_that_contradict_themselves_are_no_alternatives() -> None:
    frames = (Frame("wash the mug", "clean", "mug"), Frame("open the door", "open", "door"))
    good, bad = Outline(frames, confidence=0.4), Outline(frames, ((0, 0), (0, 1), (1, 0), (1, 1)), confidence=0.3)
    assert outlines("wash it", Told(good, bad)) == with_leaf_confidence([good, bad])[:1]  # type: ignore[arg-type]


def test_notes_are_told() -> None:
    found = answer((f"{WASH} . [rule: Never run] . [then: Then] [task: wash the mug] .", 0.9))
    assert found.message.startswith("Understood: 2 tasks and 1 rule.")
    assert "twice" in found.message


def test_tasks_in_all_readings_are_surer_than_the_whole() -> None:
    wash, rest = Frame("wash the mug", "clean", "mug"), Frame("go to the lab", "go", "", "the lab")
    best, other = Outline((wash, rest), confidence=0.6), Outline((wash,), confidence=0.4)
    (first, second), (third,) = (outline.frames for outline in with_leaf_confidence([best, other]))
    assert first.confidence == third.confidence == 1.0
    assert second.confidence == 0.6
    assert with_leaf_confidence([]) == []


def test_rules_are_in_tree_and_formulas() -> None:
    found = answer((f"[rule: Never enter the lab] . {WASH} .", 0.9))
    assert found.tree is not None
    assert found.spec is not None
    assert [rule.text for rule in found.tree.root.rules] == ["Never enter the lab"]
    assert found.paraphrase == "Wash the mug. Never enter the lab."
    assert found.outline is not None
    assert found.outline.rules == (Rule("Never enter the lab", 0, 19),)
