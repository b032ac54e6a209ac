"""Whole missions with every node, by way of the commander, in one process."""

from __future__ import annotations

import itertools
import json

import pytest

from grounding.errors import HeedError
from grounding.logic.monitor import Truth
from grounding.mission.task import NodeState
from heed import Commander, Outcome
from heed.episodes import read_episode
from heed.nodes.team import Composition, compose

pytestmark = pytest.mark.ros

OFFICE_MISSION = (
    "Take a photo in meeting rooms m1, m4 and m6; keep the camera off outside meeting rooms. "
    "Deliver a document from desk d5 to desk d3 without passing public areas while carrying it. "
    "Guide the person waiting at desk d11 to meeting room m6."
)
TABLE_MISSION = (
    "First put the green apple and the orange on the yellow plate in any order, "
    "then put the carrot and the red apple on the blue plate."
)
CLEANUP_MISSION = "put the chair in the blue room and come back to the red room"
PATIENCE = 60.0


NUMBERS = itertools.count(1)


def fleet(world="office", **settings):
    """A fleet of its own."""
    return Commander(f"/fleet_{next(NUMBERS)}", in_process=True, world=world, **settings)


@pytest.fixture(scope="module")
def office():
    with fleet() as heed:
        after(heed, 0.0)
        yield heed


@pytest.fixture(scope="module")
def cleanup():
    with fleet("cleanup") as heed:
        after(heed, 0.0)
        yield heed


def follow(heed, text):
    """Every feedback up to the result."""
    heed.send(text)
    seen = []
    while not heed.done():
        seen.append(heed.feedback())
    return seen, heed.result(PATIENCE)


@pytest.mark.parametrize(
    ("text", "level"),
    [("go north three times", "L0"), ("go through the door", "L1"), ("take the chair to the blue room", "L2")],
)
def test_commands_of_every_level_are_carried_out(cleanup, text, level):
    seen, result = follow(cleanup, text)
    assert result.outcome is Outcome.SUCCEEDED, result.message
    assert result.tree.level == level
    assert result.planning.engine == "amdp"
    assert all(line.verdict is Truth.SATISFIED for line in result.monitor.values())
    assert any(feedback.tree is not None for feedback in seen)


@pytest.mark.parametrize(
    ("world", "text", "leaves"),
    [("office", OFFICE_MISSION, 5), ("table", TABLE_MISSION, 4), ("cleanup", CLEANUP_MISSION, 2)],
)
def test_a_mission_is_carried_out_verified_and_recorded(tmp_path, world, text, leaves):
    with fleet(world, seed=3, episodes=str(tmp_path)) as heed:
        seen, result = follow(heed, text)
    assert result.outcome is Outcome.SUCCEEDED, result.message
    assert len(result.spec.leaves) == leaves
    assert set(result.monitor) == set(result.spec.formulas)
    assert {line.verdict for line in result.monitor.values()} == {Truth.SATISFIED}
    assert {node.state for node in result.progress.values()} == {NodeState.DONE}
    assert all(node.sentence for node in result.progress.values())
    assert set(result.timings_ms) == {"ground", "translate", "automata", "plan", "execute"}
    stages = [feedback.stage for feedback in seen if feedback.stage]
    order = ["ground", "plan", "execute", "verify", "done"]
    assert [order.index(stage) for stage in stages] == sorted(order.index(stage) for stage in stages)
    assert "execute" in stages
    fractions = [feedback.fraction for feedback in seen]
    assert fractions == sorted(fractions)
    episode = read_episode(result.episode)
    assert episode.complete
    assert episode.metadata["outcome"] == "SUCCEEDED"
    assert episode.metadata["instruction"] == text
    assert episode.metadata["seed"] == 3
    topics = {topic.rsplit("/", 1)[-1] for topic in episode.topics}
    assert topics >= {
        "world_state", "task_tree", "specification", "plan", "mission_status", "monitor_state", "skill_events",
    }  # fmt: skip
    final = [message.data for message in episode.on("monitor_state")][-1]
    assert final.final
    events = [message.data for message in episode.on("skill_events")]
    assert {e.command for e in events if e.phase == 0} == {e.command for e in events if e.phase == 1}


def test_a_goal_that_holds_already_succeeds_without_motion(office):
    office.run("robot two goes to m5", PATIENCE)
    before = office.feedback().state
    result = office.run("robot two goes to m5", PATIENCE)
    assert result.outcome is Outcome.SUCCEEDED
    assert result.message == "Nothing to do: the goal already holds."
    assert not any(result.plan.steps.values())
    assert office.feedback().state.robots["robot_2"].cell == before.robots["robot_2"].cell


@pytest.mark.parametrize(
    ("text", "outcome", "words"),
    [
        ("", Outcome.REJECTED, ()),
        ("go to the moon", Outcome.REJECTED, ("moon",)),
        ("never enter the kitchen; go to the kitchen", Outcome.UNSATISFIABLE, ("never enter the kitchen", "go to")),
        ("robot one picks up the parcel", Outcome.REJECTED, ("parcel",)),
        ("ve a la cocina", Outcome.REJECTED, ()),
        ("go " * 10_000, Outcome.REJECTED, ()),
    ],
)
def test_bad_instructions_move_nothing_and_leave_everything_up(office, text, outcome, words):
    before = office.feedback().state
    result = office.run(text, PATIENCE)
    assert result.outcome is outcome
    assert result.message
    assert all(word in result.message for word in words)
    assert "Traceback" not in result.message
    assert office.last_error == result.message
    after = office.feedback().state
    assert {n: r.pose for n, r in after.robots.items()} == {n: r.pose for n, r in before.robots.items()}
    assert office.plan("robot one goes to m1").outcome is Outcome.SUCCEEDED
    assert office.last_error == ""


