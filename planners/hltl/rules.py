"""The rules of a mission as they stand: which still bind, and how far their automata have come."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grounding.logic.history import joined, letter
from grounding.logic.spec import HierarchicalSpec
from grounding.world import World
from planners.hltl.automata import DEAD, Product, states_after
from planners.situation import Situation


@dataclass(frozen=True)
class Standing:
    """Rules at the moment of planning.

    Attributes:
        spec: The mission without the rules that nothing can break any more.
        states: States of the automata of those that are left, which have read the present state.
        broken: Text of a rule that is broken already, empty where there is none.
    """

    spec: HierarchicalSpec
    states: tuple[int, ...]
    broken: str = ""


def standing(spec: HierarchicalSpec, world: World, situation: Situation) -> Standing:
    """How the rules of a mission stand."""
    states: list[int] = []
    over: set[str] = set()
    for name, rule in spec.rules.items():
        parts = Product([], [rule.formula]).rules
        now = letter(rule.formula, "", world, situation.state)
        read = states_after(parts, joined(situation.history.read.get(name, ()), [now]))
        if DEAD in read:
            return Standing(spec, (), rule.text)
        if all(q in part.automaton.settled for part, q in zip(parts, read, strict=True)):
            over.add(name)
        else:
            states += read
    if over:
        levels = tuple({n: f for n, f in level.items() if n not in over} for level in spec.levels)
        rules = {name: rule for name, rule in spec.rules.items() if name not in over}
        spec = replace(spec, levels=levels, rules=rules)
    return Standing(spec, tuple(states))
