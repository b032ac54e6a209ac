"""Watches a mission: one run of automata per formula, driven by what is observed in the world.

A rule is followed from the first to the last observation. A leaf is followed from the first
observation after its start and is satisfied, once and for all, at the first one at which its
formula is accepted; its composite proposition is true at just that observation and so drives the
formula of its parent.

Observations that are missing are told with :meth:`Monitor.miss`. Whatever was being read then goes on
in every state in which it may be (:mod:`grounding.logic.unseen`): what is the same in all of them is
still decided, and the rest is UNOBSERVED.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from grounding.errors import FormulaError
from grounding.logic import unseen
from grounding.logic.automaton import Automaton, automaton
from grounding.logic.describe import describe, entity, explain, happening
from grounding.logic.formula import Node, conjuncts, parse
from grounding.logic.spec import HierarchicalSpec
from grounding.state import ANY, Proposition, WorldState, holds
from grounding.world import World


class Truth(str, Enum):
    """The verdict on a formula so far."""

    PENDING = "pending"
    SATISFIED = "satisfied"
    VIOLATED = "violated"
    UNOBSERVED = "unobserved"  # observations are missing, so nobody can say


@dataclass(frozen=True)
class FormulaVerdict:
    """What the monitor says about one formula.

    Attributes:
        name: Name of the formula in the specification.
        formula: The formula.
        verdict: Satisfied, violated, pending, or unobserved where nobody can say.
        reason: One sentence about the world.
    """

    name: str
    formula: str
    verdict: Truth
    reason: str


@dataclass(frozen=True)
class MonitorReport:
    """The verdicts on every formula of a mission.

    Attributes:
        time: Simulated second of the last observation.
        formulas: By name, rules and composites included, in the order of the specification.
        final: The mission is over and nothing is pending any more.
        gaps: (from, to) in simulated seconds between which observations are missing.
    """

    time: float
    formulas: Mapping[str, FormulaVerdict]
    final: bool = False
    gaps: tuple[tuple[float, float], ...] = ()

    @property
    def all_satisfied(self) -> bool:
        """Whether every formula is satisfied."""
        return all(line.verdict is Truth.SATISFIED for line in self.formulas.values())


class _Part:
    """One conjunct of a formula and where its automaton stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.automaton: Automaton = automaton(text)
        self.restart()

    def restart(self) -> None:
        self.places = unseen.start(self.automaton)
        self.before: int | None = None
        self.letter: int | None = None
        self.missed = False

    def step(self, truth: Callable[[str], bool]) -> None:
        self.before = self.letter
        self.letter = letter = sum(1 << i for i, name in enumerate(self.automaton.atoms) if truth(name))
        self.places = frozenset((self.automaton.step(state, letter), events) for state, events in self.places)

    def happen(self, certain: Collection[str], doubtful: Collection[str]) -> None:
        """Reads the events of a moment: what was finished, and what may have been."""
        self.places = unseen.after_events(self.automaton, self.places, certain, doubtful)

    def miss(self, doubtful: Collection[str] | None) -> None:
        """Any letters may have gone by; where events are given, only letters of these."""
        self.letter, self.missed = None, True
        if doubtful is None:
            self.places = unseen.after_anything(self.automaton, self.places)
        else:
            self.places = unseen.after_doubtful(self.automaton, self.places, doubtful)

    def surely(self, states: frozenset[int]) -> bool:
        return all(state in states for state, _ in self.places)

    def perhaps(self, states: frozenset[int]) -> bool:
        return any(state in states or state == unseen.LOST for state, _ in self.places)

    @property
    def accepted(self) -> bool:
        return self.surely(self.automaton.accepting)

    @property
    def broken(self) -> bool:
        return self.surely(self.automaton.dead)

    def changed(self) -> Iterable[tuple[str, bool]]:
        """Atoms that changed with the last letter (all of them with the first) and their value."""
        for i, name in enumerate(self.automaton.atoms):
            now = bool((self.letter or 0) >> i & 1)
            if self.before is None or now is not bool(self.before >> i & 1):
                yield name, now


