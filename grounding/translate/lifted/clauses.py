"""Sentences taken apart into clauses: what each speaks of, denies, demands, and what it hangs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from grounding.translate.lifted.cues import Token, cues
from grounding.translate.lifted.reading import VALUES, Names, words_of
from grounding.translate.lifted.thesaurus import stem, words_in

MAIN = "MAIN"
#: What opens a clause that hangs on another.
SUBORDINATORS = words_in("UNTIL BEFORE AFTER IFF ONLYAFTER NEXTAFTER NEXTBEFORE WITHOUT UNLOCK LOCK RELEASE IMPLY")
#: Those whose own subject comes first: "a means b".
VERBS = words_in("UNLOCK LOCK RELEASE IMPLY")
_ORDINALS = words_in("first second third fourth fifth sixth seventh eighth ninth tenth")
_OPENERS = words_in("MUST MAY NOT AVOID NEXT ALWAYS")
_GO = {"GO"} | {
    stem(word)
    for word in words_in(
        "go visit reach move head navigate travel proceed find walk make approach see observe stop pass arrive explore "
        "frequent direct enter get come return complete"
    )
}


@dataclass
class Clause:
    """A clause.

    Attributes:
        kind: :data:`MAIN` or what it was opened with.
        names: The propositions that it mentions.
        flags: Its cues.
        numbers: Its numbers.
        fronted: Whether it comes before the clause that it hangs on.
        either: Whether its mentions are joined by "or".
        passive: Whether its mentions come before its verb: "b must be seen before a".
    """

    kind: str = MAIN
    names: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    fronted: bool = False
    either: bool = False
    passive: bool = False

    def has(self, *wanted: str) -> bool:
        """Whether it has one of the cues."""
        return any(flag in wanted for flag in self.flags)

    @property
    def denied(self) -> bool:
        """Whether it says what must not be: an odd number of denials."""
        return sum(flag in ("NOT", "AVOID", "ANYBUT", "STOP") for flag in self.flags) % 2 == 1


def tokens_of(text: str, names: Names) -> list[Token]:
    """The cues, stems and mentions of a sentence."""
    words = words_of(text)
    found = []
    for token, mentioned, at in names.marked(words):
        if mentioned:
            found.append(Token("P", token))
        elif token == "once" and names.means_when(words, at):
            found.append(Token("after"))
        elif token == "once" or (token in VALUES and token != "first"):
            found.append(Token("#", number=-VALUES[token] if token in _ORDINALS else VALUES.get(token, 1)))
        elif token.isdigit():
            found.append(Token("#", number=int(token)))
        elif token not in ("?",):
            found.append(Token(stem(token)))
    return cues(found)


def clauses_of(tokens: Sequence[Token]) -> list[Clause]:
    """The clauses in the order of the text; some have no mentions of their own."""
    found: list[Clause] = []
    clause = Clause()
    listing = False

    def close(opened: Clause) -> Clause:
        if clause.names or clause.flags or clause.numbers:
            found.append(clause)
        return opened

    for i, token in enumerate(tokens):
        after = tokens[i + 1].cue if i + 1 < len(tokens) else ""
        if token.cue == "P":
            again = token.name in clause.names
            if clause.names and (not listing or again):
                clause = close(Clause())
            clause.passive |= not clause.names and not any(
                f in _GO or f in ("AVOID", "THEN", "ONLYTHEN") for f in clause.flags
            )
            clause.names.append(token.name)
            listing = True
            continue
        if token.cue in (",", "AND", "OR", "EACH") and after == "P" and listing:
            clause.either |= token.cue == "OR"
            continue
        if token.cue in SUBORDINATORS and not (token.cue in VERBS and not clause.names):
            bare = clause.kind == MAIN and not clause.names and "NOT" not in clause.flags
            fronted = bare or (clause.kind != MAIN and not clause.names)
            if bare and clause.flags:  # "always once you see a, go to b": the flags are of what follows
                clause = Clause(token.cue, fronted=True, flags=clause.flags)
            else:
                clause = close(Clause(token.cue, fronted=fronted))
        elif token.cue in ("THEN", "ONLYTHEN", "BUT", "."):
            opened = Clause(flags=[token.cue])
            clause = close(opened)
        elif token.cue in ("AND", ",") and (clause.names or clause.flags):
            clause = close(Clause(flags=["AND"]))
        elif _opens(token.cue, clause, listing, after):
            clause = close(Clause(flags=[token.cue]))
        elif token.cue == "#":
            clause.numbers.append(token.number)
        else:
            clause.flags.append(token.cue)
            clause.numbers += [token.number] if token.number else []
        listing = False
    close(Clause())
    for one, other in pairwise(found):  # "visit c, after c visit d": of what follows
        other.fronted |= other.kind == "AFTER" and one.kind == MAIN and one.names == other.names
    return found


def _opens(cue: str, clause: Clause, listing: bool, after: str) -> bool:
    """Whether a cue begins a clause although nothing joins it: "once you see a | you must", "go to a | do not"."""
    if not clause.names:
        return False
    if clause.kind != MAIN:
        return cue in _OPENERS or (cue in _GO and not listing)
    return not clause.passive and (cue in ("MUST", "MAY", "NOT", "AVOID") or (cue == "ONLY" and after != "#"))
