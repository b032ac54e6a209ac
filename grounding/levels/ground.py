"""A command becomes a level and a reward function over the rooms and things of a world; or it is refused."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from grounding.levels.lexicon import FOREIGN
from grounding.levels.lift import Lifted, lift
from grounding.levels.mention import UnknownReferenceError, called
from grounding.levels.model import LevelModel, Posterior, load, shipped
from grounding.levels.reward import Direction, Level, Meaning, Reward
from grounding.levels.steps import Evidence, Frame, evidence, single_steps
from grounding.state import WorldState, initial_state
from grounding.world import World

MOST_WORDS = 150  # the longest published command has 122
MOST_LETTERS = 1000
_ALTERNATIVES = 5
#: Odds for level 0 of a command that spells out single steps: 873 of 881 such published commands are of level 0.
_SPELLED_OUT = 100.0
_SHOWN = 0.005  # less probable alternatives are not shown


@dataclass(frozen=True)
class Reading:
    """One meaning of a command.

    Attributes:
        level: Level of abstraction.
        lifted: Reward function over lifted names (``room0``).
        reward: The same over ids of the world.
        probability: How probable it is.
        sentence: What it asks for, in English.
    """

    level: Level
    lifted: Reward
    reward: Reward
    probability: float
    sentence: str


@dataclass(frozen=True)
class Question:
    """What to ask when two meanings are about as probable.

    Attributes:
        text: The question, in English.
        options: The two meanings it offers.
    """

    text: str
    options: tuple[Reading, Reading]


@dataclass(frozen=True)
class Grounding:
    """What a command means in a world.

    Attributes:
        text: The command.
        best: Its meaning; None where it is refused.
        alternatives: Other meanings, most probable first.
        steps: The single steps that the command spells out, taken at their word; empty for others.
        refused: Why it is refused, as a sentence; empty where it is not.
        near: What may have been meant instead of a name that the world lacks.
        question: To be asked before acting, or None.
        names: Lifted name -> id in the world.
    """

    text: str
    best: Reading | None = None
    alternatives: tuple[Reading, ...] = ()
    steps: tuple[Direction, ...] = ()
    refused: str = ""
    near: tuple[str, ...] = ()
    question: Question | None = None
    names: Mapping[str, str] | None = None


def infer(
    text: str,
    world: World,
    state: WorldState | None = None,
    *,
    model: LevelModel | None = None,
    robot: str | None = None,
) -> Grounding:
    """Infers level and reward function of a command and binds it to a world.

    Args:
        text: The command, any text at all.
        world: The world it was given in.
        state: Where everything is; the start of the world file where it is not given.
        model: A trained model; the one that comes with Heed where it is not given.
        robot: Id of the robot it was given to; the first that can drive where it is not given.

    Raises:
        ModelError: No model is given and none comes with Heed.
    """
    problem = unreadable(text)
    if problem:
        return Grounding(text, refused=problem)
    driver = robot or _driver(world)
    if driver is None:
        return Grounding(text, refused=f"There is no robot in {world.name} that drives from room to room.")
    try:
        lifted = lift(text, world, state or initial_state(world), driver)
    except UnknownReferenceError as error:
        return Grounding(text, refused=str(error), near=error.near)
    chosen = model or default_model()
    posterior = chosen.posterior([lifted.text], lifted.scene)[0]
    seen = evidence(lifted.text, lifted.scene)
    limit = chosen.thresholds.refuse_above
    if limit is not None and posterior.strangeness > limit and not seen.steps.literal:
        return Grounding(text, refused="This does not look like a command to go somewhere or to move something here.")
    return _answer(text, world, lifted, posterior, seen, chosen.thresholds.ask_below)


@cache
def default_model() -> LevelModel:
    """The trained model that comes with Heed, loaded once.

    Raises:
        ModelError: It is missing or damaged.
    """
    return load(shipped())


def unreadable(text: str) -> str:
    """Why a text cannot be an English command, or nothing.

    >>> unreadable("go north")
    ''
    >>> unreadable("geh in die küche und hole wasser")
    'This seems to be another language; commands are understood in English only.'
    """
    if not text.strip():
        return "There is no command in this text."
    pictures = [c for c in text if unicodedata.category(c) in ("So", "Sk") and ord(c) > 127]
    if pictures:
        return f"The text holds a picture sign ({unicodedata.name(pictures[0], 'unnamed').lower()}); give plain words."
    strange = [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Co", "Cn", "Cs") and c not in "\t\n\r"]
    if strange:
        return f"The text holds control characters (U+{ord(strange[0]):04X}); give plain words."
    words = text.split()
    if len(words) > MOST_WORDS or len(text) > MOST_LETTERS:
        return (
            f"The text is too long ({len(words)} words, {len(text)} letters); commands have at most {MOST_WORDS} words."
        )
    letters = [c for c in text if c.isalpha()]
    if not letters:
        return "There are no words in this text."
    if any("LATIN" not in unicodedata.name(c, "") for c in letters):
        return "The text is not in the Latin alphabet; commands are understood in English only."
    bare = [word.strip(".,;:!?¡¿\"'").lower() for word in words]
    foreign = sum(word in FOREIGN for word in bare)
    accents = sum(any(ord(c) > 127 and c.isalpha() for c in word) for word in bare)
    if foreign >= max(2, 0.25 * len(bare)) or foreign + accents >= max(2, 0.4 * len(bare)) or accents >= 2:
        return "This seems to be another language; commands are understood in English only."
    return ""


def _driver(world: World) -> str | None:
    """The first robot that drives, one that can push if there is any."""
    mobile = [robot.id for robot in world.robots.values() if robot.type.body == "mobile"]
    pushing = [r for r in mobile if any(world.skills[s].behaviour == "push" for s in world.robots[r].type.skills)]
    return next(iter(pushing or mobile), None)


def _answer(
    text: str, world: World, lifted: Lifted, posterior: Posterior, seen: Evidence, ask_below: float
) -> Grounding:
    """Binds a posterior to the world; what the world lacks drops out of it."""
    pairs = [(m, p) for m, p in _literal(posterior, lifted, seen).ranked if lifted.ground(m.reward) is not None]
    if not pairs:
        return Grounding(text, refused="What this seems to ask for needs a thing to push, and there is none here.")
    readings = [_reading(m, p, lifted, world) for m, p in Posterior.of(pairs).ranked[: 2 * _ALTERNATIVES]]
    best, others = readings[0], [r for r in readings[1:] if r.probability >= _SHOWN]
    return Grounding(
        text,
        best,
        tuple(others[:_ALTERNATIVES]),
        _steps(best.lifted, lifted, seen),
        question=_question(readings, ask_below),
        names=lifted.names,
    )


def _literal(posterior: Posterior, lifted: Lifted, seen: Evidence) -> Posterior:
    """What the words themselves add where they spell out single steps and say nothing else.

    Such a command speaks at level 0, and if the steps do not lead to the predicted goal, they are the goal.
    """
    said = seen.steps.literal and (len(seen.steps.moves) > 1 or seen.steps.moves[0].count is not None)
    if not said:
        return posterior
    weighed = Posterior.of(
        [(m, p * (_SPELLED_OUT if m.level is Level.MOTION else 1.0)) for m, p in posterior.ranked],
        posterior.strangeness,
    )
    steps = single_steps(seen.steps.moves, lifted.scene)
    if not steps or seen.least.get(weighed.best.reward) == 0.0:
        return weighed
    rest = [(m, p) for m, p in weighed.ranked if m.level is not Level.MOTION]
    motion = max(weighed.levels[Level.MOTION], _SPELLED_OUT / (1 + _SPELLED_OUT))
    scale = (1 - motion) / (sum(p for _, p in rest) or 1.0)
    pairs = [(Meaning(Level.MOTION, Reward(steps=steps)), motion), *((m, p * scale) for m, p in rest)]
    return Posterior.of(pairs, posterior.strangeness)


def _steps(reward: Reward, lifted: Lifted, seen: Evidence) -> tuple[Direction, ...]:
    """The single steps of a command that spells them out, in the frame in which they lead to the reward."""
    if reward.steps:
        return reward.steps
    if not seen.steps.literal:
        return ()
    frame = min(Frame, key=lambda f: seen.costs[f].get(reward, float("inf")))
    return single_steps(seen.steps.moves, lifted.scene, frame) if seen.costs[frame].get(reward) == 0.0 else ()


def _reading(meaning: Meaning, probability: float, lifted: Lifted, world: World) -> Reading:
    reward = lifted.ground(meaning.reward)
    assert reward is not None  # what the world lacks has been dropped
    return Reading(meaning.level, meaning.reward, reward, probability, describe(reward, world))


def describe(reward: Reward, world: World) -> str:
    """A reward function over ids of a world as an English sentence.

    >>> from grounding.worldfile import load_world
    >>> describe(Reward("green_room", (("chair", "blue_room"),)), load_world("cleanup"))
    'bring the chair to the blue room and go to the green room'
    """
    if reward.steps:
        return f"go {_counted(reward.steps)}"
    parts = [f"bring {called(world, thing)} to {called(world, room)}" for thing, room in reward.things]
    return " and ".join([*parts, *([f"go to {called(world, reward.agent)}"] if reward.agent else [])])


def _counted(steps: Sequence[Direction]) -> str:
    """Steps in words: "south 3 times, then west"."""
    runs: list[tuple[Direction, int]] = []
    for step in steps:
        same = runs and runs[-1][0] is step
        runs[-1:] = [(step, runs[-1][1] + 1)] if same else [*runs[-1:], (step, 1)]
    return ", then ".join(f"{step.value} {count} times" if count > 1 else step.value for step, count in runs)


def _question(readings: Sequence[Reading], ask_below: float) -> Question | None:
    """A question where the two best things to do are about as probable; the level alone is no reason to ask."""
    shares: dict[Reward, float] = {}
    first: dict[Reward, Reading] = {}
    for reading in readings:
        shares[reading.reward] = shares.get(reading.reward, 0.0) + reading.probability
        first.setdefault(reading.reward, reading)
    ranked = sorted(shares, key=lambda reward: -shares[reward])
    if len(ranked) < 2 or shares[ranked[0]] >= ask_below * shares[ranked[1]]:
        return None
    one, other = first[ranked[0]], first[ranked[1]]
    return Question(f"Shall I {one.sentence}, or {other.sentence}?", (one, other))
