"""Level 0 when actions sometimes fail: the stochastic process that the framework allows for."""

from __future__ import annotations

from collections.abc import Sequence

from planners.amdp.domain import Domain, Goal, State
from planners.amdp.solve import Outcome


class Slippery:
    """An :class:`planners.amdp.solve.MDP` in which an action does nothing with some probability.

    Args:
        domain: The deterministic domain.
        goal: Where the process ends.
        slip: Probability that an action does nothing, in [0, 1).
    """

    def __init__(self, domain: Domain, goal: Goal, slip: float = 0.0) -> None:
        self.domain, self.goal, self.slip = domain, goal, slip
        self._steps: dict[State, dict[int, tuple[State, float]]] = {}

    def actions(self, state: State) -> Sequence[int]:
        """Actions that can change the state."""
        return tuple(self._after(state))

    def outcomes(self, state: State, action: int) -> Sequence[Outcome[State]]:
        """The state after the action, or the same one."""
        after = self._after(state)[action][0]
        return ((1.0, after),) if self.slip == 0 else ((1.0 - self.slip, after), (self.slip, state))

    def cost(self, state: State, action: int) -> float:
        """Cost of the action, whether it slips or not."""
        return self._after(state)[action][1]

    def done(self, state: State) -> bool:
        """Whether the goal is met."""
        return self.goal.met(state)

    def _after(self, state: State) -> dict[int, tuple[State, float]]:
        if state not in self._steps:
            self._steps[state] = {action: (after, cost) for action, after, cost in self.domain.successors(state)}
        return self._steps[state]
