"""Live progress of a mission in a terminal, or as plain lines where there is none.

Everything is drawn from a :class:`heed.commander.Feedback`, plain data that any source can fill
in: the running system, a recorded episode or a test.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from grounding.logic.monitor import FormulaVerdict, Truth
from grounding.mission.task import NodeState, Relation, Task, TaskTree
from grounding.state import RobotState, WorldState
from grounding.world import World
from heed.dialogue import Mode, Question, RobotMode
from heed.news import Exchange, Feedback
from heed.progress import NodeProgress

#: State or verdict -> (symbol, style). Symbols differ in shape, so colour is never needed.
MARKS: Mapping[str, tuple[str, str]] = {
    "pending": ("○", "dim"),
    "running": ("▶", "bold cyan"),
    "done": ("✔", "green"),
    "failed": ("✘", "bold red"),
    "skipped": ("–", "dim"),
    "satisfied": ("✔", "green"),
    "violated": ("✘", "bold red"),
    "unobserved": ("?", "bold yellow"),
}
STAGES: Mapping[str, str] = {
    "": "starting",
    "ground": "understanding",
    "ask": "asking",
    "plan": "planning",
    "execute": "carrying out",
    "verify": "verifying",
    "done": "done",
}
#: Formulas are listed in this order where there is not room for all.
URGENCY = (Truth.VIOLATED, Truth.UNOBSERVED, Truth.PENDING, Truth.SATISFIED)
#: Below this width reasons of formulas get no column of their own.
WIDE = 100
#: Terminals with fewer rows get a picture without gaps.
TALL = 36
#: What instructions of a level of abstraction speak of.
LEVELS = {
    "L0": "single steps",
    "L1": "doors and single objects",
    "L2": "rooms and what is in them",
    "L3": "several tasks",
}
#: Rows of such a picture besides tasks, formulas and robots: frame, instruction, titles, bar.
FRAME_ROWS = 6


class Display:
    """Shows how a mission goes; use it as a context manager.

    On a terminal one picture is kept up to date; elsewhere (pipes, logs) one line is printed for
    every change that matters.

    Args:
        console: Where to draw.
        world: The world of the mission.
        instruction: The words of the operator.
    """

    def __init__(self, console: Console, world: World, instruction: str) -> None:
        self.feedback = Feedback()
        self._console = console
        self._world = world
        self._instruction = instruction
        self._started = time.monotonic()
        self._live: Live | None = None
        if console.is_terminal:
            self._live = Live(get_renderable=self._draw, console=console, refresh_per_second=8, transient=True)

    def __enter__(self) -> Display:
        if self._live:
            self._live.start()
        else:
            self._console.print(f"{self._world.name}: {_shorten(self._instruction)}", markup=False, highlight=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()
            self._console.print(self._draw(whole=True))

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Takes the picture away while something else has the terminal."""
        if self._live:
            self._live.stop()
        try:
            yield
        finally:
            if self._live:
                self._live.start()

    def update(self, feedback: Feedback) -> None:
        """Shows what has changed."""
        previous, self.feedback = self.feedback, feedback
        if self._live is None:
            for line in changes(previous, feedback):
                self._console.print(f"{_clock(feedback)}  {line}", markup=False, highlight=False, soft_wrap=True)

    def _draw(self, whole: bool = False) -> RenderableType:
        return draw(
            self._world,
            self._instruction,
            self.feedback,
            elapsed=time.monotonic() - self._started,
            width=self._console.width,
            height=None if whole else self._console.height,
        )


