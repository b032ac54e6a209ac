"""What it takes to carry out one leaf: from every cell to every cell it can end in.

A leaf's graph is the product of cells, action automaton and formula automaton. Only what the
formula can tell apart is kept: actions that it does not see and that open nothing are dropped, and
one backward shortest-path run per exit gives the figures for all entry cells at once.

Reading (``docs/hltl.md``): a robot that takes up a leaf shows the label of the cell it stands in;
each step moves to a neighbour or stays and takes one action, and shows the region reached together
with the action's effect; the leaf is done when its automaton first accepts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, dijkstra

from grounding.errors import FormulaError
from grounding.logic.automaton import Automaton, automaton
from grounding.world import Cell
from planners.hltl.cases import ActionEdge, CaseWorld
from planners.hltl.stints import Move

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: The action that costs nothing.
IDLE = "default"
#: Weight of the leading figure against the other one.
SCALE = 1 << 20
_MOST_NODES = 4_000_000
_MOST_LETTER_ATOMS = 24


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells of a case world by number, and which are next to one another.

    Attributes:
        world: The world.
        source, target: Pairs of cells a step may lead between, staying included.
    """

    world: CaseWorld
    source: Ints
    target: Ints

    @classmethod
    def of(cls, world: CaseWorld) -> Grid:
        """The grid of a world."""
        index = {cell: i for i, cell in enumerate(world.cells)}
        pairs = [(i, i) for i in range(len(index))]
        pairs += [(i, index[other]) for cell, i in index.items() for other in world.neighbours(cell)]
        array = np.array(pairs, dtype=np.int64)
        return cls(world, array[:, 0], array[:, 1])

    @cached_property
    def index(self) -> dict[tuple[int, int], int]:
        """Cell -> its number."""
        return {cell: i for i, cell in enumerate(self.world.cells)}

    @cached_property
    def moved(self) -> Ints:
        """1 where a pair of cells is a move, 0 where it stays."""
        moved: Ints = (self.source != self.target).astype(np.int64)
        return moved


@dataclass(frozen=True)
class Live:
    """How far a leaf under way is.

    Attributes:
        state: State of the formula's automaton.
        action: State of the action automaton.
        cell: Where its robot is.
    """

    state: int
    action: str
    cell: Cell


