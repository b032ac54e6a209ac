"""A reader of temporal English that was written and not learned: sentences to formulas by rules of meaning.

Clauses (:mod:`grounding.translate.lifted.clauses`) hang on one another by what joins them, and each joint
has a meaning in LTL (:mod:`grounding.translate.lifted.senses`): "whenever x, y" is a response, "not y until x" an
avoidance with an end, "x then y" a sequence, and so on; denials, delays, counts and orders change it. What
several rules may mean comes as several readings, the likeliest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from grounding.logic.formula import Node
from grounding.translate.lifted import senses
from grounding.translate.lifted.clauses import MAIN, VERBS, Clause, clauses_of, tokens_of
from grounding.translate.lifted.reading import MOST_TIMES, VAGUE, Names
from grounding.translate.lifted.senses import atom
from grounding.translate.lifted.thesaurus import words_in

#: Cues that concern a sentence as a whole.
_WHOLE = words_in("INORDER STRICTORDER OTHERTIME ALONE FIRST")


@dataclass(frozen=True)
class Proposal:
    """A formula that the rules find in a sentence.

    Attributes:
        formula: The formula.
        rule: What it was taken for.
    """

    formula: Node
    rule: str


def propose(text: str, names: Names) -> list[Proposal]:
    """What a sentence may mean, the likeliest first; nothing where it mentions nothing clear."""
    clauses = clauses_of(tokens_of(text, names))
    mentioned = list(dict.fromkeys(name for clause in clauses for name in clause.names))
    if not mentioned or any(name.startswith(VAGUE) for name in mentioned):
        return []
    unique: dict[str, Proposal] = {}
    for proposal in _together(clauses):
        unique.setdefault(str(proposal.formula), proposal)
    return list(unique.values())


def _together(clauses: Sequence[Clause]) -> Iterator[Proposal]:
    """Every part of a sentence that has nothing to do with the others means something on its own."""
    parts = [list(_alone(part)) for part in _parts(clauses)]
    if len(parts) == 1:
        yield from parts[0]
        return
    for changed in range(len(parts) + 1):  # first the likeliest reading of all, then another one of each
        if changed and len(parts[changed - 1]) < 2:
            continue
        chosen = [own[1] if i + 1 == changed else own[0] for i, own in enumerate(parts)]
        rules = dict.fromkeys(proposal.rule for proposal in chosen)
        yield Proposal(senses.all_of([proposal.formula for proposal in chosen]), " and ".join(rules))


def _alone(clauses: Sequence[Clause]) -> Iterator[Proposal]:
    mentioned = list(dict.fromkeys(name for clause in clauses for name in clause.names))
    return _one(mentioned[0], clauses) if len(mentioned) == 1 else _several(mentioned, clauses)


def _parts(clauses: Sequence[Clause]) -> list[list[Clause]]:
    """Clauses that share a proposition, hang on one another or follow one another in time, in one part each."""
    named = [i for i, clause in enumerate(clauses) if clause.names]
    flags = [flag for clause in clauses for flag in clause.flags]
    bare = [flag for clause in clauses if not clause.names for flag in clause.flags]
    if _WHOLE & set(flags) or {"EACH", "FOREVER", "REVISIT", "NOT"} & set(bare):
        return [list(clauses)]
    group = {i: i for i in named}

    def join(i: int, j: int) -> None:
        old, new = group[i], group[j]
        group.update({k: new for k, own in group.items() if own == old})

    for i, j in combinations(named, 2):
        one, other = clauses[i], clauses[j]
        following = named.index(j) == named.index(i) + 1
        hung = (one.fronted and one.kind != MAIN) or (other.kind != MAIN and not other.fronted)
        then = other.has("THEN", "ONLYTHEN", "LATER", "NEXT", "BEFORETHAT", "NEXTBEFORETHAT") or one.has(
            "LATER", "NEXT"
        )
        if set(one.names) & set(other.names) or (following and (hung or then)):
            join(i, j)
    parts: dict[int, list[Clause]] = {}
    last = group[named[0]]
    for i, clause in enumerate(clauses):
        last = group.get(i, last)
        parts.setdefault(last, []).append(clause)
    return list(parts.values())


def _one(name: str, clauses: Sequence[Clause]) -> Iterator[Proposal]:
    """A sentence about one proposition: how often."""
    x = atom(name)
    flags = [flag for clause in clauses for flag in (clause.kind, *clause.flags)]
    numbers = [number for clause in clauses for number in clause.numbers]
    denials = sum(flag in ("NOT", "AVOID", "WITHOUT", "LT_") for flag in flags)
    denied = denials % 2 == 1
    bound = next((flag for flag in ("EQ", "GE", "LE", "GT", "LT") if flag in flags), "")
    ordinals = [-number for number in numbers if number < 0]
    if ("FOREVER" in flags and not denied) or ("STOP" in flags and denied):
        yield Proposal(senses.again_and_again(x), "patrol")
        return
    ends = {"NOT", "NOMORE", "LOCK", "STOP"} & set(flags)
    if ordinals and "AFTER" in flags and ends:
        yield Proposal(senses.at_most(x, max(ordinals)), "most")
    count = max((number for number in numbers if number >= 0), default=None)
    if count is not None and count <= MOST_TIMES:
        count += "MORETIMES" in flags
        yield from _counted(x, count, bound, denied, [*flags, *(["TWICE"] if denials > 1 else [])])
    if count is None and not ordinals:
        if "LOCK" in flags or ("REVISIT" in flags and denied) or ("AFTER" in flags and denied):
            yield Proposal(senses.at_most(x, 1), "most")
        if "MORETIMES" in flags and ("REVISIT" in flags or "LEAVE" in flags) and not denied:
            yield Proposal(senses.at_least(x, 2), "least")
    if "HOLD" in flags and not denied:
        yield Proposal(senses.always(x), "hold")
    if denied or "ANYBUT" in flags:
        yield Proposal(senses.never(x), "never")
    yield Proposal(senses.eventually(x), "visit")


def _counted(x: Node, count: int, bound: str, denied: bool, flags: Sequence[str]) -> Iterator[Proposal]:
    only, may = "ONLY" in flags, "MAY" in flags
    if "MORETIMES" in flags and not bound:
        bound = "EQ"
    least, most, exact = senses.at_least, senses.at_most, senses.exactly
    if bound == "EQ":
        yield Proposal(exact(x, count), "exact")
    elif bound == "GE":
        yield Proposal(most(x, count - 1) if denied and count else least(x, count), "most" if denied else "least")
    elif bound == "LE":
        yield Proposal(most(x, count), "most")
    elif bound == "GT":
        yield Proposal(most(x, count) if denied else least(x, count + 1), "most" if denied else "least")
    elif bound == "LT":
        yield Proposal(least(x, count) if denied else most(x, max(count - 1, 0)), "least" if denied else "most")
    elif "TWICE" in flags:
        yield Proposal(least(x, count), "least")
    elif only or ("MAY" in flags and not denied):
        first, second = (most, exact) if may else (exact, most)
        yield Proposal(first(x, count), "most" if may else "exact")
        yield Proposal(second(x, count), "exact" if may else "most")
    elif {"NOMORE", "STOP"} & set(flags):
        yield Proposal(exact(x, count), "exact")
    elif denied:
        yield Proposal(most(x, count - 1) if count else senses.never(x), "most")
    else:
        yield Proposal(least(x, count), "least")
        yield Proposal(exact(x, count), "exact")


@dataclass
class _Facts:
    """What the clauses of a sentence say about the order of things."""

    earlier: dict[str, set[str]]
    not_before: list[tuple[str, str]]
    responses: list[Proposal]
    holds: list[Proposal]
    demanded: set[str]
    visited: set[str]
    revisits: bool = False


def _several(names: Sequence[str], clauses: Sequence[Clause]) -> Iterator[Proposal]:
    flags = [flag for clause in clauses for flag in clause.flags]
    kinds = {clause.kind for clause in clauses}
    facts = _facts(names, clauses)
    mains = [clause for clause in clauses if clause.kind == MAIN and clause.names]
    ceaseless = "FOREVER" in flags or ("ALWAYS" in flags and len(mains) == 1)
    if (ceaseless and kinds == {MAIN} and not any(c.denied for c in mains)) or any(
        c.has("STOP") and c.has("NOT") for c in mains
    ):
        yield Proposal(senses.all_of([senses.again_and_again(atom(n)) for n in names]), "patrol")
        return
    yield from facts.responses if len(names) == 2 else ()
    yield from facts.holds
    wanted = bool(facts.demanded & {later for later, _ in facts.not_before}) or len(names) > 2
    if facts.not_before and not wanted:
        parts = [senses.not_before(y, x) for y, x in dict.fromkeys(facts.not_before)]
        yield Proposal(senses.all_of(parts), "not before")
    if kinds == {MAIN} and all(clause.denied for clause in mains):
        yield Proposal(senses.all_of([senses.never(atom(n)) for n in names]), "never")
        return
    order = _chronological(names, facts.earlier)
    level = _level(clauses, facts)
    yield from _ordered(order, clauses, level)


def _ordered(order: Sequence[str], clauses: Sequence[Clause], level: str) -> Iterator[Proposal]:
    either = {name: clause.names for clause in clauses if clause.either and not clause.denied for name in clause.names}
    things = [senses.any_of([atom(n) for n in either.get(name, [name])]) for name in order]
    turn = senses.in_turn(list(dict.fromkeys(things)))
    levels = {"turn": lambda _: turn, "order": senses.in_order, "once": senses.in_order_once}
    anyway = Proposal(senses.all_of([senses.eventually(atom(n)) for n in order]), "visit")
    mains = [clause for clause in clauses if clause.names]
    if level == "any":
        if len(mains) == 1 and mains[0].either:
            yield Proposal(senses.eventually(senses.any_of([atom(n) for n in order])), "one of them")
        yield anyway
        return
    for other in sorted(levels, key=lambda name: name != level):
        yield Proposal(levels[other](order), other)
    yield anyway


def _level(clauses: Sequence[Clause], facts: _Facts) -> str:
    """How strictly the order is meant."""
    flags = [flag for clause in clauses for flag in clause.flags]
    once = facts.revisits or any(
        (c.has("REVISIT", "MORETIMES") and (c.denied or c.kind == "WITHOUT"))
        or (1 in c.numbers and c.has("ONLY", "EQ"))
        or (1 in c.numbers and (c.has("EACH") or len(c.names) > 1) and not c.has("GE"))
        for c in clauses
    )
    ordered = bool(facts.not_before) or "ONLYTHEN" in flags or "STRICTORDER" in flags
    turned = bool(facts.earlier and any(facts.earlier.values())) or any(
        f in flags for f in ("THEN", "LATER", "INORDER")
    )
    if "ANYORDER" in flags or not (once or ordered or turned):
        return "any"
    return "once" if once else "order" if ordered else "turn"


def _facts(names: Sequence[str], clauses: Sequence[Clause]) -> _Facts:
    facts = _Facts({name: set() for name in names}, [], [], [], set(), set())
    both_ways = any(c.kind == "IFF" or c.has("ALONE", "OTHERTIME") for c in clauses) or (
        any(c.kind == "NEXTBEFORE" or c.has("NEXTBEFORETHAT") for c in clauses)
        and sum(bool(c.names) for c in clauses) > 1
    )
    delayed = any(c.kind in ("NEXTAFTER", "NEXTBEFORE") or c.has("NEXT", "NEXTBEFORETHAT") for c in clauses)
    for i, clause in enumerate(clauses):
        if clause.kind == MAIN:
            if not clause.denied and (not clause.has("MAY") or clause.has("THEN", "ONLYTHEN")):
                facts.demanded |= set(clause.names)
                facts.visited |= set(clause.names)
            _looks_back(clauses, i, facts, both_ways, delayed)
            _but_not(clauses, i, facts)
            continue
        main = _main_of(clauses, i)
        if clause.kind == "WITHOUT" and clause.has("REVISIT", "MORETIMES"):
            continue
        if main is None or not clause.names:
            continue
        facts.visited |= set(clause.names) if clause.kind in ("UNTIL", "AFTER") else set()
        for y in main.names:
            for x in clause.names:
                if x != y:
                    _join(facts, main, clause, x, y, both_ways, delayed)
    return facts


def _main_of(clauses: Sequence[Clause], i: int) -> Clause | None:
    """The clause that another one hangs on."""
    later = (c for c in clauses[i + 1 :] if c.kind == MAIN and c.names)
    earlier = (c for c in reversed(clauses[:i]) if c.kind == MAIN and (c.names or "NOT" in c.flags))
    if clauses[i].kind in VERBS:
        return next((c for c in reversed(clauses[:i]) if c.names), None)
    if clauses[i].fronted:
        return next(later, None)
    main = next(earlier, None)
    if main is not None and not main.names:  # "find b, but not until you find a"
        named = next((c for c in reversed(clauses[:i]) if c.names), None)
        return Clause(names=named.names, flags=main.flags) if named else None
    return main


def _join(facts: _Facts, main: Clause, sub: Clause, x: str, y: str, both_ways: bool, delayed: bool) -> None:
    """What it means that ``main``, about y, hangs on ``sub``, about x."""
    kind = sub.kind
    leaving = main.has("LEAVE") and main.denied
    if kind in ("UNLOCK", "RELEASE"):
        if kind == "RELEASE":
            facts.holds.append(Proposal(senses.until(atom(x), atom(y)), "until"))
        facts.not_before.append((x, y))
        facts.demanded -= {x, y}
    elif kind == "LOCK":
        _respond(facts, y, x, True, False, False, "LOCK")
    elif kind == "UNTIL" or (kind == "AFTER" and sub.has("UNSEEN", "NOT") and (main.denied or main.has("HOLD"))):
        if leaving or (not main.denied and (main.has("HOLD", "FOREVER") or not main.has("THEN"))):
            facts.holds.append(Proposal(senses.until(atom(y), atom(x)), "until"))
        elif main.denied:
            _after(facts, x, y)
    elif kind == "BEFORE":
        if leaving:
            facts.holds.append(Proposal(senses.until(atom(y), atom(x)), "until"))
        if main.denied or not main.has("MAY"):
            first, second = (x, y) if main.denied else (y, x)
            _after(facts, first, second)
        if not main.denied and main.has("MUST"):
            facts.demanded -= {x, y}
    elif kind == "ONLYAFTER" or (kind == "AFTER" and main.has("ONLY") and 1 not in main.numbers and not main.denied):
        _after(facts, x, y)
    elif kind == "WITHOUT":
        if main.denied and (delayed or both_ways):
            _respond(facts, x, y, False, True, both_ways, kind)
        elif main.denied:
            _after(facts, x, y)
        elif x in facts.visited:
            facts.revisits = True
        else:
            _after(facts, y, x)
    elif kind == "NEXTBEFORE":
        _respond(facts, y, x, main.denied, True, both_ways, kind)
    else:
        if kind == "IMPLY":
            x, y = y, x
        _respond(facts, x, y, main.denied and kind != "IMPLY", delayed, both_ways or kind == "IFF", kind)


def _after(facts: _Facts, first: str, second: str) -> None:
    facts.earlier[second].add(first)
    facts.not_before.append((second, first))


def _respond(facts: _Facts, x: str, y: str, denied: bool, delayed: bool, both_ways: bool, kind: str) -> None:
    facts.earlier[y].add(x)
    a, b = atom(x), atom(y)
    if denied and not (both_ways and delayed):
        found = Proposal(senses.response(a, senses.next_(senses.never(b))), "never after")
    elif delayed or both_ways:
        found = Proposal(
            senses.response(a, senses.next_(b), both_ways=both_ways), "both ways" if both_ways else "at once"
        )
    else:
        found = Proposal(senses.response(a, senses.eventually(b)), "response")
    facts.responses.append(found)


def _but_not(clauses: Sequence[Clause], i: int, facts: _Facts) -> None:
    """ "Go to a, but do not visit b, and then go to b": an avoidance while the clause before it is done."""
    clause, before = clauses[i], clauses[i - 1]
    hung = i + 1 < len(clauses) and clauses[i + 1].kind != MAIN and not clauses[i + 1].fronted
    if not (i and clause.denied and clause.has("BUT") and clause.names and before.names) or hung:
        return
    for y in before.names:
        for x in clause.names:
            if x in facts.visited:
                facts.revisits |= x != y
            elif x != y:
                _after(facts, y, x)


def _looks_back(clauses: Sequence[Clause], i: int, facts: _Facts, both_ways: bool, delayed: bool) -> None:
    """ "You can visit a, but you must visit b afterwards": a clause that hangs on the one before it."""
    clause = clauses[i]
    before = next((c for c in reversed(clauses[:i]) if c.names), None)
    if before is None or not clause.names or before.names == clause.names:
        return
    if clause.has("LATER", "NEXT") and (before.has("MAY") or clause.has("MUST", "NOT")):
        _respond(facts, before.names[-1], clause.names[0], clause.denied, delayed, both_ways, "LATER")


def _chronological(names: Sequence[str], earlier: dict[str, set[str]]) -> list[str]:
    """Names as mentioned, but each after those that come before it."""
    found: list[str] = []

    def put(name: str, above: tuple[str, ...]) -> None:
        if name in found or name in above:
            return
        for other in names:
            if other in earlier[name]:
                put(other, (*above, name))
        found.append(name)

    for name in names:
        put(name, ())
    return found
