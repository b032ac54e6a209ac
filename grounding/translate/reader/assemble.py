"""Tags to an outline: tasks, what comes before what, choices and rules."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, permutations

from grounding.translate.nodes import closure
from grounding.translate.outline import UNKNOWN, Frame, Outline, Rule
from grounding.translate.reader.clauses import names_robot
from grounding.translate.reader.frames import about, frames, topic, verbs_in
from grounding.translate.reader.judging import (
    before_slip,
    contrary,
    in_turn,
    noun_of,
    repeated,
    said_of,
    same_thing,
    speaks_of,
    spoken_of,
)
from grounding.translate.reader.mending import mended
from grounding.translate.reader.pronouns import Context
from grounding.translate.reader.refer import Said, content, refer
from grounding.translate.reader.tags import LINKS, STOPS, Segment, Word, segments
from grounding.translate.reader.verbs import verb_at

#: Things that were only named, and their offsets.
Topic = tuple[tuple[str, ...], tuple[int, int]]
_RESTING = ("stays where it is", "stay where they are", "stays put", "stay put", "remains where it is", "stays there")
_POINTING = frozenset(
    ["both of them", "all of them", "that one", "this one", "it", "that", "this", "them", "those", "these", "the order"]
)
#: Words that no task ends with.
_UNFINISHED = frozenset(["the", "a", "an", "my", "on", "in", "to", "onto", "into", "and", "of", "at",
])  # fmt: skip
_IN_ORDER = re.compile(r"\b(?:keep to|follow|stick to|respect|in) (?:the|this|that) (?:\w+ )?order\b")
_ORDERING = frozenset({"after", "before", "then", "last"})
#: How words begin that make tasks partners; "at any time" and "in any order" do not.
_PARTNERS = ("simultan", "same", "meanwhile", "meantime", "concurrent", "parallel", "together", "while", "independent")


@dataclass
class _Group:
    """The frames of one task span, and what ties it."""

    frames: tuple[int, ...]
    said: Said
    sentence: int


@dataclass
class _Sentence:
    """What a sentence has said so far.

    Attributes:
        groups: Its tasks.
        before: Tasks that must come before all its tasks.
        after: Tasks that all its tasks must come before.
        links: Links waiting for the next task.
        word: Link waiting for a reference.
        choice: Alternatives, as far as they are said.
        chained: Whether its tasks follow one another ("in this order: ...").
        subject: Tasks named again of which it goes on to say when.
        noise: Words in it that seemed to say nothing.
    """

    groups: list[int] = field(default_factory=list)
    before: set[int] = field(default_factory=set)
    after: set[int] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    word: str = ""
    choice: list[list[int]] = field(default_factory=list)
    chained: bool = False
    subject: set[int] = field(default_factory=set)
    noise: list[Word] = field(default_factory=list)


class Assembler:
    """Puts one tagged instruction together.

    Args:
        words: Its words.
        tags: Their tags.
    """

    def __init__(self, words: Sequence[Word], tags: Sequence[str]) -> None:
        self.words = words
        self.segments = mended(words, segments(tags))
        self.context = Context()
        self.frames: list[Frame] = []
        self.groups: list[_Group] = []
        self.order: set[tuple[int, int]] = set()
        self.inner: set[tuple[int, int]] = set()
        self.recent: list[int] = []  # tasks said in one breath, and those to be done at the same time
        self.before: list[int] = []  # those of the sentence before
        self.firsts: list[int] = []
        self.announced: list[int] = []  # tasks of which only references have spoken so far
        self.rules: list[Rule] = []
        self.joined: set[int] = set()  # segments that went into a task before them
        self.topics: list[Topic] = []
        self.carried: list[str] = []  # links said of what was only named
        self.either: list[tuple[tuple[int, ...], ...]] = []
        self.together: list[tuple[int, ...]] = []
        self.notes: list[str] = []
        self.unsure = 0
        self.number = 0
        self.now = _Sentence()

    def outline(self) -> Outline:
        """The outline."""
        for place, segment in enumerate(self.segments):
            own = self.words[segment.first : segment.last]
            if place in self.joined or (segment.kind in LINKS and not any(word.text.isalnum() for word in own)):
                continue
            if segment.kind == "task" and segment.opens:
                self._say(place)
            elif segment.kind == "ref":
                self._reference(place, own)
            elif segment.kind == "rule":
                text = self._text(own)
                self._remember(own)
                self.rules.append(Rule(text, own[0].start, own[-1].end))
            elif segment.kind in ("or", "either"):
                self._or(segment.kind)
            elif segment.kind not in ("O", "back", "task"):
                self._link(place, segment.kind)
            elif segment.kind == "O":
                self._noise(own)
        self._stop()
        self._unknown()
        return self._finished()

    def _noise(self, own: Sequence[Word]) -> None:
        """Words that say nothing of a task, and the ends of sentences among them."""
        for word in own:
            if word.text in STOPS:
                self._stop()
            else:
                self.now.noise.append(word)

    def _remember(self, own: Sequence[Word]) -> None:
        """A rule speaks of things and places too: "never put the tomato on the red plate; put the potato there"."""
        words = [word.lower for word in own]
        verb = next((i for i in range(len(words)) if verb_at(words, i)), None)
        if verb is not None:
            frames(list(own[verb:]), self.context)

    def _say(self, place: int) -> None:
        """A task span: a task, or a rule in the form of one ("the pepper stays where it is")."""
        own = self._whole(place)
        words = [word.lower for word in own]
        text = " ".join(words)
        if text.endswith(_RESTING) or (text.startswith("leave ") and text.endswith(" alone")):
            self.rules.append(Rule(self._text(own), own[0].start, own[-1].end))
            return
        full = len(self.now.choice) > 1 and all(self.now.choice)
        if full and place and self.segments[place - 1].kind == "O" and self._has_comma(place - 1):
            self._close_choice()
        if text.endswith((" too", " as well")):
            self.now.links.append("with")
        self._task(own)

    def _has_comma(self, place: int) -> bool:
        segment = self.segments[place]
        return any(word.text == "," for word in self.words[segment.first : segment.last])

    def _whole(self, place: int) -> list[Word]:
        """The words of a task without those taken back in its middle."""
        first = self.segments[place]
        found = list(self.words[first.first : first.last])
        back: list[Word] = []
        for i, segment in enumerate(self.segments[place + 1 :], place + 1):
            own = list(self.words[segment.first : segment.last])
            if segment.kind == "task" and segment.opens and found[-1].lower in _UNFINISHED:
                found += own  # "put it on the, uh, the blue plate"
                self.joined.add(i)
            elif segment.kind == "task" and not segment.opens:
                kept = before_slip(found, back)
                if own[-1].lower in ("one", "ones"):
                    own = [*own[:-1], noun_of(back) or found[-1]]
                found = [*kept, *own]
            elif segment.kind == "back":
                back += own
            elif segment.kind != "O" or not self._bridged(i, found):
                break
        return found

    def _bridged(self, place: int, found: Sequence[Word]) -> bool:
        """Whether a task goes on behind words that say nothing: what is taken back follows, or it is unfinished."""
        after = self.segments[place + 1].kind if place + 1 < len(self.segments) else ""
        return after == "back" or (found[-1].lower in _UNFINISHED and not self._stops(self.segments[place]))

    def _task(self, own: list[Word], *, linked: bool = True) -> int | None:
        own = self._without_after_it(own)
        named = topic(own, self.context)
        if named and linked:
            self._name(named, own)
            return None
        pending, self.topics = self.topics, []
        if pending:
            self.now.links += self.carried
            self.carried = []
            self.context.objects = tuple(phrase for phrases, _ in pending for phrase in phrases)
        before = self.context.objects
        made = frames(own, self.context)
        if not made:
            return None
        number = self._announced(own, made) if linked and not pending else None
        if number is not None:
            self._tie(number)
            return number
        called = [word.lower for word in self.now.noise if word.text.isalnum()]
        if len(called) < 4 and names_robot(called):  # "robot 2, take the pillow ..."
            made = [replace(frame, robot=frame.robot or " ".join(called)) for frame in made]
        if pending and not speaks_of(made, before):
            made = self._completed(pending, made)
        options = made[0].object.split(" or ") if len(made) == 1 else []
        if len(options) > 1:  # "the lemon or the orange on the plate"
            made = [about(made[0], option) for option in options]
        first = len(self.frames)
        self.frames += made
        indices = tuple(range(first, len(self.frames)))
        if len(options) > 1:
            self.either.append(tuple((i,) for i in indices))
        if any(word.lower == "then" for word in own):
            self.inner |= in_turn(made, first)
        self.inner |= {
            (i, j) for i in indices for j in indices if i < j and same_thing(made[i - first], made[j - first])
        }
        number = len(self.groups)
        lists = len({frame.destination for frame in made}) > 1 and verbs_in(own) < 2
        apart = linked and lists
        if not apart:
            self.groups.append(_Group(indices, said_of(own, made), self.number))
        else:  # each can be named on its own later
            self.groups += [_Group((i,), said_of([], [made[i - first]]), self.number) for i in indices]
        if linked:
            self._tie(number)
            for other in range(number + 1, len(self.groups)):
                self._tie_alike(number, other)
        return number

    def _tie_alike(self, number: int, other: int) -> None:
        """Another task said in the same breath, with the order of the first one."""
        self.order |= {(a, other) for a, b in self.order if b == number}
        self.order |= {(other, b) for a, b in self.order if a == number}
        if number in self.firsts:
            self.firsts.append(other)
        if self.now.chained:
            self.order.add((other - 1, other))
        self.recent.append(other)
        for members in (self.now.groups, *self.now.choice[-1:]):
            if number in members:
                members.append(other)

    def _announced(self, own: Sequence[Word], made: Sequence[Frame]) -> int | None:
        """The task that a reference has spoken of before it is said: "before opening the door, ... Open the door"."""
        for number in self.announced:
            group = self.groups[number]
            if len(group.frames) == len(made) and all(
                spoken_of(self.frames[i], frame) for i, frame in zip(group.frames, made, strict=True)
            ):
                self.announced.remove(number)
                for i, frame in zip(group.frames, made, strict=True):
                    self.frames[i] = frame
                group.said = said_of(own, made)
                return number
        return None

    def _without_after_it(self, own: list[Word]) -> list[Word]:
        """ "The lemon right after it": the words, and the order they state."""
        for i in range(1, len(own) - 1):
            if own[i].lower == "after" and own[i + 1].lower in ("it", "that", "them", "this"):
                first = i - 1 if own[i - 1].lower in ("right", "directly", "immediately", "just") else i
                self.now.links.append("then")
                return [*own[:first], *own[i + 2 :]]
        if len(own) > 3 and own[-1].lower in ("second", "third", "fourth", "fifth"):
            self.now.links.append("then")
            return own[:-1]
        return own

    def _name(self, named: tuple[str, ...], own: Sequence[Word]) -> None:
        """Things that are only named, of which the next task says more or the sentence says when."""
        words = [word.lower for word in own]
        known = refer(words, [group.said for group in self.groups], self.recent)
        alone = not self.now.groups and not self.now.choice
        if alone and self.groups and known.sure and content(words) and known.tasks:
            self.now.subject = set(known.tasks)
        self.topics.append((named, (own[0].start, own[-1].end)))

    def _completed(self, pending: Sequence[Topic], made: list[Frame]) -> list[Frame]:
        """What was only named gets what the next task says ("either the lemon or the pear on the plate")."""
        found: list[Frame] = []
        for phrases, (start, end) in pending:
            own = [replace(about(made[0], phrase), start=start, end=end) for phrase in phrases]
            if self.now.choice:
                self._group(own, [])
            else:
                found += own
        return [*found, *made]

    def _group(self, made: Sequence[Frame], own: Sequence[Word]) -> int:
        """A new task of some frames, which becomes an alternative of the choice being made."""
        first = len(self.frames)
        self.frames += made
        number = len(self.groups)
        self.groups.append(_Group(tuple(range(first, len(self.frames))), said_of(own, made), self.number))
        options = self.now.choice
        option = next((o for o in options if not o), options[-1])
        option.append(number)
        self.now.groups.append(number)
        return number

    def _unknown(self) -> None:
        """What was named and never spoken of again."""
        for phrases, (start, end) in self.topics:
            if all(phrase in _POINTING for phrase in phrases):
                continue
            frame = Frame(" and ".join(phrases), UNKNOWN, start=start, end=end)
            self.frames.append(frame)
            self.groups.append(_Group((len(self.frames) - 1,), said_of([], [frame]), self.number))
        self.topics = []

    def _tie(self, number: int) -> None:
        """The order of a new task, from the links that wait for it."""
        now, links = self.now, self.now.links
        earlier = [g for g in range(len(self.groups)) if g != number]
        ordering = [link for link in links if link in _ORDERING]
        before = set(now.before)
        if "then" in links:  # within a sentence it speaks of that sentence
            before |= {g for g in self.recent if g in now.groups} or set(self.recent)
        if "last" in links:
            before |= set(earlier)
        if "before" in links and not now.after:  # "before that, ..."
            self.order |= {(number, other) for other in self.recent if other != number}
        if not now.groups and ordering:
            now.before |= before
        back = next((link for link in links if link.endswith("-task")), "")
        if back and now.groups:  # "put the mug away before washing the cup"
            last = now.groups[-1]
            self.order.add((last, number) if back == "before-task" else (number, last))
            self.recent = [number] if back == "before-task" else self.recent
            now.links = []
            return
        self.order |= {(other, number) for other in before} | {(number, other) for other in now.after}
        partner = "with" in links and bool(self.recent) and not ordering
        if not partner:
            self.order |= {(other, number) for other in self.firsts}
        if "first" in links:
            self.firsts.append(number)
        now.chained |= "chain" in links
        if now.chained and now.groups:
            self.order.add((now.groups[-1], number))
        if partner:
            self.together.append((self.recent[-1], number))
        joined = partner or (bool(now.groups) and not ordering)
        self.recent = [*self.recent, number] if joined else [number]
        if now.choice:
            now.choice[-1].append(number)
        if "after-task" in links:
            now.before.add(number)
        elif "before-task" in links:
            now.after.add(number)
        else:
            now.groups.append(number)
        now.links = []

    def _link(self, place: int, kind: str) -> None:
        now = self.now
        if kind in ("after", "before"):
            now.word = kind
            if self._points(place) and now.groups and not self._task_follows(place):
                others = [g for g in now.groups[:-1] or self.before if g != now.groups[-1]]
                last = now.groups[-1]
                self.order |= {(last, g) if kind == "before" else (g, last) for g in others}
                now.word = ""
                return
            if self._points(place) or not self._kind_after(place, ("ref", "task")):
                now.word = ""
                now.links.append("then" if kind == "after" else "before")
            elif self._kind_after(place, ("task",)):  # "after washing the cup, ...": a task said here
                now.word = ""
                now.links.append(f"{kind}-task")
            return
        if kind == "chain" and not now.groups and not self._task_follows(place):
            self._chain(range(len(self.groups)))
            return
        if kind == "free" and self._simultaneous(place):
            kind = "with"
        if not now.groups and not now.subject and not self._task_follows(place):
            self._subject([word for word in now.noise if word.text.isalnum()])
        if now.subject and not now.groups and not self._task_follows(place):
            self._placed(kind)
        elif now.groups and not self._task_follows(place):
            self._tail(kind)
        else:
            now.links.append(kind)

    def _points(self, place: int) -> bool:
        """Whether a link has what it points at with it: "before that"."""
        return self.words[self.segments[place].last - 1].lower in ("that", "this", "it", "these", "those")

    def _simultaneous(self, place: int) -> bool:
        segment = self.segments[place]
        return any(word.lower.startswith(_PARTNERS) for word in self.words[segment.first : segment.last])

    def _placed(self, kind: str) -> None:
        """ "The lemon last": where a task named again stands among all."""
        subject = self.now.subject
        if kind == "last":
            self.order |= {(g, s) for s in subject for g in range(len(self.groups)) if g not in subject}
        elif kind == "first":
            self.order |= {(s, g) for s in subject for g in range(len(self.groups)) if g not in subject}

    def _tail(self, kind: str) -> None:
        """A link at the end of its sentence: "put the mug away first"."""
        last = self.now.groups[-1]
        if kind == "first":
            self.firsts.append(last)
        elif kind == "chain":
            self._chain(self.now.groups)
        elif kind == "with" and self.before:
            self.order = {(a, b) for a, b in self.order if not (a in self.firsts and b == last)}
            self.together.append((self.before[-1], last))
            self.recent = [*self.before, *self.recent]
        elif kind == "last":
            self.order |= {(g, last) for g in range(len(self.groups)) if g != last}
            self.recent = [last]
        elif kind == "then":
            others = [g for g in range(len(self.groups)) if g not in self.now.groups]
            self.order |= {(other, g) for other in others for g in self.now.groups}
            self.recent = list(self.now.groups)

    def _chain(self, groups: Sequence[int]) -> None:
        """ "In that order": every task, and every thing of a list, after the one before it."""
        frames = [i for g in groups for i in self.groups[g].frames]
        self.inner |= set(pairwise(frames))

    def _reference(self, place: int, own: Sequence[Word]) -> None:
        now, kind = self.now, self.now.word
        now.word = ""
        words = [word.lower for word in own]
        if not kind:
            self._subject(own)
            return
        if now.subject:
            self._ordered(kind, words)
            return
        backward = bool(now.groups) and not self._goes_on(place)
        said = [group.said for group in self.groups]
        last = now.groups[-1] if backward else -1
        known = [i for i in range(len(said)) if i != last]
        recent = [i for i in self.recent if i != last] or known[-1:]
        found = refer(words, [said[i] for i in known], [known.index(i) for i in recent if i in known])
        tasks = {known[i] for i in found.tasks}
        self.unsure += not found.sure
        if not tasks:
            tasks = self._new(own)
        targets = {last} if backward else set[int]()
        if kind == "after":
            self.order |= {(a, b) for a in tasks for b in targets}
            if not backward:
                now.before |= tasks
                now.links.append("after")
            else:
                self.recent = [last]
        else:
            self.order |= {(b, a) for a in tasks for b in targets}
            if not backward:
                now.after |= tasks
                now.links.append("before")

    def _subject(self, own: Sequence[Word]) -> None:
        """A task named again of which the sentence goes on to say when: "the lemon comes last"."""
        if self.now.groups:
            return
        words = [word.lower for word in own]
        known = refer(words, [group.said for group in self.groups], self.recent)
        if known.tasks and (known.sure or not content(words)):
            self.now.subject = set(known.tasks)
        elif content(words) and own is not self.now.noise and not set(own) <= set(self.now.noise):
            self.topics.append(((" ".join(words),), (own[0].start, own[-1].end)))

    def _ordered(self, kind: str, words: Sequence[str]) -> None:
        """ "The lemon has to be there before the pear": an order between tasks said before."""
        others = set(refer(words, [group.said for group in self.groups], self.before).tasks) - self.now.subject
        pairs = {(a, b) for a in self.now.subject for b in others}
        self.order |= pairs if kind == "before" else {(b, a) for a, b in pairs}

    def _new(self, own: Sequence[Word]) -> set[int]:
        """A reference to a task that was not said before says it."""
        if len(content([word.lower for word in own])) == 0:
            return set()
        words = list(own)
        while words and words[0].lower in ("you", "have", "you've", "we", "i", "he", "she", "they"):
            words = words[1:]
        number = self._task(words, linked=False)
        if number is None:
            return set()
        self.announced.append(number)
        return {number}

    def _or(self, kind: str) -> None:
        now = self.now
        if kind == "either":
            now.choice = [[]]
        elif self.topics and not now.choice:
            now.choice = [[], []]
        elif now.choice or now.groups:
            if not now.choice:
                now.choice = [[now.groups[-1]]]
            now.choice.append([])

    def _stop(self) -> None:
        told = " ".join(word.lower for word in self.now.noise)
        if not self.now.groups and _IN_ORDER.search(told):
            self._chain(range(len(self.groups)))
        if self.now.subject and self.topics:
            self.topics = []
        elif self.now.groups or self.now.choice:
            self._unknown()
        self._close_choice()
        if self.topics and self.now.links:
            self.carried += self.now.links
        self.now = _Sentence()
        self.before = list(self.recent)
        self.number += 1

    def _close_choice(self) -> None:
        options = [tuple(i for g in own for i in self.groups[g].frames) for own in self.now.choice if own]
        if len(options) > 1:
            self.either.append(tuple(options))
            option = {g: number for number, own in enumerate(self.now.choice) for g in own}
            self.order = {
                (a, b) for a, b in self.order if option.get(a, -1) == option.get(b, -1) or not {a, b} <= {*option}
            }
        self.now.choice = []

    def _kind_after(self, place: int, kinds: Sequence[str]) -> bool:
        return place + 1 < len(self.segments) and self.segments[place + 1].kind in kinds

    def _task_follows(self, place: int) -> bool:
        """Whether a task follows in the same sentence."""
        for segment in self.segments[place + 1 :]:
            if segment.kind == "task" and segment.opens:
                return True
            if self._stops(segment):
                return False
        return False

    def _goes_on(self, place: int) -> bool:
        """Whether a reference belongs to the task after it and not to the one before it."""
        after = self.segments[place + 1] if place + 1 < len(self.segments) else None
        if after is None or self._stops(after):
            return False
        if after.kind == "O":
            comma = any(word.text == "," for word in self.words[after.first : after.last])
            if not comma:
                return False
        lead = self.segments[place - 2] if place > 1 else None
        parted = lead is None or lead.kind != "task"
        return parted and self._task_follows(place)

    def _stops(self, segment: Segment) -> bool:
        return segment.kind == "O" and any(w.text in STOPS for w in self.words[segment.first : segment.last])

    @staticmethod
    def _text(own: Sequence[Word]) -> str:
        text = ""
        for before, word in zip([None, *own], own, strict=False):
            gap = before is not None and word.start > before.end
            text += (" " if gap else "") + word.text
        return text

    def _finished(self) -> Outline:
        pairs = {
            (i, j) for a, b in self.order if a != b for i in self.groups[a].frames for j in self.groups[b].frames
        } | self.inner  # fmt: skip
        taken = {i for option in self.either for own in option for i in own}
        pairs -= {(i, j) for options in self.either for a, b in permutations(options, 2) for i in a for j in b}
        again = repeated(self.frames, taken)
        notes = [*self.context.notes, *self.notes]
        notes += [f"You ask twice to {self.frames[j].text}; once will do." for _, j in again]
        notes += contrary(self.frames, set(closure(pairs)), taken)
        together = tuple(tuple(i for g in own for i in self.groups[g].frames) for own in self.together)
        return Outline(
            tuple(self.frames), tuple(sorted(closure(pairs))), tuple(self.either), together, tuple(self.rules),
            tuple(notes),
            confidence=0.8**self.unsure,
        )  # fmt: skip


def assemble(words: Sequence[Word], tags: Sequence[str]) -> Outline:
    """The outline of a tagged instruction; its confidence is that of the references alone.

    Args:
        words: The words.
        tags: One for each.
    """
    return Assembler(words, tags).outline()
