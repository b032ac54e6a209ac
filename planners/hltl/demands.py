"""What a hierarchy asks of its leaves: which must be done, and in which order.

The formulas above the leaves speak of moments at which children are finished. Each of them is
turned into alternatives: a set of children to finish and pairs that say which must be finished
ahead of which, so that every order that keeps the pairs is accepted, and every accepted order
(without idle extra children) is covered. A formula is taken apart at its conjunctions, so that
"do these hundred things" never becomes one automaton.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product

from grounding.errors import FormulaError
from grounding.logic.automaton import Automaton, automaton
from grounding.logic.formula import atoms, conjuncts, parse

#: Most children that one conjunct may tie together, and most alternatives that are kept.
MOST_TIED = 7
MOST_WAYS = 512

Pair = tuple[str, str]


@dataclass(frozen=True)
class Way:
    """One way to satisfy a formula.

    Attributes:
        done: Names that are finished.
        before: Pairs (a, b): a is finished no later than b.
    """

    done: frozenset[str]
    before: frozenset[Pair] = frozenset()

    def covers(self, other: Way) -> bool:
        """Whether this way asks for no more than the other one."""
        return self.done <= other.done and self.before <= other.before


#: Composite -> its children that are finished, in order.
Past = Mapping[str, Sequence[str]]


def demands(
    root: str, formulas: Mapping[str, str], children: Mapping[str, Sequence[str]], past: Past | None = None
) -> tuple[Way, ...]:
    """Alternatives over leaves that satisfy a hierarchy; none when it is contradictory.

    Args:
        root: Name of the root formula.
        formulas: Name -> formula.
        children: Composite -> its children; names without children are leaves.
        past: What is finished (:func:`finishes`); ways are those to go on from there.

    Raises:
        FormulaError: A formula ties too many children together, or there are too many ways.
    """
    found: list[Way] = []
    for way in _expand(root, formulas, children, past or {}):
        found.extend(_ordered(way))
        if len(found) > MOST_WAYS:
            raise _too_many(root)
    return tuple(_least(found))


def _too_many(name: str) -> FormulaError:
    reason = f"there are more than {MOST_WAYS} ways to satisfy it."
    return FormulaError(f"formula {name!r}", reason, "Name fewer alternatives, or split the mission.")


@dataclass(frozen=True)
class _Grouped:
    """A way over leaves whose pairs speak of groups: all of a before the last of b."""

    done: frozenset[str]
    before: tuple[tuple[frozenset[str], frozenset[str]], ...]


def finishes(formulas: Mapping[str, str], children: Mapping[str, Sequence[str]], word: Sequence[str]) -> Past:
    """Which children of every composite are finished, in order, once leaves are finished in order.

    >>> finishes({"p": "F q", "q": "F a & F b"}, {"p": ("q",), "q": ("a", "b")}, ("b", "a"))
    {'q': ['b', 'a'], 'p': ['q']}
    """
    parent = {kid: name for name, kids in children.items() for kid in kids}
    found: dict[str, list[str]] = {}
    for leaf in word:
        at = leaf
        while at in parent:
            up = parent[at]
            over = up in found.get(parent.get(up, ""), ())
            found.setdefault(up, []).append(at)
            if over or up not in parent or not _accepts(formulas[up], found[up]):
                break
            at = up
    return found


def _accepts(formula: str, word: Sequence[str]) -> bool:
    """Whether a composite is accepted once its children are finished in order."""
    for part in conjuncts(formula):
        built = automaton(part)
        letters = [letter for kid in word for letter in (built.letter([kid]), 0)]
        if built.run([0, *letters[:-1]]) not in built.accepting:
            return False
    return True


def _expand(
    name: str, formulas: Mapping[str, str], children: Mapping[str, Sequence[str]], past: Past
) -> Iterator[_Grouped]:
    kids = children.get(name, ())
    if not kids:
        yield _Grouped(frozenset({name}), ())
        return
    below: dict[str, list[_Grouped]] = {}
    for way in ways(formulas[name], name, tuple(past.get(name, ()))):
        chosen = sorted(way.done)
        for kid in chosen:
            if kid not in below:
                below[kid] = list(_expand(kid, formulas, children, past))
                if len(below[kid]) > MOST_WAYS:
                    raise _too_many(kid)
        for parts in product(*(below[kid] for kid in chosen)):
            of = dict(zip(chosen, parts, strict=True))
            pairs = tuple((of[a].done, of[b].done) for a, b in sorted(way.before))
            yield _Grouped(
                frozenset().union(*(p.done for p in parts)), tuple(x for p in parts for x in p.before) + pairs
            )


def _ordered(way: _Grouped) -> Iterator[Way]:
    """Ways whose pairs speak of leaves: of each later group one leaf is chosen to be its last."""
    groups = list(dict.fromkeys(b for _, b in way.before))
    if all(len(b) == 1 for b in groups):
        choices: Iterable[tuple[str, ...]] = [tuple(next(iter(b)) for b in groups)]
    else:
        choices = product(*(sorted(b) for b in groups))
    for count, lasts in enumerate(choices):
        if count > MOST_WAYS:
            return
        last = dict(zip(groups, lasts, strict=True))
        pairs = {(x, last[b]) for a, b in way.before for x in a}
        pairs |= {(x, last[b]) for b in groups for x in b if x != last[b]}
        closed = closure(pairs)
        if closed is not None:
            yield Way(way.done, closed)


def closure(pairs: Iterable[Pair]) -> frozenset[Pair] | None:
    """The transitive closure of an order, None where it is cyclic."""
    after: dict[str, set[str]] = {}
    for a, b in pairs:
        after.setdefault(a, set()).add(b)
    found: set[Pair] = set()
    for a in after:
        queue, seen = list(after[a]), set[str]()
        while queue:
            b = queue.pop()
            if b == a:
                return None
            if b not in seen:
                seen.add(b)
                queue.extend(after.get(b, ()))
        found |= {(a, b) for b in seen}
    return frozenset(found)


def ways(formula: str, name: str, past: tuple[str, ...] = ()) -> tuple[Way, ...]:
    """Alternatives over the children of one composite, some of which may be finished in the past.

    >>> [(sorted(w.done), sorted(w.before)) for w in ways("F a & F b & (!b U a)", "p0")]
    [(['a', 'b'], [('a', 'b')])]
    >>> [sorted(w.done) for w in ways("F a | F b", "p0")]
    [['a'], ['b']]
    >>> [sorted(w.done) for w in ways("F(a & F b) | F c", "p0", ("a",))]
    [['b'], ['c']]
    """
    joined = [Way(frozenset())]
    known: frozenset[str] = frozenset()
    pieces: Sequence[str] = conjuncts(formula)
    if len(pieces) > 1 and any(_ends_with_it(piece) for piece in pieces):
        pieces = (formula,)
    for part in sorted(pieces, key=lambda text: len(atoms(text))):
        own = frozenset(atoms(part)) - set(past)
        options = _ways_of_part(part, name, past)
        merged = []
        for one, other in product(joined, options):
            if one.done & own & known != other.done & known:
                continue
            before = closure(one.before | other.before)
            if before is not None:
                merged.append(Way(one.done | other.done, before))
        joined = _weakest(merged)
        known |= own
        if len(joined) > 8 * MOST_WAYS:
            raise _too_many(name)
    return tuple(_least(joined))


def _least(found: Iterable[Way]) -> list[Way]:
    """Ways that no other way covers, smallest first."""
    kept: list[Way] = []
    for way in sorted(set(found), key=lambda w: (len(w.done), len(w.before), sorted(w.done), sorted(w.before))):
        if not any(other.covers(way) for other in kept):
            kept.append(way)
    return kept


def _weakest(found: Iterable[Way]) -> list[Way]:
    """Ways that no other way over the same names covers.

    Larger sets stay: another conjunct may need a child that this one can do without.
    """
    groups: dict[frozenset[str], list[Way]] = {}
    for way in found:
        groups.setdefault(way.done, []).append(way)
    return [way for group in groups.values() for way in _least(group)]


def _ways_of_part(part: str, name: str, past: tuple[str, ...]) -> tuple[Way, ...]:
    node = parse(part)
    if node.op == "F" and node.children[0].op == "atom":
        return (Way(frozenset({node.children[0].atom}) - set(past)),)
    if len(set(node.atoms) - set(past)) > MOST_TIED:
        split = _independent(part, name, past)
        if split is not None:
            return split
        reason = f"its part {part!r} ties {len(node.atoms)} children together, at most {MOST_TIED} are handled."
        raise FormulaError(f"formula {name!r}", reason, "Split it at '&', or group children under a composite.")
    return _enumerated(part, tuple(kid for kid in past if kid in node.atoms))


def _independent(part: str, name: str, past: tuple[str, ...]) -> tuple[Way, ...] | None:
    """Ways of a wide "or", alternative by alternative; None for anything else."""
    node = parse(part)
    if node.op == "F" and node.children[0].op == "|":
        node = node.children[0]
        return tuple(way for child in node.children for way in ways(f"F({child})", name, past))
    if node.op == "|":
        return tuple(way for child in node.children for way in ways(str(child), name, past))
    return None


def _ends_with_it(part: str) -> bool:
    """Whether it matters to a conjunct that one of its own children is finished last ("F G a")."""
    node = parse(part)
    if len(node.atoms) > MOST_TIED or (node.op == "F" and node.children[0].op == "atom"):
        return False
    built = automaton(part)
    return any(
        (end in built.accepting) is not (built.step(end, 0) in built.accepting)
        for _, end in _finishes(built, node.atoms, ())
    )


def _finishes(built: Automaton, names: Sequence[str], past: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], int]]:
    """Every order of finishing some more of the children, and the state it leads to."""
    left = [name for name in names if name not in past]
    for count in range(len(left) + 1):
        for word in permutations(left, count):
            letters = [0]
            for kid in (*past, *word):
                letters += [built.letter([kid]), 0]
            yield word, built.run(letters[:-1] if past or word else letters)


@lru_cache(maxsize=512)
def _enumerated(part: str, past: tuple[str, ...]) -> tuple[Way, ...]:
    """Ways of a formula over few children, from its automaton run over every order of finishing."""
    built = automaton(part)
    accepted: dict[frozenset[str], list[tuple[str, ...]]] = {}
    for word, end in _finishes(built, parse(part).atoms, past):
        if end in built.accepting:
            accepted.setdefault(frozenset(word), []).append(word)
    return tuple(_weakest(way for words in accepted.values() for way in _orders(words)))


def _orders(words: Sequence[tuple[str, ...]]) -> Iterator[Way]:
    """Partial orders whose linear extensions are exactly the given words over one set."""
    names = words[0]
    pairs = {
        (a, b) for a, b in permutations(names, 2) if all(word.index(a) < word.index(b) for word in words)
    }  # fmt: skip
    extensions = sum(all(word.index(a) < word.index(b) for a, b in pairs) for word in permutations(names))
    if extensions == len(words):
        yield Way(frozenset(names), frozenset(pairs))
        return
    a, b = next((a, b) for a, b in permutations(names, 2) if (a, b) not in pairs and (b, a) not in pairs)
    yield from _orders([word for word in words if word.index(a) < word.index(b)])
    yield from _orders([word for word in words if word.index(a) > word.index(b)])
