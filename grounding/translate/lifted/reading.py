"""Utterances as the model reads them: propositions become placeholders in the order of their mention."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from grounding.translate.lifted.data import Pair
from grounding.translate.lifted.thesaurus import grouped, words_in

_NUMBERS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
VALUES: Mapping[str, int] = {
    **{word: value for value, word in enumerate(_NUMBERS)},
    **{str(value): value for value in range(len(_NUMBERS))},
    **{word: value for value, word in enumerate(_ORDINALS, start=1)},
    "twice": 2, "thrice": 3,
}  # fmt: skip
#: "once" before one of these means "as soon as".
_SUBJECTS = words_in("you it the that there robot we i having in")
#: "once" after one of these is a number.
_BOUNDS = words_in("exactly least most precisely than")
#: What a clause of time or condition begins with, and what may follow the proposition in it.
_SUBORDINATE = words_in(
    "after once if whenever when until till util before unless immediately right as upon every each while "
    "since seeing visiting directly"
)
_CLAUSE_ENDS = words_in(
    "is are has have been was be visited reached occurs occur occurred happens happen happened seen observed "
    "holds hold true becomes become , first entered found comes for the NUM times time"
)
#: Between two mentions, these say that the second comes first; until and before do after a "not".
_BACKWARD = words_in("after following if")
_UNTIL = words_in("until till util before unless")
_NEGATIONS = words_in("not never cannot avoid without don't can't")
#: After these the letter a is an article, if it is mentioned elsewhere.
_HEADS = words_in(
    "single total row few while time specific particular strict certain given location place landmark visit "
    "way different second third fourth fifth minimum maximum number"
)
_PAYS = words_in("make making pay paying complete completing not for upon on every")
#: A mention of a proposition that the text does not name exactly ("the other floor").
VAGUE = "?"
#: Longer sentences, more propositions and greater numbers are refused, never cut.
MOST_TOKENS = 400
MOST_PLACES = 24
MOST_TIMES = 10
_LARGE_NUMBERS = words_in(
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty "
    "seventy eighty ninety hundred thousand million dozen dozens"
)
_PAIRED = 16


@dataclass(frozen=True)
class Reading:
    """An utterance taken apart.

    Attributes:
        tokens: Words; mentions are ``<0>``, ``<1>`` ... in the order of first mention, numbers ``NUM``.
        mentions: Propositions in that order; :data:`VAGUE` with the word of their kind where unclear.
        number: The largest number said, None where there is none.
        words: The words as they stand there.
    """

    tokens: tuple[str, ...]
    mentions: tuple[str, ...]
    number: int | None
    words: tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """How propositions are spoken of.

    Attributes:
        spoken: Name of a proposition -> its words, for those that are named in the text.
        hidden: Propositions that the text does not name, in the order of how common they are.
        constants: Propositions of every formula, which no one speaks of.
    """

    spoken: Mapping[str, tuple[str, ...]]
    hidden: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()

    @staticmethod
    def placeholders(names: Iterable[str]) -> Names:
        """Propositions that stand in the text as they are."""
        return Names({name: tuple(_split(name)) for name in names})

    @staticmethod
    def learn(pairs: Sequence[Pair]) -> Names:
        """Finds out which propositions the texts name: whose words come with them and seldom without."""
        within: Counter[str] = Counter(name for pair in pairs for name in pair.formula.atoms)
        every = Names.placeholders(within)
        said: Counter[str] = Counter()
        right: Counter[str] = Counter()
        for pair in pairs:
            for name in every.read(pair.utterance).mentions:
                if not name.startswith(VAGUE):
                    said[name] += 1
                    right[name] += name in pair.formula.atoms
        spoken = {n: w for n, w in every.spoken.items() if right[n] >= 0.6 * said[n] and right[n] >= 0.5 * within[n]}
        constants = tuple(n for n in within if n not in spoken and within[n] == len(pairs) and len(within) > 1)
        hidden = tuple(name for name, _ in within.most_common() if name not in spoken and name not in constants)
        return Names(spoken, hidden, constants)

    @cached_property
    def letters(self) -> bool:
        """Whether the propositions are single letters."""
        return bool(self.spoken) and all(len(name) == 1 for name in self.spoken)

    @cached_property
    def _by_words(self) -> Mapping[tuple[str, ...], str]:
        return {words: name for name, words in self.spoken.items()}

    @cached_property
    def kinds(self) -> Mapping[str, int]:
        """Words that several propositions share -> where in their names it stands (0 first, -1 last)."""
        found: dict[str, int] = {}
        for at in (0, -1):
            counts = Counter(words[at] for words in self.spoken.values() if len(words) > 1)
            found |= {word: at for word, count in counts.items() if count > 1}
        return found

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """The propositions whose names have a word, all of them for ""."""
        return tuple(name for name, words in self.spoken.items() if kind in words or not kind) + self.hidden

    def read(self, text: str) -> Reading:
        """Takes an utterance apart, however long."""
        words = words_of(text)
        named: list[tuple[str, bool]] = []
        number: int | None = None
        for word, mentioned, at in self.marked(words):
            if mentioned:
                named.append((word, True))
                continue
            value = VALUES.get(word)
            if word == "once" and not self.means_when(words, at):
                value = 1
            if value is not None:
                number = max(value, number or 0)
            counted = ("NUM", "times") if word in ("once", "twice", "thrice") else ("NUM",)
            named += [(token, False) for token in (counted if value is not None else (word,))]
        named = _main_first(named)
        order = {name: i for i, name in enumerate(_chronological(named))}
        tokens = [f"<{order[token]}>" if mentioned else token for token, mentioned in named]
        return Reading(tuple(tokens), tuple(order), number, tuple(words))

    def marked(self, words: Sequence[str]) -> Iterator[tuple[str, bool, int]]:
        """Each word, or the proposition that some words mention; whether it is one; and where it begins."""
        at = 0
        while at < len(words):
            name, length = self._mention(words, at)
            yield name or words[at], bool(name), at
            at += length or 1

    def means_when(self, words: Sequence[str], at: int) -> bool:
        """Whether "once" at a word means "as soon as" and no number."""
        if at and words[at - 1] in _BOUNDS:
            return False
        return at + 1 < len(words) and (words[at + 1] in _SUBJECTS or bool(self._mention(words, at + 1)[0]))

    def _mention(self, words: Sequence[str], at: int) -> tuple[str, int]:
        """The proposition mentioned at a word and the number of its words; "" if there is none."""
        for length in (3, 2, 1):
            name = self._by_words.get(tuple(map(_spelled, words[at : at + length])))
            if name and len(words[at : at + length]) == length:
                return ("", 0) if self.letters and words[at] == "a" and _is_article(words, at) else (name, length)
        for word, where in self.kinds.items():
            here = at if where == 0 else at + 1
            if here < len(words) and words[here] == word and at + 1 < len(words) and words[at] not in ("the", "a"):
                return f"{VAGUE}{word}", 2
        return "", 0


def too_much(reading: Reading) -> str:
    """What of an utterance is more than can be written down, "" if nothing is."""
    numbers = [int(w) for w in reading.tokens if w.isdigit() and len(w) < 9]
    spelled = next((w for w in reading.tokens if w in _LARGE_NUMBERS), "")
    if len(reading.words) > MOST_TOKENS:
        return f"has {len(reading.words)} words; at most {MOST_TOKENS} are read."
    if len(reading.mentions) > MOST_PLACES:
        return f"speaks of {len(reading.mentions)} propositions; at most {MOST_PLACES} are written down."
    if spelled or max(numbers, default=0) > MOST_TIMES:
        return f"says {spelled or max(numbers)}; at most {MOST_TIMES} times are written out."
    return ""


def _main_first(tokens: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Puts a clause of time or condition that comes first behind the main clause: "after a, go to b".

    So what is said in either order reads the same. Only for sentences about two propositions.
    """
    start = 1 if tokens and tokens[0][0] == "always" else 0
    first = next((i for i, (_, mentioned) in enumerate(tokens) if mentioned), None)
    if first is None or not start < first or tokens[start][0] not in _SUBORDINATE:
        return tokens
    if len({token for token, mentioned in tokens if mentioned}) != 2:
        return tokens
    end = first + 1
    while end < len(tokens) and tokens[end][0] in _CLAUSE_ENDS:
        end += 1
    rest = tokens[end:]
    if not any(mentioned for _, mentioned in rest) or rest[0][0] in ("and", "or"):
        return tokens
    return [*rest, *tokens[:end]]


