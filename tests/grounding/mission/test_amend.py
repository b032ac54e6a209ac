"""Whatever is edited in whatever order: names never collide, and what is finished is never asked for again."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.corrections.random_missions import Matter, done, random_edit, random_progress, random_tree
from grounding.errors import EditError
from grounding.logic.validate import validate
from grounding.mission.amend import amend
from grounding.mission.progress import Progress
from grounding.mission.specify import formula_name, specify
from grounding.mission.task import Task, TaskTree
from grounding.worldfile import load_world
from planners.hltl.mission import Composites

OFFICE = load_world("office")
MATTER = Matter(
    tuple(f"{p}.{r}" for p in ("at.self",) for r in OFFICE.rooms) + tuple(f"is.m{i}.photographed" for i in range(1, 7)),
    ("G(!at.any.kitchen)", "G(!at.any.m3)", "F(at.any.lobby)"),
    tuple(OFFICE.robots),
)


def parts(tree: TaskTree) -> dict[str, Task]:
    return {task.id: task for task in tree.root.walk()}


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 6))
def test_random_edits_one_after_another(random: Random, rounds: int) -> None:
    tree = random_tree(random, MATTER)
    progress = Progress()
    known = {*parts(tree), *(rule.id for rule in tree.root.rules)}
    for _ in range(rounds):
        progress = random_progress(random, tree, MATTER.robots, progress)
        edits = [random_edit(random, tree, progress, MATTER) for _ in range(random.choice((1, 1, 1, 2)))]
        try:
            found = amend(tree, edits, progress, OFFICE)
        except EditError:
            continue
        before, after = parts(tree), parts(found.tree)
        names = [task.id for task in found.tree.root.walk()] + [rule.id for rule in found.tree.root.rules]
        assert len(names) == len(set(names))
        assert not set(found.new) & known, "a name that was used before"
        assert set(names) - set(found.new) - {"0"} == {*found.kept, *found.changed}
        known |= set(found.new)
        for task in progress.finished:
            assert after[task].goal == before[task].goal
            assert task in found.kept or after[task].same_robot_as != before[task].same_robot_as
        check_formulas(found.tree, progress)
        tree = found.tree


def check_formulas(tree: TaskTree, progress: Progress) -> None:
    """The formulas are usable, and what is done so far, in its order, leaves a way to finish the mission."""
    spec = specify(tree, OFFICE, progress.finished)
    names = [formula_name(task) for task in progress.finished]
    validate(spec, OFFICE, names)
    assert not any(b in names for _, b in spec.before)
    composites = Composites(spec)
    now = composites.start(tuple(names))
    assert now is not None, "what is done breaks the order of the amended mission"
    if done(tree.root, progress.finished):
        assert composites.accepted(now)
        return
    assert any(finishes(composites, names, selection) for selection in composites.selections)


def finishes(composites: Composites, names: list[str], selection: frozenset[str]) -> bool:
    """Whether some leaves, done in an order that leaves allow, finish the mission."""
    spec, now = composites.spec, composites.start(tuple(names))
    left = sorted(selection - set(names))
    while left and now is not None:
        ready = [leaf for leaf in left if not any(b == leaf and a in left for a, b in spec.before)]
        if not ready:
            return False
        now = composites.finish(now, ready[0])
        left.remove(ready[0])
    return now is not None and composites.accepted(now)


@settings(max_examples=100, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_an_edit_does_not_speak_of_stays_as_it_is(random: Random) -> None:
    tree = random_tree(random, MATTER)
    progress = random_progress(random, tree, MATTER.robots)
    edit = random_edit(random, tree, progress, MATTER)
    try:
        found = amend(tree, [edit], progress, OFFICE)
    except EditError:
        return
    before, after = parts(tree), parts(found.tree)
    named = [getattr(edit, field, None) for field in ("task", "first", "then")] + [*getattr(edit, "anchors", ())]
    scope = {below.id for name in named if name in before for below in before[str(name)].walk()}
    for name, task in before.items():
        if task.is_leaf and name not in scope and name in after:
            tied = task.same_robot_as in scope
            assert after[name] == task or tied
        assert not (task.is_leaf and name in found.gone and name not in scope)
    assert found.account


def test_nothing_edited_is_the_same_mission_one_revision_on() -> None:
    tree = random_tree(Random(3), MATTER)
    found = amend(tree, [], Progress())
    assert (found.new, found.changed, found.gone, found.account) == ((), (), (), ())
    assert found.tree.root.children == tree.root.children
    assert found.tree.revision == 1
