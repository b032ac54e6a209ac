from __future__ import annotations

from collections.abc import Mapping

import pytest

from grounding.mission.task import Relation, Task
from grounding.world import World
from grounding.worldfile import load_world

_WORLDS = {name: load_world(name) for name in ("office", "cleanup", "table", "household")}


@pytest.fixture(scope="session")
def worlds() -> Mapping[str, World]:
    return _WORLDS


@pytest.fixture(scope="session")
def office() -> World:
    return _WORLDS["office"]


@pytest.fixture(scope="session")
def shape() -> object:
    return _shape


def _shape(task: Task) -> str:
    """A task tree on one line, as in understood.txt."""
    if task.is_leaf:
        text = " & ".join(map(str, task.goal))
    else:
        joint = " | " if task.relation is Relation.EITHER else ", "
        text = f"({joint.join(_shape(child) for child in task.children)})"
        if task.order:
            text += f"<{' '.join(f'{a + 1}<{b + 1}' for a, b in task.order)}>"
    if task.robots:
        text += " @" + "/".join(task.robots)
    if task.same_robot_as:
        text += f" ={task.same_robot_as}"
    if task.rules:
        text += " {" + "; ".join(rule.formula for rule in task.rules) + "}"
    return text
