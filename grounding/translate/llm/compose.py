"""Instructions with their outlines, sampled by rules: what Heed's tiny language model learns from."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from grounding.translate.outline import Frame, Outline, Rule
from grounding.translate.words import verb_forms

THINGS = tuple(
    """cup mug plate bowl glass spoon fork knife spatula ladle pan pot kettle lid tray jar bottle apple tomato potato
    lettuce egg banana pear lemon orange carrot onion pepper cucumber bread loaf bun cake box bag basket book newspaper
    magazine letter envelope folder document report parcel package pen pencil marker eraser ruler stapler laptop phone
    tablet remote keyboard charger cable battery watch clock vase statue candle pillow blanket towel cloth sponge soap
    brush toy ball doll block cube brick wrench hammer screwdriver drill bolt glove helmet hat shoe sock shirt jacket
    umbrella coin key card wallet bucket hose plant flower chair stool sample vial medicine bandage tool part crate
    pallet""".split()  # noqa: SIM905
)
PLACES = (
    *"""table desk counter shelf cabinet drawer cupboard fridge freezer oven microwave sink dishwasher bin trash basket
    sofa couch armchair bed dresser nightstand bathtub rack bench workbench pedestal stand tray conveyor locker safe box
    closet pantry garage kitchen office bedroom bathroom lounge hall lobby lab library archive workshop warehouse
    corridor balcony garden reception entrance exit dock station platform""".split(),  # noqa: SIM905
    "meeting room", "storage room", "living room", "coffee table", "trash can", "toilet tank", "night stand",
)  # fmt: skip
ROOMS = (
    "kitchen",
    "office",
    "living room",
    "bedroom",
    "garage",
    "lobby",
    "lab",
    "workshop",
    "storage room",
    "meeting room",
)
DEVICES = (
    "lamp",
    "light",
    "heater",
    "fan",
    "radio",
    "tv",
    "oven",
    "pump",
    "camera",
    "alarm",
    "printer",
    "coffee machine",
)
DOORS = ("door", "window", "gate", "drawer", "cabinet", "fridge", "box", "curtain", "blinds", "garage door", "hatch")
COLOURS = (
    "red", "blue", "green", "yellow", "white", "black", "brown", "orange", "small", "large", "big", "old", "new",
    "wooden", "metal", "left", "right", "upper", "lower", "first", "second", "round", "coffee", "kitchen", "dining",
    "side",
)  # fmt: skip
ADJECTIVES = {
    "clean": ("clean", "washed", "rinsed"), "hot": ("hot", "heated", "warm", "cooked", "microwaved"),
    "cold": ("cold", "chilled", "cooled"), "sliced": ("sliced", "chopped"), "filled": ("filled",), "empty": ("empty",),
}  # fmt: skip
CHANGES = {
    "wash": "clean", "clean": "clean", "rinse": "clean", "heat": "hot", "warm": "hot", "cook": "hot", "cool": "cold",
    "chill": "cold", "slice": "sliced", "cut": "sliced", "fill": "filled", "empty": "empty",
}  # fmt: skip
RULES = (
    "never enter the {r}",
    "do not go into the {r}",
    "keep the {d} off",
    "keep the {o} closed",
    "always stay out of the {r}",
    "never open the {o}",
    "do not enter the {r} while carrying the {t}",
)
ROBOTS = (
    "robot one",
    "robot two",
    "robot three",
    "robot 1",
    "robot 2",
    "the drone",
    "the arm",
    "spot",
    "the rover",
    "r2",
)
NEXT = (
    "then, ", "then ", "next, ", "after that, ", "afterwards, ", "subsequently, ", "following that, ",
    "once that is done, ", "once done, ", "and then ",
)  # fmt: skip
SYLLABLES = tuple(
    """ba do fi ga he ki lo mu na pe ri so tu va wex zan mor tel quin dra sto bli fen gol har jup""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Said:
    """A task with what later sentences call it.

    Attributes:
        frame: The task.
        gerund: "placing the cup".
        words: How it is said; differs from the task's text where a pronoun stands for its object.
        thing: Its object as it is called again ("the cup"), "" where it has none.
    """

    frame: Frame
    gerund: str
    words: str
    thing: str


