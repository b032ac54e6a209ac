"""``heed launch``: what ``ros2 launch`` does, without a ROS install."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from grounding.errors import ConfigurationError
from heed.cli.namespace import checked
from heed.environment import child_environment, package_share
from heed.launching.reader import Argument, read_arguments, read_launch


def launch(
    file: Annotated[str, typer.Argument(help="A launch file (YAML), or the name of one that ships with Heed.")],
    arguments: Annotated[list[str] | None, typer.Argument(metavar="[NAME:=VALUE]...", help="Its arguments.")] = None,
    namespace: Annotated[str | None, typer.Option(help="Namespace of the fleet, the same as namespace:=NAME.")] = None,
    show_args: Annotated[bool, typer.Option("--show-args", "-s", help="Show its arguments and exit.")] = False,
) -> None:
    """Starts every node of a ROS 2 launch file in a process of its own.

    What nodes say goes to a log, warnings and errors also to the terminal.
    Exit status: that of the node whose end ended the launch (the operator,
    where there is an instruction), 130 after Ctrl-C, 2 where it cannot start.
    """
    path = find_launch_file(file)
    if show_args:
        _show(path, read_arguments(path))
        return
    values = parse_values([*(arguments or []), *([f"namespace:={checked(namespace)}"] if namespace else [])])
    specs = read_launch(path, values, child_environment(os.environ))
    if not specs:
        raise ConfigurationError(str(path), "starts no node with these arguments.", "See --show-args.")
    from heed.launching.processes import run_processes
    from heed.nodes.claim import require_free

    for spec in specs:
        domain = spec.environment.get("ROS_DOMAIN_ID", os.environ.get("ROS_DOMAIN_ID")) or "0"
        require_free([spec.node] if spec.node else [], int(domain) if domain.isdigit() else 0)
    raise typer.Exit(run_processes(specs))


def find_launch_file(file: str) -> Path:
    """The launch file of this path, or of this name among those that ship with Heed.

    Raises:
        ConfigurationError: There is neither.
    """
    share = package_share("heed", os.environ)
    shipped = sorted((share / "launch").glob("*.launch.yaml")) if share else []
    for path in (Path(file), *(path for path in shipped if path.name in (file, f"{file}.launch.yaml"))):
        if path.is_file():
            return path
    names = ", ".join(path.name for path in shipped) or "none"
    raise ConfigurationError(f"launch file {file}", "was not found.", f"Give its path; Heed ships: {names}.")


def parse_values(arguments: Sequence[str]) -> dict[str, str]:
    """Argument -> value, from ``name:=value``.

    Raises:
        ConfigurationError: One is not of that form, or a name is there twice.
    """
    values: dict[str, str] = {}
    for argument in arguments:
        name, assigned, value = argument.partition(":=")
        if not assigned or not name:
            raise ConfigurationError(f"launch argument {argument!r}", "is not of the form name:=value.")
        if name in values:
            raise ConfigurationError(f"launch argument {name}:=", "is given twice.", "Give it once.")
        values[name] = value
    return values


def _show(path: Path, arguments: Sequence[Argument]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("argument", "default", "what it is"):
        table.add_column(title, overflow="fold")
    for argument in arguments:
        choices = f" One of: {', '.join(argument.choices)}." if argument.choices else ""
        default = "(has to be given)" if argument.default is None else argument.default or '""'
        table.add_row(argument.name, default, f"{argument.description}{choices}")
    console = Console()
    console.print(f"{path}\n", markup=False, highlight=False)
    console.print(table, markup=False, highlight=False)
