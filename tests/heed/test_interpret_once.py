"""One answer to one text, by whatever entrance it comes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grounding.mission.task import TaskTree
from grounding.translate.compare import demand, same
from grounding.translate.free import Answer, AnswerStatus
from grounding.translate.paraphrase import paraphrase
from grounding.worldfile import load_world
from heed.cli.asking import settled
from heed.cli.translate import read
from heed.interpret import InterpretationStatus, interpret
from heed.outcome import Outcome
from heed.pipeline import Understanding, understand

WORLDS = {name: load_world(name) for name in ("office", "household", "table", "cleanup")}
TEXTS = Path(__file__).parents[2] / "benchmarks" / "translate"
ROWS = [
    ("household", "Put the towel in the laundry basket before you wash the mug, but only after turning on "
     "the desk lamp.",
     "First switch on the desk lamp. Then put the towel in the laundry basket. Then clean the mug."),
    ("household", "Rinse a mug, then put it in the cabinet.", "First clean the mug. Then put the mug in the cabinet."),
    ("office", "visit the kitchen and the lobby, but the lobby first",
     "First go to the lobby. Then a robot must go to the kitchen."),
    ("office", "go to m1, m2 and m3, m3 first and m1 last",
     "First go to meeting room m3. Then a robot must go to meeting room m2. "
     "Then a robot must go to meeting room m1."),
    ("table", "Take all the vegetables and put them on the green plate.",
     "Put the carrot on the green plate. Put the cucumber on the green plate. Put the tomato on the green plate. "
     "Put the potato on the green plate."),
    ("table", "Put the lemon on the white plate and the carrot on the red plate. You can do them at the same time.",
     "Put the lemon on the white plate. Put the carrot on the red plate."),
    ("table", "Before the banana goes to the white plate, the red apple goes to the blue plate. "
     "After the banana, the potato to the green plate.",
     "First put the red apple on the blue plate. Then put the banana on the white plate. "
     "Then put the potato on the green plate."),
]  # fmt: skip


@pytest.fixture(scope="module")
def reader() -> None:
    """The reader of free English, where this checkout has its weights."""
    from grounding.translate.reader import files

    try:
        files.shipped()
    except files.ReaderError:
        pytest.skip("this checkout comes without weights of the reader (heed train translate makes them)")


def agrees(answer: Answer, meaning: Understanding) -> bool:
    """Whether `heed translate` and what `heed plan`, `heed run` and the nodes use say the same."""
    match answer.status:
        case AnswerStatus.REJECTED:
            return meaning.outcome is Outcome.REJECTED and meaning.message == answer.message
        case AnswerStatus.QUESTION:
            return meaning.outcome is Outcome.ASKED and meaning.question.text == answer.question
        case AnswerStatus.UNDERSTOOD:
            acted = meaning.outcome in (Outcome.SUCCEEDED, Outcome.UNSATISFIABLE)
            return acted and answer.tree is not None and meaning.tree is not None and same(answer.tree, meaning.tree)


@pytest.mark.parametrize(("world", "text", "meant"), ROWS, ids=[row[1][:50] for row in ROWS])
def test_a_text_means_one_thing_by_all_entrances(world: str, text: str, meant: str) -> None:
    answer, options = read(text, WORLDS[world])
    meaning = understand(text, WORLDS[world])
    assert (answer.paraphrase, options) == (meant, ())
    assert meaning.outcome is Outcome.SUCCEEDED
    assert agrees(answer, meaning)


@pytest.mark.parametrize("name", ["spoken", "tabletop"])
def test_translate_and_understand_agree_on_all_spoken_missions(reader: None, name: str) -> None:
    rows = [json.loads(line) for line in (TEXTS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    world = WORLDS["table"]
    apart = [r["id"] for r in rows if not agrees(read(r["instruction"], world)[0], understand(r["instruction"], world))]
    assert apart == []


def test_what_is_taken_back_is_not_done(reader: None) -> None:
    found = interpret("Wash the mug. Actually, wash the bowl instead.", WORLDS["household"])
    assert [reading.text for reading in found.readings] == ["Clean the bowl."]
    assert found.status is InterpretationStatus.UNDERSTOOD


def test_what_may_be_taken_back_is_asked_about(reader: None) -> None:
    meaning = understand("Wash the mug. Actually, wash the bowl.", WORLDS["household"])
    assert meaning.outcome is Outcome.ASKED
    assert meaning.question.options == ("Clean the bowl.", "Clean the mug. Clean the bowl.")
    assert len(meaning.readings) == 2
    assert meaning.tree is None


@pytest.mark.parametrize(("answer", "goals"), [("2", 2), ("the second one", 2), ("clean the bowl", 1), ("1", 1)])
def test_an_answer_settles_what_is_meant(reader: None, answer: str, goals: int) -> None:
    world = WORLDS["household"]
    meaning = settled(understand("Wash the mug. Actually, wash the bowl.", world), world, answer, ask=False)
    assert meaning.outcome is Outcome.SUCCEEDED
    assert isinstance(meaning.tree, TaskTree)
    assert len(demand(meaning.tree).wishes) == goals


def test_an_answer_that_picks_nothing_leaves_the_question_open(reader: None) -> None:
    world = WORLDS["household"]
    asked = understand("Wash the mug. Actually, wash the bowl.", world)
    again = settled(asked, world, "the spoon", ask=False)
    assert again.outcome is Outcome.ASKED
    assert again.question == asked.question
    assert "'spoon'" in again.message
    assert settled(asked, world, "neither", ask=False).outcome is Outcome.REJECTED


def test_half_a_sentence_is_not_acted_on(reader: None) -> None:
    found = interpret("go to m1, m2 first", WORLDS["office"])
    assert found.tree is None
    assert "'m2'" in found.message or "first" in found.message


def test_a_rule_about_how_many_is_refused_by_its_words() -> None:
    found = interpret("Put the lemon on the green plate. Don't ever put two things on the same plate.", WORLDS["table"])
    assert found.tree is None
    assert "'two things'" in found.message


def test_readings_said_back_mean_what_they_say(reader: None) -> None:
    world = WORLDS["household"]
    asked = understand("Wash the mug. Actually, wash the bowl.", world)
    for tree, option in zip(asked.readings, asked.question.options, strict=True):
        again = interpret(option, world).tree
        assert paraphrase(tree, world) == option
        assert again is not None
        assert same(again, tree)
