"""Patterns of words: rows of the lexicon, compiled once and matched against whole clauses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from grounding.language.lexicon import Words, lexicon, phrases

_PART = re.compile(r"\[|\]|<\w+>|\{\w+\}|[^\s\[\]<>{}]+")
Bound = Mapping[str, Any]
#: Reads a slot at a word: every end it can have, with what it then stands for.
Slot = Callable[[str, int], Iterator[tuple[int, Any]]]


@dataclass(frozen=True)
class Literal:
    """One of some phrases."""

    choices: tuple[Words, ...]


@dataclass(frozen=True)
class Group:
    """A phrase of a class, kept under the name of the class."""

    name: str


@dataclass(frozen=True)
class Gap:
    """A slot that the reader fills."""

    name: str


@dataclass(frozen=True)
class Option:
    """What may be absent, in one of several forms."""

    ways: tuple[tuple[Element, ...], ...]


Element = Literal | Group | Gap | Option


@dataclass(frozen=True)
class Row:
    """A row of the lexicon.

    Attributes:
        act: Kind of act.
        say: The pattern as written.
        parts: The pattern.
        extra: What else the row says: ``place``, ``direction``, ``amount``, ``about``, ``example`` and so on.
        starts: Words that its first part can begin with; None = any.
        open: Whether it takes all the rest as its clause.
    """

    act: str
    say: str
    parts: tuple[Element, ...]
    extra: Mapping[str, str]
    starts: frozenset[str] | None = None
    open: bool = False

    def __getitem__(self, name: str) -> str:
        return self.extra.get(name, "")


def _takes_rest(part: Element) -> bool:
    if isinstance(part, Option):
        return any(_takes_rest(inner) for way in part.ways for inner in way)
    return isinstance(part, Gap) and part.name in ("clause", "rest")


def compiled(say: str) -> tuple[Element, ...]:
    """A pattern as parts.

    >>> compiled("go on|ahead [<moment>]")[0]
    Literal(choices=(('go',),))
    """
    parts, end = _sequence(_PART.findall(say), 0)
    assert end == len(_PART.findall(say)), f"a bracket too many in {say!r}"
    return parts


def _sequence(items: list[str], at: int) -> tuple[tuple[Element, ...], int]:
    parts: list[Element] = []
    while at < len(items) and items[at] != "]":
        item = items[at]
        if item == "[":
            inside, at = _option(items, at + 1)
            parts.append(inside)
            continue
        parts.append(_element(item))
        at += 1
    return tuple(parts), at


def _option(items: list[str], at: int) -> tuple[Option, int]:
    """The inside of brackets; ``[a b|c d]`` is "a b" or "c d", and slots and classes can stand beside words."""
    ways: list[tuple[Element, ...]] = []
    inside, _ = _sequence(_spread(items, at), 0)
    closed = at + _closing(items, at)
    current: list[Element] = []
    for part in inside:
        if part == _BAR:
            ways.append(tuple(current))
            current = []
        else:
            current.append(part)
    ways.append(tuple(current))
    return Option(tuple(ways)), closed + 1


_BAR = Literal((("|",),))


def _closing(items: list[str], at: int) -> int:
    depth = 0
    for i, item in enumerate(items[at:]):
        if item == "]" and depth == 0:
            return i
        depth += {"[": 1, "]": -1}.get(item, 0)
    raise AssertionError(f"a bracket is not closed in {items}")


def _spread(items: list[str], at: int) -> list[str]:
    """The items of brackets with every bar an item of its own."""
    inside: list[str] = []
    for item in items[at : at + _closing(items, at)]:
        inside.extend(x for x in re.split(r"(\|)", item) if x)
    return inside


def _element(item: str) -> Element:
    if item.startswith("<"):
        return Group(item[1:-1])
    if item.startswith("{"):
        return Gap(item[1:-1])
    if item == "|":
        return _BAR
    return Literal(tuple(tuple(choice.split("_")) for choice in item.split("|")))


@lru_cache(maxsize=1)
def classes() -> Mapping[str, Mapping[str, list[tuple[Words, str]]]]:
    """Phrases of every class by first word, longest first, with their values."""
    words = lexicon()
    tables = {
        **words["classes"], "part": words["parts"], "instead": words["instead"],
        "unit": words["units"],
    }  # fmt: skip
    return {name: indexed(phrases(table)) for name, table in tables.items()}


def indexed(table: Mapping[Words, str]) -> dict[str, list[tuple[Words, str]]]:
    """Phrases by first word, longest first."""
    found: dict[str, list[tuple[Words, str]]] = {}
    for phrase, value in sorted(table.items(), key=lambda item: -len(item[0])):
        found.setdefault(phrase[0], []).append((phrase, value))
    return found


def longest(table: Mapping[str, list[tuple[Words, str]]], words: Sequence[str], at: int) -> tuple[int, str] | None:
    """The longest phrase of a table at a word: where it ends and its value."""
    return next(every(table, words, at), None)


def every(table: Mapping[str, list[tuple[Words, str]]], words: Sequence[str], at: int) -> Iterator[tuple[int, str]]:
    """Every phrase of a table at a word, longest first."""
    if at < len(words):
        for phrase, value in table.get(words[at], ()):
            if tuple(words[at : at + len(phrase)]) == phrase:
                yield at + len(phrase), value


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    """All rows in order."""
    found = []
    for row in lexicon()["rows"]:
        extra = {k: v for k, v in row.items() if k not in ("act", "say")}
        parts = compiled(row["say"])
        starts, _ = _starts(parts)
        found.append(Row(row["act"], row["say"], parts, extra, starts, any(map(_takes_rest, parts))))
    return tuple(found)


@lru_cache(maxsize=512)
def rows_for(word: str, *, open_ones: bool) -> tuple[Row, ...]:
    """The rows that can begin with a word: those that take the rest as their clause, or the others."""
    return tuple(r for r in rows() if r.open is open_ones and (r.starts is None or word in r.starts))


def _starts(parts: tuple[Element, ...]) -> tuple[frozenset[str] | None, bool]:
    """Words a pattern can begin with (None = any), and whether it can be empty."""
    found: set[str] = set()
    for part in parts:
        empty = False
        match part:
            case Literal(choices):
                found |= {choice[0] for choice in choices}
            case Group(name):
                found |= set(classes()[name])
            case Gap():
                return None, False
            case Option(ways):
                empty = True
                for way in ways:
                    starts, _ = _starts(way)
                    if starts is None:
                        return None, False
                    found |= starts
        if not empty:
            return frozenset(found), False
    return frozenset(found), True


def match(parts: Sequence[Element], words: Sequence[str], slot: Slot) -> Iterator[Bound]:
    """Every way a pattern fits all of some words.

    Args:
        parts: The pattern.
        words: The words.
        slot: Fills slots.
    """
    yield from (bound for end, bound in _match(parts, words, 0, slot, {}) if end == len(words))


def _match(
    parts: Sequence[Element], words: Sequence[str], at: int, slot: Slot, bound: Bound
) -> Iterator[tuple[int, Bound]]:
    if not parts:
        yield at, bound
        return
    part, rest = parts[0], parts[1:]
    match part:
        case Literal(choices):
            for choice in choices:
                if tuple(words[at : at + len(choice)]) == choice:
                    yield from _match(rest, words, at + len(choice), slot, bound)
        case Group(name):
            for end, value in every(classes()[name], words, at):
                yield from _match(rest, words, end, slot, {**bound, name: value})
        case Gap(name):
            for end, value in slot(name, at):
                yield from _match(rest, words, end, slot, {**bound, name: value})
        case Option(ways):
            for way in ways:
                for end, inner in _match(way, words, at, slot, bound):
                    yield from _match(rest, words, end, slot, inner)
            yield from _match(rest, words, at, slot, bound)
