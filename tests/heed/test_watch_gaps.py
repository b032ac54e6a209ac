"""A verdict needs eyes: what was not observed is vouched for by nobody, and blamed on nobody."""

from __future__ import annotations

import functools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playing import OFFICE, Play

from grounding.logic.monitor import Truth
from heed.progress import LeafState, Stage
from heed.watch import Watch

RULED = "robot one takes a photo in m1, then robot two goes to m2; keep the camera off outside meeting rooms"
ORDERED = "robot one goes to m1, then robot two goes to m2"


@functools.cache
def played(text=RULED):
    """Specification, numbered observations and statuses of a mission that went well."""
    play = Play(text)
    play.run()
    observations = tuple(replace(o, sequence=n, run="a") for n, o in enumerate(play.observations, 1))
    return play.spec, observations, (*play.statuses, play.mission.status(Stage.VERIFY))


def verdicts(spec, observations, statuses, since=0.0):
    """The last report, all news having come in the order in which things happened."""
    watch = Watch(spec, OFFICE, since=since)
    for observation in observations:
        watch.observe(observation)
    for status in statuses:
        watch.follow(status)
    report = watch.give_up()
    assert watch.over
    return report


def flashed(observations, moment):
    """The camera is on for a moment outside a meeting room: the rule is broken."""
    assert observations[moment].robots["robot_1"].cell not in OFFICE.zones["meeting_room"].cells
    return (*observations[:moment], observations[moment].with_flag("robot_1", "camera_on"), *observations[moment + 1 :])


def without(observations, lost):
    return [o for n, o in enumerate(observations) if n not in lost]


LOST = st.lists(st.tuples(st.integers(0, 400), st.integers(1, 120)), max_size=3)


