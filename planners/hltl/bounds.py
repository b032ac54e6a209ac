"""What is left to do at least: bounds that keep the search for leaf plans on course."""

from __future__ import annotations

from dataclasses import dataclass

from grounding.state import ANY, Proposition, WorldState, holds
from grounding.world import MOVABLE
from planners.hltl.actions import Action
from planners.hltl.grid import FAR
from planners.hltl.landmarks import Landmarks
from planners.hltl.layers import Layer, LeafModel
from planners.hltl.pushing import PushField


@dataclass(frozen=True)
class _Work:
    """What a literal takes at least: a way for every cell, then ticks of handling.

    Attributes:
        way: Steps to where the handling can start.
        ticks: Ticks from then on.
        steps: Steps among them.
        thing: The thing handled one at a time, empty where that does not apply.
        held: Whether the robot holds it already.
    """

    way: list[int]
    ticks: int
    thing: str = ""
    held: bool = False
    steps: int = 0


class Bounds:
    """Lower bounds for one leaf model, from the literals without which its goals cannot become accepted."""

    def __init__(self, model: LeafModel) -> None:
        self.model = model
        self._needs = [model.product.needs(i) for i in range(len(model.product.goals))]
        self._known: dict[tuple[int, tuple[int, ...]], list[int]] = {}
        self._push_fields: dict[tuple[frozenset[int], frozenset[int]], PushField] = {}
        self._taken = {thing for action in model.actions for thing in action.takes}
        self._landmarks = Landmarks(model.actions, model.world, model.robot)
        self._stacked = any(
            "portable" in t.properties and t.properties & {"surface", "container"} for t in model.world.things.values()
        )

    def bound(self, layer: int, q: int) -> list[int]:
        """For every cell a lower bound on the ticks to acceptance."""
        pending = self.model.product.pending(q)
        key = (layer, pending)
        found = self._known.get(key)
        if found is None:
            needed = [
                (proposition, value, work)
                for goal in pending
                for name, value in self._needs[goal].items()
                if (work := self._literal(layer, proposition := Proposition.parse(name), value)) is not None
            ]
            handling = self._landmarks.ticks(((p, v) for p, v, _ in needed), self.model.layers[layer].state)
            found = self._known[key] = self._together([work for _, _, work in needed], handling)
        return found

    def _together(self, literals: list[_Work], handling: int) -> list[int]:
        """A bound for several literals: the worst of them, or the way to the first and the handling of all.

        Only one thing is handled at a time, so handling adds up; ways between may be shared.
        """
        if not literals:
            return [0] * len(self.model.grid.cells)
        rests = [max(w.ticks, w.steps + handling) for w in literals]
        if len(literals) == 1:
            return [steps + rests[0] for steps in literals[0].way] if rests[0] else literals[0].way
        sums = ([steps + rest for steps in w.way] for w, rest in zip(literals, rests, strict=True))
        found = [max(ways) for ways in zip(*sums, strict=True)]
        work = {w.thing: w for w in literals if w.thing and not self._stacked}
        if len(work) > 1:
            held = [w for w in work.values() if w.held]
            rest = sum(w.ticks for w in work.values())
            first = [min(ways) for ways in zip(*(w.way for w in held or work.values()), strict=True)]
            found = [max(a, b + rest) for a, b in zip(found, first, strict=True)]
        return found

    def _literal(self, layer: int, p: Proposition, value: bool) -> _Work | None:
        """What must be done for a literal to come true, None where that may be nothing."""
        state, fixed = self.model.layers[layer].state, self.model.layers[layer].fixed
        subject, other = p.args
        if p.predicate == "at":
            if subject != self.model.robot or not value:
                return None
            return _Work(self._field(self.model.grid.zone(other), fixed), 0)
        if p.predicate == "is" and subject != ANY:
            if holds(p, self.model.world, state) is value:
                return None
            return self._nearest(("is", subject, other, "+" if value else "-"), state, fixed)
        if p.predicate == "holding" and subject == self.model.robot and other != ANY and value:
            return None if holds(p, self.model.world, state) else self._nearest(("held", other), state, fixed)
        if p.predicate in ("in", "on", "inside") and value:
            return self._bring(self.model.layers[layer], subject, other, p)
        return None

    def _field(self, targets: frozenset[int], fixed: frozenset[int]) -> list[int]:
        return self.model.grid.field(self.model.robot, targets, fixed)

    def _nearest(self, fact: tuple[str, ...], state: WorldState, fixed: frozenset[int]) -> _Work:
        """The way to where some action for a fact can start, and the ticks of the quickest."""
        ways = [a for a in self.model.actions if fact in a.achieves and not self._barred(a, state)]
        if not ways:
            return _Work([FAR] * len(self.model.grid.cells), 0)
        cells: set[int] = set()
        for action in ways:
            if any(a.args[1] in self.model.world.things and self._movable(a.args[1]) for a in action.positional):
                return _Work([0] * len(self.model.grid.cells), min(a.ticks for a in ways))
            cells |= self.model.cells(action.positional, self.model.layers[0].state)
        return _Work(self._field(frozenset(cells), fixed), min(a.ticks for a in ways))

    def _elsewhere(self, thing: str, state: WorldState) -> bool:
        """Whether another robot holds a thing; while this one works alone it never lets go."""
        return state.things[thing].held_by not in (None, self.model.robot)

    def _barred(self, action: Action, state: WorldState) -> bool:
        held = (a.args[1] for a in action.conditions if a.predicate == "holding" and a.positive)
        return any(self._elsewhere(thing, state) for thing in (*held, *action.takes))

    def _movable(self, thing: str) -> bool:
        return bool(self.model.world.things[thing].properties & MOVABLE)

    def _bring(self, layer: Layer, thing: str, to: str, p: Proposition) -> _Work | None:
        """Reach the thing, carry or push it, put it down."""
        state, fixed = layer.state, layer.fixed
        where = state.things[thing]
        if thing in self.model.carried(state) and where.held_by is None:
            return None
        if where.held_by != self.model.robot and holds(p, self.model.world, state):
            return None
        if self._elsewhere(thing, state):
            return _Work([FAR] * len(self.model.grid.cells), 0)
        reach = self.model.world.robots[self.model.robot].type.reach
        if to not in state.things:
            goal = self.model.grid.zone(to)
        elif not self._stays(to, state):
            meeting = self._meet(thing, to, state, fixed)
            if meeting is not None:
                return meeting
            goal = frozenset(range(len(self.model.grid.cells)))
        else:
            goal = self.model.grid.near(frozenset({state.things[to].cell}), reach)
        puts = [a.ticks for a in self.model.actions if ("where", thing) in a.achieves and not a.takes]
        takes = [a.ticks for a in self.model.actions if thing in a.takes]
        carry = self._field(goal, fixed)
        put = 0 if p.predicate == "inside" else min(puts, default=FAR)
        if where.held_by == self.model.robot:
            return _Work(carry, put, thing, held=True)
        at = self.model.grid.index.get(where.cell)
        if at is None or (where.support is not None and self._movable(where.support)):
            return None
        if takes and thing in self.model.pushable:
            return None  # it may be pushed for a part of the way and carried for the rest
        if takes:
            hands = self.model.grid.near(frozenset({where.cell}), reach)
            steps = min(carry[c] for c in hands)
            return _Work(self._field(hands, fixed), steps + min(takes) + put, thing, steps=steps)
        if thing in self.model.pushable:
            return _Work(self._push_field(goal, fixed).field(at), 0)
        return _Work([FAR] * len(carry), 0)

    def _stays(self, thing: str, state: WorldState) -> bool:
        """Whether nothing this robot does here moves a thing."""
        at: str | None = thing
        while at is not None:
            if at in self._taken or at in self.model.pushable or state.things[at].held_by is not None:
                return False
            at = state.things[at].support
        return True

    def _meet(self, thing: str, to: str, state: WorldState, fixed: frozenset[int]) -> _Work | None:
        """Bring together two things that can both be carried; None where that may take no way.

        Whichever of them the robot comes to first, the other one is still where it was.
        """
        grid, robot = self.model.grid, self.model.robot
        carried = self.model.carried(state)
        if {thing, to} - self._taken or {thing, to} & self.model.pushable or self._elsewhere(to, state):
            return None
        puts = [a.ticks for a in self.model.actions if ("where", thing, to) in a.achieves and not a.takes]
        takes = [a.ticks for a in self.model.actions if thing in a.takes]
        handling = min(puts, default=FAR) + (0 if state.robots[robot].holding == thing else min(takes))
        reach = self.model.world.robots[robot].type.reach
        hands = {t: grid.near(frozenset({state.things[t].cell}), reach) for t in (thing, to)}
        if thing in carried and to in carried:
            return None
        if thing in carried or to in carried:
            return _Work(self._field(hands[to if thing in carried else thing], fixed), handling)
        fields = {t: self._field(hands[t], fixed) for t in (thing, to)}
        between = min(fields[to][c] for c in hands[thing])
        back = min(fields[thing][c] for c in hands[to])
        way = [min(a + between, b + back) for a, b in zip(fields[thing], fields[to], strict=True)]
        return _Work(way, handling)

    def _push_field(self, goal: frozenset[int], fixed: frozenset[int]) -> PushField:
        key = (goal, fixed)
        if key not in self._push_fields:
            self._push_fields[key] = PushField(self.model.grid, self.model.robot, goal, fixed)
        return self._push_fields[key]
