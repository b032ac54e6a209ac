"""What clauses forbid or keep: rules over the whole mission, or over one task and its robot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grounding.mission.task import TreeRule
from grounding.state import ANY, SELF, Proposition, holds
from grounding.translate import abilities, wording
from grounding.translate.abilities import literal
from grounding.translate.clauses import Clause
from grounding.translate.meaning import Interpreter
from grounding.translate.nodes import Node, every
from grounding.translate.phrases import NounPhrase, listed
from grounding.translate.references import RejectionError, Robots
from grounding.translate.words import verb_forms


@dataclass(frozen=True)
class Body:
    """What must hold at every moment.

    Attributes:
        formula: State formula, or a formula of its own where ``whole``.
        text: The rule in English: after "never" where ``never``, else complete.
        never: Whether the text names what is forbidden.
        whole: Whether the formula already speaks of the whole mission.
        robot: Id of the robot it binds, or empty.
        entering: What must not begin: a robot that is in a forbidden room when the rule begins to bind may
            stay there or leave; empty where nothing may hold at all.
    """

    formula: str
    text: str
    never: bool = True
    whole: bool = False
    robot: str = ""
    entering: str = ""


class RuleMaker:
    """Turns clauses that forbid or keep something into rules."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.world, self.state = interpreter.world, interpreter.state

    def team(self, clause: Clause, attached: Sequence[tuple[str, Clause]]) -> list[TreeRule]:
        """Rules for the whole team and mission from a free-standing clause."""
        robots = clause.doers or clause.by
        ids = [i for d in robots if isinstance(d, NounPhrase) for i in d.ids]
        team = not ids or set(ids) == set(self.world.robots)
        subjects = [ANY] if team else ids
        return [rule for who in subjects for rule in self._rules(clause, attached, who)]

    def bound(self, clause: Clause, attached: Sequence[tuple[str, Clause]]) -> list[TreeRule]:
        """Rules for the robot of one task ("without entering the lobby")."""
        return self._rules(clause, attached, SELF)

    def _rules(self, clause: Clause, attached: Sequence[tuple[str, Clause]], who: str) -> list[TreeRule]:
        bodies = self._bodies(clause, who)
        ends = [c for link, c in attached if link == "UNTIL"]
        during = [c for link, c in attached if link == "WHILE"]
        since = [c for link, c in attached if link == "AFTER"]
        made: list[TreeRule] = []
        for body in bodies:
            made.extend(self._rule(body, who, ends, during, since))
        return made

    def _rule(
        self, body: Body, who: str, ends: Sequence[Clause], during: Sequence[Clause], since: Sequence[Clause]
    ) -> list[TreeRule]:
        if body.whole and (ends or during or since):
            raise RejectionError(
                "I cannot limit that rule in time. Say it for the whole mission.", (*ends, *during, *since)[0].start
            )
        never = self._sentence(body, who)
        if during:
            return self._while(body, never, who, during)
        if who == ANY and self._may_be_in(body, since):
            own = [_of_robot(body, robot) for robot in self.world.robots]
            return [self._lasting(part, never, ends, since) for part in own]
        return [self._lasting(body, never, ends, since)]

    def _may_be_in(self, body: Body, since: Sequence[Clause]) -> bool:
        """Whether a robot can be in a forbidden room already when the rule begins to bind."""
        if not body.entering:
            return False
        now = Proposition.parse(body.entering).bind(ANY)
        return bool(since) or holds(now, self.world, self.state)

    def _lasting(self, body: Body, never: str, ends: Sequence[Clause], since: Sequence[Clause]) -> TreeRule:
        """A rule for as long as it is said to bind."""
        formula = body.formula if body.whole else f"G({body.formula})"
        if ends:
            facts = [f for c in ends for f in self.interpreter.condition(c)]
            until = listed([wording.fact(f, self.world) for f in facts])
            formula = f"({body.formula}) W ({' & '.join(map(str, facts))})"
            never = f"{never} until {until}"
        if since:
            facts = [f for c in since for f in self.interpreter.condition(c)]
            after = listed([wording.fact(f, self.world) for f in facts])
            never = f"{never} after {after}"
        if self._may_be_in(body, since):
            formula = f"{body.entering} W {f'({formula})' if ends else formula}"
        if since:
            formula = f"G(({' & '.join(map(str, facts))}) -> {f'({formula})' if ' W ' in formula else formula})"
        return TreeRule(formula, never)

    def _sentence(self, body: Body, who: str) -> str:
        if who == SELF:
            return f"{'without' if body.never else 'while'} {verb_forms(body.text)['gerund'][0]}"
        if not body.never:
            return body.text
        return f"{wording.name(body.robot, self.world)} must never {body.text}" if body.robot else f"never {body.text}"

    def _while(self, body: Body, never: str, who: str, during: Sequence[Clause]) -> list[TreeRule]:
        rules = []
        for clause in during:
            _must_last(clause)
            for fact in self.interpreter.condition(clause, body.robot or who):
                carrying = fact.proposition.predicate == "holding"
                subject, value = fact.proposition.args
                if carrying and subject == ANY:
                    rules.extend(self._while_any_carries(body, never, value))
                    continue
                held = "anything" if value == ANY else wording.name(value, self.world) if carrying else ""
                text = (
                    f"{never} while carrying {held}" if carrying else f"{never} while {wording.fact(fact, self.world)}"
                )
                rules.append(TreeRule(f"G({fact} -> {body.formula})", text))
        return rules

    def _while_any_carries(self, body: Body, never: str, thing: str) -> list[TreeRule]:
        """ "Never enter Z while carrying X" for the team: whoever carries X keeps out of Z."""
        held = "anything" if thing == ANY else wording.name(thing, self.world)
        rules = []
        for robot in self.world.robots:
            formula = body.formula.replace(f".{ANY}.", f".{robot}.")
            fact = literal("holding", robot, thing)
            if thing == ANY or robot in abilities.able(literal("holding", SELF, thing), self.world):
                rules.append(TreeRule(f"G({fact} -> {formula})", f"{never} while carrying {held}"))
        return rules

    def _bodies(self, clause: Clause, who: str) -> list[Body]:
        robot = who if who not in (ANY, SELF) else ""
        zones = [i for p in clause.objects for i in p.ids if i in self.world.zones]
        if clause.verb == "leave" and zones and clause.flag is None:
            clause = replace(clause, kind="visit", verb="exit")
        if self._device(clause) is not None:
            return self._device_off(clause, who)
        match clause.kind:
            case "go" | "visit":
                return [replace(b, robot=robot) for b in self._keep_out(clause, who)]
            case "stay":
                return self._stay(clause, who)
            case "carry" | "grasp":
                return self._leave_alone(clause, who, robot)
            case "operate":
                return self._keep_state(clause, negative=True)
            case "keep" | "fact":
                return self._keep(clause, who)
        raise RejectionError(f"I cannot forbid to {clause.verb}.", clause.start)

    def _zones(self, phrases: Sequence[NounPhrase]) -> list[str]:
        """Zones a rule speaks of, kinds as one zone each."""
        units = self.interpreter.units(phrases, lambda e: e in self.world.zones, forbidden=True)
        ids: list[str] = []
        for phrase in dict.fromkeys(u.phrase for u in units):
            members = tuple(i for u in units if u.phrase is phrase for i in u.ids)
            for entity in members:
                if entity not in self.world.zones:
                    raise RejectionError(f"{phrase.text} is not a room or place.", phrase.start)
            ids.extend(i for i in self.interpreter.kind_zone(members) if i not in ids)
        return ids

    def _keep_out(self, clause: Clause, who: str) -> list[Body]:
        phrases = clause.objects + tuple(p for sense, group in clause.places if sense != "from" for p in group)
        if not phrases:
            raise RejectionError("I do not know where not to go. Name a room or place.", clause.end)
        outside = any(sense == "outside" for sense, _ in clause.places) or clause.verb == "exit"
        bodies = []
        for zone in self._zones(phrases):
            bodies.extend(self._inside(zone, who) if outside else self._outside(zone, who))
        return bodies

    def _outside(self, zone: str, who: str) -> list[Body]:
        """Not to enter a zone; those who are in it now may stay or leave, but not come back."""
        text = f"enter {wording.name(zone, self.world, many=True)}"
        fact = literal("at", who, zone)
        return [Body(f"!{fact}", text, entering=str(fact))]

    def _inside(self, zone: str, who: str) -> list[Body]:
        name = wording.name(zone, self.world, many=True)
        if who == ANY:
            return [
                Body(str(literal("at", r, zone)), f"{wording.name(r, self.world)} must stay in {name}", never=False)
                for r in self.world.robots
            ]
        if who == SELF:
            return [Body(str(literal("at", SELF, zone)), f"leave {name}")]
        return [
            Body(str(literal("at", who, zone)), f"{wording.name(who, self.world)} must stay in {name}", never=False)
        ]

    def _stay(self, clause: Clause, who: str) -> list[Body]:
        bodies: list[Body] = []
        for sense, phrases in clause.places:
            for zone in self._zones(phrases):
                if sense in ("from", "outside") or clause.negative:
                    robot = who if who not in (ANY, SELF) else ""
                    bodies.extend(replace(body, robot=robot) for body in self._outside(zone, who))
                else:
                    bodies.extend(self._inside(zone, who))
        return bodies

    def _leave_alone(self, clause: Clause, who: str, robot: str) -> list[Body]:
        interpreter = self.interpreter
        ways = [phrases for sense, phrases in clause.places if sense == "through"]
        if ways:
            return self._not_through(clause, who, robot, [p for group in ways for p in group])
        at = interpreter.destination(clause, clause.places)
        units = interpreter.units(clause.objects, interpreter.is_movable, forbidden=True)
        things = [i for u in units for i in u.ids]
        for unit in units:
            interpreter.must_move(unit, clause)
        if at is None:
            for thing in things:
                if "pushable" in self.world.things[thing].properties:
                    name = wording.name(thing, self.world)
                    raise RejectionError(f"I cannot watch who pushes {name}; say where it must not be.", clause.start)
            return [
                Body(f"!{literal('holding', who, t)}", f"pick up {wording.name(t, self.world)}", robot=robot)
                for t in things
            ]
        phrases = clause.places[at][1]
        targets = [i for u in interpreter.units(phrases, interpreter.is_target, forbidden=True) for i in u.ids]
        targets = list(interpreter.kind_zone(tuple(targets)))
        bodies = []
        for thing in things:
            for target in targets:
                rest = interpreter.at_rest(thing, target, clause, phrases)
                inside = literal("inside", thing, target) if target in self.world.zones else rest
                bodies.append(Body(f"!{inside}", wording.goal(rest, self.world)))
        return bodies

    def _not_through(self, clause: Clause, who: str, robot: str, ways: Sequence[NounPhrase]) -> list[Body]:
        """ "Never carry the document through public areas"."""
        units = self.interpreter.units(clause.objects, self.interpreter.is_movable, forbidden=True)
        bodies = []
        for zone in self._zones(ways):
            for thing in [i for u in units for i in u.ids]:
                goal = literal("holding", SELF, thing)
                carriers = [r for r in self.world.robots if r in abilities.able(goal, self.world)]
                for carrier in carriers if who == ANY else [who]:
                    names = wording.name(zone, self.world, many=True), wording.name(thing, self.world)
                    bodies.append(
                        Body(f"{literal('holding', carrier, thing)} -> !{literal('at', carrier, zone)}",
                             f"enter {names[0]} while carrying {names[1]}", robot=robot)
                    )  # fmt: skip
        return bodies

    def _keep_state(self, clause: Clause, *, negative: bool) -> list[Body]:
        """ "Never open door m4", "keep the kitchen door closed"."""
        if clause.flag is None:
            raise RejectionError("I do not know which state is meant.", clause.start)
        flag, value = clause.flag
        wanted = value is not negative
        if flag == "forbidden":
            return self._keep_out(replace(clause, flag=None), ANY)

        def has(entity: str) -> bool:
            options = (literal("is", entity, flag, positive=v) for v in (True, False))
            return any(abilities.ways(option, self.world) for option in options)

        units = self.interpreter.units(clause.objects, has, clause.places, forbidden=True)
        bodies = []
        for entity in [i for u in units for i in self.interpreter.by_its_door(u, has).ids]:
            if not has(entity):
                name = wording.name(entity, self.world)
                raise RejectionError(f"{name} cannot be {wording.state(flag, value)}.", clause.start)
            fact = literal("is", entity, flag, positive=wanted)
            holds_now = holds(fact.proposition, self.world, self.state) is fact.positive
            name = wording.name(entity, self.world)
            text = f"keep {name} {wording.state(flag, wanted)}"
            if negative:
                text = f"{wording.verb_for(flag, value, self.world)} {name}"
            if holds_now:
                bodies.append(Body(str(fact), text, never=negative))
            else:
                bodies.append(Body(f"G({fact} -> G({fact}))", text, never=negative, whole=True))
        return bodies

    def _keep(self, clause: Clause, who: str) -> list[Body]:
        if clause.flag is not None:
            return self._keep_state(clause, negative=clause.negative)
        robot_places = [p for p in clause.places if p[0] in ("in", "at", "on", "to", "outside", "from", "located")]
        units = self.interpreter.units(clause.objects, self.interpreter.is_movable, forbidden=True)
        bodies = []
        for sense, phrases in robot_places:
            for zone in self._zones(phrases):
                for thing in [i for u in units for i in u.ids]:
                    if thing not in self.world.things:
                        raise RejectionError(
                            f"{wording.name(thing, self.world)} is no thing to keep somewhere.", clause.start
                        )
                    fact = literal("inside", thing, zone)
                    name, room = wording.name(thing, self.world), wording.name(zone, self.world, many=True)
                    away = sense in ("outside", "from") or clause.negative
                    if not away and not holds(fact.proposition, self.world, self.state):
                        raise RejectionError(f"{name} is not in {room} now. Say to bring it there first.", clause.start)
                    text = f"keep {name} out of {room}" if away else f"keep {name} in {room}"
                    bodies.append(Body(f"{'!' if away else ''}{fact}", text, never=False))
        return bodies

    # Devices of the robots, such as a camera

    def _device(self, clause: Clause) -> str | None:
        """Flag of the device a clause is about: "keep the camera off", "never take photos"."""
        named = [i for p in clause.objects for i in p.ids if i.startswith("#")]
        if named:
            return self.interpreter.nouns.devices[named[0][1:]]
        if clause.kind == "operate" and clause.flag is not None and clause.flag[1]:
            return abilities.device_for(clause.flag[0], self.world)
        return None

    def _device_off(self, clause: Clause, who: str) -> list[Body]:
        device = self._device(clause)
        assert device is not None
        noun = next(n for n, f in self.interpreter.nouns.devices.items() if f == device)
        if clause.kind in ("keep", "fact") and clause.flag is not None and clause.flag[1] is not clause.negative:
            raise RejectionError(f"The {noun} is on only while it is used; it can only be kept off.", clause.start)
        phrases = () if any(i.startswith("#") for p in clause.objects for i in p.ids) else clause.objects
        places = [(s, ps) for s, ps in clause.places if s in ("in", "of", "at", "outside", "on", "to", "located")]
        if phrases:
            places.append(("in", phrases))
        owners = abilities.devices(self.world)[device]
        if who not in (ANY, SELF) and who not in owners:
            raise RejectionError(f"{wording.name(who, self.world)} has no {noun}.", clause.start)
        subjects = owners if who == ANY else (who,)
        bodies = []
        for robot in subjects:
            on = literal("is", robot, device)
            whose = f"the {noun}" if who in (ANY, SELF) else f"the {noun} of {wording.name(robot, self.world)}"
            if not places:
                bodies.append(Body(f"!{on}", f"keep {whose} off", never=False))
            for sense, group in places:
                outside = sense == "outside"
                zones = self._zones(group)
                if outside:
                    inside = " | ".join(str(literal("at", robot, z)) for z in zones)
                    text = f"keep {whose} off outside {listed([wording.name(z, self.world, many=True) for z in zones])}"
                    bodies.append(Body(f"{on} -> {f'({inside})' if len(zones) > 1 else inside}", text, never=False))
                    continue
                for zone in zones:
                    text = f"keep {whose} off in {wording.name(zone, self.world, many=True)}"
                    bodies.append(Body(f"{on} -> !{literal('at', robot, zone)}", text, never=False))
        return bodies

    def needs_doing(self, clause: Clause) -> Node | None:
        """What must be done first for "keep the kitchen door closed" when it is open now."""
        if clause.kind != "keep" or clause.flag is None or clause.flag[0] == "forbidden" or self._device(clause):
            return None
        flag, value = clause.flag
        value = value is not clause.negative

        def possible(entity: str) -> bool:
            return bool(abilities.ways(literal("is", entity, flag, positive=value), self.world))

        units = self.interpreter.units(clause.objects, possible, clause.places)
        nodes = []
        for entity in [i for u in units for i in self.interpreter.by_its_door(u, possible).ids]:
            fact = literal("is", entity, flag, positive=value)
            if holds(fact.proposition, self.world, self.state) is not value:
                nodes.append(self.interpreter.leaf(fact, clause, Robots()))
        return every(nodes) if nodes else None


def _of_robot(body: Body, robot: str) -> Body:
    """What one robot has to do for a rule of the team."""
    formula, entering = (text.replace(f".{ANY}.", f".{robot}.") for text in (body.formula, body.entering))
    return replace(body, formula=formula, entering=entering)


def _must_last(clause: Clause) -> None:
    """Rejects "while" with something that is done at once rather than lasting."""
    carrying = clause.kind in ("carry", "grasp") and not any(sense in ("to", "on", "in") for sense, _ in clause.places)
    if clause.kind != "fact" and clause.verb != "be" and not carrying:
        raise RejectionError(
            "After 'while' I expect a state, as in 'while carrying the mug' or 'while the table is clean'.",
            clause.start,
        )