def draw(
    world: World, instruction: str, feedback: Feedback, *, elapsed: float, width: int, height: int | None = None
) -> RenderableType:
    """The whole picture.

    Args:
        world: The world.
        instruction: The words of the operator.
        feedback: What is known.
        elapsed: Wall-clock seconds since the start.
        width: Columns.
        height: Rows there is room for, None for as many as it takes; finished tasks and satisfied
            formulas are folded away where room is short.
    """
    task_rows = formula_rows = None
    compact = height is not None and height < TALL
    if height is not None:
        left = height - (FRAME_ROWS if compact else FRAME_ROWS + 6) - len(world.robots) - len(talk(feedback))
        formula_rows = min(len(feedback.monitor), max(3, left // 3))
        task_rows = max(4, left - formula_rows)
    parts: list[RenderableType] = [
        Text(f"“{_shorten(instruction, (1 if compact else 2) * width - 24)}”", style="italic")
    ]
    if feedback.tree is not None:
        parts.append(tasks(feedback.tree, feedback.progress, width, task_rows))
    if feedback.state is not None:
        parts.append(robots(world, feedback.state, feedback.session.robots))
    if feedback.monitor:
        parts.append(_formulas(feedback.monitor, width, formula_rows))
    if said := talk(feedback):
        parts.append(Group(*(Text(line, no_wrap=True, overflow="ellipsis") for line in said)))
    parts.append(_bar(feedback, elapsed))
    if not compact:
        parts = [row for part in parts for row in (part, Text())][:-1]
    level = f" · {level_words(feedback.tree.level)[3:]}" if feedback.tree is not None else ""
    title = f"[bold]heed[/] · {world.name} · {len(world.robots)} robot{'s' * (len(world.robots) != 1)}{level}"
    return Panel(Group(*parts), title=title, title_align="left", border_style="blue", padding=(0, 1))


def level_words(level: str) -> str:
    """At which level of abstraction an instruction was given, in words; empty where it is not known.

    >>> level_words("L0")
    'at level L0, single steps'
    """
    return f"at level {level}, {LEVELS[level]}" if level in LEVELS else ""


def mark(state: str) -> Text:
    """The symbol of a state or verdict."""
    symbol, style = MARKS.get(state, ("?", "yellow"))
    return Text(symbol, style=style)


def words(task: Task) -> str:
    """What a task is, also for a group that has no words of its own."""
    if task.is_leaf:
        return task.text
    how = "one of these" if task.relation is Relation.EITHER else "all of these"
    if len(task.children) == 1:
        how = "one task"
    elif task.order:
        complete = len(task.order) >= len(task.children) - 1
        how = "all of these, in this order" if complete else "all of these, some in order"
    return f"{task.text} ({how})" if task.text else how


def talk(feedback: Feedback) -> list[str]:
    """What was said last with what became of it, and what is asked; a line each, none where nothing was."""
    lines = [said_words(feedback.said)] if feedback.said else []
    question = feedback.question or feedback.session.question
    return [*lines, f"asks: {question_words(question)}"] if question else lines


def said_words(said: Exchange) -> str:
    """Something that was said, and what became of it."""
    spoken = said.spoken
    became = spoken.sentence or ("accepted" if spoken.accepted else "refused")
    return f"{said.speaker or 'said'}: “{_shorten(said.text, 80)}” {became}"


def question_words(question: Question) -> str:
    """A question with its numbered options in one line."""
    options = " ".join(f"{number}: {option}." for number, option in enumerate(question.options, 1))
    return f"{question.text} {options}".rstrip()


def mode_words(mode: RobotMode) -> str:
    """Who decides what a robot does, and why.

    >>> mode_words(RobotMode(Mode.PAUSED, "was told to stop"))
    'PAUSED: was told to stop'
    """
    return f"{mode.mode.name}: {mode.sentence}" if mode.sentence else mode.mode.name


def changes(before: Feedback, after: Feedback) -> Iterable[str]:
    """One line of text for every change worth telling."""
    if after.stage != before.stage:
        yield f"{STAGES.get(after.stage, after.stage)}: {after.sentence}".rstrip(": ")
    if after.said is not None and after.said != before.said:
        yield said_words(after.said)
    for name, mode in after.session.robots.items():
        if mode != before.session.robots.get(name, RobotMode()):
            yield f"{name} {mode_words(mode)}"
    asked = after.question or after.session.question
    if asked and asked.id != (before.question or before.session.question).id:
        yield f"asks: {question_words(asked)}"
    if after.tree is not None and before.tree is None:
        yield f"understood {level_words(after.tree.level)}".rstrip()
    if after.tree is not None:
        for task in after.tree.root.walk():
            old, new = (s.progress.get(task.id, NodeProgress()) for s in (before, after))
            if new.state != old.state and (task.is_leaf or new.state is NodeState.FAILED):
                yield f"{MARKS[new.state.value][0]} {words(task)}: {new.sentence or new.state.value}"
    for name, line in after.monitor.items():
        known = before.monitor.get(name)
        if line.verdict is not (known.verdict if known else Truth.PENDING):
            reason = f": {line.reason}" if line.reason else ""
            yield f"{MARKS[line.verdict.value][0]} formula {name} {line.verdict.value}{reason}"


def tasks(tree: TaskTree, progress: Mapping[str, NodeProgress], width: int, rows: int | None) -> Tree:
    """The task tree; where rows are short, finished groups are folded and the least urgent tasks left out."""

    def line(task: Task) -> Text:
        return _task_line(task, progress.get(task.id, NodeProgress()))

    every = list(tree.root.walk())
    shown = {task.id for task in every}
    if rows is not None and sum(_height(line(task), width) for task in every) > rows:
        shown, used = {tree.root.id}, _height(line(tree.root), width) + 1
        for task in _busy_first(every[1:], progress):
            used += _height(line(task), width)
            if used > rows:
                break
            shown.add(task.id)

    def add(branch: Tree, task: Task) -> None:
        for child in task.children:
            add(branch.add(line(child)) if child.id in shown else branch, child)

    root = Tree(line(tree.root), guide_style="dim")
    add(root, tree.root)
    if len(shown) < len(every):
        root.add(Text(f"and {len(every) - len(shown)} more", style="dim"))
    return root


def _height(line: Text, width: int) -> int:
    """Rows that a line takes, guides and frame beside it."""
    return 1 + len(line.plain) // max(width - 16, 10)


def _busy_first(tasks: Iterable[Task], progress: Mapping[str, NodeProgress]) -> list[Task]:
    order = (NodeState.FAILED, NodeState.RUNNING, NodeState.PENDING, NodeState.DONE, NodeState.SKIPPED)
    return sorted(tasks, key=lambda task: order.index(progress.get(task.id, NodeProgress()).state))


def _task_line(task: Task, progress: NodeProgress) -> Text:
    style = {"done": "green", "failed": "red", "skipped": "dim", "running": "bold"}.get(progress.state.value, "")
    line = Text.assemble(mark(progress.state.value), " ", (words(task), style))
    if progress.sentence and progress.state is not NodeState.PENDING:
        line.append(f"  {progress.sentence}", style="red" if progress.state is NodeState.FAILED else "dim")
    return line


def robots(world: World | None, state: WorldState, modes: Mapping[str, RobotMode]) -> Table:
    """The robots, one a row: where each is, what it holds and does, and who decides that unless the plan does.

    Args:
        world: The world, None where it is not known; places are then cells.
        state: Where everything is.
        modes: Robot id -> who decides.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("robot", "type", "where", "holds") if world else ("robot", "where", "holds"):
        table.add_column(title, no_wrap=True)
    table.add_column("does", overflow="ellipsis", no_wrap=True, ratio=1)
    for name, robot in state.robots.items():
        kind = [world.robots[name].type.name] if world else []
        does = _does(robot, modes.get(name, RobotMode()))
        table.add_row(name, *kind, _where(world, robot), robot.holding or "–", does)
    return table


def _does(robot: RobotState, mode: RobotMode) -> Text:
    if not robot.alive:
        return Text("lost", style="bold red")
    doing = Text(robot.skill or "idle", style="cyan" if robot.skill else "dim")
    if mode.mode is Mode.AUTONOMOUS:
        return doing
    decides = Text(mode_words(mode), style="bold yellow")
    return Text.assemble(decides, "  ", doing) if robot.skill else decides


def _where(world: World | None, robot: RobotState) -> str:
    if world is None:
        return f"({robot.cell[0]},{robot.cell[1]})"
    zone = world.room_of(robot.cell) or world.door_at.get(robot.cell) or "?"
    spot = next((p.id for p in world.places.values() if robot.cell in p.cells), None)
    return f"{zone} {spot}" if spot else f"{zone} ({robot.cell[0]},{robot.cell[1]})"


def _formulas(formulas: Mapping[str, FormulaVerdict], width: int, rows: int | None) -> RenderableType:
    shown = list(formulas.items())
    hidden = 0
    if rows is not None and len(shown) > rows:
        shown.sort(key=lambda item: URGENCY.index(item[1].verdict))
        shown, hidden = shown[: rows - 1], len(shown) - rows + 1
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), show_header=False, expand=True)
    table.add_column(width=1)
    table.add_column(width=max(len(name) for name, _ in shown))
    table.add_column(no_wrap=True, overflow="ellipsis", style="dim", ratio=1)
    if width >= WIDE:
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for name, line in shown:
        cells: list[RenderableType] = [mark(line.verdict.value), name, Text(line.formula)]
        if width >= WIDE:
            cells.append(Text(line.reason))
        table.add_row(*cells)
        if width < WIDE and line.verdict in (Truth.VIOLATED, Truth.UNOBSERVED) and line.reason:
            table.add_row("", "", Text(line.reason, style=MARKS[line.verdict.value][1]))
    if hidden:
        table.add_row("", "", f"and {hidden} more")
    return table


def _bar(feedback: Feedback, elapsed: float) -> Group:
    fraction = min(max(feedback.fraction, 0.0), 1.0)
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(no_wrap=True, justify="right")
    simulated = feedback.state.time if feedback.state else 0.0
    table.add_row(
        Text(STAGES.get(feedback.stage, feedback.stage), style="bold"),
        ProgressBar(total=1.0, completed=fraction),
        f"{fraction:4.0%}  simulated {simulated:.0f} s  elapsed {elapsed:.1f} s",
    )
    return (
        Group(table, Text(feedback.sentence, style="dim"))
        if feedback.sentence and feedback.stage != "done"
        else Group(table)
    )


def outcome_panel(outcome: str, message: str, episode: str = "") -> Panel:
    """The last word: outcome, its sentence, and where the episode lies."""
    good = outcome == "SUCCEEDED"
    body = Text(message or ("The instruction was carried out." if good else "No reason was given."))
    if episode:
        body.append(f"\nepisode: {episode}", style="dim")
    title = Text.assemble(mark("done" if good else "failed"), " ", outcome)
    return Panel(body, title=title, title_align="left", border_style="green" if good else "red", padding=(0, 1))


def _shorten(text: str, length: int = 240) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"


def _clock(feedback: Feedback) -> str:
    return f"{feedback.state.time if feedback.state else 0.0:7.1f} s"
