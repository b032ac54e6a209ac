"""What clauses mean in a world: goals for the leaves of the tree, and facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise, product

from grounding.mission.task import Literal
from grounding.state import ANY, SELF
from grounding.translate import abilities, means, wording
from grounding.translate.abilities import literal
from grounding.translate.clauses import Clause, Place
from grounding.translate.nodes import Node, either, every, sequence
from grounding.translate.phrases import NounPhrase, listed
from grounding.translate.references import RejectionError, Resolver, Robots, Unit, capital

#: More alternatives than this are refused: nobody means them, and a planner could not weigh them.
MOST_ALTERNATIVES = 24


class Interpreter(Resolver):
    """Turns clauses into tasks and facts."""

    def task(self, clause: Clause, robots: Robots) -> Node:
        """The task that a clause asks for."""
        if robots.each and self._is_about_robot(clause):
            return every([self.task(clause, Robots((r,))) for r in robots.ids])
        match clause.kind:
            case "go" | "visit":
                node = self._motion(clause, robots)
            case "carry" | "grasp":
                node = self._transfer(clause, robots)
            case "operate":
                node = self._operate(clause, robots)
            case "fact" | "keep":
                node = self._fact(clause, robots)
            case _:
                raise RejectionError(f"I cannot tell what to do with {clause.verb!r} here.", clause.start)
        return node

    def _is_about_robot(self, clause: Clause) -> bool:
        taking = clause.kind in ("carry", "grasp") and self.destination(clause, clause.places) is None
        return clause.kind in ("go", "visit") or taking

    def leaf(self, goal: Literal, clause: Clause, robots: Robots, also: Sequence[Literal] = ()) -> Node:
        """One leaf, after making sure that some robot can do it.

        Args:
            goal: What it is to bring about.
            clause: Where it was said.
            robots: The robots named for it.
            also: What else is to hold at that moment ("a rinsed spoon").
        """
        goals = (goal, *(extra for extra in also if extra != goal))
        for one in goals:
            self._check_able(one, clause, robots, abilities.able(one, self.world))
        text = wording.order(goals, self.world)
        if len(goals) > 1 and not abilities.able_all(goals, self.world):
            raise RejectionError(f"No robot here can {text} by itself: it takes the skills of several.", clause.start)
        return Node(goal=goals, text=text, robots=robots.ids)

    def made(self, units: Sequence[Unit]) -> dict[str, tuple[Literal, ...]]:
        """What the adjectives of noun phrases ask things to be made, by thing."""
        return {i: tuple(literal("is", i, flag, positive=value) for flag, value in u.phrase.states)
                for u in units for i in u.ids if u.phrase.states}  # fmt: skip

    def filled(self, units: Sequence[Unit], node: Node, clause: Clause, robots: Robots) -> Node:
        """A task after those that put into things what they are to hold: "the mug with the pen in it".

        What has to be made comes first: the knife on the plate may be needed to slice the tomato.
        """
        steps: list[Node] = []
        for unit in units:
            for phrase in sorted(unit.phrase.contents, key=lambda inner: not inner.states):
                if len(unit.ids) != 1:
                    names = [wording.name(i, self.world) for i in unit.ids]
                    raise RejectionError(
                        f"{capital(unit.phrase.text)} could be {listed(names, 'or')}. Say which one.",
                        unit.phrase.start, names,
                    )  # fmt: skip
                inside = self._units(phrase, self.is_movable, (), False)
                made, (holder,) = self.made(inside), unit.ids

                def make(thing: str, holder: str = holder, made: dict[str, tuple[Literal, ...]] = made) -> Node:
                    goal = self.at_rest(thing, holder, clause, clause.objects)
                    return self.leaf(goal, clause, robots, made.get(thing, ()))

                steps += [self._spread([[one]], make, clause) for one in inside]
        return sequence([*steps, node]) if steps else node

    def _check_able(self, goal: Literal, clause: Clause, robots: Robots, capable: tuple[str, ...]) -> None:
        order = wording.goal(goal, self.world)
        if not goal.positive and goal.proposition.predicate == "at":
            return
        if not capable:
            raise RejectionError(f"No robot here can {order}. {self._gone(goal) or self._can_do()}", clause.start)
        if not robots.ids or set(robots.ids) & set(capable):
            return
        raise RejectionError(self._unable(robots.ids[0], goal, capable), clause.start, capable)

    def _gone(self, goal: Literal) -> str:
        """What the skills for a goal work with and this world does not have, as a sentence."""
        kinds = [kind.replace("_", " ") for kind in abilities.lacking(goal, self.world)]
        return f"There is no {listed(kinds, 'or')} in the {self.world.name} world." if kinds else ""

    def _unable(self, robot: str, goal: Literal, capable: tuple[str, ...]) -> str:
        missing = [s.replace("_", " ") for s in abilities.missing(goal, self.world, robot)]
        lacks = f"skill{'s' * (len(missing) > 1)} {listed(missing)}"
        others = listed([wording.name(r, self.world) for r in capable])
        return (
            f"{capital(wording.name(robot, self.world))} cannot {wording.goal(goal, self.world)}: it does not have the "
            f"{lacks}; {others} can."
        )

    def _can_do(self) -> str:
        skills = {s for r in self.world.robots.values() for s in r.type.skills}
        names = [s.replace("_", " ") for s in self.world.skills if s in skills]
        return f"The skills here are: {listed(names)}."

    def _spread(self, groups: Sequence[Sequence[Unit]], make: Callable[..., Node], clause: Clause) -> Node:
        """Every combination of the units, and either-or over the ids each leaves open."""
        nodes: list[Node] = []
        pairs = zip(*groups, strict=False) if clause.paired else product(*groups)
        if clause.paired and len({len(group) for group in groups}) > 1:
            raise RejectionError("With 'respectively' I need as many places as things.", clause.start)
        for units in pairs:
            options = [u.ids for u in units]
            total = 1
            for ids in options:
                total *= len(ids)
            if total > MOST_ALTERNATIVES:
                raise RejectionError(
                    f"That leaves {total} possibilities open, more than I can weigh. Name fewer.", clause.start
                )
            nodes.append(either([make(*ids) for ids in product(*options)]))
        return every(nodes)

    def _motion(self, clause: Clause, robots: Robots) -> Node:
        stops: list[Node] = []
        targets: list[tuple[bool, tuple[NounPhrase, ...]]] = []
        if clause.objects:
            targets.append((clause.verb != "exit", clause.objects))
        for sense, phrases in clause.places:
            if sense in ("to", "in", "at", "on", "through", "located", "of"):
                targets.append((True, phrases))
            elif sense == "outside" or (
                sense == "from" and clause.verb in ("get", "come", "go", "move", "drive", "walk")
            ):
                targets.append((False, phrases))
        order = sorted(targets, key=lambda t: 0)
        through = [phrases for sense, phrases in clause.places if sense == "through"]
        if through and len(order) > 1:
            order = [t for t in order if t[1] in through] + [t for t in order if t[1] not in through]
        if any(positive for positive, _ in order):
            order = [t for t in order if t[0]]
        for positive, phrases in order:
            units = self.units(phrases, self.is_zone)
            for unit in units:
                self._must_be_zone(unit, clause)
            units = [Unit(self.kind_zone(u.ids), u.phrase) for u in units]
            stops.append(
                self._spread(
                    [units],
                    lambda z, p=positive: self.leaf(literal("at", SELF, z, positive=p), clause, robots),
                    clause,
                )
            )
        if not stops and any(sense == "near" for sense, _ in clause.places):
            raise RejectionError("I can go to a room or place, not beside it. Say 'go to'.", clause.start, ("go to",))
        if not stops:
            stops.append(self._home(clause, robots))
        if len(stops) > 1:
            node = every(stops, {(i, i + 1) for i in range(len(stops) - 1)})
            leaves = list(node.leaves())
            for a, b in pairwise(leaves):
                b.tie = a
            return node
        return stops[0]

    def _home(self, clause: Clause, robots: Robots) -> Node:
        """ "Come back" without a place: where the robot is before it goes."""
        ids = robots.ids or tuple(self.world.robots)
        rooms = {self.world.room_of(self.state.robots[r].cell) for r in ids}
        if clause.verb in RETURN and (len(rooms) != 1 or None in rooms):
            raise RejectionError(
                "I do not know where to come back to, as the robots are in different rooms. Name the room.",
                clause.start,
            )
        if clause.verb not in RETURN:
            raise RejectionError("I do not know where to go. Name a room or place after 'go to'.", clause.start)
        room = next(room for room in rooms if room is not None)
        return self.leaf(literal("at", SELF, room), clause, robots)

    def _must_be_zone(self, unit: Unit, clause: Clause) -> None:
        for entity in unit.ids:
            if entity in self.world.zones:
                continue
            where = self.whereabouts(entity) if entity in self.world.things else "elsewhere"
            hint = f" It is {where}." if where != "elsewhere" else ""
            raise RejectionError(
                f"{capital(unit.phrase.text)} is not a room or place to go to.{hint}", unit.phrase.start, ()
            )

    def _transfer(self, clause: Clause, robots: Robots) -> Node:
        places = list(clause.places)
        at = self.destination(clause, places)
        if at is None:
            return self._take(clause, robots, places)
        before = self.context.copy()
        try:
            return self._bring(clause, robots, places, at)
        except RejectionError:
            spot = at > 0 and places[at][0] in ("in", "at", "located") and places[at - 1][0] in ("on", "in", "to")
            if not spot:
                raise
            failed, self.context = self.context, before
            try:
                return self._bring(clause, robots, places, at - 1)
            except RejectionError:
                self.context = failed
        return self._bring(clause, robots, places, at)

    def _bring(self, clause: Clause, robots: Robots, said: Sequence[Place], at: int) -> Node:
        """A transfer whose destination is the phrase at position ``at``; what follows tells it apart."""
        places, about = list(said[:at]), list(said[at + 1 :])
        phrases = said[at][1]
        places += [p for p in about if p[0] == "from"]
        about = [p for p in about if p[0] not in ("from", "through")]
        if any(s == "through" for s, _ in said):
            raise RejectionError("I cannot plan a way for things. Say the goal only, or forbid rooms.",
                            clause.start)  # fmt: skip
        objects = self.units(clause.objects, self.is_movable, places)
        targets = self._targets(phrases, about)
        targets = [Unit(self.kind_zone(u.ids), u.phrase) for u in targets]
        for unit in objects:
            self.must_move(unit, clause)
        kept = [u for u in objects if not u.phrase.pronoun]
        self.remember(kept)

        def make(thing: str, target: str) -> Node:
            also = (*made.get(thing, ()), *made.get(target, ()))
            return self.leaf(self.at_rest(thing, target, clause, phrases), clause, robots, also)

        made = self.made([*objects, *targets])
        node = self.filled([*objects, *targets], self._spread([objects, targets], make, clause), clause, robots)
        for unit in objects:
            for target in targets:
                self.context.moved.update({i: target.ids[0] for i in unit.ids if len(target.ids) == 1})
        return node

    def _targets(self, phrases: Sequence[NounPhrase], about: Sequence[Place]) -> list[Unit]:
        """Where to; "it" there is the last thing that can hold others, else the last place."""
        if len(phrases) == 1 and phrases[0].pronoun == "thing" and phrases[0].start not in self.context.bound:
            ids = self.context.holder or self.context.zone
            if len(ids) == 1:
                return [Unit(ids, phrases[0])]
        return self.units(phrases, self.is_target, about)

    def destination(self, clause: Clause, places: Sequence[Place]) -> int | None:
        """Index of the phrase that says where to: the last "to", else the last that can be a place."""
        if clause.kind == "grasp":
            return None
        for senses in (("to",), ("on", "in", "at")):
            for i in range(len(places) - 1, -1, -1):
                if places[i][0] in senses:
                    return i
        return None

    def _take(self, clause: Clause, robots: Robots, places: Sequence[Place]) -> Node:
        """A transfer without a destination: picking up."""
        zones = [i for p in clause.objects for i in p.ids if self.is_zone(i)]
        if clause.verb in _TOUCHES:
            raise RejectionError(
                "I can pick things up or leave them alone, not just touch them.", clause.start, ("pick up",)
            )
        if clause.verb == "leave" and zones:
            return self._motion(replace(clause, kind="visit", verb="exit"), robots)
        if any(sense == "near" for sense, _ in places):
            raise RejectionError(
                "I can put things on or in something or bring them to a place, not beside it.", clause.start
            )
        if clause.kind != "grasp" and clause.verb not in _TAKES:
            what = listed([p.text for p in clause.objects])
            raise RejectionError(f"I do not know where to {clause.verb} {what}. Say 'to' and a place.", clause.end)
        units = self.units(clause.objects, self.is_movable, places)
        for unit in units:
            self.must_move(unit, clause)
        made = self.made(units)
        node = self._spread(
            [units], lambda t: self.leaf(literal("holding", SELF, t), clause, robots, made.get(t, ())), clause
        )
        return self.filled(units, node, clause, robots)

    def must_move(self, unit: Unit, clause: Clause) -> None:
        """Rejects what cannot be moved at all or not in the way that the verb says."""
        for entity in unit.ids:
            if not self.is_movable(entity):
                raise RejectionError(f"{capital(unit.phrase.text)} cannot be moved.", unit.phrase.start)
            pushable = "pushable" in self.world.things[entity].properties
            guidable = "guidable" in self.world.things[entity].properties
            name = wording.name(entity, self.world)
            if clause.verb in _PUSHES and not pushable:
                raise RejectionError(
                    f"{capital(name)} cannot be pushed; say 'bring {name} to ...'.", clause.start, ("bring",)
                )
            if clause.verb in _GUIDES and not guidable:
                raise RejectionError(
                    f"{capital(name)} cannot be guided; say 'bring {name} to ...'.", clause.start, ("bring",)
                )

    def at_rest(self, thing: str, target: str, clause: Clause, phrases: Sequence[NounPhrase]) -> Literal:
        """The goal that a thing rests in a zone, in a container or on a surface."""
        if target in self.world.zones:
            return literal("in", thing, target)
        if target == thing:
            raise RejectionError(f"{capital(wording.name(thing, self.world))} cannot be put on itself.", clause.start)
        properties = self.world.things[target].properties
        if "surface" in properties:
            return literal("on", thing, target)
        if "container" in properties:
            return literal("in", thing, target)
        name = wording.name(target, self.world)
        where = self.whereabouts(target)
        if "guidable" in properties:
            spot = f" {capital(name)} is {where}; say that place instead." if where != "elsewhere" else ""
            raise RejectionError(f"I cannot hand things to people.{spot}", phrases[0].start)
        hint = f" It is {where}." if where != "elsewhere" else ""
        raise RejectionError(
            f"Nothing can be put on or in {name}; name a room, a desk or something that can hold things.{hint}",
            phrases[0].start,
        )

    def _operate(self, clause: Clause, robots: Robots) -> Node:
        assert clause.flag is not None
        flag, value = clause.flag
        phrases, (using, places) = clause.objects, self._means(clause)
        phrases = phrases or self._here(flag, value, places)
        if not phrases:
            picked = [p for sense, p in places if sense in ("in", "of", "at", "to", "on", "located")]
            if not picked:
                raise RejectionError("I do not know what you mean that for. Name a room, door or thing.", clause.end)
            phrases, places = tuple(p for group in picked for p in group), []
        if any(i.startswith("#") for p in phrases for i in p.ids):
            raise RejectionError(
                "Robots switch that on only while they use it; you can say 'keep the camera off in ...'.", clause.start
            )

        def possible(entity: str) -> bool:
            return bool(abilities.ways(literal("is", entity, flag, positive=value), self.world))

        said = [i for p in phrases for i in p.ids]
        if said and all(i in self.world.things and not possible(i) for i in said):
            self._cannot_operate(said[0], flag, value, clause, possible)
        units = [self.by_its_door(unit, possible) for unit in self.units(phrases, possible, places)]
        for unit in units:
            for entity in unit.ids:
                if not possible(entity):
                    self._cannot_operate(entity, flag, value, clause, possible)
        made = self.made(units)

        def make(entity: str, *used: str) -> Node:
            needed = [one for tool in used for one in means.conditions(tool, (flag, value), self.world)]
            goal = literal("is", entity, flag, positive=value)
            return self.leaf(goal, clause, robots, (*made.get(entity, ()), *needed))

        return self.filled(units, self._spread([units, *using], make, clause), clause, robots)

    def _means(self, clause: Clause) -> tuple[list[list[Unit]], list[Place]]:
        """What a clause names as what to work with ("under the lamp", "in the microwave"), and its other places.

        Where any will do it is left to the robot; what the skill needs of a named one is part of the goal.
        """
        assert clause.flag is not None
        fitting = means.tools(clause.flag, self.world) if clause.objects else ()
        using: list[list[Unit]] = []
        places: list[Place] = []
        for sense, phrases in clause.places:
            phrase = phrases[0]
            if len(phrases) > 1 or sense == "from" or not phrase.ids or not set(phrase.ids) <= set(fitting):
                places.append((sense, phrases))
            elif means.conditions(phrase.ids[0], clause.flag, self.world):
                units = self.units(phrases, lambda i: i in fitting)
                using += [[unit] for unit in units if not set(fitting) <= set(unit.ids)]
        return using, places

    def _here(self, flag: str, value: bool, places: Sequence[Place]) -> tuple[NounPhrase, ...]:
        """Where to do it when nothing is named: "go to m1 and take a photo"."""
        spot = self.context.zone if len(self.context.zone) == 1 and not places else ()
        if not spot or not abilities.ways(literal("is", spot[0], flag, positive=value), self.world):
            return ()
        return (NounPhrase("there", -1, -1, pronoun="zone"),)

    def by_its_door(self, unit: Unit, possible: Callable[[str], bool]) -> Unit:
        """A room that has one door stands for the door: "open m4"."""
        if len(unit.ids) != 1 or unit.ids[0] not in self.world.rooms or possible(unit.ids[0]):
            return unit
        doors = tuple(filter(possible, self.nouns.doors_of(unit.ids[0])))
        return replace(unit, ids=doors) if len(doors) == 1 else unit

    def _cannot_operate(
        self, entity: str, flag: str, value: bool, clause: Clause, possible: Callable[[str], bool]
    ) -> None:
        order = wording.goal(literal("is", entity, flag, positive=value), self.world)
        gone = self._gone(literal("is", entity, flag, positive=value))
        if gone:
            raise RejectionError(f"No robot here can {order}. {gone}", clause.start)
        fitting = [wording.name(i, self.world) for i in self.nouns.order if i not in self.world.robots and possible(i)]
        hint = f"It works for {listed(fitting[:5])}." if fitting else self._can_do()
        raise RejectionError(f"No robot here can {order}. {hint}", clause.start, fitting[:5])

    def _fact(self, clause: Clause, robots: Robots) -> Node:
        """ "The kitchen table should be clean": a state of affairs to bring about."""
        if clause.flag is not None:
            flag, value = clause.flag
            return self._operate(replace(clause, kind="operate", flag=(flag, value is not clause.negative)), robots)
        if clause.places and not clause.negative:
            return self._transfer(replace(clause, kind="carry", verb="put"), robots)
        raise RejectionError("I cannot bring that about.", clause.start)

    # Facts

    def condition(self, clause: Clause, who: str = ANY) -> list[Literal]:
        """The facts that a subordinate clause speaks of ("until the table is clean", "while carrying it")."""
        if clause.kind in ("carry", "grasp") and self.destination(clause, clause.places) is None:
            if any(p.text in _ANYTHING for p in clause.objects):
                return [literal("holding", who, ANY)]
            units = self.units(clause.objects, self.is_movable, clause.places)
            return [literal("holding", self._who(clause, who), i) for u in units for i in u.ids]
        if clause.kind == "go" and clause.verb == "be" and not clause.doers:
            clause = replace(clause, verb="go")
        node = self.task(replace(clause, doers=()), Robots())
        subject = self._who(clause, who)
        found = []
        for leaf in node.leaves():
            for goal in leaf.goal:
                args = tuple(subject if a == SELF else a for a in goal.proposition.args)
                found.append(literal(goal.proposition.predicate, *args, positive=goal.positive is not clause.negative
                                     if clause.kind in ("go", "visit") else goal.positive))  # fmt: skip
        return found

    def _who(self, clause: Clause, who: str) -> str:
        ids = [i for d in clause.doers if isinstance(d, NounPhrase) for i in d.ids]
        return ids[0] if len(ids) == 1 else who


RETURN = frozenset(
    {"back", "come back", "go back", "head back", "drive back", "return", "move back", "walk back", "travel back"}
)
_TAKES = frozenset({"take", "get", "fetch", "carry", "hold", "transport"})
_PUSHES = frozenset({"push", "shove", "slide", "nudge", "push back", "push over"})
_GUIDES = frozenset({"guide", "escort", "lead", "accompany", "usher", "conduct", "walk"})
_TOUCHES = frozenset({"touch", "handle", "disturb"})
_ANYTHING = frozenset(
    {"anything", "something", "everything", "a thing", "an object", "any object", "things", "objects"}
)
