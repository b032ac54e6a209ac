"""What an instruction means in a world: the one place where the engines that read English are weighed.

Controlled English is exact, takes a millisecond and stands alone wherever its words can be tied together in
one way only. Where they could be tied in another way, where something is taken back, and where it refuses,
the reader of free English reads too (in worlds where robots go and push, the model of levels before it).
Readings that differ are not chosen between in silence: what accounts for more of the words stands, else
what does all that the other asks for, else what can be done at all; what is left is asked about
(docs/decisions/0013-one-arbiter.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from grounding.errors import HeedError
from grounding.levels.ground import Grounding, infer
from grounding.levels.task import speaks_levels, task_tree
from grounding.logic.conflict import objection
from grounding.logic.validate import validate
from grounding.mission.specify import specify
from grounding.mission.task import TaskTree
from grounding.state import WorldState
from grounding.translate.compare import entities, same, stronger
from grounding.translate.controlled import Translation, translate
from grounding.translate.coverage import left_out
from grounding.translate.free import Answer, AnswerStatus
from grounding.translate.outline import Outline
from grounding.translate.paraphrase import paraphrase
from grounding.translate.repair import cue
from grounding.world import World

#: Words from which on a refusal by the reader of free English says more than one by the exact parser.
_LONG = 15
#: How sure the exact parser's reading is.
EXACT = 0.9
#: How much of the doubt of the free reading is left where the exact parser reads the same.
_AGREEMENT = 0.2
#: Most readings that a question offers.
MOST_OPTIONS = 3


class InterpretationStatus(str, Enum):
    """Whether an instruction can be acted on."""

    UNDERSTOOD = "understood"
    ASK = "ask"  # a question has to be answered first
    REFUSED = "refused"


@dataclass(frozen=True)
class Reading:
    """One thing that an instruction may mean.

    Attributes:
        tree: The task tree.
        text: It said back in English.
    """

    tree: TaskTree
    text: str


@dataclass(frozen=True)
class Interpretation:
    """What an instruction was taken to mean.

    Attributes:
        status: Whether it can be acted on.
        message: What was understood, the question, or why it is refused.
        readings: What it may mean, the likeliest first: one where it is understood, one or more where a
            question is asked, none where it is refused.
        question: What to ask; empty where nothing is to be asked.
        confidence: Probability that tasks and order of the first reading are right, 0 where refused.
        free: How the reader of free English sees it, where its reading is the first one or it refused.
        faults: Offsets (start, end) of the words that a refusal is about.
        near: What could have been meant.
    """

    status: InterpretationStatus
    message: str
    readings: tuple[Reading, ...] = ()
    question: str = ""
    confidence: float = 0.0
    free: Answer | None = None
    faults: tuple[tuple[int, int], ...] = ()
    near: tuple[str, ...] = ()

    @property
    def tree(self) -> TaskTree | None:
        """What is to be done; None where that is not clear."""
        return self.readings[0].tree if self.status is InterpretationStatus.UNDERSTOOD else None

    @property
    def outline(self) -> Outline | None:
        """The first reading in the words of the speaker, where the reader of free English made it."""
        return self.free.outline if self.free and self.readings else None


def interpret(text: str, world: World, state: WorldState | None = None, *, engine: str | None = None) -> Interpretation:
    """Reads an instruction; every command and node that acts on words asks here.

    Args:
        text: The words.
        world: The world they refer to.
        state: Where things are now; at the start of the world file where None.
        engine: What reads free English, as for :func:`heed.translation.engine_of`.

    Raises:
        HeedError: The engine that was named cannot be had.
    """
    exact = translate(text, world, state)
    repairs = bool(cue(text))
    levels = _by_levels(text, world, state) if exact.tree is None or not _mission(exact.tree) else None
    if exact.tree is not None:
        exact = replace(exact, tree=_with_level(exact.tree, levels))
        if not (exact.tangled or (repairs and _mission(exact.tree)) or engine):
            return _of_exact(exact, world)
    elif levels is not None:
        return _of_levels(levels, exact, world, state)
    free = _freely(text, world, state, engine)
    if exact.tree is None:
        return _of_free(text, free, exact, world, state)
    if repairs and _mission(exact.tree):
        return _of_repair(text, free, world)
    return _weighed(exact, free, world, state)


def _of_exact(exact: Translation, world: World) -> Interpretation:
    assert exact.tree is not None
    return _understood(exact.tree, exact.message, EXACT, world)


def _of_levels(found: Grounding, exact: Translation, world: World, state: WorldState | None) -> Interpretation:
    """What the model of levels says where controlled English refuses."""
    if found.best is None:
        return _refused(found.refused if found.near or not exact.message else exact.message, exact, found.near)
    if found.question is None:
        return _understood(task_tree(found, world, state), "Understood: one task.", found.best.probability, world)
    trees = [task_tree(replace(found, best=option), world, state) for option in found.question.options]
    return _asked(trees, world, found.question.text, found.best.probability)


def _of_free(
    text: str, free: Answer | None, exact: Translation, world: World, state: WorldState | None
) -> Interpretation:
    """What the reader of free English says where controlled English refuses."""
    # Of a short text the exact parser knows better where it stops.
    if free is None or (free.status is AnswerStatus.REJECTED and len(text.split()) < _LONG):
        return _refused(exact.message, exact, exact.near, free)
    if free.tree is None:
        return _refused(free.message, exact, free.near, free)
    gone = () if cue(text) else left_out(text, world, free.tree, free.outline, state)
    if gone and free.status is AnswerStatus.UNDERSTOOD:
        question = f"I did nothing with {' and '.join(repr(words) for words in gone)}. Is this all you want?"
        return _asked([free.tree], world, question, free.confidence, free)
    return _by_free(free, world)


def _by_free(free: Answer, world: World) -> Interpretation:
    """The reading of the reader of free English, or its question."""
    assert free.tree is not None
    if free.status is AnswerStatus.QUESTION:
        return _asked([free.tree, *free.rivals], world, free.question, free.confidence, free)
    return _understood(free.tree, free.message, free.confidence, world, free)


def _of_repair(text: str, free: Answer | None, world: World) -> Interpretation:
    """Where something is taken back, which controlled English has no words for."""
    if free is not None and free.tree is not None:
        return _by_free(free, world)
    return Interpretation(
        InterpretationStatus.REFUSED,
        f"I cannot tell what {cue(text)!r} takes back. Say only what is to be done.",
        faults=((text.index(cue(text)), text.index(cue(text)) + len(cue(text))),),
    )


def _weighed(exact: Translation, free: Answer | None, world: World, state: WorldState | None) -> Interpretation:
    """One of two readings, or a question between them."""
    assert exact.tree is not None
    if free is None or free.tree is None:
        return _of_exact(exact, world)
    if same(exact.tree, free.tree):
        sure = 1 - _AGREEMENT * (1 - free.confidence)
        return replace(_of_exact(exact, world), confidence=max(sure, EXACT))
    # The exact parser used every word; who speaks of other things has misread some.
    if entities(exact.tree, world) != entities(free.tree, world):
        return _of_exact(exact, world)
    tenable = [tree for tree in (free.tree, exact.tree) if _tenable(tree, world, state)]
    if len(tenable) < 2:
        return _of_exact(exact, world) if free.tree not in tenable else _by_free(free, world)
    if stronger(exact.tree, free.tree):
        return _of_exact(exact, world)
    if stronger(free.tree, exact.tree):
        return _understood(free.tree, free.message, free.confidence, world, free)
    return _asked(tenable, world, "", min(free.confidence, 0.5), free)


def _understood(
    tree: TaskTree, message: str, confidence: float, world: World, free: Answer | None = None
) -> Interpretation:
    said = (Reading(tree, paraphrase(tree, world)),)
    return Interpretation(InterpretationStatus.UNDERSTOOD, message, said, "", confidence, free)


def _asked(
    trees: Sequence[TaskTree], world: World, question: str, confidence: float, free: Answer | None = None
) -> Interpretation:
    """A question; its options are the readings said back, without those that sound alike."""
    said = {paraphrase(tree, world): tree for tree in reversed(trees)}
    readings = tuple(Reading(said[text], text) for text in dict.fromkeys(paraphrase(tree, world) for tree in trees))
    readings = readings[:MOST_OPTIONS]
    question = question or "That can be taken in two ways. Which do you mean?"
    return Interpretation(InterpretationStatus.ASK, question, readings, question, confidence, free)


def _refused(message: str, exact: Translation, near: Sequence[str] = (), free: Answer | None = None) -> Interpretation:
    faults = free.faults if free is not None and free.faults else ()
    if not faults and exact.stopped_at is not None:
        faults = ((exact.stopped_at, exact.stopped_at + 1),)
    return Interpretation(InterpretationStatus.REFUSED, message, free=free, faults=faults, near=tuple(near))


def _tenable(tree: TaskTree, world: World, state: WorldState | None) -> bool:
    """Whether a reading can be carried out as far as logic knows."""
    try:
        spec = specify(tree, world)
        validate(spec, world)
        return not objection(spec, world, state)
    except HeedError:
        return False


def _freely(text: str, world: World, state: WorldState | None, engine: str | None) -> Answer | None:
    """What the reader of free English makes of it; None where it is not installed.

    Raises:
        HeedError: The engine was named and cannot be had.
    """
    try:
        from heed.translation import translation

        return translation(text, world, state, engine=engine)
    except (HeedError, ModuleNotFoundError):
        if engine:
            raise
        return None


def _mission(tree: TaskTree) -> bool:
    """Whether it takes more than one reward function: several tasks, or rules."""
    tasks = list(tree.root.walk())
    return sum(task.is_leaf for task in tasks) > 1 or any(task.rules for task in tasks)


def _by_levels(text: str, world: World, state: WorldState | None) -> Grounding | None:
    """What the model of levels makes of it; None where it does not apply or is not installed."""
    if not speaks_levels(world):
        return None
    try:
        return infer(text, world, state)
    except (HeedError, ModuleNotFoundError):
        return None


def _with_level(tree: TaskTree, found: Grounding | None) -> TaskTree:
    """A tree of one task with the level at which its words speak."""
    if found is None or found.best is None:
        return tree
    return replace(tree, level=found.best.level.value)
