"""Groups the clauses of a sentence by the links between them, and tasks across sentences."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from grounding.mission.task import Relation
from grounding.state import SELF
from grounding.translate.nodes import Node, closure, either, every, hoist, reduction, sequence

#: Links that say which of two tasks comes first.
NEXT = frozenset({"THEN", "BEFORE", "AFTER", "EARLIER"})


@dataclass
class Item:
    """A task of a sentence with how it follows what stands before it.

    Attributes:
        links: Terminals of the link before it.
        node: What to do.
        in_order: Whether its parts, or it and what stands before it, are done one after another.
    """

    links: list[str]
    node: Node
    in_order: bool = False


def group(items: list[Item]) -> Node:
    """One node for the tasks of a sentence."""
    opener = items[0].links
    if len(items) > 1 and ("AFTER" in opener or "BEFORE" in opener):
        cut = next((k for k in range(1, len(items)) if _closes_front(items[k].links)), None)
        if cut is not None:
            items[cut].links = [k for k in items[cut].links if k not in ("COMMA", "THEN")]
            front, rest = _plain(items[:cut]), group(items[cut:])
            _refer(front)
            return sequence([front, rest] if "AFTER" in opener else [rest, front])
    return _plain(items)


def _closes_front(links: list[str]) -> bool:
    return "THEN" in links or ("COMMA" in links and not {"AND", "OR"} & set(links)) or not links


def _plain(items: list[Item]) -> Node:
    items = _alternatives(items)
    chain: list[Node] = []
    segment: list[Item] = []
    pending, place = "THEN", 1
    for i, item in enumerate(items):
        link = next((k for k in item.links if k in NEXT), None) if i else None
        if link is not None:
            _append(chain, _segment(segment, listed_then=link == "THEN"), pending, place)
            # "A before B, but only after C": what is set off speaks of A, the main clause.
            apart = link == "AFTER" and pending == "BEFORE" and bool({"BUT", "COMMA"} & set(item.links))
            segment, pending, place = [], link, 2 if apart else 1
        segment.append(item)
    _append(chain, _segment(segment, listed_then=False), pending, place)
    return sequence(chain)


def _refer(node: Node) -> None:
    """Marks tasks of a subordinate clause: they may have been asked for elsewhere already."""
    for leaf in node.leaves():
        leaf.reference = True


def _append(chain: list[Node], node: Node, link: str, place: int) -> None:
    """Adds tasks to a chain; those that come earlier go before the last ones, as many as ``place``."""
    if link in ("AFTER", "BEFORE") and chain:
        _refer(node)
    if link in ("AFTER", "EARLIER") and chain:
        chain.insert(max(len(chain) - place, 0), node)
    else:
        chain.append(node)


def _segment(items: list[Item], *, listed_then: bool) -> Node:
    """Clauses between two links of order."""
    inner = [set(item.links) for item in items[1:]]
    if any("OR" in links for links in inner):
        loose = [k for k, links in enumerate(inner, 1) if {"COMMA", "AND"} <= links or "BUT" in links]
        if loose:
            parts = [items[a:b] for a, b in zip([0, *loose], [*loose, len(items)], strict=True)]
            return every([_segment(part, listed_then=False) for part in parts])
        only_commas = not any("AND" in links for links in inner)
        cuts = [k for k, links in enumerate(inner, 1) if "OR" in links or (only_commas and "COMMA" in links)]
        parts = [items[a:b] for a, b in zip([0, *cuts], [*cuts, len(items)], strict=True)]
        return either([_segment(part, listed_then=False) for part in parts])
    nodes = [item.node for item in items]
    if any(item.in_order for item in items):
        if len(nodes) == 1:
            return in_order(nodes[0])
        return sequence(nodes)
    if listed_then and len(nodes) > 1 and all(links <= {"COMMA"} for links in inner):
        return sequence(nodes)
    return every(nodes)


def in_order(node: Node) -> Node:
    """The parts of a task one after another, by one robot where they are about the robot itself."""
    if node.relation is Relation.ALL and node.children:
        node.order = {(i, i + 1) for i in range(len(node.children) - 1)}
        for a, b in pairwise(node.children):
            if a.is_leaf and b.is_leaf and len(b.robots) != 1 and any(SELF in g.proposition.args for g in b.goal):
                b.tie = a
    return node


def _alternatives(items: list[Item]) -> list[Item]:
    """Replaces every "either ... or ..." by one item."""
    start = next((i for i, item in enumerate(items) if "EITHER" in item.links), None)
    if start is None:
        return items
    cuts = [i for i in range(start + 1, len(items)) if "OR" in items[i].links]
    links = [k for k in items[start].links if k != "EITHER"]
    if not cuts:
        items[start].links = links
        return _alternatives(items)
    grouped = any("AND" in item.links and "COMMA" not in item.links for item in items[start + 1 : cuts[0]])
    end = cuts[-1] + 1
    ordered = any("THEN" in item.links and "COMMA" not in item.links for item in items[start + 1 : cuts[0]])
    first = "FIRST" in items[cuts[-1]].links
    while end < len(items) and not _leaves_either(items[end].links, grouped, ordered, first):
        end += 1
    bounds = [start, *cuts, end]
    options = []
    for a, b in pairwise(bounds):
        items[a].links = []
        options.append(group(items[a:b]))
    return [*items[:start], Item(links, either(options)), *_alternatives(items[end:])]


def _leaves_either(links: list[str], grouped: bool, ordered: bool, first: bool) -> bool:
    """Whether a clause after the last "or" stands outside of the alternatives again."""
    if first:
        return False
    if set(links) & NEXT:
        return not ordered or "COMMA" in links
    return "COMMA" in links or ("AND" in links and not grouped and bool(set(links) & NEXT))


def drop_implied(root: Node) -> None:
    """Removes what a rule needs done first ("keep the door closed") where it is asked for anyway."""
    asked = [leaf.goal for leaf in root.leaves() if not leaf.implied]
    gone = [i for i, c in enumerate(root.children) if c.is_leaf and c.implied and c.goal in asked]
    if gone:
        kept = [i for i in range(len(root.children)) if i not in gone]
        place = {k: position for position, k in enumerate(kept)}
        root.order = {(place[a], place[b]) for a, b in closure(root.order) if a in place and b in place}
        root.children = [root.children[k] for k in kept]


def point_back(root: Node) -> Node:
    """Makes "before cleaning the table" point at the task said in another sentence."""
    for reference in [leaf for leaf in root.leaves() if leaf.reference]:
        target = next((n for n in root.leaves() if n.goal == reference.goal and not n.reference), None)
        if target is None or root.relation is not Relation.ALL:
            continue
        if _raise_up(root, reference) and _raise_up(root, target):
            _merge(root, reference, target)
    return root


def _raise_up(root: Node, leaf: Node) -> bool:
    """Dissolves the groups above a leaf until it stands directly below the root."""
    while leaf not in root.children:
        i = next(k for k, child in enumerate(root.children) if leaf in child.leaves())
        if root.children[i].relation is not Relation.ALL:
            return False
        hoist(root, i)
    return True


def _merge(root: Node, reference: Node, target: Node) -> None:
    a, b = root.children.index(reference), root.children.index(target)
    order = {(b if x == a else x, b if y == a else y) for x, y in closure(root.order)}
    root.order = reduction({(x - (x > a), y - (y > a)) for x, y in order if x != y})
    del root.children[a]
    for leaf in root.leaves():
        if leaf.tie is reference:
            leaf.tie = target if leaf is not target else None


def handed_on(taken: Node, put: Node) -> Node:
    """What is done with things in place of picking them up first; the robots named for that do it."""
    before = {leaf.goal[0].proposition.args[1]: leaf for leaf in taken.leaves()}
    for leaf in put.leaves():
        source = before[leaf.goal[0].proposition.args[0]]
        leaf.robots = leaf.robots or source.robots
        leaf.tie = None if leaf.tie in before.values() else leaf.tie
    return put


def put_before(root: Node, first: Node, second: Node) -> bool:
    """Orders two leaves of a tree, whatever groups they stand in; False where a choice is in the way."""
    group = root
    while True:
        inner = [child for child in group.children if {first, second} <= set(child.leaves())]
        if not inner:
            break
        group = inner[0]
    if group.relation is not Relation.ALL or not (_raise_up(group, first) and _raise_up(group, second)):
        return False
    pair = (group.children.index(first), group.children.index(second))
    group.order = closure(group.order | {pair})
    return True
