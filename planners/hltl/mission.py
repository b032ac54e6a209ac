"""Which leaves, in which order, by which robot: choices above the leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice, product

from grounding.logic.formula import Node as Formula
from grounding.logic.formula import parse
from grounding.logic.history import History, Letter
from grounding.logic.spec import HierarchicalSpec
from planners.hltl.automata import DEAD, Product

#: Most ways of choosing among alternatives that are looked at.
_CHOICES = 256


@dataclass(frozen=True)
class Progress:
    """How far the composites have come.

    Attributes:
        states: Composite -> state of its automata, None before its first letter.
        fired: Composites that have been accepted.
    """

    states: tuple[int, ...]
    fired: frozenset[str]


class Composites:
    """The formulas above the leaves, run over the order in which leaves are finished."""

    def __init__(self, spec: HierarchicalSpec) -> None:
        self.spec = spec
        self.names = [name for name in spec.walk() if name not in spec.leaves][::-1]
        self.products = {name: _composite(spec, name) for name in self.names}

    @cached_property
    def plain(self) -> bool:
        """Whether the order of ``spec.before`` is all that matters between leaves.

        So it is where every conjunct is ``F a``, ``F a | F b`` or an order that ``before`` spells out.
        """
        return all(_plain(parse(part.text)) for product in self.products.values() for part in product.goals)

    def start(self, done: tuple[str, ...]) -> Progress | None:
        """Progress after leaves that were finished beforehand; None where all is lost already."""
        moments = [*done, ""]
        progress: Progress | None = None
        for leaf in moments:
            progress = self._moment(progress, leaf)
            if progress is None:
                return None
        return progress

    def finish(self, progress: Progress, leaf: str) -> Progress | None:
        """Progress after one more leaf is finished; None where the root can no longer be accepted."""
        return self._moment(progress, leaf)

    def _moment(self, progress: Progress | None, leaf: str) -> Progress | None:
        events = {leaf}
        fired = set(progress.fired) if progress is not None else set()
        states: list[int] = []
        for i, name in enumerate(self.names):
            automaton = self.products[name]
            letter = automaton.letter(kid for kid in self.spec.children.get(name, ()) if kid in events)
            state = automaton.start(letter) if progress is None else progress.states[i]
            if progress is not None and state != DEAD:
                state = automaton.step(state, letter)
            states.append(state)
            if state != DEAD and name not in fired and automaton.accepting(state):
                fired.add(name)
                events.add(name)
        if states and states[-1] == DEAD:
            return None
        return Progress(tuple(states), frozenset(fired))

    def accepted(self, progress: Progress) -> bool:
        """Whether the root is accepted."""
        if not self.names:
            return False
        return self.products[self.names[-1]].accepting(progress.states[-1])

    @cached_property
    def selections(self) -> list[frozenset[str]]:
        """Sets of leaves that can satisfy the root, smallest choices first; at most :data:`_CHOICES`."""
        if self.spec.root in self.spec.leaves:
            return [frozenset({self.spec.root})]
        found = dict.fromkeys(islice(self._select(self.spec.root), _CHOICES))
        return sorted(found, key=lambda s: (len(s), sorted(s)))

    def _select(self, name: str) -> Iterator[frozenset[str]]:
        if name in self.spec.leaves:
            yield frozenset({name})
            return
        kids = self.spec.children.get(name, ())
        for chosen in _minimal(self.products[name], kids):
            for parts in product(*(list(islice(self._select(kid), _CHOICES)) for kid in kids if kid in chosen)):
                yield frozenset().union(*parts)


def _plain(node: Formula) -> bool:
    if node.op == "|":
        return all(_plain(child) and child.op == "F" for child in node.children)
    if node.op == "U":
        return node.children[0].op == "!" and node.children[1].op == "atom"
    return node.op == "F" and node.children[0].op == "atom"


def _composite(spec: HierarchicalSpec, name: str) -> Product:
    return Product([spec.formulas[name]])


def _minimal(automaton: Product, kids: tuple[str, ...]) -> Iterator[frozenset[str]]:
    """Sets of children none of which can be left out, whose completion in some order is accepted."""
    needed = frozenset(kid for kid in kids if any(part.requires(automaton.bits.get(kid)) for part in automaton.goals))
    optional = [kid for kid in kids if kid not in needed]
    found: list[frozenset[str]] = []
    for count in range(len(optional) + 1):
        for extra in _subsets(optional, count):
            chosen = needed | extra
            if not any(smaller <= chosen for smaller in found) and _orderable(automaton, chosen):
                found.append(chosen)
                yield chosen
        if count >= 3 and found:
            return


def _subsets(items: list[str], count: int) -> Iterator[frozenset[str]]:
    yield from (frozenset(c) for c in combinations(items, count))


def _orderable(automaton: Product, chosen: frozenset[str]) -> bool:
    """Whether finishing exactly these children, in some order, is accepted."""
    reached: dict[frozenset[str], set[int]] = {frozenset(): {automaton.start(0)} - {DEAD}}
    # Of plain conjuncts only "not before" can break, and a child that breaks nothing now is never better done later.
    if len(chosen) > 10 or all(_plain(parse(part.text)) for part in automaton.goals):
        return _greedy_order(automaton, chosen)
    for _ in range(len(chosen)):
        following: dict[frozenset[str], set[int]] = {}
        for finished, states in reached.items():
            for kid in sorted(chosen - finished):
                letter = automaton.letter([kid])
                after = {automaton.step(q, letter) for q in states} - {DEAD}
                following.setdefault(finished | {kid}, set()).update(after)
        reached = following
    return any(automaton.accepting(q) for states in reached.values() for q in states)


def _greedy_order(automaton: Product, chosen: frozenset[str]) -> bool:
    """As :func:`_orderable`, for many children: always finish one that breaks nothing."""
    q = automaton.start(0)
    left = sorted(chosen)
    while left and q != DEAD:
        following = ((kid, automaton.step(q, automaton.letter([kid]))) for kid in left)
        kid, q = next((pair for pair in following if pair[1] != DEAD), (left[0], DEAD))
        left.remove(kid)
    return q != DEAD and automaton.accepting(q)


def resumption(past: History, sequence: Iterable[tuple[str, str]], leaf: str, robot: str) -> tuple[Letter, ...]:
    """What a leaf has read that its robot goes on with: nothing once the robot has done another leaf.

    Args:
        past: Leaves under way.
        sequence: The (leaf, robot) pairs that come first.
        leaf: The leaf.
        robot: The robot that is to do it.
    """
    return () if any(busy == robot for _, busy in sequence) else past.begun(leaf, robot)


def robots_of(spec: HierarchicalSpec, leaf: str, robots: tuple[str, ...], taken: Mapping[str, str]) -> tuple[str, ...]:
    """Robots that may do a leaf, given who does which other leaves."""
    node = spec.leaves[leaf]
    same = node.same_robot_as
    tied = {taken[same]} if same is not None and same in taken else None
    for other, robot in taken.items():
        if other in spec.leaves and spec.leaves[other].same_robot_as == leaf:
            tied = {robot} if tied is None else tied & {robot}
    return tuple(r for r in robots if (not node.robots or r in node.robots) and (tied is None or r in tied))
