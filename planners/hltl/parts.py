"""Leaves that several robots can share: independent goals under rules that hold at every moment.

A leaf ``F a & F b & G r`` is satisfied by a trace of its first part followed by a trace of its
second, and by the two in the other order: the state between them is what Schillinger et al. (2018)
call a decomposition state, in which a leaf may be handed over. Such leaves are taken apart, and the
parts given to robots like leaves of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

import numpy as np

from grounding.logic.formula import Node, parse
from planners.hltl.cases import Case
from planners.hltl.leafgraph import Floats, Grid, leaf_graph

_TEMPORAL = ("F", "G", "X", "X[!]", "U", "W", "R", "M")
#: Most parts of a leaf for which doing it in one go is looked at too.
_MOST_COMPARED = 3


@dataclass(frozen=True)
class Hierarchy:
    """A case with its shared leaves taken apart.

    Attributes:
        formulas, children: As in the case, with parts as leaves below the leaf they belong to.
        pieces: Name of what is done at a time -> leaf of the case, and formula of its part (empty: in one go).
    """

    formulas: Mapping[str, str]
    children: Mapping[str, Sequence[str]]
    pieces: Mapping[str, tuple[str, str]]

    @cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """The reverse of :attr:`pieces`."""
        return {piece: name for name, piece in self.pieces.items()}


def taken_apart(
    case: Case,
    grid: Grid,
    *,
    orders: Sequence[bool] = (False,),
    done: Mapping[str, Sequence[str]] | None = None,
    begun: Collection[str] = (),
) -> Hierarchy:
    """Takes the leaves of a case apart where that is sound.

    Doing a leaf in one go stays an alternative where it can be cheaper than part by part.

    Args:
        case: The case.
        grid: Its cells.
        orders: Whether time counts first; both for plans that are good in either.
        done: Leaf -> parts of it that are done already.
        begun: Leaves that somebody is doing in one go.

    Raises:
        FormulaError: The automaton of a leaf is too large.
    """
    formulas, children = dict(case.formulas), dict(case.children)
    pieces: dict[str, tuple[str, str]] = {}
    for leaf in case.leaves:
        own = parts(case.formulas[leaf])
        if len(own) < 2:
            pieces[leaf] = leaf, ""
            continue
        left = {f"{leaf}.part{i + 1}": part for i, part in enumerate(own)}
        for part in (done or {}).get(leaf, ()):
            del left[next(name for name, text in left.items() if text == part)]
        formulas.update(left)
        pieces |= {name: (leaf, part) for name, part in left.items()}
        apart = " & ".join(f"F {name}" for name in left)
        whole = len(left) == len(own) and any(_whole_is_better(case, leaf, own, grid, quick) for quick in orders)
        if leaf in begun or whole:
            name = f"{leaf}.whole"
            pieces[name] = leaf, ""
            formulas[name] = case.formulas[leaf]
            apart = f"({apart}) | F {name}"
            left[name] = case.formulas[leaf]
        formulas[leaf] = apart
        children[leaf] = tuple(left)
    return Hierarchy(formulas, children, pieces)


def parts(formula: str) -> tuple[str, ...]:
    """The formula's goals, each with all its rules; the formula alone where that is not sound.

    >>> parts("F a & F b & G(c -> !d)")
    ('F a & G(c -> !d)', 'F b & G(c -> !d)')
    >>> parts("F(a & F b) & (!c U a)")
    ('F(a & F b) & (!c U a)',)
    """
    node = parse(formula)
    pieces = node.children if node.op == "&" else (node,)
    goals = [piece for piece in pieces if piece.op == "F" and _stays_true(piece.children[0])]
    rules = [piece for piece in pieces if piece.op == "G" and not _temporal(piece.children[0])]
    if len(goals) < 2 or len(goals) + len(rules) < len(pieces):
        return (formula,)
    return tuple(str(Node("&", (goal, *rules))) if rules else str(goal) for goal in goals)


def _temporal(node: Node) -> bool:
    return node.op in _TEMPORAL or any(_temporal(child) for child in node.children)


def _stays_true(node: Node, positive: bool = True) -> bool:
    """Whether a formula that a trace satisfies is satisfied by everything that goes on from it."""
    if node.op == "!":
        return _stays_true(node.children[0], not positive)
    if node.op == "->":
        return _stays_true(node.children[0], not positive) and _stays_true(node.children[1], positive)
    if node.op in ("<->", "xor"):
        return not _temporal(node)
    lasting = ("F", "X[!]", "U", "M") if positive else ("G", "X", "R", "W")
    if node.op in _TEMPORAL and node.op not in lasting:
        return False
    return all(_stays_true(child, positive) for child in node.children)


def _whole_is_better(case: Case, leaf: str, own: Sequence[str], grid: Grid, quick: bool) -> bool:
    """Whether some robot somewhere is better off doing a leaf in one go."""
    formula = case.formulas[leaf]
    actions = {edge.label for edge in case.world.actions}
    plain = all(not _temporal(parse(part).children[0]) for part in own if parse(part).op == "F")
    if (plain and not actions & set(parse(formula).atoms)) or len(own) > _MOST_COMPARED:
        return False
    whole = leaf_graph(leaf, formula, grid, quick=quick)
    graphs = [leaf_graph(leaf, part, grid, quick=quick) for part in own]
    if not all(len(graph.exits) for graph in graphs):
        return False
    figures = [graph.steps if quick else graph.cost for graph in graphs]
    best = np.full((len(grid.world.cells), len(grid.world.cells)), np.inf)
    for order in permutations(range(len(own))):
        through: Floats = figures[order[0]]
        exits = graphs[order[0]].exits
        for i in order[1:]:
            through = (through[:, :, None] + figures[i][exits][None, :, :]).min(axis=1)
            exits = graphs[i].exits
        best[:, exits] = np.minimum(best[:, exits], through)
    return bool(((whole.steps if quick else whole.cost) < best[:, whole.exits]).any())