@settings(max_examples=80, deadline=None)
@given(LOST)
def test_whatever_is_lost_a_broken_rule_is_never_vouched_for(stretches):
    spec, observations, statuses = played()
    observations = flashed(observations, len(observations) // 10)
    lost = {n for start, length in stretches for n in range(start, start + length)}
    report = verdicts(spec, without(observations, lost), statuses)
    assert not report.all_satisfied
    if len(observations) // 10 not in lost:
        assert report.formulas["rule_1"].verdict is Truth.VIOLATED
    else:
        assert report.formulas["rule_1"].verdict is Truth.UNOBSERVED


@settings(max_examples=80, deadline=None)
@given(st.sampled_from((RULED, ORDERED)), LOST)
def test_whatever_is_lost_nothing_is_blamed_that_went_well(text, stretches):
    spec, observations, statuses = played(text)
    lost = {n for start, length in stretches for n in range(start, start + length)}
    report = verdicts(spec, without(observations, lost), statuses)
    for line in report.formulas.values():
        assert line.verdict is not Truth.VIOLATED, line
    if report.formulas.get("rule_1") and any(n < len(observations) for n in lost):
        assert report.formulas["rule_1"].verdict is Truth.UNOBSERVED
        assert report.gaps


@functools.cache
def in_the_wrong_order():
    """The second task of an ordered mission was done before the first."""
    spec, observations, statuses = played("robot two goes to m2, then robot one goes to m1")
    early, late = spec.leaves
    swapped = tuple(
        replace(status, leaves={early: status.leaves[late], late: status.leaves[early]}) for status in statuses
    )
    return played(ORDERED)[0], observations, swapped


@functools.cache
def with_a_constraint_broken():
    """A task that forbids something to its robot, which did it; the goal was reached all the same."""
    spec, observations, statuses = played("robot one goes to m1 without entering m2")
    middle = len(observations) // 3
    m2 = next(iter(OFFICE.zones["m2"].cells))
    there = replace(observations[middle], robots={**observations[middle].robots})
    there.robots["robot_1"] = replace(there.robots["robot_1"], cell=m2)
    return spec, (*observations[:middle], there, *observations[middle + 1 :]), statuses


@settings(max_examples=120, deadline=None)
@given(st.sampled_from((in_the_wrong_order, with_a_constraint_broken)), LOST)
def test_what_is_said_with_gaps_is_true_of_the_whole(run, stretches):
    spec, observations, statuses = run()
    whole = verdicts(spec, observations, statuses)
    assert Truth.VIOLATED in {line.verdict for line in whole.formulas.values()}
    lost = {n for start, length in stretches for n in range(start, start + length)}
    seen = verdicts(spec, without(observations, lost), statuses)
    assert not seen.all_satisfied
    for name, line in seen.formulas.items():
        assert line.verdict in (Truth.UNOBSERVED, whole.formulas[name].verdict), line


def test_a_gap_names_its_interval_and_spares_what_it_does_not_concern():
    spec, observations, statuses = played(ORDERED)
    gap = [n for n, o in enumerate(observations) if 12.0 < o.time < 18.0]
    report = verdicts(spec, without(observations, gap), statuses)
    assert report.all_satisfied  # the first task was done before, and the second is seen to be done
    assert report.gaps == ((pytest.approx(12.0), pytest.approx(18.0)),)
    spec, observations, statuses = played(RULED)
    gap = [n for n, o in enumerate(observations) if 12.0 < o.time < 18.0]
    report = verdicts(spec, without(observations, gap), statuses)
    assert report.formulas["rule_1"].reason == "Not observed between 12.0 s and 18.0 s, so nobody can say."
    assert report.formulas[spec.root].verdict is Truth.SATISFIED


def test_a_mission_whose_beginning_was_not_seen_is_not_vouched_for():
    spec, observations, statuses = played(RULED)
    late = [o for o in observations if o.time > 5.0]
    report = verdicts(spec, late, statuses)
    assert report.formulas["rule_1"].verdict is Truth.UNOBSERVED
    assert "between 0.0 s and 5.1 s" in report.formulas["rule_1"].reason
    report = verdicts(spec, late, [s for s in statuses if s.time > 5.0])
    assert report.formulas["rule_1"].verdict is Truth.UNOBSERVED


def test_lost_news_of_the_executive_leave_rules_alone_and_doubt_who_bound_themselves():
    spec, observations, statuses = with_a_constraint_broken()
    watch = Watch(spec, OFFICE, since=0.0)
    for observation in observations:
        watch.observe(observation)
    late = [s for s in statuses if s.time > observations[-1].time / 2]
    reports = [watch.follow(statuses[0]), *(watch.follow(s, missed=n == 0) for n, s in enumerate(late))]
    (leaf,) = spec.leaves
    assert late[0].leaves[leaf].state is LeafState.ACTIVE
    assert reports[-1].formulas[leaf].verdict is Truth.UNOBSERVED


def test_a_world_that_is_started_anew_ends_all_vouching():
    spec, observations, statuses = played(RULED)
    watch = Watch(spec, OFFICE, since=0.0)
    middle = next(n for n, o in enumerate(observations) if o.time > 12.0)
    for observation in observations[:middle]:
        watch.observe(observation)
    for status in (s for s in statuses if s.time < 12.0):
        watch.follow(status)
    watch.observe(replace(observations[0], run="b"))
    report = watch.follow(replace(statuses[-1], time=0.1))
    assert watch.over
    assert report.formulas["rule_1"].verdict is Truth.UNOBSERVED
    assert "started anew" in report.formulas["rule_1"].reason
    first, _ = spec.leaves
    assert report.formulas[first].verdict is Truth.SATISFIED


def test_an_end_that_is_never_observed_is_closed_without_vouching():
    spec, observations, statuses = played(RULED)
    watch = Watch(spec, OFFICE, since=0.0)
    for observation in observations[:-20]:
        watch.observe(observation)
    for status in statuses:
        watch.follow(status)
    assert watch.waits
    report = watch.give_up()
    assert report.final
    assert report.formulas["rule_1"].verdict is Truth.UNOBSERVED
