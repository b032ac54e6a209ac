"""Outlines without a world: an open vocabulary, goals in the words of the person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from grounding.logic.spec import HierarchicalSpec
from grounding.mission.specify import specify
from grounding.mission.task import Literal, Relation, Task, TaskTree, TreeRule
from grounding.state import SELF, Proposition
from grounding.translate.compose import composed
from grounding.translate.nodes import Node, closure, tasks
from grounding.translate.outline import Frame, Outline
from grounding.translate.words import verb_forms

_IN = frozenset({"in", "into", "inside", "within"})
_ON = frozenset({"on", "onto", "upon", "over"})
#: Words that mean something else in formulas.
_OPERATORS = frozenset({"and", "or", "not", "xor", "true", "false"})
_FLAGS = {
    "clean": ("clean", True), "heat": ("hot", True), "cool": ("cold", True), "slice": ("sliced", True),
    "switch on": ("on", True), "switch off": ("on", False), "open": ("open", True), "close": ("open", False),
    "examine": ("examined", True), "find": ("found", True), "fill": ("full", True), "wet": ("wet", True),
    "photograph": ("photographed", True),
}  # fmt: skip


@dataclass(frozen=True)
class Lifted:
    """An outline as tree and formulas over its own words.

    Attributes:
        tree: The task tree.
        spec: The hierarchical specification.
        ids: Task id of each frame.
    """

    tree: TaskTree
    spec: HierarchicalSpec
    ids: tuple[str, ...]


def lift(text: str, outline: Outline) -> Lifted:
    """The tree and the formulas of an outline that contradicts itself nowhere.

    Args:
        text: The instruction.
        outline: At least one frame.
    """
    nodes = [
        Node(goal=goal(frame), text=frame.text, robots=(frame.robot,) if frame.robot else ())
        for frame in outline.frames
    ]
    root = composed(outline, nodes)
    rules = tuple(TreeRule(f"G !{name(rule.text) or 'forbidden'}", rule.text) for rule in outline.rules)
    task = tasks(root, rules)
    leaves = [leaf for leaf in task.walk() if leaf.is_leaf]
    where = {id(node): leaf.id for node, leaf in zip(root.leaves(), leaves, strict=True)}
    tree = TaskTree(text, "L3" if len(leaves) > 1 or rules else "L2", task)
    return Lifted(tree, specify(tree, told), tuple(where[id(node)] for node in nodes))


def goal(frame: Frame) -> tuple[Literal, ...]:
    """What must hold when a frame is done, over names made of its words."""
    thing, place = name(frame.object) or ("thing" if frame.object else SELF), name(_noun(frame.destination))
    literals = []
    if frame.predicate == "go":
        literals.append(Literal(Proposition("at", (SELF, place or "there"))))
    elif frame.predicate == "put" and place:
        literals.append(Literal(Proposition(_preposition(frame.destination), (thing, place))))
    elif frame.predicate == "put":
        literals.append(Literal(Proposition("is", (thing, "away"))))
    elif frame.predicate == "pick up":
        literals.append(Literal(Proposition("holding", (SELF, thing))))
    flag, value = _FLAGS.get(frame.predicate, ("", True))
    if flag and flag not in frame.states:
        literals.append(Literal(Proposition("is", (thing, flag)), value))
    literals += [Literal(Proposition("is", (thing, name(state)))) for state in frame.states]
    return tuple(literals) or (Literal(Proposition("is", (thing, name(f"{frame.predicate} done")))),)


def name(words: str) -> str:
    """Words as a name of formulas.

    >>> name("the Red mug's lid")
    'red_mugs_lid'
    """
    latin = unicodedata.normalize("NFKD", words.lower())
    plain = re.sub(r"[^a-z0-9 ]", "", re.sub(r"[-_/]", " ", latin))
    kept = [w for w in plain.split() if w not in ("a", "an", "the", "my", "your", "some")]
    found = "_".join(kept)[:60]
    return f"n{found}" if found[:1].isdigit() or found in _OPERATORS else found


def _noun(destination: str) -> str:
    words = destination.split()
    for length in (3, 2):
        if " ".join(words[:length]) in ("on top of", "in front of", "inside of", "next to", "on top", "out of"):
            return " ".join(words[length:])
    return " ".join(words[1:])


def _preposition(destination: str) -> str:
    first = destination.split()[0]
    return "in" if first in _IN and not destination.startswith("in front") else "on" if first in _ON else "at"


def told(task: Task) -> str:
    """A task in English."""
    if task.is_leaf:
        return task.text
    parts = [told(child) for child in task.children]
    if task.relation is Relation.EITHER:
        return "either " + " or ".join(parts)
    if _chain(task):
        return ", then ".join(parts)
    if any(_chain(child) for child in task.children):
        return "; and, independently of that, ".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _chain(task: Task) -> bool:
    return bool(task.order) and set(task.order) == {(i, i + 1) for i in range(len(task.children) - 1)}


def paraphrase(tree: TaskTree) -> str:
    """A lifted tree in plain English, one sentence for each part of the mission."""
    root = tree.root
    sentences: list[str] = []
    if root.relation is Relation.EITHER:
        sentences.append(told(root))
    elif _chain(root):
        openings = ["first", *["then"] * (len(root.children) - 1)]
        sentences += [f"{opening} {_inner(child)}" for opening, child in zip(openings, root.children, strict=True)]
    else:
        for j, child in enumerate(root.children):
            before = [told_done(root.children[i]) for i, k in root.order if k == j]
            sentences.append(f"after {' and '.join(before)}, {_inner(child)}" if before else _inner(child))
    sentences += list(dict.fromkeys(rule.text for rule in root.rules))
    return " ".join(sentence[0].upper() + sentence[1:].rstrip(".") + "." for sentence in sentences if sentence)


def _inner(task: Task) -> str:
    text = told(task)
    free = not task.is_leaf and task.relation is Relation.ALL and not task.order and not any(map(_chain, task.children))
    return f"{text} in any order" if free else text


def told_done(task: Task) -> str:
    """A task as something done: "washing the mug"."""
    leaves = [leaf for leaf in task.walk() if leaf.is_leaf]
    return " and ".join(verb_forms(leaf.text)["gerund"][0] for leaf in leaves)


def order_of(ids: Sequence[str], tree: TaskTree) -> list[tuple[int, int]]:
    """Which tasks come before which, as positions in a list of task ids; transitively closed."""
    spec_order = {(a, b) for task in tree.root.walk() for i, j in task.order
                  for a in _leaf_ids(task.children[i]) for b in _leaf_ids(task.children[j])}  # fmt: skip
    closed = closure(spec_order)
    return [(i, j) for i, a in enumerate(ids) for j, b in enumerate(ids) if (a, b) in closed]


def _leaf_ids(task: Task) -> list[str]:
    return [leaf.id for leaf in task.walk() if leaf.is_leaf]