@dataclass
class Composer:
    """Samples instructions.

    Attributes:
        random: Where chance comes from.
        bases: Frames of real tasks, mixed in at the rate ``real``.
        real: Share of tasks that are real where there are any.
    """

    random: random.Random
    bases: Sequence[Frame] = ()
    real: float = 0.5

    def example(self, count: int | None = None) -> tuple[str, Outline]:
        """One instruction and its outline; ``count`` tasks (1 to 6 where not given)."""
        count = count or self.random.choices(range(1, 7), (2, 4, 5, 5, 2, 1))[0]
        return _Paragraph(self, count).write()

    def pick(self, options: Sequence[str]) -> str:
        """One of several, all as likely."""
        return self.random.choice(options)

    def chance(self, share: float) -> bool:
        """True in a share of all cases."""
        return self.random.random() < share

    def noun(self, options: Sequence[str]) -> str:
        """A name of a thing or place: mostly an English one, at times with an adjective, at times a made-up word."""
        name = (
            "".join(self.random.choices(SYLLABLES, k=self.random.randint(2, 3)))
            if self.chance(0.08)
            else self.pick(options)
        )
        if self.chance(0.3):
            name = f"{self.pick(COLOURS)} {name}"
        return f"{name} {self.random.choice('abcd123456')}" if self.chance(0.03) else name

    def task(self) -> Said:
        """A task by itself."""
        if self.bases and self.chance(self.real):
            return said(self.random.choice(list(self.bases)))
        kinds = (self._put, self._carry, self._change, self._go, self._operate, self._change_put)
        return said(self.random.choices(kinds, (6, 3, 3, 2, 2, 2))[0]())

    def about(self, before: Said) -> Said | None:
        """A task with the thing of an earlier one, said with a pronoun; None where there is nothing to speak of."""
        if not before.thing:
            return None
        pronoun = self.pick(("it", "it", f"the same {before.frame.object}"))
        if self.chance(0.4):
            verb = self.pick(sorted(CHANGES))
            frame = Frame(f"{verb} {before.thing}", verb, before.frame.object, "", (CHANGES[verb],))
            return replace(said(frame), words=f"{verb} {pronoun}")
        verb, where = self.pick(("put", "place", "bring", "carry", "leave")), self._where()
        frame = Frame(f"{verb} {before.thing} {where}", verb, before.frame.object, where)
        return replace(said(frame), words=f"{verb} {pronoun} {where}")

    def _article(self) -> str:
        return self.pick(("the", "the", "a", "a"))

    def _where(self) -> str:
        preposition = self.pick(
            ("in", "on", "on", "into", "onto", "to", "under", "next to", "on top of", "near", "inside")
        )
        return f"{preposition} {self._article()} {self.noun(PLACES)}"

    def _put(self) -> Frame:
        verb, thing, where = self.pick(("put", "place", "set", "lay", "leave")), self.noun(THINGS), self._where()
        if self.chance(0.45):
            state = self.pick(sorted(ADJECTIVES))
            adjective = self.pick(ADJECTIVES[state])
            return Frame(f"{verb} {self._article()} {adjective} {thing} {where}", verb, thing, where, (state,))
        return Frame(f"{verb} {self._article()} {thing} {where}", verb, thing, where)

    def _carry(self) -> Frame:
        verb, thing = self.pick(("move", "bring", "take", "carry", "deliver")), self.noun(THINGS)
        where = f"to {self._article()} {self.noun(PLACES)}"
        source = f"from {self._article()} {self.noun(PLACES)} " if self.chance(0.35) else ""
        return Frame(f"{verb} {self._article()} {thing} {source}{where}", verb, thing, where)

    def _change(self) -> Frame:
        verb, thing = self.pick(sorted(CHANGES)), self.noun(THINGS)
        return Frame(f"{verb} {self._article()} {thing}", verb, thing, "", (CHANGES[verb],))

    def _change_put(self) -> Frame:
        first, thing, where = self._change(), self.pick(("put", "place")), self._where()
        join = self.pick((" and", ", then", ","))
        return replace(first, text=f"{first.text}{join} {thing} it {where}", predicate=thing, destination=where)

    def _go(self) -> Frame:
        verb, where = self.pick(("go", "drive", "move")), f"to {self._article()} {self.noun(PLACES)}"
        return Frame(f"{verb} {where}", verb, "", where)

    def _operate(self) -> Frame:
        if self.chance(0.5):
            verb, thing = self.pick(("open", "close")), self.noun(DOORS)
            return Frame(f"{verb} the {thing}", verb, thing, "", ("open" if verb == "open" else "closed",))
        flag, thing = self.pick(("on", "off")), self.noun(DEVICES)
        verb = f"{self.pick(('turn', 'switch'))} {flag}"
        return Frame(f"{verb} the {thing}", verb, thing, "", (flag,))

    def rule(self) -> str:
        """A rule that binds throughout."""
        shape = self.pick(RULES)
        return shape.format(r=self.pick(ROOMS), d=self.pick(DEVICES), o=self.pick(DOORS), t=self.pick(THINGS))


def said(frame: Frame) -> Said:
    """A task said in full."""
    thing = f"the {frame.object}" if frame.object else ""
    short = thing or frame.destination
    return Said(frame, f"{verb_forms(frame.predicate)['gerund'][0]} {short}", frame.text, thing)


