"""What ``heed run --json`` and ``heed plan --json`` print, and the exit status that goes with it."""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from grounding.errors import ConfigurationError, HeedError
from grounding.logic.spec import HierarchicalSpec
from grounding.mission.task import Task, TaskTree
from heed.dialogue import Question
from heed.outcome import Outcome
from planners.plan import TeamPlan

#: Exit status where a question has to be answered first.
ASKED = 7
#: Exit status of the commands that have an outcome; 2 stands for a command that is used wrongly.
EXIT_CODES: Mapping[Outcome, int] = {
    Outcome.SUCCEEDED: 0,
    Outcome.INTERNAL_ERROR: 1,
    Outcome.REJECTED: 3,
    Outcome.UNSATISFIABLE: 4,
    Outcome.PLANNING_TIMEOUT: 5,
    Outcome.EXECUTION_FAILED: 6,
    Outcome.ASKED: ASKED,
    Outcome.UNVERIFIED: 8,
    Outcome.CANCELED: 130,
    Outcome.UNKNOWN: 1,
}
USAGE_ERROR = 2
EXIT_HELP = (
    "Exit status: 0 SUCCEEDED, 1 INTERNAL_ERROR, 2 wrong usage (such as an unknown world), 3 REJECTED, "
    "4 UNSATISFIABLE, 5 PLANNING_TIMEOUT, 6 EXECUTION_FAILED, 7 ASKED (answer the question first), 8 UNVERIFIED, "
    "130 CANCELED."
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
    question: Question | None = None,
) -> dict[str, Any]:
    """The JSON object of a run; every key is there for every outcome, null or empty where unknown.

    Returns:
        ``outcome, message, instruction, level, tree, spec`` (list of levels: name -> formula),
        ``plan`` (robot -> list of ``{skill, args, start, end}``, seconds), ``cost, makespan``
        (seconds), ``monitor`` (name -> state), ``episode`` (folder), ``timings_ms``, and ``question``
        with ``options`` where something has to be answered first.
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
        **question_as_json(question or Question()),
    }


def question_as_json(question: Question) -> dict[str, Any]:
    """The keys of a question: ``question`` (null where there is none) and ``options``, numbered from 1."""
    return {"question": question.text or None, "options": list(question.options)}


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


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Writes one JSON object a line.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    try:
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be written ({error}).", "Choose another file.") from error


def refuse(
    out: TextIO,
    instruction: str,
    outcome: Outcome,
    message: str,
    *,
    as_json: bool,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Says why nothing was carried out: as the JSON object on ``out`` (with keys ``also``), or on standard error."""
    if as_json:
        print_json({**answer(instruction, outcome, message), **(also or {})}, out)
    else:
        print(message, file=sys.stderr)


def guarded(
    work: Callable[[], Outcome], out: TextIO, instruction: str, *, as_json: bool, also: Mapping[str, Any] | None = None
) -> int:
    """Does the work of a command; whatever goes wrong becomes an outcome with a sentence.

    Args:
        work: Does everything and prints to ``out`` as its very last act.
        out: The real standard output.
        instruction: The instruction, for the JSON object.
        as_json: Whether to print errors as the JSON object.
        also: Keys of the command's own in that object.

    Returns:
        The exit status.
    """
    try:
        outcome = work()
    except BrokenPipeError:  # who read the output is gone, so there is nobody to tell
        outcome = Outcome.INTERNAL_ERROR
    except HeedError as error:
        outcome = Outcome.INTERNAL_ERROR
        refuse(out, instruction, outcome, str(error), as_json=as_json, also=also)
    except Exception as error:
        outcome = Outcome.INTERNAL_ERROR
        refuse(out, instruction, outcome, unexpected(error), as_json=as_json, also=also)
    except KeyboardInterrupt:
        outcome = Outcome.CANCELED
        refuse(out, instruction, outcome, "Canceled before the robots were ready.", as_json=as_json, also=also)
    return EXIT_CODES[outcome]


def unexpected(error: Exception) -> str:
    """A sentence about an error that should not happen; its stack trace goes to a file beside the logs of ROS."""
    path = Path(os.environ.get("ROS_LOG_DIR") or "~/.ros/log").expanduser() / "heed_errors.log"
    sentence = f"Heed ran into an internal error ({type(error).__name__}: {error})"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now().isoformat()} {' '.join(sys.argv)}\n")
            traceback.print_exception(type(error), error, error.__traceback__, file=file)
    except OSError:
        return f"{sentence}."
    return f"{sentence}, see {path}."


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
        with suppress(BrokenPipeError):
            stream.flush()
        sys.stdout.flush()
        os.dup2(real, 1)
        os.close(real)


def read_text(text: str) -> str:
    """The instruction; ``-`` reads it from standard input."""
    return sys.stdin.read() if text == "-" else text
