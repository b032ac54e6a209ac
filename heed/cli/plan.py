"""``heed plan``: what a team would do, shown before anything moves; needs no ROS."""

from __future__ import annotations

import time
from typing import Annotated, TextIO

import typer

from grounding.errors import ConfigurationError, HeedError
from grounding.world import World
from grounding.worldfile import load_world
from heed.cli.answer import EXIT_HELP, USAGE_ERROR, answer, guarded, own_stdout, print_json, read_text, refuse
from heed.outcome import Outcome

OBJECTIVES = ("makespan", "cost")


def plan(
    text: Annotated[str, typer.Argument(help="The instruction; - reads it from standard input.")],
    world: Annotated[str, typer.Option(help="Name or file of the world.")] = "office",
    objective: Annotated[str, typer.Option(help="What the plan minimises: makespan or cost.")] = "makespan",
    time_limit: Annotated[float, typer.Option(min=0.05, help="Seconds for planning.")] = 2.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
) -> None:
    """Shows task tree, formulas, allocation and timing of an instruction; nothing moves."""
    with own_stdout() as out:
        code = _plan(out, text, world, objective=objective, time_limit=time_limit, as_json=as_json)
    raise typer.Exit(code)


plan.__doc__ = f"{plan.__doc__}\n\n{EXIT_HELP}"


def _plan(out: TextIO, text: str, world_name: str, *, objective: str, time_limit: float, as_json: bool) -> int:
    instruction = ""
    try:
        instruction = read_text(text)
        world = load_world(world_name)
        if objective not in OBJECTIVES:
            raise ConfigurationError(
                f"--objective {objective}", "is not known.", f"Use one of: {', '.join(OBJECTIVES)}."
            )
    except HeedError as error:
        refuse(out, instruction, Outcome.REJECTED, str(error), as_json=as_json)
        return USAGE_ERROR
    return guarded(
        lambda: _show(out, instruction, world, objective, time_limit, as_json=as_json),
        out,
        instruction,
        as_json=as_json,
    )


def _show(out: TextIO, text: str, world: World, objective: str, time_limit: float, *, as_json: bool) -> Outcome:
    from heed.pipeline import OUTCOME_OF_PLAN, make_plan, understand

    started = time.perf_counter()
    meaning = understand(text, world)
    timings = {**meaning.timings_ms, "ground": 1e3 * (time.perf_counter() - started)}
    outcome, message, result = meaning.outcome, meaning.message, None
    if outcome is Outcome.SUCCEEDED:
        assert meaning.spec is not None
        started = time.perf_counter()
        result = make_plan(meaning.spec, world, objective=objective, time_limit=time_limit)
        timings["plan"] = 1e3 * (time.perf_counter() - started)
        outcome, message = OUTCOME_OF_PLAN[result.status], result.message
    if as_json:
        team_plan = result.plan if result else None
        value = answer(
            text,
            outcome,
            message,
            tree=meaning.tree,
            spec=meaning.spec,
            plan=team_plan,
            robots=world.robots,
            timings_ms=timings,
        )
        print_json(value, out)
        return outcome
    from rich.console import Console

    from heed.cli.display import outcome_panel
    from heed.cli.preview import show_plan

    console = Console(file=out)
    if result is not None and meaning.tree is not None and meaning.spec is not None:
        show_plan(console, world, meaning.tree, meaning.spec, result, checked="The independent checker accepts it.")
    if outcome is not Outcome.SUCCEEDED:
        console.print(outcome_panel(outcome.name, message))
    return outcome
