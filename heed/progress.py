"""How far a mission has come: the values that displays, records and monitors are told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from grounding.logic.spec import HierarchicalSpec
from grounding.mission.task import NodeState, Relation, Task, TaskTree


class Stage(str, Enum):
    """What is being done with an instruction."""

    GROUND = "ground"
    ASK = "ask"
    PLAN = "plan"
    EXECUTE = "execute"
    VERIFY = "verify"
    DONE = "done"


class LeafState(IntEnum):
    """How far a leaf has come; mirrored one to one in ``heed_interfaces/msg/LeafState.msg``."""

    PENDING = 0
    ACTIVE = 1
    FINISHED = 2
    FAILED = 3
    SKIPPED = 4


@dataclass(frozen=True)
class LeafProgress:
    """Whether a leaf is being worked on, and by whom (empty while nobody is)."""

    state: LeafState = LeafState.PENDING
    robot: str = ""


@dataclass(frozen=True)
class NodeProgress:
    """How far a node of the task tree has come.

    Attributes:
        state: Its state.
        sentence: Why it is in this state.
        robot: Id of the robot that works or worked on it, or empty.
    """

    state: NodeState = NodeState.PENDING
    sentence: str = ""
    robot: str = ""


@dataclass(frozen=True)
class MissionStatus:
    """What the executive is doing.

    Attributes:
        mission: Id of the mission.
        stage: Stage it is in.
        fraction: How much is done, 0 to 1.
        sentence: What goes on, for people.
        leaves: Leaf name -> progress.
        time: Simulated second of the observation up to which this is true: everything observed
            until then has been taken into account, and whoever starts working on a leaf does so
            after it.
        revision: Of the specification that the leaves belong to.
    """

    mission: str
    stage: Stage
    fraction: float = 0.0
    sentence: str = ""
    leaves: Mapping[str, LeafProgress] = field(default_factory=dict)
    time: float = 0.0
    revision: int = 0


_NODE_OF_LEAF: Mapping[LeafState, NodeState] = {
    LeafState.PENDING: NodeState.PENDING,
    LeafState.ACTIVE: NodeState.RUNNING,
    LeafState.FINISHED: NodeState.DONE,
    LeafState.FAILED: NodeState.FAILED,
    LeafState.SKIPPED: NodeState.SKIPPED,
}


def tree_progress(
    tree: TaskTree, spec: HierarchicalSpec, leaves: Mapping[str, LeafProgress], sentences: Mapping[str, str]
) -> dict[str, NodeProgress]:
    """How far every node of a task tree has come, from how far the leaves have.

    Args:
        tree: The tree.
        spec: Its specification; ``Leaf.task`` ties leaves to nodes.
        leaves: Leaf name -> progress.
        sentences: Leaf name -> why it is in its state.
    """
    nodes: dict[str, NodeProgress] = {}
    for leaf in spec.leaves.values():
        progress = leaves.get(leaf.name, LeafProgress())
        nodes[leaf.task] = NodeProgress(_NODE_OF_LEAF[progress.state], sentences.get(leaf.name, ""), progress.robot)
    for task in reversed(list(tree.root.walk())):
        if not task.is_leaf:
            nodes[task.id] = _group_progress(task, [nodes.get(child.id, NodeProgress()) for child in task.children])
    return nodes


def _group_progress(task: Task, children: list[NodeProgress]) -> NodeProgress:
    states = [child.state for child in children]
    wanted = [state for state in states if state is not NodeState.SKIPPED]
    done = states.count(NodeState.DONE)
    if not wanted:
        return NodeProgress(NodeState.SKIPPED, "the other alternative was chosen")
    if NodeState.FAILED in states:
        failed = states.index(NodeState.FAILED)
        return NodeProgress(NodeState.FAILED, f"failed at {task.children[failed].text!r}")
    if task.relation is Relation.EITHER and done:
        chosen = states.index(NodeState.DONE)
        return NodeProgress(NodeState.DONE, f"done by way of {task.children[chosen].text!r}")
    if done == len(wanted):
        return NodeProgress(NodeState.DONE, "done")
    if done or NodeState.RUNNING in states:
        return NodeProgress(NodeState.RUNNING, f"{done} of {len(wanted)} done")
    return NodeProgress(NodeState.PENDING, "not begun")
