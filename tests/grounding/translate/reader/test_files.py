from __future__ import annotations

import json
from pathlib import Path

import pytest

from grounding.encoder import Encoder
from grounding.translate.reader.files import CARD, WEIGHTS, ReaderError, load, recalibrate, save, shipped
from grounding.translate.reader.reader import Calibration, Reader
from grounding.translate.reader.tagger import Tagger

TEXTS = ("Wash the apple, then open the drawer.", "Either slice the bread or go to the kitchen.", "Héllo 2 of you!")
OWN = Calibration(0.25, 0.5, -2.0, -0.125)


@pytest.fixture
def saved(tagger: Tagger, encoder: Encoder, tmp_path: Path) -> Path:
    save(tagger, OWN, encoder.width, tmp_path / "deep" / "model", {"summary": "test"})
    return tmp_path / "deep" / "model"


def test_saved_and_loaded_it_reads_the_same(saved: Path, tagger: Tagger, encoder: Encoder) -> None:
    loaded, calibration = load(saved)
    assert calibration == OWN
    assert loaded.vocabulary == tagger.vocabulary
    for text in TEXTS:
        one, other = (Reader(t, OWN, encoder).readings(text)[0] for t in (tagger, loaded))
        assert [f.text for f in one.frames] == [f.text for f in other.frames]
        assert one.order == other.order
        assert one.confidence == pytest.approx(other.confidence, abs=0.02)


def test_cards_say_what_they_are_given_and_name_their_weights(saved: Path) -> None:
    card = json.loads((saved / CARD).read_text(encoding="utf-8"))
    assert card["summary"] == "test"
    assert len(card["sha256"]) == 64


def test_recalibration_changes_nothing_else(saved: Path) -> None:
    before = json.loads((saved / CARD).read_text(encoding="utf-8"))
    recalibrate(saved, Calibration(offset=3.0))
    after = json.loads((saved / CARD).read_text(encoding="utf-8"))
    assert load(saved)[1] == Calibration(offset=3.0)
    before["settings"].pop("calibration")
    after["settings"].pop("calibration")
    assert before == after


def test_damaged_weights_are_refused(saved: Path) -> None:
    weights = (saved / WEIGHTS).read_bytes()
    (saved / WEIGHTS).write_bytes(weights[:-1] + bytes([weights[-1] ^ 1]))
    with pytest.raises(ReaderError, match=r"model\.safetensors: is not the file .*SHA-256.* heed train translate"):
        load(saved)
    (saved / WEIGHTS).unlink()
    with pytest.raises(ReaderError, match="cannot be read"):
        load(saved)


@pytest.mark.parametrize("card", ["{}", "no json", "[1]", "null", '{"sha256": "x", "settings": 3}'])
def test_damaged_cards_are_refused(saved: Path, card: str) -> None:
    (saved / CARD).write_text(card, encoding="utf-8")
    with pytest.raises(ReaderError, match="heed train translate"):
        load(saved)


@pytest.mark.parametrize(("key", "value"), [("version", 99), ("tags", ["O"]), ("vocabulary", []), ("width", 3)])
def test_models_of_another_version_are_refused(saved: Path, key: str, value: object) -> None:
    card = json.loads((saved / CARD).read_text(encoding="utf-8"))
    card["settings"][key] = value
    (saved / CARD).write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ReaderError, match="cannot be read"):
        load(saved)


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReaderError, match="nowhere"):
        load(tmp_path / "nowhere")


def test_saving_again_replaces_the_model(saved: Path, tagger: Tagger, encoder: Encoder) -> None:
    save(tagger, Calibration(), encoder.width, saved, {"summary": "second"})
    assert load(saved)[1] == Calibration()


def test_the_shipped_reader_is_whole() -> None:
    try:
        folder = shipped()
    except ReaderError:
        pytest.skip("this checkout comes without weights of the reader (heed train translate makes them)")
    tagger, _ = load(folder)
    assert not tagger.training
