from dataclasses import replace

import pytest

from grounding.logic.monitor import Monitor, Truth
from grounding.state import initial_state
from heed.mission import Phase
from heed.outcome import Outcome
from heed.pipeline import understand

from .playing import OFFICE, Play


@pytest.mark.parametrize(
    "sentence",
    [
        "avoid the corridor and go from d1 to d4",
        "avoid the corridor. robot 1 visits m1",
        "robot 1, go to m1 without passing the corridor",
        "do not enter the kitchen after the table has been cleaned. clean the table",
    ],
)
def test_missions_around_a_room_with_robots_in_it_are_done(sentence):
    play = Play(sentence)
    assert play.run().phase is Phase.FINISHED
    monitor = Monitor(play.spec, OFFICE)
    for observation in play.observations:
        monitor.observe(observation)
    lines = monitor.close().formulas
    assert all(lines[rule].verdict is Truth.SATISFIED for rule in play.spec.rules)


def test_what_is_broken_from_the_start_is_said():
    meaning = understand("robot 1 must stay in m1. go to m2", OFFICE)
    assert meaning.outcome is Outcome.UNSATISFIABLE
    assert meaning.message.endswith("is broken from the start: robot 1 is not in meeting room m1.")
    start = initial_state(OFFICE)
    within = replace(start, robots={**start.robots, "robot_1": replace(start.robots["robot_1"], cell=(2, 10))})
    assert understand("robot 1 must stay in m1. go to m2", OFFICE, within).outcome is Outcome.SUCCEEDED


def test_an_instruction_that_starts_inside_what_it_forbids_says_so():
    meaning = understand("robot one goes to m1; robot one never enters the corridor", OFFICE)
    assert meaning.outcome is Outcome.SUCCEEDED
    assert "Robot 1 is in the corridor now" in meaning.message
    assert (
        "corridor now" not in understand("robot one goes to m1; robot three never enters the corridor", OFFICE).message
    )
