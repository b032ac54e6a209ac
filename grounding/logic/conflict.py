"""Clauses of an instruction that cannot hold together, for reasons of logic.

What is asked is only whether some sequence of letters that the world allows (see
:mod:`grounding.logic.facts`) satisfies the formulas; whether robots can bring it about is the
planner's question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, product

from grounding.logic.automaton import Automaton, automaton, equivalent, satisfiable
from grounding.logic.describe import describe
from grounding.logic.facts import Facts
from grounding.logic.formula import Node, conjuncts, parse
from grounding.logic.hierarchy import needed
from grounding.logic.spec import HierarchicalSpec, Leaf, Rule
from grounding.state import ANY, SELF, Proposition, WorldState, holds, initial_state
from grounding.world import World

#: So many tasks that one rule concerns are looked at in pairs.
MAX_TOGETHER = 4
#: Searches that try more steps give up and report no conflict.
MAX_STEPS = 20_000
#: So many ways of handing the leaves of one group to robots are tried.
MAX_ASSIGNMENTS = 16

Clause = Leaf | Rule


def conflicts(spec: HierarchicalSpec, world: World, state: WorldState | None = None) -> tuple[str, ...]:
    """A smallest set of clauses that cannot hold together, in the words of the operator.

    Args:
        spec: A validated specification.
        world: The static world.
        state: The state at the start; that of the world file where it is not given.

    Returns:
        Texts of leaves and rules, none of which can be left out; empty when logic has no objection.
    """
    search = _Search(spec, Facts(world, state or initial_state(world)))
    return _texts(spec, _clash(search))


def objection(spec: HierarchicalSpec, world: World, state: WorldState | None = None) -> str:
    """Why the clauses of a specification cannot be satisfied, as a sentence; empty when logic has no objection.

    Args:
        spec: A validated specification.
        world: The static world.
        state: The state at the start; that of the world file where it is not given.
    """
    search = _Search(spec, Facts(world, state or initial_state(world)))
    found = _clash(search)
    texts = _texts(spec, found)
    if not texts:
        return ""
    quoted = " and ".join(map(repr, texts))
    reasons = search.to_blame(found)
    if reasons:
        verb = "is" if len(texts) == 1 else "are"
        return f"{quoted} {verb} broken from the start: {' and '.join(reasons)}."
    return f"{quoted} cannot hold together." if len(texts) > 1 else f"{quoted} contradicts itself."


def reservation(spec: HierarchicalSpec, world: World, now: Callable[[str], bool]) -> str:
    """What is forbidden and is so at the start, as a sentence; empty when nothing is.

    "Never enter the kitchen" does not forbid to be there, so it can be kept by who begins there; but
    then it says less than who said it may think, and that must not pass in silence.

    Args:
        spec: A validated specification.
        world: The static world.
        now: Whether a proposition holds at the start, by its name.
    """
    found: dict[str, list[str]] = {}  # what was said -> where things stand
    clauses: list[Clause] = [*spec.rules.values(), *spec.leaves.values()]
    for clause in clauses:
        robots = clause.robots if isinstance(clause, Leaf) else ("",)
        for part in map(parse, conjuncts(clause.formula) if len(robots) == 1 else ()):
            if part.op != "W" or not equivalent(str(part.children[1]), f"G !({part.children[0]})"):
                continue
            for name in part.children[0].atoms:
                proposition = Proposition.parse(name).bind(robots[0])
                if now(proposition.name):
                    found.setdefault(clause.text or clause.formula, []).append(describe(proposition, world))
    sentences = []
    for text, facts in found.items():
        where = " and ".join(dict.fromkeys(facts))
        since = "once that is over" if len(set(facts)) == 1 else "once each of these is over"
        sentences.append(f"{where[:1].upper()}{where[1:]} now, so {text!r} holds only {since}.")
    return " ".join(sentences)


def _clash(search: _Search) -> list[str]:
    """Names of the clauses that :func:`conflicts` reports."""
    spec = search.spec
    found = _contradictory_order(spec)
    if found:
        return found
    for name in spec.children:
        if not satisfiable(spec.formulas[name]):
            return list(spec.leaves_under(name))
    rules = list(spec.rules)
    for group in [[rule] for rule in rules] + ([rules] if len(rules) > 1 else []):
        if not search.possible(group):
            return search.smallest(group)
    hopeless = {leaf: reason for leaf in spec.leaves if (reason := _alone(search, leaf, rules))}
    blocking = needed(spec, hopeless)
    if blocking:
        return [clause for leaf in blocking for clause in hopeless[leaf]]
    return _side_by_side(search, [leaf for leaf in spec.leaves if needed(spec, [leaf])])


def _texts(spec: HierarchicalSpec, names: Iterable[str]) -> tuple[str, ...]:
    clauses: dict[str, Clause] = {**spec.leaves, **spec.rules}
    return tuple(dict.fromkeys(clauses[name].text or clauses[name].formula for name in names))


def _contradictory_order(spec: HierarchicalSpec) -> list[str]:
    """The leaves of a shortest circle in the order, if there is one."""
    after: dict[str, list[str]] = {}
    for a, b in sorted(spec.before):
        after.setdefault(a, []).append(b)
    best: list[str] = []
    for start in after:
        paths = [[start]]
        met: set[str] = set()
        for path in paths:
            for leaf in after.get(path[-1], ()):
                if leaf == start and (not best or len(path) < len(best)):
                    best = path
                elif leaf not in met:
                    met.add(leaf)
                    paths.append([*path, leaf])
    return best


def _alone(search: _Search, leaf: str, rules: Sequence[str]) -> list[str]:
    """Why a leaf cannot be done, whatever else is done: a smallest group of clauses, or none."""
    groups = [[leaf], *([leaf, rule] for rule in rules)]
    if len(rules) > 1:
        groups.append([leaf, *rules])
    return next((search.smallest(group) for group in groups if not search.possible(group)), [])


def _side_by_side(search: _Search, leaves: Sequence[str]) -> list[str]:
    """Why some leaves cannot all be done although each can: a smallest group, or none.

    That takes a rule that remembers what has been; only the leaves that it concerns are looked at.
    """
    spec, world = search.spec, search.facts.world
    for rule in spec.rules.values():
        if _is_invariant(parse(rule.formula)):
            continue
        about = _subjects(rule.formula, world)
        concerned = [leaf for leaf in leaves if about & _subjects(spec.leaves[leaf].formula, world)][:MAX_TOGETHER]
        for group in ([*pair, rule.name] for pair in combinations(concerned, 2)):
            if not search.possible(group):
                return search.smallest(group)
    return []


def _subjects(formula: str, world: World) -> set[object]:
    """What a formula is about: things, and the cells of zones."""
    found: set[object] = set()
    for name in parse(formula).atoms:
        for arg in Proposition.parse(name).args:
            found |= world.zones[arg].cells if arg in world.zones else {arg}
    return found - {SELF, ANY}


def _is_invariant(node: Node) -> bool:
    """Whether a rule looks at single moments only, so that tasks cannot get in each other's way."""
    parts = node.children if node.op == "&" else (node,)
    return all(part.op == "G" and part.children[0].temporal == 0 for part in parts)


