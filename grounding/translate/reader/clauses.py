"""A task in free words taken apart into clauses, each with one verb.

Imperatives and their chains, passives, wishes, verbless forms, robots named as doers, lists of places.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from grounding.translate.outline import UNKNOWN
from grounding.translate.reader.arguments import Clause, clause_of, listed
from grounding.translate.reader.pronouns import Context
from grounding.translate.reader.verbs import GIVES, STATES, verb_at
from grounding.translate.reader.wordlists import (
    ADJECTIVES,
    ARTICLES,
    CAUSES,
    FETCHING,
    JOINTS,
    MODALS,
    NEGATIONS,
    PLACE,
    PRONOUNS,
    STANDING,
    STRONG,
    WHILE,
    WISHES,
)


def clauses(said: list[str], context: Context) -> list[Clause]:
    """The clauses of a task."""
    own = said
    robot, own = _doer(without_wishes(own))
    if not own or any(w in NEGATIONS or w.endswith("n't") for w in own[: _first_verb(own)]):
        return [Clause(UNKNOWN, "", (), "", " ".join(said), robot)]  # a ban, or nothing: no task is made of it
    own = _fronted(_together(_plain(own)))
    so = own[:1] == ["so"] and bool(own[1:2]) and own[1] in MODALS | {"does", "do"}
    if so and context.place:  # "and so does the carrot"
        return [Clause("put", context.verb, listed(own[2:]), context.place, "", robot)]
    if own[:3] == ["the", "same", "with"]:  # "do the same with the lemon"
        own = ["put", *own[3:], *context.place.split()]
    starts = [i for i in range(len(own)) if begins_clause(own, i)]
    if not starts and len(own) > 1 and own[-1] in ("on", "off"):
        predicate = f"switch {own[-1]}"
        return [Clause(predicate, f"turn {own[-1]}", listed(own[:-1]), "", "", robot)]
    if not starts or starts[0] > 0:
        stated = _stated(own, context, robot)
        if stated is None and not starts and _acts(own):
            return [clause_of(own[0], own[0], own[1:], robot)]
        if stated is not None or not starts:
            return stated or [Clause(UNKNOWN, "", (), "", " ".join(said), robot)]
    parts = []
    for a, b in zip(starts, [*starts[1:], len(own)], strict=True):
        length, predicate, verb = verb_at(own, a) or (1, "put", own[a])
        rest = own[a + length : b]
        parts += [clause_of(predicate, verb, own_rest, robot) for own_rest in _lists_of_places(_trimmed(rest))]
    return _filled(parts)


def _trimmed(rest: list[str]) -> list[str]:
    """Words after a verb without those that lead to the next one."""
    while rest and rest[-1] in JOINTS | WHILE | {"to"}:
        rest = rest[:-1]
    return rest


def _first_verb(own: Sequence[str]) -> int:
    """How many words stand before the first verb that says what to do."""
    forms = ("base", "gerund", "past")
    return next((i for i in range(len(own)) if own[i] not in MODALS and verb_at(own, i, forms=forms)), len(own))


def _fronted(own: list[str]) -> list[str]:
    """ "In the sink put the mug" with the place behind."""
    if own[:1] and own[0] in PLACE:
        verb = _first_verb(own)
        ends = own[verb - 1] not in ARTICLES | PLACE | JOINTS | ADJECTIVES
        if 2 < verb < len(own) - 1 and ends and JOINTS.isdisjoint(own) and verb_at(own, verb):
            return own[verb:] + own[:verb]
    return own


#: Words before a noun phrase that are no verbs.
_LEADS = frozenset(
    ["for", "with", "from", "of", "as", "because", "so", "if", "while", "when", "but", "or", "and", "not", "than"]
)


def _acts(own: Sequence[str]) -> bool:
    """Whether words look like an order with a verb that is not known: "feed the fish"."""
    lead = own[0] if own else ""
    known = ARTICLES | PLACE | PRONOUNS | _LEADS
    return len(own) > 2 and lead.isalpha() and lead not in known and own[1] in ARTICLES


def _lists_of_places(rest: list[str]) -> list[list[str]]:
    """ "The lemon on the red plate and the pear on the blue one" as two."""
    cuts = [
        i
        for i, word in enumerate(rest)
        if word in ("and", ",")
        and i > 1
        and rest[i + 1 : i + 2]
        and rest[i + 1] not in PLACE
        and has_place(rest[i + 2 :])
    ]
    found, first = [], 0
    for cut in cuts:
        # "the cups on the bed and the desk to ..." says where they are
        described = not _has_strong(rest[first:cut]) and _has_strong(rest[cut:])
        if has_place(rest[first + 1 : cut]) and not described and not _relative(rest[cut + 1 :]):
            found.append(rest[first:cut])
            first = cut + 1
    found.append(rest[first:])
    return [_without_that(own[1:] if own[:1] == ["and"] else own) for own in found]


def _without_that(own: list[str]) -> list[str]:
    """ "That the potato is on the blue plate" as "the potato on the blue plate"."""
    if own[:1] != ["that"] or own[1:2] == ["one"] or not any(word in STANDING for word in own):
        return own
    return [word for word in own[1:] if word not in STANDING | MODALS]


def has_place(words: Sequence[str]) -> bool:
    """Whether a place is spoken of."""
    return any(word in PLACE for word in words)


def _has_strong(words: Sequence[str]) -> bool:
    return any(word in STRONG for word in words)


def _relative(words: Sequence[str]) -> bool:
    """Whether words go on to describe what was named: ", the thing that is next to ..."."""
    if words[:1] == ["that"] and len(words) > 1 and words[1] in ARTICLES:
        return False
    return any(word in ("that", "which", "who") for word in words[:4])


def _plain(own: list[str]) -> list[str]:
    """ "As well as" is "and" where a verb follows."""
    for i in range(len(own) - 3):
        if own[i : i + 3] == ["as", "well", "as"] and verb_at(own, i + 3):
            return [*own[:i], "and", *_plain(own[i + 3 :])]
    return own


def _together(own: list[str]) -> list[str]:
    """ "Turn the lamp on" with the particle beside its verb."""
    for i, word in enumerate(own):
        if word in ("turn", "switch", "turning", "switching") and own[i + 1 : i + 2] not in (["on"], ["off"]):
            for j in range(i + 2, min(i + 7, len(own))):
                if own[j] in ("on", "off") and own[j + 1 : j + 2] not in (["the"], ["a"], ["top"]):
                    return [*own[: i + 1], own[j], *own[i + 1 : j], *own[j + 1 :]]
    return own


def _filled(parts: list[Clause]) -> list[Clause]:
    """Clauses without an object of their own: "find and move the mug", "take a candle and place on the shelf"."""
    found: list[Clause] = []
    for i, part in enumerate(parts):
        after = next((p for p in parts[i + 1 :] if p.objects), None)
        if not part.objects and part.predicate != "go":
            if after is not None and not part.place and not part.rest:
                part = replace(part, objects=after.objects, pronoun=after.pronoun)
            elif found and found[-1].objects and part.place:
                part = replace(part, objects=("it",) if len(found[-1].objects) == 1 else ("them",), pronoun=True)
        where = part.place.split()[:1]
        if (
            part.predicate == "put"
            and part.place
            and not part.objects
            and part.verb in ("move", "return")
            and not found
        ):
            part = replace(part, predicate="go")
        elif part.predicate == "pick up" and where and (part.verb == "get" or where[0] in STRONG):
            part = replace(part, predicate="put")  # "get the mug onto the desk"
        elif part.predicate == "put" and not part.place and part.verb in FETCHING and "away" not in part.rest.split():
            part = replace(part, predicate="pick up")
        found.append(part)
    return found


def begins_clause(own: Sequence[str], i: int) -> bool:
    """Whether a verb begins a clause at a word."""
    if verb_at(own, i) is None:
        return False
    if i and own[i - 1] == "to" and i > 1 and own[i - 2] not in ARTICLES:
        return True
    return i == 0 or own[i - 1] in JOINTS or (own[i - 1] in WHILE and own[i].endswith("ing"))


def _doer(own: list[str]) -> tuple[str, list[str]]:
    """A robot named as doer, and the words without it."""
    if own and own[0] in CAUSES:
        verb = next((i for i in range(2, min(7, len(own))) if verb_at(own, i) and own[i - 1] not in ARTICLES), None)
        named = own[1:verb] if verb else []
        if verb and names_robot(named):
            return _name(named), own[verb:]
    if own[:2] in (["the", "other"], ["another", "one"], ["the", "second"]):  # whichever robot that is
        i = 3 if own[2:3] in (["arm"], ["robot"], ["one"]) else 2
        i += own[i : i + 1] in (["can"], ["should"], ["must"], ["may"], ["could"])
        found = verb_at(own, i, forms=("third", "base"))
        if found is not None:
            return "", [*found[2].split(), *own[i + found[0] :]]
    modal = next((i for i, w in enumerate(own[:6]) if w in MODALS), None)
    if modal and names_robot(own[:modal]):
        rest = own[modal + 1 :]
        rest = rest[1:] if rest[:1] == ["to"] else rest
        if rest and rest[0] != "be":
            return _name(own[:modal]), rest
    to = next((i for i, w in enumerate(own[:6]) if w == "to"), None)
    if to and names_robot(own[:to]) and verb_at(own, to + 1):
        return _name(own[:to]), own[to + 1 :]
    if len(own) > 3 and names_robot(own[:2]) and own[2] in (",", ":"):
        return _name(own[:2]), own[3:]
    if len(own) > 3 and own[-3] == "with" and names_robot(own[-2:]):
        return _name(own[-2:]), own[:-3]
    return "", own


def names_robot(words: Sequence[str]) -> bool:
    """Whether words name a robot: "robot 2", "the drone"."""
    named = {
        "robot",
        "drone",
        "arm",
        "cart",
        "bot",
        "spot",
        "rover",
        "manipulator",
        "robots",
        "machine",
        "unit",
        "agent",
    }
    return bool(words) and (bool(set(words) & named) or words[0].startswith("robot"))


def _name(words: Sequence[str]) -> str:
    kept = [w for w in words if w not in (",", "to")]
    return " ".join(kept[1:] if kept and kept[0] in ("the", "a") else kept)


def without_wishes(own: list[str]) -> list[str]:
    """A task without what makes a wish of it: "I want you to", "please", "make sure that"."""
    again = True
    while again:
        again = False
        for wish in sorted(WISHES, key=len, reverse=True):
            if tuple(own[: len(wish)]) == wish and len(own) > len(wish):
                own = own[len(wish) :]
                again = True
                break
    return own


#: Words between a verb of standing and a place.
_LOOKING = frozenset(["up", "good", "nice", "lovely", "great", "better", "best", "fine", "well", "pretty", "perfect"])


def _stated(own: list[str], context: Context, robot: str) -> list[Clause] | None:
    """A task said as a state of things: "the mug goes in the sink", or without a verb: "the mug in the sink"."""
    if len(own) > 1 and own[-1] == "there" and context.place and not has_place(own[:-1]):
        what = [w for w in own[:-1] if w not in MODALS | STANDING | {"also"}]
        if what:
            return [Clause("put", context.verb, listed(what), context.place, "", robot)]
    if own and own[0] in PLACE and len(own) < 7 and context.objects:  # "or on the chair"
        return [Clause("put", context.verb, ("it",), " ".join(own), "", robot, pronoun=True)]
    for i, word in enumerate(own):
        if own[i + 1 : i + 3] == ["to", "be"]:
            continue
        if i and word in STANDING:
            what = own[:i]
            while what and what[-1] in MODALS | {"to", "also", "not", "both", "all", "just", ","}:
                what = what[:-1]
            rest = own[i + 1 :]
            while rest and rest[0] in _LOOKING:  # "ends up on", "would look good on"
                rest = rest[1:]
            participle = verb_at(rest, 0, forms=("past", "base")) if rest else None
            predicate, verb = "put", "put"
            if participle is not None:
                predicate, verb = participle[1], participle[2]
                rest = rest[participle[0] :]
            if not what:
                return None
            if participle is None and rest and rest[0] in STATES and len(rest) < 3:
                state = STATES[rest[0]]
                predicate = next(p for p, s in GIVES.items() if s == state)
                return [clause_of(predicate, predicate, what, robot)]
            lists = _lists_of_places([*what, *rest])
            if len(lists) > 1:
                return [clause_of(predicate, verb, one, robot) for one in lists]
            return _passives(predicate, verb, what, rest, robot)
    if own[-1:] == ["too"] or own[-2:] == ["as", "well"] or own[-1:] == ["also"] or own[-2:] == ["join", "it"]:
        what = own[: -2 if own[-2:-1] and own[-2] in ("as", "join", "there") else -1]
        what = [w for w in what if w not in MODALS | STANDING | {"also", "there"}]
        if set(what) <= ARTICLES or not context.place:
            return None
        return [Clause("put", context.verb, tuple(listed(what)), context.place, "", robot)]
    comma = next((i for i, w in enumerate(own) if w in (",", ":") and i), None)
    if comma is not None and not any(word in PLACE for word in own) and len(own) - comma < 5:
        where = own[comma + 1 :]
        return [Clause("put", context.verb, tuple(listed(own[:comma])), " ".join(["on", *where]), "", robot)]
    if any(word in PLACE for word in own) and own[0] != "be":
        parts = [clause_of("put", context.verb, rest, robot) for rest in _lists_of_places(own)]
        return parts if all(part.objects for part in parts) else None
    return None


def _passives(predicate: str, verb: str, what: list[str], rest: list[str], robot: str) -> list[Clause]:
    """ "Washed and put on the desk": every participle with the same object."""
    found: list[Clause] = []
    first = 0
    for i, word in enumerate(rest):
        participle = verb_at(rest, i + 1, forms=("past", "base")) if word in JOINTS else None
        if participle is None or rest[i + 1 + participle[0] : i + 2 + participle[0]] in [[a] for a in ARTICLES]:
            continue
        found.append(clause_of(predicate, verb, [*what, *_trimmed(rest[first:i])], robot))
        first, predicate, verb = i + 1 + participle[0], participle[1], participle[2]
    return [*found, clause_of(predicate, verb, [*what, *rest[first:]], robot)]
