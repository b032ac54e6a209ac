"""Small random cases, and their optimum by brute force: the definition, searched state by state.

Shares nothing with the planner: no automata but formula progression (Bacchus and Kabanza 1998),
no matrices but a search over cells, and every order, robot and way to share a leaf tried in turn.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import permutations, product

import numpy as np

from grounding.logic.formula import Node, accepts, parse
from planners.hltl.cases import ActionEdge, Case, CaseRobot, CaseWorld, Instance

LEAVES = (
    "F a", "F b", "F(a & photo)", "F(a & F b)", "F(a & (carry U (b & X[!] !carry)))", "F a & F b",
    "F b & G(carry -> !c)", "F(a & (carry U (b & X[!] !carry))) & G(carry -> !c)", "(!c U a) & F b", "F(c | b)",
    "F(a & default & X[!] carry)", "F(b & carry) & F(a & carry)",
)  # fmt: skip
ROOTS = (
    "F x & F y", "F(x & F y)", "F x | F y", "F x & F y & (!y U x)", "F x", "F y & G(x -> F y)", "F(x | y)",
)  # fmt: skip


def random_case(seed: int) -> Case:
    """Two leaves under one root, one to three robots, a handful of cells."""
    rng = np.random.default_rng(seed)
    width, height = int(rng.integers(2, 5)), int(rng.integers(1, 4))
    cells = [(x, y) for x in range(width) for y in range(height) if (x, y) == (0, 0) or rng.random() > 0.15]
    at = dict(zip([cells[i] for i in rng.permutation(len(cells))], "abc"))  # noqa: B905
    regions = {name: (cell,) for cell, name in at.items()}
    regions |= {name: ((9 + i, 9),) for i, name in enumerate("abc") if name not in regions}
    far = [cells_[0] for name, cells_ in regions.items() if cells_[0] not in cells]
    edges = [
        ActionEdge("s", "s", "default"), ActionEdge("s", "c", "carry"), ActionEdge("c", "c", "carry"),
        ActionEdge("c", "s", "default"), ActionEdge("s", "p", "camera"), ActionEdge("p", "p", "photo"),
        ActionEdge("p", "s", "default"),
    ]  # fmt: skip
    if rng.random() < 0.3:
        edges[4] = ActionEdge("s", "p", "camera", frozenset("b"))
    region_at = {cell: name for name, own in regions.items() for cell in own}
    world = CaseWorld("tiny", (*cells, *far), regions, region_at, "s", tuple(edges))
    count = int(rng.integers(1, 4))
    team = tuple(CaseRobot(f"r{i}", 1, cells[int(rng.integers(len(cells)))]) for i in range(count))
    formulas = {"p": str(rng.choice(ROOTS)), "x": str(rng.choice(LEAVES)), "y": str(rng.choice(LEAVES))}
    kids = parse(formulas["p"]).atoms
    formulas = {name: text for name, text in formulas.items() if name == "p" or name in kids}
    return Case(f"tiny{seed}", world, "p", formulas, {"p": kids}, kids, (Instance(seed, team),))


@cache
def _progress(node: Node, letter: frozenset[str]) -> Node:
    """What must hold of the rest of the trace (strictly after a letter), by the fixpoint laws."""
    one, zero = Node("1"), Node("0")
    op, kids = node.op, node.children
    if op in "10":
        return node
    if op == "atom":
        return one if node.atom in letter else zero
    if op == "!":
        return _not(_progress(kids[0], letter))
    if op in "&|":
        return _join(op, [_progress(kid, letter) for kid in kids])
    if op == "->":
        return _join("|", [_not(_progress(kids[0], letter)), _progress(kids[1], letter)])
    if op == "X[!]":
        return _join("&", [kids[0], Node("F", (one,))])
    if op == "F":
        return _join("|", [_progress(kids[0], letter), _join("&", [node, Node("F", (one,))])])
    if op == "G":
        return _join("&", [_progress(kids[0], letter), _join("|", [node, Node("G", (zero,))])])
    if op == "U":
        stay = _join("&", [_progress(kids[0], letter), node, Node("F", (one,))])
        return _join("|", [_progress(kids[1], letter), stay])
    raise NotImplementedError(op)


def _not(node: Node) -> Node:
    if node.op in "10":
        return Node("0" if node.op == "1" else "1")
    return node.children[0] if node.op == "!" else Node("!", (node,))


def _join(op: str, parts: list[Node]) -> Node:
    unit, sink = ("1", "0") if op == "&" else ("0", "1")
    flat = {kid for part in parts for kid in (part.children if part.op == op else (part,))}
    flat = {kid for kid in flat if kid.op != unit}
    if any(kid.op == sink for kid in flat):
        return Node(sink)
    if not flat:
        return Node(unit)
    ordered = sorted(flat, key=str)
    return ordered[0] if len(ordered) == 1 else Node(op, tuple(ordered))


def _over(node: Node) -> bool:
    """Whether an obligation is met when nothing follows."""
    match node.op:
        case "1" | "G":
            return True
        case "0" | "F" | "U" | "X[!]" | "atom":
            return False
        case "!":
            return not _over(node.children[0])
        case "&":
            return all(map(_over, node.children))
        case "|":
            return any(map(_over, node.children))
    raise NotImplementedError(node.op)


@dataclass(frozen=True)
class Begun:
    """A team in the middle of a plan.

    Attributes:
        cells: Where each robot is.
        finished: Leaves finished, in order.
        leaf, shown, action: Robot -> the leaf it has under way, what it showed, its action state.
    """

    cells: tuple[tuple[int, int], ...]
    finished: tuple[str, ...] = ()
    leaf: Mapping[int, str] = field(default_factory=dict)
    shown: Mapping[int, Sequence[frozenset[str]]] = field(default_factory=dict)
    action: Mapping[int, str] = field(default_factory=dict)


def leaf_figures(
    case: Case, formula: str, start: tuple[int, int], key: str, trace: Sequence[frozenset[str]] = (), action: str = ""
) -> dict[tuple[int, int], tuple[int, int]]:
    """End cell -> (least of the key figure, the other) to carry a formula out from a cell.

    With a trace and an action state, to go on with it.
    """
    world = case.world

    def shown(cell: tuple[int, int], action: str) -> frozenset[str]:
        return frozenset({world.region_at.get(cell, ""), action})

    first = parse(formula)
    for letter in trace or [shown(start, "default")]:
        first = _progress(first, letter)
    queue = [((0, 0), 0, start, action or world.initial, first)]
    seen: set[tuple[tuple[int, int], str, Node]] = set()
    found: dict[tuple[int, int], tuple[int, int]] = {}
    tie = 0
    while queue:
        figure, _, cell, state, rest = heapq.heappop(queue)
        if (cell, state, rest) in seen:
            continue
        seen.add((cell, state, rest))
        if _over(rest):
            found.setdefault(cell, figure)
            continue
        for edge in world.actions:
            if edge.source != state or (edge.regions and world.region_at.get(cell) not in edge.regions):
                continue
            for other in (cell, *world.neighbours(cell)):
                moved, acted = other != cell, edge.label != "default"
                step = (moved + acted, int(moved or acted)) if key == "cost" else (int(moved or acted), moved + acted)
                tie += 1
                after = _progress(rest, shown(other, edge.label))
                heapq.heappush(queue, ((figure[0] + step[0], figure[1] + step[1]), tie, other, edge.target, after))
    return found


def optimum(case: Case, key: str, begun: Begun | None = None) -> int | None:
    """Least cost or makespan of a case's instance, from where it stands; None where there is no plan."""
    begun = begun or Begun(tuple(robot.start for robot in case.instances[0].robots))
    best: list[int] = []
    for word in _words(case, begun.finished):
        for pieces in _split(case, word):
            _play(case, pieces, begun, key, best)
    return min(best, default=None)


