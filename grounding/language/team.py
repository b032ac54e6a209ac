"""Who of a team is meant: names, lists, groups, in any place of a text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grounding.language.tokens import NUMBERS, Token

_PARTS = re.compile(r"[^\W\d_]+|\d+")
_GENERIC = frozenset({"robot", "unit", "bot"})
#: Groups that are the whole team, whoever is addressed.
_EVERYONE = (
    "everybody", "everyone", "all of you", "all robots", "all the robots", "all arms", "both arms", "both robots",
    "each of you", "every robot", "each robot", "every one of you", "all units", "the whole team", "the team",
    "the whole fleet", "the fleet", "you all", "y'all", "you guys", "all of them", "the robots", "the arms", "team",
    "both of you", "you both", "you two", "you three", "the two of you", "the three of you",
)  # fmt: skip
_OTHERS = (
    "the others", "the other robots", "the rest of you", "all the others", "everyone else", "everybody else",
    "the other robot", "the other arm", "the rest of the team", "the others of you", "others", "all others",
)  # fmt: skip
_LISTS = frozenset({"and", ",", "&", "or"})


@dataclass(frozen=True)
class Named:
    """Robots named by a run of tokens.

    Attributes:
        ids: Their ids in the order named; empty where the name fits nobody here.
        start, end: Indices of the first token and after the last.
        group: ``some`` (by name), ``all`` or ``others`` (than the robot addressed).
        said: The words.
    """

    ids: tuple[str, ...]
    start: int
    end: int
    group: str = "some"
    said: str = ""


class Team:
    """The robots of a team and what they are called.

    Args:
        robots: Their ids.
        names: Further names of robots by id ("arm one").
    """

    def __init__(self, robots: Sequence[str], names: Mapping[str, Sequence[str]] | None = None) -> None:
        self.robots = tuple(robots)
        table: dict[tuple[str, ...], tuple[str, ...]] = {}
        for robot in robots:
            for phrase in (robot, *(names or {}).get(robot, ())):
                table.setdefault(_spelled(phrase), (robot,))
        heads: dict[str, dict[str, str]] = {}
        for words, ids in table.items():
            if len(words) == 2 and words[1].isdigit():
                heads.setdefault(words[0], {})[words[1]] = ids[0]
        for number, robot in dict(heads.get("robot", {})).items():
            for other in ("unit", "bot", "r"):
                heads.setdefault(other, {}).setdefault(number, robot)
        self.numbered = heads
        self._table = table
        self._groups = {
            **{tuple(p.replace("'", " '").split()): "all" for p in _EVERYONE},
            **{tuple(p.split()): "others" for p in _OTHERS},
        }
        starts = {w[0] for w in (*table, *self._groups)} | set(heads) | {f"{h}s" for h in heads} | _GENERIC
        self._starts = frozenset(starts | {"the"})

    def named(self, tokens: Sequence[Token], at: int) -> Named | None:
        """The robots named from one token on, lists taken whole, or None."""
        first = self._one(tokens, at)
        if first is None:
            return None
        if first.group != "some":
            return self._but(tokens, first)
        ids, end = first.ids, first.end
        while end + 1 < len(tokens) and tokens[end].text in ("and", "&", ","):
            follow = end + 1
            if tokens[end].text == "," and tokens[follow].text == "and":
                follow += 1
            other = self._one(tokens, follow)
            if other is None or other.group != "some" or (tokens[end].text == "," and not self._closed(tokens, other)):
                break
            ids, end = ids + tuple(i for i in other.ids if i not in ids), other.end
        return Named(ids, at, end, "some", _said(tokens, at, end))

    def _but(self, tokens: Sequence[Token], group: Named) -> Named:
        """ "Everybody except robot two"."""
        words = [t.text for t in tokens[group.end : group.end + 2]]
        size = (
            2
            if words in (["apart", "from"], ["other", "than"], ["except", "for"])
            else words[:1] in (["except"], ["but"])
        )
        left = self.named(tokens, group.end + size) if size and group.group == "all" else None
        if left is None or left.group != "some" or not left.ids:
            return group
        ids = tuple(r for r in group.ids if r not in left.ids)
        return Named(ids, group.start, left.end, "some", _said(tokens, group.start, left.end))

    def _closed(self, tokens: Sequence[Token], named: Named) -> bool:
        """Whether a list with commas goes on to an "and": "robot 1, robot 2 and robot 3"."""
        return named.end < len(tokens) and tokens[named.end].text == "and" and bool(self._one(tokens, named.end + 1))

    def _one(self, tokens: Sequence[Token], at: int) -> Named | None:
        if at >= len(tokens) or tokens[at].text not in self._starts:
            return None
        words = [t.number for t in tokens[at : at + 5]]
        group = self._group([t.text for t in tokens[at : at + 5]])
        if group is not None:
            size, kind = group
            return Named(self.robots if kind == "all" else (), at, at + size, kind, _said(tokens, at, at + size))
        skip = 1 if words[0] == "the" else 0
        for size in (3, 2, 1):
            ids = self._table.get(tuple(words[skip : skip + size]))
            if ids is not None and len(words) >= skip + size:
                return Named(ids, at, at + skip + size, "some", _said(tokens, at, at + skip + size))
        if skip or len(words) < 2:
            return None
        head = words[0] if words[0] in self.numbered or words[0] in _GENERIC else words[0].removesuffix("s")
        if head not in self.numbered and head not in _GENERIC:
            return None
        return self._numbered(tokens, at, head)

    def _group(self, words: list[str]) -> tuple[int, str] | None:
        for size in range(min(5, len(words)), 0, -1):
            kind = self._groups.get(tuple(words[:size]))
            if kind is not None:
                return size, kind
        return None

    def _numbered(self, tokens: Sequence[Token], at: int, head: str) -> Named | None:
        """ "robot 2", "robot number two", "robots 1, 2 and 3"; a number that nobody has names nobody."""
        end = at + 1
        if tokens[end].text in ("number", "no") and end + 1 < len(tokens):
            end += 1
        if not tokens[end].number.isdigit():
            return None
        numbers = [tokens[end].number]
        end += 1
        many = tokens[at].text == f"{head}s"
        while many and end + 1 < len(tokens) and tokens[end].text in _LISTS:
            follow = end + (2 if tokens[end + 1].text == "and" and end + 2 < len(tokens) else 1)
            if not tokens[follow].number.isdigit():
                break
            numbers.append(tokens[follow].number)
            end = follow + 1
        known = self.numbered.get(head, {})
        ids = tuple(known[n] for n in numbers if n in known)
        return Named(ids if len(ids) == len(numbers) else (), at, end, "some", _said(tokens, at, end))


def _spelled(phrase: str) -> tuple[str, ...]:
    return tuple(NUMBERS.get(w, w) for w in _PARTS.findall(phrase.lower()))


def _said(tokens: Sequence[Token], start: int, end: int) -> str:
    return " ".join(t.text for t in tokens[start:end])


@lru_cache(maxsize=64)
def _team(robots: tuple[str, ...], names: tuple[tuple[str, tuple[str, ...]], ...]) -> Team:
    return Team(robots, dict(names))


def team_of(robots: Sequence[str], names: Mapping[str, Sequence[str]] | None = None) -> Team:
    """The team of some robots, built once."""
    return _team(tuple(robots), tuple((k, tuple(v)) for k, v in (names or {}).items() if v))
