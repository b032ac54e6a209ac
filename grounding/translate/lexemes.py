"""The words of controlled English that do not depend on the world: verbs, links, prepositions.

Every lexeme is a tuple of words with the readings it can have; a reading is a terminal of
``english.lark`` and a value, or a key of :data:`SKIPPED` for words without a meaning of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from grounding.translate.words import verb_forms


@dataclass(frozen=True)
class Reading:
    """One way to read a run of words.

    Attributes:
        terminal: Terminal of the grammar, or a key of ``SKIPPED``.
        value: What it stands for: the base form of a verb, a preposition, a flag with its sign.
    """

    terminal: str
    value: object = ""


#: A state of an entity: flag and whether it holds.
Flag = tuple[str, bool]

GO = (
    "go", "drive", "head", "walk", "travel", "proceed", "navigate", "come", "roll", "get back", "make your way",
    "make its way", "drive over", "go over", "go on", "move on", "continue", "rush", "hurry", "run",
)  # fmt: skip
RETURN = ("come back", "go back", "head back", "drive back", "return", "move back", "walk back", "travel back", "back")
VISIT = (
    "visit", "enter", "reach", "pass", "cross", "traverse", "approach", "stop by", "stop at", "drop by", "arrive at",
    "arrive in", "go inside", "pass through", "pass by", "go through", "drive through", "walk through", "move through",
    "travel through", "cut through", "go via", "step into", "swing by", "check in at", "wait in", "wait at",
    "end up in", "end up at", "stand in", "stand at", "meet in", "meet at", "gather in", "gather at", "drive into",
    "go into", "move into", "exit",
)  # fmt: skip
MOVE = ("move", "get")
CARRY = (
    "put", "place", "set", "lay", "bring", "take", "carry", "deliver", "fetch", "transport", "transfer", "drop",
    "drop off", "haul", "throw", "toss", "dump", "relocate", "shift", "return", "stack", "move back", "put back",
    "bring back", "carry back", "take back", "put down", "set down", "lay down", "place back", "convey", "stash",
    "deposit", "leave", "hand", "hand over", "give",
    "bring over", "take over", "carry over", "move over", "position", "send",
    "rest",
)  # fmt: skip
PUSH = ("push", "shove", "slide", "nudge", "push back", "push over")
GUIDE = (
    "guide", "escort", "lead", "show", "accompany", "usher", "conduct", "walk", "direct", "guide back", "see off",
)  # fmt: skip
#: What things and people do that robots bring somewhere: "the visitor needs to get to m6".
COME = ("get", "go", "come", "move", "head", "travel", "belong", "arrive", "walk", "return", "make it")
GRASP = (
    "pick up", "pick", "grab", "hold", "grasp", "lift", "lift up", "collect", "retrieve", "take hold of", "get hold of",
    "seize", "take", "get", "fetch", "touch", "handle", "disturb",
)  # fmt: skip
KEEP = ("keep", "leave", "maintain", "hold")
STAY = ("stay", "remain", "keep", "stay put")
AVOID = (
    "avoid", "keep out of", "stay out of", "keep away from", "stay away from", "stay clear of", "keep clear of",
    "steer clear of", "keep off", "stay off", "remain out of", "remain outside", "stay outside", "keep outside",
    "remain outside of", "stay outside of", "bypass", "leave out", "skip", "go around", "refrain from", "stop",
)  # fmt: skip
TURN = ("turn", "switch", "power", "flip")
PHOTO = (
    "photograph", "take a photo", "take photos", "take a picture", "take pictures", "take an image", "take images",
    "take one photo", "take one picture", "snap a photo", "snap a picture", "take a snapshot", "take a photograph",
    "take photographs", "take some photos", "take some pictures", "shoot a photo", "get a photo", "get a picture",
    "get photos", "get pictures", "make a photo", "capture an image", "capture a photo", "take the photo",
    "take the photos", "take a shot", "take snapshots", "capture images", "snap photos", "snap pictures",
    "take any photos", "take any pictures", "make photos", "take another photo", "photo", "picture",
    "photos", "pictures", "a photo", "a picture", "get me a photo", "get me a picture",
)  # fmt: skip

#: Verbs that bring about a flag; a flag that is not listed is named by the skills that change it.
OPERATE: Mapping[Flag, tuple[str, ...]] = {
    ("open", True): ("open", "open up", "unlock"),
    ("open", False): ("close", "shut", "close up"),
    ("switched_on", True): ("switch on", "turn on", "start", "activate", "power on", "start up", "light"),
    ("switched_on", False): ("switch off", "turn off", "deactivate", "power off", "shut off", "shut down", "power down",
                             "extinguish"),
    ("clean", True): ("clean", "wipe", "wipe down", "wipe off", "clean up", "clean off", "wipe clean", "rinse",
                      "rinse off", "rinse out", "wash", "wash off", "wash up", "wash out", "scrub"),
    ("heated", True): ("heat", "heat up", "warm", "warm up", "microwave", "cook", "reheat", "boil"),
    ("chilled", True): ("chill", "cool", "cool down", "cool off", "refrigerate"),
    ("sliced", True): ("slice", "slice up", "cut", "cut up", "chop", "chop up"),
    ("photographed", True): PHOTO,
}  # fmt: skip

#: Adjectives for a state.
STATES: Mapping[Flag, tuple[str, ...]] = {
    ("open", True): ("open", "opened", "wide open"),
    ("open", False): ("closed", "shut"),
    ("switched_on", True): ("switched on", "turned on", "on", "running", "powered on"),
    ("switched_on", False): ("switched off", "turned off", "off", "powered off"),
    ("clean", True): ("clean", "cleaned", "wiped", "tidy", "spotless", "rinsed", "washed", "wet", "scrubbed"),
    ("clean", False): ("dirty",),
    ("photographed", True): ("photographed",),
    ("heated", True): ("heated", "hot", "warm", "warmed", "microwaved", "cooked", "reheated", "boiled"),
    ("chilled", True): ("chilled", "cold", "cool", "cooled", "refrigerated"),
    ("sliced", True): ("sliced", "cut", "chopped", "cut up"),
}

FORBIDDEN = (
    "off limits", "forbidden", "out of bounds", "prohibited", "not allowed", "off limit", "a no go area", "taboo",
    "a no go zone", "to be avoided", "closed off",
)  # fmt: skip

LINKS: Mapping[str, tuple[str, ...]] = {
    "AND": ("and", "&", "plus", "as well as", "and also", "along with", "together with"),
    "OR": ("or", "nor", "or else", "or alternatively", "alternatively"),
    "BUT": ("but", "however", "yet", "though"),
    "EITHER": ("either", "one of the following"),
    "FIRST": ("first", "firstly", "first of all", "to begin with", "at first", "before anything else", "initially",
    "start by", "begin by",
              "start with", "begin with", "starting with", "beginning with", "to start", "to start with", "#"),
    "THEN": ("then", "after that", "after this", "afterwards", "afterward", "next", "finally", "lastly", "at last",
             "subsequently", "thereafter", "later", "followed by", "after which", "second", "secondly", "third",
             "thirdly", "fourth", "fifth", "last", "last of all", "once done", "when done", "once finished",
             "when finished", "when you are done", "once you are done", "once that is done", "when that is done",
             "after that is done", "after doing so", "after doing that", "in the end", "at the end", "later on",
             "only then", "and only then", "once this is done", "when this is done", "after it is done",
             "once it is done", "when it is done", "end by", "finish by", "end with", "ending with", "finish with",
             "finishing with", "at the very end", "before finally", "before then",
             "after they are done", "as a last step", "from there", "having done that", "having done so"),
    "BEFORE": ("before", "prior to", "but before", "ahead of", "right before", "just before"),
    "EARLIER": ("before that", "beforehand", "before this", "before you do that", "before doing so",
                "before doing that", "prior to that", "but first"),
    "AFTER": ("once done", "when done", "once finished", "when finished", "having", "after", "once", "when",
              "as soon as", "only after", "following", "right after", "immediately after", "just after", "only once",
              "only when"),
    "UNTIL": ("until", "till", "up until", "until after"),
    "WITHOUT": ("without", "while not", "whilst not", "without ever", "while never"),
    "WHILE": ("while", "whilst", "as long as", "whenever", "while you are", "while it is", "during", "when",
              "whenever you are", "while still", "while they are"),
}  # fmt: skip

NOT = (
    "never", "not", "do not", "does not", "did not", "must not", "may not", "should not", "shall not", "can not",
    "must never", "should never", "may never", "is never to", "are never to", "is not allowed to",
    "are not allowed to", "is not permitted to", "are not permitted to", "is forbidden to", "are forbidden to",
    "is forbidden from", "are forbidden from", "is prohibited from", "are prohibited from", "not to", "never to",
    "under no circumstances", "at no time", "do not ever", "do never", "will not", "is not to", "are not to",
    "need not", "in no case", "do not let", "do not have", "not ever", "ought not to", "has to never", "does never",
)  # fmt: skip
NOBODY = (
    "no robot", "nobody", "no one", "none of the robots", "no robots", "none of you", "no arm", "none of the arms",
    "no unit", "no machine", "do not let any robot", "never let any robot", "do not let a robot", "never let a robot",
    "do not allow any robot to", "do not let the robots", "do not let anybody", "do not let anyone",
    "never let anybody",
    "never let anyone", "do not allow anybody to", "do not allow anyone to", "not a single robot", "none of the arms",
)  # fmt: skip
BE = (
    "is",
    "are",
    "be",
    "been",
    "was",
    "were",
    "has been",
    "have been",
    "had been",
    "being",
    "end up",
    "ends up",
    "be located",
    "be placed",
    "be kept",
)

PREPOSITIONS = (
    "to", "into", "onto", "on", "in", "inside", "at", "on top of", "from", "out of", "through", "via", "of", "outside",
    "near", "next to", "by", "beside", "towards", "toward", "up to", "over to", "inside of", "upon", "within", "across",
    "along", "past", "off", "outside of", "anywhere outside", "anywhere in", "over", "back to", "back into", "back in",
    "down on", "back on", "back onto", "all the way to", "straight to", "directly to", "down to", "for", "around",
    "anywhere but in", "except in", "elsewhere than in", "other than in", "anywhere except in", "anywhere but",
    "down in", "down at", "in front of", "from inside", "off of", "currently in", "currently on", "currently at",
    "lying on", "lying in", "located in", "located at", "standing in", "standing at", "sitting on", "sitting in",
    "waiting at", "waiting in", "waiting by", "resting on", "back at", "home to", "under", "behind",
)  # fmt: skip

#: Prepositions by what they mean; the others mean themselves.
PREPOSITION_SENSE: Mapping[str, str] = {
    **dict.fromkeys(("on", "onto", "on top of", "upon", "down on", "back on", "back onto", "over"), "on"),
    **dict.fromkeys(("in", "inside", "into", "inside of", "within", "back into", "back in", "down in", "anywhere in"),
                    "in"),
    **dict.fromkeys(("to", "towards", "toward", "up to", "over to", "back to", "all the way to", "straight to",
                     "directly to", "down to", "home to", "for"), "to"),
    **dict.fromkeys(("at", "down at", "back at"), "at"),
    **dict.fromkeys(("near", "next to", "by", "beside", "in front of", "around", "behind", "under"), "near"),
    **dict.fromkeys(("currently in", "located in", "standing in", "sitting in", "waiting in", "lying in"), "located"),
    **dict.fromkeys(("currently on", "lying on", "sitting on", "resting on"), "located"),
    **dict.fromkeys(("currently at", "located at", "standing at", "waiting at", "waiting by"), "located"),
    **dict.fromkeys(("from", "out of", "off", "from inside", "off of"), "from"),
    **dict.fromkeys(("through", "via", "across", "along", "past"), "through"),
    **dict.fromkeys(("outside", "outside of", "anywhere outside", "anywhere but in", "except in", "elsewhere than in",
                     "other than in", "anywhere except in", "anywhere but"), "outside"),
}  # fmt: skip

ANY_ORDER = (
    "in any order", "in whatever order", "in no particular order", "in either order", "order does not matter",
    "the order does not matter", "in any order you like", "in arbitrary order", "in any sequence", "in parallel",
    "at the same time", "simultaneously", "in whichever order", "no matter the order", "the order is up to you",
)  # fmt: skip
PAIRED = ("respectively", "in that order respectively")
IN_ORDER = (
    "in this order", "in that order", "in order", "one after another", "one after the other", "one by one",
    "in the given order", "in the order given", "in sequence", "in exactly this order", "in this exact order",
    "in exactly that order", "in the following order", "in turn",
)  # fmt: skip

#: Skipped wherever they stand.
FILLERS = (
    "please", "now", "just", "also", "kindly", "you", "for me", "for us", "hey", "hi", "hello", "ok", "okay", "thanks",
    "thank you", "simply", "quickly", "carefully", "gently", "immediately", "at all times", "at any time", "at all",
    "all the time", "ever", "as well", "again", "the whole time", "the entire time", "right now", "right away",
    "during the whole mission", "during the mission", "throughout", "throughout the mission", "when possible",
    "if possible", "asap", "all of you", "at once", "instead", "still", "safely", "directly", "straight", "meanwhile",
    "in the meantime", "in addition", "additionally", "furthermore", "moreover", "besides", "respectfully", "heed",
    "um", "uh", "uhm", "er", "erm", "hmm", "oh", "ah", "like", "maybe", "perhaps", "alright", "all right", "you know",
    "good morning", "good afternoon", "good evening", "team", "that is all", "that is it", "thanks a lot",
    "many thanks",
    "thank you very much", "i guess", "i think", "if you can", "if you could", "if you like", "one more thing",
    "first things first", "while you are there", "while you are at it", "when you are there", "while that happens",
    "done", "here is what i need", "here is what to do", "guys", "everybody ready",
    "on your way", "on the way", "along the way", "slowly", "properly", "completely", "together", "either way",
)  # fmt: skip

#: Skipped where a verb or "is" can follow: politeness in clauses, auxiliaries, infinitives.
AUXILIARIES = (
    "could you", "can you", "would you", "will you", "i want you to", "i would like you to", "i need you to", "i want",
    "i need", "i would like", "you should", "you must", "you have to", "you need to", "you can", "you may",
    "make sure", "make sure that", "make sure to", "ensure", "ensure that", "be sure to", "go ahead and", "to", "would",
    "your task is to", "your job is to", "the task is to", "we need to", "we need you to", "we want you to", "should",
    "i want you", "must", "shall", "will", "may", "can", "has to", "have to", "needs to", "need to", "ought to",
    "is to",
    "are to", "is supposed to", "are supposed to", "could", "let us", "so", "well", "that", "it is important that",
    "it is important to", "remember to", "remember that", "try to", "see to it that", "take care to", "take care that",
    "do", "does", "the following", "would you please", "could you please", "can you please", "i would like to see",
    "would you mind", "be so kind as to", "the goal is to", "your goal is to", "the mission is to", "i want to see",
    "your mission is to", "has", "have", "had", "be careful to", "be careful", "let", "not only", "do the following",
    "it has to", "we want", "we need", "what i want is", "i expect you to", "you are to",
    "do not forget to", "do not forget that", "you might want to", "might", "i was wondering if you could",
    "i would love",
    "what about", "how about", "be so kind and", "wants to", "want to", "there is a need to", "is", "are", "be",
    "you will", "we should", "we must", "always",
)  # fmt: skip

#: Skipped before a robot is named: "have robot 2 go ...", "use the left arm to ...".
CAUSES = (
    "let", "have", "make", "tell", "ask", "order", "get", "instruct", "use", "using", "with", "send", "dispatch",
    "i want", "i need", "command", "get", "want", "need", "direct", "request", "cause", "via", "by", "for", "move",
    "bring", "take", "drive", "steer", "navigate", "put", "guide", "lead",
)  # fmt: skip

#: Skipped after a verb or its object: "pick the mug up", "bring it over to ...".
PARTICLES = ("up", "down", "back", "away", "over", "out", "along", "around", "in", "on", "off", "inside", "together")

#: Skipped at the end or before a clause, not after a verb that still needs its noun.
TRAILING = ("too", "once more", "one more time", "once again", "yet again", "as well too")

#: Skipped between a noun and the words that tell it apart: "the mug that is on the table".
RELATIVES = (
    "that is", "which is", "who is", "that are", "which are", "that stands", "that lies", "who waits", "who stands",
    "that sits", "who sits", "who is waiting", "who is standing", "who is sitting", "waiting", "standing", "sitting",
    "lying", "located", "currently", "which stands", "which lies", "that is currently", "which is currently", "placed",
    "that is lying", "that is standing", "that can be found", "to be found", "resting", "that was",
)  # fmt: skip


#: What is skipped, by the pseudo-terminal that says where.
SKIPPED: Mapping[str, tuple[str, ...]] = {
    "FILLER": FILLERS, "AUXILIARY": AUXILIARIES, "CAUSE": CAUSES, "PARTICLE": PARTICLES, "RELATIVE": RELATIVES,
    "TRAILING": TRAILING,
}  # fmt: skip


def _inflected(verbs: Iterable[str]) -> Iterator[tuple[str, str]]:
    for verb in verbs:
        for forms in verb_forms(verb).values():
            for form in forms:
                yield form, verb


@lru_cache(maxsize=1)
def first_words() -> frozenset[str]:
    """Words that something in the language begins with."""
    return frozenset(words[0] for words in language())


@lru_cache(maxsize=1)
def language() -> Mapping[tuple[str, ...], tuple[Reading, ...]]:
    """Readings of every run of words of the language itself, best first."""
    table: dict[tuple[str, ...], list[Reading]] = {}

    def add(words: str, terminal: str, value: object = "") -> None:
        readings = table.setdefault(tuple(words.split()), [])
        if all(reading.terminal != terminal for reading in readings):
            readings.append(Reading(terminal, value))

    verbs: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("GO", GO), ("GO", RETURN), ("VISIT", VISIT), ("MOVE", MOVE), ("CARRY", CARRY), ("CARRY", PUSH),
        ("CARRY", GUIDE), ("GRASP", GRASP), ("KEEP", KEEP), ("STAY", STAY), ("AVOID", AVOID), ("TURN", TURN),
        ("USE", ("use",)), ("COME", COME),
    )  # fmt: skip
    for terminal, bases in verbs:
        for form, base in _inflected(bases):
            add(form, terminal, base)
    for flag, adjectives in STATES.items():
        for adjective in adjectives:
            add(adjective, "STATE", flag)
    for flag, bases in OPERATE.items():
        for form, _ in _inflected(bases):
            add(form, "OPERATE", flag)
    for words in FORBIDDEN:
        add(words, "STATE", ("forbidden", True))
    for words in ANY_ORDER:
        add(words, "ANYORDER")
    for words in IN_ORDER:
        add(words, "INORDER")
    for words in PAIRED:
        add(words, "PAIRED")
    for words in NOBODY:
        add(words, "NOBODY")
    for words in BE:
        add(words, "BE")
    for terminal, phrases in LINKS.items():
        for words in phrases:
            add(words, terminal, words)
    for words in NOT:
        add(words, "NOT")
    for words in PREPOSITIONS:
        add(words, "PREP", PREPOSITION_SENSE.get(words, words))
    for terminal, skipped in SKIPPED.items():
        for words in skipped:
            add(words, terminal)
    return {words: tuple(readings) for words, readings in table.items()}
