"""The symbolic states a robot can bring about while it does a leaf, as layers over the grid.

Within a layer only the robot's cell changes, so letters, blocked cells and the skills that can
start are tabulated once for a layer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from grounding.logic.history import Letter
from grounding.logic.spec import Leaf, Rule
from grounding.skills import Atom, apply, atom_holds, walk
from grounding.state import ANY, Proposition, WorldState, holds
from grounding.world import MOVABLE, Cell, World
from planners.hltl.actions import Action, wanted
from planners.hltl.automata import DEAD, Product, states_after
from planners.hltl.grid import Grid


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


class LeafModel:
    """What one leaf means for one robot: its automata, its layers, and what every move leads to.

    Layers are kept, so that solving again from a similar state is quick.

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
        self.actions = grid.catalogue(robot).relevant(wanted(own, self.world, robot), bool(self.product.rules))
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
        self._bodies = [t for t in self.world.things.values() if t.obstacle or t.id in self.pushable]
        self._held = [next((a.args[1] for a in action.conditions if a.predicate == "holding" and a.positive), None)
                      for action in self.actions]  # fmt: skip
        self.neighbours = grid.neighbours(robot) if self.drives else [()] * len(grid.cells)
        self.layers: list[Layer] = []
        self._ids: dict[object, int] = {}
        self._tables: dict[frozenset[str], list[int]] = {}
        self._results: dict[tuple[int, int, int], int] = {}
        self._pushes: dict[tuple[int, int, int], int] = {}
        self._durings: dict[tuple[int, int], int] = {}
        self.avoid = self._avoid()

    def _things(self, mentioned: set[str]) -> tuple[str, ...]:
        """Things whose place matters here and can change: spoken of, handled or in the way."""
        handled = {arg for action in self.actions if self._matters(action) for arg in (*action.args, *action.takes)}
        facts = mentioned | handled | {a for p in self.propositions.values() for a in p.args}
        things = self.world.things
        return tuple(t for t in things if (t in facts or things[t].obstacle) and not stays(t, self.world))

    def _matters(self, action: Action) -> bool:
        """Whether it is more than letting go of something that is never taken up here."""
        return len(action.args) > 1 or bool(action.takes) or action.args[0] in self.movable or not action.local

    def _avoid(self) -> frozenset[int]:
        """Cells that are never free, or in which a formula breaks whatever else holds."""
        table = self.table(frozenset())
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
        for thing in self._bodies:
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

    def carried(self, state: WorldState) -> frozenset[str]:
        """What the robot holds in a state, and whatever rests on or in it."""
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
        carried = self.carried(state)
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

    def table(self, carried: frozenset[str], held: str | None = None) -> list[int]:
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
        table = self.table(self.carried(state), state.robots[self.robot].holding)
        letters = [base | bits for bits in table] if base else table
        blocked = set(self.obstacles)
        for door in self.world.doors.values():
            if (door.id, "open") not in state.flags and door.id not in self.ghosts:
                blocked |= self.grid.zone(door.id)
        pushables: dict[int, str] = {}
        for thing in self._bodies:
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
            holding = entry.state.robots[self.robot].holding
            for i, action in enumerate(self.actions):
                if self._held[i] is not None and self._held[i] != holding:
                    continue
                if all(atom_holds(a, self.world, entry.state) for a in action.conditions) and not any(
                    entry.state.things[t].held_by not in (None, self.robot) for t in action.takes
                ):
                    for cell in sorted(self.cells(action.positional, entry.state)):
                        entry.doable.setdefault(cell, []).append(i)
        return entry.doable

    def cells(self, atoms: Iterable[Atom], state: WorldState) -> frozenset[int]:
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

    def start(
        self, state: WorldState, rules: tuple[int, ...] | None, past: tuple[Letter, ...] = ()
    ) -> tuple[int, int, int]:
        """Cell, layer and automaton state in which the leaf starts, or goes on after what it has read."""
        cell = self.grid.index[state.robots[self.robot].cell]
        layer = self.layer(state)
        goals = states_after(self.product.goals, past) if past else None
        return cell, layer, self.product.start(self.layers[layer].letters[cell], rules, goals)

    def act(self, cell: int, layer: int, q: int, action: int) -> tuple[int, int]:
        """Layer and automaton state after an action; the state may be :data:`DEAD`."""
        if self.actions[action].during:
            state = self.layers[layer].state
            table = self.table(self.carried(state), state.robots[self.robot].holding)
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


def stays(thing: str, world: World) -> bool:
    """Whether nothing that robots do can move a thing or what it rests on."""
    at: str | None = thing
    while at is not None:
        if world.things[at].properties & MOVABLE:
            return False
        at = world.things[at].support
    return True


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
