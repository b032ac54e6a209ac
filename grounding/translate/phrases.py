"""Reads noun phrases ("the red mug", "meeting rooms m1", "both doors") off a run of words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from grounding.state import WorldState
from grounding.translate.lexemes import OPERATE, Flag, first_words, language
from grounding.translate.nouns import MASS_NOUNS, Noun, Nouns
from grounding.translate.words import NUMBERS, Word
from grounding.world import MOVABLE

DETERMINERS: dict[tuple[str, ...], str] = {
    ("the",): "the", ("a",): "any", ("an",): "any", ("any",): "any", ("some",): "any", ("one", "of", "the"): "one",
    ("any", "of", "the"): "one", ("either", "of", "the"): "one", ("another",): "any", ("one", "of"): "one",
    ("any", "one", "of", "the"): "one", ("any", "one", "of"): "one", ("at", "least", "one"): "any",
    ("all",): "all", ("all", "the"): "all", ("all", "of", "the"): "all", ("every",): "all", ("each",): "all",
    ("each", "of", "the"): "all", ("each", "of"): "all", ("every", "one", "of", "the"): "all", ("both",): "all",
    ("both", "the"): "all", ("both", "of", "the"): "all", ("all", "of"): "all", ("every", "single"): "all",
    ("each", "and", "every"): "all", ("the", "other"): "other", ("other",): "other", ("the", "same"): "the",
    ("this",): "the", ("that",): "the", ("these",): "the", ("those",): "the", ("its",): "the", ("his",): "the",
    ("her",): "the", ("their",): "the", ("my",): "the", ("your",): "the", ("our",): "the",
    ("all", "other"): "rest", ("all", "the", "other"): "rest", ("every", "other"): "rest", ("the", "remaining"): "rest",
    ("any", "other"): "rest", ("whichever",): "any", ("whatever",): "any", ("the", "rest", "of", "the"): "rest",
    ("the", "nearest"): "any", ("the", "closest"): "any", ("a", "nearby"): "any", ("any", "nearby"): "any",
}  # fmt: skip

PRONOUNS: dict[tuple[str, ...], str] = {
    ("it",): "thing", ("them",): "things", ("him",): "thing", ("her",): "thing", ("they",): "things",
    ("that", "one"): "thing", ("this", "one"): "thing", ("that",): "thing", ("this",): "thing", ("these",): "things",
    ("those",): "things", ("both", "of", "them"): "things", ("all", "of", "them"): "things", ("there",): "zone",
    ("that", "place"): "zone", ("that", "room"): "zone", ("the", "same", "place"): "zone",
    ("the", "same", "room"): "zone",
    ("that", "spot"): "zone", ("each", "of", "them"): "things", ("the", "same", "one"): "thing",
    ("the", "same", "spot"): "zone", ("the", "latter"): "thing", ("both",): "things", ("himself",): "thing",
}  # fmt: skip


#: Openings of a clause that tells a place apart by a thing; "is" needs a closing too.
_WITH: dict[tuple[str, ...], str] = {
    ("with",): "has", ("that", "has"): "has", ("which", "has"): "has", ("containing",): "has", ("holding",): "has",
    ("that", "contains"): "has", ("which", "contains"): "has", ("where",): "is", ("that",): "is", ("which",): "is",
    ("in", "which"): "is",
}  # fmt: skip
_IS_THERE: dict[tuple[str, ...], str] = {
    (*verb, *place): "is"
    for verb in (("is",), ("are",), ("stands",), ("lies",), ("is", "currently"))
    for place in ((), ("in",), ("at",), ("inside",))
} | {("in", "it"): "has", ("inside",): "has"}

#: Openings and closings of what a thing is to hold when it is handled: "the mug with the pen in it".
_CONTENTS = (("with",), ("containing",), ("holding",), ("that", "contains"), ("that", "holds"))
_IN_IT = (("in", "it"), ("on", "it"), ("inside", "it"), ("inside", "of", "it"), ("on", "top", "of", "it"), ("inside",))


#: Verbs in the form of an order: "clean mugs" without an article may ask to clean them.
_ORDERS = frozenset(tuple(verb.split()) for verbs in OPERATE.values() for verb in verbs)


@dataclass(frozen=True)
class NounPhrase:
    """A noun phrase as said, before it is resolved in its context.

    Attributes:
        text: The words.
        start, end: Offsets in the instruction.
        ids: Ids that fit the words, in the order of the world file.
        quantifier: ``the``, ``any``, ``all``, ``other``, ``rest``, ``one`` ("one of the mugs") or empty.
        plural: Whether it speaks of several.
        count: Number said ("two mugs"), or None.
        pronoun: ``thing``, ``things`` or ``zone`` for pronouns, else empty.
        one: Whether the noun is "one" ("the red one"): its kind comes from the context.
        problem: Why nothing fits, as a sentence; empty when something does.
        near: Names of what the speaker may have meant.
        states: What things are to be made: "a rinsed spoon" is to be clean.
        contents: What is to be in or on it: "the mug with the pen in it".
        joined: How it is joined to the phrase before: empty, ``and``, ``or`` or ``comma``.
    """

    text: str
    start: int
    end: int
    ids: tuple[str, ...] = ()
    quantifier: str = ""
    plural: bool = False
    count: int | None = None
    pronoun: str = ""
    one: bool = False
    problem: str = ""
    near: tuple[str, ...] = ()
    states: tuple[Flag, ...] = ()
    contents: tuple[NounPhrase, ...] = ()
    joined: str = ""


class PhraseReader:
    """Reads noun phrases at any place of one instruction.

    Args:
        words: The words of the instruction.
        nouns: The nouns of the world.
        text: The instruction itself.
        state: Where things are now.
    """

    def __init__(self, words: Sequence[Word], nouns: Nouns, text: str, state: WorldState) -> None:
        self.words, self.nouns, self.text = words, nouns, text
        self.state, self.states = state, nouns.in_state(state)
        self.plain = [w.text for w in words]
        self.keys = [NUMBERS.get(w.text, w.text) for w in words]
        self._memo: dict[tuple[int, bool], tuple[int, NounPhrase] | None] = {}

    def read(self, i: int, *, robots: bool = False) -> tuple[int, NounPhrase] | None:
        """The noun phrase that begins at word ``i``: its length in words and itself.

        Args:
            i: Index of the first word.
            robots: Whether to look for robots rather than for zones and things.
        """
        key = (i, robots)
        if key not in self._memo:
            self._memo[key] = self._read(i, robots)
        return self._memo[key]

    def _read(self, i: int, robots: bool) -> tuple[int, NounPhrase] | None:
        if not robots and (found := self._lookup(PRONOUNS, i)):
            n, pronoun = found
            continues = self._lookup(DETERMINERS, i) and self._body(i + 1, robots, True) is not None
            if not continues:
                return n, self._phrase(i, i + n, pronoun=pronoun, plural=pronoun == "things")
        determiner = self._lookup(DETERMINERS, i)
        n, quantifier = determiner or (0, "")
        start = i + n
        count = None
        if start < len(self.keys) and self.keys[start].isdigit() and self._body(start + 1, robots, True):
            count, start = int(self.keys[start]), start + 1
            quantifier = quantifier or ("any" if count == 1 else "")
        if determiner and self.plain[i] == "both" and quantifier == "all":
            count = 2
        body = self._body(start, robots, bool(determiner))
        if body is None:
            return self._unknown(i, start) if determiner and not robots and not count else None
        length, phrase = body
        if phrase.states and quantifier != "any":
            made = tuple(k for k in phrase.ids if all(((k, f) in self.state.flags) is v for f, v in phrase.states))
            phrase = replace(phrase, ids=made or phrase.ids)
        if phrase.plural and quantifier == "any" and self.plain[start + length - 1] in MASS_NOUNS:
            phrase = replace(phrase, plural=False)
        phrase = replace(
            phrase, quantifier=phrase.quantifier or quantifier, count=count if phrase.plural else None,
            text=self.text[self.words[i].start : phrase.end], start=self.words[i].start,
        )  # fmt: skip
        if self._from_elsewhere(i, start + length, phrase):
            problem = "I do not compare distances between places. Name the one you mean."
            phrase = replace(phrase, ids=(), problem=problem)
        return start + length - i, self._prefer_own(phrase, start, length, robots)

    def _from_elsewhere(self, i: int, end: int, phrase: NounPhrase) -> bool:
        """Whether a place is to be the nearest one to another place, not simply the nearest to go to."""
        superlative = self.plain[i + 1 : i + 2] in (["nearest"], ["closest"])
        places = self.nouns.world.zones.keys() >= set(phrase.ids)
        return superlative and places and self.plain[end : end + 1] in (["to"], ["from"])

    def _prefer_own(self, phrase: NounPhrase, start: int, length: int, robots: bool) -> NounPhrase:
        """ "The document" is the one called so; "a document" is any of its kind."""
        table = self.nouns.robots if robots else self.nouns.nouns
        noun = table.get(tuple(self.keys[start : start + length]))
        if noun is not None and noun.own and phrase.quantifier in ("", "the"):
            return replace(phrase, ids=tuple(noun.own))
        return phrase

    def _body(self, i: int, robots: bool, determined: bool) -> tuple[int, NounPhrase] | None:
        """Adjectives, noun and label."""
        best: tuple[int, NounPhrase] | None = None
        fits: set[str] | None = None
        j = i
        while True:
            found = self._noun(j, robots)
            if found is not None:
                length, phrase = self._with_noun(i, j, *found, fits, robots)
                candidate = length, replace(phrase, states=self._makings(i, j, j + found[0]))
                if best is None or (candidate[0], not candidate[1].problem) >= (best[0], not best[1].problem):
                    best = candidate
            elif not robots and j < len(self.plain) and self.plain[j] in ("one", "ones") and (determined or j > i):
                many = self.plain[j] == "ones"
                phrase = self._phrase(i, j + 1, ids=self.nouns.sorted(fits or ()), one=True, plural=many)
                return j + 1 - i, phrase
            ids = self._modifier(j, determined)
            if ids is None:
                return best or self._coordinated(i, j, fits, robots)
            fits = ids if fits is None else fits & ids
            j += 1

    def _coordinated(self, i: int, j: int, fits: set[str] | None, robots: bool) -> tuple[int, NounPhrase] | None:
        """Two adjectives for one noun: "the red and the green apple", "a red or blue plate"."""
        if fits is None or self.plain[j : j + 1] not in (["and"], ["or"]):
            return None
        determiner = self._lookup(DETERMINERS, j + 1)
        start = j + 1 + (determiner[0] if determiner else 0)
        second = self._body(start, robots, True) if self._modifier(start, True) is not None else None
        noun = self._noun(start + 1, robots)
        if second is None or noun is None or second[1].problem:
            return None
        first = [k for k in (*noun[1].own, *noun[1].kind) if k in fits]
        if not first:
            return None
        end = start + second[0]
        ids = self.nouns.sorted((*first, *second[1].ids))
        either = self.plain[j] == "or"
        phrase = self._phrase(i, end, ids=ids, plural=not either)
        return end - i, replace(phrase, quantifier="any" if either else "all")

    def _with_noun(
        self, i: int, j: int, n: int, noun: Noun, fits: set[str] | None, robots: bool
    ) -> tuple[int, NounPhrase]:
        ids = [*noun.own, *(k for k in noun.kind if k not in noun.own)]
        end = j + n
        if fits is not None:
            fitting = [k for k in ids if k in fits]
            if not fitting:
                words = self._said(i, end)
                there = tuple(self.nouns.describe.get(k, k) for k in self.nouns.sorted(ids))[:6]
                problem = f"There is no {words} here; there is {listed(there)}."
                return end - i, self._phrase(i, end, problem=problem, near=there)
            ids = fitting
        elif noun.own and not noun.kind:
            return self._owned(i, end, noun, robots)
        labelled = self._label(end, noun, ids, robots)
        if labelled is not None:
            m, chosen, problem = labelled
            near = self.nouns.near(self._said(j, end + m), ids) if problem else ()
            return end + m - i, self._phrase(i, end + m, ids=chosen, problem=problem, near=near)
        for clause in (self._described, self._door_of, self._door_between, self._with_thing):
            told = clause(end, ids)
            if told is not None:
                m, chosen = told
                return end + m - i, self._phrase(i, end + m, ids=chosen, plural=noun.plural)
        return self._holding(i, end, self.nouns.sorted(ids), noun)

    def _owned(self, i: int, end: int, noun: Noun, robots: bool) -> tuple[int, NounPhrase]:
        """A name, or with "'s door" the door of what it names."""
        room = noun.own[0]
        if (
            not robots
            and self.plain[end : end + 1] == ["'s"]
            and self.plain[end + 1 : end + 2] in (["door"], ["doors"])
        ):
            doors = self.nouns.sorted(self.nouns.doors_of(room))
            if doors:
                return end + 2 - i, self._phrase(i, end + 2, ids=doors, plural=self.plain[end + 1] == "doors")
        return self._holding(i, end, tuple(noun.own), noun)

    def _holding(self, i: int, end: int, ids: tuple[str, ...], noun: Noun) -> tuple[int, NounPhrase]:
        """A noun, or with "with the pen in it" a thing and what it is to hold."""
        things = self.nouns.world.things
        phrase = self._phrase(i, end, ids=ids, plural=noun.plural)
        opening = next((len(w) for w in _CONTENTS if tuple(self.plain[end : end + len(w)]) == w), 0)
        if not opening or not all(k in things and things[k].properties & MOVABLE for k in ids):
            return end - i, phrase
        held: list[NounPhrase] = []
        j = end + opening
        while (found := self.read(j)) is not None and found[1].ids:
            if not all(k in things and things[k].properties & MOVABLE for k in found[1].ids):
                break
            held.append(found[1])
            j += found[0]
            closing = next((len(w) for w in _IN_IT if tuple(self.plain[j : j + len(w)]) == w), 0)
            if closing or len(held) == 1:
                phrase = replace(self._phrase(i, j + closing, ids=ids, plural=noun.plural), contents=tuple(held))
            if closing or self.plain[j : j + 1] not in (["and"], [","]):
                break
            j += 1 + (self.plain[j : j + 2] == [",", "and"])
        n = next((k for k, word in enumerate(self.words) if word.end == phrase.end), end - 1) + 1
        return n - i, phrase

    def _label(self, end: int, noun: Noun, ids: Sequence[str], robots: bool) -> tuple[int, tuple[str, ...], str] | None:
        """The label after a noun ("room m1", "desk 5"): words, what fits, and what is wrong."""
        if end >= len(self.keys):
            return None
        found = self._noun(end, robots)
        if found is not None and found[1].own:
            chosen = self.labelled(ids, found[1].own)
            if chosen:
                return found[0], chosen, ""
        if self.keys[end].isdigit():
            chosen = self.numbered(ids, self.keys[end])
            problem = "" if chosen else self._no_such(end, 1, ids)
            return 1, chosen, problem
        short = len(self.plain[end]) <= 2 and end + 1 < len(self.keys) and self.keys[end + 1].isdigit()
        if short and found is None and (self.plain[end],) not in language():
            return 2, (), self._no_such(end, 2, ids)
        return None

    def _no_such(self, end: int, n: int, ids: Sequence[str]) -> str:
        names = [self.nouns.describe.get(k, k) for k in ids]
        known = f"{', '.join(names[:3])} to {names[-1]}" if len(names) > 4 else listed(names)
        return f"There is no {self._said(end - 1, end + n)} here; there is {known}."

    def labelled(self, ids: Iterable[str], own: Iterable[str]) -> tuple[str, ...]:
        """Those of the ids that a label names; for doors also those of the room it names."""
        ids, own = list(ids), list(own)
        chosen = [k for k in own if k in ids]
        if not chosen and all(k in self.nouns.world.doors for k in ids):
            chosen = [d for room in own for d in self.nouns.doors_of(room) if d in ids]
        return tuple(chosen)

    def numbered(self, ids: Iterable[str], number: str) -> tuple[str, ...]:
        """Those of the ids that end with a number."""
        return tuple(k for k in ids if (match := re.search(r"(\d+)$", k)) and match[1] == number)

    def _described(self, end: int, ids: Sequence[str]) -> tuple[int, tuple[str, ...]] | None:
        """An adjective after the noun: "the room that is blue"."""
        if self.plain[end : end + 1] not in (["that"], ["which"]) or self.plain[end + 1 : end + 2] not in (
            ["is"],
            ["are"],
        ):
            return None
        fits = self._modifier(end + 2, True)
        chosen = tuple(k for k in ids if k in fits) if fits else ()
        return (3, chosen) if chosen else None

    def _door_of(self, end: int, ids: Sequence[str]) -> tuple[int, tuple[str, ...]] | None:
        """The room after "door of" or "door to": its words, and its doors."""
        if len(ids) < 2 or any(k not in self.nouns.world.doors for k in ids):
            return None
        m = 2 if self.plain[end : end + 2] in (["leading", "to"], ["leading", "into"]) else 1
        if m == 1 and self.plain[end : end + 1] not in (["of"], ["to"], ["for"], ["into"]):
            return None
        room = self.read(end + m)
        if room is None or len(room[1].ids) != 1 or room[1].ids[0] not in self.nouns.world.rooms:
            return None
        doors = tuple(k for k in ids if k in self.nouns.doors_of(room[1].ids[0]))
        return (m + room[0], doors) if doors else None

    def _door_between(self, end: int, ids: Sequence[str]) -> tuple[int, tuple[str, ...]] | None:
        """The rooms after "door between": their words, and the doors that join them."""
        doors = self.nouns.world.doors
        if any(k not in doors for k in ids) or self.plain[end : end + 1] != ["between"]:
            return None
        rooms: list[str] = []
        j = end + 1
        while (found := self._room(j)) is not None:
            rooms.extend(found[1])
            j += found[0]
            if len(rooms) > 1 or self.plain[j : j + 1] != ["and"]:
                break
            j += 1
        chosen = tuple(k for k in ids if set(doors[k].joins) == set(rooms))
        return (j - end, chosen) if chosen else None

    def _room(self, i: int) -> tuple[int, tuple[str, ...]] | None:
        """Rooms by name or by colour alone ("between red and blue")."""
        rooms = self.nouns.world.rooms
        found = self.read(i)
        if found is not None and found[1].ids and all(k in rooms for k in found[1].ids):
            return found[0], found[1].ids
        coloured = tuple(k for k in rooms if k in (self._modifier(i, False) or ()))
        return (1, coloured) if coloured else None

    def _with_thing(self, end: int, ids: Sequence[str]) -> tuple[int, tuple[str, ...]] | None:
        """A thing that tells a place apart: "the room with the chair", "the room that the chair is in"."""
        zones = self.nouns.world.zones
        if len(ids) < 2:
            return None
        opening = self._lookup(_WITH, end)
        start = end + (opening[0] if opening else 0)
        thing = self.read(start)
        if thing is None or not thing[1].ids or not self.state.things.keys() >= set(thing[1].ids):
            return None
        closing = self._lookup(_IS_THERE, start + thing[0])
        j = start + thing[0] + (closing[0] if closing else 0)
        if (opening[1] if opening else "is") == "is" and closing is None:
            return None
        there = [self.state.things[k] for k in thing[1].ids]
        chosen = tuple(
            k for k in ids if any(t.cell in zones[k].cells if k in zones else t.support == k for t in there)
        )  # fmt: skip
        return (j - end, chosen) if chosen else None

    def _unknown(self, i: int, start: int) -> tuple[int, NounPhrase] | None:
        """A phrase whose noun the world does not have."""
        n = self.unknown_run(start)
        if n == 0:
            return None
        return start + n - i, self.unknown(i, start + n)

    def unknown(self, i: int, end: int) -> NounPhrase:
        """The words from ``i`` to ``end`` as a phrase that names nothing here."""
        words = self._said(i, end)
        if not words:
            words = "such thing"
        for article in ("the ", "a ", "an ", "any ", "all ", "every ", "each ", "this ", "that "):
            words = words.removeprefix(article)
        if words.split()[-1] in ("colour", "color", "size", "shape", "kind", "type"):
            problem = f"I do not compare things by {words.split()[-1]}. Name the ones you mean."
            return self._phrase(i, end, problem=problem)
        if words in ("me", "us", "myself"):
            return self._phrase(i, end, problem="I do not know where you are. Name a room or place to bring things to.")
        near = self.nouns.near(words)
        hint = f" Did you mean {listed(near, 'or')}?" if near else ""
        problem = f"There is no {words} in the {self.nouns.world.name} world.{hint}"
        return self._phrase(i, end, problem=problem, near=near)

    def unknown_run(self, start: int) -> int:
        """How many words from ``start`` on are no words of the language."""
        n = 0
        openings = first_words()
        while n < 4 and start + n < len(self.plain):
            word = self.plain[start + n]
            known = word in openings and word not in self.nouns.modifiers
            if known or not re.match(r"[^\W_]", word) or (n and self.plain[start + n - 1].isdigit()):
                break
            n += 1
        return n

    def _modifier(self, j: int, determined: bool) -> set[str] | None:
        if j >= len(self.plain):
            return None
        word = self.plain[j]
        ids = self.nouns.modifiers.get(word)
        if ids is not None or not (determined or (word in self.nouns.makings and self._tells(j))):
            return ids
        now, makings = self.states.get(word), self.nouns.makings.get(word)
        return now if makings is None else {*(now or ()), *makings[1]}

    def _tells(self, j: int) -> bool:
        """Whether a word without an article before it is an adjective ("put clean mugs in ...") and no order."""
        before = language().get((self.plain[j - 1],), ()) if j else ()
        return (self.plain[j],) not in _ORDERS or any(r.terminal in ("CARRY", "GRASP", "PREP") for r in before)

    def _makings(self, i: int, j: int, end: int) -> tuple[Flag, ...]:
        """What the adjectives from ``i`` to ``j`` and the noun up to ``end`` ask things to be made."""
        words = [w for w in self.plain[i:j] if w not in self.nouns.modifiers]
        asked = [self.nouns.makings[w][0] for w in words if w in self.nouns.makings]
        portion = self.nouns.portions.get(tuple(self.keys[j:end]))
        return tuple(dict.fromkeys((*asked, portion) if portion else asked))

    def _noun(self, j: int, robots: bool) -> tuple[int, Noun] | None:
        table = self.nouns.robots if robots else self.nouns.nouns
        for n in range(min(self.nouns.longest, len(self.keys) - j), 0, -1):
            noun = table.get(tuple(self.keys[j : j + n]))
            if noun is not None:
                return n, noun
        return None

    def _lookup(self, table: dict[tuple[str, ...], str], i: int) -> tuple[int, str] | None:
        for n in range(min(5, len(self.plain) - i), 0, -1):
            value = table.get(tuple(self.plain[i : i + n]))
            if value is not None:
                return n, value
        return None

    def _said(self, i: int, end: int) -> str:
        return " ".join(self.text[self.words[i].start : self.words[end - 1].end].lower().split())

    def _phrase(
        self, i: int, end: int, *, ids: Iterable[str] = (), plural: bool = False, pronoun: str = "", one: bool = False,
        problem: str = "", near: tuple[str, ...] = (),
    ) -> NounPhrase:  # fmt: skip
        start, stop = self.words[i].start, self.words[end - 1].end
        return NounPhrase(
            self.text[start:stop], start, stop, tuple(ids), plural=plural, pronoun=pronoun, one=one, problem=problem,
            near=near,
        )  # fmt: skip


def listed(names: Sequence[str], word: str = "and") -> str:
    """Names as a list in English.

    >>> listed(["a", "b", "c"], "or")
    'a, b or c'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
