"""Says why an instruction was not understood, where, and what is understood instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from grounding.translate.lookahead import VERBS
from grounding.translate.parsing import Reader, Stop
from grounding.translate.references import RejectionError

MOST_WORDS = 400
MOST_CHARACTERS = 8000

_FOREIGN = frozenset([
    "ve", "vaya", "el", "la", "los", "las", "un", "una", "unos", "con", "por", "para", "y", "de", "del", "al", "en",
    "lleva", "trae", "abre", "cierra", "que", "robot", "der", "die", "das", "und", "gehe", "geh", "zu", "zum", "zur",
    "nach", "ein", "eine", "einen", "den", "dem", "bitte", "nimm", "bring", "bringe", "mach", "öffne", "auf", "fahre",
    "le", "les", "des", "du", "au", "aux", "et", "va", "allez", "dans", "une", "ouvre", "ferme", "apporte", "à", "je",
    "vous", "il", "lo", "gli", "e", "vai", "alla", "allo", "porta", "apri", "chiudi", "di", "nella", "vá", "o", "os",
    "as", "para", "abra", "feche", "leve", "na", "no", "não", "ga", "naar", "het", "een", "en",
])  # fmt: skip
_ENGLISH = frozenset(
    ["robot", "a", "an", "the", "no", "on", "in", "to", "as", "me", "do", "and", "is", "it", "of", "at", "for", "with"]
)
_ONCE = "each task is done once; to come back, name the steps, as in 'go to ..., then to ..., then to ...'."
_WAIT = "robots wait where the order asks for it; say what comes first, as in 'first ..., then ...'."
#: Words with a meaning that controlled English does not have, and what to do instead.
_BEYOND = {
    "if": "say what is to be done without a condition, or use 'until' in a rule.",
    "unless": "say what is to be done without a condition.",
    "wait": _WAIT,
    "waits": _WAIT,
    "twice": _ONCE,
    "thrice": _ONCE,
    "times": _ONCE,
    "minutes": "tasks have no times of day or durations.",
    "seconds": "tasks have no times of day or durations.",
    "simultaneously": "several robots work side by side anyway; leave it out.",
    "always": "each task is done once; 'always' goes with 'keep', 'stay' and 'avoid'.",
    "only": "say what is forbidden instead, as in 'robot 1 must never enter ...'.",
    "except": "name the ones you mean.",
    "who": "I carry out orders and do not answer questions.",
    "what": "I carry out orders and do not answer questions.",
    "where": "I carry out orders and do not answer questions.",
    "why": "I carry out orders and do not answer questions.",
    "how": "I carry out orders and do not answer questions.",
}
_EXPECTED = (
    (("GO", "CARRY"), "a verb such as 'go to', 'bring', 'put', 'open' or 'take a photo'"),
    (("NP",), "the name of a room, place or thing"),
    (("PREP",), "a word such as 'to', 'on' or 'in'"),
    (("STATE",), "a state such as 'open' or 'off'"),
    (("THEN",), "'and', 'then', a full stop or the end"),
)


def unreadable(text: str) -> RejectionError | None:
    """Why a text is no instruction at all, None when it can be parsed."""
    if not text.strip():
        return RejectionError("The instruction is empty. Say what is to be done, such as 'go to ...'.", 0)
    words = len(text.split(None, MOST_WORDS + 1))
    if words > MOST_WORDS or len(text) > MOST_CHARACTERS:
        return RejectionError(
            f"The instruction is too long: at most {MOST_WORDS} words and {MOST_CHARACTERS} characters. "
            "Send it in parts.",
            0,
        )
    for i, char in enumerate(text):
        if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn") and char not in "\n\r\t":
            return RejectionError(f"There is a control character at position {i + 1}. Send plain text.", i)
    if not any(char.isalnum() for char in text):
        return RejectionError("There are no words in the instruction. I expect English, such as 'go to ...'.", 0)
    picture = next(
        (i for i, char in enumerate(text) if unicodedata.category(char) in ("So", "Sk") and ord(char) > 127), None
    )
    if picture is not None:
        return RejectionError(f"I only understand English words; leave out {text[picture]!r}.", picture)
    foreign = [
        i for i, char in enumerate(text) if char.isalpha() and not unicodedata.name(char, "").startswith("LATIN")
    ]
    if foreign:
        return RejectionError("I only understand English. Say it in English words.", foreign[0])
    return None


def explain(reader: Reader, stop: Stop) -> RejectionError:
    """Why parsing stopped: the first unknown name or the first word that does not fit."""
    early = [p for p in reader.problems if stop.index >= len(reader.words) or p.start < reader.words[stop.index].start]
    if _looks_foreign(reader):
        first = next((i for i, w in enumerate(reader.plain) if _is_unknown(reader, i) or w in _FOREIGN), 0)
        return RejectionError("I only understand English. Say it in English words.", reader.words[first].start)
    if early:
        return RejectionError(early[0].problem, early[0].start, early[0].near)
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


def _too_short(reader: Reader, stop: Stop) -> RejectionError:
    said = _said(reader, len(reader.words))
    return RejectionError(
        f"The instruction ends too early: after {said} I expected {_expected(stop.expected)}.",
        len(reader.text.rstrip()), _examples(stop.expected),
    )  # fmt: skip


def _stuck(reader: Reader, stop: Stop) -> RejectionError:
    word = reader.words[stop.index]
    start, quoted = _token(reader.text, word.start)
    for text in (word.text, *reader.plain[stop.index + 1 : stop.index + 2]):
        if text in _BEYOND and (text == word.text or (text == "times" and reader.phrases.keys[stop.index].isdigit())):
            said = quoted if text == word.text else f"{quoted} {text}"
            return RejectionError(f"I cannot take {said!r}: {_BEYOND[text]}", start)
    near = _near_words(reader, stop)
    before = _said(reader, stop.index)
    after = f" after {before}" if before else ""
    hint = f"Did you mean {_or(near)}?" if near else f"I expected {_expected(stop.expected)}."
    if before or near:
        return RejectionError(f"I do not understand {quoted!r}{after}. {hint}", start, near or _examples(stop.expected))
    if word.text in _vocabulary(reader):
        return RejectionError(f"I cannot make sense of {quoted!r} here. I expected {_expected(stop.expected)}.", start)
    skills = [s.replace("_", " ") for s in reader.nouns.world.skills]
    return RejectionError(
        f"I do not understand {quoted!r}: no robot here can do that. The skills here are: {', '.join(skills)}.",
        start, tuple(skills),
    )  # fmt: skip


def _token(text: str, start: int) -> tuple[int, str]:
    """The word as typed around an offset ("d2", not "d")."""
    token = next((m for m in re.finditer(r"[\w'’-]+", text) if m.start() <= start < m.end()), None)
    return (token.start(), token.group()) if token else (start, text[start : start + 1])


def _near_words(reader: Reader, stop: Stop) -> tuple[str, ...]:
    """Words that look like the unknown one and fit the grammar here."""
    word = reader.plain[stop.index]
    if not re.match(r"[^\W\d_]{2,}$", word) or word in _vocabulary(reader):
        return ()
    fitting: dict[str, None] = {}
    wanted = VERBS if "GO" in stop.expected else stop.expected - {"BE"}
    for phrase, readings in reader.verbs.items():
        goes_on = tuple(reader.plain[stop.index + 1 : stop.index + len(phrase)]) == phrase[1:]
        if goes_on and any(r.terminal in wanted for r in readings):
            fitting.setdefault(phrase[0], None)
    if "NP" in stop.expected and "GO" not in stop.expected:
        fitting.update(dict.fromkeys(p[0] for p in reader.nouns.nouns))
    most = 1 if len(word) < 6 else 2
    likely = [w for w in fitting if len(w) > 1 and abs(len(w) - len(word)) <= most and (w[0] == word[0] or len(w) > 4)]
    close = sorted((_distance(word, w), w) for w in likely)
    return tuple(w for d, w in close if d <= most)[:3]


def _distance(a: str, b: str) -> int:
    """Insertions, deletions, changes and swaps of neighbours that turn one word into the other."""
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            best = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, rows[-2][j - 2] + 1)
            row.append(best)
        rows.append(row)
    return rows[-1][-1]


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
