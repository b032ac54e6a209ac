"""A plan as a picture: one row per robot over a time axis in seconds, drawn by matplotlib.

Everything is laid out in inches down and seconds across, so that it is known before drawing
whether a label fits; labels that would meet others go to a lane below, or are shortened.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grounding.errors import ConfigurationError
from grounding.logic.spec import HierarchicalSpec
from grounding.world import World
from heed.cli.preview import COLOURS, letter
from planners.plan import PlanStep, TeamPlan

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INSTALL = f"{sys.executable} -m pip install 'matplotlib>=3.8,<4'"
MOVE, SKILL, WAIT, ASIDE = "on the way", "skill", "waiting", "making way"

#: The colours of the terminal as they look on paper.
PAPER: Mapping[str, str] = {
    "cyan": "#1496a8", "magenta": "#b0268f", "yellow": "#d59b00", "green": "#2c8a4b",
    "blue": "#3763c2", "red": "#cf4150", "bright_cyan": "#57bccb", "bright_magenta": "#d873c4",
}  # fmt: skip
GREY, INK, PALE = "#8b949e", "#1c2733", "#5b6875"

#: Inches. A row holds the words of its tasks, the bars, and below them lanes for the names of skills.
WORDS_ROW, BAR_ROW, LANE, PAD = 0.24, 0.34, 0.165, 0.12
IDLE_ROW = 0.34
HEIGHTS: Mapping[str, float] = {MOVE: 0.15, SKILL: 0.30, WAIT: 0.15, ASIDE: 0.15}
LANES = 4
#: Teams with more robots at work get narrow rows without names of skills, and no rows for the idle.
MANY = 24
MAX_PIXELS = 60_000
DPI, SMALL, NORMAL, TITLE = 130, 7.0, 8.0, 11.0


@dataclass(frozen=True)
class Segment:
    """A stretch of time of one robot, in ticks.

    Attributes:
        kind: ``on the way``, ``skill``, ``waiting`` or ``making way``.
        start: First tick.
        end: Last tick.
        leaf: Leaf it belongs to, empty for none.
        label: Skill with what it is applied to, for skills.
    """

    kind: str
    start: int
    end: int
    leaf: str
    label: str = ""


def segments(world: World, plan: TeamPlan, robot: str) -> tuple[Segment, ...]:
    """What a robot does when: its steps, the standing still within and before them told apart from the moving."""
    found: list[Segment] = []
    windows = [plan.windows[leaf] for leaf, owner in plan.assignment.items() if owner == robot]
    at = 0
    for step in plan.steps.get(robot, ()):
        if at < step.start:
            active = any(start <= at and step.start <= end for start, end in windows)
            found.append(Segment(WAIT, at, step.start, step.leaf if active else ""))
        found += _of_step(world, step)
        at = step.end
    return tuple(found)


def _of_step(world: World, step: PlanStep) -> Iterator[Segment]:
    if world.skills[step.skill].behaviour == "wait":
        yield Segment(WAIT, step.start, step.end, step.leaf)
        return
    if not step.path:
        yield Segment(SKILL, step.start, step.end, step.leaf, " ".join((step.skill, *step.args)))
        return
    moving = MOVE if step.leaf else ASIDE
    at = step.start
    for still, ticks in groupby(a == b for a, b in pairwise(step.path)):
        until = at + len(list(ticks))
        yield Segment(WAIT if still else moving, at, until, step.leaf)
        at = until


def draw_gantt(path: Path, world: World, plan: TeamPlan, spec: HierarchicalSpec, *, title: str, note: str) -> None:
    """Writes the picture of a plan.

    Args:
        path: The PNG file.
        world: The world.
        plan: The plan.
        spec: Its formulas, for names and colours of leaves.
        title: The first lines, such as the instruction.
        note: One line below them.

    Raises:
        ConfigurationError: The file cannot be written, or matplotlib is missing.
    """
    require_matplotlib()
    picture = figure(world, plan, spec, title=title, note=note)
    try:
        dpi = min(DPI, MAX_PIXELS / float(max(picture.get_size_inches())))
        picture.savefig(path, dpi=dpi, format="png", facecolor="white")
    except OSError as error:
        raise _unusable(path, f"cannot be written: {error.strerror}.") from error


def require_png(path: Path) -> None:
    """Makes sure that a picture can be written before any work is done.

    Raises:
        ConfigurationError: The suffix is not ``.png``, the file cannot be written, or matplotlib is missing.
    """
    if path.suffix.lower() != ".png":
        raise _unusable(path, "is not the name of a PNG file.", "Name a file that ends in .png.")
    require_matplotlib()
    if not path.parent.is_dir():
        raise _unusable(path, f"cannot be written: there is no folder {path.parent}.", "Make it, or name another file.")
    new = not path.exists()
    try:
        path.open("ab").close()
        if new:
            path.unlink()
    except OSError as error:
        raise _unusable(path, f"cannot be written: {error.strerror}.") from error


def require_matplotlib() -> None:
    """Makes sure that there is matplotlib.

    Raises:
        ConfigurationError: It is not installed; with the command that installs it.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise ConfigurationError(
            "--gantt", f"needs the Python package matplotlib ({error}).", f"Install it: {INSTALL}"
        ) from error


