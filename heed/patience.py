"""When to try a failed skill again, when to plan anew, and when to give up."""

from __future__ import annotations

from dataclasses import dataclass, field

from sim.protocol import SkillResult, SkillStatus

#: Failures that may go away when the same thing is tried again.
WORTH_A_RETRY = (SkillStatus.EXECUTION_FAILURE, SkillStatus.POSTCONDITION_FAILURE)


@dataclass(frozen=True)
class Limits:
    """When to give up.

    Attributes:
        retries: How often one step is tried again.
        replans: How often the rest of a mission is planned anew after a failure.
        stall_s: Simulated seconds without any progress after which the mission is planned anew.
    """

    retries: int = 2
    replans: int = 3
    stall_s: float = 60.0


@dataclass
class Patience:
    """What has failed so far.

    Attributes:
        limits: When to give up.
        tries: Plan step -> how often it has failed.
        setbacks: How often the rest was planned anew because of a failure.
    """

    limits: Limits
    tries: dict[str, int] = field(default_factory=dict)
    setbacks: int = 0

    def again(self, step: str, result: SkillResult, alive: bool) -> bool:
        """Notes that a step has failed; whether to try it again."""
        self.tries[step] = self.tries.get(step, 0) + 1
        return result.status in WORTH_A_RETRY and self.tries[step] <= self.limits.retries and alive

    def plan_again(self) -> bool:
        """Whether to plan anew after a failure; counts as having done so."""
        if self.setbacks >= self.limits.replans:
            return False
        self.setbacks += 1
        return True

    @property
    def vain(self) -> str:
        """What did not help, as the end of a sentence."""
        tried = self.limits.replans
        return f"; {tried} new plan{'s' if tried > 1 else ''} did not help" if tried else ""

    def go_on(self, steps: dict[str, str]) -> None:
        """Takes up a new plan; what was tried counts on for steps that are under the names given."""
        self.tries = {new: self.tries[old] for old, new in steps.items() if old in self.tries}
