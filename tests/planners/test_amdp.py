from __future__ import annotations

import doctest
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from benchmarks.amdp.worlds import met, optimum, random_reward, random_world, replay
from grounding.levels.reward import Direction, Level, Reward
from grounding.state import initial_state
from grounding.worldfile import load_world
from planners.amdp import solve
from planners.amdp.bounds import Bound, Estimate
from planners.amdp.domain import DIRECTIONS, Domain, nearest
from planners.amdp.result import Solution
from planners.amdp.slip import Slippery
from planners.amdp.solve import Effort, OutOfEffortError, astar, bounded_rtdp, value_iteration
from planners.clock import Clock
from planners.plan import PlanStatus

SEEDS = st.integers(0, 10**6)
CALM = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])

#: Goal, fewest steps with and without pull, from the start of the paper's world (data/cleanup_commands).
PUBLISHED = [
    (Reward("red_room"), 3, 3),
    (Reward("green_room"), 9, 9),
    (Reward(None, (("chair", "green_room"),)), 12, 12),
    (Reward(None, (("chair", "blue_room"),)), 16, 18),
    (Reward("green_room", (("chair", "blue_room"),)), 23, 25),
    (Reward("blue_room", (("chair", "green_room"),)), 19, 19),
]


def domain(name: str, pull: bool = False, **keywords) -> Domain:
    world = load_world(name)
    return Domain(world, initial_state(world), "robot_1", pull=pull, facing=Direction.SOUTH, **keywords)


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("pull", [True, False])
@pytest.mark.parametrize(("reward", "pulling", "pushing"), PUBLISHED)
def test_the_papers_world_is_planned_with_the_fewest_steps(reward, pulling, pushing, pull, level):
    found = solve(domain("cleanup", pull), reward, level)
    assert found.status is PlanStatus.OPTIMAL
    assert len(found.actions) == found.cost == found.lower_bound == (pulling if pull else pushing)
    assert found.engine == ("flat" if level is Level.MOTION else "hierarchy")


def test_subgoals_are_those_of_the_levels():
    found = solve(domain("cleanup"), Reward(None, (("chair", "blue_room"),)), Level.GOAL)
    assert [(s.level, s.action, s.start, s.end) for s in found.trace] == [
        (Level.GOAL, "agentToRoom red_room", 0, 3),
        (Level.SUBGOAL, "agentToDoor door_red_blue", 0, 2),
        (Level.SUBGOAL, "agentToRoom red_room", 2, 3),
        (Level.GOAL, "blockToRoom chair blue_room", 3, 18),
        (Level.SUBGOAL, "blockToDoor chair door_red_blue", 3, 17),
        (Level.SUBGOAL, "blockToRoom chair blue_room", 17, 18),
    ]
    assert found.things[-1] == {"chair": (6, 5)}


@pytest.mark.parametrize("level", [Level.SUBGOAL, Level.GOAL])
def test_three_things_at_once_go_by_way_of_the_levels(level):
    reward = Reward("red_room", (("basket", "green_room"), ("box", "yellow_room"), ("chair", "blue_room")))
    found = solve(domain("cleanup_four_rooms"), reward, level, time_limit=60.0)
    assert found.engine == "hierarchy"
    assert 65 <= found.cost <= 1.15 * 65  # 65 is the optimum, which the flat planner needs seconds for
    assert _right(found, load_world("cleanup_four_rooms"), reward)


def _right(found: Solution, world, reward: Reward, facing: str = "south") -> bool:
    """Whether a plan does what it says, by the rules written down in the tests."""
    names = list(found.things[0])
    start = (found.cells[0], facing, tuple(found.things[0].values()))
    positions = list(replay(world, start, found.actions))
    assert [p[0] for p in positions] == list(found.cells)
    assert [dict(zip(names, p[2], strict=True)) for p in positions] == list(found.things)
    return met(world, reward, positions[-1], names)


@CALM
@given(seed=SEEDS, pull=st.booleans(), level=st.sampled_from(Level), things=st.integers(1, 2))
def test_plans_in_random_worlds_are_right_and_never_shorter_than_the_optimum(seed, pull, level, things):
    world = random_world(seed, things)
    reward = random_reward(seed, world)
    found = solve(
        Domain(world, initial_state(world), "robot_1", pull=pull, facing=Direction.NORTH),
        reward,
        level,
        time_limit=60.0,
    )
    names = [t for t in world.things if world.things[t].properties]
    start = (world.robots["robot_1"].start, "north", tuple(world.things[t].cell for t in names))
    best = optimum(world, reward, start, names, pull)
    if best is None:
        assert found.status is PlanStatus.UNSATISFIABLE
        assert found.message.endswith(".")
        assert not found.actions
        return
    assert found.ok
    assert _right(found, world, reward, "north")
    assert found.lower_bound <= best <= found.cost
    assert found.cost <= 1.5 * best + 4
    if level is Level.MOTION or found.status is PlanStatus.OPTIMAL:
        assert found.cost == best


@CALM
@given(seed=SEEDS, pull=st.booleans())
def test_with_one_thing_plans_made_top_down_are_nearly_always_optimal(seed, pull):
    """The abstraction itself costs steps only where doors are wide or a goal is a single cell."""
    world = random_world(seed)
    reward = random_reward(seed, world)
    assume(not set(world.places) & {reward.agent, *(zone for _, zone in reward.things)})
    cost = [solve(Domain(world, initial_state(world), "robot_1", pull=pull), reward, lv).cost for lv in Level]
    assert max(cost) <= cost[0] + 2


