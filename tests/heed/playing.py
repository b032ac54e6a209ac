"""Plays missions through with the kinematic twin and without ROS."""

from __future__ import annotations

import sim
from grounding.worldfile import load_world
from heed.mission import Mission, Phase
from heed.pipeline import make_plan, understand
from heed.progress import MissionStatus

OFFICE = load_world("office")


class Play:
    """A mission, a simulator, and everything that was said while it ran."""

    def __init__(self, text, faults=None, limits=None, world=OFFICE):
        meaning = understand(text, world)
        assert meaning.spec is not None, meaning.message
        self.world, self.spec = world, meaning.spec
        self.simulator = sim.make(world, faults=faults)
        self.mission = Mission("mission_1", meaning.tree, meaning.spec, world, limits)
        self.observations = [self.simulator.reset(1)]
        self.statuses: list[MissionStatus] = []
        self.commands = []
        self.plans = 0
        self.mission.observe(self.observations[0])
        self.adopt()

    def adopt(self):
        mission = self.mission
        result = make_plan(self.spec, self.world, mission.situation, previous=mission.plan, reason=mission.reason)
        self.plans += 1
        if result.plan is None:
            self.mission.give_up(result.message)
        else:
            self.mission.adopt(result.plan)
            self.statuses.append(self.mission.status())

    def turn(self):
        """What the executive does at every piece of news, then one step of the world."""
        orders = self.mission.advance()
        self.statuses.append(self.mission.status())
        for robot in orders.stop:
            self.simulator.cancel(robot)
        for command in orders.start:
            self.commands.append(command)
            self.answer(self.simulator.start(command))
        if self.mission.phase is Phase.PLANNING:
            self.mission.reopen()
            self.adopt()
        for result in self.simulator.step(0.1):
            self.answer(result)
        self.observations.append(self.simulator.observe())
        self.mission.observe(self.observations[-1])

    def answer(self, result):
        if result is not None:
            self.mission.ended(result)

    def run(self, seconds=300.0):
        while self.mission.phase not in (Phase.FINISHED, Phase.FAILED):
            assert self.mission.state.time < seconds, "the mission does not end"
            self.turn()
        self.statuses.append(self.mission.status())
        return self.mission
