"""What is heard in context: whom it is for, what it refers to, and that nothing said is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.language.act import ActKind
from grounding.language.corrections import Heard, Hearing, hear
from grounding.language.patterns import rows
from grounding.language.stop import stop_request
from grounding.mission.task import TreeRule

from .missions import OFFICE, TABLE

EXAMPLES = [row["example"] for row in rows()]
NEGATIONS = ("not", "never", "don't", "nobody", "without")


def only(hearing: Hearing) -> Heard:
    assert (hearing.unread, hearing.question) == ((), "")
    (heard,) = hearing.heard
    return heard


@pytest.mark.parametrize(
    ("text", "robots"),
    [
        ("robot two, go on", ("robot_2",)),
        ("go on, robot two", ("robot_2",)),
        ("robots 1 and 4, wait", ("robot_1", "robot_4")),
        ("everybody wait", OFFICE.robots),
        ("the rest of you, wait", ("robot_1", "robot_2", "robot_4")),
        ("wait", ()),
    ],
)
def test_robots_are_found_wherever_they_are_named(text: str, robots: tuple[str, ...]) -> None:
    assert only(hear(text, OFFICE)).act.robots == robots


def test_both_of_two_robots_are_both() -> None:
    assert only(hear("both of you, go on", TABLE)).act.robots == TABLE.robots


def test_two_of_four_robots_are_asked_about() -> None:
    assert hear("you two, go on", OFFICE).question == "Which 2 robots do you mean?"


def test_a_robot_that_is_not_there_is_left_unread() -> None:
    assert hear("robot nine, go on", OFFICE).unread == ("robot nine",)


@pytest.mark.parametrize(
    ("text", "clause"),
    [
        ("no, the green one", "pick up the green apple"),
        ("put it on the blue plate instead", "put the red apple on the blue plate"),
        ("pick up the lemon now", "pick up the lemon"),
        ("right arm, no, the red one", "put the lemon on the red plate"),
    ],
)
def test_what_is_to_be_done_instead_is_complete_in_itself(text: str, clause: str) -> None:
    assert only(hear(text, TABLE)).clause.removeprefix("right arm, ") == clause


def test_the_other_one_of_several_is_asked_about_with_what_each_answer_means() -> None:
    cup = replace(
        OFFICE, current={"robot_1": replace(OFFICE.current["robot_1"], destination="m1")}, addressed="robot_1"
    )
    hearing = hear("no, the other one", cup)
    assert len(hearing.options) == 5
    assert [a[0].act.destination for a in hearing.alternatives] == ["m2", "m3", "m4", "m5", "m6"]


@pytest.mark.parametrize(
    ("text", "kind", "tasks"),
    [
        ("skip the document", ActKind.VETO, ("4",)),
        ("not that one", ActKind.VETO, ("2",)),
        ("cancel the photo of the kitchen", ActKind.VETO, ("5",)),
        ("skip the document and the kitchen table", ActKind.VETO, ("3", "4")),
        ("do the document first", ActKind.ORDER, ("4",)),
        ("let robot four do that", ActKind.REASSIGN, ("2",)),
        ("let robot four take the document", ActKind.REASSIGN, ("4",)),
        ("undo that", ActKind.UNDO, ("6",)),
        ("robot two, undo that", ActKind.UNDO, ("7",)),
    ],
)
def test_tasks_are_found_by_what_they_are_about(text: str, kind: ActKind, tasks: tuple[str, ...]) -> None:
    heard = only(hear(text, OFFICE))
    assert heard.act.kind is kind
    assert heard.tasks == tasks


def test_order_says_before_which_task() -> None:
    heard = only(hear("the kitchen table before the document", OFFICE))
    assert (heard.place, heard.tasks, heard.anchor) == ("before", ("3",), "4")


def test_a_new_task_can_go_before_one_that_waits() -> None:
    heard = only(hear("go to m1 before you clean the table", OFFICE))
    assert (heard.act.kind, heard.clause, heard.place, heard.anchor) == (ActKind.SKILL, "go to m1", "before", "3")


@pytest.mark.parametrize(
    ("text", "until", "clause"),
    [
        ("never enter the lobby for the next five minutes", 300.0, "never enter the lobby"),
        ("stay out of the lobby until the document is done", "4", "stay out of the lobby"),
        ("nobody enters m5 for 30 seconds", 30.0, "nobody enters m5"),
        ("from now on never enter m5", None, "never enter m5"),
    ],
)
def test_rules_end_when_they_are_said_to(text: str, until: object, clause: str) -> None:
    heard = only(hear(text, OFFICE))
    assert (heard.act.kind, heard.until, heard.clause) == (ActKind.CONSTRAINT, until, clause)


def test_a_rule_is_found_by_what_it_is_about_and_asked_about_where_two_are() -> None:
    assert only(hear("you may enter the kitchen again", OFFICE)).rule == "r1"
    two = replace(OFFICE, rules=(*OFFICE.rules, TreeRule("G(!at.robot_1.kitchen)", "robot 1 never enters it", "r2")))
    hearing = hear("forget the rule about the kitchen", two)
    assert hearing.question == "Which rule do you mean?"
    assert [a[0].rule for a in hearing.alternatives] == ["r1", "r2"]


def test_what_no_rule_can_say_is_left_unread() -> None:
    assert hear("always close the kitchen door", OFFICE).unread == ("always",)


def test_several_acts_keep_their_order_and_their_robots() -> None:
    hearing = hear("robot one stop and robot two go to m1", OFFICE)
    assert [(h.act.kind.value, h.act.robots) for h in hearing.heard] == [
        ("stop", ("robot_1",)),
        ("instruction", ("robot_2",)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "visit the kitchen and the lobby, but the lobby first",
        "first go to m1, then to m2",
        "go to m1 but don't go through the lobby",
        "take a photo in m1, m4 and m6",
        "pick up the report and bring it to d3",
    ],
)
def test_an_instruction_stays_whole(text: str) -> None:
    heard = only(hear(text, OFFICE))
    assert (heard.act.kind, heard.clause) == (ActKind.INSTRUCTION, text)


def test_answers_are_answers_only_while_something_is_asked() -> None:
    asked = replace(OFFICE, options=("the red mug", "the blue mug"))
    assert only(hear("the blue one", asked)).act.kind is ActKind.ANSWER
    assert only(hear("2", asked)).act.object == "the blue mug"
    assert only(hear("go to the kitchen", asked)).act.kind is ActKind.INSTRUCTION
    assert only(hear("stop", asked)).act.kind is ActKind.STOP


def test_always_makes_a_rule_of_an_order() -> None:
    heard = only(hear("stay in the corridor", OFFICE, always=True))
    assert (heard.act.kind, heard.clause) == (ActKind.CONSTRAINT, "always stay in the corridor")


@given(st.text(max_size=80))
def test_any_text_is_heard(text: str) -> None:
    hearing = hear(text, OFFICE)
    assert isinstance(hearing, Hearing)
    assert (stop_request(text, OFFICE.robots) is not None) == any(h.act.kind is ActKind.STOP for h in hearing.heard)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(sorted({w for e in EXAMPLES for w in e.split()})), max_size=9))
def test_any_words_of_the_language_are_heard(words: list[str]) -> None:
    hear(" ".join(words), OFFICE)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(EXAMPLES), st.sampled_from(EXAMPLES))
def test_a_stop_is_never_lost(before: str, after: str) -> None:
    hearing = hear(f"{before}. stop! {after}", OFFICE)
    assert any(h.act.kind is ActKind.STOP for h in hearing.heard)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(EXAMPLES), st.sampled_from(NEGATIONS), st.data())
def test_a_negation_is_never_lost(text: str, negation: str, data: st.DataObject) -> None:
    words = text.split()
    at = data.draw(st.integers(0, len(words)))
    negated = hear(" ".join([*words[:at], negation, *words[at:]]), OFFICE)
    plain = hear(text, OFFICE)
    if not negated.unread and not negated.question:
        assert negated.heard != plain.heard


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(EXAMPLES), st.sampled_from(("banjo", "volcano", "marmalade")), st.data())
def test_a_word_that_belongs_nowhere_is_handed_back(text: str, word: str, data: st.DataObject) -> None:
    words = text.split()
    at = data.draw(st.integers(0, len(words)))
    hearing = hear(" ".join([*words[:at], word, *words[at:]]), OFFICE)
    read_on = any(word in h.clause for h in hearing.heard)
    assert word in hearing.unread or read_on or hearing.question


def test_a_nudge_for_nobody_in_particular_asks_whom_and_knows_what_each_answer_means() -> None:
    hearing = hear("back a little", replace(OFFICE, addressed=None))
    assert hearing.question == "Which robot do you mean?"
    assert [a[0].act.robots for a in hearing.alternatives] == [(robot,) for robot in OFFICE.robots]


def test_what_is_not_wanted_is_asked_where_several_work_and_nobody_is_addressed() -> None:
    hearing = hear("not that one", replace(OFFICE, addressed=None))
    assert [a[0].tasks for a in hearing.alternatives] == [("1",), ("2",)]


def test_a_stop_is_heard_although_the_rest_has_to_be_asked_about() -> None:
    hearing = hear("stop stop stop, go back", replace(OFFICE, addressed=None))
    assert [h.act.kind for h in hearing.heard] == [ActKind.STOP]
    assert hearing.question
