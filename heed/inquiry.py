"""Answers to questions about a running mission, from its plan, its progress and the monitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from grounding.logic.monitor import Truth
from grounding.mission.task import NodeState
from grounding.translate import wording
from grounding.translate.paraphrase import describe
from grounding.translate.phrases import listed
from heed.dialogue import Mode, RobotMode
from heed.progress import NodeProgress
from heed.scene import Scene


def answer_inquiry(about: str, scene: Scene, robots: Sequence[str] = (), thing: str = "") -> str:
    """The answer to a question.

    Args:
        about: ``why``, ``doing``, ``left``, ``where``, ``rules``, ``holding`` or ``who``; anything else gets the
            status.
        thing: Id of the thing asked about, empty = the robots are.
        scene: The fleet and its mission.
        robots: Ids of the robots asked about; empty = all.
    """
    if thing in scene.state.things and about in ("where", "who"):
        return _thing(scene, thing)
    answer = _ANSWERS.get(about, _status)
    return answer(scene, tuple(robots) or tuple(scene.world.robots))


def _why(scene: Scene, robots: Sequence[str]) -> str:
    """Why robots stand, wait or do what they do."""
    broken = [v for v in scene.verdicts.values() if v.verdict in (Truth.VIOLATED, Truth.UNOBSERVED)]
    sentences = [verdict.reason for verdict in broken]
    for robot in robots:
        mode = scene.modes.get(robot, RobotMode())
        task = scene.busy_with(robot)
        if not scene.state.robots[robot].alive:
            sentences.append(f"{robot} does not answer any more.")
        elif mode.mode is not Mode.AUTONOMOUS:
            sentences.append(f"{robot} {_mode(mode)}")
        elif task is not None:
            sentences.append(f"{robot} works on {_text(scene, task)!r}: {_node(scene, task)}.")
        else:
            sentences.append(_idle(scene, robot))
    return " ".join(sentences)


def _idle(scene: Scene, robot: str) -> str:
    """Why a robot that works on nothing does not."""
    own = [task for task in scene.left if scene.doer(task) == robot]
    if own:
        return f"{robot} waits to {_text(scene, own[0])}: {_node(scene, own[0])}."
    return f"{robot} has nothing left to do." if scene.mission else f"{robot} is idle: no mission is running."


def _doing(scene: Scene, robots: Sequence[str]) -> str:
    sentences = []
    for robot in robots:
        mode, task, command = scene.modes.get(robot, RobotMode()), scene.busy_with(robot), scene.commands.get(robot)
        if mode.mode is not Mode.AUTONOMOUS:
            sentences.append(f"{robot} {_mode(mode)}")
        elif command is not None and task is not None:
            skill = " ".join((command.skill.replace("_", " "), *command.args))
            sentences.append(f"{robot} works on {_text(scene, task)!r} ({skill}).")
        elif command is not None:
            sentences.append(f"{robot} makes way.")
        else:
            sentences.append(_idle(scene, robot))
    return " ".join(sentences)


def _left(scene: Scene, robots: Sequence[str]) -> str:
    tasks = [task for task in scene.left if len(robots) == len(scene.world.robots) or scene.doer(task) in robots]
    if not scene.mission:
        return "No mission is running."
    if not tasks:
        return "Nothing is left to do."
    texts = [f"{_text(scene, task)}{_by(scene, task)}" for task in tasks]
    return f"Left: {'; '.join(texts)}."


def _thing(scene: Scene, thing: str) -> str:
    """Where a thing is, or who has it."""
    at, name = scene.state.things[thing], _capital(wording.name(thing, scene.world))
    if at.held_by is not None:
        return f"{at.held_by} has {wording.name(thing, scene.world)}."
    if at.support is not None:
        return f"{name} is on or in {wording.name(at.support, scene.world)}."
    rooms = [wording.name(room.id, scene.world) for room in scene.world.rooms.values() if at.cell in room.cells]
    return f"{name} is {f'in {rooms[0]}, ' if rooms else ''}at cell {at.cell[0]}, {at.cell[1]}."


def _where(scene: Scene, robots: Sequence[str]) -> str:
    sentences = []
    for robot in robots:
        cell = scene.state.robots[robot].cell
        rooms = [wording.name(room.id, scene.world) for room in scene.world.rooms.values() if cell in room.cells]
        place = f"in {rooms[0]}" if rooms else "between rooms"
        sentences.append(f"{robot} is {place}, at cell {cell[0]}, {cell[1]}.")
    return " ".join(sentences)


def _rules(scene: Scene, robots: Sequence[str]) -> str:
    texts = list(dict.fromkeys(_capital(rule.text) for rule in scene.rules))
    return f"{'; '.join(texts)}." if texts else "There are no rules."


def _holding(scene: Scene, robots: Sequence[str]) -> str:
    held = [(r, scene.state.robots[r].holding) for r in robots]
    return " ".join(f"{r} holds {wording.name(h, scene.world) if h else 'nothing'}." for r, h in held)


def _status(scene: Scene, robots: Sequence[str]) -> str:
    if not scene.mission:
        return "No mission is running."
    states = [scene.state_of(task) for task in scene.leaves]
    done = states.count(NodeState.DONE)
    return f"{done} of {len(states) - states.count(NodeState.SKIPPED)} tasks are done. {_doing(scene, robots)}"


def _mode(mode: RobotMode) -> str:
    return (mode.sentence or ("is paused" if mode.mode is Mode.PAUSED else "follows a correction")).rstrip(".") + "."


def _text(scene: Scene, task: str) -> str:
    found = scene.tasks[task]
    return found.text or describe(found, scene.world)


def _node(scene: Scene, task: str) -> str:
    return scene.nodes.get(task, NodeProgress()).sentence.rstrip(".") or "it is planned"


def _by(scene: Scene, task: str) -> str:
    robot = scene.doer(task)
    return f" ({listed([robot])})" if robot else ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


_ANSWERS: Mapping[str, Callable[[Scene, Sequence[str]], str]] = {
    "why": _why,
    "doing": _doing,
    "left": _left,
    "where": _where,
    "rules": _rules,
    "holding": _holding,
}
