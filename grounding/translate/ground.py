"""Free English grounded in a world: every frame of an outline becomes a task over things of the world.

Frames that speak of the same thing ("wash a spoon. Then put it in the drawer") get the same thing, frames
that each ask for one of a kind ("a spoon in the sink, a spoon in the drawer") get different ones.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from grounding.logic.formula import parse
from grounding.mission.specify import specify
from grounding.mission.task import Relation, Task, TaskTree, TreeRule
from grounding.state import WorldState, initial_state
from grounding.translate.compare import same
from grounding.translate.compose import composed
from grounding.translate.controlled import level, mission_of
from grounding.translate.frames import Grounded, GroundingStatus, ground
from grounding.translate.free import Answer, AnswerStatus, Reads, outlines, rejected, separating, understood
from grounding.translate.lifting import order_of
from grounding.translate.nodes import Node, canonical, every, tasks
from grounding.translate.outline import Frame, Outline, Rule
from grounding.translate.paraphrase import describe, paraphrase
from grounding.translate.references import RejectionError
from grounding.translate.wording import name, state, verb_for
from grounding.world import MOVABLE, World


@dataclass(frozen=True)
class Placed:
    """An outline in a world.

    Attributes:
        tree: Its tree.
        ids: Task ids of each frame, "" where it stands for several.
        notes: What was passed over, for people.
    """

    tree: TaskTree
    ids: tuple[str, ...]
    notes: tuple[str, ...]


def answer_grounded(text: str, world: World, state: WorldState | None, reader: Reads) -> Answer:
    """Reads an instruction for a world as the reader of free English alone sees it.

    Args:
        text: The instruction.
        world: The world it speaks of.
        state: Where things are now; at the start of the world file where None.
        reader: What reads.

    Returns:
        What it means, or why that is not clear; never raises for what a person can type.
    """
    state = state or initial_state(world)
    found = outlines(text, reader)
    if isinstance(found, Answer):
        return found
    best = found[0]
    placed = place(text, best, world, state)
    if isinstance(placed, Answer):
        return placed
    question = separating(found)
    rivals = _rivals(text, found[1:4], placed.tree, world, state) if question else ()
    best = replace(best, notes=(*best.notes, *placed.notes))
    return Answer(
        AnswerStatus.QUESTION if question else AnswerStatus.UNDERSTOOD, question or understood(best), best.confidence,
        question, best, placed.tree, specify(placed.tree, world), placed.ids, paraphrase(placed.tree, world),
        tuple(found[1:4]), rivals=rivals,
    )  # fmt: skip


def _rivals(
    text: str, others: Sequence[Outline], best: TaskTree, world: World, state: WorldState
) -> tuple[TaskTree, ...]:
    """What the other readings mean in the world, where that is something else."""
    trees = [best]
    for outline in others:
        placed = place(text, outline, world, state) if outline.frames else None
        known = not isinstance(placed, Placed) or any(same(placed.tree, tree) for tree in trees)
        if isinstance(placed, Placed) and not known:
            trees.append(placed.tree)
    return tuple(trees[1:])


def place(text: str, outline: Outline, world: World, state: WorldState) -> Placed | Answer:
    """An outline in a world, or the answer that says which words cannot be placed.

    Args:
        text: The instruction.
        outline: What it asks for, free of contradictions.
        world: The world.
        state: Where things are.
    """
    rules: list[TreeRule] = []
    for rule in outline.rules:
        try:
            rules += _rules(rule.text, world, state)
        except RejectionError as rejection:
            return rejected(rejection.message, [(rule.start, rule.end)], rejection.near)
    spoken = {name for rule in rules for atom in parse(rule.formula).atoms for name in atom.split(".")}
    made: list[Grounded] = []
    for frame in outline.frames:
        one = _rest(frame, spoken, world, state) or _except(frame, world, state) or _grounded(frame, world, state)
        if one.status is GroundingStatus.REJECTED or one.node is None:
            return rejected(one.message, [(frame.start, frame.end)], one.near)
        spoken |= {name for leaf in one.node.leaves() for g in leaf.goal for name in g.proposition.args}
        made.append(one)
    rules += [rule for one in made for rule in one.rules]
    nodes = settled(outline.frames, made)
    root = canonical(composed(outline, nodes))
    leaves = {id(leaf) for leaf in root.leaves()}
    task = tasks(root, tuple(dict.fromkeys(rules)))
    where = dict(zip((id(leaf) for leaf in root.leaves()), _leaf_ids(task), strict=True))
    ids = tuple(where[id(node)] if id(node) in leaves else _first_id(node, where) for node in nodes)
    notes = tuple(dict.fromkeys(one.message for one in made if one.message))
    return Placed(TaskTree(text, level(task, world), task), ids, notes)


def _grounded(frame: Frame, world: World, state: WorldState) -> Grounded:
    """A frame in a world; a colour alone stands for the only thing of that colour that it can be put on."""
    one = ground(frame, world, state)
    number = _NUMBERS.get(frame.object.split()[0], 0) if frame.object else 0
    if number and one.node is not None:
        things = {leaf.goal[0].proposition.args[0] for leaf in one.node.leaves() if leaf.goal}
        if len(things) > number:
            message = f"I count {len(things)}, not {number}, for '{frame.object}'. Name the ones you mean."
            return Grounded(GroundingStatus.REJECTED, message, near=tuple(name(i, world) for i in sorted(things)))
    words = frame.destination.split()
    if one.status is GroundingStatus.GROUNDED or len(words) < 2:
        return one
    holders = [
        thing for thing in world.things.values()
        if thing.colour == words[-1] and thing.properties & {"surface", "container"}
    ]  # fmt: skip
    if len(holders) != 1:
        return one
    place = f"{words[0]} the {words[-1]} {holders[0].kind.replace('_', ' ')}"
    again = ground(replace(frame, destination=place), world, state)
    return again if again.status is GroundingStatus.GROUNDED else one


_NUMBERS = {
    word: n for n, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)
}
_REST = re.compile(r"^(?:all )?(?:the )?(?:rest|others|other ones|remaining ones|everything else|other things)$")
_REST_OF = re.compile(r"^(?:rest of the|other|remaining) (.+)$")
#: Most things that "the rest" may be.
_MOST_LEFT = 12


def _rest(frame: Frame, spoken: Collection[str], world: World, state: WorldState) -> Grounded | None:
    """ "The rest", "the other fruit": what was not spoken of before; None for frames that speak of nothing such."""
    of = _REST_OF.match(frame.object)
    if not spoken or not (of or _REST.match(frame.object)):
        return None
    if of:
        whole = ground(
            replace(frame, object=of[1], text=frame.text.replace(frame.object, f"all the {of[1]}")), world, state
        )
        known = {g.proposition.args[0] for leaf in whole.node.leaves() for g in leaf.goal} if whole.node else set()
        left = [i for i in world.things if i in known and i not in spoken]
    else:
        left = [i for i, thing in world.things.items() if thing.properties & MOVABLE and i not in spoken]
    if not left or len(left) > _MOST_LEFT:
        return Grounded(GroundingStatus.REJECTED, f"I do not know which things {frame.object!r} are. Name them.")
    parts = [
        ground(replace(frame, object=name(i, world), text=f"put {name(i, world)} {frame.destination}"), world, state)
        for i in left
    ]
    wrong = next((part for part in parts if part.node is None), None)
    if wrong is not None:
        return wrong
    return replace(parts[0], node=every([part.node for part in parts if part.node is not None]))


def _except(frame: Frame, world: World, state: WorldState) -> Grounded | None:
    """ "All the fruit except the apples"; None for frames that except nothing."""
    said = re.match(r"(.+?),? (?:except|excluding|besides)(?: for)? (.+)$", frame.object)
    if said is None:
        return None
    out: set[str] = set()
    for phrase in re.split(r",? and |, ", said[2]):
        one = _grounded(replace(frame, object=phrase, text=f"put {phrase} {frame.destination}"), world, state)
        if one.node is None:
            return one
        out |= {leaf.goal[0].proposition.args[0] for leaf in one.node.leaves() if leaf.goal}
    text = f"put all the {said[1].removeprefix('all the ').removeprefix('all ')} {frame.destination}"
    whole = _grounded(replace(frame, object=said[1], text=text), world, state)
    if whole.node is None:
        return whole
    left = [leaf for leaf in whole.node.leaves() if leaf.goal and leaf.goal[0].proposition.args[0] not in out]
    if not left:
        return Grounded(GroundingStatus.REJECTED, f"Nothing is left of '{frame.object}'.")
    return replace(whole, node=every(left))


def _rules(text: str, world: World, state: WorldState) -> list[TreeRule]:
    """What a rule means; not to use a plate is not to put anything on it."""
    try:
        return mission_of(controlled_rule(text), world, state).rules
    except RejectionError:
        used = re.search(r"\b(?:use|touch) (.+?)(?:,.*)?[.!]?$", text, flags=re.IGNORECASE)
        if used is None:
            raise
        return mission_of(f"Never put anything on {used[1]}.", world, state).rules


def controlled_rule(text: str) -> str:
    """A rule in words that controlled English has: "leave the lamp alone" is "never pick up the lamp".

    >>> controlled_rule("Do not use the pot, please.")
    'Never pick up the pot.'
    """
    words = re.sub(r"^\W*(?:(?:and|but|also|please|oh|remember|no)\b[ ,:]*)+", "", text.strip(), flags=re.IGNORECASE)
    words = re.sub(
        r",? (?:because|since|cause|for it|as it|so that)\b.*$|, (?:it|they|this|that) (?:is|are|has|was)\b.*$",
        "",
        words,
    )
    words = re.sub(r"[ ,]*(?:please|thanks|thank you)?[ .!]*$", "", words)
    for pattern, form in _RULE_FORMS:
        words = re.sub(pattern, form, words, flags=re.IGNORECASE)
    return f"{words[:1].upper()}{words[1:]}."


_NOT = (
    r"(?:never(?: ever)?|do not(?: ever)?|don[’']t(?: ever)?|you must not|you may not|nobody may|no robot may|avoid"
    r"|be sure not to|make sure not to)"
)
_RULE_FORMS = (
    (rf"^{_NOT} (?:use|touch|move|disturb|handle|take|grab|using|touching|moving) (.+)$", r"never pick up \1"),
    (r"^(?:leave|let) (.+?) (?:alone|be|where (?:it|they) (?:is|are)|in peace)$", r"never pick up \1"),
    (r"^(.+?) (?:stays?|remains?|must stay|should stay) (?:put|where (?:it|they) (?:is|are))$", r"never pick up \1"),
    (r"^(?:be sure|make sure)(?: to)? never (?:to )?", "never "),
    (r"^(?:be sure|make sure) not to ", "do not "),
    (r"^under no circumstances ", "never "),
    (r"^at no (?:time|point) ", "never "),
)


def settled(frames: Sequence[Frame], made: Sequence[Grounded]) -> list[Node]:
    """Tasks in which things spoken of again are the same, and different ones of a kind are different."""
    nodes = [one.node for one in made if one.node is not None]
    speaking: dict[str, list[int]] = {}
    for i, frame in enumerate(frames):
        if frame.object:
            speaking.setdefault(frame.object, []).append(i)
    for phrase, members in speaking.items():
        open_ones = [i for i in members if _options(nodes[i])]
        if len(members) < 2 or not open_ones:
            continue
        again = any(f"the {phrase}" in frames[i].text for i in members[1:])
        taken: list[str] = []
        for i in open_ones:
            options = _options(nodes[i])
            wanted = next((e for e in taken if e in options), None) if again else None
            fresh = next((e for e in options if e not in taken), next(iter(options)))
            entity = wanted or fresh
            taken.append(entity)
            nodes[i] = options[entity]
    return nodes


def _options(node: Node) -> dict[str, Node]:
    """The things between which a task leaves the choice, and the task with each of them."""
    if node.relation is not Relation.EITHER or not node.children:
        return {}
    found: dict[str, Node] = {}
    for child in node.children:
        leaf = next(child.leaves())
        if leaf.goal:
            found.setdefault(leaf.goal[0].proposition.args[0], child)
    return found if len(found) > 1 else {}


def _leaf_ids(task: Task) -> list[str]:
    return [leaf.id for leaf in task.walk() if leaf.is_leaf]


def _first_id(node: Node, where: dict[int, str]) -> str:
    return next((where[id(leaf)] for leaf in node.leaves() if id(leaf) in where), "")


def outlined(tree: TaskTree, world: World) -> tuple[Outline, tuple[str, ...]]:
    """A tree as an outline in the words of the world, and the task id of each frame.

    Where its words stand in the text is not known.
    """
    leaves = [leaf for leaf in tree.root.walk() if leaf.is_leaf]
    ids = tuple(leaf.id for leaf in leaves)
    rules = tuple(Rule(text) for text in dict.fromkeys(rule.text for task in tree.root.walk() for rule in task.rules))
    either = tuple(
        tuple(tuple(ids.index(i) for i in _leaf_ids(child)) for child in task.children)
        for task in tree.root.walk()
        if task.relation is Relation.EITHER and task.children
    )
    frames = tuple(_frame(leaf, world) for leaf in leaves)
    return Outline(frames, tuple(order_of(ids, tree)), either, rules=rules), ids


def _frame(leaf: Task, world: World) -> Frame:
    """What a leaf asks for, as a frame."""
    text, robot = leaf.text or describe(leaf, world), " or ".join(name(i, world) for i in leaf.robots)
    if not leaf.goal:
        return Frame(text, "", robot=robot)
    first = leaf.goal[0]
    subject, value = first.proposition.args
    states = tuple(state(g.proposition.args[1], g.positive) for g in leaf.goal if g.proposition.predicate == "is")
    match first.proposition.predicate:
        case "at":
            return Frame(text, "go", "", name(value, world), robot=robot)
        case "holding":
            return Frame(text, "pick up", _bare(value, world), states=states, robot=robot)
        case "on" | "in" | "inside" as preposition:
            where = preposition if preposition == "on" or value in world.things else "to"
            return Frame(text, "put", _bare(subject, world), f"{where} {name(value, world)}", states, robot)
        case _:
            return Frame(text, verb_for(value, first.positive, world), _bare(subject, world), "", states, robot)


def _bare(entity: str, world: World) -> str:
    return name(entity, world).removeprefix("the ").removeprefix("a ")
