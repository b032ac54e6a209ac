"""Search over the order of leaves and who does them, on estimated times.

A sequence lists (leaf, robot) pairs; its estimated times come from the exact leaf plans, as if
robots never met. Sequences share prefixes, so estimates are kept in a tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from grounding.logic.history import History
from grounding.logic.spec import HierarchicalSpec
from grounding.state import WorldState
from planners.clock import Clock
from planners.hltl.grid import FAR
from planners.hltl.mission import Composites, Progress, resumption
from planners.hltl.schedule import Problems

Pair = tuple[str, str]
Sequence = tuple[Pair, ...]


@dataclass
class Node:
    """A team after a sequence of leaves, in estimated times.

    Attributes:
        state: The state after the leaves, done one after another.
        rules: States of the rule automata, None before the first leaf.
        progress: How far the composites are.
        ready: Robot -> tick at which it is free.
        ends: Leaf -> tick at which it is finished.
        cost: Ticks worked by all robots.
        sequence: The leaves so far, with their robots.
    """

    state: WorldState
    rules: tuple[int, ...] | None
    progress: Progress
    ready: Mapping[str, int]
    ends: Mapping[str, int]
    cost: int
    sequence: Sequence
    following: dict[Pair, Node | None] = field(default_factory=dict)

    @property
    def makespan(self) -> int:
        """Tick at which the last leaf is finished."""
        return max(self.ends.values(), default=0)


class Sequencer:
    """Finds good sequences.

    Args:
        spec: The specification.
        composites: Its composites.
        problems: (leaf, robot) -> its problem.
        allowed: Robots that may do a leaf, given who does which other leaves.
        robots: Robots that can be used.
        done: Leaf -> robot that finished it beforehand.
        objective: ``makespan`` or ``cost``.
        clock: The time limit.
        past: Leaves under way and what they have read; see :func:`planners.hltl.mission.resumption`.

    Attributes:
        effort: Most states that the search for one leaf plan may expand; None = as many as it takes.
    """

    def __init__(
        self,
        spec: HierarchicalSpec,
        composites: Composites,
        problems: Problems,
        allowed: Callable[[str, Mapping[str, str]], tuple[str, ...]],
        robots: tuple[str, ...],
        done: Mapping[str, str],
        objective: str,
        clock: Clock,
        past: History,
    ) -> None:
        self.spec, self.composites, self.problems = spec, composites, problems
        self.allowed, self.robots, self.done, self.objective, self.clock = allowed, robots, done, objective, clock
        self.past = past
        self.effort: int | None = None
        self.work = 0

    def value(self, node: Node) -> tuple[int, int]:
        """What is to be made small."""
        pair = (node.makespan, node.cost)
        return pair if self.objective == "makespan" else pair[::-1]

    def extend(self, node: Node, pair: Pair) -> Node | None:
        """The node after one more leaf, None where that is impossible."""
        if pair not in node.following:
            node.following[pair] = self._extend(node, pair)
        return node.following[pair]

    def _extend(self, node: Node, pair: Pair) -> Node | None:
        self.clock.check()
        self.work += 1
        leaf, robot = pair
        progress = self.composites.finish(node.progress, leaf)
        if progress is None:
            return None
        problem = self.problems(leaf, robot)
        past = resumption(self.past, node.sequence, leaf, robot)
        plan = problem.solve(node.state, node.rules, self.clock, past, self.effort)
        if plan is None:
            return None
        end = self._start(node, leaf, robot) + plan.cost
        return Node(
            state=problem.after(node.state, plan), rules=plan.rules, progress=progress,
            ready={**node.ready, robot: end}, ends={**node.ends, leaf: end},
            cost=node.cost + plan.cost, sequence=(*node.sequence, pair),
        )  # fmt: skip

    def _start(self, node: Node, leaf: str, robot: str) -> int:
        ahead = [node.ends[a] for a, b in self.spec.before if b == leaf and a in node.ends]
        return max(node.ready[robot], *ahead, 0)

    def replay(self, root: Node, sequence: Sequence) -> Node | None:
        """The node after a whole sequence, None where it breaks off."""
        node: Node | None = root
        for pair in sequence:
            if node is None or not self._allowed(node, pair):
                return None
            node = self.extend(node, pair)
        return node

    def _allowed(self, node: Node, pair: Pair) -> bool:
        leaf, robot = pair
        left = {p[0] for p in node.sequence} | set(self.done)
        chosen = self._chosen
        if any(b == leaf and a in chosen and a not in left for a, b in self.spec.before):
            return False
        return robot in self.allowed(leaf, {**self.done, **dict(node.sequence)})

    def options(self, node: Node, leaves: frozenset[str]) -> Iterator[tuple[tuple[int, int], Pair]]:
        """Pairs that can come next with an optimistic (end, cost), best first."""
        finished = {pair[0] for pair in node.sequence}
        found = []
        for leaf in sorted(leaves - finished):
            if any(b == leaf and a in leaves and a not in finished for a, b in self.spec.before):
                continue
            for robot in self.allowed(leaf, {**self.done, **dict(node.sequence)}):
                self.clock.check()
                left = self._estimate(node, leaf, robot)
                if left < FAR:
                    end = self._start(node, leaf, robot) + left
                    key = (end, left) if self.objective == "makespan" else (left, end)
                    found.append((key, (leaf, robot)))
        return iter(sorted(found))

    def best_next(self, node: Node, leaves: frozenset[str]) -> Iterator[Node]:
        """Nodes one leaf further on, the quickest to finish first."""
        waiting: list[tuple[tuple[int, int], Pair, Node]] = []
        for optimistic, pair in self.options(node, leaves):
            ripe = sorted((w for w in waiting if w[0] <= optimistic), key=lambda w: w[:2])
            yield from (w[2] for w in ripe)
            waiting = [w for w in waiting if w[0] > optimistic]
            after = self.extend(node, pair)
            if after is not None:
                end, cost = after.ends[pair[0]], after.cost - node.cost
                waiting.append(((end, cost) if self.objective == "makespan" else (cost, end), pair, after))
        yield from (w[2] for w in sorted(waiting, key=lambda w: w[:2]))

    def dives(self, root: Node, leaves: frozenset[str], budget: int, careful: bool = True) -> Iterator[Node]:
        """Complete sequences in the order of a depth-first search that finishes quick leaves first.

        Args:
            root: Where to start.
            leaves: The leaves to do.
            budget: How many extensions of sequences to try.
            careful: Whether to turn back as soon as a leaf that could be done at first no longer can.
        """
        self._chosen = leaves
        limit = self.work + budget
        hopeful = frozenset(leaf for leaf in leaves if self.hopeful(root, leaf)) if careful else frozenset()
        stack = [self.best_next(root, leaves)]
        if not leaves and self.composites.accepted(root.progress):
            yield root
        while stack and self.work < limit:
            node = next(stack[-1], None)
            if node is None:
                stack.pop()
            elif len(node.sequence) == len(leaves):
                if self._complete(node):
                    yield node
            elif all(self.hopeful(node, leaf) for leaf in hopeful - {pair[0] for pair in node.sequence}):
                stack.append(self.best_next(node, leaves))

    def hopeful(self, node: Node, leaf: str) -> bool:
        """Whether some robot may be able to do a leaf from here."""
        tied = {**self.done, **dict(node.sequence)}
        robots = self.allowed(leaf, tied)
        return any(self._estimate(node, leaf, robot) < FAR for robot in robots)

    def _estimate(self, node: Node, leaf: str, robot: str) -> int:
        past = resumption(self.past, node.sequence, leaf, robot)
        return self.problems(leaf, robot).estimate(node.state, node.rules, past)

    def partial(self, root: Node, leaves: frozenset[str], sequence: Sequence) -> Node | None:
        """The node after a sequence over some leaves as if there were no others, None where it breaks off."""
        self._chosen = leaves
        return self.replay(root, sequence)

    def complete(self, root: Node, leaves: frozenset[str], sequence: Sequence) -> Node | None:
        """The node after a whole sequence over given leaves, None where it does not do."""
        node = self.partial(root, leaves, sequence)
        return node if node is not None and self._complete(node) else None

    def improve(self, root: Node, best: Node, rounds: int) -> Node:
        """Local search: moves single leaves to other places in the sequence and other robots."""
        self._chosen = frozenset(pair[0] for pair in best.sequence)
        tried = 0
        improved = True
        while improved and tried < rounds:
            improved = False
            for sequence in self._variants(best.sequence):
                tried += 1
                node = self.replay(root, sequence)
                if node is not None and self._complete(node) and self.value(node) < self.value(best):
                    best, improved = node, True
                    break
                if tried >= rounds:
                    break
        return best

    def _complete(self, node: Node) -> bool:
        return self.spec.root in self.spec.leaves or self.composites.accepted(node.progress)

    def _variants(self, sequence: Sequence) -> Iterator[Sequence]:
        """Sequences that differ in one leaf, the last to finish first."""
        for i in range(len(sequence) - 1, -1, -1):
            leaf, robot = sequence[i]
            rest = (*sequence[:i], *sequence[i + 1 :])
            for other in sorted(self.robots, key=lambda r: (r == robot, r)):
                for j in range(len(rest), -1, -1):
                    if (other, j) != (robot, i):
                        yield (*rest[:j], (leaf, other), *rest[j:])
