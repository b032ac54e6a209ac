"""Skills without which a goal cannot come true: their ticks add up to a lower bound.

A landmark is a set of actions of which every plan contains one (Helmert and Domshlak, "Landmarks,
Critical Paths and Abstractions", ICAPS 2009). Sets that share no action are counted together.
"""

from __future__ import annotations

from collections.abc import Iterable

from grounding.skills import atom_holds
from grounding.state import ANY, Proposition, WorldState
from grounding.world import World
from planners.hltl.actions import Action, Fact

Landmark = frozenset[int]


class Landmarks:
    """Landmarks among the actions of one leaf.

    Args:
        actions: The actions that matter to the leaf.
        world: The static world.
        robot: Who does it.
    """

    def __init__(self, actions: list[Action], world: World, robot: str) -> None:
        self.actions, self.world, self.robot = actions, world, robot
        self._achievers: dict[Fact, Landmark] = {}
        self._releases: dict[str, Landmark] = {}
        achievers: dict[Fact, set[int]] = {}
        releases: dict[str, set[int]] = {}
        for i, action in enumerate(actions):
            for fact in action.achieves:
                achievers.setdefault(fact, set()).add(i)
            if ("free",) in action.achieves and not action.takes:
                for fact in action.achieves:
                    if fact[0] == "dropped":
                        releases.setdefault(fact[1], set()).add(i)
            for thing in action.takes:
                achievers.setdefault(("take", thing), set()).add(i)
        self._achievers = {fact: frozenset(found) for fact, found in achievers.items()}
        self._releases = {thing: frozenset(found) for thing, found in releases.items()}

    def ticks(self, literals: Iterable[tuple[Proposition, bool]], state: WorldState) -> int:
        """Ticks that skills take at least until literals that do not hold yet have come true.

        Args:
            literals: Propositions, bound to the robot, and the values they are to have.
            state: Where things are.
        """
        found: dict[Landmark, None] = {}
        taken: list[frozenset[str]] = []
        for proposition, value in literals:
            fact = _fact(proposition, value, self.robot)
            if fact is not None:
                self._require(self._achievers.get(fact, frozenset()), state, found, taken)
        if len(taken) > 1:
            self._note(frozenset().union(*(self._releases.get(t, frozenset()) for ts in taken for t in ts)), found)
        total, counted = 0, set[int]()
        for landmark in sorted(found, key=len):
            if not landmark & counted:
                counted |= landmark
                total += min(self.actions[i].ticks for i in landmark)
        return total

    def _note(self, landmark: Landmark, found: dict[Landmark, None]) -> bool:
        if not landmark or landmark in found:
            return False
        found[landmark] = None
        return True

    def _require(
        self, landmark: Landmark, state: WorldState, found: dict[Landmark, None], taken: list[frozenset[str]]
    ) -> None:
        """Notes a landmark and what all of its actions need first."""
        if not self._note(landmark, found):
            return
        conditions = [self.actions[i].conditions for i in landmark]
        held = [next((a.args[1] for a in atoms if a.predicate == "holding" and a.positive), "") for atoms in conditions]
        if all(held):
            self._hold(frozenset(held), state, found, taken)
        for atom in set(conditions[0]).intersection(*conditions[1:]):
            if atom.predicate == "is" and not atom_holds(atom, self.world, state):
                fact: Fact = ("is", *atom.args, "+" if atom.positive else "-")
                self._require(self._achievers.get(fact, frozenset()), state, found, taken)
            if atom.predicate == "free":
                self._free(state, found)

    def _hold(
        self, things: frozenset[str], state: WorldState, found: dict[Landmark, None], taken: list[frozenset[str]]
    ) -> None:
        """Some of these things must be held."""
        if state.robots[self.robot].holding in things:
            return
        takes = frozenset().union(*(self._achievers.get(("take", t), frozenset()) for t in things))
        if takes and takes not in found and not any(things & others for others in taken):
            taken.append(things)
        self._require(takes, state, found, taken)

    def _free(self, state: WorldState, found: dict[Landmark, None]) -> None:
        holding = state.robots[self.robot].holding
        if holding is not None:
            self._note(self._releases.get(holding, frozenset()), found)


def _fact(p: Proposition, value: bool, robot: str) -> Fact | None:
    """The fact that actions must achieve for a literal, None where other ways may lead there."""
    subject, other = p.args
    match p.predicate:
        case "is" if subject != ANY:
            return ("is", subject, other, "+" if value else "-")
        case "holding" if value and subject == robot and other != ANY:
            return ("take", other)
        case "in" | "on" if value:
            return ("where", subject, other)
    return None
