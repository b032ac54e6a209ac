"""Stop, recognised before anything else reads a text: a few sets of words and no model.

It errs on the side of standing still: a clear stop anywhere in a text is a stop, whatever else the
text says. Only where the words say otherwise ("don't stop", "why did you stop", "stop at the door",
"then stop", "the next stop") nobody is stopped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grounding.language.team import Named, Team, team_of
from grounding.language.tokens import PUNCTUATION, SENTENCE_END, Token, tokenise, wordset

#: Nothing without one of these is a stop.
_GATE = re.compile(
    r"s+t+o+p+|halt|freez|who+a|woah|abort|\b(?:stand|stay|hold|keep|remain) still|\bmove|\bstay (?:put|where)",
    re.IGNORECASE,
)
_DRAWN_OUT = re.compile(r"(?P<stop>s+t+o+p+)|(?P<whoa>w+h*o+a+h*|w+o+a+h+)|(?P<halt>h+a+l+t+)|(?P<freeze>fre+ze+)")

_HEADS = (
    "emergency stop", "e stop", "stop", "halt", "freeze", "whoa", "abort", "stand still", "hold still", "stay still",
    "keep still", "remain still", "do not move", "nobody move", "nobody moves", "stay put", "stay where you are",
    "estop", "do not anybody move",
)  # fmt: skip
_THIRD = {"stops": "stop", "halts": "halt", "freezes": "freeze"}
_LED = {"stops", "halts", "freezes"}

#: Words before a stop that leave it what it is.
_FILLERS = wordset(
    "please hey ok okay now no nope oh ah uh um just quick quickly alright right well yo hang wait "
    "all everything sorry actually robot "
    "robots you so careful listen attention look out watch god damn yes yeah and but can could will would must should "
    "need have has got to want i we said say tell make let let's us get ask order told time it ugh stop"
)
_ASKED_TO = wordset("want tell need have has got get time ask order told say said must ought let")
#: Words through which a negation or a question reaches the stop.
_LIGHT = wordset(
    "you it they he she them him her me us we i that this robot robots the a to ever just please even do does did make "
    "made let want need have had has think about dare be being is are was were will would can could should may might "
    "must told tell ask asked say said now all of your anyone anybody any more no reason allowed going "
    "supposed get got really actually again"
)
_NEGATIONS = wordset("not never no nobody none without neither nor nothing hardly")
_QUESTIONS = wordset(
    "why what when where who whom which how did do does is are was were has have had should may might shall"
)
_CONDITIONS = wordset("if when whenever unless until till before after while as where once always usually")
#: A stop after one of these is a noun: "the next stop".
_NOUN_BEFORE = wordset(
    "the a an next last first second third final previous bus tram train full pit each every another your our my its "
    "any one of rest truck"
)
_LATER = frozenset({"then", "afterwards", "finally", "later", "eventually", "lastly"})
_LINKS = frozenset({"and", "but", "then", "so", "because", "or", "afterwards", "finally", "later"})

#: What may follow at once and belongs to the stop; longest first.
_TAILS = tuple(
    tuple(phrase.split())
    for phrase in (
        "everything you are doing", "whatever you are doing", "what you are doing", "all of it", "all of that",
        "right where you are", "where you are", "in your tracks", "on the spot", "in place", "all motion",
        "all movement",
        "the motion", "the movement", "the mission", "the robot", "the robots", "the arm", "the arms", "that robot",
        "this robot", "this instant", "this second", "this minute", "right now", "right there", "right here",
        "right away", "straight away", "right this second", "dead", "at once", "immediately", "instantly", "now",
        "already", "moving around", "moving about", "any more", "anymore", "another inch", "an inch", "a muscle",
        "it", "that", "this", "there", "here", "everything", "all", "please", "thanks", "thank you", "for a moment",
        "for a second", "for a minute", "a moment", "a second", "a minute", "will you", "would you", "can you",
        "could you", "you", "robot", "robots", "arm", "dead still", "completely", "still", "doing that", "doing it",
    )
)  # fmt: skip
_TAILS_BY_WORD: dict[str, list[tuple[str, ...]]] = {}
for _tail in sorted(_TAILS, key=len, reverse=True):
    _TAILS_BY_WORD.setdefault(_tail[0], []).append(_tail)
_MOTIONS = wordset("moving driving going turning rolling walking running rotating spinning motion movement")
#: A stop followed by one of these is a place, a condition or a rule, not an order to stand still now.
_ELSEWHERE = wordset(
    "at by in inside near beside next behind outside on in over under between opposite to into if when whenever unless "
    "once the a an any your my our its every each for using with from off short only after before as sign button light "
    "watch"
)
_BY_THE_WAY = _FILLERS | PUNCTUATION
#: Words of a stop that speak of the whole team.
_TOGETHER = wordset("all everything nobody everyone everybody")
_PRONOUNS = wordset("you we it i they somebody someone anybody anyone")


@dataclass(frozen=True)
class Halt:
    """A stop found in a text.

    Attributes:
        robots: Ids of those who are to stop; empty = the robot addressed, or all if nobody is.
        start, end: Offsets of the words that say so.
    """

    robots: tuple[str, ...]
    start: int
    end: int


def stop_request(
    text: str, robots: Sequence[str], names: Mapping[str, Sequence[str]] | None = None
) -> tuple[str, ...] | None:
    """Who is told to stand still.

    Args:
        text: What was said.
        robots: Ids of the team.
        names: Further names of robots by id.

    Returns:
        None where the text is no stop; an empty tuple for the robot addressed, or all if nobody is; else ids.
        A name that nobody here has stops everybody.

    >>> stop_request("STOP!", ["robot_1", "robot_2"])
    ()
    >>> stop_request("robot two, stop right there", ["robot_1", "robot_2"])
    ('robot_2',)
    >>> stop_request("don't stop", ["robot_1", "robot_2"]) is None
    True
    """
    found = halts(text, robots, names)
    if not found:
        return None
    named = {robot for halt in found for robot in halt.robots}
    return tuple(robot for robot in robots if robot in named)


def halts(text: str, robots: Sequence[str], names: Mapping[str, Sequence[str]] | None = None) -> tuple[Halt, ...]:
    """Every stop of a text with the words that say it; arguments as for :func:`stop_request`."""
    if _GATE.search(text) is None:
        return ()
    return tuple(_Search(tokenise(text), team_of(robots, names)).found())


@dataclass(frozen=True)
class _Clause:
    """Tokens between two links or marks; ``lead`` is what stands before it."""

    start: int
    end: int
    lead: tuple[str, ...]


class _Search:
    """The search for stops in one text."""

    def __init__(self, tokens: list[Token], team: Team) -> None:
        self.tokens = tokens
        self.team = team
        self.words = [_plain(t.text) for t in tokens]
        self.names: dict[int, Named] = {}
        at = 0
        while at < len(tokens):
            named = team.named(tokens, at)
            if named is not None:
                self.names[at] = named
            at = at + 1 if named is None else named.end
        self.inside = {i for n in self.names.values() for i in range(n.start, n.end)}

    def found(self) -> list[Halt]:
        """All stops."""
        clauses = self._clauses()
        halts: list[Halt] = []
        condition = content = False
        for at, clause in enumerate(clauses):
            if not at or set(clause.lead) & SENTENCE_END:
                condition = content = False
            head = self._head(clause, after=content)
            if head is not None and not condition:
                halts.append(self._halt(clauses, at, head))
            words = self._content(clause)
            content = content or (bool(words) and head is None)
            condition = bool(words) and words[0] in _CONDITIONS
        return halts

    def _clauses(self) -> list[_Clause]:
        clauses: list[_Clause] = []
        start, lead = 0, tuple[str, ...]()
        breaks = PUNCTUATION | _LINKS
        for i, word in enumerate([*self.words, "."]):
            if word in breaks and i not in self.inside:
                if i > start:
                    clauses.append(_Clause(start, i, lead))
                    lead = ()
                lead, start = (*lead, word), i + 1
        return clauses

    def _content(self, clause: _Clause) -> list[str]:
        return [
            self.words[i] for i in range(clause.start, clause.end)
            if i not in self.inside and self.words[i] not in _FILLERS
        ]  # fmt: skip

    def _head(self, clause: _Clause, *, after: bool) -> tuple[int, int, int] | None:
        """First token, end and end with tails of the words that say stop in a clause, or None."""
        if after and set(clause.lead) & _LATER:
            return None
        at = clause.start
        while at < clause.end:
            size = 0 if at in self.inside else self._size(at, clause)
            if size and self._meant(at, clause):
                end = self._tail(at + size, clause)
                if end is not None:
                    return at, at + size, end
            at += max(size, 1)
        return None

    def _size(self, at: int, clause: _Clause) -> int:
        word = self.words[at]
        if word in _LED:
            return 1 if any(n.end == at for n in self.names.values()) or self.words[at - 1 : at] == ["robot"] else 0
        for head in _HEADS_BY_WORD.get(word, ()):
            if self.words[at : at + len(head)] == list(head) and at + len(head) <= clause.end:
                return len(head)
        return 0

    def _meant(self, at: int, clause: _Clause) -> bool:
        """Whether the words before it leave it a stop."""
        before = [(i, self.words[i]) for i in range(clause.start, at) if i not in self.inside]
        words = [w for _, w in before]
        if not words:
            return True
        last_is_name = (at - 1) in self.inside
        if not last_is_name and words[-1] in _NOUN_BEFORE:
            return False
        if any(w in _CONDITIONS and not (w == "once" and words[:2] == ["once", "more"]) for w in words):
            return False
        if not last_is_name and words[-1] == "to" and not set(words) & _ASKED_TO:
            return False
        return not self._turned(words)

    @staticmethod
    def _turned(words: list[str]) -> bool:
        """Whether a negation or a question reaches the stop through nothing but light words."""
        for i in range(len(words) - 1, -1, -1):
            word = words[i]
            if word in _NEGATIONS:
                # "no" alone before a stop is an answer ("no stop"); "no reason to stop" and "no robot stops" are not
                return word != "no" or bool(words[i + 1 :])
            if word in _QUESTIONS and i == 0:
                return True
            if word not in _LIGHT:
                return i > 0 and words[0] in {"why"} and all(w in _LIGHT | _QUESTIONS | {word} for w in words)
        return False

    def _tail(self, at: int, clause: _Clause) -> int | None:
        """Where the words that belong to the stop end; None where what follows makes it something else."""
        while at < clause.end:
            named = self.names.get(at)
            size = 0 if named is None else named.end - named.start
            size = size or self._size(at, clause) or self._matched(at)
            if not size and self.words[at] in _MOTIONS:
                size = 1
            if not size:
                break
            at += size
        if at >= clause.end:
            return at
        word, follow = self.words[at], self.words[at + 1 : at + 2]
        if word in ("before", "after", "as", "for") and follow and follow[0] in _PRONOUNS:
            return at if word == "before" else None
        if word in _ELSEWHERE and self.words[at - 1] not in _ANYWAY:
            return None
        doing = word.endswith("ing") and word not in _MOTIONS
        return None if doing and self.words[at - 1] not in _ANYWAY else at

    def _matched(self, at: int) -> int:
        for tail in _TAILS_BY_WORD.get(self.words[at], ()):
            if self.words[at : at + len(tail)] == list(tail) and not self._goes_on(at + len(tail), tail):
                return len(tail)
        return 0

    def _goes_on(self, at: int, tail: tuple[str, ...]) -> bool:
        """Whether "that", "all" or "this" is only the beginning of a noun phrase: "stop all the lights"."""
        return tail in (("all",), ("right",)) and at < len(self.words) and self.words[at] in ("the", "of", "at")

    def _halt(self, clauses: list[_Clause], at: int, head: tuple[int, int, int]) -> Halt:
        clause = clauses[at]
        start, _, end = head
        first, last = clause.start, end
        names = [n for n in self.names.values() if clause.start <= n.start < end]
        if at and "," in clause.lead and len(clause.lead) == 1 and not self._content(clauses[at - 1]):
            before = [n for n in self.names.values() if clauses[at - 1].start <= n.start < clauses[at - 1].end]
            if before:
                names, first = [*before, *names], clauses[at - 1].start
        if end == clause.end and at + 1 < len(clauses) and not self._content(clauses[at + 1]):
            after = clauses[at + 1]
            closed = at + 2 == len(clauses) or bool(set(clauses[at + 2].lead) & SENTENCE_END)
            more = [n for n in self.names.values() if after.start <= n.start < after.end]
            if more and closed and set(after.lead) <= {","}:
                names, last = [*names, *more], after.end
        if any(self.words[i] not in _BY_THE_WAY and i not in self.inside for i in range(first, start)):
            first = min([start, *(n.start for n in names if n.end == start)])
            names = [n for n in names if n.start >= first]
        together = not names and bool(set(self.words[first:end]) & _TOGETHER)
        ids = self.team.robots if together else self._ids(names)
        ids, last = self._without(ids, last)
        return Halt(ids, self.tokens[first].start, self.tokens[last - 1].end)

    def _ids(self, names: list[Named]) -> tuple[str, ...]:
        if any(n.group != "some" or not n.ids for n in names):
            return self.team.robots  # a group, or a name that nobody has: stop them all
        return tuple(dict.fromkeys(robot for n in names for robot in n.ids))

    def _without(self, ids: tuple[str, ...], end: int) -> tuple[tuple[str, ...], int]:
        """ "Everybody stop except robot two"."""
        at = end
        if self.words[at : at + 1] and self.words[at] in ("except", "but", "apart"):
            at += 2 if self.words[at + 1 : at + 2] in (["for"], ["from"]) else 1
            named = self.names.get(at)
            goes_on = named is not None and named.end < len(self.words) and self.words[named.end] not in SENTENCE_END
            if named is not None and named.ids and not goes_on and ids:
                return tuple(i for i in ids if i not in named.ids), named.end
        return ids, end


#: After these the stop is complete, and what follows is something else: "stop it at the door" is still a stop.
_ANYWAY = wordset("now immediately please instantly once everything")

_HEADS_BY_WORD: dict[str, list[tuple[str, ...]]] = {}
for _head in sorted(map(str.split, _HEADS), key=len, reverse=True):
    _HEADS_BY_WORD.setdefault(_head[0], []).append(tuple(_head))


def _plain(word: str) -> str:
    """A drawn-out "stooop" as stop."""
    if word[0] in "swhf":
        match = _DRAWN_OUT.fullmatch(word)
        if match is not None and match.lastgroup is not None:
            return match.lastgroup
    return word
