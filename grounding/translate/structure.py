"""How clauses belong together: sequences, any order, alternatives, and which rules bind what."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from grounding.mission.task import Relation, TreeRule
from grounding.state import SELF, WorldState
from grounding.translate import abilities
from grounding.translate.clauses import Clause, Element, Statement
from grounding.translate.grouping import (
    NEXT,
    Item,
    drop_implied,
    group,
    handed_on,
    in_order,
    point_back,
    put_before,
)
from grounding.translate.meaning import MOST_ALTERNATIVES, RETURN, Interpreter
from grounding.translate.nodes import Node, either, every
from grounding.translate.nouns import Nouns
from grounding.translate.parsing import RELATIVE
from grounding.translate.ranking import Remark, again, orders, remarks
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
        self.said: list[Node] = []
        self.orders: list[tuple[Node, Node, int]] = []
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
            elif "EARLIER" in links or ("FIRST" in statement.tail and len(statement.elements) == 1):
                order |= {(i, j) for j in range(i)}
            listed = statement is statements[-1] and len(statement.elements) == 1 and not node.is_leaf
            if listed and not nodes and "FIRST" in statement.tail:
                raise RejectionError(
                    "I cannot tell what comes first. Say the order with 'then'.", statement.elements[0].clause.start
                )
            order |= {(j, i) for j in first}
            if "FIRST" in links and not any("THEN" in element.links for element in statement.elements):
                first.append(i)
            nodes.append(node)
        if not nodes:
            return Mission(None, self.rules)
        root = every(nodes, order)
        for earlier, later, start in self.orders:
            if not put_before(root, earlier, later):
                raise RejectionError("I cannot tell which of the choices that order speaks of. Say it again.", start)
        drop_implied(root)
        return Mission(point_back(root), self.rules)

    def _statement(self, statement: Statement, factor: int = 1) -> Node | None:
        """The tasks of one sentence; once for each choice where later words hang on it."""
        self.begins = statement.elements[0].clause.start
        context, rules, previous = self.interpreter.context.copy(), list(self.rules), self.previous
        spoken, said, ordered = set(self.spoken), list(self.said), list(self.orders)
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
        self.orders = ordered
        for entity in ids:
            self.interpreter.context = context.copy()
            self.interpreter.context.bound[start] = entity
            self.rules, self.previous, self.spoken = list(rules), previous, set(spoken)
            self.said = list(said)
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
        begun = len(self.said)
        doers: Robots | None = None
        last: Item | None = None
        last_clause = elements[0].clause
        negative = False
        pointed: list[Remark] = []
        for position, element in enumerate(elements):
            remark = remarks(elements, position, self.said)
            if remark is not None:
                self._order(remark, pointed, last, begun)
                pointed.append(remark)
                _drop_rank(elements[position + 1 :])
                continue
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
            told = again(node, self.said[begun:]) if element.rank else ()
            if told:
                pointed.append(Remark(told, element.rank, clause.start))
                self._order(pointed[-1], [], last, begun)
                _drop_rank(elements[position + 1 :])
                continue
            if last is not None and not NEXT & set(links) and self._only_takes(last.node, node):
                self.said = [leaf for leaf in self.said if leaf not in set(last.node.leaves())]
                self.said += node.leaves()
                last.node, last_clause = handed_on(last.node, node), clause
                self.previous = clause
                continue
            if last is not None and _in_turn(last_clause, links):
                last.node = in_order(last.node)
            item = Item(list(links), node, clause.in_order or statement.lead == "INORDER")
            free = statement.lead == "ANYORDER" or set(elements[0].links) & {"AFTER", "BEFORE"}
            if last is not None and not free and _follows(clause, last.node, links):
                item.links.append("THEN")
            items.append(item)
            self.said += node.leaves()
            last, last_clause = item, clause
            self.previous = clause
        if pointed and set(elements[0].links) & set(RELATIVE) and remarks(elements, 0, self.said[:begun]):
            self.orders += [(a, b, pointed[0].start) for a, b in orders(pointed[0], self.said[begun:])]
        if items:
            self.before = items[-1]
        return group(items) if items else None

    def _order(self, remark: Remark, pointed: list[Remark], last: Item | None, begun: int) -> None:
        """Notes in which order a remark puts the tasks said before."""
        if remark.rank in RELATIVE:
            beside = pointed[-1].tasks if pointed and not pointed[-1].rank else list(last.node.leaves()) if last else []
            pairs = orders(remark, beside)
        else:
            pairs = orders(remark, self.said[begun:] or self.said)
        self.orders += [(first, second, remark.start) for first, second in pairs]

    def _complete(self, clause: Clause) -> Clause:
        """A clause without a verb goes on with the one before ("... and then to m2")."""
        if clause.kind == "ranked":
            raise RejectionError("I cannot tell which task that speaks of. Name what is to be done.", clause.start)
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

    def _only_takes(self, taken: Node, put: Node) -> bool:
        """Whether more things are picked up than hands are there, to be put somewhere: each goes by itself."""
        held, moved = [leaf.goal for leaf in taken.leaves()], [leaf.goal for leaf in put.leaves()]
        if any(leaf.rules for leaf in taken.leaves()) or not all(len(g) == 1 and g[0].positive for g in held):
            return False
        if any(g[0].proposition.predicate != "holding" for g in held) or put.relation is Relation.EITHER:
            return False
        things = {g[0].proposition.args[1] for g in held}
        hands = set().union(*(abilities.able(g[0], self.interpreter.world) for g in held))
        placed = {g[0].proposition.args[0] for g in moved if g and g[0].proposition.predicate != "at"}
        return len(things) > len(hands) and placed == things

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
    elements = [replace(e, links=list(e.links), attached=list(e.attached)) for e in statement.elements]
    for link in statement.tail:
        if link == "THEN":
            elements[-1].links.append("THEN")
        elif link == "EARLIER" and len(elements) > 1:
            elements[-1].links.append("AFTER")
        elif link == "FIRST" and len(elements) > 1:
            elements[-1].links.append("EARLIER")
    return elements


def _drop_rank(after: list[Element]) -> None:
    """Takes "first" or "last", said of the clause before, out of the link of the clause after it."""
    if after and len(after[0].links) > 1 and after[0].links[0] in ("FIRST", "THEN"):
        after[0].links = after[0].links[1:]


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
            found.append(replace(element, attached=[*element.attached, *waiting]))
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
