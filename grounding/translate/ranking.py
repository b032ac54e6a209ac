"""Words that add no task but say when one comes: "but the lobby first", "the lemon last", "m2 before m1"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from grounding.translate.clauses import Clause, Element
from grounding.translate.nodes import Node
from grounding.translate.parsing import RELATIVE


@dataclass(frozen=True)
class Remark:
    """What a clause says about tasks that were said before.

    Attributes:
        tasks: Those it names.
        rank: ``FIRST`` or ``LAST`` among the others, ``BEFORE`` or ``AFTER`` the clause beside it, ``IN_ORDER`` one
            after the other, or empty.
        start: Offset of its words.
    """

    tasks: tuple[Node, ...]
    rank: str
    start: int


def remarks(elements: Sequence[Element], position: int, said: Sequence[Node]) -> Remark | None:
    """What a clause says about tasks said before; None where it asks for something of its own.

    Args:
        elements: The clauses of the sentence.
        position: Which of them.
        said: Leaves said before, in this sentence and earlier ones.
    """
    element = elements[position]
    if _of_all(element.clause) and said:
        return Remark(tuple(said), "IN_ORDER" if element.clause.in_order else "", element.clause.start)
    tasks = named(element.clause, said)
    if not tasks:
        return None
    links = set(element.links) & set(RELATIVE)
    if links:
        return Remark(tasks, min(links), element.clause.start)
    after = elements[position + 1] if position + 1 < len(elements) else None
    paired = position and after is not None and set(after.links) & set(RELATIVE) and named(after.clause, said)
    if element.rank or paired:
        return Remark(tasks, element.rank, element.clause.start)
    return None


def named(clause: Clause, said: Sequence[Node]) -> tuple[Node, ...]:
    """The tasks that a clause without verb and place points at by the names of their things or places."""
    plain = clause.kind in ("more", "ranked") and not clause.places and not clause.doers and not clause.negative
    if not plain:
        return ()
    found: list[Node] = []
    for phrase in clause.objects:
        if phrase.problem or phrase.pronoun or phrase.quantifier in ("other", "rest", "one", "any"):
            return ()
        ids = set(phrase.ids)
        subjects = [leaf for leaf in said if leaf.goal and leaf.goal[0].proposition.args[0] in ids]
        own = subjects or [leaf for leaf in said if leaf.goal and leaf.goal[0].proposition.args[-1] in ids]
        if not own:
            return ()
        found += own
    return tuple(dict.fromkeys(found))


def _of_all(clause: Clause) -> bool:
    """ "Do them in any order", "do both one after the other"."""
    pronouns = bool(clause.objects) and all(phrase.pronoun for phrase in clause.objects)
    return clause.kind == "more" and pronouns and not clause.places and (clause.any_order or clause.in_order)


def orders(remark: Remark, against: Sequence[Node]) -> list[tuple[Node, Node]]:
    """Pairs of tasks, the first before the second.

    Args:
        remark: What is said.
        against: The tasks of the clause beside it, or all those among which it ranks.
    """
    if not remark.rank:
        return []
    if remark.rank == "IN_ORDER":
        return list(pairwise(remark.tasks))
    rest = [leaf for leaf in against if leaf not in remark.tasks]
    earlier = remark.rank in ("FIRST", "AFTER")  # "X after this": this comes first
    return [(a, b) if earlier else (b, a) for a in remark.tasks for b in rest]


def again(node: Node, said: Sequence[Node]) -> tuple[Node, ...]:
    """The tasks said before that a task only repeats; empty where any part of it is new."""
    found = [next((leaf for leaf in said if leaf.goal == part.goal), None) for part in node.leaves()]
    return () if None in found else tuple(leaf for leaf in found if leaf is not None)
