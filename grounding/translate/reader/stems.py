"""Words without their endings, and words that say little."""

from __future__ import annotations

from functools import lru_cache

#: Words that carry no meaning of their own.
LIGHT = frozenset([
    "a",
    "an",
    "the",
    "of",
    "it",
    "its",
    "them",
    "they",
    "their",
    "and",
    "or",
    "then",
    "that",
    "this",
    "these",
    "those",
    "is",
    "are",
    "be",
    "been",
    "was",
    "were",
    "has",
    "have",
    "to",
    "in",
    "into",
    "on",
    "onto",
    "at",
    "inside",
    "from",
    "by",
    "with",
    "up",
    "off",
    "out",
    "down",
    "so",
    "as",
    "some",
    "any",
    "both",
    "one",
    "ones",
])  # fmt: skip
_IRREGULAR = {
    "knives": "knife", "loaves": "loaf", "shelves": "shelf", "halves": "half", "leaves": "leaf", "dishes": "dish",
    "boxes": "box", "glasses": "glass", "brushes": "brush", "put": "put", "putting": "put", "setting": "set",
    "cutting": "cut", "getting": "get", "taken": "take", "took": "take", "taking": "take", "made": "make",
    "making": "make", "brought": "bring", "held": "hold", "thrown": "throw", "threw": "throw", "shut": "shut",
    "left": "left", "lit": "light", "went": "go", "gone": "go", "found": "find", "has": "have", "is": "be",
    "are": "be", "was": "be", "were": "be", "been": "be", "used": "use", "using": "use", "done": "do", "doing": "do",
    "this": "this", "his": "his", "keys": "key", "news": "news", "nothing": "nothing", "something": "something",
    "thing": "thing", "things": "thing", "ring": "ring", "string": "string", "red": "red", "bed": "bed", "need": "need",
    "tomatoes": "tomato", "potatoes": "potato", "bread": "bread", "always": "always", "during": "during",
    "dropping": "drop", "dropped": "drop", "chopped": "chop", "chopping": "chop", "grabbing": "grab",
    "grabbed": "grab", "wiped": "wipe", "chilled": "chill", "chilling": "chill", "glass": "glass",
    "king": "king", "sing": "sing", "bring": "bring", "ceiling": "ceiling", "building": "building",
    "evening": "evening",
    "morning": "morning", "shed": "shed", "seed": "seed", "weed": "weed", "dining": "dining", "living": "living",
    "clothes": "cloth", "kiwis": "kiwi", "taxis": "taxi",
}  # fmt: skip
_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A word without the ending of plural, past or progressive; no dictionary word where it need not be.

    >>> [stem(w) for w in ("placing", "placed", "places", "rinsing", "sliced", "boxes", "glass", "keys")]
    ['plac', 'plac', 'plac', 'rins', 'slic', 'box', 'glass', 'key']
    """
    word = word.lower().replace("’", "'").removesuffix("'s")
    if word in _IRREGULAR:
        word = _IRREGULAR[word]
        return word.rstrip("e") if len(word) > 3 else word
    for ending in ("ing", "ed"):
        root = word.removesuffix(ending)
        if root != word and len(root) >= 3 and set(root) & _VOWELS:
            doubled = len(root) > 3 and root[-1] == root[-2] and root[-1] not in "lsz"
            return (root[:-1] if doubled else root).rstrip("e")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    return word.rstrip("e") if len(word) > 3 else word
