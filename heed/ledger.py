"""What is known of every leaf of a mission: how far it is, by whom, and what its formulas have read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from grounding.logic.history import History
from grounding.logic.spec import HierarchicalSpec
from grounding.mission.task import Literal, TaskTree
from grounding.state import WorldState, holds
from grounding.world import World
from heed.progress import LeafProgress, LeafState, NodeProgress, tree_progress
from planners.plan import TeamPlan


class Ledger:
    """The leaves of one mission, as it is asked for now.

    Args:
        tree: The instruction as a tree.
        spec: The instruction as formulas.
        world: The static world.

    Attributes:
        leaves: Leaf name -> how far it is.
        sentences: Leaf name -> why it is in this state.
        done: Leaf name -> robot that has finished it, in the order in which they were finished.
        history: What rules and leaves under way have read.
    """

    def __init__(self, tree: TaskTree, spec: HierarchicalSpec, world: World) -> None:
        self.tree, self.spec, self.world = tree, spec, world
        self.leaves = {leaf: LeafProgress() for leaf in spec.leaves}
        self.sentences = dict.fromkeys(spec.leaves, "waits for a plan")
        self.done: dict[str, str] = {}
        self.history = History()
        self._goals = {task.id: task.goal for task in tree.root.walk()}

    def amended(self, tree: TaskTree, spec: HierarchicalSpec, reason: str) -> Ledger:
        """The same mission after it was changed.

        Leaves are the same where they have the same name. One whose goal is the same keeps its
        progress; one that is under way and has other formulas than before reads them from now on;
        one with another goal, or with robots that leave out the one at work, begins anew.

        Args:
            tree: The tree as it is now.
            spec: The formulas as they are now.
            reason: What those that are not done wait for.
        """
        found = Ledger(tree, spec, self.world)
        found.sentences = dict.fromkeys(spec.leaves, reason)
        kept = [leaf for leaf in self.leaves if leaf in spec.leaves and self._goal(leaf) == found._goal(leaf)]
        found.done = {leaf: robot for leaf, robot in self.done.items() if leaf in kept}
        for leaf in kept:
            robot, allowed = self.leaves[leaf].robot, spec.leaves[leaf].robots
            under_way = self.leaves[leaf].state is LeafState.ACTIVE and (not allowed or robot in allowed)
            if leaf in self.done or under_way:
                found.leaves[leaf], found.sentences[leaf] = self.leaves[leaf], self.sentences[leaf]
        changed = {leaf for leaf in kept if self.spec.leaves[leaf].formula != spec.leaves[leaf].formula}
        found.history = History(
            {
                name: read for name, read in self.history.read.items()
                if (name in kept and name not in changed) or self._same_rule(name, spec)
            },
            {leaf: robot for leaf, robot in self.history.robots.items() if leaf in kept and leaf not in changed},
        )  # fmt: skip
        return found

    def _same_rule(self, name: str, spec: HierarchicalSpec) -> bool:
        both = name in self.spec.rules and name in spec.rules
        return both and self.spec.rules[name].formula == spec.rules[name].formula

    def read(self, state: WorldState) -> None:
        """Has rules and leaves under way read an observation."""
        self.history = self.history.after(state, self.spec, self.world, self.under_way(state))

    def under_way(self, state: WorldState) -> dict[str, str]:
        """Leaves that are being worked on -> the robot that does."""
        return {
            leaf: progress.robot for leaf, progress in self.leaves.items()
            if progress.state is LeafState.ACTIVE and state.robots[progress.robot].alive
        }  # fmt: skip

    def set(self, leaf: str, state: LeafState, sentence: str) -> None:
        """Notes how far a leaf has come, and why."""
        self.leaves[leaf] = replace(self.leaves[leaf], state=state)
        self.sentences[leaf] = sentence

    def begin(self, leaf: str, robot: str, sentence: str) -> None:
        """Notes that a robot works on a leaf."""
        self.leaves[leaf] = LeafProgress(LeafState.ACTIVE, robot)
        self.sentences[leaf] = sentence

    def finish(self, leaf: str, state: WorldState) -> None:
        """Notes that a leaf is done."""
        robot = self.leaves[leaf].robot
        self.done[leaf] = robot
        self.set(leaf, LeafState.FINISHED, f"done by {robot} at {state.time:.1f} s")

    def close(self, through: Collection[str], worked: Collection[str], state: WorldState) -> str:
        """Marks leaves as finished whose steps are done and whose goal is seen to hold.

        Args:
            through: Leaves whose steps are done.
            worked: Leaves that there are steps for; others come about by the way, or hold already.
            state: What is observed.

        Returns:
            A leaf under way whose steps are done although its goal is not seen; empty if there is none.
        """
        changed = True
        while changed:  # a leaf without steps may wait for one that is closed only now
            changed = False
            for leaf, progress in self.leaves.items():
                if not self.is_open(leaf) or leaf not in through or self.waits_for(leaf):
                    continue
                if self.achieved(leaf, state):
                    self.finish(leaf, state)
                    changed = True
                elif progress.state is LeafState.ACTIVE and leaf in worked:
                    return leaf
        return ""

    def planned(self, plan: TeamPlan) -> None:
        """Takes over who is to do what."""
        for leaf in self.spec.leaves:
            if leaf in self.done:
                continue
            if leaf in plan.assignment:
                state = LeafState.ACTIVE if leaf in plan.resumed else LeafState.PENDING
                self.leaves[leaf] = LeafProgress(state, plan.assignment[leaf])
            else:
                self.leaves[leaf] = LeafProgress(LeafState.SKIPPED)
                self.sentences[leaf] = "the other alternative was chosen"

    def reopen(self, reason: str, state: WorldState) -> None:
        """Marks what is not done as open again; what is under way stays so."""
        under_way = self.under_way(state)
        for leaf, progress in self.leaves.items():
            if leaf not in self.done:
                self.leaves[leaf] = progress if leaf in under_way else LeafProgress()
                self.sentences[leaf] = f"waits for a new plan: {reason}"

    def is_open(self, leaf: str) -> bool:
        """Whether a leaf is still to be done."""
        return self.leaves[leaf].state in (LeafState.PENDING, LeafState.ACTIVE)

    def waits_for(self, leaf: str) -> str:
        """The first leaf that must be done before, empty when there is none."""
        return next((a for a, b in sorted(self.spec.before) if b == leaf and self.is_open(a)), "")

    def why_waits(self, leaf: str, doing: Mapping[str, str]) -> str:
        """Why an open leaf is as it is; ``doing`` says which leaf each busy robot works for."""
        if self.leaves[leaf].state is LeafState.ACTIVE:
            return self.sentences[leaf]
        first, robot = self.waits_for(leaf), self.leaves[leaf].robot
        if first:
            return f"waits until {self.spec.leaves[first].text!r} is done"
        if doing.get(robot, leaf) not in ("", leaf):
            return f"waits until {robot} has done {self.spec.leaves[doing[robot]].text!r}"
        return f"{robot} is to do it"

    def achieved(self, leaf: str, state: WorldState) -> bool:
        """Whether the goal of a leaf is seen to hold."""
        robot = self.leaves[leaf].robot
        return all(holds(g.proposition.bind(robot), self.world, state) is g.positive for g in self._goal(leaf))

    def nodes(self, pending: Mapping[str, str]) -> dict[str, NodeProgress]:
        """How far every node of the task tree has come.

        Args:
            pending: Leaf -> why it is not being worked on, where that is not what was noted last.
        """
        return tree_progress(self.tree, self.spec, self.leaves, {**self.sentences, **pending})

    def _goal(self, leaf: str) -> tuple[Literal, ...]:
        return self._goals.get(self.spec.leaves[leaf].task, ())
