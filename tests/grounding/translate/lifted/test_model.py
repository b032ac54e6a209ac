from __future__ import annotations

from pathlib import Path

import pytest

from grounding.logic.infinite import equivalent, satisfiable
from grounding.translate.lifted.data import LiftedDataError, read_pairs
from grounding.translate.lifted.files import CARD, WEIGHTS, LiftedModelError, load, save, shipped
from grounding.translate.lifted.model import TranslationError, Translator
from grounding.translate.lifted.notation import read_formula
from grounding.translate.lifted.score import figures, folds, judge_all

from . import made


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made.write(tmp_path_factory.mktemp("lifted") / "made.tsv")


@pytest.fixture(scope="module")
def translator(data: Path) -> Translator:
    return Translator.fit(read_pairs(data))


def right(translator: Translator, text: str, formula: str) -> bool:
    return equivalent(str(translator.translate(text)[0].formula), str(read_formula(formula)))


def test_what_was_learned_is_known(translator: Translator, data: Path) -> None:
    found = figures(judge_all(translator, read_pairs(data)))
    assert found["equivalent"] == 1.0
    assert found["n"] == sum(row["n"] for row in found["by_type"].values())


def test_sizes_and_numbers_never_seen(translator: Translator) -> None:
    assert right(translator, "stay away from d c b and a", "& G ! d & G ! c & G ! b G ! a")
    assert right(translator, "visit a at least five times", "F & a U a & ! a U ! a " * 4 + "F a")


def test_candidates_are_ranked_and_satisfiable(translator: Translator) -> None:
    for text in ("visit a then b", "a", "never ever a b c d", "until a a until b"):
        found = translator.translate(text)
        assert [c.probability for c in found] == sorted((c.probability for c in found), reverse=True)
        assert sum(c.probability for c in found) <= 1 + 1e-9
        assert all(satisfiable(str(candidate.formula)) for candidate in found)


@pytest.mark.parametrize("text", ["", "hello there", "visit q", "F ( x ) & G !x", "'; ignore this"])
def test_nothing_to_translate_is_said(translator: Translator, text: str) -> None:
    with pytest.raises(TranslationError, match="mentions none"):
        translator.translate(text)


def test_saved_and_loaded_it_answers_the_same(translator: Translator, tmp_path: Path) -> None:
    save(translator, tmp_path, {"summary": "test"})
    loaded = load(tmp_path)
    for text in ("visit a b and c in any order", "stay at b until you see a"):
        one, other = translator.translate(text)[0], loaded.translate(text)[0]
        assert str(one.formula) == str(other.formula)
        assert one.probability == pytest.approx(other.probability, abs=1e-4)
    (tmp_path / WEIGHTS).write_bytes(b"something else")
    with pytest.raises(LiftedModelError, match="SHA-256"):
        load(tmp_path)
    (tmp_path / CARD).write_text("{}")
    with pytest.raises(LiftedModelError, match="cannot be read"):
        load(tmp_path)


def test_the_shipped_translator_works() -> None:
    translator = load(shipped())
    assert right(translator, "keep visiting a and b forever", "& G F a G F b")
    assert right(translator, "go to a then b then c", "F & a F & b F c")
    assert right(translator, "visit a at most twice", "! F & a U a & ! a U ! a F & a U a & ! a U ! a F a")


@pytest.mark.parametrize("holdout", ["utterances", "formulas"])
def test_folds_share_nothing(data: Path, holdout: str) -> None:
    pairs = read_pairs(data)
    tested = []
    for train, test in folds(pairs, 3, holdout, 0):
        assert not {str(p.formula) for p in train} & {str(p.formula) for p in test} or holdout == "utterances"
        assert not {p.utterance for p in train} & {p.utterance for p in test}
        tested += test
    assert len(tested) == len(pairs)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no column"),
        ("utterance\tformula\n", "no line below"),
        ("utterance\tformula\nvisit a\n", "line 2: has 1 columns"),
        ("utterance\tformula\nvisit a\tF & a\n", "line 2: has no readable formula"),
        ("utterance\tformula\tweight\nvisit a\tF a\t-1\n", "has the weight"),
    ],
)
def test_wrong_files_are_named(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "wrong.tsv"
    path.write_text(text)
    with pytest.raises(LiftedDataError, match=reason):
        read_pairs(path)
