"""Words and phrases that mean much the same where tasks are given, one name for each group.

General English, not made from the formulas of any data set: what a group has to do with a formula is
learned. Endings go first, so that "visited", "visiting" and "visits" are "visit".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def words_in(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


_GROUPS: Mapping[str, str] = {
    "GO": "go to|go through|go|move to|move through|move|visit|reach|navigate to|navigate|make your way to|get to|"
    "travel to|travel through|travel|head to|head towards|head|arrive at|arrive|proceed to|proceed|find|pass through|"
    "pass by|stop by|stop at|walk to|walk|approach|drive to|run to|come to|be at|make a visit to|pay a visit to|"
    "direct yourself to|see|observe|explore|frequent|swing by|drop by|locate|enter|access|go by|return to|step into|"
    "complete a visit to|cross|come by|come across|hit|touch|check|tour|patrol to",
    "EVENT": "happen|occur|hold|become true|hold true|be true|come true|take place",
    "AVOID": "avoid|stay away from|keep away from|steer clear of|bypass|stay clear of|stay out of|keep off|keep out of|"
    "evade|refrain from|abstain from|keep clear of|stay off|leave out|keep your distance from",
    "NOT": "not|never|cannot|can't|don't|mustn't|shouldn't|can not|may not|must not|no|prohibit|forbid to|forbidden|"
    "not allow to|not permit to|prohibit|prevent from|under no circumstance|prevent|off limit|not to",
    "WITHOUT": "without",
    "FOREVER": "forever|infinitely often|infinitely|infinite number of time|an infinite number of time|infinite time|"
    "repeatedly|repeat|continuously|continually|constantly|perpetually|endlessly|without stop|all over|over and over|"
    "again and again|indefinitely|regularly|nonstop|unlimited time|for all time|periodically|all the time|recurrently|"
    "always be|ceaselessly|persistently|unceasingly|eternally|infinity|infinite|unlimited|incessantly",
    "KEEP": "keep|keep on|continue|continue to|do not stop|never stop|cannot stop|not stop|patrol|cycle through|"
    "cycle between|cycle|loop|loop through|oscillate between|alternate between|circulate|surveil|monitor|survey|"
    "do not ever stop|do not quit|go on|carry on|keep go between|rotate",
    "MUST": "must|have to|has to|need to|should|be require to|require to|your task be to|ensure|make sure|"
    "make sure that|ensure that|be sure to|be oblige to|ought to|remember to|be suppose to|please|shall|be to|"
    "guarantee",
    "UNTIL": "until|till|util|up to the point|prior to|before|unless|up until|unless and until|as long as not|"
    "while not",
    "WAIT": "wait|stay at|stay on|stay in|stay|remain at|remain in|remain on|remain|hold position|hold your position|"
    "not leave|do not leave|do not exit|linger|dwell|keep at|stick to|keep be at|keep go on|stand|park|rest|pause",
    "MORE": "more|greater|over|exceed|above|in excess",
    "LESS": "less|few|fewer|under|below|short of",
    "LEAST": "at least|minimum|a minimum of|minimum of|no less than|no fewer than|or more|not less than|"
    "not fewer than|at minimum|at the least|the minimum number|not under|at the minimum",
    "MOST": "at most|maximum|a maximum of|maximum of|no more than|up to|not more than|not exceed|or less|or fewer|"
    "at maximum|at the most|the maximum number|upper limit|tops|limit|at the maximum|not over",
    "EXACT": "exactly|precisely|no more no less|no more and no less|no more or less|no less no more|exact|"
    "more or less|more or fewer|fewer or more|less or more|greater or fewer|fewer or greater|any more or any fewer|"
    "any greater or fewer|no fewer or greater|no fewer nor greater|at most and at least|at least and at most|"
    "not more nor less|neither more nor less|greater or less|less or greater",
    "AFTER": "after|once|as soon as|whenever|when|if|upon|following|every time|each time|anytime|any time|"
    "in response to|since|in the event that|in case|provided that|given that",
    "IFF": "if and only if|only and only if|only if and if|iff|when and only when|just in case",
    "NEXT": "immediately|immediately after|right after|the next time step|the next time instant|next time instant|"
    "very next time instant|very next time step|next step|next instant|at once|instantly|promptly|straight away|"
    "right away|directly after|directly|right next|next time step|one time step|one time instant|next moment|"
    "immediately afterward|in the next step|next time|time instance|next instance|right before|without delay",
    "LATER": "later|afterward|afterwards|in the future|sometime|some time|eventually|at some point|some time later|"
    "thereafter|after that|at some time|someday|subsequently|finally|ultimately|anymore|any more|any longer|ever again|"
    "again|from then on|from that point on|later on|at last|lastly|in the end|any long",
    "THEN": "then|and then|next|follow by|and after|afterwards go|before go",
    "ONLYTHEN": "only then|only after|and only then|only after that|only once|only when|only if|but only after|"
    "but not until|not until",
    "STRICT": "strict order|that exact order|this exact order|that specific order|this specific order|exact order|"
    "specific order|that strict order|this strict order|particular order",
    "ORDER": "in order|in this order|in that order|sequentially|in some sequence|in sequence|consecutively|"
    "NUM after another|NUM after the other|NUM after other|in NUM order|"
    "one after the other|successively|one by one|chronologically|respectively|sequence|in a row|in turn",
    "ANYORDER": "in any order|any order|no particular order|no specific order|arbitrary order|in whatever order|"
    "regardless of order|order do not matter|any sequence|random order|whichever order|irrespective of order",
    "REVISIT": "revisit|return|come back|go back|repetition|without repetition|no revisit|back to|visit again|"
    "return to previous|previously visit|without return to|no repetition|previous location|already visit",
    "SEPARATE": "separate|distinct|different|individual",
    "OCCASION": "time|occasion|instance|visit to|turn",
    "ALWAYS": "always|at all time|at all cost|at any time|ever|at any point|at all|throughout|in any case|any cost",
    "LEAVE": "leave|exit|depart|depart from|go away from|leave from",
    "WHILE": "while|whilst|during|as you|at the same time",
    "SINGLE": "only NUM time|just NUM time|a single time|single|only one|each only NUM time|each location NUM time",
    "VIA": "via|by way of|through|by go through|pass",
    "EACH": "each|each of|all of|all|both|every|every one of|both of|everything|the following|following location",
    "": "the|a|an|location|place|landmark|point|spot|area|position|destination|of|there|you can|you|to be|that|your|so|"
    "it|in such a way|kindly|robot|hey|,|.|also|on your travel|going|at|to|number|be|will|can|site|room",
}
_IRREGULAR = {
    "is": "be", "are": "be", "was": "be", "were": "be", "been": "be", "being": "be", "gone": "go", "went": "go",
    "seen": "see", "saw": "see", "has": "have", "had": "have", "having": "have", "left": "leave", "kept": "keep",
    "found": "find", "made": "make", "does": "do", "did": "do", "goes": "go", "began": "begin", "twice": "NUM",
    "as": "as", "this": "this", "times": "time", "stopping": "stop", "stopped": "stop", "stops": "stop",
    "getting": "get", "occurs": "occur", "occurred": "occur", "occured": "occur", "occurring": "occur",
    "unless": "unless", "less": "less", "always": "always", "access": "access", "pass": "pass", "during": "during",
    "following": "following", "across": "across", "its": "it", "previous": "previous", "once": "once",
    "continuous": "continuously", "permitted": "permit", "forbidden": "forbid", "going": "go", "seeing": "see",
    "fewer": "few", "greater": "great", "prohibited": "prohibit",
}  # fmt: skip
_DROPPED_E = words_in(
    "leave arrive navigate continue approve observe locate explore require prohibite ensure oblige suppose "
    "repeate become come take move make cycle rotate bypasse face cease pause remove release"
)


def stem(word: str) -> str:
    """A word without its ending, roughly.

    >>> [stem(word) for word in ("visited", "leaving", "avoids", "is")]
    ['visit', 'leave', 'avoid', 'be']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending in ("ing", "ed", "es", "s"):
        short = word[: -len(ending)]
        if word.endswith(ending) and len(short) > 2 and not word.endswith("ss"):
            if f"{short}e" in _DROPPED_E:
                return f"{short}e"
            if ending == "es" and not short.endswith(("s", "x", "ch", "sh", "o")):
                continue
            return short[:-1] if ending in ("ing", "ed") and short[-1] == short[-2] and short[-1] in "ptnmgb" else short
    return word


_PHRASES: Mapping[tuple[str, ...], str] = {
    tuple(stem(word) for word in phrase.split()): name
    for name, phrases in _GROUPS.items()
    for phrase in phrases.split("|")
}
_LONGEST = max(map(len, _PHRASES))


def grouped(tokens: Sequence[str]) -> list[str]:
    """Tokens with every known word or phrase replaced by its group, longest phrases first; fillers go."""
    stems = [token if token.startswith("<") or token in ("P", "NUM") else stem(token) for token in tokens]
    found: list[str] = []
    at = 0
    while at < len(stems):
        for length in range(min(_LONGEST, len(stems) - at), 0, -1):
            name = _PHRASES.get(tuple(stems[at : at + length]))
            if name is not None:
                break
        else:
            length, name = 1, stems[at]
        if name and (not found or found[-1] != name):
            found.append(name)
        at += length
    return found
