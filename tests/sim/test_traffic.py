"""Many robots on the move at random: what must hold at every moment."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from grounding.worldfile import load_world
from sim.protocol import SkillCommand, SkillStatus

OFFICE = load_world("office")
ROOMS = ("corridor", "m1", "m2", "m5", "kitchen", "south_office", "north_office", "lobby")


def crowd(count):
    """The office with more robots of its types, standing in the corridor."""
    kinds = [robot.type for robot in OFFICE.robots.values()]
    robots = {
        f"robot_{i + 1}": replace(
            OFFICE.robots["robot_1"], id=f"robot_{i + 1}", type=kinds[i % 4], start=(2 + 2 * (i % 11), 6 + i // 11)
        )
        for i in range(count)
    }
    return replace(OFFICE, robots=robots)


def conflicts(world, state):
    return [
        (a, b)
        for a, b in combinations(state.robots, 2)
        if world.conflict(a, state.robots[a].cell, b, state.robots[b].cell)
    ]


@settings(max_examples=15, deadline=None)
@given(
    orders=st.lists(st.tuples(st.integers(1, 6), st.sampled_from(ROOMS), st.booleans()), min_size=5, max_size=30),
    world=st.just(crowd(6)),
)
def test_robots_never_share_a_cell_whatever_they_are_told(orders, world):
    simulator = sim.make(world)
    for i, (number, room, cancel) in enumerate(orders):
        robot = f"robot_{number}"
        if cancel:
            simulator.cancel(robot)
        simulator.start(SkillCommand(str(i), robot, "go_to", (room,)))
        for _ in range(15):
            simulator.step(0.1)
            assert conflicts(world, simulator.observe()) == []


@pytest.mark.physics
def test_bodies_never_touch_in_a_crowd():
    world = crowd(5)
    simulator = sim.make(world, "pybullet")
    ended = []
    for i in range(300):
        state = simulator.observe()
        for n, robot in enumerate(world.robots):
            if not state.robots[robot].skill and i < 200:
                simulator.start(SkillCommand(f"{i}/{n}", robot, "go_to", (ROOMS[(i + 3 * n) % len(ROOMS)],)))
        ended += simulator.step(0.1)
        poses = {r: s.pose for r, s in simulator.observe().robots.items()}
        for a, b in combinations(poses, 2):
            reach = world.robots[a].type.radius + world.robots[b].type.radius
            assert math.dist(poses[a][:2], poses[b][:2]) > reach
    simulator.close()
    assert sum(result.status is SkillStatus.SUCCESS for result in ended) >= 5
