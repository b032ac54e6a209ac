"""Missions of our own in a world: is what is planned what the speaker asked for?

A mission is right if its tree has the goals of the gold base tasks (each read by the exact parser in the same
world), the same order between them, the same choices and the same rules.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grounding.mission.task import Relation, Task, TaskTree
from grounding.state import initial_state
from grounding.translate.compare import only_taken
from grounding.translate.controlled import mission_of
from grounding.translate.controlled import translate as translate_exactly
from grounding.translate.ground import controlled_rule
from grounding.translate.nodes import closure
from grounding.translate.references import RejectionError
from grounding.world import World
from grounding.worldfile import load_world
from heed.interpret import Interpretation, InterpretationStatus, interpret

FOLDER = Path(__file__).parent
FILES = {
    "tabletop": ("tabletop.jsonl", "table"),
    "spoken": ("spoken.jsonl", "table"),
    "paragraphs": ("paragraphs.jsonl", "household"),
}

Goal = tuple[str, ...]


@dataclass(frozen=True)
class Meaning:
    """What a mission asks for, whatever its tree looks like.

    Attributes:
        goals: Goals of its tasks, sorted.
        order: Pairs of goals, transitively closed.
        choices: Sets of alternatives, each a sorted tuple of goals.
        rules: Formulas.
    """

    goals: tuple[Goal, ...]
    order: frozenset[tuple[Goal, Goal]]
    choices: frozenset[tuple[tuple[Goal, ...], ...]]
    rules: frozenset[str]


def missions(name: str, split: str | None = None) -> list[dict[str, Any]]:
    """The missions of a file, perhaps of one split."""
    rows = [json.loads(line) for line in (FOLDER / FILES[name][0]).read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if split in (None, row["split"])]


def judged(name: str, split: str) -> Iterator[dict[str, Any]]:
    """Every mission of a split with what came of it."""
    world = load_world(FILES[name][1])
    interpret("put that on the red plate, I guess, whatever it is", world)  # what is loaded once
    for row in missions(name, split):
        began = time.process_time()
        answer = interpret(row["instruction"], world)
        spent = time.process_time() - began
        try:
            wanted: Meaning | None = gold(row, world)
        except (ValueError, RejectionError):
            wanted = None  # the world cannot do it, and that is what must be said
        got = meaning(answer.tree) if answer.tree else None
        yield {
            "id": row["id"],
            "right": got == wanted and answer.status is not InterpretationStatus.ASK,
            "possible": wanted is not None,
            "asked": answer.status is InterpretationStatus.ASK,
            "outcome": answer.status.value,
            "message": answer.message,
            "confidence": answer.confidence,
            "cpu_s": spent,
            "differs": _difference(wanted, got, answer),
        }


def gold(row: Mapping[str, Any], world: World) -> Meaning:
    """What a mission means by its gold answer.

    Raises:
        ValueError: A base task or rule of the file is not understood.
    """
    goals = [_goals(task, world) for task in row["base_tasks"]]
    order = {(a, b) for i, j in row["order_closure"] for a in goals[i] for b in goals[j]}
    choices = frozenset(
        tuple(sorted(tuple(sorted(g for i in option for g in goals[i])) for option in options))
        for options in row.get("either", ())
    )
    state = initial_state(world)
    rules = frozenset(
        rule.formula for text in row.get("rules", ()) for rule in mission_of(controlled_rule(text), world, state).rules
    )
    return Meaning(tuple(sorted(g for own in goals for g in own)), frozenset(closure(order)), choices, rules)


def _goals(task: str, world: World) -> list[Goal]:
    found = translate_exactly(task, world)
    if found.tree is None:
        raise ValueError(f"base task {task!r}: {found.message}")
    return [_goal(leaf) for leaf in found.tree.root.walk() if leaf.is_leaf]


def meaning(tree: TaskTree) -> Meaning:
    """What a tree asks for; to take up what is then put somewhere is no task of its own."""
    root = tree.root
    steps = only_taken(tree)
    leaves = {leaf.id: _goal(leaf) for leaf in root.walk() if leaf.is_leaf and leaf.id not in steps}
    pairs = {
        (a, b)
        for task in root.walk()
        for i, j in task.order
        for a in _below(task.children[i])
        for b in _below(task.children[j])
    }
    order = {(leaves[a], leaves[b]) for a, b in closure(pairs) if not steps & {a, b}}
    choices = frozenset(
        tuple(sorted(tuple(sorted(leaves[i] for i in _below(child) if i not in steps)) for child in task.children))
        for task in root.walk()
        if task.children and task.relation is Relation.EITHER
    )
    rules = frozenset(rule.formula for rule in root.rules)
    return Meaning(tuple(sorted(leaves.values())), frozenset(closure(order)), choices, rules)


def _goal(leaf: Task) -> Goal:
    return tuple(sorted(map(str, leaf.goal)))


def _below(task: Task) -> list[str]:
    return [leaf.id for leaf in task.walk() if leaf.is_leaf]


def _difference(wanted: Meaning | None, got: Meaning | None, answer: Interpretation) -> str:
    """What is missing or too much, for those who mend it."""
    if got is None or wanted is None:
        return answer.message
    parts: Sequence[tuple[str, Any, Any]] = (
        ("goals", set(wanted.goals), set(got.goals)),
        ("order", wanted.order, got.order),
        ("choices", wanted.choices, got.choices),
        ("rules", wanted.rules, got.rules),
    )
    return "; ".join(f"{what}: lacks {sorted(a - b)}, has {sorted(b - a)}" for what, a, b in parts if a != b)
