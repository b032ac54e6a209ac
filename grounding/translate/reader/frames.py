"""One task in free words to frames: what is done to what, where it goes, in which state.

A small grammar of English orders: imperatives and their chains ("wash it and put it away"), passives and
wishes ("the mug should be put on the desk", "I want the mug on the desk"), robots named as doers, lists
of objects, and pronouns that point back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from grounding.translate.outline import UNKNOWN, Frame
from grounding.translate.reader.tags import Word
from grounding.translate.reader.verbs import GIVES, PORTIONS, STATES, is_particle, verb_at

_PLACE = frozenset([
    "in",
    "into",
    "inside",
    "on",
    "onto",
    "upon",
    "to",
    "at",
    "under",
    "beneath",
    "underneath",
    "beside",
    "near",
    "behind",
    "over",
    "above",
    "against",
    "next",
    "by",
    "between",
    "along",
    "around",
    "within",
    "below",
])  # fmt: skip
_STRONG = frozenset({"to", "into", "onto"})
_ARTICLES = frozenset([
    "a", "an", "the", "some", "this", "that", "these", "those", "my", "your", "our", "his", "her", "its", "their",
    "all", "both", "each", "every",
])  # fmt: skip
_PRONOUNS = frozenset(["it", "them", "that", "this", "these", "those", "both"])
_MANY = frozenset({"them", "these", "those", "both"})
_MODALS = frozenset([
    "should", "must", "can", "could", "will", "would", "needs", "need", "has", "have", "is", "are", "ought",
    "shall", "may",
    "might",
])  # fmt: skip
_JOINTS = frozenset({"and", ",", "then", "also", "&", "next", "or", "plus"})
_ADJECTIVES = frozenset([
    "red",
    "green",
    "blue",
    "yellow",
    "white",
    "black",
    "orange",
    "pink",
    "purple",
    "brown",
    "grey",
    "gray",
    "silver",
    "gold",
    "big",
    "small",
    "large",
    "little",
    "empty",
    "full",
    "new",
    "old",
    "used",
    "dirty",
    "wooden",
    "metal",
    "glass",
    "plastic",
    "round",
    "square",
    "tall",
    "short",
    "other",
    "first",
    "second",
    "top",
    "bottom",
    "left",
    "right",
])  # fmt: skip
_COLOURS = frozenset(["red", "green", "blue", "yellow", "white", "black", "orange", "pink", "purple", "brown", "grey"])
_MOVING = frozenset(["take", "bring", "move", "carry", "transfer", "deliver"])
_FETCHING = frozenset(["take", "bring", "get", "remove", "carry", "fetch", "grab", "collect", "retrieve"])
_STANDING = frozenset([
    "go", "goes", "belong", "belongs", "stays", "ends", "be", "is", "are", "gets", "get", "being", "sit", "sits", "lie",
    "lies", "stand", "stands", "live", "lives",
])  # fmt: skip
_FILLERS = frozenset({"uh", "um", "er", "erm", "hm", "hmm", "please", "...", "like", "-"})
_WHILE = frozenset({"while", "by", "whilst", "before", "when"})
_WISHES = (("i", "want"), ("i", "need"), ("we", "need"), ("we", "want"), ("i", "would", "like"), ("i'd", "like"),
           ("make", "sure"), ("make", "sure", "that"), ("see", "to", "it", "that"), ("ensure",), ("ensure", "that"),
           ("i", "like"), ("proceed", "to"), ("proceed", "by"), ("continue", "by"), ("continue", "to"), ("start",
           "by"), ("begin", "by"),
    ("go", "ahead", "and"), ("try", "to"), ("be", "sure", "to"), ("make", "sure", "to"), ("feel", "free", "to"),
    ("please",), ("somebody", "can"), ("someone", "can"), ("somebody", "should"), ("someone", "should"),
    ("anybody", "can"), ("someone", "must"), ("somebody", "must"), ("also",), ("you", "should"), ("you", "must"),
    ("you", "need", "to"), ("you",
           "can"),
           ("you", "have", "to"), ("i", "want", "you", "to"), ("could", "you"), ("can", "you"), ("you", "will"),
           ("you", "may"), ("you", "might"),
           ("to",), ("and",), ("just",), ("do",), ("need", "to"), ("you",), ("we",),
           ("don't", "forget", "to"), ("not", "forget", "to"), ("never", "forget", "to"))  # fmt: skip
_PERSONS = frozenset({"me", "us", "him"})
_NEGATIONS = frozenset({"not", "never", "don't", "dont", "cannot"})
_MARKS = frozenset({",", "&", ":"})
_CAUSES = frozenset({"have", "let", "make", "ask", "tell", "get"})


@dataclass
class Context:
    """What was spoken of last.

    Attributes:
        objects: Objects of the last clause that had any, as noun phrases without articles.
        place: Where things were put last: preposition and noun phrase.
        verb: The last verb, for clauses without one.
        said: All objects and places so far, the latest last.
        where: Head noun of a thing -> where it was put.
        notes: What was noticed, for people.
    """

    objects: tuple[str, ...] = ()
    place: str = ""
    verb: str = "put"
    said: list[str] = field(default_factory=list)
    where: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Part:
    """One clause: a verb and what goes with it, as words in lower case."""

    predicate: str
    verb: str
    objects: tuple[str, ...]
    place: str
    rest: str
    robot: str = ""
    source: str = ""
    pronoun: bool = False


def frames(words: Sequence[Word], context: Context) -> list[Frame]:
    """The frames of one task.

    Args:
        words: The words of the task.
        context: What was spoken of before; changed by what is said here.
    """
    own = _tokens(words)
    if not own:
        return []
    own = _announced(_cleared(_without_contrast(own)), context)
    if not own:
        return []
    if _tells_only(own):
        context.notes.append(f"I see no task in '{' '.join(word.text for word in words)}'.")
        return []
    parts = [_resolved(part, context) for part in _parts(own, context)]
    found: list[Frame] = []
    last: list[Frame] = []
    for part in parts:
        done, last = [frame for frame in found if frame not in last], _joined(last, _frames_of(part))
        found = [*done, *last]
    return [replace(frame, start=words[0].start, end=words[-1].end) for frame in found]


def _tokens(words: Sequence[Word]) -> list[str]:
    """Words in lower case: names as they were written ("robot_2", "t-shirt", "d11"), quotes and brackets left out."""
    found: list[str] = []
    end, glued = -1, False
    for i, word in enumerate(words):
        after = words[i + 1] if i + 1 < len(words) else None
        joint = word.text in ("-", "_") and word.start == end and after is not None and after.start == word.end
        if found and word.start == end and (glued or joint or word.text[0].isalnum()):
            found[-1] += word.lower
        elif word.text[0].isalnum() or word.text in _MARKS:
            found.append(word.lower)
        else:
            continue
        end, glued = (word.end if word.text not in _MARKS else -1), joint
    return found if any(word[0].isalnum() for word in found) else []


def _without_contrast(own: list[str]) -> list[str]:
    """ "On the desk, not on the shelf" without what is not meant."""
    cut = next((i for i in range(2, len(own)) if own[i] == "not" and own[i - 1] in (",", "but")), len(own) + 1)
    return own[: cut - 1]


def _cleared(own: Sequence[str]) -> list[str]:
    """Words without hesitation: "on the, uh, the green one" is "on the green one"."""
    kept = [word for word in own if word not in _FILLERS]
    for i in range(len(kept) - 2):
        if kept[i] in ("all", "both") and kept[i + 1 : i + 3] == ["of", "them"] and i:
            kept = [*kept[: i - (kept[i - 1] == ",")], *kept[i + 3 + (kept[i + 3 : i + 4] == [","]) :]]
            break
    found: list[str] = []
    for i, word in enumerate(kept):
        after = next((w for w in kept[i + 1 :] if w != ","), "")
        if word in ("the", "a", "an") and after in ("the", "a", "an"):
            continue
        if word == "," and found and found[-1] in (*_PLACE, "the", "a", "an", ","):
            continue
        found.append(word)
    while found and found[-1] == ",":
        found.pop()
    if _has_place(found) and not _stands_last(found):
        found = found[:-2] if found[-2:] in (["as", "well"], ["both", "of"]) else found
        found = found[:-1] if found[-1:] in (["too"], ["also"]) else found
    if found[:1] == ["well"]:
        found.pop(0)
    while found and found[0] == ",":
        found.pop(0)
    return found


def _announced(own: list[str], context: Context) -> list[str]:
    """A task without what announces it: "on my mark: ...", "the potato, it belongs on the plate"."""
    for mark in (":", ","):
        i = own.index(mark) if mark in own else 0
        left, right = own[:i], own[i + 1 :]
        if not left or not right or len(left) > 8 or _robotic(left):
            continue
        if mark == ":" and (_has_place(right) or "," in right or _verb_here(right, 0)):
            return right
        plain = not any(w in _PLACE or verb_at(left, k) for k, w in enumerate(left)) and left[0] not in ("i", "we")
        if left[0] in _PRONOUNS and len(left) == 1:
            return right
        if mark == "," and plain and (right[0] in _PRONOUNS | {"they"} or _verb_here(right, 0)):
            context.objects = _list(left)
            return ["them" if w == "they" else w for w in right]
    return own


def _stands_last(own: Sequence[str]) -> bool:
    """Whether "too" is all that is said of a place: "the pear goes there too"."""
    return "there" in own[-3:] or own[-2:] == ["join", "it"]


def _tells_only(own: Sequence[str]) -> bool:
    """Whether words tell something and ask for nothing: "I cannot see the table", "the guests are coming"."""
    rest = _without_wishes(list(own))
    if rest[:1] in (["i"], ["we"]):
        return True
    if any(a in ("has", "have") and b not in ("to", "been") and not b.endswith("ed") for a, b in pairwise(rest[1:6])):
        return not _verb_here(rest, 0)
    being = (b for a, b in pairwise(rest[1:5]) if a in ("is", "are"))
    return any(word.endswith("ing") and word not in ("being", "missing") for word in being)


def verbs_in(words: Sequence[Word]) -> int:
    """How many clauses of a task have a verb of their own."""
    own = [word.lower for word in words]
    return sum(_verb_here(own, i) for i in range(len(own)))


def topic(words: Sequence[Word]) -> tuple[str, ...]:
    """Things that are only named: "the lemon and the orange, ..."; empty where more is said.

    Args:
        words: The words of a task span.
    """
    own = _without_wishes(_cleared(_tokens(words)))
    if own[:2] in (["there", "is"], ["there", "are"]):
        own = own[2:]
    banned = any(word in _NEGATIONS or word.endswith("n't") for word in own)
    parts = _parts(list(own), Context()) if 0 < len(own) < 9 and not banned else []
    named = bool(parts) and all(part.predicate == UNKNOWN for part in parts)
    inner = any(own[i] in ("a", "an", "the") and own[i - 1] not in _JOINTS | {"of", "with"} for i in range(1, len(own)))
    return _list(own) if named and not inner and not any(verb_at(own, i) for i in range(len(own))) else ()


def about(frame: Frame, phrase: str) -> Frame:
    """A frame said of another thing: "either the lemon or the pear on the plate" puts the lemon there too."""
    thing, states = _states(phrase)
    text = frame.text.replace(frame.object, thing, 1) if frame.object else frame.text
    return replace(frame, text=text, object=thing, states=tuple(dict.fromkeys((*states, *frame.states))))


def _frames_of(part: _Part) -> list[Frame]:
    given = (GIVES[part.predicate],) if part.predicate in GIVES else ()
    found = []
    for phrase in [o for o in part.objects if not o.startswith("not ")] or [""]:
        thing, states = _states(phrase)
        place = "" if part.predicate in GIVES or part.predicate == "examine" else part.place
        text = " ".join(w for w in (part.verb, phrase, part.rest, part.source, part.place) if w)
        found.append(Frame(text, part.predicate, thing, place, tuple(dict.fromkeys((*states, *given))), part.robot))
    return found


def _joined(before: list[Frame], new: list[Frame]) -> list[Frame]:
    """Frames of a clause with those of the clause before it: "wash the mug and put it away" is one task."""
    left, found = list(before), []
    for frame in new:
        same = next((f for f in left if f.object and f.object == frame.object and _leads(f, frame)), None)
        if same is None:
            found.append(frame)
            continue
        left.remove(same)
        states = tuple(dict.fromkeys((*same.states, *frame.states)))
        verb = frame if frame.destination or not same.destination else same
        found.append(replace(
            verb, text=f"{same.text} and {frame.text}", states=states, robot=frame.robot or same.robot,
            destination=frame.destination or same.destination,
            predicate=verb.predicate if verb.predicate != "pick up" or same.predicate == "pick up" else same.predicate,
        ))  # fmt: skip
    return left + found


def _leads(first: Frame, second: Frame) -> bool:
    """Whether one frame is on the way to the other one, about the same thing."""
    if first.predicate == second.predicate != "put":
        return False
    return first.predicate == "pick up" or bool(first.states and not first.destination) or bool(
        second.states and not second.destination
    )  # fmt: skip


def _parts(said: list[str], context: Context) -> list[_Part]:
    """The clauses of a task."""
    own = said
    robot, own = _doer(_without_wishes(own))
    if not own or any(w in _NEGATIONS or w.endswith("n't") for w in own[: _first_verb(own)]):
        return [_Part(UNKNOWN, "", (), "", " ".join(said), robot)]  # a ban, or nothing: no task is made of it
    own = _fronted(_together(_plain(own)))
    starts = [i for i in range(len(own)) if _verb_here(own, i)]
    if not starts and len(own) > 1 and own[-1] in ("on", "off"):
        predicate = f"switch {own[-1]}"
        return [_Part(predicate, f"turn {own[-1]}", _list(own[:-1]), "", "", robot)]
    if not starts or starts[0] > 0:
        stated = _stated(own, context, robot)
        if stated is None and not starts and _acts(own):
            return [_part(own[0], own[0], own[1:], robot)]
        if stated is not None or not starts:
            return stated or [_Part(UNKNOWN, "", (), "", " ".join(said), robot)]
    parts = []
    for a, b in zip(starts, [*starts[1:], len(own)], strict=True):
        length, predicate, verb = verb_at(own, a) or (1, "put", own[a])
        rest = own[a + length : b]
        parts += [_part(predicate, verb, own_rest, robot) for own_rest in _lists_of_places(_trimmed(rest))]
    return _filled(parts)


def _trimmed(rest: list[str]) -> list[str]:
    """Words after a verb without those that lead to the next one."""
    while rest and rest[-1] in _JOINTS | _WHILE | {"to"}:
        rest = rest[:-1]
    return rest


def _first_verb(own: Sequence[str]) -> int:
    """How many words stand before the first verb that says what to do."""
    forms = ("base", "gerund", "past")
    return next((i for i in range(len(own)) if own[i] not in _MODALS and verb_at(own, i, forms=forms)), len(own))


def _fronted(own: list[str]) -> list[str]:
    """ "In the sink put the mug" with the place behind."""
    if own[:1] and own[0] in _PLACE:
        verb = _first_verb(own)
        ends = own[verb - 1] not in _ARTICLES | _PLACE | _JOINTS | _ADJECTIVES
        if 2 < verb < len(own) - 1 and ends and _JOINTS.isdisjoint(own) and verb_at(own, verb):
            return own[verb:] + own[:verb]
    return own


def _acts(own: Sequence[str]) -> bool:
    """Whether words look like an order with a verb that is not known: "feed the fish"."""
    return len(own) > 2 and own[0].isalpha() and own[0] not in _ARTICLES | _PLACE | _PRONOUNS and own[1] in _ARTICLES


def _lists_of_places(rest: list[str]) -> list[list[str]]:
    """ "The lemon on the red plate and the pear on the blue one" as two."""
    cuts = [
        i
        for i, word in enumerate(rest)
        if word in ("and", ",")
        and i > 1
        and rest[i + 1 : i + 2]
        and rest[i + 1] not in _PLACE
        and _has_place(rest[i + 2 :])
    ]
    found, first = [], 0
    for cut in cuts:
        # "the cups on the bed and the desk to ..." says where they are
        described = not _has_strong(rest[first:cut]) and _has_strong(rest[cut:])
        if _has_place(rest[first + 1 : cut]) and not described and not _relative(rest[cut + 1 :]):
            found.append(rest[first:cut])
            first = cut + 1
    found.append(rest[first:])
    return [own[1:] if own[:1] == ["and"] else own for own in found]


def _has_place(words: Sequence[str]) -> bool:
    return any(word in _PLACE for word in words)


def _has_strong(words: Sequence[str]) -> bool:
    return any(word in _STRONG for word in words)


def _relative(words: Sequence[str]) -> bool:
    """Whether words go on to describe what was named: ", the thing that is next to ..."."""
    return any(word in ("that", "which", "who") for word in words[:4])


def _plain(own: list[str]) -> list[str]:
    """ "As well as" is "and" where a verb follows."""
    for i in range(len(own) - 3):
        if own[i : i + 3] == ["as", "well", "as"] and verb_at(own, i + 3):
            return [*own[:i], "and", *_plain(own[i + 3 :])]
    return own


def _together(own: list[str]) -> list[str]:
    """ "Turn the lamp on" with the particle beside its verb."""
    for i, word in enumerate(own):
        if word in ("turn", "switch", "turning", "switching") and own[i + 1 : i + 2] not in (["on"], ["off"]):
            for j in range(i + 2, min(i + 7, len(own))):
                if own[j] in ("on", "off") and own[j + 1 : j + 2] not in (["the"], ["a"], ["top"]):
                    return [*own[: i + 1], own[j], *own[i + 1 : j], *own[j + 1 :]]
    return own


def _filled(parts: list[_Part]) -> list[_Part]:
    """Clauses without an object of their own: "find and move the mug", "take a candle and place on the shelf"."""
    found: list[_Part] = []
    for i, part in enumerate(parts):
        after = next((p for p in parts[i + 1 :] if p.objects), None)
        if not part.objects and part.predicate != "go":
            if after is not None and not part.place and not part.rest:
                part = replace(part, objects=after.objects, pronoun=after.pronoun)
            elif found and found[-1].objects and part.place:
                part = replace(part, objects=("it",) if len(found[-1].objects) == 1 else ("them",), pronoun=True)
        where = part.place.split()[:1]
        if (
            part.predicate == "put"
            and part.place
            and not part.objects
            and part.verb in ("move", "return")
            and not found
        ):
            part = replace(part, predicate="go")
        elif part.predicate == "pick up" and where and (part.verb == "get" or where[0] in _STRONG):
            part = replace(part, predicate="put")  # "get the mug onto the desk"
        elif part.predicate == "put" and not part.place and part.verb in _FETCHING and "away" not in part.rest.split():
            part = replace(part, predicate="pick up")
        found.append(part)
    return found


def _verb_here(own: Sequence[str], i: int) -> bool:
    if verb_at(own, i) is None:
        return False
    if i and own[i - 1] == "to" and i > 1 and own[i - 2] not in _ARTICLES:
        return True
    return i == 0 or own[i - 1] in _JOINTS or (own[i - 1] in _WHILE and own[i].endswith("ing"))


def _doer(own: list[str]) -> tuple[str, list[str]]:
    """A robot named as doer, and the words without it."""
    if own and own[0] in _CAUSES:
        verb = next((i for i in range(2, min(7, len(own))) if verb_at(own, i) and own[i - 1] not in _ARTICLES), None)
        named = own[1:verb] if verb else []
        if verb and _robotic(named):
            return _name(named), own[verb:]
    modal = next((i for i, w in enumerate(own[:6]) if w in _MODALS), None)
    if modal and _robotic(own[:modal]):
        rest = own[modal + 1 :]
        rest = rest[1:] if rest[:1] == ["to"] else rest
        if rest and rest[0] != "be":
            return _name(own[:modal]), rest
    to = next((i for i, w in enumerate(own[:6]) if w == "to"), None)
    if to and _robotic(own[:to]) and verb_at(own, to + 1):
        return _name(own[:to]), own[to + 1 :]
    if len(own) > 3 and _robotic(own[:2]) and own[2] in (",", ":"):
        return _name(own[:2]), own[3:]
    if len(own) > 3 and own[-3] == "with" and _robotic(own[-2:]):
        return _name(own[-2:]), own[:-3]
    return "", own


def _robotic(words: Sequence[str]) -> bool:
    named = {
        "robot",
        "drone",
        "arm",
        "cart",
        "bot",
        "spot",
        "rover",
        "manipulator",
        "robots",
        "machine",
        "unit",
        "agent",
    }
    return bool(words) and (bool(set(words) & named) or words[0].startswith("robot"))


def _name(words: Sequence[str]) -> str:
    kept = [w for w in words if w not in (",", "to")]
    return " ".join(kept[1:] if kept and kept[0] in ("the", "a") else kept)


def _without_wishes(own: list[str]) -> list[str]:
    again = True
    while again:
        again = False
        for wish in sorted(_WISHES, key=len, reverse=True):
            if tuple(own[: len(wish)]) == wish and len(own) > len(wish):
                own = own[len(wish) :]
                again = True
                break
    return own


def _stated(own: list[str], context: Context, robot: str) -> list[_Part] | None:
    """A task said as a state of things: "the mug goes in the sink", or without a verb: "the mug in the sink"."""
    for i, word in enumerate(own):
        if own[i + 1 : i + 3] == ["to", "be"]:
            continue
        if i and word in _STANDING:
            what = own[:i]
            while what and what[-1] in _MODALS | {"to", "also", "not", "both", "all", "just", ","}:
                what = what[:-1]
            rest = own[i + 1 :]
            participle = verb_at(rest, 0, forms=("past", "base")) if rest else None
            predicate, verb = "put", "put"
            if participle is not None:
                predicate, verb = participle[1], participle[2]
                rest = rest[participle[0] :]
            if not what:
                return None
            if participle is None and rest and rest[0] in STATES and len(rest) < 3:
                state = STATES[rest[0]]
                predicate = next(p for p, s in GIVES.items() if s == state)
                return [_part(predicate, predicate, what, robot)]
            lists = _lists_of_places([*what, *rest])
            if len(lists) > 1:
                return [_part(predicate, verb, one, robot) for one in lists]
            return _passives(predicate, verb, what, rest, robot)
    if own[-1:] == ["too"] or own[-2:] == ["as", "well"] or own[-1:] == ["also"] or own[-2:] == ["join", "it"]:
        what = own[: -2 if own[-2:-1] and own[-2] in ("as", "join", "there") else -1]
        what = [w for w in what if w not in _MODALS | _STANDING | {"also", "there"}]
        if set(what) <= _ARTICLES or not context.place:
            return None
        return [_Part("put", context.verb, tuple(_list(what)), context.place, "", robot)]
    comma = next((i for i, w in enumerate(own) if w in (",", ":") and i), None)
    if comma is not None and not any(word in _PLACE for word in own) and len(own) - comma < 5:
        where = own[comma + 1 :]
        return [_Part("put", context.verb, tuple(_list(own[:comma])), " ".join(["on", *where]), "", robot)]
    if any(word in _PLACE for word in own) and own[0] != "be":
        parts = [_part("put", context.verb, rest, robot) for rest in _lists_of_places(own)]
        return parts if all(part.objects for part in parts) else None
    return None


def _passives(predicate: str, verb: str, what: list[str], rest: list[str], robot: str) -> list[_Part]:
    """ "Washed and put on the desk": every participle with the same object."""
    found: list[_Part] = []
    first = 0
    for i, word in enumerate(rest):
        participle = verb_at(rest, i + 1, forms=("past", "base")) if word in _JOINTS else None
        if participle is None or rest[i + 1 + participle[0] : i + 2 + participle[0]] in [[a] for a in _ARTICLES]:
            continue
        found.append(_part(predicate, verb, [*what, *_trimmed(rest[first:i])], robot))
        first, predicate, verb = i + 1 + participle[0], participle[1], participle[2]
    return [*found, _part(predicate, verb, [*what, *rest[first:]], robot)]


def _part(predicate: str, verb: str, rest: list[str], robot: str) -> _Part:
    """Object and place of a clause whose verb is known."""
    particles = []
    if len(rest) > 1 and rest[0] in _PERSONS and rest[1] not in _PLACE:
        rest = rest[1:]
    if rest and is_particle(rest[0]) and (len(rest) == 1 or rest[1] not in ("of",)):
        particles.append(rest[0])
        rest = rest[1:]
    if rest and is_particle(rest[-1]):
        particles.append(rest[-1])
        rest = rest[:-1]
    if len(rest) > 1 and rest[0] in _PRONOUNS and is_particle(rest[1]):
        particles.append(rest[1])
        rest = [rest[0], *rest[2:]]
    if predicate == "go":
        return _Part(predicate, verb, (), " ".join(rest), " ".join(particles), robot)
    if rest and rest[0] in _PLACE:
        cut = next(
            (i for i in range(2, len(rest)) if rest[i] in _ARTICLES and rest[i - 1] not in _PLACE | {"of", "from"}),
            None,
        )
        fronted, rest = (rest[:cut], rest[cut:]) if cut is not None else (rest, [])
        return _Part(predicate, verb, _list(rest), " ".join(fronted), " ".join(particles), robot)
    cut = len(rest) - 1 if rest[1:] and rest[-1] == "there" and rest[-2] != "over" else _place_at(rest, verb)
    if rest[:1] and rest[0] in _PRONOUNS and rest[1:2] == ["with"]:
        cut = 1
    what, place = rest[:cut], rest[cut:]
    source = next((i for i in range(1, len(what)) if _from(what, i)), None)
    tail = what[source:] if source is not None else []
    what = what[:source] if source is not None else what
    if predicate in GIVES and "with" in what[1:] and what[-1] not in ("it", "them"):  # "slice the bread with the knife"
        tail = [*what[what.index("with") :], *tail]
        what = what[: what.index("with")]
    pronoun = len(what) == 1 and what[0] in _PRONOUNS
    if what in (["that", "one"], ["this", "one"], ["the", "same", "one"], ["they"]):
        what, pronoun = ["them" if what == ["they"] else "it"], True
    objects = tuple(what) if pronoun else _list(what)
    return _Part(
        predicate, verb, objects, " ".join(place), " ".join(particles), robot, " ".join(tail), pronoun
    )  # fmt: skip


def _from(what: Sequence[str], i: int) -> bool:
    """Whether words from here on say where a thing comes from."""
    after = what[i + 1 : i + 2]
    return what[i] == "from" or (what[i] in ("off", "out") and bool(after) and after[0] in _ARTICLES | {"of"})


def _place_at(rest: Sequence[str], verb: str) -> int:
    """Where the destination begins among the words after a verb."""
    places: list[int] = []
    inside = None
    for i, word in enumerate(rest):
        if word in ("with", "containing", "holding", "that", "which") and i:
            inside = i
        if word in _PLACE and i and rest[i - 1] not in ("from", "out", "off"):
            if inside is not None and (rest[i + 1 : i + 2] in (["it"], ["them"]) or rest[i - 1] in ("is", "are")):
                inside = None
                continue
            if word == "by" and rest[i - 1] in ("light",):
                continue
            if word == "next" and rest[i + 1 : i + 2] != ["to"]:
                continue
            if (
                word == "to"
                and (rest[i - 1] == "next" or rest[i + 1 : i + 3] in (["the", "left"], ["the", "right"]))
                and places
            ):
                continue
            places.append(i)
        elif word == "in" and i + 1 < len(rest) and rest[i + 1] == "front":
            places.append(i)
    if not places:
        return len(rest)
    strong = [i for i in places if rest[i] in _STRONG]
    moved = (
        verb in _MOVING
        and bool(strong)
        and rest[strong[0] + 1 : strong[0] + 3] not in (["the", "left"], ["the", "right"])
    )
    return strong[0] if strong and (moved or "from" in rest[: strong[0]]) else places[0]


def _list(words: Sequence[str]) -> tuple[str, ...]:
    """Listed noun phrases: "the fork, the spoon and a knife"."""
    found: list[list[str]] = [[]]
    for i, word in enumerate(words):
        if word not in (",", "and", "&", "plus"):
            found[-1].append(word)
            continue
        before, after = found[-1], list(words[i + 1 :])
        adjectives = bool(before) and before[-1] in _ADJECTIVES | set(STATES)
        if adjectives or not after:
            found[-1].append(word)
        elif before:
            found.append([])
    phrases = [" ".join(w for w in own if w) for own in found]
    return tuple(phrase.removeprefix("and ").strip(", ") for phrase in phrases if phrase.strip(", "))


def _states(phrase: str) -> tuple[str, tuple[str, ...]]:
    """A noun phrase without article and states, and the states.

    >>> _states("a slice of chilled tomato")
    ('tomato', ('sliced', 'cold'))
    """
    words = phrase.split()
    if words and words[0] in _ARTICLES and len(words) > 1:
        words = words[1:]
    if words[:2] == ["couple", "of"]:
        words = words[2:]
    states: list[str] = []
    kept: list[str] = []
    limit = next(
        (i for i, w in enumerate(words) if w in ("with", "that", "which", "from", "containing", "holding")), len(words)
    )
    for i, word in enumerate(words):
        if i < limit and word in STATES and (i + 1 < limit or kept):
            states.append(STATES[word])
            if words[i + 1 : i + 2] in (["off"], ["up"], ["down"]):  # "a rinsed off bar of soap"
                words[i + 1] = ""
        elif i < limit and word in PORTIONS and (kept or words[i + 1 : i + 2] == ["of"]):
            states.append("sliced")
            if words[i + 1 : i + 2] == ["of"] and not kept:
                words[i + 1] = ""
        elif word:
            kept.append(word)
    while kept and kept[0] in ("a", "an", "the", "and", ","):
        kept = kept[1:]
    return (" ".join(kept) or " ".join(words)), tuple(dict.fromkeys(states))


def _resolved(part: _Part, context: Context) -> _Part:
    """A clause with its pronouns replaced, and the context after it."""
    objects = part.objects
    if part.pronoun and context.objects:
        word = objects[0]
        many = word in _MANY and len(context.objects) > 1
        objects = context.objects if many else context.objects[-1:]
        objects = tuple(f"the {o}" if o.split()[0] not in _ARTICLES else o for o in objects)
    objects = tuple(_portion(phrase, context) for phrase in objects)
    place = part.place
    words = place.split()
    if words and words[-1] in ("it", "them", "there") and len(words) <= 2:
        place = context.place or place if words[-1] == "there" or len(words) == 1 else _onto(words[0], context)
    if part.rest == "back" and not place and part.predicate == "put":
        place = ""
    place = _same(_coloured(_with(place, context), context), context)
    if place.endswith(" one") and context.place:
        place = f"{place.removesuffix('one')}{context.place.rsplit(' ', 1)[-1]}"
    plain = tuple(_states(o)[0] for o in objects)
    if objects and not (len(objects) == 1 and objects[0] in _PRONOUNS):
        context.objects = plain
        context.said += plain
    if part.predicate == "put" and place:
        context.place = place
        context.where |= {thing.split()[-1]: place for thing in plain if thing}
        context.said.append(" ".join(place.split()[1:]))
    if part.predicate == "put":
        context.verb = part.verb
    return replace(part, objects=objects, place=place)


def _portion(phrase: str, context: Context) -> str:
    """ "Cut the potato and heat a slice": of what was spoken of."""
    words = [w for w in phrase.split() if w not in _ARTICLES | {"of", "couple", "few", "two", "three", "one", "piece"}]
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
    if len(words) > 1 and words[-1] in _COLOURS and noun and noun not in _COLOURS:
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
                return f"{before}{known if known.split()[0] in _ARTICLES else f'the {known}'}"
    return place
