"""Deterministic automata of formulas read over finite traces, built by Spot and cached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

import numpy as np
import spot
from spot import buddy

from grounding.errors import FormulaError
from grounding.logic.formula import Node, accepts, parse
from grounding.logic.translation import translate, translate_bounded

MAX_STATES = 4096
MAX_EDGES = 100_000
MAX_SECONDS = 5.0
MAX_ATOMS = 64

#: Formulas with more temporal operators are translated in a process that can be cut off.
_EASY = 8
_TABLE_ATOMS = 12
_TABLE_ENTRIES = 2**20

#: A transition: (mask, value, target) is taken by letters with ``letter & mask == value``.
Edge = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class Automaton:
    """A complete, minimal deterministic automaton over letters of propositions.

    The trace read so far is accepted when it, taken as a complete trace, satisfies the formula:
    ``G a`` accepts as long as a has held, ``F a`` once a has been seen. The empty trace satisfies
    nothing.

    Attributes:
        formula: The text it was built from.
        atoms: Proposition names; bit i of a letter says whether atom i holds.
        initial: State before the first letter.
        states: Number of states; they are numbered from 0.
        accepting: States in which the trace so far satisfies the formula.
        dead: States from which no accepting state can be reached.
        settled: States from which only accepting states can be reached.
        edges: Transitions of each state; exactly one fits each letter.
        table: ``table[state][letter]`` is the next state; empty for large alphabets.
    """

    formula: str
    atoms: tuple[str, ...]
    initial: int
    states: int
    accepting: frozenset[int]
    dead: frozenset[int]
    settled: frozenset[int]
    edges: tuple[tuple[Edge, ...], ...]
    table: tuple[tuple[int, ...], ...]

    def step(self, state: int, letter: int) -> int:
        """The state after reading one letter."""
        if self.table:
            return self.table[state][letter]
        return next(target for mask, value, target in self.edges[state] if letter & mask == value)

    def letter(self, holding: Iterable[str]) -> int:
        """The letter in which exactly the given propositions hold (others than its own are ignored)."""
        true = set(holding)
        return sum(1 << i for i, name in enumerate(self.atoms) if name in true)

    def run(self, letters: Iterable[int]) -> int:
        """The state after reading letters from the start."""
        state = self.initial
        for letter in letters:
            state = self.step(state, letter)
        return state


_patience: ContextVar[float] = ContextVar("patience", default=MAX_SECONDS)


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Automata built meanwhile are given up after so many seconds, :data:`MAX_SECONDS` at most."""
    token = _patience.set(max(0.0, min(seconds, MAX_SECONDS)))
    try:
        yield
    finally:
        _patience.reset(token)


@lru_cache(maxsize=1024)
def automaton(formula: str) -> Automaton:
    """The automaton of a formula.

    Raises:
        FormulaError: The formula is ill-formed or its automaton too large to build.

    >>> eventually = automaton("F a")
    >>> eventually.run([0, 1, 0]) in eventually.accepting
    True
    """
    node = parse(formula)
    if len(node.atoms) > MAX_ATOMS:
        raise _too_large(formula, f"speaks of {len(node.atoms)} propositions, at most {MAX_ATOMS} fit")
    built = _translate(formula, node)
    # The variable numbers of an automaton are its own; several atoms of the formula may be void.
    present = {ap.ap_name() for ap in built.ap()}
    names = tuple(name for name in node.atoms if name in present)
    bits = {built.register_ap(name): i for i, name in enumerate(names)}
    count = built.num_states()
    edges = [
        tuple((mask, value, int(edge.dst)) for edge in built.out(state) for mask, value in _cubes(edge.cond, bits))
        for state in range(count)
    ]
    accepting = {state for state in range(count) if built.state_is_accepting(state)}
    return _finished(formula, names, int(built.get_init_state_number()), edges, accepting, _missing(built, bits))


def satisfiable(formula: str) -> bool:
    """Whether some non-empty finite trace satisfies a formula.

    Raises:
        FormulaError: The formula is ill-formed or its automaton too large to build.

    >>> satisfiable("F a & G !a")
    False
    """
    # Most formulas are met by a trace that is easily guessed, which spares large ones a translation.
    if any(accepts(formula, guess) for guess in _guesses(parse(formula))):
        return True
    built = automaton(formula)
    return built.initial not in built.dead


def _guesses(node: Node) -> Iterator[list[set[str]]]:
    """Traces that satisfy most formulas: nothing, everything, one proposition after the other."""
    yield [set()]
    yield [set(node.atoms)]
    wanted = dict.fromkeys(_wanted(node))
    yield [set(), *({name} for name in wanted)]
    order: dict[str, set[str]] = {name: set() for name in wanted}
    for part in node.children:
        if part.op == "U" and part.children[0].op == "!" and part.children[1].op == "atom":
            for later in part.children[0].atoms:
                order.setdefault(later, set()).add(part.children[1].atom)
    with suppress(CycleError):
        yield [set(), *({name} for name in TopologicalSorter(order).static_order())]


