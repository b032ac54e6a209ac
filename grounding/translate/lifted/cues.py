"""Function words of temporal English: what joins, orders, counts, denies and delays.

General English; what a cue does to a formula is said in :mod:`grounding.translate.lifted.grammar`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grounding.translate.lifted.thesaurus import stem, words_in

_CUES: Mapping[str, str] = {
    # Joining clauses of time and condition.
    "UNTIL": "until|till|util|til|up until|up to the point|unless|unless and until|until after",
    "BEFORE": "precede|come before|before|prior to|ahead of|earlier than|in advance of",
    "AFTER": "after|whenever|when|if|upon|following|every time|each time|any time|anytime|in response to|"
    "in the event|in case|provided|given that|as long as|only because|while",
    "IMPLY": "mean|imply|require that|entail|trigger|result in|lead to|cause",
    "IFF": "if and only if|only if and if|only and only if|iff|when and only when|only when and when|just in case|"
    "if but only if",
    "ONLYAFTER": "only after|only if|only when|only once|but only after|only upon|only follow|only as soon as|"
    "only provided|not until after",
    "NEXTAFTER": "as soon as|immediately after|right after|directly after|straight after|the instant|the moment|"
    "just after|immediately when|immediately once|immediately upon|immediately following|instantly after",
    "NEXTBEFORE": "right before|immediately before|directly before|just before|NUM time step in the past|"
    "just NUM time step in the past|NUM step before|NUM step earlier|NUM time step before|just NUM step before",
    "UNLOCK": "unlock|enable|allow for|permit|open up|make possible|be require for|be need for|be a condition for",
    "LOCK": "lock|prevent|disable|block|bar|rule out|exclude|forbid|close",
    "RELEASE": "release|free",
    # Times that hark back to what was said.
    "LATER": "in response to it|in response|in response to that|after that|afterward|afterwards|afterword|later|"
    "later on|thereafter|after this|subsequently|after which|in the future|from then on|from that point on|"
    "some time later|at a later time|after it",
    "NEXT": "immediately|immediately after that|immediately afterward|immediately afterwards|right after that|"
    "next step|next time step|next time instant|very next time instant|very next time step|next instant|next moment|"
    "right next|next time|instantly|at once|promptly|right away|straight away|directly after that|without delay|"
    "next instance|right afterward|right afterwards|the very next step|next time instance|in the next step|"
    "NUM time instant|NUM time step|NUM step later|NUM time step later|immediately following that",
    "NEXTBEFORETHAT": "right before that|immediately before that|directly before that|just before that",
    "BEFORETHAT": "before that|beforehand|before it|before this|earlier|previously",
    "THEN": "then|and then|next|follow by|finally|lastly|at last|in the end|to then|second|third|fourth|after which|"
    "last|move on to|proceed to then",
    "ONLYTHEN": "only then|only after that|and only then|only afterward|only afterwards|then and only then|"
    "only after this",
    "FIRST": "first|already|at first|to begin with|firstly",
    "SOMETIME": "eventually|sometime|at some point|some time|in the end|some day",
    # Denying and bounding.
    "NOT": "not|never|cannot|can't|don't|mustn't|shouldn't|won't|no|neither|nor|prohibit from|forbid from|forbid to|"
    "prohibit|under no circumstance|off limit|isn't|nothing|do not ever|without ever",
    "AVOID": "avoid|stay away|keep away|keep way|steer clear|stay clear|keep clear|bypass|evade|refrain|abstain|"
    "stay out|keep out|keep off|skip|dodge|shun|ignore|leave out|stay off|keep your distance",
    "WITHOUT": "without|but not through|but not by|but not via|while avoid|while stay away|while keep away|"
    "while stay clear|while steer clear|while not|while never|whilst avoid|while ignore|while skip",
    "ANYBUT": "anywhere but|everywhere but|any place but|anywhere except|everywhere except|anything but|"
    "any location but",
    "NONEBUT": "nowhere but|no place but|nowhere except|nowhere else but|nothing but",
    "OTHERTIME": "any other time|at other time|other time|otherwise|any other moment",
    "ALONE": "independently|on its own|alone|the NUM without the other",
    "UNSEEN": "unseen|unvisited|unobserved|unreached|not yet visit|not yet see",
    # How often.
    "GE": "at least|minimum|a minimum of|minimum of|no less than|no few than|not less than|not few than|"
    "not any few than|not any less than|or more|not under|at the least|at minimum|no under|or above",
    "LE": "at most|maximum|a maximum of|maximum of|no more than|not more than|not any more than|up to|or less|or few|"
    "equal or less than|equal or less|less than or equal to|at the most|not exceed|at maximum|upper limit|limit|"
    "not over|no over|or below|less or equal",
    "GT": "more than|any more than|great than|exceed|over|in excess of|beyond",
    "LT": "less than|any less than|few than|any few than|under|short of|fall short on|fall short of|below",
    "EQ": "not exceed or fall short on|not exceed or fall short of|exactly|precisely|exact|at most and at least|"
    "at least and at most|exceed or fall short on|exceed or fall short of|no more no less|no less no more|"
    "no more and no less|no more or less|no more nor less|more or less than|less or more than|more or few than|"
    "few or more than|any more or any few than|any more or few than|more or any few than|great or few than|"
    "few or great than|any great or few than|no few or great than|no few nor great than|no more or few than|"
    "no more nor few than|neither more nor less than|neither more or less than|any few or more than|"
    "any few or any more than|not more or less than|more nor less than|more and no less than|more or less|"
    "more or few|few or more",
    "MORETIMES": "more time|time more|again|once more|additional time|more|NUM more",
    "STOP": "stop|quit|cease",
    "NOMORE": "any more|anymore|any long|ever again|no long",
    "REVISIT": "revisit|return|come back|go back|reenter|re enter|repetition|repeat visit|back|visit again",
    "EACH": "the following|following location|following place|following NUM location|the following NUM location|"
    "the following location|each|every|all|both|any NUM",
    "LEAVE": "leave|exit|depart|go away|go to other place from|go to any other place from|go anywhere from|"
    "go to anywhere from|go elsewhere from|move from|go from",
    "ONLY": "only|just|single|solely|single time",
    "FOREVER": "forever|infinitely|infinitely often|infinite|infinite time|infinite number of time|repeatedly|"
    "continually|continuously|constantly|perpetually|endlessly|over and over|again and again|regularly|nonstop|"
    "periodically|without stop|without pause|without end|persistently|ceaselessly|eternally|unlimited time|"
    "incessantly|indefinitely|keep|keep on|keep go|continue|continue to|carry on|patrol|cycle|cycle through|"
    "cycle between|loop|alternate|back and forth|go back and forth|keep go back and forth|oscillate|surveil|rotate|"
    "always be",
    "ALWAYS": "always|at all time|at any time|ever|at all|at any point|at all cost|throughout|in any case",
    "HOLD": "stay|wait|remain|hold position|linger|dwell|keep at|keep be at|keep go on|keep on be|stand|park|rest|"
    "pause|stick to|keep hold|hold true|hold",
    # Orders.
    "ANYORDER": "any order|no particular order|no specific order|arbitrary order|whatever order|order be not|"
    "order do not matter|regardless of order|random order|whichever order|irrespective of order|any sequence|"
    "the order be not important|no specific sequence|no order",
    "STRICTORDER": "strict order|exact order|specific order|particular order|precise order|out of turn|out of order|"
    "skip any",
    "INORDER": "in order|this order|that order|follow order|sequentially|in sequence|in some sequence|"
    "one after another|NUM after another|NUM after the other|NUM after other|NUM by NUM|successively|consecutively|"
    "in turn|chronologically|in a row|sequence|the order",
    # Who is bound by it.
    "MUST": "must|have to|has to|need to|should|be require to|require|oblige|ensure|make sure|sure to|ought|shall|"
    "suppose to|need|guarantee",
    "MAY": "can|may|allow|be allow to|permit to|be permit to|be good to|free to|could|able to|be permit",
    "COMPLETE": "complete the task|complete|finish",
    "GO": "stop at|stop by|stop in|make a stop at",
    "AND": "while ensure|while make sure|while be sure|and|also|plus|as well as",
    "OR": "or",
    "EITHER": "either|NUM of",
    "BUT": "but|however|yet|though",
}
_PHRASES = {
    tuple(word if word == "NUM" else stem(word) for word in phrase.split()): cue
    for cue, phrases in _CUES.items()
    for phrase in phrases.split("|")
}
_LONGEST = max(map(len, _PHRASES))
#: Dropped before cues are looked for.
_FILLERS = words_in("the a an very of that you will so it")


@dataclass(frozen=True)
class Token:
    """A cue, a word or a mention.

    Attributes:
        cue: Its kind, in capitals; ``P`` for mentions, ``#`` for numbers, else the stem of the word.
        name: The proposition of a mention.
        number: The value of a number, negative for ordinals (-4: the fourth).
    """

    cue: str
    name: str = ""
    number: int = 0


def cues(words: Sequence[Token]) -> list[Token]:
    """Finds the longest known phrases among stems, mentions and numbers."""
    found: list[Token] = []
    at = 0
    while at < len(words):
        for length in range(min(_LONGEST, len(words) - at), 0, -1):
            run = words[at : at + length]
            cue = _PHRASES.get(tuple("NUM" if t.cue == "#" else t.cue for t in run))
            if cue:
                found.append(Token(cue, number=max(t.number for t in run) if cue == "MORETIMES" else 0))
                break
        else:
            length = 1
            if words[at].cue not in _FILLERS:
                found.append(words[at])
        at += length
    return found
