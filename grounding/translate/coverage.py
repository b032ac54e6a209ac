"""Names that a text says and a reading of it leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from grounding.mission.task import TaskTree
from grounding.state import WorldState, initial_state
from grounding.translate.compare import entities
from grounding.translate.contents import contents
from grounding.translate.lexemes import language
from grounding.translate.nouns import nouns_of
from grounding.translate.outline import Outline
from grounding.translate.phrases import NounPhrase, PhraseReader
from grounding.translate.words import split_words
from grounding.world import World


def left_out(
    text: str, world: World, tree: TaskTree, outline: Outline | None = None, state: WorldState | None = None
) -> tuple[str, ...]:
    """Names of things, places and robots in a text that a reading of it does nothing with.

    Args:
        text: The instruction.
        world: The world it speaks of.
        tree: What it was taken to mean.
        outline: The reading in the words of the speaker; what its frames say is not left out.
        state: Where things are now; at the start of the world file where None.

    Returns:
        The words, as they were said, in the order said.
    """
    known = entities(tree, world) | _surroundings(world)
    spoken = _spoken(outline) if outline is not None else frozenset()
    found = []
    for phrase in _named(text, world, state or initial_state(world)):
        needed = contents(phrase.text).needed
        if not known & set(phrase.ids) and not (needed and needed <= spoken):
            found.append(phrase.text)
    return tuple(dict.fromkeys(found))


def _spoken(outline: Outline) -> frozenset[str]:
    """Content words of all that an outline says."""
    parts = [*(frame.text for frame in outline.frames), *(rule.text for rule in outline.rules)]
    whole = [contents(part) for part in parts]
    return frozenset(word for one in whole for word in (one.needed | one.source | one.spare))


def _named(text: str, world: World, state: WorldState) -> Iterator[NounPhrase]:
    """Noun phrases that name one thing, place or robot of the world, one after the other."""
    words = split_words(text)
    phrases = PhraseReader(words, nouns_of(world), text, state)
    i = 0
    while i < len(words):
        found = phrases.read(i, robots=True) or phrases.read(i)
        plain = found is not None and (words[i].text,) in language()  # "can" is more often no can
        if found is None or plain or found[1].problem or found[1].pronoun or len(found[1].ids) != 1:
            i += 1
            continue
        yield found[1]
        i += found[0]


def _surroundings(world: World) -> frozenset[str]:
    """Places in which all things are: to name them tells nothing."""
    return frozenset(
        i for i, zone in world.zones.items() if all(thing.cell in zone.cells for thing in world.things.values())
    )