@dataclass(frozen=True)
class _Run:
    """One formula in a joint search: its automata, and for each the bits of the joint letter."""

    parts: tuple[tuple[Automaton, tuple[int, ...]], ...]
    after: frozenset[int] = field(default_factory=frozenset)

    def start(self) -> tuple[int, ...]:
        return tuple(built.initial for built, _ in self.parts)

    def step(self, states: tuple[int, ...], letter: int) -> tuple[int, ...] | None:
        """The states after a letter, None when the formula can no longer be satisfied."""
        after = []
        for (built, bits), state in zip(self.parts, states, strict=True):
            own = sum(1 << i for i, bit in enumerate(bits) if letter >> bit & 1)
            new = built.step(state, own)
            if new in built.dead:
                return None
            after.append(new)
        return tuple(after)

    def accepted(self, states: tuple[int, ...]) -> bool:
        return all(state in built.accepting for (built, _), state in zip(self.parts, states, strict=True))


_WAITING: tuple[int, ...] = ()
_DONE: tuple[int, ...] = (-1,)


class _Search:
    """Looks for a sequence of possible letters that satisfies a group of clauses."""

    def __init__(self, spec: HierarchicalSpec, facts: Facts) -> None:
        self.spec, self.facts = spec, facts
        self._known: dict[frozenset[str], bool] = {}

    def smallest(self, group: Sequence[str]) -> list[str]:
        """An impossible group reduced, clause by clause, until each one is needed."""
        left = list(group)
        for clause in group:
            rest = [other for other in left if other != clause]
            if rest and not self.possible(rest):
                left = rest
        return left

    def possible(self, group: Sequence[str]) -> bool:
        """Whether the leaves of the group can be done while its rules are kept.

        Errs on the side of yes where the question is too large.
        """
        key = frozenset(group)
        if key not in self._known:
            choices = self._assignments([name for name in group if name in self.spec.leaves])
            self._known[key] = any(self._with(group, robots) for robots in choices)
        return self._known[key]

    def to_blame(self, group: Sequence[str]) -> list[str]:
        """Facts of the state at the start without any of which rules could be kept, in words."""
        if any(name not in self.spec.rules for name in group):
            return []
        facts = self.facts
        names = dict.fromkeys(atom for name in group for atom in parse(self.spec.rules[name].formula).atoms)
        now = {atom: bool(facts.first((atom,))) for atom in names}
        broken = [atom for atom in names if self._with(group, {}, {**now, atom: not now[atom]})]
        found = []
        for proposition in map(Proposition.parse, broken):
            positive = now[proposition.name]
            whom = facts.world.robots if proposition.args[0] == ANY and positive else (proposition.args[0],)
            own = [replace(proposition, args=(who, *proposition.args[1:])) for who in whom]
            found += [describe(p, facts.world, positive) for p in own if holds(p, facts.world, facts.state) is positive]
        return found

    def _assignments(self, leaves: Sequence[str]) -> Iterable[dict[str, str]]:
        team = tuple(self.facts.world.robots)
        options = [self.spec.leaves[leaf].robots or team for leaf in leaves]
        for i, choice in enumerate(product(*options)):
            robots = dict(zip(leaves, choice, strict=True))
            if i >= MAX_ASSIGNMENTS:
                robots = {}
            same = ((leaf, self.spec.leaves[leaf].same_robot_as) for leaf in leaves)
            if all(robots.get(leaf) == robots.get(other, robots.get(leaf)) for leaf, other in same if other):
                yield robots
            if i >= MAX_ASSIGNMENTS:
                return

    def _with(self, group: Sequence[str], robots: dict[str, str], now: dict[str, bool] | None = None) -> bool:
        """Whether a group can be satisfied by these robots, from the state at the start or another first letter."""
        leaves = [name for name in group if name in self.spec.leaves]
        if leaves and not robots:
            return True
        index: dict[str, int] = {}
        runs = []
        for name in (*leaves, *(name for name in group if name in self.spec.rules)):
            own = self.spec.leaves.get(name) or self.spec.rules[name]
            parts = []
            for built in map(automaton, conjuncts(own.formula)):
                bound = [Proposition.parse(atom).bind(robots.get(name, "")).name for atom in built.atoms]
                parts.append((built, tuple(index.setdefault(atom, len(index)) for atom in bound)))
            earlier = frozenset(i for i, other in enumerate(leaves) if (other, name) in self.spec.before)
            runs.append(_Run(tuple(parts), earlier))
        names = tuple(index)
        letters = self.facts.letters(names)
        if letters is None:
            return True
        first = self.facts.first(names) if now is None else sum(1 << i for i, name in enumerate(names) if now[name])
        return _explore(runs, len(leaves), first, letters)