def test_planning_moves_nothing(office):
    before = office.feedback().state
    result = office.plan("robot one goes to the lobby")
    assert result.outcome is Outcome.SUCCEEDED
    assert result.plan.assignment == {result.spec.root: "robot_1"} or "robot_1" in result.plan.assignment.values()
    assert result.plan.makespan > 0
    assert set(result.timings_ms) >= {"ground", "translate", "automata", "plan"}
    assert office.feedback().state.robots["robot_1"].cell == before.robots["robot_1"].cell
    assert office.plan("go to the moon").outcome is Outcome.REJECTED


def test_failed_skills_are_tried_again():
    faults = json.dumps({"scripted": [["photograph", 1, "EXECUTION_FAILURE"], ["go_to", 1, "EXECUTION_FAILURE"]]})
    with fleet(faults=faults) as heed:
        result = heed.run("take a photo in m1", PATIENCE)
    assert result.outcome is Outcome.SUCCEEDED, result.message


def test_another_robot_takes_over_from_a_lost_one():
    with fleet(faults='{"lose_robot": ["robot_1", 3.0]}') as heed:
        result = heed.run("take a photo in m1", PATIENCE)
    assert result.outcome is Outcome.SUCCEEDED, result.message
    assert set(result.plan.assignment.values()) == {"robot_2"}


def test_a_skill_that_never_works_is_reported():
    with fleet(faults='{"probability": {"photograph": 1.0}}') as heed:
        result = heed.run("take a photo in m1", PATIENCE)
        assert result.outcome is Outcome.EXECUTION_FAILED
        assert "camera" in result.message
        assert Truth.VIOLATED in {line.verdict for line in result.monitor.values()}
        assert heed.run("robot one goes to m2", PATIENCE).outcome is Outcome.SUCCEEDED


def test_cancel_stops_every_robot_before_it_answers():
    with fleet(real_time_factor=4.0) as heed:
        heed.send("robot one goes to the lobby and robot two goes to m1")
        while not moving(heed.feedback()):
            assert not heed.done()
        assert heed.cancel("somebody stood up")
        result = heed.result(PATIENCE)
        assert result.outcome is Outcome.CANCELED
        assert "somebody stood up" in result.message.lower()
        stopped = after(heed, heed.feedback().state.time)
        later = after(heed, stopped.time + 2.0)
        for robot in stopped.robots:
            assert later.robots[robot].pose == stopped.robots[robot].pose
            assert stopped.robots[robot].skill == later.robots[robot].skill == ""
        assert not heed.cancel()
        assert heed.run("robot one goes to m1", PATIENCE).outcome is Outcome.SUCCEEDED


def moving(feedback):
    """Whether two robots are on their way, each some cells from where it started."""
    if feedback.stage != "execute":
        return False
    on_the_way = [robot for robot in feedback.state.robots.values() if robot.skill]
    return len(on_the_way) == 2 and feedback.state.robots["robot_2"].cell != (18, 6)


def after(heed, time):
    """The first observation from after a moment."""
    while heed.feedback().state is None or heed.feedback().state.time <= time:
        heed.done()
    return heed.feedback().state


def test_one_instruction_at_a_time():
    with fleet(real_time_factor=2.0) as heed:
        heed.send("robot one goes to the lobby")
        with pytest.raises(HeedError, match="not finished"):
            heed.send("robot two goes to m1")
        assert heed.cancel()
        assert heed.result(PATIENCE).outcome is Outcome.CANCELED


def test_a_bad_world_is_refused_with_a_sentence():
    with pytest.raises(HeedError, match="atlantis"):
        Commander(in_process=True, world="atlantis")


def test_bad_parameters_are_refused_with_a_sentence():
    with pytest.raises(HeedError, match="antigravity"):
        Commander(in_process=True, world="cleanup", physics="antigravity")
    with pytest.raises(HeedError, match="real_time_factor"):
        Commander(in_process=True, world="cleanup", real_time_factor=-1.0)


def test_a_commander_without_a_fleet_says_who_is_missing():
    with Commander("/nobody", wait_s=0.3) as heed:
        result = heed.run("go to m1")
        assert result.outcome is Outcome.INTERNAL_ERROR
        assert "executive_node" in result.message
        assert heed.plan("go to m1").outcome is Outcome.INTERNAL_ERROR
        assert not heed.cancel()


def test_a_fleet_in_this_process_is_private_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("ROS_STATIC_PEERS", "127.0.0.1")
    composition = Composition(log_level="fatal")  # a live fleet that all in this domain hear
    compose(composition, "cleanup", "/shared", {"recorder_node": {"episodes": ""}})
    composition.start()
    try:
        with (
            Commander("/shared", wait_s=PATIENCE) as live,
            Commander("/shared", in_process=True, world="cleanup") as one,
            Commander("/shared", in_process=True, world="cleanup") as other,
        ):
            start = after(live, 0.0).robots["robot_1"].cell
            assert one.run("go to the green room", PATIENCE).outcome is Outcome.SUCCEEDED
            for heed in (live, other):
                assert after(heed, heed.feedback().state.time + 0.5).robots["robot_1"].cell == start
            assert not one.cancel()
            assert live.run("go to the blue room", PATIENCE).outcome is Outcome.SUCCEEDED
    finally:
        composition.close()
