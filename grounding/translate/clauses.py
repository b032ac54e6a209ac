"""Clauses: what one verb says, taken from the parse tree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from lark import Token, Tree

from grounding.translate.phrases import NounPhrase

#: "bring" is no gerund: there is no vowel before its "-ing".
_GERUND = re.compile(r"[a-z]*[aeiouy][a-z]*ing\b")

Place = tuple[str, tuple[NounPhrase, ...]]


@dataclass(frozen=True)
class Clause:
    """One clause.

    Attributes:
        kind: ``go``, ``visit``, ``carry``, ``grasp``, ``operate``, ``keep``, ``stay``, ``use``, ``fact`` or
            ``more`` (the verb of the clause before goes on).
        start, end: Offsets in the instruction.
        verb: Base form of the verb.
        gerund: Whether the verb ends in "-ing".
        flag: ``operate``, ``keep`` and ``fact``: flag and whether it shall hold, or None.
        doers: Robots named as subject; the string "same" for the robot spoken of before.
        negative: Whether it is forbidden or denied.
        objects: Noun phrases of the object, or the subject of a fact.
        places: Preposition and its noun phrases, in the order said.
        by: Robots named with "using" or "with".
        in_order: Whether "in this order" was said.
        any_order: Whether "in any order" was said.
        paired: Whether "respectively" was said.
    """

    kind: str
    start: int
    end: int
    verb: str = ""
    gerund: bool = False
    flag: tuple[str, bool] | None = None
    doers: tuple[NounPhrase | str, ...] = ()
    negative: bool = False
    objects: tuple[NounPhrase, ...] = ()
    places: tuple[Place, ...] = ()
    by: tuple[NounPhrase, ...] = ()
    in_order: bool = False
    any_order: bool = False
    paired: bool = False


@dataclass
class Element:
    """A clause with how it is linked to what stands before it.

    Attributes:
        links: Terminals of the link in the order said; empty for the first clause of a sentence.
        clause: The clause.
        attached: Clauses that hang on it ("without ...", "until ..."), with their link.
        rank: ``FIRST`` or ``LAST`` where words after it or before it say so ("the lobby first", "ending with m2").
    """

    links: list[str]
    clause: Clause
    attached: list[tuple[str, Clause]] = field(default_factory=list)
    rank: str = ""


@dataclass
class Statement:
    """One sentence.

    Attributes:
        elements: Its clauses in the order said.
        tail: Terminals of a link at the very end ("... afterwards").
        lead: ``ANYORDER`` or ``INORDER`` where it begins with "in any order" or "in this order".
        cut: Offset of words at the end that lead nowhere ("... and then"), or None.
    """

    elements: list[Element]
    tail: list[str]
    lead: str = ""
    cut: int | None = None


def statements(tree: Any) -> list[Statement]:
    """The sentences of a parse tree."""
    return [_statement(node) for node in tree.children if isinstance(node, Tree)]


def _statement(tree: Any) -> Statement:
    elements: list[Element] = []
    links: list[str] = []
    lead, rank, cut = "", "", None
    for node in tree.children:
        if node.data == "lead":
            lead = node.children[0].type
        elif node.data == "link":
            links = [token.type for token in node.children]
            said = [" ".join(str(token).lower().split()) for token in node.children]
            if elements and (node is tree.children[-1] or len(links) > 1):
                elements[-1].rank = _rank(links[0], said[0], _RANKED_LAST) or elements[-1].rank
            rank = _rank(links[-1], said[-1], _OPENS_LAST)
            last = node.children[-1]
            cut = None if last.type == "COMMA" or str(last).lower() in _CLOSING else last.start_pos
        else:
            elements.append(Element(links, _clause(node), rank=rank))
            links, rank = [], ""
    return Statement(elements, links, lead, cut if links else None)


#: Links that can stand at the end of a sentence.
_CLOSING = frozenset(
    {"afterwards", "afterward", "after that", "later", "later on", "last", "first", "beforehand", "before that", "next",
     "in the end", "at the end", "finally", "at last", "subsequently", "thereafter", "before this", "firstly"}
)  # fmt: skip


#: "The kitchen last", and "ending with the kitchen".
_RANKED_LAST = frozenset({"last", "last of all", "at the end", "in the end", "at last", "at the very end"})
_OPENS_LAST = frozenset({"end with", "ending with", "finish with", "finishing with"})


def _rank(link: str, said: str, last: frozenset[str]) -> str:
    return "FIRST" if link == "FIRST" else "LAST" if said in last else ""


def _clause(tree: Any) -> Clause:
    tokens = list(tree.scan_values(lambda v: isinstance(v, Token)))
    clause = Clause("fact", min(t.start_pos for t in tokens), max(t.end_pos for t in tokens))
    for node in tree.children:
        clause = _add(clause, node)
    match tree.data:
        case "forbidden" | "avoid":
            clause = replace(clause, negative=True, kind="visit" if tree.data == "avoid" else clause.kind)
        case "whereabouts":
            clause = replace(clause, kind="go", verb="be")
        case "sent":
            clause = replace(clause, kind="go", verb="go")
        case "brought":
            clause = replace(clause, kind="keep" if clause.negative else "fact")
        case "banned":
            kind = {"fact": "operate" if clause.flag else "keep"}.get(clause.kind, clause.kind)
            clause = replace(clause, kind=kind, negative=True)
        case "lasting":
            clause = replace(clause, kind="keep")
        case "more" | "ranked":
            clause = replace(clause, kind=str(tree.data))
    return clause


def _add(clause: Clause, node: Any) -> Clause:
    if isinstance(node, Token):
        if node.type == "STATE":
            return replace(clause, flag=node.value)
        return replace(clause, negative=True) if node.type == "NOT" else clause
    match node.data:
        case "doer":
            return replace(clause, doers=tuple(t.value for t in node.children if t.type == "ROBOT"))
        case "nps":
            return replace(clause, objects=clause.objects + _phrases(node))
        case "pp":
            return replace(clause, places=(*clause.places, (node.children[0].value, _phrases(node.children[1]))))
        case "rider":
            return _ride(clause, node.children[0])
        case "place" | "state":
            return _quality(clause, node)
        case _:
            return _act(clause, node)


def _quality(clause: Clause, node: Any) -> Clause:
    for child in node.children:
        clause = replace(clause, flag=child.value) if isinstance(child, Token) else _add(clause, child)
    return clause


def _act(clause: Clause, node: Any) -> Clause:
    kind = {"carried": "carry", "visited": "visit", "turn": "operate", "keep_at": "keep", "hand": "carry"}.get(
        node.data, node.data
    )
    for child in node.children:
        if node.data == "hand" and clause.objects and not isinstance(child, Token):
            clause = replace(clause, objects=_phrases(child), places=(("to", clause.objects),))
        elif not isinstance(child, Token):
            clause = _add(clause, child)
        elif child.type in ("OPERATE", "STATE"):
            clause = replace(clause, flag=child.value)
        else:
            clause = replace(clause, verb=str(child.value))
    first = next(t for t in node.children if isinstance(t, Token))
    return replace(clause, kind=str(kind), gerund=_GERUND.match(str(first).lower()) is not None)


def _ride(clause: Clause, token: Token) -> Clause:
    if token.type == "BYROBOT":
        return replace(clause, by=(*clause.by, token.value))
    if token.type == "PAIRED":
        return replace(clause, paired=True)
    return replace(clause, in_order=True) if token.type == "INORDER" else replace(clause, any_order=True)


def _phrases(node: Any) -> tuple[NounPhrase, ...]:
    return tuple(token.value for token in node.children if token.type == "NP")
