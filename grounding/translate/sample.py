"""Random instructions in controlled English, for property tests and as training data."""

from __future__ import annotations

import numpy as np

from grounding.mission.task import Literal
from grounding.state import SELF
from grounding.translate import abilities, wording
from grounding.translate.abilities import literal
from grounding.translate.nouns import nouns_of
from grounding.translate.words import verb_forms
from grounding.world import MOVABLE, World

_VERBS = {
    "at": ("go to", "drive to", "move to", "head to", "visit", "come to", "proceed to"),
    "on": ("put {} on", "place {} on", "set {} on", "bring {} to", "move {} onto"),
    "into": ("put {} in", "drop {} into", "throw {} in", "place {} inside"),
    "bring": ("bring {} to", "take {} to", "deliver {} to", "carry {} to", "put {} in", "move {} to"),
    "push": ("push {} to", "move {} to", "shove {} into", "put {} in"),
    "guide": ("guide {} to", "lead {} to", "escort {} to", "take {} to", "show {} to"),
    "holding": ("pick up", "grab", "lift", "fetch"),
}  # fmt: skip
_FLAGS = {
    ("open", True): ("open",), ("open", False): ("close", "shut"), ("clean", True): ("clean", "wipe"),
    ("switched_on", True): ("switch on", "turn on"), ("switched_on", False): ("switch off", "turn off"),
    ("photographed", True): ("take a photo in", "photograph", "take a picture of"),
}  # fmt: skip
_SUBJECTS = ("{} must {}", "{} should {}", "let {} {}", "{}, {}", "have {} {}", "I want {} to {}")
_POLITE = ("", "", "", "", "please ", "could you ", "now ")


def sample(world: World, rng: np.random.Generator, size: int = 3) -> str:
    """A random instruction that controlled English understands.

    Args:
        world: The world that it speaks of.
        rng: Source of randomness.
        size: Largest number of tasks.
    """
    return _Sampler(world, rng).instruction(size)


