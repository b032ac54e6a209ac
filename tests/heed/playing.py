"""Plays missions through with the kinematic twin and without ROS."""

from __future__ import annotations

import sim
from grounding.mission.specify import formula_name, specify
from grounding.worldfile import load_world
from heed.mission import Mission, Phase
from heed.pipeline import make_plan, understand
from heed.progress import MissionStatus

OFFICE = load_world("office")


class Play:
    """A mission, a simulator, and everything that was said while it ran."""

    def __init__(self, text, faults=None, limits=None, world=OFFICE, tree=None):
        if tree is None:
            meaning = understand(text, world)
            assert meaning.spec is not None, meaning.message
            tree, spec = meaning.tree, meaning.spec
        else:
            spec = specify(tree, world)
        self.world = world
        self.simulator = sim.make(world, faults=faults)
        self.mission = Mission("mission_1", tree, spec, world, limits)
        self.observations = [self.simulator.reset(1)]
        self.statuses: list[MissionStatus] = []
        self.commands = []
        self.results = []
        self.halted = []
        self.late_halts = 0  # turns between the order to halt a robot and the halt
        self.plans = 0
        self.mission.observe(self.observations[0])
        self.adopt()

    @property
    def spec(self):
        """What is asked for now."""
        return self.mission.spec

    def adopt(self):
        mission = self.mission
        result = make_plan(mission.spec, self.world, mission.situation, previous=mission.plan, reason=mission.reason)
        self.plans += 1
        if result.plan is None:
            self.mission.give_up(result.message)
        else:
            self.mission.adopt(result.plan)
            self.statuses.append(self.mission.status())

    def amend(self, tree, interrupt=(), turns=0):
        """Changes the mission; planning takes some turns. Whether there was a plan for it."""
        finished = [task.id for task in tree.root.walk() if formula_name(task.id) in self.mission.done]
        self.halt(self.mission.amend(tree, specify(tree, self.world, finished), interrupt=interrupt).stop)
        return self.plan_live(turns)

    def plan_live(self, turns=0):
        """Does what the executive does while a plan is needed and robots go on; whether it was found."""
        mission = self.mission
        while mission.needs_plan and mission.phase is Phase.RUNNING:
            live = mission.live_situation()
            if live is None:
                return True
            situation, outstanding = live
            result = make_plan(
                mission.spec, self.world, situation, previous=mission.plan, reason=mission.needs_plan
            )  # fmt: skip
            for _ in range(turns):
                self.turn(planning=True)
            if result.plan is None:
                if mission.retract():
                    self.plan_live(turns)
                else:
                    mission.abandon(result.message)
                return False
            self.plans += 1
            if mission.adopt(result.plan, outstanding):
                self.statuses.append(mission.status())
        return True

    def turn(self, planning=False):
        """What the executive does at every piece of news, then one step of the world."""
        if not planning:
            self.plan_live()
        orders = self.mission.advance()
        self.statuses.append(self.mission.status())
        self.halt(orders.stop)
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

    def halt(self, robots):
        """Halts robots, each once it was told to for so many turns."""
        for robot in robots:
            if self.halted.count(robot) >= self.late_halts:
                self.simulator.cancel(robot)
            self.halted.append(robot)

    def answer(self, result):
        if result is not None:
            self.results.append(result)
            self.mission.ended(result)

    def run(self, seconds=300.0):
        while self.mission.phase not in (Phase.FINISHED, Phase.FAILED):
            assert self.mission.state.time < seconds, "the mission does not end"
            self.turn()
        self.statuses.append(self.mission.status())
        return self.mission
