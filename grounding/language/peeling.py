"""Peels off what stands around a clause: who is addressed, politeness, "no", "now", "instead"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from grounding.language.acts import Cues
from grounding.language.context import Context
from grounding.language.lexicon import Words, lexicon, phrases
from grounding.language.patterns import indexed, longest
from grounding.language.referring import robots_of
from grounding.language.team import Team
from grounding.language.tokens import PUNCTUATION, Token, wordset

NO_CUES = Cues()
#: After these a robot named at the end is no one addressed: "bring it to robot two".
_BOUND = wordset("to for from with at and or near than behind of let by not except about is are but into on in over")


@dataclass(frozen=True)
class Variant:
    """A clause with some of what stands around it peeled off."""

    tokens: tuple[Token, ...]
    robots: tuple[str, ...] = ()
    cues: Cues = NO_CUES
    unknown: tuple[str, ...] = ()


def variants(tokens: Sequence[Token], team: Team, context: Context, text: str) -> Iterator[Variant]:
    """The clause as said, then with more and more peeled off its beginning and its end."""
    for start in _from_front(Variant(tuple(tokens)), team, context):
        yield from _from_back(start, team, context, text)


def _from_front(variant: Variant, team: Team, context: Context) -> Iterator[Variant]:
    yield variant
    while variant.tokens:
        words = [t.text for t in variant.tokens]
        named = None if variant.robots or variant.unknown else team.named(variant.tokens, 0)
        if named is not None and named.end < len(words) + 1:
            ids = robots_of(named, context)
            unknown = () if ids else (named.said,)
            variant = replace(
                variant, tokens=variant.tokens[named.end :], robots=ids, unknown=unknown,
                cues=replace(variant.cues, lone=True),
            )  # fmt: skip
            yield variant
            continue
        for name in ("contrary", "now", "politeness"):
            found = longest(_around()[name], words, 0)
            if found is not None:
                cues = variant.cues if name == "politeness" else replace(variant.cues, **{name: True})
                variant = replace(variant, tokens=variant.tokens[found[0] :], cues=cues)
                yield variant
                break
        else:
            return


def _from_back(variant: Variant, team: Team, context: Context, text: str) -> Iterator[Variant]:
    yield variant
    while variant.tokens:
        words = [t.text for t in variant.tokens]
        cut, cues, robots = len(words), variant.cues, variant.robots
        for name in ("closing", "instead", "now"):
            for phrase in _ends()[name]:
                if len(phrase) < len(words) and tuple(words[-len(phrase) :]) == phrase and cut == len(words):
                    cut -= len(phrase)
                    cues = cues if name == "closing" else replace(cues, **{name: True})
        if cut == len(words) and not robots and not variant.unknown:
            for start in range(max(1, len(words) - 5), len(words)):
                named = team.named(variant.tokens, start)
                apart = "," in text[variant.tokens[start - 1].end : variant.tokens[start].start]
                bound = words[start - 1] in _BOUND and not apart
                if named is not None and named.end == len(words) and not bound:
                    cut, robots = start, robots_of(named, context)
                    cues = replace(cues, lone=True)
                    unknown = () if robots else (named.said,)
                    variant = replace(variant, unknown=unknown)
                    break
        if cut == len(words):
            return
        variant = replace(variant, tokens=variant.tokens[:cut], cues=cues, robots=robots)
        yield variant


def without_marks(tokens: Sequence[Token]) -> list[Token]:
    """Words without marks and without what asks for nothing."""
    kept = [t for t in tokens if t.text not in PUNCTUATION]
    words, found, i = [t.text for t in kept], [], 0
    while i < len(kept):
        noise = longest(_around()["noise"], words, i)
        if noise is not None:
            i = noise[0]
            continue
        found.append(kept[i])
        i += 1
    return found


@lru_cache(maxsize=1)
def _around() -> Mapping[str, Mapping[str, list[tuple[Words, str]]]]:
    words = lexicon()
    return {name: indexed(phrases(words[name])) for name in ("noise", "politeness", "contrary", "now")}


@lru_cache(maxsize=1)
def _ends() -> Mapping[str, list[Words]]:
    words = lexicon()
    return {n: sorted(phrases(words[n]), key=len, reverse=True) for n in ("closing", "instead", "now")}
