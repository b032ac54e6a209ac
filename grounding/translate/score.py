"""How well free instructions are understood: the same tasks, and the same order.

The *task set* is right if the leaves of the answer can be divided into groups of consecutive leaves, and the groups
matched one to one with the mentioned base tasks, so that in each pair the content words agree
(`grounding.translate.contents`) and nothing is left over on either side. The *order* is right if the order of the
groups (every leaf of the one before every leaf of the other) is the order of the gold answer. Where the task set is
wrong, the order is judged on what can be matched; a task that cannot, but has an order, makes it wrong.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from grounding.levels.calibrate import calibration_error, wilson
from grounding.translate.cases import Case, Prediction
from grounding.translate.contents import Contents, agree, contents
from grounding.translate.nodes import closure
from grounding.translate.outline import Frame

#: The most leaves that one base task may become ("slice the bread, heat a slice, put it in the sink").
LONGEST = 6
#: How many divisions are looked at where base tasks are alike.
_DIVISIONS = 200
MEASURES = ("task_set", "order", "both")

Groups = dict[int, tuple[int, int]]


@dataclass(frozen=True)
class Judged:
    """An answer beside the gold one.

    Attributes:
        case: The gold answer.
        predicted: The answer that is judged.
        groups: Base task -> first leaf and the leaf after the last of the group that was matched with it.
        task_set: Whether the tasks are right.
        order: Whether the order is right.
    """

    case: Case
    predicted: Prediction
    groups: Groups
    task_set: bool
    order: bool

    @property
    def both(self) -> bool:
        """Whether tasks and order are right."""
        return self.task_set and self.order


def judge(case: Case, predicted: Prediction) -> Judged:
    """Compares an answer with the gold one."""
    leaves = [leaf_contents(leaf) for leaf in predicted.leaves]
    tasks = {i: contents(case.base_tasks[i]) for i in case.mentioned}
    order = frozenset(closure(predicted.order))
    exact: Groups | None = None
    for _, groups in zip(range(_DIVISIONS), _divisions(leaves, tasks), strict=False):
        if _order(groups, order) == case.order:
            return Judged(case, predicted, groups, True, bool(predicted.leaves) or not tasks)
        exact = exact or groups
    if exact is not None:
        return Judged(case, predicted, exact, True, False)
    groups = _most(leaves, tasks)
    ordered = {i for pair in case.order for i in pair} <= groups.keys()
    return Judged(case, predicted, groups, False, bool(leaves) and ordered and _order(groups, order) == case.order)


def leaf_contents(leaf: Frame) -> Contents:
    """Content words of a leaf: of its text, and of what it says of object, destination and states."""
    found = contents(leaf.text)
    for part in (leaf.object, leaf.destination, *leaf.states):
        found |= contents(part)
    return found


def _divisions(leaves: Sequence[Contents], tasks: dict[int, Contents]) -> Iterator[Groups]:
    """Every division of all leaves into groups that match all tasks."""

    def go(start: int, left: frozenset[int]) -> Iterator[Groups]:
        if not left:
            if start == len(leaves):
                yield {}
            return
        for end in range(start + 1, min(start + LONGEST, len(leaves) - len(left) + 1) + 1):
            for task in left:
                if _fits(leaves, start, end, tasks[task]):
                    for rest in go(end, left - {task}):
                        yield {task: (start, end), **rest}

    return go(0, frozenset(tasks))


def _most(leaves: Sequence[Contents], tasks: dict[int, Contents]) -> Groups:
    """Groups for as many tasks as possible; leaves may be left over."""

    @cache
    def go(start: int, left: frozenset[int]) -> tuple[int, tuple[tuple[int, int, int], ...]]:
        if start >= len(leaves) or not left:
            return 0, ()
        best = go(start + 1, left)
        for end in range(start + 1, min(start + LONGEST, len(leaves)) + 1):
            for task in left:
                if _fits(leaves, start, end, tasks[task]):
                    count, groups = go(end, left - {task})
                    best = max(best, (count + 1, ((task, start, end), *groups)), key=lambda found: found[0])
        return best

    return {task: (start, end) for task, start, end in go(0, frozenset(tasks))[1]}


def _fits(leaves: Sequence[Contents], start: int, end: int, task: Contents) -> bool:
    group = leaves[start]
    for leaf in leaves[start + 1 : end]:
        group |= leaf
    return agree(group, task)


def _order(groups: Groups, order: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    return frozenset(
        (a, b)
        for a, (first, after) in groups.items()
        for b, (start, end) in groups.items()
        if a != b and all((i, j) in order for i in range(first, after) for j in range(start, end))
    )


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """All figures of a test.

    Returns:
        ``n, task_set, order, both`` (shares of 1), ``ci95`` (of each; Wilson), ``by_n`` (number of base tasks -> the
        same), ``ece`` (of the confidence that both are right, 15 bins of equal numbers; None without confidences),
        ``refused`` (answers without leaves).
    """
    by_n: dict[int, list[Judged]] = defaultdict(list)
    for one in judged:
        by_n[one.case.n].append(one)
    sure = [(one.predicted.confidence, one.both) for one in judged if one.predicted.confidence is not None]
    return {
        **_shares(judged),
        "by_n": {str(n): _shares(own) for n, own in sorted(by_n.items())},
        "ece": float(calibration_error([c for c, _ in sure], [right for _, right in sure])) if sure else None,
        "refused": sum(not one.predicted.leaves for one in judged),
    }


def _shares(judged: Sequence[Judged]) -> dict[str, Any]:
    n = len(judged)
    right = {name: sum(getattr(one, name) for one in judged) for name in MEASURES}
    return {
        "n": n,
        **{name: right[name] / n for name in MEASURES},
        "ci95": {name: list(wilson(right[name], n)) for name in MEASURES},
    }
