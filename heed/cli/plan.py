"""``heed plan``: what a team would do, shown before anything moves; needs no ROS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from grounding.errors import ConfigurationError, HeedError
from grounding.logic.spec import HierarchicalSpec
from grounding.world import World
from grounding.worldfile import load_world
from heed.cli.answer import EXIT_HELP, USAGE_ERROR, guarded, own_stdout, print_json, read_text, refuse
from heed.cli.answer import answer as as_answer
from heed.outcome import Outcome
from planners.plan import PlanResult

OBJECTIVES = ("makespan", "cost")
#: Keys of ``--json`` beside those of ``heed run``, as they are before there is a plan.
NOTHING: Mapping[str, Any] = {
    "planner": None, "files": {"gantt": None, "automata": {}}, "question": None, "options": [],
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What was asked for besides the instruction.

    Attributes:
        objective: ``makespan`` or ``cost``.
        time_limit: Seconds for planning.
        gantt: PNG file to write, or None.
        automata: Folder for SVG files, or None.
        as_json: Whether to print one JSON object.
        answer: Answer to the question which meaning is meant, or None.
    """

    objective: str
    time_limit: float
    gantt: Path | None
    automata: Path | None
    as_json: bool
    answer: str | None = None

    def check(self) -> None:
        """Finds what cannot be done before any work is done.

        Raises:
            ConfigurationError: The objective is unknown, or a file cannot be written.
        """
        if self.objective not in OBJECTIVES:
            known = ", ".join(OBJECTIVES)
            raise ConfigurationError(f"--objective {self.objective}", "is not known.", f"Use one of: {known}.")
        if self.gantt is not None:
            from heed.cli.gantt import require_png

            require_png(self.gantt)
        if self.automata is not None:
            from heed.cli.automata import require_folder

            require_folder(self.automata)


def plan(
    text: Annotated[str, typer.Argument(help="The instruction; - reads it from standard input.")],
    world: Annotated[str, typer.Option(help="Name or file of the world.")] = "office",
    objective: Annotated[str, typer.Option(help="What the plan minimises: makespan or cost.")] = "makespan",
    time_limit: Annotated[float, typer.Option(min=0.05, help="Seconds for planning.")] = 2.0,
    gantt: Annotated[Path | None, typer.Option(help="PNG file for a chart of who does what when.")] = None,
    automata: Annotated[Path | None, typer.Option(help="Folder for an SVG of each formula's automaton.")] = None,
    answer: Annotated[
        str | None, typer.Option(metavar="N|WORDS", help="Which meaning is meant, where there are several.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Shows task tree, formulas, allocation and timing of an instruction; nothing moves."""
    wish = Wish(objective, time_limit, _home(gantt), _home(automata), as_json, answer)
    with own_stdout() as out:
        code = _plan(out, text, world, wish)
    raise typer.Exit(code)


plan.__doc__ = f"{plan.__doc__}\n\n{EXIT_HELP}"


def _home(path: Path | None) -> Path | None:
    return path.expanduser() if path else None


def _plan(out: TextIO, text: str, world_name: str, wish: Wish) -> int:
    instruction = ""
    try:
        instruction = read_text(text)
        world = load_world(world_name)
        wish.check()
    except HeedError as error:
        refuse(out, instruction, Outcome.REJECTED, str(error), as_json=wish.as_json, also=NOTHING)
        return USAGE_ERROR
    return guarded(lambda: _show(out, instruction, world, wish), out, instruction, as_json=wish.as_json, also=NOTHING)


def _show(out: TextIO, text: str, world: World, wish: Wish) -> Outcome:
    from heed.cli.asking import settled
    from heed.pipeline import OUTCOME_OF_PLAN, make_plan, understand

    started = time.perf_counter()
    meaning = settled(understand(text, world), world, wish.answer, ask=not wish.as_json)
    timings = {**meaning.timings_ms, "ground": 1e3 * (time.perf_counter() - started)}
    outcome, message, result = meaning.outcome, meaning.message, None
    if outcome is Outcome.SUCCEEDED:
        assert meaning.spec is not None
        started = time.perf_counter()
        level = meaning.tree.level if meaning.tree else ""
        result = make_plan(meaning.spec, world, level=level, objective=wish.objective, time_limit=wish.time_limit)
        timings["plan"] = 1e3 * (time.perf_counter() - started)
        outcome, message = OUTCOME_OF_PLAN[result.status], result.message
    chart, pictures = _draw(wish, text, world, meaning.spec, result)
    if wish.as_json:
        team_plan = result.plan if result else None
        value = as_answer(
            text,
            outcome,
            message,
            tree=meaning.tree,
            spec=meaning.spec,
            plan=team_plan,
            robots=world.robots,
            timings_ms=timings,
        )
        files = {"gantt": _path(chart), "automata": {name: _path(picture) for name, picture in pictures.items()}}
        asked = {"question": meaning.question.text or None, "options": list(meaning.question.options)}
        print_json({**value, "planner": _planner(result, wish.objective), "files": files, **asked}, out)
        return outcome
    from rich.console import Console

    from heed.cli.asking import numbered
    from heed.cli.display import outcome_panel
    from heed.cli.preview import files_written, show_plan

    console = Console(file=out)
    if result is not None and meaning.tree is not None and meaning.spec is not None:
        checked = "The independent checker accepts it."
        show_plan(console, world, meaning.tree, meaning.spec, result, objective=wish.objective, checked=checked)
    if chart or pictures:
        console.print(files_written(chart, pictures))
    if outcome is not Outcome.SUCCEEDED:
        console.print(outcome_panel(outcome.name, message))
    if meaning.question:
        console.print(f"{numbered(meaning.question)}\nAnswer with --answer, by number or in words.")
    return outcome


def _draw(
    wish: Wish, text: str, world: World, spec: HierarchicalSpec | None, result: PlanResult | None
) -> tuple[Path | str | None, dict[str, Path | str]]:
    """Writes the pictures that were asked for; where there is nothing to draw, a sentence stands for the file."""
    chart: Path | str | None = "Not written, as there is no plan." if wish.gantt else None
    pictures: dict[str, Path | str] = {}
    if wish.automata is not None and spec is not None:
        from heed.cli.automata import draw_automata

        pictures = draw_automata(wish.automata, spec)
    if wish.gantt is not None and spec is not None and result is not None and result.plan is not None:
        from heed.cli.gantt import draw_gantt
        from heed.cli.preview import planner_words, summary

        note = f"{summary(result)} {planner_words(result, wish.objective)}"
        draw_gantt(wish.gantt, world, result.plan, spec, title=text, note=note)
        chart = wish.gantt
    return chart, pictures


def _path(picture: Path | str | None) -> str | None:
    return str(picture) if isinstance(picture, Path) else None


def _planner(result: PlanResult | None, objective: str) -> dict[str, Any] | None:
    """Status, engine and proven quality; the bound in seconds for the makespan."""
    from heed.cli.preview import gap

    if result is None:
        return None
    bound = result.lower_bound
    if bound is not None and objective == "makespan" and result.plan is not None:
        bound *= result.plan.tick_s
    return {
        "status": result.status.value,
        "engine": result.engine,
        "objective": objective,
        "lower_bound": bound,
        "gap": gap(result, objective),
    }
