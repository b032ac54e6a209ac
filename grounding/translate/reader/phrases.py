"""Phrases of tasks for made-up instructions: of people (given) and of a small grammar."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from grounding.translate.words import plural as plural_of
from grounding.translate.words import verb_forms

FRUIT = "apple pear lemon orange banana peach plum lime mango kiwi carrot tomato potato onion cucumber pepper"
KITCHEN = "mug cup plate bowl fork spoon knife spatula ladle pan pot kettle egg lettuce bread bottle glass jar lid tray"
HOME = "book pen pencil laptop phone remote watch box candle towel sponge soap cloth pillow newspaper vase statue clock"
WORK = "parcel document folder stapler cable wrench bolt screwdriver crate pallet tool sample vial sensor battery drill"
TOYS = "block cube ball doll bear car ring toy train puzzle marble brick"
PLACES = (
    "table desk shelf counter drawer cabinet fridge sink bin basket box tray plate bowl couch bed chair dresser stove"
    " rack corner workbench platform pallet bathtub toilet microwave cupboard container safe window"
)
ROOMS = "kitchen bathroom bedroom living room,office lab hallway storage room,garage lobby dock"
COLOURS = "red green blue yellow white black orange pink purple brown grey"
SIZES = "big small large little old new tall round square empty full wooden metal glass plastic"
STATES = "clean washed rinsed hot heated warm cold chilled cooled sliced cooked dirty wet dry"
IN = ("in", "into", "inside", "inside of")
ON = ("on", "onto", "on top of", "next to", "beside", "to", "under", "near", "behind", "in front of", "at")
PUT = "put place move set take bring carry store drop leave deliver transfer stack stow lay return shift throw toss"
STATE_VERBS = "wash rinse clean heat warm cook microwave cool chill slice cut chop wipe dry polish charge"
OTHER_VERBS = "examine inspect check open close water photograph scan fetch grab find sort count weigh hold collect"
ROBOTS = (
    "robot 1",
    "robot 2",
    "robot_3",
    "the drone",
    "the arm",
    "the first robot",
    "the other robot",
    "the cart",
    "Spot",
)


@dataclass(frozen=True)
class Phrase:
    """A task as words, and what later words may call it.

    Attributes:
        text: Imperative, or a clause of another form that asks for the same.
        gerund: The task as something done: ``placing the red mug in the sink``.
        short: Shorter forms of that, which name only what it is about.
        done: Forms of a result: ``the mug is in the sink``.
        plural: Whether "them" stands for its object.
        free: Whether it may also be said as a gerund ("start by placing ...").
    """

    text: str
    gerund: str
    short: tuple[str, ...]
    done: tuple[str, ...]
    plural: bool = False


def gerund(verb: str) -> str:
    """The progressive of a verb: "putting"."""
    forms = verb_forms(verb)["gerund"]
    return forms[0]


def _participle(verb: str) -> str:
    return verb_forms(verb)["past"][-1]


def of_person(text: str) -> Phrase | None:
    """A person's phrase with later names made from its words; None where its form is not plain.

    Args:
        text: An imperative such as ``Put a chilled tomato in the sink.``.
    """
    text = re.sub(r"\s+", " ", text.strip().rstrip(".!,; "))
    if not text or re.search(r"[.;!?\n]", text) or not 3 <= len(text.split()) <= 24:
        return None
    text = text[0].lower() + text[1:]
    words = text.split()
    known = {*PUT.split(), *STATE_VERBS.split(), *OTHER_VERBS.split()}
    if words[0] not in known:
        return Phrase(text, "", (), ())
    rest = words[1:]
    place = next((i for i, w in enumerate(rest) if i and w in {"in", "on", "to", "into", "onto", "inside", "at",
    "under",
                                                               "from", "with", "and", "next", "by", "near"}),
                                                               None)  # fmt: skip
    what = rest[: place or len(rest)]
    if what and what[0] in ("a", "an", "some", "the"):
        what = what[1:]
    if not what or len(what) > 5 or what[0] in ("it", "up"):
        return Phrase(text, "", (), ())
    ing = gerund(words[0])
    head = " ".join(what[-2:] if len(what) > 2 else what)
    where = " ".join(rest[place:]) if place is not None and rest[place] not in ("from", "with", "and") else ""
    done = (f"the {head} is {where}",) if where.startswith(("in ", "on ")) else ()
    return Phrase(
        text, f"{ing} {' '.join(rest)}",
        (f"{ing} the {' '.join(what)}", f"{ing} the {head}", f"{ing} the {what[-1]}"),
        (*done, f"the {head} has been {_participle(words[0])}", f"the {head} is {_participle(words[0])}"),
    )  # fmt: skip


class Grammar:
    """Makes up phrases.

    Args:
        draw: Source of chance.
    """

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.themes: Sequence[str] = (FRUIT, KITCHEN, HOME, WORK, TOYS, f"{FRUIT} {KITCHEN}", f"{KITCHEN} {HOME}")

    def pick(self, words: str | Sequence[str]) -> str:
        """One of some words."""
        return self.draw.choice(words.split() if isinstance(words, str) else list(words))

    def theme(self) -> str:
        """Nouns that one instruction speaks of."""
        return self.pick(self.themes)

    def thing(self, theme: str, *, article: bool = True) -> tuple[str, str, bool]:
        """A noun phrase, its head, and whether it is plural."""
        draw, noun = self.draw, self.pick(theme)
        odd = draw.random()
        if odd < 0.05:
            word = self.pick(("it", "it", "them", "that", "that one", "the other one", "the rest", "the others",
            "everything"
                              " else", "all of them", "both", "the remaining ones", "all the fruit",
                              "everything on the table",
                              "the dirty ones", "the same one", "whatever is left", "all the vegetables",
                              "the last one"))  # fmt: skip
            return (
                word,
                word,
                word in ("them", "the others", "both", "all of them", "the remaining ones", "the dirty ones"),
            )
        plural = draw.random() < 0.15
        head = plural_of(noun) if plural else noun
        words = [head]
        if draw.random() < 0.3:
            words.insert(0, self.pick(COLOURS))
        if draw.random() < 0.15:
            words.insert(0, self.pick(SIZES))
        if draw.random() < 0.2:
            words.insert(0, self.pick(STATES))
        if not article or draw.random() < 0.12:
            return " ".join(words), head, plural
        article_ = self.pick(("the", "all the", "both", "the two", "three", "all of the", "every one of the") if plural
                             else ("the", "the", "a", "an", "the other", "one", "my", "this", "that"))  # fmt: skip
        if article_ in ("a", "an"):
            article_ = "an" if words[0][0] in "aeiou" else "a"
        phrase = f"{article_} {' '.join(words)}"
        if draw.random() < 0.08:
            phrase += self.pick(
                (" with a lid", " from the table", " on the left", " that is on the floor", " over there")
            )
        return phrase, " ".join(words[-2:]), plural

    def place(self) -> str:
        """A destination with its preposition."""
        draw = self.draw
        where = self.pick(PLACES)
        colour = f"{self.pick(COLOURS)} " if draw.random() < 0.3 else ""
        inside = where in (
            "drawer",
            "cabinet",
            "fridge",
            "sink",
            "bin",
            "basket",
            "box",
            "microwave",
            "cupboard",
            "safe",
        )
        preposition = self.pick(IN if inside else ON)
        if draw.random() < 0.08:
            return f"in the {self.pick(ROOMS.replace(',', ' ').split())}"
        if draw.random() < 0.05:
            return self.pick(("on the same plate", "in the same box", "on the other one", "in it", "on it",
            "next to it",
                              "on the blue one", "with the others", "next to the first one",
                              "where the cup was"))  # fmt: skip
        if draw.random() < 0.06:
            return self.pick(("away", "back", "back where it belongs", "over there", "there", "down"))
        return f"{preposition} {self.pick(('the', 'the', 'a', 'my', 'that'))} {colour}{where}".replace(" a a", " an a")

    def phrase(self, theme: str, *, wild: bool = True) -> Phrase:
        """A task; with ``wild`` also in forms that are no imperatives."""
        draw = self.draw
        what, head, plural = self.thing(theme)
        if draw.random() < 0.12 and "the" in what:
            second, other, _ = self.thing(theme)
            what, head, plural = f"{what} and {second}", f"{head} and the {other}", True
        kind = draw.random()
        if kind < 0.68:
            return self._putting(what, head, plural, wild)
        if kind < 0.82:
            return self._changing(what, head, plural)
        if kind < 0.94:
            return self._other(what, head, plural)
        room = self.pick(ROOMS.replace(",", " ").split())
        text = self.pick((f"go to the {room}", f"drive to the {room}", f"head over to the {room}", f"check the {room}"))
        return Phrase(text, f"{gerund(text.split()[0])} {' '.join(text.split()[1:])}", (f"visiting the {room}",),
                      (f"you are in the {room}", "you are there"))  # fmt: skip

    def short(self, theme: str) -> Phrase:
        """A task in the fewest words: "lemon to the white plate", "potato, white", "the pear too"."""
        draw = self.draw
        what, head, plural = self.thing(theme, article=draw.random() < 0.4)
        where, colour = self.place(), self.pick(COLOURS)
        noun = self.pick("plate box tray bowl basket bin drawer shelf")
        text = self.pick((
            f"{what} {where}", f"{what} to {colour}", f"{what} on {colour}", f"{what} in {colour}", f"{what}, {colour}",
            f"{what}, {colour} {noun}", f"{what}: {noun}", f"{what} to the {colour} {noun}",
            f"{what} on the {colour} {noun}",
            f"{what} too", f"{what} as well", f"{what}, same {noun}", f"{what} on the same {noun}",
            f"{what} into the {noun}",
            f"{what} there too", f"{what} on the {colour} one", f"{what}, {where}", f"{what} can go {where}",
            f"{what} could join it", f"{what} also {where}", f"{what} next to it", f"{what} on top of it",
        ))  # fmt: skip
        be = "are" if plural else "is"
        return Phrase(text, f"putting {what} {where}", (f"putting the {head}", f"the {head}"),
                      (f"the {head} {be} there", f"the {head} {be} in place", f"the {head} {be} done"),
                      plural)  # fmt: skip

    def _putting(self, what: str, head: str, plural: bool, wild: bool) -> Phrase:
        draw = self.draw
        verb, where = self.pick(PUT), self.place()
        be, have = ("are", "have") if plural else ("is", "has")
        text = f"{verb} {what} {where}"
        if draw.random() < 0.07:
            text = f"{verb} {where} {what}"
        elif draw.random() < 0.07:
            text = f"pick up {what} and {verb} {'them' if plural else 'it'} {where}"
        if wild and draw.random() < 0.3:
            text = self.pick((
                f"{what} {'go' if plural else 'goes'} {where}", f"{what} should be {_participle(verb)} {where}",
                f"I want {what} {where}", f"I need {what} {where}", f"{what} must go {where}",
                f"{what} {'belong' if plural else 'belongs'} {where}", f"{what} {where}", f"get {what} {where}",
                f"{self.pick(ROBOTS)} should {text}", f"{self.pick(ROBOTS)} must {text}",
                f"have {self.pick(ROBOTS)} {text}",
                f"let {self.pick(ROBOTS)} {text}", f"{where} {verb} {what}", f"make sure {what} {be} {where}",
                f"see to it that {what} {be} {where}", f"{what} {'need' if plural else 'needs'} to be {where}",
            ))  # fmt: skip
        ing = gerund(verb)
        return Phrase(
            text, f"{ing} {what} {where}", (f"{ing} the {head}", f"{ing} the {head} {where}", f"the {head}"),
            (f"the {head} {be} {where}", f"the {head} {have} been {_participle(verb)}", f"the {head} {be} there",
             f"the {head} {be} {_participle(verb)}"), plural,
        )  # fmt: skip

    def _changing(self, what: str, head: str, plural: bool) -> Phrase:
        draw, verb = self.draw, self.pick(STATE_VERBS)
        be, have = ("are", "have") if plural else ("is", "has")
        it = "them" if plural else "it"
        text = f"{verb} {what}"
        if draw.random() < 0.55:
            text += f"{self.pick((' and', ' and then', ', then', ' and', ','))} {self.pick(PUT)} {it} {self.place()}"
        elif draw.random() < 0.3:
            text += self.pick((" in the sink", " with water", " in the microwave", " with the knife", " in the fridge"))
        ing = gerund(verb)
        return Phrase(text, f"{ing} {what}", (f"{ing} the {head}",),
                      (f"the {head} {be} {_participle(verb)}", f"the {head} {have} been {_participle(verb)}"),
                      plural)  # fmt: skip

    def _other(self, what: str, head: str, plural: bool) -> Phrase:
        draw = self.draw
        be = "are" if plural else "is"
        verb = self.pick(OTHER_VERBS)
        text = f"{verb} {what}"
        if draw.random() < 0.3:
            text = self.pick((f"turn on {what}", f"switch off {what}", f"pick up {what}", f"pick {what} up",
                              f"look at {what} under the lamp",
                              f"examine {what} by the light of the lamp"))  # fmt: skip
        words = text.split()
        ing = gerund(words[0])
        return Phrase(
            text, f"{ing} {' '.join(words[1:])}", (f"{ing} {' '.join(words[1:])}",), (f"the {head} {be} done",), plural
        )
