"""``heed run``: one instruction, carried out by a team of simulated robots in this process."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

import sim
from grounding.errors import ConfigurationError, HeedError
from grounding.world import World
from grounding.worldfile import load_world
from heed.cli.answer import EXIT_HELP, USAGE_ERROR, guarded, own_stdout, read_text, refuse
from heed.cli.namespace import DEFAULT, Namespace, checked
from heed.outcome import Outcome


def run(
    text: Annotated[str, typer.Argument(help="The instruction; - reads it from standard input.")],
    world: Annotated[str, typer.Option(help="Name or file of the world.")] = "office",
    physics: Annotated[str, typer.Option(help="What moves the world: kinematic or pybullet.")] = "kinematic",
    headless: Annotated[bool, typer.Option("--headless/--gui", help="Run without or with a window (pybullet).")] = True,
    speed: Annotated[
        float, typer.Option(min=0.0, help="Simulated seconds per second; 0 = as fast as the machine allows.")
    ] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="Seed of every random choice.")] = 0,
    episodes: Annotated[Path, typer.Option(help="Folder for recordings.")] = Path("~/heed_episodes"),
    record: Annotated[bool, typer.Option("--record/--no-record", help="Whether to record the run.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")] = False,
    timeout: Annotated[float | None, typer.Option(help="Cancel after so many seconds.")] = None,
    fail: Annotated[
        list[str] | None, typer.Option(help="Let a skill fail with a probability: pick_up=0.3 (may be repeated).")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Save a picture of the scene at the end (pybullet).")] = None,
    namespace: Namespace = DEFAULT,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show what the nodes log.")] = False,
) -> None:
    """Has an instruction carried out by a team of simulated robots and verified.

    What can be meant in more than one way is asked about on a terminal; elsewhere the question is
    printed with its options. To talk to a team while it works, use heed launch and heed say.
    """
    with own_stdout() as out:
        code = _run(
            out,
            text,
            world,
            as_json=as_json,
            timeout=timeout,
            picture=picture,
            namespace=namespace,
            fail=fail or (),
            physics=physics,
            headless=headless,
            real_time_factor=speed,
            seed=seed,
            episodes=str(episodes.expanduser()) if record else "",
            log_level="info" if verbose else "error",
        )
    raise typer.Exit(code)


run.__doc__ = f"{run.__doc__}\n\n{EXIT_HELP}"


def _run(
    out: TextIO,
    text: str,
    world_name: str,
    *,
    as_json: bool,
    timeout: float | None,
    picture: Path | None,
    namespace: str,
    fail: Sequence[str],
    physics: str,
    seed: int,
    episodes: str,
    **settings: Any,
) -> int:
    """The run itself; returns the exit status."""
    instruction = ""
    try:
        instruction = read_text(text)
        world, namespace = load_world(world_name), checked(namespace)
        if physics not in sim.PHYSICS:
            raise ConfigurationError(f"--physics {physics}", "is not known.", f"Use one of: {', '.join(sim.PHYSICS)}.")
        faults = parse_faults(fail, world, seed)
        if episodes:
            require_folder(Path(episodes))
    except HeedError as error:
        refuse(out, instruction, Outcome.REJECTED, str(error), as_json=as_json)
        return USAGE_ERROR

    def work() -> Outcome:
        from heed.cli.follow import carry_out, tell
        from heed.commander import Commander

        fleet: dict[str, Any] = {
            "world": world_name,
            "physics": physics,
            "seed": seed,
            "faults": faults,
            "episodes": episodes,
        }
        with Commander(namespace, in_process=True, **fleet, **settings) as commander:
            result = carry_out(commander, world, instruction, out, as_json=as_json, timeout=timeout)
            if picture is not None:
                _save(commander.picture(), picture)
        return tell(result, world, instruction, out, as_json=as_json)

    return guarded(work, out, instruction, as_json=as_json)


def require_folder(folder: Path) -> None:
    """Makes a folder for episodes where there is none.

    Raises:
        ConfigurationError: Nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            f"--episodes {folder}", f"cannot be made: {error.strerror}.", "Name another folder, or use --no-record."
        ) from error
    if not os.access(folder, os.W_OK):
        raise ConfigurationError(
            f"--episodes {folder}", "cannot be written to.", "Name another folder, or use --no-record."
        )


def parse_faults(fail: Sequence[str], world: World, seed: int) -> str:
    """The ``--fail SKILL=PROBABILITY`` options as the simulator takes them.

    Raises:
        ConfigurationError: One is malformed or names a skill that the world does not have.
    """
    probability: dict[str, float] = {}
    for entry in fail:
        skill, _, number = entry.partition("=")
        try:
            chance = float(number)
        except ValueError:
            chance = -1.0
        if skill not in world.skills:
            raise ConfigurationError(
                f"--fail {entry}",
                f"world {world.name!r} has no skill {skill!r}.",
                f"Its skills are: {', '.join(world.skills)}.",
            )
        if not 0.0 <= chance <= 1.0:
            raise ConfigurationError(
                f"--fail {entry}", "the probability must be between 0 and 1.", "Write pick_up=0.3."
            )
        probability[skill] = chance
    return json.dumps({"probability": probability, "seed": seed}) if probability else ""


def _save(png: bytes | None, path: Path) -> None:
    if png is None:
        print(f"{path}: no picture was taken, since this world has no camera. Use --physics pybullet.", file=sys.stderr)
        return
    try:
        path.write_bytes(png)
    except OSError as error:
        print(f"{path}: the picture cannot be written: {error.strerror}.", file=sys.stderr)
