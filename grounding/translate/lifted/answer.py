"""Sentences about placeholders into formulas, with the trained translator that comes with Heed.

>>> answer = translate("go to a, then b, then c")
>>> answer.status.value, answer.formula
('translated', 'F(a & F(b & F c))')
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from grounding.logic.formula import Node
from grounding.translate.lifted.describe import describe
from grounding.translate.lifted.files import load, shipped
from grounding.translate.lifted.model import Candidate, TranslationError, Translator
from grounding.translate.lifted.reading import Names
from grounding.translate.lifted.thesaurus import words_in

#: Below this, the answer is a question.
SURE = 0.6
_PLACEHOLDER = re.compile(r"[a-z]|[a-z]\d+|[a-z]+(?:_[a-z]+)*_\d+")
#: Signs of a formula; no sentence of words has them.
_SIGNS = re.compile(r"&|\||->|<->|![\w(]|\[\]")
#: The letter a on its own is a name only before one of these, or at the end.
_AFTER_NAMES = words_in(
    "and or then but until till before after twice once thrice exactly at forever is must cannot can in any every"
)


class LiftedStatus(str, Enum):
    """What became of a sentence."""

    TRANSLATED = "translated"
    UNSURE = "unsure"
    REJECTED = "rejected"


@dataclass(frozen=True)
class LiftedAnswer:
    """What a sentence means.

    Attributes:
        status: Whether the formula can be relied on.
        formula: The likeliest formula, "" if rejected.
        confidence: The probability that it is right, calibrated on sentences of the training data.
        alternatives: Other formulas with their probabilities, likeliest first.
        message: The formula in English; if unsure, a question; if rejected, the reason and the next step.
    """

    status: LiftedStatus
    formula: str
    confidence: float
    alternatives: tuple[tuple[str, float], ...]
    message: str


def translate(
    text: str, names: Sequence[str] | None = None, *, translator: Translator | None = None, sure: float = SURE
) -> LiftedAnswer:
    """Translates a sentence that speaks of placeholders or propositions ("visit a, then b, never c").

    Args:
        text: The sentence.
        names: The propositions as the text has them; by default its single letters, and names such as p1 and room_2.
        translator: A trained one; by default that which comes with Heed.
        sure: The confidence below which the answer is a question.
    """
    if sign := _SIGNS.search(text):
        return _rejected(f"sentence: has {sign.group()!r} in it. Say it in words, or give the formula as a formula.")
    known = Names.placeholders(placeholders(text) if names is None else names)
    try:
        candidates = (translator or _shipped()).translate(text, names=known)
    except TranslationError as error:
        return _rejected(str(error))
    best = candidates[0]
    left_out = [name for name in known.read(text).mentions if name not in best.formula.atoms]
    status = LiftedStatus.TRANSLATED if best.probability >= sure and not left_out else LiftedStatus.UNSURE
    return LiftedAnswer(
        status,
        str(best.formula),
        best.probability,
        tuple((str(c.formula), c.probability) for c in candidates[1:]),
        _message(candidates, status, left_out),
    )


def _rejected(message: str) -> LiftedAnswer:
    return LiftedAnswer(LiftedStatus.REJECTED, "", 0.0, (), message)


def placeholders(text: str) -> list[str]:
    """The names that a sentence uses for what is to be done, in the order of their mention.

    >>> placeholders("Visit a room, then b"), placeholders("visit a"), placeholders("go to p1 and landmark_2")
    (['b'], ['a'], ['p1', 'landmark_2'])
    """
    tokens = [word.strip("_") for word in re.findall(r"[a-z0-9_']+", text.lower())]
    found = [token for token in tokens if _PLACEHOLDER.fullmatch(token) and token not in ("a", "i")]
    ends = [i for i, token in enumerate(tokens) if token == "a"]
    if any(i + 1 == len(tokens) or tokens[i + 1] in _AFTER_NAMES or tokens[i + 1] in found for i in ends):
        found.append("a")
    return sorted(set(found), key=tokens.index)


def _message(candidates: Sequence[Candidate], status: LiftedStatus, left_out: Sequence[str]) -> str:
    best: Node = candidates[0].formula
    if left_out:
        return f"{describe(best).capitalize()} - but what about {', '.join(left_out)}?"
    if status is LiftedStatus.TRANSLATED or len(candidates) == 1:
        return f"{describe(best).capitalize()}."
    return f"Do you mean: {describe(best)}? Or: {describe(candidates[1].formula)}?"


@lru_cache(maxsize=1)
def _shipped() -> Translator:
    return load(shipped())
