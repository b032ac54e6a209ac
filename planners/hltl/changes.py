"""What is different between a plan and the one before it, and why, for people."""

from __future__ import annotations

from collections.abc import Iterator

from grounding.logic.spec import HierarchicalSpec, Leaf
from planners.plan import TeamPlan
from planners.situation import Situation


def changes(
    before: TeamPlan, after: TeamPlan, spec: HierarchicalSpec, situation: Situation, reason: str = ""
) -> tuple[str, ...]:
    """One sentence for every change; the reason for planning anew comes first, who keeps their plan last.

    Args:
        before: The plan there was.
        after: The plan for what is left.
        spec: What is asked for now.
        situation: Where the mission stood when it was planned anew.
        reason: Why it was planned anew; empty leaves that sentence out.
    """
    first = [reason.rstrip(".") + "."] if reason else []
    changed = [*_moved(before, after, spec, situation), *_dropped(before, after, spec, situation)]
    moved = {leaf for leaf, robot in after.assignment.items() if before.assignment.get(leaf) != robot}
    changed += _reordered(before, after, spec, moved)
    return (*first, *changed, *_kept(before, after, moved))


def _moved(before: TeamPlan, after: TeamPlan, spec: HierarchicalSpec, situation: Situation) -> Iterator[str]:
    for leaf, robot in after.assignment.items():
        text = spec.leaves[leaf].text
        was = before.assignment.get(leaf)
        if was is None:
            yield f"New: {robot} will {_deed(spec.leaves[leaf])}."
        elif was != robot:
            yield f"{robot} takes over {text!r} from {was}: {_why(leaf, was, spec, situation)}."


def _deed(leaf: Leaf) -> str:
    """What is to be done, without who is to do it: "robot 2 must go to the lobby" is "go to the lobby"."""
    who, must, deed = leaf.text.partition(" must ")
    said = leaf.robots or leaf.same_robot_as is not None or who == "a robot"
    return deed if must and said else leaf.text


def _why(leaf: str, was: str, spec: HierarchicalSpec, situation: Situation) -> str:
    state = situation.state.robots.get(was)
    allowed = spec.leaves[leaf].robots
    if state is None or not state.alive:
        return f"{was} is lost"
    if (leaf, was) in situation.barred:
        return f"{was} has failed at it"
    if allowed and was not in allowed:
        return f"it is for {' or '.join(allowed)} now"
    return "from here that is better"


def _dropped(before: TeamPlan, after: TeamPlan, spec: HierarchicalSpec, situation: Situation) -> Iterator[str]:
    for leaf in before.assignment:
        if leaf in spec.leaves and leaf not in after.assignment and leaf not in situation.done:
            yield f"{spec.leaves[leaf].text!r} is left out: from here another alternative is better."


def _reordered(before: TeamPlan, after: TeamPlan, spec: HierarchicalSpec, moved: set[str]) -> Iterator[str]:
    """Robots that keep their leaves but do them in another order."""
    for robot in after.steps:
        now = [leaf for leaf in _order(after, robot) if leaf not in moved]
        then = [leaf for leaf in _order(before, robot) if leaf in now]
        if now != then:
            yield f"{robot} changes its order: first {', then '.join(repr(spec.leaves[leaf].text) for leaf in now)}."


def _kept(before: TeamPlan, after: TeamPlan, moved: set[str]) -> Iterator[str]:
    """Robots for which nothing has changed."""
    same = []
    for robot in after.steps:
        now = _order(after, robot)
        then = [leaf for leaf in _order(before, robot) if leaf in after.assignment]
        if now and now == then and not moved & set(now):
            same.append(robot)
    if same:
        verb = "keeps to its plan" if len(same) == 1 else "keep to their plans"
        listed = same[0] if len(same) == 1 else f"{', '.join(same[:-1])} and {same[-1]}"
        yield f"{listed} {verb}."


def _order(plan: TeamPlan, robot: str) -> list[str]:
    own = [leaf for leaf, who in plan.assignment.items() if who == robot]
    return sorted(own, key=lambda leaf: plan.windows[leaf])
