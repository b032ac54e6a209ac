"""Where a team stands in the middle of a plan: what is finished, what is under way and how far.

Read off the plan up to a tick. What a robot showed is read again by the automaton of its leaf, in
the world in which it showed it; so a leaf whose formula has changed since goes on under the new one
where that is possible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, groupby, islice, permutations, product

from grounding.logic.automaton import Automaton, automaton
from grounding.world import Cell
from planners.hltl.cases import Case, CaseRobot, CaseWorld, Instance
from planners.hltl.leafgraph import IDLE, Live
from planners.hltl.parts import parts
from planners.hltl.stints import CasePlan, Move, Stint

#: A leaf and the part of it that is done at a time (empty: all of it).
Piece = tuple[str, str]
#: Most orders looked at in which leaves finished at the same moment may count.
_MOST_WORDS = 24


@dataclass(frozen=True)
class Situation:
    """A team at a tick.

    Attributes:
        tick: The tick.
        robots: Robots that go on, where they are.
        past: What was done up to the tick by each robot of the instance.
        finished: Orders in which leaves were finished; several where some were at one moment.
        done: Leaf that is not finished -> parts of it that are done.
        underway: Robot -> the piece it is doing and how far it is.
        ahead: Robot -> pieces it was to do from now on, the one under way first.
        steps: Robot -> the steps it was to take for each of them, and when it was to take them up.
    """

    tick: int
    robots: tuple[CaseRobot, ...]
    past: CasePlan
    finished: tuple[tuple[str, ...], ...] = ((),)
    done: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    underway: Mapping[str, tuple[Piece, Live]] = field(default_factory=dict)
    ahead: Mapping[str, tuple[Piece, ...]] = field(default_factory=dict)
    steps: Mapping[str, tuple[Stint, ...]] = field(default_factory=dict)

    @classmethod
    def beginning(cls, instance: Instance) -> Situation:
        """Before anything is done."""
        return cls(0, instance.robots, CasePlan({robot.id: () for robot in instance.robots}))

    def joined(self, plan: CasePlan) -> CasePlan:
        """The past, and a plan from here on whose clock begins at this tick."""
        stints = {}
        for robot, own in self.past.stints.items():
            new = plan.stints.get(robot, ())
            if robot in self.underway and not (new and new[0].resumed):
                begun = max(i for i, stint in enumerate(own) if not stint.resumed)
                own = (*own[:begun], *(replace(stint, dropped=True) for stint in own[begun:]))
            stints[robot] = (*own, *(replace(stint, start=stint.start + self.tick) for stint in new))
        return replace(self.past, stints=stints)

    def kept(self, plan: CasePlan, case: Case, before: Iterable[tuple[Piece, Piece]], *, blocking: bool) -> CasePlan:
        """A plan as good with the very steps robots were to take, where they have the same to do.

        Robots that block one another keep theirs together or not at all.

        Args:
            plan: What robots do from here on.
            case: The case.
            before: Pieces of which the first must be finished no later than the second.
            blocking: Whether robots block one another.
        """
        same = {robot: own for robot, own in plan.stints.items() if self._same(robot, own, case, blocking)}
        if not same or (blocking and len(same) < len(plan.stints)):
            return plan
        ends = {(stint.leaf, stint.part): stint.end for own in self.steps.values() for stint in own}
        if blocking and any(ends.get(a, 0) > ends.get(b, 0) for a, b in before):
            return plan
        found = dict(plan.stints)
        for robot, own in same.items():
            old = self.steps.get(robot, ())
            if blocking:
                found[robot] = tuple(replace(stint, start=stint.start - self.tick) for stint in old)
            else:
                found[robot] = tuple(replace(a, start=b.start) for a, b in zip(old, own, strict=True))
        return replace(plan, stints=found)

    def _same(self, robot: str, own: Sequence[Stint], case: Case, blocking: bool) -> bool:
        """Whether the steps a robot was to take still do the same, for no more."""
        old = self.steps.get(robot, ())
        work, was = [stint for stint in own if stint.leaf], [stint for stint in old if stint.leaf]
        if [(s.leaf, s.part, s.resumed) for s in work] != [(s.leaf, s.part, s.resumed) for s in was]:
            return False
        if blocking:
            late = old and own and old[-1].end > own[-1].end + self.tick
            if late or sum(s.cost for s in old) > sum(s.cost for s in own):
                return False
        elif [(s.cost, s.duration) for s in own] != [(s.cost, s.duration) for s in old]:
            return False
        cell = next(one.start for one in self.robots if one.id == robot)
        for stint in old:
            left = self.underway[robot][1] if stint.resumed and stint.leaf else None
            if not _works(stint, cell, case, left):
                return False
            cell = stint.moves[-1].cell if stint.moves else cell
        return True


@dataclass
class _Group:
    """The stints in which a robot does one piece, cut at the tick."""

    robot: str
    cell: Cell
    before: list[Stint]
    after: list[Stint]

    @property
    def piece(self) -> Piece:
        stint = (self.before or self.after)[0]
        return stint.leaf, stint.part

    @property
    def counts(self) -> bool:
        return not any(stint.dropped for stint in self.before) and bool(self.piece[0])


def situation(
    case: Case, changed: Case, instance: Instance, plan: CasePlan, tick: int, *, failed: frozenset[str], blocking: bool
) -> Situation:
    """Reads a situation off a plan.

    Args:
        case, changed: The case before and after the change.
        instance: The team.
        plan: The plan before the change; its ``lost`` robots do not go on.
        tick: The tick up to which it was carried out.
        failed: Leaves under way that begin anew.
        blocking: Whether every step takes a tick.
    """
    worlds = (*plan.worlds, (tick, case.world))
    cells: dict[str, Cell] = {}
    groups: dict[str, list[_Group]] = {}
    for robot in instance.robots:
        groups[robot.id], cells[robot.id] = _groups(robot, plan.stints[robot.id], tick, blocking)
    reader = _Reader(changed, worlds)
    finished, done = reader.finished(groups)
    over = {leaf for _, _, leaf in finished}
    underway: dict[str, tuple[Piece, Live]] = {}
    ahead: dict[str, tuple[Piece, ...]] = {}
    for name, own in groups.items():
        to_come = [group for group in own if group.after and group.counts]
        pieces = [group.piece for group in to_come]
        for group in to_come[:1]:
            found = reader.live(group, done) if group.before and group.piece[0] not in failed else None
            if found is not None and name not in plan.lost:
                underway[name] = found
                pieces[0] = found[0]
        ahead[name] = tuple(piece for piece in pieces if piece[0] not in over)
    past = replace(
        plan,
        stints={r: tuple(_kept(own, reader.void, underway)) for r, own in groups.items()},
        worlds=worlds if changed.world != case.world and tick else plan.worlds,
    )
    return Situation(
        tick,
        tuple(replace(robot, start=cells[robot.id]) for robot in instance.robots if robot.id not in plan.lost),
        past,
        tuple(_words(finished)),
        {leaf: tuple(own) for leaf, own in done.items() if leaf not in over},
        underway,
        ahead,
        {r: tuple(s for group in own if group.counts or not group.piece[0] for s in group.after)
         for r, own in groups.items()},
    )  # fmt: skip


def _groups(robot: CaseRobot, own: Sequence[Stint], tick: int, blocking: bool) -> tuple[list[_Group], Cell]:
    """What a robot does, piece by piece, and where it is at a tick."""
    found: list[_Group] = []
    cell = at = robot.start
    for stint in own:
        if not stint.resumed:
            found.append(_Group(robot.id, cell, [], []))
        before, after = cut(stint, cell, tick, blocking)
        found[-1].before += [before] if before else []
        found[-1].after += [after] if after else []
        cell = stint.moves[-1].cell if stint.moves else cell
        if before and before.moves:
            at = before.moves[-1].cell
    return found, at


def cut(stint: Stint, cell: Cell, tick: int, blocking: bool) -> tuple[Stint | None, Stint | None]:
    """A stint up to a tick and from it on; steps that take no time belong to the time before."""
    if stint.start >= tick:
        return None, stint
    if stint.end <= tick:
        return stint, None
    cost = steps = count = 0
    for move in stint.moves:
        moved, acted = move.cell != cell, move.action != IDLE
        takes = blocking or moved or acted
        if stint.start + steps + takes > tick:
            break
        count, steps, cost, cell = count + 1, steps + takes, cost + moved + acted, move.cell
    before = replace(stint, moves=stint.moves[:count], cost=cost, duration=steps)
    after = replace(
        stint, start=tick, moves=stint.moves[count:], cost=stint.cost - cost, duration=stint.duration - steps,
        resumed=True,
    )  # fmt: skip
    return before, after


def _kept(own: Sequence[_Group], void: set[int], underway: Mapping[str, object]) -> Iterator[Stint]:
    """The past stints of a robot; those that no longer count are marked."""
    for group in own:
        gone = id(group) in void or (group.after and group.robot not in underway)
        for stint in group.before:
            yield replace(stint, dropped=True) if gone and stint.leaf else stint


def _words(finished: Sequence[tuple[int, int, str]]) -> Iterator[tuple[str, ...]]:
    """Orders in which leaves may have been finished."""
    ties = [[leaf for _, _, leaf in group] for _, group in groupby(sorted(finished), key=lambda end: end[0])]
    for word in islice(product(*(permutations(group) for group in ties)), _MOST_WORDS):
        yield tuple(leaf for group in word for leaf in group)


class _Reader:
    """Reads what robots showed by the formulas in force."""

    def __init__(self, case: Case, worlds: Sequence[tuple[int, CaseWorld]]) -> None:
        self.case, self.worlds = case, worlds
        self.void: set[int] = set()

    def finished(
        self, groups: Mapping[str, Sequence[_Group]]
    ) -> tuple[list[tuple[int, int, str]], dict[str, list[str]]]:
        """(Tick, place, leaf) of finished leaves, and the parts done of each leaf."""
        done: dict[str, list[str]] = {}
        ends: dict[str, tuple[int, int]] = {}
        for own in groups.values():
            for place, group in enumerate(own):
                leaf = group.piece[0]
                if not group.before or group.after or not group.counts or leaf not in self.case.leaves:
                    continue
                part = self._fitting(group, done.get(leaf, ()))
                if part is None:
                    self.void.add(id(group))
                    continue
                done.setdefault(leaf, []).append(part)
                ends[leaf] = max(ends.get(leaf, (0, 0)), (group.before[-1].end, place))
        over = [
            (*ends[leaf], leaf) for leaf, own in done.items()
            if "" in own or len(own) == len(parts(self.case.formulas[leaf]))
        ]  # fmt: skip
        return over, done

    def live(self, group: _Group, done: Mapping[str, Sequence[str]]) -> tuple[Piece, Live] | None:
        """The piece that a robot can go on with and how far it is; None where it must begin anew."""
        leaf, part = group.piece
        if leaf not in self.case.leaves or self._stuck(group):
            return None
        for option in self._options(leaf, part, done.get(leaf, ())):
            letters, cell, action = self._shown(group)
            built = automaton(option or self.case.formulas[leaf])
            states = _states(built, letters)
            if states[-1] not in built.dead and not built.accepting & set(states):
                return (leaf, option), Live(states[-1], action, cell)
        return None

    def _stuck(self, group: _Group) -> bool:
        moves = group.before[-1].moves
        return bool(moves) and moves[-1].cell not in self.case.world.cells

    def _fitting(self, group: _Group, done: Sequence[str]) -> str | None:
        """The part of its leaf that a group has done; None where nothing of what it did counts now."""
        leaf, part = group.piece
        for option in self._options(leaf, part, done):
            built = automaton(option or self.case.formulas[leaf])
            states = _states(built, self._shown(group)[0])
            if states[-1] in built.accepting and (option or not built.accepting & set(states[:-1])):
                return option
        return None

    def _options(self, leaf: str, part: str, done: Sequence[str]) -> list[str]:
        """Parts of a leaf that what was shown for a part of it may count for, the likeliest first."""
        own = parts(self.case.formulas[leaf])
        left = list(own) if len(own) > 1 else []
        for one in done:
            if one in left:
                left.remove(one)
        if part in left:
            return [part]
        return [*([] if done else [""]), *left]

    def _shown(self, group: _Group) -> tuple[list[frozenset[str]], Cell, str]:
        """The letters shown so far, and cell and action state after them."""
        cell, action = group.cell, self.case.world.initial
        letters: list[frozenset[str]] = []
        for stint in group.before:
            world = next(w for until, w in self.worlds if stint.start < until)
            if not letters:
                letters.append(_letter(world, cell, IDLE))
            for move in stint.moves:
                action = _next(world, action, cell, move)
                cell = move.cell
                letters.append(_letter(world, cell, move.action))
        return letters, cell, action


def _states(built: Automaton, letters: Sequence[frozenset[str]]) -> list[int]:
    """The states of an automaton after each letter."""
    return list(accumulate((built.letter(letter) for letter in letters), built.step, initial=built.initial))[1:]


def _letter(world: CaseWorld, cell: Cell, action: str) -> frozenset[str]:
    return frozenset({world.region_at.get(cell, ""), action})


def _next(world: CaseWorld, action: str, cell: Cell, move: Move) -> str:
    """State of the action automaton after a step, empty where it cannot be taken."""
    here = world.region_at.get(cell, "")
    fits = (edge for edge in world.actions if (edge.source, edge.label) == (action, move.action))
    return next((edge.target for edge in fits if not edge.regions or here in edge.regions), "")


def _works(stint: Stint, cell: Cell, case: Case, left: Live | None) -> bool:
    """Whether steps can be taken and finish a leaf, and not before their end."""
    world = case.world
    built = automaton(stint.part or case.formulas[stint.leaf] if stint.leaf else "0")
    state = left.state if left else built.step(built.initial, built.letter(_letter(world, cell, IDLE)))
    action = left.action if left else world.initial
    for move in stint.moves:
        after = _next(world, action, cell, move)
        if state in built.accepting or move.cell not in world.cells or not after:
            return False
        action, cell = after, move.cell
        state = built.step(state, built.letter(_letter(world, cell, move.action)))
    return not stint.leaf or state in built.accepting