class _Sampler:
    def __init__(self, world: World, rng: np.random.Generator) -> None:
        self.world, self.rng = world, rng
        self.nouns = nouns_of(world)
        self.goals = _possible(world)
        self.named = False

    def pick(self, options: list[str] | tuple[str, ...]) -> str:
        """One of some words."""
        return options[int(self.rng.integers(len(options)))]

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return bool(self.rng.random() < probability)

    def instruction(self, size: int) -> str:
        """Sentences of one to three clauses each, and perhaps a rule."""
        left = int(self.rng.integers(1, min(size, len(self.goals)) + 1))
        sentences: list[str] = []
        while left:
            n = int(self.rng.integers(1, min(left, 3) + 1))
            sentences.append(self.sentence(n))
            left -= n
        if self.world.rooms and self.chance(0.25):
            sentences.append(self.rule())
        for i in range(1, len(sentences)):
            if self.chance(0.3):
                sentences[i] = self.pick(("then ", "after that, ", "finally, ", "next, ")) + sentences[i]
        return " ".join(_capital(sentence) + "." for sentence in sentences)

    def sentence(self, n: int) -> str:
        """Clauses joined in one of the ways that English has."""
        if n == 1:
            return self.pick(_POLITE) + self.clause()
        self.named = False
        shape = self.pick(("then", "and", "either", "before", "after", "first", "list"))
        if shape in ("before", "after"):
            parts = [self.clause(0) for _ in range(n)]
        else:
            parts = [self.clause()]
            while len(parts) < n:
                parts.append(self.clause(1 if self.named else 0.25))
        match shape:
            case "then":
                return ", then ".join(parts)
            case "and":
                return " and ".join(parts)
            case "either":
                return f"either {' or '.join(parts)}"
            case "before":
                return f"{' and '.join(parts[:-1])} before {self.doing()}"
            case "after":
                return f"after {self.doing()}, {' and '.join(parts[1:])}"
            case "first":
                return f"first {' and '.join(parts[:-1])} in any order, and then {parts[-1]}"
        return f"{', '.join(parts[:-1])} and {parts[-1]}"

    def clause(self, named: float = 0.25) -> str:
        """One goal, perhaps with the robots for it and a rule along."""
        goal = self.goal()
        text = self.order(goal)
        if self.chance(0.15) and len(self.world.rooms) > 1:
            text += f" without entering {self.name(self.room_apart_from(goal))}"
        able = abilities.able(goal, self.world)
        if self.chance(named):
            self.named = True
            robot = wording.name(self.pick(able), self.world)
            text = self.pick(_SUBJECTS).format(robot, text)
        return text

    def doing(self) -> str:
        """A goal as something done: "cleaning the kitchen table"."""
        return verb_forms(self.order(self.goal()))["gerund"][0]

    def goal(self) -> Literal:
        """A goal that has not been used yet."""
        self.goals = self.goals or _possible(self.world)
        return self.goals.pop(int(self.rng.integers(len(self.goals))))

    def order(self, goal: Literal) -> str:
        """A goal in words chosen at random."""
        subject, value = goal.proposition.args
        match goal.proposition.predicate:
            case "at" | "holding" as predicate:
                return f"{self.pick(_VERBS[predicate])} {self.name(value)}"
            case "on":
                return f"{self.pick(_VERBS['on']).format(self.name(subject))} {self.name(value)}"
            case "in":
                properties = self.world.things[subject].properties
                kind = "guide" if "guidable" in properties else "push" if "pushable" in properties else "bring"
                kind = "into" if value in self.world.things else kind
                return f"{self.pick(_VERBS[kind]).format(self.name(subject))} {self.name(value)}"
        verbs = _FLAGS.get((value, goal.positive)) or (wording.verb_for(value, goal.positive, self.world),)
        return f"{self.pick(verbs)} {self.name(subject)}"

    def rule(self) -> str:
        """A rule for the team."""
        room = self.name(self.pick(tuple(self.world.rooms)))
        devices = tuple(self.nouns.devices)
        forms = [
            f"never enter {room}",
            f"do not go through {room}",
            f"no robot may enter {room}",
            f"stay out of {room}",
        ]
        forms += [f"keep the {device} off in {room}" for device in devices]
        return self.pick(forms)

    def room_apart_from(self, goal: Literal) -> str:
        """A room that the goal does not speak of."""
        return self.pick([room for room in self.world.rooms if room not in goal.proposition.args])

    def name(self, entity: str) -> str:
        """What to call an entity: its usual name or one of its own names."""
        own = [" ".join(words) for words, noun in self.nouns.nouns.items() if noun.own == [entity]]
        if self.chance(0.3) and own:
            words = self.pick(own)
            return words if any(c.isdigit() for c in words) or not self.chance(0.8) else f"the {words}"
        return wording.name(entity, self.world)


def _possible(world: World) -> list[Literal]:
    """Goals that some robot can bring about."""
    rooms = (*world.rooms, *world.places)
    holders = [t.id for t in world.things.values() if t.properties & {"surface", "container"}]
    movable = [t.id for t in world.things.values() if t.properties & MOVABLE]
    goals = [literal("at", SELF, zone) for zone in rooms]
    goals += [literal("holding", SELF, thing) for thing in movable if "guidable" not in world.things[thing].properties]
    for thing in movable:
        goals += [literal("in", thing, zone) for zone in rooms]
        for holder in holders:
            surface = "surface" in world.things[holder].properties
            goals.append(literal("on" if surface else "in", thing, holder))
    flags = {flag for t in world.things.values() for flag in t.possible_flags} | {"open", "photographed"}
    for flag in sorted(flags):
        for entity in (*world.things, *world.doors, *world.rooms):
            goals += [literal("is", entity, flag, positive=value) for value in (True, False)]
    return [goal for goal in goals if abilities.able(goal, world)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
