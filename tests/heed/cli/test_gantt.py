"""Pictures of plans: what they show, that nothing meets, and what cannot be written."""

from __future__ import annotations

import sys
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import imread
from matplotlib.text import Text

from grounding.errors import ConfigurationError
from grounding.logic.spec import HierarchicalSpec, Leaf
from heed.cli.gantt import ASIDE, MOVE, SKILL, WAIT, Segment, draw_gantt, figure, require_png, segments
from planners.plan import PlanStep, TeamPlan

from .made import INSTRUCTION, PLAN, SPEC, WORLD, steps

ROUND = (("go_to", ("m1",), 2), ("pick_up", ("document",), 1), ("photograph", ("m1",), 1))
WAY = ((0, 0), (1, 0), (1, 0))
OPTIONS = {"title": INSTRUCTION, "note": "Makespan 48 s, cost 48."}


def large(robots: int, leaves: int, rounds: int) -> tuple[TeamPlan, HierarchicalSpec]:
    """A plan of many steps in which every robot but the last works."""
    names = [f"robot_{i}" for i in range(1, robots + 1)]
    texts = ("bring the document to desk d3 without entering public areas while carrying it", "cost $5$ and $6$")
    spec = HierarchicalSpec(
        levels=({"p0": "F a"},),
        children={"p0": tuple(f"p0_{i}" for i in range(leaves))},
        leaves={f"p0_{i}": Leaf(f"p0_{i}", "F a", texts[i % 2]) for i in range(leaves)},
    )
    done: dict[str, list[tuple[str, tuple[str, ...], int, int, str]]] = {name: [] for name in names}
    clock = dict.fromkeys(names, 0)
    assignment, windows = {}, {}
    for number, leaf in enumerate(spec.leaves):
        robot = names[number % (robots - 1)]
        start = clock[robot]
        for _ in range(rounds):
            for skill, args, ticks in ROUND:
                done[robot].append((skill, args, clock[robot], clock[robot] + ticks, leaf))
                clock[robot] += ticks
        assignment[leaf], windows[leaf] = robot, (start, clock[robot])
    plan = TeamPlan(
        steps={
            robot: tuple(
                PlanStep(f"{robot}/{i}", robot, leaf, skill, args, start, end, WAY if skill == "go_to" else ())
                for i, (skill, args, start, end, leaf) in enumerate(own)
            )
            for robot, own in done.items()
        },
        assignment=assignment, windows=windows, after={}, tick_s=0.5, cost=1.0, makespan=max(clock.values()),
    )  # fmt: skip
    return plan, spec


def test_the_time_of_a_robot_is_told_apart() -> None:
    (drive,) = steps("robot_1", "p0_1", ("go_to", ("m1",), 2, 6))
    drive = replace(drive, path=((0, 0), (1, 0), (1, 0), (1, 0), (2, 0)))
    aside = PlanStep("robot_1/2", "robot_1", "", "go_to", ("m1",), 9, 10, ((2, 0), (3, 0)))
    (photo,) = steps("robot_1", "p0_1", ("photograph", ("m1",), 7, 9))
    plan = replace(PLAN, steps={"robot_1": (drive, photo, aside)}, windows={"p0_1": (2, 9), "p0_2": (11, 48)})
    assert segments(WORLD, plan, "robot_1") == (
        Segment(WAIT, 0, 2, ""),
        Segment(MOVE, 2, 3, "p0_1"),
        Segment(WAIT, 3, 5, "p0_1"),
        Segment(MOVE, 5, 6, "p0_1"),
        Segment(WAIT, 6, 7, "p0_1"),
        Segment(SKILL, 7, 9, "p0_1", "photograph m1"),
        Segment(ASIDE, 9, 10, ""),
    )
    assert segments(WORLD, plan, "robot_4") == ()


def test_the_picture_is_a_png_with_something_in_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.PNG"
    draw_gantt(path, WORLD, PLAN, SPEC, **OPTIONS)
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    pixels = imread(path)
    assert pixels.shape[1] > 1000
    assert len({tuple(pixel) for row in pixels[::7, ::7] for pixel in row}) > 10


def test_robots_tasks_skills_and_the_time_axis_are_labelled() -> None:
    picture = figure(WORLD, PLAN, SPEC, **OPTIONS)
    FigureCanvasAgg(picture).draw()
    shown = [text.get_text() for text in picture.findobj(Text) if text.get_text()]
    labels = (*PLAN.steps, "time in seconds", "waiting", "making way", "photograph m1", "guide visitor", "10", "40")
    assert [label for label in labels if label not in shown] == []
    assert any(text.startswith("Take a photo in meeting room m1") for text in shown)
    assert shown.count("b  guide the visitor to meeting room m6") == 2  # over its bars and in the key
    assert shown.count("nothing to do") == 2


@pytest.mark.parametrize(
    ("robots", "leaves", "rounds"), [(3, 2, 1), (3, 4, 10), (10, 9, 1), (10, 18, 3), (40, 60, 1), (60, 3, 1)]
)
def test_no_label_meets_another_or_leaves_the_picture(robots: int, leaves: int, rounds: int) -> None:
    plan, spec = large(robots, leaves, rounds)
    picture = figure(WORLD, plan, spec, **OPTIONS)
    canvas = FigureCanvasAgg(picture)
    canvas.draw()
    labels = [text for text in picture.findobj(Text) if text.get_text().strip() and text.get_visible()]
    boxes = [(label.get_text(), label.get_window_extent(canvas.get_renderer()).shrunk(0.98, 0.8)) for label in labels]
    assert [(one, other) for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)] == []
    whole = picture.bbox.padded(1)
    assert [text for text, box in boxes if not (whole.x0 <= box.x0 and box.x1 <= whole.x1)] == []
    assert [text for text, box in boxes if not (whole.y0 <= box.y0 and box.y1 <= whole.y1)] == []


def test_a_plan_without_steps_can_be_drawn(tmp_path: Path) -> None:
    nothing = TeamPlan({"robot_1": ()}, {"p0_1": "robot_1"}, {"p0_1": (0, 0)}, {}, 0.5, 0.0, 0)
    draw_gantt(tmp_path / "plan.png", WORLD, nothing, SPEC, **OPTIONS)
    assert (tmp_path / "plan.png").stat().st_size > 1000


def test_checking_a_file_leaves_nothing_behind(tmp_path: Path) -> None:
    require_png(tmp_path / "plan.png")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "old.png").write_bytes(b"old")
    require_png(tmp_path / "old.png")
    assert (tmp_path / "old.png").read_bytes() == b"old"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("plan.jpg", "PNG"), ("plan", "PNG"), ("nowhere/plan.png", "no folder"), ("folder.png", "cannot be written")],
)
def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(ConfigurationError, match=reason) as caught:
        require_png(tmp_path / name)
    assert caught.value.thing == f"--gantt {tmp_path / name}"
    assert caught.value.next_step


def test_without_matplotlib_the_command_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ConfigurationError, match=r"pip install 'matplotlib>=3.8,<4'"):
        require_png(tmp_path / "plan.png")
