"""What an instruction means depends on where robots and things are when it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grounding.logic.monitor import Monitor, Truth
from grounding.mission.specify import specify
from grounding.state import WorldState, initial_state
from grounding.translate.controlled import translate
from grounding.world import Cell, World


def _moved(state: WorldState, cells: Mapping[str, Cell]) -> WorldState:
    """The state with robots and things elsewhere."""
    robots = {k: replace(r, cell=cells.get(k, r.cell)) for k, r in state.robots.items()}
    things = {k: replace(t, cell=cells.get(k, t.cell), support=None if k in cells else t.support)
              for k, t in state.things.items()}  # fmt: skip
    return replace(state, robots=robots, things=things)


def _rules(sentence: str, world: World, state: WorldState | None = None) -> list[str]:
    answer = translate(sentence, world, state)
    assert answer.tree is not None, answer.message
    return [r.formula for task in answer.tree.root.walk() for r in task.rules]


def test_who_is_in_a_forbidden_room_may_stay_or_leave(office: World) -> None:
    sentence = "never enter m1. go to m2"
    assert _rules(sentence, office) == ["G(!at.any.m1)"]
    within = _moved(initial_state(office), {"robot_3": (2, 10)})
    assert _rules(sentence, office, within) == [
        "G(!at.robot_1.m1)",
        "G(!at.robot_2.m1)",
        "at.robot_3.m1 W G(!at.robot_3.m1)",
        "G(!at.robot_4.m1)",
    ]
    assert _rules("robot 1 must never enter m1. go to m2", office, within) == ["G(!at.robot_1.m1)"]
    assert _rules("go to m2 without entering m1", office, within) == ["at.self.m1 W G(!at.self.m1)"]
    assert _rules("never enter m1 while carrying the report. go to m2", office, within) == [
        "G(holding.robot_3.report -> !at.robot_3.m1)",
        "G(holding.robot_4.report -> !at.robot_4.m1)",
    ]


def test_coming_back_to_a_forbidden_room_breaks_the_rule(office: World) -> None:
    answer = translate("avoid the corridor. robot 1 visits m1", office)
    assert answer.tree is not None
    spec = specify(answer.tree, office)
    rule = next(name for name, rule in spec.rules.items() if "robot_1" in rule.formula)
    start = initial_state(office)
    for cells, truth in (((7, 7), (6, 8), (6, 9)), Truth.SATISFIED), (((7, 7), (6, 8), (6, 7)), Truth.VIOLATED):
        monitor = Monitor(spec, office)
        for time, cell in enumerate(cells):
            monitor.observe(replace(_moved(start, {"robot_1": cell}), time=float(time)))
        assert monitor.close().formulas[rule].verdict is truth


def test_words_follow_what_has_changed(office: World) -> None:
    start = initial_state(office)
    swapped = replace(start, flags=start.flags | {("door_m4", "open")} - {("door_m1", "open")})
    for state, doors in ((start, {"door_m4", "door_m6"}), (swapped, {"door_m6"})):
        tree = translate("open every closed door", office, state).tree
        assert tree is not None
        assert {g.proposition.args[0] for t in tree.root.walk() for g in t.goal} == doors
    brought = _moved(start, {"red_mug": (13, 10)})
    assert translate("bring the mug in the kitchen to m1", office, brought).tree is None
    assert translate("bring the mug at d10 to m1", office).tree is not None
    both = _moved(start, {"red_mug": (2, 10), "blue_mug": (2, 10)})
    assert "the red mug is at meeting room m1" in translate("bring the mug at d10 to m1", office, both).message
    assert translate("come back", office, _moved(start, dict.fromkeys(office.robots, (2, 10)))).tree is not None
