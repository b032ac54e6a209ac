"""Parses an instruction: chooses a reading for every run of words, guided by the grammar.

A word can have several readings ("open" is a verb and a state, "on" a preposition, a particle
and a state); the reader takes the longest, best one that the LALR(1) parser can go on with, so
that parsing stays linear in the length of the instruction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift

from grounding.state import WorldState
from grounding.translate.lexemes import SKIPPED, Reading
from grounding.translate.lookahead import VERBS, Lookahead
from grounding.translate.nouns import Nouns
from grounding.translate.phrases import NounPhrase
from grounding.world import MOVABLE

_GRAMMAR = Path(__file__).with_name("english.lark")
_ENDS = frozenset(".!?;")
#: Links that order a clause against the one before it.
RELATIVE = ("BEFORE", "AFTER")
_LINKS = frozenset(
    {"AND", "OR", "BUT", "THEN", "FIRST", "EITHER", "BEFORE", "EARLIER", "AFTER", "UNTIL", "WITHOUT", "WHILE"}
)


#: Readings of as many words are tried in this order; verbs stand at 3.
_LEVELS = {"CAUSE": 0, "PREP": 1, "FILLER": 20, "AUXILIARY": 20, "PARTICLE": 20, "RELATIVE": 20,
           "TRAILING": 20}  # fmt: skip


class _GivenTokens(Lexer):
    """Stands in for lark's lexer: the reader feeds its own tokens."""

    def __init__(self, _: Any) -> None:
        pass

    def lex(self, data: Any) -> Iterator[Token]:
        yield from data


@lru_cache(maxsize=1)
def _parser() -> Lark:
    return Lark(_GRAMMAR.read_text(encoding="utf-8"), parser="lalr", lexer=_GivenTokens, maybe_placeholders=False)


@dataclass(frozen=True)
class Stop:
    """Where parsing could not go on.

    Attributes:
        index: Index of the word, or the number of words when the end came too early.
        expected: Terminals that could have come.
    """

    index: int
    expected: frozenset[str]


