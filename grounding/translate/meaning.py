"""What clauses mean in a world: goals for the leaves of the tree, and rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product

from grounding.state import ANY, SELF, initial_state
from grounding.translate import abilities, wording
from grounding.translate.abilities import literal
from grounding.translate.clauses import Clause, Place
from grounding.translate.nodes import Node, either, every
from grounding.translate.nouns import Nouns
from grounding.translate.phrases import NounPhrase, listed
from grounding.translate.tree import Literal
from grounding.world import World

#: More alternatives than this are refused: nobody means them, and a planner could not weigh them.
MOST_ALTERNATIVES = 24


class Rejection(Exception):
    """The instruction cannot be carried out or not be understood.

    Args:
        message: One sentence or two for people.
        offset: Offset in the instruction that it speaks of, or None.
        near: What could have been meant.
    """

    def __init__(self, message: str, offset: int | None = None, near: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.message, self.offset, self.near = message, offset, tuple(near)


class ChoiceNeeded(Exception):
    """A later word hangs on which of several things is chosen ("pick up an apple and bring it ...")."""

    def __init__(self, start: int, ids: tuple[str, ...]) -> None:
        super().__init__(start)
        self.start, self.ids = start, ids


@dataclass(frozen=True)
class Unit:
    """One thing a clause speaks of: one of several ids when it leaves the choice open.

    Attributes:
        ids: The ids to choose from.
        phrase: The noun phrase.
    """

    ids: tuple[str, ...]
    phrase: NounPhrase


@dataclass
class Context:
    """What has been spoken of so far.

    Attributes:
        things, zone: What "it", "them" and "there" stand for.
        holder: What "it" stands for after "on" and "in": the last thing that can hold others.
        open_choice: Start and ids of the noun phrase behind "it" when its choice is open.
        mentioned: Ids of things in the order of mention, for "the other one".
        moved: Thing -> where it has been asked to be.
        bound: Start of a noun phrase -> the id chosen for it.
    """

    things: tuple[str, ...] = ()
    zone: tuple[str, ...] = ()
    holder: tuple[str, ...] = ()
    open_choice: tuple[int, tuple[str, ...]] | None = None
    mentioned: tuple[str, ...] = ()
    moved: dict[str, str] = field(default_factory=dict)
    bound: dict[int, str] = field(default_factory=dict)

    def copy(self) -> Context:
        """A context that can go on by itself."""
        return replace(self, moved=dict(self.moved), bound=dict(self.bound))


class Interpreter:
    """Turns clauses into tasks and rules, remembering what has been spoken of."""

    def __init__(self, world: World, nouns: Nouns) -> None:
        self.world, self.nouns = world, nouns
        self.state = initial_state(world)
        self.context = Context()

    # Noun phrases

    def units(
        self, phrases: Sequence[NounPhrase], want: Callable[[str], bool], places: Sequence[Place] = (), *,
        forbidden: bool = False,
    ) -> list[Unit]:  # fmt: skip
        """The units that noun phrases stand for; "or" between them makes one unit of both."""
        found: list[Unit] = []
        for phrase in phrases:
            new = self._units(phrase, want, places, forbidden)
            if phrase.joined == "or" and found and not forbidden:
                last = found.pop()
                ids = tuple(dict.fromkeys((*last.ids, *(i for unit in new for i in unit.ids))))
                new = [Unit(ids, last.phrase)]
            found.extend(new)
            self._mention(new)
        self._remember(found)
        return found

    def _units(
        self, phrase: NounPhrase, want: Callable[[str], bool], places: Sequence[Place], forbidden: bool
    ) -> list[Unit]:
        if phrase.problem:
            raise Rejection(phrase.problem, phrase.start, phrase.near)
        if phrase.start in self.context.bound:
            return [Unit((self.context.bound[phrase.start],), phrase)]
        if phrase.pronoun:
            return self._pronoun(phrase)
        ids = self._narrow(phrase, self._of_kind(phrase, want), want, places)
        choice = phrase.quantifier == "one" or (phrase.quantifier == "any" and not phrase.plural)
        if choice and not forbidden:
            return [Unit(ids, phrase)]
        if phrase.count is not None and phrase.count != len(ids) and not forbidden:
            known = listed([wording.name(i, self.world) for i in ids])
            raise Rejection(
                f"I count {len(ids)}, not {phrase.count}, for {phrase.text!r}: {known}. Name the ones you mean.",
                phrase.start, ids,
            )  # fmt: skip
        several = phrase.plural or phrase.quantifier in ("all", "rest") or forbidden or phrase.count is not None
        if len(ids) == 1 or several:
            return [Unit((i,), phrase) for i in ids]
        names = [wording.name(i, self.world) for i in ids]
        raise Rejection(
            f"{_capital(phrase.text)} could be {listed(names[:6], 'or')}{' or others' if len(names) > 6 else ''}. "
            "Say which one.", phrase.start, names,
        )  # fmt: skip

    def _of_kind(self, phrase: NounPhrase, want: Callable[[str], bool]) -> tuple[str, ...]:
        """Ids that fit a phrase, with "one" and "the other" read in context."""
        ids = phrase.ids
        if phrase.one:
            things = [i for i in self.context.mentioned if i in self.world.things and want(i)]
            if not things:
                raise Rejection(f"I do not know what {phrase.text!r} stands for. Name it.", phrase.start)
            last = self.world.things[things[-1]]
            kind = tuple(t.id for t in self.world.things.values() if t.kind == last.kind)
            ids = tuple(i for i in kind if not ids or i in ids)
            if not ids:
                raise Rejection(f"There is no {last.kind} that fits {phrase.text!r}.", phrase.start)
        if phrase.quantifier in ("other", "rest"):
            if self.context.open_choice is not None:
                raise ChoiceNeeded(*self.context.open_choice)
            if not set(ids) & set(self.context.mentioned):
                raise Rejection(f"I do not know other than which in {phrase.text!r}. Name them.", phrase.start)
            ids = tuple(i for i in ids if i not in self.context.mentioned)
            if not ids:
                raise Rejection(f"There is nothing left that {phrase.text!r} could be.", phrase.start)
        return ids

    def _narrow(
        self, phrase: NounPhrase, ids: tuple[str, ...], want: Callable[[str], bool], places: Sequence[Place]
    ) -> tuple[str, ...]:
        wanted = tuple(i for i in ids if want(i))
        ids = wanted or ids
        for _, where in places:
            spots = [
                i
                for p in where
                for i in ((self.context.bound.get(p.start),) if p.start in self.context.bound else p.ids)
            ]
            spots = [s for s in spots if s is not None] or list(self._there(where))
            there = tuple(i for i in ids if any(self._is_at(i, spot) for spot in spots))
            if not there:
                here = "; ".join(f"{wording.name(i, self.world)} is {self._whereabouts(i)}" for i in ids[:4])
                spot = listed([p.text for p in where])
                raise Rejection(
                    f"There is no {_bare(phrase.text)} at {spot}: {here}.",
                    phrase.start,
                    [wording.name(i, self.world) for i in ids],
                )
            ids = there
        return ids

    def _there(self, where: Sequence[NounPhrase]) -> tuple[str, ...]:
        for phrase in where:
            if phrase.problem:
                raise Rejection(phrase.problem, phrase.start, phrase.near)
        return self.context.zone if any(p.pronoun == "zone" for p in where) else self.context.things

    def _is_at(self, entity: str, spot: str) -> bool:
        if self.context.moved.get(entity) == spot:
            return True
        if entity not in self.world.things:
            zone = self.world.zones.get(entity)
            other = self.world.zones.get(spot)
            return zone is not None and other is not None and zone.cells <= other.cells
        thing = self.world.things[entity]
        if spot in self.world.things:
            return thing.support == spot or self.world.things[spot].cell == thing.cell
        return spot in self.world.zones and thing.cell in self.world.zones[spot].cells

    def _whereabouts(self, entity: str) -> str:
        if entity not in self.world.things:
            return "elsewhere"
        thing = self.world.things[entity]
        if thing.support:
            return f"on {wording.name(thing.support, self.world)}"
        zones = [z for z in self.world.zones_at(thing.cell) if z not in self.world.kinds]
        return f"at {wording.name(zones[-1], self.world)}" if zones else "elsewhere"

    def _pronoun(self, phrase: NounPhrase) -> list[Unit]:
        if phrase.pronoun == "zone":
            if not self.context.zone:
                raise Rejection(f"I do not know which place {phrase.text!r} stands for. Name it.", phrase.start)
            return [Unit((i,), phrase) for i in self.context.zone]
        if self.context.open_choice is not None:
            raise ChoiceNeeded(*self.context.open_choice)
        if not self.context.things:
            raise Rejection(f"I do not know what {phrase.text!r} stands for. Name it.", phrase.start)
        if phrase.pronoun == "thing" and len(self.context.things) > 1:
            names = [wording.name(i, self.world) for i in self.context.things]
            raise Rejection(
                f"{_capital(phrase.text)} could be {listed(names, 'or')}. Say which one.", phrase.start, names
            )
        return [Unit((i,), phrase) for i in self.context.things]

    def _mention(self, units: Sequence[Unit]) -> None:
        ids = [i for u in units for i in u.ids if len(u.ids) == 1 or u.phrase.quantifier in ("any", "one")]
        self.context.mentioned = (*self.context.mentioned, *ids)

    def _remember(self, units: Sequence[Unit]) -> None:
        said = [u for u in units if not u.phrase.pronoun]
        if not said:
            return
        things = [u for u in said if all(i in self.world.things or i in self.world.doors for i in u.ids)]
        if things:
            self.context.things = tuple(i for u in things for i in u.ids)
            open_unit = next((u for u in things if len(u.ids) > 1), None)
            self.context.open_choice = (open_unit.phrase.start, open_unit.ids) if open_unit else None
        zones = tuple(i for u in said for i in u.ids if i in self.world.zones)
        if zones:
            self.context.zone = zones
        holders = [u for u in said if len(u.ids) == 1 and self._is_holder(u.ids[0])]
        if holders:
            self.context.holder = holders[-1].ids

    # Tasks

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
                raise Rejection(f"I cannot tell what to do with {clause.verb!r} here.", clause.start)
        return node

    def _is_about_robot(self, clause: Clause) -> bool:
        taking = clause.kind in ("carry", "grasp") and self._destination(clause, clause.places) is None
        return clause.kind in ("go", "visit") or taking

    def _leaf(self, goal: Literal, clause: Clause, robots: Robots) -> Node:
        """One leaf, after making sure that some robot can do it."""
        capable = abilities.able(goal, self.world)
        self._check_able(goal, clause, robots, capable)
        return Node(goal=(goal,), text=wording.goal(goal, self.world), robots=robots.ids)

    def _check_able(self, goal: Literal, clause: Clause, robots: Robots, capable: tuple[str, ...]) -> None:
        order = wording.goal(goal, self.world)
        if not goal.positive and goal.proposition.predicate == "at":
            return
        if not capable:
            raise Rejection(f"No robot here can {order}. {self._can_do()}", clause.start)
        if not robots.ids or set(robots.ids) & set(capable):
            return
        raise Rejection(self._unable(robots.ids[0], goal, capable), clause.start, capable)

    def _unable(self, robot: str, goal: Literal, capable: tuple[str, ...]) -> str:
        lacks = listed([s.replace("_", " ") for s in abilities.missing(goal, self.world, robot)])
        others = listed([wording.name(r, self.world) for r in capable])
        return (
            f"{_capital(wording.name(robot, self.world))} cannot {wording.goal(goal, self.world)}: it does not have the "
            f"skill {lacks}; {others} can."
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
            raise Rejection("With 'respectively' I need as many places as things.", clause.start)
        for units in pairs:
            options = [u.ids for u in units]
            total = 1
            for ids in options:
                total *= len(ids)
            if total > MOST_ALTERNATIVES:
                raise Rejection(
                    f"That leaves {total} possibilities open, more than I can weigh. Name fewer.", clause.start
                )
            nodes.append(either([make(*ids) for ids in product(*options)]))
        return every(nodes)

    def _kind_zone(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """The kind that unites exactly these zones, where there is one: "a meeting room" is one goal."""
        if len(ids) > 1:
            for kind in self.world.kinds.values():
                if set(kind.members) == set(ids):
                    return (kind.id,)
        return ids

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
            units = self.units(phrases, self._is_zone)
            for unit in units:
                self._must_be_zone(unit, clause)
            units = [Unit(self._kind_zone(u.ids), u.phrase) for u in units]
            stops.append(
                self._spread(
                    [units],
                    lambda z, p=positive: self._leaf(literal("at", SELF, z, positive=p), clause, robots),
                    clause,
                )
            )
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
        """ "Come back" without a place: where the robot started."""
        ids = robots.ids or tuple(self.world.robots)
        rooms = {self.world.room_of(self.world.robots[r].start) for r in ids}
        if clause.verb in _RETURN and (len(rooms) != 1 or None in rooms):
            raise Rejection(
                "I do not know where to come back to, as the robots start in different rooms. Name the room.",
                clause.start,
            )
        if clause.verb not in _RETURN:
            raise Rejection("I do not know where to go. Name a room or place after 'go to'.", clause.start)
        room = next(room for room in rooms if room is not None)
        return self._leaf(literal("at", SELF, room), clause, robots)

    def _is_zone(self, entity: str) -> bool:
        return entity in self.world.zones

    def _must_be_zone(self, unit: Unit, clause: Clause) -> None:
        for entity in unit.ids:
            if entity in self.world.zones:
                continue
            where = self._whereabouts(entity) if entity in self.world.things else "elsewhere"
            hint = f" It is {where}." if where != "elsewhere" else ""
            raise Rejection(
                f"{_capital(unit.phrase.text)} is not a room or place to go to.{hint}", unit.phrase.start, ()
            )

    def _transfer(self, clause: Clause, robots: Robots) -> Node:
        places = list(clause.places)
        at = self._destination(clause, places)
        if at is None:
            return self._take(clause, robots, places)
        before = self.context.copy()
        try:
            return self._bring(clause, robots, places, at)
        except Rejection:
            spot = at > 0 and places[at][0] in ("in", "at", "located") and places[at - 1][0] in ("on", "in", "to")
            if not spot:
                raise
            failed, self.context = self.context, before
            try:
                return self._bring(clause, robots, places, at - 1)
            except Rejection:
                self.context = failed
        return self._bring(clause, robots, places, at)

    def _bring(self, clause: Clause, robots: Robots, said: Sequence[Place], at: int) -> Node:
        """A transfer whose destination is the phrase at position ``at``; what follows tells it apart."""
        places, about = list(said[:at]), list(said[at + 1 :])
        phrases = said[at][1]
        places += [p for p in about if p[0] == "from"]
        about = [p for p in about if p[0] not in ("from", "through")]
        if any(s == "through" for s, _ in said):
            raise Rejection("I cannot plan a way for things. Say the goal only, or forbid rooms with 'without entering'.",
                            clause.start)  # fmt: skip
        objects = self.units(clause.objects, self._is_movable, places)
        targets = self._targets(phrases, about)
        targets = [Unit(self._kind_zone(u.ids), u.phrase) for u in targets]
        for unit in objects:
            self._must_move(unit, clause)
        kept = [u for u in objects if not u.phrase.pronoun]
        self._remember(kept)

        def make(thing: str, target: str) -> Node:
            return self._leaf(self._at_rest(thing, target, clause, phrases), clause, robots)

        node = self._spread([objects, targets], make, clause)
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
        return self.units(phrases, self._is_target, about)

    def _destination(self, clause: Clause, places: Sequence[Place]) -> int | None:
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
        zones = [i for p in clause.objects for i in p.ids if self._is_zone(i)]
        if clause.verb in _TOUCHES:
            raise Rejection(
                "I can pick things up or leave them alone, not just touch them.", clause.start, ("pick up",)
            )
        if clause.verb == "leave" and zones:
            return self._motion(replace(clause, kind="visit", verb="exit"), robots)
        if clause.kind != "grasp" and clause.verb not in _TAKES:
            what = listed([p.text for p in clause.objects])
            raise Rejection(f"I do not know where to {clause.verb} {what}. Say 'to' and a place.", clause.end)
        units = self.units(clause.objects, self._is_movable, places)
        for unit in units:
            self._must_move(unit, clause)
        return self._spread([units], lambda t: self._leaf(literal("holding", SELF, t), clause, robots), clause)

    def _is_movable(self, entity: str) -> bool:
        thing = self.world.things.get(entity)
        return thing is not None and bool(thing.properties & {"portable", "pushable", "guidable"})

    def _is_holder(self, entity: str) -> bool:
        thing = self.world.things.get(entity)
        return thing is not None and bool(thing.properties & {"surface", "container"})

    def _is_target(self, entity: str) -> bool:
        return entity in self.world.zones or self._is_holder(entity)

    def _must_move(self, unit: Unit, clause: Clause) -> None:
        for entity in unit.ids:
            if not self._is_movable(entity):
                raise Rejection(f"{_capital(unit.phrase.text)} cannot be moved.", unit.phrase.start)
            pushable = "pushable" in self.world.things[entity].properties
            guidable = "guidable" in self.world.things[entity].properties
            name = wording.name(entity, self.world)
            if clause.verb in _PUSHES and not pushable:
                raise Rejection(
                    f"{_capital(name)} cannot be pushed; say 'bring {name} to ...'.", clause.start, ("bring",)
                )
            if clause.verb in _GUIDES and not guidable:
                raise Rejection(
                    f"{_capital(name)} cannot be guided; say 'bring {name} to ...'.", clause.start, ("bring",)
                )

    def _at_rest(self, thing: str, target: str, clause: Clause, phrases: Sequence[NounPhrase]) -> Literal:
        if target in self.world.zones:
            return literal("in", thing, target)
        if target == thing:
            raise Rejection(f"{_capital(wording.name(thing, self.world))} cannot be put on itself.", clause.start)
        properties = self.world.things[target].properties
        if "surface" in properties:
            return literal("on", thing, target)
        if "container" in properties:
            return literal("in", thing, target)
        name = wording.name(target, self.world)
        where = self._whereabouts(target)
        hint = f" It is {where}." if where != "elsewhere" else ""
        raise Rejection(
            f"Nothing can be put on or in {name}; name a room, a desk or something that can hold things.{hint}",
            phrases[0].start,
        )

    def _operate(self, clause: Clause, robots: Robots) -> Node:
        assert clause.flag is not None
        flag, value = clause.flag
        phrases, places = clause.objects, list(clause.places)
        if not phrases:
            picked = [p for sense, p in places if sense in ("in", "of", "at", "to", "on", "located")]
            if not picked:
                raise Rejection("I do not know what you mean that for. Name a room, door or thing.", clause.end)
            phrases, places = tuple(p for group in picked for p in group), []
        if any(i.startswith("#") for p in phrases for i in p.ids):
            raise Rejection("Robots switch that on only while they use it; you can say 'keep the camera off in ...'.",
                            clause.start)  # fmt: skip

        def possible(entity: str) -> bool:
            return bool(abilities.ways(literal("is", entity, flag, positive=value), self.world))

        units = self.units(phrases, possible, places)
        for unit in units:
            for entity in unit.ids:
                if not possible(entity):
                    self._cannot_operate(entity, flag, value, clause, possible)
        return self._spread(
            [units], lambda e: self._leaf(literal("is", e, flag, positive=value), clause, robots), clause
        )

    def _cannot_operate(
        self, entity: str, flag: str, value: bool, clause: Clause, possible: Callable[[str], bool]
    ) -> None:
        order = wording.goal(literal("is", entity, flag, positive=value), self.world)
        fitting = [wording.name(i, self.world) for i in self.nouns.order if i not in self.world.robots and possible(i)]
        hint = f"It works for {listed(fitting[:5])}." if fitting else self._can_do()
        raise Rejection(f"No robot here can {order}. {hint}", clause.start, fitting[:5])

    def _fact(self, clause: Clause, robots: Robots) -> Node:
        """ "The kitchen table should be clean": a state of affairs to bring about."""
        if clause.flag is not None:
            flag, value = clause.flag
            return self._operate(replace(clause, kind="operate", flag=(flag, value is not clause.negative)), robots)
        if clause.places and not clause.negative:
            return self._transfer(replace(clause, kind="carry", verb="put"), robots)
        raise Rejection("I cannot bring that about.", clause.start)

    # Facts

    def condition(self, clause: Clause, who: str = ANY) -> list[Literal]:
        """The facts that a subordinate clause speaks of ("until the table is clean", "while carrying it")."""
        if clause.kind in ("carry", "grasp") and self._destination(clause, clause.places) is None:
            if any(p.text in _ANYTHING for p in clause.objects):
                return [literal("holding", who, ANY)]
            units = self.units(clause.objects, self._is_movable, clause.places)
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


@dataclass(frozen=True)
class Robots:
    """Robots named for a clause.

    Attributes:
        ids: Their ids, empty for any robot.
        each: Whether each of them must do it ("robot 1 and robot 2 go to the lobby").
        same: Whether it is the robot spoken of before.
    """

    ids: tuple[str, ...] = ()
    each: bool = False
    same: bool = False


def robots_of(phrases: Sequence[NounPhrase | str], world: World) -> Robots:
    """The robots that subjects name."""
    ids: list[str] = []
    each = same = False
    for phrase in phrases:
        if isinstance(phrase, str):
            same = True
            continue
        if phrase.problem:
            raise Rejection(phrase.problem, phrase.start, phrase.near)
        if phrase.count is not None and phrase.count != len(phrase.ids):
            names = [wording.name(i, world) for i in phrase.ids]
            raise Rejection(f"Say which robots you mean by {phrase.text!r}: {listed(names)}.", phrase.start, names)
        several = (phrase.plural or phrase.quantifier == "all") and phrase.quantifier != "one"
        each = each or several or (phrase.joined == "and")
        whole_team = set(phrase.ids) == set(world.robots)
        if len(phrase.ids) > 1 and not several and phrase.quantifier == "the" and not whole_team:
            names = [wording.name(i, world) for i in phrase.ids]
            raise Rejection(
                f"{_capital(phrase.text)} could be {listed(names, 'or')}. Say which one.", phrase.start, names
            )
        if whole_team and not several and len(phrases) == 1:
            return Robots()
        ids.extend(i for i in phrase.ids if i not in ids)
    return Robots(tuple(ids), each and len(ids) > 1, same)


_RETURN = frozenset(
    {"come back", "go back", "head back", "drive back", "return", "move back", "walk back", "travel back"}
)
_TAKES = frozenset({"take", "get", "fetch", "carry", "hold", "transport"})
_PUSHES = frozenset({"push", "shove", "slide", "nudge", "push back", "push over"})
_GUIDES = frozenset({"guide", "escort", "lead", "accompany", "usher", "conduct", "walk"})
_TOUCHES = frozenset({"touch", "handle", "disturb"})
_ANYTHING = frozenset(
    {"anything", "something", "everything", "a thing", "an object", "any object", "things", "objects"}
)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _bare(text: str) -> str:
    words = text.lower().split()
    return " ".join(words[1:] if words[0] in ("the", "a", "an", "any", "all", "every", "each") else words)
