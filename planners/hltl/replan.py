"""Planning the rest of a mission anew after a change, close to the plan there was.

The old sequence, without what is done, is kept where it still works; leaves that are new, or whose
robot is gone, are put where they cost least; local search and the other alternatives are then
asked for something better. What is no better is not taken, so robots that a change does not
concern keep doing what they did.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import combinations

from grounding.errors import HeedError
from grounding.logic.spec import HierarchicalSpec
from grounding.translate.nodes import closure
from grounding.world import World
from planners.hltl.changes import changes
from planners.hltl.memory import Memory
from planners.hltl.planner import Planner
from planners.hltl.sequence import Node, Sequence
from planners.plan import PlanResult, TeamPlan
from planners.situation import Situation

#: How many sequences local search looks at.
_ROUNDS = 40
#: States that the search for one leaf plan may expand: to keep a leaf where it was, to put it elsewhere.
_EFFORT, _GLIMPSE = 1500, 300
#: Extensions of sequences tried for another alternative of an either-or, and the most alternatives.
_GLANCE, _SELECTIONS = 60, 4
#: The same where robots keep their leaves and the old sequence cannot be kept.
_PINNED = 60


def replan(
    previous: TeamPlan,
    spec: HierarchicalSpec,
    world: World,
    situation: Situation,
    *,
    reason: str = "",
    pinned: Mapping[str, str] | None = None,
    objective: str = "makespan",
    time_limit: float = 2.0,
    memory: Memory | None = None,
) -> PlanResult:
    """Plans what is left of a mission, from where it stands, changing as little as costs nothing.

    Args:
        previous: The plan there was. Leaves are the same where they have the same name.
        spec: What is asked for now; may have other rules and leaves than before.
        world: The static world.
        situation: Where the mission stands. Pairs that are barred are used only where nothing
            else does.
        reason: Why it is planned anew, one sentence, for the account of changes.
        pinned: Leaf -> robot that is to keep it; of such leaves a robot keeps the order as well. Where
            there is no plan with all pins, it is planned without, and the account says so.
        objective: ``makespan`` or ``cost``, of what is left.
        time_limit: Seconds of wall clock.
        memory: What earlier calls in the same world have worked out.

    Returns:
        As :func:`planners.hltl.plan`; ``changes`` says what is different and why. What is done
        is never planned again.
    """
    memory = memory or Memory(world)
    pins = {leaf: robot for leaf, robot in (pinned or {}).items() if leaf in spec.leaves and leaf not in situation.done}
    loose = ""
    result = _Replanner(previous, spec, memory, situation, objective, time_limit, pins).answer()
    if result.plan is None and pins:
        loose = "No plan was found in which everybody keeps their tasks."
        again = _Replanner(previous, spec, memory, situation, objective, time_limit, {})
        again.doubtful = True
        result = again.answer()
    if result.plan is None and situation.barred:
        situation = replace(situation, barred=frozenset())
        result = _Replanner(previous, spec, memory, situation, objective, time_limit, {}).answer()
    if result.plan is None:
        return result
    told = changes(previous, result.plan, spec, situation, reason)
    return replace(result, changes=(*told, loose) if loose else told)


class _PinsError(HeedError):
    """No plan was found at once in which every robot keeps its pinned leaves."""

    def __init__(self) -> None:
        super().__init__("the tasks that robots are to keep", "leave no plan.")


class _Replanner(Planner):
    """A planner that begins with the sequence there was."""

    def __init__(
        self,
        previous: TeamPlan,
        spec: HierarchicalSpec,
        memory: Memory,
        situation: Situation,
        objective: str,
        time_limit: float,
        pinned: Mapping[str, str],
    ) -> None:
        super().__init__(spec, memory, situation, objective, time_limit)
        self.previous, self.pinned = previous, pinned

    def ordered(self, spec: HierarchicalSpec) -> HierarchicalSpec:
        """The mission in which every robot does its pinned leaves in the order in which it was to do them."""
        windows, before = self.previous.windows, set(spec.before)
        own: dict[str, list[str]] = {}
        for leaf in sorted(self.pinned.keys() & windows.keys(), key=lambda leaf: windows[leaf]):
            own.setdefault(self.pinned[leaf], []).append(leaf)
        for pair in (pair for leaves in own.values() for pair in combinations(leaves, 2)):
            if pair not in before and pair[::-1] not in before:  # what is asked for comes first
                before = closure({*before, pair})
        return replace(spec, before=frozenset(before))

    def robots_of(self, leaf: str, taken: Mapping[str, str]) -> tuple[str, ...]:
        """Robots that may do a leaf: of a pinned one only its own."""
        found = super().robots_of(leaf, taken)
        return tuple(robot for robot in found if self.pinned.get(leaf, robot) == robot)

    def _bound(self) -> float | None:
        """A bound for all plans says little about those in which robots keep their leaves, and takes longest."""
        return None if self.pinned else super()._bound()

    def _left(self) -> list[frozenset[str]]:
        """Sets of leaves that are still to be done, with all that are pinned."""
        left = super()._left()
        return [leaves for leaves in left if leaves >= self.pinned.keys()] if self.pinned else left

    def _search(self, budget: int, careful: bool) -> None:
        started = time.perf_counter()
        self.sequencer.effort = _EFFORT
        kept = next((node for leaves in self._familiar() if (node := self._kept(leaves)) is not None), None)
        self._spend("keep", started)
        done = kept is not None and self._schedule(kept)
        if self.pinned and not done:
            self._dive()
        if self.pinned:
            return
        if kept is None or not done:
            self.sequencer.effort = None
            self.root.following.clear()
            super()._search(budget, careful)
            return
        started = time.perf_counter()
        self.sequencer.effort = _GLIMPSE
        better = self.sequencer.improve(self.root, kept, _ROUNDS)
        leaves = frozenset(pair[0] for pair in kept.sequence)
        for other in [chosen for chosen in self._left() if chosen != leaves][:_SELECTIONS]:
            found = next(self.sequencer.dives(self.root, other, _GLANCE), None)
            if found is not None and self.sequencer.value(found) < self.sequencer.value(better):
                better = found
        self._spend("search", started)
        if better is not kept:
            self._schedule(better)

    def _dive(self) -> None:
        """The quickest sequence found at once, since with pins there is little to choose.

        Raises:
            _PinsError: There is none. Nobody asks why, as there may be a plan without pins.
        """
        self.sequencer.effort = None
        self.root.following.clear()
        for leaves in self._left()[:_SELECTIONS]:
            if not all(self.sequencer.hopeful(self.root, leaf) for leaf in leaves):
                continue
            found = next(self.sequencer.dives(self.root, leaves, _PINNED), None)
            if found is not None and self._schedule(found):
                return
        raise _PinsError

    def _familiar(self) -> Iterator[frozenset[str]]:
        """Sets of leaves that would do, those with most of the leaves planned before first."""
        planned = self.previous.assignment.keys()
        yield from sorted(self._left(), key=lambda leaves: (len(leaves - planned), len(planned - leaves)))[:_SELECTIONS]

    def _kept(self, leaves: frozenset[str]) -> Node | None:
        """The old sequence over some leaves, with those that have lost their place put where they cost least."""
        windows = self.previous.windows
        old = self._orderly(sorted(leaves & windows.keys(), key=lambda leaf: windows[leaf]))
        sequence: Sequence = ()
        homeless = [leaf for leaf in self.spec.leaves if leaf in leaves and leaf not in windows]
        for leaf in old:
            robot = self.previous.assignment[leaf]
            if robot in self.robots_of(leaf, {**self.done, **dict(sequence)}):
                sequence = (*sequence, (leaf, robot))
            else:
                homeless.append(leaf)
        for leaf in homeless:
            placed = self._housed(sequence, leaf)
            if placed is None:
                return None
            sequence = placed
        return self.sequencer.complete(self.root, leaves, sequence)

    def _orderly(self, leaves: list[str]) -> list[str]:
        """Leaves as they are listed, except that each comes after those that must be done before it."""
        found: list[str] = []
        while len(found) < len(leaves):
            rest = [leaf for leaf in leaves if leaf not in found]
            ready = (leaf for leaf in rest if not any((other, leaf) in self.spec.before for other in rest))
            found.append(next(ready, rest[0]))
        return found

    def _housed(self, sequence: Sequence, leaf: str) -> Sequence | None:
        """The sequence with one more leaf where the whole stays best, None where it fits nowhere."""
        best: Node | None = None
        leaves = frozenset({leaf, *(name for name, _ in sequence)})
        for robot in self.robots_of(leaf, {**self.done, **dict(sequence)}):
            own = {place for place, (_, busy) in enumerate(sequence) if busy == robot}
            latest = min(
                (i for i, (b, _) in enumerate(sequence) if (leaf, b) in self.spec.before), default=len(sequence)
            )
            for place in sorted({*(place for place in own if place < latest), latest}):
                longer = (*sequence[:place], (leaf, robot), *sequence[place:])
                node = self.sequencer.partial(self.root, leaves, longer)
                if node is not None and (best is None or self.sequencer.value(node) < self.sequencer.value(best)):
                    best = node
        return best.sequence if best is not None else None