class Reader(Lookahead):
    """Parses one instruction against the names of one world."""

    def __init__(self, text: str, nouns: Nouns, state: WorldState) -> None:
        super().__init__(text, nouns, state)
        self.problems: list[NounPhrase] = []
        self._parser = _parser().parse_interactive("")
        self._last = ""
        self._carried: tuple[str, ...] = ()
        self._spoken: tuple[str, ...] = ()
        self._named: set[str] = set()
        self._verb = ""
        self._in_place = False
        self._predicate = False
        self._joint = "and"
        self._fronted = False
        self._open_next = False
        self._steps = 0

    def parse(self) -> Any:
        """The parse tree, or where parsing stopped."""
        i = 0
        while i < len(self.words):
            step = self._step(i)
            if step is None:
                return Stop(i, self._expected())
            i += step
        if not self._can("$END"):
            return Stop(i, self._expected())
        tree: Any = self._parser.feed_eof()  # type: ignore[no-untyped-call]
        return tree

    def _step(self, i: int) -> int | None:
        """Feeds the token that begins at a word; the number of words used, None when stuck."""
        word = self.plain[i]
        if word in _ENDS:
            if self._last not in ("", "_END"):
                if not self._can("_END"):
                    return None
                self._feed("_END", i, 1)
            return 1
        if word == ":" or word in '()[]{}"':
            return 1 if word == ":" else None
        if word == "," or self._link_at(i):
            return self._connect(i)
        for terminal, n, value in self._candidates(i):
            if terminal in SKIPPED:
                if self._skips(terminal, i, n):
                    return n
            elif self._can(terminal):
                self._feed(terminal, i, n, value)
                return n
        for way in (self._there, self._separate, self._unjoined):
            used = way(i)
            if used is not None:
                return used
        return None

    def _skips(self, kind: str, i: int, n: int) -> bool:
        """Whether words without a meaning of their own may be passed over here."""
        clause = self._can("GO") or self._can("BE")
        match kind:
            case "AUXILIARY":
                lasting = self._is_any(i + n, ("KEEP", "STAY", "AVOID", "NOT", "BE", "OPERATE"))
                return clause and (self.plain[i : i + n] != ["always"] or lasting)
            case "CAUSE":
                return clause and self.phrases.read(i + n, robots=True) is not None
            case "PARTICLE":
                moves = self._verb in ("CARRY", "GRASP", "MOVE", "GO", "STAY") and not self._in_place
                return self._last in VERBS or (self._last == "NP" and moves)
            case "TRAILING":
                return self._last not in ("PREP", *VERBS)
            case "RELATIVE":
                return self._last == "NP" and self._can("PREP")
        return True

    def _there(self, i: int) -> int | None:
        """ "There" where a preposition is due: "put it there", "go there"."""
        if self.plain[i] != "there" or not self._can("PREP"):
            return None
        self._feed("PREP", i, 1, "in")
        self._feed("NP", i, 1, self.phrases.read(i)[1])  # type: ignore[index]
        return 1

    def _separate(self, i: int) -> int | None:
        """A comma left out after a fronted clause: "after visiting m1 go to m2"."""
        if self.plain[i] in ("avoiding", "keeping", "staying") and self._can("WHILE"):
            self._feed("WHILE", i, 0)
            return 0 if self._can("AVOID") else None
        opens = self._fronted and self._last not in _LINKS and self._can("COMMA")
        if not opens or not (self._is_any(i, tuple(VERBS)) or self.phrases.read(i, robots=True)):
            return None
        self._fronted = False
        self._feed("COMMA", i, 0)
        return 0 if self._can("GO") else None

    def _unjoined(self, i: int) -> int | None:
        """A list of places without commas: "go to d1 d2 d3"."""
        phrase = self.phrases.read(i)
        zones = self.nouns.world.zones
        if phrase is None or self._last != "NP" or not self._can("JOIN"):
            return None
        if phrase[1].quantifier or not phrase[1].ids or not zones.keys() >= {*phrase[1].ids, *self._spoken}:
            return None
        self._feed("JOIN", i, 0, "comma")
        self._feed("NP", i, *phrase)
        return phrase[0]

    def _candidates(self, i: int) -> Iterator[tuple[str, int, object]]:
        """Readings at a word, best first."""
        found: list[tuple[int, int, str, object]] = []
        if self._last == "JOIN" and (again := self._robot_again(i)) and self._can("ROBOT"):
            found.append((1, 0, "ROBOT", again))
        same = self._same_robot(i)
        doer = None if same else self.phrases.read(i, robots=True)
        if doer is not None:
            found.append((doer[0], 0, "ROBOT", doer[1]))
            outside = replace(
                doer[1], problem=f"{doer[1].text} is a robot; robots cannot be a goal or be handed things."
            )
            found.append((doer[0], 9, "NP", outside))
        if same:
            found.append((same, 0, "ROBOT", "same"))
        by = self._by_robot(i)
        if by is not None:
            found.append((by[0], 0, "BYROBOT", by[1]))
        phrase = self._labelled_again(i) or self.phrases.read(i)
        if phrase is not None:
            phrase = self._without_exceptions(i, *phrase)
            found.append((phrase[0], self._rank(phrase[1]), "NP", phrase[1]))
        for n in range(min(self.longest, len(self.plain) - i), 0, -1):
            for rank, reading in enumerate(self.verbs.get(tuple(self.plain[i : i + n]), ())):
                if reading.terminal == "PREP" and (self._infinitive(i, n) or not self._noun_at(i + n)):
                    found.append((n, 30, "PREP", reading.value))
                    continue
                if reading.terminal == "GO" and self._takes_object(i, n):
                    continue
                level = _LEVELS.get(reading.terminal, 3)
                if reading.terminal == "KEEP" and self._state_follows(i + n):
                    level = 2 - rank
                found.append((n, level + rank, reading.terminal, reading.value))
        found.sort(key=lambda item: (-item[0], item[1]))
        yield from ((terminal, n, value) for n, _, terminal, value in found)
        if not found and not self._can("GO"):
            n = self.phrases.unknown_run(i)
            if n:
                yield "NP", n, self.phrases.unknown(i, i + n)

    def _infinitive(self, i: int, n: int) -> bool:
        """Whether "to" stands before a verb ("robot 4 to place ...") and not before a noun."""
        return n == 1 and self.plain[i] == "to" and self._can("GO") and self._is_any(i + 1, tuple(VERBS))

    def _rank(self, phrase: NounPhrase) -> int:
        """Where a noun phrase stands among the readings of the same length."""
        if phrase.problem:
            return 9
        return 2 if phrase.quantifier or not self._can("GO") else 8

    def _same_robot(self, i: int) -> int:
        """Length of "it" and the like where they name the robot spoken of before."""
        if not self._can("ROBOT") or not self._can("GO"):
            return 0
        for words in (("the", "same", "robot"), ("that", "robot"), ("this", "robot"), ("the", "same", "one"),
                      ("the", "same", "arm"), ("that", "arm")):  # fmt: skip
            if tuple(self.plain[i : i + len(words)]) == words:
                return len(words)
        if self.plain[i] in ("it", "he", "she", "they", "which"):
            j = i + 1
            while j < len(self.plain) and (self._filler(j) or self._is(j, "THEN") or self._is(j, "NOT")):
                j += 1
            if j < len(self.plain) and any(r.terminal in VERBS for r in self._readings(j)):
                return 1
        return 0

    def _labelled_again(self, i: int) -> tuple[int, NounPhrase] | None:
        """A further label of the noun said before: the "6" of "desks 5 and 6", the "m6" of "doors m4 and m6"."""
        if self._last != "JOIN" or not self._carried or i >= len(self.plain):
            return None
        ids: tuple[str, ...] = ()
        n = 1
        if self.phrases.keys[i].isdigit():
            ids = self.phrases.numbered(self._carried, self.phrases.keys[i])
        else:
            found = self.phrases.read(i)
            if found is not None and not found[1].quantifier and not found[1].pronoun:
                n, ids = found[0], self.phrases.labelled(self._carried, found[1].ids)
        if not ids:
            return None
        start, end = self.words[i].start, self.words[i + n - 1].end
        return n, NounPhrase(self.text[start:end], start, end, ids)

    def _link_at(self, i: int) -> int:
        """Length of the link between clauses that begins at a word, 0 when there is none."""
        for n in range(min(self.longest, len(self.plain) - i), 0, -1):
            readings = self.verbs.get(tuple(self.plain[i : i + n]), ())
            if readings:
                links = [r for r in readings if r.terminal in _LINKS]
                if not links or (readings[0].terminal not in _LINKS and self._can(readings[0].terminal)):
                    return 0
                return n if self._choose_link(i, n, readings) else 0
        return 0

    def _choose_link(self, i: int, n: int, readings: tuple[Reading, ...]) -> str:
        """The terminal of a link; "not" and "never" only link after a clause ("go there, not to m1")."""
        names = [r.terminal for r in readings if r.terminal in _LINKS]
        if "NOT" in {r.terminal for r in readings}:
            return ""
        if names[0] == "THEN" and "AFTER" in names:
            return "AFTER" if self._is_any(i + n, tuple(VERBS)) else "THEN"
        if names[0] == "AFTER" and "WHILE" in names:
            return "WHILE" if self._gerund_state(i + n) else "AFTER"
        return names[0]

    def _connect(self, i: int) -> int | None:
        """Feeds what joins nouns or clauses: commas, "and", "or", "then" and so on."""
        j = i
        kinds: list[str] = []
        spans: list[tuple[int, int]] = []
        while j < len(self.plain):
            if self.plain[j] == ",":
                n, kind = 1, "COMMA"
            elif n := self._link_at(j):
                kind = self._choose_link(j, n, self.verbs[tuple(self.plain[j : j + n])])
            elif kinds and (n := self._filler(j)) and not self._starts_clause(j) and j + n < len(self.plain):
                j += n
                continue
            else:
                break
            if (kind, kinds[-1:]) != ("COMMA", ["COMMA"]):
                kinds.append(kind)
                spans.append((j, n))
            j += n
        while kinds and j < len(self.plain) and self.plain[j] in ("both", "either"):
            j += 1
        if self._joins(kinds, j):
            self._feed("JOIN", i, j - i, "or" if "OR" in kinds else "and" if "AND" in kinds else "comma")
            return j - i
        if kinds == ["COMMA"] and (self._comma_is_silent(j) or self._is_any(j, ("ANYORDER", "INORDER", "PAIRED"))):
            return j - i
        if kinds == ["COMMA"] and self._can("BYROBOT"):
            doer = self.phrases.read(j, robots=True)
            if doer is not None and self.plain[j + doer[0] : j + doer[0] + 1] in ([], ["."], ["!"], [";"]):
                self._feed("BYROBOT", j, doer[0], doer[1])
                return j + doer[0] - i
        if kinds == ["EITHER"] and self._last in ("PREP", *VERBS):
            self._open_next = True
            return j - i
        for kind, (at, n) in zip(kinds, spans, strict=True):
            if self.plain[at] == "#":
                self._steps += 1
                kind = "FIRST" if self._steps == 1 else "THEN"
            if not self._can(kind):
                return None
            self._feed(kind, at, n)
        return j - i

    def _comma_is_silent(self, j: int) -> bool:
        """A comma after a robot addressed, or after nothing yet."""
        return self._last in ("", "_END", "ROBOT", "NOT") or (self._can("PREP") and not self._can("COMMA"))

    def _joins(self, kinds: list[str], j: int) -> bool:
        """Whether a connective joins two nouns rather than two clauses."""
        if j >= len(self.plain) or not kinds or not set(kinds) <= {"COMMA", "AND", "OR", "EITHER"}:
            return False
        if self._last == "ROBOT" and self._robot_again(j):
            return True
        if self._last == "ROBOT":
            return (set(kinds) != {"COMMA"} and self.phrases.read(j, robots=True) is not None) or (
                self.phrases.read(j, robots=True) is not None and not self._verb
            )
        if self._last != "NP" or self.phrases.read(j, robots=True) is not None:
            return False
        self._last, last = "JOIN", self._last
        phrase = self._labelled_again(j) or self.phrases.read(j)
        self._last = last
        if phrase is None:
            n = self.phrases.unknown_run(j)
            return n > 0 and "COMMA" not in kinds
        if phrase[0] == 1 and not phrase[1].quantifier and self._is_any(j, tuple(VERBS)):
            return False
        after = self._skip_fillers(j + phrase[0], nouns=True)
        if self._predicate and self._says_of_it(after):
            return False
        if "COMMA" in kinds and self._named & set(phrase[1].ids) and self._is_any(after, ("FIRST", "THEN", *RELATIVE)):
            return False  # "go to m1 and m2, m2 first"
        return not self._opens_gap(phrase[1], after)

    def _opens_gap(self, phrase: NounPhrase, after: int) -> bool:
        """Whether a noun begins a shortened clause: "... and the orange on the blue plate"."""
        things = self.nouns.world.things
        movable = any(k in things and things[k].properties & MOVABLE for k in phrase.ids)
        movable = movable or phrase.one or phrase.quantifier == "other"
        fronted = self._fronted and not self._predicate
        if self._verb not in ("", "CARRY", "MOVE") or not (self._in_place or fronted) or not movable:
            return False
        return after < len(self.plain) and self._is(after, "PREP") and self._noun_at(after + 1)

    def _feed(self, terminal: str, i: int, n: int, value: object = "") -> None:
        start = self.words[i].start
        if isinstance(value, NounPhrase):
            if self._last == "JOIN":
                value = replace(value, joined=self._joint)
            if self._open_next and len(value.ids) > 1 and not value.quantifier:
                value = replace(value, quantifier="one")
            self._open_next = False
            if value.problem:
                self.problems.append(value)
            if terminal == "NP":
                self._spoken = value.ids
                self._named |= set(value.ids)
            if terminal == "NP" and (self._last != "JOIN" or value.quantifier):
                self._carried = self._kind_of(i)
        end = self.words[i + n - 1].end
        token = Token(terminal, self.text[start:end], start_pos=start, end_pos=end)
        token.value = value
        self._parser.feed_token(token)
        if terminal == "JOIN":
            self._joint = str(value)
        if terminal in VERBS:
            self._verb, self._in_place = terminal, False
        if terminal in VERBS | {"BE", "COME"}:
            self._predicate = True
        if terminal == "PREP":
            self._in_place = True
        if terminal in _LINKS or terminal == "_END":
            self._in_place = self._predicate = False
            self._fronted = terminal in ("AFTER", "BEFORE", "WHILE", "UNTIL") and self._last in ("", "_END")
        if terminal == "_END":
            self._verb, self._named = "", set()
        self._last = terminal

    def _can(self, terminal: str) -> bool:
        """Whether the parser can go on with a terminal, reductions included."""
        state = self._parser.parser_state
        table = state.parse_conf.states
        stack = list(state.state_stack)
        while True:
            entry = table[stack[-1]].get(terminal)
            if entry is None:
                return False
            action, arg = entry
            if action is Shift:
                return True
            size = len(arg.expansion)
            if size:
                del stack[-size:]
            stack.append(table[stack[-1]][arg.origin.name][1])
            if terminal == "$END" and stack[-1] == state.parse_conf.end_state:
                return True

    def _expected(self) -> frozenset[str]:
        names = {t.name for t in _parser().terminals} | {"$END", "NP", "PREP", "ROBOT", "BE", "STATE", *VERBS, *_LINKS}
        return frozenset(name for name in names if self._can(name))
