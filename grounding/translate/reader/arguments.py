"""What goes with a verb: its objects, where to, where from, and states said of nouns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grounding.translate.reader.verbs import GIVES, PORTIONS, STATES, is_particle
from grounding.translate.reader.wordlists import ADJECTIVES, ARTICLES, MOVING, PERSONS, PLACE, PRONOUNS, STRONG


@dataclass(frozen=True)
class Clause:
    """One clause: a verb and what goes with it, as words in lower case."""

    predicate: str
    verb: str
    objects: tuple[str, ...]
    place: str
    rest: str
    robot: str = ""
    source: str = ""
    pronoun: bool = False


def clause_of(predicate: str, verb: str, rest: list[str], robot: str) -> Clause:
    """Object and place of a clause whose verb is known."""
    particles = []
    if len(rest) > 1 and rest[0] in PERSONS and rest[1] not in PLACE:
        rest = rest[1:]
    if rest and is_particle(rest[0]) and (len(rest) == 1 or rest[1] not in ("of",)):
        particles.append(rest[0])
        rest = rest[1:]
    if rest and is_particle(rest[-1]):
        particles.append(rest[-1])
        rest = rest[:-1]
    if len(rest) > 1 and rest[0] in PRONOUNS and is_particle(rest[1]):
        particles.append(rest[1])
        rest = [rest[0], *rest[2:]]
    if verb == "see" and any(word in PLACE for word in rest):  # "let me see the apple on the plate"
        predicate, verb = "put", "put"
    second = next((i for i in range(2, len(rest)) if rest[i] in ARTICLES), 0)
    if verb == "give" and second and not any(word in PLACE for word in rest):  # "give the yellow plate the banana"
        return Clause("put", "put", listed(rest[second:]), " ".join(["on", *rest[:second]]), "", robot)
    if predicate == "go":
        return Clause(predicate, verb, (), " ".join(rest), " ".join(particles), robot)
    if rest and rest[0] in PLACE:
        cut = next(
            (i for i in range(2, len(rest)) if rest[i] in ARTICLES and rest[i - 1] not in PLACE | {"of", "from"}),
            None,
        )
        fronted, rest = (rest[:cut], rest[cut:]) if cut is not None else (rest, [])
        return Clause(predicate, verb, listed(rest), " ".join(fronted), " ".join(particles), robot)
    cut = len(rest) - 1 if rest[1:] and rest[-1] == "there" and rest[-2] != "over" else _place_at(rest, verb)
    if rest[:1] and rest[0] in PRONOUNS and rest[1:2] == ["with"]:
        cut = 1
    what, place = rest[:cut], rest[cut:]
    source = next((i for i in range(1, len(what)) if _is_source(what, i)), None)
    tail = what[source:] if source is not None else []
    what = what[:source] if source is not None else what
    if predicate in GIVES and "with" in what[1:] and what[-1] not in ("it", "them"):  # "slice the bread with the knife"
        tail = [*what[what.index("with") :], *tail]
        what = what[: what.index("with")]
    pronoun = len(what) == 1 and what[0] in PRONOUNS
    if what in (["that", "one"], ["this", "one"], ["the", "same", "one"], ["they"]):
        what, pronoun = ["them" if what == ["they"] else "it"], True
    objects = tuple(what) if pronoun else listed(what)
    return Clause(
        predicate, verb, objects, " ".join(place), " ".join(particles), robot, " ".join(tail), pronoun
    )  # fmt: skip


def _is_source(what: Sequence[str], i: int) -> bool:
    """Whether words from here on say where a thing comes from."""
    after = what[i + 1 : i + 2]
    return what[i] == "from" or (what[i] in ("off", "out") and bool(after) and after[0] in ARTICLES | {"of"})


def _place_at(rest: Sequence[str], verb: str) -> int:
    """Where the destination begins among the words after a verb."""
    places: list[int] = []
    inside = None
    for i, word in enumerate(rest):
        if word in ("with", "containing", "holding", "that", "which") and i:
            inside = i
        if word in PLACE and i and rest[i - 1] not in ("from", "out", "off"):
            if inside is not None and (rest[i + 1 : i + 2] in (["it"], ["them"]) or rest[i - 1] in ("is", "are")):
                inside = None
                continue
            if word == "by" and rest[i - 1] in ("light",):
                continue
            if word == "next" and rest[i + 1 : i + 2] != ["to"]:
                continue
            if (
                word == "to"
                and (rest[i - 1] == "next" or rest[i + 1 : i + 3] in (["the", "left"], ["the", "right"]))
                and places
            ):
                continue
            places.append(i)
        elif word == "in" and i + 1 < len(rest) and rest[i + 1] == "front":
            places.append(i)
    if not places:
        return len(rest)
    strong = [i for i in places if rest[i] in STRONG]
    moved = (
        verb in MOVING
        and bool(strong)
        and rest[strong[0] + 1 : strong[0] + 3] not in (["the", "left"], ["the", "right"])
    )
    return strong[0] if strong and (moved or "from" in rest[: strong[0]]) else places[0]


def listed(words: Sequence[str]) -> tuple[str, ...]:
    """Listed noun phrases: "the fork, the spoon and a knife"; what is excepted stays with what it is excepted from."""
    if set(words) & {"except", "excluding", "besides"}:
        return (" ".join(words),)
    found: list[list[str]] = [[]]
    for i, word in enumerate(words):
        if word not in (",", "and", "&", "plus"):
            found[-1].append(word)
            continue
        before, after = found[-1], list(words[i + 1 :])
        adjectives = bool(before) and before[-1] in ADJECTIVES | set(STATES)
        if adjectives or not after:
            found[-1].append(word)
        elif before:
            found.append([])
    phrases = [" ".join(w for w in own if w) for own in found]
    return tuple(phrase.removeprefix("and ").strip(", ") for phrase in phrases if phrase.strip(", "))


def noun_and_states(phrase: str) -> tuple[str, tuple[str, ...]]:
    """A noun phrase without article and states, and the states.

    >>> noun_and_states("a slice of chilled tomato")
    ('tomato', ('sliced', 'cold'))
    """
    words = phrase.split()
    if words and words[0] in ARTICLES and len(words) > 1:
        words = words[1:]
    if words[:2] == ["couple", "of"]:
        words = words[2:]
    states: list[str] = []
    kept: list[str] = []
    limit = next(
        (i for i, w in enumerate(words) if w in ("with", "that", "which", "from", "containing", "holding")), len(words)
    )
    for i, word in enumerate(words):
        if i < limit and word in STATES and (i + 1 < limit or kept):
            states.append(STATES[word])
            if words[i + 1 : i + 2] in (["off"], ["up"], ["down"]):  # "a rinsed off bar of soap"
                words[i + 1] = ""
        elif i < limit and word in PORTIONS and (kept or words[i + 1 : i + 2] == ["of"]):
            states.append("sliced")
            if words[i + 1 : i + 2] == ["of"] and not kept:
                words[i + 1] = ""
        elif word:
            kept.append(word)
    while kept and kept[0] in ("a", "an", "the", "and", ","):
        kept = kept[1:]
    return (" ".join(kept) or " ".join(words)), tuple(dict.fromkeys(states))
