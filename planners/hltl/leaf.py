"""The best way for one robot to do one leaf from a given state, ignoring the other robots' bodies.

A* over the product of the robot's cell, the symbolic state (what is held, where things lie, which
flags hold) and the automata of the leaf and of the rules. Symbolic states are shared *layers*
over the grid: within a layer only the robot's cell changes, so letters, blocked cells and the
skills that can start are tabulated once for a layer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from heapq import heappop, heappush

from grounding.logic.spec import Leaf, Rule
from grounding.skills import Atom, apply, atom_holds, walk
from grounding.state import ANY, Proposition, WorldState, holds
from grounding.world import Cell, World
from planners.hltl.actions import Action, relevant, wanted
from planners.hltl.automata import DEAD, Product
from planners.hltl.grid import FAR, Grid
from planners.hltl.pushing import PushField

_LAYERS = 1 << 20


class OutOfTimeError(Exception):
    """The time limit was reached inside a search."""


class Clock:
    """A time limit that searches ask inside their loops."""

    def __init__(self, seconds: float) -> None:
        self.started = time.perf_counter()
        self.deadline = self.started + seconds

    def check(self) -> None:
        """Raises :class:`OutOfTimeError` once the limit is reached."""
        if time.perf_counter() > self.deadline:
            raise OutOfTimeError

    @property
    def left(self) -> float:
        """Seconds left."""
        return self.deadline - time.perf_counter()


@dataclass(frozen=True)
class Move:
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


@dataclass(frozen=True)
class _Work:
    """What a literal takes at least: a way for every cell, then ticks of handling.

    Attributes:
        way: Steps to where the handling can start.
        ticks: Ticks from then on.
        thing: The thing handled one at a time, empty where that does not apply.
        held: Whether the robot holds it already.
    """

    way: list[int]
    ticks: int
    thing: str = ""
    held: bool = False


class Layer:
    """One symbolic state, with what depends on it tabulated over the grid."""

    __slots__ = ("blocked", "doable", "fixed", "letters", "pushables", "state")

    def __init__(
        self,
        state: WorldState,
        letters: list[int],
        blocked: frozenset[int],
        fixed: frozenset[int],
        pushables: Mapping[int, str],
    ) -> None:
        self.state, self.letters, self.blocked, self.fixed, self.pushables = state, letters, blocked, fixed, pushables
        self.doable: dict[int, list[int]] | None = None


class LeafProblem:
    """One leaf for one robot. Keeps its layers, so that solving again from a similar state is quick.

    Args:
        grid: The grid.
        leaf: The leaf.
        robot: The robot.
        rules: The rules of the mission, in a fixed order.
        obstacles: Cells that are never free (lost robots).
        shove: Whether pushable things that the leaf does not speak of may be pushed aside.
        ghosts: Doors and things that never block, to ask what would be possible without them.
    """

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
        self.grid, self.leaf, self.robot, self.world = grid, leaf, robot, grid.world
        self.obstacles, self.ghosts = obstacles, ghosts
        self.product = Product([leaf.formula], [r.formula for r in rules], robot)
        self.propositions = {bit: Proposition.parse(name) for name, bit in self.product.bits.items()}
        own = [Proposition.parse(n).bind(robot) for part in self.product.goals for n in part.automaton.atoms]
        self.actions = relevant(grid.actions(robot), wanted(own, self.world, robot), self.world)
        kind = self.world.robots[robot].type
        behaviours = {self.world.skills[s].behaviour for s in kind.skills}
        self.drives = "drive" in behaviours
        mentioned = {arg for p in own for arg in p.args}
        self.pushable = frozenset(
            t.id for t in self.world.things.values()
            if "pushable" in t.properties and "push" in behaviours and (shove or t.id in mentioned)
        )  # fmt: skip
        self.shovable = "push" in behaviours and any(
            "pushable" in t.properties and t.obstacle and t.id not in self.pushable for t in self.world.things.values()
        )
        self.movable = self.pushable | {thing for action in self.actions for thing in action.takes}
        self.openable = {f[1] for a in self.actions for f in a.achieves if f[0] == "is" and f[2:] == ("open", "+")}
        self.things = self._things(mentioned)
        self.neighbours = grid.neighbours(robot) if self.drives else [()] * len(grid.cells)
        self.layers: list[Layer] = []
        self._ids: dict[object, int] = {}
        self._tables: dict[frozenset[str], list[int]] = {}
        self._results: dict[tuple[int, int, int], int] = {}
        self._pushes: dict[tuple[int, int, int], int] = {}
        self._durings: dict[tuple[int, int], int] = {}
        self._bounds: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        self._push_fields: dict[tuple[frozenset[int], frozenset[int]], PushField] = {}
        self._stacked = any(
            "portable" in t.properties and t.properties & {"surface", "container"} for t in self.world.things.values()
        )
        self._needs = [self.product.needs(i) for i in range(len(self.product.goals))]
        self._solved: dict[tuple[int, int, tuple[int, ...]], LeafPlan | None] = {}
        self.avoid = self._avoid()

    def _things(self, mentioned: set[str]) -> tuple[str, ...]:
        """Things whose place matters here: spoken of, handled or in the way."""
        handled = {arg for action in self.actions for arg in (*action.args, *action.takes)}
        facts = mentioned | handled | {a for p in self.propositions.values() for a in p.args}
        chosen = [t.id for t in self.world.things.values() if t.id in facts or t.obstacle]
        return tuple(chosen)

    def _avoid(self) -> frozenset[int]:
        """Cells that are never free, or in which a formula breaks whatever else holds."""
        table = self._table(frozenset())
        always = mask = 0
        for bit, p in self.propositions.items():
            if p.predicate == "at" and p.args[0] == self.robot:
                mask |= 1 << bit
            if p.predicate == "at" and p.args[0] == ANY:
                always |= 1 << bit
        doomed: dict[int, bool] = {}
        found = set(self.obstacles)
        for cell, value in enumerate(table):
            if value not in doomed:
                doomed[value] = self.product.doomed(value, mask | (always & value))
            if doomed[value]:
                found.add(cell)
        return frozenset(found)

    def _fixed(self, state: WorldState) -> frozenset[int]:
        """Cells that are out of bounds for the whole leaf, as far as this robot is concerned."""
        found = set(self.avoid)
        for thing in self.world.things.values():
            where = state.things[thing.id]
            stays = thing.id not in self.movable and thing.id not in self.ghosts and where.held_by is None
            if thing.obstacle and stays and where.cell in self.grid.index:
                found.add(self.grid.index[where.cell])
        for door in self.world.doors:
            if (door, "open") not in state.flags and door not in self.ghosts and door not in self.openable:
                found |= self.grid.zone(door)
        return frozenset(found)

    def layer(self, state: WorldState) -> int:
        """The layer of a state."""
        own = state.robots[self.robot]
        things = tuple(
            (None if t.held_by == self.robot else t.cell, t.support, t.held_by)
            for t in (state.things[name] for name in self.things)
        )
        base = self._base(state)
        key = (own.holding, things, state.flags, base)
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = len(self.layers)
            self.layers.append(self._tabulate(state, base))
        return found

    def _carried(self, state: WorldState) -> frozenset[str]:
        held = state.robots[self.robot].holding
        if held is None:
            return frozenset()
        carried = {held}
        while True:
            more = {name for name, t in state.things.items() if t.support in carried} - carried
            if not more:
                return frozenset(carried)
            carried |= more

    def _base(self, state: WorldState) -> int:
        """The bits that do not depend on the robot's own cell."""
        carried = self._carried(state)
        letter = 0
        for bit, p in self.propositions.items():
            subject, value = p.args
            if p.predicate == "at" and subject == self.robot:
                continue
            if p.predicate == "at" and subject == ANY:
                cells = self.world.zones[value].cells
                true = any(r.cell in cells for name, r in state.robots.items() if name != self.robot)
            elif p.predicate in ("in", "inside") and subject in carried and value in self.world.zones:
                continue
            else:
                true = holds(p, self.world, state)
            if true:
                letter |= 1 << bit
        return letter

    def _table(self, carried: frozenset[str], held: str | None = None) -> list[int]:
        """For every cell the bits that follow from the robot standing there."""
        if carried not in self._tables:
            table = [0] * len(self.grid.cells)
            for bit, p in self.propositions.items():
                subject, value = p.args
                own = p.predicate == "at" and subject in (self.robot, ANY)
                along = subject in carried and value in self.world.zones
                along = along and (p.predicate == "inside" or (p.predicate == "in" and subject != held))
                if own or along:
                    for cell in self.grid.zone(value):
                        table[cell] |= 1 << bit
            self._tables[carried] = table
        return self._tables[carried]

    def _tabulate(self, state: WorldState, base: int) -> Layer:
        table = self._table(self._carried(state), state.robots[self.robot].holding)
        letters = [base | bits for bits in table] if base else table
        blocked = set(self.obstacles)
        for door in self.world.doors.values():
            if (door.id, "open") not in state.flags and door.id not in self.ghosts:
                blocked |= self.grid.zone(door.id)
        pushables: dict[int, str] = {}
        for thing in self.world.things.values():
            where = state.things[thing.id]
            cell = self.grid.index.get(where.cell)
            if where.held_by is not None or cell is None:
                continue
            if thing.obstacle and (thing.id not in self.ghosts or thing.id in self.pushable):
                blocked.add(cell)
            if thing.id in self.pushable:
                pushables[cell] = thing.id
        return Layer(state, letters, frozenset(blocked), self._fixed(state), pushables)

    def doable(self, layer: int) -> dict[int, list[int]]:
        """For every cell the actions that can start there."""
        entry = self.layers[layer]
        if entry.doable is None:
            entry.doable = {}
            for i, action in enumerate(self.actions):
                if all(atom_holds(a, self.world, entry.state) for a in action.conditions) and not any(
                    entry.state.things[t].held_by not in (None, self.robot) for t in action.takes
                ):
                    for cell in sorted(self._cells(action.positional, entry.state)):
                        entry.doable.setdefault(cell, []).append(i)
        return entry.doable

    def _cells(self, atoms: Iterable[Atom], state: WorldState) -> frozenset[int]:
        """Cells in which positional conditions hold."""
        everywhere = frozenset(range(len(self.grid.cells)))
        found = everywhere
        for atom in atoms:
            target = atom.args[1]
            if atom.predicate == "at":
                cells = self.grid.zone(target)
            elif target in state.things:
                thing = state.things[target]
                held = thing.held_by == self.robot
                reach = self.world.robots[self.robot].type.reach
                cells = everywhere if held else self.grid.near(frozenset({thing.cell}), reach)
            else:
                reach = self.world.robots[self.robot].type.reach
                cells = self.grid.near(self.world.zones[target].cells, reach)
            found &= cells if atom.positive else everywhere - cells
        return found

    def result(self, layer: int, action: int, cell: int) -> int:
        """The layer after an action done in a cell."""
        key = (layer, action, cell if self.actions[action].local else -1)
        found = self._results.get(key)
        if found is None:
            what = self.actions[action]
            state = self._placed(layer, cell)
            found = self._results[key] = self.layer(apply(self.world, state, self.robot, what.skill, what.args))
        return found

    def _placed(self, layer: int, cell: int) -> WorldState:
        place = self.grid.cells[cell]
        return walk(self.layers[layer].state, self.robot, place, (*self.world.centre(place), 0.0))

    def during(self, layer: int, action: int) -> int:
        """The bits that do not depend on the cell, while an action runs."""
        key = (layer, action)
        found = self._durings.get(key)
        if found is None:
            state = self.layers[layer].state
            for atom in self.actions[action].during:
                state = state.with_flag(atom.args[0], atom.args[1], atom.positive)
            found = self._durings[key] = self._base(state)
        return found

    def pushed(self, layer: int, thing: str, target: int, behind: int) -> int:
        """The layer after a thing was pushed from one cell into the next."""
        key = (layer, target, behind)
        found = self._pushes.get(key)
        if found is None:
            state = shoved(self.layers[layer].state, thing, self.grid.cells[behind])
            found = self._pushes[key] = self.layer(state)
        return found

    def start(self, state: WorldState, rules: tuple[int, ...] | None) -> tuple[int, int, int]:
        """Cell, layer and automaton state in which the leaf starts."""
        cell = self.grid.index[state.robots[self.robot].cell]
        layer = self.layer(state)
        return cell, layer, self.product.start(self.layers[layer].letters[cell], rules)

    def act(self, cell: int, layer: int, q: int, action: int) -> tuple[int, int]:
        """Layer and automaton state after an action; the state may be :data:`DEAD`."""
        if self.actions[action].during:
            state = self.layers[layer].state
            table = self._table(self._carried(state), state.robots[self.robot].holding)
            q = self.product.step(q, self.during(layer, action) | table[cell])
            if q == DEAD:
                return layer, DEAD
        after = self.result(layer, action, cell)
        return after, self.product.step(q, self.layers[after].letters[cell])

    def step(self, cell: int, layer: int, q: int, target: int) -> tuple[int, int, str | None] | None:
        """Layer, automaton state and thing pushed after a step to a neighbour, None where impossible."""
        entry = self.layers[layer]
        thing = entry.pushables.get(target) if entry.pushables else None
        if thing is None:
            if target in entry.blocked:
                return None
            q = self.product.step(q, entry.letters[target])
            return None if q == DEAD else (layer, q, None)
        behind = self.grid.beyond(cell, target)
        if behind is None or behind in entry.blocked or behind in entry.pushables:
            return None
        if target in entry.blocked and not self.world.things[thing].obstacle:
            return None
        after = self.pushed(layer, thing, target, behind)
        q = self.product.step(q, self.layers[after].letters[target])
        return None if q == DEAD else (after, q, thing)

    def bound(self, layer: int, q: int) -> list[int]:
        """For every cell a lower bound on the ticks to acceptance."""
        pending = self.product.pending(q)
        key = (layer, pending)
        found = self._bounds.get(key)
        if found is None:
            literals = [
                literal
                for goal in pending
                for name, value in self._needs[goal].items()
                if (literal := self._literal(layer, Proposition.parse(name), value)) is not None
            ]
            found = self._bounds[key] = self._together(literals)
        return found

    def _together(self, literals: list[_Work]) -> list[int]:
        """A bound for several literals: the worst of them, or the way to the first and the handling of all.

        Only one thing is handled at a time, so handling adds up; ways between may be shared.
        """
        if not literals:
            return [0] * len(self.grid.cells)
        if len(literals) == 1:
            (only,) = literals
            return [steps + only.ticks for steps in only.way] if only.ticks else only.way
        found = [max(ways) for ways in zip(*([a + w.ticks for a in w.way] for w in literals), strict=True)]
        work = {w.thing: w for w in literals if w.thing and not self._stacked}
        if len(work) > 1:
            held = [w for w in work.values() if w.held]
            rest = sum(w.ticks for w in work.values())
            first = [min(ways) for ways in zip(*(w.way for w in held or work.values()), strict=True)]
            found = [max(a, b + rest) for a, b in zip(found, first, strict=True)]
        return found

    def _literal(self, layer: int, p: Proposition, value: bool) -> _Work | None:
        """What must be done for a literal to come true, None where that may be nothing."""
        state, fixed = self.layers[layer].state, self.layers[layer].fixed
        subject, other = p.args
        if p.predicate == "at":
            if subject != self.robot or not value:
                return None
            return _Work(self._field(self.grid.zone(other), fixed), 0)
        if p.predicate == "is" and subject != ANY:
            if holds(p, self.world, state) is value:
                return None
            return self._nearest(("is", subject, other, "+" if value else "-"), fixed)
        if p.predicate == "holding" and subject == self.robot and other != ANY and value:
            return None if holds(p, self.world, state) else self._nearest(("held", other), fixed)
        if p.predicate in ("in", "on", "inside") and value:
            return self._bring(self.layers[layer], subject, other, p)
        return None

    def _field(self, targets: frozenset[int], fixed: frozenset[int]) -> list[int]:
        return self.grid.field(self.robot, targets, fixed)

    def _nearest(self, fact: tuple[str, ...], fixed: frozenset[int]) -> _Work:
        """The way to where some action for a fact can start, and the ticks of the quickest."""
        ways = [a for a in self.actions if fact in a.achieves]
        if not ways:
            return _Work([FAR] * len(self.grid.cells), 0)
        cells: set[int] = set()
        for action in ways:
            if any(a.args[1] in self.world.things and self._movable(a.args[1]) for a in action.positional):
                return _Work([0] * len(self.grid.cells), min(a.ticks for a in ways))
            cells |= self._cells(action.positional, self.layers[0].state)
        return _Work(self._field(frozenset(cells), fixed), min(a.ticks for a in ways))

    def _movable(self, thing: str) -> bool:
        return bool(self.world.things[thing].properties & {"portable", "pushable", "guidable"})

    def _bring(self, layer: Layer, thing: str, to: str, p: Proposition) -> _Work | None:
        """Reach the thing, carry or push it, put it down."""
        state, fixed = layer.state, layer.fixed
        where = state.things[thing]
        if thing in self._carried(state) and where.held_by is None:
            return None
        if where.held_by != self.robot and holds(p, self.world, state):
            return None
        reach = self.world.robots[self.robot].type.reach
        if to not in state.things:
            goal = self.grid.zone(to)
        elif self._movable(to):
            goal = frozenset(range(len(self.grid.cells)))
        else:
            goal = self.grid.near(frozenset({state.things[to].cell}), reach)
        puts = [a.ticks for a in self.actions if ("where", thing) in a.achieves and not a.takes]
        takes = [a.ticks for a in self.actions if thing in a.takes]
        carry = self._field(goal, fixed)
        put = 0 if p.predicate == "inside" else min(puts, default=FAR)
        if where.held_by == self.robot:
            return _Work(carry, put, thing, held=True)
        at = self.grid.index.get(where.cell)
        if at is None or (where.support is not None and self._movable(where.support)):
            return None
        if takes and thing in self.pushable:
            return None  # it may be pushed for a part of the way and carried for the rest
        if takes:
            hands = self.grid.near(frozenset({where.cell}), reach)
            return _Work(self._field(hands, fixed), min(carry[c] for c in hands) + min(takes) + put, thing)
        if thing in self.pushable:
            return _Work(self._push_field(goal, fixed).field(at), 0)
        return _Work([FAR] * len(carry), 0)

    def _push_field(self, goal: frozenset[int], fixed: frozenset[int]) -> PushField:
        key = (goal, fixed)
        if key not in self._push_fields:
            self._push_fields[key] = PushField(self.grid, self.robot, goal, fixed)
        return self._push_fields[key]

    def solve(self, state: WorldState, rules: tuple[int, ...] | None, clock: Clock) -> LeafPlan | None:
        """The quickest way, None when there is none (the search was exhausted).

        Raises:
            OutOfTimeError: The time limit was reached first.
        """
        cell, layer, q = self.start(state, rules)
        if q == DEAD:
            return None
        key = (cell, layer, self.product.rule_states(q))
        if key not in self._solved:
            self._solved[key] = self._search(cell, layer, q, clock)
        return self._solved[key]

    def estimate(self, state: WorldState, rules: tuple[int, ...] | None) -> int:
        """A lower bound on the ticks :meth:`solve` needs; :data:`FAR` where it must fail."""
        cell, layer, q = self.start(state, rules)
        if q == DEAD:
            return FAR
        key = (cell, layer, self.product.rule_states(q))
        if key in self._solved:
            known = self._solved[key]
            return FAR if known is None else known.cost
        return self.bound(layer, q)[cell]

    def _search(self, cell: int, layer: int, q: int, clock: Clock) -> LeafPlan | None:
        size = len(self.grid.cells)
        first = cell + size * (layer + _LAYERS * q)
        parents: dict[int, tuple[int, Move]] = {}
        ticks = {first: 0}
        estimate = self.bound(layer, q)[cell]
        heap = [(estimate, estimate, first)] if estimate < FAR else []
        expanded = 0
        while heap:
            total, left, node = heappop(heap)
            if total - left > ticks[node]:
                continue
            expanded += 1
            if expanded % 128 == 0:
                clock.check()
            rest, cell = divmod(node, size)
            q, layer = divmod(rest, _LAYERS)
            if self.product.accepting(q):
                return self._trail(first, node, ticks[node], parents)
            for move in self._moves(cell, layer, q):
                child = move.cell + size * (move.mode[0] + _LAYERS * move.mode[1])
                cost = ticks[node] + move.ticks
                if cost < ticks.get(child, FAR):
                    ticks[child] = cost
                    parents[child] = (node, move)
                    left = self.bound(*move.mode)[move.cell]
                    if left < FAR:
                        heappush(heap, (cost + left, left, child))
        return None

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
                table = self._table(self._carried(state), state.robots[self.robot].holding)
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


def stand(state: WorldState, robot: str, cell: Cell, world: World) -> WorldState:
    """The state with a robot, and whatever it holds, in another cell."""
    return walk(state, robot, cell, (*world.centre(cell), 0.0)) if state.robots[robot].cell != cell else state


def shoved(state: WorldState, thing: str, cell: Cell) -> WorldState:
    """The state with a thing, and whatever rests on it, in another cell."""
    things = dict(state.things)
    moved = [thing]
    for name in moved:
        things[name] = replace(things[name], cell=cell)
        moved += [n for n, t in state.things.items() if t.support == name]
    return replace(state, things=things)
