"""``heed status``: one screen about a fleet that is up."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from grounding.errors import HeedError
from grounding.worldfile import load_world
from heed.cli.answer import own_stdout, print_json, question_as_json, task_as_json
from heed.cli.fleet import AsJson, Wait, talking
from heed.cli.namespace import DEFAULT, Namespace, checked

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from grounding.world import World
    from heed.commander import Commander
    from heed.news import Status

#: How often ``--watch`` looks, in seconds.
LOOK_S = 0.25


def status(
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow it until Ctrl-C.")] = False,
    as_json: AsJson = False,
    namespace: Namespace = DEFAULT,
    wait: Wait = 10.0,
) -> None:
    """Shows what a fleet that is up is doing: robots and who decides what they do, mission, rules, question.

    With --watch --json there is one JSON object a line, one for every change.

    Exit status: 0, 2 wrong usage or no fleet is up (any more), 1 an internal error.
    """
    with own_stdout() as out:
        code = talking(lambda: _status(out, watch, as_json, namespace, wait), out, as_json=as_json)
    raise typer.Exit(code)


def _status(out: TextIO, watch: bool, as_json: bool, namespace: str, wait_s: float) -> int:
    from rich.console import Console

    from heed.commander import Commander

    with Commander(checked(namespace), wait_s=wait_s, log_level="error") as commander:
        console = Console(file=out)
        if watch:
            with suppress(KeyboardInterrupt):  # the way to end it
                _watch(commander, console, as_json=as_json)
        elif as_json:
            print_json(status_as_json(commander.status()), out)
        else:
            console.print(screen(commander.status(), console.width))
    return 0


def _watch(commander: Commander, console: Console, *, as_json: bool) -> None:
    """Shows every change until it is interrupted: in place on a terminal, one after the other elsewhere."""
    from rich.live import Live

    if console.is_terminal and not as_json:
        with Live(console=console, auto_refresh=False) as live:
            for now in _looks(commander):
                live.update(screen(now, console.width), refresh=True)
        return
    before = None
    for now in _looks(commander):
        told = _timeless(now)
        if told == before:
            continue
        before = told
        if as_json:
            console.file.write(json.dumps(status_as_json(now), ensure_ascii=False) + "\n")
            console.file.flush()
        else:
            console.print(screen(now, console.width))


def _looks(commander: Commander) -> Iterator[Status]:
    while True:
        yield commander.status()
        time.sleep(LOOK_S)


def _timeless(status: Status) -> dict[str, Any]:
    """What is worth telling when it changes: not the time, nor every step on a robot's way."""
    value = status_as_json(status)
    for robot in value["robots"].values():
        robot.pop("pose", None)
        robot.pop("cell", None)
    return {key: part for key, part in value.items() if key not in ("time", "fraction")}


def screen(status: Status, width: int) -> RenderableType:
    """The whole screen."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    from heed.cli.display import mode_words, question_words, robots, said_words, tasks

    parts: list[RenderableType] = [Text(mission_words(status), style="bold")]
    if status.tree is not None:
        parts.append(tasks(status.tree, status.progress, width, None))
    if status.state is not None:
        parts.append(robots(_world(status.world), status.state, status.session.robots))
    else:
        modes = (f"{name} {mode_words(mode)}" for name, mode in status.session.robots.items())
        parts.append(Text("\n".join(["Nobody observes the robots: sim_node is not up.", *modes])))
    if status.session.rules:
        rules = "\n".join(f"  {rule.text}{_limits(rule.robots, rule.until)}" for rule in status.session.rules)
        parts.append(Text(f"rules in force\n{rules}"))
    if status.session.question:
        parts.append(Text(f"asks: {question_words(status.session.question)}", style="bold yellow"))
    if status.said is not None:
        parts.append(Text(said_words(status.said), style="dim"))
    rows = [row for part in parts for row in (part, Text())][:-1]
    simulated = f" · {status.state.time:.0f} s simulated" if status.state is not None else ""
    title = f"[bold]heed[/] · {status.world or 'world not known'}{simulated}"
    return Panel(Group(*rows), title=title, title_align="left", border_style="blue", padding=(0, 1))


def mission_words(status: Status) -> str:
    """What runs, or how the last mission ended, in one sentence."""
    from heed.cli.display import STAGES

    mission = status.mission
    if not status.running:
        ended = f" {mission.mission} ended: {mission.sentence}" if mission is not None and mission.mission else ""
        return f"Nothing is running.{ended}"
    if mission is None or mission.mission != status.session.mission:
        return f"{status.session.mission} is running."
    doing = f": {mission.sentence}" if mission.sentence else ""
    return f"{mission.mission} {mission.fraction:.0%} {STAGES.get(mission.stage.value, mission.stage.value)}{doing}"


def _limits(robots: tuple[str, ...], until: float) -> str:
    """Whom a rule binds and until when, where it is not everybody and to the end."""
    whom = f"for {', '.join(robots)}" if robots else ""
    when = f"until {until:.0f} s" if until else ""
    limits = ", ".join(part for part in (whom, when) if part)
    return f" ({limits})" if limits else ""


@lru_cache(maxsize=4)
def _world(name: str) -> World | None:
    """The world of this name among those that ship with Heed; None where it is somebody's own."""
    try:
        return load_world(name)
    except HeedError:
        return None


def status_as_json(status: Status) -> dict[str, Any]:
    """The JSON object of a status; every key is always there, null or empty where unknown."""
    mission = status.mission
    told = mission is not None and (not status.running or mission.mission == status.session.mission)
    modes, seen = status.session.robots, status.state.robots if status.state else {}
    return {
        "running": status.session.mission or None,
        "mission": mission.mission if mission and told else None,
        "stage": mission.stage.value if mission and told else None,
        "fraction": mission.fraction if mission and told else None,
        "sentence": mission.sentence if mission and told else None,
        "world": status.world or None,
        "time": status.state.time if status.state else None,
        "robots": {
            name: {
                "mode": modes[name].mode.name if name in modes else None,
                "why": modes[name].sentence or None if name in modes else None,
                "cell": list(seen[name].cell) if name in seen else None,
                "pose": list(seen[name].pose) if name in seen else None,
                "holding": seen[name].holding if name in seen else None,
                "doing": seen[name].skill or None if name in seen else None,
                "alive": seen[name].alive if name in seen else None,
            }
            for name in dict.fromkeys([*modes, *seen])
        },
        "tree": task_as_json(status.tree.root) if status.tree else None,
        "progress": {
            node: {"state": one.state.value, "robot": one.robot or None, "sentence": one.sentence}
            for node, one in status.progress.items()
        },
        "rules": [
            {"id": rule.id, "text": rule.text, "formula": rule.formula, "robots": list(rule.robots),
             "until": rule.until or None}
            for rule in status.session.rules
        ],
        **question_as_json(status.session.question),
        "said": {"text": status.said.text, "speaker": status.said.speaker, "act": status.said.spoken.act.kind.value,
                 "accepted": status.said.spoken.accepted, "sentence": status.said.spoken.sentence}
        if status.said else None,
    }  # fmt: skip