class _Paragraph:
    """One instruction while it is written, sentence by sentence."""

    def __init__(self, composer: Composer, count: int) -> None:
        self.c = composer
        self.count = count
        self.tasks: list[Said] = []
        self.order: set[tuple[int, int]] = set()
        self.either: list[tuple[tuple[int, ...], ...]] = []
        self.together: list[tuple[int, ...]] = []
        self.sentences: list[str] = []

    def write(self) -> tuple[str, Outline]:
        last: tuple[int, ...] = ()
        while len(self.tasks) < self.count:
            last = self._step(last)
        rules: list[str] = []
        if self.c.chance(0.08):
            rules.append(self.c.rule())
            self.sentences.append(rules[0])
        text = " ".join(self._sentence(s) for s in self.sentences)
        frames = tuple(task.frame for task in self.tasks)
        order, either, together = tuple(sorted(self.order)), tuple(self.either), tuple(self.together)
        return text, Outline(frames, order, either, together, tuple(Rule(r) for r in rules))

    def _sentence(self, words: str) -> str:
        lower = self.c.chance(0.06)
        return (words if lower else words[0].upper() + words[1:]) + ("" if words[-1] in ".!" else ".")

    def _add(self, task: Said) -> tuple[int, str]:
        """Takes a task up; its index and how it is said."""
        words = task.words
        if self.c.chance(0.07):
            robot = self.c.pick(ROBOTS)
            words = self.c.pick(("let {r} {w}", "have {r} {w}", "{r} should {w}", "{r}, {w}")).format(r=robot, w=words)
            task = replace(task, frame=replace(task.frame, robot=robot.removeprefix("the ")))
        self.tasks.append(task)
        return len(self.tasks) - 1, words

    def _step(self, last: tuple[int, ...]) -> tuple[int, ...]:
        """Writes one step after the tasks ``last``; the tasks of the step."""
        start = len(self.tasks)
        lead, before = self._lead(last)
        room = self.count - start
        kind = self.c.random.choices(("one", "pair", "any", "either"), (6, 3, 1, 0.7))[0] if room > 1 else "one"
        if kind == "one":
            task = (self.c.about(self.tasks[-1]) if last and self.c.chance(0.15) else None) or self.c.task()
            index, words = self._add(task)
            self.sentences.append(self._polite(lead, words))
            members: tuple[int, ...] = (index,)
        else:
            members = self._several(kind, lead, 2 if kind != "any" else min(room, self.c.random.randint(2, 3)))
        self.order |= {(i, j) for i in before for j in members}
        return members

    def _polite(self, lead: str, words: str) -> str:
        if lead or not self.c.chance(0.12):
            return lead + words
        return self.c.pick(
            ("please {w}", "could you {w}", "i want you to {w}", "you should {w}", "{w} at any time")
        ).format(w=words)

    def _several(self, kind: str, lead: str, size: int) -> tuple[int, ...]:
        added = [self._add(self.c.task()) for _ in range(size)]
        members, words = tuple(index for index, _ in added), [w for _, w in added]
        if kind == "pair":
            tail = self.c.pick((" at any time", " at any time", ""))
            again = self.c.pick(
                ("Simultaneously, ", "Simultaneously, ", "At the same time, ", "Meanwhile, ", "Concurrently, ")
            )
            self.sentences += [f"{lead}{words[0]}{tail}", f"{again}{words[1]}"]
            self.together.append(members)
        elif kind == "any":
            listed = f"{', '.join(words[:-1])} and {words[-1]}"
            self.sentences.append(self.c.pick((f"{lead}in any order, {listed}", f"{lead}{listed} in any order")))
        else:
            self.sentences.append(f"{lead}either {words[0]} or {words[1]}")
            self.either.append(tuple((index,) for index in members))
        return members

    def _lead(self, last: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
        """How the next sentence begins, and which tasks that puts before it."""
        if not last:
            return ("first, " if self.count > 1 and self.c.chance(0.1) else ""), ()
        everything = tuple(range(len(self.tasks)))
        roll = self.c.random.random()
        if roll < 0.22:
            return "", ()
        if roll < 0.5:
            return self.c.pick(NEXT), last
        if roll < 0.62:
            return self.c.pick(("finally, ", "finally, ", "lastly, ", "to finish, ")), everything
        if roll < 0.72:
            what = self.c.pick(("these tasks", "the previous tasks", "those tasks", "all of that", "everything"))
            return self.c.pick((f"after completing {what}, ", f"once {what} are done, ", f"after {what}, ")), everything
        return self._after(last)

    def _after(self, last: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
        """Names the tasks that come before: those of the last step, one of them, or an earlier one."""
        named = last if self.c.chance(0.6) else (self.c.random.randrange(len(self.tasks)),)
        gerunds = [self.tasks[i].gerund for i in named]
        verbs = [gerund.split(" ", 1)[0] for gerund in gerunds]
        if len(named) == 2 and verbs[0] == verbs[1]:
            gerunds[1] = gerunds[1].split(" ", 1)[1]
        return (
            f"{self.c.pick(('after', 'after', 'after', 'once done with', 'following'))} {' and '.join(gerunds)}, ",
            named,
        )
