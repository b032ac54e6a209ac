"""What verbs of tasks do, in all their forms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from grounding.translate.words import verb_forms

#: Predicate of frames -> verbs and phrasal verbs that mean it. State predicates also name the state they give.
VERBS: dict[str, str] = {
    "put": "put place move set take bring carry store drop leave deliver transfer stack stow lay return shift"
    " throw toss dispose discard put_away put_back throw_away give transport haul relocate position arrange stick"
    " insert load push pull slide hang stash dump pile tuck pop deposit replace send hand get_rid_of trash lean"
    " add rest stand plop organize secure attach pour give",
    "pick up": "pick_up clean_up prepare pick grab get fetch hold collect gather retrieve lift acquire obtain grasp"
    " select remove",
    "clean": "wash clean rinse scrub wipe wash_off rinse_off wipe_down wash_up clean_off",
    "wet": "wet soak",
    "heat": "heat warm cook microwave boil bake toast fry heat_up warm_up reheat",
    "cool": "cool chill refrigerate freeze cool_down chill_down cool_off precool",
    "slice": "slice cut chop dice cut_up slice_up chop_up",
    "examine": "examine inspect look_at view study read check observe check_out look_over see scan",
    "switch on": "turn_on switch_on light power_on",
    "switch off": "turn_off switch_off power_off",
    "open": "open",
    "close": "close shut",
    "go": "go walk drive head navigate travel visit fly come stand_at go_to",
    "find": "find locate search look_for",
    "fill": "fill fill_up water",
    "photograph": "photograph",
    "use": "use",
}
#: Predicates that leave their object in a state.
GIVES = {"clean": "clean", "wet": "wet", "heat": "hot", "cool": "cold", "slice": "sliced"}
#: Words for states, as adjectives.
STATES: dict[str, str] = {
    word: state
    for state, words in {
        "clean": "clean cleaned washed rinsed scrubbed wiped",
        "wet": "wet soaked",
        "hot": "hot heated warm warmed cooked microwaved boiled baked toasted reheated fried",
        "cold": "cold cooled cool chilled refrigerated frozen chill",
        "sliced": "sliced cut chopped diced cut-up",
    }.items()
    for word in words.split()
}
PORTIONS = frozenset(["slice", "slices", "piece", "pieces", "section", "chunk", "chunks", "segment"])
#: Verbs that no robot here knows but that begin a task, where a noun phrase follows.
_UNKNOWN_TO_ROBOTS = frozenset([
    "dry", "polish", "charge", "sort", "count", "weigh", "vacuum", "sweep", "fold", "mop", "feed", "iron", "dust",
    "empty",
    "repair", "paint", "measure", "tidy", "make", "label", "print", "peel", "serve", "scoop", "crack", "squeeze",
    "mix", "stir",
])  # fmt: skip
_BEFORE_NOUNS = frozenset([
    "the", "a", "an", "it", "them", "this", "that", "these", "those", "all", "both", "my", "your", "our", "every",
    "some",
])  # fmt: skip
_PARTICLES = frozenset(["up", "down", "away", "off", "out", "back", "over"])


@lru_cache(maxsize=1)
def _table() -> dict[tuple[str, ...], tuple[str, str, str]]:
    """Words of a verb in any form -> predicate, base form, which form."""
    found: dict[tuple[str, ...], tuple[str, str, str]] = {}
    for predicate, verbs in VERBS.items():
        for verb in verbs.split():
            base = verb.replace("_", " ")
            for name, forms in verb_forms(base).items():
                for form in forms:
                    key = tuple(form.split())
                    if name == "base" or key not in found:
                        found[key] = (predicate, base, name)
    return found


def verb_at(words: Sequence[str], at: int, *, forms: Sequence[str] = ("base", "gerund")) -> tuple[int, str, str] | None:
    """The verb that begins at a word.

    Args:
        words: In lower case.
        at: Position.
        forms: Which forms count.

    Returns:
        How many words it has, its predicate and its base form; None where there is no verb.
    """
    if at < len(words) and words[at] in _UNKNOWN_TO_ROBOTS:
        return (1, words[at], words[at]) if words[at + 1 : at + 2] and words[at + 1] in _BEFORE_NOUNS else None
    for length in (3, 2, 1):
        found = _table().get(tuple(words[at : at + length])) if at + length <= len(words) else None
        if found is not None and found[2] in forms:
            return length, found[0], found[1]
    return None


def is_particle(word: str) -> bool:
    """Whether a word may belong to the verb before it: "put the mug down"."""
    return word in _PARTICLES
