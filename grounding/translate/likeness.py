"""Words that no world file lists: mended where mistyped, else the nearest name by meaning where one is clearly near."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from grounding.errors import HeedError
from grounding.levels.spelling import Speller
from grounding.translate.lexemes import language
from grounding.translate.nouns import Nouns

#: Cosine that a name must have, and by how much it must lead over names of other things.
CLEAR, LEAD = 0.80, 0.06


def speller(nouns: Nouns) -> Speller:
    """Mends words towards the names of a world; built once and kept with it."""
    kept = vars(nouns)
    if "_speller" not in kept:
        counts: dict[str, int] = {}
        for name in nouns.nouns:
            for word in name:
                if word.isalpha():
                    counts[word] = counts.get(word, 0) + 1
        known = {word for words in language() for word in words}
        kept["_speller"] = Speller(counts, known)
    found: Speller = kept["_speller"]
    return found


def mended(words: Sequence[str], nouns: Nouns) -> list[str]:
    """Words with slips of the keyboard mended; the first letter is hardly ever wrong, so it stays.

    Args:
        words: In lower case.
        nouns: The names of a world.
    """
    own = speller(nouns)
    found: list[str] = []
    for word in words:
        new = own.mend(word).split() or [word]
        if new[0][0] != word[0]:
            same = [known for known in own.counts if known[0] == word[0]]
            new = difflib.get_close_matches(word, same, n=1, cutoff=0.8) or [word]
        found += new
    return found


def nearest(words: str, nouns: Nouns) -> tuple[str, ...] | None:
    """The name of a world that means nearly the same, None where none is clearly near or MiniLM is not installed.

    Args:
        words: A noun phrase.
        nouns: The names.
    """
    names = [name for name, noun in nouns.nouns.items() if not noun.plural and (noun.kind or noun.own)]
    try:
        table = _table(tuple(names))
        asked = _embedded([words])[0]
    except (HeedError, ModuleNotFoundError):
        return None
    scores = table @ asked
    order = np.argsort(-scores)
    best = names[int(order[0])]
    ids = {*nouns.nouns[best].kind, *nouns.nouns[best].own}
    rival = next((i for i in order[1:] if not ids & {*nouns.nouns[names[i]].kind, *nouns.nouns[names[i]].own}), None)
    lead = 1.0 if rival is None else float(scores[order[0]] - scores[rival])
    return best if scores[order[0]] >= CLEAR and lead >= LEAD else None


@lru_cache(maxsize=8)
def _table(names: tuple[tuple[str, ...], ...]) -> NDArray[np.float32]:
    return _embedded([" ".join(name) for name in names])


def _embedded(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors: the mean of MiniLM's states of the words."""
    from grounding.encoder import installed

    rows = [states[1:-1].mean(axis=0) for _, states in installed().encode(texts)]
    found = np.stack(rows)
    unit: NDArray[np.float32] = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit
