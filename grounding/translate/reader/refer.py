"""Which tasks later words point back at: "after putting the cup and the disc", "once that is done"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grounding.translate.reader.stems import LIGHT, stem
from grounding.translate.reader.verbs import STATES, verb_at

_ALL = frozenset([
    "these",
    "those",
    "all",
    "everything",
    "previous",
    "above",
    "they",
    "them",
    "tasks",
    "steps",
    "actions",
    "items",
    "things",
    "objects",
    "both",
    "two",
])  # fmt: skip
_THAT = frozenset(["that", "this", "it", "done", "finished", "completed", "complete", "so", "step", "task"])
_EMPTY = LIGHT | frozenset([
    "do",
    "done",
    "doing",
    "did",
    "complete",
    "completed",
    "completing",
    "finish",
    "finished",
    "finishing",
    "task",
    "tasks",
    "step",
    "steps",
    "action",
    "actions",
    "previous",
    "above",
    "earlier",
    "all",
    "everything",
    "items",
    "item",
    "objects",
    "object",
    "things",
    "thing",
    "these",
    "those",
    "that",
    "this",
    "be",
    "being",
    "get",
    "got",
    "done",
    "its",
    "place",
    "placed",
    "places",
    "placing",
    "put",
    "puts",
    "putting",
    "move",
    "moved",
    "moving",
    "you",
    "you've",
    "i",
    "we",
    "he",
    "she",
    "mentioned",
    "other",
    "already",
    "now",
    "both",
    "two",
    "three",
    "successfully",
    "also",
    "taken",
    "taking",
    "took",
    "bring",
    "brought",
    "bringing",
    "set",
    "setting",
    "take",
    "only",
    "said",
    "last",
    "first",
    "else",
    "while",
    "when",
    "once",
    "after",
    "task's",
    "been",
    "which",
    "what",
    "following",
])  # fmt: skip
_BEFORE_VERB = frozenset(["is", "are", "been", "be", "you", "have", "you've", "was", "were", "has", "being"])
_STEMS = frozenset(stem(word) for word in _EMPTY)


@dataclass(frozen=True)
class Said:
    """A task said before, as far as later words can point at it.

    Attributes:
        stems: Stems of its words, states under one name.
        heads: Stems of the last words of its objects.
        predicates: What is done.
        verbs: Stems of its verbs.
    """

    stems: frozenset[str]
    heads: frozenset[str]
    predicates: frozenset[str]
    verbs: frozenset[str]


@dataclass(frozen=True)
class Reference:
    """What a reference points at.

    Attributes:
        tasks: Positions of tasks; empty where it names a task not said before.
        sure: Whether no other reading is nearly as good.
    """

    tasks: tuple[int, ...]
    sure: bool = True


def content(words: Sequence[str]) -> list[str]:
    """Stems of the words that say what something is about; states under one name.

    >>> content("the heated slice of bread is on the table".split())
    ['=hot', '=sliced', 'bread', 'tabl']
    """
    found = []
    for word in words:
        if word in STATES:
            found.append(f"={STATES[word]}")
        elif word in ("slice", "slices", "slicing"):
            found.append("=sliced")
        elif word.isalnum() and stem(word) not in _STEMS:
            found.append(stem(word))
    return found


def refer(words: Sequence[str], said: Sequence[Said], recent: Sequence[int]) -> Reference:
    """The tasks that a reference points at.

    Args:
        words: Its words in lower case.
        said: All tasks so far.
        recent: Positions of those said last, together.
    """
    if not said:
        return Reference(())
    parts = _conjuncts(words)
    found: list[int] = []
    sure = True
    lost = []
    for part in parts:
        own = content(part)
        if not own:
            continue
        many = _verb_only(part, own, said)
        if many is not None:
            found += [i for i in many if i not in found]
            continue
        chosen, clear = _best(part, own, said)
        if chosen is None:
            lost.append(part)
            continue
        sure &= clear
        if chosen not in found:
            found.append(chosen)
    if found:
        return Reference(tuple(sorted(found)), sure and not lost)
    if lost:
        return Reference(()) if _tells(lost[0]) else Reference(tuple(range(len(said))), False)
    return _general(words, len(said), recent)


def _tells(part: Sequence[str]) -> bool:
    """Whether words tell of something done: "washing the cup", "the lemon is moved to the plate"."""
    forms = ("gerund", "past", "base")
    said = any(verb_at(part, i, forms=forms) for i in range(len(part)) if not i or part[i - 1] in _BEFORE_VERB)
    return said and len(content(part)) > 1


def _verb_only(part: Sequence[str], own: Sequence[str], said: Sequence[Said]) -> list[int] | None:
    """ "Examining both items": the last tasks in which the same is done; None where a thing is named."""
    verb = verb_at(part, 0, forms=("gerund", "past", "base"))
    if verb is None or len(own) != 1 or own[0] != stem(part[0]):
        return None
    same = [i for i, task in enumerate(said) if verb[1] in task.predicates]
    if "both" in part or "two" in part:
        return same[-2:] or list(range(max(0, len(said) - 2), len(said)))
    return same if set(part) & _ALL else same[-1:] or None


def _general(words: Sequence[str], number: int, recent: Sequence[int]) -> Reference:
    """ "That", "these tasks", "both", "all of this"."""
    known = set(words)
    if "both" in known or "two" in known:
        return Reference(tuple(range(max(0, number - 2), number)), number == 2)
    if known & _ALL:
        return Reference(tuple(range(number)))
    if known & _THAT or not known:
        return Reference(tuple(recent) or (number - 1,))
    return Reference(tuple(recent) or (number - 1,), False)


def _conjuncts(words: Sequence[str]) -> list[list[str]]:
    text = " ".join("|" if word in ("and", ",", "&") else word for word in words)
    return [part.split() for part in text.split("|") if part.split()]


def _best(part: Sequence[str], own: Sequence[str], said: Sequence[Said]) -> tuple[int | None, bool]:
    """The task that fits best, and whether it does so clearly; the later one of equals."""
    verb = next((v for i in range(len(part)) if (v := verb_at(part, i, forms=("gerund", "past", "base")))), None)
    scores = []
    for task in said:
        shared = [w for w in dict.fromkeys(own) if w in task.stems]
        score = sum(1.0 / sum(w in other.stems for other in said) + 0.5 for w in shared)
        score += 1.0 * sum(w in task.heads for w in shared)
        score -= 0.35 * sum(w not in task.stems for w in own)
        if not any(w in task.stems and not w.startswith("=") for w in own):
            score = min(score, 0.2 if shared else 0.0)
        if score > 0 and verb is not None:
            score += 0.4 * (verb[1] in task.predicates) + 0.3 * (stem(verb[2].split()[0]) in task.verbs)
        scores.append(score)
    best = max(range(len(said)), key=lambda i: (scores[i], i))
    if scores[best] <= 0:
        return None, False
    rivals = [s for i, s in enumerate(scores) if i != best]
    return best, not rivals or scores[best] - max(rivals) > 0.3
