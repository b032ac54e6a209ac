"""Noisy copies of commands to train with: slips of the keyboard, words lost, words misheard."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
#: Words that sound alike or stand for one another in careless speech.
_ALIKE = (
    ("to", "two", "too"), ("the", "a", "that", "this"), ("through", "threw", "thru"), ("right", "write"),
    ("four", "for"), ("one", "won"), ("red", "read", "bed"), ("blue", "blew"), ("green", "grin", "clean"),
    ("room", "rum", "broom"), ("door", "floor", "store"), ("chair", "share", "there"), ("up", "app"),
    ("then", "than", "and"), ("into", "in", "to"), ("go", "goal", "get"), ("down", "town"), ("left", "lift"),
    ("push", "put", "bush"), ("move", "groove", "go"), ("block", "clock"), ("west", "vest", "rest"),
    ("steps", "step", "stops"), ("spaces", "space", "paces"), ("north", "fourth"), ("back", "pack"),
    ("pink", "think"), ("three", "free", "tree"), ("five", "fife"), ("enter", "center"), ("south", "mouth"),
    ("east", "yeast"), ("of", "off"), ("times", "time"), ("object", "subject"),
)  # fmt: skip
_SOUNDS = {word: tuple(other for other in group if other != word) for group in _ALIKE for word in group}


def typos(text: str, random: Random, count: int = 2) -> str:
    """The text with so many slips of the keyboard, each in a word of its own if there are enough.

    >>> typos("go north", Random(1), 0)
    'go north'
    """
    words = text.split()
    long = [i for i, word in enumerate(words) if len(word) > 2] or list(range(len(words)))
    for i in random.sample(long, min(count, len(long))):
        words[i] = _slip(words[i], random)
    return " ".join(words)


def _slip(word: str, random: Random) -> str:
    at = random.randrange(len(word))
    kind = random.randrange(4)
    if kind == 0 and len(word) > 1:
        return word[:at] + word[at + 1 :]
    if kind == 1 and at + 1 < len(word):
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:
        return (
            word[:at] + word[at] + word[at:]
            if random.random() < 0.5
            else word[:at] + _near(word[at], random) + word[at:]
        )
    return word[:at] + _near(word[at], random) + word[at + 1 :]


def _near(letter: str, random: Random) -> str:
    for number, row in enumerate(_ROWS):
        if letter in row:
            at = row.index(letter)
            around = row[max(0, at - 1) : at + 2].replace(letter, "")
            around += "".join(other[at : at + 1] for other in _ROWS[max(0, number - 1) : number + 2] if other != row)
            return random.choice(around)
    return random.choice("aeiou")


def losses(text: str, random: Random, rate: float = 0.12) -> str:
    """The text with words left out; never all of them."""
    words = text.split()
    kept = [word for word in words if random.random() >= rate]
    return " ".join(kept or words[:1])


def mishearings(text: str, random: Random, rate: float = 0.15) -> str:
    """The text with words replaced by others that sound alike."""
    return " ".join(
        random.choice(_SOUNDS[word]) if word in _SOUNDS and random.random() < rate else word for word in text.split()
    )


def noisy(text: str, random: Random) -> str:
    """The text with one kind of noise or two."""
    kinds: list[Callable[[str, Random], str]] = [typos, losses, mishearings]
    for change in random.sample(kinds, random.choice((1, 1, 2))):
        text = change(text, random)
    return text
