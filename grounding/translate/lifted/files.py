"""Translators in files: weights (safetensors) and a card (JSON) with their SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from grounding.errors import HeedError
from grounding.shipped import shipped_file
from grounding.translate.lifted.filler import Filler
from grounding.translate.lifted.loglinear import LogLinear
from grounding.translate.lifted.model import Choice, Translator
from grounding.translate.lifted.pool import Pool
from grounding.translate.lifted.reading import Names
from grounding.translate.lifted.scheme import Repeat, Scheme, Tree

WEIGHTS, CARD = "model.safetensors", "card.json"
_VERSION = 2


class LiftedModelError(HeedError):
    """A trained translator is missing or damaged."""


def save(translator: Translator, folder: Path, card: Mapping[str, Any]) -> None:
    """Writes a translator; the card also says what people should know."""
    from safetensors.numpy import save as pack

    filler = translator.filler
    arrays = {"chooser": np.ascontiguousarray(translator.chooser.weights, dtype=np.float32)}
    if filler:
        arrays["filler"] = np.array(list(filler.weights.values()), dtype=np.float32)
    weights = pack(arrays)
    settings = {
        "version": _VERSION,
        "names": asdict(translator.names),
        "schemes": [{"body": _to_json(s.body), "slots": s.slots, "fixed": s.fixed} for s in translator.schemes],
        "choices": [asdict(choice) for choice in translator.choices],
        "vocabulary": list(translator.chooser.vocabulary),
        "pool": asdict(translator.pool),
        "filler": {"labels": filler.labels, "signs": filler.signs, "features": list(filler.weights)}
        if filler
        else None,
    }
    folder.mkdir(parents=True, exist_ok=True)
    # The card goes last: a folder whose writing was interrupted does not pass for a model.
    (folder / CARD).unlink(missing_ok=True)
    (folder / WEIGHTS).write_bytes(weights)
    whole = {**card, "sha256": hashlib.sha256(weights).hexdigest(), "settings": settings}
    (folder / CARD).write_text(json.dumps(whole, ensure_ascii=False, indent=None) + "\n", encoding="utf-8")


def load(folder: Path) -> Translator:
    """Reads a translator and makes sure that it is the one its card speaks of.

    Raises:
        LiftedModelError: It is missing or damaged.
    """
    from safetensors.numpy import load as unpack

    try:
        card = json.loads((folder / CARD).read_text(encoding="utf-8"))
        weights = (folder / WEIGHTS).read_bytes()
        if hashlib.sha256(weights).hexdigest() != card["sha256"]:
            raise LiftedModelError(
                str(folder / WEIGHTS),
                "is not the file that its card speaks of (SHA-256 differs).",
                "Run: heed train ltl",
            )
        return _restored(unpack(weights), card["settings"])
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise LiftedModelError(f"model {folder}", f"cannot be read ({error}).", "Run: heed train ltl") from error


def shipped() -> Path:
    """Folder of the translator that comes with Heed, in a checkout or an installed ROS package.

    Raises:
        LiftedModelError: There is none.
    """
    card = shipped_file(f"models/ltl/{CARD}")
    if card is not None:
        return card.parent
    raise LiftedModelError("the translator of lifted sentences", "comes without weights here.", "Run: heed train ltl")


def _restored(arrays: Mapping[str, Any], settings: Mapping[str, Any]) -> Translator:
    if settings["version"] != _VERSION:
        raise ValueError(f"version {settings['version']}, not {_VERSION}")
    names = Names(
        {name: tuple(words) for name, words in settings["names"]["spoken"].items()},
        tuple(settings["names"]["hidden"]),
        tuple(settings["names"]["constants"]),
    )
    choices = [Choice(**choice) for choice in settings["choices"]]
    columns = {feature: i for i, feature in enumerate(settings["vocabulary"])}
    chooser = LogLinear(columns, [choice.parts for choice in choices], arrays["chooser"].astype(np.float64))
    filler = None
    if own := settings["filler"]:
        weights = dict(zip(own["features"], map(float, arrays["filler"]), strict=True))
        filler = Filler(own["labels"], own["signs"], weights)
    schemes = [Scheme(_from_json(s["body"]), s["slots"], s["fixed"]) for s in settings["schemes"]]
    return Translator(names, schemes, choices, chooser, filler, Pool(**settings["pool"]))


def _to_json(tree: Tree) -> Any:
    if isinstance(tree, Repeat):
        return {
            "context": _to_json(tree.context),
            "step": tree.step,
            "offset": tree.offset,
            "base": _to_json(tree.base),
        }
    return [tree[0], *map(_to_json, tree[1:])] if isinstance(tree, tuple) else tree


def _from_json(value: Any) -> Tree:
    if isinstance(value, dict):
        return Repeat(_from_json(value["context"]), value["step"], value["offset"], _from_json(value["base"]))
    return (value[0], *map(_from_json, value[1:])) if isinstance(value, list) else value
