"""Shows what a team is going to do before anything moves: tree, formulas, allocation, timing."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from grounding.logic.spec import HierarchicalSpec
from grounding.mission.task import Task, TaskTree
from grounding.world import World
from heed.cli.display import level_words, words
from planners.plan import PlanResult, PlanStatus, PlanStep, TeamPlan

#: Colours of the leaves, in turn; the letters in the chart tell them apart without colour.
COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red", "bright_cyan", "bright_magenta")
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def show_plan(
    console: Console,
    world: World,
    tree: TaskTree,
    spec: HierarchicalSpec,
    result: PlanResult,
    *,
    objective: str = "makespan",
    steps: bool = True,
    checked: str = "",
) -> None:
    """Prints a planned mission.

    Args:
        console: Where to print.
        world: The world.
        tree: What was understood.
        spec: Its formulas.
        result: The planner's answer.
        objective: What the planner minimised: ``makespan`` or ``cost``.
        steps: Whether to list every step of every robot below the chart.
        checked: What the independent checker said of the plan.
    """
    parts: list[RenderableType] = [_heading(f"Understood {level_words(tree.level)}"), task_tree(tree), Text()]
    parts += [_heading("Formulas"), formulas(spec), Text()]
    if result.plan is not None:
        parts += [_heading("Who does what"), allocation(result.plan, spec), Text()]
        parts += [_heading("When"), gantt(world, result.plan, spec, console.width)]
        if steps:
            parts += [Text(), step_table(result.plan, spec)]
        parts += [Text(), Text(summary(result, checked)), Text(planner_words(result, objective))]
    else:
        parts.append(Text.assemble(("No plan: ", "bold red"), result.message))
    console.print(Group(*parts), highlight=False)


def task_tree(tree: TaskTree) -> Tree:
    """The task tree with what must hold, in which order, under which rules."""

    def line(task: Task) -> Text:
        text = Text(words(task))
        if task.robots:
            text.append(f"  by {' or '.join(task.robots)}", style="cyan")
        if task.goal:
            text.append(f"\n{' & '.join(str(goal) for goal in task.goal)}", style="dim")
        for rule in dict.fromkeys(rule.text for rule in task.rules):
            text.append(f"\nrule: {rule}", style="yellow")
        if task.order:
            pairs = ", ".join(f"{task.children[a].id} before {task.children[b].id}" for a, b in task.order)
            text.append(f"\norder: {pairs}", style="dim")
        return text

    def add(branch: Tree, task: Task) -> None:
        own = branch.add(Text.assemble((f"{task.id} ", "dim"), line(task)))
        for child in task.children:
            add(own, child)

    root = Tree(line(tree.root), guide_style="dim")
    for child in tree.root.children:
        add(root, child)
    return root


def formulas(spec: HierarchicalSpec) -> Table:
    """Every formula, level by level."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for number, level in enumerate(spec.levels):
        for index, (name, formula) in enumerate(level.items()):
            table.add_row(f"level {number}" if index == 0 else "", name, formula)
    return table