@settings(CALM, max_examples=25)
@given(seed=SEEDS, pull=st.booleans(), things=st.integers(1, 2))
def test_bounds_never_exceed_what_is_left(seed, pull, things):
    world = random_world(seed, things)
    d = Domain(world, initial_state(world), "robot_1", pull=pull)
    goal = d.goal(random_reward(seed, world))
    bound = Bound(d, goal)
    estimate = Estimate(bound)
    path = astar(d.start, d.successors, goal.met, lambda _: 0.0, Clock(60.0), Effort())
    for left, state in enumerate(reversed(path.states if path else ())):
        assert bound(state) <= left
        assert bound(state) <= estimate(state)
        if len(d.things) == 1 and goal.things[0] is not None:
            assert bound(state) == left


@settings(CALM, max_examples=15)
@given(seed=SEEDS, slip=st.sampled_from([0.0, 0.1, 0.4]), pull=st.booleans())
def test_bounded_rtdp_agrees_with_value_iteration(seed, slip, pull):
    world = random_world(seed)
    d = Domain(world, initial_state(world), "robot_1", pull=pull)
    goal = d.goal(random_reward(seed, world))
    mdp, bound = Slippery(d, goal, slip), Bound(d, goal)
    exact = value_iteration(mdp, d.start, give_up=200.0)[d.start]
    found = bounded_rtdp(mdp, d.start, bound, clock=Clock(60.0), give_up=200.0, seed=seed)
    assert found.lower - 1e-6 <= exact <= found.upper + 1e-6
    assert found.upper - found.lower <= 0.01
    if bound(d.start) < float("inf"):
        assert exact == pytest.approx(bound(d.start) / (1 - slip), abs=1e-3)


def test_single_steps_are_carried_out_as_said():
    steps = (Direction.SOUTH, Direction.SOUTH, Direction.EAST, Direction.SOUTH)
    found = solve(domain("cleanup"), Reward(steps=steps), Level.MOTION)
    assert found.actions == ("south", "south", "east", "south")
    assert found.cells == ((6, 6), (6, 5), (6, 4), (6, 4), (6, 3))
    assert found.message == "4 steps as said, 1 of them blocked."


def test_pull_may_cost_what_it_costs_in_the_published_code():
    found = solve(domain("cleanup", True, pull_cost=1e-4), Reward(None, (("chair", "blue_room"),)), Level.MOTION)
    assert found.status is PlanStatus.OPTIMAL
    assert found.cost < 16
    assert _right(found, load_world("cleanup"), Reward(None, (("chair", "blue_room"),)))


@pytest.mark.parametrize(
    ("reward", "status", "words"),
    [
        (Reward("pink_room"), PlanStatus.INVALID, "region 'pink_room'"),
        (Reward("red_rom"), PlanStatus.INVALID, "Did you mean 'red_room'?"),
        (Reward(None, (("sofa", "red_room"),)), PlanStatus.INVALID, "thing 'sofa'"),
        (
            Reward(None, (("chair", "blue_room"), ("chair", "red_room"))),
            PlanStatus.UNSATISFIABLE,
            "cannot hold at once",
        ),
    ],
)
def test_what_cannot_be_is_answered_with_a_sentence(reward, status, words):
    found = solve(domain("cleanup"), reward)
    assert (found.status, found.ok) == (status, False)
    assert words in found.message


def test_a_thing_in_a_corner_stays_there():
    world = load_world("cleanup")
    state = initial_state(world)
    chair = state.things["chair"]
    things = {"chair": type(chair)((1, 1), chair.position)}
    cornered = type(state)(state.time, state.robots, things, state.flags)
    reward = Reward(None, (("chair", "blue_room"),))
    found = solve(Domain(world, cornered, "robot_1"), reward)
    assert found.status is PlanStatus.UNSATISFIABLE
    assert "chair cannot be brought to blue_room" in found.message
    assert solve(Domain(world, cornered, "robot_1", pull=True), reward).ok


@pytest.mark.usefixtures("quiet_memory")
@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("informed", [True, False])
def test_the_time_limit_is_kept(level, informed):
    reward = Reward("yellow_room", (("basket", "blue_room"), ("box", "yellow_room"), ("chair", "blue_room")))
    d = domain("cleanup_four_rooms")
    began = time.process_time()
    found = solve(d, reward, level, informed=informed, time_limit=0.1)
    spent = time.process_time() - began  # at most the wall clock that the limit is about
    assert spent < 0.6
    assert found.ok or (found.status is PlanStatus.TIMEOUT and "0.1 s" in found.message)


def test_searches_stop_when_told():
    d = domain("cleanup")
    with pytest.raises(OutOfEffortError):
        astar(d.start, d.successors, lambda _: False, lambda _: 0.0, Clock(60.0), Effort(), limit=5)


def test_headings_are_rounded_to_quarter_turns():
    assert [DIRECTIONS[nearest(a)].value for a in (0.1, 1.5, -1.4, 3.1, -3.1, 6.2)] == [
        "east", "north", "south", "west", "west", "east",
    ]  # fmt: skip


def test_the_page_about_it_tells_the_truth():
    page = Path(__file__).parents[2] / "docs/amdp.md"
    failed, tried = doctest.testfile(str(page), module_relative=False)
    assert (failed, tried > 0) == (0, True)
