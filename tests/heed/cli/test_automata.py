"""Pictures of automata: well-formed, complete, and nothing in the way of anything else."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grounding.errors import ConfigurationError
from grounding.logic.automaton import automaton
from grounding.logic.spec import HierarchicalSpec
from heed.cli.automata import CHARACTER, RADIUS, automaton_svg, condition, draw_automata, require_folder

from .made import SPEC

FORMULAS = (
    "F a",
    "G !a",
    "F a & G !b",
    "F p0_1 & F p0_2 & (!p0_2 U p0_1)",
    "F p0_1 & F p0_2 & F p0_3 & (!p0_2 U p0_1)",
    "F p0_1 | F p0_2",
    "(a U b) | G c",
    "G(a -> F b) & F c",
    "F(is.m1.photographed) & G(is.camera.on -> (at.self.m1 | at.self.m4 | at.self.m6))",
    "F(a & X F(b & X F c))",
    "a | !a",
    "F a & G !a",
)
SVG = "{http://www.w3.org/2000/svg}"
Box = tuple[float, float, float, float]


def texts(root: ElementTree.Element) -> list[tuple[str, Box]]:
    """Every text with the box it covers at most."""
    found = []
    for element in root.iter(f"{SVG}text"):
        text = element.text or ""
        width = len(text) * (CHARACTER if element.get("class") != "name" else 1.3 * CHARACTER)
        x, y = float(element.get("x", "")), float(element.get("y", ""))
        left = x - width / 2 if element.get("text-anchor") == "middle" else x
        found.append((text, (left, y - 10, left + width, y + 3)))
    return found


def lines(root: ElementTree.Element) -> list[Box]:
    """The straight parts of every arrow, as boxes; paths consist of M, H, V, Q and, for loops, C."""
    found = []
    for path in root.iter(f"{SVG}path"):
        x = y = 0.0
        for command, numbers in re.findall(r"([MHVQC])([^MHVQC]*)", path.get("d", "")):
            values = [float(number) for number in numbers.split()]
            before = (x, y)
            x = {"H": values[0], "V": x}.get(command, values[-2] if len(values) > 1 else x)
            y = {"V": values[0], "H": y}.get(command, values[-1])
            if command in "HV":
                found.append((min(before[0], x), min(before[1], y), max(before[0], x), max(before[1], y)))
    return found


def meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def check_picture(formula: str) -> None:
    built = automaton(formula)
    root = ElementTree.fromstring(automaton_svg(built, "p0", "what is wanted"))
    width, height = float(root.get("width", "")), float(root.get("height", ""))
    labels = texts(root)
    assert [(a, b) for (a, one), (b, other) in combinations(labels, 2) if meet(one, other)] == []
    assert [text for text, box in labels if box[0] < 0 or box[1] < 0 or box[2] > width or box[3] > height] == []
    crossed = [(text, line) for text, box in labels for line in lines(root) if meet(box, line)]
    assert crossed == []
    states = [
        (float(c.get("cx", "")), float(c.get("cy", ""))) for c in root.iter(f"{SVG}circle") if c.get("r") == f"{RADIUS}"
    ]
    assert len(states) == built.states
    arrows = sum(len({to for _, _, to in own}) for own in built.edges)
    assert len(list(root.iter(f"{SVG}polygon"))) == arrows + 1
    kinds = [c.get("class", "") for c in root.iter(f"{SVG}circle") if c.get("r") == f"{RADIUS}"]
    assert sum("accepting" in kind for kind in kinds) == len(built.accepting)
    assert sum("dead" in kind for kind in kinds) == len(built.dead)


@pytest.mark.parametrize("formula", FORMULAS)
def test_everything_is_drawn_and_nothing_meets(formula: str) -> None:
    check_picture(formula)


def literals() -> st.SearchStrategy[str]:
    return st.sampled_from(["a", "!a", "near.self.desk_12", "!b", "is.door_m6.open"])


def formulas() -> st.SearchStrategy[str]:
    return st.recursive(
        literals(),
        lambda inner: st.one_of(
            st.tuples(st.sampled_from("FGX"), inner).map(lambda parts: f"{parts[0]}({parts[1]})"),
            st.tuples(inner, st.sampled_from("&|U"), inner).map(lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"),
        ),
        max_leaves=5,
    )


@given(formulas())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_random_automata_are_drawn_and_nothing_meets(formula: str) -> None:
    if automaton(formula).states <= 12:
        check_picture(formula)


@given(formulas())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_conditions_say_exactly_when_a_transition_is_taken(formula: str) -> None:
    built = automaton(formula)
    for state in range(built.states):
        for letter in range(1 << len(built.atoms)):
            holding = {name for i, name in enumerate(built.atoms) if letter >> i & 1}
            for target in {to for _, _, to in built.edges[state]}:
                taken = any(holds(words, holding) for words in condition(built, state, target))
                assert taken == (built.step(state, letter) == target)


def holds(words: str, holding: set[str]) -> bool:
    parts = [] if words == "any" else words.split(" & ")
    return all((part.lstrip("!") in holding) != part.startswith("!") for part in parts)


def test_conditions_are_written_as_a_person_would() -> None:
    built = automaton("F(a | b)")
    done = next(iter(built.accepting))
    assert condition(built, built.initial, done) == ("a", "b")
    assert condition(built, built.initial, built.initial) == ("!a & !b",)
    assert condition(built, done, done) == ("any",)


def test_the_picture_says_name_words_formula_and_labels() -> None:
    root = ElementTree.fromstring(automaton_svg(automaton("F a & G !b"), "p0_1", "do <a> & never\x00 b"))
    shown = [text for text, _ in texts(root)]
    for words in ("p0_1", "do <a> & never b", "F a & G !b", "a & !b", "!a & !b", "any", "dead: lost for good"):
        assert words in shown
    assert root.find(f"{SVG}title") is not None


def test_every_formula_gets_a_file(tmp_path: Path) -> None:
    written = draw_automata(tmp_path / "deep" / "automata", SPEC)
    assert written == {name: tmp_path / "deep" / "automata" / f"{name}.svg" for name in SPEC.formulas}
    for path in written.values():
        assert ElementTree.parse(path).getroot().tag == f"{SVG}svg"
    assert sorted(path.name for path in (tmp_path / "deep" / "automata").iterdir()) == sorted(
        f"{name}.svg" for name in SPEC.formulas
    )


def test_what_cannot_be_drawn_is_said_and_the_rest_is_drawn(tmp_path: Path) -> None:
    many = " & ".join(f"F a{i}" for i in range(7))
    spec = HierarchicalSpec(({"p0": many, "rule_1": "G ("}, {"p0_1": "F a"}), {}, {})
    written = draw_automata(tmp_path, spec)
    assert written["p0"] == "Its automaton has 128 states; at most 64 are drawn."
    assert "rule_1" in written
    assert isinstance(written["rule_1"], str)
    assert written["p0_1"] == tmp_path / "p0_1.svg"


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    for folder in (tmp_path / "file", tmp_path / "file" / "below", Path("/proc/automata")):
        with pytest.raises(ConfigurationError, match="cannot be written to") as caught:
            require_folder(folder)
        assert caught.value.thing == f"--automata {folder}"