def _explore(runs: Sequence[_Run], leaves: int, first: int, letters: Sequence[int]) -> bool:
    """Breadth-first search; the first letter is given, the others are free."""
    start = (*[_WAITING] * leaves, *(run.start() for run in runs[leaves:]))
    seen = set(_successors(runs, leaves, start, first))
    queue = list(seen)
    steps = 0
    for state in queue:
        steps += len(letters)
        if steps > MAX_STEPS or _fulfilled(runs, leaves, state):
            return True
        for letter in letters:
            for after in _successors(runs, leaves, state, letter):
                if after not in seen:
                    seen.add(after)
                    queue.append(after)
    return False


def _fulfilled(runs: Sequence[_Run], leaves: int, state: tuple[tuple[int, ...], ...]) -> bool:
    return all(s == _DONE for s in state[:leaves]) and all(
        run.accepted(s) for run, s in zip(runs[leaves:], state[leaves:], strict=True)
    )


def _successors(
    runs: Sequence[_Run], leaves: int, state: tuple[tuple[int, ...], ...], letter: int
) -> Iterable[tuple[tuple[int, ...], ...]]:
    """Joint states after a letter: a leaf that waits may start with it or go on waiting."""
    options: list[list[tuple[int, ...]]] = []
    for i, (run, own) in enumerate(zip(runs, state, strict=True)):
        if i < leaves and own == _DONE:
            options.append([_DONE])
            continue
        waits = i < leaves and own == _WAITING
        found = [_WAITING] if waits else []
        if not waits or all(state[other] == _DONE for other in run.after):
            new = run.step(run.start() if waits else own, letter)
            if new is not None:
                found.append(_DONE if i < leaves and run.accepted(new) else new)
        if not found:
            return ()
        options.append(found)
    return product(*options)