def _unusable(path: Path, reason: str, next_step: str = "Name a file in a folder of your own.") -> ConfigurationError:
    return ConfigurationError(f"--gantt {path}", reason, next_step)


def figure(world: World, plan: TeamPlan, spec: HierarchicalSpec, *, title: str, note: str) -> Figure:
    """The picture as a matplotlib figure that belongs to no window and no global state."""
    return _Chart(world, plan, spec).draw(title, note)


@dataclass
class _Row:
    """Where one robot is drawn: inches from the top of the axes, and what is written below its bars."""

    robot: str
    segments: tuple[Segment, ...]
    top: float = 0.0
    lanes: list[list[tuple[float, float, str]]] = field(default_factory=list)

    @property
    def middle(self) -> float:
        """Middle of the bars."""
        return self.top + WORDS_ROW + BAR_ROW / 2


class _Chart:
    """Lays a plan out, then draws it."""

    def __init__(self, world: World, plan: TeamPlan, spec: HierarchicalSpec) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.patheffects import withStroke

        self.halo = withStroke(linewidth=2.5, foreground="white", alpha=0.7)  # letters stay clear of what they cross
        self.plan, self.spec = plan, spec
        self.figure = Figure()
        self.renderer: Any = FigureCanvasAgg(self.figure).get_renderer()  # type: ignore[no-untyped-call]
        self.total = max(plan.makespan * plan.tick_s, plan.tick_s)
        self.width = min(max(9.0, 0.26 * plan.makespan), 22.0)
        self.left = 0.35 + max(self._inches(robot, NORMAL) for robot in (*plan.steps, "robot"))
        rows = [_Row(robot, segments(world, plan, robot)) for robot in plan.steps]
        self.narrow = sum(bool(row.segments) for row in rows) > MANY
        self.idle = [row.robot for row in rows if not row.segments] if len(rows) > MANY else []
        self.rows = [row for row in rows if row.robot not in self.idle]
        self.height = self._stack()

    def _inches(self, text: str, size: float) -> float:
        from matplotlib.font_manager import FontProperties

        width, _, _ = self.renderer.get_text_width_height_descent(text, FontProperties(size=size), ismath=False)
        return float(width) / float(self.renderer.dpi)

    def _seconds(self, inches: float) -> float:
        return inches * self.total / self.width

    def _stack(self) -> float:
        """Gives every row its place; returns the height of all."""
        y = 0.0
        for row in self.rows:
            row.top = y
            if not row.segments:
                y += IDLE_ROW
                continue
            if not self.narrow:
                self._fill_lanes(row)
            y += WORDS_ROW + BAR_ROW + LANE * len(row.lanes) + PAD
        return max(y, IDLE_ROW)

    def _fill_lanes(self, row: _Row) -> None:
        """Writes the names of skills below their bars, each in the first lane with room."""
        for one in row.segments:
            if one.kind != SKILL:
                continue
            start = one.start * self.plan.tick_s
            width = self._seconds(self._inches(one.label, SMALL) + 0.1)
            start = max(0.0, min(start, self.total - width))
            lane = next((lane for lane in row.lanes if not lane or lane[-1][1] <= start), None)
            if lane is None and len(row.lanes) < LANES:
                lane = []
                row.lanes.append(lane)
            if lane is not None:
                lane.append((start, start + width, one.label))

    def draw(self, title: str, note: str) -> Figure:
        """Draws everything from top to bottom."""
        across = self.left + self.width + 0.35
        words = [f"{letter(self.spec, leaf)}  {self._task(leaf)}" for leaf in self._leaves()]
        heading = self._wrapped(title, across - 0.6)
        column = min(across - 0.6, max([3.0, *(self._inches(text, NORMAL) + 0.5 for text in words)]))
        columns = max(1, int((across - 0.5) / column))
        top = 0.25 + 0.24 * len(heading) + 0.32
        key = 0.12 + 0.2 * -(-len(words) // columns) + (0.22 if self.idle else 0)
        tall = top + self.height + 0.62 + 0.3 + key
        self.figure.set_size_inches(across, tall)
        self._heading(heading, note, tall)
        axes = self.figure.add_axes(
            (self.left / across, 1 - (top + self.height) / tall, self.width / across, self.height / tall)
        )
        self._axes(axes)
        for number, row in enumerate(self.rows):
            self._row(axes, row, number)
        self._order(axes)
        self._key(words, columns, column, across, tall, top + self.height + 0.62)
        return self.figure

    def _write(self, x: float, y: float, text: str, **style: Any) -> None:
        """Writes at inches from the left and from the top."""
        across, tall = self.figure.get_size_inches()
        self.figure.text(
            x / across, 1 - y / tall, text, parse_math=False, **{"fontsize": NORMAL, "color": INK, **style}
        )

    def _heading(self, lines: Sequence[str], note: str, tall: float) -> None:
        y = 0.3
        for line in lines:
            self._write(0.25, y, line, fontsize=TITLE, fontweight="bold")
            y += 0.24
        self._write(0.25, y, note, color=PALE, fontsize=9)

    def _axes(self, axes: Axes) -> None:
        from matplotlib.ticker import MaxNLocator

        axes.set_xlim(0, self.total)
        axes.set_ylim(self.height, 0)
        axes.xaxis.set_major_locator(MaxNLocator(nbins=int(self.width * 1.2), steps=[1, 2, 5, 10]))
        axes.set_yticks([])
        axes.grid(axis="x", color="#d8dde3", linewidth=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(axis="x", labelsize=NORMAL, colors=PALE, length=3)
        axes.set_xlabel("time in seconds", fontsize=NORMAL, color=PALE)
        for side in ("left", "right", "top"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(GREY)

    def _row(self, axes: Axes, row: _Row, number: int) -> None:
        bottom = self.rows[number + 1].top if number + 1 < len(self.rows) else self.height
        if number % 2:
            axes.axhspan(row.top, bottom, color="#f5f7f9", zorder=-2, linewidth=0)
        middle = row.middle if row.segments else (row.top + bottom) / 2
        axes.text(-self._seconds(0.12), middle, row.robot, ha="right", va="center", parse_math=False,
                  fontsize=NORMAL, color=INK if row.segments else GREY)  # fmt: skip
        if not row.segments:
            axes.text(self._seconds(0.06), middle, "nothing to do", va="center", fontsize=SMALL, color=GREY)
            return
        self._windows(axes, row, bottom)
        for one in row.segments:
            self._bar(axes, one, row.middle)
        for depth, lane in enumerate(row.lanes):
            y = row.top + WORDS_ROW + BAR_ROW + LANE * (depth + 0.5)
            for start, _, text in lane:
                axes.text(start + self._seconds(0.02), y, text, va="center", fontsize=SMALL, color=INK,
                          parse_math=False, path_effects=[self.halo])  # fmt: skip

    def _windows(self, axes: Axes, row: _Row, bottom: float) -> None:
        """The time in which each leaf is active, headed by its letter and as much of its words as fits."""
        tick = self.plan.tick_s
        own = sorted((self.plan.windows[leaf], leaf) for leaf, who in self.plan.assignment.items() if who == row.robot)
        starts = [start * tick for (start, _), _ in own] + [self.total]
        for ((start, end), leaf), following in zip(own, starts[1:], strict=True):
            colour = self._colour(leaf)
            axes.fill_between([start * tick, end * tick], row.top + 0.03, bottom - 0.03, color=colour, alpha=0.13,
                              linewidth=0, zorder=-1)  # fmt: skip
            under = row.middle + HEIGHTS[MOVE] / 2
            axes.plot([start * tick] * 2, [row.top + 0.03, under], color=colour, linewidth=1.0, zorder=0)
            room = (following - start * tick) * self.width / self.total - 0.1
            mark = letter(self.spec, leaf)
            text = self._fitting(f"{mark}  {self._task(leaf)}", room) if not self.narrow else mark
            if text:
                axes.text(start * tick + self._seconds(0.05), row.top + WORDS_ROW / 2 + 0.03, text, va="center",
                          fontsize=NORMAL, fontweight="bold" if text == mark else "normal", color=INK,
                          parse_math=False, path_effects=[self.halo])  # fmt: skip

    def _wrapped(self, text: str, inches: float) -> list[str]:
        """A title on at most three lines."""
        return textwrap.wrap(text, int(inches / (self._inches("n", TITLE))), max_lines=3, placeholder=" …")

    def _fitting(self, text: str, inches: float) -> str:
        """A text cut to a width; its first letter alone where no word fits."""
        if self._inches(text, NORMAL) <= inches:
            return text
        for length in range(len(text) - 1, 7, -1):
            if self._inches(short := text[:length].rstrip() + "…", NORMAL) <= inches:
                return short
        return text[0] if self._inches(text[0], NORMAL) <= inches else ""

    def _bar(self, axes: Axes, one: Segment, middle: float) -> None:
        style = self._style(one.kind, self._colour(one.leaf))
        height, tick = HEIGHTS[one.kind], self.plan.tick_s
        axes.barh(middle, (one.end - one.start) * tick, height, left=one.start * tick, zorder=2, clip_on=False, **style)

    def _style(self, kind: str, colour: str) -> dict[str, Any]:
        """Kinds differ in height, hatching and outline too, so that no colour is needed to tell them apart."""
        return {
            MOVE: {"facecolor": colour, "linewidth": 0},
            SKILL: {"facecolor": colour, "edgecolor": INK, "linewidth": 0.8},
            WAIT: {"facecolor": "white", "edgecolor": colour, "linewidth": 0.6, "hatch": "////"},
            ASIDE: {"facecolor": "#c3c9d0", "edgecolor": GREY, "linewidth": 0.6, "hatch": "...."},
        }[kind]

    def _order(self, axes: Axes) -> None:
        """Arrows from what has to be finished to what waits for it."""
        ends = {step.id: (row, step) for row in self.rows for step in self.plan.steps[row.robot]}
        tick = self.plan.tick_s
        for later, earlier in self.plan.after.items():
            for first in earlier:
                if later not in ends or first not in ends:
                    continue
                (row, step), (from_row, from_step) = ends[later], ends[first]
                sign = 1 if row.top > from_row.top else -1
                axes.annotate(
                    "", (step.start * tick, row.middle - sign * 0.09), zorder=1,
                    xytext=(from_step.end * tick, from_row.middle + sign * 0.16),
                    arrowprops={"arrowstyle": "-|>", "color": PALE, "linewidth": 0.8, "linestyle": (0, (4, 2)),
                                "shrinkA": 0, "shrinkB": 0, "mutation_scale": 8},
                )  # fmt: skip

    def _key(self, words: Sequence[str], columns: int, column: float, across: float, tall: float, y: float) -> None:
        """What the bars mean, then the tasks."""
        from matplotlib.patches import Rectangle

        x = self.left
        entries = [(kind, self._style(kind, "#4b5b6b"), HEIGHTS[kind] / 2) for kind in HEIGHTS]
        entries.append(("time of a task", {"facecolor": "#4b5b6b", "alpha": 0.18, "linewidth": 0}, 0.17))
        for name, style, height in entries:
            corner = (x / across, 1 - (y + height / 2) / tall)
            self.figure.add_artist(Rectangle(corner, 0.34 / across, height / tall, **style))
            self._write(x + 0.42, y, name, va="center", color=PALE)
            x += 0.42 + self._inches(name, NORMAL) + 0.35
        y += 0.3
        depth = -(-len(words) // columns)
        for i, (text, leaf) in enumerate(zip(words, self._leaves(), strict=True)):
            x, row = 0.25 + column * (i // depth), y + 0.2 * (i % depth)
            self.figure.add_artist(
                Rectangle((x / across, 1 - (row + 0.05) / tall), 0.1 / across, 0.1 / tall, color=self._colour(leaf))
            )
            self._write(x + 0.16, row, self._fitting(text, column - 0.25), va="center")
        if self.idle:
            text = self._fitting(f"Nothing to do: {', '.join(self.idle)}", across - 0.5)
            self._write(0.25, y + 0.2 * depth + 0.05, text, va="center", color=PALE)

    def _leaves(self) -> list[str]:
        return [leaf for leaf in self.spec.leaves if leaf in self.plan.assignment]

    def _task(self, leaf: str) -> str:
        return self.spec.leaves[leaf].text if leaf in self.spec.leaves else leaf

    def _colour(self, leaf: str) -> str:
        names = list(self.spec.leaves)
        return PAPER[COLOURS[names.index(leaf) % len(COLOURS)]] if leaf in names else "#b4bbc3"
