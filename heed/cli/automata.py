"""Pictures of the automata of a specification: one SVG each, written without any drawing package.

The states stand in one row, from the initial one towards those reached last. A transition to the next
state is a straight arrow, one back to the same state a loop above it, every other one runs in a
lane of its own below the row. So labels cannot meet: each has its gap between two states, its
place above a loop, or its lane.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

from grounding.errors import ConfigurationError, FormulaError
from grounding.logic.automaton import Automaton, automaton
from grounding.logic.spec import HierarchicalSpec

#: Automata with more states are not drawn: nobody could read them.
MAX_DRAWN = 64

#: Pixels. A character of the labels is at most CHARACTER wide; monospaced, so that widths are known.
CHARACTER, LINE = 7.4, 15.0
RADIUS, MARGIN, GAP, LOOP = 21.0, 30.0, 64.0, 30.0
#: Characters a line of a label, and lines beyond which a label moves to the key below the picture.
LABEL_WIDTH, LABEL_LINES = 30, 4

#: Kind of a state -> what it means.
KINDS = {"": "not yet", "accepting": "accepting: satisfied so far", "dead": "dead: lost for good"}

STYLE = """
text { font-family: 'DejaVu Sans Mono', Menlo, Consolas, monospace; font-size: 12px; fill: #1c2733 }
.name { font-weight: bold; font-size: 15px } .words { fill: #5b6875 }
.edge { fill: none; stroke: #44525f; stroke-width: 1.4 } .end { fill: #44525f }
.edge.lost { stroke: #b4443c } .end.lost { fill: #b4443c } text.lost { fill: #9c3a33 }
.state { fill: #ffffff; stroke: #1c2733; stroke-width: 1.6 }
.state.accepting { fill: #d9f2e1; stroke: #1e7a46 } .ring { fill: none; stroke: #1e7a46; stroke-width: 1.4 }
.state.dead { fill: #f4e3e1; stroke: #b4443c; stroke-dasharray: 4 3 }
"""


@dataclass(frozen=True)
class Transition:
    """All transitions between two states, as one arrow.

    Attributes:
        source: Place of the state in the row.
        target: Place of the next state.
        lines: The label.
    """

    source: int
    target: int
    lines: tuple[str, ...]

    @property
    def places(self) -> tuple[int, int]:
        """Both places, left one first."""
        return min(self.source, self.target), max(self.source, self.target)

    @property
    def gap(self) -> int:
        """The gap between two states (named by the left one) that holds the label."""
        left, right = self.places
        return (left + right - 1) // 2

    @property
    def width(self) -> float:
        """Pixels across the label."""
        return CHARACTER * max(map(len, self.lines))


def draw_automata(folder: Path, spec: HierarchicalSpec) -> dict[str, Path | str]:
    """Writes one SVG for every formula of a specification.

    Args:
        folder: Where to; it is made where there is none.
        spec: The formulas.

    Returns:
        Name of each formula -> its file, or a sentence that says why there is none.

    Raises:
        ConfigurationError: Nothing can be written to the folder.
    """
    require_folder(folder)
    written: dict[str, Path | str] = {}
    for name, formula in spec.formulas.items():
        try:
            built = automaton(formula)
        except FormulaError as error:
            written[name] = str(error)
            continue
        if built.states > MAX_DRAWN:
            written[name] = f"Its automaton has {built.states} states; at most {MAX_DRAWN} are drawn."
            continue
        path = folder / f"{re.sub('[^A-Za-z0-9_.-]', '_', name)}.svg"
        clause = spec.leaves.get(name) or spec.rules.get(name)
        words = clause.text if clause else spec.text.get(name, "")
        try:
            path.write_text(automaton_svg(built, name, words), encoding="utf-8")
        except OSError as error:
            raise _unusable(folder, error) from error
        written[name] = path
    return written


def require_folder(folder: Path) -> None:
    """Makes a folder for automata where there is none.

    Raises:
        ConfigurationError: Nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        trial = folder / ".heed"
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise _unusable(folder, error) from error


def _unusable(folder: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"--automata {folder}", f"cannot be written to: {error.strerror}.", "Name a folder of your own."
    )


def condition(built: Automaton, state: int, target: int) -> tuple[str, ...]:
    """When an automaton goes from one state to another: alternatives such as ``a & !b``.

    Every transition is widened as far as it does not touch those to other states, which turns the
    disjoint pieces that automata are made of into what a person would write.

    Returns:
        The alternatives; ``any`` alone where nothing is asked for, nothing where it never happens.
    """
    others = [(mask, value) for mask, value, to in built.edges[state] if to != target]
    wide = set()
    for mask, value, to in built.edges[state]:
        if to != target:
            continue
        for bit in (1 << i for i in range(len(built.atoms))):
            fewer = mask & ~bit
            if not any(_meet(fewer, value & fewer, *other) for other in others):
                mask, value = fewer, value & fewer
        wide.add((mask, value))
    return tuple(_words(built.atoms, mask, value) for mask, value in sorted(wide))


def _meet(mask: int, value: int, other_mask: int, other_value: int) -> bool:
    return not (value ^ other_value) & mask & other_mask


def _words(atoms: Sequence[str], mask: int, value: int) -> str:
    parts = [("" if value >> i & 1 else "!") + atom for i, atom in enumerate(atoms) if mask >> i & 1]
    return " & ".join(parts) or "any"


def automaton_svg(built: Automaton, name: str, words: str = "") -> str:
    """The picture of an automaton.

    Args:
        built: The automaton.
        name: Name of its formula.
        words: What the formula stands for.

    Returns:
        The text of an SVG file.
    """
    row = _row(built)
    transitions, key = _transitions(built, row)
    picture = _Picture(built, row, transitions)
    return picture.draw(name, words, key)


def _row(built: Automaton) -> tuple[int, ...]:
    """The states in an order in which most transitions lead to the right, dead states last."""
    finished: list[int] = []
    seen = {built.initial}
    path = [(built.initial, iter([to for _, _, to in built.edges[built.initial]]))]
    while path:
        targets = path[-1][1]
        fresh = next((to for to in targets if to not in seen), None)
        if fresh is None:
            finished.append(path.pop()[0])
        else:
            seen.add(fresh)
            path.append((fresh, iter([to for _, _, to in built.edges[fresh]])))
    finished.reverse()
    return tuple(sorted(finished, key=lambda state: state in built.dead and state != built.initial))


def _transitions(built: Automaton, row: Sequence[int]) -> tuple[list[Transition], dict[str, str]]:
    """The arrows, and the conditions too long for a label by the number that stands for them."""
    place = {state: i for i, state in enumerate(row)}
    transitions, key, numbers = [], {}, count(1)
    for state in row:
        targets = {to: " | ".join(condition(built, state, to)) for to in {to for _, _, to in built.edges[state]}}
        longest = max(targets, key=lambda to: len(targets[to]))
        if len(targets) > 1 and len(targets[longest]) > LABEL_WIDTH:
            targets[longest] = "else"
        for to, text in targets.items():
            lines = tuple(textwrap.wrap(text, LABEL_WIDTH, break_long_words=False))
            if len(lines) > LABEL_LINES:
                number = f"({next(numbers)})"
                key[number], lines = text, (number,)
            transitions.append(Transition(place[state], place[to], lines))
    return transitions, key


class _Picture:
    """Places everything, then draws it."""

    def __init__(self, built: Automaton, row: Sequence[int], transitions: Sequence[Transition]) -> None:
        self.built, self.row = built, row
        self.loops = [t for t in transitions if t.source == t.target]
        self.straight = [t for t in transitions if t.target == t.source + 1]
        self.bent = sorted(
            (t for t in transitions if t not in self.loops and t not in self.straight),
            key=lambda t: (t.places[1] - t.places[0], t.places),
        )
        self.x = self._columns()
        self.lanes = self._lanes()
        self.ports = self._ports()
        self.svg = ElementTree.Element("svg", xmlns="http://www.w3.org/2000/svg")

    def _columns(self) -> list[float]:
        """Where the states stand: gaps hold their labels, and the labels of neighbouring loops fit side by side."""
        half = [RADIUS] * len(self.row)
        for loop in self.loops:
            half[loop.source] = max(RADIUS, loop.width / 2)
        x = [MARGIN + GAP / 2 + half[0]]
        for i in range(len(self.row) - 1):
            labels = [t.width for t in (*self.straight, *self.bent) if t.gap == i]
            x.append(x[-1] + max(2 * RADIUS + max([GAP, *(w + 30 for w in labels)]), half[i] + half[i + 1] + 16))
        self.right = x[-1] + half[-1] + MARGIN
        return x

    def _lanes(self) -> dict[Transition, int]:
        """Lane of every bent arrow, short ones above; arrows that only share a state may share a lane."""
        lanes: dict[Transition, int] = {}
        for one in self.bent:
            left, right = one.places
            taken = {lane for t, lane in lanes.items() if t.places[0] < right and left < t.places[1]}
            # Below whatever it encloses, so that no upright line crosses the label of another.
            lanes[one] = max(taken, default=-1) + 1
        return lanes

    def _ports(self) -> dict[tuple[Transition, int], float]:
        """How far from the middle of a state a bent arrow touches it; nested arrows do not cross."""
        ports = {}
        for place in range(len(self.row)):
            touching = [t for t in self.bent if place in t.places]
            ends = [t for t in touching if t.places[1] == place] + [t for t in touching[::-1] if t.places[0] == place]
            pitch = min(10.0, 2 * (RADIUS - 6) / max(1, len(ends) - 1))
            for i, one in enumerate(ends):
                ports[one, place] = (i - (len(ends) - 1) / 2) * pitch
        return ports

    def draw(self, name: str, words: str, key: Mapping[str, str]) -> str:
        """Everything from top to bottom: title, states and arrows, key."""
        width = max(self.right, 560.0)
        room = int((width - 2 * MARGIN) / CHARACTER)
        self._add("style").text = STYLE
        self._add("title").text = f"{name}: {_printable(words or self.built.formula)}"
        y = self._lines([name], MARGIN, MARGIN + 4, "name", middle=False)
        y = self._lines(textwrap.wrap(_printable(words), room), MARGIN, y + 4, "words", middle=False)
        y = self._lines(textwrap.wrap(self.built.formula, room), MARGIN, y + 4, "", middle=False)
        over_row = RADIUS + LOOP + LINE * max([0, *(len(t.lines) - 1 for t in self.straight)])
        self.top = y + 14 + LINE * max([0, *(len(t.lines) for t in self.loops)]) + over_row
        y = self._arrows(over_row)
        self._states()
        y = self._key(key, room, y + 34)
        height = y + MARGIN / 2
        self.svg.attrib |= {
            "width": f"{width:.0f}",
            "height": f"{height:.0f}",
            "viewBox": f"0 0 {width:.0f} {height:.0f}",
        }
        self.svg.insert(0, ElementTree.Element("rect", width="100%", height="100%", fill="#ffffff"))
        ElementTree.indent(self.svg)
        return ElementTree.tostring(self.svg, encoding="unicode") + "\n"

    def _arrows(self, over_row: float) -> float:
        """Draws all arrows; returns how far down they reach."""
        first = self.x[0] - RADIUS
        self._arrow(f"M {first - GAP / 2:.1f} {self.top:.1f} H {first - 7:.1f}", (first, self.top), "right", "")
        for t in self.loops:
            x, tip, up = self.x[t.source], self.top - RADIUS + 3, self.top - over_row + 4
            path = f"M {x - 9:.1f} {tip:.1f} C {x - 22:.1f} {up:.1f} {x + 22:.1f} {up:.1f} {x + 10:.1f} {tip - 6:.1f}"
            self._arrow(path, (x + 9, tip), "down", self._lost(t))
            self._lines(t.lines, x, self.top - over_row - LINE * (len(t.lines) - 1), self._lost(t))
        for t in self.straight:
            a, b = self.x[t.source] + RADIUS, self.x[t.target] - RADIUS
            self._arrow(f"M {a:.1f} {self.top:.1f} H {b - 7:.1f}", (b, self.top), "right", self._lost(t))
            self._lines(t.lines, (a + b) / 2, self.top - 7 - LINE * (len(t.lines) - 1), self._lost(t))
        y = self.top + RADIUS + 6
        for lane in sorted(set(self.lanes.values())):
            own = [t for t, number in self.lanes.items() if number == lane]
            y += LINE * max(len(t.lines) for t in own) + 13
            for t in own:
                self._bend(t, y)
        return y

    def _bend(self, t: Transition, y: float) -> None:
        (start, y1), (end, y2) = (self._port(t, place) for place in (t.source, t.target))
        turn = 8.0 if end > start else -8.0
        path = (
            f"M {start:.1f} {y1:.1f} V {y - 8:.1f} Q {start:.1f} {y:.1f} {start + turn:.1f} {y:.1f}"
            f" H {end - turn:.1f} Q {end:.1f} {y:.1f} {end:.1f} {y - 8:.1f} V {y2 + 7:.1f}"
        )
        self._arrow(path, (end, y2), "up", self._lost(t))
        middle = (self.x[t.gap] + self.x[t.gap + 1]) / 2
        self._lines(t.lines, middle, y - 5 - LINE * (len(t.lines) - 1), self._lost(t))

    def _port(self, t: Transition, place: int) -> tuple[float, float]:
        aside = self.ports[t, place]
        return self.x[place] + aside, self.top + (RADIUS**2 - aside**2) ** 0.5

    def _states(self) -> None:
        for place, state in enumerate(self.row):
            self._state(self.x[place], self.top, RADIUS, self._kind(state))
            self._lines([str(place)], self.x[place], self.top + 4, "")

    def _state(self, x: float, y: float, radius: float, kind: str) -> None:
        self._add("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{radius:.1f}", **{"class": f"state {kind}".strip()})
        if kind == "accepting":
            self._add("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=f"{0.8 * radius:.1f}", **{"class": "ring"})

    def _kind(self, state: int) -> str:
        return "accepting" if state in self.built.accepting else "dead" if state in self.built.dead else ""

    def _lost(self, t: Transition) -> str:
        return "lost" if self.row[t.target] in self.built.dead else ""

    def _key(self, key: Mapping[str, str], room: int, y: float) -> float:
        """What the numbers and the states stand for; returns the last line's place."""
        for number, text in key.items():
            y = self._lines(
                textwrap.wrap(f"{number} {text}", room, subsequent_indent="\u00a0" * 4), MARGIN, y, "", middle=False
            )
        kinds = {self._kind(state) for state in self.row}
        x, y = MARGIN + 8, y + 8
        for kind, text in (
            ("", "not yet"),
            ("accepting", "accepting: satisfied so far"),
            ("dead", "dead: lost for good"),
        ):
            if kind in kinds:
                self._state(x, y, 8, kind)
                self._lines([text], x + 14, y + 4, "words", middle=False)
                x += 14 + CHARACTER * len(text) + 28
        return y + LINE

    def _arrow(self, path: str, tip: tuple[float, float], way: str, kind: str) -> None:
        x, y = tip
        wings = {"right": ((-9, -4), (-9, 4)), "up": ((-4, 9), (4, 9)), "down": ((-1, -10), (7, -6))}[way]
        corners = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in ((0, 0), *wings))
        self._add("path", d=path, **{"class": f"edge {kind}".strip()})
        self._add("polygon", points=corners, **{"class": f"end {kind}".strip()})

    def _lines(self, lines: Iterable[str], x: float, y: float, kind: str, *, middle: bool = True) -> float:
        """Writes lines downwards from a first base line; returns the base line after the last."""
        for text in lines:
            anchor = {"text-anchor": "middle"} if middle else {}
            styled = {"class": kind} if kind else {}
            self._add("text", x=f"{x:.1f}", y=f"{y:.1f}", **anchor, **styled).text = text
            y += LINE
        return y

    def _add(self, tag: str, **attributes: str) -> ElementTree.Element:
        return ElementTree.SubElement(self.svg, tag, attributes)


def _printable(text: str) -> str:
    return "".join(letter for letter in " ".join(text.split()) if letter.isprintable())
