"""What the words ahead can be, apart from what the grammar allows at the moment."""

from __future__ import annotations

from dataclasses import replace

from grounding.state import WorldState
from grounding.translate.lexemes import SKIPPED, Reading
from grounding.translate.nouns import Nouns
from grounding.translate.phrases import NounPhrase, PhraseReader
from grounding.translate.words import Word, split_words

VERBS = frozenset({"GO", "MOVE", "VISIT", "CARRY", "GRASP", "OPERATE", "TURN", "KEEP", "STAY", "AVOID", "USE"})
_EXCEPT = (("except", "for"), ("except",), ("excluding",), ("apart", "from"), ("but", "not"), ("other", "than"))


class Lookahead:
    """Looks at the words of one instruction, from any place onwards.

    Args:
        text: The instruction.
        nouns: The nouns of the world.
        state: Where things are now.
    """

    def __init__(self, text: str, nouns: Nouns, state: WorldState) -> None:
        self.text = text
        self.words: tuple[Word, ...] = split_words(text)
        self.plain = [w.text for w in self.words]
        self.nouns = nouns
        self.phrases = PhraseReader(self.words, nouns, text, state)
        self.verbs = nouns.lexemes
        self.longest = max(map(len, self.verbs))

    def _filler(self, i: int) -> int:
        """Length of the words without a meaning of their own that begin here, 0 when they have one."""
        for n in range(min(self.longest, len(self.plain) - i), 0, -1):
            readings = self.verbs.get(tuple(self.plain[i : i + n]))
            if readings:
                return n if any(r.terminal in SKIPPED for r in readings) else 0
        return 0

    def _is(self, i: int, terminal: str) -> bool:
        return any(r.terminal == terminal for r in self._readings(i))

    def _is_any(self, i: int, terminals: tuple[str, ...]) -> bool:
        return i < len(self.plain) and any(r.terminal in terminals for r in self._readings(i))

    def _readings(self, i: int) -> tuple[Reading, ...]:
        for n in range(min(self.longest, len(self.plain) - i), 0, -1):
            readings = self.verbs.get(tuple(self.plain[i : i + n]))
            if readings:
                return readings
        return ()

    def _skip_fillers(self, i: int, *, nouns: bool = False) -> int:
        while i < len(self.plain):
            readings = self.verbs.get((self.plain[i],), ())
            if self.plain[i] in ("both", "either") or (
                not nouns and readings and all(r.terminal in SKIPPED for r in readings) and not self.phrases.read(i)
            ):
                i += 1
            else:
                break
        return i

    def _says_of_it(self, i: int) -> bool:
        """Whether what follows a noun makes it a subject: "... should be clean", "... goes to m1"."""
        while not self._is_any(i, ("BE", "STAY", "COME")):
            if not self._is_any(i, ("AUXILIARY",)):
                return False
            i += 1
        return True

    def _noun_at(self, i: int) -> bool:
        i = self._skip_fillers(i, nouns=True)
        if i >= len(self.plain):
            return False
        if self.phrases.read(i) or self.phrases.read(i, robots=True):
            return True
        return self.phrases.unknown_run(i) > 0

    def _starts_clause(self, j: int) -> bool:
        return self.phrases.read(j) is not None or any(
            r.terminal in VERBS or r.terminal == "PREP" for r in self._readings(j)
        )

    def _state_follows(self, i: int) -> bool:
        """Whether a noun phrase and then a state come next: "leave the door open"."""
        phrase = self.phrases.read(i)
        return phrase is not None and self._is_any(i + phrase[0], ("STATE",))

    def _takes_object(self, i: int, n: int) -> bool:
        """Whether a verb of motion is one of bringing here: "return the mug to ..."."""
        readings = self.verbs[tuple(self.plain[i : i + n])]
        return any(r.terminal == "CARRY" for r in readings) and self.phrases.read(i + n) is not None

    def _without_exceptions(self, i: int, n: int, phrase: NounPhrase) -> tuple[int, NounPhrase]:
        """ "All meeting rooms except m3 and m4"."""
        m = next((len(w) for w in _EXCEPT if tuple(self.plain[i + n : i + n + len(w)]) == w), 0)
        if len(phrase.ids) < 2 or not m or phrase.quantifier not in ("all", "the", ""):
            return n, phrase
        end, gone = i + n + m, list[str]()
        while (other := self.phrases.read(end)) is not None and not other[1].problem:
            gone.extend(other[1].ids)
            end += other[0]
            if self.plain[end : end + 1] not in (["and"], [","], ["or"]) or not self.phrases.read(end + 1):
                break
            end += 1
        if not gone:
            return n, phrase
        text = self.text[phrase.start : self.words[end - 1].end]
        return end - i, replace(phrase, ids=tuple(k for k in phrase.ids if k not in gone), text=text,
                                end=self.words[end - 1].end)  # fmt: skip

    def _kind_of(self, i: int) -> tuple[str, ...]:
        """All ids of the kind noun that a phrase begins with, for labels that follow ("and m6")."""
        for j in (i, i + 1, i + 2):
            for n in range(min(self.nouns.longest, len(self.plain) - j), 0, -1):
                noun = self.nouns.nouns.get(tuple(self.phrases.keys[j : j + n]))
                if noun is not None:
                    short = tuple(self.phrases.keys[j : j + 1])
                    kind = self.nouns.nouns.get(short)
                    return tuple(noun.kind or (kind.kind if kind else ()))
        return ()

    def _by_robot(self, i: int) -> tuple[int, NounPhrase] | None:
        """ "With robot 2", "using the left arm", and a robot addressed last (", robot 2.")."""
        if self.plain[i] not in ("with", "using", "by"):
            return None
        doer = self.phrases.read(i + 1, robots=True)
        return None if doer is None else (doer[0] + 1, doer[1])

    def _robot_again(self, i: int) -> NounPhrase | None:
        """A further number after a robot: the "4" of "robots 3 and 4"."""
        if i >= len(self.plain) or not self.phrases.keys[i].isdigit():
            return None
        ids = self.phrases.numbered(self.nouns.world.robots, self.phrases.keys[i])
        word = self.words[i]
        return NounPhrase(word.text, word.start, word.end, ids) if ids else None

    def _gerund_state(self, i: int) -> bool:
        return self.plain[i : i + 1] in (["carrying"], ["holding"], ["transporting"], ["guiding"], ["escorting"])
