"""Commands as they arrive from keyboards and speech recognisers. For evaluation only: no model is trained on this."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> Mapping[str, str]:
    """Keys that touch on a staggered keyboard."""
    places = {key: (column + 0.5 * row, row) for row, keys in enumerate(_ROWS) for column, key in enumerate(keys)}
    return {
        key: "".join(
            other for other, (a, b) in places.items() if other != key and abs(a - x) <= 1.0 and abs(b - y) <= 1
        )
        for key, (x, y) in places.items()
    }


NEIGHBOURS = _neighbours()


def _wrong_key(word: str, at: int, rng: np.random.Generator) -> str:
    return word[:at] + str(rng.choice(list(NEIGHBOURS[word[at]]))) + word[at + 1 :]


def _swap(word: str, at: int, rng: np.random.Generator) -> str:
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _drop(word: str, at: int, rng: np.random.Generator) -> str:
    return word[:at] + word[at + 1 :]


def _insert(word: str, at: int, rng: np.random.Generator) -> str:
    return word[:at] + str(rng.choice(list(NEIGHBOURS[word[at]]))) + word[at:]


_SLIPS: tuple[Callable[[str, int, np.random.Generator], str], ...] = (_wrong_key, _swap, _drop, _insert)


def typos(text: str, rng: np.random.Generator, count: int = 2) -> str:
    """A command with slips of the finger, each in a word of its own where there are enough.

    A slip hits the wrong key, swaps two letters, leaves one out or adds a neighbouring one; words of
    less than two letters, numbers and punctuation are spared. Where one word is all there is, it gets all slips.
    """
    words = text.split()
    able = [i for i, word in enumerate(words) if sum(c.lower() in NEIGHBOURS for c in word) >= 2]
    hit = rng.permutation(able)[:count] if len(able) >= count else able * count
    for index in hit:
        word = words[index]
        places = [i for i, c in enumerate(word.lower()) if c in NEIGHBOURS]
        for _ in range(20):  # swapping equal letters changes nothing: try again
            slip = _SLIPS[rng.integers(len(_SLIPS))](word.lower(), int(rng.choice(places)), rng)
            if slip != word and slip:
                words[index] = slip
                break
    return " ".join(words)


#: What a recogniser may hear instead, by sound. Both directions hold. Chosen by ear from words of the domain.
_SOUNDS_LIKE: Sequence[tuple[str, ...]] = (
    ("to", "two", "too"), ("for", "four", "fore"), ("one", "won"), ("right", "write", "rite"), ("red", "read", "bread"),
    ("blue", "blew", "glue"), ("green", "grin", "greed"), ("room", "broom", "rheum"), ("door", "four", "store"),
    ("chair", "share", "hair"), ("go", "know", "goal"), ("move", "moo", "moved"), ("left", "laughed", "lift"),
    ("up", "of", "app"), ("down", "town", "done"), ("north", "forth", "norse"), ("south", "sauce", "mouth"),
    ("east", "eased", "yeast"), ("west", "vest", "best"), ("then", "than", "them"), ("through", "threw", "true"),
    ("into", "in two"), ("take", "take a", "cake"), ("push", "bush", "put"), ("pull", "pool", "bull"),
    ("walk", "work", "wok"), ("turn", "torn", "tern"), ("step", "stop", "steps"), ("steps", "stops"),
    ("space", "spaces", "pace"), ("three", "tree", "free"), ("five", "fife", "hive"), ("six", "sicks"),
    ("eight", "ate"),
    ("the", "a", "thee"), ("and", "an", "end"), ("it", "at", "eat"), ("your", "you're", "you are"), ("pink", "think"),
    ("purple", "people"), ("yellow", "hello", "mellow"), ("object", "abject"), ("block", "black", "lock"),
    ("dog", "dock", "log"), ("bag", "back", "beg"), ("toy", "tie", "boy"), ("back", "bag", "pack"),
    ("bring", "ring", "brink"), ("get", "got", "guess"), ("other", "another", "udder"), ("wall", "well", "whole"),
    ("once", "ones", "want"), ("twice", "dice", "price"), ("forward", "four word", "for word"), ("enter", "inter"),
    ("leave", "leaf", "live"), ("return", "we turn"), ("exit", "exits", "next it"), ("stand", "sand"),
    ("side", "sight"), ("in", "inn", "an"), ("out", "ought", "art"), ("time", "dime", "thyme"), ("times", "dimes"),
    ("spot", "pot", "spots"), ("straight", "strait"), ("until", "and till"), ("large", "barge"), ("under", "wonder"),
)  # fmt: skip
CONFUSED: Mapping[str, tuple[str, ...]] = {
    word: tuple(other for group in _SOUNDS_LIKE if word in group for other in group if other != word)
    for word in {word for group in _SOUNDS_LIKE for word in group}
}


def misheard(text: str, rng: np.random.Generator, dropped: float = 0.08, confused: float = 0.12) -> str:
    """A command as a speech recogniser writes it: no punctuation, words dropped and confused with like-sounding ones.

    At least one word is changed, if there is one that can be.

    Args:
        text: The command.
        rng: Source of chance.
        dropped: Share of words that are lost.
        confused: Share of words, of those with a like-sounding other, that are heard as that other.
    """
    words = [word for word in text.lower().split() if any(c.isalnum() for c in word)]
    able = [i for i, word in enumerate(words) if word in CONFUSED]
    lost = {i for i in range(len(words)) if rng.random() < dropped}
    wrong = {i for i in able if rng.random() < confused} - lost
    if not lost and not wrong and able:
        wrong = {int(rng.choice(able))}
    if len(lost) == len(words):
        lost = set()
    heard = [str(rng.choice(CONFUSED[word])) if i in wrong else word for i, word in enumerate(words) if i not in lost]
    return " ".join(heard)


#: Name -> kind of noise.
NOISES: Mapping[str, Callable[[str, np.random.Generator], str]] = {"typos": typos, "misheard": misheard}


def noisy(texts: Sequence[str], kind: str, seed: int) -> list[str]:
    """Each text with noise of this kind; equal seeds give equal noise."""
    return [NOISES[kind](text, np.random.default_rng([seed, index])) for index, text in enumerate(texts)]
