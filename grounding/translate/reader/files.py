"""Readers in files: weights (safetensors, half precision) and a card (JSON) with their SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from grounding.errors import HeedError
from grounding.shipped import shipped_file
from grounding.translate.reader.reader import Calibration
from grounding.translate.reader.tagger import Sizes, Tagger
from grounding.translate.reader.tags import TAGS

WEIGHTS, CARD = "model.safetensors", "card.json"
_VERSION = 1


class ReaderError(HeedError):
    """A trained reader is missing or damaged."""


def save(tagger: Tagger, calibration: Calibration, width: int, folder: Path, card: Mapping[str, Any]) -> None:
    """Writes a reader; the card also says what people should know."""
    from safetensors.torch import save as pack

    weights = pack({name: value.half().contiguous() for name, value in tagger.state_dict().items()})
    settings = {
        "version": _VERSION, "tags": list(TAGS), "width": width, "sizes": asdict(tagger.sizes),
        "vocabulary": list(tagger.vocabulary), "calibration": asdict(calibration),
    }  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    # The card goes last: a folder whose writing was interrupted does not pass for a model.
    (folder / CARD).unlink(missing_ok=True)
    (folder / WEIGHTS).write_bytes(weights)
    whole = {**card, "sha256": hashlib.sha256(weights).hexdigest(), "settings": settings}
    (folder / CARD).write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def recalibrate(folder: Path, calibration: Calibration) -> None:
    """Puts a calibration into the card of a saved reader."""
    card = json.loads((folder / CARD).read_text(encoding="utf-8"))
    card["settings"]["calibration"] = asdict(calibration)
    (folder / CARD).write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load(folder: Path) -> tuple[Tagger, Calibration]:
    """Reads a reader and makes sure that it is the one its card speaks of.

    Raises:
        ReaderError: It is missing or damaged.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load as unpack

    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        weights = (folder / WEIGHTS).read_bytes()
        if hashlib.sha256(weights).hexdigest() != card["sha256"]:
            raise ReaderError(
                str(folder / WEIGHTS),
                "is not the file that its card speaks of (SHA-256 differs).",
                "Run: heed train translate",
            )
        settings = card["settings"]
        if settings["version"] != _VERSION or settings["tags"] != list(TAGS):
            raise ValueError("it belongs to another version of Heed")
        tagger = Tagger(settings["vocabulary"], settings["width"], Sizes(**settings["sizes"]))
        tagger.load_state_dict({name: value.float() for name, value in unpack(weights).items()})
        return tagger.eval(), Calibration(**settings["calibration"])
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        raise ReaderError(f"model {folder}", f"cannot be read ({error}).", "Run: heed train translate") from error


def shipped() -> Path:
    """Folder of the reader that comes with Heed, in a checkout or an installed ROS package.

    Raises:
        ReaderError: There is none.
    """
    card = shipped_file(f"models/translate/{CARD}")
    if card is not None:
        return card.parent
    raise ReaderError("the reader of free English", "comes without weights here.", "Run: heed train translate")
