"""Runs the processes of a launch file: starts them, shows what they say, and ends them all together."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
import tempfile
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import yaml
from rich.console import Console
from rich.text import Text

from grounding.errors import ConfigurationError
from heed.environment import child_environment, find_executable, log_folder
from heed.launching.reader import ProcessSpec

#: What is sent to a process that has to end, and how many seconds it then has.
FAREWELLS = ((signal.SIGINT, 15.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
#: Exit status of a launch that a person interrupted.
INTERRUPTED = 130
#: How many of its last lines are shown when a process dies.
LAST_LINES = 10
STYLES = ("cyan", "magenta", "blue", "yellow", "green", "bright_black")
#: Loaded before any fork: a child may not load libraries.
_LIBC = ctypes.CDLL(None)
_SET_PARENT_DEATH_SIGNAL = 1
LOUD = ("[WARN]", "[ERROR]", "[FATAL]")


@dataclass
class _Child:
    """A process that was started."""

    spec: ProcessSpec
    process: asyncio.subprocess.Process
    style: str
    output: asyncio.StreamReader | None
    last: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    loud: bool = False

    @property
    def alive(self) -> bool:
        return self.process.returncode is None


def run_processes(specs: Sequence[ProcessSpec], *, console: Console | None = None) -> int:
    """Runs processes until one that ends the launch has ended, all have, or a person interrupts.

    What processes say goes to a log, warnings and errors until the end begins also to the console;
    a process with ``screen`` has the terminal to itself. Nothing is left running afterwards.

    Args:
        specs: What to run.
        console: Where to tell what goes on; standard error where None.

    Returns:
        The exit status of the process that ended the launch, 130 after an interrupt, else the
        first status that is not 0. A process that a signal killed counts as 128 + its number.

    Raises:
        ConfigurationError: A package or an executable is not installed.
    """
    environment = child_environment(os.environ)
    commands = [_executable(spec, environment) for spec in specs]
    folder = log_folder(environment) / f"heed-{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}"
    folder.mkdir(parents=True, exist_ok=True)
    environment["ROS_LOG_DIR"] = str(folder)
    with ExitStack() as stack:
        log = stack.enter_context((folder / "launch.log").open("w", encoding="utf-8"))
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="heed_launch_")))
        supervisor = _Supervisor(console or Console(stderr=True), log, environment)
        lines = [[*command, *_arguments(spec, scratch)] for command, spec in zip(commands, specs, strict=True)]
        supervisor.say(f"{len(specs)} nodes; what they say is kept in {log.name}", style="bright_black")
        return asyncio.run(supervisor.run(list(zip(specs, lines, strict=True))))


def _executable(spec: ProcessSpec, environment: Mapping[str, str]) -> list[str]:
    path = find_executable(spec.package, spec.executable, environment)
    if path is None:
        raise ConfigurationError(
            f"node {spec.name}",
            f"the executable {spec.executable!r} of package {spec.package!r} is not installed.",
            "Run: heed doctor" if spec.package == "heed" else "Install that ROS package, or leave the node out.",
        )
    return [str(path)]


def _arguments(spec: ProcessSpec, scratch: Path) -> list[str]:
    """The command line after the executable; parameters that the launch file sets go through files."""
    arguments = [*spec.args, "--ros-args", *spec.ros_args]
    for index, parameters in enumerate(spec.parameters):
        file = parameters
        if not isinstance(parameters, Path):
            file = scratch / f"{spec.name}-{index}.yaml"
            # The full name wins over the patterns of the files before it; a pattern would not.
            content = {spec.node or "/**": {"ros__parameters": dict(parameters)}}
            file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        arguments += ["--params-file", str(file)]
    return arguments


class _Supervisor:
    """Watches over the processes of one launch."""

    def __init__(self, console: Console, log: TextIO, environment: Mapping[str, str]) -> None:
        self._console, self._log, self._environment = console, log, environment
        self._children: list[_Child] = []
        self._held: list[Text] = []
        self._status: int | None = None
        self._ending = asyncio.Event()
        self._hurry = asyncio.Event()

    async def run(self, specs: Sequence[tuple[ProcessSpec, Sequence[str]]]) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._interrupt)
        watchers: list[asyncio.Task[None]] = []
        try:
            for index, (spec, command) in enumerate(specs):
                child = await self._start(spec, command, STYLES[index % len(STYLES)])
                self._children.append(child)
                watchers.append(loop.create_task(self._watch(child)))
            await _first([self._ending.wait(), _all_ended(self._children)])
            await self._end([child for child in self._children if child.spec.screen])
            await self._end(self._children)
            await asyncio.gather(*watchers)
        finally:
            for child in self._children:
                _signal_group(child, signal.SIGKILL)
        self._release()
        if self._status is None:
            codes = (_status(child) for child in self._children)
            self._status = next((code for code in codes if code), 0)
        return self._status

    async def _start(self, spec: ProcessSpec, command: Sequence[str], style: str) -> _Child:
        # A pipe of our own: asyncio's would have us wait for everybody who holds its other end.
        source, target = (None, None) if spec.screen else os.pipe()
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                env={**self._environment, **spec.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=target,
                stderr=target,
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        except OSError as error:
            raise ConfigurationError(f"node {spec.name}", f"{command[0]} does not start ({error}).") from error
        finally:
            if target is not None:
                os.close(target)
        return _Child(spec, process, style, None if source is None else await _stream(source))

    async def _watch(self, child: _Child) -> None:
        """Follows one process to its end."""
        reader = asyncio.create_task(self._read(child))
        await child.process.wait()
        _signal_group(child, signal.SIGKILL)  # what it may have left behind
        await reader
        if not self._ending.is_set():
            self._report(child)
            if child.spec.ends_launch:
                self._status = _status(child)
                self._ending.set()
        if child.spec.screen:
            self._release()

    async def _read(self, child: _Child) -> None:
        if child.output is None:
            return
        rest = b""
        while block := await child.output.read(65536):
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                self._line(child, line)
        if rest:
            self._line(child, rest)

    def _line(self, child: _Child, raw: bytes) -> None:
        line = raw.decode(errors="replace").rstrip("\r")
        child.last.append(line)
        self._log.write(f"[{child.spec.name}] {line}\n")
        self._log.flush()
        if line.startswith("["):  # a line without a level belongs to the one before it
            child.loud = line.startswith(LOUD)
        if child.loud and not self._ending.is_set():
            self._tell(Text.assemble((f"[{child.spec.name}] ", child.style), line))

    def _report(self, child: _Child) -> None:
        """Tells of a node that ended although nobody asked it to."""
        code = child.process.returncode or 0
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit status {code}"
        if child.spec.screen and code >= 0:
            return  # it has told the terminal itself
        self.say(f"{child.spec.name} {how}.", style="bold red" if code else "bold")
        shown = [] if child.loud else child.last
        for line in shown:
            self._tell(Text(f"    {line}", style="bright_black"))

    async def _end(self, children: Sequence[_Child]) -> None:
        """Ends processes: politely, then firmly; a person who interrupts again shortens the wait."""
        self._ending.set()
        for number, patience in FAREWELLS:
            alive = [child for child in children if child.alive]
            if not alive:
                return
            if number is not signal.SIGINT:
                self.say(f"{', '.join(c.spec.name for c in alive)} did not end; sending {number.name}.", style="red")
            for child in alive:
                _signal_group(child, number)
            self._hurry.clear()
            await _first([self._hurry.wait(), _all_ended(alive)], patience)

    def _interrupt(self) -> None:
        if self._ending.is_set():
            self._hurry.set()
        else:
            self._status = INTERRUPTED
            self._ending.set()

    def say(self, sentence: str, style: str = "") -> None:
        """Tells a person what goes on."""
        self._log.write(f"[heed] {sentence}\n")
        self._tell(Text.assemble(("[heed] ", "bright_black"), (sentence, style)))

    def _tell(self, text: Text) -> None:
        """Prints a line; waits while a process draws on this terminal."""
        if self._console.is_terminal and any(child.spec.screen and child.alive for child in self._children):
            self._held.append(text)
        else:
            self._console.print(text, soft_wrap=True)

    def _release(self) -> None:
        while self._held:
            self._console.print(self._held.pop(0), soft_wrap=True)


async def _stream(source: int) -> asyncio.StreamReader:
    """A reader for the end of a pipe."""
    reader = asyncio.StreamReader()
    pipe = os.fdopen(source, "rb", buffering=0)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    return reader


async def _all_ended(children: Iterable[_Child]) -> None:
    for child in children:
        await child.process.wait()


async def _first(waits: Iterable[Coroutine[Any, Any, object]], timeout: float | None = None) -> None:
    """Waits until the first of several things has happened, at most so many seconds."""
    tasks = [asyncio.create_task(wait) for wait in waits]
    await asyncio.wait(tasks, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()


def _status(child: _Child) -> int:
    """Exit status as a shell counts it."""
    code = child.process.returncode or 0
    return 128 - code if code < 0 else code


def _signal_group(child: _Child, number: signal.Signals) -> None:
    """Signals a process and all it has started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.process.pid, number)


def _end_with_parent() -> None:
    """Has the kernel interrupt this process when the launch is killed outright (Linux)."""
    if sys.platform == "linux":
        _LIBC.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGINT)
