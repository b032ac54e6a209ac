"""The verdicts do not depend on the order in which news of different nodes arrive."""

from __future__ import annotations

import functools
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from playing import OFFICE, Play

from grounding.logic.monitor import Truth
from grounding.logic.spec import Rule
from heed.mission import Phase
from heed.progress import Stage
from heed.watch import Watch
from sim.faults import FaultPlan
from sim.protocol import SkillStatus

TEXT = "robot one takes a photo in m1, then robot two goes to m2 or to m3; keep the camera off outside meeting rooms"


@functools.cache
def played(text=TEXT, fail=False):
    """A mission that was carried out: its specification, observations and statuses."""
    fault = FaultPlan(scripted=(("photograph", 1, SkillStatus.PLANNING_FAILURE),)) if fail else None
    play = Play(text, fault)
    play.run()
    last = play.mission.status(Stage.VERIFY)
    return play.spec, tuple(play.observations), (*play.statuses, last), play.mission.phase


def verdicts(watch):
    return {name: line.verdict for name, line in watch.report.formulas.items()}


def watched(spec, news, past=()):
    watch = Watch(spec, OFFICE, past)
    report = None
    for kind, item in news:
        report = (watch.observe(item) if kind == "observation" else watch.follow(item)) or report
    return watch, report


@settings(max_examples=60, deadline=None)
@given(st.data(), st.booleans())
def test_any_interleaving_gives_the_same_verdicts(data, fail):
    spec, observations, statuses, phase = played(fail=fail)
    assert phase is Phase.FINISHED
    streams = {"observation": list(observations), "status": list(statuses)}
    news = []
    while streams["observation"] and streams["status"]:
        kind = data.draw(st.sampled_from(("observation", "status")))
        for _ in range(data.draw(st.integers(1, 60))):
            if streams[kind]:
                news.append((kind, streams[kind].pop(0)))
    news += [("observation", o) for o in streams["observation"]] + [("status", s) for s in streams["status"]]
    watch, report = watched(spec, news)
    assert watch.over
    assert report.final
    assert {name: line.verdict for name, line in report.formulas.items()} == dict.fromkeys(
        spec.formulas, Truth.SATISFIED
    )


def test_a_specification_that_arrives_last_finds_what_was_observed():
    spec, observations, statuses, _ = played()
    watch, report = watched(spec, [("status", status) for status in statuses], past=observations)
    assert watch.over
    assert report.all_satisfied


def test_nothing_is_said_about_a_status_before_its_observation():
    spec, observations, statuses, _ = played()
    watch = Watch(spec, OFFICE)
    assert all(watch.follow(status) is None for status in statuses)
    assert not watch.over
    reports = [watch.observe(observation) for observation in observations]
    assert reports[-1].all_satisfied


def test_a_broken_rule_is_violated_though_every_task_was_done():
    spec, observations, statuses, _ = played()
    middle = len(observations) // 10
    assert observations[middle].robots["robot_1"].cell not in OFFICE.zones["meeting_room"].cells
    flash = observations[middle].with_flag("robot_1", "camera_on")
    seen = [*observations[:middle], flash, *observations[middle + 1 :]]
    _, report = watched(spec, [("observation", o) for o in seen] + [("status", s) for s in statuses])
    assert report.formulas["rule_1"].verdict is Truth.VIOLATED
    assert report.formulas["p0_1"].verdict is Truth.SATISFIED


def test_a_mission_that_is_cut_off_is_not_satisfied():
    spec, observations, statuses, _ = played()
    cut = len(statuses) // 4
    last = replace(statuses[cut - 1], stage=Stage.VERIFY)
    news = [("observation", o) for o in observations] + [("status", s) for s in (*statuses[:cut], last)]
    watch, report = watched(spec, news)
    assert watch.over
    assert report.final
    assert report.formulas[spec.root].verdict is Truth.VIOLATED


def amended():
    """A mission that was carried out, split at a moment in its middle, with a rule more from there on."""
    spec, observations, statuses, _ = played()
    rule = Rule("rule_9", "G(!at.any.kitchen)", "never enter the kitchen")
    levels = ({**spec.levels[0], rule.name: rule.formula}, *spec.levels[1:])
    edited = replace(spec, levels=levels, rules={**spec.rules, rule.name: rule})
    middle = len(statuses) // 2
    later = tuple(replace(status, revision=1) for status in statuses[middle:])
    return spec, edited, observations, (*statuses[:middle], *later), statuses[middle].time


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_an_edit_takes_effect_with_the_first_status_of_its_revision_whichever_arrives_first(data):
    spec, edited, observations, statuses, moment = amended()
    at = {o.time: i for i, o in enumerate(observations)}[moment]
    early = data.draw(st.booleans())  # whether the kitchen is entered before the rule, or right with it
    cell = min(OFFICE.rooms["kitchen"].cells)
    entered = at - 1 if early else at
    robot = replace(observations[entered].robots["robot_4"], cell=cell)
    flash = replace(observations[entered], robots={**observations[entered].robots, "robot_4": robot})
    streams = {
        "observation": [*observations[:entered], flash, *observations[entered + 1 :]],
        "status": list(statuses),
        "edit": [edited],
    }
    watch, report = Watch(spec, OFFICE), None
    take = {"observation": watch.observe, "status": watch.follow, "edit": lambda item: watch.amend(item, 1)}
    while any(streams.values()):
        kind = data.draw(st.sampled_from([kind for kind, items in streams.items() if items]))
        for _ in range(data.draw(st.integers(1, 60))):
            if streams[kind]:
                report = take[kind](streams[kind].pop(0)) or report
    assert watch.over
    assert report.formulas["rule_9"].verdict is (Truth.SATISFIED if early else Truth.VIOLATED)
    rest = {name: line.verdict for name, line in report.formulas.items() if name != "rule_9"}
    assert rest == dict.fromkeys(spec.formulas, Truth.SATISFIED)


def test_nothing_is_said_about_a_revision_before_its_specification():
    spec, edited, observations, statuses, _ = amended()
    watch, report = watched(spec, [("observation", o) for o in observations] + [("status", s) for s in statuses])
    assert not watch.over
    assert "rule_9" not in report.formulas
    report = watch.amend(edited, 1)
    assert watch.over
    assert report.all_satisfied
