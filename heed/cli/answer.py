"""What ``heed run --json`` and ``heed plan --json`` print, and the exit status that goes with it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TextIO

from grounding.logic.spec import HierarchicalSpec
from grounding.translate.tree import Task, TaskTree
from heed.outcome import Outcome
from planners.plan import TeamPlan

#: Exit status of the commands that have an outcome; 2 stands for a command that is used wrongly.
EXIT_CODES: Mapping[Outcome, int] = {
    Outcome.SUCCEEDED: 0,
    Outcome.INTERNAL_ERROR: 1,
    Outcome.REJECTED: 3,
    Outcome.UNSATISFIABLE: 4,
    Outcome.PLANNING_TIMEOUT: 5,
    Outcome.EXECUTION_FAILED: 6,
    Outcome.CANCELED: 130,
    Outcome.UNKNOWN: 1,
}
USAGE_ERROR = 2
EXIT_HELP = (
    "Exit status: 0 SUCCEEDED, 1 INTERNAL_ERROR, 2 wrong usage (such as an unknown world), 3 REJECTED, "
    "4 UNSATISFIABLE, 5 PLANNING_TIMEOUT, 6 EXECUTION_FAILED, 130 CANCELED."
)
TIMINGS = ("ground", "translate", "automata", "plan", "execute")


def answer(
    instruction: str,
    outcome: Outcome,
    message: str,
    *,
    tree: TaskTree | None = None,
    spec: HierarchicalSpec | None = None,
    plan: TeamPlan | None = None,
    robots: Iterable[str] = (),
    monitor: Mapping[str, str] | None = None,
    episode: str | None = None,
    timings_ms: Mapping[str, float] | None = None,
) -> dict[str, Any]:
    """The JSON object of a run; every key is there for every outcome, null or empty where unknown.

    Returns:
        ``outcome, message, instruction, level, tree, spec`` (list of levels: name -> formula),
        ``plan`` (robot -> list of ``{skill, args, start, end}``, seconds), ``cost, makespan``
        (seconds), ``monitor`` (name -> state), ``episode`` (folder) and ``timings_ms``.
    """
    timings = timings_ms or {}
    return {
        "outcome": outcome.name,
        "message": message,
        "instruction": instruction,
        "level": tree.level if tree else None,
        "tree": task_as_json(tree.root) if tree else None,
        "spec": [dict(level) for level in spec.levels] if spec else [],
        "plan": plan_as_json(plan, robots) if plan else {},
        "cost": plan.cost if plan else None,
        "makespan": plan.makespan * plan.tick_s if plan else None,
        "monitor": dict(monitor or {}),
        "episode": episode or None,
        "timings_ms": {name: round(timings[name], 3) if name in timings else None for name in TIMINGS},
    }


def task_as_json(task: Task) -> dict[str, Any]:
    """A task and all below it."""
    return {
        "id": task.id,
        "text": task.text,
        "goal": [str(goal) for goal in task.goal],
        "relation": task.relation.value if task.children else None,
        "order": [[task.children[a].id, task.children[b].id] for a, b in task.order],
        "rules": [{"formula": rule.formula, "text": rule.text} for rule in task.rules],
        "robots": list(task.robots),
        "same_robot_as": task.same_robot_as,
        "children": [task_as_json(child) for child in task.children],
    }


def plan_as_json(plan: TeamPlan, robots: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The steps of every robot (an empty list for the idle), times in seconds from the start of the plan."""
    return {
        robot: [
            {
                "skill": step.skill,
                "args": list(step.args),
                "start": step.start * plan.tick_s,
                "end": step.end * plan.tick_s,
            }
            for step in plan.steps.get(robot, ())
        ]
        for robot in robots
    }


def print_json(value: Mapping[str, Any], stream: TextIO) -> None:
    """Prints one JSON object and a line end."""
    stream.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    stream.flush()


def refuse(out: TextIO, instruction: str, outcome: Outcome, message: str, *, as_json: bool) -> None:
    """Says why nothing was carried out: as the JSON object on ``out``, or on standard error."""
    if as_json:
        print_json(answer(instruction, outcome, message), out)
    else:
        print(message, file=sys.stderr)


@contextmanager
def own_stdout() -> Iterator[TextIO]:
    """Keeps standard output for us alone: what libraries print there goes to standard error.

    Python's ``print`` and C libraries (pybullet, the ROS middleware) write to file descriptor 1;
    it is pointed at standard error until the end. On a terminal it is silenced instead, so that
    the live picture stays whole.

    Yields:
        A stream that reaches the real standard output.
    """
    sys.stdout.flush()
    real = os.dup(1)
    stream = os.fdopen(real, "w", encoding="utf-8", errors="replace", closefd=False)
    if os.isatty(real):
        elsewhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(elsewhere, 1)
        os.close(elsewhere)
    else:
        os.dup2(2, 1)
    try:
        yield stream
    finally:
        stream.flush()
        sys.stdout.flush()
        os.dup2(real, 1)
        os.close(real)


def read_text(text: str) -> str:
    """The instruction; ``-`` reads it from standard input."""
    return sys.stdin.read() if text == "-" else text