@dataclass(eq=False)
class LeafGraph:
    """The product of a leaf and the figures read off it.

    Attributes:
        leaf: Name of the leaf.
        exits: Cells the leaf can end in.
        cost, steps: ``[entries, exits]``: least cost and the least steps at that cost from an entry
            to an exit; infinite where there is no way. With ``quick``, least steps first. Entries
            are the cells in which the leaf can be taken up, then the states it was left in.
    """

    leaf: str
    grid: Grid
    automaton: Automaton
    actions: tuple[ActionEdge, ...]
    names: tuple[str, ...]
    quick: bool
    exits: Ints
    cost: Floats
    steps: Floats
    _start: Ints = field(repr=False)
    _sinks: Ints = field(repr=False)
    _graph: csr_array = field(repr=False)
    _next: Ints = field(repr=False)
    _labels: tuple[str, ...] = field(repr=False)

    @cached_property
    def nodes(self) -> int:
        """Number of product nodes; node ``n`` stands in cell ``n % cells``."""
        return self.automaton.states * len(self.names) * len(self.grid.world.cells)

    def start(self, entry: int) -> int:
        """The node of an entry: in which a robot in a cell takes the leaf up, or goes on with it."""
        return int(self._start[entry])

    @cached_property
    def done(self) -> list[bool]:
        """Whether the leaf is finished, for every node."""
        share = len(self.names) * len(self.grid.world.cells)
        return [node // share in self.automaton.accepting for node in range(self.nodes)]

    @cached_property
    def left(self) -> list[float]:
        """Cost and steps together that are still to come at least, for every node."""
        found = dijkstra(self._graph, indices=self._sinks, min_only=True)[: self.nodes]
        lead, rest = np.divmod(found, SCALE, where=np.isfinite(found), out=(found.copy(), np.zeros_like(found)))
        return (lead + rest).tolist()  # type: ignore[no-any-return]

    def edges(self, node: int) -> list[tuple[int, int, str]]:
        """What can follow a node, staying in it included: (node, cost, action)."""
        if node in self._edges:
            return self._edges[node]
        cells, dead = len(self.grid.world.cells), self.automaton.dead
        q, a, cell = node // (cells * len(self.names)), node // cells % len(self.names), node % cells
        region = self.grid.world.region_at.get(self.grid.world.cells[cell])
        best: dict[int, tuple[int, str]] = {}
        for edge in self.actions:
            if edge.source != self.names[a] or (edge.regions and region not in edge.regions):
                continue
            for other in self._near[cell]:
                q2 = int(self._next[q, other, self._labels.index(edge.label)])
                after = (q2 * len(self.names) + self.names.index(edge.target)) * cells + other
                cost = (other != cell) + (edge.label != IDLE)
                if q2 not in dead and cost < best.get(after, (9, ""))[0]:
                    best[after] = (cost, edge.label)
        found = self._edges[node] = [(after, cost, action) for after, (cost, action) in best.items()]
        return found

    @cached_property
    def _edges(self) -> dict[int, list[tuple[int, int, str]]]:
        return {}

    @cached_property
    def _near(self) -> list[list[int]]:
        near: list[list[int]] = [[] for _ in self.grid.world.cells]
        for a, b in zip(self.grid.source.tolist(), self.grid.target.tolist(), strict=True):
            near[a].append(b)
        return near

    def path(self, entry: int, exit_: int) -> tuple[Move, ...]:
        """The steps behind one figure: from an entry to an exit (its index in ``exits``)."""
        cells = len(self.grid.world.cells)
        goal = int(self._sinks[exit_])
        _, before = dijkstra(self._graph, indices=goal, return_predecessors=True)
        node = int(self._start[entry])
        found: list[Move] = []
        while True:
            following = int(before[node])
            if following == goal:
                return tuple(found)
            found.append(Move(self.grid.world.cells[following % cells], self._action(node, following)))
            node = following

    def _action(self, node: int, following: int) -> str:
        """The cheapest action that leads from one node of the product to the next."""
        cells, states = len(self.grid.world.cells), len(self.names)
        q, a, cell = node // (cells * states), node // cells % states, node % cells
        q2, a2, cell2 = following // (cells * states), following // cells % states, following % cells
        region = self.grid.world.region_at.get(self.grid.world.cells[cell])
        for edge in sorted(self.actions, key=lambda e: e.label != IDLE):
            fits = (edge.source, edge.target) == (self.names[a], self.names[a2])
            label = self._labels.index(edge.label)
            if fits and (not edge.regions or region in edge.regions) and self._next[q, cell2, label] == q2:
                return edge.label
        raise AssertionError("an edge of the product has an action")


def leaf_graph(name: str, formula: str, grid: Grid, *, quick: bool = False, live: Sequence[Live] = ()) -> LeafGraph:
    """Builds the product of a leaf and solves it for every entry.

    Args:
        name: Name of the leaf, for messages.
        formula: Its formula over regions and effects.
        grid: The cells.
        quick: Whether the least steps count first and the cost second, instead of the reverse.
        live: States in which the leaf was left, as further entries.

    Raises:
        FormulaError: The formula's automaton or the product is too large.
    """
    try:
        built = automaton(formula)
    except FormulaError as error:
        raise FormulaError(f"leaf {name!r}: {error.thing}", error.reason, error.next_step) from error
    begun = (grid.world.initial, *(left.action for left in live))
    actions = visible_actions(grid.world, frozenset(built.atoms), begun)
    names = tuple(dict.fromkeys([*begun, *(s for e in actions for s in (e.source, e.target))]))
    nodes = built.states * len(names) * len(grid.world.cells)
    if nodes > _MOST_NODES or len(built.atoms) > _MOST_LETTER_ATOMS:
        reason = f"its product with the world has {nodes:,} states, at most {_MOST_NODES:,} fit."
        raise FormulaError(f"leaf {name!r}", reason, "Split it into several leaves.")
    labels = tuple(dict.fromkeys([IDLE, *(e.label for e in actions)]))
    table = _transitions(built, grid, labels)
    sources, targets, weights = _edges(built, grid, actions, names, labels, table, quick)
    cells = len(grid.world.cells)
    start = table[built.initial, :, labels.index(IDLE)] * len(names) * cells + np.arange(cells)
    left = [(one.state * len(names) + names.index(one.action)) * cells + grid.index[one.cell] for one in live]
    start = np.concatenate([start, np.array(left, dtype=np.int64)])
    return _solve(name, grid, built, actions, names, quick, labels, table, start, (sources, targets, weights))


def _transitions(built: Automaton, grid: Grid, labels: Sequence[str]) -> Ints:
    """``[state, cell, label]``: the next state of the formula."""
    world = grid.world
    bit = {name: 1 << i for i, name in enumerate(built.atoms)}
    where = np.array([bit.get(world.region_at.get(cell, ""), 0) for cell in world.cells], dtype=np.int64)
    effect = np.array([bit.get(label, 0) for label in labels], dtype=np.int64)
    letters, inverse = np.unique(where[:, None] | effect[None, :], return_inverse=True)
    rows = [[built.step(q, int(letter)) for letter in letters] for q in range(built.states)]
    return np.array(rows, dtype=np.int64)[:, inverse.reshape(len(where), len(effect))]


def _edges(
    built: Automaton, grid: Grid, actions: Sequence[ActionEdge], names: Sequence[str],
    labels: Sequence[str], table: Ints, quick: bool,
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """Edges of the product as (from, to, weight); accepting and lost states have none outgoing."""
    world, cells = grid.world, len(grid.world.cells)
    region = np.array([world.region_at.get(cell, "") for cell in world.cells])
    dead = np.zeros(built.states, dtype=bool)
    dead[list(built.dead)] = True
    open_states = np.array(sorted(set(range(built.states)) - built.accepting - built.dead), dtype=np.int64)
    found: list[tuple[Ints, Ints, Ints]] = []
    for edge in actions:
        pairs = slice(None) if not edge.regions else np.isin(region[grid.source], sorted(edge.regions))
        source, target, moved = grid.source[pairs], grid.target[pairs], grid.moved[pairs]
        acts = int(edge.label != IDLE)
        cost, steps = moved + acts, np.maximum(moved, acts)
        weight = steps * SCALE + cost if quick else cost * SCALE + steps
        q2 = table[open_states][:, target, labels.index(edge.label)]
        begin = (open_states[:, None] * len(names) + names.index(edge.source)) * cells + source[None, :]
        end = (q2 * len(names) + names.index(edge.target)) * cells + target[None, :]
        alive = ~dead[q2]
        found.append((begin[alive], end[alive], np.broadcast_to(weight, q2.shape)[alive]))
    return (
        np.concatenate([f[0] for f in found]),
        np.concatenate([f[1] for f in found]),
        np.concatenate([f[2] for f in found]),
    )


def _solve(
    name: str, grid: Grid, built: Automaton, actions: tuple[ActionEdge, ...], names: tuple[str, ...],
    quick: bool, labels: tuple[str, ...], table: Ints, start: Ints, edges: tuple[Ints, Ints, Ints],
) -> LeafGraph:  # fmt: skip
    cells = len(grid.world.cells)
    nodes = built.states * len(names) * cells
    sources, targets, weights = edges
    accepting = np.zeros(built.states, dtype=bool)
    accepting[list(built.accepting)] = True
    # Of parallel edges the cheapest is kept.
    order = np.lexsort((weights, sources, targets))
    sources, targets, weights = sources[order], targets[order], weights[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (sources[1:] != sources[:-1]) | (targets[1:] != targets[:-1])
    first &= sources != targets
    sources, targets, weights = sources[first], targets[first], weights[first]
    reached = _reachable(sources, targets, start, nodes)
    ends = np.flatnonzero(reached & accepting[np.arange(nodes) // (len(names) * cells)])
    exits, sink = np.unique(ends % cells, return_inverse=True)
    keep = reached[sources]
    by_sink = np.argsort(sink, kind="stable")
    sources = np.concatenate([sources[keep], ends[by_sink]])
    targets = np.concatenate([targets[keep], nodes + sink[by_sink]])
    weights = np.concatenate([weights[keep], np.zeros(len(ends), dtype=np.int64)])
    # Shortest paths run backwards from the exits, so the graph is stored reversed.
    size = nodes + len(exits)
    pointers = np.searchsorted(targets, np.arange(size + 1))
    graph = csr_array((weights.astype(np.float64), sources, pointers), shape=(size, size))
    distance = np.empty((len(start), 0))
    if len(exits):
        distance = dijkstra(graph, indices=nodes + np.arange(len(exits)))[:, start].T
    lead, rest = np.divmod(distance, SCALE, where=np.isfinite(distance), out=(distance.copy(), distance.copy()))
    cost, steps = (rest, lead) if quick else (lead, rest)
    used = np.flatnonzero(np.isfinite(distance).any(axis=0))
    return LeafGraph(
        name, grid, built, actions, names, quick, exits[used], cost[:, used], steps[:, used],
        start, nodes + used, graph, table, labels,
    )  # fmt: skip


def _reachable(sources: Ints, targets: Ints, start: Ints, nodes: int) -> NDArray[np.bool_]:
    """Nodes that can be reached from the start nodes."""
    heads = np.concatenate([sources, np.full(len(start), nodes)])
    tails = np.concatenate([targets, start])
    graph = csr_array((np.ones(len(heads)), (heads, tails)), shape=(nodes + 1, nodes + 1))
    found = np.zeros(nodes + 1, dtype=bool)
    found[breadth_first_order(graph, nodes, return_predecessors=False)] = True
    return found[:nodes]


def visible_actions(world: CaseWorld, atoms: frozenset[str], begun: Sequence[str]) -> tuple[ActionEdge, ...]:
    """Edges of the action automaton that can matter to a formula with these atoms, from states on.

    An edge is dropped when another edge of the same state costs no more, is allowed wherever it
    is, shows the formula the same, and leads to a state that can do all that its state can do.
    """
    states = list(dict.fromkeys([world.initial, *(s for e in world.actions for s in (e.source, e.target))]))
    leaving = {s: [e for e in world.actions if e.source == s] for s in states}

    def shown(edge: ActionEdge) -> str:
        return edge.label if edge.label in atoms else ""

    def beats(one: ActionEdge, other: ActionEdge) -> bool:
        cheaper = one.label == IDLE or other.label != IDLE
        wider = not one.regions or bool(other.regions and other.regions <= one.regions)
        return cheaper and wider and shown(one) == shown(other)

    better = {(s, t) for s in states for t in states}
    changed = True
    while changed:
        kept = {
            (s, t) for s, t in better
            if all(any(beats(e, f) and (e.target, f.target) in better for e in leaving[s]) for f in leaving[t])
        }  # fmt: skip
        changed, better = kept != better, kept
    found: list[ActionEdge] = []
    for s in states:
        own = list(leaving[s])
        for edge in sorted(leaving[s], key=lambda e: e.label == IDLE):
            others = [e for e in own if e is not edge]
            if any(beats(e, edge) and (e.target, edge.target) in better for e in others):
                own = others
        found += own
    reached, queue = set(begun), list(begun)
    while queue:
        state = queue.pop()
        for edge in found:
            if edge.source == state and edge.target not in reached:
                reached.add(edge.target)
                queue.append(edge.target)
    return tuple(edge for edge in found if edge.source in reached)
