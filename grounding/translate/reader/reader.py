"""The built-in reader of free English: tags by a network, assembled by rules, with calibrated confidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from grounding.encoder import Encoder, installed
from grounding.translate.engine import Reading, Status
from grounding.translate.outline import Outline
from grounding.translate.reader.assemble import assemble
from grounding.translate.reader.tagger import Tagger
from grounding.translate.reader.tags import words_of

#: Tag sequences that are looked at; different ones may give the same outline.
_BEAM = 8


@dataclass(frozen=True)
class Calibration:
    """From what the network believes to how often that is right: a logistic curve, fitted on held-out answers.

    Attributes:
        offset: What is added.
        belief: Weight of the log odds of the reading.
        unsure: Weight of each reference that could point elsewhere.
        tasks: Weight of the logarithm of the number of tasks.
    """

    offset: float = 0.0
    belief: float = 1.0
    unsure: float = -1.0
    tasks: float = 0.0

    def confidence(self, features: Sequence[float]) -> float:
        """The probability of being right."""
        weights = (self.offset, self.belief, self.unsure, self.tasks)
        return 1.0 / (1.0 + math.exp(-sum(w * x for w, x in zip(weights, features, strict=True))))


def features(share: float, outline: Outline) -> tuple[float, float, float, float]:
    """What the calibration looks at; the outline has the confidence of its references alone."""
    share = min(max(share, 1e-4), 1 - 1e-4)
    unsure = round(math.log(max(outline.confidence, 1e-6)) / math.log(0.8))
    return 1.0, math.log(share / (1 - share)), float(unsure), math.log(max(1, len(outline.frames)))


class Reader:
    """Reads free English without looking at any world.

    Args:
        tagger: A trained network.
        calibration: Of its confidence.
        encoder: The encoder that it was trained with.
    """

    name = "reader"

    def __init__(self, tagger: Tagger, calibration: Calibration, encoder: Encoder) -> None:
        self.tagger, self.calibration, self.encoder = tagger, calibration, encoder

    def describe(self) -> str:
        """What it supports."""
        return "Free English of up to twelve sentences: tasks, their order, choices and rules."

    def outlines(self, text: str) -> list[tuple[Outline, float]]:
        """Different readings of a text with the network's belief in them, the best first.

        Args:
            text: Any text with at least one word.
        """
        words = words_of(text)
        if not words:
            return []
        found: dict[tuple[object, ...], tuple[Outline, float]] = {}
        sheet = self.tagger.sheets([words], self.encoder)[0]
        for tags, probability in self.tagger.best(sheet, _BEAM):
            outline = assemble(words, tags)
            key = (
                tuple(frame.text for frame in outline.frames),
                outline.order,
                outline.either,
                tuple(r.text for r in outline.rules),
            )
            kept = found.get(key, (outline, 0.0))
            found[key] = (kept[0], kept[1] + probability)
        return sorted(found.values(), key=lambda pair: -pair[1])

    def readings(self, text: str) -> list[Outline]:
        """Different readings with calibrated confidence, the best first."""
        return [
            replace(outline, confidence=self.calibration.confidence(features(share, outline)))
            for outline, share in self.outlines(text)
        ]

    def read(self, text: str) -> Reading:
        """The best reading of a text."""
        found = self.readings(text)
        if not found or not (found[0].frames or found[0].rules):
            return Reading(Status.UNREADABLE, "There is no task in these words.")
        return Reading(Status.READ, "", found[0])


@lru_cache(maxsize=1)
def shipped_reader() -> Reader:
    """The reader that comes with Heed, loaded once.

    Raises:
        HeedError: Its weights or the encoder are missing or damaged.
    """
    from grounding.translate.reader.files import load, shipped

    tagger, calibration = load(shipped())
    return Reader(tagger, calibration, installed())
