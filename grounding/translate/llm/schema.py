"""The JSON in which language models answer, its checks, and the way from it to an outline.

Nothing a model says is believed as it stands: the form is checked by pydantic, the indices and the
order for sense, and every word that names something against the instruction.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from grounding.errors import HeedError
from grounding.translate.llm.words import LIGHT, VERBS, content, span, speaks_of, stem, words
from grounding.translate.outline import Frame, Outline, Rule

MAX_TASKS = 24
MAX_RULES = 8
#: Longest instruction that is given to a model, in characters.
MAX_INSTRUCTION = 2000


class AnswerError(HeedError):
    """A language model answered with something that cannot be used."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, str_strip_whitespace=True)


Index = Annotated[int, Field(ge=0, lt=MAX_TASKS)]
Indices = Annotated[tuple[Index, ...], Field(min_length=1, max_length=MAX_TASKS, strict=False)]
Pair = Annotated[tuple[Index, ...], Field(min_length=2, max_length=2, strict=False)]


def _listed(most: int, least: int = 0) -> Any:
    return Field(min_length=least, max_length=most, strict=False)


class TaskAnswer(_Strict):
    """One task as a model writes it; see :class:`~grounding.translate.outline.Frame`."""

    text: Annotated[str, Field(min_length=1, max_length=200)]
    predicate: Annotated[str, Field(min_length=1, max_length=40)]
    object: Annotated[str, Field(max_length=80)]
    destination: Annotated[str, Field(max_length=100)]
    states: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=24)], ...], _listed(6)]
    robot: Annotated[str, Field(max_length=40)]


class Answer(_Strict):
    """A whole answer; see :class:`~grounding.translate.outline.Outline`."""

    tasks: Annotated[tuple[TaskAnswer, ...], _listed(MAX_TASKS)]
    order: Annotated[tuple[Pair, ...], _listed(MAX_TASKS * MAX_TASKS)]
    either: Annotated[tuple[Annotated[tuple[Indices, ...], _listed(MAX_TASKS, 2)], ...], _listed(MAX_TASKS)]
    together: Annotated[tuple[Indices, ...], _listed(MAX_TASKS)]
    rules: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], _listed(MAX_RULES)]


def json_schema() -> dict[str, Any]:
    """The schema of an answer for constrained decoding: one object without references, every key required."""
    schema = Answer.model_json_schema()
    definitions = schema.pop("$defs")

    def plain(node: Any) -> Any:
        if isinstance(node, list):
            return [plain(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return plain(definitions[node["$ref"].rpartition("/")[2]])
        return {
            key: {name: plain(part) for name, part in value.items()} if key == "properties" else plain(value)
            for key, value in node.items()
            if key not in ("title", "description")
        }

    found: dict[str, Any] = plain(schema)
    return found


def parse(answer: str, instruction: str) -> Answer:
    """Reads and checks the answer of a model.

    Args:
        answer: What the model wrote; words around the JSON are forgiven.
        instruction: The words of the person.

    Raises:
        AnswerError: It is no JSON of this form, contradicts itself, or names what was not said.
    """
    try:
        found = Answer.model_validate_json(_object(answer))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "answer"
        raise _wrong(f"is not an outline ({where}: {first['msg']}).") from None
    _check_indices(found)
    _check_order(found)
    _check_words(found, instruction)
    return found


def to_outline(answer: Answer, instruction: str, *, confidence: float, confidences: tuple[float, ...] = ()) -> Outline:
    """A checked answer as an outline.

    Args:
        answer: From :func:`parse`.
        instruction: The words of the person, in which the tasks are looked up.
        confidence: Probability that all of it is right.
        confidences: The same of each task; where empty, that of the whole.
    """
    each = confidences or (confidence,) * len(answer.tasks)
    frames = tuple(
        Frame(t.text, t.predicate, t.object, t.destination, t.states, t.robot, *span(t.text, instruction), c)
        for t, c in zip(answer.tasks, each, strict=True)
    )
    pairs = dict.fromkeys((pair[0], pair[1]) for pair in answer.order)
    rules = tuple(Rule(text, *span(text, instruction)) for text in answer.rules)
    return Outline(frames, tuple(pairs), answer.either, answer.together, rules, _repeated(frames), confidence)


def from_outline(outline: Outline) -> str:
    """An outline as the JSON that a model should have written (for training and for examples)."""
    tasks = tuple(
        TaskAnswer(
            text=f.text, predicate=f.predicate, object=f.object, destination=f.destination, states=f.states,
            robot=f.robot,
        )
        for f in outline.frames
    )  # fmt: skip
    return Answer(
        tasks=tasks, order=outline.order, either=outline.either, together=outline.together,
        rules=tuple(rule.text for rule in outline.rules),
    ).model_dump_json()  # fmt: skip


def _object(answer: str) -> str:
    """The part from the first brace to the last: models like to think aloud first, and to talk around their answer."""
    answer = answer.rpartition("</think>")[2]
    return answer[answer.find("{") : answer.rfind("}") + 1] or answer


def _wrong(reason: str) -> AnswerError:
    return AnswerError("The model's answer", reason, "Say it in other words, or use the built-in engine.")


def _check_indices(answer: Answer) -> None:
    if not answer.tasks and not answer.rules:
        raise _wrong("has neither tasks nor rules.")
    count = len(answer.tasks)
    groups = [*answer.order, *answer.together, *(part for choice in answer.either for part in choice)]
    beyond = sorted({index for group in groups for index in group if index >= count})
    if beyond:
        raise _wrong(f"speaks of task {beyond[0]}, but has only {count} (0 to {count - 1}).")
    for choice in answer.either:
        members = [index for part in choice for index in part]
        if len(members) != len(set(members)):
            raise _wrong("has one task in two alternatives of a choice.")


def _check_order(answer: Answer) -> None:
    """Takes away tasks that nothing comes before until none is left; what stays is a circle."""
    left = set(range(len(answer.tasks)))
    while left:
        free = {j for j in left if not any(i in left and k == j for i, k in answer.order)}
        if not free:
            raise _wrong(f"puts task {min(left)} before itself: its order goes round in a circle.")
        left -= free


def _check_words(answer: Answer, instruction: str) -> None:
    said = {stem(word) for word in words(instruction)}
    for task in answer.tasks:
        named = [("object", task.object), ("destination", task.destination), ("robot", task.robot)]
        for what, text in [*named, ("text", task.text)]:
            for word in words(text):
                known = stem(word) in said or word in LIGHT
                if not known and not (what == "text" and (word in VERBS or speaks_of(word, instruction))):
                    raise _wrong(f'has "{word}" as part of a task ({what}), but the instruction does not say it.')
        for what, text in named[:2]:
            if text and not content(text):
                raise _wrong(f'leaves open what "{text}" is ({what} of "{task.text}").')
        for state in task.states:
            if not speaks_of(state, instruction):
                raise _wrong(f'wants something to be "{state}", of which the instruction does not speak.')
        if not content(task.text):
            raise _wrong(f'has a task without content ("{task.text}").')
    for rule in answer.rules:
        if not set(content(rule)) & said:
            raise _wrong(f'has a rule of which the instruction does not speak ("{rule}").')


def _repeated(frames: tuple[Frame, ...]) -> tuple[str, ...]:
    seen: dict[tuple[object, ...], int] = {}
    notes = []
    for frame in frames:
        key = (stem(frame.predicate), content(frame.object), content(frame.destination), frame.states)
        if key in seen:
            notes.append(f'The task "{frame.text}" is said twice.')
        seen[key] = 1
    return tuple(notes)
