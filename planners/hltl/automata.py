"""Formulas as automata: a conjunction is run as one small automaton per conjunct.

``F a & F b & G c`` has eight states as one automaton and six as three; missions have dozens of
conjuncts. Splitting is exact on finite traces: a trace satisfies a conjunction when it satisfies
every conjunct.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from grounding.logic.automaton import Automaton, automaton
from grounding.logic.formula import conjuncts, parse
from grounding.state import ANY, Proposition

DEAD = -1

#: Alphabets with more propositions are not walked letter by letter.
_WALKED = 9


class Part:
    """One automaton with its propositions mapped onto the bits of a shared alphabet."""

    def __init__(self, text: str, bits: dict[str, int], robot: str) -> None:
        self.text = text
        self.automaton: Automaton = automaton(text)
        names = [Proposition.parse(name).bind(robot).name if robot else name for name in self.automaton.atoms]
        self.masks = tuple(1 << bits.setdefault(name, len(bits)) for name in names)
        self.mask = sum(self.masks)
        self._memo: dict[tuple[int, int], int] = {}

    @cached_property
    def coupled(self) -> bool:
        """Whether what several robots do at the same time decides; else each can keep it by itself.

        The latter is so for invariants about one robot or thing, or about what no robot may ever do.
        """
        node = parse(self.text)
        if node.op != "G" or node.children[0].temporal:
            return bool(node.atoms)
        subjects = {Proposition.parse(name).args[0] for name in node.atoms}
        if ANY in subjects:
            inner = node.children[0]
            return not (inner.op == "!" and inner.children[0].op == "atom")
        return len(subjects) > 1

    @cached_property
    def alive(self) -> frozenset[int]:
        """States from which acceptance can be reached; empty for alphabets too large to walk."""
        if len(self.masks) > _WALKED:
            return frozenset()
        return frozenset(range(self.automaton.states)) - self.automaton.dead

    @cached_property
    def safe(self) -> bool:
        """Whether it accepts every trace that has not broken it yet, so that it sets no aim."""
        letters = range(2 ** len(self.masks))
        after = {self.automaton.step(q, letter) for q in self.alive for letter in letters}
        return bool(self.alive) and after <= self.automaton.accepting | self.automaton.dead

    @cached_property
    def entering(self) -> frozenset[int]:
        """Letters (of its own alphabet) that lead from a state that does not accept to one that does."""
        auto = self.automaton
        letters = range(2 ** len(self.masks)) if self.alive else ()
        waiting = self.alive - auto.accepting
        return frozenset(letter for letter in letters if any(auto.step(q, letter) in auto.accepting for q in waiting))

    def requires(self, bit: int | None) -> bool:
        """Whether acceptance is impossible as long as one proposition never holds."""
        if bit is None or 1 << bit not in self.masks or not self.alive:
            return False
        auto, own = self.automaton, 1 << self.masks.index(1 << bit)
        letters = [letter for letter in range(2 ** len(self.masks)) if not letter & own]
        seen = {auto.initial}
        queue = [auto.initial]
        for state in queue:
            new = {auto.step(state, letter) for letter in letters} - seen
            seen |= new
            queue += sorted(new)
        return not (seen - {auto.initial}) & auto.accepting

    def step(self, state: int, letter: int) -> int:
        """The state after a letter of the shared alphabet; :data:`DEAD` where nothing can follow."""
        if state == DEAD:
            return DEAD
        key = (state, letter)
        found = self._memo.get(key)
        if found is None:
            own = sum(1 << i for i, mask in enumerate(self.masks) if letter & mask)
            found = self.automaton.step(state, own)
            if found in self.automaton.dead:
                found = DEAD
            self._memo[key] = found
        return found


def states_after(parts: Sequence[Part], letters: Iterable[frozenset[str]]) -> tuple[int, ...]:
    """The states of some parts after letters given by names as the formula has them."""
    states = [part.automaton.initial for part in parts]
    for names in letters:
        states = [part.automaton.step(q, part.automaton.letter(names)) for part, q in zip(parts, states, strict=True)]
    return tuple(DEAD if q in part.automaton.dead else q for part, q in zip(parts, states, strict=True))


class Product:
    """Several formulas run side by side; states are small integers, built as they are met.

    Args:
        goals: Formulas that must be accepted.
        rules: Formulas that must only stay alive.
        robot: What ``self`` stands for; empty leaves names as they are.

    Attributes:
        bits: Proposition name -> its bit in a letter.
    """

    def __init__(self, goals: Sequence[str], rules: Sequence[str] = (), robot: str = "") -> None:
        self.bits: dict[str, int] = {}
        self.goals = [Part(part, self.bits, robot) for text in goals for part in conjuncts(text)]
        self.rules = [Part(part, self.bits, robot) for text in rules for part in conjuncts(text)]
        self._ids: dict[tuple[int, ...], int] = {}
        self._states: list[tuple[int, ...]] = []
        self._pending: list[tuple[int, ...]] = []
        self._memo: dict[tuple[int, int], int] = {}

    def _intern(self, states: tuple[int, ...]) -> int:
        if DEAD in states:
            return DEAD
        found = self._ids.get(states)
        if found is None:
            found = self._ids[states] = len(self._states)
            self._states.append(states)
            pairs = enumerate(zip(self.goals, states, strict=False))
            self._pending.append(tuple(i for i, (part, state) in pairs if state not in part.automaton.accepting))
        return found

    def start(self, letter: int, rules: tuple[int, ...] | None = None, goals: tuple[int, ...] | None = None) -> int:
        """The state after the first letter; rules go on from given states or start too.

        Args:
            letter: The first letter.
            rules: States of the rules that have read it already; None = they begin with it.
            goals: States of goals that have read up to it; None = they begin with it.
        """
        before = goals or tuple(part.automaton.initial for part in self.goals)
        first = tuple(part.step(q, letter) for part, q in zip(self.goals, before, strict=True))
        if rules is None:
            rules = tuple(part.step(part.automaton.initial, letter) for part in self.rules)
        return self._intern((*first, *rules))

    def step(self, state: int, letter: int) -> int:
        """The state after a letter, :data:`DEAD` where acceptance has become impossible."""
        key = (state, letter)
        found = self._memo.get(key)
        if found is None:
            parts = (*self.goals, *self.rules)
            pairs = zip(parts, self._states[state], strict=True)
            found = self._memo[key] = self._intern(tuple(part.step(q, letter) for part, q in pairs))
        return found

    def accepting(self, state: int) -> bool:
        """Whether all goals are accepted."""
        return not self._pending[state]

    def rule_states(self, state: int) -> tuple[int, ...]:
        """The states of the rules alone, to carry on with."""
        return self._states[state][len(self.goals) :]

    def letter(self, names: Iterable[str]) -> int:
        """The letter in which exactly these propositions hold."""
        return sum(1 << self.bits[name] for name in names if name in self.bits)

    def doomed(self, value: int, mask: int, limit: int = 512) -> bool:
        """Whether every letter that agrees with ``value`` on ``mask`` breaks some single formula."""
        for part in (*self.goals, *self.rules):
            if not part.alive:
                continue
            free = [m for m in part.masks if not m & mask]
            if 2 ** len(free) > limit:
                continue
            own = sum(m for m in part.masks if m & mask & value)
            letters = [own]
            for m in free:
                letters += [letter | m for letter in letters]
            if all(part.step(q, letter) == DEAD for q in part.alive for letter in letters):
                return True
        return False

    def pending(self, state: int) -> tuple[int, ...]:
        """Indices of the goals that are not accepted yet."""
        return self._pending[state]

    def needs(self, goal: int) -> dict[str, bool]:
        """Literals that hold at every letter with which a goal becomes accepted, whatever went before.

        The work left is at least the work for any of them, as long as the goal is not accepted.
        """
        part = self.goals[goal]
        names = {mask: name for name, bit in self.bits.items() for mask in (1 << bit,)}
        entering = part.entering
        found: dict[str, bool] = {}
        for i, mask in enumerate(part.masks):
            values = {bool(letter >> i & 1) for letter in entering}
            if len(values) == 1:
                found[names[mask]] = values.pop()
        return found
