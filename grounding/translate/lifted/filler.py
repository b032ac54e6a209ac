"""Which proposition is meant where the text does not name it as it is called: "green" for c.

Words that stand for propositions are found in pairs of training sentences that differ in one word and mean
different propositions: "all but the red ones", "all but the green ones". Then what is said *about* such a word counts,
whichever it is: "ignore the green ones" was learned of red ones.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from grounding.translate.lifted.thesaurus import stem, words_in

PENALTY = 0.1
_STEPS = 150
_LEAST_PAIRS = 2
_PURE = 0.7
_WINDOW = 7
_SCALE = 4.0
_NEAR = 5
_EXCLUDING = {
    stem(word).rstrip("e")
    for word in words_in(
        "except excluding but not no non isn aren isn't aren't don't never besides other ignore avoid skip leave "
        "without unless refuse omit spare"
    )
}


class Filler:
    """A log-linear model over propositions; features are of a sentence and of one proposition in it.

    Args:
        labels: The propositions.
        signs: Word -> the proposition that it stands for.
        weights: Feature -> weight.
    """

    def __init__(self, labels: Sequence[str], signs: Mapping[str, str], weights: Mapping[str, float]) -> None:
        self.labels = tuple(labels)
        self.signs = dict(signs)
        self.weights = dict(weights)

    @classmethod
    def fit(cls, rows: Sequence[tuple[Sequence[str], Counter[str]]], labels: Sequence[str]) -> Filler:
        """Learns from sentences.

        Args:
            rows: Words and features (:func:`grounding.translate.lifted.reading.features`) of each.
            labels: The proposition that each means.
        """
        every = sorted(set(labels))
        filler = cls(every, signs_in([words for words, _ in rows], labels), {})
        sights = [[filler._features(words, seen, label) for label in every] for words, seen in rows]
        counts = Counter(feature for row in sights for feature in set().union(*row))
        vocabulary = {f: i for i, f in enumerate(sorted(f for f, n in counts.items() if n > 1))}
        columns = [[vocabulary[f] for f in sorted(own) if f in vocabulary] for row in sights for own in row]
        values = np.concatenate([np.full(len(own), _SCALE / np.sqrt(len(own) + 1.0)) for own in columns])
        ends = np.cumsum([0, *map(len, columns)])
        x = csr_matrix((values, [c for own in columns for c in own], ends), shape=(len(columns), len(vocabulary)))
        right = np.zeros((len(rows), len(every)))
        right[np.arange(len(rows)), [every.index(label) for label in labels]] = 1.0

        def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            z = (x @ w).reshape(right.shape)
            logs = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
            slope = x.T @ (np.exp(logs) - right).ravel() + PENALTY * w
            return float(-(right * logs).sum() + PENALTY / 2 * (w * w).sum()), slope

        best = minimize(loss, np.zeros(len(vocabulary)), jac=True, method="L-BFGS-B", options={"maxiter": _STEPS}).x
        filler.weights = {f: float(best[i]) for f, i in vocabulary.items()}
        return filler

    def scores(self, words: Sequence[str], seen: Counter[str]) -> dict[str, float]:
        """What speaks for each proposition."""
        found = {}
        for label in self.labels:
            own = [self.weights[f] for f in self._features(words, seen, label) if f in self.weights]
            found[label] = _SCALE * sum(own) / float(np.sqrt(len(own) + 1.0))
        return found

    def _features(self, words: Sequence[str], seen: Counter[str], label: str) -> set[str]:
        found = {f"{label}|{feature}" for feature in seen}
        found.update(self._said(words, label))
        return found

    def _said(self, words: Sequence[str], label: str) -> Iterator[str]:
        """What is said about the words that stand for a proposition; ``*`` is it, ``o`` another one."""
        if not self.signs:
            return
        tokens = [
            "^",
            *("*" if self.signs.get(w) == label else "o" if w in self.signs else stem(w) for w in words),
            "$",
        ]
        others = sorted({self.signs[w] for w in words if w in self.signs})
        left_out = {self.signs[w] for i, w in enumerate(words) if w in self.signs and _left_out(words, i, self.signs)}
        if left_out:
            yield "left out" if label in left_out else "kept" if label in others else f"{label} unsaid"
        else:
            yield f"{label} of {' '.join(others)}"
        if len(others) > 1 and label not in left_out:
            return
        spots = [i for i, token in enumerate(tokens) if token == "*"]
        yield f"times {min(len(spots), 3)} of {len(others)}"
        if not spots:
            return
        yield "last *" if "o" not in tokens[spots[-1] :] else "o after *"
        yield "first *" if "o" not in tokens[: spots[0]] else "o before *"
        for i in spots:
            for length in range(2, 6):
                for start in range(max(i - length + 1, 0), min(i, len(tokens) - length) + 1):
                    yield "* " + " ".join(tokens[start : start + length])
            for other in range(max(i - _WINDOW, 0), i):
                yield f"* {tokens[other]} .."
            for other in range(i + 1, min(i + 4, len(tokens))):
                yield f"* .. {tokens[other]}"


def _left_out(words: Sequence[str], at: int, signs: Mapping[str, str]) -> bool:
    """Whether a word close before denies what is at a place: "except for the red ones"."""
    for word in reversed(words[max(at - _NEAR, 0) : at]):
        if stem(word).rstrip("e") in _EXCLUDING:
            return True
        if word in signs and words[at - 1] not in ("or", "and", "nor"):
            return False
    return False


def signs_in(sentences: Sequence[Sequence[str]], labels: Sequence[str]) -> dict[str, str]:
    """Words that stand for propositions: where only they differ, what is meant differs.

    >>> a, b, c = "skip the red one".split(), "skip the green one".split(), "no red".split()
    >>> signs_in([a, b, c, ["no", "green"]], ["r", "c", "r", "c"])
    {'green': 'c', 'red': 'r'}
    """
    frames: dict[tuple[str, ...], set[tuple[str, str]]] = defaultdict(set)
    for words, label in zip(sentences, labels, strict=True):
        for word in set(words):
            frames[tuple("*" if w == word else w for w in words)].add((word, label))
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for own in frames.values():
        if len({label for _, label in own}) > 1:
            for word, label in own:
                counts[word][label] += 1
    found = {}
    for word in sorted(counts):
        label, times = counts[word].most_common(1)[0]
        if times >= _LEAST_PAIRS and times >= _PURE * counts[word].total():
            found[word] = label
    return found
