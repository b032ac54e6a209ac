"""Words of a small grammar of English orders."""

from __future__ import annotations

PLACE = frozenset([
    "in",
    "into",
    "inside",
    "on",
    "onto",
    "upon",
    "to",
    "at",
    "under",
    "beneath",
    "underneath",
    "beside",
    "near",
    "behind",
    "over",
    "above",
    "against",
    "next",
    "by",
    "between",
    "along",
    "around",
    "within",
    "below",
])  # fmt: skip
STRONG = frozenset({"to", "into", "onto"})
ARTICLES = frozenset([
    "a", "an", "the", "some", "this", "that", "these", "those", "my", "your", "our", "his", "her", "its", "their",
    "all", "both", "each", "every",
])  # fmt: skip
PRONOUNS = frozenset(["it", "them", "that", "this", "these", "those", "both"])
MANY = frozenset({"them", "these", "those", "both"})
MODALS = frozenset([
    "should", "must", "can", "could", "will", "would", "needs", "need", "has", "have", "is", "are", "ought",
    "shall", "may",
    "might",
])  # fmt: skip
JOINTS = frozenset({"and", ",", "then", "also", "&", "next", "or", "plus"})
ADJECTIVES = frozenset([
    "red",
    "green",
    "blue",
    "yellow",
    "white",
    "black",
    "orange",
    "pink",
    "purple",
    "brown",
    "grey",
    "gray",
    "silver",
    "gold",
    "big",
    "small",
    "large",
    "little",
    "empty",
    "full",
    "new",
    "old",
    "used",
    "dirty",
    "wooden",
    "metal",
    "glass",
    "plastic",
    "round",
    "square",
    "tall",
    "short",
    "other",
    "first",
    "second",
    "top",
    "bottom",
    "left",
    "right",
])  # fmt: skip
COLOURS = frozenset(["red", "green", "blue", "yellow", "white", "black", "orange", "pink", "purple", "brown", "grey"])
MOVING = frozenset(["take", "bring", "move", "carry", "transfer", "deliver"])
FETCHING = frozenset(["take", "bring", "get", "remove", "carry", "fetch", "grab", "collect", "retrieve"])
STANDING = frozenset([
    "go", "goes", "belong", "belongs", "stays", "end", "ends", "look", "looks", "be", "is", "are", "gets", "get",
    "being", "sit", "sits", "lie",
    "lies", "stand", "stands", "live", "lives",
    "follow", "follows",
])  # fmt: skip
FILLERS = frozenset({"either", "instead", "uh", "um", "er", "erm", "hm", "hmm", "please", "...", "-"})
WHILE = frozenset({"while", "by", "whilst", "before", "when"})
WISHES = (("i", "want"), ("i", "need"), ("we", "need"), ("we", "want"), ("i", "would", "like"), ("i'd", "like"),
           ("make", "sure"), ("make", "sure", "that"), ("see", "to", "it", "that"), ("ensure",), ("ensure", "that"),
           ("i", "like"), ("could", "i", "have"), ("let", "me", "see"), ("let", "me", "have"), ("i'll", "want"),
           ("i'll", "need"),
           ("would", "one", "of", "you"), ("one", "of", "you", "can"), ("one", "of", "you", "should"), ("can", "i",
           "have"), ("may", "i", "have"), ("i'll", "have"),
           ("we", "kick", "things", "off", "with"), ("kick", "things", "off", "with"), ("start", "off", "with"),
           ("we", "start", "with"), ("start", "with"), ("we", "follow", "that", "with"), ("finish", "with"),
           ("carry", "on", "with"), ("go", "on", "with"), ("continue", "with"), ("end", "with"), ("we", "finish",
           "with"),
           ("it's",), ("i", "would", "like", "to", "see"), ("i", "want", "to", "see"), ("i'd", "like", "to", "see"),
           ("i", "think"), ("i", "thought"), ("i", "guess"), ("maybe",), ("proceed", "to"),
           ("proceed", "by"), ("continue", "by"), ("continue", "to"), ("start",
           "by"), ("begin", "by"),
    ("go", "ahead", "and"), ("try", "to"), ("be", "sure", "to"), ("make", "sure", "to"), ("feel", "free", "to"),
    ("please",), ("somebody", "can"), ("someone", "can"), ("somebody", "should"), ("someone", "should"),
    ("anybody", "can"), ("someone", "must"), ("somebody", "must"), ("also",), ("you", "should"), ("you", "must"),
    ("you", "need", "to"), ("you",
           "can"),
           ("you", "have", "to"), ("i", "want", "you", "to"), ("could", "you"), ("can", "you"), ("you", "will"),
           ("you", "may"), ("you", "might"),
           ("to",), ("and",), ("just",), ("do",), ("need", "to"), ("you",), ("we",),
           ("don't", "forget", "to"), ("not", "forget", "to"), ("never", "forget", "to"))  # fmt: skip
PERSONS = frozenset({"me", "us", "him"})
NEGATIONS = frozenset({"not", "never", "don't", "dont", "cannot"})
MARKS = frozenset({",", "&", ":"})
CAUSES = frozenset({"have", "let", "make", "ask", "tell", "get"})