def _chronological(tokens: Sequence[tuple[str, bool]]) -> list[str]:
    """Mentions in the order of first mention, or, of three and more, in the order of time that the text states.

    "Visit b after a, visit c after b" mentions b first and speaks of a first.
    """
    spots = [i for i, (_, mentioned) in enumerate(tokens) if mentioned]
    names = list(dict.fromkeys(tokens[i][0] for i in spots))
    if len(names) < 3:
        return names
    earlier: dict[str, set[str]] = {name: set() for name in names}
    before = 0
    for one, other in pairwise(spots):
        one_name, other_name = tokens[one][0], tokens[other][0]
        between = {token for token, _ in tokens[one + 1 : other]}
        denied = not _NEGATIONS.isdisjoint(token for token, _ in tokens[before:other])
        if one_name != other_name and (between & _BACKWARD or (denied and between & _UNTIL)):
            earlier[one_name].add(other_name)
        before = one + 1
    try:
        ranks = list(TopologicalSorter(earlier).static_order())
    except CycleError:
        return names
    found: list[str] = []
    for name in names:  # each after what comes before it, else as mentioned
        found += [other for other in ranks if other in _all_before(name, earlier) and other not in found]
        found += [name] if name not in found else []
    return found


def _all_before(name: str, earlier: Mapping[str, set[str]]) -> set[str]:
    return set().union(*({other} | _all_before(other, earlier) for other in earlier[name]))


