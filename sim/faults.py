"""Rehearsed failures: skills that go wrong on purpose, the same way for the same seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from grounding.builtin import BUILT_IN
from grounding.errors import ConfigurationError
from grounding.world import Skill, World
from sim.protocol import SkillStatus

#: What is said to have happened, by behaviour.
_STORIES: Mapping[str, str] = {
    "drive": "a wheel got stuck",
    "push": "the thing slid off the bumper",
    "pick": "the gripper slipped",
    "place": "the gripper did not open",
    "guide": "the person did not notice the robot",
    "release": "the person did not hear the robot",
    "photograph": "the camera did not answer",
    "operate": "the handle did not turn",
    "wait": "the clock stopped",
    "nudge": "it got stuck",
}


@dataclass(frozen=True)
class Fault:
    """One failure that is about to happen.

    Attributes:
        status: How the skill will end.
        story: What happened, as a clause.
        fraction: Where on the way of a motion it happens, 0 to 1.
    """

    status: SkillStatus
    story: str
    fraction: float = 0.5


@dataclass(frozen=True)
class FaultPlan:
    """Which failures to rehearse.

    Attributes:
        probability: Skill or behaviour name -> chance of failure each time it is used.
        seed: Mixed with the seed of :meth:`sim.protocol.Simulator.reset`.
        scripted: ``(skill, n, status)``: the n-th use of the skill (from 1) ends so.
        lose_robot: ``(robot, seconds)``: from then on the robot does not move or answer.
    """

    probability: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    scripted: tuple[tuple[str, int, SkillStatus], ...] = ()
    lose_robot: tuple[str, float] | None = None

    def __post_init__(self) -> None:
        for skill, chance in self.probability.items():
            if not 0.0 <= chance <= 1.0:
                raise ConfigurationError(
                    f"failure probability {chance} of {skill}", "is not between 0 and 1.", "Give, for example, 0.1."
                )
        for skill, n, status in self.scripted:
            if n < 1 or status in (SkillStatus.SUCCESS, SkillStatus.UNKNOWN):
                raise ConfigurationError(
                    f"scripted failure ({skill}, {n}, {status.name})", "needs n >= 1 and a status that is a failure."
                )


def check_faults(plan: FaultPlan, world: World) -> None:
    """Tests that a plan speaks of skills and robots that there are.

    Raises:
        ConfigurationError: It names something unknown.
    """
    skills = {**BUILT_IN, **world.skills}
    behaviours = {skill.behaviour for skill in skills.values()}
    for name in (*plan.probability, *(skill for skill, _, _ in plan.scripted)):
        if name not in skills and name not in behaviours:
            raise ConfigurationError(
                f"rehearsed failure of {name!r}",
                "is no skill of this world.",
                f"Use one of: {', '.join(skills)}.",
            )
    if plan.lose_robot is not None and plan.lose_robot[0] not in world.robots:
        raise ConfigurationError(
            f"loss of robot {plan.lose_robot[0]!r}",
            "is no robot of this world.",
            f"Use one of: {', '.join(world.robots)}.",
        )


class Faults:
    """Draws the failures of one run from a plan."""

    def __init__(self, plan: FaultPlan, seed: int) -> None:
        self.plan = plan
        self._random = np.random.default_rng((plan.seed, seed))
        self._used: Counter[str] = Counter()

    def next(self, skill: Skill) -> Fault | None:
        """The failure of the next use of a skill, None when it may succeed."""
        self._used[skill.name] += 1
        story = _STORIES[skill.behaviour]
        for scripted, n, status in self.plan.scripted:
            if scripted == skill.name and n == self._used[skill.name]:
                return Fault(status, story)
        chance = self.plan.probability.get(skill.name, self.plan.probability.get(skill.behaviour, 0.0))
        if chance > 0.0 and self._random.random() < chance:
            return Fault(SkillStatus.EXECUTION_FAILURE, story, float(self._random.uniform(0.1, 0.9)))
        return None

    def lost(self, time: float) -> frozenset[str]:
        """Robots that no longer answer at this time."""
        if self.plan.lose_robot is None or time < self.plan.lose_robot[1]:
            return frozenset()
        return frozenset({self.plan.lose_robot[0]})