def allocation(plan: TeamPlan, spec: HierarchicalSpec) -> Table:
    """Which robot does which leaf, and when; letters are those of the chart."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    for title in ("robot", "from", "to"):
        table.add_column(title, no_wrap=True, justify="right" if title in ("from", "to") else "left")
    table.add_column("task")
    for leaf, robot in sorted(plan.assignment.items(), key=lambda item: plan.windows[item[0]]):
        start, end = plan.windows[leaf]
        style = _style(spec, leaf)
        task = spec.leaves[leaf].text if leaf in spec.leaves else leaf
        table.add_row(Text(letter(spec, leaf), style=style), robot, _seconds(start, plan), _seconds(end, plan), task)
    return table


def gantt(world: World, plan: TeamPlan, spec: HierarchicalSpec, width: int) -> Table:
    """A chart of time: one row per robot; ``a━━`` on the way for task a, ``▪`` a skill in place, ``·`` waiting."""
    name_width = max((len(robot) for robot in plan.steps), default=0)
    columns = max(20, min(width, 120) - name_width - 3)
    scale = columns / max(plan.makespan, 1)
    table = Table.grid(padding=(0, 1))
    for robot, steps in plan.steps.items():
        table.add_row(robot, _bar(world, steps, spec, columns, scale))
    table.add_row("", _ruler(plan, columns, scale))
    return table


def _bar(world: World, steps: tuple[PlanStep, ...], spec: HierarchicalSpec, columns: int, scale: float) -> Text:
    cells = [(" ", "")] * columns
    labelled: str | None = None
    for step in steps:
        first = min(int(step.start * scale), columns - 1)
        last = min(max(int(step.end * scale), first + 1), columns)
        moving = bool(step.path)
        symbol = "━" if moving else "▪"
        if world.skills[step.skill].behaviour == "wait" or len(set(step.path)) == 1:
            symbol = "·"
        style = _style(spec, step.leaf)
        cells[first:last] = [(symbol, style)] * (last - first)
        if step.leaf != labelled:
            cells[first] = (letter(spec, step.leaf), f"bold {style}")
            labelled = step.leaf
    return Text.assemble(*cells)


def _ruler(plan: TeamPlan, columns: int, scale: float) -> Text:
    total = plan.makespan * plan.tick_s
    step = next((s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if total / s <= columns / 10), 2000)
    line = [" "] * columns
    for mark in range(int(total // step) + 1):
        label = f"{mark * step} s"
        at = int(mark * step / plan.tick_s * scale)
        if at + len(label) <= len(line) and not "".join(line[at : at + len(label)]).strip():
            line[at : at + len(label)] = list(label)
    return Text("".join(line).rstrip(), style="dim")


def step_table(plan: TeamPlan, spec: HierarchicalSpec) -> Table:
    """Every step of every robot with its times."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for title in ("robot", "from", "to"):
        table.add_column(title, no_wrap=True, justify="right" if title in ("from", "to") else "left")
    table.add_column("for")
    table.add_column("skill", overflow="fold")
    for robot, steps in plan.steps.items():
        for index, step in enumerate(steps):
            waits = list(plan.after.get(step.id, ()))
            skill = Text(" ".join((step.skill, *step.args)))
            if waits:
                skill.append(f"  after {', '.join(waits)}", style="dim")
            table.add_row(
                robot if index == 0 else "",
                _seconds(step.start, plan),
                _seconds(step.end, plan),
                Text(letter(spec, step.leaf), style=_style(spec, step.leaf)),
                skill,
            )
    return table


def summary(result: PlanResult, checked: str = "") -> str:
    """Makespan and cost of a plan, and whether better ones may exist."""
    plan = result.plan
    assert plan is not None
    quality = "proven best" if result.status is PlanStatus.OPTIMAL else "a better plan may exist"
    return f"Makespan {plan.makespan * plan.tick_s:g} s, cost {plan.cost:g} ({quality}). {checked}".rstrip()


def planner_words(result: PlanResult, objective: str) -> str:
    """Which planner it was, what it minimised, and how far from the best its plan can be."""
    known = gap(result, objective)
    how = "proven optimal" if result.status is PlanStatus.OPTIMAL else "valid, not proven optimal"
    if result.lower_bound is None or known is None:
        quality = "no lower bound is known"
    else:
        tick_s = result.plan.tick_s if result.plan and objective == "makespan" else 1.0
        unit = " s" if objective == "makespan" else ""
        quality = f"lower bound {result.lower_bound * tick_s:g}{unit}, gap {known:.1%}"
    return f"Planner {result.engine or 'unknown'}, minimising {objective}: {how}, {quality}."


def gap(result: PlanResult, objective: str) -> float | None:
    """How much better the best plan can be at most, as a share of this one; None where no bound is known."""
    if result.plan is None or result.lower_bound is None:
        return None
    value = float(result.plan.makespan if objective == "makespan" else result.plan.cost)
    return max(0.0, value - result.lower_bound) / value if value else 0.0


def _seconds(tick: int, plan: TeamPlan) -> str:
    return f"{tick * plan.tick_s:.1f} s"


def letter(spec: HierarchicalSpec, leaf: str) -> str:
    """The letter that stands for a leaf in charts, ``-`` for a robot that only makes way."""
    names = list(spec.leaves)
    return LETTERS[names.index(leaf) % len(LETTERS)] if leaf in names else "-"


def _style(spec: HierarchicalSpec, leaf: str) -> str:
    names = list(spec.leaves)
    return COLOURS[names.index(leaf) % len(COLOURS)] if leaf in names else "dim"


def _heading(text: str) -> Text:
    return Text(text, style="bold underline")


def files_written(chart: Path | str | None, pictures: Mapping[str, Path | str]) -> Group:
    """Where the pictures lie; for those that could not be drawn, the reason."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    rows = {"chart": chart} if chart is not None else {}
    rows |= {f"automaton {name}": picture for name, picture in pictures.items()}
    for name, picture in rows.items():
        table.add_row(name, Text(str(picture), style="" if isinstance(picture, Path) else "yellow"))
    return Group(Text(), _heading("Written"), table)
