"""How clauses belong together: sequences, any order, alternatives, and which rules bind what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from grounding.mission.task import Relation, TreeRule
from grounding.state import SELF, WorldState
from grounding.translate import abilities
from grounding.translate.clauses import Clause, Element, Statement
from grounding.translate.grouping import NEXT, Item, drop_implied, group, in_order, point_back
from grounding.translate.meaning import MOST_ALTERNATIVES, RETURN, Interpreter
from grounding.translate.nodes import Node, either, every
from grounding.translate.nouns import Nouns
from grounding.translate.references import ChoiceNeededError, RejectionError, Robots, robots_of
from grounding.translate.rules import RuleMaker
from grounding.world import World

_ATTACH = frozenset({"WITHOUT", "WHILE", "UNTIL"})
_RULE_KINDS = frozenset({"stay", "keep", "use"})


@dataclass
class Mission:
    """What a whole instruction asks for.

    Attributes:
        root: All tasks, None when there are only rules.
        rules: Rules for the team.
        tangled: Whether its words of order could be tied to each other in another way.
    """

    root: Node | None
    rules: list[TreeRule] = field(default_factory=list)
    tangled: bool = False


class Composer:
    """Puts the statements of one instruction together."""

    def __init__(self, world: World, nouns: Nouns, state: WorldState) -> None:
        self.interpreter = Interpreter(world, nouns, state)
        self.maker = RuleMaker(self.interpreter)
        self.rules: list[TreeRule] = []
        self.previous: Clause | None = None
        self.before: Item | None = None
        self.spoken: set[str] = set()
        self.begins = 0

    def mission(self, statements: list[Statement]) -> Mission:
        """Tasks and rules of an instruction."""
        nodes: list[Node] = []
        order: set[tuple[int, int]] = set()
        first: list[int] = []
        for statement in statements:
            links = statement.elements[0].links + (statement.tail if len(statement.elements) == 1 else [])
            node = self._statement(statement)
            if node is None:
                continue
            i = len(nodes)
            if "THEN" in links:
                order |= {(j, i) for j in range(i)}
            elif "EARLIER" in links or "FIRST" in statement.tail:
                order |= {(i, j) for j in range(i)}
            order |= {(j, i) for j in first}
            if "FIRST" in links and not any("THEN" in element.links for element in statement.elements):
                first.append(i)
            nodes.append(node)
        if not nodes:
            return Mission(None, self.rules)
        root = every(nodes, order)
        drop_implied(root)
        return Mission(point_back(root), self.rules)

    def _statement(self, statement: Statement, factor: int = 1) -> Node | None:
        """The tasks of one sentence; once for each choice where later words hang on it."""
        self.begins = statement.elements[0].clause.start
        context, rules, previous = self.interpreter.context.copy(), list(self.rules), self.previous
        spoken = set(self.spoken)
        try:
            return self._compose(statement)
        except ChoiceNeededError as choice:
            if choice.start < statement.elements[0].clause.start:
                raise RejectionError(
                    "'It' stands for something chosen in another sentence. Put both in one sentence or name it.",
                    statement.elements[0].clause.start,
                ) from None
            start, ids = choice.start, choice.ids
            if factor * len(ids) > MOST_ALTERNATIVES:
                raise RejectionError(
                    "That leaves too many possibilities open. Name the things you mean.", choice.start
                ) from None
        nodes = []
        for entity in ids:
            self.interpreter.context = context.copy()
            self.interpreter.context.bound[start] = entity
            self.rules, self.previous, self.spoken = list(rules), previous, set(spoken)
            node = self._statement(statement, factor * len(ids))
            if node is not None:
                nodes.append(node)
        return either(nodes) if nodes else None

    def _compose(self, statement: Statement) -> Node | None:
        if statement.cut is not None:
            raise RejectionError(
                "The instruction ends too early: say what comes next, or end it before that.", statement.cut
            )
        elements = _attach(_trail(statement))
        items: list[Item] = []
        doers: Robots | None = None
        last: Item | None = None
        last_clause = elements[0].clause
        negative = False
        for element in elements:
            clause = self._complete(element.clause)
            links = element.links
            own = clause.doers or clause.by
            if "OR" in links:
                doers = None
            if own:
                doers = robots_of(own, self.interpreter.world, self.spoken)
                self.spoken |= set(doers.ids) if len(doers.ids) == 1 or doers.each else set()
            inherits = negative and "OR" in links and not clause.doers
            if inherits and not clause.negative:
                clause = replace(clause, negative=True)
            negative = clause.negative and clause.kind != "fact"
            if self._is_rule(clause, element):
                extra = self._rule(clause, element, items)
                if extra is not None:
                    items.append(Item(links, extra))
                self.previous = clause
                continue
            robots = doers or Robots()
            node = self._task(clause, robots, last, element)
            if last is not None and _in_turn(last_clause, links):
                last.node = in_order(last.node)
            item = Item(list(links), node, clause.in_order or statement.lead == "INORDER")
            free = statement.lead == "ANYORDER" or set(elements[0].links) & {"AFTER", "BEFORE"}
            if last is not None and not free and _follows(clause, last.node, links):
                item.links.append("THEN")
            items.append(item)
            last, last_clause = item, clause
            self.previous = clause
        if items:
            self.before = items[-1]
        return group(items) if items else None

    def _complete(self, clause: Clause) -> Clause:
        """A clause without a verb goes on with the one before ("... and then to m2")."""
        if clause.kind != "more":
            return clause
        before = self.previous
        fact = before is None or before.kind == "fact"
        if fact and clause.objects and any(s in ("to", "on", "in", "at") for s, _ in clause.places):
            return replace(clause, kind="carry", verb="put")
        if before is None or before.kind == "fact":
            raise RejectionError("I miss a verb here, such as 'go to' or 'bring'.", clause.start, ("go to", "bring"))
        full = replace(
            before, start=clause.start, end=clause.end, in_order=clause.in_order, any_order=clause.any_order,
            doers=(), by=clause.by,
        )  # fmt: skip
        if clause.objects and clause.places:
            return replace(full, objects=clause.objects, places=clause.places)
        if clause.places:
            kept = before.objects
            return replace(full, objects=kept, places=clause.places)
        if before.objects and not before.places:
            return replace(full, objects=clause.objects)
        if before.places and before.kind in ("go", "operate"):
            sense = before.places[-1][0]
            return replace(full, places=(*before.places[:-1], (sense, clause.objects)))
        return replace(full, objects=clause.objects)

    def _is_rule(self, clause: Clause, element: Element) -> bool:
        if clause.kind == "fact":
            flag = clause.flag
            device = any(i.startswith("#") for p in clause.objects for i in p.ids)
            return device or (flag is not None and flag[0] == "forbidden")
        if clause.kind == "keep" and clause.verb == "leave" and clause.flag is None:
            return False
        return clause.negative or clause.kind in _RULE_KINDS

    def _rule(self, clause: Clause, element: Element, items: list[Item]) -> Node | None:
        bound = "BUT" in element.links and items and not clause.doers
        if clause.kind == "use" and not clause.negative:
            raise RejectionError("I cannot tell what to use it for. Say the goal.", clause.start)
        if bound:
            for rule in self.maker.bound(clause, element.attached):
                for item in items:
                    for leaf in item.node.leaves():
                        leaf.rules.append(rule)
            return None
        extra = self.maker.needs_doing(clause)
        if extra is not None:
            for leaf in extra.leaves():
                leaf.implied = True
        self.rules.extend(r for r in self.maker.team(clause, element.attached) if r not in self.rules)
        return extra

    def _task(self, clause: Clause, robots: Robots, last: Item | None, element: Element) -> Node:
        node = self.interpreter.task(clause, robots)
        rules = self._riders(element)
        for leaf in node.leaves():
            leaf.rules.extend(rules)
        self._tie(node, last, clause, robots, element.links)
        return node

    def _riders(self, element: Element) -> list[TreeRule]:
        """Rules of "without ..." and "while ..." that hang on a task."""
        rules: list[TreeRule] = []
        hanging = list(element.attached)
        while hanging:
            link, clause = hanging.pop(0)
            keeps = clause.kind in ("keep", "stay")
            if link == "UNTIL":
                raise RejectionError(
                    "A task is done when its goal is reached; only rules can last until something.", clause.start
                )
            if link != "WITHOUT" and not (clause.negative or keeps):
                raise RejectionError(
                    "I can take 'while ...' only along with a rule, as in 'without entering ... while carrying it'.",
                    clause.start,
                )  # fmt: skip
            limits = []
            while hanging and (hanging[0][0] == "UNTIL" or (hanging[0][0] == "WHILE" and not _forbids(hanging[0][1]))):
                limits.append(hanging.pop(0))
            rules.extend(self.maker.bound(clause if keeps else replace(clause, negative=True), limits))
        return rules

    def _tie(self, node: Node, last: Item | None, clause: Clause, robots: Robots, links: list[str]) -> None:
        """The same robot goes on where a clause is about the robot itself."""
        if last is None and (robots.same or "THEN" in links):
            last = self.before
        named = clause.doers or clause.by
        if last is None or ((named or clause.kind == "fact") and not robots.same):
            return
        alternative = "OR" in last.links and "FIRST" not in last.links
        if not robots.same and (alternative or "OR" in links):
            return
        leaves, before = list(node.leaves()), list(last.node.leaves())[-1]
        choice = self.interpreter.context.open_choice
        if last.node.relation is Relation.EITHER and last.node.children:
            if choice is not None and choice[0] >= self.begins and self._one_could(leaves[0], before):
                raise ChoiceNeededError(*choice)
            return
        about_self = any(SELF in g.proposition.args for n in (leaves[0], before) for g in n.goal)
        if not (about_self or robots.same) or not self._one_could(leaves[0], before):
            return
        for leaf in leaves if node.relation is Relation.ALL and node.order else leaves[:1]:
            if robots.same or len(before.robots) == 1:
                leaf.robots = before.robots
            if len(leaf.robots) != 1 and (node.is_leaf or node.order):
                leaf.tie = before
            before = leaf

    def _one_could(self, a: Node, b: Node) -> bool:
        """Whether some robot has the skills for both leaves."""
        world = self.interpreter.world
        allowed = set(a.robots or world.robots) & set(b.robots or world.robots)
        goals = [g for leaf in (a, b) for g in leaf.goal if g.positive or g.proposition.predicate == "is"]
        return any(all(r in abilities.able(g, world) for g in goals) for r in allowed)


def _forbids(clause: Clause) -> bool:
    return clause.negative or clause.kind in ("keep", "stay")


def _follows(clause: Clause, before: Node, links: list[str]) -> bool:
    """Whether "and" means "and then": coming back, and going on with what was just picked up."""
    if clause.any_order or clause.doers or set(links) & (NEXT | {"OR", "EITHER"}):
        return False
    if clause.kind == "go" and clause.verb in RETURN:
        return True
    return any(g.proposition.predicate == "holding" for leaf in before.leaves() for g in leaf.goal)


def _trail(statement: Statement) -> list[Element]:
    """The clauses, with a link said at the very end moved to where it belongs ("... afterwards")."""
    elements = [Element(list(e.links), e.clause, list(e.attached)) for e in statement.elements]
    for link in statement.tail:
        if link == "THEN":
            elements[-1].links.append("THEN")
        elif link == "EARLIER" and len(elements) > 1:
            elements[-1].links.append("AFTER")
    return elements


def _in_turn(clause: Clause, links: list[str]) -> bool:
    """Whether a list with commas only goes on with "then": "go to m1, m2, then m3"."""
    lists = [clause.objects, *(phrases for _, phrases in clause.places)]
    return "THEN" in links and any(len(p) > 1 and all(x.joined == "comma" for x in p[1:]) for p in lists)


def _attach(elements: list[Element]) -> list[Element]:
    """Hangs "without", "while" and "until" clauses on the clause they belong to."""
    found: list[Element] = []
    waiting: list[tuple[str, Clause]] = []
    link_before = ""
    if (
        len(elements) > 1
        and elements[0].links == ["WHILE"]
        and elements[0].clause.doers
        and not elements[0].clause.negative
    ):
        elements[0].links, elements[1].links = [], ["AND"]
    for i, element in enumerate(elements):
        link = next((k for k in element.links if k in _ATTACH), "")
        if not link and found and found[-1].clause.negative:
            if "BEFORE" in element.links:
                link = "UNTIL"
            elif "AFTER" in element.links:
                link = "AFTER"
        if link == "WHILE" and found and element.clause.doers and not element.clause.negative:
            link = ""
            element.links = ["AND"]
        again = link_before in ("WITHOUT", "WHILE") and element.clause.gerund and set(element.links) & {"AND", "OR"}
        if not link and again and not set(element.links) & NEXT:
            link = link_before
        link_before = link
        if not link:
            found.append(Element(element.links, element.clause, [*element.attached, *waiting]))
            waiting = []
        elif found:
            found[-1].attached.append((link, element.clause))
        else:
            waiting.append((link, element.clause))
            if i + 1 < len(elements):
                elements[i + 1].links = [k for k in elements[i + 1].links if k != "COMMA"]
    if waiting and not found:
        raise RejectionError("This only says how, not what to do.", waiting[0][1].start)
    return found
