"""Follows a mission with the monitor although its news come by different ways, in any order.

Observations come from the simulation, the news of who works on what from the executive. The
executive stamps its news with the observation it has seen last, so a status with stamp T says:
up to T nothing but this has begun or ended. An observation is therefore read by the monitor only
when a status from after it is there, and leaves begin and end at the observation that the
executive itself has seen. An edited mission takes effect with the first status of its revision.

Observations count themselves, so one that was lost is noticed; so is one that the executive has seen
and that never came here, and a beginning that was missed. The monitor is told what it did not see.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from grounding.logic.monitor import Monitor, MonitorReport
from grounding.logic.spec import HierarchicalSpec
from grounding.state import WorldState
from grounding.world import World
from heed.mission import SAME_MOMENT
from heed.progress import LeafProgress, LeafState, MissionStatus, Stage

#: Stages in which nothing is done any more.
CLOSING = (Stage.VERIFY, Stage.DONE)


class Watch:
    """One mission being watched.

    Args:
        spec: The mission.
        world: The static world.
        past: Observations so far, oldest first; the mission begins at one of them.
        since: Simulated second of the observation with which the mission began; that of the first
            status where None.
        revision: How often the mission had been edited.
    """

    def __init__(
        self,
        spec: HierarchicalSpec,
        world: World,
        past: Iterable[WorldState] = (),
        since: float | None = None,
        revision: int = 0,
    ) -> None:
        self._world = world
        self._monitor = Monitor(spec, world)
        self._observations: deque[WorldState] = deque(past)
        self._statuses: deque[tuple[MissionStatus, bool]] = deque()  # with whether news before it are lost
        self._held: WorldState | None = None  # seen by the executive, not yet read by the monitor
        self._leaves = {leaf: LeafProgress() for leaf in spec.leaves}
        self._revision = revision
        self._amended: dict[int, tuple[HierarchicalSpec, World]] = {}  # by revision, still to take effect
        self._since = since
        self._newest: WorldState | None = None  # the last observation that was taken up
        self._seen_until: float | None = None  # everything from the beginning until then was read, or is held
        self._lost = False  # the executive has seen an observation since then that never came here
        self._followed = since or 0.0  # stamp of the status that was followed last
        self._first = True  # no status was followed yet
        self._blind = False  # no further observation of this mission will come
        self.over = False

    @property
    def waits(self) -> bool:
        """Whether the mission has ended and observations of its end have not come."""
        return not self.over and any(status.stage in CLOSING for status, _ in self._statuses)

    def observe(self, state: WorldState) -> MonitorReport | None:
        """Takes in an observation; the report where there is news."""
        if self._blind:
            return None
        newest = self._observations[-1] if self._observations else self._newest
        if newest is not None and newest.run != state.run:
            return self.give_up(f"The world was started anew after {newest.time:.1f} s, so nobody can say.")
        self._observations.append(state)
        return self._catch_up()

    def follow(self, status: MissionStatus, *, missed: bool = False) -> MonitorReport | None:
        """Takes in what the executive does; the report where there is news.

        Args:
            status: The news.
            missed: Whether news between the last one and this are lost.
        """
        self._statuses.append((status, missed))
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

    def give_up(self, reason: str = "") -> MonitorReport:
        """No further observation of this mission will come.

        Args:
            reason: Why nobody can say anything about what is pending; empty = for want of observations.
        """
        self._catch_up()
        while self._since is not None and self._observations:
            self._take_up(self._observations.popleft(), self._since)
        self._read()
        if reason:
            self._monitor.lose(reason)
        self._blind = True
        return self._catch_up() or self._monitor.report()

    def _catch_up(self) -> MonitorReport | None:
        report = None
        while not self.over and self._statuses and self._ready(self._statuses[0][0]):
            report = self._apply(*self._statuses.popleft())
        return report

    def _ready(self, status: MissionStatus) -> bool:
        """Whether everything observed up to a status is here, and the mission it speaks of."""
        known = status.revision <= self._revision or status.revision in self._amended
        return known and self._arrived(status.time)

    def _arrived(self, time: float) -> bool:
        """Whether everything that will come of what was observed up to a moment is here."""
        newest = self._observations[-1] if self._observations else self._newest
        return self._blind or (newest is not None and newest.time >= time)

    def _apply(self, status: MissionStatus, missed: bool) -> MonitorReport:
        if self._since is None:  # it begins with what the executive saw then
            self._since = max((o.time for o in self._observations if o.time <= status.time), default=status.time)
        if self._first:
            self._first = False
            missed |= status.time > self._since + SAME_MOMENT
        if missed:
            self._monitor.miss(self._followed, status.time, rules=False)
        self._advance(status.time, self._since)
        for leaf, progress in status.leaves.items():  # who was interrupted was so before an edit takes effect
            if leaf in self._leaves and self._interrupted(leaf, progress):
                self._monitor.suspend(leaf)
        if status.revision > self._revision:
            self._change(status.revision)
        for leaf, progress in status.leaves.items():
            if leaf in self._leaves:  # a leaf that an edit has dropped is nobody's concern any more
                self._take(leaf, self._leaves[leaf], progress)
                self._leaves[leaf] = progress
        if missed:  # who began meanwhile has read nothing of it
            self._monitor.miss(self._followed, status.time, rules=False)
        self._followed = status.time
        if status.stage in CLOSING:
            return self._close()
        return self._monitor.report()

    def _interrupted(self, leaf: str, now: LeafProgress) -> bool:
        return self._leaves[leaf].state is LeafState.ACTIVE and now.state is LeafState.PENDING

    def _change(self, revision: int) -> None:
        """Puts an edited mission in force; the next observation is read by its formulas."""
        spec, world = self._amended[revision]
        before = self._monitor.spec.leaves
        same = {leaf for leaf in spec.leaves if leaf in before and spec.leaves[leaf].formula == before[leaf].formula}
        self._monitor.amend(spec, world)
        # Who goes on with a leaf that asks for something else now begins it anew.
        self._leaves = {leaf: self._leaves[leaf] if leaf in same else LeafProgress() for leaf in spec.leaves}
        self._revision = revision
        self._amended = {later: what for later, what in self._amended.items() if later > revision}

    def _advance(self, time: float, since: float) -> None:
        """Takes up what was observed until a moment at which the executive has seen something."""
        while self._observations and self._observations[0].time <= time:
            self._take_up(self._observations.popleft(), since)
        until = since if self._seen_until is None else self._seen_until
        if self._newest is None or self._newest.time < time - SAME_MOMENT:
            self._read()
            self._monitor.miss(until, time)
            self._lost = True

    def _take_up(self, state: WorldState, since: float) -> None:
        """Reads the observation that is held and holds the next, noticing what lies between them."""
        before, self._newest = self._newest, state
        if state.time < since - SAME_MOMENT:
            return
        self._read()
        if self._seen_until is None:
            complete = state.time <= since + SAME_MOMENT
        else:
            complete = before is None or not state.sequence or state.sequence == before.sequence + 1
        if self._lost or not complete:
            self._monitor.miss(since if self._seen_until is None else self._seen_until, state.time)
        self._held, self._seen_until, self._lost = state, state.time, False

    def _read(self) -> None:
        if self._held is not None:
            self._monitor.observe(self._held)
            self._held = None

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
        self._read()
        for leaf, progress in self._leaves.items():
            if progress.state is LeafState.SKIPPED:
                self._monitor.skip(leaf)
        self.over = True
        return self._monitor.close()
