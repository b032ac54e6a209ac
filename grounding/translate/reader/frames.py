"""One task in free words to frames: what is done to what, where it goes, in which state.

A small grammar of English orders: imperatives and their chains ("wash it and put it away"), passives and
wishes ("the mug should be put on the desk", "I want the mug on the desk"), robots named as doers, lists
of objects, and pronouns that point back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from grounding.translate.outline import UNKNOWN, Frame
from grounding.translate.reader.arguments import Clause, listed, noun_and_states
from grounding.translate.reader.clauses import begins_clause, clauses, has_place, names_robot, without_wishes
from grounding.translate.reader.pronouns import Context, resolved
from grounding.translate.reader.tags import Word
from grounding.translate.reader.verbs import GIVES, verb_at
from grounding.translate.reader.wordlists import FILLERS, JOINTS, MARKS, MODALS, NEGATIONS, PLACE, PRONOUNS


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
    parts = [resolved(part, context) for part in clauses(own, context)]
    found: list[Frame] = []
    last: list[Frame] = []
    for part in parts:
        done, last = [frame for frame in found if frame not in last], _joined(last, _frames_of(part))
        found = [*done, *last]
    found = [frame for frame in found if frame.object not in _ALL or frame.destination or frame.states]
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
        elif word.text[0].isalnum() or word.text in MARKS:
            found.append(word.lower)
        else:
            continue
        end, glued = (word.end if word.text not in MARKS else -1), joint
    return found if any(word[0].isalnum() for word in found) else []


def _without_contrast(own: list[str]) -> list[str]:
    """ "On the desk, not on the shelf" without what is not meant."""
    cut = next((i for i in range(2, len(own)) if own[i] == "not" and own[i - 1] in (",", "but")), len(own) + 1)
    return own[: cut - 1]


def _cleared(own: Sequence[str]) -> list[str]:
    """Words without hesitation: "on the, uh, the green one" is "on the green one"."""
    marked = {i for i, w in enumerate(own) if w == "like" and "," in [*own[max(0, i - 1) : i], *own[i + 1 : i + 2]]}
    kept = [word for i, word in enumerate(own) if word not in FILLERS and i not in marked]
    for i in range(len(kept) - 2):
        if kept[i] in ("all", "both") and kept[i + 1 : i + 3] == ["of", "them"] and i:
            kept = [*kept[: i - (kept[i - 1] == ",")], *kept[i + 3 + (kept[i + 3 : i + 4] == [","]) :]]
            break
    found: list[str] = []
    for i, word in enumerate(kept):
        after = next((w for w in kept[i + 1 :] if w != ","), "")
        if word in ("the", "a", "an") and after in ("the", "a", "an"):
            continue
        if word == "," and found and found[-1] in (*PLACE, "the", "a", "an", ","):
            continue
        found.append(word)
    while found and found[-1] == ",":
        found.pop()
    if has_place(found) or "there" in found[-3:]:
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
        if not left or not right or len(left) > 8 or names_robot(left):
            continue
        if mark == ":" and right[0] in PRONOUNS | {"they"} and without_wishes(left):
            context.objects = listed(without_wishes(left))
        if mark == ":" and (has_place(right) or "," in right or begins_clause(right, 0)):
            return right
        plain = not any(w in PLACE or verb_at(left, k) for k, w in enumerate(left)) and left[0] not in ("i", "we")
        if (left[0] in PRONOUNS and len(left) == 1) or left[0] == "for":
            return right
        if mark == "," and plain and (right[0] in PRONOUNS | {"they"} or begins_clause(right, 0)):
            context.objects = listed(left)
            return ["them" if w == "they" else w for w in right]
    return own


#: Objects that stand for all that was said: "all three can be moved in any order" asks for nothing new.
_ALL = frozenset(["all", "three", "four", "all three", "all four", "all of these", "everything said", "all of this"])
#: What announces tasks and is none.
_VAGUE = frozenset(
    ["clear up", "tidy up", "clean up", "set the table", "help me", "help", "do the following", "listen"]
)


def _tells_only(own: Sequence[str]) -> bool:
    """Whether words tell something and ask for nothing: "I cannot see the table", "the guests are coming"."""
    rest = without_wishes(list(own))
    if rest[:1] in (["that's"], ["he"], ["she"], ["for"]) and not has_place(rest):
        return True
    if set(own) <= PRONOUNS | MODALS | {"be"} and set(own) & MODALS:
        return True
    if (rest[:1] in (["i"], ["we"]) and not has_place(rest)) or " ".join(rest) in _VAGUE:
        return True
    if any(a in ("has", "have") and b not in ("to", "been") and not b.endswith("ed") for a, b in pairwise(rest[1:6])):
        return not begins_clause(rest, 0) and not has_place(rest)
    being = (b for a, b in pairwise(rest[1:5]) if a in ("is", "are"))
    return any(word.endswith("ing") and word not in ("being", "missing") for word in being)


def verbs_in(words: Sequence[Word]) -> int:
    """How many clauses of a task have a verb of their own."""
    own = [word.lower for word in words]
    return sum(begins_clause(own, i) for i in range(len(own)))


def topic(words: Sequence[Word], context: Context) -> tuple[str, ...]:
    """Things that are only named: "the lemon and the orange, ..."; empty where more is said.

    Args:
        words: The words of a task span.
        context: What was spoken of before.
    """
    own = without_wishes(_cleared(_tokens(words)))
    if _tells_only(own):
        return ()
    if own[:2] in (["there", "is"], ["there", "are"]):
        own = own[2:]
    banned = any(word in NEGATIONS or word.endswith("n't") for word in own)
    parts = clauses(list(own), context) if 0 < len(own) < 9 and not banned else []
    named = bool(parts) and all(part.predicate == UNKNOWN for part in parts)
    inner = any(own[i] in ("a", "an", "the") and own[i - 1] not in JOINTS | {"of", "with"} for i in range(1, len(own)))
    return listed(own) if named and not inner and not any(verb_at(own, i) for i in range(len(own))) else ()


def about(frame: Frame, phrase: str) -> Frame:
    """A frame said of another thing: "either the lemon or the pear on the plate" puts the lemon there too."""
    thing, states = noun_and_states(phrase)
    text = frame.text.replace(frame.object, thing, 1) if frame.object else frame.text
    return replace(frame, text=text, object=thing, states=tuple(dict.fromkeys((*states, *frame.states))))


def _frames_of(part: Clause) -> list[Frame]:
    given = (GIVES[part.predicate],) if part.predicate in GIVES else ()
    found = []
    for phrase in [o for o in part.objects if not o.startswith("not ")] or [""]:
        thing, states = noun_and_states(phrase)
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
