"""What the rooms, things and robots of a world can be called."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from grounding.skills import changeable_flags, parse_atom
from grounding.state import WorldState
from grounding.translate.lexemes import OPERATE, STATES, Flag, Reading, language
from grounding.translate.words import NUMBERS, plural, verb_forms
from grounding.world import MOVABLE, World


@dataclass
class Noun:
    """What a run of words can name.

    Attributes:
        kind: Ids of the kind it names, in the order of the world file.
        own: Ids whose own name (id or listed name) it is.
        plural: Whether it speaks of several.
    """

    kind: list[str]
    own: list[str]
    plural: bool = False


def spell(identifier: str) -> tuple[str, ...]:
    """The words of an id, letters and digits apart: ``door_m4`` is ``door m 4``."""
    return tuple(NUMBERS.get(word, word) for word in re.findall(r"[^\W\d_]+|\d+", identifier.lower()))


def camera_flags(world: World) -> dict[str, str]:
    """Noun -> flag for what robots have switched on while a skill runs ("camera" -> camera_on)."""
    atoms = (parse_atom(text) for skill in world.skills.values() for text in skill.during)
    flags = {atom.args[1] for atom in atoms if atom.predicate == "is" and atom.args[0] == "self"}
    return {flag.removesuffix("_on").replace("_", " "): flag for flag in sorted(flags)}


#: Nouns that speak of several things in the singular: "the fruit".
MASS_NOUNS = frozenset({"fruit", "food", "furniture", "cutlery", "rubbish", "trash", "garbage", "equipment", "waste"})


def skill_verbs(world: World) -> dict[tuple[str, ...], tuple[Reading, ...]]:
    """Verbs that only this world has: the names of skills that change a flag the language does not know."""
    verbs: dict[tuple[str, ...], tuple[Reading, ...]] = {}
    for skill in world.skills.values():
        atoms = [atom for atom in map(parse_atom, skill.effects) if atom.predicate == "is"]
        flags = [(atom.args[-1], atom.positive) for atom in atoms]
        if any(flag in OPERATE for flag in flags):
            continue  # "heat" is for warm food; that it is no longer cold goes along with it
        for atom, flag in zip(atoms, flags, strict=True):
            if flag not in OPERATE:
                forms = verb_forms(skill.name.replace("_", " "))
                for form in (form for group in forms.values() for form in group):
                    verbs[tuple(form.split())] = (Reading("OPERATE", flag), Reading("STATE", flag))
                verbs[tuple(atom.args[-1].split("_"))] = (Reading("STATE", (atom.args[-1], True)),)
    return verbs


def makings(world: World) -> dict[str, tuple[Flag, frozenset[str]]]:
    """Adjectives for what robots can make of things they carry: the flag, and the things that it can be brought to.

    "A rinsed spoon" need not be rinsed already: it is asked for. Doors and furniture have no such
    adjectives, as "the closed door" tells which one is meant.
    """
    can_be: dict[str, set[str]] = {}
    for entity, flags in changeable_flags(world).items():
        if entity in world.things and world.things[entity].properties & MOVABLE:
            for flag in flags:
                can_be.setdefault(flag, set()).add(entity)
    return {
        word: ((flag, value), frozenset(can_be[flag]))
        for (flag, value), words in STATES.items() if value and flag in can_be
        for word in words
    }  # fmt: skip


class Nouns:
    """The nouns of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.order = {
            name: i
            for i, name in enumerate((*world.rooms, *world.door_zones, *world.places, *world.things, *world.robots))
        }
        self.devices = camera_flags(world)
        self.nouns: dict[tuple[str, ...], Noun] = {}
        self.robots: dict[tuple[str, ...], Noun] = {}
        self.modifiers: dict[str, set[str]] = {}
        self.makings = makings(world)
        self.portions: dict[tuple[str, ...], Flag] = {}
        self._add_zones()
        self._add_things()
        self._add_robots()
        for noun in self.devices:
            for word in (noun, plural(noun)):
                self._add(self.nouns, word, own=[f"#{noun}"])
        self.lexemes = {**language(), **skill_verbs(world)}
        self.longest = max(len(words) for words in (*self.nouns, *self.robots))
        self.describe = {name: self._describe(name) for name in (*self.order, *world.kinds)}

    def _add(
        self, table: dict[tuple[str, ...], Noun], phrase: str, *, kind: Iterable[str] = (), own: Iterable[str] = (),
        many: bool = False,
    ) -> None:  # fmt: skip
        noun = table.setdefault(spell(phrase), Noun([], [], many))
        for ids, new in ((noun.kind, kind), (noun.own, own)):
            ids.extend(i for i in new if i not in ids)
            ids.sort(key=lambda i: self.order.get(i, -1))

    def _class(self, table: dict[tuple[str, ...], Noun], phrase: str, ids: Iterable[str]) -> None:
        ids = list(ids)
        if ids:
            head, _, last = phrase.rpartition(" ")
            self._add(table, phrase, kind=ids)
            self._add(table, f"{head} {plural(last)}".strip(), kind=ids, many=True)

    def _add_zones(self) -> None:
        world = self.world
        for zone in (*world.rooms.values(), *world.door_zones.values(), *world.places.values()):
            for phrase in (zone.id, *zone.names):
                self._add(self.nouns, phrase, own=[zone.id])
            for word in (zone.colour, *zone.tags):
                if word:
                    self.modifiers.setdefault(word.replace("_", " "), set()).add(zone.id)
        for kind in dict.fromkeys(z.kind for z in (*world.rooms.values(), *world.places.values())):
            members = world.kinds[kind].members if kind in world.kinds else (kind,)
            self._class(self.nouns, kind.replace("_", " "), members)
        self._class(self.nouns, "room", world.rooms)
        for noun in ("door", "doorway"):
            self._class(self.nouns, noun, world.doors)
        for noun in ("area", "zone", "space", "place", "region", "spot", "location"):
            self._class(self.nouns, noun, (*world.rooms, *world.places))
        for room in world.rooms:
            for words in [words for words, named in self.nouns.items() if named.own == [room]]:
                for noun in ("door", "doorway"):
                    self._class(self.nouns, " ".join((*words, noun)), self.doors_of(room))
            if world.rooms[room].colour:
                self.modifiers[world.rooms[room].colour].update(self.doors_of(room))

    def _add_things(self) -> None:
        things, things_of = self.world.things.values(), self.world.things
        for thing in things:
            self._add(self.nouns, thing.id, own=[thing.id])
            for word in (thing.colour, *thing.adjectives):
                if word:
                    self.modifiers.setdefault(word, set()).add(thing.id)
        for noun in dict.fromkeys(n for t in things for n in (t.kind.replace("_", " "), *t.names)):
            ids = [t.id for t in things if noun == t.kind.replace("_", " ") or noun in t.names]
            if noun in MASS_NOUNS and any(things_of[i].properties & MOVABLE for i in ids):
                self._add(self.nouns, noun, kind=ids, many=True)
            self._class(self.nouns, noun, ids)
        self._add_portions()
        movable = [t.id for t in things if t.properties & {"portable", "pushable"}]
        for noun in ("thing", "object", "item"):
            self._class(self.nouns, noun, movable)
        inert = (t.id for t in things if "guidable" not in t.properties)
        self._add(self.nouns, "everything", kind=(*self.world.rooms, *self.world.doors, *inert), many=True)
        for noun in ("anything", "something"):
            self._add(self.nouns, noun, kind=movable)

    def _add_portions(self) -> None:
        """ "A slice of bread" and "a bread slice" are bread that is to be sliced."""
        flag, ids = self.makings.get("sliced", (("sliced", True), frozenset()))
        known = {" ".join(words): noun for words, noun in self.nouns.items() if noun.kind and set(noun.kind) <= ids}
        for food, noun in known.items():
            for portion in ("slice", "piece") if not noun.plural else ():
                names = (f"{portion} of {food}", f"{plural(portion)} of {food}", f"{food} {portion}",
                         f"{food} {plural(portion)}")  # fmt: skip
                for name in names:
                    self._add(self.nouns, name, kind=noun.kind)
                    self.portions[spell(name)] = flag

    def _add_robots(self) -> None:
        world = self.world
        for robot in world.robots.values():
            for phrase in (robot.id, *robot.names):
                self._add(self.robots, phrase, own=[robot.id])
        for kind in dict.fromkeys(r.type.name for r in world.robots.values()):
            ids = [r.id for r in world.robots.values() if r.type.name == kind]
            self._class(self.robots, kind.replace("_", " "), ids)
            self._class(self.robots, f"{kind.replace('_', ' ')} robot", ids)
        for noun in ("robot", "unit", "bot"):
            if (noun,) not in self.nouns:
                self._class(self.robots, noun, world.robots)
        for phrase in ("someone", "anyone", "somebody", "anybody", "any of you", "one of you"):
            self._add(self.robots, phrase, kind=world.robots)
        for phrase in ("everyone", "everybody", "all of you", "the whole team", "each of you"):
            self._add(self.robots, phrase, kind=world.robots, many=True)

    def _describe(self, name: str) -> str:
        world = self.world
        words = name.replace("_", " ")
        if name in world.robots:
            return words if re.search(r"\d", name) else f"the {words}"
        if name in world.kinds:
            tag = all(name in world.zones[m].tags for m in world.kinds[name].members)
            return f"{words} area" if tag else words
        thing = world.things.get(name)
        if thing is not None and "guidable" in thing.properties and words not in (thing.kind, *thing.names):
            return words
        if name in world.doors and words.startswith("door "):
            sides = world.doors[name].joins
            if words.removeprefix("door ") in sides or words[-1].isdigit():
                return words
            alone = sum(set(d.joins) == set(sides) for d in world.doors.values()) == 1
            return f"the door between {' and '.join(map(self._describe, sides))}" if alone else words
        if thing is not None or not re.search(r"\d", name):
            return f"the {words}"
        kind = world.zones[name].kind.replace("_", " ")
        return words if kind.split()[-1] in words.split() else f"{kind} {words}"

    def in_state(self, state: WorldState) -> dict[str, set[str]]:
        """Adjectives for what things are like now ("the closed door") -> ids that they fit."""
        found: dict[str, set[str]] = {}
        can_be = {t.id: t.possible_flags for t in self.world.things.values()}
        can_be |= {d.id: frozenset({"open"}) for d in self.world.doors.values() if d.closable}
        for (flag, value), words in STATES.items():
            fitting = {k for k, flags in can_be.items() if flag in flags and ((k, flag) in state.flags) is value}
            for word in words if fitting else ():
                if word not in ("on", "off"):
                    found.setdefault(word, set()).update(fitting)
        return found

    def doors_of(self, room: str) -> list[str]:
        """Ids of the doors of a room."""
        return [d.id for d in self.world.doors.values() if room in d.joins]

    def sorted(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Ids in the order of the world file."""
        return tuple(sorted(set(ids), key=lambda i: self.order.get(i, -1)))

    def near(self, words: str, among: Iterable[str] | None = None, n: int = 3) -> tuple[str, ...]:
        """Names of the world that look like some words."""
        allowed = None if among is None else set(among)
        names: dict[str, str] = {}
        for table in (self.nouns, self.robots):
            for phrase, noun in table.items():
                ids = noun.own or (noun.kind if len(noun.kind) == 1 else [])
                if ids and ids[0] in self.describe and (allowed is None or ids[0] in allowed):
                    names.setdefault(" ".join(phrase), ids[0])
        target = " ".join(spell(words)) or words
        close = difflib.get_close_matches(target, names, n=8, cutoff=0.6)
        return tuple(dict.fromkeys(self.describe[names[word]] for word in close))[:n]


def nouns_of(world: World) -> Nouns:
    """The nouns of a world, built once and kept with it as its cached properties are."""
    kept = vars(world)
    if "_nouns" not in kept:
        kept["_nouns"] = Nouns(world)
    nouns: Nouns = kept["_nouns"]
    return nouns