def _wanted(node: Node) -> Iterator[str]:
    """Atoms as often as they occur without a negation right before them."""
    if node.op == "atom":
        yield node.atom
    for child in node.children:
        if node.op != "!" or child.op != "atom":
            yield from _wanted(child)


def equivalent(one: str, other: str) -> bool:
    """Whether two formulas are satisfied by the same finite traces.

    >>> equivalent("!F a", "G !a")
    True
    """
    return not satisfiable(f"({one}) xor ({other})")


def _translate(formula: str, node: Node) -> spot.twa_graph:
    text = quoted(node)
    try:
        built = translate(text) if node.temporal <= _EASY else translate_bounded(text, _patience.get())
    except (TimeoutError, RuntimeError) as error:
        reason = (
            f"has {node.temporal} temporal operators and its automaton was not built within {_patience.get():.3g} s"
        )
        raise _too_large(formula, reason) from error
    for size, most, what in (
        (built.num_states(), MAX_STATES, "states"),
        (built.num_edges(), MAX_EDGES, "transitions"),
    ):
        if size > most:
            raise _too_large(formula, f"needs an automaton of {size:,} {what}, at most {most:,} are allowed")
    return built


def _too_large(formula: str, reason: str) -> FormulaError:
    text = formula if len(formula) <= 120 else formula[:117] + "..."
    return FormulaError(f"formula {text!r}", f"{reason}.", "Split it at its '&' into several formulas.")


def quoted(node: Node) -> str:
    """Text that Spot cannot misread: atoms in quotes, every operand in brackets."""
    if node.op == "atom":
        return f'"{node.atom}"'
    if len(node.children) == 1:
        return f"{node.op}({quoted(node.children[0])})"
    return f" {node.op} ".join(f"({quoted(child)})" for child in node.children) or node.op


def _cubes(condition: buddy.bdd, bits: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Disjoint (mask, value) pairs that cover a condition: the paths of its decision diagram."""
    stack = [(condition, 0, 0)]
    while stack:
        node, mask, value = stack.pop()
        if node == buddy.bddtrue:
            yield mask, value
        elif node != buddy.bddfalse:
            bit = 1 << bits[buddy.bdd_var(node)]
            stack.append((buddy.bdd_high(node), mask | bit, value | bit))
            stack.append((buddy.bdd_low(node), mask | bit, value))


def _missing(built: spot.twa_graph, bits: dict[int, int]) -> list[list[tuple[int, int]]]:
    """For each state the letters that no transition takes."""
    missing = []
    for state in range(built.num_states()):
        covered = buddy.bddfalse
        for edge in built.out(state):
            covered |= edge.cond
        missing.append(list(_cubes(buddy.bdd_not(covered), bits)))
    return missing


def _finished(
    formula: str,
    names: tuple[str, ...],
    initial: int,
    edges: list[tuple[Edge, ...]],
    accepting: set[int],
    missing: list[list[tuple[int, int]]],
) -> Automaton:
    """Completes an automaton with a sink and works out its dead and settled states."""
    sink = len(edges)
    if not accepting:
        edges = [((0, 0, 0),)]
    elif any(missing):
        edges = [
            (*own, *((mask, value, sink) for mask, value in lost)) for own, lost in zip(edges, missing, strict=True)
        ]
        edges.append(((0, 0, sink),))
    alive = _reaching(edges, accepting)
    everything = set(range(len(edges)))
    unsettled = _reaching(edges, everything - accepting)
    return Automaton(
        formula, names, initial, len(edges), frozenset(accepting), frozenset(everything - alive),
        frozenset(everything - unsettled), tuple(edges), _table(edges, len(names)),
    )  # fmt: skip


def _reaching(edges: Sequence[Sequence[Edge]], goal: set[int]) -> set[int]:
    """States from which some state of ``goal`` can be reached, themselves included."""
    sources: dict[int, set[int]] = {}
    for state, own in enumerate(edges):
        for _, _, target in own:
            sources.setdefault(target, set()).add(state)
    found = set(goal)
    queue = list(goal)
    while queue:
        new = sources.get(queue.pop(), set()) - found
        found |= new
        queue.extend(new)
    return found


def _table(edges: Sequence[Sequence[Edge]], width: int) -> tuple[tuple[int, ...], ...]:
    if width > _TABLE_ATOMS or len(edges) << width > _TABLE_ENTRIES:
        return ()
    letters = np.arange(1 << width)
    rows = []
    for own in edges:
        row = np.zeros(1 << width, dtype=np.int64)
        for mask, value, target in own:
            row[(letters & mask) == value] = target
        rows.append(tuple(row.tolist()))
    return tuple(rows)
