"""What robots do and what is seen of them: observations, commands, their ends."""

from __future__ import annotations

from collections.abc import Iterable

from geometry_msgs.msg import Point, Pose2D
from std_msgs.msg import Header

from grounding.state import RobotState, ThingState, WorldState
from grounding.world import Cell
from heed.conversions.common import time_from_msg, time_to_msg
from heed_interfaces.action import ExecuteSkill
from heed_interfaces.msg import Cell as CellMsg
from heed_interfaces.msg import RobotState as RobotStateMsg
from heed_interfaces.msg import SkillEvent as SkillEventMsg
from heed_interfaces.msg import SkillStatus as SkillStatusMsg
from heed_interfaces.msg import ThingState as ThingStateMsg
from heed_interfaces.msg import WorldState as WorldStateMsg
from sim.protocol import SkillCommand, SkillResult, SkillStatus

FRAME = "world"


def cells_to_msg(cells: Iterable[Cell]) -> list[CellMsg]:
    """Cells of a path."""
    return [CellMsg(x=x, y=y) for x, y in cells]


def cells_from_msg(msgs: Iterable[CellMsg]) -> tuple[Cell, ...]:
    """Cells of a path."""
    return tuple((cell.x, cell.y) for cell in msgs)


def state_to_msg(state: WorldState, world: str = "") -> WorldStateMsg:
    """One observation of the world named ``world``."""
    flags = sorted(state.flags)
    return WorldStateMsg(
        header=Header(stamp=time_to_msg(state.time), frame_id=FRAME),
        world=world,
        run=state.run,
        sequence=state.sequence,
        robots=[_robot_to_msg(name, robot) for name, robot in state.robots.items()],
        things=[_thing_to_msg(name, thing) for name, thing in state.things.items()],
        flag_entities=[entity for entity, _ in flags],
        flag_names=[flag for _, flag in flags],
    )


def _robot_to_msg(name: str, robot: RobotState) -> RobotStateMsg:
    x, y, theta = map(float, robot.pose)
    return RobotStateMsg(
        id=name,
        cell=CellMsg(x=robot.cell[0], y=robot.cell[1]),
        pose=Pose2D(x=x, y=y, theta=theta),
        holding=robot.holding or "",
        skill=robot.skill,
        alive=robot.alive,
        halted=robot.halted,
    )


def _thing_to_msg(name: str, thing: ThingState) -> ThingStateMsg:
    x, y, z = map(float, thing.position)
    return ThingStateMsg(
        id=name,
        cell=CellMsg(x=thing.cell[0], y=thing.cell[1]),
        position=Point(x=x, y=y, z=z),
        support=thing.support or "",
        held_by=thing.held_by or "",
    )


def state_from_msg(msg: WorldStateMsg) -> WorldState:
    """One observation."""
    robots = {
        r.id: RobotState(
            (r.cell.x, r.cell.y), (r.pose.x, r.pose.y, r.pose.theta), r.holding or None, r.skill, r.alive, r.halted
        )
        for r in msg.robots
    }
    things = {
        t.id: ThingState(
            (t.cell.x, t.cell.y), (t.position.x, t.position.y, t.position.z), t.support or None, t.held_by or None
        )
        for t in msg.things
    }
    flags = frozenset(zip(msg.flag_entities, msg.flag_names, strict=True))
    return WorldState(time_from_msg(msg.header.stamp), robots, things, flags, msg.sequence, msg.run)


def command_to_goal(command: SkillCommand) -> ExecuteSkill.Goal:
    """An order to one robot, as a goal of its action."""
    return ExecuteSkill.Goal(
        command=command.id,
        leaf=command.leaf,
        skill=command.skill,
        args=list(command.args),
        path=cells_to_msg(command.path),
    )


def command_from_goal(goal: ExecuteSkill.Goal, robot: str) -> SkillCommand:
    """A goal of a robot's action as an order to it."""
    return SkillCommand(goal.command, robot, goal.skill, tuple(goal.args), cells_from_msg(goal.path), goal.leaf)


def result_to_msg(result: SkillResult) -> ExecuteSkill.Result:
    """How a command ended."""
    return ExecuteSkill.Result(
        status=SkillStatusMsg(code=int(result.status), message=result.message), time=float(result.time)
    )


def result_from_msg(msg: ExecuteSkill.Result, command: SkillCommand) -> SkillResult:
    """How ``command`` ended."""
    return SkillResult(command, SkillStatus(msg.status.code), msg.status.message, msg.time)


def event_to_msg(
    command: SkillCommand, result: SkillResult | None = None, *, mission: str = "", time: float = 0.0
) -> SkillEventMsg:
    """A command that was given (``result`` None) or has ended."""
    msg = SkillEventMsg(
        stamp=time_to_msg(time),
        mission=mission,
        phase=SkillEventMsg.STARTED if result is None else SkillEventMsg.ENDED,
        command=command.id,
        robot=command.robot,
        leaf=command.leaf,
        skill=command.skill,
        args=list(command.args),
        path=cells_to_msg(command.path),
    )
    if result is not None:
        msg.status = SkillStatusMsg(code=int(result.status), message=result.message)
    return msg


def event_from_msg(msg: SkillEventMsg) -> tuple[SkillCommand, SkillResult | None]:
    """The command, and how it ended where it has."""
    command = SkillCommand(msg.command, msg.robot, msg.skill, tuple(msg.args), cells_from_msg(msg.path), msg.leaf)
    if msg.phase == SkillEventMsg.STARTED:
        return command, None
    return command, SkillResult(command, SkillStatus(msg.status.code), msg.status.message, time_from_msg(msg.stamp))
