"""From what is said to a running fleet to acts: stop, pause, nudge, rule, order, question, a new task.

A text is cut into sentences; each is matched against the rows of the lexicon, whole first, then in
parts joined by "and", "but" or a comma. What fits no row is an instruction, for the controlled parser
to read. Nothing said is dropped: a word that belongs to no reading is handed back as unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from grounding.language.act import Act, ActKind
from grounding.language.acts import heard
from grounding.language.clauses import clause_text, is_order, loosely
from grounding.language.context import Context, Doing, Heard, Hearing
from grounding.language.lexicon import Words, lexicon, phrases
from grounding.language.patterns import indexed, longest, match, rows_for
from grounding.language.peeling import Variant, variants, without_marks
from grounding.language.referring import AskError, Scope
from grounding.language.replies import is_answer
from grounding.language.rules import is_lasting, rule_of
from grounding.language.settle import NoReadingError, meant
from grounding.language.stop import halts
from grounding.language.team import Team, team_of
from grounding.language.tokens import PUNCTUATION, SENTENCE_END, Token, tokenise
from grounding.translate.nouns import nouns_of
from grounding.world import World

__all__ = ["Context", "Doing", "Heard", "Hearing", "hear"]

_LINKS = frozenset({",", "and", "but", "then", "so", ":"})
#: Acts that may follow an instruction in one sentence; others belong to it ("..., but the lobby first", "and wait").
_MAY_FOLLOW = frozenset({ActKind.QUESTION, ActKind.PRAISE_OR_NOISE})


def hear(text: str, context: Context, *, always: bool = False) -> Hearing:
    """Reads a text in its context. Never raises for what a person can say.

    Args:
        text: What was said.
        context: What it can refer to.
        always: Whether the speaker asked for it to hold from now on.
    """
    return _hear(text, context, {}, always=always)


def _hear(text: str, context: Context, chosen: Mapping[str, Any], *, always: bool) -> Hearing:
    try:
        hearing = _Ear(text, context, chosen).hearing()
    except AskError as ask:
        return _asked(text, context, chosen, ask, always=always)
    return _lasting(hearing) if always else hearing


def _asked(text: str, context: Context, chosen: Mapping[str, Any], ask: AskError, *, always: bool) -> Hearing:
    """The question with what would be heard for each of its answers; a stop is heard before it is answered."""
    stops = tuple(_stop(halt.robots) for halt in halts(text, context.robots, _names(context.world)))
    if len(chosen) > 3 or ask.key in chosen:
        return Hearing(stops, (), ask.question)
    alternatives = []
    for option in ask.options:
        other = _hear(text, context, {**chosen, ask.key: option}, always=always)
        alternatives.append(other.heard if not (other.question or other.unread) else ())
    return Hearing(stops, (), ask.question, tuple(map(str, ask.words)), tuple(alternatives))


def _stop(robots: tuple[str, ...]) -> Heard:
    return Heard(Act(ActKind.STOP, robots))


def _lasting(hearing: Hearing) -> Hearing:
    """The same, to hold from now on."""
    lasting = []
    for one in hearing.heard:
        if one.act.kind in (ActKind.INSTRUCTION, ActKind.SKILL) and one.clause:
            act = replace(one.act, kind=ActKind.CONSTRAINT, persistence="always", polarity="always")
            clause = one.clause if one.clause.lower().startswith("always") else f"always {one.clause}"
            lasting.append(replace(one, act=act, clause=clause))
        elif one.act.kind in (ActKind.QUESTION, ActKind.PRAISE_OR_NOISE, ActKind.STOP):
            lasting.append(one)
        else:
            lasting.append(replace(one, act=replace(one.act, persistence="always")))
    return replace(hearing, heard=tuple(lasting))


@dataclass(frozen=True)
class _Read:
    """What became of some words: acts and what is left over."""

    heard: tuple[Heard, ...]
    unread: tuple[str, ...] = ()


class _Ear:
    """One text in its context."""

    def __init__(self, text: str, context: Context, chosen: Mapping[str, Any]) -> None:
        self.text, self.context, self.chosen = text, context, chosen
        self.team: Team = team_of(context.robots, _names(context.world))

    def hearing(self) -> Hearing:
        """All acts of the text in order."""
        halted = halts(self.text, self.context.robots, _names(self.context.world))
        if not halted and self.context.options:
            answer = is_answer(self.text, self.context.options)
            if answer is not None:
                return Hearing((Heard(Act(ActKind.ANSWER, object=answer or None)),))
        parts: list[tuple[int, Heard | list[Token]]] = [(h.start, _stop(h.robots)) for h in halted]
        tokens = [t for t in tokenise(self.text) if not any(h.start <= t.start < h.end for h in halted)]
        cuts = [h.start for h in halted]
        parts.extend((s[0].start, s) for s in _sentences(tokens, cuts))
        parts.sort(key=lambda part: part[0])
        return self._joined([p for _, p in parts])

    def _joined(self, parts: Sequence[Heard | list[Token]]) -> Hearing:
        """The acts of all sentences; neighbouring instructions stay one text."""
        found: list[Heard] = []
        unread: list[str] = []
        pending: list[Token] = []
        reads = [None if isinstance(p, Heard) else self._sentence(p) for p in parts]
        ordinary = all(r is None for r in reads) and not any(isinstance(p, Heard) for p in parts)

        def flush() -> None:
            if pending:
                found.append(self._instruction(pending))
                pending.clear()

        for part, read in zip(parts, reads, strict=True):
            if isinstance(part, Heard):
                flush()
                found.append(part)
            elif read is not None:
                flush()
                found.extend(read.heard)
                unread.extend(read.unread)
            elif ordinary or self._orders(part):
                pending.extend(part)
            elif self._content(list(self._variants(part))[-1].tokens):
                unread.extend(self._content(part))
        flush()
        acting = [h for h in found if h.act.kind is not ActKind.PRAISE_OR_NOISE]
        found = acting or found[:1]
        unread.extend("always" for h in found if not is_lasting(h))
        return Hearing(tuple(found), tuple(dict.fromkeys(unread)))

    def _instruction(self, tokens: Sequence[Token]) -> Heard:
        clause = self.text[tokens[0].start : tokens[-1].end].strip()
        clause = self.text.strip() if len(tokens) == len(tokenise(self.text)) else clause
        named = next((v.robots for v in self._variants(tokens) if v.robots), ())
        return Heard(Act(ActKind.INSTRUCTION, named), clause)

    # -- one sentence

    def _sentence(self, tokens: Sequence[Token]) -> _Read | None:
        """The acts of a sentence; None where it is an instruction."""
        read = self._read(tokens)
        if read is not None:
            return read
        unknown = [t for t in tokens if t.text not in PUNCTUATION and self._unknown(t)]
        rest = [t for t in tokens if t not in unknown]
        if unknown and any(t.text not in PUNCTUATION for t in rest):
            read = self._read(rest)
            if read is not None and any(h.act.kind is not ActKind.PRAISE_OR_NOISE for h in read.heard):
                return _Read(read.heard, (*read.unread, *(t.text for t in unknown)))
        return self._contrary(tokens)

    def _read(self, tokens: Sequence[Token]) -> _Read | None:
        """One act of a fixed form, else several joined by links, else one that takes the rest as its clause."""
        return self._simple(tokens, clauses=False) or self._split(tokens) or self._simple(tokens, clauses=True)

    def _contrary(self, tokens: Sequence[Token]) -> _Read | None:
        """A sentence that corrects something and that no row reads is no new task."""
        bare = list(self._variants(tokens))[-1]
        if bare.cues.contrary and not bare.tokens:
            return _Read((), tuple(self._content(tokens)) if len(tokens) == len(tokenise(self.text)) else ())
        if bare.cues.contrary and not is_order(bare.tokens):
            return _Read((), tuple(self._content(bare.tokens or tokens)))
        return None

    def _split(self, tokens: Sequence[Token]) -> _Read | None:
        """The acts of a sentence made of several, cut at the first link where both sides can be read."""
        for k, token in enumerate(tokens):
            if token.text not in _LINKS or not k:
                continue
            left, right = tokens[:k], tokens[k + 1 :]
            while right and right[0].text in _LINKS:
                right = right[1:]
            if not right or not without_marks(left):
                continue
            first = self._simple(left, clauses=False) or self._simple(left, clauses=True)
            second = self._read(right)
            if first is not None and second is not None:
                return _Read((*first.heard, *second.heard), (*first.unread, *second.unread))
            ruled = first is not None and first.heard[-1].act.kind is ActKind.CONSTRAINT and token.text != ","
            if first is not None and not ruled and self._orders(right):
                return _Read((*first.heard, self._instruction(right)), first.unread)
            if second is not None and self._orders(left) and {h.act.kind for h in second.heard} <= _MAY_FOLLOW:
                return _Read((self._instruction(left), *second.heard), second.unread)
        return None

    def _orders(self, tokens: Sequence[Token]) -> bool:
        return any(is_order(v.tokens) for v in self._variants(tokens))

    def _simple(self, tokens: Sequence[Token], *, clauses: bool) -> _Read | None:
        """The act of words that one row fits.

        With ``clauses``, of a row that takes all the rest as its clause, or of words that say where a new
        task goes.
        """
        words = without_marks(tokens)
        if not words:
            return None
        variants = list(self._variants(tokens))
        for variant in variants:
            found = self._by_rows(variant, clauses=clauses)
            if found is not None:
                return _Read((found,), variant.unknown)
        for variant in reversed(variants) if clauses else ():
            if variant.tokens:
                found = self._placed(variant)
                if found is not None:
                    return _Read((found,), variant.unknown)
        return None

    def _by_rows(self, variant: Variant, *, clauses: bool) -> Heard | None:
        if not variant.tokens:
            return None
        scope = Scope(variant.tokens, self.context, self.team, variant.robots, self.chosen, self.text)
        first = scope.words[0]
        for row in rows_for(first, open_ones=clauses):
            for bound in match(row.parts, scope.words, scope.slot):
                try:
                    found = heard(row, bound, scope, variant.cues)
                    return rule_of(found, row, bound, scope) if row.act == "constraint" else found
                except NoReadingError:
                    continue
        return None

    # -- new tasks with a place

    def _placed(self, variant: Variant) -> Heard | None:
        """A task with words that say where it goes: first, now, instead, before another."""
        tokens, cues = list(variant.tokens), variant.cues
        place, anchor = "", None
        scope = Scope(tokens, self.context, self.team, variant.robots, self.chosen, self.text)
        job = scope.job()
        lead = longest(_places()["lead"], scope.words, 0)
        if lead is not None:
            place, tokens = lead[1], tokens[lead[0] :]
        for size in (4, 3, 2, 1):
            tail = tuple(scope.words[-size:])
            if not place and len(tail) == size < len(tokens) and tail in _places_at_end():
                place, tokens = _places_at_end()[tail], tokens[:-size]
        if not place:
            cut = self._beside(scope)
            if cut is not None:
                place, anchor, tokens = cut
        if not tokens or not is_order(tokens):
            return self._ban(variant)
        if place and self._linked(tokens):
            return None  # "go to m1 and m2, but m2 first" orders its own parts
        place = place or ("instead" if cues.instead or cues.contrary else "now" if cues.now else "")
        scope = Scope(tokens, self.context, self.team, variant.robots, self.chosen, self.text)
        clause, referred = clause_text(scope, self.text)
        if not place and not referred:
            return None
        place = place or ("instead" if job is not None and job.object in referred else "now")
        if place in ("before", "after", "instead") and anchor is None:
            anchor = job.task if job is not None else None
        skill, thing, where = loosely(scope)
        act = Act(ActKind.SKILL, variant.robots, skill=skill, object=thing, destination=where)
        if skill == "hand_over" and not clause:
            return None
        return Heard(act, _addressed(clause, variant.robots), place=place, anchor=anchor)

    def _linked(self, tokens: Sequence[Token]) -> bool:
        """Whether a clause has several parts."""
        inside = self.text[tokens[0].start : tokens[-1].end]
        return "," in inside or bool({"and", "but", "then"} & {t.text for t in tokens})

    def _ban(self, variant: Variant) -> Heard | None:
        """ "Do not open the door": a rule, where it is no task that is given up."""
        words = [t.text for t in variant.tokens]
        if words[:2] != ["do", "not"] or not is_order(variant.tokens[2:]):
            return None
        scope = Scope(variant.tokens, self.context, self.team, variant.robots, self.chosen, self.text)
        act = Act(ActKind.CONSTRAINT, variant.robots, persistence="always", polarity="never")
        return rule_of(Heard(act), None, {"clause": (2, len(words))}, scope)

    def _beside(self, scope: Scope) -> tuple[str, str | None, list[Token]] | None:
        """ "Go to m1 before you wash the mug", with the mug already to be washed."""
        for i, word in enumerate(scope.words):
            if word not in ("before", "after") or not 0 < i < len(scope.words) - 1:
                continue
            start = i + 1
            while start < len(scope.words) and scope.words[start] in ("you", "doing", "the"):
                start += 1
            for end, deed in scope.slot("tasks", start):
                if end == len(scope.words):
                    try:
                        doings = meant(deed, scope, "anchor").doings
                    except NoReadingError:
                        continue
                    if doings and doings[0].task is not None:
                        return word, doings[0].task, scope.tokens[:i]
        return None

    # -- words

    def _variants(self, tokens: Sequence[Token]) -> Iterator[Variant]:
        return variants(without_marks(tokens), self.team, self.context, self.text)

    def _content(self, tokens: Sequence[Token]) -> list[str]:
        return [t.text for t in tokens if t.text not in PUNCTUATION]

    def _unknown(self, token: Token) -> bool:
        return not token.number.isdigit() and token.text not in _vocabulary(self.context.world)


def _addressed(clause: str, robots: tuple[str, ...]) -> str:
    """A clause with the robots it is for."""
    if not robots or not clause:
        return clause
    return f"{' and '.join(r.replace('_', ' ') for r in robots)}, {clause}"


def _sentences(tokens: Sequence[Token], cuts: Sequence[int]) -> list[list[Token]]:
    """Tokens by sentence, without leading and trailing links; stops cut as well."""
    found: list[list[Token]] = [[]]
    for token in tokens:
        if found[-1] and any(found[-1][-1].start < cut < token.start for cut in cuts):
            found.append([])
        if token.text in SENTENCE_END:
            found.append([])
        else:
            found[-1].append(token)
    trimmed = []
    for sentence in found:
        while sentence and sentence[0].text in {",", "and", "but", ":"}:
            sentence.pop(0)
        while sentence and sentence[-1].text in {",", "and", "but", ":"}:
            sentence.pop()
        if sentence:
            trimmed.append(sentence)
    return trimmed


@lru_cache(maxsize=1)
def _places() -> Mapping[str, Mapping[str, list[tuple[Words, str]]]]:
    return {"lead": indexed(phrases(lexicon()["place_lead"]))}


@lru_cache(maxsize=1)
def _places_at_end() -> Mapping[Words, str]:
    return phrases(lexicon()["place_tail"])


def _names(world: World) -> Mapping[str, tuple[str, ...]]:
    kept = vars(world)
    if "_robot_names" not in kept:
        kept["_robot_names"] = {r.id: tuple(r.names) for r in world.robots.values()}
    names: Mapping[str, tuple[str, ...]] = kept["_robot_names"]
    return names


def _vocabulary(world: World) -> frozenset[str]:
    """Every word that some part of the language or of the world knows; kept with the world."""
    kept = vars(world)
    if "_vocabulary" not in kept:
        nouns = nouns_of(world)
        known = {w for table in (nouns.nouns, nouns.robots, nouns.lexemes) for words in table for w in words}
        known |= set(nouns.modifiers) | _words_in(lexicon())
        kept["_vocabulary"] = frozenset(known)
    words: frozenset[str] = kept["_vocabulary"]
    return words


def _words_in(data: Any) -> set[str]:
    if isinstance(data, dict):
        return {w for k, v in data.items() if k != "example" for w in (*_words_in(k), *_words_in(v))}
    if isinstance(data, list):
        return {w for item in data for w in _words_in(item)}
    return set(re.findall(r"[^\W\d_]+", str(data)))
