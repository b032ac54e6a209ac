"""Tagged instructions in a compact notation: ``[task: Put the mug away] , [then: then] [task: rest] .``."""

from __future__ import annotations

import re

from grounding.translate.outline import Outline
from grounding.translate.reader.assemble import assemble
from grounding.translate.reader.tags import SPANS, Word, words_of

_PIECE = re.compile(r"\[(\+?\w+): ([^\]]*)\]|([^\[]+)")


def plain(marked: str) -> str:
    """The text without its marks."""
    return "".join(inside or outside for _, inside, outside in _PIECE.findall(marked))


def tagged(marked: str) -> tuple[list[Word], list[str]]:
    """Words and tags of marked text; ``[+task: ...]`` goes on with a task after words taken back."""
    tags = list[str]()
    for kind, inside, outside in _PIECE.findall(marked):
        count = len(words_of(inside or outside))
        if not kind:
            tags += ["O"] * count
        elif kind.startswith("+"):
            tags += [f"I-{kind[1:]}"] * count
        elif kind in SPANS:
            tags += [f"B-{kind}", *[f"I-{kind}"] * (count - 1)]
        else:
            tags += [kind] * count
    words = words_of(plain(marked))
    assert len(words) == len(tags), f"{marked!r} is not marked between words"
    return words, tags


def read(marked: str) -> Outline:
    """The outline of marked text."""
    return assemble(*tagged(marked))


def order(marked: str) -> str:
    """Its order, closed, as ``1<2 1<3``."""
    return " ".join(f"{a + 1}<{b + 1}" for a, b in read(marked).order)
