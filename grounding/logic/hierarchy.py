"""Which leaves a hierarchy of formulas cannot do without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grounding.logic.automaton import satisfiable
from grounding.logic.formula import Node, parse
from grounding.logic.spec import HierarchicalSpec


def needed(spec: HierarchicalSpec, hopeless: Iterable[str]) -> list[str]:
    """As few of the hopeless leaves as suffice to make the root unreachable; empty if it is not."""
    left = list(hopeless)
    if not left or _reachable(spec, spec.root, left):
        return []
    for leaf in list(left):
        rest = [other for other in left if other != leaf]
        if not _reachable(spec, spec.root, rest):
            left = rest
    return left


def _reachable(spec: HierarchicalSpec, name: str, hopeless: Sequence[str]) -> bool:
    """Whether a task can be accepted without the hopeless leaves ever being."""
    if name in spec.leaves:
        return name not in hopeless
    never = {kid for kid in spec.children[name] if not _reachable(spec, kid, hopeless)}
    left = _without(parse(spec.formulas[name]), never) if never else "1"
    return left != "0" and satisfiable(left)


def _without(node: Node, never: set[str]) -> str:
    """The formula when some atoms never become true, with the obvious simplifications."""
    if node.op == "atom":
        return "0" if node.atom in never else node.atom
    parts = [_without(child, never) for child in node.children]
    never_true = {"&": "0" in parts, "|": set(parts) == {"0"}, "U": parts[-1:] == ["0"]}
    if never_true.get(node.op, node.op in ("F", "G") and parts == ["0"]):
        return "0"
    return str(Node(node.op, tuple(parse(part) for part in parts)))