class _Watched:
    """One formula of the specification while it is watched."""

    def __init__(self, name: str, formula: str, *, rule: bool) -> None:
        self.name, self.formula, self.rule, self.reason = name, formula, rule, ""
        self.parts = [_Part(text) for text in conjuncts(formula)]
        self.verdict = Truth.PENDING
        self.robot = ""
        self.running = self.ended = self.unread = False
        self.gaps: list[tuple[float, float]] = []  # what it has not read
        self.perhaps_done = self.perhaps_broken = False  # it may have been decided so, unseen

    def start(self, robot: str) -> None:
        self.perhaps_broken |= any(part.missed and part.perhaps(part.automaton.dead) for part in self.parts)
        self.robot = robot
        self.verdict = Truth.PENDING
        self.running = self.unread = True
        self.ended = False
        for part in self.parts:
            part.restart()

    def anew(self) -> _Watched:
        """The same formula before it has read anything; what it has not seen is not forgotten."""
        found = _Watched(self.name, self.formula, rule=self.rule)
        found.gaps, found.perhaps_broken = self.gaps, self.perhaps_broken
        return found

    def suspend(self) -> None:
        """Ends its trace for now."""
        self.running = self.unread = self.ended = False

    def step(self, truth: Callable[[str], bool]) -> None:
        self.unread = False
        for part in self.parts:
            part.step(truth)
        self._doubt()

    def happen(self, certain: Collection[str], doubtful: Collection[str]) -> None:
        for part in self.parts:
            part.happen(certain, doubtful)
        self._doubt()

    def miss(self, start: float, end: float, doubtful: Collection[str] | None = None) -> None:
        """Does not read what happened between two moments; of a composite, what may have been finished then."""
        self.gaps = unseen.joined(self.gaps, start, end)
        for part in self.parts:
            part.miss(doubtful)
        self._doubt()

    def _doubt(self) -> None:
        """Notes that it may be decided by now; rules end with the mission, unless nothing can break them."""
        if self.gaps and all(
            part.perhaps(part.automaton.settled if self.rule else part.automaton.accepting) for part in self.parts
        ):
            self.perhaps_done = True

    def decide(self, verdict: Truth, reason: str) -> None:
        """Ends the watch, with UNOBSERVED where it may have been decided otherwise before, unseen."""
        otherwise = self.perhaps_broken if verdict is Truth.SATISFIED else self.perhaps_done
        if otherwise and verdict is not Truth.UNOBSERVED:
            verdict, reason = Truth.UNOBSERVED, self.unseen
        self.verdict, self.reason = verdict, reason
        self.running = self.unread = False

    @property
    def pending(self) -> bool:
        return self.verdict is Truth.PENDING

    @property
    def doubtful(self) -> bool:
        """Whether it may be done although that was not seen."""
        return self.verdict is Truth.UNOBSERVED or (self.pending and self.perhaps_done)

    @property
    def open(self) -> bool:
        """Whether it may be accepted as things stand."""
        return all(part.perhaps(part.automaton.accepting) for part in self.parts)

    @property
    def unseen(self) -> str:
        """Why nobody can say."""
        return unseen.sentence(self.gaps)

    @property
    def unreached(self) -> bool:
        """Whether it was violated only because the work ended before the goal was reached."""
        return self.verdict is Truth.VIOLATED and self.ended and self.broken is None

    @property
    def accepted(self) -> bool:
        return all(part.accepted for part in self.parts)

    @property
    def broken(self) -> _Part | None:
        return next((part for part in self.parts if part.broken), None)


class _Moment(NamedTuple):
    """What composites read at an observation: when it was, and the leaves that were finished with it."""

    time: str
    finished: frozenset[str]


