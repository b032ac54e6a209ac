"""What noun phrases stand for in their context: things, zones and robots of the world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from grounding.state import WorldState
from grounding.translate import wording
from grounding.translate.clauses import Place
from grounding.translate.nouns import Nouns
from grounding.translate.phrases import NounPhrase, listed
from grounding.world import MOVABLE, Thing, World, Zone


class RejectionError(Exception):
    """The instruction cannot be carried out or not be understood.

    Args:
        message: One sentence or two for people.
        offset: Offset in the instruction that it speaks of, or None.
        near: What could have been meant.
    """

    def __init__(self, message: str, offset: int | None = None, near: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.message, self.offset, self.near = message, offset, tuple(near)


class ChoiceNeededError(Exception):
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


class Resolver:
    """Finds what noun phrases stand for, remembering what has been spoken of."""

    def __init__(self, world: World, nouns: Nouns, state: WorldState) -> None:
        self.world, self.nouns, self.state = world, nouns, state
        self.context = Context()

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
        self.remember(found)
        return found

    def _units(
        self, phrase: NounPhrase, want: Callable[[str], bool], places: Sequence[Place], forbidden: bool
    ) -> list[Unit]:
        if phrase.problem:
            raise RejectionError(phrase.problem, phrase.start, phrase.near)
        if phrase.start in self.context.bound:
            return [Unit((self.context.bound[phrase.start],), phrase)]
        if phrase.pronoun:
            return self._pronoun(phrase)
        ids = self._narrow(phrase, self._of_kind(phrase, want), want, places)
        if forbidden and phrase.count is not None and phrase.count > 1 and phrase.quantifier not in ("the", "all"):
            raise RejectionError(
                f"I have no rules about how many there may be ({phrase.text!r}). Name what must not be done.",
                phrase.start,
            )
        if phrase.count is not None and phrase.count != len(ids):
            before = tuple(i for i in ids if i in self.context.mentioned)
            ids = before if len(before) == phrase.count else ids
        choice = phrase.quantifier == "one" or (phrase.quantifier == "any" and not phrase.plural)
        if choice and not forbidden:
            return [Unit(ids, phrase)]
        if phrase.count is not None and phrase.count != len(ids) and not forbidden:
            known = listed([wording.name(i, self.world) for i in ids])
            raise RejectionError(
                f"I count {len(ids)}, not {phrase.count}, for {phrase.text!r}: {known}. Name the ones you mean.",
                phrase.start, ids,
            )  # fmt: skip
        several = phrase.plural or phrase.quantifier in ("all", "rest") or forbidden or phrase.count is not None
        if len(ids) == 1 or several:
            return [Unit((i,), phrase) for i in ids]
        names = [wording.name(i, self.world) for i in ids]
        raise RejectionError(
            f"{capital(phrase.text)} could be {listed(names[:6], 'or')}{' or others' if len(names) > 6 else ''}. "
            "Say which one.", phrase.start, names,
        )  # fmt: skip

    def _of_kind(self, phrase: NounPhrase, want: Callable[[str], bool]) -> tuple[str, ...]:
        """Ids that fit a phrase, with "one" and "the other" read in context."""
        ids = phrase.ids
        if phrase.one:
            fitting = [i for i in self.context.mentioned if want(i)]
            if not fitting:
                raise RejectionError(f"I do not know what {phrase.text!r} stands for. Name it.", phrase.start)
            named: dict[str, Zone | Thing] = {**self.world.zones, **self.world.things}
            last = named[fitting[-1]]
            kind = tuple(e for e in self.nouns.order if e in named and named[e].kind == last.kind)
            ids = tuple(i for i in kind if not ids or i in ids)
            if not ids:
                raise RejectionError(f"There is no {last.kind} that fits {phrase.text!r}.", phrase.start)
        if phrase.quantifier in ("other", "rest"):
            if self.context.open_choice is not None:
                raise ChoiceNeededError(*self.context.open_choice)
            if not set(ids) & set(self.context.mentioned):
                raise RejectionError(f"I do not know other than which in {phrase.text!r}. Name them.", phrase.start)
            ids = tuple(i for i in ids if i not in self.context.mentioned)
            if not ids:
                raise RejectionError(f"There is nothing left that {phrase.text!r} could be.", phrase.start)
        return ids

    def _narrow(
        self, phrase: NounPhrase, ids: tuple[str, ...], want: Callable[[str], bool], places: Sequence[Place]
    ) -> tuple[str, ...]:
        wanted = tuple(i for i in ids if want(i))
        ids = wanted or ids
        for _, where in places:
            bound = [self.context.bound[p.start] for p in where if p.start in self.context.bound]
            spots = bound or [i for p in where for i in p.ids] or list(self._there(where))
            there = tuple(i for i in ids if any(self._is_at(i, spot) for spot in spots))
            if not there:
                things = [k for k in ids[:4] if k in self.world.things]
                here = "; ".join(f"{wording.name(k, self.world)} is {self.whereabouts(k)}" for k in things)
                spot = listed([p.text for p in where])
                raise RejectionError(
                    f"There is no {_bare(phrase.text)} at {spot}{': ' if here else ''}{here}.",
                    phrase.start,
                    [wording.name(k, self.world) for k in ids],
                )
            ids = there
        return ids

    def _there(self, where: Sequence[NounPhrase]) -> tuple[str, ...]:
        for phrase in where:
            if phrase.problem:
                raise RejectionError(phrase.problem, phrase.start, phrase.near)
            if phrase.pronoun == "zone" and not self.context.zone:
                raise RejectionError(f"I do not know which place {phrase.text!r} stands for. Name it.", phrase.start)
        return self.context.zone if any(p.pronoun == "zone" for p in where) else self.context.things

    def _is_at(self, entity: str, spot: str) -> bool:
        if self.context.moved.get(entity) == spot:
            return True
        if entity not in self.world.things:
            zone = self.world.zones.get(entity)
            other = self.world.zones.get(spot)
            return zone is not None and other is not None and zone.cells < other.cells
        thing = self.state.things[entity]
        if spot in self.world.things:
            return thing.support == spot or self.state.things[spot].cell == thing.cell
        return spot in self.world.zones and thing.cell in self.world.zones[spot].cells

    def whereabouts(self, entity: str) -> str:
        """Where a thing is now, in words."""
        if entity not in self.world.things:
            return "elsewhere"
        thing = self.state.things[entity]
        if thing.held_by:
            return f"with {wording.name(thing.held_by, self.world)}"
        if thing.support:
            return f"on {wording.name(thing.support, self.world)}"
        zones = [z for z in self.world.zones_at(thing.cell) if z not in self.world.kinds]
        return f"at {wording.name(zones[-1], self.world)}" if zones else "elsewhere"

    def _pronoun(self, phrase: NounPhrase) -> list[Unit]:
        if phrase.pronoun == "zone":
            if not self.context.zone:
                raise RejectionError(f"I do not know which place {phrase.text!r} stands for. Name it.", phrase.start)
            return [Unit((i,), phrase) for i in self.context.zone]
        if self.context.open_choice is not None:
            raise ChoiceNeededError(*self.context.open_choice)
        if not self.context.things:
            raise RejectionError(f"I do not know what {phrase.text!r} stands for. Name it.", phrase.start)
        if phrase.pronoun == "thing" and len(self.context.things) > 1:
            names = [wording.name(i, self.world) for i in self.context.things]
            raise RejectionError(
                f"{capital(phrase.text)} could be {listed(names, 'or')}. Say which one.", phrase.start, names
            )
        return [Unit((i,), phrase) for i in self.context.things]

    def _mention(self, units: Sequence[Unit]) -> None:
        ids = [i for u in units for i in u.ids if len(u.ids) == 1 or u.phrase.quantifier in ("any", "one")]
        self.context.mentioned = (*self.context.mentioned, *ids)

    def remember(self, units: Sequence[Unit]) -> None:
        """Takes note of what has been spoken of, for the pronouns that follow."""
        said = [u for u in units if not u.phrase.pronoun]
        if not said:
            return
        things = [u for u in said if all(i in self.world.things or i in self.world.doors for i in u.ids)]
        if things:
            self.context.things = tuple(i for u in things for i in u.ids)
            open_unit = next((u for u in things if len(u.ids) > 1), None)
            self.context.open_choice = (open_unit.phrase.start, open_unit.ids) if open_unit else None
        zones = tuple(self._behind(i) for u in said for i in u.ids if i in self.world.zones)
        if zones:
            self.context.zone = zones
        holders = [u for u in said if len(u.ids) == 1 and self.is_holder(u.ids[0])]
        if holders:
            self.context.holder = holders[-1].ids

    def _behind(self, zone: str) -> str:
        """The room that only this door leads to: "open door m4 and go in there"."""
        rooms = self.world.doors[zone].joins if zone in self.world.doors else ()
        return next((room for room in rooms if self.nouns.doors_of(room) == [zone]), zone)

    def kind_zone(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """The kind that unites exactly these zones, where there is one: "a meeting room" is one goal."""
        if len(ids) > 1:
            for kind in self.world.kinds.values():
                if set(kind.members) == set(ids):
                    return (kind.id,)
        return ids

    def is_zone(self, entity: str) -> bool:
        """Whether it is a room, door or place."""
        return entity in self.world.zones

    def is_movable(self, entity: str) -> bool:
        """Whether robots can carry, push or guide it."""
        thing = self.world.things.get(entity)
        return thing is not None and bool(thing.properties & MOVABLE)

    def is_holder(self, entity: str) -> bool:
        """Whether things can be put on or in it."""
        thing = self.world.things.get(entity)
        return thing is not None and bool(thing.properties & {"surface", "container"})

    def is_target(self, entity: str) -> bool:
        """Whether things can be brought there."""
        return entity in self.world.zones or self.is_holder(entity)


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


def robots_of(phrases: Sequence[NounPhrase | str], world: World, spoken: Collection[str] = ()) -> Robots:
    """The robots that subjects name; "the other scout" is one that has not been spoken of."""
    ids: list[str] = []
    each = same = False
    for phrase in phrases:
        if isinstance(phrase, str):
            same = True
            continue
        if phrase.problem:
            raise RejectionError(phrase.problem, phrase.start, phrase.near)
        if phrase.quantifier in ("other", "rest"):
            left = tuple(i for i in phrase.ids if i not in spoken)
            if not left or left == phrase.ids:
                raise RejectionError(f"I do not know other than which in {phrase.text!r}. Name it.", phrase.start)
            phrase = replace(phrase, ids=left)
        if phrase.count is not None and phrase.count != len(phrase.ids):
            names = [wording.name(i, world) for i in phrase.ids]
            raise RejectionError(f"Say which robots you mean by {phrase.text!r}: {listed(names)}.", phrase.start, names)
        several = (phrase.plural or phrase.quantifier == "all") and phrase.quantifier != "one"
        each = each or several or (phrase.joined == "and")
        whole_team = set(phrase.ids) == set(world.robots)
        if len(phrase.ids) > 1 and not several and phrase.quantifier == "the" and not whole_team:
            names = [wording.name(i, world) for i in phrase.ids]
            raise RejectionError(
                f"{capital(phrase.text)} could be {listed(names, 'or')}. Say which one.", phrase.start, names
            )
        if whole_team and not several and len(phrases) == 1:
            return Robots()
        ids.extend(i for i in phrase.ids if i not in ids)
    return Robots(tuple(ids), each and len(ids) > 1, same)


def capital(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _bare(text: str) -> str:
    words = text.lower().split()
    return " ".join(words[1:] if words[0] in ("the", "a", "an", "any", "all", "every", "each") else words)
