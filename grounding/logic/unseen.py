"""Where an automaton may stand when part of what it should have read was not observed.

A place is a state together with the events that may have happened unseen on the way there. The set
of places holds the true one whatever happened, so a verdict that is the same in all of them is
certain, and where they differ nobody can say.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, combinations

from grounding.logic.automaton import Automaton

#: A state of an automaton, and which events may have happened unseen.
Place = tuple[int, frozenset[str]]
#: The state of an automaton of which nothing is known any more; it accepts nothing and rejects nothing.
LOST = -1
#: With more doubtful events than this the ways in which they may have happened are not told apart.
MAX_DOUBTFUL = 6
#: So many gaps are told of in one sentence.
MAX_GAPS_TOLD = 3


def start(automaton: Automaton) -> frozenset[Place]:
    """The only place before the first letter."""
    return frozenset({(automaton.initial, frozenset())})


def after_anything(automaton: Automaton, places: Collection[Place]) -> frozenset[Place]:
    """The places after any letters, or none.

    >>> from grounding.logic.automaton import automaton
    >>> never = automaton("G !a")
    >>> len(after_anything(never, start(never)))  # not yet read, kept, broken
    3
    """
    found = set(places)
    queue = list(places)
    while queue:
        state, events = queue.pop()
        new = {(target, events) for *_, target in automaton.edges[state]} - found if state != LOST else set()
        found |= new
        queue.extend(new)
    return frozenset(found)


def after_events(
    automaton: Automaton, places: Collection[Place], certain: Collection[str], doubtful: Collection[str] = ()
) -> frozenset[Place]:
    """The places after one letter of events, each of which happens once in a run.

    Args:
        automaton: Of a formula over events.
        places: Where it may stand now.
        certain: Events of this moment; one that may have happened unseen happened then where it did.
        doubtful: Events that may be of this moment, or may have happened before, or not at all.

    >>> from grounding.logic.automaton import automaton
    >>> both = automaton("F a & F b")
    >>> places = after_events(both, start(both), ["a"], ["b"])
    >>> sorted(state in both.accepting for state, _ in places)
    [False, True]
    """
    if len(doubtful) > MAX_DOUBTFUL:
        return frozenset({(LOST, frozenset())})
    found: set[Place] = set()
    for state, events in places:
        now = frozenset(certain) - events
        for more in _subsets(frozenset(doubtful) - events - now):
            target = LOST if state == LOST else automaton.step(state, automaton.letter(now | more))
            found.add((target, events | more))
    return frozenset(found)


def after_doubtful(automaton: Automaton, places: Collection[Place], doubtful: Collection[str]) -> frozenset[Place]:
    """The places after any number of letters in which doubtful events may have happened, each once."""
    found = frozenset(places)
    while True:
        more = found | after_events(automaton, found, (), doubtful)
        if more == found:
            return found
        found = more


def joined(gaps: Iterable[tuple[float, float]], begin: float, end: float) -> list[tuple[float, float]]:
    """Gaps in time (seconds) with one more at the end; those that touch become one.

    >>> joined([(1.0, 2.0), (5.0, 6.0)], 5.0, 7.0)
    [(1.0, 2.0), (5.0, 7.0)]
    """
    kept = list(gaps)
    while kept and kept[-1][1] >= begin:
        before = kept.pop()
        begin, end = min(begin, before[0]), max(end, before[1])
    return [*kept, (begin, end)]


def sentence(gaps: Sequence[tuple[float, float]]) -> str:
    """Why nobody can say, for people.

    >>> sentence([(12.3, 36.14)])
    'Not observed between 12.3 s and 36.1 s, so nobody can say.'
    """
    times = [f"between {begin:.1f} s and {end:.1f} s" for begin, end in gaps[:MAX_GAPS_TOLD]]
    if len(gaps) > MAX_GAPS_TOLD:
        times.append(f"at {len(gaps) - MAX_GAPS_TOLD} more times")
    return f"Not observed {' and '.join(times)}, so nobody can say."


def _subsets(events: Collection[str]) -> Iterator[frozenset[str]]:
    ordered = sorted(events)
    return map(frozenset, chain.from_iterable(combinations(ordered, n) for n in range(len(ordered) + 1)))
