"""The ``heed`` command. A sub-command is imported only when it is used, so that help is quick."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated, Any, NoReturn

import typer

from grounding.errors import ConfigurationError, HeedError
from heed.environment import prepare

#: Sub-command -> module, function, what it does.
COMMANDS: Mapping[str, tuple[str, str, str]] = {
    "run": ("heed.cli.run", "run", "Has an instruction carried out by a team of simulated robots and verified."),
    "say": ("heed.cli.say", "say", "Says something to a fleet that is up: a correction, a question, an instruction."),
    "status": ("heed.cli.status", "status", "Shows what a fleet that is up is doing, and who decides it."),
    "cancel": ("heed.cli.cancel", "cancel", "Ends a mission of a fleet that is up; its robots stand when it returns."),
    "plan": ("heed.cli.plan", "plan", "Shows the task tree, formulas, allocation and timing before anything moves."),
    "worlds": ("heed.cli.worlds", "worlds", "Lists the worlds, or describes one."),
    "eval": ("heed.cli.eval", "app", "Measures a part of Heed on published cases."),
    "ground": ("heed.cli.ground", "ground", "Says at which level a command speaks and what it asks for."),
    "translate": ("heed.cli.translate", "translate", "Turns an instruction into a task tree and formulas."),
    "train": ("heed.cli.train", "app", "Trains a model of Heed."),
    "launch": ("heed.cli.launch", "launch", "Starts every node in a process of its own, from a ROS 2 launch file."),
    "doctor": ("heed.cli.doctor", "doctor", "Says what is installed, what is missing and how to mend it."),
}
INTERNAL_ERROR, USAGE_ERROR = 1, 2


def main() -> NoReturn:
    """Entry point of the ``heed`` command."""
    prepare()
    try:
        build(sys.argv[1:])()
    except HeedError as error:
        _complain(str(error))
        sys.exit(USAGE_ERROR)
    except Exception as error:
        if os.environ.get("HEED_DEBUG"):
            raise
        _complain(f"Internal error: {type(error).__name__}: {error} (HEED_DEBUG=1 shows where).")
        sys.exit(INTERNAL_ERROR)
    sys.exit(0)


def build(arguments: Sequence[str]) -> typer.Typer:
    """The command line application, complete for the sub-command that the arguments name.

    Args:
        arguments: What follows ``heed`` on the command line.

    Raises:
        ConfigurationError: A package that the sub-command needs is not installed.
    """
    app = typer.Typer(
        name="heed",
        help="Heed makes robots listen: one instruction in plain English, a team that carries it out.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for name, (module, function, summary) in COMMANDS.items():
        loaded = _load(module, function) if name in arguments else None
        if isinstance(loaded, typer.Typer):
            app.add_typer(loaded, name=name, help=summary)
        else:
            app.command(name, help=None if loaded else summary)(loaded or _other)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"heed {_version()}")
        raise typer.Exit


def _options(
    show_version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    pass


def _other() -> None:
    """Stands for a sub-command that the arguments do not name."""


def _load(module: str, function: str) -> Callable[..., Any]:
    try:
        return getattr(importlib.import_module(module), function)  # type: ignore[no-any-return]
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"the Python package {error.name}", "is needed for this command and not installed.", "Run: make setup"
        ) from error


def _version() -> str:
    try:
        return version("heed")
    except PackageNotFoundError:
        return "(not installed)"


def _complain(sentence: str) -> None:
    """One sentence on standard error, red on a terminal."""
    red, plain = ("\033[31m", "\033[0m") if sys.stderr.isatty() else ("", "")
    print(f"{red}{sentence}{plain}", file=sys.stderr)


if __name__ == "__main__":
    main()
