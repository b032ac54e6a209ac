"""What order a wording states between tasks whose places in it are known: the conventions of docs/translate_gold.md.

The wording is reduced to a skeleton in which every stated task is a mark, and the words between the marks are read by
rules. A *unit* is what one sentence, or one part of it cut at "then", says; a *group* is a unit with the units
that are said to go on simultaneously with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.translate.align import Statement
from grounding.translate.contents import Contents, contents, same_word
from grounding.translate.nodes import closure

_MARK = re.compile(r"<(\d+)>")
_SIMULTANEOUS = re.compile(r"\b(?:simultaneously|meanwhile|at the same time|concurrently|in the meantime)\b")
_NEXT = re.compile(
    r"\b(?:then|next|afterwards?|subsequently|thereafter|later|(?:after|following) (?:that|this|it|doing (?:so|that))"
    r"|immediately after|followed by)\b(?! is)"
)
_FINALLY = re.compile(
    r"\b(?:finally|lastly|at last|to finish(?: up)?|at the end|finish (?:by|with|up)|in the end|end by|last)\b"
)
_FIRST = re.compile(r"\b(?:first|firstly|initially|to start(?: with)?|start (?:by|with)|begin (?:by|with)|to begin)\b")
_REFERRING = re.compile(r"\b(after|once|when|upon|following|before|prior to)\b")
_ALL = re.compile(
    r"\b(?:these|those|all|everything|them|previous tasks|tasks|subtasks|steps|items|above|the rest|previous ones)\b"
)
_BOTH = re.compile(r"\b(?:both|two)\b")
_JUST = re.compile(
    r"^(?:(?:it|that|this|done|completed|complete|completion|finished|finishing|doing|completing|the|previous|task|step"
    r"|is|are|'s|that's|it's|has|been|having|so|one|action|first|with|last|of|ones?)\b[ ']*)+$"
)
_NO_ACTION = re.compile(r"^(?:\w+ing )?(?:any|everything|anything|all)\b")


#: Words that speak of tasks as such.
_META = re.compile(
    r"^(?:complet|subtask|finish|previou|step|item|above|two|thing|completion|other|action|activit|job|preced|earli|mention)"
)


@dataclass
class Unit:
    """Tasks said in one breath.

    Attributes:
        tasks: Their indices, in reading order.
        simultaneous: Whether it is said to go on at the same time as the one before.
        first: Whether it is said to come first.
    """

    tasks: list[int]
    simultaneous: bool = False
    first: bool = False


@dataclass
class Reading:
    """What was read so far.

    Attributes:
        names: Content words of the stated tasks, in the order of their words.
        units: Units so far.
        pairs: Order so far.
        doubts: What the rules could not decide, for the eye.
    """

    names: dict[int, Contents]
    units: list[Unit] = field(default_factory=list)
    pairs: set[tuple[int, int]] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)

    def said(self) -> list[int]:
        """All tasks so far."""
        return [task for unit in self.units for task in unit.tasks]

    def just(self) -> list[int]:
        """The group just said: the last unit with its simultaneous partners."""
        group: list[int] = []
        for unit in reversed(self.units):
            group = unit.tasks + group
            if not unit.simultaneous:
                break
        return group

    def put(self, before: Iterable[int], after: Iterable[int]) -> None:
        """Adds order."""
        later = list(after)
        self.pairs |= {(i, j) for i in before for j in later if i != j}


def skeleton(instruction: str, found: Sequence[Statement]) -> str:
    """The wording with every stated task as ``<index>``, in lower case."""
    text = instruction
    for one in sorted(found, key=lambda s: -s.start):
        text = f"{text[: one.start]} <{one.task}> {text[one.end :]}"
    return re.sub(r"\s+", " ", text.lower().replace("’", "'")).strip()


def order_of(
    instruction: str, base_tasks: Sequence[str], found: Sequence[Statement]
) -> tuple[list[tuple[int, int]], list[str]]:
    """Transitive closure of the stated order over indices of base tasks, and doubts of the rules."""
    reading = Reading({one.task: contents(base_tasks[one.task]) for one in found})
    for sentence in re.split(r"(?<=[.;!?])\s*", skeleton(instruction, found)):
        _sentence(sentence.strip(" .;!?"), reading)
    closed = closure(reading.pairs)
    if any(i == j for i, j in closed):
        reading.doubts.append("order goes round in a circle")
    return sorted(closed), reading.doubts


def _sentence(text: str, reading: Reading) -> None:
    if not _MARK.search(text):
        if text:
            reading.doubts.append(f"no task in {text!r}")
        return
    lead, body = _split_lead(text)
    parts = re.split(
        r"(?<=>)[ ,]*(?=(?:and )?(?:then|next|followed by|afterwards?|subsequently|finally|lastly)\b)", body
    )
    for number, part in enumerate(parts):
        if _MARK.search(part):
            _part(part, lead if number == 0 else "", reading)
        elif re.search(r"\bafterwards?\b", part) and reading.units:
            reading.put([t for u in reading.units[:-1] for t in u.tasks], reading.units[-1].tasks)


def _split_lead(text: str) -> tuple[str, str]:
    """A leading "after ...," and what follows it."""
    match = re.match(
        r"((?:and |then |finally |lastly |simultaneously |next |at any time )*,? ?)"
        r"((?:after|once|when|upon|following|before|prior to)\b[^<]*?(?:<\d+>[^<]*?)??),? (?=(?:[a-z ,]*)<)",
        text,
    )
    if not match:
        return "", text
    clause = match.group(2)
    # The clause ends at its last comma before the task; without a comma it ends at the task itself.
    rest = text[match.start(2) :]
    stop = rest.rfind(",", 0, rest.index("<")) if "," in rest[: rest.index("<")] else rest.index("<")
    if rest.startswith(clause) and "<" in clause:
        stop = len(clause)
    tail = rest[stop:].lstrip(", ")
    clause = rest[:stop]
    while True:
        cut = re.search(
            r", *((?:simultaneously|finally|at any time|then|next|proceed to|at the same time)[ ,]*)$", clause
        )
        if not cut:
            break
        tail, clause = f"{cut.group(1)} {tail}", clause[: cut.start()]
    return clause, f"{match.group(1)} {tail}"


def _part(text: str, lead: str, reading: Reading) -> None:
    """One unit with its links."""
    head = text[: text.index("<")]
    tail = text[text.rindex(">") + 1 :]
    inner = text[text.index("<") : text.rindex(">") + 1]
    tasks = [int(m) for m in _MARK.findall(text)]
    unit = Unit(tasks, simultaneous=bool(_SIMULTANEOUS.search(head + tail)), first=bool(_FIRST.search(head + tail)))
    backwards = re.search(r">[ ,]*(?:but |and )?(?:only )?(after|once|before|prior to)\b[^<]*<", inner)
    if backwards:
        cut = [int(m) for m in _MARK.findall(inner[: backwards.start() + 1])]
        rest = [t for t in tasks if t not in cut]
        reading.put(rest, cut) if backwards.group(1) in ("after", "once") else reading.put(cut, rest)
    within = _SIMULTANEOUS.search(inner)
    bound = tasks
    if within:
        bound = [int(m) for m in _MARK.findall(inner[: within.start()])] or tasks
    before = reading.said()
    if lead:
        _refer(lead, bound, reading)
    if _FINALLY.search(head + tail):
        reading.put(before, bound)
    elif _NEXT.search(head):
        reading.put(reading.just(), bound)
    trailing = _REFERRING.search(tail)
    if trailing and not _NEXT.search(tail[trailing.start() :]):
        _refer(tail[trailing.start() :], bound, reading)
    elif trailing or _NEXT.search(tail):
        reading.put(reading.just(), bound)
    group = reading.just() if unit.simultaneous and reading.units else []
    for earlier in reading.units:
        if earlier.first and not set(earlier.tasks) & set(group):
            reading.put(earlier.tasks, tasks)
    reading.units.append(unit)


def _refer(clause: str, tasks: Sequence[int], reading: Reading) -> None:
    """Order from "after ..." or "before ..."; the clause begins with that word."""
    word, _, said = clause.strip(" ,").partition(" ")
    if word == "prior":
        said = said.removeprefix("to ")
    backwards = word in ("before", "prior")
    said = re.sub(r"\b(?:at any time|simultaneously|in any order)\b", "", said).strip(" ,")
    if backwards and _NO_ACTION.match(said):
        reading.put(tasks, [t for t in reading.names if t not in tasks])
    elif backwards:
        # What comes later may be said later.
        reading.put(tasks, _named(said, [t for t in reading.names if t not in tasks], reading) or reading.just())
    else:
        reading.put(_referred(said, tasks, reading), tasks)


def _referred(said: str, tasks: Sequence[int], reading: Reading) -> list[int]:
    """Tasks that the clause speaks of."""
    marks = [int(m) for m in _MARK.findall(said)]
    if marks:
        return marks
    earlier = [t for t in reading.said() if t not in tasks]
    named = _named(said, earlier, reading)
    if named:
        return named
    if _BOTH.search(said):
        return earlier[-2:]
    if re.search(r"\btask\b|\bstep\b", said) and not _ALL.search(said.replace("the rest", "")):
        return reading.just()
    if _ALL.search(said):
        return earlier
    if not said or _JUST.match(said + " "):
        return reading.just()
    reading.doubts.append(f"what is {said!r}?")
    return reading.just()


def _named(said: str, earlier: Sequence[int], reading: Reading) -> list[int]:
    """The tasks whose things are named: for each part of the enumeration the one with most words in common."""
    chunks = []
    for chunk in re.split(r",|\band\b|\bas well as\b|\bplus\b|\balong with\b", said):
        own = contents(chunk)
        words = frozenset(w for w in own.needed | own.source | own.spare if not _META.match(w))
        if words and earlier:
            chunks.append((chunk.strip(), words, {task: _shared(words, reading.names[task]) for task in earlier}))
    found: list[int] = []
    for chunk, words, shared in sorted(chunks, key=lambda c: -max(c[2].values())):
        best = max(shared.values())
        fitting = [task for task in earlier if shared[task] == best]
        new = [task for task in fitting if task not in found]
        if best == 0:
            if not _ALL.search(chunk):
                reading.doubts.append(f"nothing said before has {sorted(words)}")
        elif len(fitting) > 1 and re.search(r"\ball\b|\bboth\b|\beverything\b", chunk):
            found += new
        elif new and (len(fitting) == 1 or new == fitting or len(chunks) > 1):
            if len(new) > 1:
                reading.doubts.append(f"{chunk!r} may be any of {fitting}")
            found.append(new[-1])
    return found


def _shared(words: frozenset[str], task: Contents) -> int:
    of_task = task.needed | task.source | task.spare
    of_task = of_task | {a + b for a in of_task for b in of_task}
    return sum(any(same_word(word, other) for other in of_task) for word in words)
