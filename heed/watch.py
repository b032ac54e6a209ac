"""Follows a mission with the monitor although its news come by different ways, in any order.

Observations come from the simulation, the news of who works on what from the executive. The
executive stamps its news with the observation it has seen last, so a status with stamp T says:
up to T nothing but this has begun or ended. An observation is therefore read by the monitor only
when a status from after it is there, and leaves begin and end at the observation that the
executive itself has seen. An edited mission takes effect with the first status of its revision.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from grounding.logic.monitor import Monitor, MonitorReport
from grounding.logic.spec import HierarchicalSpec
from grounding.state import WorldState
from grounding.world import World
from heed.progress import LeafProgress, LeafState, MissionStatus, Stage


class Watch:
    """One mission being watched.

    Args:
        spec: The mission.
        world: The static world.
        past: Observations so far, oldest first; the mission begins at one of them.
        revision: How often the mission had been edited.
    """

    def __init__(
        self, spec: HierarchicalSpec, world: World, past: Iterable[WorldState] = (), revision: int = 0
    ) -> None:
        self._world = world
        self._monitor = Monitor(spec, world)
        self._observations: deque[WorldState] = deque(past)
        self._statuses: deque[MissionStatus] = deque()
        self._held: WorldState | None = None  # seen by the executive, not yet read by the monitor
        self._leaves = {leaf: LeafProgress() for leaf in spec.leaves}
        self._revision = revision
        self._amended: dict[int, tuple[HierarchicalSpec, World]] = {}  # by revision, still to take effect
        self._begun = False
        self.over = False

    def observe(self, state: WorldState) -> MonitorReport | None:
        """Takes in an observation; the report where there is news."""
        self._observations.append(state)
        return self._catch_up()

    def follow(self, status: MissionStatus) -> MonitorReport | None:
        """Takes in what the executive does; the report where there is news."""
        self._statuses.append(status)
        return self._catch_up()

    def amend(self, spec: HierarchicalSpec, revision: int, world: World | None = None) -> MonitorReport | None:
        """Takes in the mission after an edit; the report where there is news.

        Args:
            spec: The mission as it is from the first status of that revision on.
            revision: How often it has been edited.
            world: The world with places drawn meanwhile; the same as before where None.

        Raises:
            FormulaError: A formula cannot be turned into automata.
        """
        self._world = world or self._world
        Monitor(spec, self._world)  # raises now, not in the middle of a status
        if revision > self._revision:
            self._amended[revision] = spec, self._world
        return self._catch_up()

    def _catch_up(self) -> MonitorReport | None:
        report = None
        while not self.over and self._statuses and self._ready(self._statuses[0]):
            report = self._apply(self._statuses.popleft())
        return report

    def _ready(self, status: MissionStatus) -> bool:
        """Whether everything observed up to a status is here, and the mission it speaks of."""
        newest = self._observations[-1] if self._observations else self._held
        known = status.revision <= self._revision or status.revision in self._amended
        return known and newest is not None and newest.time >= status.time

    def _apply(self, status: MissionStatus) -> MonitorReport:
        while self._observations and self._observations[0].time <= status.time:
            if self._held is not None and self._begun:
                self._monitor.observe(self._held)
            self._held = self._observations.popleft()
        if status.revision > self._revision:
            self._change(status.revision)
        for leaf, progress in status.leaves.items():
            if leaf in self._leaves:  # a leaf that an edit has dropped is nobody's concern any more
                self._take(leaf, self._leaves[leaf], progress)
                self._leaves[leaf] = progress
        self._begun = True
        if status.stage in (Stage.VERIFY, Stage.DONE):
            return self._close()
        return self._monitor.report()

    def _change(self, revision: int) -> None:
        """Puts an edited mission in force; the next observation is read by its formulas."""
        spec, world = self._amended[revision]
        self._monitor.amend(spec, world)
        self._leaves = {leaf: self._leaves.get(leaf, LeafProgress()) for leaf in spec.leaves}
        self._revision = revision
        self._amended = {later: what for later, what in self._amended.items() if later > revision}

    def _take(self, leaf: str, before: LeafProgress, now: LeafProgress) -> None:
        """Tells the monitor that a leaf has begun or ended."""
        if now == before:
            return
        if now.state is LeafState.ACTIVE or (now.state is LeafState.FINISHED and before.state is not LeafState.ACTIVE):
            self._monitor.start(leaf, now.robot)
        if now.state is LeafState.FINISHED:
            self._monitor.finish(leaf)

    def _close(self) -> MonitorReport:
        """The last word: alternatives are dropped only now, since a new plan may take them up."""
        if self._held is not None:
            self._monitor.observe(self._held)
        for leaf, progress in self._leaves.items():
            if progress.state is LeafState.SKIPPED:
                self._monitor.skip(leaf)
        self.over = True
        return self._monitor.close()