def _is_article(words: Sequence[str], at: int) -> bool:
    if at + 1 == len(words) or words[at + 1] not in _HEADS or words.count("a") == 1:
        return False
    return words[at + 1] != "visit" or (at > 0 and words[at - 1] in _PAYS)


def words_of(text: str) -> list[str]:
    """Words in lower case; what is joined by a low line or a hyphen comes apart."""
    return re.findall(r"[a-z]+(?:'[a-z]+)?|\d+|[.,?]", text.lower().replace("_", " "))


def _spelled(word: str) -> str:
    return _NUMBERS[int(word)] if word.isdigit() and int(word) < len(_NUMBERS) else word


def _split(name: str) -> list[str]:
    """``landmark_1`` -> landmark, one."""
    parts = re.findall(r"[a-z]+|\d+", name)
    return [_spelled(part) for part in parts]


def features(reading: Reading) -> Counter[str]:
    """What the model looks at: words that follow one another, in four lines of tokens.

    Lists of mentions look alike at any length, so that what is learned of two propositions holds for five.
    The first line has the words themselves; the second tells the first, a middle and the last mention apart; in
    the others, words of one meaning are one (:mod:`grounding.translate.lifted.thesaurus`). Besides, pairs of
    these with anything between them.
    """
    many = len(reading.mentions)
    placed = [_place(token, many) for token in reading.tokens]
    meant = grouped(reading.tokens)
    ordered = [_place(token, many) for token in meant]
    lines = (
        ("", 3, _joined(reading.tokens)),
        ("@", 3, placed),
        ("=", 4, _joined(meant)),
        ("@=", 4, ordered),
    )
    found: Counter[str] = Counter({f"number {reading.number is not None}": 1})
    for mark, longest, inner in lines:
        tokens = ["^", *inner, "$"]
        for length in range(1, longest + 1):
            for i in range(len(tokens) - length + 1):
                found[mark + " ".join(tokens[i : i + length])] = 1
        for i in range(len(tokens) - 2):
            found[f"{mark}{tokens[i]} _ {tokens[i + 2]}"] = 1
    near = ordered[:_PAIRED]
    found.update({f"{one} .. {other}": 1 for i, one in enumerate(near) for other in near[i + 1 :] if one != other})
    return Counter(dict.fromkeys(found, 1))


def _joined(tokens: Sequence[str]) -> list[str]:
    """Every mention as ``P``, lists of mentions as one."""
    joined: list[str] = []
    for token in tokens:
        if not token.startswith("<"):
            joined.append(token)
            continue
        if len(joined) > 1 and joined[-1] in (",", "and", "or", "nor") and joined[-2] == "P":
            joined.pop()
        if not joined or joined[-1] != "P":
            joined.append("P")
    return joined


def _place(token: str, many: int) -> str:
    if not token.startswith("<"):
        return token
    index = int(token[1:-1])
    return "P0" if index == 0 else "PL" if index == many - 1 else "P1"
