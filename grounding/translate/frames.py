"""Frames of free English to tasks of a world: each is said as one sentence of controlled English and read as such.

The sentence is what the operator is shown, so what is planned is what was read back. What a frame leaves open is
settled here: which things its nouns can be, where "away", "back" and "next to the laptop" are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from grounding.mission.task import TreeRule
from grounding.skills import changeable_flags
from grounding.state import WorldState, initial_state
from grounding.translate import means, wording
from grounding.translate.controlled import mission_of
from grounding.translate.lexemes import OPERATE, STATES, Flag
from grounding.translate.mentions import Finder, Mention, plain
from grounding.translate.nodes import Node
from grounding.translate.nouns import spell
from grounding.translate.outline import Frame
from grounding.translate.phrases import listed
from grounding.translate.phrasewords import AT, NEAR
from grounding.translate.references import RejectionError, capital
from grounding.world import World


class GroundingStatus(str, Enum):
    """What became of a frame."""

    GROUNDED = "grounded"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Grounded:
    """What a frame stands for in a world.

    Attributes:
        status: Whether it stands for anything.
        message: Why it does not, else what was passed over; one or two sentences for people, or empty.
        sentence: The frame as a sentence of controlled English, as far as there is one.
        node: The task, None where rejected; several leaves where choices or steps are left.
        rules: Rules that the sentence brings along.
        near: What could have been meant.
    """

    status: GroundingStatus
    message: str = ""
    sentence: str = ""
    node: Node | None = None
    rules: tuple[TreeRule, ...] = ()
    near: tuple[str, ...] = ()


def ground(frame: Frame, world: World, state: WorldState | None = None) -> Grounded:
    """What a frame stands for in a world; never raises for what a person can say.

    Args:
        frame: A task in free words; object and destination may be any noun phrases.
        world: The world.
        state: Where things are now; at the start of the world file where None.
    """
    state = state or initial_state(world)
    writer = _Writer(frame, world, state)
    text = ""
    try:
        text = writer.sentence()
        mission = mission_of(text, world, state)
        if mission.root is None:
            raise RejectionError("I find no task in that. Say what is to be done, such as 'go to ...'.")
        return Grounded(
            GroundingStatus.GROUNDED, " ".join(dict.fromkeys(writer.notes)), text, mission.root, tuple(mission.rules)
        )
    except RejectionError as rejection:
        return Grounded(GroundingStatus.REJECTED, rejection.message, text, near=rejection.near)


#: State of a frame -> the flag it asks for; other words count where they are adjectives for a state.
_STATES: dict[str, Flag] = {
    "clean": ("clean", True), "hot": ("heated", True), "cold": ("chilled", True), "sliced": ("sliced", True),
} | {word: flag for flag, words in STATES.items() if flag[1] for word in words}  # fmt: skip
_MAKING: dict[str, Flag] = {
    "clean": ("clean", True), "heat": ("heated", True), "cool": ("chilled", True), "slice": ("sliced", True),
    "open": ("open", True), "close": ("open", False), "switch on": ("switched_on", True),
    "switch off": ("switched_on", False), "photograph": ("photographed", True), "examine": ("examined", True),
}  # fmt: skip
_THROWING = re.compile(r"\b(throw|threw|trash|discard|dispos|toss|get rid|bin)\w*\b")
_BINS = ("garbage can", "bin", "trash can", "rubbish bin")
_HOME = re.compile(r"\b(back|return\w*|replac\w*|original|its? (?:own )?(?:place|spot)|where (?:they|it) belongs?)\b")
_STORES = ("cabinet", "drawer", "cupboard")
#: "In the corner to the bed": where it is, then where to.
_MOVED = re.compile(rf"(?:{'|'.join(AT)}|by|under|near|behind) .+? (?:to|onto|into) (?!the (?:left|right|side))")
#: "With the light of the lamp", "under a lamp".
_LIGHT = re.compile(r"\b(?:with|using|under|by|in|near|at|beneath|next to|on|to)\b(.*\b(?:lamp|light|lamplight)\b.*)$")
_NOWHERE = frozenset({"away", "back", "up", "down", "over", "out", "off", "there", "inside", "aside"})


class _Writer:
    """Says one frame in controlled English."""

    def __init__(self, frame: Frame, world: World, state: WorldState) -> None:
        self.frame, self.world, self.state = frame, world, state
        self.finder = Finder(world, state)
        self.notes: list[str] = []
        self.said = plain(frame.text)

    def sentence(self) -> str:
        """The frame as one sentence.

        Raises:
            RejectionError: It has none in this world.
        """
        frame = self.frame
        who = f"{self._robot()} must " if frame.robot else ""
        place = plain(frame.destination)
        match frame.predicate:
            case "go":
                return f"{who}go to {self._zone(place or plain(frame.object))}"
            case "examine" | "use":
                return who + self._examine(place)
            case "switch on" | "switch off" | "open" | "close" | "photograph":
                return who + self._operate(_MAKING[frame.predicate], place)
            case "pick up" | "find":
                return f"{who}pick up {self._listed(self._objects(place if _starts(place, AT) else ''))}"
            case "put" | "clean" | "heat" | "cool" | "slice":
                return self._put(who, place)
        mission_of(frame.text, self.world, self.state)  # no predicate of frames: exact English, or its own objection
        return frame.text

    def _put(self, who: str, place: str) -> str:
        """Puts something somewhere, made into what it is to be; or only makes it so."""
        flags = self._flags()
        tools = {tool for flag in flags for tool in means.tools(flag, self.world)}
        making = self.frame.predicate != "put"
        if making and (not place or place in _NOWHERE or self._is_tool(place, tools)):
            objects = self._objects()
            away = {"away", "back"} & set(self.said.split())
            if not away or self._is_tool(place, tools):
                return who + self._make(objects, flags)
            place = ""
        if place in ("away", "back"):
            place = ""
        within = re.match(r"(?:in|on|inside|inside of|on top of) (?:it|them)\b ?", place)
        if within and " with " not in f" {plain(self.frame.object)}" and " got " not in plain(self.frame.object):
            raise RejectionError(f"I do not know what {within[0].split()[-1]!r} stands for. Name it.")
        place = re.sub(r"^inside (?=(?:next|on|in|beside|near) )", "", place[within.end() :] if within else place)
        moved = _MOVED.match(place)
        if moved and not place.startswith(("to ", "into ", "onto ")) and " next to " not in place:
            place = f"to {place[moved.end() :]}"
        objects = self._objects()
        held = re.search(r" (?:with|containing) (.+) (?:in|on|inside|on top of) it$", place)
        if held and len(objects) == 1:  # "put a plate in the fridge with a tomato on it"
            place = place[: held.start()]
            objects = [replace(objects[0], contents=tuple(self.finder.every(held[1], self.finder.is_movable)))]
        flags = self._possible([*flags, *(flag for m in objects for flag in m.states)], objects)
        if not place:
            return self._put_nowhere(who, objects, flags)
        targets = self._targets(place, objects)
        if not any(self.finder.is_movable(i) for i in targets[0].ids):  # "to the coffee machine chilled"
            flags += targets[0].states
            targets[0] = replace(targets[0], states=())
        return self._bring(who, objects, flags, targets)

    def _possible(self, flags: Sequence[Flag], objects: list[Mention]) -> list[Flag]:
        """States without those that "clean up" does not mean: things that cannot be washed are tidied up."""
        washed = self.finder.nouns.makings.get(STATES["clean", True][0], (None, frozenset()))[1]
        tidied = re.match(r"clean\w* up\b", self.said) and any(i not in washed for m in objects for i in m.ids)
        return [flag for flag in dict.fromkeys(flags) if not (tidied and flag == ("clean", True))]

    def _put_nowhere(self, who: str, objects: list[Mention], flags: Sequence[Flag]) -> str:
        """ "Throw it away", "put it back", "put it away"; only what is to be made of it where no place is meant."""
        if _THROWING.search(self.said):
            bin_ = self._first(_BINS, "There is nothing to throw things into here.")
            return self._bring(who, objects, flags, [bin_])
        if _HOME.search(self.said):
            homes = [self._home(i) for m in objects for i in m.ids[: None if m.every else 1]]
            self.notes.append(f"I take back to mean {self._call(homes[0])}.")
            return self._bring(who, objects, flags, homes[:1])
        if "away" in self.said.split() or re.search(r"\b(store|storing|stow|tidy|organi[sz]e)\b", self.said):
            store = self._first(_STORES, "There is no cupboard here to put things away in. Say where to.")
            self.notes.append(f"I take away to mean {self._call(store)}.")
            return self._bring(who, objects, flags, [store])
        if flags:
            return who + self._make(objects, flags)
        if re.search(r"\b(?:from|off|out of)\b", self.said) or re.match(
            r"(get|take|grab|bring|carry|fetch|hold|gather|collect)\b", self.said
        ):
            return f"{who}pick up {self._listed(objects)}"
        what = listed([self._call(m) for m in objects])
        raise RejectionError(f"I do not know where to put {what}. Say 'in' or 'on' and a place.")

    def _bring(self, who: str, objects: list[Mention], flags: Sequence[Flag], targets: list[Mention]) -> str:
        last, before = _conflicting(flags)
        target = targets[0]
        steps = [f"{who}{OPERATE[flag][0]} {self._listed(objects)}" for flag in before]
        steps.append(f"{who}put {self._listed(objects, last)} {self._on(target)} {self._call(target)}")
        steps += [
            f"{who}put {self._call(inner)} {self._on(outer)} {self._call(outer)}"
            for inner, outer in itertools.pairwise(targets)
        ]
        return ", then ".join(steps)

    def _make(self, objects: list[Mention], flags: Sequence[Flag]) -> str:
        last, before = _conflicting([*flags, *(flag for m in objects for flag in m.states)])
        *rest, main = last
        steps = [f"{OPERATE[flag][0]} {self._listed(objects)}" for flag in before]
        return ", then ".join([*steps, f"{OPERATE[main][0]} {self._listed(objects, rest)}"])

    def _examine(self, place: str) -> str:
        """Looks at something, under a certain lamp where one is named."""
        flag: Flag = ("examined", True)
        lamps = set(means.tools(flag, self.world))
        if not lamps:
            raise RejectionError(f"No robot here can examine things. {self._skills()}")
        thing = self.frame.object
        if self.frame.predicate == "use" or not thing:
            raise RejectionError("I do not know what to look at. Say 'examine', the thing and 'under the lamp'.")
        said = f"{plain(thing)} {place}".strip()
        split = _LIGHT.search(said)
        named: tuple[str, ...] = ()
        if split is not None:
            words = re.sub(r"\b(?:the )?(?:light|glow|illumination|brightness)(?: of| from| by)?\b", " ", split[1])
            words = re.sub(r"\blamplight\b", "lamp", words).strip()
            thing = thing if plain(thing) in said[: split.start()] else plain(thing)[: split.start()]
            try:
                named = tuple(i for i in self.finder.mention(words).ids if i in lamps) if words else ()
            except RejectionError as unknown:
                self.notes.append(f"{unknown.message.split('. ')[0].rstrip('.')}; any lamp will do.")
        objects = self.finder.every(thing, self.finder.is_movable)
        under = f" under {wording.name(named[0], self.world)}" if len(named) == 1 and len(lamps) > 1 else ""
        self.notes += [note for m in objects for note in m.notes]
        return f"examine {self._listed(objects, [*self._flags()])}{under}"

    def _operate(self, flag: Flag, place: str) -> str:
        able = self._changeable(flag)
        thing = f"{self.frame.object} {place}".strip() if place and place not in _NOWHERE else self.frame.object
        objects = self.finder.every(thing or "light", lambda i: i in able)
        self.notes += [note for m in objects for note in m.notes]
        return f"{OPERATE[flag][0] if flag in OPERATE else 'examine'} {self._listed(objects)}"

    def _changeable(self, flag: Flag) -> frozenset[str]:
        return frozenset(i for i, flags in changeable_flags(self.world).items() if flag[0] in flags)

    def _zone(self, phrase: str) -> str:
        for preposition in sorted((*NEAR, *AT), key=len, reverse=True):
            phrase = phrase.removeprefix(f"{preposition} ")
        found = self.finder.mention(phrase, lambda i: i in self.world.zones)
        if found.ids[0] not in self.world.zones:
            room = self.world.room_of(self.state.things[found.ids[0]].cell)
            if room is None:
                raise RejectionError(f"{capital(self._call(found))} is not a room or place to go to.")
            thing, name = wording.name(found.ids[0], self.world), wording.name(room, self.world)
            self.notes.append(f"{capital(thing)} is in {name}.")
            return name
        return self._call(found)

    def _robot(self) -> str:
        noun = self.finder.nouns.robots.get(spell(plain(self.frame.robot)))
        if noun is None:
            names = [wording.name(r, self.world) for r in self.world.robots]
            raise RejectionError(
                f"There is no {self.frame.robot.removeprefix('the ')} here; the robots are {listed(names)}.",
                None,
                names,
            )
        return listed([wording.name(r, self.world) for r in (noun.own or noun.kind)], "or")

    def _objects(self, where: str = "") -> list[Mention]:
        if not plain(self.frame.object):
            raise RejectionError(f"I do not know what to {self.frame.predicate}. Name the thing.")
        objects = self.finder.every(self.frame.object, self.finder.is_movable)
        source = re.search(r"\b(?:from|out of|off of)\b (.+)$", self.said)
        where = where or (source[0] if source and len(objects) == 1 else "")
        preposition = next((p for p in sorted((*NEAR, *AT), key=len, reverse=True) if _starts(where, (p,))), "")
        if preposition and len(objects) == 1 and len(objects[0].ids) > 1:
            objects = [self.finder.narrowed(objects[0], preposition, _before_verb(where.removeprefix(preposition)))]
        self.notes += [note for m in objects for note in m.notes]
        return objects

    def _targets(self, place: str, objects: list[Mention]) -> list[Mention]:
        """Where to: a place, or something to carry and the place where that goes in turn."""
        preposition = next((p for p in sorted((*NEAR, *AT), key=len, reverse=True) if _starts(place, (p,))), "")
        where = place.removeprefix(preposition).strip()
        own = {i for m in objects for i in m.ids}
        spare = lambda i: self._is_target(i) and (i not in own or len(own) > 1)  # noqa: E731
        if preposition in NEAR:
            _, between, outer = self.finder.apart(where)
            if between in AT and any(self._is_target(i) for i in self.finder.mention(outer).ids):
                return self._targets(f"on {outer}", objects)  # "next to the knife on the counter"
            return [self._beside(self.finder.mention(where), preposition)]
        inner, between, outer = self.finder.apart(where)
        if outer and not between:  # "the inside of the safe"
            return self._targets(f"in {outer}", objects)
        found = self.finder.mention(inner, spare)
        if not any(self._is_target(i) for i in found.ids):
            beside = self._beside(found, preposition)
            self.notes.append(f"Nothing can be put on {self._call(found)}, so it goes on {self._call(beside)}.")
            return [beside]
        if outer and any(self.finder.is_movable(i) for i in found.ids):
            further = self._targets(f"{between} {outer}", [found])
            if not any(self.finder.is_movable(i) for i in further[0].ids):
                self.notes += found.notes
                return [found, *further]
        elif outer:
            found = self.finder.mention(where, spare)
        self.notes += found.notes
        return [found]

    def _beside(self, anchor: Mention, preposition: str) -> Mention:
        entity = anchor.ids[0]
        if entity in self.world.zones:
            return anchor
        spots = self.finder.beside(entity, preposition)
        if not spots:
            raise RejectionError(f"I can put things on or in something, not beside {wording.name(entity, self.world)}.")
        name, spot = wording.name(entity, self.world), wording.name(spots[0], self.world)
        self.notes.append(f"{capital(preposition or 'beside')} {name} I take to be {spot}.")
        return Mention(anchor.text, spots)

    def _home(self, thing: str) -> Mention:
        """Where a thing is now."""
        now = self.state.things[thing]
        room = self.world.room_of(now.cell)
        spot = now.support or room
        if spot is None:
            raise RejectionError(f"I do not know where {wording.name(thing, self.world)} belongs. Say where to put it.")
        return Mention("back", (spot,))

    def _first(self, names: Sequence[str], problem: str) -> Mention:
        nouns = self.finder.nouns
        for noun in (nouns.nouns[key] for name in names if (key := spell(name)) in nouns.nouns):
            ids = nouns.sorted(i for i in (*noun.kind, *noun.own) if self._is_target(i))
            if ids:
                return Mention(names[0], ids[:1] if names is _BINS else ids)
        raise RejectionError(problem)

    def _is_target(self, entity: str) -> bool:
        thing = self.world.things.get(entity)
        return entity in self.world.zones or (thing is not None and bool(thing.properties & {"surface", "container"}))

    def _is_tool(self, place: str, tools: set[str]) -> bool:
        words = re.sub(rf"^({'|'.join((*NEAR, *AT, 'with'))}) ", "", place)
        try:
            return bool(words) and bool(set(self.finder.mention(words).ids) & tools)
        except RejectionError:
            return not words

    def _flags(self) -> list[Flag]:
        asked = [_STATES[word] for word in self.frame.states if word in _STATES]
        if self.frame.predicate in ("clean", "heat", "cool", "slice"):
            asked.append(_MAKING[self.frame.predicate])
        return list(dict.fromkeys(asked))

    def _skills(self) -> str:
        skills = {s for r in self.world.robots.values() for s in r.type.skills}
        return f"The skills here are: {listed([s.replace('_', ' ') for s in self.world.skills if s in skills])}."

    def _on(self, target: Mention) -> str:
        entity = target.ids[0]
        if entity in self.world.zones:
            return "in"
        return "on" if "surface" in self.world.things[entity].properties else "in"

    def _listed(self, mentions: Sequence[Mention], flags: Sequence[Flag] = ()) -> str:
        return listed([self._call(m, flags) for m in mentions])

    def _call(self, mention: Mention, flags: Sequence[Flag] = ()) -> str:
        """A mention in words that controlled English reads as the same things."""
        able = self.finder.nouns.makings
        flags = list(dict.fromkeys((*flags, *mention.states)))
        words = " ".join(STATES[f][0] for f in flags if STATES[f][0] in able)
        adjectives = f"{words} " if words else ""
        names = [f"the {adjectives}{wording.name(i, self.world).removeprefix('the ')}" for i in mention.ids]
        kind = None if mention.every or len(names) == 1 else self._kind(mention.ids)
        if kind is not None:
            text = f"{'an' if (adjectives or kind)[0] in 'aeiou' else 'a'} {adjectives}{kind}"
        else:
            text = listed(names, "and" if mention.every else "or")
        if mention.contents:
            surface = "surface" in self.world.things[mention.ids[0]].properties
            text += f" with {self._listed(mention.contents)} {'on' if surface else 'in'} it"
        return text

    def _kind(self, ids: tuple[str, ...]) -> str | None:
        """A noun that names exactly these, that of their class if it does."""
        kinds = {self.world.things[i].kind for i in ids if i in self.world.things}
        own = self.finder.nouns.nouns.get(spell(next(iter(kinds)))) if len(kinds) == 1 else None
        if own is not None and set(own.kind) == set(ids):
            return next(iter(kinds)).replace("_", " ")
        for words, noun in self.finder.nouns.nouns.items():
            if not noun.plural and set(noun.kind) == set(ids) and set(noun.own) <= set(ids):
                return " ".join(words)
        return None


def _conflicting(flags: Sequence[Flag]) -> tuple[list[Flag], list[Flag]]:
    """States to hold at the end, and those that are undone by a later one and so come before ("heat, then chill")."""
    last = list(dict.fromkeys(flags))
    before = []
    if ("heated", True) in last and ("chilled", True) in last:
        first = min((("heated", True), ("chilled", True)), key=last.index)
        last.remove(first)
        before.append(first)
    return last, before


def _starts(text: str, prepositions: Sequence[str]) -> bool:
    return any(text.startswith(f"{p} ") for p in prepositions)


def _before_verb(words: str) -> str:
    """A place without what follows it: "the table to the shelf" is the table."""
    return re.split(r" (?:to|and|onto|into|on|then|in) ", words.strip())[0]
