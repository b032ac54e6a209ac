"""Single household tasks as frames: simple ones by rules, the others left aside (only for training)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grounding.errors import HeedError
from grounding.published import published_folder
from grounding.translate.llm.words import STATES
from grounding.translate.outline import Frame


class DataError(HeedError):
    """The published household instructions are missing or not in their form."""


_PUT = "put place move set lay leave bring take carry return throw drop get transfer".split()  # noqa: SIM905
_LOOK = ("examine", "inspect", "look at")
_MAKE = {"wash": "clean", "clean": "clean", "rinse": "clean", "heat": "hot", "warm": "hot", "cook": "hot",
         "microwave": "hot", "cool": "cold", "chill": "cold", "refrigerate": "cold", "slice": "sliced", "cut": "sliced",
         "turn on": "on", "switch on": "on", "turn off": "off", "close": "closed", "open": "open"}  # fmt: skip
_PREPOSITION = (
    r"(?:on top of|on the back of|in front of|to the (?:left|right) of|next to|inside of|in|into|inside|on|onto|to|"
    r"under|by|at|near|beside|behind|above|below|underneath|with)"
)
_TAIL = re.compile(rf"^(?P<object>.+?)(?:,? (?P<where>{_PREPOSITION} .+))?$")
_TWO = re.compile(
    rf"^(?P<first>.+?)(?:,? and|, then|,) (?P<verb>{'|'.join(_PUT)}) (?:it|them) (?P<where>{_PREPOSITION} .+)$"
)
_FROM = re.compile(r" (?:from|off of|off|out of) .*$")
_ARTICLE = re.compile(r"^(?:a|an|the|some|one|two|three|both|all|all of|all the|of|this|that|his|her) ")
_ADJECTIVE = {
    word: state
    for state, names in {
        "clean": "clean cleaned washed rinsed",
        "hot": "hot heated warm warmed cooked microwaved",
        "cold": "cold cooled chilled refrigerated",
        "sliced": "sliced cut chopped",
        "filled": "filled full",
        "empty": "empty",
    }.items()
    for word in names.split()
}


def bare(phrase: str) -> tuple[str, tuple[str, ...]]:
    """A noun phrase without its articles and states, and those states.

    >>> bare("the washed, sliced red apple"), bare("a slice of cooked bread")
    (('red apple', ('clean', 'sliced')), ('bread', ('sliced', 'hot')))
    """
    states: list[str] = []
    while True:
        phrase = _ARTICLE.sub("", phrase.strip(" ,"))
        head, _, rest = phrase.partition(" ")
        if head in ("slice", "slices", "piece", "pieces") and rest.startswith("of "):
            states.append("sliced")
            phrase = rest[3:]
        elif head.strip(",") in _ADJECTIVE and rest:
            states.append(_ADJECTIVE[head.strip(",")])
            phrase = rest.removeprefix("and ")
        else:
            break
    if phrase.endswith((" slice", " slices")):
        states.append("sliced")
        phrase = phrase.rpartition(" ")[0]
    return phrase, tuple(dict.fromkeys(states))


def frame(task: str) -> Frame | None:
    """A household task as a frame, or None where the rules do not fit.

    >>> frame("Put a rinsed spoon in the drawer.").states, frame("To heat a cup and put it on the desk").predicate
    (('clean',), 'put')
    """
    text = re.sub(r"\s+", " ", task).strip(" .!").lower()
    text = re.sub(r"^to ", "", text)
    if not 3 <= len(text.split()) <= 16 or not re.fullmatch(r"[a-z ,'-]+", text):
        return None
    if two := _TWO.match(text):
        first = _simple(two["first"])
        return first and Frame(text, two["verb"], first.object, two["where"], first.states)
    return _simple(text) if not re.search(r"\b(?:it|them|and|then|that|while)\b|,", text) else None


def _simple(text: str) -> Frame | None:
    verbs = sorted({*_PUT, *_LOOK, *_MAKE, "pick up", "grab", "take"}, key=len, reverse=True)
    verb = next((verb for verb in verbs if text.startswith(verb + " ")), None)
    tail = _TAIL.match(text[len(verb) + 1 :]) if verb else None
    if verb is None or tail is None:
        return None
    thing, states = bare(_FROM.sub("", tail["object"]))
    if verb in _MAKE:
        states = tuple(dict.fromkeys((*states, _MAKE[verb])))
    if (
        re.match(r"(?:up|out|down|away|off|over)\b", thing)
        or " using " in thing
        or not thing
        or any(s not in STATES for s in states)
    ):
        return None
    where = _FROM.sub("", tail["where"] or "")
    if (verb == "move" and " to " in where) or (where.startswith("with ") and verb not in _LOOK):
        return None
    return Frame(text, verb, thing, where, states)


def floor_plan(row: dict[str, Any]) -> int:
    """The number of the floor plan that a row of the household instructions belongs to."""
    found = re.match(r"FloorPlan(\d+)", str(row["id"]))
    return int(found[1]) if found else 0


def rows(folder: Path | None = None) -> Iterator[dict[str, Any]]:
    """The published household instructions.

    Raises:
        DataError: They are not there.
    """
    path = (folder or published_folder("household_instructions", "household instructions", DataError)) / "train.jsonl"
    if not path.is_file():
        raise DataError(str(path), "was not found.", "Set HEED_DATA to the folder above household_instructions.")
    for line in path.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


#: Floor plans by their number modulo 5; those divisible by 5 are kept back for testing.
TRAINING, DEVELOPMENT = (2, 3, 4), (1,)


def frames(remainders: tuple[int, ...] = TRAINING, folder: Path | None = None) -> tuple[Frame, ...]:
    """Frames of the base tasks of some floor plans, by text; those that rules can read."""
    tasks = {task for row in rows(folder) if floor_plan(row) % 5 in remainders for task in row["base_tasks"]}
    found = {f.text: f for task in sorted(tasks) if (f := frame(task))}
    return tuple(found.values())
