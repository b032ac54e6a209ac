"""What the words of a clause refer to: things and places, tasks, robots, amounts, and what is to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from grounding.errors import HeedError
from grounding.language.context import Context, Doing
from grounding.language.lexicon import Words, lexicon, phrases
from grounding.language.patterns import every, indexed, longest
from grounding.language.team import Named, Team
from grounding.language.tokens import Token, wordset
from grounding.translate.nouns import Nouns, nouns_of
from grounding.translate.words import verb_forms
from grounding.world import World

_DETERMINERS = wordset("the a an my your our his her its that this those these all both every each some any")
_MANY = wordset("all both every each those these")
_PRONOUNS = wordset("it that this them those these him her")
_PARTICLES = wordset("up down away over out off along")
#: Slots that are filled as others are.
_ALIASES = {
    "amount2": "amount", "prep2": "prep", "colour2": "colour", "others": "tasks", "done": "tasks", "doers": "robots",
    "place": "thing", "rest": "clause",
}  # fmt: skip
#: Skills that handle one thing: a task that carries it is spoken of by any of them.
HANDLING = wordset("put_on put_in put_down pick_up push_to hand_over carry put guide hold release")


class AskError(HeedError):
    """Several things can be meant.

    Args:
        question: What has to be asked.
        options: What can be meant: ids, or indices of tasks.
        key: What of the reading is open.
        words: What the options are called.
    """

    def __init__(self, question: str, options: Sequence[Any] = (), key: str = "", words: Sequence[str] = ()) -> None:
        super().__init__("what was said", question, "Say which one is meant.")
        self.question, self.options, self.key, self.words = question, tuple(options), key, tuple(words)


@dataclass(frozen=True)
class Phrase:
    """A noun phrase.

    Attributes:
        ids: What it can stand for; pronouns: empty until they are resolved.
        said: The words.
        start, end: Words it covers.
        how: ``named``, ``it``, ``one`` ("the green one") or ``other`` ("the other one").
        many: Whether it speaks of several.
        traits: Adjectives of "the green one".
    """

    ids: tuple[str, ...]
    said: str
    start: int
    end: int
    how: str = "named"
    many: bool = False
    traits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Deed:
    """Something that is done, said with a verb or a verbal noun.

    Attributes:
        skill: Its skill ("carry" and "put" until their destination is known), or None.
        object, destination: What it speaks of, or None.
        prep: Preposition before the destination.
        said: The words.
        end: Index after its last word.
        named: Whether words name the skill.
    """

    skill: str | None
    object: Phrase | None = None
    destination: Phrase | None = None
    prep: str = ""
    said: str = ""
    end: int = 0
    named: bool = True
    more: tuple[Phrase, ...] = ()
    to_robot: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def verbs() -> Mapping[str, list[tuple[Words, str]]]:
    """Every form of every verb by first word: the words, and its skill with the form after a slash."""
    table: dict[Words, str] = {}
    for skill, listed in lexicon()["verbs"].items():
        for verb in listed:
            for form, values in verb_forms(verb).items():
                for value in values:
                    table.setdefault(tuple(value.split()), f"{skill}/{form}")
    return indexed(table)


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, list[tuple[Words, str]]]]:
    words = lexicon()
    names = ("nouns", "deeds", "prepositions", "directions", "raise", "units")
    return {name: indexed(phrases(words[name])) for name in names}


@lru_cache(maxsize=1)
def _amounts() -> Mapping[str, list[tuple[Words, str]]]:
    found = dict.fromkeys(phrases(lexicon()["classes"]["small"]), "small")
    found |= dict.fromkeys(phrases(lexicon()["classes"]["large"]), "large")
    return indexed(found)


class Scope:
    """The words of one clause in their context.

    Args:
        tokens: Its words, without marks.
        context: What they can refer to.
        team: Names of the robots.
        robots: Who is addressed in so many words.
        chosen: What was chosen where several things could be meant.
        text: The text that the offsets of the tokens stand in.
    """

    def __init__(
        self, tokens: Sequence[Token], context: Context, team: Team, robots: tuple[str, ...] = (),
        chosen: Mapping[str, Any] | None = None, text: str = "",
    ) -> None:  # fmt: skip
        self.text = text
        self.tokens, self.context, self.team = list(tokens), context, team
        chosen = chosen or {}
        self.robots = robots or ((str(chosen["robots"]),) if "robots" in chosen else ())
        self.words = [t.text for t in tokens]
        self.chosen = chosen
        self.nouns: Nouns = nouns_of(context.world)
        self.world: World = context.world
        self._phrases: dict[int, list[Phrase]] = {}
        self._filled: dict[tuple[str, int], list[tuple[int, Any]]] = {}
        self._slots: Mapping[str, Callable[[int], Iterator[tuple[int, Any]]]] = {
            "robots": self._robots, "direction": lambda at: every(_tables()["directions"], self.words, at),
            "raise": lambda at: every(_tables()["raise"], self.words, at), "prep": self._prep,
            "amount": self._amount, "number": self._number, "tasks": self._tasks,
            "action": self._action, "clause": self._clause, "new": self._new,
            "colour": self._colour, "deed": lambda at: every(_tables()["deeds"], self.words, at),
            "word": self._word, "thing": self._thing, "held": self._named,
        }  # fmt: skip

    def slot(self, name: str, at: int) -> Iterator[tuple[int, Any]]:
        """Every end and value that a slot can have at a word; see :data:`grounding.language.patterns.Slot`."""
        if at >= len(self.words):
            return iter(())
        key = (_ALIASES.get(name, name), at)
        if key not in self._filled:
            self._filled[key] = list(self._slots[key[0]](at))
        return iter(self._filled[key])

    def focus(self) -> str | None:
        """The robot whose work is spoken of: the one named, the one addressed, or the only busy one."""
        if len(self.robots) == 1:
            return self.robots[0]
        if self.context.addressed is not None:
            return self.context.addressed
        busy = list(self.context.current)
        return busy[0] if len(busy) == 1 else self.context.robots[0] if len(self.context.robots) == 1 else None

    def job(self) -> Doing | None:
        """What the robot spoken of is doing."""
        focus = self.focus()
        return None if focus is None else self.context.current.get(focus)

    def doings(self) -> list[Doing]:
        """Unfinished tasks: under way, then waiting."""
        running = [d if d.robot else replace(d, robot=r) for r, d in self.context.current.items()]
        return [*running, *self.context.waiting]

    # -- noun phrases

    def phrases(self, at: int) -> list[Phrase]:
        """The noun phrases that begin at a word, longest first."""
        if at not in self._phrases:
            self._phrases[at] = sorted(self._found(at), key=lambda p: -p.end)
        return self._phrases[at]

    def _found(self, at: int) -> Iterator[Phrase]:
        words, size = self.words, len(self.words)
        if at >= size:
            return
        if words[at] in _PRONOUNS:
            yield self._phrase((), at, at + 1, "it")
        i, many, other = at, False, False
        while i < size and (words[i] in _DETERMINERS or (words[i] == "of" and i > at)):
            many, i = many or words[i] in _MANY, i + 1
        if i < size and words[i] in ("other", "same"):
            other, i = words[i] == "other", i + 1
            if i == size or words[i] == "one":
                yield self._phrase((), at, min(i + 1, size) if i < size else i, "other" if other else "it")
        traits: list[str] = []
        while i < size:
            if words[i] in ("one", "ones") and (traits or (i > at and words[i - 1] in ("that", "this"))):
                yield self._phrase((), at, i + 1, "one" if traits else "it", traits=tuple(traits))
            yield from self._nouns(at, i, traits, many, other)
            if words[i] not in self.nouns.modifiers or len(traits) > 2:
                break
            traits.append(words[i])
            i += 1

    def _nouns(self, at: int, i: int, traits: list[str], many: bool, other: bool) -> Iterator[Phrase]:
        numbered = [t.number for t in self.tokens[i : i + self.nouns.longest]]
        for size in range(len(numbered), 0, -1):
            noun = self.nouns.nouns.get(tuple(numbered[:size]))
            if noun is None:
                continue
            ids = (
                list(noun.own) if noun.own and not traits else [*noun.own, *(k for k in noun.kind if k not in noun.own)]
            )
            ids = [k for k in ids if not k.startswith("#") and all(k in self.nouns.modifiers[t] for t in traits)]
            if other:
                job = self.job()
                current = {job.object, job.destination} if job else set(self.context.salient[:1])
                ids = [k for k in ids if k not in current]
            if ids:
                yield self._phrase(tuple(ids), at, i + size, "named", many=many or noun.plural)
                yield from self._in_apposition(at, i + size, noun.kind)

    def _in_apposition(self, at: int, i: int, kind: Sequence[str]) -> Iterator[Phrase]:
        """ "Desk d3", "meeting room m1": a kind and a name of its own."""
        numbered = [t.number for t in self.tokens[i : i + self.nouns.longest]]
        for size in range(len(numbered), 0, -1):
            own = self.nouns.nouns.get(tuple(numbered[:size]))
            if own is not None and len(own.own) == 1 and own.own[0] in kind:
                yield self._phrase((own.own[0],), at, i + size, "named")
        numbers = [k for k in kind if numbered and numbered[0].isdigit() and _number_of(k) == numbered[0]]
        if len(numbers) == 1:
            yield self._phrase((numbers[0],), at, i + 1, "named")

    def _phrase(
        self, ids: tuple[str, ...], start: int, end: int, how: str, *, many: bool = False, traits: tuple[str, ...] = ()
    ) -> Phrase:
        return Phrase(ids, " ".join(self.words[start:end]), start, end, how, many, traits)

    # -- slots

    def _thing(self, at: int) -> Iterator[tuple[int, Any]]:
        yield from ((p.end, p) for p in self.phrases(at))

    def _named(self, at: int) -> Iterator[tuple[int, Any]]:
        yield from ((p.end, p) for p in self.phrases(at) if p.how == "named")

    def _new(self, at: int) -> Iterator[tuple[int, Any]]:
        yield from ((p.end, p) for p in self.phrases(at) if p.how != "it")
        yield from self._colour(at)

    def _colour(self, at: int) -> Iterator[tuple[int, Any]]:
        word = self.words[at]
        if word in self.nouns.modifiers and self.words[at + 1 : at + 2] not in (["one"], ["ones"]):
            yield at + 1, self._phrase((), at, at + 1, "one", traits=(word,))

    def _robots(self, at: int) -> Iterator[tuple[int, Any]]:
        named = self.team.named(self.tokens, at)
        if named is not None:
            ids = robots_of(named, self.context)
            if ids:
                yield named.end, ids
        if len(self.context.robots) == 2 and self.words[at : at + 2] == ["the", "other"]:
            end = at + 3 if self.words[at + 2 : at + 3] in (["one"], ["robot"], ["arm"]) else at + 2
            left = tuple(r for r in self.context.robots if r != (self.focus() or ""))
            if len(left) == 1:
                yield end, left

    def _prep(self, at: int) -> Iterator[tuple[int, Any]]:
        yield from every(_tables()["prepositions"], self.words, at)

    def _number(self, at: int) -> Iterator[tuple[int, Any]]:
        if self.tokens[at].number.isdigit():
            yield at + 1, self.tokens[at].number

    def _word(self, at: int) -> Iterator[tuple[int, Any]]:
        yield at + 1, self.words[at]

    def _amount(self, at: int) -> Iterator[tuple[int, Any]]:
        if self.words[at] in ("by", "about", "another", "roughly", "around") and at + 1 < len(self.words):
            at += 1
        number = self.tokens[at].number
        number = "1" if number in ("a", "an") else number
        if self.words[at] == "half" and self.words[at + 1 : at + 2] in (["a"], ["an"]):
            number, at = "0.5", at + 1
        if number.replace(".", "", 1).isdigit():
            unit = longest(_tables()["units"], self.words, at + 1)
            if unit is not None:
                yield unit[0], f"{number} {unit[1]}"
        yield from every(_amounts(), self.words, at)

    def _clause(self, at: int) -> Iterator[tuple[int, Any]]:
        yield len(self.words), (at, len(self.words))

    def _action(self, at: int) -> Iterator[tuple[int, Any]]:
        yield from ((deed.end, deed) for deed in self.deeds(at, forms=("base", "third")))

    # -- deeds and tasks

    def deeds(self, at: int, forms: Iterable[str] = ("base", "third", "gerund")) -> list[Deed]:
        """What is done according to the words that begin with a verb or a verbal noun, longest first."""
        found: list[Deed] = []
        for end, value in every(verbs(), self.words, at):
            skill, form = value.split("/")
            if form in forms:
                found.extend(self._objects(at, end, skill))
        i = at + 1 if self.words[at : at + 1] and self.words[at] in ("the", "that", "a", "your") else at
        for end, skill in every(_tables()["nouns"], self.words, i):
            found.extend(Deed(skill, p, said=self._said(at, p.end), end=p.end) for p in self.phrases(end))
        for end, skill in every(_tables()["deeds"], self.words, i):
            found.append(Deed(skill, said=self._said(at, end), end=end))
        return sorted(found, key=lambda d: -d.end)

    def _objects(self, at: int, i: int, skill: str) -> Iterator[Deed]:
        """The objects and destinations that can follow a verb."""
        yield Deed(skill, said=self._said(at, i), end=i)
        yield from self._to(at, i, skill, None)
        for phrase in self.phrases(i):
            end = phrase.end
            yield Deed(skill, phrase, said=self._said(at, end), end=end)
            if self.words[end : end + 1] and self.words[end] in _PARTICLES:
                end += 1
                down = "put_down" if skill == "put" and self.words[end - 1] == "down" else skill
                yield Deed(down, phrase, said=self._said(at, end), end=end)
            yield from self._to(at, end, skill, phrase)

    def _to(self, at: int, i: int, skill: str, thing: Phrase | None) -> Iterator[Deed]:
        for start, prep in every(_tables()["prepositions"], self.words, i):
            named = self.team.named(self.tokens, start) if start < len(self.words) else None
            if named is not None and named.ids:
                yield Deed(skill, thing, None, prep, self._said(at, named.end), named.end, to_robot=named.ids)
            for place in self.phrases(start):
                yield Deed(skill, thing, place, prep, self._said(at, place.end), place.end)

    def _tasks(self, at: int) -> Iterator[tuple[int, Any]]:
        found = list(self.deeds(at))
        for phrase in self.phrases(at):
            more, end = [], phrase.end
            found.append(Deed(None, phrase, said=self._said(at, end), end=end, named=False))
            while self.words[end : end + 1] == ["and"]:
                follow = [p for p in self.phrases(end + 1) if p.how == "named"]
                if not follow:
                    break
                more.append(follow[0])
                end = follow[0].end
                found.append(Deed(None, phrase, said=self._said(at, end), end=end, named=False, more=tuple(more)))
        for deed in sorted(found, key=lambda d: -d.end):
            yield deed.end, deed
            if self.words[deed.end : deed.end + 1] and self.words[deed.end] in ("task", "job"):
                yield deed.end + 1, deed

    def _said(self, start: int, end: int) -> str:
        return " ".join(self.words[start:end])


def _number_of(entity: str) -> str:
    """The number at the end of an id: 4 of door_m4."""
    return entity[len(entity.rstrip("0123456789")) :]


def robots_of(named: Named, context: Context) -> tuple[str, ...]:
    """Ids of the robots named; a pair among more than two robots has to be asked about."""
    if named.group == "others":
        if named.said in ("the other robot", "the other arm") and len(context.robots) != 2:
            raise AskError("Which robot do you mean?", context.robots, "robots", context.robots)
        return tuple(r for r in context.robots if r != context.addressed)
    pair = {"two": 2, "both": 2, "three": 3}
    size = next((pair[w] for w in named.said.split() if w in pair and named.group == "all"), None)
    if size is not None and size != len(context.robots):
        raise AskError(f"Which {size} robots do you mean?", (), "robots")
    return named.ids


@dataclass(frozen=True)
class Meant:
    """A deed with what it refers to settled.

    Attributes:
        skill: Contract name of the skill, or None.
        object, destination: Ids, or None.
        doings: Unfinished tasks that it speaks of.
    """

    skill: str | None = None
    object: str | None = None
    destination: str | None = None
    doings: tuple[Doing, ...] = field(default=())
