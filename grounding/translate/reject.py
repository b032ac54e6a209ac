"""Says why an instruction was not understood, where, and what is understood instead."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

from grounding.translate.lexemes import FILLER
from grounding.translate.meaning import Rejection
from grounding.translate.parsing import Reader, Stop

MOST_WORDS = 400
MOST_CHARACTERS = 8000

_FOREIGN = frozenset(
    [
        "ve",
        "vaya",
        "el",
        "la",
        "los",
        "las",
        "un",
        "una",
        "unos",
        "con",
        "por",
        "para",
        "y",
        "de",
        "del",
        "al",
        "en",
        "lleva",
        "trae",
        "abre",
        "cierra",
        "que",
        "robot",
        "der",
        "die",
        "das",
        "und",
        "gehe",
        "geh",
        "zu",
        "zum",
        "zur",
        "nach",
        "ein",
        "eine",
        "einen",
        "den",
        "dem",
        "bitte",
        "nimm",
        "bring",
        "bringe",
        "mach",
        "öffne",
        "auf",
        "fahre",
        "le",
        "les",
        "des",
        "du",
        "au",
        "aux",
        "et",
        "va",
        "allez",
        "dans",
        "une",
        "ouvre",
        "ferme",
        "apporte",
        "à",
        "je",
        "vous",
        "il",
        "lo",
        "gli",
        "e",
        "vai",
        "alla",
        "allo",
        "porta",
        "apri",
        "chiudi",
        "di",
        "nella",
        "vá",
        "o",
        "os",
        "as",
        "para",
        "abra",
        "feche",
        "leve",
        "na",
        "no",
        "não",
        "ga",
        "naar",
        "het",
        "een",
        "en",
    ]
)
_ENGLISH = frozenset(
    ["robot", "a", "an", "the", "no", "on", "in", "to", "as", "me", "do", "and", "is", "it", "of", "at", "for", "with"]
)
_EXPECTED = (
    (("GO", "CARRY"), "a verb such as 'go to', 'bring', 'put', 'open' or 'take a photo'"),
    (("NP",), "the name of a room, place or thing"),
    (("PREP",), "a word such as 'to', 'on' or 'in'"),
    (("STATE",), "a state such as 'open' or 'off'"),
    (("THEN",), "'and', 'then', a full stop or the end"),
)


def unreadable(text: str) -> Rejection | None:
    """Why a text is no instruction at all, None when it can be parsed."""
    if not text.strip():
        return Rejection("The instruction is empty. Say what is to be done, such as 'go to ...'.", 0)
    words = len(text.split(None, MOST_WORDS + 1))
    if words > MOST_WORDS or len(text) > MOST_CHARACTERS:
        return Rejection(
            f"The instruction is too long: at most {MOST_WORDS} words and {MOST_CHARACTERS} characters. Send it in parts.",
            0,
        )
    for i, char in enumerate(text):
        if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn") and char not in "\n\r\t":
            return Rejection(f"There is a control character at position {i + 1}. Send plain text.", i)
    if not any(char.isalnum() for char in text):
        return Rejection("There are no words in the instruction. I expect English, such as 'go to ...'.", 0)
    foreign = [
        i for i, char in enumerate(text) if char.isalpha() and not unicodedata.name(char, "").startswith("LATIN")
    ]
    if foreign:
        return Rejection("I only understand English. Say it in English words.", foreign[0])
    return None


def explain(reader: Reader, stop: Stop) -> Rejection:
    """Why parsing stopped: the first unknown name or the first word that does not fit."""
    early = [p for p in reader.problems if stop.index >= len(reader.words) or p.start < reader.words[stop.index].start]
    if _looks_foreign(reader):
        first = next((i for i, w in enumerate(reader.plain) if _is_unknown(reader, i) or w in _FOREIGN), 0)
        return Rejection("I only understand English. Say it in English words.", reader.words[first].start)
    if early:
        return Rejection(early[0].problem, early[0].start, early[0].near)
    if stop.index >= len(reader.words):
        return _too_short(reader, stop)
    return _stuck(reader, stop)


def _looks_foreign(reader: Reader) -> bool:
    words = [w for w in reader.plain if w.isalpha()]
    foreign = sum(w in _FOREIGN - _ENGLISH or not w.isascii() for w in words)
    unknown = sum(_is_unknown(reader, i) for i, w in enumerate(reader.plain) if w.isalpha())
    return bool(words) and foreign > 0 and unknown * 3 >= len(words)


def _is_unknown(reader: Reader, i: int) -> bool:
    word = reader.plain[i]
    return word.isalpha() and word not in _vocabulary(reader)


def _vocabulary(reader: Reader) -> set[str]:
    words = {w for phrase in (*reader.verbs, *reader.nouns.nouns, *reader.nouns.robots) for w in phrase}
    return words | set(reader.nouns.modifiers) | {"the", "a", "an", "all", "every", "each", "any"}


def _too_short(reader: Reader, stop: Stop) -> Rejection:
    said = _said(reader, len(reader.words))
    return Rejection(
        f"The instruction ends too early: after {said} I expected {_expected(stop.expected)}.",
        len(reader.text.rstrip()), _examples(stop.expected),
    )  # fmt: skip


def _stuck(reader: Reader, stop: Stop) -> Rejection:
    word = reader.words[stop.index]
    quoted = reader.text[word.start : word.end]
    near = _near_words(reader, stop)
    before = _said(reader, stop.index)
    after = f" after {before}" if before else ""
    if near:
        hint = f"Did you mean {_or(near)}?"
    else:
        hint = f"I expected {_expected(stop.expected)}."
    if before or near:
        return Rejection(f"I do not understand {quoted!r}{after}. {hint}", word.start, near or _examples(stop.expected))
    skills = [s.replace("_", " ") for s in reader.nouns.world.skills]
    return Rejection(
        f"I do not understand {quoted!r}: no robot here can do that. The skills here are: {', '.join(skills)}.",
        word.start, tuple(skills),
    )  # fmt: skip


def _near_words(reader: Reader, stop: Stop) -> tuple[str, ...]:
    """Words that look like the unknown one, those that fit the grammar here first."""
    word = reader.plain[stop.index]
    if not re.match(r"[^\W\d_]{2,}$", word):
        return ()
    fitting: list[str] = []
    others: list[str] = []
    for phrase, readings in reader.verbs.items():
        fits = any(r.terminal in stop.expected or r.terminal == FILLER for r in readings)
        (fitting if fits else others).append(" ".join(phrase))
    if "NP" in stop.expected:
        fitting.extend(" ".join(p) for p in reader.nouns.nouns)
    close = difflib.get_close_matches(word, fitting, n=3, cutoff=0.72)
    if word not in _vocabulary(reader) and not close:
        close = difflib.get_close_matches(word, others, n=2, cutoff=0.8)
    return tuple(w for w in close if w != word)


def _expected(terminals: Iterable[str]) -> str:
    known = set(terminals)
    parts = [text for names, text in _EXPECTED if known & set(names)]
    return _or(parts[:3], quote=False) if parts else "the end"


def _examples(terminals: Iterable[str]) -> tuple[str, ...]:
    return ("go to", "bring", "put", "open") if {"GO", "CARRY"} & set(terminals) else ()


def _said(reader: Reader, index: int) -> str:
    if index == 0:
        return ""
    start = max(0, index - 4)
    text = " ".join(reader.text[reader.words[start].start : reader.words[index - 1].end].split())
    return repr(text)


def _or(words: Iterable[str], *, quote: bool = True) -> str:
    shown = [repr(w) if quote else w for w in words]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"
