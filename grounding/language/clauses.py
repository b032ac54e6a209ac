"""Clauses for the controlled parser: pronouns written out, rules with their expiry and their slots."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from grounding.language.lexicon import lexicon
from grounding.language.referring import AskError, Deed, Phrase, Scope
from grounding.language.settle import NoReadingError, called, candidates, contract_skill, meant, settle, skill_of, told
from grounding.language.tokens import Token, wordset
from grounding.translate.lexemes import language

_VERBS = wordset("GO VISIT MOVE CARRY GRASP OPERATE TURN KEEP STAY USE AVOID")
_RELATIVE = wordset("is are was has")
_DONE = wordset("is are done finished delivered cleaned there ready complete completed over been has have clean you")
#: What only says that a rule is one.
_LASTING = tuple(tuple(p.split()) for p in ("from now on", "any more", "anymore", "ever again", "in future", "again"))


@lru_cache(maxsize=1)
def _order_words() -> frozenset[str]:
    """First words of the verbs that orders begin with, in their base form."""
    gerund = {words[0] for words in language() if words[0].endswith("ing")}
    firsts = {words[0] for words, readings in language().items() if any(r.terminal in _VERBS for r in readings)}
    firsts |= set(lexicon_verbs())
    return frozenset(firsts - gerund)


def lexicon_verbs() -> frozenset[str]:
    """First words of the verbs of the lexicon."""
    return frozenset(v.split()[0] for listed in lexicon()["verbs"].values() for v in listed)


def is_order(tokens: Sequence[Token]) -> bool:
    """Whether words begin as an order does: with a verb."""
    return bool(tokens) and tokens[0].text in _order_words()


def clause_text(scope: Scope, text: str, start: int = 0, end: int | None = None) -> tuple[str, set[str]]:
    """The words of a clause with "it" and "the green one" written out, and the ids written.

    Raises:
        AskError: A word stands for several things, or for nothing known.
    """
    end = len(scope.words) if end is None else end
    pieces: list[str] = []
    referred: set[str] = set()
    named = False
    i = start
    while i < end:
        phrase = _reference(scope, i, end, named=named)
        if phrase is not None and scope.words[i - 1 : i] == ["do"] and i > start:
            pieces[-1] = _done_thing(scope)
            i = phrase.end
            continue
        if phrase is not None:
            try:
                found = settle(phrase, scope, f"word{i}")
            except NoReadingError:
                raise AskError(f"What do you mean by {phrase.said!r}?") from None
            pieces.append(called(found, scope.world))
            referred.add(found)
            i = phrase.end
            continue
        named = named or any(p.how == "named" for p in scope.phrases(i))
        token = scope.tokens[i]
        if i > start and pieces and "," in text[scope.tokens[i - 1].end : token.start]:
            pieces[-1] += ","
        glued = i > start and pieces and scope.tokens[i - 1].end == token.start and token.text[0].isalnum()
        said = token.text if token.text == "not" else text[token.start : token.end]
        if glued and said != "not":
            pieces[-1] += said
        else:
            pieces.append(said)
        i += 1
    return " ".join(pieces), referred


def _done_thing(scope: Scope) -> str:
    """ "Do that" written out: what the robot is doing, else what it did last."""
    job = scope.job() or (scope.context.finished[-1] if scope.context.finished else None)
    if job is None:
        raise AskError("What do you mean by 'that'?")
    return told(job, scope.world)


def _reference(scope: Scope, i: int, end: int, *, named: bool) -> Phrase | None:
    """A pronoun or "the green one" at a word, where nothing earlier in the clause is what it stands for."""
    found = [p for p in scope.phrases(i) if p.end <= end]
    if not found or found[0].how == "named":
        return None
    phrase = found[0]
    if phrase.how == "it" and (named or (phrase.end < len(scope.words) and scope.words[phrase.end] in _RELATIVE)):
        return None
    return phrase


def loosely(scope: Scope, at: int = 0) -> tuple[str | None, str | None, str | None]:
    """Skill, object and destination of a clause, as far as its first deed says; words where no one id fits."""
    deeds = scope.deeds(at, forms=("base", "third", "gerund"))
    if not deeds:
        return None, None, None
    deed = next((d for d in deeds if d.object is not None or d.destination is not None), deeds[0])
    thing, place = id_or_words(deed.object, scope), id_or_words(deed.destination, scope)
    if deed.to_robot:
        place = deed.to_robot[0]
    skill = skill_of(deed, thing, place, scope.world)
    if skill == "go_to" and place is None:
        thing, place = None, thing
    return contract_skill(skill), thing, place


def id_or_words(phrase: Phrase | None, scope: Scope) -> str | None:
    """The one id that a phrase can stand for, else its words without articles."""
    if phrase is None:
        return None
    ids = candidates(phrase, scope)
    if len(ids) == 1:
        return ids[0]
    return " ".join(w for w in phrase.said.split() if w not in ("the", "a", "an", "any", "all", "every"))


def expiry(scope: Scope) -> tuple[int, float | str | None]:
    """Where the rule proper ends, and when it ends: after some seconds, with a task, or not before the mission."""
    words = scope.words
    times = lexicon()["times"]
    for tail in _LASTING:
        if words[-len(tail) :] == list(tail):
            return len(words) - len(tail), None
    for i, word in enumerate(words):
        if word == "for" and i and words[-1] in times:
            number = next((t.number for t in scope.tokens[i + 1 : -1] if t.number.replace(".", "").isdigit()), None)
            number = "1" if number is None and words[i + 1] in ("a", "an", "the", "one") else number
            left = [w for w in words[i + 1 : -1] if w not in ("the", "next", "a", "an", "another", "about")]
            if number is not None and len(left) <= 1:
                return i, float(number) * float(times[words[-1]])
        if word in ("until", "till") and i:
            task = _task_done(scope, i + 1)
            if task is not None:
                return i, task
    return len(words), None


def _task_done(scope: Scope, at: int) -> str | None:
    """The task of "until the towel is done", "until you have cleaned the table"."""
    words = scope.words
    if words[at : at + 1] == ["you"] and set(words[at:]) <= _DONE:
        job = scope.job()
        return job.task if job else None
    for end, deed in scope.slot("tasks", at):
        rest = words[end:]
        if isinstance(deed, Deed) and rest and set(rest) <= _DONE and rest[0] in ("is", "are", "has", "have"):
            try:
                doings = meant(deed, scope, "until").doings
            except (AskError, NoReadingError):
                continue
            if len(doings) == 1:
                return doings[0].task
    return None
