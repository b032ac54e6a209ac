"""A translator of lifted sentences into temporal formulas.

It chooses a scheme (:mod:`grounding.translate.lifted.scheme`), its size, and which mention goes into which
slot, by a log-linear model over short runs of words; formulas come from schemes only, so that none is
ill-formed, and those that nothing can satisfy are left out.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from grounding.errors import HeedError
from grounding.logic.formula import Node
from grounding.logic.infinite import equivalent
from grounding.translate.lifted.data import Pair
from grounding.translate.lifted.filler import Filler
from grounding.translate.lifted.grammar import propose
from grounding.translate.lifted.loglinear import LogLinear
from grounding.translate.lifted.notation import canonical
from grounding.translate.lifted.pool import Ballot, Pool, fit
from grounding.translate.lifted.reading import MOST_PLACES, VAGUE, Names, Reading, features, too_much
from grounding.translate.lifted.scheme import LARGEST, Scheme, Tree, induce, node_of, tree_of
from grounding.translate.lifted.witness import MOST_BY_AUTOMATA, shown_satisfiable

#: What a mention too many or too few takes from the logarithm of a formula's probability.
_MISFIT = 4.0
#: Parts of the training for the weights of the pool, and formulas that a proposal is compared with by automata.
_POOL_FOLDS = 3
_COMPARED = 12
_MOST_BALLOTS = 300
_MOST_POOLED = 1500
#: Ways to fill the slots that the text leaves open, and characters of a sentence in an error.
_MOST_FILLS = 4
_SHOWN = 80
_UNKNOWN = -20.0
_SAME, _REVERSED = "same", "reversed"


class TranslationError(HeedError):
    """A sentence has no formula."""


@dataclass(frozen=True)
class Choice:
    """A way to write a formula for a sentence.

    Attributes:
        scheme: Number of the scheme.
        delta: Size beyond the number that the sentence says (beyond 0 where it says none); 0 for
            schemes whose size is not counted.
        order: Which mention fills each slot: ``same``, ``reversed``, or indices with commas between.
    """

    scheme: int
    delta: int
    order: str

    @property
    def parts(self) -> tuple[str, ...]:
        """What it has in common with other choices."""
        return (
            f"scheme {self.scheme}",
            f"delta {self.delta}",
            f"order {self.order}",
            f"{self.scheme} {self.delta} {self.order}",
        )


@dataclass(frozen=True)
class Candidate:
    """One formula for a sentence.

    Attributes:
        formula: The formula.
        probability: Of all candidates together 1.
    """

    formula: Node
    probability: float


class Translator:
    """See the module.

    Args:
        names: How propositions are spoken of.
        schemes: Patterns of formulas.
        choices: What the chooser chooses among.
        chooser: Which choice, given the features of a sentence.
        filler: Which proposition a slot takes that nothing clear was said about; None if that never happens.
        pool: How much the chooser and the written rules of English count.
    """

    def __init__(
        self,
        names: Names,
        schemes: Sequence[Scheme],
        choices: Sequence[Choice],
        chooser: LogLinear,
        filler: Filler | None,
        pool: Pool | None = None,
    ) -> None:
        self.names = names
        self.schemes = tuple(schemes)
        self.choices = tuple(choices)
        self.chooser = chooser
        self.filler = filler
        self.pool = pool or Pool()

    @classmethod
    def fit(cls, pairs: Sequence[Pair], *, seed: int = 0, names: Names | None = None) -> Translator:
        """Learns from pairs; equal seeds and data give equal translators on one machine."""
        translator = cls._learned(pairs, seed, names)
        translator.pool = fit(list(_ballots(pairs, seed, names)))
        return translator

    @classmethod
    def _learned(cls, pairs: Sequence[Pair], seed: int, names: Names | None) -> Translator:
        names = names or Names.learn(pairs)
        readings = [names.read(pair.utterance) for pair in pairs]
        schemes = induce(_examples(pairs, readings, names))
        symmetric = [_is_symmetric(scheme) for scheme in schemes]
        found = [
            _choices(pair, reading, schemes, symmetric, names) for pair, reading in zip(pairs, readings, strict=True)
        ]
        counts = Counter(choice for own in found for choice in own)
        common = {c for c, n in counts.items() if n > 1 or c.order in (_SAME, _REVERSED)}
        usual = [[c for c in own if c in common] or [Choice(c.scheme, c.delta, _SAME) for c in own] for own in found]
        choices = sorted({c for own in usual for c in own}, key=lambda c: (c.scheme, c.delta, c.order))
        index = {c: i for i, c in enumerate(choices)}
        kept = [i for i, own in enumerate(usual) if own]
        chooser = LogLinear.fit(
            [features(readings[i]) for i in kept],
            [{index[c] for c in usual[i]} for i in kept],
            [c.parts for c in choices],
            [pairs[i].weight for i in kept],
            seed=seed,
        )
        return cls(names, schemes, choices, chooser, _fit_filler(pairs, readings, names))

    def translate(self, text: str, *, names: Names | None = None, most: int = 5) -> list[Candidate]:
        """Formulas for a sentence, the most probable first; each is satisfiable.

        Args:
            text: The sentence.
            names: How its propositions are spoken of, where they are not those of the training.
            most: How many candidates.

        Raises:
            TranslationError: It mentions no proposition, nothing that fits, or more than can be written down.
        """
        return self.translate_all([text], names=names, most=most)[0]

    def translate_all(
        self, texts: Sequence[str], *, names: Names | None = None, most: int = 5
    ) -> list[list[Candidate]]:
        """:meth:`translate` for several sentences at once."""
        names = names or self.names
        readings = [names.read(text) for text in texts]
        for text, reading in zip(texts, readings, strict=True):
            if excess := too_much(reading):
                raise TranslationError(f"sentence {_short(text)}", excess, "Say it in several sentences.")
        seen = [features(reading) for reading in readings]
        scores = self.chooser.scores(seen)
        return [
            self._ranked(text, reading, row, names, self._fills(reading, own), most)
            for text, reading, row, own in zip(texts, readings, scores, seen, strict=True)
        ]

    def _fills(self, reading: Reading, seen: Counter[str]) -> Mapping[str, float] | None:
        return self.filler.scores(reading.words, seen) if self.filler else None

    def _ranked(
        self,
        text: str,
        reading: Reading,
        scores: NDArray[np.float64],
        names: Names,
        fill: Mapping[str, float] | None,
        most: int,
    ) -> list[Candidate]:
        nodes, learned, rank = self._candidates(text, reading, scores, names, fill)
        pooled = self.pool.scores(learned, rank) if nodes else np.zeros(0)
        best: list[Candidate] = []
        for i in np.argsort(-pooled, kind="stable"):
            if len(best) == most:
                break
            if shown_satisfiable(nodes[i]):
                best.append(Candidate(nodes[i], float(np.exp(pooled[i]))))
        if not best:
            raise TranslationError(
                f"sentence {_short(text)}",
                "mentions none of the propositions, or not as many as any known pattern takes.",
                f"Known: {', '.join(sorted(names.spoken)) or 'none'}.",
            )
        return best

    def _candidates(
        self,
        text: str,
        reading: Reading,
        scores: NDArray[np.float64],
        names: Names,
        fill: Mapping[str, float] | None,
    ) -> tuple[list[Node], NDArray[np.float64], NDArray[np.int_]]:
        """Formulas, what the model makes of each (-inf: unknown to it), and which reading of the grammar each is."""
        found: dict[str, tuple[Node, list[float]]] = {}
        for choice, score in zip(self.choices, scores, strict=True):
            for node, own in self._write(choice, reading, names, fill):
                found.setdefault(canonical(node), (node, []))[1].append(float(score) + own)
        ranked = sorted(
            ((node, float(np.logaddexp.reduce(own))) for node, own in found.values()), key=lambda pair: -pair[1]
        )
        nodes = [node for node, _ in ranked]
        total = np.logaddexp.reduce([score for _, score in ranked]) if ranked else 0.0
        learned = [score - total for _, score in ranked]
        rank = [-1] * len(nodes)
        for place, proposal in enumerate(propose(text, names)):
            at = _same(proposal.formula, nodes)
            if at is None:
                nodes.append(proposal.formula)
                learned.append(-np.inf)
                rank.append(place)
            elif rank[at] < 0:
                rank[at] = place
        return nodes, np.array(learned), np.array(rank, dtype=int)

    def _ballot(self, pair: Pair) -> Ballot:
        """The candidates for a pair that it was not trained on."""
        reading = self.names.read(pair.utterance)
        seen = [features(reading)]
        fill = self._fills(reading, seen[0])
        nodes, learned, rank = self._candidates(pair.utterance, reading, self.chooser.scores(seen)[0], self.names, fill)
        at = _same(pair.formula, nodes)
        return Ballot(learned, rank, np.arange(len(nodes)) == (-1 if at is None else at), pair.weight)

    def _write(
        self, choice: Choice, reading: Reading, names: Names, fill: Mapping[str, float] | None
    ) -> Iterator[tuple[Node, float]]:
        """The formulas of a choice, and how well the mentions fit its slots."""
        scheme = self.schemes[choice.scheme]
        size = _size(scheme, choice.delta, reading)
        tree = scheme.expand(size) if 0 <= size < (LARGEST if scheme.counts else MOST_PLACES + 1) else None
        slots = scheme.arity(size)
        order = _order(choice.order, slots)
        if tree is None or order is None:
            return
        misfit = _MISFIT * abs(len(reading.mentions) - slots) * bool(names.spoken)
        for filled, score in _filled(reading, slots, names, fill):
            yield node_of(tree, [filled[i] for i in order]), score - misfit


def _filled(
    reading: Reading, slots: int, names: Names, fill: Mapping[str, float] | None
) -> list[tuple[list[str], float]]:
    """Propositions for the first mentions, clear or not, with the logarithms of their probabilities."""
    wanted = [*reading.mentions, *([VAGUE] * slots)][:slots]
    beam: list[tuple[list[str], float]] = [([], 0.0)]
    for name in wanted:
        if not name.startswith(VAGUE):
            beam = [([*filled, name], score) for filled, score in beam]
            continue
        if fill is None:
            return []
        longer = []
        for filled, score in beam:
            used = {*filled, *wanted}
            free = {n: fill.get(n, _UNKNOWN) for n in names.of_kind(name[len(VAGUE) :]) if n not in used}
            total = np.logaddexp.reduce(list(free.values())) if free else 0.0
            longer += [([*filled, n], score + float(s - total)) for n, s in free.items()]
        beam = sorted(longer, key=lambda one: -one[1])[:_MOST_FILLS]
    return beam


def _ballots(pairs: Sequence[Pair], seed: int, names: Names | None) -> Iterator[Ballot]:
    """What translators trained on a part of the pairs say of the rest: of new sentences, and of new formulas."""
    if len(pairs) > _MOST_POOLED:
        pairs = random.Random(seed).sample(pairs, _MOST_POOLED)
    for key in (lambda pair: pair.utterance, lambda pair: canonical(pair.formula)):
        keys = sorted({key(pair) for pair in pairs})
        if len(keys) < 2 * _POOL_FOLDS:
            continue
        random.Random(seed).shuffle(keys)
        for number in range(_POOL_FOLDS):
            held = set(keys[number::_POOL_FOLDS])
            translator = Translator._learned([pair for pair in pairs if key(pair) not in held], seed, names)
            tested = [pair for pair in pairs if key(pair) in held]
            yield from map(translator._ballot, random.Random(seed).sample(tested, min(len(tested), _MOST_BALLOTS)))


def _same(formula: Node, nodes: Sequence[Node]) -> int | None:
    """Which of some formulas says the same."""
    text, atoms = canonical(formula), set(formula.atoms)
    for i, node in enumerate(nodes):
        if canonical(node) == text:
            return i
    for i, node in enumerate(nodes[:_COMPARED]):
        if set(node.atoms) == atoms and len(atoms) <= MOST_BY_AUTOMATA and equivalent(canonical(node), text):
            return i
    return None


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")


def _size(scheme: Scheme, delta: int, reading: Reading) -> int:
    if scheme.fixed:
        return 0
    return (reading.number or 0) + delta if scheme.counts else max(1, len(reading.mentions))


def _order(order: str, slots: int) -> list[int] | None:
    if order == _SAME:
        return list(range(slots))
    if order == _REVERSED:
        return list(reversed(range(slots))) if slots > 1 else None
    indices = [int(i) for i in order.split(",")]
    return indices if len(indices) == slots else None


def _completed(pair: Pair, reading: Reading, names: Names) -> list[str]:
    """The propositions of a formula in the order in which the sentence mentions them, vague ones last."""
    own = [name for name in pair.formula.atoms if name not in names.constants]
    unsaid = [name for name in own if name not in reading.mentions]
    order = []
    for name in reading.mentions:
        if name in own:
            order.append(name)
        elif name.startswith(VAGUE):
            kind = name[len(VAGUE) :]
            match = next((u for u in unsaid if u in names.of_kind(kind)), None)
            if match:
                unsaid.remove(match)
                order.append(match)
    return order + unsaid


def _examples(pairs: Sequence[Pair], readings: Sequence[Reading], names: Names) -> list[Tree]:
    """Each formula once, its slots numbered in the order in which most sentences mention them."""
    orders: dict[Node, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for pair, reading in zip(pairs, readings, strict=True):
        orders[pair.formula][tuple(_completed(pair, reading, names))] += 1
    patterns: dict[str, Counter[Tree]] = defaultdict(Counter)
    for formula, counts in orders.items():
        order, times = counts.most_common(1)[0]
        first = {name: i for i, name in enumerate(n for n in formula.atoms if n not in names.constants)}
        pattern = str(tree_of(formula, first))
        for order, times in counts.items():
            patterns[pattern][tree_of(formula, {name: i for i, name in enumerate(order)})] += times
    return [counts.most_common(1)[0][0] for counts in patterns.values()]


def _choices(
    pair: Pair, reading: Reading, schemes: Sequence[Scheme], symmetric: Sequence[bool], names: Names
) -> list[Choice]:
    """Every choice that writes the formula of a pair."""
    order = _completed(pair, reading, names)
    gold = tree_of(pair.formula, {name: i for i, name in enumerate(order)})
    found = []
    for number, scheme in enumerate(schemes):
        sizes = [0] if scheme.fixed else [len(order)] if scheme.slots is None else range(LARGEST)
        for size in sizes:
            tree = scheme.expand(size)
            filled = _unify(tree, gold, {}) if tree is not None and scheme.arity(size) == len(order) else None
            if filled is None:
                continue
            delta = size - (reading.number or 0) if scheme.counts else 0
            found.append(Choice(number, delta, _named([filled[i] for i in range(len(order))], symmetric[number])))
    return found


def _named(order: Sequence[int], symmetric: bool) -> str:
    if symmetric or list(order) == sorted(order):
        return _SAME
    return _REVERSED if list(order) == sorted(order, reverse=True) else ",".join(map(str, order))


def _unify(pattern: Tree, tree: Tree, bound: dict[int, int]) -> dict[int, int] | None:
    """Which slot of a tree each slot of a pattern stands for, None if they differ otherwise."""
    if isinstance(pattern, int):
        if not isinstance(tree, int) or bound.setdefault(pattern, tree) != tree:
            return None
        return bound if len(set(bound.values())) == len(bound) else None
    if isinstance(pattern, str) or not isinstance(tree, tuple):
        return bound if pattern == tree else None
    if pattern[0] != tree[0] or len(pattern) != len(tree):
        return None
    for one, other in zip(pattern[1:], tree[1:], strict=True):
        if _unify(one, other, bound) is None:
            return None
    return bound


@lru_cache(maxsize=1024)
def _is_symmetric(scheme: Scheme) -> bool:
    """Whether it does not matter which of two propositions comes first."""
    size = next((q for q in range(LARGEST) if scheme.arity(q) >= 2 and scheme.expand(q) is not None), None)
    if size is None:
        return True
    slots = scheme.arity(size)
    names = [f"p{i}" for i in range(slots)]
    tree = scheme.expand(size)
    same = str(node_of(tree, names))
    return all(
        equivalent(same, str(node_of(tree, [*names[:i], names[i + 1], names[i], *names[i + 2 :]])))
        for i in range(slots - 1)
    )


def _fit_filler(pairs: Sequence[Pair], readings: Sequence[Reading], names: Names) -> Filler | None:
    """Learns which proposition is meant where the text does not name it."""
    rows, labels = [], []
    for pair, reading in zip(pairs, readings, strict=True):
        for name in pair.formula.atoms:
            if name not in reading.mentions and name not in names.constants:
                rows.append((reading.words, features(reading)))
                labels.append(name)
    return Filler.fit(rows, labels) if rows else None
