"""The simulator: runs skills over a stage of moving bodies and reports what can be observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grounding.skills import Atom, atom_holds, parse_atom
from grounding.state import SETTLES, WorldState
from grounding.world import Skill, World
from sim.faults import FaultPlan, Faults, check_faults
from sim.observer import Observer
from sim.protocol import SkillCommand, SkillResult, SkillStatus
from sim.skills import BEHAVIOURS
from sim.skills.checks import check_command, check_ready, find_path
from sim.skills.context import Context, Motion, SkillFailure, settle
from sim.skills.nudge import begins_anywhere, check_way
from sim.skills.people import Escort
from sim.stage import Stage
from sim.traffic import Traffic
from sim.wording import explain, name


@dataclass
class _Task:
    """A command under way; ``motion`` yields once a tick."""

    command: SkillCommand
    skill: Skill
    context: Context
    motion: Motion
    during: frozenset[tuple[str, str]]


@dataclass
class _Settling:
    """A robot on its way to the middle of its nearest cell; ``canceled`` is answered when it stands."""

    motion: Motion
    canceled: SkillCommand | None = None


#: What a robot does that brings itself to the middle of a cell, for the context of that motion.
_SETTLE = Skill("settle", "wait")


class Simulation:
    """A :class:`sim.protocol.Simulator` over any :class:`sim.stage.Stage`.

    Time advances in whole ticks of the stage; what :meth:`step` is asked for beyond that is kept
    for the next call.
    """

    def __init__(self, stage: Stage, faults: FaultPlan | None = None) -> None:
        self.stage = stage
        self.world: World = stage.world
        self._plan = faults or FaultPlan()
        check_faults(self._plan, self.world)
        self._observer = Observer(stage)
        self._tasks: dict[str, _Task] = {}
        self._settling: dict[str, _Settling] = {}
        self._halted: dict[str, bool] = {}  # robot -> whether it was halted in the middle of something
        self._displaced: set[str] = set()  # robots that must settle before they do anything else
        self._due: list[SkillResult] = []  # handed out by the next step
        self._escorts: dict[str, Escort] = {}
        self.reset()

    def reset(self, seed: int = 0) -> WorldState:
        """Puts everything back to the start of the world file and seeds every random choice."""
        self.stage.reset(seed)
        self._faults = Faults(self._plan, seed)
        self._traffic = Traffic(self.stage)
        for kept in (self._tasks, self._settling, self._halted, self._displaced, self._due, self._escorts):
            kept.clear()
        self._ticks = 0
        self._rest = 0.0
        self._flags = {(t.id, flag) for t in self.world.things.values() for flag in t.flags}
        self._lost: frozenset[str] = frozenset()
        for entity, flag in self._flags:
            self.stage.show(entity, flag, True)
        return self.observe()

    @property
    def time(self) -> float:
        """Simulated seconds since the last reset."""
        return self._ticks * self.stage.tick

    def start(self, command: SkillCommand) -> SkillResult | None:
        """Begins a skill; answers at once (INVALID, PRECONDITION, PLANNING) when it cannot."""
        try:
            self._begin(command)
        except SkillFailure as failure:
            return self._result(command, failure.status, failure.message)
        return None

    def cancel(self, robot: str) -> bool:
        """Ends what a robot does; whether a CANCELED result will follow, which :meth:`step` hands out.

        A mobile robot stops where it is and then settles in the middle of its nearest cell; the result
        comes when it stands there, or at once when a new command takes over. What it holds it keeps.
        """
        task = self._tasks.pop(robot, None)
        if task is not None:
            self._stop(task, canceled=task.command)
        return robot in self._settling and self._settling[robot].canceled is not None

    def halt(self, robot: str) -> SkillResult | None:
        """Has a robot stand still now and take no commands until it is released.

        Returns:
            The CANCELED result of what it did, None when it was idle.
        """
        task, settling = self._tasks.pop(robot, None), self._settling.pop(robot, None)
        ended = task.command if task is not None else settling.canceled if settling is not None else None
        busy = task is not None or settling is not None
        self._halted[robot] = self._halted.get(robot, False) or busy
        if task is not None:
            task.motion.close()
        self._freeze(robot)
        if busy:
            self._displaced.add(robot)
            self._traffic.cover(robot)
        return None if ended is None else self._canceled(ended)

    def release(self, robot: str) -> None:
        """Lets a halted robot move again; one that was halted in the middle of something settles first."""
        if self._halted.pop(robot, False) and robot not in self._lost:
            self._settling[robot] = _Settling(self._settle(robot))

    def progress(self, robot: str) -> tuple[float, str]:
        """Fraction done (0..1) and a sentence about what a robot is doing."""
        task = self._tasks.get(robot)
        if task is None:
            return 0.0, self._at_rest(robot)
        return task.context.fraction, task.context.sentence

    def step(self, seconds: float) -> Sequence[SkillResult]:
        """Advances simulated time; returns the skills that ended, in order of time."""
        self._rest += seconds
        results, self._due = self._due, []
        while self._rest >= self.stage.tick - 1e-9:
            self._rest -= self.stage.tick
            self.stage.advance()
            self._ticks += 1
            self._lose(results)
            for robot, escort in self._escorts.items():
                if robot not in self._halted:
                    escort.follow()
            for robot in list(self._settling):
                self._continue_settling(robot, results)
            for task in list(self._tasks.values()):
                result = self._continue(task)
                if result is not None:
                    results.append(result)
        return results

    def observe(self) -> WorldState:
        """What holds now, as seen from the poses in the simulated world."""
        flags = set(self._flags)
        doing = dict.fromkeys(self._settling, SETTLES)
        for robot, task in self._tasks.items():
            flags |= task.during
            doing[robot] = " ".join((task.skill.name, *task.command.args))
        return self._observer.look(self.time, frozenset(flags), doing, self._lost, frozenset(self._halted))

    def picture(self, width: int = 640, height: int = 480) -> bytes | None:
        """A PNG of the scene, None where there is no camera."""
        return self.stage.picture(width, height)

    def close(self) -> None:
        """Frees everything; safe to call twice."""
        self._tasks.clear()
        self._settling.clear()
        self.stage.close()

    def _begin(self, command: SkillCommand) -> None:
        skill = check_command(self.world, command)
        robot = command.robot
        if robot in self._lost:
            raise SkillFailure(SkillStatus.INVALID, f"{robot} does not answer any more.")
        if robot in self._halted:
            raise SkillFailure(SkillStatus.INVALID, f"{robot} is halted; tell it to go on first.")
        if robot in self._tasks:
            busy = self._tasks[robot].command.skill
            raise SkillFailure(SkillStatus.INVALID, f"{robot} is still busy with {busy}; cancel that first.")
        state = self.observe()
        check_ready(self.world, state, command, skill)
        moves = skill.behaviour in ("drive", "push")
        path = find_path(self.world, state, self._traffic, command, skill) if moves else ()
        context = Context(self.stage, self._traffic, command, skill, path)
        if skill.behaviour == "nudge":
            check_way(context, centred=robot in self._settling)
        context.fault = self._faults.next(skill)
        atoms = [parse_atom(text).bind(_names(command, skill)) for text in skill.during]
        during = frozenset((a.args[0], a.args[1]) for a in atoms if a.predicate == "is" and a.positive)
        task = _Task(command, skill, context, _begun(self._run(context)), during)
        self._tasks[robot] = task

    def _run(self, context: Context) -> Motion:
        """The motion of a skill, after the robot has settled from what it was stopped in."""
        settling = self._settling.pop(context.id, None)
        if settling is not None:
            if settling.canceled is not None:
                self._due.append(self._canceled(settling.canceled))
            yield from settling.motion
        elif context.id in self._displaced and not begins_anywhere(context):
            yield from self._settle(context.id)
        begun = self._ticks
        yield from BEHAVIOURS[context.skill.behaviour](context)
        if context.displaced:
            self._displaced.add(context.id)
        if context.skill.behaviour not in ("drive", "push", "nudge"):
            while (self._ticks - begun) * self.stage.tick < context.skill.seconds - 1e-9:
                yield

    def _continue(self, task: _Task) -> SkillResult | None:
        try:
            next(task.motion)
            return None
        except StopIteration:
            del self._tasks[task.command.robot]
            status, message = self._finish(task)
        except SkillFailure as failure:
            del self._tasks[task.command.robot]
            status, message = failure.status, failure.message
            self._stop(task)
        self._update_escort(task.command.robot)
        return self._result(task.command, status, message)

    def _finish(self, task: _Task) -> tuple[SkillStatus, str]:
        """Sets the flags that a skill brings about and looks whether its effects are there."""
        names = _names(task.command, task.skill)
        atoms = [parse_atom(text).bind(names) for text in task.skill.effects]
        for atom in atoms:
            if atom.predicate == "is" and not (atom.args[0] in self.world.doors and atom.args[1] == "open"):
                pair = (atom.args[0], atom.args[1])
                (self._flags.add if atom.positive else self._flags.discard)(pair)
                self.stage.show(*pair, atom.positive)
        state = self.observe()
        for atom in atoms:
            if not self._effective(atom, state, task.command.robot):
                return SkillStatus.POSTCONDITION_FAILURE, f"{task.skill.name} did not do it: {self._why(atom)}."
        if task.context.outcome:
            return SkillStatus.SUCCESS, task.context.outcome
        return SkillStatus.SUCCESS, f"{task.command.robot} has done {' '.join((task.skill.name, *task.command.args))}."

    def _effective(self, atom: Atom, state: WorldState, robot: str) -> bool:
        if atom.predicate == "here":
            thing = state.things[atom.args[0]]
            return thing.held_by is None and thing.cell == state.robots[robot].cell
        return atom_holds(atom, self.world, state)

    def _why(self, atom: Atom) -> str:
        return explain(self.world, atom)

    def _stop(self, task: _Task, canceled: SkillCommand | None = None) -> None:
        """Stops a robot and lets it settle in its nearest cell afterwards."""
        robot = task.command.robot
        task.motion.close()
        self._freeze(robot)
        self._traffic.release(robot)
        if robot not in self._lost:
            self._traffic.cover(robot)
            self._settling[robot] = _Settling(self._settle(robot), canceled)

    def _freeze(self, robot: str) -> None:
        """Velocity zero at once; what it holds it keeps, what it pushes it leaves."""
        self.stage.halt(robot)
        self.stage.engage(robot, None)
        self._update_escort(robot)

    def _settle(self, robot: str) -> Motion:
        """Brings a robot to the middle of its nearest cell."""
        yield from settle(Context(self.stage, self._traffic, SkillCommand("", robot, _SETTLE.name), _SETTLE))
        self._displaced.discard(robot)

    def _continue_settling(self, robot: str, results: list[SkillResult]) -> None:
        try:
            next(self._settling[robot].motion)
            return
        except StopIteration:
            stuck = ""
        except SkillFailure as failure:
            stuck = failure.message
            self._freeze(robot)
            self._displaced.add(robot)
            self._traffic.cover(robot)
        canceled = self._settling.pop(robot).canceled
        if canceled is not None:
            results.append(self._canceled(canceled, stuck))

    def _canceled(self, command: SkillCommand, stuck: str = "") -> SkillResult:
        """The result of a command that was stopped from outside."""
        robot, held = command.robot, self.stage.held(command.robot)
        message = f"{robot} was told to stop."
        if held is not None:
            verb = "guides" if "guidable" in self.world.things[held].properties else "holds"
            message = f"{robot} was told to stop; it still {verb} {name(self.world, held)}."
        return self._result(command, SkillStatus.CANCELED, f"{message} {stuck}".rstrip())

    def _at_rest(self, robot: str) -> str:
        """What to say of a robot that carries nothing out."""
        if robot in self._lost:
            return f"{robot} does not answer any more."
        if robot in self._halted:
            return f"{robot} stands still until it is told to go on."
        return f"{robot} settles in the middle of its cell." if robot in self._settling else f"{robot} is idle."

    def _update_escort(self, robot: str) -> None:
        """A person that a robot has taken along follows it until it lets go."""
        held = self.stage.held(robot)
        if held is None or "guidable" not in self.world.things[held].properties:
            self._escorts.pop(robot, None)
        elif robot not in self._escorts:
            self._escorts[robot] = Escort(self.stage, robot, held)

    def _lose(self, results: list[SkillResult]) -> None:
        for robot in sorted(self._faults.lost(self.time) - self._lost):
            self._lost |= {robot}
            settling, task = self._settling.pop(robot, None), self._tasks.pop(robot, None)
            self.stage.halt(robot)
            if task is not None:
                self._stop(task)
            ended = task.command if task is not None else settling.canceled if settling is not None else None
            if ended is not None:
                message = f"{robot} does not answer any more (rehearsed failure)."
                results.append(self._result(ended, SkillStatus.EXECUTION_FAILURE, message))

    def _result(self, command: SkillCommand, status: SkillStatus, message: str) -> SkillResult:
        sentence = message[:1].upper() + message[1:] if message.startswith("the") else message
        return SkillResult(command, status, sentence, self.time)


def _begun(motion: Motion) -> Motion:
    """Sets the references of the first tick at once, so that a motion of n ticks takes n ticks.

    A motion that ends right there does so, in the same way, when it is continued.
    """
    try:
        next(motion)
    except (StopIteration, SkillFailure) as end:
        return _ended(end)
    return motion


def _ended(end: Exception) -> Motion:
    if isinstance(end, SkillFailure):
        raise end
    yield from ()


def _names(command: SkillCommand, skill: Skill) -> dict[str, str]:
    return {"self": command.robot, **dict(zip(skill.parameters, command.args, strict=True))}
