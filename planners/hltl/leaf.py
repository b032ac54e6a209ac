"""The best way for one robot to do one leaf from a given state, ignoring the other robots' bodies.

A* over the product of the robot's cell, the symbolic state (what is held, where things lie, which
flags hold; see :mod:`planners.hltl.layers`) and the automata of the leaf and of the rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from grounding.logic.history import Letter
from grounding.logic.spec import Leaf, Rule
from grounding.skills import apply
from grounding.state import WorldState
from grounding.world import Cell
from planners.clock import Clock
from planners.hltl.actions import Action
from planners.hltl.automata import DEAD
from planners.hltl.bounds import Bounds
from planners.hltl.grid import FAR, Grid
from planners.hltl.layers import LeafModel, shoved, stand

if TYPE_CHECKING:
    from planners.hltl.timed import Skeleton

_LAYERS = 1 << 20


class Move(NamedTuple):
    """One move of a robot: a step to a cell, a step that pushes a thing, or a stationary skill.

    Attributes:
        cell: Number of the cell it ends in.
        mode: (layer, automaton state) after it.
        ticks: How long it takes.
        action: The skill, None for steps.
        pushed: The thing pushed, or None.
    """

    cell: int
    mode: tuple[int, int]
    ticks: int
    action: Action | None = None
    pushed: str | None = None


@dataclass(frozen=True)
class LeafPlan:
    """How one robot does one leaf.

    Attributes:
        cell: Number of the cell it starts in.
        mode: (layer, automaton state) at the start.
        moves: What it does, in order; empty when the leaf is already accepted.
        cost: Ticks.
        rules: States of the rule automata at the end.
    """

    cell: int
    mode: tuple[int, int]
    moves: tuple[Move, ...]
    cost: int
    rules: tuple[int, ...]


class LeafProblem(LeafModel):
    """One leaf for one robot, to be solved from many states; see :class:`LeafModel` for the arguments."""

    def __init__(
        self,
        grid: Grid,
        leaf: Leaf,
        robot: str,
        rules: Iterable[Rule],
        obstacles: frozenset[int] = frozenset(),
        shove: bool = False,
        ghosts: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(grid, leaf, robot, rules, obstacles, shove, ghosts)
        self.bounds = Bounds(self)
        self._solved: dict[tuple[int, int, int], LeafPlan | None] = {}
        self._spent: dict[tuple[int, int, int], int] = {}
        self.skeletons: dict[tuple[int, tuple[int, int]], Skeleton] = {}  # of its plans, by where they begin

    def solve(
        self,
        state: WorldState,
        rules: tuple[int, ...] | None,
        clock: Clock,
        past: tuple[Letter, ...] = (),
        effort: int | None = None,
    ) -> LeafPlan | None:
        """The quickest way, None when there is none (the search was exhausted, or its effort spent).

        Args:
            state: Where it starts.
            rules: States of the rules; None = they begin to read here.
            clock: The time limit.
            past: What the leaf has read already; empty = it begins to read here.
            effort: Most states to expand; None = as many as it takes, so that None is a proof.

        Raises:
            OutOfTimeError: The time limit was reached first.
        """
        cell, layer, q = self.start(state, rules, past)
        if q == DEAD:
            return None
        key = (cell, layer, q)
        if key in self._solved:
            return self._solved[key]
        if effort is not None and self._spent.get(key, -1) >= effort:
            return None
        found, finished = self._search(cell, layer, q, clock, effort)
        if finished:
            self._solved[key] = found
        elif effort is not None:
            self._spent[key] = effort
        return found

    def estimate(self, state: WorldState, rules: tuple[int, ...] | None, past: tuple[Letter, ...] = ()) -> int:
        """A lower bound on the ticks :meth:`solve` needs; :data:`FAR` where it must fail."""
        cell, layer, q = self.start(state, rules, past)
        if q == DEAD:
            return FAR
        key = (cell, layer, q)
        if key in self._solved:
            known = self._solved[key]
            return FAR if known is None else known.cost
        return self.bounds.bound(layer, q)[cell]

    def _search(self, cell: int, layer: int, q: int, clock: Clock, effort: int | None) -> tuple[LeafPlan | None, bool]:
        """The quickest way, and whether the search came to its end."""
        size = len(self.grid.cells)
        first = cell + size * (layer + _LAYERS * q)
        parents: dict[int, tuple[int, Move]] = {}
        ticks = {first: 0}
        estimate = self.bounds.bound(layer, q)[cell]
        heap = [(estimate, estimate, first)] if estimate < FAR else []
        expanded = 0
        while heap:
            total, left, node = heappop(heap)
            if total - left > ticks[node]:
                continue
            expanded += 1
            if expanded % 128 == 0:
                clock.check()
            if effort is not None and expanded > effort:
                return None, False
            rest, cell = divmod(node, size)
            q, layer = divmod(rest, _LAYERS)
            if self.product.accepting(q):
                return self._trail(first, node, ticks[node], parents), True
            for move in self._moves(cell, layer, q):
                child = move.cell + size * (move.mode[0] + _LAYERS * move.mode[1])
                cost = ticks[node] + move.ticks
                if cost < ticks.get(child, FAR):
                    ticks[child] = cost
                    parents[child] = (node, move)
                    left = self.bounds.bound(*move.mode)[move.cell]
                    if left < FAR:
                        heappush(heap, (cost + left, left, child))
        return None, True

    def _moves(self, cell: int, layer: int, q: int) -> Iterable[Move]:
        for target in self.neighbours[cell]:
            after = self.step(cell, layer, q, target)
            if after is not None:
                yield Move(target, after[:2], 1, pushed=after[2])
        for action in self.doable(layer).get(cell, ()):
            layer_after, q_after = self.act(cell, layer, q, action)
            if q_after != DEAD:
                yield Move(cell, (layer_after, q_after), self.actions[action].ticks, self.actions[action])

    def _trail(self, first: int, node: int, cost: int, parents: Mapping[int, tuple[int, Move]]) -> LeafPlan:
        size = len(self.grid.cells)
        rules = self.product.rule_states(node // size // _LAYERS)
        moves: list[Move] = []
        while node != first:
            node, move = parents[node]
            moves.append(move)
        rest, cell = divmod(first, size)
        q, layer = divmod(rest, _LAYERS)
        return LeafPlan(cell, (layer, q), tuple(reversed(moves)), cost, rules)

    def letters(self, plan: LeafPlan, moves: Iterable[Move]) -> Iterator[int]:
        """The letters met on the way, starting with the first; ``moves`` go through the modes of the plan."""
        cell, (layer, _) = plan.cell, plan.mode
        yield self.layers[layer].letters[cell]
        for move in moves:
            if move.action is not None and move.action.during:
                state = self.layers[layer].state
                table = self.table(self.carried(state), state.robots[self.robot].holding)
                yield self.during(layer, self.actions.index(move.action)) | table[cell]
            cell, (layer, _) = move.cell, move.mode
            yield self.layers[layer].letters[cell]

    def after(self, state: WorldState, plan: LeafPlan) -> WorldState:
        """The state once a plan has been carried out from ``state``."""
        place: Callable[[int], Cell] = self.grid.cells.__getitem__
        here = plan.cell
        for move in plan.moves:
            if move.action is not None:
                state = stand(state, self.robot, place(here), self.world)
                state = apply(self.world, state, self.robot, move.action.skill, move.action.args)
            elif move.pushed is not None:
                behind = self.grid.beyond(here, move.cell)
                assert behind is not None  # a push is only planned with room behind
                state = shoved(state, move.pushed, place(behind))
            here = move.cell
        return stand(state, self.robot, place(here), self.world)