def front(case: Case) -> list[tuple[int, int]]:
    """All (cost, makespan) of a case's instance that are not beaten in both, the cheapest first."""
    begun = Begun(tuple(robot.start for robot in case.instances[0].robots))
    found: list[tuple[int, int]] = []
    for word in _words(case, ()):
        for pieces in _split(case, word):
            _play(case, pieces, begun, "both", [], found)
    return _unbeaten(found)


def _unbeaten(labels: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for label in sorted(labels):
        if not kept or label[1] < kept[-1][1]:
            kept.append(label)
    return kept


def leaf_front(case: Case, formula: str, start: tuple[int, int]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """End cell -> all unbeaten (cost, steps) to carry a formula out from a cell."""
    world = case.world
    first = _progress(parse(formula), frozenset({world.region_at.get(start, ""), "default"}))
    labels: dict[tuple[tuple[int, int], str, Node], list[tuple[int, int]]] = {(start, world.initial, first): [(0, 0)]}
    queue = list(labels)
    while queue:
        here = queue.pop()
        cell, state, rest = here
        for edge in world.actions if not _over(rest) else ():
            if edge.source != state or (edge.regions and world.region_at.get(cell) not in edge.regions):
                continue
            for other in (cell, *world.neighbours(cell)):
                moved, acted = other != cell, edge.label != "default"
                letter = frozenset({world.region_at.get(other, ""), edge.label})
                after = (other, edge.target, _progress(rest, letter))
                new = [(c + moved + acted, t + (moved or acted)) for c, t in labels[here]]
                kept = _unbeaten([*labels.get(after, []), *new])
                if kept != labels.get(after):
                    labels[after] = kept
                    queue.append(after)
    found: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for (cell, _, rest), own in labels.items():
        if _over(rest):
            found[cell] = _unbeaten([*found.get(cell, []), *own])
    return found


def _words(case: Case, finished: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Orders of finishing more leaves that the root accepts."""
    left = [leaf for leaf in case.leaves if leaf not in finished]
    for count in range(len(left) + 1):
        for rest in permutations(left, count):
            trace: list[frozenset[str]] = [frozenset()]
            for leaf in (*finished, *rest):
                trace += [frozenset({leaf}), frozenset()]
            if accepts(case.formulas[case.root], trace[:-1] if len(trace) > 1 else trace):
                yield rest


def _split(case: Case, word: tuple[str, ...]) -> Iterator[list[list[tuple[str, str]]]]:
    """Every way to do the leaves in one go or goal by goal: for each leaf in order its (leaf, formula) pieces."""
    options = []
    for leaf in word:
        node = parse(case.formulas[leaf])
        kids = node.children if node.op == "&" else (node,)
        goals = [kid for kid in kids if kid.op == "F"]
        rules = [kid for kid in kids if kid.op == "G"]
        own = [[(leaf, case.formulas[leaf])]]
        if len(goals) > 1 and len(goals) + len(rules) == len(kids):
            own.append([(leaf, str(Node("&", (goal, *rules))) if rules else str(goal)) for goal in goals])
        options.append(own)
    yield from (list(own) for own in product(*options))


def _play(
    case: Case,
    pieces: list[list[tuple[str, str]]],
    begun: Begun,
    key: str,
    best: list[int],
    both: list[tuple[int, int]] | None = None,
) -> None:
    """Does pieces in every order, by every robot; a leaf is finished with its last piece.

    Notes better figures in ``best``, or all pairs of cost and makespan in ``both``.
    """
    flat = [(i, formula, leaf) for i, own in enumerate(pieces) for leaf, formula in own]
    robots = len(begun.cells)

    def value(busy: tuple[int, ...], cost: int, done: int) -> int:
        return cost if key == "cost" else max(*busy, done)

    def go(
        left: frozenset[int], where: tuple, busy: tuple[int, ...], cost: int, done: int, fresh: frozenset[int]
    ) -> None:
        if best and value(busy, cost, done) >= min(best):
            return
        if both and any(c <= cost and t <= max(*busy, done) for c, t in both):
            return
        if not left:
            if both is None:
                best.append(value(busy, cost, done))
            else:
                both.append((cost, max(*busy, done)))
            return
        for piece in left:
            leaf, formula, name = flat[piece]
            rest = left - {piece}
            last = not any(flat[other][0] == leaf for other in rest)
            if last and any(flat[other][0] < leaf for other in rest):
                continue  # an earlier leaf of the word is not finished yet
            for robot in range(robots):
                if robot in fresh and begun.leaf.get(robot) == name:
                    options = [*figures(formula, where[robot]).items(), *going(robot, formula).items()]
                else:
                    options = list(figures(formula, where[robot]).items())
                if both is not None:
                    options = [(c, f) for c, own in fronts(formula, where[robot]).items() for f in own]
                for cell, figure in options:
                    steps = figure[0] if key == "makespan" else figure[1]
                    price = figure[1] if key == "makespan" else figure[0]
                    end = busy[robot] + steps
                    if last:
                        end = max(end, done)
                    new = (*where[:robot], cell, *where[robot + 1 :]), (*busy[:robot], end, *busy[robot + 1 :])
                    go(rest, new[0], new[1], cost + price, max(done, end) if last else done, fresh - {robot})

    @cache
    def figures(formula: str, cell: tuple[int, int]) -> dict[tuple[int, int], tuple[int, int]]:
        return leaf_figures(case, formula, cell, key)

    @cache
    def fronts(formula: str, cell: tuple[int, int]) -> dict[tuple[int, int], list[tuple[int, int]]]:
        return leaf_front(case, formula, cell)

    @cache
    def going(robot: int, formula: str) -> dict[tuple[int, int], tuple[int, int]]:
        return leaf_figures(case, formula, begun.cells[robot], key, begun.shown[robot], begun.action[robot])

    go(frozenset(range(len(flat))), begun.cells, (0,) * robots, 0, 0, frozenset(begun.leaf))
