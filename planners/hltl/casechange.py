"""What can change while a case is carried out, and the case after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grounding.logic.composite import asked, ordered, without
from grounding.logic.formula import conjuncts
from grounding.mission.edits import DropTask, Reorder
from grounding.world import Cell
from planners.hltl.cases import Case, CaseError, CaseWorld, read_formula, validate


@dataclass(frozen=True)
class Change:
    """What is different from now on.

    Attributes:
        lost: Robots that do nothing any more.
        failed: Leaves under way that failed: they are begun anew, by whom it costs least.
        formulas: Name -> new formula, of a leaf that is not finished or of a composite.
        added: New leaf -> its formula; it hangs below the root, which asks for it too.
        children: Composite -> its children, where they change together with its formula.
        blocked: Cells that nobody can enter any more.
        regions: Region -> where it is now.
        edits: Edits of the mission that speak of its formulas by name alone; carried out first.
    """

    lost: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    formulas: Mapping[str, str] = field(default_factory=dict)
    added: Mapping[str, str] = field(default_factory=dict)
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    blocked: frozenset[Cell] = frozenset()
    regions: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)
    edits: tuple[DropTask | Reorder, ...] = ()

    @property
    def touched(self) -> frozenset[str]:
        """Formulas of which something else is asked: nothing finished may be among them."""
        return frozenset({*self.formulas, *(e.task if isinstance(e, DropTask) else e.then for e in self.edits)})


def amended(case: Case, change: Change) -> Case:
    """The case after a change. Formulas that no longer hang below the root go.

    Raises:
        CaseError: The change speaks of what is not there, or breaks a validity condition.
        FormulaError: A new formula is ill-formed.

    >>> from benchmarks.hltl.bruteforce import random_case
    >>> amended(random_case(0), Change(added={"z": "F a"})).formulas["p"]
    'F x & F y & F z'
    """
    for edit in change.edits:
        case = _dropped(case, edit.task) if isinstance(edit, DropTask) else _reordered(case, edit)
    formulas, children = dict(case.formulas), {**case.children, **change.children}
    for name, text in change.added.items():
        if name in formulas:
            raise CaseError(f"change, new leaf {name!r}", "there is a formula of that name already.")
        if case.root in case.leaves:
            reason = f"the root {case.root!r} is a leaf itself, nothing can hang below it."
            raise CaseError(f"change, new leaf {name!r}", reason, "Begin a new case.")
        formulas[name] = read_formula(name, text)
        children[case.root] = (*children[case.root], name)
    known = {*formulas, *(kid for kids in change.children.values() for kid in kids)}
    for name, text in change.formulas.items():
        if name not in known:
            raise CaseError(f"change, formula {name!r}", "there is no such formula.", "List a new leaf under added.")
        formulas[name] = read_formula(name, text)
    if change.added:
        wanted = " & ".join(map(asked, change.added))
        formulas[case.root] = read_formula(case.root, f"({formulas[case.root]}) & {wanted}")
    levels = list(_levels(case.root, children))
    found = [name for level in levels for name in level]
    missing = [name for name in found if name not in formulas]
    if missing:
        raise CaseError(f"change, formula {missing[0]!r}", "is a child of another one but has no text.")
    leaves = (*(n for n in case.leaves if n in found), *(n for n in found if n not in case.leaves))
    after = replace(
        case,
        world=_world(case.world, change),
        formulas={name: formulas[name] for name in found},
        children={name: children[name] for name in found if children.get(name)},
        leaves=tuple(name for name in leaves if not children.get(name)),
    )
    validate(after, levels, f"case {case.id!r} after the change")
    return after


def _parent(case: Case, name: str) -> str:
    """The formula that a leaf or composite hangs below.

    Raises:
        CaseError: There is no such formula, or it is the root.
    """
    found = next((parent for parent, kids in case.children.items() if name in kids), None)
    if found is None:
        reason = "is all that is asked for." if name == case.root else "there is no such formula."
        raise CaseError(f"change, formula {name!r}", reason, f"There are {', '.join(case.formulas)}.")
    return found


def _dropped(case: Case, name: str) -> Case:
    """The case without a formula; what waited for it waits for what was before it."""
    parent = _parent(case, name)
    rest = without(case.formulas[parent], name)
    if rest is None or rest == "1":
        reason = "asks for nothing else." if rest else "speaks of it in its own way."
        raise CaseError(
            f"change, formula {name!r}", f"cannot be dropped: {parent!r} {reason}", "Give it a new formula."
        )
    kids = tuple(kid for kid in case.children[parent] if kid != name)
    formulas = {**case.formulas, parent: read_formula(parent, rest)}
    return replace(case, formulas=formulas, children={**case.children, parent: kids})


def _reordered(case: Case, edit: Reorder) -> Case:
    """The case in which one formula comes before another one beside it, and no longer after it."""
    parent = _parent(case, edit.then)
    if edit.first == edit.then or edit.first not in case.children[parent]:
        reason = f"stands beside {', '.join(case.children[parent])}, not beside {edit.first!r}."
        raise CaseError(f"change, formula {edit.then!r}", reason, "Order formulas of one parent.")
    contrary = read_formula(parent, ordered(edit.then, edit.first))
    kept = [text for text in conjuncts(case.formulas[parent]) if text != contrary]
    formula = " & ".join([*(f"({text})" for text in kept), ordered(edit.first, edit.then)])
    return replace(case, formulas={**case.formulas, parent: read_formula(parent, formula)})


def _levels(root: str, children: Mapping[str, Sequence[str]]) -> Iterator[list[str]]:
    seen: set[str] = set()
    level = [root]
    while level:
        yield level
        twice = seen & set(level)
        if twice:
            raise CaseError(f"change, formula {min(twice)!r}", "hangs below itself or in two places.")
        seen |= set(level)
        level = [kid for name in level for kid in children.get(name, ())]


def _world(world: CaseWorld, change: Change) -> CaseWorld:
    if not change.blocked and not change.regions:
        return world
    cells = tuple(cell for cell in world.cells if cell not in change.blocked)
    regions = {**world.regions, **change.regions}
    region_at: dict[Cell, str] = {}
    for name, own in regions.items():
        if name not in world.regions:
            raise CaseError(f"change, region {name!r}", "there is no such region.")
        for cell in own:
            if cell not in world.cells:
                raise CaseError(f"change, region {name!r}", f"its cell {list(cell)} is not free.")
            if cell in region_at:
                raise CaseError(f"change, region {name!r}", f"shares cell {list(cell)} with {region_at[cell]!r}.")
            region_at[cell] = name
    regions = {name: tuple(cell for cell in own if cell in cells) for name, own in regions.items()}
    region_at = {cell: name for cell, name in region_at.items() if cell in cells}
    return replace(world, cells=cells, regions=regions, region_at=region_at)