class Monitor:
    """Follows one mission through its observations.

    Args:
        spec: The mission; see :func:`grounding.logic.validate.validate`.
        world: The static world.

    Raises:
        FormulaError: A formula cannot be turned into automata.
    """

    def __init__(self, spec: HierarchicalSpec, world: World) -> None:
        self.spec, self.world = spec, world
        self.state: WorldState | None = None
        self._watched = {
            name: _Watched(name, formula, rule=name in spec.rules) for name, formula in spec.formulas.items()
        }
        self._composites = _composites(spec)
        self._moments: list[_Moment] = []
        self._earlier: WorldState | None = None
        self._gaps: list[tuple[float, float]] = []
        self._closed = False

    def amend(self, spec: HierarchicalSpec, world: World | None = None) -> None:
        """The mission has been edited: from the next observation on it is the one given.

        A leaf or rule whose name and formula live on goes on from what it has read. Others begin,
        and those that are gone are forgotten. Composites are what they would be had the mission
        been this one from the start: they read again which leaves were finished when.

        Args:
            spec: The mission as it is now.
            world: The world with places drawn meanwhile; the same as before where None.

        Raises:
            FormulaError: The mission has been closed, or a formula cannot be turned into automata.
        """
        if self._closed:
            raise FormulaError("the mission that is watched", "is over and cannot be changed.", "Begin a new one.")
        before, composites = self._watched, _composites(spec)
        watched: dict[str, _Watched] = {}
        for name, formula in spec.formulas.items():
            old = before.get(name)
            lives_on = old is not None and old.formula == formula and name not in composites
            watched[name] = old if old is not None and lives_on else _Watched(name, formula, rule=name in spec.rules)
        self.spec, self.world, self._watched, self._composites = spec, world or self.world, watched, composites
        self._moments = [
            _Moment(time, frozenset(leaf for leaf in leaves if before.get(leaf) is watched.get(leaf)))
            for time, leaves in self._moments
        ]  # fmt: skip
        self._read_again()

    def start(self, leaf: str, robot: str) -> None:
        """A robot starts working on a leaf; its trace begins with the next observation.

        A leaf that is not decided may be started again, by the same robot or another one: its
        trace then begins anew. What is satisfied stays so, and so does a broken constraint.

        Raises:
            FormulaError: There is no such leaf.
        """
        watched = self._leaf(leaf)
        if watched.pending or watched.unreached:
            watched.start(robot)
            watched.reason = f"{_capital(entity(robot, self.world))} starts on it."

    def suspend(self, leaf: str) -> None:
        """Nobody works on a leaf any more: what happens until it is started again is not part of its trace.

        A goal that was reached by the way, before whoever worked on it was done, is to be reached again.

        Raises:
            FormulaError: There is no such leaf.
        """
        watched = self._leaf(leaf)
        if watched.verdict is Truth.SATISFIED and watched.reason != _UNNEEDED:
            self._watched[leaf] = watched.anew()
            self._moments = [_Moment(time, done - {leaf}) for time, done in self._moments]
            self._read_again()
        elif watched.pending and watched.running:
            watched.suspend()
        else:
            return
        self._watched[leaf].reason = "Interrupted."

    def _read_again(self) -> None:
        """Has the composites read from the start which leaves were finished when."""
        for name in self._composites:
            self._watched[name] = _Watched(name, self._watched[name].formula, rule=False)
        for moment in self._moments:
            self._step_composites(moment)
        for start, end in self._gaps:
            self._miss_composites(start, end)
        self._drop_unneeded()

    def finish(self, leaf: str) -> None:
        """The robot has ended its last step: the next observation is the last of the leaf's trace.

        Raises:
            FormulaError: There is no such leaf.
        """
        watched = self._leaf(leaf)
        if watched.pending:
            watched.ended = True

    def skip(self, leaf: str) -> None:
        """The leaf belongs to an alternative that was not chosen.

        Raises:
            FormulaError: There is no such leaf.
        """
        watched = self._leaf(leaf)
        if watched.pending:
            watched.decide(Truth.SATISFIED, _UNNEEDED)
        self._drop_unneeded()

    def _drop_unneeded(self) -> None:
        """Decides composites of which nothing is needed."""
        for name in self._composites:
            if self._watched[name].pending and all(
                self._watched[below].reason == _UNNEEDED for below in self.spec.leaves_under(name)
            ):
                self._watched[name].decide(Truth.SATISFIED, _UNNEEDED)

    def _leaf(self, name: str) -> _Watched:
        if name not in self.spec.leaves:
            known = ", ".join(self.spec.leaves)
            raise FormulaError(f"leaf {name!r}", "is not part of the mission that is watched.", f"Its leaves: {known}.")
        return self._watched[name]

    def observe(self, state: WorldState) -> MonitorReport:
        """Reads one observation."""
        self._earlier, self.state = self.state, state
        self._step_rules()
        self._step_tasks()
        return self.report()

    def miss(self, start: float, end: float, *, rules: bool = True) -> None:
        """Observations between two moments are missing: nothing was read by whatever was being read.

        Args:
            start: Simulated second of the last observation before.
            end: Simulated second up to which nothing was observed.
            rules: False where only the news of who works on what is missing.
        """
        self._gaps = unseen.joined(self._gaps, start, end)
        self._earlier = None
        for name in (*(self.spec.rules if rules else ()), *self.spec.leaves):
            watched = self._watched[name]
            if watched.running or (name in self.spec.rules and watched.pending):
                watched.miss(start, end)
        self._miss_composites(start, end)

    def _miss_composites(self, start: float, end: float) -> None:
        """Leaves may have been finished between two moments without being seen."""
        for name in self._composites:
            doubtful = self._doubtful(name)
            if doubtful and self._watched[name].pending:
                self._watched[name].miss(start, end, doubtful)

    def lose(self, reason: str) -> None:
        """What is observed from now on says nothing about this mission: all that is pending is UNOBSERVED."""
        for watched in self._watched.values():
            if watched.pending:
                watched.decide(Truth.UNOBSERVED, reason)

    def _doubtful(self, name: str) -> list[str]:
        """Children of a composite that may be done although that was not seen."""
        return [kid for kid in self.spec.children[name] if self._watched[kid].doubtful]

    def close(self) -> MonitorReport:
        """The mission is over: whatever is pending is decided as it stands."""
        if self._closed:
            return self.report()
        self._closed = True
        if self.state is not None and any(w.unread for w in self._watched.values()):
            # A leaf that was started after the last observation, whose goal may already hold.
            self._step_tasks()
        for name in self.spec.rules:
            watched = self._watched[name]
            if watched.pending and watched.accepted:
                watched.decide(Truth.SATISFIED, "It was kept from the first to the last moment.")
            elif watched.pending and watched.gaps and watched.open:
                watched.decide(Truth.UNOBSERVED, watched.unseen)
            elif watched.pending:
                watched.decide(Truth.VIOLATED, f"The mission ended without it: {self._waiting(watched)}.")
        for name in self.spec.walk():
            watched = self._watched[name]
            parent = self.spec.parent(name)
            if watched.pending and parent is not None and self._watched[parent].verdict is Truth.SATISFIED:
                watched.decide(Truth.SATISFIED, _UNNEEDED)
            elif watched.pending:
                watched.decide(Truth.VIOLATED, f"The mission ended too early: {self._pending_reason(watched)}")
        return self.report()

    def report(self) -> MonitorReport:
        """The verdicts as they stand."""
        lines = {
            name: FormulaVerdict(name, w.formula, w.verdict, self._pending_reason(w) if w.pending else w.reason)
            for name, w in self._watched.items()
        }
        return MonitorReport(self.state.time if self.state else 0.0, lines, self._closed, tuple(self._gaps))

    def _step_rules(self) -> None:
        truth = self._truth("")
        for name in self.spec.rules:
            watched = self._watched[name]
            if not watched.pending:
                continue
            watched.step(truth)
            broken = watched.broken
            if broken:
                watched.decide(Truth.VIOLATED, self._breach(watched, broken))
            elif all(part.surely(part.automaton.settled) for part in watched.parts):
                watched.decide(Truth.SATISFIED, f"Fulfilled at {self._now()}.")

    def _step_tasks(self) -> None:
        """Steps the leaves that are being worked on, then the composites above them."""
        finished: set[str] = set()
        for name in self.spec.leaves:
            watched = self._watched[name]
            if not watched.running:
                continue
            watched.step(self._truth(watched.robot))
            broken = watched.broken
            if watched.accepted:
                finished.add(name)
                watched.decide(Truth.SATISFIED, f"{_capital(self._goal(watched))} ({self._now()}).")
            elif broken:
                watched.decide(Truth.VIOLATED, self._breach(watched, broken))
            elif watched.ended:
                who = _capital(entity(watched.robot, self.world))
                watched.decide(
                    Truth.VIOLATED, f"{who} finished at {self._now()}, still waiting for: {self._waiting(watched)}."
                )
        moment = _Moment(self._now(), frozenset(finished))
        if finished or not self._moments or self._moments[-1].finished:
            self._moments.append(moment)  # reading "nothing" once more makes no difference
        self._step_composites(moment)

    def _step_composites(self, moment: _Moment) -> None:
        """Has the composites read which leaves were finished at a moment."""
        finished = set(moment.finished)
        for name in self._composites:
            watched = self._watched[name]
            if not watched.pending:
                continue
            watched.happen(finished, self._doubtful(name))
            broken = watched.broken
            if watched.accepted:
                finished.add(name)
                watched.decide(Truth.SATISFIED, f"Done at {moment.time}.")
            elif broken:
                watched.decide(Truth.VIOLATED, f"{self._disorder(broken.text, finished)} ({moment.time}).")

    def _truth(self, robot: str) -> Callable[[str], bool]:
        state = self.state
        assert state is not None
        return lambda name: holds(Proposition.parse(name).bind(robot), self.world, state)

    def _now(self) -> str:
        return f"{self.state.time if self.state else 0.0:.1f} s"

    def _words(self, name: str) -> str:
        """The words of the instruction that a formula stands for."""
        own = self.spec.rules.get(name) or self.spec.leaves.get(name)
        return (own.text if own else self.spec.text.get(name, "")) or name

    def _pending_reason(self, watched: _Watched) -> str:
        name = watched.name
        if watched.gaps and name not in self.spec.children:
            return watched.unseen
        if name in self.spec.rules:
            kept = self.state is None or watched.accepted
            return "Kept so far." if kept else f"Waiting for: {self._waiting(watched)}."
        if name in self.spec.leaves:
            if watched.running and not watched.unread:
                return f"Waiting for: {self._waiting(watched)}."
            if watched.running:
                return watched.reason
            first = [a for a, b in self.spec.before if b == name and self._watched[a].pending]
            quoted = " and ".join(repr(self._words(a)) for a in self.spec.leaves if a in first)
            return f"Waits until {quoted} is done." if quoted else "Not started."
        open_ = [self._words(kid) for kid in self.spec.children.get(name, ()) if self._watched[kid].pending]
        return f"Waiting for: {'; '.join(open_)}." if open_ else "Waiting."

    def _goal(self, watched: _Watched) -> str:
        nodes = [parse(part.text) for part in watched.parts]
        goals = [node.children[0] if node.op == "F" else node for node in nodes if node.op != "G"] or nodes
        return " and ".join(explain(node, self.world, watched.robot) for node in goals)

    def _waiting(self, watched: _Watched) -> str:
        """What has to become true for the formula to be accepted."""
        truth = self._truth(watched.robot) if self.state else None
        missing: list[str] = []
        for part in watched.parts:
            if part.accepted:
                continue
            node = parse(part.text)
            goal = node.children[0] if node.op == "F" else node
            literals = goal.children if goal.op == "&" else (goal,)
            open_ = [n for n in literals if truth is None or not _literal_holds(n, truth)]
            missing += [explain(n, self.world, watched.robot) for n in open_ or literals]
        return " and ".join(missing) or "the end of its work"

    def _breach(self, watched: _Watched, part: _Part) -> str:
        """What happened that broke a conjunct."""
        events = []
        for name, now in part.changed():
            for proposition in self._instances(Proposition.parse(name).bind(watched.robot)):
                if part.before is None:
                    holding = holds(proposition, self.world, self.state) if self.state else now
                    if holding and ANY not in proposition.args:
                        events.append(describe(proposition, self.world))
                elif self._changed(proposition):
                    events.append(happening(proposition, self.world, now))
        what = " and ".join(dict.fromkeys(events)) or explain(f"!({part.text})", self.world, watched.robot)
        when = "from the start" if part.before is None and not part.missed else f"at {self._now()}"
        return f"{_capital(what)} {when}, against: {self._words(watched.name)}."

    def _instances(self, proposition: Proposition) -> list[Proposition]:
        """The proposition for every robot where it speaks of any robot."""
        subject, value = proposition.args
        robots = list(self.world.robots) if subject == ANY else [subject]
        return [Proposition(proposition.predicate, (robot, value)) for robot in robots]

    def _changed(self, proposition: Proposition) -> bool:
        if self._earlier is None or self.state is None:
            return True
        return holds(proposition, self.world, self._earlier) is not holds(proposition, self.world, self.state)

    def _disorder(self, text: str, finished: set[str]) -> str:
        node = parse(text)
        if node.op in ("U", "W") and node.children[1].op == "atom":
            early = [name for name in node.children[0].atoms if name in finished]
            done = " and ".join(repr(self._words(name)) for name in early)
            return f"{done} was done before {self._words(node.children[1].atom)!r}"
        return f"what was done breaks {text}"


def _composites(spec: HierarchicalSpec) -> list[str]:
    """Names of the composites, children before parents."""
    return [name for name in reversed(list(spec.walk())) if name not in spec.leaves]


_UNNEEDED = "Not needed: another alternative was chosen."


def _literal_holds(node: Node, truth: Callable[[str], bool]) -> bool:
    if node.op == "!":
        return not _literal_holds(node.children[0], truth)
    return node.op == "atom" and truth(node.atom)


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
