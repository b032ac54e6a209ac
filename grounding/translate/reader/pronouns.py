"""What was spoken of last, and what pronouns and words such as "the same plate" stand for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from grounding.translate.reader.arguments import Clause, noun_and_states
from grounding.translate.reader.verbs import PORTIONS
from grounding.translate.reader.wordlists import ARTICLES, COLOURS, MANY, PRONOUNS


@dataclass
class Context:
    """What was spoken of last.

    Attributes:
        objects: Objects of the last clause that had any, as noun phrases without articles.
        place: Where things were put last: preposition and noun phrase.
        verb: The last verb, for clauses without one.
        said: All objects and places so far, the latest last.
        things: All objects so far, the latest last.
        where: Head noun of a thing -> where it was put.
        notes: What was noticed, for people.
    """

    objects: tuple[str, ...] = ()
    place: str = ""
    verb: str = "put"
    said: list[str] = field(default_factory=list)
    things: list[str] = field(default_factory=list)
    where: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def resolved(part: Clause, context: Context) -> Clause:
    """A clause with its pronouns replaced, and the context after it."""
    objects = part.objects
    if part.pronoun and context.objects:
        word = objects[0]
        many = word in MANY and len(context.objects) > 1
        objects = context.objects if many else context.objects[-1:]
        if word == "both" and len(objects) < 2:
            objects = tuple(dict.fromkeys(context.things))[-2:]
        objects = tuple(f"the {o}" if o.split()[0] not in ARTICLES else o for o in objects)
    objects = tuple(_portion(phrase, context) for phrase in objects)
    place = part.place
    words = place.split()
    if words and words[-1] in ("it", "them", "there") and len(words) <= 4:
        near = len(words) > 2 or words[0] in ("beside", "near", "by", "with")
        here = words[-1] == "there" or len(words) == 1 or near
        place = context.place or place if here else _onto(words[0], context)
    if part.rest == "back" and not place and part.predicate == "put":
        place = ""
    place = _same(_coloured(_with(place, context), context), context)
    if place.endswith(" one") and context.place:
        place = f"{place.removesuffix('one')}{context.place.rsplit(' ', 1)[-1]}"
    plain = tuple(noun_and_states(o)[0] for o in objects)
    if objects and not (len(objects) == 1 and objects[0] in PRONOUNS):
        context.objects = plain
        context.said += plain
        context.things += plain
    if part.predicate == "put" and place:
        context.place = place
        context.where |= {thing.split()[-1]: place for thing in plain if thing}
        context.said.append(" ".join(place.split()[1:]))
    if part.predicate == "put":
        context.verb = part.verb
    return replace(part, objects=objects, place=place)


def _portion(phrase: str, context: Context) -> str:
    """ "Cut the potato and heat a slice": of what was spoken of."""
    words = [w for w in phrase.split() if w not in ARTICLES | {"of", "couple", "few", "two", "three", "one", "piece"}]
    if words and set(words) <= PORTIONS and context.objects:
        return f"{phrase} of {context.objects[-1]}"
    return phrase


def _with(place: str, context: Context) -> str:
    """ "Put it with the orange": where the orange was put."""
    if not place.startswith("with "):
        return place
    return context.where.get(place.split()[-1], place)


def _coloured(place: str, context: Context) -> str:
    """ "On the red one", "to red": with the noun of the place before."""
    words = place.split()
    noun = context.place.rsplit(" ", 1)[-1] if context.place else ""
    if len(words) > 1 and words[-1] in COLOURS and noun and noun not in COLOURS:
        return f"{place} {noun}"
    return place


def _onto(preposition: str, context: Context) -> str:
    """ "On it": on what things were put on last."""
    noun = (
        context.place.split(" ", 1)[-1]
        if context.place
        else (f"the {context.objects[-1]}" if context.objects else "it")
    )
    return f"{preposition} {noun}"


def _same(place: str, context: Context) -> str:
    """ "On the same plate" with the plate that was spoken of."""
    for said in ("the same", "that same", "same"):
        if f" {said} " in place:
            head = place.rsplit(" ", 1)[-1]
            known = next(
                (p for p in reversed(context.said) if p.split() and p.split()[-1] == head and "same" not in p), ""
            )
            if known:
                before = place.split(f" {said} ", 1)[0] + " "
                return f"{before}{known if known.split()[0] in ARTICLES else f'the {known}'}"
    return place
