"""Whether a text answers an open question."""

from __future__ import annotations

from collections.abc import Sequence

from grounding.language.tokens import PUNCTUATION, Token, tokenise, wordset

_ORDINALS = {
    w: i for i, w in enumerate(("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"), 1)
}
_LIGHT = wordset(
    "the a an one ones of them option number please take i mean meant want would like prefer answer is it that's no "
    "yes yeah yep nope sure definitely rather i'll go with let's say uh um well ok "
    "then choose pick my choice"
)
_WHOLE = wordset("both neither none all either any yes no yeah yep nope last former latter whichever sure")


def is_answer(text: str, options: Sequence[str]) -> str | None:
    """The option that a text chooses; empty where it is an answer but not one option; None where it is no answer.

    >>> is_answer("the second one", ["the red mug", "the blue mug"])
    'the blue mug'
    >>> is_answer("both", ["the red mug", "the blue mug"])
    ''
    >>> is_answer("go to the kitchen", ["the red mug", "the blue mug"]) is None
    True
    """
    tokens = [t for t in tokenise(text) if t.text not in PUNCTUATION]
    words = [t.text for t in tokens]
    known = {t.text for option in options for t in tokenise(option)}
    if not words:
        return None
    content = [t for t in tokens if t.text not in _LIGHT or t.text in known or t.text in _WHOLE]
    content = content or [t for t in tokens if t.number.isdigit()]
    if not content:
        return None
    for token in content:
        fits = token.text in known or token.text in _WHOLE or token.text in _ORDINALS or token.number.isdigit()
        if not fits:
            return None
    return _chosen(content, options)


def _chosen(content: Sequence[Token], options: Sequence[str]) -> str:
    words = [t.text for t in content]
    numbers = [t.number for t in content]
    spelled = [[t.text for t in tokenise(option)] for option in options]
    if len(words) > 1:
        words = [w for w in words if w not in ("yes", "no", "yeah", "yep", "nope", "sure")]
    named = [w for w in words if any(w in option for option in spelled) and w not in ("the", "a", "an")]
    if named and len(named) == len([w for w in words if w not in ("the", "a", "an", "one")]):
        holding = [o for o, s in zip(options, spelled, strict=True) if all(w in s for w in named)]
        return holding[0] if len(holding) == 1 else ""
    places = [_ORDINALS[w] for w in words if w in _ORDINALS] or [int(n) for n in numbers if n.isdigit()]
    if "last" in words or "latter" in words:
        places = [len(options)]
    if "former" in words:
        places = [1]
    return options[places[0] - 1] if len(places) == 1 and 1 <= places[0] <= len(options) else ""
